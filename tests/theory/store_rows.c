/* store_rows.c - one item of the store under more requests than it likes: its capacity,
 * what a request costs, and writers who get in each other's way. */
#include <math.h>
#include <stdlib.h>

#include "load.h"
#include "store.h"
#include "theory.h"

/* The item is a number, and a write says which number it must replace. */
struct number {
    uint64_t version;
};

static bool replace(const void *save, const void *stored, void *out)
{
    const struct number *expected = save, *old = stored;
    uint64_t version = old == NULL ? 0 : old->version;
    ((struct number *)out)->version = version + 1;
    return expected->version == version;
}

/* One store, and requests that know nothing of each other. */
struct counter {
    struct sim *sim;
    struct store *store;
    uint64_t asked, saved, writers;
};

static struct counter counter_new(const struct store_config *config)
{
    struct counter c = {.sim = sim_new(1)};
    c.store =
        store_new(c.sim, config, sizeof(struct number), sizeof(struct number), replace);
    return c;
}

static void counter_free(struct counter *c)
{
    store_free(c->store);
    sim_free(c->sim);
}

/* Every request takes this long, and is done half way. */
static struct store_config takes(int64_t ns)
{
    return (struct store_config){
        .read_p50 = ns, .read_p99 = ns, .write_p50 = ns, .write_p99 = ns};
}

static void arrive_for(struct counter *c, uint32_t rps, int64_t end, load_fn *arrive)
{
    struct load_config config = {.law = LOAD_POISSON, .rps = rps};
    struct load *load = load_new(c->sim, &config, end, 100, arrive, c);
    sim_run(c->sim, end);
    load_free(load);
}

static void ignore(void *who, uint64_t what, enum store_answer answer, const void *item)
{
    (void)who, (void)what, (void)answer, (void)item;
}

/* --- a partition's capacity ------------------------------------------------------- */

static void write_once(void *who, uint64_t user)
{
    struct counter *c = who;
    struct number any = {0};
    (void)user;
    c->asked++;
    store_save(c->store, 0, &any, ignore, c, 0); /* most conflict, and cost as much */
}

static void read_once(void *who, uint64_t user)
{
    struct counter *c = who;
    (void)user;
    c->asked++;
    store_load(c->store, 0, true, ignore, c, 0);
}

/* Counted once what was saved up at the start is spent. */
static void partition_cap(struct theory *t)
{
    bool writes = theory_has(t, "writes_per_s");
    double rate = theory_param(t, writes ? "writes_per_s" : "strong_reads_per_s");
    load_fn *arrive = writes ? write_once : read_once;
    struct store_config config = takes(SIM_MS);
    config.wcu = config.rcu = (uint32_t)theory_param(t, "cap");
    config.burst = SIM_S;
    struct counter c = counter_new(&config);
    arrive_for(&c, (uint32_t)rate, 10 * SIM_S, arrive);
    double asked = (double)c.asked;
    double throttled = (double)store_counts(c.store).throttled;
    arrive_for(&c, (uint32_t)rate, 210 * SIM_S, arrive);
    asked = (double)c.asked - asked;
    throttled = (double)store_counts(c.store).throttled - throttled;
    theory_check(t, "accepted", 1 - throttled / asked);
    theory_check(t, "throttled", throttled / asked);
    counter_free(&c);
}

/* --- what a request costs --------------------------------------------------------- */

enum { UNITS = 1000 };
enum request { WRITE, STRONG, EVENTUAL };

static void request(struct store *store, enum request kind)
{
    static const unsigned char save[1];
    if (kind == WRITE)
        store_save(store, 0, save, ignore, NULL, 0);
    else
        store_load(store, 0, kind == STRONG, ignore, NULL, 0);
}

static bool never(const void *save, const void *stored, void *out)
{
    (void)save, (void)stored, (void)out;
    return false;
}

