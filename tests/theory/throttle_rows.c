/* throttle_rows.c - limits on the sender. The library has no adaptive throttle, so a
 * small one stands here, of whole numbers, on the simulator's clock and load; the token
 * bucket is the library's retry budget, filled by time instead of by success. */
#include <math.h>
#include <stddef.h>

#include "backend.h"
#include "load.h"
#include "retry.h"
#include "theory.h"

/* --- the throttle of the SRE book ------------------------------------------------- */

enum { SLICES = 120 }; /* of a second each: the window is two minutes */

struct throttle {
    uint64_t k_tenths; /* K, times ten */
    uint64_t requests, accepts;
    uint64_t slice_requests[SLICES], slice_accepts[SLICES];
    int64_t now_s;
};

static void throttle_slide(struct throttle *th, int64_t now_s)
{
    while (th->now_s < now_s) {
        int64_t oldest = ++th->now_s % SLICES;
        th->requests -= th->slice_requests[oldest];
        th->accepts -= th->slice_accepts[oldest];
        th->slice_requests[oldest] = th->slice_accepts[oldest] = 0;
    }
}

/* How many of `of` equally likely draws mean "turn it away here". */
static uint64_t throttle_rejecting(const struct throttle *th)
{
    uint64_t good = th->k_tenths * th->accepts, all = 10 * th->requests;
    return all > good ? all - good : 0;
}

static uint64_t throttle_of(const struct throttle *th)
{
    return 10 * (th->requests + 1);
}

static void formula(struct theory *t)
{
    struct throttle th = {.k_tenths = (uint64_t)lround(10 * theory_param(t, "K")),
                          .requests = (uint64_t)theory_param(t, "requests"),
                          .accepts = (uint64_t)theory_param(t, "accepts")};
    double rejected = 0;
    for (uint64_t draw = 0; draw < throttle_of(&th); draw++)
        rejected += draw < throttle_rejecting(&th);
    theory_check(t, "p_reject", rejected / (double)throttle_of(&th));
}

/* --- a sender, its throttle, a backend that sheds what it cannot do --------------- */

struct sender {
    struct sim *sim;
    struct backend *backend;
    struct throttle throttle;
    struct random draws;
    double offered, sent, accepted;
    int64_t from, to; /* what is counted */
};

static bool counted(const struct sender *s)
{
    return sim_now(s->sim) >= s->from && sim_now(s->sim) < s->to;
}

static void answered(void *who, uint64_t what, int status)
{
    (void)what;
    struct sender *s = who;
    throttle_slide(&s->throttle, sim_now(s->sim) / SIM_S);
    if (status != 200)
        return;
    s->throttle.accepts++;
    s->throttle.slice_accepts[s->throttle.now_s % SLICES]++;
    s->accepted += counted(s);
}

static void send(void *who, uint64_t user)
{
    (void)user;
    struct sender *s = who;
    struct throttle *th = &s->throttle;
    throttle_slide(th, sim_now(s->sim) / SIM_S);
    bool rejected = random_below(&s->draws, throttle_of(th)) < throttle_rejecting(th);
    th->requests++;
    th->slice_requests[th->now_s % SLICES]++;
    s->offered += counted(s);
    if (rejected)
        return;
    s->sent += counted(s);
    backend_call(s->backend, 0, SIM_NEVER, answered, s, 0);
}

static struct sender sender_run(double k, double lambda, struct backend_config *server,
                                uint32_t errors_ppm)
{
    struct sender s = {.throttle = {.k_tenths = (uint64_t)lround(10 * k)},
                       .from = 600 * SIM_S,
                       .to = 1200 * SIM_S};
    struct load_config load = {.law = LOAD_POISSON, .rps = (uint32_t)lambda};
    struct backend_health health = {
        .errors_ppm = errors_ppm, .slow_pct = 100, .capacity_pct = 100};
    s.sim = sim_new(1);
    s.backend = backend_new(s.sim, server);
    backend_set_health(s.backend, 0, &health);
    random_seed(&s.draws, 1, "throttle");
    struct load *arrivals = load_new(s.sim, &load, s.to, 100, send, &s);
    sim_run(s.sim, SIM_NEVER);
    load_free(arrivals);
    backend_free(s.backend);
    sim_free(s.sim);
    return s;
}

static void fixed_point(struct theory *t)
{
    double c = theory_param(t, "c");
    struct backend_config server = {
        .shards = 1,
        .servers = 20,
        .bounded = true,
        .queue_max = 50,
        .service = {.law = SERVICE_FIXED, .mean_ns = llround(20e9 / c)}};
    struct sender s =
        sender_run(theory_param(t, "K"), theory_param(t, "lambda"), &server, 0);
    theory_check(t, "sent", s.sent / 600);
    theory_check(t, "local_reject", 1 - s.sent / s.offered);
    theory_check(t, "accepted", s.accepted / 600);
}

static void threshold(struct theory *t)
{
    struct backend_config server = {
        .shards = 1,
        .servers = 1000,
        .service = {.law = SERVICE_FIXED, .mean_ns = SIM_MS}};
    uint32_t errors_ppm = (uint32_t)lround(1e6 * (1 - theory_param(t, "s")));
    struct sender s = sender_run(theory_param(t, "K"), 1000, &server, errors_ppm);
    theory_check(t, "p_reject_limit", 1 - s.sent / s.offered);
}

/* --- the token bucket ------------------------------------------------------------- */

struct policer {
    struct sim *sim;
    struct retry_policy policy;
    struct retry_budget bucket;
    uint32_t per_ms;
    double offered, accepted;
    int64_t empty; /* when it first refused */
};

static void refill(struct sim *sim, void *who, uint64_t what)
{
    (void)what;
    struct policer *p = who;
    retry_budget_put(&p->bucket, &p->policy, p->per_ms);
    sim_at(sim, sim_now(sim) + SIM_MS, refill, p, 0);
}

static void ask(void *who, uint64_t user)
{
    (void)user;
    struct policer *p = who;
    bool taken = retry_budget_take(&p->bucket, &p->policy);
    p->offered++;
    p->accepted += taken;
    if (!taken && p->empty == 0)
        p->empty = sim_now(p->sim);
}

/* Scaled up until a token is small against the burst: theory's tokens are a fluid. */
static void token_bucket(struct theory *t)
{
    double burst = theory_param(t, "burst"), scale = burst < 1000 ? 1000 / burst : 1;
    struct policer p = {.policy = {.budget_cost = 1000}};
    struct load_config load = {
        .law = LOAD_EVEN, .rps = (uint32_t)lround(scale * theory_param(t, "lambda"))};
    p.policy.budget_max = (uint32_t)lround(scale * burst * 1000);
    p.per_ms = (uint32_t)lround(scale * theory_param(t, "refill"));
    p.sim = sim_new(1);
    struct load *arrivals = load_new(p.sim, &load, 2000 * SIM_S, 100, ask, &p);
    refill(p.sim, &p, 0);
    sim_run(p.sim, 2000 * SIM_S);
    theory_check(t, "t_empty_s", (double)p.empty / (double)SIM_S);
    theory_check(t, "long_run_accept", p.accepted / p.offered);
    load_free(arrivals);
    sim_free(p.sim);
}

const struct theory_test throttle_rows[] = {
    {"adaptive_throttle_formula", formula},
    {"adaptive_throttle_fixed_point", fixed_point},
    {"adaptive_throttle_threshold", threshold},
    {"token_bucket", token_bucket},
    {NULL, NULL}};
