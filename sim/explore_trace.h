/* explore_trace.h - a walk to what is broken, as a file that storm replay plays again.
 *
 * It holds all that the walk rests on: the protocol and its knobs, the bounds, the
 * moves. Knobs that are 0 are left out. */
#ifndef EXPLORE_TRACE_H
#define EXPLORE_TRACE_H

#include "explore.h"
#include "scene.h"

struct explore_trace {
    struct explore_config config; /* points into this struct */
    struct explore_result result; /* its path, and what is broken by it */
    char protocol[24];
    _Alignas(8) unsigned char knobs[SCENE_CONFIG_MAX];
};

/* What a protocol's items have: EXPLORE_HAS_... */
unsigned explore_fields(const char *protocol);

/* False, after an error was printed, if it cannot be written. */
bool explore_trace_write(const char *file, const struct explore_config *config,
                         const struct explore_result *result);

/* Whether a file looks like such a trace. Says nothing if it does not. */
bool explore_trace_is(const char *file);

/* False, and a sentence in `error` of JSON_ERROR_MAX bytes, if it is none. The moves
 * are read, not made. */
bool explore_trace_read(struct explore_trace *trace, const char *file, char *error);

#endif
