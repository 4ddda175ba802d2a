/* item.h - what a store holds of a breaker, and the seven ways to change it.
 *
 * One item for each breaker, of about a hundred bytes. Its fields are named as in the
 * store (DynamoDB); no item is as good as a closed one, all zeros but for the schema.
 *
 * A write is conditional: the store compares and writes in one step, so of all who
 * wrote at the same time on the same condition, one has won and the others know it. The
 * two functions at the end say what a store must do; the simulator's store calls them,
 * a real one does the same by its own means.
 *
 * Times are wall-clock milliseconds. The numbers in brackets name chapters. */
#ifndef ITEM_H
#define ITEM_H

#include <stdbool.h>
#include <stdint.h>

enum { ITEM_SCHEMA = 1 };

/* `pk` = "cb#<name>", with the shard's number if there is one for each. */
struct item {
    uint32_t schema;        /* sv: ITEM_SCHEMA */
    uint32_t generation;    /* gen: plus one at every transition and change of owner */
    uint64_t version;       /* v: plus one at every write */
    uint32_t state;         /* st: enum breaker_state; C, O, H in the store */
    uint32_t opens;         /* openings since it was last closed */
    int64_t until_ms;       /* open until */
    uint64_t owner;         /* who holds the probe's lease; 0: nobody */
    int64_t lease_until_ms; /* until when */
    int64_t window_ms;      /* ws: when the window began */
    uint32_t calls, failed; /* counted in it */
    uint32_t ok;            /* good probes of this half-open period */
    uint32_t unused;        /* so that no byte of it is padding */
    int64_t expires_s; /* ex: for the store's garbage collection only, never a timer */
};

/* COUNT adds, all others replace the item whole. */
enum item_change {
    ITEM_COUNT,   /* add calls and failed, if CLOSED in this generation and window */
    ITEM_WINDOW,  /* begin a window with these counts, if the old one still stands */
    ITEM_TRIP,    /* OPEN, if CLOSED in this generation */
    ITEM_PROBE,   /* HALF_OPEN under an owner, if the rest or the old lease is over */
    ITEM_CONFIRM, /* give the lease back, with one good probe more or none, if owner */
    ITEM_CLOSE,   /* CLOSED, if HALF_OPEN and still the owner */
    ITEM_REOPEN   /* OPEN, if HALF_OPEN and still the owner */
};

struct item_write {
    uint32_t change;        /* enum item_change */
    uint32_t if_generation; /* the item must be in this generation; absent is 0 */
    int64_t if_window_ms;   /* COUNT, WINDOW: and in this window */
    uint64_t if_owner;      /* CONFIRM, CLOSE, REOPEN: and be owned by this one */
    int64_t now_ms;         /* PROBE: and its rest, or lease, be over by now */
    struct item item;       /* the new values; COUNT adds its calls and failed */
};

/* The item as it may be trusted: `raw` itself, or a stated safe state. Absent (NULL):
 * closed, nothing counted. Of another schema, or damaged (no such state; until_ms,
 * lease_until_ms or window_ms negative; more failed than calls; open without an end):
 * the same but with schema 0, which nobody acts on and no write replaces, until
 * somebody mends or deletes it. [13] */
struct item item_read(const struct item *raw);

/* When its rest, or its lease, is over, in its own words; 0 if it is closed. [13] */
int64_t item_over_ms(const struct item *item);

/* Does the condition of `write` hold for what is stored (NULL: nothing)? And what is
 * stored then; its version is one more. A store is right if it does both in one step.
 * [14] */
bool item_holds(const struct item_write *write, const struct item *stored);
struct item item_apply(const struct item_write *write, const struct item *stored);

#endif
