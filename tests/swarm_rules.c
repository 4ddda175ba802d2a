/* swarm_rules.c - every rule of swarm.h is broken by a story made for it: a watch is
 * shown steps, writes and counts by hand, and must say which rule it was. The test
 * set_stage() sets is one item, two environments, a cache of a second, a rest of four.
 */
#include "swarm_stage.h"
#include "swarm_test.h"

/* --- the stories ------------------------------------------------------------------ */

static void all_goes_well(void)
{
    load(0, CALLER_CALL);
    step(0, CALLER_TIMEOUT, CALLER_ANSWER, NULL, false);
    trip();
    load(1, CALLER_ANSWER);
    wait_ms(REST);
    elect(true);
    struct item confirmed = item_of(BREAKER_HALF_OPEN);
    confirmed.ok = 1;
    report(ITEM_CONFIRM, confirmed);
    elect(true);
    report(ITEM_CLOSE, item_of(BREAKER_CLOSED));
}
static void somebody_is_lost(void)
{
    balance.offered = 2, balance.under_way = balance.busy = 1;
    look();
}
static void too_many_environments(void)
{
    balance.alive = 3;
    look();
}
static void two_requests_at_once(void)
{
    step(0, CALLER_START, CALLER_LOAD, NULL, false);
    step(0, CALLER_START, CALLER_LOAD, NULL, false);
}
static void version_skipped(void)
{
    count(1);
    stored.version++;
    watch.items[0].view.version++; /* else it has changed between two writes too */
    memcpy(watch.items[0].bytes, &stored, sizeof stored);
    struct item item = stored;
    item.version += 2;
    put(item);
}
static void changed_in_between(void)
{
    count(1);
    stored.calls++;
    count(1);
}
static void half_open_from_closed(void)
{
    count(3);
    elect(false);
}
static void same_generation(void)
{
    count(3);
    struct item item = item_of(BREAKER_OPEN);
    item.generation--;
    put(item);
}
static void counts_kept(void)
{
    count(3);
    struct item item = item_of(BREAKER_OPEN);
    item.calls = 3;
    put(item);
}
static void shown_what_never_was(void)
{
    count(1);
    struct item item = stored;
    item.calls++;
    step(0, CALLER_START, CALLER_LOAD, NULL, false);
    step(0, CALLER_ITEM, CALLER_CALL, &item, false);
}
static void lease_taken_early(void)
{
    trip();
    wait_ms(REST / 2);
    elect(false);
}
static void probe_without_lease(void)
{
    trip();
    wait_ms(REST);
    elect(false);
    step(1, CALLER_START, CALLER_LOAD, NULL, false);
    step(1, CALLER_ITEM, CALLER_CALL, &stored, true);
}
static void two_probes_for_one_lease(void)
{
    trip();
    wait_ms(REST);
    elect(true);
    step(0, CALLER_TIMEOUT, CALLER_SAVE, NULL, false);
    step(0, CALLER_SAVED, CALLER_CALL, &stored, true);
}
static void probe_after_its_lease(void)
{
    trip();
    wait_ms(REST);
    elect(false);
    watch.envs[0].within = SIM_NEVER;
    wait_ms(LEASE);
    step(0, CALLER_SAVED, CALLER_CALL, &stored, true);
}
static void refused_for_a_late_lease(void)
{
    trip();
    wait_ms(REST);
    elect(false);
    watch.envs[0].within = SIM_NEVER;
    wait_ms(LEASE);
    refuse(0, CALLER_SAVED, &stored);
}
static void call_while_open(void)
{
    trip();
    load(0, CALLER_CALL);
}
static void call_while_open_by_its_own(void)
{
    trip();
    load(0, CALLER_ANSWER);
    wait_ms(CACHE);
    step(0, CALLER_START, CALLER_LOAD, NULL, false);
    step(0, CALLER_STORE_FAILED, CALLER_CALL, NULL, false);
}
static void call_when_over(void)
{
    trip();
    load(0, CALLER_ANSWER);
    wait_ms(REST);
    load(0, CALLER_CALL);
}
static void call_on_an_old_copy(void)
{
    load(0, CALLER_CALL);
    step(0, CALLER_REPLY, CALLER_ANSWER, NULL, false);
    wait_ms(CACHE);
    step(0, CALLER_START, CALLER_CALL, NULL, false);
}
static void rest_too_long(void)
{
    count(3);
    struct item item = item_of(BREAKER_OPEN);
    item.until_ms++;
    put(item);
}
static void time_goes_back(void)
{
    load(0, CALLER_CALL);
    now -= SIM_MS;
    look();
}
static void clock_goes_back(void)
{
    load(0, CALLER_ANSWER);
    watch.envs[0].clock += SIM_S;
    load(0, CALLER_ANSWER);
}
static void came_earlier_than_it_did(void)
{
    balance.offered = balance.under_way = balance.busy = 1;
    look();
    wait_ms(100);
    balance.settled = 1, balance.under_way = balance.busy = 0;
    watch.hooks.settled(&watch, now - 99 * SIM_MS, now, OUTCOME_FRESH);
    look();
}
static void answered_twice(void)
{
    watch.hooks.settled(&watch, 0, now, OUTCOME_FRESH);
    look();
}
static void heard_unasked(void)
{
    step(0, CALLER_START, CALLER_LOAD, NULL, false);
    step(0, CALLER_WOKE, CALLER_ANSWER, NULL, false);
}
static void heard_after_the_end(void)
{
    load(0, CALLER_ANSWER);
    step(0, CALLER_REPLY, CALLER_ANSWER, NULL, false);
}
static void heard_too_late(void)
{
    step(0, CALLER_START, CALLER_LOAD, NULL, false);
    wait_ms(1001);
    step(0, CALLER_ITEM, CALLER_ANSWER, NULL, false);
}
static void refused_for_nothing(void)
{
    step(0, CALLER_START, CALLER_LOAD, NULL, false);
    refuse(0, CALLER_ITEM, NULL);
}
static void refused_for_the_store(void)
{
    step(0, CALLER_START, CALLER_LOAD, NULL, false);
    refuse(0, CALLER_STORE_FAILED, NULL);
}
static void tripped_without_cause(void)
{
    count(2);
    put(item_of(BREAKER_OPEN));
}
static void closed_too_early(void)
{
    trip();
    wait_ms(REST);
    elect(true);
    report(ITEM_CLOSE, item_of(BREAKER_CLOSED));
}
static void closed_by_another(void)
{
    trip();
    wait_ms(REST);
    elect(true);
    watch.items[0].view.ok = stored.ok = 1; /* or it were closed too early as well */
    memcpy(watch.items[0].bytes, &stored, sizeof stored);
    asked[1] = (struct item_write){.change = ITEM_CLOSE,
                                   .if_generation = stored.generation,
                                   .if_owner = 77,
                                   .item = item_of(BREAKER_CLOSED)};
    step(1, CALLER_START, CALLER_SAVE, NULL, false);
    put(item_of(BREAKER_CLOSED));
}
static void nobody_probes(void)
{
    trip();
    wait_ms(31000);
    elect(false);
}
static void open_when_due(void)
{
    now = (DUE - 1) * SIM_S;
    trip();
    now = DUE * SIM_S;
    look();
}
static void open_after_due(void)
{
    now = DUE * SIM_S;
    look();
    trip();
}

