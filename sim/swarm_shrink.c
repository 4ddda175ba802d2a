/* swarm_shrink.c - makes a broken scene smaller: a change stays if the same rule is
 * still broken. Each change is tried by a run of its own. */
#include <string.h>

#include "swarm.h"

struct shrink {
    struct scene *scene; /* the smallest so far */
    uint32_t client;
    uint64_t seed;
    struct swarm_verdict verdict; /* of it */
};

/* Whether a candidate is as broken; it is the smallest then. */
static bool keep_if_broken(struct shrink *s, const struct scene *candidate)
{
    const void *config = candidate->client[s->client].config;
    const struct caller *caller =
        scene_protocols[candidate->client[s->client].protocol].caller;
    if (caller->config_error(config) != NULL)
        return false;
    struct swarm_verdict v = swarm_judge_apart(candidate, s->client, s->seed);
    if (v.rule != s->verdict.rule)
        return false;
    s->verdict = v;
    *s->scene = *candidate;
    return true;
}

/* --- faults: delta debugging ------------------------------------------------------ */

void swarm_keep(struct scene *scene, uint64_t kept)
{
    struct world_config *w = &scene->world;
    uint32_t n = 0;
    for (uint32_t i = 0; i < w->fault_count; i++)
        if (kept >> i & 1)
            w->faults[n++] = w->faults[i];
    w->fault_count = n;
}

/* The bits of `set` from its first'th to before its last'th. */
static uint64_t part_of(uint64_t set, uint32_t first, uint32_t last)
{
    uint64_t part = 0;
    uint32_t n = 0;
    for (int bit = 0; bit < FAULTS_MAX; bit++)
        if (set >> bit & 1) {
            part |= n >= first && n < last ? UINT64_C(1) << bit : 0;
            n++;
        }
    return part;
}

static uint32_t size_of(uint64_t set)
{
    uint32_t n = 0;
    for (; set != 0; set &= set - 1)
        n++;
    return n;
}

/* A piece that will do alone, or one that can be left out; 0: neither. */
static uint64_t fewer(struct shrink *s, const struct scene *whole, uint64_t set,
                      uint32_t pieces)
{
    uint32_t n = size_of(set);
    for (int out = 0; out < 2; out++)
        for (uint32_t i = 0; i < pieces; i++) {
            uint64_t piece = part_of(set, n * i / pieces, n * (i + 1) / pieces);
            uint64_t left = out ? set & ~piece : piece;
            struct scene candidate = *whole;
            if (left == set || left == 0)
                continue;
            swarm_keep(&candidate, left);
            if (keep_if_broken(s, &candidate))
                return left;
        }
    return 0;
}

