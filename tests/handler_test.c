/* handler_test.c - events in, responses out, and what memory that runs out does to
 * them. Events stand in handler_events.h; answers below. */
#include "unit.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "handler.h"
#include "handler_events.h"

static struct handler_request request; /* 64 kB */

/* Read from memory that ends where the event ends, into what holds something else. */
static void read_event(const char *event, size_t bytes)
{
    char *exact = malloc(bytes > 0 ? bytes : 1);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, event, bytes);
    memset(&request, 0x5a, sizeof request);
    handler_read(&request, exact, bytes);
    free(exact);
}

/* --- a response, taken apart -------------------------------------------------------
 */

struct got {
    cJSON *root;
    int status;
    const char *type, *age, *retry_after, *body;
    bool base64;
};

static const char *string_in(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* What API Gateway wants holds for every response: it is JSON with a status, a body
 * that is a string, headers that are strings. Uses `text` up. */
static struct got take_apart(char *text)
{
    ck_assert_ptr_nonnull(text);
    cJSON *root = cJSON_ParseWithOpts(text, NULL, 1);
    ck_assert_msg(root != NULL, "not JSON: %s", text);
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(root, "statusCode");
    const cJSON *headers = cJSON_GetObjectItemCaseSensitive(root, "headers");
    const cJSON *base64 = cJSON_GetObjectItemCaseSensitive(root, "isBase64Encoded");
    UNIT_HOLDS(cJSON_IsNumber(status) && cJSON_IsObject(headers));
    UNIT_HOLDS(cJSON_IsBool(base64) && string_in(root, "body") != NULL);
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

/* --- events ------------------------------------------------------------------------
 */

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

#define START "{\"version\":\"2.0\",\"rawPath\":\"/"
static const struct {
    const char *before;
    size_t count;
    const char *after;
    int status;
    const char *error;
} sizes[] = {
    {START, 254, "\"}", 0, ""},
    {START, 255, "\"}", 414, "the path is too long"},
    {START, 100000, "\"}", 414, "the path is too long"},
    {START "\",\"queryStringParameters\":{\"shard\":\"", 63, "\"}}", 0, ""},
    {START "\",\"queryStringParameters\":{\"shard\":\"", 64, "\"}}", 400,
     "the shard is"},
    {START "\",\"body\":\"", 65536, "\"}", 0, ""},
    {START "\",\"body\":\"", 65537, "\"}", 413, "the body is too large"},
    {START "\",\"body\":\"", 7000000, "\"}", 413, "the body is too large"},
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
        is_refused_with("deep", 400, "not JSON");
        read_filled("{\"version\":\"2.0\",\"rawPath\":\"/\",\"x\":", '[', depths[i],
                    "");
        is_refused_with("deep", 400, "not JSON");
    }
}
END_TEST

/* Cut off anywhere, it is none; with any byte changed, it is one or none. */
START_TEST(no_cut_and_no_flip_does_harm)
{
    char event[] = FROM_API_GATEWAY;
    size_t bytes = sizeof event - 1;
    for (size_t i = 0; i < bytes; i++) {
        read_event(event, i);
        UNIT_HOLDS(request.status == 400);
        for (int to = 0; to < 256; to += 1 + (to > 127) * 15) {
            char was = event[i];
            event[i] = (char)to;
            read_event(event, bytes);
            UNIT_HOLDS(request.status == 0 || request.status == 400);
            UNIT_HOLDS((request.status == 0) == (request.error == NULL));
            event[i] = was;
        }
    }
}
END_TEST

/* --- answers -----------------------------------------------------------------------
 */

#define JSON "application/json"
#define PLAIN "text/plain; charset=utf-8"
#define OTHER "application/octet-stream"

static const struct answer_row {
    const char *title;
    enum client_answer answer;
    int status;
    int64_t age_ms, retry_after_ms;
    const char *body;
    size_t bytes;
    int want;
    const char *type, *age, *retry_after, *sent;
} answers[] = {
    {"fresh", CLIENT_FRESH, 200, 0, 0, TEXT("hello"), 200, PLAIN, 0, 0, "hello"},
    {"fresh, none", CLIENT_FRESH, 204, 0, 0, NULL, 0, 204, PLAIN, 0, 0, ""},
    {"fresh, empty", CLIENT_FRESH, 200, 0, 0, TEXT(""), 200, PLAIN, 0, 0, ""},
    {"fresh, 4xx", CLIENT_FRESH, 404, 7, 7, TEXT("\"\\\n\1"), 404, PLAIN, 0, 0,
     "\"\\\n\1"},
    {"fresh, 3xx", CLIENT_FRESH, 304, 0, 0, NULL, 0, 304, PLAIN, 0, 0, ""},
    {"fresh, JSON", CLIENT_FRESH, 201, 0, 0, TEXT(" {\"a\" : 10000000000000000001}\n"),
     201, JSON, 0, 0, " {\"a\" : 10000000000000000001}\n"},
    {"fresh, a list", CLIENT_FRESH, 200, 0, 0, TEXT("[]"), 200, JSON, 0, 0, "[]"},
    {"fresh, a number", CLIENT_FRESH, 200, 0, 0, TEXT("42"), 200, PLAIN, 0, 0, "42"},
    {"fresh, more than JSON", CLIENT_FRESH, 200, 0, 0, TEXT("{}}"), 200, PLAIN, 0, 0,
     "{}}"},
    {"fresh, UTF-8", CLIENT_FRESH, 200, 0, 0, TEXT("\xe2\x82\xac"), 200, PLAIN, 0, 0,
     "\xe2\x82\xac"},
    {"fresh, a NUL", CLIENT_FRESH, 200, 0, 0, TEXT("a\0b"), 200, OTHER, 0, 0, "YQBi"},
    {"fresh, not text", CLIENT_FRESH, 200, 0, 0, TEXT("\xff"), 200, OTHER, 0, 0,
     "/w=="},
    {"fresh, a picture", CLIENT_FRESH, 200, 0, 0, TEXT("\x89PNG\r"), 200, OTHER, 0, 0,
     "iVBORw0="},
    {"fresh, no status", CLIENT_FRESH, 0, 0, 0, TEXT("x"), 502, JSON, 0, 0,
     "{\"error\":\"the backend answered without an HTTP status\"}"},
    {"fresh, 1xx", CLIENT_FRESH, 199, 0, 0, TEXT("x"), 502, JSON, 0, 0,
     "{\"error\":\"the backend answered without an HTTP status\"}"},
    {"fresh, 599", CLIENT_FRESH, 599, 0, 0, TEXT("x"), 599, PLAIN, 0, 0, "x"},
    {"fresh, 600", CLIENT_FRESH, 600, 0, 0, TEXT("x"), 502, JSON, 0, 0,
     "{\"error\":\"the backend answered without an HTTP status\"}"},

    {"stale", CLIENT_STALE, 200, 1999, 0, TEXT("hello"), 200, JSON, "1", 0,
     "{\"stale\":true,\"age_ms\":1999,\"body\":\"hello\"}"},
    {"stale, none", CLIENT_STALE, 200, 0, 0, NULL, 0, 200, JSON, "0", 0,
     "{\"stale\":true,\"age_ms\":0,\"body\":\"\"}"},
    {"stale, JSON", CLIENT_STALE, 200, 2000, 0,
     TEXT(" { \"a\": 10000000000000000001, \"b\": \"\\u0000\" }\n"), 200, JSON, "2", 0,
     "{\"stale\":true,\"age_ms\":2000, \"a\": 10000000000000000001, "
     "\"b\": \"\\u0000\" }\n"},
    {"stale, with a mark", CLIENT_STALE, 200, 1, 0, TEXT("\xef\xbb\xbf{\"a\":{}}"), 200,
     JSON, "0", 0, "{\"stale\":true,\"age_ms\":1,\"a\":{}}"},
    {"stale, {}", CLIENT_STALE, 200, 1, 0, TEXT("{ }"), 200, JSON, "0", 0,
     "{\"stale\":true,\"age_ms\":1 }"},
    {"stale, a list", CLIENT_STALE, 200, 1, 0, TEXT("[{}]"), 200, JSON, "0", 0,
     "{\"stale\":true,\"age_ms\":1,\"body\":\"[{}]\"}"},
    {"stale, its own", CLIENT_STALE, 200, 1, 0, TEXT("{\"stale\":false}"), 200, JSON,
     "0", 0, "{\"stale\":true,\"age_ms\":1,\"body\":\"{\\\"stale\\\":false}\"}"},
    {"stale, its own age", CLIENT_STALE, 200, 1, 0,
     TEXT("{\"b\":1,\"age\\u005fms\":2}"), 200, JSON, "0", 0,
     "{\"stale\":true,\"age_ms\":1,\"body\":\"{\\\"b\\\":1,\\\"age\\\\u005fms\\\":2}"
     "\"}"},
    {"stale, cut off", CLIENT_STALE, 200, 1, 0, TEXT("{\"a\":1"), 200, JSON, "0", 0,
     "{\"stale\":true,\"age_ms\":1,\"body\":\"{\\\"a\\\":1\"}"},
    {"stale, not text", CLIENT_STALE, 200, 1, 0, TEXT("{\"a\":\"\xff\"}"), 200, JSON,
     "0", 0, "{\"stale\":true,\"age_ms\":1,\"body_b64\":\"eyJhIjoi/yJ9\"}"},
    {"stale, for ever", CLIENT_STALE, 200, INT64_MAX, 0, TEXT("{}"), 200, JSON,
     "9223372036854775", 0, "{\"stale\":true,\"age_ms\":9223372036854775807}"},
    {"stale, clocks differ", CLIENT_STALE, 200, -5000, 0, TEXT("{}"), 200, JSON, "0", 0,
     "{\"stale\":true,\"age_ms\":0}"},

#define REFUSED "{\"error\":\"the backend is in trouble and was not asked\"}"
    {"nobody knows", CLIENT_REFUSED, 503, 0, 0, NULL, 0, 503, JSON, 0, 0, REFUSED},
    {"at once", CLIENT_REFUSED, 503, 0, 1, NULL, 0, 503, JSON, 0, "1", REFUSED},
    {"a second", CLIENT_REFUSED, 503, 0, 1000, NULL, 0, 503, JSON, 0, "1", REFUSED},
    {"up", CLIENT_REFUSED, 503, 0, 1001, NULL, 0, 503, JSON, 0, "2", REFUSED},
    {"long", CLIENT_REFUSED, 503, 0, INT64_MAX, NULL, 0, 503, JSON, 0,
     "9223372036854776", REFUSED},
    {"before", CLIENT_REFUSED, 503, 0, -1, NULL, 0, 503, JSON, 0, 0, REFUSED},
    {"long before", CLIENT_REFUSED, 503, 0, INT64_MIN, NULL, 0, 503, JSON, 0, 0,
     REFUSED},
    {"refused, body", CLIENT_REFUSED, 503, 9, 9, TEXT("x"), 503, JSON, 0, "1", REFUSED},
    {"failed", CLIENT_FAILED, 502, 9, 9, TEXT("stack trace"), 502, JSON, 0, 0,
     "{\"error\":\"the backend failed\"}"},
    {"timed out", CLIENT_TIMED_OUT, 504, 9, 9, NULL, 0, 504, JSON, 0, 0,
     "{\"error\":\"the backend did not answer in time\"}"},
};

static char *answer_of(const struct answer_row *row)
{
    struct client_action action = {.kind = CLIENT_ANSWER,
                                   .answer = row->answer,
                                   .status = row->status,
                                   .age_ms = row->age_ms,
                                   .retry_after_ms = row->retry_after_ms};
    return handler_answer(&action, row->body, row->bytes);
}

static void same(const char *title, const char *what, const char *got, const char *want)
{
    bool equal = got && want ? strcmp(got, want) == 0 : got == want;
    ck_assert_msg(equal, "%s: %s is %s, not %s", title, what, got ? got : "none",
                  want ? want : "none");
}

START_TEST(an_answer_becomes_a_response)
{
    const struct answer_row *row = &answers[_i];
    struct got got = take_apart(answer_of(row));
    ck_assert_int_eq(got.status, row->want);
    same(row->title, "content-type", got.type, row->type);
    same(row->title, "age", got.age, row->age);
    same(row->title, "retry-after", got.retry_after, row->retry_after);
    same(row->title, "body", got.body, row->sent);
    ck_assert_int_eq(got.base64, strcmp(row->type, OTHER) == 0);
    cJSON_Delete(got.root);
}
END_TEST

/* The edges of UTF-8: as text, or as base64. */
static const struct {
    const char *bytes;
    size_t size;
    bool text;
} edges[] = {
    {TEXT("\x01"), true},
    {TEXT("\x7f"), true},
    {TEXT("\x80"), false},
    {TEXT("\xbf"), false},
    {TEXT("\xc1\xbf"), false},
    {TEXT("\xc2\x80"), true},
    {TEXT("\xc2"), false},
    {TEXT("\xc2\x7f"), false},
    {TEXT("\xc2\xc0"), false},
    {TEXT("\xdf\xbf"), true},
    {TEXT("\xe0\x9f\xbf"), false},
    {TEXT("\xe0\xa0\x80"), true},
    {TEXT("\xe0\xa0"), false},
    {TEXT("\xed\x9f\xbf"), true},
    {TEXT("\xed\xa0\x80"), false},
    {TEXT("\xed\xbf\xbf"), false},
    {TEXT("\xee\x80\x80"), true},
    {TEXT("\xef\xbf\xbf"), true},
    {TEXT("\xf0\x8f\xbf\xbf"), false},
    {TEXT("\xf0\x90\x80\x80"), true},
    {TEXT("\xf4\x8f\xbf\xbf"), true},
    {TEXT("\xf4\x90\x80\x80"), false},
    {TEXT("\xf7\xbf\xbf\xbf"), false},
    {TEXT("\xf8\x88\x80\x80\x80"), false},
    {TEXT("\xf0\x90\x80"), false},
    {TEXT("a\xc2\x80z"), true},
    {TEXT("a\xc2z\x80"), false},
};

START_TEST(text_is_sent_as_text_and_bytes_as_base64)
{
    struct answer_row row = {.answer = CLIENT_FRESH, .status = 200};
    char *exact = malloc(edges[_i].size);
    ck_assert_ptr_nonnull(exact);
    row.body = memcpy(exact, edges[_i].bytes, edges[_i].size);
    row.bytes = edges[_i].size;
    struct got got = take_apart(answer_of(&row));
    free(exact);
    ck_assert_int_eq(got.base64, !edges[_i].text);
    if (edges[_i].text)
        ck_assert_str_eq(got.body, edges[_i].bytes);
    cJSON_Delete(got.root);
}
END_TEST

/* Bytes go out as base64 and come in again. */
START_TEST(any_bytes_come_back)
{
    static char bytes[300], event[600];
    uint64_t random = 1;
    for (size_t size = 1; size <= sizeof bytes; size++) {
        bytes[0] = '\xff'; /* no text */
        for (size_t i = 1; i < size; i++)
            bytes[i] = (char)unit_below(&random, 256);
        struct answer_row row = {
            .answer = CLIENT_FRESH, .status = 200, .body = bytes, .bytes = size};
        struct got got = take_apart(answer_of(&row));
        UNIT_HOLDS(got.base64);
        int n =
            snprintf(event, sizeof event,
                     START "\",\"isBase64Encoded\":true,\"body\":\"%s\"}", got.body);
        cJSON_Delete(got.root);
        read_event(event, (size_t)n);
        UNIT_HOLDS(request.status == 0 && request.body_bytes == size);
        UNIT_HOLDS(memcmp(request.body, bytes, size) == 0);
    }
}
END_TEST

/* --- memory runs out ---------------------------------------------------------------
 */

static long live, left; /* allocations: not freed yet, still to be had */

static void *scarce(size_t size)
{
    if (left-- <= 0)
        return NULL;
    live++;
    return malloc(size);
}

static void counted_free(void *memory)
{
    live -= memory != NULL;
    free(memory);
}

static void leave(long allocations)
{
    cJSON_Hooks hooks = {scarce, counted_free};
    live = 0;
    left = allocations;
    cJSON_InitHooks(&hooks);
}

static void plenty(void)
{
    cJSON_InitHooks(NULL);
}

/* One response with `n` allocations to be had: nothing, or all of it and no leak. */
static bool answers_with(long n, char *(*make)(int), int row, int status)
{
    leave(n);
    char *text = make(row);
    plenty();
    ck_assert_int_eq(live, text != NULL);
    if (text == NULL)
        return false;
    struct got got = take_apart(text);
    ck_assert_int_eq(got.status, status);
    cJSON_Delete(got.root);
    return true;
}

static char *make_answer(int row)
{
    return answer_of(&answers[row]);
}

static char *make_refusal(int row)
{
    (void)row;
    return handler_refuse(&request);
}

START_TEST(without_memory_there_is_no_answer_or_a_whole_one)
{
    long n = 0;
    while (!answers_with(n, &make_answer, _i, answers[_i].want))
        UNIT_HOLDS(++n < 100);
    UNIT_HOLDS(n > 8);
    for (long more = n; more < n + 40; more++) /* whoever has more, has it whole */
        answers_with(more, &make_answer, _i, answers[_i].want);
}
END_TEST

START_TEST(without_memory_there_is_no_refusal_or_a_whole_one)
{
    read_event(TEXT("{}"));
    long n = 0;
    while (!answers_with(n, &make_refusal, 0, 400))
        UNIT_HOLDS(++n < 100);
    UNIT_HOLDS(n > 8);
}
END_TEST

START_TEST(without_memory_an_event_is_refused)
{
    for (long n = 0;; n++) {
        UNIT_HOLDS(n < 500);
        leave(n);
        read_event(TEXT(FROM_API_GATEWAY));
        plenty();
        ck_assert_int_eq(live, 0);
        if (request.status == 0) {
            UNIT_HOLDS(n > 50 && request.body_bytes == 5);
            return;
        }
        UNIT_HOLDS(request.status == 400 && request.error != NULL);
    }
}
END_TEST

/* --- bugs of the caller ------------------------------------------------------------
 */

static void answer_that_is_none(void)
{
    struct client_action action = {.kind = CLIENT_SLEEP};
    free(handler_answer(&action, NULL, 0));
}

static void bytes_of_nothing(void)
{
    struct client_action action = {.kind = CLIENT_ANSWER, .status = 200};
    free(handler_answer(&action, NULL, 1));
}

static void refusal_of_a_good_one(void)
{
    read_event(TEXT(FROM_API_GATEWAY));
    free(handler_refuse(&request));
}

START_TEST(bugs_abort)
{
    UNIT_HOLDS(unit_aborts(answer_that_is_none));
    UNIT_HOLDS(unit_aborts(bytes_of_nothing));
    UNIT_HOLDS(unit_aborts(refusal_of_a_good_one));
}
END_TEST

static const struct unit_case handler_cases[] = {
    {"events", &an_event_is_read_or_refused, UNIT_ROWS(events)},
    {"zero", &what_is_not_filled_is_zero, 0},
    {"sizes", &sizes_have_a_limit, UNIT_ROWS(sizes)},
    {"largest", &the_largest_is_read_whole, 0},
    {"depth", &depth_has_a_limit, 0},
    {"flips", &no_cut_and_no_flip_does_harm, 0},
    {"answers", &an_answer_becomes_a_response, UNIT_ROWS(answers)},
    {"edges", &text_is_sent_as_text_and_bytes_as_base64, UNIT_ROWS(edges)},
    {"bytes", &any_bytes_come_back, 0},
    {"memory", &without_memory_there_is_no_answer_or_a_whole_one, UNIT_ROWS(answers)},
    {"memory", &without_memory_there_is_no_refusal_or_a_whole_one, 0},
    {"memory", &without_memory_an_event_is_refused, 0},
    {"bugs", &bugs_abort, 0},
};

int main(void)
{
    return unit_run("handler", handler_cases,
                    sizeof handler_cases / sizeof *handler_cases);
}
