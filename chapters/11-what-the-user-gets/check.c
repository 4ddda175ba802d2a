/* Check of chapter 11: what stands in for an answer, and what operators can do and see.
 */
#include "stage.h"

/* --- the fallback ----------------------------------------------------------------- */

static const struct client_config keeps = {
    .deadline_ms = 1000,
    .breaker = {.failures_to_open = 1, .open_ms = 5000},
    .stale_max_ms = 60000};

/* One is answered well and the other is not, in the same millisecond; then the clock
 * steps back. */
static void of_age_nothing(void)
{
    struct client client;
    struct client_call good = {.phase = 0}, bad = {.phase = 0};
    client_init(&client, &keeps, 7);
    step(&client, &good, CLIENT_START, 0, 100);
    step(&client, &bad, CLIENT_START, 0, 100);
    step(&client, &good, CLIENT_REPLY, 200, 110);
    story_tell("   110 ms  one of two requests is answered well, the other by 500");
    struct client_action action = step(&client, &bad, CLIENT_REPLY, 500, 110);
    want_yes(action.answer == CLIENT_STALE, true, "at 110 ms: the last good answer?");
    want_ms(action.age_ms, 0, "its age");
    want_stale(&client, 60, 500, 0); /* a refusal; nothing is younger than new */
}

static void says_its_age(void)
{
    of_age_nothing();
    story_begin();
    struct client client;
    client_init(&client, &keeps, 7);
    request(&client, 0, 200);       /* good at 10 ms */
    want_stale(&client, 1, 500, 1); /* asked at 1, and failed at 11 ms */
    want_stale(&client, 100, 500, 90);
    want_stale(&client, 2010, 200, 2000);   /* refused */
    want_stale(&client, 50010, 500, 50010); /* a probe that fails, at 50,020 */
}

static void good_renews(void)
{
    struct client client;
    client_init(&client, &keeps, 7);
    request(&client, 0, 200);
    request(&client, 500, 201); /* good at 510 ms */
    struct client_action action = request(&client, 520, 404);
    story_tell("   520 ms  a request, the backend says 404");
    want_yes(action.answer == CLIENT_FRESH && action.status == 404, true,
             "at 530 ms: the 404 itself?");
    want_stale(&client, 600, 500, 100);
}

/* --- operators -------------------------------------------------------------------- */

static const struct breaker_config two = {.failures_to_open = 2, .open_ms = 100};

static struct breaker made(void)
{
    struct breaker breaker;
    breaker_init(&breaker, &two, 7);
    return breaker;
}

static void forced_open(void)
{
    struct breaker b = made();
    once(&b, 0, BREAKER_OK);
    force(&b, BREAKER_FORCED_OPEN);
    want_state(&b, 1, BREAKER_OPEN);
    ask(&b, 1, false);
    ask(&b, 1000000, false);
    want_state(&b, 1000000, BREAKER_OPEN);
}

/* A call of before that ends under the order, and a state inside that nobody meets. */
static void closed_for_all(void)
{
    struct breaker b = made();
    struct breaker_permit before = ask(&b, 0, true);
    force(&b, BREAKER_FORCED_CLOSED);
    story_tell("     1 ms  the call of 0 ms fails");
    breaker_record(&b, &before, BREAKER_FAILED, 1);
    force(&b, BREAKER_AUTO);
    once(&b, 2, BREAKER_FAILED); /* the first that counts */
    want_state(&b, 2, BREAKER_CLOSED);
    once(&b, 3, BREAKER_FAILED);
    want_state(&b, 3, BREAKER_OPEN);
    force(&b, BREAKER_FORCED_CLOSED);
    want_state(&b, 4, BREAKER_CLOSED);
    ask(&b, 4, true);
    want_state(&b, 200, BREAKER_CLOSED);
}

static void forced_closed(void)
{
    closed_for_all();
    story_begin();
    struct breaker b = made();
    force(&b, BREAKER_FORCED_CLOSED);
    for (int64_t now = 0; now < 20; now++)
        once(&b, now, BREAKER_FAILED);
    want_state(&b, 20, BREAKER_CLOSED);
    force(&b, BREAKER_AUTO);
    once(&b, 30, BREAKER_FAILED); /* the first that counts */
    want_state(&b, 30, BREAKER_CLOSED);
    once(&b, 31, BREAKER_FAILED);
    ask(&b, 32, false);
}

