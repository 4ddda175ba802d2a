/* loss_rows.c - queues that lose customers: at a bound, at a deadline, of impatience.
 */
#include <stddef.h>

#include "station.h"
#include "theory.h"

static double lost(const struct station *s)
{
    return (double)s->lost / (double)s->arrived;
}

/* One formula, three laws: only the mean of the service matters. */
static void erlang_b(struct theory *t)
{
    double servers = theory_param(t, "servers");
    double offered = theory_param(t, "offered_erlangs");
    struct service laws[] = {service_exponential(1), service_fixed(1),
                             service_lognormal(1, 2)};
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        struct station *s =
            station_new(offered, (uint32_t)servers, servers > 500 ? 30e6 : 6e6);
        s->backend.service = laws[i];
        s->backend.bounded = true;
        station_run(s);
        theory_check(t, "blocking", lost(s));
        theory_check(t, "carried", station_mean_inside(s));
    }
}

static void mm1k(struct theory *t)
{
    double rho = theory_param(t, "rho");
    struct station *s = station_new(rho, 1, 8e6);
    s->backend.bounded = true;
    s->backend.queue_max = (uint32_t)theory_param(t, "K_in_system") - 1;
    station_run(s);
    theory_check(t, "blocking", lost(s));
    theory_check(t, "throughput_over_mu",
                 (double)s->served / (double)s->over * (double)UNIT);
}

/* Our server finds out about an expired call when it comes to the head of the queue,
 * and loses no time over it: the same customers are lost as if they had left. */
static void mm1_deadline(struct theory *t)
{
    double mu = theory_param(t, "mu"), lambda = theory_param(t, "lambda");
    struct station *s = station_new(lambda, 1, 10e6);
    s->backend.service = service_exponential(1 / mu);
    s->backend.drops_expired = true;
    s->patience = (int64_t)(theory_param(t, "tau") * (double)UNIT);
    station_run(s);
    theory_check(t, "abandon", lost(s));
    theory_check(t, "goodput_over_mu",
                 (double)s->served / (double)s->over * (double)UNIT / mu);
}

static void erlang_a(struct theory *t)
{
    double servers = theory_param(t, "servers");
    struct station *s =
        station_new(theory_param(t, "offered"), (uint32_t)servers, 15e6);
    s->backend.drops_expired = true;
    s->mean_patience = (int64_t)((double)UNIT / theory_param(t, "theta_over_mu"));
    station_run(s);
    theory_check(t, "abandon", lost(s));
}

const struct theory_test loss_rows[] = {{"erlang_b_insensitive", erlang_b},
                                        {"mm1k", mm1k},
                                        {"mm1_deadline", mm1_deadline},
                                        {"erlang_a_theta_eq_mu", erlang_a},
                                        {NULL, NULL}};
