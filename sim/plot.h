/* plot.h - pictures by gnuplot, SVG or PNG by the ending of the file's name.
 *
 * Each returns false after saying why on stderr: no gnuplot, a file that cannot be
 * written, an ending that is neither. */
#ifndef PLOT_H
#define PLOT_H

#include "scene.h"
#include "sweep.h"

/* The runs that are there (NULL: not played), side by side on equal axes: outcomes over
 * time with the fault band, calls to the backend, state ribbons, latency heat map. */
bool plot_runs(const char *file, const struct scene *scene, struct record *const *records);

/* A fan over seeds: fresh answers over time as median and 10 to 90 per cent, per client,
 * with some single runs as thin lines, since averages of bistable systems lie. */
bool plot_fan(const char *file, const struct scene *scene, int client, uint64_t first,
              uint32_t seeds);

/* Goodput against offered load, and against load on its way up and down. */
bool plot_goodput(const char *file, const struct scene *scene, struct record *const *records);

#endif
