/* world.h - users, those who serve them, a backend, a store, and what goes wrong: one
 * run of one scene.
 *
 *      load -> gateway -> a worker -> the caller's step function -> backend
 *                                                                -> store
 *
 * A request takes a free worker, or is turned away if there is none. Workers are
 * threads, or the environments of a fleet of Lambdas (pool.h says how each comes and
 * goes). Threads share `breakers` environments (client memories): one for all of them,
 * or one each, or something between; thread w belongs to environment w % breakers. In a
 * fleet every environment has a memory of its own, made anew at its birth and lost when
 * it dies; and a clock of its own, by which the caller is told the time. How long a
 * thing takes is the same by every clock. */
#ifndef WORLD_H
#define WORLD_H

#include "backend.h"
#include "caller.h"
#include "faults.h"
#include "gateway.h"
#include "load.h"
#include "pool.h"
#include "recorder.h"
#include "store.h"

struct world_watch;

struct world_config {
    int64_t run, bucket; /* ns */
    struct load_config load;
    struct backend_config backend;
    struct pool_config pool;
    uint32_t breakers;  /* threads: environments, 1 to pool.size; not for a fleet */
    int64_t timeout;    /* fleet: a request may take so long, then its environment is
                           killed; ns, 0: for ever */
    uint32_t memory_mb; /* fleet: of an environment; for the bill */
    bool has_gateway, has_store;
    struct gateway_config gateway;
    struct store_config store; /* the caller must know how to use one */
    uint32_t fault_count;
    struct fault faults[FAULTS_MAX];
    const struct world_watch *watch; /* NULL: nobody watches */
};

/* Where every request is at a moment: offered = settled + under_way + again. */
struct world_balance {
    int64_t now;
    uint64_t offered, settled;
    uint64_t under_way;         /* with a worker, and not answered */
    uint64_t again;             /* their users will ask again */
    uint32_t busy, alive, most; /* workers: with a request, there, allowed */
};

/* Whoever wants to see everything, such as a test of invariants. A NULL is not called.
 * `now` is the time of the run, ns; a caller's own clock stands in its events. */
struct world_watch {
    void *who;
    /* A step was taken; `slot` is the worker's. */
    void (*step)(void *who, uint32_t slot, int64_t now,
                 const struct caller_event *event, const struct caller_action *action);
    /* An item was written; `before` is NULL if there was none. */
    void (*write)(void *who, uint64_t key, int64_t now, const void *before,
                  const void *after);
    /* The memory of this slot is gone. One that was taken away for being idle is
     * reported when its place is used again. */
    void (*dies)(void *who, uint32_t slot);
    /* A request that first came at `arrived` has its outcome. */
    void (*settled)(void *who, int64_t arrived, int64_t now, enum outcome outcome);
    /* After all that happened at once: a request came, a step was taken, one died. */
    void (*balance)(void *who, const struct world_balance *balance);
};

/* Play the scene once, from empty to config->run. The same seed gives the same
 * arrivals, service times and faults, whoever the caller is. Free the record with
 * record_free. */
struct record *world_run(const struct world_config *config, const struct caller *caller,
                         const void *caller_config, uint64_t seed);

#endif
