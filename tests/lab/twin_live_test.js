// The twin with a toy function in it: real processes, real ports, what Lambda, API Gateway
// and DynamoDB answer when things go wrong.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { Control } = require('../../lab/twin/control');
const { toyCloud, fetchIt, dynamo, lambda, call } = require('./twin_toy');

const alive = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };

// --- environments ----------------------------------------------------------------------

test('an environment gets what Lambda gives', async (t) => {
    const cloud = await toyCloud(t);
    const { json: env } = await call(cloud, 'client', { do: 'env' });
    const one = cloud.pool('client').environments()[0];
    assert.strictEqual(env.AWS_LAMBDA_FUNCTION_NAME, 'toy-client');
    assert.strictEqual(env._HANDLER, 'bootstrap');
    assert.strictEqual(env.LAMBDA_TASK_ROOT, path.join(path.dirname(cloud.options.template), 'bin/client'));
    assert.strictEqual(env.AWS_SESSION_TOKEN, one.key.token);
    assert.strictEqual(env.TABLE, 'toy-breakers');
    assert.strictEqual(env.LAB_CLOCK_OFFSET_MS, '0');
    assert.strictEqual(env.HOME, undefined, 'nothing of ours leaks in');
    const { json } = await call(cloud, 'client', { do: 'deadline' });
    assert.ok(json.deadline - json.now > 1500 && json.deadline - json.now <= 3000, `${json.deadline - json.now} ms left of 3000`);
    assert.strictEqual(json.arn, 'arn:aws:lambda:eu-west-1:000000000000:function:toy-client');
});

test('a frozen environment makes no progress, and is used again', async (t) => {
    const cloud = await toyCloud(t);
    const first = (await call(cloud, 'client', { do: 'ticks' })).json;
    await sleep(600); /* 120 ticks, were it awake */
    const second = (await call(cloud, 'client', { do: 'ticks' })).json;
    assert.strictEqual(second.pid, first.pid);
    assert.ok(second.ticks - first.ticks < 40, `${second.ticks - first.ticks} ticks while frozen`);
    const state = () => / ([A-Z]) /.exec(fs.readFileSync(`/proc/${first.pid}/stat`, 'utf8'))[1];
    for (let i = 0; i < 200 && state() !== 'T'; i++) await sleep(10);
    assert.strictEqual(state(), 'T', 'it is stopped');
    await call(cloud, 'client', { do: 'sleep', ms: 400 });
    const third = (await call(cloud, 'client', { do: 'ticks' })).json;
    assert.ok(third.ticks - second.ticks > 40, `${third.ticks - second.ticks} ticks while it worked`);
});

test('a time-out kills, and the next call starts anew', async (t) => {
    const cloud = await toyCloud(t);
    const { pid } = (await call(cloud, 'client', { do: 'ticks' })).json;
    const [{ key }] = cloud.pool('client').environments();
    const late = await call(cloud, 'client', { do: 'sleep', ms: 9000 });
    assert.strictEqual(late.functionError, 'Unhandled');
    assert.match(late.json.errorMessage, /Task timed out after 3\.00 seconds/);
    const again = (await call(cloud, 'client', { do: 'ticks' })).json;
    assert.notStrictEqual(again.pid, pid);
    assert.strictEqual(alive(pid), false);
    assert.strictEqual((await lambda(cloud, key, 'toy-backend', {})).headers['x-amzn-errortype'], 'UnrecognizedClientException', 'its keys died with it');
});

const CRASHES = [
    [{ do: 'exit', code: 7 }, 'Runtime.ExitError', /exit status 7/],
    [{ do: 'exit', code: 0 }, 'Runtime.ExitError', /without providing a reason/],
    [{ do: 'throw' }, 'Toy', /on purpose/],
    [{ do: 'big', bytes: 6 * 1024 * 1024 + 99 }, 'Function.ResponseSizeTooLarge', /6291556/],
];

test('crashes, errors and answers too long', async (t) => {
    const cloud = await toyCloud(t);
    for (const [event, type, message] of CRASHES) {
        const { json, functionError } = await call(cloud, 'client', event);
        assert.strictEqual(functionError, 'Unhandled');
        assert.strictEqual(json.errorType, type);
        assert.match(json.errorMessage, message);
    }
    const { json } = await call(cloud, 'client', { do: 'big', bytes: 6 * 1024 * 1024 + 98 }); /* and two quotes */
    assert.strictEqual(json.length, 6 * 1024 * 1024 + 98);
    assert.strictEqual(cloud.pool('client').counts.cold_starts, 3, 'the two exits, no more, cost an environment');
});

