/* swarm_write.c - a scene as JSON that scene_load reads back to the bit: times in ms
 * with as many places as they have, and every default that is not 0 written out, so
 * that a file means the same when a default changes. */
#include <inttypes.h>
#include <string.h>

#include "swarm.h"

static const char *const faults[FAULT_KINDS] = {
    [FAULT_HANG] = "hang",
    [FAULT_REFUSE] = "refuse",
    [FAULT_ERRORS] = "errors",
    [FAULT_SLOW] = "slow",
    [FAULT_CAPACITY] = "capacity",
    [FAULT_LOAD] = "load",
    [FAULT_STORE_DOWN] = "store-down",
    [FAULT_STORE_HANG] = "store-hang",
    [FAULT_STORE_LOST] = "store-lost",
    [FAULT_STORE_ERRORS] = "store-errors",
    [FAULT_STORE_SLOW] = "store-slow",
    [FAULT_STORE_CAPACITY] = "store-capacity",
    [FAULT_KILL] = "kill",
    [FAULT_KILL_PROBES] = "kill-probes",
    [FAULT_COLD] = "cold",
};

const char *swarm_fault_name(enum fault_kind kind)
{
    return faults[kind];
}

bool swarm_fault_has_pct(enum fault_kind kind)
{
    return kind != FAULT_HANG && kind != FAULT_REFUSE && kind != FAULT_STORE_DOWN &&
           kind != FAULT_STORE_HANG;
}

/* Members of one object, with commas between them. */
struct list {
    FILE *out;
    bool begun;
};

static void key(struct list *list, const char *name)
{
    fprintf(list->out, "%s\"%s\": ", list->begun ? ", " : "", name);
    list->begun = true;
}

static void number(struct list *list, const char *name, uint64_t value)
{
    key(list, name);
    fprintf(list->out, "%" PRIu64, value);
}

static void number_if(struct list *list, const char *name, uint64_t value)
{
    if (value > 0)
        number(list, name, value);
}

static void yes_if(struct list *list, const char *name, bool value)
{
    if (!value)
        return;
    key(list, name);
    fprintf(list->out, "true");
}

static void word(struct list *list, const char *name, const char *value)
{
    key(list, name);
    fprintf(list->out, "\"%s\"", value);
}

static void ms(struct list *list, const char *name, int64_t ns)
{
    key(list, name);
    fprintf(list->out, "%" PRId64, ns / SIM_MS);
    if (ns % SIM_MS == 0)
        return;
    char places[8];
    snprintf(places, sizeof places, "%06d", (int)(ns % SIM_MS));
    for (size_t n = strlen(places); places[n - 1] == '0'; n--)
        places[n - 1] = '\0';
    fprintf(list->out, ".%s", places);
}

static void ms_if(struct list *list, const char *name, int64_t ns)
{
    if (ns > 0)
        ms(list, name, ns);
}

/* Text of a scene has no control characters: the reader sees to that. */
static void text(FILE *out, const char *name, const char *value)
{
    fprintf(out, "  \"%s\": \"", name);
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            fputc('\\', out);
        fputc(*value, out);
    }
    fprintf(out, "\",\n");
}

/* --- the parts -------------------------------------------------------------------- */

static void write_load(FILE *out, const struct load_config *load)
{
    static const char *const laws[] = {"poisson", "even", "users"};
    struct list list = {.out = out};
    fprintf(out, "  \"load\": {");
    if (load->law != LOAD_POISSON)
        word(&list, "arrivals", laws[load->law]);
    number_if(&list, "rps", load->rps);
    number_if(&list, "users", load->users);
    ms_if(&list, "think_ms", load->think);
    ms_if(&list, "patience_ms", load->patience);
    number_if(&list, "repeats", load->repeats);
    ms_if(&list, "repeat_after_ms", load->repeat_after);
    if (load->steps > 0)
        key(&list, "steps");
    for (uint32_t i = 0; i < load->steps; i++)
        fprintf(out, "%s{\"at_ms\": %" PRId64 ", \"rps\": %u}%s", i == 0 ? "[" : ", ",
                load->step[i].at / SIM_MS, load->step[i].rps,
                i + 1 == load->steps ? "]" : "");
    fprintf(out, "},\n");
}

static void write_backend(FILE *out, const struct backend_config *backend)
{
    static const char *const laws[] = {"exponential", "fixed", "lognormal"};
    const struct service *service = &backend->service;
    struct list list = {.out = out}, inner = {.out = out};
    fprintf(out, "  \"backend\": {");
    if (backend->shards > 1)
        number(&list, "shards", backend->shards);
    number(&list, "servers", backend->servers);
    if (backend->bounded)
        number(&list, "queue_max", backend->queue_max);
    yes_if(&list, "drops_expired", backend->drops_expired);
    key(&list, "service");
    fprintf(out, "{");
    word(&inner, "law", laws[service->law]);
    ms_if(&inner, "mean_ms", service->mean_ns);
    ms_if(&inner, "p50_ms", service->p50_ns);
    ms_if(&inner, "p99_ms", service->p99_ns);
    fprintf(out, "}},\n");
}

