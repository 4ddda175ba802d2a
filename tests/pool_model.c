/* pool_model.c - see pool_model.h. */
#include "pool_model.h"

#include <string.h>

static const uint32_t nobody = POOL_SLOTS;

static void become(struct pool_model *m, uint32_t slot, enum pool_life life)
{
    m->slot[slot].life = life;
    m->slot[slot].changed = ++m->changes;
    m->slot[slot].since = m->now;
}

/* The one of this life that changed last, or first. */
static uint32_t of_life(const struct pool_model *m, enum pool_life life, bool last)
{
    uint32_t found = nobody;
    for (uint32_t i = 0; i < m->config.size; i++) {
        if (m->slot[i].life != life || m->slot[i].changed == 0)
            continue;
        if (found == nobody || (m->slot[i].changed > m->slot[found].changed) == last)
            found = i;
    }
    return found;
}

static uint32_t how_many(const struct pool_model *m, enum pool_life life)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->config.size; i++)
        n += m->slot[i].life == life;
    return n;
}

static void recount(struct pool_model *m)
{
    m->counts.busy = how_many(m, POOL_BUSY);
    m->counts.alive = m->counts.busy + how_many(m, POOL_IDLE);
    if (m->counts.busy > m->counts.busy_most)
        m->counts.busy_most = m->counts.busy;
    if (m->counts.alive > m->counts.alive_most)
        m->counts.alive_most = m->counts.alive;
}

void pool_model_start(struct pool_model *m, const struct pool_config *config)
{
    memset(m, 0, sizeof *m);
    m->config = *config;
    m->level =
        (config->scale_burst > 0 ? config->scale_burst : config->scale_per_s) * SIM_S;
    uint32_t there = config->fleet ? config->warm : config->size;
    for (uint32_t i = 0; i < there; i++) {
        become(m, i, POOL_IDLE);
        m->slot[i].unused = config->fleet;
    }
    recount(m);
}

void pool_model_pass(struct pool_model *m, int64_t now)
{
    m->now = now;
    uint32_t old = of_life(m, POOL_IDLE, false);
    while (m->config.fleet && m->config.keep > 0 && old != nobody &&
           m->slot[old].since + m->config.keep <= now) {
        become(m, old, POOL_DEAD);
        m->counts.reaped++;
        old = of_life(m, POOL_IDLE, false);
    }
    recount(m);
}

static bool model_may_scale(struct pool_model *m)
{
    const struct pool_config *c = &m->config;
    int64_t most = (c->scale_burst > 0 ? c->scale_burst : c->scale_per_s) * SIM_S;
    m->level += (m->now - m->filled) * c->scale_per_s;
    m->level = m->level < most ? m->level : most;
    m->filled = m->now;
    if (c->scale_per_s == 0)
        return true;
    if (m->level < SIM_S)
        return false;
    m->level -= SIM_S;
    return true;
}

static uint32_t model_place(const struct pool_model *m)
{
    uint32_t slot = of_life(m, POOL_DEAD, true);
    for (uint32_t i = 0; slot == nobody; i++)
        if (m->slot[i].changed == 0)
            return i;
    return slot;
}

struct pool_take pool_model_take(struct pool_model *m)
{
    struct pool_take take = {.slot = of_life(m, POOL_IDLE, m->config.fleet),
                             .ready = m->now};
    if (take.slot != nobody) {
        take.fresh = m->slot[take.slot].unused;
    } else if (how_many(m, POOL_BUSY) == m->config.size) {
        m->counts.no_room++;
        return (struct pool_take){.answer = POOL_NO_ROOM};
    } else if (!model_may_scale(m)) {
        m->counts.throttled++;
        return (struct pool_take){.answer = POOL_THROTTLED};
    } else {
        take.slot = model_place(m);
        take.fresh = true;
        take.ready += m->config.init_p50;
        m->counts.cold_starts++;
    }
    become(m, take.slot, POOL_BUSY);
    m->slot[take.slot].unused = false;
    recount(m);
    return take;
}

void pool_model_end(struct pool_model *m, uint32_t slot, enum pool_life life)
{
    if (m->slot[slot].life == POOL_BUSY)
        while (m->slot[slot].since < m->now) {
            m->counts.busy_ns += SIM_MS;
            m->slot[slot].since += SIM_MS;
        }
    m->counts.killed += life == POOL_DEAD;
    become(m, slot, life);
    recount(m);
}
