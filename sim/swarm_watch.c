/* swarm_watch.c - the requests, the fleet and the time: I1, I2, I7 to I10. */
#include "swarm_watch.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "rivals.h"

void swarm_broken(struct swarm_watch *w, enum swarm_rule rule, const char *format, ...)
{
    struct swarm_verdict *v = w->verdict;
    if (v->rule != SWARM_GOOD)
        return; /* the first one is the one to look at */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(v->what, sizeof v->what, format, arguments);
    va_end(arguments);
    v->rule = rule;
    v->at = w->now;
}

void swarm_time(struct swarm_watch *w, int64_t now)
{
    if (now < w->now)
        swarm_broken(w, SWARM_TIME, "the time went from " SWARM_S " back to " SWARM_S,
                     SWARM_S_OF(w->now), SWARM_S_OF(now));
    w->now = now;
}

/* --- while it runs ---------------------------------------------------------------- */

static void check_balance(struct swarm_watch *w, const struct world_balance *b)
{
    if (b->offered != b->settled + b->under_way + b->again)
        swarm_broken(w, SWARM_BALANCE,
                     "%llu requests were offered, %llu are settled, %llu under way, "
                     "%llu will come again",
                     (unsigned long long)b->offered, (unsigned long long)b->settled,
                     (unsigned long long)b->under_way, (unsigned long long)b->again);
    if (b->settled != w->settled)
        swarm_broken(w, SWARM_ANSWER, "%llu requests are settled, %llu had an outcome",
                     (unsigned long long)b->settled, (unsigned long long)w->settled);
    if (b->busy > b->alive || b->alive > b->most || b->under_way > b->busy)
        swarm_broken(w, SWARM_ROOM,
                     "%llu requests are under way in %u busy environments of %u alive, "
                     "and %u are allowed",
                     (unsigned long long)b->under_way, b->busy, b->alive, b->most);
}

/* Little's law has no remainder when nobody is there. */
static void check_little(struct swarm_watch *w)
{
    swarm_saw(w, SWARM_EMPTY);
    if (w->area != w->sojourns)
        swarm_broken(w, SWARM_LITTLE,
                     "nobody is there; the requests that were fill an area of %lld ns, "
                     "their times sum up to %lld ns",
                     (long long)w->area, (long long)w->sojourns);
}

/* Between two looks nobody came and nobody went. */
static void see_balance(void *who, const struct world_balance *b)
{
    struct swarm_watch *w = who;
    struct world_balance *last = &w->balance;
    w->area += (int64_t)(last->offered - last->settled) * (b->now - last->now);
    swarm_time(w, b->now);
    check_balance(w, b);
    if (b->offered == b->settled && b->settled > last->settled)
        check_little(w);
    *last = *b;
    if (w->demand.recovery && !w->judged_due && b->now >= w->demand.due) {
        w->judged_due = true;
        swarm_items_due(w);
    }
}

static void see_settled(void *who, int64_t arrived, int64_t now, enum outcome outcome)
{
    struct swarm_watch *w = who;
    swarm_time(w, now);
    w->settled++;
    w->outcome[outcome]++;
    w->sojourns += now - arrived;
}

/* --- when it is over -------------------------------------------------------------- */

static void check_outcomes(struct swarm_watch *w, const struct record *r)
{
    uint64_t offered = 0, outcomes = 0;
    for (uint32_t i = 0; i < r->buckets; i++) {
        offered += r->bucket[i].offered;
        for (int k = 0; k < OUTCOMES; k++)
            outcomes += r->bucket[i].outcome[k];
    }
    uint64_t last = w->balance.settled + w->balance.under_way;
    if (offered != r->offered || outcomes != r->settled || r->offered < r->settled ||
        r->offered != w->balance.offered || r->settled > last)
        swarm_broken(w, SWARM_BALANCE,
                     "the record has %llu offered and %llu settled, its buckets have "
                     "%llu and %llu",
                     (unsigned long long)r->offered, (unsigned long long)r->settled,
                     (unsigned long long)offered, (unsigned long long)outcomes);
}

/* Of a bucket that holds `burst` and gets `per_s`; nothing is limited by 0. */
static void check_tokens(struct swarm_watch *w, const char *what, uint64_t taken,
                         uint32_t per_s, int64_t burst_ns, uint64_t burst)
{
    int64_t ms = (w->scene->world.run + burst_ns) / SIM_MS + 1;
    uint64_t most = burst + (uint64_t)per_s * (uint64_t)ms / 1000 + 1;
    if (per_s > 0 && taken > most)
        swarm_broken(w, SWARM_TOKENS, "%llu %s, and at most %llu could be",
                     (unsigned long long)taken, what, (unsigned long long)most);
}

