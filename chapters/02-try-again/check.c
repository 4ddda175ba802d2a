/* Check of chapter 2: who is asked again, how often, and until when. */
#include "script.h"

#include <inttypes.h>
#include <stdio.h>

/* --- retry_should ----------------------------------------------------------------- */

static void want_retry(uint32_t attempts, uint32_t made, enum breaker_outcome outcome,
                       int64_t now_ms, bool wanted)
{
    static const char *const name[] = {"OK", "FAILED", "IGNORED"};
    struct retry_policy policy = {.attempts = attempts};
    want_yes(retry_should(&policy, made, outcome, 1000, now_ms), wanted,
             "%s at %" PRId64 " of 1000 ms, try %" PRIu32 " of %" PRIu32 ": again?",
             name[outcome], now_ms, made, attempts);
}

static void first_try_counts(void)
{
    for (uint32_t attempts = 0; attempts <= 4; attempts++)
        for (uint32_t made = 1; made <= 6; made++)
            want_retry(attempts, made, BREAKER_FAILED, 10, made < attempts);
}

static void only_failures(void)
{
    want_retry(3, 1, BREAKER_FAILED, 10, true);
    want_retry(3, 1, BREAKER_OK, 10, false);
    want_retry(3, 1, BREAKER_IGNORED, 10, false);
}

static void not_at_the_deadline(void)
{
    want_retry(3, 1, BREAKER_FAILED, 999, true);
    want_retry(3, 1, BREAKER_FAILED, 1000, false);
    want_retry(3, 2, BREAKER_FAILED, 1001, false);
}

/* --- retry_time_left -------------------------------------------------------------- */

static void want_left(uint32_t timeout_ms, int64_t deadline_ms, int64_t now_ms,
                      int64_t wanted)
{
    struct retry_policy policy = {.timeout_ms = timeout_ms};
    char ms[32] = "never";
    if (deadline_ms != DEADLINE_NEVER)
        snprintf(ms, sizeof ms, "%" PRId64, deadline_ms);
    want_ms(retry_time_left(&policy, deadline_ms, now_ms), wanted,
            "time left at %" PRId64 ", time-out %" PRIu32 ", deadline %s", now_ms,
            timeout_ms, ms);
}

static void the_lesser(void)
{
    want_left(40, 1000, 0, 40);
    want_left(40, 1000, 959, 40);
    want_left(40, 1000, 960, 40);
    want_left(40, 1000, 961, 39);
    want_left(40, 1000, 999, 1);
    want_left(40, 1000, 1000, 0);
    want_left(40, 1000, 2000, 0);
    want_left(0, 1000, 300, 700);
}

static void without_deadline(void)
{
    want_left(40, DEADLINE_NEVER, 5, 40);
    want_left(UINT32_MAX, DEADLINE_NEVER, 5, UINT32_MAX);
    want_left(0, DEADLINE_NEVER, 5, DEADLINE_NEVER);
}

/* --- any request ------------------------------------------------------------------ */

static const int statuses[] = {200, 301, 404, 429, 500, 503, 0};

/* One request, walked by hand: what should be asked of the backend and when, and what
 * the user should hear in the end. */
struct walk {
    struct script_text script;
    int64_t now, end;
    int status; /* of the last try; 0: no answer */
};

/* An answer comes within its limit, or not at all. */
static void walk_try(struct walk *walk, uint32_t timeout_ms)
{
    int64_t left = walk->end - walk->now;
    int64_t limit = timeout_ms == 0 || timeout_ms > left ? left : timeout_ms;
    walk->status = statuses[chance_below(7)];
    script_add(&walk->script, ", %" PRId64 " call %" PRId64, walk->now, limit);
    walk->now += walk->status == 0 ? limit : (int64_t)chance_below((uint32_t)limit);
    if (walk->status == 0)
        script_add(&walk->script, ", %" PRId64 " timeout", walk->now);
    else
        script_add(&walk->script, ", %" PRId64 " reply %d", walk->now, walk->status);
}

static void walk_request(struct walk *walk, const struct client_config *config)
{
    uint32_t attempts = config->retry.attempts > 0 ? config->retry.attempts : 1;
    uint32_t made = 0;
    bool failed = true;
    script_add(&walk->script, "%" PRId64 " start", walk->now);
    while (failed && made < attempts && walk->now < walk->end) {
        walk_try(walk, config->retry.timeout_ms);
        made++;
        failed = walk->status == 0 || walk->status == 429 || walk->status >= 500;
    }
    const char *heard = walk->status == 0 ? "timed-out" : "failed";
    script_add(&walk->script, ", %" PRId64 " %s, %" PRId64 " calls %" PRIu32, walk->now,
               failed ? heard : "fresh", walk->now, made);
}

