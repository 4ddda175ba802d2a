/* random.c - distributions from integers: see random.h.
 *
 * The natural logarithm comes from a table of 257 values with a straight line between
 * them: it is never off by more than two millionths, far below what any simulation can
 * resolve. From it follow the exponential, by inversion; the normal, from two
 * exponentials by rejection (von Neumann's way); and from these the rest. */
#include "random.h"

#include <assert.h>

#include "tables.h"

__extension__ typedef unsigned __int128 wide;

#define ONE (INT64_C(1) << 32)
#define LN2 INT64_C(2977044472)   /* ln 2 */
#define LOG2E INT64_C(6196328019) /* 1 / ln 2 */
#define Z99 INT64_C(9991588038)   /* the 99th percentile of the normal distribution */

/* Saturating, so that a mean of years is long and not negative. */
static int64_t scale(int64_t value, int64_t factor)
{
    wide product = (wide)value * (wide)factor >> 32;
    return product > INT64_MAX ? INT64_MAX : (int64_t)product;
}

/* --- streams ---------------------------------------------------------------------- */

uint64_t random_splitmix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void random_seed(struct random *r, uint64_t seed, const char *stream)
{
    uint64_t state = random_splitmix(&seed);
    for (const char *c = stream; *c != '\0'; c++)
        state = (state ^ (unsigned char)*c) * UINT64_C(0x100000001b3); /* FNV-1a */
    for (int i = 0; i < 4; i++)
        r->s[i] = random_splitmix(&state);
}

/* --- logarithm and power ---------------------------------------------------------- */

int64_t random_ln(uint64_t x)
{
    assert(x > 0);
    int zeros = __builtin_clzll(x);
    uint64_t mantissa = x << zeros << 1; /* without its leading one */
    uint64_t i = mantissa >> 56, rest = mantissa << 8 >> 32;
    int64_t step = table_ln[i + 1] - table_ln[i];
    int64_t ln = table_ln[i] + (int64_t)((uint64_t)step * rest >> 32);
    return ln - (zeros + 1) * LN2;
}

int64_t random_exp(int64_t value, int64_t power)
{
    assert(value >= 0);
    bool negative = power < 0;
    power = power < -INT64_MAX ? -INT64_MAX : power;
    int64_t twos = scale(negative ? -power : power, LOG2E);
    int64_t whole = twos >> 32, part = twos & (ONE - 1);
    if (negative && part > 0) {
        whole++;
        part = ONE - part;
    }
    if (whole > 62)
        return negative || value == 0 ? 0 : INT64_MAX;
    uint64_t i = (uint64_t)part >> 24, rest = (uint64_t)part << 40 >> 32;
    uint64_t step = (uint64_t)(table_exp2[i + 1] - table_exp2[i]);
    wide result = (wide)value * ((uint64_t)table_exp2[i] + (step * rest >> 32));
    int64_t left = negative ? -whole - 32 : whole - 32;
    result = left < 0 ? result >> -left : result << left;
    return result > INT64_MAX ? INT64_MAX : (int64_t)result;
}

/* --- distributions ---------------------------------------------------------------- */

uint64_t random_below(struct random *r, uint64_t n)
{
    assert(n > 0);
    return (uint64_t)((wide)random_bits(r) * n >> 64);
}

bool random_chance(struct random *r, uint32_t ppm)
{
    return random_below(r, 1000000) < ppm;
}

static int64_t draw_exponential(struct random *r)
{
    return -random_ln(random_bits(r) | 1);
}

int64_t random_exponential(struct random *r, int64_t mean)
{
    assert(mean >= 0);
    return scale(mean, draw_exponential(r));
}

/* Half a normal lies under an exponential: keep a draw x with chance e^(-(x-1)^2 / 2).
 */
static int64_t draw_normal(struct random *r)
{
    for (;;) {
        int64_t x = draw_exponential(r), off = x > ONE ? x - ONE : ONE - x;
        if (draw_exponential(r) >= scale(off, off) / 2)
            return random_bits(r) >> 63 ? x : -x;
    }
}

int64_t random_normal(struct random *r, int64_t sigma)
{
    assert(sigma >= 0);
    int64_t z = draw_normal(r);
    return z < 0 ? -scale(sigma, -z) : scale(sigma, z);
}

int64_t random_lognormal(struct random *r, int64_t p50, int64_t p99)
{
    assert(p50 > 0 && p50 <= p99);
    int64_t spread = random_ln((uint64_t)p99) - random_ln((uint64_t)p50);
    int64_t sigma = (int64_t)(((wide)spread << 32) / (wide)Z99), z = draw_normal(r);
    return random_exp(p50, z < 0 ? -scale(sigma, -z) : scale(sigma, z));
}

int64_t random_pareto(struct random *r, int64_t least, uint32_t alpha_pct)
{
    assert(least > 0 && alpha_pct > 0);
    int64_t power = draw_exponential(r) * 100 / alpha_pct, most = 32 * LN2;
    return random_exp(least, power < most ? power : most);
}
