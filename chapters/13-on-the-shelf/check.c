/* Check of chapter 13: on the shelf. What an environment must remember lies in an item
 * of a store; here is what it may believe of it, and for how long. shelf.h is what the
 * stories are told in, items.h has items to put there, model.h says what this chapter
 * says once more, and history.h compares the two. */
#include "history.h"

/* --- items ------------------------------------------------------------------------ */

static void absent_closed(void)
{
    story_begin();
    story_tell("  item_read(NULL)");
    struct item item = item_read(NULL), wanted = closed();
    want_yes(alike(&item, &wanted), true,
             "is it closed, all zeros but for the schema?");

    begin(&cache, &rest);
    asks(0, SHARED_LOAD);
    is_shown(3, SHARED_GRANT);
    want_yes(shelf.wish.probe, false, "is this call a probe?");
    want_state(4, BREAKER_CLOSED);
    asks(5, SHARED_GRANT);
}

static void nobody_acts(void)
{
    for (uint32_t how = 0; how < 9; how++) {
        begin(&cache, &rest);
        holds(damaged(how));
        struct item item = item_read(&shelf.item);
        want_ms(item.schema, 0, "its schema, read");
        want_yes(alike(&item, &senseless), true, "and all else zero, too?");
        asks(100, SHARED_LOAD);
        decides(100);
        want_wish(SHARED_LOCAL);
        own_breaker_decides(&shelf.item);
        holds(closed()); /* somebody has mended it */
        decides(1100);
        want_wish(SHARED_GRANT);
    }
}

static void as_it_is(void)
{
    struct item item = closed();
    want_as_it_is(item);
    item.calls = item.failed = 8; /* all of them failed */
    item.until_ms = item.lease_until_ms = 1;
    want_as_it_is(item);
    want_as_it_is(open_until(1));
    want_as_it_is(leased_until(1));
    item = leased_until(0); /* half-open, and nobody's */
    item.owner = 0;
    want_as_it_is(item);
    item = leased_until(INT64_MAX);
    item.version = item.owner = UINT64_MAX;
    item.generation = item.opens = item.calls = item.failed = item.ok = UINT32_MAX;
    item.until_ms = item.window_ms = INT64_MAX;
    item.expires_s = INT64_MIN; /* the store's own business */
    want_as_it_is(item);
    item.state = BREAKER_OPEN;
    want_as_it_is(item);
}

static void ends(void)
{
    want_end(closed(), 0);
    want_end(open_until(1), 5000);
    want_end(leased_until(1), 7000);
}

/* --- the copy --------------------------------------------------------------------- */

/* A share is judged, and the window has a failure: a call that has read the item takes
 * the successes there, see shared.h. The others do not. */
static void has_looked(void)
{
    struct item item = closed();
    item.window_ms = 100000;
    item.calls = item.failed = 1;
    begin(&share, &rest);
    holds(item);
    asks(100000, SHARED_LOAD);
    is_shown(100004, SHARED_GRANT);
    asks(100005, SHARED_GRANT);
    reports(BREAKER_OK, 100006);
    want_yes(shelf.wish.want == SHARED_DONE, true,
             "this call has not read the item, so `looked` is false: no write?");
    asks(100500, SHARED_LOAD);
    is_shown(100501, SHARED_GRANT);
    reports(BREAKER_OK, 100502);
    want_yes(shelf.wish.want == SHARED_SAVE, true,
             "this call has read the item, so `looked` is true: are the successes "
             "written?");
}

static void cached(void)
{
    has_looked();
    begin(&cache, &rest);
    holds(closed());
    asks(100000, SHARED_LOAD);
    is_shown(100004, SHARED_GRANT);
    holds(open_until(102500)); /* and this environment knows nothing of it yet */
    asks(100005, SHARED_GRANT);
    asks(101003, SHARED_GRANT);
    asks(101004, SHARED_LOAD); /* cache_ms old */
    is_shown(101006, SHARED_REFUSE);
    holds(closed());
    asks(102005, SHARED_REFUSE);
    asks(102006, SHARED_LOAD);
    is_shown(102007, SHARED_GRANT);
}

static void healthy(void)
{
    stays_well(&cache);
    stays_well(&share);
}

