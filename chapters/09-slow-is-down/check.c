/* Check of chapter 9: the calls of the last seconds, slow ones, and those still
 * running. */
#include "model.h"
#include "running.h"

/* --- the time window -------------------------------------------------------------- */

/* A second in slices of 100 ms; four calls, half of them. */
static const struct breaker_config second = {
    .window_ms = 1000, .min_calls = 4, .failure_pct = 50, .open_ms = 5000};

static const struct breaker_config short_rest = {
    .window_ms = 1000, .min_calls = 4, .failure_pct = 50, .open_ms = 200};

static void long_pause(void)
{
    static const int64_t pause[] = {
        1100,  1200,   1500,    1900,      2000,
        11000, 123400, 9999900, 100000000, 1000000000000000};
    for (int i = 0; i < 10; i++) {
        struct breaker b = new_breaker(&second);
        calls(&b, 3, BREAKER_FAILED, 300);
        calls(&b, 1, BREAKER_FAILED, 300 + pause[i]);
        calls(&b, 2, BREAKER_OK, 300 + pause[i]); /* open, if the three still counted */
    }
}

static void slice_edges(void)
{
    for (int64_t at = 0; at <= 3000; at += 50) {
        struct breaker b = new_breaker(&second);
        calls(&b, 3, BREAKER_FAILED, at);
        calls(&b, 1, BREAKER_FAILED, at + 100);
        ask(&b, at + 100, false);
    }
}

static void clock_back(void)
{
    struct breaker b = new_breaker(&second);
    calls(&b, 2, BREAKER_FAILED, 5000);
    calls(&b, 1, BREAKER_FAILED, 100); /* as if at 5,000 */
    calls(&b, 1, BREAKER_FAILED, 5100);
    ask(&b, 200, false);
}

/* The shortest window and the shortest "slow" that there are; how short a slice of time
 * can be is the breaker's own matter, so the times lie far apart. */
static void one_millisecond(void)
{
    struct breaker_config knobs = {.window_ms = 1,
                                   .min_calls = 4,
                                   .failure_pct = 50,
                                   .slow_ms = 1,
                                   .slow_pct = 1,
                                   .open_ms = 5000};
    struct breaker b = new_breaker(&knobs);
    for (int64_t now = 100; now < 500; now += 100)
        calls(&b, 3, BREAKER_FAILED, now); /* never four at a time */
    calls(&b, 3, BREAKER_OK, 500);
    struct breaker_permit slow = ask(&b, 500, true);
    answer(&b, &slow, BREAKER_OK, 600); /* slow, but by now alone */
    slow = ask(&b, 700, true);
    calls(&b, 3, BREAKER_OK, 800);
    answer(&b, &slow, BREAKER_OK, 800); /* one of four */
    ask(&b, 800, false);
    knobs.slow_pct = 60;
    b = new_breaker(&knobs);
    calls(&b, 4, BREAKER_OK, 100);
    for (int i = 0; i < 4; i++)
        ask(&b, 200, true);
    ask(&b, 300, false); /* all that is left of the window is under way */
}

/* One call at a time; after each opening comes a good probe, and all begins anew. */
static void any_window(void)
{
    static const struct breaker_config knobs = {.window_ms = 1000,
                                                .min_calls = 4,
                                                .failure_pct = 50,
                                                .slow_ms = 250,
                                                .slow_pct = 50,
                                                .open_ms = 200};
    for (uint32_t i = 0; i < 300; i++) {
        struct seen seen = {.count = 0};
        struct script_text script = {.length = 0};
        int64_t now = 0;
        for (uint32_t left = 3 + i / 10; left > 0; left--) {
            bool open = one_call(&script, &seen, &now);
            script_add(&script, "%" PRId64 " %s, ", now, open ? "open" : "closed");
            if (!open)
                continue;
            now += 200;
            script_add(&script, "%" PRId64 " allow, %" PRId64 " ok, ", now, now);
            seen.count = 0;
        }
        script_add(&script, "%" PRId64 " allow", now);
        play_breaker(&knobs, script.text);
    }
}

/* --- any history of slow calls ---------------------------------------------------- */

/* Short histories first, so that the first to fail is easy to read. */
static void any_history(void)
{
    one_millisecond();
    any_window();
    for (uint32_t i = 0; i < 900; i++) {
        uint32_t size = 2 + chance_below(10);
        struct history h = {.knobs = {.window_calls = size,
                                      .min_calls = 1 + chance_below(size),
                                      .failure_pct = 30 + chance_below(71),
                                      .slow_ms = 16,
                                      .slow_pct = 20 + chance_below(81),
                                      .open_ms = 6 + 3 * chance_below(10)}};
        draw_history(&h, 3 + i / 18);
    }
}

/* --- the table -------------------------------------------------------------------- */

static const struct breaker_config slow = {.window_calls = 20,
                                           .min_calls = 4,
                                           .failure_pct = 75,
                                           .slow_ms = 100,
                                           .slow_pct = 75,
                                           .open_ms = 1000};
static const struct breaker_config half_slow = {.window_calls = 20,
                                                .min_calls = 4,
                                                .failure_pct = 100,
                                                .slow_ms = 100,
                                                .slow_pct = 50,
                                                .open_ms = 1000};
static const struct breaker_config two_in_a_row = {.failures_to_open = 2,
                                                   .window_calls = 20,
                                                   .min_calls = 4,
                                                   .slow_ms = 100,
                                                   .slow_pct = 100,
                                                   .open_ms = 1000};
static const struct breaker_config half_failed = {.window_calls = 20,
                                                  .min_calls = 4,
                                                  .failure_pct = 50,
                                                  .slow_ms = 100,
                                                  .slow_pct = 100,
                                                  .open_ms = 1000};

