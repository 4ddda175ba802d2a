/* explore_set.h - two ways to keep each thing once and call it by number.
 *
 *      set     records of one size, numbered from 0 in the order in which they came
 *      shelf    memories of any size, numbered from 1, kept without their zeros
 *
 * Both compare whole contents; a hash only says where to look. Both abort with a
 * message if there is no memory. */
#ifndef EXPLORE_SET_H
#define EXPLORE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zeros but `record`, the bytes of one record (a multiple of 4), is an empty set.
 */
struct explore_set {
    size_t record;
    uint64_t n;
    unsigned char **chunk;
    uint64_t *table; /* high half: hash; low half: number + 1 */
    uint64_t slots;  /* a power of two, or 0 */
};

/* The number of `record`, which is kept if it is new. */
uint64_t set_add(struct explore_set *set, const void *record, bool *is_new);
/* Valid until the set is freed. */
void *set_at(const struct explore_set *set, uint64_t number);
uint64_t set_bytes(const struct explore_set *set);
void set_free(struct explore_set *set);

/* All zeros is an empty shelf. */
struct explore_shelf {
    uint64_t n;
    uint64_t *words; /* runs without zeros, one memory after another */
    uint64_t used, room;
    uint64_t *start; /* of each memory in `words`; one more than there are */
    uint64_t starts_room;
    uint64_t *table;
    uint64_t slots;
};

/* `words` of 8 bytes. */
uint32_t shelf_add(struct explore_shelf *shelf, const uint64_t *memory, size_t words);
/* Number 0: all zeros. */
void shelf_get(const struct explore_shelf *shelf, uint32_t number, uint64_t *memory,
               size_t words);
uint64_t shelf_bytes(const struct explore_shelf *shelf);
void shelf_free(struct explore_shelf *shelf);

void *explore_grow(void *memory, uint64_t bytes);

#endif
