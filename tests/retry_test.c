/* retry_test.c - deadlines, classes of answers, backoff and budget, at their edges. */
#include "unit.h"

#include "retry.h"

#define NEVER DEADLINE_NEVER

/* --- deadlines -------------------------------------------------------------------- */

static const struct {
    int64_t now_ms;
    uint32_t timeout_ms;
    int64_t deadline_ms;
} afters[] = {
    {0, 0, NEVER},
    {0, 1, 1},
    {1000, 250, 1250},
    {0, UINT32_MAX, UINT32_MAX},
    {NEVER - 11, 10, NEVER - 1},
    {NEVER - 10, 10, NEVER},
    {NEVER - 9, 10, NEVER},
    {NEVER, UINT32_MAX, NEVER},
};

START_TEST(deadline_is_now_and_the_time_out)
{
    ck_assert_int_eq(deadline_after(afters[_i].now_ms, afters[_i].timeout_ms),
                     afters[_i].deadline_ms);
}
END_TEST

START_TEST(at_the_deadline_it_is_too_late)
{
    UNIT_HOLDS(!deadline_passed(100, 99));
    UNIT_HOLDS(deadline_passed(100, 100));
    UNIT_HOLDS(deadline_passed(100, 101));
    UNIT_HOLDS(deadline_passed(0, 0));
    UNIT_HOLDS(!deadline_passed(NEVER, NEVER));
    UNIT_HOLDS(!deadline_passed(NEVER, 0));
    UNIT_HOLDS(!deadline_passed(NEVER - 1, 0));
}
END_TEST

/* --- what an answer means --------------------------------------------------------- */

static const struct {
    int status;
    enum breaker_outcome outcome;
} classes[] = {
    {-1, BREAKER_FAILED},   {0, BREAKER_FAILED},    {100, BREAKER_OK},
    {200, BREAKER_OK},      {204, BREAKER_OK},      {301, BREAKER_OK},
    {399, BREAKER_OK},      {400, BREAKER_IGNORED}, {404, BREAKER_IGNORED},
    {428, BREAKER_IGNORED}, {429, BREAKER_FAILED},  {430, BREAKER_IGNORED},
    {499, BREAKER_IGNORED}, {500, BREAKER_FAILED},  {503, BREAKER_FAILED},
    {599, BREAKER_FAILED},  {999, BREAKER_FAILED},
};

START_TEST(an_answer_has_a_class_and_late_ones_have_failed)
{
    int status = classes[_i].status;
    ck_assert_int_eq(retry_classify(status, 100, 99), classes[_i].outcome);
    ck_assert_int_eq(retry_classify(status, NEVER, 99), classes[_i].outcome);
    ck_assert_int_eq(retry_classify(status, 100, 100), BREAKER_FAILED);
    ck_assert_int_eq(retry_classify(status, 100, 5000), BREAKER_FAILED);
}
END_TEST

/* --- again? ----------------------------------------------------------------------- */

static const struct {
    uint32_t timeout_ms;
    int64_t deadline_ms, now_ms, left_ms;
} lefts[] = {
    {0, NEVER, 0, NEVER},     {0, NEVER, NEVER, NEVER},
    {50, NEVER, 7, 50},       {0, 100, 0, 100},
    {0, 100, 99, 1},          {0, 100, 100, 0},
    {0, 100, 101, 0},         {50, 100, 40, 50},
    {50, 100, 50, 50},        {50, 100, 51, 49},
    {50, 100, 100, 0},        {1, NEVER, 0, 1},
    {UINT32_MAX, 100, 1, 99}, {0, NEVER - 1, 0, NEVER - 1},
};

START_TEST(the_next_try_has_what_is_left)
{
    struct retry_policy policy = {.timeout_ms = lefts[_i].timeout_ms};
    ck_assert_int_eq(retry_time_left(&policy, lefts[_i].deadline_ms, lefts[_i].now_ms),
                     lefts[_i].left_ms);
}
END_TEST

