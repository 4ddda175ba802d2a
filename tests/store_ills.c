/* store_ills.c - the store when it is ill, asked for more than it has, or misused; and
 * what the digest sees of it. */
#include "store_test.h"

/* --- hanging and down ------------------------------------------------------------- */

/* One write, asked for at 10 ms: done at 15, answered at 20. */
enum { NEVER = -1 };
static const struct ill {
    const char *what;
    bool hang; /* false: down */
    int64_t from, to;
    bool applied;
    int64_t answered; /* ms */
    enum store_answer answer;
} ills[] = {
    {"hung before", true, 0, 9, true, 20, STORE_SAVED},
    {"hung when it came, well when it was to be done", true, 0, 12, false, NEVER, 0},
    {"hung for a moment before it was done", true, 11, 12, false, NEVER, 0},
    {"hung for long before it was done", true, 11, 90, false, NEVER, 0},
    {"hung for a moment after it was done", true, 16, 17, true, NEVER, 0},
    {"hung for long after it was done", true, 16, 90, true, NEVER, 0},
    {"hung after the answer", true, 21, 90, true, 20, STORE_SAVED},
    {"down before", false, 0, 9, true, 20, STORE_SAVED},
    {"down when it came", false, 0, 12, false, 11, STORE_ERROR},
    {"down when it was to be done", false, 11, 90, false, 20, STORE_ERROR},
    {"up again when it was to be done", false, 11, 12, true, 20, STORE_SAVED},
    {"down after it was done", false, 16, 90, true, 20, STORE_SAVED},
};

static void set_health(struct sim *sim, void *who, uint64_t what)
{
    const struct ill *ill = who;
    struct store_health health = well;
    (void)sim;
    health.hang = what == 1 && ill->hang;
    health.down = what == 1 && !ill->hang;
    store_set_health(lab.store, &health);
}

START_TEST(an_illness_at_each_moment)
{
    struct ill ill = ills[_i];
    lab_open(&exact, 1);
    sim_at(lab.sim, ill.from * SIM_MS, set_health, &ill, 1);
    sim_at(lab.sim, ill.to * SIM_MS, set_health, &ill, 0);
    until_ms(10);
    uint64_t i = save_if(0, 0);
    until_ms(100);
    UNIT_SAYS(lab.heard[i].applied == ill.applied, "%s: applied?", ill.what);
    UNIT_SAYS(lab.heard[i].came == (ill.answered != NEVER), "%s: answered?", ill.what);
    UNIT_SAYS(ill.answered == NEVER || heard(i, ill.answer, ill.answered, ill.applied),
              "%s: at %d: %d", ill.what, (int)(lab.heard[i].at / SIM_MS),
              (int)lab.heard[i].answer);
    uint64_t later = save_if(0, ill.applied);
    struct store_counts counts = store_counts(lab.store);
    lab_close();
    UNIT_SAYS(heard(later, STORE_SAVED, 110, ill.applied + 1), "%s: later", ill.what);
    UNIT_HOLDS(counts.unanswered == (ill.answered == NEVER));
    UNIT_HOLDS(counts.errors == (ill.answered != NEVER && ill.answer == STORE_ERROR));
    UNIT_HOLDS(counts.writes == ill.applied && counts.throttled == 0);
}
END_TEST

/* Reads are swallowed as writes are; and a long silence leaves nothing behind. */
START_TEST(nobody_hears_of_a_store_that_hangs)
{
    struct store_health hang = well;
    hang.hang = true;
    lab_open(&exact, 1);
    store_set_health(lab.store, &hang);
    for (int i = 0; i < 500; i++) {
        load(0, i % 2 == 0);
        save_always(0);
        until_ms(i);
        store_set_health(lab.store, &hang); /* it hangs already */
    }
    lab_close();
    for (uint64_t i = 0; i < lab.asked; i++)
        UNIT_HOLDS(!lab.heard[i].came && !lab.heard[i].applied);
}
END_TEST

/* --- lost answers and errors ------------------------------------------------------ */

static bool near(uint64_t n, uint64_t expected)
{
    return n + 150 > expected && n < expected + 150;
}

START_TEST(of_lost_writes_half_were_made)
{
    enum { N = 10000 };
    struct store_health loses = well;
    uint64_t made_lost = 0, not_made = 0, reads = 0;
    loses.lost_ppm = 400000;
    lab_open(&exact, 1);
    store_set_health(lab.store, &loses);
    for (int i = 0; i < N; i++) {
        save_always(0);
        load(0, false);
    }
    sim_run(lab.sim, SIM_NEVER);
    struct store_counts counts = store_counts(lab.store);
    lab_close();
    for (uint64_t i = 0; i < 2 * N; i++) {
        UNIT_HOLDS(i % 2 == 1 || lab.heard[i].applied || !lab.heard[i].came);
        made_lost += lab.heard[i].applied && !lab.heard[i].came;
        not_made += i % 2 == 0 && !lab.heard[i].applied;
        reads += i % 2 == 1 && lab.heard[i].came;
    }
    UNIT_HOLDS(near(made_lost, N / 5) && near(not_made, N / 5) &&
               near(reads, N * 3 / 5));
    UNIT_HOLDS(counts.writes == N - not_made && near(counts.eventual_reads, N * 4 / 5));
    UNIT_HOLDS(counts.unanswered == made_lost + not_made + N - reads);
}
END_TEST

