/* knobs.h - the numbers of a configuration, as a table: name, place, range, meaning. */
#ifndef KNOBS_H
#define KNOBS_H

#include <stddef.h>
#include <stdint.h>

enum knob_kind {
    KNOB_COUNT, /* uint32_t */
    KNOB_MS,    /* int64_t ns, given in ms (a fraction is allowed) */
    KNOB_PCT    /* uint32_t */
};

struct knob {
    const char *name;
    enum knob_kind kind;
    size_t offset;
    int64_t min, max; /* in the unit given */
    const char *what; /* half a sentence */
};

#endif
