/* explore_test.c - the explorer is checked against a list that is searched from end to
 * end and against toys with one known bug each; in explore_protocols.c against the
 * rivals; then it checks the reference. */
#include "explore_test.h"

#include <string.h>

#include "explore_set.h"
#include "explore_toy.h"
#include "sim.h"

/* --- a world for the toy ------------------------------------------------------------
 */

static struct explore_config toy_config(const enum bug *bug)
{
    return (struct explore_config){.caller = &explore_toy,
                                   .config = bug,
                                   .protocol = "toy",
                                   .fields = EXPLORE_HAS_VERSION | EXPLORE_HAS_FAILED,
                                   .environments = 2,
                                   .calls = 2,
                                   .ticks = 2,
                                   .tick = SIM_S,
                                   .lease = 2 * SIM_S,
                                   .rules = ALL_RULES,
                                   .patience = 12};
}

/* --- a count of its own ----------------------------------------------------------- */

/* The toy without a bug, written down anew: nothing is known of the explorer's code
 * here. An environment is idle, has asked for the item, has it on its way, or has
 * called the backend. What the judge remembers is part of a state, so it is here too.
 */
enum small_phase { IDLE, ASKED, SHOWN, CALLED };
struct small {
    int calls[2], phase[2], due[2], asked_down[2], failed_once[2];
    int tick, well, failures;
};
enum { SMALL_CALLS = 3, SMALL_TICKS = 2, SMALL_MAX = 8000 };
static struct small smalls[SMALL_MAX];
static int small_count, small_moves;

static void small_visit(struct small s);

static void small_call_ends(struct small s, int e, int failed)
{
    s.phase[e] = IDLE;
    s.due[e] = s.asked_down[e] = 0;
    s.failures += failed;
    s.failed_once[e] |= failed;
    small_visit(s);
}

static void small_environment(struct small s, int e)
{
    struct small next = s;
    int made = s.calls[0] + s.calls[1];
    if (s.phase[e] == CALLED && s.well)
        small_call_ends(s, e, 0);
    if (s.phase[e] == CALLED && (!s.well || s.asked_down[e]))
        small_call_ends(s, e, 1);
    if (s.phase[e] == CALLED ||
        (s.phase[e] == IDLE && (made == SMALL_CALLS || (e == 1 && s.calls[0] == 0))))
        return;
    next.phase[e]++;
    next.calls[e] += s.phase[e] == IDLE;
    next.asked_down[e] = next.phase[e] == CALLED && !s.well;
    next.due[e] = s.tick + (next.phase[e] == CALLED);
    small_visit(next);
}

static void small_visit(struct small s)
{
    small_moves++;
    for (int i = 0; i < small_count; i++)
        if (memcmp(&smalls[i], &s, sizeof s) == 0)
            return;
    UNIT_HOLDS(small_count < SMALL_MAX);
    smalls[small_count++] = s;
    int idle = s.phase[0] == IDLE && s.phase[1] == IDLE, waits = 1;
    for (int e = 0; e < 2; e++) {
        small_environment(s, e);
        waits &= s.phase[e] == IDLE || s.tick < s.due[e];
    }
    if (idle && s.calls[0] + s.calls[1] == SMALL_CALLS)
        return;
    struct small next = s;
    next.tick++;
    if (waits && s.tick < SMALL_TICKS)
        small_visit(next);
    next = s;
    next.well = 1;
    if (!s.well)
        small_visit(next);
}

START_TEST(counts_what_a_count_by_hand_counts)
{
    enum bug bug = NONE;
    struct explore_config config = toy_config(&bug);
    struct explore_result result;
    config.calls = SMALL_CALLS;
    config.ticks = SMALL_TICKS;
    config.plain = true;
    explore_run(&config, NULL, NULL, &result);
    small_count = 0;
    small_moves = -1; /* no move leads to the first state */
    small_visit((struct small){.tick = 0});
    ck_assert(result.complete);
    ck_assert_int_eq((int)result.states, small_count);
    ck_assert_int_eq((int)result.moves, small_moves);
    ck_assert_int_gt(small_count, 900);
}
END_TEST

/* --- without a hash --------------------------------------------------------------- */

enum { LIST_MAX = 12000 };
static struct explore_state list[LIST_MAX];
static size_t listed;

static void list_state(const struct explore_state *state)
{
    for (size_t i = 0; i < listed; i++)
        if (memcmp(&list[i], state, sizeof *state) == 0)
            return;
    UNIT_HOLDS(listed < LIST_MAX);
    list[listed++] = *state;
}

static size_t list_all(const struct explore_config *config, uint64_t *moves)
{
    struct explore_world *world = explore_world_new(config);
    struct explore_state after;
    struct explore_did did;
    struct explore_broken broken;
    listed = 0;
    explore_begin(world, &after);
    list_state(&after);
    for (size_t at = 0; at < listed; at++)
        for (uint8_t kind = 0; kind < MOVE_KINDS; kind++)
            for (uint8_t who = 0; who < config->environments; who++)
                if (explore_move(world, &list[at], (struct explore_move){kind, who},
                                 &after, &did, &broken)) {
                    list_state(&after);
                    ++*moves;
                }
    explore_world_free(world);
    return listed;
}

