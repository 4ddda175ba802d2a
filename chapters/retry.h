/* retry.h - how long to wait, what an answer means, and whether to ask again.
 *
 * All of it is arithmetic: no clock, no sleep, no random number of its own. Whoever
 * calls these functions does the waiting, with the numbers they return.
 *
 * A deadline is a point in time, not a length: it is set once, when the user's request
 * arrives, and handed down unchanged. At the deadline itself it is too late.
 *
 * The numbers in brackets name the chapter in which a function is written. */
#ifndef RETRY_H
#define RETRY_H

#include "breaker.h"

/* A deadline that never comes. */
#define DEADLINE_NEVER INT64_MAX

/* A knob left at 0 is off, or has the value named. */
struct retry_policy {
    uint32_t attempts;       /* [2] tries in all, the first one included; 0: one */
    uint32_t timeout_ms;     /* [2] longest wait for one try; 0: until the deadline */
    uint32_t backoff_ms;     /* [10] longest sleep before the first retry; 0: none */
    uint32_t backoff_max_ms; /* [10] cap on that as it doubles; 0: 20,000 */
    uint32_t budget_max; /* [10] tokens in a full budget; 0: retries are not rationed */
    uint32_t budget_cost; /* [10] tokens one retry costs; 0: one */
};

/* Rationing of retries: a bucket of tokens that starts full. All zeros is full. */
struct retry_budget {
    uint32_t spent; /* tokens missing from the bucket, 0 to budget_max */
};

/* The deadline `timeout_ms` from now. 0 means no time-out: DEADLINE_NEVER. A sum too
 * large for the type is DEADLINE_NEVER as well. [1] */
int64_t deadline_after(int64_t now_ms, uint32_t timeout_ms);

/* Is it too late? Yes at the deadline, not only after it. Never for DEADLINE_NEVER. [1]
 */
bool deadline_passed(int64_t deadline_ms, int64_t now_ms);

/* What an answer says about the backend. `status` is the HTTP status, 0 if no answer
 * came; `now_ms` is when it came or was given up. [1]
 *
 *      at or past the deadline, or none    BREAKER_FAILED    whatever it says
 *      100 to 399                          BREAKER_OK
 *      429, and 500 or more                BREAKER_FAILED    overloaded, or broken
 *      400 to 499                          BREAKER_IGNORED   our mistake, not its
 * health
 */
enum breaker_outcome retry_classify(int status, int64_t deadline_ms, int64_t now_ms);

/* How long the next try may take: what is left until the deadline [1], or the time-out
 * of the policy if that is less [2]; 0 if nothing is left, DEADLINE_NEVER if nothing
 * limits it. */
int64_t retry_time_left(const struct retry_policy *policy, int64_t deadline_ms,
                        int64_t now_ms);

/* Ask again? Only after BREAKER_FAILED, only while tries are left of the policy's
 * `attempts`, and only before the deadline. `made` counts the tries so far. [2] */
bool retry_should(const struct retry_policy *policy, uint32_t made,
                  enum breaker_outcome outcome, int64_t deadline_ms, int64_t now_ms);

/* How long to sleep before the retry that follows `made` tries: full jitter, a draw
 * from 0 to backoff_ms * 2^(made - 1), both included, the power capped at
 * backoff_max_ms. `random` is any 64 random bits. [10] */
int64_t retry_backoff_ms(const struct retry_policy *policy, uint32_t made,
                         uint64_t random);

/* Pay for one retry: false, and nothing spent, if the budget does not hold it. [10] */
bool retry_budget_take(struct retry_budget *budget, const struct retry_policy *policy);

/* Put tokens back, up to full. A success at the first try brings one token; a success
 * after a retry brings back what the last retry cost. [10] */
void retry_budget_put(struct retry_budget *budget, const struct retry_policy *policy,
                      uint32_t tokens);

#endif
