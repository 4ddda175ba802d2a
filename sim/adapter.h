/* adapter.h - the one door between the simulator and the reader's client. */
#ifndef ADAPTER_H
#define ADAPTER_H

#include "caller.h"

/* client_step, as a caller. Its configuration is a client_config, all zeros to begin
 * with, filled in through its knobs. */
extern const struct caller adapter_caller;

/* The lowest chapter and task whose function was called but is not written yet; false
 * if there was none. */
bool adapter_todo(int *chapter, int *task);

#endif
