/* driver.c - the loop around client_step, and what it does between two steps. */
#include "driver.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "config.h"

/* One call, from its event to its answer. */
struct run {
    struct driver *driver;
    int64_t stop_ms; /* nothing may last longer than until then */
    struct client_call call;
    struct client_action action;  /* what is to be done */
    struct client_event event;    /* what came of it */
    struct invoke_answer reply;   /* the last try's; owns its body */
    struct dynamodb_answer store; /* the last one; event.item lies in it */
    struct item_write probe;      /* the last one that asked for the lease */
    enum breaker_state from;      /* the state that the write under way would end */
    struct report_call said;
};

uint64_t driver_shard(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001b3;
    return hash != 0 ? hash : 1;
}

/* --- what a step asks for --------------------------------------------------------- */

/* What is left of the platform's time is less than some waits may take. */
static int64_t time_for(const struct run *run)
{
    int64_t left = run->stop_ms - clock_ms();
    return left < run->action.within_ms ? left : run->action.within_ms;
}

static void tell_fault(struct run *run, const struct report_fault *fault)
{
    if (fault->fault != NULL)
        report_fault(&run->driver->report, fault, clock_ms());
}

static void call_backend(struct run *run)
{
    struct driver *d = run->driver;
    struct handler_request *request = &d->request;
    int64_t within_ms = time_for(run);
    invoke_free(&run->reply);
    run->reply = (struct invoke_answer){.kind = CLIENT_TIMEOUT};
    if (within_ms > 0) {
        run->said.attempts++;
        run->reply = invoke_call(
            d->setup.aws, &(struct invoke_request){
                              .function = d->setup.backend,
                              .path = request->path,
                              .shard = request->shard,
                              .body = request->body_bytes > 0 ? request->body : NULL,
                              .bytes = request->body_bytes,
                              .within_ms = within_ms});
    }
    run->event.kind = run->reply.kind;
    run->event.status = run->reply.status;
    run->event.retry_after_ms = run->reply.retry_after_ms;
    tell_fault(run, &(struct report_fault){.who = "backend",
                                           .fault = run->reply.fault,
                                           .status = run->reply.status,
                                           .type = ""});
}

/* Does the store show that a probe is ours, although the write seemed lost? See
 * shared.h: the name in it was drawn for this one try. */
static bool is_ours(const struct run *run)
{
    const struct item *item = &run->store.item, *wanted = &run->probe.item;
    return run->store.there && run->probe.change == ITEM_PROBE &&
           item->state == BREAKER_HALF_OPEN && item->owner == wanted->owner &&
           item->generation == wanted->generation;
}

/* Whoever made a transition tells of it, once. */
static void tell_transition(struct run *run, const struct item_write *write)
{
    bool made = run->store.kind == CLIENT_STORE_SAVED && write != NULL;
    bool ours = !made && is_ours(run);
    if (made || ours)
        report_transition(&run->driver->report, run->action.key, run->from,
                          made ? write : &run->probe, clock_ms());
    if ((made && write->change == ITEM_PROBE) || ours)
        run->probe.change = ITEM_COUNT; /* told */
}

static void hear_store(struct run *run, const struct item_write *write)
{
    run->event.kind = run->store.kind;
    run->event.item = run->store.there ? &run->store.item : NULL;
    tell_transition(run, write);
    tell_fault(run, &(struct report_fault){.who = "store",
                                           .fault = run->store.fault,
                                           .status = run->store.status,
                                           .type = run->store.type});
}

static void load_item(struct run *run)
{
    int64_t within_ms = time_for(run);
    run->store = (struct dynamodb_answer){.kind = CLIENT_STORE_FAILED};
    if (within_ms > 0) {
        run->said.store_reads++;
        run->store = dynamodb_load(&run->driver->store, run->action.key,
                                   run->action.strong, within_ms);
    }
    hear_store(run, NULL);
}

/* Its condition demands the generation of the client's copy, and a generation has one
 * state: the one that the copy shows. */
static void save_item(struct run *run)
{
    int64_t within_ms = time_for(run);
    const struct item_write *write = run->action.write;
    const struct client *client = &run->driver->client;
    run->from = (enum breaker_state)client->shards[run->call.slot].shared.item.state;
    if (write->change == ITEM_PROBE)
        run->probe = *write;
    run->store = (struct dynamodb_answer){.kind = CLIENT_STORE_FAILED};
    if (within_ms > 0) {
        run->said.store_writes++;
        run->store =
            dynamodb_save(&run->driver->store, run->action.key, write, within_ms);
    }
    hear_store(run, write);
}

