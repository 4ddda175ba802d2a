/* explore_world.c - the small world of the explorer and its moves. See explore.h.
 *
 * A move is made only if it is possible, which explore_possible.c decides. Whether a
 * write was made is decided when the store is asked, whether a call to the backend
 * succeeds when its answer comes. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"
#include "explore_step.h"
#include "random.h"
#include "sim.h"

/* --- a step of the caller --------------------------------------------------------- */

/* Chance: the same for the same step of the same call at the same time, else another.
 */
static uint64_t chance(const struct explore_state *state, uint32_t who)
{
    const struct explore_env *env = &state->env[who];
    uint64_t seed = (uint64_t)who << 40 | (uint64_t)env->life << 32 |
                    (uint64_t)state->tick << 16 | (uint64_t)env->calls << 8 |
                    env->steps;
    return random_splitmix(&seed);
}

/* The name of an environment. */
static uint64_t name_of(uint32_t who, uint32_t life)
{
    uint64_t seed = (uint64_t)(who + 1) << 48 | life;
    return random_splitmix(&seed);
}

static uint8_t due_at(const struct explore_config *config, uint32_t tick,
                      int64_t within)
{
    int64_t ticks = within == SIM_NEVER ? EXPLORE_NEVER : within / config->tick;
    return ticks + tick < EXPLORE_NEVER ? (uint8_t)(ticks + tick) : EXPLORE_NEVER;
}

/* The request is over: nothing of it stays. */
static void rest(struct explore_env *env)
{
    env->call = env->shown = 0;
    env->save = 0;
    env->phase = EXPLORE_IDLE;
    env->since = env->due = env->begun = env->steps = 0;
    env->flags &= EXPLORE_REASON;
    env->lease = env->lease_since = 0;
}

static void begin_wish(const struct explore_config *config, struct explore_state *state,
                       struct explore_env *env, const struct step_result *r)
{
    static const uint8_t phases[] = {[CALLER_CALL] = EXPLORE_CALLING,
                                     [CALLER_SLEEP] = EXPLORE_SLEEPING,
                                     [CALLER_LOAD] = EXPLORE_LOADING,
                                     [CALLER_SAVE] = EXPLORE_SAVING,
                                     [CALLER_ANSWER] = EXPLORE_IDLE};
    env->phase = phases[r->wish];
    env->since = r->wish == CALLER_SAVE ? state->tick : 0;
    env->due = due_at(config, state->tick, r->within);
    env->save = r->save;
    if (r->wish == CALLER_CALL)
        env->flags |= (uint16_t)(EXPLORE_ASKED | EXPLORE_CURRENT |
                                 (r->probe ? EXPLORE_PROBE : 0) |
                                 (state->well ? 0 : EXPLORE_ASKED_DOWN));
    if (r->wish == CALLER_LOAD && r->strong)
        env->flags |= EXPLORE_STRONG;
}

static void tell(struct explore_world *world, struct explore_state *state, uint32_t who,
                 enum caller_news news, int status, uint32_t item,
                 struct explore_did *did)
{
    const struct explore_config *config = world->config;
    struct explore_env *env = &state->env[who];
    struct step_result r;
    struct step_key key = {.memory = env->memory,
                           .call = env->call,
                           .item = item,
                           .status = (uint16_t)status,
                           .tick = state->tick,
                           .news = (uint8_t)news,
                           .who = (uint8_t)who,
                           .life = env->life,
                           .number = env->calls,
                           .step = env->steps};
    explore_step(world, &key, explore_clock(config, state->tick, who),
                 chance(state, who), &r);
    env->steps++;
    env->memory = r.memory;
    env->call = r.call;
    env->shown = 0;
    env->flags &= (uint16_t) ~(EXPLORE_PROBE | EXPLORE_STRONG | EXPLORE_ASKED_DOWN |
                               EXPLORE_PAUSED | EXPLORE_CURRENT);
    begin_wish(config, state, env, &r);
    *did = (struct explore_did){.stepped = true,
                                .news = news,
                                .status = status,
                                .item = item,
                                .wish = (enum caller_wish)r.wish,
                                .answer = (enum caller_answer)r.answer,
                                .probe = r.probe};
}

