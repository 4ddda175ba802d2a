/* sim_test.c - the event list against a list kept sorted by insertion, and the corners
 * of its contract. */
#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "sim.h"

/* --- a model: all plans, and which of them still stand ---------------------------- */

enum { PLANS = 1000 };

struct plan {
    int64_t at;
    bool stands;
    struct sim_timer timer;
};

static struct world {
    struct sim *sim;
    uint64_t random;
    int plans, happened, standing;
    struct plan plan[PLANS];
    uint64_t order[PLANS]; /* what happened, by number of plan */
} world;

/* The next to happen: the earliest, and of those the first planned. */
static int expected(const struct world *w)
{
    int best = -1;
    for (int i = 0; i < w->plans; i++)
        if (w->plan[i].stands && (best < 0 || w->plan[i].at < w->plan[best].at))
            best = i;
    return best;
}

static void happen(struct sim *sim, void *who, uint64_t what);

static void plan(struct world *w, int64_t at)
{
    if (w->plans == PLANS)
        return;
    int i = w->plans++;
    int64_t now = sim_now(w->sim);
    w->plan[i].at = at > now ? at : now;
    w->plan[i].stands = true;
    w->standing++;
    w->plan[i].timer = sim_at(w->sim, at, happen, w, (uint64_t)i);
    UNIT_HOLDS(sim_pending(w->sim, w->plan[i].timer));
}

static void cancel(struct world *w, int i)
{
    UNIT_HOLDS(sim_pending(w->sim, w->plan[i].timer) == w->plan[i].stands);
    UNIT_HOLDS(sim_cancel(w->sim, w->plan[i].timer) == w->plan[i].stands);
    w->standing -= w->plan[i].stands;
    w->plan[i].stands = false;
    UNIT_HOLDS(!sim_pending(w->sim, w->plan[i].timer));
}

static void some_moves(struct world *w, uint32_t most)
{
    for (uint32_t n = unit_below(&w->random, most); n > 0; n--) {
        int64_t now = sim_now(w->sim);
        switch (unit_below(&w->random, 5)) {
        case 0:
            plan(w, now);
            break;
        case 1:
            plan(w, now - unit_below(&w->random, 5));
            break;
        case 2:
            if (w->plans > 0)
                cancel(w, (int)unit_below(&w->random, (uint32_t)w->plans));
            break;
        default:
            plan(w, now + unit_below(&w->random, 30));
        }
    }
}

static void happen(struct sim *sim, void *who, uint64_t what)
{
    struct world *w = who;
    UNIT_HOLDS(expected(w) == (int)what);
    UNIT_HOLDS(sim == w->sim && sim_now(sim) == w->plan[what].at);
    UNIT_HOLDS(!sim_cancel(sim, w->plan[what].timer)); /* itself: too late */
    w->plan[what].stands = false;
    w->standing--;
    w->order[w->happened++] = what;
    UNIT_HOLDS(sim_events(sim) == (uint64_t)w->happened);
    some_moves(w, w->plans < 300 ? 5 : 3);
}

static uint64_t random_history(uint64_t seed)
{
    memset(&world, 0, sizeof world);
    world.random = seed;
    world.sim = sim_new(seed);
    for (int round = 0; round < 20; round++) {
        some_moves(&world, 30);
        int64_t until = sim_now(world.sim) + unit_below(&world.random, 25);
        sim_run(world.sim, until);
        UNIT_HOLDS(sim_now(world.sim) == until);
        int next = expected(&world);
        UNIT_HOLDS(next < 0 || world.plan[next].at > until);
    }
    sim_run(world.sim, SIM_NEVER);
    UNIT_HOLDS(world.standing == 0);
    uint64_t digest = sim_digest(world.sim);
    sim_free(world.sim);
    return digest;
}

START_TEST(events_happen_in_the_order_of_the_model)
{
    for (uint64_t seed = 1; seed <= 100; seed++) {
        uint64_t digest = random_history(seed);
        if (seed % 40 == 0)
            UNIT_HOLDS(digest == random_history(seed));
    }
}
END_TEST

/* --- corners ---------------------------------------------------------------------- */

static void count(struct sim *sim, void *who, uint64_t what)
{
    (void)sim;
    *(uint64_t *)who += what;
}