for (const [toy, type] of [['init-error', 'Toy.Init'], ['init-crash', 'Runtime.ExitError']]) {
    test(`a start that goes wrong: ${toy}`, async (t) => {
        const cloud = await toyCloud(t, { parameters: { Toy: toy } });
        const { json, functionError } = await call(cloud, 'client', { do: 'echo' });
        assert.deepStrictEqual([functionError, json.errorType], ['Unhandled', type]);
        assert.strictEqual(cloud.pool('client').environments().length, 0);
    });
}

test('a file that cannot be run is an error, not a hang', async (t) => {
    const cloud = await toyCloud(t);
    cloud.pool('client').fn.folder = '/nowhere';
    const { json } = await call(cloud, 'client', { do: 'echo' });
    assert.strictEqual(json.errorType, 'Runtime.InvalidEntrypoint');
});

test('a second answer is refused', async (t) => {
    const cloud = await toyCloud(t);
    await call(cloud, 'client', { do: 'echo', twice: true });
    await call(cloud, 'client', { do: 'echo' });
    const lines = cloud.logs.read('toy-client').map((one) => one.line);
    assert.ok(lines.includes('second answer: 403'), lines.join('\n'));
});

test('logs: what is printed is kept; without the right it is not', async (t) => {
    const cloud = await toyCloud(t);
    await call(cloud, 'client', { do: 'log', text: 'a line' });
    await call(cloud, 'client', { do: 'echo' });
    const lines = cloud.logs.read('toy-client');
    assert.ok(lines.some((one) => one.stream === 'stdout' && one.line === 'a line' && one.request));
    assert.ok(lines.some((one) => one.stream === 'stderr' && one.line === 'to stderr'));
    assert.deepStrictEqual(cloud.logs.read('toy-client', lines[lines.length - 1].sequence), []);
    const dumb = await toyCloud(t, { parameters: { Logs: 'no' } });
    await call(dumb, 'client', { do: 'log', text: 'a line' });
    assert.deepStrictEqual(dumb.logs.read('toy-client'), []);
});

// --- the pool ---------------------------------------------------------------------------

test('the limit is kept; the one used last is used next', async (t) => {
    const cloud = await toyCloud(t, { concurrency: 2 });
    const [a, b, c] = await Promise.all([200, 500, 1].map((ms) => call(cloud, 'client', { do: 'sleep', ms })));
    assert.strictEqual(c.throttled.Reason, 'ConcurrentInvocationLimitExceeded');
    assert.notStrictEqual(a.json.pid, b.json.pid);
    assert.strictEqual((await call(cloud, 'client', { do: 'ticks' })).json.pid, b.json.pid, 'last in, first out');
    await cloud.pool('client').configure({ limit: 1 });
    const [d, e] = await Promise.all([1, 2].map(() => call(cloud, 'client', { do: 'sleep', ms: 100 })));
    assert.strictEqual(d.json.slept, 100);
    assert.strictEqual(e.throttled.Reason, 'ReservedFunctionConcurrentInvocationLimitExceeded');
});

test('a kill answers who waits; its clock offset goes to the one that follows', async (t) => {
    const cloud = await toyCloud(t);
    const pool = cloud.pool('client');
    await pool.configure({ offsets: [-5000, 700] });
    const offset = async () => (await call(cloud, 'client', { do: 'env' })).json.LAB_CLOCK_OFFSET_MS;
    const both = (await Promise.all([offset(), offset()])).sort();
    assert.deepStrictEqual(both, ['-5000', '700']);
    assert.strictEqual((await pool.kill('all')).length, 2);
    const waiting = call(cloud, 'client', { do: 'sleep', ms: 900 });
    while (pool.environments()[0]?.state !== 'busy') await sleep(5);
    const [id] = await pool.kill('any');
    const { json, functionError } = await waiting;
    assert.strictEqual(functionError, 'Unhandled');
    assert.match(json.errorMessage, /signal: killed/);
    assert.ok(!pool.environments().some((one) => one.id === id));
    const { json: seen } = await call(cloud, 'client', { do: 'deadline' });
    assert.strictEqual(await offset(), '-5000');
    assert.ok(seen.deadline < seen.now - 1500, 'the host that is late stamps deadlines that are early');
});

// --- Invoke ------------------------------------------------------------------------------

