/* Check of chapter 15: one scout for the fleet, and a store that may fail. fleet.h is
 * what the stories are told in; grants.h is about the store alone, silence.h about one
 * that does not answer, house.h about the client and its store; orders.h walks all
 * orders of two environments, history.h plays three by chance. */
#include "fleet.h"
#include "grants.h"
#include "history.h"
#include "house.h"
#include "orders.h"
#include "silence.h"

/* --- to want the probe ------------------------------------------------------------ */

/* One who finds the rest over. It may draw 0 ms, and then need not sleep. */
static int64_t nap_of(const struct shared_config *config, uint64_t skip)
{
    begin(config);
    store_has(open_until(105000));
    world.drawn = skip;
    asks(A, 105000, SHARED_LOAD);
    struct shared_wish wish = shared_hear(&world.env[A], &world.call[A], SHARED_ITEM,
                                          &world.item, 105001, draw(&world));
    if (wish.want == SHARED_SAVE)
        return 0;
    follows(A, 105001, "is shown the item", wish, SHARED_SLEEP);
    return wish.sleep_ms;
}

static void waits_once(void)
{
    int64_t least = INT64_MAX, most = 0;
    for (uint64_t skip = 0; skip < 400; skip += 2) {
        int64_t nap = nap_of(&naps, skip);
        want_yes(nap >= 0 && nap <= 100, true, "%" PRId64 " ms: from 0 to jitter_ms?",
                 nap);
        least = nap < least ? nap : least;
        most = nap > most ? nap : most;
    }
    story_tell("  two hundred of them sleep %" PRId64 " to %" PRId64 " ms", least,
               most);
    want_yes(least < 25 && most > 75, true, "does each sleep another while?");
    struct shared_config little = naps;
    little.jitter_ms = 1;
    for (uint64_t skip = 0; skip < 20; skip++)
        want_yes(nap_of(&little, skip) <= 1, true, "with a jitter_ms of 1: 1 at most?");

    while (nap_of(&naps, ++world.drawn) == 0)
        continue;
    wakes(A, 105090, SHARED_LOAD);
    stores(A, 105091, SHARED_SAVE); /* still over: it does not sleep again */

    while (nap_of(&naps, ++world.drawn) == 0)
        continue;
    store_has(leased_until(107050)); /* somebody has gone meanwhile */
    wakes(A, 105090, SHARED_LOAD);
    stores(A, 105091, SHARED_REFUSE);
    want_refused_for(A, 107050 - 105091);
}

static void asks_properly(const struct item *before, int64_t until_ms)
{
    const struct item_write *write = &world.call[A].write;
    const struct item *item = &write->item;
    story_lesson(
        "It goes from this generation to the next one: new_state makes it so.");
    want_ms(write->change, ITEM_PROBE, "the write (3 is ITEM_PROBE)");
    want_ms(write->if_generation, before->generation, "in generation");
    want_ms(item->generation, before->generation + 1, "the item's generation then");
    want_ms(item->state, BREAKER_HALF_OPEN, "its state (2 is HALF_OPEN)");
    story_lesson("A lease lasts lease_ms from our now, whenever the rest was over.");
    want_ms(item->lease_until_ms, until_ms, "its lease ends at");
    story_lesson("The write replaces the item: what is not carried over is lost.");
    want_ms(item->opens, before->opens, "openings so far");
    want_ms(item->ok, before->ok, "good probes so far");
    story_lesson(NULL);
    want_yes(item->owner != 0, true, "does it bear a name? (0 is nobody)");
}

/* Even if all the bits are 0. */
static void never_nobody(void)
{
    begin(&plain);
    store_has(open_until(105000));
    asks(A, 105000, SHARED_LOAD);
    follows(
        A, 105001, "is shown the item, and draws 0",
        shared_hear(&world.env[A], &world.call[A], SHARED_ITEM, &world.item, 105001, 0),
        SHARED_SAVE);
    want_yes(world.call[A].write.item.owner != 0, true,
             "does it bear a name? (0 is nobody)");
}