START_TEST(a_zeroed_handle_names_nothing)
{
    struct sim *sim = sim_new(1);
    struct sim_timer none = {0, 0};
    uint64_t n = 0;
    UNIT_HOLDS(!sim_pending(sim, none) && !sim_cancel(sim, none));
    sim_at(sim, 5, count, &n, 1);
    UNIT_HOLDS(!sim_pending(sim, none) && !sim_cancel(sim, none));
    sim_run(sim, 5);
    UNIT_HOLDS(!sim_pending(sim, none) && !sim_cancel(sim, none));
    UNIT_HOLDS(n == 1);
    sim_free(sim);
}
END_TEST

START_TEST(a_stale_handle_names_nothing_though_its_place_is_taken)
{
    struct sim *sim = sim_new(1);
    uint64_t n = 0;
    struct sim_timer old = sim_at(sim, 5, count, &n, 1);
    UNIT_HOLDS(sim_cancel(sim, old) && !sim_cancel(sim, old));
    for (int i = 0; i < 1000; i++) {
        struct sim_timer timer = sim_at(sim, 5, count, &n, 1);
        UNIT_HOLDS(!sim_pending(sim, old) && !sim_cancel(sim, old));
        UNIT_HOLDS(sim_pending(sim, timer) && sim_cancel(sim, timer));
    }
    sim_run(sim, SIM_NEVER);
    UNIT_HOLDS(n == 0);
    struct sim_timer foreign = {12345, 1};
    UNIT_HOLDS(!sim_pending(sim, foreign) && !sim_cancel(sim, foreign));
    sim_free(sim);
}
END_TEST

START_TEST(until_is_included_and_the_clock_goes_on_to_it)
{
    struct sim *sim = sim_new(1);
    uint64_t n = 0;
    sim_at(sim, 10, count, &n, 1);
    sim_at(sim, 11, count, &n, 100);
    sim_run(sim, 9);
    UNIT_HOLDS(n == 0 && sim_now(sim) == 9);
    sim_run(sim, 10);
    UNIT_HOLDS(n == 1 && sim_now(sim) == 10);
    sim_run(sim, 3); /* the past: nothing */
    UNIT_HOLDS(n == 1 && sim_now(sim) == 10);
    sim_run(sim, SIM_NEVER);
    UNIT_HOLDS(n == 101 && sim_now(sim) == 11);
    sim_run(sim, SIM_NEVER);
    UNIT_HOLDS(sim_now(sim) == 11 && sim_events(sim) == 2);
    sim_free(sim);
}
END_TEST

static void cancel_other(struct sim *sim, void *who, uint64_t what)
{
    struct sim_timer *timers = who;
    UNIT_HOLDS(sim_cancel(sim, timers[what]));
    UNIT_HOLDS(!sim_pending(sim, timers[1 - what]));
}

/* The root of the heap is empty while an event happens: cancelling must not mind. */
START_TEST(the_last_other_event_can_be_cancelled_from_inside)
{
    struct sim *sim = sim_new(1);
    struct sim_timer timers[2];
    timers[0] = sim_at(sim, 1, cancel_other, timers, 1);
    timers[1] = sim_at(sim, 2, cancel_other, timers, 0);
    sim_run(sim, SIM_NEVER);
    UNIT_HOLDS(sim_events(sim) == 1 && sim_now(sim) == 1);
    sim_free(sim);
}
END_TEST

START_TEST(a_handle_past_the_last_place_names_nothing)
{
    struct sim *sim = sim_new(1);
    uint64_t n = 0;
    for (uint32_t i = 0; i < 256; i++) {
        UNIT_HOLDS(!sim_pending(sim, (struct sim_timer){i, 1}));
        sim_at(sim, 5, count, &n, 1);
        UNIT_HOLDS(sim_pending(sim, (struct sim_timer){i, 1}));
    }
    sim_free(sim);
}
END_TEST

static void run_again(struct sim *sim, void *who, uint64_t what)
{
    (void)who;
    (void)what;
    sim_run(sim, SIM_NEVER);
}

static void run_inside_an_event(void)
{
    struct sim *sim = sim_new(1);
    sim_at(sim, 1, run_again, NULL, 0);
    sim_at(sim, 2, run_again, NULL, 0);
    sim_run(sim, SIM_NEVER);
}

static void plan_nothing(void)
{
    sim_at(sim_new(1), 1, NULL, NULL, 0);
}

START_TEST(bugs_of_the_caller_abort)
{
    ck_assert(unit_aborts(run_inside_an_event));
    ck_assert(unit_aborts(plan_nothing));
}
END_TEST

