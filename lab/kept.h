/* kept.h - the last good answers, one for each path and shard, to stand in when the
 * backend cannot answer. The step function knows when there was one (CLIENT_STALE); the
 * bodies are its driver's to keep.
 *
 * As many as the client keeps shards; the one longest unused makes room. All of it has
 * its place from the start: it never grows, and what was never used costs no memory
 * either, since its pages are never touched. All zeros is empty. */
#ifndef LAB_KEPT_H
#define LAB_KEPT_H

#include "handler.h"

enum { KEPT_BODY_MAX = 64 * 1024 }; /* a longer body is not kept */

struct kept_answer {
    char path[HANDLER_PATH_MAX]; /* "": this place is free */
    char shard[HANDLER_SHARD_MAX];
    int64_t used_ms;
    int64_t good_ms; /* when it came */
    size_t bytes;
    char body[KEPT_BODY_MAX]; /* not NUL-terminated */
};

struct kept {
    struct kept_answer answers[CLIENT_SHARDS_MAX];
};

/* Keep a good answer to this path ("/...") and shard, in place of an older one. */
void kept_put(struct kept *kept, const char *path, const char *shard, const char *body,
              size_t bytes, int64_t now_ms);

/* The answer kept for them; NULL if there is none. It stands until the next put. */
const struct kept_answer *kept_get(struct kept *kept, const char *path,
                                   const char *shard, int64_t now_ms);

#endif
