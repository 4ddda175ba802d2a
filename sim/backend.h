/* backend.h - the service that everybody depends on, and how it fails.
 *
 * It has shards, alike and independent; each is a FIFO queue before a number of
 * servers. It does not know when a client has given up: it goes on to work on calls
 * that nobody waits for, and that is what keeps a failure alive. Ways to be ill are set
 * per shard, by faults.c as a rule:
 *
 *      hang      no server starts or ends work; calls pile up in the queue
 *      refuse    connections are refused at once; what is inside is still served
 *      errors    a share of the answers is a 500, after the full work
 *      slow      work takes a multiple of its time
 *      capacity  only a share of the servers works */
#ifndef BACKEND_H
#define BACKEND_H

#include "random.h"
#include "sim.h"

enum { BACKEND_SHARDS_MAX = 64 };

enum service_law { SERVICE_EXPONENTIAL, SERVICE_FIXED, SERVICE_LOGNORMAL };

struct service {
    enum service_law law;
    int64_t mean_ns;        /* exponential and fixed */
    int64_t p50_ns, p99_ns; /* lognormal */
};

struct backend_config {
    uint32_t shards;
    uint32_t servers; /* per shard */
    uint32_t
        queue_max; /* calls waiting per shard, beyond those served; more are refused */
    bool bounded;  /* false: queue_max does not matter, the queue has no end */
    bool drops_expired; /* a server skips calls whose deadline has passed */
    struct service service;
};

struct backend_health {
    bool hang, refuse;
    uint32_t errors_ppm;
    uint32_t slow_pct;     /* 100: as ever; 1000: ten times slower */
    uint32_t capacity_pct; /* 100: all servers */
};

/* What comes back: an HTTP status, or 0 if the call was refused or dropped. */
typedef void backend_fn(void *who, uint64_t what, int status);

struct backend;

/* The config is copied. Free with backend_free. */
struct backend *backend_new(struct sim *sim, const struct backend_config *config);
void backend_free(struct backend *backend);

/* Take a call for the shard of this index. `done` is called once for it, unless it is
 * in a hanging shard for ever; never from within this function. `deadline` matters only
 * if drops_expired. */
void backend_call(struct backend *backend, uint32_t index, int64_t deadline,
                  backend_fn *done, void *who, uint64_t what);

/* Change the health of a shard; takes effect at once for calls waiting, and for calls
 * in service when their work ends. */
void backend_set_health(struct backend *backend, uint32_t shard,
                        const struct backend_health *health);
const struct backend_health *backend_health(const struct backend *backend,
                                            uint32_t shard);

struct backend_counts {
    uint64_t arrived, refused, served, dropped;
    uint64_t waiting, busy; /* now */
};
struct backend_counts backend_counts(const struct backend *backend, uint32_t shard);

#endif
