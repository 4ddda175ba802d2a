/* report.h - what a client says of itself: one line of JSON for each transition, each
 * call and each fault, on stdout, where CloudWatch Logs takes it up.
 *
 *      {"event":"transition","breaker":"payments","shard":"0","change":"trip",
 *       "from":"closed","to":"open","generation":4,"environment":"1f00ba44","at_ms":..}
 *      {"_aws":{...},"Breaker":"payments","Fresh":1,...}       CloudWatch EMF
 *      {"event":"fault","who":"store","status":400,...}
 *
 * A line of a transition is printed by the environment whose write made it, so over the
 * fleet there is one line for each generation, save those whose writer never heard that
 * it had won: its answer was lost, or it died.
 *
 * The line of a call is an Embedded Metric Format document, from which CloudWatch draws
 * metrics without a call of ours: no request to wait for, none to fail. The same fault
 * is told once a minute.
 *
 * Each line is flushed: after the answer a Lambda may be frozen for ever. Source:
 * CloudWatch User Guide, "Specification: Embedded metric format". */
#ifndef LAB_REPORT_H
#define LAB_REPORT_H

#include <stdio.h>

#include "client.h"

enum {
    REPORT_NAME_MAX = 64,
    REPORT_FAULTS_MAX = 16, /* kinds of fault that are told apart */
    REPORT_AGAIN_MS = 60000
};

struct report {
    FILE *out;                         /* the caller's */
    char breaker[REPORT_NAME_MAX + 1]; /* of characters that JSON does not escape */
    char environment[9];               /* this process among its like */
    struct report_said {
        const char *fault; /* a constant: told apart by its address */
        int64_t at_ms;
    } said[REPORT_FAULTS_MAX];
};

/* One call that has ended. */
struct report_call {
    enum client_answer answer;
    enum breaker_state state; /* as it shows afterwards */
    uint32_t attempts;        /* calls to the backend */
    uint32_t store_reads, store_writes;
    int64_t at_ms;
};

/* A fault, its sentence a constant; `type` is plain text, "" if there is none. */
struct report_fault {
    const char *who; /* "store", "backend", "handler" */
    const char *fault;
    int status;
    const char *type;
};

/* `breaker` is of letters, digits, _ . and -, REPORT_NAME_MAX at most. */
void report_init(struct report *report, FILE *out, const char *breaker,
                 uint64_t random);

/* A write that was made: nothing is printed of COUNT and WINDOW, which change no state.
 */
void report_transition(struct report *report, uint64_t key, enum breaker_state from,
                       const struct item_write *write, int64_t at_ms);

/* A transition of a breaker of this environment alone: "event":"local-transition". */
void report_local(struct report *report, uint64_t key,
                  const struct breaker_transition *transition);
void report_call(struct report *report, const struct report_call *call);
void report_fault(struct report *report, const struct report_fault *fault,
                  int64_t now_ms);

/* "closed", "open", "half-open"; "fresh", "stale", "refused", "failed", "timed-out". */
const char *report_state(enum breaker_state state);
const char *report_answer(enum client_answer answer);

#endif
