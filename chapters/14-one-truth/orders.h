/* orders.h - every order of two environments, for check.c.
 *
 * Both have made a good call and have another in the air, which will fail. What can
 * happen next: a failure is reported; a write arrives at the store; its answer is
 * heard, or, once in a walk, goes wrong. walk_on() tries whatever can come next, and
 * from there whatever can come after that, to the end. storm explore does the same for
 * many rules in a larger world. */
#ifndef ORDERS_H
#define ORDERS_H

#include "fleet.h"

enum fault { NONE, ERROR, LOST, HIDDEN, FAULTS };

enum stage { IN_THE_AIR, ASKED, SERVED, OVER };

struct walk {
    struct world world;
    enum stage stage[2];
    enum shared_news news[2]; /* SERVED: what will be heard */
    bool shown[2];
    struct item item[2];
    bool faulty; /* there was one */
};

enum { LONGEST = 64 };
static struct {
    char who;
    const char *what, *which, *how;
} path[LONGEST];
static uint32_t limit, walks;

static void note(int length, enum who who, const char *what, const char *which)
{
    want_yes(length < LONGEST, true, "does every order come to an end?");
    path[length].who = who == B ? 'B' : 'A';
    path[length].what = what;
    path[length].which = which;
    path[length].how = "";
}

static void tell_walk(int length)
{
    story_begin();
    story_tell("  the limit is %" PRIu32
               "; A and B have had a success each, not written yet",
               limit);
    for (int i = 0; i < length; i++)
        story_tell("  %2d  %c: %s%s%s", i + 1, path[i].who, path[i].what, path[i].which,
                   path[i].how);
}

/* If not so, end the test with the order that led here. */
static void number_in_walk(int length, int64_t you, int64_t wanted, const char *what)
{
    if (you != wanted)
        tell_walk(length);
    want_ms(you, wanted, "%s", what);
}

static void never_in_walk(int length, bool you, const char *what)
{
    if (you)
        tell_walk(length);
    want_yes(you, false, "%s", what);
}

/* What the item must never do. */
static void judge(int length, const struct world *before, const struct world *after)
{
    bool was_open = before->there && before->item.state == BREAKER_OPEN;
    bool is_open = after->item.state == BREAKER_OPEN;
    never_in_walk(length, was_open && !is_open, "has it closed an open breaker?");
    never_in_walk(length, was_open && before->item.version != after->item.version,
                  "has it written over OPEN?");
    never_in_walk(length, after->item.failed > 2,
                  "does the item count more failures than there were?");
}

static const char *how_it_went(bool load, bool made, enum fault fault)
{
    static const char *const faults[] = {"", ": the store fails, it is not made",
                                         ": made, but the answer is lost",
                                         ": it has lost, and is not shown the item"};
    if (fault == LOST && !made)
        return load ? ": the answer is lost" : ": it has lost, and the answer is lost";
    if (fault == HIDDEN && (load || made))
        fault = NONE;
    if (fault != NONE || load)
        return faults[fault];
    return made ? ": made" : ": it has lost";
}

static void serve(struct walk *w, enum who who, int length, enum fault fault)
{
    struct world before = w->world;
    bool load = w->world.wish[who].want == SHARED_LOAD;
    bool reached = fault != ERROR, made = false;
    note(length, who, load ? "its read arrives" : "its write arrives, ITEM_",
         load ? "" : changes[w->world.call[who].write.change]);
    if (!load && reached)
        made = write_arrives(&w->world, who);
    path[length].how = how_it_went(load, made, fault);
    judge(length + 1, &before, &w->world);
    int e = who == B;
    w->news[e] = load ? SHARED_ITEM : made ? SHARED_SAVED : SHARED_CONFLICT;
    if (fault == ERROR || fault == LOST)
        w->news[e] = SHARED_FAILED;
    w->shown[e] = w->world.there && w->news[e] != SHARED_FAILED &&
                  !(fault == HIDDEN && w->news[e] == SHARED_CONFLICT);
    w->item[e] = w->world.item;
    w->faulty = w->faulty || fault != NONE;
    w->stage[e] = SERVED;
}

static void step(struct walk *w, enum who who, int length)
{
    struct world *world_now = &w->world;
    int e = who == B;
    int64_t now_ms = 100010 + length;
    struct shared *env = env_of(world_now, who);
    struct shared_call *call = &world_now->call[who];
    bool report = w->stage[e] == IN_THE_AIR;
    bool silent = w->news[e] == SHARED_FAILED;
    note(length, who,
         report   ? "its call fails"
         : silent ? "no answer comes"
                  : "the answer comes",
         "");
    struct shared_wish wish =
        report ? shared_report(env, call, BREAKER_FAILED, 0, now_ms, 7)
               : shared_hear(env, call, w->news[e], w->shown[e] ? &w->item[e] : NULL,
                             now_ms, 7);
    world_now->wish[who] = wish;
    bool more = wish.want == SHARED_SAVE || wish.want == SHARED_LOAD;
    w->stage[e] = more ? ASKED : OVER;
    never_in_walk(length + 1, !more && wish.want != SHARED_DONE,
                  "after a report, is the wish none of SAVE, LOAD and DONE?");
}

static void at_the_end(const struct walk *w, int length)
{
    const struct item *item = &w->world.item;
    walks++;
    bool too_many = limit <= 2;
    if (!w->faulty)
        never_in_walk(length, (item->state == BREAKER_OPEN) != too_many,
                      too_many ? "is it closed at the end?" : "is it open at the end?");
    if (item->state == BREAKER_OPEN) {
        number_in_walk(length, item->generation, 1, "the generation at the end");
        number_in_walk(length, item->opens, 1, "openings");
    } else if (!w->faulty) {
        number_in_walk(length, item->failed, 2, "failures in the item");
        number_in_walk(length, item->calls, 4, "calls in the item");
    }
}

static void walk_on(const struct walk *w, int length)
{
    if (w->stage[0] == OVER && w->stage[1] == OVER)
        at_the_end(w, length);
    for (int e = 0; e < 2; e++) {
        enum who who = e == 0 ? A : B;
        if (w->stage[e] == OVER)
            continue;
        if (w->stage[e] != ASKED) {
            struct walk next = *w;
            step(&next, who, length);
            walk_on(&next, length + 1);
            continue;
        }
        for (int fault = NONE; fault < (w->faulty ? ERROR : FAULTS); fault++) {
            struct walk next = *w;
            serve(&next, who, length, (enum fault)fault);
            walk_on(&next, length + 1);
        }
    }
}

static void every_order(void)
{
    static const struct shared_config *const limits[] = {&first, &second, &never};
    for (int i = 0; i < 3; i++) {
        limit = limits[i]->failures;
        begin(limits[i]);
        may_call(A, 100000);
        may_call(B, 100000);
        reports(A, BREAKER_OK, 100001, SHARED_DONE);
        reports(B, BREAKER_OK, 100001, SHARED_DONE);
        asks(A, 100002, SHARED_GRANT);
        asks(B, 100002, SHARED_GRANT);
        struct walk start = {.world = world};
        walk_on(&start, 0);
    }
    want_yes(walks > 100, true, "are there more than a hundred orders?");
}

#endif
