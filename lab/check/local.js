// The world of the checks, on the local twin: everything by its control API
// (lab/twin/control.js). aws.js has the same functions.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const shape = require('./shape');
const { request } = require('./http');
const lab = require('./lab');

const FOLDER = Buffer.from(fs.realpathSync(path.join(__dirname, '../..'))).toString('latin1');
const STACK = ['AWS::DynamoDB::Table', 'AWS::Lambda::Function', 'AWS::IAM::Role', 'AWS::ApiGatewayV2::Route'];

module.exports = (given) => {
    const { Unreachable } = given;
    async function control(method, to, body) {
        let answer;
        try {
            answer = await request(given.control + to, { method, body: body && JSON.stringify(body), headers: { 'content-type': 'application/json', 'x-lab-folder': FOLDER } });
        } catch {
            throw new Unreachable(`no twin answers at ${given.control}. Start one in another terminal: make lab-local`);
        }
        return { status: answer.status, it: answer.json ?? {} };
    }
    async function must(method, to, body) {
        const { status, it } = await control(method, to, body);
        if (status !== 200) throw new Unreachable(`the twin says ${status} to ${method} ${to}: ${it.error}`);
        return it;
    }
    const world = {
        name: `the twin at ${given.control}`,
        local: true,

        async stack() {
            const { resources = {} } = await must('GET', '/describe');
            if (!STACK.every((type) => Object.values(resources).some((one) => one.type === type))) {
                throw new Unreachable('nothing is up, or not all of it. First: lab/lab up');
            }
            return shape.fromTemplate(resources);
        },
        items: async () => (await must('GET', '/items')).items,
        left: async () => {
            const { total, ...lists } = await must('GET', '/resources');
            const { functions } = await must('GET', '/status');
            const running = Object.values(functions).flatMap((one) => one.environments).length;
            return [...Object.entries(lists).flatMap(([kind, names]) => names.map((name) => `${kind} ${name}`)),
                ...(running ? [`${running} environments`] : [])];
        },
        url: async () => (await must('GET', '/outputs')).Url,
        mode: (...words) => lab(given, 'mode', ...words),
        // One call of the backend, past the client: { failed, tookMs, status }.
        async backend() {
            const began = performance.now();
            const { status, it } = await control('POST', '/invoke', { function: 'backend', payload: { path: '/check', shard: '', within_ms: 5000 } });
            if (status !== 200) return { failed: it.error, tookMs: performance.now() - began };
            const answer = JSON.parse(it.payload);
            return { failed: it.function_error && (answer.errorMessage ?? it.function_error), tookMs: it.took_ms, status: answer.status };
        },
        start: async (claim) => {
            await must('GET', '/status');
            claim(true, 'the twin runs; nothing is spent', '');
        },
    };
    return world;
};
