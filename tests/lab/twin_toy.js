// What the twin's tests share: a toy function, a template for it, and a signer of requests
// that shares no code with the verifier it is used against.
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { Cloud } = require('../../lab/twin/cloud');

// The bootstrap: does what the event's "do" says (or the query's, through the front). TOY in
// its environment makes its start go wrong.
const BOOTSTRAP = String.raw`
'use strict';
const http = require('node:http');
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true });
let ticks = 0;
setInterval(() => { ticks++; }, 5);

function ask(method, path, body) {
    return new Promise((resolve, reject) => {
        const request = http.request({ host, port, agent, method, path: '/2018-06-01/runtime/' + path }, (response) => {
            const parts = [];
            response.on('data', (part) => parts.push(part));
            response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() }));
        });
        request.on('error', reject);
        request.end(body);
    });
}
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const deeds = {
    echo: (event) => event,
    env: () => process.env,
    ticks: () => ({ ticks, pid: process.pid }),
    deadline: (_, next) => ({ deadline: Number(next.headers['lambda-runtime-deadline-ms']), now: Date.now(), arn: next.headers['lambda-runtime-invoked-function-arn'] }),
    sleep: (event) => sleep(event.ms).then(() => ({ slept: event.ms, pid: process.pid })),
    log: (event) => { console.log(event.text); console.error('to stderr'); return {}; },
    exit: (event) => process.exit(event.code),
    throw: () => { throw new Error('on purpose'); },
    big: (event) => 'x'.repeat(event.bytes),
    http: (event) => ({ statusCode: 201, headers: { 'X-Toy': 'yes' }, cookies: ['a=1', 'b=2'], body: JSON.stringify(event) }),
    nonsense: () => ({ statusCode: 'many' }),
};
async function answer(next) {
    const id = next.headers['lambda-runtime-aws-request-id'];
    try {
        let event = JSON.parse(next.text);
        if (event.version === '2.0') event = { ...event, ...event.queryStringParameters, ms: Number(event.queryStringParameters?.ms) };
        const reply = await ask('POST', 'invocation/' + id + '/response', JSON.stringify(await deeds[event.do](event, next)));
        if (reply.status === 413) await ask('POST', 'invocation/' + id + '/error', '{"errorType":"Toy"}');
        if (event.twice) console.log('second answer: ' + (await ask('POST', 'invocation/' + id + '/response', '{}')).status);
    } catch (error) {
        await ask('POST', 'invocation/' + id + '/error', JSON.stringify({ errorType: 'Toy', errorMessage: error.message }));
    }
}
async function main() {
    if (process.env.TOY === 'init-error') await ask('POST', 'init/error', '{"errorType":"Toy.Init","errorMessage":"bad config"}');
    if (process.env.TOY) process.exit(3);
    for (;;) await answer(await ask('GET', 'invocation/next'));
}
main().catch((error) => { console.error(error.message); process.exit(1); });
`;

const TEMPLATE = `
Parameters:
  ProjectName: {Type: String, Default: toy}
  Toy: {Type: String, Default: ''}
  Logs: {Type: String, Default: 'yes'}
  Burst: {Type: Number, Default: 100}
Conditions:
  MayLog: !Equals [!Ref Logs, 'yes']
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub "\${ProjectName}-breakers"
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem']
                Resource: !GetAtt Table.Arn
                Condition: {'ForAllValues:StringLike': {'dynamodb:LeadingKeys': ['cb#*']}}
              - Effect: Allow
                Action: lambda:InvokeFunction
                Resource: !Sub "arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:\${ProjectName}-backend"
              - !If
                - MayLog
                - {Effect: Allow, Action: 'logs:*', Resource: '*'}
                - !Ref AWS::NoValue
  Client:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "\${ProjectName}-client"
      Runtime: provided.al2023
      Handler: bootstrap
      Timeout: 3
      Code: ../build/lambda/client.zip
      Role: !GetAtt Role.Arn
      Environment: {Variables: {TABLE: !Ref Table, TOY: !Ref Toy}}
  Backend:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "\${ProjectName}-backend"
      Runtime: provided.al2023
      Handler: bootstrap
      Timeout: 3
      Code: ../build/lambda/backend.zip
      Role: !GetAtt Role.Arn
  Api: {Type: 'AWS::ApiGatewayV2::Api', Properties: {ProtocolType: HTTP}}
  Fast:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {IntegrationUri: !GetAtt Client.Arn, PayloadFormatVersion: '2.0', TimeoutInMillis: 2000}
  Slow:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {IntegrationUri: !GetAtt Backend.Arn, PayloadFormatVersion: '2.0'}
  Call: {Type: 'AWS::ApiGatewayV2::Route', Properties: {RouteKey: GET /call, Target: !Sub 'integrations/\${Fast}'}}
  Shut: {Type: 'AWS::ApiGatewayV2::Route', Properties: {RouteKey: GET /shut, Target: !Sub 'integrations/\${Slow}'}}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {StageName: $default, DefaultRouteSettings: {ThrottlingBurstLimit: !Ref Burst, ThrottlingRateLimit: 0.01}}
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref Client
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub "arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*/GET/call"
Outputs:
  Url: {Value: !Sub "https://\${Api}.execute-api.\${AWS::Region}.amazonaws.com/call"}
`;

