/* rival_common.c - see rival_common.h. The rules are those of the reader's client:
 * a right answer too late is a wrong one, at the deadline it is too late, a refusal is
 * never retried. They are written anew because sim/ stands alone. */
#include "rival_common.h"

#include <assert.h>

#include "sim.h"

#define BACKOFF_MAX_MS 20000u

static_assert(sizeof(struct rival_config) == 14 * sizeof(uint32_t), "no gaps");
static_assert(sizeof(struct rival_env) == sizeof(struct rival_config) + 16, "no gaps");
static_assert(sizeof(struct rival_call) == 32, "no gaps");

/* --- small change ----------------------------------------------------------------- */

int64_t rival_ms(uint32_t ms)
{
    return (int64_t)ms * SIM_MS;
}

uint32_t rival_or(uint32_t knob, uint32_t shipped)
{
    return knob > 0 ? knob : shipped;
}

uint64_t rival_breaker_of(const void *env, uint64_t shard)
{
    (void)env, (void)shard;
    return 0; /* one for all */
}

const char *rival_tries_error(const struct rival_config *config)
{
    if (config->backoff_max_ms > 0 && config->backoff_max_ms < config->backoff_ms)
        return "backoff_max_ms is less than backoff_ms, where the doubling starts";
    return NULL;
}

static bool passed(int64_t deadline, int64_t now)
{
    return deadline != SIM_NEVER && now >= deadline;
}

/* --- before the call -------------------------------------------------------------- */

void rival_start(const struct rival_env *env, struct rival_call *call,
                 const struct caller_event *event)
{
    assert(call->phase == RIVAL_NOT_STARTED);
    uint32_t ms = env->config.deadline_ms;
    call->deadline = ms > 0 ? event->now + rival_ms(ms) : SIM_NEVER;
    if (event->stop > 0 && event->stop < call->deadline)
        call->deadline = event->stop;
}

/* The clients of both libraries have time-outs of their own, which know nothing of the
 * request's deadline. */
static int64_t store_within(const struct rival_env *env)
{
    uint32_t ms = env->config.store_timeout_ms;
    return ms > 0 ? rival_ms(ms) : SIM_NEVER;
}

struct caller_action rival_load(const struct rival_env *env, struct rival_call *call)
{
    call->phase = RIVAL_LOADING;
    return (struct caller_action){.kind = CALLER_LOAD, .within = store_within(env)};
}

struct caller_action rival_save(const struct rival_env *env, struct rival_call *call,
                                enum rival_phase phase, const void *save)
{
    call->phase = phase;
    return (struct caller_action){
        .kind = CALLER_SAVE, .within = store_within(env), .save = save};
}

/* --- the tries -------------------------------------------------------------------- */

bool rival_try(const struct rival_env *env, struct rival_call *call, int64_t now,
               struct caller_action *action)
{
    if (passed(call->deadline, now))
        return false;
    uint32_t ms = env->config.timeout_ms;
    int64_t within = ms > 0 ? rival_ms(ms) : SIM_NEVER;
    if (call->deadline != SIM_NEVER && call->deadline - now < within)
        within = call->deadline - now;
    call->phase = RIVAL_CALLING;
    call->made++;
    *action = (struct caller_action){
        .kind = CALLER_CALL, .within = within, .probe = call->probe != 0};
    return true;
}

static enum rival_outcome classify(int status)
{
    if (status <= 0 || status >= 500 || status == 429)
        return RIVAL_FAILED;
    return status >= 400 ? RIVAL_IGNORED : RIVAL_OK;
}

/* Full jitter, in whole milliseconds: the same draw gives the reader's client the same
 * sleep. Doubling stops at the cap, so nothing overflows. */
static int64_t backoff(const struct rival_config *config, uint32_t made,
                       uint64_t random)
{
    uint64_t most = rival_or(config->backoff_max_ms, BACKOFF_MAX_MS);
    uint64_t power = config->backoff_ms;
    for (uint32_t i = 1; i < made && power > 0 && power < most; i++)
        power *= 2;
    if (power > most)
        power = most;
    return (int64_t)(random % (power + 1)) * SIM_MS;
}

static void learn(struct rival_env *env, struct rival_call *call,
                  const struct caller_event *event)
{
    bool late = passed(call->deadline, event->now);
    call->status = event->kind == CALLER_REPLY && !late ? event->status : 0;
    call->outcome = classify(call->status);
    if (call->outcome != RIVAL_OK)
        return;
    env->have_good = 1;
    env->good_at = event->now;
}

static bool again(const struct rival_env *env, struct rival_call *call,
                  const struct caller_event *event, struct caller_action *action)
{
    if (call->outcome != RIVAL_FAILED || call->made >= env->config.attempts)
        return false;
    int64_t nap = backoff(&env->config, call->made, event->random);
    if (passed(call->deadline, event->now + nap))
        return false;
    if (nap == 0)
        return rival_try(env, call, event->now, action);
    call->phase = RIVAL_SLEEPING;
    *action = (struct caller_action){.kind = CALLER_SLEEP, .within = nap};
    return true;
}

bool rival_hear(struct rival_env *env, struct rival_call *call,
                const struct caller_event *event, struct caller_action *action)
{
    if (event->kind == CALLER_WOKE) {
        assert(call->phase == RIVAL_SLEEPING);
        return rival_try(env, call, event->now, action);
    }
    assert(call->phase == RIVAL_CALLING);
    learn(env, call, event);
    return again(env, call, event, action);
}

/* --- the end ---------------------------------------------------------------------- */

static struct caller_action say(struct rival_call *call, enum caller_answer answer,
                                int status)
{
    call->phase = RIVAL_OVER;
    return (struct caller_action){
        .kind = CALLER_ANSWER, .answer = answer, .status = status};
}

struct caller_action rival_sorry(const struct rival_env *env, struct rival_call *call,
                                 int64_t now, enum caller_answer answer)
{
    static const int status[CALLER_ANSWERS] = {
        [CALLER_REFUSED] = 503, [CALLER_FAILED] = 502, [CALLER_TIMED_OUT] = 504};
    uint32_t most = env->config.stale_max_ms;
    if (most > 0 && env->have_good && now - env->good_at <= rival_ms(most))
        return say(call, CALLER_STALE, 200);
    return say(call, answer, status[answer]);
}

struct caller_action rival_answer(const struct rival_env *env, struct rival_call *call,
                                  int64_t now)
{
    if (call->outcome == RIVAL_OK || call->outcome == RIVAL_IGNORED)
        return say(call, CALLER_FRESH, call->status);
    return rival_sorry(env, call, now,
                       call->status == 0 ? CALLER_TIMED_OUT : CALLER_FAILED);
}
