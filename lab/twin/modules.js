// Finds the npm packages. They are installed under the build folder, so that the source
// tree stays clean; Node looks beside the source, and so has to be told.
// `make lab-local` installs them and sets LAB_NODE_MODULES.
'use strict';

const { createRequire } = require('node:module');
const path = require('node:path');

const folder =
    process.env.LAB_NODE_MODULES || path.join(__dirname, '../../build/lab/node_modules');
const fromBuild = createRequire(path.join(path.resolve(folder), 'twin.js'));

module.exports = function load(name) {
    try {
        return fromBuild(name);
    } catch (error) {
        if (error.code !== 'MODULE_NOT_FOUND') throw error;
        throw new Error(
            `the npm package ${name} is not in ${folder}. \`make lab-local\` installs it.`);
    }
};
