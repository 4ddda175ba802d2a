/* pool.c - workers that are free, starting, busy: see pool.h.
 *
 * The idle ones form one list in the order in which they became idle. Threads are taken
 * from its old end, environments from its new end. So whoever has been idle for too
 * long stands at the old end, and is taken away when somebody next looks there: the
 * pool plans no event of its own, and what it answers is the same as if it had. */
#include "pool.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "tokens.h"

enum slot_state { SLOT_DEAD, SLOT_IDLE, SLOT_BUSY };

struct slot {      /* 40 bytes */
    int64_t since; /* idle or busy */
    int64_t born, offset;
    int32_t drift_ppm;
    uint32_t older,
        newer;     /* neighbours in the list of the idle; or the next dead one */
    uint8_t state; /* enum slot_state */
    bool unused;   /* there from the start, and never taken */
};

struct pool {
    struct sim *sim;
    struct pool_config config;
    struct slot *slots; /* config.size of them, and the head of the list of the idle */
    uint32_t made;      /* slots below this were in use at some time */
    uint32_t dead;      /* those of them that are not: the last one to die */
    uint32_t init_pct;
    struct tokens scaling;
    struct random cold_starts, clocks;
    struct pool_counts counts;
};

#define NONE UINT32_MAX

/* --- the list of the idle: a ring through its head, so no end is a special case --- */

static uint32_t head(const struct pool *p)
{
    return p->config.size;
}

static uint32_t oldest(const struct pool *p)
{
    return p->slots[head(p)].newer;
}

static uint32_t newest(const struct pool *p)
{
    return p->slots[head(p)].older;
}

static void link_newest(struct pool *p, uint32_t slot)
{
    uint32_t before = newest(p);
    p->slots[slot].older = before;
    p->slots[slot].newer = head(p);
    p->slots[before].newer = slot;
    p->slots[head(p)].older = slot;
}

static void unlink_idle(struct pool *p, uint32_t slot)
{
    const struct slot *s = &p->slots[slot];
    p->slots[s->older].newer = s->newer;
    p->slots[s->newer].older = s->older;
}

/* --- birth and death -------------------------------------------------------------- */

/* The place that became free last, else the lowest that was never used. */
static uint32_t free_place(struct pool *p)
{
    uint32_t slot = p->dead;
    if (slot == NONE)
        return p->made++;
    p->dead = p->slots[slot].older;
    return slot;
}

static uint32_t make(struct pool *p)
{
    uint32_t slot = free_place(p);
    struct slot *s = &p->slots[slot];
    *s = (struct slot){.born = sim_now(p->sim)};
    if (p->config.clock_sigma > 0 || p->config.drift_ppm > 0) {
        s->offset = random_normal(&p->clocks, p->config.clock_sigma);
        s->drift_ppm = (int32_t)random_normal(&p->clocks, p->config.drift_ppm);
    }
    if (++p->counts.alive > p->counts.alive_most)
        p->counts.alive_most = p->counts.alive;
    return slot;
}

static void bury(struct pool *p, uint32_t slot)
{
    p->slots[slot].state = SLOT_DEAD;
    p->slots[slot].older = p->dead;
    p->dead = slot;
    p->counts.alive--;
}

static bool expired(const struct pool *p, uint32_t slot)
{
    const struct slot *s = &p->slots[slot];
    return p->config.keep > 0 && s->state == SLOT_IDLE &&
           sim_now(p->sim) - s->since >= p->config.keep;
}

static void reap(struct pool *p)
{
    for (uint32_t slot = oldest(p); expired(p, slot); slot = oldest(p)) {
        unlink_idle(p, slot);
        bury(p, slot);
        p->counts.reaped++;
    }
}

/* --- work ------------------------------------------------------------------------- */

static void rest(struct pool *p, uint32_t slot)
{
    p->slots[slot].state = SLOT_IDLE;
    p->slots[slot].since = sim_now(p->sim);
    link_newest(p, slot);
}

static void work(struct pool *p, uint32_t slot)
{
    p->slots[slot].state = SLOT_BUSY;
    p->slots[slot].since = sim_now(p->sim);
    if (++p->counts.busy > p->counts.busy_most)
        p->counts.busy_most = p->counts.busy;
}

static void work_no_more(struct pool *p, uint32_t slot)
{
    int64_t ns = sim_now(p->sim) - p->slots[slot].since;
    p->counts.busy_ns += (ns + SIM_MS - 1) / SIM_MS * SIM_MS;
    p->counts.busy--;
}

/* When an environment made now will be ready: a wild draw is late, never a time past
 * the end of time. */
static int64_t cold_start(struct pool *p)
{
    int64_t now = sim_now(p->sim);
    if (p->config.init_p50 == 0)
        return now;
    int64_t time =
        random_lognormal(&p->cold_starts, p->config.init_p50, p->config.init_p99);
    if (p->init_pct > 0 && time > (SIM_NEVER - now) / p->init_pct)
        return SIM_NEVER;
    return now + time * p->init_pct / 100;
}

