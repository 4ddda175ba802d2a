/* model.h - what chapter 13 says, in the plainest way, for check.c to compare with.
 *
 * The model keeps a diary: every item that was ever read, and when. Whatever is asked
 * is found out by going through the diary from its end, so nothing is kept up to date
 * and nothing can be forgotten. A clock that steps back is met by changing the dates.
 */
#ifndef MODEL_H
#define MODEL_H

#include "shared.h"

#include <stdlib.h>

enum { DIARY_MAX = 400 };

struct model {
    int64_t cache_ms, rest_ms, lease_ms; /* the longest that each may last */
    struct {
        int64_t at_ms;
        struct item item;
    } diary[DIARY_MAX];
    int pages;
    bool due; /* the clock was set back: look, whatever the diary says */
};

struct verdict {
    bool reads; /* the store is asked first */
    enum shared_want want;
    int64_t left_ms; /* SHARED_REFUSE */
};

static bool any_wrong(const struct item *item)
{
    if (item->schema != 1 || item->state > 2)
        return true;
    if (item->until_ms < 0 || item->lease_until_ms < 0 || item->window_ms < 0)
        return true;
    return item->failed > item->calls || (item->state == 1 && item->until_ms == 0);
}

static int64_t end_of(const struct item *item)
{
    return item->state == 1 ? item->until_ms
                            : (item->state == 2 ? item->lease_until_ms : 0);
}

static bool same_end(const struct item *a, const struct item *b)
{
    return a->generation == b->generation && end_of(a) == end_of(b);
}

/* The clock shows less than it did when something was written down. */
static void model_step_back(struct model *m, int64_t now_ms)
{
    for (int i = 0; i < m->pages; i++)
        if (m->diary[i].at_ms > now_ms) {
            m->diary[i].at_ms = now_ms;
            m->due = true;
        }
}

static void model_read(struct model *m, const struct item *item, int64_t now_ms)
{
    m->diary[m->pages].at_ms = now_ms;
    m->diary[m->pages].item = *item;
    m->pages++;
    m->due = false;
}

static int64_t first_seen_ms(const struct model *m)
{
    int i = m->pages - 1;
    while (i > 0 && same_end(&m->diary[i - 1].item, &m->diary[i].item))
        i--;
    return m->diary[i].at_ms;
}

static struct verdict model_decide(const struct model *m, int64_t now_ms, bool reads)
{
    struct verdict v = {.reads = reads, .want = SHARED_GRANT};
    const struct item *item = &m->diary[m->pages - 1].item;
    if (any_wrong(item)) {
        v.want = SHARED_LOCAL;
    } else if (item->state != 0) {
        int64_t longest = item->state == 1 ? m->rest_ms : m->lease_ms;
        int64_t cut = first_seen_ms(m) + longest;
        int64_t end = end_of(item) > cut ? cut : end_of(item);
        v.want = end > now_ms ? SHARED_REFUSE : SHARED_SLEEP; /* or whatever leads on */
        v.left_ms = end > now_ms ? end - now_ms : 0;
    }
    return v;
}

/* A call, and what the store holds: is it asked, and what is decided? */
static struct verdict model_ask(struct model *m, const struct item *stored,
                                int64_t now_ms)
{
    model_step_back(m, now_ms);
    bool fresh =
        m->pages > 0 && !m->due && now_ms < m->diary[m->pages - 1].at_ms + m->cache_ms;
    if (!fresh)
        model_read(m, stored, now_ms);
    return model_decide(m, now_ms, !fresh);
}

#endif
