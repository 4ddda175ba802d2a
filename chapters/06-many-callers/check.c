/* Check of chapter 6: several probes at once, each under a lease, and some that never
 * come home. Those from an earlier half-open state are chapter 7. */
#include "script.h"

#include <inttypes.h>

static const struct breaker_config one = {
    .failures_to_open = 1, .open_ms = 1000, .probe_lease_ms = 500};
static const struct breaker_config two_good = {.failures_to_open = 1,
                                               .open_ms = 1000,
                                               .successes_to_close = 2,
                                               .probe_lease_ms = 500};
static const struct breaker_config no_lease = {.failures_to_open = 1, .open_ms = 1000};
static const struct breaker_config pair = {.failures_to_open = 1,
                                           .open_ms = 1000,
                                           .successes_to_close = 5,
                                           .probes_at_once = 2,
                                           .probe_lease_ms = 500};
static const struct breaker_config three = {.failures_to_open = 1,
                                            .open_ms = 1000,
                                            .successes_to_close = 5,
                                            .probes_at_once = 3,
                                            .probe_lease_ms = 500};

static const struct breaker_config long_lease = {.failures_to_open = 1,
                                                 .open_ms = 1000,
                                                 .probes_at_once = 3,
                                                 .probe_lease_ms = 60000};

/* --- plain C ---------------------------------------------------------------------- */

static struct breaker_permit ask(struct breaker *breaker, int64_t now_ms, bool wanted)
{
    struct breaker_permit permit = breaker_acquire(breaker, now_ms);
    want_yes(permit.granted, wanted, "asked at %" PRId64 " ms: let through?", now_ms);
    return permit;
}

static void begin_open(struct breaker *breaker, const struct breaker_config *knobs)
{
    story_begin();
    story_tell("  probes_at_once %" PRIu32 ", probe_lease_ms %" PRIu32
               ", open since 0 ms for %" PRIu32,
               knobs->probes_at_once, knobs->probe_lease_ms, knobs->open_ms);
    breaker_init(breaker, knobs, 7);
    struct breaker_permit permit = breaker_acquire(breaker, 0);
    breaker_record(breaker, &permit, BREAKER_FAILED, 0);
}

static void any_number(void)
{
    for (uint32_t places = 0; places <= BREAKER_PROBES_MAX; places++) {
        struct breaker_config knobs = three;
        struct breaker breaker;
        knobs.probes_at_once = places;
        begin_open(&breaker, &knobs);
        for (uint32_t i = 0; i < (places > 0 ? places : 1); i++)
            want_yes(ask(&breaker, 1000 + i, true).probe, true, "is it a probe?");
        ask(&breaker, 1010, false);
    }
}

static void want_told(struct breaker *breaker, int64_t now_ms, int64_t free_in_ms)
{
    struct breaker_permit refused = ask(breaker, now_ms, false);
    want_ms(refused.retry_after_ms, free_in_ms, "at %" PRId64 " ms: retry_after_ms",
            now_ms);
}

static void told_when(void)
{
    struct breaker breaker;
    begin_open(&breaker, &pair);
    struct breaker_permit first = ask(&breaker, 1000, true);
    ask(&breaker, 1200, true);
    want_told(&breaker, 1200, 300);
    want_told(&breaker, 1400, 100);
    story_tell("  1410 ms  the first is back: ok");
    breaker_record(&breaker, &first, BREAKER_OK, 1410);
    ask(&breaker, 1420, true);
    want_told(&breaker, 1420, 280);
    want_told(&breaker, 1699, 1);
}

static void never_stuck(void)
{
    struct breaker breaker;
    begin_open(&breaker, &three);
    for (int64_t now = 1000; now < 500000; now += 500) {
        story_begin();
        story_tell("  probe after probe is lost, three at a time");
        for (int i = 0; i < 3; i++)
            ask(&breaker, now, true);
        ask(&breaker, now + 1, false);
    }
    for (int i = 0; i < 5; i++) {
        struct breaker_permit good = ask(&breaker, 500000 + i, true);
        breaker_record(&breaker, &good, BREAKER_OK, 500000 + i);
    }
    story_tell("  at last five are good");
    want_yes(breaker_state_at(&breaker, 500010) == BREAKER_CLOSED, true, "closed?");
}

/* --- any history ------------------------------------------------------------------ */

/* The slow and sure way: keep every answer that counts and every permit that was given,
 * and at each question go through all of them from the start. */
