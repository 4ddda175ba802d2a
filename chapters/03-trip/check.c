/* Check of chapter 3: a fuse. It opens after failures in a row, and refuses. */
#include "script.h"

#include <inttypes.h>
#include <string.h>

static const struct breaker_config off = {.failures_to_open = 0};
static const struct breaker_config one = {.failures_to_open = 1};
static const struct breaker_config three = {.failures_to_open = 3};

/* --- beginnings ------------------------------------------------------------------- */

static void want_granted(struct breaker *breaker, int64_t now_ms, bool wanted,
                         const char *which)
{
    struct breaker_permit permit = breaker_acquire(breaker, now_ms);
    want_yes(permit.granted, wanted, "%s, asked at %" PRId64 " ms: let through?", which,
             now_ms);
}

static void fail_at(struct breaker *breaker, int64_t now_ms, const char *which)
{
    struct breaker_permit permit = breaker_acquire(breaker, now_ms);
    want_yes(permit.granted, true, "%s, asked at %" PRId64 " ms: let through?", which,
             now_ms);
    breaker_record(breaker, &permit, BREAKER_FAILED, now_ms);
}

static void dirty_memory(void)
{
    static const int dirt[] = {0xff, 0xa5, 0x01};
    for (int i = 0; i < 3; i++) {
        struct breaker breaker;
        memset(&breaker, dirt[i], sizeof breaker);
        story_begin();
        story_tell("  memory full of 0x%02x, then breaker_init", dirt[i]);
        breaker_init(&breaker, &three, 7);
        want_granted(&breaker, 0, true, "new");
        fail_at(&breaker, 1, "new");
        fail_at(&breaker, 2, "after one failure");
        want_granted(&breaker, 3, true, "after two failures");
    }
}

static void init_again(void)
{
    struct breaker breaker;
    breaker_init(&breaker, &one, 7);
    fail_at(&breaker, 0, "one failure opens it");
    want_granted(&breaker, 1, false, "opened");
    breaker_init(&breaker, &three, 7);
    want_granted(&breaker, 2, true, "made new");
    fail_at(&breaker, 3, "made new, now three open it");
    want_granted(&breaker, 4, true, "after one failure");
}

/* --- many, none, two -------------------------------------------------------------- */

static void any_number(void)
{
    static const uint32_t numbers[] = {1, 2, 5, 100, 300, 70000};
    for (int i = 0; i < 6; i++) {
        struct breaker_config knobs = {.failures_to_open = numbers[i]};
        struct breaker breaker;
        breaker_init(&breaker, &knobs, 7);
        for (uint32_t n = 0; n < numbers[i]; n++) {
            story_begin();
            story_tell("  failures_to_open %" PRIu32 ", %" PRIu32 " have failed",
                       numbers[i], n);
            fail_at(&breaker, n, "it");
        }
        want_granted(&breaker, numbers[i], false, "after the last of them it");
    }
}

static void knob_off(void)
{
    struct breaker breaker;
    breaker_init(&breaker, &off, 7);
    for (int64_t now = 0; now < 1000; now++) {
        story_begin();
        story_tell("  failures_to_open 0, %" PRId64 " have failed", now);
        fail_at(&breaker, now, "it");
    }
}

static void two_breakers(void)
{
    struct breaker a, b;
    breaker_init(&a, &three, 1);
    breaker_init(&b, &three, 2);
    for (int64_t now = 0; now < 3; now++)
        fail_at(&a, now, "a");
    fail_at(&b, 3, "b");
    want_granted(&a, 4, false, "a, failed three times");
    want_granted(&b, 4, true, "b, failed once");
}

/* --- refusals --------------------------------------------------------------------- */

static void refused_says_nothing(void)
{
    struct breaker breaker;
    breaker_init(&breaker, &(struct breaker_config){.failures_to_open = 1}, 7);
    fail_at(&breaker, 5, "it");
    struct breaker_permit refused = breaker_acquire(&breaker, 9);
    story_tell("     9 ms  acquire, refused");
    want_yes(refused.granted, false, "permit.granted");
    want_yes(refused.probe, false, "permit.probe");
    want_ms(refused.acquired_ms, 0, "permit.acquired_ms");
    want_ms(refused.retry_after_ms, 0, "permit.retry_after_ms");
}

