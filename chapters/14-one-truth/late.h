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

static void late_is_late(void)
{
    late_news();
    late_success();
    over_when_damaged();
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
    stores(A, 101101, SHARED_REFUSE); /* what it knows is as good as new */
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
}

#endif
