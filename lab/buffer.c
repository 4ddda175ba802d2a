/* buffer.c - see buffer.h. */
#include "buffer.h"

#include <stdlib.h>
#include <string.h>

void buffer_begin(struct buffer *buffer, size_t max)
{
    buffer->used = 0;
    buffer->max = max;
    if (buffer->bytes != NULL)
        buffer->bytes[0] = '\0';
}

/* Room for `need` bytes: doubled, so that many small pieces do not mean many copies. */
static bool grow(struct buffer *buffer, size_t need)
{
    size_t room = buffer->room > 0 ? buffer->room : 1024;
    while (room < need)
        room *= 2;
    char *bytes = realloc(buffer->bytes, room);
    if (bytes == NULL)
        return false;
    buffer->bytes = bytes;
    buffer->room = room;
    return true;
}

bool buffer_add(struct buffer *buffer, const void *piece, size_t bytes)
{
    if (bytes > buffer->max - buffer->used)
        return false;
    size_t need = buffer->used + bytes + 1;
    if (need > buffer->room && !grow(buffer, need))
        return false;
    if (bytes > 0)
        memcpy(buffer->bytes + buffer->used, piece, bytes);
    buffer->used += bytes;
    buffer->bytes[buffer->used] = '\0';
    return true;
}

const char *buffer_text(const struct buffer *buffer)
{
    return buffer->bytes != NULL ? buffer->bytes : "";
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}
