/* explore_words.h - short texts for people, by value: names, times, items. For the
 * explorer's own files. */
#ifndef EXPLORE_WORDS_H
#define EXPLORE_WORDS_H

#include "explore.h"

struct words {
    char text[96];
};

/* A, B, C; the second environment in the place of A is A2. */
struct words words_name(uint32_t who, uint32_t life);
/* "3 s" from the start, and "until 3 s", of a time by a host's clock. */
struct words words_tick(const struct explore_config *config, int64_t tick);
struct words words_until(const struct explore_config *config, int64_t ns);
/* "CLOSED, 1 failed", "OPEN until 2 s", "HALF_OPEN, A probes"; "none". */
struct words words_item(struct explore_world *world,
                        const struct explore_config *config, uint32_t item);
const char *words_state(enum caller_state state);

#endif
