/* world_test.c - the world with toy callers: what a run must satisfy whoever calls.
 *
 * Toys write down what they see, and complain at once about an event that nothing asked
 * for. Most runs here use even arrivals and fixed service times, so what must come out
 * can be reckoned exactly. I1, I8, I9, I10: the invariants of a simulation, by number.
 */
#include "unit.h"

#include <string.h>

#include "world_toy.h"

static const struct toy at_once = {.at_once = CALLER_FRESH};
static const struct toy refuser = {.at_once = CALLER_REFUSED};
static const struct toy patient = {.calls = 1, .within = SIM_NEVER};

/* --- invariants over chance worlds
 * ---------------------------------------------------- */

static struct world_config any_world(uint64_t *random)
{
    struct world_config w = even(1 + unit_below(random, 400), 1, SIM_S * 5);
    w.load.law = LOAD_POISSON;
    w.backend.service.law = SERVICE_EXPONENTIAL;
    w.backend.service.mean_ns = (1 + (int64_t)unit_below(random, 100)) * SIM_MS;
    w.backend.shards = 1 + unit_below(random, 4);
    w.backend.servers = 1 + unit_below(random, 10);
    w.backend.bounded = unit_one_in(random, 2);
    w.backend.queue_max = unit_below(random, 20);
    w.backend.drops_expired = unit_one_in(random, 2);
    w.pool.size = 1 + unit_below(random, 60);
    w.breakers = 1 + unit_below(random, w.pool.size);
    for (uint32_t i = unit_below(random, 5); i > 0; i--) {
        enum fault_kind kind = (enum fault_kind)unit_below(random, FAULT_LOAD + 1);
        int64_t from = unit_below(random, 4900), length = 1 + unit_below(random, 2000);
        int64_t to = from + length < 5000 ? from + length : 5000;
        add_fault(&w, kind, from, to, unit_below(random, 101));
    }
    return w;
}

/* I1, I10. Those without an outcome are those under way when the run ends, less those
 * who have waited longer than their patience. */
START_TEST(offered_is_settled_and_in_flight)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        uint64_t random = seed, waiting = 0, given_up = 0;
        struct world_config w = any_world(&random);
        struct toy toy = {.calls = 1 + unit_below(&random, 3),
                          .within = (1 + (int64_t)unit_below(&random, 900)) * SIM_MS,
                          .pause = unit_below(&random, 2) * SIM_MS};
        w.load.patience = unit_below(&random, 3) * 300 * SIM_MS;
        struct record *r = run(&w, &toy, seed);
        for (uint64_t i = 0; i < diary.starts; i++) {
            bool late = w.load.patience > 0 && w.run - diary.start[i] > w.load.patience;
            given_up += diary.end[i] < 0 && late;
            waiting += diary.end[i] < 0 && !late;
        }
        UNIT_HOLDS(r->offered == r->settled + waiting);
        UNIT_HOLDS(r->offered == diary.starts + got(r, OUTCOME_NO_ROOM));
        UNIT_HOLDS(r->settled == diary.answers + given_up + got(r, OUTCOME_NO_ROOM));
        record_free(r);
    }
}
END_TEST

/* The workers the world says are busy, and the calls that the toy knows to be under
 * way. */
START_TEST(busy_is_what_is_under_way)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        uint64_t random = seed;
        struct world_config w = any_world(&random);
        struct toy toy = {.calls = 2, .within = 200 * SIM_MS};
        struct record *r = run(&w, &toy, seed);
        for (uint32_t i = 0; i < r->buckets; i++) {
            int64_t look = (i + 1) * r->width - 1;
            uint32_t busy = 0;
            for (uint64_t n = 0; n < diary.starts && diary.start[n] <= look; n++)
                busy += diary.end[n] < 0 || diary.end[n] > look;
            UNIT_HOLDS(busy == r->bucket[i].busy);
        }
        record_free(r);
    }
}
END_TEST

/* I9. All times are multiples of a bucket here, so what is busy at its end was busy in
 * all of it, and the area is exact. */
