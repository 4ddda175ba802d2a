/* fleet.c - a fleet that shares a breaker, the gallery, and what an environment needs
 * of memory. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "bench.h"
#include "cost.h"
#include "json.h"
#include "sweep.h"
#include "world_private.h" /* for the size of a worker only */

enum { ROUNDS = 15, GALLERY_SEEDS = 11 };

static void load(struct scene *scene, const char *file)
{
    char error[JSON_ERROR_MAX];
    if (scene_load(scene, file, error))
        return;
    fprintf(stderr, "%s\n", error);
    exit(1);
}

/* Beside it as many bare events on sim.c, each planning its successor: what is more is
 * the world's and the client's. */
void bench_fleet(const char *file, const char *client)
{
    static struct scene scene;
    double ms[ROUNDS], floor[ROUNDS];
    load(&scene, file);
    int index = scene_client_find(&scene, client);
    if (index < 0) {
        fprintf(stderr, "bench: %s has no client \"%s\"\n", file, client);
        exit(1);
    }
    uint64_t events = 0;
    for (int i = 0; i < ROUNDS; i++) {
        double before = bench_cpu_ns();
        struct record *record = scene_run(&scene, (uint32_t)index, (uint64_t)i + 1);
        ms[i] = (bench_cpu_ns() - before) / 1e6;
        events = record->events;
        record_free(record);
        before = bench_cpu_ns();
        bench_hold((uint32_t)events);
        floor[i] = (bench_cpu_ns() - before) / 1e6;
    }
    double least = bench_median(floor, ROUNDS), median = bench_median(ms, ROUNDS);
    printf("  %-30s %7.2f ms  (%.2f to %.2f)\n", "as many bare events (the floor)",
           least, floor[0], floor[ROUNDS - 1]);
    printf("  %-30s %7.2f ms  (%.2f to %.2f)  budget 8, %.0f ns an event\n",
           "fleet, shared breaker, 150 s", median, ms[0], ms[ROUNDS - 1],
           median * 1e6 / (double)events);
}

/* --- memory ----------------------------------------------------------------------- */

/* A fleet of this size, all of it at work: nobody gets an answer. */
static long peak_kb(const struct scene *whole, uint32_t environments)
{
    struct scene scene = *whole;
    scene.world.run = 2 * SIM_S;
    scene.world.pool.size = scene.world.pool.warm = environments;
    scene.world.load.rps = environments * 2;
    scene.world.fault_count = 1;
    scene.world.faults[0] = (struct fault){.from = 0,
                                           .to = scene.world.run,
                                           .kind = FAULT_HANG,
                                           .shard = FAULT_EVERYWHERE,
                                           .pct = 100};
    return cost_of(&scene, 0, 1).peak_kb;
}

void bench_memory(const char *file)
{
    static struct scene scene;
    enum { SMALL = 1000, LARGE = 10000, SLOT = 40 };
    load(&scene, file);
    const struct caller *caller = scene_protocols[scene.client[0].protocol].caller;
    size_t shards = scene.world.backend.shards + 1;
    size_t computed = caller->env_bytes + caller->call_bytes + sizeof(struct worker) +
                      sizeof(void *) + SLOT + shards * sizeof(enum caller_state);
    double measured = (double)(peak_kb(&scene, LARGE) - peak_kb(&scene, SMALL)) * 1024 /
                      (LARGE - SMALL);
    printf("  %-30s %7zu B   of it the caller's own %zu\n", "environment, computed",
           computed, caller->env_bytes);
    printf("  %-30s %7.0f B   with its call and its events\n", "environment, measured",
           measured);
}

/* --- the gallery ------------------------------------------------------------------ */

static double wall_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Processor time of all children that have ended. */
static double children_s(void)
{
    struct rusage u;
    getrusage(RUSAGE_CHILDREN, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

void bench_gallery(int count, char **files)
{
    static struct scene scene;
    uint32_t runs = 0, cores = sweep_cores();
    double before = wall_s(), slowest_s = 0;
    const char *slowest = "-";
    for (int i = 0; i < count; i++) {
        uint32_t rows = 0;
        load(&scene, files[i]);
        double began = wall_s();
        struct sweep_row *row = sweep_run(&scene, -1, 1, GALLERY_SEEDS, cores, &rows);
        if (row == NULL)
            exit(1);
        free(row);
        runs += rows;
        if (wall_s() - began > slowest_s) {
            slowest_s = wall_s() - began;
            slowest = files[i];
        }
    }
    printf("The gallery: %d scenes, %u runs on %u cores, %.1f s by the clock (budget "
           "15), %.1f s of processor time\n  the slowest: %s, %.1f s\n",
           count, runs, cores, wall_s() - before, children_s(), slowest, slowest_s);
}
