/* Check of chapter 4: OPEN has an end. One call at a time asks after a rest; how many
 * may ask at once is chapter 5. */
#include "script.h"

#include <inttypes.h>

static const struct breaker_config fuse = {.failures_to_open = 1};
static const struct breaker_config one = {.failures_to_open = 1, .open_ms = 1000};
static const struct breaker_config two = {.failures_to_open = 2, .open_ms = 1000};
static const struct breaker_config long_rest = {.failures_to_open = 1,
                                                .open_ms = UINT32_MAX};

/* --- what a permit says ----------------------------------------------------------- */

static struct breaker_permit ask(struct breaker *breaker, int64_t now_ms, bool wanted)
{
    struct breaker_permit permit = breaker_acquire(breaker, now_ms);
    want_yes(permit.granted, wanted, "asked at %" PRId64 " ms: let through?", now_ms);
    return permit;
}

static void answer(struct breaker *breaker, struct breaker_permit permit,
                   enum breaker_outcome outcome, int64_t now_ms)
{
    static const char *const word[] = {"ok", "failed", "ignored"};
    story_tell("%6" PRId64 " ms  the answer: %s", now_ms, word[outcome]);
    breaker_record(breaker, &permit, outcome, now_ms);
}

static void want_refusal(struct breaker *breaker, int64_t now_ms, int64_t left_ms)
{
    struct breaker_permit permit = ask(breaker, now_ms, false);
    want_ms(permit.retry_after_ms, left_ms, "at %" PRId64 " ms: retry_after_ms",
            now_ms);
    want_ms(permit.acquired_ms, 0, "at %" PRId64 " ms: acquired_ms of a refusal",
            now_ms);
    want_yes(permit.probe, false, "at %" PRId64 " ms: is a refusal a probe?", now_ms);
}

static void says_when(void)
{
    struct breaker breaker;
    breaker_init(&breaker, &one, 7);
    story_tell("  open_ms 1000, the first failure opens");
    answer(&breaker, ask(&breaker, 70000, true), BREAKER_FAILED, 70040);
    want_refusal(&breaker, 70040, 1000);
    want_refusal(&breaker, 70041, 999);
    want_refusal(&breaker, 70700, 340);
    want_refusal(&breaker, 71039, 1);
}

static void marked_as_probe(void)
{
    struct breaker breaker;
    breaker_init(&breaker, &one, 7);
    story_tell("  open_ms 1000, the first failure opens");
    struct breaker_permit usual = ask(&breaker, 5, true);
    want_yes(usual.probe, false, "closed: is the call a probe?");
    answer(&breaker, usual, BREAKER_FAILED, 5);
    struct breaker_permit probe = ask(&breaker, 1005, true);
    want_yes(probe.probe, true, "after the rest: is the call a probe?");
    want_ms(probe.acquired_ms, 1005, "its acquired_ms");
    answer(&breaker, probe, BREAKER_OK, 1010);
    usual = ask(&breaker, 1011, true);
    want_yes(usual.probe, false, "closed again: is the call a probe?");
    play_breaker(&one, "0 allow a, 0 allow b, 0 allow c, 0 fail a, 1000 allow p,"
                       "1001 fail b, 1001 half-open, 1002 ok c, 1002 half-open,"
                       "1003 ok p, 1003 closed");
}

/* --- any history ------------------------------------------------------------------ */

/* The slow and sure way: keep every answer that counts, and at each question go through
 * all of them from the start. */
struct history {
    uint32_t limit, rest_ms;
    struct {
        char word; /* 'o' or 'f' */
        int64_t at_ms;
    } answer[64];
    int answers;
    struct {
        bool open;
        int after; /* openings and closings before it was given */
    } permit[128];
    uint32_t permits;
    int64_t seen_ms, out; /* the probe that is out; -1: none */
};

struct verdict {
    bool resting;     /* opened, and not closed since */
    int64_t until_ms; /* so long */
    int changes;
};

static struct verdict judge(const struct history *h)
{
    struct verdict v = {.resting = false};
    uint32_t run = 0;
    for (int i = 0; i < h->answers; i++) {
        bool failed = h->answer[i].word == 'f';
        run = failed && !v.resting ? run + 1 : 0;
        if (failed && (v.resting || run == h->limit)) {
            v = (struct verdict){true, h->answer[i].at_ms + h->rest_ms, v.changes + 1};
            run = 0;
        } else if (!failed && v.resting) {
            v = (struct verdict){.resting = false, .changes = v.changes + 1};
        }
    }
    return v;
}

