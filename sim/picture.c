/* picture.c - see picture.h. */
#include "picture.h"

#include <assert.h>
#include <string.h>

enum { COLUMNS = 70, ROWS = 8, RIBBONS = 8 };

static const char letters[OUTCOMES + 1] = "#+-xo";
static const char *const colours[OUTCOMES] = {"34", "33", "36", "31", "35"};
static const char *const meanings[OUTCOMES] = {"fresh", "fallback", "refused", "failed",
                                               "no worker free"};
static const char state_letters[] = {[CALLER_CLOSED] = '.',
                                     [CALLER_OPEN] = '#',
                                     [CALLER_HALF_OPEN] = '?',
                                     [RECORD_NOBODY] = ' '};

/* --- columns ---------------------------------------------------------------------- */

struct column {
    uint32_t from, to; /* buckets */
};

static struct column column(const struct record *r, uint32_t index)
{
    uint32_t shown = r->buckets < COLUMNS ? r->buckets : COLUMNS;
    return (struct column){(uint32_t)((uint64_t)index * r->buckets / shown),
                           (uint32_t)((uint64_t)(index + 1) * r->buckets / shown)};
}

static uint32_t columns(const struct record *r)
{
    return r->buckets < COLUMNS ? r->buckets : COLUMNS;
}

static uint64_t per_s(const struct record *r, struct column c, uint64_t count)
{
    assert(c.to > c.from);
    return count * (uint64_t)SIM_S / ((uint64_t)r->width * (c.to - c.from));
}

static uint64_t attempts(const struct record *r, struct column c)
{
    uint64_t sum = 0;
    for (uint32_t i = c.from; i < c.to; i++)
        sum += r->bucket[i].attempts;
    return per_s(r, c, sum);
}

static uint64_t got(const struct record *r, struct column c, uint32_t outcome)
{
    uint64_t sum = 0;
    for (uint32_t i = c.from; i < c.to; i++)
        sum += r->bucket[i].outcome[outcome];
    return per_s(r, c, sum);
}

static uint64_t offered(const struct record *r, struct column c)
{
    uint64_t sum = 0;
    for (uint32_t i = c.from; i < c.to; i++)
        sum += r->bucket[i].offered;
    return per_s(r, c, sum);
}

void picture_widen(struct picture_axes *axes, const struct record *r)
{
    for (uint32_t i = 0; i < columns(r); i++) {
        struct column c = column(r, i);
        if (offered(r, c) > axes->offered_per_s)
            axes->offered_per_s = (uint32_t)offered(r, c);
        if (attempts(r, c) > axes->attempts_per_s)
            axes->attempts_per_s = (uint32_t)attempts(r, c);
    }
}

/* --- lines ------------------------------------------------------------------------ */

static void put(FILE *out, char letter, const char *code, bool colour)
{
    if (colour)
        fprintf(out, "\033[%sm%c\033[0m", code, letter);
    else
        fputc(letter, out);
}

/* Which outcome fills this row of a column's stack; OUTCOMES: none. */
static uint32_t filling(const struct record *r, struct column c, uint64_t height,
                        uint32_t row)
{
    uint64_t level = 0,
             middle = (2 * (uint64_t)row + 1) * height / (2 * (uint64_t)ROWS);
    for (uint32_t o = 0; o < OUTCOMES; o++) {
        level += got(r, c, o);
        if (level > middle)
            return o;
    }
    return OUTCOMES;
}

static void print_label(FILE *out, uint32_t row, uint64_t height)
{
    const char *label = row == ROWS - 2 ? "req/s" : "";
    if (row == ROWS - 1)
        fprintf(out, "%7llu |", (unsigned long long)height);
    else
        fprintf(out, "%7s |", row == 0 ? "0" : label);
}

static void print_stack(FILE *out, const struct record *r, uint64_t height, bool colour)
{
    for (uint32_t row = ROWS; row-- > 0;) {
        print_label(out, row, height);
        for (uint32_t i = 0; i < columns(r); i++) {
            uint32_t o = filling(r, column(r, i), height, row);
            if (o < OUTCOMES)
                put(out, letters[o], colours[o], colour);
            else
                fputc(' ', out);
        }
        fputc('\n', out);
    }
}

