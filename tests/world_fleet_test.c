/* world_fleet_test.c - the world with a fleet and a gateway, played by toys; its store
 * is world_store_test.c's.
 *
 * Requests come at 100, 200, ... ms in most worlds here, and all else takes a fixed
 * time, so that what must come out can be reckoned exactly. */
#include "unit.h"

#include <string.h>

#include "world_fleet_toy.h"

static const struct fleet_toy one_call = {
    .wish = {CALLER_CALL}, .wishes = 1, .within = SIM_NEVER};

/* A histogram is right to one part in 32, and never too low. */
static bool nearly_ms(const struct histogram *latency, uint32_t permille, int64_t ms)
{
    int64_t us = histogram_quantile(latency, permille);
    return us >= ms * 1000 && us <= ms * 1000 * 33 / 32;
}

/* --- invariants over chance worlds ------------------------------------------------ */

static const struct fleet_toy any_toys[] = {
    {{CALLER_CALL}, 1, SIM_S, 0, 3},
    {{CALLER_LOAD, CALLER_CALL, CALLER_SAVE}, 3, 300 * SIM_MS, 20 * SIM_MS, 2},
    {{CALLER_LOAD, CALLER_SLEEP, CALLER_SAVE, CALLER_SAVE}, 4, 0, 5 * SIM_MS, 0},
    {{CALLER_SAVE, CALLER_CALL, CALLER_CALL, CALLER_LOAD}, 4, SIM_NEVER, SIM_NEVER, 1}};

static struct world_config any_fleet(uint64_t *random)
{
    struct world_config w = fleet(1 + unit_below(random, 300), 1, 5 * SIM_S);
    w.load.law = LOAD_POISSON;
    w.load.repeats = unit_below(random, 3);
    w.load.repeat_after = unit_below(random, 300) * SIM_MS;
    w.load.patience = unit_below(random, 3) * 400 * SIM_MS;
    w.backend.service.law = SERVICE_EXPONENTIAL;
    w.backend.service.mean_ns = (1 + (int64_t)unit_below(random, 200)) * SIM_MS;
    w.backend.servers = 1 + unit_below(random, 40);
    w.pool = (struct pool_config){.fleet = true,
                                  .size = 1 + unit_below(random, 60),
                                  .keep = unit_below(random, 3) * 100 * SIM_MS,
                                  .scale_per_s = unit_below(random, 40),
                                  .clock_sigma = unit_below(random, 2) * SIM_S,
                                  .drift_ppm = unit_below(random, 200)};
    w.pool.warm = unit_below(random, w.pool.size + 1);
    if (unit_one_in(random, 2))
        add_init(&w, 1 + unit_below(random, 500));
    w.timeout = unit_below(random, 3) * 350 * SIM_MS;
    if (unit_one_in(random, 2)) {
        w.has_gateway = true;
        w.gateway.rps = unit_below(random, 200);
        w.gateway.timeout = unit_below(random, 3) * 250 * SIM_MS;
    }
    if (unit_one_in(random, 4))
        return w;
    add_store(&w);
    w.store.wcu = unit_below(random, 100);
    w.store.lag = unit_below(random, 50) * SIM_MS;
    w.store.stale_ppm = 500000;
    return w;
}

static void any_ills(struct world_config *w, uint64_t *random)
{
    for (uint32_t i = unit_below(random, 8); i > 0; i--) {
        enum fault_kind kind = (enum fault_kind)unit_below(random, FAULT_KINDS);
        int64_t from = unit_below(random, 4900), length = 1 + unit_below(random, 2000);
        add_ill(w, kind, unit_below(random, 101));
        struct fault *fault = &w->faults[w->fault_count - 1];
        fault->from = from * SIM_MS;
        fault->to = (from + length < 5000 ? from + length : 5000) * SIM_MS;
    }
}

