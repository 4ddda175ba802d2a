/* item_test.c - what the store holds: which items are sound, and for each of the seven
 * writes a table of what it needs; then every combination of small values, against the
 * conditions said once more in other words. */
#include "unit.h"

#include <string.h>

#include "breaker.h"
#include "item.h"

/* --- sound or not -------------------------------------------------------------------
 */

#define SV .schema = ITEM_SCHEMA
static const struct {
    const char *title;
    struct item item;
    bool sound;
} items[] = {
    {"all zeros but for the schema", {SV}, true},
    {"no schema", {.schema = 0}, false},
    {"a schema of tomorrow",
     {.schema = 2, .state = BREAKER_OPEN, .until_ms = 9},
     false},
    {"closed, counted", {SV, .calls = 9, .failed = 9, .window_ms = 1}, true},
    {"more failed than calls", {SV, .calls = 8, .failed = 9}, false},
    {"open", {SV, .state = BREAKER_OPEN, .until_ms = 1}, true},
    {"open without an end", {SV, .state = BREAKER_OPEN}, false},
    {"open until the past", {SV, .state = BREAKER_OPEN, .until_ms = -1}, false},
    {"half-open, nobody's", {SV, .state = BREAKER_HALF_OPEN}, true},
    {"half-open, leased",
     {SV, .state = BREAKER_HALF_OPEN, .owner = 7, .lease_until_ms = 5},
     true},
    {"no such state", {SV, .state = BREAKER_HALF_OPEN + 1}, false},
    {"nor this one", {SV, .state = UINT32_MAX, .until_ms = 1}, false},
    {"a negative end", {SV, .until_ms = -1}, false},
    {"a negative lease", {SV, .state = BREAKER_HALF_OPEN, .lease_until_ms = -1}, false},
    {"a negative window", {SV, .window_ms = INT64_MIN}, false},
    {"the largest of all",
     {SV, .generation = UINT32_MAX, .version = UINT64_MAX, .state = BREAKER_OPEN,
      .opens = UINT32_MAX, .until_ms = INT64_MAX, .owner = UINT64_MAX,
      .lease_until_ms = INT64_MAX, .window_ms = INT64_MAX, .calls = UINT32_MAX,
      .failed = UINT32_MAX, .ok = UINT32_MAX, .expires_s = INT64_MIN},
     true},
};

START_TEST(only_sound_items_are_read)
{
    const struct item *raw = &items[_i].item;
    struct item read = item_read(raw), none = {.schema = 0};
    const struct item *want = items[_i].sound ? raw : &none;
    ck_assert_msg(memcmp(&read, want, sizeof read) == 0, "%s", items[_i].title);
}
END_TEST

START_TEST(no_item_is_a_closed_one)
{
    struct item read = item_read(NULL), closed = {SV};
    ck_assert_mem_eq(&read, &closed, sizeof read);
    ck_assert_int_eq(read.state, BREAKER_CLOSED);
}
END_TEST

START_TEST(no_byte_of_it_is_padding)
{
    const struct item *i = NULL;
    ck_assert_uint_eq(sizeof *i,
                      sizeof i->schema + sizeof i->generation + sizeof i->version +
                          sizeof i->state + sizeof i->opens + sizeof i->until_ms +
                          sizeof i->owner + sizeof i->lease_until_ms +
                          sizeof i->window_ms + sizeof i->calls + sizeof i->failed +
                          sizeof i->ok + sizeof i->unused + sizeof i->expires_s);
}
END_TEST

START_TEST(each_state_has_its_own_end)
{
    struct item item = {SV, .until_ms = 5, .lease_until_ms = 7};
    static const int64_t ends[] = {0, 5, 7};
    item.state = (uint32_t)_i;
    ck_assert_int_eq(item_over_ms(&item), ends[_i]);
}
END_TEST

/* --- every combination
 * ---------------------------------------------------------------- */

/* The conditions of item.h once more. */
static bool should_hold(const struct item_write *w, const struct item *stored)
{
    struct item none = {SV};
    const struct item *i = stored != NULL ? stored : &none;
    bool closed = i->state == BREAKER_CLOSED, half = i->state == BREAKER_HALF_OPEN;
    int64_t end = half ? i->lease_until_ms : i->until_ms;
    const bool needs[] = {
        [ITEM_COUNT] = closed && i->window_ms == w->if_window_ms,
        [ITEM_WINDOW] = closed && i->window_ms == w->if_window_ms,
        [ITEM_TRIP] = closed,
        [ITEM_PROBE] = !closed && w->now_ms >= end,
        [ITEM_CONFIRM] = half && i->owner != 0 && i->owner == w->if_owner,
        [ITEM_CLOSE] = half && i->owner != 0 && i->owner == w->if_owner,
        [ITEM_REOPEN] = half && i->owner != 0 && i->owner == w->if_owner};
    return w->change <= ITEM_REOPEN && i->schema == 1 &&
           i->generation == w->if_generation && needs[w->change];
}