static void write_fleet(FILE *out, const struct world_config *world)
{
    const struct pool_config *pool = &world->pool;
    struct list list = {.out = out};
    if (!pool->fleet) {
        fprintf(out, "  \"workers\": %u,\n", pool->size);
        return;
    }
    fprintf(out, "  \"fleet\": {");
    number(&list, "limit", pool->size);
    number_if(&list, "warm", pool->warm);
    ms(&list, "init_p50_ms", pool->init_p50);
    ms(&list, "init_p99_ms", pool->init_p99);
    ms(&list, "keep_ms", pool->keep);
    ms(&list, "timeout_ms", world->timeout);
    number(&list, "scale_per_s", pool->scale_per_s);
    number_if(&list, "scale_burst", pool->scale_burst);
    ms_if(&list, "clock_sigma_ms", pool->clock_sigma);
    number_if(&list, "drift_ppm", pool->drift_ppm);
    if (world->memory_mb != 128)
        number(&list, "memory_mb", world->memory_mb);
    fprintf(out, "},\n");
}

static void write_gateway(FILE *out, const struct gateway_config *gateway)
{
    struct list list = {.out = out};
    fprintf(out, "  \"gateway\": {");
    number(&list, "rps", gateway->rps);
    number_if(&list, "burst", gateway->burst);
    ms(&list, "timeout_ms", gateway->timeout);
    fprintf(out, "},\n");
}

static void write_store(FILE *out, const struct store_config *store)
{
    struct list list = {.out = out};
    fprintf(out, "  \"store\": {");
    ms(&list, "read_p50_ms", store->read_p50);
    ms(&list, "read_p99_ms", store->read_p99);
    ms(&list, "write_p50_ms", store->write_p50);
    ms(&list, "write_p99_ms", store->write_p99);
    ms(&list, "lag_ms", store->lag);
    number(&list, "stale_pct", store->stale_ppm / 10000);
    number(&list, "wcu", store->wcu);
    number(&list, "rcu", store->rcu);
    ms(&list, "burst_ms", store->burst);
    yes_if(&list, "hides_loser_item", store->hides_loser_item);
    fprintf(out, "},\n");
}

static void write_faults(FILE *out, const struct world_config *world)
{
    fprintf(out, "  \"faults\": [");
    for (uint32_t i = 0; i < world->fault_count; i++) {
        const struct fault *fault = &world->faults[i];
        struct list list = {.out = out};
        fprintf(out, "%s\n    {", i > 0 ? "," : "");
        word(&list, "kind", swarm_fault_name(fault->kind));
        ms(&list, "from_ms", fault->from);
        ms(&list, "to_ms", fault->to);
        if (fault->shard != FAULT_EVERYWHERE)
            number(&list, "shard", (uint64_t)fault->shard);
        if (swarm_fault_has_pct(fault->kind))
            number(&list, "pct", fault->pct);
        fprintf(out, "}");
    }
    fprintf(out, "%s],\n", world->fault_count > 0 ? "\n  " : "");
}

static void write_client(FILE *out, const struct scene *scene, uint32_t index)
{
    const struct scene_client *client = &scene->client[index];
    const struct scene_protocol *protocol = &scene_protocols[client->protocol];
    struct list list = {.out = out};
    fprintf(out, "    \"%s\": {", client->name);
    if (client->protocol > 0)
        word(&list, "protocol", protocol->name);
    if (!scene->world.pool.fleet && client->breakers != 1)
        number(&list, "breakers", client->breakers);
    for (const struct knob *k = protocol->caller->knobs; k->name != NULL; k++)
        number_if(&list, k->name, swarm_knob(scene, index, k->name));
    fprintf(out, "}");
}

void swarm_write(FILE *out, const struct scene *scene)
{
    const struct world_config *world = &scene->world;
    struct list list = {.out = out};
    fprintf(out, "{\n");
    text(out, "name", scene->name);
    text(out, "about", scene->about);
    fprintf(out, "  ");
    ms(&list, "run_ms", world->run);
    ms(&list, "bucket_ms", world->bucket);
    fprintf(out, ",\n");
    write_load(out, &world->load);
    write_backend(out, &world->backend);
    write_fleet(out, world);
    if (world->has_gateway)
        write_gateway(out, &world->gateway);
    if (world->has_store)
        write_store(out, &world->store);
    write_faults(out, world);
    fprintf(out, "  \"clients\": {\n");
    for (uint32_t i = 0; i < scene->clients; i++) {
        write_client(out, scene, i);
        fprintf(out, "%s\n", i + 1 < scene->clients ? "," : "");
    }
    fprintf(out, "  }\n}\n");
}
