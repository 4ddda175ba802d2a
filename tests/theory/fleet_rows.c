/* fleet_rows.c - breakers in the world: what leaks before they open, probes during an
 * outage, the delay after it, one bad shard among ten. */
#include <math.h>
#include <stddef.h>

#include "theory.h"
#include "town.h"

/* The lease of a probe is left at open_ms: one of exactly tau would end in the very
 * millisecond of the time-out, and let a second probe in before the first is known
 * lost.
 */
static struct client_config with_breaker(uint32_t failures, double open_s, double tau)
{
    return (struct client_config){
        .retry = {.attempts = 1, .timeout_ms = (uint32_t)lround(1000 * tau)},
        .breaker = {.failures_to_open = failures,
                    .open_ms = (uint32_t)lround(1000 * open_s)}};
}

/* All of them at once are in the black hole before the first comes back. */
static void leak_shared(struct theory *t)
{
    enum { RUNS = 20 };
    double leak = 0;
    struct town town = town_new(theory_param(t, "lambda"), 40);
    town.client =
        with_breaker((uint32_t)theory_param(t, "n"), 0, theory_param(t, "tau"));
    town_hang(&town, 20, 40);
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        struct record *record = town_run(&town, seed);
        leak += town_attempts(record, 20, 40);
        record_free(record);
    }
    theory_check(t, "leak_without_ttl", leak / RUNS);
}

static void probes(struct theory *t)
{
    double outage = theory_param(t, "D");
    struct town town = town_new(200, outage + 60);
    town.client = with_breaker(20, theory_param(t, "T"), theory_param(t, "tau"));
    town_hang(&town, 20, 20 + outage);
    struct record *record = town_run(&town, 1);
    theory_check(t, "probes", town_probes(record, 20, 20 + outage));
    record_free(record);
}

static double closed_again(const struct record *record, double from)
{
    int64_t i = town_time(from) / record->width;
    while (i < record->buckets && record->bucket[i].state[0] != CALLER_CLOSED)
        i++;
    return (double)((i + 1) * record->width) / (double)SIM_S - from;
}

/* Recovery falls into any phase of the breaker's rest. Ours has no cache, so its mean
 * lies below the row's by half a ttl: the row is a bound. */
static void recovery_delay(struct theory *t)
{
    enum { RUNS = 100 };
    double sum = 0, most = 0, tau = theory_param(t, "tau"), open = theory_param(t, "T");
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        double end = 50 + (open + tau) * (double)seed / RUNS;
        struct town town = town_new(200, 80);
        town.world.bucket = SIM_S / 20;
        town.client = with_breaker(20, open, tau);
        town_hang(&town, 20, end);
        struct record *record = town_run(&town, seed);
        double delay = closed_again(record, end);
        sum += delay;
        most = delay > most ? delay : most;
        record_free(record);
    }
    theory_check(t, "mean_s", sum / RUNS);
    theory_check(t, "max_s", most);
}

static double fresh_share(const struct client_config *client, double f)
{
    enum { SHARDS = 10 };
    struct town town = town_new(500, 400);
    town.client = *client;
    town.world.backend.shards = SHARDS;
    for (int32_t shard = 0; shard < lround(f * SHARDS); shard++)
        town_fault(&town, FAULT_ERRORS, 0, 400, shard, 100);
    struct record *record = town_run(&town, 1);
    double share = town_fresh(record, 0, 400) / town_offered(record, 0, 400);
    record_free(record);
    return share;
}

static void partial_failure(struct theory *t)
{
    double f = theory_param(t, "f");
    struct client_config client = with_breaker(0, 5, 1);
    theory_check(t, "none", fresh_share(&client, f));
    client.breaker.window_calls = 20;
    client.breaker.min_calls = 20;
    client.breaker.failure_pct = 10;
    double single = fresh_share(&client, f);
    theory_claim(t, "one breaker for all shards takes all of them down", single < 0.5);
    client.per_shard = 1;
    theory_check(t, "per_shard", fresh_share(&client, f));
}

const struct theory_test fleet_rows[] = {{"breaker_leak_shared", leak_shared},
                                         {"breaker_probes", probes},
                                         {"breaker_recovery_delay", recovery_delay},
                                         {"partial_failure_breaker", partial_failure},
                                         {NULL, NULL}};
