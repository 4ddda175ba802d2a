/* aws.h - one signed call to DynamoDB or Lambda, with a deadline: libcurl, held short.
 *
 *      struct aws aws;
 *      char why[AWS_WHY_MAX];
 *      if (!aws_init(&aws, why, sizeof why))
 *          ...a configuration fault: say why, and stop...
 *      struct aws_reply reply = aws_call(&aws, &(struct aws_request){
 *          .service = AWS_DYNAMODB, .path = "/", .target = "DynamoDB_20120810.GetItem",
 *          .content_type = "application/x-amz-json-1.0",
 *          .body = text, .bytes = strlen(text), .within_ms = 400, .repeatable = true});
 *      if (reply.status == 200) ...
 *      aws_close(&aws);
 *
 * What always holds:
 *   - a request that is not `repeatable` reaches the network at most once. libcurl by
 *     itself would send a POST again, without a word, when a connection it had used
 *     before closes before the answer begins; a count would then be added twice;
 *   - no call takes longer than its within_ms, and none is without an end;
 *   - nothing leaves this process unencrypted, but to a loopback address;
 *   - an answer longer than was allowed is no answer; nothing grows without bound;
 *   - one connection for each service is kept and used again while it is fresh.
 *
 * From the environment, read once by aws_init, since it does not change in the life of
 * a Lambda environment:
 *
 *      AWS_REGION, else AWS_DEFAULT_REGION      needed
 *      AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY needed
 *      AWS_SESSION_TOKEN                        if there is one
 *      AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_LAMBDA   instead of
 *          https://SERVICE.REGION.amazonaws.com (.com.cn where the region is cn-*)
 *      LAB_CA_FILE, else SSL_CERT_FILE          instead of the places in aws.c
 *
 * Signing is libcurl's CURLOPT_AWS_SIGV4, which has traps in the versions in use; this
 * file keeps clear of them: bare names in the path, one query parameter, no "Header:"
 * lines that take a header away.
 *
 * A struct aws is for one thread. It may be moved only before its first call. */
#ifndef LAB_AWS_H
#define LAB_AWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

enum {
    AWS_WHY_MAX = 200,
    AWS_CONNECT_MS = 1000,      /* longest wait for a connection, TLS included */
    AWS_IDLE_MS = 20000,        /* a connection unused for longer is not trusted */
    AWS_WITHIN_MAX_MS = 900000, /* a Lambda lives no longer than this */
    AWS_TOKEN_MAX = 8000,       /* characters of a session token */
    AWS_BODY_MAX = 512 * 1024,  /* of a request */
    AWS_ITEM_MAX = 1024 * 1024, /* of an answer of DynamoDB */
    AWS_PAYLOAD_MAX = 6 * 1024 * 1024 /* of an answer of Invoke */
};

enum aws_service { AWS_DYNAMODB, AWS_LAMBDA, AWS_SERVICES };

/* All strings are the caller's and only read during the call. */
struct aws_request {
    enum aws_service service;
    const char *path;            /* "/", or of characters that need no escape */
    const char *query;           /* one "name=value", or NULL */
    const char *target;          /* X-Amz-Target, or NULL */
    const char *invocation_type; /* X-Amz-Invocation-Type, or NULL */
    const char *content_type;
    const char *body; /* any bytes, at most AWS_BODY_MAX */
    size_t bytes;
    int64_t within_ms; /* for all of it; DEADLINE_NEVER is cut to AWS_WITHIN_MAX_MS */
    bool
        repeatable; /* a read: may be sent twice. false for whatever changes anything */
};

struct aws_reply {
    int status;              /* HTTP status; 0: no answer, and the request may or may
                              * not have been carried out */
    const char *error;       /* status 0: why, in constant words; else NULL */
    const char *body;        /* never NULL, NUL-terminated; belongs to struct aws and
                              * stands until its next call */
    size_t bytes;            /* without the NUL */
    char function_error[32]; /* X-Amz-Function-Error; "" if there is none */
    int64_t retry_after_ms;  /* Retry-After in seconds, as ms; 0 if there is none */
};

struct aws {
    void *curl;                       /* the one easy handle */
    char endpoint[AWS_SERVICES][200]; /* scheme, host, port; no slash at the end */
    char sign[AWS_SERVICES][80];      /* what CURLOPT_AWS_SIGV4 is told */
    int64_t used_ms[AWS_SERVICES];    /* when its connection was last used; 0: never */
    const char *key, *secret, *token; /* in the environment; token: NULL if none */
    char ca_file[256];                /* "" if all endpoints are on loopback */
    struct buffer answer;
};

/* Make ready: reads the environment, opens no connection. false: `why` says in a
 * sentence what is missing or wrong, and there is nothing to close. `room` is
 * AWS_WHY_MAX or more. */
bool aws_init(struct aws *aws, char *why, size_t room);

/* One request and its answer. */
struct aws_reply aws_call(struct aws *aws, const struct aws_request *request);

/* Open a connection to a service before it is needed: a GET of "/", without signature
 * and without effect, whose answer is of no interest. Meant for INIT, where a Lambda
 * has more CPU than later. A network that is down costs within_ms and no more. */
void aws_warm(struct aws *aws, enum aws_service service, int64_t within_ms);

/* Give back what it holds. All zeros is fine. */
void aws_close(struct aws *aws);

#endif
