/* world_store_test.c - the world with a store, played by toys: what a look and a write
 * take, who loses, and what is heard of a store that is ill.
 *
 * Requests come at 100, 200, ... ms in most worlds here, and all else takes a fixed
 * time, so that what must come out can be reckoned exactly. */
#include "unit.h"

#include "world_fleet_toy.h"

static const struct fleet_toy one_look = {
    .wish = {CALLER_LOAD}, .wishes = 1, .store_within = 50 * SIM_MS};
static const struct fleet_toy one_write = {
    .wish = {CALLER_LOAD, CALLER_SAVE}, .wishes = 2, .store_within = 50 * SIM_MS};

START_TEST(a_look_and_a_write_take_their_time)
{
    struct world_config w = fleet(10, SIM_MS, 10 * SIM_S);
    add_store(&w);
    struct record *r = play(&w, &one_write, 1);
    for (uint64_t i = 0; i < 99; i++)
        ck_assert(took_ms(i) == 10 && seen.start[i].heard == 4 * SIM_MS);
    ck_assert(seen.news[CALLER_ITEM] == 99 && seen.news[CALLER_SAVED] == 99);
    ck_assert(r->store.eventual_reads == 99 && r->store.writes == 99);
    ck_assert(seen.writes == 99 && seen.version == 99 && r->trips == 25);
    ck_assert(r->bucket[5].item == CALLER_CLOSED && r->bucket[15].item == CALLER_OPEN);
    record_free(r);
}
END_TEST

/* Three at a time look at the item and write it: one wins. */
START_TEST(who_loses_is_shown_the_item)
{
    struct world_config w = fleet(0, SIM_MS, 10 * SIM_S);
    w.load = (struct load_config){
        .law = LOAD_EVEN, .rps = 1000, .repeats = 0, .patience = 0};
    add_store(&w);
    struct record *r = play(&w, &one_write, 1);
    ck_assert(r->store.conflicts > 1000 && seen.shown == seen.news[CALLER_CONFLICT]);
    ck_assert(seen.news[CALLER_SAVED] > 100 && seen.shown > 1000);
    record_free(r);
    w.store.hides_loser_item = true;
    r = play(&w, &one_write, 1);
    ck_assert(seen.shown == 0 && seen.news[CALLER_CONFLICT] > 1000);
    record_free(r);
}
END_TEST

static const struct {
    enum fault_kind kind;
    uint32_t pct;
    int64_t took_ms; /* -1: whatever */
} ills[] = {{FAULT_STORE_DOWN, 0, 1},     {FAULT_STORE_HANG, 0, 50},
            {FAULT_STORE_LOST, 100, 50},  {FAULT_STORE_ERRORS, 100, 4},
            {FAULT_STORE_SLOW, 2000, 50}, /* 80 ms: the answer comes late, to nobody */
            {FAULT_STORE_CAPACITY, 0, -1}};

START_TEST(a_store_that_is_ill_has_failed_in_time)
{
    struct world_config w = fleet(10, SIM_MS, 10 * SIM_S);
    add_store(&w);
    w.store.rcu = 1;
    w.store.burst = 2 * SIM_S; /* four eventual reads, and that is all */
    if (ills[_i].kind != FAULT_STORE_CAPACITY)
        w.store.rcu = 0;
    add_ill(&w, ills[_i].kind, ills[_i].pct);
    struct record *r = play(&w, &one_look, 1);
    uint64_t good = ills[_i].kind == FAULT_STORE_CAPACITY ? 4 : 0;
    ck_assert_uint_eq(seen.news[CALLER_STORE_FAILED], 99 - good);
    ck_assert(seen.news[CALLER_ITEM] == good && seen.answers == 99);
    for (uint64_t i = 0; i < 99 && ills[_i].took_ms >= 0; i++)
        ck_assert_int_eq(took_ms(i), ills[_i].took_ms);
    record_free(r);
}
END_TEST

/* Half of the writes whose answer is lost were made. */
START_TEST(a_lost_answer_says_nothing)
{
    struct world_config w = fleet(10, SIM_MS, 100 * SIM_S);
    w.bucket = 100 * SIM_MS;
    struct fleet_toy toy = {
        .wish = {CALLER_SAVE}, .wishes = 1, .store_within = 50 * SIM_MS};
    add_store(&w);
    add_ill(&w, FAULT_STORE_LOST, 100);
    struct record *r = play(&w, &toy, 1);
    ck_assert(seen.news[CALLER_STORE_FAILED] == 999 && seen.writes == 1);
    ck_assert(r->store.writes > 400 && r->store.writes < 600);
    record_free(r);
}
END_TEST

START_TEST(without_a_store_it_has_failed_at_once)
{
    struct world_config w = fleet(10, SIM_MS, 10 * SIM_S);
    struct record *r = play(&w, &one_write, 1);
    ck_assert(seen.news[CALLER_STORE_FAILED] == 2 * 99 && !r->has_store);
    for (uint64_t i = 0; i < 99; i++)
        ck_assert_int_eq(seen.start[i].end, seen.start[i].at);
    record_free(r);
}
END_TEST

START_TEST(threads_have_a_store_too)
{
    struct fleet_toy toy = {
        {CALLER_LOAD, CALLER_CALL, CALLER_SAVE}, 3, 300 * SIM_MS, 20 * SIM_MS, 2};
    struct world_config w = fleet(10, SIM_MS, 10 * SIM_S);
    w.pool = (struct pool_config){.size = 3};
    w.breakers = 1;
    add_store(&w);
    add_ill(&w, FAULT_KILL, 100); /* but are not killed */
    struct record *r = play(&w, &toy, 1);
    ck_assert(seen.births == 1 && seen.served[0] == 99 && seen.writes == 99);
    ck_assert(seen.start[0].now == seen.start[0].at && r->pool.killed == 0);
    record_free(r);
}
END_TEST

int main(void)
{
    const struct unit_case cases[] = {
        {"store", &a_look_and_a_write_take_their_time, 0},
        {"conflict", &who_loses_is_shown_the_item, 0},
        {"store-ill", &a_store_that_is_ill_has_failed_in_time, UNIT_ROWS(ills)},
        {"store-lost", &a_lost_answer_says_nothing, 0},
        {"no-store", &without_a_store_it_has_failed_at_once, 0},
        {"threads", &threads_have_a_store_too, 0},
    };
    return unit_run("world-store", cases, sizeof cases / sizeof *cases);
}
