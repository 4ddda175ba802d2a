/* report.c - says how a check went: a line per test, and the stories of the red ones.
 */
#include "story.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define README "chapters/%02d-%s/README.md"

/* The reader's code owns nothing on the heap before its last chapter, and the search
 * for leaks is not allowed everywhere. The rest is speed: a short quarantine lets freed
 * memory be used again, and printf writes no %n. The sanitizers ask this function. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0:allocator_may_return_null=1:quarantine_size_mb=1:"
           "malloc_context_size=4:check_printf=0";
}

/* --- colour, never the only carrier of a meaning ---------------------------------- */

static const char *colour(const char *code)
{
    const char *no = getenv("NO_COLOR");
    bool wanted = isatty(STDOUT_FILENO) && (no == NULL || *no == '\0');
    return wanted ? code : "";
}

static const char *red(void)
{
    return colour("\033[31;1m");
}

static const char *green(void)
{
    return colour("\033[32m");
}

static const char *plain(void)
{
    return colour("\033[0m");
}

/* --- how a test died -------------------------------------------------------------- */

static const struct {
    const char *sign, *meaning;
} deaths[] = {
    {"stack-overflow", "the stack is full: a function calls itself without end"},
    {"heap-use-after-free", "it uses memory after giving it back"},
    {"stack-use-after", "it uses a variable after its function has returned"},
    {"buffer-overflow", "it reads or writes beyond the end of an array or struct"},
    {"AddressSanitizer: SEGV", "SIGSEGV: it follows a pointer that points nowhere"},
    {"AddressSanitizer: FPE", "SIGFPE: it divides by zero"},
    {"AddressSanitizer", "it uses memory that is not its own"},
    {"signed integer overflow", "a number grows beyond its type"},
    {"division by zero", "it divides by zero"},
    {"shift exponent", "it shifts a number by more bits than it has"},
    {"out of bounds", "it reads or writes beyond the end of an array"},
    {"null pointer", "SIGSEGV: it follows a null pointer"},
    {"runtime error:", "it does what C leaves undefined"},
    {"Assertion", "an assert in the code did not hold"},
};

static const struct {
    const char *sign, *meaning;
} signals[] = {
    {"signal 9", "SIGKILL: somebody killed it"},
    {"signal 11", "SIGSEGV: it follows a pointer that points nowhere"},
    {"signal 6", "SIGABRT: it called abort()"},
    {"signal 8", "SIGFPE: it divides by zero"},
    {"signal 4", "SIGILL: it ran into a trap of the compiler"},
    {"signal 7", "SIGBUS: it follows a pointer that points nowhere"},
    {"signal 25", "SIGXFSZ: it printed more than a megabyte"},
    {"Early exit", "it left the program (exit) in the middle of the test"},
};

void explain_death(struct verdict *verdict, const char *check_says)
{
    const char *how = "it left the program (exit) in the middle of the test";
    bool found = false;
    if (strstr(check_says, "Received signal") != NULL)
        how = strstr(check_says, "Received signal");
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (strstr(check_says, signals[i].sign) != NULL)
            how = signals[i].meaning;
    for (size_t i = 0; i < sizeof deaths / sizeof deaths[0] && !found; i++) {
        found = strstr(verdict->output, deaths[i].sign) != NULL;
        if (found)
            how = deaths[i].meaning;
    }
    snprintf(verdict->how, sizeof verdict->how, "%s", how);
}

/* Of a sanitizer's page, what a reader needs: the error and where it is. */
static bool worth_telling(const char *line, bool page, int *frames)
{
    if (!page)
        return true;
    if (strstr(line, "ERROR:") != NULL || strstr(line, "runtime error:") != NULL)
        return true;
    bool frame = strstr(line, "    #") == line;
    bool theirs = strstr(line, "/tests/") == NULL && strstr(line, ".c:") != NULL;
    return frame && theirs && ++*frames <= 3;
}

