// What lab/template.yaml must be, beyond what CloudFormation asks: our own rules, one
// function each. A rule gets { resolved, template, scene } and returns complaints, none
// if all is well. template.js runs them, and shows that each can say no.
//
// resolved is what lab/twin/template.js makes of the file: no functions left in it.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const same = (a, b) => isDeepStrictEqual(a, b);
const text = (value) => JSON.stringify(value) ?? 'nothing';
const equal = (what, have, want) => (same(have, want) ? [] : [`${what} is ${text(have)}, wanted ${text(want)}`]);
const of = (resolved, type) => Object.entries(resolved.resources).filter(([, one]) => one.type === type);
const properties = (resolved, id) => resolved.resources[id]?.properties ?? {};

const ARN = (service, rest) => `arn:aws:${service}:eu-west-1:000000000000:${rest}`;
const TABLE = ARN('dynamodb', 'table/open-circuit-breakers');
const log = (name) => ARN('logs', `log-group:/aws/lambda/open-circuit-${name}:*`);
const keys = (pattern) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [pattern] } });

/* All that a role may do. A right more, or one less, is a complaint. */
const RIGHTS = {
    ClientRole: [
        ['dynamodb:GetItem', TABLE, keys('cb#*')], ['dynamodb:UpdateItem', TABLE, keys('cb#*')],
        ['lambda:InvokeFunction', ARN('lambda', 'function:open-circuit-backend')],
        ['logs:CreateLogStream', log('client')], ['logs:PutLogEvents', log('client')],
    ],
    BackendRole: [
        ['dynamodb:GetItem', TABLE, keys('mode#*')],
        ['logs:CreateLogStream', log('backend')], ['logs:PutLogEvents', log('backend')],
    ],
};

const TRUST = [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }];

const TAGGED = ['AWS::DynamoDB::Table', 'AWS::IAM::Role', 'AWS::Lambda::Function', 'AWS::Logs::LogGroup',
    'AWS::ApiGatewayV2::Api', 'AWS::ApiGatewayV2::Stage', 'AWS::CloudWatch::Alarm'];

const NAMES = { 'AWS::DynamoDB::Table': 'TableName', 'AWS::IAM::Role': 'RoleName', 'AWS::Lambda::Function': 'FunctionName',
    'AWS::Logs::LogGroup': 'LogGroupName', 'AWS::ApiGatewayV2::Api': 'Name', 'AWS::CloudWatch::Alarm': 'AlarmName',
    'AWS::CloudWatch::Dashboard': 'DashboardName' };

function rightsOf(role) {
    const statements = list(role.Policies).flatMap((one) => list(one.PolicyDocument.Statement));
    return statements.flatMap(({ Sid, Effect, Action, Resource, Condition, ...rest }) => (
        list(Action).flatMap((action) => list(Resource).map((resource) => (
            [Effect === 'Allow' && same(rest, {}) ? action : `${Effect} ${action} ${text(rest)}`, resource, Condition]
                .filter((part) => part !== undefined))))));
}

function compareRights(id, have, want) {
    const missing = want.filter((one) => !have.some((other) => same(one, other)));
    const more = have.filter((one) => !want.some((other) => same(one, other)));
    return [...missing.map((one) => `${id} lacks ${text(one)}`), ...more.map((one) => `${id} must not have ${text(one)}`)];
}

/* The metrics that the client's log lines carry. */
const LOGGED = [...fs.readFileSync(path.join(__dirname, '../../lab/report.c'), 'utf8')
    .matchAll(/\{"(\w+)", "(?:Count|None)"\}/g)].map(([, name]) => name);

/* What three alarms watch, namespace, metric and what of it. */
const WATCHED = ['AWS/DynamoDB ThrottledRequests GetItem', 'AWS/DynamoDB ThrottledRequests UpdateItem',
    'AWS/Lambda Errors open-circuit-client', 'AWS/Lambda Throttles open-circuit-client'];

function watched({ Metrics, Namespace, MetricName, Dimensions }) {
    const metrics = Metrics ? Metrics.flatMap((one) => one.MetricStat?.Metric ?? []) : [{ Namespace, MetricName, Dimensions }];
    return metrics.map((one) => `${one.Namespace} ${one.MetricName} ${one.Dimensions.at(-1).Value}`);
}

