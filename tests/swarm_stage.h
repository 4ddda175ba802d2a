/* swarm_stage.h - a stage for the stories of swarm_rules.c: a watch that no world
 * drives, one item, two environments whose clocks are right, and a small language to
 * show it what happens. */
#ifndef SWARM_STAGE_H
#define SWARM_STAGE_H

#include "unit.h"

#include <string.h>

#include "breaker.h"
#include "item.h"
#include "swarm_watch.h"

enum { CACHE = 1000, REST = 4000, LEASE = 2000, DUE = 60 };

static struct swarm_verdict verdict;
static struct swarm_watch watch;
static struct scene stage;
static struct world_balance balance;
static int64_t now;
static struct record_bucket buckets[100];
static struct record record;

/* One item, two environments, clocks that are right, recovery asked for at DUE s. */
static void set_stage(void)
{
    static const struct {
        const char *knob;
        uint32_t value;
    } knobs[] = {{"cache_ms", CACHE},         {"open_ms", REST},
                 {"probe_lease_ms", LEASE},   {"store_timeout_ms", 500},
                 {"shared_window_ms", 10000}, {"shared_failures", 3},
                 {"timeout_ms", 1000},        {"deadline_ms", 5000},
                 {"failures_to_open", 5},     {"successes_to_close", 2}};
    memset(&stage, 0, sizeof stage);
    stage.clients = 1;
    stage.world = (struct world_config){.run = 100 * SIM_S,
                                        .bucket = SIM_S,
                                        .has_store = true,
                                        .load = {.rps = 10},
                                        .backend = {.shards = 1, .servers = 1},
                                        .pool = {.fleet = true, .size = 2}};
    for (int i = 0; i < (int)(sizeof knobs / sizeof *knobs); i++)
        swarm_set_knob(&stage, 0, knobs[i].knob, knobs[i].value);
    verdict = (struct swarm_verdict){.seed = 1};
    balance = (struct world_balance){.alive = 2, .most = 2};
    now = SIM_S;
    swarm_watch_init(&watch, &stage, 0, &verdict);
    watch.demand =
        (struct swarm_demand){true, true, 20 * SIM_S, 10 * SIM_S, DUE * SIM_S};
}

static int64_t clock_ms(int64_t ahead_ms)
{
    return (POOL_EPOCH + now) / SIM_MS + ahead_ms;
}

/* --- a language for them ---------------------------------------------------------- */

static struct item_write asked[2]; /* the last write of each environment */

static void step(uint32_t slot, enum caller_news news, enum caller_wish wish,
                 const struct item *item, bool probe)
{
    struct caller_event event = {.kind = news,
                                 .now = POOL_EPOCH + now,
                                 .shard = 1,
                                 .status = news == CALLER_REPLY ? 200 : 0,
                                 .item = item};
    struct caller_action action = {.kind = wish,
                                   .within = SIM_S,
                                   .probe = probe,
                                   .answer = CALLER_FRESH,
                                   .status = 200,
                                   .save = &asked[slot]};
    watch.hooks.step(&watch, slot, now, &event, &action);
}

static void refuse(uint32_t slot, enum caller_news news, const struct item *item)
{
    struct caller_event event = {
        .kind = news, .now = POOL_EPOCH + now, .shard = 1, .item = item};
    struct caller_action action = {.kind = CALLER_ANSWER, .answer = CALLER_REFUSED};
    watch.hooks.step(&watch, slot, now, &event, &action);
}

static struct item stored;
static bool is_stored;

static void put(struct item item)
{
    watch.hooks.write(&watch, 0, now, is_stored ? &stored : NULL, &item);
    stored = item;
    is_stored = true;
}

static struct item item_of(enum breaker_state state)
{
    struct item item = {.schema = ITEM_SCHEMA,
                        .state = state,
                        .version = stored.version + 1,
                        .generation = stored.generation + 1};
    if (state == BREAKER_OPEN)
        item.until_ms = clock_ms(REST);
    return item;
}

static void count(uint32_t failed)
{
    struct item item = stored;
    item.schema = ITEM_SCHEMA;
    item.version++;
    item.calls += failed;
    item.failed += failed;
    put(item);
}

static void trip(void)
{
    count(3);
    put(item_of(BREAKER_OPEN));
}

/* Environment 0 asks for the lease and gets it; it hears of that, unless it does not.
 */
static void elect(bool hears)
{
    struct item item = item_of(BREAKER_HALF_OPEN);
    item.owner = 77;
    item.ok = stored.ok;
    item.lease_until_ms = clock_ms(LEASE);
    asked[0] = (struct item_write){.change = ITEM_PROBE,
                                   .if_generation = stored.generation,
                                   .now_ms = clock_ms(0),
                                   .item = item};
    step(0, CALLER_START, CALLER_SAVE, NULL, false);
    put(item);
    if (hears)
        step(0, CALLER_SAVED, CALLER_CALL, &stored, true);
}

/* Environment 0 says what became of its probe. */
static void report(enum item_change change, struct item item)
{
    asked[0] = (struct item_write){.change = change,
                                   .if_generation = stored.generation,
                                   .if_owner = 77,
                                   .item = item};
    step(0, CALLER_REPLY, CALLER_SAVE, NULL, false);
    put(item);
    step(0, CALLER_SAVED, CALLER_ANSWER, &stored, false);
}

static void load(uint32_t slot, enum caller_wish then)
{
    step(slot, CALLER_START, CALLER_LOAD, NULL, false);
    step(slot, CALLER_ITEM, then, is_stored ? &stored : NULL, false);
}

static void wait_ms(int64_t ms)
{
    now += ms * SIM_MS;
}

static void look(void)
{
    balance.now = now;
    watch.hooks.balance(&watch, &balance);
}

#endif
