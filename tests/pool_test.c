/* pool_test.c - the pool against a slow model of it; its clocks and what it bills. */
#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "pool_model.h"

/* --- the pool and its model side by side ------------------------------------------ */

static struct pool_model model;

/* Cold starts of one length, so that the model need not draw. */
enum { ALL = POOL_SLOTS };
static const struct pool_config histories[] = {
    {.size = 1},
    {.size = 7, .keep = 3 * SIM_MS, .scale_per_s = 1, .warm = 2}, /* no matter */
    {.size = ALL},
    {.fleet = true, .size = 1, .keep = 2 * SIM_MS},
    {.fleet = true, .size = ALL, .init_p50 = 5 * SIM_MS, .init_p99 = 5 * SIM_MS},
    {.fleet = true, .size = ALL, .keep = 7 * SIM_MS + 1, .warm = 5},
    {.fleet = true, .size = 9, .keep = 20 * SIM_MS, .scale_per_s = 70, .warm = 9},
    {.fleet = true, .size = ALL, .keep = SIM_MS, .scale_per_s = 300, .scale_burst = 2},
};

static void same_take(struct pool_take got, struct pool_take want)
{
    UNIT_HOLDS(got.answer == want.answer && got.slot == want.slot);
    UNIT_HOLDS(got.fresh == want.fresh && got.ready == want.ready);
}

static void same_counts(struct pool_counts got, struct pool_counts want)
{
    UNIT_SAYS(memcmp(&got, &want, sizeof got) == 0,
              "busy %u of %u, alive %u of %u, cold %u of %u, reaped %u of %u, ...",
              got.busy, want.busy, got.alive, want.alive, (unsigned)got.cold_starts,
              (unsigned)want.cold_starts, (unsigned)got.reaped, (unsigned)want.reaped);
}

static void same(const struct pool *pool, const struct pool_model *m)
{
    same_counts(pool_counts(pool), m->counts);
    for (uint32_t i = 0; i < m->config.size; i++) {
        UNIT_HOLDS(pool_busy(pool, i) == (m->slot[i].life == POOL_BUSY));
        UNIT_HOLDS(pool_alive(pool, i) == (m->slot[i].life != POOL_DEAD));
    }
}

static void some_move(struct pool *pool, struct pool_model *m, uint64_t *random)
{
    uint32_t slot = unit_below(random, m->config.size);
    switch (unit_below(random, 8)) {
    case 0:
        if (m->config.fleet && m->slot[slot].life != POOL_DEAD) {
            pool_kill(pool, slot);
            pool_model_end(m, slot, POOL_DEAD);
        }
        break;
    case 1:
    case 2:
    case 3:
        if (m->slot[slot].life == POOL_BUSY) {
            pool_give(pool, slot);
            pool_model_end(m, slot, POOL_IDLE);
        }
        break;
    default:
        same_take(pool_take(pool), pool_model_take(m));
    }
}

/* Whole milliseconds now and then, so that what is due at this very moment is met. */
static void some_time(struct sim *sim, struct pool_model *m, uint64_t *random)
{
    int64_t by = unit_below(random, 3) * SIM_MS;
    if (unit_one_in(random, 20))
        by = unit_below(random, 60000000);
    sim_run(sim, sim_now(sim) + by);
    pool_model_pass(m, sim_now(sim));
}

START_TEST(it_does_as_the_model_does)
{
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct sim *sim = sim_new(seed);
        struct pool *pool = pool_new(sim, &histories[_i]);
        uint64_t random = seed;
        pool_model_start(&model, &histories[_i]);
        for (int i = 0; i < 3000; i++) {
            same(pool, &model);
            if (unit_one_in(&random, 3))
                some_time(sim, &model, &random);
            else
                some_move(pool, &model, &random);
        }
        UNIT_HOLDS(sim_events(sim) == 0); /* it has no part in the digest */
        pool_free(pool);
        sim_free(sim);
    }
}
END_TEST

/* --- by hand ---------------------------------------------------------------------- */

START_TEST(threads_go_round_as_in_a_ring)
{
    struct sim *sim = sim_new(1);
    struct pool *pool = pool_new(sim, &(struct pool_config){.size = 3, .warm = 9});
    for (uint32_t i = 0; i < 10; i++) {
        sim_run(sim, i);
        same_take(pool_take(pool), (struct pool_take){POOL_TAKEN, i % 3, false, i});
        UNIT_HOLDS(pool_clock(pool, i % 3) == i);
        pool_give(pool, i % 3);
    }
    pool_free(pool);
    sim_free(sim);
}
END_TEST

