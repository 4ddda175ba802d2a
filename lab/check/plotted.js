// What the last `lab/lab plot` of this target found: { rules, also, builds }, or null.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

module.exports = ({ build, target }) => {
    const file = path.join(build, 'lab', `plot-${target}.json`);
    return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : null;
};
