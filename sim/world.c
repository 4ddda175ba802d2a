/* world.c - see world.h. Read it from the bottom: world_run sets everything up,
 * arrive() is where a request comes in, act() does what a step asks for. */
#include "world.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct request {
    int64_t first_arrived, arrived; /* of the user's first try, and of this one */
    uint64_t user;
    uint32_t shard, repeats;
};

struct worker {
    struct request request;
    uint32_t serial; /* which call to the backend is the one still waited for */
    struct sim_timer timer;
};

struct world {
    const struct world_config *config;
    const struct caller *caller;
    struct sim *sim;
    struct backend *backend;
    struct load *load;
    struct record *record;
    struct worker *workers;
    unsigned char *envs, *calls; /* the caller's memory */
    enum caller_state *states;   /* of each breaker, when last looked at */
    uint32_t *idle;              /* a ring of workers */
    uint64_t idle_head, idle_tail;
    struct request *again; /* requests whose users will ask again */
    uint32_t *again_free;  /* free places in it */
    uint32_t again_room, again_free_count;
    struct random shards, dice;
};

static void *must(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "world: out of memory\n");
        abort();
    }
    return memory;
}

static void *env_of(const struct world *w, uint32_t worker)
{
    return w->envs + worker % w->config->breakers * w->caller->env_bytes;
}

static void *call_of(const struct world *w, uint32_t worker)
{
    return w->calls + worker * w->caller->call_bytes;
}

/* --- outcomes --------------------------------------------------------------------- */

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

/* A place for a request until its user asks again. */
static uint32_t remember(struct world *w, const struct request *request)
{
    if (w->again_free_count == 0) {
        uint32_t room = w->again_room == 0 ? 64 : w->again_room * 2;
        w->again = must(realloc(w->again, room * sizeof *w->again));
        w->again_free = must(realloc(w->again_free, room * sizeof *w->again_free));
        while (w->again_room < room)
            w->again_free[w->again_free_count++] = w->again_room++;
    }
    uint32_t place = w->again_free[--w->again_free_count];
    w->again[place] = *request;
    w->again[place].repeats++;
    return place;
}

static void repeat(struct sim *sim, void *who, uint64_t place);

static void settle(struct world *w, const struct request *request, enum outcome outcome)
{
    int64_t now = sim_now(w->sim);
    sim_note(w->sim, outcome);
    if (outcome >= OUTCOME_REFUSED && request->repeats < w->config->load.repeats) {
        int64_t at = now + w->config->load.repeat_after;
        sim_at(w->sim, at, repeat, w, remember(w, request));
        return;
    }
    record_settled(w->record, request->first_arrived, now, request->shard, outcome);
    load_answered(w->load, request->user);
}

/* --- a worker at work ------------------------------------------------------------- */

static void step(struct world *w, uint32_t worker, enum caller_news kind, int status);

static void note_state(struct world *w, uint32_t worker)
{
    const void *env = env_of(w, worker);
    uint64_t shard = w->caller->breaker_of(env, w->workers[worker].request.shard + 1);
    uint64_t shards = w->config->backend.shards + 1;
    enum caller_state *seen = &w->states[worker % w->config->breakers * shards + shard];
    enum caller_state state = w->caller->state(env, shard, sim_now(w->sim));
    if (state == CALLER_OPEN && *seen != CALLER_OPEN) {
        w->record->opens++;
        if (w->record->first_open < 0)
            w->record->first_open = sim_now(w->sim);
    }
    *seen = state;
}

static void reply(void *who, uint64_t what, int status)
{
    struct world *w = who;
    uint32_t worker = (uint32_t)(what >> 32);
    if (w->workers[worker].serial != (uint32_t)what) {
        w->record->served_in_vain += status != 0; /* nobody waits for it any more */
        return;
    }
    sim_cancel(w->sim, w->workers[worker].timer);
    step(w, worker, status == 0 ? CALLER_TIMEOUT : CALLER_REPLY, status);
}

static void time_out(struct sim *sim, void *who, uint64_t worker)
{
    (void)sim;
    step(who, (uint32_t)worker, CALLER_TIMEOUT, 0);
}

static void wake(struct sim *sim, void *who, uint64_t worker)
{
    (void)sim;
    step(who, (uint32_t)worker, CALLER_WOKE, 0);
}

