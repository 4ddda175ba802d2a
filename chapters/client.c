/* client.c - deadline, breaker, retry and the fleet's breaker in their right order.
 * Given up to chapter 10; from chapter 11 on it is yours to change.
 *
 * Outermost is the deadline: it holds for all tries together. Then retries: each try
 * asks the breaker anew, and a refusal is never retried. Then the breaker, around the
 * call itself. It uses what you have written so far; what you have not written yet does
 * nothing, and says so.
 *
 * With a store, from chapter 13 on, the fleet's breaker decides (shared.h), and obey()
 * does what it wishes. The store has a breaker of its own: while that is open, the
 * store has failed unasked. Only then a try asks the breaker of this environment. */
#include "client.h"
#include "todo.h"

#include <assert.h>
#include <stddef.h>

enum phase {
    NOT_STARTED,
    ASKING, /* the store, or its jitter, for leave to call */
    CALLING,
    REPORTING, /* to the store, what became of the call */
    SLEEPING,  /* before a retry */
    OVER
};

/* --- one breaker for all ---------------------------------------------------------- */

/* What a shard is known by: all are taken as one. */
static uint64_t key_of(const struct client *client, uint64_t shard)
{
    if (client->config.per_shard > 0)
        todo(12, 1);
    (void)shard;
    return 0;
}

/* The slot of a shard. */
static uint32_t find_slot(const struct client *client, uint64_t key)
{
    (void)client, (void)key;
    return 0;
}

/* The slot in which a shard is kept; CLIENT_SHARDS_MAX if it is not, or no more. */
static uint32_t kept_in(const struct client *client, uint64_t shard)
{
    uint64_t key = key_of(client, shard);
    uint32_t i = find_slot(client, key);
    bool here = client->shards[i].taken && client->shards[i].shard == key;
    return here ? i : CLIENT_SHARDS_MAX;
}

/* An empty slot is made ready. */
static uint32_t take_slot(struct client *client, uint64_t shard, int64_t now_ms)
{
    uint64_t key = key_of(client, shard);
    uint32_t i = find_slot(client, key);
    struct client_shard *slot = &client->shards[i];
    slot->used_ms = now_ms;
    if (slot->taken)
        return i;
    breaker_init(&slot->breaker, &client->config.breaker, client->seed + i);
    shared_init(&slot->shared, &client->config.shared, &client->config.breaker);
    slot->taken = true;
    slot->shard = key;
    return i;
}

/* --- how a call ends -------------------------------------------------------------- */

static struct client_action answer(struct client_call *call, enum client_answer as,
                                   int status)
{
    int64_t retry_after_ms = as == CLIENT_REFUSED ? call->retry_after_ms : 0;
    call->phase = OVER;
    return (struct client_action){.kind = CLIENT_ANSWER,
                                  .answer = as,
                                  .status = status,
                                  .retry_after_ms = retry_after_ms};
}

/* All have said no. */
static struct client_action give_up(const struct client *client,
                                    struct client_call *call, int64_t now_ms)
{
    if (client->config.stale_max_ms > 0)
        todo(11, 3);
    (void)now_ms;
    if (call->made == 0)
        return answer(call, CLIENT_REFUSED, 503);
    return call->status == 0 ? answer(call, CLIENT_TIMED_OUT, 504)
                             : answer(call, CLIENT_FAILED, 502);
}

/* --- one try ---------------------------------------------------------------------- */

/* A refusal. */
static struct client_action turn_away(struct client *client, struct client_call *call,
                                      int64_t retry_after_ms, int64_t now_ms)
{
    call->retry_after_ms = retry_after_ms;
    return give_up(client, call, now_ms);
}

static struct client_action call_backend(struct client *client,
                                         struct client_call *call, bool probe,
                                         int64_t now_ms)
{
    call->phase = CALLING;
    call->made++;
    return (struct client_action){
        .kind = CLIENT_CALL_BACKEND,
        .within_ms = retry_time_left(&client->config.retry, call->deadline_ms, now_ms),
        .probe = probe};
}

/* This environment's own breaker decides. */
static struct client_action ask_local(struct client *client, struct client_call *call,
                                      int64_t now_ms)
{
    call->permit = breaker_acquire(&client->shards[call->slot].breaker, now_ms);
    if (!call->permit.granted)
        return turn_away(client, call, call->permit.retry_after_ms, now_ms);
    return call_backend(client, call, call->permit.probe, now_ms);
}

static struct client_action obey(struct client *client, struct client_call *call,
                                 struct shared_wish wish, int64_t now_ms,
                                 uint64_t random);