static uint32_t smaller_of(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Ever smaller pieces, until they are single faults and none of them will go. */
static uint64_t shrink_faults(struct shrink *s)
{
    struct scene whole = *s->scene, none = whole;
    uint32_t n = whole.world.fault_count, pieces = 2;
    uint64_t set = n == FAULTS_MAX ? UINT64_MAX : (UINT64_C(1) << n) - 1;
    none.world.fault_count = 0;
    if (n > 0 && keep_if_broken(s, &none))
        return 0;
    while (size_of(set) > 1) {
        uint32_t size = size_of(set);
        uint64_t left = fewer(s, &whole, set, smaller_of(pieces, size));
        if (left == 0 && pieces >= size)
            break;
        pieces = left == 0 ? pieces * 2 : pieces > 3 ? pieces - 1 : 2;
        set = left != 0 ? left : set;
    }
    return set;
}

/* --- numbers ---------------------------------------------------------------------- */

/* One number of a scene, and where it would best be. */
struct number {
    void *place;
    bool is_time;       /* int64_t ns, kept to whole ms; or else uint32_t */
    int64_t best, step; /* step 0: one */
};

static int64_t value_of(const struct number *number)
{
    int64_t time = 0;
    uint32_t count = 0;
    if (number->is_time)
        memcpy(&time, number->place, sizeof time);
    else
        memcpy(&count, number->place, sizeof count);
    return number->is_time ? time : count;
}

static bool try_value(struct shrink *s, struct scene *candidate,
                      const struct number *number, int64_t value)
{
    uint32_t count = (uint32_t)value;
    if (number->is_time)
        memcpy(number->place, &value, sizeof value);
    else
        memcpy(number->place, &count, sizeof count);
    return keep_if_broken(s, candidate);
}

static int64_t halfway(const struct number *number, int64_t now)
{
    int64_t step = number->is_time ? SIM_MS : number->step > 0 ? number->step : 1;
    return number->best + (now - number->best) / 2 / step * step;
}

/* `at` finds the number in a candidate: each trial has a scene of its own. */
typedef struct number number_fn(struct scene *scene, uint32_t which);

static bool shrink_number(struct shrink *s, number_fn *at, uint32_t which)
{
    bool smaller = false;
    for (bool first = true;; first = false) {
        struct scene candidate = *s->scene;
        struct number number = at(&candidate, which);
        int64_t now = value_of(&number);
        if (now == number.best)
            return smaller;
        int64_t next = first ? number.best : halfway(&number, now);
        if (next != now && try_value(s, &candidate, &number, next))
            smaller = true;
        else if (!first)
            return smaller;
    }
}

static struct number fault_end(struct scene *scene, uint32_t which)
{
    struct fault *fault = &scene->world.faults[which];
    return (struct number){
        .place = &fault->to, .is_time = true, .best = fault->from + SIM_MS};
}

static struct number fault_pct(struct scene *scene, uint32_t which)
{
    struct fault *fault = &scene->world.faults[which];
    bool of_usual = fault->kind == FAULT_SLOW || fault->kind == FAULT_LOAD ||
                    fault->kind == FAULT_CAPACITY || fault->kind == FAULT_STORE_SLOW ||
                    fault->kind == FAULT_STORE_CAPACITY || fault->kind == FAULT_COLD;
    return (struct number){.place = &fault->pct, .best = of_usual ? 100 : 1};
}

enum { WORLD_NUMBERS = 13 };
static struct number world_number(struct scene *scene, uint32_t which)
{
    struct world_config *w = &scene->world;
    struct number numbers[WORLD_NUMBERS] = {
        {.place = &w->load.repeats},
        {.place = &w->load.patience, .is_time = true},
        {.place = &w->load.rps, .best = 1},
        {.place = &w->load.users, .best = 1},
        {.place = &w->pool.warm},
        {.place = &w->pool.size, .best = w->pool.warm + 1},
        {.place = &w->pool.clock_sigma, .is_time = true},
        {.place = &w->pool.drift_ppm},
        {.place = &w->pool.keep, .is_time = true},
        {.place = &w->store.wcu},
        {.place = &w->store.rcu},
        {.place = &w->store.stale_ppm, .step = 10000},
        {.place = &w->timeout, .is_time = true},
    };
    bool users = w->load.law == LOAD_USERS;
    if (users || which == 3) /* a rate of nobody, users of a rate: leave them */
        numbers[users ? 2 : 3].best = users ? w->load.rps : w->load.users;
    return numbers[which];
}

static void shrink_world(struct shrink *s)
{
    for (uint32_t i = 0; i < WORLD_NUMBERS; i++)
        shrink_number(s, world_number, i);
    for (int i = 0; i < 4; i++) {
        struct scene candidate = *s->scene;
        struct world_config *w = &candidate.world;
        bool *part =
            (bool *[]){&w->has_gateway, &w->backend.bounded, &w->backend.drops_expired,
                       &w->store.hides_loser_item}[i];
        bool there = *part;
        *part = false;
        if (there)
            keep_if_broken(s, &candidate);
    }
}

/* A knob at 0 is a knob nobody has to think about. */
static void shrink_client(struct shrink *s)
{
    const struct scene_client *client = &s->scene->client[s->client];
    const struct knob *knob = scene_protocols[client->protocol].caller->knobs;
    for (; knob->name != NULL; knob++) {
        struct scene candidate = *s->scene;
        if (swarm_knob(s->scene, s->client, knob->name) == 0)
            continue;
        swarm_set_knob(&candidate, s->client, knob->name, 0);
        keep_if_broken(s, &candidate);
    }
}

/* --- the whole -------------------------------------------------------------------- */

/* What was broken at a moment needs no more of the run than that. */
static void cut(struct shrink *s)
{
    struct scene candidate = *s->scene;
    struct world_config *w = &candidate.world;
    int64_t end = (s->verdict.at / SIM_S + 1) * SIM_S;
    uint32_t n = 0;
    if (end >= w->run)
        return;
    w->run = end;
    for (uint32_t i = 0; i < w->fault_count; i++) {
        if (w->faults[i].from >= end)
            continue;
        w->faults[n] = w->faults[i];
        w->faults[n].to = w->faults[n].to < end ? w->faults[n].to : end;
        n++;
    }
    if (n == w->fault_count)
        keep_if_broken(s, &candidate);
}

static bool shrink_magnitudes(struct shrink *s)
{
    bool smaller = false;
    for (uint32_t i = 0; i < s->scene->world.fault_count; i++) {
        smaller = shrink_number(s, fault_end, i) || smaller;
        if (swarm_fault_has_pct(s->scene->world.faults[i].kind))
            smaller = shrink_number(s, fault_pct, i) || smaller;
    }
    return smaller;
}

struct swarm_verdict swarm_shrink(struct scene *scene, uint32_t client, uint64_t seed,
                                  enum swarm_rule rule, uint64_t *kept)
{
    struct shrink s = {.scene = scene, .client = client, .seed = seed};
    s.verdict = swarm_judge_apart(scene, client, seed);
    *kept = 0;
    if (s.verdict.rule != (uint32_t)rule)
        return s.verdict;
    *kept = shrink_faults(&s);
    cut(&s);
    for (int round = 0; round < 3 && shrink_magnitudes(&s); round++)
        ;
    shrink_world(&s);
    shrink_client(&s);
    cut(&s);
    return s.verdict;
}
