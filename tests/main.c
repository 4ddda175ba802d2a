/* main.c - the program that holds the checks of several chapters.
 *
 *      checks-03 03-trip [--brief] [--list] [--result FILE] [T]
 */
#include "mains.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    for (int i = 0; argc > 1 && programs[i].name != NULL; i++)
        if (strcmp(programs[i].name, argv[1]) == 0)
            return programs[i].main(argc - 1, argv + 1);
    fprintf(stderr, "name one of these checks:\n");
    for (int i = 0; programs[i].name != NULL; i++)
        fprintf(stderr, "  %s\n", programs[i].name);
    return 2;
}
