// A stack as the checks see it, whoever described it:
//
//     table      { name, arn, keys: [{ name, kind }], billing, maxReads, maxWrites, ttl }
//     client, backend   { name, arn, role, runtime, architecture, timeoutMs, memoryMb, variables }
//     roles      { ARN: { name, trust, documents, attached } }
//     api        { routes: [{ key, version, timeoutMs, leadsTo }], rate, burst, permissions }
//
// fromTemplate makes it of what the twin says of its template; aws.js of what the CLI says.
'use strict';

const { arn } = require('../twin/template');

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

function table({ name, properties: p }) {
    return {
        name, arn: arn('dynamodb', `table/${name}`),
        keys: p.KeySchema.map((one) => ({ name: one.AttributeName, kind: one.KeyType })),
        billing: p.BillingMode ?? 'PROVISIONED',
        maxReads: p.OnDemandThroughput?.MaxReadRequestUnits, maxWrites: p.OnDemandThroughput?.MaxWriteRequestUnits,
        ttl: p.TimeToLiveSpecification?.Enabled ? p.TimeToLiveSpecification.AttributeName : undefined,
    };
}

function lambda({ name, properties: p }) {
    return {
        name, arn: arn('lambda', `function:${name}`), role: p.Role, runtime: p.Runtime,
        architecture: list(p.Architectures)[0] ?? 'x86_64', timeoutMs: 1000 * Number(p.Timeout ?? 3),
        memoryMb: Number(p.MemorySize ?? 128), variables: p.Environment?.Variables ?? {},
    };
}

function role({ name, properties: p }) {
    return {
        name, trust: p.AssumeRolePolicyDocument, documents: list(p.Policies).map((one) => one.PolicyDocument),
        attached: list(p.ManagedPolicyArns),
    };
}

function api(all, of) {
    const integrations = of('AWS::ApiGatewayV2::Integration');
    const [stage = { properties: {} }] = of('AWS::ApiGatewayV2::Stage');
    const throttle = stage.properties.DefaultRouteSettings ?? {};
    return {
        rate: throttle.ThrottlingRateLimit, burst: throttle.ThrottlingBurstLimit,
        routes: of('AWS::ApiGatewayV2::Route').map(({ properties: p }) => {
            const to = integrations.find((one) => p.Target === `integrations/${one.name}`)?.properties ?? {};
            return { key: p.RouteKey, version: to.PayloadFormatVersion, timeoutMs: Number(to.TimeoutInMillis ?? 30000), leadsTo: to.IntegrationUri };
        }),
        permissions: of('AWS::Lambda::Permission').map(({ properties: p }) => (
            { principal: p.Principal, action: p.Action, source: p.SourceArn, function: p.FunctionName })),
    };
}

function fromTemplate(resources) {
    const all = Object.values(resources);
    const of = (type) => all.filter((one) => one.type === type);
    const functions = of('AWS::Lambda::Function').map(lambda);
    const pick = (word) => functions.find((one) => one.name.endsWith(`-${word}`));
    return {
        table: table(of('AWS::DynamoDB::Table')[0]), client: pick('client'), backend: pick('backend'),
        roles: Object.fromEntries(of('AWS::IAM::Role').map((one) => [arn('iam', `role/${one.name}`, ''), role(one)])),
        api: api(all, of),
    };
}

module.exports = { fromTemplate };
