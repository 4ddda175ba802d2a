/* shared-owed.c - a variant of the fleet's breaker: it asks what is left to do.
 *
 * What differs from the book's shared.c:
 *   - There are no phases. A call remembers what it owes (`failed`, `probe`, and MADE).
 *     After each answer of the store, whatever it answers, the next wish is reckoned
 *     anew from that and from the copy: a won race, a lost one and a strong read all
 *     lead through the same few lines.
 *   - A failure that is the last one missing opens the breaker at once, in one write,
 *     and is not counted first. (So the item never shows it, as I12 wants it to.)
 *   - A probe whose end has lost its race, and that is still the probe, writes the same
 *     end again: its condition still holds.
 *   - After its nap a call reads strongly: an eventual read could miss the winner.
 *   - A window ahead of ours is joined if it is the next one, whenever it was seen.
 *   - A copy is due at a time, kept in `read_ms`; it has no age.
 *
 * swarm: I12
 *
 * Why it is right: each write says what it relies on, so it does no harm to ask for it
 * again. shared.h promises what is written and when, not how a call gets there. */
#include "shared.h"

#include <assert.h>
#include <stddef.h>

enum { KEEP_S = 7 * 24 * 60 * 60, RACES_MAX = 3 };

/* What the store was asked for, and whether the call was MADE. Asking nothing is 0. */
enum { ASKED = 1, STRONGLY = 2, TO_WRITE = 4, ASLEEP = 8, MADE = 16 };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* --- the copy --------------------------------------------------------------------- */

static int64_t lease_ms(const struct breaker_config *c)
{
    return c->probe_lease_ms > 0 ? c->probe_lease_ms : c->open_ms;
}

/* A clock that steps back makes nothing young again. */
static void look_at_clock(struct shared *s, int64_t now_ms)
{
    s->seen_ms = least(s->seen_ms, now_ms);
    s->window_seen_ms = least(s->window_seen_ms, now_ms);
    if (s->read_ms > now_ms + s->config.cache_ms)
        s->read_ms = now_ms;
}

static bool is_due(const struct shared *s, int64_t now_ms)
{
    return !s->known || now_ms >= s->read_ms;
}

/* 0: it is closed. */
static int64_t over_ms(const struct shared *s)
{
    const struct breaker_config *c = &s->breaker;
    if (s->item.state == BREAKER_CLOSED)
        return 0;
    if (s->item.state == BREAKER_HALF_OPEN)
        return least(s->item.lease_until_ms, s->seen_ms + lease_ms(c));
    int64_t rest_ms = c->open_max_ms > 0 ? c->open_max_ms : c->open_ms;
    return least(s->item.until_ms, s->seen_ms + rest_ms);
}

static void adopt(struct shared *s, const struct item *raw, int64_t now_ms)
{
    struct item old = s->item;
    s->item = item_read(raw);
    bool other = !s->known || old.generation != s->item.generation;
    if (other || item_over_ms(&old) != item_over_ms(&s->item))
        s->seen_ms = now_ms;
    if (!s->known || old.window_ms != s->item.window_ms)
        s->window_seen_ms = now_ms;
    if (other)
        s->good = 0;
    s->known = true;
    s->read_ms = now_ms + s->config.cache_ms;
}

static bool is_old_news(const struct shared *s, const struct item *raw)
{
    return s->known && item_read(raw).version < s->item.version;
}

/* --- counting --------------------------------------------------------------------- */

/* One window after the other. Of two clocks that differ by a little, the one that is
 * ahead begins the next. */
static void turn_window(struct shared *s, int64_t now_ms)
{
    int64_t length = s->config.window_ms, window = now_ms - now_ms % length;
    if (s->item.window_ms > window && s->item.window_ms <= window + length)
        window = s->item.window_ms;
    if (window != s->window_ms)
        s->good = 0;
    s->window_ms = window;
}

static bool is_counted_in(const struct shared *s)
{
    return s->item.window_ms == s->window_ms;
}