struct history {
    uint32_t limit, rest_ms, wanted, places, lease_ms;
    struct {
        char word; /* 'o' or 'f' */
        int64_t at_ms;
    } answer[64];
    int answers;
    struct {
        bool open, probe;
        int after; /* openings and closings before it was given */
        int64_t given_ms;
    } permit[128];
    uint32_t permits;
    int64_t seen_ms;
};

struct verdict {
    bool opened; /* and not closed since */
    int64_t until_ms;
    uint32_t good; /* probes, since it opened */
    int changes;
};

static uint32_t or_one(uint32_t knob)
{
    return knob > 0 ? knob : 1;
}

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
        } else if (v.opened && v.good == or_one(h->wanted)) {
            v = (struct verdict){.opened = false, .changes = v.changes + 1};
        }
    }
    return v;
}

/* Probes that are out under a lease that still runs. */
static uint32_t leases(const struct history *h)
{
    uint32_t lease_ms = h->lease_ms > 0 ? h->lease_ms : h->rest_ms, n = 0;
    int changes = judge(h).changes;
    for (uint32_t i = 0; i < h->permits; i++)
        n += h->permit[i].open && h->permit[i].probe && h->permit[i].after == changes &&
             h->permit[i].given_ms + lease_ms > h->seen_ms;
    return n;
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
    bool refuse =
        v.opened && (h->seen_ms < v.until_ms || leases(h) >= or_one(h->places));
    script_add(script, "%" PRId64 " %s p%" PRIu32 ", ", now,
               refuse ? "refuse" : "allow", h->permits);
    h->permit[h->permits].probe = v.opened;
    h->permit[h->permits].after = v.changes;
    h->permit[h->permits].given_ms = h->seen_ms;
    h->permit[h->permits++].open = !refuse;
}

/* Answers from an earlier state, where they would be news, are the matter of chapter 7.
 */
static bool may_come_now(const struct history *h, uint32_t permit)
{
    struct verdict v = judge(h);
    bool ours = h->permit[permit].after == v.changes;
    bool rests = v.opened && h->seen_ms < v.until_ms;
    return !h->permit[permit].open || ours || rests ||
           (v.opened && !h->permit[permit].probe);
}

/* What changes nothing brings no new time either: who looks at the clock first and who
 * looks at the permit first are both right. */
static void draw_answer(struct script_text *script, struct history *h, int64_t now)
{
    static const char *const word[] = {"ok", "ok", "fail", "ignore"};
    uint32_t permit = chance_below(h->permits);
    const char *outcome = word[chance_below(4)];
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
}

/* A clock that goes on, by leaps now and then, and sometimes steps back. */
static int64_t tick(int64_t now)
{
    uint32_t kind = chance_below(8);
    now += kind == 0 ? -(int64_t)chance_below(30) : chance_below(kind == 1 ? 40 : 6);
    return now < 0 ? 0 : now;
}

static void play_history(struct history *h, uint32_t moves)
{
    struct breaker_config knobs = {.failures_to_open = h->limit,
                                   .open_ms = h->rest_ms,
                                   .successes_to_close = h->wanted,
                                   .probes_at_once = h->places,
                                   .probe_lease_ms = h->lease_ms};
    struct script_text script = {.length = 0};
    int64_t now = (int64_t)(chance() >> (20 + chance_below(44)));
    for (; moves > 0; moves--) {
        now = tick(now);
        if (h->permits == 0 || chance_below(5) < 3)
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
                                  .wanted = chance_below(6),
                                  .places = chance_below(5),
                                  .lease_ms = chance_below(3) * chance_below(20)};
        play_history(&history, 6 + i / 50);
    }
}

