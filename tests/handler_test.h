/* handler_test.h - what the two halves of the handler's test share: handler_test.c
 * reads events, handler_answer_test.c looks at responses. */
#ifndef HANDLER_TEST_H
#define HANDLER_TEST_H

#include "unit.h"

#include <cjson/cJSON.h>

#include "handler.h"

/* Text that may hold a NUL, with its length. */
#define TEXT(text) text, sizeof(text) - 1

/* The beginning of an event, its path not ended yet. */
#define START "{\"version\":\"2.0\",\"rawPath\":\"/"

/* An event as API Gateway sends it: /call, shard eu/7, body hello. */
#define FROM_API_GATEWAY                                                               \
    "{\"version\":\"2.0\",\"routeKey\":\"GET /call\",\"rawPath\":\"/call\","           \
    "\"rawQueryString\":\"shard=eu%2F7\",\"cookies\":[\"a=1\",\"b=2\"],"               \
    "\"headers\":{\"accept\":\"text/html,*/*\",\"host\":\"x.example\"},"               \
    "\"queryStringParameters\":{\"shard\":\"eu/7\"},"                                  \
    "\"requestContext\":{\"accountId\":\"123456789012\",\"apiId\":\"x\","              \
    "\"domainName\":\"x.example\",\"http\":{\"method\":\"GET\",\"path\":\"/call\","    \
    "\"protocol\":\"HTTP/1.1\",\"sourceIp\":\"192.0.2.1\",\"userAgent\":\"curl\"},"    \
    "\"requestId\":\"id=\",\"stage\":\"$default\",\"timeEpoch\":1583348638390},"       \
    "\"body\":\"hello\",\"isBase64Encoded\":false}"

extern struct handler_request request; /* 64 kB */

/* Read from memory that ends where the event ends, into what holds something else. */
void read_event(const char *event, size_t bytes);

/* A response, taken apart. The strings lie in the tree, which is to be deleted. */
struct got {
    cJSON *root;
    int status;
    const char *type, *age, *retry_after, *body;
    bool base64;
};

/* What API Gateway wants holds for every response: it is JSON with a status, a body
 * that is a string, headers that are strings. Uses `text` up. */
struct got take_apart(char *text);

const char *string_in(const cJSON *object, const char *name);

extern const struct unit_case handler_answer_cases[]; /* handler_answer_test.c */
extern const size_t handler_answer_n;

#endif
