/* recorder.c - see recorder.h. */
#include "recorder.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* Eighths of a decade from 100 us: 100 * 10^(row / 8), rounded. */
static const int64_t heat_decade[8] = {100, 133, 178, 237, 316, 422, 562, 750};

int64_t record_heat_edge_us(uint32_t row)
{
    int64_t edge = heat_decade[row % 8];
    for (uint32_t i = 0; i < row / 8; i++)
        edge *= 10;
    return edge;
}

/* The decade first, then the eighth of it. */
static uint32_t heat_row(int64_t us)
{
    uint32_t row = 0;
    int64_t decade = 1;
    for (; row + 8 < RECORD_HEAT && us >= heat_decade[0] * decade * 10; decade *= 10)
        row += 8;
    for (uint32_t i = 1; i < 8 && us >= heat_decade[i] * decade; i++)
        row++;
    return row;
}

struct record *record_new(int64_t run, int64_t width, const struct fault *faults,
                          uint32_t fault_count)
{
    struct record *r = calloc(1, sizeof *r);
    int64_t buckets = (run + width - 1) / width;
    assert(width > 0 && buckets > 0 && buckets <= RECORD_BUCKETS_MAX);
    if (r != NULL)
        r->bucket = calloc((size_t)buckets, sizeof *r->bucket);
    if (r == NULL || r->bucket == NULL) {
        fprintf(stderr, "recorder: out of memory\n");
        abort();
    }
    r->run = run;
    r->width = width;
    r->buckets = (uint32_t)buckets;
    r->first_open = -1;
    r->fault_from = fault_count > 0 ? run : 0;
    r->fault_to = fault_count > 0 ? 0 : run;
    for (uint32_t i = 0; i < fault_count; i++) {
        if (faults[i].from < r->fault_from)
            r->fault_from = faults[i].from;
        if (faults[i].to > r->fault_to)
            r->fault_to = faults[i].to;
    }
    return r;
}

void record_free(struct record *r)
{
    if (r == NULL)
        return;
    free(r->bucket);
    free(r);
}

struct record_bucket *record_at(struct record *r, int64_t time)
{
    int64_t i = time / r->width;
    return &r->bucket[i < r->buckets ? i : r->buckets - 1];
}

static bool in_fault(const struct record *r, int64_t time)
{
    return time >= r->fault_from && time < r->fault_to;
}

void record_offered(struct record *r, int64_t now, uint32_t shard)
{
    r->offered++;
    record_at(r, now)->offered++;
    if (in_fault(r, now))
        r->shard_offered[shard]++;
}

void record_attempt(struct record *r, int64_t now, bool probe)
{
    struct record_bucket *bucket = record_at(r, now);
    r->attempts++;
    r->probes += probe;
    bucket->attempts++;
    bucket->probes += probe;
}

void record_settled(struct record *r, int64_t arrived, int64_t now, uint32_t shard,
                    enum outcome outcome)
{
    struct record_bucket *bucket = record_at(r, arrived);
    int64_t us = (now - arrived) / SIM_US;
    r->settled++;
    assert(r->settled <= r->offered);
    bucket->outcome[outcome]++;
    bucket->heat[heat_row(us)]++;
    histogram_add(&r->latency, us);
    if (!in_fault(r, arrived))
        return;
    histogram_add(&r->latency_in_fault, us);
    r->shard_fresh[shard] += outcome == OUTCOME_FRESH;
}
