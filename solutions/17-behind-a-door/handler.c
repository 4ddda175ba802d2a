/* handler.c - from an event of API Gateway to a call, and from its answer to a
 * response, as they stand at the end of chapter 17.
 *
 * cJSON reads and writes the JSON. Around it stand the three things that it does not
 * do: to know that bytes are UTF-8, since it passes on any; to read and write base64,
 * the only way in which other bytes get through JSON; and to see a NUL, since its
 * strings end there.
 *
 * All memory comes from cJSON's own allocator, so that a test can let it run out. */
#include "handler.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- text ------------------------------------------------------------------------- */

/* The code in the `size` bytes at `s`; UINT32_MAX if they are not made as UTF-8 is. */
static uint32_t code_of(const unsigned char *s, size_t size)
{
    uint32_t code = size == 1 ? s[0] : s[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        code = code << 6 | (s[i] & 0x3f);
    }
    return code;
}

/* How many bytes the character at `s` has; 0 if it is none: NUL, or not UTF-8. */
static size_t character(const unsigned char *s, size_t left)
{
    static const uint32_t least[] = {0, 1, 0x80, 0x800, 0x10000}; /* by size */
    size_t size = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (size > left || (s[0] >= 0x80 && s[0] < 0xc0) || s[0] >= 0xf8)
        return 0;
    uint32_t code = code_of(s, size);
    bool surrogate = code >= 0xd800 && code < 0xe000;
    return code >= least[size] && code <= 0x10ffff && !surrogate ? size : 0;
}

/* Is it UTF-8 without a NUL? Only that can stand in a JSON string as it is. */
static bool is_text(const char *text, size_t bytes)
{
    size_t n = 1;
    for (size_t i = 0; i < bytes && n > 0; i += n)
        n = character((const unsigned char *)text + i, bytes - i);
    return n > 0;
}

/* cJSON would end a string at this escape, and what follows it would be lost. After any
 * other backslash a byte is skipped: it may be a backslash itself. */
static bool escapes_nul(const char *json, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += json[i] == '\\' ? 2 : 1)
        if (bytes - i >= 6 && memcmp(json + i, "\\u0000", 6) == 0)
            return true;
    return false;
}

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

/* --- base64 (RFC 4648, section 4) ------------------------------------------------- */

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The number in a group of four, of which `live` must be digits; -1 if one is not, or
 * if bits are set that belong to no byte. No NUL is among them. */
static int32_t group_of(const char *text, size_t live)
{
    int32_t group = 0;
    for (size_t i = 0; i < live; i++) {
        const char *digit = strchr(digits, text[i]);
        if (digit == NULL)
            return -1;
        group |= (int32_t)(digit - digits) << (18 - 6 * i);
    }
    int32_t unused = (1 << (8 * (4 - live))) - 1;
    return (group & unused) == 0 ? group : -1;
}

/* How many `=` end it: only there, and only two, may they stand. */
static size_t padding(const char *text, size_t length)
{
    size_t n = 0;
    while (n < 2 && n < length && text[length - 1 - n] == '=')
        n++;
    return n;
}

/* `to` has room for three bytes of each four. */
static bool base64_read(char *to, const char *text, size_t length)
{
    size_t pad = padding(text, length);
    for (size_t at = 0; at < length; at += 4) {
        size_t live = at + 4 == length ? 4 - pad : 4;
        int32_t group = group_of(text + at, live);
        if (group < 0)
            return false;
        for (size_t i = 0; i + 1 < live; i++)
            *to++ = (char)(group >> (16 - 8 * i));
    }
    return true;
}

/* As a string of its own; NULL if memory ran out. */
static char *base64_write(const char *bytes, size_t count)
{
    char *text = cJSON_malloc((count + 2) / 3 * 4 + 1), *to = text;
    for (size_t at = 0; text != NULL && at < count; at += 3) {
        size_t live = count - at < 3 ? count - at : 3;
        uint32_t group = 0;
        for (size_t i = 0; i < live; i++)
            group |= (uint32_t)(unsigned char)bytes[at + i] << (16 - 8 * i);
        for (size_t i = 0; i < 4; i++)
            *to++ = i <= live ? digits[group >> (18 - 6 * i) & 63] : '=';
    }
    if (text != NULL)
        *to = '\0';
    return text;
}

/* --- an event comes in ------------------------------------------------------------ */

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
        refuse(request, 400, "the event is not JSON: an object in UTF-8");
    for (size_t i = 0; request->status == 0 && i < FIELDS; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(event, fields[i].name);
        if (item != NULL && !cJSON_IsNull(item) && !fields[i].is(item))
            refuse(request, 400, fields[i].error);
        if (is_doubled(event, fields[i].name))
            refuse(request, 400, "the event has a field twice");
    }
}

