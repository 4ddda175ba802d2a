/* breaker.c - the circuit breaker, as it stands at the end of chapter 10: its rest
 * grows with each failed probe, is spread by chance, and heeds the backend's wish. */
#include "breaker.h"
#include "todo.h"

#include <assert.h>
#include <stddef.h>

void breaker_init(struct breaker *b, const struct breaker_config *config, uint64_t seed)
{
    assert(breaker_config_error(config) == NULL);
    *b = (struct breaker){.config = *config, .random = seed};
}

/* The latest time seen. A clock that steps back must not end a rest or begin one. */
static int64_t see(struct breaker *b, int64_t now_ms)
{
    if (now_ms > b->now_ms)
        b->now_ms = now_ms;
    return b->now_ms;
}

static bool bit(const uint64_t *ring, uint32_t i)
{
    return ring[i / 64] >> i % 64 & 1;
}

static void set_bit(uint64_t *ring, uint32_t i, bool on)
{
    ring[i / 64] = (ring[i / 64] & ~(UINT64_C(1) << i % 64)) | (uint64_t)on << i % 64;
}

static void count(struct breaker_tally *tally, bool failed, bool slow)
{
    tally->calls++;
    tally->failed += failed;
    tally->slow += slow;
}

static void push_ring(struct breaker *b, bool failed, bool slow)
{
    uint32_t i = b->ring_next;
    if (b->window.calls == b->config.window_calls) { /* full: the oldest goes */
        b->window.calls--;
        b->window.failed -= bit(b->ring_failed, i);
        b->window.slow -= bit(b->ring_slow, i);
    }
    set_bit(b->ring_failed, i, failed);
    set_bit(b->ring_slow, i, slow);
    count(&b->window, failed, slow);
    b->ring_next = i + 1 == b->config.window_calls ? 0 : i + 1;
}

static int64_t bucket_width(const struct breaker *b)
{
    return ((int64_t)b->config.window_ms + BREAKER_BUCKETS - 1) / BREAKER_BUCKETS;
}

/* Let the time window slide to now: buckets it has left are emptied, all of them if it
 * was idle for longer than the whole window. */
static void slide_window(struct breaker *b, int64_t now_ms)
{
    int64_t width = bucket_width(b);
    if (now_ms < (b->bucket_now + 1) * width)
        return;
    int64_t now = now_ms / width;
    for (int i = 0; i < BREAKER_BUCKETS && b->bucket_now < now; i++) {
        struct breaker_tally *oldest = &b->bucket[++b->bucket_now % BREAKER_BUCKETS];
        b->window.calls -= oldest->calls;
        b->window.failed -= oldest->failed;
        b->window.slow -= oldest->slow;
        *oldest = (struct breaker_tally){0, 0, 0};
    }
    b->bucket_now = now;
}

static void push_bucket(struct breaker *b, bool failed, bool slow, int64_t now_ms)
{
    slide_window(b, now_ms);
    count(&b->bucket[b->bucket_now % BREAKER_BUCKETS], failed, slow);
    count(&b->window, failed, slow);
}

/* A breaker that waits for answers learns of a hanging backend one time-out too late.
 * So it keeps how many calls began in each slice of slow_ms / BREAKER_AGES; a slice
 * that is older than slow_ms is overdue. Late by about one slice, never early. */
static int64_t age_width(const struct breaker *b)
{
    return ((int64_t)b->config.slow_ms + BREAKER_AGES - 1) / BREAKER_AGES;
}

static void grow_old(struct breaker *b, int64_t now_ms)
{
    int64_t width = age_width(b);
    if (now_ms < (b->age_now + 1) * width)
        return;
    int64_t now = now_ms / width;
    for (int i = 0; i <= BREAKER_AGES && b->age_now < now; i++) {
        size_t oldest = (size_t)(++b->age_now % (BREAKER_AGES + 1));
        b->overdue += b->running[oldest];
        b->running[oldest] = 0;
    }
    b->age_now = now;
}

static void start_running(struct breaker *b, int64_t now_ms)
{
    if (b->config.slow_pct == 0)
        return;
    grow_old(b, now_ms);
    b->running[b->age_now % (BREAKER_AGES + 1)]++;
}

