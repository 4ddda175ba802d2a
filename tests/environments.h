/* environments.h - three environments and a store: what the stories of chapters 14 and
 * 15 are told in. A line of a story is a move and the wish it must lead to:
 *
 *      asks(A, 105000, SHARED_LOAD);         A wants to read the item
 *      stores(A, 105001, SHARED_SAVE);       it is shown it, and wants to write
 *      stores(A, 105002, SHARED_GRANT);      the store does what was wished, and
 * answers
 *
 * What the store does is item_holds and item_apply, in one step. Every move brings
 * random bits of its own. Each chapter's fleet.h has the configurations, the items and
 * the moves that it alone needs. */
#ifndef ENVIRONMENTS_H
#define ENVIRONMENTS_H

#include "script.h"

#include <inttypes.h>
#include <stddef.h>

enum who { A, B, C, A2, CALLS }; /* A2: a second call of environment A */
static const char *const names[] = {"A", "B", "C", "A's second call"};

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
    const char *move = shown && world.there ? "is shown the item" : "is shown no item";
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

#endif
