// Faults, held against the twin: real clients, a real table, and what goes wrong in between.
// `make lab-faults-test` runs it; FAULTS=NAME runs those whose name begins so.
//
// Which call meets which fault is a matter of the machine's mood, so nothing here asks for
// a certain run: it asks for what must hold of every run (faults_rules.js) and for bounds
// whose parts are named.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { setTimeout: sleep } = require('node:timers/promises');
const { Fleet, CONFIG, rssKb } = require('./faults_rig');
const { hold } = require('./faults_rules');

const ENVIRONMENTS = 16;
const EVER_MS = 30000;
const THINK_MS = 400; /* at most forty calls a second, which two busy cores can do */
const only = process.env.FAULTS ?? '';
const fault = (name, run) => test(name, { skip: !name.startsWith(only) }, run);

// Enough failures in one window, however slow this machine is.
async function opens(fleet) {
    await fleet.within(EVER_MS, () => fleet.state() === 'O', 'trip');
}

// The backend is well again. The breaker closes, within the bound of faults_rig.js; when the
// copies that say otherwise are old, all that users get is fresh.
async function heals(fleet, mode, options, more) {
    await fleet.mode(mode, options);
    const healed = Date.now();
    await fleet.closed(more);
    const tookMs = Date.now() - healed;
    const settledMs = () => Math.max(fleet.lastTroubleMs(), fleet.latest().atMs) + CONFIG.cache_ms + CONFIG.timeout_ms;
    const late = () => fleet.answers.filter((one) => one.atMs > settledMs());
    await fleet.within(fleet.closedWithinMs(more) + 1000, () => fleet.state() === 'C' && Date.now() > settledMs() + 1000 && late().length > 0, 'recovery');
    hold(late().every((one) => one.answer === 'fresh'), 'recovery', JSON.stringify(late().find((one) => one.answer !== 'fresh')));
    return `closed ${tookMs} ms after it was healed, bound ${fleet.closedWithinMs(more)}`;
}

// --- nothing goes wrong -----------------------------------------------------------------------

// A call that failed because the machine was busy costs a write, rightly; then it is played
// again.
fault('healthy: no writes, and a read for each environment and cache_ms', async (t) => {
    const fleet = await Fleet.start(t, { environments: ENVIRONMENTS });
    await fleet.warm(ENVIRONMENTS);
    let from, attempts;
    for (let round = 0; round < 5; round++) {
        from = { atMs: Date.now(), answers: fleet.answers.length, attempts: fleet.attempts.length, reads: fleet.readCount(), writes: fleet.writeCount() };
        fleet.users(ENVIRONMENTS, THINK_MS);
        await sleep(3000);
        await fleet.stopUsers();
        attempts = fleet.attempts.slice(from.attempts);
        if (attempts.every((one) => one.good)) break;
    }
    assert.ok(attempts.every((one) => one.good), 'the backend failed five times, unasked: is the machine overloaded?');
    const ms = Date.now() - from.atMs;
    const calls = fleet.answers.length - from.answers;
    const reads = fleet.readCount() - from.reads;
    const writes = fleet.writeCount() - from.writes;
    assert.ok(calls > 40, `${calls} calls are too few to prove anything`);
    hold(writes === 0, 'healthy write', `${writes} writes in ${calls} calls, none of which failed`);
    const most = ENVIRONMENTS * (1 + ms / CONFIG.cache_ms);
    hold(reads <= most, 'reads', `${reads} in ${ms} ms, more than ${most}`);
    await fleet.judge();
    t.diagnostic(`${calls} calls, ${reads} reads, ${writes} writes`);
});

// --- the backend ------------------------------------------------------------------------------

for (const mode of ['hang', 'error']) {
    fault(`the backend, ${mode}: sixteen environments under load`, async (t) => {
        const fleet = await Fleet.start(t, { environments: ENVIRONMENTS, showOld: mode === 'hang' });
        await fleet.warm(ENVIRONMENTS);
        fleet.users(ENVIRONMENTS, THINK_MS);
        await sleep(500);
        await fleet.mode(mode);
        await opens(fleet);
        await sleep(2 * CONFIG.open_ms + CONFIG.timeout_ms);
        const words = await heals(fleet, 'slow', { ms: 40 });
        await fleet.stopUsers();
        const seen = new Set(fleet.answers.map((one) => one.environment)).size;
        assert.ok(seen >= ENVIRONMENTS, `${seen} environments answered`);
        await fleet.judge({ gapMs: THINK_MS });
        t.diagnostic(`${fleet.answers.length} calls, generation ${fleet.latest().gen}, ${words}`);
    });
}

