/* facts.c - see facts.h. "In the fault" is the time from the beginning of the first
 * fault to the end of the last, or the whole run if there is none. */
#include "facts.h"

#include <string.h>

#include "prices.h"

/* --- sums over buckets ------------------------------------------------------------ */

/* Buckets count if they lie wholly in [from, to). */
static int64_t sum(const struct record *r, int64_t from, int64_t to, size_t offset)
{
    int64_t total = 0;
    for (uint32_t i = 0; i < r->buckets; i++) {
        int64_t begin = (int64_t)i * r->width;
        if (begin >= from && begin + r->width <= to)
            total +=
                *(const uint32_t *)(const void *)((const char *)&r->bucket[i] + offset);
    }
    return total;
}

#define FIELD(member) offsetof(struct record_bucket, member)
#define OUTCOME(which) (FIELD(outcome) + (which) * sizeof(uint32_t))

static int64_t pct(int64_t part, int64_t whole)
{
    return whole == 0 ? 0 : (part * 200 + whole) / (whole * 2);
}

static int64_t share(const struct record *r, int64_t from, int64_t to,
                     enum outcome which)
{
    return pct(sum(r, from, to, OUTCOME(which)), sum(r, from, to, FIELD(offered)));
}

static int64_t per_s(const struct record *r, int64_t from, int64_t to, size_t offset)
{
    int64_t whole = (to / r->width - (from + r->width - 1) / r->width) * r->width;
    return whole <= 0 ? 0
                      : (sum(r, from, to, offset) * SIM_S * 2 + whole) / (whole * 2);
}

static int64_t ms(int64_t us)
{
    return (us + 500) / 1000;
}

/* --- the facts -------------------------------------------------------------------- */

static int64_t offered(const struct record *r)
{
    return (int64_t)r->offered;
}

#define SHARE_IN_FAULT(name, which)                                                    \
    static int64_t name(const struct record *r)                                        \
    {                                                                                  \
        return share(r, r->fault_from, r->fault_to, which);                            \
    }
SHARE_IN_FAULT(fresh_pct, OUTCOME_FRESH)
SHARE_IN_FAULT(stale_pct, OUTCOME_STALE)
SHARE_IN_FAULT(refused_pct, OUTCOME_REFUSED)
SHARE_IN_FAULT(failed_pct, OUTCOME_FAILED)
SHARE_IN_FAULT(no_room_pct, OUTCOME_NO_ROOM)

static int64_t run_fresh_pct(const struct record *r)
{
    return share(r, 0, r->run, OUTCOME_FRESH);
}

static int64_t after_fresh_pct(const struct record *r)
{
    return share(r, r->fault_to, r->run, OUTCOME_FRESH);
}

/* Where the last ten seconds begin. */
static int64_t end_from(const struct record *r)
{
    return r->run > 10 * SIM_S ? r->run - 10 * SIM_S : 0;
}

static int64_t end_fresh_pct(const struct record *r)
{
    return share(r, end_from(r), r->run, OUTCOME_FRESH);
}

static int64_t before_fresh_pct(const struct record *r)
{
    return share(r, 0, r->fault_from, OUTCOME_FRESH);
}

static int64_t attempts_per_s(const struct record *r)
{
    return per_s(r, r->fault_from, r->fault_to, FIELD(attempts));
}

static int64_t before_attempts_per_s(const struct record *r)
{
    return per_s(r, 0, r->fault_from, FIELD(attempts));
}

static int64_t end_attempts_per_s(const struct record *r)
{
    return per_s(r, end_from(r), r->run, FIELD(attempts));
}

static int64_t fault_attempts(const struct record *r)
{
    return sum(r, r->fault_from, r->fault_to, FIELD(attempts));
}

static int64_t attempts(const struct record *r)
{
    return (int64_t)r->attempts;
}

static int64_t attempts_pct(const struct record *r)
{
    return pct((int64_t)r->attempts, (int64_t)r->offered);
}

static int64_t probes(const struct record *r)
{
    return (int64_t)r->probes;
}

static int64_t opens(const struct record *r)
{
    return (int64_t)r->opens;
}

static int64_t opened_after_ms(const struct record *r)
{
    if (r->first_open < 0)
        return -1;
    return ms((r->first_open - r->fault_from) / SIM_US);
}