START_TEST(littles_law_is_exact)
{
    for (uint32_t servers = 1; servers <= 9; servers++) {
        struct world_config w = even(100, 50 * SIM_MS, 60 * SIM_S);
        w.bucket = 20 * SIM_MS;
        w.load.rps = 50;
        w.backend.service.mean_ns = 60 * SIM_MS;
        w.backend.servers = servers;
        add_fault(&w, FAULT_HANG, 1000, 2000, 0);
        add_fault(&w, FAULT_LOAD, 10000, 60000, 0);
        struct record *r = run(&w, &patient, servers);
        int64_t area = 0, held = 0;
        for (uint32_t i = 0; i < r->buckets; i++)
            area += r->bucket[i].busy * r->width;
        for (uint64_t n = 0; n < diary.starts; n++)
            held += diary.end[n] - diary.start[n];
        ck_assert(diary.busy == 0 && r->settled == r->offered && r->offered == 499);
        ck_assert_int_eq(area, held);
        record_free(r);
    }
}
END_TEST

START_TEST(one_seed_brings_the_same_arrivals_to_everybody)
{
    static struct diary first;
    uint64_t random = 3;
    struct world_config w = any_world(&random);
    struct toy stubborn = {.calls = 3, .within = 70 * SIM_MS, .pause = 5 * SIM_MS};
    w.pool.size = 10000;
    record_free(run(&w, &at_once, 7));
    first = diary;
    struct record *r = run(&w, &stubborn, 7);
    ck_assert(r->attempts > first.starts && first.starts > 100);
    ck_assert_uint_eq(first.starts, diary.starts);
    ck_assert(memcmp(first.start, diary.start, sizeof first.start) == 0);
    ck_assert(memcmp(first.shard, diary.shard, sizeof first.shard) == 0);
    uint64_t digest = r->digest;
    record_free(r);
    r = run(&w, &stubborn, 7);
    ck_assert_uint_eq(r->digest, digest);
    record_free(r);
    r = run(&w, &stubborn, 8);
    ck_assert_uint_ne(r->digest, digest);
    record_free(r);
}
END_TEST

/* --- workers, replies
 * ----------------------------------------------------------------- */

START_TEST(a_full_house_turns_away)
{
    struct world_config w = even(100, SIM_S, 10 * SIM_S);
    w.pool.size = 7;
    w.backend.servers = 7;
    struct record *r = run(&w, &patient, 1);
    ck_assert_uint_eq(r->busy_most, 7);
    ck_assert_uint_eq(diary.starts,
                      7 * 10); /* 7 at a time for a second each, from 10 ms */
    ck_assert_uint_eq(got(r, OUTCOME_NO_ROOM), r->offered - 70);
    record_free(r);
}
END_TEST

START_TEST(late_replies_are_ignored)
{
    struct world_config w = even(5, 50 * SIM_MS, 10 * SIM_S);
    struct toy hasty = {.calls = 2, .within = 20 * SIM_MS};
    w.backend.servers = 10;
    struct record *r = run(&w, &hasty, 1);
    ck_assert_uint_eq(r->offered, 49);
    ck_assert(diary.replies == 0 && diary.timeouts == 98 && r->attempts == 98);
    ck_assert_uint_eq(r->served_in_vain,
                      98); /* each late by far, and noticed by none */
    for (uint64_t i = 0; i < diary.starts; i++)
        ck_assert_int_eq(took_ms(i), 40);
    record_free(r);
}
END_TEST

START_TEST(a_sleep_without_end_does_not_end)
{
    struct world_config w = even(10, 50 * SIM_MS, 2 * SIM_S);
    struct toy sleeper = {.calls = 2, .within = 20 * SIM_MS, .pause = SIM_NEVER};
    struct record *r = run(&w, &sleeper, 1);
    ck_assert(r->attempts == 19 && r->settled == 0 && diary.busy == 19);
    record_free(r);
}
END_TEST

/* --- the backend's illnesses
 * ---------------------------------------------------------- */

/* Requests at 100, 200, ... ms; the shard hangs from 205 to 1000 ms. */
START_TEST(a_hang_keeps_jobs_and_serves_them_after)
{
    struct world_config w = even(10, 10 * SIM_MS, 3 * SIM_S);
    add_fault(&w, FAULT_HANG, 205, 1000, 0);
    struct record *r = run(&w, &patient, 1);
    ck_assert_int_eq(took_ms(0), 10);
    ck_assert_int_eq(took_ms(1), 800); /* in service when it began to hang */
    for (uint64_t i = 2; i < 9; i++)   /* one after the other */
        ck_assert_int_eq(diary.end[i] / SIM_MS, 1010 + 10 * ((int64_t)i - 2));
    ck_assert_int_eq(took_ms(20), 10);
    ck_assert_uint_eq(got(r, OUTCOME_FRESH), 29);
    record_free(r);
}
END_TEST

