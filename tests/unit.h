/* unit.h - what every unit test shares: one way to run, one way to be random.
 *
 * A test file ends with
 *
 *      int main(void)
 *      {
 *          return unit_run("sim", sim_cases, sizeof sim_cases / sizeof *sim_cases);
 *      }
 *
 * Each test runs in a fork of its own, so a crash or an endless loop is a failed test.
 * CK_RUN_CASE=name runs one case, CK_FORK=no runs without forks (for valgrind). */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* A test, or `rows` runs of it with _i from 0: one for each row of a table. */
struct unit_case {
    const char *name;
    const TTest **test;
    int rows; /* 0: run it once */
};

#define UNIT_ROWS(table) ((int)(sizeof(table) / sizeof *(table)))

static inline int unit_run(const char *name, const struct unit_case *cases, size_t n)
{
    Suite *suite = suite_create(name);
    for (size_t i = 0; i < n; i++) {
        TCase *tcase = tcase_create(cases[i].name);
        tcase_set_timeout(tcase, 120);
        tcase_add_loop_test(tcase, *cases[i].test, 0,
                            cases[i].rows > 0 ? cases[i].rows : 1);
        suite_add_tcase(suite, tcase);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Check's own assertions report every success to the parent through a file. In a loop
 * that runs a million times, use these. */
#define UNIT_HOLDS(what) UNIT_SAYS(what, "does not hold: %s", #what)
#define UNIT_SAYS(what, ...)                                                           \
    do {                                                                               \
        if (!(what))                                                                   \
            ck_abort_msg(__VA_ARGS__);                                                 \
    } while (0)

/* Does it abort? A bug of the caller must not pass unseen. */
static inline int unit_aborts(void (*bug)(void))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO);
        bug();
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGABRT;
}

/* A generator of the tests' own, so that they do not rest on what they test: one step
 * of a 64-bit linear congruence, its high bits well mixed. */
static inline uint32_t unit_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint64_t x = *state ^ *state >> 29;
    return (uint32_t)(x * UINT64_C(0xbf58476d1ce4e5b9) >> 32);
}

static inline uint32_t unit_below(uint64_t *state, uint32_t n)
{
    return (uint32_t)((uint64_t)unit_random(state) * n >> 32);
}

static inline int unit_one_in(uint64_t *state, uint32_t n)
{
    return unit_below(state, n) == 0;
}

#endif
