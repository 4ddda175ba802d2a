// A fleet of real clients on the twin, in this process, so that a test sees what nobody on
// AWS sees: every write that the store makes, in its order.
//
//     const fleet = await Fleet.start(t, { environments: 16 });
//     fleet.users(16, 20);                    closed loop: 16 users, 20 ms between two calls
//     await fleet.mode('error');
//     await fleet.within(5000, () => fleet.state() === 'O', 'the breaker opens');
//     await fleet.stopUsers();
//     await fleet.judge();                    the rules of faults_rules.js
//
// LAB_BIN names the folder with `client` and `backend`. The template is lab/template.yaml,
// with a breaker that is quicker than the lab's and a door that lets more through.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { Cloud } = require('../../lab/twin/cloud');
const { Server, close } = require('../../lab/twin/http');
const { judge, hold, PROBE_MS } = require('./faults_rules');

/* Quicker than the lab's, and slow enough for a machine that does something else besides. */
const CONFIG = {
    deadline_ms: 2500, timeout_ms: 1000, attempts: 2, backoff_ms: 30, failures_to_open: 5, open_ms: 2000,
    probe_lease_ms: 2000, cache_ms: 300, store_timeout_ms: 800, store_skip_ms: 1000, probe_jitter_ms: 50,
    shared_window_ms: 3000, shared_failures: 6,
};
const MODE_FRESH_MS = 1000; /* the backend trusts what it read of its mode so long: backend_mode.h */
const CLIENT = 'open-circuit-client';
const EVER_MS = 60000; /* no wait of a test is longer */
const LAG_MS = 300; /* a machine that lets us wait so long is in trouble itself */
const PULSE_MS = 30;
const TIMER_MS = 3; /* as late as a timer is on an idle machine */

// The template with a door wide enough for a test; a change that changes nothing is an error.
function wideTemplate(folder) {
    const text = fs.readFileSync(path.join(__dirname, '../../lab/template.yaml'), 'utf8');
    const limits = /(Throttling(Burst|Rate)Limit:) \d+/g;
    assert.strictEqual(text.match(limits)?.length, 2, 'lab/template.yaml words its throttling otherwise now');
    const file = path.join(folder, 'template.yaml');
    fs.writeFileSync(file, text.replace(limits, '$1 5000'));
    return file;
}

const number = (item, name) => Number(item[name]?.N ?? NaN);

function writeOf(item, environment, atMs) {
    return {
        atMs, environment, v: number(item, 'v'), gen: number(item, 'gen'), st: item.st.S, owner: item.owner.N, ws: number(item, 'ws'),
        untilMs: number(item, 'until_ms'), lost: false, leaseUntilMs: number(item, 'lease_until_ms'), calls: number(item, 'calls'), failed: number(item, 'failed'),
    };
}

