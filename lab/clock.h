/* clock.h - the world's time and chance: the only place of the lab that asks for them.
 *
 * Times are milliseconds since 1970 of the wall clock (CLOCK_REALTIME). A monotonic
 * clock would be of no use: it may stand still while an environment is frozen, and
 * says nothing to another host, which reads the same item. So the clock may step back;
 * whoever computes an age takes a negative one for "too old".
 *
 * LAB_CLOCK_OFFSET_MS in the environment, a whole number, is added: for tests that
 * give each environment a clock of its own. Not set, or not a number: 0. */
#ifndef LAB_CLOCK_H
#define LAB_CLOCK_H

#include <stdint.h>

/* The wall clock of this process, offset included: what the breaker is told. */
int64_t clock_ms(void);

/* The wall clock without the offset: what the platform's deadlines are measured by. */
int64_t clock_platform_ms(void);

/* Sleep for so many milliseconds, through signals; not at all if it is 0 or less. */
void clock_sleep_ms(int64_t ms);

/* 64 fresh random bits of the kernel's. Never the same in two environments, also not
 * when both were thawed from one snapshot. */
uint64_t clock_random(void);

#endif
