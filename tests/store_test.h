/* store_test.h - a laboratory with one store in it, for the parts of store_test.
 *
 * The item is a counter. Reads take 4 ms and writes 10, unless a test says otherwise,
 * so they are done after 2 and 5. Requests are numbered as they are made, and whatever
 * is heard of one lies in lab.heard[number]. */
#ifndef STORE_TEST_H
#define STORE_TEST_H

#include "unit.h"

#include <stdbool.h>

#include "store.h"

enum { ASKED_MAX = 20000 };

struct item {
    uint64_t version, author; /* author: the number of the request that wrote it */
    uint64_t untouched;       /* by apply */
};

struct save {
    uint64_t if_version, author;
    bool always;
};

struct heard {
    bool came, shown, applied;
    enum store_answer answer;
    int64_t at;
    struct item item;
};

extern struct lab {
    struct sim *sim;
    struct store *store;
    uint64_t asked, written; /* requests; writes that the watch saw */
    bool asking;
    struct heard heard[ASKED_MAX];
} lab;

extern const struct store_config exact;
extern const struct store_health well;

void lab_open(const struct store_config *config, uint64_t seed);

/* Plays it to its end, where each request has come or is counted as unanswered. */
uint64_t lab_close(void);

/* To be given to store_load with &lab, by who needs more than these: */
void hear(void *who, uint64_t what, enum store_answer answer, const void *item);
uint64_t load(uint64_t key, bool strong);
uint64_t save_if(uint64_t key, uint64_t if_version);
uint64_t save_always(uint64_t key);
void until_ms(int64_t ms);

/* Was this heard of request i, at this time? version 0: no item was shown. */
bool heard(uint64_t i, enum store_answer answer, int64_t ms, uint64_t version);

extern const struct unit_case store_ill_cases[]; /* store_ills.c */
extern const size_t store_ill_n;

#endif
