/* store.c - items, conditional writes, and answers that may not come: see store.h.
 *
 * All that chance decides about a request is drawn as it comes in. Then it has two
 * moments: half way the store reads or writes (serve), at the end the answer is there
 * (answer). Between them lies all the trouble of the protocols on top. */
#include "store.h"

#include <assert.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HISTORY = 16 }; /* versions of an item that an old read can still find */

#define DOWN_NS SIM_MS            /* a refused connection is known after this */
#define THROTTLED_NS (5 * SIM_MS) /* turned away before any work is done */

/* A wild draw a thousand times slower, a hundredfold burst: still a time. */
#define LATENCY_MAX (INT64_C(100) * 86400 * SIM_S)
#define BURST_MAX (INT64_C(366) * 86400 * SIM_S)

/* Units saved up, as the time it takes to earn them: hundredths of a nanosecond at full
 * capacity, so that a nanosecond at n percent of it earns n. */
struct bucket {
    uint32_t rate;           /* units a second; 0: no limit */
    int64_t saved, most, at; /* `saved` as it was at this time */
};

/* An item and how it came about. Version n is the n-th write; 0 is no item. */
struct key {
    struct bucket reads, writes;
    uint64_t version;
    int64_t at[HISTORY]; /* when version v was written: at[v % HISTORY] */
    alignas(max_align_t) unsigned char items[];
};

struct request {
    uint64_t key;
    bool save, strong;
    bool lost;    /* its answer will not arrive */
    bool shown;   /* its answer shows an item */
    int64_t age;  /* a read sees the item as it was so long ago */
    int64_t end;  /* when the answer is there */
    uint64_t era; /* of the store, when it came in */
    enum store_answer answer;
    store_answer_fn *done;
    void *who;
    uint64_t what;
    uint32_t next;                              /* in the list of free places */
    alignas(max_align_t) unsigned char bytes[]; /* the item, then the write */
};
#define NOWHERE UINT32_MAX

struct store {
    struct sim *sim;
    struct store_config config;
    struct store_health health;
    struct store_counts counts;
    size_t item_bytes, save_bytes, stride; /* stride: an item, rounded up */
    store_fn *apply;
    store_watch_fn *watch;
    void *watcher;
    uint64_t era; /* plus one whenever it begins to hang */
    struct random reads, writes, chance;
    struct key *key[STORE_KEYS_MAX]; /* made when first asked for */
    struct request **request;        /* their addresses stay while the table grows */
    uint32_t places, unused;
};

static void *must(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "store: out of memory\n");
        abort();
    }
    return memory;
}

/* --- capacity --------------------------------------------------------------------- */

/* DynamoDB's units: one for each KB begun that is written, for each 4 KB read. */
static int64_t halves(const struct store *s, bool save, bool strong)
{
    size_t unit = save ? 1024 : 4096;
    int64_t units = (int64_t)((s->item_bytes + unit - 1) / unit);
    return save || strong ? 2 * units : units;
}

static int64_t price(int64_t half_units, uint32_t rate)
{
    return half_units * (50 * SIM_S) / rate;
}

/* Full at the start, and never too small for the dearest request. */
static struct bucket bucket_new(const struct store *s, uint32_t rate, int64_t dearest)
{
    if (rate == 0)
        return (struct bucket){0};
    int64_t least = price(dearest, rate), full = 100 * s->config.burst;
    full = full > least ? full : least;
    return (struct bucket){rate, full, full, sim_now(s->sim)};
}

static void earn(const struct store *s, struct bucket *b)
{
    int64_t pct = s->health.capacity_pct, elapsed = sim_now(s->sim) - b->at;
    b->at += elapsed;
    if (pct > 0 && elapsed > (b->most - b->saved) / pct)
        b->saved = b->most;
    else
        b->saved += elapsed * pct;
}

static bool afford(const struct store *s, struct bucket *b, int64_t half_units)
{
    if (b->rate == 0)
        return true;
    int64_t cost = price(half_units, b->rate);
    earn(s, b);
    if (b->saved < cost)
        return false;
    b->saved -= cost;
    return true;
}

/* --- items and their past --------------------------------------------------------- */

static struct key *key_of(struct store *s, uint64_t key)
{
    if (s->key[key] == NULL) {
        struct key *k = must(calloc(1, sizeof *k + HISTORY * s->stride));
        k->reads = bucket_new(s, s->config.rcu, halves(s, false, true));
        k->writes = bucket_new(s, s->config.wcu, halves(s, true, true));
        s->key[key] = k;
    }
    return s->key[key];
}

static unsigned char *room(const struct store *s, struct key *k, uint64_t version)
{
    return k->items + version % HISTORY * s->stride;
}