static void set_up(struct explore_world *world, struct explore_env *env, uint32_t who)
{
    env->memory = explore_fresh(world, name_of(who, env->life));
    rest(env);
    env->flags = 0;
    env->seen = 0;
}

void explore_begin(struct explore_world *world, struct explore_state *state)
{
    memset(state, 0, sizeof *state);
    state->budget = (uint8_t)world->config->budget;
    for (uint32_t i = 0; i < world->config->environments; i++)
        set_up(world, &state->env[i], i);
}

/* --- the store -------------------------------------------------------------------- */

static void write_item(struct explore_state *state, uint32_t item,
                       struct explore_did *did)
{
    did->touched = true;
    did->before = state->item;
    if (item == 0)
        return;
    did->wrote = true;
    did->after = item;
    state->before = state->item;
    state->item = item;
}

/* The store does what was asked; what it shows is on the way. */
static void serve(struct explore_world *world, struct explore_state *state,
                  struct explore_env *env, struct explore_did *did)
{
    if (env->phase == EXPLORE_LOADING) {
        env->phase = EXPLORE_SHOWN;
    } else {
        write_item(state, explore_apply(world, env->save, state->item), did);
        env->phase = did->wrote ? EXPLORE_SAVED : EXPLORE_CONFLICT;
    }
    env->shown = state->item;
    env->save = 0;
}

/* Its write is on the way, and nobody waits for it any more. */
static void orphan(struct explore_state *state, uint32_t who)
{
    const struct explore_env *env = &state->env[who];
    state->orphan = env->save;
    state->orphan_who = (uint8_t)who;
    state->orphan_life = env->life;
    state->orphan_lease = env->lease;
    state->orphan_ok = (env->flags & EXPLORE_PROBE_OK) != 0;
}

static void forget_orphan(struct explore_state *state)
{
    state->orphan = 0;
    state->orphan_who = state->orphan_life = state->orphan_lease = 0;
    state->orphan_ok = 0;
}

static void arrive(struct explore_world *world, struct explore_state *state,
                   struct explore_did *did)
{
    write_item(state, explore_apply(world, state->orphan, state->item), did);
    forget_orphan(state);
}

/* --- faults ----------------------------------------------------------------------- */

static void crash(struct explore_world *world, struct explore_state *state,
                  uint32_t who)
{
    struct explore_env *env = &state->env[who];
    if (env->phase == EXPLORE_SAVING && state->orphan == 0 && !state->dead)
        orphan(state, who);
    if (state->holder == who + 1)
        state->holder = 0;
    env->life++;
    set_up(world, env, who);
}

static void suffer(struct explore_world *world, struct explore_state *state,
                   uint32_t who, enum explore_fault fault, struct explore_did *did)
{
    struct explore_env *env = &state->env[who];
    switch (fault) {
    case EXPLORE_LATE:
        orphan(state, who);
        tell(world, state, who, CALLER_STORE_FAILED, 0, 0, did);
        break;
    case EXPLORE_ERROR:
    case EXPLORE_LOST:
        tell(world, state, who, CALLER_STORE_FAILED, 0, 0, did);
        break;
    case EXPLORE_STALE:
        env->phase = EXPLORE_SHOWN;
        env->shown = state->before;
        break;
    case EXPLORE_CRASH:
        crash(world, state, who);
        break;
    case EXPLORE_PAUSE:
        env->flags |= EXPLORE_PAUSED;
        break;
    case EXPLORE_DEAD:
        state->dead = 1;
        forget_orphan(state);
        break;
    case EXPLORE_FAULTS:
        break;
    }
}

/* --- a move ----------------------------------------------------------------------- */

static void start(struct explore_world *world, struct explore_state *state,
                  uint32_t who, struct explore_did *did)
{
    if (!state->ending)
        state->env[who].calls++;
    tell(world, state, who, CALLER_START, 0, 0, did);
}

