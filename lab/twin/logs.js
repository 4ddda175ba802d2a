// What the functions print, the last lines of each; the twin's CloudWatch Logs. As on AWS
// a function whose role may not write logs leaves none.
'use strict';

const KEPT = 5000;
const LINE_CHARACTERS = 256 * 1024;

class Logs {
    constructor() {
        this.rings = new Map();
        this.sequence = 0;
    }

    add(fn, entry) {
        if (!fn.mayLog) return;
        const ring = this.rings.get(fn.name) || [];
        this.rings.set(fn.name, ring);
        ring.push({ sequence: ++this.sequence, at_ms: Date.now(), ...entry, line: entry.line.slice(0, LINE_CHARACTERS) });
        if (ring.length > 2 * KEPT) ring.splice(0, KEPT);
    }

    // Lines after a sequence number, so that a follower asks with the last one it saw.
    read(name, after = 0, limit = KEPT) {
        return (this.rings.get(name) || []).filter((one) => one.sequence > after).slice(-limit);
    }

    clear() {
        this.rings.clear();
    }
}

module.exports = { Logs };
