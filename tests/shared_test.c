/* shared_test.c - the fleet's breaker, driven by stories of a few environments and one
 * store. shared_random.c lets many run at random, shared_fleet.c counts.
 *
 *      ask             may this call be made?
 *      store           the store does what was wished, and answers
 *      hidden          the same, but whoever loses is not shown the item
 *      lost            it does it, and the answer is lost
 *      dead            it does nothing, and fails
 *      again           it does it, and then once more: the second answer is heard
 *      unseen          both: twice, and the loser is shown nothing
 *      stale=N         it shows the item of N versions ago
 *      woke            the sleep is over
 *      ok bad=R ignored    what became of the call; R: the backend's Retry-After
 *
 *      shows=C         its state as shown: C, O or H
 *
 * A step may end in r=N: the random bits of that step. */
#include "shared_test.h"

#include "shared.h"
#include "shared_ills.h"
#include "shared_stories.h"
#include "store_script.h"

static struct play {
    const char *title, *step;
    struct model_store store;
    struct shared env[SCRIPT_ENVS];
    struct shared_call call[SCRIPT_ENVS][SCRIPT_CALLS];
    struct shared_wish wish[SCRIPT_ENVS][SCRIPT_CALLS];
} play;

#define WRONG(...) ck_abort_msg(__VA_ARGS__)

static struct shared_wish hear(const struct script_step *t, enum shared_news news,
                               const struct item *item, uint64_t random)
{
    return shared_hear(&play.env[t->env], &play.call[t->env][t->call], news, item,
                       t->now_ms, random);
}

/* What the store does, and what of it is heard. */
static struct shared_wish at_the_store(const struct script_step *t, uint64_t random)
{
    const struct shared_wish *wish = &play.wish[t->env][t->call];
    const struct item_write *write = &play.call[t->env][t->call].write;
    if (script_is(t, 0, "dead"))
        return hear(t, SHARED_FAILED, NULL, random);
    if (wish->want == SHARED_LOAD)
        return hear(t, SHARED_ITEM, model_then(&play.store, (uint32_t)t->word[0].value),
                    random);
    if (wish->want != SHARED_SAVE)
        WRONG("%s: nothing is asked of the store at %s", play.title, play.step);
    bool made = model_save(&play.store, write);
    if (script_is(t, 0, "again") || script_is(t, 0, "unseen"))
        made = model_save(&play.store, write);
    if (script_is(t, 0, "lost"))
        return hear(t, SHARED_FAILED, NULL, random);
    bool hidden = (script_is(t, 0, "hidden") || script_is(t, 0, "unseen")) && !made;
    return hear(t, made ? SHARED_SAVED : SHARED_CONFLICT,
                hidden ? NULL : model_now(&play.store), random);
}

static struct shared_wish happens(const struct script_step *t, uint64_t random)
{
    struct shared *env = &play.env[t->env];
    struct shared_call *call = &play.call[t->env][t->call];
    static const char *const outcomes[] = {"ok", "bad", "ignored"};
    if (script_is(t, 0, "ask"))
        return shared_ask(env, call, t->now_ms, random);
    if (script_is(t, 0, "woke"))
        return hear(t, SHARED_WOKE, NULL, random);
    for (int o = BREAKER_OK; o <= BREAKER_IGNORED; o++)
        if (script_is(t, 0, outcomes[o]))
            return shared_report(env, call, (enum breaker_outcome)o, t->word[0].value,
                                 t->now_ms, random);
    return at_the_store(t, random);
}

/* The wish in the words of a story. */
static void say(const struct shared_wish *w, const struct item_write *write,
                char text[40])
{
    static const char *const wants[] = {"grant", "refuse", "local", "load",
                                        "save",  "sleep",  "done"};
    static const char *const changes[] = {"COUNT",   "WINDOW", "TRIP",  "PROBE",
                                          "CONFIRM", "CLOSE",  "REOPEN"};
    snprintf(text, 40, "%s", wants[w->want]);
    if (w->want == SHARED_GRANT && w->probe)
        snprintf(text, 40, "probe");
    if (w->want == SHARED_LOAD && w->strong)
        snprintf(text, 40, "strong");
    if (w->want == SHARED_REFUSE)
        snprintf(text, 40, "refuse=%lld", (long long)w->retry_after_ms);
    if (w->want == SHARED_SLEEP)
        snprintf(text, 40, "sleep=%lld", (long long)w->sleep_ms);
    if (w->want == SHARED_SAVE)
        snprintf(text, 40, "save=%s", changes[write->change]);
}

static void view_step(const struct script_step *t)
{
    const struct shared *env = &play.env[t->env];
    struct shared before = *env;
    char shown = "COH"[shared_state_at(env, t->now_ms)];
    if (shown != t->word[0].text[0] || memcmp(&before, env, sizeof before) != 0)
        WRONG("%s: it shows %c at '%.60s'", play.title, shown, play.step);
}

