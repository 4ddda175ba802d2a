/* scene_fuzz.c - anything at all as a scene: `make fuzz`.
 *
 * The reader must answer every text with a scene or with an error of one line. A scene
 * that is little work is also played, twice: both runs must be the same, and what the
 * record says must add up.
 *
 * Bytes changed blindly seldom leave a scene behind; so every second change is another
 * number in the place of one that is there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "json.h"
#include "output.h"
#include "picture.h"
#include "scene.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
size_t LLVMFuzzerCustomMutator(unsigned char *data, size_t size, size_t most,
                               unsigned seed);
size_t LLVMFuzzerMutate(unsigned char *data, size_t size, size_t most);

#define HOLDS(what) ((what) ? (void)0 : fail(#what, __LINE__))

static void fail(const char *what, int line)
{
    fprintf(stderr, "scene_fuzz: line %d: does not hold: %s\n", line, what);
    abort();
}

/* --- how much work a scene is
 * --------------------------------------------------------- */

static uint64_t attempts_of(const struct scene_client *client)
{
    const struct knob *knobs = scene_protocols[client->protocol].caller->knobs;
    for (const struct knob *k = knobs; k->name != NULL; k++) {
        uint32_t value;
        memcpy(&value, client->config + k->offset, sizeof value);
        if (strcmp(k->name, "attempts") == 0)
            return value + 1;
    }
    return 1;
}

/* Most requests a second there can be, in all. */
static uint64_t most_rps(const struct world_config *w)
{
    uint64_t rps = w->load.rps, pct = 100;
    for (uint32_t i = 0; i < w->load.steps; i++)
        rps = w->load.step[i].rps > rps ? w->load.step[i].rps : rps;
    if (w->load.law == LOAD_USERS)
        rps = w->load.users * (uint64_t)SIM_S / (uint64_t)w->load.think;
    for (uint32_t i = 0; i < w->fault_count; i++)
        if (w->faults[i].kind == FAULT_LOAD && w->faults[i].pct > pct)
            pct = w->faults[i].pct;
    return rps * pct / 100;
}

static bool is_little(const struct scene *scene)
{
    const struct world_config *w = &scene->world;
    uint64_t calls = most_rps(w) * (w->load.repeats + 1), most = 1;
    for (uint32_t i = 0; i < scene->clients; i++)
        if (attempts_of(&scene->client[i]) > most)
            most = attempts_of(&scene->client[i]);
    return w->run <= 5 * SIM_S && w->pool.size <= 200 && w->load.users <= 1000 &&
           calls <= 1000 && calls * most <= 2000;
}

/* --- a run
 * ---------------------------------------------------------------------------- */

static void adds_up(const struct scene *scene, const struct record *r)
{
    uint64_t offered = 0, settled = 0, attempts = 0, probes = 0;
    for (uint32_t i = 0; i < r->buckets; i++) {
        const struct record_bucket *b = &r->bucket[i];
        uint64_t outcomes = 0;
        for (int o = 0; o < OUTCOMES; o++)
            outcomes += b->outcome[o];
        HOLDS(outcomes <= b->offered);
        HOLDS(b->busy <= scene->world.pool.size);
        offered += b->offered;
        settled += outcomes;
        attempts += b->attempts;
        probes += b->probes;
    }
    HOLDS(offered == r->offered && settled == r->settled);
    HOLDS(settled == r->latency.total);
    HOLDS(attempts == r->attempts && probes == r->probes && probes <= attempts);
    HOLDS(r->served_in_vain <= r->attempts);
    HOLDS(r->busy_most <= scene->world.pool.size);
    HOLDS(r->pool.alive_most <= scene->world.pool.size);
    HOLDS(r->store.conflicts <= r->store.writes);
}

static void show(const struct scene *scene, uint32_t client, struct record *r)
{
    static FILE *nowhere;
    struct picture_axes axes = {0, 0};
    if (nowhere == NULL)
        nowhere = fopen("/dev/null", "w");
    HOLDS(nowhere != NULL);
    for (int i = 0; facts[i].name != NULL; i++)
        (void)facts[i].get(r);
    picture_widen(&axes, r);
    picture_print(nowhere, scene->client[client].name, r, &axes, true);
    output_run_csv(nowhere, r);
    output_run_json(nowhere, scene, client, 1, r);
}

static void play(const struct scene *scene)
{
    for (uint32_t c = 0; c < scene->clients; c++) {
        struct record *first = scene_run(scene, c, 1), *again = scene_run(scene, c, 1);
        HOLDS(first->digest == again->digest && first->events == again->events);
        adds_up(scene, first);
        show(scene, c, first);
        record_free(first);
        record_free(again);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static struct scene scene;
    char error[JSON_ERROR_MAX];
    bool good = scene_parse(&scene, "f", (const char *)data, size, error);
    HOLDS(good == (error[0] == '\0'));
    HOLDS(strlen(error) < sizeof error && strpbrk(error, "\n\r\t\033") == NULL);
    HOLDS(good || strncmp(error, "f: ", 3) == 0);
    if (good && is_little(&scene))
        play(&scene);
    return 0;
}

/* --- changes
 * -------------------------------------------------------------------------- */

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static const char *other_number(unsigned *seed, char *out, size_t size)
{
    static const char *const odd[] = {
        "0",    "1",       "-1",         "0.5",     "0.000001",   "100",    "1000",
        "5000", "1e9",     "4294967296", "1e999",   "86400000",   "100000", "10",
        "2",    "1000000", "64",         "3600000", "4999.999999"};
    *seed = *seed * 1103515245u + 12345u;
    if (*seed >> 16 & 1)
        return odd[(*seed >> 17) % (sizeof odd / sizeof *odd)];
    snprintf(out, size, "%u", (*seed >> 17) % 1500);
    return out;
}

size_t LLVMFuzzerCustomMutator(unsigned char *data, size_t size, size_t most,
                               unsigned seed)
{
    char text[16];
    size_t from = size > 0 ? seed % size : 0, to;
    while (from < size && !is_digit(data[from]))
        from++;
    for (to = from; to < size && is_digit(data[to]);)
        to++;
    const char *number = other_number(&seed, text, sizeof text);
    size_t n = strlen(number);
    if (seed >> 15 & 1 || from == size || size - (to - from) + n > most)
        return LLVMFuzzerMutate(data, size, most);
    memmove(data + from + n, data + to, size - to);
    memcpy(data + from, number, n);
    return size - (to - from) + n;
}
