/* text.h - bytes that JSON can hold as they are, and base64 for those that it cannot.
 *
 * Given. JSON is text: UTF-8, and to most of its readers in C a NUL is the end. An HTTP
 * body is bytes. So whoever puts one into the other asks first:
 *
 *      is_text(body, bytes)         it may stand in a JSON string as it is
 *      escapes_nul(json, bytes)     a NUL is written in it as an escape
 *      base64_bytes(text, length)   what base64 stands for (RFC 4648, section 4)
 *      base64_read(to, text, length)
 *      base64_write(to, bytes, count)
 *
 * None allocates, none reads beyond the length that it is told, none wants a NUL at the
 * end. The functions stand in the header, so that no part but handler.c needs another
 * file. [17] */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The code in the `size` bytes at `s`; UINT32_MAX if they are not made as UTF-8 is. */
static inline uint32_t text_code(const unsigned char *s, size_t size)
{
    uint32_t code = size == 1 ? s[0] : s[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        code = code << 6 | (s[i] & 0x3f);
    }
    return code;
}

/* How many bytes the character at `s` has; 0 if it is none: NUL, or not UTF-8. */
static inline size_t text_character(const unsigned char *s, size_t left)
{
    static const uint32_t least[] = {0, 1, 0x80, 0x800, 0x10000}; /* by size */
    size_t size = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (size > left || (s[0] >= 0x80 && s[0] < 0xc0) || s[0] >= 0xf8)
        return 0;
    uint32_t code = text_code(s, size);
    bool surrogate = code >= 0xd800 && code < 0xe000;
    return code >= least[size] && code <= 0x10ffff && !surrogate ? size : 0;
}

/* Is it UTF-8 without a NUL? Only that can stand in a JSON string as it is. */
static inline bool is_text(const char *text, size_t bytes)
{
    size_t n = 1;
    for (size_t i = 0; i < bytes && n > 0; i += n)
        n = text_character((const unsigned char *)text + i, bytes - i);
    return n > 0;
}

/* cJSON would end a string at this escape, and what follows it would be lost. After any
 * other backslash a byte is skipped: it may be a backslash itself. */
static inline bool escapes_nul(const char *json, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += json[i] == '\\' ? 2 : 1)
        if (bytes - i >= 6 && memcmp(json + i, "\\u0000", 6) == 0)
            return true;
    return false;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The number in a group of four, of which `live` must be digits; -1 if one is not, or
 * if bits are set that belong to no byte. No NUL is among them. */
static inline int32_t base64_group(const char *text, size_t live)
{
    int32_t group = 0;
    for (size_t i = 0; i < live; i++) {
        const char *digit = text[i] != '\0' ? strchr(base64_digits, text[i]) : NULL;
        if (digit == NULL)
            return -1;
        group |= (int32_t)(digit - base64_digits) << (18 - 6 * i);
    }
    int32_t unused = (1 << (8 * (4 - live))) - 1;
    return (group & unused) == 0 ? group : -1;
}

/* How many `=` end it: only there, and only two, may they stand. */
static inline size_t base64_padding(const char *text, size_t length)
{
    size_t n = 0;
    while (n < 2 && n < length && text[length - 1 - n] == '=')
        n++;
    return n;
}

/* How many bytes the text stands for. `length` must be a multiple of four. */
static inline size_t base64_bytes(const char *text, size_t length)
{
    return length / 4 * 3 - base64_padding(text, length);
}

/* Writes base64_bytes(text, length) bytes to `to`, which has room for them; false if a
 * character is wrong. `length` must be a multiple of four. */
static inline bool base64_read(char *to, const char *text, size_t length)
{
    size_t pad = base64_padding(text, length);
    for (size_t at = 0; at < length; at += 4) {
        size_t live = at + 4 == length ? 4 - pad : 4;
        int32_t group = base64_group(text + at, live);
        if (group < 0)
            return false;
        for (size_t i = 0; i + 1 < live; i++)
            *to++ = (char)(group >> (16 - 8 * i));
    }
    return true;
}

/* Writes a string; `to` has room for (count + 2) / 3 * 4 + 1 characters. */
static inline void base64_write(char *to, const char *bytes, size_t count)
{
    for (size_t at = 0; at < count; at += 3) {
        size_t live = count - at < 3 ? count - at : 3;
        uint32_t group = 0;
        for (size_t i = 0; i < live; i++)
            group |= (uint32_t)(unsigned char)bytes[at + i] << (16 - 8 * i);
        for (size_t i = 0; i < 4; i++)
            *to++ = i <= live ? base64_digits[group >> (18 - 6 * i) & 63] : '=';
    }
    *to = '\0';
}

#endif
