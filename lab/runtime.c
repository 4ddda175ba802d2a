/* runtime.c - see runtime.h. */
#include "runtime.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "header.h"

enum {
    CONNECT_MS = 1000,
    ANSWER_MS = 10000, /* the platform is on the same host; six megabytes pass in ms */
    SAID_MAX = 64 * 1024,
    TRIES = 3,
    PAUSE_MS = 50 /* before the second try; twice as long before the third */
};

/* stdlib.h has it, but shows it only to those who ask for all of X/Open. */
int putenv(char *name_and_value);

#define TRACE_NAME "_X_AMZN_TRACE_ID"

/* --- text to struct -----------------------------------------------------------------
 */

/* It becomes part of a URL. */
static bool plain_id(const char *id)
{
    return id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789-")] == '\0';
}

void runtime_header(struct runtime_head *head, const char *line, size_t bytes)
{
    char number[24];
    if (header_is(line, bytes, "Lambda-Runtime-Aws-Request-Id", head->id,
                  sizeof head->id)) {
        if (!plain_id(head->id))
            head->id[0] = '\0';
    } else if (header_is(line, bytes, "Lambda-Runtime-Deadline-Ms", number,
                         sizeof number))
        head->deadline_ms = header_number(number, INT64_MAX);
    else if (header_is(line, bytes, "Lambda-Runtime-Invoked-Function-Arn", head->arn,
                       sizeof head->arn))
        return;
    else
        header_is(line, bytes, "Lambda-Runtime-Trace-Id", head->trace,
                  sizeof head->trace);
}

int64_t runtime_deadline(int64_t stated_ms, int64_t now_ms)
{
    if (stated_ms <= now_ms || stated_ms - now_ms > RUNTIME_LIFE_MAX_MS)
        return now_ms + RUNTIME_LIFE_MS;
    return stated_ms;
}

char *runtime_error_text(const char *type, const char *message)
{
    char *text = NULL;
    cJSON *error = cJSON_CreateObject();
    if (cJSON_AddStringToObject(error, "errorType", type) &&
        cJSON_AddStringToObject(error, "errorMessage", message) &&
        cJSON_AddArrayToObject(error, "stackTrace"))
        text = cJSON_PrintUnformatted(error);
    cJSON_Delete(error);
    return text;
}

/* --- the handle ---------------------------------------------------------------------
 */

static size_t take_header(char *line, size_t size, size_t n, void *context)
{
    runtime_header(context, line, size * n);
    return size * n;
}

static size_t take_body(char *piece, size_t size, size_t n, void *context)
{
    return buffer_add(context, piece, size * n) ? size * n : 0;
}

/* Options for a request whose answer goes to `into`. */
static void set_request(struct runtime *runtime, const char *path, struct buffer *into)
{
    CURL *curl = runtime->curl;
    char url[sizeof runtime->base + 120];
    int n = snprintf(url, sizeof url, "%s%s", runtime->base, path);
    assert(n > 0 && (size_t)n < sizeof url);
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* http_proxy is meant for the world */
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, into);
}

