/* breaker-table.c - a variant of the breaker: two tables drive it.
 *
 * What differs from the book's breaker.c:
 *   - Nothing asks which state it is in. next[] says which state follows on which
 *     event, states[] what each does when it is asked or told an outcome, and modes[]
 *     who has the say.
 *   - The time window is kept as a running total, never reduced. Each bucket holds the
 *     total as it stood when the bucket was begun, so the window is one subtraction.
 *   - Leases stand in a queue, the first to end in front: all are equally long, so they
 *     end in the order in which they began. 0 ends the queue.
 *   - Its generator is a counter behind another hash.
 *
 * Why it is right: breaker.h says which transitions there are, what is let through, and
 * over which calls a share is taken. How that is stored is left to breaker.c. */
#include "breaker.h"

#include <assert.h>
#include <stddef.h>

enum event { NOTHING, BAD_NEWS, GOOD_NEWS, RESTED, RESET, EVENTS };

enum { C = BREAKER_CLOSED, O = BREAKER_OPEN, H = BREAKER_HALF_OPEN };

/* On:               NOTHING, BAD_NEWS, GOOD_NEWS, RESTED, RESET */
static const uint8_t next[][EVENTS] = {
    [BREAKER_CLOSED] = {C, O, C, C, C},
    [BREAKER_OPEN] = {O, O, O, H, C},
    [BREAKER_HALF_OPEN] = {H, O, C, H, C},
};

static const struct {
    bool decides; /* the breaker, or else the operator */
    bool lets_all_through;
} modes[] = {[BREAKER_AUTO] = {true, false},
             [BREAKER_FORCED_OPEN] = {false, false},
             [BREAKER_FORCED_CLOSED] = {false, true},
             [BREAKER_WATCH_ONLY] = {true, true}};

static void see(struct breaker *b, int64_t now_ms)
{
    b->now_ms = b->now_ms > now_ms ? b->now_ms : now_ms;
}

static int64_t width(uint32_t span_ms, uint32_t parts)
{
    return ((int64_t)span_ms + parts - 1) / parts;
}

/* --- the window ------------------------------------------------------------------- */

static void add(struct breaker_tally *sum, bool failed, bool slow)
{
    sum->calls++;
    sum->failed += failed;
    sum->slow += slow;
}

/* One bit of the ring: what it was, and what it is from now on. */
static bool swap_bit(uint64_t *ring, uint32_t i, bool is)
{
    uint64_t mask = UINT64_C(1) << i % 64;
    bool was = (ring[i / 64] & mask) != 0;
    ring[i / 64] = is ? ring[i / 64] | mask : ring[i / 64] & ~mask;
    return was;
}

static void count_in_ring(struct breaker *b, bool failed, bool slow)
{
    bool full = b->window.calls == b->config.window_calls;
    add(&b->window, failed, slow);
    b->window.calls -= full;
    b->window.failed -= swap_bit(b->ring_failed, b->ring_next, failed) && full;
    b->window.slow -= swap_bit(b->ring_slow, b->ring_next, slow) && full;
    b->ring_next = (b->ring_next + 1) % b->config.window_calls;
}

static int64_t bucket_at(const struct breaker *b)
{
    return b->now_ms / width(b->config.window_ms, BREAKER_BUCKETS);
}

/* Buckets that time has entered since begin with what there was by then. */
static void count_in_time(struct breaker *b, bool failed, bool slow)
{
    int64_t now = bucket_at(b), first = b->bucket_now + 1;
    if (first <= now - BREAKER_BUCKETS)
        first = now - BREAKER_BUCKETS + 1; /* all of them, once */
    for (int64_t i = first; i <= now; i++)
        b->bucket[i % BREAKER_BUCKETS] = b->window;
    b->bucket_now = now;
    add(&b->window, failed, slow);
}

/* The total, less what it was when the oldest bucket still in the window began. */
static struct breaker_tally in_window(const struct breaker *b)
{
    if (b->config.window_ms == 0)
        return b->window;
    int64_t oldest = bucket_at(b) - BREAKER_BUCKETS + 1;
    if (oldest > b->bucket_now)
        return (struct breaker_tally){0, 0, 0};
    int64_t at = oldest < 0 ? oldest + BREAKER_BUCKETS : oldest;
    const struct breaker_tally *then = &b->bucket[at % BREAKER_BUCKETS];
    return (struct breaker_tally){b->window.calls - then->calls,
                                  b->window.failed - then->failed,
                                  b->window.slow - then->slow};
}

/* --- calls under way -------------------------------------------------------------- */

static uint32_t *began_in(struct breaker *b, int64_t slice)
{
    bool young = slice + BREAKER_AGES >= b->age_now;
    return young ? &b->running[slice % (BREAKER_AGES + 1)] : &b->overdue;
}

