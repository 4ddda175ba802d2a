// `make lab-check TASK=n` - is a task of the lab done? Asks the running twin, or AWS.
//
//     TARGET=local|aws PROJECT=.. BUILD=.. WHO=.. BUILD_ID=.. node lab/check/check.js TASK
//
// Each claim of the task is a line: "ok", or "NO" with what was found and what to do. Tasks
// are task1.js to task9.js; what they ask is a world, local.js or aws.js, which has the same
// answers for both targets. Exit status: 0 done, 1 not yet, 2 wrong usage.
//
// A check makes and deletes nothing. Those of tasks 4, 5 and 6 send some requests and set
// the backend's mode, which they leave at ok.
'use strict';

const path = require('node:path');
const plan = require('./plan');

const ROOT = path.join(__dirname, '../..');

// The world cannot be asked: no twin, no stack, no right. Not the same as a wrong answer.
class Unreachable extends Error {}

function usage(words) {
    console.error(`lab-check: ${words}; make lab-check TASK=1 to TASK=9, TARGET=local or aws`);
    process.exit(2);
}

// On AWS the run of the plan follows in every name; see lab/verbs/aws.sh.
function stackOf(target, project, build) {
    const run = target === 'aws' ? plan.read(build)?.run : undefined;
    return run ? `${project}-${run}` : project;
}

function settings() {
    const { TARGET: target = 'local', PROJECT: project = 'open-circuit', BUILD: build = 'build', WHO: who = 'chapters' } = process.env;
    return { target, project, stack: stackOf(target, project, build), build: path.resolve(build), who, buildId: process.env.BUILD_ID, root: ROOT, Unreachable,
        control: process.env.LAB_CONTROL || 'http://127.0.0.1:7003' };
}

// Whoever stops a check must not be left with a backend that it broke.
function leaveWell(world) {
    const { mode } = world;
    let left = 'ok';
    world.mode = (...words) => mode(...[left] = words);
    for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143]]) {
        process.once(signal, () => (left === 'ok' ? Promise.resolve() : mode('ok')).finally(() => process.exit(status)));
    }
}

async function main(task) {
    const given = settings();
    if (!/^[1-9]$/.test(task ?? '')) usage(`TASK is "${task ?? ''}": there are nine tasks`);
    if (!['local', 'aws'].includes(given.target)) usage(`TARGET is "${given.target}"`);
    const world = require(`./${given.target}`)(given);
    const { title, run } = require(`./task${task}`);
    console.log(`Task ${task}, ${title}, on ${world.name}`);
    let wrong = 0;
    const claim = (good, what, found) => {
        console.log(good ? `  ok  ${what}` : `  NO  ${what}\n      ${found}`);
        if (!good) wrong++;
        return Boolean(good);
    };
    leaveWell(world);
    await run({ world, claim, given });
    console.log(wrong ? `Task ${task} is not done: ${wrong} of its claims ${wrong === 1 ? 'does' : 'do'} not hold.` : `Task ${task} is done.`);
    return wrong ? 1 : 0;
}

main(process.argv[2]).then((status) => { process.exitCode = status; }, (error) => {
    console.error(`lab-check: ${error instanceof Unreachable ? error.message : error.stack}`);
    process.exitCode = 1;
});
