/* explore_judge.c - what must hold after every move, whatever the protocol.
 *
 * It looks at the item (through caller.view), at what each environment was shown, and
 * at who calls the backend. What it must remember is part of the state:
 *
 *      lease      of all leases given, and first probes without one, the newest is
 *                 the only one that may decide
 *      seen       the newest item that an environment was shown
 *      failures   how many answers were failures, of calls asked since the generation
 *                 began: what comes later is news of an earlier one
 *      begun      when a request came, if its user waits no longer than a deadline:
 *                 an answer after that is a failure, and a request that stood still
 *                 until then may end as it likes
 *
 * A rule that rests on a field which the protocol has not is not asked. */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "explore.h"
#include "explore_words.h"

const struct explore_word explore_rules[] = {
    [EXPLORE_TWO_PROBES] = {"two-probes",
                            "no probe begins while another, whose lease still runs, is "
                            "out"},
    [EXPLORE_LOST_OPEN] = {"lost-open",
                           "an open breaker is closed by the newest probe, if it was "
                           "good, and by nothing else"},
    [EXPLORE_PUSHED_OPEN] = {"pushed-open",
                             "nobody but the prober makes an outage longer"},
    [EXPLORE_ZOMBIE] = {"zombie",
                        "a prober whose lease went to another changes nothing"},
    [EXPLORE_LEAK] = {"leak",
                      "who was shown OPEN leaves the backend alone until then, but for "
                      "the prober"},
    [EXPLORE_VERSION] = {"version",
                         "versions and generations count what happened, and no state "
                         "is skipped"},
    [EXPLORE_DOUBLE_COUNT] = {"double-count",
                              "the item counts no more failures than there were in its "
                              "generation"},
    [EXPLORE_HEALTHY_WRITE] = {"healthy-write",
                               "as long as nothing fails, nothing is written"},
    [EXPLORE_STUCK] = {"stuck",
                       "when the faults are over, calls get through again in time"},
    [EXPLORE_REFUSED_ON_ERROR] = {"refused-on-error",
                                  "the store's trouble is nobody's refusal"},
    [EXPLORE_RULES] = {NULL, NULL}};

struct court {
    struct explore_world *world;
    const struct explore_config *config;
    const struct explore_state *before;
    const struct explore_did *did;
    struct explore_state *after;
    struct explore_broken *broken;
};

__attribute__((format(printf, 3, 4))) static void
object(const struct court *c, enum explore_rule rule, const char *format, ...)
{
    va_list args;
    if (c->broken->rule != EXPLORE_NO_RULE || !(c->config->rules >> rule & 1))
        return;
    c->broken->rule = rule;
    va_start(args, format);
    vsnprintf(c->broken->why, sizeof c->broken->why, format, args);
    va_end(args);
}

static bool knows(const struct court *c, unsigned field)
{
    return (c->config->fields & field) != 0;
}

/* --- writes ----------------------------------------------------------------------- */

struct writer {
    struct words name;
    struct explore_env *env; /* NULL: it has given up, or is gone */
    uint8_t lease;
    bool ok;
};

static bool owner_changes(const struct caller_view *was, const struct caller_view *is)
{
    return was->owner != is->owner || was->lease_until != is->lease_until;
}

/* A lease is given, and not given back. */
static bool gives_lease(const struct caller_view *was, const struct caller_view *is)
{
    bool given = is->owner != 0 || is->lease_until != 0;
    return is->state == CALLER_HALF_OPEN &&
           (was->state != CALLER_HALF_OPEN || (given && owner_changes(was, is)));
}

