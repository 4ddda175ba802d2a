/* obvious.c - the seven tests that everybody writes for a circuit breaker: one for each
 * arrow and state of the picture in breaker.h.
 *
 * They are here to be measured, not to be used: `make wrong-table` plays them on every
 * wrong answer, and counts how many of those they would have let through. Each is as
 * kind as such tests are: one caller, no exact limit, a rest that is well over. */
#include "mains.h"
#include "script.h"

#include <stddef.h>

static const struct breaker_config knobs = {.failures_to_open = 3, .open_ms = 100};

#define OPENED "0 allow, 1 fail, 2 allow, 3 fail, 4 allow, 5 fail, "
#define PROBED OPENED "150 allow, "

static const struct check_test tests[] = {
    {"starts-closed", "it starts closed", "", .knobs = &knobs,
     .script = "0 closed, 0 allow"},
    {"opens", "it opens at the threshold", "", .knobs = &knobs,
     .script = OPENED "5 open"},
    {"refuses", "it refuses while open", "", .knobs = &knobs,
     .script = OPENED "6 refuse"},
    {"half-opens", "it is half-open after its rest", "", .knobs = &knobs,
     .script = OPENED "150 half-open"},
    {"probe-closes", "a good probe closes it", "", .knobs = &knobs,
     .script = PROBED "160 ok, 160 closed"},
    {"probe-reopens", "a failed probe opens it again", "", .knobs = &knobs,
     .script = PROBED "160 fail, 160 open"},
    {"success-resets", "a success starts the count again", "", .knobs = &knobs,
     .script = "0 allow, 1 fail, 2 allow, 3 fail, 4 allow, 5 ok, 6 allow, 7 fail,"
               "8 allow, 9 fail, 9 closed"},
};

static int obvious(int argc, char **argv)
{
    enum { NONE = -1 }; /* so every todo() is a later chapter's: it answers, weakly */
    return check_main(
        argc, argv,
        &(struct check){NONE, "obvious", tests, (int)(sizeof tests / sizeof tests[0])});
}

const struct check_program programs[] = {{"obvious", obvious}, {NULL, NULL}};
