/* output.c - see output.h. */
#include "output.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>

/* In the letters of all states; what is not there leaves its cell empty. */
static const char states[] = {[CALLER_CLOSED] = 'C',
                              [CALLER_OPEN] = 'O',
                              [CALLER_HALF_OPEN] = 'H',
                              [RECORD_NOBODY] = '-'};

static void print_fleet(FILE *out, const struct record *r,
                        const struct record_bucket *b)
{
    fprintf(out, ",%u,%u,%u,%u,%u,%u,", b->alive, b->cold_starts, b->store_reads,
            b->store_writes, b->store_conflicts, b->store_throttled);
    if (r->has_store)
        fputc(states[b->item], out);
    fputc('\n', out);
}

void output_run_csv(FILE *out, const struct record *r)
{
    fprintf(out,
            "time_ms,fault,offered,fresh,stale,refused,failed,no_room,attempts,probes,"
            "busy");
    for (uint32_t i = 0; i < RECORD_RIBBONS; i++)
        fprintf(out, ",state%u", i);
    for (uint32_t i = 0; i < RECORD_HEAT; i++)
        fprintf(out, ",heat%" PRId64, record_heat_edge_us(i));
    fprintf(out, ",alive,cold_starts,store_reads,store_writes,store_conflicts,"
                 "store_throttled,item\n");
    bool faulty = r->fault_from > 0 || r->fault_to < r->run;
    for (uint32_t i = 0; i < r->buckets; i++) {
        const struct record_bucket *b = &r->bucket[i];
        int64_t begin = (int64_t)i * r->width;
        bool fault = faulty && begin + r->width > r->fault_from && begin < r->fault_to;
        fprintf(out, "%" PRId64 ",%d,%u", begin / SIM_MS, fault, b->offered);
        for (uint32_t o = 0; o < OUTCOMES; o++)
            fprintf(out, ",%u", b->outcome[o]);
        fprintf(out, ",%u,%u,%u", b->attempts, b->probes, b->busy);
        for (uint32_t s = 0; s < RECORD_RIBBONS; s++)
            fprintf(out, s < r->ribbons ? ",%c" : ",", states[b->state[s]]);
        for (uint32_t h = 0; h < RECORD_HEAT; h++)
            fprintf(out, ",%u", b->heat[h]);
        print_fleet(out, r, b);
    }
}

/* --- JSON ------------------------------------------------------------------------- */

static void print_tree(FILE *out, cJSON *tree)
{
    char *text = cJSON_Print(tree);
    if (text == NULL) {
        fprintf(stderr, "storm: out of memory\n");
        abort();
    }
    fprintf(out, "%s\n", text);
    free(text);
    cJSON_Delete(tree);
}

static void add_digest(cJSON *object, uint64_t digest)
{
    char hex[24];
    snprintf(hex, sizeof hex, "%016" PRIx64, digest);
    cJSON_AddStringToObject(object, "digest", hex);
}

void output_run_json(FILE *out, const struct scene *scene, uint32_t client,
                     uint64_t seed, const struct record *record)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "scene", scene->name);
    cJSON_AddStringToObject(root, "client", scene->client[client].name);
    cJSON_AddNumberToObject(root, "seed", (double)seed);
    cJSON_AddNumberToObject(root, "events", (double)record->events);
    add_digest(root, record->digest);
    cJSON *list = cJSON_AddObjectToObject(root, "facts");
    for (int i = 0; facts[i].name != NULL; i++)
        cJSON_AddNumberToObject(list, facts[i].name, (double)facts[i].get(record));
    print_tree(out, root);
}

static void add_pooled(cJSON *client, const struct sweep_pool *pool)
{
    cJSON *pooled = cJSON_AddObjectToObject(client, "pooled");
    for (const struct sweep_pooled *p = sweep_pooled; p->name != NULL; p++)
        cJSON_AddNumberToObject(pooled, p->name, (double)sweep_pooled_ms(pool, p));
}

static void add_client(cJSON *clients, const char *name, const struct sweep_row *rows,
                       uint32_t n, const struct sweep_pool *pools)
{
    static const struct {
        const char *name;
        uint32_t permille;
    } marks[] = {
        {"min", 0}, {"p10", 100}, {"median", 500}, {"p90", 900}, {"max", 1000}};
    cJSON *client = cJSON_AddObjectToObject(clients, name);
    for (int i = 0; facts[i].name != NULL; i++) {
        cJSON *fact = cJSON_AddObjectToObject(client, facts[i].name);
        for (size_t m = 0; m < sizeof marks / sizeof *marks; m++)
            cJSON_AddNumberToObject(
                fact, marks[m].name,
                (double)sweep_quantile(rows, n, i, marks[m].permille));
    }
    if (pools != NULL)
        add_pooled(client, &pools[rows->client]);
}

static void print_sweep(FILE *out, const struct scene *scene, uint64_t first,
                        uint32_t seeds, const struct sweep_row *rows, uint32_t count,
                        const struct sweep_pool *pools)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "scene", scene->name);
    cJSON_AddNumberToObject(root, "first_seed", (double)first);
    cJSON_AddNumberToObject(root, "seeds", seeds);
    cJSON *clients = cJSON_AddObjectToObject(root, "clients");
    for (uint32_t i = 0; i < count; i += seeds)
        add_client(clients, scene->client[rows[i].client].name, &rows[i], seeds, pools);
    print_tree(out, root);
}

void output_sweep_json(FILE *out, const struct scene *scene, uint64_t first,
                       uint32_t seeds, const struct sweep_row *rows, uint32_t count)
{
    print_sweep(out, scene, first, seeds, rows, count, NULL);
}

void output_whole_json(FILE *out, const struct scene *scene, const struct sweep *sweep)
{
    print_sweep(out, scene, sweep->extent.first, sweep->seeds, sweep->rows,
                sweep->count, sweep->pool);
}

void output_sweep_csv(FILE *out, const struct scene *scene, uint64_t first,
                      const struct sweep_row *rows, uint32_t count)
{
    fprintf(out, "client,seed,digest");
    for (int i = 0; facts[i].name != NULL; i++)
        fprintf(out, ",%s", facts[i].name);
    fputc('\n', out);
    for (uint32_t n = 0; n < count; n++) {
        fprintf(out, "%s,%" PRIu64 ",%016" PRIx64, scene->client[rows[n].client].name,
                first + rows[n].index, rows[n].digest);
        for (int i = 0; facts[i].name != NULL; i++)
            fprintf(out, ",%" PRId64, rows[n].fact[i]);
        fputc('\n', out);
    }
}