// The metrics of a widget, as { namespace, name, period }. In a row "." is "as above".
function drawnBy({ metrics, period }) {
    let above = [];
    return metrics.flatMap((row) => {
        if (typeof row[0] !== 'string') return [];
        const { period: own = period, visible = true } = typeof row.at(-1) === 'object' ? row.at(-1) : {};
        if (row[0] !== '...') above = row.map((part, i) => (part === '.' ? above[i] : part));
        return visible ? [{ namespace: above[0], name: above[1], period: own }] : [];
    });
}

const rules = {
    // The simulator predicts what is deployed only if both have the same numbers.
    config({ resolved, scene }) {
        const clients = Object.values(scene.clients);
        const { client, integration, stage } = {
            client: properties(resolved, 'ClientFunction'), integration: properties(resolved, 'Integration'),
            stage: properties(resolved, 'Stage').DefaultRouteSettings ?? {},
        };
        return [
            ...equal('BREAKER_CONFIG', JSON.parse(client.Environment.Variables.BREAKER_CONFIG), clients[0]),
            ...equal('the number of clients in the scene', clients.length, 1),
            ...equal("the client's time-out", 1000 * client.Timeout, scene.fleet.timeout_ms),
            ...equal("the client's memory", client.MemorySize, scene.fleet.memory_mb),
            ...equal("the door's time-out and throttling",
                { timeout_ms: integration.TimeoutInMillis, rps: stage.ThrottlingRateLimit, burst: stage.ThrottlingBurstLimit },
                scene.gateway),
        ];
    },

    rights({ resolved }) {
        const roles = of(resolved, 'AWS::IAM::Role').map(([id]) => id);
        return [
            ...equal('the roles', roles.sort(), Object.keys(RIGHTS).sort()),
            ...Object.entries(RIGHTS).flatMap(([id, want]) => compareRights(id, rightsOf(properties(resolved, id)), want)),
            ...roles.flatMap((id) => list(properties(resolved, id).ManagedPolicyArns).map((one) => `${id} must not have ${one}`)),
        ];
    },

    trust({ resolved }) {
        return of(resolved, 'AWS::IAM::Role').flatMap(([id, one]) => (
            equal(`who may assume ${id}`, one.properties.AssumeRolePolicyDocument?.Statement, TRUST)));
    },

    // Each function its own role, or the backend can do what the client can.
    roles({ template }) {
        return ['Client', 'Backend'].flatMap((who) => (
            equal(`${who}Function's Role`, template.Resources[`${who}Function`].Properties.Role, { 'Fn::GetAtt': [`${who}Role`, 'Arn'] })));
    },

    tags({ resolved }) {
        const pairs = (tags) => (Array.isArray(tags) ? Object.fromEntries(tags.map((one) => [one.Key, one.Value])) : tags);
        return TAGGED.flatMap((type) => of(resolved, type)).flatMap(([id, one]) => (
            equal(`the tags of ${id}`, pairs(one.properties.Tags), { project: 'open-circuit', run: 'local' })));
    },

    // Teardown looks for what is left by the beginning of its name.
    names({ resolved }) {
        return Object.entries(NAMES).flatMap(([type, property]) => of(resolved, type).flatMap(([id, one]) => (
            /^(\/aws\/lambda\/)?open-circuit-/.test(one.properties[property] ?? '') ? []
                : [`${id}: ${property} is ${text(one.properties[property])}, it must begin with the project's name`])));
    },

    // Without its group a function makes one that keeps all for ever and outlives the stack.
    logs({ resolved, template }) {
        return of(resolved, 'AWS::Lambda::Function').flatMap(([id, one]) => {
            const group = of(resolved, 'AWS::Logs::LogGroup')
                .find(([, other]) => other.properties.LogGroupName === `/aws/lambda/${one.properties.FunctionName}`);
            if (!group) return [`${id} has no log group`];
            return [
                ...(list(template.Resources[id].DependsOn).includes(group[0]) ? [] : [`${id} must depend on ${group[0]}`]),
                ...(group[1].properties.RetentionInDays > 0 ? [] : [`${group[0]} keeps its lines for ever`]),
            ];
        });
    },

    // Whoever waits must wait longer than whom he waits for.
    timeouts({ resolved }) {
        const ms = {
            backend: 1000 * properties(resolved, 'BackendFunction').Timeout,
            client: 1000 * properties(resolved, 'ClientFunction').Timeout,
            door: properties(resolved, 'Integration').TimeoutInMillis,
        };
        const deadline = JSON.parse(properties(resolved, 'ClientFunction').Environment.Variables.BREAKER_CONFIG).deadline_ms;
        return [
            ...(ms.backend < ms.client ? [] : [`the backend may take ${ms.backend} ms, the client only ${ms.client}`]),
            ...(ms.client < ms.door ? [] : [`the client may take ${ms.client} ms, the door waits only ${ms.door}`]),
            ...(deadline < ms.client ? [] : [`deadline_ms is ${deadline}, but Lambda ends the client after ${ms.client} ms`]),
        ];
    },

    table({ resolved, template }) {
        const { KeySchema, AttributeDefinitions, BillingMode, OnDemandThroughput, ProvisionedThroughput,
            TimeToLiveSpecification } = properties(resolved, 'Table');
        const { DeletionPolicy, UpdateReplacePolicy } = template.Resources.Table;
        return [
            ...equal('the key', { KeySchema, AttributeDefinitions }, {
                KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
                AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
            }),
            ...equal('the billing', { BillingMode, ProvisionedThroughput }, { BillingMode: 'PAY_PER_REQUEST', ProvisionedThroughput: undefined }),
            ...['MaxReadRequestUnits', 'MaxWriteRequestUnits'].flatMap((one) => (
                OnDemandThroughput?.[one] > 0 ? [] : [`${one} is not bounded, nor is what a mistake costs`])),
            ...equal('TTL', TimeToLiveSpecification, { AttributeName: 'ex', Enabled: true }),
            ...equal('what becomes of the table', { DeletionPolicy, UpdateReplacePolicy }, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' }),
        ];
    },

    door({ resolved, template }) {
        const integration = properties(resolved, 'Integration');
        const { DefaultRouteSettings: bound = {}, StageName } = properties(resolved, 'Stage');
        const invoke = Object.values(template.Resources).filter((one) => one.Type === 'AWS::Lambda::Permission').map((one) => one.Properties);
        return [
            ...equal('PayloadFormatVersion', integration.PayloadFormatVersion, '2.0'),
            ...equal('IntegrationType', integration.IntegrationType, 'AWS_PROXY'),
            ...equal('the route', properties(resolved, 'Route').RouteKey, 'GET /call'),
            ...equal('the stage', StageName, '$default'),
            ...(bound.ThrottlingRateLimit > 0 && bound.ThrottlingBurstLimit > 0 ? [] : ['the stage has no throttling']),
            ...equal('who may call the client', invoke, [{
                Action: 'lambda:InvokeFunction', FunctionName: { Ref: 'ClientFunction' }, Principal: 'apigateway.amazonaws.com',
                SourceArn: { 'Fn::Sub': 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/call' },
            }]),
        ];
    },

    alarms({ resolved }) {
        return equal('what the alarms watch', of(resolved, 'AWS::CloudWatch::Alarm').flatMap(([, one]) => watched(one.properties)).sort(), WATCHED);
    },

    // All that the client logs is drawn, and so is the money. A metric that nobody sends is an
    // empty picture, without a word, and so is one of AWS's in periods of less than a minute.
    dashboard({ resolved }) {
        const widgets = of(resolved, 'AWS::CloudWatch::Dashboard').flatMap(([, one]) => JSON.parse(one.properties.DashboardBody).widgets);
        const drawn = widgets.flatMap((widget) => drawnBy(widget.properties));
        const ours = drawn.filter((one) => one.namespace === 'OpenCircuit').map((one) => one.name);
        const sums = widgets.flatMap((widget) => widget.properties.metrics).map(([one]) => one.expression).filter(Boolean);
        return [
            ...LOGGED.filter((name) => !ours.includes(name)).map((name) => `${name} is not drawn`),
            ...ours.filter((name) => !LOGGED.includes(name)).map((name) => `the client logs no metric ${name}`),
            ...drawn.filter((one) => one.namespace.startsWith('AWS/') && one.period % 60).map((one) => `${one.namespace} has no ${one.name} of ${one.period} s`),
            ...equal('the sums of money', sums.map((sum) => /^3600\/PERIOD\(c\)\*\(.*\bc\b.*\bb\b.*\br\b.*\bw\b.*\)/.test(sum)), [true]),
        ];
    },
};

module.exports = { rules };
