/* facts.h - one run in a few whole numbers, each with a name: what scenes assert, what
 * the book quotes, what a sweep sums up. */
#ifndef FACTS_H
#define FACTS_H

#include "recorder.h"

/* So many that all facts of a run, and who it was, fit into one write to a pipe. */
enum { FACTS_MAX = 60 };

struct fact {
    const char *name; /* units last: p99_ms; pct are rounded to the nearest */
    const char *what; /* one sentence */
    int64_t (*get)(const struct record *record);
};

extern const struct fact facts[]; /* ends with a name of NULL */

/* The index of a fact by name; -1 if there is none. */
int fact_find(const char *name);

#endif
