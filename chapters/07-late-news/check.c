/* Check of chapter 7: an answer counts in the generation in which its question was
 * asked, and nowhere else. */
#include "script.h"

#include <inttypes.h>

static const struct breaker_config one = {.failures_to_open = 1, .open_ms = 100};
static const struct breaker_config two = {.failures_to_open = 2, .open_ms = 100};
static const struct breaker_config pair = {
    .failures_to_open = 1, .open_ms = 100, .probes_at_once = 2};
static const struct breaker_config pair_of_two = {.failures_to_open = 1,
                                                  .open_ms = 100,
                                                  .probes_at_once = 2,
                                                  .successes_to_close = 2};
static const struct client_config client = {
    .deadline_ms = 5000, .breaker = {.failures_to_open = 1, .open_ms = 100}};

/* --- permits ---------------------------------------------------------------------- */

static struct breaker_permit ask(struct breaker *breaker, int64_t now_ms)
{
    struct breaker_permit permit = breaker_acquire(breaker, now_ms);
    want_yes(permit.granted, true, "asked at %" PRId64 " ms: let through?", now_ms);
    return permit;
}

static void tell(struct breaker *breaker, enum breaker_outcome outcome, int64_t now_ms)
{
    struct breaker_permit permit = ask(breaker, now_ms);
    breaker_record(breaker, &permit, outcome, now_ms);
}

static void late_is_used_up(void)
{
    struct breaker breaker;
    breaker_init(&breaker, &one, 7);
    struct breaker_permit late = ask(&breaker, 5);
    story_tell("     5 ms  allow a, allow b");
    tell(&breaker, BREAKER_FAILED, 6);
    story_tell("     6 ms  fail b: it opens");
    breaker_record(&breaker, &late, BREAKER_OK, 7);
    story_tell("     7 ms  ok a: late");
    want_yes(late.granted, false, "a's permit afterwards: granted");
    want_ms(late.acquired_ms, 0, "a's permit afterwards: acquired_ms");
    want_ms(late.generation, 0, "a's permit afterwards: generation");
}

/* Three transitions a round: at some number of rounds a counter of 8 or 16 bits is back
 * where it was when the first permit was given. */
static void many_rounds(void)
{
    struct breaker breaker;
    breaker_init(&breaker, &one, 7);
    struct breaker_permit old = ask(&breaker, 0);
    int64_t now = 0;
    for (int round = 1; round <= 70000; round++) {
        tell(&breaker, BREAKER_FAILED, now);
        tell(&breaker, BREAKER_OK, now += 100);
        struct breaker_permit late = old;
        breaker_record(&breaker, &late, BREAKER_FAILED, now);
        if (breaker_state_at(&breaker, now) == BREAKER_CLOSED)
            continue;
        story_begin();
        story_tell("  a permit of 0 ms; since then it opened and closed %d times",
                   round);
        story_tell("%6" PRId64 " ms  the call of 0 ms fails", now);
        want_yes(false, true, "still closed");
    }
}

/* --- any history ------------------------------------------------------------------ */

/* The slow and sure way: every permit is kept, with the number of transitions there had
 * been when it was given. */
struct asked {
    bool open; /* granted, and not recorded yet */
    int turn;
    int64_t at_ms;
};

struct history {
    struct breaker_config knobs;
    enum breaker_state state;
    int turns; /* transitions so far */
    uint32_t failures, good;
    int64_t turned_ms; /* when the last of them was */
    struct asked asked[64];
    uint32_t count;
};

static void turn(struct history *h, enum breaker_state state, int64_t now)
{
    h->state = state;
    h->turns++;
    h->failures = h->good = 0;
    h->turned_ms = now;
}

static uint32_t or_one(uint32_t knob)
{
    return knob > 0 ? knob : 1;
}

static uint32_t probes_out(const struct history *h, int64_t now)
{
    uint32_t lease = h->knobs.probe_lease_ms, n = 0;
    for (uint32_t i = 0; i < h->count; i++)
        n += h->asked[i].open && h->asked[i].turn == h->turns &&
             now < h->asked[i].at_ms + (lease > 0 ? lease : h->knobs.open_ms);
    return n;
}

