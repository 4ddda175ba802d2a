/* world_faults.c - turns the list of faults into the health of everything, whenever one
 * begins or ends. Of two alike at a time, the later in the list wins. */
#include "world_private.h"

static bool is_on(const struct fault *fault, int64_t now)
{
    return now >= fault->from && now < fault->to;
}

static struct backend_health backend_health_at(const struct world_config *config,
                                               int32_t shard, int64_t now)
{
    struct backend_health health = {.slow_pct = 100, .capacity_pct = 100};
    for (uint32_t i = 0; i < config->fault_count; i++) {
        const struct fault *fault = &config->faults[i];
        if (!is_on(fault, now) ||
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

/* The last fault of a kind that is on; NULL: none. */
static const struct fault *last(const struct world *w, enum fault_kind kind)
{
    const struct fault *found = NULL;
    for (uint32_t i = 0; i < w->config->fault_count; i++) {
        const struct fault *fault = &w->config->faults[i];
        if (fault->kind == kind && is_on(fault, sim_now(w->sim)))
            found = fault;
    }
    return found;
}

static uint32_t pct(const struct world *w, enum fault_kind kind, uint32_t otherwise)
{
    const struct fault *fault = last(w, kind);
    return fault != NULL ? fault->pct : otherwise;
}

static void change_store(struct world *w)
{
    struct store_health health = {
        .down = last(w, FAULT_STORE_DOWN) != NULL,
        .hang = last(w, FAULT_STORE_HANG) != NULL,
        .lost_ppm = pct(w, FAULT_STORE_LOST, 0) * 10000,
        .error_ppm = pct(w, FAULT_STORE_ERRORS, 0) * 10000,
        .slow_pct = pct(w, FAULT_STORE_SLOW, 100),
        .capacity_pct = pct(w, FAULT_STORE_CAPACITY, 100),
    };
    store_set_health(w->store, &health);
}

static void change(struct sim *sim, void *who, uint64_t what)
{
    (void)what;
    struct world *w = who;
    load_set_pct(w->load, pct(w, FAULT_LOAD, 100));
    for (uint32_t i = 0; i < w->config->backend.shards; i++) {
        struct backend_health health =
            backend_health_at(w->config, (int32_t)i, sim_now(sim));
        backend_set_health(w->backend, i, &health);
    }
    if (w->store != NULL)
        change_store(w);
    if (!w->config->pool.fleet)
        return; /* threads are neither made nor killed */
    pool_set_init_pct(w->pool, pct(w, FAULT_COLD, 100));
    w->kill_ppm = pct(w, FAULT_KILL, 0) * 10000;
    w->kill_probes_ppm = pct(w, FAULT_KILL_PROBES, 0) * 10000;
}

void faults_plan(struct world *w)
{
    for (uint32_t i = 0; i < w->config->fault_count; i++) {
        sim_at(w->sim, w->config->faults[i].from, change, w, 0);
        sim_at(w->sim, w->config->faults[i].to, change, w, 0);
    }
}

uint32_t faults_most_load_pct(const struct world_config *config)
{
    uint32_t most = 100;
    for (uint32_t i = 0; i < config->fault_count; i++)
        if (config->faults[i].kind == FAULT_LOAD && config->faults[i].pct > most)
            most = config->faults[i].pct;
    return most;
}
