// The table of lab/FIGURES.md, measured: what the client of `make lambda` weighs, what a call
// of it costs, and what the breaker asks of its store, beside a breaker that reads and writes
// its item with every call. Prints the page; `make lab-figures` calls it, with
//
//     LAB_ZIPS   the folder of client.zip and backend.zip
//     STORM      the simulator, with the same client in it
//     MEASURED   what lab/package/measure.sh has printed
//     LAB_WALK   store_walk.c, which times a read and a write
//     FIGURES    a folder for scenes
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFile, execFileSync } = require('node:child_process');
const { promisify } = require('node:util');
const { setTimeout: sleep } = require('node:timers/promises');
const { Fleet, rssKb } = require('./faults_rig');

const { LAB_ZIPS: zips, STORM: storm, MEASURED: measured, LAB_WALK: walk, FIGURES: folder } = process.env;
const ROOT = path.join(__dirname, '../..');
const SCENE = JSON.parse(fs.readFileSync(path.join(ROOT, 'lab/scene.json'), 'utf8'));
const CALLS = 2000;
const NEVER = 1000000; /* failures: a breaker that stays closed */
const MINUTES = 10;
const RATES = [10, 200];
const PHASES = { healthy: 0, failing: 5, open: 100 }; /* so many of a hundred answers are errors */

const loadBefore = os.loadavg()[0].toFixed(2);
const group = (n) => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

// --- the package, from the table of measure.sh ------------------------------------------------

function rowOf(name) {
    const row = fs.readFileSync(measured, 'utf8').split('\n').find((line) => line.startsWith(`${name} `));
    assert.ok(row, `measure.sh printed no line for ${name}`);
    const [, bytes, median, least, cpu, tlsMedian, tlsLeast, tlsCpu, rss] = row.trim().split(/\s+/).map(Number);
    return { bytes, median, least, cpu, tlsMedian, tlsLeast, tlsCpu, rss };
}

// --- a warm call, on the twin -----------------------------------------------------------------

const EVENT = Buffer.from(JSON.stringify({
    version: '2.0', routeKey: 'GET /call', rawPath: '/call', rawQueryString: '', headers: { host: 'localhost' },
    requestContext: { http: { method: 'GET', path: '/call' } }, isBase64Encoded: false,
}));

const cpuNs = (pid) => Number(fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]);

async function calls(pool, event, count) {
    const took = [];
    for (let i = 0; i < count; i++) {
        const began = performance.now();
        const { functionError, payload } = await pool.invoke(event);
        took.push(performance.now() - began);
        assert.strictEqual(functionError, undefined, String(payload));
        while (!pool.idle.length) await sleep(1);
    }
    return median(took);
}

// Processor time of one environment's process for a call, and how much longer a call takes than
// the backend alone.
async function warm(t, phase) {
    const config = { ...SCENE.clients.lab, ...(phase === 'open' ? { open_ms: 600000 } : { shared_failures: NEVER, failures_to_open: 0 }), attempts: 1, stale_max_ms: 0 };
    const fleet = await Fleet.start(t, { environments: 1, config, zips });
    const alone = await calls(fleet.backend, Buffer.from('{"path":"/call","shard":"","within_ms":800}'), 300);
    if (phase !== 'healthy') await fleet.mode('error');
    await sleep(1100);
    await calls(fleet.client, EVENT, 200);
    const heard = fleet.attempts.length;
    const [{ child: { pid } }] = fleet.client.environments();
    const before = cpuNs(pid);
    const wall = await calls(fleet.client, EVENT, CALLS);
    assert.strictEqual(fleet.client.counts.cold_starts, 1);
    assert.strictEqual(fleet.attempts.length - heard, phase === 'open' ? 0 : CALLS, `${phase}: calls to the backend`);
    const cpuUs = (cpuNs(pid) - before) / 1000 / CALLS;
    return { phase, cpuUs, wallMs: wall, moreMs: phase === 'open' ? wall : wall - alone, rss: rssKb(pid) };
}

// What two requests cost in turn, in ms: the least that a breaker adds to each call that reads
// its item before and writes it after.
async function bothWays(t) {
    const { cloud } = await Fleet.start(t, { environments: 1, zips });
    const key = cloud.account.assume({ name: 'walk', statements: null });
    const env = {
        AWS_REGION: key.region, AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret, AWS_SESSION_TOKEN: key.token,
        AWS_ENDPOINT_URL_DYNAMODB: cloud.endpoints.dynamodb, AWS_ENDPOINT_URL_LAMBDA: cloud.endpoints.lambda,
    };
    const { stdout } = await promisify(execFile)(walk, [cloud.tables()[0], 'nobody', String(CALLS)], { env });
    return Number(/^a read and a write: (\d+) us$/m.exec(stdout)[1]) / 1000;
}

