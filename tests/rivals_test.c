/* rivals_test.c - the two rival protocols, driven by stories: what they do, and what
 * they give up. rivals_stories.h has the data, and says how to read it.
 *
 * Each story is played from time 0 and again from the year 2020, as a fleet's clocks
 * show it. rivals_random.c drives the protocols at random. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "rivals_fleet.h"
#include "rivals_stories.h"
#include "sim.h"

enum { NEVER_MS = -1 };

/* --- a story ---------------------------------------------------------------------- */

static int index_of(const char *word, const char *const *words, const char *story)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    ck_abort_msg("%s: what is '%s'?", story, word);
    return -1;
}

enum word { START, ITEM, OLD, SAVED, CONFLICT, LOST, ERROR, TIMEOUT, WOKE, DIES, GONE };
static const char *const event_words[] = {"start",    "item", "old",   "saved",
                                          "conflict", "lost", "error", "timeout",
                                          "woke",     "dies", "gone",  NULL};

static const enum caller_news news[] = {
    [START] = CALLER_START,        [ITEM] = CALLER_ITEM,
    [OLD] = CALLER_ITEM,           [SAVED] = CALLER_SAVED,
    [CONFLICT] = CALLER_CONFLICT,  [LOST] = CALLER_STORE_FAILED,
    [ERROR] = CALLER_STORE_FAILED, [TIMEOUT] = CALLER_TIMEOUT,
    [WOKE] = CALLER_WOKE};

struct wish {
    const char *word;
    enum caller_wish kind;
    enum caller_answer answer;
    bool probe;
};

static const struct wish wishes[] = {{"load", CALLER_LOAD, 0, false},
                                     {"call", CALLER_CALL, 0, false},
                                     {"probe", CALLER_CALL, 0, true},
                                     {"save", CALLER_SAVE, 0, false},
                                     {"sleep", CALLER_SLEEP, 0, false},
                                     {"fresh", CALLER_ANSWER, CALLER_FRESH, false},
                                     {"stale", CALLER_ANSWER, CALLER_STALE, false},
                                     {"refused", CALLER_ANSWER, CALLER_REFUSED, false},
                                     {"failed", CALLER_ANSWER, CALLER_FAILED, false},
                                     {"late", CALLER_ANSWER, CALLER_TIMED_OUT, false}};

static bool is_wish(const struct caller_action *a, const struct wish *w)
{
    if (a->kind != w->kind)
        return false;
    return a->kind == CALLER_ANSWER ? a->answer == w->answer : a->probe == w->probe;
}

static const char *name_of(const struct caller_action *action)
{
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
        if (is_wish(action, &wishes[i]))
            return wishes[i].word;
    return "something strange";
}

/* "call=40": the action, and its length or status. */
static void expect(const struct caller_action *got, const char *want, const char *step,
                   const char *story)
{
    char word[16] = "";
    long long number = 0;
    int parts = sscanf(want, "%15[a-z]=%lld", word, &number);
    ck_assert_msg(strcmp(name_of(got), word) == 0, "%s, at %s: %s", story, step,
                  name_of(got));
    if (parts < 2)
        return;
    long long is = got->kind == CALLER_ANSWER ? got->status
                   : got->within == SIM_NEVER ? NEVER_MS
                                              : got->within / SIM_MS;
    ck_assert_msg(is == number, "%s, at %s: %lld", story, step, is);
}

/* What the store does comes before what is told. */
static void play_store(struct fleet *f, int who, enum word word,
                       struct caller_event *event, const char *story)
{
    bool there = word == OLD ? f->old_there : f->there;
    if (word == ITEM || word == OLD)
        event->item = !there ? NULL : word == OLD ? f->old : f->item;
    if (word != SAVED && word != LOST && word != CONFLICT)
        return;
    ck_assert_msg(f->last[who].kind == CALLER_SAVE, "%s: no write is under way", story);
    bool made = fleet_write(f, who);
    ck_assert_msg(made == (word != CONFLICT), "%s, %s: the write was %s", story,
                  event_words[word], made ? "made" : "refused");
    if (word != LOST)
        event->item = f->item;
}

