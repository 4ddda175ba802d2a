// The control API: what the console and the CLI are on AWS, and the faults besides. JSON in
// and out; {"error": "..."} with 4xx when something is wrong with the request.
//
//     GET  /status                 functions and their environments, counts of everything
//     GET  /resources              what exists, by kind, and "total"; zero after down
//     GET  /outputs                the stack's outputs
//     GET  /items                  all items of the tables
//     GET  /describe               every resource as the template has it, names filled in
//     GET  /logs?function=&after=&limit=   lines, each with a sequence number for "after"
//     POST /up    POST /down       deploy (again), delete
//     POST /dynamodb               {"op": "PutItem", "body": {..}}: an operation of your own
//     POST /invoke                 {"function": .., "payload": {..}}: call it, as `aws lambda invoke`
//     POST /mode                   {"mode": "ok|slow|error|hang|flaky", "pct": .., "ms": ..}
//     POST /faults/store           see faults.js
//     POST /show-old               {"on": true|false}: losers of a condition get the item
//     POST /counts/reset           all counts to zero
//     POST /environments           {"function": .., "action": "kill", "which": "any|probing|all|ID", "wait_ms": ..}
//                                  {"function": .., "limit": N|null, "clock_offsets_ms": [..]}
//
// Whoever says in x-lab-folder from which clone he asks is refused by the twin of another one:
// two of them on a machine must not be steered by one another's `lab/lab`.
//
// Killing "probing" ends the environment that holds a probe. If none does, it waits up to
// wait_ms for one, and kills it before it learns that its write was made.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Server, readBody, send } = require('./http');
const { faultError } = require('./faults');
const { listing } = require('./deployment');

const MODES = ['ok', 'slow', 'error', 'hang', 'flaky'];
const BODY_BYTES = 1024 * 1024;
const WAIT_MS = 60000;
const FOLDER = fs.realpathSync(path.join(__dirname, '../..'));
const OFFSET_MS = 366 * 24 * 3600 * 1000;

class Wrong extends Error {
    constructor(message, status = 400) {
        super(message);
        this.status = status;
    }
}

const wholeNumber = (value, min, max) => Number.isInteger(value) && value >= min && value <= max;

function need(good, message) {
    if (!good) throw new Wrong(message);
}

function sameFolder(header) {
    const from = header === undefined ? FOLDER : Buffer.from(header, 'latin1').toString();
    if (from === FOLDER) return;
    throw new Wrong(`this twin is of ${FOLDER}, and you ask from ${from}. Work with it there, or start one of your own: `
        + "make lab-local TWIN_FLAGS='--port-base 7100'; it says what to type then", 409);
}

class Control extends Server {
    constructor(cloud, onBug) {
        super(onBug);
        this.cloud = cloud;
        this.busy = Promise.resolve();
        this.routes = {
            'GET /status': () => this.status(),
            'GET /resources': () => this.resources(),
            'GET /outputs': () => cloud.outputs(),
            'GET /items': () => this.items(),
            'GET /describe': () => ({ resources: cloud.deployment?.resources ?? {} }),
            'GET /logs': (_, query) => this.logs(query),
            'POST /up': () => this.oneAtATime(() => cloud.up()),
            'POST /down': () => this.oneAtATime(async () => { await cloud.down(); return this.resources(); }),
            'POST /dynamodb': (body) => this.dynamodb(body),
            'POST /invoke': (body) => this.invoke(body),
            'POST /mode': (body) => this.mode(body),
            'POST /faults/store': (body) => this.fault(body),
            'POST /show-old': (body) => this.showOld(body),
            'POST /counts/reset': () => this.reset(),
            'POST /environments': (body) => this.environments(body),
        };
    }

    async handle(request, response) {
        const text = await readBody(request, BODY_BYTES);
        const [where, query] = request.url.split(/\?(.*)/s);
        const route = this.routes[`${request.method} ${where}`];
        try {
            sameFolder(request.headers['x-lab-folder']);
            if (!route) throw new Wrong(`there is no ${request.method} ${where}; there are ${Object.keys(this.routes).join(', ')}`, 404);
            /* A page in the reader's browser must not reach this: it cannot send this type. */
            if (request.method === 'POST') need(/^application\/json\b/.test(request.headers['content-type'] ?? ''), 'content-type must be application/json');
            send(response, 200, (await route(this.parse(text), new URLSearchParams(query))) ?? {});
        } catch (error) {
            send(response, error.status ?? 500, { error: error.message });
        }
    }

    parse(text) {
        need(text !== null, 'the body is too long');
        if (!text.length) return {};
        try {
            const body = JSON.parse(text);
            need(body !== null && typeof body === 'object' && !Array.isArray(body), 'the body must be a JSON object');
            return body;
        } catch (error) {
            throw error instanceof Wrong ? error : new Wrong(`the body is not JSON: ${error.message}`);
        }
    }

    // A deploy and a delete must not overlap.
    oneAtATime(work) {
        const mine = this.busy.then(work);
        this.busy = mine.catch(() => {});
        return mine;
    }

    pool(name) {
        const pool = this.cloud.pool(name);
        need(pool, `there is no function ${JSON.stringify(name)}; there are ${[...this.cloud.pools.keys()].join(', ') || 'none'}`);
        return pool;
    }

    status() {
        const { cloud } = this;
        return {
            up: cloud.deployment !== null, stack: cloud.deployment?.stack ?? null, pid: process.pid,
            endpoints: cloud.endpoints, tables: cloud.tables(),
            api: cloud.front.counts,
            store: { ...cloud.store.counts, fault: cloud.store.faults.status(), show_old: cloud.store.showOld },
            invoke: cloud.invoke.counts,
            functions: Object.fromEntries([...cloud.pools].map(([name, pool]) => [name, pool.status()])),
        };
    }

