/* header.c - see header.h. */
#include "header.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool printable(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    return true;
}

bool header_is(const char *line, size_t bytes, const char *name, char *value,
               size_t room)
{
    size_t n = strlen(name);
    if (bytes <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
        return false;
    const char *from = line + n + 1, *to = line + bytes;
    while (from < to && blank(*from))
        from++;
    while (to > from && blank(to[-1]))
        to--;
    size_t length = (size_t)(to - from);
    assert(room > 0);
    if (length >= room || !printable(from, length))
        length = 0;
    memcpy(value, from, length);
    value[length] = '\0';
    return true;
}

int64_t header_number(const char *text, int64_t max)
{
    int64_t number = 0;
    if (*text == '\0')
        return 0;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9' || number > (max - (*text - '0')) / 10)
            return 0;
        number = number * 10 + (*text - '0');
    }
    return number;
}
