/* histogram.c - see histogram.h. */
#include "histogram.h"

/* Values below 32 have a bucket each; above, the five bits after the leading one
 * decide. */
static uint32_t bucket_of(uint64_t value)
{
    if (value >> HISTOGRAM_TOP != 0)
        return HISTOGRAM_BUCKETS - 1;
    if (value >> HISTOGRAM_BITS == 0)
        return (uint32_t)value;
    uint32_t shift = (uint32_t)(63 - __builtin_clzll(value)) - HISTOGRAM_BITS;
    return (shift << HISTOGRAM_BITS) + (uint32_t)(value >> shift);
}

static int64_t upper_edge(uint32_t bucket)
{
    if (bucket >> HISTOGRAM_BITS == 0)
        return bucket;
    uint32_t shift = (bucket >> HISTOGRAM_BITS) - 1;
    uint64_t lower = (uint64_t)(bucket - (shift << HISTOGRAM_BITS)) << shift;
    return (int64_t)(lower + (UINT64_C(1) << shift) - 1);
}

void histogram_add(struct histogram *h, int64_t value)
{
    h->count[bucket_of(value > 0 ? (uint64_t)value : 0)]++;
    h->total++;
}

void histogram_merge(struct histogram *h, const struct histogram *other)
{
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        h->count[i] += other->count[i];
    h->total += other->total;
}

int64_t histogram_quantile(const struct histogram *h, uint32_t permille)
{
    uint64_t wanted = (h->total * permille + 999) / 1000, seen = 0;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->count[i];
        if (seen >= wanted && seen > 0)
            return upper_edge(i);
    }
    return 0;
}
