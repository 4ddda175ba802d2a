/* explore_trace.c - see explore_trace.h. */
#include "explore_trace.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "sim.h"
#include "storm.h"

static const char *const move_names[] = {
    [MOVE_START] = "start",     [MOVE_SERVE] = "serve", [MOVE_HEAR] = "hear",
    [MOVE_GOOD] = "good",       [MOVE_BAD] = "bad",     [MOVE_WAKE] = "wake",
    [MOVE_GIVE_UP] = "give-up", [MOVE_WELL] = "well",   [MOVE_TICK] = "tick",
    [MOVE_ARRIVE] = "arrive"};

unsigned explore_fields(const char *protocol)
{
    if (strcmp(protocol, "ours") == 0)
        return EXPLORE_HAS_VERSION | EXPLORE_HAS_GENERATION | EXPLORE_HAS_FAILED;
    if (strcmp(protocol, "rmw") == 0)
        return EXPLORE_HAS_VERSION | EXPLORE_HAS_FAILED;
    return EXPLORE_HAS_VERSION; /* what it counts is one environment's, not the fleet's
                                 */
}

/* --- writing ---------------------------------------------------------------------- */

static void add_words(cJSON *root, const char *key, const struct explore_word *words,
                      unsigned set)
{
    cJSON *list = cJSON_AddArrayToObject(root, key);
    for (int i = 0; words[i].name != NULL; i++)
        if (set >> i & 1)
            cJSON_AddItemToArray(list, cJSON_CreateString(words[i].name));
}

static void add_knobs(cJSON *root, const struct explore_config *config)
{
    cJSON *object = cJSON_AddObjectToObject(root, "knobs");
    for (const struct knob *k = config->caller->knobs; k->name != NULL; k++) {
        const unsigned char *place = (const unsigned char *)config->config + k->offset;
        int64_t ns = 0;
        uint32_t count = 0;
        memcpy(&ns, place, k->kind == KNOB_MS ? sizeof ns : 0);
        memcpy(&count, place, k->kind == KNOB_MS ? 0 : sizeof count);
        if (ns != 0 || count != 0)
            cJSON_AddNumberToObject(object, k->name, count + (double)ns / 1e6);
    }
}

static void add_moves(cJSON *root, const struct explore_result *result)
{
    cJSON *list = cJSON_AddArrayToObject(root, "moves");
    for (uint32_t i = 0; i < result->length; i++) {
        struct explore_move move = result->path[i];
        char text[32];
        const char *name = move.kind < MOVE_FAULT
                               ? move_names[move.kind]
                               : explore_faults[move.kind - MOVE_FAULT].name;
        if (explore_is_global(move))
            snprintf(text, sizeof text, "%s", name);
        else
            snprintf(text, sizeof text, "%c %s", 'A' + move.who, name);
        cJSON_AddItemToArray(list, cJSON_CreateString(text));
    }
}

static cJSON *tree_of(const struct explore_config *config,
                      const struct explore_result *result)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "explore", explore_rules[result->broken.rule].name);
    cJSON_AddStringToObject(root, "why", result->broken.why);
    cJSON_AddStringToObject(root, "protocol", config->protocol);
    add_knobs(root, config);
    cJSON_AddNumberToObject(root, "environments", config->environments);
    cJSON_AddNumberToObject(root, "calls", config->calls);
    cJSON_AddNumberToObject(root, "ticks", config->ticks);
    cJSON_AddNumberToObject(root, "tick_ms", (double)config->tick / 1e6);
    cJSON_AddNumberToObject(root, "lease_ms", (double)config->lease / 1e6);
    cJSON_AddNumberToObject(root, "deadline_ms", (double)config->deadline / 1e6);
    cJSON_AddNumberToObject(root, "patience", config->patience);
    cJSON_AddNumberToObject(root, "budget", config->budget);
    add_words(root, "faults", explore_faults, config->faults);
    add_words(root, "rules", explore_rules, config->rules);
    cJSON_AddItemToObject(root, "clocks",
                          cJSON_CreateIntArray(config->offset, EXPLORE_ENVS_MAX));
    cJSON_AddBoolToObject(root, "plain", config->plain);
    add_moves(root, result);
    return root;
}

