/* runtime_fuzz.c - any bytes as the header of GET next, and as what an error says:
 * `make fuzz`.
 *
 * The first eight bytes are the clock; what follows is cut at its newlines, each piece
 * one line of the header, in memory of its own, so that reading past it is seen. Then:
 * an id may stand in a URL; what was taken is printable and ends within its room; a
 * line changes the field of its name and no other; what a field says stands in the line
 * itself; the deadline to believe is in the future and within a function's longest
 * life; and an error, whatever its words, is JSON that says them again. */
#include <cjson/cJSON.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "runtime.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define HOLDS(what) ((what) ? (void)0 : fail(#what, __LINE__))

static void fail(const char *what, int line)
{
    fprintf(stderr, "runtime_fuzz: line %d: does not hold: %s\n", line, what);
    abort();
}

/* The names, each with the place of its text; the deadline is a number, and has none.
 */
static const struct {
    const char *name;
    size_t offset, room;
} texts[] = {{"Lambda-Runtime-Aws-Request-Id", offsetof(struct runtime_head, id),
              RUNTIME_ID_MAX + 1},
             {"Lambda-Runtime-Invoked-Function-Arn", offsetof(struct runtime_head, arn),
              RUNTIME_ARN_MAX},
             {"Lambda-Runtime-Trace-Id", offsetof(struct runtime_head, trace),
              RUNTIME_TRACE_MAX}};

static bool begins(const char *line, size_t bytes, const char *name)
{
    size_t n = strlen(name);
    return bytes > n && strncasecmp(line, name, n) == 0 && line[n] == ':';
}

static bool stands_in(const char *line, size_t bytes, const char *value)
{
    size_t n = strlen(value);
    for (size_t i = 0; i + n <= bytes; i++)
        if (memcmp(line + i, value, n) == 0)
            return true;
    return false;
}

static void check_text(const char *line, size_t bytes, const char *before,
                       const char *after, size_t room, bool named)
{
    HOLDS(memchr(after, '\0', room) != NULL);
    HOLDS(named || strcmp(before, after) == 0);
    HOLDS(!named || stands_in(line, bytes, after));
    for (const char *c = after; *c != '\0'; c++)
        HOLDS((unsigned char)*c >= ' ' && *c != 0x7f);
}

static void check_id(const char *id)
{
    for (; *id != '\0'; id++)
        HOLDS(isalnum((unsigned char)*id) || *id == '-');
}

static void check_deadline(const struct runtime_head *before,
                           const struct runtime_head *after, const char *line,
                           size_t bytes)
{
    char number[24];
    HOLDS(after->deadline_ms >= 0);
    if (!begins(line, bytes, "Lambda-Runtime-Deadline-Ms")) {
        HOLDS(after->deadline_ms == before->deadline_ms);
        return;
    }
    snprintf(number, sizeof number, "%" PRId64, after->deadline_ms);
    HOLDS(after->deadline_ms == 0 || stands_in(line, bytes, number));
}

static void take_line(struct runtime_head *head, const char *text, size_t bytes)
{
    struct runtime_head before = *head;
    char *line = malloc(bytes > 0 ? bytes : 1);
    HOLDS(line != NULL);
    memcpy(line, text, bytes);
    runtime_header(head, line, bytes);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_text(line, bytes, (char *)&before + texts[i].offset,
                   (char *)head + texts[i].offset, texts[i].room,
                   begins(line, bytes, texts[i].name));
    check_id(head->id);
    check_deadline(&before, head, line, bytes);
    free(line);
}

static void check_life(const struct runtime_head *head, int64_t now_ms)
{
    int64_t left = runtime_deadline(head->deadline_ms, now_ms) - now_ms;
    bool good =
        head->deadline_ms > now_ms && head->deadline_ms - now_ms <= RUNTIME_LIFE_MAX_MS;
    HOLDS(left == (good ? head->deadline_ms - now_ms : RUNTIME_LIFE_MS));
}

/* The same words come out again; a text ends at its first NUL. */
static void check_error(const char *text, size_t bytes)
{
    char *words = malloc(bytes + 1);
    HOLDS(words != NULL);
    memcpy(words, text, bytes);
    words[bytes] = '\0';
    char *json = runtime_error_text("Client.Fuzz", words);
    cJSON *root = json != NULL ? cJSON_Parse(json) : NULL;
    const char *again =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "errorMessage"));
    HOLDS(again != NULL && strcmp(again, words) == 0);
    cJSON_Delete(root);
    free(json);
    free(words);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct runtime_head head = {.deadline_ms = 0};
    uint64_t clock = 0;
    if (size < sizeof clock)
        return 0;
    memcpy(&clock, data, sizeof clock);
    int64_t now_ms = (int64_t)(clock >> 12); /* up to the year 144,000 */
    const char *text = (const char *)data + sizeof clock,
               *end = (const char *)data + size;
    check_error(text, (size_t)(end - text));
    while (text < end) {
        const char *line = text;
        const char *mark = memchr(text, '\n', (size_t)(end - text));
        text = mark != NULL ? mark + 1 : end;
        take_line(&head, line, (size_t)(text - line));
        check_life(&head, now_ms);
    }
    return 0;
}
