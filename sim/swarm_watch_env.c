/* swarm_watch_env.c - what each environment was shown, and what it does then: I5, I10,
 * I11, and of I4 that only the elected one probes. */
#include <string.h>

#include "swarm_watch.h"

/* One step of one environment. */
struct moment {
    struct swarm_env *env;
    struct swarm_copy *copy; /* of the item that this request goes by */
    const struct caller_event *event;
    const struct caller_action *action;
    uint64_t key;
    int64_t now_ms; /* by its own clock */
    uint32_t slot;
};

static bool store_spoke(enum caller_news kind)
{
    return kind == CALLER_ITEM || kind == CALLER_SAVED || kind == CALLER_CONFLICT;
}

/* --- I8, I10: what is heard is what was asked for, in time ------------------------ */

static bool fits(enum caller_wish wish, enum caller_news news)
{
    switch (wish) {
    case CALLER_CALL:
        return news == CALLER_REPLY || news == CALLER_TIMEOUT;
    case CALLER_SLEEP:
        return news == CALLER_WOKE;
    case CALLER_LOAD:
        return news == CALLER_ITEM || news == CALLER_STORE_FAILED;
    case CALLER_SAVE:
        return news == CALLER_SAVED || news == CALLER_CONFLICT ||
               news == CALLER_STORE_FAILED;
    case CALLER_ANSWER:
        return false;
    }
    return false;
}

static void check_event(struct swarm_watch *w, const struct moment *m)
{
    struct swarm_env *env = m->env;
    if (m->event->kind == CALLER_START && env->busy)
        swarm_broken(w, SWARM_ROOM, "environment %u got a request while it had one",
                     m->slot);
    else if (m->event->kind != CALLER_START &&
             (!env->busy || !fits(env->wish, m->event->kind)))
        swarm_broken(w, SWARM_ANSWER,
                     "environment %u heard %d, which it did not wait for", m->slot,
                     (int)m->event->kind);
    else if (env->busy && env->within < SIM_NEVER - env->asked &&
             w->now > env->asked + env->within)
        swarm_broken(w, SWARM_ANSWER,
                     "environment %u waited " SWARM_S " and wanted to wait " SWARM_S
                     " at most",
                     m->slot, SWARM_S_OF(w->now - env->asked), SWARM_S_OF(env->within));
    if (m->event->now < env->clock)
        swarm_broken(w, SWARM_TIME, "the clock of environment %u went back by %lld ns",
                     m->slot, (long long)(env->clock - m->event->now));
    env->clock = m->event->now;
}

/* --- hearing ---------------------------------------------------------------------- */

static void begin(struct swarm_watch *w, const struct moment *m)
{
    struct swarm_env *env = m->env;
    int64_t stop = m->event->stop / SIM_MS;
    env->busy = true;
    env->called = env->raced = false;
    env->name = w->ours ? 0 : env->name;
    env->elected = env->elected && !w->ours; /* a rival's lease is its environment's */
    env->deadline_ms = w->request_ms > 0 ? m->now_ms + w->request_ms : INT64_MAX;
    if (stop > 0 && stop < env->deadline_ms)
        env->deadline_ms = stop;
}

/* The item must be one that the store holds, or held. */
static void check_shown(struct swarm_watch *w, const struct moment *m,
                        const struct caller_view *view)
{
    const struct swarm_item *item = &w->items[m->env->key];
    bool newest = view->version == item->view.version;
    bool same = !newest || !item->there ||
                memcmp(m->event->item, item->bytes, w->caller->item_bytes) == 0;
    if (view->version > item->view.version || !same)
        swarm_broken(w, SWARM_ITEM,
                     "environment %u was shown version %llu of item %llu, which is not "
                     "what was written",
                     m->slot, (unsigned long long)view->version,
                     (unsigned long long)m->env->key);
}

