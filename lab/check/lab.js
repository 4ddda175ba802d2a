// Runs a verb of lab/lab as the reader would: lab(given, 'mode', 'ok'). Its output is the
// answer; when it fails, its words are the error's.
'use strict';

const { execFile } = require('node:child_process');
const path = require('node:path');

module.exports = (given, ...words) => new Promise((resolve, reject) => {
    const env = { ...process.env, TARGET: given.target, PROJECT: given.project, BUILD: given.build, WHO: given.who, LAB_CONTROL: given.control };
    execFile('sh', [path.join(given.root, 'lab/lab'), ...words], { env, maxBuffer: 2 ** 26 }, (error, out, said) => {
        if (!error) return resolve(out);
        return reject(new given.Unreachable(`lab/lab ${words.join(' ')}: ${said.trim() || error.message}`));
    });
});
