/* runtime.h - the loop of a Lambda custom runtime: event in, answer out, for ever.
 *
 *      struct runtime runtime;
 *      char why[RUNTIME_WHY_MAX];
 *      if (!runtime_init(&runtime, why, sizeof why)) ...not in a Lambda...
 *      if (...the program cannot be set up...)
 *          return runtime_init_error(&runtime, "Client.Config", "TABLE is not set");
 *      return runtime_loop(&runtime, handle, &context);
 *
 * The platform answers GET next with an event, when there is one, and freezes the
 * process from the moment our answer has been taken until the next event. What follows
 * from that:
 *   - GET next has no time-out; all other requests have one;
 *   - nothing is put off until after the answer: it may run in an hour, or never.
 *     stdout is flushed before the answer is sent;
 *   - three failures of GET next in a row, and the process ends, with a status other
 *     than 0, for the platform to start a new one.
 *
 * An error of the handler, and an answer longer than the platform takes (413), become
 * POST error, and the loop goes on. To the user an HTTP API makes it a 500 that
 * explains nothing: what may be expected should be an ordinary answer.
 *
 * runtime_init ignores SIGPIPE for the process: libcurl, told to use no signals, does
 * not do so any more, and a closed connection is an answer, no reason to die.
 *
 * One thread; one runtime in a process. Source: "Using the Lambda runtime API for
 * custom runtimes", AWS Lambda Developer Guide, version 2018-06-01. */
#ifndef LAB_RUNTIME_H
#define LAB_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

enum {
    RUNTIME_WHY_MAX = 200,
    RUNTIME_ID_MAX = 64,
    RUNTIME_ARN_MAX = 256,
    RUNTIME_TRACE_MAX = 512,
    RUNTIME_EVENT_MAX =
        6 * 1024 * 1024 + 64 * 1024,      /* the platform's own limit: 6 MB */
    RUNTIME_LIFE_MAX_MS = 15 * 60 * 1000, /* no function runs longer */
    RUNTIME_LIFE_MS = 3000                /* Lambda's default, where none is believed */
};

/* What the headers of GET next say. All zeros before the first. */
struct runtime_head {
    char id[RUNTIME_ID_MAX + 1]; /* "": missing, or not letters, digits and - */
    int64_t deadline_ms; /* as stated, platform's clock; 0: none, or no number */
    char arn[RUNTIME_ARN_MAX];
    char trace[RUNTIME_TRACE_MAX]; /* "": none, or too long */
};

/* One event. Its text is not NUL-terminated by contract: use `bytes`. */
struct runtime_event {
    const char *id;
    const char *arn;
    const char *text;
    size_t bytes;
    int64_t deadline_ms; /* by clock_ms(): when the platform stops us. Never absurd: a
                          * stated one that is past, or more than 15 minutes away, is
                          * replaced by RUNTIME_LIFE_MS from now */
};

/* What the handler made of it. All zeros, as it is handed in, is an error. */
struct runtime_answer {
    char *text; /* malloc'd; the loop frees it. NULL: an error */
    size_t bytes;
    const char
        *error_type; /* such as "Client.OutOfMemory"; a constant; NULL: unknown */
    char error[200]; /* any text; it is escaped */
};

struct runtime {
    void *curl;          /* a handle of its own: no proxy, no signature */
    char base[200];      /* http://HOST:PORT/2018-06-01/runtime */
    struct buffer event; /* of this invocation */
    struct buffer said;  /* what the platform answered to our answer */
    struct runtime_head head;
    char trace[RUNTIME_TRACE_MAX + 20]; /* lies in the environment, see runtime.c */
};

/* Reads AWS_LAMBDA_RUNTIME_API, "HOST:PORT". false: `why` says what is wrong, and there
 * is nothing to close. `room` is RUNTIME_WHY_MAX or more. */
bool runtime_init(struct runtime *runtime, char *why, size_t room);

/* Handle events until it is of no more use. Returns what main should return: never 0.
 */
int runtime_loop(struct runtime *runtime,
                 void (*handle)(void *context, const struct runtime_event *event,
                                struct runtime_answer *answer),
                 void *context);

/* Tell the platform that this environment cannot start: `type` such as
 * "Client.Config", and a sentence, which also goes to stderr. Returns what main should
 * return: never 0. */
int runtime_init_error(struct runtime *runtime, const char *type, const char *message);

void runtime_close(struct runtime *runtime);

/* --- its parts, for tests and a fuzzer: text to struct, no network ------------------
 */

/* Take in one header line as it comes from the wire: any bytes, no NUL at the end. */
void runtime_header(struct runtime_head *head, const char *line, size_t bytes);

/* The deadline to believe, by the same clock as `now_ms`. */
int64_t runtime_deadline(int64_t stated_ms, int64_t now_ms);

/* {"errorType": .., "errorMessage": .., "stackTrace": []}; to be freed; NULL when
 * memory ran out. */
char *runtime_error_text(const char *type, const char *message);

#endif
