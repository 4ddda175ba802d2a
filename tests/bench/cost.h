/* cost.h - what one run costs. */
#ifndef COST_H
#define COST_H

#include "scene.h"

struct cost {
    double cpu_s; /* processor time */
    uint64_t events, requests;
    long peak_kb; /* the most memory the process ever had in use */
};

/* One run; exits with a message if it fails. */
struct cost cost_of(const struct scene *scene, uint32_t client, uint64_t seed);

#endif
