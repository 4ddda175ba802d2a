/* station.h - load.c before backend.c, and everything queueing theory has a name for.
 *
 * One unit of a row's time (a mean service, mostly) is a tenth of a simulated second:
 * then rates of tenths are whole calls per second, and a nanosecond is next to nothing.
 */
#ifndef STATION_H
#define STATION_H

#include "backend.h"
#include "load.h"

#define UNIT (SIM_S / 10)

enum { STATION_BINS = 1 << 16, STATION_BINS_PER_UNIT = 200 };

struct station {
    /* What to do. */
    uint64_t seed;
    struct load_config load;
    struct backend_config backend;
    int64_t end;           /* of the arrivals; what is inside is served to the end */
    int64_t patience;      /* a fixed deadline; 0: none */
    int64_t mean_patience; /* or one by exponential chance */
    int64_t wait_over;     /* count waits longer than this */
    uint64_t crowd;        /* and the time with so many inside, or more */
    int64_t from, to;      /* what the next three are counted in; to 0: to the end */

    /* What came of it. */
    uint64_t arrived, served, lost, waited, waited_long;
    int64_t over; /* when the last one left */
    double wait_sum;
    __extension__ unsigned __int128 sojourn_sum, area; /* ns, and calls times ns */
    double area_counted, area_squared, crowd_time;
    uint32_t bin[STATION_BINS]; /* sojourns */

    /* Of the run itself. */
    struct sim *sim;
    struct backend *server;
    struct random patience_draws;
    int64_t *arrival; /* a ring: when those now waiting came */
    uint64_t accepted, started, inside;
    int64_t changed;
};

/* Plays it from empty to empty. */
void station_run(struct station *s);

double station_mean_sojourn(const struct station *s); /* in units, as all below */
double station_mean_wait(const struct station *s);
double station_mean_inside(const struct station *s);
double station_quantile(const struct station *s, double q);

/* A station of `customers` with `per_unit` arrivals in a unit. Free nothing: it is
 * static memory, so one at a time. */
struct station *station_new(double per_unit, uint32_t servers, double customers);

/* Service laws with a mean in units. */
struct service service_exponential(double mean);
struct service service_fixed(double mean);
struct service service_lognormal(double mean, double cv);

#endif
