// Task 1: what is needed is here, and you have said what you expect before you saw it.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const ASKED = ['calls_to_open', 'probes', 'recovered_ms'];
const WORDS = 6;

// "name: number" lines, and "because: a sentence".
function readPrediction(text) {
    const lines = text.split('\n').map((line) => /^\s*([a-z_]+)\s*:\s*(.*?)\s*$/.exec(line)).filter(Boolean);
    return Object.fromEntries(lines.map(([, name, value]) => [name, value]));
}

function prediction({ claim, given }) {
    const file = path.join(given.build, 'lab', 'prediction.txt');
    if (!claim(fs.existsSync(file), 'your prediction is written down', `there is no ${file}; the task says what goes into it`)) return;
    const said = readPrediction(fs.readFileSync(file, 'utf8'));
    for (const name of ASKED) {
        claim(/^[0-9]{1,9}$/.test(said[name] ?? ''), `it says ${name} as a number`, `found: "${said[name] ?? ''}"; wanted digits and nothing else, such as "${name}: 7"`);
    }
    claim((said.because ?? '').split(/\s+/).length >= WORDS, 'and why', `"because:" has fewer than ${WORDS} words`);
}

async function run(all) {
    const { world, claim } = all;
    const major = Number(process.versions.node.split('.')[0]);
    claim(major >= 20, 'Node is 20 or newer', `it is ${process.versions.node}`);
    await world.start(claim);
    prediction(all);
}

module.exports = { title: 'start', run };
