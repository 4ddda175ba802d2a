/* scene_fleet.c - reads the fleet, the gateway before it and the store behind it. What
 * a scene does not say is as AWS has it (README.md in this folder names the sources).
 */
#include "scene_private.h"

/* --- fleet ------------------------------------------------------------------------ */

struct fleet_numbers {
    struct pool_config pool;
    int64_t timeout;
    uint32_t memory_mb;
};

static const struct knob fleet_knobs[] = {
    SCENE_KNOB(fleet_numbers, "limit", pool.size, KNOB_COUNT, 1, 100000,
               "environments at once"),
    SCENE_KNOB(fleet_numbers, "init_p50_ms", pool.init_p50, KNOB_MS, 0, SCENE_DAY_MS,
               "median cold start"),
    SCENE_KNOB(fleet_numbers, "init_p99_ms", pool.init_p99, KNOB_MS, 0, SCENE_DAY_MS,
               "99th percentile"),
    SCENE_KNOB(fleet_numbers, "keep_ms", pool.keep, KNOB_MS, 0, SCENE_DAY_MS,
               "idle for so long: taken away"),
    SCENE_KNOB(fleet_numbers, "timeout_ms", timeout, KNOB_MS, 0, 900000,
               "a request may take so long"),
    SCENE_KNOB(fleet_numbers, "scale_per_s", pool.scale_per_s, KNOB_COUNT, 0, 1000000,
               "environments made a second"),
    SCENE_KNOB(fleet_numbers, "scale_burst", pool.scale_burst, KNOB_COUNT, 0, 1000000,
               "and so many at once"),
    SCENE_KNOB(fleet_numbers, "memory_mb", memory_mb, KNOB_COUNT, 128, 10240,
               "memory of an environment"),
    SCENE_KNOB(fleet_numbers, "clock_sigma_ms", pool.clock_sigma, KNOB_MS, 0,
               SCENE_DAY_MS, "how far clocks are off"),
    SCENE_KNOB(fleet_numbers, "drift_ppm", pool.drift_ppm, KNOB_COUNT, 0,
               POOL_DRIFT_PPM_MAX, "how wrong they go"),
    SCENE_KNOB(fleet_numbers, "warm", pool.warm, KNOB_COUNT, 0, 100000,
               "environments there at the start"),
    {.name = NULL}};

/* INIT of a function that does nothing but start, x86_64, 128 MB, as measured by
 * lambda-perf on 2026-08-22. Twice the mean is well above the worst of its ten samples;
 * java depends on what it loads, from 250 ms to 2 s. */
static const char *const runtimes[] = {"c", "go", "node", "java", NULL};
static const struct {
    int64_t p50_ms, p99_ms;
} runtime_init[] = {{15, 30}, {50, 100}, {140, 280}, {250, 2000}};

static void check_fleet(struct json_reader *r, const cJSON *root, const cJSON *object,
                        const struct pool_config *pool)
{
    bool own_init = scene_get(object, "init_p50_ms") != NULL ||
                    scene_get(object, "init_p99_ms") != NULL;
    bool none = pool->init_p50 == 0 && pool->init_p99 == 0;
    if (scene_get(root, "workers") != NULL)
        json_wrong(r, "$", "found \"workers\" and \"fleet\", allowed one of them");
    if (own_init && scene_get(object, "runtime") != NULL)
        json_wrong(r, "$.fleet",
                   "found \"runtime\" and init_p50_ms or init_p99_ms, "
                   "allowed one or the other");
    if (!none && !(pool->init_p50 > 0 && pool->init_p50 <= pool->init_p99))
        json_wrong(r, "$.fleet",
                   "init_p50_ms and init_p99_ms must be 0 < p50 <= p99, or both 0");
    if (pool->warm > pool->size)
        json_wrong(r, "$.fleet.warm", "found %u, allowed 0 to limit, which is %u",
                   pool->warm, pool->size);
    if (pool->scale_burst > 0 && pool->scale_per_s == 0)
        json_wrong(r, "$.fleet.scale_burst", "says nothing without scale_per_s");
}

void scene_read_fleet(struct json_reader *r, const cJSON *root,
                      struct world_config *world)
{
    const cJSON *object = scene_get(root, "fleet");
    struct fleet_numbers n = {.pool = {.fleet = true,
                                       .size = 1000,
                                       .keep = 600 * SIM_S,
                                       .scale_per_s = 100,
                                       .scale_burst = 1000},
                              .timeout = 3 * SIM_S,
                              .memory_mb = 128};
    int runtime = 0;
    if (object == NULL)
        return;
    json_choice(r, object, "$.fleet", "runtime", runtimes, &runtime);
    if (scene_get(object, "init_p50_ms") == NULL &&
        scene_get(object, "init_p99_ms") == NULL) {
        n.pool.init_p50 = runtime_init[runtime].p50_ms * SIM_MS;
        n.pool.init_p99 = runtime_init[runtime].p99_ms * SIM_MS;
    }
    if (scene_get(object, "scale_per_s") != NULL)
        n.pool.scale_burst = 0; /* as many as a second's, unless it is said */
    json_knobs(r, object, "$.fleet", fleet_knobs,
               (const char *const[]){"runtime", NULL}, &n);
    check_fleet(r, root, object, &n.pool);
    world->pool = n.pool;
    world->timeout = n.timeout;
    world->memory_mb = n.memory_mb;
}

