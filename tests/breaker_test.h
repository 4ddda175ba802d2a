/* breaker_test.h - the parts of breaker_test, each in a file of its own. */
#ifndef BREAKER_TEST_H
#define BREAKER_TEST_H

#include "unit.h"

extern const struct unit_case breaker_rows_cases[]; /* breaker_rows.c: by example */
extern const size_t breaker_rows_n;
extern const struct unit_case
    breaker_explore_cases[]; /* breaker_explore.c: all states */
extern const size_t breaker_explore_n;
extern const struct unit_case breaker_alone_cases[]; /* breaker_alone.c: properties */
extern const size_t breaker_alone_n;

#endif
