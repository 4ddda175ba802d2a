/* collapse_rows.c - servers that grow slow under concurrency: small models of their
 * own on sim.c, for backend.c has none such. */
#include <math.h>
#include <stddef.h>

#include "random.h"
#include "sim.h"
#include "theory.h"

static int64_t seconds(double s)
{
    return llround(s * (double)SIM_S);
}

/* --- latency b + s N -------------------------------------------------------------- */

struct crowd {
    double base, slope, gap;
    struct random arrivals;
    double inside, customers, latency_sum, area;
    int64_t changed;
};

static void crowd_count(struct crowd *c, struct sim *sim, double change)
{
    c->area += c->inside * (double)(sim_now(sim) - c->changed);
    c->changed = sim_now(sim);
    c->inside += change;
}

static void crowd_leave(struct sim *sim, void *who, uint64_t what)
{
    (void)what;
    crowd_count(who, sim, -1);
}

static void crowd_come(struct sim *sim, void *who, uint64_t what)
{
    (void)what;
    struct crowd *c = who;
    double latency = c->base + c->slope * c->inside;
    crowd_count(c, sim, 1);
    c->customers++;
    c->latency_sum += latency;
    sim_at(sim, sim_now(sim) + seconds(latency), crowd_leave, c, 0);
    int64_t gap = random_exponential(&c->arrivals, seconds(c->gap));
    sim_at(sim, sim_now(sim) + gap, crowd_come, c, 0);
}

static void concurrency_latency(struct theory *t)
{
    struct crowd c = {.base = theory_param(t, "b"),
                      .slope = theory_param(t, "s"),
                      .gap = 1 / theory_param(t, "lambda")};
    struct sim *sim = sim_new(1);
    random_seed(&c.arrivals, 1, "arrivals");
    sim_at(sim, 0, crowd_come, &c, 0);
    sim_run(sim, 50000 * SIM_S);
    theory_check(t, "N", c.area / (double)sim_now(sim));
    theory_check(t, "latency", c.latency_sum / c.customers);
    sim_free(sim);
}

/* --- Brooker's collapse ----------------------------------------------------------- */

/* Latency 1 s + 10 ms for each call inside, a network of 0.1 s each way, clients that
 * wait 3 s for each of three tries. Forty requests a second, and a spike of eighty from
 * 20 to 25 s; or a ramp to eighty at 25 s and down again. */
enum { TRIES = 3, BROOKER_END = 80, REQUESTS_MAX = 20000 };

struct brooker {
    bool ramp;
    double inside;
    struct random arrivals, network;
    uint32_t requests;
    uint32_t current[REQUESTS_MAX]; /* the try each request is at */
    double offered, good;           /* arrivals, good answers from 75 to 80 s */
};

static void brooker_try(struct sim *sim, struct brooker *b, uint64_t request);

/* `what` is the request and its try, which is stale if the request is at another. */
static bool brooker_stale(const struct brooker *b, uint64_t what)
{
    return b->current[what >> 8] != (what & 255);
}

static bool brooker_counted(const struct sim *sim)
{
    return sim_now(sim) >= 75 * SIM_S;
}

static void brooker_done(struct sim *sim, void *who, uint64_t what)
{
    struct brooker *b = who;
    if (brooker_stale(b, what))
        return;
    b->current[what >> 8]++;
    b->good += brooker_counted(sim);
}

static int64_t brooker_network(struct brooker *b)
{
    return random_exponential(&b->network, SIM_S / 10);
}

static void brooker_end(struct sim *sim, void *who, uint64_t what)
{
    struct brooker *b = who;
    b->inside--;
    sim_at(sim, sim_now(sim) + brooker_network(b), brooker_done, b, what);
}

static void brooker_start(struct sim *sim, void *who, uint64_t what)
{
    struct brooker *b = who;
    b->inside++;
    sim_at(sim, sim_now(sim) + seconds(1 + 0.01 * b->inside), brooker_end, b, what);
}

static void brooker_timeout(struct sim *sim, void *who, uint64_t what)
{
    struct brooker *b = who;
    if (brooker_stale(b, what))
        return;
    b->current[what >> 8]++;
    if ((what & 255) + 1 < TRIES)
        brooker_try(sim, b, what >> 8);
}

