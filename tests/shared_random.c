/* shared_random.c - a fleet of 2 to 64 environments and one store, in random order,
 * with faults: answers lost before or after the write was made, writes that arrive when
 * nobody waits for them any more, errors, old reads, conflicts that show nothing,
 * clocks that differ and jump, crashes, an operator who resets, damages or deletes the
 * item.
 *
 * After every step (shared_check.c: of a write; check_wish(): of a wish):
 *
 *   - versions go up by one, generations at a change of state or owner only;
 *   - it opens once in a generation, and only if its counts had reached the threshold,
 *     or lacked one failure and here it is;
 *   - no rest and no lease is cut short by more than clocks differ;
 *   - only who holds the lease ends it; one live probe at most;
 *   - who came in an earlier generation changes nothing;
 *   - no failure is counted twice, no success written twice;
 *   - nothing is written over an item that is damaged;
 *   - only a strong read takes an environment back; every call ends in a few steps.
 *
 * And when the faults are over: it is closed within a time that can be computed. */
#include "shared_test.h"

#include <string.h>

#include "shared_world.h"

static struct world world;

static uint32_t below(struct world *w, uint32_t n)
{
    return unit_below(&w->random, n);
}

static bool fault(struct world *w)
{
    return below(w, 100) < w->fault_pct;
}

static int64_t clock_of(const struct world *w, int env)
{
    return w->now_ms + w->offset_ms[env];
}

/* --- the store -------------------------------------------------------------------- */

static void serve(struct world *w, int e, struct request *q)
{
    q->at = SERVED;
    q->life = w->lives;
    q->shown = true;
    q->news = SHARED_ITEM;
    const struct item *item = model_now(&w->store);
    if (q->wish.want == SHARED_LOAD) {
        if (!q->wish.strong && fault(w)) {
            item = model_then(&w->store, below(w, MODEL_VERSIONS));
            q->life = w->lives > 0 ? -1 : 0; /* perhaps of an earlier one */
        }
    } else {
        bool again = q->call.write.change >= ITEM_TRIP && fault(w);
        bool made = arrives(w, &q->call.write, q->fact, w->tally_of[e]);
        if (again)
            made = arrives(w, &q->call.write, q->fact, w->tally_of[e]);
        q->news = made ? SHARED_SAVED : SHARED_CONFLICT;
        q->shown = made || !fault(w);
        item = model_now(&w->store);
    }
    q->shown = q->shown && item != NULL;
    q->item = item != NULL ? *item : (struct item){.schema = 0};
}

/* Nobody waits for this write any more; it may arrive all the same. */
static void leave(struct world *w, int e, const struct request *q)
{
    if (q->at == AT_STORE && q->wish.want == SHARED_SAVE && w->ghosts < GHOSTS)
        w->ghost[w->ghosts++] = (struct ghost){q->call.write, q->fact, w->tally_of[e]};
}

static void haunt(struct world *w)
{
    if (w->ghosts == 0)
        return;
    int i = (int)below(w, (uint32_t)w->ghosts);
    struct ghost g = w->ghost[i];
    w->ghost[i] = w->ghost[--w->ghosts];
    arrives(w, &g.write, g.fact, g.tally);
}

/* --- environments ----------------------------------------------------------------- */

static void check_grant(struct world *w, int e, struct request *q)
{
    const struct shared *s = &w->env[e];
    struct fact *f = q->fact;
    UNIT_HOLDS(s->item.schema == ITEM_SCHEMA);
    if (q->wish.probe) {
        UNIT_HOLDS(f->name == q->call.write.item.owner && f->name == s->item.owner);
        UNIT_HOLDS(s->item.state == BREAKER_HALF_OPEN);
    } else {
        UNIT_HOLDS(s->item.state == BREAKER_CLOSED);
    }
    f->granted = true;
    f->generation = s->item.generation;
    f->life = w->life_of[e];
}

/* Without faults every failure is counted, unless its generation is over or it has lost
 * three races. */
static void check_done(struct world *w, const struct request *q)
{
    const struct fact *f = q->fact;
    bool over = f->generation != item_read(model_now(&w->store)).generation;
    if (w->calm && f->failed && f->fair && !over && q->call.conflicts < 3)
        UNIT_HOLDS(f->counted == 1);
}

static void check_wish(struct world *w, int e, struct request *q, enum shared_news news)
{
    const struct shared_wish *wish = &q->wish;
    int64_t most = longest_rest(w) > lease(w) ? longest_rest(w) : lease(w);
    most = most > w->config.cache_ms ? most : w->config.cache_ms;
    UNIT_HOLDS(++q->steps <= LONGEST);
    if (wish->want == SHARED_GRANT)
        check_grant(w, e, q);
    else if (wish->want == SHARED_REFUSE)
        UNIT_HOLDS(wish->retry_after_ms > 0 && wish->retry_after_ms <= most);
    else if (wish->want == SHARED_LOCAL)
        UNIT_HOLDS(news == SHARED_FAILED || w->env[e].item.schema != ITEM_SCHEMA);
    else if (wish->want == SHARED_SLEEP)
        UNIT_HOLDS(wish->sleep_ms >= 0 && wish->sleep_ms <= w->config.jitter_ms);
    else if (wish->want == SHARED_DONE)
        check_done(w, q);
}

