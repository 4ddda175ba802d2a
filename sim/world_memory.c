/* world_memory.c - the memory of workers and callers. Threads share what is there from
 * the start. In a fleet it grows with the environments that are used: a limit of a
 * hundred thousand costs nothing by itself. */
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "world_private.h"

/* `count` of `bytes` each where `old` were; the new ones are zero. */
static void *more(void *memory, size_t old, size_t count, size_t bytes)
{
    unsigned char *grown = world_must(realloc(memory, count * bytes));
    memset(grown + old * bytes, 0, (count - old) * bytes);
    return grown;
}

void memory_grow(struct world *w, uint32_t slot)
{
    const struct world_config *c = w->config;
    uint32_t old = w->room, room = old == 0 ? 64 : old;
    while (room <= slot)
        room *= 2;
    room = room < c->pool.size ? room : c->pool.size;
    w->workers = more(w->workers, old, room, sizeof *w->workers);
    w->calls = more(w->calls, old, room, w->caller->call_bytes);
    w->room = room;
    if (!c->pool.fleet)
        return; /* their memories are there already */
    w->envs = more(w->envs, old, room, sizeof *w->envs);
    w->states = more(w->states, old, room, (c->backend.shards + 1) * sizeof *w->states);
}

/* Environments are cut from blocks, each four times as large as the last. In small
 * pieces an allocator hands them back to the system at the end of a run, only to ask
 * for them again, page by page, in the next; that took as long as the run itself. */
struct block {
    struct block *next;
    size_t room, used; /* environments */
    alignas(max_align_t) unsigned char bytes[];
};
enum { BLOCK_LEAST = 16, BLOCK_MOST = 1024 };

static unsigned char *new_env(struct world *w)
{
    struct block *block = w->blocks;
    size_t align = alignof(max_align_t);
    size_t bytes = (w->caller->env_bytes + align - 1) / align * align;
    if (block == NULL || block->used == block->room) {
        size_t room = block == NULL ? BLOCK_LEAST : block->room * 4;
        room = room < BLOCK_MOST ? room : BLOCK_MOST;
        block = world_must(malloc(sizeof *block + room * bytes));
        *block = (struct block){.next = w->blocks, .room = room};
        w->blocks = block;
    }
    return block->bytes + block->used++ * bytes;
}

void memory_born(struct world *w, uint32_t slot)
{
    const struct world_watch *watch = w->config->watch;
    size_t bytes = w->caller->env_bytes;
    bool first = w->envs[slot] == NULL;
    if (!first && watch != NULL && watch->dies != NULL && !w->workers[slot].dead)
        watch->dies(watch->who, slot); /* it was idle for too long */
    w->workers[slot].dead = false;
    if (first)
        w->envs[slot] = new_env(w);
    memset(w->envs[slot], 0, bytes);
    memset(world_states(w, slot), 0,
           (w->config->backend.shards + 1) * sizeof *w->states);
    w->caller->init(w->envs[slot], w->caller_config, random_bits(&w->births));
}

static void new_breakers(struct world *w, uint64_t seed)
{
    size_t bytes = w->caller->env_bytes, shards = w->config->backend.shards + 1;
    w->envs = world_must(calloc(w->memories, sizeof *w->envs));
    w->states = world_must(calloc(w->memories * shards, sizeof *w->states));
    for (uint32_t i = 0; i < w->memories; i++) {
        uint64_t state = seed ^ (uint64_t)i << 32;
        w->envs[i] = memset(new_env(w), 0, bytes);
        w->caller->init(w->envs[i], w->caller_config, random_splitmix(&state));
    }
}

void memory_new(struct world *w, uint64_t seed)
{
    const struct world_config *c = w->config;
    random_seed(&w->births, seed, "births");
    random_seed(&w->kills, seed, "kills");
    w->memories = c->pool.fleet ? c->pool.size : c->breakers;
    if (!c->pool.fleet)
        new_breakers(w, seed);
    memory_grow(w, 0);
}

void memory_free(struct world *w)
{
    for (struct block *block = w->blocks, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    free(w->envs);
    free(w->workers);
    free(w->calls);
    free(w->states);
}
