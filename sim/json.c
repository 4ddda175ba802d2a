/* json.c - see json.h. */
#include "json.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/* --- errors ----------------------------------------------------------------------- */

void json_wrong(struct json_reader *reader, const char *path, const char *format, ...)
{
    if (reader->error[0] != '\0')
        return;
    int used = snprintf(reader->error, sizeof reader->error, "%s: %s%s", reader->file,
                        path, path[0] != '\0' ? ": " : "");
    if (used < 0 || used >= (int)sizeof reader->error)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(reader->error + used, sizeof reader->error - (size_t)used, format, args);
    va_end(args);
}

static size_t least3(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* How many letters must change to make one word of the other (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
    enum { LONG = 40 };
    size_t row[LONG + 1], n = strlen(a), m = strlen(b);
    if (n > LONG || m > LONG)
        return LONG;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t above = row[j];
            row[j] = least3(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
            corner = above;
        }
    }
    return row[m];
}

struct nearest {
    const char *name;
    size_t far;
};

static void consider(struct nearest *best, const char *wanted, const char *name)
{
    size_t far = distance(wanted, name);
    if (best->name == NULL || far < best->far)
        *best = (struct nearest){name, far};
}

static void unknown(struct json_reader *reader, const char *path, const char *found,
                    struct nearest best)
{
    if (best.name != NULL && best.far * 2 <= strlen(best.name) + 1)
        json_wrong(reader, path, "unknown \"%.40s\": did you mean \"%s\"?", found,
                   best.name);
    else
        json_wrong(reader, path, "unknown \"%.40s\"%s%s%s", found,
                   best.name ? ": one that is known is \"" : "",
                   best.name ? best.name : "", best.name ? "\"" : "");
}

static const char *kind_of(const cJSON *value)
{
    if (cJSON_IsString(value))
        return "a text";
    if (cJSON_IsBool(value))
        return "true or false";
    if (cJSON_IsNull(value))
        return "null";
    if (cJSON_IsArray(value))
        return "a list";
    return cJSON_IsObject(value) ? "an object" : "a number";
}

/* --- files ------------------------------------------------------------------------ */

cJSON *json_parse(struct json_reader *reader, const char *text, size_t bytes)
{
    const char *end = text;
    cJSON *tree = cJSON_ParseWithLengthOpts(text, bytes, &end, 0);
    const char *at = tree != NULL ? end : end > text + bytes ? text + bytes : end;
    while (tree != NULL && at < text + bytes && strchr(" \t\r\n", *at) != NULL && *at)
        at++;
    if (tree != NULL && at == text + bytes)
        return tree;
    unsigned line = 1, column = 1;
    for (const char *c = text; c < at; c++) {
        column = *c == '\n' ? 1 : column + 1;
        line += *c == '\n';
    }
    json_wrong(reader, "", "line %u, column %u: this is not JSON", line, column);
    cJSON_Delete(tree);
    return NULL;
}

cJSON *json_load(struct json_reader *reader, const char *file)
{
    reader->file = file;
    FILE *in = fopen(file, "rb");
    if (in == NULL) {
        json_wrong(reader, "", "cannot be opened: %s", strerror(errno));
        return NULL;
    }
    cJSON *tree = NULL;
    char *text = malloc(JSON_FILE_MAX + 1);
    size_t bytes = text != NULL ? fread(text, 1, JSON_FILE_MAX + 1, in) : 0;
    if (text == NULL)
        json_wrong(reader, "", "out of memory");
    else if (ferror(in))
        json_wrong(reader, "", "cannot be read: %s", strerror(errno));
    else if (bytes > JSON_FILE_MAX)
        json_wrong(reader, "", "is larger than 1 MiB, the most that is read");
    else
        tree = json_parse(reader, text, bytes);
    free(text);
    fclose(in);
    return tree;
}

/* --- keys and values
 * ------------------------------------------------------------------ */

static bool is_object(struct json_reader *reader, const cJSON *object, const char *path)
{
    if (!cJSON_IsObject(object))
        json_wrong(reader, path, "found %s, wanted an object { }",
                   object == NULL ? "nothing" : kind_of(object));
    return cJSON_IsObject(object);
}

static void no_doubles(struct json_reader *reader, const cJSON *object,
                       const char *path)
{
    const cJSON *a = NULL;
    cJSON_ArrayForEach(a, object)
    {
        for (const cJSON *b = a->next; b != NULL; b = b->next)
            if (strcmp(a->string, b->string) == 0)
                json_wrong(reader, path, "\"%.40s\" stands twice", a->string);
    }
}

