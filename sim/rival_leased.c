/* rival_leased.c - local counting and an elected prober: the pattern of the circuit
 * breaker of Powertools for AWS Lambda.
 *
 * Each environment counts failures in a row by itself and reads the item no oftener
 * than every cache_ms, so a healthy call writes nothing. One environment at a time is
 * elected to probe, by a conditional write with a lease. The other writes (trip, close,
 * reopen) carry no condition. See rivals.h. */
#include <assert.h>
#include <string.h>

#include "rival_common.h"
#include "rivals.h"

/* What is left at 0 is what the library ships. */
#define FAILURES 5u
#define SUCCESSES 3u
#define OPEN_MS 30000u

struct leased_item {
    uint64_t version;    /* writes so far; for watchers */
    uint64_t owner;      /* HALF_OPEN: who probes; else 0 */
    int64_t opened_at;   /* OPEN: since when */
    int64_t until;       /* the end of the rest; for watchers */
    int64_t lease_until; /* HALF_OPEN */
    uint32_t state;      /* enum caller_state */
    uint32_t failures;   /* that tripped it */
};

struct leased_save {
    int64_t now;          /* an election: the time by the candidate's clock */
    int64_t if_opened_at; /* and what it had read */
    uint64_t election;    /* 0: no condition at all */
    struct leased_item item;
};

struct leased_env {
    struct rival_env common;
    struct leased_item copy; /* what was read or written last; version 0 */
    int64_t cached_until;
    uint64_t owner;     /* the name of this environment */
    uint32_t failures;  /* in a row */
    uint32_t successes; /* of probes, in a row */
    uint32_t seen;      /* enum caller_state: the last one judged by */
    uint32_t unused;
};

struct leased_call {
    struct rival_call common;
    struct leased_save save;
};

static_assert(sizeof(struct leased_item) == 48, "no gaps");
static_assert(sizeof(struct leased_save) == 72, "no gaps");
static_assert(sizeof(struct leased_env) == sizeof(struct rival_env) + 80, "no gaps");
static_assert(sizeof(struct leased_call) == sizeof(struct rival_call) + 72, "no gaps");

/* --- the store -------------------------------------------------------------------- */

/* The opening that was read, with nobody probing; or a lease that has run out. */
static bool may_probe(const struct leased_save *save, const struct leased_item *stored)
{
    if (stored == NULL)
        return false;
    if (stored->state == CALLER_OPEN)
        return stored->owner == 0 && stored->opened_at == save->if_opened_at;
    return stored->state == CALLER_HALF_OPEN && stored->lease_until <= save->now;
}

static bool apply(const void *save, const void *stored, void *out)
{
    const struct leased_save *s = save;
    const struct leased_item *before = stored;
    if (s->election && !may_probe(s, before))
        return false;
    struct leased_item after = s->item;
    after.version = before != NULL ? before->version + 1 : 1;
    memcpy(out, &after, sizeof after);
    return true;
}

static void view(const void *item, struct caller_view *out)
{
    const struct leased_item *i = item;
    *out = (struct caller_view){.version = i->version,
                                .state = (enum caller_state)i->state,
                                .until = i->until,
                                .lease_until = i->lease_until,
                                .owner = i->owner,
                                .failed = i->failures};
}

static void keep(struct leased_env *env, const struct leased_item *item, int64_t now)
{
    env->copy = *item;
    env->copy.version = 0;
    env->cached_until = now + rival_ms(env->common.config.cache_ms);
}

/* --- the writes ------------------------------------------------------------------- */

static int64_t rest(const struct leased_env *env)
{
    return rival_ms(rival_or(env->common.config.open_ms, OPEN_MS));
}

static struct caller_action write_state(struct leased_env *env,
                                        struct leased_call *call,
                                        enum caller_state state, uint32_t failures,
                                        int64_t now)
{
    bool open = state == CALLER_OPEN;
    call->save = (struct leased_save){.item = {.state = state,
                                               .failures = failures,
                                               .opened_at = open ? now : 0,
                                               .until = open ? now + rest(env) : 0}};
    return rival_save(&env->common, &call->common, RIVAL_TELLING, &call->save);
}

