/* Check of chapter 1: deadlines, and what an answer means. */
#include "script.h"

#include <inttypes.h>
#include <stdio.h>

static const int64_t days_25 = INT64_C(25) * 24 * 3600 * 1000; /* beyond 2^31 ms */

/* --- deadline_after --------------------------------------------------------------- */

static void want_after(int64_t now_ms, uint32_t timeout_ms, int64_t wanted)
{
    want_ms(deadline_after(now_ms, timeout_ms), wanted,
            "deadline_after(%" PRId64 ", %" PRIu32 ")", now_ms, timeout_ms);
}

static void so_long_from_now(void)
{
    want_after(0, 1, 1);
    want_after(0, 1000, 1000);
    want_after(500, 1000, 1500);
    want_after(1234567, 250, 1234817);
}

static void no_timeout(void)
{
    want_after(0, 0, DEADLINE_NEVER);
    want_after(5000, 0, DEADLINE_NEVER);
}

static void end_of_time(void)
{
    want_after(DEADLINE_NEVER - 10, 9, DEADLINE_NEVER - 1);
    want_after(DEADLINE_NEVER - 10, 10, DEADLINE_NEVER);
    want_after(DEADLINE_NEVER - 10, 11, DEADLINE_NEVER);
    want_after(DEADLINE_NEVER - 1, UINT32_MAX, DEADLINE_NEVER);
}

/* --- deadline_passed -------------------------------------------------------------- */

static void want_passed(int64_t deadline_ms, int64_t now_ms, bool wanted)
{
    char ms[32] = "DEADLINE_NEVER";
    if (deadline_ms != DEADLINE_NEVER)
        snprintf(ms, sizeof ms, "%" PRId64, deadline_ms);
    want_yes(deadline_passed(deadline_ms, now_ms), wanted,
             "deadline_passed(%s, %" PRId64 ")", ms, now_ms);
}

static void at_the_deadline(void)
{
    want_passed(1000, 0, false);
    want_passed(1000, 999, false);
    want_passed(1000, 1000, true);
    want_passed(1000, 1001, true);
}

static void never_is_never(void)
{
    want_passed(DEADLINE_NEVER, 0, false);
    want_passed(DEADLINE_NEVER, DEADLINE_NEVER - 1, false);
    want_passed(DEADLINE_NEVER, DEADLINE_NEVER, false);
}

static int64_t left(int64_t deadline_ms, int64_t now_ms)
{
    struct retry_policy policy = {.timeout_ms = 0};
    return retry_time_left(&policy, deadline_ms, now_ms);
}

static void after_25_days(void)
{
    want_after(days_25, 1000, days_25 + 1000);
    want_passed(days_25, 5, false);
    want_passed(5, days_25, true);
    want_passed(days_25, days_25 - 1, false);
    want_after(0, UINT32_MAX, UINT32_MAX);
    want_ms(left(days_25, 0), days_25, "time left at 0 until day 25");
}

/* --- retry_time_left -------------------------------------------------------------- */

static void time_left(void)
{
    want_ms(left(1000, 0), 1000, "time left at 0, deadline 1000");
    want_ms(left(1000, 400), 600, "time left at 400, deadline 1000");
    want_ms(left(1000, 999), 1, "time left at 999, deadline 1000");
    want_ms(left(1000, 1000), 0, "time left at 1000, deadline 1000");
    want_ms(left(1000, 1500), 0, "time left at 1500, deadline 1000");
    want_ms(left(DEADLINE_NEVER, 77), DEADLINE_NEVER, "time left without a deadline");
}

/* --- retry_classify --------------------------------------------------------------- */

static void want_class(int status, int64_t deadline_ms, int64_t now_ms,
                       enum breaker_outcome wanted)
{
    char ms[32] = "DEADLINE_NEVER";
    if (deadline_ms != DEADLINE_NEVER)
        snprintf(ms, sizeof ms, "%" PRId64, deadline_ms);
    want_outcome(retry_classify(status, deadline_ms, now_ms), wanted,
                 "retry_classify(%d, %s, %" PRId64 ")", status, ms, now_ms);
}

static void want_classes(const int *status, enum breaker_outcome wanted)
{
    for (; *status != 0; status++)
        want_class(*status, 1000, 40, wanted);
}

static void good_answers(void)
{
    want_classes((const int[]){200, 100, 201, 204, 301, 304, 399, 0}, BREAKER_OK);
}

static void our_mistakes(void)
{
    want_classes((const int[]){404, 400, 401, 403, 409, 428, 430, 499, 0},
                 BREAKER_IGNORED);
}

