/* expect.h - what a sweep has to say, wherever its runs were played: the table, whether
 * the scene shows what it must, the files. */
#ifndef EXPECT_H
#define EXPECT_H

#include "storm.h"
#include "sweep.h"

struct expect_files {
    FILE *csv, *json; /* NULL: not asked for */
};

/* The files asked for, opened before the work begins: a sweep may take minutes. False
 * after an error was printed. */
bool expect_open(struct expect_files *files, const struct options *options);

/* Print and write all of it, close the files; false if something that must hold does
 * not, or not all could be written. */
bool expect_report(const struct options *options, const struct expect_files *files,
                   const struct scene *scene, const struct sweep *sweep);

#endif
