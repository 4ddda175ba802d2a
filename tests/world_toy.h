/* world_toy.h - a caller that writes down what it sees, and the worlds it is put in.
 *
 * It complains at once about an event that nothing asked for: a reply to a call given
 * up, a second answer, time that goes back. */
#ifndef WORLD_TOY_H
#define WORLD_TOY_H

#include <stdbool.h>

#include "world.h"

/* --- what a toy does, and what it saw in the last run
 * ----------------------------------- */

enum { STARTS_MAX = 100000 };

struct diary {
    int64_t now; /* of the last event; I8: never goes back */
    uint64_t starts, answers, replies, timeouts;
    uint32_t busy, busy_most;
    int64_t start[STARTS_MAX], end[STARTS_MAX]; /* end -1: still under way */
    uint64_t shard[STARTS_MAX];
    int status[STARTS_MAX];
};
extern struct diary diary;

struct toy {
    int64_t within; /* a call may take so long */
    uint32_t calls; /* so many in all; 0: answer at once, with `at_once` */
    int64_t pause;  /* sleep between them */
    enum caller_answer at_once;
};

/* --- worlds ----------------------------------------------------------------------- */

/* Even arrivals, one server that takes a fixed time, room for everybody. */
struct world_config even(uint32_t rps, int64_t service, int64_t run);
void add_fault(struct world_config *world, enum fault_kind kind, int64_t from_ms,
               int64_t to_ms, uint32_t pct);

/* A run, after which buckets and totals agree and every request has one outcome at
 * most; to be freed with record_free. */
struct record *run(const struct world_config *world, const struct toy *toy,
                   uint64_t seed);

uint64_t got(const struct record *record, enum outcome outcome);

/* How long a request of the last run took; it has an answer, and took whole ms. */
int64_t took_ms(uint64_t number);

#endif
