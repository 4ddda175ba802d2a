// All environments of one function: who gets an invocation, and how many there may be.
//
// The one that was used last is used next (last in, first out), as Lambda was seen to do;
// if none is idle a new one is started, up to the limit, and beyond it 429. A function
// with a limit of its own (ReservedConcurrentExecutions, or POST /environments) has it to
// itself; all others share the account's.
'use strict';

const crypto = require('node:crypto');
const { Environment } = require('./environment');

const throttle = (reason) => ({ throttled: { Reason: reason, Type: 'User', message: 'Rate Exceeded.' } });

class Pool {
    // shared: { limit, running } of the account
    constructor(fn, host, shared) {
        Object.assign(this, { fn, host, shared });
        this.limit = fn.reserved;
        this.offsets = [0];
        this.slots = new Map(); /* environment -> slot, which keeps its clock offset */
        this.idle = [];
        this.running = 0;
        this.resetCounts();
    }

    resetCounts() {
        this.counts = { invocations: 0, errors: 0, throttles: 0, cold_starts: 0 };
    }

    refusal() {
        if (this.limit !== undefined) {
            return this.running >= this.limit ? throttle('ReservedFunctionConcurrentInvocationLimitExceeded') : null;
        }
        return this.shared.running >= this.shared.limit ? throttle('ConcurrentInvocationLimitExceeded') : null;
    }

    // Resolves to { payload, functionError, id } or { throttled }.
    async invoke(payload) {
        const refusal = this.refusal();
        if (refusal) {
            this.counts.throttles++;
            return refusal;
        }
        const counter = this.limit === undefined ? this.shared : null;
        if (counter) counter.running++;
        this.running++;
        this.counts.invocations++;
        try {
            const id = crypto.randomUUID();
            const result = await (this.idle.pop() ?? this.launch()).invoke(id, payload);
            if (result.functionError) this.counts.errors++;
            return { ...result, id };
        } finally {
            this.running--;
            if (counter) counter.running--;
        }
    }

    launch() {
        const taken = new Set(this.slots.values());
        let slot = 0;
        while (taken.has(slot)) slot++;
        const id = crypto.randomBytes(4).toString('hex');
        const one = new Environment(this.fn, this.host, id, this.offsets[slot % this.offsets.length]);
        this.slots.set(one, slot);
        this.counts.cold_starts++;
        one.on('free', () => this.idle.push(one));
        one.on('dead', () => {
            this.slots.delete(one);
            this.idle = this.idle.filter((other) => other !== one);
        });
        one.start().catch((error) => one.ended('Runtime.InvalidEntrypoint', error.message));
        return one;
    }

    environments() {
        return [...this.slots.keys()];
    }

    // Ends environments: 'all', 'any' (a busy one before an idle one), or a list of ids.
    // Returns the ids once no process of theirs is left.
    async kill(which) {
        const all = this.environments();
        const any = all.find((one) => one.state === 'busy') ?? this.idle[this.idle.length - 1] ?? all[0];
        const doomed = which === 'all' ? all : which === 'any' ? [any].filter(Boolean) : all.filter((one) => which.includes(one.id));
        doomed.forEach((one) => one.kill());
        await Promise.all(doomed.map((one) => one.wait()));
        return doomed.map((one) => one.id);
    }

    // From now on: how many at once (null: as the template says), and whose clock is off.
    async configure({ limit, offsets }) {
        if (limit !== undefined) this.limit = limit ?? this.fn.reserved;
        if (offsets === undefined) return;
        this.offsets = offsets.length ? offsets : [0];
        await this.kill('all');
    }

    status() {
        return {
            ...this.counts, running: this.running, limit: this.limit ?? null, idle: this.idle.length,
            environments: this.environments().map((one) => one.status()),
        };
    }
}

module.exports = { Pool };
