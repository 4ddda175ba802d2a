/* sim.h - a discrete-event simulator: a clock that jumps, and a list of what happens
 * when.
 *
 *      struct sim *sim = sim_new(42);
 *      sim_at(sim, 5 * SIM_MS, ring, &bell, 0);     calls ring(sim, &bell, 0) at 5 ms
 *      sim_run(sim, 10 * SIM_S);
 *      sim_free(sim);
 *
 * Time is int64_t nanoseconds from the start of the run; nothing happens between two
 * events. Events are ordered by (time, order of scheduling), so two for the same time
 * happen in the order in which they were asked for, on every machine.
 *
 * Everything is integer. The same seed and the same calls give the same digest,
 * whatever the compiler, the optimisation or the machine. For chance see random.h: one
 * stream per purpose, seeded by sim_seed() and a name.
 *
 * Not thread-safe; make one per thread or process. */
#ifndef SIM_H
#define SIM_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_US INT64_C(1000)
#define SIM_MS INT64_C(1000000)
#define SIM_S INT64_C(1000000000)
#define SIM_NEVER INT64_MAX

struct sim;

/* What an event does. `who` and `what` are those given to sim_at. */
typedef void sim_fn(struct sim *sim, void *who, uint64_t what);

/* A handle to a pending event. All zeros is a handle to nothing. A handle may be kept
 * for as long as you like: once its event has happened or was cancelled it names
 * nothing, even when its place is in use again. */
struct sim_timer {
    uint32_t slot, generation;
};

/* A new simulator at time 0, or an abort with a message if there is no memory, as in
 * every function here that may need some. Free it with sim_free. */
struct sim *sim_new(uint64_t seed);
void sim_free(struct sim *sim);

uint64_t sim_seed(const struct sim *sim);
int64_t sim_now(const struct sim *sim);

/* Let `fn(sim, who, what)` happen at time `at`, or now, after all that is already
 * planned for now, if `at` is past. At most 2^24 events may be pending, 2^40 planned in
 * a run. */
struct sim_timer sim_at(struct sim *sim, int64_t at, sim_fn *fn, void *who,
                        uint64_t what);

/* Take it back: true if it was pending. O(log n). */
bool sim_cancel(struct sim *sim, struct sim_timer timer);
bool sim_pending(const struct sim *sim, struct sim_timer timer);

/* Let everything happen up to and including time `until`, then set the clock to it.
 * SIM_NEVER: until nothing is left to happen; the clock stays at the last event. */
void sim_run(struct sim *sim, int64_t until);

/* The digest covers the time and order of every event that happened and every value
 * noted. Note what decides, never a pointer. */
void sim_note(struct sim *sim, uint64_t value);
uint64_t sim_digest(const struct sim *sim);

/* How many events have happened. */
uint64_t sim_events(const struct sim *sim);

#endif
