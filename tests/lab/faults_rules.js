// What must hold of a fleet, whatever went wrong: judged from the store's own record of its
// writes, the answers that users got, the clients' lines in the log, and what the backend
// heard. Pure: no clock, no network.
//
//     judge(record)    throws an Error that begins with the name of the rule that broke
//
// record: {
//     writes      of the store, { atMs, environment, v, gen, st, owner, untilMs, leaseUntilMs, ws, calls, failed, lost }
//     stored      the item in the table at the end, in the same words
//     answers     { atMs, tookMs, status, answer, state, environment }, of users
//     lines       what the clients printed
//     attempts    at the backend, { atMs, good }
//     kills       how many environments were killed
//     killed      those that we killed, { environment, atMs }
//                 lost: its answer did not arrive, or perhaps too late to be heard
//     gapMs       if users came at least so often since sinceMs, and nothing but the backend
//                 failed; then each rest ends in time, too
//     lagMs       how long the machine let its programs wait between two times: (from, to)
//     skewMs      between the two clocks that differ most
//     config      the clients'
// }
'use strict';

const SLACK_MS = 1500; /* for a machine that is busy with something else */
const LAG_MS = 1000; /* from a client's decision to the backend's door */
const PROBE_MS = 400; /* from the end of a rest: a read, a write, a good call, a write */
const LINE_MS = 2000; /* from a write to its line in the log, or to a death */
const TICK_MS = 5; /* clocks are read at different moments */
const DOOR_MS = 6000; /* then API Gateway says 503 itself: lab/template.yaml */
const STEPS = new Set(['CO', 'OH', 'HH', 'HO', 'HC']);

class Broken extends Error {
    constructor(rule, words) {
        super(`${rule}: ${words}`);
    }
}

function hold(good, rule, words) {
    if (!good) throw new Broken(rule, words);
}

const show = (one) => JSON.stringify(one);

// --- the store's writes, one after another --------------------------------------------------

// Every write adds one to the version of the item that it found: none was made blindly, none
// is missing from the record.
function versions({ writes, stored }) {
    writes.forEach((one, i) => hold(one.v === i + 1, 'version', `write ${i + 1} has version ${one.v}: ${show(one)}`));
    hold((stored?.v ?? 0) === writes.length, 'version', `the table holds version ${stored?.v}, of ${writes.length} writes`);
}

// A generation has one owner and one state.
function owners({ writes }) {
    const first = new Map();
    for (const one of writes) {
        const other = first.get(one.gen) ?? one;
        first.set(one.gen, other);
        hold(one.owner === other.owner, 'owner', `generation ${one.gen} has two: ${show(other)} and ${show(one)}`);
        hold(one.st === other.st, 'generation', `generation ${one.gen} has two states: ${show(other)} and ${show(one)}`);
    }
}

// Does this owner's lease run out before another begins?
function lease(before, after, skewMs) {
    const confirmed = after.owner === '0' || before.owner === '0';
    const over = after.atMs >= before.leaseUntilMs - skewMs - TICK_MS;
    hold(confirmed || over, 'lease', `taken from ${show(before)} by ${show(after)}`);
}

function steps({ writes, skewMs }) {
    let before = { gen: 0, st: 'C', owner: '0', failed: 0 };
    for (const after of writes) {
        const moved = after.gen - before.gen;
        hold(moved === 0 || (moved === 1 && STEPS.has(before.st + after.st)), 'generation', `${show(before)} became ${show(after)}`);
        if (moved === 0) hold(after.st === 'C', 'generation', `${show(after)} is written in a generation that stands`);
        if (before.st + after.st === 'OH') hold(after.atMs >= before.untilMs - skewMs - TICK_MS, 'rest', `${show(before)} was probed by ${show(after)}`);
        if (moved && before.st + after.st === 'HH') lease(before, after, skewMs);
        before = after;
    }
}

const failuresIn = (writes) => writes.reduce((sum, one, i) => {
    const before = writes[i - 1];
    const goesOn = before && before.gen === one.gen && before.ws === one.ws;
    return sum + one.failed - (goesOn ? before.failed : 0);
}, 0);

// What is counted in the store has happened at the backend, once.
function counts({ writes, attempts, bad = attempts.filter((one) => !one.good).length, exactly }) {
    const counted = failuresIn(writes);
    hold(counted <= bad, 'double count', `${counted} failures are counted, the backend failed ${bad} times`);
    if (exactly !== undefined) hold(counted === exactly, 'count', `${counted} failures are counted, not ${exactly}`);
}

// --- what the clients say --------------------------------------------------------------------