/* I1, I2, I10 are watched at every step; and again what came of all of them. */
START_TEST(whatever_happens_every_request_is_somewhere)
{
    uint64_t deaths = 0, conflicts = 0, throttled = 0, turned_away = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        uint64_t random = seed;
        struct world_config w = any_fleet(&random);
        any_ills(&w, &random);
        const struct fleet_toy *toy = &any_toys[unit_below(&random, 4)];
        struct record *r = play(&w, toy, seed);
        UNIT_HOLDS(r->settled <= r->offered && r->latency.total == r->settled);
        UNIT_HOLDS(r->pool.busy_most <= w.pool.size);
        UNIT_HOLDS(r->pool.alive_most <= w.pool.size);
        UNIT_HOLDS(seen.answers + r->pool.killed <= r->taken);
        UNIT_HOLDS(r->taken <= seen.answers + r->pool.killed + r->pool.busy);
        deaths += r->pool.killed;
        conflicts += r->store.conflicts;
        throttled += r->store.throttled;
        turned_away += outcomes(r, OUTCOME_NO_ROOM);
        record_free(r);
    }
    ck_assert(deaths > 1000 && conflicts > 1000 && throttled > 1000);
    ck_assert(turned_away > 1000); /* or this test would have seen nothing */
}
END_TEST

/* I9: the area under what is busy is the time that requests took, cold starts and
 * all: exact, since all times are multiples of a bucket. */
START_TEST(littles_law_is_exact)
{
    for (uint32_t limit = 1; limit <= 9; limit++) {
        struct world_config w = fleet(10, 350 * SIM_MS, 30 * SIM_S);
        struct fault no_more = {.from = 20 * SIM_S, .kind = FAULT_LOAD, .shard = -1};
        w.pool.size = limit;
        w.pool.keep = 300 * SIM_MS;
        add_init(&w, 170);
        w.faults[w.fault_count++] = no_more;
        w.faults[0].to = w.run;
        struct record *r = play(&w, &one_call, 1);
        int64_t area = 0, held = 0;
        for (uint32_t i = 0; i < r->buckets; i++)
            area += r->bucket[i].busy * r->width;
        for (uint64_t n = 0; n < seen.starts; n++)
            held += seen.start[n].end - seen.start[n].at;
        held += (int64_t)r->pool.cold_starts * 170 * SIM_MS;
        ck_assert(r->settled == r->offered && r->pool.busy == 0 && seen.starts > 30);
        ck_assert_int_eq(area, held);
        ck_assert_int_eq(area, r->pool.busy_ns);
        record_free(r);
    }
}
END_TEST

START_TEST(one_seed_one_run)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t random = seed;
        struct world_config w = any_fleet(&random);
        struct record *a = play(&w, &any_toys[1], seed);
        struct record *b = play(&w, &any_toys[1], seed);
        struct record *c = play(&w, &any_toys[1], seed + 100);
        ck_assert(a->digest == b->digest && a->digest != c->digest);
        w.watch = NULL; /* who watches changes nothing */
        struct record *d = play_unseen(&w, &any_toys[1], seed);
        ck_assert_uint_eq(a->digest, d->digest);
        record_free(a);
        record_free(b);
        record_free(c);
        record_free(d);
    }
}
END_TEST

/* --- environments ----------------------------------------------------------------- */

/* 100 to 1100 ms: eleven come before anybody is ready and free. */
START_TEST(a_cold_start_delays)
{
    struct world_config w = fleet(10, 10 * SIM_MS, 10 * SIM_S);
    add_init(&w, 1000);
    struct record *r = play(&w, &one_call, 1);
    ck_assert(r->pool.cold_starts == 11 && seen.births == 11 && r->pool.alive == 11);
    for (uint64_t i = 0; i < 21; i++) /* two at 1200, 1300, ... 2100 ms */
        ck_assert_int_eq(seen.start[i].at / SIM_MS,
                         1100 + 100 * (((int64_t)i + 1) / 2));
    ck_assert_int_eq(seen.start[21].at / SIM_MS, 2200);
    ck_assert_int_eq(seen.start[40].end - seen.start[40].at, 10 * SIM_MS);
    ck_assert(nearly_ms(&r->latency, 1000, 1010));
    for (uint64_t i = 0; i < 11; i++) /* a seed for each */
        for (uint64_t j = 0; j < i; j++)
            ck_assert_uint_ne(seen.seed[i], seen.seed[j]);
    record_free(r);
    add_ill(&w, FAULT_COLD, 300);
    r = play(&w, &one_call, 1);
    ck_assert(r->pool.cold_starts == 31 && seen.start[0].at == 3100 * SIM_MS);
    record_free(r);
}
END_TEST

