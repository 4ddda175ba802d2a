/* shared_check.c - what must hold of every write that is made, whoever made it, and
 * whenever it arrives: see shared_random.c. */
#include <string.h>

#include "shared_world.h"
#include "unit.h"

static uint32_t made_of[ITEM_REOPEN + 1];

uint32_t writes_made(enum item_change change)
{
    return made_of[change];
}

static void check_counts(struct world *w, const struct item_write *write,
                         struct fact *f, int tally, const struct item *after)
{
    const struct shared_config *c = &w->config;
    UNIT_HOLDS(after->state == BREAKER_CLOSED);
    f->counted += write->item.failed;
    UNIT_HOLDS(f->counted <= f->failed);
    w->tally[tally].written += write->item.calls - write->item.failed;
    UNIT_HOLDS(w->tally[tally].written <= w->tally[tally].good);
    if (after->failed > w->most_failed)
        w->most_failed = after->failed;
    if (c->failures > 0 && after->failed >= c->failures)
        w->reached = true;
    if (c->failure_pct > 0 && after->calls >= c->min_calls &&
        after->failed * 100 >= after->calls * c->failure_pct)
        w->reached = true;
}

/* Whose failure is the one that was missing may open it without counting it first. */
static bool is_missing_one(const struct world *w, const struct fact *f)
{
    return w->config.failures > 0 && f->failed && f->counted == 0 &&
           w->most_failed + 1 >= w->config.failures;
}

static void check_probe(struct world *w, const struct item_write *write, struct fact *f,
                        const struct item *before, const struct item *after)
{
    UNIT_HOLDS(before->state != BREAKER_CLOSED && after->owner != 0);
    UNIT_HOLDS(after->owner != before->owner && after->ok == before->ok);
    UNIT_HOLDS(after->lease_until_ms <= write->now_ms + lease(w));
    UNIT_HOLDS(w->jumps || w->now_ms >= item_over_ms(before) - w->skew_ms);
    f->name = after->owner;
}

static void check_end(struct world *w, const struct item_write *write,
                      const struct fact *f, const struct item *before,
                      const struct item *after)
{
    uint32_t enough =
        w->breaker.successes_to_close > 0 ? w->breaker.successes_to_close : 1;
    UNIT_HOLDS(before->state == BREAKER_HALF_OPEN);
    UNIT_HOLDS(before->owner == f->name && f->name != 0);
    if (write->change == ITEM_CLOSE)
        UNIT_HOLDS(after->state == BREAKER_CLOSED && after->opens == 0 &&
                   before->ok + 1 >= enough);
    else if (write->change == ITEM_CONFIRM)
        UNIT_HOLDS(after->state == BREAKER_HALF_OPEN && after->owner == 0 &&
                   after->ok <= before->ok + 1 && after->ok < enough);
    else
        UNIT_HOLDS(after->state == BREAKER_OPEN && after->opens == before->opens + 1);
}

/* A write of this call arrives. True if it was made. */
bool arrives(struct world *w, const struct item_write *write, struct fact *f, int tally)
{
    struct item raw = w->store.item, before = item_read(model_now(&w->store));
    if (!model_save(&w->store, write)) {
        UNIT_HOLDS(memcmp(&raw, &w->store.item, sizeof raw) == 0);
        return false;
    }
    const struct item *after = &w->store.item;
    bool turn = after->state != before.state || after->owner != before.owner;
    UNIT_HOLDS(before.schema == ITEM_SCHEMA && item_read(after).schema == ITEM_SCHEMA);
    UNIT_HOLDS(after->version == before.version + 1);
    UNIT_HOLDS(after->generation == before.generation + turn);
    UNIT_HOLDS(!f->granted || f->life != w->lives ||
               f->generation == before.generation);
    if (write->change == ITEM_TRIP) {
        UNIT_HOLDS(before.state == BREAKER_CLOSED && after->state == BREAKER_OPEN);
        UNIT_HOLDS(w->reached || is_missing_one(w, f) || f->life != w->lives);
        UNIT_HOLDS(after->until_ms <= write->now_ms + longest_rest(w));
    } else if (write->change == ITEM_PROBE) {
        check_probe(w, write, f, &before, after);
    } else if (write->change >= ITEM_CONFIRM) {
        check_end(w, write, f, &before, after);
    }
    w->reached = w->reached && !turn;
    w->most_failed = turn ? 0 : w->most_failed;
    made_of[write->change]++;
    if (write->change <= ITEM_WINDOW)
        check_counts(w, write, f, tally, after);
    return true;
}
