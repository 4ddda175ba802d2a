/* client.c - deadline, breaker, retry, fallback and bulkhead in their right order, as
 * the client stands at the end of chapter 12.
 *
 * Outermost is the deadline: it holds for all tries together. Then retries: each try
 * asks the breaker anew, and a refusal is never retried. Then the bulkhead and the
 * breaker, around the call itself. What is left when all have said no is the fallback.
 */
#include "client.h"

#include <assert.h>
#include <stddef.h>

enum phase { NOT_STARTED, CALLING, SLEEPING, OVER };

/* --- a breaker per shard ---------------------------------------------------------- */

/* The slot of a shard: its own, or else an empty one, or else the one longest unused.
 */
static uint32_t find_slot(const struct client *client, uint64_t key)
{
    uint32_t best = 0;
    for (uint32_t i = 0; i < CLIENT_SHARDS_MAX; i++) {
        const struct client_shard *slot = &client->shards[i];
        if (!slot->taken || slot->shard == key)
            return i;
        if (slot->used_ms < client->shards[best].used_ms)
            best = i;
    }
    return best;
}

static uint64_t key_of(const struct client *client, uint64_t shard)
{
    return client->config.per_shard ? shard : 0;
}

/* The slot in which a shard is kept; CLIENT_SHARDS_MAX if it is not, or not any more.
 */
static uint32_t kept_in(const struct client *client, uint64_t shard)
{
    uint64_t key = key_of(client, shard);
    uint32_t i = find_slot(client, key);
    bool here = client->shards[i].taken && client->shards[i].shard == key;
    return here ? i : CLIENT_SHARDS_MAX;
}

/* A breaker that changes hands is reset, so permits of its former shard are worthless.
 */
static uint32_t take_slot(struct client *client, uint64_t shard, int64_t now_ms)
{
    uint64_t key = key_of(client, shard);
    uint32_t i = find_slot(client, key);
    struct client_shard *slot = &client->shards[i];
    if (!slot->taken) {
        breaker_init(&slot->breaker, &client->config.breaker, client->seed + i);
    } else if (slot->shard != key) {
        breaker_reset(&slot->breaker, now_ms);
        slot->have_good = false;
    }
    slot->taken = true;
    slot->shard = key;
    slot->used_ms = now_ms;
    return i;
}

/* --- how a call ends -------------------------------------------------------------- */

static struct client_action answer(struct client_call *call,
                                   struct client_action action)
{
    call->phase = OVER;
    action.kind = CLIENT_ANSWER;
    return action;
}

/* How old the last good answer of a shard is; -1 if there is none, or none is wanted.
 */
static int64_t stale_age_ms(const struct client *client, uint64_t shard, int64_t now_ms)
{
    uint32_t i = kept_in(client, shard);
    if (client->config.stale_max_ms == 0 || i == CLIENT_SHARDS_MAX ||
        !client->shards[i].have_good)
        return -1;
    int64_t age = now_ms - client->shards[i].good_ms;
    return age > 0 ? age : 0;
}

/* All have said no. A stale answer is better than none, as long as it is said to be
 * one. */
static struct client_action give_up(const struct client *client,
                                    struct client_call *call, int64_t now_ms)
{
    int64_t age = stale_age_ms(client, call->shard, now_ms);
    if (age >= 0 && age <= client->config.stale_max_ms)
        return answer(call, (struct client_action){
                                .answer = CLIENT_STALE, .status = 200, .age_ms = age});
    if (call->made == 0)
        return answer(call,
                      (struct client_action){.answer = CLIENT_REFUSED,
                                             .status = 503,
                                             .retry_after_ms = call->retry_after_ms});
    if (call->status == 0)
        return answer(
            call, (struct client_action){.answer = CLIENT_TIMED_OUT, .status = 504});
    return answer(call, (struct client_action){.answer = CLIENT_FAILED, .status = 502});
}

/* --- one try ---------------------------------------------------------------------- */

static struct client_action try_once(struct client *client, struct client_call *call,
                                     int64_t now_ms)
{
    const struct client_config *config = &client->config;
    int64_t within = retry_time_left(&config->retry, call->deadline_ms, now_ms);
    if (within == 0)
        return give_up(client, call, now_ms);
    if (config->in_flight_max > 0 && client->in_flight >= config->in_flight_max)
        return give_up(client, call, now_ms);
    call->slot =
        take_slot(client, call->shard, now_ms); /* anew: it may have made room */
    call->permit = breaker_acquire(&client->shards[call->slot].breaker, now_ms);
    call->retry_after_ms = call->permit.retry_after_ms;
    if (!call->permit.granted)
        return give_up(client, call, now_ms);
    call->phase = CALLING;
    call->made++;
    client->in_flight++;
    return (struct client_action){
        .kind = CLIENT_CALL_BACKEND, .within_ms = within, .probe = call->permit.probe};
}

