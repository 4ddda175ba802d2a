/* breaker_rows.c - the breaker by example: what design and header promise, with exact
 * numbers. A script is a list of moves, each with its millisecond:
 *
 *      allow [a] [probe]    acquire; it is granted, and kept under the name a
 *      refuse [n]           acquire; it is refused, to be asked again in n ms
 *      ok, fail, ignore [a] record a; without a name, the oldest one kept
 *      is closed|open|half  what breaker_state_at shows
 *      rest n               the backend asks for n ms of rest
 *      mode auto|open|closed|watch    reset    lose a    copy a b
 *      took closed-open g   the oldest transition not yet taken, and its generation
 *      took none */
#include "breaker_test.h"

#include <stdio.h>
#include <string.h>

#include "breaker.h"

enum { NAMES = 16, WORDS = 4 };

struct player {
    struct breaker breaker;
    char name[NAMES][8];
    struct breaker_permit permit[NAMES];
    int kept;
};

static const char *const states[] = {"closed", "open", "half"};
static const char *const modes[] = {"auto", "open", "closed", "watch"};
static const char *const outcomes[] = {"ok", "fail", "ignore"};

static int find(const char *word, const char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

static int named(const struct player *p, const char *name)
{
    for (int i = 0; i < p->kept; i++)
        if (*name == '\0' || strcmp(p->name[i], name) == 0)
            return i;
    ck_abort_msg("the script names %s, which is not kept", name);
    return -1;
}

static void keep(struct player *p, const char *name, struct breaker_permit permit)
{
    ck_assert_int_lt(p->kept, NAMES);
    snprintf(p->name[p->kept], sizeof p->name[0], "%s", *name ? name : "-");
    p->permit[p->kept++] = permit;
}

static void drop(struct player *p, int i)
{
    p->kept--;
    for (; i < p->kept; i++) {
        p->permit[i] = p->permit[i + 1];
        memcpy(p->name[i], p->name[i + 1], sizeof p->name[i]);
    }
}

static const char *play_acquire(struct player *p, char w[WORDS][16], int64_t at)
{
    static char why[80];
    struct breaker_permit permit = breaker_acquire(&p->breaker, at);
    if (permit.granted != (strcmp(w[1], "allow") == 0))
        return permit.granted ? "it was allowed" : "it was refused";
    if (permit.granted) {
        if (strcmp(w[3], "probe") == 0 && !permit.probe)
            return "it was no probe";
        keep(p, w[2], permit);
    } else if (w[2][0] != '\0' && permit.retry_after_ms != atoll(w[2])) {
        snprintf(why, sizeof why, "retry_after_ms was %lld",
                 (long long)permit.retry_after_ms);
        return why;
    }
    return NULL;
}

static const char *play_took(struct player *p, char w[WORDS][16], int64_t at)
{
    struct breaker_transition t;
    char got[32] = "none";
    (void)at;
    if (breaker_take_transition(&p->breaker, &t))
        snprintf(got, sizeof got, "%s-%s", states[t.from], states[t.to]);
    if (strcmp(got, w[2]) != 0)
        return "another transition was taken";
    if (w[3][0] != '\0' && t.generation != (uint32_t)atoi(w[3]))
        return "it had another generation";
    return NULL;
}

/* NULL, or what was wrong. */
static const char *play_move(struct player *p, char w[WORDS][16])
{
    int64_t at = atoll(w[0]);
    int outcome = find(w[1], outcomes, 3);
    if (outcome >= 0) {
        int i = named(p, w[2]);
        breaker_record(&p->breaker, &p->permit[i], (enum breaker_outcome)outcome, at);
        drop(p, i);
    } else if (strcmp(w[1], "allow") == 0 || strcmp(w[1], "refuse") == 0) {
        return play_acquire(p, w, at);
    } else if (strcmp(w[1], "is") == 0) {
        int want = find(w[2], states, 3), got = (int)breaker_state_at(&p->breaker, at);
        return want == got ? NULL : states[got];
    } else if (strcmp(w[1], "took") == 0) {
        return play_took(p, w, at);
    } else if (strcmp(w[1], "rest") == 0) {
        breaker_rest(&p->breaker, at, atoll(w[2]));
    } else if (strcmp(w[1], "mode") == 0) {
        breaker_set_mode(&p->breaker, (enum breaker_mode)find(w[2], modes, 4));
    } else if (strcmp(w[1], "reset") == 0) {
        breaker_reset(&p->breaker, at);
    } else if (strcmp(w[1], "lose") == 0) {
        drop(p, named(p, w[2]));
    } else if (strcmp(w[1], "copy") == 0) {
        keep(p, w[3], p->permit[named(p, w[2])]);
    } else {
        return "the script has a word nobody knows";
    }
    return NULL;
}

static void play(const char *title, const struct breaker_config *config,
                 const char *script)
{
    struct player p = {.kept = 0};
    ck_assert_ptr_null(breaker_config_error(config));
    breaker_init(&p.breaker, config, 1);
    for (const char *s = script; s != NULL && *s != '\0'; s = strchr(s, ',')) {
        s += *s == ',';
        char move[64] = "", w[WORDS][16] = {"", "", "", ""};
        snprintf(move, sizeof move, "%.*s", (int)strcspn(s, ","), s);
        sscanf(move, " %15s %15s %15s %15s", w[0], w[1], w[2], w[3]);
        const char *wrong = play_move(&p, w);
        if (wrong != NULL)
            ck_abort_msg("%s: at '%s': %s\n    %s", title, move, wrong, script);
    }
}

#include "breaker_rows.h"

START_TEST(row)
{
    const struct row *r = &rows[_i];
    play(r->title, &r->config, r->script);
}
END_TEST

START_TEST(configuration)
{
    const struct config_row *r = &config_rows[_i];
    const char *error = breaker_config_error(&r->config);
    if (r->error == NULL)
        ck_assert_msg(error == NULL, "row %d: %s", _i, error);
    else
        ck_assert_msg(error != NULL && strstr(error, r->error) != NULL, "row %d: %s",
                      _i, error == NULL ? "no error" : error);
}
END_TEST

const struct unit_case breaker_rows_cases[] = {
    {"rows", &row, UNIT_ROWS(rows)},
    {"rows", &configuration, UNIT_ROWS(config_rows)},
};
const size_t breaker_rows_n = UNIT_ROWS(breaker_rows_cases);
