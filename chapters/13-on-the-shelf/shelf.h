/* shelf.h - one environment and a store, for check.c. A line of a story is a move and
 * what must follow from it:
 *
 *      begin(&cache, &rest);
 *      holds(open_until(8000));          the store holds this item now
 *      asks(5000, SHARED_LOAD);          the environment has a call to make
 *      is_shown(5001, SHARED_REFUSE);    the store answers
 *
 * or, where it may look into the store or not, decides(5000). Whatever is put into the
 * store has a version one higher, as a store does it. */
#ifndef SHELF_H
#define SHELF_H

#include "script.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct shared_config cache = {
    .cache_ms = 1000, .timeout_ms = 50, .window_ms = 10000, .failures = 9};
static const struct shared_config share = {.cache_ms = 400,
                                           .timeout_ms = 50,
                                           .window_ms = 10000,
                                           .failure_pct = 50,
                                           .min_calls = 10};
static const struct breaker_config rest = {.open_ms = 5000, .probe_lease_ms = 2000};
static const struct breaker_config growing = {
    .open_ms = 5000, .open_max_ms = 20000, .probe_lease_ms = 2000};

static struct {
    bool there;
    struct item item; /* in the store */
    struct shared env;
    struct shared_call call;
    struct shared_wish wish;
    uint32_t reads, writes; /* asked for so far */
} shelf;

/* --- items ------------------------------------------------------------------------ */

static const char *const states[] = {"CLOSED", "OPEN", "HALF_OPEN"};

static struct item closed(void)
{
    return (struct item){.schema = ITEM_SCHEMA};
}

static struct item open_until(int64_t until_ms)
{
    return (struct item){.schema = ITEM_SCHEMA,
                         .generation = 1,
                         .state = BREAKER_OPEN,
                         .opens = 1,
                         .until_ms = until_ms};
}

static struct item leased_until(int64_t lease_until_ms)
{
    return (struct item){.schema = ITEM_SCHEMA,
                         .generation = 2,
                         .state = BREAKER_HALF_OPEN,
                         .opens = 1,
                         .owner = 77,
                         .lease_until_ms = lease_until_ms};
}

/* Of most times a line is told only if they are out of the ordinary. */
static void tell_negative(const char *name, int64_t value)
{
    if (value < 0)
        story_tell("             and its %s is %" PRId64, name, value);
}

/* "OPEN until 8000, generation 1, version 4", and what is out of the ordinary. */
static void tell_item(const char *who, const struct item *item)
{
    int64_t end =
        item->state == BREAKER_HALF_OPEN ? item->lease_until_ms : item->until_ms;
    char until[40] = "", counts[60] = "", schema[30] = "";
    if (item->state != BREAKER_CLOSED)
        snprintf(until, sizeof until, " until %" PRId64, end);
    if (item->calls > 0 || item->failed > 0)
        snprintf(counts, sizeof counts, ", %" PRIu32 " of %" PRIu32 " failed",
                 item->failed, item->calls);
    if (item->schema != ITEM_SCHEMA)
        snprintf(schema, sizeof schema, ", schema %" PRIu32, item->schema);
    story_tell("             %s: %s%s, generation %" PRIu32 ", version %" PRIu64 "%s%s",
               who, item->state <= BREAKER_HALF_OPEN ? states[item->state] : "no state",
               until, item->generation, item->version, counts, schema);
    tell_negative("until_ms", item->until_ms);
    tell_negative("lease_until_ms", item->lease_until_ms);
    tell_negative("window_ms", item->window_ms);
    tell_negative("expires_s", item->expires_s);
}

/* --- moves ------------------------------------------------------------------------ */

static void begin(const struct shared_config *config,
                  const struct breaker_config *breaker)
{
    memset(&shelf, 0, sizeof shelf);
    shared_init(&shelf.env, config, breaker);
    story_begin();
}

static void holds(struct item item)
{
    uint64_t version = shelf.there ? shelf.item.version + 1 : 1;
    shelf.there = true;
    shelf.item = item;
    shelf.item.version = version;
    tell_item("the store holds", &shelf.item);
}

static const char *wish_name(const struct shared_wish *wish)
{
    static const char *const wants[] = {"GRANT", "REFUSE", "LOCAL", "LOAD",
                                        "SAVE",  "SLEEP",  "DONE"};
    return wants[wish->want];
}

/* The wish that came out of a move is told and kept. */
static void follows(int64_t now_ms, const char *move, struct shared_wish wish)
{
    shelf.wish = wish;
    shelf.reads += wish.want == SHARED_LOAD;
    shelf.writes += wish.want == SHARED_SAVE;
    story_tell("  %8" PRId64 " ms  %s -> %s", now_ms, move, wish_name(&wish));
}

static void want_wish(enum shared_want wanted)
{
    struct shared_wish wish = {.want = wanted};
    if (shelf.wish.want != wanted) /* else the story has said so */
        want_yes(false, true, "is the next wish %s?", wish_name(&wish));
}

static void ask(int64_t now_ms)
{
    follows(now_ms, "a call", shared_ask(&shelf.env, &shelf.call, now_ms, 7));
}

static void show(int64_t now_ms)
{
    const struct item *item = shelf.there ? &shelf.item : NULL;
    follows(now_ms, item != NULL ? "is shown the item" : "is shown no item",
            shared_hear(&shelf.env, &shelf.call, SHARED_ITEM, item, now_ms, 7));
}

static void asks(int64_t now_ms, enum shared_want wanted)
{
    ask(now_ms);
    want_wish(wanted);
}

static void is_shown(int64_t now_ms, enum shared_want wanted)
{
    show(now_ms);
    want_wish(wanted);
}

/* It looks if it wants to, as often as it wants to, all in the same millisecond. */
static void decides(int64_t now_ms)
{
    ask(now_ms);
    for (int looks = 0; shelf.wish.want == SHARED_LOAD; looks++) {
        if (looks == 9) {
            story_lesson(
                "What was read decides: whoever is shown the item, or that there "
                "is none, takes it.");
            want_yes(false, true, "does it stop looking, and decide?");
        }
        show(now_ms);
    }
}

static void reports(enum breaker_outcome outcome, int64_t now_ms)
{
    follows(now_ms, outcome == BREAKER_OK ? "the call is good" : "the call fails",
            shared_report(&shelf.env, &shelf.call, outcome, 0, now_ms, 7));
}

/* --- what must follow ------------------------------------------------------------- */

static void refused(int64_t now_ms, int64_t left_ms)
{
    decides(now_ms);
    want_wish(SHARED_REFUSE);
    want_ms(shelf.wish.retry_after_ms, left_ms, "told to wait");
}

/* Not refused: somebody goes and looks. How he comes to it is no matter of this
 * chapter's: he may be let through, be told to wait his turn, or ask for a lease. */
static void may_look(int64_t now_ms)
{
    decides(now_ms);
    bool looks = shelf.wish.want == SHARED_SLEEP || shelf.wish.want == SHARED_SAVE ||
                 (shelf.wish.want == SHARED_GRANT && shelf.wish.probe);
    want_yes(looks, true, "does somebody go and look?");
}

static void want_state(int64_t now_ms, enum breaker_state wanted)
{
    want_yes(shared_state_at(&shelf.env, now_ms) == wanted, true,
             "at %" PRId64 " ms: is the state shown %s?", now_ms, states[wanted]);
}

#endif
