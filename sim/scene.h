/* scene.h - a scene: the world, the clients to compare in it, and what it must show.
 *
 * Scenes are JSON files; README.md in this folder describes every key. */
#ifndef SCENE_H
#define SCENE_H

#include "adapter.h"
#include "world.h"

enum {
    SCENE_CLIENTS_MAX = 6,
    SCENE_EXPECTS_MAX = 24,
    SCENE_CONFIG_MAX = 512,
    SCENE_PROTOCOLS_MAX = 8
};

/* Who can play a client: the reader's own, and other people's protocols. */
struct scene_protocol {
    const char *name;
    const struct caller *caller;
};
extern const struct scene_protocol scene_protocols[]; /* ends with a name of NULL */

struct scene_client {
    char name[24];
    uint32_t breakers; /* threads only */
    uint32_t protocol; /* index into scene_protocols[] */
    _Alignas(8) unsigned char config[SCENE_CONFIG_MAX]; /* for its caller */
};

/* In at least `in_pct` of the runs, this fact of this client lies in [min, max]. */
struct scene_expect {
    uint32_t client;
    int fact; /* index into facts[] */
    int64_t min, max, in_pct;
};

struct scene {
    char name[48], about[400];
    struct world_config world; /* its `breakers` come from the client */
    uint32_t clients, expects;
    struct scene_client client[SCENE_CLIENTS_MAX];
    struct scene_expect expect[SCENE_EXPECTS_MAX];
};

/* Read a scene from a file, or from text (`file` names it in errors). False, and one
 * sentence in `error` of JSON_ERROR_MAX bytes, if anything is wrong with it. */
bool scene_load(struct scene *scene, const char *file, char *error);
bool scene_parse(struct scene *scene, const char *file, const char *text, size_t bytes,
                 char *error);

/* The index of a client by name; -1 if there is none. */
int scene_client_find(const struct scene *scene, const char *name);

/* One run. Free the record with record_free. */
struct record *scene_run(const struct scene *scene, uint32_t client, uint64_t seed);

#endif
