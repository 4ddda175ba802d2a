/* caller.h - what the world asks of whoever makes the calls: a step function.
 *
 * The world (world.h) knows no client and no breaker. It plays out what a step asks for
 * (a call, a sleep, an answer) in virtual time and brings the result as the next event.
 * adapter.c puts the reader's client_step behind this; tests put toys behind it. */
#ifndef CALLER_H
#define CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum caller_news { CALLER_START, CALLER_REPLY, CALLER_TIMEOUT, CALLER_WOKE };
enum caller_wish { CALLER_CALL, CALLER_SLEEP, CALLER_ANSWER };
enum caller_state { CALLER_CLOSED, CALLER_OPEN, CALLER_HALF_OPEN, CALLER_STATES };

/* What the user gets. The last one is the world's own: nobody was free to ask. */
enum caller_answer {
    CALLER_FRESH,
    CALLER_STALE,
    CALLER_REFUSED,
    CALLER_FAILED,
    CALLER_TIMED_OUT,
    CALLER_ANSWERS
};

struct caller_event {
    enum caller_news kind;
    int64_t now;     /* ns */
    uint64_t shard;  /* START: the part of the backend it needs, from 1 */
    uint64_t random; /* 64 fresh random bits */
    int status;      /* REPLY: HTTP status */
};

struct caller_action {
    enum caller_wish kind;
    int64_t within; /* CALL, SLEEP: ns; SIM_NEVER: without end */
    bool probe;     /* CALL */
    enum caller_answer answer;
    int status; /* ANSWER: what the user sees */
};

/* The world owns and zeroes the memory: `env` lives as long as the run and may serve
 * many calls at a time, `call` lives from START to ANSWER. */
struct caller {
    size_t env_bytes, call_bytes;
    void (*init)(void *env, const void *config, uint64_t seed);
    struct caller_action (*step)(void *env, void *call,
                                 const struct caller_event *event);
    /* Which breaker serves a shard: its own number, or 0 if there is one for all. */
    uint64_t (*breaker_of)(const void *env, uint64_t shard);
    enum caller_state (*state)(const void *env, uint64_t shard, int64_t now);
};

#endif
