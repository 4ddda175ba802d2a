/* shared-table.c - a variant of the fleet's breaker: tables decide.
 *
 * What differs from the book's shared.c:
 *   - A call has no phase of its own, only what is under way for it (a read, a strong
 *     read, a nap, a write) and whether it was made already. For each of those and each
 *     kind of news hearing[] says what is done with the item; then deciding[] goes by
 *     the state of the copy.
 *   - `seen_ms` is not when an end was first seen, but the latest moment at which it
 *     may be over: the clamp is reckoned once, when the item is adopted.
 *   - A call gives in after four lost races, and then is told to come back in half a
 *     cache_ms.
 *   - Jitter is drawn from the high bits, and a lease is named by all of the 64.
 *
 * Why it is right: shared.h says which writes are made, on which conditions, and what
 * is wished for when. How many races are enough, it leaves open. */
#include "shared.h"

#include <assert.h>
#include <stddef.h>

enum { RACES = 4, WEEK_S = 604800 };

/* What is under way. AFTER is added once the call was made. */
enum { NOTHING, READ, STRONG_READ, NAP, WRITE, KINDS, AFTER = 8 };

/* One step: who takes it, and when. */
struct step {
    struct shared *s;
    struct shared_call *call;
    int64_t now_ms;
    uint64_t random;
};

/* --- the copy --------------------------------------------------------------------- */

static int64_t lease_ms(const struct breaker_config *c)
{
    return c->probe_lease_ms > 0 ? c->probe_lease_ms : c->open_ms;
}

static int64_t longest_ms(const struct shared *s)
{
    const struct breaker_config *c = &s->breaker;
    int64_t rest = c->open_max_ms > 0 ? c->open_max_ms : c->open_ms;
    return s->item.state == BREAKER_HALF_OPEN ? lease_ms(c) : rest;
}

/* A clock that went back must not make anything last longer. */
static void mind_the_clock(struct step t)
{
    struct shared *s = t.s;
    if (s->known && s->seen_ms - t.now_ms > longest_ms(s))
        s->seen_ms = t.now_ms + longest_ms(s);
    if (s->window_seen_ms > t.now_ms)
        s->window_seen_ms = t.now_ms;
    if (s->read_ms > t.now_ms)
        s->read_ms = t.now_ms - s->config.cache_ms;
}

static int64_t over_ms(const struct shared *s)
{
    int64_t said = item_over_ms(&s->item);
    return said < s->seen_ms ? said : s->seen_ms;
}

static void copy(struct step t, struct item item)
{
    struct shared *s = t.s;
    bool first = !s->known, turned = item.generation != s->item.generation;
    bool moved = item_over_ms(&item) != item_over_ms(&s->item);
    if (first || item.window_ms != s->item.window_ms)
        s->window_seen_ms = t.now_ms;
    if (turned)
        s->good = 0;
    s->item = item;
    if (first || turned || moved)
        s->seen_ms = t.now_ms + longest_ms(s);
    s->known = true;
    s->read_ms = t.now_ms;
}

/* --- the window ------------------------------------------------------------------- */

/* Ours, or the one that somebody ahead of us has begun, as long as it lasts. */
static void choose_window(struct step t)
{
    struct shared *s = t.s;
    int64_t length = s->config.window_ms, window = t.now_ms / length * length;
    if (s->item.window_ms > window && t.now_ms - s->window_seen_ms < length)
        window = s->item.window_ms;
    s->good = window == s->window_ms ? s->good : 0;
    s->window_ms = window;
}

static bool reached(struct step t)
{
    const struct shared_config *c = &t.s->config;
    uint64_t calls = t.s->item.calls, failed = t.s->item.failed;
    bool seen_enough = t.now_ms - t.s->window_seen_ms >= 2 * (int64_t)c->cache_ms;
    bool share = c->failure_pct > 0 && calls >= c->min_calls &&
                 failed * 100 >= calls * c->failure_pct;
    return (c->failures > 0 && failed >= c->failures) || (share && seen_enough);
}

/* --- wishes ----------------------------------------------------------------------- */

static struct shared_wish wish(struct step t, int kind, struct shared_wish w)
{
    t.call->phase = (uint8_t)(kind | (t.call->phase & AFTER));
    return w;
}

static struct shared_wish done(struct step t)
{
    return wish(t, NOTHING, (struct shared_wish){.want = SHARED_DONE});
}

static struct shared_wish refuse(struct step t, int64_t ms)
{
    return wish(t, NOTHING,
                (struct shared_wish){.want = SHARED_REFUSE, .retry_after_ms = ms});
}

static struct shared_wish grant(struct step t, bool probe)
{
    t.call->probe = probe;
    t.call->generation = t.s->item.generation;
    return wish(t, NOTHING, (struct shared_wish){.want = SHARED_GRANT, .probe = probe});
}

static struct shared_wish look(struct step t, bool strong)
{
    return wish(t, strong ? STRONG_READ : READ,
                (struct shared_wish){.want = SHARED_LOAD, .strong = strong});
}