static void watch_only(void)
{
    struct breaker b = made();
    force(&b, BREAKER_WATCH_ONLY);
    once(&b, 0, BREAKER_FAILED);
    once(&b, 1, BREAKER_FAILED);
    want_state(&b, 2, BREAKER_OPEN);
    once(&b, 50, BREAKER_OK); /* it would have been refused */
    want_state(&b, 51, BREAKER_OPEN);
    once(&b, 101, BREAKER_FAILED); /* the probe */
    want_state(&b, 102, BREAKER_OPEN);
    want_state(&b, 200, BREAKER_OPEN);
    once(&b, 201, BREAKER_OK); /* and the next one */
    want_state(&b, 202, BREAKER_CLOSED);
}

static const struct breaker_config slow = {.window_calls = 20,
                                           .min_calls = 4,
                                           .failure_pct = 100,
                                           .slow_ms = 800,
                                           .slow_pct = 60,
                                           .open_ms = 5000};

static void nine_under_way(struct breaker *b, struct breaker_permit *permits)
{
    breaker_init(b, &slow, 7);
    story_begin();
    story_tell("    10 ms  nine calls go out; slow is 800 ms");
    for (int i = 0; i < 9; i++)
        permits[i] = breaker_acquire(b, 10);
}

/* The nine were answered long ago; their permits are worthless, so nobody has counted
 * it. Those of now are quick. */
static void none_is_under_way(struct breaker *b, struct breaker_permit *permits)
{
    story_tell("   100 ms  the nine go well");
    for (int i = 0; i < 9; i++)
        breaker_record(b, &permits[i], BREAKER_OK, 100);
    for (int64_t now = 5000; now < 5010; now++)
        once(b, now, BREAKER_OK);
    want_state(b, 5010, BREAKER_CLOSED);
}

static void back_with_none_under_way(void)
{
    static const enum breaker_mode order[] = {
        BREAKER_FORCED_OPEN, BREAKER_FORCED_CLOSED, BREAKER_WATCH_ONLY};
    for (int i = 0; i < 3; i++) {
        struct breaker b;
        struct breaker_permit nine[9];
        nine_under_way(&b, nine);
        force(&b, order[i]);
        force(&b, BREAKER_AUTO);
        none_is_under_way(&b, nine);
    }
}

static void back_to_auto(void)
{
    back_with_none_under_way();
    story_begin();
    struct breaker b = made();
    once(&b, 0, BREAKER_FAILED);
    once(&b, 1, BREAKER_FAILED); /* open until 101 */
    force(&b, BREAKER_FORCED_CLOSED);
    struct breaker_permit forced = ask(&b, 50, true);
    force(&b, BREAKER_AUTO);
    want_state(&b, 60, BREAKER_OPEN);
    ask(&b, 60, false);
    struct breaker_permit probe = ask(&b, 101, true);
    breaker_record(&b, &forced, BREAKER_OK, 102); /* given under another rule */
    want_state(&b, 103, BREAKER_HALF_OPEN);
    breaker_record(&b, &probe, BREAKER_OK, 104);
    want_state(&b, 105, BREAKER_CLOSED);
    once(&b, 106, BREAKER_FAILED);
    force(&b, BREAKER_AUTO); /* it decides already: nothing changes */
    once(&b, 107, BREAKER_FAILED);
    want_state(&b, 108, BREAKER_OPEN);
}

/* The second opening in a row rests twice as long; after a reset there was none. */
static void reset_forgets_openings(void)
{
    static const struct breaker_config doubling = {
        .failures_to_open = 1, .open_ms = 100, .open_max_ms = 400};
    struct breaker b;
    breaker_init(&b, &doubling, 7);
    story_begin();
    once(&b, 0, BREAKER_FAILED);
    once(&b, 100, BREAKER_FAILED); /* open until 300 */
    story_tell("   150 ms  reset");
    breaker_reset(&b, 150);
    once(&b, 160, BREAKER_FAILED);
    ask(&b, 259, false);
    ask(&b, 260, true);
}