static void hear(struct explore_world *world, struct explore_state *state, uint32_t who,
                 struct explore_did *did)
{
    static const enum caller_news news[] = {[EXPLORE_SHOWN] = CALLER_ITEM,
                                            [EXPLORE_SAVED] = CALLER_SAVED,
                                            [EXPLORE_CONFLICT] = CALLER_CONFLICT};
    const struct explore_env *env = &state->env[who];
    tell(world, state, who, news[env->phase], 0, env->shown, did);
}

static void answer(struct explore_world *world, struct explore_state *state,
                   uint32_t who, bool good, struct explore_did *did)
{
    const struct explore_env *env = &state->env[who];
    bool late = !good && state->tick >= env->due && env->due != EXPLORE_NEVER;
    tell(world, state, who, late ? CALLER_TIMEOUT : CALLER_REPLY,
         late   ? 0
         : good ? 200
                : 503,
         0, did);
}

static void make(struct explore_world *world, struct explore_state *state,
                 struct explore_move move, struct explore_did *did)
{
    uint32_t who = move.who;
    switch ((enum explore_kind)move.kind) {
    case MOVE_START:
        start(world, state, who, did);
        return;
    case MOVE_SERVE:
        serve(world, state, &state->env[who], did);
        return;
    case MOVE_HEAR:
        hear(world, state, who, did);
        return;
    case MOVE_GOOD:
    case MOVE_BAD:
        answer(world, state, who, move.kind == MOVE_GOOD, did);
        return;
    case MOVE_WAKE:
        tell(world, state, who, CALLER_WOKE, 0, 0, did);
        return;
    case MOVE_GIVE_UP:
        tell(world, state, who, CALLER_STORE_FAILED, 0, 0, did);
        return;
    case MOVE_WELL:
        state->well = 1;
        return;
    case MOVE_TICK:
        state->tick++;
        return;
    case MOVE_ARRIVE:
        arrive(world, state, did);
        return;
    case MOVE_FAULT:
    case MOVE_KINDS:
        break;
    }
    state->budget--;
    suffer(world, state, who, (enum explore_fault)(move.kind - MOVE_FAULT), did);
}

/* Who has just asked the store, and what it asked for may not wait. */
static bool asked(const struct explore_config *config, const struct explore_env *env,
                  struct explore_move move)
{
    bool of_its_own = move.kind == MOVE_START || move.kind == MOVE_GOOD ||
                      move.kind == MOVE_BAD || move.kind == MOVE_WAKE;
    return !config->plain && of_its_own && explore_waits_for_store(env);
}

bool explore_move(struct explore_world *world, const struct explore_state *before,
                  struct explore_move move, struct explore_state *after,
                  struct explore_did *did, struct explore_broken *broken)
{
    assert(move.who < world->config->environments && move.kind < MOVE_KINDS);
    if (!explore_possible(world->config, before, move))
        return false;
    *after = *before;
    *did = (struct explore_did){.stepped = false};
    make(world, after, move, did);
    if (broken != NULL)
        explore_judge(world, world->config, before, move, did, after, broken);
    /* Over only now, so that the judge could see what the request had been. */
    struct explore_env *env = &after->env[move.who];
    if (did->stepped && did->wish == CALLER_ANSWER)
        rest(env);
    if (!explore_is_global(move)) {
        env->flags &= (uint16_t)~EXPLORE_NEXT;
        env->flags |= asked(world->config, env, move) ? EXPLORE_NEXT : 0;
    }
    if (after->budget == 0 || !(world->config->faults >> EXPLORE_STALE & 1))
        after->before = after->item; /* nobody will be shown it */
    return true;
}

uint32_t explore_try_save(struct explore_world *world,
                          const struct explore_state *state, uint32_t who)
{
    return explore_apply(world, state->env[who].save, state->item);
}

/* --- sizes and clocks ------------------------------------------------------------- */

const int64_t explore_epoch_ticks = 1000;

int64_t explore_clock(const struct explore_config *config, uint32_t tick, uint32_t who)
{
    return (explore_epoch_ticks + tick + config->offset[who]) * config->tick;
}

size_t explore_state_bytes(const struct explore_config *config)
{
    return sizeof(struct explore_state) -
           (EXPLORE_ENVS_MAX - config->environments) * sizeof(struct explore_env);
}
