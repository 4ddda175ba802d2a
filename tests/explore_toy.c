/* explore_toy.c - see explore_toy.h. */
#include "explore_toy.h"

#include <assert.h>

#include "sim.h"

struct toy_item {
    uint64_t version;
    int64_t until;
    uint32_t state, failed;
};

struct toy_env {
    uint64_t bug;
    int64_t open_until; /* as this one was shown */
};

struct toy_call {
    struct toy_item save;
    uint32_t told, elected;
    uint64_t random; /* of the last step */
    int64_t began;   /* REFUSES_LATE: when the request came */
};

static void toy_init(void *env, const void *config, uint64_t seed)
{
    (void)seed;
    ((struct toy_env *)env)->bug = *(const enum bug *)config;
}

static bool toy_apply(const void *save, const void *stored, void *out)
{
    const struct toy_item *was = stored, *is = save;
    struct toy_item *item = out;
    *item = *is;
    item->version = (was != NULL ? was->version : 0) + is->version;
    item->failed = (was != NULL ? was->failed : 0) + is->failed;
    return true;
}

static void toy_view(const void *item, struct caller_view *view)
{
    const struct toy_item *i = item;
    *view = (struct caller_view){.version = i->version,
                                 .state = (enum caller_state)i->state,
                                 .until = i->until,
                                 .failed = i->failed};
}

static struct caller_action toy_save(struct toy_call *call, enum bug bug,
                                     enum caller_state state, int64_t now)
{
    call->save = (struct toy_item){.version = bug != FORGETS_VERSION, .state = state};
    if (state == CALLER_OPEN)
        call->save.until = bug == OPENS_FOR_EVER ? 100000 * SIM_S : now + SIM_S;
    if (state == CALLER_OPEN && bug == COUNTS_TWICE)
        call->save.failed = 2;
    return (struct caller_action){.kind = CALLER_SAVE, .save = &call->save};
}

static struct caller_action toy_answer(enum caller_answer answer)
{
    return (struct caller_action){.kind = CALLER_ANSWER, .answer = answer};
}

static struct caller_action toy_ask(struct toy_env *env, struct toy_call *call,
                                    int64_t now)
{
    if (env->bug == WRITES_AT_ONCE)
        return toy_save(call, WRITES_AT_ONCE, CALLER_CLOSED, now);
    if (env->bug == REFUSES_EVERYBODY ||
        (env->open_until > now && env->bug != CALLS_ALL_THE_SAME) ||
        (env->bug == REFUSES_LATE && now - call->began >= TOY_DEADLINE))
        return toy_answer(CALLER_REFUSED);
    if (env->bug == SLEEPS_IN)
        return (struct caller_action){.kind = CALLER_SLEEP, .within = TOY_DEADLINE};
    if (env->open_until > 0 && env->bug == CLOSES_UNPROVEN && !call->elected) {
        call->elected = 1;
        return toy_save(call, CLOSES_UNPROVEN, CALLER_HALF_OPEN, now);
    }
    return (struct caller_action){.kind = CALLER_CALL,
                                  .within = SIM_S,
                                  .probe = env->bug == PROBES_BLINDLY || call->elected};
}

static struct caller_action toy_heard(struct toy_env *env, struct toy_call *call,
                                      const struct caller_event *event)
{
    bool late = env->bug == REFUSES_LATE && event->now - call->began >= TOY_DEADLINE;
    bool good = event->kind == CALLER_REPLY && event->status == 200 && !late;
    call->told = good ? CALLER_FRESH : CALLER_FAILED;
    if (good && env->bug == CLOSES_WHAT_IS_OPEN)
        return toy_save(call, CLOSES_WHAT_IS_OPEN, CALLER_CLOSED, event->now);
    if (good)
        return toy_answer(CALLER_FRESH);
    if (env->bug == NONE || env->bug == PROBES_BLINDLY)
        return toy_answer(CALLER_FAILED);
    if (call->elected)
        return toy_save(call, CLOSES_UNPROVEN, CALLER_CLOSED, event->now);
    return toy_save(call, (enum bug)env->bug,
                    env->bug == SKIPS_OPEN ? CALLER_HALF_OPEN : CALLER_OPEN,
                    event->now);
}

/* Every step has bits of its own. */
static void toy_draw(struct toy_call *call, const struct caller_event *event)
{
    assert(event->random != call->random);
    call->random = event->random;
}

static struct caller_action toy_step(void *memory, void *call_memory,
                                     const struct caller_event *event)
{
    struct toy_env *env = memory;
    struct toy_call *call = call_memory;
    const struct toy_item *item = event->item;
    toy_draw(call, event);
    switch (event->kind) {
    case CALLER_START:
        call->began = env->bug == REFUSES_LATE ? event->now : 0;
        return (struct caller_action){.kind = CALLER_LOAD};
    case CALLER_ITEM:
        env->open_until = item != NULL && item->state == CALLER_OPEN ? item->until : 0;
        return toy_ask(env, call, event->now);
    case CALLER_REPLY:
    case CALLER_TIMEOUT:
        return toy_heard(env, call, event);
    case CALLER_SAVED:
        if (call->elected && call->told == 0)
            return toy_ask(env, call, event->now);
        break;
    case CALLER_STORE_FAILED:
        if (env->bug == REFUSES_ON_ERROR)
            return toy_answer(CALLER_REFUSED);
        break;
    case CALLER_WOKE:
        return toy_answer(CALLER_REFUSED);
    case CALLER_CONFLICT:
        break;
    }
    return toy_answer((enum caller_answer)call->told);
}

const struct caller explore_toy = {.name = "toy",
                                   .env_bytes = sizeof(struct toy_env),
                                   .call_bytes = sizeof(struct toy_call),
                                   .init = toy_init,
                                   .step = toy_step,
                                   .save_bytes = sizeof(struct toy_item),
                                   .item_bytes = sizeof(struct toy_item),
                                   .apply = toy_apply,
                                   .view = toy_view};
