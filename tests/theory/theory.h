/* theory.h - a row of theory.json, and how a test answers it.
 *
 * A row is a result of the literature: parameters, what to expect, how near is near
 * enough. A test reads the parameters of one point of its row, measures with the
 * simulator or the library, and hands in what it found:
 *
 *      static void md1(struct theory *t)
 *      {
 *          double wait = ...a run with theory_param(t, "lambda")...
 *          theory_check(t, "Wq", wait);
 *      }
 *
 * Every number in "expect" must be handed in or skipped with a reason, or the row
 * fails; and every row of the file must have a test, and every test a row. */
#ifndef THEORY_H
#define THEORY_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct theory {
    const char *id;
    const cJSON *params, *expect, *tolerance;
    uint64_t answered; /* a bit for each number in expect */
    bool failed;
};

struct theory_test {
    const char *id;
    void (*run)(struct theory *t);
};

/* One table per file, each ending with an id of NULL. */
extern const struct theory_test random_rows[], queue_rows[], loss_rows[], retry_rows[],
    throttle_rows[], breaker_rows[], fleet_rows[], metastable_rows[], collapse_rows[],
    tail_rows[], lambda_rows[], store_rows[], shared_rows[];

/* A parameter by name; an abort with a message if the point has none such. */
double theory_param(const struct theory *t, const char *name);
bool theory_has(const struct theory *t, const char *name);
double theory_expect(const struct theory *t, const char *name);

/* Hand in a number: printed, and compared under the tolerance of the row. */
void theory_check(struct theory *t, const char *name, double measured);

/* The same under a tolerance of its own, where the row's cannot apply; say why there.
 */
void theory_check_within(struct theory *t, const char *name, double measured,
                         double margin);

/* This number says nothing about us, because. */
void theory_skip(struct theory *t, const char *name, const char *because);

/* A claim that is no number: printed and held, or failed. */
void theory_claim(struct theory *t, const char *what, bool holds);

#endif
