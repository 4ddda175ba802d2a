/* sim.c - the clock and the event list: an indexed 4-ary heap.
 *
 * The heap holds keys of 16 bytes, one number each: time, then order of scheduling,
 * then the slot in which the event itself lies. So one comparison decides, and moving
 * is cheap. A slot knows where in the heap its key is, so cancelling needs no search.
 *
 * While an event happens, the root of the heap is left empty, because most events plan
 * their successor: it goes straight into the root, one sift instead of two. */
#include "sim.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARITY = 4, SLOT_BITS = 24 };
#define SLOTS_MAX (UINT32_C(1) << SLOT_BITS)

/* time << 64 | sequence number << SLOT_BITS | slot; no time is negative. */
__extension__ typedef unsigned __int128 key;

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
    key *heap;
    struct slot *slots;
    uint32_t pending, room; /* keys in the heap; what heap and slots have room for */
    uint32_t used, free;    /* slots ever used; the first free one of those, or room */
    bool hole;              /* the root is empty: its event is happening */
};

/* --- the heap --------------------------------------------------------------------- */

static int64_t key_time(key k)
{
    return (int64_t)(k >> 64);
}

static uint32_t key_slot(key k)
{
    return (uint32_t)k & (SLOTS_MAX - 1);
}

static void put(struct sim *sim, uint32_t position, key k)
{
    sim->heap[position] = k;
    sim->slots[key_slot(k)].position = position;
}

static void sift_up(struct sim *sim, uint32_t position, key k)
{
    while (position > 0) {
        uint32_t parent = (position - 1) / ARITY;
        if (k > sim->heap[parent])
            break;
        put(sim, position, sim->heap[parent]);
        position = parent;
    }
    put(sim, position, k);
}

/* Which of four is least cannot be guessed, so this is written for the compiler to make
 * it a choice between two values and not a branch. */
static uint32_t least_child(const struct sim *sim, uint32_t first)
{
    uint32_t least = first;
    for (uint32_t i = first + 1; i < first + ARITY && i < sim->pending; i++)
        least = sim->heap[i] < sim->heap[least] ? i : least;
    return least;
}

static void sift_down(struct sim *sim, uint32_t position, key k)
{
    uint32_t first;
    while ((first = position * ARITY + 1) < sim->pending) {
        uint32_t least = least_child(sim, first);
        key child = sim->heap[least];
        if (k < child)
            break;
        put(sim, position, child);
        position = least;
    }
    put(sim, position, k);
}

/* Take the key at this position out; the last one takes its place. */
static void take_out(struct sim *sim, uint32_t position)
{
    key last = sim->heap[--sim->pending];
    if (position == sim->pending)
        return;
    if (position > 0 && last < sim->heap[(position - 1) / ARITY])
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
    key *heap = realloc(sim->heap, room * sizeof *heap);
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
    uint64_t time = (uint64_t)(at > sim->now ? at : sim->now);
    key k = (key)time << 64 | sim->sequence++ << SLOT_BITS | index;
    if (sim->hole) {
        sim->hole = false;
        sift_down(sim, 0, k);
    } else {
        sift_up(sim, sim->pending++, k);
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
    key first = sim->heap[0];
    const struct slot *slot = &sim->slots[key_slot(first)];
    sim_fn *fn = slot->fn; /* copies: by the time of the call the slot is free */
    void *who = slot->who;
    uint64_t what = slot->what;
    assert(key_time(first) >= sim->now);
    sim->now = key_time(first);
    sim_note(sim, (uint64_t)sim->now ^ (uint64_t)first); /* when, and which */
    sim->events++;
    free_slot(sim, key_slot(first));
    sim->hole = true;
    fn(sim, who, what);
    fill_hole(sim);
}

void sim_run(struct sim *sim, int64_t until)
{
    assert(!sim->hole); /* an event must not run the simulator it happens in */
    while (sim->pending > 0 && key_time(sim->heap[0]) <= until)
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
