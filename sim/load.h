/* load.h - who comes when: arrivals that know nothing of the system, or users who wait.
 *
 * Open-loop: requests arrive at a rate, whatever becomes of the earlier ones; that is
 * how the world loads a service. Closed-loop: a number of users, each of whom thinks,
 * asks, waits for the answer, thinks again; that is how most load generators do. */
#ifndef LOAD_H
#define LOAD_H

#include "random.h"
#include "sim.h"

enum { LOAD_STEPS_MAX = 16 };

enum load_law { LOAD_POISSON, LOAD_EVEN, LOAD_USERS };

struct load_config {
    enum load_law law;
    uint32_t rps;     /* POISSON, EVEN */
    uint32_t users;   /* USERS */
    int64_t think;    /* USERS: mean, ns */
    int64_t patience; /* an answer after this is worth nothing; ns, 0: any is good */
    uint32_t repeats; /* a user who got nothing asks again so often */
    int64_t repeat_after; /* after this long; ns */
    uint32_t steps;       /* POISSON: the rate moves in straight lines through these */
    struct {
        int64_t at; /* ns */
        uint32_t rps;
    } step[LOAD_STEPS_MAX];
};

struct load;
typedef void load_fn(void *who, uint64_t user);

/* Calls arrive(who, user) for each request until `end`. Poisson and even arrivals are
 * all user 0. Config is copied. `most_pct` is the largest load_set_pct that will come.
 */
struct load *load_new(struct sim *sim, const struct load_config *config, int64_t end,
                      uint32_t most_pct, load_fn *arrive, void *who);
void load_free(struct load *load);

/* From now on pct of the usual load arrives (not for USERS). */
void load_set_pct(struct load *load, uint32_t pct);

/* This user has an answer: USERS think, then come again. */
void load_answered(struct load *load, uint64_t user);

#endif
