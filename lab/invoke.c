/* invoke.c - see invoke.h. */
#include "invoke.h"

#include "header.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_CHARACTERS = 64, RETRY_AFTER_MAX_MS = 24 * 3600 * 1000 };

bool invoke_name_good(const char *function)
{
    size_t n = strspn(function, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_");
    return n > 0 && n <= NAME_MAX_CHARACTERS && function[n] == '\0';
}

/* --- what the backend is sent -------------------------------------------------------
 */

/* The caller's to free; NULL when memory ran out. */
static char *base64(const char *body, size_t bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789+/";
    char *text = malloc((bytes + 2) / 3 * 4 + 1), *to = text;
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < bytes; i += 3) {
        size_t left = bytes - i;
        uint32_t three = 0;
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (k < left ? (unsigned char)body[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            *to++ = (char)(k <= left ? digits[three >> (18 - 6 * k) & 63] : '=');
    }
    *to = '\0';
    return text;
}

static bool add_body(cJSON *payload, const char *body, size_t bytes)
{
    if (body == NULL || bytes == 0)
        return true;
    char *text = base64(body, bytes);
    bool added = text != NULL && cJSON_AddStringToObject(payload, "body_b64", text);
    free(text);
    return added;
}

char *invoke_write(const struct invoke_request *request)
{
    int64_t within_ms =
        request->within_ms < AWS_WITHIN_MAX_MS ? request->within_ms : AWS_WITHIN_MAX_MS;
    char *text = NULL;
    cJSON *payload = cJSON_CreateObject();
    if (cJSON_AddStringToObject(payload, "path", request->path) &&
        cJSON_AddStringToObject(payload, "shard", request->shard) &&
        cJSON_AddNumberToObject(payload, "within_ms", (double)within_ms) &&
        add_body(payload, request->body, request->bytes))
        text = cJSON_PrintUnformatted(payload);
    cJSON_Delete(payload);
    return text;
}

/* --- what its answer means ----------------------------------------------------------
 */

/* A whole number from `low` to `high`, or -1. */
static int64_t whole(const cJSON *object, const char *name, int64_t low, int64_t high)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= (double)low) ||
        !(value->valuedouble <= (double)high))
        return -1;
    return (int64_t)value->valuedouble;
}

static struct invoke_answer reply_of(int status, const char *fault)
{
    return (struct invoke_answer){
        .kind = CLIENT_REPLY, .status = status, .fault = fault};
}

/* The backend's own document. */
static struct invoke_answer read_document(const struct aws_reply *reply)
{
    struct invoke_answer answer = reply_of(502, "the backend's answer is no document");
    cJSON *document = cJSON_ParseWithLength(reply->body, reply->bytes);
    int64_t status = whole(document, "status", 100, 599);
    int64_t wait_ms = whole(document, "retry_after_ms", 0, RETRY_AFTER_MAX_MS);
    const char *body =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(document, "body"));
    if (status > 0) {
        answer = reply_of((int)status, NULL);
        answer.retry_after_ms = wait_ms > 0 ? wait_ms : 0;
        answer.body = body != NULL ? strdup(body) : NULL;
        answer.bytes = answer.body != NULL ? strlen(answer.body) : 0;
    }
    cJSON_Delete(document);
    return answer;
}

/* It crashed, or the platform stopped it: that only shows in the words of the message,
 * which has had this form for as long as there are Lambdas. */
static struct invoke_answer read_function_error(const struct aws_reply *reply)
{
    struct invoke_answer answer = reply_of(502, "the backend function failed");
    cJSON *document = cJSON_ParseWithLength(reply->body, reply->bytes);
    const char *message = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(document, "errorMessage"));
    if (message != NULL && strstr(message, "Task timed out after ") != NULL) {
        answer.kind = CLIENT_TIMEOUT;
        answer.status = 0;
        answer.fault = "the backend function ran out of its time";
    }
    cJSON_Delete(document);
    return answer;
}

/* Lambda says how long to wait in a header, or in the text of the error. */
static struct invoke_answer read_throttle(const struct aws_reply *reply)
{
    struct invoke_answer answer = reply_of(429, "the backend function is throttled");
    cJSON *document = cJSON_ParseWithLength(reply->body, reply->bytes);
    const char *seconds = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(document, "retryAfterSeconds"));
    answer.retry_after_ms = reply->retry_after_ms;
    if (answer.retry_after_ms == 0 && seconds != NULL)
        answer.retry_after_ms = header_number(seconds, 24L * 3600) * 1000;
    cJSON_Delete(document);
    return answer;
}

/* Ours to mend; the backend was not even asked. */
static const struct {
    int status;
    const char *fault;
} faults[] = {
    {400, "Lambda takes the request for malformed"},
    {403, "this role may not invoke the backend: lambda:InvokeFunction on its ARN, "
          "or the signature is wrong"},
    {404, "there is no backend function of this name in this region"},
    {413, "the request is larger than Lambda takes"},
};

static struct invoke_answer read_refusal(const struct aws_reply *reply)
{
    struct invoke_answer answer =
        reply_of(reply->status, "Lambda does not take the request");
    answer.misconfigured = true;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (faults[i].status == reply->status)
            answer.fault = faults[i].fault;
    return answer;
}

struct invoke_answer invoke_read(const struct aws_reply *reply)
{
    if (reply->status == 0)
        return (struct invoke_answer){.kind = CLIENT_TIMEOUT, .fault = reply->error};
    if (reply->status == 200 && reply->function_error[0] != '\0')
        return read_function_error(reply);
    if (reply->status == 200)
        return read_document(reply);
    if (reply->status == 429)
        return read_throttle(reply);
    if (reply->status >= 500) {
        struct invoke_answer answer = reply_of(reply->status, "Lambda itself failed");
        answer.retry_after_ms = reply->retry_after_ms;
        return answer;
    }
    return read_refusal(reply);
}

struct invoke_answer invoke_call(struct aws *aws, const struct invoke_request *request)
{
    char path[40 + NAME_MAX_CHARACTERS + 1];
    assert(invoke_name_good(request->function));
    snprintf(path, sizeof path, "/2015-03-31/functions/%s/invocations",
             request->function);
    char *text = invoke_write(request);
    size_t bytes = text != NULL ? strlen(text) : 0;
    if (bytes == 0 || bytes > AWS_BODY_MAX) {
        free(text);
        return (struct invoke_answer){.kind = CLIENT_REPLY,
                                      .status = 413,
                                      .fault = "the request is too large to be sent",
                                      .misconfigured = true};
    }
    struct aws_reply reply =
        aws_call(aws, &(struct aws_request){.service = AWS_LAMBDA,
                                            .path = path,
                                            .invocation_type = "RequestResponse",
                                            .content_type = "application/json",
                                            .body = text,
                                            .bytes = bytes,
                                            .within_ms = request->within_ms});
    free(text);
    return invoke_read(&reply);
}

void invoke_free(struct invoke_answer *answer)
{
    free(answer->body);
    answer->body = NULL;
    answer->bytes = 0;
}
