/* sweep.h - a scene over many seeds, on all cores; the result does not depend on how
 * many. */
#ifndef SWEEP_H
#define SWEEP_H

#include "facts.h"
#include "scene.h"

struct sweep_row {
    uint32_t client, index; /* which client, which seed from the first */
    uint64_t digest;
    int64_t fact[FACTS_MAX];
};

/* Play every client of the scene, or only `client` if that is not -1, under `seeds`
 * seeds from `first` on, with `jobs` processes. Rows come ordered by client, then seed;
 * free() them. NULL, and a sentence on stderr, if a process failed. Shows its progress
 * on stderr if that is a terminal and it takes longer than a second. */
struct sweep_row *sweep_run(const struct scene *scene, int client, uint64_t first,
                            uint32_t seeds, uint32_t jobs, uint32_t *rows);

/* Of `n` rows, the value of a fact below or at which `permille` of them lie. */
int64_t sweep_quantile(const struct sweep_row *rows, uint32_t n, int fact,
                       uint32_t permille);

uint32_t sweep_cores(void);

#endif