static void judge_change(const struct court *c, const struct writer *w,
                         const struct caller_view *was, const struct caller_view *is)
{
    bool newest = w->lease == EXPLORE_NEWEST;
    const char *name = w->name.text;
    if (was->state == CALLER_OPEN && is->state == CALLER_CLOSED)
        object(c, EXPLORE_LOST_OPEN, "%s writes CLOSED over an OPEN item", name);
    if (was->state == CALLER_HALF_OPEN && is->state == CALLER_CLOSED && !newest)
        object(c, EXPLORE_LOST_OPEN,
               w->lease == EXPLORE_NO_LEASE
                   ? "%s writes CLOSED over HALF_OPEN and is no prober"
                   : "%s closes the breaker, and a newer probe is out",
               name);
    if (was->state == CALLER_HALF_OPEN && is->state == CALLER_CLOSED && !w->ok)
        object(c, EXPLORE_LOST_OPEN, "%s closes the breaker without a good probe",
               name);
    if (was->state == CALLER_OPEN && is->state == CALLER_OPEN && is->until > was->until)
        object(c, EXPLORE_PUSHED_OPEN, "%s writes OPEN over OPEN, which now lasts %s",
               name, words_until(c->config, is->until).text);
    if (was->state == CALLER_HALF_OPEN && is->state == CALLER_OPEN &&
        w->lease == EXPLORE_NO_LEASE)
        object(c, EXPLORE_PUSHED_OPEN, "%s writes OPEN over HALF_OPEN and is no prober",
               name);
    if (w->lease == EXPLORE_OLD && !gives_lease(was, is) &&
        (was->state != is->state || was->generation != is->generation))
        object(c, EXPLORE_ZOMBIE,
               "%s writes %s over %s, and a newer lease than its own has been given",
               name, words_state(is->state), words_state(was->state));
}

static void judge_numbers(const struct court *c, const struct writer *w,
                          const struct caller_view *was, const struct caller_view *is)
{
    bool changes = was->state != is->state || owner_changes(was, is);
    const char *name = w->name.text;
    if (knows(c, EXPLORE_HAS_VERSION) && is->version != was->version + 1)
        object(c, EXPLORE_VERSION,
               "the write of %s makes version %" PRIu64 " of version %" PRIu64, name,
               is->version, was->version);
    if (was->state == CALLER_CLOSED && is->state == CALLER_HALF_OPEN)
        object(c, EXPLORE_VERSION, "%s writes HALF_OPEN over CLOSED", name);
    if (knows(c, EXPLORE_HAS_GENERATION) &&
        is->generation != was->generation + (changes ? 1 : 0))
        object(c, EXPLORE_VERSION,
               "the write of %s makes generation %u of generation %u, and %s", name,
               is->generation, was->generation,
               changes ? "the state or the owner changed" : "nothing else changed");
    uint32_t most = was->state == CALLER_CLOSED ? c->before->failures : 0;
    if (knows(c, EXPLORE_HAS_FAILED) && is->failed > most &&
        (was->state == CALLER_CLOSED || is->state == CALLER_CLOSED))
        object(c, EXPLORE_DOUBLE_COUNT,
               "%s makes it %u failed, but there were %u in this generation", name,
               is->failed, most);
}

/* For whoever it is given to, NULL if its writer is gone; all others are old now. */
static void new_lease(struct explore_state *state, struct explore_env *env)
{
    for (uint32_t i = 0; i < EXPLORE_ENVS_MAX; i++)
        if (state->env[i].lease == EXPLORE_NEWEST)
            state->env[i].lease = EXPLORE_OLD;
    if (state->orphan_lease == EXPLORE_NEWEST)
        state->orphan_lease = EXPLORE_OLD;
    state->holder = env != NULL ? (uint8_t)(env - state->env + 1) : 0;
    if (env != NULL)
        env->lease = EXPLORE_NEWEST;
}

static void remember_write(const struct court *c, const struct writer *w,
                           const struct caller_view *was, const struct caller_view *is)
{
    struct explore_state *after = c->after;
    bool begins = was->state != is->state || was->generation != is->generation;
    for (uint32_t i = 0; begins && i < c->config->environments; i++)
        after->env[i].flags &= (uint16_t)~EXPLORE_CURRENT;
    if (begins)
        after->failures = 0;
    if (!gives_lease(was, is))
        return;
    new_lease(after, w->env);
    if (w->env == NULL)
        return;
    w->env->flags &= (uint16_t)~EXPLORE_PROBE_OK;
    w->env->lease_since = (uint8_t)(w->env->since + 1);
}

