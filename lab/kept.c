/* kept.c - a small table, searched from front to back: sixteen places need no index.
 * Path and shard are compared as text, not by a hash that a user could make collide. */
#include "kept.h"

#include <string.h>

static struct kept_answer *find(struct kept *kept, const char *path, const char *shard)
{
    for (size_t i = 0; i < CLIENT_SHARDS_MAX; i++) {
        struct kept_answer *a = &kept->answers[i];
        if (strcmp(a->path, path) == 0 && strcmp(a->shard, shard) == 0)
            return a;
    }
    return NULL;
}

/* A free place, or else the one longest unused. */
static struct kept_answer *make_room(struct kept *kept)
{
    struct kept_answer *oldest = &kept->answers[0];
    for (size_t i = 0; i < CLIENT_SHARDS_MAX; i++) {
        struct kept_answer *a = &kept->answers[i];
        if (a->path[0] == '\0')
            return a;
        if (a->used_ms < oldest->used_ms)
            oldest = a;
    }
    return oldest;
}

void kept_put(struct kept *kept, const char *path, const char *shard, const char *body,
              size_t bytes, int64_t now_ms)
{
    if (bytes > KEPT_BODY_MAX || strlen(path) >= HANDLER_PATH_MAX ||
        strlen(shard) >= HANDLER_SHARD_MAX || path[0] == '\0')
        return;
    struct kept_answer *a = find(kept, path, shard);
    if (a == NULL)
        a = make_room(kept);
    memcpy(a->path, path, strlen(path) + 1);
    memcpy(a->shard, shard, strlen(shard) + 1);
    if (bytes > 0)
        memcpy(a->body, body, bytes);
    a->bytes = bytes;
    a->good_ms = now_ms;
    a->used_ms = now_ms;
}

const struct kept_answer *kept_get(struct kept *kept, const char *path,
                                   const char *shard, int64_t now_ms)
{
    struct kept_answer *a = path[0] != '\0' ? find(kept, path, shard) : NULL;
    if (a != NULL)
        a->used_ms = now_ms;
    return a;
}
