/* driver.h - the step function driven for real: one event of API Gateway in, one
 * response out, and between them whatever client_step asks for, done with blocking
 * calls.
 *
 *      CALL_BACKEND   invoke_call
 *      SLEEP          clock_sleep_ms
 *      LOAD_ITEM      dynamodb_load
 *      SAVE_ITEM_IF   dynamodb_save
 *      ANSWER         handler_answer, and the headers below
 *
 *      static struct driver driver;       about 1.2 MB: not on the stack
 *      if (!driver_init(&driver, &setup, why, sizeof why))
 *          ...say why, and stop...
 *      runtime_loop(&runtime, driver_handle, &driver);
 *
 * What always holds:
 *   - every event is answered, within its time: the request's deadline is set so far
 *     before the platform's that what became of the call can still be told to the
 *     store, and what there is no more time for is not begun but has failed;
 *   - a stale answer is one to this path and shard, and its age is its own; where there
 *     is none, or it is too old, the answer is the one it would have stood in for;
 *   - what our own wrong set-up brings about is a 502 to the user, and counts nowhere;
 *   - between calls nothing is under way, and memory is what it was, but for the room
 *     that the largest answer so far has needed.
 *
 * Headers of a response, beside those of handler.h:
 *
 *      x-breaker-build         digest of the sources that run
 *      x-breaker-environment   this process among its like
 *      x-breaker-state         closed, open, half-open
 *      x-breaker-answer        fresh, stale, refused, failed, timed-out; not where the
 *                              request was bad
 *
 * One thread. */
#ifndef LAB_DRIVER_H
#define LAB_DRIVER_H

#include "dynamodb.h"
#include "handler.h"
#include "invoke.h"
#include "kept.h"
#include "report.h"
#include "runtime.h"

enum {
    DRIVER_LAST_MS = 50,    /* of the platform's time: to write the response */
    DRIVER_STEPS_MAX = 1000 /* of one call; more is a bug of the step function */
};

/* Strings and aws are the caller's and must outlive the driver. NULL, where it was not
 * set. */
struct driver_setup {
    struct aws *aws;
    FILE *out;           /* for report.h */
    const char *table;   /* of the items */
    const char *breaker; /* its name */
    const char *backend; /* the function's name */
    const char *config;  /* as in config.h */
    const char *build;   /* letters and digits */
    uint64_t random;     /* seed and name of this environment */
};

struct driver {
    struct driver_setup setup;
    struct client client; /* as long as the environment lives */
    struct dynamodb store;
    struct report report;
    struct kept kept;
    struct handler_request request; /* the one under way */
};

/* `driver` must be all zeros; it is not cleared here, so as not to touch pages that
 * are never used. false: `why`, of CONFIG_WHY_MAX bytes, says what is wrong. */
bool driver_init(struct driver *driver, const struct driver_setup *setup, char *why,
                 size_t room);

/* One event, for runtime_loop. `driver` is a struct driver. */
void driver_handle(void *driver, const struct runtime_event *event,
                   struct runtime_answer *answer);

/* The number of a shard: FNV-1a of its name, 64 bits; never 0, which means all shards.
 */
uint64_t driver_shard(const char *name);

#endif