static void read_route(struct handler_request *request, const cJSON *event)
{
    const cJSON *query =
        cJSON_GetObjectItemCaseSensitive(event, "queryStringParameters");
    const char *version = string_of(event, "version");
    const char *path = string_of(event, "rawPath"), *shard = string_of(query, "shard");
    if (version == NULL || strcmp(version, "2.0") != 0)
        refuse(request, 400, "the event must have payload format version 2.0");
    else if (path == NULL || path[0] != '/')
        refuse(request, 400, "rawPath must begin with a slash");
    else if (strlen(path) >= HANDLER_PATH_MAX)
        refuse(request, 414, "the path is too long: 255 bytes are allowed");
    else if (is_doubled(query, "shard"))
        refuse(request, 400, "the event has a field twice");
    else if (shard != NULL && strlen(shard) >= HANDLER_SHARD_MAX)
        refuse(request, 400, "the shard is too long: 63 bytes are allowed");
    if (request->status != 0)
        return;
    snprintf(request->path, HANDLER_PATH_MAX, "%s", path);
    snprintf(request->shard, HANDLER_SHARD_MAX, "%s", shard != NULL ? shard : "");
}

static void read_body(struct handler_request *request, const cJSON *event)
{
    const cJSON *encoded = cJSON_GetObjectItemCaseSensitive(event, "isBase64Encoded");
    const char *body = string_of(event, "body");
    bool base64 = cJSON_IsTrue(encoded);
    size_t length = body != NULL ? strlen(body) : 0;
    size_t bytes = base64 ? length / 4 * 3 - padding(body, length) : length;
    if (base64 && length % 4 != 0)
        refuse(request, 400, "the body is not base64: its length is no multiple of 4");
    else if (bytes > HANDLER_BODY_MAX)
        refuse(request, 413, "the body is too large: 65536 bytes are allowed");
    else if (base64 && !base64_read(request->body, body, length))
        refuse(request, 400, "the body is not base64: a character is wrong");
    else if (!base64 && length > 0)
        memcpy(request->body, body, length);
    request->body_bytes = request->status == 0 ? bytes : 0;
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

/* Seconds are rounded up: whoever comes back a little early is refused again. */
static char *print_error(int status, const char *error, int64_t retry_after_ms)
{
    int64_t seconds = retry_after_ms / 1000 + (retry_after_ms % 1000 > 0);
    struct payload body = {object_of("error", error), json_type, false};
    return print(status, seconds > 0 ? "retry-after" : NULL, seconds, body);
}

/* As API Gateway takes it: text as it is, other bytes as base64. The backend does not
 * say what its body is, so it is looked at. */
static struct payload payload_of(const char *body, size_t bytes)
{
    if (!is_text(body, bytes))
        return (struct payload){base64_write(body, bytes), other_type, true};
    cJSON *value = parse(body, bytes);
    bool json = cJSON_IsObject(value) || cJSON_IsArray(value);
    cJSON_Delete(value);
    char *string = cJSON_malloc(bytes + 1);
    if (string != NULL) {
        memcpy(string, bytes > 0 ? body : "", bytes);
        string[bytes] = '\0';
    }
    return (struct payload){string, json ? json_type : text_type, false};
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

/* The kept body with a note, if it is an object that has no such names itself. All else
 * becomes a string in an object of ours: "body", or "body_b64" if it is not text. */
static char *stale_body(const char *body, size_t bytes, int64_t age_ms)
{
    cJSON *kept = parse(body, bytes);
    bool takes_note = cJSON_IsObject(kept) && !cJSON_HasObjectItem(kept, "stale") &&
                      !cJSON_HasObjectItem(kept, "age_ms");
    bool empty = kept != NULL && kept->child == NULL;
    cJSON_Delete(kept);
    if (takes_note)
        return with_note(body, bytes, age_ms, empty);
    struct payload inner = payload_of(body, bytes);
    char *object = object_of(inner.base64 ? "body_b64" : "body", inner.string);
    char *text = object ? with_note(object, strlen(object), age_ms, false) : NULL;
    cJSON_free(inner.string);
    cJSON_free(object);
    return text;
}

static char *print_stale(const char *body, size_t bytes, int64_t age_ms)
{
    struct payload note = {stale_body(body, bytes, age_ms), json_type, false};
    return print(200, "age", age_ms / 1000, note);
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
        return print_stale(body, body_bytes, answer->age_ms > 0 ? answer->age_ms : 0);
    case CLIENT_REFUSED:
        return print_error(503, "the backend is in trouble and was not asked",
                           answer->retry_after_ms);
    case CLIENT_FAILED:
        return print_error(502, "the backend failed", 0);
    case CLIENT_TIMED_OUT:
        return print_error(504, "the backend did not answer in time", 0);
    }
    assert(0 && "an answer that client.h does not know");
    return NULL;
}

char *handler_refuse(const struct handler_request *request)
{
    assert(request->status != 0 && request->error != NULL);
    return print_error(request->status, request->error, 0);
}
