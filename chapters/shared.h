/* shared.h - one breaker for a fleet: what the store holds, and how it is changed.
 *
 * A Lambda environment starts with nothing, is frozen between calls and dies without a
 * word. So what the fleet knows of a backend lies in one item of a store (DynamoDB),
 * and every environment keeps a copy that it looks at no oftener than every cache_ms.
 *
 *      healthy          0 writes; at most one read per environment and cache_ms
 *      a failure        one write: failures, and the successes since the last write
 *      trip, probe,     one write each, on a condition that only one environment of the
 *      close, reopen    fleet can meet; the losers adopt the item they are shown
 *
 * What always holds:
 *   - every write is conditional on the generation it was decided in, so what comes
 * late (from a zombie, from a lost connection) changes nothing;
 *   - at most one environment holds the probe's lease;
 *   - a write without an answer may have been made: whoever loses a condition to an
 * item that names itself as owner, in the generation it wanted, has won;
 *   - a store that fails is not a lost race: a local breaker decides for a while.
 *
 * Times are wall-clock milliseconds: a monotonic clock does not survive the move from
 * host to host. Skew moves when a probe is made, never how many. The fields of the item
 * are named as in the store. The numbers in brackets name chapters. */
#ifndef SHARED_H
#define SHARED_H

#include "breaker.h"

enum { SHARED_SCHEMA = 1 };

/* A knob left at 0 is off; all of them 0: no store, the breaker is this process's own.
 */
struct shared_config {
    uint32_t cache_ms;   /* [13] trust the copy of the item for so long */
    uint32_t timeout_ms; /* [15] longest wait for the store; its own deadline */
    uint32_t skip_ms;    /* [15] after it failed, leave the store alone for so long */
    uint32_t jitter_ms;  /* [15] wait up to this long before asking for the probe */
    uint32_t
        window_ms; /* [14] failures and successes are counted in windows this long */
    uint32_t min_calls;   /* [14] judge no rate on fewer than these */
    uint32_t failures;    /* [14] open at this many failures in a window */
    uint32_t failure_pct; /* [14] and at this share */
};

/* The item, `pk` = "cb#<name>". No item is as good as a closed one, all zeros. */
struct shared_item {
    uint32_t schema;        /* sv: SHARED_SCHEMA */
    uint64_t version;       /* v: plus one at every write */
    uint8_t state;          /* st: enum breaker_state; C, O, H in the store */
    uint32_t generation;    /* gen: plus one at every transition and change of owner */
    int64_t until_ms;       /* open until */
    uint32_t opens;         /* openings since it was last closed */
    uint64_t owner;         /* who holds the probe's lease; 0: nobody */
    int64_t lease_until_ms; /* until when */
    int64_t window_ms;      /* ws: when the window began */
    uint32_t calls, failed; /* counted in it */
    uint32_t ok;            /* good probes of this half-open period */
    int64_t expires_s; /* ex: for the store's garbage collection only, never a timer */
};

/* One conditional write. The store compares and writes in one step. */
enum shared_write {
    SHARED_COUNT,   /* add calls and failed, if CLOSED in this generation and window */
    SHARED_WINDOW,  /* begin a window with these counts, if the old one still stands */
    SHARED_TRIP,    /* OPEN, if CLOSED in this generation */
    SHARED_PROBE,   /* HALF_OPEN under an owner, if the rest or the old lease is over */
    SHARED_CONFIRM, /* one good probe more, if HALF_OPEN and still the owner */
    SHARED_CLOSE,   /* CLOSED, if HALF_OPEN and still the owner */
    SHARED_REOPEN   /* OPEN, if HALF_OPEN and still the owner */
};

struct shared_save {
    enum shared_write write;
    uint32_t if_generation;  /* the item must be in this generation, or absent if 0 */
    int64_t if_window_ms;    /* COUNT, WINDOW: and in this window */
    uint64_t if_owner;       /* CONFIRM, CLOSE, REOPEN: and be owned by this one */
    int64_t now_ms;          /* PROBE: and its rest, or lease, be over by now */
    struct shared_item item; /* the new values; COUNT adds calls and failed */
};

/* What one environment knows. */
struct shared {
    struct shared_item item; /* the copy */
    bool known;              /* it was read once */
    int64_t read_ms;         /* when */
    int64_t skip_until_ms;   /* the store failed: leave it alone until then */
    int64_t window_ms;       /* the window in which the counts below were made */
    uint32_t calls, failed;  /* not written yet */
    uint64_t owner;          /* the name of this environment; never 0 */
    uint64_t random;
};

/* What one call has on hand. */
struct shared_call {
    uint8_t phase;       /* shared.c's own */
    uint8_t outcome;     /* enum breaker_outcome, kept while it is being written */
    uint8_t conflicts;   /* races lost in this call; bounded */
    uint32_t generation; /* in which the call was let through */
    struct shared_save save;
};

/* What shared.c wants next. */
enum shared_want {
    SHARED_GRANT,
    SHARED_REFUSE,
    SHARED_LOAD,
    SHARED_SAVE,
    SHARED_SLEEP,
    SHARED_LOCAL,
    SHARED_DONE
};

struct shared_wish {
    enum shared_want want;
    bool probe;              /* GRANT */
    int64_t retry_after_ms;  /* REFUSE */
    int64_t sleep_ms;        /* SLEEP */
    struct shared_save save; /* SAVE */
};

enum shared_news {
    SHARED_ITEM,
    SHARED_SAVED,
    SHARED_CONFLICT,
    SHARED_FAILED,
    SHARED_WOKE
};

/* The item as it may be trusted: `raw` itself, or the stated safe state (CLOSED,
 * nothing counted) if it is absent (NULL), of another schema or damaged. Times too far
 * ahead are brought back to what open_max_ms and the lease allow. [13] */
struct shared_item shared_item_read(const struct shared_item *raw,
                                    const struct breaker_config *config,
                                    int64_t now_ms);

/* Does the condition of `save` hold for what is stored (NULL: nothing)? And what is
 * stored afterwards. A store is right if it does this, in one step. [14] */
bool shared_save_holds(const struct shared_save *save,
                       const struct shared_item *stored);
struct shared_item shared_save_apply(const struct shared_save *save,
                                     const struct shared_item *stored);

/* May this call be made? [13][15] */
struct shared_wish shared_ask(struct shared *shared, struct shared_call *call,
                              const struct shared_config *config,
                              const struct breaker_config *breaker, int64_t now_ms,
                              uint64_t random);

/* The answer to the last wish; the next wish comes back. `item` is what the store
 * showed, NULL if nothing. [14] */
struct shared_wish shared_hear(struct shared *shared, struct shared_call *call,
                               const struct shared_config *config,
                               const struct breaker_config *breaker,
                               enum shared_news news, const struct shared_item *item,
                               int64_t now_ms, uint64_t random);

/* What became of the call: SAVE, or DONE if nothing needs writing. [14] */
struct shared_wish shared_report(struct shared *shared, struct shared_call *call,
                                 const struct shared_config *config,
                                 const struct breaker_config *breaker,
                                 enum breaker_outcome outcome, int64_t now_ms);

#endif