bool explore_trace_write(const char *file, const struct explore_config *config,
                         const struct explore_result *result)
{
    FILE *out = storm_open(file);
    if (out == NULL)
        return false;
    cJSON *root = tree_of(config, result);
    char *text = cJSON_Print(root);
    if (text == NULL) {
        fprintf(stderr, "storm: out of memory\n");
        abort();
    }
    fprintf(out, "%s\n", text);
    free(text);
    cJSON_Delete(root);
    return storm_close(out, file);
}

/* --- reading ---------------------------------------------------------------------- */

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

bool explore_trace_is(const char *file)
{
    struct json_reader reader = {.file = file};
    cJSON *root = json_load(&reader, file);
    bool is = cJSON_IsString(get(root, "explore"));
    cJSON_Delete(root);
    return is;
}

static uint32_t read_whole(struct json_reader *r, const cJSON *root, const char *key,
                           int64_t min, int64_t max)
{
    int64_t value = min;
    json_need(r, root, "$", key, "a whole number");
    json_whole(r, root, "$", key, min, max, &value);
    return (uint32_t)value;
}

/* The bits that a list of words stands for. */
static unsigned read_words(struct json_reader *r, const cJSON *root, const char *key,
                           const struct explore_word *words)
{
    char path[JSON_PATH_MAX];
    unsigned set = 0;
    const cJSON *list = get(root, key);
    snprintf(path, sizeof path, "$.%s", key);
    json_need(r, root, "$", key, "a list of words");
    int n = json_list(r, list, path, 32);
    for (int i = 0; i < n; i++) {
        const char *word = cJSON_GetStringValue(cJSON_GetArrayItem(list, i));
        int k = 0;
        while (words[k].name != NULL &&
               (word == NULL || strcmp(words[k].name, word) != 0))
            k++;
        if (words[k].name == NULL)
            json_wrong(r, path, "entry %d: found %s, which is none of its words", i,
                       word != NULL ? word : "no text");
        else
            set |= 1u << k;
    }
    return set;
}

static void read_clocks(struct json_reader *r, const cJSON *root,
                        struct explore_config *config)
{
    const cJSON *list = get(root, "clocks");
    int n = json_list(r, list, "$.clocks", EXPLORE_ENVS_MAX);
    for (int i = 0; i < n; i++) {
        const cJSON *entry = cJSON_GetArrayItem(list, i);
        if (!cJSON_IsNumber(entry) || entry->valueint < -10 || entry->valueint > 10)
            json_wrong(r, "$.clocks", "entry %d: allowed -10 to 10", i);
        else
            config->offset[i] = entry->valueint;
    }
}

/* "A start", "tick": false if there is no such move. */
static bool read_move(const char *text, uint32_t environments,
                      struct explore_move *move)
{
    const char *blank = strchr(text, ' ');
    const char *name = blank != NULL ? blank + 1 : text;
    move->who = (uint8_t)(blank != NULL ? text[0] - 'A' : 0);
    if (blank != NULL &&
        (blank != text + 1 || text[0] < 'A' || move->who >= environments))
        return false;
    for (uint32_t kind = 0; kind < MOVE_KINDS; kind++) {
        const char *known = kind < MOVE_FAULT ? move_names[kind]
                                              : explore_faults[kind - MOVE_FAULT].name;
        move->kind = (uint8_t)kind;
        if (strcmp(known, name) == 0)
            return explore_is_global(*move) == (blank == NULL);
    }
    return false;
}

