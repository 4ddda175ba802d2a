/* recorder.h - what happened, in buckets of time, and the few numbers that sum it up.
 *
 * A request is counted in the bucket in which it *arrived*, whenever its answer came:
 * so a bar is never higher than what was offered. Attempts, probes and states are
 * counted when they happen. */
#ifndef RECORDER_H
#define RECORDER_H

#include "caller.h"
#include "faults.h"
#include "histogram.h"
#include "pool.h"
#include "sim.h"
#include "store.h"

enum {
    RECORD_BUCKETS_MAX = 4096,
    RECORD_HEAT = 40,    /* rows of the heat map: eighths of a decade from 0.1 ms */
    RECORD_RIBBONS = 20, /* breakers whose states are kept */
    RECORD_NOBODY = CALLER_STATES, /* the state of a place without environment */
    RECORD_SHARDS_MAX = 64
};

/* What the user got, in the end. */
enum outcome {
    OUTCOME_FRESH,
    OUTCOME_STALE,   /* a fallback */
    OUTCOME_REFUSED, /* turned away by the breaker, quickly */
    OUTCOME_FAILED,  /* an error, a time-out, or an answer too late */
    OUTCOME_NO_ROOM, /* no worker was free, or the gateway let nobody in */
    OUTCOMES
};

struct record_bucket {
    uint32_t offered, outcome[OUTCOMES];
    uint32_t attempts, probes;
    uint32_t busy; /* workers, at the end of the bucket */
    uint32_t heat[RECORD_HEAT];
    uint8_t state[RECORD_RIBBONS]; /* enum caller_state or RECORD_NOBODY, at the end */
    uint8_t item;   /* enum caller_state of the shared item, at the end */
    uint32_t alive; /* environments, at the end of the bucket */
    uint32_t cold_starts;
    uint32_t store_reads, store_writes; /* that were served */
    uint32_t store_conflicts;           /* of the writes */
    uint32_t store_throttled;
};

struct record {
    int64_t run, width; /* ns; width of a bucket */
    uint32_t buckets, ribbons;
    struct record_bucket *bucket;
    struct histogram latency; /* of all answered requests, us */
    struct histogram latency_in_fault;
    uint64_t offered, settled; /* requests that came, that have their outcome */
    uint64_t attempts, probes, opens;
    uint64_t served_in_vain; /* work the backend did for calls given up */
    uint32_t busy_most;
    uint64_t trips;    /* an item of the store went from closed to open */
    uint64_t taken;    /* requests that found a worker; a repeat is another */
    uint64_t admitted; /* that the gateway let in; 0 if there is none */
    bool fleet, has_store;
    uint32_t memory_mb;      /* of an environment */
    struct pool_counts pool; /* as they were at the end */
    struct store_counts store;
    int64_t first_open;           /* ns; -1: never */
    int64_t fault_from, fault_to; /* ns; the time between first and last fault */
    uint64_t shard_offered[RECORD_SHARDS_MAX]; /* in that time */
    uint64_t shard_fresh[RECORD_SHARDS_MAX];
    uint64_t digest, events;
};

/* A new record for a run; the faults say where its fault window lies (the whole run if
 * there are none). Free it with record_free. */
struct record *record_new(int64_t run, int64_t width, const struct fault *faults,
                          uint32_t fault_count);
void record_free(struct record *record);

void record_offered(struct record *record, int64_t now, uint32_t shard);
void record_attempt(struct record *record, int64_t now, bool probe);
void record_settled(struct record *record, int64_t arrived, int64_t now, uint32_t shard,
                    enum outcome outcome);

/* The lower edge of a heat row, in us. */
int64_t record_heat_edge_us(uint32_t row);

struct record_bucket *record_at(struct record *record, int64_t time);

#endif
