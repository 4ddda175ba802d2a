/* toy_server.h - an HTTP server on loopback that does what a table says, badly if told.
 *
 *      static const struct toy_step steps[] = {
 *          {.status = 200, .body = "{}"},  answered, the connection stays
 *          {.close = true},                read, and closed without a word
 *          {.status = 200, .body = "{}"}};
 *      struct toy *toy = toy_start(steps, 3);
 *      ...requests to 127.0.0.1:toy->port...
 *      toy->requests, toy->seen[i]...
 *      toy_stop(toy);
 *
 * The n-th request gets the n-th step, all after the last get the last. It is a child
 * process, one connection after the other; what it saw lies in shared memory and stands
 * there before the answer leaves. */
#ifndef LAB_TOY_SERVER_H
#define LAB_TOY_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct toy_step {
    int status;          /* 0: no answer */
    const char *headers; /* whole lines with \r\n, or NULL */
    const char *body;    /* or NULL */
    size_t bytes;        /* of the body; 0: up to its NUL */
    size_t cut;          /* so many bytes of the body are not sent, then close */
    int delay_ms;        /* before answering */
    bool close;          /* close the connection afterwards */
};

enum { TOY_SEEN = 64, TOY_TEXT = 16384 };

struct toy_request {
    int connection;      /* counted from 1 */
    size_t bytes;        /* head and body */
    char text[TOY_TEXT]; /* NUL-terminated; longer ones are cut here, not in `bytes` */
};

struct toy {
    int port;
    pid_t child;
    volatile int requests, connections;
    struct toy_request seen[TOY_SEEN]; /* the first of them */
};

struct toy *toy_start(const struct toy_step *steps, size_t n);
void toy_stop(struct toy *toy);

/* Put "http://127.0.0.1:PORT" into the environment as `variable`. */
void toy_endpoint(const struct toy *toy, const char *variable);

#endif
