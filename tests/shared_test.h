/* shared_test.h - the parts of shared_test, each in a file of its own. */
#ifndef SHARED_TEST_H
#define SHARED_TEST_H

#include "unit.h"

extern const struct unit_case shared_random_cases[]; /* shared_random.c */
extern const size_t shared_random_n;
extern const struct unit_case shared_fleet_cases[]; /* shared_fleet.c */
extern const size_t shared_fleet_n;

#endif
