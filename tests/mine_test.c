/* mine_test.c - the reader of mine.txt and tune.txt: what it says of what is wrong, and
 * which call a move speaks of. */
#include "court.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define KNOBS "knobs failures_to_open 2, open_ms 1000\n"
#define HEAD KNOBS "script a\n"
#define FIVE "01234567890123456789012345678901234567890123456789"

static struct mine mine;
static struct mine_error error;

static bool parse(const char *text)
{
    return mine_parse(&mine, text, strlen(text), &error);
}

static const struct {
    const char *text;
    int line;
    const char *found, *allowed;
} wrong[] = {
    {"0 allow\n", 1, "a move", "script and a name"},
    {"script a\n0 allow", 1, "a script", "a line of knobs above it"},
    {"knobs\n", 1, "no knob", "failures_to_open"},
    {"# x\n\nknob open_ms 1", 3, "\"knob\"", "knobs, script, or a move"},
    {"knobs opn_ms 1", 1, "\"opn_ms\"", "such as open_ms"},
    {"knobs open_ms 1, open_ms 2", 1, "\"open_ms\" a second time", "once"},
    {"knobs open_ms", 1, "open_ms \"\"", "0 to 3600000"},
    {"knobs open_ms -1", 1, "open_ms \"-1\"", "0 to 3600000"},
    {"knobs open_ms 1e3", 1, "open_ms \"1e3\"", "whole number"},
    {"knobs open_ms 99999999999999999999", 1, "99999999999999999999", "3600000"},
    {"knobs open_ms 1 probes_at_once 2", 1, "\"probes_at_once\" behind open_ms 1",
     "comma"},
    {"knobs open_ms 1,, probes_at_once 2", 1, "two commas", "one comma"},
    {"knobs failure_pct 50", 1, "needs a window", "agree"},
    {KNOBS "script\n0 allow", 2, "script", "a name behind it"},
    {KNOBS "script " FIVE FIVE "\n0 allow", 2, "100 letters", "at most 79"},
    {HEAD "0 allow\nscript a\n0 allow", 4, "\"a\", as in line 2", "another name"},
    {HEAD, 2, "without moves", "moves below it"},
    {HEAD "script b\n0 allow", 2, "without moves", "moves below it"},
    {HEAD "0 allow\n" KNOBS "1 ok", 5, "a move", "script and a name"},
    {HEAD "0 alow", 3, "\"alow\"", "allow, refuse, ok"},
    {HEAD "0", 3, "\"\"", "allow, refuse, ok"},
    {HEAD "0 allow,, 1 ok", 3, "two commas", "one comma"},
    {HEAD "0 allow 1 ok", 3, "\"1\" behind allow", "a comma before it"},
    {HEAD "0 allow a b", 3, "behind allow", "a comma before it"},
    {HEAD "0 closed a", 3, "\"a\" behind closed", "no name"},
    {HEAD "0 allow abcdefghijklmnop", 3, "abcdefghijklmnop", "at most 15"},
    {HEAD "0x1 allow", 3, "\"0x1\"", "a time in ms"},
    {HEAD "1000000000000001 allow", 3, "\"1000000000000001\"", "10^15"},
    {HEAD "0 ok", 3, "no call is open", "asked for above"},
    {HEAD "0 allow, 1 ok, 2 ok", 3, "2 ok, but no call is open", "asked for above"},
    {HEAD "0 refuse, 1 ok", 3, "no call is open", "asked for above"},
    {HEAD "0 allow a, 1 ok b", 3, "1 ok b", "asked for above"},
    {HEAD "0 allow a, 1 allow a", 3, "1 allow a, but a call a is under way",
     "another name"},
    {HEAD "0 allow a,\n1 allow b, 1 ok b,\n2 refuse a", 5, "2 refuse a, but a call a",
     "first what became"},
    {HEAD "0 allow\x1b[31m", 3, "the byte 27", "text"},
    {HEAD "0 al\xff\xfew", 3, "\"al??w\"", "allow"},
};

START_TEST(says_what_is_wrong)
{
    ck_assert_msg(!parse(wrong[_i].text), "was taken: %s", wrong[_i].text);
    ck_assert_int_eq(error.line, wrong[_i].line);
    ck_assert_msg(strstr(error.found, wrong[_i].found) != NULL, "found: %s",
                  error.found);
    ck_assert_msg(strstr(error.allowed, wrong[_i].allowed) != NULL, "allowed: %s",
                  error.allowed);
}
END_TEST

