/* orders.h - every order of two environments that find the rest over, for check.c.
 *
 * What can happen next: one begins, or begins again once time has gone on; what it
 * wants of the store arrives; the answer is heard, or, once in a walk, goes wrong; its
 * probe is good, or fails; and once in a walk time goes on until every lease is over.
 * walk_on() tries whatever can come next, and from there whatever can come after that,
 * to the end. What was met before is not walked again: two orders that lead to the same
 * bytes lead on alike. So time stands still but for the one leap, and chance goes by
 * who asks for it and how often. */
#ifndef ORDERS_H
#define ORDERS_H

#include "fleet.h"

enum fault { NONE, ERROR, LOST, HIDDEN, TWICE, TWICE_HIDDEN, FAULTS };
enum stage { OVER, ASKED, SERVED, IN_THE_AIR };

struct walker {
    enum stage stage;
    uint32_t begun, drawn; /* how often */
    enum shared_news news; /* SERVED: what will be heard */
    bool shown;
    struct item item;
    uint64_t name;       /* of the lease that the store gave it; 0: none */
    int64_t lease_until; /* and until when */
    bool failed;         /* the store has failed it in this call */
};

struct walk {
    struct world world;
    struct walker by[2];
    bool faulty, late; /* there was a fault; time has gone on */
    uint32_t probes, results;
};

enum { LONGEST = 64 };
static struct {
    const char *who, *what, *how;
} path[LONGEST];
static uint32_t walks;

/* The fingerprints of what was met. Bytes that mean nothing may differ: then a place is
 * met twice, and nothing is missed. */
enum { MET = 1 << 18 };
static uint64_t met[MET];

static bool met_before(const struct walk *w)
{
    const unsigned char *bytes = (const unsigned char *)w;
    uint64_t mark = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < sizeof *w; i++)
        mark = (mark ^ bytes[i]) * UINT64_C(0x100000001b3);
    mark |= 1; /* 0 is an empty place */
    for (uint64_t at = mark >> 40, n = 0; n < MET; at++, n++) {
        uint64_t *place = &met[at % MET];
        if (*place == mark)
            return true;
        if (*place == 0) {
            *place = mark;
            return false;
        }
    }
    return false;
}

static void note(int length, int e, const char *what)
{
    if (length >= LONGEST)
        want_yes(false, true, "does every order come to an end?");
    path[length].who = e == A ? "A: " : e == B ? "B: " : "";
    path[length].what = what;
    path[length].how = "";
}

static void never(int length, bool you, const char *what)
{
    if (!you)
        return;
    story_begin();
    story_tell("  the rest is over; A and B have read the item");
    for (int i = 0; i < length; i++)
        story_tell("  %2d  %s%s%s", i + 1, path[i].who, path[i].what, path[i].how);
    want_yes(true, false, "%s", what);
}

static int64_t walk_ms(const struct walk *w)
{
    return w->late ? 107500 : 105000;
}

static uint64_t walk_draw(struct walk *w, int e)
{
    w->world.drawn = (e == A ? 100U : 200U) + w->by[e].drawn++;
    uint64_t bits = draw(&w->world);
    w->world.drawn = 0;
    return bits;
}

static bool serve_write(struct walk *w, int e, int length)
{
    const struct item_write *write = &w->world.call[e].write;
    struct walker *walker = &w->by[e];
    bool may = allowed(write, &w->world.item),
         made = write_arrives(&w->world, (enum who)e);
    never(length, made != may,
          "has the store made a write that it must not, or the "
          "other way round?");
    bool probe = write->change == ITEM_PROBE;
    never(length, made && !probe && write->if_owner != walker->name,
          "has somebody who holds no lease changed the item?");
    if (made && probe) {
        walker->name = w->world.item.owner;
        walker->lease_until = w->world.item.lease_until_ms;
    }
    w->results += made && !probe;
    return made;
}

static const char *how(bool load, bool made, enum fault fault)
{
    static const char *const names_of[] = {": made",
                                           ": the store fails, nothing is done",
                                           ": done, but the answer is lost",
                                           ": it will not be shown the item",
                                           ": sent twice, the second has lost",
                                           ": sent twice, and not shown the item"};
    if (load && (fault == NONE || fault > LOST))
        return "";
    if (!load && !made && fault != ERROR)
        return fault == NONE ? ": it has lost"
                             : ": it has lost, and will not hear of it";
    return names_of[fault];
}

static void serve(struct walk *w, int e, int length, enum fault fault)
{
    struct walker *walker = &w->by[e];
    bool load = w->world.wish[e].want == SHARED_LOAD, made = false;
    note(length, e, load ? "its read arrives" : "its write arrives");
    if (!load && fault != ERROR)
        made = serve_write(w, e, length + 1);
    path[length].how = how(load, made, fault);
    if (made && fault >= TWICE)
        made = false; /* so the answer says */
    walker->news = load ? SHARED_ITEM : made ? SHARED_SAVED : SHARED_CONFLICT;
    if (fault == ERROR || fault == LOST)
        walker->news = SHARED_FAILED;
    bool hidden = fault == HIDDEN || fault == TWICE_HIDDEN;
    walker->shown =
        walker->news != SHARED_FAILED && !(hidden && walker->news == SHARED_CONFLICT);
    walker->item = w->world.item;
    walker->failed = walker->failed || walker->news == SHARED_FAILED;
    w->faulty = w->faulty || fault != NONE;
    walker->stage = SERVED;
}

