/* fleet.h - environments and a store, for check.c. A line of a story is a move and the
 * wish it must lead to:
 *
 *      begin(&plain);
 *      store_has(open_until(105000));
 *      asks(A, 105000, SHARED_LOAD);         a wants to read the item
 *      stores(A, 105001, SHARED_SAVE);       it is shown it, and wants the probe
 *      stores(A, 105002, SHARED_GRANT);      the store does what was wished, and
 * answers
 *
 * What the store does is item_holds and item_apply, in one step. Every move brings
 * random bits of its own. */
#ifndef FLEET_H
#define FLEET_H

#include "script.h"

#include <inttypes.h>
#include <stddef.h>

/* Windows of 10 s, so 100000 begins one. */
#define KNOBS .cache_ms = 1000, .timeout_ms = 50, .window_ms = 10000, .failures = 2
static const struct shared_config plain = {KNOBS};
static const struct shared_config naps = {KNOBS, .jitter_ms = 100};
static const struct breaker_config rest = {
    .open_ms = 5000, .probe_lease_ms = 2000, .successes_to_close = 1};
static const struct breaker_config two_good = {
    .open_ms = 5000, .probe_lease_ms = 2000, .successes_to_close = 2};

enum who { A, B, C, A2, CALLS }; /* A2: a second call of environment a */
static const char *const names[] = {"a", "b", "c", "a's second call"};

struct world {
    bool there;
    struct item item; /* in the store */
    struct shared env[3];
    struct shared_call call[CALLS];
    struct shared_wish wish[CALLS];
    uint64_t drawn; /* how often; the bits come from it */
};
static struct world world;

static struct shared *env_of(struct world *w, enum who who)
{
    return &w->env[who == A2 ? A : who];
}