static const struct check_test tests[] = {
    {"as-many-at-once", "as many go at once as probes_at_once says, not one more",
     "Each probe that is out holds a place. When all are taken, the next is refused.",
     .knobs = &three,
     .script = "0 allow, 0 fail, 1000 allow a, 1000 allow b, 1001 allow c, 1001 refuse,"
               "1300 refuse, 1499 refuse"},
    {"any-number", "any number from one to eight may be out, and 0 is one",
     "probes_at_once is at most BREAKER_PROBES_MAX. 0 leaves one place.",
     .body = any_number},
    {"place-comes-back", "a good or an ignored answer gives the place back at once",
     "Who is home needs no place. The next one need not wait for the lease.",
     .knobs = &three,
     .script = "0 allow, 0 fail, 1000 allow a, 1000 allow b, 1001 allow c, 1002 refuse,"
               "1010 ok b, 1010 allow d, 1010 refuse, 1020 ignore a, 1020 allow e,"
               "1021 refuse, 1030 ok c, 1030 ok d, 1030 allow f, 1030 allow g,"
               "1030 refuse"},
    {"lease-ends",
     "the place of a lost probe is free when its lease is over, not before",
     "A probe that is not heard of for probe_lease_ms counts as lost. The next one "
     "goes.",
     .knobs = &one,
     .script = "0 allow, 0 fail, 1000 allow a, 1000 refuse, 1499 refuse, 1500 allow b,"
               "1500 refuse, 1999 refuse, 2000 allow c, 2001 refuse, 2010 ok c,"
               "2010 closed"},
    {"lease-of-open-ms", "a lease of 0 is as long as the rest",
     "probe_lease_ms 0 takes its value from open_ms. No lease at all would be for "
     "ever.",
     .knobs = &no_lease,
     .script = "0 allow, 0 fail, 1000 allow a, 1999 refuse, 2000 allow b, 2999 refuse,"
               "3000 allow c, 3010 ok c, 3010 closed"},
    {"own-lease", "each probe has a lease of its own",
     "A lease runs from the moment at which its probe left, whoever else is out.",
     .knobs = &pair,
     .script = "0 allow, 0 fail, 1000 allow a, 1200 allow b, 1499 refuse, 1500 allow c,"
               "1500 refuse, 1699 refuse, 1700 allow d, 1700 refuse, 1999 refuse,"
               "2000 allow e, 2000 refuse"},
    {"two-in-one-moment", "two that left in the same moment are two",
     "One of them comes home: one place is free, not two and not none.", .knobs = &pair,
     .script = "0 allow, 0 fail, 1000 allow a, 1000 allow b, 1000 refuse, 1010 ok a,"
               "1010 allow c, 1010 refuse, 1020 ok b, 1020 allow d, 1020 refuse,"
               "1510 allow e, 1510 refuse, 1520 allow f, 1520 refuse"},
    {"told-when", "who is refused is told when the next place will be free",
     "The next place is free when the lease that ends first is over, if nobody comes "
     "home"
     " before.",
     .body = told_when},
    {"lost-decides-nothing", "a lost probe decides nothing",
     "Nobody has heard of it. That is neither a failure nor a success.",
     .knobs = &two_good,
     .script = "0 allow, 0 fail, 1000 allow a, 1500 half-open, 1500 allow b, 1510 ok b,"
               "1510 half-open, 1520 allow c, 2020 half-open, 2030 allow d, 2040 ok d,"
               "2040 closed, 2050 allow, 2050 allow"},
    {"never-stuck", "however many are lost, it does not get stuck",
     "No path may lead to a place that is never free again.", .body = never_stuck},
    {"late-is-news", "the answer of a late probe still counts",
     "It was asked in this half-open state, and it is the answer to its question.",
     .knobs = &two_good,
     .script = "0 allow, 0 fail, 1000 allow a, 1500 allow b, 1600 ok a, 1600 half-open,"
               "1700 ok b, 1700 closed, 1800 allow, 1800 fail, 2800 allow c,"
               "3300 allow d, 3400 fail c, 3400 open, 4399 refuse, 4400 allow"},
    {"late-has-no-place", "but a late probe has no place to give back",
     "Its place went to another, who is still out.", .knobs = &two_good,
     .script = "0 allow, 0 fail, 1000 allow a, 1500 allow b, 1600 ok a, 1600 refuse,"
               "1999 refuse, 2000 allow c, 2100 ignore b, 2100 refuse, 2499 refuse,"
               "2500 allow d, 2600 ok d, 2600 closed"},
    {"opening-frees-all", "when it opens, all places are free for the next time",
     "Those who are still out belong to a question that has been answered.",
     .knobs = &long_lease,
     .script =
         "0 allow, 0 fail, 1000 allow a, 1001 allow b, 1002 allow c, 1003 refuse,"
         "1010 fail a, 1010 open, 1011 ok b, 1011 open, 2009 refuse, 2010 allow d,"
         "2010 allow e, 2010 allow f, 2010 refuse"},
    {"any-history", "all this holds for any history",
     "These moves were drawn by chance; the rules above say what had to happen.",
     .body = any_history},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){6, "many-callers", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
