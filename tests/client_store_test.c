/* client_store_test.c - the step function with a store: stories of a few environments,
 * in the words of store_script.h; and shards whose slot changes hands meanwhile.
 *
 *      start=S         a request, of shard S
 *      store hidden lost dead woke         as in shared_test.c
 *      reply=500 timeout                   what the backend says
 *
 * and what is wanted: call, probe, load, strong, save=TRIP, sleep=9, fresh=200,
 * stale=9, refused=9 (ask again then), failed, late (timed out). w=9 is the longest
 * wait, at=3 the key of the item, r=9 the random bits. */
#include "unit.h"

#include <string.h>

#include "client.h"
#include "client_store_stories.h"
#include "store_script.h"

static struct play {
    struct model_store store[64]; /* by key */
    struct client env[SCRIPT_ENVS];
    struct client_call call[SCRIPT_ENVS][SCRIPT_CALLS];
    struct client_action action[SCRIPT_ENVS][SCRIPT_CALLS];
} play;

static bool at_store(const struct client_action *action)
{
    return action->kind == CLIENT_LOAD_ITEM || action->kind == CLIENT_SAVE_ITEM_IF;
}

/* The store does what was asked of it, in the way that the word says. */
static struct client_event at_the_store(const struct script_step *t)
{
    const struct client_action *a = &play.action[t->env][t->call];
    struct client_event event = {.kind = CLIENT_STORE_FAILED};
    if (!at_store(a))
        ck_abort_msg("nothing is asked of the store at %lld", (long long)t->now_ms);
    struct model_store *store = &play.store[a->key];
    if (script_is(t, 0, "dead"))
        return event;
    event.kind = CLIENT_STORE_ITEM;
    if (a->kind == CLIENT_SAVE_ITEM_IF)
        event.kind =
            model_save(store, a->write) ? CLIENT_STORE_SAVED : CLIENT_STORE_CONFLICT;
    if (script_is(t, 0, "lost"))
        event.kind = CLIENT_STORE_FAILED;
    else if (event.kind != CLIENT_STORE_CONFLICT || !script_is(t, 0, "hidden"))
        event.item = model_now(store);
    return event;
}

/* The value of a word that stands anywhere in the step; `none` if it does not. */
static int64_t extra(const struct script_step *t, const char *name, int64_t none)
{
    for (int w = 1; w < t->words; w++)
        if (script_is(t, w, name))
            return t->word[w].value;
    return none;
}

static struct client_event event_of(const struct script_step *t)
{
    if (script_is(t, 0, "start"))
        return (struct client_event){.kind = CLIENT_START,
                                     .shard = (uint64_t)t->word[0].value};
    if (script_is(t, 0, "reply"))
        return (struct client_event){.kind = CLIENT_REPLY,
                                     .status = (int)t->word[0].value,
                                     .retry_after_ms = extra(t, "rest", 0)};
    if (script_is(t, 0, "timeout"))
        return (struct client_event){.kind = CLIENT_TIMEOUT};
    if (script_is(t, 0, "woke"))
        return (struct client_event){.kind = CLIENT_WOKE};
    return at_the_store(t);
}

static void say(const struct client_action *a, char text[40])
{
    static const char *const answers[] = {"fresh", "stale", "refused", "failed",
                                          "late"};
    static const char *const changes[] = {"COUNT",   "WINDOW", "TRIP",  "PROBE",
                                          "CONFIRM", "CLOSE",  "REOPEN"};
    long long number = a->answer == CLIENT_FRESH   ? a->status
                       : a->answer == CLIENT_STALE ? a->age_ms
                                                   : a->retry_after_ms;
    if (a->kind == CLIENT_CALL_BACKEND)
        snprintf(text, 40, "%s", a->probe ? "probe" : "call");
    else if (a->kind == CLIENT_SLEEP)
        snprintf(text, 40, "sleep=%lld", (long long)a->within_ms);
    else if (a->kind == CLIENT_LOAD_ITEM)
        snprintf(text, 40, "%s", a->strong ? "strong" : "load");
    else if (a->kind == CLIENT_SAVE_ITEM_IF)
        snprintf(text, 40, "save=%s", changes[a->write->change]);
    else if (a->answer >= CLIENT_FAILED)
        snprintf(text, 40, "%s", answers[a->answer]);
    else
        snprintf(text, 40, "%s=%lld", answers[a->answer], number);
}