static void call_step(const struct script_step *t, int number)
{
    if (script_is(t, 0, "shows")) {
        view_step(t);
        return;
    }
    bool drawn = script_is(t, t->words - 1, "r");
    uint64_t random =
        drawn ? (uint64_t)t->word[t->words - 1].value : (uint64_t)number * 1000 + 1;
    char got[40], want[120];
    struct shared_wish wish = happens(t, random);
    play.wish[t->env][t->call] = wish;
    say(&wish, &play.call[t->env][t->call].write, got);
    const struct script_word *w = &t->word[1];
    snprintf(want, sizeof want, "%s%s%s", w->name, w->text[0] ? "=" : "", w->text);
    if (t->words < 2 || strcmp(got, want) != 0)
        WRONG("%s: %s, not %s, at '%.60s'", play.title, got, want, play.step);
}

static void store_step(const struct script_step *t)
{
    char differs[96] = "";
    struct item now =
        model_now(&play.store) ? *model_now(&play.store) : (struct item){.schema = 0};
    if (script_is(t, 0, "item")) {
        for (int w = 1; w < t->words; w++) {
            char wants[120];
            snprintf(wants, sizeof wants, "%s=%s", t->word[w].name, t->word[w].text);
            if (!script_item(&now, wants, differs))
                WRONG("%s: %s, at '%.60s'", play.title, differs, play.step);
        }
    } else if (!script_deed(&play.store, t)) {
        WRONG("%s: what is '%.60s'?", play.title, play.step);
    }
}

static void tell(const struct shared_story *s)
{
    struct script_step step;
    memset(&play, 0, sizeof play);
    play.title = s->title;
    ck_assert_ptr_null(shared_config_error(&s->shared, &s->breaker));
    for (int e = 0; e < SCRIPT_ENVS; e++)
        shared_init(&play.env[e], &s->shared, &s->breaker);
    const char *at = s->script;
    for (int n = 1; play.step = at, script_next(&at, &step); n++) {
        if (step.store)
            store_step(&step);
        else
            call_step(&step, n);
    }
    ck_assert(*at == '\0');
}

START_TEST(story)
{
    tell(&shared_stories[_i]);
}
END_TEST

START_TEST(ill)
{
    tell(&shared_ills[_i]);
}
END_TEST

/* --- what is a bug, and what is a bad configuration ---------------------------------
 */

static struct shared env;
static struct shared_call call;

static void ready(void)
{
    shared_init(&env, &shared_stories[0].shared, &shared_stories[0].breaker);
    call = (struct shared_call){.phase = 0};
}

static void hear_unasked(void)
{
    ready();
    shared_hear(&env, &call, SHARED_ITEM, NULL, 1, 1);
}

static void saved_while_reading(void)
{
    ready();
    shared_ask(&env, &call, 1, 1);
    shared_hear(&env, &call, SHARED_SAVED, &(struct item){.schema = ITEM_SCHEMA}, 1, 1);
}

static void conflict_while_reading(void)
{
    ready();
    shared_ask(&env, &call, 1, 1);
    shared_hear(&env, &call, SHARED_CONFLICT, NULL, 1, 1);
}

static void woken_while_reading(void)
{
    ready();
    shared_ask(&env, &call, 1, 1);
    shared_hear(&env, &call, SHARED_WOKE, NULL, 1, 1);
}

static void item_while_saving(void)
{
    ready();
    shared_ask(&env, &call, 1, 1);
    shared_hear(&env, &call, SHARED_ITEM, NULL, 1, 1);
    shared_report(&env, &call, BREAKER_FAILED, 0, 2, 1);
    shared_hear(&env, &call, SHARED_ITEM, NULL, 3, 1);
}

static void saved_without_item(void)
{
    ready();
    shared_ask(&env, &call, 1, 1);
    shared_hear(&env, &call, SHARED_ITEM, NULL, 1, 1);
    shared_report(&env, &call, BREAKER_FAILED, 0, 2, 1);
    shared_hear(&env, &call, SHARED_SAVED, NULL, 3, 1);
}

static void saved_while_calling(void)
{
    ready();
    shared_ask(&env, &call, 1, 1);
    shared_hear(&env, &call, SHARED_ITEM, NULL, 1, 1);
    shared_hear(&env, &call, SHARED_SAVED, &(struct item){.schema = ITEM_SCHEMA}, 1, 1);
}

static void store_failed_while_asleep(void)
{
    struct shared_config config = shared_stories[0].shared;
    struct item open = {.schema = ITEM_SCHEMA, .state = BREAKER_OPEN, .until_ms = 1};
    config.jitter_ms = 9;
    ready();
    shared_init(&env, &config, &shared_stories[0].breaker);
    shared_ask(&env, &call, 1, 1);
    shared_hear(&env, &call, SHARED_ITEM, &open, 1, 1);
    shared_hear(&env, &call, SHARED_FAILED, NULL, 2, 1);
}

