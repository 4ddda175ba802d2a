/* world_worker.c - one worker and its request, from taking it to giving it back. act()
 * does what a step asks for; every way in which that ends leads to the next step, or
 * to die(). */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "world_private.h"

/* What is waited for is named by slot and serial: an answer with another serial comes
 * late, to nobody. */
static uint64_t name_of(const struct world *w, uint32_t slot)
{
    return (uint64_t)slot << 32 | w->workers[slot].serial;
}

static bool still_waits(const struct world *w, uint64_t name)
{
    return w->workers[name >> 32].serial == (uint32_t)name;
}

static void *call_of(const struct world *w, uint32_t slot)
{
    return w->calls + (size_t)slot * w->caller->call_bytes;
}

static int64_t clock_of(const struct world *w, uint32_t slot)
{
    return w->config->pool.fleet ? pool_clock(w->pool, slot) : sim_now(w->sim);
}

/* --- the end of a request --------------------------------------------------------- */

static enum outcome judge(const struct world *w, const struct request *request,
                          const struct caller_action *action)
{
    int64_t patience = w->config->load.patience;
    bool late = patience > 0 && sim_now(w->sim) - request->arrived > patience;
    switch (action->answer) {
    case CALLER_FRESH: /* whatever the caller thinks of it, a 500 helps nobody */
        if (late || action->status >= 500 || action->status <= 0)
            return OUTCOME_FAILED;
        return OUTCOME_FRESH;
    case CALLER_STALE:
        return late ? OUTCOME_FAILED : OUTCOME_STALE;
    case CALLER_REFUSED:
        return OUTCOME_REFUSED;
    case CALLER_FAILED:
    case CALLER_TIMED_OUT:
    case CALLER_ANSWERS:
        break;
    }
    return OUTCOME_FAILED;
}

/* The user hears of it, unless the gateway has told them something already. */
static void tell(struct world *w, struct worker *worker, enum outcome outcome)
{
    struct request request = worker->request; /* its place may be taken anew */
    if (worker->answered)
        return;
    worker->answered = true;
    w->under_way--;
    world_settle(w, &request, outcome);
}

/* Nothing that was planned for this request happens any more. */
static void let_go(struct world *w, struct worker *worker)
{
    worker->busy = worker->doomed = false;
    worker->serial++;
    sim_cancel(w->sim, worker->timer);
    if (!w->config->pool.fleet && !w->config->has_gateway)
        return; /* no other timer was ever set */
    sim_cancel(w->sim, worker->death);
    sim_cancel(w->sim, worker->stop);
    sim_cancel(w->sim, worker->closed);
}

/* An environment dies without a word: the request it had has failed. */
static void die(struct world *w, uint32_t slot)
{
    const struct world_watch *watch = w->config->watch;
    struct worker *worker = &w->workers[slot];
    let_go(w, worker);
    worker->dead = true;
    pool_kill(w->pool, slot);
    if (watch != NULL && watch->dies != NULL)
        watch->dies(watch->who, slot);
    tell(w, worker, OUTCOME_FAILED);
    world_balance(w);
}

static void killed(struct sim *sim, void *who, uint64_t slot)
{
    (void)sim;
    die(who, (uint32_t)slot);
}

/* The gateway waits no longer. Nobody tells the function, which works on. */
static void closed(struct sim *sim, void *who, uint64_t slot)
{
    (void)sim;
    struct world *w = who;
    tell(w, &w->workers[slot], OUTCOME_FAILED);
    world_balance(w);
}

/* --- what happens next ------------------------------------------------------------ */

static void step(struct world *w, uint32_t slot, enum caller_news kind, int status,
                 const void *item);

static void note_state(struct world *w, uint32_t slot, int64_t now)
{
    const void *env = world_env(w, slot);
    uint64_t shard = w->caller->breaker_of(env, w->workers[slot].request.shard + 1);
    enum caller_state *seen = &world_states(w, slot % w->memories)[shard];
    enum caller_state state = w->caller->state(env, shard, now);
    if (state == CALLER_OPEN && *seen != CALLER_OPEN) {
        w->record->opens++;
        if (w->record->first_open < 0)
            w->record->first_open = sim_now(w->sim);
    }
    *seen = state;
}

static void reply(void *who, uint64_t name, int status)
{
    struct world *w = who;
    uint32_t slot = (uint32_t)(name >> 32);
    if (!still_waits(w, name)) {
        w->record->served_in_vain += status != 0; /* nobody waits for it any more */
        return;
    }
    sim_cancel(w->sim, w->workers[slot].timer);
    if (w->workers[slot].doomed)
        die(w, slot);
    else
        step(w, slot, status == 0 ? CALLER_TIMEOUT : CALLER_REPLY, status, NULL);
}

static void time_out(struct sim *sim, void *who, uint64_t slot)
{
    (void)sim;
    struct world *w = who;
    if (w->workers[slot].doomed)
        die(w, (uint32_t)slot);
    else
        step(w, (uint32_t)slot, CALLER_TIMEOUT, 0, NULL);
}

static void wake(struct sim *sim, void *who, uint64_t slot)
{
    (void)sim;
    step(who, (uint32_t)slot, CALLER_WOKE, 0, NULL);
}

static void store_time_out(struct sim *sim, void *who, uint64_t slot)
{
    (void)sim;
    step(who, (uint32_t)slot, CALLER_STORE_FAILED, 0, NULL);
}

