/* verbs.c - what run, compare, replay and list do. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "explore_trace.h"
#include "facts.h"
#include "json.h"
#include "output.h"
#include "picture.h"
#include "plot.h"
#include "storm.h"

/* --- scenes, clients, files ------------------------------------------------------- */

/* Whether there is such a file, even one that cannot be opened. */
static bool exists(const char *file)
{
    FILE *f = fopen(file, "rb");
    if (f == NULL)
        return errno != ENOENT && errno != ENOTDIR;
    fclose(f);
    return true;
}

bool storm_scene_file(const struct options *options, char file[STORM_FILE_MAX])
{
    if (options->scene == NULL) {
        fprintf(stderr, "storm: which scene? storm list shows them\n");
        return false;
    }
    snprintf(file, STORM_FILE_MAX, "%s", options->scene);
    if (!exists(file))
        snprintf(file, STORM_FILE_MAX, "sim/scenes/%s.json", options->scene);
    if (exists(file))
        return true;
    fprintf(stderr, "storm: there is no file or scene \"%s\"; storm list shows them\n",
            options->scene);
    return false;
}

/* The chapter whose scene is played: what later ones bring is not missed in it. */
static long of_chapter = LONG_MAX;

static void note_chapter(const char *file)
{
    const char *folder = strstr(file, "chapters/");
    char *end = NULL;
    long chapter = folder != NULL ? strtol(folder + strlen("chapters/"), &end, 10) : 0;
    of_chapter = end != NULL && *end == '-' ? chapter : LONG_MAX;
}

bool storm_scene(const struct options *options, struct scene *scene)
{
    char file[STORM_FILE_MAX], error[JSON_ERROR_MAX];
    if (!storm_scene_file(options, file))
        return false;
    note_chapter(file);
    if (scene_load(scene, file, error))
        return true;
    fprintf(stderr, "%s\n", error);
    return false;
}

int storm_client(const struct options *options, const struct scene *scene,
                 int otherwise)
{
    if (options->client == NULL)
        return otherwise;
    int client = scene_client_find(scene, options->client);
    if (client >= 0)
        return client;
    fprintf(stderr, "storm: %s has no client \"%s\"; it has:", scene->name,
            options->client);
    for (uint32_t i = 0; i < scene->clients; i++)
        fprintf(stderr, " %s", scene->client[i].name);
    fputc('\n', stderr);
    return -2;
}

FILE *storm_open(const char *file)
{
    FILE *out = strcmp(file, "-") == 0 ? stdout : fopen(file, "w");
    if (out == NULL)
        fprintf(stderr, "storm: %s: cannot be written: %s\n", file, strerror(errno));
    return out;
}

bool storm_close(FILE *file, const char *name)
{
    if (file == NULL)
        return true;
    bool good = !ferror(file);
    good = (file == stdout ? fflush(file) : fclose(file)) == 0 && good;
    if (!good)
        fprintf(stderr, "storm: %s: not all could be written: %s\n", name,
                strerror(errno));
    return good;
}

bool storm_on_stdout(const struct options *options)
{
    return (options->csv != NULL && strcmp(options->csv, "-") == 0) ||
           (options->json != NULL && strcmp(options->json, "-") == 0);
}

void storm_note_todo(void)
{
    int chapter, task;
    fflush(stdout);
    if (adapter_todo(&chapter, &task) && chapter <= of_chapter)
        fprintf(stderr, "Not written yet: chapter %d, task %d.\n", chapter, task);
}

/* --- facts as a table ------------------------------------------------------------- */

static const char *const main_facts[] = {
    "fresh_pct",    "stale_pct",      "refused_pct", "failed_pct",      "no_room_pct",
    "recovered_ms", "attempts_per_s", "in_vain_pct", "opened_after_ms", "opens",
    "probes",       "fault_p50_ms",   "fault_p99_ms"};

static bool is_main(const char *name)
{
    for (size_t i = 0; i < sizeof main_facts / sizeof *main_facts; i++)
        if (strcmp(main_facts[i], name) == 0)
            return true;
    return false;
}

static void print_facts(const struct scene *scene, struct record *const *records,
                        bool all)
{
    printf("\n%-22s", "");
    for (uint32_t c = 0; c < scene->clients; c++)
        if (records[c] != NULL)
            printf(" %12s", scene->client[c].name);
    printf("\n");
    for (int i = 0; facts[i].name != NULL; i++) {
        if (!all && !is_main(facts[i].name))
            continue;
        printf("%-22s", facts[i].name);
        for (uint32_t c = 0; c < scene->clients; c++)
            if (records[c] != NULL)
                printf(" %12" PRId64, facts[i].get(records[c]));
        printf("   %s\n", facts[i].what);
    }
}

/* --- verbs ------------------------------------------------------------------------ */

