/* swarm_demand.c - what may be asked of a scene after its last fault, and by when.
 *
 * How it goes on, at the slowest, from the end of the last fault:
 *
 *      pending   requests that came in it, and their retries, come to an end
 *      drain     the backend works off what has piled up; until now a probe may fail
 *      skip      an environment still leaves the store alone
 *      rest      a lease runs out, then a rest does, each as its own copy says it
 *      probing   so many good probes as it takes, one after the other
 *
 * Whoever waits for a request waits for as long as twenty come in the mean: a gap that
 * long has a chance of two in a thousand million. */
#include "swarm.h"

/* What the arithmetic needs, in ns; counts as they are. */
struct sums {
    const struct world_config *world;
    uint32_t tries; /* that one request may come to, its user's repeats included */
    uint32_t rps, key_rps; /* that come; to one item */
    int64_t work;          /* of one call, mean */
    int64_t call;          /* the time-out of one */
    int64_t request;       /* the longest a request may take */
    int64_t store;         /* the time-out for the store */
    int64_t cache, jitter, rest, lease, skip;
    int64_t skew;      /* between any two clocks, if that is all they are apart */
    int64_t from, end; /* of all faults */
    uint32_t most_load, successes;
};

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t ms_of(const struct scene *scene, uint32_t client, const char *knob)
{
    return swarm_knob(scene, client, knob) * SIM_MS;
}

static int64_t mean_of(const struct service *service)
{
    if (service->law == SERVICE_LOGNORMAL)
        return service->p50_ns + service->p50_ns / 4;
    return service->mean_ns;
}

static void sum_faults(struct sums *s)
{
    const struct world_config *w = s->world;
    s->from = w->run;
    s->most_load = 100;
    for (uint32_t i = 0; i < w->fault_count; i++) {
        const struct fault *f = &w->faults[i];
        s->from = f->from < s->from ? f->from : s->from;
        s->end = larger(s->end, f->to);
        if (f->kind == FAULT_LOAD && f->pct > s->most_load)
            s->most_load = f->pct;
    }
    s->from = s->from < s->end ? s->from : s->end;
}

/* A try is a call, what the store is asked before and after it, and a sleep. */
static int64_t longest_request(const struct scene *scene, uint32_t client,
                               const struct sums *s)
{
    uint32_t attempts = swarm_knob(scene, client, "attempts");
    int64_t deadline = ms_of(scene, client, "deadline_ms");
    int64_t backoff = larger(ms_of(scene, client, "backoff_max_ms"),
                             ms_of(scene, client, "backoff_ms"));
    int64_t one = s->call + 8 * s->store + s->jitter + backoff;
    int64_t all = one * (attempts > 0 ? attempts : 1);
    if (deadline > 0 && deadline + 4 * s->store < all)
        all = deadline + 4 * s->store;
    if (s->world->timeout > 0 && s->world->timeout < all)
        all = s->world->timeout;
    return all + 2 * s->world->pool.init_p99;
}

static struct sums sum_up(const struct scene *scene, uint32_t client)
{
    const struct world_config *w = &scene->world;
    uint32_t attempts = swarm_knob(scene, client, "attempts");
    struct sums s = {
        .world = w,
        .tries = (attempts > 0 ? attempts : 1) * (1 + w->load.repeats),
        .rps = w->load.law == LOAD_USERS || w->load.steps > 0 ? 0 : w->load.rps,
        .work = mean_of(&w->backend.service),
        .call = ms_of(scene, client, "timeout_ms"),
        .store = ms_of(scene, client, "store_timeout_ms"),
        .cache = ms_of(scene, client, "cache_ms"),
        .jitter = ms_of(scene, client, "probe_jitter_ms"),
        .rest = larger(ms_of(scene, client, "open_ms"),
                       ms_of(scene, client, "open_max_ms")),
        .lease = ms_of(scene, client, "probe_lease_ms"),
        .skip = ms_of(scene, client, "store_skip_ms"),
        .successes = swarm_knob(scene, client, "successes_to_close")};
    if (s.lease == 0)
        s.lease = ms_of(scene, client, "open_ms");
    if (scene->client[client].protocol > 0 && s.successes < 3)
        s.successes = 3; /* the most that a rival ships */
    s.key_rps = s.rps;
    if (swarm_knob(scene, client, "per_shard"))
        s.key_rps = s.rps / w->backend.shards;
    s.skew = w->pool.clock_sigma <= SIM_S ? 12 * w->pool.clock_sigma : 0;
    sum_faults(&s);
    s.request = longest_request(scene, client, &s);
    return s;
}

/* --- conditions ------------------------------------------------------------------- */

static bool store_is_well(const struct sums *s)
{
    const struct store_config *c = &s->world->store;
    uint64_t asked = (uint64_t)s->tries * s->rps; /* and more than once each */
    int64_t slowest = larger(c->read_p99, c->write_p99);
    bool steady = c->read_p99 <= 5 * c->read_p50 && c->write_p99 <= 5 * c->write_p50;
    return s->world->has_store && steady && s->store >= 7 * slowest &&
           (c->wcu == 0 || c->wcu >= 4 * asked) &&
           (c->rcu == 0 || c->rcu >= 4 * asked) && c->burst >= SIM_S / 2;
}

