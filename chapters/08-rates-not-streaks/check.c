/* Check of chapter 8: the share of failures among the last calls. */
#include "script.h"

#include <inttypes.h>
#include <stddef.h>

/* `n` calls of one kind, each over at once; the last of them may be the one that opens.
 */
static void calls(struct breaker *b, uint32_t n, enum breaker_outcome outcome)
{
    static const char *const word[] = {"good", "failed", "ignored"};
    story_tell("  %" PRIu32 " calls, %s", n, word[outcome]);
    for (uint32_t i = 0; i < n; i++) {
        struct breaker_permit permit = breaker_acquire(b, 0);
        want_yes(permit.granted, true, "call %" PRIu32 " of these: let through?",
                 i + 1);
        breaker_record(b, &permit, outcome, 0);
    }
}

static void want_open(struct breaker *b, bool wanted)
{
    want_yes(breaker_state_at(b, 0) == BREAKER_OPEN, wanted, "open?");
}

static struct breaker_config share_of(uint32_t window, uint32_t min, uint32_t pct)
{
    return (struct breaker_config){
        .window_calls = window, .min_calls = min, .failure_pct = pct, .open_ms = 1000};
}

/* Good ones first, then failures until it opens: that must be at `opens_at`. */
static void want_limit(uint32_t window, uint32_t min, uint32_t pct, uint32_t good,
                       uint32_t opens_at)
{
    struct breaker b;
    struct breaker_config knobs = share_of(window, min, pct);
    breaker_init(&b, &knobs, 7);
    story_begin();
    story_tell("  window %" PRIu32 ", min %" PRIu32 ", %" PRIu32 " per cent", window,
               min, pct);
    calls(&b, good, BREAKER_OK);
    calls(&b, opens_at - 1, BREAKER_FAILED);
    want_open(&b, false);
    calls(&b, 1, BREAKER_FAILED);
    want_open(&b, true);
}

static void to_the_call(void)
{
    want_limit(10, 10, 50, 5, 5);
    want_limit(10, 10, 51, 4, 6); /* 6 of 10; 5 of 9 are 55, but too few calls */
    want_limit(100, 3, 33, 2, 1); /* 1 of 3 is 33.3 */
    want_limit(100, 3, 34, 2, 2); /* 2 of 4; 1 of 3 is less than 34 */
    want_limit(100, 3, 67, 1, 3); /* 2 of 3 is 66.7: not yet */
    want_limit(256, 1, 100, 0, 1);
    want_limit(200, 100, 1, 99, 1); /* 1 of 100 */
}

static void few_calls(void)
{
    for (uint32_t min = 1; min <= 20; min++)
        want_limit(20, min, 50, 0, min);
}

static void windows_of_all_sizes(void)
{
    for (uint32_t size = 1; size <= 256; size += size < 70 ? 1 : 31) {
        struct breaker b;
        struct breaker_config knobs = share_of(size, size, 100);
        breaker_init(&b, &knobs, 7);
        story_begin();
        story_tell("  a window of %" PRIu32 ", all of which must fail", size);
        calls(&b, 1, BREAKER_OK);
        if (size > 1)
            calls(&b, size - 1, BREAKER_FAILED); /* the good one is still there */
        want_open(&b, false);
        calls(&b, 1, BREAKER_FAILED);
        want_open(&b, true);
    }
}

static void old_failures_leave(void)
{
    struct breaker b;
    struct breaker_config knobs = share_of(10, 10, 50);
    breaker_init(&b, &knobs, 7);
    for (int round = 0; round < 30; round++) {
        story_begin();
        story_tell("  window 10, round %d", round);
        calls(&b, 4, BREAKER_FAILED);
        calls(&b, 10, BREAKER_OK);
    }
    want_open(&b, false);
}

/* Nine refused calls and forty ignored ones: the denominator must not see them. */
static void only_ended_calls(void)
{
    struct breaker b;
    struct breaker_config knobs = share_of(50, 6, 50);
    breaker_init(&b, &knobs, 7);
    calls(&b, 3, BREAKER_OK);
    calls(&b, 40, BREAKER_IGNORED);
    struct breaker_permit running[5];
    for (int i = 0; i < 5; i++)
        running[i] = breaker_acquire(&b, 0);
    story_tell("  5 more under way");
    calls(&b, 2, BREAKER_FAILED);
    want_open(&b, false);
    calls(&b, 1, BREAKER_FAILED);
    want_open(&b, true);
    breaker_record(&b, &running[0], BREAKER_OK, 0);
}

/* --- any history ------------------------------------------------------------------ */

static void any_history(void)
{
    for (uint32_t i = 0; i < 600; i++) {
        uint32_t size = 1 + chance_below(13), min = 1 + chance_below(size);
        struct breaker_config knobs = share_of(size, min, 1 + chance_below(100));
        struct script_text script = {.length = 0};
        bool failed[120], open = false;
        int count = 0;
        for (uint32_t left = 3 + i / 10; left > 0 && !open; left--) {
            failed[count++] = chance_below(100) < knobs.failure_pct;
            int from = count > (int)size ? count - (int)size : 0, bad = 0;
            for (int k = from; k < count; k++)
                bad += failed[k];
            open = failed[count - 1] && count - from >= (int)min &&
                   bad * 100 >= (count - from) * (int)knobs.failure_pct;
            script_add(&script, "%d allow, %d %s, ", count, count,
                       failed[count - 1] ? "fail" : "ok");
        }
        script_add(&script, "%d %s", count, open ? "refuse" : "allow");
        play_breaker(&knobs, script.text);
    }
}