/* One goes to look. */
static void goes(struct walk *w, int e, int length)
{
    struct walker *me = &w->by[e], *other = &w->by[1 - e];
    int64_t now = walk_ms(w);
    never(length + 1, !w->world.wish[e].probe,
          "is it let through, but not as a probe?");
    never(length + 1, me->name == 0 || me->name != w->world.call[e].write.item.owner,
          "does it go without having been given the lease?");
    never(length + 1, now >= me->lease_until, "does it go when its lease is over?");
    never(length + 1, other->stage == IN_THE_AIR && now < other->lease_until,
          "does it go while the other, whose lease still runs, is out?");
    me->stage = IN_THE_AIR;
    w->probes++;
}

static void follow(struct walk *w, int e, int length, struct shared_wish wish)
{
    struct walker *me = &w->by[e];
    enum shared_want want = wish.want;
    w->world.wish[e] = wish;
    bool again = want == SHARED_SAVE || want == SHARED_LOAD;
    me->stage = again ? ASKED : OVER;
    if (want == SHARED_GRANT && w->world.item.state != BREAKER_CLOSED)
        goes(w, e, length);
    never(length + 1, want == SHARED_SLEEP, "does it sleep, though jitter_ms is 0?");
    never(length + 1, want == SHARED_LOCAL && !me->failed,
          "does it ask the house, though the store has not failed it?");
}

static void begin_one(struct walk *w, int e, int length)
{
    note(length, e, w->by[e].begun++ == 0 ? "begins" : "begins again");
    w->by[e].failed = false;
    w->by[e].name = 0;
    follow(
        w, e, length,
        shared_ask(&w->world.env[e], &w->world.call[e], walk_ms(w), walk_draw(w, e)));
}

static void hear(struct walk *w, int e, int length)
{
    struct walker *me = &w->by[e];
    note(length, e, me->news == SHARED_FAILED ? "no answer comes" : "the answer comes");
    follow(w, e, length,
           shared_hear(&w->world.env[e], &w->world.call[e], me->news,
                       me->shown ? &me->item : NULL, walk_ms(w), walk_draw(w, e)));
}

static void land(struct walk *w, int e, int length, enum breaker_outcome outcome)
{
    note(length, e, outcome == BREAKER_OK ? "its probe is good" : "its probe fails");
    follow(w, e, length,
           shared_report(&w->world.env[e], &w->world.call[e], outcome, 0, walk_ms(w),
                         walk_draw(w, e)));
}

static void at_the_end(const struct walk *w, int length)
{
    walks++;
    never(length, w->results > 1 && !w->late, "have two results been written?");
    if (w->faulty || w->late)
        return;
    never(length, w->probes != 1, "has not one of them gone, and only one?");
    never(length, w->results != 1, "is its result not in the item?");
    never(length, w->world.item.state == BREAKER_HALF_OPEN, "is it still half-open?");
}

static void walk_on(const struct walk *w, int length);

/* Whatever can come next of this one. */
static void try_moves(const struct walk *w, int e, int length)
{
    enum stage stage = w->by[e].stage;
    bool may_begin = w->by[e].begun == 0 || (w->late && w->by[e].begun == 1);
    struct walk after = *w;
    if (stage == OVER && may_begin) {
        begin_one(&after, e, length);
        walk_on(&after, length + 1);
    } else if (stage == SERVED) {
        hear(&after, e, length);
        walk_on(&after, length + 1);
    } else if (stage == IN_THE_AIR) {
        for (int outcome = BREAKER_OK; outcome <= BREAKER_FAILED; outcome++) {
            after = *w;
            land(&after, e, length, (enum breaker_outcome)outcome);
            walk_on(&after, length + 1);
        }
    } else if (stage == ASKED) {
        for (int fault = NONE; fault < (w->faulty ? ERROR : FAULTS); fault++) {
            after = *w;
            serve(&after, e, length, (enum fault)fault);
            walk_on(&after, length + 1);
        }
    }
}

static void walk_on(const struct walk *w, int length)
{
    if (met_before(w))
        return;
    bool all_over = w->by[A].stage == OVER && w->by[B].stage == OVER;
    if (all_over && w->by[A].begun > 0 && w->by[B].begun > 0)
        at_the_end(w, length);
    try_moves(w, A, length);
    try_moves(w, B, length);
    if (w->late || all_over)
        return;
    struct walk after = *w;
    note(length, CALLS, "two seconds go by");
    after.late = true;
    walk_on(&after, length + 1);
}

static void every_order(void)
{
    begin(&plain);
    store_has(open_until(105000));
    for (enum who who = A; who <= B; who++) {
        asks(who, 104990, SHARED_LOAD);
        stores(who, 104991, SHARED_REFUSE);
    }
    static struct walk start;
    start.world = world;
    walk_on(&start, 0);
    want_yes(walks > 100, true, "are there more than a hundred ends?");
}

#endif
