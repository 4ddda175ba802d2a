/* judge.c - the verdicts over a reader's mine.txt, told as stories. */
#include "judge.h"
#include "court.h"
#include "story.h"
#include "todo.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME "chapters/mine.txt"

void judge_path(const char *name, char path[512])
{
    const char *dir = getenv("MINE");
    snprintf(path, 512, "%s/%s", dir != NULL && *dir != '\0' ? dir : "chapters", name);
}

static bool read_mine(struct mine *mine, struct mine_error *error)
{
    char path[512];
    size_t bytes;
    judge_path("mine.txt", path);
    char *text = mine_file(path, &bytes, error);
    bool good = text != NULL && mine_parse(mine, text, bytes, error);
    free(text);
    return good;
}

static struct mine *new_mine(void)
{
    struct mine *mine = malloc(sizeof *mine);
    if (mine == NULL)
        abort();
    return mine;
}

void judge_readable(void)
{
    struct mine_error error;
    char head[64];
    struct mine *mine = new_mine();
    bool good = read_mine(mine, &error);
    free(mine);
    snprintf(head, sizeof head, error.line > 0 ? "  " FILE_NAME ":%d" : "  " FILE_NAME,
             error.line);
    if (!good)
        story_wrong(head, error.found, error.allowed);
}

/* The scripts, if there is one that the file does not have as shipped. */
static struct mine *need_scripts(int task)
{
    struct mine_error error;
    struct mine *mine = new_mine();
    if (!read_mine(mine, &error))
        story_wrong("  " FILE_NAME, "cannot be read",
                    "first mend what invariant 1 says");
    if (mine_as_shipped(mine))
        todo(16, task);
    return mine;
}

static void tell_script(const struct mine_script *script, const char *whom)
{
    story_tell("  script \"%s\", " FILE_NAME ":%d, played on %s", script->name,
               script->line, whom);
}

/* --- innocents -------------------------------------------------------------------- */

/* The court's word for it is for both: this check and `make lineup`. */
_Noreturn static void tell_error(const struct court_error *error,
                                 const struct mine *mine,
                                 const struct mine_script *script)
{
    char you[60], wanted[80], under[40] = "";
    const struct court_play *play = &error->play;
    story_begin();
    tell_script(script, "a correct breaker");
    court_play(error->right, mine, script, story_tell);
    story_tell("  %s", error->why);
    if (play->seed > 0)
        snprintf(under, sizeof under, " under seed %" PRIu64, play->seed);
    snprintf(you, sizeof you, "%s, says the script", play->wanted);
    snprintf(wanted, sizeof wanted, "%s, says this breaker%s", play->did, under);
    story_wrong(court_head(play->move), you, wanted);
}

void judge_innocents(void)
{
    struct mine *mine = need_scripts(1);
    for (int i = 0; i < mine->scripts; i++) {
        struct court_error error = court_accuses(innocents, mine, &mine->script[i]);
        if (error.right != NULL)
            tell_error(&error, mine, &mine->script[i]);
    }
    free(mine);
}

/* A script that accuses an innocent proves nothing against anybody. */
static int drop_wrong_scripts(struct mine *mine)
{
    int kept = 0;
    for (int i = 0; i < mine->scripts; i++)
        if (court_accuses(innocents, mine, &mine->script[i]).right == NULL)
            mine->script[kept++] = mine->script[i];
    return mine->scripts = kept;
}

/* --- the reader's own ------------------------------------------------------------- */

static const struct breaker_code own = {"yours", breaker_init, breaker_acquire,
                                        breaker_record, breaker_state_at};

void judge_own(void)
{
    struct mine *mine = need_scripts(1);
    drop_wrong_scripts(mine);
    for (int i = 0; i < mine->scripts; i++) {
        const struct mine_script *script = &mine->script[i];
        story_begin();
        tell_script(script, "your breaker.c");
        struct court_play play = court_play(&own, mine, script, story_tell);
        if (play.move == NULL)
            continue;
        story_tell(
            "  The checks of chapters 3 to 11 let this through: mend breaker.c.");
        story_wrong(court_head(play.move), play.did, play.wanted);
    }
    free(mine);
}

/* --- suspects --------------------------------------------------------------------- */

static bool tell_suspect(const struct suspect *suspect, const struct mine *mine)
{
    const struct mine_script *script = court_convicts(suspect, mine);
    if (script == NULL)
        story_tell("  %-10s at large: does all that your %d script%s",
                   suspect->code.name, mine->scripts,
                   mine->scripts == 1 ? " wants" : "s want");
    else
        story_tell("  %-10s convicted by \"%s\", line %d", suspect->code.name,
                   script->name, script->line);
    return script != NULL;
}

void judge_suspects(const char *theme, int task)
{
    struct mine *mine = need_scripts(task);
    int convicted = 0, all = 0;
    char you[40], wanted[40];
    drop_wrong_scripts(mine);
    for (const struct suspect *one = suspects; one->code.name != NULL; one++) {
        if (strcmp(one->theme, theme) != 0)
            continue;
        all++;
        convicted += tell_suspect(one, mine);
    }
    free(mine);
    snprintf(you, sizeof you, "%d convicted", convicted);
    snprintf(wanted, sizeof wanted, "%d", all);
    if (convicted < all)
        story_wrong("  so far", you, wanted);
}
