/* rival_common.h - what the rivals (rivals.h) share: the knobs, and the tries of a call
 * under their deadline. Each protocol is in a file of its own.
 *
 * Everything here is made of members that leave no gap, so that equal states are equal
 * bytes. Times are ns by the clock of the environment's host. */
#ifndef RIVAL_COMMON_H
#define RIVAL_COMMON_H

#include "caller.h"

/* Both have all of it; a knob that a protocol does not know is not in its table. */
struct rival_config {
    uint32_t deadline_ms, timeout_ms, attempts, backoff_ms, backoff_max_ms;
    uint32_t stale_max_ms;
    uint32_t failures_to_open, open_ms, open_max_ms, successes_to_close;
    uint32_t window_ms, probe_lease_ms;
    uint32_t cache_ms, store_timeout_ms;
};

/* Begins the memory of an environment. */
struct rival_env {
    struct rival_config config;
    int64_t good_at;    /* when the last good answer came */
    uint64_t have_good; /* there was one */
};

enum rival_phase {
    RIVAL_NOT_STARTED,
    RIVAL_LOADING,
    RIVAL_ENTERING, /* a write before the call */
    RIVAL_CALLING,
    RIVAL_SLEEPING,
    RIVAL_TELLING, /* a write after it */
    RIVAL_OVER
};

/* NONE: no try was made, and nothing was learnt. */
enum rival_outcome { RIVAL_NONE, RIVAL_OK, RIVAL_IGNORED, RIVAL_FAILED };

/* Begins the memory of a call. */
struct rival_call {
    int64_t deadline;
    uint32_t phase;   /* enum rival_phase */
    uint32_t outcome; /* enum rival_outcome, of the last try */
    int32_t status;   /* of the last try; 0: no answer */
    uint32_t made;    /* tries so far */
    uint32_t probe, unused;
};

#define RIVAL_HOUR_MS 3600000
#define RIVAL_KNOB(member, most, sentence)                                             \
    {                                                                                  \
        .name = #member, .kind = KNOB_COUNT,                                           \
        .offset = offsetof(struct rival_config, member), .max = (most),                \
        .what = (sentence)                                                             \
    }
#define RIVAL_KNOBS_OF_TRIES                                                           \
    RIVAL_KNOB(deadline_ms, RIVAL_HOUR_MS, "a request may take so long"),              \
        RIVAL_KNOB(timeout_ms, RIVAL_HOUR_MS, "one try may take so long"),             \
        RIVAL_KNOB(attempts, 100, "tries in all"),                                     \
        RIVAL_KNOB(backoff_ms, RIVAL_HOUR_MS, "sleep before a retry"),                 \
        RIVAL_KNOB(backoff_max_ms, RIVAL_HOUR_MS, "cap on that"),                      \
        RIVAL_KNOB(stale_max_ms, RIVAL_HOUR_MS, "age of a fallback"),                  \
        RIVAL_KNOB(store_timeout_ms, RIVAL_HOUR_MS, "longest wait for the store")

/* --- before the call -------------------------------------------------------------- */

void rival_start(const struct rival_env *env, struct rival_call *call,
                 const struct caller_event *event);
struct caller_action rival_load(const struct rival_env *env, struct rival_call *call);
struct caller_action rival_save(const struct rival_env *env, struct rival_call *call,
                                enum rival_phase phase, const void *save);

/* --- the tries -------------------------------------------------------------------- */

/* The first try: false, and no action, if no time is left for one. */
bool rival_try(const struct rival_env *env, struct rival_call *call, int64_t now,
               struct caller_action *action);

/* What came of it, on REPLY, TIMEOUT and WOKE. True: `action` goes on with the tries.
 * False: they are over, and call->outcome says how. */
bool rival_hear(struct rival_env *env, struct rival_call *call,
                const struct caller_event *event, struct caller_action *action);

/* --- the end ---------------------------------------------------------------------- */

/* The answer that call->outcome makes. */
struct caller_action rival_answer(const struct rival_env *env, struct rival_call *call,
                                  int64_t now);
/* No: with this answer, unless a good one of before may stand in. */
struct caller_action rival_sorry(const struct rival_env *env, struct rival_call *call,
                                 int64_t now, enum caller_answer answer);

/* --- small change ----------------------------------------------------------------- */

int64_t rival_ms(uint32_t ms);                      /* in ns */
uint32_t rival_or(uint32_t knob, uint32_t shipped); /* what a 0 stands for */
uint64_t rival_breaker_of(const void *env, uint64_t shard);

/* What is wrong with the tries' knobs; NULL if nothing is. */
const char *rival_tries_error(const struct rival_config *config);

#endif
