/* scene_private.h - the readers of a scene's parts. Only for scene*.c:
 *
 *      scene.c         the whole, its clients, what they must show
 *      scene_world.c   load, backend
 *      scene_fleet.c   fleet, gateway, store
 *      scene_faults.c  faults
 *      scene_run.c     who plays the clients; needs no JSON */
#ifndef SCENE_PRIVATE_H
#define SCENE_PRIVATE_H

#include "json.h"
#include "scene.h"

#define SCENE_DAY_MS 86400000
#define SCENE_KNOB(struct_, name, member, kind, min, max, what)                        \
    {                                                                                  \
        name, kind, offsetof(struct struct_, member), min, max, what                   \
    }

static inline const cJSON *scene_get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

void scene_read_load(struct json_reader *r, const cJSON *root,
                     struct load_config *load);
void scene_read_backend(struct json_reader *r, const cJSON *root,
                        struct backend_config *backend);

/* Each is there if its object is. */
void scene_read_fleet(struct json_reader *r, const cJSON *root,
                      struct world_config *world);
void scene_read_gateway(struct json_reader *r, const cJSON *root,
                        struct world_config *world);
void scene_read_store(struct json_reader *r, const cJSON *root,
                      struct world_config *world);

/* After all of the above: it knows what can go wrong in this world. */
void scene_read_faults(struct json_reader *r, const cJSON *root,
                       struct world_config *world);

#endif
