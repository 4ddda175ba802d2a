/* scene.c - reads scenes: the whole, its clients, and what they must show. Each part is
 * a table of knobs and a function; those of the world are in files of their own. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "facts.h"
#include "scene_private.h"

static const struct knob world_knobs[] = {
    SCENE_KNOB(world_config, "run_ms", run, KNOB_MS, 1000, SCENE_DAY_MS,
               "length of the run"),
    SCENE_KNOB(world_config, "bucket_ms", bucket, KNOB_MS, 10, SCENE_DAY_MS,
               "width of a bucket"),
    SCENE_KNOB(world_config, "workers", pool.size, KNOB_COUNT, 1, 100000,
               "requests at once"),
    {.name = NULL}};

/* --- clients ---------------------------------------------------------------------- */

/* A name that fits into a CSV and a command line as it is. */
static bool is_client_name(const char *name)
{
    return name[0] != '\0' && strlen(name) < sizeof((struct scene_client *)0)->name &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789-_.") == strlen(name);
}

/* Which caller plays it; one that shares a breaker in a store must find a store. */
static const struct caller *read_protocol(struct json_reader *r, const cJSON *entry,
                                          const char *path, const struct scene *scene,
                                          uint32_t *protocol)
{
    const char *names[SCENE_PROTOCOLS_MAX + 1] = {NULL};
    int index = 0;
    for (int i = 0; scene_protocols[i].name != NULL; i++)
        names[i] = scene_protocols[i].name;
    json_choice(r, entry, path, "protocol", names, &index);
    if (index > 0 && !scene->world.has_store)
        json_wrong(r, path, "found protocol \"%s\", but there is no $.store",
                   names[index]);
    *protocol = (uint32_t)index;
    return scene_protocols[index].caller;
}

static void read_breakers(struct json_reader *r, const cJSON *entry, const char *path,
                          const struct scene *scene, uint32_t *breakers)
{
    int64_t number = 1;
    if (scene->world.pool.fleet && scene_get(entry, "breakers") != NULL)
        json_wrong(r, path,
                   "found \"breakers\", but in a fleet each environment has "
                   "its own memory");
    json_whole(r, entry, path, "breakers", 1, scene->world.pool.size, &number);
    *breakers = (uint32_t)number;
}

static void read_client(struct json_reader *r, const cJSON *entry, const char *path,
                        struct scene *scene)
{
    struct scene_client *client = &scene->client[scene->clients];
    const struct caller *caller =
        read_protocol(r, entry, path, scene, &client->protocol);
    assert(caller->config_bytes <= sizeof client->config);
    if (!is_client_name(entry->string))
        json_wrong(r, path, "found a name, allowed 1 to 23 letters, digits, - _ .");
    if (scene_client_find(scene, entry->string) >= 0)
        json_wrong(r, path, "stands twice, allowed once");
    json_knobs(r, entry, path, caller->knobs,
               (const char *const[]){"breakers", "protocol", NULL}, client->config);
    read_breakers(r, entry, path, scene, &client->breakers);
    const char *wrong =
        r->error[0] == '\0' ? caller->config_error(client->config) : NULL;
    if (wrong != NULL)
        json_wrong(r, path, "%s", wrong);
    snprintf(client->name, sizeof client->name, "%s", entry->string);
    scene->clients++;
}

static void read_clients(struct json_reader *r, const cJSON *root, struct scene *scene)
{
    const cJSON *object = scene_get(root, "clients");
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

/* --- what must hold --------------------------------------------------------------- */

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
    const cJSON *list = scene_get(root, "expect");
    scene->expects = (uint32_t)json_list(r, list, "$.expect", SCENE_EXPECTS_MAX);
    for (uint32_t i = 0; i < scene->expects; i++) {
        char path[JSON_PATH_MAX];
        snprintf(path, sizeof path, "$.expect[%u]", i);
        read_expect(r, cJSON_GetArrayItem(list, (int)i), path, scene,
                    &scene->expect[i]);
    }
}

/* --- the whole -------------------------------------------------------------------- */

static void read_scene(struct json_reader *r, const cJSON *root, struct scene *scene)
{
    static const char *const also[] = {"name",    "about",   "source",  "load",
                                       "backend", "fleet",   "gateway", "store",
                                       "faults",  "clients", "expect",  NULL};
    struct world_config *world = &scene->world;
    char source[400] = "";
    *scene = (struct scene){
        .world = {.run = 150 * SIM_S, .bucket = SIM_S, .pool = {.size = 1000}}};
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
    scene_read_load(r, root, &world->load);
    scene_read_backend(r, root, &world->backend);
    scene_read_fleet(r, root, world);
    scene_read_gateway(r, root, world);
    scene_read_store(r, root, world);
    scene_read_faults(r, root, world);
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