/* Two shares that are not added up; a failure that is slow, too; then a share that is
 * full already when a call of the other kind ends, and at last one of its own; and a
 * slow call between two failures. */
static void each_by_its_own(void)
{
    play_breaker(&slow, "0 allow a, 0 ok a, 0 allow b, 0 ok b, 0 allow c, 0 allow d,"
                        "200 fail c, 200 fail d, 201 allow e, 201 ok e");
    play_breaker(&half_slow, "0 allow a, 0 ok a, 0 allow b, 0 ok b, 0 allow c,"
                             "100 fail c, 100 closed, 100 allow d, 200 fail d,"
                             "200 open");
    play_breaker(&half_slow, "0 allow a, 0 allow b, 0 allow c, 200 ok a, 200 ok b,"
                             "200 ok c, 201 allow d, 202 fail d, 202 closed,"
                             "203 allow e, 303 ok e, 303 open");
    play_breaker(&half_failed, "0 allow a, 0 fail a, 0 allow b, 0 fail b, 0 allow c,"
                               "0 fail c, 0 allow d, 200 ok d, 200 closed,"
                               "201 allow e, 202 fail e, 202 open");
    play_breaker(&two_in_a_row, "0 allow a, 0 fail a, 1 allow b, 101 ok b, 101 closed,"
                                "102 allow c, 102 fail c, 102 closed, 103 allow d,"
                                "103 fail d, 103 open");
}

static const struct breaker_config no_slow = {
    .window_calls = 20, .min_calls = 4, .failure_pct = 75, .open_ms = 1000};

static const struct check_test tests[] = {
    {"last-second", "the calls that ended in the last window_ms are judged",
     "Four calls within a second, half of them failed: a call counts when it ends.",
     .knobs = &second,
     .script = "0 allow a, 50 ok a, 100 allow b, 150 ok b, 300 allow c, 350 fail c,"
               "600 allow d, 650 fail d, 650 open, 651 refuse"},
    {"older-ones-go", "older ones are not",
     "What ended more than window_ms ago has left the window.", .knobs = &second,
     .script = "0 allow a, 50 fail a, 100 allow b, 150 fail b, 200 allow c, 250 fail c,"
               "1500 allow d, 1500 fail d, 1510 allow e, 1510 fail e, 1520 allow f,"
               "1520 ok f, 1530 allow g, 1530 ok g, 1540 allow"},
    {"long-pause", "after a pause longer than the window nothing from before counts",
     "All slices that were passed must be emptied, however long the pause.",
     .body = long_pause},
    {"slice-edges", "a call counts from the moment it ends, at any moment",
     "The call that opens a slice is counted in it; and after a long pause the newest "
     "slice is that of now, not the last one that was emptied.",
     .body = slice_edges},
    {"clock-back", "a clock that steps back moves nothing out of the window",
     "A time from before is taken as the latest time seen; the newest slice is that of "
     "the latest time, however long nothing came.",
     .body = clock_back},
    {"clean-start", "the window is empty after each transition",
     "What led to the last opening must not lead to the next one.",
     .knobs = &short_rest,
     .script = "0 allow a, 0 fail a, 0 allow b, 0 fail b, 0 allow c, 0 fail c,"
               "0 allow d, 0 fail d, 0 open, 200 allow e, 200 ok e, 200 closed,"
               "210 allow f, 210 fail f, 220 allow g, 220 fail g, 230 allow"},
    {"slow-opens", "calls that take slow_ms or longer open it, good as they are",
     "Slow from slow_ms on, too many from slow_pct on.", .knobs = &slow,
     .script =
         "0 allow a, 0 allow b, 0 allow c, 20 allow d, 99 ok a, 100 ok b, 100 ok c,"
         "100 closed, 120 ok d, 120 open, 121 refuse"},
    {"each-by-its-own",
     "failed and slow are two shares, each judged when a call of its own kind ends",
     "A call that fails after slow_ms is one call and counts in both. A failure judges "
     "the failures, a slow call the slow ones; slow or not, a good call ends a row of "
     "failures.",
     .body = each_by_its_own},
    {"slow-probe", "a slow probe is a failed one",
     "It was asked whether all is well. It took too long to say yes.", .knobs = &slow,
     .script =
         "0 allow, 1 fail, 2 allow, 3 fail, 4 allow, 5 fail, 6 allow, 7 fail,"
         "1007 allow p, 1107 ok p, 1107 open, 1108 refuse, 2107 allow q, 2206 ok q,"
         "2206 closed"},
    {"still-running",
     "a call under way for slow_ms is slow already, an eighth later at most",
     "It is counted when the next call asks, since no answer may ever come; and if it "
     "opens the breaker, that next call is refused as any other.",
     .body = running_ones_open_it},
    {"counted-once", "when its answer comes it is not counted again",
     "Overdue or recorded: each call is one call at any time.", .body = counted_once},
    {"none-left", "an answer in time, of whatever kind, is no longer under way",
     "Failed and ignored calls have ended, too, and an opening forgets those under "
     "way. "
     "A permit that does not count (of an earlier generation, refused, used up) ends "
     "none.",
     .body = none_left_in_any_way},
    {"no-slow", "without slow_ms no call is too slow", "A knob left at 0 is off.",
     .knobs = &no_slow,
     .script = "0 allow a, 0 allow b, 0 allow c, 0 allow d, 90000 allow e, 90000 ok a,"
               "90000 ok b, 90000 ok c, 90000 ok d, 90001 allow"},
    {"any-history", "all this holds for any history",
     "These moves were drawn by chance; invariants 1 to 13 say what had to happen.",
     .body = any_history},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){9, "slow-is-down", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
