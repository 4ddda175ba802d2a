/* breaker_model.c - see breaker_model.h. */
#include "breaker_model.h"

#include <assert.h>

/* --- the list --------------------------------------------------------------------- */

static int add(struct model *m, struct model_event event)
{
    assert(m->events < MODEL_EVENTS_MAX);
    event.at_ms = m->now_ms;
    m->event[m->events] = event;
    return m->events++;
}

static void see(struct model *m, int64_t now_ms)
{
    m->now_ms = now_ms > m->now_ms ? now_ms : m->now_ms;
}

static bool ends_generation(const struct model_event *event)
{
    return event->kind == MODEL_TRANSITION || event->kind == MODEL_FORGET;
}

/* Where the present generation begins. */
static int first(const struct model *m)
{
    for (int i = m->events - 1; i >= 0; i--)
        if (ends_generation(&m->event[i]))
            return i + 1;
    return 0;
}

static uint32_t generation(const struct model *m)
{
    uint32_t n = 0;
    for (int i = 0; i < m->events; i++)
        n += ends_generation(&m->event[i]);
    return n;
}

static enum breaker_state state(const struct model *m)
{
    for (int i = m->events - 1; i >= 0; i--)
        if (m->event[i].kind == MODEL_TRANSITION)
            return m->event[i].state;
    return BREAKER_CLOSED;
}

static bool recorded(const struct model *m, int grant)
{
    for (int i = m->events - 1; i > grant; i--)
        if (m->event[i].kind == MODEL_RECORD && m->event[i].grant == grant)
            return true;
    return false;
}

/* --- how long it rests ------------------------------------------------------------ */

static int64_t rest_ms(const struct model *m, int openings)
{
    int64_t rest = m->config.open_ms, most = m->config.open_max_ms;
    if (most == 0)
        return rest;
    for (int i = 1; i < openings && rest < most; i++)
        rest = 2 * rest;
    return rest < most ? rest : most;
}

static int64_t open_until(const struct model *m)
{
    int openings = 0, last = -1;
    for (int i = 0; i < m->events; i++) {
        if (m->event[i].kind != MODEL_TRANSITION)
            continue;
        if (m->event[i].state == BREAKER_OPEN) {
            openings++;
            last = i;
        } else if (m->event[i].state == BREAKER_CLOSED) {
            openings = 0;
        }
    }
    if (m->config.open_ms == 0)
        return INT64_MAX;
    int64_t until = m->event[last].at_ms + rest_ms(m, openings);
    for (int i = last + 1; i < m->events; i++)
        if (m->event[i].kind == MODEL_REST && m->event[i].until_ms > until)
            until = m->event[i].until_ms;
    return until;
}

/* --- what is counted -------------------------------------------------------------- */

struct counts {
    uint64_t calls, failed, slow, in_row, overdue;
};

static int64_t slice(const struct model *m, int64_t at_ms, uint32_t span_ms, int slices)
{
    int64_t width = ((int64_t)span_ms + slices - 1) / slices;
    bool own = m->own_slices && first(m) > 0;
    return (at_ms - (own ? m->event[first(m) - 1].at_ms : 0)) / width;
}

static bool in_window(const struct model *m, const struct model_event *e,
                      uint64_t newer)
{
    if (m->config.window_calls > 0)
        return newer < m->config.window_calls;
    return slice(m, e->at_ms, m->config.window_ms, 10) >
           slice(m, m->now_ms, m->config.window_ms, 10) - 10;
}