static bool too_many(const struct shared *s, int64_t now_ms)
{
    const struct shared_config *c = &s->config;
    int64_t wait_ms = 2 * (int64_t)c->cache_ms; /* until the successes have arrived */
    if (c->failures > 0 && s->item.failed >= c->failures)
        return true;
    if (c->failure_pct == 0 || s->item.calls < c->min_calls ||
        now_ms - s->window_seen_ms < wait_ms)
        return false;
    return s->item.failed * UINT64_C(100) >= s->item.calls * (uint64_t)c->failure_pct;
}

/* --- wishes ----------------------------------------------------------------------- */

static struct shared_wish at_rest(struct shared_call *call, enum shared_want want,
                                  int64_t retry_after_ms)
{
    call->phase &= MADE;
    return (struct shared_wish){.want = want, .retry_after_ms = retry_after_ms};
}

static struct shared_wish load(struct shared_call *call, bool strong)
{
    call->phase = (call->phase & MADE) | ASKED | (strong ? STRONGLY : 0);
    return (struct shared_wish){.want = SHARED_LOAD, .strong = strong};
}

static struct shared_wish save_again(struct shared_call *call)
{
    call->phase = (call->phase & MADE) | ASKED | TO_WRITE;
    return (struct shared_wish){.want = SHARED_SAVE};
}

static struct shared_wish save(struct shared *s, struct shared_call *call,
                               enum item_change change, struct item item,
                               int64_t now_ms)
{
    item.schema = ITEM_SCHEMA;
    item.expires_s = now_ms / 1000 + KEEP_S;
    call->write = (struct item_write){.change = change,
                                      .if_generation = s->item.generation,
                                      .if_window_ms = s->item.window_ms,
                                      .if_owner = call->write.item.owner,
                                      .now_ms = now_ms,
                                      .item = item};
    return save_again(call);
}

static struct shared_wish save_open(struct shared *s, struct shared_call *call,
                                    enum item_change change, int64_t now_ms)
{
    struct item item = {.generation = s->item.generation + 1,
                        .state = BREAKER_OPEN,
                        .opens = s->item.opens + 1,
                        .until_ms = now_ms + call->rest_ms};
    return save(s, call, change, item, now_ms);
}

/* By the copy ours is the one that was missing: others have written theirs. */
static bool is_the_last(const struct shared *s)
{
    uint64_t others = is_counted_in(s) ? s->item.failed : 0;
    return s->config.failures > 0 && others + 1 >= s->config.failures;
}

static struct shared_wish save_counts(struct shared *s, struct shared_call *call,
                                      int64_t now_ms)
{
    turn_window(s, now_ms);
    if (call->failed > 0 && is_the_last(s))
        return save_open(s, call, ITEM_TRIP, now_ms);
    struct item item = {.generation = s->item.generation,
                        .opens = s->item.opens,
                        .window_ms = s->window_ms,
                        .calls = s->good + call->failed,
                        .failed = call->failed};
    s->good = 0; /* what may have been written is not written again */
    return save(s, call, is_counted_in(s) ? ITEM_COUNT : ITEM_WINDOW, item, now_ms);
}

static struct shared_wish save_probe(struct shared *s, struct shared_call *call,
                                     int64_t now_ms, uint64_t name)
{
    struct item item = {.generation = s->item.generation + 1,
                        .state = BREAKER_HALF_OPEN,
                        .opens = s->item.opens,
                        .ok = s->item.ok,
                        .owner = name == 0 ? UINT64_MAX : name,
                        .lease_until_ms = now_ms + lease_ms(&s->breaker)};
    int64_t said = item_over_ms(&s->item);
    struct shared_wish wish = save(s, call, ITEM_PROBE, item, now_ms);
    call->write.now_ms = now_ms < said ? said : now_ms; /* in the item's own words */
    return wish;
}

/* --- what is left to do before the call ---------------------------------------------
 */

static struct shared_wish grant(struct shared *s, struct shared_call *call, bool probe)
{
    call->probe = probe;
    call->generation = s->item.generation;
    struct shared_wish wish = at_rest(call, SHARED_GRANT, 0);
    wish.probe = probe;
    return wish;
}

