/* fleet.h - what the stories of check.c are told in, beside environments.h: items whose
 * rest or lease has an end, and the moves of a call that wants the probe.
 *
 *      begin(&plain);
 *      store_has(open_until(105000));
 *      wants_probe(A, 105000);               it is shown the item: over, so it asks
 *      stores(A, 105002, SHARED_GRANT);      and is the scout
 */
#ifndef FLEET_H
#define FLEET_H

#include "environments.h"

/* Windows of 10 s, so 100000 begins one. */
#define KNOBS .cache_ms = 1000, .timeout_ms = 50, .window_ms = 10000, .failures = 2
static const struct shared_config plain = {KNOBS};
static const struct shared_config naps = {KNOBS, .jitter_ms = 100};
static const struct breaker_config rest = {
    .open_ms = 5000, .probe_lease_ms = 2000, .successes_to_close = 1};
static const struct breaker_config two_good = {
    .open_ms = 5000, .probe_lease_ms = 2000, .successes_to_close = 2};

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
