/* explore_live.c - the ending: nothing fails any more, and all goes on in one order.
 *
 * From each state that the search finds, the ending is played: what is on its way
 * arrives, every environment in turn ends what it does and makes one call, then a tick
 * passes, and so on. What decides only what may still happen in the search (bounds,
 * faults left, the judge's memory) is dropped, so many states have one ending; and
 * endings run into each other, so each state on them is met once. What is known of it
 * is kept under a fingerprint of 120 bits, not under the state itself: among ten
 * million states, the chance that two share one is below 10^-22. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"
#include "explore_set.h"
#include "explore_words.h"
#include "random.h"

enum { CALLED = 1, FRESH = 2 }; /* explore_env.round, in this tick */

struct explore_live {
    struct explore_world *world;
    const struct explore_config *config;
    bool dead;
    size_t bytes; /* of a state */
    struct known {
        uint64_t a, b; /* fingerprint, but for the last 8 bits: ticks + 1; 0: free */
    } * known;
    uint64_t n, slots; /* a power of two */
};

/* --- the ending ------------------------------------------------------------------- */

static void forget(struct explore_state *state)
{
    state->before = state->item;
    state->orphan_who = state->orphan_life = state->orphan_lease = 0;
    state->failures = state->holder = 0;
    state->orphan_ok = state->failed = 0;
    for (uint32_t i = 0; i < EXPLORE_ENVS_MAX; i++) {
        struct explore_env *env = &state->env[i];
        env->flags &= EXPLORE_ASKED_DOWN;
        env->seen = 0;
        env->lease = env->lease_since = env->since = env->life = env->calls = 0;
        env->begun = 0;
    }
}

void explore_live_enter(struct explore_state *state, bool dead)
{
    state->ending = 1;
    state->well = 1;
    state->budget = 0;
    if (dead) {
        state->dead = 1;
        state->orphan = state->item = 0;
    }
    forget(state);
}

/* The one move that ends what an environment does. */
static bool natural(const struct explore_state *state, uint32_t who,
                    struct explore_move *move)
{
    const struct explore_env *env = &state->env[who];
    move->who = (uint8_t)who;
    switch ((enum explore_phase)env->phase) {
    case EXPLORE_IDLE:
        move->kind = MOVE_START;
        return !(env->round & CALLED);
    case EXPLORE_CALLING:
        move->kind = env->flags & EXPLORE_ASKED_DOWN ? MOVE_BAD : MOVE_GOOD;
        return true;
    case EXPLORE_SLEEPING:
        move->kind = MOVE_WAKE;
        return state->tick >= env->due;
    case EXPLORE_LOADING:
    case EXPLORE_SAVING:
        move->kind = state->dead ? MOVE_GIVE_UP : MOVE_SERVE;
        return true;
    case EXPLORE_SHOWN:
    case EXPLORE_SAVED:
    case EXPLORE_CONFLICT:
        move->kind = MOVE_HEAR;
        return true;
    }
    return false;
}

static struct explore_move choose(const struct explore_config *config,
                                  const struct explore_state *state)
{
    struct explore_move move = {MOVE_ARRIVE, 0};
    if (state->orphan != 0)
        return move;
    for (uint32_t i = 0; i < config->environments; i++)
        if (natural(state, i, &move))
            return move;
    return (struct explore_move){MOVE_TICK, 0};
}

static bool all_is_well(struct explore_world *world,
                        const struct explore_config *config,
                        const struct explore_state *state)
{
    for (uint32_t i = 0; i < config->environments; i++)
        if (state->env[i].phase != EXPLORE_IDLE ||
            state->env[i].round != (CALLED | FRESH))
            return false;
    return state->dead || explore_view(world, state->item).state == CALLER_CLOSED;
}

static void keep_round(const struct explore_config *config, struct explore_state *state,
                       struct explore_move move, const struct explore_did *did)
{
    struct explore_env *env = &state->env[move.who];
    if (move.kind == MOVE_START)
        env->round = CALLED;
    if (did->stepped && did->wish == CALLER_ANSWER && did->answer == CALLER_FRESH &&
        env->round == CALLED)
        env->round = CALLED | FRESH;
    for (uint32_t i = 0; move.kind == MOVE_TICK && i < config->environments; i++)
        state->env[i].round = 0;
}

bool explore_live_next(struct explore_world *world, const struct explore_config *config,
                       struct explore_state *state, struct explore_move *move,
                       struct explore_did *did)
{
    struct explore_state after;
    if (all_is_well(world, config, state))
        return false;
    *move = choose(config, state);
    bool possible = explore_move(world, state, *move, &after, did, NULL);
    assert(possible);
    keep_round(config, &after, *move, did);
    forget(&after);
    *state = after;
    return true;
}

/* --- what is known of endings ----------------------------------------------------- */

