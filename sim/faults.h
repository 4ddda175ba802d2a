/* faults.h - what goes wrong, as data: from when to when, what, where, how much. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdint.h>

enum { FAULTS_MAX = 64, FAULT_EVERYWHERE = -1 };

enum fault_kind {
    FAULT_HANG,     /* the backend's shard answers nobody; calls pile up in it */
    FAULT_REFUSE,   /* it refuses connections at once */
    FAULT_ERRORS,   /* pct of its answers are a 500, after the full work */
    FAULT_SLOW,     /* its work takes pct of its usual time */
    FAULT_CAPACITY, /* only pct of its servers work */
    FAULT_LOAD,     /* pct of the usual load arrives */

    FAULT_STORE_DOWN,     /* the store answers with an error, at once */
    FAULT_STORE_HANG,     /* it does nothing and answers nobody */
    FAULT_STORE_LOST,     /* pct of its answers never come; half were written */
    FAULT_STORE_ERRORS,   /* pct of the requests are an error, nothing written */
    FAULT_STORE_SLOW,     /* it takes pct of its usual time */
    FAULT_STORE_CAPACITY, /* pct of its units a second are left */

    FAULT_KILL,        /* pct of calls to the backend kill the one who makes them */
    FAULT_KILL_PROBES, /* the same, of probes only */
    FAULT_COLD,        /* a cold start takes pct of its usual time */
    FAULT_KINDS
};

struct fault {
    int64_t from, to; /* ns; to is the first moment after it */
    enum fault_kind kind;
    int32_t shard; /* of the backend, from 0; or FAULT_EVERYWHERE */
    uint32_t pct;
};

#endif
