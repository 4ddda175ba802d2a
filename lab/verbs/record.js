// A recording of `lab/lab load`, and what it says in the words of the simulator: the same
// columns as `storm run --csv`, the same facts as sim/facts.c, found in the same way.
//
//     const recording = readRecording(file, scene);     throws with words for the reader
//     const buckets = recording.buckets();              one for each second, as storm has them
//     const facts = recording.facts(buckets);           before_fresh_pct, probes, ...
//
// A recording is a CSV file. `kind` says what a line is; at_ms counts from the start:
//
//     run          scene, seconds and rps as they were asked for; epoch_ms is when it began
//     request      one request as its user saw it, at the time it was sent
//     mode         the backend's mode was changed; the command had ended by then
//     call         what the client logged of one request: its tries, its writes to the store
//     transition   what it logged of one change of state
'use strict';

const fs = require('node:fs');

const COLUMNS = ['kind', 'at_ms', 'took_ms', 'status', 'answer', 'state', 'environment', 'build',
    'attempts', 'store_writes', 'from', 'to', 'change', 'generation', 'rps', 'seconds', 'epoch_ms', 'scene'];
const NUMBERS = ['at_ms', 'took_ms', 'status', 'attempts', 'store_writes', 'generation', 'rps', 'seconds', 'epoch_ms'];
const LETTERS = { closed: 'C', open: 'O', 'half-open': 'H' };
const OUTCOMES = { fresh: 'fresh', stale: 'stale', refused: 'refused', failed: 'failed', 'timed-out': 'failed' };
const CHANGES = { 'closed open': 'trip', 'open half-open': 'probe', 'half-open open': 'reopen', 'half-open closed': 'close' };
const STEADY_MS = 4000; /* as recovered_ms in sim/facts.c */

const toLine = (row) => COLUMNS.map((name) => row[name] ?? '').join(',');

function writeRecording(file, rows) {
    fs.writeFileSync(file, `${[COLUMNS.join(','), ...rows.map(toLine)].join('\n')}\n`);
}

// --- from the client's log ----------------------------------------------------------------

function parseLine(line) {
    if (!line.startsWith('{')) return null;
    try {
        return JSON.parse(line);
    } catch {
        return null; /* a line that was cut, or somebody else's */
    }
}

// The lines of the log that belong to a run which began at epochMs: calls and transitions.
function fromLog(text, epochMs) {
    const rows = [];
    for (const it of text.split('\n').map(parseLine).filter(Boolean)) {
        const at = (it._aws?.Timestamp ?? it.at_ms) - epochMs;
        if (!(at >= 0)) continue;
        if (it._aws) {
            rows.push({ kind: 'call', at_ms: at, environment: it.Environment, attempts: it.Attempts, store_writes: it.StoreWrites });
        } else if (it.event === 'transition' || it.event === 'local-transition') {
            rows.push({ kind: 'transition', at_ms: at, environment: it.environment, from: it.from, to: it.to,
                change: it.event === 'transition' ? it.change : 'local', generation: it.generation });
        }
    }
    return rows;
}

// A call was logged when it ended. Its request tells when it began: the one of the same
// environment that ended nearest. Its tries are spread evenly over that time.
function tries(calls, requests) {
    const of = new Map();
    for (const one of requests) of.set(one.environment, [...(of.get(one.environment) ?? []), one]);
    return calls.flatMap(({ at_ms: end, environment, attempts }) => {
        const distance = (one) => Math.abs(one.at_ms + one.took_ms - end);
        const near = (of.get(environment) ?? []).reduce((best, one) => (best && distance(best) <= distance(one) ? best : one), null);
        const [at, took] = near && distance(near) < 1000 ? [near.at_ms, near.took_ms] : [end, 0];
        return Array.from({ length: attempts }, (_, i) => at + Math.round((i * took) / attempts));
    });
}

// Whoever died, or never heard that its write was made, logged nothing. Generations count
// every change, so the one before a known one can be told: it led to where that one began.
// A run begins closed (load.js sees to it).
function withUnheard(shared) {
    return shared.flatMap((one, i) => {
        const before = shared[i - 1] ?? { generation: one.generation - 2, to: 'closed' };
        const change = CHANGES[`${before.to} ${one.from}`];
        if (one.generation !== before.generation + 2 || !change) return [one];
        return [{ ...one, generation: one.generation - 1, from: before.to, to: one.from, environment: '', change }, one];
    });
}

