/* backend.c - FIFO queues before servers, and their illnesses: see backend.h. */
#include "backend.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { REFUSE_NS = 1000000 }; /* a refused connection is known after a millisecond */

/* A hundred days: a wild draw, made a thousand times slower, is still a time. */
#define SERVICE_MAX_NS (INT64_C(100) * 86400 * SIM_S)

struct job {
    backend_fn *done;
    void *who;
    uint64_t what;
    int64_t deadline;
    uint32_t next; /* in the list of stalled jobs, or of free places */
};
#define NOBODY UINT32_MAX

/* A ring of waiting jobs that grows, and the servers, known by how many are busy. */
struct shard {
    struct backend *backend;
    struct job *queue;
    uint64_t head, tail, room; /* room is a power of two */
    uint32_t stalled;          /* jobs whose work was over while the shard hung */
    struct backend_health health;
    struct backend_counts counts;
    struct random service, errors;
};

struct backend {
    struct sim *sim;
    struct backend_config config;
    struct job *working; /* jobs that left the queue and whose end is planned */
    uint32_t places;
    uint32_t unused; /* the first free place; the others follow by next */
    struct shard shard[BACKEND_SHARDS_MAX];
};

static void *must(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "backend: out of memory\n");
        abort();
    }
    return memory;
}

/* --- places for jobs that left the queue ------------------------------------------ */

static void grow(struct backend *b)
{
    uint32_t places = b->places == 0 ? 64 : b->places * 2;
    b->working = must(realloc(b->working, places * sizeof *b->working));
    while (b->places < places) {
        b->working[b->places].next = b->unused;
        b->unused = b->places++;
    }
}

static uint32_t keep(struct backend *b, struct job job)
{
    if (b->unused == NOBODY)
        grow(b);
    uint32_t place = b->unused;
    b->unused = b->working[place].next;
    b->working[place] = job;
    return place;
}

static struct job release(struct backend *b, uint32_t place)
{
    struct job job = b->working[place];
    b->working[place].next = b->unused;
    b->unused = place;
    return job;
}

static void push(struct shard *shard, struct job job)
{
    if (shard->tail - shard->head == shard->room) {
        uint64_t room = shard->room == 0 ? 64 : shard->room * 2;
        struct job *queue = must(malloc(room * sizeof *queue));
        for (uint64_t i = shard->head; i < shard->tail; i++)
            queue[i & (room - 1)] = shard->queue[i & (shard->room - 1)];
        free(shard->queue);
        shard->queue = queue;
        shard->room = room;
    }
    shard->queue[shard->tail++ & (shard->room - 1)] = job;
    shard->counts.waiting++;
}

static struct job pop(struct shard *shard)
{
    shard->counts.waiting--;
    return shard->queue[shard->head++ & (shard->room - 1)];
}

/* --- service
 * -------------------------------------------------------------------------- */

static int64_t service_time(struct shard *shard)
{
    const struct service *s = &shard->backend->config.service;
    int64_t time = 0;
    switch (s->law) {
    case SERVICE_EXPONENTIAL:
        time = random_exponential(&shard->service, s->mean_ns);
        break;
    case SERVICE_FIXED:
        time = s->mean_ns;
        break;
    case SERVICE_LOGNORMAL:
        time = random_lognormal(&shard->service, s->p50_ns, s->p99_ns);
        break;
    }
    time = time < SERVICE_MAX_NS ? time : SERVICE_MAX_NS;
    return shard->health.slow_pct == 100 ? time : time / 100 * shard->health.slow_pct;
}

static uint64_t servers_up(const struct shard *shard)
{
    uint64_t servers = shard->backend->config.servers;
    return shard->health.hang ? 0 : servers * shard->health.capacity_pct / 100;
}

static void finish(struct sim *sim, void *who, uint64_t place);
static void drop(struct sim *sim, void *who, uint64_t place);

