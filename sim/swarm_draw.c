/* swarm_draw.c - a scene from a seed. Read it from the bottom: swarm_draw().
 *
 * Seven of eight scenes are drawn so that they can recover (swarm_demand says when that
 * is), the eighth takes its numbers as they come. Whatever is drawn, the reader of
 * scenes would accept it. */
#include <assert.h>
#include <string.h>

#include "swarm.h"

struct draw {
    struct random r;
    struct scene *scene;
    bool calm; /* it is to recover */
};

/* --- chance ----------------------------------------------------------------------- */

static bool one_in(struct draw *d, uint64_t n)
{
    return random_below(&d->r, n) == 0;
}

static uint32_t below(struct draw *d, uint32_t n)
{
    return (uint32_t)random_below(&d->r, n);
}

/* A whole number from lo to hi, both included, every order of magnitude alike. */
static uint32_t wild(struct draw *d, uint32_t lo, uint32_t hi)
{
    assert(0 < lo && lo <= hi);
    int64_t span = random_ln((uint64_t)hi + 1) - random_ln(lo);
    int64_t x = random_exp(lo, (int64_t)random_below(&d->r, (uint64_t)span));
    return x < hi ? (uint32_t)x : hi;
}

static int64_t wild_ms(struct draw *d, uint32_t lo, uint32_t hi)
{
    return wild(d, lo, hi) * SIM_MS;
}

/* 0 as often as not. */
static uint32_t wild_or_0(struct draw *d, uint32_t lo, uint32_t hi)
{
    return one_in(d, 2) ? 0 : wild(d, lo, hi);
}

static uint32_t at_least(uint32_t x, uint32_t least)
{
    return x > least ? x : least;
}

static void set(struct draw *d, const char *knob, uint32_t value)
{
    swarm_set_knob(d->scene, 0, knob, value);
}

static uint32_t get(const struct draw *d, const char *knob)
{
    return swarm_knob(d->scene, 0, knob);
}

/* --- client ----------------------------------------------------------------------- */

static void draw_tries(struct draw *d)
{
    uint32_t attempts = one_in(d, 3) ? 0 : 1 + below(d, 4);
    uint32_t timeout = wild(d, d->calm ? 600 : 50, 4000);
    uint32_t backoff = wild_or_0(d, 10, 500), tokens = wild_or_0(d, 10, 500);
    set(d, "attempts", attempts);
    set(d, "timeout_ms", timeout);
    set(d, "backoff_ms", backoff);
    set(d, "backoff_max_ms", at_least(wild_or_0(d, 10, 2000), backoff));
    set(d, "deadline_ms", wild_or_0(d, d->calm ? 4000 : 100, 15000));
    set(d, "budget_max", tokens);
    set(d, "budget_cost", tokens > 0 ? below(d, 11) : 0);
    set(d, "stale_max_ms", wild_or_0(d, 100, 600000));
    set(d, "in_flight_max", one_in(d, 4) ? 1 + below(d, 8) : 0);
}

/* The breaker of an environment, and how long the fleet's rests. */
static void draw_breaker(struct draw *d)
{
    uint32_t window = below(d, 3), open = wild(d, 200, 6000);
    uint32_t calls = 1 + below(d, 256);
    set(d, "failures_to_open", one_in(d, 2) ? 0 : wild(d, 1, 20));
    set(d, "open_ms", open);
    set(d, "open_max_ms", one_in(d, 2) ? 0 : at_least(wild(d, 500, 12000), open));
    set(d, "open_jitter_pct", one_in(d, 2) ? 0 : below(d, 101));
    set(d, "successes_to_close", below(d, 5));
    set(d, "probes_at_once", below(d, 9));
    set(d, "probe_lease_ms", wild_or_0(d, d->calm ? 500 : 50, 8000));
    if (window == 0)
        return;
    set(d, window == 1 ? "window_calls" : "window_ms",
        window == 1 ? calls : wild(d, 100, 20000));
    set(d, "min_calls", window == 1 ? 1 + below(d, calls) : wild(d, 1, 100));
    set(d, "failure_pct", wild(d, 1, 100));
    if (one_in(d, 4)) {
        set(d, "slow_ms", at_least(wild(d, 50, 5000), d->calm ? 500 : 0));
        set(d, "slow_pct", wild(d, 1, 100));
    }
}

