/* random_test.c - known vectors, the tables computed again, and the distributions
 * against the C library's own mathematics. Only a test may use floating point. */
#include "unit.h"

#include <math.h>
#include <stdbool.h>

#include "random.h"
#include "tables.h"

__extension__ typedef unsigned __int128 wide;

#define ONE 4294967296.0 /* 2^32 */

/* --- vectors ---------------------------------------------------------------------- */

START_TEST(xoshiro_gives_the_published_numbers)
{
    static const uint64_t want[] = {41943041u,
                                    58720359u,
                                    3588806011781223u,
                                    3591011842654386u,
                                    9228616714210784205u,
                                    9973669472204895162u,
                                    14011001112246962877u,
                                    12406186145184390807u,
                                    15849039046786891736u,
                                    10450023813501588000u};
    struct random r = {{1, 2, 3, 4}};
    for (int i = 0; i < UNIT_ROWS(want); i++)
        UNIT_HOLDS(random_bits(&r) == want[i]);
}
END_TEST

START_TEST(splitmix_gives_the_published_numbers)
{
    static const uint64_t want[] = {0xe220a8397b1dcdafu, 0x6e789e6aa1b965f4u,
                                    0x06c45d188009454fu, 0xf88bb8a8724c81ecu,
                                    0x1b39896a51a8749bu};
    uint64_t state = 0;
    for (int i = 0; i < UNIT_ROWS(want); i++)
        UNIT_HOLDS(random_splitmix(&state) == want[i]);
}
END_TEST

/* --- tables: from integer multiplications alone ----------------------------------- */

static wide times(wide a, wide b) /* both in units of 2^-62, below 4 */
{
    uint64_t al = (uint64_t)a, bl = (uint64_t)b;
    return (wide)al * bl >> 62;
}

/* log2(x), x in [1, 2) in units of 2^-62, by repeated squaring: bits of 2^-48. */
static uint64_t log2_of(wide x)
{
    uint64_t log = 0;
    for (int i = 0; i < 48; i++) {
        x = times(x, x);
        log = log << 1 | (x >> 63 & 1);
        x >>= x >> 63 & 1;
    }
    return log;
}

/* ln 2 = sum of 1 / (k 2^k), in units of 2^-64. */
static uint64_t ln2(void)
{
    wide sum = 0;
    for (int k = 1; k < 100; k++)
        sum += ((wide)1 << 127 >> k) / (wide)k;
    return (uint64_t)(sum >> 63);
}

START_TEST(the_logarithms_are_right)
{
    UNIT_HOLDS(ln2() >> 32 == 2977044471u); /* and .57: rounded up in the table */
    UNIT_HOLDS(table_ln[256] == 2977044472);
    for (uint64_t i = 0; i < 256; i++) {
        wide x = (wide)(256 + i) << 54;
        wide ln = (wide)log2_of(x) * ln2() >> 79; /* 2^-48 * 2^-64: left are 33 bits */
        int64_t want = (int64_t)(ln + 1) / 2;
        UNIT_SAYS(llabs(table_ln[i] - want) <= 1, "%d", (int)i);
    }
}
END_TEST

