/* explore_story.c - a path as a table that a person can read: a line per move, a column
 * for each environment that acts, one for the item in the store, one for the backend.
 *
 * A move is told where it happens; what it causes at once stands in the same line. What
 * goes wrong begins with "!". */
#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "explore.h"
#include "explore_words.h"

enum { COLUMNS = EXPLORE_ENVS_MAX + 3, TEXT = 200, TIME = 0, LINES_MAX = 8 };

struct story {
    FILE *out;
    const struct explore_config *config;
    struct explore_world *world;
    struct explore_state state;
    bool colour;
    bool acts[EXPLORE_ENVS_MAX];
    uint32_t shown_tick; /* the time that stands in the table so far, plus one */
};

/* A line of the table before it is broken into columns: time, environments, item,
 * backend. */
struct row {
    char cell[COLUMNS][TEXT];
    bool fault, last;
};
enum { ITEM = COLUMNS - 2, BACKEND = COLUMNS - 1 };

static const int widths[COLUMNS] = {5, 25, 25, 25, 24, 13};

__attribute__((format(printf, 3, 4))) static void say(struct row *row, uint32_t column,
                                                      const char *format, ...)
{
    va_list args;
    size_t at = strlen(row->cell[column]);
    va_start(args, format);
    vsnprintf(row->cell[column] + at, TEXT - at, format, args);
    va_end(args);
}

/* --- the table -------------------------------------------------------------------- */

static bool has_column(const struct story *s, uint32_t column)
{
    return column == TIME || column >= ITEM || s->acts[column - 1];
}

/* How much of the text fits in a line of the cell: up to a blank, if there is one. */
static size_t fits(const char *text, size_t width)
{
    size_t n = strlen(text), cut = width;
    if (n <= width)
        return n;
    while (cut > 0 && text[cut] != ' ')
        cut--;
    return cut > 0 ? cut : width;
}

static void print_line(const struct story *s, const char *rest[COLUMNS])
{
    char line[COLUMNS * 32];
    size_t end = 0, at = 0;
    for (uint32_t c = 0; c < COLUMNS; c++) {
        if (!has_column(s, c))
            continue;
        size_t width = (size_t)widths[c], n = fits(rest[c], width);
        memset(line + at, ' ', width + 2);
        memcpy(line + at, rest[c], n);
        if (n > 0)
            end = at + n;
        at += width + 2;
        rest[c] += n;
        while (*rest[c] == ' ')
            rest[c]++;
    }
    fprintf(s->out, "%.*s\n", (int)end, line);
}

static void print_row(const struct story *s, const struct row *row)
{
    const char *rest[COLUMNS];
    bool more = true;
    for (uint32_t c = 0; c < COLUMNS; c++)
        rest[c] = row->cell[c];
    if (s->colour && (row->fault || row->last))
        fputs(row->last ? "\033[1;31m" : "\033[33m", s->out);
    for (int i = 0; more && i < LINES_MAX; i++) {
        print_line(s, rest);
        more = false;
        for (uint32_t c = 0; c < COLUMNS; c++)
            more = more || (has_column(s, c) && *rest[c] != '\0');
    }
    if (s->colour && (row->fault || row->last))
        fputs("\033[0m", s->out);
}

static void print_head(struct story *s)
{
    struct row head = {.fault = false}, rule = {.fault = false},
               first = {.fault = false};
    say(&head, TIME, "time");
    for (uint32_t i = 0; i < s->config->environments; i++) {
        int offset = s->config->offset[i];
        say(&head, i + 1, "%s", words_name(i, 0).text);
        if (offset != 0)
            say(&head, i + 1, " (its clock is %s %s)",
                words_tick(s->config, offset > 0 ? offset : -offset).text,
                offset > 0 ? "ahead" : "behind");
    }
    say(&head, ITEM, "the item in the store");
    say(&head, BACKEND, "the backend");
    for (uint32_t c = 0; c < COLUMNS; c++)
        for (int i = 0; i < widths[c]; i++)
            say(&rule, c, "-");
    say(&first, TIME, "%s", words_tick(s->config, 0).text);
    say(&first, ITEM, "no item");
    say(&first, BACKEND, "is down");
    print_row(s, &head);
    print_row(s, &rule);
    print_row(s, &first);
}

