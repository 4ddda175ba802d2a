/* world.c - see world.h. Read it from the bottom: world_run sets everything up,
 * arrive() is where a request comes in, world_settle() where it ends. What lies between
 * is in world_worker.c. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world_private.h"

void *world_must(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "world: out of memory\n");
        abort();
    }
    return memory;
}

/* --- requests end ----------------------------------------------------------------- */

/* A place for a request until its user asks again. */
static uint32_t remember(struct world *w, const struct request *request)
{
    if (w->again_free_count == 0) {
        uint32_t room = w->again_room == 0 ? 64 : w->again_room * 2;
        w->again = world_must(realloc(w->again, room * sizeof *w->again));
        w->again_free =
            world_must(realloc(w->again_free, room * sizeof *w->again_free));
        while (w->again_room < room)
            w->again_free[w->again_free_count++] = w->again_room++;
    }
    uint32_t place = w->again_free[--w->again_free_count];
    w->again[place] = *request;
    w->again[place].repeats++;
    return place;
}

static void repeat(struct sim *sim, void *who, uint64_t place);

void world_settle(struct world *w, const struct request *request, enum outcome outcome)
{
    int64_t now = sim_now(w->sim);
    sim_note(w->sim, outcome);
    if (outcome >= OUTCOME_REFUSED && request->repeats < w->config->load.repeats) {
        int64_t at = now + w->config->load.repeat_after;
        sim_at(w->sim, at, repeat, w, remember(w, request));
        return;
    }
    record_settled(w->record, request->first_arrived, now, request->shard, outcome);
    const struct world_watch *watch = w->config->watch;
    if (watch != NULL && watch->settled != NULL)
        watch->settled(watch->who, request->first_arrived, now, outcome);
    load_answered(w->load, request->user);
}

void world_balance(const struct world *w)
{
    const struct world_watch *watch = w->config->watch;
    uint64_t again = w->again_room - w->again_free_count;
    assert(w->record->offered == w->record->settled + w->under_way + again);
    if (watch == NULL || watch->balance == NULL)
        return;
    struct pool_counts pool = pool_counts(w->pool);
    struct world_balance balance = {.now = sim_now(w->sim),
                                    .offered = w->record->offered,
                                    .settled = w->record->settled,
                                    .under_way = w->under_way,
                                    .again = again,
                                    .busy = pool.busy,
                                    .alive = pool.alive,
                                    .most = w->config->pool.size};
    watch->balance(watch->who, &balance);
}

/* --- requests come in ------------------------------------------------------------- */

