// Which requests to the store go wrong, and how. Set by POST /faults/store:
//
//     {"kind": "hang", "pct": 50, "op": "UpdateItem", "function": "oc-client", "seed": 7}
//
//     ok        none goes wrong
//     hang      no answer, ever; the request is not carried out
//     delay     carried out, and answered, "ms" later
//     drop      carried out; the connection is cut before the answer
//     throttle  400 ProvisionedThroughputExceededException (or the "type" given)
//     error     500 InternalServerError; not carried out
//
// "pct" of the requests that "op" and "function" pick (all, if left out) are hit, drawn
// from "seed": the same seed hits the same requests, counted from the start of the fault.
'use strict';

const KINDS = ['ok', 'hang', 'delay', 'drop', 'throttle', 'error'];
const TYPES = ['ProvisionedThroughputExceededException', 'ThrottlingException'];
const FIELDS = { kind: 'string', ms: 'number', pct: 'number', op: 'string', function: 'string', seed: 'number', type: 'string' };

// A wrong fault is refused with a sentence; returns that, or null.
function faultError(fault) {
    for (const [key, value] of Object.entries(fault)) {
        if (!FIELDS[key]) return `there is no "${key}" in a fault; there are ${Object.keys(FIELDS).join(', ')}`;
        if (typeof value !== FIELDS[key]) return `"${key}" must be a ${FIELDS[key]}`;
    }
    if (!KINDS.includes(fault.kind)) return `"kind" must be one of ${KINDS.join(', ')}`;
    if (fault.type && !TYPES.includes(fault.type)) return `"type" must be one of ${TYPES.join(', ')}`;
    if (fault.pct !== undefined && !(fault.pct >= 0 && fault.pct <= 100)) return '"pct" must be from 0 to 100';
    if (fault.ms !== undefined && !(fault.ms >= 0 && fault.ms <= 60000)) return '"ms" must be from 0 to 60000';
    if (fault.kind === 'delay' && !fault.ms) return '"delay" needs "ms"';
    return null;
}

// mulberry32: small, seeded, good enough to pick victims.
function generator(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = Math.imul(state ^ (state >>> 15), state | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

class Faults {
    constructor() {
        this.set({ kind: 'ok' });
    }

    set(fault) {
        this.fault = { pct: 100, ms: 0, seed: 1, type: TYPES[0], ...fault };
        this.draw = generator(this.fault.seed);
        this.seen = 0;
        this.hit = 0;
    }

    // What happens to this request: a fault, or null.
    next(op, functionName) {
        const f = this.fault;
        if (f.kind === 'ok' || (f.op && f.op !== op) || (f.function && f.function !== functionName)) return null;
        this.seen++;
        if (this.draw() * 100 >= f.pct) return null;
        this.hit++;
        return f;
    }

    status() {
        return { ...this.fault, seen: this.seen, hit: this.hit };
    }
}

module.exports = { Faults, faultError };