/* Few attempts first, so that the first request to fail is easy to read. */
static void any_request(void)
{
    for (uint32_t i = 0; i < 400; i++) {
        struct client_config config = {.deadline_ms = 20 + chance_below(200)};
        config.retry.attempts = chance_below(2 + i / 60);
        config.retry.timeout_ms = chance_below(2) == 0 ? 0 : 1 + chance_below(100);
        struct walk walk = {.now = 50, .end = 50 + config.deadline_ms};
        walk_request(&walk, &config);
        play_client(&config, walk.script.text);
    }
}

static const struct client_config once = {.deadline_ms = 1000};
static const struct client_config three = {.deadline_ms = 1000, .retry.attempts = 3};
static const struct client_config tight = {.deadline_ms = 100,
                                           .retry = {.attempts = 9, .timeout_ms = 40}};
static const struct client_config endless = {.retry.attempts = 2};

static const struct check_test tests[] = {
    {"first-try-counts", "attempts counts all tries, the first one too",
     "attempts 3 is one try and two retries; 0 and 1 both mean one try.",
     .body = first_try_counts},
    {"only-failures", "only a failure is tried again",
     "A good answer is what we wanted, and asking again does not mend our own mistake.",
     .body = only_failures},
    {"not-at-the-deadline", "at the deadline nobody tries again",
     "The user has gone: a retry would be load and nothing else.",
     .body = not_at_the_deadline},
    {"the-lesser", "a try may take its time-out or what is left, whichever is less",
     "The time-out is for one try, the deadline for all of them together.",
     .body = the_lesser},
    {"without-deadline", "without a deadline a try may take its time-out",
     "With neither, nothing limits it: DEADLINE_NEVER.", .body = without_deadline},
    {"once", "without attempts there is one try",
     "A knob left at 0 is off: nobody asked for retries.", .client = &once,
     .script = "0 start, 0 call 1000, 20 reply 503, 20 failed 502, 20 calls 1"},
    {"three-tries",
     "three attempts are three calls, then the user hears of the failure",
     "Count the calls the backend sees: the first one and two retries.",
     .client = &three,
     .script = "0 start, 0 call 1000, 20 reply 503, 20 call 980, 40 reply 500,"
               "40 call 960, 60 reply 503, 60 failed 502, 60 calls 3"},
    {"success-ends-it", "a good answer ends it",
     "What the last try brings is what counts.", .client = &three,
     .script = "0 start, 0 call, 20 reply 503, 20 call, 40 reply 200, 40 fresh 200,"
               "40 calls 2"},
    {"our-mistake-ends-it", "a 404 ends it, a 429 does not",
     "A 404 will be a 404 again. A 429 asks for patience, which is another try.",
     .client = &three,
     .script = "0 start a, 0 call a, 20 reply 404 a, 20 fresh 404 a, 20 calls 1 a,"
               "30 start b, 30 call b, 50 reply 429 b, 50 call b, 70 reply 403 b,"
               "70 fresh 403 b, 70 calls 3 b"},
    {"last-counts", "what the last try brought is what the user hears",
     "An answer of the first try is old news after the second.", .client = &endless,
     .script =
         "0 start a, 0 call never a, 20 reply 503 a, 20 call never a,"
         "900 timeout a, 900 timed-out 504 a,"
         "1000 start b, 1000 call b, 1900 timeout b, 1900 call b, 1950 reply 500 b,"
         "1950 failed 502 b"},
    {"one-deadline", "the deadline holds for all tries together",
     "A deadline is a point in time: no try sets it anew.", .client = &tight,
     .script = "0 start, 0 call 40, 40 timeout, 40 call 40, 80 timeout, 80 call 20,"
               "100 timeout, 100 timed-out 504, 100 calls 3"},
    {"any-request", "all this holds for any request",
     "This request was drawn by chance; the rules above say what had to happen.",
     .body = any_request},
};

int main(int argc, char **argv)
{
    return check_main(
        argc, argv,
        &(struct check){2, "try-again", tests, (int)(sizeof tests / sizeof tests[0])});
}
