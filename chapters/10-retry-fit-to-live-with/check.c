/* Check of chapter 10: retries that sleep, spread and are rationed; a rest that grows.
 */
#include "script.h"

#include <inttypes.h>

/* --- sleeps ----------------------------------------------------------------------- */

static int64_t backoff(uint32_t backoff_ms, uint32_t most_ms, uint32_t made)
{
    struct retry_policy policy = {.backoff_ms = backoff_ms, .backoff_max_ms = most_ms};
    return retry_backoff_ms(&policy, made, chance());
}

/* The longest of many draws, and none above the bound. */
static void want_bound(uint32_t backoff_ms, uint32_t most_ms, uint32_t made,
                       int64_t bound_ms)
{
    int64_t longest = 0;
    story_begin();
    story_tell("  backoff_ms %" PRIu32 ", backoff_max_ms %" PRIu32 ", %" PRIu32
               " made: 300 draws",
               backoff_ms, most_ms, made);
    for (int i = 0; i < 300; i++) {
        int64_t ms = backoff(backoff_ms, most_ms, made);
        want_yes(ms >= 0 && ms <= bound_ms, true,
                 "a sleep of %" PRId64 " ms lies within 0 and %" PRId64, ms, bound_ms);
        longest = ms > longest ? ms : longest;
    }
    want_yes(longest * 10 >= bound_ms * 9, true,
             "the longest of them, %" PRId64 " ms, is near %" PRId64, longest,
             bound_ms);
}

static void doubles(void)
{
    want_bound(100, 5000, 1, 100);
    want_bound(100, 5000, 2, 200);
    want_bound(100, 5000, 3, 400);
    want_bound(100, 5000, 6, 3200);
}

static void capped(void)
{
    want_bound(100, 5000, 7, 5000);
    want_bound(100, 100, 2, 100);
    want_bound(1, 1, 3, 1);
    want_bound(1, 0, 5, 16);
    want_bound(100, 0, 9, 20000);
    static const uint32_t many[] = {32, 33, 64, 65, 70000, UINT32_MAX};
    for (int i = 0; i < 6; i++)
        want_bound(3000, 9000, many[i], 9000);
    want_bound(UINT32_MAX, UINT32_MAX, 40, UINT32_MAX);
}

/* Draws from 0 to 3: each of the four about as often as the others. */
static void full_jitter(void)
{
    int64_t seen[4] = {0, 0, 0, 0};
    story_tell("  backoff_ms 3, the first retry: 4,000 draws");
    for (int i = 0; i < 4000; i++) {
        int64_t ms = backoff(3, 0, 1);
        want_yes(ms >= 0 && ms <= 3, true, "a sleep of %" PRId64 " ms lies within 0..3",
                 ms);
        seen[ms]++;
    }
    for (int ms = 0; ms < 4; ms++)
        want_yes(seen[ms] > 850 && seen[ms] < 1150, true,
                 "%d ms was drawn %" PRId64 " times: about 1,000", ms, seen[ms]);
}

/* --- the budget ------------------------------------------------------------------- */

static void want_paid(struct retry_budget *budget, uint32_t max, uint32_t cost,
                      bool wanted)
{
    struct retry_policy policy = {.budget_max = max, .budget_cost = cost};
    bool paid = retry_budget_take(budget, &policy);
    story_tell("  a retry that costs %" PRIu32 ": %s", cost,
               paid ? "paid" : "not paid");
    want_yes(paid, wanted, "budget of %" PRIu32 ": paid?", max);
}

static void put(struct retry_budget *budget, uint32_t max, uint32_t tokens)
{
    struct retry_policy policy = {.budget_max = max};
    retry_budget_put(budget, &policy, tokens);
    story_tell("  %" PRIu32 " tokens come back", tokens);
}

static void knobs_off(void)
{
    /* Not four billion: to double 0 so often may take all of the seconds of a test. */
    static const uint32_t made[] = {1, 2, 40, 70000};
    for (int i = 0; i < 4; i++)
        want_ms(backoff(0, 1000, made[i]), 0, "backoff_ms 0, %" PRIu32 " made: sleep",
                made[i]);
    struct retry_budget budget = {.spent = 0};
    for (int i = 0; i < 1000; i++)
        want_paid(&budget, 0, 5, true);
}

