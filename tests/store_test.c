/* store_test.c - the store in health: what is done when, what is seen by whom, and that
 * a conditional write is one step. Its illnesses are in store_ills.c. */
#include "store_test.h"

#include <string.h>

/* --- the laboratory --------------------------------------------------------------- */

struct lab lab;

/* It scribbles before it refuses, as it may. */
static bool apply(const void *save, const void *stored, void *out)
{
    const struct save *s = save;
    const struct item *old = stored;
    uint64_t version = old == NULL ? 0 : old->version;
    struct item *new = out;
    new->version = version + 1;
    new->author = s->author;
    return s->always || s->if_version == version;
}

static void written(void *who, uint64_t key, const void *before, const void *after)
{
    struct lab *l = who;
    const struct item *old = before, *new = after;
    UNIT_HOLDS(new->version == (old == NULL ? 0 : old->version) + 1);
    UNIT_HOLDS(new == store_item(l->store, key) && new->untouched == 0);
    l->heard[new->author].applied = true;
    l->written++;
}

void hear(void *who, uint64_t what, enum store_answer answer, const void *item)
{
    struct lab *l = who;
    UNIT_HOLDS(!l->asking && !l->heard[what].came);
    struct heard *h = &l->heard[what];
    h->came = true;
    h->answer = answer;
    h->at = sim_now(l->sim);
    h->shown = item != NULL;
    if (item != NULL)
        h->item = *(const struct item *)item;
}

const struct store_config exact = {.read_p50 = 4 * SIM_MS,
                                   .read_p99 = 4 * SIM_MS,
                                   .write_p50 = 10 * SIM_MS,
                                   .write_p99 = 10 * SIM_MS};
const struct store_health well = {.slow_pct = 100, .capacity_pct = 100};

void lab_open(const struct store_config *config, uint64_t seed)
{
    memset(&lab, 0, sizeof lab);
    lab.sim = sim_new(seed);
    lab.store =
        store_new(lab.sim, config, sizeof(struct item), sizeof(struct save), apply);
    store_watch(lab.store, written, &lab);
}

uint64_t lab_close(void)
{
    uint64_t came = 0;
    sim_run(lab.sim, SIM_NEVER);
    for (uint64_t i = 0; i < lab.asked; i++)
        came += lab.heard[i].came;
    UNIT_HOLDS(came + store_counts(lab.store).unanswered == lab.asked);
    uint64_t digest = sim_digest(lab.sim);
    store_free(lab.store);
    sim_free(lab.sim);
    return digest;
}

uint64_t load(uint64_t key, bool strong)
{
    lab.asking = true;
    store_load(lab.store, key, strong, hear, &lab, lab.asked);
    lab.asking = false;
    return lab.asked++;
}

uint64_t save_if(uint64_t key, uint64_t if_version)
{
    struct save save = {.if_version = if_version, .author = lab.asked};
    lab.asking = true;
    store_save(lab.store, key, &save, hear, &lab, lab.asked);
    lab.asking = false;
    memset(&save, 0xff, sizeof save); /* it was copied */
    return lab.asked++;
}

uint64_t save_always(uint64_t key)
{
    struct save save = {.author = lab.asked, .always = true};
    store_save(lab.store, key, &save, hear, &lab, lab.asked);
    return lab.asked++;
}

void until_ms(int64_t ms)
{
    sim_run(lab.sim, ms * SIM_MS);
}

bool heard(uint64_t i, enum store_answer answer, int64_t ms, uint64_t version)
{
    const struct heard *h = &lab.heard[i];
    return h->came && h->answer == answer && h->at == ms * SIM_MS &&
           h->shown == (version > 0) && h->item.version == version;
}

/* --- moments ---------------------------------------------------------------------- */

START_TEST(it_is_done_half_way_and_answered_at_the_end)
{
    lab_open(&exact, 1);
    uint64_t first = load(3, true), made = save_if(3, 0);
    until_ms(3);
    uint64_t before =
        load(3, true); /* looks at 5, just after the write, which is older */
    sim_run(lab.sim, 5 * SIM_MS - 1);
    UNIT_HOLDS(store_item(lab.store, 3) == NULL);
    until_ms(5);
    UNIT_HOLDS(((const struct item *)store_item(lab.store, 3))->author == made);
    UNIT_HOLDS(store_item(lab.store, 4) == NULL);
    uint64_t other = load(4, false);
    lab_close();
    UNIT_HOLDS(heard(first, STORE_ITEM, 4, 0));
    UNIT_HOLDS(heard(made, STORE_SAVED, 10, 1));
    UNIT_HOLDS(heard(before, STORE_ITEM, 7, 1));
    UNIT_HOLDS(heard(other, STORE_ITEM, 9, 0));
}
END_TEST