static struct client_action try_once(struct client *client, struct client_call *call,
                                     int64_t now_ms, uint64_t random)
{
    const struct client_config *config = &client->config;
    if (retry_time_left(&config->retry, call->deadline_ms, now_ms) == 0)
        return give_up(client, call, now_ms);
    if (config->in_flight_max > 0)
        todo(12, 2);
    call->slot = take_slot(client, call->shard, now_ms);
    call->fleet = false;
    if (config->shared.cache_ms == 0)
        return ask_local(client, call, now_ms);
    struct shared *shared = &client->shards[call->slot].shared;
    call->phase = ASKING;
    return obey(client, call, shared_ask(shared, &call->shared, now_ms, random), now_ms,
                random);
}

static struct client_action start(struct client *client, struct client_call *call,
                                  const struct client_event *event)
{
    assert(call->phase == NOT_STARTED);
    call->deadline_ms = deadline_after(event->now_ms, client->config.deadline_ms);
    if (event->deadline_ms > 0 && event->deadline_ms < call->deadline_ms)
        call->deadline_ms = event->deadline_ms;
    call->shard = event->shard;
    return try_once(client, call, event->now_ms, event->random);
}

/* A first try that goes well earns a token; a retry gets back what it cost. */
static uint32_t earned(const struct retry_policy *policy, uint32_t made)
{
    return made > 1 && policy->budget_cost > 0 ? policy->budget_cost : 1;
}

/* A bad answer may say how long to rest. */
static void keep_in_mind(struct client_shard *shard, enum breaker_outcome outcome,
                         const struct client_event *event)
{
    if (outcome == BREAKER_FAILED)
        breaker_rest(&shard->breaker, event->now_ms, event->retry_after_ms);
}

/* What the try says, told to everyone who counts. */
static void learn(struct client *client, struct client_call *call,
                  const struct client_event *event)
{
    const struct retry_policy *policy = &client->config.retry;
    bool late = deadline_passed(call->deadline_ms, event->now_ms); /* as good as none */
    call->status = event->kind == CLIENT_REPLY && !late ? event->status : 0;
    enum breaker_outcome outcome =
        retry_classify(call->status, call->deadline_ms, event->now_ms);
    call->outcome = (uint8_t)outcome;
    struct client_shard *slot = &client->shards[call->slot];
    breaker_record(&slot->breaker, &call->permit, outcome, event->now_ms);
    keep_in_mind(slot, outcome, event);
    if (outcome == BREAKER_OK)
        retry_budget_put(&client->budget, policy, earned(policy, call->made));
}

/* All who count have heard: answer, or try again. */
static struct client_action go_on(struct client *client, struct client_call *call,
                                  int64_t now_ms, uint64_t random)
{
    const struct retry_policy *policy = &client->config.retry;
    if (call->outcome != BREAKER_FAILED)
        return answer(call, CLIENT_FRESH, call->status);
    if (!retry_should(policy, call->made, BREAKER_FAILED, call->deadline_ms, now_ms))
        return give_up(client, call, now_ms);
    int64_t nap = retry_backoff_ms(policy, call->made, random);
    if (deadline_passed(call->deadline_ms, now_ms + nap) ||
        !retry_budget_take(&client->budget, policy))
        return give_up(client, call, now_ms);
    if (nap == 0)
        return try_once(client, call, now_ms, random);
    call->phase = SLEEPING;
    return (struct client_action){.kind = CLIENT_SLEEP, .within_ms = nap};
}

static struct client_action hear_backend(struct client *client,
                                         struct client_call *call,
                                         const struct client_event *event)
{
    assert(call->phase == CALLING);
    learn(client, call, event);
    struct client_shard *slot = &client->shards[call->slot];
    bool here = slot->shard == key_of(client, call->shard); /* or it made room */
    if (!call->fleet || !here)
        return go_on(client, call, event->now_ms, event->random);
    call->phase = REPORTING;
    struct shared_wish wish =
        shared_report(&slot->shared, &call->shared, (enum breaker_outcome)call->outcome,
                      event->retry_after_ms, event->now_ms, event->random);
    return obey(client, call, wish, event->now_ms, event->random);
}

/* --- the fleet's breaker ---------------------------------------------------------- */

/* The store is left alone while its own breaker says that it is down. */
static bool may_ask_store(struct client *client, struct client_call *call,
                          int64_t now_ms)
{
    if (client->config.shared.skip_ms > 0)
        todo(15, 4);
    (void)call, (void)now_ms;
    return true;
}

/* Before the call nothing is waited for beyond the deadline. What became of the call is
 * told all the same: a time-out is known only when the deadline is over. */
static int64_t in_time(const struct client_call *call, int64_t wait_ms, int64_t now_ms)
{
    bool limited = call->phase == ASKING && call->deadline_ms != DEADLINE_NEVER;
    int64_t left = limited ? call->deadline_ms - now_ms : wait_ms;
    return left < wait_ms ? left : wait_ms;
}

