/* backend.c - the backend function: unreliable on command, to be protected from.
 *
 * It answers every call with a document, {"status": .., "retry_after_ms": 0, "body":
 * ".."}, in the way that an item of the table tells it (backend_mode.h):
 *
 *      ok      200
 *      slow    200, after ms
 *      error   500
 *      hang    nothing: it sleeps until the platform stops it
 *      flaky   500 in pct of a hundred calls, else 200
 *
 * What begins with "missing" it has not: a shard of such a name gets 404 instead of
 * 200, which is a good answer to a user's mistake, and says nothing against the
 * backend.
 *
 * It does not look at within_ms: like most backends, it goes on working for a caller
 * that has given up.
 *
 * Environment: TABLE, and what aws.h and runtime.h say. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws.h"
#include "backend_mode.h"
#include "clock.h"
#include "runtime.h"

static const char missing[] = "missing";
enum { WARM_MS = 1000, TABLE_NAME_MAX = 255 };

struct backend {
    struct aws aws;
    const char *table;
    struct backend_mode mode;
};

/* The text of a member, "" if there is none. */
static const char *member(const cJSON *event, const char *name)
{
    const char *text =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(event, name));
    return text != NULL ? text : "";
}

/* What a user gets to see: {"ok": .., "path": .., "shard": ..}; NULL: no memory. */
static char *body_text(const cJSON *event, int status)
{
    cJSON *body = cJSON_CreateObject();
    char *text = NULL;
    if (cJSON_AddBoolToObject(body, "ok", status == 200) &&
        cJSON_AddStringToObject(body, "path", member(event, "path")) &&
        cJSON_AddStringToObject(body, "shard", member(event, "shard")))
        text = cJSON_PrintUnformatted(body);
    cJSON_Delete(body);
    return text;
}

static char *document(const struct runtime_event *e, int status)
{
    cJSON *event = cJSON_ParseWithLength(e->text, e->bytes);
    cJSON *answer = cJSON_CreateObject();
    if (status == 200 && strncmp(member(event, "shard"), missing, strlen(missing)) == 0)
        status = 404;
    char *body = body_text(event, status), *text = NULL;
    if (body != NULL && cJSON_AddNumberToObject(answer, "status", status) &&
        cJSON_AddNumberToObject(answer, "retry_after_ms", 0) &&
        cJSON_AddStringToObject(answer, "body", body))
        text = cJSON_PrintUnformatted(answer);
    cJSON_free(body);
    cJSON_Delete(answer);
    cJSON_Delete(event);
    return text;
}

/* Misbehave as told; the status to answer with. */
static int act(const struct backend_mode *mode, int64_t deadline_ms)
{
    switch (mode->kind) {
    case BACKEND_SLOW:
        clock_sleep_ms(mode->ms);
        return 200;
    case BACKEND_HANG:
        /* A second past its end, where the platform is to have killed it. */
        clock_sleep_ms(deadline_ms - clock_ms() + 1000);
        return 500;
    case BACKEND_FLAKY:
        return clock_random() % 100 < mode->pct ? 500 : 200;
    case BACKEND_ERROR:
        return 500;
    case BACKEND_OK:
        break;
    }
    return 200;
}

static void handle(void *context, const struct runtime_event *event,
                   struct runtime_answer *answer)
{
    struct backend *backend = context;
    backend_mode_refresh(&backend->mode, &backend->aws, backend->table, clock_ms());
    answer->text = document(event, act(&backend->mode, event->deadline_ms));
    if (answer->text == NULL) {
        answer->error_type = "Backend.OutOfMemory";
        snprintf(answer->error, sizeof answer->error, "memory ran out");
        return;
    }
    answer->bytes = strlen(answer->text);
}

/* It is put into JSON as it is. */
static bool table_name_good(const char *name)
{
    size_t n = name == NULL ? 0
                            : strspn(name, "abcdefghijklmnopqrstuvwxyz"
                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
    return n >= 3 && n <= TABLE_NAME_MAX && name[n] == '\0';
}

int main(void)
{
    static struct runtime runtime;
    static struct backend backend;
    char why[RUNTIME_WHY_MAX > (int)AWS_WHY_MAX ? RUNTIME_WHY_MAX : AWS_WHY_MAX];
    if (!runtime_init(&runtime, why, sizeof why)) {
        fprintf(stderr, "backend: %s\n", why);
        return EXIT_FAILURE;
    }
    backend.table = getenv("TABLE");
    if (!table_name_good(backend.table))
        return runtime_init_error(&runtime, "Backend.Config",
                                  "TABLE is not set, or no name of a table");
    if (!aws_init(&backend.aws, why, sizeof why))
        return runtime_init_error(&runtime, "Backend.Config", why);
    aws_warm(&backend.aws, AWS_DYNAMODB, WARM_MS);
    int code = runtime_loop(&runtime, handle, &backend);
    aws_close(&backend.aws);
    runtime_close(&runtime);
    return code;
}
