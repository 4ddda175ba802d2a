// Task 5: the client that runs is the one that was checked, keeps its state where all can
// see it, writes nothing when all is well, and comes back by itself.
'use strict';

const { ask, fresh, configOf, itemOf, untilOpen, settle, LOOK_MS } = require('./breaker');
const { sleep } = require('./http');

const GOOD = 10;
const MISTAKES = 15; /* more failures than open any breaker of the template */
const TOGETHER = 4;
const number = (item, name) => Number(item?.[name]?.N ?? 0);
const says = (answer) => `status ${answer.status}, answer ${answer.it.answer ?? 'none of the breaker\'s'}, state ${answer.it.state ?? 'unknown'}`;

async function healthy({ world, claim, given }, stack, url, config) {
    const first = await settle(world, url, config);
    if (!claim(first.it.answer === 'fresh', 'a request is answered by the backend', `${says(first)}. lab/lab logs may say why`)) return false;
    claim(first.it.build === given.buildId, `what runs is what lies here, build ${given.buildId}`,
        `it answers as build ${first.it.build}: other sources than those of ${given.who}. Say whose they are by WHO=, or pack yours and bring them up`);
    const before = JSON.stringify(await itemOf(world, stack) ?? 'none');
    const answers = [];
    for (let i = 0; i < GOOD; i++) answers.push(await ask(url));
    const names = new Set(answers.map((one) => one.it.environment));
    claim(answers.every((one) => one.it.answer === 'fresh'), `${GOOD} requests in turn are fresh`, says(answers.find((one) => one.it.answer !== 'fresh') ?? first));
    claim(names.size < GOOD, 'an environment serves more than one of them', `${names.size} environments for ${GOOD} requests in turn: each starts cold`);
    const after = JSON.stringify(await itemOf(world, stack) ?? 'none');
    return claim(after === before, 'and none of them wrote to the table', `the item was ${before}, and is ${after}: a success must cost no write`);
}

// What users get wrong is no failure of the backend: it answers 404, and that it does well.
async function mistaken({ world, claim }, stack, url) {
    const before = JSON.stringify(await itemOf(world, stack) ?? 'none');
    const answers = [];
    for (let i = 0; i < MISTAKES; i++) answers.push(await ask(url, `missing-${fresh()}`));
    const odd = answers.find((one) => one.status !== 404 || one.it.state !== 'closed');
    const after = JSON.stringify(await itemOf(world, stack) ?? 'none');
    return claim(!odd && after === before, `${MISTAKES} users' mistakes, each a 404 of the backend, open nothing`,
        `${odd ? says(odd) : `the item was ${before}, and is ${after}`}. A 4xx says that the request was wrong, not that the backend is ill: only 429 and 500 or more are failures`);
}

async function broken({ world, claim }, stack, url, config) {
    const before = await itemOf(world, stack);
    await world.mode('error');
    await sleep(LOOK_MS);
    const answers = await untilOpen(url);
    const last = answers.at(-1);
    if (!claim(last.it.state === 'open', 'a backend that fails opens the breaker', `after ${answers.length} requests: ${says(last)}`)) return false;
    const item = await itemOf(world, stack);
    if (!claim(item?.st?.S === 'O', 'the open state stands in the table, where all can see it',
        `${item ? `the item says ${item.st?.S}` : 'there is no item'}: a state in the program's memory is one of many`)) return false;
    claim(number(item, 'gen') > number(before, 'gen'), 'with a new generation', `it was ${number(before, 'gen')}, and is ${number(item, 'gen')}`);
    const left = number(item, 'until_ms') - Date.now();
    claim(left > -1000 && left <= config.open_ms + 2000, 'until_ms is a time that all clocks know',
        `it is ${Math.round(left)} ms from now; open_ms is ${config.open_ms}. Count from 1970, not from the start of an environment`);
    await sleep((config.cache_ms ?? 0) + 200);
    const others = await Promise.all(Array.from({ length: TOGETHER }, () => ask(url)));
    return claim(others.every((one) => one.it.state !== 'closed'), 'every environment that answers knows it', says(others.find((one) => one.it.state === 'closed') ?? last));
}

async function run(all) {
    const { world, claim } = all;
    const stack = await world.stack();
    const config = configOf(stack);
    claim(stack.client.timeoutMs > config.deadline_ms, 'it answers before Lambda stops it', `deadline_ms is ${config.deadline_ms}, the function may run ${stack.client.timeoutMs} ms`);
    const url = await world.url();
    try {
        if (!await healthy(all, stack, url, config) || !await mistaken(all, stack, url) || !await broken(all, stack, url, config)) return;
        const open = await itemOf(world, stack);
        const last = await settle(world, url, config);
        claim(last.it.state === 'closed', 'a backend that is well closes it', `${says(last)}, ${config.open_ms} ms and more after it was mended`);
        const item = await itemOf(world, stack);
        claim(item?.st?.S === 'C' && number(item, 'gen') >= number(open, 'gen') + 2, 'by way of one probe',
            `the item says ${item?.st?.S}, generation ${number(item, 'gen')} after ${number(open, 'gen')}: open to half-open to closed is two`);
    } finally {
        await world.mode('ok');
    }
}

module.exports = { title: 'the resilient client', run };