static void reset_gives_no_order(void)
{
    struct breaker b = made();
    story_begin();
    force(&b, BREAKER_FORCED_OPEN);
    story_tell("     5 ms  reset");
    breaker_reset(&b, 5);
    want_state(&b, 6, BREAKER_OPEN);
    ask(&b, 6, false);
    force(&b, BREAKER_AUTO);
    ask(&b, 7, true);
}

static void reset_forgets_running(void)
{
    struct breaker b;
    struct breaker_permit nine[9];
    nine_under_way(&b, nine);
    story_tell("    20 ms  reset");
    breaker_reset(&b, 20);
    none_is_under_way(&b, nine);
}

static void reset(void)
{
    reset_forgets_openings();
    reset_gives_no_order();
    reset_forgets_running();
    story_begin();
    struct breaker b = made();
    once(&b, 0, BREAKER_FAILED);
    struct breaker_permit before = ask(&b, 1, true);
    story_tell("     2 ms  reset");
    breaker_reset(&b, 2); /* closed already: forgets what it has counted */
    once(&b, 3, BREAKER_FAILED);
    breaker_record(&b, &before, BREAKER_FAILED, 4);
    ask(&b, 5, true); /* one failure counts */
    once(&b, 6, BREAKER_FAILED);
    ask(&b, 7, false);
    story_tell("     8 ms  reset");
    breaker_reset(&b, 8);
    want_state(&b, 8, BREAKER_CLOSED);
    once(&b, 9, BREAKER_FAILED);
    ask(&b, 10, true);
}

/* --- transitions ------------------------------------------------------------------ */

/* A reset is told if it changes the state; an order changes none. */
static void resets_and_orders(void)
{
    struct breaker b = made();
    story_begin();
    story_tell("     0 ms  reset, closed as it is");
    breaker_reset(&b, 0);
    force(&b, BREAKER_FORCED_OPEN);
    force(&b, BREAKER_AUTO);
    want_no_more(&b);
    uint32_t generation = generation_of(&b);
    once(&b, 1, BREAKER_FAILED);
    once(&b, 2, BREAKER_FAILED);
    want_told(&b, 2, BREAKER_CLOSED, BREAKER_OPEN, &generation);
    story_tell("     3 ms  reset");
    breaker_reset(&b, 3);
    generation = generation_of(&b) - 1; /* the one before the one of now */
    want_told(&b, 3, BREAKER_OPEN, BREAKER_CLOSED, &generation);
    want_no_more(&b);
}

static void told_once(void)
{
    struct breaker b = made();
    uint32_t generation = generation_of(&b);
    want_no_more(&b);
    once(&b, 0, BREAKER_FAILED);
    once(&b, 1, BREAKER_FAILED);
    ask(&b, 50, false);
    want_told(&b, 1, BREAKER_CLOSED, BREAKER_OPEN, &generation);
    want_no_more(&b);
    once(&b, 101, BREAKER_OK);
    want_told(&b, 101, BREAKER_OPEN, BREAKER_HALF_OPEN, &generation);
    want_told(&b, 101, BREAKER_HALF_OPEN, BREAKER_CLOSED, &generation);
    want_no_more(&b);
    resets_and_orders();
}

/* Twice round: closed, open, half-open, open, half-open, closed. */
static void four_kept(void)
{
    struct breaker b = made();
    uint32_t generation = generation_of(&b) + 1;
    once(&b, 0, BREAKER_FAILED);
    once(&b, 1, BREAKER_FAILED);
    once(&b, 101, BREAKER_FAILED);
    once(&b, 201, BREAKER_OK);
    story_tell("           five transitions, none taken yet");
    want_told(&b, 101, BREAKER_OPEN, BREAKER_HALF_OPEN, &generation);
    want_told(&b, 101, BREAKER_HALF_OPEN, BREAKER_OPEN, &generation);
    want_told(&b, 201, BREAKER_OPEN, BREAKER_HALF_OPEN, &generation);
    want_told(&b, 201, BREAKER_HALF_OPEN, BREAKER_CLOSED, &generation);
    want_no_more(&b);
    story_tell("           and once more, after all were taken");
    once(&b, 300, BREAKER_FAILED);
    once(&b, 301, BREAKER_FAILED);
    want_told(&b, 301, BREAKER_CLOSED, BREAKER_OPEN, &generation);
    want_no_more(&b);
}