static void read_moves(struct json_reader *r, const cJSON *root,
                       struct explore_trace *trace)
{
    const cJSON *list = get(root, "moves");
    json_need(r, root, "$", "moves", "a list of moves");
    int n = json_list(r, list, "$.moves", EXPLORE_PATH_MAX);
    for (int i = 0; i < n; i++) {
        const char *text = cJSON_GetStringValue(cJSON_GetArrayItem(list, i));
        if (text == NULL || !read_move(text, trace->config.environments,
                                       &trace->result.path[trace->result.length++]))
            json_wrong(r, "$.moves", "entry %d: found %s, wanted such as \"A start\"",
                       i, text != NULL ? text : "no text");
    }
}

static void read_protocol(struct json_reader *r, const cJSON *root,
                          struct explore_trace *trace)
{
    struct explore_config *config = &trace->config;
    const char *names[SCENE_PROTOCOLS_MAX + 1] = {NULL};
    int which = 0;
    for (int i = 0; scene_protocols[i].name != NULL; i++)
        names[i] = scene_protocols[i].name;
    json_need(r, root, "$", "protocol", "a text");
    json_choice(r, root, "$", "protocol", names, &which);
    config->caller = scene_protocols[which].caller;
    config->fields = explore_fields(names[which]);
    snprintf(trace->protocol, sizeof trace->protocol, "%s", names[which]);
    json_need(r, root, "$", "knobs", "an object");
    json_knobs(r, get(root, "knobs"), "$.knobs", config->caller->knobs, NULL,
               trace->knobs);
    const char *wrong = config->caller->config_error(trace->knobs);
    if (wrong != NULL)
        json_wrong(r, "$.knobs", "%s", wrong);
    if (config->caller->apply == NULL)
        json_wrong(r, "$.protocol", "found one without a store");
}

static void read_tree(struct json_reader *r, const cJSON *root,
                      struct explore_trace *trace)
{
    static const char *const keys[] = {
        "explore",  "why",    "protocol", "knobs",    "environments", "calls",
        "ticks",    "plain",  "tick_ms",  "lease_ms", "budget",       "deadline_ms",
        "patience", "faults", "clocks",   "rules",    "moves",        NULL};
    struct explore_config *c = &trace->config;
    json_keys(r, root, "$", keys);
    read_protocol(r, root, trace);
    c->environments = read_whole(r, root, "environments", 1, EXPLORE_ENVS_MAX);
    c->calls = read_whole(r, root, "calls", 1, EXPLORE_CALLS_MAX);
    c->ticks = read_whole(r, root, "ticks", 0, EXPLORE_TICKS_MAX);
    c->tick = read_whole(r, root, "tick_ms", 1, 3600000) * SIM_MS;
    c->lease = read_whole(r, root, "lease_ms", 0, 3600000) * SIM_MS;
    c->deadline = read_whole(r, root, "deadline_ms", 0, 3600000) * SIM_MS;
    c->patience = read_whole(r, root, "patience", 1, EXPLORE_TICKS_MAX);
    c->budget = read_whole(r, root, "budget", 0, EXPLORE_BUDGET_MAX);
    c->faults = read_words(r, root, "faults", explore_faults);
    c->rules = read_words(r, root, "rules", explore_rules);
    c->plain = json_true(r, root, "$", "plain");
    read_clocks(r, root, c);
    read_moves(r, root, trace);
}

bool explore_trace_read(struct explore_trace *trace, const char *file, char *error)
{
    struct json_reader reader = {.file = file};
    memset(trace, 0, sizeof *trace);
    trace->result.broken.rule = EXPLORE_NO_RULE;
    cJSON *root = json_load(&reader, file);
    if (root != NULL)
        read_tree(&reader, root, trace);
    cJSON_Delete(root);
    trace->config.config = trace->knobs;
    trace->config.protocol = trace->protocol;
    snprintf(error, JSON_ERROR_MAX, "%s", reader.error);
    return reader.error[0] == '\0';
}