START_TEST(an_error_writes_nothing)
{
    enum { N = 10000 };
    struct store_health errs = well;
    uint64_t errors = 0;
    errs.error_ppm = 200000;
    lab_open(&exact, 1);
    store_set_health(lab.store, &errs);
    for (int i = 0; i < N; i++)
        save_always(0);
    sim_run(lab.sim, SIM_NEVER);
    struct store_counts counts = store_counts(lab.store);
    lab_close();
    for (uint64_t i = 0; i < N; i++) {
        bool error = lab.heard[i].answer == STORE_ERROR;
        UNIT_HOLDS(error == !lab.heard[i].applied && error == !lab.heard[i].shown);
        UNIT_HOLDS(lab.heard[i].at == 10 * SIM_MS);
        errors += error;
    }
    UNIT_HOLDS(near(errors, N / 5) && counts.errors == errors);
    UNIT_HOLDS(counts.writes == N - errors);
}
END_TEST

/* --- capacity --------------------------------------------------------------------- */

enum asking { WRITE, FAILING_WRITE, STRONG, EVENTUAL };

static uint64_t ask(enum asking asking, uint64_t key)
{
    switch (asking) {
    case WRITE:
        return save_always(key);
    case FAILING_WRITE:
        return save_if(key, 7000000);
    case STRONG:
    case EVENTUAL:
        break;
    }
    return load(key, asking == STRONG);
}

/* Served of a steady stream: what was saved up, and what came in until the last. */
static const struct stream {
    const char *what;
    enum asking asking;
    uint32_t rate;
    int64_t burst_ms;
    uint32_t capacity_pct;
    int64_t every_ms, last_ms;
    uint64_t served;
} streams[] = {
    {"writes", WRITE, 10, 2000, 100, 25, 100000, 20 + 1000},
    {"writes that fail", FAILING_WRITE, 10, 2000, 100, 25, 100000, 20 + 1000},
    {"strong reads", STRONG, 10, 2000, 100, 25, 100000, 20 + 1000},
    {"eventual reads", EVENTUAL, 10, 2000, 100, 25, 100000, 40 + 2000},
    {"half the capacity", WRITE, 10, 2000, 50, 25, 100000, 20 + 500},
    {"twice the capacity", WRITE, 10, 2000, 200, 25, 100000, 20 + 2000},
    {"no capacity", WRITE, 10, 2000, 0, 25, 100000, 20},
    {"nothing saved", WRITE, 10, 0, 100, 25, 100000, 1 + 1000},
    {"nothing saved, halves", EVENTUAL, 10, 0, 100, 25, 100000, 2 + 2000},
    {"a rate with a remainder", WRITE, 3, 1000, 100, 100, 100000, 3 + 300},
    {"less than there is", WRITE, 10, 0, 100, 125, 100000, 801},
    {"no limit", WRITE, 0, 0, 100, 25, 100000, 4001},
};

START_TEST(beyond_its_capacity_an_item_is_throttled)
{
    const struct stream *stream = &streams[_i];
    struct store_config config = exact;
    struct store_health health = well;
    uint64_t throttled = 0;
    config.wcu = config.rcu = stream->rate;
    config.burst = stream->burst_ms * SIM_MS;
    health.capacity_pct = stream->capacity_pct;
    lab_open(&config, 1);
    store_set_health(lab.store, &health);
    for (int64_t ms = 0; ms <= stream->last_ms; ms += stream->every_ms) {
        until_ms(ms);
        ask(stream->asking, 0);
    }
    sim_run(lab.sim, SIM_NEVER);
    struct store_counts counts = store_counts(lab.store);
    lab_close();
    for (uint64_t i = 0; i < lab.asked; i++) {
        int64_t asked = (int64_t)i * stream->every_ms;
        bool error = lab.heard[i].answer == STORE_ERROR;
        UNIT_HOLDS(!error ||
                   (heard(i, STORE_ERROR, asked + 5, 0) && !lab.heard[i].applied));
        throttled += error;
    }
    uint64_t served = counts.writes + counts.strong_reads + counts.eventual_reads;
    UNIT_SAYS(served == stream->served, "%s: %d served", stream->what, (int)served);
    UNIT_HOLDS(counts.throttled == throttled && throttled == lab.asked - served);
}
END_TEST

static uint64_t drain(enum asking asking, uint64_t key)
{
    uint64_t before = store_counts(lab.store).throttled, n = 0;
    for (; store_counts(lab.store).throttled == before; n++)
        ask(asking, key);
    return n - 1;
}

