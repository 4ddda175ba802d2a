/* expect.c - storm sweep: many seeds, a table, and whether the scene shows what it
 * must. Or one machine's part of it, as a file (part.h). */
#include "expect.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "facts.h"
#include "output.h"
#include "part.h"
#include "plot.h"

static void print_table(const struct scene *scene, const struct sweep *sweep)
{
    const struct sweep_row *rows = sweep->rows;
    uint32_t count = sweep->count, seeds = sweep->seeds;
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

/* What a median of percentiles does not say. */
static void print_pooled(const struct sweep *sweep)
{
    printf("\nthe answers of all seeds together\n");
    for (const struct sweep_pooled *p = sweep_pooled; p->name != NULL; p++) {
        printf("%-22s", p->name);
        for (uint32_t i = 0; i < sweep->count; i += sweep->seeds)
            printf(" %24" PRId64,
                   sweep_pooled_ms(&sweep->pool[sweep->rows[i].client], p));
        printf("\n");
    }
}

/* The rows of one client, or NULL if it was not played. */
static const struct sweep_row *rows_of(const struct sweep *sweep, uint32_t client)
{
    for (uint32_t i = 0; i < sweep->count; i += sweep->seeds)
        if (sweep->rows[i].client == client)
            return &sweep->rows[i];
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
                              const struct sweep *sweep)
{
    bool good = true;
    for (uint32_t i = 0; i < scene->expects; i++) {
        const struct scene_expect *e = &scene->expect[i];
        const struct sweep_row *own = rows_of(sweep, e->client);
        if (own != NULL)
            good = holds(out, scene, e, own, sweep->seeds, sweep->extent.first) && good;
    }
    return good;
}

bool expect_open(struct expect_files *files, const struct options *o)
{
    files->csv = o->csv != NULL ? storm_open(o->csv) : NULL;
    files->json = o->json != NULL ? storm_open(o->json) : NULL;
    return (o->csv == NULL || files->csv != NULL) &&
           (o->json == NULL || files->json != NULL);
}

/* The runs were played in other processes; whether something is not written yet shows
 * when one is played in this one. */
static void note_todo(const struct scene *scene, const struct sweep *sweep)
{
    for (uint32_t i = 0; i < sweep->count; i += sweep->seeds)
        record_free(scene_run(scene, sweep->rows[i].client, sweep->extent.first));
    storm_note_todo();
}

static void print(const struct scene *scene, const struct sweep *sweep)
{
    printf("%s, %u seeds from %" PRIu64 ": %s\n\n", scene->name, sweep->seeds,
           sweep->extent.first, scene->about);
    print_table(scene, sweep);
    print_pooled(sweep);
    printf("\n");
}

bool expect_report(const struct options *o, const struct expect_files *files,
                   const struct scene *scene, const struct sweep *sweep)
{
    if (!o->quiet && !storm_on_stdout(o))
        print(scene, sweep);
    FILE *out = storm_on_stdout(o) ? stderr : stdout;
    bool good = expectations_hold(out, scene, sweep);
    note_todo(scene, sweep);
    if (files->csv != NULL)
        output_sweep_csv(files->csv, scene, sweep->extent.first, sweep->rows,
                         sweep->count);
    if (files->json != NULL)
        output_whole_json(files->json, scene, sweep);
    good = storm_close(files->csv, o->csv) && good;
    return storm_close(files->json, o->json) && good;
}

/* --- a part ----------------------------------------------------------------------- */

static bool part_options_fit(const struct options *o)
{
    if (o->part == NULL || o->shard.of == 0)
        fprintf(stderr,
                "storm: --shard i/n and --part FILE go together: one says which "
                "seeds are played, the other where to\n");
    else if (o->csv != NULL || o->json != NULL || o->plot != NULL)
        fprintf(stderr, "storm: a part is not the whole: --csv, --json and --plot are "
                        "for storm merge, or for a sweep without --shard\n");
    else
        return true;
    return false;
}

static int sweep_part(const struct options *o, const struct scene *scene,
                      const struct sweep_extent *extent)
{
    struct part part = {0};
    char file[STORM_FILE_MAX];
    if (!part_options_fit(o) || !storm_scene_file(o, file))
        return 2;
    snprintf(part.scene, sizeof part.scene, "%s", scene->name);
    if (!part_digest(&part.scene_digest, file)) {
        fprintf(stderr, "storm: %s: cannot be read any more\n", file);
        return 1;
    }
    FILE *out = storm_open(o->part);
    if (out == NULL)
        return 2;
    if (!sweep_play(&part.sweep, scene, extent, o->jobs))
        return 1;
    part_write(out, &part);
    bool good = storm_close(out, o->part);
    if (good && !o->quiet && out != stdout)
        printf("%s, part %u of %u: %u of %u seeds, in %s; storm merge puts the parts "
               "together\n",
               scene->name, o->shard.part, o->shard.of, part.sweep.seeds, o->seeds,
               o->part);
    sweep_free(&part.sweep);
    return good ? 0 : 1;
}

/* --- the verb --------------------------------------------------------------------- */

int storm_sweep(const struct options *o)
{
    struct scene scene;
    struct expect_files files;
    struct sweep sweep;
    if (!storm_scene(o, &scene))
        return 2;
    int client = storm_client(o, &scene, -1);
    if (client < -1)
        return 2;
    struct sweep_extent extent = sweep_all(&scene, client, o->seed, o->seeds);
    extent.shard = o->shard;
    if (o->part != NULL || o->shard.of > 0)
        return sweep_part(o, &scene, &extent);
    if (!expect_open(&files, o))
        return 2;
    if (!sweep_play(&sweep, &scene, &extent, o->jobs))
        return 1;
    bool good = expect_report(o, &files, &scene, &sweep);
    if (o->plot != NULL)
        good = plot_fan(o->plot, &scene, client, o->seed, o->seeds, o->jobs) && good;
    sweep_free(&sweep);
    return good ? 0 : 1;
}