static int64_t at(int64_t base, long long ms)
{
    return base + ms * SIM_MS;
}

/* "500/7: call", "dies": true if a wish is to follow. */
static bool play_event(struct fleet *f, int who, int64_t base, long long ms,
                       const char *text, const char *story)
{
    char word[16];
    long long number = 0;
    int status = 0;
    struct caller_event event = {.now = at(base, ms), .shard = 1};
    if (sscanf(text, "%d/%lld", &status, &number) >= 1) {
        event.kind = CALLER_REPLY;
        event.status = status;
    } else {
        sscanf(text, "%15[a-z]/%lld", word, &number);
        enum word w = (enum word)index_of(word, event_words, story);
        if (w == DIES || w == GONE) {
            if (w == DIES)
                fleet_replace(f, who);
            f->there = f->there && w != GONE;
            return false;
        }
        event.kind = news[w];
        play_store(f, who, w, &event, story);
    }
    event.random = (uint64_t)number;
    if (event.kind == CALLER_START && number > 0)
        event.stop = at(base, number);
    fleet_tell(f, who, &event);
    return true;
}

static int64_t field(const struct caller_view *view, const char *name, int64_t base,
                     const char *story)
{
    static const char *const names[] = {"version", "until", "lease_until", "owner",
                                        "failed",  "ok",    NULL};
    int64_t until = view->until > 0 ? (view->until - base) / SIM_MS : 0;
    int64_t lease = view->lease_until > 0 ? (view->lease_until - base) / SIM_MS : 0;
    int64_t values[] = {(int64_t)view->version, until,        lease,
                        (int64_t)view->owner,   view->failed, view->ok};
    return values[index_of(name, names, story)];
}

/* "open until=108 owner=A" */
static void is_so(const struct fleet *f, const char *text, int64_t base,
                  const char *story)
{
    static const char *const states[] = {"closed", "open", "half-open", "nothing",
                                         NULL};
    char word[16], value[16];
    int read = 0;
    sscanf(text, " %15[a-z-]%n", word, &read);
    int state = index_of(word, states, story);
    ck_assert_msg(f->there == (state < CALLER_STATES), "%s: is there an item?", story);
    if (!f->there)
        return;
    struct caller_view view = fleet_look(f);
    ck_assert_msg((int)view.state == state, "%s: is %s, not %s", story,
                  states[view.state], text);
    ck_assert_uint_eq(view.generation, 0);
    for (text += read;
         sscanf(text, " %15[a-z_]=%15[A-Z0-9]%n", word, value, &read) == 2;
         text += read) {
        long long want = *value >= 'A' ? *value : strtoll(value, NULL, 10);
        long long got = field(&view, word, base, story);
        ck_assert_msg(got == want, "%s: %s is %lld, not %lld", story, word, got, want);
    }
}

static void play_step(struct fleet *f, int64_t base, const char *step,
                      const char *story)
{
    char who, event[16], want[16];
    long long ms;
    if (strncmp(step, "is ", 3) == 0) {
        is_so(f, step + 3, base, story);
        return;
    }
    int parts = sscanf(step, "%c %lld %15[^:;]: %15[^;]", &who, &ms, event, want);
    ck_assert_msg(parts >= 3 && who >= 'A' && who < 'A' + ENVS, "%s: what is '%s'?",
                  story, step);
    bool told = play_event(f, who - 'A', base, ms, event, story);
    ck_assert_msg(told == (parts == 4), "%s: a wish, or none, at '%s'", story, step);
    if (told)
        expect(&f->last[who - 'A'], want, step, story);
}