// --- environments that die --------------------------------------------------------------------

fault('SIGKILL: at any moment', async (t) => {
    const fleet = await Fleet.start(t, { environments: ENVIRONMENTS });
    await fleet.warm(ENVIRONMENTS);
    fleet.users(ENVIRONMENTS, THINK_MS);
    await fleet.mode('error');
    const end = Date.now() + 5000;
    for (let gap = 10; Date.now() < end; gap = (gap * 7) % 97) { /* from 3 to 96 ms, no two alike in a row */
        await fleet.kill('any');
        await sleep(gap);
    }
    assert.ok(fleet.kills > 20, `${fleet.kills} kills`);
    const words = await heals(fleet, 'ok', {}, { leaseMs: CONFIG.probe_lease_ms });
    await fleet.stopUsers();
    await fleet.judge();
    t.diagnostic(`${fleet.kills} killed, generation ${fleet.latest().gen}, ${words}`);
});

fault('SIGKILL: every prober, before it knows', async (t) => {
    const fleet = await Fleet.start(t, { environments: ENVIRONMENTS });
    await fleet.warm(ENVIRONMENTS);
    fleet.users(ENVIRONMENTS, THINK_MS);
    await fleet.mode('error');
    await opens(fleet);
    await fleet.mode('ok');
    for (let round = 0; round < 3; round++) {
        const killed = await fleet.killProber(EVER_MS);
        assert.strictEqual(killed.length, 1, 'a probe was asked for, and its environment killed');
    }
    const words = await heals(fleet, 'ok', {}, { leaseMs: CONFIG.probe_lease_ms });
    await fleet.stopUsers();
    const takenOver = fleet.writes.filter((one, i) => one.st === 'H' && fleet.writes[i - 1]?.st === 'H').length;
    assert.ok(takenOver >= 3, `${takenOver} leases were taken over from the three that died`);
    await fleet.judge();
    t.diagnostic(`generation ${fleet.latest().gen}, ${words}`);
});

// --- the store --------------------------------------------------------------------------------

// One environment, one try a call, a breaker that never opens: then each failure is exactly one
// write, and how many were made is known. A lost answer must not make it two.
const SENT_ONCE = { attempts: 1, failures_to_open: 0, store_skip_ms: 0, shared_failures: 1000000, shared_window_ms: 500, timeout_ms: 1000, deadline_ms: 2000, store_timeout_ms: 150 };
const LOST = [['drop', 40, 60], ['hang', 20, 40], ['throttle', 40, 60], ['error', 40, 60]];

for (const [kind, pct, calls] of LOST) {
    fault(`the store, ${kind}: a failure is written once`, async (t) => {
        const fleet = await Fleet.start(t, { environments: 1, config: SENT_ONCE });
        await fleet.mode('error');
        for (let i = 0; i < calls; i++) {
            if (i === 5) fleet.storeFault({ kind, pct, op: 'UpdateItem' });
            await fleet.ask();
        }
        const { hit } = fleet.cloud.store.faults;
        assert.ok(hit > calls / 10, `${hit} of ${calls} writes were hit`);
        assert.strictEqual(fleet.attempts.length, calls);
        fleet.storeFault({ kind: 'ok' });
        await fleet.judge({ exactly: kind === 'drop' ? calls : calls - hit });
        t.diagnostic(`${calls} failures, ${hit} answers ${kind}, ${fleet.writes.length} writes made`);
    });
}

fault('the store, gone while the breaker is open: what is known stays open', async (t) => {
    const fleet = await Fleet.start(t, { environments: 4, config: { open_ms: 4000 } });
    await fleet.warm(4);
    fleet.users(4, 50);
    await fleet.mode('error');
    await opens(fleet);
    await sleep(2 * CONFIG.cache_ms); /* all have seen it */
    await fleet.storeGone();
    await sleep(2000);
    await fleet.storeBack();
    const refused = fleet.answers.filter((one) => one.answer === 'refused').length;
    assert.ok(refused > 50, `${refused} refusals are too few to prove anything`);
    await heals(fleet, 'ok', {}, { moreMs: CONFIG.store_skip_ms });
    await fleet.stopUsers();
    await fleet.judge();
});

