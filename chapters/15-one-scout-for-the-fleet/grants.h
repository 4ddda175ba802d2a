/* grants.h - to whom the store grants what, for check.c: one write, one item. */
#ifndef GRANTS_H
#define GRANTS_H

#include "fleet.h"

static struct item_write decided_on(const struct item *item, enum item_change change,
                                    int64_t now_ms)
{
    return (struct item_write){.change = change,
                               .if_generation = item->generation,
                               .if_window_ms = item->window_ms,
                               .if_owner = item->owner,
                               .now_ms = now_ms,
                               .item = *item};
}

static void want_held(const struct item_write *write, const struct item *stored,
                      bool wanted, const char *what)
{
    static const char *const changes[] = {"COUNT",   "WINDOW", "TRIP",  "PROBE",
                                          "CONFIRM", "CLOSE",  "REOPEN"};
    story_begin();
    story_tell("  %6" PRId64 " ms  a write, ITEM_%s, decided in generation %" PRIu32,
               write->now_ms, changes[write->change], write->if_generation);
    if (write->change >= ITEM_CONFIRM)
        story_tell("             in the name of %" PRIu64, write->if_owner);
    if (stored != NULL)
        tell_item("the store holds", stored);
    want_yes(item_holds(write, stored), wanted, "%s: does it hold?", what);
}

static void when_over(void)
{
    struct item items[] = {open_until(105000), leased_until(105000)};
    for (int i = 0; i < 2; i++) {
        struct item_write write = decided_on(&items[i], ITEM_PROBE, 104999);
        want_held(&write, &items[i], false, "1 ms before the end");
        write.now_ms = 105000;
        want_held(&write, &items[i], true, "at the end");
        write.now_ms = 999999;
        want_held(&write, &items[i], true, "long after it");
        write.if_generation = 7;
        want_held(&write, &items[i], false, "decided in another generation");
    }
    struct item closed = {.schema = ITEM_SCHEMA, .generation = 1, .version = 3};
    struct item_write write = decided_on(&closed, ITEM_PROBE, 999999);
    want_held(&write, &closed, false, "nothing to find out, it is closed");
    write.if_generation = 0;
    want_held(&write, NULL, false, "there is no item");
    struct item back = leased_until(0); /* a lease that was given back */
    back.owner = 0;
    write = decided_on(&back, ITEM_PROBE, 1);
    want_held(&write, &back, true, "half-open, and nobody has the lease");
}

static void owner_only(void)
{
    for (uint32_t change = ITEM_CONFIRM; change <= ITEM_REOPEN; change++) {
        struct item item = leased_until(105000);
        struct item_write write = decided_on(&item, (enum item_change)change, 104000);
        want_held(&write, &item, true, "the owner, in time");
        write.now_ms = 105001;
        want_held(&write, &item, true, "late, and nobody has taken over");
        write.if_owner = 78;
        want_held(&write, &item, false, "somebody else");
        item.owner = write.if_owner = 0;
        want_held(&write, &item, false, "nobody has the lease");
        item = leased_until(105000);
        write = decided_on(&item, (enum item_change)change, 104000);
        item.state = BREAKER_CLOSED;
        want_held(&write, &item, false, "it is closed");
        item.state = BREAKER_OPEN;
        item.until_ms = 103000;
        want_held(&write, &item, false, "it is open");
        item = leased_until(105000);
        item.generation = 3;
        want_held(&write, &item, false, "the same name in another generation");
    }
}

#endif
