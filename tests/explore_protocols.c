/* explore_protocols.c - the explorer on real protocols: it finds the bugs of the rivals
 * and none in the reference. */
#include "explore_test.h"

#include <string.h>

#include "adapter.h"
#include "rivals.h"
#include "sim.h"

static _Alignas(8) unsigned char knobs[4096];

static void set_knob(const struct caller *caller, const char *name, uint32_t value)
{
    for (const struct knob *k = caller->knobs; k->name != NULL; k++)
        if (strcmp(k->name, name) == 0)
            memcpy(knobs + k->offset, &value, sizeof value);
}

static struct explore_config world_of(const struct caller *caller, unsigned fields,
                                      unsigned rules)
{
    memset(knobs, 0, sizeof knobs);
    set_knob(caller, "timeout_ms", 1000);
    set_knob(caller, "attempts", 1);
    set_knob(caller, "failures_to_open", 2);
    set_knob(caller, "shared_failures", 2);
    set_knob(caller, "shared_window_ms", 60000);
    set_knob(caller, "open_ms", 2000);
    set_knob(caller, "open_max_ms", 4000);
    set_knob(caller, "probe_lease_ms", 2000);
    set_knob(caller, "successes_to_close", 1);
    set_knob(caller, "cache_ms", 1000);
    set_knob(caller, "store_timeout_ms", 100);
    set_knob(caller, "store_skip_ms", 1000);
    return (struct explore_config){.caller = caller,
                                   .config = knobs,
                                   .protocol = "protocol",
                                   .fields = fields,
                                   .environments = 2,
                                   .calls = 4,
                                   .ticks = 3,
                                   .tick = SIM_S,
                                   .faults = ALL_FAULTS,
                                   .budget = 1,
                                   .lease = 2 * SIM_S,
                                   .rules = rules,
                                   .patience = 12};
}

static const struct {
    const struct caller *caller;
    enum explore_rule rule;
    uint32_t open_ms;
    unsigned faults;
} broken[] = {
    {&rival_rmw, EXPLORE_HEALTHY_WRITE, 2000, 0},
    {&rival_rmw, EXPLORE_LOST_OPEN, 2000, 0},
    {&rival_rmw, EXPLORE_TWO_PROBES, 2000, 0},
    {&rival_rmw, EXPLORE_PUSHED_OPEN, 2000, 0},
    {&rival_rmw, EXPLORE_ZOMBIE, 2000, 0},
    {&rival_rmw, EXPLORE_VERSION, 2000, ALL_FAULTS},
    {&rival_rmw, EXPLORE_LEAK, 2000, ALL_FAULTS},
    {&rival_leased, EXPLORE_TWO_PROBES, 1000, 1 << EXPLORE_PAUSE},
    {&rival_leased, EXPLORE_PUSHED_OPEN, 2000, 0},
    {&rival_leased, EXPLORE_LOST_OPEN, 2000, ALL_FAULTS},
    {&rival_leased, EXPLORE_ZOMBIE, 1000, ALL_FAULTS},
    {&rival_leased, EXPLORE_LEAK, 2000, 1 << EXPLORE_ERROR},
    {&rival_leased, EXPLORE_REFUSED_ON_ERROR, 2000, 1 << EXPLORE_ERROR},
};

START_TEST(finds_the_bug_of_a_rival)
{
    struct explore_config config =
        world_of(broken[_i].caller, EXPLORE_HAS_VERSION, 1u << broken[_i].rule);
    config.protocol = broken[_i].caller->name;
    config.faults = broken[_i].faults;
    config.lease = broken[_i].caller == &rival_rmw ? 0 : config.lease; /* it has none */
    set_knob(broken[_i].caller, "open_ms", broken[_i].open_ms);
    must_break(&config, broken[_i].rule, UINT32_MAX);
}
END_TEST

START_TEST(is_the_same_every_time)
{
    struct explore_config config =
        world_of(&rival_leased, EXPLORE_HAS_VERSION, 1u << EXPLORE_STUCK);
    struct explore_result first, second;
    explore_run(&config, NULL, NULL, &first);
    explore_run(&config, NULL, NULL, &second);
    ck_assert(first.complete && first.states > 10000);
    ck_assert_mem_eq(&first, &second, sizeof first);
}
END_TEST

/* Patience for the longest ending is enough, and less is not. */
START_TEST(says_how_long_the_longest_ending_is)
{
    struct explore_config config =
        world_of(&rival_leased, EXPLORE_HAS_VERSION, 1u << EXPLORE_STUCK);
    struct explore_result result;
    explore_run(&config, NULL, NULL, &result);
    ck_assert(result.complete);
    ck_assert_uint_ge(result.slowest[0], 2); /* the rest of two ticks, at least */
    config.patience = result.slowest[0];
    explore_run(&config, NULL, NULL, &result);
    ck_assert(result.complete);
    config.patience--;
    must_break(&config, EXPLORE_STUCK, UINT32_MAX);
}
END_TEST