// --- a recording ----------------------------------------------------------------------------

function parseRow(cells, names) {
    const row = Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
    for (const name of NUMBERS) row[name] = row[name] === '' ? undefined : Number(row[name]);
    return row;
}

function readRows(file) {
    if (!fs.existsSync(file)) throw new Error(`there is no ${file}: nothing was measured yet. First: lab/lab load`);
    const [head, ...lines] = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
    if (head !== COLUMNS.join(',')) throw new Error(`${file} is no recording of this lab/lab load: its first line is "${head.slice(0, 60)}"`);
    const rows = lines.map((line) => parseRow(line.split(','), COLUMNS));
    const bad = rows.findIndex((row) => NUMBERS.some((name) => Number.isNaN(row[name])) || row.at_ms === undefined);
    if (bad >= 0) throw new Error(`${file}, line ${bad + 2}: a number is wrong or missing: "${lines[bad].slice(0, 80)}"`);
    return rows;
}

// What must be so before a recording can be laid over the scene.
function complaint(rows, scene) {
    const run = rows.find((row) => row.kind === 'run');
    const requests = rows.filter((row) => row.kind === 'request').length;
    const modes = rows.filter((row) => row.kind === 'mode').length;
    const wanted = run && run.rps * run.seconds;
    if (!run) return 'it does not say what was played';
    if (run.scene !== scene.name) return `it is of the scene "${run.scene}", and this is "${scene.name}"`;
    if (run.rps !== scene.load.rps || run.seconds !== scene.run_ms / 1000) {
        return `it has ${run.rps} requests a second for ${run.seconds} s; the scene has ${scene.load.rps} for ${scene.run_ms / 1000} s`;
    }
    if (requests !== wanted) return `it has ${requests} requests of ${wanted}: the run was cut short`;
    if (modes !== 2 * scene.faults.length) return `the backend's mode was changed ${modes} times, the scene wants ${2 * scene.faults.length}: was it --steady?`;
    if (!rows.some((row) => row.kind === 'call')) return 'it has nothing of the client\'s log: lab/lab logs says whether there is one';
    return null;
}

function readRecording(file, scene) {
    const rows = readRows(file);
    const wrong = complaint(rows, scene);
    if (wrong) throw new Error(`${file} cannot be compared: ${wrong}. Measure again: lab/lab load`);
    return new Recording(rows, scene);
}

const outcome = ({ answer, status }) => OUTCOMES[answer] ?? ([429, 503].includes(status) ? 'no_room' : 'failed');
const sum = (list, pick) => list.reduce((total, one) => total + pick(one), 0);
const pct = (part, whole) => (whole ? Math.round((100 * part) / whole) : 0);

class Recording {
    constructor(rows, scene) {
        const of = (kind) => rows.filter((row) => row.kind === kind);
        this.scene = scene;
        this.runMs = scene.run_ms;
        this.width = scene.bucket_ms ?? 1000;
        this.run = of('run')[0];
        this.requests = of('request');
        this.calls = of('call').filter((one) => one.at_ms < this.runMs + scene.load.patience_ms);
        this.transitions = of('transition').sort((a, b) => a.at_ms - b.at_ms);
        this.tries = tries(this.calls, this.requests);
        const modes = of('mode').map((one) => one.at_ms);
        this.faultFrom = Math.min(...modes);
        this.faultTo = Math.max(...modes);
        this.shared = withUnheard(this.transitions.filter((one) => one.change !== 'local').sort((a, b) => a.generation - b.generation));
        this.probes = [...this.shared, ...this.transitions.filter((one) => one.change === 'local')]
            .filter((one) => one.to === 'half-open').map((one) => one.at_ms);
    }