static uint64_t draw(struct world *w)
{
    uint64_t bits = ++w->drawn * UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ (bits >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
    return bits ^ (bits >> 32);
}

static void begin_with(const struct shared_config *config,
                       const struct breaker_config *breaker)
{
    world = (struct world){.there = false};
    for (int i = 0; i < 3; i++)
        shared_init(&world.env[i], config, breaker);
    story_begin();
}

static void begin(const struct shared_config *config)
{
    begin_with(config, &rest);
}

/* --- items ------------------------------------------------------------------------ */

static struct item open_until(int64_t until_ms)
{
    return (struct item){.schema = ITEM_SCHEMA,
                         .generation = 1,
                         .version = 3,
                         .state = BREAKER_OPEN,
                         .opens = 1,
                         .until_ms = until_ms};
}

static struct item leased_until(int64_t lease_until_ms)
{
    return (struct item){.schema = ITEM_SCHEMA,
                         .generation = 2,
                         .version = 4,
                         .state = BREAKER_HALF_OPEN,
                         .opens = 1,
                         .owner = 77,
                         .lease_until_ms = lease_until_ms};
}

static const char *state_name(const struct item *item)
{
    static const char *const states[] = {"CLOSED", "OPEN", "HALF_OPEN"};
    return item->state <= BREAKER_HALF_OPEN ? states[item->state] : "no state";
}

static void tell_item(const char *what, const struct item *item)
{
    if (item->state == BREAKER_OPEN)
        story_tell("             %s OPEN until %" PRId64 " ms, generation %" PRIu32,
                   what, item->until_ms, item->generation);
    else if (item->state == BREAKER_HALF_OPEN && item->owner != 0)
        story_tell("             %s HALF_OPEN, leased to %" PRIu64 " until %" PRId64
                   " ms, generation %" PRIu32,
                   what, item->owner, item->lease_until_ms, item->generation);
    else
        story_tell("             %s %s, generation %" PRIu32, what, state_name(item),
                   item->generation);
}

static void store_has(struct item item)
{
    world.item = item;
    world.there = true;
    tell_item("the item is", &world.item);
}

/* What a write may do, in the check's own words. */
static bool allowed(const struct item_write *write, const struct item *now)
{
    bool same = write->if_generation == now->generation;
    bool owner = now->state == BREAKER_HALF_OPEN && now->owner != 0 &&
                 now->owner == write->if_owner;
    bool open_over = now->state == BREAKER_OPEN && now->until_ms <= write->now_ms;
    bool lease_over =
        now->state == BREAKER_HALF_OPEN && now->lease_until_ms <= write->now_ms;
    if (write->change == ITEM_PROBE)
        return same && (open_over || lease_over);
    if (write->change >= ITEM_CONFIRM)
        return same && owner;
    bool window = write->change == ITEM_TRIP || write->if_window_ms == now->window_ms;
    return same && window && now->state == BREAKER_CLOSED;
}

/* --- moves ------------------------------------------------------------------------ */

static const char *wish_name(struct shared_wish wish)
{
    static const char *const wants[] = {"GRANT", "REFUSE", "LOCAL", "LOAD",
                                        "SAVE",  "SLEEP",  "DONE"};
    if (wish.want == SHARED_GRANT && wish.probe)
        return "GRANT, the probe";
    return wish.want == SHARED_LOAD && wish.strong ? "LOAD, strong" : wants[wish.want];
}

/* The wish that came out of a move is told and kept. */
static void follows(enum who who, int64_t now_ms, const char *move,
                    struct shared_wish wish, enum shared_want wanted)
{
    world.wish[who] = wish;
    story_tell("  %6" PRId64 " ms  %s: %s -> %s", now_ms, names[who], move,
               wish_name(wish));
    want_yes(wish.want == wanted, true, "is the next wish of %s %s?", names[who],
             wish_name((struct shared_wish){.want = wanted}));
}

static void asks(enum who who, int64_t now_ms, enum shared_want wanted)
{
    struct shared_wish wish =
        shared_ask(env_of(&world, who), &world.call[who], now_ms, draw(&world));
    follows(who, now_ms, "asks", wish, wanted);
}

static void reports(enum who who, enum breaker_outcome outcome, int64_t now_ms,
                    enum shared_want wanted)
{
    struct shared_wish wish = shared_report(env_of(&world, who), &world.call[who],
                                            outcome, 0, now_ms, draw(&world));
    follows(who, now_ms,
            outcome == BREAKER_OK       ? "its call is good"
            : outcome == BREAKER_FAILED ? "its call fails"
                                        : "its call says nothing",
            wish, wanted);
}

static bool write_arrives(struct world *w, enum who who)
{
    const struct item_write *write = &w->call[who].write;
    const struct item *stored = w->there ? &w->item : NULL;
    if (!item_holds(write, stored))
        return false;
    w->item = item_apply(write, stored);
    w->there = true;
    return true;
}

static void hears(enum who who, enum shared_news news, const struct item *item,
                  int64_t now_ms, const char *move, enum shared_want wanted)
{
    struct shared_wish wish = shared_hear(env_of(&world, who), &world.call[who], news,
                                          item, now_ms, draw(&world));
    follows(who, now_ms, move, wish, wanted);
}

/* The store does what was wished, and answers. */
static void stores_or(bool shown, enum who who, int64_t now_ms, enum shared_want wanted)
{
    enum shared_news news = SHARED_ITEM;
    const char *move = "is shown the item";
    if (world.wish[who].want == SHARED_SAVE) {
        bool made = write_arrives(&world, who);
        news = made ? SHARED_SAVED : SHARED_CONFLICT;
        move = made ? "its write is made" : "its write has lost";
        shown = shown || made;
    }
    const struct item *item = shown && world.there ? &world.item : NULL;
    hears(who, news, item, now_ms, move, wanted);
}

static void stores(enum who who, int64_t now_ms, enum shared_want wanted)
{
    stores_or(true, who, now_ms, wanted);
}

static void no_answer(enum who who, int64_t now_ms, enum shared_want wanted)
{
    hears(who, SHARED_FAILED, NULL, now_ms, "no answer comes", wanted);
}

static void wakes(enum who who, int64_t now_ms, enum shared_want wanted)
{
    hears(who, SHARED_WOKE, NULL, now_ms, "wakes", wanted);
}

/* From the question to the wish for the probe, in 1 ms; the write is on its way. */
static void wants_probe(enum who who, int64_t now_ms)
{
    asks(who, now_ms, SHARED_LOAD);
    stores(who, now_ms + 1, SHARED_SAVE);
    want_ms(world.call[who].write.change, ITEM_PROBE, "the write (3 is ITEM_PROBE)");
}

static void is_scout(enum who who)
{
    want_yes(world.wish[who].probe, true, "is the call of %s the probe?", names[who]);
}

static void gets_probe(enum who who, int64_t now_ms)
{
    wants_probe(who, now_ms);
    stores(who, now_ms + 2, SHARED_GRANT);
    is_scout(who);
}

static void want_state(enum breaker_state state, uint32_t generation)
{
    want_ms(world.item.state, state, "state of the item (1 is OPEN, 2 HALF_OPEN)");
    want_ms(world.item.generation, generation, "its generation");
}

static void want_refused_for(enum who who, int64_t wanted_ms)
{
    want_ms(world.wish[who].retry_after_ms, wanted_ms, "how long %s is told to wait",
            names[who]);
}

#endif
