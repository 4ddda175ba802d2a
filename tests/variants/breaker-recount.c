/* breaker-recount.c - a variant of the breaker: nothing is summed that can be counted.
 *
 * What differs from the book's breaker.c:
 *   - No sums are kept up. A judgement counts the window anew, from the bits or the
 *     buckets themselves; `window.calls` is only how many bits are in use.
 *   - The ring does not go round: both are shift registers, the newest call is bit 0 of
 *     word 0, and `ring_next` is not used. Buckets and ages shift as well: [0] is the
 *     newest.
 *   - No state is entered where something is noticed. Each public function first says
 *     to which state the breaker goes, then moves there in one place.
 *   - Chance keeps no state of its own: a draw is the seed mixed with the generation,
 *     which changes at every opening.
 *
 * Why it is right: breaker.h promises what is let through and when, and that a seed
 * decides the jitter. It promises neither sums nor a ring, nor which draw follows. */
#include "breaker.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { RING_WORDS = BREAKER_WINDOW_CALLS_MAX / 64 };

void breaker_init(struct breaker *b, const struct breaker_config *config, uint64_t seed)
{
    assert(breaker_config_error(config) == NULL);
    memset(b, 0, sizeof *b);
    b->config = *config;
    b->random = seed;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static uint32_t knob_or(uint32_t knob, uint32_t value)
{
    return knob > 0 ? knob : value;
}

/* --- the last calls: shift registers ---------------------------------------------- */

static void shift_in(uint64_t *ring, bool newest)
{
    for (int i = RING_WORDS - 1; i > 0; i--)
        ring[i] = ring[i] << 1 | ring[i - 1] >> 63;
    ring[0] = ring[0] << 1 | (newest ? 1 : 0);
}

static uint32_t ones_among(const uint64_t *ring, uint32_t newest)
{
    uint32_t ones = 0;
    for (uint32_t i = 0; i < newest; i++)
        ones += (ring[i / 64] >> i % 64 & 1) != 0;
    return ones;
}

/* --- the last milliseconds: slices that shift ------------------------------------- */

static int64_t slice_of(int64_t at_ms, uint32_t span_ms, int slices)
{
    int64_t width = ((int64_t)span_ms + slices - 1) / slices;
    return at_ms / width;
}

/* How many slices of the window have passed since the newest of them was begun. */
static int64_t buckets_behind(const struct breaker *b)
{
    return slice_of(b->now_ms, b->config.window_ms, BREAKER_BUCKETS) - b->bucket_now;
}

static void shift_buckets(struct breaker *b)
{
    int64_t behind = buckets_behind(b);
    b->bucket_now += behind;
    for (int64_t i = BREAKER_BUCKETS - 1; behind > 0 && i >= 0; i--)
        b->bucket[i] =
            i >= behind ? b->bucket[i - behind] : (struct breaker_tally){0, 0, 0};
}

/* Calls that began in each of the newest slices; what is shifted out is overdue. */
static void shift_ages(struct breaker *b)
{
    int64_t newest = slice_of(b->now_ms, b->config.slow_ms, BREAKER_AGES);
    int64_t behind = newest - b->age_now;
    b->age_now = newest;
    for (int64_t i = BREAKER_AGES; behind > 0 && i >= 0; i--) {
        if (i + behind > BREAKER_AGES)
            b->overdue += b->running[i];
        b->running[i] = i >= behind ? b->running[i - behind] : 0;
    }
}

static void call_begins(struct breaker *b)
{
    if (b->config.slow_ms == 0)
        return;
    shift_ages(b);
    b->running[0]++;
}

static void call_ends(struct breaker *b, int64_t acquired_ms)
{
    if (b->config.slow_ms == 0)
        return;
    shift_ages(b);
    int64_t age = b->age_now - slice_of(acquired_ms, b->config.slow_ms, BREAKER_AGES);
    if (age > BREAKER_AGES)
        b->overdue--;
    else
        b->running[age]--;
}

/* --- counting anew ---------------------------------------------------------------- */

static struct breaker_tally recount(const struct breaker *b)
{
    struct breaker_tally sum = {.calls = b->window.calls};
    if (b->config.window_calls > 0) {
        sum.failed = ones_among(b->ring_failed, sum.calls);
        sum.slow = ones_among(b->ring_slow, sum.calls);
    } else if (b->config.window_ms > 0) {
        int64_t live = BREAKER_BUCKETS - buckets_behind(b);
        for (int64_t i = 0; i < live; i++) {
            sum.calls += b->bucket[i].calls;
            sum.failed += b->bucket[i].failed;
            sum.slow += b->bucket[i].slow;
        }
    }
    return sum;
}

static bool is_share(const struct breaker *b, uint32_t part, uint32_t whole,
                     uint32_t pct)
{
    return pct > 0 && whole >= b->config.min_calls &&
           UINT64_C(100) * part >= (uint64_t)pct * whole;
}

static bool failing(const struct breaker *b)
{
    uint32_t row = b->config.failures_to_open;
    struct breaker_tally sum = recount(b);
    return (row > 0 && b->failures_in_row >= row) ||
           is_share(b, sum.failed, sum.calls, b->config.failure_pct);
}

/* Calls that are overdue are among the slow ones, as if they had ended so. */
static bool dragging(const struct breaker *b)
{
    struct breaker_tally sum = recount(b);
    return is_share(b, sum.slow + b->overdue, sum.calls + b->overdue,
                    b->config.slow_pct);
}

static void note_ended(struct breaker *b, bool failed, bool slow)
{
    b->failures_in_row = failed ? b->failures_in_row + 1 : 0;
    if (b->config.window_calls > 0) {
        shift_in(b->ring_failed, failed);
        shift_in(b->ring_slow, slow);
        b->window.calls += b->window.calls < b->config.window_calls;
    } else if (b->config.window_ms > 0) {
        shift_buckets(b);
        b->bucket[0].calls++;
        b->bucket[0].failed += failed;
        b->bucket[0].slow += slow;
    }
}

/* --- moving ----------------------------------------------------------------------- */

static void forget(struct breaker *b)
{
    b->generation++;
    b->failures_in_row = b->probes_ok = b->overdue = 0;
    b->window.calls = 0; /* the bits beyond are never looked at */
    memset(b->bucket, 0, sizeof b->bucket);
    memset(b->running, 0, sizeof b->running);
    memset(b->probe_until_ms, 0, sizeof b->probe_until_ms);
}

/* One step of splitmix64, of the seed and the generation. */
static uint64_t chance(const struct breaker *b)
{
    uint64_t z = b->random + (b->generation + UINT64_C(1)) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void move_to(struct breaker *b, enum breaker_state state)
{
    if (state == b->state)
        return;
    forget(b);
    b->transition[b->transitions++ % BREAKER_TRANSITIONS_MAX] =
        (struct breaker_transition){.at_ms = b->now_ms,
                                    .generation = b->generation,
                                    .from = b->state,
                                    .to = (uint8_t)state};
    b->state = (uint8_t)state;
    if (state == BREAKER_CLOSED)
        b->opens = 0;
    if (state != BREAKER_OPEN)
        return;
    b->opens++;
    b->open_until_ms = INT64_MAX;
    if (b->config.open_ms > 0)
        b->open_until_ms = b->now_ms + breaker_open_ms(&b->config, b->opens, chance(b));
}

/* --- asking ----------------------------------------------------------------------- */

/* Where a call that asks now finds it, or takes it. */
static enum breaker_state found(const struct breaker *b)
{
    if (b->state == BREAKER_OPEN && b->now_ms >= b->open_until_ms)
        return BREAKER_HALF_OPEN;
    if (b->state == BREAKER_CLOSED && b->overdue > 0 && dragging(b))
        return BREAKER_OPEN;
    return (enum breaker_state)b->state;
}

static struct breaker_permit let_through(const struct breaker *b, uint32_t generation)
{
    return (struct breaker_permit){.granted = true,
                                   .probe = generation == b->generation &&
                                            b->state == BREAKER_HALF_OPEN,
                                   .generation = generation,
                                   .acquired_ms = b->now_ms};
}

static struct breaker_permit turn_away(const struct breaker *b, int64_t until_ms)
{
    bool known = until_ms < INT64_MAX;
    return (struct breaker_permit){.retry_after_ms = known ? until_ms - b->now_ms : 0};
}

/* The slot whose lease ends first is the only one worth a look. */
static struct breaker_permit ask_for_a_probe(struct breaker *b)
{
    int64_t *first = &b->probe_until_ms[0];
    for (uint32_t i = 1; i < knob_or(b->config.probes_at_once, 1); i++)
        if (b->probe_until_ms[i] < *first)
            first = &b->probe_until_ms[i];
    if (*first > b->now_ms)
        return turn_away(b, *first);
    *first = b->now_ms + knob_or(b->config.probe_lease_ms, b->config.open_ms);
    return let_through(b, b->generation);
}

static struct breaker_permit ask(struct breaker *b)
{
    if (b->state == BREAKER_CLOSED)
        call_begins(b);
    enum breaker_state state = found(b);
    move_to(b, state);
    if (state == BREAKER_OPEN)
        return turn_away(b, b->open_until_ms);
    return state == BREAKER_HALF_OPEN ? ask_for_a_probe(b)
                                      : let_through(b, b->generation);
}

/* Who is let through by order, and not by the breaker, is let through in a generation
 * that is over: his outcome counts nowhere. */
struct breaker_permit breaker_acquire(struct breaker *b, int64_t now_ms)
{
    b->now_ms = later(now_ms, b->now_ms);
    if (b->mode == BREAKER_FORCED_OPEN)
        return (struct breaker_permit){.granted = false};
    if (b->mode == BREAKER_FORCED_CLOSED)
        return let_through(b, b->generation - 1);
    struct breaker_permit permit = ask(b);
    if (b->mode == BREAKER_WATCH_ONLY && !permit.granted)
        return let_through(b, b->generation - 1);
    return permit;
}

/* --- recording -------------------------------------------------------------------- */

/* Of two leases that end together either slot will do; of one that is over, none. */
static void give_back(struct breaker *b, int64_t acquired_ms)
{
    int64_t until = acquired_ms + knob_or(b->config.probe_lease_ms, b->config.open_ms);
    uint32_t i = 0, slots = knob_or(b->config.probes_at_once, 1);
    while (i < slots && b->probe_until_ms[i] != until)
        i++;
    if (i < slots)
        b->probe_until_ms[i] = 0;
}

static enum breaker_state after_probe(struct breaker *b, bool good)
{
    if (!good)
        return BREAKER_OPEN;
    b->probes_ok++;
    bool enough = b->probes_ok >= knob_or(b->config.successes_to_close, 1);
    return enough ? BREAKER_CLOSED : BREAKER_HALF_OPEN;
}

static enum breaker_state after_call(struct breaker *b, bool failed, bool slow)
{
    note_ended(b, failed, slow);
    bool open = (failed && failing(b)) || (slow && dragging(b));
    return open ? BREAKER_OPEN : BREAKER_CLOSED;
}

void breaker_record(struct breaker *b, struct breaker_permit *permit,
                    enum breaker_outcome outcome, int64_t now_ms)
{
    struct breaker_permit p = *permit;
    *permit = (struct breaker_permit){.granted = false};
    b->now_ms = later(now_ms, b->now_ms);
    if (!p.granted || p.generation != b->generation || b->state == BREAKER_OPEN)
        return;
    bool half_open = b->state == BREAKER_HALF_OPEN, failed = outcome == BREAKER_FAILED;
    bool slow = b->config.slow_ms > 0 && b->now_ms - p.acquired_ms >= b->config.slow_ms;
    if (half_open)
        give_back(b, p.acquired_ms);
    else
        call_ends(b, p.acquired_ms);
    if (outcome != BREAKER_IGNORED)
        move_to(b, half_open ? after_probe(b, !failed && !slow)
                             : after_call(b, failed, slow));
}

/* --- views, rests, operators ------------------------------------------------------ */

enum breaker_state breaker_state_at(const struct breaker *b, int64_t now_ms)
{
    if (b->mode == BREAKER_FORCED_OPEN)
        return BREAKER_OPEN;
    if (b->mode == BREAKER_FORCED_CLOSED)
        return BREAKER_CLOSED;
    bool rested = later(now_ms, b->now_ms) >= b->open_until_ms;
    return b->state == BREAKER_OPEN && rested ? BREAKER_HALF_OPEN
                                              : (enum breaker_state)b->state;
}

/* In 64 bits 32 doublings of 32 bits fit; after so many any cap is reached. */
int64_t breaker_open_ms(const struct breaker_config *config, uint32_t opens,
                        uint64_t random)
{
    int64_t rest = config->open_ms, most = config->open_max_ms;
    uint32_t doublings = opens > 32 ? 31 : opens > 0 ? opens - 1 : 0;
    if (most > 0)
        rest = rest << doublings < most ? rest << doublings : most;
    uint64_t lengths = (uint64_t)rest * config->open_jitter_pct / 100 + 1;
    return rest - (int64_t)((random >> 32) * lengths >> 32);
}

void breaker_rest(struct breaker *b, int64_t now_ms, int64_t retry_after_ms)
{
    b->now_ms = later(now_ms, b->now_ms);
    if (b->state != BREAKER_OPEN || b->config.open_max_ms == 0 || retry_after_ms <= 0)
        return;
    int64_t most = b->config.open_max_ms;
    int64_t rest = retry_after_ms < most ? retry_after_ms : most;
    b->open_until_ms = later(b->open_until_ms, b->now_ms + rest);
}

void breaker_set_mode(struct breaker *b, enum breaker_mode mode)
{
    if (mode == b->mode)
        return;
    b->mode = (uint8_t)mode;
    forget(b);
}

void breaker_reset(struct breaker *b, int64_t now_ms)
{
    b->now_ms = later(now_ms, b->now_ms);
    if (b->state == BREAKER_CLOSED)
        forget(b);
    move_to(b, BREAKER_CLOSED);
}

bool breaker_take_transition(struct breaker *b, struct breaker_transition *out)
{
    uint32_t waiting = b->transitions - b->taken;
    if (waiting > BREAKER_TRANSITIONS_MAX)
        b->taken = b->transitions - BREAKER_TRANSITIONS_MAX;
    if (waiting > 0)
        *out = b->transition[b->taken++ % BREAKER_TRANSITIONS_MAX];
    return waiting > 0;
}