START_TEST(the_one_used_last_is_used_first_and_keeps_its_memory)
{
    struct world_config w = fleet(10, 10 * SIM_MS, 10 * SIM_S);
    w.pool.warm = 5;
    struct record *r = play(&w, &one_call, 1);
    ck_assert(r->pool.cold_starts == 0 && seen.births == 1 && seen.served[0] == 99);
    ck_assert(r->bucket[0].alive == 5 && r->bucket[0].state[4] == CALLER_CLOSED);
    ck_assert(r->bucket[0].state[5] == RECORD_NOBODY);
    record_free(r);
    w.pool.warm = 0;
    w.pool.keep = 50 * SIM_MS; /* frozen for 90 ms: gone */
    r = play(&w, &one_call, 1);
    ck_assert(seen.births == 99 && seen.served[98] == 1 && seen.deaths == 98);
    ck_assert_uint_eq(r->bucket[18].state[0], RECORD_NOBODY); /* 180 ms */
    record_free(r);
}
END_TEST

START_TEST(a_full_fleet_turns_away_and_so_does_one_that_grows_too_fast)
{
    struct world_config w = fleet(100, SIM_S, 10 * SIM_S);
    w.pool.size = 7;
    struct record *r = play(&w, &one_call, 1);
    ck_assert(r->pool.busy_most == 7 && seen.starts == 70);
    ck_assert_uint_eq(outcomes(r, OUTCOME_NO_ROOM), r->offered - 70);
    record_free(r);
    w.pool = (struct pool_config){.fleet = true, .size = 1000, .scale_per_s = 1};
    r = play(&w, &one_call, 1);
    ck_assert(r->pool.throttled == outcomes(r, OUTCOME_NO_ROOM));
    ck_assert(r->pool.alive == 10 && r->pool.no_room == 0);
    record_free(r);
}
END_TEST

START_TEST(a_function_that_takes_too_long_is_killed)
{
    struct world_config w = fleet(10, 500 * SIM_MS, 10 * SIM_S);
    w.timeout = 200 * SIM_MS;
    add_init(&w, 30);
    struct record *r = play(&w, &one_call, 1);
    ck_assert(r->offered == 99 && outcomes(r, OUTCOME_FAILED) == 97);
    ck_assert(r->pool.killed == 97 && seen.deaths == 97 && seen.answers == 0);
    ck_assert(seen.births == 99 && r->served_in_vain == 94);
    ck_assert(nearly_ms(&r->latency, 500, 230));
    ck_assert(seen.start[0].stop - seen.start[0].now == w.timeout);
    record_free(r);
}
END_TEST

/* By its own clock no two environments agree; how long a thing takes, all do. */
START_TEST(an_environment_has_a_clock_of_its_own)
{
    struct world_config w = fleet(100, 95 * SIM_MS, 10 * SIM_S);
    struct record *r = play(&w, &one_call, 1);
    for (uint64_t i = 0; i < seen.starts; i++)
        ck_assert(seen.start[i].now == POOL_EPOCH + seen.start[i].at &&
                  seen.start[i].stop == 0);
    record_free(r);
    w.pool.clock_sigma = 10 * SIM_S;
    r = play(&w, &one_call, 1);
    int64_t offset[TOY_WISHES * 2] = {0};
    for (uint64_t i = 0; i < seen.starts; i++) {
        const struct toy_start *s = &seen.start[i];
        ck_assert(s->birth < 12 && (s->end < 0 || took_ms(i) == 95));
        if (seen.start[i].at > SIM_S)
            ck_assert_int_eq(s->now - s->at, offset[s->birth]);
        offset[s->birth] = s->now - s->at;
    }
    ck_assert(seen.births == 10 && offset[0] != offset[1] && offset[1] != offset[2]);
    record_free(r);
}
END_TEST

/* --- death ------------------------------------------------------------------------ */