static void capacity_from(int64_t ms, uint32_t pct)
{
    struct store_health health = well;
    until_ms(ms);
    health.capacity_pct = pct;
    store_set_health(lab.store, &health);
}

/* 10 units a second, for at most 2 seconds. */
START_TEST(what_is_not_used_is_saved_up)
{
    struct store_config config = exact;
    config.wcu = config.rcu = 10;
    config.burst = 2 * SIM_S;
    lab_open(&config, 1);
    UNIT_HOLDS(drain(WRITE, 0) == 20 && drain(WRITE, 0) == 0);
    UNIT_HOLDS(drain(WRITE, 1) == 20); /* each item its own */
    UNIT_HOLDS(drain(EVENTUAL, 0) == 40 && drain(STRONG, 0) == 0); /* and each kind */
    until_ms(1000);
    UNIT_HOLDS(drain(WRITE, 0) == 10 && drain(STRONG, 0) == 10);
    capacity_from(1500, 50); /* 5 so far */
    capacity_from(2500, 0);  /* and 5 more */
    capacity_from(9000, 100);
    until_ms(9200); /* and 2 */
    UNIT_HOLDS(drain(WRITE, 0) == 12 && drain(STRONG, 0) == 12);
    until_ms(100000);
    UNIT_HOLDS(drain(WRITE, 0) == 20 && drain(EVENTUAL, 1) == 40);
    lab_close();
}
END_TEST

/* --- the digest, and bugs of the caller ------------------------------------------- */

static uint64_t brief_run(const struct store_config *config, uint64_t key,
                          uint64_t seed)
{
    lab_open(config, seed);
    save_if(key, 0);
    save_if(key, 0);
    until_ms(6);
    save_always(key);
    until_ms(20);
    for (int i = 0; i < 8; i++) /* at 22: an age of 11 is the first version */
        load(key, false);
    return lab_close();
}

/* The same events at the same times; only what is seen or done differs. */
START_TEST(the_digest_covers_what_was_seen)
{
    struct store_config old = exact, hides = exact;
    old.lag = 17 * SIM_MS;
    old.stale_ppm = 1000000;
    hides.hides_loser_item = true;
    uint64_t digest = brief_run(&exact, 0, 1);
    UNIT_HOLDS(digest == brief_run(&exact, 0, 1));
    UNIT_HOLDS(digest == brief_run(&exact, 0, 2)); /* nothing here is chance */
    UNIT_HOLDS(digest != brief_run(&exact, 1, 1));
    UNIT_HOLDS(digest != brief_run(&hides, 0, 1));
    UNIT_HOLDS(digest != brief_run(&old, 0, 1));
    UNIT_HOLDS(brief_run(&old, 0, 1) != brief_run(&old, 0, 2));
}
END_TEST

static bool refuse(const void *save, const void *stored, void *out)
{
    (void)save, (void)stored, (void)out;
    return false;
}

static void make(int64_t p50, int64_t p99, int64_t burst, size_t item_bytes)
{
    struct store_config config = {p50, p99, p50, p99, .burst = burst};
    store_free(store_new(sim_new(1), &config, item_bytes, 8, refuse));
}

static void key_past_the_last(void)
{
    lab_open(&exact, 1);
    load(STORE_KEYS_MAX, true);
}

static void no_median(void)
{
    make(0, 5, 0, 8);
}

static void median_above_the_tail(void)
{
    make(6, 5, 0, 8);
}

static void endless_burst(void)
{
    make(4, 5, INT64_MAX / 4, 8);
}

static void items_of_nothing(void)
{
    make(4, 5, 0, 0);
}

static void nothing_wrong(void)
{
    make(4, 5, 0, 8);
}

START_TEST(bugs_of_the_caller_abort)
{
    UNIT_HOLDS(unit_aborts(key_past_the_last));
    UNIT_HOLDS(unit_aborts(no_median) && unit_aborts(median_above_the_tail));
    UNIT_HOLDS(unit_aborts(endless_burst) && unit_aborts(items_of_nothing));
    UNIT_HOLDS(!unit_aborts(nothing_wrong));
    store_free(NULL);
}
END_TEST

const struct unit_case store_ill_cases[] = {
    {"ill", &an_illness_at_each_moment, UNIT_ROWS(ills)},
    {"ill", &nobody_hears_of_a_store_that_hangs, 0},
    {"lost", &of_lost_writes_half_were_made, 0},
    {"errors", &an_error_writes_nothing, 0},
    {"capacity", &beyond_its_capacity_an_item_is_throttled, UNIT_ROWS(streams)},
    {"capacity", &what_is_not_used_is_saved_up, 0},
    {"digest", &the_digest_covers_what_was_seen, 0},
    {"bugs", &bugs_of_the_caller_abort, 0},
};
const size_t store_ill_n = UNIT_ROWS(store_ill_cases);
