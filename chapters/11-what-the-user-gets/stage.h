/* stage.h - one line of C for a request, for what an operator does and for what the
 * breaker tells, for check.c. Each tells its part of the story. */
#ifndef STAGE_H
#define STAGE_H

#include "script.h"

#include <inttypes.h>

/* --- requests --------------------------------------------------------------------- */

static struct client_action step(struct client *client, struct client_call *call,
                                 enum client_event_kind kind, int status, int64_t now)
{
    return client_step(
        client, call,
        &(struct client_event){.kind = kind, .status = status, .now_ms = now});
}

/* One request: the answer to it, when the backend gives `status` after 10 ms, or
 * nothing, for 0. */
static struct client_action request(struct client *client, int64_t now, int status)
{
    struct client_call call = {.phase = 0};
    struct client_action action = step(client, &call, CLIENT_START, 0, now);
    if (action.kind == CLIENT_CALL_BACKEND)
        action = step(client, &call, status > 0 ? CLIENT_REPLY : CLIENT_TIMEOUT, status,
                      status > 0 ? now + 10 : now + action.within_ms);
    return action;
}

static void want_stale(struct client *client, int64_t now, int status, int64_t age)
{
    story_tell("%6" PRId64 " ms  a request, the backend says %d", now, status);
    struct client_action action = request(client, now, status);
    want_yes(action.kind == CLIENT_ANSWER && action.answer == CLIENT_STALE, true,
             "at %" PRId64 " ms: the last good answer?", now);
    want_ms(action.status, 200, "its status");
    want_ms(action.age_ms, age, "its age");
}

/* --- operators -------------------------------------------------------------------- */

static struct breaker_permit ask(struct breaker *b, int64_t now, bool wanted)
{
    struct breaker_permit permit = breaker_acquire(b, now);
    story_tell("%6" PRId64 " ms  ask: %s", now,
               permit.granted ? "let through" : "refused");
    want_yes(permit.granted, wanted, "at %" PRId64 " ms: let through?", now);
    return permit;
}

static void once(struct breaker *b, int64_t now, enum breaker_outcome outcome)
{
    struct breaker_permit permit = ask(b, now, true);
    story_tell("%6" PRId64 " ms  it %s", now,
               outcome == BREAKER_OK ? "goes well" : "fails");
    breaker_record(b, &permit, outcome, now);
}

static void force(struct breaker *b, enum breaker_mode mode)
{
    static const char *const name[] = {"automatic", "forced open", "forced closed",
                                       "watch only"};
    story_tell("           the operator says: %s", name[mode]);
    breaker_set_mode(b, mode);
}

static void want_state(const struct breaker *b, int64_t now, enum breaker_state wanted)
{
    static const char *const name[] = {"closed", "open", "half-open"};
    want_yes(breaker_state_at(b, now) == wanted, true, "at %" PRId64 " ms: %s?", now,
             name[wanted]);
}

/* --- transitions ------------------------------------------------------------------ */

static void want_told(struct breaker *b, int64_t at_ms, enum breaker_state from,
                      enum breaker_state to, uint32_t *generation)
{
    struct breaker_transition told = {.at_ms = -1};
    want_yes(breaker_take_transition(b, &told), true,
             "the one of %" PRId64 " ms: told?", at_ms);
    want_ms(told.at_ms, at_ms, "when it was");
    want_yes(told.from == from && told.to == to, true,
             "from %d to %d (0 closed, 1 open, 2 half-open): so told?", (int)from,
             (int)to);
    want_ms((int64_t)told.generation, (int64_t)++ * generation,
            "the generation it began");
}

/* As a permit tells it; a copy is asked, so nothing happens to the breaker. */
static uint32_t generation_of(const struct breaker *b)
{
    struct breaker copy = *b;
    return breaker_acquire(&copy, 0).generation;
}

static void want_no_more(struct breaker *b)
{
    struct breaker_transition told;
    want_yes(breaker_take_transition(b, &told), false, "one more transition?");
}

#endif
