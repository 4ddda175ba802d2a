/* world_fleet_toy.c - see world_fleet_toy.h. */
#include "world_fleet_toy.h"

#include <string.h>

#include "unit.h"

struct fleet_diary seen;

/* Under way in each slot; by the watch. */
static struct {
    bool busy;
    uint64_t start;
} slots[2000];
static uint64_t now_starting; /* the number of the call whose START is taken */

/* --- the toy ---------------------------------------------------------------------- */

struct toy_env {
    struct fleet_toy toy;
    uint64_t birth, served;
    uint64_t zero[4]; /* written last, and looked at: an old memory is not zero */
};

struct toy_save {
    uint64_t if_version;
    enum caller_state state;
};

struct toy_call {
    bool begun;
    uint32_t next; /* wish */
    uint32_t calls;
    uint64_t version; /* of the item last seen */
    struct toy_save save;
};

static void toy_init(void *memory, const void *config, uint64_t seed)
{
    struct toy_env *env = memory;
    static const struct toy_env zero;
    UNIT_HOLDS(memcmp(env, &zero, sizeof zero) == 0);
    UNIT_HOLDS(seen.births < TOY_BIRTHS);
    env->toy = *(const struct fleet_toy *)config;
    env->birth = seen.births++;
    seen.seed[env->birth] = seed;
}

static struct caller_action next_wish(struct toy_env *env, struct toy_call *call)
{
    const struct fleet_toy *toy = &env->toy;
    if (call->next == toy->wishes)
        return (struct caller_action){
            .kind = CALLER_ANSWER, .answer = CALLER_FRESH, .status = 200};
    struct caller_action action = {.kind = toy->wish[call->next++],
                                   .within = toy->store_within};
    if (action.kind == CALLER_CALL) {
        action.within = toy->within;
        action.probe = toy->probe_every > 0 && env->served % toy->probe_every == 0;
        call->calls++;
    }
    if (action.kind == CALLER_SAVE) {
        static const enum caller_state states[] = {CALLER_OPEN, CALLER_OPEN,
                                                   CALLER_HALF_OPEN, CALLER_CLOSED};
        call->save = (struct toy_save){call->version, states[call->version % 4]};
        action.save = &call->save;
    }
    return action;
}

/* Only what was asked for may come. */
static bool fits(enum caller_wish wish, enum caller_news news)
{
    switch (news) {
    case CALLER_REPLY:
    case CALLER_TIMEOUT:
        return wish == CALLER_CALL;
    case CALLER_WOKE:
        return wish == CALLER_SLEEP;
    case CALLER_ITEM:
        return wish == CALLER_LOAD;
    case CALLER_SAVED:
    case CALLER_CONFLICT:
        return wish == CALLER_SAVE;
    case CALLER_STORE_FAILED:
        return wish == CALLER_LOAD || wish == CALLER_SAVE;
    case CALLER_START:
        break;
    }
    return false;
}

static struct caller_action toy_step(void *memory, void *call_memory,
                                     const struct caller_event *event)
{
    struct toy_env *env = memory;
    struct toy_call *call = call_memory;
    const struct toy_item *item = event->item;
    seen.news[event->kind]++;
    if (event->kind == CALLER_START) {
        static const struct toy_call zero;
        UNIT_HOLDS(memcmp(call, &zero, sizeof zero) == 0);
        call->begun = true;
        UNIT_HOLDS(seen.served[env->birth] == env->served);
        seen.served[env->birth] = ++env->served;
        env->zero[3] = 1;
        now_starting = env->birth;
    } else {
        UNIT_HOLDS(call->begun && call->next > 0);
        UNIT_HOLDS(fits(env->toy.wish[call->next - 1], event->kind));
    }
    UNIT_HOLDS(item == NULL || event->kind >= CALLER_ITEM);
    if (event->kind >= CALLER_ITEM && event->kind != CALLER_STORE_FAILED)
        call->version = item == NULL ? 0 : item->version;
    if (item != NULL)
        seen.version = item->version;
    seen.shown += event->kind == CALLER_CONFLICT && item != NULL;
    return next_wish(env, call);
}

static uint64_t toy_breaker_of(const void *env, uint64_t shard)
{
    (void)env, (void)shard;
    return 0;
}

static enum caller_state toy_state(const void *env, uint64_t shard, int64_t now)
{
    (void)env, (void)shard, (void)now;
    return CALLER_CLOSED;
}

static bool toy_apply(const void *bytes, const void *stored, void *out)
{
    const struct toy_save *save = bytes;
    const struct toy_item *item = stored;
    if (save->if_version != (item == NULL ? 0 : item->version))
        return false;
    *(struct toy_item *)out = (struct toy_item){save->if_version + 1, save->state};
    return true;
}

static void toy_view(const void *bytes, struct caller_view *view)
{
    const struct toy_item *item = bytes;
    *view = (struct caller_view){.version = item->version, .state = item->state};
}

static const struct caller toy_caller = {.name = "toy",
                                         .about = "does what a list says",
                                         .env_bytes = sizeof(struct toy_env),
                                         .call_bytes = sizeof(struct toy_call),
                                         .init = toy_init,
                                         .step = toy_step,
                                         .breaker_of = toy_breaker_of,
                                         .state = toy_state,
                                         .save_bytes = sizeof(struct toy_save),
                                         .item_bytes = sizeof(struct toy_item),
                                         .apply = toy_apply,
                                         .view = toy_view};

