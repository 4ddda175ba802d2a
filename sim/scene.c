/* scene.c - reads scenes: tables of knobs, and a function for each part of the file. */
#include "scene.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "facts.h"
#include "json.h"

#define DAY_MS 86400000
#define K(struct_, name, member, kind, min, max, what)                                 \
    {                                                                                  \
        name, kind, offsetof(struct struct_, member), min, max, what                   \
    }

static const struct knob world_knobs[] = {
    K(world_config, "run_ms", run, KNOB_MS, 1000, DAY_MS, "length of the run"),
    K(world_config, "bucket_ms", bucket, KNOB_MS, 10, DAY_MS, "width of a bucket"),
    K(world_config, "workers", workers, KNOB_COUNT, 1, 100000, "requests at once"),
    {.name = NULL}};

static const struct knob load_knobs[] = {
    K(load_config, "rps", rps, KNOB_COUNT, 0, 1000000, "requests per second"),
    K(load_config, "users", users, KNOB_COUNT, 1, 100000, "users"),
    K(load_config, "think_ms", think, KNOB_MS, 0, DAY_MS, "mean pause of a user"),
    K(load_config, "patience_ms", patience, KNOB_MS, 0, DAY_MS,
      "an answer later is lost"),
    K(load_config, "repeats", repeats, KNOB_COUNT, 0, 100, "users ask again so often"),
    K(load_config, "repeat_after_ms", repeat_after, KNOB_MS, 0, DAY_MS,
      "after so long"),
    {.name = NULL}};

static const struct knob backend_knobs[] = {
    K(backend_config, "shards", shards, KNOB_COUNT, 1, BACKEND_SHARDS_MAX, "parts"),
    K(backend_config, "servers", servers, KNOB_COUNT, 1, 1000000, "servers per shard"),
    K(backend_config, "queue_max", queue_max, KNOB_COUNT, 0, 100000000,
      "calls waiting"),
    {.name = NULL}};

static const struct knob service_knobs[] = {
    K(service, "mean_ms", mean_ns, KNOB_MS, 0, DAY_MS, "mean time of a call"),
    K(service, "p50_ms", p50_ns, KNOB_MS, 0, DAY_MS, "median time of a call"),
    K(service, "p99_ms", p99_ns, KNOB_MS, 0, DAY_MS, "99th percentile"),
    {.name = NULL}};

static const struct knob fault_knobs[] = {
    K(fault, "from_ms", from, KNOB_MS, 0, DAY_MS, "first moment"),
    K(fault, "to_ms", to, KNOB_MS, 0, DAY_MS, "first moment after it"),
    K(fault, "pct", pct, KNOB_PCT, 0, 100000, "how much"),
    {.name = NULL}};

static const char *const load_laws[] = {"poisson", "even", "users", NULL};
static const char *const service_laws[] = {"exponential", "fixed", "lognormal", NULL};
static const char *const fault_kinds[] = {"hang",     "refuse", "errors", "slow",
                                          "capacity", "load",   NULL};

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static int length(const cJSON *list)
{
    return cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
}

/* A list, if it is there; an error if it is something else, or too long. */
static int list_of(struct json_reader *r, const cJSON *list, const char *path, int most)
{
    if (list != NULL && !cJSON_IsArray(list))
        json_wrong(r, path, "wanted a list [ ]");
    if (length(list) > most)
        json_wrong(r, path, "found %d entries, allowed %d", length(list), most);
    return r->error[0] == '\0' ? length(list) : 0;
}

/* --- the parts -------------------------------------------------------------------- */

static void read_steps(struct json_reader *r, const cJSON *list,
                       struct load_config *load)
{
    int64_t at = 0, rps = 0, before = -1;
    load->steps = (uint32_t)list_of(r, list, "$.load.steps", LOAD_STEPS_MAX);
    for (uint32_t i = 0; i < load->steps; i++) {
        char path[JSON_PATH_MAX];
        snprintf(path, sizeof path, "$.load.steps[%u]", i);
        const cJSON *step = cJSON_GetArrayItem(list, (int)i);
        json_keys(r, step, path, (const char *const[]){"at_ms", "rps", NULL});
        json_whole(r, step, path, "at_ms", 0, DAY_MS, &at);
        json_whole(r, step, path, "rps", 0, 1000000, &rps);
        if (at <= before)
            json_wrong(r, path, "at_ms must grow from step to step");
        before = at;
        load->step[i].at = at * SIM_MS;
        load->step[i].rps = (uint32_t)rps;
    }
}

static void read_load(struct json_reader *r, const cJSON *root,
                      struct load_config *load)
{
    const cJSON *object = get(root, "load");
    int law = LOAD_POISSON;
    json_knobs(r, object, "$.load", load_knobs,
               (const char *const[]){"arrivals", "steps", NULL}, load);
    json_choice(r, object, "$.load", "arrivals", load_laws, &law);
    load->law = (enum load_law)law;
    read_steps(r, get(object, "steps"), load);
    if (load->law == LOAD_USERS && load->users == 0)
        json_wrong(r, "$.load.users", "found nothing, allowed 1 to 100000");
    if (load->law != LOAD_USERS && load->rps == 0 && load->steps == 0)
        json_wrong(r, "$.load.rps", "found nothing, allowed 1 to 1000000 (or steps)");
    if (load->law == LOAD_EVEN && load->steps > 0)
        json_wrong(r, "$.load.steps", "goes with arrivals \"poisson\" only");
}

