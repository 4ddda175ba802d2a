/* Check of chapter 8: the share of failures among the last calls. */
#include "script.h"

#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

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
    want_limit(200, 100, 1, 99, 1);   /* 1 of 100 */
    want_limit(100, 100, 57, 43, 57); /* 57.0 / 100 * 100 is less than 57 */
    want_limit(100, 100, 29, 71, 29); /* 29.0 / 100 * 100 is less than 29 */
}

static void few_calls(void)
{
    for (uint32_t min = 1; min <= 20; min++)
        want_limit(20, min, 50, 0, min);
}

/* The slow and sure way: all outcomes are kept, and counted anew at each failure. */
static void any_window_of(uint32_t size)
{
    static bool ended[1024];
    struct breaker b;
    struct breaker_config knobs = share_of(size, size / 2 + 1, 50);
    breaker_init(&b, &knobs, 7);
    story_begin();
    story_tell("  a window of %" PRIu32 ", calls drawn by chance", size);
    bool open = false;
    for (uint32_t n = 0; n < sizeof ended && !open; n++) {
        ended[n] = chance_below(100) < 46;
        calls(&b, 1, ended[n] ? BREAKER_FAILED : BREAKER_OK);
        uint32_t from = n + 1 > size ? n + 1 - size : 0, failed = 0;
        for (uint32_t i = from; i <= n; i++)
            failed += ended[i];
        open =
            ended[n] && n + 1 - from >= knobs.min_calls && 2 * failed >= n + 1 - from;
        want_open(&b, open);
    }
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
        any_window_of(size);
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

/* Forty ignored calls, and five under way: the denominator must not see them. */
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

/* The slow and sure way: every outcome that counts is kept, with the number of
 * transitions there had been; the share is counted anew at each failure. */
struct asked {
    bool open; /* granted, and not recorded yet */
    int turn;
    int64_t at_ms;
};

struct history {
    struct breaker_config knobs;
    enum breaker_state state;
    int turns; /* transitions so far */
    int64_t turned_ms;
    char ended[64]; /* 'o' or 'f', in this closed state */
    int ends;
    struct asked asked[64];
    uint32_t count;
};

static void turn(struct history *h, enum breaker_state state, int64_t now)
{
    h->state = state;
    h->turns++;
    h->turned_ms = now;
    h->ends = 0;
}

static bool row_is_full(const struct history *h)
{
    uint32_t row = 0;
    while ((int)row < h->ends && h->ended[h->ends - 1 - (int)row] == 'f')
        row++;
    return h->knobs.failures_to_open > 0 && row >= h->knobs.failures_to_open;
}

static bool share_is_full(const struct history *h)
{
    int size = (int)h->knobs.window_calls, failed = 0;
    int from = h->ends > size ? h->ends - size : 0, all = h->ends - from;
    for (int i = from; i < h->ends; i++)
        failed += h->ended[i] == 'f';
    return all >= (int)h->knobs.min_calls &&
           failed * 100 >= all * (int)h->knobs.failure_pct;
}

static bool rested(const struct history *h, int64_t now)
{
    return h->state == BREAKER_OPEN && now >= h->turned_ms + h->knobs.open_ms;
}

static bool probe_is_out(const struct history *h, int64_t now)
{
    for (uint32_t i = 0; i < h->count; i++)
        if (h->asked[i].open && h->asked[i].turn == h->turns &&
            now < h->asked[i].at_ms + h->knobs.open_ms)
            return true;
    return false;
}

static void draw_question(struct script_text *script, struct history *h, int64_t now)
{
    if (rested(h, now))
        turn(h, BREAKER_HALF_OPEN, now);
    bool granted = h->state == BREAKER_CLOSED ||
                   (h->state == BREAKER_HALF_OPEN && !probe_is_out(h, now));
    script_add(script, "%" PRId64 " %s p%" PRIu32 ", ", now,
               granted ? "allow" : "refuse", h->count);
    h->asked[h->count++] = (struct asked){granted, h->turns, now};
}

static void hear(struct history *h, char outcome, int64_t now)
{
    if (h->state == BREAKER_HALF_OPEN) {
        turn(h, outcome == 'f' ? BREAKER_OPEN : BREAKER_CLOSED, now);
        return;
    }
    h->ended[h->ends++] = outcome;
    if (outcome == 'f' && (row_is_full(h) || share_is_full(h)))
        turn(h, BREAKER_OPEN, now);
}

/* Any permit may be recorded: in any order, twice, and of any generation. */
static void draw_answer(struct script_text *script, struct history *h, uint32_t ill_pct,
                        int64_t now)
{
    const char *outcome = chance_below(8) == 0          ? "ignore"
                          : chance_below(100) < ill_pct ? "fail"
                                                        : "ok";
    uint32_t permit = chance_below(h->count);
    for (int tries = 0; tries < 3 && !h->asked[permit].open; tries++)
        permit = chance_below(h->count);
    script_add(script, "%" PRId64 " %s p%" PRIu32 ", ", now, outcome, permit);
    bool counts = h->asked[permit].open && h->asked[permit].turn == h->turns;
    h->asked[permit].open = false;
    if (counts && outcome[0] != 'i')
        hear(h, outcome[0], now);
}

static void draw_history(struct history *h, uint32_t moves)
{
    static const char *const shown[] = {"closed", "open", "half-open"};
    struct script_text script = {.length = 0};
    uint32_t ill_pct = 5 + chance_below(90);
    int64_t now = 0;
    for (; moves > 0; moves--) {
        if (h->count == 0 || chance_below(2) == 0)
            draw_question(&script, h, now);
        else
            draw_answer(&script, h, ill_pct, now);
        script_add(&script, "%" PRId64 " %s, ", now,
                   shown[rested(h, now) ? BREAKER_HALF_OPEN : h->state]);
        now += chance_below(8) == 0 ? 20 : chance_below(3);
    }
    play_breaker(&h->knobs, script.text);
}

/* Short histories first, so that the first to fail is easy to read. */
static void any_history(void)
{
    for (uint32_t i = 0; i < 1200; i++) {
        uint32_t size = 1 + chance_below(13), min = 1 + chance_below(size);
        struct history h = {.knobs = share_of(size, min, 1 + chance_below(100))};
        h.knobs.open_ms = 1 + chance_below(40);
        h.knobs.failures_to_open = chance_below(4) == 0 ? 1 + chance_below(5) : 0;
        draw_history(&h, 4 + i / 22);
    }
}

/* --- configurations --------------------------------------------------------------- */

/* Does breaker_init insist? In a child, so that its assert ends nobody else. */
static bool insists(const struct breaker_config *config)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        struct breaker b;
        breaker_init(&b, config, 1);
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status);
}

static void want_told(const struct breaker_config *config, bool wrong, const char *what)
{
    want_yes(breaker_config_error(config) != NULL, wrong, "%s: an error?", what);
    want_yes(insists(config), wrong, "%s: does breaker_init abort?", what);
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
     "These moves were drawn by chance; invariants 1 to 12 say what had to happen.",
     .body = any_history},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){8, "rates-not-streaks", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
