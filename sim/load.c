/* load.c - arrivals: see load.h.
 *
 * A rate that changes is met by thinning: arrivals are drawn at the highest rate there
 * will ever be, and each is let through with chance rate / highest. So the draws do not
 * depend on when the rate changes, and two runs under one seed meet the same arrivals.
 */
#include "load.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct load {
    struct sim *sim;
    struct load_config config;
    int64_t end;
    load_fn *arrive;
    void *who;
    uint64_t highest; /* rps * 100: pct folded in */
    uint32_t pct;
    struct random gaps, thinning, thoughts;
};

/* --- rates ------------------------------------------------------------------------ */

static uint64_t rps_at(const struct load_config *c, int64_t now)
{
    if (c->steps == 0)
        return c->rps;
    if (now <= c->step[0].at)
        return c->step[0].rps;
    for (uint32_t i = 1; i < c->steps; i++) {
        if (now >= c->step[i].at)
            continue;
        int64_t from = c->step[i - 1].rps, change = (int64_t)c->step[i].rps - from;
        int64_t ms = (now - c->step[i - 1].at) / SIM_MS;
        int64_t span = (c->step[i].at - c->step[i - 1].at) / SIM_MS;
        return (uint64_t)(from + change * ms / (span > 0 ? span : 1));
    }
    return c->step[c->steps - 1].rps;
}

static uint64_t highest_rps(const struct load_config *c)
{
    uint64_t most = c->steps == 0 ? c->rps : 0;
    for (uint32_t i = 0; i < c->steps; i++)
        most = c->step[i].rps > most ? c->step[i].rps : most;
    return most;
}

/* --- arrivals --------------------------------------------------------------------- */

static void next(struct load *load);

static void come(struct sim *sim, void *who, uint64_t what)
{
    (void)what;
    struct load *load = who;
    uint64_t rate = rps_at(&load->config, sim_now(sim)) * load->pct;
    next(load);
    if (rate == load->highest || random_below(&load->thinning, load->highest) < rate)
        load->arrive(load->who, 0);
}

static void next(struct load *load)
{
    int64_t mean = 100 * SIM_S / (int64_t)load->highest;
    int64_t gap =
        load->config.law == LOAD_EVEN ? mean : random_exponential(&load->gaps, mean);
    int64_t at = sim_now(load->sim) + gap;
    if (at < load->end)
        sim_at(load->sim, at, come, load, 0);
}

static void ask(struct sim *sim, void *who, uint64_t user)
{
    (void)sim;
    struct load *load = who;
    load->arrive(load->who, user);
}

void load_answered(struct load *load, uint64_t user)
{
    if (load->config.law != LOAD_USERS)
        return;
    int64_t thought = random_exponential(&load->thoughts, load->config.think);
    int64_t at = sim_now(load->sim) + thought;
    if (at < load->end)
        sim_at(load->sim, at, ask, load, user);
}

/* --- the public functions --------------------------------------------------------- */

struct load *load_new(struct sim *sim, const struct load_config *config, int64_t end,
                      uint32_t most_pct, load_fn *arrive, void *who)
{
    struct load *load = calloc(1, sizeof *load);
    if (load == NULL) {
        fprintf(stderr, "load: out of memory\n");
        abort();
    }
    *load = (struct load){.sim = sim,
                          .config = *config,
                          .end = end,
                          .arrive = arrive,
                          .who = who,
                          .pct = 100};
    load->highest = highest_rps(config) * (most_pct > 100 ? most_pct : 100);
    random_seed(&load->gaps, sim_seed(sim), "arrivals");
    random_seed(&load->thinning, sim_seed(sim), "thinning");
    random_seed(&load->thoughts, sim_seed(sim), "thoughts");
    if (config->law == LOAD_USERS) {
        for (uint32_t user = 0; user < config->users; user++)
            load_answered(load, user);
    } else if (load->highest > 0) {
        next(load);
    }
    return load;
}

void load_free(struct load *load)
{
    free(load);
}

void load_set_pct(struct load *load, uint32_t pct)
{
    assert(load->config.law == LOAD_USERS ||
           pct * highest_rps(&load->config) <= load->highest);
    load->pct = pct;
}
