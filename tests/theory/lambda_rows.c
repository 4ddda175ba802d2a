/* lambda_rows.c - the fleet of pool.c under load.c: how many environments it needs, how
 * fast it may grow, how often it starts cold, what it costs. */
#include <assert.h>
#include <math.h>
#include <stddef.h>

#include "load.h"
#include "pool.h"
#include "prices.h"
#include "theory.h"

static int64_t ns(double seconds)
{
    return llround(seconds * (double)SIM_S);
}

/* --- requests that take the same time each ---------------------------------------- */

struct fleet {
    struct load_config load;
    struct pool_config pool;
    int64_t service, end; /* of each request; of the arrivals */
    uint64_t seed;

    uint64_t arrived;
    double area; /* environments in use, times ns */
    struct pool_counts counts;

    struct sim *sim;
    struct pool *running;
    int64_t changed;
};

static void add_area(struct fleet *f)
{
    int64_t now = sim_now(f->sim);
    f->area += (double)pool_counts(f->running).busy * (double)(now - f->changed);
    f->changed = now;
}

static void done(struct sim *sim, void *who, uint64_t slot)
{
    (void)sim;
    struct fleet *f = who;
    add_area(f);
    pool_give(f->running, (uint32_t)slot);
}

static void arrive(void *who, uint64_t user)
{
    (void)user;
    struct fleet *f = who;
    add_area(f);
    f->arrived++;
    struct pool_take take = pool_take(f->running);
    if (take.answer == POOL_TAKEN)
        sim_at(f->sim, take.ready + f->service, done, f, take.slot);
}

/* From empty to empty. */
static void fleet_run(struct fleet *f)
{
    f->pool.fleet = true;
    f->sim = sim_new(f->seed);
    f->running = pool_new(f->sim, &f->pool);
    struct load *load = load_new(f->sim, &f->load, f->end, 100, arrive, f);
    sim_run(f->sim, SIM_NEVER);
    f->counts = pool_counts(f->running);
    assert(f->counts.busy == 0);
    load_free(load);
    pool_free(f->running);
    sim_free(f->sim);
}

static double share(uint64_t part, uint64_t of)
{
    return (double)part / (double)of;
}

/* What the row calls concurrency is offered: a fleet without a limit shows it. */
static void concurrency(struct theory *t)
{
    double rps = theory_param(t, "rps");
    struct fleet free = {.load = {.law = LOAD_POISSON, .rps = (uint32_t)rps},
                         .pool = {.size = 100000},
                         .service = ns(theory_param(t, "S_s")),
                         .end = ns(4e6 / rps)};
    struct fleet limited = free;
    limited.pool.size = (uint32_t)theory_param(t, "limit");
    fleet_run(&free);
    theory_check(t, "concurrency", free.area / (double)free.changed);
    fleet_run(&limited);
    theory_check(t, "throttled", share(limited.counts.no_room, limited.arrived));
}

static struct fleet stepped(const struct theory *t, enum load_law law, uint64_t seed)
{
    int64_t init = ns(theory_param(t, "I_s"));
    uint32_t rps = (uint32_t)theory_param(t, "rps");
    struct fleet f = {.load = {.law = law, .rps = rps},
                      .pool = {.size = 100000, .init_p50 = init, .init_p99 = init},
                      .service = ns(theory_param(t, "S_s")),
                      .end = 10 * SIM_S,
                      .seed = seed};
    fleet_run(&f);
    return f;
}

/* With Poisson arrivals the row speaks of means, and of slow cold starts only: in a
 * fast one, a few that come close together add to the number later. */
static void cold_starts_step(struct theory *t)
{
    enum { SEEDS = 100 };
    theory_check(t, "cold", (double)stepped(t, LOAD_EVEN, 1).counts.cold_starts);
    if (theory_param(t, "I_s") < 0.5)
        return;
    double sum = 0, expected = theory_expect(t, "cold");
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        sum += (double)stepped(t, LOAD_POISSON, seed).counts.cold_starts;
    theory_claim(t, "Poisson arrivals, a mean of 100 runs: within a twentieth",
                 fabs(sum / SEEDS - expected) <= expected / 20);
}

/* --- growth, asked for more than it may ------------------------------------------- */

static void scale_ramp(struct theory *t)
{
    uint32_t need = (uint32_t)theory_param(t, "need");
    struct pool_config config = {.fleet = true,
                                 .size = 100000,
                                 .scale_per_s = 100,
                                 .scale_burst = 1000,
                                 .warm = (uint32_t)theory_param(t, "c0")};
    struct sim *sim = sim_new(1);
    struct pool *pool = pool_new(sim, &config);
    while (pool_counts(pool).busy < need)
        if (pool_take(pool).answer != POOL_TAKEN)
            sim_run(sim, sim_now(sim) + SIM_MS);
    theory_check(t, "t_s", (double)sim_now(sim) / (double)SIM_S);
    pool_free(pool);
    sim_free(sim);
}

/* --- one environment, and long silences ------------------------------------------- */

static void cold_probability(struct theory *t)
{
    enum { REQUESTS = 3000000 };
    struct pool_config config = {
        .fleet = true, .size = 1, .keep = ns(theory_param(t, "K_s"))};
    int64_t gap = ns(3600 / theory_param(t, "per_hour"));
    struct sim *sim = sim_new(1);
    struct pool *pool = pool_new(sim, &config);
    struct random gaps;
    random_seed(&gaps, 1, "gaps");
    for (int i = 0; i < REQUESTS; i++) {
        sim_run(sim, sim_now(sim) + random_exponential(&gaps, gap));
        pool_give(pool, pool_take(pool).slot);
    }
    theory_check(t, "p_cold", share(pool_counts(pool).cold_starts, REQUESTS));
    pool_free(pool);
    sim_free(sim);
}

/* --- money ------------------------------------------------------------------------ */

/* A hundred seconds of even arrivals are played, and are as dear as any other hundred:
 * nothing starts cold but in the first moment, and that takes no time here. */
static void cost(struct theory *t)
{
    struct fleet f = {
        .load = {.law = LOAD_EVEN, .rps = (uint32_t)theory_param(t, "rps")},
        .pool = {.size = 1000},
        .service = ns(theory_param(t, "dur_s")),
        .end = 100 * SIM_S + 1};
    fleet_run(&f);
    uint32_t times = 30 * 86400 / 100;
    struct usage usage = {.requests = f.arrived * times,
                          .busy_ns = f.counts.busy_ns * times,
                          .memory_mb = (uint32_t)lround(1024 * theory_param(t, "gb"))};
    theory_check(t, "usd_30d", (double)prices_bill(&prices_x86, &usage).total / 1e6);
}

const struct theory_test lambda_rows[] = {{"lambda_concurrency", concurrency},
                                          {"lambda_scale_ramp", scale_ramp},
                                          {"lambda_cold_starts_step", cold_starts_step},
                                          {"lambda_cold_probability", cold_probability},
                                          {"lambda_cost", cost},
                                          {NULL, NULL}};
