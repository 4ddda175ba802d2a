/* theory.c - plays all rows of theory.json, each point in a process of its own, as many
 * at a time as there are processors:
 *
 *      theory tests/theory.json [-jN] [ID...]
 *
 * One line per number: row, parameters, expected, measured, tolerance, verdict. The
 * status is 0 only if every number of every row is near enough. */
#include "theory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { JOBS_MAX = 256, TEXT_MAX = 1 << 20 };

static const struct theory_test *const tables[] = {
    random_rows,  queue_rows, loss_rows,       retry_rows,    throttle_rows,
    breaker_rows, fleet_rows, metastable_rows, collapse_rows, tail_rows,
    lambda_rows,  store_rows, shared_rows};
enum { TABLES = sizeof tables / sizeof *tables };

/* --- what a test asks and says ---------------------------------------------------- */

static void stop(const char *id, const char *what, const char *name)
{
    fprintf(stderr, "theory: %s: %s \"%s\"\n", id, what, name);
    exit(2);
}

bool theory_has(const struct theory *t, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(t->params, name) != NULL;
}

double theory_param(const struct theory *t, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(t->params, name);
    if (!cJSON_IsNumber(item))
        stop(t->id, "the row has no parameter", name);
    return item->valuedouble;
}

double theory_expect(const struct theory *t, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(t->expect, name);
    if (!cJSON_IsNumber(item))
        stop(t->id, "the row expects no number", name);
    return item->valuedouble;
}

static void answered(struct theory *t, const char *name)
{
    int i = 0;
    for (const cJSON *item = t->expect->child; item != NULL; item = item->next, i++)
        if (strcmp(item->string, name) == 0)
            t->answered |= UINT64_C(1) << i;
}

static void print_line(struct theory *t, const char *name, const char *text, bool ok)
{
    char params[160], *json = cJSON_PrintUnformatted(t->params);
    snprintf(params, sizeof params, "%s", json);
    cJSON_free(json);
    for (char *c = params; *c != '\0'; c++)
        if (*c == '"' || *c == '{' || *c == '}')
            *c = ' ';
    printf("%-7s %-26s %-26s %s  (%.70s)\n", ok ? "ok" : "FAILED", t->id, name, text,
           params);
    t->failed |= !ok;
    answered(t, name);
}

void theory_check_within(struct theory *t, const char *name, double measured,
                         double margin)
{
    char text[120];
    double expected = theory_expect(t, name);
    snprintf(text, sizeof text, "expected %-11.6g measured %-11.6g +-%-9.3g", expected,
             measured, margin);
    print_line(t, name, text, fabs(measured - expected) <= margin);
}

static double tolerance(const struct theory *t, const char *kind)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(t->tolerance, kind);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static void check_band(struct theory *t, const char *name, const cJSON *band,
                       double measured)
{
    char text[120];
    double low = cJSON_GetArrayItem(band, 0)->valuedouble;
    double high = cJSON_GetArrayItem(band, 1)->valuedouble;
    snprintf(text, sizeof text, "expected %4g to %-4g measured %-11.6g", low, high,
             measured);
    print_line(t, name, text, measured >= low && measured <= high);
}

void theory_check(struct theory *t, const char *name, double measured)
{
    const cJSON *kind = cJSON_GetObjectItemCaseSensitive(t->tolerance, "kind");
    const cJSON *band = cJSON_GetObjectItemCaseSensitive(t->tolerance, name);
    double absolute = tolerance(t, "abs"), expected = theory_expect(t, name);
    double relative = tolerance(t, "rel") * fabs(expected);
    double margin = absolute > relative ? absolute : relative;
    if (cJSON_IsArray(band)) {
        check_band(t, name, band, measured);
    } else if (strcmp(kind->valuestring, "bound") == 0) {
        char text[120];
        snprintf(text, sizeof text, "at most  %-11.6g measured %-11.6g +%-10.3g",
                 expected, measured, margin);
        print_line(t, name, text, measured <= expected + margin);
    } else {
        theory_check_within(t, name, measured, margin);
    }
}

void theory_skip(struct theory *t, const char *name, const char *because)
{
    printf("%-7s %-26s %-26s %s\n", "-", t->id, name, because);
    answered(t, name);
}

void theory_claim(struct theory *t, const char *what, bool holds)
{
    print_line(t, "", what, holds);
}

/* --- one point -------------------------------------------------------------------- */

static const struct theory_test *find_test(const char *id)
{
    for (size_t i = 0; i < TABLES; i++)
        for (const struct theory_test *test = tables[i]; test->id != NULL; test++)
            if (strcmp(test->id, id) == 0)
                return test;
    return NULL;
}