static void judge_write(const struct court *c, struct explore_move move)
{
    struct caller_view was = explore_view(c->world, c->did->before);
    struct caller_view is = explore_view(c->world, c->did->after);
    struct explore_env *env = &c->after->env[move.who];
    struct writer w = {.name = words_name(move.who, env->life),
                       .env = env,
                       .lease = env->lease,
                       .ok = (env->flags & EXPLORE_PROBE_OK) != 0};
    if (move.kind == MOVE_ARRIVE)
        w = (struct writer){
            .name = words_name(c->before->orphan_who, c->before->orphan_life),
            .lease = c->before->orphan_lease,
            .ok = c->before->orphan_ok};
    judge_change(c, &w, &was, &is);
    judge_numbers(c, &w, &was, &is);
    remember_write(c, &w, &was, &is);
}

/* --- what an environment hears ---------------------------------------------------- */

/* Is the user of this request gone? */
static bool is_too_late(const struct court *c, uint32_t who)
{
    int64_t waited = (c->after->tick + 1 - c->after->env[who].begun) * c->config->tick;
    return c->config->deadline > 0 && waited >= c->config->deadline;
}

/* Whoever stood still until its deadline was over may end the request without having
 * asked anybody. A deadline that ran out otherwise excuses nothing. */
static void remember_deadline(const struct court *c, struct explore_move move)
{
    struct explore_env *env = &c->after->env[move.who];
    bool stood_still = (c->before->env[move.who].flags & EXPLORE_PAUSED) != 0;
    if (move.kind == MOVE_START && c->config->deadline > 0)
        env->begun = (uint8_t)(c->after->tick + 1);
    if (stood_still && is_too_late(c, move.who))
        env->flags |= EXPLORE_OVERSLEPT;
}

static void remember_answer(const struct court *c, uint32_t who)
{
    struct explore_env *env = &c->after->env[who];
    bool probe = (c->before->env[who].flags & EXPLORE_PROBE) != 0;
    bool good = c->did->news == CALLER_REPLY && c->did->status == 200;
    if (c->did->news != CALLER_REPLY && c->did->news != CALLER_TIMEOUT)
        return;
    if (probe)
        env->flags &= (uint16_t)~EXPLORE_PROBE_OK;
    if (probe && good)
        env->flags |= EXPLORE_PROBE_OK;
    if (good && !is_too_late(c, who)) /* too late for its user, it is a failure */
        return;
    env->flags |= EXPLORE_REASON;
    c->after->failed = 1;
    if (c->before->env[who].flags & EXPLORE_CURRENT && c->after->failures < UINT8_MAX)
        c->after->failures++;
}

static void remember_item(const struct court *c, uint32_t who)
{
    struct explore_env *env = &c->after->env[who];
    if (c->did->item == 0)
        return;
    struct caller_view shown = explore_view(c->world, c->did->item);
    struct caller_view seen = explore_view(c->world, env->seen);
    if (shown.version >= seen.version || !knows(c, EXPLORE_HAS_VERSION))
        env->seen = c->did->item;
    if (shown.state != CALLER_CLOSED)
        env->flags |= EXPLORE_REASON;
}

/* --- what it wants ---------------------------------------------------------------- */

/* By how many ticks the clocks of two environments differ. */
static int apart(const struct explore_config *config, uint32_t a, uint32_t b)
{
    int ahead = config->offset[a] - config->offset[b];
    return ahead > 0 ? ahead : -ahead;
}

static bool runs(const struct explore_config *config, int ticks)
{
    return config->lease == 0 || ticks * config->tick < config->lease;
}

/* No lease helps against clocks that differ: what still runs by the one is over by the
 * other, and both are in the right. */
static bool excused_by_clocks(const struct court *c, uint32_t other, uint32_t who)
{
    const struct explore_env *mine = &c->after->env[who];
    int slack = apart(c->config, other, who);
    int later = c->after->env[other].lease_since - mine->lease_since;
    int age = c->after->tick + 1 - mine->lease_since;
    return slack > 0 && mine->lease_since > 0 && runs(c->config, age) &&
           !runs(c->config, later + slack);
}

