/* driver_world.h - what driver_test.c has in place of network and clock, and its plans.
 *
 *      "0 200"              at 0 ms a request; the backend answers 200
 *      "0 500 200"          and its second try is met by 200
 *      words of a try       a status, 503r: with a Retry-After; late: no answer; setup:
 * a 403 of our own making words of the store   down: it fails; hang: it never answers;
 * mute: writes fail; drop: writes are made, their answers lost; echo: made, and
 * answered as lost races, without the item; each for the rest of the plan, up: for none
 * of it other                another environment opens the breaker
 *
 * The store is item_holds and item_apply, as in all tests. Each action takes 1 ms, a
 * late answer all the time it was given. What was done is kept as a story. */
#ifndef DRIVER_WORLD_H
#define DRIVER_WORLD_H

#include "unit.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "driver.h"
#include "model_store.h"

enum store_mood { UP, DOWN, HANG, MUTE, DROP, ECHO };

static struct world {
    int64_t now_ms;
    uint64_t random;
    char story[2000];
    const char *next; /* of the plan */
    enum store_mood store;
    struct model_store model;
    char body[KEPT_BODY_MAX + 2]; /* the backend's; "": a line with the time */
    int64_t stop_ms;              /* of the event: nothing may be asked for beyond it */
    int64_t longest_ms;           /* the longest wait that was asked for */
    char *lines;                  /* of the report */
    size_t line_bytes;
} world;

static struct driver driver;

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
    size_t used = strlen(world.story);
    va_list args;
    va_start(args, format);
    vsnprintf(world.story + used, sizeof world.story - used, format, args);
    va_end(args);
}

/* --- the fakes -------------------------------------------------------------------- */

int64_t clock_ms(void)
{
    return world.now_ms;
}

void clock_sleep_ms(int64_t ms)
{
    tell("sleep ");
    ck_assert_int_ge(ms, 0);
    world.now_ms += ms;
}

uint64_t clock_random(void)
{
    return world.random += 0x9e3779b97f4a7c15;
}

static void took(int64_t within_ms)
{
    ck_assert_int_gt(within_ms, 0);
    ck_assert_int_le(world.now_ms + within_ms, world.stop_ms);
    if (within_ms > world.longest_ms)
        world.longest_ms = within_ms;
    world.now_ms++;
}

/* The next word of the plan; "" at its end. */
static const char *word(void)
{
    static char copy[16];
    size_t n = strcspn(world.next, " ");
    ck_assert_uint_lt(n, sizeof copy);
    memcpy(copy, world.next, n);
    copy[n] = '\0';
    world.next += n + (world.next[n] == ' ');
    return copy;
}

/* Is it a word of the store? Then it is done. */
static bool turns_store(const char *what)
{
    static const char *const words[] = {
        [UP] = "up",     [DOWN] = "down", [HANG] = "hang",
        [MUTE] = "mute", [DROP] = "drop", [ECHO] = "echo"};
    for (enum store_mood i = UP; i <= ECHO; i++)
        if (strcmp(what, words[i]) == 0) {
            world.store = i;
            return true;
        }
    return false;
}

bool invoke_name_good(const char *function)
{
    return strcmp(function, "backend") == 0;
}

void invoke_free(struct invoke_answer *answer)
{
    free(answer->body);
    *answer = (struct invoke_answer){.kind = CLIENT_TIMEOUT};
}

static struct invoke_answer reply(int status, int64_t retry_after_ms)
{
    char line[64];
    snprintf(line, sizeof line, "{\"at\":%" PRId64 "}", world.now_ms);
    struct invoke_answer a = {.kind = CLIENT_REPLY, .status = status};
    a.body = strdup(world.body[0] != '\0' ? world.body : line);
    a.bytes = strlen(a.body);
    a.retry_after_ms = retry_after_ms;
    return a;
}

struct invoke_answer invoke_call(struct aws *aws, const struct invoke_request *request)
{
    ck_assert_ptr_eq(aws, driver.setup.aws);
    ck_assert_str_eq(request->function, "backend");
    ck_assert_str_eq(request->path, "/call");
    const char *how = word();
    while (turns_store(how))
        how = word();
    tell("%s ", how);
    took(request->within_ms);
    if (strcmp(how, "late") == 0) {
        world.now_ms += request->within_ms - 1;
        return (struct invoke_answer){.kind = CLIENT_TIMEOUT, .fault = "too late"};
    }
    if (strcmp(how, "setup") == 0) {
        struct invoke_answer a = {.kind = CLIENT_REPLY, .status = 403};
        a.misconfigured = true;
        a.fault = "may not";
        return a;
    }
    return reply((int)strtol(how, NULL, 10), strchr(how, 'r') != NULL ? 800 : 0);
}

bool dynamodb_init(struct dynamodb *store, struct aws *aws, const char *table,
                   const char *name, char *why, size_t room)
{
    store->aws = aws;
    snprintf(why, room, "TABLE or BREAKER");
    return table[0] != '\0' && name[0] != '\0';
}

static struct dynamodb_answer no_store(int64_t within_ms)
{
    if (world.store == HANG)
        world.now_ms += within_ms - 1;
    return (struct dynamodb_answer){.kind = CLIENT_STORE_FAILED, .fault = "it is down"};
}

static void show(struct dynamodb_answer *a)
{
    a->there = world.model.there;
    a->item = world.model.item;
}