/* The breaker takes a time that runs backwards as the latest it has seen. */
static void see(struct history *h, int64_t now)
{
    h->seen_ms = now > h->seen_ms ? now : h->seen_ms;
}

static void draw_question(struct script_text *script, struct history *h, int64_t now)
{
    see(h, now);
    struct verdict v = judge(h);
    bool refuse = v.resting && h->seen_ms < v.until_ms;
    script_add(script, "%" PRId64 " %s p%" PRIu32 ", ", now,
               refuse ? "refuse" : "allow", h->permits);
    if (v.resting && !refuse)
        h->out = h->permits;
    h->permit[h->permits].after = v.changes;
    h->permit[h->permits++].open = !refuse;
}

/* An answer to a question that was asked in an earlier state may come while the breaker
 * rests. In any other state it is the matter of chapter 7. */
static bool may_come_now(const struct history *h, uint32_t permit)
{
    struct verdict v = judge(h);
    return !h->permit[permit].open || h->permit[permit].after == v.changes ||
           (v.resting && h->seen_ms < v.until_ms);
}

/* What changes nothing brings no new time either: who looks at the clock first and who
 * looks at the permit first are both right. */
static void draw_answer(struct script_text *script, struct history *h, int64_t now)
{
    static const char *const word[] = {"ok", "fail", "fail", "fail", "ignore"};
    uint32_t permit = h->out >= 0 ? (uint32_t)h->out : chance_below(h->permits);
    const char *outcome = word[chance_below(5)];
    if (!may_come_now(h, permit))
        return;
    bool counts = h->permit[permit].open && outcome[0] != 'i' &&
                  h->permit[permit].after == judge(h).changes;
    if (counts) {
        see(h, now);
        h->answer[h->answers].word = outcome[0];
        h->answer[h->answers++].at_ms = h->seen_ms;
    }
    script_add(script, "%" PRId64 " %s p%" PRIu32 ", ", counts ? now : h->seen_ms,
               outcome, permit);
    h->permit[permit].open = false;
    h->out = -1;
}

/* A clock that goes on, by leaps now and then, and sometimes steps back. */
static int64_t tick(int64_t now)
{
    uint32_t kind = chance_below(8);
    now += kind == 0 ? -(int64_t)chance_below(30) : chance_below(kind == 1 ? 60 : 9);
    return now < 0 ? 0 : now;
}

static void play_history(struct history *h, uint32_t moves)
{
    struct breaker_config knobs = {.failures_to_open = h->limit, .open_ms = h->rest_ms};
    struct script_text script = {.length = 0};
    int64_t now = (int64_t)(chance() >> (20 + chance_below(44)));
    for (; moves > 0; moves--) {
        now = tick(now);
        if (h->permits == 0 || (h->out < 0 && chance_below(2) == 0))
            draw_question(&script, h, now);
        else
            draw_answer(&script, h, now);
    }
    struct verdict v = judge(h);
    bool open = v.resting && h->seen_ms < v.until_ms;
    const char *shown = open ? "open" : v.resting ? "half-open" : "closed";
    script_add(&script, "%" PRId64 " %s", h->seen_ms, shown);
    play_breaker(&knobs, script.text);
}

/* Short histories first, so that the first to fail is easy to read. */
static void any_history(void)
{
    for (uint32_t i = 0; i < 2000; i++) {
        struct history history = {
            .limit = 1 + chance_below(3), .rest_ms = 1 + chance_below(40), .out = -1};
        play_history(&history, 4 + i / 50);
    }
}

