// lab/lab status on the twin, in words: the control API's /status and /items, one after the
// other on stdin, as lines of JSON.
'use strict';

const [status, { items }] = require('node:fs').readFileSync(0, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const STATES = { C: 'closed', O: 'open', H: 'half-open' };
const pairs = (counts) => Object.entries(counts ?? {}).map(([name, count]) => `${count} ${name}`).join(', ') || 'none';

function environments(list) {
    const by = {};
    for (const one of list) by[one.state] = (by[one.state] ?? 0) + 1;
    return `environments: ${pairs(by)}`;
}

function breaker(item) {
    const number = (name) => Number(item[name]?.N ?? 0);
    const when = (ms) => `${new Date(ms).toISOString()}, ${ms > Date.now() ? `in ${((ms - Date.now()) / 1000).toFixed(1)} s` : 'which is over'}`;
    const until = { O: `, rests until ${when(number('until_ms'))}`, H: `, the lease ends ${when(number('lease_until_ms'))}` }[item.st.S] ?? '';
    return `${STATES[item.st.S] ?? item.st.S}, generation ${number('gen')}, version ${number('v')}, ${number('failed')} of ${number('calls')} failed${until}`;
}

const plain = (item) => JSON.stringify(Object.fromEntries(Object.entries(item).map(([name, value]) => [name, Object.values(value)[0]])));

console.log(status.up ? `The stack ${status.stack} is up on this machine.` : 'Nothing is up. First: lab/lab up');
for (const [name, one] of Object.entries(status.functions ?? {})) console.log(`  ${name.padEnd(24)} ${environments(one.environments)}`);
if (status.store) console.log(`  ${'requests to the store'.padEnd(24)} ${pairs(status.store.requests)}`);
for (const item of items) console.log(`  ${item.pk.S.padEnd(24)} ${item.st ? breaker(item) : plain(item)}`);
if (status.up && !items.length) console.log('  The table has no item: a closed breaker needs none.');