static void new_name(void)
{
    static uint64_t used[200];
    for (int i = 0; i < 200; i++) {
        begin(&plain);
        struct item over = i % 2 == 0 ? open_until(105000) : leased_until(105000);
        over.ok = (uint32_t)i % 2;
        over.opens = 3;
        store_has(over);
        world.drawn = 2 * (uint64_t)i;
        wants_probe(A, 105000);
        asks_properly(&over, 107001);
        used[i] = world.call[A].write.item.owner;
        for (int j = 0; j < i; j++)
            want_yes(used[j] == used[i], false, "try %d: the name of an earlier try?",
                     i);
    }
    never_nobody();
}

/* The lease that somebody else has just lost: the next in line may want it. */
static void gives_in(void)
{
    begin(&plain);
    store_has(open_until(105000));
    wants_probe(A, 105000);
    int writes = 1;
    for (; world.wish[A].want == SHARED_SAVE && writes < 100; writes++) {
        world.item = leased_until(105000);
        world.item.generation += (uint32_t)writes;
        world.item.version += (uint64_t)writes;
        world.wish[A] = shared_hear(&world.env[A], &world.call[A], SHARED_CONFLICT,
                                    &world.item, 105002 + writes, draw(&world));
    }
    story_tell("  A has lost %d races to leases that are over, and then wants %s",
               writes - 1, wish_name(world.wish[A]));
    want_yes(world.wish[A].want == SHARED_REFUSE, true, "is it refused in the end?");
    want_yes(writes - 1 <= 9, true, "after 9 lost races, or fewer?");
    want_yes(writes - 1 > 1, true, "has it tried again at all?");
    int64_t told_ms = world.wish[A].retry_after_ms;
    story_lesson("Who gives in waits as long as a copy is trusted, or half as long.");
    want_yes(told_ms >= 500 && told_ms <= 1000, true,
             "told to wait for %" PRId64 " ms: at least half of cache_ms, at most all?",
             told_ms);
}

/* --- one of all ------------------------------------------------------------------- */

static void one_goes(void)
{
    begin(&plain);
    store_has(open_until(105000));
    asks(A, 104999, SHARED_LOAD);
    stores(A, 104999, SHARED_REFUSE);
    want_refused_for(A, 1);
    asks(A, 105000, SHARED_SAVE);
    wants_probe(B, 105000);
    wants_probe(C, 105000);
    stores(B, 105002, SHARED_GRANT);
    is_scout(B);
    int64_t lease = world.item.lease_until_ms;
    stores(A, 105003, SHARED_REFUSE);
    want_refused_for(A, lease - 105003);
    stores_or(false, C, 105003, SHARED_LOAD);
    want_yes(world.wish[C].strong, true, "is it a strong read?");
    stores(C, 105004, SHARED_REFUSE);
    want_refused_for(C, lease - 105004);
    asks(A2, 105005, SHARED_REFUSE);
    want_state(BREAKER_HALF_OPEN, 2);
}

/* A lease that was over before we heard of it is none. It may be asked for anew, or be
 * left to the next call: how many races are enough is left open. */
static void won_too_late(void)
{
    begin(&plain);
    store_has(open_until(105000));
    wants_probe(A, 105000);
    want_yes(write_arrives(&world, A), true, "does the condition of its write hold?");
    struct shared_wish wish =
        shared_hear(&world.env[A], &world.call[A], SHARED_CONFLICT, &world.item,
                    world.item.lease_until_ms, draw(&world));
    bool leaves = wish.want == SHARED_REFUSE;
    follows(A, world.item.lease_until_ms, "its write has lost, to itself", wish,
            leaves ? SHARED_REFUSE : SHARED_SAVE);
    if (leaves)
        asks(A, 107005, SHARED_SAVE);
    stores(A, 107010, SHARED_GRANT);
    is_scout(A);
    want_state(BREAKER_HALF_OPEN, 3);
}

