// What tasks 5 and 6 do to a breaker from outside: drive it open, and wait until it is
// closed again. Requests of their own shards have no kept answer to fall back on.
'use strict';

const { request, sleep } = require('./http');

const LOOK_MS = 1300; /* the backend looks for its mode once a second */
const OPEN_WITHIN = 40; /* requests, one after the other */

let shards = 0;
const fresh = () => `check-${process.pid}-${++shards}`;

// A request as a user would send it. `it` is what the breaker's headers say.
async function ask(url, shard) {
    const answer = await request(shard ? `${url}?shard=${shard}` : url);
    const it = Object.fromEntries(['build', 'environment', 'state', 'answer'].map((name) => [name, answer.headers[`x-breaker-${name}`]]));
    return { ...answer, it };
}

const configOf = ({ client }) => {
    try {
        return JSON.parse(client.variables.BREAKER_CONFIG);
    } catch {
        return {};
    }
};

const itemOf = async (world, { client }) => (await world.items()).find((one) => one.pk?.S === `cb#${client.variables.BREAKER}`);

// The first answer that is fresh with a closed breaker; the last one if there was none.
async function untilClosed(url, withinMs) {
    const until = performance.now() + withinMs;
    for (;;) {
        const answer = await ask(url);
        if ((answer.it.answer === 'fresh' && answer.it.state === 'closed') || performance.now() > until) return answer;
        await sleep(250);
    }
}

// Requests while the backend fails, until one says that the breaker is open.
async function untilOpen(url) {
    const answers = [];
    while (answers.length < OPEN_WITHIN && answers.at(-1)?.it.state !== 'open') answers.push(await ask(url, fresh()));
    return answers;
}

// All is well: the mode is ok, the breaker closed. The time that takes is at most a rest.
async function settle(world, url, config) {
    await world.mode('ok');
    await sleep(LOOK_MS);
    return untilClosed(url, (config.open_ms ?? 10000) + (config.probe_lease_ms ?? 2000) + 5000);
}

module.exports = { ask, fresh, configOf, itemOf, untilOpen, untilClosed, settle, LOOK_MS };