/* --- the watch -------------------------------------------------------------------- */

static void watch_start(uint32_t slot, int64_t now, const struct caller_event *event)
{
    UNIT_HOLDS(!slots[slot].busy && seen.starts < TOY_STARTS);
    slots[slot].busy = true;
    slots[slot].start = seen.starts;
    seen.start[seen.starts++] = (struct toy_start){.at = now,
                                                   .end = -1,
                                                   .heard = -1,
                                                   .now = event->now,
                                                   .stop = event->stop,
                                                   .birth = now_starting};
}

static void watch_step(void *who, uint32_t slot, int64_t now,
                       const struct caller_event *event,
                       const struct caller_action *action)
{
    (void)who;
    if (event->kind == CALLER_START)
        watch_start(slot, now, event);
    UNIT_HOLDS(slots[slot].busy);
    struct toy_start *start = &seen.start[slots[slot].start];
    if (event->kind != CALLER_START && start->heard < 0)
        start->heard = now - start->at;
    if (action->kind != CALLER_ANSWER)
        return;
    slots[slot].busy = false;
    start->end = now;
    seen.answers++;
}

static void watch_dies(void *who, uint32_t slot)
{
    (void)who;
    slots[slot].busy = false;
    seen.deaths++;
}

static void watch_write(void *who, uint64_t key, int64_t now, const void *before,
                        const void *after)
{
    const struct toy_item *old = before, *new = after;
    (void)who, (void)key, (void)now;
    UNIT_HOLDS(new->version == (old == NULL ? 0 : old->version) + 1);
    seen.writes++;
}

static void watch_balance(void *who, const struct world_balance *b)
{
    (void)who;
    UNIT_HOLDS(b->offered == b->settled + b->under_way + b->again);
    UNIT_HOLDS(b->busy <= b->alive && b->alive <= b->most);
    UNIT_HOLDS(b->under_way <= b->busy);
}

static const struct world_watch watch = {.step = watch_step,
                                         .write = watch_write,
                                         .dies = watch_dies,
                                         .balance = watch_balance};

/* --- worlds ----------------------------------------------------------------------- */

struct world_config fleet(uint32_t rps, int64_t service, int64_t run)
{
    return (struct world_config){
        .run = run,
        .bucket = 10 * SIM_MS,
        .load = {.law = LOAD_EVEN, .rps = rps},
        .backend = {.shards = 1,
                    .servers = 1000,
                    .service = {.law = SERVICE_FIXED, .mean_ns = service}},
        .pool = {.fleet = true, .size = 1000},
        .memory_mb = 128,
        .watch = &watch};
}

void add_store(struct world_config *world)
{
    world->has_store = true;
    world->store = (struct store_config){.read_p50 = 4 * SIM_MS,
                                         .read_p99 = 4 * SIM_MS,
                                         .write_p50 = 6 * SIM_MS,
                                         .write_p99 = 6 * SIM_MS};
}

void add_init(struct world_config *world, int64_t ms)
{
    world->pool.init_p50 = world->pool.init_p99 = ms * SIM_MS;
}

void add_ill(struct world_config *world, enum fault_kind kind, uint32_t pct)
{
    world->faults[world->fault_count++] = (struct fault){
        .kind = kind, .to = world->run, .shard = FAULT_EVERYWHERE, .pct = pct};
}

uint64_t outcomes(const struct record *r, enum outcome outcome)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < r->buckets; i++)
        sum += r->bucket[i].outcome[outcome];
    return sum;
}

/* Buckets come to the totals. */
static void adds_up(const struct record *r)
{
    uint64_t cold = 0, reads = 0, writes = 0, conflicts = 0, throttled = 0;
    for (uint32_t i = 0; i < r->buckets; i++) {
        const struct record_bucket *b = &r->bucket[i];
        cold += b->cold_starts;
        reads += b->store_reads;
        writes += b->store_writes;
        conflicts += b->store_conflicts;
        throttled += b->store_throttled;
        UNIT_HOLDS(!r->fleet || b->busy <= b->alive);
    }
    UNIT_HOLDS(cold == r->pool.cold_starts);
    UNIT_HOLDS(reads == r->store.eventual_reads + r->store.strong_reads);
    UNIT_HOLDS(writes == r->store.writes && conflicts == r->store.conflicts);
    UNIT_HOLDS(throttled == r->store.throttled);
    UNIT_HOLDS(seen.writes == r->store.writes - r->store.conflicts);
    UNIT_HOLDS(seen.news[CALLER_START] == seen.starts && seen.starts <= r->taken);
}

struct record *play_unseen(const struct world_config *world,
                           const struct fleet_toy *toy, uint64_t seed)
{
    memset(&seen, 0, sizeof seen);
    memset(slots, 0, sizeof slots);
    UNIT_HOLDS(world->pool.size <= sizeof slots / sizeof *slots);
    return world_run(world, &toy_caller, toy, seed);
}

struct record *play(const struct world_config *world, const struct fleet_toy *toy,
                    uint64_t seed)
{
    struct record *record = play_unseen(world, toy, seed);
    adds_up(record);
    return record;
}

int64_t took_ms(uint64_t start)
{
    UNIT_HOLDS(seen.start[start].end >= 0);
    return (seen.start[start].end - seen.start[start].at) / SIM_MS;
}
