/* backend_mode.c - see backend_mode.h. */
#include "backend_mode.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "header.h"

enum { MS_MAX = 900000, PCT_MAX = 100 };

static const char *const kinds[] = {[BACKEND_OK] = "ok",
                                    [BACKEND_SLOW] = "slow",
                                    [BACKEND_ERROR] = "error",
                                    [BACKEND_HANG] = "hang",
                                    [BACKEND_FLAKY] = "flaky"};

/* The text of an attribute of this type, or NULL. */
static const char *attribute(const cJSON *item, const char *name, const char *type)
{
    const cJSON *typed = cJSON_GetObjectItemCaseSensitive(item, name);
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(typed, type));
}

static uint32_t number(const cJSON *item, const char *name, uint32_t max)
{
    const char *text = attribute(item, name, "N");
    return text != NULL ? (uint32_t)header_number(text, max) : 0;
}

static bool read_item(struct backend_mode *mode, const cJSON *item)
{
    const char *word = attribute(item, "mode", "S");
    for (size_t i = 0; word != NULL && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(word, kinds[i]) == 0) {
            mode->kind = (enum backend_kind)i;
            mode->ms = number(item, "ms", MS_MAX);
            mode->pct = number(item, "pct", PCT_MAX);
            return true;
        }
    return false;
}

bool backend_mode_read(struct backend_mode *mode, const char *text, size_t bytes)
{
    cJSON *answer = cJSON_ParseWithLength(text, bytes);
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(answer, "Item");
    bool believed = false;
    if (cJSON_IsObject(answer) && item == NULL) {
        mode->kind = BACKEND_OK;
        mode->ms = mode->pct = 0;
        believed = true;
    } else if (item != NULL)
        believed = read_item(mode, item);
    cJSON_Delete(answer);
    return believed;
}

void backend_mode_refresh(struct backend_mode *mode, struct aws *aws, const char *table,
                          int64_t now_ms)
{
    int64_t age = now_ms - mode->read_ms;
    if (mode->read_ms > 0 && age >= 0 && age < BACKEND_MODE_FRESH_MS)
        return;
    char body[400];
    int n = snprintf(body, sizeof body,
                     "{\"TableName\":\"%s\",\"Key\":{\"pk\":{\"S\":\"mode#backend\"}}}",
                     table);
    struct aws_reply reply = aws_call(
        aws, &(struct aws_request){.service = AWS_DYNAMODB,
                                   .path = "/",
                                   .target = "DynamoDB_20120810.GetItem",
                                   .content_type = "application/x-amz-json-1.0",
                                   .body = body,
                                   .bytes = (size_t)n,
                                   .within_ms = BACKEND_MODE_WITHIN_MS,
                                   .repeatable = true});
    mode->read_ms = now_ms;
    if (reply.status != 200 || !backend_mode_read(mode, reply.body, reply.bytes))
        fprintf(stderr, "backend: the mode stays as it was: status %d, %s\n",
                reply.status, reply.error != NULL ? reply.error : reply.body);
}
