/* world_private.h - the rooms of the world, and the doors between them. Only for
 * world*.c:
 *
 *      world.c         a run from beginning to end; requests come and are settled
 *      world_worker.c  what one worker does with a request, step by step
 *      world_memory.c  where workers and their callers keep what they know
 *      world_faults.c  what goes wrong when */
#ifndef WORLD_PRIVATE_H
#define WORLD_PRIVATE_H

#include "world.h"

struct request {
    int64_t first_arrived, arrived; /* of the user's first try, and of this one */
    uint64_t user;
    uint32_t shard, repeats;
};

struct worker {
    struct request request;
    bool busy, answered; /* has a request; whose user has an answer already */
    bool doomed;         /* its environment does not outlive the call under way */
    bool dead;           /* the environment last here was killed */
    uint32_t serial;     /* which of its calls and looks is the one still waited for */
    struct sim_timer timer;  /* the end of what it waits for */
    struct sim_timer death;  /* doomed: at the latest now */
    struct sim_timer stop;   /* the function's time-out */
    struct sim_timer closed; /* the gateway's */
};

struct world {
    const struct world_config *config;
    const struct caller *caller;
    const void *caller_config;
    struct sim *sim;
    struct backend *backend;
    struct load *load;
    struct gateway gateway; /* if config->has_gateway */
    struct pool *pool;
    struct store *store; /* NULL: there is none, or the caller knows of none */
    struct record *record;

    struct worker *workers;
    uint32_t slots, room;      /* that were ever used; for which there is room */
    uint32_t memories;         /* of breakers, or of environments: */
    unsigned char **envs;      /* the caller's; in a fleet NULL if there was none yet */
    struct block *blocks;      /* from which they are cut */
    unsigned char *calls;      /* the caller's, by slot */
    enum caller_state *states; /* of each breaker, when last looked at */

    uint64_t under_way;
    struct request *again; /* requests whose users will ask again */
    uint32_t *again_free;  /* free places in it */
    uint32_t again_room, again_free_count;

    uint32_t kill_ppm, kill_probes_ppm;
    struct store_counts store_before; /* at the end of the last bucket */
    uint64_t cold_before;
    struct random shards, dice, births, kills;
};

/* --- world.c: the outcome of a request; nobody has it any more -------------------- */
void world_settle(struct world *w, const struct request *request, enum outcome outcome);

/* Every request is somewhere; the watch is told where. */
void world_balance(const struct world *w);

static inline void *world_env(const struct world *w, uint32_t slot)
{
    return w->envs[slot % w->memories];
}

/* Or an abort with a message. */
void *world_must(void *memory);

/* --- world_memory.c --------------------------------------------------------------- */
void memory_new(struct world *w, uint64_t seed);
void memory_free(struct world *w);

/* Make room for a slot. Workers move; what the caller has in its environments does not.
 */
void memory_grow(struct world *w, uint32_t slot);

/* A new environment in this slot, whose memory there is room for. */
void memory_born(struct world *w, uint32_t slot);

/* The states of a memory's breakers when last looked at, by shard. */
static inline enum caller_state *world_states(const struct world *w, uint32_t memory)
{
    return &w->states[(size_t)memory * (w->config->backend.shards + 1)];
}

/* --- world_worker.c --------------------------------------------------------------- */

/* A request for the slot that the pool gave. */
void worker_take(struct world *w, const struct pool_take *take,
                 const struct request *request);

/* --- world_faults.c: plan them all ------------------------------------------------ */
void faults_plan(struct world *w);

/* The most that load_set_pct will be asked for. */
uint32_t faults_most_load_pct(const struct world_config *config);

#endif
