/* breaker_rows.c - the breaker by itself: how soon it trips, how soon it trips in vain,
 * how it comes back. Time is the test's own. */
#include "breaker.h"

#include <math.h>
#include <stddef.h>

#include "random.h"
#include "theory.h"

static uint32_t ppm(double p)
{
    return (uint32_t)lround(1e6 * p);
}

/* One call at this moment with this outcome; false if it was refused. */
static bool call(struct breaker *b, bool failed, int64_t now_ms)
{
    struct breaker_permit permit = breaker_acquire(b, now_ms);
    if (!permit.granted)
        return false;
    breaker_record(b, &permit, failed ? BREAKER_FAILED : BREAKER_OK, now_ms);
    return true;
}

/* --- tripping --------------------------------------------------------------------- */

static void consecutive(struct theory *t)
{
    struct random r;
    struct breaker b;
    struct breaker_config config = {.failures_to_open =
                                        (uint32_t)theory_param(t, "n_consecutive")};
    uint32_t p = ppm(theory_param(t, "p_fail"));
    double calls = 0, trips = 0;
    random_seed(&r, 1, "failures");
    for (; trips < 100000 && (calls < 6e8 || trips < 1000); trips++) {
        breaker_init(&b, &config, 0);
        while (breaker_state_at(&b, 0) == BREAKER_CLOSED) {
            call(&b, random_chance(&r, p), 0);
            calls++;
        }
    }
    theory_check(t, "mean_calls_to_trip", calls / trips);
}

/* The row asks for the share of full windows with k failures or more. Ours judges when
 * a failure arrives, so each window is played with its successes first: the order
 * within a window does not change how many there are. */
static void window_false_trip(struct theory *t)
{
    struct random r;
    struct breaker b;
    uint32_t n = (uint32_t)theory_param(t, "N"), k = (uint32_t)theory_param(t, "k");
    uint32_t p = ppm(theory_param(t, "p"));
    struct breaker_config config = {
        .window_calls = n, .min_calls = n, .failure_pct = k * 100 / n};
    double windows = p < 100000 ? 60e6 : 1e6, trips = 0;
    random_seed(&r, 1, "failures");
    breaker_init(&b, &config, 0);
    for (double i = 0; i < windows; i++) {
        uint32_t failures = 0;
        for (uint32_t c = 0; c < n; c++)
            failures += random_chance(&r, p);
        if (p < 100000 && failures < k - 1)
            continue; /* far from tripping, and most of them are: not worth playing */
        breaker_reset(&b, 0);
        for (uint32_t c = 0; c < n; c++)
            call(&b, c >= n - failures, 0);
        trips += breaker_state_at(&b, 0) == BREAKER_OPEN;
    }
    theory_check(t, "p_trip", trips / windows);
}

/* Two hundred calls a second, all well until the failure begins, its outcomes known
 * tau later. The window has ten slices, and a slice goes out whole, so detection is up
 * to a twentieth of the window early; the failure begins with a slice, where it is not.
 */
static void detection(struct theory *t)
{
    enum { PER_S = 200 };
    struct breaker b;
    int64_t window = llround(1000 * theory_param(t, "W"));
    int64_t tau = llround(1000 * theory_param(t, "tau")), from = 3 * window;
    struct breaker_config config = {
        .window_ms = (uint32_t)window,
        .min_calls = 100,
        .failure_pct = (uint32_t)lround(100 * theory_param(t, "theta"))};
    breaker_init(&b, &config, 0);
    int64_t now = 0;
    while (breaker_state_at(&b, now) == BREAKER_CLOSED) {
        now += 1000 / PER_S;
        bool in_the_dark = now >= from && now < from + tau; /* nothing comes back */
        if (!in_the_dark)
            call(&b, now >= from + tau, now);
    }
    theory_check(t, "t_detect", (double)(now - from) / 1000);
}

/* One environment that makes one call at a time into a black hole. */
static void leak_local(struct theory *t)
{
    struct breaker b;
    struct breaker_config config = {.failures_to_open = (uint32_t)theory_param(t, "n")};
    int64_t tau = llround(1000 * theory_param(t, "tau")), now = 0, calls = 0;
    breaker_init(&b, &config, 0);
    for (;;) {
        struct breaker_permit permit = breaker_acquire(&b, now);
        if (!permit.granted)
            break;
        calls++;
        now += tau;
        breaker_record(&b, &permit, BREAKER_FAILED, now);
    }
    theory_check(t, "calls_per_env", (double)calls);
    theory_check(t, "seconds_per_env", (double)now / 1000);
}

/* The library has no moving average; this one counts updates, in billionths. */
static void ewma(struct theory *t)
{
    int64_t whole = 1000000000, rate = 0, updates = 0;
    int64_t alpha = llround(1000 * theory_param(t, "alpha"));
    for (; rate < llround((double)whole * theory_param(t, "theta")); updates++)
        rate += (whole - rate) * alpha / 1000;
    theory_check(t, "updates", (double)updates);
}

/* --- coming back ------------------------------------------------------------------ */

/* A try is one half-open period: it closes the breaker, or opens it again. */
static void half_open(struct theory *t)
{
    struct random r;
    struct breaker b;
    struct breaker_config config = {.failures_to_open = 1,
                                    .open_ms = 1000,
                                    .successes_to_close =
                                        (uint32_t)theory_param(t, "s")};
    uint32_t failing = ppm(1 - theory_param(t, "q"));
    double tries = 0, closings = 100000;
    int64_t now = 0;
    random_seed(&r, 1, "probes");
    breaker_init(&b, &config, 0);
    for (int i = 0; i < closings; i++) {
        call(&b, true, now); /* closed: trip it */
        do {
            now += config.open_ms;
            tries++;
            while (breaker_state_at(&b, now) == BREAKER_HALF_OPEN)
                call(&b, random_chance(&r, failing), now);
        } while (breaker_state_at(&b, now) == BREAKER_OPEN);
    }
    theory_check(t, "mean_tries", tries / closings);
}

const struct theory_test breaker_rows[] = {
    {"breaker_consecutive", consecutive},
    {"breaker_window_false_trip", window_false_trip},
    {"breaker_detection_ratio", detection},
    {"breaker_leak_local", leak_local},
    {"breaker_ewma", ewma},
    {"breaker_half_open_successes", half_open},
    {NULL, NULL}};
