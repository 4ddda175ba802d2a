/* explore.h - every order in which a few environments that share one breaker can act.
 *
 * A storm (world.h) plays one order of events, by chance. The explorer plays all of
 * them, in a world small enough for that: one to three environments with a call or two
 * each, one item in the store, a backend that is down until it is well, a clock of a
 * few ticks, and a fault or two. Every order of starting, asking, writing, hearing,
 * failing and passing of time is walked, breadth first, over the same object files that
 * the simulator and the Lambda run, through caller.h. So the first counter-example
 * found is a shortest one.
 *
 *      struct explore_config config = {.caller = &rival_rmw, .config = ..., ...};
 *      struct explore_result result;
 *      explore_run(&config, NULL, NULL, &result);
 *      if (result.broken.rule != EXPLORE_NO_RULE)
 *          explore_story(stdout, &config, &result, false);
 *
 * What a state is made of is what decides its future: the item, the memory of each
 * environment and call, what each waits for, the time, what is left of the bounds, and
 * the little that the judge must remember. Memories are kept once and named by number,
 * and each step of the caller is made once: a step is a function of its arguments, so
 * its result may be looked up. States are compared whole, not by hash alone; only what
 * is known of endings (liveness, below) is kept under fingerprints of 120 bits. Orders
 * that make no difference are walked once: see explore_search.c. So "shortest" is by
 * turns, what one environment does until it matters what the others do.
 *
 * A step must be deterministic and its memory without pointers (caller.h). The stack
 * below it is cleared before, so that padding does not differ either. */
#ifndef EXPLORE_H
#define EXPLORE_H

#include <stdio.h>

#include "caller.h"

enum {
    EXPLORE_ENVS_MAX = 3,
    EXPLORE_CALLS_MAX = 12,
    EXPLORE_TICKS_MAX = 60,
    EXPLORE_BUDGET_MAX = 12,
    EXPLORE_PATH_MAX = 400 /* longer than any path within these */
};

/* --- what can go wrong ------------------------------------------------------------ */

enum explore_fault {
    EXPLORE_ERROR, /* the store answers with an error, or the request is lost */
    EXPLORE_LOST,  /* the write is made, its answer is lost */
    EXPLORE_LATE,  /* no answer in time; the write is made some time later, or never */
    EXPLORE_STALE, /* an eventual read shows the version before the newest */
    EXPLORE_CRASH, /* the environment is gone; another takes its place. A write on its
                      way may still be made */
    EXPLORE_PAUSE, /* it stands still, beyond its time-out: a zombie */
    EXPLORE_DEAD,  /* the store fails from here on, for ever */
    EXPLORE_FAULTS
};
extern const struct explore_word {
    const char *name, *about;
} explore_faults[]; /* ends with a name of NULL */

/* --- what must hold --------------------------------------------------------------- */

enum explore_rule {
    EXPLORE_TWO_PROBES,
    EXPLORE_LOST_OPEN,
    EXPLORE_PUSHED_OPEN,
    EXPLORE_ZOMBIE,
    EXPLORE_LEAK,
    EXPLORE_VERSION,
    EXPLORE_DOUBLE_COUNT,
    EXPLORE_HEALTHY_WRITE,
    EXPLORE_STUCK,
    EXPLORE_REFUSED_ON_ERROR,
    EXPLORE_RULES,
    EXPLORE_NO_RULE = EXPLORE_RULES
};
extern const struct explore_word explore_rules[]; /* ends with a name of NULL */

/* Fields of caller_view that a protocol fills; what rests on the others is not asked.
 */
enum { EXPLORE_HAS_VERSION = 1, EXPLORE_HAS_GENERATION = 2, EXPLORE_HAS_FAILED = 4 };

/* --- the world and its bounds ----------------------------------------------------- */

struct explore_config {
    const struct caller *caller;
    const void *config;           /* the caller's, without error */
    const char *protocol;         /* its name, for people */
    unsigned fields;              /* EXPLORE_HAS_... */
    uint32_t environments;        /* 1 to EXPLORE_ENVS_MAX */
    uint32_t calls;               /* requests in all, to whoever is idle */
    uint32_t ticks;               /* so much time may pass */
    int64_t tick;                 /* ns */
    unsigned faults;              /* a bit for each kind that may happen */
    uint32_t budget;              /* so many of them in one run */
    int offset[EXPLORE_ENVS_MAX]; /* ticks by which a host's clock is ahead */
    int64_t lease;                /* ns; a probe younger than this is live */
    int64_t deadline;  /* ns; a user waits no longer for one request; 0: for ever */
    unsigned rules;    /* a bit for each that is asked */
    uint32_t patience; /* ticks after the last fault until all must be well */
    uint64_t bytes;    /* give up beyond so much memory; 0: never */
    bool plain;        /* walk also the orders that make no difference */
};

/* --- states ----------------------------------------------------------------------- */

