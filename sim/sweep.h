/* sweep.h - a scene over many seeds, on all cores, or on many machines; the result does
 * not depend on how many.
 *
 * What comes back can be added up: rows have their place by client and seed, and the
 * latencies of all runs are whole numbers in buckets. So the parts of a sweep, each
 * played elsewhere (part.h), make the same whole as if it had been played here. */
#ifndef SWEEP_H
#define SWEEP_H

#include "facts.h"
#include "scene.h"

/* Of a sweep, the part that one machine plays: the seeds whose index leaves part - 1
 * when divided by `of`. All zeros: every seed. */
struct sweep_shard {
    uint32_t part, of;
};
enum { SWEEP_PARTS_MAX = 10000 };

/* Read "3/8", the third part of eight; false if it is none. */
bool sweep_shard_parse(struct sweep_shard *shard, const char *text);

/* Whether the seed of this index, from 0, is in it; how many of `seeds` are. */
bool sweep_shard_has(const struct sweep_shard *shard, uint32_t index);
uint32_t sweep_shard_seeds(const struct sweep_shard *shard, uint32_t seeds);

/* What is played: these clients, and of so many seeds from the first those of a shard.
 */
struct sweep_extent {
    uint32_t first_client, clients;
    uint32_t seeds;
    uint64_t first; /* seed */
    struct sweep_shard shard;
};

struct sweep_row {
    uint32_t client, index; /* which client, which seed from the first */
    uint64_t digest;
    int64_t fact[FACTS_MAX];
};

/* The answers of all runs of one client, us. */
struct sweep_pool {
    struct histogram latency, latency_in_fault;
};

struct sweep {
    struct sweep_extent extent;
    uint32_t count;                            /* rows: ordered by client, then seed */
    uint32_t seeds;                            /* rows of each client */
    struct sweep_row *rows;                    /* never NULL */
    struct sweep_pool pool[SCENE_CLIENTS_MAX]; /* by client */
};

/* Play it, with so many processes. False, and a sentence on stderr, if one failed;
 * true: sweep_free it. Shows its progress on stderr if that is a terminal and it takes
 * longer than a second. */
bool sweep_play(struct sweep *sweep, const struct scene *scene,
                const struct sweep_extent *extent, uint32_t jobs);
void sweep_free(struct sweep *sweep);

/* The same for all seeds, and only `client` if that is not -1; the rows alone, of which
 * there are `rows`. free() them; NULL if a process failed. */
struct sweep_row *sweep_run(const struct scene *scene, int client, uint64_t first,
                            uint32_t seeds, uint32_t jobs, uint32_t *rows);

/* What is meant by `seeds` seeds from `first` and a client, or -1: all. */
struct sweep_extent sweep_all(const struct scene *scene, int client, uint64_t first,
                              uint32_t seeds);

/* Nothing played yet: rows that know their client and index, and are 0 otherwise. */
void sweep_new(struct sweep *sweep, const struct sweep_extent *extent);

/* Where the row of a client and a seed's index stands, if both are in the extent. */
struct sweep_row *sweep_at(const struct sweep *sweep, uint32_t client, uint32_t index);

/* Add a part to a whole that has its seeds. */
void sweep_add(struct sweep *whole, const struct sweep *part);

/* Of `n` rows, the value of a fact below or at which `permille` of them lie. */
int64_t sweep_quantile(const struct sweep_row *rows, uint32_t n, int fact,
                       uint32_t permille);

/* Percentiles of the answers of all seeds together, not of one run's. */
struct sweep_pooled {
    const char *name; /* as of the fact that says the same of one run */
    uint32_t permille;
    bool in_fault;
};
extern const struct sweep_pooled sweep_pooled[]; /* ends with a name of NULL */
int64_t sweep_pooled_ms(const struct sweep_pool *pool,
                        const struct sweep_pooled *pooled);

uint32_t sweep_cores(void);

#endif