static wide root(wide x) /* of x in units of 2^-62 */
{
    wide low = 0, high = (wide)1 << 63;
    while (high - low > 1) {
        wide middle = (low + high) / 2;
        if (middle * middle <= x << 62)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* 2^(i/256) is a product of roots of 2, one for each bit of i. */
START_TEST(the_powers_are_right)
{
    wide roots[8], x = (wide)1 << 63;
    for (int k = 0; k < 8; k++)
        roots[k] = x = root(x);
    for (int i = 0; i < 256; i++) {
        wide power = (wide)1 << 62;
        for (int k = 0; k < 8; k++)
            if (i >> (7 - k) & 1)
                power = times(power, roots[k]);
        int64_t want = (int64_t)((power >> 29) + 1) / 2;
        UNIT_SAYS(llabs(table_exp2[i] - want) <= 1, "%d", i);
    }
    UNIT_HOLDS(table_exp2[256] == INT64_C(1) << 33);
}
END_TEST

/* --- logarithm and power against libm --------------------------------------------- */

START_TEST(ln_is_right_to_two_millionths)
{
    uint64_t random = 4;
    for (int i = 0; i < 200000; i++) {
        uint64_t x = (uint64_t)unit_random(&random) << 32 | unit_random(&random);
        x = x >> unit_below(&random, 64) | 1;
        double want = (log((double)x) - 64 * log(2)) * ONE;
        double off = (double)random_ln(x) - want;
        UNIT_SAYS(fabs(off) < 2.0e-6 * ONE + 64, "ln(%llu / 2^64) is off by %g",
                  (unsigned long long)x, off / ONE);
        UNIT_HOLDS(random_ln(x) <= 0);
    }
}
END_TEST

START_TEST(ln_never_falls_and_is_never_positive)
{
    UNIT_HOLDS(random_ln(UINT64_MAX) <= 0 && random_ln(UINT64_MAX) > -4);
    UNIT_HOLDS(random_ln(1) == -64 * INT64_C(2977044472));
    for (uint64_t x = 1; x < 100000; x++)
        UNIT_HOLDS(random_ln(x + 1) > random_ln(x));
    for (uint64_t x = UINT64_MAX; x > UINT64_MAX / 2; x -= UINT64_MAX / 99991)
        UNIT_HOLDS(random_ln(x - 1000) <= random_ln(x));
}
END_TEST

START_TEST(exp_is_right_to_five_millionths)
{
    uint64_t random = 8;
    for (int i = 0; i < 200000; i++) {
        int64_t value = unit_random(&random) >> unit_below(&random, 32);
        double power = ((double)unit_random(&random) / ONE - 0.5) * 60;
        double want = (double)value * exp(power);
        double got = (double)random_exp(value, (int64_t)(power * ONE));
        if (want < 9.2e18)
            UNIT_SAYS(fabs(got - want) < 5e-6 * want + 1.5, "%g e^%g: %g, not %g",
                      (double)value, power, got, want);
        else if (want > 9.3e18)
            UNIT_HOLDS(got == (double)INT64_MAX);
    }
}
END_TEST

START_TEST(exp_at_its_edges)
{
    static const struct {
        int64_t value, power, want;
    } rows[] = {
        {0, 0, 0},
        {0, INT64_MAX, 0},
        {0, INT64_MIN, 0},
        {5, 0, 5},
        {INT64_MAX, 0, INT64_MAX},
        {INT64_MAX, 1, INT64_MAX},
        {1, INT64_MAX, INT64_MAX},
        {INT64_MAX, INT64_MIN, 0},
        {INT64_MAX, -INT64_MAX, 0},
        {1, -1, 0},
        {1, INT64_C(63) << 32, INT64_MAX},
    };
    for (int i = 0; i < UNIT_ROWS(rows); i++)
        UNIT_SAYS(random_exp(rows[i].value, rows[i].power) == rows[i].want,
                  "row %d: %lld", i,
                  (long long)random_exp(rows[i].value, rows[i].power));
}
END_TEST

/* --- streams ---------------------------------------------------------------------- */

START_TEST(a_stream_is_its_seed_and_its_name)
{
    struct random a, same, other_name, other_seed, none;
    random_seed(&a, 42, "arrivals");
    random_seed(&same, 42, "arrivals");
    random_seed(&other_name, 42, "arrivalt");
    random_seed(&other_seed, 43, "arrivals");
    random_seed(&none, 0, "");
    int equal = 0;
    for (int i = 0; i < 10000; i++) {
        uint64_t bits = random_bits(&a);
        UNIT_HOLDS(bits == random_bits(&same));
        equal += bits == random_bits(&other_name) || bits == random_bits(&other_seed) ||
                 bits == random_bits(&none);
    }
    UNIT_HOLDS(equal == 0);
}
END_TEST

/* Names and seeds that differ by little share no bits: correlations stay in the noise.
 */
START_TEST(streams_do_not_resemble_each_other)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct random a, b;
        int ones = 0;
        random_seed(&a, seed, "a");
        random_seed(&b, seed + seed % 2, seed % 2 ? "a" : "b");
        for (int i = 0; i < 1000; i++)
            ones += __builtin_popcountll(random_bits(&a) ^ random_bits(&b));
        UNIT_SAYS(abs(ones - 32000) < 5 * 127, "%d of 64000 bits differ", ones);
    }
}
END_TEST

/* --- distributions ---------------------------------------------------------------- */

enum { DRAWS = 1000000, MEAN = 20000000 };

START_TEST(below_is_uniform_and_never_reaches_n)
{
    struct random r;
    int often[7] = {0};
    random_seed(&r, 1, "below");
    for (int i = 0; i < 700000; i++)
        often[random_below(&r, 7)]++;
    for (int i = 0; i < 7; i++)
        UNIT_SAYS(abs(often[i] - 100000) < 1500, "%d: %d", i, often[i]);
    ck_assert_uint_eq(random_below(&r, 1), 0);
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_lt(random_below(&r, UINT64_MAX), UINT64_MAX);
}
END_TEST

START_TEST(chance_is_in_millionths)
{
    struct random r;
    int hits = 0;
    random_seed(&r, 1, "chance");
    for (int i = 0; i < DRAWS; i++) {
        UNIT_HOLDS(!random_chance(&r, 0) && random_chance(&r, 1000000));
        hits += random_chance(&r, 250000);
    }
    UNIT_SAYS(abs(hits - DRAWS / 4) < 2200, "%d", hits);
}
END_TEST

