/* invoke.h - call the backend function, and say what became of it in the client's
 * words.
 *
 *      struct invoke_answer a = invoke_call(&aws, &request);
 *      event.kind = a.kind;                   CLIENT_REPLY or CLIENT_TIMEOUT
 *      event.status = a.status;
 *      event.retry_after_ms = a.retry_after_ms;
 *      if (a.fault != NULL) ...log it...
 *      ...
 *      invoke_free(&a);
 *
 * What the backend is sent, and what it answers with:
 *
 *      {"path": "/call", "shard": "", "within_ms": 250, "body_b64": "..."}
 *      {"status": 200, "retry_after_ms": 0, "body": "..."}
 *
 * body_b64 is left out where there is no body. How an answer is taken:
 *
 *      200, a document as above           REPLY, with the status in the document
 *      200, X-Amz-Function-Error          REPLY 502; it crashed, or could not start
 *          ... "Task timed out"           TIMEOUT: the platform stopped it
 *      200, no such document              REPLY 502
 *      429                                REPLY 429: it is overloaded, or our quota is
 *      500 and more                       REPLY, as it is
 *      any other, 400, 403, 404, 413      REPLY, as it is, and `fault`: we are wrongly
 *                                         set up, which says nothing of the backend
 *      none: too late, not reached        TIMEOUT
 *
 * A request is sent once: a try that is counted as one must not be two. And a TIMEOUT
 * ends our wait, not the backend's work. */
#ifndef LAB_INVOKE_H
#define LAB_INVOKE_H

#include "aws.h"
#include "client.h"

struct invoke_request {
    const char *function; /* its bare name: letters, digits, - and _; 64 at most */
    const char *path, *shard;
    const char *body; /* any bytes; NULL if there are none */
    size_t bytes;
    int64_t within_ms;
};

struct invoke_answer {
    enum client_event_kind kind; /* CLIENT_REPLY or CLIENT_TIMEOUT */
    int status;                  /* REPLY */
    int64_t retry_after_ms;
    const char
        *fault; /* for the log: what is wrong with the set-up, or with the answer,
                 * or why there is none; a constant sentence; NULL if all is well */
    bool misconfigured; /* the fault is ours: not the backend's health */
    char *body;         /* the backend's, NUL-terminated; NULL if there is none */
    size_t bytes;
};

/* Is this a name that may stand in the path? Not an ARN, no alias: libcurl before 8.9
 * signs a path with a ':' wrongly. */
bool invoke_name_good(const char *function);

/* Make the call. `function` must be good. */
struct invoke_answer invoke_call(struct aws *aws, const struct invoke_request *request);

/* The two halves of it, without network. The text is the caller's to free, NULL when
 * memory ran out. */
char *invoke_write(const struct invoke_request *request);
struct invoke_answer invoke_read(const struct aws_reply *reply);

void invoke_free(struct invoke_answer *answer);

#endif
