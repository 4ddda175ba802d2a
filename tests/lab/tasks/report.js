// A report that is right, of the plot in plot-local.json: two lines of numbers that differ,
// the last of them the environments. For tests/lab/tasks.sh, which spoils it.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const [, , plot] = process.argv;
const { rules, also, builds } = JSON.parse(fs.readFileSync(plot, 'utf8'));
const differs = [...rules, ...also].filter((one) => one.predicted !== one.measured);
const chosen = [differs.find((one) => one.fact !== 'environments'), differs.find((one) => one.fact === 'environments') ?? differs.at(-1)];
const mode = fs.readFileSync(path.join(path.dirname(plot), 'load-local.csv'), 'utf8').split('\n').find((one) => one.startsWith('mode,'));
const WHY = [
    `cause: in the simulator the outage begins at its millisecond, in the run when the backend
  has looked at its mode, which is up to a second later
evidence: ${mode}`,
    `cause: the simulator starts all environments cold at the outage, while the run had some
  that were warm and had kept an answer to fall back on
evidence: lab/lab load said "environments seen: ${chosen[1].measured}"`,
];

console.log(`# Report\n\nbuild: ${builds.join(',')}\n`);
chosen.forEach((one, i) => console.log(`## Difference ${i + 1}

fact: ${one.fact}
predicted: ${one.predicted}
measured: ${one.measured}
${WHY[i]}
`));
