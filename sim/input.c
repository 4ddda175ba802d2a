/* input.c - see input.h. Mirrors output_run_csv: who adds a column there, at the end,
 * need not change anything here. */
#include "input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const first_columns[] = {"time_ms",  "fault",   "offered", "fresh",
                                            "stale",    "refused", "failed",  "no_room",
                                            "attempts", "probes",  "busy"};
enum {
    TIME,
    FAULT,
    OFFERED,
    OUTCOME, /* and the four after it */
    ATTEMPTS = OUTCOME + OUTCOMES,
    PROBES,
    BUSY,
    STATE,
    HEAT = STATE + RECORD_RIBBONS,
    COLUMNS = HEAT + RECORD_HEAT
};
_Static_assert(sizeof first_columns / sizeof *first_columns == STATE, "name them all");

struct input {
    const char *file;
    char *error;
    unsigned line;
    uint32_t columns; /* in this file; more than COLUMNS are no harm */
    uint32_t rows, ribbons;
    int64_t width_ms;
    bool *fault; /* by row, as are the buckets */
    struct record_bucket *bucket;
};

/* --- errors ----------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static bool wrong(const struct input *in,
                                                        const char *format, ...)
{
    va_list list;
    int n = snprintf(in->error, INPUT_ERROR_MAX, "%s:%u: ", in->file, in->line);
    va_start(list, format);
    if (n >= 0 && n < INPUT_ERROR_MAX)
        vsnprintf(in->error + n, INPUT_ERROR_MAX - (size_t)n, format, list);
    va_end(list);
    return false;
}

static const char *column_name(uint32_t column, char *room, size_t size)
{
    if (column < STATE)
        return first_columns[column];
    if (column < HEAT)
        snprintf(room, size, "state%u", column - STATE);
    else
        snprintf(room, size, "heat%" PRId64, record_heat_edge_us(column - HEAT));
    return room;
}

/* --- cells ------------------------------------------------------------------------ */

/* Cut the next cell off a line; NULL at its end. */
static char *next_cell(char **line)
{
    char *cell = *line;
    if (cell == NULL)
        return NULL;
    char *comma = strchr(cell, ',');
    if (comma != NULL)
        *comma = '\0';
    *line = comma != NULL ? comma + 1 : NULL;
    return cell;
}

static bool whole_number(const struct input *in, uint32_t column, const char *cell,
                         int64_t most, int64_t *value)
{
    char name[24], *end = NULL;
    errno = 0;
    long long number = strtoll(cell, &end, 10);
    if (*cell >= '0' && *cell <= '9' && *end == '\0' && errno == 0 && number <= most) {
        *value = number;
        return true;
    }
    return wrong(in, "column %s: found \"%.40s\", wanted a whole number up to %" PRId64,
                 column_name(column, name, sizeof name), cell, most);
}

static bool read_state(struct input *in, uint32_t ribbon, const char *cell)
{
    static const char states[] = "COH-"; /* as enum caller_state, and RECORD_NOBODY */
    const char *state = strlen(cell) == 1 ? strchr(states, *cell) : NULL;
    if (*cell == '\0' && (in->rows == 0 || ribbon >= in->ribbons))
        return true;
    if (state == NULL || (in->rows > 0 && ribbon >= in->ribbons) ||
        (in->rows == 0 && ribbon != in->ribbons))
        return wrong(
            in,
            "column state%u: found \"%.40s\", wanted C, O, H or -, and as many "
            "breakers in every line",
            ribbon, cell);
    if (in->rows == 0)
        in->ribbons++;
    in->bucket[in->rows].state[ribbon] = (uint8_t)(state - states);
    return true;
}

/* The widths are all alike, but for the rounding to ms. */
static bool read_time(struct input *in, const char *cell)
{
    int64_t time = 0, row = in->rows;
    if (!whole_number(in, TIME, cell, INT64_C(1) << 50, &time))
        return false;
    if (row == 1)
        in->width_ms = time;
    bool good =
        row == 0 ? time == 0 : time > 0 && llabs(time - row * in->width_ms) <= row;
    return good ||
           wrong(in, "column time_ms: found %s, wanted 0 and then equal steps", cell);
}

/* Where the value of a column belongs. */
static uint32_t *place(struct record_bucket *b, uint32_t column)
{
    if (column >= HEAT)
        return &b->heat[column - HEAT];
    if (column >= OUTCOME && column < ATTEMPTS)
        return &b->outcome[column - OUTCOME];
    return column == OFFERED    ? &b->offered
           : column == ATTEMPTS ? &b->attempts
           : column == PROBES   ? &b->probes
                                : &b->busy;
}

