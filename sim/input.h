/* input.h - runs read back from the CSV that storm run --csv writes, so that runs of
 * different programs can be drawn beside each other. */
#ifndef INPUT_H
#define INPUT_H

#include "recorder.h"

enum { INPUT_ERROR_MAX = 512 };

/* The run in a file; record_free it. NULL, and a sentence with file, line and what was
 * found in `error`, if it is not what output_run_csv writes.
 *
 * What a CSV does not say is not in the record either: percentiles, shards, the digest.
 * Faults are known to a bucket, as the time from the first to the last; openings are
 * counted from the states, so one shorter than a bucket is missed. */
struct record *input_run_csv(const char *file, char *error);

#endif