static void budget_runs_out(void)
{
    struct retry_budget budget = {.spent = 0};
    for (int i = 0; i < 3; i++)
        want_paid(&budget, 10, 3, true);
    for (int i = 0; i < 3; i++)
        want_paid(&budget, 10, 3, false);
    want_paid(&budget, 10, 0, true); /* one token is left: it was not spent */
    want_paid(&budget, 10, 0, false);
}

static void budget_fills(void)
{
    struct retry_budget budget = {.spent = 0};
    put(&budget, 2, 50); /* full already */
    want_paid(&budget, 2, 1, true);
    put(&budget, 2, UINT32_MAX);
    want_paid(&budget, 2, 1, true);
    want_paid(&budget, 2, 1, true);
    want_paid(&budget, 2, 1, false);
    put(&budget, 2, 1);
    want_paid(&budget, 2, 1, true);
    want_paid(&budget, 2, 1, false);
}

/* --- the rest --------------------------------------------------------------------- */

/* Doubled one by one, as a person would. */
static int64_t slow_rest(int64_t open_ms, int64_t most_ms, uint32_t opens)
{
    for (uint32_t i = 1; i < opens && i < 64 && most_ms > 0 && open_ms > 0; i++)
        open_ms = open_ms * 2 < most_ms ? open_ms * 2 : most_ms;
    return open_ms;
}

static void any_rest(void)
{
    struct breaker_config least = {.open_ms = 1, .open_max_ms = 1};
    want_ms(breaker_open_ms(&least, 3, chance()), 1,
            "open_ms 1, open_max_ms 1, opening 3: rest");
    for (int i = 0; i < 2000; i++) {
        struct breaker_config c = {.open_ms =
                                       1 + (uint32_t)(chance() >> (34 + i % 30))};
        uint32_t more = (uint32_t)(chance() >> (34 + chance_below(30)));
        c.open_max_ms = chance_below(4) == 0 ? 0 : c.open_ms + more;
        uint32_t opens = 1 + (uint32_t)(chance() >> (32 + chance_below(32)));
        want_ms(breaker_open_ms(&c, opens, chance()),
                slow_rest(c.open_ms, c.open_max_ms, opens),
                "open_ms %" PRIu32 ", open_max_ms %" PRIu32 ", opening %" PRIu32
                ": rest",
                c.open_ms, c.open_max_ms, opens);
    }
}

/* How long it rests at the first opening, asked millisecond by millisecond. */
static int64_t first_rest(const struct breaker_config *knobs, uint64_t seed)
{
    struct breaker b;
    breaker_init(&b, knobs, seed);
    struct breaker_permit permit = breaker_acquire(&b, 0);
    breaker_record(&b, &permit, BREAKER_FAILED, 0);
    permit = breaker_acquire(&b, 0);
    want_yes(permit.granted, false, "seed %" PRIu64 ": let through at once?", seed);
    return permit.retry_after_ms;
}

static void want_spread(const struct breaker_config *knobs, uint32_t opens,
                        int64_t least_ms, int64_t most_ms)
{
    int64_t shortest = INT64_MAX, longest = 0;
    for (int i = 0; i < 500; i++) {
        int64_t ms = breaker_open_ms(knobs, opens, chance());
        want_yes(ms >= least_ms && ms <= most_ms, true,
                 "opening %" PRIu32 ": a rest of %" PRId64 " lies within %" PRId64
                 " and %" PRId64,
                 opens, ms, least_ms, most_ms);
        shortest = ms < shortest ? ms : shortest;
        longest = ms > longest ? ms : longest;
    }
    int64_t tenth = (most_ms - least_ms) / 10;
    want_yes(shortest < least_ms + tenth && longest > most_ms - tenth, true,
             "opening %" PRIu32 ": 500 rests, %" PRId64 " to %" PRId64
             ", fill all of it",
             opens, shortest, longest);
}

static const struct breaker_config jitter = {
    .failures_to_open = 1, .open_ms = 1000, .open_max_ms = 4000, .open_jitter_pct = 50};