static void client_script_step(const char *title, const struct script_step *t, int n)
{
    char got[40], want[120];
    struct client_event event = event_of(t);
    struct client_call *call = &play.call[t->env][t->call];
    struct client_action *action = &play.action[t->env][t->call];
    event.now_ms = t->now_ms;
    event.random = (uint64_t)extra(t, "r", n * 1000);
    if (event.kind == CLIENT_START)
        *call = (struct client_call){.phase = 0};
    *action = client_step(&play.env[t->env], call, &event);
    say(action, got);
    snprintf(want, sizeof want, "%s%s%s", t->word[1].name,
             t->word[1].text[0] ? "=" : "", t->word[1].text);
    if (strcmp(got, want) != 0 ||
        extra(t, "w", action->within_ms) != action->within_ms ||
        extra(t, "at", (int64_t)action->key) != (int64_t)action->key)
        ck_abort_msg("%s: step %d at %lld: %s within %lld of item %llu, not %s", title,
                     n, (long long)t->now_ms, got, (long long)action->within_ms,
                     (unsigned long long)action->key, want);
}

static void item_step(const char *title, const struct script_step *t)
{
    char differs[96] = "", wants[120];
    if (script_is(t, 0, "item")) {
        snprintf(wants, sizeof wants, "%s=%s", t->word[1].name, t->word[1].text);
        if (!script_item(&play.store[0].item, wants, differs))
            ck_abort_msg("%s: %s", title, differs);
    } else if (!script_deed(&play.store[0], t)) {
        ck_abort_msg("%s: what is %s?", title, t->word[0].name);
    }
}

/* A place is held from the first question to the answer of the backend. */
static void check_places(const char *title)
{
    for (int e = 0; e < SCRIPT_ENVS; e++) {
        uint32_t open = 0;
        for (int c = 0; c < SCRIPT_CALLS; c++)
            open +=
                play.call[e][c].phase != 0 && play.action[e][c].kind != CLIENT_ANSWER;
        if (open == 0 && play.env[e].in_flight != 0)
            ck_abort_msg("%s: a place is not given back", title);
    }
}

static void play_script(const char *title, const char *script)
{
    struct script_step step;
    for (int n = 1; script_next(&script, &step); n++) {
        if (step.store)
            item_step(title, &step);
        else
            client_script_step(title, &step, n);
        check_places(title);
    }
    ck_assert(*script == '\0');
}

static void prepare(const struct client_config *config)
{
    memset(&play, 0, sizeof play);
    ck_assert_ptr_null(client_config_error(config));
    for (int e = 0; e < SCRIPT_ENVS; e++)
        client_init(&play.env[e], config, (uint64_t)e + 1);
}

START_TEST(story)
{
    prepare(&stories[_i].config);
    play_script(stories[_i].title, stories[_i].script);
}
END_TEST

/* --- shards ------------------------------------------------------------------------
 */

static const struct client_config per_shard = {.per_shard = 1, FLEET(1)};

START_TEST(every_shard_has_an_item_of_its_own)
{
    prepare(&per_shard);
    play_script("shards",
                "100000 a start=7 load at=7;100001 a store call;100002 a reply=500 "
                "save=WINDOW at=7;100003 a store save=TRIP at=7;100004 a store failed;"
                "100005 a start=8 load at=8;100006 a store call;100007 a reply=200 "
                "fresh=200;100008 b start=7 load at=7;100009 b store refused=4994;"
                "- item v=0");
    ck_assert_uint_eq(play.store[7].item.state, BREAKER_OPEN);
    ck_assert(!play.store[8].there);
    ck_assert_int_eq(client_state_at(&play.env[0], 7, 100010), BREAKER_OPEN);
    ck_assert_int_eq(client_state_at(&play.env[0], 8, 100010), BREAKER_CLOSED);
}
END_TEST

