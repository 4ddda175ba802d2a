// Task 1 on AWS: the account, before anything is made in it. Only looks.
'use strict';

const { execFileSync } = require('node:child_process');
const { read } = require('./plan');

const ENVIRONMENTS = 10;

const newEnough = ([major, minor], oldest) => oldest.some(([m, n]) => (major === m && minor >= n)) || major > Math.max(...oldest.map(([m]) => m));

module.exports = async (given, aws, claim, oldest) => {
    let version;
    try {
        version = /aws-cli\/(\d+)\.(\d+)/.exec(execFileSync('aws', ['--version'], { encoding: 'utf8' }));
    } catch {
        version = null;
    }
    if (!claim(version, 'the AWS CLI is here', 'no aws, or one that does not say its version')) return;
    claim(newEnough([Number(version[1]), Number(version[2])], oldest), 'and new enough', `it is ${version[0]}; wanted ${oldest.map((one) => one.join('.')).join(' or ')}: an older one does not see a table's maximum`);
    const plan = read(given.build);
    if (!claim(plan, 'there is a plan', 'First: TARGET=aws lab/lab plan')) return;
    const who = await aws('sts', 'get-caller-identity');
    claim(!/:root$/.test(who.Arn), 'you are not the root user', `you are ${who.Arn}, who can do anything, and so can a mistake`);
    claim(who.Account === plan.account, `the account is the one of the plan, ${plan.account}`, `it is ${who.Account}`);
    const region = process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || (execFileSync('aws', ['configure', 'get', 'region'], { encoding: 'utf8' }).trim());
    claim(region === plan.region, `the region is the one of the plan, ${plan.region}`, `it is ${region}`);
    const { AccountLimit: limit } = await aws('lambda', 'get-account-settings');
    claim(limit.ConcurrentExecutions >= ENVIRONMENTS, `Lambda gives you ${limit.ConcurrentExecutions} environments at once`, `fewer than ${ENVIRONMENTS}: ask Service Quotas for more`);
    const { Functions: functions } = await aws('lambda', 'list-functions');
    const strangers = functions.map((one) => one.FunctionName).filter((one) => !one.startsWith(`${given.project}-`));
    claim(!strangers.length || process.env.LAB_ACCOUNT === who.Account, 'nobody else\'s functions are here',
        `${strangers.length} are: ${strangers.slice(0, 3).join(', ')}. Is this where something real runs? If you mean this account all the same: LAB_ACCOUNT=${who.Account}`);
    const { Budgets: budgets = [] } = await aws('budgets', 'describe-budgets', '--account-id', who.Account) ?? {};
    claim(budgets.length, 'a budget watches the bill', 'there is none. In the console: Billing, Budgets, "Zero spend budget"');
};