START_TEST(what_is_billed_is_whole_milliseconds_of_each)
{
    struct sim *sim = sim_new(1);
    struct pool_config config = {.fleet = true,
                                 .size = 3,
                                 .init_p50 = 20 * SIM_MS,
                                 .init_p99 = 20 * SIM_MS,
                                 .warm = 1};
    struct pool *pool = pool_new(sim, &config);
    same_take(pool_take(pool), (struct pool_take){POOL_TAKEN, 0, true, 0});
    same_take(pool_take(pool), (struct pool_take){POOL_TAKEN, 1, true, 20 * SIM_MS});
    pool_set_init_pct(pool, 250);
    same_take(pool_take(pool), (struct pool_take){POOL_TAKEN, 2, true, 50 * SIM_MS});
    UNIT_HOLDS(pool_take(pool).answer == POOL_NO_ROOM);
    sim_run(sim, 1);
    pool_give(pool, 0); /* 1 ms */
    sim_run(sim, 7 * SIM_MS);
    pool_kill(pool, 2); /* starting: 7 ms */
    sim_run(sim, 23 * SIM_MS + 1);
    pool_give(pool, 1); /* 24 ms */
    UNIT_HOLDS(pool_counts(pool).busy_ns == 32 * SIM_MS);
    same_take(pool_take(pool),
              (struct pool_take){POOL_TAKEN, 1, false, 23 * SIM_MS + 1});
    pool_give(pool, 1); /* no time at all */
    pool_kill(pool, 1); /* idle: nothing */
    UNIT_HOLDS(pool_counts(pool).busy_ns == 32 * SIM_MS);
    UNIT_HOLDS(pool_counts(pool).killed == 2 && pool_counts(pool).cold_starts == 2);
    pool_free(pool);
    sim_free(sim);
}
END_TEST

/* Always asked for more than there is, it makes burst + rate * time. */
START_TEST(a_fleet_grows_by_the_formula)
{
    static const struct {
        uint32_t per_s, burst;
    } row[] = {{100, 1000}, {7, 3}, {1, 2}, {999983, 50}};
    const uint32_t per_s = row[_i].per_s, burst = row[_i].burst;
    struct pool_config config = {
        .fleet = true, .size = 20000, .scale_per_s = per_s, .scale_burst = burst};
    struct sim *sim = sim_new(1);
    struct pool *pool = pool_new(sim, &config);
    uint64_t random = 3, made = 0, due = burst;
    for (int i = 0; i < 5000 && due < 20000; i++) {
        while (pool_take(pool).answer == POOL_TAKEN)
            made++;
        UNIT_HOLDS(made == due);
        /* Short enough that the bucket never runs over. */
        int64_t gap = (int64_t)(unit_random(&random) % (SIM_S * (burst - 1) / per_s));
        sim_run(sim, sim_now(sim) + gap);
        due = burst + (uint64_t)(sim_now(sim) * per_s / SIM_S);
    }
    UNIT_HOLDS(made / 2 > burst && pool_counts(pool).alive_most == made);
    pool_free(pool);
    sim_free(sim);
}
END_TEST

START_TEST(cold_starts_have_their_percentiles)
{
    enum { MANY = 100000 };
    struct pool_config config = {.fleet = true,
                                 .size = MANY,
                                 .init_p50 = 140 * SIM_MS,
                                 .init_p99 = 500 * SIM_MS,
                                 .clock_sigma = _i * SIM_S};
    struct sim *sim = sim_new(5);
    struct pool *pool = pool_new(sim, &config);
    int below[2] = {0, 0};
    struct random draws;
    random_seed(&draws, 5, "cold starts");
    for (int i = 0; i < MANY; i++) {
        int64_t time = pool_take(pool).ready;
        UNIT_HOLDS(time == random_lognormal(&draws, config.init_p50, config.init_p99));
        below[0] += time < config.init_p50;
        below[1] += time < config.init_p99;
    }
    UNIT_HOLDS(abs(below[0] - 50000) < 500 && abs(below[1] - 99000) < 120);
    pool_free(pool);
    sim_free(sim);
}
END_TEST

/* --- clocks ----------------------------------------------------------------------- */

enum { HOSTS = 100000 };
static int64_t offsets[HOSTS];

static struct pool *hosts(struct sim *sim, int64_t sigma, uint32_t drift_ppm)
{
    struct pool_config config = {.fleet = true,
                                 .size = HOSTS,
                                 .warm = HOSTS,
                                 .clock_sigma = sigma,
                                 .drift_ppm = drift_ppm};
    return pool_new(sim, &config);
}

static int64_t off(const struct sim *sim, const struct pool *pool, uint32_t slot)
{
    return pool_clock(pool, slot) - POOL_EPOCH - sim_now(sim);
}

/* A normal distribution around 0: 68.27 of 100 within sigma, 15.87 on either side. */
static void normal(const int64_t *value, int64_t sigma)
{
    int below = 0, above = 0;
    for (int i = 0; i < HOSTS; i++) {
        below += value[i] < -sigma;
        above += value[i] > sigma;
    }
    UNIT_SAYS(below > 15400 && below < 16300, "%d below", below);
    UNIT_SAYS(above > 15400 && above < 16300, "%d above", above);
}