START_TEST(a_refusal_is_quick)
{
    struct world_config w = even(10, 10 * SIM_MS, 3 * SIM_S);
    add_fault(&w, FAULT_REFUSE, 1050, 2050, 0);
    struct record *r = run(&w, &patient, 1);
    for (uint64_t i = 0; i < diary.starts; i++) {
        bool in_fault = i >= 10 && i < 20;
        ck_assert_int_eq(took_ms(i), in_fault ? 1 : 10);
        ck_assert_int_eq(diary.status[i], in_fault ? 0 : 200);
    }
    ck_assert(got(r, OUTCOME_FAILED) == 10 && r->served_in_vain == 0);
    record_free(r);
}
END_TEST

START_TEST(a_bounded_queue_has_an_end)
{
    struct world_config w = even(10, SIM_S, SIM_S + 50 * SIM_MS);
    w.backend.bounded = true;
    w.backend.queue_max = 2;
    struct record *r = run(&w, &patient, 1);
    ck_assert_uint_eq(diary.starts, 10);
    for (uint64_t i = 0; i < 10;
         i++) { /* one served, two wait, the others are refused */
        ck_assert(i < 3 ? diary.end[i] == -1 : took_ms(i) == 1);
        ck_assert(i < 3 || diary.status[i] == 0);
    }
    record_free(r);
}
END_TEST

/* Requests every 20 ms, a hang from 1 s to 2 s, time-outs of 100 ms: those from 1000 to
 * 1900 ms have expired when it ends. */
START_TEST(what_has_expired_is_dropped_if_asked_for)
{
    struct world_config w = even(50, 10 * SIM_MS, 4 * SIM_S);
    struct toy toy = {.calls = 1, .within = 100 * SIM_MS};
    add_fault(&w, FAULT_HANG, 1000, 2000, 0);
    struct record *r = run(&w, &toy, 1);
    ck_assert(r->served_in_vain >= 46 && got(r, OUTCOME_FAILED) > 46);
    record_free(r);
    w.backend.drops_expired = true;
    r = run(&w, &toy, 1);
    ck_assert(r->served_in_vain == 0 && got(r, OUTCOME_FAILED) == 46);
    record_free(r);
}
END_TEST

START_TEST(a_fault_of_one_shard_leaves_the_others_alone)
{
    struct world_config w = even(200, 10 * SIM_MS, 10 * SIM_S);
    struct toy toy = {.calls = 1, .within = 500 * SIM_MS};
    w.backend.shards = 4;
    w.backend.servers = 5;
    add_fault(&w, FAULT_ERRORS, 2000, 8000, 100);
    add_fault(&w, FAULT_ERRORS, 2000, 8000, 0); /* of two alike, the later counts */
    w.faults[0].shard = 2;
    w.faults[1].shard = 1;
    add_fault(&w, FAULT_HANG, 2000, 8000, 0);
    w.faults[2].shard = 3;
    struct record *r = run(&w, &toy, 1);
    for (int i = 0; i < 4; i++) {
        ck_assert(r->shard_offered[i] > 200);
        ck_assert_uint_eq(r->shard_fresh[i], i < 2 ? r->shard_offered[i] : 0);
    }
    record_free(r);
}
END_TEST

/* --- load
 * ------------------------------------------------------------------------------ */

/* As many at once as there are users, never more; whatever comes of their requests. */
START_TEST(a_user_has_one_request_at_a_time)
{
    static const struct toy toys[] = {{.calls = 1, .within = SIM_NEVER},
                                      {.calls = 3, .within = 40 * SIM_MS}};
    for (uint32_t users = 1; users <= 20; users++)
        for (size_t i = 0; i < 2; i++) {
            struct world_config w = even(0, 50 * SIM_MS, 20 * SIM_S);
            w.load = (struct load_config){.law = LOAD_USERS,
                                          .users = users,
                                          .think = SIM_MS,
                                          .repeats = (uint32_t)i * 2,
                                          .repeat_after = SIM_MS};
            struct record *r = run(&w, &toys[i], users);
            ck_assert_uint_eq(diary.busy_most, users);
            ck_assert(r->offered - r->settled <= users && r->settled > 20);
            record_free(r);
        }
}
END_TEST

