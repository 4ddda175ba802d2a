/* swarm_test.h - the two parts of swarm_test: swarm_test.c and swarm_rules.c. */
#ifndef SWARM_TEST_H
#define SWARM_TEST_H

#include "unit.h"

extern const struct unit_case swarm_rule_cases[];
extern const size_t swarm_rule_n;

#endif
