/* mine_fuzz.c - any bytes as a reader's mine.txt and tune.txt: `make fuzz`.
 *
 * What is wrong is said in words that a terminal can show, with a line of the file.
 * What is right keeps its promises (mine.h): every script has moves, every move its
 * permit, all knobs are sound; and whatever the script is, a breaker can play it to its
 * end. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "court.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define HOLDS(what) ((what) ? (void)0 : fail(#what, __LINE__))

static void fail(const char *what, int line)
{
    fprintf(stderr, "mine_fuzz: line %d: does not hold: %s\n", line, what);
    abort();
}

static const struct breaker_code reference = {
    "reference", breaker_init, breaker_acquire, breaker_record, breaker_state_at};

static void check_error(const struct mine_error *error, const char *text, size_t bytes)
{
    int lines = 1;
    for (size_t i = 0; i < bytes; i++)
        lines += text[i] == '\n';
    HOLDS(error->line >= 0 && error->line <= lines);
    HOLDS(error->found[0] != '\0' && error->allowed[0] != '\0');
    for (const char *c = error->found; *c != '\0'; c++)
        HOLDS(isprint((unsigned char)*c));
}

static void check_script(const struct mine *mine, const struct mine_script *script)
{
    HOLDS(script->count > 0 && script->first >= 0);
    HOLDS(script->first + script->count <= mine->moves);
    HOLDS(breaker_config_error(&script->knobs) == NULL);
    for (int i = script->first; i < script->first + script->count; i++) {
        const struct mine_move *move = &mine->move[i];
        HOLDS(move->at_ms >= 0 && move->at_ms <= MINE_TIME_MAX);
        HOLDS((unsigned)move->word < MINE_WORDS);
        HOLDS(move->word >= MINE_CLOSED ||
              (unsigned)move->permit < (unsigned)script->permits);
    }
    court_play(&reference, mine, script, NULL);
}

static void check_mine(const char *text, size_t bytes)
{
    static struct mine mine;
    struct mine_error error;
    if (!mine_parse(&mine, text, bytes, &error)) {
        check_error(&error, text, bytes);
        return;
    }
    for (int i = 0; i < mine.scripts; i++)
        check_script(&mine, &mine.script[i]);
}

static void check_tune(const char *text, size_t bytes)
{
    struct breaker_config knobs;
    struct mine_error error;
    if (mine_parse_knobs(&knobs, text, bytes, &error))
        HOLDS(breaker_config_error(&knobs) == NULL);
    else
        check_error(&error, text, bytes);
}

/* In memory of its own, so that reading past its end is seen. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    char *text = malloc(size > 0 ? size : 1);
    HOLDS(text != NULL);
    memcpy(text, data, size);
    check_mine(text, size);
    check_tune(text, size);
    free(text);
    return 0;
}
