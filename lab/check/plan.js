// What `TARGET=aws lab/lab plan` wrote down: { account, region, project, run }, null if nothing.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

function read(build) {
    const file = path.join(build, 'lab', 'plan');
    if (!fs.existsSync(file)) return null;
    return Object.fromEntries(fs.readFileSync(file, 'utf8').trim().split('\n').map((line) => line.split('=')));
}

module.exports = { read };
