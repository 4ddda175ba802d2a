/* Check of chapter 14: one truth. Every write is conditional, so of all who write at
 * the same time one has won, and the others know it. fleet.h is what the stories are
 * told in, late.h tells those of late and old news, orders.h walks all of them. */
#include "late.h"
#include "orders.h"
#include "script.h"

/* --- what the store may do -------------------------------------------------------- */

static void same_generation(void)
{
    for (uint32_t state = BREAKER_CLOSED; state <= BREAKER_HALF_OPEN; state++)
        for (uint32_t change = ITEM_COUNT; change <= ITEM_REOPEN; change++) {
            struct item item = some_item((enum breaker_state)state);
            struct item_write write = decided_on(&item, (enum item_change)change);
            write.if_generation = 6;
            want_held(&write, &item, false, "decided before a transition");
            write.if_generation = 8;
            want_held(&write, &item, false, "decided in a generation not begun");
            write.if_generation = 7;
            want_held(&write, NULL, false, "and the item is gone");
        }
}

static void same_window(void)
{
    for (uint32_t change = ITEM_COUNT; change <= ITEM_WINDOW; change++) {
        struct item item = some_item(BREAKER_CLOSED);
        struct item_write write = decided_on(&item, (enum item_change)change);
        want_held(&write, &item, true, "nothing has changed");
        item.version += 5;
        item.calls += 5;
        want_held(&write, &item, true, "others have counted meanwhile");
        item.window_ms = 30000;
        want_held(&write, &item, false, "a new window has begun");
        item = some_item(BREAKER_OPEN);
        want_held(&write, &item, false, "it is open");
        item = some_item(BREAKER_HALF_OPEN);
        want_held(&write, &item, false, "it is half-open");
    }
    struct item nothing = item_read(NULL);
    struct item_write write = decided_on(&nothing, ITEM_WINDOW);
    want_held(&write, NULL, true, "the first window of all");
}

static void trips_closed(void)
{
    struct item item = some_item(BREAKER_CLOSED);
    struct item_write write = decided_on(&item, ITEM_TRIP);
    want_held(&write, &item, true, "nothing has changed");
    item.version += 5;
    item.failed = item.calls += 5;
    want_held(&write, &item, true, "others have failed meanwhile");
    item.window_ms = 30000;
    want_held(&write, &item, true, "a new window has begun");
    item = some_item(BREAKER_OPEN);
    want_held(&write, &item, false, "it is open already");
    item = some_item(BREAKER_HALF_OPEN);
    want_held(&write, &item, false, "it is half-open");
    struct item nothing = item_read(NULL);
    write = decided_on(&nothing, ITEM_TRIP);
    want_held(&write, NULL, true, "no item is as good as a closed one");
}

static void never_over_damage(void)
{
    struct item sound = some_item(BREAKER_CLOSED), nothing = item_read(NULL);
    struct item damaged[] = {sound, sound, sound};
    damaged[0].schema = 2;
    damaged[1].failed = damaged[1].calls + 1;
    damaged[2].state = 3;
    static const char *const what[] = {"an item of another schema",
                                       "more failed than calls", "there is no state 3"};
    for (uint32_t change = ITEM_COUNT; change <= ITEM_REOPEN; change++)
        for (int i = 0; i < 3; i++) {
            struct item_write before = decided_on(&sound, (enum item_change)change);
            want_held(&before, &damaged[i], false, what[i]);
            struct item_write anew = decided_on(&nothing, (enum item_change)change);
            want_held(&anew, &damaged[i], false, what[i]);
        }
}

/* --- counting together ------------------------------------------------------------ */

static void both_counted(void)
{
    begin(&never);
    may_call(A, 100000);
    may_call(B, 100000);
    for (uint32_t round = 1; round <= 3; round++) {
        int64_t now = 100000 + 10 * (int64_t)round;
        fails(A, now, SHARED_SAVE);
        fails(B, now, SHARED_SAVE);
        finish(A, now + 1);
        finish(B, now + 2);
        story_lesson(world.item.failed == 1
                         ? "Who has lost to a new window writes again: "
                           "his failure is not in it yet."
                         : NULL);
        want_counts(2 * round, 2 * round);
        asks(A, now + 3, SHARED_GRANT);
        asks(B, now + 3, SHARED_GRANT);
    }
}

