// The parts of the twin that need no process: tables of cases for the signatures, the
// policies, the template, the events of API Gateway, the choice of faults.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { unpack } = require('../../lab/twin/unpack');
const { verify } = require('../../lab/twin/sigv4');
const { readPolicies, allowed } = require('../../lab/twin/policy');
const { parseTemplate, resolve } = require('../../lab/twin/template');
const { readDeployment } = require('../../lab/twin/deployment');
const { Bucket, eventOf, responseOf } = require('../../lab/twin/front');
const { Faults, faultError } = require('../../lab/twin/faults');
const { functionName } = require('../../lab/twin/invoke');
const { sign, TEMPLATE } = require('./twin_toy');

// --- signatures ---------------------------------------------------------------------

// AWS's own published examples, of its test suite and of its documentation for IAM.
const EXAMPLE = { secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', region: 'us-east-1' };
const AT = Date.UTC(2015, 7, 30, 12, 36, 0);
const VECTORS = [
    ['get-vanilla', 'service', 'GET', '/', ['Host', 'example.amazonaws.com'], '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['post-vanilla', 'service', 'POST', '/', ['Host', 'example.amazonaws.com'], '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    ['get-vanilla-query-order-key-case', 'service', 'GET', '/?Param2=value2&Param1=value1', ['Host', 'example.amazonaws.com'],
        'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'],
    ['iam ListUsers', 'iam', 'GET', '/?Action=ListUsers&Version=2010-05-08',
        ['Host', 'iam.amazonaws.com', 'Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
        '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7'],
];

for (const [name, service, method, url, headers, signature] of VECTORS) {
    test(`signature: ${name}`, () => {
        const rawHeaders = [...headers, 'X-Amz-Date', '20150830T123600Z'];
        const names = rawHeaders.filter((_, i) => i % 2 === 0).map((one) => one.toLowerCase()).sort().join(';');
        const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/${service}/aws4_request, SignedHeaders=${names}, Signature=${signature}`;
        const request = { method, url, rawHeaders, headers: { authorization }, body: Buffer.alloc(0) };
        const keys = new Map([['AKIDEXAMPLE', EXAMPLE]]);
        assert.deepStrictEqual(verify(request, service, keys, AT), { ok: true, key: EXAMPLE });
        request.method = 'PUT';
        assert.strictEqual(verify(request, service, keys, AT).refusal.type, 'InvalidSignatureException');
    });
}

const KEY = { id: 'ASIATEST', secret: 'secret', token: 'token', region: 'eu-west-1' };

function request(change = () => {}, more = {}) {
    const headers = sign({ key: KEY, service: 'dynamodb', host: 'h:1', headers: { 'content-type': 'a', 'x-amz-target': 't' }, body: '{}', atMs: AT, ...more });
    const one = { method: 'POST', url: '/', headers, body: Buffer.from('{}') };
    change(one);
    one.rawHeaders ??= Object.entries(one.headers).flat();
    return one;
}

// What was changed after signing, and the refusal; the last two are no tampering at all.
const TAMPERED = [
    ['the body', (r) => { r.body = Buffer.from('{ }'); }, 'InvalidSignatureException'],
    ['the path', (r) => { r.url = '/x'; }, 'InvalidSignatureException'],
    ['a query', (r) => { r.url = '/?a=b'; }, 'InvalidSignatureException'],
    ['the target', (r) => { r.headers['x-amz-target'] = 'u'; }, 'InvalidSignatureException'],
    ['the host', (r) => { r.headers.host = 'h:2'; }, 'InvalidSignatureException'],
    ['one digit of the signature', (r) => { r.headers.authorization = r.headers.authorization.replace(/.$/, (c) => (c === '0' ? '1' : '0')); }, 'InvalidSignatureException'],
    ['the token', (r) => { r.headers['x-amz-security-token'] = 'other'; }, 'UnrecognizedClientException'],
    ['no token', (r) => { delete r.headers['x-amz-security-token']; }, 'UnrecognizedClientException'],
    ['no authorization', (r) => { delete r.headers.authorization; }, 'MissingAuthenticationTokenException'],
    ['a malformed authorization', (r) => { r.headers.authorization = 'AWS4-HMAC-SHA256 Credential=x'; }, 'IncompleteSignatureException'],
    ['an unknown key', (r) => { r.headers.authorization = r.headers.authorization.replace('ASIATEST', 'ASIAELSE'); }, 'UnrecognizedClientException'],
    ['an unsigned x-amz header', (r) => { r.headers['x-amz-extra'] = '1'; }, 'InvalidSignatureException'],
    ['a header sent twice', (r) => { r.rawHeaders = [...Object.entries(r.headers).flat(), 'X-Amz-Target', 't']; }, 'InvalidSignatureException'],
    ['an unsigned header of no meaning', (r) => { r.headers.accept = '*/*'; }, null],
    ['spaces around a value', (r) => { r.headers['x-amz-target'] = '  t '; }, null],
];

for (const [what, change, refusal] of TAMPERED) {
    test(`signature: ${what}`, () => {
        const result = verify(request(change), 'dynamodb', new Map([[KEY.id, KEY]]), AT);
        assert.strictEqual(result.ok ? null : result.refusal.type, refusal);
    });
}

test('signature: another service, region, hour', () => {
    const keys = new Map([[KEY.id, KEY]]);
    assert.match(verify(request(), 'lambda', keys, AT).refusal.message, /correct service: 'lambda'/);
    assert.match(verify(request(), 'dynamodb', new Map([[KEY.id, { ...KEY, region: 'us-east-1' }]]), AT).refusal.message, /valid region/);
    assert.strictEqual(verify(request(), 'dynamodb', keys, AT + 300000).ok, true);
    assert.match(verify(request(), 'dynamodb', keys, AT + 300001).refusal.message, /expired/);
    assert.match(verify(request(), 'dynamodb', keys, AT - 300001).refusal.message, /expired/);
    assert.strictEqual(verify(request(), 'dynamodb', new Map([[KEY.id, { ...KEY, secret: 'guess' }]]), AT).ok, false);
});

// --- policies -------------------------------------------------------------------------

const TABLE = 'arn:aws:dynamodb:eu-west-1:1:table/t';
const LEADING = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['cb#*'] } };
const allow = (more) => ({ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: TABLE, ...more });
const keys = (...values) => ({ 'dynamodb:LeadingKeys': values });

const POLICIES = [
    ['nothing said is a no', [], {}, false],
    ['said is a yes', [allow()], {}, true],
    ['another action', [allow()], { action: 'dynamodb:PutItem' }, false],
    ['another table', [allow()], { resource: `${TABLE}2` }, false],
    ['a star in the action', [allow({ Action: 'dynamodb:Get*' })], {}, true],
    ['actions without regard to case', [allow({ Action: ['DynamoDB:getitem'] })], {}, true],
    ['resources with regard to case', [allow({ Resource: TABLE.toUpperCase() })], {}, false],
    ['a dot is a dot', [allow({ Resource: 'arn.aws:dynamodb:eu-west-1:1:table/t' })], {}, false],
    ['a question mark is one character', [allow({ Resource: TABLE.replace(/t$/, '?') })], {}, true],
    ['deny wins', [allow(), allow({ Effect: 'Deny' })], {}, false],
    ['a key that fits', [allow({ Condition: LEADING })], { context: keys('cb#x') }, true],
    ['a key that does not', [allow({ Condition: LEADING })], { context: keys('mode#x') }, false],
    ['all keys must fit', [allow({ Condition: LEADING })], { context: keys('cb#x', 'mode#x') }, false],
    ['ForAllValues of none is a yes', [allow({ Condition: LEADING })], { context: {} }, true],
    ['ForAnyValue of none is a no', [allow({ Condition: { 'ForAnyValue:StringLike': { a: 'b' } } })], {}, false],
    ['a plain operator wants the key', [allow({ Condition: { StringEquals: { a: 'b' } } })], {}, false],
    ['unless IfExists', [allow({ Condition: { StringEqualsIfExists: { a: 'b' } } })], {}, true],
    ['a negative one does not', [allow({ Condition: { StringNotEquals: { a: 'b' } } })], {}, true],
    ['two conditions are both asked', [allow({ Condition: { ...LEADING, StringEquals: { a: 'b' } } })], { context: { ...keys('cb#x'), a: 'c' } }, false],
];

for (const [what, statements, change, wanted] of POLICIES) {
    test(`policy: ${what}`, () => {
        const read = readPolicies([{ Statement: statements }], 'Role');
        assert.strictEqual(allowed(read, { action: 'dynamodb:GetItem', resource: TABLE, ...change }), wanted);
    });
}

test('policy: what the twin does not know is an error, not a yes', () => {
    const read = (statement) => () => readPolicies([{ Statement: [statement] }], 'ClientRole');
    assert.throws(read({ ...allow(), NotAction: 'x' }), /ClientRole: .*NotAction/);
    assert.throws(read(allow({ Condition: { IpAddress: {} } })), /ClientRole: .*IpAddress/);
    assert.throws(read({ ...allow(), Effect: 'allow' }), /Effect/);
});

// --- the template -----------------------------------------------------------------------

const read = (text, given) => resolve(parseTemplate(text, 'test.yaml'), given);
const value = (text, given) => read(`
Parameters: {ProjectName: {Type: String, Default: oc}, Size: {Type: Number, Default: 0, AllowedValues: [0, 7]}}
Conditions: {Big: !Not [!Equals [!Ref Size, 0]], Both: !And [{Condition: Big}, !Equals [a, a]]}
Mappings: {Cost: {eu: {read: 3}}}
Resources:
  Role: {Type: 'AWS::IAM::Role', Properties: {RoleName: !Sub '\${ProjectName}-r'}}
  Only: {Type: 'AWS::Logs::LogGroup', Condition: Big}
Outputs: {X: {Value: ${text}}}
`, given).outputs.X;

const VALUES = [
    ['!Ref ProjectName', 'oc'],
    ['!Ref Role', 'oc-r'],
    ['!GetAtt Role.Arn', 'arn:aws:iam::000000000000:role/oc-r'],
    ['!GetAtt [Role, Arn]', 'arn:aws:iam::000000000000:role/oc-r'],
    ['{"Fn::GetAtt": [Role, Arn]}', 'arn:aws:iam::000000000000:role/oc-r'],
    ['!Sub "${Role}/${Role.Arn}/${!Literal}"', 'oc-r/arn:aws:iam::000000000000:role/oc-r/${Literal}'],
    ['!Sub ["${A}-${ProjectName}", {A: !Ref Role}]', 'oc-r-oc'],
    ['!If [Big, yes, no]', 'no'],
    ['!If [Big, !Ref Only, none]', 'none'],
    ['!If [Both, yes, no]', 'yes', { Size: 7 }],
    ['!Join ["-", [a, !Ref ProjectName]]', 'a-oc'],
    ['!Select [1, !Split [",", "a,b"]]', 'b'],
    ['!FindInMap [Cost, eu, read]', 3],
    ['[a, !Ref "AWS::NoValue", b]', ['a', 'b']],
    ['{a: !If [Big, 1, !Ref "AWS::NoValue"], b: 2}', { b: 2 }],
    ['!Ref "AWS::StackName"', 'mine', { ProjectName: 'mine' }],
    ['!Ref Only', 'oc-Only', { Size: 7 }],
];

for (const [text, wanted, given] of VALUES) test(`template: ${text}`, () => assert.deepStrictEqual(value(text, given), wanted));

const WRONG = [
    ['!Ref Nobody', {}, /Outputs.X: there is no parameter or resource Nobody/],
    ['!Ref Only', {}, /its condition Big is false/],
    ['!If [Huge, 1, 2]', {}, /no condition Huge/],
    ['!GetAtt Role.RoleId', {}, /does not know Role.RoleId/],
    ['!ImportValue x', {}, /does not know Fn::ImportValue/],
    ['!Nonsense x', {}, /test.yaml/],
    ['a', { Size: 3 }, /3 is not one of 0, 7/],
    ['a', { Sise: 3 }, /no parameter Sise/],
];

for (const [text, given, message] of WRONG) test(`template refuses ${text} ${JSON.stringify(given)}`, () => assert.throws(() => value(text, given), message));

test('template: a circle of names is told', () => {
    const circle = 'Resources: {A: {Type: "AWS::IAM::Role", Properties: {RoleName: !Ref B}}, B: {Type: "AWS::IAM::Role", Properties: {RoleName: !Ref A}}}';
    assert.throws(() => read(circle), /circle/);
});

const CHANGES = [
    ['Service: lambda.amazonaws.com', 'Service: ec2.amazonaws.com', /cannot be assumed by Lambda/],
    ['Runtime: provided.al2023', 'Runtime: nodejs20.x', /provided/],
    ["PayloadFormatVersion: '2.0'", "PayloadFormatVersion: '1.0'", /speaks PayloadFormatVersion/],
    ['StageName: $default', 'StageName: prod', /no stage named/],
    ['RouteKey: GET /call', 'RouteKey: "GET /call/{id}"', /no variables/],
];

for (const [from, to, message] of CHANGES) {
    test(`deployment refuses ${to}`, () => {
        assert.ok(TEMPLATE.includes(from));
        assert.throws(() => readDeployment(read(TEMPLATE.replace(from, to))), message);
    });
}

test('deployment: what the toy template asks for', () => {
    const deployment = readDeployment(read(TEMPLATE, { ProjectName: 'x' }));
    assert.deepStrictEqual(deployment.listing, {
        tables: ['x-breakers'], functions: ['x-client', 'x-backend'], apis: ['x-Api'], roles: ['x-Role'],
        log_groups: [], alarms: [], dashboards: [], topics: [],
    });
    const [client] = deployment.functions;
    assert.deepStrictEqual([client.timeoutMs, client.code, client.mayLog, client.variables.TABLE], [3000, 'client', true, 'x-breakers']);
    assert.deepStrictEqual(deployment.api.routes.map((one) => [one.key, one.timeoutMs, one.permitted]), [['GET /call', 2000, true], ['GET /shut', 30000, false]]);
});

// --- API Gateway -------------------------------------------------------------------------

const EVENTS = [
    ['names in lower case, doubles joined', { rawHeaders: ['X-A', '1', 'x-a', '2'] }, (e) => e.headers['x-a'], '1,2'],
    ['cookies apart', { rawHeaders: ['Cookie', 'a=1; b=2', 'Cookie', 'c=3'] }, (e) => [e.cookies, e.headers.cookie], [['a=1', 'b=2', 'c=3'], undefined]],
    ['no cookies, no field', {}, (e) => 'cookies' in e, false],
    ['a query, decoded, doubles joined', { url: '/call?a=1&a=%C3%A9&b=' }, (e) => e.queryStringParameters, { a: '1,é', b: '' }],
    ['the raw query as sent', { url: '/call?a=1&a=%C3%A9?' }, (e) => [e.rawPath, e.rawQueryString], ['/call', 'a=1&a=%C3%A9?']],
    ['no query, no field', {}, (e) => ['queryStringParameters' in e, e.rawQueryString], [false, '']],
    ['no body', {}, (e) => ['body' in e, e.isBase64Encoded], [false, false]],
    ['a text', { rawHeaders: ['Content-Type', 'application/json'], body: Buffer.from('{"é":1}') }, (e) => [e.body, e.isBase64Encoded], ['{"é":1}', false]],
    ['bytes', { body: Buffer.from([0, 255]) }, (e) => [e.body, e.isBase64Encoded], ['AP8=', true]],
    ['the context', {}, (e) => [e.version, e.routeKey, e.requestContext.http.method, e.requestContext.stage, e.requestContext.time],
        ['2.0', 'GET /call', 'GET', '$default', '30/Aug/2015:12:36:00 +0000']],
    ['who forwarded', { rawHeaders: ['X-Forwarded-For', '9.9.9.9'] }, (e) => e.headers['x-forwarded-for'], '9.9.9.9, 1.2.3.4'],
];

for (const [what, change, look, wanted] of EVENTS) {
    test(`event: ${what}`, () => {
        const one = { method: 'GET', url: '/call', rawHeaders: [], body: Buffer.alloc(0), sourceIp: '1.2.3.4', ...change };
        assert.deepStrictEqual(look(eventOf(one, { id: 'api' }, 'GET /call', AT)), wanted);
    });
}

const RESPONSES = [
    ['{"statusCode":503,"headers":{"Retry-After":"3"},"body":"no"}', (r) => [r.status, r.headers['retry-after'], r.body.toString()], [503, '3', 'no']],
    ['{"statusCode":200}', (r) => [r.headers['content-type'], r.body.length], ['text/plain;charset=utf-8', 0]],
    ['{"statusCode":"204"}', (r) => r.status, 204],
    ['{"statusCode":200,"body":"AP8=","isBase64Encoded":true}', (r) => [...r.body], [0, 255]],
    ['{"statusCode":200,"headers":{"n":5},"cookies":["a=1"]}', (r) => [r.headers.n, r.cookies], ['5', ['a=1']]],
    ['{"ok":true}', (r) => [r.status, r.headers['content-type'], r.body.toString()], [200, 'application/json', '{"ok":true}']],
    ['"words"', (r) => [r.status, r.body.toString()], [200, 'words']],
    ['nonsense', (r) => r, null],
    ['', (r) => r, null],
    ['{"statusCode":"many"}', (r) => r, null],
    ['{"statusCode":99}', (r) => r, null],
    ['{"statusCode":200,"body":{"a":1}}', (r) => r, null],
    ['{"statusCode":200,"headers":{"a":["1"]}}', (r) => r, null],
    ['{"statusCode":200,"headers":null}', (r) => r, null],
    ['{"statusCode":200,"cookies":"a=1"}', (r) => r, null],
];

for (const [text, look, wanted] of RESPONSES) test(`response: ${text}`, () => assert.deepStrictEqual(look(responseOf(Buffer.from(text))), wanted));

test('throttling: a burst, then the rate', () => {
    const bucket = new Bucket(3, 10, 0);
    const at = (ms) => bucket.take(ms);
    assert.deepStrictEqual([at(0), at(0), at(0), at(0)], [true, true, true, false]);
    assert.deepStrictEqual([at(99), at(100), at(100)], [false, true, false]);
    assert.deepStrictEqual([at(50), at(150)], [false, false], 'time that goes back gives nothing');
    assert.deepStrictEqual([at(9000), at(9000), at(9000), at(9000)], [true, true, true, false]);
});

// --- the rest ----------------------------------------------------------------------------

test('faults: pct of the requests picked, the same ones for the same seed', () => {
    const faults = new Faults();
    const run = (fault, n) => {
        faults.set(fault);
        return Array.from({ length: n }, () => (faults.next('UpdateItem', 'f') ? 'x' : '.')).join('');
    };
    const hits = run({ kind: 'drop', pct: 30, seed: 5 }, 1000);
    const count = hits.replace(/\./g, '').length;
    assert.ok(count > 250 && count < 350, `${count} of 1000`);
    assert.strictEqual(run({ kind: 'drop', pct: 30, seed: 5 }, 1000), hits);
    assert.notStrictEqual(run({ kind: 'drop', pct: 30, seed: 6 }, 1000), hits);
    assert.strictEqual(run({ kind: 'drop', pct: 0 }, 50), '.'.repeat(50));
    assert.strictEqual(run({ kind: 'drop' }, 50), 'x'.repeat(50));
    assert.strictEqual(run({ kind: 'drop', op: 'GetItem' }, 5), '.....');
    assert.strictEqual(run({ kind: 'drop', function: 'g' }, 5), '.....');
});

const FAULTS = [
    [{ kind: 'melt' }, /must be one of/], [{ kind: 'delay' }, /needs "ms"/], [{ kind: 'ok', pct: 101 }, /0 to 100/],
    [{ kind: 'hang', percent: 5 }, /no "percent"/], [{ kind: 'hang', pct: '5' }, /must be a number/], [{}, /"kind"/],
];

for (const [fault, message] of FAULTS) test(`faults refuse ${JSON.stringify(fault)}`, () => assert.match(faultError(fault), message));

const NAMES = [
    ['f', '', 'f'], ['f', 'Qualifier=$LATEST', 'f'], ['f', 'Qualifier=live', undefined], ['f:live', '', undefined],
    ['arn:aws:lambda:eu-west-1:1:function:f', '', 'f'], ['arn:aws:lambda:eu-west-1:1:function:f:$LATEST', '', 'f'],
];

for (const [text, query, wanted] of NAMES) test(`invoke: ${text}?${query}`, () => assert.strictEqual(functionName(text, query), wanted));

// --- code ---------------------------------------------------------------------------------

// A zip of stored files, [name, text, mode]: enough to try what may be wrong with one.
function zipOf(files) {
    const records = [];
    const directory = [];
    let offset = 0;
    for (const [name, text, mode] of files) {
        const [n, d] = [Buffer.from(name), Buffer.from(text)];
        const local = Buffer.alloc(30);
        local.writeUInt32LE(0x04034b50, 0);
        [[18, d.length], [22, d.length]].forEach(([at, value]) => local.writeUInt32LE(value, at));
        local.writeUInt16LE(n.length, 26);
        const central = Buffer.alloc(46);
        central.writeUInt32LE(0x02014b50, 0);
        central.writeUInt16LE(0x0300, 4); /* made on Unix */
        [[20, d.length], [24, d.length], [42, offset]].forEach(([at, value]) => central.writeUInt32LE(value, at));
        central.writeUInt16LE(n.length, 28);
        central.writeUInt32LE((0o100000 | mode) * 65536, 38);
        records.push(local, n, d);
        directory.push(central, n);
        offset += 30 + n.length + d.length;
    }
    const central = Buffer.concat(directory);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    [8, 10].forEach((at) => end.writeUInt16LE(files.length, at));
    end.writeUInt32LE(central.length, 12);
    end.writeUInt32LE(offset, 16);
    return Buffer.concat([...records, central, end]);
}

const elf = (machine) => Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(14), Buffer.from([machine, 0])]);
const ZIPS = [
    ['good', [['bootstrap', '#!/bin/sh', 0o755], ['certs/roots.pem', 'x', 0o644]], null],
    ['not executable', [['bootstrap', '#!/bin/sh', 0o644]], /bootstrap is not executable/],
    ['for another machine', [['bootstrap', elf(process.arch === 'x64' ? 0xb7 : 0x3e), 0o755]], /bootstrap is for .*: `make lambda` without ARCH/],
    ['in a folder', [['client/bootstrap', '#!/bin/sh', 0o755]], /there is no .*bootstrap/],
    ['leading out', [['../bootstrap', '#!/bin/sh', 0o755]], /invalid relative path/],
    ['no zip', null, /end of central directory|End of central directory/i],
    ['missing', undefined, /`make lambda` makes it/],
];

for (const [what, files, message] of ZIPS) {
    test(`zip: ${what}`, async (t) => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'twin-test-'));
        t.after(() => fs.rmSync(folder, { recursive: true }));
        if (files !== undefined) fs.writeFileSync(path.join(folder, 'client.zip'), files ? zipOf(files) : 'no zip at all, but long enough');
        const into = path.join(folder, 'out', 'client');
        const done = unpack({ zips: folder }, 'client', into);
        if (message) return assert.rejects(done, message);
        assert.strictEqual(await done, into);
        return assert.strictEqual(fs.readFileSync(path.join(into, 'certs/roots.pem'), 'utf8'), 'x');
    });
}
