/* config.c - the table of knobs, and the reader of a configuration. The same table
 * stands in sim/adapter.c, which the lab does not see; a test holds one against the
 * other. */
#include "config.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HOUR_MS 3600000
#define MANY 1000000
#define KNOB(name, member, max, what)                                                  \
    {                                                                                  \
        name, offsetof(struct client_config, member), max, what                        \
    }

const struct config_knob config_knobs[] = {
    KNOB("deadline_ms", deadline_ms, HOUR_MS, "a request may take so long"),
    KNOB("timeout_ms", retry.timeout_ms, HOUR_MS, "one try may take so long"),
    KNOB("attempts", retry.attempts, 100, "tries in all"),
    KNOB("backoff_ms", retry.backoff_ms, HOUR_MS, "sleep before a retry"),
    KNOB("backoff_max_ms", retry.backoff_max_ms, HOUR_MS, "cap on that"),
    KNOB("budget_max", retry.budget_max, MANY, "tokens for retries"),
    KNOB("budget_cost", retry.budget_cost, MANY, "tokens per retry"),
    KNOB("failures_to_open", breaker.failures_to_open, MANY,
         "failures in a row that open the breaker"),
    KNOB("open_ms", breaker.open_ms, HOUR_MS, "rest before the first probe"),
    KNOB("open_max_ms", breaker.open_max_ms, HOUR_MS, "cap as it doubles"),
    KNOB("open_jitter_pct", breaker.open_jitter_pct, 100, "rest cut by chance"),
    KNOB("successes_to_close", breaker.successes_to_close, 1000, "good probes"),
    KNOB("probes_at_once", breaker.probes_at_once, BREAKER_PROBES_MAX,
         "probes in flight at once"),
    KNOB("probe_lease_ms", breaker.probe_lease_ms, HOUR_MS,
         "a probe unheard of for so long is lost"),
    KNOB("window_calls", breaker.window_calls, BREAKER_WINDOW_CALLS_MAX,
         "judge the last so many calls"),
    KNOB("window_ms", breaker.window_ms, HOUR_MS, "judge the last so many ms"),
    KNOB("min_calls", breaker.min_calls, MANY, "judge no rate on fewer"),
    KNOB("failure_pct", breaker.failure_pct, 100, "open at this share"),
    KNOB("slow_ms", breaker.slow_ms, HOUR_MS, "a call this long is slow"),
    KNOB("slow_pct", breaker.slow_pct, 100, "open at this share of slow calls"),
    KNOB("stale_max_ms", stale_max_ms, HOUR_MS, "age of a fallback"),
    KNOB("in_flight_max", in_flight_max, MANY, "bulkhead"),
    KNOB("per_shard", per_shard, 1, "a breaker for each shard"),
    KNOB("cache_ms", shared.cache_ms, HOUR_MS,
         "trust the copy of the item for so long; 0: no store"),
    KNOB("store_timeout_ms", shared.timeout_ms, HOUR_MS, "longest wait for the store"),
    KNOB("store_skip_ms", shared.skip_ms, HOUR_MS,
         "leave a store that failed alone for so long"),
    KNOB("probe_jitter_ms", shared.jitter_ms, HOUR_MS,
         "wait up to this before asking for the probe"),
    KNOB("shared_window_ms", shared.window_ms, HOUR_MS,
         "the fleet counts in windows this long"),
    KNOB("shared_failures", shared.failures, MANY,
         "failures in a window that open the fleet's breaker"),
    KNOB("shared_failure_pct", shared.failure_pct, 100, "or this share of them"),
    KNOB("shared_min_calls", shared.min_calls, MANY, "of at least so many calls"),
    {.name = NULL}};

/* --- mistakes --------------------------------------------------------------------- */

struct reader {
    char *why;
    size_t room;
    bool wrong; /* the first mistake is kept */
};

