/* merge.c - storm merge SCENE PART...: the parts of a sweep, played on many machines,
 * say what the sweep would have said on one, to the byte.
 *
 * Rows have a place of their own and histograms are added up, so nothing here decides
 * anything but whether the parts belong together. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "part.h"

struct merger {
    const struct scene *scene;
    uint64_t scene_digest;
    struct sweep whole;                    /* its shard that of nobody */
    uint32_t of;                           /* how many parts there are; 0: none seen */
    const char *from[SWEEP_PARTS_MAX + 1]; /* the file of each part; NULL: not yet */
};

static bool reject(const char *file, const char *why)
{
    fprintf(stderr, "storm: %s: %s\n", file, why);
    return false;
}

/* --- does it belong here? --------------------------------------------------------- */

static bool is_of_this_scene(const struct merger *m, const struct part *part,
                             const char *file)
{
    if (strcmp(part->scene, m->scene->name) != 0) {
        fprintf(stderr, "storm: %s: is a part of the scene %s, not of %s\n", file,
                part->scene, m->scene->name);
        return false;
    }
    const struct sweep_extent *e = &part->sweep.extent;
    if (part->scene_digest != m->scene_digest ||
        e->first_client + e->clients > m->scene->clients)
        return reject(file, "is a part of this scene as it stood in another file: play "
                            "it again");
    return true;
}

static bool is_alike(const struct sweep_extent *a, const struct sweep_extent *b)
{
    return a->first_client == b->first_client && a->clients == b->clients &&
           a->first == b->first && a->seeds == b->seeds;
}

static bool fits(const struct merger *m, const struct part *part, const char *file)
{
    const struct sweep_extent *e = &part->sweep.extent, *w = &m->whole.extent;
    if (!is_of_this_scene(m, part, file))
        return false;
    if (m->of > 0 && (m->of != e->shard.of || !is_alike(e, w))) {
        fprintf(stderr,
                "storm: %s: is a part of another sweep: 1/%u of clients %u to %u, %u "
                "seeds from %" PRIu64 "; the first file's is 1/%u of clients %u to %u, "
                "%u seeds from %" PRIu64 "\n",
                file, e->shard.of, e->first_client, e->first_client + e->clients - 1,
                e->seeds, e->first, m->of, w->first_client,
                w->first_client + w->clients - 1, w->seeds, w->first);
        return false;
    }
    if (m->from[e->shard.part] != NULL) {
        fprintf(stderr, "storm: part %u of %u is there twice: %s and %s\n",
                e->shard.part, e->shard.of, m->from[e->shard.part], file);
        return false;
    }
    return true;
}

/* Whoever played it may have had another client, or another storm. Its first run,
 * played here, tells. */
static bool is_played_alike(const struct merger *m, const struct part *part,
                            const char *file)
{
    const struct sweep_row *row = part->sweep.rows;
    if (part->sweep.count == 0)
        return true;
    uint64_t seed = part->sweep.extent.first + row->index;
    struct record *record = scene_run(m->scene, row->client, seed);
    uint64_t digest = record->digest;
    record_free(record);
    if (digest == row->digest)
        return true;
    fprintf(
        stderr,
        "storm: %s: was played by another program: the run of %s under seed %" PRIu64
        " has the digest %016" PRIx64 " there, %016" PRIx64 " here\n",
        file, m->scene->client[row->client].name, seed, row->digest, digest);
    return false;
}

/* --- all of them ------------------------------------------------------------------ */

static bool add(struct merger *m, const char *file)
{
    struct part part;
    char error[PART_ERROR_MAX];
    if (!part_read(&part, file, error))
        return reject(file, error);
    bool good = fits(m, &part, file) && is_played_alike(m, &part, file);
    if (good) {
        if (m->of == 0) {
            struct sweep_extent all = part.sweep.extent;
            m->of = all.shard.of;
            all.shard = (struct sweep_shard){0, 0};
            sweep_new(&m->whole, &all);
        }
        m->from[part.sweep.extent.shard.part] = file;
        sweep_add(&m->whole, &part.sweep);
    }
    sweep_free(&part.sweep);
    return good;
}

static bool is_complete(const struct merger *m)
{
    uint32_t first = 0, missing = 0;
    for (uint32_t i = 1; i <= m->of; i++) {
        if (m->from[i] != NULL)
            continue;
        first = missing == 0 ? i : first;
        missing++;
    }
    if (missing == 0)
        return true;
    fprintf(stderr, "storm: part %u of %u is missing", first, m->of);
    if (missing > 1)
        fprintf(stderr, ", and %u more", missing - 1);
    fputc('\n', stderr);
    return false;
}

static bool add_all(struct merger *m, const struct options *o)
{
    for (int i = 1; i < o->word_count; i++)
        if (!add(m, o->words[i]))
            return false;
    return is_complete(m);
}

/* As if the options had been those of the sweep. */
static bool report(const struct merger *m, const struct options *o)
{
    struct expect_files files;
    return expect_open(&files, o) && expect_report(o, &files, m->scene, &m->whole);
}

int storm_merge(const struct options *o)
{
    struct scene scene;
    char file[STORM_FILE_MAX];
    if (!storm_scene(o, &scene) || !storm_scene_file(o, file))
        return 2;
    if (o->word_count < 2) {
        fprintf(stderr, "storm: merge which parts? storm sweep --shard i/n --part FILE "
                        "writes them\n");
        return 2;
    }
    struct merger *m = calloc(1, sizeof *m);
    if (m == NULL)
        abort();
    m->scene = &scene;
    bool good = part_digest(&m->scene_digest, file) && add_all(m, o) && report(m, o);
    if (m->of > 0)
        sweep_free(&m->whole);
    free(m);
    return good ? 0 : 1;
}
