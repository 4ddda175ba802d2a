/* json.c - see json.h. */
#include "json.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/* --- text ------------------------------------------------------------------------- */

/* The code in the `size` bytes at `s`; UINT32_MAX if they are not made as UTF-8 is. */
static uint32_t code_of(const unsigned char *s, size_t size)
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
static size_t character(const unsigned char *s, size_t left)
{
    static const uint32_t least[] = {0, 1, 0x80, 0x800, 0x10000};
    size_t size = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (size > left || (s[0] >= 0x80 && s[0] < 0xc0) || s[0] >= 0xf8)
        return 0;
    uint32_t code = code_of(s, size);
    bool surrogate = code >= 0xd800 && code < 0xe000;
    return code >= least[size] && code <= 0x10ffff && !surrogate ? size : 0;
}

static bool is_control(char c)
{
    return (unsigned char)c < ' ' || c == 0x7f;
}

/* --- errors ----------------------------------------------------------------------- */

/* An error is one line that any terminal can show, whatever the file held. */
static void tidy(char *text)
{
    for (size_t left = strlen(text), size; left > 0; text += size, left -= size) {
        size = character((const unsigned char *)text, left);
        if (size == 0 || is_control(*text))
            *text = '?';
        size = size == 0 ? 1 : size;
    }
}

