/* rivals.h - two published protocols for one breaker shared by many Lambdas, as callers
 * of the world (caller.h), so that storms and the explorer can compare.
 *
 *      rival_rmw      the pattern of circuitbreaker-lambda 1.0 (npm; G. Grosch):
 *                     github.com/gunnargrosch/circuitbreaker-lambda
 *      rival_leased   the pattern of the circuit breaker of Powertools for AWS Lambda
 *                     (Python), as released in 2026:
 *                     docs.aws.amazon.com/powertools/python, "Circuit Breaker"
 *
 * They are models of a pattern, written anew from what its authors document, not copies
 * of their code. Both solve the problem that they set out to solve, with few moving
 * parts; the first names its races in its README. What they trade for that is what the
 * comparison is to show. Where a reading was open, the kinder one was taken.
 *
 *                     rival_rmw                     rival_leased
 *   counting          in the item: failures with    in the environment: failures
 *                     no gap of window_ms           in a row
 *   a healthy call    one read, one write           a read every cache_ms
 *   a trip            a write without condition,    a write without condition
 *                     from the copy read earlier
 *   who probes        who sees that the rest is     who wins a conditional write,
 *                     over, until someone reports   while the lease runs
 *   reopening         rest doubles to open_max_ms   rest stays open_ms
 *   store not read    the last state that the       CLOSED, for this call
 *                     environment knew
 *   write not made    ignored                       ignored; the election: an
 *                                                   error for the user
 *
 * Common to both, so that only the protocol differs from the reader's client: the
 * breaker stands around the whole call, retries included, as both libraries wrap one
 * function: it is asked once and told once, of the last try. The tries are those of the
 * reader's client, with the same draws: time-out, backoff with full jitter, deadline,
 * and a last good answer that may stand in whenever the user would get none.
 *
 * Left out: log lines, hooks, the expiry of items, caches of more than one breaker.
 * Times are as fine as the clock is, not whole seconds. A 4xx answer is a success to
 * the first, which knows only pass and fail, and to the second an ignored exception. An
 * environment is one prober, so rival_leased should do one call at a time in each.
 *
 * A knob at 0 is off, but failures_to_open, successes_to_close, open_ms, open_max_ms
 * and window_ms are then what the library ships, and probe_lease_ms is open_ms. No
 * cache (cache_ms) is rival_rmw's default; rival_leased's is 5,000, and must be given.
 * Without store_timeout_ms a store that hangs is waited for without end.
 *
 * All shards share one breaker and one item, number 0. The item counts its writes as
 * `version` and keeps what a watcher may want; no condition ever looks at that. */
#ifndef RIVALS_H
#define RIVALS_H

#include "caller.h"

extern const struct caller rival_rmw, rival_leased;

#endif
