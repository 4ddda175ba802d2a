/* explore_possible.c - which moves are possible in a state.
 *
 * Time and the clock are coarse: what takes less than a tick is over before the next
 * one, so no tick passes while something is overdue, unless its environment stands
 * still (EXPLORE_PAUSE).
 *
 * Environments with the same clock differ by their names alone. So they may as well
 * make their first calls in the order of their names: any other order is one of these
 * with the names exchanged. */
#include "explore.h"

const struct explore_word explore_faults[] = {
    [EXPLORE_ERROR] = {"error", "the store answers with an error, nothing is written"},
    [EXPLORE_LOST] = {"lost", "a write is made, its answer is lost"},
    [EXPLORE_LATE] = {"late", "a write is made after its sender has given up"},
    [EXPLORE_STALE] = {"stale", "an eventual read shows the version before"},
    [EXPLORE_CRASH] = {"crash", "an environment is gone, another takes its place"},
    [EXPLORE_PAUSE] = {"pause", "an environment stands still beyond its time-out"},
    [EXPLORE_DEAD] = {"dead", "the store fails from here on, for ever"},
    [EXPLORE_FAULTS] = {NULL, NULL}};

bool explore_is_global(struct explore_move move)
{
    return move.kind == MOVE_WELL || move.kind == MOVE_TICK ||
           move.kind == MOVE_ARRIVE || move.kind == MOVE_FAULT + EXPLORE_DEAD;
}

static bool calls_left(const struct explore_config *config,
                       const struct explore_state *state)
{
    uint32_t calls = 0;
    for (uint32_t i = 0; i < config->environments; i++)
        calls += state->env[i].calls;
    return calls < config->calls;
}

/* Nobody will do anything any more: neither time nor faults change that. */
static bool is_over(const struct explore_config *config,
                    const struct explore_state *state)
{
    for (uint32_t i = 0; i < config->environments; i++)
        if (state->env[i].phase != EXPLORE_IDLE)
            return false;
    return !state->ending && state->orphan == 0 && !calls_left(config, state);
}

bool explore_waits_for_store(const struct explore_env *env)
{
    return env->phase == EXPLORE_LOADING || env->phase == EXPLORE_SAVING;
}

static bool overdue(const struct explore_state *state, const struct explore_env *env)
{
    return env->phase != EXPLORE_IDLE && !(env->flags & EXPLORE_PAUSED) &&
           state->tick >= env->due && env->due != EXPLORE_NEVER;
}

static bool fault_fits(const struct explore_config *config,
                       const struct explore_state *state, const struct explore_env *env,
                       enum explore_fault fault)
{
    switch (fault) {
    case EXPLORE_ERROR:
        return explore_waits_for_store(env) && !state->dead;
    case EXPLORE_LOST:
        return env->phase == EXPLORE_SAVED;
    case EXPLORE_LATE:
        return env->phase == EXPLORE_SAVING && state->orphan == 0 && !state->dead;
    case EXPLORE_STALE:
        return env->phase == EXPLORE_LOADING && !(env->flags & EXPLORE_STRONG) &&
               state->before != state->item && !state->dead;
    case EXPLORE_CRASH:
        /* One that has done nothing yet is as good as new; so is one that is done. */
        return env->calls > 0 &&
               (env->phase != EXPLORE_IDLE || calls_left(config, state));
    case EXPLORE_PAUSE:
        return overdue(state, env) && state->tick < config->ticks;
    case EXPLORE_DEAD:
        return !state->dead && env == state->env; /* once, not for each environment */
    case EXPLORE_FAULTS:
        break;
    }
    return false;
}

/* --- what is possible ------------------------------------------------------------- */

static bool may_start(const struct explore_config *config,
                      const struct explore_state *state, uint32_t who)
{
    const struct explore_env *env = &state->env[who];
    if (env->phase != EXPLORE_IDLE)
        return false;
    if (state->ending)
        return true;
    bool in_turn = who == 0 || env->calls > 0 || state->env[who - 1].calls > 0 ||
                   config->offset[who] != config->offset[who - 1];
    return in_turn && calls_left(config, state);
}

static bool may_tick(const struct explore_config *config,
                     const struct explore_state *state)
{
    if (!state->ending && (state->tick >= config->ticks || is_over(config, state)))
        return false;
    for (uint32_t i = 0; i < config->environments; i++)
        if (overdue(state, &state->env[i]))
            return false;
    return state->tick < EXPLORE_NEVER - 1;
}

bool explore_possible(const struct explore_config *config,
                      const struct explore_state *state, struct explore_move move)
{
    const struct explore_env *env = &state->env[move.who];
    bool calling = env->phase == EXPLORE_CALLING;
    switch ((enum explore_kind)move.kind) {
    case MOVE_START:
        return may_start(config, state, move.who);
    case MOVE_SERVE:
        return explore_waits_for_store(env) && !state->dead;
    case MOVE_HEAR:
        return env->phase >= EXPLORE_SHOWN;
    case MOVE_GOOD:
        return calling && state->well;
    case MOVE_BAD:
        return calling && (!state->well || env->flags & EXPLORE_ASKED_DOWN);
    case MOVE_WAKE:
        return env->phase == EXPLORE_SLEEPING && state->tick >= env->due;
    case MOVE_GIVE_UP:
        return explore_waits_for_store(env) && state->dead;
    case MOVE_WELL:
        return move.who == 0 && !state->well && !is_over(config, state);
    case MOVE_TICK:
        return move.who == 0 && may_tick(config, state);
    case MOVE_ARRIVE:
        return move.who == 0 && state->orphan != 0;
    case MOVE_FAULT:
    case MOVE_KINDS:
        break;
    }
    uint32_t fault = (uint32_t)move.kind - MOVE_FAULT;
    return state->budget > 0 && !is_over(config, state) &&
           (config->faults >> fault & 1) &&
           fault_fits(config, state, env, (enum explore_fault)fault);
}