// A folder with bin/client/bootstrap, bin/backend/bootstrap and template.yaml.
function toyFolder() {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'twin-test-'));
    for (const name of ['client', 'backend']) {
        fs.mkdirSync(path.join(folder, 'bin', name), { recursive: true });
        fs.writeFileSync(path.join(folder, 'bin', name, 'bootstrap'), `#!${process.execPath}\n${BOOTSTRAP}`, { mode: 0o755 });
    }
    fs.writeFileSync(path.join(folder, 'template.yaml'), TEMPLATE);
    return folder;
}

// The toy's stack, up; t.after takes it down. `bugs` must stay empty.
async function toyCloud(t, options = {}) {
    const folder = toyFolder();
    const bugs = [];
    const cloud = new Cloud({
        template: path.join(folder, 'template.yaml'), code: { bin: path.join(folder, 'bin') }, folder: path.join(folder, 'run'),
        portBase: 0, concurrency: 10, parameters: {}, onBug: (error) => bugs.push(error), ...options,
    });
    t.after(async () => {
        await cloud.stop();
        fs.rmSync(folder, { recursive: true });
        if (bugs.length) throw bugs[0];
    });
    await cloud.start();
    await cloud.up();
    return cloud;
}

const hash = (text) => crypto.createHash('sha256').update(text).digest('hex');
const mac = (key, text, how) => crypto.createHmac('sha256', key).update(text).digest(how);

// Headers of a signed POST. Headers given are signed too; `path` must need no encoding.
function sign({ key, service, host, path: where = '/', headers = {}, body = '', atMs = Date.now() }) {
    const time = new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '');
    const all = { host, 'x-amz-date': time, ...(key.token && { 'x-amz-security-token': key.token }), ...headers };
    const names = Object.keys(all).sort();
    const request = `POST\n${where}\n\n${names.map((n) => `${n}:${all[n]}\n`).join('')}\n${names.join(';')}\n${hash(body)}`;
    const scope = `${time.slice(0, 8)}/${key.region}/${service}/aws4_request`;
    let k = `AWS4${key.secret}`;
    for (const part of scope.split('/')) k = mac(k, part);
    const signature = mac(k, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(request)}`, 'hex');
    return { ...all, authorization: `AWS4-HMAC-SHA256 Credential=${key.id}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}` };
}

// One request; resolves to { status, headers, text, json }. No keep-alive.
function fetchIt({ port, method = 'POST', path: where = '/', headers = {}, body = '', withinMs = 10000 }) {
    return new Promise((resolve, reject) => {
        const request = http.request({ host: '127.0.0.1', port, method, path: where, headers, agent: false, timeout: withinMs }, (response) => {
            const parts = [];
            response.on('data', (part) => parts.push(part));
            response.on('end', () => {
                const text = Buffer.concat(parts).toString();
                let json;
                try { json = JSON.parse(text); } catch { json = undefined; }
                resolve({ status: response.statusCode, headers: response.headers, text, json });
            });
        });
        request.on('timeout', () => request.destroy(new Error('no answer')));
        request.on('error', reject);
        request.end(body);
    });
}

function signed(port, key, service, where, headers, body, more = {}) {
    const host = `127.0.0.1:${port}`;
    return fetchIt({ port, path: where, body, headers: sign({ key, service, host, path: where, headers, body }), ...more });
}

// A call of the store, as an SDK makes it.
function dynamo(cloud, key, op, body, more) {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${op}` };
    return signed(cloud.store.port, key, 'dynamodb', '/', headers, JSON.stringify(body), more);
}

// A call of Lambda's Invoke.
function lambda(cloud, key, name, body, headers = {}) {
    return signed(cloud.invoke.port, key, 'lambda', `/2015-03-31/functions/${name}/invocations`, headers, typeof body === 'string' ? body : JSON.stringify(body));
}

// An event straight into a function; resolves to { json, functionError, throttled }.
async function call(cloud, name, event) {
    const result = await cloud.pool(name).invoke(Buffer.from(JSON.stringify(event)));
    return { ...result, json: result.payload && JSON.parse(result.payload) };
}

module.exports = { toyFolder, toyCloud, sign, fetchIt, dynamo, lambda, call, TEMPLATE };