static void read_service(struct json_reader *r, const cJSON *object,
                         struct service *service)
{
    int law = SERVICE_EXPONENTIAL;
    json_knobs(r, object, "$.backend.service", service_knobs,
               (const char *const[]){"law", NULL}, service);
    json_choice(r, object, "$.backend.service", "law", service_laws, &law);
    service->law = (enum service_law)law;
    if (law == SERVICE_LOGNORMAL &&
        !(service->p50_ns > 0 && service->p50_ns <= service->p99_ns))
        json_wrong(r, "$.backend.service",
                   "lognormal wants p50_ms and p99_ms, 0 < p50 <= p99");
    if (law != SERVICE_LOGNORMAL && service->mean_ns <= 0)
        json_wrong(r, "$.backend.service.mean_ms", "found nothing, wanted more than 0");
}

static void read_backend(struct json_reader *r, const cJSON *root,
                         struct backend_config *b)
{
    const cJSON *object = get(root, "backend");
    b->shards = b->servers = 1;
    json_knobs(r, object, "$.backend", backend_knobs,
               (const char *const[]){"service", "drops_expired", NULL}, b);
    const cJSON *drops = get(object, "drops_expired");
    if (drops != NULL && !cJSON_IsBool(drops))
        json_wrong(r, "$.backend.drops_expired", "wanted true or false");
    b->drops_expired = cJSON_IsTrue(drops);
    b->bounded = get(object, "queue_max") != NULL;
    read_service(r, get(object, "service"), &b->service);
}

static void check_fault(struct json_reader *r, const char *path,
                        const struct fault *fault, const struct world_config *world)
{
    static const int64_t most[FAULT_KINDS] = {0, 0, 100, 100000, 100, 10000};
    if (fault->from >= fault->to || fault->to > world->run)
        json_wrong(r, path, "from_ms must be before to_ms, and to_ms not after run_ms");
    if (most[fault->kind] > 0 && (fault->pct > most[fault->kind]))
        json_wrong(r, path, "pct of \"%s\": found %u, allowed 0 to %lld",
                   fault_kinds[fault->kind], fault->pct, (long long)most[fault->kind]);
    if (fault->shard != FAULT_EVERYWHERE &&
        fault->shard >= (int64_t)world->backend.shards)
        json_wrong(r, path, "shard %d: the backend has %u, counted from 0",
                   fault->shard, world->backend.shards);
}

static void read_faults(struct json_reader *r, const cJSON *root,
                        struct world_config *world)
{
    const cJSON *list = get(root, "faults");
    world->fault_count = (uint32_t)list_of(r, list, "$.faults", FAULTS_MAX);
    for (uint32_t i = 0; i < world->fault_count; i++) {
        char path[JSON_PATH_MAX];
        int kind = -1;
        int64_t shard = FAULT_EVERYWHERE;
        struct fault *fault = &world->faults[i];
        const cJSON *object = cJSON_GetArrayItem(list, (int)i);
        snprintf(path, sizeof path, "$.faults[%u]", i);
        json_knobs(r, object, path, fault_knobs,
                   (const char *const[]){"kind", "shard", NULL}, fault);
        json_choice(r, object, path, "kind", fault_kinds, &kind);
        json_whole(r, object, path, "shard", 0, BACKEND_SHARDS_MAX, &shard);
        if (kind < 0)
            json_wrong(r, path,
                       "has no \"kind\": hang, refuse, errors, slow, capacity, load");
        fault->kind = (enum fault_kind)(kind < 0 ? 0 : kind);
        fault->shard = (int32_t)shard;
        check_fault(r, path, fault, world);
    }
}

static void read_clients(struct json_reader *r, const cJSON *root, struct scene *scene)
{
    const cJSON *object = get(root, "clients"), *entry = NULL;
    if (!cJSON_IsObject(object) || object->child == NULL)
        json_wrong(r, "$.clients", "wanted an object with at least one client");
    cJSON_ArrayForEach(entry, object)
    {
        char path[JSON_PATH_MAX];
        int64_t breakers = 1;
        struct scene_client *client = &scene->client[scene->clients];
        snprintf(path, sizeof path, "$.clients.%.40s",
                 entry->string ? entry->string : "?");
        if (scene->clients == SCENE_CLIENTS_MAX)
            json_wrong(r, path, "is one too many: allowed %d clients",
                       SCENE_CLIENTS_MAX);
        if (entry->string == NULL || strlen(entry->string) >= sizeof client->name)
            json_wrong(r, path, "the name of a client has at most 23 letters");
        if (r->error[0] != '\0')
            return;
        snprintf(client->name, sizeof client->name, "%s", entry->string);
        json_knobs(r, entry, path, adapter_knobs,
                   (const char *const[]){"breakers", NULL}, client->config);
        json_whole(r, entry, path, "breakers", 1, scene->world.workers, &breakers);
        client->breakers = (uint32_t)breakers;
        const char *wrong = adapter_config_error(client->config);
        if (wrong != NULL)
            json_wrong(r, path, "%s", wrong);
        scene->clients++;
    }
}

