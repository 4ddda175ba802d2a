/* sweep.c - see sweep.h. Processes, not threads: a run shares nothing with another. All
 * write into one pipe: a row after each run and, when a process has played its last,
 * its histograms in pieces. Each message goes out in one write that the system keeps
 * whole, has its place or is added up; so it does not matter in which order they come.
 */
#include "sweep.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 60 };

enum kind { ROW, LATENCY, LATENCY_IN_FAULT };

struct message {
    enum kind kind;
    union {
        struct sweep_row row;
        struct piece {
            uint32_t client, first; /* bucket */
            uint64_t count[PIECE];
        } piece;
    } is;
};
_Static_assert(sizeof(struct message) <= _POSIX_PIPE_BUF,
               "a message must fit in one write");

uint32_t sweep_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (uint32_t)cores : 1;
}

static void *must(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "storm: out of memory\n");
        abort();
    }
    return memory;
}

/* --- which seeds, and where their rows stand -------------------------------------- */

/* A number from 1 to SWEEP_PARTS_MAX, then `end`. */
static bool parse_part(uint32_t *part, const char **text, char end)
{
    *part = 0;
    for (; **text >= '0' && **text <= '9' && *part <= SWEEP_PARTS_MAX; ++*text)
        *part = *part * 10 + (uint32_t)(**text - '0');
    return *part >= 1 && *part <= SWEEP_PARTS_MAX && *(*text)++ == end;
}

bool sweep_shard_parse(struct sweep_shard *shard, const char *text)
{
    return parse_part(&shard->part, &text, '/') &&
           parse_part(&shard->of, &text, '\0') && shard->part <= shard->of;
}

bool sweep_shard_has(const struct sweep_shard *shard, uint32_t index)
{
    return shard->of == 0 || index % shard->of == shard->part - 1;
}

uint32_t sweep_shard_seeds(const struct sweep_shard *shard, uint32_t seeds)
{
    if (shard->of == 0)
        return seeds;
    return seeds < shard->part ? 0 : (seeds - shard->part) / shard->of + 1;
}

static uint32_t step_of(const struct sweep_extent *extent)
{
    return extent->shard.of == 0 ? 1 : extent->shard.of;
}

struct sweep_extent sweep_all(const struct scene *scene, int client, uint64_t first,
                              uint32_t seeds)
{
    return (struct sweep_extent){.first_client = client < 0 ? 0 : (uint32_t)client,
                                 .clients = client < 0 ? scene->clients : 1,
                                 .seeds = seeds,
                                 .first = first};
}

void sweep_new(struct sweep *sweep, const struct sweep_extent *extent)
{
    uint32_t seeds = sweep_shard_seeds(&extent->shard, extent->seeds);
    uint32_t before = extent->shard.of == 0 ? 0 : extent->shard.part - 1;
    *sweep = (struct sweep){
        .extent = *extent, .seeds = seeds, .count = extent->clients * seeds};
    sweep->rows = must(calloc(sweep->count + 1, sizeof *sweep->rows));
    for (uint32_t i = 0; i < sweep->count; i++) {
        sweep->rows[i].client = extent->first_client + i / seeds;
        sweep->rows[i].index = before + i % seeds * step_of(extent);
    }
}

void sweep_free(struct sweep *sweep)
{
    free(sweep->rows);
    sweep->rows = NULL;
}

struct sweep_row *sweep_at(const struct sweep *sweep, uint32_t client, uint32_t index)
{
    const struct sweep_extent *extent = &sweep->extent;
    return &sweep->rows[(client - extent->first_client) * sweep->seeds +
                        index / step_of(extent)];
}

void sweep_add(struct sweep *whole, const struct sweep *part)
{
    for (uint32_t i = 0; i < part->count; i++)
        *sweep_at(whole, part->rows[i].client, part->rows[i].index) = part->rows[i];
    for (uint32_t c = 0; c < SCENE_CLIENTS_MAX; c++) {
        histogram_merge(&whole->pool[c].latency, &part->pool[c].latency);
        histogram_merge(&whole->pool[c].latency_in_fault,
                        &part->pool[c].latency_in_fault);
    }
}

/* --- a process that plays --------------------------------------------------------- */

static void tell(int out, const struct message *message)
{
    if (write(out, message, sizeof *message) != (ssize_t)sizeof *message)
        _exit(1);
}

static void play(const struct scene *scene, uint64_t first, struct sweep_row row,
                 int out, struct sweep_pool *pool)
{
    struct record *record = scene_run(scene, row.client, first + row.index);
    row.digest = record->digest;
    for (int i = 0; facts[i].name != NULL; i++)
        row.fact[i] = facts[i].get(record);
    histogram_merge(&pool->latency, &record->latency);
    histogram_merge(&pool->latency_in_fault, &record->latency_in_fault);
    record_free(record);
    tell(out, &(struct message){.kind = ROW, .is.row = row});
}

/* Pieces in which all is 0 need not be told. */
static void tell_histogram(int out, enum kind kind, uint32_t client,
                           const struct histogram *h)
{
    for (uint32_t first = 0; first < HISTOGRAM_BUCKETS; first += PIECE) {
        struct message m = {kind, .is.piece = {.client = client, .first = first}};
        bool any = false;
        for (uint32_t i = 0; i < PIECE && first + i < HISTOGRAM_BUCKETS; i++) {
            m.is.piece.count[i] = h->count[first + i];
            any = any || h->count[first + i] > 0;
        }
        if (any)
            tell(out, &m);
    }
}