/* A lease that is over before its owner hears of it is no configuration. */
static uint32_t draw_store_timeout(struct draw *d)
{
    uint32_t drawn = d->calm ? wild(d, 300, 800) : wild(d, 5, 2000);
    uint32_t lease = get(d, "probe_lease_ms");
    lease = lease > 0 ? lease : get(d, "open_ms");
    return drawn < lease ? drawn : lease - 1;
}

/* Nor is a share of a window that is over before any is judged: see shared.h. */
static uint32_t share_window(const struct draw *d)
{
    uint32_t drawn = get(d, "shared_window_ms"), least = 2 * get(d, "cache_ms") + 1;
    return drawn > least ? drawn : least;
}

static void draw_shared(struct draw *d)
{
    bool rate = one_in(d, 2), both = one_in(d, 4);
    set(d, "cache_ms", wild(d, 10, 3000));
    set(d, "store_timeout_ms", draw_store_timeout(d));
    set(d, "store_skip_ms", wild_or_0(d, 100, 5000));
    set(d, "probe_jitter_ms", wild_or_0(d, 10, 1000));
    set(d, "shared_window_ms", wild(d, 500, 20000));
    if (!rate || both)
        set(d, "shared_failures", wild(d, 1, 50));
    if (!rate && !both)
        return;
    set(d, "shared_window_ms", share_window(d));
    set(d, "shared_failure_pct", wild(d, 5, 100));
    set(d, "shared_min_calls", wild(d, 1, 100));
}

/* --- who comes, and what they depend on ------------------------------------------- */

static void draw_load(struct draw *d)
{
    struct load_config *load = &d->scene->world.load;
    load->patience = wild_or_0(d, d->calm ? 3000 : 200, 20000) * SIM_MS;
    if (one_in(d, 3)) {
        load->repeats = 1 + below(d, 2);
        load->repeat_after = wild_ms(d, 10, 2000);
    }
    if (!d->calm && one_in(d, 4)) {
        load->law = LOAD_USERS;
        load->users = wild(d, 1, 200);
        load->think = wild_ms(d, 10, 5000);
        return;
    }
    load->law = one_in(d, 4) ? LOAD_EVEN : LOAD_POISSON;
    load->rps = wild(d, 8, 150);
}

static void draw_service(struct draw *d, int64_t mean)
{
    struct service *service = &d->scene->world.backend.service;
    service->law = (enum service_law)below(d, 3);
    service->mean_ns = service->law == SERVICE_LOGNORMAL ? 0 : mean;
    if (service->law != SERVICE_LOGNORMAL)
        return;
    service->p50_ns = mean;
    service->p99_ns = mean + mean * below(d, d->calm ? 3 : 20);
}

/* A calm one has servers enough for all tries of all requests, twice over or more. */
static void draw_backend(struct draw *d)
{
    struct backend_config *b = &d->scene->world.backend;
    const struct load_config *load = &d->scene->world.load;
    uint32_t mean = wild(d, 2, d->calm ? get(d, "timeout_ms") / 60 : 300);
    b->shards = one_in(d, 2) ? 1 : 2 + below(d, 7);
    set(d, "per_shard", b->shards > 1 ? below(d, 2) : 0);
    uint32_t tries = at_least(get(d, "attempts"), 1) * (1 + load->repeats);
    uint32_t busy =
        load->rps * tries * mean / 1000 / b->shards; /* servers, or one less */
    b->servers = wild(d, 1, 40);
    if (d->calm)
        b->servers = (busy + 1) * (3 + below(d, 4));
    b->bounded = one_in(d, 3);
    b->queue_max = b->bounded ? wild(d, d->calm ? 60 : 1, 1000) : 0;
    b->drops_expired = one_in(d, 4);
    draw_service(d, mean * SIM_MS);
}

/* --- what stands between ---------------------------------------------------------- */

/* So many a second that there is room for n times the load. */
static uint32_t roomy(struct draw *d, uint32_t n)
{
    const struct load_config *load = &d->scene->world.load;
    uint32_t tries = at_least(get(d, "attempts"), 1) * (1 + load->repeats);
    return n * tries * at_least(load->rps, 20);
}

