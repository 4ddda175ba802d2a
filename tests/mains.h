/* mains.h - the checks in one program: name, as in the folder, and main. The table is
 * written by make, and ends with a name that is NULL. */
#ifndef MAINS_H
#define MAINS_H

struct check_program {
    const char *name;
    int (*main)(int argc, char **argv);
};

extern const struct check_program programs[];

#endif