static void frozen(void)
{
    enum { DAY = 86400000 };
    begin(&cache, &rest);
    decides(1000);
    want_wish(SHARED_GRANT);
    story_tell("             frozen for a day");
    holds(open_until(DAY + 4000));
    asks(DAY + 1000, SHARED_LOAD);
    is_shown(DAY + 1003, SHARED_REFUSE);

    begin(&cache, &rest);
    holds(open_until(6000));
    refused(1000, 5000);
    story_tell("             frozen for four seconds");
    holds(closed());
    asks(5000, SHARED_LOAD);
    is_shown(5003, SHARED_GRANT);

    begin(&cache, &rest);
    holds(open_until(6000));
    refused(1000, 5000);
    story_tell("             frozen until the rest is over");
    asks(8000, SHARED_LOAD);
    may_look(8000);
}

/* --- ends ------------------------------------------------------------------------- */

static void told_how_long(void)
{
    begin(&cache, &rest);
    holds(open_until(105000));
    asks(100000, SHARED_LOAD);
    is_shown(100010, SHARED_REFUSE);
    want_ms(shelf.wish.retry_after_ms, 4990, "told to wait");
    refused(100011, 4989);
    refused(101009, 3991);
    refused(101010, 3990); /* read again */
    refused(104999, 1);
    want_ms(shelf.writes, 0, "writes");
}

static void over(void)
{
    begin(&cache, &rest);
    holds(open_until(104300));
    refused(100000, 4300);
    refused(104299, 1);
    want_state(104299, BREAKER_OPEN);
    want_state(104300, BREAKER_HALF_OPEN);
    may_look(104300);

    begin(&cache, &rest);
    holds(open_until(99000)); /* it was over before anybody here saw it */
    may_look(100000);
}

static void cut(void)
{
    begin(&cache, &rest);
    holds(open_until(700000)); /* by a clock that is ten minutes ahead */
    refused(100000, 5000);
    refused(100999, 4001);
    refused(104999, 1);
    may_look(105000);

    begin(&cache, &rest);
    holds(open_until(INT64_MAX));
    refused(100000, 5000);
    may_look(105000);

    begin(&cache, &growing); /* a rest may last open_max_ms here */
    holds(open_until(119000));
    refused(100000, 19000);
    refused(118999, 1);
    may_look(119000);

    begin(&cache, &growing);
    holds(open_until(700000));
    refused(100000, 20000);
    refused(119999, 1);
    may_look(120000);
}

/* `item` is put into the store at 102000 ms; the rest begins anew if it has another
 * end, and only then. */
static void shown_anew(struct item item, bool anew)
{
    begin(&cache, &rest);
    holds(open_until(700000));
    refused(100000, 5000);
    refused(101000, 4000);
    holds(item);
    refused(102000, anew ? 5000 : 3000);
    refused(103000, anew ? 4000 : 2000);
}

static void seen_again(void)
{
    begin(&cache, &rest);
    holds(open_until(700000));
    for (int64_t now = 100000; now < 105000; now += 250)
        refused(now, 105000 - now);
    may_look(105000);
    may_look(106500);

    struct item item = open_until(700000);
    shown_anew(item, false); /* another version, and that is all */
    item.generation++;
    shown_anew(item, true); /* opened again, until the same moment */
    shown_anew(open_until(700001), true);
}

static void lease(void)
{
    begin(&cache, &rest);
    holds(leased_until(101500));
    refused(100000, 1500);
    refused(101499, 1);
    may_look(101500);

    begin(&cache, &growing); /* of 2000 ms, however long a rest may be */
    holds(leased_until(700000));
    refused(100000, 2000);
    refused(101000, 1000);
    refused(101999, 1);
    may_look(102000);

    static const struct breaker_config as_rest = {.open_ms = 3000, .open_max_ms = 9000};
    begin(&cache, &as_rest); /* probe_lease_ms is 0 */
    holds(leased_until(700000));
    refused(100000, 3000);
    may_look(103000);

    begin(&cache, &rest);
    holds(open_until(700000));
    refused(100000, 5000);
    holds(leased_until(700000)); /* another generation: seen for the first time */
    refused(104000, 2000);
    holds(leased_until(0)); /* given back, and nobody's */
    may_look(105000);
}

/* --- clocks that are set back ----------------------------------------------------- */

static void copy_is_due(void)
{
    begin(&cache, &rest);
    holds(closed());
    decides(3700000);
    want_wish(SHARED_GRANT);
    back(100000);
    holds(open_until(104000));
    asks(100000, SHARED_LOAD);
    is_shown(100002, SHARED_REFUSE);
    asks(101001, SHARED_REFUSE);
    asks(101002, SHARED_LOAD);
}

