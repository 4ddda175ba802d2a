/* swarm.c - the verb: judges seed after seed, a batch at a time, and stops after the
 * first batch in which a rule was broken, with the first seed of it made small. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "storm.h"
#include "swarm_jobs.h"

struct totals {
    uint32_t runs, broken, unstuck, recovery;
    uint32_t rule[SWARM_RULES];
    uint64_t seed[SWARM_RULES]; /* the first that broke it */
    uint64_t sight[SWARM_SIGHTS];
    uint64_t digest;
    struct swarm_verdict first; /* that broke something, if any did */
};

static const char *const sights[SWARM_SIGHTS] = {
    [SWARM_REQUESTS] = "requests",
    [SWARM_CALLS] = "calls",
    [SWARM_WRITES] = "writes",
    [SWARM_CONFLICTS] = "races lost",
    [SWARM_STORE_FAILURES] = "failures of the store",
    [SWARM_TRIPS] = "trips",
    [SWARM_ELECTIONS] = "probers elected",
    [SWARM_TAKEOVERS] = "leases taken over",
    [SWARM_REOPENS] = "reopenings",
    [SWARM_CLOSES] = "closings",
    [SWARM_REFUSALS] = "refusals",
    [SWARM_DEATHS] = "deaths",
    [SWARM_EMPTY] = "moments with nobody there",
};

/* --- what was typed --------------------------------------------------------------- */

/* "3,7" as bits; "none" as none of them. */
static bool read_only(const char *text, uint64_t *only)
{
    *only = text == NULL ? UINT64_MAX : 0;
    if (text == NULL || strcmp(text, "none") == 0)
        return true;
    for (const char *at = text;; at++) {
        char *end = NULL;
        unsigned long n = *at >= '1' && *at <= '9' ? strtoul(at, &end, 10) : 0;
        if (n < 1 || n > FAULTS_MAX || (*end != ',' && *end != '\0'))
            break;
        *only |= UINT64_C(1) << (n - 1);
        if (*end == '\0')
            return true;
        at = end;
    }
    fprintf(stderr,
            "storm: --only: found \"%s\", wanted numbers of faults, such as 3,7, or "
            "none\n",
            text);
    return false;
}

static bool read_protocol(const char *name, uint32_t *protocol)
{
    *protocol = 0;
    for (uint32_t i = 0; scene_protocols[i].name != NULL; i++)
        if (name == NULL || strcmp(scene_protocols[i].name, name) == 0) {
            *protocol = i;
            return true;
        }
    fprintf(stderr, "storm: --protocol: found \"%s\", allowed ours, rmw, leased\n",
            name);
    return false;
}

static bool read_task(const struct options *o, struct swarm_task *task,
                      struct scene *scene)
{
    *task = (struct swarm_task){.jobs = o->jobs};
    if (!read_only(o->only, &task->only))
        return false;
    if ((o->scene == NULL ? o->client : o->protocol) != NULL) {
        fprintf(stderr, "storm: swarm SCENE has a --client, without a scene it has a "
                        "--protocol\n");
        return false;
    }
    if (o->scene == NULL)
        return read_protocol(o->protocol, &task->protocol);
    if (!storm_scene(o, scene))
        return false;
    int client = storm_client(o, scene, (int)scene->clients - 1);
    if (client >= 0 && !scene->world.pool.fleet) {
        fprintf(stderr, "storm: %s has no $.fleet, which swarm looks at\n",
                scene->name);
        return false;
    }
    task->scene = scene;
    task->client = (uint32_t)client;
    return client >= 0;
}

/* --- all of them ------------------------------------------------------------------ */

static void add(struct totals *t, const struct swarm_verdict *v)
{
    uint64_t state = t->digest ^ v->digest ^ v->rule;
    t->digest = random_splitmix(&state);
    t->runs++;
    t->unstuck += v->unstuck;
    t->recovery += v->recovery;
    if (t->rule[v->rule]++ == 0)
        t->seed[v->rule] = v->seed;
    for (int i = 0; i < SWARM_SIGHTS; i++)
        t->sight[i] += v->sight[i];
    if (v->rule != SWARM_GOOD && t->broken++ == 0)
        t->first = *v;
}

static struct totals judge_all(const struct swarm_task *task, const struct options *o)
{
    static struct swarm_verdict verdicts[SWARM_BATCH];
    struct totals totals = {.runs = 0};
    struct swarm_progress progress = {.all = o->seeds};
    while (totals.runs < o->seeds && totals.broken == 0) {
        uint32_t left = o->seeds - totals.runs;
        uint32_t n = left < SWARM_BATCH ? left : SWARM_BATCH;
        swarm_batch(task, o->seed + totals.runs, n, verdicts, &progress);
        for (uint32_t i = 0; i < n; i++)
            add(&totals, &verdicts[i]);
    }
    swarm_progress_over(&progress);
    return totals;
}