/* --- the table -------------------------------------------------------------------- */

static const struct client_config plain = {
    .deadline_ms = 1000, .breaker = {.failures_to_open = 1, .open_ms = 5000}};
static const struct client_config short_lived = {
    .deadline_ms = 1000,
    .breaker = {.failures_to_open = 1, .open_ms = 5000},
    .stale_max_ms = 200};

static const struct check_test tests[] = {
    {"stand-in", "refused, failed or timed out: the last good answer stands in",
     "Whatever the reason for no, an answer we have is better; one of time 0, too.",
     .client = &keeps,
     .script = "0 start a, 0 call a, 0 reply 200 a, 0 fresh 200 a,"
               "20 start b, 20 call b, 30 reply 503 b, 30 stale 200 b,"
               "40 start c, 40 stale 200 c, 5030 start d, 5030 call d,"
               "6030 timeout d, 6030 stale 200 d"},
    {"says-its-age", "it says how old it is",
     "Age is counted from when the good answer came to when it is used again.",
     .body = says_its_age},
    {"not-too-old", "no answer older than stale_max_ms stands in",
     "At stale_max_ms it may still be used, one millisecond later no more.",
     .client = &short_lived,
     .script = "0 start a, 0 call a, 10 reply 200 a, 10 fresh a,"
               "20 start b, 20 call b, 30 reply 503 b, 30 stale b,"
               "210 start c, 210 stale c, 211 start d, 211 refused 503 d"},
    {"good-renews", "each good answer takes the place of the one before",
     "OK is 2xx and 3xx. A 404 is passed on, and kept by nobody.", .body = good_renews},
    {"nothing-yet", "before the first good answer nothing stands in",
     "What is kept is an answer that was OK; until then there is none.",
     .client = &keeps,
     .script = "0 start a, 0 call a, 5 reply 404 a, 5 fresh 404 a,"
               "10 start b, 10 call b, 20 reply 503 b, 20 failed 502 b,"
               "30 start c, 30 refused 503 c"},
    {"no-fallback", "without stale_max_ms nothing stands in",
     "A knob left at 0 is off: some answers are worse than none when they are old.",
     .client = &plain,
     .script = "0 start a, 0 call a, 0 start b, 0 call b, 10 reply 200 a, 10 fresh a,"
               "10 reply 503 b, 10 failed 502 b, 10 start c, 10 refused 503 c"},
    {"no-news", "a stale answer says nothing about the backend",
     "The breaker must open and stay open as if there were no fallback.",
     .client = &keeps,
     .script = "0 start a, 0 call a, 10 reply 200 a, 10 fresh a,"
               "20 start b, 20 call b, 30 reply 503 b, 30 stale b,"
               "100 start c, 100 stale c, 100 calls 2 c, 4999 start d, 4999 stale d,"
               "4999 calls 2 d, 5030 start e, 5030 call e, 5040 reply 503 e,"
               "5040 stale e, 5050 start f, 5050 stale f, 5050 calls 3 f"},
    {"forced-open", "forced open, it refuses everybody for as long as it is forced",
     "An operator who says open means it: no rest ends, no probe goes out.",
     .body = forced_open},
    {"forced-closed", "forced closed, it lets everybody through and counts nothing",
     "What happens under an order says nothing about what we would have done.",
     .body = forced_closed},
    {"watch-only", "watching only, it changes state as ever and lets all through",
     "This is how a new configuration is tried on real users: it decides nothing yet.",
     .body = watch_only},
    {"back-to-auto", "back to automatic, it goes on in the state in which it was left",
     "A new order makes all permits of before worthless and forgets the calls under "
     "way. The order that stands already changes nothing.",
     .body = back_to_auto},
    {"reset", "reset closes it and forgets, the permits given so far too",
     "After a reset nothing of what was counted may count, open or closed: no outcome, "
     "no opening, no call under way. It gives no order.",
     .body = reset},
    {"told-once", "each transition is told once, in order, with its generation",
     "Exactly one for each change of state, by a reset, too; none for a refusal, an "
     "order, or a reset of what is closed.",
     .body = told_once},
    {"four-kept", "four are kept, the oldest makes room",
     "Nobody may come for them for a while: lose the oldest, then go on in order.",
     .body = four_kept},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){11, "what-the-user-gets", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
