/* station.c - see station.h.
 *
 * The backend does not say when a call leaves the queue, but its counts do: calls leave
 * in the order in which they came, so whenever fewer wait than were accepted and not
 * yet seen to start, the oldest have started at this very moment. */
#include "station.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { RING = 1 << 20 };

/* --- books ------------------------------------------------------------------------ */

static void close_interval(struct station *s)
{
    int64_t now = sim_now(s->sim), from = s->changed, to = now;
    from = from > s->from ? from : s->from;
    to = s->to > 0 && s->to < to ? s->to : to;
    double time = from < to ? (double)(to - from) : 0, inside = (double)s->inside;
    s->area += s->inside * (uint64_t)(now - s->changed);
    s->area_counted += inside * time;
    s->area_squared += inside * inside * time;
    s->crowd_time += s->inside >= s->crowd ? time : 0;
    s->changed = now;
}

static void open_interval(struct station *s)
{
    struct backend_counts counts = backend_counts(s->server, 0);
    int64_t now = sim_now(s->sim);
    s->inside = counts.waiting + counts.busy;
    for (; s->started < s->accepted - counts.waiting; s->started++) {
        int64_t wait = now - s->arrival[s->started % RING];
        s->wait_sum += (double)wait;
        s->waited += wait > 0;
        s->waited_long += wait > s->wait_over;
    }
}

static void done(void *who, uint64_t came, int status)
{
    struct station *s = who;
    int64_t sojourn = sim_now(s->sim) - (int64_t)came;
    close_interval(s);
    s->over = sim_now(s->sim);
    if (status == 200) {
        int64_t bin = sojourn / (UNIT / STATION_BINS_PER_UNIT);
        s->served++;
        s->sojourn_sum += (uint64_t)sojourn;
        s->bin[bin < STATION_BINS ? bin : STATION_BINS - 1]++;
    } else {
        s->lost++;
    }
    open_interval(s);
}

static int64_t deadline(struct station *s, int64_t now)
{
    if (s->mean_patience > 0)
        return now + random_exponential(&s->patience_draws, s->mean_patience);
    return s->patience > 0 ? now + s->patience : SIM_NEVER;
}

static void arrive(void *who, uint64_t user)
{
    (void)user;
    struct station *s = who;
    int64_t now = sim_now(s->sim);
    uint64_t refused = backend_counts(s->server, 0).refused;
    close_interval(s);
    s->arrived++;
    s->arrival[s->accepted % RING] = now;
    s->accepted++;
    backend_call(s->server, 0, deadline(s, now), done, s, (uint64_t)now);
    if (backend_counts(s->server, 0).refused != refused)
        s->accepted--;
    assert(s->accepted - s->started < RING);
    open_interval(s);
}

/* --- a run ------------------------------------------------------------------------ */

void station_run(struct station *s)
{
    s->sim = sim_new(s->seed);
    s->server = backend_new(s->sim, &s->backend);
    s->arrival = malloc(RING * sizeof *s->arrival);
    assert(s->arrival != NULL);
    random_seed(&s->patience_draws, s->seed, "patience");
    struct load *load = load_new(s->sim, &s->load, s->end, 100, arrive, s);
    sim_run(s->sim, SIM_NEVER);
    load_free(load);
    backend_free(s->server);
    sim_free(s->sim);
    free(s->arrival);
}

struct station *station_new(double per_unit, uint32_t servers, double customers)
{
    static struct station station;
    uint32_t rps = (uint32_t)lround(per_unit * (double)(SIM_S / UNIT));
    station = (struct station){.seed = 7};
    station.load = (struct load_config){.law = LOAD_POISSON, .rps = rps};
    station.backend = (struct backend_config){
        .shards = 1, .servers = servers, .service = service_exponential(1)};
    station.end = (int64_t)(customers / per_unit * (double)UNIT);
    return &station;
}

/* --- results ---------------------------------------------------------------------- */

double station_mean_sojourn(const struct station *s)
{
    return (double)s->sojourn_sum / (double)s->served / (double)UNIT;
}

double station_mean_wait(const struct station *s)
{
    return s->wait_sum / (double)s->accepted / (double)UNIT;
}

double station_mean_inside(const struct station *s)
{
    return (double)s->area / (double)s->over;
}

double station_quantile(const struct station *s, double q)
{
    double wanted = q * (double)s->served, seen = 0;
    for (int i = 0; i < STATION_BINS; i++) {
        double here = s->bin[i];
        if (seen + here >= wanted && here > 0)
            return (i + (wanted - seen) / here) / STATION_BINS_PER_UNIT;
        seen += here;
    }
    return INFINITY;
}

/* --- service laws ----------------------------------------------------------------- */

struct service service_exponential(double mean)
{
    return (struct service){SERVICE_EXPONENTIAL, llround(mean * (double)UNIT), 0, 0};
}

struct service service_fixed(double mean)
{
    return (struct service){SERVICE_FIXED, llround(mean * (double)UNIT), 0, 0};
}

struct service service_lognormal(double mean, double cv)
{
    double variance = log(1 + cv * cv), p50 = mean * exp(-variance / 2);
    double p99 = p50 * exp(2.3263478740 * sqrt(variance));
    return (struct service){SERVICE_LOGNORMAL, 0, llround(p50 * (double)UNIT),
                            llround(p99 * (double)UNIT)};
}
