/* growth.c - how the cost of a run grows with the fleet: `make scale`.
 *
 *      growth SCENE.json
 *
 * The scene is that of the largest fleet. Its environments, load and servers are
 * divided by ten, again and again, and each size is played healthy and with an outage
 * of thirty seconds. If time grows as size to the power of x, points on logarithmic
 * axes lie on a line of slope x: that is what the last lines say (least squares). */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "cost.h"
#include "json.h"

enum { SIZES_MAX = 8, ROUNDS = 3 };

#define FAULT_FROM (33 * SIM_S)
#define FAULT_TO (63 * SIM_S)

struct row {
    uint32_t environments, rps;
    struct cost cost; /* of the quickest of some rounds: the others were disturbed */
};

static struct scene scaled(const struct scene *whole, uint32_t divisor, bool outage)
{
    struct scene scene = *whole;
    scene.world.pool.size = whole->world.pool.size / divisor;
    scene.world.pool.warm = whole->world.pool.warm / divisor;
    scene.world.load.rps = whole->world.load.rps / divisor;
    scene.world.backend.servers = whole->world.backend.servers / divisor;
    scene.world.fault_count = outage;
    scene.world.faults[0] = (struct fault){.from = FAULT_FROM,
                                           .to = FAULT_TO,
                                           .kind = FAULT_HANG,
                                           .shard = FAULT_EVERYWHERE,
                                           .pct = 100};
    return scene;
}

static struct row measure(const struct scene *scene)
{
    struct row row = {scene->world.pool.size, scene->world.load.rps,
                      cost_of(scene, 0, 1)};
    for (int i = 1; i < ROUNDS; i++) {
        struct cost cost = cost_of(scene, 0, 1);
        if (cost.cpu_s < row.cost.cpu_s)
            row.cost = cost;
    }
    return row;
}

static void print(const struct row *row, bool outage)
{
    const struct cost *c = &row->cost;
    printf("  %7" PRIu32 "  %7" PRIu32 "  %-8s %9.3f  %11" PRIu64 "  %6.0f  %7.0f\n",
           row->environments, row->rps, outage ? "outage" : "healthy", c->cpu_s,
           c->events, c->cpu_s * 1e9 / (double)c->events, (double)c->peak_kb / 1024);
    fflush(stdout);
}

static double cpu_s(const struct row *row)
{
    return row->cost.cpu_s;
}

static double events(const struct row *row)
{
    return (double)row->cost.events;
}

/* The slope of the line through (log rps, log value). */
static double exponent(const struct row *rows, int n,
                       double (*value)(const struct row *))
{
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int i = 0; i < n; i++) {
        double x = log(rows[i].rps), y = log(value(&rows[i]));
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

static void play(const struct scene *whole, bool outage)
{
    struct row rows[SIZES_MAX];
    int n = 0;
    uint32_t divisor = 1;
    while (whole->world.pool.size / divisor >= 10 && n < SIZES_MAX - 1) {
        divisor *= 10;
        n++;
    }
    assert(n > 0);
    for (int i = 0; i <= n; i++, divisor /= 10) {
        struct scene scene = scaled(whole, divisor, outage);
        rows[i] = measure(&scene);
        print(&rows[i], outage);
    }
    printf(
        "  events grow as requests to the power of %.2f, time as %.2f; between the two "
        "largest as %.2f\n\n",
        exponent(rows, n + 1, events), exponent(rows, n + 1, cpu_s),
        exponent(&rows[n - 1], 2, cpu_s));
}

int main(int argc, char **argv)
{
    static struct scene scene;
    char error[JSON_ERROR_MAX];
    if (argc != 2) {
        fprintf(stderr, "growth: wanted one scene\n");
        return 2;
    }
    if (!scene_load(&scene, argv[1], error)) {
        fprintf(stderr, "%s\n", error);
        return 2;
    }
    printf("%.0f s of virtual time, the quickest of %d runs each\n",
           (double)scene.world.run / 1e9, ROUNDS);
    printf("  environ-  requests           processor               ns an   memory\n"
           "   ments     a second            time, s       events   event       MB\n");
    play(&scene, false);
    play(&scene, true);
    return 0;
}
