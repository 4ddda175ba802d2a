/* breaker_test.c - the final breaker against the model, over random histories;
 * breaker_alone.c holds what needs no model, breaker_rows.c holds the examples with
 * exact numbers, breaker_explore.c walks every state of a few small configurations.
 *
 * A failure prints the seed of its history and the step. BREAKER_OWN_SLICES=yes is for
 * a breaker that cuts slices of time from where its generation began. */
#include "breaker_test.h"

#include "breaker.h"
#include "breaker_model.h"

enum { PERMITS = 12 };

struct pair {
    uint64_t random;
    struct breaker breaker;
    struct model model;
    int64_t clock_ms;
    uint32_t bad_pct; /* how ill the backend is just now */
    int out;
    struct {
        struct breaker_permit permit;
        int grant;
    } permit[PERMITS];
};

/* --- random configurations -------------------------------------------------------- */

static uint32_t or_off(uint64_t *r, uint32_t odds, uint32_t most)
{
    return unit_one_in(r, odds) ? 1 + unit_below(r, most) : 0;
}

static uint32_t some_pct(uint64_t *r)
{
    static const uint32_t edges[] = {1, 33, 34, 50, 51, 60, 66, 67, 99, 100};
    return unit_one_in(r, 3) ? 1 + unit_below(r, 100)
                             : edges[unit_below(r, (uint32_t)UNIT_ROWS(edges))];
}

static void random_window(uint64_t *r, struct breaker_config *c, bool large)
{
    if (unit_one_in(r, 2)) {
        c->window_calls = large ? 50 + unit_below(r, 207) : 1 + unit_below(r, 9);
        c->min_calls = 1 + unit_below(r, c->window_calls);
    } else {
        c->window_ms = 1 + unit_below(r, unit_one_in(r, 2) ? 30 : 300);
        c->min_calls = 1 + unit_below(r, large ? 40 : 8);
    }
    bool slow = unit_one_in(r, 2);
    if (!slow || unit_one_in(r, 2))
        c->failure_pct = some_pct(r);
    if (slow) {
        c->slow_ms = 1 + unit_below(r, unit_one_in(r, 2) ? 9 : 60);
        c->slow_pct = some_pct(r);
    }
}

static struct breaker_config random_config(uint64_t *r, bool large)
{
    struct breaker_config c = {.open_ms =
                                   unit_one_in(r, 20) ? 0 : 1 + unit_below(r, 40),
                               .failures_to_open = or_off(r, 2, 5),
                               .successes_to_close = or_off(r, 2, 4),
                               .probes_at_once = or_off(r, 2, BREAKER_PROBES_MAX),
                               .probe_lease_ms = or_off(r, 2, 60)};
    if (c.failures_to_open == 0 || unit_one_in(r, 2))
        random_window(r, &c, large);
    if (unit_one_in(r, 2))
        c.open_max_ms = c.open_ms + 1 + unit_below(r, 400);
    return c;
}

/* --- one step on both ------------------------------------------------------------- */

static bool agree(const struct pair *p, struct breaker_permit real,
                  struct breaker_permit want, int grant)
{
    bool counts =
        !real.granted || (grant == -1) == (real.generation != p->breaker.generation);
    if (grant != -1 && real.generation != want.generation)
        return false;
    return counts && real.granted == want.granted && real.probe == want.probe &&
           real.acquired_ms == want.acquired_ms &&
           real.retry_after_ms == want.retry_after_ms;
}

static bool step_acquire(struct pair *p)
{
    int grant;
    struct breaker_permit want = model_acquire(&p->model, p->clock_ms, &grant);
    struct breaker_permit real = breaker_acquire(&p->breaker, p->clock_ms);
    if (!agree(p, real, want, grant))
        return false;
    int at = p->out < PERMITS ? p->out++ : (int)unit_below(&p->random, PERMITS);
    p->permit[at].permit = real; /* when all are taken, one is lost for ever */
    p->permit[at].grant = grant;
    return true;
}

static bool step_record(struct pair *p)
{
    if (p->out == 0)
        return true;
    int at = (int)unit_below(&p->random, (uint32_t)p->out);
    enum breaker_outcome outcome = BREAKER_OK;
    if (unit_one_in(&p->random, 8))
        outcome = BREAKER_IGNORED;
    else if (unit_below(&p->random, 100) < p->bad_pct)
        outcome = BREAKER_FAILED;
    model_record(&p->model, p->permit[at].grant, outcome, p->clock_ms);
    breaker_record(&p->breaker, &p->permit[at].permit, outcome, p->clock_ms);
    const struct breaker_permit *used = &p->permit[at].permit;
    if (used->granted || used->probe || used->generation != 0 ||
        used->acquired_ms != 0 || used->retry_after_ms != 0)
        return false;
    if (unit_one_in(&p->random, 4)) /* twice does nothing */
        breaker_record(&p->breaker, &p->permit[at].permit, BREAKER_FAILED, 0);
    p->permit[at] = p->permit[--p->out];
    return true;
}

