/* header.h - one line of an HTTP header, as it comes from the wire: hostile until read.
 *
 *      if (header_is(line, bytes, "Retry-After", value, sizeof value))
 *          ms = header_number(value, 86400) * 1000;
 */
#ifndef LAB_HEADER_H
#define LAB_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is this line the header `name`, in any case of letters? Then `value` is what follows,
 * without the blanks around it. A value that is too long for `room`, or has a control
 * character in it, becomes "": half a value is worse than none. The line is `bytes`
 * bytes, any of them, and has no NUL at its end. */
bool header_is(const char *line, size_t bytes, const char *name, char *value,
               size_t room);

/* A whole number without sign, all of the text; 0 if it is not that or above `max`. */
int64_t header_number(const char *text, int64_t max);

#endif