static void successes_go_along(void)
{
    begin(&never);
    may_call(A, 100000);
    may_call(B, 100000);
    reports(A, BREAKER_OK, 100001, SHARED_DONE);
    reports(B, BREAKER_OK, 100001, SHARED_DONE);
    asks(A, 100002, SHARED_GRANT);
    asks(B, 100002, SHARED_GRANT);
    fails(A, 100003, SHARED_SAVE);
    fails(B, 100003, SHARED_SAVE);
    finish(A, 100004);
    want_counts(2, 1);
    finish(B, 100005); /* has lost, and nothing of it is lost */
    want_counts(4, 2);

    begin(&never);
    may_call(A, 109980);
    reports(A, BREAKER_OK, 109990, SHARED_DONE); /* of another window */
    asks(A, 109991, SHARED_GRANT);
    fails(A, 110000, SHARED_SAVE);
    finish(A, 110001);
    want_counts(1, 1);
}

static void written_once(void)
{
    begin(&never);
    may_call(A, 100000);
    reports(A, BREAKER_OK, 100001, SHARED_DONE);
    asks(A, 100002, SHARED_GRANT);
    fails(A, 100003, SHARED_SAVE);
    loses_the_answer(A, 100053);
    want_counts(2, 1);
    may_call(A, 100054);
    fails(A, 100055, SHARED_SAVE);
    finish(A, 100056);
    want_counts(3, 2);

    begin(&first); /* and a trip, be it the first write or the second */
    may_call(A, 100000);
    fails(A, 100001, SHARED_SAVE);
    if (world.call[A].write.change != ITEM_TRIP)
        stores(A, 100002, SHARED_SAVE);
    loses_the_answer(A, 100052);
    want_opened_once();
    asks(A, 100053, SHARED_LOAD);
    stores(A, 100054, SHARED_REFUSE);
}

static void counted_in_the_new(void)
{
    begin(&never);
    may_call(A, 109990);
    may_call(B, 109991);
    fails(A, 109999, SHARED_SAVE);
    fails(B, 110000, SHARED_SAVE);
    finish(B, 110001);
    stores(A, 110002, SHARED_SAVE);
    finish(A, 110003);
    want_ms(world.item.window_ms, 110000, "the window of the item");
    want_counts(2, 2);
}

/* --- losing ----------------------------------------------------------------------- */

/* Both have failed once; A has won the trip. */
static void a_trips(void)
{
    begin(&first);
    may_call(A, 100000);
    may_call(B, 100000);
    fails(A, 100001, SHARED_SAVE);
    fails(B, 100001, SHARED_SAVE);
    finish(A, 100002);
    want_opened_once();
}

static void loser_adopts(void)
{
    a_trips();
    stores(B, 100004, SHARED_DONE); /* its count has lost to an opening */
    asks(B, 100005, SHARED_REFUSE);
    want_ms(world.wish[B].retry_after_ms, world.item.until_ms - 100005,
            "how long B is told to wait");
    want_opened_once();

    begin(&second); /* one failure is in the item, and two come: both trip */
    may_call(A, 100000);
    fails(A, 100001, SHARED_SAVE);
    finish(A, 100002);
    asks(A, 100003, SHARED_GRANT);
    may_call(B, 100003);
    fails(A, 100004, SHARED_SAVE);
    fails(B, 100004, SHARED_SAVE);
    if (world.call[A].write.change != ITEM_TRIP)
        stores(A, 100005, SHARED_SAVE);
    finish(B, 100006);
    stores(A, 100007, SHARED_DONE);
    asks(A, 100008, SHARED_REFUSE);
    want_opened_once();
}