static void report_while_reading(void)
{
    ready();
    shared_ask(&env, &call, 1, 1);
    shared_report(&env, &call, BREAKER_OK, 0, 2, 1);
}

static void misconfigured(void)
{
    shared_init(&env, &(struct shared_config){.skip_ms = 1},
                &(struct breaker_config){.open_ms = 1});
}

START_TEST(news_nobody_asked_for_aborts)
{
    static void (*const bugs[])(void) = {
        hear_unasked,         saved_while_reading, conflict_while_reading,
        woken_while_reading,  item_while_saving,   saved_without_item,
        report_while_reading, saved_while_calling, store_failed_while_asleep,
        misconfigured};
    ck_assert(unit_aborts(bugs[_i]));
}
END_TEST

#define GOOD .cache_ms = 1, .timeout_ms = 1, .window_ms = 1, .failures = 1
#define SHARE .cache_ms = 1, .timeout_ms = 1, .failure_pct = 100, .min_calls = 1
#define SLOW .cache_ms = 1, .timeout_ms = 50, .window_ms = 1, .failures = 1
static const struct {
    struct shared_config config;
    uint32_t open_ms, lease_ms;
    const char *error;
} configs[] = {
    {{0}, 0, 0, NULL},
    {{GOOD}, 2, 0, NULL},
    {{SHARE, .window_ms = 3, .skip_ms = 9, .jitter_ms = 9}, 2, 0, NULL},
    {{GOOD}, 0, 0, "open_ms"},
    {{GOOD}, 0, 9, "open_ms"},
    {{.timeout_ms = 1}, 1, 0, "cache_ms"},
    {{.skip_ms = 1}, 1, 0, "cache_ms"},
    {{.jitter_ms = 1}, 1, 0, "cache_ms"},
    {{.window_ms = 1}, 1, 0, "cache_ms"},
    {{.failures = 1}, 1, 0, "cache_ms"},
    {{.failure_pct = 1, .min_calls = 1}, 1, 0, "cache_ms"},
    {{.cache_ms = 1, .window_ms = 1, .failures = 1}, 1, 0, "needs timeout_ms"},
    {{.cache_ms = 1, .timeout_ms = 1, .failures = 1}, 1, 0, "window_ms"},
    {{.cache_ms = 1, .timeout_ms = 1, .window_ms = 1}, 1, 0, "failures or failure_pct"},
    {{GOOD, .failure_pct = 101, .min_calls = 1}, 1, 0, "more than 100"},
    {{GOOD, .failure_pct = 50}, 1, 0, "min_calls"},
    {{GOOD, .failure_pct = 1}, 1, 0, "min_calls"},
    {{SHARE}, 2, 0, "needs window_ms"},
    {{SHARE, .window_ms = 2}, 2, 0, "more than two cache_ms"},
    {{SHARE, .window_ms = 2, .failures = 1}, 2, 0, "more than two cache_ms"},
    {{.cache_ms = UINT32_MAX, /* twice that is more than 32 bits hold */
      .timeout_ms = 1,
      .window_ms = UINT32_MAX,
      .failure_pct = 100,
      .min_calls = 1},
     2,
     0,
     "more than two cache_ms"},
    {{SLOW}, 9000, 50, "lease must be longer than timeout_ms"},
    {{SLOW}, 9000, 51, NULL},
    {{SLOW}, 1, 51, NULL}, /* the rest may be shorter */
    {{SLOW}, 50, 0, "lease must be longer than timeout_ms"}, /* open_ms is the lease */
    {{SLOW}, 51, 0, NULL},
};

START_TEST(configuration)
{
    const char *error = shared_config_error(
        &configs[_i].config,
        &(struct breaker_config){.open_ms = configs[_i].open_ms,
                                 .probe_lease_ms = configs[_i].lease_ms});
    if (configs[_i].error == NULL)
        ck_assert_ptr_null(error);
    else
        ck_assert(error != NULL && strstr(error, configs[_i].error) != NULL);
}
END_TEST

static const struct unit_case shared_cases[] = {
    {"stories", &story, UNIT_ROWS(shared_stories)},
    {"stories", &ill, UNIT_ROWS(shared_ills)},
    {"bugs", &news_nobody_asked_for_aborts, 10},
    {"configuration", &configuration, UNIT_ROWS(configs)},
};

int main(void)
{
    int a = unit_run("shared, by story", shared_cases, UNIT_ROWS(shared_cases));
    int b = unit_run("shared, a fleet", shared_fleet_cases, shared_fleet_n);
    int c = unit_run("shared, at random", shared_random_cases, shared_random_n);
    return a | b | c;
}
