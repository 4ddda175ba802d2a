/* explore_toy.h - a protocol that asks for the item, calls, writes OPEN after a
 * failure, and has one thing wrong with it. Its configuration is that. */
#ifndef EXPLORE_TOY_H
#define EXPLORE_TOY_H

#include "caller.h"

enum bug {
    NONE,
    WRITES_AT_ONCE,
    FORGETS_VERSION,
    COUNTS_TWICE,
    PROBES_BLINDLY,
    REFUSES_EVERYBODY,
    OPENS_FOR_EVER,
    CLOSES_WHAT_IS_OPEN,
    PUSHES_OPEN,
    CALLS_ALL_THE_SAME,
    SKIPS_OPEN,
    CLOSES_UNPROVEN,
    REFUSES_LATE, /* what takes TOY_DEADLINE or longer; a good answer has failed then */
    SLEEPS_IN,    /* for so long, and refuses */
    REFUSES_ON_ERROR
};

#define TOY_DEADLINE INT64_C(2000000000) /* ns */

extern const struct caller explore_toy;

#endif