static struct client_action start(struct client *client, struct client_call *call,
                                  const struct client_event *event)
{
    assert(call->phase == NOT_STARTED);
    call->deadline_ms = deadline_after(event->now_ms, client->config.deadline_ms);
    if (event->deadline_ms > 0 && event->deadline_ms < call->deadline_ms)
        call->deadline_ms = event->deadline_ms;
    call->shard = event->shard;
    return try_once(client, call, event->now_ms);
}

/* A first try that goes well earns a token; a retry gets back what it cost. */
static uint32_t earned(const struct retry_policy *policy, uint32_t made)
{
    return made > 1 && policy->budget_cost > 0 ? policy->budget_cost : 1;
}

/* A good answer may stand in later; a bad one may say how long to rest. */
static void keep_in_mind(struct client_shard *shard, enum breaker_outcome outcome,
                         const struct client_event *event)
{
    if (outcome == BREAKER_FAILED)
        breaker_rest(&shard->breaker, event->now_ms, event->retry_after_ms);
    if (outcome != BREAKER_OK)
        return;
    shard->have_good = true;
    shard->good_ms = event->now_ms;
}

/* What the try says, told to everyone who counts. The permit goes back to the slot it
 * came from, all else to where the shard is kept now: the slot may have changed hands.
 */
static enum breaker_outcome learn(struct client *client, struct client_call *call,
                                  const struct client_event *event)
{
    const struct retry_policy *policy = &client->config.retry;
    bool late = deadline_passed(call->deadline_ms, event->now_ms); /* as good as none */
    call->status = event->kind == CLIENT_REPLY && !late ? event->status : 0;
    enum breaker_outcome outcome =
        retry_classify(call->status, call->deadline_ms, event->now_ms);
    client->in_flight--;
    breaker_record(&client->shards[call->slot].breaker, &call->permit, outcome,
                   event->now_ms);
    uint32_t kept = kept_in(client, call->shard);
    if (kept < CLIENT_SHARDS_MAX)
        keep_in_mind(&client->shards[kept], outcome, event);
    if (outcome == BREAKER_OK)
        retry_budget_put(&client->budget, policy, earned(policy, call->made));
    return outcome;
}

static struct client_action hear(struct client *client, struct client_call *call,
                                 const struct client_event *event)
{
    assert(call->phase == CALLING);
    const struct retry_policy *policy = &client->config.retry;
    enum breaker_outcome outcome = learn(client, call, event);
    int64_t now = event->now_ms;
    if (outcome != BREAKER_FAILED)
        return answer(call, (struct client_action){.answer = CLIENT_FRESH,
                                                   .status = call->status});
    if (!retry_should(policy, call->made, outcome, call->deadline_ms, now))
        return give_up(client, call, now);
    int64_t nap = retry_backoff_ms(policy, call->made, event->random);
    if (deadline_passed(call->deadline_ms, now + nap) ||
        !retry_budget_take(&client->budget, policy))
        return give_up(client, call, now);
    if (nap == 0)
        return try_once(client, call, now);
    call->phase = SLEEPING;
    return (struct client_action){.kind = CLIENT_SLEEP, .within_ms = nap};
}

/* --- the public functions --------------------------------------------------------- */

const char *client_config_error(const struct client_config *config)
{
    if (config->retry.budget_max > 0 &&
        config->retry.budget_cost > config->retry.budget_max)
        return "budget_cost is more than budget_max: no retry could ever be paid";
    if (config->retry.backoff_max_ms > 0 &&
        config->retry.backoff_max_ms < config->retry.backoff_ms)
        return "backoff_max_ms is less than backoff_ms, where the doubling starts";
    if (config->per_shard > 1)
        return "per_shard is 0 or 1";
    return breaker_config_error(&config->breaker);
}

void client_init(struct client *client, const struct client_config *config,
                 uint64_t seed)
{
    assert(client_config_error(config) == NULL);
    *client = (struct client){.config = *config, .seed = seed};
}

struct client_action client_step(struct client *client, struct client_call *call,
                                 const struct client_event *event)
{
    switch (event->kind) {
    case CLIENT_START:
        return start(client, call, event);
    case CLIENT_REPLY:
    case CLIENT_TIMEOUT:
        return hear(client, call, event);
    case CLIENT_WOKE:
        assert(call->phase == SLEEPING);
        return try_once(client, call, event->now_ms);
    case CLIENT_STORE_ITEM:
    case CLIENT_STORE_SAVED:
    case CLIENT_STORE_CONFLICT:
    case CLIENT_STORE_FAILED:
        break; /* no store before chapter 13: nothing was asked of one */
    }
    assert(0 && "an event that no action asked for");
    return give_up(client, call, event->now_ms);
}

enum breaker_state client_state_at(const struct client *client, uint64_t shard,
                                   int64_t now_ms)
{
    uint32_t i = kept_in(client, shard);
    if (i == CLIENT_SHARDS_MAX)
        return BREAKER_CLOSED;
    return breaker_state_at(&client->shards[i].breaker, now_ms);
}