static void rest_no_longer(void)
{
    begin(&cache, &rest);
    holds(open_until(3705000)); /* right, by the clock as it was */
    refused(3700000, 5000);
    back(100000);
    refused(100000, 5000);
    refused(102000, 3000);
    may_look(105000);

    begin(&cache, &rest);
    holds(leased_until(3702000));
    refused(3700000, 2000);
    back(100000);
    refused(100000, 2000);
    may_look(102000);

    begin(&cache, &rest);
    holds(open_until(700000));
    refused(100000, 5000);
    refused(104000, 1000);
    back(103500); /* later than it was seen first, earlier than it was read last */
    asks(103500, SHARED_LOAD);
    is_shown(103500, SHARED_REFUSE);
    want_ms(shelf.wish.retry_after_ms, 1500, "told to wait");
}

/* A failure is counted in the window of the clock as it is now. */
static void window_no_longer(void)
{
    struct item item = closed();
    item.window_ms = 3700000;
    item.calls = item.failed = 1;
    begin(&cache, &rest);
    holds(item);
    decides(3700500);
    back(100000);
    decides(100000);
    decides(115000);
    want_wish(SHARED_GRANT);
    reports(BREAKER_FAILED, 115001);
    want_wish(SHARED_SAVE);
    want_ms(shelf.call.write.item.window_ms, 110000, "the window it is counted in");
}

static void steps_back(void)
{
    copy_is_due();
    rest_no_longer();
    window_no_longer();
}

/* --- random items and histories --------------------------------------------------- */

static void any_history(void)
{
    any_bytes();
    for (int i = 0; i < 300; i++) { /* short ones first */
        struct shared_config config = cache;
        config.cache_ms = 1 + chance_below(1500);
        struct breaker_config breaker = {.open_ms = 100 + chance_below(5000)};
        breaker.open_max_ms =
            chance_below(2) > 0 ? breaker.open_ms + chance_below(9000) : 0;
        breaker.probe_lease_ms = chance_below(2) > 0 ? 100 + chance_below(3000) : 0;
        play_history(&config, &breaker, 3 + i);
    }
}

/* --- the table -------------------------------------------------------------------- */

static const struct check_test tests[] = {
    {"absent-closed", "no item is a closed breaker",
     "Nobody has written yet because nobody had to: that is the healthy fleet.",
     .body = absent_closed},
    {"nobody-acts", "an item that makes no sense is acted on by nobody",
     "Read it as schema 0, all zeros; then the environment's own breaker decides.",
     .body = nobody_acts},
    {"as-it-is", "any other item is taken whole, as it stands",
     "A field that is strange but possible is none of item_read's business.",
     .body = as_it_is},
    {"ends", "each state has an end of its own",
     "A rest ends at until_ms, a lease at lease_until_ms, and closed has no end: 0.",
     .body = ends},
    {"cached", "a copy younger than cache_ms is trusted, an older one is read again",
     "A call says in `looked` whether it has read; at exactly cache_ms it must.",
     .body = cached},
    {"healthy", "a fleet that is well writes nothing, and reads once in cache_ms",
     "Each read costs money, and the store can serve only so many.", .body = healthy},
    {"frozen", "a freeze makes a copy old",
     "The code stood still and the clock did not: look at the time in every call.",
     .body = frozen},
    {"told-how-long", "while the item is open calls are refused, and told how long",
     "What is left is the end less the time now, whenever the copy was read.",
     .body = told_how_long},
    {"over", "when its end has come somebody goes and looks",
     "At exactly its end a rest is over, as in chapter 4; see scout().", .body = over},
    {"cut", "an end too far ahead is cut to the longest rest since it was first seen",
     "The longest is open_max_ms, or open_ms if that is 0. No right clock writes more.",
     .body = cut},
    {"seen-again", "to see the same end again makes it no longer",
     "First seen is when generation or end last changed, not when it was last read.",
     .body = seen_again},
    {"lease", "a lease is treated like a rest",
     "Its longest is probe_lease_ms, or open_ms if that is 0.", .body = lease},
    {"steps-back", "a clock that is set back makes nothing younger, and nothing longer",
     "A time of ours that lies ahead of now was taken by the clock as it was before.",
     .body = steps_back},
    {"any-history", "all this holds for any history",
     "Chance has found this one. SEED plays it again.", .body = any_history},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){13, "on-the-shelf", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
