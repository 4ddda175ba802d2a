/* visits.h - who comes to the door: events as API Gateway sends them and as somebody
 * with `aws lambda invoke` may, what becomes of each call, and what the visitor is to
 * get. door.c plays them.
 *
 * Where no answer is given, the backend sends back what it was sent, with 200: so a
 * byte that is lost on the way in is missing on the way out. */
#ifndef VISITS_H
#define VISITS_H

#include "client.h"

#include <stddef.h>

struct visit {
    const char *title;
    const char *event; /* a @ in it becomes `repeat` times an a */
    size_t event_bytes, repeat;
    enum client_answer answer;
    int status;           /* of the backend; 0: it sends back the request's body */
    int64_t ms;           /* age of a stale answer; retry_after_ms of a refusal */
    const char *body;     /* of the backend, or the kept one */
    size_t body_bytes;    /* */
    int want;             /* the status that the visitor is to get */
    const char *want_age; /* and these headers; NULL: not looked at; "": none */
    const char *want_retry;
    const char *want_body; /* and this; NULL: not looked at */
    size_t want_bytes;
};

/* Bytes with their length: they may hold a NUL. */
#define BYTES(text) text, sizeof(text) - 1

/* An event of format 2.0 with more in it, and the answer to it. */
#define EVENT(more) BYTES("{\"version\":\"2.0\",\"rawPath\":\"/call\"" more "}")
#define ECHO .want = 200, .want_body = ""
#define ECHOES(text) .want = 200, .want_body = text, .want_bytes = sizeof(text) - 1
#define ANSWER(kind, code, time, text)                                                 \
    EVENT("")                                                                          \
    , .answer = kind, .status = code, .ms = time, .body = text,                        \
      .body_bytes = sizeof(text) - 1
#define GETS(code, text) .want = code, .want_body = text, .want_bytes = sizeof(text) - 1

static const struct visit good_events[] = {
    {"as API Gateway sends it",
     BYTES("{\"version\":\"2.0\",\"routeKey\":\"GET /call\",\"rawPath\":\"/call\","
           "\"rawQueryString\":\"shard=eu%2F7\",\"headers\":{\"accept\":\"a,b\"},"
           "\"queryStringParameters\":{\"shard\":\"eu/7\"},\"requestContext\":{"
           "\"http\":{\"method\":\"GET\",\"path\":\"/call\"}},\"body\":\"hello\","
           "\"isBase64Encoded\":false}"),
     ECHOES("hello")},
    {"no body", EVENT(""), ECHO},
    {"a body of null", EVENT(",\"body\":null"), ECHO},
    {"no query", EVENT(",\"queryStringParameters\":null"), ECHO},
    {"text that is not English", EVENT(",\"body\":\"\xe2\x82\xac 5\""),
     ECHOES("\xe2\x82\xac 5")},
    {"a body in base64", EVENT(",\"isBase64Encoded\":true,\"body\":\"aGVsbG8=\""),
     ECHOES("hello")},
    {"a path of 255 bytes", BYTES("{\"version\":\"2.0\",\"rawPath\":\"/@\"}"), 254,
     ECHO},
    {"a body of 65,536 bytes", EVENT(",\"body\":\"@\""), 65536, .want = 200},
};

static const struct visit bad_events[] = {
    {"nothing", BYTES(""), .want = 400},
    {"no JSON", BYTES("GET /call HTTP/1.1"), .want = 400},
    {"JSON, cut off", BYTES("{\"version\":\"2.0\",\"rawPath\":\"/call\""), .want = 400},
    {"JSON, and more", BYTES("{\"version\":\"2.0\",\"rawPath\":\"/call\"}}"),
     .want = 400},
    {"a test event of the console", BYTES("{\"key1\":\"value1\"}"), .want = 400},
    {"payload format 1.0",
     BYTES("{\"version\":\"1.0\",\"path\":\"/call\",\"httpMethod\":\"GET\"}"),
     .want = 400},
    {"no path", BYTES("{\"version\":\"2.0\"}"), .want = 400},
    {"a path that is a number", BYTES("{\"version\":\"2.0\",\"rawPath\":7}"),
     .want = 400},
    {"a body that is an object", EVENT(",\"body\":{\"a\":1}"), .want = 400},
    {"two bodies", EVENT(",\"body\":\"a\",\"body\":\"b\""), .want = 400},
    {"a path of 256 bytes", BYTES("{\"version\":\"2.0\",\"rawPath\":\"/@\"}"), 255,
     .want = 414},
    {"a body of 65,537 bytes", EVENT(",\"body\":\"@\""), 65537, .want = 413},
};

