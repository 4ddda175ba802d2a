/* adapter.h - the one door between the simulator and the reader's client. */
#ifndef ADAPTER_H
#define ADAPTER_H

#include "caller.h"
#include "knobs.h"

/* client_step, as a caller. Its configuration is ADAPTER_CONFIG_BYTES of memory, all
 * zeros to begin with, filled in through the knobs. */
extern const struct caller adapter_caller;
extern const size_t adapter_config_bytes;
extern const struct knob adapter_knobs[]; /* ends with a name of NULL */

/* What is wrong with a configuration, as one sentence; NULL if nothing is. */
const char *adapter_config_error(const void *config);

/* The lowest chapter and task whose function was called but is not written yet; false
 * if there was none. */
bool adapter_todo(int *chapter, int *task);

#endif
