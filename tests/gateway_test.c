/* gateway_test.c - the throttle at the door, and with it the token bucket beneath. */
#include "unit.h"

#include "gateway.h"
#include "sim.h"

/* How many of `come` at this moment get in: the first ones, or none. */
static int let_in(struct gateway *gateway, int64_t now, int come)
{
    int in = 0;
    for (int i = 0; i < come; i++)
        if (gateway_admit(gateway, now))
            UNIT_HOLDS(in++ == i);
    return in;
}

static const struct {
    struct gateway_config config;
    struct {
        int64_t at;
        int come, in;
    } look[8];
} stories[] = {
    {{.rps = 100, .burst = 30},
     {{0, 40, 30},
      {SIM_MS * 10 - 1, 1, 0}, /* a hair too early */
      {SIM_MS * 10, 2, 1},
      {SIM_MS * 35, 9, 2}, /* and a half */
      {SIM_MS * 40, 9, 1},
      {SIM_S * 86400, 40, 30}}}, /* a night of silence saves up no more */
    {{.rps = 3}, {{0, 10, 3}, {SIM_S, 10, 3}}},
    {{.rps = 3, .burst = 1}, {{0, 2, 1}, {333333333, 1, 0}, {333333334, 2, 1}}},
    {{.burst = 2}, {{0, 1000, 1000}}},                             /* no throttle */
    {{.rps = UINT32_MAX}, {{0, 100, 100}, {SIM_NEVER, 100, 100}}}, /* no overflow */
    {{.rps = UINT32_MAX, .burst = 1}, {{0, 2, 1}, {1, 2, 1}, {SIM_NEVER, 2, 1}}},
};

START_TEST(it_lets_in_its_burst_and_its_rate)
{
    struct gateway gateway = {.config = stories[_i].config};
    uint64_t come = 0, in = 0;
    for (int i = 0; i < 8; i++) {
        int64_t at = stories[_i].look[i].at;
        int admitted = let_in(&gateway, at, stories[_i].look[i].come);
        ck_assert_int_eq(admitted, stories[_i].look[i].in);
        come += (uint64_t)stories[_i].look[i].come;
        in += (uint64_t)admitted;
    }
    ck_assert_uint_eq(gateway.admitted, in);
    ck_assert_uint_eq(gateway.throttled, come - in);
}
END_TEST

/* However the looks at it fall, no part of a token is lost or made. */
START_TEST(in_overload_it_lets_in_the_rate_exactly)
{
    struct gateway gateway = {.config = {.rps = 333, .burst = 7}};
    uint64_t random = 1;
    for (int64_t now = 0; now < 100 * SIM_S; now += unit_below(&random, 3000000)) {
        let_in(&gateway, now, 8);
        UNIT_HOLDS(gateway.admitted == 7 + (uint64_t)(now * 333 / SIM_S));
    }
}
END_TEST

static const struct unit_case gateway_cases[] = {
    {"stories", &it_lets_in_its_burst_and_its_rate, UNIT_ROWS(stories)},
    {"overload", &in_overload_it_lets_in_the_rate_exactly, 0},
};

int main(void)
{
    return unit_run("gateway", gateway_cases,
                    sizeof gateway_cases / sizeof *gateway_cases);
}