/* An older one is old news, but for a strong read. */
static void adopt(struct swarm_watch *w, const struct moment *m)
{
    struct swarm_copy *copy = swarm_copy_of(w, m->slot, m->env->key);
    struct caller_view view = {.version = 0};
    bool strong = m->event->kind == CALLER_ITEM && m->env->strong;
    if (m->event->item != NULL) {
        w->caller->view(m->event->item, &view);
        check_shown(w, m, &view);
    } else if (m->event->kind == CALLER_CONFLICT) {
        return; /* not shown */
    }
    if (copy->known && !strong && view.version < copy->view.version)
        return;
    if (!copy->known || view.generation != copy->view.generation ||
        view.state != copy->view.state ||
        swarm_over_ms(&view) != swarm_over_ms(&copy->view))
        copy->seen_ms = m->now_ms;
    copy->known = true;
    copy->view = view;
    copy->read_ms = m->now_ms;
}

/* What may have opened this environment's own breaker. */
static void hear_backend(struct swarm_watch *w, const struct moment *m)
{
    struct swarm_env *env = m->env;
    int status = m->event->status;
    int64_t took_ms = (w->now - env->asked) / SIM_MS + 1;
    bool good = m->event->kind == CALLER_REPLY && status < 500 && status != 429 &&
                m->now_ms < env->deadline_ms;
    if (!good || (w->slow_ms > 0 && took_ms >= w->slow_ms))
        env->trouble = true;
    if (env->probing)
        w->items[m->key].probing--;
    env->probing = false;
}

/* When the copy is over by the clock of this environment. */
static int64_t over_ms(const struct swarm_watch *w, const struct swarm_copy *copy)
{
    int64_t longest = copy->view.state == CALLER_OPEN ? w->rest_ms : w->lease_ms;
    int64_t said = swarm_over_ms(&copy->view), most = copy->seen_ms + longest;
    return said < most ? said : most;
}

static bool must_wait(const struct swarm_watch *w, const struct moment *m)
{
    return m->copy->known && m->copy->view.state != CALLER_CLOSED &&
           m->now_ms < over_ms(w, m->copy);
}

static void hear(struct swarm_watch *w, const struct moment *m)
{
    enum caller_news kind = m->event->kind;
    if (kind == CALLER_START)
        begin(w, m);
    if (kind == CALLER_REPLY || kind == CALLER_TIMEOUT)
        hear_backend(w, m);
    if (kind == CALLER_STORE_FAILED) {
        m->env->store_failed = true;
        swarm_saw(w, SWARM_STORE_FAILURES);
    }
    if (!store_spoke(kind))
        return;
    m->env->store_failed = false;
    m->env->raced = m->env->raced || kind == CALLER_CONFLICT;
    adopt(w, m);
    if (m->env->elected && !must_wait(w, m)) /* a lease that is over is a lost one */
        m->env->raced = true;
}

/* --- doing ------------------------------------------------------------------------ */

static void check_probe(struct swarm_watch *w, const struct moment *m)
{
    struct swarm_item *item = &w->items[m->key];
    if (w->names && !m->env->elected)
        swarm_broken(w, SWARM_LEASE,
                     "environment %u made a probe, and was not given the lease",
                     m->slot);
    if (w->ours && !must_wait(w, m))
        swarm_broken(w, SWARM_LEASE,
                     "environment %u made a probe after its lease was over", m->slot);
    if (!w->names && item->probing > 0)
        swarm_broken(w, SWARM_LEASE,
                     "environment %u made a probe while %u more were under way",
                     m->slot, item->probing);
    if (w->ours)
        m->env->elected = false; /* one call for one election */
    m->env->probing = true;
    item->probing++;
}

/* Not as the prober: what it knows must allow it, or the store must have failed. */
static void check_heed(struct swarm_watch *w, const struct moment *m)
{
    const struct swarm_copy *copy = m->copy;
    bool closed = copy->known && copy->view.state == CALLER_CLOSED;
    if (must_wait(w, m))
        swarm_broken(w, SWARM_HEED,
                     "environment %u made a call, and was shown an item that is %s for "
                     "%lld ms more by its clock",
                     m->slot, copy->view.state == CALLER_OPEN ? "OPEN" : "HALF_OPEN",
                     (long long)(over_ms(w, copy) - m->now_ms));
    else if (w->ours && !m->env->store_failed && !closed)
        swarm_broken(
            w, SWARM_HEED,
            "environment %u made a call on a copy that is %s, without being the "
            "prober",
            m->slot, copy->known ? "over" : "not there");
    else if (w->ours && !m->env->store_failed &&
             m->now_ms - copy->read_ms >= w->cache_ms)
        swarm_broken(
            w, SWARM_HEED,
            "environment %u made a call on a copy %lld ms old, and the store has "
            "not failed",
            m->slot, (long long)(m->now_ms - copy->read_ms));
}

