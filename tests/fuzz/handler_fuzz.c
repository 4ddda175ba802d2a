/* handler_fuzz.c - anything at all as an event, and as the backend's body: `make fuzz`.
 *
 * The input is read as an event from memory that ends where it ends. A bad one is
 * refused; a good one is answered in every way there is, with its own body as the
 * backend's. So is every input taken for a body as it stands.
 *
 * Nothing may abort, and no byte beyond the input be read. What goes out must be what
 * API Gateway takes: JSON in UTF-8 with a status, headers that are strings, and a body
 * that is a string, or base64 of the right length where it says so. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handler.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define HOLDS(what) ((what) ? (void)0 : fail(#what, __LINE__))

static void fail(const char *what, int line)
{
    fprintf(stderr, "handler_fuzz: line %d: does not hold: %s\n", line, what);
    abort();
}

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* Text as it is; all else as base64, which is a third longer. */
static void body_is_whole(const cJSON *root, const char *body, size_t bytes)
{
    const char *sent = cJSON_GetStringValue(member(root, "body"));
    if (cJSON_IsTrue(member(root, "isBase64Encoded")))
        HOLDS(strlen(sent) == (bytes + 2) / 3 * 4);
    else
        HOLDS(strlen(sent) == bytes && memcmp(sent, body, bytes) == 0);
}

static void is_json_object(const cJSON *root)
{
    const char *body = cJSON_GetStringValue(member(root, "body"));
    cJSON *inner = cJSON_ParseWithOpts(body, NULL, 1);
    HOLDS(cJSON_IsObject(inner));
    cJSON_Delete(inner);
}

/* Takes the text's memory; the tree is to be deleted. */
static cJSON *response(char *text, int status)
{
    HOLDS(text != NULL);
    cJSON *root = cJSON_ParseWithOpts(text, NULL, 1), *header = NULL;
    const cJSON *code = member(root, "statusCode");
    HOLDS(cJSON_IsNumber(code) && (int)code->valuedouble == status);
    HOLDS(cJSON_IsString(member(root, "body")));
    HOLDS(cJSON_IsBool(member(root, "isBase64Encoded")));
    HOLDS(cJSON_IsString(member(member(root, "headers"), "content-type")));
    cJSON_ArrayForEach(header, member(root, "headers")) HOLDS(cJSON_IsString(header));
    free(text);
    return root;
}

static void answer(const char *body, size_t bytes)
{
    static const int statuses[] = {200, 200, 503, 502, 504};
    for (int i = CLIENT_FRESH; i <= CLIENT_TIMED_OUT; i++) {
        struct client_action action = {.kind = CLIENT_ANSWER,
                                       .answer = (enum client_answer)i,
                                       .status = statuses[i],
                                       .age_ms = (int64_t)bytes * 100,
                                       .retry_after_ms = (int64_t)bytes};
        cJSON *root = response(handler_answer(&action, body, bytes), statuses[i]);
        if (i == CLIENT_FRESH)
            body_is_whole(root, body, bytes);
        else
            is_json_object(root);
        cJSON_Delete(root);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static struct handler_request request;
    char *exact = malloc(size > 0 ? size : 1);
    if (exact == NULL)
        return 0;
    if (size > 0)
        memcpy(exact, data, size);
    handler_read(&request, exact, size);
    HOLDS((request.status == 0) == (request.error == NULL));
    HOLDS(request.body_bytes <= HANDLER_BODY_MAX);
    if (request.status == 0) {
        HOLDS(request.path[0] == '/');
        HOLDS(memchr(request.path, 0, sizeof request.path) != NULL);
        HOLDS(memchr(request.shard, 0, sizeof request.shard) != NULL);
        answer(request.body, request.body_bytes);
    } else {
        HOLDS(request.status >= 400 && request.status < 500);
        HOLDS(request.body_bytes == 0);
        cJSON_Delete(response(handler_refuse(&request), request.status));
    }
    answer(exact, size);
    free(exact);
    return 0;
}
