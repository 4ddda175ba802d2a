/* handler.h - from an event of API Gateway to a call, and from its answer to a
 * response.
 *
 * Both directions are text to struct and struct to text: no network, no clock. The
 * events are those of an HTTP API, payload format 2.0. What comes in is hostile until
 * read: it is not NUL-terminated, its body may be base64, its headers missing or
 * doubled. Bad input becomes a 4xx with a sentence, never a crash. [17] */
#ifndef HANDLER_H
#define HANDLER_H

#include "client.h"

#include <stddef.h>

enum {
    HANDLER_PATH_MAX = 256,
    HANDLER_SHARD_MAX = 64,
    HANDLER_BODY_MAX = 64 * 1024 /* of the request, decoded */
};

struct handler_request {
    int status;                    /* 0: good; else the 4xx to answer with */
    const char *error;             /* why, one sentence, a constant; NULL if good */
    char path[HANDLER_PATH_MAX];   /* as in rawPath */
    char shard[HANDLER_SHARD_MAX]; /* query parameter "shard"; "" if there is none */
    size_t body_bytes;
    char body[HANDLER_BODY_MAX]; /* decoded; may hold any byte; not NUL-terminated */
};

/* Read `bytes` bytes at `event`. Fills `*request` whatever they are. */
void handler_read(struct handler_request *request, const char *event, size_t bytes);

/* The response to a call that has ended, as JSON text.
 *
 *      CLIENT_FRESH      the backend's status and body
 *      CLIENT_STALE      200, the kept body, "stale": true, Age in whole seconds
 *      CLIENT_REFUSED    503 and Retry-After, whole seconds, rounded up
 *      CLIENT_FAILED     502
 *      CLIENT_TIMED_OUT  504
 *
 * The last three have a body {"error": "..."}. A kept body that is a JSON object gets
 * "stale" and "age_ms" among its members; any other, or one that has such names itself,
 * becomes {"stale": true, "age_ms": 1200, "body": "..."}. Retry-After is at least 1,
 * and absent if nobody knows. A body that is not UTF-8, or holds a NUL, is sent as
 * base64.
 *
 * `body` holds `body_bytes` bytes of the backend's or the kept answer; NULL if there is
 * none. The text is the caller's, to be freed with free(); NULL when memory ran out. */
char *handler_answer(const struct client_action *answer, const char *body,
                     size_t body_bytes);

/* The response to a request that was not good: its status and error. As above. */
char *handler_refuse(const struct handler_request *request);

#endif
