/* explore_test.h - what the files of the explorer's test share. */
#ifndef EXPLORE_TEST_H
#define EXPLORE_TEST_H

#include "explore.h"
#include "unit.h"

enum { ALL_FAULTS = (1 << EXPLORE_FAULTS) - 1, ALL_RULES = (1 << EXPLORE_RULES) - 1 };

/* The explorer finds this rule broken, after so many moves (UINT32_MAX: any number),
 * and the walk to it can be played again. */
void must_break(const struct explore_config *config, enum explore_rule rule,
                uint32_t length);

extern const struct unit_case explore_protocol_cases[];
extern const size_t explore_protocol_n;

#endif