void json_wrong(struct json_reader *reader, const char *path, const char *format, ...)
{
    if (reader->error[0] != '\0')
        return;
    int used = snprintf(reader->error, sizeof reader->error, "%.200s: %s%s",
                        reader->file, path, path[0] != '\0' ? ": " : "");
    if (used < 0 || used >= (int)sizeof reader->error)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(reader->error + used, sizeof reader->error - (size_t)used, format, args);
    va_end(args);
    tidy(reader->error);
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

/* The names that may stand somewhere: those of knobs, then others; NULL: none. */
struct allowed {
    const struct knob *knobs;
    const char *const *also;
};

static const char *allowed_name(struct allowed all, int index)
{
    for (const struct knob *k = all.knobs; k != NULL && k->name != NULL; k++)
        if (index-- == 0)
            return k->name;
    for (const char *const *name = all.also; name != NULL && *name != NULL; name++)
        if (index-- == 0)
            return *name;
    return NULL;
}

static void unknown(struct json_reader *reader, const char *path, const char *found,
                    struct allowed all)
{
    char list[JSON_ERROR_MAX] = "";
    const char *best = NULL, *name = NULL;
    size_t far = 0, used = 0;
    for (int i = 0; (name = allowed_name(all, i)) != NULL; i++) {
        size_t d = distance(found, name);
        if (best == NULL || d < far)
            best = name;
        far = best == name ? d : far;
        if (used + strlen(name) + 3 < sizeof list)
            used += (size_t)sprintf(list + used, "%s%s", i > 0 ? ", " : "", name);
    }
    if (best != NULL && far * 2 <= strlen(best) + 1)
        json_wrong(reader, path, "unknown \"%.40s\": did you mean \"%s\"?", found,
                   best);
    else
        json_wrong(reader, path, "unknown \"%.40s\", allowed: %s", found, list);
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

/* An error at a place in a text: line, column, and the first characters there. */
static void wrong_at(struct json_reader *reader, const char *text, const char *at,
                     size_t left, const char *what)
{
    unsigned line = 1, column = 1;
    int shown = 0;
    for (const char *c = text; c < at; c++) {
        column = *c == '\n' ? 1 : column + 1;
        line += *c == '\n';
    }
    while (shown < 16 && (size_t)shown < left && !is_control(at[shown]))
        shown++;
    json_wrong(reader, "", "line %u, column %u: this is not %s%s%.*s%s", line, column,
               what, shown > 0 ? ", near \"" : "", shown, at, shown > 0 ? "\"" : "");
}

static bool is_text(struct json_reader *reader, const char *text, size_t bytes)
{
    size_t size = 0;
    for (size_t at = 0; at < bytes; at += size) {
        size = character((const unsigned char *)text + at, bytes - at);
        if (size == 0) {
            wrong_at(reader, text, text + at, 0, "text in UTF-8");
            return false;
        }
    }
    if (bytes == 0)
        json_wrong(reader, "", "is empty");
    return bytes > 0;
}

cJSON *json_parse(struct json_reader *reader, const char *text, size_t bytes)
{
    if (!is_text(reader, text, bytes))
        return NULL;
    const char *at = text, *end = text + bytes;
    cJSON *tree = cJSON_ParseWithLengthOpts(text, bytes, &at, 0);
    while (tree != NULL && at < end && strchr(" \t\r\n", *at) != NULL)
        at++;
    if (tree != NULL && at == end)
        return tree;
    at = at < end ? at : end;
    wrong_at(reader, text, at, (size_t)(end - at), "JSON");
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

/* --- keys and values -------------------------------------------------------------- */

static bool is_object(struct json_reader *reader, const cJSON *object, const char *path)
{
    if (!cJSON_IsObject(object))
        json_wrong(reader, path, "found %s, wanted an object { }",
                   object == NULL ? "nothing" : kind_of(object));
    return cJSON_IsObject(object);
}

/* The number there, if it lies from min to max; else an error, and false. */
static bool is_number(struct json_reader *reader, const cJSON *value, const char *path,
                      int64_t min, int64_t max, bool whole)
{
    double number = value->valuedouble;
    const char *only = whole ? ", whole numbers only" : "";
    if (!cJSON_IsNumber(value))
        json_wrong(reader, path, "found %s, allowed a number from %lld to %lld",
                   kind_of(value), (long long)min, (long long)max);
    else if (!(number >= (double)min && number <= (double)max) ||
             (whole && (double)(int64_t)number != number))
        json_wrong(reader, path, "found %.15g, allowed %lld to %lld%s", number,
                   (long long)min, (long long)max, only);
    else
        return true;
    return false;
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
    if (!is_number(reader, value, where, knob->min, knob->max, knob->kind != KNOB_MS))
        return;
    unsigned char *place = (unsigned char *)config + knob->offset;
    int64_t ns = (int64_t)(value->valuedouble * 1000000.0 + 0.5);
    uint32_t count = (uint32_t)value->valuedouble;
    if (knob->kind == KNOB_MS)
        memcpy(place, &ns, sizeof ns);
    else
        memcpy(place, &count, sizeof count);
}

static bool stands_twice(const cJSON *value)
{
    for (const cJSON *later = value->next; later != NULL; later = later->next)
        if (strcmp(value->string, later->string) == 0)
            return true;
    return false;
}

static const struct knob *knob_named(const struct knob *knobs, const char *name)
{
    for (const struct knob *k = knobs; k != NULL && k->name != NULL; k++)
        if (strcmp(k->name, name) == 0)
            return k;
    return NULL;
}

static bool is_among(const char *const *names, const char *name)
{
    for (; names != NULL && *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

void json_knobs(struct json_reader *reader, const cJSON *object, const char *path,
                const struct knob *knobs, const char *const *also, void *config)
{
    const cJSON *value = is_object(reader, object, path) ? object->child : NULL;
    for (; value != NULL && reader->error[0] == '\0'; value = value->next) {
        const struct knob *knob = knob_named(knobs, value->string);
        if (knob == NULL && !is_among(also, value->string))
            unknown(reader, path, value->string, (struct allowed){knobs, also});
        else if (stands_twice(value))
            json_wrong(reader, path, "\"%s\" stands twice, allowed once",
                       value->string);
        else if (knob != NULL)
            set_knob(reader, value, path, knob, config);
    }
}

void json_text(struct json_reader *reader, const cJSON *object, const char *path,
               const char *key, char *out, size_t size)
{
    char where[JSON_PATH_MAX];
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    snprintf(where, sizeof where, "%s.%s", path, key);
    if (value == NULL)
        return;
    if (!cJSON_IsString(value)) {
        json_wrong(reader, where, "found %s, wanted a text", kind_of(value));
        return;
    }
    if (strlen(value->valuestring) >= size)
        json_wrong(reader, where, "found %zu bytes, allowed %zu",
                   strlen(value->valuestring), size - 1);
    for (const char *c = value->valuestring; *c != '\0'; c++)
        if (is_control(*c))
            json_wrong(reader, where, "found a control character, wanted one line");
    if (reader->error[0] == '\0')
        snprintf(out, size, "%s", value->valuestring);
}

void json_choice(struct json_reader *reader, const cJSON *object, const char *path,
                 const char *key, const char *const *names, int *out)
{
    char where[JSON_PATH_MAX];
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    snprintf(where, sizeof where, "%s.%s", path, key);
    if (value == NULL)
        return;
    if (!cJSON_IsString(value)) {
        json_wrong(reader, where, "found %s, wanted a text such as \"%s\"",
                   kind_of(value), names[0]);
        return;
    }
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], value->valuestring) == 0) {
            *out = i;
            return;
        }
    }
    unknown(reader, where, value->valuestring, (struct allowed){NULL, names});
}

void json_whole(struct json_reader *reader, const cJSON *object, const char *path,
                const char *key, int64_t min, int64_t max, int64_t *out)
{
    char where[JSON_PATH_MAX];
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    snprintf(where, sizeof where, "%s.%s", path, key);
    if (value != NULL && is_number(reader, value, where, min, max, true))
        *out = (int64_t)value->valuedouble;
}

void json_need(struct json_reader *reader, const cJSON *object, const char *path,
               const char *key, const char *wanted)
{
    char where[JSON_PATH_MAX];
    snprintf(where, sizeof where, "%s.%s", path, key);
    if (cJSON_GetObjectItemCaseSensitive(object, key) == NULL)
        json_wrong(reader, where, "found nothing, wanted %s", wanted);
}

int json_list(struct json_reader *reader, const cJSON *list, const char *path, int most)
{
    int length = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    if (list != NULL && !cJSON_IsArray(list))
        json_wrong(reader, path, "found %s, wanted a list [ ]", kind_of(list));
    if (length > most)
        json_wrong(reader, path, "found %d entries, allowed %d", length, most);
    return reader->error[0] == '\0' ? length : 0;
}

bool json_true(struct json_reader *reader, const cJSON *object, const char *path,
               const char *key)
{
    char where[JSON_PATH_MAX];
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    snprintf(where, sizeof where, "%s.%s", path, key);
    if (value != NULL && !cJSON_IsBool(value))
        json_wrong(reader, where, "found %s, wanted true or false", kind_of(value));
    return cJSON_IsTrue(value);
}
