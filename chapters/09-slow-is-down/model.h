/* model.h - calls and breakers as check.c believes them to be: a list of all that
 * happened, counted anew whenever somebody asks. */
#ifndef MODEL_H
#define MODEL_H

#include "script.h"

#include <inttypes.h>

/* --- a window of time ------------------------------------------------------------- */

/* The slow and sure way: all that was recorded, with its time. All times are whole
 * slices, where ten slices and a second are the same. */
struct seen {
    int64_t at[80];
    bool failed[80], slow[80];
    int count;
};

static bool too_many(const struct seen *seen, const bool *bad, int64_t now)
{
    int all = 0, part = 0;
    for (int i = 0; i < seen->count; i++) {
        bool inside = seen->at[i] > now - 1000;
        all += inside;
        part += inside && bad[i];
    }
    return all >= 4 && part * 100 >= all * 50;
}

/* A call fails, is slow, both, or neither; does it open the breaker? */
static bool one_call(struct script_text *script, struct seen *seen, int64_t *now)
{
    bool failed = chance_below(4) == 0, slow = chance_below(4) == 0;
    *now += 100 * (int64_t)chance_below(chance_below(8) == 0 ? 15 : 4);
    script_add(script, "%" PRId64 " allow, ", *now);
    *now += slow ? 300 : 0;
    script_add(script, "%" PRId64 " %s, ", *now, failed ? "fail" : "ok");
    seen->at[seen->count] = *now;
    seen->failed[seen->count] = failed;
    seen->slow[seen->count++] = slow;
    return (failed && too_many(seen, seen->failed, *now)) ||
           (slow && too_many(seen, seen->slow, *now));
}

/* --- any history of slow calls ---------------------------------------------------- */

/* The slow and sure way: all calls are kept, with when they began and ended. All times
 * are multiples of 3 ms and slow is 16: a call is then 15 ms old or 18, and no breaker
 * that keeps ages by eighths of slow_ms can be in doubt. Each answer is followed by a
 * question, for which of the two opens it, when both could, is not laid down. */
struct call {
    bool open; /* granted, and not recorded yet */
    int turn;  /* how many transitions there had been when it began */
    int64_t at_ms;
};

struct ended {
    bool failed, slow;
};

struct history {
    struct breaker_config knobs;
    enum breaker_state state;
    int turns;
    int64_t turned_ms;
    struct ended ended[64]; /* in this closed state */
    int ends;
    struct call call[64];
    uint32_t count;
};

static void turn(struct history *h, enum breaker_state state, int64_t now)
{
    h->state = state;
    h->turns++;
    h->turned_ms = now;
    h->ends = 0;
}

static int under_way_too_long(const struct history *h, int64_t now)
{
    int n = 0;
    for (uint32_t i = 0; i < h->count; i++)
        n += h->call[i].open && h->call[i].turn == h->turns &&
             now - h->call[i].at_ms >= h->knobs.slow_ms;
    return n;
}

static bool too_much(const struct history *h, int64_t now, bool of_slow)
{
    int size = (int)h->knobs.window_calls, part = 0;
    int from = h->ends > size ? h->ends - size : 0;
    int late = of_slow ? under_way_too_long(h, now) : 0, all = h->ends - from + late;
    for (int i = from; i < h->ends; i++)
        part += of_slow ? h->ended[i].slow : h->ended[i].failed;
    int pct = (int)(of_slow ? h->knobs.slow_pct : h->knobs.failure_pct);
    return all >= (int)h->knobs.min_calls && (part + late) * 100 >= all * pct;
}

static bool probe_is_out(const struct history *h, int64_t now)
{
    for (uint32_t i = 0; i < h->count; i++)
        if (h->call[i].open && h->call[i].turn == h->turns &&
            now < h->call[i].at_ms + h->knobs.open_ms)
            return true;
    return false;
}

static void draw_question(struct script_text *script, struct history *h, int64_t now)
{
    if (h->state == BREAKER_OPEN && now >= h->turned_ms + h->knobs.open_ms)
        turn(h, BREAKER_HALF_OPEN, now);
    if (h->state == BREAKER_CLOSED && under_way_too_long(h, now) > 0 &&
        too_much(h, now, true))
        turn(h, BREAKER_OPEN, now);
    bool granted = h->state == BREAKER_CLOSED ||
                   (h->state == BREAKER_HALF_OPEN && !probe_is_out(h, now));
    script_add(script, "%" PRId64 " %s p%" PRIu32 ", ", now,
               granted ? "allow" : "refuse", h->count);
    h->call[h->count++] = (struct call){granted, h->turns, now};
}

static void hear(struct history *h, bool failed, bool slow, int64_t now)
{
    if (h->state == BREAKER_HALF_OPEN) {
        turn(h, failed || slow ? BREAKER_OPEN : BREAKER_CLOSED, now);
        return;
    }
    h->ended[h->ends++] = (struct ended){failed, slow};
    if ((failed && too_much(h, now, false)) || (slow && too_much(h, now, true)))
        turn(h, BREAKER_OPEN, now);
}

static void draw_answer(struct script_text *script, struct history *h, int64_t now)
{
    static const char *const word[] = {"ok", "ok", "ok", "fail", "ignore"};
    const char *outcome = word[chance_below(5)];
    uint32_t n = chance_below(h->count);
    struct call *call = &h->call[n];
    script_add(script, "%" PRId64 " %s p%" PRIu32 ", ", now, outcome, n);
    bool counts = call->open && call->turn == h->turns;
    call->open = false;
    if (counts && outcome[0] != 'i')
        hear(h, outcome[0] == 'f', now - call->at_ms >= h->knobs.slow_ms, now);
}

static void draw_history(struct history *h, uint32_t moves)
{
    struct script_text script = {.length = 0};
    int64_t now = 3 * (int64_t)chance_below(1000);
    for (; moves > 0; moves--) {
        if (h->count > 0 && chance_below(2) == 0)
            draw_answer(&script, h, now);
        draw_question(&script, h, now);
        now += 3 * (int64_t)(chance_below(8) == 0 ? chance_below(30) : chance_below(3));
    }
    play_breaker(&h->knobs, script.text);
}

#endif
