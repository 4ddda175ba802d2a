/* court.h - plays the scripts of a mine.txt against breakers, right ones and wrong
 * ones.
 *
 * A suspect is a wrong breaker, tests/suspects/NAME.patch on the newest breaker.c. An
 * innocent is a right one. A script convicts a suspect if it wants something else than
 * the suspect does; a script that wants something else than an innocent does is wrong
 * itself. tests/court_table.sh writes the two lists. */
#ifndef COURT_H
#define COURT_H

#include "mine.h"

struct breaker_code {
    const char *name;
    void (*init)(struct breaker *, const struct breaker_config *, uint64_t);
    struct breaker_permit (*acquire)(struct breaker *, int64_t);
    void (*record)(struct breaker *, struct breaker_permit *, enum breaker_outcome,
                   int64_t);
    enum breaker_state (*state_at)(const struct breaker *, int64_t);
};

struct suspect {
    struct breaker_code code;
    const char *theme, *misconception, *seen_in;
};

extern const struct suspect suspects[];       /* ends with a name that is NULL */
extern const struct breaker_code innocents[]; /* the reference first; ends alike */

/* How a play ended: with the move at which the breaker did something else than the
 * script wants, or with none. */
struct court_play {
    const struct mine_move *move; /* NULL: all as wanted */
    const char *did, *wanted;     /* "refused", "half-open" */
    uint64_t seed;                /* under which it did; 0: nothing is drawn */
};

typedef void court_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Play a script. If something else is done than it wants, the knobs and the moves up to
 * there are told; `tell` may be NULL. With jitter it is played with several seeds,
 * since it must hold for all of them. */
struct court_play court_play(const struct breaker_code *code, const struct mine *mine,
                             const struct mine_script *script, court_tell *tell);

/* A right breaker that a script accuses, and why the script is wrong: one sentence. No
 * more is said than these breakers show. breaker.h has decided where all of them agree,
 * as far as we know; where they differ, it has not. */
struct court_error {
    const struct breaker_code *right; /* NULL: it accuses nobody */
    struct court_play play;
    const char *why;
};

/* `all` are the right ones, and end with a name that is NULL. */
struct court_error court_accuses(const struct breaker_code *all,
                                 const struct mine *mine,
                                 const struct mine_script *script);

/* "  12 ms  fail a", until the next call. */
const char *court_head(const struct mine_move *move);

/* The first script that convicts the suspect; NULL if none does. */
const struct mine_script *court_convicts(const struct suspect *suspect,
                                         const struct mine *mine);

#endif
