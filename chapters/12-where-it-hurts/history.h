/* history.h - random histories of a client and of the model, side by side, for check.c.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include "model.h"
#include "stage.h"

#include <inttypes.h>
#include <stdlib.h>

enum { RUNNING = 12 }; /* calls under way at once */

/* One move of a history: somebody asks, or an answer comes for one under way. */
static void move(struct client *client, struct model *model, struct under_way *way,
                 uint64_t shard, int64_t now)
{
    static const int statuses[] = {200, 404, 500, 503, 0};
    if (way->running) {
        int status = statuses[chance_below(5)];
        finish(client, &way->call, status, now);
        model_end(model, way, status, now);
        way->running = false;
        return;
    }
    uint64_t key = model->config.per_shard ? shard : 0;
    struct client_action action = start(client, &way->call, shard, now);
    way->running = model_ask(model, way, key, now);
    want_called(&action, now, way->running);
}

static void play_history(const struct client_config *config, uint32_t shards, int moves)
{
    struct model *model = calloc(1, sizeof *model);
    struct client *client = calloc(1, sizeof *client);
    struct under_way way[RUNNING] = {{.life = 0}};
    int64_t now = 0;
    story_begin();
    model->config = *config;
    client_init(client, config, chance());
    for (int i = 0; i < moves; i++) {
        now += 1 + chance_below(30);
        move(client, model, &way[chance_below(RUNNING)], chance_below(shards), now);
        uint64_t shown = config->per_shard ? chance_below(shards) : 0;
        want_yes(client_state_at(client, shown, now) == model_state(model, shown, now),
                 true, "at %" PRId64 " ms: the state shown for shard %" PRIu64, now,
                 shown);
    }
    free(client);
    free(model);
}

static void random_histories(void)
{
    static const struct {
        uint32_t per_shard, in_flight_max, shards;
    } kind[] = {{1, 0, 20}, {1, 3, 5}, {0, 0, 20}, {1, 0, 17}, {0, 2, 3}, {1, 3, 20}};
    for (int i = 0; i < 300; i++) {
        struct client_config config = {
            .breaker = {.failures_to_open = 1 + (uint32_t)i / 6 % 3, .open_ms = 100},
            .in_flight_max = kind[i % 6].in_flight_max,
            .per_shard = kind[i % 6].per_shard};
        play_history(&config, kind[i % 6].shards,
                     10 + i * (STEPS_MAX - 10) / 300); /* short ones first */
    }
}

#endif
