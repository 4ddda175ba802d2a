/* world.h - users, a pool of workers, a backend with faults: one run of one scene.
 *
 *      load -> a free worker -> the caller's step function -> backend
 *
 * A worker does one request at a time, as a thread or a Lambda does; a request that
 * finds none free is turned away. Workers share `breakers` environments (client
 * memories): one for all of them, or one each, or something between; worker w belongs
 * to environment w % breakers. Workers are taken in turn, the longest idle first. */
#ifndef WORLD_H
#define WORLD_H

#include "backend.h"
#include "caller.h"
#include "faults.h"
#include "load.h"
#include "recorder.h"

struct world_config {
    int64_t run, bucket; /* ns */
    struct load_config load;
    struct backend_config backend;
    uint32_t workers;
    uint32_t breakers; /* environments: 1 to workers */
    uint32_t fault_count;
    struct fault faults[FAULTS_MAX];
};

/* Play the scene once, from empty to config->run. The same seed gives the same
 * arrivals, service times and faults, whoever the caller is. Free the record with
 * record_free. */
struct record *world_run(const struct world_config *config, const struct caller *caller,
                         const void *caller_config, uint64_t seed);

#endif
