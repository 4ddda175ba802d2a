/* retry.c - how long to wait, what an answer means, and whether to ask again, as it
 * stands at the end of chapter 1: it knows when it is too late. */
#include "retry.h"
#include "todo.h"

/* --- deadlines -------------------------------------------------------------------- */

int64_t deadline_after(int64_t now_ms, uint32_t timeout_ms)
{
    if (timeout_ms == 0 || now_ms > DEADLINE_NEVER - timeout_ms)
        return DEADLINE_NEVER;
    return now_ms + timeout_ms;
}

bool deadline_passed(int64_t deadline_ms, int64_t now_ms)
{
    return deadline_ms != DEADLINE_NEVER && now_ms >= deadline_ms;
}

/* --- what an answer means --------------------------------------------------------- */

enum breaker_outcome retry_classify(int status, int64_t deadline_ms, int64_t now_ms)
{
    if (status <= 0 || deadline_passed(deadline_ms, now_ms))
        return BREAKER_FAILED; /* a right answer too late is a wrong one */
    if (status >= 500 || status == 429)
        return BREAKER_FAILED;
    return status >= 400 ? BREAKER_IGNORED : BREAKER_OK;
}

/* --- again? ----------------------------------------------------------------------- */

int64_t retry_time_left(const struct retry_policy *policy, int64_t deadline_ms,
                        int64_t now_ms)
{
    (void)policy;
    if (deadline_ms == DEADLINE_NEVER)
        return DEADLINE_NEVER;
    return deadline_passed(deadline_ms, now_ms) ? 0 : deadline_ms - now_ms;
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
