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
    KNOB("cache_ms", shared.cache_ms, KNOB_COUNT, HOUR_MS,
         "trust the copy of the item for so long; 0: no store"),
    KNOB("store_timeout_ms", shared.timeout_ms, KNOB_COUNT, HOUR_MS,
         "longest wait for the store"),
    KNOB("store_skip_ms", shared.skip_ms, KNOB_COUNT, HOUR_MS,
         "leave a store that failed alone for so long"),
    KNOB("probe_jitter_ms", shared.jitter_ms, KNOB_COUNT, HOUR_MS,
         "wait up to this before asking for the probe"),
    KNOB("shared_window_ms", shared.window_ms, KNOB_COUNT, HOUR_MS,
         "the fleet counts in windows this long"),
    KNOB("shared_failures", shared.failures, KNOB_COUNT, 1000000,
         "failures in a window that open the fleet's breaker"),
    KNOB("shared_failure_pct", shared.failure_pct, KNOB_PCT, 100,
         "or this share of them"),
    KNOB("shared_min_calls", shared.min_calls, KNOB_COUNT, 1000000,
         "of at least so many calls"),
    {.name = NULL}};

static const char *config_error(const void *config)
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
    [CALLER_ITEM] = CLIENT_STORE_ITEM,
    [CALLER_SAVED] = CLIENT_STORE_SAVED,
    [CALLER_CONFLICT] = CLIENT_STORE_CONFLICT,
    [CALLER_STORE_FAILED] = CLIENT_STORE_FAILED,
};

static const enum caller_wish wishes[] = {
    [CLIENT_CALL_BACKEND] = CALLER_CALL, [CLIENT_SLEEP] = CALLER_SLEEP,
    [CLIENT_LOAD_ITEM] = CALLER_LOAD,    [CLIENT_SAVE_ITEM_IF] = CALLER_SAVE,
    [CLIENT_ANSWER] = CALLER_ANSWER,
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

static int64_t ns(int64_t ms)
{
    return ms < SIM_NEVER / SIM_MS ? ms * SIM_MS : SIM_NEVER;
}

static struct caller_action translate(const struct client_action *action)
{
    return (struct caller_action){.kind = wishes[action->kind],
                                  .within = ns(action->within_ms),
                                  .probe = action->probe,
                                  .strong = action->strong,
                                  .answer = answers[action->answer],
                                  .status = action->status,
                                  .key = action->key,
                                  .save = action->write};
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
                              .deadline_ms = event->stop / SIM_MS,
                              .shard = event->shard,
                              .random = event->random,
                              .status = event->status,
                              .item = event->item};
    struct client_action action = client_step(env, call, &in);
    return translate(&action);
}

/* Shards are numbered from 1, so who keeps one of number 0 has one breaker for all: a
 * client in which chapter 12 is not written yet, whatever per_shard says. */
static uint64_t breaker_of(const void *env, uint64_t shard)
{
    const struct client *client = env;
    const struct client_shard *first = &client->shards[0];
    bool for_all = first->taken && first->shard == 0;
    return client->config.per_shard && !for_all ? shard : 0;
}

static enum caller_state state(const void *env, uint64_t shard, int64_t now)
{
    return states[client_state_at(env, shard, now / SIM_MS)];
}

/* --- the store ---------------------------------------------------------------------
 */

static bool apply(const void *save, const void *stored, void *out)
{
    if (!item_holds(save, stored))
        return false;
    *(struct item *)out = item_apply(save, stored);
    return true;
}

static void view(const void *bytes, struct caller_view *out)
{
    const struct item *item = bytes;
    *out = (struct caller_view){
        .version = item->version,
        .state = states[item->state <= BREAKER_HALF_OPEN ? item->state : 0],
        .generation = item->generation,
        .until = ns(item->until_ms),
        .lease_until = ns(item->lease_until_ms),
        .owner = item->owner,
        .calls = item->calls,
        .failed = item->failed,
        .ok = item->ok};
}

const struct caller adapter_caller = {.name = "ours",
                                      .about = "the client of the book",
                                      .knobs = adapter_knobs,
                                      .config_bytes = sizeof(struct client_config),
                                      .env_bytes = sizeof(struct client),
                                      .call_bytes = sizeof(struct client_call),
                                      .config_error = config_error,
                                      .init = init,
                                      .step = step,
                                      .breaker_of = breaker_of,
                                      .state = state,
                                      .save_bytes = sizeof(struct item_write),
                                      .item_bytes = sizeof(struct item),
                                      .apply = apply,
                                      .view = view};
_Static_assert(sizeof(struct item) <= CALLER_ITEM_MAX, "an item is too large");
_Static_assert(sizeof(struct item_write) <= CALLER_SAVE_MAX, "a write is too large");
