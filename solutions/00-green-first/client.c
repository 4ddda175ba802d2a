/* client.c - deadline, breaker and retry in their right order. Given up to chapter 10;
 * from chapter 11 on it is yours to change.
 *
 * Outermost is the deadline: it holds for all tries together. Then retries: each try
 * asks the breaker anew, and a refusal is never retried. Then the breaker, around the
 * call itself. It uses what you have written so far; what you have not written yet does
 * nothing, and says so. */
#include "client.h"

#include <assert.h>
#include <stddef.h>

enum phase { NOT_STARTED, CALLING, SLEEPING, OVER };

/* --- how a call ends -------------------------------------------------------------- */

static struct client_action answer(struct client_call *call,
                                   struct client_action action)
{
    call->phase = OVER;
    action.kind = CLIENT_ANSWER;
    return action;
}

static struct client_action give_up(struct client_call *call)
{
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
    int64_t within = retry_time_left(&client->config.retry, call->deadline_ms, now_ms);
    if (within == 0)
        return give_up(call);
    call->permit = breaker_acquire(&client->shards[0].breaker, now_ms);
    call->retry_after_ms = call->permit.retry_after_ms;
    if (!call->permit.granted)
        return give_up(call);
    call->phase = CALLING;
    call->made++;
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
    return try_once(client, call, event->now_ms);
}

/* A first try that goes well earns a token; a retry gets back what it cost. */
static uint32_t earned(const struct retry_policy *policy, uint32_t made)
{
    return made > 1 && policy->budget_cost > 0 ? policy->budget_cost : 1;
}

/* What the try says, told to everyone who counts. */
static enum breaker_outcome learn(struct client *client, struct client_call *call,
                                  const struct client_event *event)
{
    const struct retry_policy *policy = &client->config.retry;
    struct breaker *breaker = &client->shards[0].breaker;
    bool late = deadline_passed(call->deadline_ms, event->now_ms); /* as good as none */
    call->status = event->kind == CLIENT_REPLY && !late ? event->status : 0;
    enum breaker_outcome outcome =
        retry_classify(call->status, call->deadline_ms, event->now_ms);
    breaker_record(breaker, &call->permit, outcome, event->now_ms);
    if (outcome == BREAKER_FAILED)
        breaker_rest(breaker, event->now_ms, event->retry_after_ms);
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
        return give_up(call);
    int64_t nap = retry_backoff_ms(policy, call->made, event->random);
    if (deadline_passed(call->deadline_ms, now + nap) ||
        !retry_budget_take(&client->budget, policy))
        return give_up(call);
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
    return breaker_config_error(&config->breaker);
}

void client_init(struct client *client, const struct client_config *config,
                 uint64_t seed)
{
    assert(client_config_error(config) == NULL);
    *client = (struct client){.config = *config, .seed = seed};
    breaker_init(&client->shards[0].breaker, &config->breaker, seed);
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
    return give_up(call);
}

enum breaker_state client_state_at(const struct client *client, uint64_t shard,
                                   int64_t now_ms)
{
    (void)shard; /* one breaker for all, before chapter 12 */
    return breaker_state_at(&client->shards[0].breaker, now_ms);
}