static const struct {
    uint32_t attempts, made;
    enum breaker_outcome outcome;
    int64_t now_ms;
    bool again;
} shoulds[] = {
    {3, 1, BREAKER_FAILED, 0, true},
    {3, 2, BREAKER_FAILED, 0, true},
    {3, 3, BREAKER_FAILED, 0, false},
    {3, 4, BREAKER_FAILED, 0, false},
    {1, 1, BREAKER_FAILED, 0, false},
    {0, 1, BREAKER_FAILED, 0, false},
    {3, 1, BREAKER_OK, 0, false},
    {3, 1, BREAKER_IGNORED, 0, false},
    {3, 1, BREAKER_FAILED, 99, true},
    {3, 1, BREAKER_FAILED, 100, false},
    {UINT32_MAX, UINT32_MAX - 1, BREAKER_FAILED, 0, true},
};

START_TEST(again_only_after_a_failure_in_time_and_in_number)
{
    struct retry_policy policy = {.attempts = shoulds[_i].attempts};
    UNIT_HOLDS(retry_should(&policy, shoulds[_i].made, shoulds[_i].outcome, 100,
                            shoulds[_i].now_ms) == shoulds[_i].again);
}
END_TEST

/* --- backoff ---------------------------------------------------------------------- */

static const struct {
    uint32_t backoff_ms, max_ms, made;
    int64_t most_ms;
} powers[] = {
    {100, 1000, 1, 100},
    {100, 1000, 2, 200},
    {100, 1000, 3, 400},
    {100, 1000, 4, 800},
    {100, 1000, 5, 1000},
    {100, 1000, 63, 1000},
    {100, 1000, 64, 1000},
    {100, 1000, 65, 1000},
    {100, 1000, 4000000000, 1000},
    {0, 1000, 5, 0},
    {0, 1000, 4000000000, 0},
    {1, 0, 15, 16384},
    {1, 0, 16, 20000},
    {1, 0, UINT32_MAX, 20000},
    {30000, 0, 1, 20000},
    {1, UINT32_MAX, 32, INT64_C(2147483648)},
    {1, UINT32_MAX, 33, UINT32_MAX},
    {UINT32_MAX, UINT32_MAX, 63, UINT32_MAX},
    {7, 7, 9, 7},
    {5, 1, 1, 1},
};

/* With power p the draw is `random` modulo p + 1: both ends can be met. */
START_TEST(backoff_doubles_up_to_its_cap)
{
    struct retry_policy policy = {.backoff_ms = powers[_i].backoff_ms,
                                  .backoff_max_ms = powers[_i].max_ms};
    uint32_t made = powers[_i].made;
    int64_t most = powers[_i].most_ms;
    ck_assert_int_eq(retry_backoff_ms(&policy, made, (uint64_t)most), most);
    ck_assert_int_eq(retry_backoff_ms(&policy, made, (uint64_t)most + 1), 0);
    ck_assert_int_eq(retry_backoff_ms(&policy, made, 0), 0);
    uint64_t random = 3;
    for (int i = 0; i < 10000; i++) {
        uint64_t bits = (uint64_t)unit_random(&random) << 32 | unit_random(&random);
        int64_t nap = retry_backoff_ms(&policy, made, bits);
        UNIT_HOLDS(nap >= 0 && nap <= most);
        ck_assert_int_eq(nap, retry_backoff_ms(&policy, made, bits));
    }
}
END_TEST

/* Chi squared with 100 degrees of freedom: beyond 149 once in a thousand. */
START_TEST(full_jitter_is_uniform)
{
    struct retry_policy policy = {.backoff_ms = 25, .backoff_max_ms = 1000};
    int often[101] = {0};
    enum { DRAWS = 101 * 1000 };
    uint64_t random = 12;
    for (int i = 0; i < DRAWS; i++) {
        uint64_t bits = (uint64_t)unit_random(&random) << 32 | unit_random(&random);
        often[retry_backoff_ms(&policy, 3, bits)]++;
    }
    double chi = 0;
    for (int i = 0; i <= 100; i++)
        chi += (often[i] - 1000.0) * (often[i] - 1000.0) / 1000.0;
    UNIT_SAYS(chi > 50 && chi < 160, "chi squared %g", chi);
}
END_TEST

/* --- budget ----------------------------------------------------------------------- */

