/* handler.c - from an event of API Gateway to a call, and from its answer to a
 * response. Written in chapter 17; what is not marked with a task there is given.
 *
 * What each function must do stands in handler.h. As shipped, it turns every request
 * away, and gets fresh answers out as base64.
 *
 * cJSON reads and writes the JSON. What it does not know, text.h does: that bytes are
 * UTF-8, since it passes on any; base64; and a NUL, since its strings end there.
 *
 * All memory comes from cJSON's own allocator, so that a test can let it run out. */
#include "handler.h"
#include "text.h"
#include "todo.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- an event comes in ------------------------------------------------------------ */

/* The JSON value that the whole of `text` is; NULL if it is none. cJSON alone would let
 * anything follow it. */
static cJSON *parse(const char *text, size_t bytes)
{
    const char *end = text;
    bool readable = bytes > 0 && is_text(text, bytes);
    cJSON *value = readable ? cJSON_ParseWithLengthOpts(text, bytes, &end, 0) : NULL;
    while (value != NULL && end < text + bytes && strchr(" \t\r\n", *end) != NULL)
        end++;
    if (value == NULL || end == text + bytes)
        return value;
    cJSON_Delete(value);
    return NULL;
}

static cJSON_bool is_strings(const cJSON *object)
{
    const cJSON *value = object->child;
    while (value != NULL && cJSON_IsString(value))
        value = value->next;
    return cJSON_IsObject(object) && value == NULL;
}

/* What is read, and what it must be. A field may be missing, or null. */
static const struct field {
    const char *name;
    cJSON_bool (*is)(const cJSON *);
    const char *error;
} fields[] = {
    {"version", cJSON_IsString, "version must be a string"},
    {"rawPath", cJSON_IsString, "rawPath must be a string"},
    {"headers", is_strings, "headers must be an object of strings"},
    {"queryStringParameters", is_strings,
     "queryStringParameters must be an object of strings"},
    {"isBase64Encoded", cJSON_IsBool, "isBase64Encoded must be true or false"},
    {"body", cJSON_IsString, "body must be a string"},
};
enum { FIELDS = sizeof fields / sizeof *fields };

/* Two readers of a doubled name may read different values, so nobody is to. */
static bool is_doubled(const cJSON *object, const char *name)
{
    int found = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, object) found += strcmp(item->string, name) == 0;
    return found > 1;
}

/* A string of an object; NULL if it is not there, or null. */
static const char *string_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* The first thing found wrong is what the user is told. */
static void refuse(struct handler_request *request, int status, const char *error)
{
    if (request->status != 0)
        return;
    request->status = status;
    request->error = error;
}

static void check_shape(struct handler_request *request, const cJSON *event)
{
    if (!cJSON_IsObject(event))
        refuse(request, 400, "the event must be a JSON object in UTF-8");
    for (size_t i = 0; request->status == 0 && i < FIELDS; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(event, fields[i].name);
        if (item != NULL && !cJSON_IsNull(item) && !fields[i].is(item))
            refuse(request, 400, fields[i].error);
        if (is_doubled(event, fields[i].name))
            refuse(request, 400, "the event has a field twice");
    }
}

/* Is there anything wrong with it? A string that is not there is NULL. */
static void judge_route(struct handler_request *request, const char *version,
                        const char *path, const char *shard)
{
    todo(17, 1);
    (void)version, (void)path, (void)shard;
    refuse(request, 400, "judge_route is not written yet");
}

static void read_route(struct handler_request *request, const cJSON *event)
{
    const cJSON *query =
        cJSON_GetObjectItemCaseSensitive(event, "queryStringParameters");
    const char *path = string_of(event, "rawPath"), *shard = string_of(query, "shard");
    judge_route(request, string_of(event, "version"), path, shard);
    if (is_doubled(query, "shard"))
        refuse(request, 400, "the event has a field twice");
    if (request->status != 0)
        return;
    snprintf(request->path, HANDLER_PATH_MAX, "%s", path);
    snprintf(request->shard, HANDLER_SHARD_MAX, "%s", shard != NULL ? shard : "");
}

static void read_body(struct handler_request *request, const cJSON *event)
{
    const cJSON *encoded = cJSON_GetObjectItemCaseSensitive(event, "isBase64Encoded");
    const char *body = string_of(event, "body");
    size_t length = body != NULL ? strlen(body) : 0;
    todo(17, 1);
    (void)encoded, (void)length;
    refuse(request, 400, "read_body is not written yet");
}

void handler_read(struct handler_request *request, const char *event, size_t bytes)
{
    memset(request, 0, sizeof *request); /* nothing of the last user is left in it */
    if (escapes_nul(event, bytes))
        refuse(request, 400, "a string of the event holds a NUL: send it as base64");
    cJSON *tree = parse(event, bytes);
    check_shape(request, tree);
    if (request->status == 0)
        read_route(request, tree);
    if (request->status == 0)
        read_body(request, tree);
    cJSON_Delete(tree);
}

/* --- a response goes out ---------------------------------------------------------- */

static const char json_type[] = "application/json";
static const char text_type[] = "text/plain; charset=utf-8";
static const char other_type[] = "application/octet-stream";

struct payload {
    char *string; /* whoever prints it frees it; NULL: memory ran out */
    const char *type;
    bool base64;
};

/* The text of an object, which is used up. NULL if memory ran out, now or before. */
static char *text_of(cJSON *object, bool whole)
{
    char *text = whole ? cJSON_PrintUnformatted(object) : NULL;
    cJSON_Delete(object);
    return text;
}

