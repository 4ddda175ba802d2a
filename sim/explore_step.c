/* explore_step.c - see explore_step.h. */
#include "explore_step.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { STACK = 1 << 14 };

/* --- a world's memory ------------------------------------------------------------- */

static size_t words_of(size_t bytes)
{
    return (bytes + 7) / 8;
}

/* A whole word more than asked for, so that none is empty. */
static uint64_t *words_new(size_t words)
{
    uint64_t *memory = explore_grow(NULL, (words + 1) * sizeof *memory);
    memset(memory, 0, (words + 1) * sizeof *memory);
    return memory;
}

struct explore_world *explore_world_new(const struct explore_config *config)
{
    const struct caller *caller = config->caller;
    struct explore_world *world = explore_grow(NULL, sizeof *world);
    assert(config->environments >= 1 && config->environments <= EXPLORE_ENVS_MAX);
    assert(config->ticks <= EXPLORE_TICKS_MAX && config->tick > 0);
    *world = (struct explore_world){.config = config,
                                    .memory_words = words_of(caller->env_bytes),
                                    .call_words = words_of(caller->call_bytes),
                                    .item_words = words_of(caller->item_bytes),
                                    .save_words = words_of(caller->save_bytes),
                                    .keys = {.record = sizeof(struct step_key)},
                                    .pairs = {.record = 2 * sizeof(uint32_t)}};
    world->memory = words_new(world->memory_words);
    world->call = words_new(world->call_words);
    world->item = words_new(world->item_words);
    world->save = words_new(world->save_words);
    world->out = words_new(world->item_words);
    return world;
}

void explore_world_free(struct explore_world *world)
{
    shelf_free(&world->memories);
    shelf_free(&world->items);
    shelf_free(&world->saves);
    set_free(&world->keys);
    set_free(&world->pairs);
    free(world->applied);
    free(world->results);
    free(world->views);
    free(world->memory);
    free(world->call);
    free(world->item);
    free(world->save);
    free(world->out);
    free(world);
}

uint64_t explore_world_bytes(const struct explore_world *world)
{
    return shelf_bytes(&world->memories) + shelf_bytes(&world->items) +
           shelf_bytes(&world->saves) + set_bytes(&world->keys) +
           world->results_room * sizeof *world->results;
}

struct explore_sizes explore_world_sizes(const struct explore_world *world)
{
    return (struct explore_sizes){
        .memories = world->memories.n, .items = world->items.n, .steps = world->keys.n};
}

/* --- steps ------------------------------------------------------------------------ */

/* Padding in what a step returns or copies is whatever lay on the stack. */
__attribute__((noinline)) static void clear_stack(void)
{
    unsigned char below[STACK];
    memset(below, 0, sizeof below);
    __asm__ volatile("" : : "r"(below) : "memory"); /* or it would be left out */
}

uint32_t explore_fresh(struct explore_world *world, uint64_t seed)
{
    const struct explore_config *config = world->config;
    memset(world->memory, 0, world->memory_words * sizeof *world->memory);
    clear_stack();
    config->caller->init(world->memory, config->config, seed);
    return shelf_add(&world->memories, world->memory, world->memory_words);
}

/* The write in a call's memory, as a thing of its own. */
static uint32_t save_at(struct explore_world *world, size_t offset)
{
    size_t bytes = world->config->caller->save_bytes;
    memset(world->save, 0, world->save_words * sizeof *world->save);
    memcpy(world->save, (unsigned char *)world->call + offset, bytes);
    return shelf_add(&world->saves, world->save, world->save_words);
}

static void keep_action(struct explore_world *world, const struct caller_action *action,
                        struct step_result *result)
{
    *result = (struct step_result){.within = action->within,
                                   .wish = (uint8_t)action->kind,
                                   .answer = (uint8_t)action->answer,
                                   .probe = action->probe,
                                   .strong = action->strong};
    if (action->kind != CALLER_SAVE)
        return;
    const unsigned char *from = action->save, *call = (unsigned char *)world->call;
    assert(from >= call && from + world->config->caller->save_bytes <=
                               call + world->config->caller->call_bytes);
    result->save = save_at(world, (size_t)(from - call));
}

static void step_now(struct explore_world *world, const struct step_key *key,
                     int64_t now, uint64_t random, struct step_result *result)
{
    struct caller_event event = {.kind = (enum caller_news)key->news,
                                 .now = now,
                                 .shard = key->news == CALLER_START,
                                 .random = random,
                                 .status = key->status,
                                 .item = key->item > 0 ? world->item : NULL};
    shelf_get(&world->memories, key->memory, world->memory, world->memory_words);
    shelf_get(&world->memories, key->call, world->call, world->call_words);
    shelf_get(&world->items, key->item, world->item, world->item_words);
    clear_stack();
    struct caller_action action =
        world->config->caller->step(world->memory, world->call, &event);
    keep_action(world, &action, result);
    result->memory = shelf_add(&world->memories, world->memory, world->memory_words);
    if (action.kind != CALLER_ANSWER)
        result->call = shelf_add(&world->memories, world->call, world->call_words);
}

void explore_step(struct explore_world *world, const struct step_key *key, int64_t now,
                  uint64_t random, struct step_result *result)
{
    bool is_new;
    uint64_t number = set_add(&world->keys, key, &is_new);
    if (!is_new) {
        *result = world->results[number];
        return;
    }
    if (number >= world->results_room) {
        world->results_room = world->results_room * 2 + 1024;
        world->results =
            explore_grow(world->results, world->results_room * sizeof *world->results);
    }
    step_now(world, key, now, random, result);
    world->results[number] = *result;
}

/* --- the store -------------------------------------------------------------------- */

static uint32_t apply_now(struct explore_world *world, uint32_t save, uint32_t item)
{
    shelf_get(&world->saves, save, world->save, world->save_words);
    shelf_get(&world->items, item, world->item, world->item_words);
    memset(world->out, 0, world->item_words * sizeof *world->out);
    clear_stack();
    if (!world->config->caller->apply(world->save, item > 0 ? world->item : NULL,
                                      world->out))
        return 0;
    return shelf_add(&world->items, world->out, world->item_words);
}

uint32_t explore_apply(struct explore_world *world, uint32_t save, uint32_t item)
{
    const uint32_t pair[2] = {save, item};
    bool is_new;
    uint64_t number = set_add(&world->pairs, pair, &is_new);
    if (!is_new)
        return world->applied[number];
    if (number >= world->applied_room) {
        world->applied_room = world->applied_room * 2 + 64;
        world->applied =
            explore_grow(world->applied, world->applied_room * sizeof *world->applied);
    }
    return world->applied[number] = apply_now(world, save, item);
}

/* Items come one by one, and so do their views. */
static void view_more(struct explore_world *world)
{
    if (world->items.n > world->views_room) {
        world->views_room = world->items.n * 2 + 64;
        world->views =
            explore_grow(world->views, world->views_room * sizeof *world->views);
    }
    while (world->views_known < world->items.n) {
        struct caller_view *view = &world->views[world->views_known++];
        memset(view, 0, sizeof *view);
        shelf_get(&world->items, (uint32_t)world->views_known, world->item,
                  world->item_words);
        world->config->caller->view(world->item, view);
    }
}

struct caller_view explore_view(struct explore_world *world, uint32_t item)
{
    if (item == 0)
        return (struct caller_view){.version = 0};
    if (item > world->views_known)
        view_more(world);
    return world->views[item - 1];
}