START_TEST(a_budget_holds_so_many_retries)
{
    struct retry_policy policy = {.budget_max = 10, .budget_cost = 3};
    struct retry_budget budget = {0};
    for (int i = 0; i < 3; i++)
        UNIT_HOLDS(retry_budget_take(&budget, &policy));
    UNIT_HOLDS(!retry_budget_take(&budget, &policy));
    ck_assert_uint_eq(budget.spent, 9);
    retry_budget_put(&budget, &policy, 1);
    UNIT_HOLDS(!retry_budget_take(&budget, &policy));
    retry_budget_put(&budget, &policy, 1);
    UNIT_HOLDS(retry_budget_take(&budget, &policy));
    ck_assert_uint_eq(budget.spent, 10);
    retry_budget_put(&budget, &policy, UINT32_MAX);
    ck_assert_uint_eq(budget.spent, 0);
}
END_TEST

START_TEST(a_cost_of_zero_is_one_and_no_maximum_is_no_ration)
{
    struct retry_policy one = {.budget_max = 2}, none = {.budget_cost = 5};
    struct retry_budget budget = {0}, free_of = {0};
    UNIT_HOLDS(retry_budget_take(&budget, &one) && retry_budget_take(&budget, &one));
    UNIT_HOLDS(!retry_budget_take(&budget, &one));
    for (int i = 0; i < 100; i++)
        UNIT_HOLDS(retry_budget_take(&free_of, &none));
    retry_budget_put(&free_of, &none, 7);
    ck_assert_uint_eq(free_of.spent, 0);
}
END_TEST

START_TEST(a_budget_is_never_negative_nor_more_than_full)
{
    uint64_t random = 77;
    for (int round = 0; round < 300; round++) {
        struct retry_policy policy = {.budget_max = unit_below(&random, 50),
                                      .budget_cost = unit_below(&random, 12)};
        struct retry_budget budget = {0};
        uint32_t held = policy.budget_max, cost = policy.budget_cost;
        cost = cost > 0 ? cost : 1;
        for (int i = 0; i < 300; i++) {
            if (unit_one_in(&random, 2)) {
                bool paid = retry_budget_take(&budget, &policy);
                UNIT_HOLDS(paid == (policy.budget_max == 0 || held >= cost));
                held -= paid && policy.budget_max > 0 ? cost : 0;
            } else {
                uint32_t tokens = unit_below(&random, 9);
                retry_budget_put(&budget, &policy, tokens);
                held += tokens;
                held = held < policy.budget_max ? held : policy.budget_max;
            }
            ck_assert_uint_eq(budget.spent, policy.budget_max - held);
        }
    }
}
END_TEST

static void take_too_much(void)
{
    struct retry_budget budget = {.spent = 3};
    retry_budget_take(&budget, &(struct retry_policy){.budget_max = 2});
}

static void put_too_much(void)
{
    struct retry_budget budget = {.spent = 3};
    retry_budget_put(&budget, &(struct retry_policy){.budget_max = 2}, 1);
}

START_TEST(a_budget_out_of_bounds_aborts)
{
    ck_assert(unit_aborts(take_too_much));
    ck_assert(unit_aborts(put_too_much));
}
END_TEST

static const struct unit_case retry_cases[] = {
    {"deadline", &deadline_is_now_and_the_time_out, UNIT_ROWS(afters)},
    {"deadline", &at_the_deadline_it_is_too_late, 0},
    {"classes", &an_answer_has_a_class_and_late_ones_have_failed, UNIT_ROWS(classes)},
    {"again", &the_next_try_has_what_is_left, UNIT_ROWS(lefts)},
    {"again", &again_only_after_a_failure_in_time_and_in_number, UNIT_ROWS(shoulds)},
    {"backoff", &backoff_doubles_up_to_its_cap, UNIT_ROWS(powers)},
    {"backoff", &full_jitter_is_uniform, 0},
    {"budget", &a_budget_holds_so_many_retries, 0},
    {"budget", &a_cost_of_zero_is_one_and_no_maximum_is_no_ration, 0},
    {"budget", &a_budget_is_never_negative_nor_more_than_full, 0},
    {"budget", &a_budget_out_of_bounds_aborts, 0},
};

int main(void)
{
    return unit_run("retry", retry_cases, UNIT_ROWS(retry_cases));
}
