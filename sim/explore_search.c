/* explore_search.c - breadth first through all states; and back along the path to one.
 *
 * The states stand in the order in which they were found, which is the order in which
 * they are gone through: the set is its own queue. Each knows by which move it was
 * first reached, and from where, so the way to it is a shortest one. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"
#include "explore_set.h"

enum { PROGRESS = 1 << 14 };

/* A turn: one move, and those of the same environment that come before all others. Kept
 * in 32 bits, a byte for each: kind * 4 + environment + 1. */
struct link {
    uint32_t from, turn;
};

struct search {
    const struct explore_config *config;
    struct explore_world *world;
    struct explore_live *live[2]; /* NULL: liveness is not asked */
    struct explore_set states;
    struct link *links;
    uint64_t room;
    struct explore_result *result;
};

static void get_state(const struct search *s, uint64_t number,
                      struct explore_state *state)
{
    memset(state, 0, sizeof *state);
    memcpy(state, set_at(&s->states, number), s->states.record);
}

static uint64_t bytes(const struct search *s)
{
    uint64_t live = 0;
    for (int i = 0; i < 2 && s->live[i] != NULL; i++)
        live += explore_live_bytes(s->live[i]);
    return set_bytes(&s->states) + s->room * sizeof *s->links +
           explore_world_bytes(s->world) + live;
}

static uint32_t add_move(uint32_t turn, struct explore_move move)
{
    assert(turn >> 24 == 0);
    return turn << 8 | (((uint32_t)move.kind << 2 | move.who) + 1);
}

static struct explore_move last_of(uint32_t turn)
{
    uint32_t packed = (turn & 255) - 1;
    return (struct explore_move){(uint8_t)(packed >> 2), (uint8_t)(packed & 3)};
}

/* The path to a state, and one more turn. */
static void trace_back(const struct search *s, uint64_t number, uint32_t turn)
{
    struct explore_result *r = s->result;
    r->length = 0;
    for (uint64_t at = number; turn != 0; at = s->links[at].from) {
        for (; turn != 0; turn >>= 8) {
            assert(r->length < EXPLORE_PATH_MAX);
            r->path[r->length++] = last_of(turn);
        }
        turn = s->links[at].turn;
    }
    for (uint32_t i = 0, j = r->length; i + 1 < j; i++, j--) {
        struct explore_move move = r->path[i];
        r->path[i] = r->path[j - 1];
        r->path[j - 1] = move;
    }
}

/* --- turns ------------------------------------------------------------------------ */

/* Orders that make no difference are walked once. A request to the store that may not
 * wait for a tick touches nobody until it is served, so it is as good as asked at that
 * moment: who has just asked moves next. An answer of the store touches nobody but who
 * hears it, so it is as good as heard at once. Between the two lie the faults: they are
 * moves of the same environment, or come as well before or after. Whoever stands still
 * (EXPLORE_PAUSE) waits for ticks, and is not hurried. */
static bool comes_first(const struct explore_state *state, uint32_t who)
{
    const struct explore_env *env = &state->env[who];
    bool hears = env->phase >= EXPLORE_SHOWN;
    return !(env->flags & EXPLORE_PAUSED) && env->due <= state->tick &&
           (hears || env->flags & EXPLORE_NEXT);
}

static uint32_t first_of(const struct search *s, const struct explore_state *state)
{
    for (uint32_t i = 0; i < s->config->environments && !s->config->plain; i++)
        if (comes_first(state, i))
            return i;
    return EXPLORE_ENVS_MAX;
}

static void add_state(struct search *s, const struct explore_state *state,
                      uint64_t from, uint32_t turn)
{
    bool is_new;
    uint64_t number = set_add(&s->states, state, &is_new);
    if (!is_new)
        return;
    if (number >= s->room) {
        s->room = s->room * 3 / 2 + 1024;
        s->links = explore_grow(s->links, s->room * sizeof *s->links);
    }
    s->links[number] = (struct link){.from = (uint32_t)from, .turn = turn};
    if (s->live[0] != NULL && !explore_ends_well(s->live, state, s->result))
        trace_back(s, from, turn);
}

static void meet(struct search *s, struct explore_move move,
                 const struct explore_did *did)
{
    struct explore_met *met = &s->result->met;
    met->faults += move.kind >= MOVE_FAULT;
    met->lost_races += did->touched && !did->wrote;
    if (!did->wrote)
        return;
    struct caller_view was = explore_view(s->world, did->before);
    struct caller_view is = explore_view(s->world, did->after);
    bool half = was.state == CALLER_HALF_OPEN;
    met->trips += was.state == CALLER_CLOSED && is.state == CALLER_OPEN;
    met->leases += !half && is.state == CALLER_HALF_OPEN;
    met->takeovers += half && is.state == CALLER_HALF_OPEN && was.owner != is.owner;
    met->reopenings += half && is.state == CALLER_OPEN;
    met->closings += half && is.state == CALLER_CLOSED;
}