/* A response, with one more header if it has a name. */
static char *print(int status, const char *name, int64_t seconds, struct payload body)
{
    char value[24];
    snprintf(value, sizeof value, "%" PRId64, seconds);
    cJSON *root = cJSON_CreateObject();
    cJSON *headers = cJSON_AddObjectToObject(root, "headers");
    bool whole =
        cJSON_AddNumberToObject(root, "statusCode", status) != NULL &&
        cJSON_AddStringToObject(headers, "content-type", body.type) != NULL &&
        (name == NULL || cJSON_AddStringToObject(headers, name, value) != NULL) &&
        cJSON_AddBoolToObject(root, "isBase64Encoded", body.base64) != NULL &&
        cJSON_AddStringToObject(root, "body", body.string) != NULL;
    cJSON_free(body.string);
    return text_of(root, whole);
}

/* {"NAME": "STRING"}; of no string there is no object. */
static char *object_of(const char *name, const char *string)
{
    cJSON *object = cJSON_CreateObject();
    return text_of(object, cJSON_AddStringToObject(object, name, string) != NULL);
}

/* With Retry-After, if there is a second to wait. */
static char *print_error(int status, const char *error, int64_t seconds)
{
    struct payload body = {object_of("error", error), json_type, false};
    return print(status, seconds > 0 ? "retry-after" : NULL, seconds, body);
}

/* What a body is: the backend does not say, so it is looked at. */
static const char *type_of(const char *body, size_t bytes)
{
    todo(17, 3);
    (void)body, (void)bytes, (void)json_type, (void)text_type;
    return other_type;
}

/* As API Gateway takes it: text as it is, other bytes as base64. */
static struct payload payload_of(const char *body, size_t bytes)
{
    const char *type = type_of(body, bytes);
    struct payload payload = {.type = type, .base64 = strcmp(type, other_type) == 0};
    payload.string = cJSON_malloc(payload.base64 ? (bytes + 2) / 3 * 4 + 1 : bytes + 1);
    if (payload.string == NULL)
        return payload;
    if (payload.base64) {
        base64_write(payload.string, body, bytes);
        return payload;
    }
    memcpy(payload.string, bytes > 0 ? body : "", bytes);
    payload.string[bytes] = '\0';
    return payload;
}

static char *print_fresh(int status, const char *body, size_t bytes)
{
    if (status < 200 || status > 599) /* API Gateway would take it for our failure */
        return print_error(502, "the backend answered without an HTTP status", 0);
    return print(status, NULL, 0, payload_of(body, bytes));
}

/* The note in front of what `object` holds. The rest of the text stays as it was: cJSON
 * would write large numbers anew, as it understood them. */
static char *with_note(const char *object, size_t bytes, int64_t age_ms, bool empty)
{
    const char *rest = (const char *)memchr(object, '{', bytes) + 1;
    size_t left = bytes - (size_t)(rest - object), room = left + 64;
    char *text = cJSON_malloc(room);
    if (text == NULL)
        return NULL;
    int n = snprintf(text, room, "{\"stale\":true,\"age_ms\":%" PRId64 "%s", age_ms,
                     empty ? "" : ",");
    memcpy(text + n, rest, left);
    text[(size_t)n + left] = '\0';
    return text;
}

/* As a string in an object of ours: "body", or "body_b64" if it is not text. */
static char *wrapped(const char *body, size_t bytes, int64_t age_ms)
{
    struct payload inner = payload_of(body, bytes);
    char *object = object_of(inner.base64 ? "body_b64" : "body", inner.string);
    char *text = object ? with_note(object, strlen(object), age_ms, false) : NULL;
    cJSON_free(inner.string);
    cJSON_free(object);
    return text;
}

/* The kept body with a note, if it is an object that has no such names itself. */
static char *stale_body(const char *body, size_t bytes, int64_t age_ms)
{
    todo(17, 3);
    return wrapped(body, bytes, age_ms);
}

/* Two clocks may differ; nothing is younger than now. */
static char *print_stale(const char *body, size_t bytes, int64_t age_ms)
{
    int64_t age = age_ms > 0 ? age_ms : 0;
    struct payload note = {stale_body(body, bytes, age), json_type, false};
    return print(200, "age", age / 1000, note);
}

/* Rounded up: whoever comes back a little early is refused again. */
static int64_t whole_seconds(int64_t ms)
{
    todo(17, 2);
    (void)ms;
    return 0;
}

char *handler_answer(const struct client_action *answer, const char *body,
                     size_t body_bytes)
{
    assert(answer->kind == CLIENT_ANSWER);
    assert(body != NULL || body_bytes == 0);
    switch (answer->answer) {
    case CLIENT_FRESH:
        return print_fresh(answer->status, body, body_bytes);
    case CLIENT_STALE:
        return print_stale(body, body_bytes, answer->age_ms);
    case CLIENT_REFUSED:
    case CLIENT_FAILED:
    case CLIENT_TIMED_OUT:
        todo(17, 2);
        return print_error(500, "this answer is not written yet",
                           whole_seconds(answer->retry_after_ms));
    }
    assert(0 && "an answer that client.h does not know");
    return NULL;
}

char *handler_refuse(const struct handler_request *request)
{
    assert(request->status != 0 && request->error != NULL);
    return print_error(request->status, request->error, 0);
}
