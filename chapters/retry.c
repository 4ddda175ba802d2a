/* retry.c - how long to wait, what an answer means, and whether to ask again. Yours:
 * written in chapters 1, 2 and 10.
 *
 * What each function must do stands in retry.h. As shipped, it waits for ever, takes
 * every answer for a good one and never asks twice. To write a function, delete its
 * todo() and go on. */
#include "retry.h"
#include "todo.h"

/* --- deadlines -------------------------------------------------------------------- */

int64_t deadline_after(int64_t now_ms, uint32_t timeout_ms)
{
    todo(1, 1);
    (void)now_ms, (void)timeout_ms;
    return DEADLINE_NEVER;
}

bool deadline_passed(int64_t deadline_ms, int64_t now_ms)
{
    todo(1, 1);
    (void)deadline_ms, (void)now_ms;
    return false;
}

/* --- what an answer means --------------------------------------------------------- */

enum breaker_outcome retry_classify(int status, int64_t deadline_ms, int64_t now_ms)
{
    todo(1, 3);
    (void)status, (void)deadline_ms, (void)now_ms;
    return BREAKER_OK;
}

/* --- again? ----------------------------------------------------------------------- */

int64_t retry_time_left(const struct retry_policy *policy, int64_t deadline_ms,
                        int64_t now_ms)
{
    todo(1, 2);
    (void)policy, (void)deadline_ms, (void)now_ms;
    return DEADLINE_NEVER;
}

bool retry_should(const struct retry_policy *policy, uint32_t made,
                  enum breaker_outcome outcome, int64_t deadline_ms, int64_t now_ms)
{
    todo(2, 1);
    (void)policy, (void)made, (void)outcome, (void)deadline_ms, (void)now_ms;
    return false;
}

int64_t retry_backoff_ms(const struct retry_policy *policy, uint32_t made,
                         uint64_t random)
{
    todo(10, 1);
    (void)policy, (void)made, (void)random;
    return 0;
}

/* --- rationing -------------------------------------------------------------------- */

bool retry_budget_take(struct retry_budget *budget, const struct retry_policy *policy)
{
    todo(10, 2);
    (void)budget, (void)policy;
    return true;
}

void retry_budget_put(struct retry_budget *budget, const struct retry_policy *policy,
                      uint32_t tokens)
{
    todo(10, 2);
    (void)budget, (void)policy, (void)tokens;
}
