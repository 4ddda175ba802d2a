/* items.h - items that make sense, and items that do not, for check.c, and what
 * a client does that is shown one. */
#ifndef ITEMS_H
#define ITEMS_H

#include "shelf.h"

static const struct item senseless = {.schema = 0};

static bool alike(const struct item *a, const struct item *b)
{
    return memcmp(a, b, sizeof *a) == 0; /* no byte of it is padding */
}

/* Nine ways to make no sense. */
static struct item damaged(uint32_t how)
{
    struct item item = open_until(9000);
    switch (how % 9) {
    case 0:
        item.schema = 0;
        break;
    case 1:
        item.schema = ITEM_SCHEMA + 1; /* of tomorrow */
        break;
    case 2:
        item.state = BREAKER_HALF_OPEN + 1;
        break;
    case 3:
        item.state = UINT32_MAX;
        break;
    case 4:
        item.calls = 2;
        item.failed = 3;
        break;
    case 5:
        item.until_ms = -1;
        break;
    case 6:
        item.until_ms = 0; /* open without an end */
        break;
    case 7:
        item.lease_until_ms = -1;
        break;
    default:
        item.window_ms = INT64_MIN;
        break;
    }
    return item;
}

static int64_t some_end(int64_t now_ms)
{
    static const int64_t far[] = {60000, 600000, 86400000, INT64_MAX / 2};
    int64_t end = chance_below(5) == 0 ? now_ms + far[chance_below(4)]
                                       : now_ms - 3000 + chance_below(12000);
    return end > 0 ? end : 1;
}

static struct item some_item(uint32_t generation, int64_t now_ms)
{
    static const uint32_t weights[] = {BREAKER_CLOSED, BREAKER_OPEN, BREAKER_OPEN,
                                       BREAKER_HALF_OPEN};
    struct item item = closed();
    if (chance_below(10) == 0)
        item = damaged(chance_below(9));
    else
        item.state = weights[chance_below(4)];
    item.generation = generation;
    if (item.state == BREAKER_OPEN && item.until_ms == 0 && item.schema == ITEM_SCHEMA)
        item.until_ms = some_end(now_ms);
    if (item.state == BREAKER_HALF_OPEN)
        item.lease_until_ms = chance_below(4) > 0 ? some_end(now_ms) : 0;
    return item;
}

static void want_as_it_is(struct item item)
{
    struct item before = item, read = item_read(&item);
    story_begin();
    tell_item("the store holds", &item);
    tell_item("item_read gives", &read);
    want_yes(alike(&read, &before), true, "is it taken as it stands?");
    want_yes(alike(&item, &before), true, "is the store's own left alone?");
}

static void want_end(struct item item, int64_t wanted)
{
    item.until_ms = 5000;
    item.lease_until_ms = 7000;
    story_begin();
    story_tell("  %s, until_ms is 5000, lease_until_ms is 7000", states[item.state]);
    want_ms(item_over_ms(&item), wanted, "item_over_ms");
}

/* --- a client that is shown one --------------------------------------------------- */

static struct client_action step(struct client *client, struct client_call *call,
                                 struct client_event event)
{
    if (event.kind == CLIENT_START)
        memset(call, 0, sizeof *call);
    return client_step(client, call, &event);
}

/* Its own breaker decides: it is closed, and opens at the first failure. */
static void own_breaker_decides(const struct item *item)
{
    static const struct client_config config = {
        .breaker = {.failures_to_open = 1, .open_ms = 5000},
        .shared = {.cache_ms = 1000, .timeout_ms = 50, .window_ms = 9, .failures = 9}};
    struct client client;
    struct client_call call;
    client_init(&client, &config, 7);
    struct client_action action =
        step(&client, &call, (struct client_event){.kind = CLIENT_START});
    want_yes(action.kind == CLIENT_LOAD_ITEM, true, "does the client read the item?");
    action = step(&client, &call,
                  (struct client_event){.kind = CLIENT_STORE_ITEM, .item = item});
    want_yes(action.kind == CLIENT_CALL_BACKEND, true,
             "its own breaker is closed: is the backend called?");
    action = step(&client, &call,
                  (struct client_event){.kind = CLIENT_REPLY, .status = 500});
    want_yes(action.kind == CLIENT_ANSWER, true,
             "a failure: is the user told, and nothing written?");
    action = step(&client, &call, (struct client_event){.kind = CLIENT_START});
    want_yes(action.kind == CLIENT_ANSWER && action.answer == CLIENT_REFUSED, true,
             "its own breaker is open: is the next call refused?");
}

#endif
