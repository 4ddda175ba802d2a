// Makes a wrong answer of a right one: `edit.js IN OUT WHAT`, where WHAT is one of the
// edits below. An edit that finds nothing to change is an error: it would prove nothing.
'use strict';

const fs = require('node:fs');

const EDITS = {
    // --- of the template ---------------------------------------------------------------
    'sort-key': [['{AttributeName: pk, AttributeType: S}', '{AttributeName: pk, AttributeType: S}\n        - {AttributeName: sk, AttributeType: S}'],
        ['{AttributeName: pk, KeyType: HASH}', '{AttributeName: pk, KeyType: HASH}\n        - {AttributeName: sk, KeyType: RANGE}']],
    provisioned: [['BillingMode: PAY_PER_REQUEST', 'BillingMode: PROVISIONED\n      ProvisionedThroughput: {ReadCapacityUnits: 5, WriteCapacityUnits: 5}']],
    'no-maximum': [[/      OnDemandThroughput:.*\n.*\n.*\n/, '']],
    'ttl-as-timer': [['AttributeName: ex\n', 'AttributeName: until_ms\n']],
    'may-everything': [['[dynamodb:GetItem, dynamodb:UpdateItem]\n                Resource: !GetAtt Table.Arn', '"dynamodb:*"\n                Resource: "*"']],
    'may-more': [['Action: lambda:InvokeFunction', 'Action: [lambda:InvokeFunction, lambda:AddPermission]'], [/(Sid: ReadAndChangeBreakers)/,
        'Effect: Allow\n                Action: ["s3:*", iam:CreateUser, iam:AttachUserPolicy, logs:DeleteLogGroup]\n                Resource: "*"\n              - $1']],
    'may-more-there': [['[dynamodb:GetItem, dynamodb:UpdateItem]', '[dynamodb:GetItem, dynamodb:UpdateItem, dynamodb:BatchWriteItem, dynamodb:PartiQLDelete, dynamodb:UpdateTable]']],
    'may-get-anything': [['[dynamodb:GetItem, dynamodb:UpdateItem]', '["dynamodb:Get*", dynamodb:UpdateItem]']],
    'reads-any-item': [['Action: [dynamodb:GetItem, dynamodb:UpdateItem]', 'Action: dynamodb:GetItem\n                Resource: !GetAtt Table.Arn\n              - Effect: Allow\n                Action: dynamodb:UpdateItem']],
    'calls-any': [['function:${ProjectName}-backend"', 'function:${ProjectName}-*"']],
    'backend-writes': [[/(Sid: ReadItsMode[^]*?Action: )dynamodb:GetItem/, '$1[dynamodb:GetItem, dynamodb:PutItem]']],
    'denied-again': [['              - Sid: CallTheBackend', '              - Effect: Allow\n                Action: "s3:*"\n                Resource: "*"\n              - Effect: Deny\n                Action: "s3:*"\n                Resource: "*"\n              - Sid: CallTheBackend']],
    'other-words': [['Action: [dynamodb:GetItem, dynamodb:UpdateItem]', 'Action: [DynamoDB:getitem, dynamodb:UpdateItem]'],
        ['dynamodb:LeadingKeys: ["cb#*"]', 'dynamodb:LeadingKeys: ["cb#backend", "cb#backend#*"]'], ['-client:*"\n', '-client:log-stream:*"\n']],
    'any-item': [[/                Condition:\n                  ForAllValues:StringLike:\n                    dynamodb:LeadingKeys: \["cb#\*"\]\n/, '']],
    'one-role': [['Role: !GetAtt BackendRole.Arn', 'Role: !GetAtt ClientRole.Arn']],
    'no-log': [[/              - Sid: WriteOwnLog # not[^]*?client:\*"\n/, '']],
    'trusts-others': [['Principal: {Service: lambda.amazonaws.com}', 'Principal: {Service: [lambda.amazonaws.com, ec2.amazonaws.com]}']],
    'trusts-nobody': [['Principal: {Service: lambda.amazonaws.com}', 'Principal: {Service: ec2.amazonaws.com}']],
    'creates-groups': [['Action: [logs:CreateLogStream, logs:PutLogEvents]', 'Action: [logs:CreateLogGroup, logs:CreateLogStream, logs:PutLogEvents]']],
    'one-second': [['Timeout: 3\n', 'Timeout: 1\n']],
    'shorter-than-deadline': [['Timeout: 5\n', 'Timeout: 3\n']],
    'no-store': [['"cache_ms": 1000, "store_timeout_ms": 400, "store_skip_ms": 5000,', ''], ['"probe_jitter_ms": 100, "shared_window_ms": 10000, "shared_failures": 10,', '']],
    'never-opens': [['"failures_to_open": 5, ', ''], ['"shared_failures": 10', '"shared_failures": 100000']],
    'rests-too-long': [['"open_ms": 2000', '"open_ms": 60000']],
    'no-permission': [[/  Permission:\n    Type[^]*?\n\n/, '']],
    'any-caller': [[/      SourceArn: .*GET\/call"\n/, '']],
    'no-throttling': [[/      DefaultRouteSettings:[^]*?ThrottlingRateLimit: 20\n/, '']],
    'any-route': [['RouteKey: GET /call', 'RouteKey: $default']],
    'impatient-door': [['TimeoutInMillis: 6000', 'TimeoutInMillis: 4000']],
    'payload-1': [['PayloadFormatVersion: "2.0"', 'PayloadFormatVersion: "1.0"']],
    // --- of a program ------------------------------------------------------------------
    'mode-at-start': [[/now_ms - mode->read_ms;/, 'mode->read_ms > 0 ? 0 : now_ms;']],
    'mode-ignored': [['if (strcmp(word, kinds[i]) == 0)', 'if (strcmp(word, kinds[i]) == 0 && i == 0)']],
    'other-build': [['.build = BREAKER_BUILD', '.build = "0123456789ab"']],
    'clock-of-its-own': [['return clock_platform_ms() + offset_ms();', '(void)offset_ms;\n    static int64_t mine_ms;\n    if (mine_ms == 0)\n        mine_ms = clock_random() % 2 == 0 ? 4000 : 8000;\n    return clock_platform_ms() + mine_ms;']],
    'clock-from-boot': [['return clock_platform_ms() + offset_ms();', '(void)offset_ms;\n    struct timespec up;\n    clock_gettime(CLOCK_MONOTONIC, &up);\n    return (int64_t)up.tv_sec * 1000 + up.tv_nsec / 1000000;']],
    'counts-4xx': [['status >= 500 || status == 429', 'status >= 400']],
    'clock-from-start': [[/(int64_t clock_ms\(void\)\n\{\n)/, '$1    static int64_t began;\n    if (began == 0)\n        began = clock_platform_ms() - 1000;\n    return clock_platform_ms() - began;\n'],
        ['return clock_platform_ms() + offset_ms();', '(void)offset_ms;']],
    'writes-successes': [['if (call->failed == 0 && !must_flush(s, call))', 'if (call->failed == 0 && !must_flush(s, call) && s->good == 0)']],
    'refuses-with-200': [['return print_error(503, "the backend is in trouble', 'return print_error(200, "the backend is in trouble']],
    'no-retry-after': [['seconds > 0 ? "retry-after"', 'seconds < 0 ? "retry-after"']],
    'fails-with-200': [['return print_error(502, "the backend failed"', 'return print_error(200, "the backend failed"']],
};

const [, , from, to, what] = process.argv;
let text = fs.readFileSync(from, 'utf8');
for (const [wanted, instead] of EDITS[what] ?? []) {
    const next = text.replace(wanted, typeof wanted === 'string' ? () => instead : instead);
    if (next === text) throw new Error(`${what}: ${from} holds no ${wanted}`);
    text = next;
}
if (!EDITS[what]) throw new Error(`there is no edit ${what}`);
fs.writeFileSync(to, text);