/* Every `jobs`-th row from `job` on. */
static void work(const struct scene *scene, struct sweep *sweep, uint32_t job,
                 uint32_t jobs, int out)
{
    for (uint32_t i = job; i < sweep->count; i += jobs)
        play(scene, sweep->extent.first, sweep->rows[i], out,
             &sweep->pool[sweep->rows[i].client]);
    for (uint32_t c = 0; c < scene->clients; c++) {
        tell_histogram(out, LATENCY, c, &sweep->pool[c].latency);
        tell_histogram(out, LATENCY_IN_FAULT, c, &sweep->pool[c].latency_in_fault);
    }
    _exit(0);
}

/* --- progress --------------------------------------------------------------------- */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void show_progress(double began, uint32_t done, uint32_t all)
{
    static double shown;
    double now = seconds(), passed = now - began;
    if (!isatty(STDERR_FILENO) || passed < 1 || (done < all && now - shown < 0.2))
        return;
    shown = now;
    fprintf(stderr, "\r\033[K");
    if (done < all)
        fprintf(stderr, "%u of %u runs, about %.0f s left", done, all,
                passed * (all - done) / (done > 0 ? done : 1));
}

/* --- the whole -------------------------------------------------------------------- */

static bool hear(int in, struct message *message)
{
    size_t have = 0;
    while (have < sizeof *message) {
        ssize_t n = read(in, (char *)message + have, sizeof *message - have);
        if (n <= 0)
            return false;
        have += (size_t)n;
    }
    return true;
}

static void add_piece(struct histogram *h, const struct piece *piece)
{
    for (uint32_t i = 0; i < PIECE && piece->first + i < HISTOGRAM_BUCKETS; i++) {
        h->count[piece->first + i] += piece->count[i];
        h->total += piece->count[i];
    }
}

static uint32_t collect(struct sweep *sweep, int in)
{
    struct message m;
    uint32_t done = 0;
    double began = seconds();
    while (hear(in, &m)) {
        struct sweep_pool *pool = &sweep->pool[m.is.piece.client];
        if (m.kind == LATENCY)
            add_piece(&pool->latency, &m.is.piece);
        if (m.kind == LATENCY_IN_FAULT)
            add_piece(&pool->latency_in_fault, &m.is.piece);
        if (m.kind != ROW)
            continue;
        *sweep_at(sweep, m.is.row.client, m.is.row.index) = m.is.row;
        show_progress(began, ++done, sweep->count);
    }
    return done;
}

static bool start_jobs(const struct scene *scene, struct sweep *sweep, uint32_t jobs,
                       const int *ends)
{
    for (uint32_t job = 0; job < jobs; job++) {
        pid_t child = fork();
        if (child < 0)
            return false;
        if (child == 0) {
            close(ends[0]);
            work(scene, sweep, job, jobs, ends[1]);
        }
    }
    return true;
}

bool sweep_play(struct sweep *sweep, const struct scene *scene,
                const struct sweep_extent *extent, uint32_t jobs)
{
    int ends[2];
    if (pipe(ends) != 0) {
        fprintf(stderr, "storm: out of file descriptors\n");
        return false;
    }
    sweep_new(sweep, extent);
    jobs = jobs > 0 ? jobs : 1;
    fflush(NULL);
    bool good =
        start_jobs(scene, sweep, jobs < sweep->count ? jobs : sweep->count, ends);
    close(ends[1]);
    good = collect(sweep, ends[0]) == sweep->count && good;
    close(ends[0]);
    int status = 0;
    while (wait(&status) > 0)
        good = good && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (good)
        return true;
    fprintf(stderr,
            "storm: a run ended early; storm run with the same seeds shows where\n");
    sweep_free(sweep);
    return false;
}

struct sweep_row *sweep_run(const struct scene *scene, int client, uint64_t first,
                            uint32_t seeds, uint32_t jobs, uint32_t *rows)
{
    struct sweep sweep;
    struct sweep_extent extent = sweep_all(scene, client, first, seeds);
    if (!sweep_play(&sweep, scene, &extent, jobs))
        return NULL;
    *rows = sweep.count;
    return sweep.rows;
}

/* --- what it says ----------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t sweep_quantile(const struct sweep_row *rows, uint32_t n, int fact,
                       uint32_t permille)
{
    int64_t *values = must(malloc(n * sizeof *values)), result = 0;
    for (uint32_t i = 0; i < n; i++)
        values[i] = rows[i].fact[fact];
    qsort(values, n, sizeof *values, compare);
    uint64_t rank = ((uint64_t)n * permille + 999) / 1000;
    result = values[rank > 0 ? rank - 1 : 0];
    free(values);
    return result;
}

const struct sweep_pooled sweep_pooled[] = {
    {"p50_ms", 500, false},  {"p90_ms", 900, false},      {"p99_ms", 990, false},
    {"p999_ms", 999, false}, {"fault_p50_ms", 500, true}, {"fault_p99_ms", 990, true},
    {NULL, 0, false}};

int64_t sweep_pooled_ms(const struct sweep_pool *pool,
                        const struct sweep_pooled *pooled)
{
    const struct histogram *h =
        pooled->in_fault ? &pool->latency_in_fault : &pool->latency;
    return (histogram_quantile(h, pooled->permille) + 500) / 1000;
}
