// Are the client's requests to DynamoDB and Lambda signed as those want it, and are the
// rights that lab/template.yaml gives its role just what they need? Walks an item round
// (store_walk.c) with good keys, and with three kinds of bad ones. The judge is
//
//     LAB_STORE=twin   the twin's store and Invoke API, verifier and policies our own
//     LAB_STORE=moto   moto_server, of which botocore is the verifier; see moto.js
//
// LAB_WALK names the program.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const path = require('node:path');
const { promisify } = require('node:util');
const execFile = promisify(require('node:child_process').execFile);
const { Account } = require('../../lab/twin/account');
const { Invoke } = require('../../lab/twin/invoke');
const { readPolicies } = require('../../lab/twin/policy');
const { Store } = require('../../lab/twin/store');
const { readTemplate, resolve } = require('../../lab/twin/template');
const { startMoto, roleOf, makeTable } = require('./moto');

const { LAB_STORE: judge, LAB_WALK: program } = process.env;
const { resources } = resolve(readTemplate(path.join(__dirname, '../../lab/template.yaml')));
const ROLE = resources.ClientRole.properties.Policies.flatMap((one) => one.PolicyDocument.Statement);
const TABLE = resources.Table.name, BACKEND = resources.BackendFunction.name;
const { AttributeDefinitions, KeySchema } = resources.Table.properties;
const REQUEST = { TableName: TABLE, AttributeDefinitions, KeySchema, BillingMode: 'PAY_PER_REQUEST' };
const ROLES = 2;

function throwing(error) {
    throw error;
}

async function twin(t) {
    const account = new Account();
    const store = new Store(account, throwing), invoke = new Invoke(account, new Map(), throwing);
    await store.start(0);
    await invoke.start(0);
    t.after(() => Promise.all([store.stop(), invoke.stop()]));
    await store.direct('CreateTable', REQUEST);
    store.hashes.set(TABLE, KeySchema[0].AttributeName);
    return {
        dynamodb: `http://127.0.0.1:${store.port}`, lambda: `http://127.0.0.1:${invoke.port}`,
        keysOf: async (name, statements) => account.assume({ name, statements: readPolicies([{ Statement: statements }], name) }),
    };
}

// The table and the roles are made before it begins to check. It looks at no resource and no
// condition of a policy, takes none but "*", and calls each action as the operation is called.
const asMoto = ({ Effect, Action }) => ({ Effect, Resource: '*', Action: [Action].flat().map((one) => one.replace('lambda:InvokeFunction', 'lambda:Invoke')) });

async function moto(t) {
    const server = await startMoto(1 + 3 * ROLES);
    t.after(() => server.stop());
    await makeTable(server, REQUEST);
    return {
        dynamodb: server.endpoint.slice(0, -1), lambda: server.endpoint.slice(0, -1),
        keysOf: (name, statements) => roleOf(server, name, statements.map(asMoto)),
    };
}

async function walk(world, key) {
    const env = {
        PATH: process.env.PATH, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret,
        AWS_ENDPOINT_URL_DYNAMODB: world.dynamodb, AWS_ENDPOINT_URL_LAMBDA: world.lambda,
        ...(key.token ? { AWS_SESSION_TOKEN: key.token } : {}),
    };
    const { stdout } = await execFile(program, [TABLE, BACKEND], { env, timeout: 60000 });
    const lines = stdout.trim().split('\n');
    assert.strictEqual(lines.length, 9, stdout);
    return lines;
}

// Nothing may be let through; what it is told besides differs from judge to judge.
function refused(lines, why) {
    for (const line of lines) assert.match(line, /: (failed|status) (400|401|403)$/, why);
}

test(`signatures and rights, judged by ${judge}`, async (t) => {
    const world = await { twin, moto }[judge](t);
    const good = await world.keysOf('client', ROLE);
    const reader = await world.keysOf('reader', [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: ROLE[0].Resource }]);

    await t.test('a role that may only read', async () => {
        const lines = await walk(world, reader);
        assert.deepStrictEqual([lines[0], lines[7]], ['read: none', 'read, any copy: none']);
        refused([...lines.slice(1, 7), lines[8]], 'only reads were allowed');
    });
    await t.test('a wrong secret', async () => refused(await walk(world, { ...good, secret: good.secret.replace(/.$/, (c) => (c === 'x' ? 'y' : 'x')) }), 'the signature is wrong'));
    await t.test('no session token', async () => refused(await walk(world, { ...good, token: undefined }), 'the token is missing'));
    await t.test('another token', async () => refused(await walk(world, { ...good, token: `${good.token}x` }), 'the token is none of ours'));
    await t.test('a key that nobody has', async () => refused(await walk(world, { ...good, id: 'ASIAAAAAAAAAAAAAAAAA' }), 'there is no such key'));
    await t.test("the template's role", async () => assert.deepStrictEqual(await walk(world, good), [
        'read: none', 'count: saved 0', 'trip: saved 1', 'trip, too late: conflict', 'probe: saved 2',
        'close, by another: conflict', 'close: saved 3', 'read, any copy: item 3', 'invoke: status 404']));
});
