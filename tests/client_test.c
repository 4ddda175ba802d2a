/* client_test.c - the step function, driven by tables of (event, action wanted).
 *
 * A row is one request's event; several requests, named by number, may be under way in
 * one client. client_random.c lets many of them run at random. */
#include "client_test.h"

#include <string.h>

#include "client_stories.h"

static void same_action(const char *title, int step, struct client_action got,
                        struct client_action want)
{
    ck_assert_msg(got.kind == want.kind, "%s, step %d: action %d, not %d", title, step,
                  got.kind, want.kind);
    ck_assert_msg(got.within_ms == want.within_ms && got.probe == want.probe &&
                      got.answer == want.answer && got.status == want.status &&
                      got.age_ms == want.age_ms &&
                      got.retry_after_ms == want.retry_after_ms,
                  "%s, step %d: within %lld probe %d answer %d status %d age %lld "
                  "retry after %lld",
                  title, step, (long long)got.within_ms, got.probe, got.answer,
                  got.status, (long long)got.age_ms, (long long)got.retry_after_ms);
}

static struct client client; /* ten kilobytes */

START_TEST(story)
{
    const struct story *s = &stories[_i];
    struct client_call calls[CALLS];
    memset(calls, 0, sizeof calls);
    ck_assert_ptr_null(client_config_error(&s->config));
    client_init(&client, &s->config, 1);
    for (int i = 0; !s->steps[i].last; i++) {
        const struct step *step = &s->steps[i];
        struct client_action got =
            client_step(&client, &calls[step->call], &step->event);
        same_action(s->title, i, got, step->want);
    }
}
END_TEST

/* --- shards ----------------------------------------------------------------------- */

static struct client_action tell(struct client_call *call, struct client_event event)
{
    return client_step(&client, call, &event);
}

static void fail_shard(uint64_t shard, int64_t now_ms)
{
    struct client_call call = {0};
    struct client_action action =
        tell(&call, (struct client_event)START_SHARD(now_ms, shard));
    ck_assert_int_eq(action.kind, CLIENT_CALL_BACKEND);
    tell(&call, (struct client_event)REPLY(now_ms, 500));
}

static void many_shards(void)
{
    struct client_config config = {.per_shard = 1, TRIP(1, 100000)};
    client_init(&client, &config, 1);
}

START_TEST(the_shard_longest_unused_makes_room)
{
    many_shards();
    for (uint64_t shard = 1; shard <= CLIENT_SHARDS_MAX; shard++)
        fail_shard(shard, (int64_t)shard);
    struct client_call call = {0};
    tell(&call,
         (struct client_event)START_SHARD(100, 1)); /* used again: not the oldest */
    for (uint64_t shard = 1; shard <= CLIENT_SHARDS_MAX; shard++)
        ck_assert_int_eq(client_state_at(&client, shard, 101), BREAKER_OPEN);
    fail_shard(99, 102);
    ck_assert_int_eq(client_state_at(&client, 99, 103), BREAKER_OPEN);
    ck_assert_int_eq(client_state_at(&client, 1, 103), BREAKER_OPEN);
    ck_assert_int_eq(client_state_at(&client, 2, 103), BREAKER_CLOSED); /* forgotten */
    ck_assert_int_eq(client_state_at(&client, 3, 103), BREAKER_OPEN);
}
END_TEST

START_TEST(a_permit_of_a_shard_that_made_room_is_worthless)
{
    many_shards();
    struct client_call late = {0}, call = {0};
    tell(&late, (struct client_event)START_SHARD(1, 1));
    for (uint64_t shard = 2; shard <= CLIENT_SHARDS_MAX + 1; shard++) {
        memset(&call, 0, sizeof call);
        tell(&call, (struct client_event)START_SHARD((int64_t)shard, shard));
        tell(&call, (struct client_event)REPLY((int64_t)shard, 200));
    }
    struct client_action end = tell(&late, (struct client_event)REPLY(50, 500));
    ck_assert(end.kind == CLIENT_ANSWER && end.answer == CLIENT_FAILED);
    ck_assert_int_eq(client_state_at(&client, CLIENT_SHARDS_MAX + 1, 51),
                     BREAKER_CLOSED);
    ck_assert_uint_eq(client.in_flight, 0);
}
END_TEST

START_TEST(with_one_breaker_for_all_every_shard_shows_it)
{
    struct client_config config = {TRIP(1, 1000)};
    client_init(&client, &config, 1);
    fail_shard(7, 1);
    for (uint64_t shard = 0; shard < 20; shard++)
        ck_assert_int_eq(client_state_at(&client, shard, 2), BREAKER_OPEN);
}
END_TEST

