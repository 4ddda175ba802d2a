/* output.h - runs and sweeps as CSV and JSON, documented in README.md of this folder.
 * Columns and keys are only ever added, at the end. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdio.h>

#include "scene.h"
#include "sweep.h"

/* A line per bucket: time, outcomes by arrival, calls, states, heat. */
void output_run_csv(FILE *out, const struct record *record);
void output_run_json(FILE *out, const struct scene *scene, uint32_t client,
                     uint64_t seed, const struct record *record);

/* A line per run: client, seed, digest, every fact. */
void output_sweep_csv(FILE *out, const struct scene *scene, uint64_t first,
                      const struct sweep_row *rows, uint32_t count);

/* Quantiles of the facts; of a whole sweep with the percentiles of all its answers. */
void output_sweep_json(FILE *out, const struct scene *scene, uint64_t first,
                       uint32_t seeds, const struct sweep_row *rows, uint32_t count);
void output_whole_json(FILE *out, const struct scene *scene, const struct sweep *sweep);

#endif
