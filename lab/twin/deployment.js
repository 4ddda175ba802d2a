// What the template asks for, as the twin's parts want it: functions, roles, tables, the
// HTTP API. Checks on the way what would make CloudFormation or the first call fail.
'use strict';

const path = require('node:path');
const { ofType, arn } = require('./template');
const { readPolicies, allowed, matches } = require('./policy');

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/* What may be listed and then deleted; GET /resources shows each kind, and nothing else. */
const LISTED = {
    'AWS::DynamoDB::Table': 'tables', 'AWS::Lambda::Function': 'functions', 'AWS::ApiGatewayV2::Api': 'apis',
    'AWS::IAM::Role': 'roles', 'AWS::Logs::LogGroup': 'log_groups', 'AWS::CloudWatch::Alarm': 'alarms',
    'AWS::CloudWatch::Dashboard': 'dashboards', 'AWS::SNS::Topic': 'topics',
};

function readRole([id, { name, properties }]) {
    const trust = list(properties.AssumeRolePolicyDocument?.Statement);
    const trusted = trust.some((one) => one.Effect === 'Allow' && list(one.Principal?.Service).includes('lambda.amazonaws.com'));
    if (list(properties.ManagedPolicyArns).length) {
        throw new Error(`${id}: the twin knows no managed policies; write the rights into Policies`);
    }
    const documents = list(properties.Policies).map((one) => one.PolicyDocument);
    return { name, trusted, statements: readPolicies(documents, id) };
}

function mayLog(role, name) {
    const resource = arn('logs', `log-group:/aws/lambda/${name}:log-stream:twin`);
    return ['logs:CreateLogStream', 'logs:PutLogEvents'].every((action) => allowed(role.statements, { action, resource }));
}

function readFunction([id, { name, properties: p }], roles) {
    const role = roles.get(p.Role);
    if (!role) throw new Error(`${id}: Role is none of the template's`);
    if (!role.trusted) throw new Error(`${id}: The role defined for the function cannot be assumed by Lambda.`);
    if (!/^provided\./.test(p.Runtime)) throw new Error(`${id}: the twin runs provided.* only, not ${p.Runtime}`);
    if (typeof p.Code !== 'string') throw new Error(`${id}: Code must be the path of a zip, for package to upload`);
    const reserved = p.ReservedConcurrentExecutions;
    return {
        name, role, code: path.basename(p.Code, '.zip'), handler: p.Handler,
        timeoutMs: 1000 * Number(p.Timeout ?? 3), memoryMb: Number(p.MemorySize ?? 128),
        reserved: reserved === undefined ? undefined : Number(reserved),
        variables: Object.fromEntries(Object.entries(p.Environment?.Variables ?? {}).map(([k, v]) => [k, String(v)])),
        mayLog: mayLog(role, name),
    };
}

function readTable([, { name, properties: p }]) {
    return {
        name, hash: p.KeySchema.find((one) => one.KeyType === 'HASH').AttributeName,
        request: { TableName: name, AttributeDefinitions: p.AttributeDefinitions, KeySchema: p.KeySchema, BillingMode: 'PAY_PER_REQUEST' },
    };
}

// May API Gateway call this function for this route? Needs an AWS::Lambda::Permission.
function permitted(resolved, functionName, apiId, routeKey) {
    const [method, route] = routeKey === '$default' ? ['*', '/$default'] : routeKey.split(' ');
    const source = arn('execute-api', `${apiId}/$default/${method}${route}`);
    return ofType(resolved, 'AWS::Lambda::Permission').some(([, { properties: p }]) => (
        [functionName, arn('lambda', `function:${functionName}`)].includes(p.FunctionName)
        && p.Action === 'lambda:InvokeFunction' && p.Principal === 'apigateway.amazonaws.com'
        && (p.SourceArn === undefined || matches(p.SourceArn, source))));
}

function readRoute(resolved, apiId, functions, [id, { properties: p }]) {
    if (/[{}]/.test(p.RouteKey)) throw new Error(`${id}: the twin knows no variables in a route, as in ${p.RouteKey}`);
    const target = Object.entries(resolved.resources).find(([, one]) => p.Target === `integrations/${one.name}`)?.[1];
    const of = functions.find((one) => arn('lambda', `function:${one.name}`) === target?.properties.IntegrationUri);
    if (!of) throw new Error(`${id}: its Target leads to no function of the template`);
    const { PayloadFormatVersion: version, TimeoutInMillis: ms } = target.properties;
    if (version !== '2.0') throw new Error(`${id}: the twin speaks PayloadFormatVersion "2.0" only, not ${version}`);
    return { key: p.RouteKey, function: of.name, timeoutMs: Number(ms ?? 30000), permitted: permitted(resolved, of.name, apiId, p.RouteKey) };
}

function readApi(resolved, functions) {
    const [[, api] = []] = ofType(resolved, 'AWS::ApiGatewayV2::Api');
    if (!api) return null;
    const stage = ofType(resolved, 'AWS::ApiGatewayV2::Stage').map(([, one]) => one.properties).find((one) => one.StageName === '$default');
    if (!stage) throw new Error('the API has no stage named $default, and the twin serves no other');
    const settings = stage.DefaultRouteSettings ?? {};
    return {
        id: api.name,
        burst: Number(settings.ThrottlingBurstLimit ?? 5000), rate: Number(settings.ThrottlingRateLimit ?? 10000),
        routes: ofType(resolved, 'AWS::ApiGatewayV2::Route').map((one) => readRoute(resolved, api.name, functions, one)),
    };
}

function listing(resolved) {
    const lists = Object.fromEntries(Object.values(LISTED).map((kind) => [kind, []]));
    for (const one of Object.values(resolved.resources)) {
        if (LISTED[one.type]) lists[LISTED[one.type]].push(one.name);
    }
    return lists;
}

function readDeployment(resolved) {
    const roles = new Map(ofType(resolved, 'AWS::IAM::Role').map(([id, one]) => [arn('iam', `role/${one.name}`, ''), readRole([id, one])]));
    const functions = ofType(resolved, 'AWS::Lambda::Function').map((one) => readFunction(one, roles));
    return {
        stack: resolved.stack, outputs: resolved.outputs, functions,
        tables: ofType(resolved, 'AWS::DynamoDB::Table').map(readTable),
        api: readApi(resolved, functions), listing: listing(resolved), resources: resolved.resources,
    };
}

module.exports = { readDeployment, listing };