START_TEST(clocks_are_off_and_stay_so)
{
    struct sim *sim = sim_new(11);
    struct pool *pool = hosts(sim, 40 * SIM_MS, 0);
    for (uint32_t i = 0; i < HOSTS; i++)
        offsets[i] = off(sim, pool, i);
    normal(offsets, 40 * SIM_MS);
    sim_run(sim, 86400 * SIM_S);
    for (uint32_t i = 0; i < HOSTS; i++)
        UNIT_HOLDS(off(sim, pool, i) == offsets[i]);
    while (pool_take(pool).answer == POOL_TAKEN)
        ;
    pool_kill(pool, 5);
    UNIT_HOLDS(pool_take(pool).slot == 5 && off(sim, pool, 5) != offsets[5]);
    pool_free(pool);
    sim_free(sim);
}
END_TEST

START_TEST(clocks_drift_from_their_birth_on)
{
    struct sim *sim = sim_new(11);
    sim_run(sim, 77 * SIM_S + 7);
    struct pool *straight = hosts(sim, SIM_S, 0), *drifting = hosts(sim, SIM_S, 50);
    for (uint32_t i = 0; i < HOSTS; i++)
        UNIT_HOLDS(pool_clock(drifting, i) == pool_clock(straight, i));
    sim_run(sim, sim_now(sim) + 1000 * SIM_S);
    for (uint32_t i = 0; i < HOSTS; i++)
        offsets[i] = pool_clock(drifting, i) - pool_clock(straight, i);
    /* Whole parts per million: what is below 50 in size is at most 49 ms. */
    normal(offsets, 50 * SIM_MS - SIM_MS / 2);
    sim_run(sim, sim_now(sim) + 654321);
    for (uint32_t i = 0; i < HOSTS; i++)
        UNIT_HOLDS(pool_clock(drifting, i) - pool_clock(straight, i) ==
                   (1000 * SIM_S + 654321) * (offsets[i] / SIM_MS) / 1000000);
    pool_free(straight);
    pool_free(drifting);
    sim_free(sim);
}
END_TEST

START_TEST(the_worst_clocks_neither_stop_nor_turn_negative)
{
    struct sim *sim = sim_new(11);
    struct pool *pool = hosts(sim, POOL_CLOCK_SIGMA_MAX, POOL_DRIFT_PPM_MAX);
    for (uint32_t i = 0; i < HOSTS; i++)
        offsets[i] = pool_clock(pool, i);
    sim_run(sim, SIM_S * 86400 * 365 * 10);
    for (uint32_t i = 0; i < HOSTS; i++)
        UNIT_HOLDS(offsets[i] > 0 && pool_clock(pool, i) > offsets[i]);
    pool_free(pool);
    pool = hosts(sim, 0, 0);
    for (uint32_t i = 0; i < HOSTS; i++)
        UNIT_HOLDS(off(sim, pool, i) == 0);
    pool_free(pool);
    sim_free(sim);
}
END_TEST

/* --- bugs of the caller ----------------------------------------------------------- */

static struct pool *of_two(bool fleet)
{
    return pool_new(sim_new(1), &(struct pool_config){.fleet = fleet, .size = 2});
}

static void give_twice(void)
{
    struct pool *pool = of_two(true);
    uint32_t slot = pool_take(pool).slot;
    pool_give(pool, slot);
    pool_give(pool, slot);
}

static void kill_twice(void)
{
    struct pool *pool = of_two(true);
    uint32_t slot = pool_take(pool).slot;
    pool_kill(pool, slot);
    pool_kill(pool, slot);
}

static void kill_a_thread(void)
{
    pool_kill(of_two(false), 0);
}

static void look_past_the_end(void)
{
    pool_clock(of_two(true), 2);
}

START_TEST(bugs_of_the_caller_abort)
{
    ck_assert(unit_aborts(give_twice));
    ck_assert(unit_aborts(kill_twice));
    ck_assert(unit_aborts(kill_a_thread));
    ck_assert(unit_aborts(look_past_the_end));
    pool_free(NULL);
}
END_TEST

static const struct unit_case pool_cases[] = {
    {"model", &it_does_as_the_model_does, UNIT_ROWS(histories)},
    {"threads", &threads_go_round_as_in_a_ring, 0},
    {"billed", &what_is_billed_is_whole_milliseconds_of_each, 0},
    {"scaling", &a_fleet_grows_by_the_formula, 4},
    {"cold starts", &cold_starts_have_their_percentiles, 2},
    {"offsets", &clocks_are_off_and_stay_so, 0},
    {"drift", &clocks_drift_from_their_birth_on, 0},
    {"worst clocks", &the_worst_clocks_neither_stop_nor_turn_negative, 0},
    {"bugs", &bugs_of_the_caller_abort, 0},
};

int main(void)
{
    return unit_run("pool", pool_cases, sizeof pool_cases / sizeof *pool_cases);
}
