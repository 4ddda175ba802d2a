/* item_fuzz.c - anything at all as an item, and any order of events: `make fuzz`.
 *
 * Two clients with a store, up to three requests each. Every byte of the input decides
 * something: the knobs, whose turn it is, how the clock moves, what the store says. It
 * may be honest (it does what item.h says), silent, or a liar that shows any bytes as
 * an item. Only events are sent that the last action asked for.
 *
 * Nothing may abort; every request must end within a number of steps; no wait may be
 * negative; a place in the bulkhead is given back; and a liar must not make an honest
 * store's item change against its rules: it is sound after every write. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define HOLDS(what) ((what) ? (void)0 : fail(#what, __LINE__))

static void fail(const char *what, int line)
{
    fprintf(stderr, "item_fuzz: line %d: does not hold: %s\n", line, what);
    abort();
}

enum { ENVS = 2, CALLS = 3, KEYS = 32, TRIES = 3, STEPS_A_TRY = 40 };

static struct world {
    const unsigned char *data;
    size_t left;
    int64_t now_ms;
    struct client client[ENVS];
    struct request {
        struct client_call call;
        struct client_action action;
        bool open;
        int steps;
    } request[ENVS][CALLS];
    struct {
        bool there;
        struct item item;
    } store[KEYS];
} world;

/* The next bytes of the input; zeros when it is used up. */
static void take(struct world *w, void *to, size_t size)
{
    size_t n = size < w->left ? size : w->left;
    memset(to, 0, size);
    if (n > 0)
        memcpy(to, w->data, n);
    w->data += n;
    w->left -= n;
}

static uint32_t take_below(struct world *w, uint32_t n)
{
    unsigned char byte;
    take(w, &byte, 1);
    return byte % n;
}

/* Small numbers, and now and then the largest there is. */
static uint32_t take_knob(struct world *w)
{
    uint32_t n = take_below(w, 256);
    return n == 255 ? UINT32_MAX : n * n;
}

static struct client_config take_config(struct world *w)
{
    struct client_config c = {
        .deadline_ms = take_knob(w),
        .retry = {.attempts = take_below(w, TRIES + 1), .backoff_ms = take_below(w, 9)},
        .breaker = {.failures_to_open = take_below(w, 4),
                    .open_ms = 1 + take_below(w, 200),
                    .open_max_ms = take_knob(w),
                    .open_jitter_pct = take_below(w, 101),
                    .probe_lease_ms = take_knob(w),
                    .successes_to_close = take_below(w, 4)},
        .in_flight_max = take_below(w, 3),
        .per_shard = take_below(w, 2),
        .shared = {.cache_ms = 1 + take_below(w, 200),
                   .timeout_ms = 1 + take_below(w, 200),
                   .skip_ms = take_knob(w),
                   .jitter_ms = take_knob(w),
                   .window_ms = 1 + take_below(w, 200),
                   .failures = 1 + take_below(w, 3),
                   .failure_pct = take_below(w, 101),
                   .min_calls = 1 + take_below(w, 9)}};
    if (c.breaker.probe_lease_ms == 0) /* then open_ms is the lease */
        c.breaker.open_ms += c.shared.timeout_ms;
    else if (c.breaker.probe_lease_ms <= c.shared.timeout_ms)
        c.breaker.probe_lease_ms += c.shared.timeout_ms;
    if (c.breaker.open_max_ms < c.breaker.open_ms) /* which has its final value now */
        c.breaker.open_max_ms = 0;
    if (c.shared.failure_pct > 0)
        c.shared.window_ms += 2 * c.shared.cache_ms;
    return c;
}

/* Any bytes; or a sound item with any bytes in one place of it. */
static void take_item(struct world *w, struct item *item)
{
    take(w, item, sizeof *item);
    if (take_below(w, 4) == 0)
        return;
    item->schema = ITEM_SCHEMA;
    item->state = take_below(w, 4);
    item->calls = item->failed + take_below(w, 3);
    item->until_ms = w->now_ms + (int64_t)take_knob(w) - 500;
    item->lease_until_ms = w->now_ms + (int64_t)take_knob(w) - 500;
    item->window_ms = w->now_ms - take_below(w, 200);
    item->generation = take_below(w, 4);
    item->version = take_below(w, 40);
}

