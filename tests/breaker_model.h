/* breaker_model.h - a breaker that is too simple to be wrong.
 *
 * It keeps a list of all that ever happened and nothing else: no counter, no ring, no
 * bucket, no slot. Every question is answered by reading the list from the end. Slow,
 * and independent of breaker.c in everything but the contract in breaker.h.
 *
 * Jitter is not modelled: open_jitter_pct must be 0. Where slices of time are cut is
 * not part of the contract, so whoever compares says it: own_slices. */
#ifndef BREAKER_MODEL_H
#define BREAKER_MODEL_H

#include "breaker.h"

enum { MODEL_EVENTS_MAX = 8192 };

struct model_event {
    enum model_kind {
        MODEL_GRANT,      /* a permit that counts */
        MODEL_RECORD,     /* of the grant at index `grant` */
        MODEL_TRANSITION, /* into `state` */
        MODEL_FORGET,     /* a new generation without a transition */
        MODEL_REST        /* the backend wished for a rest until `until_ms` */
    } kind;
    int64_t at_ms, until_ms;
    enum breaker_outcome outcome;
    enum breaker_state state;
    int grant;
    bool slow;
};

struct model {
    struct breaker_config config;
    enum breaker_mode mode;
    int64_t now_ms;
    int taken;       /* transitions taken out or lost */
    bool own_slices; /* of time: cut from where the generation began, not from 0 */
    int events;
    struct model_event event[MODEL_EVENTS_MAX];
};

void model_init(struct model *model, const struct breaker_config *config);

/* As breaker_acquire; `*grant` is the model's own name for the permit, -1 if it is
 * worthless. */
struct breaker_permit model_acquire(struct model *model, int64_t now_ms, int *grant);
void model_record(struct model *model, int grant, enum breaker_outcome outcome,
                  int64_t now_ms);
enum breaker_state model_state_at(const struct model *model, int64_t now_ms);
void model_rest(struct model *model, int64_t now_ms, int64_t retry_after_ms);
void model_set_mode(struct model *model, enum breaker_mode mode);
void model_reset(struct model *model, int64_t now_ms);
bool model_take_transition(struct model *model, struct breaker_transition *out);

#endif
