/* rivals_fleet.h - a few environments of a rival, and one item of a store, moved step
 * by step by rivals_test.c.
 *
 * Each environment does one call at a time. After each step its memory and its call's
 * move elsewhere, so a pointer into itself would not go unseen. */
#ifndef RIVALS_FLEET_H
#define RIVALS_FLEET_H

#include "caller.h"
#include "unit.h"

enum { ENVS = 4 };

struct fleet {
    const struct caller *caller;
    void *config;
    void *env[ENVS], *call[ENVS];
    unsigned char save[ENVS][CALLER_SAVE_MAX]; /* what was last asked to be written */
    struct caller_action last[ENVS];           /* ANSWER: no call is under way */
    unsigned char item[CALLER_ITEM_MAX], old[CALLER_ITEM_MAX];
    bool there, old_there;
    uint64_t writes, replaced;
};

/* A configuration from "open_ms=100 attempts=2"; to be freed. */
void *configure(const struct caller *caller, const char *knobs);

void fleet_begin(struct fleet *fleet, const struct caller *caller, const char *knobs);
void fleet_end(struct fleet *fleet);

/* One environment dies with all it knew; another takes its place. */
void fleet_replace(struct fleet *fleet, int who);

/* One step, whose action must be one that a driver can do. */
struct caller_action fleet_tell(struct fleet *fleet, int who,
                                const struct caller_event *event);

/* Do what `who` asked to be written, as the store does: true if its condition held. */
bool fleet_write(struct fleet *fleet, int who);

/* What the item shows. */
struct caller_view fleet_look(const struct fleet *fleet);

extern const struct unit_case rivals_random_cases[]; /* rivals_random.c */
extern const size_t rivals_random_n;

#endif
