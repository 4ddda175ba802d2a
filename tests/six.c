/* six.c - one configuration, six storms (chapter 16):
 *
 *      six TUNE.TXT                what it comes to, a line for each storm
 *      six --scene NAME TUNE.TXT   that storm, with the client "tuned" in it
 *
 * The client "tuned" is the storm's client "none" with the breaker of TUNE.TXT. A line
 * is
 *
 *      name missed wasted recovered_ms points shipped
 *
 * Users who got no fresh answer, calls to the backend that brought none, the fact of
 * that name. A storm is played under three seeds, since one may be kinder to a
 * configuration than the next: shown is what one play comes to on average, and the
 * longest recovered_ms. What is missed or wasted is the cost. The best configuration
 * that we know for a storm stands in tests/storms/NAME.txt and is worth 100 points;
 * twice its cost, 50. The last column has the points of the file as shipped. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "json.h"
#include "mine.h"
#include "scene.h"

#define STORM "chapters/16-break-it-on-purpose/%s.json"
#define BEST "tests/storms/%s.txt"
#define SHIPPED "solutions/00-green-first/tune.txt"

static const char *const storms[] = {"blip", "gray",     "outage",
                                     "slow", "flapping", "overload"};

enum { STORMS = sizeof storms / sizeof storms[0], FILE_NAME_MAX = 128, SEEDS = 3 };

/* Of all its plays together. */
struct outcome_of {
    int64_t missed, wasted, recovered_ms;
};

static _Noreturn void give_up(const char *file, const char *why)
{
    fprintf(stderr, "%s: %s\n", file, why);
    exit(2);
}

static struct breaker_config read_knobs(const char *file)
{
    struct breaker_config knobs;
    struct mine_error error;
    size_t bytes;
    char *text = mine_file(file, &bytes, &error);
    if (text == NULL || !mine_parse_knobs(&knobs, text, bytes, &error)) {
        mine_print_error(file, &error);
        exit(2);
    }
    free(text);
    return knobs;
}

/* The storm as JSON with the client "tuned" behind the others; to be freed. */
static char *with_tuned(const char *file, const struct breaker_config *knobs)
{
    struct json_reader reader = {.file = file};
    cJSON *root = json_load(&reader, file);
    cJSON *clients = cJSON_GetObjectItem(root, "clients");
    cJSON *tuned = cJSON_Duplicate(cJSON_GetObjectItem(clients, "none"), true);
    uint32_t value;
    const char *name;
    if (tuned == NULL || !cJSON_AddItemToObject(clients, "tuned", tuned))
        give_up(file, reader.error[0] ? reader.error : "there is no client \"none\"");
    for (int i = 0; (name = mine_knob(i, knobs, &value)) != NULL; i++)
        if (value > 0)
            cJSON_AddNumberToObject(tuned, name, value);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

static void add_up(struct outcome_of *all, const struct record *record)
{
    int64_t fresh = 0, back_ms = facts[fact_find("recovered_ms")].get(record);
    for (uint32_t i = 0; i < record->buckets; i++)
        fresh += record->bucket[i].outcome[OUTCOME_FRESH];
    all->missed += (int64_t)record->offered - fresh;
    all->wasted += (int64_t)record->attempts - fresh;
    if (back_ms < 0 || (all->recovered_ms >= 0 && back_ms > all->recovered_ms))
        all->recovered_ms = back_ms; /* -1: never, which is longer than any */
}

static struct outcome_of play(const char *storm, const struct breaker_config *knobs)
{
    static struct scene scene;
    char file[FILE_NAME_MAX], error[JSON_ERROR_MAX];
    snprintf(file, sizeof file, STORM, storm);
    char *text = with_tuned(file, knobs);
    if (!scene_parse(&scene, file, text, strlen(text), error))
        give_up(file, error);
    free(text);
    int client = scene_client_find(&scene, "tuned");
    struct outcome_of all = {0, 0, 0};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct record *record = scene_run(&scene, (uint32_t)client, seed);
        add_up(&all, record);
        record_free(record);
    }
    return all;
}

/* Rounded down; who beats the best we know gets more than 100. */
static int64_t points(struct outcome_of it, struct outcome_of best)
{
    int64_t cost = it.missed + it.wasted;
    return cost == 0 ? 100 : (best.missed + best.wasted) * 100 / cost;
}

static void play_storm(const char *storm, const struct breaker_config *knobs)
{
    char file[FILE_NAME_MAX];
    snprintf(file, sizeof file, BEST, storm);
    struct breaker_config best_knobs = read_knobs(file),
                          as_shipped = read_knobs(SHIPPED);
    struct outcome_of it = play(storm, knobs), best = play(storm, &best_knobs);
    struct outcome_of shipped = play(storm, &as_shipped);
    printf("%s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", storm,
           it.missed / SEEDS, it.wasted / SEEDS, it.recovered_ms, points(it, best),
           points(shipped, best));
}

static int print_scene(const char *storm, const struct breaker_config *knobs)
{
    char file[FILE_NAME_MAX];
    snprintf(file, sizeof file, STORM, storm);
    char *text = with_tuned(file, knobs);
    puts(text);
    free(text);
    return 0;
}

int main(int argc, char **argv)
{
    bool print = argc == 4 && strcmp(argv[1], "--scene") == 0;
    if (argc != 2 && !print) {
        fprintf(stderr, "usage: six [--scene NAME] TUNE.TXT\n");
        return 2;
    }
    struct breaker_config knobs = read_knobs(argv[argc - 1]);
    if (print)
        return print_scene(argv[2], &knobs);
    for (int i = 0; i < STORMS; i++)
        play_storm(storms[i], &knobs);
    return 0;
}
