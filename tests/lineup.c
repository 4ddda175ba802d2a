/* lineup.c - who is convicted by which script: `make lineup` (chapter 16).
 *
 *      lineup MINE.TXT            a table; what a convicted suspect believes
 *      lineup --count MINE.TXT    "30 3": so many suspects, so many convicted
 *
 * Status 1 if a script accuses a correct breaker, or if somebody is at large. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "court.h"
#include "todo.h"

/* A reader's files are in this program, too, and what is not written there is not
 * asked. */
void todo(int chapter, int task)
{
    (void)chapter;
    (void)task;
}

static struct mine mine;

static bool read_scripts(const char *file)
{
    struct mine_error error;
    size_t bytes;
    char *text = mine_file(file, &bytes, &error);
    bool good = text != NULL && mine_parse(&mine, text, bytes, &error);
    if (!good)
        mine_print_error(file, &error);
    free(text);
    return good;
}

static bool is_right(const struct mine_script *script)
{
    struct court_error error = court_accuses(innocents, &mine, script);
    const struct court_play *play = &error.play;
    if (error.right == NULL)
        return true;
    printf("line %d, \"%s\", accuses a correct breaker and is left out: at %" PRId64
           " ms it wants \"%s\", and this breaker says \"%s\"",
           script->line, script->name, play->move->at_ms, play->wanted, play->did);
    if (play->seed > 0)
        printf(", under seed %" PRIu64, play->seed);
    printf(". %s\n", error.why);
    return false;
}

/* Leaves the right ones in; says whether all were. */
static bool keep_right_scripts(void)
{
    int kept = 0, all = mine.scripts;
    for (int i = 0; i < all; i++)
        if (is_right(&mine.script[i]))
            mine.script[kept++] = mine.script[i];
    mine.scripts = kept;
    return kept == all;
}

static void tell_suspect(const struct suspect *one, const struct mine_script *script)
{
    if (script == NULL) {
        printf("  %-10s at large\n", one->code.name);
        return;
    }
    printf("  %-10s line %d, \"%s\"\n%13s%s\n", one->code.name, script->line,
           script->name, "", one->misconception);
    if (strcmp(one->seen_in, "-") != 0)
        printf("%13sSeen in %s.\n", "", one->seen_in);
}

/* The suspects by theme, in the order of the chapters that the themes are from. */
static const struct {
    const char *name;
    int chapter;
} themes[] = {{"count", 3}, {"rest", 4},    {"scouts", 5}, {"leases", 6},  {"late", 7},
              {"rates", 8}, {"windows", 9}, {"slow", 9},   {"growing", 10}};

struct tally {
    int all, convicted;
};

static void call_theme(int theme, bool silent, struct tally *tally)
{
    if (!silent)
        printf("%s, chapter %d\n", themes[theme].name, themes[theme].chapter);
    for (const struct suspect *one = suspects; one->code.name != NULL; one++) {
        if (strcmp(one->theme, themes[theme].name) != 0)
            continue;
        const struct mine_script *script = court_convicts(one, &mine);
        tally->all++;
        tally->convicted += script != NULL;
        if (!silent)
            tell_suspect(one, script);
    }
}

int main(int argc, char **argv)
{
    bool count = argc == 3 && strcmp(argv[1], "--count") == 0;
    struct tally tally = {0, 0};
    if (argc != 2 && !count) {
        fprintf(stderr, "usage: lineup [--count] MINE.TXT\n");
        return 2;
    }
    if (!read_scripts(argv[argc - 1]))
        return 2;
    bool right = keep_right_scripts();
    for (int i = 0; i < (int)(sizeof themes / sizeof themes[0]); i++)
        call_theme(i, count, &tally);
    printf(count ? "%d %d\n" : "%d suspects, %d convicted\n", tally.all,
           tally.convicted);
    return right && tally.convicted == tally.all ? 0 : 1;
}