/* The loser is shown what stood when it lost, though more was written since. */
START_TEST(a_loser_is_shown_the_item_unless_it_is_hidden)
{
    for (int hides = 0; hides < 2; hides++) {
        struct store_config config = exact;
        config.hides_loser_item = hides == 1;
        lab_open(&config, 1);
        uint64_t absent = save_if(0, 7), won = save_if(0, 0), lost = save_if(0, 0);
        until_ms(1);
        uint64_t next = save_if(0, 1);
        lab_close();
        UNIT_HOLDS(heard(absent, STORE_CONFLICT, 10, 0));
        UNIT_HOLDS(heard(won, STORE_SAVED, 10, 1));
        UNIT_HOLDS(heard(lost, STORE_CONFLICT, 10, hides ? 0 : 1));
        UNIT_HOLDS(hides || lab.heard[lost].item.author == won);
        UNIT_HOLDS(heard(next, STORE_SAVED, 11, 2));
        UNIT_HOLDS(lab.written == 2);
    }
}
END_TEST

START_TEST(latencies_have_their_percentiles)
{
    enum { N = 10000 };
    struct store_config config = exact;
    config.read_p99 = 12 * SIM_MS;
    config.write_p99 = 50 * SIM_MS;
    lab_open(&config, 1);
    for (int i = 0; i < N; i++) {
        load(0, true);
        save_always(1);
    }
    lab_close();
    uint64_t over[4] = {0};
    for (uint64_t i = 0; i < 2 * N; i++) {
        over[i % 2] += lab.heard[i].at > (i % 2 ? config.write_p50 : config.read_p50);
        over[2 + i % 2] +=
            lab.heard[i].at > (i % 2 ? config.write_p99 : config.read_p99);
    }
    for (int i = 0; i < 4; i++)
        UNIT_SAYS(over[i] > (i < 2 ? N / 2 - 200 : N / 100 - 40) &&
                      over[i] < (i < 2 ? N / 2 + 200 : N / 100 + 40),
                  "%d: %d of %d are over", i, (int)over[i], N);
}
END_TEST

START_TEST(slow_is_slow)
{
    struct store_health slow = well;
    slow.slow_pct = 1000;
    lab_open(&exact, 1);
    store_set_health(lab.store, &slow);
    uint64_t made = save_if(0, 0), seen = load(0, true);
    until_ms(49);
    UNIT_HOLDS(store_item(lab.store, 0) == NULL);
    until_ms(50);
    UNIT_HOLDS(store_item(lab.store, 0) != NULL);
    store_set_health(lab.store, &well);
    uint64_t quick = load(0, true);
    lab_close();
    UNIT_HOLDS(heard(made, STORE_SAVED, 100, 1) && heard(seen, STORE_ITEM, 40, 0));
    UNIT_HOLDS(heard(quick, STORE_ITEM, 54, 1));
}
END_TEST

/* Requests one after the other need the memory of one. */
static void remember(void *who, uint64_t what, enum store_answer answer,
                     const void *item)
{
    const void **seen = who;
    UNIT_HOLDS(answer == STORE_ITEM && (what == 0 || *seen == item));
    *seen = item;
}

START_TEST(a_place_is_used_again)
{
    const void *seen = NULL;
    lab_open(&exact, 1);
    save_always(0);
    for (uint64_t i = 0; i < 100; i++) {
        until_ms(10 * (int64_t)(i + 1));
        store_load(lab.store, 0, true, remember, &seen, i);
    }
    lab_close();
    UNIT_HOLDS(seen != NULL);
}
END_TEST

/* --- one step --------------------------------------------------------------------- */

enum { WRITERS = 40, WINS = 25 };
static int wins[WRITERS], winners[WRITERS * WINS + 1];

static void look_away(void *who, uint64_t what, enum store_answer answer,
                      const void *item)
{
    (void)who, (void)what, (void)answer, (void)item;
}

/* Reads, counts, writes; asks again until it has won WINS times. While it asks it still
 * looks at the item. */
static void count_on(void *who, uint64_t i, enum store_answer answer, const void *item)
{
    struct store *store = who;
    struct save save = {.author = i};
    const struct item *seen = item;
    if (answer == STORE_SAVED) {
        UNIT_HOLDS(seen->author == i && winners[seen->version]++ == 0);
        wins[i]++;
    }
    if (wins[i] == WINS)
        return;
    for (int n = 0; n < 3; n++)
        store_load(store, 1, false, look_away, NULL, 0);
    save.if_version = seen == NULL ? 0 : seen->version;
    if (answer == STORE_CONFLICT)
        store_load(store, 0, i % 2 == 0, count_on, store, i);
    else
        store_save(store, 0, &save, count_on, store, i);
}