static uint64_t digest_of(int64_t first, int64_t second, uint64_t note, uint64_t seed)
{
    struct sim *sim = sim_new(seed);
    uint64_t n = 0;
    sim_at(sim, first, count, &n, 1);
    sim_at(sim, second, count, &n, 1);
    sim_run(sim, SIM_NEVER);
    if (note != 0)
        sim_note(sim, note);
    uint64_t digest = sim_digest(sim);
    sim_free(sim);
    return digest;
}

START_TEST(the_digest_covers_time_order_and_notes)
{
    uint64_t digest = digest_of(5, 7, 0, 1);
    ck_assert_uint_eq(digest, digest_of(5, 7, 0, 2)); /* the seed alone is no event */
    ck_assert_uint_ne(digest, digest_of(7, 5, 0, 1));
    ck_assert_uint_ne(digest, digest_of(5, 8, 0, 1));
    ck_assert_uint_ne(digest, digest_of(5, 7, 1, 1));
    ck_assert_uint_ne(digest_of(5, 7, 1, 1), digest_of(5, 7, 2, 1));
}
END_TEST

START_TEST(the_seed_is_kept)
{
    struct sim *sim = sim_new(77);
    UNIT_HOLDS(sim_seed(sim) == 77);
    UNIT_HOLDS(sim_now(sim) == 0 && sim_events(sim) == 0);
    sim_free(sim);
    sim_free(NULL);
}
END_TEST

/* --- many ------------------------------------------------------------------------- */

enum { MANY = 100000 };

static struct {
    int64_t last;
    uint64_t last_number, happened;
} many;

static void in_order(struct sim *sim, void *who, uint64_t what)
{
    (void)who;
    UNIT_HOLDS(sim_now(sim) > many.last ||
               (sim_now(sim) == many.last && what > many.last_number));
    many.last = sim_now(sim);
    many.last_number = what;
    many.happened++;
}

START_TEST(a_hundred_thousand_may_be_pending)
{
    static struct sim_timer timers[MANY];
    struct sim *sim = sim_new(1);
    uint64_t random = 9, gone = 0;
    for (uint64_t i = 0; i < MANY; i++)
        timers[i] = sim_at(sim, unit_below(&random, MANY / 4), in_order, NULL, i);
    for (uint64_t i = 0; i < MANY; i += 3)
        gone += sim_cancel(sim, timers[i]);
    UNIT_HOLDS(gone == (MANY + 2) / 3);
    for (uint64_t i = 0; i < MANY; i++)
        UNIT_HOLDS(sim_pending(sim, timers[i]) == (i % 3 != 0));
    many.last = -1;
    sim_run(sim, SIM_NEVER);
    UNIT_HOLDS(many.happened == MANY - gone);
    for (uint64_t i = 0; i < MANY; i++)
        UNIT_HOLDS(!sim_pending(sim, timers[i]));
    sim_free(sim);
}
END_TEST

START_TEST(the_end_of_time_can_be_planned)
{
    struct sim *sim = sim_new(1);
    uint64_t n = 0;
    sim_at(sim, SIM_NEVER, count, &n, 1);
    sim_at(sim, INT64_MIN, count, &n, 10); /* the past is now */
    sim_run(sim, SIM_NEVER - 1);
    UNIT_HOLDS(n == 10 && sim_now(sim) == SIM_NEVER - 1);
    sim_run(sim, SIM_NEVER);
    UNIT_HOLDS(n == 11 && sim_now(sim) == SIM_NEVER);
    sim_free(sim);
}
END_TEST

static const struct unit_case sim_cases[] = {
    {"model", &events_happen_in_the_order_of_the_model, 0},
    {"handles", &a_zeroed_handle_names_nothing, 0},
    {"handles", &a_stale_handle_names_nothing_though_its_place_is_taken, 0},
    {"handles", &a_handle_past_the_last_place_names_nothing, 0},
    {"run", &bugs_of_the_caller_abort, 0},
    {"run", &until_is_included_and_the_clock_goes_on_to_it, 0},
    {"run", &the_last_other_event_can_be_cancelled_from_inside, 0},
    {"run", &the_end_of_time_can_be_planned, 0},
    {"digest", &the_digest_covers_time_order_and_notes, 0},
    {"digest", &the_seed_is_kept, 0},
    {"many", &a_hundred_thousand_may_be_pending, 0},
};

int main(void)
{
    return unit_run("sim", sim_cases, UNIT_ROWS(sim_cases));
}
