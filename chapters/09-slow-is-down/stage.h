/* stage.h - a new breaker, and its calls, one line of C each, for check.c and
 * running.h. Each tells its part of the story. */
#ifndef STAGE_H
#define STAGE_H

#include "script.h"

#include <inttypes.h>

/* A story begins, and says what its breaker is like. */
static struct breaker new_breaker(const struct breaker_config *knobs)
{
    struct breaker b;
    story_begin();
    tell_knobs(knobs);
    breaker_init(&b, knobs, 7);
    return b;
}

static struct breaker_permit ask(struct breaker *b, int64_t now, bool wanted)
{
    struct breaker_permit permit = breaker_acquire(b, now);
    want_yes(permit.granted, wanted, "%4" PRId64 " ms  ask: let through?", now);
    return permit;
}

static void answer(struct breaker *b, struct breaker_permit *permit,
                   enum breaker_outcome outcome, int64_t now)
{
    static const char *const word[] = {"goes well", "fails", "is ignored"};
    if (permit->granted)
        story_tell("%6" PRId64 " ms  the call of %" PRId64 " ms %s", now,
                   permit->acquired_ms, word[outcome]);
    else
        story_tell("%6" PRId64 " ms  a permit that is worth nothing %s", now,
                   word[outcome]);
    breaker_record(b, permit, outcome, now);
}

/* `n` calls that are over at once. */
static void calls(struct breaker *b, int n, enum breaker_outcome outcome, int64_t now)
{
    story_tell("%6" PRId64 " ms  %d calls, all %s", now, n,
               outcome == BREAKER_OK ? "good" : "failed");
    for (int i = 0; i < n; i++) {
        struct breaker_permit permit = breaker_acquire(b, now);
        if (!permit.granted)
            want_yes(false, true, "at %" PRId64 " ms: is call %d of them let through?",
                     now, i + 1);
        breaker_record(b, &permit, outcome, now);
    }
}

#endif
