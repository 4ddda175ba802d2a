// lab/lab load - plays the run of lab/scene.json against the real thing: its requests,
// evenly spaced, and its outage, by `lab/lab mode`.
//
// lab/lab sets LAB_URL and LAB_OUT. Records each request, each change of mode, and what the
// client logged meanwhile (record.js has the columns), and prints what users got.
// LAB_SCENE is another scene than the lab's.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const path = require('node:path');
const { execFile } = require('node:child_process');
const { parseArgs } = require('node:util');
const { writeRecording, fromLog } = require('./record');

const ROOT = path.join(__dirname, '../..');
const HELP = `lab/lab load [options]

  --rps N       requests a second (default: the scene's)
  --seconds N   for so long (default: the scene's)
  --steady      without the scene's outage, and without warming up
  --warm N      wait so many seconds at most until all is well, before it begins (40)
  --out FILE    where the recording goes (default: ${process.env.LAB_OUT ?? 'build/lab/load-TARGET.csv'})
`;
const LOG_WAIT_MS = process.env.TARGET === 'aws' ? 120000 : 5000;
const WARM_IN_A_ROW = 5;
const CLOCK_MS = 1000;
const SCENE = process.env.LAB_SCENE || path.join(ROOT, 'lab/scene.json');

class Usage extends Error {}

function parsed(options) {
    try {
        return parseArgs({ options }).values;
    } catch (error) {
        throw new Usage(error.message);
    }
}

function readOptions() {
    const number = { type: 'string' };
    const values = parsed({ rps: number, seconds: number, steady: { type: 'boolean' }, warm: number, out: number, help: { type: 'boolean' } });
    const scene = JSON.parse(fs.readFileSync(SCENE, 'utf8'));
    const take = (name, fallback, max) => {
        const value = values[name] === undefined ? fallback : Number(values[name]);
        if (!Number.isInteger(value) || value < 1 || value > max) throw new Usage(`--${name} must be a whole number from 1 to ${max}`);
        return value;
    };
    return {
        help: values.help, scene: scene.name, out: values.out ?? process.env.LAB_OUT, patienceMs: scene.load.patience_ms,
        warmS: take('warm', 40, 600),
        rps: take('rps', scene.load.rps, 100), seconds: take('seconds', scene.run_ms / 1000, 3600),
        steady: values.steady, faults: values.steady ? [] : scene.faults,
    };
}

// One request; never rejects. Status 0: no answer in time, or no connection.
function call(url, patienceMs, agent) {
    return new Promise((resolve) => {
        const none = () => resolve({ status: 0, headers: {} });
        const request = (url.startsWith('https:') ? https : http).get(url, { agent }, (response) => {
            response.on('error', none).on('end', () => resolve({ status: response.statusCode, headers: response.headers })).resume();
        });
        const timer = setTimeout(() => request.destroy(new Error('too late')), patienceMs);
        request.on('error', none).on('close', () => clearTimeout(timer));
    });
}

function row(atMs, tookMs, { status, headers }) {
    const header = (name) => String(headers[`x-breaker-${name}`] ?? '').replace(/[^\w.-]/g, '_');
    return { kind: 'request', at_ms: atMs, took_ms: tookMs, status, answer: header('answer'), state: header('state'),
        environment: header('environment'), build: header('build') };
}

let faulty = false; /* the backend is in a mode that this run has set */
let playing = false; /* and the recording is not written yet */

// Resolves when the command has ended; its time of arrival is then, not when it began.
function setMode(mode) {
    return new Promise((resolve, reject) => {
        execFile('sh', [path.join(ROOT, 'lab/lab'), 'mode', mode], (error, _, words) => (
            error ? reject(new Error(words.trim() || error.message)) : resolve()));
    });
}

// What the client logged of this run. CloudWatch brings lines late; a request whose answer
// came from the breaker has one.
async function clientLog(epochMs, wanted) {
    const until = performance.now() + LOG_WAIT_MS;
    for (;;) {
        const rows = fromLog(await logText(epochMs), epochMs);
        const calls = rows.filter((one) => one.kind === 'call').length;
        if (calls >= wanted) return rows;
        if (performance.now() > until) {
            console.log(`the log tells of ${calls} requests of ${wanted}; what is missing is missing in lab/lab plot`);
            return rows;
        }
        await new Promise((resolve) => { setTimeout(resolve, 1000); });
    }
}

function logText(epochMs) {
    const env = { ...process.env, LAB_SINCE_MS: String(epochMs) };
    return new Promise((resolve, reject) => {
        execFile('sh', [path.join(ROOT, 'lab/lab'), 'logs', 'client'], { env, maxBuffer: 2 ** 28 }, (error, text, words) => (
            error ? reject(new Error(`the client's log: ${words.trim() || error.message}`)) : resolve(text)));
    });
}

const sleepUntil = (atMs) => new Promise((resolve) => { setTimeout(resolve, Math.max(0, atMs - performance.now())); });