static struct caller_action stand_for_election(struct leased_env *env,
                                               struct leased_call *call, int64_t now)
{
    uint32_t lease_ms = env->common.config.probe_lease_ms;
    int64_t lease = lease_ms > 0 ? rival_ms(lease_ms) : rest(env);
    call->save = (struct leased_save){.election = 1,
                                      .now = now,
                                      .if_opened_at = env->copy.opened_at,
                                      .item = {.state = CALLER_HALF_OPEN,
                                               .owner = env->owner,
                                               .lease_until = now + lease}};
    return rival_save(&env->common, &call->common, RIVAL_ENTERING, &call->save);
}

/* --- what became of a call: true if there is something to write ---------------------
 */

static bool record_closed(struct leased_env *env, struct leased_call *call, int64_t now,
                          struct caller_action *action)
{
    if (call->common.outcome == RIVAL_OK)
        env->failures = 0;
    if (call->common.outcome != RIVAL_FAILED)
        return false;
    uint32_t failures = ++env->failures;
    if (failures < rival_or(env->common.config.failures_to_open, FAILURES))
        return false;
    env->failures = 0; /* whether or not the store hears of it */
    *action = write_state(env, call, CALLER_OPEN, failures, now);
    return true;
}

static bool record_probe(struct leased_env *env, struct leased_call *call, int64_t now,
                         struct caller_action *action)
{
    if (call->common.outcome == RIVAL_FAILED) {
        env->successes = 0;
        *action = write_state(env, call, CALLER_OPEN, 0, now);
        return true;
    }
    if (call->common.outcome != RIVAL_OK)
        return false;
    env->successes++;
    if (env->successes < rival_or(env->common.config.successes_to_close, SUCCESSES))
        return false;
    env->successes = 0;
    *action = write_state(env, call, CALLER_CLOSED, 0, now);
    return true;
}

static struct caller_action record(struct leased_env *env, struct leased_call *call,
                                   int64_t now)
{
    struct caller_action action;
    bool probe = call->common.probe != 0;
    if (probe ? record_probe(env, call, now, &action)
              : record_closed(env, call, now, &action))
        return action;
    return rival_answer(&env->common, &call->common, now);
}

/* --- a call ----------------------------------------------------------------------- */

static struct caller_action
call_backend(struct leased_env *env, struct leased_call *call, bool probe, int64_t now)
{
    struct caller_action action;
    call->common.probe = probe;
    if (rival_try(&env->common, &call->common, now, &action))
        return action;
    return rival_answer(&env->common, &call->common, now); /* too late to ask anyone */
}

/* Somebody else has closed it since: what this environment counted is of the past. */
static void see(struct leased_env *env)
{
    if (env->copy.state == CALLER_CLOSED && env->seen != CALLER_CLOSED)
        env->failures = 0;
    env->seen = env->copy.state;
}

static struct caller_action judge(struct leased_env *env, struct leased_call *call,
                                  int64_t now)
{
    const struct leased_item *copy = &env->copy;
    see(env);
    if (copy->state == CALLER_CLOSED)
        return call_backend(env, call, false, now);
    if (copy->state == CALLER_HALF_OPEN && copy->owner == env->owner)
        return call_backend(env, call, true, now);
    bool over = copy->state == CALLER_OPEN ? now >= copy->opened_at + rest(env)
                                           : now >= copy->lease_until;
    if (over)
        return stand_for_election(env, call, now);
    return rival_sorry(&env->common, &call->common, now, CALLER_REFUSED);
}

static struct caller_action start(struct leased_env *env, struct leased_call *call,
                                  const struct caller_event *event)
{
    rival_start(&env->common, &call->common, event);
    if (event->now < env->cached_until)
        return judge(env, call, event->now);
    return rival_load(&env->common, &call->common);
}

/* No item is a closed breaker. So is no answer, but that is not believed for longer
 * than this call. */
static struct caller_action loaded(struct leased_env *env, struct leased_call *call,
                                   const struct caller_event *event)
{
    assert(call->common.phase == RIVAL_LOADING);
    struct leased_item item;
    memset(&item, 0, sizeof item);
    if (event->kind == CALLER_ITEM && event->item != NULL)
        memcpy(&item, event->item, sizeof item);
    keep(env, &item, event->now);
    if (event->kind != CALLER_ITEM)
        env->cached_until = 0;
    return judge(env, call, event->now);
}

