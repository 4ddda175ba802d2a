/* client.h - one request of a user, from START to ANSWER: the step function.
 *
 * Whatever must wait (call the backend, read the store, sleep before a retry) is not
 * done here but asked for: an event goes in, one action comes out, and whoever drives
 * the step function does the action and brings its result as the next event.
 *
 *      START ---> client_step ---> CALL_BACKEND  ...the driver calls...  REPLY   --+
 *                    ^        ---> SLEEP         ...sleeps...            WOKE    --+
 *                    |        ---> LOAD_ITEM     ...reads the store...   STORE_* --+
 *                    |        ---> SAVE_ITEM_IF  ...writes to it...      STORE_* --+
 *                    |        ---> ANSWER        the end of this call              |
 *                    +-------------------------------------------------------------+
 *
 * Four drivers use the same object file: a table of events in a test, the simulator in
 * virtual time, the explorer that walks every order of events, and the Lambda with
 * blocking calls. A step never blocks, never allocates, never asks what time it is.
 *
 * Memory is the driver's: one `struct client` for as long as a process or a warm Lambda
 * lives, one zeroed `struct client_call` for each request. Several calls may be under
 * way in one client, as long as the steps themselves do not overlap.
 *
 * Up to chapter 10 client.c is given. From chapter 11 on it is yours. The numbers in
 * brackets name the chapter in which a field comes alive. */
#ifndef CLIENT_H
#define CLIENT_H

#include "breaker.h"
#include "retry.h"
#include "shared.h"

enum { CLIENT_SHARDS_MAX = 16 }; /* breakers kept; the one longest unused makes room */

/* A knob left at 0 is off. */
struct client_config {
    uint32_t deadline_ms;          /* [1] the user's request may take so long in all */
    struct retry_policy retry;     /* [1][2][10] */
    struct breaker_config breaker; /* [3] to [10] */
    uint32_t stale_max_ms;         /* [11] an answer not older than this may stand in */
    uint32_t in_flight_max;        /* [12] bulkhead: calls to the backend at once */
    uint32_t per_shard;          /* [12] 1: a breaker for each shard; 0: one for all */
    struct shared_config shared; /* [13] */
};

/* What a client knows of one shard; of the whole backend, if per_shard is 0. */
struct client_shard {
    bool taken;
    uint64_t shard;         /* whose this is; 0 if it is for all */
    int64_t used_ms;        /* [12] when it was last asked */
    bool have_good;         /* [11] there was an answer that may stand in */
    int64_t good_ms;        /* [11] when it came; its body is the driver's to keep */
    struct breaker breaker; /* with a store: decides while the store cannot */
    struct shared shared;   /* [13] what is known of the item in the store */
};

/* What one environment keeps between calls. */
struct client {
    struct client_config config;
    struct retry_budget budget; /* [10] */
    uint32_t in_flight;         /* [12] calls to the backend under way */
    uint64_t seed;
    struct breaker store; /* [15] a breaker for the breakers' store: the same code */
    struct client_shard shards[CLIENT_SHARDS_MAX];
};

/* What one request keeps between steps. */
struct client_call {
    uint8_t phase;       /* client.c's own; 0: not started */
    uint8_t outcome;     /* enum breaker_outcome of the last try */
    bool fleet;          /* [13] the fleet's breaker let the try through, not our own */
    int status;          /* of the last try */
    uint32_t made;       /* tries so far */
    uint32_t slot;       /* which of the client's shards the permit came from */
    uint64_t shard;      /* [12] which part of the backend this request needs */
    int64_t deadline_ms; /* when the user's request ends, answered or not */
    int64_t retry_after_ms;
    struct breaker_permit permit;
    struct breaker_permit store_permit; /* [15] to ask the store */
    struct shared_call shared;          /* [13] */
};

enum client_event_kind {
    CLIENT_START,          /* a request has come; gives deadline_ms and shard */
    CLIENT_REPLY,          /* the backend answered; gives status and retry_after_ms */
    CLIENT_TIMEOUT,        /* it did not, or could not be reached */
    CLIENT_WOKE,           /* the sleep is over */
    CLIENT_STORE_ITEM,     /* [13] what the store holds; gives item, NULL if nothing */
    CLIENT_STORE_SAVED,    /* [13] the write was made; gives item as it stands now */
    CLIENT_STORE_CONFLICT, /* [14] its condition failed; gives item if the store did */
    CLIENT_STORE_FAILED /* [15] no answer from the store: a write may have been made */
};

struct client_event {
    enum client_event_kind kind;
    int64_t now_ms;
    int64_t deadline_ms;     /* START: when the platform stops us; 0: never */
    uint64_t shard;          /* START: which part of the backend this request needs */
    uint64_t random;         /* fresh random bits, in every event */
    int status;              /* REPLY: HTTP status */
    int64_t retry_after_ms;  /* REPLY: the backend's Retry-After; 0: none */
    const struct item *item; /* STORE_*: read during the step, not kept */
};

enum client_action_kind {
    CLIENT_CALL_BACKEND, /* for within_ms at most; then REPLY or TIMEOUT */
    CLIENT_SLEEP,        /* for within_ms; then WOKE */
    CLIENT_LOAD_ITEM,    /* [13] then STORE_ITEM or STORE_FAILED */
    CLIENT_SAVE_ITEM_IF, /* [13] then STORE_SAVED, STORE_CONFLICT or STORE_FAILED */
    CLIENT_ANSWER        /* the call is over; the driver may forget client_call */
};

enum client_answer {
    CLIENT_FRESH,    /* the backend's own answer, 2xx to 4xx: pass it on */
    CLIENT_STALE,    /* [11] the last good answer, age_ms old */
    CLIENT_REFUSED,  /* not asked: the breaker or the bulkhead said no; 503 */
    CLIENT_FAILED,   /* asked, and the backend failed; 502 */
    CLIENT_TIMED_OUT /* asked, and no answer in time; 504 */
};

struct client_action {
    enum client_action_kind kind;
    int64_t within_ms;         /* CALL, SLEEP, LOAD, SAVE; may be DEADLINE_NEVER */
    enum client_answer answer; /* ANSWER */
    int status;                /* ANSWER: the status for the user */
    int64_t age_ms;            /* ANSWER: how old a stale answer is */
    int64_t retry_after_ms;    /* ANSWER: refused: when to ask again; 0: nobody knows */
    bool probe;                /* CALL: this call is a probe */
    bool strong;               /* LOAD: the newest item, not one a little old */
    uint64_t key;              /* LOAD, SAVE: whose item: the shard, 0: all shards' */
    const struct item_write *write; /* SAVE: lies in `call` until its next step */
};

/* What is wrong with a configuration, as one sentence; NULL if nothing is. */
const char *client_config_error(const struct client_config *config);

/* Make a client ready. The configuration is copied and must be without error. The seed
 * should differ from client to client: jitter and ownership rest on it. */
void client_init(struct client *client, const struct client_config *config,
                 uint64_t seed);

/* The step. `call` must be all zeros at START and is the same for all events of one
 * request. An event that the last action did not ask for is a bug, and aborts. */
struct client_action client_step(struct client *client, struct client_call *call,
                                 const struct client_event *event);

/* The state to show for a shard (0 if there is one breaker for all). Changes nothing.
 */
enum breaker_state client_state_at(const struct client *client, uint64_t shard,
                                   int64_t now_ms);

#endif
