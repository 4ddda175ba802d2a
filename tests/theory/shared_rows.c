/* shared_rows.c - one breaker for many environments: how early the fastest of their
 * clocks makes the probe. */
#include <assert.h>
#include <math.h>
#include <stddef.h>

#include "../model_store.h"
#include "random.h"
#include "shared.h"
#include "theory.h"

enum { CLOCKS_MAX = 1000, FINE = 50 };

struct clocks {
    struct model_store store;
    struct shared env[CLOCKS_MAX];
    int64_t off_ms[CLOCKS_MAX];
    uint32_t count;
    int64_t sigma_ms, rest_ms;
    struct random random;
};

/* One call of one environment at this true time, its store without latency: was it
 * granted the probe? */
static bool ask(struct clocks *c, uint32_t i, int64_t now_ms)
{
    struct shared_call call = {.phase = 0};
    int64_t clock = now_ms + c->off_ms[i];
    uint64_t bits = random_bits(&c->random);
    struct shared_wish wish = shared_ask(&c->env[i], &call, clock, bits);
    while (wish.want == SHARED_LOAD || wish.want == SHARED_SAVE) {
        enum shared_news news = SHARED_ITEM;
        if (wish.want == SHARED_SAVE)
            news = model_save(&c->store, &call.write) ? SHARED_SAVED : SHARED_CONFLICT;
        wish = shared_hear(&c->env[i], &call, news, model_now(&c->store), clock, bits);
    }
    return wish.want == SHARED_GRANT && wish.probe;
}

/* All of them have read of an OPEN that a right clock wrote. */
static void open_for_all(struct clocks *c, int64_t now_ms)
{
    const struct item open = {.schema = ITEM_SCHEMA,
                              .generation = 1,
                              .version = 1,
                              .state = BREAKER_OPEN,
                              .opens = 1,
                              .until_ms = now_ms + c->rest_ms};
    const struct breaker_config breaker = {.open_ms = (uint32_t)c->rest_ms};
    const struct shared_config shared = {.cache_ms = 2 * breaker.open_ms,
                                         .timeout_ms = 1,
                                         .window_ms = 10000,
                                         .failures = 1};
    c->store = (struct model_store){.there = true, .item = open};
    for (uint32_t i = 0; i < c->count; i++) {
        c->off_ms[i] = random_normal(&c->random, c->sigma_ms);
        shared_init(&c->env[i], &shared, &breaker);
        ask(c, i, now_ms);
    }
}

/* How long before the item's end the probe is granted; all ask in every moment. */
static int64_t early_ms(struct clocks *c, bool *alone)
{
    const int64_t start = INT64_C(1600000000000), end = start + c->rest_ms;
    int64_t now = start;
    uint32_t granted = 0;
    for (open_for_all(c, start); granted == 0; now += c->sigma_ms / FINE)
        for (uint32_t i = 0; i < c->count; i++)
            granted += ask(c, i, now);
    *alone &= granted == 1;
    return end - (now - c->sigma_ms / FINE);
}

static void first_prober(struct theory *t)
{
    enum { RUNS = 2000 };
    static struct clocks c;
    bool alone = true;
    double sum = 0;
    c.count = (uint32_t)lround(theory_param(t, "M"));
    c.sigma_ms = lround(1000 * theory_param(t, "sigma_s"));
    c.rest_ms = 6 * c.sigma_ms;
    random_seed(&c.random, 1, "clocks");
    assert(c.count <= CLOCKS_MAX && c.sigma_ms >= FINE);
    for (int run = 0; run < RUNS; run++)
        sum += (double)early_ms(&c, &alone);
    theory_check(t, "early_s", sum / RUNS / 1000);
    theory_claim(t, "and however many clocks: one has the probe", alone);
}

const struct theory_test shared_rows[] = {{"skew_first_prober", first_prober},
                                          {NULL, NULL}};