/* Requests at 100, 200, ... ms, of which each is tried four times, 30 ms apart. */
START_TEST(who_asks_again_is_counted_once)
{
    struct world_config w = even(10, 10 * SIM_MS, 10 * SIM_S);
    w.load.repeats = 3;
    w.load.repeat_after = 30 * SIM_MS;
    add_fault(&w, FAULT_LOAD, 9000, 10000, 0);
    struct record *r = run(&w, &refuser, 1);
    ck_assert(r->offered == 89 && r->settled == 89 && diary.starts == 4 * 89);
    ck_assert_uint_eq(got(r, OUTCOME_REFUSED), 89);
    for (uint64_t i = 0; i < 4 * 89; i++)
        ck_assert_int_eq(diary.start[i] / SIM_MS,
                         100 * ((int64_t)i / 4 + 1) + 30 * ((int64_t)i % 4));
    for (uint32_t i = 0; i < r->buckets;
         i++) /* where they came, not where they ended */
        ck_assert_uint_eq(r->bucket[i].offered, r->bucket[i].outcome[OUTCOME_REFUSED]);
    ck_assert_int_eq(histogram_quantile(&r->latency, 1) / 1000, 90);
    record_free(r);
}
END_TEST

static uint64_t offered(const struct record *r, int64_t from_s, int64_t to_s)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < r->buckets; i++)
        if (i * r->width >= from_s * SIM_S && (i + 1) * r->width <= to_s * SIM_S)
            sum += r->bucket[i].offered;
    return sum;
}

/* Poisson: within five standard deviations of what it should be. */
static void about(uint64_t found, uint64_t wanted)
{
    uint64_t off = found > wanted ? found - wanted : wanted - found;
    ck_assert_msg(off * off <= 25 * wanted, "%llu, wanted %llu",
                  (unsigned long long)found, (unsigned long long)wanted);
}

START_TEST(the_load_follows_its_steps)
{
    struct world_config w = even(0, SIM_MS, 30 * SIM_S);
    w.load = (struct load_config){.law = LOAD_POISSON,
                                  .steps = 5,
                                  .step = {{2 * SIM_S, 0},
                                           {2001 * SIM_MS, 500},
                                           {10 * SIM_S, 500},
                                           {10001 * SIM_MS, 1000},
                                           {20 * SIM_S, 0}}};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct record *r = run(&w, &at_once, seed);
        ck_assert_uint_eq(offered(r, 0, 2), 0);
        about(offered(r, 2, 6), 2000);
        about(offered(r, 6, 10), 2000);
        about(offered(r, 10, 15), 3750); /* from 1000 to 500 a second */
        about(offered(r, 15, 20), 1250);
        ck_assert_uint_eq(offered(r, 20, 30), 0);
        record_free(r);
    }
}
END_TEST

START_TEST(a_load_fault_is_a_share_of_the_load)
{
    struct world_config w = even(1000, SIM_MS, 20 * SIM_S);
    w.load.law = LOAD_POISSON;
    add_fault(&w, FAULT_LOAD, 5000, 10000, 300);
    add_fault(&w, FAULT_LOAD, 12000, 13000, 0);
    add_fault(&w, FAULT_LOAD, 14000, 18000, 50);
    struct record *r = run(&w, &at_once, 4);
    about(offered(r, 0, 5), 5000);
    about(offered(r, 5, 10), 15000);
    about(offered(r, 10, 12), 2000);
    ck_assert_uint_eq(offered(r, 12, 13), 0);
    about(offered(r, 14, 18), 2000);
    about(offered(r, 18, 20), 2000);
    record_free(r);
}
END_TEST

int main(void)
{
    const struct unit_case cases[] = {
        {"in-flight", &offered_is_settled_and_in_flight, 0},
        {"busy", &busy_is_what_is_under_way, 0},
        {"little", &littles_law_is_exact, 0},
        {"same-arrivals", &one_seed_brings_the_same_arrivals_to_everybody, 0},
        {"full-house", &a_full_house_turns_away, 0},
        {"late-replies", &late_replies_are_ignored, 0},
        {"sleep-without-end", &a_sleep_without_end_does_not_end, 0},
        {"hang", &a_hang_keeps_jobs_and_serves_them_after, 0},
        {"refusal", &a_refusal_is_quick, 0},
        {"bounded", &a_bounded_queue_has_an_end, 0},
        {"expired", &what_has_expired_is_dropped_if_asked_for, 0},
        {"shards", &a_fault_of_one_shard_leaves_the_others_alone, 0},
        {"users", &a_user_has_one_request_at_a_time, 0},
        {"repeats", &who_asks_again_is_counted_once, 0},
        {"steps", &the_load_follows_its_steps, 0},
        {"load-fault", &a_load_fault_is_a_share_of_the_load, 0},
    };
    return unit_run("world", cases, sizeof cases / sizeof *cases);
}