static void start_work(struct shard *shard)
{
    struct backend *b = shard->backend;
    int64_t now = sim_now(b->sim);
    while (shard->counts.waiting > 0 && shard->counts.busy < servers_up(shard)) {
        struct job job = pop(shard);
        uint32_t place = keep(b, job);
        if (b->config.drops_expired && now >= job.deadline) {
            shard->counts.dropped++;
            sim_at(b->sim, now, drop, shard, place);
            continue;
        }
        shard->counts.busy++;
        sim_at(b->sim, now + service_time(shard), finish, shard, place);
    }
}

/* A hanging server keeps the job it has, until the shard is well again. */
static void finish(struct sim *sim, void *who, uint64_t place)
{
    (void)sim;
    struct shard *shard = who;
    struct backend *b = shard->backend;
    if (shard->health.hang) {
        b->working[place].next = shard->stalled;
        shard->stalled = (uint32_t)place;
        return;
    }
    struct job job = release(b, (uint32_t)place);
    bool failed = random_chance(&shard->errors, shard->health.errors_ppm);
    shard->counts.busy--;
    shard->counts.served++;
    start_work(shard);
    job.done(job.who, job.what, failed ? 500 : 200);
}

static void wake_stalled(struct shard *shard)
{
    struct backend *b = shard->backend;
    while (shard->stalled != NOBODY) {
        uint32_t place = shard->stalled;
        shard->stalled = b->working[place].next;
        sim_at(b->sim, sim_now(b->sim), finish, shard, place);
    }
}

static void drop(struct sim *sim, void *who, uint64_t place)
{
    (void)sim;
    struct shard *shard = who;
    struct job job = release(shard->backend, (uint32_t)place);
    job.done(job.who, job.what, 0);
}

/* --- the public functions
 * ------------------------------------------------------------- */

struct backend *backend_new(struct sim *sim, const struct backend_config *config)
{
    assert(config->shards >= 1 && config->shards <= BACKEND_SHARDS_MAX);
    struct backend *b = must(calloc(1, sizeof *b));
    b->sim = sim;
    b->config = *config;
    b->unused = NOBODY;
    for (uint32_t i = 0; i < config->shards; i++) {
        char name[32];
        struct shard *shard = &b->shard[i];
        shard->backend = b;
        shard->stalled = NOBODY;
        shard->health = (struct backend_health){.slow_pct = 100, .capacity_pct = 100};
        snprintf(name, sizeof name, "service %u", i);
        random_seed(&shard->service, sim_seed(sim), name);
        snprintf(name, sizeof name, "errors %u", i);
        random_seed(&shard->errors, sim_seed(sim), name);
    }
    return b;
}

void backend_free(struct backend *b)
{
    if (b == NULL)
        return;
    for (uint32_t i = 0; i < b->config.shards; i++)
        free(b->shard[i].queue);
    free(b->working);
    free(b);
}

void backend_call(struct backend *b, uint32_t index, int64_t deadline, backend_fn *done,
                  void *who, uint64_t what)
{
    assert(index < b->config.shards);
    struct shard *shard = &b->shard[index];
    struct job job = {done, who, what, deadline, NOBODY};
    bool server_free = shard->counts.busy < servers_up(shard);
    bool full = b->config.bounded && !server_free &&
                shard->counts.waiting >= b->config.queue_max;
    shard->counts.arrived++;
    if (shard->health.refuse || full) {
        shard->counts.refused++;
        sim_at(b->sim, sim_now(b->sim) + REFUSE_NS, drop, shard, keep(b, job));
        return;
    }
    push(shard, job);
    start_work(shard);
}

void backend_set_health(struct backend *b, uint32_t shard,
                        const struct backend_health *health)
{
    assert(shard < b->config.shards);
    b->shard[shard].health = *health;
    if (!health->hang)
        wake_stalled(&b->shard[shard]);
    start_work(&b->shard[shard]);
}

const struct backend_health *backend_health(const struct backend *b, uint32_t shard)
{
    return &b->shard[shard].health;
}

struct backend_counts backend_counts(const struct backend *b, uint32_t shard)
{
    return b->shard[shard].counts;
}
