/* runtime_test.c - the loop against a platform that does what a table says: every event
 * gets one answer, and a platform that is gone ends the process. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "runtime.h"
#include "toy_server.h"

#define N(table) (sizeof(table) / sizeof *(table))
#define EVENT(id) "Lambda-Runtime-Aws-Request-Id: " id "\r\n"

/* What the handler saw, and is to answer with. */
struct seen {
    int events;
    const char *answer; /* NULL: an error */
    size_t bytes;
    char text[64], trace[64];
    int64_t left_ms;
};

static void handle(void *context, const struct runtime_event *event,
                   struct runtime_answer *answer)
{
    struct seen *seen = context;
    const char *trace = getenv("_X_AMZN_TRACE_ID");
    seen->events++;
    seen->left_ms = event->deadline_ms - clock_ms();
    snprintf(seen->text, sizeof seen->text, "%.*s", (int)event->bytes, event->text);
    snprintf(seen->trace, sizeof seen->trace, "%s", trace != NULL ? trace : "(none)");
    if (seen->answer == NULL) {
        answer->error_type = "Test.Refused";
        snprintf(answer->error, sizeof answer->error, "a \"quoted\" reason");
        return;
    }
    answer->bytes = seen->bytes > 0 ? seen->bytes : strlen(seen->answer);
    answer->text = calloc(1, answer->bytes);
    memcpy(answer->text, seen->answer, strlen(seen->answer));
}

static int run(struct toy *toy, struct seen *seen)
{
    struct runtime runtime;
    char why[RUNTIME_WHY_MAX] = "", api[40];
    snprintf(api, sizeof api, "127.0.0.1:%d", toy->port);
    setenv("AWS_LAMBDA_RUNTIME_API", api, 1);
    setenv("http_proxy", "http://127.0.0.1:1", 1); /* not for this */
    ck_assert_msg(runtime_init(&runtime, why, sizeof why), "%s", why);
    int code = runtime_loop(&runtime, handle, seen);
    runtime_close(&runtime);
    ck_assert_ptr_null(getenv("_X_AMZN_TRACE_ID"));
    return code;
}

/* The requests in order: each begins with `line` and has `part` in it. */
struct wanted {
    const char *line, *part;
};
#define NEXT                                                                           \
    {                                                                                  \
        "GET /2018-06-01/runtime/invocation/next ", ""                                 \
    }
#define RESPONSE(id) "POST /2018-06-01/runtime/invocation/" id "/response "
#define FAULT(id) "POST /2018-06-01/runtime/invocation/" id "/error "

static void check(const struct toy *toy, const struct wanted *wanted, int n)
{
    for (int i = 0; i < n && i < toy->requests; i++) {
        const char *text = toy->seen[i].text;
        ck_assert_msg(strncmp(text, wanted[i].line, strlen(wanted[i].line)) == 0 &&
                          strstr(text, wanted[i].part) != NULL,
                      "request %d is\n%s\nwanted: %s ... %s", i, text, wanted[i].line,
                      wanted[i].part);
    }
    ck_assert_int_eq(toy->requests, n);
}

START_TEST(events_are_answered)
{
    static const struct toy_step steps[] = {
        {.status = 200,
         .headers = EVENT("a-1") "Lambda-Runtime-Trace-Id: Root=1-2\r\n",
         .body = "{\"n\":1}"},
        {.status = 202},
        {.status = 200, .headers = EVENT("a-2"), .body = "{\"n\":2}"},
        {.status = 202},
        {.status = 500}};
    static const struct wanted wanted[] = {
        NEXT, {RESPONSE("a-1"), "\r\n\r\n{\"ok\":1}"},
        NEXT, {RESPONSE("a-2"), "{\"ok\":1}"},
        NEXT, NEXT,
        NEXT};
    struct toy *toy = toy_start(steps, N(steps));
    struct seen seen = {.answer = "{\"ok\":1}"};
    ck_assert_int_ne(run(toy, &seen), 0);
    check(toy, wanted, N(wanted));
    ck_assert_int_eq(seen.events, 2);
    ck_assert_str_eq(seen.text, "{\"n\":2}");
    ck_assert_str_eq(seen.trace, ""); /* not that of the event before */
    ck_assert_int_eq(toy->connections, 1);
    toy_stop(toy);
}
END_TEST

/* Where the variable lies, and what it says, at each event. */
struct traces {
    const char *first;
    int events, moved;
};

static void watch_trace(void *context, const struct runtime_event *event,
                        struct runtime_answer *answer)
{
    struct traces *traces = context;
    const char *trace = getenv("_X_AMZN_TRACE_ID");
    (void)event;
    if (traces->events++ == 0)
        traces->first = trace;
    traces->moved += trace != traces->first ||
                     strcmp(trace, traces->events % 2 == 1 ? "Root=1-2" : "") != 0;
    answer->text = calloc(1, 2);
    answer->bytes = 1;
}

