/* storm_options.h - what may be typed after `storm`: the options, as a table.
 *
 * Each verb names the options that it takes (storm.c), so that none is read and then
 * silently ignored. What is wrong with one is told on standard error. */
#ifndef STORM_OPTIONS_H
#define STORM_OPTIONS_H

#include "storm.h"

/* Which options were typed, a bit for each. */
struct options_given {
    uint32_t bits;
};

/* A verb, and what it takes. */
struct storm_verb {
    const char *name;  /* NULL: behind the last */
    const char *takes; /* its options, as words with a blank between them */
    int (*run)(const struct options *options);
    const char *plots; /* words that --as may be; NULL: none */
    uint32_t seeds;    /* how many, unless it is said */
    bool files;        /* takes many words, not one scene */
};

/* The options before, between and behind the words; argv is ordered so that the words
 * come last. Returns the place of the first of them; exits with status 2 at an option
 * that there is not or whose value is wrong, with 0 after --help. */
int options_read(struct options *options, struct options_given *given, int argc,
                 char **argv, const char *help);

/* Whether `verb` takes all that was typed. If not, which of `verbs` do is told. */
bool options_fit(const struct options_given *given, const struct storm_verb *verb,
                 const struct storm_verb *verbs);

/* Was this one typed? */
bool options_has(const struct options_given *given, const char *name);

/* Whether `word` is one of `words`, which have a blank between them. */
bool options_is_one_of(const char *word, const char *words);

#endif