static void play(const struct story *story, int64_t base)
{
    struct fleet fleet;
    char step[64];
    int read = 0;
    fleet_begin(&fleet, story->caller, story->knobs);
    for (const char *text = story->steps; *text != '\0';
         text += read + (text[read] == ';')) {
        ck_assert_msg(sscanf(text, " %63[^;]%n", step, &read) == 1, "%s: no end of %s",
                      story->title, text);
        play_step(&fleet, base, step, story->title);
    }
    fleet_end(&fleet);
}

START_TEST(story_from_zero)
{
    play(&stories[_i], 0);
}
END_TEST

START_TEST(story_from_2020)
{
    play(&stories[_i], INT64_C(1600000000) * SIM_S);
}
END_TEST

/* --- configuration ------------------------------------------------------------------
 */

static const struct {
    const struct caller *caller;
    const char *knobs, *error;
} configs[] = {
    {&rival_rmw, "", NULL},
    {&rival_leased, "", NULL},
    {&rival_rmw, "open_ms=10 open_max_ms=10", NULL},
    {&rival_rmw, "open_ms=11 open_max_ms=10", "open_max_ms"},
    {&rival_rmw, "open_ms=60001", "60000"},
    {&rival_rmw, "open_max_ms=9999", "open_max_ms"},
    {&rival_leased, "open_ms=3600000", NULL},
    {&rival_rmw, "backoff_ms=6 backoff_max_ms=5", "backoff_max_ms"},
    {&rival_leased, "backoff_ms=6 backoff_max_ms=5", "backoff_max_ms"},
    {&rival_leased, "backoff_ms=5 backoff_max_ms=5", NULL},
};

START_TEST(configuration)
{
    void *config = configure(configs[_i].caller, configs[_i].knobs);
    const char *error = configs[_i].caller->config_error(config);
    if (configs[_i].error == NULL)
        ck_assert_ptr_null(error);
    else
        ck_assert(error != NULL && strstr(error, configs[_i].error) != NULL);
    free(config);
}
END_TEST

static const struct caller *const rivals[] = {&rival_rmw, &rival_leased};

/* --- what an environment shows, and bugs --------------------------------------------
 */

static void one_step(const struct caller *caller, const enum caller_news *kinds, int n)
{
    struct fleet fleet;
    fleet_begin(&fleet, caller, "");
    for (int i = 0; i < n; i++)
        fleet_tell(&fleet, 0, &(struct caller_event){.kind = kinds[i], .now = i});
    fleet_end(&fleet);
}

static void wake_who_does_not_sleep(void)
{
    one_step(&rival_rmw, (enum caller_news[]){CALLER_START, CALLER_WOKE}, 2);
}

static void reply_to_nobody(void)
{
    one_step(&rival_leased, (enum caller_news[]){CALLER_START, CALLER_REPLY}, 2);
}

static void an_item_unasked(void)
{
    one_step(&rival_leased, (enum caller_news[]){CALLER_ITEM}, 1);
}

static void saved_unasked(void)
{
    one_step(&rival_rmw, (enum caller_news[]){CALLER_START, CALLER_SAVED}, 2);
}

static void a_write_without_condition_conflicts(void)
{
    one_step(&rival_rmw,
             (enum caller_news[]){CALLER_START, CALLER_ITEM, CALLER_TIMEOUT,
                                  CALLER_CONFLICT},
             4);
}

START_TEST(an_event_nobody_asked_for_aborts)
{
    ck_assert(unit_aborts(wake_who_does_not_sleep));
    ck_assert(unit_aborts(reply_to_nobody));
    ck_assert(unit_aborts(an_item_unasked));
    ck_assert(unit_aborts(saved_unasked));
    ck_assert(unit_aborts(a_write_without_condition_conflicts));
}
END_TEST

