/* explore_set.c - see explore_set.h. */
#include "explore_set.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 16, CHUNKS_MAX = 1 << 16, FIRST_SLOTS = 1 << 12 };

void *explore_grow(void *memory, uint64_t bytes)
{
    void *more = realloc(memory, bytes);
    if (more == NULL) {
        fprintf(stderr, "storm: out of memory\n");
        abort();
    }
    return more;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

/* The upper half, so that place and tag are the well-mixed bits. */
static uint64_t finish(uint64_t hash)
{
    hash = mix(hash, hash >> 29);
    return mix(hash, 1) >> 32;
}

/* --- the table -------------------------------------------------------------------- */

static void put(uint64_t *table, uint64_t slots, uint64_t entry)
{
    uint64_t at = entry >> 32 & (slots - 1);
    while (table[at] != 0)
        at = (at + 1) & (slots - 1);
    table[at] = entry;
}

/* Twice as many slots as things, at least. */
static void make_room(uint64_t **table, uint64_t *slots, uint64_t n)
{
    if (n * 2 < *slots)
        return;
    uint64_t more = *slots == 0 ? FIRST_SLOTS : *slots * 2;
    uint64_t *wider = explore_grow(NULL, more * sizeof *wider);
    memset(wider, 0, more * sizeof *wider);
    for (uint64_t i = 0; i < *slots; i++)
        if ((*table)[i] != 0)
            put(wider, more, (*table)[i]);
    free(*table);
    *table = wider;
    *slots = more;
}

/* --- the set ---------------------------------------------------------------------- */

void *set_at(const struct explore_set *set, uint64_t number)
{
    assert(number < set->n);
    return set->chunk[number / CHUNK] + number % CHUNK * set->record;
}

static uint64_t hash_record(const unsigned char *record, size_t bytes)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < bytes; i += 8) {
        uint64_t word = 0;
        memcpy(&word, record + i, bytes - i < 8 ? bytes - i : 8);
        hash = mix(hash, word);
    }
    return finish(hash);
}

static void append(struct explore_set *set, const void *record)
{
    uint64_t chunk = set->n / CHUNK;
    assert(chunk < CHUNKS_MAX);
    if (set->chunk == NULL)
        set->chunk = explore_grow(NULL, CHUNKS_MAX * sizeof *set->chunk);
    if (set->n % CHUNK == 0)
        set->chunk[chunk] = explore_grow(NULL, CHUNK * set->record);
    set->n++;
    memcpy(set_at(set, set->n - 1), record, set->record);
}

uint64_t set_add(struct explore_set *set, const void *record, bool *is_new)
{
    make_room(&set->table, &set->slots, set->n + 1);
    uint64_t hash = hash_record(record, set->record);
    uint64_t at = hash & (set->slots - 1);
    for (; set->table[at] != 0; at = (at + 1) & (set->slots - 1)) {
        uint64_t number = (set->table[at] & UINT32_MAX) - 1;
        *is_new = false;
        if (set->table[at] >> 32 == hash &&
            memcmp(set_at(set, number), record, set->record) == 0)
            return number;
    }
    assert(set->n < UINT32_MAX);
    append(set, record);
    set->table[at] = hash << 32 | set->n;
    *is_new = true;
    return set->n - 1;
}

uint64_t set_bytes(const struct explore_set *set)
{
    return (set->n + CHUNK - 1) / CHUNK * CHUNK * set->record + set->slots * 8;
}

void set_free(struct explore_set *set)
{
    for (uint64_t i = 0; i * CHUNK < set->n; i++)
        free(set->chunk[i]);
    free(set->chunk);
    free(set->table);
    *set = (struct explore_set){.record = set->record};
}

/* --- the shelf ---------------------------------------------------------------------
 */

/* A run of words that are not zero: how many zeros before it, how many words, the
 * words. Returns how much it wrote to `out`, which has room for a run more than
 * `words`.
 */
static size_t pack(const uint64_t *memory, size_t words, uint64_t *out)
{
    size_t n = 0, at = 0;
    while (at < words) {
        size_t zeros = 0, run = 0;
        for (; at < words && memory[at] == 0; at++)
            zeros++;
        if (at == words)
            break;
        while (at + run < words && memory[at + run] != 0)
            run++;
        out[n++] = (uint64_t)zeros << 32 | run;
        memcpy(out + n, memory + at, run * sizeof *memory);
        n += run;
        at += run;
    }
    return n;
}

static bool equal(const struct explore_shelf *shelf, uint64_t number,
                  const uint64_t *packed, size_t n)
{
    uint64_t from = shelf->start[number - 1], to = shelf->start[number];
    return to - from == n &&
           (n == 0 || memcmp(shelf->words + from, packed, n * sizeof *packed) == 0);
}

/* Room for one memory more, of which the packed form is written in place. */
static void make_way(struct explore_shelf *shelf, size_t words)
{
    if (shelf->n + 2 > shelf->starts_room) {
        shelf->starts_room = shelf->starts_room * 2 + 64;
        shelf->start = explore_grow(shelf->start, shelf->starts_room * 8);
        shelf->start[shelf->n] = shelf->used;
    }
    if (shelf->used + 2 * words + 2 > shelf->room) {
        shelf->room = shelf->room * 3 / 2 + 2 * words + 1024;
        shelf->words = explore_grow(shelf->words, shelf->room * 8);
    }
}

uint32_t shelf_add(struct explore_shelf *shelf, const uint64_t *memory, size_t words)
{
    make_way(shelf, words);
    make_room(&shelf->table, &shelf->slots, shelf->n + 1);
    uint64_t *packed = shelf->words + shelf->used, hash = words;
    size_t n = pack(memory, words, packed);
    for (size_t i = 0; i < n; i++)
        hash = mix(hash, packed[i]);
    hash = finish(hash);
    uint64_t at = hash & (shelf->slots - 1);
    for (; shelf->table[at] != 0; at = (at + 1) & (shelf->slots - 1))
        if (shelf->table[at] >> 32 == hash &&
            equal(shelf, shelf->table[at] & UINT32_MAX, packed, n))
            return (uint32_t)shelf->table[at];
    assert(shelf->n < UINT32_MAX - 1);
    shelf->n++;
    shelf->used += n;
    shelf->start[shelf->n] = shelf->used;
    shelf->table[at] = hash << 32 | shelf->n;
    return (uint32_t)shelf->n;
}

void shelf_get(const struct explore_shelf *shelf, uint32_t number, uint64_t *memory,
               size_t words)
{
    assert(number <= shelf->n);
    memset(memory, 0, words * sizeof *memory);
    if (number == 0)
        return;
    size_t at = 0;
    for (uint64_t i = shelf->start[number - 1]; i < shelf->start[number];) {
        uint64_t run = shelf->words[i] & UINT32_MAX;
        at += shelf->words[i] >> 32;
        assert(at + run <= words);
        memcpy(memory + at, shelf->words + i + 1, run * sizeof *memory);
        at += run;
        i += run + 1;
    }
}

uint64_t shelf_bytes(const struct explore_shelf *shelf)
{
    return (shelf->room + shelf->starts_room + shelf->slots) * 8;
}

void shelf_free(struct explore_shelf *shelf)
{
    free(shelf->words);
    free(shelf->start);
    free(shelf->table);
    *shelf = (struct explore_shelf){.n = 0};
}
