/* swarm_watch_item.c - the items and every write to them: I3, I4, I6, I12, and that
 * nothing is stuck. */
#include <stdlib.h>
#include <string.h>

#include "swarm_watch.h"

/* What was there, what is now, and who wrote it, if that can be told. */
struct change {
    struct swarm_item *item;
    const struct caller_view *was, *is;
    uint64_t key;
    const struct swarm_env *writer; /* elections only; NULL: nobody knows */
};

static const char *const states[] = {"CLOSED", "OPEN", "HALF_OPEN"};

static bool is_election(const struct change *c)
{
    return c->is->state == CALLER_HALF_OPEN && c->is->owner != 0 &&
           (c->was->state != CALLER_HALF_OPEN || c->is->owner != c->was->owner ||
            c->is->lease_until != c->was->lease_until);
}

/* --- I3 --------------------------------------------------------------------------- */

static void check_version(struct swarm_watch *w, const struct change *c,
                          const void *before)
{
    bool same =
        (before != NULL) == c->item->there &&
        (before == NULL || memcmp(before, c->item->bytes, w->caller->item_bytes) == 0);
    if (!same)
        swarm_broken(w, SWARM_ITEM, "item %llu changed between two writes",
                     (unsigned long long)c->key);
    if (c->is->version != c->was->version + 1)
        swarm_broken(w, SWARM_ITEM, "a write took item %llu from version %llu to %llu",
                     (unsigned long long)c->key, (unsigned long long)c->was->version,
                     (unsigned long long)c->is->version);
}

static void check_transition(struct swarm_watch *w, const struct change *c)
{
    static const bool legal[CALLER_STATES][CALLER_STATES] = {
        [CALLER_CLOSED] = {true, true, false},
        [CALLER_OPEN] = {false, false, true},
        [CALLER_HALF_OPEN] = {true, true, true}};
    bool open_again = !w->ours && c->was->state == c->is->state; /* nothing new */
    if (!legal[c->was->state][c->is->state] && !open_again)
        swarm_broken(w, SWARM_ITEM, "item %llu went from %s to %s",
                     (unsigned long long)c->key, states[c->was->state],
                     states[c->is->state]);
}

/* A generation, and what begins with it. */
static void check_generation(struct swarm_watch *w, const struct change *c)
{
    bool moved = c->was->state != c->is->state || c->was->owner != c->is->owner;
    uint32_t wanted = c->was->generation + moved;
    if (c->is->generation != wanted)
        swarm_broken(w, SWARM_ITEM,
                     "item %llu went from %s to %s, and from generation %u to %u",
                     (unsigned long long)c->key, states[c->was->state],
                     states[c->is->state], c->was->generation, c->is->generation);
    bool good_left = c->is->ok > 0 && c->is->state != CALLER_HALF_OPEN;
    bool left = c->is->calls > 0 || c->is->failed > 0 || good_left;
    if (c->was->state != c->is->state && left)
        swarm_broken(w, SWARM_ITEM, "item %llu began to be %s with %u calls, %u failed",
                     (unsigned long long)c->key, states[c->is->state], c->is->calls,
                     c->is->failed);
    bool named = c->is->owner != 0 || c->is->lease_until > 0;
    if ((named && c->is->state != CALLER_HALF_OPEN) ||
        ((c->is->until > 0) != (c->is->state == CALLER_OPEN)))
        swarm_broken(w, SWARM_ITEM,
                     "item %llu is %s with an end or owner of another state",
                     (unsigned long long)c->key, states[c->is->state]);
}

/* --- I12 -------------------------------------------------------------------------- */

static bool too_many(const struct swarm_watch *w, const struct caller_view *view)
{
    if (w->failures > 0 && view->failed >= w->failures)
        return true;
    return w->failure_pct > 0 && view->calls >= w->min_calls &&
           (uint64_t)view->failed * 100 >= (uint64_t)view->calls * w->failure_pct;
}

static void check_trip(struct swarm_watch *w, const struct change *c)
{
    if (c->was->state == CALLER_CLOSED && c->is->state == CALLER_OPEN &&
        !c->item->cause)
        swarm_broken(w, SWARM_TRIP,
                     "item %llu was opened in generation %u with %u of %u calls failed",
                     (unsigned long long)c->key, c->was->generation, c->was->failed,
                     c->was->calls);
    if (c->was->generation != c->is->generation)
        c->item->cause = false;
    if (c->is->state == CALLER_CLOSED && too_many(w, c->is))
        c->item->cause = true;
}

