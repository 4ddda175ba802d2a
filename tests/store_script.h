/* store_script.h - stories of environments and their store, in a few words a step.
 *
 *      "10000 a ask load; 10001 a store grant; 10009 a bad save=WINDOW"
 *
 * is: at that millisecond, in environment a (a2: its second call), this happens, and
 * the next wish is that. A word may have a value: `bad=300`, `refuse=12`. A step of `-`
 * has no time and speaks of the item in the store: `- item state=C,gen=0,failed=1`. */
#ifndef STORE_SCRIPT_H
#define STORE_SCRIPT_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "breaker.h"
#include "model_store.h"

enum { SCRIPT_ENVS = 4, SCRIPT_CALLS = 3, SCRIPT_WORDS = 5 };

struct script_word {
    char name[16];
    char text[96]; /* after the =, as it stands */
    int64_t value;
};

struct script_step {
    bool store; /* it speaks of the item in the store */
    int64_t now_ms;
    int env, call, words;
    struct script_word word[SCRIPT_WORDS];
};

static inline void script_word(const char *from, struct script_word *word)
{
    *word = (struct script_word){.value = 0};
    sscanf(from, "%15[^=]=%95s", word->name, word->text);
    word->value = strtoll(word->text, NULL, 10);
}

/* The next step of a story; false at its end. */
static inline bool script_next(const char **at, struct script_step *step)
{
    char text[256], who[8];
    size_t length = strcspn(*at, ";");
    if (length == 0 || length >= sizeof text)
        return false;
    memcpy(text, *at, length);
    text[length] = '\0';
    *at += length + ((*at)[length] == ';');
    *step = (struct script_step){.words = 0};
    char *rest = text, *word;
    word = strtok_r(text, " ", &rest);
    step->store = strcmp(word, "-") == 0;
    if (!step->store) {
        step->now_ms = strtoll(word, NULL, 10);
        snprintf(who, sizeof who, "%s", strtok_r(NULL, " ", &rest));
        step->env = who[0] - 'a';
        step->call = who[1] != '\0' ? who[1] - '1' : 0;
    }
    while ((word = strtok_r(NULL, " ", &rest)) != NULL && step->words < SCRIPT_WORDS)
        script_word(word, &step->word[step->words++]);
    return true;
}

static inline bool script_is(const struct script_step *step, int word, const char *name)
{
    return word < step->words && strcmp(step->word[word].name, name) == 0;
}

/* A field of an item by its name in a story; states are C, O and H. */
static inline int64_t script_field(const struct item *i, const char *name)
{
    const struct {
        const char *name;
        int64_t value;
    } fields[] = {{"sv", i->schema},
                  {"gen", i->generation},
                  {"v", (int64_t)i->version},
                  {"state", "COH"[i->state % 3]},
                  {"opens", i->opens},
                  {"until", i->until_ms},
                  {"owner", (int64_t)i->owner},
                  {"lease", i->lease_until_ms},
                  {"window", i->window_ms},
                  {"calls", i->calls},
                  {"failed", i->failed},
                  {"ok", i->ok},
                  {"ex", i->expires_s}};
    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++)
        if (strcmp(fields[f].name, name) == 0)
            return fields[f].value;
    return INT64_MIN;
}

/* Does the item say what `wants` says, "gen=1,state=O"? The first that differs is left
 * in `differs`. */
static inline bool script_item(const struct item *item, const char *wants,
                               char differs[96])
{
    char text[120], name[16], value[32];
    int used = 0;
    snprintf(text, sizeof text, "%s", wants);
    for (char *at = text; sscanf(at, "%15[^=]=%31[^,]%n", name, value, &used) == 2;) {
        int64_t want = value[0] >= 'A' ? value[0] : strtoll(value, NULL, 10);
        int64_t got = script_field(item, name);
        snprintf(differs, 96, "%s is %lld, not %s", name, (long long)got, value);
        if (got != want)
            return false;
        at += used;
        if (*at++ != ',')
            break;
    }
    return true;
}

/* What an operator, or a bug elsewhere, does to the item. False: no such deed. */
static inline bool script_deed(struct model_store *m, const struct script_step *step)
{
    struct item item = item_read(model_now(m));
    const char *how = step->word[0].text;
    item.version++;
    if (script_is(step, 0, "delete")) {
        model_put(m, NULL);
        return true;
    }
    if (script_is(step, 0, "reset")) {
        item = (struct item){.schema = ITEM_SCHEMA,
                             .generation = item.generation + 1,
                             .version = item.version};
    } else if (script_is(step, 0, "damage")) {
        if (strcmp(how, "schema") == 0)
            item.schema = 2;
        else if (strcmp(how, "state") == 0)
            item.state = 3;
        else if (strcmp(how, "failed") == 0)
            item.failed = item.calls + 1;
        else if (strcmp(how, "endless") == 0)
            item.state = BREAKER_OPEN, item.until_ms = 0;
        else
            return false;
    } else if (script_is(step, 0, "far")) { /* written by a clock far ahead */
        item.until_ms += item.state == BREAKER_OPEN ? 3600000 : 0;
        item.lease_until_ms += item.state == BREAKER_HALF_OPEN ? 3600000 : 0;
    } else if (script_is(step, 0, "open")) {
        item = (struct item){.schema = ITEM_SCHEMA,
                             .generation = item.generation + 1,
                             .version = item.version,
                             .state = BREAKER_OPEN,
                             .until_ms = step->word[0].value};
    } else if (script_is(step, 0, "window")) {
        item.window_ms = step->word[0].value;
    } else {
        return false;
    }
    model_put(m, &item);
    return true;
}

#endif
