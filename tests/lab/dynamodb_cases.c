/* dynamodb_cases.c - every write against every item, as lines of JSON for a store that
 * knows DynamoDB's expressions (dynamodb_stores.js plays them):
 *
 *      {"stored": {...} or null, "write": {...UpdateItem...}, "holds": true,
 *       "after": {...} or null}
 *
 * What should come of it is asked of item_holds and item_apply, of the item as
 * dynamodb_item_read reads it. So what is compared is the whole way: from text to item,
 * and from write to expression. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dynamodb.h"

enum { TEXT_MAX = 1024 };

/* An item as the store would show it, without its key; state 3 is "X". */
static void item_text(char *out, const struct item *i)
{
    snprintf(out, TEXT_MAX,
             "{\"sv\":{\"N\":\"%" PRIu32 "\"},\"gen\":{\"N\":\"%" PRIu32 "\"},"
             "\"v\":{\"N\":\"%" PRIu64 "\"},\"st\":{\"S\":\"%c\"},"
             "\"opens\":{\"N\":\"%" PRIu32 "\"},\"until_ms\":{\"N\":\"%" PRId64 "\"},"
             "\"owner\":{\"N\":\"%" PRIu64 "\"},"
             "\"lease_until_ms\":{\"N\":\"%" PRId64 "\"},\"ws\":{\"N\":\"%" PRId64
             "\"},"
             "\"calls\":{\"N\":\"%" PRIu32 "\"},\"failed\":{\"N\":\"%" PRIu32 "\"},"
             "\"ok\":{\"N\":\"%" PRIu32 "\"},\"ex\":{\"N\":\"%" PRId64 "\"}}",
             i->schema, i->generation, i->version, "COHX"[i->state & 3], i -> opens,
             i -> until_ms, i -> owner, i -> lease_until_ms, i -> window_ms, i -> calls,
             i -> failed, i -> ok, i -> expires_s);
}

/* --- writes ----------------------------------------------------------------------- */

static const struct item_write writes[] = {
#define ITEM(s)                                                                        \
    .item = {.schema = ITEM_SCHEMA,                                                    \
             .generation = 9,                                                          \
             .state = s,                                                               \
             .opens = 8,                                                               \
             .until_ms = 700,                                                          \
             .owner = UINT64_MAX,                                                      \
             .lease_until_ms = 600,                                                    \
             .window_ms = 10,                                                          \
             .calls = 3,                                                               \
             .failed = 1,                                                              \
             .ok = 4,                                                                  \
             .expires_s = -5}
#define GENERATIONS(...)                                                               \
    {.if_generation = 0, __VA_ARGS__}, {.if_generation = 1, __VA_ARGS__},              \
    {                                                                                  \
        .if_generation = UINT32_MAX, __VA_ARGS__                                       \
    }
#define WINDOWS(c)                                                                     \
    GENERATIONS(.change = c, .if_window_ms = 0, ITEM(0)),                              \
        GENERATIONS(.change = c, .if_window_ms = 10, ITEM(0)),                         \
        GENERATIONS(.change = c, .if_window_ms = INT64_MAX, ITEM(0))
#define OWNERS(c, s)                                                                   \
    GENERATIONS(.change = c, .if_owner = 0, ITEM(s)),                                  \
        GENERATIONS(.change = c, .if_owner = 7, ITEM(s)),                              \
        GENERATIONS(.change = c, .if_owner = UINT64_MAX, ITEM(s))
    WINDOWS(ITEM_COUNT),
    WINDOWS(ITEM_WINDOW),
    GENERATIONS(.change = ITEM_TRIP, ITEM(1)),
    GENERATIONS(.change = ITEM_PROBE, .now_ms = 0, ITEM(2)),
    GENERATIONS(.change = ITEM_PROBE, .now_ms = 50, ITEM(2)),
    GENERATIONS(.change = ITEM_PROBE, .now_ms = INT64_MAX, ITEM(2)),
    OWNERS(ITEM_CONFIRM, 2),
    OWNERS(ITEM_CLOSE, 0),
    OWNERS(ITEM_REOPEN, 1),
};

static void print_case(struct dynamodb *store, const char *stored,
                       const struct item_write *write)
{
    static uint64_t key; /* each case has an item of its own */
    struct item raw;
    char after[TEXT_MAX] = "null";
    bool there = dynamodb_item_read(stored, strlen(stored), &raw);
    const struct item *item = there ? &raw : NULL;
    bool holds = item_holds(write, item);
    struct item then = item_apply(write, item);
    if (holds)
        item_text(after, &then);
    dynamodb_write_text(store, ++key, write);
    printf("{\"stored\":%s,\"holds\":%s,\"after\":%s,\"write\":%s}\n", stored,
           holds ? "true" : "false", after, store->text);
}

static void print_all(struct dynamodb *store, const char *stored)
{
    for (size_t w = 0; w < sizeof writes / sizeof *writes; w++)
        print_case(store, stored, &writes[w]);
}

/* The largest numbers matter only where an item has them too. */
static bool is_large(const struct item_write *write)
{
    return write->if_generation == UINT32_MAX || write->if_window_ms == INT64_MAX ||
           write->if_owner == UINT64_MAX || write->now_ms == INT64_MAX;
}

/* --- items ------------------------------------------------------------------------ */

static uint32_t digit(uint32_t *number, uint32_t base)
{
    uint32_t d = *number % base;
    *number /= base;
    return d;
}