static void tell_output(const struct verdict *verdict, int most)
{
    bool page = strstr(verdict->output, "Sanitizer") != NULL;
    int frames = 0, told = 0;
    const char *line = verdict->output;
    while (*line != '\0') {
        int n = (int)strcspn(line, "\n");
        char text[240];
        snprintf(text, sizeof text, "%.*s", n, line);
        line += line[n] == '\n' ? n + 1 : n;
        if (!worth_telling(text, page, &frames))
            continue;
        if (told++ == most) {
            printf("      | ...\n");
            return;
        }
        printf("      | %s\n", text);
    }
}

/* --- the list --------------------------------------------------------------------- */

void report_begin(const struct check *check, bool brief)
{
    const char *seed = getenv("SEED");
    bool given = seed != NULL && *seed != '\0';
    if (!brief)
        printf("chapter %d %s%s%s\n", check->chapter, check->name,
               given ? ", SEED=" : "", given ? seed : "");
}

void report_line(const struct verdict *v, bool brief)
{
    if (brief && v->ending == PASSED && v->output[0] == '\0')
        return;
    if (v->ending == PASSED)
        printf("  %sok%s   %2d  %s\n", green(), plain(), v->number, v->test->name);
    else if (v->ending == SKIPPED)
        printf("  skip %2d  %s\n", v->number, v->test->name);
    else
        printf("  %sRED%s  %2d  %s%s%s\n", red(), plain(), v->number, v->test->name,
               v->how[0] != '\0' ? ": " : "", v->how);
    if (v->ending == PASSED)
        tell_output(v, 5);
    if (v->ending == MISSPELT)
        for (unsigned i = 0; i < v->story.lines && i < STORY_LINES; i++)
            printf("    %s\n", v->story.line[i]);
    fflush(stdout);
}

/* --- the story -------------------------------------------------------------------- */

static void tell_lines(const struct story *s)
{
    unsigned gone = s->lines > STORY_LINES ? s->lines - STORY_LINES : 0;
    for (unsigned i = 0; i < s->lines; i += i == 0 ? 1 + gone : 1) {
        bool last = s->told && i + 1 == s->lines;
        printf("%s%s%s\n", last ? red() : "", s->line[story_place(i)],
               last ? plain() : "");
        if (i == 0 && gone > 0)
            printf("    ... %u lines are left out here\n", gone);
    }
}

static void tell_where(const struct check *check, const struct verdict *v)
{
    if (v->ending == UNWRITTEN)
        printf("  Read: " README ", task %d · Hint: make hint CH=%d\n", check->chapter,
               check->name, v->story.todo_task, check->chapter);
    else
        printf("  Read: " README ", invariant %d · Hint: make hint CH=%d\n",
               check->chapter, check->name, v->number, check->chapter);
    printf("  Alone: make check CH=%d T=%s", check->chapter, v->test->id);
    if (v->story.chance)
        printf(" SEED=%" PRIu64, chance_seed());
    printf("\n");
}

void report_story(const struct check *check, const struct verdict *v)
{
    printf("\n%s%d %s · %s%s\n", red(), check->chapter, check->name, v->test->name,
           plain());
    if (v->ending != UNWRITTEN)
        tell_lines(&v->story);
    if (v->how[0] != '\0')
        printf("  %s%c%s%s\n", v->ending == DIED ? "Here it ended: " : "",
               v->ending == ENDLESS ? 'I' : v->how[0], v->how + 1,
               v->ending == ENDLESS ? " in its two seconds: a loop without end?" : ".");
    tell_output(v, 12);
    if (v->ending != UNWRITTEN)
        printf("  %s\n", v->story.lesson != NULL ? v->story.lesson : v->test->lesson);
    tell_where(check, v);
}

void report_end(const struct check *check, int passed, int failed, int skipped)
{
    if (failed > 0)
        printf("\n");
    if (skipped > 0)
        printf("%d tests were skipped: three did not end, mend these first\n", skipped);
    printf("%schapter %d %s: %d passed, %d failed%s\n", failed > 0 ? red() : green(),
           check->chapter, check->name, passed, failed, plain());
    fflush(stdout); /* before the reader's code, or its destructors, can end us */
}