static bool play(const struct theory_test *test, const cJSON *row, const cJSON *point)
{
    struct theory t = {.id = test->id,
                       .params = cJSON_GetObjectItemCaseSensitive(point, "params"),
                       .expect = cJSON_GetObjectItemCaseSensitive(point, "expect"),
                       .tolerance = cJSON_GetObjectItemCaseSensitive(row, "tolerance")};
    test->run(&t);
    int i = 0;
    for (const cJSON *item = t.expect->child; item != NULL; item = item->next, i++)
        if ((t.answered >> i & 1) == 0)
            print_line(&t, item->string, "nobody measured it", false);
    return !t.failed;
}

/* --- many at a time --------------------------------------------------------------- */

struct job {
    const struct theory_test *test;
    const cJSON *row, *point;
    pid_t pid;
    FILE *out; /* what the process printed, shown when its turn has come */
    bool over, good;
};

static struct job jobs[JOBS_MAX];
static int job_count;

static void start(struct job *job)
{
    job->out = tmpfile();
    fflush(NULL);
    job->pid = job->out == NULL ? -1 : fork();
    if (job->pid < 0) {
        perror("theory");
        exit(2);
    }
    if (job->pid > 0)
        return;
    dup2(fileno(job->out), STDOUT_FILENO);
    bool good = play(job->test, job->row, job->point);
    fflush(stdout);
    _exit(good ? 0 : 1);
}

static void reap(void)
{
    int status = 0;
    pid_t pid = wait(&status);
    for (int i = 0; i < job_count; i++)
        if (jobs[i].pid == pid && !jobs[i].over) {
            jobs[i].over = true;
            jobs[i].good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
            if (!WIFEXITED(status))
                fprintf(stderr, "theory: %s ended by signal %d\n", jobs[i].test->id,
                        WTERMSIG(status));
        }
}

static void show(struct job *job)
{
    char line[512];
    rewind(job->out);
    while (fgets(line, sizeof line, job->out) != NULL)
        fputs(line, stdout);
    fclose(job->out);
    fflush(stdout);
}

static int run_jobs(long at_once)
{
    int failed = 0, shown = 0, running = 0;
    for (int next = 0; next < job_count || running > 0;) {
        if (next < job_count && running < at_once) {
            start(&jobs[next++]);
            running++;
            continue;
        }
        reap();
        running--;
        for (; shown < next && jobs[shown].over; shown++) {
            show(&jobs[shown]);
            failed += !jobs[shown].good;
        }
    }
    return failed;
}

/* --- the file --------------------------------------------------------------------- */

static cJSON *load(const char *file)
{
    static char text[TEXT_MAX];
    FILE *f = fopen(file, "rb");
    size_t bytes = f == NULL ? 0 : fread(text, 1, sizeof text - 1, f);
    cJSON *root = cJSON_ParseWithLength(text, bytes);
    if (f != NULL)
        fclose(f);
    if (root == NULL)
        stop(file, "cannot be read as JSON", "theory.json");
    return root;
}

static bool wanted(const char *id, int argc, char **argv)
{
    bool any = false;
    for (int i = 2; i < argc; i++) {
        any |= argv[i][0] != '-';
        if (strcmp(argv[i], id) == 0)
            return true;
    }
    return !any;
}

static void plan(const cJSON *rows, int argc, char **argv)
{
    const cJSON *row = NULL, *point = NULL;
    cJSON_ArrayForEach(row, rows)
    {
        const char *id = cJSON_GetObjectItemCaseSensitive(row, "id")->valuestring;
        const struct theory_test *test = find_test(id);
        if (test == NULL)
            stop(id, "nothing tests row", id);
        if (!wanted(id, argc, argv))
            continue;
        cJSON_ArrayForEach(point, cJSON_GetObjectItemCaseSensitive(row, "points"))
        {
            if (job_count == JOBS_MAX)
                stop(id, "too many points for", "jobs");
            jobs[job_count++] = (struct job){.test = test, .row = row, .point = point};
        }
    }
}

static int count_tests(void)
{
    int tests = 0;
    for (size_t i = 0; i < TABLES; i++)
        for (const struct theory_test *test = tables[i]; test->id != NULL; test++)
            tests++;
    return tests;
}

int main(int argc, char **argv)
{
    long at_once = sysconf(_SC_NPROCESSORS_ONLN);
    cJSON *root = load(argc > 1 ? argv[1] : "tests/theory.json");
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(root, "rows");
    for (int i = 2; i < argc; i++)
        if (strncmp(argv[i], "-j", 2) == 0)
            at_once = strtol(argv[i] + 2, NULL, 10);
    if (cJSON_GetArraySize(rows) != count_tests())
        stop("theory.json", "has not as many rows as there are", "tests");
    plan(rows, argc, argv);
    int failed = run_jobs(at_once > 0 ? at_once : 1);
    printf("%d of %d points as theory says\n", job_count - failed, job_count);
    cJSON_Delete(root);
    return failed == 0 ? 0 : 1;
}
