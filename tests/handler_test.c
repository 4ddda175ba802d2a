/* handler_test.c - events in: what is read, and what is refused with which sentence.
 * The events stand in handler_events.h. What goes out is looked at in
 * handler_answer_test.c. */
#include "handler_test.h"

#include <string.h>

#include "handler_events.h"

struct handler_request request;

void read_event(const char *event, size_t bytes)
{
    char *exact = malloc(bytes > 0 ? bytes : 1);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, event, bytes);
    memset(&request, 0x5a, sizeof request);
    handler_read(&request, exact, bytes);
    free(exact);
}

const char *string_in(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

struct got take_apart(char *text)
{
    ck_assert_ptr_nonnull(text);
    cJSON *root = cJSON_ParseWithOpts(text, NULL, 1);
    ck_assert_msg(root != NULL, "not JSON: %s", text);
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(root, "statusCode");
    const cJSON *headers = cJSON_GetObjectItemCaseSensitive(root, "headers");
    const cJSON *base64 = cJSON_GetObjectItemCaseSensitive(root, "isBase64Encoded");
    UNIT_HOLDS(cJSON_IsNumber(status) && cJSON_IsObject(headers));
    UNIT_HOLDS(cJSON_IsBool(base64) && string_in(root, "body") != NULL);
    UNIT_HOLDS(string_in(headers, "content-type") != NULL);
    free(text);
    return (struct got){.root = root,
                        .status = (int)status->valuedouble,
                        .type = string_in(headers, "content-type"),
                        .age = string_in(headers, "age"),
                        .retry_after = string_in(headers, "retry-after"),
                        .body = string_in(root, "body"),
                        .base64 = cJSON_IsTrue(base64)};
}

static void is_refused_with(const char *title, int status, const char *error)
{
    ck_assert_msg(request.status == status, "%s: %d %s", title, request.status,
                  request.error ? request.error : "");
    ck_assert_msg(strstr(request.error, error) != NULL, "%s: %s", title, request.error);
    ck_assert_uint_eq(request.body_bytes, 0);
    struct got got = take_apart(handler_refuse(&request));
    ck_assert_int_eq(got.status, status);
    ck_assert_str_eq(got.type, "application/json");
    UNIT_HOLDS(!got.base64 && !got.retry_after && !got.age);
    cJSON *body = cJSON_ParseWithOpts(got.body, NULL, 1);
    ck_assert_str_eq(string_in(body, "error"), request.error);
    cJSON_Delete(body);
    cJSON_Delete(got.root);
}

/* --- events ----------------------------------------------------------------------- */

START_TEST(an_event_is_read_or_refused)
{
    const struct event_row *row = &events[_i];
    read_event(row->event, row->bytes);
    if (row->status != 0) {
        is_refused_with(row->title, row->status, row->error);
        return;
    }
    ck_assert_msg(request.status == 0 && !request.error, "%s: %d %s", row->title,
                  request.status, request.error ? request.error : "");
    ck_assert_str_eq(request.path, row->path);
    ck_assert_str_eq(request.shard, row->shard);
    ck_assert_uint_eq(request.body_bytes, row->body_bytes);
    ck_assert_mem_eq(request.body, row->body, row->body_bytes);
}
END_TEST

/* Nothing of one request may be left for the next. */
START_TEST(what_is_not_filled_is_zero)
{
    static const char zeros[sizeof request.body];
    read_event(TEXT("{\"version\":\"2.0\",\"rawPath\":\"/\",\"body\":\"a\"}"));
    UNIT_HOLDS(memcmp(request.path + 1, zeros, sizeof request.path - 1) == 0);
    UNIT_HOLDS(memcmp(request.shard, zeros, sizeof request.shard) == 0);
    UNIT_HOLDS(memcmp(request.body + 1, zeros, sizeof request.body - 1) == 0);
}
END_TEST

/* An event of this form, with `count` times `fill` in it. */
static void read_filled(const char *before, char fill, size_t count, const char *after)
{
    size_t most = strlen(before) + count + strlen(after);
    char *event = malloc(most + 1), *at = event;
    ck_assert_ptr_nonnull(event);
    at = stpcpy(at, before);
    memset(at, fill, count);
    stpcpy(at + count, after);
    read_event(event, most);
    free(event);
}

static const struct {
    const char *before;
    size_t count;
    const char *after;
    int status;
    const char *error;
} sizes[] = {
    {START, 254, "\"}", 0, ""},
    {START, 255, "\"}", 414, "too long: 255 bytes"},
    {START, 100000, "\"}", 414, "too long: 255 bytes"},
    {START "\",\"queryStringParameters\":{\"shard\":\"", 63, "\"}}", 0, ""},
    {START "\",\"queryStringParameters\":{\"shard\":\"", 64, "\"}}", 400,
     "too long: 63 bytes"},
    {START "\",\"body\":\"", 65536, "\"}", 0, ""},
    {START "\",\"body\":\"", 65537, "\"}", 413, "large: 65536 bytes"},
    {START "\",\"body\":\"", 7000000, "\"}", 413, "large: 65536 bytes"},
    {START "\",\"isBase64Encoded\":true,\"body\":\"", 87380, "AA==\"}", 0,
     ""}, /* n+1 */
    {START "\",\"isBase64Encoded\":true,\"body\":\"", 87380, "AAA=\"}", 413,
     "too large"},
    {START "\",\"isBase64Encoded\":true,\"body\":\"", 87384, "\"}", 413, "too large"},
    {START "\",\"isBase64Encoded\":true,\"body\":\"", 87382, "==\"}", 400,
     "a character"},
};

START_TEST(sizes_have_a_limit)
{
    read_filled(sizes[_i].before, 'a', sizes[_i].count, sizes[_i].after);
    if (sizes[_i].status != 0)
        is_refused_with("size", sizes[_i].status, sizes[_i].error);
    else
        ck_assert_msg(request.status == 0, "row %d: %s", _i, request.error);
}
END_TEST

START_TEST(the_largest_is_read_whole)
{
    read_filled(START "\",\"body\":\"", 'b', HANDLER_BODY_MAX, "\"}");
    ck_assert_uint_eq(request.body_bytes, HANDLER_BODY_MAX);
    UNIT_HOLDS(request.body[HANDLER_BODY_MAX - 1] == 'b');
    read_filled(START, 'p', HANDLER_PATH_MAX - 2, "\"}");
    ck_assert_uint_eq(strlen(request.path), HANDLER_PATH_MAX - 1);
    read_filled(START "\",\"queryStringParameters\":{\"shard\":\"", 's',
                HANDLER_SHARD_MAX - 1, "\"}}");
    ck_assert_uint_eq(strlen(request.shard), HANDLER_SHARD_MAX - 1);
    read_filled(START "\",\"isBase64Encoded\":true,\"body\":\"", 'A', 87380, "/w==\"}");
    ck_assert_uint_eq(request.body_bytes, HANDLER_BODY_MAX);
    UNIT_HOLDS((unsigned char)request.body[HANDLER_BODY_MAX - 1] == 0xff);
}
END_TEST

START_TEST(depth_has_a_limit)
{
    static const size_t depths[] = {1001, 100000, 1000000};
    for (int i = 0; i < 3; i++) {
        read_filled("", '[', depths[i], "");
        is_refused_with("deep", 400, "JSON object");
        read_filled("{\"version\":\"2.0\",\"rawPath\":\"/\",\"x\":", '[', depths[i],
                    "");
        is_refused_with("deep", 400, "JSON object");
    }
}
END_TEST

/* Cut off anywhere, it is none; with a byte changed, it is one or none. */
START_TEST(no_cut_and_no_flip_does_harm)
{
    static const char to[] = "\0\1 \"\\{}[],:/0u=\x7f\x80\xc3\xf4\xff";
    char event[] = FROM_API_GATEWAY;
    size_t bytes = sizeof event - 1;
    for (size_t i = 0; i < bytes; i++) {
        read_event(event, i);
        UNIT_HOLDS(request.status == 400);
        for (size_t k = 0; k < sizeof to - 1; k++) {
            char was = event[i];
            event[i] = to[k];
            read_event(event, bytes);
            UNIT_HOLDS(request.status == 0 || request.status == 400);
            UNIT_HOLDS((request.status == 0) == (request.error == NULL));
            event[i] = was;
        }
    }
}
END_TEST

static const struct unit_case handler_cases[] = {
    {"events", &an_event_is_read_or_refused, UNIT_ROWS(events)},
    {"zero", &what_is_not_filled_is_zero, 0},
    {"sizes", &sizes_have_a_limit, UNIT_ROWS(sizes)},
    {"largest", &the_largest_is_read_whole, 0},
    {"depth", &depth_has_a_limit, 0},
    {"flips", &no_cut_and_no_flip_does_harm, 0},
};

int main(void)
{
    int in = unit_run("handler, events", handler_cases, UNIT_ROWS(handler_cases));
    int out = unit_run("handler, answers", handler_answer_cases, handler_answer_n);
    return in | out;
}
