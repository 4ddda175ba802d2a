/* part.h - one machine's part of a sweep, as a file: what storm sweep --shard i/n
 * --part FILE writes, and storm merge reads.
 *
 * Lines of text, so that it can be looked at, and a check sum at the end:
 *
 *      storm part 1
 *      scene 91c2a6d1f0a4be55 outage      a digest of its file, its name
 *      facts 45 3f0c5d0c4e5a7ab1          how many, a digest of their names
 *      clients 0 4                        the first, how many
 *      seeds 1 100                        of the whole sweep: the first, how many
 *      shard 3 8
 *      run 0 2 8be1... 200 100 ...        client, index of the seed, digest, facts
 *      all 0 56 1151 57 7 ...             client; a bucket and its count, and so on
 *      fault 0 56 7 ...                   the same, of requests in the fault
 *      end 6c62272e07bb0142 */
#ifndef PART_H
#define PART_H

#include <stdio.h>

#include "sweep.h"

enum { PART_ERROR_MAX = 256 };

struct part {
    char scene[48];
    uint64_t scene_digest;
    struct sweep sweep; /* its extent says which part */
};

/* A digest of a file's bytes; false if it cannot be read. */
bool part_digest(uint64_t *digest, const char *file);

void part_write(FILE *out, const struct part *part);

/* False, and half a sentence in `error`, if the file is no part or damaged. True: free
 * its sweep with sweep_free. */
bool part_read(struct part *part, const char *file, char error[PART_ERROR_MAX]);

#endif
