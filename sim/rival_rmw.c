/* rival_rmw.c - read, modify, write back: the pattern of circuitbreaker-lambda.
 *
 * Before every call the whole state is read from the item, unless a copy is younger
 * than cache_ms; after every call the whole state is written back, without condition,
 * as the copy says it is after this call. So the last writer wins, whatever it has
 * seen. The transition to HALF_OPEN is written before the call. See rivals.h. */
#include <assert.h>
#include <string.h>

#include "rival_common.h"
#include "rivals.h"

/* What is left at 0 is what the library ships. */
#define FAILURES 5u
#define SUCCESSES 2u
#define OPEN_MS 10000u
#define OPEN_MAX_MS 60000u
#define WINDOW_MS 60000u

struct rmw_item {
    uint64_t version;     /* writes so far; for watchers */
    int64_t next_attempt; /* OPEN: until then */
    int64_t last_failure; /* 0: never */
    uint32_t state;       /* enum caller_state */
    uint32_t failures;    /* since it was closed, or since a gap of window_ms */
    uint32_t successes;   /* of this half-open period */
    uint32_t opens;       /* reopenings in a row */
};

struct rmw_env {
    struct rival_env common;
    struct rmw_item copy; /* version 0 */
    int64_t cached_until;
};

struct rmw_call {
    struct rival_call common;
    struct rmw_item save;
};

static_assert(sizeof(struct rmw_item) == 40, "no gaps");
static_assert(sizeof(struct rmw_env) == sizeof(struct rival_env) + 48, "no gaps");
static_assert(sizeof(struct rmw_call) == sizeof(struct rival_call) + 40, "no gaps");

/* --- the store -------------------------------------------------------------------- */

/* Every write is made, and replaces all that was there. */
static bool apply(const void *save, const void *stored, void *out)
{
    const struct rmw_item *before = stored;
    struct rmw_item after;
    memcpy(&after, save, sizeof after);
    after.version = before != NULL ? before->version + 1 : 1;
    memcpy(out, &after, sizeof after);
    return true;
}

static void view(const void *item, struct caller_view *out)
{
    const struct rmw_item *i = item;
    *out = (struct caller_view){.version = i->version,
                                .state = (enum caller_state)i->state,
                                .failed = i->failures,
                                .ok = i->successes};
    if (i->state == CALLER_OPEN)
        out->until = i->next_attempt;
}

static struct caller_action write_back(struct rmw_env *env, struct rmw_call *call,
                                       enum rival_phase phase, int64_t now)
{
    call->save = env->copy;
    env->cached_until = now + rival_ms(env->common.config.cache_ms);
    return rival_save(&env->common, &call->common, phase, &call->save);
}

/* --- the state machine, on the copy ----------------------------------------------- */

static int64_t rest(const struct rival_config *config, uint32_t opens)
{
    uint64_t ms = rival_or(config->open_ms, OPEN_MS);
    uint64_t most = rival_or(config->open_max_ms, OPEN_MAX_MS);
    for (uint32_t i = 0; i < opens && ms < most; i++)
        ms *= 2;
    return rival_ms((uint32_t)(ms < most ? ms : most));
}

static void open_it(struct rmw_env *env, int64_t now)
{
    struct rmw_item *copy = &env->copy;
    copy->opens = copy->state == CALLER_HALF_OPEN ? copy->opens + 1 : 0;
    copy->state = CALLER_OPEN;
    copy->next_attempt = now + rest(&env->common.config, copy->opens);
}

static void record_failure(struct rmw_env *env, int64_t now)
{
    struct rmw_item *copy = &env->copy;
    copy->failures++;
    copy->last_failure = now;
    if (copy->state == CALLER_HALF_OPEN ||
        copy->failures >= rival_or(env->common.config.failures_to_open, FAILURES))
        open_it(env, now);
}

/* A success in CLOSED changes nothing, not even the count of failures. */
static void record_success(struct rmw_env *env)
{
    struct rmw_item *copy = &env->copy;
    if (copy->state != CALLER_HALF_OPEN)
        return;
    copy->successes++;
    if (copy->successes < rival_or(env->common.config.successes_to_close, SUCCESSES))
        return;
    copy->state = CALLER_CLOSED;
    copy->successes = copy->failures = copy->opens = 0;
}

/* --- a call ----------------------------------------------------------------------- */

static struct caller_action call_backend(struct rmw_env *env, struct rmw_call *call,
                                         int64_t now)
{
    struct caller_action action;
    call->common.probe = env->copy.state == CALLER_HALF_OPEN;
    if (rival_try(&env->common, &call->common, now, &action))
        return action;
    return rival_answer(&env->common, &call->common, now); /* too late to ask anyone */
}

static struct caller_action check(struct rmw_env *env, struct rmw_call *call,
                                  int64_t now)
{
    struct rmw_item *copy = &env->copy;
    int64_t window = rival_ms(rival_or(env->common.config.window_ms, WINDOW_MS));
    if (copy->state == CALLER_CLOSED && copy->last_failure > 0 &&
        now - copy->last_failure > window)
        copy->failures = 0;
    if (copy->state != CALLER_OPEN)
        return call_backend(env, call, now);
    if (copy->next_attempt > now)
        return rival_sorry(&env->common, &call->common, now, CALLER_REFUSED);
    copy->state = CALLER_HALF_OPEN;
    copy->successes = 0;
    return write_back(env, call, RIVAL_ENTERING, now);
}