static void store_answer(void *who, uint64_t name, enum store_answer answer,
                         const void *item)
{
    static const enum caller_news news[] = {[STORE_ITEM] = CALLER_ITEM,
                                            [STORE_SAVED] = CALLER_SAVED,
                                            [STORE_CONFLICT] = CALLER_CONFLICT,
                                            [STORE_ERROR] = CALLER_STORE_FAILED};
    struct world *w = who;
    if (!still_waits(w, name))
        return;
    sim_cancel(w->sim, w->workers[name >> 32].timer);
    step(w, (uint32_t)(name >> 32), news[answer], 0, item);
}

/* --- what a step asks for --------------------------------------------------------- */

/* `fn` happens after `within`, unless that has no end. When it does happen; SIM_NEVER:
 * it does not. */
static int64_t wait_for(struct world *w, uint32_t slot, int64_t within, sim_fn *fn)
{
    int64_t now = sim_now(w->sim);
    if (within >= SIM_NEVER - now)
        return SIM_NEVER;
    w->workers[slot].timer = sim_at(w->sim, now + within, fn, w, slot);
    return now + within;
}

/* Nobody knows how long a call will take. So the moment of death is drawn over short
 * and long times alike; the end of the call is the last. */
static void perhaps_doom(struct world *w, uint32_t slot,
                         const struct caller_action *action)
{
    uint32_t ppm = w->kill_ppm;
    if (action->probe && w->kill_probes_ppm > ppm)
        ppm = w->kill_probes_ppm;
    struct worker *worker = &w->workers[slot];
    if (ppm == 0 || !random_chance(&w->kills, ppm))
        return;
    int64_t longest = action->within < SIM_S ? action->within : SIM_S;
    uint64_t span = (uint64_t)longest >> random_below(&w->kills, 8);
    int64_t left = (int64_t)random_below(&w->kills, span + 1);
    worker->doomed = true;
    worker->death = sim_at(w->sim, sim_now(w->sim) + left, killed, w, slot);
}

static void call_backend(struct world *w, uint32_t slot,
                         const struct caller_action *action)
{
    int64_t deadline = wait_for(w, slot, action->within, time_out);
    perhaps_doom(w, slot, action);
    record_attempt(w->record, sim_now(w->sim), action->probe);
    backend_call(w->backend, w->workers[slot].request.shard, deadline, reply, w,
                 name_of(w, slot));
}

static void ask_store(struct world *w, uint32_t slot,
                      const struct caller_action *action)
{
    if (w->store == NULL) {
        wait_for(w, slot, 0, store_time_out);
        return;
    }
    wait_for(w, slot, action->within, store_time_out);
    if (action->kind == CALLER_LOAD)
        store_load(w->store, action->key, action->strong, store_answer, w,
                   name_of(w, slot));
    else
        store_save(w->store, action->key, action->save, store_answer, w,
                   name_of(w, slot));
}

static void act(struct world *w, uint32_t slot, const struct caller_action *action)
{
    struct worker *worker = &w->workers[slot];
    switch (action->kind) {
    case CALLER_CALL:
        call_backend(w, slot, action);
        break;
    case CALLER_SLEEP:
        wait_for(w, slot, action->within, wake);
        break;
    case CALLER_LOAD:
    case CALLER_SAVE:
        ask_store(w, slot, action);
        break;
    case CALLER_ANSWER:
        let_go(w, worker);
        pool_give(w->pool, slot);
        tell(w, worker, judge(w, &worker->request, action));
        break;
    }
}

static void step(struct world *w, uint32_t slot, enum caller_news kind, int status,
                 const void *item)
{
    struct worker *worker = &w->workers[slot];
    const struct world_watch *watch = w->config->watch;
    struct caller_event event = {.kind = kind,
                                 .now = clock_of(w, slot),
                                 .status = status,
                                 .shard = worker->request.shard + 1,
                                 .item = item,
                                 .random = random_bits(&w->dice)};
    if (kind == CALLER_START && w->config->pool.fleet && w->config->timeout > 0)
        event.stop = event.now + w->config->timeout;
    worker->serial++;
    struct caller_action action =
        w->caller->step(world_env(w, slot), call_of(w, slot), &event);
    if (watch != NULL && watch->step != NULL)
        watch->step(watch->who, slot, sim_now(w->sim), &event, &action);
    note_state(w, slot, event.now);
    act(w, slot, &action);
    world_balance(w);
}

/* --- the beginning of a request --------------------------------------------------- */

static void begin(struct sim *sim, void *who, uint64_t slot)
{
    struct world *w = who;
    int64_t timeout = w->config->timeout;
    memset(call_of(w, (uint32_t)slot), 0, w->caller->call_bytes);
    if (w->config->pool.fleet && timeout > 0)
        w->workers[slot].stop = sim_at(sim, sim_now(sim) + timeout, killed, w, slot);
    step(w, (uint32_t)slot, CALLER_START, 0, NULL);
}

void worker_take(struct world *w, const struct pool_take *take,
                 const struct request *request)
{
    const struct world_config *c = w->config;
    int64_t now = sim_now(w->sim);
    if (take->slot >= w->room)
        memory_grow(w, take->slot);
    struct worker *worker = &w->workers[take->slot];
    assert(!worker->busy);
    w->slots = take->slot < w->slots ? w->slots : take->slot + 1;
    worker->request = *request;
    worker->busy = true;
    worker->answered = false;
    w->under_way++;
    w->record->taken++;
    if (c->pool.fleet && take->fresh)
        memory_born(w, take->slot);
    if (c->has_gateway && c->gateway.timeout > 0)
        worker->closed =
            sim_at(w->sim, now + c->gateway.timeout, closed, w, take->slot);
    if (take->ready > now)
        worker->timer = sim_at(w->sim, take->ready, begin, w, take->slot);
    else
        begin(w->sim, w, take->slot);
}
