/* breaker.c - the circuit breaker. Yours: begun in chapter 3, grown until chapter 11.
 *
 * What each function must do stands in breaker.h. As shipped, this breaker says yes to
 * everybody and remembers nothing. To write a function, delete its todo() and go on. */
#include "breaker.h"
#include "todo.h"

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
