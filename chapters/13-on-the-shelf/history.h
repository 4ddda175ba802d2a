/* history.h - what check.c does by chance.
 *
 * A history is played in the environment and in the model: time passes, is skipped by a
 * freeze, or is set back by somebody; the item in the store is replaced by another; and
 * after each such thing there is a call to decide. */
#ifndef HISTORY_H
#define HISTORY_H

#include "items.h"
#include "model.h"

static void back(int64_t now_ms)
{
    story_tell("             the clock is set back to %" PRId64, now_ms);
}

static int64_t time_passes(int64_t now_ms)
{
    uint32_t what = chance_below(40);
    if (what == 0) {
        story_tell("             frozen for a while");
        return now_ms + chance_below(86400000);
    }
    if (what == 1) {
        back(now_ms -= 10000 + chance_below(86400000));
        return now_ms;
    }
    return now_ms + chance_below(600);
}

static void ask_both(struct model *model, int64_t now_ms)
{
    struct verdict wanted = model_ask(model, &shelf.item, now_ms);
    uint32_t reads = shelf.reads;
    decides(now_ms);
    story_lesson(
        "A copy is read again when it is cache_ms old, or a clock was set back; "
        "not before.");
    want_yes(shelf.reads > reads, wanted.reads, "is the item read for this call?");
    story_lesson(
        "It goes by the item as it was read last, cut to its longest since that "
        "end was first seen.");
    if (wanted.want == SHARED_SLEEP)
        want_yes(shelf.wish.want == SHARED_REFUSE || shelf.wish.want == SHARED_LOCAL,
                 false, "the end has come: is the call refused, or left to itself?");
    else
        want_wish(wanted.want);
    if (wanted.want == SHARED_REFUSE)
        want_ms(shelf.wish.retry_after_ms, wanted.left_ms, "told to wait");
}

static void play_history(const struct shared_config *config,
                         const struct breaker_config *breaker, int moves)
{
    struct model *model = calloc(1, sizeof *model);
    int64_t now = 1700000000000;
    uint32_t generation = 0;
    model->cache_ms = config->cache_ms;
    model->rest_ms = breaker->open_max_ms > 0 ? breaker->open_max_ms : breaker->open_ms;
    model->lease_ms =
        breaker->probe_lease_ms > 0 ? breaker->probe_lease_ms : breaker->open_ms;
    begin(config, breaker);
    for (int i = 0; i < moves; i++) {
        now = time_passes(now);
        if (i == 0 || chance_below(6) == 0)
            holds(some_item(++generation, now));
        ask_both(model, now);
    }
    free(model);
}

/* Good calls at any time, and now and then one that says nothing. */
static void stays_well(const struct shared_config *config)
{
    int64_t now = 100000, read = 0;
    begin(config, &rest);
    for (int i = 0; i < 2000; i++) {
        now += chance_below(50);
        ask(now);
        if (shelf.wish.want == SHARED_LOAD) {
            if (now - read < config->cache_ms)
                want_yes(true, false, "%" PRId64 " ms after it was read: read again?",
                         now - read);
            if (shelf.wish.strong)
                want_yes(true, false, "an eventual read will do: is it a strong one?");
            read = now += chance_below(9);
            is_shown(now, SHARED_GRANT);
        }
        want_wish(SHARED_GRANT);
        reports(chance_below(5) > 0 ? BREAKER_OK : BREAKER_IGNORED, ++now);
        want_wish(SHARED_DONE);
    }
    want_ms(shelf.writes, 0, "writes in 2000 good calls");
}

/* Items of which a few bytes are anything. */
static void any_bytes(void)
{
    for (int i = 0; i < 20000; i++) {
        struct item item = some_item(chance_below(9), 5000);
        for (uint32_t n = chance_below(4); n > 0; n--)
            ((unsigned char *)&item)[chance_below(sizeof item)] =
                (unsigned char)chance_below(256);
        struct item read = item_read(&item);
        story_begin();
        tell_item("the store holds", &item);
        want_yes(alike(&read, any_wrong(&item) ? &senseless : &item), true,
                 any_wrong(&item) ? "is it read as schema 0, all zeros?"
                                  : "is it read as it stands?");
        if (!any_wrong(&item))
            want_ms(item_over_ms(&item), end_of(&item), "item_over_ms");
    }
}

#endif