static void too_many_let_in(void)
{
    stage.world.has_gateway = true;
    stage.world.gateway.rps = 10;
    record.admitted = 10 * 100 + 10 + 12;
}
static void a_write_nobody_saw(void)
{
    record.store.writes = 1;
}
static void nobody_is_fresh(void)
{
    balance.offered = record.offered = buckets[DUE + 1].offered = 100;
    balance.settled = record.settled = buckets[DUE + 1].outcome[OUTCOME_FRESH] = 94;
    balance.under_way = 6;
    watch.settled = 94;
    watch.balance = balance;
}
static void buckets_do_not_add_up(void)
{
    buckets[0].outcome[OUTCOME_FRESH]++;
}

static const struct {
    const char *name;
    void (*tell)(void);
    enum swarm_rule breaks;
    bool at_end; /* and is seen only then */
} stories[] = {
    {"all goes well", all_goes_well, SWARM_GOOD, false},
    {"somebody is lost", somebody_is_lost, SWARM_BALANCE, false},
    {"too many environments", too_many_environments, SWARM_ROOM, false},
    {"two requests at once", two_requests_at_once, SWARM_ROOM, false},
    {"version skipped", version_skipped, SWARM_ITEM, false},
    {"changed in between", changed_in_between, SWARM_ITEM, false},
    {"half-open from closed", half_open_from_closed, SWARM_ITEM, false},
    {"same generation", same_generation, SWARM_ITEM, false},
    {"counts kept", counts_kept, SWARM_ITEM, false},
    {"shown what never was", shown_what_never_was, SWARM_ITEM, false},
    {"lease taken early", lease_taken_early, SWARM_LEASE, false},
    {"probe without lease", probe_without_lease, SWARM_LEASE, false},
    {"two probes for one lease", two_probes_for_one_lease, SWARM_LEASE, false},
    {"probe after its lease", probe_after_its_lease, SWARM_LEASE, false},
    {"refused for a late lease", refused_for_a_late_lease, SWARM_GOOD, false},
    {"closed by another", closed_by_another, SWARM_LEASE, false},
    {"call while open", call_while_open, SWARM_HEED, false},
    {"call while open, by its own", call_while_open_by_its_own, SWARM_HEED, false},
    {"call when over", call_when_over, SWARM_HEED, false},
    {"call on an old copy", call_on_an_old_copy, SWARM_HEED, false},
    {"rest too long", rest_too_long, SWARM_REST, false},
    {"time goes back", time_goes_back, SWARM_TIME, false},
    {"clock goes back", clock_goes_back, SWARM_TIME, false},
    {"came earlier than it did", came_earlier_than_it_did, SWARM_LITTLE, false},
    {"too many let in", too_many_let_in, SWARM_TOKENS, true},
    {"a write nobody saw", a_write_nobody_saw, SWARM_ITEM, true},
    {"nobody is fresh", nobody_is_fresh, SWARM_RECOVERY, true},
    {"buckets do not add up", buckets_do_not_add_up, SWARM_BALANCE, true},
    {"all goes well to the end", all_goes_well, SWARM_GOOD, true},
    {"answered twice", answered_twice, SWARM_ANSWER, false},
    {"heard unasked", heard_unasked, SWARM_ANSWER, false},
    {"heard after the end", heard_after_the_end, SWARM_ANSWER, false},
    {"heard too late", heard_too_late, SWARM_ANSWER, false},
    {"refused for nothing", refused_for_nothing, SWARM_REFUSAL, false},
    {"refused for the store", refused_for_the_store, SWARM_REFUSAL, false},
    {"tripped without cause", tripped_without_cause, SWARM_TRIP, false},
    {"closed too early", closed_too_early, SWARM_TRIP, false},
    {"nobody probes", nobody_probes, SWARM_STUCK, false},
    {"open when due", open_when_due, SWARM_RECOVERY, false},
    {"open after due", open_after_due, SWARM_RECOVERY, false},
};

/* The record agrees with what was told, but for what the story has put into it. */
static void end_run(void)
{
    record.run = 100 * SIM_S;
    record.width = SIM_S;
    record.buckets = 100;
    record.bucket = buckets;
    record.store.writes += stored.version;
    swarm_watch_end(&watch, &record);
}

START_TEST(every_rule)
{
    set_stage();
    stories[_i].tell();
    if (stories[_i].at_end) {
        ck_assert_int_eq(verdict.rule, SWARM_GOOD);
        end_run();
    }
    ck_assert_msg(verdict.rule == (uint32_t)stories[_i].breaks,
                  "%s: wanted %s, found %s: %s", stories[_i].name,
                  swarm_words[stories[_i].breaks].name, swarm_words[verdict.rule].name,
                  verdict.what);
    swarm_watch_free(&watch);
}
END_TEST

const struct unit_case swarm_rule_cases[] = {
    {"every rule", &every_rule, UNIT_ROWS(stories)},
};
const size_t swarm_rule_n = 1;