/* How many requests do so many units pay for? */
static double cost(const struct theory *t, enum request kind)
{
    struct store_config config = takes(SIM_MS);
    struct sim *sim = sim_new(1);
    double served = -1;
    config.wcu = config.rcu = UNITS;
    config.burst = SIM_S;
    size_t bytes = (size_t)lround(1024 * theory_param(t, "kb"));
    struct store *store = store_new(sim, &config, bytes, 1, never);
    for (; store_counts(store).throttled == 0; served++)
        request(store, kind);
    store_free(store);
    sim_free(sim);
    return UNITS / served;
}

/* The store has no transactions. Whoever plays one makes each request twice, to prepare
 * and to commit, and that is what DynamoDB bills. */
static void units(struct theory *t)
{
    if (theory_has(t, "transactional")) {
        theory_check(t, "write", 2 * cost(t, WRITE));
        theory_check(t, "read", 2 * cost(t, STRONG));
        return;
    }
    theory_check(t, "write", cost(t, WRITE));
    theory_check(t, "strong", cost(t, STRONG));
    theory_check(t, "eventual", cost(t, EVENTUAL));
}

/* --- read, change, write if nobody else did --------------------------------------- */

static void wrote(void *who, uint64_t what, enum store_answer answer, const void *item)
{
    struct counter *c = who;
    (void)what, (void)item;
    c->saved += answer == STORE_SAVED;
}

static void write_back(void *who, uint64_t what, enum store_answer answer,
                       const void *item)
{
    struct counter *c = who;
    struct number none = {0};
    (void)what, (void)answer;
    store_save(c->store, 0, item == NULL ? &none : item, wrote, c, 0);
}

static void read_to_write(void *who, uint64_t user)
{
    struct counter *c = who;
    (void)user;
    c->asked++;
    store_load(c->store, 0, true, write_back, c, 0);
}

/* From the middle of the read to the middle of the write it is tau. */
static void conditional_conflict(struct theory *t)
{
    enum { ATTEMPTS = 400000 };
    double rate = theory_param(t, "attempts_per_s");
    int64_t end = llround(ATTEMPTS / rate) * SIM_S;
    struct store_config config =
        takes(llround(1e9 * theory_param(t, "read_to_write_s")));
    struct counter c = counter_new(&config);
    arrive_for(&c, (uint32_t)rate, end, read_to_write);
    sim_run(c.sim, SIM_NEVER);
    double saved = (double)c.saved;
    theory_check(t, "success_rate", saved * (double)SIM_S / (double)end);
    theory_check(t, "conflict", 1 - saved / (double)c.asked);
    counter_free(&c);
}

/* --- rounds ----------------------------------------------------------------------- */

/* The loser is shown what it lost to, and asks again at once. */
static void insist(void *who, uint64_t what, enum store_answer answer, const void *item)
{
    struct counter *c = who;
    struct number none = {0};
    if (answer == STORE_SAVED)
        c->writers--;
    else
        store_save(c->store, 0, item == NULL ? &none : item, insist, c, what);
}

static void occ_rounds(struct theory *t)
{
    struct store_config config = takes(SIM_MS);
    struct counter c = counter_new(&config);
    uint64_t n = c.writers = (uint64_t)theory_param(t, "N");
    for (uint64_t i = 0; i < n; i++)
        store_load(c.store, 0, true, insist, &c, i);
    sim_run(c.sim, SIM_NEVER);
    theory_check(t, "writes", (double)store_counts(c.store).writes);
    theory_claim(t, "after N rounds the last one is done",
                 c.writers == 0 && sim_now(c.sim) == (int64_t)(n + 1) * SIM_MS);
    counter_free(&c);
}

const struct theory_test store_rows[] = {
    {"ddb_partition_cap", partition_cap},
    {"ddb_units", units},
    {"ddb_conditional_conflict", conditional_conflict},
    {"ddb_occ_rounds", occ_rounds},
    {NULL, NULL}};
