/* world_toy.c - see world_toy.h. */
#include "world_toy.h"

#include <string.h>

#include "unit.h"

/* --- a toy, and its diary --------------------------------------------------------- */

struct diary diary;

struct toy_call {
    bool begun, calling, sleeping;
    uint32_t made;
    uint64_t number;
};

static void toy_init(void *env, const void *config, uint64_t seed)
{
    (void)seed;
    *(struct toy *)env = *(const struct toy *)config;
}

static struct caller_action toy_answer(struct toy_call *call, enum caller_answer answer,
                                       int status)
{
    diary.answers++;
    diary.busy--;
    diary.end[call->number] = diary.now;
    diary.status[call->number] = status;
    return (struct caller_action){
        .kind = CALLER_ANSWER, .answer = answer, .status = status};
}

static struct caller_action toy_try(const struct toy *toy, struct toy_call *call)
{
    call->made++;
    call->calling = true;
    return (struct caller_action){.kind = CALLER_CALL, .within = toy->within};
}

static struct caller_action toy_start(const struct toy *toy, struct toy_call *call,
                                      const struct caller_event *event)
{
    static const struct toy_call zero;
    UNIT_HOLDS(memcmp(call, &zero, sizeof zero) == 0);
    UNIT_HOLDS(diary.starts < STARTS_MAX);
    call->begun = true;
    call->number = diary.starts++;
    diary.start[call->number] = event->now;
    diary.end[call->number] = -1;
    diary.shard[call->number] = event->shard;
    diary.busy++;
    if (diary.busy > diary.busy_most)
        diary.busy_most = diary.busy;
    if (toy->calls == 0)
        return toy_answer(call, toy->at_once, toy->at_once == CALLER_FRESH ? 200 : 503);
    return toy_try(toy, call);
}

static struct caller_action toy_hear(const struct toy *toy, struct toy_call *call,
                                     const struct caller_event *event)
{
    UNIT_HOLDS(call->calling && !call->sleeping);
    call->calling = false;
    diary.replies += event->kind == CALLER_REPLY;
    diary.timeouts += event->kind == CALLER_TIMEOUT;
    if (event->kind == CALLER_REPLY && event->status == 200)
        return toy_answer(call, CALLER_FRESH, 200);
    if (call->made == toy->calls)
        return toy_answer(call, CALLER_FAILED, event->status);
    if (toy->pause == 0)
        return toy_try(toy, call);
    call->sleeping = true;
    return (struct caller_action){.kind = CALLER_SLEEP, .within = toy->pause};
}

static struct caller_action toy_step(void *env, void *memory,
                                     const struct caller_event *event)
{
    const struct toy *toy = env;
    struct toy_call *call = memory;
    UNIT_HOLDS(event->now >= diary.now);
    diary.now = event->now;
    if (event->kind == CALLER_START)
        return toy_start(toy, call, event);
    UNIT_HOLDS(call->begun && diary.end[call->number] == -1);
    if (event->kind != CALLER_WOKE)
        return toy_hear(toy, call, event);
    UNIT_HOLDS(call->sleeping);
    call->sleeping = false;
    return toy_try(toy, call);
}

static uint64_t toy_breaker_of(const void *env, uint64_t shard)
{
    (void)env;
    return shard;
}

static enum caller_state toy_state(const void *env, uint64_t shard, int64_t now)
{
    (void)env, (void)shard, (void)now;
    return CALLER_CLOSED;
}

static const struct caller caller = {.env_bytes = sizeof(struct toy),
                                     .call_bytes = sizeof(struct toy_call),
                                     .init = toy_init,
                                     .step = toy_step,
                                     .breaker_of = toy_breaker_of,
                                     .state = toy_state};

/* --- worlds ----------------------------------------------------------------------- */

struct world_config even(uint32_t rps, int64_t service, int64_t run)
{
    return (struct world_config){
        .run = run,
        .bucket = 10 * SIM_MS,
        .load = {.law = LOAD_EVEN, .rps = rps},
        .backend = {.shards = 1,
                    .servers = 1,
                    .service = {.law = SERVICE_FIXED, .mean_ns = service}},
        .pool = {.size = 1000},
        .breakers = 1};
}

void add_fault(struct world_config *world, enum fault_kind kind, int64_t from_ms,
               int64_t to_ms, uint32_t pct)
{
    world->faults[world->fault_count++] = (struct fault){.kind = kind,
                                                         .from = from_ms * SIM_MS,
                                                         .to = to_ms * SIM_MS,
                                                         .shard = FAULT_EVERYWHERE,
                                                         .pct = pct};
}

uint64_t got(const struct record *r, enum outcome outcome)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < r->buckets; i++)
        sum += r->bucket[i].outcome[outcome];
    return sum;
}

/* Buckets and totals agree; every request has one outcome at most. */
static void adds_up(const struct record *r, const struct world_config *world)
{
    uint64_t offered = 0, settled = 0, attempts = 0;
    for (uint32_t i = 0; i < r->buckets; i++) {
        uint64_t outcomes = 0;
        for (int o = 0; o < OUTCOMES; o++)
            outcomes += r->bucket[i].outcome[o];
        UNIT_HOLDS(outcomes <= r->bucket[i].offered);
        UNIT_HOLDS(r->bucket[i].busy <= world->pool.size);
        offered += r->bucket[i].offered;
        settled += outcomes;
        attempts += r->bucket[i].attempts;
    }
    UNIT_HOLDS(offered == r->offered && settled == r->settled);
    UNIT_HOLDS(attempts == r->attempts && r->latency.total == r->settled);
    UNIT_HOLDS(diary.busy_most == r->busy_most && r->busy_most <= world->pool.size);
    UNIT_HOLDS(diary.starts == diary.answers + diary.busy);
}

struct record *run(const struct world_config *world, const struct toy *toy,
                   uint64_t seed)
{
    diary = (struct diary){.now = 0};
    struct record *record = world_run(world, &caller, toy, seed);
    adds_up(record, world);
    return record;
}

int64_t took_ms(uint64_t number)
{
    UNIT_HOLDS(number < diary.starts && diary.end[number] >= 0);
    UNIT_HOLDS((diary.end[number] - diary.start[number]) % SIM_MS == 0);
    return (diary.end[number] - diary.start[number]) / SIM_MS;
}