static const char *const right[] = {
    "",
    "# only a comment",
    "\n\n\r\n",
    HEAD "0 allow",
    HEAD "0 allow,\n1 ok,\n",
    HEAD "0 allow # so\n# and\n\t1 ok # on",
    "knobs open_ms 1,failures_to_open 2\r\nscript with many words, and a comma\r\n0 "
    "allow\r\n",
    HEAD "5 allow, 3 fail\n" KNOBS "script b\n0 half-open",
    HEAD "0 refuse a, 1 ok a, 2 allow b, 3 ok b, 4 fail b",
    HEAD "0 allow a, 1 ok a, 2 allow a, 3 fail, 4 allow a, 4 refuse b, 4 refuse b",
    HEAD "0 allow a\nscript b\n0 allow a"};

START_TEST(takes_what_is_right)
{
    ck_assert_msg(parse(right[_i]), "line %d: found %s, allowed %s", error.line,
                  error.found, error.allowed);
}
END_TEST

/* Bounds: one more than may be is an error, so many are not. */
static char text[2 * MINE_BYTES_MAX];

static bool parse_many(int times, const char *head, const char *format)
{
    size_t n = (size_t)snprintf(text, sizeof text, "%s", head);
    for (int i = 0; i < times; i++)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        n += (size_t)snprintf(text + n, sizeof text - n, format, i, i);
#pragma GCC diagnostic pop
    return mine_parse(&mine, text, n, &error);
}

START_TEST(has_bounds)
{
    ck_assert(parse_many(MINE_PERMITS_MAX, HEAD, "%d allow\n"));
    ck_assert(!parse_many(MINE_PERMITS_MAX + 1, HEAD, "%d allow\n"));
    ck_assert(parse_many(MINE_SCRIPTS_MAX, KNOBS, "script s%d\n%d allow\n"));
    ck_assert(!parse_many(MINE_SCRIPTS_MAX + 1, KNOBS, "script s%d\n%d allow\n"));
    ck_assert(parse_many(MINE_MOVES_MAX, HEAD, "%d open\n"));
    ck_assert(!parse_many(MINE_MOVES_MAX + 1, HEAD, "%d open\n"));
    memset(text, '#', sizeof text);
    ck_assert(mine_parse(&mine, text, MINE_LINE_MAX, &error));
    ck_assert(!mine_parse(&mine, text, MINE_LINE_MAX + 1, &error));
    for (size_t i = 0; i < sizeof text; i += 2)
        text[i] = '\n';
    ck_assert(mine_parse(&mine, text, MINE_BYTES_MAX, &error));
    ck_assert(!mine_parse(&mine, text, MINE_BYTES_MAX + 1, &error));
}
END_TEST

START_TEST(knows_whose_move)
{
    static const int permit[] = {0, 1, 2, 0, 3, 3, 1, -1};
    ck_assert(parse(HEAD "0 allow a, 0 allow, 0 refuse c, 1 ok, 2 allow a, 3 fail a,"
                         "4 ok, 5 closed"));
    ck_assert_int_eq(mine.script[0].count, 8);
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(mine.move[i].permit, permit[i]);
}
END_TEST

START_TEST(reads_tune)
{
    struct breaker_config knobs;
    const char *good = "# x\nopen_ms 5000\n\nfailures_to_open 3, probes_at_once 2\n";
    const char *bad = "open_ms 5\nopen_ms 6\n";
    ck_assert(mine_parse_knobs(&knobs, good, strlen(good), &error));
    ck_assert_uint_eq(knobs.open_ms, 5000);
    ck_assert_uint_eq(knobs.probes_at_once, 2);
    ck_assert_uint_eq(knobs.window_calls, 0);
    ck_assert(!mine_parse_knobs(&knobs, bad, strlen(bad), &error));
    ck_assert_int_eq(error.line, 2);
    bad = "window_calls 5\n";
    ck_assert(!mine_parse_knobs(&knobs, bad, strlen(bad), &error));
    ck_assert_int_eq(error.line, 0);
    ck_assert_ptr_nonnull(strstr(error.found, "without a rate"));
    bad = "open_ms 5 s\n";
    ck_assert(!mine_parse_knobs(&knobs, bad, strlen(bad), &error));
    ck_assert_str_eq(error.found, "\"s\" behind open_ms 5");
    ck_assert_ptr_nonnull(strstr(error.allowed, "one knob on a line"));
}
END_TEST

START_TEST(reads_files)
{
    size_t bytes;
    ck_assert_ptr_null(mine_file("tests/no-such.txt", &bytes, &error));
    ck_assert_int_gt((int)strlen(error.found), 0);
    ck_assert_ptr_null(mine_file("tests", &bytes, &error));
    char *read = mine_file("solutions/00-green-first/mine.txt", &bytes, &error);
    ck_assert_ptr_nonnull(read);
    ck_assert(mine_parse(&mine, read, bytes, &error));
    ck_assert(mine_as_shipped(&mine));
    free(read);
}
END_TEST

/* --- a play ----------------------------------------------------------------------- */

static const struct breaker_code reference = {
    "reference", breaker_init, breaker_acquire, breaker_record, breaker_state_at};

