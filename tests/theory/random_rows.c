/* random_rows.c - the generators against their published vectors, the distributions
 * against their moments and tails. */
#include "random.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "theory.h"

/* --- vectors ---------------------------------------------------------------------- */

static void check_vector(struct theory *t, const char *name, const char *format,
                         uint64_t (*next)(void *), void *state)
{
    const cJSON *item = NULL;
    bool same = true;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(t->expect, name))
    {
        char text[24];
        uint64_t drawn = next(state);
        if (strcmp(format, "hex") == 0)
            snprintf(text, sizeof text, "%016" PRIx64, drawn);
        else
            snprintf(text, sizeof text, "%" PRIu64, drawn);
        same &= strcmp(text, item->valuestring) == 0;
    }
    theory_claim(t, "every number of the published vector", same);
    theory_skip(t, name, "(compared above, as text)");
}

static uint64_t next_splitmix(void *state)
{
    return random_splitmix(state);
}

static uint64_t next_bits(void *state)
{
    return random_bits(state);
}

static void splitmix(struct theory *t)
{
    uint64_t state = (uint64_t)theory_param(t, "seed");
    check_vector(t, "hex", "hex", next_splitmix, &state);
}

static void xoshiro(struct theory *t)
{
    struct random r;
    const cJSON *state = cJSON_GetObjectItemCaseSensitive(t->params, "state");
    for (int i = 0; i < 4; i++)
        r.s[i] = (uint64_t)cJSON_GetArrayItem(state, i)->valuedouble;
    check_vector(t, "dec", "dec", next_bits, &r);
}

/* --- distributions ---------------------------------------------------------------- */

#define BINS 200000
#define BIN_NS 1000000

/* Draws sorted into narrow bins, and their moments, about 1.0 for numerical health. */
struct sample {
    double n, sum, squares, logs;
    uint64_t bin[BINS];
};
static struct sample sample;

static void add(int64_t x, int64_t unit)
{
    double value = (double)x / (double)unit;
    int64_t bin = x / BIN_NS;
    sample.n++;
    sample.sum += value;
    sample.squares += (value - 1) * (value - 1);
    sample.bin[bin < BINS ? bin : BINS - 1]++;
}

static double sample_variance(void)
{
    double off = sample.sum / sample.n - 1;
    return sample.squares / sample.n - off * off;
}

static double share_over(double bins)
{
    double over = 0;
    for (int i = (int)bins; i < BINS; i++)
        over += (double)sample.bin[i];
    return over / sample.n;
}

static double quantile_bins(double q)
{
    double wanted = q * sample.n, seen = 0;
    int i = 0;
    for (; seen + (double)sample.bin[i] < wanted; i++)
        seen += (double)sample.bin[i];
    return i + (wanted - seen) / (double)sample.bin[i];
}

/* A unit of 1 is 1000 bins. The tail beyond 5 takes the row's tolerance for tails, and
 * that takes 200 million draws. */
static void exponential(struct theory *t)
{
    struct random r;
    double rate = theory_param(t, "r");
    int64_t mean = llround(1000.0 * BIN_NS / rate);
    random_seed(&r, 1, "exponential");
    for (int i = 0; i < 200000000; i++)
        add(random_exponential(&r, mean), 1000 * (int64_t)BIN_NS);
    theory_check(t, "mean", sample.sum / sample.n);
    theory_check(t, "var", sample_variance());
    theory_check(t, "p_gt_1", share_over(1000));
    theory_check_within(
        t, "p_gt_5", share_over(5000),
        cJSON_GetObjectItemCaseSensitive(t->tolerance, "abs_tail")->valuedouble);
    theory_check(t, "p50", quantile_bins(0.5) / 1000);
    theory_check(t, "p99", quantile_bins(0.99) / 1000);
    theory_check(t, "p999", quantile_bins(0.999) / 1000);
}

/* A bin is a hundredth of a millisecond of latency here. */
static void lognormal(struct theory *t)
{
    struct random r;
    int64_t ms = 100 * (int64_t)BIN_NS, draws = 20000000;
    int64_t p50 = llround(theory_param(t, "p50_ms") * (double)ms);
    int64_t p99 = llround(theory_param(t, "p99_ms") * (double)ms);
    double logs = 0, log_squares = 0;
    random_seed(&r, 1, "lognormal");
    for (int64_t i = 0; i < draws; i++) {
        int64_t x = random_lognormal(&r, p50, p99);
        double ln = log((double)x / (double)ms);
        logs += ln;
        log_squares += ln * ln;
        add(x, ms);
    }
    double mu = logs / (double)draws, mean = sample.sum / sample.n;
    theory_check(t, "mu_ln_ms", mu);
    theory_check(t, "sigma", sqrt(log_squares / (double)draws - mu * mu));
    theory_check(t, "mean_ms", mean);
    theory_check(t, "p999_ms", quantile_bins(0.999) / 100);
    theory_check(t, "scv", sample_variance() / mean / mean);
}

const struct theory_test random_rows[] = {{"rng_splitmix64", splitmix},
                                          {"rng_xoshiro256pp", xoshiro},
                                          {"rng_exponential", exponential},
                                          {"lognormal_from_percentiles", lognormal},
                                          {NULL, NULL}};
