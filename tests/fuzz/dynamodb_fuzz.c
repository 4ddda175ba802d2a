/* dynamodb_fuzz.c - any bytes as an answer of the store: `make fuzz`.
 *
 * The first byte says which call was answered and with which status. Nothing may abort;
 * what comes out is one of the events that the call may end in; an item is shown only
 * with the events that have one; and it, written down again as the store would show it,
 * is read as itself. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dynamodb.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define HOLDS(what) ((what) ? (void)0 : fail(#what, __LINE__))

static void fail(const char *what, int line)
{
    fprintf(stderr, "dynamodb_fuzz: line %d: does not hold: %s\n", line, what);
    abort();
}

/* No network here. */
struct aws_reply aws_call(struct aws *aws, const struct aws_request *request)
{
    (void)aws;
    (void)request;
    return (struct aws_reply){.body = ""};
}

static void check_item(const struct item *item)
{
    struct item none = {.schema = 0}, again;
    char text[1024];
    HOLDS(item->state <= 2 && item->unused == 0);
    struct item trusted = item_read(item);
    HOLDS(trusted.schema == ITEM_SCHEMA || memcmp(&trusted, &none, sizeof none) == 0);
    int n = snprintf(
        text, sizeof text,
        "{\"sv\":{\"N\":\"%" PRIu32 "\"},\"gen\":{\"N\":\"%" PRIu32
        "\"},\"v\":{\"N\":\"%" PRIu64
        "\"},\"st\":{\"S\":\"%c\"},\"opens\":{\"N\":\"%" PRIu32
        "\"},\"until_ms\":{\"N\":\"%" PRId64 "\"},\"owner\":{\"N\":\"%" PRIu64
        "\"},\"lease_until_ms\":{\"N\":\"%" PRId64 "\"},\"ws\":{\"N\":\"%" PRId64
        "\"},\"calls\":{\"N\":\"%" PRIu32 "\"},\"failed\":{\"N\":\"%" PRIu32
        "\"},\"ok\":{\"N\":\"%" PRIu32 "\"},\"ex\":{\"N\":\"%" PRId64 "\"}}",
        item->schema, item->generation, item->version, "COH"[item->state],
        item -> opens, item -> until_ms, item -> owner, item -> lease_until_ms,
        item -> window_ms, item -> calls, item -> failed, item -> ok,
        item -> expires_s);
    HOLDS(n > 0 && (size_t)n < sizeof text);
    HOLDS(dynamodb_item_read(text, (size_t)n, &again));
    HOLDS(memcmp(&again, item, sizeof again) == 0);
}

static void check_answer(const struct dynamodb_answer *a, bool save)
{
    bool failed = a->kind == CLIENT_STORE_FAILED;
    bool saved = a->kind == CLIENT_STORE_SAVED, lost = a->kind == CLIENT_STORE_CONFLICT;
    HOLDS(failed || (save ? saved || lost : a->kind == CLIENT_STORE_ITEM));
    HOLDS(failed == (a->fault != NULL));
    HOLDS(!(failed && a->there) && (!saved || a->there));
    HOLDS(strlen(a->type) < sizeof a->type);
    for (const char *c = a->type; *c != '\0'; c++)
        HOLDS(*c >= '0' && *c <= 'z');
    if (a->there)
        check_item(&a->item);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const int statuses[] = {200, 400, 0, 500, 403, 404, 301, -1};
    if (size == 0)
        return 0;
    bool save = (data[0] & 1) != 0;
    int status = statuses[data[0] >> 1 & 7];
    const char *text = (const char *)data + 1;
    struct dynamodb_answer a = save ? dynamodb_save_read(status, text, size - 1)
                                    : dynamodb_load_read(status, text, size - 1);
    check_answer(&a, save);
    struct item item;
    if (dynamodb_item_read(text, size - 1, &item))
        check_item(&item);
    return 0;
}