static const struct visit hard_bytes[] = {
    {"base64 of a NUL", EVENT(",\"isBase64Encoded\":true,\"body\":\"YQBi\""),
     ECHOES("a\0b")},
    {"base64 of a picture",
     EVENT(",\"isBase64Encoded\":true,\"body\":\"iVBORw0KGgo=\""),
     ECHOES("\x89PNG\r\n\x1a\n")},
    {"base64 of wrong length", EVENT(",\"isBase64Encoded\":true,\"body\":\"aGVsb\""),
     .want = 400},
    {"base64 with a blank in it",
     EVENT(",\"isBase64Encoded\":true,\"body\":\"aGVs bG8\""), .want = 400},
    {"a NUL, escaped, in a body", EVENT(",\"body\":\"a\\u0000b\""), .want = 400},
    {"half a character, escaped", EVENT(",\"body\":\"\\ud83d\""), .want = 400},
    {"bytes that are not UTF-8", EVENT(",\"body\":\"\xff\xfe\""), .want = 400},
    {"a NUL in the event", EVENT(",\"body\":\"a\0b\""), .want = 400},
};

static const struct visit fresh_answers[] = {
    {"JSON", ANSWER(CLIENT_FRESH, 200, 0, "{\"n\":10000000000000000001}"),
     GETS(200, "{\"n\":10000000000000000001}")},
    {"text with quotes", ANSWER(CLIENT_FRESH, 200, 0, "say \"hello\"\n"),
     GETS(200, "say \"hello\"\n")},
    {"nothing, 204", ANSWER(CLIENT_FRESH, 204, 0, ""), GETS(204, "")},
    {"not found", ANSWER(CLIENT_FRESH, 404, 0, "no such page"),
     GETS(404, "no such page")},
    {"a picture", ANSWER(CLIENT_FRESH, 200, 0, "\x89PNG\r\n\x1a\n\0\0"),
     GETS(200, "\x89PNG\r\n\x1a\n\0\0")},
    {"text of 1990", ANSWER(CLIENT_FRESH, 200, 0, "gr\xfc\xdf dich"),
     GETS(200, "gr\xfc\xdf dich")},
};

static const struct visit other_answers[] = {
    {"refused, for 1 ms more", ANSWER(CLIENT_REFUSED, 503, 1, ""), .want = 503,
     .want_retry = "1"},
    {"refused, for 1,200 ms more", ANSWER(CLIENT_REFUSED, 503, 1200, ""), .want = 503,
     .want_retry = "2"},
    {"refused, nobody knows how long", ANSWER(CLIENT_REFUSED, 503, 0, ""), .want = 503,
     .want_retry = ""},
    {"failed", ANSWER(CLIENT_FAILED, 502, 0, ""), .want = 502},
    {"timed out", ANSWER(CLIENT_TIMED_OUT, 504, 0, ""), .want = 504},
    {"stale text", ANSWER(CLIENT_STALE, 200, 2000, "hello"), .want_age = "2",
     GETS(200, "{\"stale\":true,\"age_ms\":2000,\"body\":\"hello\"}")},
    {"stale JSON", ANSWER(CLIENT_STALE, 200, 2000, "{\"n\":10000000000000000001}"),
     .want_age = "2",
     GETS(200, "{\"stale\":true,\"age_ms\":2000,\"n\":10000000000000000001}")},
    {"stale JSON with a name of ours",
     ANSWER(CLIENT_STALE, 200, 2000, "{\"stale\":false}"), .want_age = "2",
     GETS(200, "{\"stale\":true,\"age_ms\":2000,\"body\":\"{\\\"stale\\\":false}\"}")},
};

#define ROWS(table) table, sizeof table / sizeof *table

static const struct party {
    const char *name;
    const struct visit *visits;
    size_t count;
} parties[] = {
    {"good events", ROWS(good_events)},
    {"bad events", ROWS(bad_events)},
    {"bytes that are no text", ROWS(hard_bytes)},
    {"fresh answers", ROWS(fresh_answers)},
    {"other answers", ROWS(other_answers)},
};
enum { PARTIES = sizeof parties / sizeof *parties };

#endif
