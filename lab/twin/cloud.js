// The twin's stack: everything the template names, brought up and taken down as a whole.
//
//     const cloud = new Cloud({ template, code, folder, portBase, concurrency, parameters, showOld, onBug });
//     await cloud.start();   the servers listen; nothing is deployed
//     await cloud.up();      as `cloudformation deploy`: again with new code keeps the items
//     await cloud.down();    as `delete-stack`
//     await cloud.stop();    no process, no port, no folder is left
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { Account } = require('./account');
const { readDeployment } = require('./deployment');
const { Front } = require('./front');
const { HOST } = require('./http');
const { Invoke } = require('./invoke');
const { Logs } = require('./logs');
const { Pool } = require('./pool');
const { Store } = require('./store');
const { readTemplate, resolve } = require('./template');
const { unpack } = require('./unpack');

// Folders of twins that were killed with their watchdog too.
function sweep(folder) {
    for (const name of fs.readdirSync(folder)) {
        const pid = Number(/^run-(\d+)$/.exec(name)?.[1]);
        if (pid && !alive(pid)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
    }
}

function alive(pid) {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return error.code === 'EPERM';
    }
}

class Watchdog {
    constructor(folder) {
        this.child = spawn('/bin/sh', [path.join(__dirname, 'watchdog.sh'), folder],
            { cwd: '/', stdio: ['pipe', 'ignore', 'inherit'], detached: true });
        this.child.stdin.on('error', () => {}); /* it is gone: nothing we can do */
    }

    add(pid) { this.child.stdin.write(`+${pid}\n`); }

    remove(pid) { this.child.stdin.write(`-${pid}\n`); }

    // It removes the folder as its last act, so whoever waits finds it gone.
    stop() {
        return new Promise((resolve) => {
            if (this.child.exitCode !== null || this.child.signalCode !== null) return resolve();
            this.child.on('exit', resolve);
            return this.child.stdin.end();
        });
    }
}

class Cloud {
    constructor(options) {
        this.options = options;
        this.account = new Account();
        this.logs = new Logs();
        this.pools = new Map();
        this.shared = { limit: options.concurrency, running: 0 };
        this.store = new Store(this.account, options.onBug);
        this.store.showOld = Boolean(options.showOld);
        this.invoke = new Invoke(this.account, this.pools, options.onBug);
        this.front = new Front(this.pools, options.onBug);
        this.deployment = null;
        this.generation = 0;
    }

    async start() {
        const { folder, portBase } = this.options;
        const port = (n) => (portBase ? portBase + n : 0);
        fs.mkdirSync(folder, { recursive: true });
        sweep(folder);
        this.folder = path.resolve(folder, `run-${process.pid}`);
        fs.mkdirSync(this.folder);
        this.watchdog = new Watchdog(this.folder);
        await this.front.start(port(0));
        await this.store.start(port(1));
        await this.invoke.start(port(2));
        const url = (part) => `http://${HOST}:${part.port}`;
        this.endpoints = { api: url(this.front), dynamodb: url(this.store), lambda: url(this.invoke) };
    }

    async stop() {
        await this.clearFunctions();
        await Promise.all([this.front.stop(), this.store.stop(), this.invoke.stop()]);
        if (this.watchdog) await this.watchdog.stop();
    }

    async up() {
        const deployment = readDeployment(resolve(readTemplate(this.options.template), this.options.parameters));
        const into = path.join(this.folder, String(++this.generation));
        for (const fn of deployment.functions) {
            fn.folder = await unpack(this.options.code, fn.code, path.join(into, fn.code));
        }
        await this.clearFunctions();
        await this.makeTables(deployment.tables);
        const host = { account: this.account, watchdog: this.watchdog, logs: this.logs, endpoints: this.endpoints, onBug: this.options.onBug };
        for (const fn of deployment.functions) this.pools.set(fn.name, new Pool(fn, host, this.shared));
        this.front.deploy(deployment.api);
        this.deployment = deployment;
        return this.outputs();
    }

    async down() {
        this.front.deploy(null);
        await this.clearFunctions();
        await this.makeTables([]);
        this.logs.clear();
        this.deployment = null;
    }

    async clearFunctions() {
        const pools = [...this.pools.values()];
        this.pools.clear();
        await Promise.all(pools.map((pool) => pool.kill('all')));
    }

    // Tables that are there and wanted keep their items.
    async makeTables(wanted) {
        const list = async () => (await this.store.direct('ListTables', {})).TableNames;
        const there = await list(), names = wanted.map((one) => one.name);
        const gone = there.filter((one) => !names.includes(one));
        for (const name of gone) await this.store.direct('DeleteTable', { TableName: name });
        while ((await list()).some((one) => gone.includes(one))) await sleep(5); // it goes a little later
        for (const one of wanted.filter((table) => !there.includes(table.name))) await this.makeTable(one);
        this.store.hashes = new Map(wanted.map((one) => [one.name, one.hash]));
    }

    // Made when it may be used, which is a little later.
    async makeTable({ name, request }) {
        await this.store.direct('CreateTable', request);
        const status = async () => (await this.store.direct('DescribeTable', { TableName: name })).Table.TableStatus;
        while (await status() !== 'ACTIVE') await sleep(5);
    }

    // The stack's outputs; the URL leads here.
    outputs() {
        const swap = (text) => String(text).replace(/^https:\/\/[^/]*\.execute-api\.[^/]*/, this.endpoints.api);
        return Object.fromEntries(Object.entries(this.deployment?.outputs ?? {}).map(([key, value]) => [key, swap(value)]));
    }

    tables() {
        return (this.deployment?.tables ?? []).map((one) => one.name);
    }

    // A pool by the function's name or by its code's: open-circuit-client or client.
    pool(name) {
        return this.pools.get(name) ?? [...this.pools.values()].find((one) => one.fn.code === name);
    }
}

module.exports = { Cloud };