static void draw_store(struct draw *d)
{
    struct store_config *s = &d->scene->world.store;
    d->scene->world.has_store = true;
    s->read_p50 = wild_ms(d, 1, d->calm ? 8 : 100);
    s->read_p99 = s->read_p50 * (1 + below(d, 5));
    s->write_p50 = wild_ms(d, 1, d->calm ? 8 : 100);
    s->write_p99 = s->write_p50 * (1 + below(d, 5));
    s->lag = wild_or_0(d, 1, 2000) * SIM_MS;
    s->stale_ppm = below(d, 101) * 10000;
    s->wcu = one_in(d, 3) ? 0 : d->calm ? roomy(d, 4 + below(d, 20)) : wild(d, 1, 500);
    s->rcu = one_in(d, 3) ? 0 : d->calm ? roomy(d, 4 + below(d, 20)) : wild(d, 1, 500);
    s->burst = one_in(d, 2) ? SIM_S : wild_ms(d, 500, 60000);
    s->hides_loser_item = one_in(d, 2);
}

static void draw_clocks(struct draw *d, struct pool_config *p)
{
    p->drift_ppm = wild_or_0(d, 1, 200);
    switch (below(d, 3)) {
    case 0:
        break;
    case 1:
        p->clock_sigma = wild_ms(d, 1, 1000);
        break;
    case 2: /* wrong by a minute, and environments that live to see it */
        p->clock_sigma = wild_ms(d, 1000, 60000);
        if (d->calm)
            p->keep = one_in(d, 2) ? 0 : 600 * SIM_S;
        break;
    }
}

static void draw_fleet(struct draw *d)
{
    struct world_config *w = &d->scene->world;
    struct pool_config *p = &w->pool;
    *p = (struct pool_config){.fleet = true};
    p->init_p50 = wild_or_0(d, 5, d->calm ? 200 : 2000) * SIM_MS;
    p->init_p99 = p->init_p50 * (1 + below(d, 4));
    uint32_t second = roomy(d, 1) + 20; /* busy if a request took a second */
    p->size = d->calm ? second + below(d, 400) : wild(d, 1, 400);
    p->keep = wild_or_0(d, 100, 60000) * SIM_MS;
    p->scale_per_s = one_in(d, 2) ? 0 : d->calm ? 3 * second : wild(d, 1, 100);
    p->scale_burst = p->scale_per_s > 0 ? wild_or_0(d, 1, 500) : 0;
    if (d->calm && p->scale_burst > 0)
        p->scale_burst = at_least(p->scale_burst, 100);
    p->warm = one_in(d, 2) ? 0 : below(d, p->size / 2 + 1);
    uint32_t deadline = get(d, "deadline_ms");
    w->timeout = wild_or_0(d, 1000, 30000) * SIM_MS;
    if (d->calm && w->timeout > 0)
        w->timeout = at_least((uint32_t)(w->timeout / SIM_MS),
                              deadline + get(d, "timeout_ms") + 4000) *
                     SIM_MS;
    w->memory_mb = 128;
    draw_clocks(d, p);
}

static void draw_gateway(struct draw *d)
{
    struct world_config *w = &d->scene->world;
    if (one_in(d, 2))
        return;
    w->has_gateway = true;
    w->gateway.rps = one_in(d, 3) ? 0 : d->calm ? roomy(d, 5) : wild(d, 1, 300);
    w->gateway.burst = w->gateway.rps == 0 ? 0 : wild(d, d->calm ? 60 : 1, 1000);
    w->gateway.timeout = wild_or_0(d, d->calm ? 5000 : 100, 30000) * SIM_MS;
}

/* --- what goes wrong -------------------------------------------------------------- */

/* lo and hi of its magnitude; 0: it has none. */
static const struct {
    uint32_t lo, hi;
    bool store, fleet;
} kinds[FAULT_KINDS] = {
    [FAULT_HANG] = {0, 0, false, false},
    [FAULT_REFUSE] = {0, 0, false, false},
    [FAULT_ERRORS] = {1, 100, false, false},
    [FAULT_SLOW] = {110, 10000, false, false},
    [FAULT_CAPACITY] = {1, 90, false, false},
    [FAULT_LOAD] = {5, 400, false, false},
    [FAULT_STORE_DOWN] = {0, 0, true, false},
    [FAULT_STORE_HANG] = {0, 0, true, false},
    [FAULT_STORE_LOST] = {1, 100, true, false},
    [FAULT_STORE_ERRORS] = {1, 100, true, false},
    [FAULT_STORE_SLOW] = {200, 10000, true, false},
    [FAULT_STORE_CAPACITY] = {1, 50, true, false},
    [FAULT_KILL] = {1, 100, false, true},
    [FAULT_KILL_PROBES] = {1, 100, false, true},
    [FAULT_COLD] = {150, 5000, false, true},
};

