/* sim.c - the clock and the event list: an indexed 4-ary heap.
 *
 * The heap holds small keys (time, order), and the order carries the slot in which the
 * event itself lies, so comparing and moving touch 16 bytes each. A slot knows where in
 * the heap its key is, so cancelling needs no search.
 *
 * While an event happens, the root of the heap is left empty, because most events plan
 * their successor: it goes straight into the root, one sift instead of two. */
#include "sim.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARITY = 4, SLOT_BITS = 24 };
#define SLOTS_MAX (UINT32_C(1) << SLOT_BITS)

struct key {
    int64_t at;
    uint64_t order; /* sequence number << SLOT_BITS | slot */
};

struct slot {
    sim_fn *fn;
    void *who;
    uint64_t what;
    uint32_t position;   /* in the heap; for a free slot, the next free one */
    uint32_t generation; /* odd while in use, so a zeroed handle is never pending */
};

struct sim {
    int64_t now;
    uint64_t seed, digest, sequence, events;
    struct key *heap;
    struct slot *slots;
    uint32_t pending, room; /* keys in the heap; what heap and slots have room for */
    uint32_t used, free;    /* slots ever used; the first free one of those, or room */
    bool hole;              /* the root is empty: its event is happening */
};

/* --- the heap --------------------------------------------------------------------- */

static bool before(struct key a, struct key b)
{
    return a.at < b.at || (a.at == b.at && a.order < b.order);
}

static void put(struct sim *sim, uint32_t position, struct key key)
{
    sim->heap[position] = key;
    sim->slots[key.order & (SLOTS_MAX - 1)].position = position;
}

static void sift_up(struct sim *sim, uint32_t position, struct key key)
{
    while (position > 0) {
        uint32_t parent = (position - 1) / ARITY;
        if (!before(key, sim->heap[parent]))
            break;
        put(sim, position, sim->heap[parent]);
        position = parent;
    }
    put(sim, position, key);
}

static void sift_down(struct sim *sim, uint32_t position, struct key key)
{
    for (;;) {
        uint32_t first = position * ARITY + 1;
        if (first >= sim->pending)
            break;
        uint32_t last = first + ARITY < sim->pending ? first + ARITY : sim->pending;
        uint32_t least = first;
        for (uint32_t i = first + 1; i < last; i++)
            if (before(sim->heap[i], sim->heap[least]))
                least = i;
        if (!before(sim->heap[least], key))
            break;
        put(sim, position, sim->heap[least]);
        position = least;
    }
    put(sim, position, key);
}

/* Take the key at this position out; the last one takes its place. */
static void take_out(struct sim *sim, uint32_t position)
{
    struct key last = sim->heap[--sim->pending];
    if (position == sim->pending)
        return;
    if (position > 0 && before(last, sim->heap[(position - 1) / ARITY]))
        sift_up(sim, position, last);
    else
        sift_down(sim, position, last);
}

static void fill_hole(struct sim *sim)
{
    if (!sim->hole)
        return;
    sim->hole = false;
    take_out(sim, 0);
}

/* --- slots ------------------------------------------------------------------------ */

static void grow(struct sim *sim)
{
    uint32_t room = sim->room == 0 ? 64 : sim->room * 2;
    struct key *heap = realloc(sim->heap, room * sizeof *heap);
    if (heap != NULL)
        sim->heap = heap;
    struct slot *slots = realloc(sim->slots, room * sizeof *slots);
    if (slots != NULL)
        sim->slots = slots;
    if (room > SLOTS_MAX || heap == NULL || slots == NULL) {
        fprintf(stderr, "sim: no room for more than %u pending events\n", sim->room);
        abort();
    }
    if (sim->free == sim->room)
        sim->free = room;
    sim->room = room;
}

static uint32_t take_slot(struct sim *sim)
{
    if (sim->free < sim->used) {
        uint32_t slot = sim->free;
        sim->free = sim->slots[slot].position;
        return slot;
    }
    if (sim->used == sim->room)
        grow(sim);
    sim->slots[sim->used].generation = 0;
    return sim->used++;
}

static void free_slot(struct sim *sim, uint32_t slot)
{
    sim->slots[slot].generation++;
    sim->slots[slot].position = sim->free;
    sim->free = slot;
}

/* --- the public functions --------------------------------------------------------- */

struct sim *sim_new(uint64_t seed)
{
    struct sim *sim = calloc(1, sizeof *sim);
    if (sim == NULL) {
        fprintf(stderr, "sim: out of memory\n");
        abort();
    }
    sim->seed = seed;
    sim->digest = UINT64_C(0xcbf29ce484222325);
    return sim;
}

void sim_free(struct sim *sim)
{
    if (sim == NULL)
        return;
    free(sim->heap);
    free(sim->slots);
    free(sim);
}

uint64_t sim_seed(const struct sim *sim)
{
    return sim->seed;
}

int64_t sim_now(const struct sim *sim)
{
    return sim->now;
}

struct sim_timer sim_at(struct sim *sim, int64_t at, sim_fn *fn, void *who,
                        uint64_t what)
{
    assert(fn != NULL);
    uint32_t index = take_slot(sim);
    struct slot *slot = &sim->slots[index];
    slot->fn = fn;
    slot->who = who;
    slot->what = what;
    slot->generation++;
    struct key key = {at > sim->now ? at : sim->now,
                      sim->sequence++ << SLOT_BITS | index};
    if (sim->hole) {
        sim->hole = false;
        sift_down(sim, 0, key);
    } else {
        sift_up(sim, sim->pending++, key);
    }
    return (struct sim_timer){index, slot->generation};
}

bool sim_pending(const struct sim *sim, struct sim_timer timer)
{
    return timer.generation % 2 == 1 && timer.slot < sim->used &&
           sim->slots[timer.slot].generation == timer.generation;
}

bool sim_cancel(struct sim *sim, struct sim_timer timer)
{
    if (!sim_pending(sim, timer))
        return false;
    fill_hole(sim);
    take_out(sim, sim->slots[timer.slot].position);
    free_slot(sim, timer.slot);
    return true;
}

void sim_note(struct sim *sim, uint64_t value)
{
    uint64_t mixed = (sim->digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    sim->digest = mixed ^ mixed >> 29;
}

static void happen(struct sim *sim)
{
    uint32_t index = (uint32_t)(sim->heap[0].order & (SLOTS_MAX - 1));
    struct slot event = sim->slots[index];
    assert(sim->heap[0].at >= sim->now);
    sim->now = sim->heap[0].at;
    sim_note(sim, (uint64_t)sim->now ^ sim->heap[0].order); /* when, and which */
    sim->events++;
    free_slot(sim, index);
    sim->hole = true;
    event.fn(sim, event.who, event.what);
    fill_hole(sim);
}

void sim_run(struct sim *sim, int64_t until)
{
    assert(!sim->hole); /* an event must not run the simulator it happens in */
    while (sim->pending > 0 && sim->heap[0].at <= until)
        happen(sim);
    if (until != SIM_NEVER && until > sim->now)
        sim->now = until;
}

uint64_t sim_digest(const struct sim *sim)
{
    return sim->digest;
}

uint64_t sim_events(const struct sim *sim)
{
    return sim->events;
}
