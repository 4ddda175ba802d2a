// moto_server, where it is installed: AWS's services made up by others than us. It checks
// every signature by botocore, and every action by the policies of whoever signed it.
//
//     const moto = await startMoto(7);      from the eighth request on it checks
//     const key = await roleOf(moto, 'client', [{ Effect: 'Allow', Action: [...], Resource: '*' }]);
//     moto.stop();
//
// What it does not look at are the resources of a policy, and its conditions.
'use strict';

const { spawn } = require('node:child_process');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { HOST, ask } = require('../../lab/twin/http');

const START_MS = 30000;
const NEVER = 1000000;

function freePort() {
    return new Promise((resolve) => {
        const server = net.createServer();
        server.listen(0, HOST, () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

function answers(port) {
    return new Promise((resolve) => {
        const socket = net.connect(port, HOST);
        socket.on('connect', () => { socket.destroy(); resolve(true); });
        socket.on('error', () => resolve(false));
    });
}

async function startMoto(unchecked = NEVER) {
    const port = await freePort();
    const env = { ...process.env, INITIAL_NO_AUTH_ACTION_COUNT: String(unchecked) };
    const child = spawn('moto_server', ['-H', HOST, '-p', String(port)], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    process.once('exit', () => child.kill()); /* whatever ends a test, it goes too */
    process.once('SIGTERM', () => process.exit(143));
    let said = '', gone = null;
    child.stderr.on('data', (part) => { said = (said + part).slice(-2000); });
    child.on('error', (error) => { gone = error.message; });
    child.on('exit', (status) => { gone ??= `it ended with status ${status}`; });
    const late = Date.now() + START_MS;
    while (!await answers(port)) {
        if (gone || Date.now() > late) {
            child.kill();
            throw new Error(`moto_server did not start: ${gone ?? `nothing on its port after ${START_MS} ms`}\n${said}`);
        }
        await sleep(100);
    }
    return { port, endpoint: `http://${HOST}:${port}/`, stop: () => child.kill() };
}

// It learns from the scope which service is meant; the signature is not looked at yet.
const scope = (service) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=x/20200101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    'x-amz-date': '20200101T000000Z',
});

async function post(moto, service, type, action, body, headers = {}) {
    const answer = await ask({
        port: moto.port, body, headers: { ...scope(service), 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers },
    });
    if (answer.status !== 200) throw new Error(`${action}: ${answer.status} ${answer.body}`);
    return String(answer.body);
}

const query = (moto, service, version, parameters) => post(moto, service, 'application/x-www-form-urlencoded', parameters.Action,
    String(new URLSearchParams({ Version: version, ...parameters })));

// A role with these statements and keys for it, as Lambda would give them: three requests.
async function roleOf(moto, name, statements) {
    const trust = { Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] };
    const iam = (parameters) => query(moto, 'iam', '2010-05-08', { RoleName: name, ...parameters });
    const made = await iam({ Action: 'CreateRole', AssumeRolePolicyDocument: JSON.stringify(trust) });
    await iam({ Action: 'PutRolePolicy', PolicyName: name, PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }) });
    const text = (xml, tag) => new RegExp(`<${tag}>\\s*([^<]+?)\\s*</${tag}>`).exec(xml)[1];
    const session = await query(moto, 'sts', '2011-06-15', { Action: 'AssumeRole', RoleArn: text(made, 'Arn'), RoleSessionName: 'walk' });
    return { id: text(session, 'AccessKeyId'), secret: text(session, 'SecretAccessKey'), token: text(session, 'SessionToken') };
}

const makeTable = (moto, request) => post(moto, 'dynamodb', 'application/x-amz-json-1.0', 'CreateTable', JSON.stringify(request),
    { 'x-amz-target': 'DynamoDB_20120810.CreateTable' });

module.exports = { startMoto, roleOf, makeTable };
