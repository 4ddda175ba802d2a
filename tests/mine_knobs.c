/* mine_knobs.c - words, numbers and knobs of mine.txt and tune.txt: see mine.h. */
#include "mine_read.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { HOUR_MS = 3600000 };

/* As many as sim/README.md allows a client of a scene. */
static const struct {
    const char *name;
    size_t offset;
    uint32_t most;
} knob[] = {
    {"failures_to_open", offsetof(struct breaker_config, failures_to_open), 1000000},
    {"open_ms", offsetof(struct breaker_config, open_ms), HOUR_MS},
    {"successes_to_close", offsetof(struct breaker_config, successes_to_close), 1000},
    {"probes_at_once", offsetof(struct breaker_config, probes_at_once),
     BREAKER_PROBES_MAX},
    {"probe_lease_ms", offsetof(struct breaker_config, probe_lease_ms), HOUR_MS},
    {"window_calls", offsetof(struct breaker_config, window_calls),
     BREAKER_WINDOW_CALLS_MAX},
    {"min_calls", offsetof(struct breaker_config, min_calls), 1000000},
    {"failure_pct", offsetof(struct breaker_config, failure_pct), 100},
    {"window_ms", offsetof(struct breaker_config, window_ms), HOUR_MS},
    {"slow_ms", offsetof(struct breaker_config, slow_ms), HOUR_MS},
    {"slow_pct", offsetof(struct breaker_config, slow_pct), 100},
    {"open_max_ms", offsetof(struct breaker_config, open_max_ms), HOUR_MS},
    {"open_jitter_pct", offsetof(struct breaker_config, open_jitter_pct), 100},
};

enum { KNOBS = sizeof knob / sizeof knob[0] };

const char *mine_knob(int i, const struct breaker_config *knobs, uint32_t *value)
{
    if (i < 0 || i >= KNOBS)
        return NULL;
    memcpy(value, (const char *)knobs + knob[i].offset, sizeof *value);
    return knob[i].name;
}

/* --- what is wrong ---------------------------------------------------------------- */

void mine_make_printable(char *text)
{
    for (; *text != '\0'; text++)
        if (!isprint((unsigned char)*text))
            *text = '?';
}

bool mine_wrong(struct reader *r, const char *allowed, const char *found, ...)
{
    va_list words;
    va_start(words, found);
    vsnprintf(r->error->found, sizeof r->error->found, found, words);
    va_end(words);
    snprintf(r->error->allowed, sizeof r->error->allowed, "%s", allowed);
    mine_make_printable(r->error->found);
    r->error->line = r->line;
    return false;
}

void mine_print_error(const char *file, const struct mine_error *error)
{
    fprintf(stderr, "%s:", file);
    if (error->line > 0)
        fprintf(stderr, "%d:", error->line);
    fprintf(stderr, " found: %s; wanted: %s\n", error->found, error->allowed);
}

/* --- words and numbers ------------------------------------------------------------ */

char *mine_skip_spaces(char *at)
{
    return at + strspn(at, " \t");
}

char *mine_next_word(char **at)
{
    char *word = mine_skip_spaces(*at);
    if (*word == '\0')
        return NULL;
    char *end = word + strcspn(word, " \t");
    *at = *end == '\0' ? end : end + 1;
    *end = '\0';
    return word;
}

char *mine_next_piece(char **at)
{
    char *piece = mine_skip_spaces(*at);
    if (*piece == '\0')
        return NULL;
    char *end = piece + strcspn(piece, ",");
    *at = *end == '\0' ? end : end + 1;
    *end = '\0';
    return piece;
}

bool mine_read_number(const char *word, int64_t most, int64_t *number)
{
    *number = 0;
    for (const char *c = word; *c != '\0'; c++) {
        if (!isdigit((unsigned char)*c))
            return false;
        *number = *number * 10 + (*c - '0');
        if (*number > most)
            return false;
    }
    return *word != '\0';
}

/* --- knobs ------------------------------------------------------------------------ */

static int find_knob(const char *name)
{
    for (int i = 0; i < KNOBS; i++)
        if (strcmp(knob[i].name, name) == 0)
            return i;
    return -1;
}

bool mine_read_knob(struct reader *r, char *piece, uint32_t *seen)
{
    char allowed[60];
    int64_t number;
    char *name = mine_next_word(&piece), *value = mine_next_word(&piece);
    if (name == NULL)
        return mine_wrong(
            r, r->knob_a_line ? "one knob on a line" : "one comma between two knobs",
            "two commas");
    int i = find_knob(name);
    if (i < 0)
        return mine_wrong(r, "a knob of chapters/breaker.h, such as open_ms",
                          "\"%.40s\"", name);
    if (*seen >> i & 1)
        return mine_wrong(r, "each knob once", "\"%s\" a second time", name);
    *seen |= UINT32_C(1) << i;
    snprintf(allowed, sizeof allowed, "a whole number from 0 to %" PRIu32,
             knob[i].most);
    if (value == NULL || !mine_read_number(value, knob[i].most, &number))
        return mine_wrong(r, allowed, "%s \"%.40s\"", name, value != NULL ? value : "");
    uint32_t set = (uint32_t)number;
    memcpy((char *)&r->knobs + knob[i].offset, &set, sizeof set);
    const char *more = mine_next_word(&piece);
    if (more != NULL)
        return mine_wrong(r,
                          r->knob_a_line ? "no more words, one knob on a line"
                                         : "no more words, or a comma before a knob",
                          "\"%.40s\" behind %s %s", more, name, value);
    return true;
}

bool mine_sound_knobs(struct reader *r)
{
    const char *why = breaker_config_error(&r->knobs);
    return why == NULL || mine_wrong(r, "knobs that agree with each other", "%s", why);
}

bool mine_read_knobs(struct reader *r, char *rest)
{
    uint32_t seen = 0;
    r->knobs = (struct breaker_config){0};
    for (char *piece = mine_next_piece(&rest); piece != NULL;
         piece = mine_next_piece(&rest))
        if (!mine_read_knob(r, piece, &seen))
            return false;
    if (seen == 0)
        return mine_wrong(r, "knobs such as failures_to_open 3, open_ms 1000",
                          "no knob");
    r->has_knobs = true;
    return mine_sound_knobs(r);
}
