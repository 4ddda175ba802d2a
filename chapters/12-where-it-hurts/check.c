/* Check of chapter 12: a breaker for each shard, and a bound on calls at once.
 *
 * A script has no word for a shard, so what is about shards is plain C: stage.h. */
#include "history.h"

/* --- shards ----------------------------------------------------------------------- */

enum { FULL = CLIENT_SHARDS_MAX }; /* so many shards fill the client */

static const struct client_config per_shard = {
    .breaker = {.failures_to_open = 1, .open_ms = 100000}, .per_shard = 1};
static const struct client_config kind_per_shard = {
    .breaker = {.failures_to_open = 1, .open_ms = 100000},
    .stale_max_ms = 100000,
    .per_shard = 1};
static const struct client_config two_per_shard = {
    .breaker = {.failures_to_open = 2, .open_ms = 100000}, .per_shard = 1};
static const struct client_config told_to_rest = {
    .breaker = {.failures_to_open = 1, .open_ms = 1000, .open_max_ms = 100000},
    .per_shard = 1};
static const struct client_config one_for_all_shards = {
    .breaker = {.failures_to_open = 1, .open_ms = 100000}};

static void each_its_own(void)
{
    struct client client = new_client(&per_shard);
    once(&client, 0, 0, 500);
    refused(&client, 0, 10);
    all_well(&client, 1, 3, 20);
    once(&client, 7000000000000, 60, 500); /* a shard may be any number of 64 bits */
    refused(&client, 7000000000000, 70);
    once(&client, 1, 80, 200);
    want_yes(client_state_at(&client, 0, 90) == BREAKER_OPEN, true,
             "at 90 ms: shard 0 open?");
    want_yes(client_state_at(&client, 1, 90) == BREAKER_CLOSED, true,
             "at 90 ms: shard 1 closed?");
    refused(&client, 0, 90);
}

static void one_for_all(void)
{
    struct client client = new_client(&one_for_all_shards);
    once(&client, 7, 0, 500);
    refused(&client, 8, 10);
    refused(&client, 0, 20);
    want_yes(client_state_at(&client, 0, 30) == BREAKER_OPEN, true,
             "at 30 ms: open, for all?");
}

/* Without a slot of its own: no time is left for a call, so none was taken; or another
 * shard has come into it while the call was under way. */
static void no_slot(void)
{
    struct client client = new_client(&kind_per_shard);
    once(&client, 1, 0, 200);
    struct client_call call = {.phase = 0};
    struct client_event event = {
        .kind = CLIENT_START, .now_ms = 10, .deadline_ms = 10, .shard = 2};
    story_tell("    10 ms  shard 2, and no time is left");
    struct client_action action = client_step(&client, &call, &event);
    want_yes(action.answer == CLIENT_REFUSED, true,
             "at 10 ms: refused, since shard 2 has no answer of its own?");
}

static void other_hands(int status)
{
    struct client client = new_client(&kind_per_shard);
    struct client_call late, later;
    called(&client, &late, 1, 0);
    called(&client, &later, 1, 1);
    all_well(&client, 2, FULL, 10);
    once(&client, 99, 1000, 200); /* in the place of shard 1 */
    struct client_action action = finish(&client, &late, status, 1010);
    want_yes(action.answer == CLIENT_FAILED || action.answer == CLIENT_TIMED_OUT, true,
             "at 1010 ms: shard 1 has no answer of its own?");
    once(&client, 1, 1020, 200); /* in the place of 2 */
    action = finish(&client, &later, status, 1041);
    want_yes(action.answer == CLIENT_STALE, true, "at 1041 ms: shard 1's own, stale?");
    want_ms(action.age_ms, 20, "its age");
}

static void own_page(void)
{
    no_slot();
    other_hands(500);
    other_hands(0);
    struct client client = new_client(&kind_per_shard);
    once(&client, 1, 0, 200);
    struct client_action action = once(&client, 2, 10, 500);
    want_yes(action.answer == CLIENT_FAILED, true,
             "at 11 ms: shard 2 failed, and has no answer of its own?");
    action = once(&client, 1, 20, 500);
    want_yes(action.answer == CLIENT_STALE, true, "at 21 ms: shard 1's own, stale?");
    want_ms(action.age_ms, 20, "its age");
    all_well(&client, 3, FULL, 100);
    once(&client, 98, 1000, 200); /* in the place of 2, and the next of 1 */
    action = once(&client, 99, 1010, 500);
    want_yes(action.answer == CLIENT_FAILED, true,
             "at 1011 ms: shard 99 failed, and has no answer of its own?");
}

