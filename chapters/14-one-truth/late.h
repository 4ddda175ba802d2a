/* late.h - late and old news, for check.c: a call that was let through in another
 * generation, or before the item was damaged, and an item that is older than the copy.
 */
#ifndef LATE_H
#define LATE_H

#include "fleet.h"

static void operator_resets(void)
{
    uint64_t version = world.item.version + 1;
    world.item =
        (struct item){.schema = ITEM_SCHEMA, .generation = 2, .version = version};
    story_tell("             an operator closes the breaker: generation 2");
}

static void has_closed(uint32_t generation, int64_t window_ms)
{
    world.there = true;
    world.item = (struct item){.schema = ITEM_SCHEMA,
                               .generation = generation,
                               .version = 9,
                               .window_ms = window_ms};
    story_tell("             the item is CLOSED, generation %" PRIu32 ", version 9",
               generation);
}

static void somebody_deletes(void)
{
    world.there = false;
    story_tell("             somebody deletes the item");
}

static void late_news(void)
{
    begin(&first);
    may_call(A, 100000);
    may_call(B, 100000);
    asks(A2, 100000, SHARED_GRANT);
    fails(A, 100001, SHARED_SAVE);
    finish(A, 100002);
    want_opened_once();
    operator_resets();
    uint64_t version = world.item.version;
    fails(B, 100003, SHARED_SAVE); /* it does not know yet */
    stores(B, 100004, SHARED_DONE);
    asks(A, 101500, SHARED_LOAD);
    stores(A, 101501, SHARED_GRANT);
    fails(A2, 101502, SHARED_DONE); /* asked in generation 0, and we know of 2 */
    want_ms((int64_t)world.item.version, (int64_t)version,
            "the item's version, at the reset and now");
    reports(A, BREAKER_OK, 101503, SHARED_DONE);
    want_ms(world.item.state, BREAKER_CLOSED, "state of the item (0 is CLOSED)");
}

static void late_success(void)
{
    begin(&never);
    may_call(A, 100000);
    asks(A2, 100000, SHARED_GRANT);
    world.there = true;
    operator_resets();
    may_call(A, 101500);
    reports(A2, BREAKER_OK, 101501, SHARED_DONE);
    fails(A, 101502, SHARED_SAVE);
    finish(A, 101503);
    want_counts(1, 1);
}

/* Nobody can mend it by failing: what was asked before it was damaged is over, and
 * nothing of it is sent, or sent again. */
static void over_when_damaged(void)
{
    struct item damaged = some_item(BREAKER_CLOSED);
    damaged.generation = 0;
    damaged.schema = 2;
    begin(&never);
    may_call(A, 100000);
    asks(A2, 100001, SHARED_GRANT);
    fails(A, 100002, SHARED_SAVE);
    world.there = true;
    world.item = damaged;
    story_tell("             somebody writes an item of schema 2");
    stores(A, 100003, SHARED_DONE);
    fails(A2, 100004, SHARED_DONE);
}

/* Generations count up, until somebody deletes the item: then 0 comes after 3. */
static void over_when_deleted(void)
{
    begin(&never);
    has_closed(3, 100000);
    may_call(A, 100001);
    asks(A2, 100002, SHARED_GRANT);
    somebody_deletes();
    asks(A, 101100, SHARED_LOAD);
    stores(A, 101101, SHARED_LOAD);
    stores(A, 101102, SHARED_GRANT);
    story_lesson("Over is over in another generation, be it a lower one: an item that "
                 "was deleted begins again at 0.");
    fails(A2, 101103, SHARED_DONE); /* let through in generation 3 */
    fails(A, 101104, SHARED_SAVE);  /* and this one in 0 */
    finish(A, 101105);
    want_counts(1, 1);
}

static void late_is_late(void)
{
    late_news();
    late_success();
    over_when_damaged();
    over_when_deleted();
}

/* What is not taken leaves the copy as it was: as old, and its end as long seen. */
static void left_alone(void)
{
    struct item before = some_item(BREAKER_CLOSED), open = some_item(BREAKER_OPEN);
    open.version = before.version + 1;
    open.generation = before.generation + 1;
    open.until_ms = 700000; /* by a clock that is far ahead */
    begin(&second);
    world.there = true;
    world.item = open;
    asks(A, 100000, SHARED_LOAD);
    stores(A, 100001, SHARED_REFUSE);
    asks(A, 101100, SHARED_LOAD);
    hears(A, SHARED_ITEM, &before, 101101, "is shown the item as it was before",
          SHARED_LOAD);
    asks(A2, 101102, SHARED_LOAD); /* the copy is as old as it was */
    stores(A2, 101103, SHARED_REFUSE);
    want_ms(world.wish[A2].retry_after_ms, 105001 - 101103, "how long it is to wait");
}

/* So it is when a call is over, and has lost a race without being shown the item. */
static void after_a_call(void)
{
    begin(&never);
    has_closed(0, 100000);
    may_call(A, 100001);
    may_call(B, 109990);
    fails(B, 109999, SHARED_SAVE);
    asks(A, 110000, SHARED_LOAD);
    stores(A, 110000, SHARED_GRANT);
    fails(A, 110001, SHARED_SAVE); /* begins a new window, and is quicker */
    finish(A, 110002);
    stores_or(false, B, 110003, SHARED_LOAD);
    want_strong(B);
    somebody_deletes();
    stores(B, 110004, SHARED_SAVE); /* closed, in generation 0, as it was */
    finish(B, 110005);
    want_counts(1, 1);
}

static void old_news(void)
{
    begin(&second);
    may_call(A, 100000);
    fails(A, 100001, SHARED_SAVE);
    finish(A, 100002);
    struct item before = world.item;
    asks(A, 100003, SHARED_GRANT);
    fails(A, 100004, SHARED_SAVE);
    finish(A, 100005);
    want_opened_once();
    asks(A, 101100, SHARED_LOAD);
    story_lesson("An item of the copy's own version is no older: it is taken, and the "
                 "copy is fresh again.");
    stores(A, 101101, SHARED_REFUSE);
    story_lesson(NULL);
    asks(A, 102200, SHARED_LOAD);
    hears(A, SHARED_ITEM, &before, 102201, "is shown the item as it was before",
          SHARED_LOAD);
    want_strong(A);
    stores(A, 102202, SHARED_REFUSE);

    asks(A, 103300, SHARED_LOAD); /* now somebody has deleted it */
    hears(A, SHARED_ITEM, NULL, 103301, "is shown no item", SHARED_LOAD);
    want_strong(A);
    hears(A, SHARED_ITEM, NULL, 103302, "a strong read shows none, too", SHARED_GRANT);
    left_alone();
    after_a_call();
}

#endif
