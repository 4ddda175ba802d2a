/* swarm_test.c - what storm swarm rests on: scenes drawn, written and read again are
 * the same to the bit; a broken scene made smaller is still broken in the same way;
 * every rule is broken by a story made for it (swarm_rules.c).
 *
 * That the rules catch real mistakes is seen in swarm.sh, on clients with bugs. */
#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "swarm.h"
#include "swarm_test.h"

/* --- scenes ----------------------------------------------------------------------- */

static char text[2][1 << 16];

static void write_to(char *to, const struct scene *scene)
{
    FILE *out = fmemopen(to, sizeof text[0], "w");
    UNIT_HOLDS(out != NULL);
    swarm_write(out, scene);
    UNIT_HOLDS(fclose(out) == 0);
}

static void read_again(const char *from, struct scene *scene)
{
    char error[JSON_ERROR_MAX];
    bool good = scene_parse(scene, "swarm", from, strlen(from), error);
    UNIT_SAYS(good, "%s\n%s", error, from);
}

static void same_world(const struct world_config *a, const struct world_config *b)
{
    UNIT_HOLDS(a->run == b->run && a->bucket == b->bucket && a->timeout == b->timeout);
    UNIT_HOLDS(a->has_gateway == b->has_gateway && a->has_store == b->has_store);
    UNIT_HOLDS(a->fault_count == b->fault_count);
    for (uint32_t i = 0; i < a->fault_count; i++) {
        const struct fault *x = &a->faults[i], *y = &b->faults[i];
        UNIT_HOLDS(x->from == y->from && x->to == y->to && x->kind == y->kind &&
                   x->shard == y->shard && x->pct == y->pct);
    }
}

/* What was written, read and written again is the same text, and the same run. */
static void round_trip(const struct scene *scene, bool play)
{
    static struct scene again;
    write_to(text[0], scene);
    read_again(text[0], &again);
    write_to(text[1], &again);
    ck_assert_str_eq(text[0], text[1]);
    same_world(&scene->world, &again.world);
    UNIT_HOLDS(scene->clients == again.clients);
    for (uint32_t i = 0; i < scene->clients; i++) {
        UNIT_HOLDS(memcmp(scene->client[i].config, again.client[i].config,
                          sizeof again.client[i].config) == 0);
        if (!play)
            continue;
        struct record *one = scene_run(scene, i, 7), *two = scene_run(&again, i, 7);
        UNIT_HOLDS(one->digest == two->digest && one->events == two->events);
        record_free(one);
        record_free(two);
    }
}

START_TEST(drawn_scenes)
{
    static struct scene scene, twin;
    for (uint64_t seed = 1; seed <= 2000; seed++)
        for (uint32_t protocol = 0; protocol < 3; protocol++) {
            swarm_draw(&scene, seed, protocol);
            swarm_draw(&twin, seed, protocol);
            UNIT_HOLDS(memcmp(&scene, &twin, sizeof scene) == 0);
            round_trip(&scene, seed % 100 == 0);
        }
}
END_TEST

static int is_scene(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".json") == 0;
}

START_TEST(shipped_scenes)
{
    struct dirent **entries = NULL;
    int n = scandir("sim/scenes", &entries, is_scene, alphasort);
    UNIT_HOLDS(n > 10);
    for (int i = 0; i < n; i++) {
        static struct scene scene;
        char file[512], error[JSON_ERROR_MAX];
        snprintf(file, sizeof file, "sim/scenes/%s", entries[i]->d_name);
        bool good = scene_load(&scene, file, error);
        UNIT_SAYS(good, "%s", error);
        round_trip(&scene, true);
        free(entries[i]);
    }
    free(entries);
}
END_TEST

/* Times of any length come back to the nanosecond. */
START_TEST(odd_times)
{
    static struct scene scene;
    uint64_t random = 5;
    for (int i = 0; i < 2000; i++) {
        swarm_draw(&scene, 3, 0);
        scene.world.store.read_p50 = 1 + unit_random(&random) % 1000000;
        scene.world.store.read_p99 =
            scene.world.store.read_p50 + unit_random(&random) * INT64_C(4001);
        scene.world.faults[0].to =
            scene.world.faults[0].from + 1 + unit_random(&random) % 1000000000;
        round_trip(&scene, false);
        static struct scene again;
        read_again(text[0], &again);
        UNIT_HOLDS(again.world.store.read_p50 == scene.world.store.read_p50);
        UNIT_HOLDS(again.world.store.read_p99 == scene.world.store.read_p99);
    }
}
END_TEST

