/* caller.h - what the world asks of whoever makes the calls: a step function.
 *
 * The world (world.h) knows no client and no breaker. It plays out what a step asks for
 * (a call, a sleep, a look into the store, an answer) in virtual time and brings the
 * result as the next event. adapter.c puts the reader's client_step behind this;
 * rivals.h has other people's protocols; tests put toys behind it. */
#ifndef CALLER_H
#define CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "knobs.h"

enum caller_news {
    CALLER_START,
    CALLER_REPLY,   /* the backend answered */
    CALLER_TIMEOUT, /* it did not */
    CALLER_WOKE,
    CALLER_ITEM,        /* LOAD: what the store holds */
    CALLER_SAVED,       /* SAVE: written; the item as it stands now */
    CALLER_CONFLICT,    /* SAVE: its condition failed; the item if the store shows it */
    CALLER_STORE_FAILED /* no answer, or an error: a write may have been made */
};

enum caller_wish { CALLER_CALL, CALLER_SLEEP, CALLER_ANSWER, CALLER_LOAD, CALLER_SAVE };

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

/* An item of the store, and a conditional write: bytes that only the caller reads. */
enum { CALLER_ITEM_MAX = 128, CALLER_SAVE_MAX = 256 };

struct caller_event {
    enum caller_news kind;
    int64_t now;     /* ns, by the clock of the environment's host */
    int64_t stop;    /* START: when the platform ends this call, same clock; 0: never */
    uint64_t shard;  /* START: the part of the backend it needs, from 1 */
    uint64_t random; /* 64 fresh random bits */
    int status;      /* REPLY: HTTP status */
    const void *item; /* ITEM, SAVED, CONFLICT: valid during the step; NULL: none */
};

struct caller_action {
    enum caller_wish kind;
    int64_t within; /* CALL, SLEEP, LOAD, SAVE: ns; SIM_NEVER: without end */
    bool probe;     /* CALL */
    bool strong;    /* LOAD: the newest, not one that may be a little old */
    enum caller_answer answer;
    int status;       /* ANSWER: what the user sees */
    uint64_t key;     /* LOAD, SAVE: which item; 0 if there is one for all shards */
    const void *save; /* SAVE: lies in `call` until the next step of this call */
};

/* What an item says, for those who watch: invariants, pictures, dashboards. A protocol
 * without a field leaves it 0. */
struct caller_view {
    uint64_t version;
    enum caller_state state;
    uint32_t generation;
    int64_t until;       /* ns; open until */
    int64_t lease_until; /* ns; half-open: the prober's lease */
    uint64_t owner;
    uint32_t calls, failed, ok;
};

/* The world owns and zeroes the memory: `env` lives as long as the run or, in a fleet,
 * as its environment, and may serve many calls at a time; `call` lives from START to
 * ANSWER. Neither holds a pointer into itself: both may be copied, compared, hashed. */
struct caller {
    const char *name, *about; /* a word; half a sentence */
    const struct knob *knobs; /* of its configuration; ends with a name of NULL */
    size_t config_bytes, env_bytes, call_bytes;
    /* What is wrong with a configuration, as one sentence; NULL if nothing is. */
    const char *(*config_error)(const void *config);
    void (*init)(void *env, const void *config, uint64_t seed);
    struct caller_action (*step)(void *env, void *call,
                                 const struct caller_event *event);
    /* Which breaker serves a shard: its own number, or 0 if there is one for all. */
    uint64_t (*breaker_of)(const void *env, uint64_t shard);
    enum caller_state (*state)(const void *env, uint64_t shard, int64_t now);

    /* --- with a store; all NULL and 0 if it never asks for one ---------------------
     */
    size_t save_bytes, item_bytes;
    /* One conditional write in one step, as the store does it: does its condition hold
     * for what is stored (NULL: nothing)? If so, `out` of item_bytes is stored then. */
    bool (*apply)(const void *save, const void *stored, void *out);
    void (*view)(const void *item, struct caller_view *view);
};

#endif