static void push_out(uint64_t but, int64_t at)
{
    struct client_call call;
    for (uint64_t shard = 100; shard < 100 + CLIENT_SHARDS_MAX; shard++) {
        memset(&call, 0, sizeof call);
        if (shard != but)
            tell(&call, (struct client_event)START_SHARD(at + (int64_t)shard, shard));
    }
}

START_TEST(a_retry_asks_the_breaker_of_its_own_shard)
{
    struct client_config config = {
        .per_shard = 1, .retry = {.attempts = 2, .backoff_ms = 10}, TRIP(1, 1000)};
    client_init(&client, &config, 1);
    struct client_call call = {0};
    tell(&call, (struct client_event)START_SHARD(1, 1));
    struct client_action nap = tell(&call, (struct client_event)REPLY_DRAW(2, 500, 10));
    ck_assert_int_eq(nap.kind, CLIENT_SLEEP);
    push_out(0, 0);
    struct client_action again = tell(&call, (struct client_event)WOKE(1000));
    ck_assert_int_eq(again.kind, CLIENT_CALL_BACKEND);
    tell(&call, (struct client_event)REPLY(1001, 500));
    ck_assert_int_eq(client_state_at(&client, 1, 1002), BREAKER_OPEN);
    for (uint64_t shard = 100; shard < 100 + CLIENT_SHARDS_MAX; shard++)
        ck_assert_int_eq(client_state_at(&client, shard, 1002), BREAKER_CLOSED);
}
END_TEST

START_TEST(a_look_takes_no_place)
{
    many_shards();
    struct client before = client;
    for (uint64_t shard = 0; shard < 100; shard++)
        ck_assert_int_eq(client_state_at(&client, shard, 5), BREAKER_CLOSED);
    ck_assert_mem_eq(&before, &client, sizeof client);
}
END_TEST

static void wake_who_does_not_sleep(void)
{
    struct client_call call = {0};
    many_shards();
    tell(&call, (struct client_event)WOKE(1));
}

static void start_twice(void)
{
    struct client_call call = {0};
    many_shards();
    tell(&call, (struct client_event)START(1));
    tell(&call, (struct client_event)START(2));
}

static void answer_nobody(void)
{
    struct client_call call = {0};
    many_shards();
    tell(&call, (struct client_event)REPLY(1, 200));
}

static void tell_of_the_store(void)
{
    struct client_call call = {0};
    many_shards();
    tell(&call, (struct client_event)START(1));
    tell(&call, (struct client_event){.kind = CLIENT_STORE_SAVED, .now_ms = 2});
}

static void start_misconfigured(void)
{
    client_init(&client, &(struct client_config){.per_shard = 2}, 1);
}

START_TEST(an_event_nobody_asked_for_aborts)
{
    ck_assert(unit_aborts(wake_who_does_not_sleep));
    ck_assert(unit_aborts(start_misconfigured));
    ck_assert(unit_aborts(start_twice));
    ck_assert(unit_aborts(answer_nobody));
    ck_assert(unit_aborts(tell_of_the_store));
}
END_TEST

static const struct {
    struct client_config config;
    const char *error;
} configs[] = {
    {{0}, NULL},
    {{.retry = {.budget_max = 5, .budget_cost = 5}}, NULL},
    {{.retry = {.budget_max = 5, .budget_cost = 6}}, "budget_cost"},
    {{.retry = {.backoff_ms = 5, .backoff_max_ms = 5}}, NULL},
    {{.retry = {.backoff_ms = 6, .backoff_max_ms = 5}}, "backoff_max_ms"},
    {{.per_shard = 2}, "per_shard"},
    {{.breaker = {.failure_pct = 101}}, "share"},
};

START_TEST(configuration)
{
    const char *error = client_config_error(&configs[_i].config);
    if (configs[_i].error == NULL)
        ck_assert_ptr_null(error);
    else
        ck_assert(error != NULL && strstr(error, configs[_i].error) != NULL);
}
END_TEST

static const struct unit_case client_cases[] = {
    {"stories", &story, UNIT_ROWS(stories)},
    {"shards", &the_shard_longest_unused_makes_room, 0},
    {"shards", &a_permit_of_a_shard_that_made_room_is_worthless, 0},
    {"shards", &a_retry_asks_the_breaker_of_its_own_shard, 0},
    {"shards", &with_one_breaker_for_all_every_shard_shows_it, 0},
    {"shards", &a_look_takes_no_place, 0},
    {"bugs", &an_event_nobody_asked_for_aborts, 0},
    {"configuration", &configuration, UNIT_ROWS(configs)},
};

int main(void)
{
    int a = unit_run("client, step by step", client_cases, UNIT_ROWS(client_cases));
    int b = unit_run("client, at random", client_random_cases, client_random_n);
    return a | b;
}
