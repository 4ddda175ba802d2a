/* sweep.c - see sweep.h. Processes, not threads: a run shares nothing with another, and
 * its rows come back through one pipe, each in one write that the system keeps whole.
 */
#include "sweep.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(struct sweep_row) <= _POSIX_PIPE_BUF,
               "a row must fit in one write");

struct task {
    const struct scene *scene;
    uint32_t first_client, clients, seeds, jobs;
    uint64_t first_seed;
};

uint32_t sweep_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (uint32_t)cores : 1;
}

static void play(const struct task *task, uint32_t number, int out)
{
    struct sweep_row row = {.client = task->first_client + number / task->seeds,
                            .index = number % task->seeds};
    struct record *record =
        scene_run(task->scene, row.client, task->first_seed + row.index);
    row.digest = record->digest;
    for (int i = 0; facts[i].name != NULL; i++)
        row.fact[i] = facts[i].get(record);
    record_free(record);
    if (write(out, &row, sizeof row) != (ssize_t)sizeof row)
        _exit(1);
}

static void work(const struct task *task, uint32_t job, int out)
{
    for (uint32_t n = job; n < task->clients * task->seeds; n += task->jobs)
        play(task, n, out);
    _exit(0);
}

/* --- progress --------------------------------------------------------------------- */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void show_progress(double began, uint32_t done, uint32_t all)
{
    static double shown;
    double now = seconds(), passed = now - began;
    if (!isatty(STDERR_FILENO) || passed < 1 || (done < all && now - shown < 0.2))
        return;
    shown = now;
    fprintf(stderr, "\r\033[K");
    if (done < all)
        fprintf(stderr, "%u of %u runs, about %.0f s left", done, all,
                passed * (all - done) / (done > 0 ? done : 1));
}

/* --- the whole -------------------------------------------------------------------- */

static bool read_row(int in, struct sweep_row *row)
{
    size_t have = 0;
    while (have < sizeof *row) {
        ssize_t n = read(in, (char *)row + have, sizeof *row - have);
        if (n <= 0)
            return false;
        have += (size_t)n;
    }
    return true;
}

static uint32_t collect(const struct task *task, int in, struct sweep_row *rows)
{
    struct sweep_row row;
    uint32_t done = 0, all = task->clients * task->seeds;
    double began = seconds();
    while (read_row(in, &row)) {
        rows[(row.client - task->first_client) * task->seeds + row.index] = row;
        show_progress(began, ++done, all);
    }
    return done;
}

static bool start_jobs(const struct task *task, int pipe_ends[2])
{
    for (uint32_t job = 0; job < task->jobs; job++) {
        pid_t child = fork();
        if (child < 0)
            return false;
        if (child == 0) {
            close(pipe_ends[0]);
            work(task, job, pipe_ends[1]);
        }
    }
    return true;
}

struct sweep_row *sweep_run(const struct scene *scene, int client, uint64_t first,
                            uint32_t seeds, uint32_t jobs, uint32_t *rows)
{
    struct task task = {.scene = scene,
                        .seeds = seeds,
                        .first_seed = first,
                        .jobs = jobs > 0 ? jobs : 1,
                        .first_client = client < 0 ? 0 : (uint32_t)client,
                        .clients = client < 0 ? scene->clients : 1};
    int ends[2];
    *rows = task.clients * seeds;
    task.jobs = task.jobs < *rows ? task.jobs : *rows;
    struct sweep_row *result = calloc(*rows, sizeof *result);
    if (result == NULL || pipe(ends) != 0) {
        fprintf(stderr, "storm: out of memory or file descriptors\n");
        free(result);
        return NULL;
    }
    fflush(NULL);
    bool good = start_jobs(&task, ends);
    close(ends[1]);
    good = collect(&task, ends[0], result) == *rows && good;
    close(ends[0]);
    int status = 0;
    while (wait(&status) > 0)
        good = good && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (good)
        return result;
    fprintf(stderr,
            "storm: a run ended early; storm run with the same seeds shows where\n");
    free(result);
    return NULL;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t sweep_quantile(const struct sweep_row *rows, uint32_t n, int fact,
                       uint32_t permille)
{
    int64_t *values = malloc(n * sizeof *values), result = 0;
    if (values == NULL)
        abort();
    for (uint32_t i = 0; i < n; i++)
        values[i] = rows[i].fact[fact];
    qsort(values, n, sizeof *values, compare);
    uint64_t rank = ((uint64_t)n * permille + 999) / 1000;
    result = values[rank > 0 ? rank - 1 : 0];
    free(values);
    return result;
}
