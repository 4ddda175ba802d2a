/* backend_mode.h - how the backend is to misbehave, as an item of the table says.
 *
 *      pk    S  "mode#backend"
 *      mode  S  ok | slow | error | hang | flaky; anything else is not believed
 *      ms    N  slow: so long for each answer
 *      pct   N  flaky: so many of a hundred calls fail
 *
 * An item, not a setting of the function: a new setting would start new environments,
 * and a change could not be told from a cold start. */
#ifndef LAB_BACKEND_MODE_H
#define LAB_BACKEND_MODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws.h"

enum backend_kind {
    BACKEND_OK,
    BACKEND_SLOW,
    BACKEND_ERROR,
    BACKEND_HANG,
    BACKEND_FLAKY
};

enum { BACKEND_MODE_FRESH_MS = 1000, BACKEND_MODE_WITHIN_MS = 300 };

struct backend_mode {
    enum backend_kind kind;
    uint32_t ms, pct;
    int64_t read_ms; /* when it was last asked for; 0: never */
};

/* From the text of a GetItem's answer. No item is mode ok. false: it is no such answer
 * or no such mode, and `*mode` is as it was. `read_ms` is never touched. */
bool backend_mode_read(struct backend_mode *mode, const char *text, size_t bytes);

/* Ask the store, unless it was asked in the last second. Without an answer, or with one
 * that is not believed, the last mode stays, for a second at least, so that a store
 * that hangs does not make every call wait. */
void backend_mode_refresh(struct backend_mode *mode, struct aws *aws, const char *table,
                          int64_t now_ms);

#endif