test('Invoke: rights, names, sizes, errors', async (t) => {
    const cloud = await toyCloud(t, { concurrency: 1 });
    const key = cloud.account.assume(cloud.pool('client').fn.role, { id: 'e', functionName: 'toy-client' });
    const is = async (reply, status, type, pattern) => {
        const { headers, text, status: got } = await reply;
        assert.deepStrictEqual([got, headers['x-amzn-errortype']], [status, type], text);
        if (pattern) assert.match(text, pattern);
        return headers;
    };
    await is(lambda(cloud, key, 'toy-backend', { do: 'echo', a: 1 }), 200, undefined, /"a":1/);
    await is(lambda(cloud, key, 'toy-client', {}), 403, 'AccessDeniedException', /not authorized to perform: lambda:InvokeFunction/);
    await is(lambda(cloud, cloud.account.operator, 'toy-none', {}), 404, 'ResourceNotFoundException');
    await is(lambda(cloud, { ...key, secret: 'guess' }, 'toy-backend', {}), 403, 'InvalidSignatureException');
    await is(lambda(cloud, key, 'toy-backend', '{'), 400, 'InvalidRequestContentException');
    await is(lambda(cloud, key, 'toy-backend', `"${'x'.repeat(6 * 1024 * 1024)}"`), 413, 'RequestTooLargeException');
    const failed = await is(lambda(cloud, key, 'toy-backend', { do: 'throw' }), 200, undefined, /on purpose/);
    assert.strictEqual(failed['x-amz-function-error'], 'Unhandled');
    await is(lambda(cloud, key, 'toy-backend', { do: 'sleep', ms: 300 }, { 'x-amz-invocation-type': 'Event' }), 202, undefined);
    await is(lambda(cloud, key, 'toy-backend', { do: 'echo' }), 429, 'TooManyRequestsException', /ConcurrentInvocationLimitExceeded/);
    cloud.account.revoke(key);
    await is(lambda(cloud, key, 'toy-backend', {}), 403, 'UnrecognizedClientException');
});

// --- the door ---------------------------------------------------------------------------

test('the API: routes, throttling, time-out, failures', async (t) => {
    const cloud = await toyCloud(t, { parameters: { Burst: '6' } });
    const get = (where) => fetchIt({ port: cloud.front.port, method: 'GET', path: where, headers: { 'X-One': 'a' } });
    const is = async (where, status, message) => {
        const reply = await get(where);
        assert.deepStrictEqual([reply.status, reply.json?.message], [status, message], where);
        return reply;
    };
    await Promise.all([1, 2].map(() => call(cloud, 'client', { do: 'sleep', ms: 200 }))); /* no cold start in what follows */
    await is('/nothing', 404, 'Not Found');
    const good = await is('/call?do=http&a=1', 201, undefined);
    assert.deepStrictEqual([good.headers['x-toy'], good.headers['set-cookie']], ['yes', ['a=1', 'b=2']]);
    assert.deepStrictEqual([good.json.headers['x-one'], good.json.rawQueryString], ['a', 'do=http&a=1']);
    await is('/call?do=sleep&ms=2700', 503, 'Service Unavailable');
    await is('/call?do=throw', 500, 'Internal Server Error');
    await is('/call?do=nonsense', 500, 'Internal Server Error');
    await is('/shut?do=http', 500, 'Internal Server Error'); /* no Permission for it */
    await is('/call?do=http', 201, undefined);
    await is('/call?do=http', 429, 'Too Many Requests');
    assert.deepStrictEqual(cloud.front.counts.throttled, 1);
    await cloud.down();
    await is('/call?do=http', 404, 'Not Found');
});

// --- the store --------------------------------------------------------------------------

const key1 = (name) => ({ pk: { S: name } });
const write = (name, more) => ({
    TableName: 'toy-breakers', Key: key1(name), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } }, ...more,
});
const read = (name) => ({ TableName: 'toy-breakers', Key: key1(name), ConsistentRead: true });

test('the store: rights and signatures', async (t) => {
    const cloud = await toyCloud(t);
    const key = cloud.account.assume(cloud.pool('client').fn.role, { id: 'e', functionName: 'toy-client' });
    const rows = [
        ['GetItem', read('cb#x'), key, 200],
        ['UpdateItem', write('cb#x'), key, 200],
        ['GetItem', read('mode#x'), key, 400, 'AccessDeniedException'],
        ['DeleteItem', { TableName: 'toy-breakers', Key: key1('cb#x') }, key, 400, 'AccessDeniedException'],
        ['GetItem', { ...read('cb#x'), TableName: 'other' }, key, 400, 'AccessDeniedException'],
        ['GetItem', read('cb#x'), { ...key, token: undefined }, 400, 'UnrecognizedClientException'],
        ['GetItem', read('cb#x'), { ...key, secret: 'guess' }, 400, 'InvalidSignatureException'],
        ['DeleteItem', { TableName: 'toy-breakers', Key: key1('cb#x') }, cloud.account.operator, 200],
    ];
    for (const [op, body, who, status, type] of rows) {
        const reply = await dynamo(cloud, who, op, body);
        assert.deepStrictEqual([reply.status, reply.json.__type?.split('#')[1]], [status, type], op);
    }
    const { requests, denied, bad_signature: bad } = cloud.store.counts;
    assert.deepStrictEqual([requests, denied, bad], [{ GetItem: 1, UpdateItem: 1, DeleteItem: 1 }, 3, 2]);
});

