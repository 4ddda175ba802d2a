/* court.c - see court.h. */
#include "court.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 200 }; /* tried where the breaker draws */

struct stage {
    const struct breaker_code *code;
    struct breaker breaker;
    struct breaker_permit permit[MINE_PERMITS_MAX];
};

static const char *ask(struct stage *stage, const struct mine_move *move)
{
    struct breaker_permit *permit = &stage->permit[move->permit];
    *permit = stage->code->acquire(&stage->breaker, move->at_ms);
    return permit->granted ? "let through" : "refused";
}

static const char *record(struct stage *stage, const struct mine_move *move)
{
    static const enum breaker_outcome outcome[] = {[MINE_OK] = BREAKER_OK,
                                                   [MINE_FAIL] = BREAKER_FAILED,
                                                   [MINE_IGNORE] = BREAKER_IGNORED};
    stage->code->record(&stage->breaker, &stage->permit[move->permit],
                        outcome[move->word], move->at_ms);
    return "recorded";
}

static const char *look(struct stage *stage, const struct mine_move *move)
{
    static const char *const name[] = {"closed", "open", "half-open"};
    unsigned state = (unsigned)stage->code->state_at(&stage->breaker, move->at_ms);
    return state < 3 ? name[state] : "no state at all";
}

/* What each word does, and what has to come of it. */
static const struct {
    const char *(*play)(struct stage *, const struct mine_move *);
    const char *wanted;
} words[MINE_WORDS] = {
    [MINE_ALLOW] = {ask, "let through"},  [MINE_REFUSE] = {ask, "refused"},
    [MINE_OK] = {record, "recorded"},     [MINE_FAIL] = {record, "recorded"},
    [MINE_IGNORE] = {record, "recorded"}, [MINE_CLOSED] = {look, "closed"},
    [MINE_OPEN] = {look, "open"},         [MINE_HALF_OPEN] = {look, "half-open"}};

const char *court_head(const struct mine_move *move)
{
    static char head[64];
    char what[40];
    snprintf(what, sizeof what, "%s %s", mine_words[move->word], move->name);
    snprintf(head, sizeof head, "%6" PRId64 " ms  %-11s", move->at_ms, what);
    return head;
}

static void tell_knobs(const struct breaker_config *knobs, uint64_t seed,
                       court_tell *tell)
{
    char text[120] = "", under[40] = "";
    uint32_t value;
    const char *name;
    for (int i = 0; (name = mine_knob(i, knobs, &value)) != NULL; i++) {
        size_t n = strlen(text);
        if (value > 0)
            snprintf(text + n, sizeof text - n, " %s %" PRIu32, name, value);
    }
    if (seed > 0)
        snprintf(under, sizeof under, ", seed %" PRIu64, seed);
    tell("  a new breaker%s:%s", under, text);
}

static struct court_play play_seed(struct stage *stage, const struct mine *mine,
                                   const struct mine_script *script, uint64_t seed,
                                   court_tell *tell)
{
    stage->code->init(&stage->breaker, &script->knobs, seed);
    for (int i = 0; i < script->count; i++) {
        const struct mine_move *move = &mine->move[script->first + i];
        const char *wanted = words[move->word].wanted;
        const char *did = words[move->word].play(stage, move);
        if (strcmp(did, wanted) != 0)
            return (struct court_play){move, did, wanted, seed};
        if (tell != NULL)
            tell("%s  %s", court_head(move),
                 move->word < MINE_CLOSED ? did : "so it shows");
    }
    return (struct court_play){0};
}

static bool draws(const struct mine_script *script)
{
    return script->knobs.open_jitter_pct > 0;
}

static struct stage *new_stage(const struct breaker_code *code)
{
    struct stage *stage = calloc(1, sizeof *stage);
    if (stage == NULL)
        abort();
    stage->code = code;
    return stage;
}

struct court_play court_play(const struct breaker_code *code, const struct mine *mine,
                             const struct mine_script *script, court_tell *tell)
{
    struct court_play play = {0};
    uint64_t seeds = draws(script) ? SEEDS : 1, seed = 0;
    struct stage *stage = new_stage(code);
    while (seed < seeds && play.move == NULL)
        play = play_seed(stage, mine, script, ++seed, NULL);
    if (!draws(script))
        play.seed = 0;
    if (play.move != NULL && tell != NULL) {
        tell_knobs(&script->knobs, play.seed, tell);
        play_seed(stage, mine, script, seed, tell);
    }
    free(stage);
    return play;
}

/* --- right breakers --------------------------------------------------------------- */

static bool holds_under_a_seed(const struct breaker_code *code, const struct mine *mine,
                               const struct mine_script *script)
{
    bool holds = false;
    struct stage *stage = new_stage(code);
    for (uint64_t seed = 1; draws(script) && seed <= SEEDS && !holds; seed++)
        holds = play_seed(stage, mine, script, seed, NULL).move == NULL;
    free(stage);
    return holds;
}

static const char *why_wrong(const struct breaker_code *all,
                             const struct breaker_code *accused,
                             const struct mine *mine, const struct mine_script *script)
{
    if (holds_under_a_seed(accused, mine, script))
        return "Under other seeds it does as the script wants: jitter is chance, and a "
               "script has to hold under every seed.";
    for (const struct breaker_code *one = all; one->name != NULL; one++)
        if (court_play(one, mine, script, NULL).move == NULL)
            return "Another breaker, as correct, does as the script wants: breaker.h "
                   "leaves it open.";
    return "No correct breaker that we know does as the script wants.";
}

struct court_error court_accuses(const struct breaker_code *all,
                                 const struct mine *mine,
                                 const struct mine_script *script)
{
    for (const struct breaker_code *one = all; one->name != NULL; one++) {
        struct court_play play = court_play(one, mine, script, NULL);
        if (play.move != NULL)
            return (struct court_error){one, play, why_wrong(all, one, mine, script)};
    }
    return (struct court_error){0};
}

/* --- wrong ones ------------------------------------------------------------------- */

const struct mine_script *court_convicts(const struct suspect *suspect,
                                         const struct mine *mine)
{
    for (int i = 0; i < mine->scripts; i++)
        if (court_play(&suspect->code, mine, &mine->script[i], NULL).move != NULL)
            return &mine->script[i];
    return NULL;
}
