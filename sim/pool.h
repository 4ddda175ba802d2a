/* pool.h - who is free to take a request: threads that are always there, or a fleet of
 * Lambda environments that come and go.
 *
 *      threads   `size` of them, the longest idle first
 *      fleet     an environment does one request at a time. The one used last is used
 *                first (LIFO), so the others grow old and are taken away. If none is
 *                idle a new one is made, which takes its cold start, as long as the
 *                concurrency limit and the scaling rate allow. Between requests it is
 *                frozen: nothing in it runs, no timer, no thread. It may be killed
 *                without notice.
 *
 * A slot names a place for a worker, from 0 to size - 1; places of dead environments
 * are used again, the one that became free last first. The pool knows no memory of a
 * worker's: the world keeps that by slot, and sets it up anew where pool_take says
 * `fresh`. Threads are never fresh.
 *
 * Everything here is O(1), but that each environment is taken away once: the pool plans
 * no event, who has been idle for too long goes at the next take or kill. Nothing can
 * be seen of the delay; pool_counts looks at those overdue, one by one. Each of the
 * `size` slots has 40 bytes from the start. Threads draw nothing; a fleet draws from
 * its streams "cold starts" and "clocks". */
#ifndef POOL_H
#define POOL_H

#include "random.h"
#include "sim.h"

struct pool_config {
    bool fleet;    /* false: threads, of which only `size` matters */
    uint32_t size; /* threads; or the concurrency limit of the fleet */

    int64_t init_p50, init_p99; /* ns; cold start; both 0: ready at once */
    int64_t keep;               /* ns; idle for so long: taken away; 0: never */
    uint32_t scale_per_s; /* environments that may be made a second; 0: no limit */
    uint32_t scale_burst; /* and so many at once; 0: scale_per_s */
    int64_t clock_sigma;  /* ns; standard deviation of the hosts' clocks */
    uint32_t drift_ppm;   /* of their speeds, parts per million */
    uint32_t warm; /* environments there at the start, initialised; at most `size` */
};

/* Within these a clock is never negative and never stands still: a year; two percent.
 */
#define POOL_CLOCK_SIGMA_MAX (INT64_C(365) * 86400 * SIM_S)
#define POOL_DRIFT_PPM_MAX 20000

enum pool_answer {
    POOL_TAKEN,    /* `slot` is yours from `ready` on */
    POOL_NO_ROOM,  /* all busy, and as many as there may be */
    POOL_THROTTLED /* one more is allowed, but not so soon: 429 */
};

struct pool_take {
    enum pool_answer answer;
    uint32_t slot;
    bool fresh;    /* a new or a warm one's first request: set its memory up */
    int64_t ready; /* ns; now, or the end of its cold start */
};

struct pool;

/* The config is copied. The pool reads the clock and the seed of `sim`. */
struct pool *pool_new(struct sim *sim, const struct pool_config *config);
void pool_free(struct pool *pool);

struct pool_take pool_take(struct pool *pool);
void pool_give(struct pool *pool, uint32_t slot); /* its request is done: freeze */

/* Busy, starting or idle: it is gone. Fleets only, and only who is alive. */
void pool_kill(struct pool *pool, uint32_t slot);

/* Cold starts take pct of their usual time from now on. */
void pool_set_init_pct(struct pool *pool, uint32_t pct);

/* What the clock of this slot's host shows now: sim_now for threads; in a fleet
 * POOL_EPOCH later, off by an offset and a drift since its birth, drawn once for each
 * environment. The drift does not change which offsets are drawn. */
#define POOL_EPOCH (INT64_C(1600000000) * SIM_S)
int64_t pool_clock(const struct pool *pool, uint32_t slot);

bool pool_busy(const struct pool *pool, uint32_t slot);
bool pool_alive(const struct pool *pool, uint32_t slot);

struct pool_counts {
    uint32_t busy, alive, busy_most, alive_most; /* alive: busy, starting or idle */
    uint64_t cold_starts;                        /* without the warm ones */
    uint64_t reaped, killed, no_room, throttled;
    int64_t busy_ns; /* what is billed: from pool_take, cold start included, to
                        pool_give or pool_kill, each rounded up to a millisecond */
};
struct pool_counts pool_counts(const struct pool *pool);

#endif
