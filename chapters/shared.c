/* shared.c - one breaker for a fleet. Yours: written in chapters 13, 14 and 15.
 *
 * What each function must do stands in shared.h. As shipped, it sends everybody to
 * their own local breaker and writes nothing. */
#include "shared.h"
#include "todo.h"

#include <stddef.h>

struct shared_item shared_item_read(const struct shared_item *raw,
                                    const struct breaker_config *config, int64_t now_ms)
{
    todo(13, 1);
    (void)raw, (void)config, (void)now_ms;
    return (struct shared_item){.schema = SHARED_SCHEMA};
}

bool shared_save_holds(const struct shared_save *save, const struct shared_item *stored)
{
    todo(14, 1);
    (void)save, (void)stored;
    return false;
}

struct shared_item shared_save_apply(const struct shared_save *save,
                                     const struct shared_item *stored)
{
    todo(14, 1);
    (void)save;
    return stored != NULL ? *stored : (struct shared_item){.schema = SHARED_SCHEMA};
}

struct shared_wish shared_ask(struct shared *shared, struct shared_call *call,
                              const struct shared_config *config,
                              const struct breaker_config *breaker, int64_t now_ms,
                              uint64_t random)
{
    todo(13, 2);
    (void)shared, (void)call, (void)config, (void)breaker, (void)now_ms, (void)random;
    return (struct shared_wish){.want = SHARED_LOCAL};
}

struct shared_wish shared_hear(struct shared *shared, struct shared_call *call,
                               const struct shared_config *config,
                               const struct breaker_config *breaker,
                               enum shared_news news, const struct shared_item *item,
                               int64_t now_ms, uint64_t random)
{
    todo(14, 3);
    (void)shared, (void)call, (void)config, (void)breaker;
    (void)news, (void)item, (void)now_ms, (void)random;
    return (struct shared_wish){.want = SHARED_LOCAL};
}

struct shared_wish shared_report(struct shared *shared, struct shared_call *call,
                                 const struct shared_config *config,
                                 const struct breaker_config *breaker,
                                 enum breaker_outcome outcome, int64_t now_ms)
{
    todo(14, 2);
    (void)shared, (void)call, (void)config, (void)breaker, (void)outcome, (void)now_ms;
    return (struct shared_wish){.want = SHARED_DONE};
}