static void name_says(void)
{
    begin(&plain);
    store_has(open_until(105000));
    wants_probe(A, 105000);
    want_yes(write_arrives(&world, A), true, "does the condition of its write hold?");
    stores(A, 105003, SHARED_GRANT); /* sent twice: the second has lost to the first */
    is_scout(A);
    want_state(BREAKER_HALF_OPEN, 2);

    begin(&plain); /* the same, and it is not shown the item */
    store_has(open_until(105000));
    wants_probe(A, 105000);
    want_yes(write_arrives(&world, A), true, "does the condition of its write hold?");
    stores_or(false, A, 105003, SHARED_LOAD);
    stores(A, 105004, SHARED_GRANT);
    is_scout(A);

    begin(&plain); /* two calls of one environment are not one */
    store_has(open_until(105000));
    wants_probe(A, 105000);
    asks(A2, 105001, SHARED_SAVE);
    stores(A, 105002, SHARED_GRANT);
    stores(A2, 105003, SHARED_REFUSE);

    won_too_late();
}

/* A goes, stands still past its lease, and B goes. */
static void a_sleeps(void)
{
    begin(&plain);
    store_has(open_until(105000));
    gets_probe(A, 105000);
    asks(B, 106999, SHARED_LOAD);
    stores(B, 107000, SHARED_REFUSE); /* 1 ms to go */
    asks(B, 107001, SHARED_SAVE);
    stores(B, 107002, SHARED_GRANT);
    is_scout(B);
    want_state(BREAKER_HALF_OPEN, 3);
}

static void comes_back(enum breaker_outcome outcome)
{
    a_sleeps();
    reports(A, outcome, 107003, SHARED_SAVE); /* it has heard of nothing */
    stores(A, 107004, SHARED_DONE);
    want_state(BREAKER_HALF_OPEN, 3);
    asks(A, 107005, SHARED_REFUSE);

    a_sleeps();
    asks(A2, 107003, SHARED_LOAD);
    stores(A2, 107004, SHARED_REFUSE);
    reports(A, outcome, 107005, SHARED_DONE); /* it has */
    reports(B, BREAKER_OK, 107006, SHARED_SAVE);
    stores(B, 107007, SHARED_DONE);
    want_state(BREAKER_CLOSED, 4);
}

/* An operator writes another state by hand, and thinks of no generation. */
static void by_hand(void)
{
    begin(&plain);
    store_has(open_until(105000));
    gets_probe(A, 105000);
    store_has((struct item){.schema = ITEM_SCHEMA, .generation = 2, .version = 9});
    asks(A2, 106100, SHARED_LOAD);
    stores(A2, 106101, SHARED_GRANT);
    reports(A, BREAKER_FAILED, 106102, SHARED_DONE);
    store_has((struct item){.schema = ITEM_SCHEMA,
                            .generation = 2,
                            .version = 10,
                            .state = BREAKER_OPEN,
                            .until_ms = 110000});
    asks(A, 107200, SHARED_LOAD);
    stores(A, 107201, SHARED_REFUSE);
    reports(A2, BREAKER_FAILED, 107202, SHARED_DONE);
}

static void zombie(void)
{
    comes_back(BREAKER_OK);
    comes_back(BREAKER_FAILED);
    comes_back(BREAKER_IGNORED);
    by_hand();
}

static void good_probe(enum who who, int64_t now_ms)
{
    gets_probe(who, now_ms);
    reports(who, BREAKER_OK, now_ms + 3, SHARED_SAVE);
    stores(who, now_ms + 4, SHARED_DONE);
}

static void what_it_says(void)
{
    begin_with(&plain, &two_good);
    store_has(open_until(105000));
    good_probe(A, 105000);
    want_state(BREAKER_HALF_OPEN, 3); /* one more, and it may be anybody's */
    want_ms(world.item.ok, 1, "good probes");
    good_probe(B, 105010);
    want_state(BREAKER_CLOSED, 5);
    want_ms(world.item.opens, 0, "openings since it was closed");

    begin_with(&plain, &two_good);
    store_has(open_until(105000));
    good_probe(A, 105000);
    gets_probe(B, 105010);
    reports(B, BREAKER_FAILED, 106010, SHARED_SAVE);
    stores(B, 106011, SHARED_DONE);
    want_state(BREAKER_OPEN, 5);
    want_ms(world.item.opens, 2, "openings since it was closed");
    want_ms(world.item.until_ms, 111010, "open until");

    begin_with(&plain, &two_good); /* one that says nothing gives its place back */
    store_has(open_until(105000));
    gets_probe(A, 105000);
    reports(A, BREAKER_IGNORED, 105003, SHARED_SAVE);
    stores(A, 105004, SHARED_DONE);
    want_state(BREAKER_HALF_OPEN, 3);
    gets_probe(B, 105005);
}

