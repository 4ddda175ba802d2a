/* explore.c - what storm explore does, and storm replay with what it found. */
#include "explore.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "explore_trace.h"
#include "explore_words.h"
#include "json.h"
#include "sim.h"
#include "storm.h"

#define GIB (UINT64_C(1) << 30)

/* --- the small world, if there is no scene ---------------------------------------- */

/* One tick is 1 s. Two failures open it, it rests for two ticks, a probe has two. A
 * call may take until the next tick, the store no tick at all. Each knob goes to the
 * protocols that have it. With three environments there is room for a rest of one tick
 * only, or the time would not reach to a lease that runs out. */
static const struct {
    const char *knob;
    uint32_t value;
} small_world[] = {{"timeout_ms", 1000},        {"attempts", 1},
                   {"failures_to_open", 2},     {"shared_failures", 2},
                   {"shared_window_ms", 60000}, {"open_ms", 2000},
                   {"open_max_ms", 4000},       {"probe_lease_ms", 2000},
                   {"successes_to_close", 1},   {"cache_ms", 1000},
                   {"store_timeout_ms", 100},   {"store_skip_ms", 1000}};

static const struct {
    uint32_t calls, ticks, budget;
} bounds[EXPLORE_ENVS_MAX + 1] = {{0, 0, 0}, {4, 6, 2}, {4, 5, 1}, {4, 3, 1}};

/* Hosts whose clocks differ: all ways that are not the same but for names, or for the
 * time at which the world begins. */
enum { SKEWS = 6 };
static const int skews[EXPLORE_ENVS_MAX + 1][SKEWS][EXPLORE_ENVS_MAX] = {
    {{0}},
    {{0}},
    {{0, 0, 0}, {0, 1, 0}, {-1, 1, 0}},
    {{0, 0, 0}, {0, 0, 1}, {0, 1, 1}, {-1, -1, 1}, {-1, 0, 1}, {-1, 1, 1}}};
static const uint32_t skew_count[EXPLORE_ENVS_MAX + 1] = {0, 1, 3, 6};

static uint32_t knob_value(const struct caller *caller, const void *config,
                           const char *name)
{
    uint32_t value = 0;
    for (const struct knob *k = caller->knobs; k->name != NULL; k++)
        if (strcmp(k->name, name) == 0)
            memcpy(&value, (const unsigned char *)config + k->offset, sizeof value);
    return value;
}

static void set_small_world(const struct caller *caller, uint32_t environments,
                            unsigned char *config)
{
    const uint32_t short_rest = 1000;
    for (size_t i = 0; i < sizeof small_world / sizeof *small_world; i++)
        for (const struct knob *k = caller->knobs; k->name != NULL; k++)
            if (strcmp(k->name, small_world[i].knob) == 0)
                memcpy(config + k->offset,
                       environments == 3 && strcmp(k->name, "open_ms") == 0
                           ? &short_rest
                           : &small_world[i].value,
                       sizeof(uint32_t));
}

/* --- options ---------------------------------------------------------------------- */

/* The place of a word of `n` bytes in a list of words; that of its end if it is none.
 */
static int find_word(const struct explore_word *words, const char *word, size_t n)
{
    int i = 0;
    while (words[i].name != NULL &&
           (strlen(words[i].name) != n || strncmp(words[i].name, word, n) != 0))
        i++;
    return i;
}

static bool unknown_word(const char *option, const struct explore_word *words,
                         const char *word, size_t n)
{
    fprintf(stderr, "storm: --%s: found \"%.*s\", allowed all, none, or some of",
            option, (int)n, word);
    for (int i = 0; words[i].name != NULL; i++)
        fprintf(stderr, " %s", words[i].name);
    fputc('\n', stderr);
    return false;
}

/* The bits of a list such as "lost,late"; "all" and "none" are lists too. */
static bool read_list(const char *option, const char *text,
                      const struct explore_word *words, unsigned *set)
{
    bool all = text == NULL || strcmp(text, "all") == 0;
    *set = 0;
    for (int i = 0; all && words[i].name != NULL; i++)
        *set |= 1u << i;
    if (all || strcmp(text, "none") == 0)
        return true;
    for (const char *at = text; at != NULL;) {
        size_t n = strcspn(at, ",");
        int i = find_word(words, at, n);
        if (words[i].name == NULL)
            return unknown_word(option, words, at, n);
        *set |= 1u << i;
        at = at[n] == ',' ? at + n + 1 : NULL;
    }
    return true;
}

