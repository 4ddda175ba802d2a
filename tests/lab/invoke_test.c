/* invoke_test.c - what the backend is sent, and what each of its answers is taken for;
 * then one call through a server, and what Lambda's path looks like. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "invoke.h"
#include "toy_server.h"

/* --- names and payloads -------------------------------------------------------------
 */

static const struct {
    const char *name;
    bool good;
} names[] = {
    {"open-circuit_Backend9", true},
    {"0123456789012345678901234567890123456789012345678901234567890123", true},
    {"01234567890123456789012345678901234567890123456789012345678901234", false},
    {"", false},
    {"arn:aws:lambda:eu-west-1:1:function:f", false},
    {"f:live", false},
    {"f/..", false},
    {"f%3A1", false},
    {"f\n", false},
    {"f\xc3\xa4", false},
};

START_TEST(only_bare_names)
{
    ck_assert_msg(invoke_name_good(names[_i].name) == names[_i].good, "%s",
                  names[_i].name);
}
END_TEST

/* The vectors of RFC 4648, section 10, and bytes that are no text. */
#define HEAD "{\"path\":\"/call\",\"shard\":\"a\\\"b\",\"within_ms\":"
static const struct {
    const char *body;
    size_t bytes;
    int64_t within_ms;
    const char *text;
} payloads[] = {
    {NULL, 0, 250, HEAD "250}"},
    {"", 0, INT64_MAX, HEAD "900000}"},
    {"f", 1, 1, HEAD "1,\"body_b64\":\"Zg==\"}"},
    {"fo", 2, 1, HEAD "1,\"body_b64\":\"Zm8=\"}"},
    {"foo", 3, 1, HEAD "1,\"body_b64\":\"Zm9v\"}"},
    {"foob", 4, 1, HEAD "1,\"body_b64\":\"Zm9vYg==\"}"},
    {"\0\xff\xfe", 3, 1, HEAD "1,\"body_b64\":\"AP/+\"}"},
};

START_TEST(the_backend_is_sent)
{
    char *text =
        invoke_write(&(struct invoke_request){.function = "f",
                                              .path = "/call",
                                              .shard = "a\"b",
                                              .body = payloads[_i].body,
                                              .bytes = payloads[_i].bytes,
                                              .within_ms = payloads[_i].within_ms});
    ck_assert_str_eq(text, payloads[_i].text);
    free(text);
}
END_TEST

/* --- answers ------------------------------------------------------------------------
 */

#define ERROR "the backend function failed"
#define NO_DOCUMENT "the backend's answer is no document"
#define TIMED_OUT                                                                      \
    "{\"errorMessage\":\"2026-01-01T00:00:00Z 1b2c Task timed out after 3.00 "         \
    "seconds\"}"
static const struct {
    struct aws_reply reply; /* bytes: counted from the body */
    enum client_event_kind kind;
    int status;
    int64_t retry_after_ms;
    const char *body, *fault; /* part of the fault */
    bool misconfigured;
} answers[] = {
    {{200, NULL, "{\"status\":200,\"retry_after_ms\":0,\"body\":\"hi\"}", 0, "", 0},
     CLIENT_REPLY,
     200,
     0,
     "hi",
     NULL,
     false},
    {{200, NULL, "{\"status\":503,\"retry_after_ms\":1500}", 0, "", 0},
     CLIENT_REPLY,
     503,
     1500,
     NULL,
     NULL,
     false},
    {{200, NULL, "{\"status\":404,\"body\":7,\"retry_after_ms\":-5}", 0, "", 0},
     CLIENT_REPLY,
     404,
     0,
     NULL,
     NULL,
     false},
    {{200, NULL, "{\"status\":200,\"retry_after_ms\":1e300}", 0, "", 0},
     CLIENT_REPLY,
     200,
     0,
     NULL,
     NULL,
     false},
    {{200, NULL, "", 0, "", 0}, CLIENT_REPLY, 502, 0, NULL, NO_DOCUMENT, false},
    {{200, NULL, "null", 0, "", 0}, CLIENT_REPLY, 502, 0, NULL, NO_DOCUMENT, false},
    {{200, NULL, "[200]", 0, "", 0}, CLIENT_REPLY, 502, 0, NULL, NO_DOCUMENT, false},
    {{200, NULL, "{\"status\":\"200\"}", 0, "", 0},
     CLIENT_REPLY,
     502,
     0,
     NULL,
     NO_DOCUMENT,
     false},
    {{200, NULL, "{\"status\":99}", 0, "", 0},
     CLIENT_REPLY,
     502,
     0,
     NULL,
     NO_DOCUMENT,
     false},
    {{200, NULL, "{\"status\":600}", 0, "", 0},
     CLIENT_REPLY,
     502,
     0,
     NULL,
     NO_DOCUMENT,
     false},
    {{200, NULL, "{\"status\":200}", 0, "Unhandled", 0},
     CLIENT_REPLY,
     502,
     0,
     NULL,
     ERROR,
     false},
    {{200, NULL, "garbage", 0, "Handled", 0}, CLIENT_REPLY, 502, 0, NULL, ERROR, false},
    {{200, NULL, TIMED_OUT, 0, "Unhandled", 0},
     CLIENT_TIMEOUT,
     0,
     0,
     NULL,
     "ran out of its time",
     false},
    {{429, NULL, "", 0, "", 2000}, CLIENT_REPLY, 429, 2000, NULL, "throttled", false},
    {{429, NULL, "{\"retryAfterSeconds\":\"3\",\"Reason\":\"CallerRateLimitExceeded\"}",
      0, "", 0},
     CLIENT_REPLY,
     429,
     3000,
     NULL,
     "throttled",
     false},
    {{500, NULL, "", 0, "", 0}, CLIENT_REPLY, 500, 0, NULL, "Lambda itself", false},
    {{503, NULL, "", 0, "", 1000}, CLIENT_REPLY, 503, 1000, NULL, "Lambda", false},
    {{400, NULL, "", 0, "", 0}, CLIENT_REPLY, 400, 0, NULL, "malformed", true},
    {{403, NULL, "", 0, "", 0}, CLIENT_REPLY, 403, 0, NULL, "InvokeFunction", true},
    {{404, NULL, "", 0, "", 0}, CLIENT_REPLY, 404, 0, NULL, "no backend", true},
    {{413, NULL, "", 0, "", 0}, CLIENT_REPLY, 413, 0, NULL, "larger", true},
    {{415, NULL, "", 0, "", 0}, CLIENT_REPLY, 415, 0, NULL, "does not take", true},
    {{0, "no answer in time", "", 0, "", 0},
     CLIENT_TIMEOUT,
     0,
     0,
     NULL,
     "no answer in time",
     false},
};

