/* scenes.c - how long a scene takes. */
#include <stdio.h>

#include "bench.h"
#include "json.h"
#include "scene.h"

enum { ROUNDS = 5 };

static void measure(const struct scene *scene, uint32_t client)
{
    double ms[ROUNDS];
    uint64_t events = 0;
    for (int i = 0; i < ROUNDS; i++) {
        double before = bench_cpu_ns();
        struct record *record = scene_run(scene, client, (uint64_t)i + 1);
        ms[i] = (bench_cpu_ns() - before) / 1e6;
        events += record->events / ROUNDS;
        record_free(record);
    }
    double median = bench_median(ms, ROUNDS);
    printf("  %-18s %-12s %6.0f s %8.1f ms  (%.1f to %.1f)  %5.0f ns an event\n",
           scene->name, scene->client[client].name, (double)scene->world.run / 1e9,
           median, ms[0], ms[ROUNDS - 1], median * 1e6 / (double)events);
}

void bench_scenes(int count, char **files)
{
    static struct scene scene;
    char error[JSON_ERROR_MAX];
    for (int i = 0; i < count; i++) {
        if (!scene_load(&scene, files[i], error)) {
            fprintf(stderr, "%s\n", error);
            continue;
        }
        for (uint32_t client = 0; client < scene.clients; client++)
            measure(&scene, client);
    }
}