static struct caller_action start(struct rmw_env *env, struct rmw_call *call,
                                  const struct caller_event *event)
{
    rival_start(&env->common, &call->common, event);
    if (event->now < env->cached_until)
        return check(env, call, event->now);
    return rival_load(&env->common, &call->common);
}

/* No item, or no answer: what this environment knew last still holds. */
static struct caller_action loaded(struct rmw_env *env, struct rmw_call *call,
                                   const struct caller_event *event)
{
    assert(call->common.phase == RIVAL_LOADING);
    if (event->kind == CALLER_ITEM && event->item != NULL) {
        memcpy(&env->copy, event->item, sizeof env->copy);
        env->copy.version = 0;
        env->cached_until = event->now + rival_ms(env->common.config.cache_ms);
    }
    return check(env, call, event->now);
}

/* Whether it was written makes no difference to this call. */
static struct caller_action saved(struct rmw_env *env, struct rmw_call *call,
                                  int64_t now)
{
    if (call->common.phase == RIVAL_ENTERING)
        return call_backend(env, call, now);
    assert(call->common.phase == RIVAL_TELLING);
    return rival_answer(&env->common, &call->common, now);
}

static struct caller_action heard(struct rmw_env *env, struct rmw_call *call,
                                  const struct caller_event *event)
{
    struct caller_action action;
    if (rival_hear(&env->common, &call->common, event, &action))
        return action;
    if (call->common.outcome == RIVAL_FAILED)
        record_failure(env, event->now);
    else
        record_success(env);
    return write_back(env, call, RIVAL_TELLING, event->now);
}

/* --- as a caller ------------------------------------------------------------------ */

static struct caller_action step(void *env, void *call,
                                 const struct caller_event *event)
{
    struct rmw_call *c = call;
    switch (event->kind) {
    case CALLER_START:
        return start(env, c, event);
    case CALLER_REPLY:
    case CALLER_TIMEOUT:
    case CALLER_WOKE:
        return heard(env, c, event);
    case CALLER_STORE_FAILED:
        if (c->common.phase != RIVAL_LOADING)
            return saved(env, c, event->now);
        return loaded(env, c, event);
    case CALLER_ITEM:
        return loaded(env, c, event);
    case CALLER_SAVED:
        return saved(env, c, event->now);
    case CALLER_CONFLICT:
        break; /* no write has a condition */
    }
    assert(0 && "an event that no action asked for");
    return (struct caller_action){.kind = CALLER_ANSWER, .answer = CALLER_FAILED};
}

static const struct knob knobs[] = {
    RIVAL_KNOBS_OF_TRIES,
    RIVAL_KNOB(failures_to_open, 1000000, "failures that open the breaker; 0: 5"),
    RIVAL_KNOB(open_ms, RIVAL_HOUR_MS, "rest before the first probe; 0: 10000"),
    RIVAL_KNOB(open_max_ms, RIVAL_HOUR_MS, "cap as it doubles; 0: 60000"),
    RIVAL_KNOB(successes_to_close, 1000, "good probes; 0: 2"),
    RIVAL_KNOB(window_ms, RIVAL_HOUR_MS,
               "failures are forgotten after so long without one; 0: 60000"),
    RIVAL_KNOB(cache_ms, RIVAL_HOUR_MS, "trust the copy of the item for so long"),
    {.name = NULL}};

static const char *config_error(const void *config)
{
    const struct rival_config *c = config;
    if (rival_or(c->open_max_ms, OPEN_MAX_MS) < rival_or(c->open_ms, OPEN_MS))
        return "open_max_ms (60000 if not given) is less than open_ms, where the "
               "doubling starts";
    return rival_tries_error(c);
}

/* Its writes carry no name, so there is nothing to seed. */
static void init(void *env, const void *config, uint64_t seed)
{
    struct rmw_env *e = env;
    (void)seed;
    memset(e, 0, sizeof *e);
    memcpy(&e->common.config, config, sizeof e->common.config);
}

static enum caller_state state(const void *env, uint64_t shard, int64_t now)
{
    const struct rmw_env *e = env;
    (void)shard, (void)now;
    return (enum caller_state)e->copy.state;
}

const struct caller rival_rmw = {
    .name = "rmw",
    .about = "read, modify, write back, no condition (as circuitbreaker-lambda)",
    .knobs = knobs,
    .config_bytes = sizeof(struct rival_config),
    .env_bytes = sizeof(struct rmw_env),
    .call_bytes = sizeof(struct rmw_call),
    .config_error = config_error,
    .init = init,
    .step = step,
    .breaker_of = rival_breaker_of,
    .state = state,
    .save_bytes = sizeof(struct rmw_item),
    .item_bytes = sizeof(struct rmw_item),
    .apply = apply,
    .view = view};
