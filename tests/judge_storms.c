/* judge_storms.c - what a reader's tune.txt is worth: asks tests/six.c, which plays it
 * in the simulator, in a program of its own. */
#include "judge.h"
#include "mine.h"
#include "story.h"
#include "todo.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME "chapters/tune.txt"
#define SHIPPED "solutions/00-green-first/tune.txt"

enum { TASK = 3, STORMS = 6 };

struct line {
    char name[16];
    int missed, wasted, recovered_ms, points, shipped;
};

static bool read_knobs(const char *file, struct breaker_config *knobs,
                       struct mine_error *error)
{
    size_t bytes;
    char *text = mine_file(file, &bytes, error);
    bool good = text != NULL && mine_parse_knobs(knobs, text, bytes, error);
    free(text);
    return good;
}

static bool as_shipped(const struct breaker_config *knobs)
{
    struct breaker_config shipped;
    struct mine_error error;
    return read_knobs(SHIPPED, &shipped, &error) &&
           memcmp(&shipped, knobs, sizeof shipped) == 0;
}

static void need_tune(const char *file)
{
    struct breaker_config knobs;
    struct mine_error error;
    char head[64];
    if (read_knobs(file, &knobs, &error)) {
        if (as_shipped(&knobs))
            todo(16, TASK);
        return;
    }
    snprintf(head, sizeof head, error.line > 0 ? "  " FILE_NAME ":%d" : "  " FILE_NAME,
             error.line);
    story_wrong(head, error.found, error.allowed);
}

static void play_storms(const char *file, struct line *line)
{
    char command[700], said[100] = "nothing", why[200];
    snprintf(command, sizeof command, "exec 2>&1; " SIX_STORMS " '%s'", file);
    fflush(NULL);
    FILE *six = popen(command, "r");
    int n = 0;
    while (six != NULL && n < STORMS && fgets(said, sizeof said, six) != NULL &&
           sscanf(said, "%15s %d %d %d %d %d", line[n].name, &line[n].missed,
                  &line[n].wasted, &line[n].recovered_ms, &line[n].points,
                  &line[n].shipped) == 6)
        n++;
    if (six != NULL)
        pclose(six);
    said[strcspn(said, "\n")] = '\0';
    snprintf(why, sizeof why, "the six storms were not played; " SIX_STORMS " says: %s",
             said);
    if (n < STORMS)
        story_misspelt(why);
}

static void tell_line(const struct line *line)
{
    story_tell("  %-9s %6d %7d %9d %8d %9d", line->name, line->missed, line->wasted,
               line->recovered_ms, line->points, line->shipped);
}

static void tell_storms(struct line *line)
{
    char file[512];
    judge_path("tune.txt", file);
    need_tune(file);
    play_storms(file, line);
    story_tell("  %-9s %6s %7s %9s %8s %9s", "storm", "missed", "wasted", "back, ms",
               "points", "shipped");
    for (int i = 0; i < STORMS; i++)
        tell_line(&line[i]);
    story_tell(
        "  missed: users without a fresh answer; wasted: calls that brought none");
    story_tell("  back: from the fault's end until all is well; -1: never");
}

void judge_each_storm(int points)
{
    struct line line[STORMS];
    int worst = 0;
    char head[64], you[40], wanted[40];
    tell_storms(line);
    for (int i = 1; i < STORMS; i++)
        worst = line[i].points < line[worst].points ? i : worst;
    snprintf(head, sizeof head, "  the worst, %s", line[worst].name);
    snprintf(you, sizeof you, "%d points", line[worst].points);
    snprintf(wanted, sizeof wanted, "at least %d", points);
    if (line[worst].points >= points)
        return;
    story_tell("  Look at the worst line: are users missed there, or calls wasted?");
    story_wrong(head, you, wanted);
}

void judge_all_storms(int points)
{
    struct line line[STORMS];
    int sum = 0;
    char you[40], wanted[40];
    tell_storms(line);
    for (int i = 0; i < STORMS; i++)
        sum += line[i].points;
    snprintf(you, sizeof you, "%d points", sum);
    snprintf(wanted, sizeof wanted, "at least %d", points);
    if (sum >= points)
        return;
    story_tell("  There is one change that helps in four storms.");
    story_wrong("  all six together", you, wanted);
}
