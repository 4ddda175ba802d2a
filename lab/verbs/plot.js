// lab/lab plot - the second half: the measured run over the predicted one.
//
//     node plot.js SCENE RECORDING PREDICTED.csv PREDICTED.json OUT
//
// Writes OUT.csv (the recording in storm's columns), OUT.gp (a program for gnuplot, which
// draws OUT.svg and OUT.png), and prints what must hold, once for each of the two.
// Exit status 1: something does not hold of the measured run; 2: it cannot be compared.
'use strict';

const fs = require('node:fs');
const { readRecording, readStormCsv, writeStormCsv, sum } = require('./record');
const { script } = require('./plot_picture');

// The world is not the simulator: what may be different, and why. Of every fact the
// measured run may miss the scene's limit by this much and no more.
const slack = (scene) => {
    const look = 1000; /* the backend looks for its mode once a second */
    const bucket = scene.bucket_ms ?? 1000; /* the fault ends inside one */
    return {
        before_fresh_pct: [2, 'a cold start may cost one'],
        end_fresh_pct: [1, 'one in a hundred'],
        opened_after_ms: [look, 'the backend looks for its mode once a second'],
        recovered_ms: [look + bucket, 'the same, and the fault ends within a second'],
        fault_attempts: [(scene.load.rps * look) / 1000, 'good calls until the backend looks'],
        calls_to_open: [(scene.load.rps * look) / 1000, 'good calls until the backend looks'],
    };
};

// --- two facts more, of the buckets alone, so that both runs are asked in the same words ----

function ofBuckets(list, scene, client) {
    const width = scene.bucket_ms ?? 1000;
    const fault = list.findIndex((one) => one.fault === 1);
    const open = list.findIndex((one, i) => i >= fault && one.item === 'O');
    const rest = Math.max(1, Math.floor(client.open_ms / width));
    const windows = list.map((_, i) => sum(list.slice(i, i + rest), (one) => one.probes));
    return {
        calls_to_open: fault < 0 || open < 0 ? -1 : sum(list.slice(fault, open + 1), (one) => one.attempts),
        probes_per_rest: Math.max(...windows),
    };
}

function rules(scene, client) {
    const all = client.attempts * scene.fleet.limit;
    return [
        ...scene.expect,
        { fact: 'calls_to_open', min: 1, max: all, why: `${client.attempts} tries in each of ${scene.fleet.limit} environments, under way at once` },
        { fact: 'probes_per_rest', max: 1, why: `of all environments together, in any ${client.open_ms / 1000} s` },
    ];
}

const within = (value, { min = -Infinity, max = Infinity }, by = 0) => value >= min - (min > 0 ? by : 0) && value <= max + by;

const limits = ({ min, max }) => (min === undefined ? `at most ${max}` : max === undefined ? `at least ${min}` : min === max ? `${min}` : `${min} to ${max}`);

function judge(scene, client, predicted, measured) {
    const may = slack(scene);
    return rules(scene, client).map((rule) => {
        const [by = 0, cause = ''] = may[rule.fact] ?? [];
        return {
            ...rule, by, cause, predicted: predicted[rule.fact], measured: measured[rule.fact],
            predictedHolds: within(predicted[rule.fact], rule), measuredHolds: within(measured[rule.fact], rule, by),
        };
    });
}

function table(lines) {
    const word = (holds) => (holds ? '     ' : ' NOT ');
    const out = ['                      allowed           predicted      measured    and why'];
    for (const one of lines) {
        out.push(`${one.fact.padEnd(20)}  ${limits(one).padEnd(14)} ${String(one.predicted).padStart(10)}${word(one.predictedHolds)}${String(one.measured).padStart(9)}${word(one.measuredHolds)} `
            + ` ${one.why ?? ''}`.trimEnd());
    }
    const given = lines.filter((one) => one.by && !within(one.measured, one) && one.measuredHolds);
    for (const one of given) out.push(`${one.fact} measured holds with ${one.by} more: ${one.cause}`);
    for (const one of lines.filter((line) => !line.measuredHolds)) {
        out.push(`${one.fact} does NOT hold: measured ${one.measured}, allowed ${limits(one)}${one.by ? `, give or take ${one.by}` : ''}`);
    }
    return out.join('\n');
}

// What the scene sets no limit to: here the two may differ, and task 9 asks why.
function also(scene, predicted, measured, facts, recording) {
    const total = (list, name) => sum(list, (one) => one[name]);
    const counts = ['offered', 'fresh', 'stale', 'refused', 'failed', 'no_room', 'attempts'].map((name) => (
        { fact: name, predicted: total(predicted, name), measured: total(measured, name), why: ALSO[name] }));
    return [...counts, { fact: 'environments', predicted: facts.cold_starts, measured: recording.environments(), why: 'of the client, that answered' }];
}

const ALSO = {
    offered: 'requests', fresh: 'answered by the backend', stale: 'answered by a fallback', refused: 'turned away at once',
    failed: 'an error, or none in time', no_room: 'found no environment free', attempts: 'calls to the backend',
};

function secondTable(lines) {
    return ['', 'without a limit                        predicted      measured', ...lines.map((one) => (
        `${one.fact.padEnd(20)}  ${''.padEnd(14)} ${String(one.predicted).padStart(10)}     ${String(one.measured).padStart(9)}       ${one.why}`))].join('\n');
}

// A prediction for another client than the one that ran would be held against it.
function sameClient(builds) {
    const { BUILD_ID: mine, WHO: who } = process.env;
    if (!mine || !builds.length || builds.includes(mine)) return;
    throw new Error(`the run was of build ${builds.join(', ')}, and ${who} is ${mine}: another client. `
        + 'Say whose it was, such as WHO=solutions/17-behind-a-door, or run lab/lab load again with yours');
}

function main([sceneFile, recordingFile, csv, json, out]) {
    const scene = JSON.parse(fs.readFileSync(sceneFile, 'utf8'));
    const client = Object.values(scene.clients).at(-1);
    const recording = readRecording(recordingFile, scene);
    sameClient(recording.builds());
    const measured = recording.buckets();
    const predicted = readStormCsv(csv);
    writeStormCsv(`${out}.csv`, measured, csv);
    fs.writeFileSync(`${out}.gp`, script(predicted, measured, scene, out));
    const played = JSON.parse(fs.readFileSync(json, 'utf8')).facts;
    const facts = (list, others) => ({ ...others, ...ofBuckets(list, scene, client) });
    const lines = judge(scene, client, facts(predicted, played), facts(measured, recording.facts(measured)));
    const rest = also(scene, predicted, measured, played, recording);
    console.log(table(lines));
    console.log(secondTable(rest));
    fs.writeFileSync(`${out}.json`, `${JSON.stringify({ rules: lines, also: rest, builds: recording.builds() }, null, 1)}\n`);
    return lines.every((one) => one.measuredHolds && one.predictedHolds) ? 0 : 1;
}

try {
    process.exitCode = main(process.argv.slice(2));
} catch (error) {
    console.error(`lab: plot: ${error.message}`);
    process.exitCode = 2;
}