static void sixteen_kept(void)
{
    struct client client = new_client(&per_shard);
    for (uint64_t i = 0; i < FULL; i++) /* 0, 16, 32: alike in their last digits */
        once(&client, i * FULL, 10 * (int64_t)i, 500);
    for (uint64_t i = 0; i < FULL; i++)
        refused(&client, i * FULL, 1000 + (int64_t)i);
}

/* Asked, and let through or refused: either way it is in use. */
static void longest_unused(void)
{
    struct client client = new_client(&two_per_shard);
    once(&client, 1, 0, 500);
    all_well(&client, 2, FULL, 10);
    once(&client, 1, 1000, 404);       /* let through: 2 is now the longest unused */
    all_well(&client, 101, 115, 2000); /* 2 to 16 make room */
    once(&client, 1, 3000, 500);       /* so this is its second failure */
    refused(&client, 1, 3010);
    all_well(&client, 102, 115, 4000);
    refused(&client, 1, 5000);
    all_well(&client, 201, 215, 6000); /* 101 to 115 make room */
    refused(&client, 1, 7000);
    all_well(&client, 301, 316, 8000); /* and here shard 1 does */
    once(&client, 1, 9000, 200);
}

/* A shard that comes back is new, too: its calls from before count no more. */
static void comes_back(void)
{
    struct client client = new_client(&two_per_shard);
    struct client_call late[2];
    all_well(&client, 101, 100 + FULL, 0);
    called(&client, &late[0], 1, 500); /* in the place of 101 */
    called(&client, &late[1], 1, 501);
    all_well(&client, 102, 100 + FULL, 600);
    once(&client, 99, 1000, 200); /* in the place of 1 */
    all_well(&client, 103, 100 + FULL, 1100);
    once(&client, 1, 1500, 200); /* in the place of 102 */
    finish(&client, &late[0], 500, 1510);
    finish(&client, &late[1], 500, 1511);
    once(&client, 1, 1520, 200);
}

static void starts_anew(void)
{
    comes_back();
    struct client client = new_client(&two_per_shard);
    all_well(&client, 2, FULL, 0);
    once(&client, 1, 500, 500);
    all_well(&client, 2, FULL, 600);
    once(&client, 99, 1000, 500); /* in the place of shard 1: its first failure */
    once(&client, 99, 1010, 500);
    refused(&client, 99, 1020);
    all_well(&client, 2, FULL, 1100);
    once(&client, 98, 1500, 200); /* in the place of 99, which was open */
    want_yes(client_state_at(&client, 98, 1510) == BREAKER_CLOSED, true,
             "at 1510 ms: shard 98 closed?");
}

/* Failures for a shard that has made room, then a good answer for one. */
static void late_outcomes(void)
{
    struct client client = new_client(&two_per_shard);
    struct client_call late[2], good;
    called(&client, &late[0], 1, 0);
    called(&client, &late[1], 1, 1);
    all_well(&client, 2, FULL, 10);
    once(&client, 99, 1000, 200); /* in the place of shard 1 */
    finish(&client, &late[0], 500, 1010);
    finish(&client, &late[1], 500, 1011);
    once(&client, 99, 1020, 200);
    called(&client, &good, 99, 1040);
    all_well(&client, 2, FULL, 1100);
    once(&client, 98, 1500, 500); /* in the place of 99 */
    finish(&client, &good, 200, 1510);
    once(&client, 98, 1520, 500); /* two in a row */
    refused(&client, 98, 1530);
}

static void late_page(void)
{
    struct client client = new_client(&kind_per_shard);
    struct client_call late, call;
    called(&client, &late, 1, 0);
    all_well(&client, 2, FULL, 10);
    called(&client, &call, 99, 1000); /* in the place of shard 1 */
    finish(&client, &late, 200, 1010);
    struct client_action action = finish(&client, &call, 500, 1020);
    want_yes(action.answer == CLIENT_FAILED, true,
             "at 1020 ms: shard 99 failed, and has no answer of its own?");
}

