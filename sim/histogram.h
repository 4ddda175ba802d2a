/* histogram.h - percentiles from integers: counts in buckets that grow with the value.
 *
 * Log-linear: each power of two is cut into 32 equal buckets, so a value is known to
 * one part in 32 from 0 to 2^40, above which it counts as 2^40. Adding is O(1), merging
 * is addition, and the result does not depend on the order. All zeros is empty. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BITS = 5, HISTOGRAM_TOP = 40 };
enum { HISTOGRAM_BUCKETS = (HISTOGRAM_TOP - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS };

struct histogram {
    uint64_t total, count[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *h, int64_t value); /* negative counts as 0 */
void histogram_merge(struct histogram *h, const struct histogram *other);

/* The value below or at which `permille` of 1000 values lie: the upper edge of its
 * bucket, so never too low; 0 if empty. p99.9 is 999. */
int64_t histogram_quantile(const struct histogram *h, uint32_t permille);

#endif
