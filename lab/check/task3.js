// Task 3: who may do what. The policies are asked, one request after the other, as IAM would
// be (lab/twin/policy.js); what they let through beyond need is as wrong as what they lack.
'use strict';

const { readPolicies, allowed } = require('../twin/policy');

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

// Requests of a role: [who asks, may it, action, resource, leading key].
function requests({ table, client, backend }) {
    const sibling = (arn, name) => arn.replace(/[^/:]*$/, name);
    const log = (fn) => `${fn.arn.replace(':lambda:', ':logs:').replace(/function:.*$/, `log-group:/aws/lambda/${fn.name}`)}:log-stream:x`;
    const other = sibling(table.arn, 'somebody-elses');
    return [
        ['client', true, 'dynamodb:GetItem', table.arn, 'cb#backend'],
        ['client', true, 'dynamodb:UpdateItem', table.arn, 'cb#backend'],
        ['client', true, 'lambda:InvokeFunction', backend.arn],
        ['client', true, 'logs:CreateLogStream', log(client)],
        ['client', true, 'logs:PutLogEvents', log(client)],
        ['client', false, 'dynamodb:PutItem', table.arn, 'cb#backend'],
        ['client', false, 'dynamodb:DeleteItem', table.arn, 'cb#backend'],
        ['client', false, 'dynamodb:Scan', table.arn],
        ['client', false, 'dynamodb:UpdateItem', table.arn, 'mode#backend'],
        ['client', false, 'dynamodb:GetItem', other, 'cb#backend'],
        ['client', false, 'dynamodb:DeleteTable', table.arn],
        ['client', false, 'lambda:InvokeFunction', client.arn],
        ['client', false, 'lambda:UpdateFunctionCode', backend.arn],
        ['client', false, 'logs:CreateLogGroup', log(client)],
        ['client', false, 'logs:PutLogEvents', log(backend)],
        ['client', false, 'iam:PassRole', '*'],
        ['backend', true, 'dynamodb:GetItem', table.arn, 'mode#backend'],
        ['backend', true, 'logs:CreateLogStream', log(backend)],
        ['backend', true, 'logs:PutLogEvents', log(backend)],
        ['backend', false, 'dynamodb:UpdateItem', table.arn, 'mode#backend'],
        ['backend', false, 'dynamodb:GetItem', table.arn, 'cb#backend'],
        ['backend', false, 'dynamodb:GetItem', other, 'mode#backend'],
        ['backend', false, 'lambda:InvokeFunction', client.arn],
        ['backend', false, 'logs:CreateLogGroup', log(backend)],
    ];
}

const trustsOnlyLambda = (trust) => list(trust?.Statement).every((one) => (
    one.Effect !== 'Allow' || (JSON.stringify(one.Principal) === '{"Service":"lambda.amazonaws.com"}' && list(one.Action).join() === 'sts:AssumeRole')))
    && list(trust?.Statement).some((one) => one.Effect === 'Allow');

function statements(role, claim) {
    try {
        return readPolicies(role.documents, role.name);
    } catch (error) {
        claim(false, `the policies of ${role.name} can be judged`, `${error.message}; write it with Action, Resource and Condition`);
        return [];
    }
}

async function run({ world, claim }) {
    const stack = await world.stack();
    claim(stack.client.role !== stack.backend.role, 'client and backend have a role each', `both have ${stack.client.role}: each may then do what the other needs`);
    for (const who of ['client', 'backend']) {
        const role = stack.roles[stack[who].role];
        if (!claim(role, `the role of the ${who} is there`, `no role ${stack[who].role}`)) continue;
        claim(trustsOnlyLambda(role.trust), `only Lambda may take the ${who}'s role`, `found: ${JSON.stringify(list(role.trust?.Statement).map((one) => one.Principal))}`);
        claim(!role.attached.length, `the ${who}'s role has no policy from elsewhere`, `attached: ${role.attached.join(', ')}. Such a policy changes without you`);
        const own = statements(role, claim);
        const may = ([, , action, resource, key]) => allowed(own, { action, resource, context: key ? { 'dynamodb:LeadingKeys': [key] } : {} });
        const mine = requests(stack).filter((one) => one[0] === who);
        const words = ([, , action, resource, key]) => `${action} on ${resource}${key ? ` (${key})` : ''}`;
        const lacks = mine.filter((one) => one[1] && !may(one)).map(words);
        const extra = mine.filter((one) => !one[1] && may(one)).map(words);
        claim(!lacks.length, `the ${who} may do what it must`, `it may not: ${lacks.join('; ')}`);
        claim(!extra.length, `the ${who} may do nothing else`, `it may: ${extra.join('; ')}`);
    }
}

module.exports = { title: 'IAM roles', run };
