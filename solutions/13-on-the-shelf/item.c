/* item.c - the item, as it stands at the end of chapter 13. */
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

/* A store that writes whatever it is told. */
bool item_holds(const struct item_write *write, const struct item *stored)
{
    todo(14, 1);
    (void)write, (void)stored;
    return true;
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