class Fleet {
    static async start(t, { environments = 16, offsets = [], config = {}, bin = process.env.LAB_BIN, zips, showOld = true } = {}) {
        assert.ok(zips ?? bin, 'LAB_BIN must name the folder with the programs: `make lab-faults-test` sets it');
        const fleet = new Fleet({ ...CONFIG, ...config });
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'faults-'));
        fleet.cloud = new Cloud({
            template: wideTemplate(folder), code: zips ? { zips } : { bin }, folder: path.join(folder, 'run'), portBase: 0, concurrency: 100, showOld,
            parameters: { BreakerConfig: JSON.stringify(fleet.config), ReservedConcurrency: String(environments) },
            onBug: (error) => fleet.bugs.push(error),
        });
        t.after(() => fleet.stop(folder));
        await fleet.cloud.start();
        await fleet.cloud.up();
        if (offsets.length) await fleet.client.configure({ offsets });
        fleet.skewMs = offsets.length ? Math.max(...offsets) - Math.min(...offsets) : 0;
        fleet.listen();
        return fleet;
    }

    constructor(config) {
        Object.assign(this, {
            config, bugs: [], writes: [], answers: [], lines: [], attempts: [], kills: 0, killed: [], late: [], thinkMs: 0, walking: false, working: [], troubleMs: Date.now(),
            agent: new http.Agent({ keepAlive: true }),
        });
    }

    get client() { return this.cloud.pool('client'); }

    get backend() { return this.cloud.pool('backend'); }

    async stop(folder) {
        this.walking = false;
        clearInterval(this.pulse);
        this.agent.destroy();
        await this.cloud.stop();
        fs.rmSync(folder, { recursive: true });
        if (this.bugs.length) throw this.bugs[0];
    }

    // Takes down what passes by: writes at the store, lines in the log, calls at the backend.
    listen() {
        const { store, logs } = this.cloud;
        const senders = new WeakMap();
        const carryOut = store.carryOut.bind(store);
        store.carryOut = (response, key, op, body, bytes) => {
            senders.set(bytes, { id: key.environment?.id, response, cameMs: Date.now() });
            return carryOut(response, key, op, body, bytes);
        };
        const forward = store.forward.bind(store);
        store.forward = async (op, bytes) => {
            const reply = await forward(op, bytes);
            if (op === 'UpdateItem' && reply.status === 200) {
                const { id, response, cameMs } = senders.get(bytes) ?? {};
                const write = writeOf(JSON.parse(reply.body).Attributes, id, Date.now());
                this.writes.push(write);
                response?.once('close', () => { write.lost = !response.writableFinished || Date.now() - cameMs > this.config.store_timeout_ms / 2; });
            }
            return reply;
        };
        const add = logs.add.bind(logs);
        logs.add = (fn, entry) => {
            if (fn.name === CLIENT && entry.line.startsWith('{')) this.heard(JSON.parse(entry.line));
            return add(fn, entry);
        };
        const { backend } = this;
        const invoke = backend.invoke.bind(backend);
        backend.invoke = async (payload) => {
            const attempt = { atMs: Date.now(), good: false };
            this.attempts.push(attempt);
            const result = await invoke(payload);
            attempt.tookMs = Date.now() - attempt.atMs;
            const late = attempt.tookMs >= this.config.timeout_ms * 0.8;
            attempt.good = !late && !result.throttled && !result.functionError && JSON.parse(result.payload).status === 200;
            return result;
        };
        let beatMs = Date.now();
        this.pulse = setInterval(() => {
            const nowMs = Date.now(), lateMs = nowMs - beatMs - PULSE_MS;
            if (lateMs > TIMER_MS) this.late.push({ atMs: nowMs, lateMs });
            if (lateMs > LAG_MS) this.troubleMs = nowMs;
            beatMs = nowMs;
        }, PULSE_MS);
    }

    // How long this machine let us wait, in all, between the two: as long, a client may have.
    lagMs(fromMs, toMs) {
        return this.late.filter((one) => one.atMs > fromMs && one.atMs - one.lateMs < toMs).reduce((sum, one) => sum + one.lateMs, 0);
    }

    // When the backend or the store last failed a client, or this machine its programs: a bound
    // on how fast the fleet recovers counts from there. A client knows that its call failed when
    // its own time is up, not when Lambda has stopped the backend.
    lastTroubleMs() {
        const { timeout_ms: timeoutMs } = this.config;
        const knownMs = ({ atMs, tookMs = Date.now() - atMs }) => atMs + Math.min(tookMs, timeoutMs);
        const failed = this.attempts.filter((one) => !one.good && (one.tookMs !== undefined || Date.now() - one.atMs > timeoutMs));
        return failed.reduce((last, one) => Math.max(last, knownMs(one)), this.troubleMs);
    }

    // Is a call under way that may yet fail?
    pending() {
        return this.attempts.some((one) => one.tookMs === undefined && Date.now() - one.atMs <= this.config.timeout_ms);
    }

    heard(line) {
        this.lines.push(line);
        if (line.event === 'fault' || line.event === 'local-transition') this.troubleMs = Date.now();
    }

    // --- requests --------------------------------------------------------------------------

    // One request through the door; never rejects: status 0 is a connection without an answer.
    ask(query = '') {
        const answer = { atMs: Date.now(), status: 0, answer: '', state: '', environment: '' };
        return new Promise((resolve) => {
            const ended = () => resolve(Object.assign(answer, { tookMs: Date.now() - answer.atMs }));
            http.get(`${this.cloud.endpoints.api}/call${query}`, { agent: this.agent }, (response) => {
                const header = (name) => response.headers[`x-breaker-${name}`] ?? '';
                response.on('error', ended).on('end', () => {
                    Object.assign(answer, { status: response.statusCode, answer: header('answer'), state: header('state'), environment: header('environment') });
                    ended();
                }).resume();
            }).on('error', ended);
        }).then((done) => { this.answers.push(done); return done; });
    }

    users(count, thinkMs) {
        Object.assign(this, { thinkMs, sinceMs: Date.now() });
        this.walking = true;
        const walk = async (index) => {
            await sleep((index * thinkMs) / count);
            while (this.walking) {
                await this.ask();
                await sleep(thinkMs);
            }
        };
        this.working = Array.from({ length: count }, (_, index) => walk(index));
    }

    async stopUsers() {
        this.walking = false;
        await Promise.all(this.working);
    }

    // Every environment has started, and its backend, and its connections: now it is healthy.
    async warm(environments) {
        await this.mode('slow', { ms: 300 });
        for (let round = 0; round < 20 && this.client.environments().length < environments; round++) {
            await Promise.all(Array.from({ length: environments }, () => this.ask()));
        }
        await this.mode('ok');
        await sleep(MODE_FRESH_MS);
        this.users(2, 50); /* a busy machine may have opened it meanwhile */
        await this.closed();
        await this.stopUsers();
        /* Who saw it open goes by that until its end, should the store be asked in vain. */
        if (this.latest()?.gen > 0) await sleep(Math.max(this.config.open_ms, this.config.probe_lease_ms));
    }

    // --- the world -------------------------------------------------------------------------

    async mode(mode, { ms, pct } = {}) {
        const n = (name, value) => (value === undefined ? {} : { [name]: { N: String(value) } });
        await this.cloud.store.direct('PutItem', {
            TableName: 'open-circuit-breakers', Item: { pk: { S: 'mode#backend' }, mode: { S: mode }, ...n('ms', ms), ...n('pct', pct) },
        });
    }

    // Of the clients' requests to the store, not the backend's.
    storeFault(fault) {
        this.cloud.store.faults.set({ ...fault, function: CLIENT });
    }

    async storeGone() {
        await close(this.cloud.store.server);
    }

    storeBack() {
        return Server.prototype.start.call(this.cloud.store, this.cloud.store.port);
    }

    async kill(which) {
        const killed = await this.client.kill(which);
        this.kills += killed.length;
        this.killed.push(...killed.map((environment) => ({ environment, atMs: Date.now() })));
        return killed;
    }

    // SIGKILL for the next environment that gets the probe, before it learns that it did.
    async killProber(withinMs) {
        const { store } = this.cloud;
        return new Promise((resolve) => {
            const watcher = async (pk, id) => {
                if (this.latest()?.st !== 'H' || this.latest().environment !== id) return;
                clearTimeout(timer);
                store.watchers.delete(watcher);
                resolve(await this.kill([id]));
            };
            const timer = setTimeout(() => { store.watchers.delete(watcher); resolve([]); }, withinMs);
            store.watchers.add(watcher);
        });
    }

    // --- looking ---------------------------------------------------------------------------

    latest() {
        return this.writes.reduce((last, one) => (last && last.v > one.v ? last : one), undefined);
    }

    state() {
        return this.latest()?.st ?? 'C';
    }

    // Waits for it. It must come within so long after the last trouble, and after now.
    async within(ms, what, words) {
        const began = Date.now();
        while (!what()) {
            const from = Math.max(began, this.lastTroubleMs());
            const calm = this.pending() ? 0 : Date.now() - from, lag = this.lagMs(from, Date.now());
            hold(calm <= ms + lag, words, `not within ${ms} ms, and ${lag} that the machine was late; the item is ${JSON.stringify(this.latest())}`);
            hold(Date.now() - began < EVER_MS, words, `not within a minute, and no ${ms} ms without trouble; the item is ${JSON.stringify(this.latest())}`);
            await sleep(10);
        }
        return Date.now();
    }

    // All who may say no have said yes since the last failure: a rest that has just begun, the
    // copies that say so, the jitter before the probe, a user who comes, the probe itself; and,
    // where a prober may die, its lease. How late this machine was comes on top: within().
    closedWithinMs({ leaseMs = 0, moreMs = 0 } = {}) {
        const c = this.config;
        return c.open_ms + c.cache_ms + c.probe_jitter_ms + this.thinkMs + leaseMs + moreMs + PROBE_MS;
    }

    closed(more) {
        return this.within(this.closedWithinMs(more), () => this.state() === 'C', 'recovery');
    }

    writeCount() {
        return this.cloud.store.counts.by_function[CLIENT]?.UpdateItem ?? 0;
    }

    readCount() {
        return this.cloud.store.counts.by_function[CLIENT]?.GetItem ?? 0;
    }

    async judge(more = {}) {
        const items = await this.cloud.store.items('open-circuit-breakers');
        const item = items.find((one) => one.pk.S === 'cb#backend');
        judge({ ...this, lagMs: (from, to) => this.lagMs(from, to), stored: item && writeOf(item), throttles: this.backend.counts.throttles, ...more });
    }
}

// Resident memory, page by page: VmRSS in /proc/PID/status is a sum that lags behind.
function rssKb(pid) {
    return Number(/^Rss:\s*(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]);
}

module.exports = { Fleet, CONFIG, rssKb };