enum { FIRST_SLOTS = 1 << 12 };
#define TICKS UINT64_C(255)

struct explore_live *explore_live_new(struct explore_world *world,
                                      const struct explore_config *config, bool dead)
{
    struct explore_live *live = explore_grow(NULL, sizeof *live);
    *live = (struct explore_live){.world = world,
                                  .config = config,
                                  .dead = dead,
                                  .bytes = explore_state_bytes(config),
                                  .known = calloc(FIRST_SLOTS, sizeof *live->known),
                                  .slots = FIRST_SLOTS};
    assert(live->known != NULL);
    return live;
}

void explore_live_free(struct explore_live *live)
{
    free(live->known);
    free(live);
}

uint64_t explore_live_bytes(const struct explore_live *live)
{
    return live->slots * sizeof *live->known;
}

static struct known fingerprint(const struct explore_live *live,
                                const struct explore_state *state)
{
    struct known f = {1, 2};
    for (size_t i = 0; i < live->bytes; i += 8) {
        uint64_t word;
        memcpy(&word, (const char *)state + i, sizeof word);
        f.a = (f.a ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        f.a ^= f.a >> 32;
        f.b = (f.b ^ word) * UINT64_C(0xbf58476d1ce4e5b9);
        f.b ^= f.b >> 29;
    }
    return (struct known){random_splitmix(&f.a), random_splitmix(&f.b) & ~TICKS};
}

static struct known *find(const struct explore_live *live, struct known f)
{
    uint64_t at = f.a & (live->slots - 1);
    while (live->known[at].b != 0 &&
           (live->known[at].a != f.a || ((live->known[at].b ^ f.b) & ~TICKS)))
        at = (at + 1) & (live->slots - 1);
    return &live->known[at];
}

static void make_room(struct explore_live *live)
{
    struct known *old = live->known;
    uint64_t slots = live->slots;
    if (live->n * 4 < slots * 3)
        return;
    live->slots *= 2;
    live->known = calloc(live->slots, sizeof *live->known);
    assert(live->known != NULL);
    for (uint64_t i = 0; i < slots; i++)
        if (old[i].b != 0)
            *find(live, old[i]) = old[i];
    free(old);
}

static void keep(struct explore_live *live, struct known f, uint32_t ticks)
{
    f.b |= ticks + 1;
    live->n++;
    make_room(live);
    *find(live, f) = f;
}

/* On to the next answer to a user, or tick: the states between are not worth keeping.
 */
static bool play_on(struct explore_live *live, struct explore_state *state,
                    struct explore_move *move)
{
    struct explore_did did;
    do {
        if (!explore_live_next(live->world, live->config, state, move, &did))
            return false;
    } while (move->kind != MOVE_TICK && !(did.stepped && did.wish == CALLER_ANSWER));
    return true;
}

/* A state's ticks are those of the next one kept, plus one if time passes on the way.
 * An ending has a few moves per tick and environment, so this is not deep. Too long an
 * ending is not kept: it ends the search. */
static uint32_t ticks_from(struct explore_live *live, struct explore_state *state,
                           uint32_t patience)
{
    struct explore_move move = {MOVE_KINDS, 0};
    struct known f = fingerprint(live, state), known = *find(live, f);
    if (known.b != 0)
        return (uint32_t)(known.b & TICKS) - 1;
    uint32_t ticks = 0;
    if (play_on(live, state, &move)) {
        uint32_t passes = move.kind == MOVE_TICK;
        if (passes > patience)
            return EXPLORE_NEVER;
        ticks = ticks_from(live, state, patience - passes);
        if (ticks == EXPLORE_NEVER)
            return ticks;
        ticks += passes;
    }
    keep(live, f, ticks);
    return ticks;
}

uint32_t explore_live_ticks(struct explore_live *live,
                            const struct explore_state *state)
{
    struct explore_state ending = *state;
    explore_live_enter(&ending, live->dead);
    return ticks_from(live, &ending, live->config->patience);
}

bool explore_ends_well(struct explore_live *const live[2],
                       const struct explore_state *state, struct explore_result *result)
{
    const struct explore_config *config = live[0]->config;
    static const char *const words[] = {
        "with no more faults, the breaker is not closed or calls do not get through",
        "with the store dead, calls do not get through"};
    for (int dead = state->dead; dead < 2; dead++) {
        uint32_t ticks = explore_live_ticks(live[dead], state);
        if (ticks > config->patience) {
            result->broken.rule = EXPLORE_STUCK;
            result->stuck_dead = dead;
            snprintf(result->broken.why, sizeof result->broken.why,
                     "The backend is well, and %s later, %s",
                     words_tick(config, config->patience).text, words[dead]);
            return false;
        }
        if (ticks > result->slowest[dead])
            result->slowest[dead] = ticks;
    }
    return true;
}
