/* play.c - plays a check: each test in a process of its own, under a time limit.
 *
 *      checks-03 03-trip [--brief] [--list] [--result FILE] [T]
 *      checks-03 03-trip --quick --result FILE
 *
 * T picks the tests whose id or name contains it. A test is green only if it reached
 * its last line: code that leaves by exit(0) has proved nothing. It has two seconds, or
 * CK_DEFAULT_TIMEOUT; SEED, if set, decides the tests that draw by chance.
 *
 * --quick asks one thing: is all of it green, and silent? A process costs more than
 * most tests, so here all are played in this one. Any other end is no answer: it leaves
 * no file, says nothing, and the check must be played properly. */
#define _DEFAULT_SOURCE 1 /* for MAP_ANONYMOUS */

#include "story.h"

#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ENDLESS_MAX = 3, OUTPUT_MAX = 1 << 20, TOLD_MAX = 3 };
#define SECONDS 2

static struct {
    const struct check_test *test;
    FILE *output;
} now; /* what the next child plays */

/* --- in the child ----------------------------------------------------------------- */

/* What the reader's code prints, and what the sanitizers say, is kept for the story. */
static void catch_output(void)
{
    struct rlimit limit = {OUTPUT_MAX, OUTPUT_MAX};
    setrlimit(RLIMIT_FSIZE, &limit);
    limit = (struct rlimit){0, 0};
    setrlimit(RLIMIT_CORE, &limit);
    dup2(fileno(now.output), STDOUT_FILENO);
    dup2(fileno(now.output), STDERR_FILENO);
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
}

static void play_through(const struct check_test *test)
{
    chance_begin();
    if (test->script == NULL)
        test->body();
    else if (test->knobs != NULL)
        play_breaker(test->knobs, test->script);
    else
        play_client(test->client, test->script);
    fflush(NULL);
    story->finished = true;
}

START_TEST(play_test)
{
    catch_output();
    play_through(now.test);
}
END_TEST

/* --- in the player ---------------------------------------------------------------- */

static void read_output(struct verdict *verdict)
{
    rewind(now.output);
    size_t n = fread(verdict->output, 1, sizeof verdict->output - 1, now.output);
    verdict->output[n] = '\0';
    fclose(now.output);
}

static void judge(struct verdict *verdict, bool passed, const char *check_says)
{
    verdict->story = *story;
    if (story->misspelt) {
        verdict->ending = MISSPELT;
        strcpy(verdict->how, "THE CHECK IS WRONG, not you");
    } else if (story->todo_chapter > 0) {
        verdict->ending = UNWRITTEN;
        snprintf(verdict->how, sizeof verdict->how,
                 "not written yet: chapter %d, task %d", story->todo_chapter,
                 story->todo_task);
    } else if (story->told) {
        verdict->ending = WRONG;
    } else if (passed && story->finished) {
        verdict->ending = PASSED;
    } else if (strstr(check_says, "timeout expired") != NULL) {
        verdict->ending = ENDLESS;
        snprintf(verdict->how, sizeof verdict->how, "it did not end");
    } else {
        verdict->ending = DIED;
        explain_death(verdict, check_says);
    }
}

static void open_output(void)
{
    now.output = tmpfile();
    if (now.output != NULL)
        return;
    perror("tests/play.c: no temporary file");
    exit(2);
}

static void play_one(struct verdict *verdict, const struct check *check)
{
    now.test = verdict->test;
    open_output();
    *story = (struct story){.chapter = check->chapter};
    TCase *tcase = tcase_create(verdict->test->id);
    tcase_add_test(tcase, play_test);
    if (getenv("CK_DEFAULT_TIMEOUT") == NULL)
        tcase_set_timeout(tcase, SECONDS);
    Suite *suite = suite_create(check->name);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run_all(runner, CK_SILENT);
    TestResult **result = srunner_results(runner);
    bool ran = srunner_ntests_run(runner) == 1;
    read_output(verdict);
    judge(verdict, ran && srunner_ntests_failed(runner) == 0,
          ran ? tr_msg(result[0]) : "Check did not run it");
    free(result);
    srunner_free(runner);
}

/* --- which tests ------------------------------------------------------------------ */

static bool picked(const struct check_test *test, const char *pattern)
{
    return pattern == NULL || strstr(test->id, pattern) != NULL ||
           strstr(test->name, pattern) != NULL;
}

static void list_tests(FILE *out, const struct check *check)
{
    for (int i = 0; i < check->count; i++)
        fprintf(out, "  %2d  %-24s %s\n", i + 1, check->tests[i].id,
                check->tests[i].name);
}

/* A check that is itself wrong must not be taken for a red or a green one. */
static void demand_sound_scripts(const struct check *check)
{
    for (int i = 0; i < check->count; i++) {
        const char *why = script_error(&check->tests[i]);
        if (why == NULL)
            continue;
        fprintf(stderr, "the check of chapter %d is wrong, not you: test \"%s\": %s\n",
                check->chapter, check->tests[i].id, why);
        exit(2);
    }
}

struct options {
    bool brief, list, quick;
    const char *result, *pattern;
};

static struct options read_options(int argc, char **argv)
{
    struct options options = {.brief = false};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--brief") == 0)
            options.brief = true;
        else if (strcmp(argv[i], "--list") == 0)
            options.list = true;
        else if (strcmp(argv[i], "--quick") == 0)
            options.quick = true;
        else if (strcmp(argv[i], "--result") == 0 && i + 1 < argc)
            options.result = argv[++i];
        else if (argv[i][0] != '\0')
            options.pattern = argv[i];
    }
    return options;
}