/* --- gateway ---------------------------------------------------------------------- */

static const struct knob gateway_knobs[] = {
    SCENE_KNOB(gateway_config, "timeout_ms", timeout, KNOB_MS, 0, 300000,
               "it waits so long"),
    SCENE_KNOB(gateway_config, "rps", rps, KNOB_COUNT, 0, 1000000,
               "requests let in a second"),
    SCENE_KNOB(gateway_config, "burst", burst, KNOB_COUNT, 0, 1000000,
               "and so many at once"),
    {.name = NULL}};

void scene_read_gateway(struct json_reader *r, const cJSON *root,
                        struct world_config *world)
{
    const cJSON *object = scene_get(root, "gateway");
    if (object == NULL)
        return;
    bool own_rate = scene_get(object, "rps") != NULL;
    world->has_gateway = true;
    world->gateway = (struct gateway_config){
        .rps = 10000, .burst = own_rate ? 0 : 5000, .timeout = 30 * SIM_S};
    json_knobs(r, object, "$.gateway", gateway_knobs, NULL, &world->gateway);
    if (world->gateway.burst > 0 && world->gateway.rps == 0)
        json_wrong(r, "$.gateway.burst", "says nothing without rps");
}

/* --- store ------------------------------------------------------------------------ */

struct store_numbers {
    struct store_config store;
    uint32_t stale_pct;
};

static const struct knob store_knobs[] = {
    SCENE_KNOB(store_numbers, "read_p50_ms", store.read_p50, KNOB_MS, 0, SCENE_DAY_MS,
               "median time of a read"),
    SCENE_KNOB(store_numbers, "read_p99_ms", store.read_p99, KNOB_MS, 0, SCENE_DAY_MS,
               "99th percentile"),
    SCENE_KNOB(store_numbers, "write_p50_ms", store.write_p50, KNOB_MS, 0, SCENE_DAY_MS,
               "median time of a write"),
    SCENE_KNOB(store_numbers, "write_p99_ms", store.write_p99, KNOB_MS, 0, SCENE_DAY_MS,
               "99th percentile"),
    SCENE_KNOB(store_numbers, "lag_ms", store.lag, KNOB_MS, 0, SCENE_DAY_MS,
               "how old an eventual read may be"),
    SCENE_KNOB(store_numbers, "stale_pct", stale_pct, KNOB_PCT, 0, 100,
               "of eventual reads may be old"),
    SCENE_KNOB(store_numbers, "wcu", store.wcu, KNOB_COUNT, 0, 1000000,
               "write units a second and item"),
    SCENE_KNOB(store_numbers, "rcu", store.rcu, KNOB_COUNT, 0, 1000000,
               "read units a second and item"),
    SCENE_KNOB(store_numbers, "burst_ms", store.burst, KNOB_MS, 0, SCENE_DAY_MS,
               "unused units saved up"),
    {.name = NULL}};

void scene_read_store(struct json_reader *r, const cJSON *root,
                      struct world_config *world)
{
    const cJSON *object = scene_get(root, "store");
    struct store_numbers n = {.store = {.read_p50 = 3 * SIM_MS,
                                        .read_p99 = 10 * SIM_MS,
                                        .write_p50 = 5 * SIM_MS,
                                        .write_p99 = 15 * SIM_MS,
                                        .lag = 20 * SIM_MS,
                                        .wcu = 1000,
                                        .rcu = 3000,
                                        .burst = SIM_S},
                              .stale_pct = 33};
    if (object == NULL)
        return;
    json_knobs(r, object, "$.store", store_knobs,
               (const char *const[]){"hides_loser_item", NULL}, &n);
    n.store.stale_ppm = n.stale_pct * 10000;
    n.store.hides_loser_item = json_true(r, object, "$.store", "hides_loser_item");
    if (!(n.store.read_p50 > 0 && n.store.read_p50 <= n.store.read_p99))
        json_wrong(r, "$.store", "read_p50_ms and read_p99_ms must be 0 < p50 <= p99");
    if (!(n.store.write_p50 > 0 && n.store.write_p50 <= n.store.write_p99))
        json_wrong(r, "$.store",
                   "write_p50_ms and write_p99_ms must be 0 < p50 <= p99");
    world->has_store = true;
    world->store = n.store;
}