static struct client_action ask_store(struct client *client, struct client_call *call,
                                      const struct shared_wish *wish, int64_t now_ms)
{
    bool load = wish->want == SHARED_LOAD;
    uint32_t wait_ms = client->config.shared.timeout_ms;
    return (struct client_action){.kind = load ? CLIENT_LOAD_ITEM : CLIENT_SAVE_ITEM_IF,
                                  .within_ms = in_time(call, wait_ms, now_ms),
                                  .strong = wish->strong,
                                  .key = key_of(client, call->shard),
                                  .write = load ? NULL : &call->shared.write};
}

/* Do what the fleet's breaker wishes. A store that must not be asked has failed. */
static struct client_action obey(struct client *client, struct client_call *call,
                                 struct shared_wish wish, int64_t now_ms,
                                 uint64_t random)
{
    struct shared *s = &client->shards[call->slot].shared;
    int64_t wait_ms;
    if (call->phase == ASKING && deadline_passed(call->deadline_ms, now_ms))
        return turn_away(client, call, 0, now_ms); /* a lease it holds will lapse */
    for (;;) {
        switch (wish.want) {
        case SHARED_GRANT:
            call->fleet = true;
            return call_backend(client, call, wish.probe, now_ms);
        case SHARED_REFUSE:
            return turn_away(client, call, wish.retry_after_ms, now_ms);
        case SHARED_LOCAL:
            return ask_local(client, call, now_ms);
        case SHARED_SLEEP:
            wait_ms = in_time(call, wish.sleep_ms, now_ms);
            return (struct client_action){.kind = CLIENT_SLEEP, .within_ms = wait_ms};
        case SHARED_DONE:
            return go_on(client, call, now_ms, random);
        case SHARED_LOAD:
        case SHARED_SAVE:
            if (may_ask_store(client, call, now_ms))
                return ask_store(client, call, &wish, now_ms);
            wish = shared_hear(s, &call->shared, SHARED_FAILED, NULL, now_ms, random);
            break;
        }
    }
}

static const enum shared_news news_of[] = {[CLIENT_WOKE] = SHARED_WOKE,
                                           [CLIENT_STORE_ITEM] = SHARED_ITEM,
                                           [CLIENT_STORE_SAVED] = SHARED_SAVED,
                                           [CLIENT_STORE_CONFLICT] = SHARED_CONFLICT,
                                           [CLIENT_STORE_FAILED] = SHARED_FAILED};

static struct client_action hear_store(struct client *client, struct client_call *call,
                                       const struct client_event *event)
{
    assert(call->phase == ASKING || call->phase == REPORTING);
    struct client_shard *slot = &client->shards[call->slot];
    enum shared_news news = news_of[event->kind];
    if (news != SHARED_WOKE)
        breaker_record(&client->store, &call->store_permit,
                       news == SHARED_FAILED ? BREAKER_FAILED : BREAKER_OK,
                       event->now_ms);
    if (slot->shard != key_of(client, call->shard)) /* it has made room meanwhile */
        return call->phase == ASKING
                   ? turn_away(client, call, 0, event->now_ms)
                   : go_on(client, call, event->now_ms, event->random);
    struct shared_wish wish = shared_hear(&slot->shared, &call->shared, news,
                                          event->item, event->now_ms, event->random);
    return obey(client, call, wish, event->now_ms, event->random);
}

/* --- the public functions --------------------------------------------------------- */

void client_init(struct client *client, const struct client_config *config,
                 uint64_t seed)
{
    assert(client_config_error(config) == NULL);
    *client = (struct client){.config = *config, .seed = seed};
    struct breaker_config store = {.failures_to_open = 1,
                                   .open_ms = config->shared.skip_ms,
                                   .probe_lease_ms = config->shared.timeout_ms};
    if (store.open_ms > 0)
        breaker_init(&client->store, &store, seed);
}

struct client_action client_step(struct client *client, struct client_call *call,
                                 const struct client_event *event)
{
    assert(event->kind <= CLIENT_STORE_FAILED);
    if (event->kind == CLIENT_START)
        return start(client, call, event);
    if (event->kind == CLIENT_REPLY || event->kind == CLIENT_TIMEOUT)
        return hear_backend(client, call, event);
    if (event->kind == CLIENT_WOKE && call->phase == SLEEPING)
        return try_once(client, call, event->now_ms, event->random);
    return hear_store(client, call, event);
}

enum breaker_state client_state_at(const struct client *client, uint64_t shard,
                                   int64_t now_ms)
{
    uint32_t i = kept_in(client, shard);
    if (i == CLIENT_SHARDS_MAX)
        return BREAKER_CLOSED;
    const struct client_shard *slot = &client->shards[i];
    enum breaker_state own = breaker_state_at(&slot->breaker, now_ms);
    if (client->config.shared.cache_ms == 0 || !slot->shared.known)
        return own;
    enum breaker_state fleet = shared_state_at(&slot->shared, now_ms);
    bool silent = breaker_state_at(&client->store, now_ms) != BREAKER_CLOSED;
    return silent && fleet != BREAKER_OPEN ? own : fleet;
}
