/* gallery.c - storm gallery: every scene of sim/gallery under some seeds, one table,
 * and how many of the scenes' expectations hold.
 *
 *      storm gallery                     all of them
 *      storm gallery s04 s14             those whose names begin so
 *      storm gallery s04-gray --plot f   no table: that scene as a picture
 *
 * A cell is a median, never an average; whoever recovers under some seeds and never
 * under others is told as a fraction. */
#include <dirent.h>
#include <inttypes.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "gallery_row.h"
#include "json.h"
#include "output.h"
#include "plot_gallery.h"
#include "storm.h"
#include "sweep.h"

#define FOLDER "sim/gallery"
enum { GALLERY_MAX = 256 };

/* What became of all scenes together. */
struct tally {
    uint32_t scenes, expects, held;
    bool good; /* every run came to its end */
};

struct files {
    FILE *csv, *json;
};

/* --- which scenes ----------------------------------------------------------------- */

static int is_scene(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".json") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool begins(const char *name, const char *word)
{
    return strncmp(name, word, strlen(word)) == 0;
}

static bool is_wanted(const struct options *o, const char *name)
{
    for (int i = 0; i < o->word_count; i++)
        if (begins(name, o->words[i]))
            return true;
    return o->word_count == 0;
}

/* A word that names nothing is a slip of the pen. */
static bool words_fit(const struct options *o, struct dirent *const *entries, int count)
{
    for (int w = 0; w < o->word_count; w++) {
        bool found = false;
        for (int i = 0; i < count && !found; i++)
            found = begins(entries[i]->d_name, o->words[w]);
        if (!found) {
            fprintf(stderr, "storm: no scene in " FOLDER " begins with \"%s\"\n",
                    o->words[w]);
            return false;
        }
    }
    return true;
}

/* The names of the wanted scenes, without their endings; -1 after an error. free() each
 * of them. */
static int wanted(const struct options *o, char *names[GALLERY_MAX])
{
    struct dirent **entries = NULL;
    int count = scandir(FOLDER, &entries, is_scene, by_name), found = 0;
    if (count < 0) {
        fprintf(stderr,
                "storm: no folder " FOLDER " here: run storm from the top folder\n");
        return -1;
    }
    bool fit = words_fit(o, entries, count);
    for (int i = 0; i < count; i++) {
        *strrchr(entries[i]->d_name, '.') = '\0';
        if (fit && found < GALLERY_MAX && is_wanted(o, entries[i]->d_name) &&
            (names[found] = strdup(entries[i]->d_name)) != NULL)
            found++;
        free(entries[i]);
    }
    free(entries);
    return fit ? found : -1;
}

static bool load(struct scene *scene, const char *name)
{
    char file[512], error[JSON_ERROR_MAX];
    snprintf(file, sizeof file, FOLDER "/%s.json", name);
    if (scene_load(scene, file, error))
        return true;
    fprintf(stderr, "%s\n", error);
    return false;
}

/* --- what must hold --------------------------------------------------------------- */

static const struct sweep_row *rows_of(const struct sweep_row *rows, uint32_t count,
                                       uint32_t seeds, uint32_t client)
{
    for (uint32_t i = 0; i < count; i += seeds)
        if (rows[i].client == client)
            return &rows[i];
    return NULL;
}

/* In how many of the runs it holds. */
static uint32_t held_in(const struct scene_expect *e, const struct sweep_row *rows,
                        uint32_t seeds)
{
    uint32_t good = 0;
    for (uint32_t i = 0; i < seeds; i++)
        good += rows[i].fact[e->fact] >= e->min && rows[i].fact[e->fact] <= e->max;
    return good;
}

/* How many hold; the others are named. */
static uint32_t expects_held(FILE *out, const struct scene *scene,
                             const struct sweep_row *rows, uint32_t count,
                             uint32_t seeds)
{
    uint32_t held = 0;
    for (uint32_t i = 0; i < scene->expects; i++) {
        const struct scene_expect *e = &scene->expect[i];
        uint32_t good = held_in(e, rows_of(rows, count, seeds, e->client), seeds);
        if ((uint64_t)good * 100 >= (uint64_t)seeds * (uint64_t)e->in_pct)
            held++;
        else
            fprintf(out,
                    "FAILED %s: %s holds in %u of %u seeds, wanted %" PRId64
                    " of 100; try storm sweep " FOLDER "/%s.json\n",
                    scene->client[e->client].name, facts[e->fact].name, good, seeds,
                    e->in_pct, scene->name);
    }
    return held;
}

/* --- one scene after the other ---------------------------------------------------- */

/* Its rows, what does not hold, and how many do; the last is returned. */
static uint32_t report(const struct options *o, const struct scene *scene,
                       const struct sweep_row *rows, uint32_t count)
{
    bool table = !o->quiet && !storm_on_stdout(o);
    if (table)
        printf("\n%s: %s\n", scene->name, scene->about);
    for (uint32_t i = 0; table && i < count; i += o->seeds)
        gallery_row(stdout, scene, &rows[i], o->seeds);
    FILE *out = storm_on_stdout(o) ? stderr : stdout;
    uint32_t held = expects_held(out, scene, rows, count, o->seeds);
    if (table && scene->expects > 0)
        printf("%u of %u expectations hold\n", held, scene->expects);
    fflush(stdout);
    return held;
}

