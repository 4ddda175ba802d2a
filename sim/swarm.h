/* swarm.h - draws whole scenes by chance, watches what must always hold, and makes the
 * scene in which it did not as small as it gets.
 *
 *      swarm_draw      a seed          a scene: world, faults, client
 *      swarm_demand    a scene         what may be asked of it after its last fault
 *      swarm_judge     a scene         a run of it, and what was broken, if anything
 *      swarm_shrink    a broken one    the smallest found that breaks the same rule
 *      swarm_write     a scene         JSON; scene_load reads it back to the bit
 *
 * Swarm testing (Groce et al., ISSTA 2012): each kind of fault is there or not, at even
 * odds, and so is each part of the world. A run with fewer things in it goes deeper
 * into those it has. All magnitudes are drawn over orders of magnitude.
 *
 * What must always hold:
 *
 *  I1   offered = settled + under way + will ask again, at all times; and what is
 *       settled is fresh, fallback, refused, failed or no room
 *  I2   no more environments than the limit; one request in each
 *  I3   an item's version grows by one at a write, and never otherwise; it changes its
 *       state in no other ways than trip, probe, close and reopen; its generation
 *       grows by one with that or with a change of owner, and never otherwise; nobody
 *       is shown an item that the store never held
 *  I4   a lease is taken over only when it has run out; a probe is made only by the one
 *       who was given the lease: the environment whose own write put its name into the
 *       item, and while the lease lasts by its clock; and nobody else ends the
 *       half-open state. An environment whose clock is wrong may think that a lease has
 *       run out: its own clock is asked, at the moment of its write
 *  I5   an environment heeds what it was shown. While its copy is OPEN, or HALF_OPEN
 *       under another's lease, and that is not over by its own clock (cut to its
 *       longest since it was first shown), it makes no call, by whichever breaker. When
 *       it is over, it calls only as the prober, or by its own breaker if the store's
 *       last word to it was a failure. On a copy older than cache_ms, or none, it calls
 *       only if the store's last word was a failure
 *  I6   until - now <= longest rest + how far any clock is ahead; so for leases
 *  I7   no more is let in, born, written or read than burst + rate * time
 *  I8   time never goes back, neither the world's nor that of an environment
 *  I9   Little: whenever nobody is there, the area under the number of requests that
 *       were there = the sum of their times there, exact in integers
 *  I10  every wish is answered once, in time, by what was wished for; every request has
 *       one outcome
 *  I11  nobody is refused without a reason: the copy says so; a race was lost, or a
 *       lease was over when it was heard of; the deadline is over; or the store has
 * failed, and this environment has had calls that failed or were slow I12  one trip per
 * generation, and only if the counts of that generation reached the threshold; closed
 * only after as many good probes as it takes
 *
 * What I5 says of old copies, I6, I11, I12, and what I3 says of generations, are asked
 * of the client of the book only: other protocols (rivals.h) promise nothing of the
 * kind. Of a protocol without names in its items I4 says that no two probes are under
 * way at a time.
 *
 * What must hold after the last fault has ended stands at swarm_demand. */
#ifndef SWARM_H
#define SWARM_H

#include <stdio.h>

#include "scene.h"

enum swarm_rule {
    SWARM_GOOD,
    SWARM_BALANCE,
    SWARM_ROOM,
    SWARM_ITEM,
    SWARM_LEASE,
    SWARM_HEED,
    SWARM_REST,
    SWARM_TOKENS,
    SWARM_TIME,
    SWARM_LITTLE,
    SWARM_ANSWER,
    SWARM_REFUSAL,
    SWARM_TRIP,
    SWARM_STUCK,
    SWARM_RECOVERY,
    SWARM_CRASH, /* the run was ended by a signal: an assert, as a rule */
    SWARM_RULES
};

/* "I4", and half a sentence. */
extern const struct swarm_word {
    const char *name, *what;
} swarm_words[SWARM_RULES];

