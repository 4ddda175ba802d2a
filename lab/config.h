/* config.h - a client_config from JSON, as it stands in BREAKER_CONFIG:
 *
 *      {"deadline_ms": 2000, "timeout_ms": 500, "cache_ms": 1000, ...}
 *
 * The keys, their ranges and their meanings are those of a client in a scene of the
 * simulator, so what was tried there is deployed by copying it. A knob that is not
 * named is 0, off. Every mistake is told with its key, what was found and what is
 * allowed: a Lambda that cannot start has no other voice. */
#ifndef LAB_CONFIG_H
#define LAB_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client.h"

enum { CONFIG_WHY_MAX = 1200 }; /* the longest mistake lists every key */

struct config_knob {
    const char *name;
    size_t offset; /* of a uint32_t in struct client_config */
    uint32_t max;  /* from 0 */
    const char *what;
};

/* Ends with a name that is NULL. */
extern const struct config_knob config_knobs[];

/* Read `text`, NULL if there is none. false: `why` says what is wrong, in one line, and
 * `*config` is of no use. What is read is without error: client_config_error. */
bool config_read(struct client_config *config, const char *text, char *why,
                 size_t room);

#endif