// A slow store makes the races longer, so that many ask for one probe. Whoever closes it has read,
// lost or won, read again, and written.
const DELAY_MS = 150;

fault('the store, slow: sixteen want the probe at once', async (t) => {
    const fleet = await Fleet.start(t, { environments: ENVIRONMENTS, showOld: false });
    await fleet.warm(ENVIRONMENTS);
    fleet.users(ENVIRONMENTS, THINK_MS / 2);
    await fleet.mode('error');
    await opens(fleet);
    fleet.storeFault({ kind: 'delay', ms: DELAY_MS });
    const probes = () => fleet.writes.filter((one) => one.st === 'H').length;
    await fleet.within(EVER_MS, () => probes() >= 3, 'probes: three rests end');
    const lost = fleet.cloud.store.counts.condition_failed;
    assert.ok(lost >= 3, `${lost} lost a race`);
    const words = await heals(fleet, 'ok', {}, { moreMs: 4 * DELAY_MS });
    await fleet.stopUsers();
    await fleet.judge();
    t.diagnostic(`${lost} lost a race for ${probes()} probes, ${words}`);
});

const TROUBLE = [['hangs', { kind: 'hang' }], ['throttles', { kind: 'throttle' }], ['fails', { kind: 'error' }],
    ['is slow', { kind: 'delay', ms: 100 }], ['loses answers', { kind: 'drop', pct: 50 }]];

// For as long as no call fails, and each is played again in which one does: on a busy machine
// a healthy backend may be late.
async function spites(fleet, words, trouble) {
    fleet.storeFault(trouble);
    let from, answers;
    for (let round = 0; round < 5; round++) {
        from = { atMs: Date.now(), attempts: fleet.attempts.length };
        await sleep(1500);
        answers = fleet.answers.filter((one) => one.atMs >= from.atMs);
        if (fleet.attempts.slice(from.attempts).every((one) => one.good || one.tookMs === undefined)) break;
        await sleep(fleet.config.open_ms);
    }
    const wrong = answers.find((one) => one.answer !== 'fresh');
    hold(!wrong, 'store decides', `the store ${words}, the backend is well, and a user got ${JSON.stringify(wrong)}`);
    hold(answers.length > 0 && fleet.cloud.store.faults.hit > 0, 'wrong set-up', `the store ${words}, and nobody noticed`);
}

// A healthy backend is called whatever the store does; a sick one is spared all the same, by
// each environment alone; and when the store is back the fleet recovers as ever.
fault('the store, in trouble and back: with a healthy backend, then with a sick one', async (t) => {
    const fleet = await Fleet.start(t, { environments: ENVIRONMENTS });
    await fleet.warm(ENVIRONMENTS);
    fleet.users(ENVIRONMENTS, THINK_MS);
    for (const [words, trouble] of TROUBLE) await spites(fleet, words, trouble);
    fleet.storeFault({ kind: 'hang' });
    await fleet.mode('error');
    await sleep(3000);
    const spared = fleet.answers.filter((one) => one.atMs > Date.now() - 1000);
    hold(spared.some((one) => one.answer === 'refused'), 'local', 'no environment opened its own breaker');
    fleet.storeFault({ kind: 'ok' });
    await opens(fleet);
    const words = await heals(fleet, 'ok', {}, { moreMs: CONFIG.store_skip_ms });
    await fleet.stopUsers();
    await fleet.judge();
    t.diagnostic(`${fleet.answers.length} calls, generation ${fleet.latest().gen}, ${words}`);
});

// --- clocks -----------------------------------------------------------------------------------