/* The version that stood at this time; the oldest still known, if that is younger. */
static uint64_t version_at(const struct key *k, int64_t time)
{
    uint64_t oldest = k->version > HISTORY ? k->version - HISTORY + 1 : 0;
    uint64_t version = k->version;
    while (version > oldest && k->at[version % HISTORY] > time)
        version--;
    return version;
}

static void show(const struct store *s, struct request *r, uint64_t version)
{
    r->shown = version > 0;
    if (r->shown)
        memcpy(r->bytes, room(s, s->key[r->key], version), s->item_bytes);
}

/* --- requests under way ----------------------------------------------------------- */

static void grow(struct store *s)
{
    uint32_t places = s->places == 0 ? 16 : s->places * 2;
    size_t bytes = sizeof(struct request) + s->stride + s->save_bytes;
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): a table of pointers, as meant */
    s->request = must(realloc(s->request, places * sizeof *s->request));
    while (s->places < places) {
        s->request[s->places] = must(malloc(bytes));
        s->request[s->places]->next = s->unused;
        s->unused = s->places++;
    }
}

static uint32_t keep(struct store *s, uint64_t key, store_answer_fn *done, void *who,
                     uint64_t what)
{
    assert(key < STORE_KEYS_MAX);
    if (s->unused == NOWHERE)
        grow(s);
    uint32_t place = s->unused;
    struct request *r = s->request[place];
    s->unused = r->next;
    *r = (struct request){
        .key = key, .era = s->era, .done = done, .who = who, .what = what};
    return place;
}

/* The digest shall differ as soon as what the store does differs. */
enum deed { GONE, APPLIED, ANSWERED };

static void note(const struct store *s, const struct request *r, enum deed deed)
{
    uint64_t what = (uint64_t)deed << 8 | (uint64_t)r->answer << 1 | r->shown;
    sim_note(s->sim, r->key << 16 | what);
}

/* --- the two moments -------------------------------------------------------------- */

/* The place is free again only after `done`, which may ask anew and still look at the
 * item. */
static void answer(struct sim *sim, void *who, uint64_t place)
{
    (void)sim;
    struct store *s = who;
    struct request *r = s->request[place];
    bool heard = !r->lost && r->era == s->era;
    note(s, r, heard ? ANSWERED : GONE);
    if (heard)
        r->done(r->who, r->what, r->answer, r->shown ? r->bytes : NULL);
    else
        s->counts.unanswered++;
    r->next = s->unused;
    s->unused = (uint32_t)place;
}

static void fail(struct store *s, uint32_t place, int64_t at, uint64_t *count)
{
    ++*count;
    s->request[place]->answer = STORE_ERROR;
    sim_at(s->sim, at, answer, s, place);
}

static void read_item(struct store *s, struct request *r)
{
    uint64_t version = version_at(s->key[r->key], sim_now(s->sim) - r->age);
    show(s, r, version);
    sim_note(s->sim, version);
    r->answer = STORE_ITEM;
    ++*(r->strong ? &s->counts.strong_reads : &s->counts.eventual_reads);
}

/* The new item is made beside the stored ones: a write that fails leaves no trace. */
static void write_item(struct store *s, struct request *r)
{
    struct key *k = s->key[r->key];
    const void *before = k->version == 0 ? NULL : room(s, k, k->version);
    s->counts.writes++;
    memset(r->bytes, 0, s->item_bytes);
    if (!s->apply(r->bytes + s->stride, before, r->bytes)) {
        s->counts.conflicts++;
        r->answer = STORE_CONFLICT;
        show(s, r, s->config.hides_loser_item ? 0 : k->version);
        return;
    }
    k->at[++k->version % HISTORY] = sim_now(s->sim);
    void *after = memcpy(room(s, k, k->version), r->bytes, s->item_bytes);
    r->answer = STORE_SAVED;
    r->shown = true;
    if (s->watch != NULL)
        s->watch(s->watcher, r->key, before, after);
}

/* What was under way when the store began to hang is not done any more; once it is
 * down, nothing is. */
static void serve(struct sim *sim, void *who, uint64_t place)
{
    struct store *s = who;
    struct request *r = s->request[place];
    if (r->era == s->era && s->health.down) {
        fail(s, (uint32_t)place, r->end, &s->counts.errors);
        return;
    }
    if (r->era == s->era) {
        (r->save ? write_item : read_item)(s, r);
        note(s, r, APPLIED);
    }
    sim_at(sim, r->end, answer, s, place);
}

/* --- what comes in ---------------------------------------------------------------- */