static void refusal_is_no_failure(void)
{
    struct breaker breaker;
    breaker_init(&breaker, &one, 7);
    for (int64_t now = 0; now < 3; now++) {
        struct breaker_permit refused = {.granted = false};
        story_tell("  a refusal is recorded as FAILED");
        breaker_record(&breaker, &refused, BREAKER_FAILED, now);
    }
    want_granted(&breaker, 3, true, "one failure would open it; it");
}

/* --- used up ---------------------------------------------------------------------- */

/* Whatever the breaker makes of an outcome, the caller's permit is worth nothing after.
 */
static void want_used_up(struct breaker *breaker, struct breaker_permit permit,
                         enum breaker_outcome outcome, const char *which)
{
    breaker_record(breaker, &permit, outcome, 9);
    want_yes(permit.granted, false, "%s is recorded, and then: permit.granted", which);
    want_ms(permit.acquired_ms, 0, "%s is recorded, and then: permit.acquired_ms",
            which);
}

static void recorded_once(void)
{
    play_breaker(&three, "0 allow a, 1 fail a, 2 fail a, 3 fail a, 4 allow b, 5 fail b,"
                         "6 fail b, 7 allow c, 8 fail c, 9 refuse");
    struct breaker breaker;
    struct breaker_permit permit[4];
    story_begin();
    story_tell("  one failure opens it; four calls are let through at 5 ms");
    breaker_init(&breaker, &one, 7);
    for (int i = 0; i < 4; i++)
        permit[i] = breaker_acquire(&breaker, 5);
    want_used_up(&breaker, permit[0], BREAKER_IGNORED, "an ignored answer");
    want_used_up(&breaker, permit[1], BREAKER_OK, "a good one");
    want_used_up(&breaker, permit[2], BREAKER_FAILED, "a failed one");
    want_used_up(&breaker, permit[3], BREAKER_FAILED, "one more, which finds it open,");
}

/* --- any history ------------------------------------------------------------------ */

/* The slow and sure way: keep all that was recorded while closed, and look for a run
 * of failures at every question. */
struct history {
    uint32_t limit;
    char recorded[64]; /* 'o' or 'f' */
    int count;
    bool open[64]; /* per permit: granted, and not recorded yet */
    uint32_t permits;
};

static bool blown(const struct history *history)
{
    uint32_t run = 0;
    for (int i = 0; i < history->count; i++) {
        run = history->recorded[i] == 'f' ? run + 1 : 0;
        if (run >= history->limit)
            return true;
    }
    return false;
}

static void draw_question(struct script_text *script, struct history *history,
                          int64_t now)
{
    bool refuse = blown(history);
    script_add(script, "%" PRId64 " %s p%" PRIu32 ", ", now,
               refuse ? "refuse" : "allow", history->permits);
    history->open[history->permits++] = !refuse;
}

/* Any permit may be recorded: in any order, twice, and a refused one, too. */
static void draw_answer(struct script_text *script, struct history *history,
                        int64_t now)
{
    static const char *const word[] = {"ok", "fail", "fail", "fail", "ignore"};
    const char *outcome = word[chance_below(5)];
    uint32_t permit = chance_below(history->permits);
    script_add(script, "%" PRId64 " %s p%" PRIu32 ", ", now, outcome, permit);
    if (history->open[permit] && outcome[0] != 'i')
        history->recorded[history->count++] = outcome[0];
    history->open[permit] = false;
}

/* Short histories first, so that the first to fail is easy to read. */
static void any_history(void)
{
    for (uint32_t i = 0; i < 2000; i++) {
        struct history history = {.limit = 1 + chance_below(4)};
        struct breaker_config knobs = {.failures_to_open = history.limit};
        struct script_text script = {.length = 0};
        int64_t now = (int64_t)(chance() >> (20 + chance_below(44)));
        for (uint32_t moves = 3 + i / 40; moves > 0; moves--) {
            now += chance_below(20);
            if (history.permits == 0 || chance_below(2) == 0)
                draw_question(&script, &history, now);
            else
                draw_answer(&script, &history, now);
        }
        script_add(&script, "%" PRId64 " %s, %" PRId64 " %s", now,
                   blown(&history) ? "refuse" : "allow", now,
                   blown(&history) ? "open" : "closed");
        play_breaker(&knobs, script.text);
    }
}

