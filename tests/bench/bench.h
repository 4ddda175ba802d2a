/* bench.h - what is measured. Each function does its work `n` times and is kept out of
 * line, so that callgrind can count its instructions. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>

/* n customers through an M/M/1 queue at 90 % load: on the simulator, and as the floor,
 * two clocks compared, with the same draws from the same streams and the same books but
 * no event list. Both return the area under the number inside, so they can be held
 * against each other. */
uint64_t bench_mm1_sim(uint32_t n);
uint64_t bench_mm1_floor(uint32_t n);

/* About n events with a thousand pending; without and with a time-out for each, set and
 * cancelled. They return how many there were. */
uint64_t bench_hold(uint32_t n);
uint64_t bench_timeouts(uint32_t n);

/* n calls allowed and recorded by a closed breaker, with a window of 100 calls and with
 * one of ten seconds; n calls refused by an open one. They return what was granted. */
uint64_t bench_breaker_calls(uint32_t n);
uint64_t bench_breaker_time(uint32_t n);
uint64_t bench_breaker_refused(uint32_t n);

/* Every client of every scene named, once: its name, its length and the time it took.
 */
void bench_scenes(int count, char **files);

/* A scene of a fleet, beside as many bare events; what an environment of one needs; all
 * clients of all scenes of the gallery under eleven seeds, on all cores, by the clock.
 */
void bench_fleet(const char *file, const char *client);
void bench_memory(const char *file);
void bench_gallery(int count, char **files);

double bench_cpu_ns(void);             /* processor time this process has used */
double bench_median(double *v, int n); /* sorts v */

#endif
