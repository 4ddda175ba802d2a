// Task 3: who may do what. What a role must do is asked of its policies as IAM would be
// (lab/twin/policy.js). What it may do besides is found by comparing two lists, its own
// rights and those that it needs: no number of questions finds all that `*` lets through.
'use strict';

const { readPolicies, allowed, matches } = require('../twin/policy');

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const KEYS = 'dynamodb:LeadingKeys';

// All that each role needs: { action, resource, keys } and one request of that kind. What
// ends with * is a pattern.
function needs({ table, client, backend }) {
    const log = (fn) => `${fn.arn.replace(':lambda:', ':logs:').replace(/function:.*$/, `log-group:/aws/lambda/${fn.name}`)}:*`;
    const item = (action, kind) => ({ action, resource: table.arn, keys: `${kind}#*`, key: `${kind}#backend` });
    const logs = (fn) => ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({ action, resource: log(fn) }));
    return {
        client: [item('dynamodb:GetItem', 'cb'), item('dynamodb:UpdateItem', 'cb'), { action: 'lambda:InvokeFunction', resource: backend.arn }, ...logs(client)],
        backend: [item('dynamodb:GetItem', 'mode'), ...logs(backend)],
    };
}

// Whether all that one pattern means, the other means too. One with ? is not looked into.
const within = (inner, outer, flags) => inner === outer || (!outer.includes('?') && matches(outer, inner, flags));

// Whether a statement has a condition that keeps it to these items.
const keeps = (statement, keys) => statement.conditions.some((one) => (
    one.key === KEYS && ['StringLike', 'StringEquals'].includes(one.operator) && one.values.every((value) => within(value, keys))));

// What is wrong with one action on one resource; nothing, if it is needed.
function surplus(statement, action, resource, needed) {
    const same = needed.filter((one) => one.action.toLowerCase() === action.toLowerCase());
    if (!same.length) return `${action} on ${resource}, and needs no such right`;
    const here = same.filter((one) => within(resource, one.resource));
    if (!here.length) return `${action} on ${resource}, and needs ${same[0].resource}`;
    if (!here.every((one) => !one.keys || keeps(statement, one.keys))) return `${action} on any item, and needs ${here[0].keys}: a condition on ${KEYS} says so`;
    return null;
}

// An Allow that a Deny without conditions takes away again is none.
function beyond(statements, needed) {
    const denies = statements.filter((one) => one.effect === 'Deny' && !one.conditions.length);
    const denied = (action, resource) => denies.some((one) => (
        one.actions.some((other) => within(action, other, 'i')) && one.resources.some((other) => within(resource, other))));
    return statements.filter((one) => one.effect === 'Allow').flatMap((one) => (
        one.actions.flatMap((action) => one.resources.filter((resource) => !denied(action, resource))
            .map((resource) => surplus(one, action, resource, needed))))).filter(Boolean);
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
        const needed = needs(stack)[who];
        const may = ({ action, resource, key }) => allowed(own, { action, resource: resource.replace(/\*$/, 'log-stream:x'), context: key ? { [KEYS]: [key] } : {} });
        const lacks = needed.filter((one) => !may(one)).map(({ action, resource, key }) => `${action} on ${resource}${key ? ` (${key})` : ''}`);
        const extra = [...new Set(beyond(own, needed))];
        claim(!lacks.length, `the ${who} may do what it must`, `it may not: ${lacks.join('; ')}`);
        claim(!extra.length, `the ${who} may do nothing else`, `it may: ${extra.join('; ')}`);
    }
}

module.exports = { title: 'IAM roles', run };
