/* mm1.c - the smallest queue there is, with an event list and without. */
#include "bench.h"
#include "random.h"
#include "sim.h"

#define GAP_NS INT64_C(1111111)
#define WORK_NS INT64_C(1000000)

struct queue {
    struct random arrivals, service;
    uint64_t inside, area;
    int64_t changed;
    uint32_t to_come;
};

static void count(struct queue *q, int64_t now, uint64_t inside)
{
    q->area += q->inside * (uint64_t)(now - q->changed);
    q->changed = now;
    q->inside = inside;
}

static void start(struct queue *q)
{
    random_seed(&q->arrivals, 1, "arrivals");
    random_seed(&q->service, 1, "service");
}

/* --- on the simulator ------------------------------------------------------------- */

static void leave(struct sim *sim, void *who, uint64_t what)
{
    struct queue *q = who;
    int64_t now = sim_now(sim);
    count(q, now, q->inside - 1);
    if (q->inside > 0)
        sim_at(sim, now + random_exponential(&q->service, WORK_NS), leave, q, what);
}

static void come(struct sim *sim, void *who, uint64_t what)
{
    struct queue *q = who;
    int64_t now = sim_now(sim);
    if (--q->to_come > 0)
        sim_at(sim, now + random_exponential(&q->arrivals, GAP_NS), come, q, what);
    if (q->inside == 0)
        sim_at(sim, now + random_exponential(&q->service, WORK_NS), leave, q, what);
    count(q, now, q->inside + 1);
}

uint64_t bench_mm1_sim(uint32_t n)
{
    struct queue q = {.to_come = n};
    struct sim *sim = sim_new(1);
    start(&q);
    sim_at(sim, random_exponential(&q.arrivals, GAP_NS), come, &q, 0);
    sim_run(sim, SIM_NEVER);
    sim_free(sim);
    return q.area;
}

/* --- the floor -------------------------------------------------------------------- */

uint64_t bench_mm1_floor(uint32_t n)
{
    struct queue q = {.to_come = n};
    start(&q);
    int64_t next_come = random_exponential(&q.arrivals, GAP_NS), next_leave = SIM_NEVER;
    while (next_come < SIM_NEVER || next_leave < SIM_NEVER) {
        if (next_come <= next_leave) {
            int64_t now = next_come;
            next_come = SIM_NEVER;
            if (--q.to_come > 0)
                next_come = now + random_exponential(&q.arrivals, GAP_NS);
            if (q.inside == 0)
                next_leave = now + random_exponential(&q.service, WORK_NS);
            count(&q, now, q.inside + 1);
        } else {
            int64_t now = next_leave;
            next_leave = SIM_NEVER;
            count(&q, now, q.inside - 1);
            if (q.inside > 0)
                next_leave = now + random_exponential(&q.service, WORK_NS);
        }
    }
    return q.area;
}
