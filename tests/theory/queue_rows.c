/* queue_rows.c - queues that lose nobody: M/M/1 to M/G/inf, Little, the fluid limit. */
#include <math.h>
#include <stddef.h>

#include "station.h"
#include "theory.h"

static void mm1(struct theory *t)
{
    double mu = theory_param(t, "mu"), lambda = theory_param(t, "lambda");
    struct station *s = station_new(lambda, 1, lambda / mu > 0.8 ? 25e6 : 5e6);
    s->backend.service = service_exponential(1 / mu);
    station_run(s);
    theory_check(t, "rho", lambda * (station_mean_sojourn(s) - station_mean_wait(s)));
    theory_check(t, "L", station_mean_inside(s));
    theory_check(t, "W", station_mean_sojourn(s));
    theory_check(t, "Wq", station_mean_wait(s));
    theory_check(t, "p_wait", (double)s->waited / (double)s->arrived);
    theory_check(t, "W_p50", station_quantile(s, 0.50));
    theory_check(t, "W_p99", station_quantile(s, 0.99));
}

static void mmc(struct theory *t)
{
    double servers = theory_param(t, "servers"), mu = theory_param(t, "mu");
    double lambda = theory_param(t, "offered_erlangs") * mu;
    struct station *s =
        station_new(lambda, (uint32_t)servers, servers > 10 ? 120e6 : 15e6);
    s->wait_over = UNIT;
    station_run(s);
    double n = (double)s->arrived, wait = station_mean_wait(s);
    double service = station_mean_sojourn(s) - wait;
    theory_check(t, "rho", lambda * service / servers);
    theory_check(t, "p_wait_erlangC", (double)s->waited / n);
    theory_check(t, "Wq", wait);
    theory_check(t, "W", station_mean_sojourn(s));
    theory_check(t, "Wq_given_wait", wait * n / (double)s->waited);
    theory_check(t, "P_wait_gt_1", (double)s->waited_long / n);
}

static void md1(struct theory *t)
{
    double lambda = theory_param(t, "lambda");
    struct station *s = station_new(lambda, 1, 10e6);
    s->backend.service = service_fixed(theory_param(t, "service_s"));
    station_run(s);
    theory_check(t, "Wq", station_mean_wait(s));
    theory_check(t, "W", station_mean_sojourn(s));
}

static void mg1(struct theory *t)
{
    double mean = theory_param(t, "mean_service");
    struct station *s = station_new(theory_param(t, "lambda"), 1, 20e6);
    s->backend.service = service_lognormal(mean, theory_param(t, "cv"));
    station_run(s);
    theory_check(t, "Wq", station_mean_wait(s));
}

/* Fixed service: neighbours in time resemble each other least, so it settles soonest.
 */
static void mginf(struct theory *t)
{
    double rps = theory_param(t, "lambda_rps"), service = theory_param(t, "S_s");
    double per_unit = rps * service, customers = per_unit > 100 ? 60e6 : 30e6;
    struct station *s = station_new(per_unit, 1000000, customers);
    s->backend.service = service_fixed(1);
    s->crowd = 20;
    s->from = 2 * UNIT; /* by then as full as it will ever be */
    s->to = s->end;
    station_run(s);
    double time = (double)(s->to - s->from), mean = s->area_counted / time;
    theory_check(t, "mean", mean);
    theory_check(t, "var", s->area_squared / time - mean * mean);
    if (rps * service < 100)
        theory_check(t, "p_ge_20", s->crowd_time / time);
}

/* The law itself is an identity of whole numbers. That L is 4 is M/M/1's own result,
 * and takes M/M/1's tolerance. */
static void little(struct theory *t)
{
    struct station *s = station_new(theory_param(t, "lambda"), 1, 10e6);
    station_run(s);
    theory_claim(t, "the area under N(t) is the sum of sojourns, to the nanosecond",
                 s->area == s->sojourn_sum && s->served == s->arrived);
    theory_check_within(t, "L", station_mean_inside(s), 0.02 * theory_expect(t, "L"));
}

/* --- overload --------------------------------------------------------------------- */

/* An overloaded queue whose clients give up after tau, and the server never knows. */
struct overload {
    struct sim *sim;
    struct backend *backend;
    int64_t tau, at; /* at: the moment looked at */
    double waiting, wait;
    uint64_t good, seen;
};

static void overload_done(void *who, uint64_t came, int status)
{
    (void)status;
    struct overload *o = who;
    int64_t sojourn = sim_now(o->sim) - (int64_t)came;
    o->good += sojourn <= o->tau;
    if ((int64_t)came >= o->at && o->seen++ == 0)
        o->wait += (double)sojourn / (double)SIM_S;
}

static void overload_arrive(void *who, uint64_t user)
{
    (void)user;
    struct overload *o = who;
    backend_call(o->backend, 0, SIM_NEVER, overload_done, o, (uint64_t)sim_now(o->sim));
}

static void overload_look(struct sim *sim, void *who, uint64_t what)
{
    (void)sim, (void)what;
    struct overload *o = who;
    o->waiting += (double)backend_counts(o->backend, 0).waiting;
}

static void overload_run(struct overload *o, const struct load_config *load, double mu,
                         uint64_t seed)
{
    struct backend_config server = {
        .shards = 1,
        .servers = 1,
        .service = {.law = SERVICE_FIXED, .mean_ns = llround(1e9 / mu)}};
    o->sim = sim_new(seed);
    o->backend = backend_new(o->sim, &server);
    o->seen = 0;
    struct load *arrivals = load_new(o->sim, load, 60 * SIM_S, 100, overload_arrive, o);
    sim_at(o->sim, o->at, overload_look, o, 0);
    sim_run(o->sim, SIM_NEVER);
    load_free(arrivals);
    backend_free(o->backend);
    sim_free(o->sim);
}

/* The moment when goodput ends is taken as the time for which it would have lasted at
 * full rate: the mean of a last moment hangs too much on luck. */
static void fluid_overload(struct theory *t)
{
    double lambda = theory_param(t, "lambda"), runs = 400;
    struct load_config load = {.law = LOAD_POISSON, .rps = (uint32_t)lround(lambda)};
    struct overload o = {.tau = llround(theory_param(t, "tau") * (double)SIM_S),
                         .at = 10 * SIM_S};
    for (uint64_t seed = 1; seed <= (uint64_t)runs; seed++)
        overload_run(&o, &load, theory_param(t, "mu"), seed);
    theory_check(t, "queue_at_10s", o.waiting / runs);
    theory_check(t, "wait_of_arrival_at_10s", o.wait / runs);
    theory_check(t, "t_goodput_zero", (double)o.good / runs / lambda);
}

const struct theory_test queue_rows[] = {{"mm1", mm1},
                                         {"mmc_erlang_c", mmc},
                                         {"md1", md1},
                                         {"mg1_pollaczek_khinchine", mg1},
                                         {"mginf_concurrency", mginf},
                                         {"little", little},
                                         {"fluid_overload", fluid_overload},
                                         {NULL, NULL}};
