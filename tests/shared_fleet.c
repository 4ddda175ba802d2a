/* shared_fleet.c - what a fleet costs and what it knows, counted: writes and reads
 * while all is well, one trip and one probe however many ask at once, and a share of
 * failures that stays true although successes are written late. */
#include "shared_test.h"

#include <string.h>

#include "model_store.h"
#include "shared.h"

enum { MOST = 64 };

static struct fleet {
    struct shared_config config;
    struct breaker_config breaker;
    struct model_store store;
    uint64_t random;
    int envs;
    struct shared env[MOST];
    struct shared_call call[MOST];
    struct shared_wish wish[MOST];
    uint32_t reads, writes, made[ITEM_REOPEN + 1];
    uint32_t calls, failed; /* the truth, of this window */
} fleet;

static void gather(int envs, struct shared_config config, struct breaker_config breaker,
                   uint64_t seed)
{
    memset(&fleet, 0, sizeof fleet);
    fleet.random = seed * 2 + 1;
    fleet.config = config;
    fleet.breaker = breaker;
    fleet.envs = envs;
    for (int e = 0; e < envs; e++)
        shared_init(&fleet.env[e], &config, &breaker);
}

static uint64_t bits(void)
{
    return (uint64_t)unit_random(&fleet.random) << 32 | unit_random(&fleet.random);
}

/* The store does what was wished, and is heard. */
static void serve(int e, int64_t now_ms)
{
    enum shared_news news = SHARED_ITEM;
    const struct item_write *write = &fleet.call[e].write;
    if (fleet.wish[e].want == SHARED_LOAD) {
        fleet.reads++;
    } else {
        bool made = model_save(&fleet.store, write);
        fleet.writes++;
        fleet.made[write->change] += made;
        news = made ? SHARED_SAVED : SHARED_CONFLICT;
    }
    fleet.wish[e] = shared_hear(&fleet.env[e], &fleet.call[e], news,
                                model_now(&fleet.store), now_ms, bits());
}

static bool at_store(int e)
{
    return fleet.wish[e].want == SHARED_LOAD || fleet.wish[e].want == SHARED_SAVE;
}

static void ask(int e, int64_t now_ms)
{
    fleet.wish[e] = shared_ask(&fleet.env[e], &fleet.call[e], now_ms, bits());
}

static void report(int e, enum breaker_outcome outcome, int64_t now_ms)
{
    fleet.wish[e] =
        shared_report(&fleet.env[e], &fleet.call[e], outcome, 0, now_ms, bits());
}

/* One call from beginning to end, the store at once. */
static void one_call(int e, enum breaker_outcome outcome, int64_t now_ms)
{
    ask(e, now_ms);
    while (at_store(e))
        serve(e, now_ms);
    if (fleet.wish[e].want != SHARED_GRANT)
        return;
    report(e, outcome, now_ms);
    fleet.calls++;
    fleet.failed += outcome == BREAKER_FAILED;
    while (at_store(e))
        serve(e, now_ms);
}

/* All that wait at the store are served one by one, in random order. */
static void serve_all(int64_t now_ms)
{
    for (int waiting = 1; waiting > 0;) {
        int turn = (int)unit_below(&fleet.random, MOST);
        waiting = 0;
        for (int i = 0; i < fleet.envs; i++)
            waiting += at_store(i);
        for (int i = 0; i < fleet.envs; i++)
            if (at_store((turn + i) % fleet.envs)) {
                serve((turn + i) % fleet.envs, now_ms);
                break;
            }
    }
}

static const struct shared_config by_count = {
    .cache_ms = 1000, .timeout_ms = 50, .window_ms = 10000, .failures = 3};
static const struct shared_config by_share = {
    .cache_ms = 1000, /* it never opens: nobody has so many calls */
    .timeout_ms = 50,
    .window_ms = 10000,
    .failure_pct = 100,
    .min_calls = 1000000};
static const struct breaker_config rest = {.open_ms = 5000, .probe_lease_ms = 2000};

START_TEST(a_healthy_fleet_writes_nothing_and_reads_once_in_cache_ms)
{
    gather(50, by_count, rest, 1);
    for (int64_t now = 100000; now < 160000; now += 10)
        for (int e = 0; e < fleet.envs; e++)
            one_call(e, BREAKER_OK, now);
    ck_assert_uint_eq(fleet.writes, 0);
    ck_assert_uint_eq(fleet.reads, 50 * 60);
    ck_assert_uint_eq(fleet.calls, 50 * 6000);
}
END_TEST

/* Half a minute, three windows; in the first, environment 7 has the only failure. */
static void one_failure(struct shared_config config)
{
    gather(50, config, rest, 1);
    for (int64_t now = 100000; now < 130000; now += 10)
        for (int e = 0; e < fleet.envs; e++)
            one_call(e, now == 103000 && e == 7 ? BREAKER_FAILED : BREAKER_OK, now);
}