/* --- I4, I6 ----------------------------------------------------------------------- */

/* Is this the last write that the environment asked for? */
static bool wrote(const struct swarm_watch *w, const struct swarm_env *env,
                  uint64_t key, const void *before, const void *after)
{
    _Alignas(8) unsigned char out[CALLER_ITEM_MAX] = {0};
    return env->has_save && env->key == key &&
           w->caller->apply(env->save, before, out) &&
           memcmp(out, after, w->caller->item_bytes) == 0;
}

/* Whose write it was. Elections bear a name, so no two are alike; of other writes it is
 * the one who bears the prober's name, if there is one. */
static const struct swarm_env *find_writer(const struct swarm_watch *w, uint64_t key,
                                           const void *before, const void *after)
{
    const struct swarm_env *found = NULL;
    uint64_t name = w->items[key].view.owner;
    for (uint32_t i = 0; i < w->slots; i++) {
        const struct swarm_env *env = &w->envs[i];
        if (!wrote(w, env, key, before, after))
            continue;
        if (found == NULL || env->save_name == name)
            found = env;
    }
    return found;
}

/* Only the prober says what became of its probe. One who has asked for another write
 * meanwhile is not found any more, and gets the benefit of the doubt. */
static void check_verdict(struct swarm_watch *w, const struct change *c)
{
    uint32_t enough = w->successes > 0 ? w->successes : 1;
    if (c->writer != NULL && c->writer->save_name != c->was->owner)
        swarm_broken(
            w, SWARM_LEASE,
            "item %llu went from HALF_OPEN to %s by the word of environment %u, "
            "which is not the prober",
            (unsigned long long)c->key, states[c->is->state],
            (unsigned)(c->writer - w->envs));
    if (c->is->state == CALLER_CLOSED && c->was->ok + 1 < enough)
        swarm_broken(w, SWARM_TRIP, "item %llu was closed after %u good probes of %u",
                     (unsigned long long)c->key, c->was->ok + 1, enough);
}

/* Over by the clock of who wrote it, when that asked; or it has lasted its longest,
 * less one per cent for clocks that run fast. */
static bool was_over(const struct swarm_watch *w, const struct change *c)
{
    int64_t latest_ms = (POOL_EPOCH + w->now + w->ahead) / SIM_MS;
    int64_t asked_ms = c->writer != NULL ? c->writer->asked_ms : latest_ms;
    int64_t longest = c->was->state == CALLER_OPEN ? w->rest_ms : w->lease_ms;
    int64_t lasted = (w->now - c->item->changed) / SIM_MS;
    return swarm_over_ms(c->was) <= asked_ms || lasted + 2 >= longest * 99 / 100;
}

static void check_election(struct swarm_watch *w, const struct change *c)
{
    swarm_saw(w, SWARM_ELECTIONS);
    if (c->was->state == CALLER_HALF_OPEN && c->was->owner != 0)
        swarm_saw(w, SWARM_TAKEOVERS);
    if (!was_over(w, c))
        swarm_broken(w, SWARM_LEASE,
                     "item %llu got a new prober " SWARM_S " after it became %s%s, "
                     "before that was over",
                     (unsigned long long)c->key, SWARM_S_OF(w->now - c->item->changed),
                     states[c->was->state],
                     c->was->state == CALLER_OPEN ? "" : " under another's lease");
}

static void check_rest(struct swarm_watch *w, const struct change *c)
{
    int64_t end = c->is->state == CALLER_OPEN ? c->is->until : c->is->lease_until;
    int64_t longest = c->is->state == CALLER_OPEN ? w->rest_ms : w->lease_ms;
    int64_t ahead = end - POOL_EPOCH - w->now;
    if (c->is->state == CALLER_CLOSED || ahead <= longest * SIM_MS + w->ahead)
        return;
    swarm_broken(w, SWARM_REST,
                 "item %llu is to be %s for " SWARM_S ", at most %lld ms are allowed",
                 (unsigned long long)c->key, states[c->is->state], SWARM_S_OF(ahead),
                 (long long)longest);
}

/* --- nothing is stuck ------------------------------------------------------------- */