/* An end is cut to its longest since it was first seen: somebody must see it so long.
 */
static bool clocks_will_do(const struct sums *s)
{
    const struct pool_config *p = &s->world->pool;
    return p->clock_sigma <= SIM_S || p->keep == 0 ||
           p->keep >= 2 * (s->rest + s->lease) + 10 * SIM_S;
}

static bool doors_are_wide(const struct sums *s)
{
    const struct world_config *w = s->world;
    const struct gateway_config *g = &w->gateway;
    uint64_t come = (uint64_t)s->rps * (1 + w->load.repeats);
    int64_t one = s->work + s->jitter + 100 * SIM_MS + 2 * w->pool.init_p99;
    bool limit = w->pool.size >= 20 && (int64_t)come * one <= w->pool.size / 2 * SIM_S;
    bool scaling = w->pool.scale_per_s == 0 ||
                   (w->pool.scale_per_s >= 3 * come &&
                    (w->pool.scale_burst == 0 || w->pool.scale_burst >= 50));
    bool gate = !w->has_gateway || g->rps == 0 ||
                (g->rps >= 4 * come && (g->burst == 0 || g->burst >= 50));
    return limit && scaling && gate;
}

static bool time_is_ample(const struct scene *scene, uint32_t client,
                          const struct sums *s)
{
    const struct world_config *w = s->world;
    int64_t deadline = ms_of(scene, client, "deadline_ms");
    int64_t needed = SIM_S + s->jitter + 2 * w->pool.init_p99;
    int64_t gate = w->has_gateway ? w->gateway.timeout : 0;
    int64_t slow = ms_of(scene, client, "slow_ms");
    return (deadline == 0 || deadline >= needed) &&
           (w->load.patience == 0 || w->load.patience >= needed) &&
           (gate == 0 || gate >= needed) && (w->timeout == 0 || w->timeout >= needed) &&
           s->lease >= SIM_S / 5 && (slow == 0 || slow >= 50 * s->work);
}

/* Even if every request is tried as often as it may be. */
static bool backend_has_room(const struct sums *s)
{
    const struct backend_config *b = &s->world->backend;
    bool narrow = b->service.law != SERVICE_LOGNORMAL ||
                  b->service.p99_ns <= 4 * b->service.p50_ns;
    int64_t busy = (int64_t)s->tries * s->rps * s->work / SIM_MS; /* ms a second */
    int64_t there = (int64_t)b->shards * b->servers * 1000;
    return narrow && busy * 100 <= there * 55 && s->call >= 50 * s->work &&
           (!b->bounded || b->queue_max >= 50);
}

/* --- times ------------------------------------------------------------------------ */

/* Work that began while it was slow goes on as slowly. */
static int64_t slow_rest(const struct sums *s)
{
    const struct world_config *w = s->world;
    int64_t longest = 0;
    for (uint32_t i = 0; i < w->fault_count; i++)
        if (w->faults[i].kind == FAULT_SLOW)
            longest = larger(longest, s->work * w->faults[i].pct / 100);
    return longest * (w->backend.service.law == SERVICE_FIXED ? 1 : 20);
}

static int64_t drain(const struct sums *s)
{
    const struct backend_config *b = &s->world->backend;
    int64_t busy = (int64_t)s->tries * s->rps * s->work / SIM_MS;
    int64_t spare = (int64_t)b->shards * b->servers * 1000 - busy;
    int64_t piled = (s->end - s->from) / SIM_MS * busy / 1000 * s->most_load / 100;
    return piled * 1000 / (spare > 0 ? spare : 1) * SIM_MS + slow_rest(s);
}

static int64_t gap(const struct sums *s)
{
    return 20 * SIM_S / (s->key_rps > 0 ? s->key_rps : 1);
}

/* From a change of the item until an environment knows of it. */
static int64_t until_known(const struct sums *s)
{
    return s->cache + gap(s) + s->world->store.lag + 2 * s->store;
}

struct swarm_demand swarm_demand(const struct scene *scene, uint32_t client)
{
    struct sums s = sum_up(scene, client);
    const struct world_config *w = s.world;
    struct swarm_demand demand = {.unstuck = false};
    bool shared = s.cache > 0;
    int64_t pending = (s.request + w->load.repeat_after) * (1 + w->load.repeats);
    int64_t wait = until_known(&s) + s.skew + s.jitter + 4 * s.store + SIM_S;
    int64_t probing =
        (s.successes + 1) * (s.cache + s.jitter + SIM_S / 2 + s.work * 20);
    demand.rest = larger(s.rest, s.lease) + s.request + wait;
    demand.after = s.end + pending + s.skip;
    demand.due = demand.after + drain(&s) + s.call + s.rest + s.lease + 2 * wait +
                 probing + gap(&s) + SIM_S;
    bool calm = s.rps > 0 && s.key_rps > 0 && w->pool.fleet && s.call > 0 &&
                doors_are_wide(&s) && clocks_will_do(&s) &&
                time_is_ample(scene, client, &s);
    demand.unstuck =
        calm && shared && store_is_well(&s) && demand.after + demand.rest <= w->run;
    demand.recovery = calm && backend_has_room(&s) && (!shared || store_is_well(&s)) &&
                      demand.due + 6 * SIM_S <= w->run;
    return demand;
}
