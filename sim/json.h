/* json.h - JSON read from people: every mistake is told with file, path, what was found
 * and what is allowed.
 *
 * The first mistake is kept; after it, reading goes on but changes nothing. Built on
 * cJSON, which owns the tree. */
#ifndef JSON_H
#define JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "knobs.h"

enum { JSON_FILE_MAX = 1 << 20, JSON_PATH_MAX = 128, JSON_ERROR_MAX = 512 };

struct json_reader {
    const char *file;           /* as given by the user; the caller's */
    char error[JSON_ERROR_MAX]; /* "" as long as all is well */
};

/* Parse a file of at most JSON_FILE_MAX bytes, or `bytes` bytes of text. NULL and an
 * error with line and column if it is not JSON in UTF-8. Free the tree with
 * cJSON_Delete. */
cJSON *json_load(struct json_reader *reader, const char *file);
cJSON *json_parse(struct json_reader *reader, const char *text, size_t bytes);

/* Keep an error, unless there is one already: one line, "file: path: message". */
__attribute__((format(printf, 3, 4))) void
json_wrong(struct json_reader *reader, const char *path, const char *format, ...);

/* Complain about keys of `object` that are none of `keys` (ends with NULL), about
 * doubled ones, and about an `object` that is none of its kind. */
void json_keys(struct json_reader *reader, const cJSON *object, const char *path,
               const char *const *keys);

/* Set the knobs that `object` names in `config`; the others keep their values. Unknown
 * keys are an error unless they stand in `also` (ends with NULL, or NULL). */
void json_knobs(struct json_reader *reader, const cJSON *object, const char *path,
                const struct knob *knobs, const char *const *also, void *config);

/* Complain if a key is missing; `wanted` says what should stand there. */
void json_need(struct json_reader *reader, const cJSON *object, const char *path,
               const char *key, const char *wanted);

/* The length of a list of at most `most` entries; 0 if it is missing or wrong. */
int json_list(struct json_reader *reader, const cJSON *list, const char *path,
              int most);

/* Whether a key is there and true. */
bool json_true(struct json_reader *reader, const cJSON *object, const char *path,
               const char *key);

/* A text of one line, copied to `out` of `size` bytes; a member of `names` (ends with
 * NULL), as its index; a whole number. A missing key leaves the value as it is. */
void json_text(struct json_reader *reader, const cJSON *object, const char *path,
               const char *key, char *out, size_t size);
void json_choice(struct json_reader *reader, const cJSON *object, const char *path,
                 const char *key, const char *const *names, int *out);
void json_whole(struct json_reader *reader, const cJSON *object, const char *path,
                const char *key, int64_t min, int64_t max, int64_t *out);

#endif