static bool use_protocol(const struct options *o, struct explore_trace *t)
{
    const char *name = o->protocol != NULL ? o->protocol : "ours";
    int i = 0;
    while (scene_protocols[i].name != NULL &&
           strcmp(scene_protocols[i].name, name) != 0)
        i++;
    if (scene_protocols[i].name == NULL) {
        fprintf(stderr, "storm: --protocol: found \"%s\", allowed", name);
        for (i = 0; scene_protocols[i].name != NULL; i++)
            fprintf(stderr, " %s", scene_protocols[i].name);
        fputc('\n', stderr);
        return false;
    }
    snprintf(t->protocol, sizeof t->protocol, "%s", name);
    t->config.caller = scene_protocols[i].caller;
    t->config.tick = SIM_S;
    set_small_world(t->config.caller, t->config.environments, t->knobs);
    return true;
}

/* The client of a scene, its knobs as they are: a tick is the rest before a probe. */
static bool use_scene(const struct options *o, struct explore_trace *t)
{
    struct scene scene;
    if (o->protocol != NULL) {
        fprintf(stderr, "storm: --protocol goes without a scene, whose clients have "
                        "theirs\n");
        return false;
    }
    if (!storm_scene(o, &scene))
        return false;
    int client = storm_client(o, &scene, (int)scene.clients - 1);
    if (client < 0)
        return false;
    const struct scene_client *c = &scene.client[client];
    const struct scene_protocol *protocol = &scene_protocols[c->protocol];
    snprintf(t->protocol, sizeof t->protocol, "%s", protocol->name);
    memcpy(t->knobs, c->config, sizeof t->knobs);
    t->config.caller = protocol->caller;
    t->config.tick = knob_value(protocol->caller, t->knobs, "open_ms") * SIM_MS;
    if (t->config.tick > 0 && knob_value(protocol->caller, t->knobs, "cache_ms") > 0)
        return true;
    fprintf(stderr,
            "storm: the client \"%s\" of %s shares no breaker: it has no open_ms or no "
            "cache_ms\n",
            c->name, scene.name);
    return false;
}

/* Options that would change nothing. */
static bool bounds_fit(const struct options *o)
{
    if (o->skew && o->environments == 1)
        fprintf(stderr, "storm: --skew needs two clocks: --environments 2 or 3\n");
    else if (o->budget > 0 && o->faults != NULL && strcmp(o->faults, "none") == 0)
        fprintf(stderr, "storm: --budget says how many faults, and --faults none says "
                        "that there are none\n");
    else
        return true;
    return false;
}

static bool set_up(const struct options *o, struct explore_trace *t)
{
    struct explore_config *c = &t->config;
    bool two = o->skew || o->scene != NULL; /* three take too long */
    memset(t, 0, sizeof *t);
    c->environments = o->environments > 0 ? o->environments : two ? 2 : 3;
    if (!bounds_fit(o))
        return false;
    if (o->client != NULL && o->scene == NULL) {
        fprintf(stderr, "storm: --client is one of a scene's: which scene?\n");
        return false;
    }
    if (!(o->scene != NULL ? use_scene(o, t) : use_protocol(o, t)) ||
        !read_list("faults", o->faults, explore_faults, &c->faults) ||
        !read_list("rules", o->rules, explore_rules, &c->rules))
        return false;
    c->config = t->knobs;
    c->protocol = t->protocol;
    c->fields = explore_fields(t->protocol);
    c->calls = o->calls > 0 ? o->calls : bounds[c->environments].calls;
    c->ticks = o->ticks > 0 ? o->ticks : bounds[c->environments].ticks;
    c->budget = o->budget > 0 ? o->budget : bounds[c->environments].budget;
    c->budget = c->faults == 0 ? 0 : c->budget;
    c->lease = knob_value(c->caller, t->knobs, "probe_lease_ms") * SIM_MS;
    c->deadline = knob_value(c->caller, t->knobs, "deadline_ms") * SIM_MS;
    c->patience = 12;
    c->bytes = 8 * GIB;
    return true;
}

/* --- what is said ----------------------------------------------------------------- */

struct watch {
    double began, shown;
    bool seen;
};

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void show_progress(void *who, uint64_t states, uint64_t waiting, uint32_t depth,
                          uint64_t bytes)
{
    struct watch *w = who;
    double now = seconds();
    if (!isatty(STDERR_FILENO) || now - w->began < 1 || now - w->shown < 0.2)
        return;
    w->shown = now;
    w->seen = true;
    fprintf(stderr,
            "\r\033[K%" PRIu64 " states, %" PRIu64 " of them to go on from, %u turns "
            "deep, %" PRIu64 " MB",
            states, waiting, depth, bytes >> 20);
}

static void print_words(const char *before, const struct explore_word *words,
                        unsigned set)
{
    printf("%s", before);
    for (int i = 0; words[i].name != NULL; i++)
        if (set >> i & 1)
            printf(" %s", words[i].name);
}