/* --- what an environment does ----------------------------------------------------- */

static void say_news(const struct story *s, struct row *row, uint32_t column,
                     const struct explore_did *did)
{
    switch (did->news) {
    case CALLER_START:
        say(row, column, "a request: ");
        break;
    case CALLER_REPLY:
    case CALLER_TIMEOUT:
        say(row, column,
            did->status == 0 ? "no answer in time: " : "%d: ", did->status);
        break;
    case CALLER_WOKE:
        say(row, column, "awake: ");
        break;
    case CALLER_ITEM:
        say(row, column, "sees %s: ", words_item(s->world, s->config, did->item).text);
        break;
    case CALLER_SAVED:
        say(row, column, "it is written: ");
        break;
    case CALLER_CONFLICT:
        say(row, column, "too late, it is %s: ",
            did->item > 0 ? words_item(s->world, s->config, did->item).text
                          : "something else");
        break;
    case CALLER_STORE_FAILED:
        say(row, column, "! no word from the store: ");
        row->fault = true;
        break;
    }
}

static const char *const answers[CALLER_ANSWERS] = {
    [CALLER_FRESH] = "answers its user",
    [CALLER_STALE] = "answers with something old",
    [CALLER_REFUSED] = "refuses",
    [CALLER_FAILED] = "tells its user that it failed",
    [CALLER_TIMED_OUT] = "tells its user that it took too long"};

static void say_wish(const struct story *s, struct row *row, uint32_t who,
                     const struct explore_did *did, const struct explore_state *after)
{
    uint32_t item;
    switch (did->wish) {
    case CALLER_CALL:
        say(row, who + 1, did->probe ? "PROBES the backend" : "calls the backend");
        break;
    case CALLER_SLEEP:
        say(row, who + 1, "sleeps");
        break;
    case CALLER_LOAD:
        say(row, who + 1, "asks for the item");
        break;
    case CALLER_SAVE:
        item = explore_try_save(s->world, after, who);
        say(row, who + 1, "wants to write %s",
            item > 0 ? words_item(s->world, s->config, item).text : "what may not be");
        break;
    case CALLER_ANSWER:
        say(row, who + 1, "%s", answers[did->answer]);
        break;
    }
}

/* --- what happens elsewhere ------------------------------------------------------- */

static void say_write(const struct story *s, struct row *row, const char *name,
                      const struct explore_did *did)
{
    if (did->wrote)
        say(row, ITEM, "%s writes: %s", name,
            words_item(s->world, s->config, did->after).text);
    else
        say(row, ITEM, "%s may not write", name);
}

static void say_fault(struct row *row, enum explore_fault fault, uint32_t who,
                      const char *name)
{
    static const char *const at_store[EXPLORE_FAULTS] = {
        [EXPLORE_ERROR] = "an error for",
        [EXPLORE_LOST] = "lost is the answer to",
        [EXPLORE_LATE] = "still on its way is the write of",
        [EXPLORE_STALE] = "what was there before is shown to"};
    assert(fault < EXPLORE_FAULTS);
    row->fault = true;
    if (fault == EXPLORE_CRASH)
        say(row, who + 1, "! crashes; another takes its place");
    else if (fault == EXPLORE_PAUSE)
        say(row, who + 1, "! stands still");
    else if (fault == EXPLORE_DEAD)
        say(row, ITEM, "! dead from here on");
    else
        say(row, ITEM, "! %s %s", at_store[fault], name);
}

static void say_place(const struct story *s, struct row *row, struct explore_move move,
                      const struct explore_did *did, const struct explore_state *before)
{
    struct words mover = words_name(move.who, before->env[move.who].life);
    struct words sender = words_name(before->orphan_who, before->orphan_life);
    const char *name = mover.text;
    switch ((enum explore_kind)move.kind) {
    case MOVE_SERVE:
        if (did->touched)
            say_write(s, row, name, did);
        else
            say(row, ITEM, "%s reads: %s", name,
                words_item(s->world, s->config, before->item).text);
        break;
    case MOVE_ARRIVE:
        say(row, ITEM, "! late: ");
        say_write(s, row, sender.text, did);
        row->fault = true;
        break;
    case MOVE_GOOD:
        say(row, BACKEND, "answers %s", name);
        break;
    case MOVE_BAD:
        say(row, BACKEND, did->status == 0 ? "hangs for %s" : "fails %s", name);
        break;
    case MOVE_WELL:
        say(row, BACKEND, "is WELL again");
        break;
    case MOVE_TICK:
    case MOVE_START:
    case MOVE_HEAR:
    case MOVE_WAKE:
    case MOVE_GIVE_UP:
        break;
    case MOVE_FAULT:
    case MOVE_KINDS:
    default:
        say_fault(row, (enum explore_fault)(move.kind - MOVE_FAULT), move.who, name);
        break;
    }
}