static bool rested(const struct history *h, int64_t now)
{
    return h->state == BREAKER_OPEN && now >= h->turned_ms + h->knobs.open_ms;
}

static void draw_question(struct script_text *script, struct history *h, int64_t now)
{
    if (rested(h, now))
        turn(h, BREAKER_HALF_OPEN, now);
    bool granted = h->state == BREAKER_CLOSED ||
                   (h->state == BREAKER_HALF_OPEN &&
                    probes_out(h, now) < or_one(h->knobs.probes_at_once));
    script_add(script, "%" PRId64 " %s p%" PRIu32 ", ", now,
               granted ? "allow" : "refuse", h->count);
    h->asked[h->count++] = (struct asked){granted, h->turns, now};
}

static void hear(struct history *h, char outcome, int64_t now)
{
    bool probe = h->state == BREAKER_HALF_OPEN;
    if (outcome == 'o') {
        h->failures = 0;
        h->good++;
    } else if (outcome == 'f') {
        h->failures++;
        if (probe || h->failures >= h->knobs.failures_to_open)
            turn(h, BREAKER_OPEN, now);
    }
    if (probe && h->good >= or_one(h->knobs.successes_to_close))
        turn(h, BREAKER_CLOSED, now);
}

/* Any permit may be recorded: in any order, twice, and of any generation. */
static void draw_answer(struct script_text *script, struct history *h, int64_t now)
{
    static const char *const word[] = {"ok", "ok", "fail", "fail", "fail", "ignore"};
    const char *outcome = word[chance_below(6)];
    uint32_t permit = chance_below(h->count);
    script_add(script, "%" PRId64 " %s p%" PRIu32 ", ", now, outcome, permit);
    bool counts = h->asked[permit].open && h->asked[permit].turn == h->turns;
    h->asked[permit].open = false;
    if (counts)
        hear(h, outcome[0], now);
}

static void draw_move(struct script_text *script, struct history *h, int64_t now)
{
    static const char *const shown[] = {"closed", "open", "half-open"};
    if (h->count == 0 || chance_below(2) == 0)
        draw_question(script, h, now);
    else
        draw_answer(script, h, now);
    enum breaker_state state = rested(h, now) ? BREAKER_HALF_OPEN : h->state;
    script_add(script, "%" PRId64 " %s, ", now, shown[state]);
}

/* Short histories first, so that the first to fail is easy to read. */
static void any_history(void)
{
    for (uint32_t i = 0; i < 1400; i++) {
        struct script_text script = {.length = 0};
        struct history h = {.knobs = {.failures_to_open = 1 + chance_below(3),
                                      .open_ms = 1 + chance_below(60),
                                      .successes_to_close = chance_below(3),
                                      .probes_at_once = chance_below(4),
                                      .probe_lease_ms = chance_below(3) * 15}};
        int64_t now = (int64_t)(chance() >> (24 + chance_below(40)));
        for (uint32_t moves = 4 + i / 28; moves > 0; moves--) {
            draw_move(&script, &h, now);
            now += chance_below(25);
        }
        play_breaker(&h.knobs, script.text);
    }
}