struct dynamodb_answer dynamodb_load(struct dynamodb *store, uint64_t key, bool strong,
                                     int64_t within_ms)
{
    (void)store;
    (void)key;
    tell(strong ? "read! " : "read ");
    took(within_ms);
    struct dynamodb_answer a = {.kind = CLIENT_STORE_ITEM};
    show(&a);
    return world.store == DOWN || world.store == HANG ? no_store(within_ms) : a;
}

struct dynamodb_answer dynamodb_save(struct dynamodb *store, uint64_t key,
                                     const struct item_write *write, int64_t within_ms)
{
    static const char *const words[] = {"count",   "window", "trip",  "probe",
                                        "confirm", "close",  "reopen"};
    (void)store;
    (void)key;
    tell("%s ", words[write->change]);
    took(within_ms);
    if (world.store == DOWN || world.store == HANG || world.store == MUTE)
        return no_store(within_ms);
    bool made = model_save(&world.model, write);
    struct dynamodb_answer a = {.kind =
                                    made ? CLIENT_STORE_SAVED : CLIENT_STORE_CONFLICT};
    show(&a);
    if (made && world.store == ECHO)
        return (struct dynamodb_answer){.kind = CLIENT_STORE_CONFLICT};
    return world.store == DROP ? no_store(within_ms) : a;
}

/* --- a plan is played ------------------------------------------------------------- */

#define LOCAL                                                                          \
    "{\"deadline_ms\":1000,\"timeout_ms\":100,\"failures_to_open\":2,"                 \
    "\"open_ms\":500,\"stale_max_ms\":0}"
#define STALE                                                                          \
    "{\"deadline_ms\":1000,\"timeout_ms\":100,\"failures_to_open\":2,"                 \
    "\"open_ms\":5000,\"stale_max_ms\":3000}"
#define RETRY                                                                          \
    "{\"deadline_ms\":1000,\"timeout_ms\":100,\"attempts\":3,\"backoff_ms\":64}"
/* All of a fleet's knobs but the attempts. */
#define FLEET_KNOBS                                                                    \
    "\"deadline_ms\":1000,\"timeout_ms\":100,\"failures_to_open\":2,\"open_ms\":500,"  \
    "\"probe_lease_ms\":2000,\"cache_ms\":100,\"store_timeout_ms\":50,"                \
    "\"shared_window_ms\":10000,\"shared_failures\":2"
#define FLEET "{" FLEET_KNOBS "}"
#define TWICE "{\"attempts\":2," FLEET_KNOBS "}"

static void begin(const char *config)
{
    char why[1200];
    memset(&world, 0, sizeof world);
    memset(&driver, 0, sizeof driver);
    world.now_ms = 1000000;
    struct driver_setup setup = {.out = open_memstream(&world.lines, &world.line_bytes),
                                 .table = "t",
                                 .breaker = "b",
                                 .backend = "backend",
                                 .config = config,
                                 .build = "abc123",
                                 .random = 0x1f00ba44};
    ck_assert_msg(driver_init(&driver, &setup, why, sizeof why), "%s", why);
}

static void end(void)
{
    fclose(driver.setup.out);
    free(world.lines);
}

static cJSON *ask(const char *event, int64_t life_ms)
{
    struct runtime_answer answer = {.text = NULL};
    struct runtime_event in = {
        .text = event, .bytes = strlen(event), .deadline_ms = world.now_ms + life_ms};
    world.stop_ms = in.deadline_ms - DRIVER_LAST_MS;
    driver_handle(&driver, &in, &answer);
    ck_assert_msg(answer.text != NULL, "no answer: %s", answer.error_type);
    ck_assert_uint_eq(answer.bytes, strlen(answer.text));
    ck_assert_msg(world.now_ms <= in.deadline_ms, "too late, after %s", world.story);
    cJSON *response = cJSON_Parse(answer.text);
    free(answer.text);
    ck_assert_ptr_nonnull(response);
    return response;
}

static const char *header(const cJSON *response, const char *name)
{
    const cJSON *headers = cJSON_GetObjectItemCaseSensitive(response, "headers");
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(headers, name));
}

static int status_of(const cJSON *response)
{
    return cJSON_GetObjectItemCaseSensitive(response, "statusCode")->valueint;
}

#define EVENT(query) "{\"version\":\"2.0\",\"rawPath\":\"/call\"" query "}"

static void request(void)
{
    cJSON *response = ask(EVENT(""), 5000);
    ck_assert_str_eq(header(response, "x-breaker-build"), "abc123");
    ck_assert_str_eq(header(response, "x-breaker-environment"), "1f00ba44");
    tell("=%s:%d:%s; ", header(response, "x-breaker-answer"), status_of(response),
         header(response, "x-breaker-state"));
    cJSON_Delete(response);
}

static void open_by_other(void)
{
    struct item_write trip = {.change = ITEM_TRIP,
                              .if_generation = world.model.item.generation,
                              .item = {.schema = 1,
                                       .generation = world.model.item.generation + 1,
                                       .state = BREAKER_OPEN,
                                       .until_ms = world.now_ms + 500}};
    ck_assert(model_save(&world.model, &trip));
}

static void play(const char *plan)
{
    int64_t start = world.now_ms;
    world.next = plan;
    while (*world.next != '\0') {
        const char *what = word();
        if (turns_store(what))
            continue;
        if (strcmp(what, "other") == 0)
            open_by_other();
        else {
            int64_t at = start + strtol(what, NULL, 10);
            world.now_ms = at > world.now_ms ? at : world.now_ms;
            request();
        }
    }
}

#endif
