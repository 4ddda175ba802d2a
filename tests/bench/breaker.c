/* breaker.c - what a breaker costs each call when all is well, and when nothing is. */
#include "breaker.h"

#include "bench.h"

enum { PER_MS = 8, FAILING_ONE_IN = 64 };

/* One call of 64 fails, none is slow, eight calls to the millisecond. */
static uint64_t closed(const struct breaker_config *config, uint32_t n)
{
    struct breaker b;
    uint64_t granted = 0;
    breaker_init(&b, config, 1);
    for (uint32_t i = 0; i < n; i++) {
        int64_t now = i / PER_MS;
        struct breaker_permit permit = breaker_acquire(&b, now);
        granted += permit.granted;
        breaker_record(&b, &permit,
                       i % FAILING_ONE_IN == 0 ? BREAKER_FAILED : BREAKER_OK, now);
    }
    return granted;
}

uint64_t bench_breaker_calls(uint32_t n)
{
    return closed(
        &(struct breaker_config){
            .window_calls = 100, .min_calls = 20, .failure_pct = 50, .open_ms = 5000},
        n);
}

uint64_t bench_breaker_time(uint32_t n)
{
    return closed(
        &(struct breaker_config){
            .window_ms = 10000, .min_calls = 20, .failure_pct = 50, .open_ms = 5000},
        n);
}

uint64_t bench_breaker_refused(uint32_t n)
{
    struct breaker b;
    uint64_t granted = 0;
    breaker_init(&b, &(struct breaker_config){.failures_to_open = 1}, 1); /* a fuse */
    struct breaker_permit permit = breaker_acquire(&b, 0);
    breaker_record(&b, &permit, BREAKER_FAILED, 0);
    for (uint32_t i = 0; i < n; i++)
        granted += breaker_acquire(&b, i / PER_MS).granted;
    return granted;
}