static void print_attempts(FILE *out, const struct record *r, uint64_t most)
{
    fprintf(out, "%7s |", "calls");
    for (uint32_t i = 0; i < columns(r); i++) {
        uint64_t n = attempts(r, column(r, i));
        uint64_t digit = most == 0 ? 0 : (n * 9 + most - 1) / most;
        fputc(n == 0 ? ' ' : (char)('0' + (digit > 9 ? 9 : digit)), out);
    }
    fprintf(out, "\n");
}

static uint8_t worst_state(const struct record *r, struct column c, uint32_t ribbon)
{
    /* Open hides half-open; whoever is there hides that nobody was. */
    static const uint8_t rank[] = {[CALLER_CLOSED] = 1,
                                   [CALLER_OPEN] = 3,
                                   [CALLER_HALF_OPEN] = 2,
                                   [RECORD_NOBODY] = 0};
    uint8_t worst = RECORD_NOBODY;
    for (uint32_t i = c.from; i < c.to; i++)
        if (rank[r->bucket[i].state[ribbon]] > rank[worst])
            worst = r->bucket[i].state[ribbon];
    return worst;
}

static void print_ribbon(FILE *out, const struct record *r, uint32_t ribbon,
                         bool colour)
{
    static const char *const codes[] = {"32", "31", "33", "0"};
    fprintf(out, "%7s |", ribbon == 0 ? "breaker" : "");
    for (uint32_t i = 0; i < columns(r); i++) {
        uint8_t state = worst_state(r, column(r, i), ribbon);
        put(out, state_letters[state], codes[state], colour);
    }
    fputc('\n', out);
}

/* Breakers that never opened have nothing to show. */
static void print_ribbons(FILE *out, const struct record *r, bool colour)
{
    uint32_t shown = r->ribbons < RIBBONS ? r->ribbons : RIBBONS;
    if (r->opens == 0)
        return;
    for (uint32_t ribbon = 0; ribbon < shown; ribbon++)
        print_ribbon(out, r, ribbon, colour);
    if (r->ribbons > shown)
        fprintf(out, "%7s |  and more breakers\n", "");
}

static void print_time(FILE *out, const struct record *r)
{
    char line[COLUMNS + 16];
    bool faulty = r->fault_from > 0 || r->fault_to < r->run;
    fprintf(out, "%7s +", faulty ? "fault" : "");
    for (uint32_t i = 0; i < columns(r); i++) {
        struct column c = column(r, i);
        int64_t middle = (int64_t)(c.from + c.to) * r->width / 2;
        fputc(faulty && middle >= r->fault_from && middle < r->fault_to ? '~' : '-',
              out);
    }
    memset(line, ' ', sizeof line);
    for (uint32_t i = 0; i < columns(r); i += 10) {
        char mark[24];
        int n = snprintf(mark, sizeof mark, "%lld",
                         (long long)((int64_t)column(r, i).from * r->width / SIM_S));
        memcpy(line + i, mark, (size_t)n);
    }
    line[columns(r) + 4] = '\0';
    fprintf(out, "\n%8s %s s\n", "", line);
}

void picture_print(FILE *out, const char *title, const struct record *r,
                   const struct picture_axes *axes, bool colour)
{
    struct picture_axes own = axes != NULL ? *axes : (struct picture_axes){0, 0};
    if (own.offered_per_s == 0)
        picture_widen(&own, r);
    fprintf(out, "%s\n", title);
    print_stack(out, r, own.offered_per_s, colour);
    print_attempts(out, r, own.attempts_per_s);
    print_ribbons(out, r, colour);
    print_time(out, r);
    fprintf(out, "%9scalls to the backend: 9 is %u a second\n", "", own.attempts_per_s);
}

void picture_legend(FILE *out, bool colour)
{
    fprintf(out, "%9s", "");
    for (uint32_t o = 0; o < OUTCOMES; o++) {
        put(out, letters[o], colours[o], colour);
        fprintf(out, " %s   ", meanings[o]);
    }
    fprintf(out, "\n%9sbreaker: . closed   # open   ? half-open     ~ the fault\n", "");
}
