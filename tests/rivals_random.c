/* rivals_random.c - four environments of a rival, their backend and their store at
 * random: first as ill as they like, then well. */
#include "rivals.h"
#include "rivals_fleet.h"
#include "sim.h"

struct chaos {
    struct fleet fleet;
    uint64_t random;
    int64_t now;
    uint32_t ill_in_4; /* 0: backend and store are well */
    uint32_t tries[ENVS];
    uint64_t answers[CALLER_ANSWERS];
};

static bool ill(struct chaos *c)
{
    return c->ill_in_4 > unit_below(&c->random, 4);
}

static void after_call(struct chaos *c, struct caller_event *event)
{
    event->kind = ill(c) && unit_one_in(&c->random, 2) ? CALLER_TIMEOUT : CALLER_REPLY;
    event->status = ill(c) ? 500 : unit_one_in(&c->random, 9) ? 404 : 200;
}

static void after_load(struct chaos *c, struct caller_event *event)
{
    bool old = ill(c);
    event->kind = old && unit_one_in(&c->random, 2) ? CALLER_STORE_FAILED : CALLER_ITEM;
    if (event->kind == CALLER_ITEM && (old ? c->fleet.old_there : c->fleet.there))
        event->item = old ? c->fleet.old : c->fleet.item;
}

static void after_save(struct chaos *c, int who, struct caller_event *event)
{
    bool lost = ill(c), made = !lost || unit_one_in(&c->random, 2);
    if (made)
        made = fleet_write(&c->fleet, who);
    event->kind = lost ? CALLER_STORE_FAILED : made ? CALLER_SAVED : CALLER_CONFLICT;
    if (!lost && c->fleet.there)
        event->item = c->fleet.item;
}

static void count(struct chaos *c, int who, const struct caller_action *action)
{
    c->tries[who] += action->kind == CALLER_CALL;
    UNIT_HOLDS(c->tries[who] <= 2);
    if (action->kind != CALLER_ANSWER)
        return;
    UNIT_HOLDS(action->answer < CALLER_ANSWERS);
    UNIT_HOLDS(action->answer != CALLER_REFUSED || c->tries[who] == 0);
    UNIT_HOLDS(action->answer != CALLER_FRESH || c->tries[who] > 0);
    c->answers[action->answer]++;
}

/* What the last action of this environment brings. */
static void go_on(struct chaos *c, int who)
{
    struct fleet *f = &c->fleet;
    struct caller_event event = {.now = c->now, .shard = 1};
    event.random = unit_random(&c->random);
    switch (f->last[who].kind) {
    case CALLER_ANSWER:
        event.kind = CALLER_START;
        c->tries[who] = 0;
        break;
    case CALLER_CALL:
        after_call(c, &event);
        break;
    case CALLER_SLEEP:
        event.kind = CALLER_WOKE;
        break;
    case CALLER_LOAD:
        after_load(c, &event);
        break;
    case CALLER_SAVE:
        after_save(c, who, &event);
        break;
    }
    struct caller_action action = fleet_tell(f, who, &event);
    count(c, who, &action);
    UNIT_HOLDS(!f->there || fleet_look(f).version == f->writes);
}

static void rounds(struct chaos *c, uint32_t ill_in_4, int n)
{
    uint32_t most = ill_in_4 > 0 ? 20 : 2; /* when all is well, nothing is late */
    c->ill_in_4 = ill_in_4;
    for (int i = 0; i < n; i++) {
        int who = (int)unit_below(&c->random, ENVS);
        c->now += unit_below(&c->random, most) * SIM_MS;
        if (ill_in_4 > 0 && unit_one_in(&c->random, 100))
            fleet_replace(&c->fleet, who);
        go_on(c, who);
    }
}

#define KNOBS                                                                          \
    "failures_to_open=2 open_ms=40 successes_to_close=2 attempts=2 backoff_ms=3 "      \
    "deadline_ms=60 cache_ms=7"

static const struct {
    const struct caller *caller;
    const char *knobs;
    bool writes_when_well;
} rivals[] = {{&rival_rmw, KNOBS " open_max_ms=80", true},
              {&rival_leased, KNOBS, false}};

/* Whatever happens, every call ends in one answer; and when all is well again, they
 * find back to CLOSED: what is weak in them is never for ever. */
START_TEST(any_order_of_events)
{
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct chaos chaos = {.random = seed, .now = INT64_C(1600000000) * SIM_S};
        fleet_begin(&chaos.fleet, rivals[_i].caller, rivals[_i].knobs);
        rounds(&chaos, 2, 1000);
        for (int answer = 0; answer < CALLER_ANSWERS; answer++)
            UNIT_SAYS(answer == CALLER_STALE || chaos.answers[answer] > 0,
                      "no answer %d", answer);
        rounds(&chaos, 0, 1000);
        uint64_t refused = chaos.answers[CALLER_REFUSED], writes = chaos.fleet.writes;
        rounds(&chaos, 0, 400);
        UNIT_HOLDS(chaos.answers[CALLER_REFUSED] == refused);
        UNIT_HOLDS(!chaos.fleet.there ||
                   fleet_look(&chaos.fleet).state == CALLER_CLOSED);
        UNIT_HOLDS((chaos.fleet.writes > writes) == rivals[_i].writes_when_well);
        fleet_end(&chaos.fleet);
    }
}
END_TEST

const struct unit_case rivals_random_cases[] = {
    {"at random", &any_order_of_events, UNIT_ROWS(rivals)},
};
const size_t rivals_random_n = UNIT_ROWS(rivals_random_cases);
