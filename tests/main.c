/* main.c - the program that holds the checks of several chapters.
 *
 *      checks-03 03-trip [--brief] [--list] [--result FILE] [T]
 *      checks-03 --quick DIR 00-green-first 01-a-call-that-hangs ...
 *
 * --quick plays chapters side by side on all processors. For those that are green and
 * silent it leaves a result in DIR/check-00.result, for the others nothing:
 * tests/play.c says why. */
#include "mains.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct check_program *find_program(const char *name)
{
    for (int i = 0; programs[i].name != NULL; i++)
        if (strcmp(programs[i].name, name) == 0)
            return &programs[i];
    return NULL;
}

static int list_programs(void)
{
    fprintf(stderr, "name one of these checks:\n");
    for (int i = 0; programs[i].name != NULL; i++)
        fprintf(stderr, "  %s\n", programs[i].name);
    return 2;
}

/* In a process of its own, which does not come back. */
static void play_quickly(const struct check_program *program, char *name,
                         const char *dir)
{
    char result[4096];
    char quick[] = "--quick", option[] = "--result";
    char *arguments[] = {name, quick, option, result, NULL};
    int n = snprintf(result, sizeof result, "%s/check-%.2s.result", dir, name);
    if (n < 0 || (size_t)n >= sizeof result)
        _exit(2);
    _exit(program->main(4, arguments));
}

static int play_all_quickly(const char *dir, char **names)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN), running = 0;
    for (; *names != NULL; names++) {
        const struct check_program *program = find_program(*names);
        if (program == NULL)
            return list_programs();
        while (running >= processors && wait(NULL) > 0)
            running--;
        pid_t child = fork();
        if (child == 0)
            play_quickly(program, *names, dir);
        running += child > 0;
    }
    while (wait(NULL) > 0)
        continue;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--quick") == 0)
        return play_all_quickly(argv[2], argv + 3);
    const struct check_program *program = argc > 1 ? find_program(argv[1]) : NULL;
    return program != NULL ? program->main(argc - 1, argv + 1) : list_programs();
}
