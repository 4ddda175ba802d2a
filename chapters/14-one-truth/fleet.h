/* fleet.h - what the stories of check.c are told in, beside environments.h: calls that
 * fail, writes up to their end, and one write and one item for the store alone.
 *
 *      begin(&second);
 *      may_call(A, 100000);                  A reads the item and may call
 *      fails(A, 100002, SHARED_SAVE);        the call fails: it wants to write
 *      finish(A, 100003);                    the store does it, and whatever follows
 */
#ifndef FLEET_H
#define FLEET_H

#include "environments.h"

/* Windows of 10 s, so 100000 begins one. */
#define KNOBS(n)                                                                       \
    {                                                                                  \
        .cache_ms = 1000, .timeout_ms = 50, .window_ms = 10000, .failures = (n)        \
    }
static const struct shared_config first = KNOBS(1), second = KNOBS(2), never = KNOBS(9);
static const struct breaker_config rest = {
    .open_ms = 5000, .probe_lease_ms = 2000, .successes_to_close = 1};

static void begin(const struct shared_config *config)
{
    begin_with(config, &rest);
}

static void fails(enum who who, int64_t now_ms, enum shared_want wanted)
{
    reports(who, BREAKER_FAILED, now_ms, wanted);
}

/* The write is made, its answer is lost. */
static void loses_the_answer(enum who who, int64_t now_ms)
{
    want_yes(write_arrives(&world, who), true, "does the condition of its write hold?");
    hears(who, SHARED_FAILED, NULL, now_ms, "its write is made, the answer is lost",
          SHARED_DONE);
}

/* A write and whatever follows it, until there is nothing more to do. */
static void finish(enum who who, int64_t now_ms)
{
    for (int i = 0; i < 20 && world.wish[who].want != SHARED_DONE; i++) {
        struct shared_call *call = &world.call[who];
        bool save = world.wish[who].want == SHARED_SAVE;
        bool made = save && write_arrives(&world, who);
        const struct item *item = world.there ? &world.item : NULL;
        enum shared_news lost = save ? SHARED_CONFLICT : SHARED_ITEM;
        struct shared_wish wish = shared_hear(
            env_of(&world, who), call, made ? SHARED_SAVED : lost, item, now_ms, 7);
        world.wish[who] = wish;
        story_tell("  %6" PRId64 " ms  %s: %s -> %s", now_ms, names[who],
                   made   ? "its write is made"
                   : save ? "its write has lost"
                          : "is shown the item",
                   wish_name(wish));
    }
    want_yes(world.wish[who].want == SHARED_DONE, true, "does %s come to an end?",
             names[who]);
}

static void want_strong(enum who who)
{
    want_yes(world.wish[who].strong, true, "is it a strong read?");
}

static void may_call(enum who who, int64_t now_ms)
{
    asks(who, now_ms, SHARED_LOAD);
    stores(who, now_ms, SHARED_GRANT);
}

static void want_counts(uint32_t calls, uint32_t failed)
{
    want_ms(world.item.failed, failed, "failures in the item");
    want_ms(world.item.calls, calls, "calls in the item");
}

static void want_opened_once(void)
{
    want_ms(world.item.state, BREAKER_OPEN, "state of the item (1 is OPEN)");
    want_ms(world.item.generation, 1, "its generation");
    want_ms(world.item.opens, 1, "how often it was opened");
}

/* --- one write and one item, for the store alone ------------------------------------
 */

static const char *const changes[] = {"COUNT",   "WINDOW", "TRIP",  "PROBE",
                                      "CONFIRM", "CLOSE",  "REOPEN"};

static struct item some_item(enum breaker_state state)
{
    return (struct item){.schema = ITEM_SCHEMA,
                         .generation = 7,
                         .version = 40,
                         .state = state,
                         .until_ms = state == BREAKER_OPEN ? 5000 : 0,
                         .window_ms = 20000,
                         .calls = 3,
                         .failed = 1};
}

/* A write that was decided on `item`. */
static struct item_write decided_on(const struct item *item, enum item_change change)
{
    return (struct item_write){.change = change,
                               .if_generation = item->generation,
                               .if_window_ms = item->window_ms,
                               .if_owner = item->owner,
                               .now_ms = 30000,
                               .item = *item};
}

static void want_held(const struct item_write *write, const struct item *stored,
                      bool wanted, const char *what)
{
    story_begin();
    story_tell("  a write, ITEM_%s, decided in generation %" PRIu32
               " and window %" PRId64,
               changes[write->change], write->if_generation, write->if_window_ms);
    if (stored == NULL)
        story_tell("  the store holds nothing");
    else
        story_tell("  the store holds state %" PRIu32 ", generation %" PRIu32
                   ", window %" PRId64 ", schema %" PRIu32,
                   stored->state, stored->generation, stored->window_ms,
                   stored->schema);
    want_yes(item_holds(write, stored), wanted, "%s: does it hold?", what);
}

#endif