// The log's times are Lambda's, the recording's this machine's: two clocks that disagree would
// shift one against the other, and nobody would see it. A `date` has whole seconds.
function sameClock(date, askedMs) {
    const serverMs = Date.parse(date ?? '');
    const offMs = Math.max(askedMs - 1000 - serverMs, serverMs - Date.now());
    if (!(offMs > CLOCK_MS)) return;
    throw new Error(`this machine's clock and the server's differ by ${Math.round(offMs / 1000)} s or more. Set it, or all that the log tells is drawn at the wrong second`);
}

// One request after the other until some in a row were fresh, so that the run begins with a
// warm client and a closed breaker. Ten cold starts at once would take all environments
// that a new account has, and leave none for the backend.
async function warm({ warmS, patienceMs }) {
    const until = performance.now() + 1000 * warmS;
    for (let good = 0, asked = 0; good < WARM_IN_A_ROW;) {
        const askedMs = Date.now();
        const { status, headers } = await call(process.env.LAB_URL, patienceMs);
        asked++;
        sameClock(headers.date, askedMs);
        good = headers['x-breaker-answer'] === 'fresh' && headers['x-breaker-state'] === 'closed' ? good + 1 : 0;
        if (performance.now() > until) {
            throw new Error(`the run begins when all is well, and after ${asked} requests it is not: status ${status}, answer ${headers['x-breaker-answer'] ?? 'not from the breaker'}, `
                + `breaker ${headers['x-breaker-state'] ?? 'unknown'}. Perhaps: lab/lab mode ok; lab/lab logs`);
        }
        await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    console.log('warm: the breaker is closed, the backend answers');
}

async function play({ rps, seconds, faults, patienceMs }) {
    const agents = { keepAlive: true };
    const agent = process.env.LAB_URL.startsWith('https:') ? new https.Agent(agents) : new http.Agent(agents);
    const start = performance.now();
    const now = () => Math.round(performance.now() - start);
    const rows = [];
    const turn = async (atMs, mode) => {
        await sleepUntil(start + atMs);
        faulty = mode !== 'ok';
        await setMode(mode);
        rows.push({ kind: 'mode', at_ms: now(), answer: mode });
        console.log(`${String(Math.round(now() / 1000)).padStart(4)} s  the backend's mode is ${mode}`);
    };
    const ask = async (index) => {
        await sleepUntil(start + (index * 1000) / rps);
        const at = now();
        const answer = await call(process.env.LAB_URL, patienceMs, agent);
        rows.push(row(at, now() - at, answer));
    };
    const within = faults.filter((one) => one.from_ms < seconds * 1000);
    const turns = within.flatMap((one) => [turn(one.from_ms, one.kind), turn(Math.min(one.to_ms, seconds * 1000), 'ok')]);
    const asked = Array.from({ length: rps * seconds }, (_, index) => ask(index));
    try {
        await Promise.all([...asked, ...turns]);
    } finally {
        agent.destroy();
    }
    return rows.sort((a, b) => a.at_ms - b.at_ms);
}

function summary(rows) {
    const requests = rows.filter((one) => one.kind === 'request');
    const counts = {};
    for (const one of requests) {
        const key = one.answer || (one.status ? `past the breaker with ${one.status}` : 'without an answer');
        counts[key] = (counts[key] ?? 0) + 1;
    }
    const took = requests.map((one) => one.took_ms).sort((a, b) => a - b);
    const at = (pct) => took[Math.min(took.length - 1, Math.floor((took.length * pct) / 100))];
    console.log(`${requests.length} requests: ${Object.entries(counts).map(([key, count]) => `${count} ${key}`).join(', ')}`);
    console.log(`half within ${at(50)} ms, 99 of 100 within ${at(99)} ms`);
    console.log(`environments seen: ${new Set(requests.map((one) => one.environment).filter(Boolean)).size}`);
    return requests.some((one) => one.answer !== '');
}

async function main() {
    const options = readOptions();
    if (options.help) return process.stdout.write(HELP);
    /* Whoever stops the run must not be left with a backend that hangs. */
    for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
        process.once(signal, () => mend().finally(() => process.exit(status)));
    }
    if (!options.steady) await warm(options);
    const epochMs = Date.now();
    playing = true;
    const rows = await play(options);
    const run = { kind: 'run', at_ms: 0, epoch_ms: epochMs, scene: options.scene, rps: options.rps, seconds: options.seconds };
    const told = await clientLog(epochMs, rows.filter((one) => one.answer && one.kind === 'request').length);
    writeRecording(options.out, [run, ...[...rows, ...told].sort((a, b) => a.at_ms - b.at_ms)]);
    playing = false;
    const good = summary(rows);
    console.log(`written: ${options.out}`);
    if (!good) throw new Error('no answer came from the breaker; `lab/lab logs` may say why');
}

async function mend() {
    if (!faulty) return;
    faulty = false;
    await setMode('ok').catch((error) => console.error(`lab: load: the backend may still be broken; \`lab/lab mode ok\` mends it: ${error.message}`));
}

main().catch(async (error) => {
    await mend();
    console.error(`lab: load: ${error.message.replace(/^lab: /, '')}${error instanceof Usage ? '; lab/lab load --help says what there is' : ''}`);
    if (playing) console.error('Nothing was recorded of this run; what lies in build/lab is of an earlier one.');
    process.exit(error instanceof Usage ? 2 : 1);
});