/* The item bears the name that was drawn for this try, whoever told us. */
static bool is_named(const struct shared *s, const struct shared_call *call)
{
    return call->write.change == ITEM_PROBE && s->item.state == BREAKER_HALF_OPEN &&
           s->item.owner == call->write.item.owner &&
           s->item.generation == call->write.item.generation;
}

static struct shared_wish decide(struct shared *s, struct shared_call *call,
                                 int64_t now_ms, uint64_t random)
{
    bool over = now_ms >= over_ms(s), named = is_named(s, call);
    if (s->item.schema != ITEM_SCHEMA)
        return at_rest(call, SHARED_LOCAL, 0);
    if (s->item.state == BREAKER_CLOSED || (named && !over))
        return grant(s, call, named);
    if (!over)
        return at_rest(call, SHARED_REFUSE, over_ms(s) - now_ms);
    call->conflicts += named; /* won, and over already */
    if (call->conflicts >= RACES_MAX)
        return at_rest(call, SHARED_REFUSE, s->config.cache_ms);
    if (call->slept || s->config.jitter_ms == 0)
        return save_probe(s, call, now_ms, random);
    call->slept = true;
    call->phase = ASLEEP;
    int64_t sleep_ms = (int64_t)(random % (s->config.jitter_ms + UINT64_C(1)));
    return (struct shared_wish){.want = SHARED_SLEEP, .sleep_ms = sleep_ms};
}

struct shared_wish shared_ask(struct shared *s, struct shared_call *call,
                              int64_t now_ms, uint64_t random)
{
    *call = (struct shared_call){.phase = 0};
    look_at_clock(s, now_ms);
    call->looked = is_due(s, now_ms);
    return call->looked ? load(call, false) : decide(s, call, now_ms, random);
}

/* --- what is left to do after it ----------------------------------------------------
 */

/* It was let through in a generation that is over: nothing it has to say counts. */
static bool is_late(const struct shared *s, const struct shared_call *call)
{
    if (s->item.schema != ITEM_SCHEMA || s->item.generation != call->generation)
        return true;
    return s->item.state != (call->probe ? BREAKER_HALF_OPEN : BREAKER_CLOSED);
}

/* `failed` is 1 until its failure stands in the item. Who has put one there judges. */
static struct shared_wish settle(struct shared *s, struct shared_call *call,
                                 int64_t now_ms)
{
    if (is_late(s, call) || call->conflicts >= RACES_MAX)
        return at_rest(call, SHARED_DONE, 0);
    if (call->probe)
        return save_again(call);
    if (call->failed > 0)
        return save_counts(s, call, now_ms);
    bool judges = call->write.change == ITEM_TRIP || call->write.item.failed > 0;
    if (judges && too_many(s, now_ms))
        return save_open(s, call, ITEM_TRIP, now_ms);
    return at_rest(call, SHARED_DONE, 0);
}

/* --- hearing ------------------------------------------------------------------------
 */

static bool is_expected(const struct shared_call *call, enum shared_news news,
                        const struct item *item)
{
    if (call->phase & ASLEEP || news == SHARED_WOKE)
        return call->phase & ASLEEP && news == SHARED_WOKE;
    if (!(call->phase & ASKED) || news == SHARED_FAILED)
        return call->phase & ASKED;
    if (!(call->phase & TO_WRITE))
        return news == SHARED_ITEM;
    return news == SHARED_CONFLICT || (news == SHARED_SAVED && item != NULL);
}

/* An end that is known is honoured until it is there. An answer that nobody waits for
 * is left for the next call to find out. */
static struct shared_wish without_store(struct shared *s, struct shared_call *call,
                                        int64_t now_ms)
{
    if (call->phase & MADE) {
        s->read_ms = now_ms;
        return at_rest(call, SHARED_DONE, 0);
    }
    if (s->known && now_ms < over_ms(s))
        return at_rest(call, SHARED_REFUSE, over_ms(s) - now_ms);
    return at_rest(call, SHARED_LOCAL, 0);
}