START_TEST(a_call_may_kill)
{
    struct world_config w = fleet(10, 50 * SIM_MS, 100 * SIM_S);
    w.bucket = 100 * SIM_MS;
    uint64_t early = 0;
    add_ill(&w, FAULT_KILL, 100);
    struct record *r = play(&w, &one_call, 1);
    ck_assert(r->settled == 999 && outcomes(r, OUTCOME_FAILED) == 999);
    ck_assert(seen.deaths == 999 && seen.births == 999 && r->attempts == 999);
    for (uint32_t i = 0; i < RECORD_HEAT; i++)
        for (uint32_t b = 0; b < r->buckets; b++)
            if (record_heat_edge_us(i) < 40000)
                early += r->bucket[b].heat[i];
    ck_assert(early > 200 && early < 800); /* in the middle of it, too */
    ck_assert(nearly_ms(&r->latency, 1000, 50));
    record_free(r);
    w.faults[0].pct = 30;
    r = play(&w, &one_call, 1);
    ck_assert(seen.deaths > 240 && seen.deaths < 360);
    ck_assert(seen.deaths + seen.answers == 999 && r->served_in_vain > 0);
    record_free(r);
}
END_TEST

/* Every second call of an environment is a probe: it dies of its second. */
START_TEST(only_probes_may_kill)
{
    struct world_config w = fleet(10, 50 * SIM_MS, 10 * SIM_S);
    struct fleet_toy toy = one_call;
    toy.probe_every = 2;
    add_ill(&w, FAULT_KILL_PROBES, 100);
    struct record *r = play(&w, &toy, 1);
    ck_assert(r->probes == 49 && seen.deaths == 49 && seen.births == 50);
    ck_assert_uint_eq(outcomes(r, OUTCOME_FRESH), 50);
    record_free(r);
}
END_TEST

/* --- the gateway ------------------------------------------------------------------ */

START_TEST(the_gateway_waits_only_so_long_and_the_function_works_on)
{
    struct world_config w = fleet(10, 300 * SIM_MS, 10 * SIM_S);
    w.has_gateway = true;
    w.gateway.timeout = 120 * SIM_MS;
    struct record *r = play(&w, &one_call, 1);
    ck_assert(r->offered == 99 && outcomes(r, OUTCOME_FAILED) == r->settled);
    ck_assert(r->settled == 98 && seen.answers == 97 && r->admitted == 99);
    ck_assert(nearly_ms(&r->latency, 1000, 120));
    ck_assert(took_ms(0) == 300 && r->busy_most == 3);
    record_free(r);
    w.backend.service.mean_ns = 50 * SIM_MS; /* nor does it cut the next one short */
    r = play(&w, &one_call, 1);
    ck_assert(outcomes(r, OUTCOME_FRESH) == 99 && seen.births == 1);
    record_free(r);
    w.backend.service.mean_ns = 300 * SIM_MS;
    add_init(&w, 500); /* it does not wait for a cold start either */
    r = play(&w, &one_call, 1);
    ck_assert(seen.start[0].at == 600 * SIM_MS && r->bucket[10].outcome[3] == 1);
    record_free(r);
}
END_TEST

START_TEST(the_gateway_lets_in_only_so_many)
{
    struct world_config w = fleet(100, SIM_MS, 10 * SIM_S);
    w.has_gateway = true;
    w.gateway.rps = 10;
    w.gateway.burst = 1;
    struct record *r = play(&w, &one_call, 1);
    ck_assert(r->admitted == 100 && r->taken == 100);
    ck_assert_uint_eq(outcomes(r, OUTCOME_NO_ROOM), r->offered - 100);
    for (uint64_t i = 0; i < seen.starts; i++)
        ck_assert_int_eq(seen.start[i].at / SIM_MS, 10 + 100 * (int64_t)i);
    record_free(r);
}
END_TEST

int main(void)
{
    const struct unit_case cases[] = {
        {"balance", &whatever_happens_every_request_is_somewhere, 0},
        {"little", &littles_law_is_exact, 0},
        {"one-run", &one_seed_one_run, 0},
        {"cold-start", &a_cold_start_delays, 0},
        {"lifo", &the_one_used_last_is_used_first_and_keeps_its_memory, 0},
        {"limit", &a_full_fleet_turns_away_and_so_does_one_that_grows_too_fast, 0},
        {"timeout", &a_function_that_takes_too_long_is_killed, 0},
        {"clock", &an_environment_has_a_clock_of_its_own, 0},
        {"kill", &a_call_may_kill, 0},
        {"kill-probes", &only_probes_may_kill, 0},
        {"gateway-timeout", &the_gateway_waits_only_so_long_and_the_function_works_on,
         0},
        {"gateway-rate", &the_gateway_lets_in_only_so_many, 0},
    };
    return unit_run("world-fleet", cases, sizeof cases / sizeof *cases);
}
