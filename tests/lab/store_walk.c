/* store_walk.c - one breaker's item once round, in the store that the environment names
 * (aws.h), as lab/dynamodb.c asks for it; and one call of a function, as lab/invoke.c
 * does.
 *
 *      store_walk TABLE FUNCTION [TIMES]
 *
 * prints a line for each request: what was asked, and `none`, `saved GENERATION`,
 * `conflict` or `failed STATUS`. Whether that is right depends on whose keys it was
 * given; store_walk_test.js knows. With TIMES, at last the median time of a read and a
 * write, one after the other: what a breaker pays for a call that asks its store before
 * and tells it after. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "dynamodb.h"
#include "invoke.h"

enum { WITHIN_MS = 5000, OWNER = 7, TIMES_MAX = 10000 };

static void say(const char *asked, struct dynamodb_answer a)
{
    printf("%s: ", asked);
    if (a.kind == CLIENT_STORE_FAILED)
        printf("failed %d\n", a.status);
    else if (a.kind == CLIENT_STORE_CONFLICT)
        printf("conflict\n");
    else if (a.there)
        printf("%s %" PRIu32 "\n", a.kind == CLIENT_STORE_SAVED ? "saved" : "item",
               a.item.generation);
    else
        printf("none\n");
}

static void walk(struct dynamodb *store)
{
    static const struct {
        const char *asked;
        struct item_write write;
    } steps[] = {
        {"count", {.change = ITEM_COUNT, .item = {.calls = 3, .failed = 2}}},
        {"trip",
         {.change = ITEM_TRIP,
          .item =
              {.schema = ITEM_SCHEMA, .generation = 1, .state = 1, .until_ms = 50}}},
        {"trip, too late",
         {.change = ITEM_TRIP,
          .item =
              {.schema = ITEM_SCHEMA, .generation = 1, .state = 1, .until_ms = 60}}},
        {"probe",
         {.change = ITEM_PROBE,
          .if_generation = 1,
          .now_ms = 50,
          .item = {.schema = ITEM_SCHEMA,
                   .generation = 2,
                   .state = 2,
                   .owner = OWNER,
                   .lease_until_ms = 90}}},
        {"close, by another",
         {.change = ITEM_CLOSE,
          .if_generation = 2,
          .if_owner = OWNER + 1,
          .item = {.schema = ITEM_SCHEMA, .generation = 3}}},
        {"close",
         {.change = ITEM_CLOSE,
          .if_generation = 2,
          .if_owner = OWNER,
          .item = {.schema = ITEM_SCHEMA, .generation = 3}}},
    };
    say("read", dynamodb_load(store, 0, true, WITHIN_MS));
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        say(steps[i].asked, dynamodb_save(store, 0, &steps[i].write, WITHIN_MS));
    say("read, any copy", dynamodb_load(store, 0, false, WITHIN_MS));
}

static void call(struct aws *aws, const char *function)
{
    const struct invoke_request request = {
        .function = function, .path = "/", .shard = "", .within_ms = WITHIN_MS};
    struct invoke_answer answer = invoke_call(aws, &request);
    printf("invoke: status %d\n", answer.status);
    invoke_free(&answer);
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return one < other ? -1 : one > other;
}

/* The walk has left a closed item in generation 3, and so a count holds each time. */
static void time_both(struct dynamodb *store, int times)
{
    static int64_t took[TIMES_MAX];
    const struct item_write count = {
        .change = ITEM_COUNT, .if_generation = 3, .item = {.calls = 1, .failed = 1}};
    for (int i = 0; i < times; i++) {
        int64_t began = now_ns();
        bool read = dynamodb_load(store, 0, false, WITHIN_MS).kind == CLIENT_STORE_ITEM;
        bool saved =
            dynamodb_save(store, 0, &count, WITHIN_MS).kind == CLIENT_STORE_SAVED;
        took[i] = read && saved ? now_ns() - began : INT64_MAX;
    }
    qsort(took, (size_t)times, sizeof *took, by_size);
    printf("a read and a write: %" PRId64 " us\n", took[times / 2] / 1000);
}

int main(int count, char **words)
{
    struct aws aws;
    static struct dynamodb store;
    char why[AWS_WHY_MAX];
    int times = count == 4 ? atoi(words[3]) : 0;
    if (count < 3 || count > 4 || !invoke_name_good(words[2]) || times > TIMES_MAX ||
        (count == 4 && times < 1)) {
        fprintf(stderr, "usage: store_walk TABLE FUNCTION [TIMES]\n");
        return 2;
    }
    if (!aws_init(&aws, why, sizeof why)) {
        fprintf(stderr, "store_walk: %s\n", why);
        return EXIT_FAILURE;
    }
    if (!dynamodb_init(&store, &aws, words[1], "walk", why, sizeof why)) {
        fprintf(stderr, "store_walk: %s\n", why);
        aws_close(&aws);
        return EXIT_FAILURE;
    }
    walk(&store);
    call(&aws, words[2]);
    if (times > 0)
        time_both(&store, times);
    aws_close(&aws);
    return EXIT_SUCCESS;
}