static struct caller_action saved(struct leased_env *env, struct leased_call *call,
                                  int64_t now)
{
    keep(env, &call->save.item, now);
    if (call->common.phase == RIVAL_ENTERING)
        return call_backend(env, call, true, now);
    assert(call->common.phase == RIVAL_TELLING);
    return rival_answer(&env->common, &call->common, now);
}

/* A trip, close or reopen that fails is passed over; an election that fails for another
 * reason than its condition is an error of this call. */
static struct caller_action not_saved(struct leased_env *env, struct leased_call *call,
                                      int64_t now)
{
    if (call->common.phase == RIVAL_ENTERING)
        return rival_sorry(&env->common, &call->common, now, CALLER_FAILED);
    assert(call->common.phase == RIVAL_TELLING);
    return rival_answer(&env->common, &call->common, now);
}

/* --- as a caller ------------------------------------------------------------------ */

static struct caller_action heard(struct leased_env *env, struct leased_call *call,
                                  const struct caller_event *event)
{
    struct caller_action action;
    if (rival_hear(&env->common, &call->common, event, &action))
        return action;
    return record(env, call, event->now);
}

static struct caller_action step(void *env, void *call,
                                 const struct caller_event *event)
{
    struct leased_env *e = env;
    struct leased_call *c = call;
    switch (event->kind) {
    case CALLER_START:
        return start(e, c, event);
    case CALLER_REPLY:
    case CALLER_TIMEOUT:
    case CALLER_WOKE:
        return heard(e, c, event);
    case CALLER_STORE_FAILED:
        if (c->common.phase != RIVAL_LOADING)
            return not_saved(e, c, event->now);
        return loaded(e, c, event);
    case CALLER_ITEM:
        return loaded(e, c, event);
    case CALLER_SAVED:
        return saved(e, c, event->now);
    case CALLER_CONFLICT: /* the loser of an election is not shown the item */
        assert(c->common.phase == RIVAL_ENTERING);
        return rival_sorry(&e->common, &c->common, event->now, CALLER_REFUSED);
    }
    assert(0 && "an event that no action asked for");
    return (struct caller_action){.kind = CALLER_ANSWER, .answer = CALLER_FAILED};
}

static const struct knob knobs[] = {
    RIVAL_KNOBS_OF_TRIES,
    RIVAL_KNOB(failures_to_open, 1000000,
               "failures in a row that open the breaker; 0: 5"),
    RIVAL_KNOB(open_ms, RIVAL_HOUR_MS, "rest before the first probe; 0: 30000"),
    RIVAL_KNOB(successes_to_close, 1000, "good probes; 0: 3"),
    RIVAL_KNOB(probe_lease_ms, RIVAL_HOUR_MS,
               "a probe unheard of for so long is lost; 0: open_ms"),
    RIVAL_KNOB(cache_ms, RIVAL_HOUR_MS, "trust the copy of the item for so long"),
    {.name = NULL}};

static const char *config_error(const void *config)
{
    return rival_tries_error(config);
}

static void init(void *env, const void *config, uint64_t seed)
{
    struct leased_env *e = env;
    memset(e, 0, sizeof *e);
    memcpy(&e->common.config, config, sizeof e->common.config);
    e->owner = seed > 0 ? seed : UINT64_MAX; /* 0 is nobody */
}

static enum caller_state state(const void *env, uint64_t shard, int64_t now)
{
    const struct leased_env *e = env;
    (void)shard, (void)now;
    return (enum caller_state)e->copy.state;
}

const struct caller rival_leased = {
    .name = "leased",
    .about = "trip without condition, probe by lease (as Powertools for AWS Lambda)",
    .knobs = knobs,
    .config_bytes = sizeof(struct rival_config),
    .env_bytes = sizeof(struct leased_env),
    .call_bytes = sizeof(struct leased_call),
    .config_error = config_error,
    .init = init,
    .step = step,
    .breaker_of = rival_breaker_of,
    .state = state,
    .save_bytes = sizeof(struct leased_save),
    .item_bytes = sizeof(struct leased_item),
    .apply = apply,
    .view = view};
