/* plot.h - pictures by gnuplot, SVG or PNG by the ending of the file's name.
 *
 * Each returns false after saying why on stderr: no gnuplot, a file that cannot be
 * written, an ending that is neither. */
#ifndef PLOT_H
#define PLOT_H

#include "scene.h"
#include "sweep.h"

/* --- runs beside each other ------------------------------------------------------- */

enum { PLOT_LABEL_MAX = 40 };

/* A time in which something was wrong, and what. */
struct plot_band {
    int64_t from, to; /* ns */
    char label[PLOT_LABEL_MAX];
};

struct plot_run {
    const char *name;
    const struct record *record;
    uint32_t bands;
    const struct plot_band *band;
};

/* What plot_sheet draws, wherever it comes from: a scene just played, or CSV files. */
struct plot_sheet {
    char title[120], about[400]; /* about may be "" */
    uint32_t runs;
    struct plot_run run[SCENE_CLIENTS_MAX];
};

/* Side by side on equal axes, a column per run: outcomes by time of arrival, calls to
 * the backend, states of the breakers (if one ever opened), how long answers took. */
bool plot_sheet(const char *file, const struct plot_sheet *sheet);

/* The same for the runs of a scene that are there (NULL: not played). */
bool plot_runs(const char *file, const struct scene *scene, uint64_t seed,
               struct record *const *records);

/* --- many seeds, many loads ------------------------------------------------------- */

enum { PLOT_SEEDS_MAX = 1000 };

/* A fan over seeds (at most PLOT_SEEDS_MAX of them): fresh answers over time as median
 * and 10 to 90 per cent, per client, with some single runs as thin lines, since
 * averages of bistable systems lie. client -1: all. */
bool plot_fan(const char *file, const struct scene *scene, int client, uint64_t first,
              uint32_t seeds, uint32_t jobs);

/* Goodput against offered load, and against load on its way up and down. */
bool plot_goodput(const char *file, const struct scene *scene, uint64_t seed,
                  struct record *const *records);

/* --- bins: buckets put together, so that no bin is thinner than a line ------------ */

struct plot_bin {
    uint32_t from, to; /* buckets */
    double begin_s, end_s;
};

uint32_t plot_bins(const struct record *record, uint32_t most);
struct plot_bin plot_bin(const struct record *record, uint32_t most, uint32_t index);

/* A counter of record_bucket, per second of the bin. */
#define PLOT_FIELD(member) offsetof(struct record_bucket, member)
#define PLOT_OUTCOME(which) (PLOT_FIELD(outcome) + (which) * sizeof(uint32_t))
double plot_per_s(const struct record *record, struct plot_bin bin, size_t field);

#endif
