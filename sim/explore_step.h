/* explore_step.h - the caller's steps, each made once; memories and items by number.
 * For the explorer's own files. */
#ifndef EXPLORE_STEP_H
#define EXPLORE_STEP_H

#include "explore.h"
#include "explore_set.h"

/* All that a step depends on; no gaps. */
struct step_key {
    uint32_t memory, call, item;
    uint16_t status;
    uint8_t tick, news, who, life, number, step;
};

struct step_result {
    int64_t within;
    uint32_t memory, call, save;
    uint8_t wish, answer;
    bool probe, strong;
};

struct explore_world {
    const struct explore_config *config;
    struct explore_shelf memories, items, saves;
    size_t memory_words, call_words, item_words, save_words;
    struct explore_set keys; /* step_key; its number is the place in `results` */
    struct step_result *results;
    uint64_t results_room;
    struct explore_set pairs; /* a write, an item: their numbers */
    uint32_t *applied;        /* what came of them */
    uint64_t applied_room;
    struct caller_view *views; /* by number of item */
    uint64_t views_known, views_room;
    uint64_t *memory, *call, *item, *save, *out; /* one of each, unpacked */
};

/* The step for `key`, made now or looked up. `now` and `random` follow from the key. */
void explore_step(struct explore_world *world, const struct step_key *key, int64_t now,
                  uint64_t random, struct step_result *result);

/* The memory of a new environment. */
uint32_t explore_fresh(struct explore_world *world, uint64_t seed);

/* What a write makes of an item; 0 if its condition does not hold. */
uint32_t explore_apply(struct explore_world *world, uint32_t save, uint32_t item);

#endif
