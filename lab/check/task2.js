// Task 2: the table. What would go wrong later: a sort key (each item would need two keys),
// bought capacity (a bill while idle), no maximum (a bill after a bug), TTL as a timer.
'use strict';

const NOTE = 'hello#1';

async function run({ world, claim }) {
    const { table } = await world.stack();
    const keys = table.keys.map((one) => `${one.name} ${one.kind}`).join(', ');
    claim(keys === 'pk HASH', 'the table has one key, pk', `found: ${keys}. A breaker is one item under one name; a sort key makes several of it`);
    claim(table.billing === 'PAY_PER_REQUEST', 'it is paid by request', `found: ${table.billing}. Bought capacity costs while nobody asks, and throttles a burst`);
    claim(table.maxReads > 0 && table.maxWrites > 0, 'it has a maximum', `found: ${table.maxReads ?? 'none'} reads, ${table.maxWrites ?? 'none'} writes a second. Without one, a loop in a program costs what it likes`);
    claim(table.ttl === 'ex', 'what nobody writes to is swept up by ex', `found: ${table.ttl ?? 'no TTL'}. TTL deletes within days: it may sweep, it can be no timer, and until_ms is one`);
    const item = (await world.items()).find((one) => one.pk?.S === NOTE);
    if (!claim(item, `your item ${NOTE} is there`, 'not found. Write it as the task says, twice')) return;
    claim(item.note?.S === 'first', 'and no second write got over it', `its note is "${item.note?.S ?? ''}", not "first": a write without a condition puts one item over another`);
}

module.exports = { title: 'DynamoDB', run, NOTE };