static void print_totals(const struct totals *t, const struct options *o)
{
    printf("swarm of %s, seeds %" PRIu64 " to %" PRIu64 ": %u runs, %u broken\n",
           o->scene != NULL      ? o->scene
           : o->protocol != NULL ? o->protocol
                                 : "ours",
           o->seed, o->seed + t->runs - 1, t->runs, t->broken);
    printf("asked besides the rules that always hold: unstuck %u, recovery %u runs\n",
           t->unstuck, t->recovery);
    printf("seen:");
    for (int i = 0; i < SWARM_SIGHTS; i++)
        printf("%s %" PRIu64 " %s", i > 0 ? "," : "", t->sight[i], sights[i]);
    printf("\ndigest of all runs: %016" PRIx64 "\n", t->digest);
    for (int i = 1; i < SWARM_RULES; i++)
        if (t->rule[i] > 0)
            printf("%u broke %s (%s), seed %" PRIu64 " first\n", t->rule[i],
                   swarm_words[i].name, swarm_words[i].what, t->seed[i]);
}

/* --- the first broken one --------------------------------------------------------- */

static void print_verdict(const struct swarm_verdict *v)
{
    printf("  %s is broken at %" PRId64 ".%03d s: %s.\n", swarm_words[v->rule].name,
           v->at / SIM_S, (int)(v->at / SIM_MS % 1000), v->what);
}

/* Which fault of the scene as it was drawn is the nth of those that --only has left; as
 * people count. */
static uint32_t number_of(uint64_t only, uint32_t nth)
{
    uint32_t bit = 0;
    while (!(only >> bit & 1) || nth-- > 0)
        bit++;
    return bit + 1;
}

static void print_faults(const struct swarm_task *task, const struct scene *drawn,
                         uint64_t kept)
{
    uint32_t left = 0, all = drawn->world.fault_count;
    for (uint32_t i = 0; i < all; i++)
        left += (kept >> i & 1) > 0;
    printf("Of its %u faults %u are left:", all, left);
    for (uint32_t i = 0; i < all; i++)
        if (kept >> i & 1)
            printf(" %u %s", number_of(task->only, i),
                   swarm_fault_name(drawn->world.faults[i].kind));
    printf("%s\n", left == 0 ? " none" : "");
}

static void print_only(uint64_t only, uint64_t kept)
{
    const char *comma = "";
    for (uint32_t i = 0; i < FAULTS_MAX; i++)
        if (kept >> i & 1) {
            printf("%s%u", comma, number_of(only, i));
            comma = ",";
        }
    printf("%s\n", kept == 0 ? "none" : "");
}

/* The line that plays it again. */
static void print_again(const struct swarm_task *task, const struct options *o,
                        uint64_t seed, uint64_t kept)
{
    printf("  storm swarm%s%s --seed %" PRIu64 " --seeds 1",
           o->scene != NULL ? " " : "", o->scene != NULL ? o->scene : "", seed);
    if (o->client != NULL)
        printf(" --client %s", o->client);
    if (o->protocol != NULL)
        printf(" --protocol %s", o->protocol);
    printf(" --only ");
    print_only(task->only, kept);
}

static bool write_json(const struct options *o, const struct scene *scene,
                       const struct swarm_verdict *v)
{
    if (o->json == NULL) {
        printf("The smallest scene found that breaks it:\n\n");
        swarm_write(stdout, scene);
        return true;
    }
    FILE *out = storm_open(o->json);
    if (out == NULL)
        return false;
    swarm_write(out, scene);
    printf("The smallest scene found that breaks it is in %s:\n"
           "  storm swarm %s --seed %" PRIu64 " --seeds 1\n"
           "  storm run %s --seed %" PRIu64 "\n",
           o->json, o->json, v->seed, o->json, v->seed);
    return storm_close(out, o->json);
}

static void explain(const struct swarm_task *task, const struct options *o,
                    const struct swarm_verdict *first)
{
    struct scene drawn, small;
    uint64_t kept = 0;
    swarm_scene(task, first->seed, &drawn);
    small = drawn;
    printf("\nSeed %" PRIu64 ":\n", first->seed);
    print_verdict(first);
    fflush(stdout);
    struct swarm_verdict v = swarm_shrink(&small, task->client, first->seed,
                                          (enum swarm_rule)first->rule, &kept);
    snprintf(small.about, sizeof small.about, "%s, seed %" PRIu64 ": %.200s.",
             swarm_words[v.rule].name, v.seed, v.what);
    print_faults(task, &drawn, kept);
    print_again(task, o, first->seed, kept);
    printf("In the smallest scene:\n");
    print_verdict(&v);
    write_json(o, &small, &v);
}

int storm_swarm(const struct options *o)
{
    struct swarm_task task;
    struct scene scene;
    if (storm_on_stdout(o)) {
        fprintf(stderr, "storm: swarm writes --json FILE, and nothing else\n");
        return 2;
    }
    if (!read_task(o, &task, &scene))
        return 2;
    struct totals totals = judge_all(&task, o);
    if (!o->quiet || totals.broken > 0)
        print_totals(&totals, o);
    if (totals.broken > 0)
        explain(&task, o, &totals.first);
    storm_note_todo();
    return totals.broken > 0 ? 1 : 0;
}