static int64_t latency(struct store *s, bool save)
{
    const struct store_config *c = &s->config;
    int64_t time = save ? random_lognormal(&s->writes, c->write_p50, c->write_p99)
                        : random_lognormal(&s->reads, c->read_p50, c->read_p99);
    time = time < LATENCY_MAX ? time : LATENCY_MAX;
    return s->health.slow_pct == 100 ? time : time / 100 * s->health.slow_pct;
}

static bool affordable(struct store *s, const struct request *r)
{
    struct key *k = key_of(s, r->key);
    return afford(s, r->save ? &k->writes : &k->reads, halves(s, r->save, r->strong));
}

/* Always the same number of draws, so that one request's luck does not shift the
 * next one's. */
static void begin(struct store *s, uint32_t place)
{
    struct request *r = s->request[place];
    const struct store_health *health = &s->health;
    r->lost = random_chance(&s->chance, health->lost_ppm) || health->hang;
    bool on_its_way_in = random_below(&s->chance, 2) == 0;
    bool error = random_chance(&s->chance, health->error_ppm);
    bool stale = random_chance(&s->chance, s->config.stale_ppm) && !r->strong;
    int64_t age = (int64_t)random_below(&s->chance, (uint64_t)s->config.lag + 1);
    int64_t time = latency(s, r->save), now = sim_now(s->sim);
    r->age = stale ? age : 0;
    r->end = now + time;
    if (health->hang || (r->lost && on_its_way_in))
        sim_at(s->sim, r->end, answer, s, place);
    else if (health->down)
        fail(s, place, now + DOWN_NS, &s->counts.errors);
    else if (!affordable(s, r))
        fail(s, place, now + THROTTLED_NS, &s->counts.throttled);
    else if (error)
        fail(s, place, r->end, &s->counts.errors);
    else
        sim_at(s->sim, now + time / 2, serve, s, place);
}

void store_load(struct store *s, uint64_t key, bool strong, store_answer_fn *done,
                void *who, uint64_t what)
{
    uint32_t place = keep(s, key, done, who, what);
    s->request[place]->strong = strong;
    begin(s, place);
}

void store_save(struct store *s, uint64_t key, const void *save, store_answer_fn *done,
                void *who, uint64_t what)
{
    uint32_t place = keep(s, key, done, who, what);
    s->request[place]->save = true;
    memcpy(s->request[place]->bytes + s->stride, save, s->save_bytes);
    begin(s, place);
}

/* --- the other public functions --------------------------------------------------- */

struct store *store_new(struct sim *sim, const struct store_config *config,
                        size_t item_bytes, size_t save_bytes, store_fn *apply)
{
    size_t align = alignof(max_align_t);
    assert(item_bytes > 0 && save_bytes > 0);
    assert(config->read_p50 > 0 && config->read_p50 <= config->read_p99);
    assert(config->write_p50 > 0 && config->write_p50 <= config->write_p99);
    assert(config->lag >= 0 && config->burst >= 0 && config->burst <= BURST_MAX);
    struct store *s = must(calloc(1, sizeof *s));
    s->sim = sim;
    s->config = *config;
    s->health = (struct store_health){.slow_pct = 100, .capacity_pct = 100};
    s->item_bytes = item_bytes;
    s->save_bytes = save_bytes;
    s->stride = (item_bytes + align - 1) / align * align;
    s->apply = apply;
    s->unused = NOWHERE;
    random_seed(&s->reads, sim_seed(sim), "store reads");
    random_seed(&s->writes, sim_seed(sim), "store writes");
    random_seed(&s->chance, sim_seed(sim), "store chance");
    return s;
}

void store_free(struct store *s)
{
    if (s == NULL)
        return;
    for (uint32_t i = 0; i < STORE_KEYS_MAX; i++)
        free(s->key[i]);
    for (uint32_t i = 0; i < s->places; i++)
        free(s->request[i]);
    free(s->request);
    free(s);
}

/* What was earned so far was earned at the old capacity. */
void store_set_health(struct store *s, const struct store_health *health)
{
    for (uint32_t i = 0; i < STORE_KEYS_MAX; i++) {
        if (s->key[i] == NULL)
            continue;
        earn(s, &s->key[i]->reads);
        earn(s, &s->key[i]->writes);
    }
    s->era += health->hang;
    s->health = *health;
}

const void *store_item(const struct store *s, uint64_t key)
{
    assert(key < STORE_KEYS_MAX);
    struct key *k = s->key[key];
    return k == NULL || k->version == 0 ? NULL : room(s, k, k->version);
}

void store_watch(struct store *s, store_watch_fn *watch, void *who)
{
    s->watch = watch;
    s->watcher = who;
}

struct store_counts store_counts(const struct store *s)
{
    return s->counts;
}