/* An honest store, or a liar. */
static struct client_event take_answer(struct world *w, const struct client_action *a,
                                       struct item *lie)
{
    bool load = a->kind == CLIENT_LOAD_ITEM, made = false;
    uint32_t how = take_below(w, 6), key = (uint32_t)(a->key % KEYS);
    struct client_event event = {.kind = CLIENT_STORE_FAILED};
    const struct item *now = w->store[key].there ? &w->store[key].item : NULL;
    if (!load && how != 1 && item_holds(a->write, now)) {
        struct item after = item_apply(a->write, now);
        HOLDS(item_read(&after).schema == ITEM_SCHEMA || after.failed > after.calls);
        w->store[key].item = after;
        w->store[key].there = made = true;
    }
    if (how < 2) /* silent: before or after it was done */
        return event;
    event.kind = load   ? CLIENT_STORE_ITEM
                 : made ? CLIENT_STORE_SAVED
                        : CLIENT_STORE_CONFLICT;
    event.item = w->store[key].there ? &w->store[key].item : NULL;
    if (how == 2) {
        take_item(w, lie);
        event.item = lie;
        if (!load && take_below(w, 2) == 0)
            event.kind = CLIENT_STORE_SAVED;
    }
    if (how == 3 && event.kind != CLIENT_STORE_SAVED)
        event.item = NULL;
    return event;
}

static struct client_event take_event(struct world *w, const struct request *q,
                                      struct item *lie)
{
    static const int codes[] = {200, 500, 404, 429, 503, 0, -1, 99999};
    if (!q->open)
        return (struct client_event){.kind = CLIENT_START,
                                     .shard = take_below(w, KEYS)};
    if (q->action.kind == CLIENT_SLEEP)
        return (struct client_event){.kind = CLIENT_WOKE};
    if (q->action.kind != CLIENT_CALL_BACKEND)
        return take_answer(w, &q->action, lie);
    if (take_below(w, 4) == 0)
        return (struct client_event){.kind = CLIENT_TIMEOUT};
    return (struct client_event){.kind = CLIENT_REPLY,
                                 .status = codes[take_below(w, 8)],
                                 .retry_after_ms = take_knob(w)};
}

static void step(struct world *w, int e, struct request *q)
{
    struct item lie;
    struct client_event event = take_event(w, q, &lie);
    event.now_ms = w->now_ms;
    take(w, &event.random, 2);
    event.random *= UINT64_C(0x9e3779b97f4a7c15);
    if (!q->open)
        *q = (struct request){.open = true};
    q->action = client_step(&w->client[e], &q->call, &event);
    q->open = q->action.kind != CLIENT_ANSWER;
    HOLDS(++q->steps <= (TRIES + 1) * STEPS_A_TRY);
    HOLDS(!q->open || q->action.within_ms >= 0);
    HOLDS(q->action.retry_after_ms >= 0 && q->action.age_ms >= 0);
    HOLDS(w->client[e].in_flight <= CALLS);
}

static void move_clock(struct world *w)
{
    uint32_t how = take_below(w, 64);
    if (how == 63)
        w->now_ms -= (int64_t)take_knob(w);
    else if (how == 62)
        w->now_ms += (int64_t)take_knob(w) * 1000;
    else
        w->now_ms += how;
    if (w->now_ms < 1 || w->now_ms > INT64_C(1) << 50)
        w->now_ms = 1;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct world *w = &world;
    memset(w, 0, sizeof *w);
    w->data = data;
    w->left = size;
    w->now_ms = 1000000;
    struct client_config config = take_config(w);
    HOLDS(client_config_error(&config) == NULL);
    for (int e = 0; e < ENVS; e++)
        client_init(&w->client[e], &config, (uint64_t)e);
    while (w->left > 0) {
        int turn = (int)take_below(w, ENVS * CALLS);
        move_clock(w);
        step(w, turn % ENVS, &w->request[turn % ENVS][turn / ENVS]);
    }
    for (int e = 0; e < ENVS; e++) {
        for (int c = 0; c < CALLS; c++)
            while (w->request[e][c].open)
                step(w, e, &w->request[e][c]);
        HOLDS(w->client[e].in_flight == 0);
    }
    return 0;
}