static void check_call(struct swarm_watch *w, const struct moment *m)
{
    enum caller_news kind = m->event->kind;
    bool again = kind == CALLER_REPLY || kind == CALLER_TIMEOUT || kind == CALLER_WOKE;
    bool fleets = w->ours ? store_spoke(kind) : !m->env->store_failed;
    swarm_saw(w, SWARM_CALLS);
    m->env->called = true;
    if (!w->shared || (again && !w->ours)) /* a rival asks once for all tries */
        return;
    if (m->action->probe && fleets)
        check_probe(w, m);
    else
        check_heed(w, m);
}

/* Without a call, and without a fresh answer: somebody must have said no. */
static void check_answer(struct swarm_watch *w, const struct moment *m)
{
    const struct swarm_env *env = m->env;
    bool refused =
        m->action->answer == CALLER_REFUSED || m->action->answer == CALLER_STALE;
    m->env->busy = false;
    if (!refused || env->called)
        return;
    swarm_saw(w, SWARM_REFUSALS);
    bool own = (env->store_failed || !w->shared) && env->trouble;
    if (w->ours && m->now_ms < env->deadline_ms && !must_wait(w, m) && !env->raced &&
        !own)
        swarm_broken(w, SWARM_REFUSAL,
                     "environment %u refused a request: its copy is %s, it has lost no "
                     "race, %s",
                     m->slot,
                     !m->copy->known                        ? "not there"
                     : m->copy->view.state == CALLER_CLOSED ? "CLOSED"
                                                            : "over",
                     env->store_failed ? "the store has failed, and no call of its own"
                                       : "and the store has not failed");
}

static void look_at(struct swarm_watch *w, const struct moment *m)
{
    struct swarm_env *env = m->env;
    const struct caller_action *action = m->action;
    env->waits = action->kind == CALLER_SAVE;
    if (action->kind == CALLER_CALL)
        check_call(w, m);
    if (action->kind == CALLER_ANSWER)
        check_answer(w, m);
    if (action->kind == CALLER_LOAD || action->kind == CALLER_SAVE)
        env->key = action->key;
    env->strong = action->kind == CALLER_LOAD && action->strong;
    if (action->kind != CALLER_SAVE)
        return;
    env->has_save = true;
    env->asked_ms = m->now_ms;
    env->save_name = env->name;
    memcpy(env->save, action->save, w->caller->save_bytes);
}

void swarm_env_step(void *who, uint32_t slot, int64_t now,
                    const struct caller_event *event,
                    const struct caller_action *action)
{
    struct swarm_watch *w = who;
    struct swarm_env *env = &w->envs[slot];
    uint64_t key = w->per_shard ? event->shard : 0;
    struct moment m = {env, swarm_copy_of(w, slot, key), event, action,
                       key, event->now / SIM_MS,         slot};
    int64_t ahead = event->now - POOL_EPOCH - now;
    swarm_time(w, now);
    w->ahead = ahead > w->ahead ? ahead : w->ahead;
    check_event(w, &m);
    hear(w, &m);
    look_at(w, &m);
    env->wish = action->kind;
    env->asked = now;
    env->within = action->within;
}

void swarm_env_dies(void *who, uint32_t slot)
{
    struct swarm_watch *w = who;
    struct swarm_env *env = &w->envs[slot], fresh = {.has_save = env->has_save};
    if (env->probing) /* whichever it was: rivals have one item, ours counts none */
        w->items[w->per_shard ? env->key : 0].probing--;
    memcpy(fresh.save, env->save, sizeof fresh.save); /* it may be made yet */
    fresh.key = env->key;
    fresh.asked_ms = env->asked_ms;
    fresh.save_name = env->save_name;
    *env = fresh;
    memset(swarm_copy_of(w, slot, 0), 0, w->keys * sizeof *w->copies);
    swarm_saw(w, SWARM_DEATHS);
}