enum explore_phase {
    EXPLORE_IDLE,
    EXPLORE_CALLING,
    EXPLORE_SLEEPING,
    EXPLORE_LOADING,
    EXPLORE_SAVING,
    EXPLORE_SHOWN,   /* the load was served: its answer is on the way */
    EXPLORE_SAVED,   /* the write was made: the same */
    EXPLORE_CONFLICT /* its condition failed: the same */
};

enum {                         /* explore_env.flags */
       EXPLORE_PROBE = 1,      /* the call under way is a probe */
       EXPLORE_STRONG = 2,     /* the load under way is */
       EXPLORE_ASKED_DOWN = 4, /* the backend was down when it was asked */
       EXPLORE_PAUSED = 8,     /* stands still */
       EXPLORE_PROBE_OK = 16,  /* the last probe of this request was good */
       EXPLORE_REASON =
           32,             /* was once shown an item that is not CLOSED, or a failure */
       EXPLORE_ASKED = 64, /* this request has asked the backend */
       EXPLORE_NEXT = 128, /* its moves come before all others: see explore_search.c */
       EXPLORE_CURRENT = 256,  /* judge: its call was asked in this generation */
       EXPLORE_OVERSLEPT = 512 /* judge: it stood still until its deadline was over */
};

/* The lease under which a request probes. What is not the newest is old. */
enum { EXPLORE_NO_LEASE, EXPLORE_NEWEST, EXPLORE_OLD };

/* Numbers of memories and items; 0 is none, or all zeros. No gaps between members:
 * states are compared as bytes. */
struct explore_env {
    uint32_t memory, call;
    uint32_t shown; /* item on its way to it */
    uint32_t save;  /* the write that it asks for */
    uint32_t seen;  /* judge: newest item that it was shown */
    uint16_t flags;
    uint8_t phase, since, due; /* ticks; due EXPLORE_NEVER: without end */
    uint8_t calls, life;       /* started; how often it was replaced */
    uint8_t lease; /* judge: of this request: EXPLORE_NO_LEASE, NEWEST or OLD */
    uint8_t
        lease_since; /* judge: tick + 1 at which that lease was asked for; 0: none */
    uint8_t begun;   /* judge: tick + 1 at which this request came; 0: no deadline */
    uint8_t round;   /* of the ending */
    uint8_t steps;   /* of this request, so that each draws its own chance */
};
enum { EXPLORE_NEVER = 255 };

struct explore_state {
    uint32_t item, before; /* in the store; and before the last write */
    uint32_t orphan;       /* a write whose sender has given up; 0: none */
    uint8_t orphan_who, orphan_life, orphan_lease;
    uint8_t tick, budget;
    uint8_t failures; /* judge: failures heard in this generation */
    uint8_t holder;   /* judge: who has the newest lease, from 1; 0: nobody there */
    uint8_t unused;
    unsigned well : 1, dead : 1;
    unsigned failed : 1;    /* judge: something has failed, ever */
    unsigned orphan_ok : 1; /* judge: a good probe had made its sender write it */
    unsigned ending : 1;    /* see explore_live.c */
    struct explore_env env[EXPLORE_ENVS_MAX];
};
_Static_assert(sizeof(struct explore_env) == 32, "no gaps");
_Static_assert(sizeof(struct explore_state) == 24 + 32 * EXPLORE_ENVS_MAX, "no gaps");

/* --- moves ------------------------------------------------------------------------ */

enum explore_kind {
    MOVE_START,   /* a request comes to an idle environment */
    MOVE_SERVE,   /* the store does what was asked, in one step */
    MOVE_HEAR,    /* the answer of the store arrives */
    MOVE_GOOD,    /* the backend's answer arrives */
    MOVE_BAD,     /* the backend's failure arrives, or its time-out */
    MOVE_WAKE,    /* a sleep is over */
    MOVE_GIVE_UP, /* a dead store does not answer */
    MOVE_WELL,    /* the backend is well again */
    MOVE_TICK,    /* time passes */
    MOVE_ARRIVE,  /* a write whose sender has given up reaches the store */
    MOVE_FAULT,   /* and one for each of explore_fault */
    MOVE_KINDS = MOVE_FAULT + EXPLORE_FAULTS
};

struct explore_move {
    uint8_t kind, who;
};

/* What a move did, for the judge and for those who tell it. */
struct explore_did {
    bool stepped;              /* the caller was told: */
    enum caller_news news;     /* this, */
    int status;                /* REPLY */
    uint32_t item;             /* ITEM, SAVED, CONFLICT; 0: none */
    enum caller_wish wish;     /* and wants this */
    enum caller_answer answer; /* ANSWER */
    bool probe;                /* CALL */
    bool touched, wrote;       /* a write reached the store; its condition held */
    uint32_t before, after;    /* wrote */
};

