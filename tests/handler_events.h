/* handler_events.h - events and what handler_read is to make of them.
 *
 * Good ones name path, shard and body; bad ones a status and words of the sentence. The
 * first is one that API Gateway sends, whole; the others say only what matters. */
#ifndef HANDLER_EVENTS_H
#define HANDLER_EVENTS_H

#include "handler_test.h"

struct event_row {
    const char *title;
    const char *event;
    size_t bytes;
    int status;        /* 0: good */
    const char *error; /* words of the sentence */
    const char *path, *shard, *body;
    size_t body_bytes;
};

#define GOOD(path, shard, body) 0, "", path, shard, TEXT(body)
#define BAD(status, error) status, error, "", "", TEXT("")

/* An event that is good but for what is added to it. */
#define EVENT(more) TEXT("{\"version\":\"2.0\",\"rawPath\":\"/call\"" more "}")
#define BODY(body) EVENT(",\"body\":\"" body "\"")
#define BASE64(body) EVENT(",\"isBase64Encoded\":true,\"body\":\"" body "\"")
#define QUERY(query) EVENT(",\"queryStringParameters\":" query)

static const struct event_row events[] = {
    {"as API Gateway sends it", TEXT(FROM_API_GATEWAY), GOOD("/call", "eu/7", "hello")},
    {"the least", EVENT(""), GOOD("/call", "", "")},
    {"space around it", TEXT(" \t\r\n{\"version\":\"2.0\",\"rawPath\":\"/\"} \t\r\n"),
     GOOD("/", "", "")},

    /* Headers are not read, but what they are tells whether this is an event. */
    {"headers that are null", EVENT(",\"headers\":null"), GOOD("/call", "", "")},
    {"no headers in it", EVENT(",\"headers\":{}"), GOOD("/call", "", "")},
    {"a header doubled, as it comes", EVENT(",\"headers\":{\"x\":\"1,2\"}"),
     GOOD("/call", "", "")},
    {"a header doubled, as it may not", EVENT(",\"headers\":{\"x\":\"1\",\"X\":\"2\"}"),
     GOOD("/call", "", "")},
    {"headers as a list", EVENT(",\"headers\":[\"x\"]"), BAD(400, "headers must be")},
    {"headers as a string", EVENT(",\"headers\":\"x: 1\""),
     BAD(400, "headers must be")},
    {"a header that is a number", EVENT(",\"headers\":{\"x\":\"1\",\"age\":1}"),
     BAD(400, "headers must be")},
    {"a header that is null", EVENT(",\"headers\":{\"x\":null}"),
     BAD(400, "headers must be")},

    {"a query without a shard", QUERY("{\"x\":\"1\"}"), GOOD("/call", "", "")},
    {"a query that is null", QUERY("null"), GOOD("/call", "", "")},
    {"an empty shard", QUERY("{\"shard\":\"\"}"), GOOD("/call", "", "")},
    {"another name", QUERY("{\"Shard\":\"x\"}"), GOOD("/call", "", "")},
    {"two shards, as they come", QUERY("{\"shard\":\"a,b\"}"),
     GOOD("/call", "a,b", "")},
    {"two shards", QUERY("{\"shard\":\"a\",\"shard\":\"b\"}"), BAD(400, "twice")},
    {"two shards, one escaped", QUERY("{\"shard\":\"a\",\"sh\\u0061rd\":\"b\"}"),
     BAD(400, "twice")},
    {"a shard that is a number", QUERY("{\"shard\":7}"),
     BAD(400, "queryStringParameters must")},
    {"a shard that is a list", QUERY("{\"shard\":[\"a\"]}"),
     BAD(400, "queryStringParameters must")},
    {"a query that is a string", QUERY("\"shard=a\""),
     BAD(400, "queryStringParameters must")},
    {"a query that is a list", QUERY("[]"), BAD(400, "queryStringParameters must")},

    {"a path of any characters",
     TEXT("{\"version\":\"2.0\",\"rawPath\":\"/\\u00e4 \\\"\xc3\xa4\\ud83d\\ude00\"}"),
     GOOD("/\xc3\xa4 \"\xc3\xa4\xf0\x9f\x98\x80", "", "")},
    {"no path", TEXT("{\"version\":\"2.0\"}"), BAD(400, "rawPath must begin")},
    {"a path that is null", TEXT("{\"version\":\"2.0\",\"rawPath\":null}"),
     BAD(400, "rawPath must begin")},
    {"an empty path", TEXT("{\"version\":\"2.0\",\"rawPath\":\"\"}"),
     BAD(400, "rawPath must begin")},
    {"a path without a slash", TEXT("{\"version\":\"2.0\",\"rawPath\":\"call\"}"),
     BAD(400, "rawPath must begin")},
    {"a path that is a number", TEXT("{\"version\":\"2.0\",\"rawPath\":1}"),
     BAD(400, "rawPath must be a string")},
    {"two paths", EVENT(",\"rawPath\":\"/other\""), BAD(400, "twice")},

    {"a version that is a number", TEXT("{\"version\":2.0,\"rawPath\":\"/\"}"),
     BAD(400, "version must be a string")},
    {"payload format 1.0",
     TEXT("{\"version\":\"1.0\",\"resource\":\"/call\",\"path\":\"/call\","
          "\"httpMethod\":\"GET\",\"headers\":{},\"multiValueHeaders\":{},"
          "\"queryStringParameters\":null,\"body\":null,\"isBase64Encoded\":false}"),
     BAD(400, "version 2.0")},
    {"a REST API has no version",
     TEXT("{\"resource\":\"/call\",\"path\":\"/call\",\"httpMethod\":\"GET\"}"),
     BAD(400, "version 2.0")},
    {"a later version", TEXT("{\"version\":\"3.0\",\"rawPath\":\"/\"}"),
     BAD(400, "version 2.0")},
    {"two versions", EVENT(",\"version\":\"2.0\""), BAD(400, "twice")},
    {"the first mistake is told", TEXT("{\"version\":2,\"headers\":2,\"body\":2}"),
     BAD(400, "version must be a string")},

    {"an empty body", BODY(""), GOOD("/call", "", "")},
    {"a body that is null", EVENT(",\"body\":null"), GOOD("/call", "", "")},
    {"a body of JSON", BODY("{\\\"a\\\":[1]}\\n"), GOOD("/call", "", "{\"a\":[1]}\n")},
    {"a body in UTF-8", BODY("\xe2\x82\xac"), GOOD("/call", "", "\xe2\x82\xac")},
    {"a body that looks like base64", BODY("Zg=="), GOOD("/call", "", "Zg==")},
    {"the same, said to be none", EVENT(",\"isBase64Encoded\":false,\"body\":\"Zg==\""),
     GOOD("/call", "", "Zg==")},
    {"a body that is an object", EVENT(",\"body\":{\"a\":1}"),
     BAD(400, "body must be a string")},
    {"a body that is a number", EVENT(",\"body\":1"), BAD(400, "body must be a")},
    {"two bodies", EVENT(",\"body\":\"a\",\"body\":\"b\""), BAD(400, "twice")},

    /* The vectors of RFC 4648, section 10; then bytes that text cannot hold. */
    {"base64 of nothing", BASE64(""), GOOD("/call", "", "")},
    {"base64 of 1", BASE64("Zg=="), GOOD("/call", "", "f")},
    {"base64 of 2", BASE64("Zm8="), GOOD("/call", "", "fo")},
    {"base64 of 3", BASE64("Zm9v"), GOOD("/call", "", "foo")},
    {"base64 of 4", BASE64("Zm9vYg=="), GOOD("/call", "", "foob")},
    {"base64 of 5", BASE64("Zm9vYmE="), GOOD("/call", "", "fooba")},
    {"base64 of 6", BASE64("Zm9vYmFy"), GOOD("/call", "", "foobar")},
    {"base64 of any bytes", BASE64("AP/+"), GOOD("/call", "", "\0\xff\xfe")},
    {"base64 with its last digits", BASE64("+/+/"), GOOD("/call", "", "\xfb\xff\xbf")},
    {"base64, escaped", BASE64("AP\\/\\u002b"), GOOD("/call", "", "\0\xff\xfe")},
    {"base64 of no body", EVENT(",\"isBase64Encoded\":true"), GOOD("/call", "", "")},
    {"base64 of length 1", BASE64("Z"), BAD(400, "multiple of 4")},
    {"base64 of length 2", BASE64("Zg"), BAD(400, "multiple of 4")},
    {"base64 of length 3", BASE64("Zg="), BAD(400, "multiple of 4")},
    {"base64 of length 5", BASE64("Zm9vY"), BAD(400, "multiple of 4")},
    {"only padding", BASE64("===="), BAD(400, "a character is wrong")},
    {"one =", BASE64("="), BAD(400, "multiple of 4")},
    {"too much padding", BASE64("Z==="), BAD(400, "a character is wrong")},
    {"padding in a middle group", BASE64("Zg==Zg=="), BAD(400, "a character")},
    {"padding in the middle of one", BASE64("Z=g="), BAD(400, "a character is wrong")},
    {"a bad character, first", BASE64("*m9v"), BAD(400, "a character is wrong")},
    {"a bad character, last", BASE64("Zm9*"), BAD(400, "a character is wrong")},
    {"a space", BASE64("Zm 9"), BAD(400, "a character is wrong")},
    {"a line's end", BASE64("Zm9v\\r\\nYg"), BAD(400, "a character is wrong")},
    {"base64 for URLs", BASE64("AP_-"), BAD(400, "a character is wrong")},
    {"bytes above 127", BASE64("Zm\xc3\xa4"), BAD(400, "a character is wrong")},
    {"bits that belong to no byte, of 4", BASE64("Zh=="), BAD(400, "a character")},
    {"bits that belong to no byte, of 2", BASE64("Zm9="), BAD(400, "a character")},
    {"the first of those, of 4", BASE64("Zo=="), BAD(400, "a character is wrong")},
    {"the first of those, of 2", BASE64("Zm+="), BAD(400, "a character is wrong")},
    {"three =", BASE64("A==="), BAD(400, "a character is wrong")},
    {"isBase64Encoded as a string", EVENT(",\"isBase64Encoded\":\"true\""),
     BAD(400, "isBase64Encoded must be")},
    {"isBase64Encoded as a number", EVENT(",\"isBase64Encoded\":1"),
     BAD(400, "isBase64Encoded must be")},
    {"isBase64Encoded null", EVENT(",\"isBase64Encoded\":null,\"body\":\"Zg==\""),
     GOOD("/call", "", "Zg==")},
    {"isBase64Encoded twice", EVENT(",\"isBase64Encoded\":true,\"isBase64Encoded\":0"),
     BAD(400, "twice")},

    {"nothing", TEXT(""), BAD(400, "JSON object")},
    {"space", TEXT(" "), BAD(400, "JSON object")},
    {"words", TEXT("GET /call HTTP/1.1"), BAD(400, "JSON object")},
    {"null", TEXT("null"), BAD(400, "JSON object")},
    {"a list", TEXT("[{\"version\":\"2.0\"}]"), BAD(400, "JSON object")},
    {"a string", TEXT("\"version\""), BAD(400, "JSON object")},
    {"a number", TEXT("1e999"), BAD(400, "JSON object")},
    {"an empty object", TEXT("{}"), BAD(400, "version 2.0")},
    {"cut off", TEXT("{\"version\":\"2.0\",\"rawPath\":\"/call\""),
     BAD(400, "JSON object")},
    {"cut off in an escape", TEXT("{\"version\":\"2.0\\"), BAD(400, "JSON object")},
    {"cut off after a comma", TEXT("{\"1\":1,"), BAD(400, "JSON object")},
    {"more behind it", TEXT("{\"version\":\"2.0\",\"rawPath\":\"/\"}x"),
     BAD(400, "JSON object")},
    {"a second one behind it", TEXT("{\"version\":\"2.0\",\"rawPath\":\"/\"}{}"),
     BAD(400, "JSON object")},

    {"a NUL", TEXT("\0"), BAD(400, "JSON object")},
    {"a NUL behind it", TEXT("{\"version\":\"2.0\",\"rawPath\":\"/\"}\0"),
     BAD(400, "JSON object")},
    {"a NUL in a body", BODY("a\0b"), BAD(400, "JSON object")},
    {"an escaped NUL in a body", BODY("a\\u0000b"), BAD(400, "holds a NUL")},
    {"an escaped NUL in a shard", QUERY("{\"shard\":\"a\\u0000\"}"),
     BAD(400, "holds a NUL")},
    {"one after a backslash", BODY("\\\\\\u0000"), BAD(400, "holds a NUL")},
    {"one that is none", BODY("\\\\u0000"), GOOD("/call", "", "\\u0000")},
    {"cut off before it", TEXT("{\"body\":\"\\u000"), BAD(400, "JSON object")},
    {"an escaped 1", BODY("\\u0001"), GOOD("/call", "", "\1")},

    {"bytes that are not UTF-8", BODY("\xff"), BAD(400, "JSON object")},
    {"UTF-8 cut off", TEXT("{\"version\":\"2.0\xc3"), BAD(400, "JSON object")},
    {"UTF-8 longer than needed", BODY("\xc0\xaf"), BAD(400, "JSON object")},
    {"a surrogate in UTF-8", BODY("\xed\xa0\x80"), BAD(400, "JSON object")},
    {"half a surrogate pair", BODY("\\ud83d"), BAD(400, "JSON object")},
    {"its other half", BODY("\\ude00"), BAD(400, "JSON object")},
};

#endif
