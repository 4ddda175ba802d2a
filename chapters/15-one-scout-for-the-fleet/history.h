/* history.h - three environments, four calls, and whatever chance makes of them, for
 * check.c. The backend is down, then well; at first the store fails now and then,
 * answers twice or not at all; in every other history no two clocks agree. */
#ifndef HISTORY_H
#define HISTORY_H

#include "fleet.h"

enum { GENERATIONS = 4096 };
enum doing { RESTS, WAITS, HAS_ANSWER, NAPS, CALLS_OUT };

struct caller {
    enum doing doing;
    enum shared_news news; /* HAS_ANSWER: what it will hear */
    bool shown;
    struct item item;
    bool store_failed;   /* in this call */
    uint32_t requests;   /* to the store, in this call */
    uint32_t generation; /* CALLS_OUT, as a probe: whose lease; else 0 */
    int64_t lease_until;
};

static struct history {
    int64_t now_ms, clock_ms[3], saw_closed_ms[3];
    struct caller by[CALLS];
    bool gone[GENERATIONS]; /* somebody went under this lease */
    bool well, calm, skew;
    uint32_t reads, writes, probes;
} h;

static int env_number(enum who who)
{
    return who == A2 ? A : (int)who;
}

static int64_t clock_of(enum who who)
{
    return h.now_ms + h.clock_ms[env_number(who)];
}

static void tell(enum who who, const char *what, const char *then)
{
    story_tell("  %7" PRId64 " ms  %s: %s%s", h.now_ms, names[who], what, then);
}

static void never_here(bool you, const char *what)
{
    if (you)
        want_yes(true, false, "%s", what);
}

/* One goes to look: under a lease that is its own, and as the only one. */
static void scout_goes(enum who who)
{
    const struct item_write *write = &world.call[who].write;
    uint32_t generation = write->item.generation;
    struct caller *me = &h.by[who];
    never_here(generation == 0 || generation >= GENERATIONS, "has it no lease?");
    never_here(h.gone[generation], "has somebody gone under this lease before?");
    h.gone[generation] = true;
    for (int i = 0; i < CALLS && !h.skew; i++)
        never_here(h.by[i].doing == CALLS_OUT && h.by[i].generation > 0 &&
                       h.by[i].lease_until > h.now_ms,
                   "is another out, whose lease still runs?");
    me->generation = generation;
    me->lease_until = write->item.lease_until_ms;
    h.probes++;
}

static void obey_wish(enum who who, const char *what, struct shared_wish wish)
{
    struct caller *me = &h.by[who];
    static const enum doing does[] = {
        [SHARED_GRANT] = CALLS_OUT, [SHARED_REFUSE] = RESTS, [SHARED_LOCAL] = RESTS,
        [SHARED_LOAD] = WAITS,      [SHARED_SAVE] = WAITS,   [SHARED_SLEEP] = NAPS,
        [SHARED_DONE] = RESTS};
    tell(who, what, wish_name(wish));
    world.wish[who] = wish;
    me->doing = does[wish.want];
    me->generation = 0;
    never_here(wish.want == SHARED_LOCAL && !me->store_failed,
               "does the house decide, though the store has not failed this call?");
    never_here(wish.want == SHARED_REFUSE && wish.retry_after_ms <= 0,
               "is it refused with nothing to wait for?");
    never_here(++me->requests > 20, "does one call ask for ever?");
    if (wish.want == SHARED_GRANT && wish.probe)
        scout_goes(who);
    else if (wish.want == SHARED_GRANT)
        never_here(clock_of(who) - h.saw_closed_ms[env_number(who)] >= 1000,
                   "is it let through, though it has not seen it closed lately?");
}

/* What the store does with a write, unless it fails. */
static bool write_served(enum who who)
{
    struct item seen = item_read(world.there ? &world.item : NULL);
    bool may = allowed(&world.call[who].write, &seen);
    bool made = write_arrives(&world, who);
    never_here(made != may,
               "has the store made a write that it must not, or the other way round?");
    h.writes++;
    tell(who,
         made ? "its write is made, the item is " : "its write has lost, the item is ",
         state_name(&world.item));
    return made;
}

enum luck { GOOD, TWICE_SENT, ANSWER_LOST, STORE_FAILS };

static enum luck luck_of(uint32_t drawn)
{
    static const uint32_t more_than[] = {0, 70, 80, 90};
    for (int luck = STORE_FAILS; luck > GOOD; luck--)
        if (drawn > more_than[luck])
            return (enum luck)luck;
    return GOOD;
}