START_TEST(where_failures_are_counted_one_failure_is_one_write)
{
    one_failure(by_count);
    ck_assert_uint_eq(fleet.writes, 1);
    ck_assert_uint_eq(fleet.reads, 50 * 30);
}
END_TEST

/* Where a share is judged, each call that reads and is shown the failure writes the
 * successes when it ends, until the window does:
 *
 *      0 to 6      read at 103 s, before the failure; at 104 s they see it: 6 writes
 *      7           has it: 1 write, and 6 from 104 s on
 *      8 to 49     see it in their read at 103 s: 7 writes
 */
START_TEST(where_a_share_is_judged_each_environment_writes_once_in_cache_ms)
{
    struct shared_config config = by_share;
    config.failure_pct = _i == 0 ? 100 : 1; /* whichever share: it is judged */
    one_failure(config);
    ck_assert_uint_eq(fleet.writes, 7 * 6 + 7 + 42 * 7);
    ck_assert_uint_eq(fleet.reads, 50 * 30);
}
END_TEST

/* _i + 2 environments let a call through, and all fail at once. */
START_TEST(however_many_fail_at_once_it_opens_once_and_one_probes)
{
    for (uint64_t seed = 1; seed <= 40; seed++) {
        gather(_i + 2, by_count, rest, seed);
        fleet.config.failures = 2;
        for (int e = 0; e < fleet.envs; e++)
            shared_init(&fleet.env[e], &fleet.config, &rest);
        for (int e = 0; e < fleet.envs; e++)
            ask(e, 100000);
        serve_all(100001);
        for (int e = 0; e < fleet.envs; e++)
            report(e, BREAKER_FAILED, 100002);
        serve_all(100003);
        UNIT_HOLDS(fleet.made[ITEM_TRIP] == 1 && fleet.store.item.opens == 1);
        UNIT_HOLDS(fleet.store.item.generation == 1);
        for (int e = 0; e < fleet.envs; e++)
            ask(e, 105003);
        serve_all(105004);
        int probes = 0;
        for (int e = 0; e < fleet.envs; e++)
            probes += fleet.wish[e].want == SHARED_GRANT;
        UNIT_HOLDS(probes == 1 && fleet.made[ITEM_PROBE] == 1);
    }
}
END_TEST

/* --- shares of failures ------------------------------------------------------------
 */

enum { RATE_ENVS = 50, GAP_MS = 200 };

/* One window of calls, `pct` of which fail; each environment makes one every `gap_ms`.
 * The largest share that the item showed from `since_ms` in the window on, in tenths of
 * a per cent. */
static uint32_t one_window(uint32_t pct, int64_t gap_ms, int64_t since_ms)
{
    uint32_t worst = 0;
    int64_t step = gap_ms / fleet.envs;
    for (int64_t now = 100000; now < 110000; now += step) {
        int e = (int)(now / step % fleet.envs);
        bool bad = unit_below(&fleet.random, 100) < pct;
        one_call(e, bad ? BREAKER_FAILED : BREAKER_OK, now);
        const struct item *i = &fleet.store.item;
        if (now >= 100000 + since_ms && i->calls > 0 &&
            i->failed * 1000 / i->calls > worst)
            worst = i->failed * 1000 / i->calls;
    }
    return worst;
}

/* Missing from the item are, for each environment, its successes since its last write:
 * of one cache_ms at most, and the call under way. */
START_TEST(a_share_stays_true_although_successes_are_written_late)
{
    static const uint32_t shares[] = {3, 10, 30, 50, 70, 90, 100};
    uint32_t late = RATE_ENVS * (1000 / GAP_MS + 1);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        gather(RATE_ENVS, by_share, rest, seed);
        one_window(shares[_i], GAP_MS, 0);
        const struct item *i = &fleet.store.item;
        UNIT_HOLDS(fleet.calls == 10000 / GAP_MS * RATE_ENVS);
        UNIT_HOLDS(i->failed == fleet.failed && i->calls <= fleet.calls);
        UNIT_HOLDS(i->calls + late >= fleet.calls);
    }
}
END_TEST

/* All environments are new and call in step, the hardest case: what an environment has
 * not written yet is all that it has seen. 30 per cent read as 100 while the failures
 * alone are known, and still as 57.7 at worst one cache_ms into the window; as 40.9 at
 * worst from two on, no sooner than which a share is judged. Whoever calls but once in
 * cache_ms looks at every call, and owes nothing: what is left is chance, of 100 calls.
 */