static const struct check_test tests[] = {
    {"late-failure-after-closing",
     "a late failure does not open a breaker that has closed again",
     "Those calls were made before it opened: it has rested for them, and been closed.",
     .knobs = &two,
     .script = "0 allow a, 0 allow b, 0 allow c, 1 fail a, 2 allow d, 2 fail b, 2 open,"
               "102 allow p, 110 ok p, 110 closed, 115 allow e, 118 fail e, 120 fail c,"
               "120 closed, 121 fail d, 121 closed, 122 allow"},
    {"late-success-after-closing", "a late success does not interrupt a new row",
     "The success is older than the row: it says nothing about how the backend is now.",
     .knobs = &two,
     .script = "0 allow a, 0 allow b, 0 allow c, 1 fail a, 2 fail b, 102 allow p,"
               "110 ok p, 120 allow d, 120 allow e, 130 fail d, 131 ok c, 132 fail e,"
               "132 open"},
    {"late-in-half-open", "a call from before it opened decides no half-open breaker",
     "Only a probe of this period decides; this call was made before it opened.",
     .knobs = &two,
     .script = "0 allow a, 0 allow b, 0 allow c, 0 allow d, 1 fail a, 2 fail b,"
               "102 allow p, 103 fail c, 103 half-open, 104 ok d, 104 half-open,"
               "105 refuse, 106 ok p, 106 closed"},
    {"probe-of-period-one", "a probe decides its own half-open period and no other",
     "Its question was answered when the breaker reopened. This period asks anew.",
     .knobs = &pair,
     .script =
         "0 allow a, 1 fail a, 101 allow p, 101 allow q, 110 fail p, 110 open,"
         "210 allow r, 210 allow s, 220 ok q, 220 half-open, 230 fail r, 230 open,"
         "330 allow t, 340 fail s, 340 half-open, 350 ok t, 350 closed"},
    {"good-probes-of-period-one",
     "a good probe of another period does not count in this one",
     "Two good probes close this breaker, and both must be of this period.",
     .knobs = &pair_of_two,
     .script = "0 allow a, 1 fail a, 101 allow p, 101 allow q, 110 fail p, 210 allow r,"
               "220 ok q, 221 ok r, 221 half-open, 222 allow s, 223 ok s, 223 closed"},
    {"probe-after-closing", "a probe that answers after the closing counts nowhere",
     "Closing is a transition, too: the probe belongs to the half-open period before.",
     .knobs = &pair,
     .script = "0 allow a, 1 fail a, 101 allow p, 101 allow q, 110 ok p, 110 closed,"
               "120 fail q, 120 closed, 121 allow"},
    {"frees-nobodys-slot", "a late report frees nobody else's slot",
     "The slots are those of this period, and the late call holds none of them.",
     .knobs = &pair,
     .script = "0 allow a, 0 allow b, 1 fail a, 101 allow p, 101 allow q, 102 ignore b,"
               "102 refuse, 110 fail p, 210 allow r, 210 allow s, 220 ignore q,"
               "220 refuse, 221 ignore r, 221 allow"},
    {"rest-is-the-rest", "a late report makes a rest neither longer nor shorter",
     "The rest began when it opened. What was asked before that changes nothing.",
     .knobs = &two,
     .script = "0 allow a, 0 allow b, 0 allow c, 0 allow d, 1 fail a, 2 fail b,"
               "50 ok c, 50 open, 90 fail d, 101 refuse, 102 allow"},
    {"own-generation", "in its own generation an answer counts, however late",
     "There was no transition in between: it is slow, but it is no late news.",
     .knobs = &two,
     .script =
         "0 allow a, 0 allow b, 1 allow c, 2 fail c, 3 allow d, 4 ok d, 5 allow e,"
         "6 ignore e, 3600000 fail a, 7200000 fail b, 7200000 open"},
    {"same-period", "a probe counts in its own period, even when its lease is over",
     "A lease that ends frees a slot. It is no transition.", .knobs = &one,
     .script = "0 allow a, 1 fail a, 101 allow p, 201 allow q, 210 ok p, 210 closed,"
               "211 fail q, 211 closed"},
    {"late-is-used-up", "a late permit is used up like any other",
     "breaker_record leaves all zeros behind, whether or not the outcome counts.",
     .body = late_is_used_up},
    {"user-hears-it", "a late answer still reaches the user who asked",
     "It is no news for the breaker. It is what the user has waited for.",
     .client = &client,
     .script = "0 start a, 0 call a, 0 start b, 0 call b, 10 reply 503 b, 10 failed b,"
               "110 start c, 110 call c, 120 reply 200 c, 120 fresh 200 c,"
               "130 start d, 130 call d, 140 reply 200 a, 140 fresh 200 a,"
               "150 reply 503 d, 150 failed d, 160 start e, 160 refused 503 e"},
    {"many-rounds", "no permit comes back to life, whatever happened since",
     "A generation must not come again while a permit of its like may still be out.",
     .body = many_rounds},
    {"any-history", "all this holds for any history",
     "These moves were drawn by chance; invariants 1 to 13 say what had to happen.",
     .body = any_history},
};

int main(int argc, char **argv)
{
    return check_main(
        argc, argv,
        &(struct check){7, "late-news", tests, (int)(sizeof tests / sizeof tests[0])});
}