/* setenv of glibc keeps each value for ever: a hundred bytes an event. */
START_TEST(a_warm_process_does_not_grow)
{
    enum { EVENTS = 1000 };
    static struct toy_step steps[2 * EVENTS + 1];
    for (int i = 0; i < EVENTS; i++) {
        steps[2 * i] = (struct toy_step){
            .status = 200,
            .headers = i % 2 == 0 ? EVENT("a-1") "Lambda-Runtime-Trace-Id: Root=1-2\r\n"
                                  : EVENT("a-2")};
        steps[2 * i + 1] = (struct toy_step){.status = 202};
    }
    steps[2 * EVENTS] = (struct toy_step){.status = 500};
    struct toy *toy = toy_start(steps, N(steps));
    struct runtime runtime;
    struct traces traces = {.events = 0};
    char why[RUNTIME_WHY_MAX], api[40];
    snprintf(api, sizeof api, "127.0.0.1:%d", toy->port);
    setenv("AWS_LAMBDA_RUNTIME_API", api, 1);
    ck_assert(runtime_init(&runtime, why, sizeof why));
    runtime_loop(&runtime, watch_trace, &traces);
    ck_assert_int_eq(traces.events, EVENTS);
    ck_assert_int_eq(traces.moved, 0);
    ck_assert_uint_le(runtime.event.room + runtime.said.room, 4096);
    runtime_close(&runtime);
    toy_stop(toy);
}
END_TEST

START_TEST(an_error_of_the_handler_is_reported)
{
    static const struct toy_step steps[] = {
        {.status = 200, .headers = EVENT("a-1")}, {.status = 202}, {.status = 500}};
    static const struct wanted wanted[] = {
        NEXT,
        {FAULT("a-1"), "\"errorMessage\":\"a \\\"quoted\\\" reason\""},
        NEXT,
        NEXT,
        NEXT};
    struct toy *toy = toy_start(steps, N(steps));
    struct seen seen = {.answer = NULL};
    ck_assert_int_ne(run(toy, &seen), 0);
    check(toy, wanted, N(wanted));
    ck_assert_ptr_nonnull(strstr(
        toy->seen[1].text, "Lambda-Runtime-Function-Error-Type: Test.Refused\r\n"));
    toy_stop(toy);
}
END_TEST

/* Six megabytes and more: the platform says 413, and is told that we know. */
START_TEST(an_answer_too_large_becomes_an_error)
{
    static const struct toy_step steps[] = {{.status = 200, .headers = EVENT("a-1")},
                                            {.status = 413},
                                            {.status = 202},
                                            {.status = 500}};
    static const struct wanted wanted[] = {
        NEXT,
        {RESPONSE("a-1"), "Content-Length: 7340032"},
        {FAULT("a-1"), "Function.ResponseSizeTooLarge"},
        NEXT,
        NEXT,
        NEXT};
    struct toy *toy = toy_start(steps, N(steps));
    struct seen seen = {.answer = "x", .bytes = (size_t)7 * 1024 * 1024};
    ck_assert_int_ne(run(toy, &seen), 0);
    check(toy, wanted, N(wanted));
    ck_assert_uint_gt(toy->seen[1].bytes, seen.bytes);
    ck_assert_ptr_null(strstr(toy->seen[1].text, "Expect:")); /* it costs a second */
    toy_stop(toy);
}
END_TEST

/* What the platform says to an answer, and whether the loop goes on: a third request.
 */
static const struct {
    struct toy_step step;
    bool goes_on;
} verdicts[] = {
    {{.status = 202}, true},  {{.status = 400}, true},  {{.status = 403}, true},
    {{.status = 500}, false}, {{.status = 200}, false}, {{.close = true}, false},
};

START_TEST(the_platform_may_want_us_gone)
{
    struct toy_step steps[] = {
        {.status = 200, .headers = EVENT("a-1")}, verdicts[_i].step, {.status = 500}};
    struct toy *toy = toy_start(steps, N(steps));
    struct seen seen = {.answer = "{}"};
    ck_assert_int_ne(run(toy, &seen), 0);
    if (verdicts[_i].goes_on)
        ck_assert_int_eq(toy->requests, 5);
    else /* libcurl may have sent the answer again, on a connection that had closed */
        ck_assert_msg(toy->requests <= 3 && seen.events == 1, "%d", toy->requests);
    toy_stop(toy);
}
END_TEST

/* Two failures of GET next are survived; an event without an id is one. */
START_TEST(next_is_tried_three_times)
{
    static const struct toy_step steps[] = {
        {.close = true},
        {.status = 200, .body = "{}"},
        {.status = 200, .headers = EVENT("a-1"), .body = "{}"},
        {.status = 202},
        {.status = 403}};
    struct toy *toy = toy_start(steps, N(steps));
    struct seen seen = {.answer = "{}"};
    ck_assert_int_ne(run(toy, &seen), 0);
    ck_assert_int_eq(seen.events, 1);
    ck_assert_int_eq(toy->requests, 7);
    toy_stop(toy);
}
END_TEST