static void failures(void)
{
    want_classes((const int[]){500, 502, 503, 504, 599, 600, 999, 429, 0},
                 BREAKER_FAILED);
    want_class(0, 1000, 40, BREAKER_FAILED);
    want_class(0, DEADLINE_NEVER, 40, BREAKER_FAILED);
}

static void too_late(void)
{
    want_class(200, 1000, 999, BREAKER_OK);
    want_class(200, 1000, 1000, BREAKER_FAILED);
    want_class(404, 1000, 1001, BREAKER_FAILED);
    want_class(200, DEADLINE_NEVER, days_25, BREAKER_OK);
}

/* --- all of it, anywhere in time -------------------------------------------------- */

/* Slow and sure: where on the line of time does `now` lie, counted from the start? */
static void any_time(void)
{
    for (int i = 0; i < 500; i++) {
        story_begin();
        int64_t start = (int64_t)(chance() >> (2 + chance_below(60)));
        uint32_t timeout = 1 + (uint32_t)(chance() >> (33 + chance_below(30)));
        int64_t after = chance_below(3) == 0 ? timeout + (int64_t)chance_below(3) - 1
                                             : (int64_t)chance_below(timeout);
        bool late = after >= timeout;
        int status = 100 + (int)chance_below(900);
        want_after(start, timeout, start + timeout);
        want_passed(start + timeout, start + after, late);
        want_ms(left(start + timeout, start + after), late ? 0 : timeout - after,
                "time left at %" PRId64 ", deadline %" PRId64, start + after,
                start + timeout);
        want_class(status, start + timeout, start + after,
                   late || status == 429 || status >= 500 ? BREAKER_FAILED
                   : status >= 400                        ? BREAKER_IGNORED
                                                          : BREAKER_OK);
    }
}

static const struct client_config hundred = {.deadline_ms = 100};

static const struct check_test tests[] = {
    {"so-long-from-now", "a deadline is a point in time, so long from now",
     "A deadline is set once: the time now plus the time-out.",
     .body = so_long_from_now},
    {"no-timeout", "a time-out of 0 is none: the deadline never comes",
     "A knob left at 0 is off, so there is no deadline: DEADLINE_NEVER.",
     .body = no_timeout},
    {"end-of-time", "a deadline beyond the end of time never comes",
     "A sum that does not fit into the type must not wrap around into the past.",
     .body = end_of_time},
    {"at-the-deadline", "at the deadline it is too late",
     "The last good moment is one millisecond before the deadline.",
     .body = at_the_deadline},
    {"never-is-never", "a deadline that never comes never passes",
     "DEADLINE_NEVER is not a time, even at the end of time.", .body = never_is_never},
    {"after-25-days", "time goes on after 25 days",
     "2^31 ms are 24.8 days; a process lives longer. Times need int64_t everywhere.",
     .body = after_25_days},
    {"time-left", "the time left shrinks to 0, never below",
     "A try may take what is left until the deadline: 0 once it has come.",
     .body = time_left},
    {"good-answers", "answers of 100 to 399 are good",
     "The backend did what it was asked, or said where to go.", .body = good_answers},
    {"our-mistakes", "answers of 400 to 499 say nothing about the backend's health",
     "A 404 is our mistake, and a sign of life. Only 429 means overload.",
     .body = our_mistakes},
    {"failures", "500 and more, 429, and no answer at all are failures",
     "Broken, overloaded or silent: in each case the backend failed us.",
     .body = failures},
    {"late-is-failed",
     "an answer at the deadline or later is a failure, whatever it says",
     "Nobody waits for it any more. A right answer too late is a wrong one.",
     .body = too_late},
    {"any-time", "all this holds at any time, for any time-out and any answer",
     "Times like these come in no example; the rules above cover them.",
     .body = any_time},
    {"call-has-limit", "a call to the backend may last until the deadline, no longer",
     "This is what ends the call that hangs: it gets a limit, and then it is given up.",
     .client = &hundred,
     .script =
         "1000 start a, 1000 call 100 a, 1040 reply 200 a, 1040 fresh 200 a,"
         "2000 start b 2060, 2000 call 60 b, 2060 timeout b, 2060 timed-out 504 b"},
    {"late-not-fresh", "an answer that comes too late is not passed on",
     "At the deadline the user has gone, or has been told so.", .client = &hundred,
     .script = "0 start a, 0 call 100 a, 99 reply 200 a, 99 fresh a,"
               "200 start b, 200 call 100 b, 300 reply 200 b, 300 timed-out 504 b"},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){1, "a-call-that-hangs", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
