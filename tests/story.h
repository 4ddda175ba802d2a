/* story.h - between the parts of the player; no check includes it.
 *
 * A test runs in a process of its own and may die at any moment, so its story lies in
 * memory shared with the player: whatever was told before the crash is still there. */
#ifndef STORY_H
#define STORY_H

#include "script.h"

#include <stdarg.h>
#include <stdio.h>

enum { STORY_LINES = 20, STORY_WIDTH = 160 };

struct story {
    int chapter;                 /* the check's own */
    bool finished;               /* the test came to its end */
    bool told;                   /* it ended because something else was wanted */
    bool chance;                 /* it drew random numbers */
    bool misspelt;               /* the script is at fault, not the reader */
    bool quick;                  /* nobody listens: what would be told ends it */
    int todo_chapter, todo_task; /* it met an unwritten function; 0: none */
    const char *lesson;          /* what to say in place of the test's; NULL: that */
    unsigned lines;              /* told so far; the first is kept, and the last ones */
    char line[STORY_LINES][STORY_WIDTH];
};

/* Where line `i` lies. The first says what is played, so it is never written over. */
static inline unsigned story_place(unsigned i)
{
    return i == 0 ? 0 : 1 + (i - 1) % (STORY_LINES - 1);
}

extern struct story *story;
uint64_t chance_seed(void);
void chance_begin(void); /* every test draws the same numbers, alone or not */

/* The line that ends the test: what was asked, what came, what was wanted. */
_Noreturn void story_wrong(const char *what, const char *you, const char *wanted);
_Noreturn void story_misspelt(const char *why);

/* --- scripts ---------------------------------------------------------------------- */

struct move {
    int64_t at_ms;
    char word[16], name[16];
    bool has_number;
    int64_t number;
    char text[48]; /* as it stands in the script */
};

/* The next move, or false at the end. A move that cannot be read is story_misspelt. */
bool next_move(const char **script, struct move *move);

/* "  12 ms  reply 503", for story_wrong. */
const char *move_head(const struct move *move);

/* Why the script cannot be played, or NULL: words, names and times, before any play. */
const char *script_error(const struct check_test *test);
bool breaker_word(const char *word);
bool client_word(const char *word);

/* Time limits for people: "no end" for DEADLINE_NEVER. */
const char *ms_text(int64_t ms, char buffer[32]);

/* --- how a test ended ------------------------------------------------------------- */

enum ending { PASSED, WRONG, UNWRITTEN, ENDLESS, DIED, MISSPELT, SKIPPED };

struct verdict {
    const struct check_test *test;
    int number; /* the invariant's */
    enum ending ending;
    char how[160]; /* in a few words: for the list */
    struct story story;
    char output[8192]; /* what the test wrote; cut off */
};

void report_begin(const struct check *check, bool brief);
void report_line(const struct verdict *verdict, bool brief);
void report_story(const struct check *check, const struct verdict *verdict);
void report_end(const struct check *check, int passed, int failed, int skipped);

/* Fill verdict->how from the output of a test that died and Check's word for it. */
void explain_death(struct verdict *verdict, const char *check_says);

#endif
