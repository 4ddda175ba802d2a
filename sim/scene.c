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

/* --- the parts -------------------------------------------------------------------- */

static void read_steps(struct json_reader *r, const cJSON *list,
                       struct load_config *load)
{
    int64_t at = 0, rps = 0, before = -1;
    load->steps = (uint32_t)json_list(r, list, "$.load.steps", LOAD_STEPS_MAX);
    for (uint32_t i = 0; i < load->steps; i++) {
        char path[JSON_PATH_MAX];
        snprintf(path, sizeof path, "$.load.steps[%u]", i);
        const cJSON *step = cJSON_GetArrayItem(list, (int)i);
        json_keys(r, step, path, (const char *const[]){"at_ms", "rps", NULL});
        json_need(r, step, path, "at_ms", "a time");
        json_need(r, step, path, "rps", "a rate");
        json_whole(r, step, path, "at_ms", 0, DAY_MS, &at);
        json_whole(r, step, path, "rps", 0, 1000000, &rps);
        if (at <= before)
            json_wrong(r, path, "found at_ms %lld after %lld, it must grow",
                       (long long)at, (long long)before);
        before = at;
        load->step[i].at = at * SIM_MS;
        load->step[i].rps = (uint32_t)rps;
    }
}

/* Users think, others come at a rate; a key of the one says nothing about the other. */
static void check_load(struct json_reader *r, const cJSON *object,
                       const struct load_config *load)
{
    bool users = load->law == LOAD_USERS;
    const char *const strangers[] = {users ? "rps" : "users",
                                     users ? "steps" : "think_ms"};
    if (users && (load->users == 0 || load->think < SIM_MS))
        json_wrong(r, "$.load", "users wants \"users\" and \"think_ms\", both from 1");
    for (int i = 0; i < 2; i++)
        if (get(object, strangers[i]) != NULL)
            json_wrong(r, "$.load", "found \"%s\", not allowed with arrivals \"%s\"",
                       strangers[i], load_laws[load->law]);
    if (!users && load->rps == 0 && load->steps == 0)
        json_wrong(r, "$.load.rps", "found nothing, allowed 1 to 1000000 (or steps)");
    if (load->rps > 0 && load->steps > 0)
        json_wrong(r, "$.load", "found \"rps\" and \"steps\", allowed one of them");
    if (load->law == LOAD_EVEN && load->steps > 0)
        json_wrong(r, "$.load.steps", "goes with arrivals \"poisson\" only");
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
    check_load(r, object, load);
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
        json_wrong(r, "$.backend.service.mean_ms",
                   "found %s, wanted more than 0 (or law \"lognormal\")",
                   get(object, "mean_ms") == NULL ? "nothing" : "0");
    const char *stranger = law == SERVICE_LOGNORMAL ? "mean_ms" : "p50_ms";
    if (get(object, stranger) != NULL)
        json_wrong(r, "$.backend.service", "found \"%s\", not allowed with \"%s\"",
                   stranger, service_laws[law]);
}

static void read_backend(struct json_reader *r, const cJSON *root,
                         struct backend_config *b)
{
    const cJSON *object = get(root, "backend");
    b->shards = b->servers = 1;
    json_knobs(r, object, "$.backend", backend_knobs,
               (const char *const[]){"service", "drops_expired", NULL}, b);
    b->drops_expired = json_true(r, object, "$.backend", "drops_expired");
    b->bounded = get(object, "queue_max") != NULL;
    read_service(r, get(object, "service"), &b->service);
}

static void check_fault(struct json_reader *r, const cJSON *object, const char *path,
                        const struct fault *fault, const struct world_config *world)
{
    static const int64_t most[FAULT_KINDS] = {0, 0, 100, 100000, 100, 10000};
    const char *kind = fault_kinds[fault->kind];
    bool load = fault->kind == FAULT_LOAD, has_pct = get(object, "pct") != NULL;
    if (fault->from >= fault->to || fault->to > world->run)
        json_wrong(r, path, "found from_ms %lld, to_ms %lld, allowed from < to <= %lld",
                   (long long)(fault->from / SIM_MS), (long long)(fault->to / SIM_MS),
                   (long long)(world->run / SIM_MS));
    if (has_pct != (most[fault->kind] > 0))
        json_wrong(r, path, "found %s, but \"%s\" %s", has_pct ? "a pct" : "no pct",
                   kind, has_pct ? "takes none" : "wants one");
    if (fault->pct > most[fault->kind])
        json_wrong(r, path, "found pct %u, allowed 0 to %lld for \"%s\"", fault->pct,
                   (long long)most[fault->kind], kind);
    if (load && fault->shard != FAULT_EVERYWHERE)
        json_wrong(r, path, "found a shard, but \"load\" is about all of them");
    if (load && world->load.law == LOAD_USERS)
        json_wrong(r, path, "found \"load\", which does nothing to arrivals \"users\"");
}