static bool read_cell(struct input *in, uint32_t column, const char *cell)
{
    int64_t value = 0;
    if (column == TIME)
        return read_time(in, cell);
    if (column >= STATE && column < HEAT)
        return read_state(in, column - STATE, cell);
    if (!whole_number(in, column, cell, column == FAULT ? 1 : UINT32_MAX, &value))
        return false;
    if (column == FAULT)
        in->fault[in->rows] = value != 0;
    else
        *place(&in->bucket[in->rows], column) = (uint32_t)value;
    return true;
}

/* --- lines ------------------------------------------------------------------------ */

static bool read_header(struct input *in, char *line)
{
    char room[24], *cell;
    while ((cell = next_cell(&line)) != NULL) {
        uint32_t column = in->columns++;
        if (column < COLUMNS &&
            strcmp(cell, column_name(column, room, sizeof room)) != 0)
            return wrong(in,
                         "column %u is called \"%.40s\", not \"%s\": this is not what "
                         "storm run --csv writes",
                         column + 1, cell, column_name(column, room, sizeof room));
    }
    if (in->columns >= COLUMNS)
        return true;
    return wrong(in, "found %u columns, wanted the %u of storm run --csv", in->columns,
                 COLUMNS);
}

static bool read_row(struct input *in, char *line)
{
    uint32_t columns = 0;
    char *cell;
    if (in->rows == RECORD_BUCKETS_MAX)
        return wrong(in, "found more than the %d lines that a run has at most",
                     RECORD_BUCKETS_MAX);
    while ((cell = next_cell(&line)) != NULL) {
        uint32_t column = columns++;
        if (column < COLUMNS && !read_cell(in, column, cell))
            return false;
    }
    if (columns != in->columns)
        return wrong(in, "found %u columns, wanted %u as in the first line", columns,
                     in->columns);
    in->rows++;
    return true;
}

static bool read_lines(struct input *in, FILE *file)
{
    char *line = NULL;
    size_t size = 0;
    bool good = true;
    for (ssize_t n; good && (n = getline(&line, &size, file)) >= 0;) {
        in->line++;
        while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
            line[--n] = '\0';
        good = in->line == 1 ? read_header(in, line) : read_row(in, line);
    }
    free(line);
    if (good && ferror(file))
        return wrong(in, "cannot be read: %s", strerror(errno));
    if (good && in->rows == 0)
        return wrong(in, "found no line with numbers");
    return good;
}

/* --- the record ------------------------------------------------------------------- */

static void add_up(struct record *r)
{
    for (uint32_t i = 0; i < r->buckets; i++) {
        const struct record_bucket *b = &r->bucket[i];
        r->offered += b->offered;
        r->attempts += b->attempts;
        r->probes += b->probes;
        r->busy_most = b->busy > r->busy_most ? b->busy : r->busy_most;
        for (uint32_t o = 0; o < OUTCOMES; o++)
            r->settled += b->outcome[o];
        for (uint32_t s = 0; s < r->ribbons; s++) {
            bool was_open = i > 0 && r->bucket[i - 1].state[s] == CALLER_OPEN;
            if (b->state[s] != CALLER_OPEN || was_open)
                continue;
            if (r->opens++ == 0)
                r->first_open = (int64_t)i * r->width;
        }
    }
}

static struct record *make_record(const struct input *in)
{
    int64_t width = (in->rows > 1 ? in->width_ms : 1000) * SIM_MS;
    struct record *r = record_new((int64_t)in->rows * width, width, NULL, 0);
    uint32_t first = in->rows, last = 0;
    memcpy(r->bucket, in->bucket, in->rows * sizeof *r->bucket);
    r->ribbons = in->ribbons;
    for (uint32_t i = 0; i < in->rows; i++)
        if (in->fault[i]) {
            first = first < in->rows ? first : i;
            last = i;
        }
    if (first < in->rows) {
        r->fault_from = (int64_t)first * width;
        r->fault_to = (int64_t)(last + 1) * width;
    }
    add_up(r);
    return r;
}

struct record *input_run_csv(const char *file, char *error)
{
    struct input in = {.file = file, .error = error, .width_ms = 1};
    struct record *record = NULL;
    FILE *stream = fopen(file, "r");
    if (stream == NULL) {
        snprintf(error, INPUT_ERROR_MAX, "%s: cannot be read: %s", file,
                 strerror(errno));
        return NULL;
    }
    in.fault = calloc(RECORD_BUCKETS_MAX, sizeof *in.fault);
    in.bucket = calloc(RECORD_BUCKETS_MAX, sizeof *in.bucket);
    if (in.fault == NULL || in.bucket == NULL)
        abort();
    if (read_lines(&in, stream))
        record = make_record(&in);
    fclose(stream);
    free(in.fault);
    free(in.bucket);
    return record;
}