static const struct check_test tests[] = {
    {"open-ms-exactly", "it refuses for open_ms, and at the end lets a call through",
     "The rest begins when it opens; at its very last moment it is over.",
     .knobs = &one,
     .script = "50000 allow, 50007 fail, 50007 refuse, 50500 refuse, 51006 refuse,"
               "51007 allow"},
    {"any-length", "a rest may last 49 days, and begin at any hour",
     "Times are int64_t. A difference that is put into 32 bits is another time.",
     .knobs = &long_rest,
     .script = "9000000000000 allow, 9000000000000 fail, 9000000000001 refuse,"
               "9002147483648 refuse, 9004294967294 refuse, 9004294967295 allow"},
    {"says-when", "a refusal says how long the rest still lasts",
     "retry_after_ms is what is left of the rest: who comes back then is let through.",
     .body = says_when},
    {"refusals-change-nothing", "refused calls do not lengthen the rest",
     "The rest counts from the opening. If every refusal began it anew, a busy breaker"
     " would never try again.",
     .knobs = &one,
     .script = "0 allow, 20 fail, 300 refuse a, 600 refuse b, 900 refuse c, 900 fail c,"
               "1019 refuse, 1020 allow"},
    {"late-answers-change-nothing",
     "answers that come while it rests neither lengthen the rest nor end it",
     "They were asked before it opened; it has opened because of others like them."
     " Each is recorded once, and used up.",
     .knobs = &two,
     .script = "0 allow a, 0 allow b, 0 allow c, 0 allow d, 0 allow e, 0 allow f,"
               "10 fail a, 20 fail b, 500 fail c, 600 fail d, 700 ok e, 900 ignore f,"
               "900 open, 1019 refuse, 1020 allow p, 1030 ok p, 1040 fail c,"
               "1050 fail d, 1050 closed"},
    {"good-answer-closes",
     "after the rest one good answer closes it, and it counts from nothing",
     "It has asked, and the backend is well. What was counted belongs to the past.",
     .knobs = &two,
     .script = "0 allow, 0 fail, 1 allow, 1 fail, 1001 allow, 1040 ok, 1040 closed,"
               "1050 allow, 1060 fail, 1070 allow, 1080 ok, 1090 allow, 1100 fail,"
               "1110 allow, 1120 fail, 1130 refuse"},
    {"failed-answer-reopens",
     "after the rest one failed answer opens it for a whole new rest",
     "It has asked, and the backend is not well: one answer is enough, and the new rest"
     " counts from that answer.",
     .knobs = &two,
     .script = "0 allow, 0 fail, 1 allow, 1 fail, 1001 allow, 1301 fail, 1301 open,"
               "1400 refuse, 2001 refuse, 2300 refuse, 2301 allow, 2302 fail,"
               "3301 refuse, 3302 allow"},
    {"ignored-decides-nothing", "an ignored answer decides nothing, the next one may",
     "IGNORED says nothing about the backend, so the question is still open.",
     .knobs = &two,
     .script = "0 allow, 0 fail, 1 allow, 1 fail, 1001 allow, 1010 ignore,"
               "1010 half-open, 1020 allow, 1030 ignore, 1040 allow, 1050 fail,"
               "1050 open, 2049 refuse, 2050 allow"},
    {"marked-as-probe",
     "what is let through after the rest is marked as a probe, and only a probe "
     "decides",
     "permit.probe says that this call is to find something out. A call without it left"
     " before the rest.",
     .body = marked_as_probe},
    {"shows-half-open", "from the end of the rest until an answer it shows half-open",
     "Nobody has to ask first: that the time has passed is enough to show it.",
     .knobs = &one,
     .script = "0 allow, 20 fail, 20 open, 1019 open, 1020 half-open, 5000 half-open,"
               "5001 allow, 5001 half-open, 5030 ok, 5030 closed"},
    {"looking-changes-nothing", "whoever looks at the state changes nothing",
     "A dashboard that looks must not begin or end anything, whatever its own clock"
     " says.",
     .knobs = &one,
     .script = "0 allow, 20 fail, 9000 half-open, 500 open, 500 refuse, 9000 half-open,"
               "1019 refuse, 1020 allow, 1030 fail, 9000 half-open, 2029 refuse"},
    {"clock-steps-back", "a clock that steps back neither ends a rest nor lengthens it",
     "A time that runs backwards is taken as the latest time seen.", .knobs = &one,
     .script =
         "5000 allow a, 5000 allow b, 3000 fail a, 3000 refuse, 3999 refuse,"
         "4000 refuse, 0 refuse, 0 open, 5999 refuse, 6000 allow p, 100 half-open,"
         "100 ok p, 100 closed"},
    {"still-a-fuse", "a rest of 0 is for ever, and nobody knows when",
     "open_ms 0 asks for a fuse, as in chapter 3.", .knobs = &fuse,
     .script = "0 allow, 1 fail, 1 refuse, 2 refuse, 100000000000000 refuse,"
               "100000000000000 open"},
    {"any-history", "all this holds for any history",
     "These moves were drawn by chance; the rules above say what had to happen.",
     .body = any_history},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){4, "wait-then-trust", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