/* --- writes ----------------------------------------------------------------------- */

/* Add to the window that stands, or begin one. The successes leave with the write. */
static struct shared_wish save_counts(struct step t)
{
    struct shared *s = t.s;
    choose_window(t);
    bool stands = s->window_ms == s->item.window_ms;
    struct item item = s->item;
    item.window_ms = s->window_ms;
    item.failed = t.call->failed;
    item.calls = t.call->failed + s->good;
    item.expires_s = t.now_ms / 1000 + WEEK_S;
    t.call->write = (struct item_write){.change = stands ? ITEM_COUNT : ITEM_WINDOW,
                                        .if_generation = s->item.generation,
                                        .if_window_ms = s->item.window_ms,
                                        .now_ms = t.now_ms,
                                        .item = item};
    s->good = 0;
    return wish(t, WRITE, (struct shared_wish){.want = SHARED_SAVE});
}

/* Replace the item by `to`, to which is added what all these writes have in common. */
static struct shared_wish save(struct step t, enum item_change change, struct item to)
{
    to.schema = ITEM_SCHEMA;
    to.generation = t.s->item.generation + 1;
    to.expires_s = t.now_ms / 1000 + WEEK_S;
    t.call->write = (struct item_write){.change = change,
                                        .if_generation = t.s->item.generation,
                                        .if_owner = t.call->write.item.owner,
                                        .now_ms = t.now_ms,
                                        .item = to};
    return wish(t, WRITE, (struct shared_wish){.want = SHARED_SAVE});
}

static struct shared_wish save_open(struct step t, enum item_change change)
{
    return save(t, change,
                (struct item){.state = BREAKER_OPEN,
                              .opens = t.s->item.opens + 1,
                              .until_ms = t.now_ms + t.call->rest_ms});
}

/* What the rest says of itself may lie ahead of our clock; the store goes by it. */
static struct shared_wish save_probe(struct step t)
{
    int64_t said = item_over_ms(&t.s->item);
    struct shared_wish w =
        save(t, ITEM_PROBE,
             (struct item){.state = BREAKER_HALF_OPEN,
                           .opens = t.s->item.opens,
                           .ok = t.s->item.ok,
                           .owner = t.random > 0 ? t.random : 1,
                           .lease_until_ms = t.now_ms + lease_ms(&t.s->breaker)});
    t.call->write.now_ms = said > t.now_ms ? said : t.now_ms;
    return w;
}

/* --- before the call: by the state of the copy --------------------------------------
 */

static bool is_mine(struct step t)
{
    const struct item_write *mine = &t.call->write;
    return mine->change == ITEM_PROBE && t.s->item.state == BREAKER_HALF_OPEN &&
           t.s->item.owner == mine->item.owner &&
           t.s->item.generation == mine->item.generation;
}

static struct shared_wish when_open(struct step t)
{
    uint64_t lengths = (uint64_t)t.s->config.jitter_ms + 1;
    if (t.now_ms < over_ms(t.s))
        return refuse(t, over_ms(t.s) - t.now_ms);
    if (t.call->conflicts >= RACES)
        return refuse(t, t.s->config.cache_ms / 2 + 1);
    if (lengths == 1 || t.call->slept)
        return save_probe(t);
    t.call->slept = true;
    int64_t nap_ms = (int64_t)((t.random >> 32) * lengths >> 32);
    return wish(t, NAP, (struct shared_wish){.want = SHARED_SLEEP, .sleep_ms = nap_ms});
}

static struct shared_wish when_half_open(struct step t)
{
    if (is_mine(t) && t.now_ms < over_ms(t.s))
        return grant(t, true);
    t.call->conflicts += is_mine(t); /* it was over before we heard of it */
    return when_open(t);
}

static struct shared_wish when_closed(struct step t)
{
    return grant(t, false);
}

static struct shared_wish (*const deciding[])(struct step) = {
    [BREAKER_CLOSED] = when_closed,
    [BREAKER_OPEN] = when_open,
    [BREAKER_HALF_OPEN] = when_half_open};

static struct shared_wish decide(struct step t)
{
    if (t.s->item.schema == ITEM_SCHEMA)
        return deciding[t.s->item.state](t);
    return wish(t, NOTHING, (struct shared_wish){.want = SHARED_LOCAL});
}

struct shared_wish shared_ask(struct shared *s, struct shared_call *call,
                              int64_t now_ms, uint64_t random)
{
    struct step t = {s, call, now_ms, random};
    *call = (struct shared_call){.phase = NOTHING};
    mind_the_clock(t);
    call->looked = !s->known || now_ms - s->read_ms >= s->config.cache_ms;
    return call->looked ? look(t, false) : decide(t);
}

/* --- after the call: by the write that was under way --------------------------------
 */

/* The state that let the call through is over. */
static bool is_past(struct step t)
{
    uint32_t then = t.call->probe ? BREAKER_HALF_OPEN : BREAKER_CLOSED;
    const struct item *item = &t.s->item;
    return item->schema != ITEM_SCHEMA || item->state != then ||
           item->generation != t.call->generation;
}