static bool possible(const struct draw *d, enum fault_kind kind)
{
    const struct world_config *w = &d->scene->world;
    if (kind == FAULT_LOAD && w->load.law == LOAD_USERS)
        return false;
    return !kinds[kind].store || w->has_store;
}

static void draw_fault(struct draw *d, enum fault_kind kind)
{
    struct world_config *w = &d->scene->world;
    int64_t last = 22 * SIM_S; /* so that the longest waits end within the run */
    struct fault *f = &w->faults[w->fault_count++];
    *f = (struct fault){.kind = kind, .shard = FAULT_EVERYWHERE};
    f->from = (2000 + below(d, 16000)) * SIM_MS;
    f->to = f->from + wild_ms(d, 50, 12000);
    f->to = f->to < last ? f->to : last;
    if (kinds[kind].hi > 0)
        f->pct = wild(d, kinds[kind].lo, kinds[kind].hi);
    bool backend = kind <= FAULT_CAPACITY;
    if (backend && w->backend.shards > 1 && one_in(d, 2))
        f->shard = (int32_t)below(d, w->backend.shards);
}

/* Even odds for each kind; in a quarter of the scenes one in six, so that a kind is
 * also seen on its own. */
static void draw_faults(struct draw *d)
{
    uint32_t odds = one_in(d, 4) ? 6 : 2;
    for (int kind = 0; kind < FAULT_KINDS; kind++) {
        bool there = one_in(d, odds) && possible(d, (enum fault_kind)kind);
        uint32_t times = one_in(d, 2) ? 1 : 1 + below(d, 3);
        for (uint32_t i = 0; there && i < times; i++)
            draw_fault(d, (enum fault_kind)kind);
    }
}

/* --- the whole -------------------------------------------------------------------- */

static struct draw stream(struct scene *scene, uint64_t seed, const char *name,
                          bool calm)
{
    struct draw d = {.scene = scene, .calm = calm};
    random_seed(&d.r, seed, name);
    return d;
}

/* Long enough for all that may be demanded, from 30 to 150 seconds. */
static void set_run(struct scene *scene)
{
    struct world_config *w = &scene->world;
    w->bucket = SIM_S;
    w->run = 150 * SIM_S;
    struct swarm_demand demand = swarm_demand(scene, 0);
    int64_t wanted = (demand.due / SIM_S + 8) * SIM_S;
    if (!demand.recovery)
        wanted = (demand.after + 2 * demand.rest) / SIM_S * SIM_S + SIM_S;
    if (!demand.recovery && (!demand.unstuck || wanted > 60 * SIM_S))
        wanted = 60 * SIM_S;
    w->run = wanted < 30 * SIM_S ? 30 * SIM_S : wanted;
}

void swarm_draw(struct scene *scene, uint64_t seed, uint32_t protocol)
{
    memset(scene, 0, sizeof *scene);
    snprintf(scene->name, sizeof scene->name, "swarm-%llu", (unsigned long long)seed);
    snprintf(scene->about, sizeof scene->about, "Drawn by storm swarm.");
    scene->clients = 1;
    scene->client[0].protocol = protocol;
    scene->client[0].breakers = 1;
    snprintf(scene->client[0].name, sizeof scene->client[0].name, "swarm");
    struct draw client = stream(scene, seed, "swarm client", false);
    client.calm = !one_in(&client, 8);
    struct draw world = stream(scene, seed, "swarm world", client.calm);
    struct draw faults = stream(scene, seed, "swarm faults", client.calm);
    bool alone = protocol == 0 && one_in(&client, 16); /* without a store */
    draw_tries(&client);
    draw_breaker(&client);
    if (!alone)
        draw_shared(&client);
    draw_load(&world);
    draw_backend(&world);
    draw_fleet(&world);
    draw_gateway(&world);
    if (!alone)
        draw_store(&world);
    draw_faults(&faults);
    set_run(scene);
    const struct caller *caller = scene_protocols[protocol].caller;
    assert(caller->config_error(scene->client[0].config) == NULL);
}