START_TEST(exponential_has_its_mean_spread_and_tail)
{
    struct random r;
    double sum = 0, squares = 0;
    int beyond = 0;
    random_seed(&r, 1, "exponential");
    for (int i = 0; i < DRAWS; i++) {
        double x = (double)random_exponential(&r, MEAN) / MEAN;
        UNIT_HOLDS(x >= 0);
        sum += x;
        squares += x * x;
        beyond += x > 3;
    }
    UNIT_SAYS(fabs(sum / DRAWS - 1) < 0.005, "mean %g", sum / DRAWS);
    UNIT_SAYS(fabs(squares / DRAWS - 2) < 0.03, "second moment %g", squares / DRAWS);
    UNIT_SAYS(abs(beyond - 49787) < 1100, "%d beyond three means", beyond);
}
END_TEST

START_TEST(normal_has_its_moments)
{
    struct random r;
    double sum = 0, squares = 0, fourth = 0;
    int beyond = 0;
    random_seed(&r, 1, "normal");
    for (int i = 0; i < DRAWS; i++) {
        double x = (double)random_normal(&r, MEAN) / MEAN;
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
        beyond += x > 2.3263478740;
    }
    UNIT_SAYS(fabs(sum / DRAWS) < 0.005, "mean %g", sum / DRAWS);
    UNIT_SAYS(fabs(squares / DRAWS - 1) < 0.007, "variance %g", squares / DRAWS);
    UNIT_SAYS(fabs(fourth / DRAWS - 3) < 0.06, "fourth %g", fourth / DRAWS);
    UNIT_SAYS(abs(beyond - 10000) < 500, "%d beyond the 99th percentile", beyond);
}
END_TEST

START_TEST(lognormal_has_its_percentiles)
{
    struct random r;
    int below50 = 0, below99 = 0;
    random_seed(&r, 1, "lognormal");
    for (int i = 0; i < DRAWS; i++) {
        int64_t x = random_lognormal(&r, 20000000, 300000000);
        below50 += x < 20000000;
        below99 += x < 300000000;
    }
    UNIT_SAYS(abs(below50 - DRAWS / 2) < 2600, "p50: %d", below50);
    UNIT_SAYS(abs(below99 - DRAWS / 100 * 99) < 520, "p99: %d", below99);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(random_lognormal(&r, 7, 7), 7);
}
END_TEST

START_TEST(pareto_has_its_tail)
{
    struct random r;
    int beyond2 = 0, beyond10 = 0;
    random_seed(&r, 1, "pareto");
    for (int i = 0; i < DRAWS; i++) {
        int64_t x = random_pareto(&r, 1000000, 150);
        UNIT_HOLDS(x >= 1000000);
        beyond2 += x > 2000000;
        beyond10 += x > 10000000;
    }
    UNIT_SAYS(abs(beyond2 - (int)(DRAWS * pow(2, -1.5))) < 2500, "%d", beyond2);
    UNIT_SAYS(abs(beyond10 - (int)(DRAWS * pow(10, -1.5))) < 900, "%d", beyond10);
}
END_TEST

START_TEST(extreme_arguments_saturate)
{
    struct random r;
    random_seed(&r, 1, "extreme");
    for (int i = 0; i < 10000; i++) {
        UNIT_HOLDS(random_exponential(&r, INT64_MAX) >= 0);
        ck_assert_int_eq(random_exponential(&r, 0), 0);
        int64_t z = random_normal(&r, INT64_MAX);
        UNIT_HOLDS(z >= -INT64_MAX);
        ck_assert_int_eq(random_normal(&r, 0), 0);
        UNIT_HOLDS(random_lognormal(&r, 1, INT64_MAX) >= 0);
        UNIT_HOLDS(random_lognormal(&r, INT64_MAX, INT64_MAX) == INT64_MAX);
        UNIT_HOLDS(random_pareto(&r, INT64_MAX, 1) == INT64_MAX);
        UNIT_HOLDS(random_pareto(&r, 1, 1) <= (INT64_C(1) << 32) + 64);
        UNIT_HOLDS(random_pareto(&r, 5, UINT32_MAX) == 5);
    }
}
END_TEST

static const struct unit_case random_cases[] = {
    {"vectors", &xoshiro_gives_the_published_numbers, 0},
    {"vectors", &splitmix_gives_the_published_numbers, 0},
    {"tables", &the_logarithms_are_right, 0},
    {"tables", &the_powers_are_right, 0},
    {"ln", &ln_is_right_to_two_millionths, 0},
    {"ln", &ln_never_falls_and_is_never_positive, 0},
    {"exp", &exp_is_right_to_five_millionths, 0},
    {"exp", &exp_at_its_edges, 0},
    {"streams", &a_stream_is_its_seed_and_its_name, 0},
    {"streams", &streams_do_not_resemble_each_other, 0},
    {"distributions", &below_is_uniform_and_never_reaches_n, 0},
    {"distributions", &chance_is_in_millionths, 0},
    {"distributions", &exponential_has_its_mean_spread_and_tail, 0},
    {"distributions", &normal_has_its_moments, 0},
    {"distributions", &lognormal_has_its_percentiles, 0},
    {"distributions", &pareto_has_its_tail, 0},
    {"distributions", &extreme_arguments_saturate, 0},
};

int main(void)
{
    return unit_run("random", random_cases, UNIT_ROWS(random_cases));
}
