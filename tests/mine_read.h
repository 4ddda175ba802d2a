/* mine_read.h - between the parts of the reader of mine.txt; nobody else includes it.
 */
#ifndef MINE_READ_H
#define MINE_READ_H

#include "mine.h"

struct reader {
    const char *at, *end; /* the text not read yet */
    int line;
    char text[MINE_LINE_MAX + 1]; /* the line at hand */
    struct mine_error *error;
    bool has_knobs, in_script;
    bool knob_a_line; /* it is a tune.txt */
    struct breaker_config knobs;
    bool open[MINE_PERMITS_MAX]; /* of this script: let through and not recorded */
    char name[MINE_PERMITS_MAX][16];
};

/* Says what is wrong in the line at hand; always false. */
bool mine_wrong(struct reader *r, const char *allowed, const char *found, ...)
    __attribute__((format(printf, 3, 4)));

/* Whatever the file holds, what is said of it is fit for a terminal. */
void mine_make_printable(char *text);

/* Each cuts off what it returns; NULL if there is no more. A piece ends at a comma, and
 * behind the last one there may be a comma, too. */
char *mine_skip_spaces(char *at);
char *mine_next_word(char **at);
char *mine_next_piece(char **at);
bool mine_read_number(const char *word, int64_t most, int64_t *number);

/* "open_ms 1000" into r->knobs; `seen` are the knobs that were named before. */
bool mine_read_knob(struct reader *r, char *piece, uint32_t *seen);
bool mine_read_knobs(struct reader *r, char *rest);
bool mine_sound_knobs(struct reader *r);

#endif
