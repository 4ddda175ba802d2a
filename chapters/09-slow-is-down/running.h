/* running.h - stories of calls that are still under way, for check.c: three of its
 * tests. */
#ifndef RUNNING_H
#define RUNNING_H

#include "stage.h"

static const struct breaker_config running = {.window_calls = 20,
                                              .min_calls = 4,
                                              .failure_pct = 100,
                                              .slow_ms = 800,
                                              .slow_pct = 60,
                                              .open_ms = 5000};

/* Whoever opens it by asking is refused as any other, and told when to come again. */
static void still_running(void)
{
    struct breaker b = new_breaker(&running);
    for (int i = 0; i < 6; i++)
        ask(&b, i, true);
    ask(&b, 700, true); /* six are under way, none for 800 ms yet */
    want_ms(ask(&b, 1000, false).retry_after_ms, 5000, "its retry_after_ms");
    want_ms(ask(&b, 1001, false).retry_after_ms, 4999, "its retry_after_ms");
}

/* What ended long ago does not speak for those that are under way now. */
static void running_alone(void)
{
    struct breaker_config knobs = running;
    knobs.window_calls = 0, knobs.window_ms = 1000;
    struct breaker b = new_breaker(&knobs);
    calls(&b, 4, BREAKER_OK, 0);
    for (int i = 0; i < 4; i++)
        ask(&b, 4000, true);
    ask(&b, 5000, false);
    b = new_breaker(&running);
    ask(&b, 0, true);
    ask(&b, INT64_C(1000000000000000), true); /* one alone is too few, however old */
}

static void running_ones_open_it(void)
{
    still_running();
    running_alone();
}

static void counted_once(void)
{
    struct breaker b = new_breaker(&running);
    struct breaker_permit slow[4];
    calls(&b, 4, BREAKER_OK, 0);
    for (int i = 0; i < 4; i++)
        slow[i] = ask(&b, 10, true);
    ask(&b, 1000, true); /* four of eight are overdue: half */
    for (int i = 0; i < 4; i++)
        answer(&b, &slow[i], BREAKER_OK, 1010 + i);
    ask(&b, 1020, true); /* four of eight were slow: half, as before */
    calls(&b, 1, BREAKER_OK, 1030);
}

/* Answers come, good, failed or ignored: then nothing is under way any more. */
static void none_left(void)
{
    static const enum breaker_outcome outcome[] = {BREAKER_OK, BREAKER_FAILED,
                                                   BREAKER_IGNORED};
    for (int o = 0; o < 3; o++) {
        struct breaker b = new_breaker(&running);
        struct breaker_permit quick[9];
        calls(&b, 4, BREAKER_OK, 0);
        for (int i = 0; i < 9; i++)
            quick[i] = ask(&b, 10, true);
        for (int i = 0; i < 9; i++)
            answer(&b, &quick[i], outcome[o], 100);
        ask(&b, 5000, true);
        calls(&b, 4, BREAKER_OK, 5001);
    }
}

/* Begun in one slice of time or at the edge of it, and over in the next: at no later
 * moment are they under way. */
static void none_left_at_any_time(void)
{
    for (int64_t begin = 50; begin <= 400; begin += 50) {
        struct breaker b = new_breaker(&running);
        struct breaker_permit quick[9];
        calls(&b, 4, BREAKER_OK, 20);
        for (int i = 0; i < 9; i++)
            quick[i] = ask(&b, begin, true);
        for (int i = 0; i < 9; i++)
            answer(&b, &quick[i], BREAKER_OK, begin + 60);
        for (int64_t now = 500; now < 1600; now += 50)
            calls(&b, 1, BREAKER_OK, now);
    }
}

/* Nine calls that never come back, begun at some time before an opening: those of the
 * new life have nothing to do with them. */
static void none_left_of_before(void)
{
    for (int64_t begin = 0; begin <= 800; begin += 100) {
        struct breaker b = new_breaker(&running);
        for (int i = 0; i < 9; i++)
            ask(&b, begin, true);
        calls(&b, 4, BREAKER_FAILED, 800);
        calls(&b, 5, BREAKER_OK, 5800);
        for (int64_t now = 5900; now < 8000; now += 100)
            calls(&b, 1, BREAKER_OK, now);
    }
}

/* Nine that were overdue when it opened. */
static void none_overdue_of_before(void)
{
    struct breaker b = new_breaker(&running);
    for (int i = 0; i < 9; i++)
        ask(&b, 0, true);
    ask(&b, 1000, false);
    calls(&b, 5, BREAKER_OK, 6000);
    calls(&b, 1, BREAKER_OK, 6001);
}

/* An answer to a call from before the opening ends none of those under way now. */
static void answers_of_before(void)
{
    struct breaker b = new_breaker(&running);
    struct breaker_permit late[6];
    for (int i = 0; i < 6; i++)
        late[i] = ask(&b, 0, true);
    calls(&b, 4, BREAKER_FAILED, 100);
    calls(&b, 5, BREAKER_OK, 5100);
    for (int i = 0; i < 6; i++)
        ask(&b, 5200, true);
    for (int i = 0; i < 6; i++)
        answer(&b, &late[i], BREAKER_OK, 6200);
    ask(&b, 6300, false); /* six of ten are overdue */
}

/* A permit that is used up, or was refused, ends none either. */
static void worthless_answers(void)
{
    struct breaker b = new_breaker(&running);
    struct breaker_permit used = ask(&b, 0, true);
    answer(&b, &used, BREAKER_OK, 1);
    calls(&b, 3, BREAKER_OK, 1);
    for (int i = 0; i < 6; i++)
        ask(&b, 10, true);
    for (int i = 0; i < 6; i++)
        answer(&b, &used, BREAKER_OK, 1000);
    ask(&b, 1100, false); /* six of ten are overdue */
}

static void none_left_in_any_way(void)
{
    none_left();
    none_left_at_any_time();
    none_left_of_before();
    none_overdue_of_before();
    answers_of_before();
    worthless_answers();
}

#endif