/* An event that is too long, or breaks off, is answered too: somebody waits for it. */
START_TEST(an_event_that_cannot_be_read_is_an_error)
{
    size_t bytes = RUNTIME_EVENT_MAX + 1;
    char *body = calloc(1, bytes);
    struct toy_step steps[] = {
        {.status = 200, .headers = EVENT("a-1"), .body = body, .bytes = bytes},
        {.status = 202},
        {.status = 200, .headers = EVENT("a-2"), .body = "{\"cut\":1}", .cut = 3},
        {.status = 202},
        {.status = 500}};
    static const struct wanted wanted[] = {NEXT, {FAULT("a-1"), "Runtime.BadEvent"},
                                           NEXT, {FAULT("a-2"), "Runtime.BadEvent"},
                                           NEXT, NEXT,
                                           NEXT};
    struct toy *toy = toy_start(steps, N(steps));
    struct seen seen = {.answer = "{}"};
    ck_assert_int_ne(run(toy, &seen), 0);
    check(toy, wanted, N(wanted));
    ck_assert_int_eq(seen.events, 0);
    free(body);
    toy_stop(toy);
}
END_TEST

/* A clock that is wrong by an hour does not move the time that is left. */
static const char *const offsets[] = {"0", "3600000", "-3600000"};

START_TEST(a_wrong_clock_does_not_move_the_deadline)
{
    char headers[160];
    snprintf(headers, sizeof headers,
             EVENT("a-1") "Lambda-Runtime-Deadline-Ms: %lld\r\n",
             (long long)clock_platform_ms() + 60000);
    struct toy_step steps[] = {
        {.status = 200, .headers = headers}, {.status = 202}, {.status = 500}};
    setenv("LAB_CLOCK_OFFSET_MS", offsets[_i], 1);
    int64_t wrong = clock_ms() - clock_platform_ms() - atoi(offsets[_i]);
    ck_assert_int_le(llabs(wrong), 1000);
    struct toy *toy = toy_start(steps, N(steps));
    struct seen seen = {.answer = "{}"};
    run(toy, &seen);
    ck_assert_int_le(seen.left_ms, 60000);
    ck_assert_int_ge(seen.left_ms, 50000);
    toy_stop(toy);
}
END_TEST

START_TEST(an_error_at_the_start_is_told)
{
    static const struct toy_step steps[] = {{.status = 202}};
    static const struct wanted wanted[] = {{"POST /2018-06-01/runtime/init/error ",
                                            "Lambda-Runtime-Function-Error-Type: T\r"}};
    struct toy *toy = toy_start(steps, 1);
    struct runtime runtime;
    char why[RUNTIME_WHY_MAX], api[60];
    snprintf(api, sizeof api, "http://127.0.0.1:%d/", toy->port); /* as emulators do */
    setenv("AWS_LAMBDA_RUNTIME_API", api, 1);
    ck_assert(runtime_init(&runtime, why, sizeof why));
    ck_assert_int_ne(runtime_init_error(&runtime, "T", "no TABLE"), 0);
    check(toy, wanted, 1);
    ck_assert_ptr_nonnull(strstr(toy->seen[0].text, "\"errorMessage\":\"no TABLE\""));
    runtime_close(&runtime);
    toy_stop(toy);
}
END_TEST

START_TEST(outside_of_a_lambda_it_says_so)
{
    static const char *const apis[] = {NULL, "", "a b", "host?x", "http://"};
    struct runtime runtime;
    for (size_t i = 0; i < N(apis); i++) {
        char why[RUNTIME_WHY_MAX] = "";
        unsetenv("AWS_LAMBDA_RUNTIME_API");
        if (apis[i] != NULL)
            setenv("AWS_LAMBDA_RUNTIME_API", apis[i], 1);
        ck_assert(!runtime_init(&runtime, why, sizeof why));
        ck_assert_ptr_nonnull(strstr(why, "AWS_LAMBDA_RUNTIME_API"));
    }
}
END_TEST

static const struct unit_case cases[] = {
    {"events", &events_are_answered, 0},
    {"growth", &a_warm_process_does_not_grow, 0},
    {"error", &an_error_of_the_handler_is_reported, 0},
    {"large", &an_answer_too_large_becomes_an_error, 0},
    {"verdicts", &the_platform_may_want_us_gone, UNIT_ROWS(verdicts)},
    {"retry", &next_is_tried_three_times, 0},
    {"bad", &an_event_that_cannot_be_read_is_an_error, 0},
    {"clock", &a_wrong_clock_does_not_move_the_deadline, UNIT_ROWS(offsets)},
    {"init", &an_error_at_the_start_is_told, 0},
    {"outside", &outside_of_a_lambda_it_says_so, 0},
};

int main(void)
{
    return unit_run("lab/runtime", cases, sizeof cases / sizeof *cases);
}