static bool may_scale(struct pool *p)
{
    uint32_t per_s = p->config.scale_per_s, burst = p->config.scale_burst;
    return per_s == 0 ||
           tokens_take(&p->scaling, per_s, burst > 0 ? burst : per_s, sim_now(p->sim));
}

static struct pool_take take_idle(struct pool *p)
{
    uint32_t slot = p->config.fleet ? newest(p) : oldest(p);
    struct pool_take take = {POOL_TAKEN, slot, p->slots[slot].unused, sim_now(p->sim)};
    p->slots[slot].unused = false;
    unlink_idle(p, slot);
    work(p, slot);
    return take;
}

static struct pool_take take_new(struct pool *p)
{
    uint32_t slot = make(p);
    p->counts.cold_starts++;
    work(p, slot);
    return (struct pool_take){POOL_TAKEN, slot, true, cold_start(p)};
}

struct pool_take pool_take(struct pool *p)
{
    reap(p);
    if (oldest(p) != head(p))
        return take_idle(p);
    if (p->counts.busy == p->config.size) {
        p->counts.no_room++;
        return (struct pool_take){.answer = POOL_NO_ROOM};
    }
    if (!may_scale(p)) {
        p->counts.throttled++;
        return (struct pool_take){.answer = POOL_THROTTLED};
    }
    return take_new(p);
}

void pool_give(struct pool *p, uint32_t slot)
{
    assert(pool_busy(p, slot));
    work_no_more(p, slot);
    rest(p, slot);
}

void pool_kill(struct pool *p, uint32_t slot)
{
    assert(p->config.fleet);
    assert(pool_alive(p, slot));
    reap(p); /* they went before this one: places are used again in that order */
    if (p->slots[slot].state == SLOT_BUSY)
        work_no_more(p, slot);
    else
        unlink_idle(p, slot);
    bury(p, slot);
    p->counts.killed++;
}

void pool_set_init_pct(struct pool *p, uint32_t pct)
{
    p->init_pct = pct;
}

/* --- what can be seen: none of these changes anything ----------------------------- */

int64_t pool_clock(const struct pool *p, uint32_t slot)
{
    assert(slot < p->config.size);
    int64_t now = sim_now(p->sim);
    if (!p->config.fleet)
        return now;
    const struct slot *s = &p->slots[slot];
    int64_t age = now - s->born, million = 1000000, drift = 0;
    if (s->drift_ppm != 0)
        drift = age / million * s->drift_ppm + age % million * s->drift_ppm / million;
    return POOL_EPOCH + now + s->offset + drift;
}

bool pool_busy(const struct pool *p, uint32_t slot)
{
    assert(slot < p->config.size);
    return p->slots[slot].state == SLOT_BUSY;
}

bool pool_alive(const struct pool *p, uint32_t slot)
{
    assert(slot < p->config.size);
    return p->slots[slot].state != SLOT_DEAD && !expired(p, slot);
}

struct pool_counts pool_counts(const struct pool *p)
{
    struct pool_counts counts = p->counts;
    for (uint32_t i = oldest(p); expired(p, i); i = p->slots[i].newer) {
        counts.alive--;
        counts.reaped++;
    }
    return counts;
}

/* --- a pool ----------------------------------------------------------------------- */

static void check(const struct pool_config *c)
{
    assert(c->size < NONE && c->warm <= c->size);
    assert(c->init_p50 >= 0 && c->init_p50 <= c->init_p99);
    assert((c->init_p50 == 0) == (c->init_p99 == 0));
    assert(c->keep >= 0);
    assert(c->clock_sigma >= 0 && c->clock_sigma <= POOL_CLOCK_SIGMA_MAX);
    assert(c->drift_ppm <= POOL_DRIFT_PPM_MAX);
}

static void *must(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "pool: out of memory\n");
        abort();
    }
    return memory;
}

struct pool *pool_new(struct sim *sim, const struct pool_config *config)
{
    /* Threads are all there from the start; nothing else of the config is theirs. */
    struct pool_config threads = {.size = config->size, .warm = config->size};
    struct pool *p = must(calloc(1, sizeof *p));
    p->sim = sim;
    p->config = config->fleet ? *config : threads;
    check(&p->config);
    p->slots = must(calloc((size_t)p->config.size + 1, sizeof *p->slots));
    p->slots[head(p)].older = p->slots[head(p)].newer = head(p);
    p->dead = NONE;
    p->init_pct = 100;
    p->scaling.at = sim_now(sim);
    random_seed(&p->cold_starts, sim_seed(sim), "cold starts");
    random_seed(&p->clocks, sim_seed(sim), "clocks");
    for (uint32_t i = 0; i < p->config.warm; i++) {
        uint32_t slot = make(p);
        p->slots[slot].unused = p->config.fleet;
        rest(p, slot);
    }
    return p;
}

void pool_free(struct pool *p)
{
    if (p == NULL)
        return;
    free(p->slots);
    free(p);
}
