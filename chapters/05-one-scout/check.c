/* Check of chapter 5: one scout goes when the rest is over. All of them come home:
 * those that do not are chapter 6. */
#include "script.h"

#include <inttypes.h>

static const struct breaker_config one = {.failures_to_open = 1, .open_ms = 1000};
static const struct breaker_config two_good = {
    .failures_to_open = 1, .open_ms = 1000, .successes_to_close = 2};
static const struct breaker_config three_good = {
    .failures_to_open = 1, .open_ms = 1000, .successes_to_close = 3};
static const struct client_config client = {.breaker.failures_to_open = 2,
                                            .breaker.open_ms = 1000};

/* --- what a permit says ----------------------------------------------------------- */

static struct breaker_permit want_probe(struct breaker *breaker, int64_t now_ms,
                                        bool granted, bool probe)
{
    struct breaker_permit permit = breaker_acquire(breaker, now_ms);
    want_yes(permit.granted, granted, "asked at %" PRId64 " ms: let through?", now_ms);
    want_yes(permit.probe, probe, "asked at %" PRId64 " ms: is it a probe?", now_ms);
    return permit;
}

/* When the scout will be back nobody knows: 0. From chapter 6 on it has a lease, and
 * what is left of that may be told. */
static void want_nobody_knows(struct breaker_permit refused, int64_t left_ms)
{
    want_ms(refused.retry_after_ms, refused.retry_after_ms == left_ms ? left_ms : 0,
            "the refused one's retry_after_ms");
}

static void scout_is_marked(void)
{
    struct breaker breaker;
    breaker_init(&breaker, &one, 7);
    story_tell("  open_ms 1000, the first failure opens");
    struct breaker_permit permit = want_probe(&breaker, 0, true, false);
    breaker_record(&breaker, &permit, BREAKER_FAILED, 0);
    struct breaker_permit scout = want_probe(&breaker, 1000, true, true);
    want_ms(scout.acquired_ms, 1000, "the scout's acquired_ms");
    permit = want_probe(&breaker, 1001, false, false);
    want_ms(permit.acquired_ms, 0, "the refused one's acquired_ms");
    want_nobody_knows(permit, 999);
    story_tell("  1002 ms  the scout is back: ok");
    breaker_record(&breaker, &scout, BREAKER_OK, 1002);
    want_probe(&breaker, 1003, true, false);
}

/* --- any history ------------------------------------------------------------------ */

/* The slow and sure way: keep every answer that counts, and at each question go through
 * all of them from the start. */
struct history {
    uint32_t limit, rest_ms, wanted;
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
    int64_t seen_ms, scout; /* the permit that is out; -1: none */
};

struct verdict {
    bool opened; /* and not closed since */
    int64_t until_ms;
    uint32_t good; /* scouts, since it opened */
    int changes;
};

