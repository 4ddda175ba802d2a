/* breaker-flat.c - a variant of the breaker: no state is kept, and every function goes
 * straight down, with early returns.
 *
 * What differs from the book's breaker.c:
 *   - `state` is not used. Closed is who has not opened since, opens == 0; open is who
 *     has an end of its rest; half-open is who has opened and has none.
 *   - Slices of time are not cut by the wall clock: the first begins when the
 *     generation does (kept in `opened_ms`).
 *   - The ring holds two bits a call side by side, its halves in the two arrays.
 *   - A slot holds when its probe left, plus one; not when its lease ends.
 *   - The rest is doubled by one shift.
 *
 * model: BREAKER_OWN_SLICES=yes
 *
 * Why it is right: ten slices span the same time wherever the cuts are. What a breaker
 * keeps is its own affair; what it shows, breaker_state_at() does. */
#include "breaker.h"

#include <assert.h>
#include <stddef.h>

enum { IN_A_WORD = 32, HALF_OF_THEM = BREAKER_WINDOW_CALLS_MAX / 2 };
enum { FAILED_BIT = 1, SLOW_BIT = 2 };

void breaker_init(struct breaker *b, const struct breaker_config *config, uint64_t seed)
{
    assert(breaker_config_error(config) == NULL);
    *b = (struct breaker){.config = *config, .random = seed};
}

/* --- which state it is ------------------------------------------------------------ */

enum { NO_REST = -1 };

static enum breaker_state state_of(const struct breaker *b)
{
    if (b->opens == 0)
        return BREAKER_CLOSED;
    return b->open_until_ms == NO_REST ? BREAKER_HALF_OPEN : BREAKER_OPEN;
}

/* A new generation, in whatever state. */
static void begin(struct breaker *b)
{
    struct breaker new = {.config = b->config,
                          .mode = b->mode,
                          .generation = b->generation + 1,
                          .opens = b->opens,
                          .now_ms = b->now_ms,
                          .opened_ms = b->now_ms,
                          .open_until_ms = b->open_until_ms,
                          .random = b->random,
                          .transitions = b->transitions,
                          .taken = b->taken};
    for (int i = 0; i < BREAKER_TRANSITIONS_MAX; i++)
        new.transition[i] = b->transition[i];
    *b = new;
}

static void note(struct breaker *b, enum breaker_state from)
{
    begin(b);
    b->transition[b->transitions % BREAKER_TRANSITIONS_MAX] =
        (struct breaker_transition){.at_ms = b->now_ms,
                                    .generation = b->generation,
                                    .from = (uint8_t)from,
                                    .to = (uint8_t)state_of(b)};
    b->transitions++;
}

static void become_closed(struct breaker *b)
{
    enum breaker_state from = state_of(b);
    b->opens = 0;
    note(b, from);
}

static void become_half_open(struct breaker *b)
{
    b->open_until_ms = NO_REST;
    note(b, BREAKER_OPEN);
}

/* The high half of a linear congruence, whose low bits are poor. A seed is stirred into
 * it by one step, so that neighbours do not stay neighbours. */
static uint32_t draw(struct breaker *b)
{
    b->random =
        (b->random ^ b->random >> 29) * 0x5851f42d4c957f2du + 0x14057b7ef767814fu;
    return (uint32_t)(b->random >> 32);
}

static void become_open(struct breaker *b)
{
    enum breaker_state from = state_of(b);
    if (b->opens < UINT32_MAX)
        b->opens++;
    b->open_until_ms = INT64_MAX;
    if (b->config.open_ms > 0)
        b->open_until_ms =
            b->now_ms + breaker_open_ms(&b->config, b->opens, (uint64_t)draw(b) << 32);
    note(b, from);
}

/* --- what is counted -------------------------------------------------------------- */

/* The cell of a call, two bits of one word. */
static uint64_t *word_of(struct breaker *b, uint32_t call)
{
    uint64_t *half = call < HALF_OF_THEM ? b->ring_failed : b->ring_slow;
    return &half[call % HALF_OF_THEM / IN_A_WORD];
}

static void weigh(struct breaker_tally *sum, uint64_t cell, uint32_t by)
{
    sum->calls += by;
    if (cell & FAILED_BIT)
        sum->failed += by;
    if (cell & SLOW_BIT)
        sum->slow += by;
}

static void put_in_ring(struct breaker *b, uint64_t cell)
{
    uint32_t at = b->ring_next, shift = at % IN_A_WORD * 2;
    uint64_t *word = word_of(b, at), mask = UINT64_C(3) << shift;
    if (b->window.calls == b->config.window_calls)
        weigh(&b->window, *word >> shift, UINT32_MAX); /* minus one */
    weigh(&b->window, cell, 1);
    *word = (*word & ~mask) | cell << shift;
    b->ring_next = at + 1 < b->config.window_calls ? at + 1 : 0;
}

