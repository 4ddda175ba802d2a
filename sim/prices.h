/* prices.h - what a run costs: counts go in, whole micro-dollars come out.
 *
 *      struct usage usage = {.requests = 1000000, .busy_ns = 50000 * SIM_S, ...};
 *      struct bill bill = prices_bill(&prices_x86, &usage);
 *
 * Prices are micro-dollars per million, as the price lists have it: $0.20 per million
 * requests is 200,000. That is also the price of one in millionths of a micro-dollar,
 * and the largest unit in which each of them is a whole number. No free tier, no
 * discount by volume, no transfer. They change, and they are second hand: prices.c says
 * where each comes from and where to look it up. A bill compares clients of one run; it
 * does not foretell what AWS will charge. */
#ifndef PRICES_H
#define PRICES_H

#include <stdint.h>

/* Micro-dollars per million. */
struct prices {
    uint32_t request;       /* calls of a function */
    uint32_t gb_second;     /* of memory while it runs or starts */
    uint32_t write;         /* write request units: an item up to 1 KB */
    uint32_t strong_read;   /* read request units: an item up to 4 KB */
    uint32_t eventual_read; /* half a unit each */
    uint32_t http_request;  /* at the gateway, an HTTP API */
};

extern const struct prices prices_x86, prices_arm;

/* What a run used. A write that fails its condition is a write. */
struct usage {
    uint64_t requests;
    int64_t busy_ns;    /* cold starts included, each call in whole milliseconds */
    uint32_t memory_mb; /* of one environment; 1024 are a GB */
    uint64_t writes, strong_reads, eventual_reads;
    uint64_t http_requests;
};

/* Micro-dollars, each line rounded to the nearest; total is the sum of the lines. */
struct bill {
    int64_t requests, compute, store, gateway, total;
};

struct bill prices_bill(const struct prices *prices, const struct usage *usage);

#endif