static void check_buckets(struct swarm_watch *w, const struct record *r)
{
    const struct world_config *c = &w->scene->world;
    uint32_t births =
        c->pool.scale_burst > 0 ? c->pool.scale_burst : c->pool.scale_per_s;
    uint32_t gate = c->gateway.burst > 0 ? c->gateway.burst : c->gateway.rps;
    uint64_t reads = (r->store.eventual_reads + 1) / 2 + r->store.strong_reads;
    check_tokens(w, "environments were made", r->pool.cold_starts, c->pool.scale_per_s,
                 0, births);
    if (c->has_gateway)
        check_tokens(w, "requests were let in", r->admitted, c->gateway.rps, 0, gate);
    if (!c->has_store)
        return;
    check_tokens(w, "units were written", r->store.writes, c->store.wcu * w->keys,
                 c->store.burst, w->keys);
    check_tokens(w, "units were read", reads, c->store.rcu * w->keys, c->store.burst,
                 w->keys);
}

/* The four seconds after everything must be well, in whole buckets. */
static void check_fresh(struct swarm_watch *w, const struct record *r)
{
    uint64_t fresh = 0, settled = 0, offered = 0;
    uint32_t first = (uint32_t)((w->demand.due + r->width - 1) / r->width);
    uint32_t buckets = (uint32_t)(4 * SIM_S / r->width);
    for (uint32_t i = first; i < first + buckets && i < r->buckets; i++) {
        offered += r->bucket[i].offered;
        fresh += r->bucket[i].outcome[OUTCOME_FRESH];
        for (int k = 0; k < OUTCOMES; k++)
            settled += r->bucket[i].outcome[k];
    }
    if (fresh * 100 < offered * 95)
        swarm_broken(w, SWARM_RECOVERY,
                     "of %llu requests in the four seconds after " SWARM_S
                     ", %llu got a fresh answer (%llu got any)",
                     (unsigned long long)offered, SWARM_S_OF(w->demand.due),
                     (unsigned long long)fresh, (unsigned long long)settled);
}

void swarm_watch_end(struct swarm_watch *w, const struct record *record)
{
    swarm_time(w, record->run);
    swarm_items_end(w, record);
    check_outcomes(w, record);
    check_buckets(w, record);
    if (w->demand.recovery)
        check_fresh(w, record);
    w->verdict->sight[SWARM_REQUESTS] = (uint32_t)record->offered;
    w->verdict->digest = record->digest;
}

/* --- a watch ---------------------------------------------------------------------- */

static void *must(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "swarm: out of memory\n");
        abort();
    }
    return memory;
}

static int64_t longest_rest_ms(const struct swarm_watch *w, uint32_t client)
{
    uint32_t rest = swarm_knob(w->scene, client, "open_ms");
    uint32_t most = swarm_knob(w->scene, client, "open_max_ms");
    if (w->caller == &rival_rmw)
        return most > 0 ? most : 60000; /* as it ships */
    return most > rest ? most : rest;
}

static void read_knobs(struct swarm_watch *w, uint32_t client)
{
    const struct scene *s = w->scene;
    uint32_t lease = swarm_knob(s, client, "probe_lease_ms");
    w->per_shard = swarm_knob(s, client, "per_shard") > 0;
    w->cache_ms = swarm_knob(s, client, "cache_ms");
    w->shared = w->cache_ms > 0;
    w->rest_ms = longest_rest_ms(w, client);
    w->lease_ms = lease > 0 ? lease : swarm_knob(s, client, "open_ms");
    w->slow_ms = swarm_knob(s, client, "slow_ms");
    w->request_ms = swarm_knob(s, client, "deadline_ms");
    w->failures = swarm_knob(s, client, "shared_failures");
    w->failure_pct = swarm_knob(s, client, "shared_failure_pct");
    w->min_calls = swarm_knob(s, client, "shared_min_calls");
    w->successes = swarm_knob(s, client, "successes_to_close");
}

void swarm_watch_init(struct swarm_watch *w, const struct scene *scene, uint32_t client,
                      struct swarm_verdict *verdict)
{
    const struct caller *caller =
        scene_protocols[scene->client[client].protocol].caller;
    *w = (struct swarm_watch){.scene = scene,
                              .caller = caller,
                              .demand = swarm_demand(scene, client),
                              .ours = caller == scene_protocols[0].caller,
                              .names = caller != &rival_rmw,
                              .slots = scene->world.pool.size,
                              .keys = scene->world.backend.shards + 1,
                              .verdict = verdict};
    read_knobs(w, client);
    w->envs = must(calloc(w->slots, sizeof *w->envs));
    w->copies = must(calloc((size_t)w->slots * w->keys, sizeof *w->copies));
    w->items = must(calloc(w->keys, sizeof *w->items));
    w->hooks = (struct world_watch){.who = w,
                                    .step = swarm_env_step,
                                    .write = swarm_item_write,
                                    .dies = swarm_env_dies,
                                    .settled = see_settled,
                                    .balance = see_balance};
    verdict->unstuck = w->demand.unstuck;
    verdict->recovery = w->demand.recovery;
}

void swarm_watch_free(struct swarm_watch *w)
{
    free(w->envs);
    free(w->copies);
    free(w->items);
}