/* Since the generation began, in slices of which `slices` span `span_ms`. */
static int64_t slice(const struct breaker *b, int64_t at_ms, uint32_t span_ms,
                     int64_t slices)
{
    return (at_ms - b->opened_ms) / ((span_ms + slices - 1) / slices);
}

/* Empty the buckets that time has passed, and begin the one it is in. */
static void slide(struct breaker *b)
{
    if (b->config.window_ms == 0)
        return;
    int64_t now = slice(b, b->now_ms, b->config.window_ms, BREAKER_BUCKETS);
    int64_t passed = now - b->bucket_now;
    for (int64_t i = 0; i < passed && i < BREAKER_BUCKETS; i++) {
        struct breaker_tally *old = &b->bucket[(now - i) % BREAKER_BUCKETS];
        b->window.calls -= old->calls;
        b->window.failed -= old->failed;
        b->window.slow -= old->slow;
        *old = (struct breaker_tally){0, 0, 0};
    }
    b->bucket_now = now;
}

static void age(struct breaker *b)
{
    int64_t now = slice(b, b->now_ms, b->config.slow_ms, BREAKER_AGES);
    int64_t passed = now - b->age_now;
    for (int64_t i = 0; i < passed && i <= BREAKER_AGES; i++) {
        uint32_t *old = &b->running[(now - i) % (BREAKER_AGES + 1)];
        b->overdue += *old;
        *old = 0;
    }
    b->age_now = now;
}

/* Reached counts. */
static bool is_share(uint64_t part, uint64_t all, const struct breaker *b, uint32_t pct)
{
    return pct > 0 && all >= b->config.min_calls && 100 * part >= pct * all;
}

static bool too_slow(const struct breaker *b)
{
    return is_share((uint64_t)b->window.slow + b->overdue,
                    (uint64_t)b->window.calls + b->overdue, b, b->config.slow_pct);
}

/* --- asking ----------------------------------------------------------------------- */

static struct breaker_permit permit_of(const struct breaker *b, uint32_t generation,
                                       bool probe)
{
    return (struct breaker_permit){.granted = true,
                                   .probe = probe,
                                   .generation = generation,
                                   .acquired_ms = b->now_ms};
}

static int64_t lease_ms(const struct breaker *b)
{
    return b->config.probe_lease_ms > 0 ? b->config.probe_lease_ms : b->config.open_ms;
}

static struct breaker_permit ask_for_probe(struct breaker *b)
{
    uint32_t slots = b->config.probes_at_once > 0 ? b->config.probes_at_once : 1;
    int64_t oldest = b->now_ms;
    for (uint32_t i = 0; i < slots; i++) {
        int64_t left = b->probe_until_ms[i] - 1;
        if (left < 0 || b->now_ms - left >= lease_ms(b)) {
            b->probe_until_ms[i] = b->now_ms + 1;
            return permit_of(b, b->generation, true);
        }
        if (left < oldest)
            oldest = left;
    }
    return (struct breaker_permit){.retry_after_ms = oldest + lease_ms(b) - b->now_ms};
}

static struct breaker_permit ask(struct breaker *b)
{
    if (state_of(b) == BREAKER_OPEN && b->now_ms >= b->open_until_ms)
        become_half_open(b);
    if (state_of(b) == BREAKER_HALF_OPEN)
        return ask_for_probe(b);
    if (state_of(b) == BREAKER_CLOSED && b->config.slow_ms == 0)
        return permit_of(b, b->generation, false);
    if (state_of(b) == BREAKER_CLOSED) {
        age(b);
        slide(b);
        if (b->overdue == 0 || !too_slow(b)) {
            b->running[b->age_now % (BREAKER_AGES + 1)]++;
            return permit_of(b, b->generation, false);
        }
        become_open(b);
    }
    if (b->open_until_ms == INT64_MAX)
        return (struct breaker_permit){.retry_after_ms = 0};
    return (struct breaker_permit){.retry_after_ms = b->open_until_ms - b->now_ms};
}

struct breaker_permit breaker_acquire(struct breaker *b, int64_t now_ms)
{
    if (now_ms > b->now_ms)
        b->now_ms = now_ms;
    if (b->mode == BREAKER_FORCED_OPEN)
        return (struct breaker_permit){.granted = false};
    if (b->mode == BREAKER_FORCED_CLOSED) /* in a generation that is over */
        return permit_of(b, b->generation - 1, false);
    struct breaker_permit permit = ask(b);
    if (b->mode == BREAKER_WATCH_ONLY && !permit.granted)
        return permit_of(b, b->generation - 1, false);
    return permit;
}

/* --- recording -------------------------------------------------------------------- */

static void record_probe(struct breaker *b, int64_t began_ms,
                         enum breaker_outcome outcome, bool slow)
{
    for (int i = 0; i < BREAKER_PROBES_MAX; i++)
        if (b->probe_until_ms[i] == began_ms + 1) {
            b->probe_until_ms[i] = 0;
            break;
        }
    if (outcome == BREAKER_IGNORED)
        return;
    if (outcome == BREAKER_FAILED || slow) {
        become_open(b);
        return;
    }
    if (++b->probes_ok >= b->config.successes_to_close)
        become_closed(b);
}

