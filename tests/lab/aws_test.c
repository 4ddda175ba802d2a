/* aws_test.c - a call to AWS against a server that misbehaves: no write is made twice,
 * no call is without an end, no answer without bound, and a wrong set-up is a sentence.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "aws.h"
#include "clock.h"
#include "toy_server.h"

#define N(table) (sizeof(table) / sizeof *(table))

static void set_credentials(void)
{
    setenv("AWS_REGION", "eu-west-1", 1);
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", 1);
    setenv("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:1", 1);
    unsetenv("AWS_ENDPOINT_URL_DYNAMODB");
    unsetenv("AWS_SESSION_TOKEN");
}

static void begin(struct aws *aws, struct toy *toy)
{
    char why[AWS_WHY_MAX] = "";
    set_credentials();
    toy_endpoint(toy, "AWS_ENDPOINT_URL_DYNAMODB");
    ck_assert_msg(aws_init(aws, why, sizeof why), "%s", why);
}

static struct aws_request update(int64_t within_ms, bool repeatable)
{
    return (struct aws_request){.service = AWS_DYNAMODB,
                                .path = "/",
                                .target = "DynamoDB_20120810.UpdateItem",
                                .content_type = "application/x-amz-json-1.0",
                                .body = "{\"add\":1}",
                                .bytes = 9,
                                .within_ms = within_ms,
                                .repeatable = repeatable};
}

/* --- sent once ----------------------------------------------------------------------
 */

/* The server answers one request, so that libcurl keeps the connection; it reads the
 * next, in life it would add one to the count, and closes. */
static const struct toy_step applied_then_closed[] = {
    {.status = 200, .body = "{}"}, {.close = true}, {.status = 200, .body = "{}"}};

/* Row 0 is the proof. Row 1 is the proof of the proof: where it is allowed, libcurl
 * does send it again, and the server reads it twice. */
static const struct {
    bool repeatable;
    int status, times;
} resends[] = {{false, 0, 1}, {true, 200, 2}};

START_TEST(a_write_is_never_sent_twice)
{
    struct aws aws;
    struct toy *toy = toy_start(applied_then_closed, N(applied_then_closed));
    begin(&aws, toy);
    struct aws_request first = update(2000, true);
    struct aws_request second = update(2000, resends[_i].repeatable);
    ck_assert_int_eq(aws_call(&aws, &first).status, 200);
    struct aws_reply reply = aws_call(&aws, &second);
    ck_assert_int_eq(toy->requests - 1, resends[_i].times);
    ck_assert_int_eq(reply.status, resends[_i].status);
    ck_assert_int_eq(toy->seen[0].connection, toy->seen[1].connection);
    if (reply.status == 0)
        ck_assert_msg(strstr(reply.error, "not repeated") != NULL, "%s", reply.error);
    aws_close(&aws);
    toy_stop(toy);
}
END_TEST

/* After a refusal the handle is of use again. */
START_TEST(the_next_call_goes_through)
{
    struct aws aws;
    struct toy *toy = toy_start(applied_then_closed, N(applied_then_closed));
    begin(&aws, toy);
    struct aws_request write = update(2000, false);
    static const int statuses[] = {200, 0, 200};
    for (size_t i = 0; i < N(statuses); i++)
        ck_assert_int_eq(aws_call(&aws, &write).status, statuses[i]);
    ck_assert_int_eq(toy->requests, 3);
    aws_close(&aws);
    toy_stop(toy);
}
END_TEST

START_TEST(connections_are_used_again)
{
    static const struct toy_step ok[] = {{.status = 200, .body = "{}"}};
    struct aws aws;
    struct toy *toy = toy_start(ok, 1);
    begin(&aws, toy);
    struct aws_request write = update(2000, false);
    aws_warm(&aws, AWS_DYNAMODB, 2000);
    for (int i = 0; i < 11; i++)
        ck_assert_int_eq(aws_call(&aws, &write).status, 200);
    ck_assert_int_eq(toy->requests, 12);
    ck_assert_int_eq(toy->connections, 1);
    ck_assert_ptr_null(strstr(toy->seen[0].text, "Authorization"));
    aws_close(&aws);
    toy_stop(toy);
}
END_TEST

/* As after a long freeze, which libcurl's own clock may not have seen; or a clock that
 * was set back. */
static const int64_t pauses[] = {AWS_IDLE_MS + 1, -5000};

START_TEST(an_old_connection_is_not_trusted)
{
    static const struct toy_step ok[] = {{.status = 200, .body = "{}"}};
    struct aws aws;
    struct toy *toy = toy_start(ok, 1);
    begin(&aws, toy);
    struct aws_request write = update(2000, false);
    ck_assert_int_eq(aws_call(&aws, &write).status, 200);
    aws.used_ms[AWS_DYNAMODB] -= pauses[_i];
    ck_assert_int_eq(aws_call(&aws, &write).status, 200);
    ck_assert_int_eq(toy->connections, 2);
    aws_close(&aws);
    toy_stop(toy);
}
END_TEST