test('the store: faults', async (t) => {
    const cloud = await toyCloud(t);
    const who = cloud.account.operator;
    const count = async () => Number((await cloud.store.direct('GetItem', read('cb#f'))).Item?.n.N ?? 0);
    const update = (more) => dynamo(cloud, who, 'UpdateItem', write('cb#f'), more);
    const fault = (one) => cloud.store.faults.set(one);

    fault({ kind: 'hang' });
    await assert.rejects(update({ withinMs: 200 }), /no answer/);
    assert.strictEqual(await count(), 0, 'a hang is not carried out');
    fault({ kind: 'drop' });
    await assert.rejects(update(), { code: 'ECONNRESET' });
    assert.strictEqual(await count(), 1, 'a drop is');
    fault({ kind: 'error' });
    assert.strictEqual((await update()).status, 500);
    fault({ kind: 'throttle' });
    assert.match((await update()).json.__type, /#ProvisionedThroughputExceededException$/);
    fault({ kind: 'throttle', type: 'ThrottlingException' });
    assert.match((await update()).json.__type, /#ThrottlingException$/);
    assert.strictEqual(await count(), 1, 'nor are those');
    fault({ kind: 'delay', ms: 200 });
    const began = performance.now();
    assert.strictEqual((await update()).status, 200);
    assert.ok(performance.now() - began >= 195);
    fault({ kind: 'drop', op: 'GetItem' });
    assert.strictEqual((await update()).status, 200);
    assert.strictEqual(await count(), 3);
});

test('the store: a failed condition, with the old item and without', async (t) => {
    const cloud = await toyCloud(t);
    const lose = () => dynamo(cloud, cloud.account.operator, 'UpdateItem',
        write('cb#c', { ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }));
    assert.strictEqual((await lose()).status, 200);
    const plain = await lose();
    assert.deepStrictEqual([plain.status, 'Item' in plain.json], [400, false]);
    cloud.store.showOld = true;
    const shown = await lose();
    assert.match(shown.json.__type, /#ConditionalCheckFailedException$/);
    assert.deepStrictEqual(shown.json.Item, { pk: { S: 'cb#c' }, n: { N: '1' } });
    assert.strictEqual(cloud.store.counts.condition_failed, 2);
});

// --- control ----------------------------------------------------------------------------

async function controlled(t, options) {
    const cloud = await toyCloud(t, options);
    const control = new Control(cloud, (error) => { throw error; });
    await control.start(0);
    t.after(() => control.stop());
    const ask = (method, where, body, headers) => fetchIt({
        port: control.port, method, path: where, headers: { 'content-type': 'application/json', ...headers }, body: body ? JSON.stringify(body) : '',
    });
    return { cloud, ask };
}

test('control: up and down, and what is there meanwhile', async (t) => {
    const { cloud, ask } = await controlled(t);
    assert.strictEqual((await ask('GET', '/outputs')).json.Url, `http://127.0.0.1:${cloud.front.port}/call`);
    await call(cloud, 'client', { do: 'echo' });
    const [{ child: { pid } }] = cloud.pool('client').environments();
    await ask('POST', '/mode', { mode: 'flaky', pct: 30 });
    assert.deepStrictEqual((await ask('GET', '/items')).json.items, [{ pk: { S: 'mode#backend' }, mode: { S: 'flaky' }, pct: { N: '30' } }]);
    assert.strictEqual((await ask('POST', '/up')).status, 200);
    assert.strictEqual(alive(pid), false, 'new code, new environments');
    assert.strictEqual((await ask('GET', '/items')).json.items.length, 1, 'a second up keeps the items');
    assert.deepStrictEqual((await ask('GET', '/resources')).json.tables, ['toy-breakers']);
    const down = (await ask('POST', '/down')).json;
    assert.deepStrictEqual([down.total, down.functions], [0, []]);
    assert.deepStrictEqual((await cloud.store.direct('ListTables', {})).TableNames, []);
    assert.strictEqual((await lambda(cloud, cloud.account.operator, 'toy-client', {})).status, 404);
    assert.strictEqual((await ask('POST', '/mode', { mode: 'ok' })).status, 400);
    await ask('POST', '/up');
    assert.deepStrictEqual((await ask('GET', '/items')).json.items, []);
    assert.deepStrictEqual((await call(cloud, 'client', { do: 'echo' })).json, { do: 'echo' });
});

const REFUSED = [
    ['GET', '/nothing', null, 404, /there is no GET \/nothing/],
    ['POST', '/mode', { mode: 'gone' }, 400, /"mode" must be one of/],
    ['POST', '/mode', { mode: 'ok', percent: 3 }, 400, /no "percent"/],
    ['POST', '/faults/store', { kind: 'ok', function: 'nobody' }, 400, /there are toy-client, toy-backend/],
    ['POST', '/environments', { function: 'client', action: 'heal' }, 400, /"kill"/],
    ['POST', '/environments', { function: 'client', limit: -1 }, 400, /"limit"/],
    ['POST', '/environments', { function: 'client', clock_offsets_ms: ['1'] }, 400, /whole numbers/],
    ['GET', '/logs?function=client&after=x', null, 400, /whole numbers/],
];

test('control: what is wrong is refused with a sentence', async (t) => {
    const { ask } = await controlled(t);
    for (const [method, where, body, status, message] of REFUSED) {
        const reply = await ask(method, where, body);
        assert.strictEqual(reply.status, status, where);
        assert.match(reply.json.error, message);
    }
});

test('control: another clone is sent home', async (t) => {
    const { ask } = await controlled(t);
    const here = Buffer.from(fs.realpathSync(path.join(__dirname, '../..'))).toString('latin1'); /* as curl sends it */
    assert.strictEqual((await ask('GET', '/status', null, { 'x-lab-folder': here })).status, 200);
    const reply = await ask('POST', '/mode', { mode: 'hang' }, { 'x-lab-folder': '/another/clone' });
    assert.strictEqual(reply.status, 409);
    assert.match(reply.json.error, /^this twin is of .*, and you ask from \/another\/clone\./);
    assert.deepStrictEqual((await ask('GET', '/items')).json.items, [], 'and nothing is changed');
});

test('control: a deploy that fails leaves what was there', async (t) => {
    const { cloud, ask } = await controlled(t);
    const { template } = cloud.options;
    fs.writeFileSync(template, fs.readFileSync(template, 'utf8').replace('Code: ../build/lambda/client.zip', 'Code: ../build/lambda/none.zip'));
    const reply = await ask('POST', '/up');
    assert.deepStrictEqual([reply.status, /there is no .*none/.test(reply.json.error)], [500, true], reply.text);
    assert.deepStrictEqual((await call(cloud, 'client', { do: 'echo' })).json, { do: 'echo' });
});

// The environment that holds a probe is the one that wrote the item last. It dies before
// it learns that it got the probe; the write stands.
test('control: killing the prober, before it knows', async (t) => {
    const { cloud, ask } = await controlled(t);
    const role = cloud.pool('client').fn.role;
    const busy = call(cloud, 'client', { do: 'sleep', ms: 900 });
    while (cloud.pool('client').environments()[0]?.state !== 'busy') await sleep(5);
    const [environment] = cloud.pool('client').environments();
    const half = write('cb#p', { UpdateExpression: 'SET st = :h', ExpressionAttributeValues: { ':h': { S: 'H' } } });
    assert.deepStrictEqual((await ask('POST', '/environments', { function: 'client', action: 'kill', which: 'probing' })).json.killed, []);
    const waiting = ask('POST', '/environments', { function: 'client', action: 'kill', which: 'probing', wait_ms: 5000 });
    while (!cloud.store.watchers.size) await sleep(5);
    await dynamo(cloud, cloud.account.assume(role, { id: 'somebody else', functionName: 'toy-client' }), 'UpdateItem', write('cb#q'));
    assert.strictEqual(environment.state, 'busy');
    await dynamo(cloud, environment.key, 'UpdateItem', half);
    assert.strictEqual(environment.state, 'dead', 'when the write is answered it is dead already');
    assert.deepStrictEqual((await waiting).json.killed, [environment.id]);
    assert.match((await busy).json.errorMessage, /killed/);
    assert.strictEqual((await cloud.store.direct('GetItem', read('cb#p'))).Item.st.S, 'H');
});