/* "Come back later" is about the shard that said so, wherever that is kept by now. */
static void late_rest(void)
{
    struct client client = new_client(&told_to_rest);
    struct client_call late, call;
    called(&client, &late, 1, 0);
    all_well(&client, 2, FULL, 10);
    once(&client, 99, 200, 500); /* in the place of shard 1: open until 1201 */
    once(&client, 1, 400, 500);  /* in the place of 2: open until 1401 */
    finish_and_rest(&client, &late, 50000, 500);
    called(&client, &call, 99, 1300);
    refused(&client, 1, 1500);
}

static void former_shard(void)
{
    late_outcomes();
    late_page();
    late_rest();
}

/* --- a bound ---------------------------------------------------------------------- */

static const struct client_config two_at_once = {
    .breaker = {.failures_to_open = 5, .open_ms = 1000},
    .in_flight_max = 2,
    .per_shard = 1};
static const struct client_config one_at_once = {
    .deadline_ms = 100,
    .breaker = {.failures_to_open = 4, .open_ms = 1000},
    .in_flight_max = 1};
static const struct client_config sleeper = {
    .retry = {.attempts = 2, .backoff_ms = 1000000}, .in_flight_max = 1};
static const struct client_config short_fuse = {
    .breaker = {.failures_to_open = 2, .open_ms = 1000}, .in_flight_max = 1};
static const struct client_config two_probes = {
    .breaker = {.failures_to_open = 1, .open_ms = 1000, .probes_at_once = 2},
    .in_flight_max = 2};
static const struct client_config kind_one = {.stale_max_ms = 60000,
                                              .in_flight_max = 1};
static const struct client_config kind_one_per_shard = {
    .stale_max_ms = 60000, .in_flight_max = 1, .per_shard = 1};
static const struct client_config no_bound = {.deadline_ms = 1000};

static void bounded(void)
{
    struct client client = new_client(&two_at_once);
    struct client_call call[2];
    called(&client, &call[0], 1, 0);
    called(&client, &call[1], 2, 1);
    refused(&client, 1, 2);
    refused(&client, 3, 3); /* another shard, and the same bound */
    finish(&client, &call[0], 200, 10);
    called(&client, &call[0], 3, 11);
    refused(&client, 1, 12);
}

/* Shard 1's page stands in for shard 1, full or not, and for nobody else. */
static void full_and_apart(void)
{
    struct client client = new_client(&kind_one_per_shard);
    struct client_call call, other;
    once(&client, 1, 0, 200);
    called(&client, &call, 1, 10);
    struct client_action action = start(&client, &other, 2, 20);
    want_yes(action.answer == CLIENT_REFUSED, true,
             "at 20 ms: refused, since shard 2 has no answer of its own?");
    finish(&client, &call, 200, 30);
    once(&client, 2, 40, 200);
    called(&client, &call, 1, 50);
    action = start(&client, &other, 2, 61);
    want_yes(action.answer == CLIENT_STALE, true, "at 61 ms: shard 2's own, stale?");
    want_ms(action.age_ms, 20, "its age");
}

/* A full bulkhead is no use of a shard, and nobody makes room for whom it refuses. */
static void full_touches_no_slot(void)
{
    struct client client = new_client(&kind_one_per_shard);
    struct client_call call, other;
    all_well(&client, 1, FULL, 0);
    called(&client, &call, FULL, 500);
    refused(&client, 99, 510);
    struct client_action action = start(&client, &other, 1, 520);
    want_yes(action.answer == CLIENT_STALE, true, "at 520 ms: shard 1's own, stale?");
    finish(&client, &call, 200, 530);
    once(&client, 99, 540, 200); /* 1 is the longest unused, and makes room */
    called(&client, &call, FULL, 550);
    action = start(&client, &other, 2, 560);
    want_yes(action.answer == CLIENT_STALE, true, "at 560 ms: shard 2's own, stale?");
}

static void probe_unspent(void)
{
    full_and_apart();
    full_touches_no_slot();
    play_client(&kind_one, "0 start a, 0 call a, 10 reply 200 a, 11 start b, 11 call b,"
                           "12 start c, 12 stale 200 c, 12 calls 2 c");
    play_client(&two_probes,
                "0 start a, 0 call a, 1 start b, 1 call b, 5 reply 500 a, 6 start x,"
                "6 refused x, 1005 start p, 1005 call p, 1006 start q, 1006 refused q,"
                "1010 reply 200 b, 1011 start r, 1011 call r, 1012 calls 4 r");
}