/* One call more, or one less, of those that began in the slice of `began_ms`. */
static void under_way(struct breaker *b, int64_t began_ms, bool more)
{
    if (b->config.slow_pct == 0)
        return;
    int64_t now = b->now_ms / width(b->config.slow_ms, BREAKER_AGES);
    for (int passed = 0; passed <= BREAKER_AGES && b->age_now < now; passed++) {
        uint32_t *oldest = &b->running[++b->age_now % (BREAKER_AGES + 1)];
        b->overdue += *oldest;
        *oldest = 0;
    }
    b->age_now = now;
    uint32_t *those = began_in(b, began_ms / width(b->config.slow_ms, BREAKER_AGES));
    *those = more ? *those + 1 : *those - 1;
}

/* --- judging ---------------------------------------------------------------------- */

static bool share(const struct breaker *b, uint64_t part, uint64_t all, uint32_t pct)
{
    return pct > 0 && all >= b->config.min_calls && part * 100 >= all * pct;
}

static bool failing(const struct breaker *b)
{
    struct breaker_tally w = in_window(b);
    uint32_t row = b->config.failures_to_open;
    return (row > 0 && b->failures_in_row >= row) ||
           share(b, w.failed, w.calls, b->config.failure_pct);
}

static bool dragging(const struct breaker *b)
{
    struct breaker_tally w = in_window(b);
    uint64_t late = b->overdue;
    return share(b, w.slow + late, w.calls + late, b->config.slow_pct);
}

/* --- what it answers to those who ask --------------------------------------------- */

static struct breaker_permit yes(const struct breaker *b, bool probe)
{
    return (struct breaker_permit){.granted = true,
                                   .probe = probe,
                                   .generation = b->generation,
                                   .acquired_ms = b->now_ms};
}

static struct breaker_permit no(int64_t retry_after_ms)
{
    return (struct breaker_permit){.retry_after_ms = retry_after_ms};
}

static struct breaker_permit happens(struct breaker *b, enum event event);

static struct breaker_permit ask_closed(struct breaker *b)
{
    under_way(b, b->now_ms, true);
    if (b->overdue > 0 && dragging(b))
        return happens(b, BAD_NEWS);
    return yes(b, false);
}

static struct breaker_permit ask_open(struct breaker *b)
{
    if (b->now_ms >= b->open_until_ms)
        return happens(b, RESTED);
    return no(b->open_until_ms == INT64_MAX ? 0 : b->open_until_ms - b->now_ms);
}

static int64_t lease_ms(const struct breaker *b)
{
    return b->config.probe_lease_ms > 0 ? b->config.probe_lease_ms : b->config.open_ms;
}

/* Take number `i` out of the queue; those behind it move up. */
static void leave_queue(struct breaker *b, int i)
{
    for (; i + 1 < BREAKER_PROBES_MAX; i++)
        b->probe_until_ms[i] = b->probe_until_ms[i + 1];
    b->probe_until_ms[i] = 0;
}

static struct breaker_permit ask_half_open(struct breaker *b)
{
    uint32_t out = 0, most = b->config.probes_at_once;
    while (b->probe_until_ms[0] > 0 && b->probe_until_ms[0] <= b->now_ms)
        leave_queue(b, 0);
    while (out < BREAKER_PROBES_MAX && b->probe_until_ms[out] > 0)
        out++;
    if (out >= (most > 0 ? most : 1))
        return no(b->probe_until_ms[0] - b->now_ms);
    b->probe_until_ms[out] = b->now_ms + lease_ms(b);
    return yes(b, true);
}

/* --- what it makes of an outcome -------------------------------------------------- */

struct ended {
    int64_t began_ms;
    bool counts, failed, slow;
};

static enum event hear_closed(struct breaker *b, struct ended call)
{
    under_way(b, call.began_ms, false);
    if (!call.counts)
        return NOTHING;
    b->failures_in_row = call.failed ? b->failures_in_row + 1 : 0;
    if (b->config.window_calls > 0)
        count_in_ring(b, call.failed, call.slow);
    if (b->config.window_ms > 0)
        count_in_time(b, call.failed, call.slow);
    bool bad = (call.failed && failing(b)) || (call.slow && dragging(b));
    return bad ? BAD_NEWS : NOTHING;
}

static enum event hear_half_open(struct breaker *b, struct ended call)
{
    int i = 0;
    while (i < BREAKER_PROBES_MAX &&
           b->probe_until_ms[i] != call.began_ms + lease_ms(b))
        i++;
    if (i < BREAKER_PROBES_MAX)
        leave_queue(b, i);
    if (!call.counts || call.failed || call.slow)
        return call.counts ? BAD_NEWS : NOTHING;
    uint32_t enough = b->config.successes_to_close;
    return ++b->probes_ok >= (enough > 0 ? enough : 1) ? GOOD_NEWS : NOTHING;
}

/* --- the machine ------------------------------------------------------------------ */

static const struct {
    struct breaker_permit (*ask)(struct breaker *);
    enum event (*hear)(struct breaker *, struct ended);
} states[] = {[BREAKER_CLOSED] = {ask_closed, hear_closed},
              [BREAKER_OPEN] = {ask_open, NULL}, /* nobody is out */
              [BREAKER_HALF_OPEN] = {ask_half_open, hear_half_open}};

/* A generation ends: nothing is left of what was counted or lent in it. The bits of the
 * ring may stay, no call is in it. */