    // Requests by the time they came; tries, probes and states by the time they happened.
    buckets() {
        const list = Array.from({ length: Math.ceil(this.runMs / this.width) }, (_, i) => ({
            time_ms: i * this.width, offered: 0, fresh: 0, stale: 0, refused: 0, failed: 0, no_room: 0,
            attempts: 0, probes: 0, fault: 0, item: 'C', state0: 'C', heat: [],
        }));
        const at = (ms) => list[Math.floor(ms / this.width)];
        for (const one of this.requests) {
            const bucket = at(one.at_ms);
            if (!bucket) continue;
            bucket.offered++;
            bucket[outcome(one)]++;
            bucket.heat.push(1000 * one.took_ms);
        }
        for (const ms of this.tries.filter(at)) at(ms).attempts++;
        for (const ms of this.probes.filter(at)) at(ms).probes++;
        for (const bucket of list) {
            const end = bucket.time_ms + this.width;
            const last = this.shared.filter((one) => one.at_ms < end).at(-1) ?? this.transitions.filter((one) => one.at_ms < end).at(-1);
            bucket.item = bucket.state0 = LETTERS[last?.to] ?? 'C';
            bucket.fault = bucket.time_ms < this.faultTo && end > this.faultFrom ? 1 : 0;
        }
        return list;
    }

    // As sim/facts.c: shares over the buckets that lie wholly in their time.
    facts(list) {
        const inside = (from, to) => list.filter((one) => one.time_ms >= from && one.time_ms + this.width <= to);
        const freshPct = (some) => pct(sum(some, (one) => one.fresh), sum(some, (one) => one.offered));
        const opened = [...this.shared, ...this.transitions].filter((one) => one.to === 'open' && one.at_ms >= this.faultFrom);
        const during = (ms) => ms >= this.faultFrom && ms < this.faultTo;
        return {
            before_fresh_pct: freshPct(inside(0, this.faultFrom)),
            before_store_writes: sum(this.calls.filter((one) => one.at_ms < this.faultFrom), (one) => one.store_writes),
            trips: this.shared.filter((one) => one.change === 'trip').length,
            opened_after_ms: opened.length ? Math.min(...opened.map((one) => one.at_ms)) - this.faultFrom : -1,
            fault_attempts: this.tries.filter(during).length,
            probes: this.probes.length,
            recovered_ms: this.recoveredMs(inside),
            end_fresh_pct: freshPct(inside(this.runMs - 10000, this.runMs)),
        };
    }

    // Environments that answered, which were all begun by this run but for the warm ones.
    environments() {
        return new Set(this.requests.map((one) => one.environment).filter(Boolean)).size;
    }

    builds() {
        return [...new Set(this.requests.map((one) => one.build).filter(Boolean))];
    }

    recoveredMs(inside) {
        const first = Math.ceil(this.faultTo / this.width) * this.width;
        for (let from = first; from + STEADY_MS <= this.runMs; from += this.width) {
            const some = inside(from, from + STEADY_MS);
            const offered = sum(some, (one) => one.offered);
            if (offered && sum(some, (one) => one.fresh) * 100 >= offered * 95) return from - this.faultTo;
        }
        return -1;
    }
}

// --- storm's CSV ------------------------------------------------------------------------------

function readStormCsv(file) {
    const [head, ...lines] = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
    const names = head.split(',');
    return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], /^\d+$/.test(cell) ? Number(cell) : cell])));
}

// In the columns of a file that storm wrote, so that storm can draw both.
function writeStormCsv(file, list, like) {
    const names = fs.readFileSync(like, 'utf8').split('\n', 1)[0].split(',');
    const edges = names.filter((name) => name.startsWith('heat')).map((name) => Number(name.slice(4)));
    const heat = (bucket, edge) => {
        const next = edges[edges.indexOf(edge) + 1] ?? Infinity;
        const from = edge === edges[0] ? 0 : edge;
        return bucket.heat.filter((us) => us >= from && us < next).length;
    };
    const cell = (bucket, name) => {
        if (name.startsWith('heat')) return heat(bucket, Number(name.slice(4)));
        return bucket[name] ?? (/^state/.test(name) ? '' : 0);
    };
    fs.writeFileSync(file, `${[names, ...list.map((bucket) => names.map((name) => cell(bucket, name)))].map((line) => line.join(',')).join('\n')}\n`);
}

module.exports = { COLUMNS, writeRecording, readRecording, fromLog, readStormCsv, writeStormCsv, tries, sum };