static void check_stuck(struct swarm_watch *w, uint64_t key)
{
    const struct swarm_item *item = &w->items[key];
    int64_t since = item->changed > w->demand.after ? item->changed : w->demand.after;
    if (!w->demand.unstuck || item->view.state == CALLER_CLOSED ||
        w->now - since <= w->demand.rest)
        return;
    swarm_broken(w, SWARM_STUCK,
                 "item %llu is %s since " SWARM_S
                 " and nobody has changed it; the last "
                 "fault was over at " SWARM_S,
                 (unsigned long long)key, states[item->view.state],
                 SWARM_S_OF(item->changed), SWARM_S_OF(w->demand.after));
}

static void check_recovered(struct swarm_watch *w, uint64_t key)
{
    const struct swarm_item *item = &w->items[key];
    if (item->view.state != CALLER_CLOSED)
        swarm_broken(w, SWARM_RECOVERY,
                     "item %llu is %s since " SWARM_S
                     ", it had to be CLOSED by " SWARM_S,
                     (unsigned long long)key, states[item->view.state],
                     SWARM_S_OF(item->changed), SWARM_S_OF(w->demand.due));
}

void swarm_items_due(struct swarm_watch *w)
{
    for (uint64_t key = 0; key < w->keys; key++)
        check_recovered(w, key);
}

void swarm_items_end(struct swarm_watch *w, const struct record *record)
{
    uint64_t writes = 0, versions = 0;
    for (uint64_t key = 0; key < w->keys; key++) {
        check_stuck(w, key);
        writes += w->items[key].writes;
        versions += w->items[key].view.version;
    }
    uint64_t made = record->store.writes - record->store.conflicts;
    if (made != writes || made != versions)
        swarm_broken(w, SWARM_ITEM,
                     "the store counts %llu writes, the items %llu, and %llu were seen",
                     (unsigned long long)made, (unsigned long long)versions,
                     (unsigned long long)writes);
    w->verdict->sight[SWARM_CONFLICTS] = (uint32_t)record->store.conflicts;
}

/* --- every write ------------------------------------------------------------------ */

static void see_change(struct swarm_watch *w, const struct change *c)
{
    enum caller_state was = c->was->state, is = c->is->state;
    swarm_saw(w, SWARM_WRITES);
    if (was == CALLER_CLOSED && is == CALLER_OPEN)
        swarm_saw(w, SWARM_TRIPS);
    if (was == CALLER_HALF_OPEN && is == CALLER_OPEN)
        swarm_saw(w, SWARM_REOPENS);
    if (was == CALLER_HALF_OPEN && is == CALLER_CLOSED)
        swarm_saw(w, SWARM_CLOSES);
}

static void check_change(struct swarm_watch *w, const struct change *c)
{
    check_transition(w, c);
    if (w->ours) {
        check_generation(w, c);
        check_trip(w, c);
        check_rest(w, c);
    }
    if (is_election(c))
        check_election(w, c);
    else if (w->ours && c->was->state == CALLER_HALF_OPEN)
        check_verdict(w, c);
    check_stuck(w, c->key);
}

static void keep(struct swarm_watch *w, const struct change *c, const void *after)
{
    c->item->there = true;
    memcpy(c->item->bytes, after, w->caller->item_bytes);
    c->item->writes++;
    if (swarm_over_ms(c->was) != swarm_over_ms(c->is) ||
        c->was->state != c->is->state || c->was->generation != c->is->generation)
        c->item->changed = w->now;
    c->item->view = *c->is;
}

/* A write that gives the lease elects its writer, if that still waits for it. A rival
 * who has given up waiting finds its name in the item later. */
static void elect(struct swarm_watch *w, const struct change *c)
{
    struct swarm_env *env = &w->envs[c->writer - w->envs];
    env->elected = env->elected || env->waits || !w->ours;
    env->name = env->waits ? c->is->owner : env->name;
}

void swarm_item_write(void *who, uint64_t key, int64_t now, const void *before,
                      const void *after)
{
    struct swarm_watch *w = who;
    struct swarm_item *item = &w->items[key];
    struct caller_view was = item->view, is = {.version = 0};
    swarm_time(w, now);
    w->caller->view(after, &is);
    struct change c = {.item = item, .was = &was, .is = &is, .key = key};
    check_version(w, &c, before);
    if (is_election(&c) || was.state == CALLER_HALF_OPEN)
        c.writer = find_writer(w, key, before, after);
    check_change(w, &c);
    see_change(w, &c);
    keep(w, &c, after);
    if (c.writer != NULL && is_election(&c))
        elect(w, &c);
    if (w->judged_due)
        check_recovered(w, key);
}