START_TEST(errors_read_as_more_until_the_successes_have_arrived)
{
    static const struct {
        int64_t gap_ms, since_ms;
        uint32_t worst; /* in a thousand */
    } rows[] = {
        {GAP_MS, 0, 1000}, {GAP_MS, 1000, 577}, {GAP_MS, 2000, 409}, {1000, 2000, 408}};
    uint32_t worst = 0;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        gather(RATE_ENVS, by_share, rest, seed);
        uint32_t seen = one_window(30, rows[_i].gap_ms, rows[_i].since_ms);
        worst = seen > worst ? seen : worst;
    }
    ck_assert_uint_eq(worst, rows[_i].worst);
}
END_TEST

/* In how many of 100 windows it opened at a share of 50, and in how many milliseconds,
 * over all. */
struct opened {
    uint32_t windows;
    int64_t after_ms;
};

static struct opened open_at_half(int envs, int64_t gap_ms, uint32_t pct,
                                  uint32_t min_calls)
{
    struct opened opened = {.windows = 0};
    struct shared_config config = by_share;
    config.failure_pct = 50;
    config.min_calls = min_calls;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        gather(envs, config, rest, seed);
        int64_t now = 100000, step = gap_ms / envs;
        for (; now < 110000 && fleet.made[ITEM_TRIP] == 0; now += step)
            one_call((int)(now / step % envs),
                     unit_below(&fleet.random, 100) < pct ? BREAKER_FAILED : BREAKER_OK,
                     now);
        opened.windows += fleet.made[ITEM_TRIP] > 0;
        if (fleet.made[ITEM_TRIP] > 0)
            opened.after_ms += now - step - 100000;
    }
    return opened;
}

/* 30 per cent, judged at 50 from 20 calls on. In the brackets, how many of 100 windows
 * opened when a share was judged one cache_ms sooner and successes were written instead
 * of the next read, not at the end of the call; then, when they still were but it
 * waited as it does now. Of 20 calls ten fail by chance, once in twenty; that, no wait
 * cures, but min_calls does. */
START_TEST(errors_below_the_threshold_do_not_open_it)
{
    static const struct {
        int envs, gap_ms;
        uint32_t min_calls, false_trips;
    } rows[] = {
        {10, 200, 20, 0},  /* [28, 0] */
        {20, 200, 20, 0},  /* [29, 0] */
        {50, 200, 20, 0},  /* [26, 0] */
        {10, 1000, 20, 7}, /* [29, 29] */
        {20, 1000, 20, 2}, /* [66, 38] */
        {50, 1000, 20, 0}, /* [99, 23] */
        {50, 3000, 20, 0}, /* [99, 99] */
        {10, 2000, 40, 2}, /* [7, 7] */
        {10, 1000, 60, 0}, /* [0, 0] */
    };
    struct opened got =
        open_at_half(rows[_i].envs, rows[_i].gap_ms, 30, rows[_i].min_calls);
    ck_assert_uint_eq(got.windows, rows[_i].false_trips);
}
END_TEST

/* The price of waiting for the truth: nothing opens sooner than two cache_ms after the
 * window was first seen, and little later, if there are calls enough. Where each calls
 * every three seconds, it is his second call that may judge. */
START_TEST(errors_above_it_open_it_soon_after_the_wait)
{
    static const struct {
        int envs, gap_ms;
        uint32_t pct;
        int64_t mean_ms;
    } rows[] = {{10, 200, 60, 2025},  {50, 200, 60, 2005},  {50, 200, 80, 2001},
                {50, 1000, 60, 2024}, {50, 1000, 80, 2008}, {50, 3000, 60, 3072}};
    struct opened got = open_at_half(rows[_i].envs, rows[_i].gap_ms, rows[_i].pct, 20);
    ck_assert_uint_eq(got.windows, 100);
    ck_assert_int_eq(got.after_ms / 100, rows[_i].mean_ms);
}
END_TEST

const struct unit_case shared_fleet_cases[] = {
    {"healthy", &a_healthy_fleet_writes_nothing_and_reads_once_in_cache_ms, 0},
    {"healthy", &where_failures_are_counted_one_failure_is_one_write, 0},
    {"healthy", &where_a_share_is_judged_each_environment_writes_once_in_cache_ms, 2},
    {"at-once", &however_many_fail_at_once_it_opens_once_and_one_probes, MOST - 1},
    {"share", &a_share_stays_true_although_successes_are_written_late, 7},
    {"share", &errors_read_as_more_until_the_successes_have_arrived, 4},
    {"share", &errors_below_the_threshold_do_not_open_it, 9},
    {"share", &errors_above_it_open_it_soon_after_the_wait, 6},
};
const size_t shared_fleet_n = UNIT_ROWS(shared_fleet_cases);