fault('clocks: each environment has another, two seconds either way', async (t) => {
    const offsets = Array.from({ length: ENVIRONMENTS }, (_, i) => Math.round(((i * 7) % ENVIRONMENTS) * (4000 / (ENVIRONMENTS - 1)) - 2000));
    const fleet = await Fleet.start(t, { environments: ENVIRONMENTS, offsets });
    await fleet.warm(ENVIRONMENTS);
    fleet.users(ENVIRONMENTS, THINK_MS);
    await fleet.mode('error');
    await opens(fleet);
    await sleep(3 * CONFIG.open_ms);
    /* An end that lies too far ahead is cut to one open_ms since it was first seen: shared.h. */
    const words = await heals(fleet, 'ok', {}, { leaseMs: CONFIG.probe_lease_ms, moreMs: CONFIG.open_ms });
    await fleet.stopUsers();
    await fleet.judge();
    t.diagnostic(`clocks ${fleet.skewMs} ms apart, generation ${fleet.latest().gen}, ${words}`);
});

// --- a client that crashes --------------------------------------------------------------------

// LAB_CRASHING is a client whose handler follows a NULL pointer for ?shard=crash.
fault('a handler that crashes: one 500, and the next call works', async (t) => {
    const bin = process.env.LAB_CRASHING;
    assert.ok(bin, 'LAB_CRASHING must name the folder with the crashing client');
    const fleet = await Fleet.start(t, { environments: 1, bin });
    await fleet.ask();
    const before = fleet.client.environments()[0].child.pid;
    const crash = await fleet.ask('?shard=crash');
    assert.deepStrictEqual([crash.status, crash.answer], [500, ''], 'API Gateway explains nothing');
    fleet.kills++; /* by itself */
    const { payload, functionError } = await fleet.client.invoke(Buffer.from(JSON.stringify({
        version: '2.0', rawPath: '/call', requestContext: { http: { method: 'GET' } }, queryStringParameters: { shard: 'crash' }, isBase64Encoded: false,
    })));
    assert.deepStrictEqual([functionError, JSON.parse(payload).errorType], ['Unhandled', 'Runtime.ExitError']);
    assert.match(JSON.parse(payload).errorMessage, /signal: segmentation fault/);
    const next = await fleet.ask();
    assert.strictEqual(next.answer, 'fresh');
    assert.notStrictEqual(fleet.client.environments()[0].child.pid, before, 'in another process');
    assert.throws(() => process.kill(before, 0), { code: 'ESRCH' }, 'the first one is gone');
    await fleet.judge();
});

// --- memory -----------------------------------------------------------------------------------

/* The allocator and the libraries touch pages late, in steps: of the reference 70 to 150 kB after
 * the first thousand events, and then no more, in 30,000. */
const RSS_SLACK_KB = 240;

// Good calls and failing ones, refusals, paths and shards, bodies up to 32 kB, events that are
// none: all that an environment meets in its life, many thousand times. Twenty bytes kept of
// every second event are 16 kB in a thousand.
function anEvent(i) {
    if (i % 50 === 0) return 'not an object';
    const body = i % 7 === 0 ? { body: 'x'.repeat((i * 131) % 32768), isBase64Encoded: false } : {};
    return {
        version: '2.0', rawPath: `/call/${i % 9}`, requestContext: { http: { method: 'GET' } }, headers: { 'x-n': String(i) },
        queryStringParameters: { shard: `s${i % 5}` }, isBase64Encoded: false, ...body,
    };
}

const EVENTS = Number(process.env.LAB_EVENTS ?? 15000);

fault(`memory: ${EVENTS} events in one environment`, async (t) => {
    const fleet = await Fleet.start(t, { environments: 1, config: { open_ms: 300, probe_lease_ms: 900, stale_max_ms: 600000 } });
    const rss = [];
    for (let i = 1; i <= EVENTS; i++) {
        if (i % 500 === 0) await fleet.mode((i / 500) % 4 === 1 ? 'error' : 'ok');
        const { functionError, payload } = await fleet.client.invoke(Buffer.from(JSON.stringify(anEvent(i))));
        assert.strictEqual(functionError, undefined, `event ${i}: ${payload}`);
        while (!fleet.client.idle.length) await sleep(1); /* a slow one would not be used again */
        if (i % 1000 === 0) rss.push(rssKb(fleet.client.environments()[0].child.pid));
    }
    assert.strictEqual(fleet.client.counts.cold_starts, 1, 'one process handled them all');
    const words = `${rss.join(', ')} kB after each thousand events`;
    hold(rss.at(-1) <= rss[0] + RSS_SLACK_KB, 'memory', words);
    assert.ok(fleet.latest().gen >= 4, 'it has been open and closed meanwhile');
    await fleet.judge();
    t.diagnostic(words);
});
