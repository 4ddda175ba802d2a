/* swarm_watch.h - looks at every step of a run, and remembers the first rule broken.
 * Only for swarm_judge.c, swarm_watch*.c and their tests:
 *
 *      swarm_watch.c        the requests, the fleet, the time
 *      swarm_watch_item.c   the items, and every write
 *      swarm_watch_env.c    what each environment was shown, and what it does then
 *
 * It knows no client: what a client holds and wants is seen through struct caller. */
#ifndef SWARM_WATCH_H
#define SWARM_WATCH_H

#include "swarm.h"

/* What an environment was shown of an item, by its own clock. */
struct swarm_copy {
    bool known;
    struct caller_view view;
    int64_t read_ms, seen_ms; /* last read; its rest or lease first seen as it stands */
};

/* What is known of one environment, by slot. */
struct swarm_env {
    bool busy;               /* has a request */
    enum caller_wish wish;   /* its last one */
    int64_t asked, within;   /* when that was, and how long it may take */
    int64_t clock;           /* its own, ns, when last seen */
    int64_t asked_ms, ahead; /* its own then, ms; how far ahead of the right time, ns */
    int64_t deadline_ms;
    uint64_t key;       /* of the last LOAD or SAVE */
    bool strong, waits; /* that was a strong read; a SAVE not answered yet */
    bool called, raced; /* this request: a call was made, a race lost */
    bool elected;       /* its write of this request has made it the prober */
    bool probing;       /* a probe of the fleet's is under way */
    bool store_failed;  /* the store's last word */
    bool trouble;       /* a call of its life failed or was slow */
    bool has_save;
    uint64_t name;      /* as the prober of this request; 0: it is not */
    uint64_t save_name; /* that, when it last asked for a write */
    _Alignas(8) unsigned char save[CALLER_SAVE_MAX];
};

/* An item as it stands. */
struct swarm_item {
    bool there, cause; /* cause: its counts have reached the threshold */
    struct caller_view view;
    int64_t changed;
    uint32_t probing; /* probes of the fleet's under way */
    uint64_t writes;
    _Alignas(8) unsigned char bytes[CALLER_ITEM_MAX];
};

struct swarm_watch {
    struct world_watch hooks; /* its `who` is this struct */
    const struct scene *scene;
    const struct caller *caller;
    struct swarm_demand demand;
    bool ours, names, per_shard, shared; /* names: its items name the prober */
    uint32_t slots, keys;
    int64_t cache_ms, rest_ms, lease_ms, slow_ms, request_ms;
    uint32_t failures, failure_pct, min_calls; /* that trip it */
    uint32_t successes;                        /* that close it */
    struct swarm_env *envs;
    struct swarm_copy *copies;
    struct swarm_item *items;
    int64_t now, ahead; /* the latest time; how far any clock was ahead, at most */
    bool judged_due;

    struct world_balance balance; /* the last one */
    int64_t area, sojourns;       /* of I9 */
    uint64_t settled, outcome[OUTCOMES];
    uint32_t busy;

    struct swarm_verdict *verdict;
};

/* The verdict is filled in as it goes. */
void swarm_watch_init(struct swarm_watch *w, const struct scene *scene, uint32_t client,
                      struct swarm_verdict *verdict);
void swarm_watch_free(struct swarm_watch *w);

/* When the run is over: what can only be asked then. */
void swarm_watch_end(struct swarm_watch *w, const struct record *record);

/* --- between the files -------------------------------------------------------------
 */
__attribute__((format(printf, 3, 4))) void
swarm_broken(struct swarm_watch *w, enum swarm_rule rule, const char *format, ...);

/* Seconds with three places, for the sentences. */
#define SWARM_S "%lld.%03d s"
#define SWARM_S_OF(ns) (long long)((ns) / SIM_S), (int)((ns) / SIM_MS % 1000)

static inline void swarm_saw(struct swarm_watch *w, enum swarm_sight sight)
{
    w->verdict->sight[sight]++;
}

static inline struct swarm_copy *swarm_copy_of(const struct swarm_watch *w,
                                               uint32_t slot, uint64_t key)
{
    return &w->copies[(size_t)slot * w->keys + key];
}

/* When a rest or a lease is over in the words of the item, ms; 0: it is closed. */
static inline int64_t swarm_over_ms(const struct caller_view *view)
{
    if (view->state == CALLER_CLOSED)
        return 0;
    return (view->state == CALLER_OPEN ? view->until : view->lease_until) / SIM_MS;
}

/* The time moves on; it must not go back. */
void swarm_time(struct swarm_watch *w, int64_t now);
void swarm_item_write(void *who, uint64_t key, int64_t now, const void *before,
                      const void *after);
void swarm_items_due(struct swarm_watch *w);
void swarm_items_end(struct swarm_watch *w, const struct record *record);
void swarm_env_step(void *who, uint32_t slot, int64_t now,
                    const struct caller_event *event,
                    const struct caller_action *action);
void swarm_env_dies(void *who, uint32_t slot);

#endif
