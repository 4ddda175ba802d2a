/* swarm_jobs.c - many seeds on all cores: see swarm_jobs.h. */
#include "swarm_jobs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(struct swarm_verdict) <= _POSIX_PIPE_BUF,
               "a verdict must fit in one write");

void swarm_scene(const struct swarm_task *task, uint64_t seed, struct scene *scene)
{
    if (task->scene != NULL)
        *scene = *task->scene;
    else
        swarm_draw(scene, seed, task->protocol);
    swarm_keep(scene, task->only);
}

static void work(const struct swarm_task *task, uint64_t first, uint32_t seeds,
                 uint32_t job, int out)
{
    for (uint32_t n = job; n < seeds; n += task->jobs) {
        struct scene scene;
        swarm_scene(task, first + n, &scene);
        struct swarm_verdict v = swarm_judge(&scene, task->client, first + n);
        if (write(out, &v, sizeof v) != (ssize_t)sizeof v)
            _exit(1);
    }
    _exit(0);
}

/* --- progress --------------------------------------------------------------------- */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void show_progress(struct swarm_progress *p, uint32_t done)
{
    double now = seconds();
    p->began = p->began > 0 ? p->began : now;
    p->done += done;
    double passed = now - p->began;
    bool over = p->done == p->all;
    if (!isatty(STDERR_FILENO) || passed < 1 || (!over && now - p->shown < 0.2))
        return;
    p->shown = now;
    fprintf(stderr, "\r\033[K");
    if (!over)
        fprintf(stderr, "%u of %u runs, about %.0f s left", p->done, p->all,
                passed * (p->all - p->done) / (p->done > 0 ? p->done : 1));
}

void swarm_progress_over(struct swarm_progress *p)
{
    p->all = p->done;
    show_progress(p, 0);
}

/* --- a batch ---------------------------------------------------------------------- */

static bool read_verdict(int in, struct swarm_verdict *verdict)
{
    size_t have = 0;
    while (have < sizeof *verdict) {
        ssize_t n = read(in, (char *)verdict + have, sizeof *verdict - have);
        if (n <= 0)
            return false;
        have += (size_t)n;
    }
    return true;
}

/* A process that met an assert has left its seeds to others: each gets its own now. */
static void judge_missing(const struct swarm_task *task, uint64_t first, uint32_t seeds,
                          const bool *there, struct swarm_verdict *verdicts)
{
    for (uint32_t n = 0; n < seeds; n++) {
        struct scene scene;
        if (there[n])
            continue;
        swarm_scene(task, first + n, &scene);
        verdicts[n] = swarm_judge_apart(&scene, task->client, first + n);
    }
}

static void start_jobs(const struct swarm_task *task, uint64_t first, uint32_t seeds,
                       const int ends[2])
{
    fflush(NULL);
    for (uint32_t job = 0; job < task->jobs; job++) {
        pid_t child = fork();
        if (child != 0)
            continue; /* one that could not be started is made up for */
        close(ends[0]);
        work(task, first, seeds, job, ends[1]);
    }
}

void swarm_batch(const struct swarm_task *task, uint64_t first, uint32_t seeds,
                 struct swarm_verdict *verdicts, struct swarm_progress *progress)
{
    int ends[2];
    struct swarm_verdict verdict;
    bool there[SWARM_BATCH] = {false};
    if (pipe(ends) != 0) {
        fprintf(stderr, "storm: out of file descriptors\n");
        exit(1);
    }
    start_jobs(task, first, seeds, ends);
    close(ends[1]);
    while (read_verdict(ends[0], &verdict)) {
        verdicts[verdict.seed - first] = verdict;
        there[verdict.seed - first] = true;
        show_progress(progress, 1);
    }
    close(ends[0]);
    while (wait(NULL) > 0)
        ;
    judge_missing(task, first, seeds, there, verdicts);
}