static struct court_play play(const char *script)
{
    ck_assert_msg(parse(script), "line %d: %s", error.line, error.found);
    return court_play(&reference, &mine, &mine.script[0], NULL);
}

static const struct {
    const char *text;
    bool as_shipped;
} written[] = {
    {"# nothing", true},
    {KNOBS "script an example: it starts closed\n0 closed, 0 allow, 5 ok, 5 closed",
     true},
    {HEAD "0 closed, 0 allow, 5 ok, 5 closed", false},
    {KNOBS "script an example: it starts closed\n0 closed, 0 allow, 5 fail, 5 closed",
     false},
    {KNOBS "script an example: it starts closed\n0 closed", false},
    {HEAD
     "0 closed\nscript an example: it starts closed\n0 closed, 0 allow, 5 ok, 5 closed",
     false},
};

START_TEST(knows_the_example)
{
    ck_assert(parse(written[_i].text));
    ck_assert_int_eq(mine_as_shipped(&mine), written[_i].as_shipped);
}
END_TEST

START_TEST(plays)
{
    ck_assert_ptr_null(
        play(HEAD "0 allow, 1 fail, 2 allow, 3 fail, 3 open, 4 refuse").move);
    struct court_play it =
        play(HEAD "0 allow, 1 fail, 2 allow, 3 fail, 4 allow, 5 fail");
    ck_assert_ptr_eq(it.move, &mine.move[4]);
    ck_assert_str_eq(it.did, "refused");
    ck_assert_str_eq(it.wanted, "let through");
    it = play(HEAD "0 half-open");
    ck_assert_str_eq(it.did, "closed");
    ck_assert_ptr_null(
        play("knobs failures_to_open 1, open_ms 1000, open_jitter_pct 50\n"
             "script a\n0 allow, 0 fail, 499 refuse, 1000 allow")
            .move);
    ck_assert_ptr_nonnull(
        play("knobs failures_to_open 1, open_ms 1000, open_jitter_pct 50\n"
             "script a\n0 allow, 0 fail, 990 allow")
            .move);
}
END_TEST

/* --- who is accused --------------------------------------------------------------- */

/* One that never lets a call through: for these tests it is as right as the other. */
static struct breaker_permit refuse_all(struct breaker *breaker, int64_t now_ms)
{
    (void)breaker;
    (void)now_ms;
    return (struct breaker_permit){.granted = false};
}

static const struct breaker_code both[] = {
    {"reference", breaker_init, breaker_acquire, breaker_record, breaker_state_at},
    {"refuses", breaker_init, refuse_all, breaker_record, breaker_state_at},
    {NULL, NULL, NULL, NULL, NULL}};

#define JITTER "knobs failures_to_open 1, open_ms 1000, open_jitter_pct 50\nscript a\n"

static const struct {
    const char *text, *right, *why;
} accusing[] = {
    {HEAD "0 closed", NULL, ""},
    {HEAD "0 open", "reference", "No correct breaker"},
    {HEAD "0 allow", "refuses", "leaves it open"},
    {HEAD "0 refuse", "reference", "leaves it open"},
    {JITTER "0 allow, 0 fail, 750 refuse", "reference", "every seed"},
    {JITTER "0 allow, 0 fail, 1000 refuse", "reference", "No correct breaker"},
};

static bool is_called(const struct breaker_code *code, const char *name)
{
    if (code == NULL || name == NULL)
        return code == NULL && name == NULL;
    return strcmp(code->name, name) == 0;
}

START_TEST(says_why_a_script_is_wrong)
{
    ck_assert(parse(accusing[_i].text));
    struct court_error it = court_accuses(both, &mine, &mine.script[0]);
    bool draws = mine.script[0].knobs.open_jitter_pct > 0;
    const char *why = it.why != NULL ? it.why : "";
    ck_assert(is_called(it.right, accusing[_i].right));
    ck_assert_msg(strstr(why, accusing[_i].why) != NULL, "why: %s", why);
    ck_assert_int_eq(it.play.seed > 0, draws);
}
END_TEST

static const struct unit_case mine_cases[] = {
    {"wrong", &says_what_is_wrong, UNIT_ROWS(wrong)},
    {"right", &takes_what_is_right, UNIT_ROWS(right)},
    {"bounds", &has_bounds, 0},
    {"permits", &knows_whose_move, 0},
    {"tune", &reads_tune, 0},
    {"files", &reads_files, 0},
    {"example", &knows_the_example, UNIT_ROWS(written)},
    {"plays", &plays, 0},
    {"accuses", &says_why_a_script_is_wrong, UNIT_ROWS(accusing)},
};

int main(void)
{
    return unit_run("mine", mine_cases, sizeof mine_cases / sizeof *mine_cases);
}