/* --- bounds -------------------------------------------------------------------------
 */

START_TEST(a_call_ends_in_time)
{
    static const struct toy_step hang[] = {{.delay_ms = 5000, .close = true}};
    struct aws aws;
    struct toy *toy = toy_start(hang, 1);
    begin(&aws, toy);
    struct aws_request write = update(200, false);
    int64_t began = clock_platform_ms();
    struct aws_reply reply = aws_call(&aws, &write);
    int64_t took = clock_platform_ms() - began;
    ck_assert_int_eq(reply.status, 0);
    ck_assert_str_eq(reply.error, "no answer in time");
    ck_assert_msg(took >= 190 && took < 2000, "%d ms", (int)took);
    write.within_ms = 0;
    ck_assert_str_eq(aws_call(&aws, &write).error, "no time was left to ask");
    ck_assert_int_eq(toy->requests, 1);
    aws_close(&aws);
    toy_stop(toy);
}
END_TEST

/* Of what is allowed, all; of one byte more, nothing. */
START_TEST(an_answer_has_a_limit)
{
    size_t bytes = AWS_ITEM_MAX + (size_t)_i;
    char *body = malloc(bytes);
    memset(body, 'x', bytes);
    struct toy_step steps[] = {{.status = 200, .body = body, .bytes = bytes}};
    struct aws aws;
    struct toy *toy = toy_start(steps, 1);
    begin(&aws, toy);
    struct aws_request read = update(5000, true);
    struct aws_reply reply = aws_call(&aws, &read);
    ck_assert_int_eq(reply.status, _i == 0 ? 200 : 0);
    if (_i == 0)
        ck_assert_uint_eq(reply.bytes, bytes);
    else
        ck_assert_str_eq(reply.error, "the answer is longer than allowed");
    free(body);
    aws_close(&aws);
    toy_stop(toy);
}
END_TEST

START_TEST(half_an_answer_is_none)
{
    static const struct toy_step cut[] = {
        {.status = 200, .body = "{\"a\":1}", .cut = 3}};
    struct aws aws;
    struct toy *toy = toy_start(cut, 1);
    begin(&aws, toy);
    struct aws_request write = update(2000, false);
    struct aws_reply reply = aws_call(&aws, &write);
    ck_assert_int_eq(reply.status, 0);
    ck_assert_ptr_nonnull(reply.error);
    aws_close(&aws);
    toy_stop(toy);
}
END_TEST

static const struct {
    const char *headers, *error;
    int64_t retry_after_ms;
} header_rows[] = {
    {"", "", 0},
    {"x-amz-function-ERROR:Unhandled\r\nRetry-After: 7\r\n", "Unhandled", 7000},
    {"X-Amz-Function-Error:  Handled \r\nRetry-After: 86401\r\n", "Handled", 0},
    {"X-Amz-Function-Error: 0123456789012345678901234567890123456789\r\n", "Unhandled",
     0},
    {"Retry-After: -1\r\n", "", 0},
    {"Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", "", 0},
    {"Retry-After:\r\nX-Amz-Function-Errors: no\r\n", "", 0},
};

START_TEST(headers_are_read)
{
    struct toy_step steps[] = {{.status = 500, .headers = header_rows[_i].headers}};
    struct aws aws;
    struct toy *toy = toy_start(steps, 1);
    begin(&aws, toy);
    struct aws_request read = update(2000, true);
    struct aws_reply reply = aws_call(&aws, &read);
    ck_assert_int_eq(reply.status, 500);
    ck_assert_str_eq(reply.function_error, header_rows[_i].error);
    ck_assert_int_eq(reply.retry_after_ms, header_rows[_i].retry_after_ms);
    ck_assert_str_eq(reply.body, "");
    aws_close(&aws);
    toy_stop(toy);
}
END_TEST

/* --- set-up -------------------------------------------------------------------------
 */

/* `why` is part of the sentence; NULL: it is fine. `ddb` is the endpoint it comes to.
 */