static void print_bounds(const struct explore_config *c)
{
    printf("%s, in every order: %u environment%s, %u requests in all, %u ticks of %s",
           c->protocol, c->environments, c->environments > 1 ? "s" : "", c->calls,
           c->ticks, words_tick(c, 1).text);
    if (c->faults == 0)
        printf(", no faults");
    else
        printf(", at most %u fault%s", c->budget, c->budget > 1 ? "s" : "");
    printf("\n");
    if (c->faults != 0) {
        print_words("  faults:   ", explore_faults, c->faults);
        printf("\n");
    }
    print_words("  rules:    ", explore_rules, c->rules);
    printf("\n");
    if (!(c->fields & EXPLORE_HAS_GENERATION))
        printf("  not asked: of generations, for this protocol has none\n");
    if (!(c->fields & EXPLORE_HAS_FAILED))
        printf("  not asked: double-count, for it counts in each environment\n");
}

static void print_clocks(const struct explore_config *c)
{
    printf("  clocks:   ");
    for (uint32_t i = 0; i < c->environments; i++)
        printf(" %s %+d", words_name(i, 0).text, c->offset[i]);
    printf(" ticks\n");
}

static void print_counts(const struct explore_config *c, const struct explore_result *r,
                         double took)
{
    const struct explore_met *m = &r->met;
    printf("  %" PRIu64 " states, %" PRIu64 " moves, %u turns deep; %.1f s, %" PRIu64
           " MB\n",
           r->states, r->moves, r->depth, took, r->bytes >> 20);
    printf("  %" PRIu64 " memories, %" PRIu64 " items, %" PRIu64
           " different steps of the "
           "client\n",
           r->sizes.memories, r->sizes.items, r->sizes.steps);
    printf("  met: %" PRIu64 " openings, %" PRIu64 " probe leases, %" PRIu64
           " taken over, %" PRIu64 " reopenings, %" PRIu64 " closings,\n"
           "       %" PRIu64 " lost races, %" PRIu64 " faults\n",
           m->trips, m->leases, m->takeovers, m->reopenings, m->closings, m->lost_races,
           m->faults);
    if (r->complete && c->rules >> EXPLORE_STUCK & 1)
        printf("  from every state all is well again within %s; with a dead store, "
               "within %s\n",
               words_tick(c, r->slowest[0]).text, words_tick(c, r->slowest[1]).text);
}

/* --- the verbs -------------------------------------------------------------------- */

static int tell(const struct options *o, const struct explore_config *c,
                const struct explore_result *r)
{
    if (r->broken.rule == EXPLORE_NO_RULE && !r->complete)
        printf("Not all were seen: memory for more than %" PRIu64
               " GB is not taken. In these, every rule holds.\n",
               c->bytes / GIB);
    if (r->complete && (r->met.trips == 0 || r->met.leases == 0))
        printf(
            "But in these bounds nothing was opened and probed, so little was asked: "
            "more calls,\nmore ticks, or a breaker that opens after fewer "
            "failures.\n");
    if (r->broken.rule == EXPLORE_NO_RULE)
        return r->complete ? 0 : 1;
    printf("\n");
    explore_story(stdout, c, r, o->colour);
    return 1;
}

static int explore_one(const struct options *o, const struct explore_config *c,
                       struct explore_result *r)
{
    struct watch watch = {.began = seconds()};
    explore_run(c, o->quiet ? NULL : show_progress, &watch, r);
    if (watch.seen)
        fprintf(stderr, "\r\033[K");
    if (!o->quiet)
        print_counts(c, r, seconds() - watch.began);
    return tell(o, c, r);
}

int storm_explore(const struct options *o)
{
    struct explore_trace trace;
    struct explore_config *c = &trace.config;
    int status = 0;
    if (!set_up(o, &trace))
        return 2;
    if (!o->quiet)
        print_bounds(c);
    uint32_t settings = o->skew ? skew_count[c->environments] : 1;
    for (uint32_t i = 0; i < settings && status == 0; i++) {
        memcpy(c->offset, skews[c->environments][i], sizeof c->offset);
        if (o->skew && !o->quiet)
            print_clocks(c);
        status = explore_one(o, c, &trace.result);
    }
    storm_note_todo();
    if (status == 0 && !o->quiet)
        printf("Every rule holds in every state.\n");
    if (o->trace == NULL || trace.result.broken.rule == EXPLORE_NO_RULE)
        return status;
    return explore_trace_write(o->trace, c, &trace.result) ? status : 2;
}

int storm_replay_trace(const struct options *o, const char *file)
{
    struct explore_trace trace;
    char error[JSON_ERROR_MAX];
    if (!explore_trace_read(&trace, file, error)) {
        fprintf(stderr, "%s\n", error);
        return 2;
    }
    if (!explore_replay(&trace.config, &trace.result)) {
        fprintf(stderr,
                "%s: $.moves: not all of these moves are possible, one after the "
                "other\n",
                file);
        return 2;
    }
    explore_story(stdout, &trace.config, &trace.result, o->colour);
    if (trace.result.broken.rule == EXPLORE_NO_RULE)
        printf("\nNothing is broken by this.\n");
    return trace.result.broken.rule == EXPLORE_NO_RULE ? 0 : 1;
}
