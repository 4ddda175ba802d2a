/* town.h - a world with the reference client in it, in the few shapes theory speaks of.
 *
 * Seconds and rates are doubles here, as in theory.json. */
#ifndef TOWN_H
#define TOWN_H

#include "adapter.h"
#include "client.h"
#include "world.h"

struct town {
    struct world_config world;
    struct client_config client;
};

int64_t town_time(double seconds);

/* Open-loop users at this rate for so long, one breaker for all, room for all; a
 * backend of endless servers that takes a millisecond for everything. The client makes
 * one try and has no breaker, until you say otherwise. */
struct town town_new(double rps, double seconds);

/* One server with exponential service of rate mu, and a queue without end. */
void town_one_server(struct town *town, double mu);

/* A black hole from here to there: calls vanish into the queue. */
void town_hang(struct town *town, double from, double to);
void town_fault(struct town *town, enum fault_kind kind, double from, double to,
                int32_t shard, uint32_t pct);

struct record *town_run(const struct town *town, uint64_t seed);

/* Sums over the buckets that begin in [from, to). */
double town_fresh(const struct record *record, double from, double to);
double town_offered(const struct record *record, double from, double to);
double town_attempts(const struct record *record, double from, double to);
double town_probes(const struct record *record, double from, double to);

/* The share of runs, seeds 1 to `seeds`, whose users still get less than half of what
 * they ask for in the last `last` seconds. */
double town_stuck(const struct town *town, uint64_t seeds, double last);

#endif
