/* storm.h - the command: its options, and one function per verb. */
#ifndef STORM_H
#define STORM_H

#include <stdio.h>

#include "scene.h"
#include "sweep.h"

struct options {
    const char *scene, *client; /* client NULL: the verb's own choice */
    const char *csv, *json, *plot, *digest;
    const char *only;         /* swarm: the faults that stay */
    const char *part;         /* where a shard of a sweep goes */
    struct sweep_shard shard; /* of 0: not given */
    const char *as, *title;   /* how to plot; what to write over it */
    char *const *words;       /* what stands after the verb */
    int word_count;
    uint64_t seed;
    bool given_seed; /* that one was typed */
    uint32_t seeds, jobs;
    const char *protocol, *faults, *rules, *trace; /* explore; NULL: not given */
    uint32_t environments, calls, ticks, budget;   /* explore; 0: not given */
    bool skew;                                     /* explore */
    bool all_facts, quiet, colour;
};

/* Each returns the exit status: 0 good, 1 an expectation or a run failed, 2 bad usage.
 */
int storm_run(const struct options *options);
int storm_compare(const struct options *options);
int storm_sweep(const struct options *options);
int storm_merge(const struct options *options);
int storm_replay(const struct options *options);
int storm_list(const struct options *options);
int storm_gallery(const struct options *options);
int storm_swarm(const struct options *options);
int storm_explore(const struct options *options);
int storm_plot(const struct options *options);
int storm_picture(const struct options *options);

/* Play a counter-example of explore again. */
int storm_replay_trace(const struct options *options, const char *file);

/* Find a scene by file or by name, and read it too, or say why not; false then. */
enum { STORM_FILE_MAX = 512 };
bool storm_scene_file(const struct options *options, char file[STORM_FILE_MAX]);
bool storm_scene(const struct options *options, struct scene *scene);

/* The client meant by --client, or `otherwise`; -1 after an error was printed. */
int storm_client(const struct options *options, const struct scene *scene,
                 int otherwise);

/* Open a file for writing, "-" being standard output; NULL after an error was printed.
 * Close one, which may be NULL; false after an error if not all of it was written. */
FILE *storm_open(const char *file);
bool storm_close(FILE *file, const char *name);

/* Whether numbers go to standard output, which then holds nothing else. */
bool storm_on_stdout(const struct options *options);

/* Say which function is not written yet, if one was called. In the scene of a chapter
 * those of later chapters are not missed. */
void storm_note_todo(void);

#endif