void json_keys(struct json_reader *reader, const cJSON *object, const char *path,
               const char *const *keys)
{
    json_knobs(reader, object, path, NULL, keys, NULL);
}

/* A number in the unit of the knob; a KNOB_MS may have a fraction, others may not. */
static void set_knob(struct json_reader *reader, const cJSON *value, const char *path,
                     const struct knob *knob, void *config)
{
    char where[JSON_PATH_MAX];
    snprintf(where, sizeof where, "%s.%s", path, knob->name);
    double number = value->valuedouble;
    bool in_range = number >= (double)knob->min && number <= (double)knob->max;
    bool whole = in_range && (double)(int64_t)number == number;
    if (!cJSON_IsNumber(value))
        json_wrong(reader, where, "found %s, allowed a number from %lld to %lld",
                   kind_of(value), (long long)knob->min, (long long)knob->max);
    else if (!in_range || (knob->kind != KNOB_MS && !whole))
        json_wrong(reader, where, "found %g, allowed %lld to %lld%s", number,
                   (long long)knob->min, (long long)knob->max,
                   in_range ? ", whole numbers only" : "");
    if (reader->error[0] != '\0')
        return;
    unsigned char *place = (unsigned char *)config + knob->offset;
    int64_t ns = (int64_t)(number * 1000000.0 + 0.5);
    uint32_t count = (uint32_t)number;
    if (knob->kind == KNOB_MS)
        memcpy(place, &ns, sizeof ns);
    else
        memcpy(place, &count, sizeof count);
}

void json_knobs(struct json_reader *reader, const cJSON *object, const char *path,
                const struct knob *knobs, const char *const *also, void *config)
{
    if (!is_object(reader, object, path))
        return;
    no_doubles(reader, object, path);
    const cJSON *value = NULL;
    cJSON_ArrayForEach(value, object)
    {
        struct nearest best = {NULL, 0};
        bool known = false;
        for (const struct knob *k = knobs; !known && k != NULL && k->name != NULL;
             k++) {
            known = strcmp(k->name, value->string) == 0;
            if (known)
                set_knob(reader, value, path, k, config);
            consider(&best, value->string, k->name);
        }
        for (int i = 0; !known && also != NULL && also[i] != NULL; i++) {
            known = strcmp(also[i], value->string) == 0;
            consider(&best, value->string, also[i]);
        }
        if (!known)
            unknown(reader, path, value->string, best);
    }
}

void json_text(struct json_reader *reader, const cJSON *object, const char *path,
               const char *key, char *out, size_t size)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    if (value == NULL)
        return;
    if (!cJSON_IsString(value))
        json_wrong(reader, path, "\"%s\": found %s, wanted a text", key,
                   kind_of(value));
    else if (strlen(value->valuestring) >= size)
        json_wrong(reader, path, "\"%s\": longer than %zu characters", key, size - 1);
    else
        snprintf(out, size, "%s", value->valuestring);
}

void json_choice(struct json_reader *reader, const cJSON *object, const char *path,
                 const char *key, const char *const *names, int *out)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    if (value == NULL)
        return;
    struct nearest best = {NULL, 0};
    char where[JSON_PATH_MAX];
    snprintf(where, sizeof where, "%s.%s", path, key);
    if (!cJSON_IsString(value)) {
        json_wrong(reader, where, "found %s, wanted one of \"%s\" ...", kind_of(value),
                   names[0]);
        return;
    }
    for (int i = 0; names[i] != NULL; i++) {
        consider(&best, value->valuestring, names[i]);
        if (strcmp(names[i], value->valuestring) == 0) {
            *out = i;
            return;
        }
    }
    unknown(reader, where, value->valuestring, best);
}

void json_whole(struct json_reader *reader, const cJSON *object, const char *path,
                const char *key, int64_t min, int64_t max, int64_t *out)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    if (value == NULL)
        return;
    double number = value->valuedouble;
    if (!cJSON_IsNumber(value) || !(number >= (double)min && number <= (double)max) ||
        (double)(int64_t)number != number)
        json_wrong(reader, path,
                   "\"%s\": found %s, allowed a whole number from %lld to %lld", key,
                   cJSON_IsNumber(value) ? "one outside" : kind_of(value),
                   (long long)min, (long long)max);
    else
        *out = (int64_t)number;
}