    // Alarms, dashboards and roles are listed as the template names them; they do nothing here.
    resources() {
        const lists = this.cloud.deployment?.listing ?? listing({ resources: {} });
        return { ...lists, total: Object.values(lists).reduce((sum, one) => sum + one.length, 0) };
    }

    async items() {
        const tables = this.cloud.tables();
        return { items: (await Promise.all(tables.map((table) => this.cloud.store.items(table)))).flat() };
    }

    logs(query) {
        const { fn } = this.pool(query.get('function'));
        const after = Number(query.get('after') ?? 0);
        const limit = Number(query.get('limit') ?? 1000);
        need(wholeNumber(after, 0, Number.MAX_SAFE_INTEGER) && wholeNumber(limit, 1, 100000), '"after" and "limit" must be whole numbers');
        return { function: fn.name, kept: fn.mayLog, lines: this.cloud.logs.read(fn.name, after, limit) };
    }

    // As the CLI of the account's owner: any operation, unsigned, and DynamoDB's own answer.
    async dynamodb({ op, body }) {
        need(typeof op === 'string' && /^[A-Za-z]{3,40}$/.test(op) && body && typeof body === 'object', 'say {"op": "PutItem", "body": {..}}');
        const reply = await this.cloud.store.forward(op, Buffer.from(JSON.stringify(body)));
        const answer = JSON.parse(reply.body);
        if (reply.status !== 200) throw new Wrong(`${String(answer.__type).replace(/^.*#/, '')}: ${answer.message ?? answer.Message ?? `DynamoDB knows no ${op}`}`);
        return answer;
    }

    async invoke({ function: name, payload = {} }) {
        const began = performance.now();
        const result = await this.pool(name).invoke(Buffer.from(JSON.stringify(payload)));
        if (result.throttled) throw new Wrong('Rate Exceeded: all environments are taken', 429);
        return { function_error: result.functionError ?? null, took_ms: Math.round(performance.now() - began), payload: result.payload.toString() };
    }

    async mode({ mode, pct, ms, ...rest }) {
        need(MODES.includes(mode), `"mode" must be one of ${MODES.join(', ')}`);
        need(pct === undefined || wholeNumber(pct, 0, 100), '"pct" must be a whole number from 0 to 100');
        need(ms === undefined || wholeNumber(ms, 0, 900000), '"ms" must be a whole number from 0 to 900000');
        need(!Object.keys(rest).length, `there is no ${JSON.stringify(Object.keys(rest)[0])} in a mode`);
        const [table] = this.cloud.deployment?.tables ?? [];
        need(table, 'nothing is up. First: lab/lab up, which is POST /up');
        const number = (name, value) => (value === undefined ? {} : { [name]: { N: String(value) } });
        const item = { [table.hash]: { S: 'mode#backend' }, mode: { S: mode }, ...number('pct', pct), ...number('ms', ms) };
        await this.cloud.store.direct('PutItem', { TableName: table.name, Item: item });
        return { mode, pct, ms };
    }

    fault(body) {
        const error = faultError(body);
        need(!error, error);
        const fault = body.function === undefined ? body : { ...body, function: this.pool(body.function).fn.name };
        this.cloud.store.faults.set(fault);
        return this.cloud.store.faults.status();
    }

    showOld({ on }) {
        need(typeof on === 'boolean', '"on" must be true or false');
        this.cloud.store.showOld = on;
        return { on };
    }

    reset() {
        this.cloud.store.resetCounts();
        this.cloud.front.resetCounts();
        this.cloud.invoke.resetCounts();
        for (const pool of this.cloud.pools.values()) pool.resetCounts();
    }

    async environments({ function: name, action, which = 'any', limit, clock_offsets_ms: offsets, wait_ms: waitMs = 0 }) {
        const pool = this.pool(name);
        need(action === undefined || action === 'kill', '"action" must be "kill"');
        if (action === 'kill') {
            need(typeof which === 'string' && wholeNumber(waitMs, 0, WAIT_MS), `"which" must be a string, "wait_ms" from 0 to ${WAIT_MS}`);
            return { killed: which === 'probing' ? await this.killProbing(pool, waitMs) : await this.kill(pool, which) };
        }
        need(limit === undefined || limit === null || wholeNumber(limit, 0, 1000), '"limit" must be a whole number up to 1000, or null');
        need(offsets === undefined || (Array.isArray(offsets) && offsets.every((one) => wholeNumber(one, -OFFSET_MS, OFFSET_MS))),
            '"clock_offsets_ms" must be whole numbers');
        await pool.configure({ limit, offsets });
        return pool.status();
    }

    kill(pool, which) {
        return pool.kill(which === 'all' || which === 'any' ? which : [which]);
    }

    async killProbing(pool, waitMs) {
        const { store } = this.cloud;
        const now = async () => {
            const ids = await store.probing(this.cloud.tables());
            return pool.kill(ids);
        };
        const killed = await now();
        if (killed.length || !waitMs) return killed;
        return new Promise((resolve, reject) => {
            const watcher = () => now().then((ids) => ids.length && done(ids), reject);
            const done = (ids) => {
                clearTimeout(timer);
                store.watchers.delete(watcher);
                resolve(ids);
            };
            const timer = setTimeout(() => done([]), waitMs);
            store.watchers.add(watcher);
        });
    }
}

module.exports = { Control };
