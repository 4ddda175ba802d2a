/* prices_test.c - bills against the price lists, worked out by hand or with whole
 * numbers of any length. */
#include "unit.h"

#include "prices.h"
#include "sim.h"

static const struct {
    struct usage usage;
    struct bill x86, arm; /* micro-dollars */
} bills[] = {
    {{0}, {0}, {0}},
    {{.requests = 1000000}, {.requests = 200000}, {.requests = 200000}},
    {{.requests = 2}, {0}, {0}}, /* 0.4 */
    {{.requests = 3}, {.requests = 1}, {.requests = 1}},
    {{.busy_ns = SIM_S * 1000000, .memory_mb = 1024},
     {.compute = 16666700},
     {.compute = 13333400}},
    {{.busy_ns = SIM_S * 8784 * 8, .memory_mb = 128}, /* an outage: 8,784 GB-s */
     {.compute = 146400},
     {.compute = 117121}},
    {{.writes = 1000000}, {.store = 625000}, {.store = 625000}},
    {{.strong_reads = 1000000}, {.store = 125000}, {.store = 125000}},
    {{.eventual_reads = 1000000}, {.store = 62500}, {.store = 62500}},
    {{.writes = 1, .strong_reads = 1, .eventual_reads = 1}, {.store = 1}, {.store = 1}},
    {{.http_requests = 1000000}, {.gateway = 1000000}, {.gateway = 1000000}},
    /* A read with every call, 1,000 a second for a month: $162. */
    {{.eventual_reads = UINT64_C(2592000000)},
     {.store = 162000000},
     {.store = 162000000}},
    {{.busy_ns = INT64_MAX, .memory_mb = 10240}, /* nothing overflows */
     {.compute = INT64_C(1537231747266)},
     {.compute = INT64_C(1229789087162)}},
};

static void same_bill(struct bill got, struct bill want)
{
    UNIT_HOLDS(got.requests == want.requests && got.compute == want.compute);
    UNIT_HOLDS(got.store == want.store && got.gateway == want.gateway);
    UNIT_HOLDS(got.total == want.requests + want.compute + want.store + want.gateway);
}

START_TEST(a_bill_is_exact)
{
    same_bill(prices_bill(&prices_x86, &bills[_i].usage), bills[_i].x86);
    same_bill(prices_bill(&prices_arm, &bills[_i].usage), bills[_i].arm);
}
END_TEST

static const struct unit_case prices_cases[] = {
    {"bills", &a_bill_is_exact, UNIT_ROWS(bills)},
};

int main(void)
{
    return unit_run("prices", prices_cases, sizeof prices_cases / sizeof *prices_cases);
}
