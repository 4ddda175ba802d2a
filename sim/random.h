/* random.h - chance without floating point.
 *
 * A stream is a generator of its own for one purpose: `random_seed(&r, seed,
 * "arrivals")`. The same seed and name give the same draws, whatever else is drawn
 * elsewhere, so two clients compared under one seed meet the same arrivals.
 *
 * Everything is decided by integers (a table of logarithms, xoshiro256++), so it is the
 * same to the bit under every compiler and C library. Means and percentiles are in
 * whatever unit you pass, nanoseconds as a rule. Source of the generators: Blackman and
 * Vigna, prng.di.unimi.it. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t s[4];
};

/* Make a stream from a seed and a name. */
void random_seed(struct random *r, uint64_t seed, const char *stream);

/* One step of splitmix64; for seeding, and for hashing a few numbers into one. */
uint64_t random_splitmix(uint64_t *state);

/* 64 random bits. */
static inline uint64_t random_bits(struct random *r)
{
    uint64_t *s = r->s, sum = s[0] + s[3], t = s[1] << 17;
    uint64_t result = (sum << 23 | sum >> 41) + s[0];
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = s[3] << 45 | s[3] >> 19;
    return result;
}

/* 0 to n - 1, all alike; n > 0. */
uint64_t random_below(struct random *r, uint64_t n);

/* True in `ppm` of a million cases. */
bool random_chance(struct random *r, uint32_t ppm);

/* Gaps between arrivals that know nothing of each other. */
int64_t random_exponential(struct random *r, int64_t mean);

/* The normal distribution around 0. */
int64_t random_normal(struct random *r, int64_t sigma);

/* Latencies: half of the draws are below p50, 99 of 100 below p99; p50 <= p99. */
int64_t random_lognormal(struct random *r, int64_t p50, int64_t p99);

/* Heavy tails: P(X > x) = (least / x) ^ (alpha_pct / 100) for x >= least. Cut off at
 * least * 2^32. alpha_pct > 0. */
int64_t random_pareto(struct random *r, int64_t least, uint32_t alpha_pct);

/* The arithmetic beneath, in units of 2^-32: ln(x / 2^64) for x > 0, never positive;
 * and `value` * e^(power / 2^32), saturating at INT64_MAX. */
int64_t random_ln(uint64_t x);
int64_t random_exp(int64_t value, int64_t power);

#endif