__attribute__((format(printf, 2, 3))) static void wrong(struct reader *r,
                                                        const char *format, ...)
{
    if (r->wrong)
        return;
    r->wrong = true;
    int n = snprintf(r->why, r->room, "BREAKER_CONFIG: ");
    if (n < 0 || (size_t)n >= r->room)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(r->why + n, r->room - (size_t)n, format, args);
    va_end(args);
}

static void wrong_key(struct reader *r, const char *key)
{
    char keys[CONFIG_WHY_MAX] = "";
    size_t used = 0;
    for (const struct config_knob *k = config_knobs; k->name != NULL; k++) {
        int n = snprintf(keys + used, sizeof keys - used, "%s%s",
                         k == config_knobs ? "" : ", ", k->name);
        used += n > 0 ? (size_t)n : 0;
        if (used >= sizeof keys)
            break;
    }
    wrong(r, "%.60s: no such key; allowed are %s", key, keys);
}

/* Where in the text cJSON gave up: as a person counts. */
static void wrong_json(struct reader *r, const char *text, const char *end)
{
    int line = 1, column = 1;
    for (const char *at = text; at < end; at++) {
        column = *at == '\n' ? 1 : column + 1;
        line += *at == '\n';
    }
    wrong(r, "line %d, column %d: this is not JSON", line, column);
}

/* --- reading ---------------------------------------------------------------------- */

static const struct config_knob *find_knob(const char *name)
{
    const struct config_knob *k = config_knobs;
    while (k->name != NULL && strcmp(k->name, name) != 0)
        k++;
    return k->name != NULL ? k : NULL;
}

/* What stands there, cut to a readable length. It is for a log, so it stays one line.
 */
static void wrong_value(struct reader *r, const struct config_knob *k,
                        const cJSON *value)
{
    char *found = cJSON_PrintUnformatted(value);
    wrong(r, "%s: found %.60s, allowed is a whole number from 0 to %u: %s", k->name,
          found != NULL ? found : "?", k->max, k->what);
    cJSON_free(found);
}

static void read_knob(struct reader *r, struct client_config *config,
                      const cJSON *value, bool doubled)
{
    const struct config_knob *k = find_knob(value->string);
    if (k == NULL) {
        wrong_key(r, value->string);
        return;
    }
    double n = value->valuedouble;
    if (!cJSON_IsNumber(value) || !(n >= 0 && n <= k->max) || n != (uint32_t)n) {
        wrong_value(r, k, value);
        return;
    }
    if (doubled)
        wrong(r, "%s: stands there twice", k->name);
    uint32_t whole = (uint32_t)n;
    memcpy((char *)config + k->offset, &whole, sizeof whole);
}

static void read_knobs(struct reader *r, struct client_config *config,
                       const cJSON *root)
{
    if (!cJSON_IsObject(root))
        wrong(r, "allowed is an object, such as {\"deadline_ms\": 2000}");
    const cJSON *value = NULL;
    cJSON_ArrayForEach(value, root)
    {
        if (value->string == NULL)
            return; /* a list, and said so */
        bool doubled = cJSON_GetObjectItemCaseSensitive(root, value->string) != value;
        read_knob(r, config, value, doubled);
    }
}

bool config_read(struct client_config *config, const char *text, char *why, size_t room)
{
    struct reader r = {.why = why, .room = room};
    why[0] = '\0';
    *config = (struct client_config){.deadline_ms = 0};
    if (text == NULL) {
        wrong(&r, "is not set; {} would be a client without any protection");
        return false;
    }
    const char *end = text;
    cJSON *root = cJSON_ParseWithOpts(text, &end, 1);
    if (root == NULL)
        wrong_json(&r, text, end);
    else
        read_knobs(&r, config, root);
    cJSON_Delete(root);
    const char *error = r.wrong ? NULL : client_config_error(config);
    if (error != NULL)
        wrong(&r, "%s", error);
    return !r.wrong;
}