START_TEST(with_one_breaker_for_all_there_is_one_item)
{
    struct client_config config = {FLEET(1)};
    prepare(&config);
    play_script("one for all",
                "100000 a start=7 load at=0;100001 a store call;100002 a reply=500 "
                "save=WINDOW at=0;100003 a store save=TRIP at=0;100004 a store failed;"
                "100005 a start=8 refused=4998;- item state=O");
}
END_TEST

/* While the store is silent this environment's own breaker decides, and its state is
 * the one to show, unless the fleet's is known to be open. */
START_TEST(while_the_store_is_silent_the_own_state_shows)
{
    struct client_config config = {FLEET(1)};
    config.shared.skip_ms = 60000;
    prepare(&config);
    play_script(
        "silent",
        "100000 a start=7 load;100001 a store call;100002 a reply=200 fresh=200;"
        "101500 a start=7 load;101501 a dead call;101502 a reply=500 failed;"
        "102000 a start=7 call;102001 a reply=500 failed");
    ck_assert_int_eq(client_state_at(&play.env[0], 7, 102002), BREAKER_OPEN);
    ck_assert_int_eq(client_state_at(&play.env[0], 7, 107001), BREAKER_HALF_OPEN);
    prepare(&config);
    play_script(
        "open, then silent",
        "100000 a start=7 load;100001 a store call;100002 a reply=500 save=WINDOW;"
        "100003 a store save=TRIP;100004 a store failed;"
        "101500 a start=7 load;101501 a dead refused=3502");
    ck_assert_int_eq(client_state_at(&play.env[0], 7, 101503), BREAKER_OPEN);
}
END_TEST

/* Sixteen other shards, one after the other, take all the places there are. */
static void push_out(int64_t now_ms)
{
    for (int shard = 20; shard < 20 + CLIENT_SHARDS_MAX; shard++) {
        char script[200];
        snprintf(script, sizeof script,
                 "%lld a3 start=%d load at=%d;%lld a3 store call;%lld a3 reply=200 "
                 "fresh=200",
                 (long long)now_ms, shard, shard, (long long)now_ms, (long long)now_ms);
        play_script("pushed out", script);
    }
}

/* Whatever a request is waiting for when its shard's place changes hands, it ends, no
 * other shard hears of it, and its place in the bulkhead is free again. */
static const struct {
    const char *before, *after;
} handed_on[] = {
    {"100000 a start=7 load at=7", "100100 a store refused=0"},
    {"100000 a start=7 load at=7", "100100 a dead refused=0"},
    {"100000 a start=7 load at=7;100001 a store call", "100100 a reply=500 failed"},
    {"100000 a start=7 load at=7;100001 a store call", "100100 a reply=200 fresh=200"},
    {"100000 a start=7 load at=7;100001 a store call;100002 a reply=500 save=WINDOW "
     "at=7",
     "100100 a store failed"},
    {"100000 a start=7 load at=7;100001 a store call;100002 a reply=500 save=WINDOW "
     "at=7;"
     "100003 a store save=TRIP at=7",
     "100100 a store failed"},
    {"100000 a start=7 load;100001 a store call;100002 a reply=500 save=WINDOW;"
     "100003 a store save=TRIP;100004 a store failed;105003 a start=7 load;"
     "105004 a store save=PROBE",
     "105100 a store refused=0"},
    {"100000 a start=7 load;100001 a store call;100002 a reply=500 save=WINDOW;"
     "100003 a store save=TRIP;100004 a store failed;105003 a start=7 load;"
     "105004 a store save=PROBE;105005 a store probe",
     "105100 a reply=200 fresh=200"},
};