/* Four seconds in which 95 of 100 get a fresh answer; the time until they begin. */
static int64_t recovered_ms(const struct record *r)
{
    int64_t first = (r->fault_to + r->width - 1) / r->width * r->width;
    if (r->fault_to == r->run)
        return -1;
    for (int64_t from = first; from + 4 * SIM_S <= r->run; from += r->width) {
        int64_t come = sum(r, from, from + 4 * SIM_S, FIELD(offered));
        int64_t fresh = sum(r, from, from + 4 * SIM_S, OUTCOME(OUTCOME_FRESH));
        if (come > 0 && fresh * 100 >= come * 95)
            return (from - r->fault_to) / SIM_MS;
    }
    return -1;
}

#define QUANTILE(name, where, permille)                                                \
    static int64_t name(const struct record *r)                                        \
    {                                                                                  \
        return ms(histogram_quantile(&r->where, permille));                            \
    }
QUANTILE(p50_ms, latency, 500)
QUANTILE(p90_ms, latency, 900)
QUANTILE(p99_ms, latency, 990)
QUANTILE(p999_ms, latency, 999)
QUANTILE(fault_p50_ms, latency_in_fault, 500)
QUANTILE(fault_p99_ms, latency_in_fault, 990)

static int64_t busy_most(const struct record *r)
{
    return r->busy_most;
}

static int64_t in_vain_pct(const struct record *r)
{
    return pct((int64_t)r->served_in_vain, (int64_t)r->attempts);
}

static int64_t shard0_fresh_pct(const struct record *r)
{
    return pct((int64_t)r->shard_fresh[0], (int64_t)r->shard_offered[0]);
}

static int64_t others_fresh_pct(const struct record *r)
{
    int64_t come = 0, fresh = 0;
    for (uint32_t i = 1; i < RECORD_SHARDS_MAX; i++) {
        come += (int64_t)r->shard_offered[i];
        fresh += (int64_t)r->shard_fresh[i];
    }
    return pct(fresh, come);
}

/* --- the fleet, the store, the bill ----------------------------------------------- */

static int64_t cold_starts(const struct record *r)
{
    return (int64_t)r->pool.cold_starts;
}

static int64_t environments_most(const struct record *r)
{
    return r->fleet ? r->pool.alive_most : 0;
}

static int64_t killed(const struct record *r)
{
    return (int64_t)r->pool.killed;
}

static int64_t store_reads(const struct record *r)
{
    return (int64_t)(r->store.eventual_reads + r->store.strong_reads);
}

static int64_t store_writes(const struct record *r)
{
    return (int64_t)r->store.writes;
}

static int64_t store_conflicts(const struct record *r)
{
    return (int64_t)r->store.conflicts;
}

static int64_t store_throttled(const struct record *r)
{
    return (int64_t)r->store.throttled;
}

static int64_t store_reads_per_s(const struct record *r)
{
    return per_s(r, r->fault_from, r->fault_to, FIELD(store_reads));
}

static int64_t store_writes_per_s(const struct record *r)
{
    return per_s(r, r->fault_from, r->fault_to, FIELD(store_writes));
}

static int64_t before_store_reads_per_s(const struct record *r)
{
    return per_s(r, 0, r->fault_from, FIELD(store_reads));
}

static int64_t before_store_writes(const struct record *r)
{
    return sum(r, 0, r->fault_from, FIELD(store_writes));
}

static int64_t trips(const struct record *r)
{
    return (int64_t)r->trips;
}

/* MB-ms into GB-s, to the nearest. */
static int64_t lambda_gb_s(const struct record *r)
{
    int64_t whole = 1024000;
    return r->fleet ? (r->pool.busy_ns / SIM_MS * r->memory_mb + whole / 2) / whole : 0;
}

static int64_t dollars_micro(const struct record *r)
{
    struct usage usage = {.writes = r->store.writes,
                          .strong_reads = r->store.strong_reads,
                          .eventual_reads = r->store.eventual_reads,
                          .http_requests = r->admitted};
    if (r->fleet) {
        usage.requests = r->taken;
        usage.busy_ns = r->pool.busy_ns;
        usage.memory_mb = r->memory_mb;
    }
    return prices_bill(&prices_x86, &usage).total;
}

