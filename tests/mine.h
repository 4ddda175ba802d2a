/* mine.h - what stands in a reader's mine.txt and tune.txt (chapter 16).
 *
 * mine.txt holds scripts of breaker moves, as script.h describes them, under the knobs
 * that they are played with:
 *
 *      # Whatever stands behind a # is for people.
 *      knobs  failures_to_open 3, open_ms 1000
 *      script three failures in a row open it
 *             0 allow, 1 fail, 2 allow, 3 fail,
 *             4 allow, 5 fail, 5 open, 6 refuse
 *
 * Knobs hold for all scripts below them, up to the next knobs; what is not named is 0.
 * A script goes on over as many lines as it likes, to the next script or knobs.
 *
 * tune.txt holds one configuration, a knob a line: `open_ms 5000`.
 *
 * Both are read from text that may be anything; what is wrong is said in one sentence,
 * with the line. Nothing here plays a script: court.h does. */
#ifndef MINE_H
#define MINE_H

#include "breaker.h"

#include <stddef.h>

enum {
    MINE_BYTES_MAX = 200000, /* of a file */
    MINE_LINE_MAX = 1000,
    MINE_SCRIPTS_MAX = 300,
    MINE_MOVES_MAX = 12000, /* in all scripts */
    MINE_PERMITS_MAX = 1000 /* questions in one script */
};

/* The latest time in a script: thirty thousand years, so no sum leaves 64 bits. */
#define MINE_TIME_MAX INT64_C(1000000000000000)

enum mine_word {
    MINE_ALLOW,
    MINE_REFUSE,
    MINE_OK,
    MINE_FAIL,
    MINE_IGNORE,
    MINE_CLOSED,
    MINE_OPEN,
    MINE_HALF_OPEN,
    MINE_WORDS
};
extern const char *const mine_words[MINE_WORDS];

struct mine_move {
    int64_t at_ms;
    enum mine_word word;
    int permit; /* which question of its script, from 0; -1 for a state */
    char name[16];
};

struct mine_script {
    char name[80];
    int line;
    struct breaker_config knobs; /* without error */
    int first, count;            /* its moves, at least one */
    int permits;
};

struct mine {
    int scripts, moves;
    struct mine_script script[MINE_SCRIPTS_MAX];
    struct mine_move move[MINE_MOVES_MAX];
};

/* What is wrong, and where; line 0 is the file as a whole. Printable, whatever bytes
 * the file holds. */
struct mine_error {
    int line;
    char found[80], allowed[120];
};

/* Both set their first argument up anew. False, and `error`, if anything is wrong. */
bool mine_parse(struct mine *mine, const char *text, size_t bytes,
                struct mine_error *error);
bool mine_parse_knobs(struct breaker_config *knobs, const char *text, size_t bytes,
                      struct mine_error *error);

/* No script is the reader's own: there is at most the example of mine.txt as shipped.
 */
bool mine_as_shipped(const struct mine *mine);

/* A whole file, to be freed; NULL, and `error`, if it cannot be read. */
char *mine_file(const char *file, size_t *bytes, struct mine_error *error);

/* One line to stderr. */
void mine_print_error(const char *file, const struct mine_error *error);

/* The knobs by name, in the order of breaker.h; NULL behind the last. */
const char *mine_knob(int i, const struct breaker_config *knobs, uint32_t *value);

#endif
