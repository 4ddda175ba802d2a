/* cost.c - what one run costs, each in a process of its own, so that nothing of an
 * earlier one is counted with it. */
#include "cost.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static void play(const struct scene *scene, uint32_t client, uint64_t seed, int out)
{
    struct rusage usage;
    double before = bench_cpu_ns();
    struct record *record = scene_run(scene, client, seed);
    struct cost cost = {.cpu_s = (bench_cpu_ns() - before) / 1e9,
                        .events = record->events,
                        .requests = record->offered};
    getrusage(RUSAGE_SELF, &usage);
    cost.peak_kb = usage.ru_maxrss;
    _exit(write(out, &cost, sizeof cost) == (ssize_t)sizeof cost ? 0 : 1);
}

struct cost cost_of(const struct scene *scene, uint32_t client, uint64_t seed)
{
    int ends[2], status = 0;
    struct cost cost;
    fflush(NULL);
    if (pipe(ends) != 0)
        abort();
    pid_t child = fork();
    if (child == 0)
        play(scene, client, seed, ends[1]);
    close(ends[1]);
    bool good = read(ends[0], &cost, sizeof cost) == (ssize_t)sizeof cost;
    close(ends[0]);
    if (child < 0 || !good || waitpid(child, &status, 0) != child || status != 0) {
        fprintf(stderr, "bench: %s ended early\n", scene->name);
        exit(1);
    }
    return cost;
}