/* The status of the answer; 0 if there was none, or not all of it. */
static int perform(struct runtime *runtime)
{
    long status = 0;
    if (curl_easy_perform(runtime->curl) == CURLE_OK)
        curl_easy_getinfo(runtime->curl, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

/* The headers of a POST. No "Expect: 100-continue", which costs a second where nobody
 * answers it; taking a header away is safe here, where nothing is signed. */
static struct curl_slist *headers(const char *type)
{
    char line[160];
    snprintf(line, sizeof line, "Lambda-Runtime-Function-Error-Type: %s",
             type != NULL ? type : "");
    struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");
    struct curl_slist *longer = curl_slist_append(list, "Expect:");
    if (longer != NULL && type != NULL)
        curl_slist_append(longer, line);
    return list; /* its head stays the same; shorter if memory ran out */
}

/* POST to the platform; `type`, if there is one, goes into the header for it. */
static int post(struct runtime *runtime, const char *path, const char *text,
                size_t bytes, const char *type)
{
    struct curl_slist *list = headers(type);
    buffer_begin(&runtime->said, SAID_MAX);
    set_request(runtime, path, &runtime->said);
    curl_easy_setopt(runtime->curl, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS);
    curl_easy_setopt(runtime->curl, CURLOPT_POSTFIELDSIZE, (long)bytes);
    curl_easy_setopt(runtime->curl, CURLOPT_POSTFIELDS, text);
    curl_easy_setopt(runtime->curl, CURLOPT_HTTPHEADER, list);
    int status = perform(runtime);
    curl_slist_free_all(list);
    return status;
}

/* --- one event ----------------------------------------------------------------------
 */

/* setenv would do, but glibc never gives back the values that it replaces, and a warm
 * environment sees millions. So the variable lies in our own memory, handed over once,
 * and its value is written where it lies. */
static void show_trace(struct runtime *runtime)
{
    snprintf(runtime->trace, sizeof runtime->trace, TRACE_NAME "=%s",
             runtime->head.trace);
    if (getenv(TRACE_NAME) != runtime->trace + sizeof TRACE_NAME)
        putenv(runtime->trace);
}

/* The next event. 0: none could be had; -1: it came, but is not to be read; else 1. */
static int next(struct runtime *runtime)
{
    runtime->head = (struct runtime_head){0};
    buffer_begin(&runtime->event, RUNTIME_EVENT_MAX);
    set_request(runtime, "/invocation/next", &runtime->event);
    curl_easy_setopt(runtime->curl, CURLOPT_TIMEOUT_MS, 0L); /* frozen: for hours */
    curl_easy_setopt(runtime->curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(runtime->curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(runtime->curl, CURLOPT_HEADERDATA, &runtime->head);
    CURLcode code = curl_easy_perform(runtime->curl);
    long status = 0;
    curl_easy_getinfo(runtime->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200 || runtime->head.id[0] == '\0') {
        fprintf(stderr, "runtime: no event: %s, status %ld\n",
                code == CURLE_OK ? "a wrong answer" : curl_easy_strerror(code), status);
        return 0;
    }
    show_trace(runtime);
    return code == CURLE_OK ? 1 : -1;
}

static int post_error(struct runtime *runtime, const char *path, const char *type,
                      const char *message)
{
    char *text = runtime_error_text(type, message);
    const char *said = text != NULL ? text : "{\"errorType\":\"Runtime.OutOfMemory\"}";
    int status = post(runtime, path, said, strlen(said), type);
    free(text);
    return status;
}

static int report_error(struct runtime *runtime, const char *type, const char *message)
{
    char path[RUNTIME_ID_MAX + 40];
    snprintf(path, sizeof path, "/invocation/%s/error", runtime->head.id);
    fprintf(stderr, "runtime: %s: %s\n", type, message);
    return post_error(runtime, path, type, message);
}

/* Send an answer; where it is too long, an error instead. */
static int report(struct runtime *runtime, const struct runtime_answer *answer)
{
    char path[RUNTIME_ID_MAX + 40];
    if (answer->text == NULL)
        return report_error(runtime,
                            answer->error_type != NULL ? answer->error_type
                                                       : "Runtime.Unknown",
                            answer->error);
    snprintf(path, sizeof path, "/invocation/%s/response", runtime->head.id);
    int status = post(runtime, path, answer->text, answer->bytes, NULL);
    if (status == 413)
        return report_error(runtime, "Function.ResponseSizeTooLarge",
                            "the answer is longer than the platform takes");
    return status;
}

/* true: the loop may go on. A 4xx says that this event is no longer ours, such as one
 * answered too late; a 5xx, or none, that the platform wants us gone. */
static bool taken(int status)
{
    if (status == 202)
        return true;
    fprintf(stderr, "runtime: the answer was not taken: status %d\n", status);
    return status >= 400 && status < 500;
}

/* The platform's deadline, by the clock that the handler is told the time by. */
static int64_t deadline(const struct runtime *runtime)
{
    int64_t platform_ms = clock_platform_ms();
    int64_t left_ms =
        runtime_deadline(runtime->head.deadline_ms, platform_ms) - platform_ms;
    return clock_ms() + left_ms;
}

static bool serve(struct runtime *runtime,
                  void (*handle)(void *, const struct runtime_event *,
                                 struct runtime_answer *),
                  void *context)
{
    struct runtime_answer answer = {.text = NULL};
    struct runtime_event event = {.id = runtime->head.id,
                                  .arn = runtime->head.arn,
                                  .text = buffer_text(&runtime->event),
                                  .bytes = runtime->event.used,
                                  .deadline_ms = deadline(runtime)};
    handle(context, &event, &answer);
    fflush(stdout); /* after the answer we may be frozen with it */
    bool go_on = taken(report(runtime, &answer));
    free(answer.text);
    return go_on;
}

int runtime_loop(struct runtime *runtime,
                 void (*handle)(void *, const struct runtime_event *,
                                struct runtime_answer *),
                 void *context)
{
    int failures = 0;
    while (failures < TRIES) {
        int got = next(runtime);
        if (got == 0) {
            failures++;
            clock_sleep_ms(failures < TRIES ? PAUSE_MS * failures : 0);
            continue;
        }
        failures = 0;
        if (got > 0 ? !serve(runtime, handle, context)
                    : !taken(report_error(runtime, "Runtime.BadEvent",
                                          "the event is too long, or broke off")))
            return EXIT_FAILURE;
    }
    return EXIT_FAILURE;
}

/* --- beginning and end --------------------------------------------------------------
 */

/* Emulators put a scheme before it. */
static bool read_base(struct runtime *runtime, const char *api)
{
    if (strncmp(api, "http://", 7) == 0)
        api += 7;
    size_t n = strspn(api, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789-._:[]/");
    if (n == 0 || api[n] != '\0')
        return false;
    if (api[n - 1] == '/')
        n--;
    int all = snprintf(runtime->base, sizeof runtime->base,
                       "http://%.*s/2018-06-01/runtime", (int)n, api);
    return all > 0 && (size_t)all < sizeof runtime->base;
}

bool runtime_init(struct runtime *runtime, char *why, size_t room)
{
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    *runtime = (struct runtime){0};
    if (api == NULL || !read_base(runtime, api)) {
        snprintf(why, room,
                 "AWS_LAMBDA_RUNTIME_API is not set, or is not HOST:PORT: "
                 "this program is started by Lambda, or by the local twin");
        return false;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
        (runtime->curl = curl_easy_init()) == NULL) {
        snprintf(why, room, "libcurl cannot be started");
        return false;
    }
    signal(SIGPIPE, SIG_IGN);
    return true;
}

int runtime_init_error(struct runtime *runtime, const char *type, const char *message)
{
    fprintf(stderr, "init: %s: %s\n", type, message);
    post_error(runtime, "/init/error", type, message);
    return EXIT_FAILURE;
}

void runtime_close(struct runtime *runtime)
{
    if (runtime->trace[0] != '\0')
        unsetenv(TRACE_NAME); /* before its memory goes */
    curl_easy_cleanup(runtime->curl);
    buffer_free(&runtime->event);
    buffer_free(&runtime->said);
    *runtime = (struct runtime){0};
}
