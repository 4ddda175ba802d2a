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

// Lambda's words for a program that cannot start, and what that mostly is.
function why({ failed = '' }, { architecture }) {
    if (/exec format error|InvalidEntrypoint/i.test(failed)) {
        return `The program is for another machine than ${architecture}, which the function says it is: make lambda ARCH=${architecture}, and up again`;
    }
    if (/exit status|ExitError|GLIBC/i.test(failed)) {
        return 'It ended as it started. "GLIBC not found" in lab/lab logs backend is a program that wants the libraries of the machine it was built on: make lambda links statically';
    }
    return 'lab/lab logs backend may say why';
}

async function run({ world, claim }) {
    const stack = await world.stack();
    const { backend } = stack;
    claim(/^provided\.al2023$/.test(backend.runtime), 'it is one static program for provided.al2023', `found runtime ${backend.runtime}`);
    const wait = configOf(stack).timeout_ms;
    claim(wait > 0 && wait < backend.timeoutMs, 'the client gives up on it before Lambda does', `the client waits ${wait ?? 'for ever'} ms, the function may run ${backend.timeoutMs}`);
    try {
        let answer = await told(world, 'ok');
        if (!claim(!answer.failed && answer.status === 200, 'mode ok: it answers 200', `${words(answer)}. ${why(answer, backend)}`)) return;
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
