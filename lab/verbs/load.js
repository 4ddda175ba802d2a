// lab/lab load - plays the run of lab/scene.json against the real thing: its requests,
// evenly spaced, and its outage, by `lab/lab mode`.
//
// lab/lab sets LAB_URL and LAB_OUT. Writes a line for each request and each change of mode
// (at_ms counts from the start), and prints what users got.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const path = require('node:path');
const { execFile } = require('node:child_process');
const { parseArgs } = require('node:util');

const ROOT = path.join(__dirname, '../..');
const HELP = `lab/lab load [options]

  --rps N       requests a second (default: the scene's)
  --seconds N   for so long (default: the scene's)
  --steady      without the scene's outage
  --out FILE    a line for each request (default: ${process.env.LAB_OUT ?? 'build/lab/load-TARGET.csv'})
`;
const COLUMNS = ['kind', 'at_ms', 'took_ms', 'status', 'answer', 'state', 'environment', 'build'];

function readOptions() {
    const number = { type: 'string' };
    const { values } = parseArgs({ options: { rps: number, seconds: number, steady: { type: 'boolean' }, out: number, help: { type: 'boolean' } } });
    const scene = JSON.parse(fs.readFileSync(path.join(ROOT, 'lab/scene.json'), 'utf8'));
    const take = (name, fallback, max) => {
        const value = values[name] === undefined ? fallback : Number(values[name]);
        if (!Number.isInteger(value) || value < 1 || value > max) throw new Error(`--${name} must be a whole number from 1 to ${max}`);
        return value;
    };
    return {
        help: values.help, out: values.out ?? process.env.LAB_OUT, patienceMs: scene.load.patience_ms,
        rps: take('rps', scene.load.rps, 100), seconds: take('seconds', scene.run_ms / 1000, 3600),
        faults: values.steady ? [] : scene.faults,
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

// Resolves when the command has ended; its time of arrival is then, not when it began.
function setMode(mode) {
    return new Promise((resolve, reject) => {
        execFile('sh', [path.join(ROOT, 'lab/lab'), 'mode', mode], (error, _, words) => (
            error ? reject(new Error(words.trim() || error.message)) : resolve()));
    });
}

const sleepUntil = (atMs) => new Promise((resolve) => { setTimeout(resolve, Math.max(0, atMs - performance.now())); });

async function play({ rps, seconds, faults, patienceMs }) {
    const agents = { keepAlive: true };
    const agent = process.env.LAB_URL.startsWith('https:') ? new https.Agent(agents) : new http.Agent(agents);
    const start = performance.now();
    const now = () => Math.round(performance.now() - start);
    const rows = [];
    const turn = async (atMs, mode) => {
        await sleepUntil(start + atMs);
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
        const key = one.answer || (one.status ? `no breaker, status ${one.status}` : 'no answer');
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
    process.once('SIGINT', () => setMode('ok').finally(() => process.exit(130)));
    const rows = await play(options);
    const lines = [COLUMNS, ...rows.map((one) => COLUMNS.map((name) => one[name] ?? ''))].map((line) => line.join(','));
    fs.writeFileSync(options.out, `${lines.join('\n')}\n`);
    const good = summary(rows);
    console.log(`written: ${options.out}`);
    if (!good) throw new Error('no answer came from the breaker; `lab/lab logs` may say why');
}

main().catch((error) => {
    console.error(`lab: load: ${error.message}`);
    process.exit(1);
});