/* Doubled, it goes beyond the cap, to 8,000. */
static const struct breaker_config tenth = {
    .failures_to_open = 1, .open_ms = 1000, .open_max_ms = 5000, .open_jitter_pct = 10};

static void spread(void)
{
    want_spread(&jitter, 1, 500, 1000);
    want_spread(&jitter, 2, 1000, 2000);
}

static void spread_at_the_cap(void)
{
    want_spread(&jitter, 3, 2000, 4000);
    want_spread(&jitter, 9, 2000, 4000);
    want_spread(&tenth, 3, 3600, 4000);
    want_spread(&tenth, 4, 4500, 5000);
    want_spread(&tenth, 40, 4500, 5000);
}

static void seed_decides(void)
{
    int different = 0;
    int64_t first = first_rest(&jitter, 1);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        int64_t rest = first_rest(&jitter, seed);
        story_tell("  seed %" PRIu64 " rests %" PRId64 " ms", seed, rest);
        want_ms(first_rest(&jitter, seed), rest, "seed %" PRIu64 " once more", seed);
        different += rest != first;
    }
    want_yes(different > 10, true, "%d of 19 others rest longer or shorter", different);
    struct breaker_config little = jitter;
    little.open_jitter_pct = 1;
    int64_t shortest = 1000;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        int64_t rest = first_rest(&little, seed);
        shortest = rest < shortest ? rest : shortest;
    }
    want_yes(shortest < 1000 && shortest >= 990, true,
             "with 1 per cent the shortest of 20 rests, %" PRId64
             ", is a little shorter",
             shortest);
}

/* --- Retry-After ------------------------------------------------------------------ */

static const struct breaker_config heeds = {
    .failures_to_open = 1, .open_ms = 1000, .open_max_ms = 5000};

/* Opened at 0 ms for a second; at 200 ms the backend says Retry-After. */
static int64_t rest_after(const struct breaker_config *knobs, int64_t said_ms)
{
    struct breaker b;
    breaker_init(&b, knobs, 7);
    struct breaker_permit permit = breaker_acquire(&b, 0);
    breaker_record(&b, &permit, BREAKER_FAILED, 0);
    breaker_rest(&b, 200, said_ms);
    story_tell("  open at 0 ms for 1,000; at 200 ms Retry-After %" PRId64 " ms",
               said_ms);
    permit = breaker_acquire(&b, 200);
    want_yes(permit.granted, false, "let through at 200 ms?");
    return 200 + permit.retry_after_ms;
}

/* The clock steps back before the backend says it: 400 ms is the latest time seen. */
static void rest_after_a_step_back(void)
{
    struct breaker b;
    breaker_init(&b, &heeds, 7);
    struct breaker_permit permit = breaker_acquire(&b, 0);
    breaker_record(&b, &permit, BREAKER_FAILED, 0);
    want_yes(breaker_acquire(&b, 400).granted, false, "let through at 400 ms?");
    breaker_rest(&b, 200, 3000);
    story_begin();
    story_tell("  open at 0 ms, asked at 400; the clock steps back to 200 ms, and the "
               "backend says Retry-After 3000 ms");
    want_ms(400 + breaker_acquire(&b, 400).retry_after_ms, 3400, "open until");
}

static void retry_after(void)
{
    want_ms(rest_after(&heeds, 3000), 3200, "Retry-After 3,000: open until");
    want_ms(rest_after(&heeds, 100), 1000, "Retry-After 100: open until");
    want_ms(rest_after(&heeds, 0), 1000, "no Retry-After: open until");
    want_ms(rest_after(&heeds, -5), 1000, "Retry-After -5: open until");
    want_ms(rest_after(&heeds, 4900), 5100, "Retry-After 4,900: open until");
    want_ms(rest_after(&heeds, 86400000), 5200, "Retry-After of a day: open until");
    want_ms(rest_after(&heeds, INT64_MAX), 5200, "Retry-After for ever: open until");
    struct breaker_config fixed = {.failures_to_open = 1, .open_ms = 1000};
    want_ms(rest_after(&fixed, 3000), 1000, "without open_max_ms: open until");
    rest_after_a_step_back();
    struct breaker closed;
    breaker_init(&closed, &heeds, 7);
    breaker_rest(&closed, 0, 3000);
    want_yes(breaker_acquire(&closed, 1).granted, true, "a closed one lets through?");
}

