// The rules by which faults are judged, against records made up here: a good one passes, and
// each change of it breaks the rule that is named.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { judge } = require('./faults_rules');

const item = (v, gen, st, more = {}) => ({
    v, gen, st, atMs: 1000 * v, environment: 'a', owner: '0', ws: 0, untilMs: 0, leaseUntilMs: 0, calls: 0, failed: 0, ...more,
});

// Two failures, trip, a probe that dies, another that takes over and closes.
const STORY = () => [
    item(1, 0, 'C', { calls: 1, failed: 1 }), item(2, 0, 'C', { calls: 2, failed: 2 }), item(3, 1, 'O', { untilMs: 4000 }),
    item(4, 2, 'H', { environment: 'dead', owner: '7', leaseUntilMs: 5000 }), item(5, 3, 'H', { owner: '8', leaseUntilMs: 6000 }), item(6, 4, 'C'),
];

const record = () => ({
    writes: STORY(), stored: STORY()[5], kills: 1, killed: [{ environment: 'dead', atMs: 4100 }], skewMs: 0, gapMs: 0, sinceMs: 0, lagMs: () => 0, throttles: 0, config: { cache_ms: 100, backoff_ms: 0, open_ms: 700, probe_jitter_ms: 0 },
    lines: [1, 3, 4].map((generation) => ({ event: 'transition', generation })),
    attempts: [{ atMs: 900, good: false }, { atMs: 1900, good: false }, { atMs: 5100, good: true }],
    answers: [
        { atMs: 900, tookMs: 50, status: 502, answer: 'failed', state: 'closed', environment: 'x' },
        { atMs: 3100, tookMs: 10, status: 503, answer: 'refused', state: 'open', environment: 'x' },
        { atMs: 3200, tookMs: 10, status: 503, answer: 'refused', state: 'open', environment: 'x' },
        { atMs: 5100, tookMs: 10, status: 200, answer: 'fresh', state: 'closed', environment: 'y' },
        { atMs: 4000, tookMs: 900, status: 500, answer: '', state: '', environment: '' },
    ],
});

const WRONG = [
    ['a write is not in the record', 'version', (r) => r.writes.splice(1, 1)],
    ['the table was written to behind our back', 'version', (r) => { r.stored = { ...r.stored, v: 7 }; }],
    ['two owners of a generation', 'owner', (r) => { r.writes[4].gen = 2; }],
    ['two states of a generation', 'generation', (r) => { r.writes[2].gen = 0; }],
    ['a generation is left out', 'generation', (r) => { r.writes[5].gen = 5; }],
    ['from open to closed without a probe', 'generation', (r) => { Object.assign(r.writes[3], { st: 'C', owner: '0' }); }],
    ['an open item is written again', 'generation', (r) => { Object.assign(r.writes[3], { st: 'O', owner: '0', gen: 1 }); }],
    ['a probe before the rest is over', 'rest', (r) => { r.writes[2].untilMs = 4100; }],
    ['a lease is taken that still runs', 'lease', (r) => { r.writes[3].leaseUntilMs = 5100; }],
    ['more failures than there were', 'double count', (r) => r.attempts.shift()],
    ['fewer than there must be', 'count', (r) => { r.exactly = 3; }],
    ['a generation is told twice', 'told twice', (r) => r.lines.push({ event: 'transition', generation: 4 })],
    ['one is told that never was', 'told wrongly', (r) => r.lines.push({ event: 'transition', generation: 9 })],
    ['one is not told, and nobody died', 'untold', (r) => { r.killed = []; }],
    ['one is not told, and another died', 'untold', (r) => { r.killed[0].environment = 'a'; }],
    ['one is not told, and its writer died long after', 'untold', (r) => { r.killed[0].atMs = 7000; }],
    ['one is not told that was, in a storm of kills', 'untold', (r) => { r.lines.pop(); r.killed.push({ environment: 'x', atMs: 6000 }); }],
    ['a rest that lasts too long', 'late probe', (r) => { r.config.open_ms = 400; }],
    ['a request without an answer', 'unanswered', (r) => { r.answers[0].status = 0; }],
    ['a refusal that is a 200', 'wrong answer', (r) => { r.answers[1].status = 200; }],
    ['a crash, and nobody was killed', 'wrong answer', (r) => r.answers.push({ ...r.answers[4] })],
    ['an answer after the door has given up', 'too late', (r) => { r.answers[0].tookMs = 8000; }],
    ['who knows that it is open calls all the same', 'leak', (r) => { Object.assign(r.answers[2], { answer: 'failed', status: 502 }); }],
    ['the backend hears more than probes', 'probes', (r) => { for (let n = 0; n < 3; n++) r.attempts.push({ atMs: 4600, good: true }); }],
];

test('a good record passes', () => judge(record()));

for (const [words, rule, spoil] of WRONG) {
    test(`${rule}: ${words}`, () => {
        const spoilt = record();
        spoil(spoilt);
        assert.throws(() => judge(spoilt), (error) => error.message.startsWith(`${rule}: `) || assert.fail(error.message));
    });
}

test('whose answer was lost need not tell; and a machine that was late excuses a late probe', () => {
    const mute = record();
    mute.lines.pop();
    mute.writes[5].lost = true;
    judge(mute);
    const late = { ...record(), lagMs: (from, to) => (from === 3000 && to === 4000 ? 100 : 0) };
    late.config.open_ms = 400;
    judge(late);
});

test('a probe that was asked for early may be heard late', () => {
    const one = record();
    one.attempts.push({ atMs: 4200, good: false });
    judge(one);
});

test('a clock that is off excuses an early probe, by so much and no more', () => {
    const early = record();
    early.writes[2].untilMs = 4400;
    judge({ ...early, skewMs: 400 });
    assert.throws(() => judge({ ...early, skewMs: 300 }), /^Error: rest/);
});
