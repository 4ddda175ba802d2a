/* gateway.h - what an HTTP API makes of the document that a Lambda answers with: the
 * part of API Gateway that a handler meets, with no network.
 *
 *      struct response response = through_gateway(handler_answer(...));
 *      ...response.status, and the bytes that the user gets...
 *      forget(&response);
 *
 * What it can make nothing of becomes a 500, and `why` says what was wrong: nothing at
 * all, no JSON in UTF-8, a status that is none, a header or a body that is no string. A
 * document without statusCode is the body of a 200. */
#ifndef GATEWAY_H
#define GATEWAY_H

#include "text.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

struct response {
    int status;
    const char *why; /* a 500 of API Gateway's own; NULL: the handler's answer */
    char type[64];   /* of the headers; "": there is none */
    char age[32], retry_after[32];
    char *body; /* any bytes, and a NUL behind them */
    size_t bytes;
    bool base64; /* it came so */
};

static inline void forget(struct response *response)
{
    free(response->body);
    *response = (struct response){.status = 0};
}

static inline struct response no_response(const char *why)
{
    return (struct response){.status = 500, .why = why};
}

static inline void take_header(char *to, size_t room, const cJSON *headers,
                               const char *name)
{
    const cJSON *value = cJSON_GetObjectItem(headers, name); /* in any case */
    if (cJSON_IsString(value))
        snprintf(to, room, "%s", value->valuestring);
    else if (cJSON_IsNumber(value))
        snprintf(to, room, "%.15g", value->valuedouble);
}

static inline bool take_body(struct response *r, const char *text)
{
    size_t length = strlen(text);
    r->body = calloc(1, length + 1);
    if (r->body == NULL || (r->base64 && length % 4 != 0))
        return false;
    r->bytes = r->base64 ? base64_bytes(text, length) : length;
    if (r->base64)
        return base64_read(r->body, text, length);
    memcpy(r->body, text, length);
    return true;
}

static inline bool plain_headers(const cJSON *headers)
{
    const cJSON *one = NULL;
    bool plain = headers == NULL || cJSON_IsObject(headers);
    cJSON_ArrayForEach(one, headers) plain =
        plain && (cJSON_IsString(one) || cJSON_IsNumber(one) || cJSON_IsBool(one));
    return plain;
}

static inline struct response response_of(const cJSON *root)
{
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(root, "statusCode");
    const cJSON *headers = cJSON_GetObjectItemCaseSensitive(root, "headers");
    const cJSON *body = cJSON_GetObjectItemCaseSensitive(root, "body");
    const cJSON *base64 = cJSON_GetObjectItemCaseSensitive(root, "isBase64Encoded");
    if (!cJSON_IsNumber(status) || status->valueint < 100 || status->valueint > 599)
        return no_response("statusCode is no status");
    if (!plain_headers(headers))
        return no_response("a header is no string");
    if (body != NULL && !cJSON_IsString(body))
        return no_response("the body is no string");
    struct response r = {.status = status->valueint, .base64 = cJSON_IsTrue(base64)};
    take_header(r.type, sizeof r.type, headers, "content-type");
    take_header(r.age, sizeof r.age, headers, "age");
    take_header(r.retry_after, sizeof r.retry_after, headers, "retry-after");
    if (take_body(&r, body != NULL ? body->valuestring : ""))
        return r;
    forget(&r);
    return no_response("the body is not the base64 that it says it is");
}

/* Takes the text's memory, which is the handler's, to be freed with free(). */
static inline struct response through_gateway(char *text)
{
    if (text == NULL)
        return no_response("there is no answer");
    size_t length = strlen(text);
    cJSON *root = is_text(text, length) ? cJSON_ParseWithOpts(text, NULL, 1) : NULL;
    struct response r = no_response("the answer is not JSON in UTF-8");
    if (cJSON_IsObject(root) && cJSON_HasObjectItem(root, "statusCode")) {
        r = response_of(root);
    } else if (root != NULL) {
        r = (struct response){.status = 200};
        take_body(&r, text);
    }
    cJSON_Delete(root);
    free(text);
    return r;
}

#endif
