/* shared.c - one breaker for a fleet. Yours: written in chapters 13, 14 and 15.
 *
 * What each function must do stands in shared.h. As shipped, every call is sent to the
 * breaker of its own environment, and nothing is read or written.
 *
 * What an environment knows: adopt() is the only place where its copy changes. What it
 * writes: new_write() and what follows it. What a call wants: shared_ask() before it,
 * shared_report() after it, and shared_hear() for every answer of the store, which goes
 * by the phase that the call is in. */
#include "shared.h"
#include "todo.h"

#include <assert.h>
#include <stddef.h>

enum { KEEP_S = 7 * 86400 }; /* an item nobody writes to is garbage after a week */

enum phase {
    IDLE,     /* nothing of this call is under way */
    READING,  /* a read, to decide the call */
    WAITING,  /* the jitter before the probe */
    ELECTING, /* the write that takes the lease */
    CHECKING, /* a strong read, since a lost race did not show the item */
    COUNTING, /* after the call: what it counted is being written */
    SETTLING, /* after the call: a transition is being written */
    LEARNING  /* after the call: a strong read, since a lost race showed nothing */
};

/* --- what an environment knows ---------------------------------------------------- */

/* A clock that steps back must make nothing older, nor last longer. */
static void see(struct shared *s, int64_t now_ms)
{
    todo(13, 2);
    (void)s, (void)now_ms;
}

/* And when this environment takes it to be over. */
static int64_t over_ms(const struct shared *s)
{
    todo(13, 2);
    return item_over_ms(&s->item);
}

/* What the store has shown is what is known. */
static void adopt(struct shared *s, const struct item *raw, int64_t now_ms)
{
    struct item item = item_read(raw);
    todo(13, 2); /* its rest, or lease: since when is it seen as it stands? */
    if (!s->known || item.window_ms != s->item.window_ms)
        s->window_seen_ms = now_ms;
    if (item.generation != s->item.generation) /* counted in another life */
        s->good = 0;
    s->item = item;
    s->known = true;
    s->read_ms = now_ms;
}

/* The window that counts: ours by the clock, or the one that a host ahead of us has
 * begun, for as long as a window lasts. So clocks that differ may cut windows short,
 * and none begins one that was begun already. Successes of another have no say in it.
 */
static void roll_window(struct shared *s, int64_t now_ms)
{
    int64_t length = s->config.window_ms, ours = now_ms - now_ms % length;
    bool ahead = s->item.window_ms > ours && now_ms - s->window_seen_ms < length;
    int64_t window = ahead ? s->item.window_ms : ours;
    if (s->window_ms != window)
        s->good = 0;
    s->window_ms = window;
}

/* How long a window is not judged by its share: failures are written at once, so at
 * first it shows little else. In one cache_ms the others see that it has failures and
 * write their successes; in a second one, what they do not write yet becomes the
 * smaller part. */
static int64_t share_wait_ms(const struct shared_config *c)
{
    return 2 * (int64_t)c->cache_ms;
}

static bool too_many(const struct shared *s, int64_t now_ms)
{
    const struct shared_config *c = &s->config;
    const struct item *item = &s->item;
    if (c->failures > 0 && item->failed >= c->failures)
        return true;
    return c->failure_pct > 0 && item->calls >= c->min_calls &&
           now_ms - s->window_seen_ms >= share_wait_ms(c) &&
           (uint64_t)item->failed * 100 >= (uint64_t)item->calls * c->failure_pct;
}

/* --- writes ----------------------------------------------------------------------- */

static struct shared_wish want(struct shared_call *call, enum phase phase,
                               enum shared_want what)
{
    call->phase = (uint8_t)phase;
    return (struct shared_wish){.want = what};
}

/* A write of this kind, its item the copy as it would be. */
static struct item *new_write(struct shared *s, struct shared_call *call,
                              enum item_change change, int64_t now_ms)
{
    call->write = (struct item_write){.change = change,
                                      .if_generation = s->item.generation,
                                      .if_window_ms = s->item.window_ms,
                                      .if_owner = call->write.item.owner, /* our name */
                                      .now_ms = now_ms,
                                      .item = s->item};
    call->write.item.expires_s = now_ms / 1000 + KEEP_S;
    return &call->write.item;
}