static void stop_running(struct breaker *b, int64_t acquired_ms, int64_t now_ms)
{
    if (b->config.slow_pct == 0)
        return;
    grow_old(b, now_ms);
    int64_t age = acquired_ms / age_width(b);
    if (age + BREAKER_AGES < b->age_now)
        b->overdue--;
    else
        b->running[age % (BREAKER_AGES + 1)]--;
}

/* All that was counted belongs to the state in which it was counted. */
static void enter(struct breaker *b, enum breaker_state state)
{
    b->state = (uint8_t)state;
    b->generation++;
    b->failures_in_row = b->probes_ok = 0;
    b->ring_next = b->overdue = 0;
    b->window = (struct breaker_tally){0, 0, 0};
    for (int i = 0; i < BREAKER_BUCKETS; i++)
        b->bucket[i] = b->window;
    for (int i = 0; i <= BREAKER_AGES; i++)
        b->running[i] = 0;
    for (int i = 0; i < BREAKER_PROBES_MAX; i++)
        b->probe_until_ms[i] = 0;
    if (state == BREAKER_CLOSED)
        b->opens = 0;
}

static uint64_t draw(struct breaker *b)
{
    uint64_t z = b->random += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* What this opening draws; a breaker without jitter draws nothing. */
static int64_t rest_ms(struct breaker *b)
{
    uint64_t random = b->config.open_jitter_pct > 0 ? draw(b) : 0;
    return breaker_open_ms(&b->config, b->opens, random);
}

static void open_now(struct breaker *b, int64_t now_ms)
{
    enter(b, BREAKER_OPEN);
    b->opens++;
    b->opened_ms = now_ms;
    b->open_until_ms = b->config.open_ms == 0 ? INT64_MAX : now_ms + rest_ms(b);
}

static int64_t lease_ms(const struct breaker *b)
{
    return b->config.probe_lease_ms > 0 ? b->config.probe_lease_ms : b->config.open_ms;
}

static uint32_t or_one(uint32_t knob)
{
    return knob > 0 ? knob : 1;
}

static struct breaker_permit acquire_probe(struct breaker *b, int64_t now_ms)
{
    int64_t free_ms = INT64_MAX;
    for (uint32_t i = 0; i < or_one(b->config.probes_at_once); i++) {
        if (b->probe_until_ms[i] <= now_ms) {
            b->probe_until_ms[i] = now_ms + lease_ms(b);
            return (struct breaker_permit){.granted = true,
                                           .probe = true,
                                           .generation = b->generation,
                                           .acquired_ms = now_ms};
        }
        if (b->probe_until_ms[i] < free_ms)
            free_ms = b->probe_until_ms[i];
    }
    return (struct breaker_permit){.retry_after_ms = free_ms - now_ms};
}

static bool reached(uint64_t part, uint64_t whole, uint32_t pct)
{
    return pct > 0 && part * 100 >= whole * pct;
}

static bool too_many_failures(const struct breaker *b)
{
    if (b->config.failures_to_open > 0 &&
        b->failures_in_row >= b->config.failures_to_open)
        return true;
    return b->window.calls >= b->config.min_calls &&
           reached(b->window.failed, b->window.calls, b->config.failure_pct);
}

/* Overdue calls have no answer yet, but slow they are. */
static bool too_many_slow(const struct breaker *b)
{
    return b->window.calls + b->overdue >= b->config.min_calls &&
           reached(b->window.slow + b->overdue, b->window.calls + b->overdue,
                   b->config.slow_pct);
}

static bool overdue_open_it(struct breaker *b, int64_t now_ms)
{
    if (b->overdue == 0)
        return false;
    if (b->config.window_ms > 0)
        slide_window(b, now_ms);
    return too_many_slow(b);
}

static bool is_slow(const struct breaker *b, int64_t acquired_ms, int64_t now_ms)
{
    return b->config.slow_pct > 0 && now_ms - acquired_ms >= b->config.slow_ms;
}

struct breaker_permit breaker_acquire(struct breaker *b, int64_t now_ms)
{
    int64_t now = see(b, now_ms);
    if (b->state == BREAKER_OPEN && now >= b->open_until_ms)
        enter(b, BREAKER_HALF_OPEN);
    if (b->state == BREAKER_HALF_OPEN)
        return acquire_probe(b, now);
    if (b->state == BREAKER_CLOSED) {
        start_running(b, now);
        if (!overdue_open_it(b, now))
            return (struct breaker_permit){
                .granted = true, .generation = b->generation, .acquired_ms = now};
        open_now(b, now);
    }
    bool fuse = b->open_until_ms == INT64_MAX;
    return (struct breaker_permit){.retry_after_ms = fuse ? 0 : b->open_until_ms - now};
}

static void record_closed(struct breaker *b, int64_t acquired_ms,
                          enum breaker_outcome outcome, int64_t now_ms)
{
    stop_running(b, acquired_ms, now_ms);
    if (outcome == BREAKER_IGNORED)
        return;
    bool failed = outcome == BREAKER_FAILED, slow = is_slow(b, acquired_ms, now_ms);
    b->failures_in_row = failed ? b->failures_in_row + 1 : 0;
    if (b->config.window_calls > 0)
        push_ring(b, failed, slow);
    else if (b->config.window_ms > 0)
        push_bucket(b, failed, slow, now_ms);
    if ((failed && too_many_failures(b)) || (slow && too_many_slow(b)))
        open_now(b, now_ms);
}

/* A slot is known by the end of its lease; of two equal ones either will do. A probe
 * whose lease is over has no slot to give back, but its answer is still news. */
static void record_probe(struct breaker *b, int64_t acquired_ms,
                         enum breaker_outcome outcome, int64_t now_ms)
{
    for (uint32_t i = 0; i < or_one(b->config.probes_at_once); i++) {
        if (b->probe_until_ms[i] == acquired_ms + lease_ms(b)) {
            b->probe_until_ms[i] = 0;
            break;
        }
    }
    if (outcome == BREAKER_IGNORED)
        return;
    if (outcome == BREAKER_FAILED || is_slow(b, acquired_ms, now_ms))
        open_now(b, now_ms);
    else if (++b->probes_ok >= or_one(b->config.successes_to_close))
        enter(b, BREAKER_CLOSED);
}

/* The caller's permit is emptied first: whoever records it again brings a refusal. */
void breaker_record(struct breaker *b, struct breaker_permit *permit,
                    enum breaker_outcome outcome, int64_t now_ms)
{
    bool counts = permit->granted && permit->generation == b->generation;
    int64_t acquired_ms = permit->acquired_ms, now = see(b, now_ms);
    *permit = (struct breaker_permit){.granted = false};
    if (!counts)
        return;
    if (b->state == BREAKER_CLOSED)
        record_closed(b, acquired_ms, outcome, now);
    else if (b->state == BREAKER_HALF_OPEN)
        record_probe(b, acquired_ms, outcome, now);
}

enum breaker_state breaker_state_at(const struct breaker *b, int64_t now_ms)
{
    int64_t now = now_ms > b->now_ms ? now_ms : b->now_ms;
    if (b->state == BREAKER_OPEN && now >= b->open_until_ms)
        return BREAKER_HALF_OPEN;
    return (enum breaker_state)b->state;
}

/* The jitter comes after the cap, or all would meet again at the cap. */
int64_t breaker_open_ms(const struct breaker_config *config, uint32_t opens,
                        uint64_t random)
{
    int64_t rest = config->open_ms;
    for (uint32_t i = 1; i < opens && rest < config->open_max_ms; i++)
        rest *= 2;
    if (config->open_max_ms > 0 && rest > config->open_max_ms)
        rest = config->open_max_ms;
    int64_t jitter = rest * config->open_jitter_pct / 100;
    return rest - (int64_t)(random % (uint64_t)(jitter + 1));
}

void breaker_rest(struct breaker *b, int64_t now_ms, int64_t retry_after_ms)
{
    int64_t now = see(b, now_ms), most = b->config.open_max_ms;
    if (b->state != BREAKER_OPEN || retry_after_ms <= 0)
        return;
    int64_t until = now + (retry_after_ms < most ? retry_after_ms : most);
    if (until > b->open_until_ms)
        b->open_until_ms = until;
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