/* A run's bill may be a million dollars, and 10^12 of them times 10^6 still fit. */
static int64_t dollars_micro_per_million(const struct record *r)
{
    int64_t come = (int64_t)r->offered;
    return come == 0 ? 0 : (dollars_micro(r) * 1000000 + come / 2) / come;
}

const struct fact facts[] = {
    {"offered", "requests that came", offered},
    {"fresh_pct", "in the fault: answered by the backend, in time", fresh_pct},
    {"stale_pct", "in the fault: answered by a fallback", stale_pct},
    {"refused_pct", "in the fault: turned away at once", refused_pct},
    {"failed_pct", "in the fault: failed, timed out, or too late", failed_pct},
    {"no_room_pct", "in the fault: found no worker free", no_room_pct},
    {"shard0_fresh_pct", "in the fault: fresh, of requests for shard 0",
     shard0_fresh_pct},
    {"others_fresh_pct", "in the fault: fresh, of requests for other shards",
     others_fresh_pct},
    {"before_fresh_pct", "before the fault: fresh", before_fresh_pct},
    {"after_fresh_pct", "after the fault: fresh", after_fresh_pct},
    {"end_fresh_pct", "in the last ten seconds: fresh", end_fresh_pct},
    {"run_fresh_pct", "in the whole run: fresh", run_fresh_pct},
    {"recovered_ms",
     "from the fault's end until 95 of 100 are fresh for 4 s; -1: never", recovered_ms},
    {"before_attempts_per_s", "calls to the backend before the fault",
     before_attempts_per_s},
    {"attempts_per_s", "calls to the backend in the fault", attempts_per_s},
    {"end_attempts_per_s", "calls to the backend in the last ten seconds",
     end_attempts_per_s},
    {"fault_attempts", "calls to the backend in the fault, all of them",
     fault_attempts},
    {"attempts", "calls to the backend in the whole run", attempts},
    {"attempts_pct", "calls to the backend per hundred requests", attempts_pct},
    {"in_vain_pct", "of all calls in the run, served after the client had given up",
     in_vain_pct},
    {"probes", "calls that were probes", probes},
    {"opens", "times a breaker opened", opens},
    {"opened_after_ms", "from the fault's beginning to the first opening; -1: never",
     opened_after_ms},
    {"busy_most", "most workers busy at once", busy_most},
    {"p50_ms", "half of all answers came within", p50_ms},
    {"p90_ms", "90 of 100 within", p90_ms},
    {"p99_ms", "99 of 100 within", p99_ms},
    {"p999_ms", "999 of 1000 within", p999_ms},
    {"fault_p50_ms", "half of the answers to requests in the fault within",
     fault_p50_ms},
    {"fault_p99_ms", "99 of 100 of those within", fault_p99_ms},
    {"cold_starts", "environments of the fleet that were made", cold_starts},
    {"environments_most", "most environments there at once", environments_most},
    {"killed", "environments that died of a fault or the function's time-out", killed},
    {"store_reads", "reads that the store served", store_reads},
    {"store_writes", "writes that it served, lost races among them", store_writes},
    {"store_conflicts", "writes that lost a race", store_conflicts},
    {"store_throttled", "requests to the store beyond its capacity", store_throttled},
    {"before_store_reads_per_s", "reads that the store served before the fault",
     before_store_reads_per_s},
    {"before_store_writes", "writes before the fault, all of them",
     before_store_writes},
    {"store_reads_per_s", "reads in the fault", store_reads_per_s},
    {"store_writes_per_s", "writes in the fault", store_writes_per_s},
    {"trips", "times an item of the store went from closed to open", trips},
    {"lambda_gb_s", "memory of the fleet, times how long it was busy or starting",
     lambda_gb_s},
    {"dollars_micro",
     "the bill for fleet, gateway and store, in millionths of a dollar", dollars_micro},
    {"dollars_micro_per_million", "the same for a million requests like these",
     dollars_micro_per_million},
    {.name = NULL}};

_Static_assert(sizeof facts / sizeof *facts <= FACTS_MAX, "FACTS_MAX is too small");

int fact_find(const char *name)
{
    for (int i = 0; facts[i].name != NULL; i++)
        if (strcmp(facts[i].name, name) == 0)
            return i;
    return -1;
}