/* Check listens to these, too; a check must not. */
static void ignore_environment(void)
{
    static const char *const name[] = {"CK_RUN_SUITE", "CK_RUN_CASE", "CK_INCLUDE_TAGS",
                                       "CK_EXCLUDE_TAGS", "CK_LOG_FILE_NAME"};
    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++)
        unsetenv(name[i]);
}

/* Why it is red, in one line, its spaces squeezed: for files, not for people. */
static void write_why(FILE *file, const struct verdict *verdict)
{
    const struct story *s = &verdict->story;
    const char *why = verdict->how;
    if (verdict->ending == WRONG && s->lines > 0)
        why = s->line[story_place(s->lines - 1)];
    for (bool gap = true; *why != '\0'; why++) {
        bool space = *why == ' ' || iscntrl((unsigned char)*why);
        if (!space || !gap)
            putc(space ? ' ' : *why, file);
        gap = space;
    }
}

/* "14 14" passed and played; `pass the-id` or `wrong the-id why` for each; "end". */
static void write_results(const char *path, const struct verdict *verdicts, int count,
                          int failed)
{
    static const char *const word[] = {"pass",    "wrong", "unwritten", "endless",
                                       "crashed", "check", "skipped"};
    FILE *file = path != NULL ? fopen(path, "w") : NULL;
    if (file == NULL)
        return; /* who wants a result file finds it missing */
    fprintf(file, "%d %d\n", count - failed, count);
    for (int i = 0; i < count; i++) {
        fprintf(file, "%s %s ", word[verdicts[i].ending], verdicts[i].test->id);
        write_why(file, &verdicts[i]);
        putc('\n', file);
    }
    fprintf(file, "end\n");
    fclose(file);
}

/* What a test leaves behind in a variable, the next one finds. That can make a red test
 * green only here, and it was green by itself when its chapter was worked on. */
static int play_quickly(const struct check *check, const char *result,
                        struct verdict *verdicts)
{
    open_output();
    catch_output();
    alarm(SECONDS); /* for all of them; nobody catches it */
    for (int i = 0; i < check->count; i++) {
        verdicts[i].test = &check->tests[i]; /* zero, so PASSED */
        *story = (struct story){.chapter = check->chapter, .quick = true};
        play_through(&check->tests[i]);
    }
    if (lseek(STDOUT_FILENO, 0, SEEK_CUR) != 0)
        return 1;
    write_results(result, verdicts, check->count, 0);
    return 0;
}

static void tell_stories(const struct check *check, const struct verdict *verdicts,
                         int count)
{
    int told = 0;
    bool unwritten = false;
    for (int i = 0; i < count && told < TOLD_MAX; i++) {
        const struct verdict *v = &verdicts[i];
        if (v->ending == PASSED || v->ending == SKIPPED)
            continue;
        if (v->ending == UNWRITTEN && unwritten)
            continue; /* one thing at a time */
        unwritten |= v->ending == UNWRITTEN;
        report_story(check, v);
        told++;
    }
}

static int play_all(const struct check *check, const struct options *options,
                    struct verdict *verdicts)
{
    int count = 0, failed = 0, skipped = 0, endless = 0;
    report_begin(check, options->brief);
    for (int i = 0; i < check->count; i++) {
        if (!picked(&check->tests[i], options->pattern))
            continue;
        struct verdict *verdict = &verdicts[count++];
        *verdict = (struct verdict){.test = &check->tests[i], .number = i + 1};
        if (endless < ENDLESS_MAX)
            play_one(verdict, check);
        else
            verdict->ending = SKIPPED;
        endless += verdict->ending == ENDLESS;
        skipped += verdict->ending == SKIPPED;
        failed += verdict->ending != PASSED;
        report_line(verdict, options->brief);
        if (verdict->ending == MISSPELT)
            exit(2);
    }
    tell_stories(check, verdicts, count);
    report_end(check, count - failed, failed - skipped, skipped);
    write_results(options->result, verdicts, count, failed);
    return failed > 0;
}

/* How many tests T picks; the list of all is printed if that is what is wanted. */
static int count_picked(const struct check *check, const struct options *options)
{
    int matches = 0;
    for (int i = 0; i < check->count; i++)
        matches += picked(&check->tests[i], options->pattern);
    FILE *out = options->list ? stdout : stderr;
    if (matches == 0)
        fprintf(out, "no test of chapter %d has \"%s\" in its name; they are:\n",
                check->chapter, options->pattern);
    if (options->list || matches == 0)
        list_tests(out, check);
    return matches;
}

int check_main(int argc, char **argv, const struct check *check)
{
    struct options options = read_options(argc, argv);
    ignore_environment();
    if (!options.quick) {
        demand_sound_scripts(check);
        int matches = count_picked(check, &options);
        if (options.list || matches == 0)
            return matches == 0 ? 2 : 0;
    }
    story = mmap(NULL, sizeof *story, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct verdict *verdicts = calloc((size_t)check->count, sizeof *verdicts);
    if (story == MAP_FAILED || verdicts == NULL) {
        perror("tests/play.c: no memory");
        return 2;
    }
    int code = options.quick ? play_quickly(check, options.result, verdicts)
                             : play_all(check, &options, verdicts);
    free(verdicts);
    return code;
}