/* Every combination of what conditions look at. */
static void print_usual(struct dynamodb *store)
{
    static const int64_t ends[] = {0, 50, 51}, windows[] = {0, 10};
    static const uint64_t owners[] = {0, 7};
    char text[TEXT_MAX];
    for (uint32_t n = 0; n < 3 * 2 * 2 * 2 * 3 * 3; n++) {
        uint32_t rest = n;
        struct item item = {
            .schema = 1, .version = 41, .opens = 2, .calls = 5, .failed = 2, .ok = 1};
        item.state = digit(&rest, 3);
        item.generation = digit(&rest, 2);
        item.window_ms = windows[digit(&rest, 2)];
        item.owner = owners[digit(&rest, 2)];
        item.until_ms = ends[digit(&rest, 3)];
        item.lease_until_ms = ends[digit(&rest, 3)];
        item_text(text, &item);
        for (size_t w = 0; w < sizeof writes / sizeof *writes; w++)
            if (!is_large(&writes[w]))
                print_case(store, text, &writes[w]);
    }
}

/* Items at the ends of what may be, and just beyond. */
static void print_unusual(struct dynamodb *store)
{
    static const struct item items[] = {
        {.schema = 0},
        {.schema = 2},
        {.schema = UINT32_MAX},
        {.schema = 1, .state = 3},
        {.schema = 1, .calls = 8, .failed = 9},
        {.schema = 1, .calls = 9, .failed = 9},
        {.schema = 1, .calls = UINT32_MAX - 3, .failed = UINT32_MAX - 3},
        {.schema = 1, .until_ms = -1},
        {.schema = 1, .state = BREAKER_OPEN, .until_ms = -1},
        {.schema = 1, .state = BREAKER_OPEN, .until_ms = 1},
        {.schema = 1, .state = BREAKER_OPEN, .until_ms = INT64_MAX},
        {.schema = 1, .state = BREAKER_HALF_OPEN, .owner = 7, .lease_until_ms = -1},
        {.schema = 1, .state = BREAKER_HALF_OPEN, .owner = 7, .until_ms = INT64_MIN},
        {.schema = 1, .window_ms = -1},
        {.schema = 1, .window_ms = INT64_MAX},
        {.schema = 1, .expires_s = INT64_MIN},
        {.schema = 1, .generation = UINT32_MAX, .version = UINT64_MAX - 1},
        {.schema = 1,
         .generation = UINT32_MAX,
         .window_ms = INT64_MAX,
         .opens = UINT32_MAX,
         .ok = UINT32_MAX,
         .until_ms = INT64_MAX,
         .owner = UINT64_MAX,
         .lease_until_ms = INT64_MAX},
        {.schema = 1,
         .generation = UINT32_MAX,
         .state = BREAKER_HALF_OPEN,
         .owner = UINT64_MAX,
         .lease_until_ms = INT64_MAX}};
    char text[TEXT_MAX];
    print_all(store, "null");
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        item_text(text, &items[i]);
        print_all(store, text);
    }
}

/* A sound item, and in it one attribute after the other gone, of another type, or out
 * of its range. Fractions are seen only in what a change compares; see dynamodb.h. */
static void print_damaged(struct dynamodb *store)
{
    static const char *const names[] = {
        "sv", "gen",   "v",      "st", "opens", "until_ms", "owner", "lease_until_ms",
        "ws", "calls", "failed", "ok", "ex"};
    static const char *const values[] = {NULL,
                                         "{\"S\":\"1\"}",
                                         "{\"BOOL\":true}",
                                         "{\"NULL\":true}",
                                         "{\"N\":\"-1\"}",
                                         "{\"N\":\"18446744073709551616\"}",
                                         "{\"N\":\"99999999999999999999999999\"}",
                                         "{\"NS\":[\"1\"]}",
                                         "{\"M\":{\"N\":{\"N\":\"1\"}}}",
                                         "{\"S\":\"c\"}"};
    static const struct item sound[] = {
        {.schema = 1, .generation = 1, .calls = 2, .failed = 1, .window_ms = 10},
        {.schema = 1, .generation = 1, .state = BREAKER_HALF_OPEN, .owner = 7}};
    for (size_t n = 0; n < (size_t)2 * 13 * 10; n++) {
        char text[TEXT_MAX], key[32], damaged[TEXT_MAX + 64];
        item_text(text, &sound[n % 2]);
        snprintf(key, sizeof key, "\"%s\":", names[n / 2 % 13]);
        char *at = strstr(text, key), *end = strchr(at, '}') + 1;
        const char *value = values[n / 26];
        if (value == NULL) /* its name, too: another one nobody knows */
            snprintf(damaged, sizeof damaged, "%.*s\"other\":{\"N\":\"1\"}%s",
                     (int)(at - text), text, end);
        else
            snprintf(damaged, sizeof damaged, "%.*s%s%s%s", (int)(at - text), text, key,
                     value, end);
        for (size_t w = 0; w < sizeof writes / sizeof *writes; w++)
            if (item_holds(&writes[w], &sound[n % 2]))
                print_case(store, damaged, &writes[w]);
    }
}

int main(void)
{
    struct dynamodb store;
    char why[128];
    if (!dynamodb_init(&store, NULL, "cases", "x", why, sizeof why))
        return EXIT_FAILURE;
    print_unusual(&store);
    print_usual(&store);
    print_damaged(&store);
    return EXIT_SUCCESS;
}
