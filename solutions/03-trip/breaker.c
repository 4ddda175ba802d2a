/* breaker.c - the circuit breaker, as it stands at the end of chapter 3: a fuse. After
 * enough failures in a row it opens, and never closes again. */
#include "breaker.h"
#include "todo.h"

void breaker_init(struct breaker *b, const struct breaker_config *config, uint64_t seed)
{
    (void)seed;
    *b = (struct breaker){.config = *config}; /* all else is zero: closed, unharmed */
}

struct breaker_permit breaker_acquire(struct breaker *b, int64_t now_ms)
{
    if (b->state == BREAKER_OPEN)
        return (struct breaker_permit){.granted = false};
    return (struct breaker_permit){.granted = true, .acquired_ms = now_ms};
}

static bool too_many_failures(const struct breaker *b)
{
    return b->config.failures_to_open > 0 &&
           b->failures_in_row >= b->config.failures_to_open;
}

/* The caller's permit is emptied first: whoever records it again brings a refusal. */
void breaker_record(struct breaker *b, struct breaker_permit *permit,
                    enum breaker_outcome outcome, int64_t now_ms)
{
    (void)now_ms;
    struct breaker_permit used = *permit;
    *permit = (struct breaker_permit){.granted = false};
    if (!used.granted || outcome == BREAKER_IGNORED || b->state == BREAKER_OPEN)
        return;
    b->failures_in_row = outcome == BREAKER_FAILED ? b->failures_in_row + 1 : 0;
    if (too_many_failures(b))
        b->state = BREAKER_OPEN;
}

enum breaker_state breaker_state_at(const struct breaker *b, int64_t now_ms)
{
    (void)now_ms; /* a fuse does not care what time it is */
    return (enum breaker_state)b->state;
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
