/* scene_faults.c - reads what goes wrong. The table says of each kind whether it has a
 * magnitude, how much at most, and which part of the world must be there for it. */
#include <stdio.h>

#include "scene_private.h"

enum part { BACKEND, LOAD, STORE, FLEET };

static const struct {
    const char *name;
    int64_t most; /* of pct; 0: it takes none */
    enum part part;
} kinds[FAULT_KINDS] = {
    [FAULT_HANG] = {"hang", 0, BACKEND},
    [FAULT_REFUSE] = {"refuse", 0, BACKEND},
    [FAULT_ERRORS] = {"errors", 100, BACKEND},
    [FAULT_SLOW] = {"slow", 100000, BACKEND},
    [FAULT_CAPACITY] = {"capacity", 100, BACKEND},
    [FAULT_LOAD] = {"load", 10000, LOAD},
    [FAULT_STORE_DOWN] = {"store-down", 0, STORE},
    [FAULT_STORE_HANG] = {"store-hang", 0, STORE},
    [FAULT_STORE_LOST] = {"store-lost", 100, STORE},
    [FAULT_STORE_ERRORS] = {"store-errors", 100, STORE},
    [FAULT_STORE_SLOW] = {"store-slow", 100000, STORE},
    [FAULT_STORE_CAPACITY] = {"store-capacity", 100, STORE},
    [FAULT_KILL] = {"kill", 100, FLEET},
    [FAULT_KILL_PROBES] = {"kill-probes", 100, FLEET},
    [FAULT_COLD] = {"cold", 100000, FLEET},
};

static const struct knob fault_knobs[] = {
    SCENE_KNOB(fault, "from_ms", from, KNOB_MS, 0, SCENE_DAY_MS, "first moment"),
    SCENE_KNOB(fault, "to_ms", to, KNOB_MS, 0, SCENE_DAY_MS, "first moment after it"),
    SCENE_KNOB(fault, "pct", pct, KNOB_PCT, 0, 100000, "how much"),
    {.name = NULL}};

static void check_time(struct json_reader *r, const char *path,
                       const struct fault *fault, const struct world_config *world)
{
    if (fault->from >= fault->to || fault->to > world->run)
        json_wrong(r, path, "found from_ms %lld, to_ms %lld, allowed from < to <= %lld",
                   (long long)(fault->from / SIM_MS), (long long)(fault->to / SIM_MS),
                   (long long)(world->run / SIM_MS));
}

static void check_pct(struct json_reader *r, const cJSON *object, const char *path,
                      const struct fault *fault)
{
    const char *name = kinds[fault->kind].name;
    int64_t most = kinds[fault->kind].most;
    bool has_pct = scene_get(object, "pct") != NULL;
    if (has_pct != (most > 0))
        json_wrong(r, path, "found %s, but \"%s\" %s", has_pct ? "a pct" : "no pct",
                   name, has_pct ? "takes none" : "wants one");
    if (fault->pct > most)
        json_wrong(r, path, "found pct %u, allowed 0 to %lld for \"%s\"", fault->pct,
                   (long long)most, name);
}

static void check_part(struct json_reader *r, const char *path,
                       const struct fault *fault, const struct world_config *world)
{
    static const char *const about[] = {
        [LOAD] = "all of them", [STORE] = "the store", [FLEET] = "the fleet"};
    const char *name = kinds[fault->kind].name;
    enum part part = kinds[fault->kind].part;
    if (part != BACKEND && fault->shard != FAULT_EVERYWHERE)
        json_wrong(r, path, "found a shard, but \"%s\" is about %s", name, about[part]);
    if (part == LOAD && world->load.law == LOAD_USERS)
        json_wrong(r, path, "found \"load\", which does nothing to arrivals \"users\"");
    if (part == STORE && !world->has_store)
        json_wrong(r, path, "found \"%s\", but there is no $.store", name);
    if (part == FLEET && !world->pool.fleet)
        json_wrong(r, path, "found \"%s\", but there is no $.fleet", name);
}

static void read_fault(struct json_reader *r, const cJSON *object, const char *path,
                       struct world_config *world, struct fault *fault)
{
    const char *names[FAULT_KINDS + 1] = {NULL};
    int kind = 0;
    int64_t shard = FAULT_EVERYWHERE;
    for (int i = 0; i < FAULT_KINDS; i++)
        names[i] = kinds[i].name;
    json_knobs(r, object, path, fault_knobs,
               (const char *const[]){"kind", "shard", NULL}, fault);
    json_need(r, object, path, "kind",
              "hang, refuse, errors, slow, capacity, load, store-down, store-hang, "
              "store-lost, store-errors, store-slow, store-capacity, kill, kill-probes "
              "or cold");
    json_need(r, object, path, "from_ms", "a time");
    json_need(r, object, path, "to_ms", "a time");
    json_choice(r, object, path, "kind", names, &kind);
    json_whole(r, object, path, "shard", 0, world->backend.shards - 1, &shard);
    fault->kind = (enum fault_kind)kind;
    fault->shard = (int32_t)shard;
    check_time(r, path, fault, world);
    check_pct(r, object, path, fault);
    check_part(r, path, fault, world);
}

void scene_read_faults(struct json_reader *r, const cJSON *root,
                       struct world_config *world)
{
    const cJSON *list = scene_get(root, "faults");
    world->fault_count = (uint32_t)json_list(r, list, "$.faults", FAULTS_MAX);
    for (uint32_t i = 0; i < world->fault_count; i++) {
        char path[JSON_PATH_MAX];
        snprintf(path, sizeof path, "$.faults[%u]", i);
        read_fault(r, cJSON_GetArrayItem(list, (int)i), path, world, &world->faults[i]);
    }
}