static void follow(struct world *w, int e, struct request *q, enum shared_news news)
{
    check_wish(w, e, q, news);
    if (q->fact->life != w->life_of[e]) /* the item was deleted in between */
        q->fact->life = -1;
    q->at = FREE;
    q->until_ms = w->now_ms;
    if (q->wish.want == SHARED_LOAD || q->wish.want == SHARED_SAVE)
        q->at = AT_STORE;
    if (q->wish.want == SHARED_SLEEP)
        q->at = NAPPING;
    if (q->wish.want == SHARED_GRANT)
        q->at = CALLING;
    if (q->at == NAPPING)
        q->until_ms += q->wish.sleep_ms;
    if (q->at == CALLING)
        q->until_ms += below(w, w->calm ? 10 : 60);
}

static uint64_t bits(struct world *w)
{
    return (uint64_t)unit_random(&w->random) << 32 | unit_random(&w->random);
}

static void hear(struct world *w, int e, struct request *q, enum shared_news news)
{
    struct shared *s = &w->env[e];
    uint64_t version = s->item.version;
    bool strong = q->wish.strong;
    q->wish = shared_hear(s, &q->call, news, q->shown ? &q->item : NULL, clock_of(w, e),
                          bits(w));
    UNIT_HOLDS(strong || s->item.version >= version);
    struct item heard = item_read(q->shown ? &q->item : NULL);
    if (memcmp(&heard, &s->item, sizeof heard) == 0)
        w->life_of[e] = q->life;
    follow(w, e, q, news);
}

static void report(struct world *w, int e, struct request *q)
{
    enum breaker_outcome outcome = below(w, 100) < w->bad_pct ? BREAKER_FAILED
                                   : below(w, 20) == 0 && w->bad_pct > 0
                                       ? BREAKER_IGNORED
                                       : BREAKER_OK;
    struct fact *f = q->fact;
    f->failed = outcome == BREAKER_FAILED && !q->wish.probe;
    f->fair = q->call.generation == w->env[e].item.generation;
    w->tally[w->tally_of[e]].good += outcome == BREAKER_OK && !q->wish.probe;
    q->wish = shared_report(&w->env[e], &q->call, outcome, below(w, 400),
                            clock_of(w, e), bits(w));
    follow(w, e, q, SHARED_WOKE);
}

static void ask(struct world *w, int e, struct request *q)
{
    if (w->facts == STEPS * 2)
        return;
    q->fact = &w->fact[w->facts++];
    *q->fact = (struct fact){.env = e, .life = w->lives};
    q->steps = 0;
    q->wish = shared_ask(&w->env[e], &q->call, clock_of(w, e), bits(w));
    follow(w, e, q, SHARED_WOKE);
}

static void go_on(struct world *w, int e, struct request *q)
{
    if (q->at == FREE)
        ask(w, e, q);
    else if (q->at == AT_STORE && fault(w))
        leave(w, e, q), hear(w, e, q, SHARED_FAILED);
    else if (q->at == AT_STORE)
        serve(w, e, q);
    else if (q->at == SERVED)
        hear(w, e, q, fault(w) ? SHARED_FAILED : q->news);
    else if (q->at == NAPPING && w->now_ms >= q->until_ms)
        hear(w, e, q, SHARED_WOKE);
    else if (q->at == CALLING && w->now_ms >= q->until_ms)
        report(w, e, q);
}

static void begin(struct world *w, int e)
{
    shared_init(&w->env[e], &w->config, &w->breaker);
    w->tally_of[e] = w->tallies++;
    for (int c = 0; c < CALLS; c++)
        w->request[e][c].at = FREE;
}

static void crash(struct world *w, int e)
{
    for (int c = 0; c < CALLS; c++)
        leave(w, e, &w->request[e][c]);
    begin(w, e);
}

/* --- trouble ---------------------------------------------------------------------- */

static void operate(struct world *w)
{
    struct item item = item_read(model_now(&w->store));
    uint32_t deed = item.schema == ITEM_SCHEMA ? below(w, 3) : 2;
    item.version++;
    if (deed == 0) /* reset */
        item = (struct item){.schema = ITEM_SCHEMA,
                             .version = item.version,
                             .generation = item.generation + 1};
    else if (deed == 1) /* damage */
        item.state = 7;
    else
        w->lives++;
    model_put(&w->store, deed == 2 ? NULL : &item);
    w->reached = false;
    w->most_failed = 0;
}

static void trouble(struct world *w)
{
    int e = (int)below(w, (uint32_t)w->envs);
    uint32_t kind = below(w, 400);
    if (kind < 8)
        crash(w, e);
    else if (kind < 40)
        haunt(w);
    else if (kind == 40)
        operate(w);
    else if (kind == 41 && w->jumps)
        w->offset_ms[e] += (int64_t)below(w, 5000) - 2500;
    else if (kind == 42)
        w->bad_pct = below(w, 3) * 50;
}