/* --- clocks ----------------------------------------------------------------------- */

static void clocks_differ(void)
{
    begin(&plain); /* somebody whose clock is an hour ahead has opened it */
    store_has(open_until(3705000));
    asks(A, 100000, SHARED_LOAD);
    stores(A, 100001, SHARED_REFUSE);
    want_refused_for(A, 5000);
    gets_probe(A, 105001); /* it has been seen for its longest, whatever it says */
    want_state(BREAKER_HALF_OPEN, 2);
    want_ms(world.item.lease_until_ms, 107002, "its lease, by our clock, ends at");

    gets_probe(B, 115000); /* B's clock is ahead: the lease is over for it */
    reports(A, BREAKER_OK, 105010, SHARED_SAVE);
    stores(A, 105011, SHARED_DONE);
    want_state(BREAKER_HALF_OPEN, 3); /* two have gone, one counts */
    reports(B, BREAKER_OK, 115010, SHARED_SAVE);
    stores(B, 115011, SHARED_DONE);
    want_state(BREAKER_CLOSED, 4);
}

static const struct check_test tests[] = {
    {"waits-once",
     "whoever wants the probe waits once, jitter_ms at most, and looks again",
     "All find the rest over at the same moment. Who has slept may find it taken.",
     .body = waits_once},
    {"new-name", "each try for the probe bears a new name, and a lease with an end",
     "The name is all that tells a race that was won from one that was lost.",
     .body = new_name},
    {"gives-in", "no call races for the probe for ever",
     "A user is waiting, and others are at it.", .body = gives_in},
    {"when-over",
     "the probe is given at the end of a rest or of a lease, and not before",
     "At the end itself it is over. A closed breaker has nothing to find out.",
     .body = when_over},
    {"owner-only",
     "only the owner confirms, closes or reopens, and only while half-open",
     "The item says whose the lease is; 0 is nobody.", .body = owner_only},
    {"one-goes", "one goes, and the others are refused until its lease ends",
     "They have lost a race, and are shown who has won it and until when.",
     .body = one_goes},
    {"zombie", "who comes back after its lease went to another changes nothing",
     "The generation has moved on. So it is past, in the store and in the copy.",
     .body = zombie},
    {"what-it-says", "enough good probes close it, a failed one reopens it",
     "The conditions of CONFIRM, CLOSE and REOPEN let the owner through.",
     .body = what_it_says},
    {"name-says", "a lost race to an item with the name of this very try is won",
     "A request may be sent twice; the second loses to the first.", .body = name_says},
    {"not-a-lost-race",
     "a store that fails is no lost race: a known OPEN holds to its end, then we "
     "decide",
     "No answer does not mean that somebody else is looking. LOCAL is a breaker, too.",
     .body = not_a_lost_race},
    {"skip-it", "a store that failed is left alone for skip_ms, and then one call asks",
     "Ask the store's own breaker before the store is asked. It is the same code.",
     .body = skip_it},
    {"clocks-differ",
     "clocks that differ move when a probe is made, not how many count",
     "An end too far ahead is cut; then the store is asked in the item's own words.",
     .body = clocks_differ},
    {"every-order", "in every order of two environments one at a time is out",
     "The order above was found by trying them all. Play it with a pencil.",
     .body = every_order},
    {"any-history",
     "three environments agree in any history, and a healthy fleet writes nothing",
     "Chance has found this one. SEED plays it again.", .body = any_history},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){15, "one-scout-for-the-fleet", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