/* --- the loop --------------------------------------------------------------------- */

static void act(struct run *run)
{
    run->event = (struct client_event){.kind = CLIENT_WOKE};
    switch (run->action.kind) {
    case CLIENT_CALL_BACKEND:
        call_backend(run);
        break;
    case CLIENT_SLEEP:
        clock_sleep_ms(time_for(run));
        break;
    case CLIENT_LOAD_ITEM:
        load_item(run);
        break;
    case CLIENT_SAVE_ITEM_IF:
        save_item(run);
        break;
    case CLIENT_ANSWER:
        break;
    }
}

static void step(struct run *run)
{
    run->event.now_ms = clock_ms();
    run->event.random = clock_random();
    run->action = client_step(&run->driver->client, &run->call, &run->event);
}

/* The request ends so early that the store can still be told what came of it: that
 * takes a write and, if it is lost, a read. But never earlier than half-way. */
static int64_t deadline_for(const struct run *run, int64_t now_ms)
{
    int64_t left = run->stop_ms - now_ms;
    int64_t margin = 2 * (int64_t)run->driver->client.config.shared.timeout_ms;
    return run->stop_ms - (margin < left / 2 ? margin : left / 2);
}

/* false: no end was in sight. */
static bool play(struct run *run, uint64_t shard)
{
    run->event = (struct client_event){.kind = CLIENT_START,
                                       .deadline_ms = deadline_for(run, clock_ms()),
                                       .shard = shard};
    step(run);
    for (int n = 0; n < DRIVER_STEPS_MAX && run->action.kind != CLIENT_ANSWER; n++) {
        act(run);
        step(run);
    }
    return run->action.kind == CLIENT_ANSWER;
}

/* --- the answer ------------------------------------------------------------------- */

/* What a stale answer would have stood in for. */
static struct client_action without_stale(const struct run *run)
{
    struct client_action action = {.kind = CLIENT_ANSWER};
    bool asked = run->said.attempts > 0, heard = run->reply.kind == CLIENT_REPLY;
    action.answer = !asked ? CLIENT_REFUSED : heard ? CLIENT_FAILED : CLIENT_TIMED_OUT;
    action.status = !asked ? 503 : heard ? 502 : 504;
    action.retry_after_ms = asked ? 0 : run->call.retry_after_ms;
    return action;
}

/* The kept body, with its own age; NULL and another answer if it cannot stand in. */
static const struct kept_answer *stand_in(struct run *run)
{
    struct driver *d = run->driver;
    int64_t now_ms = clock_ms();
    const struct kept_answer *kept =
        kept_get(&d->kept, d->request.path, d->request.shard, now_ms);
    int64_t age_ms = kept != NULL ? now_ms - kept->good_ms : -1;
    if (kept == NULL || age_ms > d->client.config.stale_max_ms) {
        run->action = without_stale(run);
        return NULL;
    }
    run->action.age_ms = age_ms > 0 ? age_ms : 0;
    return kept;
}

/* A good answer to a request that was only a question may be given again. */
static void keep(struct run *run)
{
    struct driver *d = run->driver;
    if (d->client.config.stale_max_ms > 0 && d->request.body_bytes == 0 &&
        run->reply.body != NULL && run->reply.status < 400)
        kept_put(&d->kept, d->request.path, d->request.shard, run->reply.body,
                 run->reply.bytes, clock_ms());
}

/* The response as handler.c writes it; NULL if memory ran out. */
static char *respond(struct run *run)
{
    if (run->action.answer == CLIENT_STALE) {
        const struct kept_answer *kept = stand_in(run);
        return kept != NULL ? handler_answer(&run->action, kept->body, kept->bytes)
                            : handler_answer(&run->action, NULL, 0);
    }
    if (run->action.answer != CLIENT_FRESH)
        return handler_answer(&run->action, NULL, 0);
    if (run->reply.misconfigured) { /* no news of the backend, and no user's fault */
        run->action = (struct client_action){
            .kind = CLIENT_ANSWER, .answer = CLIENT_FAILED, .status = 502};
        return handler_answer(&run->action, NULL, 0);
    }
    keep(run);
    return handler_answer(&run->action, run->reply.body, run->reply.bytes);
}

