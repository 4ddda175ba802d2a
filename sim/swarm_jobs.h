/* swarm_jobs.h - many seeds on all cores; what comes out does not depend on how many.
 */
#ifndef SWARM_JOBS_H
#define SWARM_JOBS_H

#include "swarm.h"

enum { SWARM_BATCH = 1000 };

struct swarm_task {
    const struct scene *scene; /* NULL: a new one for each seed */
    uint32_t client, protocol; /* of the scene; of those drawn */
    uint64_t only;             /* a bit for each fault that is to stay */
    uint32_t jobs;
};

/* Zero but for `all` is one that has not begun. Shown on stderr if that is a terminal
 * and it takes longer than a second. */
struct swarm_progress {
    uint32_t done, all;
    double began, shown;
};

/* The scene that a seed is judged by. */
void swarm_scene(const struct swarm_task *task, uint64_t seed, struct scene *scene);

/* Judge at most SWARM_BATCH seeds; the verdicts come in their order. */
void swarm_batch(const struct swarm_task *task, uint64_t first, uint32_t seeds,
                 struct swarm_verdict *verdicts, struct swarm_progress *progress);
void swarm_progress_over(struct swarm_progress *progress);

#endif