/* A count that was made is owed no more; one that was not leaves its successes here. */
static void hear_of_write(struct shared *s, struct shared_call *call, bool made)
{
    const struct item_write *w = &call->write;
    bool counts = w->change == ITEM_COUNT || w->change == ITEM_WINDOW;
    call->conflicts += !made;
    if (counts && made)
        call->failed = 0;
    else if (counts && w->item.window_ms == s->window_ms &&
             w->if_generation == s->item.generation)
        s->good += w->item.calls - w->item.failed;
}

struct shared_wish shared_hear(struct shared *s, struct shared_call *call,
                               enum shared_news news, const struct item *item,
                               int64_t now_ms, uint64_t random)
{
    assert(is_expected(call, news, item));
    look_at_clock(s, now_ms);
    if (news == SHARED_WOKE)
        return load(call, true);
    if (news == SHARED_FAILED)
        return without_store(s, call, now_ms);
    if (news != SHARED_ITEM)
        hear_of_write(s, call, news == SHARED_SAVED);
    bool hidden = news == SHARED_CONFLICT && item == NULL;
    bool good = !hidden && (call->phase & STRONGLY || !is_old_news(s, item));
    if (good)
        adopt(s, item, now_ms);
    else if (news != SHARED_SAVED)
        return load(call, true);
    return call->phase & MADE ? settle(s, call, now_ms)
                              : decide(s, call, now_ms, random);
}

/* --- what a call owes ---------------------------------------------------------------
 */

static struct shared_wish end_probe(struct shared *s, struct shared_call *call,
                                    enum breaker_outcome outcome, int64_t now_ms)
{
    struct item item = {.generation = s->item.generation + 1, .state = BREAKER_CLOSED};
    uint32_t ok = s->item.ok + (outcome == BREAKER_OK);
    if (outcome == BREAKER_FAILED)
        return save_open(s, call, ITEM_REOPEN, now_ms);
    if (outcome == BREAKER_OK && ok >= s->breaker.successes_to_close)
        return save(s, call, ITEM_CLOSE, item, now_ms);
    item.state = BREAKER_HALF_OPEN;
    item.opens = s->item.opens;
    item.ok = ok;
    return save(s, call, ITEM_CONFIRM, item, now_ms);
}

struct shared_wish shared_report(struct shared *s, struct shared_call *call,
                                 enum breaker_outcome outcome, int64_t retry_after_ms,
                                 int64_t now_ms, uint64_t random)
{
    assert(call->phase == 0);
    call->phase = MADE;
    call->conflicts = 0;
    int64_t rest_ms = breaker_open_ms(&s->breaker, s->item.opens + 1, random);
    int64_t wished_ms = least(retry_after_ms, s->breaker.open_max_ms);
    call->rest_ms = wished_ms > rest_ms ? wished_ms : rest_ms;
    if (is_late(s, call))
        return at_rest(call, SHARED_DONE, 0);
    if (call->probe)
        return end_probe(s, call, outcome, now_ms);
    turn_window(s, now_ms);
    s->good += outcome == BREAKER_OK;
    call->failed = outcome == BREAKER_FAILED;
    bool wanted = s->config.failure_pct > 0 && s->item.failed > 0 && is_counted_in(s);
    if (call->failed > 0 || (wanted && call->looked && s->good > 0))
        return save_counts(s, call, now_ms);
    return at_rest(call, SHARED_DONE, 0);
}

/* --- the rest -----------------------------------------------------------------------
 */

void shared_init(struct shared *s, const struct shared_config *config,
                 const struct breaker_config *breaker)
{
    assert(shared_config_error(config, breaker) == NULL);
    *s = (struct shared){.config = *config, .breaker = *breaker};
}

enum breaker_state shared_state_at(const struct shared *s, int64_t now_ms)
{
    if (s->item.state == BREAKER_OPEN && now_ms >= over_ms(s))
        return BREAKER_HALF_OPEN;
    return (enum breaker_state)s->item.state;
}