// --- the store, in the simulator --------------------------------------------------------------

const { lab: ours } = SCENE.clients;

function sceneOf(phase, rps) {
    const { deadline_ms, timeout_ms, attempts, backoff_ms, store_timeout_ms, open_ms } = ours;
    const never = phase === 'open' ? {} : { failures_to_open: NEVER };
    return {
        name: `figures-${phase}-${rps}`, about: 'For lab/FIGURES.md.', run_ms: MINUTES * 60000,
        load: { ...SCENE.load, rps }, backend: SCENE.backend, fleet: { ...SCENE.fleet, limit: 40 },
        gateway: { ...SCENE.gateway, rps: 10 * rps, burst: 10 * rps }, store: {},
        faults: PHASES[phase] ? [{ kind: 'errors', from_ms: 0, to_ms: MINUTES * 60000, pct: PHASES[phase] }] : [],
        clients: {
            ours: { ...ours, stale_max_ms: 0, ...never, ...(phase === 'open' ? {} : { shared_failures: NEVER }) },
            rmw: { protocol: 'rmw', deadline_ms, timeout_ms, attempts, backoff_ms, store_timeout_ms, open_ms, open_max_ms: open_ms, ...never },
        },
    };
}

function priceOf(name) {
    const text = fs.readFileSync(path.join(ROOT, 'sim/prices.c'), 'utf8');
    return Number(new RegExp(`prices_x86 = {[^}]*\\.${name} = (\\d+)`, 's').exec(text)[1]) / 1e6;
}

function store(phase, rps, client) {
    const scene = sceneOf(phase, rps);
    const file = path.join(folder, `${scene.name}.json`);
    const out = path.join(folder, `${scene.name}-${client}.facts.json`);
    fs.writeFileSync(file, JSON.stringify(scene, null, 2));
    execFileSync(storm, ['run', file, '--client', client, '--quiet', '--json', out], { stdio: ['ignore', 'ignore', 'inherit'] });
    const { facts } = JSON.parse(fs.readFileSync(out, 'utf8'));
    assert.ok(phase === 'open' ? facts.trips > 0 : facts.trips === 0, `${scene.name}, ${client}: it opened ${facts.trips} times`);
    const million = 1e6 / facts.offered;
    const reads = facts.store_reads * million;
    const writes = facts.store_writes * million;
    return { reads, writes, storeUsd: (reads * priceOf('eventual_read') + writes * priceOf('write')) / 1e6, allUsd: facts.dollars_micro_per_million / 1e6, attempts: facts.attempts * million };
}

// --- the page ---------------------------------------------------------------------------------

function machine() {
    const [cpu] = os.cpus();
    return `${os.cpus().length} x ${cpu.model.trim()}, ${os.type()} ${os.release()}, ${new Date().toISOString().slice(0, 10)}`;
}

// The store's rows at this rate, as { healthy: [ours, theirs], .. }.
const storesAt = (rps) => Object.fromEntries(Object.keys(PHASES).map((phase) => [phase, ['ours', 'rmw'].map((client) => store(phase, rps, client))]));

const storeRow = ([phase, rps], [a, b]) => {
    const cells = (one) => `${group(one.reads)} | ${group(one.writes)} | ${one.storeUsd.toFixed(3)} | ${one.allUsd.toFixed(2)}`;
    return `| ${phase}, ${rps} a second | ${cells(a)} | ${cells(b)} |`;
};

function atOnce(small, warmed, both, stores) {
    const more = (phase) => warmed.find((one) => one.phase === phase).moreMs;
    const requests = (one) => `${group(one.reads)} and ${group(one.writes)}`;
    const row = (what, ours, theirs) => `| ${what} | ${ours} | ${theirs} |`;
    return [
        row('client.zip, bytes', group(small.bytes), '-'),
        row('from exec to the first GET next, ms', small.median.toFixed(2), '-'),
        row('memory then, kB', group(small.rss), '-'),
        row('a warm call, longer than the backend alone, ms', more('healthy').toFixed(2), `${both.toFixed(2)} more than that`),
        ...Object.entries(stores).map(([phase, [a, b]]) => row(`reads and writes for a million calls, ${phase}`, requests(a), requests(b))),
        ...Object.entries(stores).map(([phase, [a, b]]) => row(`the store's bill for them, ${phase}, $`, a.storeUsd.toFixed(3), b.storeUsd.toFixed(3))),
    ].join('\n');
}

