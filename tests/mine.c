/* mine.c - reads mine.txt: see mine.h. One line after the other is copied out of the
 * text, its comment cut off, and read as what its first word says it is. */
#include "mine_read.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const mine_words[MINE_WORDS] = {"allow",  "refuse", "ok",   "fail",
                                            "ignore", "closed", "open", "half-open"};

/* --- moves ------------------------------------------------------------------------ */

static enum mine_word find_word(const char *word)
{
    int i = 0;
    while (i < MINE_WORDS && strcmp(mine_words[i], word) != 0)
        i++;
    return (enum mine_word)i;
}

/* A question gets a permit of its own. If it is not answered as the script wants the
 * script has ended, so which permits are open is known beforehand. */
static bool new_permit(struct reader *r, struct mine_script *script,
                       struct mine_move *move)
{
    for (int i = 0; i < script->permits && move->name[0] != '\0'; i++)
        if (r->open[i] && strcmp(r->name[i], move->name) == 0)
            return mine_wrong(r, "another name, or first what became of that one",
                              "%" PRId64 " %s %s, but a call %s is under way",
                              move->at_ms, mine_words[move->word], move->name,
                              move->name);
    if (script->permits == MINE_PERMITS_MAX)
        return mine_wrong(r, "1000 in a script", "one question too many");
    move->permit = script->permits++;
    r->open[move->permit] = move->word == MINE_ALLOW;
    memcpy(r->name[move->permit], move->name, sizeof move->name);
    return true;
}

/* The newest of that name, or else the oldest that is open. */
static bool old_permit(struct reader *r, const struct mine_script *script,
                       struct mine_move *move)
{
    move->permit = -1;
    for (int i = script->permits - 1; i >= 0 && move->permit < 0; i--)
        if (move->name[0] != '\0' && strcmp(r->name[i], move->name) == 0)
            move->permit = i;
    for (int i = 0; i < script->permits && move->permit < 0; i++)
        if (move->name[0] == '\0' && r->open[i])
            move->permit = i;
    if (move->permit < 0)
        return mine_wrong(r, "a call that was asked for above",
                          move->name[0] != '\0' ? "%" PRId64 " %s %s"
                                                : "%" PRId64
                                                  " %s%s, but no call is open",
                          move->at_ms, mine_words[move->word], move->name);
    r->open[move->permit] = false;
    return true;
}

static bool read_name(struct reader *r, char *piece, struct mine_move *move)
{
    char *name = mine_next_word(&piece);
    if (name == NULL)
        return true;
    if (!isalpha((unsigned char)*name) || mine_next_word(&piece) != NULL)
        return mine_wrong(
            r, "a comma before it, or a call's name, which begins with a letter",
            "\"%.40s\" behind %s", name, mine_words[move->word]);
    if (move->word >= MINE_CLOSED)
        return mine_wrong(r, "no name: a state belongs to no call",
                          "\"%.40s\" behind %s", name, mine_words[move->word]);
    if (strlen(name) >= sizeof move->name)
        return mine_wrong(r, "names of at most 15 letters", "\"%.40s\"", name);
    memcpy(move->name, name, strlen(name) + 1);
    return true;
}

static bool read_move(struct reader *r, char *piece, struct mine_script *script,
                      struct mine_move *move)
{
    *move = (struct mine_move){.permit = -1};
    char *time = mine_next_word(&piece), *word = mine_next_word(&piece);
    if (time == NULL)
        return mine_wrong(r, "one comma between two moves", "two commas");
    if (!mine_read_number(time, MINE_TIME_MAX, &move->at_ms))
        return mine_wrong(r, "a time in ms, a whole number of at most 10^15",
                          "\"%.40s\"", time);
    move->word = find_word(word != NULL ? word : "");
    if (move->word == MINE_WORDS)
        return mine_wrong(r, "allow, refuse, ok, fail, ignore, closed, open, half-open",
                          "\"%.40s\"", word != NULL ? word : "");
    if (!read_name(r, piece, move))
        return false;
    if (move->word >= MINE_CLOSED)
        return true;
    return move->word <= MINE_REFUSE ? new_permit(r, script, move)
                                     : old_permit(r, script, move);
}

static bool read_moves(struct reader *r, struct mine *mine)
{
    char *rest = r->text;
    if (!r->in_script)
        return mine_wrong(r, "a line of its own above it: script and a name", "a move");
    struct mine_script *script = &mine->script[mine->scripts - 1];
    for (char *piece = mine_next_piece(&rest); piece != NULL;
         piece = mine_next_piece(&rest)) {
        if (mine->moves == MINE_MOVES_MAX)
            return mine_wrong(r, "12000 in a file", "one move too many");
        if (!read_move(r, piece, script, &mine->move[mine->moves]))
            return false;
        mine->moves++;
        script->count++;
    }
    return true;
}

/* --- scripts ---------------------------------------------------------------------- */

static bool end_script(struct reader *r, const struct mine *mine)
{
    if (mine->scripts == 0 || mine->script[mine->scripts - 1].count > 0)
        return true;
    r->line = mine->script[mine->scripts - 1].line;
    return mine_wrong(r, "moves below it, such as 0 allow", "a script without moves");
}

static bool same_name(struct reader *r, const struct mine *mine, const char *name)
{
    for (int i = 0; i < mine->scripts; i++)
        if (strcmp(mine->script[i].name, name) == 0)
            return !mine_wrong(r, "another name", "\"%.40s\", as in line %d", name,
                               mine->script[i].line);
    return false;
}