/* Into another state: a new generation, and nothing left of the old one but `opens`. */
static struct item *new_state(struct shared *s, struct shared_call *call,
                              enum item_change change, enum breaker_state state,
                              int64_t now_ms)
{
    struct item *item = new_write(s, call, change, now_ms);
    *item = (struct item){.schema = ITEM_SCHEMA,
                          .generation = s->item.generation + 1,
                          .state = state,
                          .opens = s->item.opens,
                          .expires_s = item->expires_s};
    return item;
}

/* The copy, with our calls in it, becomes the item. */
static struct shared_wish save_counts(struct shared *s, struct shared_call *call,
                                      int64_t now_ms)
{
    todo(14, 2);
    roll_window(s, now_ms);
    bool stands = s->item.window_ms == s->window_ms;
    struct item *item = new_write(s, call, ITEM_WINDOW, now_ms);
    item->window_ms = s->window_ms;
    item->calls = (stands ? s->item.calls : 0) + s->good + call->failed;
    item->failed = (stands ? s->item.failed : 0) + call->failed;
    s->good = 0;
    return want(call, COUNTING, SHARED_SAVE);
}

/* A lost race has written nothing: its successes come back, if they still count. */
static void take_back(struct shared *s, const struct shared_call *call)
{
    const struct item_write *w = &call->write;
    if (w->if_generation == s->item.generation && w->item.window_ms == s->window_ms)
        s->good += w->item.calls - w->item.failed;
}

static struct shared_wish save_open(struct shared *s, struct shared_call *call,
                                    enum item_change change, int64_t now_ms)
{
    struct item *item = new_state(s, call, change, BREAKER_OPEN, now_ms);
    item->opens++;
    item->until_ms = now_ms + call->rest_ms;
    return want(call, SETTLING, SHARED_SAVE);
}

/* --- before a call ---------------------------------------------------------------- */

static struct shared_wish grant(struct shared *s, struct shared_call *call, bool probe)
{
    call->probe = probe;
    call->generation = s->item.generation;
    call->phase = IDLE;
    return (struct shared_wish){.want = SHARED_GRANT, .probe = probe};
}

static struct shared_wish refuse(struct shared_call *call, int64_t retry_after_ms)
{
    call->phase = IDLE;
    return (struct shared_wish){.want = SHARED_REFUSE,
                                .retry_after_ms = retry_after_ms};
}

static struct shared_wish load(struct shared_call *call, enum phase phase, bool strong)
{
    call->phase = (uint8_t)phase;
    return (struct shared_wish){.want = SHARED_LOAD, .strong = strong};
}

/* The rest is over: somebody has to go and look. */
static struct shared_wish scout(struct shared *s, struct shared_call *call,
                                int64_t now_ms, uint64_t random)
{
    todo(15, 1);
    (void)now_ms, (void)random;
    return grant(s, call, true); /* whoever comes goes to look */
}

/* Go by the copy. */
static struct shared_wish decide(struct shared *s, struct shared_call *call,
                                 int64_t now_ms, uint64_t random)
{
    todo(13, 3);
    if (s->item.state == BREAKER_CLOSED)
        return grant(s, call, false);
    return s->known ? scout(s, call, now_ms, random) : refuse(call, 0);
}

struct shared_wish shared_ask(struct shared *s, struct shared_call *call,
                              int64_t now_ms, uint64_t random)
{
    todo(13, 3);
    (void)s, (void)now_ms, (void)random;
    *call = (struct shared_call){.phase = IDLE};
    return want(call, IDLE, SHARED_LOCAL);
}

/* The store does not answer: there is a breaker in the house. */
static struct shared_wish fall_back(const struct shared *s, struct shared_call *call,
                                    int64_t now_ms)
{
    todo(15, 3);
    (void)s, (void)now_ms;
    return want(call, IDLE, SHARED_LOCAL);
}

/* Has this call won the probe's lease after all? */
static bool is_ours(const struct shared *s, const struct shared_call *call)
{
    if (call->write.change == ITEM_PROBE)
        todo(15, 3);
    (void)s;
    return false; /* there is none to win */
}

/* --- hearing ---------------------------------------------------------------------- */

static struct shared_wish done(struct shared_call *call)
{
    return want(call, IDLE, SHARED_DONE);
}

/* Is the state in which the call was let through over? */
static bool is_past(const struct shared *s, const struct shared_call *call)
{
    (void)call;
    return s->item.schema != ITEM_SCHEMA;
}

/* The call is over and its failure is counted: is that one too many? */
static struct shared_wish wind_up(struct shared *s, struct shared_call *call,
                                  int64_t now_ms)
{
    todo(14, 3);
    bool failed = call->failed > 0;
    call->failed = 0;
    return failed && too_many(s, now_ms) ? save_open(s, call, ITEM_TRIP, now_ms)
                                         : done(call);
}

