// Task 7: the run. What was measured is held against what was predicted, by lab/lab plot;
// here is said whether that was a run of these sources, and what does not hold.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const lab = require('./lab');
const plotted = require('./plotted');
const { readRecording } = require('../verbs/record');

const CLOCK_MS = 1000; /* two machines that keep time, and a line that is written a little late */
const NO_LOG = /nothing of the client's log/;

const NAMES = {
    before_fresh_pct: 'before the outage users got what they asked for',
    before_store_writes: 'and nothing was written to the table',
    trips: 'one outage opened the fleet\'s breaker once',
    opened_after_ms: 'soon after the outage began',
    fault_attempts: 'few calls went to the dead backend',
    probes: 'it was probed once for each rest',
    recovered_ms: 'it recovered within one rest',
    end_fresh_pct: 'at the end all was well',
    calls_to_open: 'it opened within as many calls as can be under way',
    probes_per_rest: 'of all environments together one probed in each rest',
};

// What an environment logged, it did between the first of its requests and the end of the
// last. A line before or after is of another clock than that of whoever sent them; where some
// requests had no answer, nobody knows whose they were, and they count for all.
function clockTrouble({ calls, requests }) {
    const nameless = requests.filter((one) => !one.environment);
    for (const environment of new Set(requests.map((one) => one.environment).filter(Boolean))) {
        const served = [...nameless, ...requests.filter((one) => one.environment === environment)];
        const from = Math.min(...served.map((one) => one.at_ms)), to = Math.max(...served.map((one) => one.at_ms + one.took_ms));
        const off = calls.find((one) => one.environment === environment && (one.at_ms < from - CLOCK_MS || one.at_ms > to + CLOCK_MS));
        if (off) return `environment ${environment} served from ${from} to ${to} ms, and logged a call at ${off.at_ms} ms`;
    }
    return null;
}

function clocks({ claim, given }) {
    const scene = JSON.parse(fs.readFileSync(process.env.LAB_SCENE || path.join(given.root, 'lab/scene.json'), 'utf8'));
    const trouble = clockTrouble(readRecording(path.join(given.build, 'lab', `load-${given.target}.csv`), scene));
    claim(!trouble, 'all clocks say the same', `${trouble}. Is this machine's clock right? Times in the item are read by all: milliseconds since 1970, of the wall clock, from one place (lab/clock.h)`);
}

async function run({ claim, given }) {
    const folder = path.join(given.build, 'lab');
    const failed = await lab(given, 'plot').then(() => null, (error) => error.message);
    const found = failed && !/not what was predicted/.test(failed) ? null : plotted(given);
    const hint = NO_LOG.test(failed) ? '. Or its lines are of another clock, and before the run: at_ms counts from 1970' : '';
    if (!claim(found, 'there is a whole run to look at', `${failed}${hint}`)) return;
    claim(found.builds.length === 1 && found.builds[0] === given.buildId, `it was a run of build ${given.buildId}`,
        `it was one of ${found.builds.join(', ') || 'no build'}: other sources than those of ${given.who}. Say whose they were by WHO=, or run it again with yours`);
    clocks({ claim, given });
    for (const one of found.rules) {
        const allowed = `allowed ${one.min ?? 'any'} to ${one.max ?? 'any'}${one.by ? `, give or take ${one.by}` : ''}`;
        claim(one.predictedHolds && one.measuredHolds, `${NAMES[one.fact] ?? one.fact} (${one.fact})`,
            `predicted ${one.predicted}, measured ${one.measured}; ${allowed}${one.why ? `: ${one.why}` : ''}`);
    }
    const picture = path.join(folder, `plot-${given.target}.svg`);
    console.log(fs.existsSync(picture) ? `  look at ${picture}` : '  no picture was drawn: there is no gnuplot here');
}

module.exports = { title: 'break and recover', run };