static const struct client_config client = {
    .deadline_ms = 1000, .retry.attempts = 3, .breaker.failures_to_open = 2};

static const struct check_test tests[] = {
    {"dirty-memory", "a new breaker is closed, whatever its memory held before",
     "breaker_init must set every field: memory is not always zero.",
     .body = dirty_memory},
    {"init-again", "a breaker made anew has forgotten all it knew",
     "After breaker_init nothing of the former life may count.", .body = init_again},
    {"opens-at-three", "three failures in a row open it, not two, not four",
     "After three failures in a row the breaker must refuse, and not before.",
     .knobs = &three,
     .script = "0 allow, 1 fail, 2 allow, 3 fail, 3 closed, 4 allow, 5 fail, 5 open,"
               "6 refuse"},
    {"success-starts-again", "one success in between starts the count again",
     "In a row means: since the last success.", .knobs = &three,
     .script = "0 allow, 1 fail, 2 allow, 3 fail, 4 allow, 5 ok, 6 allow, 7 fail,"
               "8 allow, 9 fail, 10 allow, 11 fail, 12 refuse"},
    {"ignored-counts-nowhere",
     "an ignored outcome neither counts nor starts the count again",
     "IGNORED says nothing about the backend: neither that it fails nor that it works.",
     .knobs = &three,
     .script = "0 allow, 1 ignore, 2 allow, 3 ignore, 4 allow, 5 ignore, 6 allow,"
               "7 fail, 8 allow, 9 fail, 10 allow, 11 ignore, 12 allow, 13 fail,"
               "14 refuse"},
    {"never-closes", "once open it stays open: a fuse",
     "With open_ms 0 nothing closes it, neither time nor a success that comes late.",
     .knobs = &three,
     .script = "0 allow a, 0 allow b, 0 allow c, 0 allow d, 1 fail a, 2 fail b,"
               "3 fail c, 4 refuse, 5 ok d, 6 refuse, 100000 refuse,"
               "1000000000000 refuse, 1000000000000 open"},
    {"backend-spared",
     "a refused call never reaches the backend, and is not tried again",
     "Who is refused gets an answer at once. Ask the breaker first, then the backend.",
     .client = &client,
     .script = "0 start a, 0 call a, 20 reply 503 a, 20 call a, 40 reply 503 a,"
               "40 calls 2 a, 50 start b, 50 refused 503 b, 60 start c,"
               "60 refused 503 c, 60 calls 2 c"},
    {"refusal-is-no-failure", "a refusal is not a failure",
     "A refusal says something about us, not about the backend: it changes no count.",
     .body = refusal_is_no_failure},
    {"refusal-says-nothing",
     "a refused permit is all zeros: of a fuse nobody knows when",
     "Nothing was acquired, and no time is better than another to ask a fuse again.",
     .body = refused_says_nothing},
    {"recorded-once", "a permit is recorded once, recording it again does nothing",
     "breaker_record uses the permit up, whatever it makes of the outcome: all zeros.",
     .body = recorded_once},
    {"any-number", "it opens at whatever number the knob says",
     "Three was an example; a counter must hold any number.", .body = any_number},
    {"knob-off", "a knob left at 0 is off: it never opens",
     "failures_to_open 0 asks for no limit at all.", .body = knob_off},
    {"two-breakers", "two breakers know nothing of each other",
     "All that a breaker knows is in its struct, nothing in a static variable.",
     .body = two_breakers},
    {"any-history", "all this holds for any history",
     "These moves were drawn by chance; the rules above say what had to happen.",
     .body = any_history},
};

int main(int argc, char **argv)
{
    return check_main(
        argc, argv,
        &(struct check){3, "trip", tests, (int)(sizeof tests / sizeof tests[0])});
}