static void expand(struct search *s, const struct explore_state *state, uint64_t number,
                   uint32_t turn);

static void try_move(struct search *s, const struct explore_state *state,
                     uint64_t number, uint32_t turn, struct explore_move move)
{
    struct explore_state after;
    struct explore_did did;
    struct explore_broken broken;
    if (!explore_move(s->world, state, move, &after, &did, &broken))
        return;
    s->result->moves++;
    meet(s, move, &did);
    turn = add_move(turn, move);
    if (broken.rule != EXPLORE_NO_RULE) {
        trace_back(s, number, turn);
        s->result->broken = broken;
    } else if (first_of(s, &after) < EXPLORE_ENVS_MAX) {
        expand(s, &after, number, turn); /* the turn goes on */
    } else {
        add_state(s, &after, number, turn);
    }
}

/* All moves from a state that `turn` has made of state number `number`. */
static void expand(struct search *s, const struct explore_state *state, uint64_t number,
                   uint32_t turn)
{
    uint32_t first = first_of(s, state);
    for (uint32_t kind = 0; kind < MOVE_KINDS; kind++) {
        for (uint32_t who = 0; who < s->config->environments; who++) {
            struct explore_move move = {(uint8_t)kind, (uint8_t)who};
            if (first < EXPLORE_ENVS_MAX && (who != first || explore_is_global(move)))
                continue;
            if (s->result->broken.rule == EXPLORE_NO_RULE)
                try_move(s, state, number, turn, move);
        }
    }
}

/* --- the walk --------------------------------------------------------------------- */

static void open_search(struct search *s)
{
    struct explore_state first;
    s->world = explore_world_new(s->config);
    s->states.record = explore_state_bytes(s->config);
    if (s->config->rules >> EXPLORE_STUCK & 1)
        for (int dead = 0; dead < 2; dead++)
            s->live[dead] = explore_live_new(s->world, s->config, dead);
    explore_begin(s->world, &first);
    add_state(s, &first, 0, 0);
}

static void close_search(struct search *s)
{
    s->result->states = s->states.n;
    s->result->bytes = bytes(s);
    s->result->sizes = explore_world_sizes(s->world);
    for (int i = 0; i < 2 && s->live[i] != NULL; i++)
        explore_live_free(s->live[i]);
    set_free(&s->states);
    free(s->links);
    explore_world_free(s->world);
}

void explore_run(const struct explore_config *config, explore_progress_fn *progress,
                 void *who, struct explore_result *result)
{
    struct search s = {.config = config, .result = result};
    struct explore_state state;
    *result = (struct explore_result){.broken = {.rule = EXPLORE_NO_RULE}};
    open_search(&s);
    uint64_t at = 0, level_ends = s.states.n;
    bool going = result->broken.rule == EXPLORE_NO_RULE;
    for (; going && at < s.states.n; at++) {
        if (at == level_ends) {
            result->depth++;
            level_ends = s.states.n;
        }
        get_state(&s, at, &state);
        expand(&s, &state, at, 0);
        going = result->broken.rule == EXPLORE_NO_RULE;
        if (at % PROGRESS != PROGRESS - 1)
            continue;
        if (progress != NULL)
            progress(who, s.states.n, s.states.n - at, result->depth, bytes(&s));
        if (config->bytes > 0 && bytes(&s) > config->bytes)
            break;
    }
    result->complete = going && at == s.states.n;
    close_search(&s);
}

/* --- once more -------------------------------------------------------------------- */

static void judge_ending(struct explore_world *world,
                         const struct explore_config *config,
                         const struct explore_state *state,
                         struct explore_result *result)
{
    struct explore_live *live[2] = {explore_live_new(world, config, false),
                                    explore_live_new(world, config, true)};
    explore_ends_well(live, state, result);
    explore_live_free(live[0]);
    explore_live_free(live[1]);
}

bool explore_replay(const struct explore_config *config, struct explore_result *result)
{
    struct explore_world *world = explore_world_new(config);
    struct explore_state state, after;
    struct explore_did did;
    bool possible = true;
    result->broken.rule = EXPLORE_NO_RULE;
    explore_begin(world, &state);
    for (uint32_t i = 0; i < result->length && possible; i++) {
        possible =
            result->broken.rule == EXPLORE_NO_RULE &&
            explore_move(world, &state, result->path[i], &after, &did, &result->broken);
        state = possible ? after : state;
    }
    if (possible && result->broken.rule == EXPLORE_NO_RULE &&
        config->rules >> EXPLORE_STUCK & 1)
        judge_ending(world, config, &state, result);
    explore_world_free(world);
    return possible;
}