static uint32_t digit(uint32_t *number, uint32_t base)
{
    uint32_t d = *number % base;
    *number /= base;
    return d;
}

static void check(uint32_t n)
{
    struct item stored = {SV, .version = 41, .calls = 5, .failed = 2};
    struct item_write w = {.item = {SV, .calls = 3, .failed = 1, .version = 99}};
    bool there = digit(&n, 4) > 0;
    w.change = digit(&n, 8); /* the eighth is no change at all */
    stored.state = digit(&n, 3);
    stored.generation = digit(&n, 2);
    w.if_generation = digit(&n, 2);
    stored.owner = digit(&n, 3);
    w.if_owner = digit(&n, 3);
    stored.window_ms = digit(&n, 2);
    w.if_window_ms = digit(&n, 2);
    stored.until_ms = 1 + digit(&n, 3);
    stored.lease_until_ms = digit(&n, 3);
    w.now_ms = 1 + digit(&n, 3);
    const struct item *was = there ? &stored : NULL;
    bool holds = item_holds(&w, was);
    UNIT_SAYS(holds == should_hold(&w, was), "change %u, state %u: %d", w.change,
              stored.state, holds);
}

START_TEST(a_write_is_made_if_its_condition_holds)
{
    uint32_t all = 4 * 8 * 3 * 2 * 2 * 3 * 3 * 2 * 2 * 3 * 3 * 3;
    for (uint32_t n = 0; n < all; n++)
        check(n);
}
END_TEST

START_TEST(nothing_is_written_over_what_cannot_be_trusted)
{
    for (uint32_t change = ITEM_COUNT; change <= ITEM_REOPEN; change++)
        for (uint32_t state = BREAKER_CLOSED; state <= BREAKER_HALF_OPEN; state++) {
            struct item_write w = {
                .change = change, .if_owner = 7, .now_ms = INT64_MAX, .item = {SV}};
            struct item stored = {
                .schema = 2, .state = state, .owner = 7, .until_ms = 1};
            ck_assert(!item_holds(&w, &stored));
            stored.schema = ITEM_SCHEMA;
            stored.failed = 1; /* more than calls */
            ck_assert(!item_holds(&w, &stored));
        }
}
END_TEST

/* --- what is stored then
 * ---------------------------------------------------------------- */

START_TEST(counts_are_added_and_nothing_else_changes)
{
    struct item before = {SV,         .generation = 3, .version = 41, .window_ms = 50,
                          .calls = 5, .failed = 2,     .opens = 1,    .ok = 1};
    struct item_write w = {
        .change = ITEM_COUNT,
        .item = {
            .calls = 3, .failed = 1, .version = 99, .window_ms = 60, .expires_s = 77}};
    struct item want = before, after = item_apply(&w, &before);
    want.version = 42;
    want.calls = 8;
    want.failed = 3;
    want.expires_s = 77;
    ck_assert_mem_eq(&after, &want, sizeof after);
}
END_TEST

START_TEST(all_others_replace_it)
{
    struct item before = {SV, .generation = 3, .version = 41, .calls = 5};
    struct item_write w = {.change = ITEM_WINDOW + (uint32_t)_i,
                           .item = {SV, .generation = 4, .version = 7, .owner = 9,
                                    .until_ms = 1, .expires_s = 77}};
    struct item want = w.item, after = item_apply(&w, &before);
    want.version = 42;
    ck_assert_mem_eq(&after, &want, sizeof after);
}
END_TEST

START_TEST(the_first_write_makes_the_item)
{
    struct item_write w = {.change = ITEM_COUNT, .item = {SV, .calls = 3, .failed = 1}};
    struct item after = item_apply(&w, NULL);
    struct item want = {SV, .version = 1, .calls = 3, .failed = 1};
    ck_assert(item_holds(&w, NULL));
    ck_assert_mem_eq(&after, &want, sizeof after);
    w.change = ITEM_WINDOW;
    after = item_apply(&w, NULL);
    ck_assert_uint_eq(after.version, 1);
}
END_TEST

static const struct unit_case item_cases[] = {
    {"sound", &only_sound_items_are_read, UNIT_ROWS(items)},
    {"sound", &no_item_is_a_closed_one, 0},
    {"sound", &no_byte_of_it_is_padding, 0},
    {"sound", &each_state_has_its_own_end, 3},
    {"holds", &a_write_is_made_if_its_condition_holds, 0},
    {"holds", &nothing_is_written_over_what_cannot_be_trusted, 0},
    {"apply", &counts_are_added_and_nothing_else_changes, 0},
    {"apply", &all_others_replace_it, ITEM_REOPEN},
    {"apply", &the_first_write_makes_the_item, 0},
};

int main(void)
{
    return unit_run("item", item_cases, UNIT_ROWS(item_cases));
}
