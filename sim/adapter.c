/* adapter.c - drives client_step in virtual time. Neither the client nor the world
 * knows of the other; this is the only file of sim/ that sees a header of chapters/. */
#include "adapter.h"

#include "client.h"
#include "sim.h"
#include "todo.h"

static int todo_chapter, todo_task; /* the lowest met in this process; 0: none */

void todo(int chapter, int task)
{
    bool lower =
        chapter < todo_chapter || (chapter == todo_chapter && task < todo_task);
    if (todo_chapter != 0 && !lower)
        return;
    todo_chapter = chapter;
    todo_task = task;
}

bool adapter_todo(int *chapter, int *task)
{
    *chapter = todo_chapter;
    *task = todo_task;
    return todo_chapter != 0;
}

/* --- knobs ------------------------------------------------------------------------ */

#define KNOB(name, member, kind, max, what)                                            \
    {                                                                                  \
        name, kind, offsetof(struct client_config, member), 0, max, what               \
    }
#define HOUR_MS 3600000

const struct knob adapter_knobs[] = {
    KNOB("deadline_ms", deadline_ms, KNOB_COUNT, HOUR_MS, "a request may take so long"),
    KNOB("timeout_ms", retry.timeout_ms, KNOB_COUNT, HOUR_MS,
         "one try may take so long"),
    KNOB("attempts", retry.attempts, KNOB_COUNT, 100, "tries in all"),
    KNOB("backoff_ms", retry.backoff_ms, KNOB_COUNT, HOUR_MS, "sleep before a retry"),
    KNOB("backoff_max_ms", retry.backoff_max_ms, KNOB_COUNT, HOUR_MS, "cap on that"),
    KNOB("budget_max", retry.budget_max, KNOB_COUNT, 1000000, "tokens for retries"),
    KNOB("budget_cost", retry.budget_cost, KNOB_COUNT, 1000000, "tokens per retry"),
    KNOB("failures_to_open", breaker.failures_to_open, KNOB_COUNT, 1000000,
         "failures in a row that open the breaker"),
    KNOB("open_ms", breaker.open_ms, KNOB_COUNT, HOUR_MS,
         "rest before the first probe"),
    KNOB("open_max_ms", breaker.open_max_ms, KNOB_COUNT, HOUR_MS, "cap as it doubles"),
    KNOB("open_jitter_pct", breaker.open_jitter_pct, KNOB_PCT, 100,
         "rest cut by chance"),
    KNOB("successes_to_close", breaker.successes_to_close, KNOB_COUNT, 1000,
         "good probes"),
    KNOB("probes_at_once", breaker.probes_at_once, KNOB_COUNT, BREAKER_PROBES_MAX,
         "probes in flight at once"),
    KNOB("probe_lease_ms", breaker.probe_lease_ms, KNOB_COUNT, HOUR_MS,
         "a probe unheard of for so long is lost"),
    KNOB("window_calls", breaker.window_calls, KNOB_COUNT, BREAKER_WINDOW_CALLS_MAX,
         "judge the last so many calls"),
    KNOB("window_ms", breaker.window_ms, KNOB_COUNT, HOUR_MS,
         "judge the last so many ms"),
    KNOB("min_calls", breaker.min_calls, KNOB_COUNT, 1000000, "judge no rate on fewer"),
    KNOB("failure_pct", breaker.failure_pct, KNOB_PCT, 100, "open at this share"),
    KNOB("slow_ms", breaker.slow_ms, KNOB_COUNT, HOUR_MS, "a call this long is slow"),
    KNOB("slow_pct", breaker.slow_pct, KNOB_PCT, 100,
         "open at this share of slow calls"),
    KNOB("stale_max_ms", stale_max_ms, KNOB_COUNT, HOUR_MS, "age of a fallback"),
    KNOB("in_flight_max", in_flight_max, KNOB_COUNT, 1000000, "bulkhead"),
    KNOB("per_shard", per_shard, KNOB_COUNT, 1, "a breaker for each shard"),
    {.name = NULL}};

const size_t adapter_config_bytes = sizeof(struct client_config);

const char *adapter_config_error(const void *config)
{
    return client_config_error(config);
}

/* --- events in, actions out
 * ----------------------------------------------------------- */

static const enum client_event_kind events[] = {
    [CALLER_START] = CLIENT_START,
    [CALLER_REPLY] = CLIENT_REPLY,
    [CALLER_TIMEOUT] = CLIENT_TIMEOUT,
    [CALLER_WOKE] = CLIENT_WOKE,
};

static const enum caller_answer answers[] = {
    [CLIENT_FRESH] = CALLER_FRESH,         [CLIENT_STALE] = CALLER_STALE,
    [CLIENT_REFUSED] = CALLER_REFUSED,     [CLIENT_FAILED] = CALLER_FAILED,
    [CLIENT_TIMED_OUT] = CALLER_TIMED_OUT,
};

static const enum caller_state states[] = {
    [BREAKER_CLOSED] = CALLER_CLOSED,
    [BREAKER_OPEN] = CALLER_OPEN,
    [BREAKER_HALF_OPEN] = CALLER_HALF_OPEN,
};

static struct caller_action translate(const struct client_action *action)
{
    struct caller_action out = {.kind = CALLER_ANSWER,
                                .answer = answers[action->answer],
                                .status = action->status,
                                .probe = action->probe};
    out.within =
        action->within_ms < SIM_NEVER / SIM_MS ? action->within_ms * SIM_MS : SIM_NEVER;
    switch (action->kind) {
    case CLIENT_CALL_BACKEND:
        out.kind = CALLER_CALL;
        break;
    case CLIENT_SLEEP:
        out.kind = CALLER_SLEEP;
        break;
    case CLIENT_LOAD_ITEM:
    case CLIENT_SAVE_ITEM_IF: /* no store in this world yet: the call ends as failed */
        out.answer = CALLER_FAILED;
        break;
    case CLIENT_ANSWER:
        break;
    }
    return out;
}

static void init(void *env, const void *config, uint64_t seed)
{
    client_init(env, config, seed);
}

static struct caller_action step(void *env, void *call,
                                 const struct caller_event *event)
{
    struct client_event in = {.kind = events[event->kind],
                              .now_ms = event->now / SIM_MS,
                              .shard = event->shard,
                              .random = event->random,
                              .status = event->status};
    struct client_action action = client_step(env, call, &in);
    return translate(&action);
}

static uint64_t breaker_of(const void *env, uint64_t shard)
{
    const struct client *client = env;
    return client->config.per_shard ? shard : 0;
}

static enum caller_state state(const void *env, uint64_t shard, int64_t now)
{
    return states[client_state_at(env, shard, now / SIM_MS)];
}

const struct caller adapter_caller = {.env_bytes = sizeof(struct client),
                                      .call_bytes = sizeof(struct client_call),
                                      .init = init,
                                      .step = step,
                                      .breaker_of = breaker_of,
                                      .state = state};
