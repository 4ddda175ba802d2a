/* shared.h - one breaker for a fleet: what the store holds, and how it is changed.
 *
 * A Lambda environment starts with nothing, is frozen between calls and dies without a
 * word. So what the fleet knows of a backend lies in one item of a store (DynamoDB),
 * and every environment keeps a copy that it looks at no oftener than every cache_ms.
 *
 *      healthy          0 writes; at most one read per environment and cache_ms
 *      a failure        one write: it, and the successes since the last write
 *      a share          while its window has failures, a write with each read
 *      trip, probe,     one write each, on a condition that only one environment of the
 *      close, reopen    fleet can meet; the losers adopt the item they are shown
 *
 *                     +-- ask -----> GRANT, REFUSE or LOCAL: the call is decided
 *      one call:      |              LOAD, SAVE, SLEEP: do it, then hear
 *                     +-- hear ----> the same again
 *                     |      ... the call is made ...
 *                     +-- report --> SAVE: do it, then hear; DONE: nothing to write
 *
 * What always holds:
 *   - every write is conditional on the generation it was decided in, so what comes
 *     late (from a zombie, from a lost connection) changes nothing;
 *   - at most one call holds the probe's lease; its name, drawn for this one try, is
 *     in the item;
 *   - a write without an answer may have been made: whoever loses a condition to an
 *     item that names it as owner, in the generation it wanted, has won;
 *   - a store that fails is not a lost race: LOCAL, a breaker of this environment's
 *     own, decides for that call. An OPEN that is known is honoured all the same, but
 *     only until it ends;
 *   - only a strong read can take an environment back to an older item.
 *
 * Times are wall-clock milliseconds: a monotonic clock does not survive the move from
 * host to host. Skew moves when a probe is made, never how many: an end that lies too
 * far ahead is cut to its longest length since it was first seen.
 *
 * Failures and successes are counted in windows of the wall clock, one after the other.
 * A failure is written at once, and the successes before it go with it. If a share is
 * judged, a call that has looked at the item and seen a failure in its window writes
 * the successes too when it ends; those of an earlier window are dropped. Until they
 * arrive a share reads as more than it is, so none is judged before two cache_ms after
 * the window was first seen. A fleet without failures writes nothing.
 *
 * What the item is, and what the store does with it, stands in item.h. The numbers in
 * brackets name chapters. */
#ifndef SHARED_H
#define SHARED_H

#include "breaker.h"
#include "item.h"

/* All of it 0: no store, the breaker is this process's own. cache_ms switches it on;
 * then timeout_ms and window_ms must be set, and failures or a rate. How long to stay
 * open, the probe's lease (longer than a call may take, or a second probe is let in,
 * and longer than timeout_ms) and successes_to_close are those of the breaker_config.
 */
struct shared_config {
    uint32_t cache_ms;   /* [13] trust the copy of the item for so long; 0: no store */
    uint32_t timeout_ms; /* [13] longest wait for the store; its own deadline */
    uint32_t skip_ms;   /* [15] after it failed, leave the store alone so long; 0: no */
    uint32_t jitter_ms; /* [15] wait up to this long before asking for the probe */
    uint32_t
        window_ms; /* [13] failures and successes are counted in windows this long */
    uint32_t failures;    /* [13] open at this many failures in a window; 0: off */
    uint32_t failure_pct; /* [13] or at this share, reached counts; 0: off. Windows must
                             be longer than two cache_ms */
    uint32_t min_calls;   /* [13] judge no share of fewer calls */
};

/* What one environment knows of one item. */
struct shared {
    struct shared_config config;
    struct breaker_config breaker;
    struct item item; /* the copy */
    bool known;       /* it was read once */
    int64_t read_ms;  /* when it was last read */
    int64_t seen_ms; /* [13] when its rest, or its lease, was first seen as it stands */
    int64_t window_seen_ms; /* [13] when the window of the item was first seen */
    int64_t window_ms;      /* [13] the window of the successes below */
    uint32_t good;          /* [13] successes not written yet */
};

/* What one call has on hand. `write` is under way, or was the last one. */
struct shared_call {
    uint8_t phase;       /* shared.c's own */
    bool probe;          /* this call holds the lease */
    bool looked;         /* [13] the item was read, to decide this call */
    bool slept;          /* [15] it has waited its jitter */
    uint8_t conflicts;   /* [14] races lost in this call; bounded */
    uint32_t generation; /* [14] in which the call was let through */
    uint32_t failed;     /* [13] 1: its failure is being written */
    int64_t rest_ms;     /* [13] how long to stay open, if it comes to that */
    struct item_write write;
};

/* What shared.c wants next. */
enum shared_want {
    SHARED_GRANT,  /* make the call, then report */
    SHARED_REFUSE, /* do not */
    SHARED_LOCAL,  /* the store cannot say: ask the environment's own breaker */
    SHARED_LOAD,   /* read the item, then hear ITEM or FAILED */
    SHARED_SAVE,  /* make the write in call->write, then hear SAVED, CONFLICT, FAILED */
    SHARED_SLEEP, /* then hear WOKE */
    SHARED_DONE   /* after a report: nothing more */
};

struct shared_wish {
    enum shared_want want;
    bool probe;             /* GRANT: this call is the probe */
    bool strong;            /* LOAD: a strong read, please */
    int64_t retry_after_ms; /* REFUSE */
    int64_t sleep_ms;       /* SLEEP */
};

enum shared_news {
    SHARED_ITEM,     /* LOAD: what the store holds; NULL: nothing */
    SHARED_SAVED,    /* the write was made; the item as it stands now, never NULL */
    SHARED_CONFLICT, /* its condition failed; the item, NULL if it was not shown */
    SHARED_FAILED,   /* an error, or no answer: a write may have been made */
    SHARED_WOKE
};

/* What is wrong with a configuration, as one sentence; NULL if nothing is. */
const char *shared_config_error(const struct shared_config *config,
                                const struct breaker_config *breaker);

/* An environment that knows nothing yet. The configurations are copied and must be
 * without error. */
void shared_init(struct shared *shared, const struct shared_config *config,
                 const struct breaker_config *breaker);

/* May this call be made? `call` is all zeros, or that of an earlier try of the same
 * request. `random` is any 64 random bits. [13][15] */
struct shared_wish shared_ask(struct shared *shared, struct shared_call *call,
                              int64_t now_ms, uint64_t random);

/* The answer to the last wish; the next wish comes back. `item` is what the store
 * showed, NULL if nothing. [14] */
struct shared_wish shared_hear(struct shared *shared, struct shared_call *call,
                               enum shared_news news, const struct item *item,
                               int64_t now_ms, uint64_t random);

/* What became of a call that was granted: SAVE, or DONE if nothing needs writing. The
 * backend's Retry-After, 0 if none, lengthens a rest, up to open_max_ms. [14] */
struct shared_wish shared_report(struct shared *shared, struct shared_call *call,
                                 enum breaker_outcome outcome, int64_t retry_after_ms,
                                 int64_t now_ms, uint64_t random);

/* The state as this environment would show it; changes nothing. */
enum breaker_state shared_state_at(const struct shared *shared, int64_t now_ms);

#endif
