/* breaker.h - what a circuit breaker is: for every chapter, for the simulator, for the
 * Lambda.
 *
 *                          too many failures, or too slow
 *               +--------+ ------------------------------> +--------+
 *      start -> | CLOSED |                                 |  OPEN  | <-----+
 *               +--------+                                 +--------+       |
 *                    ^                                         |            |
 *                    |                          open_ms passed |            | a probe
 *                    |                           and a call    |            | fails
 *                    |                           asks          v            |
 *                    |  enough probes succeed            +-----------+      |
 *                    +---------------------------------- | HALF_OPEN | -----+
 *                                                        +-----------+
 *
 *      CLOSED     calls go through, their outcomes are counted
 *      OPEN       calls are refused, the backend never hears of them
 *      HALF_OPEN  a few calls go through as probes, the others are refused
 *
 * A breaker is a plain value: no pointer, no clock, no allocation, no I/O, no thread.
 * Whoever holds one may copy it, compare it, store it. Time and chance come in as
 * arguments; nothing goes out but the return value. Not safe for two threads at once:
 * put it behind your own lock, or give each thread its own.
 *
 * One call to a backend looks like this:
 *
 *      struct breaker_permit permit = breaker_acquire(&breaker, now_ms);
 *      if (permit.granted) {
 *          ... call the backend ...
 *          breaker_record(&breaker, &permit, BREAKER_OK, now_ms);
 *      } else {
 *          ... do without; ask again in permit.retry_after_ms ...
 *      }
 *
 * Units stand last in a name: `open_ms`, `failure_pct`. Times are milliseconds from any
 * fixed start, never negative. Every struct may start as all zeros. A time that runs
 * backwards is taken as the latest time seen.
 *
 * What always holds:
 *   - a refused call changes no count: it says something about us, not the backend;
 *   - an outcome counts only in the generation in which its permit was given, and the
 *     generation changes at every transition;
 *   - a permit is recorded once; recording it again does nothing;
 *   - no path leads to stuck: a lost probe gives its slot back after its lease.
 *
 * The numbers in brackets name the chapter in which a field comes alive. */
#ifndef BREAKER_H
#define BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

/* What became of a call. IGNORED says nothing about the backend's health (a 404, a call
 * cancelled by its user): it counts nowhere and gives its slot back. A time-out is
 * FAILED, always. */
enum breaker_outcome { BREAKER_OK, BREAKER_FAILED, BREAKER_IGNORED };

/* Who decides: the breaker, or an operator at three in the morning. While forced,
 * nothing is counted. WATCH_ONLY counts and changes state as ever but lets every call
 * through. */
enum breaker_mode {
    BREAKER_AUTO,
    BREAKER_FORCED_OPEN,
    BREAKER_FORCED_CLOSED,
    BREAKER_WATCH_ONLY
};

enum {
    BREAKER_WINDOW_CALLS_MAX = 256, /* longest count window */
    BREAKER_BUCKETS = 10,           /* slices of a time window */
    BREAKER_PROBES_MAX = 8,         /* most probes in flight at once */
    BREAKER_TRANSITIONS_MAX = 4,    /* transitions kept until somebody takes them */
    BREAKER_AGES = 8 /* slices of slow_ms in which running calls are kept */
};

/* A knob left at 0 is off, or has the value named. A rate needs a window (calls or ms,
 * not both) and min_calls. A window in ms is kept in BREAKER_BUCKETS slices: a call
 * leaves it together with its slice, up to a tenth of the window early. */
struct breaker_config {
    uint32_t failures_to_open; /* [3] this many failures in a row open it */
    uint32_t open_ms; /* [4] rest before the first probe; 0: for ever, a fuse */
    uint32_t successes_to_close; /* [5] good probes that close it; 0: one */
    uint32_t probes_at_once;     /* [6] probes in flight at once; 0: one */
    uint32_t
        probe_lease_ms;    /* [6] a probe unheard of for so long is lost; 0: open_ms */
    uint32_t window_calls; /* [8] judge the last so many calls */
    uint32_t min_calls;    /* [8] judge no rate on fewer than these */
    uint32_t failure_pct;  /* [8] open at this share of failures, reached counts */
    uint32_t window_ms; /* [9] or judge the calls that ended in the last so many ms */
    uint32_t slow_ms;   /* [9] a call that took this long is slow */
    uint32_t slow_pct;  /* [9] open at this share of slow calls, reached counts */
    uint32_t
        open_max_ms; /* [10] rest doubles at each reopening, up to this; 0: fixed */
    uint32_t
        open_jitter_pct; /* [10] rest is shortened by up to this share, by chance */
};

