/* plot.c - storm plot and storm picture: runs of different programs side by side, from
 * the CSV that each of them wrote. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "input.h"
#include "picture.h"
#include "plot.h"
#include "storm.h"

struct files {
    uint32_t count;
    char label[SCENE_CLIENTS_MAX][64];
    struct record *record[SCENE_CLIENTS_MAX];
    struct plot_band band[SCENE_CLIENTS_MAX]; /* of each, if it has a fault */
    bool faulty[SCENE_CLIENTS_MAX];
};

/* LABEL=FILE, or FILE, which is its own label. */
static bool read_file(struct files *files, const char *word)
{
    char error[INPUT_ERROR_MAX];
    const char *equals = strchr(word, '=');
    uint32_t i = files->count;
    int length = equals != NULL ? (int)(equals - word) : (int)strlen(word);
    snprintf(files->label[i], sizeof files->label[i], "%.*s", length, word);
    struct record *r = input_run_csv(equals != NULL ? equals + 1 : word, error);
    if (r == NULL) {
        fprintf(stderr, "storm: %s\n", error);
        return false;
    }
    files->record[i] = r;
    files->faulty[i] = r->fault_from > 0 || r->fault_to < r->run;
    files->band[i] = (struct plot_band){r->fault_from, r->fault_to, "fault"};
    files->count++;
    return true;
}

static void free_files(struct files *files)
{
    for (uint32_t i = 0; i < files->count; i++)
        record_free(files->record[i]);
}

static bool read_files(struct files *files, char *const *words, int count)
{
    files->count = 0;
    if (count < 1 || count > SCENE_CLIENTS_MAX) {
        fprintf(stderr,
                "storm: which runs? 1 to %d of LABEL=FILE, written by storm run "
                "--csv FILE\n",
                SCENE_CLIENTS_MAX);
        return false;
    }
    bool good = true;
    for (int i = 0; i < count && good; i++)
        good = read_file(files, words[i]);
    if (!good)
        free_files(files);
    return good;
}

int storm_plot(const struct options *o)
{
    struct files files;
    struct plot_sheet sheet = {.runs = 0};
    if (o->word_count < 1 || strchr(o->words[0], '=') != NULL) {
        fprintf(stderr, "storm: the picture's name comes first: storm plot OUT.svg "
                        "LABEL=FILE ...\n");
        return 2;
    }
    if (!read_files(&files, o->words + 1, o->word_count - 1))
        return 2;
    snprintf(sheet.title, sizeof sheet.title, "%s", o->title != NULL ? o->title : "");
    for (uint32_t i = 0; i < files.count; i++)
        sheet.run[sheet.runs++] = (struct plot_run){.name = files.label[i],
                                                    .record = files.record[i],
                                                    .bands = files.faulty[i],
                                                    .band = &files.band[i]};
    bool good = plot_sheet(o->words[0], &sheet);
    free_files(&files);
    return good ? 0 : 1;
}

int storm_picture(const struct options *o)
{
    struct files files;
    struct picture_axes axes = {0, 0};
    if (!read_files(&files, o->words, o->word_count))
        return 2;
    for (uint32_t i = 0; i < files.count; i++)
        picture_widen(&axes, files.record[i]);
    if (o->title != NULL)
        printf("%s\n\n", o->title);
    for (uint32_t i = 0; i < files.count; i++)
        picture_print(stdout, files.label[i], files.record[i], &axes, o->colour);
    picture_legend(stdout, o->colour);
    free_files(&files);
    return 0;
}