static void call_backend(struct world *w, uint32_t index,
                         const struct caller_action *action)
{
    struct worker *worker = &w->workers[index];
    int64_t now = sim_now(w->sim), deadline = SIM_NEVER;
    if (action->within < SIM_NEVER - now) {
        deadline = now + action->within;
        worker->timer = sim_at(w->sim, deadline, time_out, w, index);
    }
    record_attempt(w->record, now, action->probe);
    backend_call(w->backend, worker->request.shard, deadline, reply, w,
                 (uint64_t)index << 32 | worker->serial);
}

static void give_back(struct world *w, uint32_t worker)
{
    w->idle[w->idle_tail++ % w->config->workers] = worker;
}

static void act(struct world *w, uint32_t worker, const struct caller_action *action)
{
    struct request done;
    switch (action->kind) {
    case CALLER_CALL:
        call_backend(w, worker, action);
        break;
    case CALLER_SLEEP:
        if (action->within < SIM_NEVER - sim_now(w->sim))
            w->workers[worker].timer =
                sim_at(w->sim, sim_now(w->sim) + action->within, wake, w, worker);
        break;
    case CALLER_ANSWER:
        done = w->workers[worker].request;
        give_back(w, worker);
        settle(w, &done, judge(w, &done, action));
        break;
    }
}

static void step(struct world *w, uint32_t worker, enum caller_news kind, int status)
{
    struct request *request = &w->workers[worker].request;
    struct caller_event event = {.kind = kind,
                                 .now = sim_now(w->sim),
                                 .status = status,
                                 .shard = request->shard + 1,
                                 .random = random_bits(&w->dice)};
    w->workers[worker].serial++;
    struct caller_action action =
        w->caller->step(env_of(w, worker), call_of(w, worker), &event);
    note_state(w, worker);
    act(w, worker, &action);
}

/* --- requests come in ------------------------------------------------------------- */

static void serve(struct world *w, const struct request *request)
{
    if (w->idle_head == w->idle_tail) {
        settle(w, request, OUTCOME_NO_ROOM);
        return;
    }
    uint32_t worker = w->idle[w->idle_head++ % w->config->workers];
    uint32_t busy = w->config->workers - (uint32_t)(w->idle_tail - w->idle_head);
    if (busy > w->record->busy_most)
        w->record->busy_most = busy;
    w->workers[worker].request = *request;
    memset(call_of(w, worker), 0, w->caller->call_bytes);
    step(w, worker, CALLER_START, 0);
}

static void arrive(void *who, uint64_t user)
{
    struct world *w = who;
    int64_t now = sim_now(w->sim);
    uint32_t shard = (uint32_t)random_below(&w->shards, w->config->backend.shards);
    struct request request = {
        .first_arrived = now, .arrived = now, .user = user, .shard = shard};
    record_offered(w->record, now, shard);
    serve(w, &request);
}

static void repeat(struct sim *sim, void *who, uint64_t place)
{
    struct world *w = who;
    struct request request = w->again[place];
    w->again_free[w->again_free_count++] = (uint32_t)place;
    request.arrived = sim_now(sim);
    serve(w, &request);
}

/* --- faults and the recorder's clock
 * --------------------------------------------------- */

/* All faults on at this moment, put together; later ones in the list win. */
static struct backend_health health_at(const struct world *w, int32_t shard,
                                       int64_t now)
{
    struct backend_health health = {.slow_pct = 100, .capacity_pct = 100};
    for (uint32_t i = 0; i < w->config->fault_count; i++) {
        const struct fault *fault = &w->config->faults[i];
        if (now < fault->from || now >= fault->to ||
            (fault->shard != FAULT_EVERYWHERE && fault->shard != shard))
            continue;
        health.hang |= fault->kind == FAULT_HANG;
        health.refuse |= fault->kind == FAULT_REFUSE;
        if (fault->kind == FAULT_ERRORS)
            health.errors_ppm = fault->pct * 10000;
        if (fault->kind == FAULT_SLOW)
            health.slow_pct = fault->pct;
        if (fault->kind == FAULT_CAPACITY)
            health.capacity_pct = fault->pct;
    }
    return health;
}

static uint32_t load_pct_at(const struct world_config *config, int64_t now)
{
    uint32_t pct = 100;
    for (uint32_t i = 0; i < config->fault_count; i++) {
        const struct fault *fault = &config->faults[i];
        if (fault->kind == FAULT_LOAD && now >= fault->from && now < fault->to)
            pct = fault->pct;
    }
    return pct;
}

