/* shared.c - one breaker for a fleet. Yours: written in chapters 13, 14 and 15.
 *
 * What each function must do stands in shared.h. As shipped, it sends everybody to
 * their own local breaker and writes nothing. */
#include "shared.h"
#include "todo.h"

#include <stddef.h>

const char *shared_config_error(const struct shared_config *config,
                                const struct breaker_config *breaker)
{
    if (config->cache_ms > 0)
        todo(13, 2);
    (void)breaker;
    return NULL;
}

void shared_init(struct shared *shared, const struct shared_config *config,
                 const struct breaker_config *breaker)
{
    todo(13, 2);
    *shared = (struct shared){.config = *config, .breaker = *breaker};
}

struct shared_wish shared_ask(struct shared *shared, struct shared_call *call,
                              int64_t now_ms, uint64_t random)
{
    todo(13, 3);
    (void)shared, (void)call, (void)now_ms, (void)random;
    return (struct shared_wish){.want = SHARED_LOCAL};
}

struct shared_wish shared_hear(struct shared *shared, struct shared_call *call,
                               enum shared_news news, const struct item *item,
                               int64_t now_ms, uint64_t random)
{
    todo(14, 3);
    (void)shared, (void)call, (void)news, (void)item, (void)now_ms, (void)random;
    return (struct shared_wish){.want = SHARED_LOCAL};
}

struct shared_wish shared_report(struct shared *shared, struct shared_call *call,
                                 enum breaker_outcome outcome, int64_t retry_after_ms,
                                 int64_t now_ms, uint64_t random)
{
    todo(14, 2);
    (void)shared, (void)call, (void)outcome, (void)retry_after_ms;
    (void)now_ms, (void)random;
    return (struct shared_wish){.want = SHARED_DONE};
}

enum breaker_state shared_state_at(const struct shared *shared, int64_t now_ms)
{
    todo(13, 3);
    (void)shared, (void)now_ms;
    return BREAKER_CLOSED;
}
