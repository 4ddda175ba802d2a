/* sigv4_test.c - libcurl's signatures, as aws.c asks for them, held against a verifier
 * that shares no code with it (sigv4_server.js, Node's crypto): all shapes of request
 * that the lab sends, with and without a session token; and that it says no to others.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "aws.h"

#define KEY "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define TOKEN "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCWV1LXdlc3QtMSJH=="

struct verifier {
    int port;
    int stdin_pipe;
    pid_t child;
};

static struct verifier verifier_start(const char *token)
{
    int in[2], out[2];
    char line[16] = "";
    ck_assert_int_eq(pipe(in) + pipe(out), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[1]);
        close(out[0]);
        execlp("node", "node", "tests/lab/sigv4_server.js", KEY, SECRET, token,
               (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    ck_assert_msg(read(out[0], line, sizeof line - 1) > 0, "is there a node?");
    close(out[0]);
    return (struct verifier){atoi(line), in[1], child};
}

static void verifier_stop(struct verifier *verifier)
{
    close(verifier->stdin_pipe);
    waitpid(verifier->child, NULL, 0);
}

static void begin(struct aws *aws, const struct verifier *verifier, const char *secret,
                  const char *token)
{
    char url[64], why[AWS_WHY_MAX] = "";
    snprintf(url, sizeof url, "http://127.0.0.1:%d", verifier->port);
    setenv("AWS_ENDPOINT_URL_DYNAMODB", url, 1);
    setenv("AWS_ENDPOINT_URL_LAMBDA", url, 1);
    setenv("AWS_REGION", "eu-west-1", 1);
    setenv("AWS_ACCESS_KEY_ID", KEY, 1);
    setenv("AWS_SECRET_ACCESS_KEY", secret, 1);
    if (token != NULL)
        setenv("AWS_SESSION_TOKEN", token, 1);
    else
        unsetenv("AWS_SESSION_TOKEN");
    ck_assert_msg(aws_init(aws, why, sizeof why), "%s", why);
}

#define INVOKE "/2015-03-31/functions/open-circuit_Backend-1/invocations"
static const struct aws_request shapes[] = {
    {.service = AWS_DYNAMODB,
     .path = "/",
     .target = "DynamoDB_20120810.GetItem",
     .content_type = "application/x-amz-json-1.0",
     .body = "{\"TableName\":\"t\",\"Key\":{\"pk\":{\"S\":\"cb#x\"}}}",
     .repeatable = true},
    {.service = AWS_DYNAMODB,
     .path = "/",
     .target = "DynamoDB_20120810.UpdateItem",
     .content_type = "application/x-amz-json-1.0",
     .body =
         "{\"ConditionExpression\":\"gen = :g AND #st = :c\", \"x\": \"\xc3\xa4\"}"},
    {.service = AWS_LAMBDA,
     .path = INVOKE,
     .invocation_type = "RequestResponse",
     .content_type = "application/json",
     .body = "{\"path\":\"/call\"}"},
    {.service = AWS_LAMBDA,
     .path = INVOKE,
     .query = "Qualifier=live",
     .invocation_type = "RequestResponse",
     .content_type = "application/json",
     .body = ""},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static struct aws_reply ask(struct aws *aws, const struct aws_request *shape)
{
    struct aws_request request = *shape;
    request.bytes = strlen(shape->body);
    request.within_ms = 5000;
    return aws_call(aws, &request);
}

/* Twice each, so that a connection in use is tried too. */
START_TEST(signatures_are_right)
{
    const char *token = _i == 0 ? NULL : TOKEN;
    struct verifier verifier = verifier_start(token);
    struct aws aws;
    begin(&aws, &verifier, SECRET, token);
    for (int i = 0; i < 2 * SHAPES; i++) {
        struct aws_reply reply = ask(&aws, &shapes[i % SHAPES]);
        ck_assert_msg(reply.status == 200, "shape %d: %d %s", i % SHAPES, reply.status,
                      reply.error != NULL ? reply.error : reply.body);
        ck_assert_int_ge(atoi(reply.body), token != NULL ? 9 : 8); /* tamperings */
    }
    aws_close(&aws);
    verifier_stop(&verifier);
}
END_TEST

/* The verifier can say no. */
static const struct {
    const char *secret, *token, *why;
} strangers[] = {
    {SECRET "x", NULL, "wrong signature"},
    {SECRET, TOKEN, "another session token"},
};

START_TEST(strangers_are_refused)
{
    struct verifier verifier = verifier_start(NULL);
    struct aws aws;
    begin(&aws, &verifier, strangers[_i].secret, strangers[_i].token);
    struct aws_reply reply = ask(&aws, &shapes[0]);
    ck_assert_int_eq(reply.status, 403);
    ck_assert_msg(strstr(reply.body, strangers[_i].why) != NULL, "%s", reply.body);
    aws_close(&aws);
    verifier_stop(&verifier);
}
END_TEST

static const struct unit_case cases[] = {
    {"right", &signatures_are_right, 2},
    {"strangers", &strangers_are_refused, UNIT_ROWS(strangers)},
};

int main(void)
{
    return unit_run("lab/sigv4", cases, sizeof cases / sizeof *cases);
}
