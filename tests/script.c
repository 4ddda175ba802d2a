/* script.c - reads scripts, and plays those of a breaker. */
#include "story.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PERMITS_MAX = 64 };

/* --- reading ---------------------------------------------------------------------- */

static const char *skip_spaces(const char *at)
{
    while (*at == ' ' || *at == '\n')
        at++;
    return at;
}

/* One word or number into `token`; false if it is too long to be one. */
static bool next_token(const char **at, char token[16])
{
    size_t n = strcspn(*at, " ,\n");
    if (n >= 16)
        return false;
    memcpy(token, *at, n);
    token[n] = '\0';
    *at = skip_spaces(*at + n);
    return true;
}

static bool read_number(const char *token, int64_t *number)
{
    char *end;
    int64_t value = strtoll(token, &end, 10);
    if (strcmp(token, "never") == 0)
        *number = DEADLINE_NEVER;
    else if (end != token && *end == '\0')
        *number = value;
    else
        return false;
    return true;
}

static bool read_move(const char **at, struct move *move)
{
    char token[16];
    if (!next_token(at, token) || !read_number(token, &move->at_ms))
        return false;
    if (!next_token(at, move->word) || !isalpha((unsigned char)move->word[0]))
        return false;
    while (**at != '\0' && **at != ',') {
        if (!next_token(at, token))
            return false;
        if (read_number(token, &move->number))
            move->has_number = true;
        else
            memcpy(move->name, token, sizeof token);
    }
    return true;
}

/* False at the end, or with *bad set. */
static bool try_move(const char **script, struct move *move, bool *bad)
{
    const char *at = skip_spaces(*script);
    *move = (struct move){.number = 0};
    *bad = false;
    if (*at == '\0')
        return false;
    snprintf(move->text, sizeof move->text, "%.*s", (int)strcspn(at, ",\n"), at);
    *bad = !read_move(&at, move);
    *script = *at == ',' ? at + 1 : at;
    return !*bad;
}

bool next_move(const char **script, struct move *move)
{
    bool bad;
    if (try_move(script, move, &bad))
        return true;
    if (bad)
        story_misspelt("a move that cannot be read");
    return false;
}

const char *move_head(const struct move *move)
{
    static char head[STORY_WIDTH];
    char what[48];
    const char *word = strchr(move->text, ' ');
    snprintf(what, sizeof what, "%s", word != NULL ? skip_spaces(word) : "");
    snprintf(head, sizeof head, "%6" PRId64 " ms  %-11s", move->at_ms, what);
    return head;
}

const char *script_error(const struct check_test *test)
{
    static char why[200];
    bool bad;
    struct move move;
    const char *at = test->script;
    if (at == NULL || (test->knobs == NULL) == (test->client == NULL))
        return test->body != NULL ? NULL : "neither a script with its knobs nor a body";
    while (try_move(&at, &move, &bad)) {
        if (test->knobs != NULL ? breaker_word(move.word) : client_word(move.word))
            continue;
        snprintf(why, sizeof why, "\"%s\": \"%s\" is not a word for a %s", move.text,
                 move.word, test->knobs != NULL ? "breaker" : "client");
        return why;
    }
    snprintf(why, sizeof why, "\"%s\" is not <time> <word> [name] [number]", move.text);
    return bad ? why : NULL;
}

void script_add(struct script_text *script, const char *format, ...)
{
    size_t room = sizeof script->text - (size_t)script->length;
    va_list words;
    va_start(words, format);
    int n = vsnprintf(script->text + script->length, room, format, words);
    va_end(words);
    if (n < 0 || (size_t)n >= room)
        story_misspelt("a generated script is too long");
    script->length += n;
}

/* --- a breaker on the stage ------------------------------------------------------- */

struct held {
    char name[16];
    bool open; /* not recorded yet */
    struct breaker_permit permit;
};

struct stage {
    struct breaker breaker;
    struct held held[PERMITS_MAX];
    int count;
};

/* The named permit, or the oldest open one. */
static struct held *find_permit(struct stage *stage, const struct move *move)
{
    for (int i = stage->count - 1; i >= 0 && move->name[0] != '\0'; i--)
        if (strcmp(stage->held[i].name, move->name) == 0)
            return &stage->held[i];
    for (int i = 0; i < stage->count && move->name[0] == '\0'; i++)
        if (stage->held[i].open)
            return &stage->held[i];
    char why[120];
    snprintf(why, sizeof why, "\"%s\": there is no such permit", move->text);
    story_misspelt(why);
}

