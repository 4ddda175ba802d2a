// May this role do that? Evaluates the IAM policies that the template gives to its roles.
//
//     const policies = readPolicies(document, 'ClientRole');   throws on what it does not know
//     allowed(policies, { action: 'dynamodb:GetItem', resource: arn, context: { 'dynamodb:LeadingKeys': ['cb#x'] } })
//
// As in IAM: nothing is allowed unless a statement allows it, and a Deny wins. What the
// twin does not understand (NotAction, a condition of a kind not listed) is an error when
// the template is read, never a silent yes.
'use strict';

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

// * and ? as IAM has them; actions are compared without regard to case.
function matches(pattern, text, flags = '') {
    const body = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
    return new RegExp(`^${body}$`, `s${flags}`).test(text);
}

const OPERATORS = {
    StringEquals: (wanted, have) => wanted === have,
    StringNotEquals: (wanted, have) => wanted !== have,
    StringLike: (wanted, have) => matches(wanted, have),
    StringNotLike: (wanted, have) => !matches(wanted, have),
    ArnEquals: (wanted, have) => matches(wanted, have),
    ArnLike: (wanted, have) => matches(wanted, have),
    Bool: (wanted, have) => wanted === have,
};
const NEGATIVE = new Set(['StringNotEquals', 'StringNotLike']);

function readCondition(condition, where) {
    return Object.entries(condition || {}).flatMap(([name, keys]) => {
        const [, set, operator, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) || [];
        if (!OPERATORS[operator]) throw new Error(`${where}: the twin does not know the condition ${name}`);
        return Object.entries(keys).map(([key, values]) => (
            { set, operator, ifExists: Boolean(ifExists), key, values: list(values).map(String) }));
    });
}

function readStatement(statement, where) {
    for (const key of Object.keys(statement)) {
        if (!['Sid', 'Effect', 'Action', 'Resource', 'Condition'].includes(key)) {
            throw new Error(`${where}: the twin does not know ${key} in a policy statement`);
        }
    }
    if (!['Allow', 'Deny'].includes(statement.Effect)) throw new Error(`${where}: Effect must be Allow or Deny`);
    return {
        effect: statement.Effect,
        actions: list(statement.Action),
        resources: list(statement.Resource),
        conditions: readCondition(statement.Condition, where),
    };
}

function readPolicies(documents, where) {
    return documents.flatMap((document) => list(document.Statement))
        .map((statement) => readStatement(statement, where));
}

// A list of values that is absent satisfies ForAllValues: IAM's rule, and a known trap.
function holds(condition, context) {
    const have = context[condition.key];
    const test = (value) => {
        const one = (wanted) => OPERATORS[condition.operator](wanted, value);
        return NEGATIVE.has(condition.operator) ? condition.values.every(one) : condition.values.some(one);
    };
    if (condition.set === 'ForAllValues') return list(have).every(test);
    if (condition.set === 'ForAnyValue') return list(have).some(test);
    if (have === undefined) return condition.ifExists || NEGATIVE.has(condition.operator);
    return list(have).every(test);
}

function applies(statement, request) {
    return statement.actions.some((pattern) => matches(pattern, request.action, 'i'))
        && statement.resources.some((pattern) => matches(pattern, request.resource))
        && statement.conditions.every((condition) => holds(condition, request.context || {}));
}

function allowed(statements, request) {
    const effects = statements.filter((one) => applies(one, request)).map((one) => one.effect);
    return effects.includes('Allow') && !effects.includes('Deny');
}

module.exports = { readPolicies, allowed, matches };
