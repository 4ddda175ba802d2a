// Task 4: the backend fails on command, and at once: what it is told, it does within a
// second or so, with no new environment.
'use strict';

const { sleep } = require('./http');
const { configOf, LOOK_MS } = require('./breaker');

const SLOW_MS = 1500;
const SECONDS = (ms) => `${(ms / 1000).toFixed(1)} s`;

async function told(world, ...mode) {
    await world.mode(...mode);
    await sleep(LOOK_MS);
    return world.backend();
}

const words = (answer) => (answer.failed ? `it failed: ${answer.failed}` : `status ${answer.status} after ${SECONDS(answer.tookMs)}`);

async function run({ world, claim }) {
    const stack = await world.stack();
    const { backend } = stack;
    claim(/^provided\.al2023$/.test(backend.runtime), 'it is one static program for provided.al2023', `found runtime ${backend.runtime}`);
    const wait = configOf(stack).timeout_ms;
    claim(wait > 0 && wait < backend.timeoutMs, 'the client gives up on it before Lambda does', `the client waits ${wait ?? 'for ever'} ms, the function may run ${backend.timeoutMs}`);
    try {
        let answer = await told(world, 'ok');
        if (!claim(!answer.failed && answer.status === 200, 'mode ok: it answers 200', `${words(answer)}. lab/lab logs backend may say why`)) return;
        answer = await told(world, 'error');
        claim(!answer.failed && answer.status === 500, 'mode error: it answers 500', `${words(answer)}. A mode read once, at the start, would do that`);
        answer = await told(world, 'slow', SLOW_MS);
        claim(!answer.failed && answer.status === 200 && answer.tookMs >= SLOW_MS, `mode slow ${SLOW_MS}: it answers 200, late`,
            `${words(answer)}; the function may run ${SECONDS(backend.timeoutMs)}`);
        answer = await told(world, 'hang');
        claim(answer.failed && answer.tookMs >= backend.timeoutMs, 'mode hang: Lambda has to stop it', words(answer));
        answer = await told(world, 'ok');
        claim(!answer.failed && answer.status === 200 && answer.tookMs < SLOW_MS, 'mode ok again: it answers 200 at once', words(answer));
    } finally {
        await world.mode('ok');
    }
}

module.exports = { title: 'a backend that fails on command', run };
