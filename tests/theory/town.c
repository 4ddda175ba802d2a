/* town.c - see town.h. */
#include "town.h"

#include <assert.h>
#include <math.h>

int64_t town_time(double seconds)
{
    return llround(seconds * (double)SIM_S);
}

struct town town_new(double rps, double seconds)
{
    struct town town = {
        .world = {.run = town_time(seconds),
                  .bucket = SIM_S,
                  .pool = {.size = 20000},
                  .breakers = 1,
                  .load = {.law = LOAD_POISSON, .rps = (uint32_t)lround(rps)},
                  .backend = {.shards = 1,
                              .servers = 1000000,
                              .service = {.law = SERVICE_FIXED, .mean_ns = SIM_MS}}}};
    if (seconds > 4000)
        town.world.bucket = town_time(ceil(seconds / 4000));
    return town;
}

void town_one_server(struct town *town, double mu)
{
    town->world.backend.servers = 1;
    town->world.backend.service =
        (struct service){.law = SERVICE_EXPONENTIAL, .mean_ns = llround(1e9 / mu)};
}

void town_fault(struct town *town, enum fault_kind kind, double from, double to,
                int32_t shard, uint32_t pct)
{
    assert(town->world.fault_count < FAULTS_MAX);
    town->world.faults[town->world.fault_count++] =
        (struct fault){.from = town_time(from),
                       .to = town_time(to),
                       .kind = kind,
                       .shard = shard,
                       .pct = pct};
}

void town_hang(struct town *town, double from, double to)
{
    town_fault(town, FAULT_HANG, from, to, FAULT_EVERYWHERE, 0);
}

struct record *town_run(const struct town *town, uint64_t seed)
{
    return world_run(&town->world, &adapter_caller, &town->client, seed);
}

/* --- sums ------------------------------------------------------------------------- */

enum column { FRESH, OFFERED, ATTEMPTS, PROBES };

static double sum(const struct record *r, double from, double to, enum column column)
{
    double total = 0;
    for (uint32_t i = 0; i < r->buckets; i++) {
        const struct record_bucket *bucket = &r->bucket[i];
        int64_t begins = i * r->width;
        if (begins < town_time(from) || begins >= town_time(to))
            continue;
        uint32_t values[] = {[FRESH] = bucket->outcome[OUTCOME_FRESH],
                             [OFFERED] = bucket->offered,
                             [ATTEMPTS] = bucket->attempts,
                             [PROBES] = bucket->probes};
        total += values[column];
    }
    return total;
}

double town_fresh(const struct record *record, double from, double to)
{
    return sum(record, from, to, FRESH);
}

double town_offered(const struct record *record, double from, double to)
{
    return sum(record, from, to, OFFERED);
}

double town_attempts(const struct record *record, double from, double to)
{
    return sum(record, from, to, ATTEMPTS);
}

double town_probes(const struct record *record, double from, double to)
{
    return sum(record, from, to, PROBES);
}

double town_stuck(const struct town *town, uint64_t seeds, double last)
{
    double end = (double)(town->world.run / SIM_S) - 5, stuck = 0;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        struct record *record = town_run(town, seed);
        stuck += town_fresh(record, end - last, end) <
                 town_offered(record, end - last, end) / 2;
        record_free(record);
    }
    return stuck / (double)seeds;
}