/* Leaving out the orders that make no difference finds no less. */
START_TEST(finds_no_less_by_turns)
{
    static const struct caller *const callers[] = {&rival_rmw, &rival_leased};
    struct explore_config config =
        world_of(callers[_i % 2], EXPLORE_HAS_VERSION, 1u << _i / 2);
    struct explore_result turns, plain;
    config.calls = 3;
    explore_run(&config, NULL, NULL, &turns);
    config.plain = true;
    explore_run(&config, NULL, NULL, &plain);
    ck_assert_int_eq(turns.broken.rule, plain.broken.rule);
    UNIT_SAYS(!plain.complete || turns.states * 4 < plain.states * 3,
              "%u by turns, %u plain", (unsigned)turns.states, (unsigned)plain.states);
}
END_TEST

static const struct {
    uint32_t environments, calls, ticks, open_ms;
    unsigned faults;
    int offset[EXPLORE_ENVS_MAX];
} ours[] = {{1, 3, 4, 2000, ALL_FAULTS, {0, 0, 0}},
            {2, 3, 4, 1000, ALL_FAULTS, {0, 0, 0}},
            {2, 4, 3, 1000, 1 << EXPLORE_PAUSE, {0, 0, 0}},
            {2, 4, 5, 2000, 0, {0, 0, 0}},
            {2, 4, 4, 2000, 0, {0, 1, 0}},
            {2, 4, 4, 2000, 0, {-1, 1, 0}},
            {3, 4, 3, 1000, 0, {0, 0, 0}}};

START_TEST(ours_keeps_every_rule)
{
    struct explore_config config = world_of(
        &adapter_caller,
        EXPLORE_HAS_VERSION | EXPLORE_HAS_GENERATION | EXPLORE_HAS_FAILED, ALL_RULES);
    struct explore_result result;
    config.environments = ours[_i].environments;
    config.calls = ours[_i].calls;
    config.ticks = ours[_i].ticks;
    config.faults = ours[_i].faults;
    memcpy(config.offset, ours[_i].offset, sizeof config.offset);
    set_knob(&adapter_caller, "open_ms", ours[_i].open_ms);
    explore_run(&config, NULL, NULL, &result);
    UNIT_SAYS(result.broken.rule == EXPLORE_NO_RULE, "%s: %s",
              explore_rules[result.broken.rule].name, result.broken.why);
    ck_assert(result.complete);
    ck_assert(result.met.trips > 0 && result.met.leases > 0);
    ck_assert(result.met.closings > 0 && result.met.reopenings > 0);
}
END_TEST

/* With a deadline: what a pause does to it is not its fault, what an error does is. */
START_TEST(ours_may_refuse_when_its_deadline_is_over)
{
    struct explore_config config = world_of(
        &adapter_caller,
        EXPLORE_HAS_VERSION | EXPLORE_HAS_GENERATION | EXPLORE_HAS_FAILED, ALL_RULES);
    struct explore_result result;
    set_knob(&adapter_caller, "deadline_ms", 1500);
    set_knob(&adapter_caller, "open_ms", 1000);
    config.calls = 3;
    config.ticks = 4;
    config.deadline = 1500 * SIM_MS;
    explore_run(&config, NULL, NULL, &result);
    UNIT_SAYS(result.broken.rule == EXPLORE_NO_RULE, "%s: %s",
              explore_rules[result.broken.rule].name, result.broken.why);
    ck_assert(result.complete && result.met.trips > 0 && result.met.closings > 0);
    config.rules = 1u << EXPLORE_REFUSED_ON_ERROR;
    config.faults = 1 << EXPLORE_PAUSE;
    config.deadline = 0; /* of which the judge knows nothing */
    must_break(&config, EXPLORE_REFUSED_ON_ERROR, UINT32_MAX);
}
END_TEST

const struct unit_case explore_protocol_cases[] = {
    {"rivals", &finds_the_bug_of_a_rival, UNIT_ROWS(broken)},
    {"same", &is_the_same_every_time, 1},
    {"patience", &says_how_long_the_longest_ending_is, 1},
    {"turns", &finds_no_less_by_turns, 2 * EXPLORE_RULES},
    {"ours-deadline", &ours_may_refuse_when_its_deadline_is_over, 1},
    {"ours", &ours_keeps_every_rule, UNIT_ROWS(ours)},
};
const size_t explore_protocol_n = UNIT_ROWS(explore_protocol_cases);
