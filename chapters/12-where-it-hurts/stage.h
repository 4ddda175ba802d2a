/* stage.h - requests for shards, one line of C each, for check.c: a script has no word
 * for them. Each tells its part of the story. */
#ifndef STAGE_H
#define STAGE_H

#include "script.h"

#include <inttypes.h>

static struct client_action start(struct client *client, struct client_call *call,
                                  uint64_t shard, int64_t now)
{
    struct client_event event = {.kind = CLIENT_START, .now_ms = now, .shard = shard};
    *call = (struct client_call){.phase = 0};
    struct client_action action = client_step(client, call, &event);
    story_tell("%6" PRId64 " ms  shard %" PRIu64 ": %s", now, shard,
               action.kind == CLIENT_CALL_BACKEND ? "called" : "not called");
    return action;
}

static struct client_action finish(struct client *client, struct client_call *call,
                                   int status, int64_t now)
{
    struct client_event event = {.kind = status > 0 ? CLIENT_REPLY : CLIENT_TIMEOUT,
                                 .now_ms = now,
                                 .status = status};
    story_tell("%6" PRId64 " ms  shard %" PRIu64 " says %d", now, call->shard, status);
    return client_step(client, call, &event);
}

/* It says 503, and how long to stay away. */
static void finish_and_rest(struct client *client, struct client_call *call,
                            int64_t retry_after_ms, int64_t now)
{
    struct client_event event = {.kind = CLIENT_REPLY,
                                 .now_ms = now,
                                 .status = 503,
                                 .retry_after_ms = retry_after_ms};
    story_tell("%6" PRId64 " ms  shard %" PRIu64 " says 503, Retry-After %" PRId64
               " ms",
               now, call->shard, retry_after_ms);
    client_step(client, call, &event);
}

/* `start` has told what was done: a line is needed only where that is wrong. */
static void want_called(const struct client_action *action, int64_t now, bool wanted)
{
    bool called = action->kind == CLIENT_CALL_BACKEND;
    if (called != wanted)
        want_yes(called, wanted, "at %" PRId64 " ms: is the backend called?", now);
}

static void called(struct client *client, struct client_call *call, uint64_t shard,
                   int64_t now)
{
    struct client_action action = start(client, call, shard, now);
    want_called(&action, now, true);
}

/* Asked, and answered one millisecond later. */
static struct client_action once(struct client *client, uint64_t shard, int64_t now,
                                 int status)
{
    struct client_call call;
    called(client, &call, shard, now);
    return finish(client, &call, status, now + 1);
}

static void refused(struct client *client, uint64_t shard, int64_t now)
{
    struct client_call call;
    struct client_action action = start(client, &call, shard, now);
    want_called(&action, now, false);
}

/* Shards `from` to `to`, one after the other, all well. */
static void all_well(struct client *client, uint64_t from, uint64_t to, int64_t now)
{
    for (uint64_t shard = from; shard <= to; shard++)
        once(client, shard, now + 10 * (int64_t)(shard - from), 200);
}

static struct client new_client(const struct client_config *config)
{
    struct client client;
    story_begin();
    client_init(&client, config, 7);
    return client;
}

#endif