static void store_serves(enum who who)
{
    struct caller *me = &h.by[who];
    uint32_t drawn = h.calm ? 0 : chance_below(100);
    enum luck luck = luck_of(drawn);
    bool load = world.wish[who].want == SHARED_LOAD, made = false;
    if (!load && luck != STORE_FAILS)
        made = write_served(who);
    h.reads += load;
    made = made && luck != TWICE_SENT; /* so the answer says */
    me->news = load ? SHARED_ITEM : made ? SHARED_SAVED : SHARED_CONFLICT;
    if (luck >= ANSWER_LOST)
        me->news = SHARED_FAILED;
    bool hidden = me->news == SHARED_CONFLICT && drawn % 2 == 1;
    me->shown = world.there && me->news != SHARED_FAILED && !hidden;
    me->item = world.item;
    me->store_failed = me->store_failed || me->news == SHARED_FAILED;
    me->doing = HAS_ANSWER;
}

static void answer_comes(enum who who)
{
    struct caller *me = &h.by[who];
    static const char *const what[] = {"is shown the item -> ", "it is written -> ",
                                       "it has lost -> ", "no answer comes -> "};
    struct item seen = item_read(me->shown ? &me->item : NULL);
    bool closed = me->news != SHARED_FAILED && seen.state == BREAKER_CLOSED;
    if (closed && (me->shown || me->news == SHARED_ITEM))
        h.saw_closed_ms[env_number(who)] = clock_of(who);
    obey_wish(who, what[me->news],
              shared_hear(env_of(&world, who), &world.call[who], me->news,
                          me->shown ? &me->item : NULL, clock_of(who), chance()));
}

static void step_of(enum who who)
{
    struct shared *env = env_of(&world, who);
    struct shared_call *call = &world.call[who];
    enum breaker_outcome outcome = h.well ? BREAKER_OK : BREAKER_FAILED;
    if (!h.calm && chance_below(8) == 0)
        outcome = BREAKER_IGNORED;
    switch (h.by[who].doing) {
    case RESTS:
        h.by[who] = (struct caller){.doing = RESTS};
        obey_wish(who, "asks -> ", shared_ask(env, call, clock_of(who), chance()));
        break;
    case WAITS:
        store_serves(who);
        break;
    case HAS_ANSWER:
        answer_comes(who);
        break;
    case NAPS:
        obey_wish(who, "wakes -> ",
                  shared_hear(env, call, SHARED_WOKE, NULL, clock_of(who), chance()));
        break;
    case CALLS_OUT:
        obey_wish(who,
                  outcome == BREAKER_OK ? "its call is good -> "
                                        : "its call is not good -> ",
                  shared_report(env, call, outcome, 0, clock_of(who), chance()));
        break;
    }
}

static void go_on_until(int64_t end_ms)
{
    while (h.now_ms < end_ms) {
        h.now_ms += chance_below(chance_below(20) == 0 ? 1500 : 60);
        step_of((enum who)chance_below(CALLS));
    }
}

static void begin_history(bool well, bool calm, bool skew)
{
    begin_with(chance_below(2) == 0 ? &naps : &plain,
               chance_below(2) == 0 ? &two_good : &rest);
    h = (struct history){.now_ms = 100000, .well = well, .calm = calm, .skew = skew};
    for (int i = 0; i < 3; i++) {
        h.clock_ms[i] = skew ? (int64_t)chance_below(600) : 0;
        h.saw_closed_ms[i] = INT64_MIN / 2;
    }
}

static void healthy_is_free(void)
{
    begin_history(true, true, false);
    go_on_until(160000);
    want_ms(h.writes, 0, "writes of a healthy fleet in a minute");
    want_yes(h.reads <= CALLS * 61, true, "%" PRIu32 " reads: one in cache_ms each?",
             h.reads);
}

static void any_history(void)
{
    uint32_t probes = 0;
    healthy_is_free();
    for (uint32_t i = 0; i < 60; i++) {
        begin_history(false, false, i % 2 == 1);
        go_on_until(130000);
        h.well = h.calm = true;
        go_on_until(160000);
        want_state(BREAKER_CLOSED, world.item.generation);
        probes += h.probes;
    }
    want_yes(probes > 60, true, "has anybody gone to look at all?");
}

#endif