static struct counts count(const struct model *m)
{
    struct counts c = {0};
    uint64_t newer = 0;
    bool row = true, window = m->config.window_calls > 0 || m->config.window_ms > 0;
    for (int i = m->events - 1; i >= first(m); i--) {
        const struct model_event *e = &m->event[i];
        if (e->kind == MODEL_GRANT && m->config.slow_ms > 0 &&
            slice(m, e->at_ms, m->config.slow_ms, 8) + 8 <
                slice(m, m->now_ms, m->config.slow_ms, 8) &&
            !recorded(m, i))
            c.overdue++;
        if (e->kind != MODEL_RECORD || e->outcome == BREAKER_IGNORED)
            continue;
        row = row && e->outcome == BREAKER_FAILED;
        c.in_row += row;
        if (window && in_window(m, e, newer++)) {
            c.calls++;
            c.failed += e->outcome == BREAKER_FAILED;
            c.slow += e->slow;
        }
    }
    return c;
}

static bool share(uint64_t part, uint64_t whole, uint32_t pct)
{
    return pct > 0 && whole > 0 && part * 100 >= whole * pct;
}

static bool too_many_failures(const struct model *m)
{
    struct counts c = count(m);
    if (m->config.failures_to_open > 0 && c.in_row >= m->config.failures_to_open)
        return true;
    return c.calls >= m->config.min_calls &&
           share(c.failed, c.calls, m->config.failure_pct);
}

static bool too_many_slow(const struct model *m)
{
    struct counts c = count(m);
    return c.calls + c.overdue >= m->config.min_calls &&
           share(c.slow + c.overdue, c.calls + c.overdue, m->config.slow_pct);
}

/* --- probes ----------------------------------------------------------------------- */

static uint32_t at_least_one(uint32_t knob)
{
    return knob == 0 ? 1 : knob;
}

/* Probes out whose lease still runs, and when the first of them ends. */
static uint32_t leases(const struct model *m, int64_t *first_end_ms)
{
    int64_t lease =
        m->config.probe_lease_ms > 0 ? m->config.probe_lease_ms : m->config.open_ms;
    uint32_t n = 0;
    *first_end_ms = INT64_MAX;
    for (int i = first(m); i < m->events; i++) {
        const struct model_event *e = &m->event[i];
        if (e->kind != MODEL_GRANT || recorded(m, i) || e->at_ms + lease <= m->now_ms)
            continue;
        n++;
        if (e->at_ms + lease < *first_end_ms)
            *first_end_ms = e->at_ms + lease;
    }
    return n;
}

static uint32_t good_probes(const struct model *m)
{
    uint32_t n = 0;
    for (int i = first(m); i < m->events; i++)
        n += m->event[i].kind == MODEL_RECORD && m->event[i].outcome == BREAKER_OK;
    return n;
}

/* --- the contract ----------------------------------------------------------------- */

void model_init(struct model *m, const struct breaker_config *config)
{
    assert(config->open_jitter_pct == 0);
    m->config = *config;
    m->mode = BREAKER_AUTO;
    m->now_ms = 0;
    m->taken = m->events = 0;
    m->own_slices = false;
}

static void turn(struct model *m, enum breaker_state to)
{
    add(m, (struct model_event){.kind = MODEL_TRANSITION, .state = to});
}

static struct breaker_permit grant(struct model *m, int *index)
{
    *index = add(m, (struct model_event){.kind = MODEL_GRANT});
    return (struct breaker_permit){.granted = true,
                                   .probe = state(m) == BREAKER_HALF_OPEN,
                                   .generation = generation(m),
                                   .acquired_ms = m->now_ms};
}

static struct breaker_permit decide(struct model *m, int *index)
{
    int64_t end;
    if (state(m) == BREAKER_OPEN && m->now_ms >= open_until(m))
        turn(m, BREAKER_HALF_OPEN);
    if (state(m) == BREAKER_CLOSED && count(m).overdue > 0 && too_many_slow(m))
        turn(m, BREAKER_OPEN);
    if (state(m) == BREAKER_CLOSED)
        return grant(m, index);
    if (state(m) == BREAKER_OPEN)
        return (struct breaker_permit){
            .retry_after_ms = m->config.open_ms == 0 ? 0 : open_until(m) - m->now_ms};
    if (leases(m, &end) < at_least_one(m->config.probes_at_once))
        return grant(m, index);
    return (struct breaker_permit){.retry_after_ms = end - m->now_ms};
}

