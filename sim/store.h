/* store.h - a store of small items, as DynamoDB is one, as far as a breaker needs it.
 *
 *      load    eventual (may be a little old) or strong (the newest)
 *      save    one conditional write: compare and write in one step; the loser is
 *              shown the item
 *
 * Either is done half way through its latency, and answered at the end of it. What an
 * item and a write are, only the caller knows: store_fn compares and applies, and
 * returns false if the condition fails; `out` comes zeroed, does not overlap `stored`,
 * and is ignored then.
 *
 * Capacity is per item, as on one partition: so many units a second, saved up for
 * `burst` while unused, all of it at the start; beyond it a request is throttled, which
 * is an error after 5 ms. A write takes a unit for each KB begun, a strong read one for
 * each 4 KB, an eventual read half of that. A write that fails its condition costs as
 * much as one that does not.
 *
 * An answer may never come. `hang`: from its first moment on, nothing is done that was
 * not done before, and nobody is answered; requests of that time are gone even when the
 * store is well again. `lost_ppm`: half of the lost are requests on their way in, half
 * are answers on their way back. So the write may have been made or not. Whoever waits
 * must have a time-out of their own; an answer that comes later is delivered all the
 * same. `down`: an error after 1 ms, and what was under way fails at its end if it was
 * not yet done. */
#ifndef STORE_H
#define STORE_H

#include "caller.h"
#include "random.h"
#include "sim.h"

enum { STORE_KEYS_MAX = 65 }; /* an item per shard, and one for all */

struct store_config {
    int64_t read_p50, read_p99;   /* ns; 0 < p50 <= p99 */
    int64_t write_p50, write_p99; /* ns */
    int64_t lag;                  /* ns; how old an eventual read may be at most */
    uint32_t stale_ppm; /* share of eventual reads that look up to lag back, if the
                           item's last 16 versions reach so far */
    uint32_t wcu, rcu;  /* units a second and item; 0: no limit */
    int64_t burst; /* ns of unused units saved up, at least one request's; 300 s in AWS,
                      at most a year here */
    bool hides_loser_item; /* a conflict does not show the item (dynalite) */
};

struct store_health {
    bool down;             /* an error at once */
    bool hang;             /* a black hole: nothing is done, nobody is answered */
    uint32_t lost_ppm;     /* share of answers lost, half of them after the write */
    uint32_t error_ppm;    /* share of requests that end in an error, nothing written */
    uint32_t slow_pct;     /* 100: as ever; 1000: ten times slower */
    uint32_t capacity_pct; /* 100: all of wcu and rcu; what is saved up stays */
};

enum store_answer { STORE_ITEM, STORE_SAVED, STORE_CONFLICT, STORE_ERROR };

/* `item` is what was read, the winner's own after a write, or what the loser lost to;
 * NULL if there is none, or none is shown; valid during the call only. */
typedef void store_answer_fn(void *who, uint64_t what, enum store_answer answer,
                             const void *item);
typedef bool store_fn(const void *save, const void *stored, void *out);

struct store;

/* The config is copied. Items have `item_bytes`, writes `save_bytes`. */
struct store *store_new(struct sim *sim, const struct store_config *config,
                        size_t item_bytes, size_t save_bytes, store_fn *apply);
void store_free(struct store *store);

/* `done` is called at most once, never from within these functions. `save` is copied.
 * key < STORE_KEYS_MAX. */
void store_load(struct store *store, uint64_t key, bool strong, store_answer_fn *done,
                void *who, uint64_t what);
void store_save(struct store *store, uint64_t key, const void *save,
                store_answer_fn *done, void *who, uint64_t what);

void store_set_health(struct store *store, const struct store_health *health);

/* The item as it stands now, NULL if there is none; valid until the next write. */
const void *store_item(const struct store *store, uint64_t key);

/* Called after each write that was made: for invariants and records. */
typedef void store_watch_fn(void *who, uint64_t key, const void *before,
                            const void *after);
void store_watch(struct store *store, store_watch_fn *watch, void *who);

/* Served is what was done, whether its answer arrived or not; `writes` has the
 * conflicts in it. `errors` has not those throttled. A request whose answer does not
 * come is counted when it should have come. */
struct store_counts {
    uint64_t eventual_reads, strong_reads, writes, conflicts; /* that were served */
    uint64_t throttled, errors, unanswered;
};
struct store_counts store_counts(const struct store *store);

#endif