static void read_expect(struct json_reader *r, const cJSON *entry, const char *path,
                        struct scene *scene, struct scene_expect *expect)
{
    char client[24] = "", fact[48] = "";
    *expect = (struct scene_expect){.min = INT64_MIN, .max = INT64_MAX, .in_pct = 100};
    json_keys(
        r, entry, path,
        (const char *const[]){"client", "fact", "min", "max", "in_pct", "why", NULL});
    json_text(r, entry, path, "client", client, sizeof client);
    json_text(r, entry, path, "fact", fact, sizeof fact);
    json_whole(r, entry, path, "min", -1000000000, 1000000000, &expect->min);
    json_whole(r, entry, path, "max", -1000000000, 1000000000, &expect->max);
    json_whole(r, entry, path, "in_pct", 1, 100, &expect->in_pct);
    int which = scene_client_find(scene, client);
    if (which < 0)
        json_wrong(r, path, "\"client\": there is no client \"%s\" in $.clients",
                   client);
    expect->client = (uint32_t)(which < 0 ? 0 : which);
    expect->fact = fact_find(fact);
    if (expect->fact < 0)
        json_wrong(r, path, "\"fact\": there is no fact \"%s\"; storm run prints them",
                   fact);
    if (expect->min == INT64_MIN && expect->max == INT64_MAX)
        json_wrong(r, path, "has neither min nor max: it would hold whatever happens");
}

static void read_expects(struct json_reader *r, const cJSON *root, struct scene *scene)
{
    const cJSON *list = get(root, "expect");
    scene->expects = (uint32_t)list_of(r, list, "$.expect", SCENE_EXPECTS_MAX);
    for (uint32_t i = 0; i < scene->expects; i++) {
        char path[JSON_PATH_MAX];
        snprintf(path, sizeof path, "$.expect[%u]", i);
        read_expect(r, cJSON_GetArrayItem(list, (int)i), path, scene,
                    &scene->expect[i]);
    }
}

static void read_scene(struct json_reader *r, const cJSON *root, struct scene *scene)
{
    static const char *const also[] = {"name",   "about",   "source", "load", "backend",
                                       "faults", "clients", "expect", NULL};
    struct world_config *world = &scene->world;
    *scene =
        (struct scene){.world = {.run = 150 * SIM_S, .bucket = SIM_S, .workers = 1000}};
    json_knobs(r, root, "$", world_knobs, also, world);
    json_text(r, root, "$", "name", scene->name, sizeof scene->name);
    json_text(r, root, "$", "about", scene->about, sizeof scene->about);
    if (scene->name[0] == '\0')
        json_wrong(r, "$.name", "found nothing, wanted a text");
    if (world->run / world->bucket >= RECORD_BUCKETS_MAX)
        json_wrong(r, "$.bucket_ms", "run_ms / bucket_ms is %lld, allowed less than %d",
                   (long long)(world->run / world->bucket), RECORD_BUCKETS_MAX);
    read_load(r, root, &world->load);
    read_backend(r, root, &world->backend);
    read_faults(r, root, world);
    read_clients(r, root, scene);
    read_expects(r, root, scene);
}

/* --- the public functions --------------------------------------------------------- */

static bool finish(struct scene *scene, struct json_reader *reader, cJSON *root,
                   char *error)
{
    if (root != NULL)
        read_scene(reader, root, scene);
    cJSON_Delete(root);
    snprintf(error, JSON_ERROR_MAX, "%s", reader->error);
    return reader->error[0] == '\0';
}

bool scene_load(struct scene *scene, const char *file, char *error)
{
    struct json_reader reader = {.file = file};
    cJSON *root = json_load(&reader, file);
    return finish(scene, &reader, root, error);
}

bool scene_parse(struct scene *scene, const char *file, const char *text, size_t bytes,
                 char *error)
{
    struct json_reader reader = {.file = file};
    cJSON *root = json_parse(&reader, text, bytes);
    return finish(scene, &reader, root, error);
}

int scene_client_find(const struct scene *scene, const char *name)
{
    for (uint32_t i = 0; i < scene->clients; i++)
        if (strcmp(scene->client[i].name, name) == 0)
            return (int)i;
    return -1;
}

struct record *scene_run(const struct scene *scene, uint32_t client, uint64_t seed)
{
    struct world_config world = scene->world;
    world.breakers = scene->client[client].breakers;
    return world_run(&world, &adapter_caller, scene->client[client].config, seed);
}