/* Leave to make one call, or a refusal. */
struct breaker_permit {
    bool granted;
    bool probe;             /* this call decides whether a half-open breaker closes */
    uint32_t generation;    /* [7] in which state it was given */
    int64_t acquired_ms;    /* when it was given */
    int64_t retry_after_ms; /* refused: ask again then; 0: nobody knows */
};

struct breaker_transition {
    int64_t at_ms;
    uint32_t generation; /* the one that begins here */
    uint8_t from, to;    /* enum breaker_state */
};

/* How many calls there were, and how many of them failed or were slow. */
struct breaker_tally {
    uint32_t calls, failed, slow;
};

/* The breaker. The fields are for breaker.c; everyone else goes through the functions
 * below. Changing one from outside is a bug that no test will find for you. */
struct breaker {
    struct breaker_config config;
    uint8_t state; /* enum breaker_state */
    uint8_t mode;  /* enum breaker_mode */

    uint32_t generation;      /* [7] goes up by one at every transition; may wrap */
    uint32_t failures_in_row; /* [3] since the last success, in this generation */
    uint32_t probes_ok;       /* [5] good probes of this half-open period */
    uint32_t opens;           /* [10] openings since it was last closed */
    int64_t now_ms;           /* the latest time seen */
    int64_t opened_ms;        /* [4] when it opened */
    int64_t open_until_ms;    /* [4] from here on a probe is let through */
    int64_t
        probe_until_ms[BREAKER_PROBES_MAX]; /* [6] a lease per slot; past or 0: free */

    struct breaker_tally window; /* [8][9] sums over ring or buckets */
    uint32_t ring_next;          /* [8] where the next call goes */
    uint64_t ring_failed[BREAKER_WINDOW_CALLS_MAX / 64];
    uint64_t ring_slow[BREAKER_WINDOW_CALLS_MAX / 64];
    int64_t bucket_now; /* [9] number of the newest bucket: time / width */
    struct breaker_tally bucket[BREAKER_BUCKETS];

    /* [9] Calls still running, by the slice of time in which they began. */
    int64_t age_now;
    uint32_t running[BREAKER_AGES + 1]; /* the slices younger than slow_ms */
    uint32_t overdue;                   /* older: slow already, whatever their answer */

    uint64_t random; /* [10] its own generator, seeded by breaker_init */
    struct breaker_transition transition[BREAKER_TRANSITIONS_MAX]; /* [11] */
    uint32_t transitions, taken; /* [11] how many there were, how many were taken out */
};

/* What is wrong with a configuration, as one sentence; NULL if nothing is. For those
 * who read configurations from people. The sentence is a constant: do not free it. */
const char *breaker_config_error(const struct breaker_config *config);

/* A closed breaker that has seen nothing. The configuration is copied and must be
 * without error. The seed decides the jitter of the open time and nothing else. */
void breaker_init(struct breaker *breaker, const struct breaker_config *config,
                  uint64_t seed);

/* May this call be made? Every granted permit must be recorded, whatever happens. The
 * only function in which time opens the way to HALF_OPEN. */
struct breaker_permit breaker_acquire(struct breaker *breaker, int64_t now_ms);

/* What became of the call. Uses the permit up: afterwards it is all zeros. A permit
 * that was refused, already recorded, or given in an earlier generation changes
 * nothing. */
void breaker_record(struct breaker *breaker, struct breaker_permit *permit,
                    enum breaker_outcome outcome, int64_t now_ms);

/* The state as it would show at `now_ms`: an OPEN breaker whose rest is over is shown
 * as HALF_OPEN. A view, for people and dashboards: it changes nothing. */
enum breaker_state breaker_state_at(const struct breaker *breaker, int64_t now_ms);

/* How long to stay open at the `opens`th opening in a row: open_ms, doubled for each
 * one before it, capped at open_max_ms, then shortened by up to open_jitter_pct.
 * `random` is any 64 random bits. [10] */
int64_t breaker_open_ms(const struct breaker_config *config, uint32_t opens,
                        uint64_t random);

/* The backend said Retry-After: an OPEN breaker rests at least so long from now, but
 * never longer than open_max_ms, whatever a backend may say. Without open_max_ms, or in
 * any other state, nothing happens. [10] */
void breaker_rest(struct breaker *breaker, int64_t now_ms, int64_t retry_after_ms);

/* Hand the decision to an operator, or back to AUTO, where the breaker goes on from the
 * state in which it was left. [11] */
void breaker_set_mode(struct breaker *breaker, enum breaker_mode mode);

/* Close it and forget all it has counted; permits given so far become worthless. [11]
 */
void breaker_reset(struct breaker *breaker, int64_t now_ms);

/* Take the oldest transition out: true and `*out`, or false if there is none. Those not
 * taken in time are overwritten, oldest first. [11] */
bool breaker_take_transition(struct breaker *breaker, struct breaker_transition *out);

#endif