static void keep_permit(struct stage *stage, const struct move *move,
                        struct breaker_permit permit)
{
    if (stage->count == PERMITS_MAX) { /* forget the oldest that is recorded */
        int i = 0;
        while (i < PERMITS_MAX - 1 && stage->held[i].open)
            i++;
        memmove(&stage->held[i], &stage->held[i + 1],
                (size_t)(PERMITS_MAX - 1 - i) * sizeof stage->held[0]);
        stage->count--;
    }
    struct held *held = &stage->held[stage->count++];
    *held = (struct held){.open = permit.granted, .permit = permit};
    memcpy(held->name, move->name, sizeof held->name);
}

static void play_acquire(struct stage *stage, const struct move *move)
{
    bool wanted = strcmp(move->word, "allow") == 0;
    struct breaker_permit permit = breaker_acquire(&stage->breaker, move->at_ms);
    if (permit.granted != wanted)
        story_wrong(move_head(move), permit.granted ? "let it through" : "refused",
                    wanted ? "let it through" : "a refusal");
    story_tell("%s  %s", move_head(move), wanted ? "let through" : "refused");
    keep_permit(stage, move, permit);
}

static void play_record(struct stage *stage, const struct move *move)
{
    enum breaker_outcome outcome = move->word[0] == 'o'   ? BREAKER_OK
                                   : move->word[0] == 'f' ? BREAKER_FAILED
                                                          : BREAKER_IGNORED;
    struct held *held = find_permit(stage, move);
    if (held->open)
        story_tell("%s  recorded, for the call of %" PRId64 " ms", move_head(move),
                   held->permit.acquired_ms);
    else
        story_tell("%s  recorded, with a permit that is worth nothing",
                   move_head(move));
    held->open = false;
    breaker_record(&stage->breaker, &held->permit, outcome, move->at_ms);
}

static const char *const state_name[] = {"closed", "open", "half-open"};

static void play_state(struct stage *stage, const struct move *move)
{
    enum breaker_state state = breaker_state_at(&stage->breaker, move->at_ms);
    const char *you = (unsigned)state < 3 ? state_name[state] : "no state at all";
    if (strcmp(you, move->word) != 0)
        story_wrong(move_head(move), you, move->word);
    story_tell("%s  so it shows", move_head(move));
}

static const struct {
    const char *word;
    void (*play)(struct stage *, const struct move *);
} words[] = {{"allow", play_acquire}, {"refuse", play_acquire}, {"ok", play_record},
             {"fail", play_record},   {"ignore", play_record},  {"closed", play_state},
             {"open", play_state},    {"half-open", play_state}};

enum { WORDS = sizeof words / sizeof words[0] };

bool breaker_word(const char *word)
{
    for (int i = 0; i < WORDS; i++)
        if (strcmp(words[i].word, word) == 0)
            return true;
    return false;
}

void tell_knobs(const struct breaker_config *k)
{
    char text[STORY_WIDTH] = "";
    const struct {
        const char *name;
        uint32_t value;
    } knob[] = {{"failures_to_open", k->failures_to_open},
                {"open_ms", k->open_ms},
                {"successes_to_close", k->successes_to_close},
                {"probes_at_once", k->probes_at_once},
                {"probe_lease_ms", k->probe_lease_ms},
                {"window_calls", k->window_calls},
                {"min_calls", k->min_calls},
                {"failure_pct", k->failure_pct},
                {"window_ms", k->window_ms},
                {"slow_ms", k->slow_ms},
                {"slow_pct", k->slow_pct},
                {"open_max_ms", k->open_max_ms},
                {"open_jitter_pct", k->open_jitter_pct}};
    for (size_t i = 0, n = 0; i < sizeof knob / sizeof knob[0]; i++)
        if (knob[i].value > 0 && n < sizeof text - 40)
            n += (size_t)snprintf(text + n, sizeof text - n, " %s %" PRIu32,
                                  knob[i].name, knob[i].value);
    story_tell("  a new breaker:%s", text[0] != '\0' ? text : " every knob at 0");
}

void play_breaker(const struct breaker_config *knobs, const char *script)
{
    struct stage *stage = calloc(1, sizeof *stage);
    struct move move;
    story_begin();
    tell_knobs(knobs);
    breaker_init(&stage->breaker, knobs, 1);
    while (next_move(&script, &move)) {
        int i = 0;
        while (i < WORDS && strcmp(words[i].word, move.word) != 0)
            i++;
        if (i == WORDS)
            story_misspelt("a word that no breaker knows");
        words[i].play(stage, &move);
    }
    free(stage);
}