/* --- the table -------------------------------------------------------------------- */

static const struct breaker_config doubling = {
    .failures_to_open = 1, .open_ms = 100, .open_max_ms = 350};
static const struct client_config rationed = {
    .deadline_ms = 1000, .retry = {.attempts = 2, .budget_max = 2, .budget_cost = 2}};

static const struct check_test tests[] = {
    {"sleep-doubles",
     "the first sleep is at most backoff_ms, each later one doubles it",
     "After `made` tries the bound is backoff_ms doubled made - 1 times.",
     .body = doubles},
    {"sleep-capped", "no sleep is longer than the cap, however often it doubled",
     "Stop doubling at the cap, or the number leaves its type; 0 means 20,000 ms.",
     .body = capped},
    {"full-jitter", "a sleep is any length from 0 to its bound, all alike",
     "Clients that failed together must not come back together: draw the whole sleep.",
     .body = full_jitter},
    {"knobs-off", "without backoff_ms nobody sleeps, without budget_max all is paid",
     "A knob left at 0 is off.", .body = knobs_off},
    {"budget-runs-out", "a budget pays for so many retries and then for none",
     "A retry that cannot be paid is not made, and then nothing is spent.",
     .body = budget_runs_out},
    {"budget-fills", "tokens come back up to full, never beyond",
     "What is saved in good times is at most one full budget.", .body = budget_fills},
    {"rationed", "a client without tokens tries once, and earns by success",
     "Good first tries earn a token each; a retry that went well gets its price back.",
     .client = &rationed,
     .script = "0 start a, 0 call a, 5 reply 503 a, 5 call a, 9 reply 503 a,"
               "9 failed 502 a, 10 start b, 10 call b, 15 reply 503 b, 15 failed 502 b,"
               "20 start c, 20 call c, 25 reply 200 c, 25 fresh 200 c,"
               "30 start d, 30 call d, 35 reply 503 d, 35 failed 502 d,"
               "40 start e, 40 call e, 45 reply 200 e, 45 fresh 200 e,"
               "50 start f, 50 call f, 55 reply 503 f, 55 call f, 59 reply 200 f,"
               "59 fresh 200 f, 60 start g, 60 call g, 65 reply 503 g, 65 call g"},
    {"rest-doubles", "the rest doubles with each reopening, up to open_max_ms",
     "The first opening rests open_ms, the second in a row twice that.",
     .knobs = &doubling,
     .script = "0 allow, 0 fail, 99 refuse, 100 allow, 100 fail, 299 refuse, 300 allow,"
               "300 fail, 649 refuse, 650 allow, 650 fail, 999 refuse, 1000 allow"},
    {"closing-starts-again", "once closed, the next opening rests open_ms again",
     "A good probe says that the trouble is over: the count of openings starts again.",
     .knobs = &doubling,
     .script = "0 allow, 0 fail, 100 allow, 100 fail, 300 allow, 310 ok, 310 closed,"
               "400 allow, 400 fail, 499 refuse, 500 allow, 500 fail, 699 refuse,"
               "700 allow"},
    {"any-rest", "without jitter the rest is known for any numbers",
     "These numbers were drawn by chance; without open_max_ms the rest is fixed.",
     .body = any_rest},
    {"rest-spread", "jitter shortens the rest by up to its share, never lengthens it",
     "Breakers that opened together must not probe together.", .body = spread},
    {"spread-at-the-cap", "and it does so at the cap, too",
     "Cut to the cap first, then draw: else all meet again at the cap.",
     .body = spread_at_the_cap},
    {"seed-decides", "the seed decides the draws, and nothing else does",
     "Each breaker has its own generator, seeded by breaker_init.",
     .body = seed_decides},
    {"retry-after",
     "an open breaker rests as long as the backend says, up to open_max_ms",
     "Retry-After may lengthen the rest, never shorten it; a day is cut to open_max_ms "
     "from the moment it was said.",
     .body = retry_after},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){10, "retry-fit-to-live-with", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