static const struct {
    const char *variable, *value, *why, *ddb;
} setups[] = {
    {"X", "", NULL, "https://dynamodb.eu-west-1.amazonaws.com"},
    {"AWS_REGION", "cn-north-1", NULL, "https://dynamodb.cn-north-1.amazonaws.com.cn"},
    {"AWS_REGION", "evil.org/", "AWS_REGION", NULL},
    {"AWS_REGION", "a:b", "AWS_REGION", NULL},
    {"AWS_ACCESS_KEY_ID", "", "AWS_ACCESS_KEY_ID", NULL},
    {"AWS_ACCESS_KEY_ID", "a\r\nX: y", "AWS_ACCESS_KEY_ID", NULL},
    {"AWS_SECRET_ACCESS_KEY", "", "AWS_SECRET_ACCESS_KEY", NULL},
    {"AWS_SESSION_TOKEN", "a\nb", "AWS_SESSION_TOKEN", NULL},
    {"AWS_ENDPOINT_URL_DYNAMODB", "http://localhost:8000/", NULL,
     "http://localhost:8000"},
    {"AWS_ENDPOINT_URL_DYNAMODB", "http://[::1]:80", NULL, "http://[::1]:80"},
    {"AWS_ENDPOINT_URL_DYNAMODB", "http://127.9.9.9", NULL, "http://127.9.9.9"},
    {"AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1.evil.org", "loopback", NULL},
    {"AWS_ENDPOINT_URL_DYNAMODB", "http://localhost.evil.org", "loopback", NULL},
    {"AWS_ENDPOINT_URL_DYNAMODB", "http://128.0.0.1", "loopback", NULL},
    {"AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1@evil.org", "no more", NULL},
    {"AWS_ENDPOINT_URL_DYNAMODB", "http://evil.org#@127.0.0.1", "no more", NULL},
    {"AWS_ENDPOINT_URL_DYNAMODB", "ftp://127.0.0.1", "https://", NULL},
    {"AWS_ENDPOINT_URL_DYNAMODB", "https://host/path", "no more", NULL},
    {"AWS_ENDPOINT_URL_DYNAMODB", "127.0.0.1:80", "no URL", NULL},
    {"LAB_CA_FILE", "/nowhere.pem", "LAB_CA_FILE", NULL},
    {"SSL_CERT_FILE", "/nowhere.pem", "SSL_CERT_FILE", NULL},
};

START_TEST(a_wrong_setup_is_a_sentence)
{
    struct aws aws;
    char why[AWS_WHY_MAX] = "";
    set_credentials();
    setenv("LAB_CA_FILE", "/dev/null", 1);
    if (strcmp(setups[_i].variable, "SSL_CERT_FILE") == 0)
        unsetenv("LAB_CA_FILE");
    setenv(setups[_i].variable, setups[_i].value, 1);
    bool good = aws_init(&aws, why, sizeof why);
    if (setups[_i].why != NULL)
        ck_assert_msg(!good && strstr(why, setups[_i].why) != NULL, "%s: %s",
                      setups[_i].value, why);
    else
        ck_assert_msg(good && strcmp(aws.endpoint[AWS_DYNAMODB], setups[_i].ddb) == 0,
                      "%s: %s %s", setups[_i].value, why, aws.endpoint[AWS_DYNAMODB]);
    if (good)
        aws_close(&aws);
}
END_TEST

/* A proxy of the environment must not see what goes to loopback. */
START_TEST(no_proxy_for_loopback)
{
    static const struct toy_step ok[] = {{.status = 200, .body = "{}"}};
    struct aws aws;
    struct toy *toy = toy_start(ok, 1), *proxy = toy_start(ok, 1);
    toy_endpoint(proxy, "http_proxy");
    toy_endpoint(proxy, "all_proxy");
    begin(&aws, toy);
    struct aws_request read = update(2000, true);
    ck_assert_int_eq(aws_call(&aws, &read).status, 200);
    ck_assert_int_eq(proxy->requests, 0);
    aws_close(&aws);
    toy_stop(toy);
    toy_stop(proxy);
}
END_TEST

/* A server that is gone costs the warm-up nothing but its answer. */
START_TEST(warming_survives_a_network_that_is_down)
{
    struct aws aws;
    char why[AWS_WHY_MAX];
    set_credentials();
    setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1", 1);
    ck_assert(aws_init(&aws, why, sizeof why));
    aws_warm(&aws, AWS_DYNAMODB, 500);
    struct aws_request read = update(500, true);
    struct aws_reply reply = aws_call(&aws, &read);
    ck_assert_int_eq(reply.status, 0);
    ck_assert_ptr_nonnull(reply.error);
    aws_close(&aws);
}
END_TEST

static const struct unit_case cases[] = {
    {"sent_once", &a_write_is_never_sent_twice, UNIT_ROWS(resends)},
    {"next", &the_next_call_goes_through, 0},
    {"reuse", &connections_are_used_again, 0},
    {"old", &an_old_connection_is_not_trusted, UNIT_ROWS(pauses)},
    {"time", &a_call_ends_in_time, 0},
    {"limit", &an_answer_has_a_limit, 2},
    {"half", &half_an_answer_is_none, 0},
    {"headers", &headers_are_read, UNIT_ROWS(header_rows)},
    {"setup", &a_wrong_setup_is_a_sentence, UNIT_ROWS(setups)},
    {"proxy", &no_proxy_for_loopback, 0},
    {"warm", &warming_survives_a_network_that_is_down, 0},
};

int main(void)
{
    return unit_run("lab/aws", cases, sizeof cases / sizeof *cases);
}