/* --- configurations --------------------------------------------------------------- */

static void want_told(const struct breaker_config *config, bool wrong, const char *what)
{
    want_yes(breaker_config_error(config) != NULL, wrong, "%s: an error?", what);
}

static void nonsense_is_told(void)
{
    struct breaker_config good = share_of(10, 10, 50), c = good;
    want_told(&good, false, "window 10, min 10, 50 per cent");
    c.min_calls = 11;
    want_told(&c, true, "min_calls 11 of a window of 10");
    c.min_calls = 0;
    want_told(&c, true, "a share without min_calls");
    c = good, c.failure_pct = 101;
    want_told(&c, true, "101 per cent");
    c = good, c.window_calls = 0;
    want_told(&c, true, "a share without a window");
    c = good, c.window_calls = 257;
    want_told(&c, true, "a window of 257");
}

/* --- the table -------------------------------------------------------------------- */

static const struct breaker_config half = {
    .window_calls = 6, .min_calls = 4, .failure_pct = 50, .open_ms = 1000};
static const struct breaker_config both = {.failures_to_open = 3,
                                           .window_calls = 10,
                                           .min_calls = 10,
                                           .failure_pct = 50,
                                           .open_ms = 1000};

static const struct check_test tests[] = {
    {"every-second", "every second call fails: a share of half is reached",
     "No row ever comes, and half of the users get errors.", .knobs = &half,
     .script = "0 allow, 0 ok, 1 allow, 1 fail, 2 allow, 2 ok, 3 allow, 3 fail, 3 open,"
               "4 refuse"},
    {"to-the-call", "it opens at the call that reaches the share, for any numbers",
     "Reached is enough; multiply crosswise, a division of whole numbers forgets.",
     .body = to_the_call},
    {"few-calls", "on fewer than min_calls nothing is judged",
     "The first failure is 100 per cent of one call.", .body = few_calls},
    {"not-on-good-news", "a good call never opens it",
     "It is judged when a failure comes: nobody wants to be refused for a success.",
     .knobs = &half,
     .script = "0 allow, 0 fail, 1 allow, 1 fail, 2 allow, 2 fail, 3 allow, 3 ok,"
               "3 closed, 4 allow, 4 ok, 5 allow, 5 fail, 5 open"},
    {"all-sizes", "the window holds exactly the last window_calls",
     "One too many or one too few shows at the edge.", .body = windows_of_all_sizes},
    {"old-ones-leave", "an old failure leaves when a new call comes in",
     "The ring goes round: what is overwritten is taken out of the sum.",
     .body = old_failures_leave},
    {"ended-calls", "only calls that ended well or badly count",
     "Not those ignored, not those under way: they would thin the share.",
     .body = only_ended_calls},
    {"refusals-too", "nor do those that were refused",
     "A refusal says something about us.", .knobs = &half,
     .script =
         "0 allow, 0 fail, 1 allow, 1 fail, 2 allow, 2 ok, 3 allow, 3 fail, 3 open,"
         "4 refuse, 5 refuse, 6 refuse, 1003 allow, 1003 ok, 1003 closed,"
         "1004 allow, 1004 ok, 1005 allow, 1005 ok, 1006 allow, 1006 fail,"
         "1007 allow, 1007 fail, 1007 open"},
    {"clean-start", "the window is empty after each transition",
     "What led to the last opening must not lead to the next one.", .knobs = &half,
     .script = "0 allow, 0 fail, 1 allow, 1 fail, 2 allow, 2 fail, 3 allow, 3 fail,"
               "3 open, 1003 allow, 1003 ok, 1004 allow, 1004 fail, 1005 allow,"
               "1005 fail, 1006 allow, 1006 fail, 1006 closed, 1007 allow, 1007 fail,"
               "1007 open"},
    {"probes-are-apart", "a probe is judged by itself, not by the share",
     "Half-open is a question, and one bad answer answers it.", .knobs = &half,
     .script = "0 allow, 0 fail, 1 allow, 1 fail, 2 allow, 2 fail, 3 allow, 3 fail,"
               "1003 allow, 1004 fail, 1004 open, 1005 refuse"},
    {"both", "a row and a share may both be set: the first one opens",
     "Either knob by itself is enough.", .knobs = &both,
     .script = "0 allow, 0 fail, 1 allow, 1 fail, 2 allow, 2 fail, 2 open, 1002 allow,"
               "1002 ok, 1003 allow, 1003 fail, 1004 allow, 1004 ok, 1005 allow,"
               "1005 fail, 1006 allow, 1006 ok, 1007 allow, 1007 fail, 1008 allow,"
               "1008 ok, 1009 allow, 1009 fail, 1010 allow, 1010 ok, 1011 allow,"
               "1011 fail, 1012 allow, 1012 ok, 1013 allow, 1013 fail, 1013 open"},
    {"nonsense", "a configuration that makes no sense is told so",
     "breaker_config_error is given, and breaker_init insists on it.",
     .body = nonsense_is_told},
    {"any-history", "all this holds for any history",
     "These calls were drawn by chance; the last ones of them decide.",
     .body = any_history},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){8, "rates-not-streaks", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
