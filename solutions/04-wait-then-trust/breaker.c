/* breaker.c - the circuit breaker, as it stands at the end of chapter 4: OPEN has an
 * end. After its rest it lets calls through again, and the first answer decides. */
#include "breaker.h"
#include "todo.h"

void breaker_init(struct breaker *b, const struct breaker_config *config, uint64_t seed)
{
    (void)seed;
    *b = (struct breaker){.config = *config}; /* all else is zero: closed, unharmed */
}

/* The latest time seen. A clock that steps back must not end a rest or begin one. */
static int64_t see(struct breaker *b, int64_t now_ms)
{
    if (now_ms > b->now_ms)
        b->now_ms = now_ms;
    return b->now_ms;
}

static void enter(struct breaker *b, enum breaker_state state)
{
    b->state = (uint8_t)state;
    b->failures_in_row = 0;
}

static void open_now(struct breaker *b, int64_t now_ms)
{
    enter(b, BREAKER_OPEN);
    b->opened_ms = now_ms;
    b->open_until_ms = b->config.open_ms == 0 ? INT64_MAX : now_ms + b->config.open_ms;
}

static bool too_many_failures(const struct breaker *b)
{
    return b->config.failures_to_open > 0 &&
           b->failures_in_row >= b->config.failures_to_open;
}

struct breaker_permit breaker_acquire(struct breaker *b, int64_t now_ms)
{
    int64_t now = see(b, now_ms);
    if (b->state == BREAKER_OPEN && now >= b->open_until_ms)
        enter(b, BREAKER_HALF_OPEN);
    if (b->state != BREAKER_OPEN)
        return (struct breaker_permit){.granted = true,
                                       .probe = b->state == BREAKER_HALF_OPEN,
                                       .acquired_ms = now};
    bool fuse = b->open_until_ms == INT64_MAX;
    return (struct breaker_permit){.retry_after_ms = fuse ? 0 : b->open_until_ms - now};
}

static void record_closed(struct breaker *b, enum breaker_outcome outcome,
                          int64_t now_ms)
{
    b->failures_in_row = outcome == BREAKER_FAILED ? b->failures_in_row + 1 : 0;
    if (too_many_failures(b))
        open_now(b, now_ms);
}

static void record_probe(struct breaker *b, enum breaker_outcome outcome,
                         int64_t now_ms)
{
    if (outcome == BREAKER_FAILED)
        open_now(b, now_ms);
    else
        enter(b, BREAKER_CLOSED);
}

/* The caller's permit is emptied first: whoever records it again brings a refusal. */
void breaker_record(struct breaker *b, struct breaker_permit *permit,
                    enum breaker_outcome outcome, int64_t now_ms)
{
    int64_t now = see(b, now_ms);
    struct breaker_permit used = *permit;
    *permit = (struct breaker_permit){.granted = false};
    if (!used.granted || outcome == BREAKER_IGNORED)
        return;
    if (b->state == BREAKER_CLOSED)
        record_closed(b, outcome, now);
    else if (b->state == BREAKER_HALF_OPEN && used.probe)
        record_probe(b, outcome, now);
}

enum breaker_state breaker_state_at(const struct breaker *b, int64_t now_ms)
{
    int64_t now = now_ms > b->now_ms ? now_ms : b->now_ms;
    if (b->state == BREAKER_OPEN && now >= b->open_until_ms)
        return BREAKER_HALF_OPEN;
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