static void change(struct sim *sim, void *who, uint64_t what)
{
    (void)what;
    struct world *w = who;
    load_set_pct(w->load, load_pct_at(w->config, sim_now(sim)));
    for (uint32_t i = 0; i < w->config->backend.shards; i++) {
        struct backend_health health = health_at(w, (int32_t)i, sim_now(sim));
        backend_set_health(w->backend, i, &health);
    }
}

static void look(struct sim *sim, void *who, uint64_t index)
{
    struct world *w = who;
    struct record *r = w->record;
    struct record_bucket *bucket = &r->bucket[index];
    bucket->busy = w->config->workers - (uint32_t)(w->idle_tail - w->idle_head);
    for (uint32_t i = 0; i < r->ribbons; i++)
        bucket->state[i] = (uint8_t)w->caller->state(env_of(w, i), 1, sim_now(sim));
    if (index + 1 < r->buckets)
        sim_at(sim, (int64_t)(index + 2) * r->width - 1, look, w, index + 1);
}

/* --- a run
 * ------------------------------------------------------------------------------ */

static void set_up_workers(struct world *w, const void *caller_config, uint64_t seed)
{
    const struct world_config *c = w->config;
    w->workers = must(calloc(c->workers, sizeof *w->workers));
    w->idle = must(calloc(c->workers, sizeof *w->idle));
    w->calls = must(calloc(c->workers, w->caller->call_bytes));
    w->envs = must(calloc(c->breakers, w->caller->env_bytes));
    w->states =
        must(calloc((size_t)c->breakers * (c->backend.shards + 1), sizeof *w->states));
    for (uint32_t i = 0; i < c->workers; i++)
        give_back(w, i);
    for (uint32_t i = 0; i < c->breakers; i++) {
        uint64_t state = seed ^ (uint64_t)i << 32;
        w->caller->init(env_of(w, i), caller_config, random_splitmix(&state));
    }
    w->record->ribbons = c->breakers < RECORD_RIBBONS ? c->breakers : RECORD_RIBBONS;
}

static void plan_faults(struct world *w)
{
    for (uint32_t i = 0; i < w->config->fault_count; i++) {
        sim_at(w->sim, w->config->faults[i].from, change, w, 0);
        sim_at(w->sim, w->config->faults[i].to, change, w, 0);
    }
}

/* Those who still wait when the run ends have been let down if they waited long enough.
 */
static void settle_the_rest(struct world *w)
{
    struct record *r = w->record;
    int64_t patience = w->config->load.patience;
    bool *idle = must(calloc(w->config->workers, sizeof *idle));
    for (uint64_t i = w->idle_head; i < w->idle_tail; i++)
        idle[w->idle[i % w->config->workers]] = true;
    for (uint32_t i = 0; i < w->config->workers; i++) {
        const struct request *request = &w->workers[i].request;
        if (!idle[i] && patience > 0 && r->run - request->arrived > patience)
            record_settled(r, request->first_arrived, r->run, request->shard,
                           OUTCOME_FAILED);
    }
    free(idle);
}

static void tear_down(struct world *w)
{
    load_free(w->load);
    backend_free(w->backend);
    sim_free(w->sim);
    free(w->workers);
    free(w->idle);
    free(w->calls);
    free(w->envs);
    free(w->states);
    free(w->again);
    free(w->again_free);
}

struct record *world_run(const struct world_config *config, const struct caller *caller,
                         const void *caller_config, uint64_t seed)
{
    assert(config->workers > 0 && config->breakers > 0);
    assert(config->breakers <= config->workers);
    struct world w = {.config = config, .caller = caller, .sim = sim_new(seed)};
    uint32_t most_pct = 100;
    for (uint32_t i = 0; i < config->fault_count; i++)
        if (config->faults[i].kind == FAULT_LOAD && config->faults[i].pct > most_pct)
            most_pct = config->faults[i].pct;
    w.record =
        record_new(config->run, config->bucket, config->faults, config->fault_count);
    w.backend = backend_new(w.sim, &config->backend);
    random_seed(&w.shards, seed, "shards");
    random_seed(&w.dice, seed, "dice");
    set_up_workers(&w, caller_config, seed);
    w.load = load_new(w.sim, &config->load, config->run, most_pct, arrive, &w);
    plan_faults(&w);
    sim_at(w.sim, config->bucket - 1, look, &w, 0);
    sim_run(w.sim, config->run);
    settle_the_rest(&w);
    struct record *record = w.record;
    record->digest = sim_digest(w.sim);
    record->events = sim_events(w.sim);
    tear_down(&w);
    return record;
}