static struct shared_wish wind_up(struct step t, bool saved)
{
    if (is_past(t) || t.call->conflicts >= RACES || t.call->failed == 0)
        return done(t);
    if (!saved)
        return save_counts(t);
    t.call->failed = 0;
    return reached(t) ? save_open(t, ITEM_TRIP) : done(t);
}

/* --- hearing: what is done with the item --------------------------------------------
 */

enum deed { BUG, TAKE_NEWER, TAKE_ANY, TAKE_MADE, LOST, NO_STORE, AWAKE };

/* News:            ITEM, SAVED, CONFLICT, FAILED, WOKE */
static const uint8_t hearing[KINDS][SHARED_WOKE + 1] = {
    [READ] = {TAKE_NEWER, BUG, BUG, NO_STORE, BUG},
    [STRONG_READ] = {TAKE_ANY, BUG, BUG, NO_STORE, BUG},
    [NAP] = {BUG, BUG, BUG, BUG, AWAKE},
    [WRITE] = {BUG, TAKE_MADE, LOST, NO_STORE, BUG},
};

/* After the call nobody waits for an answer: the next one looks. Before it, an end that
 * is known is honoured. */
static struct shared_wish do_without(struct step t)
{
    struct shared *s = t.s;
    int64_t over = s->known && s->item.state != BREAKER_CLOSED ? over_ms(s) : 0;
    if (t.call->phase & AFTER) {
        s->read_ms = t.now_ms - s->config.cache_ms;
        return done(t);
    }
    if (t.now_ms < over)
        return refuse(t, over - t.now_ms);
    return wish(t, NOTHING, (struct shared_wish){.want = SHARED_LOCAL});
}

/* What lost its race was not written: the successes in it are ours again. */
static void lose(struct step t)
{
    const struct item_write *w = &t.call->write;
    t.call->conflicts++;
    if (w->change <= ITEM_WINDOW && w->if_generation == t.s->item.generation &&
        w->item.window_ms == t.s->window_ms)
        t.s->good += w->item.calls - w->item.failed;
}

struct shared_wish shared_hear(struct shared *s, struct shared_call *call,
                               enum shared_news news, const struct item *item,
                               int64_t now_ms, uint64_t random)
{
    struct step t = {s, call, now_ms, random};
    enum deed deed = (enum deed)hearing[call->phase & ~AFTER][news];
    assert(deed != BUG && (deed != TAKE_MADE || item != NULL));
    mind_the_clock(t);
    if (deed == AWAKE)
        return look(t, false);
    if (deed == NO_STORE)
        return do_without(t);
    if (deed == LOST)
        lose(t);
    struct item shown = item_read(item);
    bool newer = !s->known || shown.version >= s->item.version;
    bool hidden = deed == LOST && item == NULL;
    if (!hidden && (newer || deed == TAKE_ANY))
        copy(t, shown);
    else if (deed != TAKE_MADE)
        return look(t, true);
    return call->phase & AFTER ? wind_up(t, deed == TAKE_MADE) : decide(t);
}

/* --- after the call -----------------------------------------------------------------
 */

static int64_t rest_ms(struct step t, int64_t asked_ms)
{
    const struct breaker_config *c = &t.s->breaker;
    int64_t rest = breaker_open_ms(c, t.s->item.opens + 1, t.random);
    int64_t heeded = asked_ms < c->open_max_ms ? asked_ms : c->open_max_ms;
    return heeded > rest ? heeded : rest;
}

static struct shared_wish end_probe(struct step t, enum breaker_outcome outcome)
{
    struct item item = {.opens = t.s->item.opens, .ok = t.s->item.ok};
    if (outcome == BREAKER_FAILED)
        return save_open(t, ITEM_REOPEN);
    item.ok += outcome == BREAKER_OK;
    if (outcome == BREAKER_OK && item.ok >= t.s->breaker.successes_to_close)
        return save(t, ITEM_CLOSE, (struct item){.state = BREAKER_CLOSED});
    item.state = BREAKER_HALF_OPEN; /* owned by nobody, so the next one may probe */
    return save(t, ITEM_CONFIRM, item);
}

struct shared_wish shared_report(struct shared *s, struct shared_call *call,
                                 enum breaker_outcome outcome, int64_t retry_after_ms,
                                 int64_t now_ms, uint64_t random)
{
    struct step t = {s, call, now_ms, random};
    assert(call->phase == NOTHING);
    call->phase = AFTER;
    call->conflicts = 0;
    call->rest_ms = rest_ms(t, retry_after_ms);
    if (is_past(t))
        return done(t);
    if (call->probe)
        return end_probe(t, outcome);
    choose_window(t);
    s->good += outcome == BREAKER_OK;
    call->failed = outcome == BREAKER_FAILED;
    bool owed = s->config.failure_pct > 0 && s->item.failed > 0 &&
                s->item.window_ms == s->window_ms && s->good > 0;
    return call->failed > 0 || (owed && call->looked) ? save_counts(t) : done(t);
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
