/* tempting.c - a handler as most of us would write it first. It is no part of the
 * book's answer: `make plot CH=17` puts it beside yours. */
#include "handler.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void handler_read(struct handler_request *request, const char *event, size_t bytes)
{
    memset(request, 0, sizeof *request);
    cJSON *tree = cJSON_ParseWithLength(event, bytes);
    const char *path = cJSON_GetObjectItem(tree, "rawPath")->valuestring;
    memcpy(request->path, path, strnlen(path, HANDLER_PATH_MAX - 1));
    const cJSON *body = cJSON_GetObjectItem(tree, "body");
    if (body != NULL && !cJSON_IsNull(body)) {
        request->body_bytes = strnlen(body->valuestring, HANDLER_BODY_MAX);
        memcpy(request->body, body->valuestring, request->body_bytes);
    }
    cJSON_Delete(tree);
}

char *handler_answer(const struct client_action *answer, const char *body,
                     size_t body_bytes)
{
    char *text = calloc(1, body_bytes + 1), seconds[32];
    if (text == NULL)
        return NULL;
    memcpy(text, body_bytes > 0 ? body : "", body_bytes);
    cJSON *root = cJSON_CreateObject();
    cJSON *headers = cJSON_AddObjectToObject(root, "headers");
    cJSON_AddNumberToObject(root, "statusCode", answer->status);
    cJSON_AddStringToObject(root, "body", text);
    snprintf(seconds, sizeof seconds, "%" PRId64, answer->retry_after_ms / 1000);
    if (answer->answer == CLIENT_REFUSED)
        cJSON_AddStringToObject(headers, "retry-after", seconds);
    char *response = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    free(text);
    return response;
}

char *handler_refuse(const struct handler_request *request)
{
    (void)request; /* nothing is ever refused */
    return NULL;
}
