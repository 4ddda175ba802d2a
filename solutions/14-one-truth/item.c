/* item.c - the item and its conditional writes, as they stand at the end of chapter 14.
 */
#include "item.h"
#include "todo.h"

#include <stddef.h>

#include "breaker.h"

/* --- the item --------------------------------------------------------------------- */

static bool is_sound(const struct item *item)
{
    return item->schema == ITEM_SCHEMA && item->state <= BREAKER_HALF_OPEN &&
           item->failed <= item->calls && item->until_ms >= 0 &&
           item->lease_until_ms >= 0 && item->window_ms >= 0 &&
           (item->state != BREAKER_OPEN || item->until_ms > 0);
}

struct item item_read(const struct item *raw)
{
    if (raw == NULL)
        return (struct item){.schema = ITEM_SCHEMA};
    if (!is_sound(raw))
        return (struct item){.schema = 0};
    return *raw;
}

int64_t item_over_ms(const struct item *item)
{
    if (item->state == BREAKER_OPEN)
        return item->until_ms;
    return item->state == BREAKER_HALF_OPEN ? item->lease_until_ms : 0;
}

/* --- what the store does ---------------------------------------------------------- */

bool item_holds(const struct item_write *write, const struct item *stored)
{
    struct item now = item_read(stored);
    if (now.schema != ITEM_SCHEMA || now.generation != write->if_generation)
        return false;
    switch ((enum item_change)write->change) {
    case ITEM_COUNT:
    case ITEM_WINDOW:
        return now.state == BREAKER_CLOSED && now.window_ms == write->if_window_ms;
    case ITEM_TRIP:
        return now.state == BREAKER_CLOSED;
    case ITEM_PROBE:
    case ITEM_CONFIRM:
    case ITEM_CLOSE:
    case ITEM_REOPEN:
        todo(15, 2);
        return now.state != BREAKER_CLOSED;
    }
    return false;
}

struct item item_apply(const struct item_write *write, const struct item *stored)
{
    struct item before = item_read(stored), after = write->item;
    if (write->change == ITEM_COUNT) {
        after = before;
        after.calls += write->item.calls;
        after.failed += write->item.failed;
        after.expires_s = write->item.expires_s;
    }
    after.version = before.version + 1;
    return after;
}
