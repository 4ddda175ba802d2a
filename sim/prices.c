/* prices.c - the price lists, and the sums: see prices.h.
 *
 * List prices for us-east-1, on demand, before any free tier. Written down on
 * 2026-11-23 from pages *about* AWS and from excerpts of its own, not from its price
 * lists: nobody has compared them with AWS since, or with a bill. The page named after
 * each is the one to look at before you believe a sum.
 *
 *  - Lambda (aws.amazon.com/lambda/pricing): $0.20 per million requests; $0.0000166667
 * a GB-second on x86, $0.0000133334 on arm, in steps of 1 ms. Since 2025-08-01 the INIT
 * phase is said to be billed for every kind of function.
 *  - DynamoDB (aws.amazon.com/dynamodb/pricing/on-demand): $0.625 per million write
 *    request units, $0.125 per million read request units, since 2024-11-01, when both
 *    are said to have been halved. An eventual read of up to 4 KB is half a unit.
 *  - API Gateway (aws.amazon.com/api-gateway/pricing): HTTP APIs $1.00 per million, for
 *    the first 300 million in a month. */
#include "prices.h"

#include <assert.h>

__extension__ typedef unsigned __int128 wide;

const struct prices prices_x86 = {.request = 200000,
                                  .gb_second = 16666700,
                                  .write = 625000,
                                  .strong_read = 125000,
                                  .eventual_read = 62500,
                                  .http_request = 1000000};

const struct prices prices_arm = {.request = 200000,
                                  .gb_second = 13333400,
                                  .write = 625000,
                                  .strong_read = 125000,
                                  .eventual_read = 62500,
                                  .http_request = 1000000};

/* To the nearest; a half goes up. */
static int64_t share(wide amount, wide of)
{
    wide result = (amount + of / 2) / of;
    assert(result <= INT64_MAX);
    return (int64_t)result;
}

static int64_t compute(const struct prices *prices, const struct usage *usage)
{
    assert(usage->busy_ns >= 0);
    const wide gb_ns_million = (wide)1024 * 1000000000 * 1000000;
    wide mb_ns = (wide)usage->busy_ns * usage->memory_mb;
    return share(mb_ns * prices->gb_second, gb_ns_million);
}

struct bill prices_bill(const struct prices *prices, const struct usage *usage)
{
    const wide million = 1000000;
    wide store = (wide)usage->writes * prices->write +
                 (wide)usage->strong_reads * prices->strong_read +
                 (wide)usage->eventual_reads * prices->eventual_read;
    struct bill bill = {
        .requests = share((wide)usage->requests * prices->request, million),
        .compute = compute(prices, usage),
        .store = share(store, million),
        .gateway = share((wide)usage->http_requests * prices->http_request, million)};
    bill.total = bill.requests + bill.compute + bill.store + bill.gateway;
    return bill;
}
