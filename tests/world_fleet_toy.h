/* world_fleet_toy.h - a caller that does what a list says, and a watch that checks at
 * every step what must hold in any fleet.
 *
 * I1: offered is settled, under way or to come again. I2: never more at once than
 * allowed, one request for each environment. I10: a request is answered once. The toy
 * itself complains about an event that nothing asked for, and about a memory that is
 * not as it was left. */
#ifndef WORLD_FLEET_TOY_H
#define WORLD_FLEET_TOY_H

#include "world.h"

/* --- what a toy does, and what it saw in the last run ----------------------------- */

enum { TOY_WISHES = 6, TOY_STARTS = 100000, TOY_BIRTHS = 10000 };

/* One after the other; a call or look that fails goes on to the next all the same. */
struct fleet_toy {
    enum caller_wish wish[TOY_WISHES];
    uint32_t wishes;
    int64_t within, store_within;
    uint32_t probe_every; /* of its calls; 0: none */
};

struct toy_item {
    uint64_t version;
    enum caller_state state;
};

struct fleet_diary {
    uint64_t starts, answers, deaths;
    struct toy_start {
        int64_t at, end; /* of the run; end -1: under way, or dead */
        int64_t now, stop;
        int64_t heard; /* when the first thing it asked for came, since `at` */
        uint64_t birth;
    } start[TOY_STARTS];
    uint64_t births;
    uint64_t seed[TOY_BIRTHS], served[TOY_BIRTHS]; /* of each environment */
    uint64_t news[CALLER_STORE_FAILED + 1];
    uint64_t writes, shown; /* writes watched; conflicts that came with an item */
    uint64_t version;       /* of the last item seen */
};
extern struct fleet_diary seen;

/* --- worlds ----------------------------------------------------------------------- */

/* Even arrivals, a backend that takes a fixed time for as many as come, a fleet that
 * starts at once and may have 1000 environments, clocks that agree. */
struct world_config fleet(uint32_t rps, int64_t service, int64_t run);

/* And a store that takes 4 ms for a read and 6 for a write. */
void add_store(struct world_config *world);
void add_init(struct world_config *world, int64_t ms);
void add_ill(struct world_config *world, enum fault_kind kind, uint32_t pct);

/* A run under watch; to be freed with record_free. */
struct record *play(const struct world_config *world, const struct fleet_toy *toy,
                    uint64_t seed);

/* The same, but `seen` is only what the toy itself saw. */
struct record *play_unseen(const struct world_config *world,
                           const struct fleet_toy *toy, uint64_t seed);

uint64_t outcomes(const struct record *record, enum outcome outcome);

/* How long a request that was answered took, by its number from 0. */
int64_t took_ms(uint64_t start);

#endif