/* Every kind of fault, and both of everything else, is drawn often enough. */
START_TEST(all_is_drawn)
{
    static struct scene scene;
    uint32_t kinds[FAULT_KINDS] = {0}, gateways = 0, stores = 0, skewed = 0, asked = 0;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        bool seen[FAULT_KINDS] = {false};
        swarm_draw(&scene, seed, 0);
        for (uint32_t i = 0; i < scene.world.fault_count; i++)
            seen[scene.world.faults[i].kind] = true;
        for (int k = 0; k < FAULT_KINDS; k++)
            kinds[k] += seen[k];
        gateways += scene.world.has_gateway;
        stores += scene.world.has_store;
        skewed += scene.world.pool.clock_sigma > 10 * SIM_S;
        asked += swarm_demand(&scene, 0).recovery;
        UNIT_HOLDS(scene.world.run >= 30 * SIM_S && scene.world.run <= 150 * SIM_S);
    }
    for (int k = 0; k < FAULT_KINDS; k++)
        UNIT_SAYS(kinds[k] > 300 && kinds[k] < 600, "%s in %u of 1000",
                  swarm_fault_name((enum fault_kind)k), kinds[k]);
    UNIT_HOLDS(gateways > 400 && gateways < 600 && stores > 900 && stores < 1000);
    UNIT_HOLDS(skewed > 80 && asked > 700);
}
END_TEST

/* --- runs ------------------------------------------------------------------------- */

/* Judged is as played: watching changes nothing. */
START_TEST(watching_changes_nothing)
{
    static struct scene scene;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        swarm_draw(&scene, seed, 0);
        struct record *record = scene_run(&scene, 0, seed);
        struct swarm_verdict here = swarm_judge(&scene, 0, seed);
        struct swarm_verdict apart = swarm_judge_apart(&scene, 0, seed);
        UNIT_SAYS(here.rule == SWARM_GOOD, "seed %d: %s", (int)seed, here.what);
        UNIT_HOLDS(here.digest == record->digest && apart.digest == record->digest);
        record_free(record);
    }
}
END_TEST

/* The first broken scene of a rival: smaller, broken in the same way, also from its
 * JSON; and the faults kept are enough by themselves. */
static void shrink_first(uint32_t protocol)
{
    static struct scene drawn, small, again;
    struct swarm_verdict v = {.rule = SWARM_GOOD};
    uint64_t seed = 0, kept = 0;
    while (v.rule == SWARM_GOOD && seed < 100) {
        swarm_draw(&drawn, ++seed, protocol);
        v = swarm_judge(&drawn, 0, seed);
    }
    UNIT_HOLDS(v.rule != SWARM_GOOD);
    small = drawn;
    enum swarm_rule rule = (enum swarm_rule)v.rule;
    v = swarm_shrink(&small, 0, seed, rule, &kept);
    UNIT_HOLDS(v.rule == (uint32_t)rule);
    UNIT_HOLDS(small.world.fault_count <= drawn.world.fault_count);
    UNIT_HOLDS(small.world.load.rps <= drawn.world.load.rps &&
               small.world.pool.size <= drawn.world.pool.size);
    write_to(text[0], &small);
    read_again(text[0], &again);
    UNIT_HOLDS(swarm_judge(&again, 0, seed).rule == (uint32_t)rule);
    UNIT_HOLDS(swarm_judge(&again, 0, seed).digest == v.digest);
    swarm_keep(&drawn, kept);
    UNIT_HOLDS(drawn.world.fault_count == small.world.fault_count);
    UNIT_HOLDS(swarm_judge(&drawn, 0, seed).rule == (uint32_t)rule);
}

START_TEST(shrinking)
{
    shrink_first((uint32_t)_i + 1);
}
END_TEST

static const struct unit_case cases[] = {
    {"drawn scenes", &drawn_scenes, 0},
    {"shipped scenes", &shipped_scenes, 0},
    {"odd times", &odd_times, 0},
    {"all is drawn", &all_is_drawn, 0},
    {"watching changes nothing", &watching_changes_nothing, 0},
    {"shrinking", &shrinking, 2},
};

int main(void)
{
    int a = unit_run("swarm", cases, UNIT_ROWS(cases));
    int b = unit_run("swarm, its rules", swarm_rule_cases, swarm_rule_n);
    return a == EXIT_SUCCESS ? b : a;
}