struct breaker_permit model_acquire(struct model *m, int64_t now_ms, int *index)
{
    see(m, now_ms);
    *index = -1;
    struct breaker_permit permit = {.granted = false};
    if (m->mode == BREAKER_FORCED_OPEN)
        return permit;
    if (m->mode != BREAKER_FORCED_CLOSED)
        permit = decide(m, index);
    if (m->mode != BREAKER_AUTO && *index == -1)
        return (struct breaker_permit){.granted = true, .acquired_ms = m->now_ms};
    return permit;
}

void model_record(struct model *m, int index, enum breaker_outcome outcome,
                  int64_t now_ms)
{
    see(m, now_ms);
    if (index < first(m)) /* worthless, or of an earlier generation */
        return;
    bool slow =
        m->config.slow_ms > 0 && m->now_ms - m->event[index].at_ms >= m->config.slow_ms;
    add(m, (struct model_event){
               .kind = MODEL_RECORD, .outcome = outcome, .grant = index, .slow = slow});
    bool failed = outcome == BREAKER_FAILED;
    if (outcome == BREAKER_IGNORED)
        return;
    if (state(m) == BREAKER_HALF_OPEN) {
        if (failed || slow)
            turn(m, BREAKER_OPEN);
        else if (good_probes(m) >= at_least_one(m->config.successes_to_close))
            turn(m, BREAKER_CLOSED);
    } else if ((failed && too_many_failures(m)) || (slow && too_many_slow(m))) {
        turn(m, BREAKER_OPEN);
    }
}

enum breaker_state model_state_at(const struct model *m, int64_t now_ms)
{
    if (m->mode == BREAKER_FORCED_OPEN)
        return BREAKER_OPEN;
    if (m->mode == BREAKER_FORCED_CLOSED)
        return BREAKER_CLOSED;
    int64_t now = now_ms > m->now_ms ? now_ms : m->now_ms;
    if (state(m) == BREAKER_OPEN && now >= open_until(m))
        return BREAKER_HALF_OPEN;
    return state(m);
}

void model_rest(struct model *m, int64_t now_ms, int64_t retry_after_ms)
{
    see(m, now_ms);
    int64_t most = m->config.open_max_ms;
    if (state(m) != BREAKER_OPEN || most == 0 || retry_after_ms <= 0)
        return;
    int64_t rest = retry_after_ms < most ? retry_after_ms : most;
    add(m, (struct model_event){.kind = MODEL_REST, .until_ms = m->now_ms + rest});
}

void model_set_mode(struct model *m, enum breaker_mode mode)
{
    if (mode != m->mode)
        add(m, (struct model_event){.kind = MODEL_FORGET});
    m->mode = mode;
}

void model_reset(struct model *m, int64_t now_ms)
{
    see(m, now_ms);
    if (state(m) == BREAKER_CLOSED)
        add(m, (struct model_event){.kind = MODEL_FORGET});
    else
        turn(m, BREAKER_CLOSED);
}

bool model_take_transition(struct model *m, struct breaker_transition *out)
{
    int seen = 0, all = 0;
    for (int i = 0; i < m->events; i++)
        all += m->event[i].kind == MODEL_TRANSITION;
    if (all - m->taken > BREAKER_TRANSITIONS_MAX)
        m->taken = all - BREAKER_TRANSITIONS_MAX;
    if (m->taken == all)
        return false;
    uint32_t generations = 0;
    enum breaker_state from = BREAKER_CLOSED;
    for (int i = 0; i < m->events; i++) {
        const struct model_event *e = &m->event[i];
        generations += ends_generation(e);
        if (e->kind != MODEL_TRANSITION)
            continue;
        if (seen++ == m->taken) {
            *out = (struct breaker_transition){e->at_ms, generations, (uint8_t)from,
                                               (uint8_t)e->state};
            break;
        }
        from = e->state;
    }
    m->taken++;
    return true;
}