static struct verdict judge(const struct history *h)
{
    struct verdict v = {.opened = false};
    uint32_t run = 0;
    for (int i = 0; i < h->answers; i++) {
        bool failed = h->answer[i].word == 'f';
        run = failed && !v.opened ? run + 1 : 0;
        v.good += !failed && v.opened;
        if (failed && (v.opened || run == h->limit)) {
            int64_t until = h->answer[i].at_ms + h->rest_ms;
            v = (struct verdict){true, until, 0, v.changes + 1};
            run = 0;
        } else if (v.opened && v.good == (h->wanted > 0 ? h->wanted : 1)) {
            v = (struct verdict){.opened = false, .changes = v.changes + 1};
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
    bool refuse = v.opened && (h->seen_ms < v.until_ms || h->scout >= 0);
    script_add(script, "%" PRId64 " %s p%" PRIu32 ", ", now,
               refuse ? "refuse" : "allow", h->permits);
    if (v.opened && !refuse)
        h->scout = h->permits;
    h->permit[h->permits].after = v.changes;
    h->permit[h->permits++].open = !refuse;
}

/* What changes nothing brings no new time either: who looks at the clock first and who
 * looks at the permit first are both right. An answer that comes when it is closed, and
 * was asked for in an earlier state, is the matter of chapter 7. */
static void draw_answer(struct script_text *script, struct history *h, int64_t now)
{
    static const char *const word[] = {"ok", "ok", "fail", "fail", "ignore"};
    bool scouts = h->scout >= 0 && chance_below(2) == 0;
    uint32_t permit = scouts ? (uint32_t)h->scout : chance_below(h->permits);
    const char *outcome = word[chance_below(5)];
    struct verdict v = judge(h);
    bool ours = h->permit[permit].open && h->permit[permit].after == v.changes;
    if (h->permit[permit].open && !ours && !v.opened)
        return;
    if (ours && outcome[0] != 'i') {
        see(h, now);
        h->answer[h->answers].word = outcome[0];
        h->answer[h->answers++].at_ms = h->seen_ms;
    }
    script_add(script, "%" PRId64 " %s p%" PRIu32 ", ",
               ours && outcome[0] != 'i' ? now : h->seen_ms, outcome, permit);
    h->permit[permit].open = false;
    if (permit == h->scout)
        h->scout = -1;
}

/* A clock that goes on, by leaps now and then, and sometimes steps back. */
static int64_t tick(int64_t now)
{
    uint32_t kind = chance_below(8);
    now += kind == 0 ? -(int64_t)chance_below(30) : chance_below(kind == 1 ? 60 : 9);
    return now < 0 ? 0 : now;
}

/* A lease so long that it plays no part: it is for chapter 6. */
static void play_history(struct history *h, uint32_t moves)
{
    struct breaker_config knobs = {.failures_to_open = h->limit,
                                   .open_ms = h->rest_ms,
                                   .successes_to_close = h->wanted,
                                   .probe_lease_ms = 1000000000};
    struct script_text script = {.length = 0};
    int64_t now = (int64_t)(chance() >> (20 + chance_below(44)));
    for (; moves > 0; moves--) {
        now = tick(now);
        if (h->permits == 0 || chance_below(2) == 0)
            draw_question(&script, h, now);
        else
            draw_answer(&script, h, now);
    }
    struct verdict v = judge(h);
    bool open = v.opened && h->seen_ms < v.until_ms;
    const char *shown = open ? "open" : v.opened ? "half-open" : "closed";
    script_add(&script, "%" PRId64 " %s", h->seen_ms, shown);
    play_breaker(&knobs, script.text);
}

/* Short histories first, so that the first to fail is easy to read. */
static void any_history(void)
{
    for (uint32_t i = 0; i < 2000; i++) {
        struct history history = {.limit = 1 + chance_below(2),
                                  .rest_ms = 1 + chance_below(25),
                                  .wanted = chance_below(4),
                                  .scout = -1};
        play_history(&history, 5 + i / 50);
    }
}

static const struct check_test tests[] = {
    {"one-goes", "when the rest is over one call goes, the others are refused",
     "The scout asks for all. Until it is back nobody knows more than before.",
     .knobs = &one,
     .script = "0 allow, 0 fail, 1000 allow a, 1000 refuse, 1001 refuse, 1500 refuse,"
               "1999 refuse, 1999 half-open"},
    {"good-scout-closes", "a good scout closes it, and everybody goes",
     "The question is answered: the backend is well. successes_to_close 0 asks for "
     "one.",
     .knobs = &one,
     .script = "0 allow, 0 fail, 1000 allow a, 1010 refuse, 1040 ok a, 1040 closed,"
               "1041 allow, 1041 allow, 1041 allow"},
    {"failed-scout-reopens",
     "a failed scout opens it for a whole rest, then the next one goes",
     "Each rest ends with a scout of its own: the place of the last one must be free.",
     .knobs = &one,
     .script = "0 allow, 0 fail, 1000 allow a, 1300 fail a, 1300 open, 2299 refuse,"
               "2300 allow b, 2300 refuse, 2400 fail b, 2400 open, 3399 refuse,"
               "3400 allow c, 3400 refuse, 3450 ok c, 3450 closed"},
    {"as-many-as-wanted", "successes_to_close good scouts close it, one after another",
     "One good answer may be luck. Not one fewer than asked for, and not one more.",
     .knobs = &three_good,
     .script = "0 allow, 0 fail, 1000 allow a, 1010 ok a, 1010 half-open, 1010 allow b,"
               "1011 refuse, 1020 ok b, 1020 half-open, 1030 allow c, 1031 refuse,"
               "1040 ok c, 1040 closed, 1041 allow, 1041 allow"},
    {"failure-starts-again", "one failed scout, and the good ones before are forgotten",
     "What was counted belongs to the half-open state in which it was counted.",
     .knobs = &three_good,
     .script = "0 allow, 0 fail, 1000 allow a, 1010 ok a, 1020 allow b, 1030 ok b,"
               "1040 allow c, 1050 fail c, 1050 open, 2050 allow d, 2060 ok d,"
               "2060 half-open, 2070 allow e, 2080 ok e, 2080 half-open, 2090 allow f,"
               "2100 ok f, 2100 closed, 2110 allow g, 2120 fail g, 3120 allow h,"
               "3130 ok h, 3130 half-open"},
    {"ignored-gives-back",
     "an ignored scout decides nothing, the next one goes at once",
     "It came home without an answer. Its place is free, and the question is open.",
     .knobs = &one,
     .script = "0 allow, 0 fail, 1000 allow a, 1010 ignore a, 1010 half-open,"
               "1010 allow b, 1010 refuse, 1020 ignore b, 1030 allow c, 1040 fail c,"
               "1040 open, 2039 refuse, 2040 allow"},
    {"ignored-is-none-of-them", "an ignored scout is none of the good ones",
     "IGNORED is not a success: a 404 says nothing about the backend's health.",
     .knobs = &two_good,
     .script = "0 allow, 0 fail, 1000 allow a, 1010 ok a, 1020 allow b, 1030 ignore b,"
               "1030 half-open, 1040 allow c, 1050 ok c, 1050 closed"},
    {"refused-change-nothing", "who is refused meanwhile changes nothing",
     "A refusal is no scout. It frees no place, and what is recorded with it is "
     "nothing.",
     .knobs = &one,
     .script = "0 allow, 0 fail, 1000 allow a, 1001 refuse b, 1002 ok b,"
               "1002 half-open, 1003 refuse c, 1004 fail c, 1004 half-open,"
               "1005 ignore b, 1006 refuse, 1010 ok a, 1010 closed"},
    {"only-the-scout", "an answer from before the rest is not the scout's",
     "Those calls left before it opened. They free no place and answer another"
     " question.",
     .knobs = &one,
     .script = "0 allow a, 0 allow b, 0 allow c, 0 allow d, 1 fail a, 1001 allow e,"
               "1002 ok b, 1002 half-open, 1003 fail c, 1003 half-open, 1004 ignore d,"
               "1005 refuse, 1010 ok e, 1010 closed"},
    {"counted-once", "a scout is counted once",
     "Its permit is used up. Recorded again it must not count, nor free a place.",
     .knobs = &two_good,
     .script = "0 allow, 0 fail, 1000 allow a, 1010 ok a, 1010 ok a, 1010 half-open,"
               "1020 allow b, 1030 ok a, 1030 ignore a, 1030 half-open, 1031 refuse,"
               "1040 ok b, 1040 closed"},
    {"scout-is-marked", "the scout is marked as a probe, nobody else is",
     "permit.probe says that this call is to find something out. Who is refused"
     " meanwhile gets a permit of zeros.",
     .body = scout_is_marked},
    {"looking-sends-nobody", "whoever looks at the state sends nobody",
     "A dashboard that looks must not take the scout's place.", .knobs = &one,
     .script = "0 allow, 0 fail, 1000 half-open, 1200 half-open, 1300 allow a,"
               "1301 half-open, 1302 refuse, 1400 half-open, 1401 refuse, 1500 ok a,"
               "1500 closed"},
    {"backend-spared", "while the scout is out the backend hears of nobody else",
     "That is what one scout is for: a backend that gets up meets one call, not all.",
     .client = &client,
     .script = "0 start a, 0 call a, 10 reply 503 a, 10 failed a, 20 start b,"
               "20 call b, 30 reply 503 b, 30 failed b, 1030 start c, 1030 call c,"
               "1040 start d, 1040 refused 503 d, 1050 start e, 1050 refused 503 e,"
               "1050 calls 3 e, 1100 reply 200 c, 1100 fresh 200 c, 1110 start f,"
               "1110 call f, 1120 start g, 1120 call g, 1130 reply 200 f,"
               "1130 fresh 200 f, 1140 reply 200 g, 1140 fresh 200 g, 1140 calls 5 g"},
    {"any-history", "all this holds for any history",
     "These moves were drawn by chance; the rules above say what had to happen."
     " (probe_lease_ms is for chapter 6: so long that it plays no part here.)",
     .body = any_history},
};

int main(int argc, char **argv)
{
    return check_main(
        argc, argv,
        &(struct check){5, "one-scout", tests, (int)(sizeof tests / sizeof tests[0])});
}
