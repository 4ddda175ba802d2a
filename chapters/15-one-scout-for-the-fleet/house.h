/* house.h - one environment's client, its backend and its store, for check.c: what is
 * asked of the store while it does not answer, and who decides meanwhile. */
#ifndef HOUSE_H
#define HOUSE_H

#include "script.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#define STORE .cache_ms = 1000, .timeout_ms = 50, .window_ms = 10000, .failures = 9
static const struct client_config skips = {
    .breaker = {.failures_to_open = 2, .open_ms = 5000, .probe_lease_ms = 2000},
    .shared = {STORE, .skip_ms = 500}};
static const struct client_config asks_always = {.breaker = {.open_ms = 5000},
                                                 .shared = {STORE}};

enum { FIRST, SECOND, REQUESTS };
static struct client client;
static struct client_call request[REQUESTS];

static const char *action_name(const struct client_action *action)
{
    static const char *const kinds[] = {"CALL_BACKEND", "SLEEP", "LOAD_ITEM",
                                        "SAVE_ITEM_IF", "ANSWER"};
    static const char *const answers[] = {"fresh", "stale", "refused", "failed",
                                          "timed out"};
    return action->kind == CLIENT_ANSWER ? answers[action->answer]
                                         : kinds[action->kind];
}

static struct client_action next(int who, int64_t now_ms, struct client_event event,
                                 const char *what, enum client_action_kind wanted)
{
    event.now_ms = now_ms;
    event.random = (uint64_t)now_ms * UINT64_C(0x9e3779b97f4a7c15);
    if (event.kind == CLIENT_START)
        request[who] = (struct client_call){.phase = 0};
    struct client_action action = client_step(&client, &request[who], &event);
    story_tell("  %6" PRId64 " ms  request %d: %s -> %s", now_ms, who + 1, what,
               action_name(&action));
    want_yes(action.kind == wanted, true, "at %" PRId64 " ms: %s?", now_ms,
             action_name(&(struct client_action){.kind = wanted}));
    return action;
}

static struct client_action starts(int who, int64_t now_ms,
                                   enum client_action_kind wanted)
{
    return next(who, now_ms, (struct client_event){.kind = CLIENT_START}, "begins",
                wanted);
}

static void no_word(int who, int64_t now_ms, enum client_action_kind wanted)
{
    next(who, now_ms, (struct client_event){.kind = CLIENT_STORE_FAILED},
         "no answer from the store", wanted);
}

static void shown_nothing(int who, int64_t now_ms, enum client_action_kind wanted)
{
    next(who, now_ms, (struct client_event){.kind = CLIENT_STORE_ITEM},
         "the store holds no item", wanted);
}

static struct client_action replies(int who, int64_t now_ms, int status,
                                    enum client_action_kind wanted)
{
    char what[40];
    snprintf(what, sizeof what, "the backend says %d", status);
    return next(who, now_ms,
                (struct client_event){.kind = CLIENT_REPLY, .status = status}, what,
                wanted);
}

/* A request that the house decides: let through, and `status`. */
static void in_the_house(int who, int64_t now_ms, int status)
{
    starts(who, now_ms, CLIENT_CALL_BACKEND);
    replies(who, now_ms, status, CLIENT_ANSWER);
}

static void begin_client(const struct client_config *config)
{
    client_init(&client, config, 7);
    story_begin();
}

/* The first request finds the store dead, at 100050 ms. */
static void store_dies(const struct client_config *config)
{
    begin_client(config);
    struct client_action load = starts(FIRST, 100000, CLIENT_LOAD_ITEM);
    want_ms(load.within_ms, 50, "how long it may take");
    no_word(FIRST, 100050, CLIENT_CALL_BACKEND);
    replies(FIRST, 100051, 200, CLIENT_ANSWER);
}

static void left_alone(void)
{
    store_dies(&skips);
    in_the_house(FIRST, 100052, 200);
    in_the_house(FIRST, 100549, 200);
    starts(FIRST, 100550, CLIENT_LOAD_ITEM); /* at the end of it one asks */
    in_the_house(SECOND, 100551, 200);       /* and no other */
    no_word(FIRST, 100600, CLIENT_CALL_BACKEND);
    replies(FIRST, 100601, 200, CLIENT_ANSWER);
    in_the_house(FIRST, 101099, 200);
    starts(FIRST, 101100, CLIENT_LOAD_ITEM);
    shown_nothing(FIRST, 101101, CLIENT_CALL_BACKEND); /* it is back */
    replies(FIRST, 101102, 200, CLIENT_ANSWER);
    in_the_house(SECOND, 102100, 200); /* by the copy */
    starts(FIRST, 102101, CLIENT_LOAD_ITEM);
    starts(SECOND, 102102, CLIENT_LOAD_ITEM); /* a store that is well, any may ask */
}

static void nothing_written(void)
{
    begin_client(&skips);
    starts(FIRST, 100000, CLIENT_LOAD_ITEM);
    shown_nothing(FIRST, 100001, CLIENT_CALL_BACKEND);
    starts(SECOND, 100002, CLIENT_CALL_BACKEND);
    replies(FIRST, 100003, 500, CLIENT_SAVE_ITEM_IF);
    no_word(FIRST, 100053, CLIENT_ANSWER);
    replies(SECOND, 100054, 500, CLIENT_ANSWER); /* it does not wait for the store */
}

/* The breaker in the house is a real one. */
static void house_decides(void)
{
    store_dies(&skips);
    in_the_house(FIRST, 100060, 500);
    in_the_house(FIRST, 100070, 500);
    struct client_action no = starts(FIRST, 100080, CLIENT_ANSWER);
    want_yes(no.answer == CLIENT_REFUSED, true, "refused, after two failures?");
}

static void asked_each_time(void)
{
    store_dies(&asks_always);
    starts(FIRST, 100052, CLIENT_LOAD_ITEM);
    no_word(FIRST, 100102, CLIENT_CALL_BACKEND);
}

/* A lost race is an answer. */
static void lost_is_well(void)
{
    static const struct item other = {.schema = ITEM_SCHEMA,
                                      .version = 1,
                                      .window_ms = 100000,
                                      .calls = 1,
                                      .failed = 1};
    begin_client(&skips);
    starts(FIRST, 100000, CLIENT_LOAD_ITEM);
    shown_nothing(FIRST, 100001, CLIENT_CALL_BACKEND);
    replies(FIRST, 100003, 500, CLIENT_SAVE_ITEM_IF);
    next(FIRST, 100004,
         (struct client_event){.kind = CLIENT_STORE_CONFLICT, .item = &other},
         "its write has lost", CLIENT_SAVE_ITEM_IF);
}

static void skip_it(void)
{
    lost_is_well();
    left_alone();
    nothing_written();
    house_decides();
    asked_each_time();
}

#endif