static bool read_script(struct reader *r, struct mine *mine, char *rest)
{
    int line = r->line;
    if (!end_script(r, mine))
        return false;
    r->line = line;
    char *name = mine_skip_spaces(rest);
    for (size_t n = strlen(name); n > 0 && strchr(" \t", name[n - 1]) != NULL; n--)
        name[n - 1] = '\0';
    if (!r->has_knobs)
        return mine_wrong(r, "a line of knobs above it", "a script");
    if (*name == '\0')
        return mine_wrong(r, "a name behind it, such as: it starts closed", "script");
    if (strlen(name) >= sizeof mine->script[0].name)
        return mine_wrong(r, "at most 79 letters", "a name of %zu letters",
                          strlen(name));
    if (mine->scripts == MINE_SCRIPTS_MAX)
        return mine_wrong(r, "300 in a file", "one script too many");
    if (same_name(r, mine, name))
        return false;
    struct mine_script *script = &mine->script[mine->scripts++];
    *script =
        (struct mine_script){.line = r->line, .knobs = r->knobs, .first = mine->moves};
    memcpy(script->name, name, strlen(name) + 1);
    mine_make_printable(script->name);
    return r->in_script = true;
}

/* --- lines ------------------------------------------------------------------------ */

/* The next line without its comment; false at the end, or with an error. */
static bool next_line(struct reader *r)
{
    if (r->at == r->end)
        return false;
    const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
    const char *stop = newline != NULL ? newline : r->end;
    size_t bytes = (size_t)(stop - r->at);
    r->line++;
    if (bytes > MINE_LINE_MAX)
        return mine_wrong(r, "at most 1000", "a line of %zu characters", bytes);
    memcpy(r->text, r->at, bytes);
    r->text[bytes] = '\0';
    r->at = newline != NULL ? newline + 1 : r->end;
    if (bytes > 0 && r->text[bytes - 1] == '\r')
        r->text[--bytes] = '\0';
    for (size_t i = 0; i < bytes; i++)
        if (iscntrl((unsigned char)r->text[i]) && r->text[i] != '\t')
            return mine_wrong(r, "text", "the byte %d", (unsigned char)r->text[i]);
    r->text[strcspn(r->text, "#")] = '\0';
    return true;
}

static bool begin(struct reader *r, const char *text, size_t bytes,
                  struct mine_error *error)
{
    *error = (struct mine_error){.line = 0};
    *r = (struct reader){.at = text, .end = text + bytes, .error = error};
    if (bytes > MINE_BYTES_MAX)
        return mine_wrong(r, "at most 200000", "a file of %zu bytes", bytes);
    return true;
}

static bool read_line(struct reader *r, struct mine *mine)
{
    char *rest = mine_skip_spaces(r->text);
    if (*rest == '\0')
        return true;
    if (isdigit((unsigned char)*rest) || *rest == ',')
        return read_moves(r, mine);
    char *word = mine_next_word(&rest);
    if (strcmp(word, "script") == 0)
        return read_script(r, mine, rest);
    if (strcmp(word, "knobs") != 0)
        return mine_wrong(r, "knobs, script, or a move such as 0 allow", "\"%.40s\"",
                          word);
    r->in_script = false;
    return end_script(r, mine) && mine_read_knobs(r, rest);
}

static bool failed(const struct mine_error *error)
{
    return error->found[0] != '\0';
}

bool mine_parse(struct mine *mine, const char *text, size_t bytes,
                struct mine_error *error)
{
    struct reader r;
    mine->scripts = mine->moves = 0;
    if (!begin(&r, text, bytes, error))
        return false;
    while (next_line(&r))
        if (!read_line(&r, mine))
            return false;
    return !failed(error) && end_script(&r, mine);
}

/* The example of mine.txt as shipped; with other moves below its name it is no more. */
static bool is_example(const struct mine *mine, const struct mine_script *script)
{
    static const struct {
        int64_t at_ms;
        enum mine_word word;
    } moves[] = {{0, MINE_CLOSED}, {0, MINE_ALLOW}, {5, MINE_OK}, {5, MINE_CLOSED}};
    int same = 0, count = sizeof moves / sizeof moves[0];
    for (int i = 0; i < count && i < script->count; i++) {
        const struct mine_move *move = &mine->move[script->first + i];
        same += move->at_ms == moves[i].at_ms && move->word == moves[i].word;
    }
    return strcmp(script->name, "an example: it starts closed") == 0 &&
           script->count == count && same == count;
}

bool mine_as_shipped(const struct mine *mine)
{
    return mine->scripts == 0 ||
           (mine->scripts == 1 && is_example(mine, &mine->script[0]));
}

bool mine_parse_knobs(struct breaker_config *knobs, const char *text, size_t bytes,
                      struct mine_error *error)
{
    struct reader r;
    uint32_t seen = 0;
    if (!begin(&r, text, bytes, error))
        return false;
    r.knob_a_line = true;
    while (next_line(&r)) {
        char *rest = mine_skip_spaces(r.text);
        for (char *piece = mine_next_piece(&rest); piece != NULL;
             piece = mine_next_piece(&rest))
            if (!mine_read_knob(&r, piece, &seen))
                return false;
    }
    *knobs = r.knobs;
    r.line = 0;
    return !failed(error) && mine_sound_knobs(&r);
}

char *mine_file(const char *file, size_t *bytes, struct mine_error *error)
{
    struct reader r;
    begin(&r, "", 0, error);
    FILE *f = fopen(file, "rb");
    char *text = f != NULL ? malloc(MINE_BYTES_MAX + 1) : NULL;
    *bytes = text != NULL ? fread(text, 1, MINE_BYTES_MAX + 1, f) : 0;
    if (text == NULL || ferror(f)) {
        mine_wrong(&r, "a file that can be read", "%s", strerror(errno));
        free(text);
        text = NULL;
    }
    if (f != NULL)
        fclose(f);
    return text;
}