/* --- the table -------------------------------------------------------------------- */

static const struct check_test tests[] = {
    {"one-for-all", "without per_shard one breaker decides for all shards",
     "per_shard 0 is off: whichever shard failed, all are refused.",
     .body = one_for_all},
    {"each-its-own", "with it each shard has its own, and no other notices",
     "What a call says, it says about the shard that was called.",
     .body = each_its_own},
    {"own-page", "only a shard's own last answer stands in for it",
     "A page of another shard may be another customer's page.", .body = own_page},
    {"sixteen-kept", "sixteen shards are kept, whatever their numbers",
     "A slot is found by comparing the whole number, never by a part of it.",
     .body = sixteen_kept},
    {"longest-unused", "for one more the shard longest unused makes room",
     "Unused is not asked: being refused by the breaker is use, or an open one would "
     "be "
     "forgotten just because it is open.",
     .body = longest_unused},
    {"starts-anew", "a slot that changes hands starts anew",
     "The new shard has not failed yet: no count, no open breaker is handed down.",
     .body = starts_anew},
    {"former-shard", "an answer to the former shard's call says nothing of the new one",
     "Permits of the former shard must be worthless, its answers must not stand in, "
     "and "
     "its Retry-After must not be another's rest.",
     .body = former_shard},
    {"bounded", "never more than in_flight_max calls run at once, over all shards",
     "Whoever would be one too many is refused at once.", .body = bounded},
    {"no-bound", "without in_flight_max any number may run", "A knob left at 0 is off.",
     .client = &no_bound,
     .script = "0 start a, 0 call a, 0 start b, 0 call b, 0 start c, 0 call c,"
               "0 start d, 0 call d, 1 start e, 1 call e, 1 start f, 1 call f,"
               "1 start g, 1 call g, 1 start h, 1 call h, 1 calls 8 h"},
    {"given-back", "a place is given back however the call ends",
     "Good, bad, ignored, late, never, or not made at all: each way out counts one "
     "down, and once.",
     .client = &one_at_once,
     .script = "0 start a, 0 call a, 1 reply 200 a, 2 start b, 2 call b, 3 reply 404 b,"
               "4 start c, 4 call c, 5 reply 500 c, 6 start d, 6 call d, 106 timeout d,"
               "107 start e, 107 call e, 207 reply 200 e, 207 timed-out e,"
               "208 start f, 208 call f, 209 reply 500 f, 210 start g, 210 refused g,"
               "1300 start h, 1300 call h, 1301 start i, 1301 refused i,"
               "1310 reply 200 h, 1311 start j 1300, 1311 refused j,"
               "1312 start k, 1312 call k, 1313 start l, 1313 refused l"},
    {"asleep", "who sleeps before a retry holds no place",
     "Places are for calls under way. Who wakes asks again, like everybody.",
     .client = &sleeper,
     .script = "0 start a, 0 call a, 5 reply 500 a, 5 sleep a, 6 start b, 6 call b,"
               "7 start c, 7 refused c, 9000 woke a, 9000 failed 502 a, 9000 calls 2 a,"
               "9001 reply 200 b, 9001 fresh b, 9002 start d, 9002 call d"},
    {"no-news", "a full bulkhead says nothing about the backend",
     "It counts neither as a failure nor as a success.", .client = &short_fuse,
     .script = "0 start a, 0 call a, 1 start b, 1 refused b, 2 start c, 2 refused c,"
               "3 start d, 3 refused d, 10 reply 200 a, 10 fresh a, 11 start e,"
               "11 call e, 12 reply 500 e, 13 start f, 13 call f, 14 start g,"
               "14 refused g, 15 reply 500 f, 16 start h, 16 refused h, 16 calls 3 h"},
    {"probe-unspent",
     "a full bulkhead takes no probe and no slot, and the last good answer stands in",
     "Ask the bulkhead first: a probe that is taken and not sent keeps its slot until "
     "its lease ends, and a shard that is not called makes no other one's page go.",
     .body = probe_unspent},
    {"any-history", "all this holds for any history",
     "A random history came out otherwise than in the model, where no breaker is ever "
     "used twice.",
     .body = random_histories},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){12, "where-it-hurts", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