START_TEST(a_place_that_changes_hands_confuses_no_shard)
{
    prepare(&per_shard);
    play_script("before", handed_on[_i].before);
    push_out(_i >= 6 ? 105050 : 100050);
    play_script("after", handed_on[_i].after);
    for (uint64_t shard = 20; shard < 20 + CLIENT_SHARDS_MAX; shard++) {
        const struct client_shard *slot = &play.env[0].shards[shard - 20];
        ck_assert(!play.store[shard].there);
        ck_assert(slot->shard >= 20 && slot->shared.item.version == 0);
        ck_assert_int_eq(client_state_at(&play.env[0], shard, 105101), BREAKER_CLOSED);
    }
    ck_assert_uint_eq(play.env[0].in_flight, 0);
}
END_TEST

START_TEST(a_place_may_come_back_to_its_first_shard)
{
    prepare(&per_shard);
    play_script("before", "100000 a start=7 load at=7;100001 a store call");
    push_out(100050);
    play_script("back",
                "100060 a2 start=7 load at=7;100061 a2 store call;"
                "100062 a reply=500 save=WINDOW at=7;100063 a store save=TRIP at=7;"
                "100064 a store failed;100065 a2 reply=500 failed");
    ck_assert_uint_eq(play.store[7].item.state, BREAKER_OPEN);
}
END_TEST

/* --- events that no action asked for
 * -------------------------------------------------- */

static void hear(const char *script, enum client_event_kind kind)
{
    struct client_config config = {FLEET(1)};
    prepare(&config);
    play_script("a bug", script);
    client_step(&play.env[0], &play.call[0][0],
                &(struct client_event){.kind = kind, .now_ms = 200000});
}

static void woken_at_the_store(void)
{
    hear("100000 a start load", CLIENT_WOKE);
}

static void replied_at_the_store(void)
{
    hear("100000 a start load", CLIENT_REPLY);
}

static void saved_while_loading(void)
{
    hear("100000 a start load", CLIENT_STORE_SAVED);
}

static void item_while_calling(void)
{
    hear("100000 a start load;100001 a store call", CLIENT_STORE_ITEM);
}

static void item_while_saving(void)
{
    hear("100000 a start load;100001 a store call;100002 a reply=500 save=WINDOW",
         CLIENT_STORE_ITEM);
}

static void woken_while_reporting(void)
{
    hear("100000 a start load;100001 a store call;100002 a reply=500 save=WINDOW",
         CLIENT_WOKE);
}

START_TEST(an_event_nobody_asked_for_aborts)
{
    static void (*const bugs[])(void) = {woken_at_the_store,  replied_at_the_store,
                                         saved_while_loading, item_while_calling,
                                         item_while_saving,   woken_while_reporting};
    ck_assert(unit_aborts(bugs[_i]));
}
END_TEST

START_TEST(a_bad_configuration_of_the_store_is_told)
{
    struct client_config config = {FLEET(1)};
    config.shared.timeout_ms = 0;
    const char *error = client_config_error(&config);
    ck_assert(error != NULL && strstr(error, "timeout_ms") != NULL);
}
END_TEST

static const struct unit_case cases[] = {
    {"stories", &story, UNIT_ROWS(stories)},
    {"shards", &every_shard_has_an_item_of_its_own, 0},
    {"shards", &with_one_breaker_for_all_there_is_one_item, 0},
    {"silent", &while_the_store_is_silent_the_own_state_shows, 0},
    {"shards", &a_place_that_changes_hands_confuses_no_shard, UNIT_ROWS(handed_on)},
    {"shards", &a_place_may_come_back_to_its_first_shard, 0},
    {"bugs", &an_event_nobody_asked_for_aborts, 6},
    {"configuration", &a_bad_configuration_of_the_store_is_told, 0},
};

int main(void)
{
    return unit_run("client with a store", cases, UNIT_ROWS(cases));
}