/* Play the clients whose place in `records` is wanted, and show them on equal axes. */
static void show(const struct scene *scene, const struct options *o, int only,
                 struct record **records)
{
    struct picture_axes axes = {0, 0};
    for (uint32_t c = 0; c < scene->clients; c++) {
        if (only >= 0 && (uint32_t)only != c)
            continue;
        records[c] = scene_run(scene, c, o->seed);
        picture_widen(&axes, records[c]);
    }
    if (o->quiet || storm_on_stdout(o))
        return;
    printf("%s, seed %" PRIu64 ": %s\n\n", scene->name, o->seed, scene->about);
    for (uint32_t c = 0; c < scene->clients; c++)
        if (records[c] != NULL)
            picture_print(stdout, scene->client[c].name, records[c], &axes, o->colour);
    picture_legend(stdout, o->colour);
    print_facts(scene, records, o->all_facts);
}

static int finish(struct record **records, int status)
{
    for (uint32_t c = 0; c < SCENE_CLIENTS_MAX; c++)
        record_free(records[c]);
    storm_note_todo();
    return status;
}

static bool draw(const struct options *o, const struct scene *scene,
                 struct record *const *records)
{
    if (o->as != NULL && strcmp(o->as, "goodput") == 0)
        return plot_goodput(o->plot, scene, o->seed, records);
    return plot_runs(o->plot, scene, o->seed, records);
}

int storm_run(const struct options *o)
{
    struct scene scene;
    struct record *records[SCENE_CLIENTS_MAX] = {NULL};
    if (!storm_scene(o, &scene))
        return 2;
    int client = storm_client(o, &scene, (int)scene.clients - 1);
    if (client < 0)
        return 2;
    FILE *csv = o->csv != NULL ? storm_open(o->csv) : NULL;
    FILE *json = o->json != NULL ? storm_open(o->json) : NULL;
    if ((o->csv != NULL && csv == NULL) || (o->json != NULL && json == NULL)) {
        storm_close(csv, o->csv);
        storm_close(json, o->json);
        return 2;
    }
    show(&scene, o, client, records);
    if (csv != NULL)
        output_run_csv(csv, records[client]);
    if (json != NULL)
        output_run_json(json, &scene, (uint32_t)client, o->seed, records[client]);
    bool good = storm_close(csv, o->csv);
    good = storm_close(json, o->json) && good;
    good = (o->plot == NULL || draw(o, &scene, records)) && good;
    return finish(records, good ? 0 : 1);
}

int storm_compare(const struct options *o)
{
    struct scene scene;
    struct record *records[SCENE_CLIENTS_MAX] = {NULL};
    if (!storm_scene(o, &scene))
        return 2;
    int only = storm_client(o, &scene, -1);
    if (only < -1)
        return 2;
    show(&scene, o, only, records);
    bool drawn = o->plot == NULL || draw(o, &scene, records);
    return finish(records, drawn ? 0 : 1);
}

/* A trace has its client and its one order of events: there is nothing to choose. */
static int replay_trace(const struct options *o, const char *file)
{
    const char *option = o->digest != NULL   ? "digest"
                         : o->client != NULL ? "client"
                         : o->given_seed     ? "seed"
                                             : NULL;
    if (option == NULL)
        return storm_replay_trace(o, file);
    fprintf(stderr, "storm: --%s goes with a scene, and %s is a trace of explore\n",
            option, file);
    return 2;
}

int storm_replay(const struct options *o)
{
    struct scene scene;
    char hex[24], file[STORM_FILE_MAX];
    if (!storm_scene_file(o, file))
        return 2;
    if (explore_trace_is(file))
        return replay_trace(o, file);
    if (!storm_scene(o, &scene))
        return 2;
    int client = storm_client(o, &scene, (int)scene.clients - 1);
    if (client < 0)
        return 2;
    struct record *record = scene_run(&scene, (uint32_t)client, o->seed);
    snprintf(hex, sizeof hex, "%016" PRIx64, record->digest);
    printf("%s %s seed %" PRIu64 ": %" PRIu64 " events, digest %s\n", scene.name,
           scene.client[client].name, o->seed, record->events, hex);
    record_free(record);
    storm_note_todo();
    if (o->digest == NULL || strcasecmp(o->digest, hex) == 0)
        return 0;
    fprintf(stderr, "storm: not the run that was recorded, whose digest is %s\n",
            o->digest);
    return 1;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_scene(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".json") == 0;
}

int storm_list(const struct options *o)
{
    if (o->scene != NULL) {
        fprintf(stderr, "storm: list takes no scene: \"%s\"\n", o->scene);
        return 2;
    }
    struct dirent **entries = NULL;
    int n = scandir("sim/scenes", &entries, is_scene, by_name), status = 0;
    if (n < 0) {
        fprintf(stderr,
                "storm: no folder sim/scenes here: run storm from the top folder\n");
        return 2;
    }
    for (int i = 0; i < n; i++) {
        struct scene scene;
        char file[512], error[JSON_ERROR_MAX];
        snprintf(file, sizeof file, "sim/scenes/%s", entries[i]->d_name);
        if (scene_load(&scene, file, error)) {
            printf("%-20s %s\n", scene.name, scene.about);
        } else {
            fprintf(stderr, "%s\n", error);
            status = 1;
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}
