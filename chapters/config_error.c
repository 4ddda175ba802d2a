/* config_error.c - which configurations make no sense, and why. Given; yours are the
 * files beside it.
 *
 * Each knob says in its header what it does; this is where two of them contradict each
 * other, or would do nothing. A sentence goes to whoever wrote the configuration: a
 * scene's author, a test, the Lambda when it starts. The first one that applies wins.
 */
#include "client.h"

#include <stddef.h>

const char *breaker_config_error(const struct breaker_config *c)
{
    bool rate = c->failure_pct > 0 || c->slow_pct > 0;
    bool window = c->window_calls > 0 || c->window_ms > 0;
    bool share = c->failure_pct > 100 || c->slow_pct > 100 || c->open_jitter_pct > 100;
    const struct {
        bool wrong;
        const char *why;
    } rules[] = {
        {share, "a share (failure_pct, slow_pct, open_jitter_pct) is more than 100"},
        {c->open_max_ms > 0 && c->open_max_ms < c->open_ms,
         "open_max_ms is less than open_ms, where the doubling starts"},
        {c->probes_at_once > BREAKER_PROBES_MAX,
         "probes_at_once is more than 8, the most that are kept apart"},
        {c->window_calls > 0 && c->window_ms > 0,
         "window_calls and window_ms exclude each other: choose one window"},
        {c->window_calls > BREAKER_WINDOW_CALLS_MAX,
         "window_calls is more than 256, the most that is kept"},
        {c->window_calls > 0 && c->min_calls > c->window_calls,
         "min_calls is more than window_calls: the rate would never be judged"},
        {rate && !window,
         "a rate (failure_pct, slow_pct) needs a window: window_calls or window_ms"},
        {window && !rate,
         "a window without a rate judges nothing: set failure_pct or slow_pct"},
        {rate && c->min_calls == 0,
         "a rate needs min_calls: without it the first failure is 100 per cent"},
        {(c->slow_ms > 0) != (c->slow_pct > 0),
         "slow_ms and slow_pct go together: one says what is slow, one how much"}};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].wrong)
            return rules[i].why;
    return NULL;
}

const char *shared_config_error(const struct shared_config *c,
                                const struct breaker_config *breaker)
{
    bool on = c->cache_ms > 0, share = c->failure_pct > 0;
    bool any = c->timeout_ms > 0 || c->skip_ms > 0 || c->jitter_ms > 0 ||
               c->window_ms > 0 || c->failures > 0 || share;
    int64_t lease_ms =
        breaker->probe_lease_ms > 0 ? breaker->probe_lease_ms : breaker->open_ms;
    const struct {
        bool wrong;
        const char *why;
    } rules[] = {
        {!on && any, "a shared breaker needs cache_ms: how long to trust its copy"},
        {on && c->timeout_ms == 0, "a shared breaker needs timeout_ms for its store"},
        {on && c->window_ms == 0, "a shared breaker needs window_ms, to count in"},
        {on && c->failures == 0 && !share,
         "a shared breaker needs failures or failure_pct, or it never opens"},
        {c->failure_pct > 100, "the shared failure_pct is more than 100"},
        {share && c->min_calls == 0,
         "a shared failure_pct needs min_calls: the first failure is 100 per cent"},
        {share && c->window_ms <= 2 * (int64_t)c->cache_ms,
         "a shared failure_pct needs a window_ms of more than two cache_ms: "
         "it judges no share sooner"},
        {on && breaker->open_ms == 0, "a shared breaker needs open_ms: no fleet fuse"},
        {on && lease_ms <= c->timeout_ms,
         "a shared breaker's lease must be longer than timeout_ms, "
         "or it is over before its owner hears of it"}};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].wrong)
            return rules[i].why;
    return NULL;
}

const char *client_config_error(const struct client_config *config)
{
    if (config->retry.budget_max > 0 &&
        config->retry.budget_cost > config->retry.budget_max)
        return "budget_cost is more than budget_max: no retry could ever be paid";
    if (config->retry.backoff_max_ms > 0 &&
        config->retry.backoff_max_ms < config->retry.backoff_ms)
        return "backoff_max_ms is less than backoff_ms, where the doubling starts";
    if (config->per_shard > 1)
        return "per_shard is 0 or 1";
    const char *why = shared_config_error(&config->shared, &config->breaker);
    return why != NULL ? why : breaker_config_error(&config->breaker);
}
