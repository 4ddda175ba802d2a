// Task 7: the run. What was measured is held against what was predicted, by lab/lab plot;
// here is said whether that was a run of these sources, and what does not hold.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const lab = require('./lab');
const plotted = require('./plotted');

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

async function run({ claim, given }) {
    const folder = path.join(given.build, 'lab');
    const failed = await lab(given, 'plot').then(() => null, (error) => error.message);
    const found = failed && !/not what was predicted/.test(failed) ? null : plotted(given);
    if (!claim(found, 'there is a whole run to look at', failed)) return;
    claim(found.builds.length === 1 && found.builds[0] === given.buildId, `it was a run of build ${given.buildId}`,
        `it was one of ${found.builds.join(', ') || 'no build'}: other sources than those of ${given.who}. Say whose they were by WHO=, or run it again with yours`);
    for (const one of found.rules) {
        const allowed = `allowed ${one.min ?? 'any'} to ${one.max ?? 'any'}${one.by ? `, give or take ${one.by}` : ''}`;
        claim(one.predictedHolds && one.measuredHolds, `${NAMES[one.fact] ?? one.fact} (${one.fact})`,
            `predicted ${one.predicted}, measured ${one.measured}; ${allowed}${one.why ? `: ${one.why}` : ''}`);
    }
    const picture = path.join(folder, `plot-${given.target}.svg`);
    console.log(fs.existsSync(picture) ? `  look at ${picture}` : '  no picture was drawn: there is no gnuplot here');
}

module.exports = { title: 'break and recover', run };