static void csv_head(FILE *out)
{
    fprintf(out, "scene,client,seed,digest");
    for (int i = 0; facts[i].name != NULL; i++)
        fprintf(out, ",%s", facts[i].name);
    fputc('\n', out);
}

static void csv_rows(FILE *out, const struct options *o, const struct scene *scene,
                     const struct sweep_row *rows, uint32_t count)
{
    for (uint32_t n = 0; n < count; n++) {
        fprintf(out, "%s,%s,%" PRIu64 ",%016" PRIx64, scene->name,
                scene->client[rows[n].client].name, o->seed + rows[n].index,
                rows[n].digest);
        for (int i = 0; facts[i].name != NULL; i++)
            fprintf(out, ",%" PRId64, rows[n].fact[i]);
        fputc('\n', out);
    }
}

static void write_scene(const struct options *o, const struct files *files,
                        const struct scene *scene, const struct sweep_row *rows,
                        uint32_t count, bool first)
{
    if (files->csv != NULL)
        csv_rows(files->csv, o, scene, rows, count);
    if (files->json == NULL)
        return;
    fputs(first ? "[\n" : ",\n", files->json);
    output_sweep_json(files->json, scene, o->seed, o->seeds, rows, count);
}

static void show_progress(const char *name, int index, int count)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[Kscene %d of %d: %s", index + 1, count, name);
}

/* The runs were played in other processes; whether something is not written yet shows
 * when one is played in this one. */
static void note_todo(const struct options *o, const struct scene *scene)
{
    record_free(scene_run(scene, scene->clients - 1, o->seed));
    storm_note_todo();
}

static void play(const struct options *o, const struct files *files, const char *name,
                 struct tally *tally)
{
    struct scene scene;
    uint32_t count = 0;
    if (!load(&scene, name)) {
        tally->good = false;
        return;
    }
    struct sweep_row *rows = sweep_run(&scene, -1, o->seed, o->seeds, o->jobs, &count);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (rows == NULL) {
        tally->good = false;
        return;
    }
    uint32_t held = report(o, &scene, rows, count);
    write_scene(o, files, &scene, rows, count, tally->scenes == 0);
    tally->scenes++;
    tally->expects += scene.expects;
    tally->held += held;
    if (held < scene.expects)
        note_todo(o, &scene);
    free(rows);
}

static bool play_all(const struct options *o, const struct files *files,
                     char *const *names, int count)
{
    struct tally tally = {.good = true};
    FILE *out = storm_on_stdout(o) ? stderr : stdout;
    if (files->csv != NULL)
        csv_head(files->csv);
    if (!o->quiet && !storm_on_stdout(o)) {
        printf("Medians over %u seeds from %" PRIu64 ", in the fault:\n\n", o->seeds,
               o->seed);
        gallery_head(stdout);
    }
    for (int i = 0; i < count; i++) {
        show_progress(names[i], i, count);
        play(o, files, names[i], &tally);
    }
    if (files->json != NULL)
        fputs(tally.scenes > 0 ? "]\n" : "[]\n", files->json);
    fprintf(out, "\n%u scene%s: %u of %u expectations hold\n", tally.scenes,
            tally.scenes == 1 ? "" : "s", tally.held, tally.expects);
    return tally.good && tally.held == tally.expects;
}

/* --- a picture -------------------------------------------------------------------- */

static bool draw(const struct options *o, const char *name)
{
    struct scene scene;
    struct record *records[SCENE_CLIENTS_MAX] = {NULL};
    if (!load(&scene, name))
        return false;
    for (uint32_t c = 0; c < scene.clients; c++)
        records[c] = scene_run(&scene, c, o->seed);
    bool good = plot_gallery(o->plot, &scene, o->seed, records);
    for (uint32_t c = 0; c < scene.clients; c++)
        record_free(records[c]);
    return good;
}

/* --- the verb --------------------------------------------------------------------- */

/* A run's memory is some ten megabytes, and the next run needs as much: glibc would
 * give it back to the system between them, which takes as long as the run. */
static void keep_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_TOP_PAD, 16 << 20);
#endif
}

static int obey(const struct options *o, char *const *names, int count)
{
    struct files files = {o->csv != NULL ? storm_open(o->csv) : NULL,
                          o->json != NULL ? storm_open(o->json) : NULL};
    bool open = (o->csv == NULL || files.csv != NULL) &&
                (o->json == NULL || files.json != NULL);
    keep_memory();
    bool good = open && play_all(o, &files, names, count);
    good = storm_close(files.csv, o->csv) && good;
    good = storm_close(files.json, o->json) && good;
    return !open ? 2 : good ? 0 : 1;
}

int storm_gallery(const struct options *o)
{
    char *names[GALLERY_MAX] = {NULL};
    int count = wanted(o, names), status = 2;
    if (count > 1 && o->plot != NULL)
        fprintf(stderr, "storm: one scene a picture, please: %d begin so\n", count);
    else if (count == 1 && o->plot != NULL)
        status = draw(o, names[0]) ? 0 : 1;
    else if (count > 0)
        status = obey(o, names, count);
    else if (count == 0)
        fprintf(stderr, "storm: there is no scene in " FOLDER "\n");
    for (int i = 0; i < count; i++)
        free(names[i]);
    return status;
}