START_TEST(finds_the_states_that_a_list_finds)
{
    static const struct {
        enum bug bug;
        unsigned faults;
        uint32_t calls;
    } rows[] = {{NONE, 0, 3},
                {PUSHES_OPEN, 0, 2},
                {CLOSES_WHAT_IS_OPEN, 1 << EXPLORE_LATE | 1 << EXPLORE_CRASH, 2},
                {PUSHES_OPEN, 1 << EXPLORE_STALE | 1 << EXPLORE_PAUSE, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum bug bug = rows[i].bug;
        struct explore_config config = toy_config(&bug);
        struct explore_result result;
        uint64_t moves = 0;
        config.rules = 0;
        config.calls = rows[i].calls;
        config.faults = rows[i].faults;
        config.budget = 1;
        config.plain = true;
        explore_run(&config, NULL, NULL, &result);
        ck_assert_uint_eq(result.states, list_all(&config, &moves));
        ck_assert_uint_eq(result.moves, moves);
    }
}
END_TEST

/* --- planted bugs ----------------------------------------------------------------- */

/* The moves of the shortest walk, counted by hand: what is asked for is served and
 * heard, so a request costs 3 moves until the call, and a failure 2 until it is
 * written; an answer is heard at once, which is 1 move more unless it is the last. */
static const struct {
    enum bug bug;
    enum explore_rule rule;
    uint32_t length, plain_length;
} planted[] = {
    {WRITES_AT_ONCE, EXPLORE_HEALTHY_WRITE, 3, 3},
    {FORGETS_VERSION, EXPLORE_VERSION, 5, 5},
    {COUNTS_TWICE, EXPLORE_DOUBLE_COUNT, 5, 5},
    {SKIPS_OPEN, EXPLORE_VERSION, 5, 5},
    {PROBES_BLINDLY, EXPLORE_TWO_PROBES, 6, 6},
    {REFUSES_EVERYBODY, EXPLORE_STUCK, 0, 0},
    /* Its call is out, and will fail: no more is needed. */
    {OPENS_FOR_EVER, EXPLORE_STUCK, 3, 3},
    /* A and B call (6), A fails and writes (2), hears it (1), the backend is well (1),
     * B writes CLOSED (2). */
    {CLOSES_WHAT_IS_OPEN, EXPLORE_LOST_OPEN, 12, 11},
    /* The same with a tick, before which A's write must be heard. */
    {PUSHES_OPEN, EXPLORE_PUSHED_OPEN, 12, 12},
    {CALLS_ALL_THE_SAME, EXPLORE_LEAK, 9, 8},
    /* A fails and opens it (6 with what it hears), a tick (1), asks (3), has the lease
     * (2), its probe fails (1), and it writes CLOSED (1). */
    {CLOSES_UNPROVEN, EXPLORE_LOST_OPEN, 14, 14},
};

void must_break(const struct explore_config *config, enum explore_rule rule,
                uint32_t length)
{
    struct explore_result result, again;
    explore_run(config, NULL, NULL, &result);
    UNIT_SAYS(result.broken.rule == rule, "%s: wanted %s, found %s", config->protocol,
              explore_rules[rule].name,
              result.broken.rule < EXPLORE_RULES
                  ? explore_rules[result.broken.rule].name
                  : "nothing");
    UNIT_SAYS(length == UINT32_MAX || result.length == length,
              "%s, %s: wanted %u moves, found %u", config->protocol,
              explore_rules[rule].name, length, result.length);
    ck_assert(!result.complete);
    again = result;
    ck_assert(explore_replay(config, &again));
    ck_assert_int_eq(again.broken.rule, rule);
    ck_assert_str_eq(again.broken.why, result.broken.why);
}

START_TEST(finds_a_planted_bug_by_the_shortest_walk)
{
    enum bug bug = planted[_i].bug;
    struct explore_config config = toy_config(&bug);
    config.rules = 1u << planted[_i].rule;
    must_break(&config, planted[_i].rule, planted[_i].length);
    config.plain = true;
    must_break(&config, planted[_i].rule, planted[_i].plain_length);
}
END_TEST

START_TEST(finds_nothing_where_nothing_is_wrong)
{
    enum bug bug = NONE;
    struct explore_config config = toy_config(&bug);
    struct explore_result result;
    config.faults = ALL_FAULTS;
    config.budget = 2;
    explore_run(&config, NULL, NULL, &result);
    ck_assert_int_eq(result.broken.rule, EXPLORE_NO_RULE);
    ck_assert(result.complete && result.met.faults > 0);
    ck_assert_uint_eq(result.slowest[0], 0);
}
END_TEST

/* --- deadlines -------------------------------------------------------------------- */

/* Who stood still until its deadline was over may refuse, and has failed whatever it
 * hears; but not if that deadline was not over, not if nobody waits for an answer in
 * time, not if it slept of its own will, and not since the store had an error. */
static const struct {
    enum bug bug;
    enum explore_rule rule;
    unsigned faults;
    int64_t deadline;
    bool breaks;
} deadlines[] = {
    {REFUSES_LATE, EXPLORE_REFUSED_ON_ERROR, 1 << EXPLORE_PAUSE, TOY_DEADLINE, false},
    {REFUSES_LATE, EXPLORE_REFUSED_ON_ERROR, 1 << EXPLORE_PAUSE, 3 * SIM_S, true},
    {REFUSES_LATE, EXPLORE_REFUSED_ON_ERROR, 1 << EXPLORE_PAUSE, 0, true},
    {SLEEPS_IN, EXPLORE_REFUSED_ON_ERROR, 0, TOY_DEADLINE, true},
    {SLEEPS_IN, EXPLORE_REFUSED_ON_ERROR, 1 << EXPLORE_PAUSE, TOY_DEADLINE, true},
    {REFUSES_ON_ERROR, EXPLORE_REFUSED_ON_ERROR,
     1 << EXPLORE_ERROR | 1 << EXPLORE_PAUSE, TOY_DEADLINE, true},
    {REFUSES_LATE, EXPLORE_HEALTHY_WRITE, 1 << EXPLORE_PAUSE, TOY_DEADLINE, false},
    {REFUSES_LATE, EXPLORE_HEALTHY_WRITE, 1 << EXPLORE_PAUSE, 3 * SIM_S, true},
    {WRITES_AT_ONCE, EXPLORE_HEALTHY_WRITE, 1 << EXPLORE_PAUSE, TOY_DEADLINE, true},
};

START_TEST(excuses_who_stood_still_until_its_deadline_and_nobody_else)
{
    enum bug bug = deadlines[_i].bug;
    struct explore_config config = toy_config(&bug);
    struct explore_result result;
    config.rules = 1u << deadlines[_i].rule;
    config.faults = deadlines[_i].faults;
    config.budget = 1;
    config.deadline = deadlines[_i].deadline;
    if (deadlines[_i].breaks) {
        must_break(&config, deadlines[_i].rule, UINT32_MAX);
        return;
    }
    explore_run(&config, NULL, NULL, &result);
    ck_assert_int_eq(result.broken.rule, EXPLORE_NO_RULE);
    ck_assert(result.complete && result.met.faults > 0);
}
END_TEST

/* A path that leaves out its last move breaks nothing; a move that cannot be is seen.
 */
START_TEST(replays_only_what_is_possible)
{
    enum bug bug = PROBES_BLINDLY;
    struct explore_config config = toy_config(&bug);
    struct explore_result result;
    explore_run(&config, NULL, NULL, &result);
    result.length--;
    ck_assert(explore_replay(&config, &result));
    ck_assert_int_eq(result.broken.rule, EXPLORE_NO_RULE);
    result.path[result.length++] = (struct explore_move){MOVE_GOOD, 1};
    ck_assert(!explore_replay(&config, &result));
}
END_TEST

/* --- numbers for things ----------------------------------------------------------- */

START_TEST(a_shelf_gives_back_what_was_put_there)
{
    struct explore_shelf shelf = {.n = 0};
    enum { THINGS = 3000, WORDS = 40 };
    static uint64_t thing[THINGS][WORDS], back[WORDS];
    static uint32_t number[THINGS];
    uint64_t seed = 7;
    for (int i = 0; i < THINGS; i++) {
        for (int w = 0; w < WORDS; w++)
            if (unit_one_in(&seed, 3))
                thing[i][w] = unit_below(&seed, 3);
        number[i] = shelf_add(&shelf, thing[i], WORDS);
        ck_assert_uint_eq(number[i], shelf_add(&shelf, thing[i], WORDS));
    }
    for (int i = 0; i < THINGS; i++) {
        shelf_get(&shelf, number[i], back, WORDS);
        ck_assert_mem_eq(back, thing[i], sizeof back);
    }
    shelf_get(&shelf, 0, back, WORDS);
    for (int w = 0; w < WORDS; w++)
        ck_assert_uint_eq(back[w], 0);
    shelf_free(&shelf);
}
END_TEST

static const struct unit_case cases[] = {
    {"count", &counts_what_a_count_by_hand_counts, 1},
    {"list", &finds_the_states_that_a_list_finds, 1},
    {"planted", &finds_a_planted_bug_by_the_shortest_walk, UNIT_ROWS(planted)},
    {"nothing", &finds_nothing_where_nothing_is_wrong, 1},
    {"deadlines", &excuses_who_stood_still_until_its_deadline_and_nobody_else,
     UNIT_ROWS(deadlines)},
    {"replay", &replays_only_what_is_possible, 1},
    {"shelf", &a_shelf_gives_back_what_was_put_there, 1},
};

int main(void)
{
    int of_its_own = unit_run("explore", cases, sizeof cases / sizeof *cases);
    int protocols =
        unit_run("explore: protocols", explore_protocol_cases, explore_protocol_n);
    return of_its_own != EXIT_SUCCESS ? of_its_own : protocols;
}