struct explore_broken {
    enum explore_rule rule; /* EXPLORE_NO_RULE: none */
    char why[240];          /* what happened, as a sentence */
};

/* --- the world -------------------------------------------------------------------- */

struct explore_world;

/* `config` must outlive the world. */
struct explore_world *explore_world_new(const struct explore_config *config);
void explore_world_free(struct explore_world *world);

void explore_begin(struct explore_world *world, struct explore_state *state);

/* `after` is `before` after this move, if it is possible. The judge's verdict on it, if
 * any, is in `broken`, which may be NULL: then nothing is judged. */
bool explore_move(struct explore_world *world, const struct explore_state *before,
                  struct explore_move move, struct explore_state *after,
                  struct explore_did *did, struct explore_broken *broken);

bool explore_possible(const struct explore_config *config,
                      const struct explore_state *state, struct explore_move move);
bool explore_waits_for_store(const struct explore_env *env);

/* A move of the world, not of an environment: its `who` is 0. */
bool explore_is_global(struct explore_move move);

/* What an item says; all zeros for number 0, no item. */
struct caller_view explore_view(struct explore_world *world, uint32_t item);
/* What the write that an environment asks for would make of the item as it stands; 0 if
 * its condition does not hold. */
uint32_t explore_try_save(struct explore_world *world,
                          const struct explore_state *state, uint32_t who);

/* Time as people count it, from the start: ns by the clock of an environment. */
int64_t explore_clock(const struct explore_config *config, uint32_t tick, uint32_t who);
extern const int64_t explore_epoch_ticks;

size_t explore_state_bytes(const struct explore_config *config);
uint64_t explore_world_bytes(const struct explore_world *world);
/* Distinct memories of environments and calls, items, steps made. */
struct explore_sizes {
    uint64_t memories, items, steps;
};
struct explore_sizes explore_world_sizes(const struct explore_world *world);

/* --- the judge -------------------------------------------------------------------- */

/* Remembers what it must in `after`, and says what is broken. */
void explore_judge(struct explore_world *world, const struct explore_config *config,
                   const struct explore_state *before, struct explore_move move,
                   const struct explore_did *did, struct explore_state *after,
                   struct explore_broken *broken);

/* --- the ending: liveness --------------------------------------------------------- */

/* From a state on, nothing fails any more: the backend is well, every environment ends
 * what it does and makes a call in each tick. Ticks until the item is closed and all
 * answers of a tick are fresh; with `dead`, the store never answers again, and only the
 * answers count. More than config->patience: stuck. */
struct explore_live;
struct explore_live *explore_live_new(struct explore_world *world,
                                      const struct explore_config *config, bool dead);
void explore_live_free(struct explore_live *live);
uint32_t explore_live_ticks(struct explore_live *live,
                            const struct explore_state *state);
uint64_t explore_live_bytes(const struct explore_live *live);
/* Make the next move of the ending in place; false when the state is good. `state`
 * must have gone through explore_live_enter. */
void explore_live_enter(struct explore_state *state, bool dead);
bool explore_live_next(struct explore_world *world, const struct explore_config *config,
                       struct explore_state *state, struct explore_move *move,
                       struct explore_did *did);

/* --- the search ------------------------------------------------------------------- */

/* How often what makes a walk worth making was met on it. */
struct explore_met {
    uint64_t trips, leases, takeovers, reopenings, closings, lost_races, faults;
};

struct explore_result {
    uint64_t states, moves; /* distinct states; moves made from them */
    uint32_t depth;         /* turns to the state farthest from the start */
    bool complete; /* all were seen; else a rule is broken, or memory ran out */
    uint64_t bytes;
    struct explore_sizes sizes;
    struct explore_met met;
    uint32_t slowest[2]; /* ticks of the longest ending; [1]: with a dead store */
    struct explore_broken broken;
    struct explore_move path[EXPLORE_PATH_MAX]; /* to what is broken */
    uint32_t length;
    bool stuck_dead; /* broken is EXPLORE_STUCK, in the ending with a dead store */
};

/* The ending of a state, and that with a dead store: false, and what is broken in
 * `result`, if one of them takes too long. */
bool explore_ends_well(struct explore_live *const live[2],
                       const struct explore_state *state,
                       struct explore_result *result);

/* Called now and then. */
typedef void explore_progress_fn(void *who, uint64_t states, uint64_t waiting,
                                 uint32_t depth, uint64_t bytes);

void explore_run(const struct explore_config *config, explore_progress_fn *progress,
                 void *who, struct explore_result *result);

/* Play the path of a result again: what is broken by its last move, or EXPLORE_NO_RULE;
 * false if a move is not possible. */
bool explore_replay(const struct explore_config *config, struct explore_result *result);

/* --- telling it ------------------------------------------------------------------- */

/* The path as a table, a line per move, and what it breaks. */
void explore_story(FILE *out, const struct explore_config *config,
                   const struct explore_result *result, bool colour);

#endif