static void forget_running(struct breaker *b, int64_t began_ms)
{
    if (b->config.slow_ms == 0)
        return;
    age(b);
    int64_t began = slice(b, began_ms, b->config.slow_ms, BREAKER_AGES);
    if (b->age_now - began > BREAKER_AGES)
        b->overdue--;
    else
        b->running[began % (BREAKER_AGES + 1)]--;
}

static void record_call(struct breaker *b, enum breaker_outcome outcome, bool slow)
{
    bool failed = outcome == BREAKER_FAILED;
    uint64_t cell = (failed ? FAILED_BIT : 0u) | (slow ? SLOW_BIT : 0u);
    b->failures_in_row++;
    if (!failed)
        b->failures_in_row = 0;
    slide(b);
    if (b->config.window_calls > 0) {
        put_in_ring(b, cell);
    } else if (b->config.window_ms > 0) {
        weigh(&b->bucket[b->bucket_now % BREAKER_BUCKETS], cell, 1);
        weigh(&b->window, cell, 1);
    }
    if (slow && too_slow(b)) {
        become_open(b);
        return;
    }
    if (!failed)
        return;
    uint32_t row = b->config.failures_to_open;
    if ((row > 0 && b->failures_in_row >= row) ||
        is_share(b->window.failed, b->window.calls, b, b->config.failure_pct))
        become_open(b);
}

void breaker_record(struct breaker *b, struct breaker_permit *permit,
                    enum breaker_outcome outcome, int64_t now_ms)
{
    struct breaker_permit was = *permit;
    *permit = (struct breaker_permit){.granted = false};
    if (now_ms > b->now_ms)
        b->now_ms = now_ms;
    if (!was.granted || was.generation != b->generation)
        return;
    bool slow =
        b->config.slow_ms > 0 && b->now_ms - was.acquired_ms >= b->config.slow_ms;
    if (state_of(b) == BREAKER_HALF_OPEN) {
        record_probe(b, was.acquired_ms, outcome, slow);
        return;
    }
    if (state_of(b) == BREAKER_OPEN)
        return;
    forget_running(b, was.acquired_ms);
    if (outcome != BREAKER_IGNORED)
        record_call(b, outcome, slow);
}

/* --- views, rests, operators ------------------------------------------------------ */

enum breaker_state breaker_state_at(const struct breaker *b, int64_t now_ms)
{
    if (b->mode == BREAKER_FORCED_OPEN)
        return BREAKER_OPEN;
    if (b->mode == BREAKER_FORCED_CLOSED)
        return BREAKER_CLOSED;
    if (state_of(b) != BREAKER_OPEN)
        return state_of(b);
    bool rested = now_ms >= b->open_until_ms || b->now_ms >= b->open_until_ms;
    return rested ? BREAKER_HALF_OPEN : BREAKER_OPEN;
}

/* 32 bits, shifted by no more than 31, stay within 63. */
int64_t breaker_open_ms(const struct breaker_config *config, uint32_t opens,
                        uint64_t random)
{
    int64_t rest = config->open_ms;
    if (config->open_max_ms > 0 && opens > 1)
        rest <<= opens < 32 ? opens - 1 : 31;
    if (config->open_max_ms > 0 && rest > config->open_max_ms)
        rest = config->open_max_ms;
    if (config->open_jitter_pct == 0)
        return rest;
    uint64_t lengths = (uint64_t)rest * config->open_jitter_pct / 100 + 1;
    return rest - (int64_t)(lengths * (random >> 32) >> 32);
}

void breaker_rest(struct breaker *b, int64_t now_ms, int64_t retry_after_ms)
{
    if (now_ms > b->now_ms)
        b->now_ms = now_ms;
    if (state_of(b) != BREAKER_OPEN || retry_after_ms <= 0)
        return;
    if (retry_after_ms > b->config.open_max_ms)
        retry_after_ms = b->config.open_max_ms;
    if (retry_after_ms > 0 && b->now_ms + retry_after_ms > b->open_until_ms)
        b->open_until_ms = b->now_ms + retry_after_ms;
}

void breaker_set_mode(struct breaker *b, enum breaker_mode mode)
{
    if (mode == b->mode)
        return;
    b->mode = (uint8_t)mode;
    begin(b);
}

void breaker_reset(struct breaker *b, int64_t now_ms)
{
    if (now_ms > b->now_ms)
        b->now_ms = now_ms;
    if (b->opens > 0)
        become_closed(b);
    else
        begin(b);
}

bool breaker_take_transition(struct breaker *b, struct breaker_transition *out)
{
    if (b->taken == b->transitions)
        return false;
    if (b->transitions - b->taken > BREAKER_TRANSITIONS_MAX)
        b->taken = b->transitions - BREAKER_TRANSITIONS_MAX;
    *out = b->transition[b->taken++ % BREAKER_TRANSITIONS_MAX];
    return true;
}