static void not_shown(void)
{
    a_trips();
    stores_or(false, B, 100004, SHARED_LOAD);
    want_strong(B);
    stores(B, 100005, SHARED_DONE);
    asks(B, 100006, SHARED_REFUSE);

    begin(&never);
    may_call(A, 100000);
    may_call(B, 100000);
    fails(A, 100001, SHARED_SAVE);
    fails(B, 100001, SHARED_SAVE);
    finish(A, 100002);
    stores_or(false, B, 100003, SHARED_LOAD);
    want_strong(B);
    stores(B, 100004, SHARED_SAVE); /* closed as before: its failure still counts */
    finish(B, 100005);
    want_counts(2, 2);
}

/* Always there is somebody who was a little quicker. */
static void gives_in(void)
{
    begin(&never);
    may_call(A, 100000);
    fails(A, 100001, SHARED_SAVE);
    int writes = 0;
    for (; world.wish[A].want == SHARED_SAVE && writes < 100; writes++) {
        world.there = true;
        world.item = (struct item){.schema = ITEM_SCHEMA,
                                   .version = (uint64_t)writes + 1,
                                   .window_ms = writes + 1};
        world.wish[A] = shared_hear(&world.env[0], &world.call[A], SHARED_CONFLICT,
                                    &world.item, 100002 + writes, 7);
    }
    story_tell("  A has lost %d races, and then wants %s", writes,
               wish_name(world.wish[A]));
    want_yes(writes <= 9, true, "does one call give in after 9 lost races, or fewer?");
    want_yes(writes > 1, true, "has it tried again at all?");
    asks(A, 100200, SHARED_GRANT);
    fails(A, 100201, SHARED_SAVE);
    finish(A, 100202);
    want_ms(world.item.failed, 1, "failures in the item");
}

static const struct check_test tests[] = {
    {"same-generation",
     "no write is made in another generation than the one it was decided in",
     "A write that was decided before a transition must not change what came after.",
     .body = same_generation},
    {"same-window", "counts are written only while closed, and in the window seen",
     "A new window, or an open breaker, has no use for counts of before.",
     .body = same_window},
    {"trips-closed", "only a closed breaker trips, whatever its counts are by then",
     "Others may have counted meanwhile; that is no reason not to open.",
     .body = trips_closed},
    {"never-over-damage", "an item that cannot be trusted is replaced by no write",
     "item_read gives it schema 0, and no condition holds for that.",
     .body = never_over_damage},
    {"both-counted", "two who fail at the same time are both counted",
     "Send what is to be added, not the sum: the sum was reckoned from an old copy.",
     .body = both_counted},
    {"successes-go-along",
     "a failure takes the successes of its window along, and no others",
     "Whoever loses a race has written nothing, so he writes them the next time.",
     .body = successes_go_along},
    {"written-once", "a write without an answer is not made again",
     "It may have been made. Whoever writes it again may have written it twice.",
     .body = written_once},
    {"counted-in-the-new", "a failure that lost to a new window is counted there",
     "The breaker is closed as before, only the window is another: write again.",
     .body = counted_in_the_new},
    {"loser-adopts", "whoever loses a race goes by the item that he is shown",
     "Somebody was quicker, and what he made of the item is the truth now.",
     .body = loser_adopts},
    {"not-shown", "whoever is not shown it reads it, strongly",
     "An eventual read may show what stood there before the race.", .body = not_shown},
    {"gives-in", "no call loses races for ever",
     "A user is waiting. After a few lost races another call may try.",
     .body = gives_in},
    {"old-news", "only a strong read leads back to an older item",
     "An eventual read may be older than the copy, which it must leave as it is. Look "
     "again, strongly; what that shows is taken.",
     .body = old_news},
    {"late-news", "what was asked in a generation that is over counts nowhere",
     "Compare the call's generation with the item's, before a write and after it. A "
     "damaged item has none.",
     .body = late_is_late},
    {"every-order",
     "in every order of two environments nothing is lost and it opens once",
     "The order above was found by trying them all. Play it with a pencil.",
     .body = every_order},
};

int main(int argc, char **argv)
{
    return check_main(
        argc, argv,
        &(struct check){14, "one-truth", tests, (int)(sizeof tests / sizeof tests[0])});
}