/* One live probe at most, and it is the one that is named. */
static void check_probes(const struct world *w)
{
    struct item now = item_read(model_now(&w->store));
    int live = 0;
    for (int e = 0; e < w->envs; e++)
        for (int c = 0; c < CALLS; c++) {
            const struct request *q = &w->request[e][c];
            if (q->at == CALLING && q->wish.probe && q->fact->life == w->lives &&
                q->fact->generation == now.generation && now.schema == ITEM_SCHEMA) {
                live++;
                UNIT_HOLDS(q->fact->name == now.owner);
            }
        }
    UNIT_HOLDS(live <= 1);
}

/* --- histories -------------------------------------------------------------------- */

static void draw(struct world *w)
{
    w->config = (struct shared_config){.cache_ms = 1 + below(w, 100),
                                       .timeout_ms = 10,
                                       .jitter_ms = below(w, 2) * below(w, 40),
                                       .window_ms = 20 + below(w, 500)};
    if (below(w, 2) == 0)
        w->config.failures = 1 + below(w, 5);
    else
        w->config.failure_pct = 30 + below(w, 50),
        w->config.min_calls = 1 + below(w, 9),
        w->config.window_ms += 2 * w->config.cache_ms; /* or it is never judged */
    w->breaker = (struct breaker_config){.open_ms = 10 + below(w, 200),
                                         .probe_lease_ms = 100 + below(w, 200),
                                         .successes_to_close = below(w, 4),
                                         .open_jitter_pct = below(w, 2) * 50};
    if (w->breaker.open_ms >= 100 && below(w, 2) == 0)
        w->breaker.probe_lease_ms = 0;
    w->breaker.open_max_ms = below(w, 2) * w->breaker.open_ms * (1 + below(w, 4));
    w->calm = below(w, 4) == 0;
    w->jumps = !w->calm && below(w, 3) == 0;
    w->fault_pct = w->calm ? 0 : below(w, 30);
    w->skew_ms = below(w, 2) * below(w, 100);
    w->bad_pct = 50 * below(w, 3);
    w->envs = (int)(2 + below(w, below(w, 4) == 0 ? ENVS - 1 : 4));
    w->now_ms = 1000000;
    for (int e = 0; e < w->envs; e++) {
        w->offset_ms[e] = (int64_t)below(w, 2 * w->skew_ms + 1) - w->skew_ms;
        begin(w, e);
    }
}

/* No more faults, and the backend is well: closed, after the longest rest or lease, a
 * cache_ms until the last has seen it, and for each probe its jitter and its call. */
static void recover(struct world *w)
{
    int64_t end = longest_rest(w) > lease(w) ? longest_rest(w) : lease(w);
    int64_t probe = w->config.jitter_ms + 60 + 20;
    end += w->now_ms + 2 * w->config.cache_ms + 2 * lease(w) + 100 +
           (w->breaker.successes_to_close + 1) * probe;
    w->fault_pct = w->bad_pct = 0;
    while (w->ghosts > 0)
        haunt(w);
    if (item_read(model_now(&w->store)).schema != ITEM_SCHEMA)
        model_put(&w->store, NULL), w->lives++;
    for (; w->now_ms <= end; w->now_ms += 2) {
        for (int e = 0; e < w->envs; e++)
            for (int c = 0; c < CALLS; c++) {
                if (item_read(model_now(&w->store)).state == BREAKER_CLOSED)
                    return;
                w->facts = STEPS + e * CALLS + c; /* of its next call */
                go_on(w, e, &w->request[e][c]);
            }
        check_probes(w);
    }
    UNIT_SAYS(false, "it is not closed again");
}

static void history(uint64_t seed)
{
    struct world *w = &world;
    memset(w, 0, sizeof *w);
    w->random = seed * 2 + 1;
    draw(w);
    for (int i = 0; i < STEPS; i++) {
        int e = (int)below(w, (uint32_t)w->envs), c = (int)below(w, CALLS);
        w->now_ms += below(w, 3);
        go_on(w, e, &w->request[e][c]);
        if (!w->calm && w->tallies < STEPS)
            trouble(w);
        check_probes(w);
    }
    recover(w);
}

START_TEST(random_histories_keep_the_promises)
{
    for (uint64_t seed = 1 + (uint64_t)_i * 3000; seed <= 3000 * ((uint64_t)_i + 1);
         seed++)
        history(seed);
    for (int change = ITEM_COUNT; change <= ITEM_REOPEN; change++)
        UNIT_SAYS(writes_made((enum item_change)change) > 500,
                  "writes of kind %d are not tried", change);
}
END_TEST

const struct unit_case shared_random_cases[] = {
    {"random", &random_histories_keep_the_promises, 4},
};
const size_t shared_random_n = UNIT_ROWS(shared_random_cases);
