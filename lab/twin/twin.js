#!/usr/bin/env node
// The lab without an account: the stack of lab/template.yaml on this machine, on 127.0.0.1.
// `make lab-local` starts it; `node lab/twin/twin.js --help` says the rest.
//
// One JSON line on stdout says when it is ready, or some words (--words). Ctrl-C, SIGTERM, a bug of its own or the
// end of --parent stop it and leave nothing behind; after a SIGKILL the watchdog cleans up.
'use strict';

const path = require('node:path');
const { parseArgs } = require('node:util');
const { Cloud } = require('./cloud');
const { Control } = require('./control');
const { HOST } = require('./http');

const HELP = `twin.js --zips DIR | --bin DIR [options]

  --zips DIR            run DIR/client.zip and DIR/backend.zip (make lambda)
  --bin DIR             run native programs: DIR/client/bootstrap, or DIR/client itself
  --dir DIR             where to unpack; build/lab/twin
  --template FILE       lab/template.yaml
  --parameter NAME=X    a parameter of the template; may be repeated
  --port-base N         7000: API on N, DynamoDB on N+1, Lambda on N+2, control on N+3;
                        0 takes any free ones
  --concurrency N       10: environments at once in this account, as in a new one
  --show-old            a failed condition brings the item, as on AWS (else: read again)
  --down                start with nothing deployed; POST /up deploys
  --parent PID          stop when this process has ended
  --words               say in words what to type next, not in JSON
  --help

What it cannot show: memory and CPU limits, cold starts as long as Lambda's, TTL, alarms,
TLS, DynamoDB's throttling (there is a fault for that). /tmp is shared, the network open.
`;

const OPTIONS = {
    zips: { type: 'string' }, bin: { type: 'string' }, dir: { type: 'string' }, template: { type: 'string' },
    parameter: { type: 'string', multiple: true, default: [] }, 'port-base': { type: 'string', default: '7000' },
    concurrency: { type: 'string', default: '10' }, 'show-old': { type: 'boolean' }, down: { type: 'boolean' },
    parent: { type: 'string' }, words: { type: 'boolean' }, help: { type: 'boolean' },
};

class Usage extends Error {}

function wholeNumber(text, name, min, max) {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max) throw new Usage(`--${name} must be a whole number from ${min} to ${max}`);
    return value;
}

function readOptions(args) {
    let values;
    try {
        ({ values } = parseArgs({ args, options: OPTIONS }));
    } catch (error) {
        throw new Usage(error.message);
    }
    if (values.help) return values;
    if (!values.zips === !values.bin) throw new Usage('give either --zips DIR or --bin DIR');
    const root = path.join(__dirname, '../..');
    return {
        ...values,
        code: { zips: values.zips, bin: values.bin },
        folder: values.dir ?? path.join(root, 'build/lab/twin'),
        template: values.template ?? path.join(root, 'lab/template.yaml'),
        portBase: wholeNumber(values['port-base'], 'port-base', 0, 65532),
        concurrency: wholeNumber(values.concurrency, 'concurrency', 1, 1000),
        parent: values.parent === undefined ? undefined : wholeNumber(values.parent, 'parent', 2, 2 ** 31),
        showOld: values['show-old'],
        parameters: Object.fromEntries(values.parameter.map((text) => {
            const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
            if (!name) throw new Usage(`--parameter must be NAME=VALUE, not ${text}`);
            return [name, value];
        })),
    };
}

// What a reader does next, in the terminal beside this one.
function words(cloud, control) {
    const url = cloud.outputs().Url ?? cloud.endpoints.api;
    const lab = new URL(control).port === '7003' ? 'lab/lab' : `LAB_CONTROL=${control} lab/lab`;
    return `The stack ${cloud.deployment.stack} is up on this machine. In another terminal:

  a request       curl -i ${url}
  break backend   ${lab} mode error
  mend it         ${lab} mode ok
  the breaker     ${lab} status
  the log         ${lab} logs
  all there is    curl ${control}/status

Ctrl-C ends it and leaves nothing behind.
`;
}

async function main(options) {
    let stopping;
    const stop = (code) => {
        stopping ??= Promise.allSettled([control.stop(), cloud.stop()]).then(() => process.exit(code));
        return stopping;
    };
    const onBug = (error) => {
        process.stderr.write(`twin: ${error.stack ?? error}\n`);
        stop(1);
    };
    const cloud = new Cloud({ ...options, onBug });
    const control = new Control(cloud, onBug);
    process.on('uncaughtException', onBug);
    process.on('unhandledRejection', onBug);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop(0));
    if (options.parent) {
        setInterval(() => {
            try { process.kill(options.parent, 0); } catch { stop(0); }
        }, 500);
    }
    try {
        await cloud.start();
        await control.start(options.portBase ? options.portBase + 3 : 0);
        if (!options.down) await cloud.up();
    } catch (error) {
        process.stderr.write(`twin: ${error.message}\n`);
        await stop(1);
    }
    const url = `http://${HOST}:${control.port}`;
    cloud.endpoints.control = url;
    const { id, secret } = cloud.account.operator;
    if (options.words && cloud.deployment) return process.stdout.write(words(cloud, url));
    return process.stdout.write(`${JSON.stringify({
        ready: true, pid: process.pid, url: cloud.outputs().Url ?? null, endpoints: cloud.endpoints,
        operator: { access_key_id: id, secret_access_key: secret, region: cloud.account.region },
    })}\n`);
}

try {
    const options = readOptions(process.argv.slice(2));
    if (options.help) process.stdout.write(HELP);
    else main(options);
} catch (error) {
    if (!(error instanceof Usage)) throw error;
    process.stderr.write(`twin.js: ${error.message}\n${HELP}`);
    process.exitCode = 2;
}