// One line for each generation. Only a writer who died then, or never heard that its write was
// made, may have left none.
function lines({ writes, lines: all, killed }) {
    const said = all.filter((one) => one.event === 'transition').map((one) => one.generation).sort((a, b) => a - b);
    const made = [...new Set(writes.map((one) => one.gen))].filter((gen) => gen > 0);
    hold(new Set(said).size === said.length, 'told twice', `generations ${said}`);
    hold(said.every((gen) => made.includes(gen)), 'told wrongly', `of generations ${said} the store made ${made}`);
    const died = ({ environment, atMs }) => killed.some((one) => one.environment === environment && Math.abs(one.atMs - atMs) <= LINE_MS);
    for (const gen of made.filter((one) => !said.includes(one))) {
        const write = writes.find((one) => one.gen === gen);
        hold(write.lost || died(write), 'untold', `nobody tells of ${show(write)}, whose writer lived and heard that it was made`);
    }
}

// --- what users get --------------------------------------------------------------------------

const ANSWERS = { fresh: 200, refused: 503, failed: 502, 'timed-out': 504 };

// Every request has an answer, in time; one without the client's words is that of a client
// that was killed meanwhile.
function answered({ answers, kills, throttles }) {
    const longest = DOOR_MS + SLACK_MS;
    const mute = answers.filter((one) => one.answer === '');
    for (const one of answers) {
        hold(one.status !== 0, 'unanswered', show(one));
        hold(one.answer === '' || ANSWERS[one.answer] === one.status, 'wrong answer', show(one));
        hold(one.tookMs <= longest, 'too late', `more than ${longest} ms: ${show(one)}`);
    }
    hold(mute.length <= kills && mute.every((one) => one.status === 500), 'wrong answer', `${kills} kills, and ${show(mute[0])}`);
    hold(!throttles, 'wrong set-up', `the twin turned ${throttles} calls to the backend away`);
}

// Whoever has seen the item open asks nobody before its end, store or no store. Once its own
// breaker has opened, too, an environment's "open" may be that one's, and says nothing here.
function honoured({ answers, writes, skewMs, lines: all }) {
    if (skewMs) return;
    const own = (environment, atMs) => all.some((one) => (
        one.event === 'local-transition' && one.environment === environment && one.at_ms <= atMs));
    const opens = writes.filter((one) => one.st === 'O');
    const known = new Map();
    for (const one of [...answers].sort((a, b) => a.atMs - b.atMs)) {
        const until = known.get(one.environment);
        const early = until !== undefined && one.atMs > until.fromMs && one.atMs + one.tookMs < until.untilMs - TICK_MS;
        hold(!early || one.answer === 'refused', 'leak', `open until ${until?.untilMs}, known since ${until?.fromMs}: ${show(one)}`);
        const endMs = one.atMs + one.tookMs;
        const open = opens.filter((write) => write.atMs <= one.atMs && write.untilMs > endMs).pop();
        if (one.state === 'open' && open && !own(one.environment, endMs)) known.set(one.environment, { fromMs: endMs, untilMs: open.untilMs });
    }
}

// --- what the backend hears ------------------------------------------------------------------

// While the breaker is not closed the backend hears probes only. Copies of the item that say
// "closed" are as old as cache_ms, and a call may be on its way. Where the store failed
// somebody, that one went by a breaker of its own, and nothing is said here. A probe is heard
// later than it was asked for.
function onlyProbes({ writes, attempts, config, lines: all }) {
    if (all.some((one) => one.event === 'fault' && one.who === 'store')) return;
    for (const [i, trip] of writes.entries()) {
        if (trip.st !== 'O' || writes[i - 1]?.st !== 'C') continue;
        const closed = writes.slice(i).find((one) => one.st === 'C');
        const from = trip.atMs + config.cache_ms + config.backoff_ms + LAG_MS;
        const within = (one, since = from) => one.atMs > since && one.atMs < (closed?.atMs ?? Infinity);
        const heard = attempts.filter((one) => within(one)).length;
        const probes = writes.filter((one, n) => one.st === 'H' && one.owner !== '0' && writes[n - 1].gen !== one.gen && within(one, from - LAG_MS)).length;
        hold(heard <= probes, 'probes', `${heard} calls reached the backend while the breaker was open, of ${probes} probes`);
    }
}

// A rest is as long as it was said to be: when it is over, whoever comes first finds out, as
// soon as its copy of the item and the jitter allow.
function rests({ writes, config, gapMs, sinceMs, lagMs }) {
    if (gapMs === undefined) return;
    const longest = config.open_ms + config.cache_ms + config.probe_jitter_ms + gapMs + PROBE_MS;
    for (const [i, open] of writes.entries()) {
        const probe = writes[i + 1];
        if (open.st !== 'O' || !probe || open.atMs < sinceMs) continue;
        const tookMs = probe.atMs - open.atMs, lag = lagMs(open.atMs, probe.atMs);
        hold(tookMs <= longest + lag, 'late probe', `${tookMs} ms after ${show(open)}, bound ${longest}, and the machine was ${lag} ms late: ${show(probe)}`);
    }
}

function judge(record) {
    const sorted = { ...record, writes: [...record.writes].sort((a, b) => a.v - b.v) };
    for (const rule of [owners, versions, steps, counts, lines, answered, honoured, onlyProbes, rests]) rule(sorted);
}

module.exports = { judge, hold, Broken, PROBE_MS };
