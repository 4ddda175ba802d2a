/* pool_model.h - the pool as its header tells it, done the slow way: it searches all
 * slots for what pool.c keeps in lists, and takes the overdue away at once where pool.c
 * waits. All cold starts have the same length, since it draws nothing. */
#ifndef POOL_MODEL_H
#define POOL_MODEL_H

#include "pool.h"

enum { POOL_SLOTS = 12 };
enum pool_life { POOL_DEAD, POOL_IDLE, POOL_BUSY };

struct pool_model {
    struct pool_config config;
    int64_t now, level, filled; /* of the scaling bucket, in billionths */
    uint64_t changes;
    struct {
        enum pool_life life;
        uint64_t changed; /* when, counted in changes; 0: never used */
        int64_t since;
        bool unused;
    } slot[POOL_SLOTS];
    struct pool_counts counts;
};

/* config->size <= POOL_SLOTS */
void pool_model_start(struct pool_model *m, const struct pool_config *config);

/* Now it is so late; time never goes back. */
void pool_model_pass(struct pool_model *m, int64_t now);

struct pool_take pool_model_take(struct pool_model *m);

/* pool_give is an end with POOL_IDLE, pool_kill with POOL_DEAD. */
void pool_model_end(struct pool_model *m, uint32_t slot, enum pool_life life);

#endif