function page(small, large, warmed, both) {
    const stores = Object.fromEntries(RATES.map((rps) => [rps, storesAt(rps)]));
    return `# Figures

What the lab's client weighs and costs. A program measured all of it: \`make lab-figures\` prints
this page anew, \`make lab-figures-write\` writes it. Nothing here was measured on AWS.

Machine: ${machine()}; load ${loadBefore} when it began. On a busy one times grow; sizes and requests do not.

## In one table

Ours, as \`make lambda\` packs it, and the pattern that circuitbreaker-lambda has published: its item is
read before each call and written after. ${RATES.at(-1)} calls a second; what the lines mean, and how they
were had, stands below.

| | ours | the published pattern |
| --- | --- | --- |
${atOnce(small, warmed, both, stores[RATES.at(-1)])}

A "-" stands where there is nothing to compare: the published library is one for Node, has no
bootstrap of its own, and was not run here. What its pattern adds to each call is the time of a read and a
write in turn, by our own requests to the twin, on loopback and without TLS.

## The package

The reference client, \`solutions/17-behind-a-door\`, as \`make lambda\` packs it; \`make
lab-measure\` says what is measured how. Starts are medians, from exec to the first GET next.

| | mbedTLS, the default | OpenSSL |
| --- | --- | --- |
| client.zip, bytes | ${group(small.bytes)} | ${group(large.bytes)} |
| start, ms | ${small.median.toFixed(2)} | ${large.median.toFixed(2)} |
| the fastest, ms | ${small.least.toFixed(2)} | ${large.least.toFixed(2)} |
| processor time, ms | ${small.cpu.toFixed(2)} | ${large.cpu.toFixed(2)} |
| start with both connections opened, over TLS, ms | ${small.tlsMedian.toFixed(2)} | ${large.tlsMedian.toFixed(2)} |
| memory then, kB | ${group(small.rss)} | ${group(large.rss)} |

A static program that does nothing but ask starts in ${rowOf('floor-mbedtls').median.toFixed(2)} ms with musl, the first column's
C library, and in ${rowOf('floor-openssl').median.toFixed(2)} ms with glibc, the second's.

## A warm call

One environment on the local twin, the mbedTLS package, ${group(CALLS)} calls one after another,
one try each. There is no TLS on the way: the twin listens on loopback. Processor time is that of
the client's process, its answer and log line included. What a call takes longer than the
backend alone is mostly the twin's doing, in JavaScript, and so an upper bound.

| | processor time, us a call | longer than the backend alone, ms | memory, kB |
| --- | --- | --- | --- |
${warmed.map((one) => `| ${one.phase} | ${group(one.cpuUs)} | ${one.moreMs.toFixed(2)} | ${group(one.rss)} |`).join('\n')}

In "open" nobody asks the backend: that is the whole call.

## The store

For a million calls: requests to DynamoDB, what they cost, and the whole bill of the client
(gateway, Lambda, store), in dollars. These are the simulator's: ${MINUTES} minutes, seed 1, the knobs of
\`lab/scene.json\`, list prices of \`sim/prices.c\`, second hand; reads are taken as eventual ones.
Beside it is the simulator's \`rmw\` (\`sim/rivals.h\`), a model of the published pattern of
circuitbreaker-lambda 1.0, which reads its item before each call and writes it after; the library
itself was not run here, and its package, start and memory are not compared.

| | ours: reads | writes | store, $ | all, $ | rmw: reads | writes | store, $ | all, $ |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${Object.keys(PHASES).flatMap((phase) => RATES.map((rps) => storeRow([phase, rps], stores[rps][phase]))).join('\n')}

- healthy: no call fails.
- failing: ${PHASES.failing} of a hundred answers are errors, and both breakers are set never to open, so that what
  a failure costs is seen.
- open: every answer is an error from the first moment; both rest ${ours.open_ms / 1000} seconds between probes.

Our reads follow the clock (each environment reads once in ${group(ours.cache_ms)} ms at most), so a busy fleet
has fewer for a million calls; theirs follow the calls.
`;
}

test('figures', async (t) => {
    const warmed = [];
    for (const phase of Object.keys(PHASES)) {
        await t.test(phase, async (inner) => { warmed.push(await warm(inner, phase)); });
    }
    let both;
    await t.test('a read and a write', async (inner) => { both = await bothWays(inner); });
    fs.writeFileSync(path.join(folder, 'FIGURES.md'), page(rowOf('mbedtls'), rowOf('openssl'), warmed, both));
});