/* Put our headers into a response. What is no response stays as it is: it is for the
 * reader to see. `answered` is NULL where nothing was asked. */
static char *with_headers(const struct driver *d, char *text, enum breaker_state state,
                          const enum client_answer *answered)
{
    cJSON *root = cJSON_Parse(text);
    cJSON *headers = cJSON_GetObjectItemCaseSensitive(root, "headers");
    if (headers == NULL && cJSON_IsObject(root))
        headers = cJSON_AddObjectToObject(root, "headers");
    bool good =
        cJSON_IsObject(headers) &&
        cJSON_AddStringToObject(headers, "x-breaker-build", d->setup.build) != NULL &&
        cJSON_AddStringToObject(headers, "x-breaker-environment",
                                d->report.environment) != NULL &&
        cJSON_AddStringToObject(headers, "x-breaker-state", report_state(state)) !=
            NULL &&
        (answered == NULL || cJSON_AddStringToObject(headers, "x-breaker-answer",
                                                     report_answer(*answered)) != NULL);
    char *full = good ? cJSON_PrintUnformatted(root) : NULL;
    cJSON_Delete(root);
    if (full == NULL)
        return text;
    free(text);
    return full;
}

static void give(struct runtime_answer *answer, char *text)
{
    answer->text = text;
    answer->bytes = text != NULL ? strlen(text) : 0;
    if (text == NULL)
        answer->error_type = "Client.OutOfMemory";
}

static void refuse(struct driver *d, struct runtime_answer *answer)
{
    char *text = handler_refuse(&d->request);
    enum breaker_state state =
        client_state_at(&d->client, driver_shard(d->request.shard), clock_ms());
    give(answer, text != NULL ? with_headers(d, text, state, NULL) : NULL);
}

/* Transitions of the breakers of this environment, which decide where there is no
 * store, or while it fails. */
static void tell_local(struct driver *d)
{
    struct breaker_transition t;
    for (size_t i = 0; i < CLIENT_SHARDS_MAX; i++)
        while (breaker_take_transition(&d->client.shards[i].breaker, &t))
            report_local(&d->report, d->client.shards[i].shard, &t);
}

static void finish(struct run *run, uint64_t shard, struct runtime_answer *answer)
{
    struct driver *d = run->driver;
    char *text = respond(run);
    run->said.at_ms = clock_ms();
    run->said.answer = run->action.answer; /* what became of it in the end */
    run->said.state = client_state_at(&d->client, shard, run->said.at_ms);
    tell_local(d);
    report_call(&d->report, &run->said);
    give(answer, text != NULL
                     ? with_headers(d, text, run->said.state, &run->said.answer)
                     : NULL);
}

void driver_handle(void *driver, const struct runtime_event *event,
                   struct runtime_answer *answer)
{
    struct driver *d = driver;
    handler_read(&d->request, event->text, event->bytes);
    if (d->request.status != 0) {
        refuse(d, answer);
        return;
    }
    struct run run = {.driver = d, .stop_ms = event->deadline_ms - DRIVER_LAST_MS};
    uint64_t shard = driver_shard(d->request.shard);
    if (play(&run, shard))
        finish(&run, shard, answer);
    else
        answer->error_type = "Client.Endless";
    invoke_free(&run.reply);
}

/* --- a beginning ------------------------------------------------------------------ */

bool driver_init(struct driver *d, const struct driver_setup *setup, char *why,
                 size_t room)
{
    struct client_config config;
    const char *table = setup->table != NULL ? setup->table : "";
    const char *breaker = setup->breaker != NULL ? setup->breaker : "";
    d->setup = *setup;
    if (!config_read(&config, setup->config, why, room) ||
        !dynamodb_init(&d->store, setup->aws, table, breaker, why, room))
        return false;
    if (setup->backend == NULL || !invoke_name_good(setup->backend)) {
        snprintf(why, room, "BACKEND: allowed is a function's bare name");
        return false;
    }
    report_init(&d->report, setup->out, breaker, setup->random);
    client_init(&d->client, &config, setup->random);
    return true;
}