static void turn_the_page(struct breaker *b)
{
    b->generation++;
    b->failures_in_row = b->probes_ok = b->overdue = 0;
    b->window = (struct breaker_tally){0, 0, 0};
    for (int i = 0; i < BREAKER_BUCKETS; i++)
        b->bucket[i] = b->window;
    for (int i = 0; i <= BREAKER_AGES; i++)
        b->running[i] = 0;
    for (int i = 0; i < BREAKER_PROBES_MAX; i++)
        b->probe_until_ms[i] = 0;
}

static int64_t rest_ms(struct breaker *b)
{
    uint64_t z = b->random += 0xd1342543de82ef95u;
    z = (z ^ z >> 33) * 0xff51afd7ed558ccdu; /* the end of MurmurHash3 */
    z = (z ^ z >> 33) * 0xc4ceb9fe1a85ec53u;
    return breaker_open_ms(&b->config, b->opens, z ^ z >> 33);
}

static void move(struct breaker *b, enum event event)
{
    uint8_t from = b->state, to = next[from][event];
    if (to == from)
        return;
    turn_the_page(b);
    b->state = to;
    b->transition[b->transitions++ % BREAKER_TRANSITIONS_MAX] =
        (struct breaker_transition){b->now_ms, b->generation, from, to};
    b->opens = to == C ? 0 : b->opens + (to == O);
    if (to == O)
        b->open_until_ms = b->config.open_ms > 0 ? b->now_ms + rest_ms(b) : INT64_MAX;
}

/* Something happens to one that is asked: the state it is in by then answers. */
static struct breaker_permit happens(struct breaker *b, enum event event)
{
    move(b, event);
    return states[b->state].ask(b);
}

/* --- the public functions --------------------------------------------------------- */

void breaker_init(struct breaker *b, const struct breaker_config *config, uint64_t seed)
{
    assert(breaker_config_error(config) == NULL);
    *b = (struct breaker){.config = *config, .random = seed};
}

struct breaker_permit breaker_acquire(struct breaker *b, int64_t now_ms)
{
    struct breaker_permit permit = no(0);
    see(b, now_ms);
    if (modes[b->mode].decides)
        permit = states[b->state].ask(b);
    if (!permit.granted && modes[b->mode].lets_all_through) {
        permit = yes(b, false);
        permit.generation--; /* worth nothing */
    }
    return permit;
}

void breaker_record(struct breaker *b, struct breaker_permit *permit,
                    enum breaker_outcome outcome, int64_t now_ms)
{
    struct breaker_permit p = *permit;
    *permit = no(0);
    see(b, now_ms);
    if (!p.granted || p.generation != b->generation || b->state == O)
        return;
    int64_t took = b->now_ms - p.acquired_ms;
    struct ended call = {.began_ms = p.acquired_ms,
                         .counts = outcome != BREAKER_IGNORED,
                         .failed = outcome == BREAKER_FAILED,
                         .slow = b->config.slow_ms > 0 && took >= b->config.slow_ms};
    move(b, states[b->state].hear(b, call));
}

enum breaker_state breaker_state_at(const struct breaker *b, int64_t now_ms)
{
    if (!modes[b->mode].decides)
        return modes[b->mode].lets_all_through ? BREAKER_CLOSED : BREAKER_OPEN;
    bool open = b->state == BREAKER_OPEN;
    bool rested = now_ms >= b->open_until_ms || b->now_ms >= b->open_until_ms;
    return (enum breaker_state)next[b->state][open && rested ? RESTED : NOTHING];
}

int64_t breaker_open_ms(const struct breaker_config *config, uint32_t opens,
                        uint64_t random)
{
    int64_t rest = config->open_ms, most = config->open_max_ms;
    while (opens-- > 1 && rest < most && rest > 0)
        rest += rest;
    rest = most > 0 && most < rest ? most : rest;
    int64_t shorter = rest * config->open_jitter_pct / 100;
    return rest - shorter + (int64_t)(random % (uint64_t)(shorter + 1));
}

void breaker_rest(struct breaker *b, int64_t now_ms, int64_t retry_after_ms)
{
    int64_t most = b->config.open_max_ms;
    int64_t rest = retry_after_ms < most ? retry_after_ms : most;
    see(b, now_ms);
    if (b->state == O && rest > 0 && rest > b->open_until_ms - b->now_ms)
        b->open_until_ms = b->now_ms + rest;
}

void breaker_set_mode(struct breaker *b, enum breaker_mode mode)
{
    if (b->mode != mode)
        turn_the_page(b);
    b->mode = (uint8_t)mode;
}

void breaker_reset(struct breaker *b, int64_t now_ms)
{
    uint32_t generation = b->generation;
    see(b, now_ms);
    move(b, RESET);
    if (b->generation == generation) /* closed as it was */
        turn_the_page(b);
}

bool breaker_take_transition(struct breaker *b, struct breaker_transition *out)
{
    while (b->transitions - b->taken > BREAKER_TRANSITIONS_MAX)
        b->taken++;
    if (b->taken == b->transitions)
        return false;
    *out = b->transition[b->taken++ % BREAKER_TRANSITIONS_MAX];
    return true;
}
