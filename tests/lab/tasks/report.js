// A report that is right, of the plot in plot-local.json: its last line of numbers that
// differ, and the environments. For tests/lab/tasks.sh, which spoils it.
'use strict';

const fs = require('node:fs');

const { rules, also, builds } = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const differs = [...rules, ...also].filter((one) => one.predicted !== one.measured);
const chosen = [differs.find((one) => one.fact !== 'environments'), differs.find((one) => one.fact === 'environments') ?? differs.at(-1)];

console.log(`# Report\n\nbuild: ${builds.join(',')}\n`);
chosen.forEach((one, i) => console.log(`## Difference ${i + 1}

fact: ${one.fact}
predicted: ${one.predicted}
measured: ${one.measured}
cause: the simulator starts all environments cold at the outage, while the run had some
  that were warm and had kept an answer to fall back on
evidence: lab/lab load said "environments seen: 5"
`));