static bool step_take(struct pair *p)
{
    struct breaker_transition real = {0}, want = {0};
    bool got = breaker_take_transition(&p->breaker, &real);
    return got == model_take_transition(&p->model, &want) && real.at_ms == want.at_ms &&
           real.generation == want.generation && real.from == want.from &&
           real.to == want.to;
}

static void step_operator(struct pair *p)
{
    switch (unit_below(&p->random, 3)) {
    case 0: {
        int64_t wish = (int64_t)unit_below(&p->random, 500) - 20;
        model_rest(&p->model, p->clock_ms, wish);
        breaker_rest(&p->breaker, p->clock_ms, wish);
        break;
    }
    case 1: {
        enum breaker_mode mode = (enum breaker_mode)unit_below(&p->random, 4);
        if (unit_one_in(&p->random, 2))
            mode = BREAKER_AUTO;
        model_set_mode(&p->model, mode);
        breaker_set_mode(&p->breaker, mode);
        break;
    }
    default:
        model_reset(&p->model, p->clock_ms);
        breaker_reset(&p->breaker, p->clock_ms);
    }
}

/* Mostly a little, at times nothing, seldom far, and once in a while back. */
static void step_clock(struct pair *p)
{
    uint32_t pick = unit_below(&p->random, 40);
    if (pick < 24)
        p->clock_ms += unit_below(&p->random, 4);
    else if (pick < 30)
        p->clock_ms += unit_below(&p->random, 40);
    else if (pick == 30)
        p->clock_ms += unit_below(&p->random, 3000);
    else if (pick == 31)
        p->clock_ms -= unit_below(&p->random, 100);
    if (unit_one_in(&p->random, 60))
        p->bad_pct = unit_below(&p->random, 4) * 33;
}

static bool step(struct pair *p, uint32_t quiet)
{
    step_clock(p);
    uint32_t pick = unit_below(&p->random, 100);
    bool good = true;
    if (pick < 50)
        good = step_acquire(p);
    else if (pick < 96)
        good = step_record(p);
    else if (pick < 98)
        good = step_take(p);
    else if (unit_one_in(&p->random, quiet))
        step_operator(p);
    static const int64_t looks[] = {0, 1, -7, 40, 1000};
    for (int i = 0; i < UNIT_ROWS(looks); i++) {
        int64_t at = p->clock_ms + looks[i];
        good =
            good && breaker_state_at(&p->breaker, at) == model_state_at(&p->model, at);
    }
    return good;
}

static struct pair pair; /* too large for some stacks */

static void play(uint64_t seed, int steps, bool large)
{
    pair.random = seed * 2 + 1;
    struct breaker_config config = random_config(&pair.random, large);
    ck_assert_ptr_null(breaker_config_error(&config));
    breaker_init(&pair.breaker, &config, seed);
    model_init(&pair.model, &config);
    pair.model.own_slices = getenv("BREAKER_OWN_SLICES") != NULL;
    pair.clock_ms = unit_one_in(&pair.random, 2) ? 0 : unit_below(&pair.random, 100000);
    pair.bad_pct = 66;
    pair.out = 0;
    for (int i = 0; i < steps; i++)
        if (!step(&pair, large ? 50 : 1 + (uint32_t)seed % 3 * 9))
            ck_abort_msg("breaker and model differ: history %llu, step %d, at %lld ms",
                         (unsigned long long)seed, i, (long long)pair.clock_ms);
}

START_TEST(short_histories_agree_with_the_model)
{
    for (uint64_t seed = 1; seed <= 12000; seed++)
        play(seed, 160, false);
}
END_TEST

START_TEST(long_histories_agree_with_the_model)
{
    for (uint64_t seed = 1; seed <= 12; seed++)
        play(seed, 1500, true);
}
END_TEST

static const struct unit_case own_cases[] = {
    {"short", &short_histories_agree_with_the_model, 0},
    {"long", &long_histories_agree_with_the_model, 0},
};

int main(void)
{
    int a = unit_run("breaker, by example", breaker_rows_cases, breaker_rows_n);
    int b = unit_run("breaker, against a model", own_cases, UNIT_ROWS(own_cases));
    int d = unit_run("breaker, alone", breaker_alone_cases, breaker_alone_n);
    int c = unit_run("breaker, every state", breaker_explore_cases, breaker_explore_n);
    return a | b | c | d;
}