/* Whether it was made, nobody knows; the next call looks. */
static struct shared_wish give_in(struct shared *s, struct shared_call *call,
                                  int64_t now_ms)
{
    s->read_ms = now_ms - s->config.cache_ms;
    return done(call);
}

/* Is this what the phase waits for? */
static bool awaited(const struct shared_call *call, enum shared_news news)
{
    bool reading =
        call->phase == READING || call->phase == CHECKING || call->phase == LEARNING;
    if (call->phase == IDLE || call->phase == WAITING || news == SHARED_WOKE)
        return call->phase == WAITING && news == SHARED_WOKE;
    return news == SHARED_FAILED || reading == (news == SHARED_ITEM);
}

/* The call is still to be decided and the copy is fresh. */
static struct shared_wish look_again(struct shared *s, struct shared_call *call,
                                     int64_t now_ms, uint64_t random)
{
    if (is_ours(s, call) && now_ms < over_ms(s))
        return grant(s, call, true);
    call->conflicts += is_ours(s, call); /* a lease that is over is as good as lost */
    return decide(s, call, now_ms, random);
}

struct shared_wish shared_hear(struct shared *s, struct shared_call *call,
                               enum shared_news news, const struct item *item,
                               int64_t now_ms, uint64_t random)
{
    bool after = call->phase >= COUNTING;
    assert(awaited(call, news) && (news != SHARED_SAVED || item != NULL));
    see(s, now_ms);
    if (news == SHARED_WOKE)
        return load(call, READING, false);
    if (news == SHARED_FAILED)
        return after ? give_in(s, call, now_ms) : fall_back(s, call, now_ms);
    if (news == SHARED_CONFLICT)
        take_back(s, call);
    adopt(s, item, now_ms);
    return after ? wind_up(s, call, now_ms) : look_again(s, call, now_ms, random);
}

/* --- after a call ----------------------------------------------------------------- */

static struct shared_wish report_probe(struct shared *s, struct shared_call *call,
                                       enum breaker_outcome outcome, int64_t now_ms)
{
    uint32_t ok = s->item.ok + (outcome == BREAKER_OK);
    if (outcome == BREAKER_FAILED)
        return save_open(s, call, ITEM_REOPEN, now_ms);
    if (outcome == BREAKER_OK && ok >= s->breaker.successes_to_close) {
        new_state(s, call, ITEM_CLOSE, BREAKER_CLOSED, now_ms)->opens = 0;
    } else { /* the lease goes back: the next probe may be anybody's */
        struct item *item = new_write(s, call, ITEM_CONFIRM, now_ms);
        item->generation++;
        item->ok = ok;
        item->owner = 0;
        item->lease_until_ms = 0;
    }
    return want(call, SETTLING, SHARED_SAVE);
}

/* How long to stay open, should this answer open it. */
static int64_t rest_ms(const struct shared *s, int64_t retry_after_ms, uint64_t random)
{
    int64_t rest = breaker_open_ms(&s->breaker, s->item.opens + 1, random);
    int64_t most = s->breaker.open_max_ms;
    int64_t wished = retry_after_ms < most ? retry_after_ms : most;
    return wished > rest ? wished : rest;
}

/* The window has failures and a share of them is judged, so our successes matter. A
 * call that has looked at the item takes them there when it ends, its own among them:
 * or who calls seldom would always owe his last one. */
static bool must_flush(const struct shared *s, const struct shared_call *call)
{
    return s->config.failure_pct > 0 && call->looked && s->good > 0 &&
           s->item.failed > 0 && s->item.window_ms == s->window_ms;
}

struct shared_wish shared_report(struct shared *s, struct shared_call *call,
                                 enum breaker_outcome outcome, int64_t retry_after_ms,
                                 int64_t now_ms, uint64_t random)
{
    assert(call->phase == IDLE);
    call->conflicts = 0;
    call->rest_ms = rest_ms(s, retry_after_ms, random);
    if (is_past(s, call))
        return done(call); /* late news */
    if (call->probe)
        return report_probe(s, call, outcome, now_ms);
    roll_window(s, now_ms);
    s->good += outcome == BREAKER_OK;
    call->failed = outcome == BREAKER_FAILED;
    if (call->failed == 0 && !must_flush(s, call))
        return done(call);
    return save_counts(s, call, now_ms);
}

/* --- the rest --------------------------------------------------------------------- */

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
