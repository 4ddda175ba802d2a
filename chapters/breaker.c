/* breaker.c - the circuit breaker. Yours: begun in chapter 3, grown until chapter 11.
 *
 * What each function must do stands in breaker.h. As shipped, this breaker says yes to
 * everybody and remembers nothing. To write a function, delete its todo() and go on. */
#include "breaker.h"
#include "todo.h"

#include <stddef.h>

/* Given: which configurations make no sense, and why. */
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

void breaker_init(struct breaker *b, const struct breaker_config *config, uint64_t seed)
{
    todo(3, 1);
    (void)seed;
    b->config = *config;
}

struct breaker_permit breaker_acquire(struct breaker *b, int64_t now_ms)
{
    todo(3, 2);
    (void)b;
    return (struct breaker_permit){.granted = true, .acquired_ms = now_ms};
}

void breaker_record(struct breaker *b, struct breaker_permit *permit,
                    enum breaker_outcome outcome, int64_t now_ms)
{
    todo(3, 3);
    (void)b, (void)outcome, (void)now_ms;
    *permit = (struct breaker_permit){.granted = false};
}

enum breaker_state breaker_state_at(const struct breaker *b, int64_t now_ms)
{
    todo(3, 3);
    (void)b, (void)now_ms;
    return BREAKER_CLOSED;
}

int64_t breaker_open_ms(const struct breaker_config *config, uint32_t opens,
                        uint64_t random)
{
    todo(10, 3);
    (void)opens, (void)random;
    return config->open_ms;
}

void breaker_rest(struct breaker *b, int64_t now_ms, int64_t retry_after_ms)
{
    todo(10, 4);
    (void)b, (void)now_ms, (void)retry_after_ms;
}

void breaker_set_mode(struct breaker *b, enum breaker_mode mode)
{
    todo(11, 1);
    (void)b, (void)mode;
}

void breaker_reset(struct breaker *b, int64_t now_ms)
{
    todo(11, 1);
    (void)b, (void)now_ms;
}

bool breaker_take_transition(struct breaker *b, struct breaker_transition *out)
{
    todo(11, 2);
    (void)b, (void)out;
    return false;
}
