/* model_store.h - a store of one item for tests: item_holds and item_apply in one step,
 * the versions it has had, and no latency of its own: the test says when. */
#ifndef MODEL_STORE_H
#define MODEL_STORE_H

#include "item.h"

#include <stddef.h>

enum { MODEL_VERSIONS = 8 };

struct model_store {
    bool there;
    struct item item;
    uint32_t versions; /* kept of old ones, newest last, this one not among them */
    struct item old[MODEL_VERSIONS];
    bool old_there[MODEL_VERSIONS];
};

static inline const struct item *model_now(const struct model_store *m)
{
    return m->there ? &m->item : NULL;
}

/* What an eventual read may find: the item as it was `back` versions ago. */
static inline const struct item *model_then(const struct model_store *m, uint32_t back)
{
    if (back == 0 || m->versions == 0)
        return model_now(m);
    uint32_t at = m->versions > back ? m->versions - back : 0;
    return m->old_there[at] ? &m->old[at] : NULL;
}

static inline void model_put(struct model_store *m, const struct item *item)
{
    if (m->versions == MODEL_VERSIONS)
        for (m->versions = 0; m->versions < MODEL_VERSIONS - 1; m->versions++) {
            m->old[m->versions] = m->old[m->versions + 1];
            m->old_there[m->versions] = m->old_there[m->versions + 1];
        }
    m->old[m->versions] = m->item;
    m->old_there[m->versions++] = m->there;
    m->there = item != NULL;
    m->item = item != NULL ? *item : (struct item){.schema = 0};
}

/* True if it was made. */
static inline bool model_save(struct model_store *m, const struct item_write *write)
{
    if (!item_holds(write, model_now(m)))
        return false;
    struct item after = item_apply(write, model_now(m));
    model_put(m, &after);
    return true;
}

#endif
