/* script_client.c - plays the scripts of a client: events in, actions out. */
#include "story.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS_MAX = 16 };

struct running {
    char name[16];
    struct client_call call;
    struct client_action action; /* what the last event brought */
};

struct stage {
    struct client client;
    struct running running[CALLS_MAX];
    int count;
    int64_t backend_calls;
    uint64_t random;
};

/* --- who is meant ----------------------------------------------------------------- */

static struct running *add_call(struct stage *stage, const struct move *move)
{
    if (stage->count == CALLS_MAX)
        story_misspelt("more calls than a script can hold");
    struct running *running = &stage->running[stage->count++];
    memcpy(running->name, move->name, sizeof running->name);
    return running;
}

static struct running *find_call(struct stage *stage, const struct move *move)
{
    for (int i = stage->count - 1; i >= 0; i--)
        if (strcmp(stage->running[i].name, move->name) == 0)
            return &stage->running[i];
    char why[120];
    snprintf(why, sizeof why, "\"%s\": no call of that name has started", move->text);
    story_misspelt(why);
}

/* --- what is meant ---------------------------------------------------------------- */

static const char *const answer_word[] = {"fresh", "stale", "refused", "failed",
                                          "timed-out"};

static const char *action_text(const struct client_action *action, char text[64])
{
    char ms[32];
    bool known = (unsigned)action->answer < 5;
    switch (action->kind) {
    case CLIENT_CALL_BACKEND:
        snprintf(text, 64, "call the backend, limit %s%s",
                 ms_text(action->within_ms, ms),
                 action->within_ms == DEADLINE_NEVER ? "" : " ms");
        return text;
    case CLIENT_SLEEP:
        snprintf(text, 64, "sleep %s ms", ms_text(action->within_ms, ms));
        return text;
    case CLIENT_LOAD_ITEM:
        return "read the store";
    case CLIENT_SAVE_ITEM_IF:
        return "write to the store";
    case CLIENT_ANSWER:
        snprintf(text, 64, "answer the user: %s, %d",
                 known ? answer_word[action->answer] : "?", action->status);
        return text;
    }
    return "no action at all";
}

static const char *wanted_text(const struct move *move, char text[64])
{
    static const struct {
        const char *word, *text;
    } say[] = {
        {"call", "call the backend"},          {"sleep", "sleep"},
        {"fresh", "the backend's own answer"}, {"stale", "the last good answer"},
        {"refused", "answer: refused"},        {"failed", "answer: failed"},
        {"timed-out", "answer: timed out"},    {"gave-up", "give up: no answer"}};
    char ms[32];
    const char *what = move->word;
    for (size_t i = 0; i < sizeof say / sizeof say[0]; i++)
        if (strcmp(say[i].word, move->word) == 0)
            what = say[i].text;
    snprintf(text, 64, "%s%s%s", what, move->has_number ? ", " : "",
             move->has_number ? ms_text(move->number, ms) : "");
    return text;
}

static bool as_wanted(const struct client_action *action, const struct move *move)
{
    enum client_answer answer = action->answer;
    if (strcmp(move->word, "call") == 0 || strcmp(move->word, "sleep") == 0)
        return action->kind ==
                   (move->word[0] == 'c' ? CLIENT_CALL_BACKEND : CLIENT_SLEEP) &&
               (!move->has_number || action->within_ms == move->number);
    if (action->kind != CLIENT_ANSWER)
        return false;
    if (strcmp(move->word, "gave-up") == 0)
        return answer == CLIENT_FAILED || answer == CLIENT_TIMED_OUT;
    return (unsigned)answer < 5 && strcmp(move->word, answer_word[answer]) == 0 &&
           (!move->has_number || action->status == move->number);
}

/* --- playing ---------------------------------------------------------------------- */

static void play_event(struct stage *stage, const struct move *move,
                       enum client_event_kind kind, enum client_action_kind asked)
{
    char you[64];
    bool start = kind == CLIENT_START;
    struct running *running = start ? add_call(stage, move) : find_call(stage, move);
    if (!start && running->action.kind != asked)
        story_wrong(move_head(move), action_text(&running->action, you),
                    asked == CLIENT_SLEEP ? "sleep" : "call the backend");
    struct client_event event = {.kind = kind, .now_ms = move->at_ms};
    event.random = stage->random += 0x9e3779b97f4a7c15u;
    if (start)
        event.deadline_ms = move->number;
    else if (kind == CLIENT_REPLY)
        event.status = (int)move->number;
    running->action = client_step(&stage->client, &running->call, &event);
    stage->backend_calls += running->action.kind == CLIENT_CALL_BACKEND;
    story_tell("%s  -> %s", move_head(move), action_text(&running->action, you));
}

static void play_start(struct stage *stage, const struct move *move)
{
    play_event(stage, move, CLIENT_START, CLIENT_ANSWER);
}

static void play_reply(struct stage *stage, const struct move *move)
{
    play_event(stage, move, CLIENT_REPLY, CLIENT_CALL_BACKEND);
}

static void play_timeout(struct stage *stage, const struct move *move)
{
    play_event(stage, move, CLIENT_TIMEOUT, CLIENT_CALL_BACKEND);
}

static void play_woke(struct stage *stage, const struct move *move)
{
    play_event(stage, move, CLIENT_WOKE, CLIENT_SLEEP);
}

/* What is as wanted has been told with its event. */
static void play_wanted(struct stage *stage, const struct move *move)
{
    char you[64], wanted[64];
    const struct client_action *action = &find_call(stage, move)->action;
    if (!as_wanted(action, move))
        story_wrong(move_head(move), action_text(action, you),
                    wanted_text(move, wanted));
}

static void play_calls(struct stage *stage, const struct move *move)
{
    char you[64], wanted[64];
    snprintf(you, sizeof you, "%" PRId64 " calls reached the backend",
             stage->backend_calls);
    snprintf(wanted, sizeof wanted, "%" PRId64, move->number);
    if (stage->backend_calls != move->number)
        story_wrong(move_head(move), you, wanted);
}

static const struct {
    const char *word;
    void (*play)(struct stage *, const struct move *);
} words[] = {
    {"start", play_start},   {"reply", play_reply},      {"timeout", play_timeout},
    {"woke", play_woke},     {"call", play_wanted},      {"sleep", play_wanted},
    {"fresh", play_wanted},  {"stale", play_wanted},     {"refused", play_wanted},
    {"failed", play_wanted}, {"timed-out", play_wanted}, {"gave-up", play_wanted},
    {"calls", play_calls}};

enum { WORDS = sizeof words / sizeof words[0] };

bool client_word(const char *word)
{
    for (int i = 0; i < WORDS; i++)
        if (strcmp(words[i].word, word) == 0)
            return true;
    return false;
}

static void tell_config(const struct client_config *c)
{
    story_tell("  a new client: deadline_ms %" PRIu32 ", attempts %" PRIu32
               ", timeout_ms %" PRIu32 ", failures_to_open %" PRIu32,
               c->deadline_ms, c->retry.attempts, c->retry.timeout_ms,
               c->breaker.failures_to_open);
}

void play_client(const struct client_config *config, const char *script)
{
    struct stage *stage = calloc(1, sizeof *stage);
    struct move move;
    story_begin();
    tell_config(config);
    client_init(&stage->client, config, 1);
    while (next_move(&script, &move)) {
        int i = 0;
        while (i < WORDS && strcmp(words[i].word, move.word) != 0)
            i++;
        if (i == WORDS)
            story_misspelt("a word that no client knows");
        words[i].play(stage, &move);
    }
    free(stage);
}
