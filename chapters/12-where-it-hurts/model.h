/* model.h - what chapter 12 says, in the plainest way, for check.c to compare with.
 *
 * The model never lets a breaker go: each shard has a new one for each time that it is
 * kept. Whether it is, is counted from the list of all who ever asked. So there are no
 * slots here, and nothing changes hands. */
#ifndef MODEL_H
#define MODEL_H

#include "client.h"

enum { STEPS_MAX = 160 };

struct model {
    struct client_config config;
    struct {
        uint64_t key;
        struct breaker breaker;
    } life[STEPS_MAX];
    int lives;
    uint64_t asked[STEPS_MAX];
    int asks;
    uint32_t in_flight;
};

struct under_way {
    struct client_call call;
    struct breaker_permit permit; /* the model's, for life `life` */
    int life;
    bool running;
};

static bool seen_since(const struct model *model, int i)
{
    for (int j = i + 1; j < model->asks; j++)
        if (model->asked[j] == model->asked[i])
            return true;
    return false;
}

/* Kept, if fewer than sixteen others have asked since. */
static bool kept(const struct model *model, uint64_t key)
{
    int others = 0;
    for (int i = model->asks - 1; i >= 0 && others < CLIENT_SHARDS_MAX; i--) {
        if (model->asked[i] == key)
            return true;
        others += !seen_since(model, i);
    }
    return false;
}

/* The shard's present life, -1 if it has none. */
static int life_of(const struct model *model, uint64_t key)
{
    if (!kept(model, key))
        return -1;
    int i = model->lives - 1;
    while (model->life[i].key != key)
        i--;
    return i;
}

static bool model_ask(struct model *model, struct under_way *way, uint64_t key,
                      int64_t now)
{
    uint32_t bound = model->config.in_flight_max;
    if (bound > 0 && model->in_flight >= bound)
        return false;
    way->life = life_of(model, key);
    model->asked[model->asks++] = key;
    if (way->life < 0) {
        way->life = model->lives++;
        model->life[way->life].key = key;
        breaker_init(&model->life[way->life].breaker, &model->config.breaker, 1);
    }
    way->permit = breaker_acquire(&model->life[way->life].breaker, now);
    model->in_flight += way->permit.granted;
    return way->permit.granted;
}

static void model_end(struct model *model, struct under_way *way, int status,
                      int64_t now)
{
    model->in_flight--;
    breaker_record(&model->life[way->life].breaker, &way->permit,
                   retry_classify(status, DEADLINE_NEVER, now), now);
}

static enum breaker_state model_state(const struct model *model, uint64_t key,
                                      int64_t now)
{
    int life = life_of(model, key);
    return life < 0 ? BREAKER_CLOSED
                    : breaker_state_at(&model->life[life].breaker, now);
}

#endif
