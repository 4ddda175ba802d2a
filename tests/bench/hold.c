/* hold.c - the event list alone: a thousand pending events, each planning its
 * successor; and the same with a time-out besides, cancelled and set anew each time. */
#include "bench.h"
#include "random.h"
#include "sim.h"

enum { PENDING = 1000 };

struct holder {
    struct random gaps;
    struct sim_timer timeout[PENDING];
};

static void fire(struct sim *sim, void *who, uint64_t what)
{
    (void)sim, (void)who, (void)what;
}

static void again(struct sim *sim, void *who, uint64_t what)
{
    struct holder *h = who;
    sim_at(sim, sim_now(sim) + random_exponential(&h->gaps, SIM_S), again, h, what);
}

static void with_timeout(struct sim *sim, void *who, uint64_t what)
{
    struct holder *h = who;
    int64_t now = sim_now(sim);
    sim_cancel(sim, h->timeout[what]);
    h->timeout[what] = sim_at(sim, now + 30 * SIM_S, fire, h, 0);
    sim_at(sim, now + random_exponential(&h->gaps, SIM_S), with_timeout, h, what);
}

static uint64_t hold(uint32_t n, sim_fn *fn)
{
    static struct holder h;
    struct sim *sim = sim_new(1);
    h = (struct holder){.timeout = {{0, 0}}};
    random_seed(&h.gaps, 1, "gaps");
    for (uint64_t i = 0; i < PENDING; i++)
        sim_at(sim, random_exponential(&h.gaps, SIM_S), fn, &h, i);
    sim_run(sim, SIM_S / PENDING * n);
    uint64_t events = sim_events(sim);
    sim_free(sim);
    return events;
}

uint64_t bench_hold(uint32_t n)
{
    return hold(n, again);
}

uint64_t bench_timeouts(uint32_t n)
{
    return hold(n, with_timeout);
}
