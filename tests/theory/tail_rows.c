/* tail_rows.c - percentiles: of many calls at once, and of a server that stalls. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "histogram.h"
#include "station.h"
#include "theory.h"

static void fanout(struct theory *t)
{
    struct random r;
    int64_t p50 = 10 * SIM_MS, p99 = 100 * SIM_MS;
    int n = (int)theory_param(t, "n"), requests = n < 10 ? 20000000 : 20000000 / n;
    double slow = 0;
    random_seed(&r, 1, "latency");
    for (int request = 0; request < requests; request++) {
        bool any = false;
        for (int call = 0; call < n; call++)
            any |= random_lognormal(&r, p50, p99) > p99;
        slow += any;
    }
    theory_check(t, "p", slow / requests);
}

/* --- coordinated omission --------------------------------------------------------- */

/* A server that does nothing for D seconds of every P, and a load that does not wait
 * for it: the station with hangs in it. Times are milliseconds, so a second is a unit.
 */
struct stalls {
    struct sim *sim;
    struct backend *backend;
    int64_t length, period;
    struct histogram histogram; /* in thousandths of a unit */
    double over, all;           /* sojourns over the expected quantile */
    int64_t expected;
};

static void hang(struct sim *sim, void *who, uint64_t on)
{
    struct stalls *s = who;
    struct backend_health health = {
        .hang = on != 0, .slow_pct = 100, .capacity_pct = 100};
    backend_set_health(s->backend, 0, &health);
    int64_t next = sim_now(sim) + (on ? s->length : s->period - s->length);
    if (next < 20000 * s->period)
        sim_at(sim, next, hang, s, !on);
}

static void answered(void *who, uint64_t came, int status)
{
    (void)status;
    struct stalls *s = who;
    int64_t sojourn = sim_now(s->sim) - (int64_t)came;
    histogram_add(&s->histogram, sojourn / (UNIT / 1000));
    s->over += sojourn > s->expected;
    s->all++;
}

static void arrive(void *who, uint64_t user)
{
    (void)user;
    struct stalls *s = who;
    backend_call(s->backend, 0, SIM_NEVER, answered, s, (uint64_t)sim_now(s->sim));
}

/* Our histogram never shows a percentile too low, and at most one part in 32 too high.
 */
static void omission(struct theory *t)
{
    double q = theory_param(t, "q"), expected = theory_expect(t, "open_loop_s");
    struct stalls s = {.length = (int64_t)(theory_param(t, "D") * (double)UNIT),
                       .period = (int64_t)(theory_param(t, "P") * (double)UNIT),
                       .expected = (int64_t)(expected * (double)UNIT)};
    struct load_config load = {.law = LOAD_POISSON, .rps = 2000};
    struct backend_config server = {.shards = 1,
                                    .servers = 1000000,
                                    .service = {.law = SERVICE_FIXED, .mean_ns = 1000}};
    s.sim = sim_new(1);
    s.backend = backend_new(s.sim, &server);
    struct load *arrivals = load_new(s.sim, &load, 20000 * s.period, 100, arrive, &s);
    hang(s.sim, &s, 0);
    sim_run(s.sim, SIM_NEVER);
    /* The wait is uniform beyond the quantile: turn the share over it into seconds. */
    double length = theory_param(t, "D"), share = s.over / s.all;
    double measured = expected + (share - (1 - q)) * theory_param(t, "P");
    double shown =
        (double)histogram_quantile(&s.histogram, (uint32_t)lround(1000 * q)) / 1000;
    char text[80];
    theory_check(t, "open_loop_s", measured);
    snprintf(text, sizeof text, "the histogram says %.3f of stalls of %g", shown,
             length);
    theory_claim(t, text, shown > expected * 0.98 && shown < expected * 1.02 * 33 / 32);
    load_free(arrivals);
    backend_free(s.backend);
    sim_free(s.sim);
}

const struct theory_test tail_rows[] = {
    {"fanout_tail", fanout}, {"coordinated_omission", omission}, {NULL, NULL}};
