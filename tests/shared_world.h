/* shared_world.h - the fleet that shared_random.c lets run, and what must hold of every
 * write that reaches its store (shared_check.c). */
#ifndef SHARED_WORLD_H
#define SHARED_WORLD_H

#include "model_store.h"
#include "shared.h"

enum { ENVS = 64, CALLS = 2, STEPS = 700, GHOSTS = 16, LONGEST = 30 };

/* What is remembered of one call, also when its environment is gone. */
struct fact {
    int env, life;
    uint32_t generation, counted;
    uint64_t name; /* under which the store has given it the lease */
    bool granted, failed, fair;
};

struct request {
    enum { FREE, AT_STORE, SERVED, NAPPING, CALLING } at;
    struct shared_call call;
    struct shared_wish wish;
    struct fact *fact;
    enum shared_news news;
    bool shown;
    struct item item;
    int life; /* of the item, when it was served */
    int64_t until_ms;
    int steps;
};

/* Of one life of an environment: successes it heard of, and those in the item. */
struct tally {
    uint32_t good, written;
};

struct world {
    uint64_t random;
    struct shared_config config;
    struct breaker_config breaker;
    int envs, lives; /* lives of the item: it may be deleted */
    bool calm, jumps;
    uint32_t bad_pct, fault_pct, skew_ms;
    int64_t now_ms, offset_ms[ENVS];
    struct model_store store;
    struct shared env[ENVS];
    struct request request[ENVS][CALLS];
    struct fact fact[STEPS * 2];
    struct tally tally[STEPS];
    int facts, tallies, tally_of[ENVS], life_of[ENVS]; /* of its copy */
    bool reached;         /* in this generation the counts have reached the threshold */
    uint32_t most_failed; /* that the item has shown in this generation */
    struct ghost {
        struct item_write write;
        struct fact *fact;
        int tally;
    } ghost[GHOSTS];
    int ghosts;
};

/* The longest rest, and the lease, that its configuration allows. */
static inline int64_t longest_rest(const struct world *w)
{
    return w->breaker.open_max_ms > 0 ? w->breaker.open_max_ms : w->breaker.open_ms;
}

static inline int64_t lease(const struct world *w)
{
    return w->breaker.probe_lease_ms > 0 ? w->breaker.probe_lease_ms
                                         : w->breaker.open_ms;
}

/* A write of this call arrives at the store. True if it was made. Aborts the test if it
 * breaks a promise. */
bool arrives(struct world *w, const struct item_write *write, struct fact *f,
             int tally);

/* How many writes of a kind were made, in all histories. */
uint32_t writes_made(enum item_change change);

#endif