START_TEST(an_answer_is_taken_for)
{
    struct aws_reply reply = answers[_i].reply;
    reply.bytes = strlen(reply.body);
    struct invoke_answer a = invoke_read(&reply);
    ck_assert_int_eq(a.kind, answers[_i].kind);
    ck_assert_int_eq(a.status, answers[_i].status);
    ck_assert_int_eq(a.retry_after_ms, answers[_i].retry_after_ms);
    ck_assert_int_eq(a.misconfigured, answers[_i].misconfigured);
    ck_assert_pstr_eq(a.body, answers[_i].body);
    ck_assert_uint_eq(a.bytes, a.body != NULL ? strlen(a.body) : 0);
    if (answers[_i].fault == NULL)
        ck_assert_ptr_null(a.fault);
    else
        ck_assert_msg(a.fault != NULL && strstr(a.fault, answers[_i].fault) != NULL,
                      "%s", a.fault);
    invoke_free(&a);
}
END_TEST

/* --- through a server ---------------------------------------------------------------
 */

static void begin(struct aws *aws, const struct toy *toy)
{
    char why[AWS_WHY_MAX] = "";
    setenv("AWS_REGION", "eu-west-1", 1);
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    toy_endpoint(toy, "AWS_ENDPOINT_URL_DYNAMODB");
    toy_endpoint(toy, "AWS_ENDPOINT_URL_LAMBDA");
    ck_assert_msg(aws_init(aws, why, sizeof why), "%s", why);
}

/* A try is counted as one: the backend must not be called a second time for it. */
START_TEST(a_call_is_made_once)
{
    static const struct toy_step steps[] = {
        {.status = 200, .body = "{\"status\":200,\"body\":\"hi\"}"},
        {.close = true},
        {.status = 200, .body = "{\"status\":200}"}};
    struct toy *toy = toy_start(steps, 3);
    struct aws aws;
    begin(&aws, toy);
    struct invoke_request request = {
        .function = "f-1", .path = "/call", .shard = "", .within_ms = 2000};
    struct invoke_answer a = invoke_call(&aws, &request);
    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(a.body, "hi");
    invoke_free(&a);
    a = invoke_call(&aws, &request);
    ck_assert_int_eq(a.kind, CLIENT_TIMEOUT);
    ck_assert_int_eq(toy->requests, 2);
    static const char path[] =
        "POST /2015-03-31/functions/f-1/invocations HTTP/1.1\r\n";
    ck_assert_msg(strncmp(toy->seen[0].text, path, sizeof path - 1) == 0, "%s",
                  toy->seen[0].text);
    aws_close(&aws);
    toy_stop(toy);
}
END_TEST

START_TEST(what_is_too_large_is_not_sent)
{
    static const struct toy_step ok[] = {{.status = 200}};
    struct toy *toy = toy_start(ok, 1);
    struct aws aws;
    begin(&aws, toy);
    char *body = calloc(1, AWS_BODY_MAX);
    struct invoke_request request = {.function = "f",
                                     .path = "/",
                                     .shard = "",
                                     .body = body,
                                     .bytes = AWS_BODY_MAX,
                                     .within_ms = 2000};
    struct invoke_answer a = invoke_call(&aws, &request);
    ck_assert_int_eq(a.status, 413);
    ck_assert(a.misconfigured);
    ck_assert_int_eq(toy->requests, 0);
    free(body);
    aws_close(&aws);
    toy_stop(toy);
}
END_TEST

static const struct unit_case cases[] = {
    {"names", &only_bare_names, UNIT_ROWS(names)},
    {"payloads", &the_backend_is_sent, UNIT_ROWS(payloads)},
    {"answers", &an_answer_is_taken_for, UNIT_ROWS(answers)},
    {"once", &a_call_is_made_once, 0},
    {"large", &what_is_too_large_is_not_sent, 0},
};

int main(void)
{
    return unit_run("lab/invoke", cases, sizeof cases / sizeof *cases);
}