static void serve(struct world *w, const struct request *request)
{
    bool admitted =
        !w->config->has_gateway || gateway_admit(&w->gateway, sim_now(w->sim));
    struct pool_take take = {.answer = POOL_THROTTLED};
    if (admitted)
        take = pool_take(w->pool);
    if (take.answer == POOL_TAKEN)
        worker_take(w, &take, request);
    else
        world_settle(w, request, OUTCOME_NO_ROOM);
    world_balance(w);
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

/* --- what the recorder sees ------------------------------------------------------- */

/* Times an item of the store went from closed to open; none is as good as closed. */
static void wrote(void *who, uint64_t key, const void *before, const void *after)
{
    struct world *w = who;
    const struct world_watch *watch = w->config->watch;
    struct caller_view was = {.state = CALLER_CLOSED}, is = {.state = CALLER_CLOSED};
    if (before != NULL)
        w->caller->view(before, &was);
    w->caller->view(after, &is);
    w->record->trips += was.state == CALLER_CLOSED && is.state == CALLER_OPEN;
    if (watch != NULL && watch->write != NULL)
        watch->write(watch->who, key, sim_now(w->sim), before, after);
}

/* The item that serves the first shard: its own, or that of all. */
static enum caller_state item_state(const struct world *w)
{
    struct caller_view view = {.state = CALLER_CLOSED};
    const void *item = store_item(w->store, 0);
    if (item == NULL)
        item = store_item(w->store, 1);
    if (item != NULL)
        w->caller->view(item, &view);
    return view.state;
}

static void count_since_last(struct world *w, struct record_bucket *bucket)
{
    struct pool_counts pool = pool_counts(w->pool);
    bucket->cold_starts += (uint32_t)(pool.cold_starts - w->cold_before);
    w->cold_before = pool.cold_starts;
    if (w->store == NULL)
        return;
    struct store_counts now = store_counts(w->store), was = w->store_before;
    bucket->store_reads += (uint32_t)(now.eventual_reads + now.strong_reads -
                                      was.eventual_reads - was.strong_reads);
    bucket->store_writes += (uint32_t)(now.writes - was.writes);
    bucket->store_conflicts += (uint32_t)(now.conflicts - was.conflicts);
    bucket->store_throttled += (uint32_t)(now.throttled - was.throttled);
    bucket->item = (uint8_t)item_state(w);
    w->store_before = now;
}

static uint8_t state_of(const struct world *w, uint32_t slot)
{
    bool fleet = w->config->pool.fleet;
    if (fleet && !pool_alive(w->pool, slot))
        return RECORD_NOBODY;
    if (w->envs[slot] == NULL)
        return CALLER_CLOSED; /* there from the start, and never asked */
    int64_t now = fleet ? pool_clock(w->pool, slot) : sim_now(w->sim);
    return (uint8_t)w->caller->state(w->envs[slot], 1, now);
}

static void look(struct sim *sim, void *who, uint64_t index)
{
    struct world *w = who;
    struct record *r = w->record;
    struct record_bucket *bucket = &r->bucket[index];
    struct pool_counts pool = pool_counts(w->pool);
    bucket->busy = pool.busy;
    bucket->alive = pool.alive;
    for (uint32_t i = 0; i < r->ribbons; i++)
        bucket->state[i] = state_of(w, i);
    count_since_last(w, bucket);
    if (index + 1 < r->buckets)
        sim_at(sim, (int64_t)(index + 2) * r->width - 1, look, w, index + 1);
}

/* --- a run ------------------------------------------------------------------------ */

/* Those who still wait when the run ends have been let down if they waited long enough.
 */
static void settle_the_rest(struct world *w)
{
    struct record *r = w->record;
    int64_t patience = w->config->load.patience;
    for (uint32_t i = 0; i < w->slots; i++) {
        const struct worker *worker = &w->workers[i];
        const struct request *request = &worker->request;
        if (worker->busy && !worker->answered && patience > 0 &&
            r->run - request->arrived > patience)
            record_settled(r, request->first_arrived, r->run, request->shard,
                           OUTCOME_FAILED);
    }
}

static void set_up(struct world *w, uint64_t seed)
{
    const struct world_config *c = w->config;
    const struct caller *caller = w->caller;
    w->record = record_new(c->run, c->bucket, c->faults, c->fault_count);
    w->backend = backend_new(w->sim, &c->backend);
    w->pool = pool_new(w->sim, &c->pool);
    w->gateway = (struct gateway){.config = c->gateway};
    if (c->has_store && caller->apply != NULL) {
        w->store = store_new(w->sim, &c->store, caller->item_bytes, caller->save_bytes,
                             caller->apply);
        store_watch(w->store, wrote, w);
    }
    random_seed(&w->shards, seed, "shards");
    random_seed(&w->dice, seed, "dice");
    memory_new(w, seed);
    w->record->ribbons = w->memories < RECORD_RIBBONS ? w->memories : RECORD_RIBBONS;
    w->record->has_store = w->store != NULL;
    uint32_t most_pct = faults_most_load_pct(c);
    w->load = load_new(w->sim, &c->load, c->run, most_pct, arrive, w);
    faults_plan(w);
    sim_at(w->sim, c->bucket - 1, look, w, 0);
}

/* A bucket that the run cuts short was not looked at. */
static void sum_up(struct world *w)
{
    struct record *r = w->record;
    settle_the_rest(w);
    count_since_last(w, &r->bucket[r->buckets - 1]);
    r->pool = pool_counts(w->pool);
    r->busy_most = r->pool.busy_most;
    if (w->store != NULL)
        r->store = store_counts(w->store);
    r->admitted = w->gateway.admitted;
    r->memory_mb = w->config->memory_mb;
    r->fleet = w->config->pool.fleet;
    r->digest = sim_digest(w->sim);
    r->events = sim_events(w->sim);
}

static void tear_down(struct world *w)
{
    load_free(w->load);
    backend_free(w->backend);
    store_free(w->store);
    pool_free(w->pool);
    memory_free(w);
    sim_free(w->sim);
    free(w->again);
    free(w->again_free);
}

struct record *world_run(const struct world_config *config, const struct caller *caller,
                         const void *caller_config, uint64_t seed)
{
    assert(config->pool.size > 0);
    assert(config->pool.fleet ||
           (config->breakers > 0 && config->breakers <= config->pool.size));
    struct world w = {.config = config,
                      .caller = caller,
                      .caller_config = caller_config,
                      .sim = sim_new(seed)};
    set_up(&w, seed);
    sim_run(w.sim, config->run);
    sum_up(&w);
    tear_down(&w);
    return w.record;
}