static void brooker_try(struct sim *sim, struct brooker *b, uint64_t request)
{
    uint64_t what = request << 8 | b->current[request];
    sim_at(sim, sim_now(sim) + 3 * SIM_S, brooker_timeout, b, what);
    sim_at(sim, sim_now(sim) + brooker_network(b), brooker_start, b, what);
}

static double brooker_rate(const struct brooker *b, double now)
{
    if (b->ramp)
        return 80 - 1.6 * fabs(now - 25);
    return now < 20 || now > 25 ? 40 : 80;
}

static void brooker_arrive(struct sim *sim, void *who, uint64_t what)
{
    (void)what;
    struct brooker *b = who;
    double rate = brooker_rate(b, (double)sim_now(sim) / (double)SIM_S);
    if (b->requests == REQUESTS_MAX)
        return;
    b->offered += brooker_counted(sim);
    b->current[b->requests] = 0;
    brooker_try(sim, b, b->requests++);
    if (rate > 0)
        sim_at(sim, sim_now(sim) + random_exponential(&b->arrivals, seconds(1 / rate)),
               brooker_arrive, b, 0);
}

static void brooker_collapse(struct theory *t)
{
    static struct brooker b;
    const char *mode = cJSON_GetObjectItemCaseSensitive(t->params, "mode")->valuestring;
    double recovered = 0, runs = 2000;
    for (uint64_t seed = 1; seed <= (uint64_t)runs; seed++) {
        struct sim *sim = sim_new(seed);
        b = (struct brooker){.ramp = mode[0] == 'r'};
        random_seed(&b.arrivals, seed, "arrivals");
        random_seed(&b.network, seed, "network");
        sim_at(sim, SIM_S / 100, brooker_arrive, &b, 0);
        sim_run(sim, BROOKER_END * SIM_S);
        /* All or nothing: nine tenths would take luck with the arrivals for a relapse.
         */
        recovered += b.offered > 0 && b.good >= 0.8 * b.offered;
        sim_free(sim);
    }
    theory_check(t, "recovered", recovered / runs);
}

/* --- universal scalability -------------------------------------------------------- */

/* Workers without a pause in a server where a job's time grows with the crowd: jobs
 * done per second, counted. */
struct scaling {
    double g, a, b;
    uint64_t workers, done;
};

static void scaling_work(struct sim *sim, void *who, uint64_t what)
{
    struct scaling *s = who;
    double n = (double)s->workers;
    s->done += what;
    double time = (1 + s->a * (n - 1) + s->b * n * (n - 1)) / s->g;
    sim_at(sim, sim_now(sim) + seconds(time), scaling_work, s, 1);
}

static double scaling_throughput(struct scaling *s, uint64_t workers)
{
    struct sim *sim = sim_new(1);
    s->workers = workers;
    s->done = 0;
    double n = (double)workers, job = (1 + s->a * (n - 1) + s->b * n * (n - 1)) / s->g;
    for (uint64_t i = 0; i < workers; i++)
        sim_at(sim, 0, scaling_work, s, 0);
    sim_run(sim, seconds(job * 1000) + SIM_MS);
    double rate = (double)s->done / (job * 1000);
    sim_free(sim);
    return rate;
}

static void usl(struct theory *t)
{
    struct scaling s = {.g = theory_param(t, "g"),
                        .a = theory_param(t, "a"),
                        .b = theory_param(t, "b")};
    uint64_t best = 1;
    double most = 0;
    for (uint64_t n = 1; n <= 300; n++) {
        double rate = scaling_throughput(&s, n);
        best = rate > most ? n : best;
        most = rate > most ? rate : most;
    }
    theory_check(t, "N_star", (double)best);
    theory_check_within(t, "X_at_N_star", most, 1e-4 * most);
    theory_check_within(t, "X_at_300", scaling_throughput(&s, 300), 1e-4 * most);
}

const struct theory_test collapse_rows[] = {
    {"concurrency_latency_server", concurrency_latency},
    {"brooker_collapse", brooker_collapse},
    {"usl", usl},
    {NULL, NULL}};
