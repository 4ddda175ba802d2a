/* swarm_judge.c - one run, watched; and the same in a process of its own, so that an
 * assert that fails ends that process and is a verdict like any other. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "swarm_watch.h"

const struct swarm_word swarm_words[SWARM_RULES] = {
    [SWARM_GOOD] = {"good", "nothing was broken"},
    [SWARM_BALANCE] = {"I1", "every request is somewhere"},
    [SWARM_ROOM] = {"I2", "no more environments than the limit, one request in each"},
    [SWARM_ITEM] = {"I3", "an item changes by legal writes, one version each"},
    [SWARM_LEASE] = {"I4", "one prober at a time, and nobody else probes"},
    [SWARM_HEED] = {"I5", "an environment heeds what it was shown"},
    [SWARM_REST] = {"I6", "no rest and no lease is longer than it may be"},
    [SWARM_TOKENS] = {"I7", "no more than the token buckets hold"},
    [SWARM_TIME] = {"I8", "time never goes back"},
    [SWARM_LITTLE] = {"I9", "Little's law, exact"},
    [SWARM_ANSWER] = {"I10", "every wish and every request is answered once"},
    [SWARM_REFUSAL] = {"I11", "nobody is refused without a reason"},
    [SWARM_TRIP] = {"I12", "tripped once per generation, with cause; closed for one"},
    [SWARM_STUCK] = {"stuck", "after the last fault an item does not stay as it is"},
    [SWARM_RECOVERY] = {"recovery", "after the last fault all is well again, in time"},
    [SWARM_CRASH] = {"crash", "the run comes to its end"},
};

/* --- knobs by name ---------------------------------------------------------------- */

static const struct knob *find_knob(const struct scene *scene, uint32_t client,
                                    const char *name)
{
    const struct scene_client *c = &scene->client[client];
    const struct knob *knob = scene_protocols[c->protocol].caller->knobs;
    while (knob->name != NULL && strcmp(knob->name, name) != 0)
        knob++;
    return knob->name != NULL ? knob : NULL;
}

uint32_t swarm_knob(const struct scene *scene, uint32_t client, const char *name)
{
    const struct knob *knob = find_knob(scene, client, name);
    uint32_t value = 0;
    if (knob != NULL)
        memcpy(&value, scene->client[client].config + knob->offset, sizeof value);
    return value;
}

void swarm_set_knob(struct scene *scene, uint32_t client, const char *name,
                    uint32_t value)
{
    const struct knob *knob = find_knob(scene, client, name);
    if (knob != NULL)
        memcpy(scene->client[client].config + knob->offset, &value, sizeof value);
}

/* --- a run ------------------------------------------------------------------------ */

struct swarm_verdict swarm_judge(const struct scene *scene, uint32_t client,
                                 uint64_t seed)
{
    struct swarm_verdict verdict = {.seed = seed};
    struct swarm_watch watch;
    struct scene watched = *scene;
    swarm_watch_init(&watch, scene, client, &verdict);
    watched.world.watch = &watch.hooks;
    struct record *record = scene_run(&watched, client, seed);
    swarm_watch_end(&watch, record);
    record_free(record);
    swarm_watch_free(&watch);
    return verdict;
}

/* The child's way: no core file, and nothing that was printed twice. */
static void judge_into(int out, const struct scene *scene, uint32_t client,
                       uint64_t seed)
{
    struct swarm_verdict verdict = swarm_judge(scene, client, seed);
    _exit(write(out, &verdict, sizeof verdict) == (ssize_t)sizeof verdict ? 0 : 1);
}

struct swarm_verdict swarm_judge_apart(const struct scene *scene, uint32_t client,
                                       uint64_t seed)
{
    struct swarm_verdict verdict = {.seed = seed};
    int ends[2], status = 0;
    if (pipe(ends) != 0)
        abort();
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        abort();
    if (child == 0)
        judge_into(ends[1], scene, client, seed);
    close(ends[1]);
    bool whole = read(ends[0], &verdict, sizeof verdict) == (ssize_t)sizeof verdict;
    close(ends[0]);
    waitpid(child, &status, 0);
    if (whole)
        return verdict;
    verdict = (struct swarm_verdict){.seed = seed, .rule = SWARM_CRASH};
    snprintf(verdict.what, sizeof verdict.what, "the run was ended by signal %d",
             WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    return verdict;
}
