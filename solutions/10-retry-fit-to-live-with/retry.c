/* retry.c - deadlines, what an answer means, and retries fit to live with, as they
 * stand at the end of chapter 10. */
#include "retry.h"

#include <assert.h>

#define BACKOFF_MAX_MS 20000u

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
    int64_t try_ms = policy->timeout_ms > 0 ? policy->timeout_ms : DEADLINE_NEVER;
    if (deadline_ms == DEADLINE_NEVER)
        return try_ms;
    if (deadline_passed(deadline_ms, now_ms))
        return 0;
    int64_t left = deadline_ms - now_ms;
    return left < try_ms ? left : try_ms;
}

bool retry_should(const struct retry_policy *policy, uint32_t made,
                  enum breaker_outcome outcome, int64_t deadline_ms, int64_t now_ms)
{
    return outcome == BREAKER_FAILED && made < policy->attempts &&
           !deadline_passed(deadline_ms, now_ms);
}

/* Doubling stops at the cap, so nothing is ever shifted out of its type. */
int64_t retry_backoff_ms(const struct retry_policy *policy, uint32_t made,
                         uint64_t random)
{
    uint64_t most =
        policy->backoff_max_ms > 0 ? policy->backoff_max_ms : BACKOFF_MAX_MS;
    uint64_t power = policy->backoff_ms;
    for (uint32_t i = 1; i < made && power > 0 && power < most; i++)
        power *= 2;
    if (power > most)
        power = most;
    return (int64_t)(random % (power + 1));
}

/* --- rationing -------------------------------------------------------------------- */

bool retry_budget_take(struct retry_budget *budget, const struct retry_policy *policy)
{
    assert(budget->spent <= policy->budget_max);
    if (policy->budget_max == 0)
        return true;
    uint32_t cost = policy->budget_cost > 0 ? policy->budget_cost : 1;
    if (policy->budget_max - budget->spent < cost)
        return false;
    budget->spent += cost;
    return true;
}

void retry_budget_put(struct retry_budget *budget, const struct retry_policy *policy,
                      uint32_t tokens)
{
    assert(budget->spent <= policy->budget_max);
    budget->spent -= tokens < budget->spent ? tokens : budget->spent;
}
