/* story.c - what a test tells while it runs, and the functions that end it. */
#include "story.h"

#include "todo.h"

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct story *story;

/* --- telling ---------------------------------------------------------------------- */

void story_begin(void)
{
    story->lines = 0;
    story->lesson = NULL;
}

void story_lesson(const char *sentence)
{
    story->lesson = sentence;
}

__attribute__((format(printf, 1, 0))) static void tell(const char *format,
                                                       va_list words)
{
    char *line = story->line[story_place(story->lines++)];
    vsnprintf(line, STORY_WIDTH, format, words);
}

void story_tell(const char *format, ...)
{
    va_list words;
    va_start(words, format);
    tell(format, words);
    va_end(words);
}

_Noreturn static void stop(void)
{
    fflush(NULL);
    if (story->quick)
        _exit(1);
    ck_abort_msg("the story is told");
    abort(); /* not reached: Check does not say so */
}

_Noreturn void story_wrong(const char *what, const char *you, const char *wanted)
{
    story_tell("%-23s <- you: %s    wanted: %s", what, you, wanted);
    story->told = true;
    stop();
}

_Noreturn void story_misspelt(const char *why)
{
    story_tell("%s", why);
    story->misspelt = true;
    stop();
}

/* An unwritten function of a later chapter is none of this check's business. */
void todo(int chapter, int task)
{
    if (chapter > story->chapter)
        return;
    story->todo_chapter = chapter;
    story->todo_task = task;
    stop();
}

/* --- wanting ---------------------------------------------------------------------- */

const char *ms_text(int64_t ms, char buffer[32])
{
    if (ms == DEADLINE_NEVER)
        return "never";
    snprintf(buffer, 32, "%" PRId64, ms);
    return buffer;
}

static const char *outcome_text(enum breaker_outcome outcome)
{
    switch (outcome) {
    case BREAKER_OK:
        return "BREAKER_OK";
    case BREAKER_FAILED:
        return "BREAKER_FAILED";
    case BREAKER_IGNORED:
        return "BREAKER_IGNORED";
    }
    return "no outcome at all";
}

__attribute__((format(printf, 4, 0))) static void compare(bool same, const char *you,
                                                          const char *wanted,
                                                          const char *format,
                                                          va_list words)
{
    char what[STORY_WIDTH / 2];
    vsnprintf(what, sizeof what, format, words);
    char head[STORY_WIDTH];
    snprintf(head, sizeof head, "  %s", what);
    if (!same)
        story_wrong(head, you, wanted);
    story_tell("%s -> %s", head, you);
}

void want_ms(int64_t you, int64_t wanted, const char *format, ...)
{
    char a[32], b[32];
    va_list words;
    va_start(words, format);
    compare(you == wanted, ms_text(you, a), ms_text(wanted, b), format, words);
    va_end(words);
}

void want_yes(bool you, bool wanted, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    compare(you == wanted, you ? "yes" : "no", wanted ? "yes" : "no", format, words);
    va_end(words);
}

void want_outcome(enum breaker_outcome you, enum breaker_outcome wanted,
                  const char *format, ...)
{
    va_list words;
    va_start(words, format);
    compare(you == wanted, outcome_text(you), outcome_text(wanted), format, words);
    va_end(words);
}

/* --- chance ----------------------------------------------------------------------- */

static uint64_t chance_state;

uint64_t chance_seed(void)
{
    const char *seed = getenv("SEED");
    return seed != NULL && *seed != '\0' ? strtoull(seed, NULL, 0) : 20261123u;
}

void chance_begin(void)
{
    chance_state = chance_seed();
}

uint64_t chance(void)
{
    story->chance = true;
    uint64_t z = chance_state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint32_t chance_below(uint32_t n)
{
    return (uint32_t)(chance() % n);
}
