/* store_walk.c - one breaker's item once round, in the store that the environment names
 * (aws.h), as lab/dynamodb.c asks for it; and one call of a function, as lab/invoke.c
 * does.
 *
 *      store_walk TABLE FUNCTION
 *
 * prints a line for each request: what was asked, and `none`, `saved GENERATION`,
 * `conflict` or `failed STATUS`. Whether that is right depends on whose keys it was
 * given; store_walk_test.js knows. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "dynamodb.h"
#include "invoke.h"

enum { WITHIN_MS = 5000, OWNER = 7 };

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

int main(int count, char **words)
{
    struct aws aws;
    static struct dynamodb store;
    char why[AWS_WHY_MAX];
    if (count != 3 || !invoke_name_good(words[2])) {
        fprintf(stderr, "usage: store_walk TABLE FUNCTION\n");
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
    aws_close(&aws);
    return EXIT_SUCCESS;
}
