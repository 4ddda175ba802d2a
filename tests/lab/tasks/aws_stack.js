// What the AWS CLI would say of a stack that this template made, for the made-up CLI in bin:
// `aws_stack.js TEMPLATE FOLDER` writes a file for each call, named "SERVICE VERB [NAME]".
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { readTemplate, resolve, arn } = require('../../../lab/twin/template');

const [, , template, folder] = process.argv;
const NAMED = 'open-circuit-run-1'; /* by the plan of aws.sh */
const all = Object.values(resolve(readTemplate(template), { ProjectName: NAMED }).resources);
const of = (type) => all.filter((one) => one.type === type);
const say = (call, answer) => fs.writeFileSync(path.join(folder, call), `${JSON.stringify(answer)}\n`);

const [{ name: tableName, properties: table }] = of('AWS::DynamoDB::Table');
say('dynamodb describe-table', { Table: { TableArn: arn('dynamodb', `table/${tableName}`), KeySchema: table.KeySchema,
    BillingModeSummary: { BillingMode: table.BillingMode }, OnDemandThroughput: table.OnDemandThroughput } });
say('dynamodb describe-time-to-live', { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: table.TimeToLiveSpecification.AttributeName } });

for (const { name, properties: p } of of('AWS::Lambda::Function')) {
    say(`lambda get-function-configuration ${name}`, { FunctionArn: arn('lambda', `function:${name}`), Role: p.Role, Runtime: p.Runtime,
        Architectures: p.Architectures, Timeout: p.Timeout, MemorySize: p.MemorySize, Environment: p.Environment });
}

for (const { name, properties: p } of of('AWS::IAM::Role')) {
    say(`iam get-role ${name}`, { Role: { RoleName: name, AssumeRolePolicyDocument: p.AssumeRolePolicyDocument } });
    say(`iam list-role-policies ${name}`, { PolicyNames: p.Policies.map((one) => one.PolicyName) });
    for (const one of p.Policies) say(`iam get-role-policy ${name}`, { PolicyDocument: one.PolicyDocument });
    say(`iam list-attached-role-policies ${name}`, { AttachedPolicies: [] });
}

say('apigatewayv2 get-apis', { Items: [{ Name: `${NAMED}-api`, ApiId: 'a' }] });
for (const verb of ['get-integrations', 'get-stages', 'get-routes']) say(`apigatewayv2 ${verb}`, { Items: [] });
say('lambda get-policy', { Policy: '{"Statement": []}' });
