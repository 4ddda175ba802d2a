/* expect.c - storm sweep: many seeds, a table, and whether the scene shows what it
 * must. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "facts.h"
#include "output.h"
#include "plot.h"
#include "storm.h"
#include "sweep.h"

static void print_table(const struct scene *scene, const struct sweep_row *rows,
                        uint32_t count, uint32_t seeds)
{
    printf("%-22s", "median [min to max]");
    for (uint32_t i = 0; i < count; i += seeds)
        printf(" %24s", scene->client[rows[i].client].name);
    printf("\n");
    for (int f = 0; facts[f].name != NULL; f++) {
        printf("%-22s", facts[f].name);
        for (uint32_t i = 0; i < count; i += seeds) {
            char cell[64];
            snprintf(cell, sizeof cell, "%" PRId64 " [%" PRId64 " to %" PRId64 "]",
                     sweep_quantile(&rows[i], seeds, f, 500),
                     sweep_quantile(&rows[i], seeds, f, 0),
                     sweep_quantile(&rows[i], seeds, f, 1000));
            printf(" %24s", cell);
        }
        printf("\n");
    }
}

/* The rows of one client, or NULL if it was not played. */
static const struct sweep_row *rows_of(const struct sweep_row *rows, uint32_t count,
                                       uint32_t seeds, uint32_t client)
{
    for (uint32_t i = 0; i < count; i += seeds)
        if (rows[i].client == client)
            return &rows[i];
    return NULL;
}

static void print_range(FILE *out, const struct scene_expect *e)
{
    if (e->min == e->max)
        fprintf(out, "is %" PRId64, e->min);
    else if (e->min == INT64_MIN)
        fprintf(out, "is at most %" PRId64, e->max);
    else if (e->max == INT64_MAX)
        fprintf(out, "is at least %" PRId64, e->min);
    else
        fprintf(out, "is %" PRId64 " to %" PRId64, e->min, e->max);
}

static bool holds(FILE *out, const struct scene *scene, const struct scene_expect *e,
                  const struct sweep_row *rows, uint32_t seeds, uint64_t first)
{
    uint32_t good = 0;
    uint64_t bad_seed = 0;
    for (uint32_t i = 0; i < seeds; i++) {
        bool in = rows[i].fact[e->fact] >= e->min && rows[i].fact[e->fact] <= e->max;
        good += in;
        if (!in)
            bad_seed = first + i;
    }
    bool enough = (uint64_t)good * 100 >= (uint64_t)seeds * (uint64_t)e->in_pct;
    fprintf(out, "%-6s %s: %s ", enough ? "ok" : "FAILED",
            scene->client[e->client].name, facts[e->fact].name);
    print_range(out, e);
    fprintf(out, " in %u of %u seeds", good, seeds);
    if (e->in_pct < 100 || !enough)
        fprintf(out, ", wanted %" PRId64 " of 100", e->in_pct);
    if (!enough)
        fprintf(out, "; try --client %s --seed %" PRIu64, scene->client[e->client].name,
                bad_seed);
    fprintf(out, "\n");
    return enough;
}

static bool expectations_hold(FILE *out, const struct scene *scene,
                              const struct sweep_row *rows, uint32_t count,
                              uint32_t seeds, uint64_t first)
{
    bool good = true;
    for (uint32_t i = 0; i < scene->expects; i++) {
        const struct scene_expect *e = &scene->expect[i];
        const struct sweep_row *own = rows_of(rows, count, seeds, e->client);
        if (own != NULL)
            good = holds(out, scene, e, own, seeds, first) && good;
    }
    return good;
}

/* The files asked for, opened before the work begins: a sweep may take minutes. */
static bool open_files(const struct options *o, FILE **csv, FILE **json)
{
    *csv = o->csv != NULL ? storm_open(o->csv) : NULL;
    *json = o->json != NULL ? storm_open(o->json) : NULL;
    return (o->csv == NULL || *csv != NULL) && (o->json == NULL || *json != NULL);
}

/* The runs were played in other processes; whether something is not written yet shows
 * when one is played in this one. */
static void note_todo(const struct scene *scene, const struct sweep_row *rows,
                      uint32_t count, const struct options *o)
{
    for (uint32_t i = 0; i < count; i += o->seeds)
        record_free(scene_run(scene, rows[i].client, o->seed));
    storm_note_todo();
}

/* Show and check what a sweep brought. */
static bool report(const struct options *o, const struct scene *scene,
                   const struct sweep_row *rows, uint32_t count)
{
    if (!o->quiet && !storm_on_stdout(o)) {
        printf("%s, %u seeds from %" PRIu64 ": %s\n\n", scene->name, o->seeds, o->seed,
               scene->about);
        print_table(scene, rows, count, o->seeds);
        printf("\n");
    }
    FILE *out = storm_on_stdout(o) ? stderr : stdout;
    bool good = expectations_hold(out, scene, rows, count, o->seeds, o->seed);
    note_todo(scene, rows, count, o);
    return good;
}

int storm_sweep(const struct options *o)
{
    struct scene scene;
    FILE *csv = NULL, *json = NULL;
    uint32_t count = 0;
    if (!storm_scene(o, &scene))
        return 2;
    int client = storm_client(o, &scene, -1);
    if (client < -1 || !open_files(o, &csv, &json))
        return 2;
    struct sweep_row *rows =
        sweep_run(&scene, client, o->seed, o->seeds, o->jobs, &count);
    if (rows == NULL)
        return 1;
    bool good = report(o, &scene, rows, count);
    if (csv != NULL)
        output_sweep_csv(csv, &scene, o->seed, rows, count);
    if (json != NULL)
        output_sweep_json(json, &scene, o->seed, o->seeds, rows, count);
    good = storm_close(csv, o->csv) && good;
    good = storm_close(json, o->json) && good;
    if (o->plot != NULL)
        good = plot_fan(o->plot, &scene, client, o->seed, o->seeds, o->jobs) && good;
    free(rows);
    return good ? 0 : 1;
}
