/* bench.c - the figures the project quotes, all from one run: medians of rounds taken
 * in turn, with the least and the most. It prints; it never fails for being slow.
 *
 *      bench SCENE.json...      everything but the gallery
 *      bench --gallery SCENE... the gallery
 *      bench --only NAME N      one of them, N times, for callgrind
 *
 * Run it from the top folder: two scenes it finds by itself. */
#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "breaker.h"

enum { ROUNDS = 15 };

static const struct bench {
    const char *name, *what;
    uint64_t (*run)(uint32_t n);
    uint32_t n;
    double budget; /* ns; 0: none of its own */
} benches[] = {
    {"mm1_floor", "M/M/1, two clocks compared", bench_mm1_floor, 2000000, 0},
    {"mm1_sim", "M/M/1 on sim.c", bench_mm1_sim, 2000000, 0},
    {"hold", "event, 1000 pending", bench_hold, 2000000, 0},
    {"timeouts", "the same, a timer cancelled", bench_timeouts, 1000000, 0},
    {"breaker_calls", "breaker closed, 100 calls", bench_breaker_calls, 4000000, 6},
    {"breaker_time", "breaker closed, 10 seconds", bench_breaker_time, 4000000, 0},
    {"breaker_refused", "breaker open, a refusal", bench_breaker_refused, 8000000, 2.5},
};
enum { BENCHES = sizeof benches / sizeof *benches, FLOOR = 0, SIM = 1 };

#define FLEET "sim/gallery/s02a-black-hole.json"
#define GROWTH "sim/scale/growth.json"

static double once(const struct bench *bench)
{
    double before = bench_cpu_ns();
    bench->run(bench->n);
    return (bench_cpu_ns() - before) / bench->n;
}

static void print(const char *what, double *v, const char *unit, double budget)
{
    double median = bench_median(v, ROUNDS);
    printf("  %-30s %7.2f %s  (%.2f to %.2f)", what, median, unit, v[0], v[ROUNDS - 1]);
    if (budget > 0)
        printf("  budget %g", budget);
    printf("\n");
}

static void small_ones(void)
{
    static double ns[BENCHES][ROUNDS], ratio[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < BENCHES; i++)
            ns[i][round] = once(&benches[i]);
        ratio[round] = ns[SIM][round] / ns[FLOOR][round];
    }
    for (int i = 0; i < BENCHES; i++)
        print(benches[i].what, ns[i], "ns", benches[i].budget);
    print("M/M/1, sim.c over the floor", ratio, "x ", 1.4);
    printf("  %-30s %7zu B   budget 512\n", "struct breaker", sizeof(struct breaker));
}

static int only(const char *name, uint32_t n)
{
    for (int i = 0; i < BENCHES; i++)
        if (strcmp(benches[i].name, name) == 0) {
            printf("%" PRIu64 "\n", benches[i].run(n));
            return 0;
        }
    fprintf(stderr, "bench: there is no \"%s\"\n", name);
    return 2;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--only") == 0)
        return only(argv[2], (uint32_t)strtoul(argv[3], NULL, 10));
    if (argc > 1 && strcmp(argv[1], "--gallery") == 0) {
        bench_gallery(argc - 2, argv + 2);
        return 0;
    }
    if (bench_mm1_sim(100000) != bench_mm1_floor(100000)) {
        fprintf(stderr, "bench: the two M/M/1 queues are not the same queue\n");
        return 1;
    }
    printf("Processor time, medians of %d rounds (least to most):\n", ROUNDS);
    small_ones();
    bench_fleet(FLEET, "shared");
    printf("Memory:\n");
    bench_memory(GROWTH);
    printf("A scene, one client:\n");
    bench_scenes(argc - 1, argv + 1);
    return 0;
}
