// The world of the checks, on AWS: everything by the AWS CLI, and only calls that look, but
// for `lambda invoke` and, by lab/lab, the backend's mode. local.js has the same functions.
'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const lab = require('./lab');

const OLDEST_CLI = [[1, 33], [2, 16]]; /* older ones do not know OnDemandThroughput */
const NOT_THERE = /NotFound|NoSuchEntity|does not exist/;

module.exports = (given) => {
    const { Unreachable, project, stack: named } = given; /* named: how every name begins */

    /* One version of the CLI reads the one variable, one the other. */
    const region = process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION;
    const env = { ...process.env, AWS_PAGER: '', ...(region && { AWS_REGION: region, AWS_DEFAULT_REGION: region }) };

    // The CLI's answer as JSON; null if there is no such thing.
    function aws(...words) {
        return new Promise((resolve, reject) => {
            execFile('aws', [...words, '--output', 'json'], { env, maxBuffer: 2 ** 26 }, (error, out, said) => {
                if (!error) return resolve(out.trim() ? JSON.parse(out) : {});
                if (error.code === 'ENOENT') return reject(new Unreachable('there is no AWS CLI here'));
                if (NOT_THERE.test(said)) return resolve(null);
                return reject(new Unreachable(`aws ${words.slice(0, 2).join(' ')}: ${said.trim() || error.message}`));
            });
        });
    }
    async function there(what, ...words) {
        const it = await aws(...words);
        if (!it) throw new Unreachable(`there is no ${what}. First: TARGET=aws lab/lab up`);
        return it;
    }

    async function table() {
        const name = `${named}-breakers`;
        const { Table: it } = await there(`table ${name}`, 'dynamodb', 'describe-table', '--table-name', name);
        const { TimeToLiveDescription: ttl } = await there('TTL', 'dynamodb', 'describe-time-to-live', '--table-name', name);
        return {
            name, arn: it.TableArn, keys: it.KeySchema.map((one) => ({ name: one.AttributeName, kind: one.KeyType })),
            billing: it.BillingModeSummary?.BillingMode ?? 'PROVISIONED',
            maxReads: it.OnDemandThroughput?.MaxReadRequestUnits, maxWrites: it.OnDemandThroughput?.MaxWriteRequestUnits,
            ttl: /^ENABL/.test(ttl.TimeToLiveStatus) ? ttl.AttributeName : undefined,
        };
    }

    async function lambda(word) {
        const name = `${named}-${word}`;
        const it = await there(`function ${name}`, 'lambda', 'get-function-configuration', '--function-name', name);
        return {
            name, arn: it.FunctionArn, role: it.Role, runtime: it.Runtime, architecture: it.Architectures?.[0] ?? 'x86_64',
            timeoutMs: 1000 * it.Timeout, memoryMb: it.MemorySize, variables: it.Environment?.Variables ?? {},
        };
    }

    async function role(arn) {
        const name = arn.replace(/^.*\//, '');
        const it = await aws('iam', 'get-role', '--role-name', name);
        if (!it) return undefined;
        const { PolicyNames: names } = await aws('iam', 'list-role-policies', '--role-name', name);
        const documents = [];
        for (const one of names) documents.push((await aws('iam', 'get-role-policy', '--role-name', name, '--policy-name', one)).PolicyDocument);
        const { AttachedPolicies: attached } = await aws('iam', 'list-attached-role-policies', '--role-name', name);
        return { name, trust: it.Role.AssumeRolePolicyDocument, documents, attached: attached.map((one) => one.PolicyArn) };
    }

    async function permissions(client) {
        const it = await aws('lambda', 'get-policy', '--function-name', client.name);
        return (it ? JSON.parse(it.Policy).Statement : []).map((one) => ({
            principal: one.Principal?.Service ?? one.Principal, action: one.Action, function: one.Resource,
            source: one.Condition?.ArnLike?.['AWS:SourceArn'] ?? one.Condition?.ArnEquals?.['AWS:SourceArn'],
        }));
    }

    async function api(client) {
        const { Items: apis } = await aws('apigatewayv2', 'get-apis');
        const mine = apis.find((one) => one.Name === `${named}-api`);
        if (!mine) throw new Unreachable(`there is no API ${named}-api. First: TARGET=aws lab/lab up`);
        const of = async (verb) => (await aws('apigatewayv2', verb, '--api-id', mine.ApiId)).Items;
        const integrations = await of('get-integrations');
        const throttle = (await of('get-stages')).find((one) => one.StageName === '$default')?.DefaultRouteSettings ?? {};
        const routes = (await of('get-routes')).map((one) => {
            const to = integrations.find((known) => one.Target === `integrations/${known.IntegrationId}`) ?? {};
            return { key: one.RouteKey, version: to.PayloadFormatVersion, timeoutMs: to.TimeoutInMillis ?? 30000, leadsTo: to.IntegrationUri };
        });
        return { routes, rate: throttle.ThrottlingRateLimit, burst: throttle.ThrottlingBurstLimit, permissions: await permissions(client) };
    }

    async function stack() {
        const [client, backend] = [await lambda('client'), await lambda('backend')];
        const roles = {};
        for (const arn of new Set([client.role, backend.role])) roles[arn] = await role(arn);
        return { table: await table(), client, backend, roles, api: await api(client) };
    }

    // One call of the backend, past the client: { failed, tookMs, status }.
    async function backend() {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lab-check-'));
        const [asked, file] = ['asked', 'told.json'].map((one) => path.join(folder, one));
        fs.writeFileSync(asked, '{"path": "/check", "shard": "", "within_ms": 5000}'); /* fileb:// means the same to every CLI */
        const began = performance.now();
        try {
            const it = await there('backend', 'lambda', 'invoke', '--function-name', `${named}-backend`, '--payload', `fileb://${asked}`, file);
            const answer = JSON.parse(fs.readFileSync(file, 'utf8'));
            return { failed: it.FunctionError && (answer.errorMessage ?? it.FunctionError), tookMs: Math.round(performance.now() - began), status: answer.status };
        } finally {
            fs.rmSync(folder, { recursive: true });
        }
    }

    // By name where lab/lab looks; by tag; and roles and buckets are the whole account's, so
    // they tell of stacks in other regions.
    async function left() {
        const said = await lab(given, 'verify-empty').then(() => '', (error) => error.message);
        if (said && !/left in account/.test(said)) throw new Unreachable(said);
        const listed = said.split('\n').slice(1);
        const { ResourceTagMappingList: tagged } = await aws('resourcegroupstaggingapi', 'get-resources', '--tag-filters', `Key=project,Values=${named}`);
        const { Roles: roles } = await aws('iam', 'list-roles');
        const { Buckets: buckets } = await aws('s3api', 'list-buckets');
        const elsewhere = [...roles.map((one) => `role ${one.RoleName}`), ...buckets.map((one) => `bucket ${one.Name}`)]
            .filter((one) => one.split(' ')[1].startsWith(`${project}-`));
        return [...new Set([...listed, ...tagged.map((one) => `tagged ${one.ResourceARN}`), ...elsewhere])];
    }

    return {
        name: 'AWS',
        stack,
        items: async () => (await there('table', 'dynamodb', 'scan', '--table-name', `${named}-breakers`, '--consistent-read')).Items,
        left,
        url: async () => {
            const it = await there(`stack ${named}`, 'cloudformation', 'describe-stacks', '--stack-name', named);
            return it.Stacks[0].Outputs?.find((one) => one.OutputKey === 'Url')?.OutputValue;
        },
        mode: (...words) => lab(given, 'mode', ...words.map(String)),
        backend,
        start: (claim) => require('./account')(given, aws, claim, OLDEST_CLI),
    };
};