/* One breaker for all shards; and an environment shows what it knew last. */
START_TEST(state_of_an_environment)
{
    struct fleet f;
    fleet_begin(&f, rivals[_i], "failures_to_open=1 open_ms=100");
    enum caller_news kinds[] = {CALLER_START, CALLER_ITEM, CALLER_TIMEOUT,
                                CALLER_SAVED};
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(rivals[_i]->state(f.env[0], 0, i),
                         i < 3 || _i == 1 ? CALLER_CLOSED : CALLER_OPEN);
        fleet_tell(&f, 0, &(struct caller_event){.kind = kinds[i], .now = i});
    }
    for (uint64_t shard = 0; shard < 20; shard++) {
        ck_assert_int_eq(rivals[_i]->state(f.env[0], shard, 50), CALLER_OPEN);
        ck_assert_uint_eq(rivals[_i]->breaker_of(f.env[0], shard), 0);
    }
    fleet_end(&f);
}
END_TEST

/* A trip, and so many more writes of the same; then another environment reads. */
static void read_after(struct fleet *f, const struct caller *caller, int writes)
{
    enum caller_news kinds[] = {CALLER_START, CALLER_ITEM, CALLER_TIMEOUT,
                                CALLER_SAVED};
    fleet_begin(f, caller, "failures_to_open=1 open_ms=100");
    for (int i = 0; i < 3; i++)
        fleet_tell(f, 0, &(struct caller_event){.kind = kinds[i], .now = 1});
    for (int i = 0; i < writes; i++)
        ck_assert(fleet_write(f, 0));
    for (int i = 0; i < 2; i++)
        fleet_tell(f, 1,
                   &(struct caller_event){.kind = kinds[i], .now = 2, .item = f->item});
    ck_assert_uint_eq(fleet_look(f).version, (uint64_t)writes);
}

/* The counter of writes is for watchers: were it remembered, no two states of a fleet
 * would ever be equal. */
START_TEST(the_version_is_not_remembered)
{
    struct fleet one, many;
    read_after(&one, rivals[_i], 1);
    read_after(&many, rivals[_i], 7);
    ck_assert_mem_eq(one.env[1], many.env[1], one.caller->env_bytes);
    ck_assert_mem_eq(one.call[1], many.call[1], one.caller->call_bytes);
    fleet_end(&one);
    fleet_end(&many);
}
END_TEST

/* 0 is nobody's name. */
START_TEST(whatever_the_seed_an_owner_has_a_name)
{
    enum caller_news kinds[] = {CALLER_START, CALLER_ITEM,  CALLER_TIMEOUT,
                                CALLER_SAVED, CALLER_START, CALLER_ITEM};
    struct fleet f;
    fleet_begin(&f, &rival_leased, "failures_to_open=1 open_ms=1");
    rival_leased.init(f.env[0], f.config, 0);
    for (int i = 0; i < 6; i++) {
        struct caller_event event = {.kind = kinds[i], .now = i * SIM_MS};
        event.item = f.there ? f.item : NULL;
        if (fleet_tell(&f, 0, &event).kind == CALLER_SAVE)
            ck_assert(fleet_write(&f, 0));
    }
    ck_assert_int_eq(fleet_look(&f).state, CALLER_HALF_OPEN);
    ck_assert_uint_ne(fleet_look(&f).owner, 0);
    fleet_end(&f);
}
END_TEST

static const struct unit_case rivals_cases[] = {
    {"stories", &story_from_zero, UNIT_ROWS(stories)},
    {"stories", &story_from_2020, UNIT_ROWS(stories)},
    {"configuration", &configuration, UNIT_ROWS(configs)},
    {"bugs", &an_event_nobody_asked_for_aborts, 0},
    {"state", &state_of_an_environment, UNIT_ROWS(rivals)},
    {"state", &whatever_the_seed_an_owner_has_a_name, 0},
    {"state", &the_version_is_not_remembered, UNIT_ROWS(rivals)},
};

int main(void)
{
    int a = unit_run("rivals, step by step", rivals_cases, UNIT_ROWS(rivals_cases));
    int b = unit_run("rivals, at random", rivals_random_cases, rivals_random_n);
    return a | b;
}