static void read_faults(struct json_reader *r, const cJSON *root,
                        struct world_config *world)
{
    const cJSON *list = get(root, "faults");
    world->fault_count = (uint32_t)json_list(r, list, "$.faults", FAULTS_MAX);
    for (uint32_t i = 0; i < world->fault_count; i++) {
        char path[JSON_PATH_MAX];
        int kind = 0;
        int64_t shard = FAULT_EVERYWHERE;
        struct fault *fault = &world->faults[i];
        const cJSON *object = cJSON_GetArrayItem(list, (int)i);
        snprintf(path, sizeof path, "$.faults[%u]", i);
        json_knobs(r, object, path, fault_knobs,
                   (const char *const[]){"kind", "shard", NULL}, fault);
        json_need(r, object, path, "kind",
                  "hang, refuse, errors, slow, capacity or load");
        json_need(r, object, path, "from_ms", "a time");
        json_need(r, object, path, "to_ms", "a time");
        json_choice(r, object, path, "kind", fault_kinds, &kind);
        json_whole(r, object, path, "shard", 0, world->backend.shards - 1, &shard);
        fault->kind = (enum fault_kind)kind;
        fault->shard = (int32_t)shard;
        check_fault(r, object, path, fault, world);
    }
}

/* A name that fits into a CSV and a command line as it is. */
static bool is_client_name(const char *name)
{
    return name[0] != '\0' && strlen(name) < sizeof((struct scene_client *)0)->name &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789-_.") == strlen(name);
}

static void read_client(struct json_reader *r, const cJSON *entry, const char *path,
                        struct scene *scene)
{
    int64_t breakers = 1;
    struct scene_client *client = &scene->client[scene->clients];
    if (!is_client_name(entry->string))
        json_wrong(r, path, "found a name, allowed 1 to 23 letters, digits, - _ .");
    if (scene_client_find(scene, entry->string) >= 0)
        json_wrong(r, path, "stands twice, allowed once");
    json_knobs(r, entry, path, adapter_knobs, (const char *const[]){"breakers", NULL},
               client->config);
    json_whole(r, entry, path, "breakers", 1, scene->world.workers, &breakers);
    client->breakers = (uint32_t)breakers;
    const char *wrong =
        r->error[0] == '\0' ? adapter_config_error(client->config) : NULL;
    if (wrong != NULL)
        json_wrong(r, path, "%s", wrong);
    snprintf(client->name, sizeof client->name, "%s", entry->string);
    scene->clients++;
}

static void read_clients(struct json_reader *r, const cJSON *root, struct scene *scene)
{
    const cJSON *object = get(root, "clients");
    if (!cJSON_IsObject(object) || object->child == NULL)
        json_wrong(r, "$.clients", "wanted an object with at least one client");
    const cJSON *entry = cJSON_IsObject(object) ? object->child : NULL;
    for (; entry != NULL && r->error[0] == '\0'; entry = entry->next) {
        char path[JSON_PATH_MAX];
        snprintf(path, sizeof path, "$.clients.%.40s", entry->string);
        if (scene->clients == SCENE_CLIENTS_MAX)
            json_wrong(r, path, "is one too many: allowed %d clients",
                       SCENE_CLIENTS_MAX);
        else
            read_client(r, entry, path, scene);
    }
}

static void read_expect(struct json_reader *r, const cJSON *entry, const char *path,
                        struct scene *scene, struct scene_expect *expect)
{
    const char *clients[SCENE_CLIENTS_MAX + 1] = {NULL}, *names[FACTS_MAX + 1] = {NULL};
    char why[400] = "";
    int client = 0;
    for (uint32_t i = 0; i < scene->clients; i++)
        clients[i] = scene->client[i].name;
    for (int i = 0; facts[i].name != NULL; i++)
        names[i] = facts[i].name;
    *expect = (struct scene_expect){.min = INT64_MIN, .max = INT64_MAX, .in_pct = 100};
    json_keys(
        r, entry, path,
        (const char *const[]){"client", "fact", "min", "max", "in_pct", "why", NULL});
    json_need(r, entry, path, "client", "the name of one of $.clients");
    json_need(r, entry, path, "fact",
              "the name of one, as storm run --facts prints them");
    json_choice(r, entry, path, "client", clients, &client);
    json_choice(r, entry, path, "fact", names, &expect->fact);
    json_whole(r, entry, path, "min", -1000000000, 1000000000, &expect->min);
    json_whole(r, entry, path, "max", -1000000000, 1000000000, &expect->max);
    json_whole(r, entry, path, "in_pct", 1, 100, &expect->in_pct);
    json_text(r, entry, path, "why", why, sizeof why);
    expect->client = (uint32_t)client;
    if (expect->min == INT64_MIN && expect->max == INT64_MAX)
        json_wrong(r, path, "has neither min nor max: it would hold whatever happens");
    if (expect->min > expect->max)
        json_wrong(r, path, "found min %lld, more than max %lld: it could never hold",
                   (long long)expect->min, (long long)expect->max);
}

static void read_expects(struct json_reader *r, const cJSON *root, struct scene *scene)
{
    const cJSON *list = get(root, "expect");
    scene->expects = (uint32_t)json_list(r, list, "$.expect", SCENE_EXPECTS_MAX);
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
    char source[400] = "";
    *scene =
        (struct scene){.world = {.run = 150 * SIM_S, .bucket = SIM_S, .workers = 1000}};
    json_knobs(r, root, "$", world_knobs, also, world);
    json_need(r, root, "$", "name", "a text");
    json_text(r, root, "$", "name", scene->name, sizeof scene->name);
    json_text(r, root, "$", "about", scene->about, sizeof scene->about);
    json_text(r, root, "$", "source", source, sizeof source);
    if (scene->name[0] == '\0')
        json_wrong(r, "$.name", "found an empty text, wanted a name");
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