static uint64_t contend(uint64_t seed)
{
    struct store_config config = {.read_p50 = SIM_MS,
                                  .read_p99 = 9 * SIM_MS,
                                  .write_p50 = SIM_MS,
                                  .write_p99 = 30 * SIM_MS,
                                  .lag = 5 * SIM_MS,
                                  .stale_ppm = 500000};
    lab_open(&config, seed);
    memset(wins, 0, sizeof wins);
    memset(winners, 0, sizeof winners);
    for (uint64_t i = 0; i < WRITERS; i++)
        store_load(lab.store, 0, false, count_on, lab.store, i);
    sim_run(lab.sim, 100 * SIM_S);
    struct store_counts counts = store_counts(lab.store);
    UNIT_HOLDS(lab.written == WRITERS * WINS && counts.conflicts > lab.written);
    UNIT_HOLDS(counts.writes == counts.conflicts + lab.written);
    for (int version = 1; version <= WRITERS * WINS; version++)
        UNIT_HOLDS(winners[version] == 1);
    return lab_close();
}

START_TEST(of_all_who_write_on_one_version_one_wins)
{
    for (uint64_t seed = 1; seed <= 5; seed++)
        contend(seed);
}
END_TEST

START_TEST(the_seed_decides_everything)
{
    UNIT_HOLDS(contend(7) == contend(7));
    UNIT_HOLDS(contend(7) != contend(8));
}
END_TEST

/* --- reads ------------------------------------------------------------------------ */

/* A write is made every millisecond, and a read half a millisecond after each: it is
 * old if it looks further back than that. */
static const struct past {
    const char *what;
    int64_t lag_ms;
    uint32_t stale_ppm;
    bool strong;
    uint64_t deepest; /* versions behind the newest */
    int old_permille;
} pasts[] = {{"never old", 10, 0, false, 0, 0},
             {"a strong read", 10, 1000000, true, 0, 0},
             {"no lag", 0, 1000000, false, 0, 0},
             {"always old", 10, 1000000, false, 10, 950},
             {"at times old", 10, 300000, false, 10, 285},
             {"older than is known", 100, 1000000, false, 15, 995}};

START_TEST(an_eventual_read_is_at_most_so_old)
{
    enum { READS = 8000 };
    const struct past *past = &pasts[_i];
    uint64_t newest[2 * READS], depths[READS] = {0}, old = 0;
    struct store_config config = exact;
    config.lag = past->lag_ms * SIM_MS;
    config.stale_ppm = past->stale_ppm;
    lab_open(&config, 1);
    for (int64_t i = 0; i < READS; i++) {
        until_ms(i);
        save_always(0);
        sim_run(lab.sim, i * SIM_MS + SIM_MS / 2);
        newest[load(0, past->strong)] = i < 3 ? 0 : (uint64_t)i - 2; /* at i + 2.5 */
    }
    lab_close();
    for (uint64_t i = 101; i < lab.asked; i += 2) /* not while there is no past */
        depths[newest[i] - lab.heard[i].item.version]++;
    for (uint64_t depth = 0; depth < READS; depth++) {
        UNIT_SAYS((depths[depth] > 0) == (depth <= past->deepest),
                  "%s: %d are %d behind", past->what, (int)depths[depth], (int)depth);
        old += depth == 0 ? 0 : depths[depth];
    }
    int expected = past->old_permille * (READS / 1000);
    UNIT_SAYS(abs((int)old - expected) < 120, "%s: %d old", past->what, (int)old);
}
END_TEST

/* Before there was an item an old read sees none. */
START_TEST(an_old_read_may_see_nothing)
{
    struct store_config config = exact;
    int none = 0;
    config.lag = 10 * SIM_MS;
    config.stale_ppm = 1000000;
    lab_open(&config, 1);
    save_always(0);
    until_ms(8); /* looks at 10, and the item is 5 old then */
    for (int i = 0; i < 1000; i++)
        load(0, false);
    lab_close();
    for (uint64_t i = 1; i < lab.asked; i++)
        none += !lab.heard[i].shown;
    UNIT_SAYS(none > 450 && none < 550, "%d of 1000 saw nothing", none);
}
END_TEST

static const struct unit_case store_cases[] = {
    {"moments", &it_is_done_half_way_and_answered_at_the_end, 0},
    {"moments", &a_loser_is_shown_the_item_unless_it_is_hidden, 0},
    {"moments", &latencies_have_their_percentiles, 0},
    {"moments", &slow_is_slow, 0},
    {"moments", &a_place_is_used_again, 0},
    {"one step", &of_all_who_write_on_one_version_one_wins, 0},
    {"one step", &the_seed_decides_everything, 0},
    {"reads", &an_eventual_read_is_at_most_so_old, UNIT_ROWS(pasts)},
    {"reads", &an_old_read_may_see_nothing, 0},
};

int main(void)
{
    int a = unit_run("store", store_cases, UNIT_ROWS(store_cases));
    int b = unit_run("store, ill", store_ill_cases, store_ill_n);
    return a == EXIT_SUCCESS ? b : a;
}
