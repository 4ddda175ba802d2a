/* shared_rows.c - one breaker for many environments: what a copy that may be old costs,
 * and what it saves; and how early the fastest of many clocks makes the probe. */
#include <assert.h>
#include <math.h>
#include <stddef.h>

#include "../model_store.h"
#include "theory.h"
#include "town.h"

/* --- a copy for each -------------------------------------------------------------- */

enum { SLOTS = 1000 };

/* What is seen of one run: who asked in this ttl, who read, and calls after the trip.
 */
struct seen {
    int64_t ttl, opened; /* opened: -1 until then */
    int64_t asked_in[SLOTS], read_in[SLOTS];
    double asked, reads, late;
    bool twice; /* somebody read twice within one ttl */
};

enum { WARM_UP = 10 };

static void look(void *who, uint32_t slot, int64_t now,
                 const struct caller_event *event, const struct caller_action *action)
{
    struct seen *s = who;
    int64_t period = 1 + now / s->ttl;
    assert(slot < SLOTS);
    s->late += action->kind == CALLER_CALL && s->opened >= 0 && !action->probe;
    if (now < WARM_UP * SIM_S)
        return;
    s->asked += event->kind == CALLER_START && s->asked_in[slot] != period;
    if (event->kind == CALLER_START)
        s->asked_in[slot] = period;
    if (action->kind == CALLER_LOAD) {
        s->reads++;
        s->twice |= s->read_in[slot] == period;
        s->read_in[slot] = period;
    }
}

static void note_trip(void *who, uint64_t key, int64_t now, const void *before,
                      const void *after)
{
    struct seen *s = who;
    const struct item *item = after;
    (void)key, (void)before;
    if (s->opened < 0 && item->state == BREAKER_OPEN)
        s->opened = now;
}

/* The shared breaker and the store of the gallery; one failure opens. */
static struct town with_store(const struct theory *t, double seconds)
{
    struct town town = town_new(theory_param(t, "lambda"), seconds);
    town.world.has_store = true;
    town.world.store = (struct store_config){.read_p50 = 3 * SIM_MS,
                                             .read_p99 = 10 * SIM_MS,
                                             .write_p50 = 5 * SIM_MS,
                                             .write_p99 = 15 * SIM_MS};
    town.client = (struct client_config){
        .retry = {.attempts = 1, .timeout_ms = 1000},
        .breaker = {.failures_to_open = 5, .open_ms = 60000, .probe_lease_ms = 2000},
        .shared = {.cache_ms = (uint32_t)lround(1000 * theory_param(t, "ttl")),
                   .timeout_ms = 100,
                   .window_ms = 10000,
                   .failures = 1}};
    return town;
}

static struct town lambdas(const struct theory *t, double seconds)
{
    struct town town = with_store(t, seconds);
    town.world.pool = (struct pool_config){.fleet = true,
                                           .size = SLOTS,
                                           .init_p50 = 15 * SIM_MS,
                                           .init_p99 = 30 * SIM_MS,
                                           .keep = 600 * SIM_S,
                                           .scale_per_s = 100,
                                           .scale_burst = 1000};
    town.world.backend.servers = 20;
    town.world.backend.service =
        (struct service){.law = SERVICE_EXPONENTIAL, .mean_ns = 50 * SIM_MS};
    return town;
}

/* Every environment has its turn, so all are equally busy, and none is favoured for
 * being done sooner, as those that refuse are. */
static struct town in_turn(const struct theory *t, double seconds)
{
    struct town town = with_store(t, seconds);
    town.world.load.law = LOAD_EVEN;
    town.world.pool.size = (uint32_t)lround(theory_param(t, "M_busy"));
    town.world.breakers = town.world.pool.size;
    return town;
}

static struct seen watched(const struct theory *t, struct town *town, uint64_t seed)
{
    struct seen seen = {.ttl = town_time(theory_param(t, "ttl")), .opened = -1};
    const struct world_watch watch = {.who = &seen, .step = look, .write = note_trip};
    town->world.watch = &watch;
    record_free(town_run(town, seed));
    town->world.watch = NULL;
    return seen;
}

/* Reads of a healthy fleet against who asked in each ttl. */
static void reads(struct theory *t)
{
    enum { SECONDS = 400 };
    struct town town = lambdas(t, WARM_UP + SECONDS);
    struct seen seen = watched(t, &town, 1);
    theory_claim(t, "nobody reads twice in one ttl", !seen.twice);
    theory_claim(t, "whoever asks in a ttl reads in it, or did in the one before",
                 seen.reads <= seen.asked && 2 * seen.reads >= seen.asked);
    theory_claim(t, "nothing failed, nothing opened", seen.opened < 0);
    town = in_turn(t, WARM_UP + SECONDS);
    seen = watched(t, &town, 1);
    theory_check_within(t, "reads_per_s", seen.reads / SECONDS,
                        0.05 * theory_expect(t, "reads_per_s"));
}

struct extra {
    double runs, mean, most;
};

/* One error and the backend is well again: the others succeed, so nothing but their
 * copy tells them. The error falls into every phase of the copies' age; in some runs
 * the call that it is meant for reads the item first and comes too late to fail. */
static struct extra extra_calls(struct theory *t, struct town town, double failing)
{
    enum { RUNS = 100 };
    struct extra extra = {.mean = 0};
    for (uint64_t run = 1; run <= RUNS; run++) {
        double at = 15 + theory_param(t, "ttl") * (double)run / RUNS;
        town.world.fault_count = 0;
        town_fault(&town, FAULT_ERRORS, at, at + failing, FAULT_EVERYWHERE, 100);
        struct seen seen = watched(t, &town, run);
        if (seen.opened < 0)
            continue;
        extra.runs++;
        extra.mean += seen.late;
        extra.most = seen.late > extra.most ? seen.late : extra.most;
    }
    extra.mean /= extra.runs;
    theory_claim(t, "it opened in nine runs of ten", extra.runs >= 0.9 * RUNS);
    return extra;
}

/* A copy is looked at by a call, never between two, so half a call of each environment
 * is missing to theory's half a ttl; and the one whose call has failed was shown. */
static void staleness(struct theory *t)
{
    enum { END = 20 };
    double one = 1 / theory_param(t, "lambda"), busy = theory_param(t, "M_busy");
    reads(t);
    struct extra turns = extra_calls(t, in_turn(t, END), one);
    theory_check_within(t, "extra_mean", busy * (turns.mean / (busy - 1) + 0.5),
                        0.1 * theory_expect(t, "extra_mean"));
    theory_check(t, "extra_max", turns.most);
    struct extra fails = extra_calls(t, in_turn(t, END), END);
    theory_claim(t, "a failure shows the item: one call for each old copy at most",
                 fails.most > 0 && fails.most < busy);
    struct extra fleet = extra_calls(t, lambdas(t, END), 0.1);
    theory_claim(t, "Lambdas, the last used first: fewer than that",
                 fleet.mean < turns.mean && fleet.most <= turns.most);
}

/* --- the fastest clock ------------------------------------------------------------ */

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

const struct theory_test shared_rows[] = {{"breaker_staleness", staleness},
                                          {"skew_first_prober", first_prober},
                                          {NULL, NULL}};