static void tell_move(struct story *s, struct explore_move move,
                      const struct explore_did *did, const struct explore_state *after,
                      bool last)
{
    struct row row = {.last = last};
    say_place(s, &row, move, did, &s->state);
    if (did->stepped) {
        say_news(s, &row, move.who + 1u, did);
        say_wish(s, &row, move.who, did, after);
    }
    if (after->tick + 1u != s->shown_tick)
        say(&row, TIME, "%s", words_tick(s->config, after->tick).text);
    s->shown_tick = after->tick + 1u;
    print_row(s, &row);
}

/* --- the ending ------------------------------------------------------------------- */

/* One that differs from the one before it in nothing but the time is left out. */
static void tell_tick(struct story *s, struct row *row, struct row *before)
{
    if (!s->state.dead)
        say(row, ITEM, "%s", words_item(s->world, s->config, s->state.item).text);
    if (memcmp(row, before, sizeof *row) != 0) {
        *before = *row;
        say(row, TIME, "%s", words_tick(s->config, s->state.tick).text);
        print_row(s, row);
    }
    memset(row, 0, sizeof *row);
}

static void tell_ending(struct story *s, bool dead)
{
    struct explore_move move;
    struct explore_did did;
    struct row row, before;
    memset(&row, 0, sizeof row);
    memset(&before, 0, sizeof before);
    uint32_t until = s->state.tick + s->config->patience;
    fprintf(s->out,
            "\nFrom here on the backend is well and %s. Each environment ends what it "
            "does\nand makes a call in each tick; at the end of each:\n\n",
            dead ? "the store is dead" : "nothing fails");
    memset(s->acts, true, s->config->environments * sizeof *s->acts);
    explore_live_enter(&s->state, dead);
    while (s->state.tick < until &&
           explore_live_next(s->world, s->config, &s->state, &move, &did)) {
        if (did.stepped && did.wish == CALLER_ANSWER)
            snprintf(row.cell[move.who + 1], TEXT, "%s", answers[did.answer]);
        if (move.kind == MOVE_TICK)
            tell_tick(s, &row, &before);
    }
    fprintf(s->out, "... and so on until %s.\n",
            words_tick(s->config, s->state.tick).text);
}

/* --- the whole -------------------------------------------------------------------- */

void explore_story(FILE *out, const struct explore_config *config,
                   const struct explore_result *result, bool colour)
{
    struct story s = {.out = out,
                      .config = config,
                      .world = explore_world_new(config),
                      .colour = colour,
                      .shown_tick = 1};
    struct explore_state after;
    struct explore_did did;
    struct explore_broken broken;
    for (uint32_t i = 0; i < result->length; i++)
        if (!explore_is_global(result->path[i]))
            s.acts[result->path[i].who] = true;
    explore_begin(s.world, &s.state);
    print_head(&s);
    for (uint32_t i = 0; i < result->length; i++) {
        bool possible =
            explore_move(s.world, &s.state, result->path[i], &after, &did, &broken);
        assert(possible);
        tell_move(&s, result->path[i], &did, &after,
                  i + 1 == result->length && result->broken.rule != EXPLORE_STUCK);
        s.state = after;
    }
    if (result->broken.rule == EXPLORE_STUCK)
        tell_ending(&s, result->stuck_dead);
    if (result->broken.rule != EXPLORE_NO_RULE)
        fprintf(out, "\nBroken: %s, %s.\n%s.\n",
                explore_rules[result->broken.rule].name,
                explore_rules[result->broken.rule].about, result->broken.why);
    explore_world_free(s.world);
}