/* What was seen in runs: so that nobody takes a rule for kept that was never tried. */
enum swarm_sight {
    SWARM_REQUESTS,
    SWARM_CALLS,
    SWARM_WRITES,
    SWARM_CONFLICTS,
    SWARM_STORE_FAILURES, /* an environment heard nothing, or an error */
    SWARM_TRIPS,
    SWARM_ELECTIONS, /* of probers */
    SWARM_TAKEOVERS, /* of them, from one whose lease had run out */
    SWARM_REOPENS,
    SWARM_CLOSES,
    SWARM_REFUSALS,
    SWARM_DEATHS,
    SWARM_EMPTY, /* moments at which the last request was settled: see I9 */
    SWARM_SIGHTS
};

struct swarm_verdict {
    uint64_t seed, digest;
    uint32_t rule;          /* enum swarm_rule: the first that was broken */
    bool unstuck, recovery; /* was it asked? */
    int64_t at;             /* ns */
    uint32_t sight[SWARM_SIGHTS];
    char what[240]; /* what happened, one sentence */
};

/* The scene of a seed: one client, "swarm", played by this protocol of
 * scene_protocols[]. Always valid. */
void swarm_draw(struct scene *scene, uint64_t seed, uint32_t protocol);

/* What may be asked of a client of a scene after its last fault:
 *
 *      unstuck   from `after` on no item that is not CLOSED stands unchanged for longer
 *                than `rest`. Asked where the store is well in between (its times are
 *                far below the time-out for it, its capacity is far above the load)
 *                and some environment lives long enough to wait, or clocks agree to a
 *                second.
 *      recovery  from `due` on every item is CLOSED, and of the requests that come in
 *                the four seconds after `due`, 95 % get a fresh answer. Asked if,
 *                besides, the scene can recover at all: with every request tried as
 *                often as it may be, the backend is busy for at most 55 % of the time,
 *                so no retries can feed a failure; a call takes a fiftieth of its
 *                time-out, so chance alone fails none; gateway, fleet and limits have
 *                room; and `due` comes six seconds before the end of the run.
 *
 * The times are upper bounds, worked out from the configuration: see swarm_demand.c. */
struct swarm_demand {
    bool unstuck, recovery;
    int64_t after, rest, due; /* ns */
};
struct swarm_demand swarm_demand(const struct scene *scene, uint32_t client);

/* Play it, with everything watched. The first plays it here and aborts if an assert
 * fails; the second in a process of its own. */
struct swarm_verdict swarm_judge(const struct scene *scene, uint32_t client,
                                 uint64_t seed);
struct swarm_verdict swarm_judge_apart(const struct scene *scene, uint32_t client,
                                       uint64_t seed);

/* Make the scene smaller for as long as the same rule is broken: faults left out
 * (delta debugging: Zeller and Hildebrandt 2002), then the rest of the run, times and
 * magnitudes halved, load and fleet halved, knobs set to 0. `kept` gets a bit for each
 * fault of the scene as it was drawn that is still there. */
struct swarm_verdict swarm_shrink(struct scene *scene, uint32_t client, uint64_t seed,
                                  enum swarm_rule rule, uint64_t *kept);

/* Leave only those faults of which `kept` has a bit. */
void swarm_keep(struct scene *scene, uint64_t kept);

/* All of a scene but what it must show. */
void swarm_write(FILE *out, const struct scene *scene);

/* A word for a kind of fault, as in JSON, and whether it has a magnitude. */
const char *swarm_fault_name(enum fault_kind kind);
bool swarm_fault_has_pct(enum fault_kind kind);

/* A knob of a client by name: 0 if its caller has none of that name. Setting one that
 * is not there does nothing. */
uint32_t swarm_knob(const struct scene *scene, uint32_t client, const char *name);
void swarm_set_knob(struct scene *scene, uint32_t client, const char *name,
                    uint32_t value);

#endif
