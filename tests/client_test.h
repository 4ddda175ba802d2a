/* client_test.h - the parts of client_test, each in a file of its own. */
#ifndef CLIENT_TEST_H
#define CLIENT_TEST_H

#include "unit.h"

extern const struct unit_case client_random_cases[]; /* client_random.c */
extern const size_t client_random_n;

#endif
