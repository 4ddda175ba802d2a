/* buffer.h - bytes that come in pieces, up to a limit: an answer of libcurl.
 *
 * All zeros is an empty buffer. The bytes are kept NUL-terminated, so that they may be
 * printed; the room is kept from one use to the next, so a warm process does not
 * allocate any more. */
#ifndef LAB_BUFFER_H
#define LAB_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *bytes; /* NULL until something was added */
    size_t used; /* without the NUL */
    size_t room;
    size_t max; /* `used` gets no larger than this */
};

/* Empty it, with a limit for what comes next. */
void buffer_begin(struct buffer *buffer, size_t max);

/* Add a piece. false: it would be too long, or memory ran out; nothing was added. */
bool buffer_add(struct buffer *buffer, const void *piece, size_t bytes);

/* What it holds, never NULL. */
const char *buffer_text(const struct buffer *buffer);

void buffer_free(struct buffer *buffer);

#endif
