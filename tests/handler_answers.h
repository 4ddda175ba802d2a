/* handler_answers.h - answers of the step function and the responses they must become;
 * and bytes at the edges of what is text. */
#ifndef HANDLER_ANSWERS_H
#define HANDLER_ANSWERS_H

#include "handler_test.h"

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

/* The edges of UTF-8: as text, or as base64. */
static const struct {
    const char *bytes;
    size_t size;
    bool text;
} edges[] = {
    {TEXT("\x01"), true},
    {TEXT("\x7f"), true},
    {TEXT("@"), true},
    {TEXT("\x80"), false},
    {TEXT("\xbf\xbf"), false},
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
    {TEXT("\xf8\x90\x80\x80"), false},
    {TEXT("\xf8\x88\x80\x80\x80"), false},
    {TEXT("\xf0\x90\x80"), false},
    {TEXT("a\xc2\x80z"), true},
    {TEXT("a\xc2z\x80"), false},
};

#endif
