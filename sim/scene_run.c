/* scene_run.c - plays the clients of a scene, each by the protocol it names. */
#include <string.h>

#include "rivals.h"
#include "scene.h"

const struct scene_protocol scene_protocols[] = {
    {"ours", &adapter_caller},
    {"rmw", &rival_rmw},
    {"leased", &rival_leased},
    {NULL, NULL},
};

int scene_client_find(const struct scene *scene, const char *name)
{
    for (uint32_t i = 0; i < scene->clients; i++)
        if (strcmp(scene->client[i].name, name) == 0)
            return (int)i;
    return -1;
}

struct record *scene_run(const struct scene *scene, uint32_t client, uint64_t seed)
{
    const struct scene_client *c = &scene->client[client];
    struct world_config world = scene->world;
    world.breakers = c->breakers;
    return world_run(&world, scene_protocols[c->protocol].caller, c->config, seed);
}
