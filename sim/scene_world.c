/* scene_world.c - reads who comes when, and what everybody depends on. */
#include <stdio.h>

#include "scene_private.h"

static const struct knob load_knobs[] = {
    SCENE_KNOB(load_config, "rps", rps, KNOB_COUNT, 0, 1000000, "requests per second"),
    SCENE_KNOB(load_config, "users", users, KNOB_COUNT, 1, 100000, "users"),
    SCENE_KNOB(load_config, "think_ms", think, KNOB_MS, 0, SCENE_DAY_MS,
               "mean pause of a user"),
    SCENE_KNOB(load_config, "patience_ms", patience, KNOB_MS, 0, SCENE_DAY_MS,
               "an answer later is lost"),
    SCENE_KNOB(load_config, "repeats", repeats, KNOB_COUNT, 0, 100,
               "users ask again so often"),
    SCENE_KNOB(load_config, "repeat_after_ms", repeat_after, KNOB_MS, 0, SCENE_DAY_MS,
               "after so long"),
    {.name = NULL}};

static const struct knob backend_knobs[] = {
    SCENE_KNOB(backend_config, "shards", shards, KNOB_COUNT, 1, BACKEND_SHARDS_MAX,
               "parts"),
    SCENE_KNOB(backend_config, "servers", servers, KNOB_COUNT, 1, 1000000,
               "servers per shard"),
    SCENE_KNOB(backend_config, "queue_max", queue_max, KNOB_COUNT, 0, 100000000,
               "calls waiting"),
    {.name = NULL}};

static const struct knob service_knobs[] = {
    SCENE_KNOB(service, "mean_ms", mean_ns, KNOB_MS, 0, SCENE_DAY_MS,
               "mean time of a call"),
    SCENE_KNOB(service, "p50_ms", p50_ns, KNOB_MS, 0, SCENE_DAY_MS,
               "median time of a call"),
    SCENE_KNOB(service, "p99_ms", p99_ns, KNOB_MS, 0, SCENE_DAY_MS, "99th percentile"),
    {.name = NULL}};

static const char *const load_laws[] = {"poisson", "even", "users", NULL};
static const char *const service_laws[] = {"exponential", "fixed", "lognormal", NULL};
/* --- load ------------------------------------------------------------------------- */

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
        json_whole(r, step, path, "at_ms", 0, SCENE_DAY_MS, &at);
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
        if (scene_get(object, strangers[i]) != NULL)
            json_wrong(r, "$.load", "found \"%s\", not allowed with arrivals \"%s\"",
                       strangers[i], load_laws[load->law]);
    if (!users && load->rps == 0 && load->steps == 0)
        json_wrong(r, "$.load.rps", "found nothing, allowed 1 to 1000000 (or steps)");
    if (load->rps > 0 && load->steps > 0)
        json_wrong(r, "$.load", "found \"rps\" and \"steps\", allowed one of them");
    if (load->law == LOAD_EVEN && load->steps > 0)
        json_wrong(r, "$.load.steps", "goes with arrivals \"poisson\" only");
}

void scene_read_load(struct json_reader *r, const cJSON *root, struct load_config *load)
{
    const cJSON *object = scene_get(root, "load");
    int law = LOAD_POISSON;
    json_knobs(r, object, "$.load", load_knobs,
               (const char *const[]){"arrivals", "steps", NULL}, load);
    json_choice(r, object, "$.load", "arrivals", load_laws, &law);
    load->law = (enum load_law)law;
    read_steps(r, scene_get(object, "steps"), load);
    check_load(r, object, load);
}

/* --- backend ---------------------------------------------------------------------- */

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
                   scene_get(object, "mean_ms") == NULL ? "nothing" : "0");
    const char *stranger = law == SERVICE_LOGNORMAL ? "mean_ms" : "p50_ms";
    if (scene_get(object, stranger) != NULL)
        json_wrong(r, "$.backend.service", "found \"%s\", not allowed with \"%s\"",
                   stranger, service_laws[law]);
}

void scene_read_backend(struct json_reader *r, const cJSON *root,
                        struct backend_config *b)
{
    const cJSON *object = scene_get(root, "backend");
    b->shards = b->servers = 1;
    json_knobs(r, object, "$.backend", backend_knobs,
               (const char *const[]){"service", "drops_expired", NULL}, b);
    b->drops_expired = json_true(r, object, "$.backend", "drops_expired");
    b->bounded = scene_get(object, "queue_max") != NULL;
    read_service(r, scene_get(object, "service"), &b->service);
}
