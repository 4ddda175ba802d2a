/* gateway.h - the door before the fleet: how many it lets in, how long it waits.
 *
 *      struct gateway gateway = {.config = {.rps = 10000, .burst = 5000}};
 *      if (!gateway_admit(&gateway, sim_now(sim))) ...   429, and nothing is started
 *
 * API Gateway throttles by a token bucket per account and region, 10,000 requests a
 * second as a rule, and answers 503 or 504 by itself when a function takes longer than
 * its time-out: 30 s for an HTTP API. The function is not told and works on. */
#ifndef GATEWAY_H
#define GATEWAY_H

#include "tokens.h"

struct gateway_config {
    uint32_t rps;    /* requests let in a second; 0: no throttle */
    uint32_t burst;  /* and so many at once; 0: as many as rps */
    int64_t timeout; /* ns; whoever plays the requests holds it against them; 0: none */
};

/* Zero but for its config is a gateway that nobody has come to yet. */
struct gateway {
    struct gateway_config config;
    struct tokens tokens;
    uint64_t admitted, throttled; /* so far */
};

/* Is a request that comes at `now` let in? `now` never goes back. */
bool gateway_admit(struct gateway *gateway, int64_t now);

#endif