/* Is the probe of `other` out, under a lease that runs whatever the clocks? */
static bool is_live(const struct court *c, uint32_t other, uint32_t who)
{
    const struct explore_env *env = &c->after->env[other];
    if (other == who || env->phase != EXPLORE_CALLING || !(env->flags & EXPLORE_PROBE))
        return false;
    int age = c->after->tick + 1 - env->lease_since;
    return runs(c->config, age + apart(c->config, other, who)) &&
           !excused_by_clocks(c, other, who);
}

static void judge_probe(const struct court *c, uint32_t who)
{
    struct explore_env *env = &c->after->env[who];
    for (uint32_t i = 0; i < c->config->environments; i++)
        if (is_live(c, i, who))
            object(c, EXPLORE_TWO_PROBES,
                   "%s probes the backend while the probe of %s is still out",
                   words_name(who, env->life).text,
                   words_name(i, c->after->env[i].life).text);
    if (env->lease == EXPLORE_NO_LEASE && c->after->holder == who + 1)
        env->lease = EXPLORE_NEWEST; /* it has it still, from an earlier request */
    else if (env->lease == EXPLORE_NO_LEASE)
        new_lease(c->after, env); /* it needed none */
    if (env->lease_since == 0)
        env->lease_since = (uint8_t)(c->after->tick + 1);
}

static void judge_call(const struct court *c, uint32_t who)
{
    const struct explore_env *env = &c->after->env[who];
    struct caller_view seen = explore_view(c->world, env->seen);
    if (c->did->probe)
        judge_probe(c, who);
    else if (seen.state == CALLER_OPEN &&
             seen.until > explore_clock(c->config, c->after->tick, who))
        object(c, EXPLORE_LEAK,
               "%s calls the backend, was shown OPEN %s, and is no prober",
               words_name(who, env->life).text,
               words_until(c->config, seen.until).text);
}

static void judge_answer(const struct court *c, uint32_t who)
{
    const struct explore_env *env = &c->after->env[who];
    enum caller_answer answer = c->did->answer;
    if (env->flags & EXPLORE_OVERSLEPT)
        return;
    if (answer == CALLER_REFUSED && !(env->flags & EXPLORE_REASON))
        object(c, EXPLORE_REFUSED_ON_ERROR,
               "%s refuses, but never saw a failure or an item that is not CLOSED",
               words_name(who, env->life).text);
    if ((answer == CALLER_FAILED || answer == CALLER_TIMED_OUT) &&
        !(env->flags & EXPLORE_ASKED))
        object(c, EXPLORE_REFUSED_ON_ERROR,
               "%s tells its user that the call failed, and has not asked the backend",
               words_name(who, env->life).text);
}

static void judge_wish(const struct court *c, uint32_t who)
{
    switch (c->did->wish) {
    case CALLER_CALL:
        judge_call(c, who);
        break;
    case CALLER_SAVE:
        if (!c->after->failed)
            object(c, EXPLORE_HEALTHY_WRITE,
                   "%s wants to write, and no call has failed yet",
                   words_name(who, c->after->env[who].life).text);
        break;
    case CALLER_ANSWER:
        judge_answer(c, who);
        break;
    case CALLER_LOAD:
    case CALLER_SLEEP:
        break;
    }
}

void explore_judge(struct explore_world *world, const struct explore_config *config,
                   const struct explore_state *before, struct explore_move move,
                   const struct explore_did *did, struct explore_state *after,
                   struct explore_broken *broken)
{
    struct court c = {world, config, before, did, after, broken};
    broken->rule = EXPLORE_NO_RULE;
    if (did->wrote)
        judge_write(&c, move);
    if (!did->stepped)
        return;
    remember_deadline(&c, move);
    remember_answer(&c, move.who);
    remember_item(&c, move.who);
    judge_wish(&c, move.who);
}
