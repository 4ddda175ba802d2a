/* metastable_rows.c - failures that outlive their cause, through the world and the
 * reference client: where they begin, what it takes to tip over, what it takes to come
 * back. Such systems are in one of two states, so the tests count runs. */
#include <math.h>
#include <stddef.h>

#include "theory.h"
#include "town.h"

/* Immediate retries, no breaker: the sustaining effect, pure. */
static struct town retrying(double lambda, double mu, uint32_t attempts, double tau,
                            double seconds)
{
    struct town town = town_new(lambda, seconds);
    town_one_server(&town, mu);
    town.client.retry = (struct retry_policy){
        .attempts = attempts, .timeout_ms = (uint32_t)lround(1000 * tau)};
    return town;
}

/* The value between low and high at which half of the runs are stuck, by halving. */
static double tipping_point(double low, double high, void *what,
                            double (*stuck)(double value, void *what))
{
    for (int i = 0; i < 7; i++) {
        double middle = (low + high) / 2;
        if (stuck(middle, what) < 0.5)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/* --- hidden capacity -------------------------------------------------------------- */

struct service_point {
    double mu, tau, lambda;
    uint32_t attempts;
};

/* Near the edge a backlog drains slowly, so the runs are long. */
static double stuck_at_load(double lambda, void *what)
{
    const struct service_point *p = what;
    struct town town = retrying(lambda, p->mu, p->attempts, 1, 300);
    town_hang(&town, 20, 24);
    return town_stuck(&town, 9, 20);
}

static void hidden_capacity(struct theory *t)
{
    struct service_point p = {.mu = theory_param(t, "mu"),
                              .attempts = (uint32_t)theory_param(t, "R")};
    theory_check(t, "hidden",
                 tipping_point(0.5 * p.mu / p.attempts, 1.5 * p.mu / p.attempts, &p,
                               stuck_at_load));
}

/* A cache that answers a share of the calls in turn, before a backend of fixed service:
 * the most calls a second at which no queue is left after 200 s. */
static bool keeps_up(double mu, int hit_pct, uint32_t rps)
{
    double seconds = 200, backlog = 0, dt = 1.0 / rps;
    int credit = 0;
    for (double now = 0; now < seconds; now += dt) {
        credit += 100 - hit_pct;
        bool miss = credit >= 100;
        credit -= miss ? 100 : 0;
        backlog = backlog - mu * dt > 0 ? backlog - mu * dt : 0;
        backlog += miss;
    }
    return backlog < 1.5;
}

static double most_rps(double mu, int hit_pct)
{
    uint32_t low = 1, high = 100000;
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if (keeps_up(mu, hit_pct, middle))
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Nothing in the library is a cache: these few lines play one. */
static void hidden_cache(struct theory *t)
{
    double mu = theory_param(t, "mu");
    double warm = most_rps(mu, (int)lround(100 * theory_param(t, "hit")));
    double cold = most_rps(mu, 0);
    theory_check(t, "advertised", warm);
    theory_check(t, "hidden", cold);
    theory_check(t, "amplification", warm / cold);
}

/* --- the trigger ------------------------------------------------------------------ */

static double stuck_after_stop(double stop, void *what)
{
    const struct service_point *p = what;
    struct town town = retrying(p->lambda, p->mu, p->attempts, p->tau, 120);
    town_hang(&town, 20, 20 + stop);
    return town_stuck(&town, 100, 20);
}

static void critical_trigger(struct theory *t)
{
    struct service_point p = {.mu = theory_param(t, "mu"),
                              .tau = theory_param(t, "tau"),
                              .lambda = theory_param(t, "lambda"),
                              .attempts = (uint32_t)theory_param(t, "R")};
    theory_check(t, "d_star_s", tipping_point(0.8, 2.5, &p, stuck_after_stop));
}

static void bounded_queue(struct theory *t)
{
    double mu = theory_param(t, "mu");
    struct town town = retrying(0.8 * mu, mu, 3, theory_param(t, "tau"), 120);
    town.world.backend.bounded = true;
    town.world.backend.queue_max = (uint32_t)theory_param(t, "K");
    town_hang(&town, 20, 25);
    theory_check(t, "stuck_fraction", town_stuck(&town, 100, 20));
}

/* --- up and down again ------------------------------------------------------------ */

/* Goodput over ten seconds from here, as a share of what was asked for. */
static double good_share(const struct record *record, double from)
{
    return town_fresh(record, from, from + 10) / town_offered(record, from, from + 10);
}

static double ramp(double seconds)
{
    return seconds < 600 ? 10 + seconds / 5 : 130 - (seconds - 600) / 5;
}

static void hysteresis(struct theory *t)
{
    enum { RUNS = 11 };
    double mu = theory_param(t, "mu"), collapse = 0, recover = 0;
    struct town town =
        retrying(0, mu, (uint32_t)theory_param(t, "R"), theory_param(t, "tau"), 1200);
    town.world.load.steps = 3;
    for (uint32_t i = 0; i < 3; i++) {
        town.world.load.step[i].at = 600 * SIM_S * i;
        town.world.load.step[i].rps = i == 1 ? 130 : 10;
    }
    town.world.backend.bounded = true;
    town.world.backend.queue_max = (uint32_t)theory_param(t, "K");
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        struct record *record = town_run(&town, seed);
        double up = 0, down = 600;
        while (up < 600 && good_share(record, up) >= 0.5)
            up++;
        while (down < 1180 && good_share(record, down) < 0.9)
            down++;
        collapse += ramp(up) / RUNS;
        recover += ramp(down) / RUNS;
        record_free(record);
    }
    theory_check(t, "collapse_up_theory", collapse);
    theory_check(t, "recover_down_theory", recover);
}

/* --- coming back ------------------------------------------------------------------ */

/* The first second from which nine of ten are served again, for five seconds. */
static double recovered_after(const struct record *record, double from, double end)
{
    for (double at = from; at < end - 5; at++)
        if (town_fresh(record, at, at + 5) >= 0.9 * town_offered(record, at, at + 5))
            return at - from;
    return -1;
}

/* Workers are the bulkhead: so many calls at a time and no more. Enough users to keep
 * all of them busy while the hole is open. */
static void bulkhead(struct theory *t)
{
    enum { RUNS = 10 };
    double outage = theory_param(t, "D"), mu = theory_param(t, "mu"), sum = 0;
    struct town town = town_new(200, 200);
    town.world.pool.size = (uint32_t)theory_param(t, "C");
    town.world.backend.servers = 20;
    town.world.backend.service =
        (struct service){.law = SERVICE_EXPONENTIAL, .mean_ns = llround(20e9 / mu)};
    town.client.retry =
        (struct retry_policy){.attempts = 3, .timeout_ms = 1000, .backoff_ms = 50};
    town_hang(&town, 33, 33 + outage);
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        struct record *record = town_run(&town, seed);
        sum += recovered_after(record, 33 + outage, 200);
        record_free(record);
    }
    theory_check(t, "ttr_s", sum / RUNS);
}

/* No time-outs, no retries: only a queue that must empty. */
static void fluid_drain(struct theory *t)
{
    enum { RUNS = 20 };
    double outage = theory_param(t, "D"), lambda = theory_param(t, "lambda");
    double mu = theory_param(t, "mu"), drain = 0, backlog = 0;
    struct town town = town_new(lambda, 600);
    town_one_server(&town, mu);
    town.world.backend.service.law = SERVICE_FIXED;
    town_hang(&town, 50, 50 + outage);
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        struct record *record = town_run(&town, seed);
        uint32_t i = (uint32_t)(50 + outage);
        backlog += record->bucket[i - 1].busy;
        while (i < record->buckets && record->bucket[i].busy > 20)
            i++;
        drain += i + 1 - (50 + outage);
        record_free(record);
    }
    theory_check(t, "backlog", backlog / RUNS);
    theory_check(t, "drain_s", drain / RUNS);
}

const struct theory_test metastable_rows[] = {
    {"hidden_capacity", hidden_capacity},
    {"hidden_capacity_cache", hidden_cache},
    {"critical_trigger", critical_trigger},
    {"bounded_queue_no_metastability", bounded_queue},
    {"hysteresis_loop", hysteresis},
    {"bulkhead_recovery", bulkhead},
    {"fluid_drain", fluid_drain},
    {NULL, NULL}};
