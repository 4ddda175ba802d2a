/* utf8.h - what UTF-8 is, told the other way round: text.h reads characters, this
 * writes them and compares. */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Writes a character's code as UTF-8; returns how many bytes. */
static size_t write_code(uint32_t code, unsigned char *to)
{
    size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = size - 1; i > 0; i--, code >>= 6)
        to[i] = (unsigned char)(0x80 | (code & 0x3f));
    to[0] = (unsigned char)(size == 1 ? code : first[size] | code);
    return size;
}

/* Do the bytes at `s` begin with what this code is written as? */
static bool writes(uint32_t code, const unsigned char *s, size_t left, size_t *size)
{
    unsigned char written[4];
    *size = write_code(code, written);
    return code != 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) &&
           *size <= left && memcmp(written, s, *size) == 0;
}

/* Is there a list of characters, none of them NUL, that is written so? */
static bool model_text(const unsigned char *s, size_t bytes)
{
    for (size_t i = 0, size = 0; i < bytes; i += size) {
        uint32_t code = s[i] & 0x7f;
        bool found = writes(code, s + i, bytes - i, &size);
        for (size_t more = 1; !found && more < 4 && i + more < bytes; more++) {
            code = s[i] & (0x3fu >> more);
            for (size_t k = 1; k <= more; k++)
                code = code << 6 | (s[i + k] & 0x3f);
            found = writes(code, s + i, bytes - i, &size);
        }
        if (!found)
            return false;
    }
    return true;
}

#endif
