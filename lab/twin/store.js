// DynamoDB: a proxy in front of dynalite, which keeps the items. The proxy does what
// dynalite leaves out: verifies signatures, evaluates the role's policy, counts, and makes
// the store fail on demand (faults.js).
//
// dynalite ignores ReturnValuesOnConditionCheckFailure, so a loser gets no item and must
// read. With `showOld` the proxy adds the item to the error as DynamoDB does; it reads it
// after the condition failed, so that unlike DynamoDB's it may be newer than the one that
// made it fail.
'use strict';

const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');
const load = require('./modules');
const { arn } = require('./template');
const { Faults } = require('./faults');
const { Server, readBody, send, listen, ask } = require('./http');

const JSON_1_0 = { 'content-type': 'application/x-amz-json-1.0' };
const MAX_BYTES = 16 * 1024 * 1024;
const WRITES = new Set(['UpdateItem', 'PutItem', 'DeleteItem']);
/* dynalite wants to see a signature, and checks only its shape. */
const INNER = 'AWS4-HMAC-SHA256 Credential=twin/20000101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=twin';

const keysOf = (body) => [body.Key, body.Item].filter(Boolean)
    .concat(Object.values(body.RequestItems || {}).flatMap((one) => one.Keys || []));

class Store extends Server {
    constructor(account, onBug) {
        super(onBug);
        this.account = account;
        this.faults = new Faults();
        this.showOld = false;
        this.watchers = new Set();
        this.writers = new Map();
        this.hashes = new Map(); /* table -> its partition key */
        this.resetCounts();
    }

    resetCounts() {
        this.counts = { requests: {}, by_function: {}, condition_failed: 0, denied: 0, unsigned: 0, bad_signature: 0, faults: 0 };
    }

    async start(port) {
        this.inner = load('dynalite')({ createTableMs: 0, deleteTableMs: 0 });
        this.innerPort = await listen(this.inner, 0);
        this.agent = new http.Agent({ keepAlive: true });
        await super.start(port);
    }

    async stop() {
        await super.stop();
        if (this.agent) this.agent.destroy();
        if (this.inner && this.inner.listening) {
            this.inner.closeAllConnections();
            await new Promise((resolve) => this.inner.close(resolve));
        }
    }

    // An operation that no one signs and no fault hits: the twin's own.
    async direct(op, body) {
        const reply = await this.forward(op, Buffer.from(JSON.stringify(body)));
        const answer = JSON.parse(reply.body);
        if (reply.status !== 200) throw new Error(`${op}: ${answer.__type} ${answer.message ?? answer.Message}`);
        return answer;
    }

    forward(op, body) {
        const headers = {
            ...JSON_1_0, 'x-amz-target': `DynamoDB_20120810.${op}`, 'content-length': body.length,
            'x-amz-date': '20000101T000000Z', authorization: INNER,
        };
        return ask({ port: this.innerPort, headers, body, agent: this.agent });
    }

    refuse(response, status, type, message) {
        send(response, status, { __type: `com.amazon.coral.service#${type}`, message }, JSON_1_0);
    }

    count(op, functionName) {
        const add = (table, key) => { table[key] = (table[key] || 0) + 1; };
        add(this.counts.requests, op);
        add(this.counts.by_function[functionName] ||= {}, op);
    }

    async handle(request, response) {
        request.body = await readBody(request, MAX_BYTES);
        if (request.body === null) return this.refuse(response, 413, 'RequestEntityTooLargeException', 'Request body is too long');
        const who = this.account.authenticate(request, 'dynamodb');
        if (!who.ok) {
            this.counts[request.headers.authorization ? 'bad_signature' : 'unsigned']++; /* a warm-up sends none */
            return this.refuse(response, 400, who.refusal.type, who.refusal.message);
        }
        const op = (request.headers['x-amz-target'] || '').replace(/^DynamoDB_20120810\./, '');
        let body;
        try {
            body = JSON.parse(request.body);
        } catch {
            return this.refuse(response, 400, 'SerializationException', 'The body is not JSON');
        }
        const denied = this.denial(who.key, op, body);
        if (denied) {
            this.counts.denied++;
            return this.refuse(response, 400, 'AccessDeniedException', denied);
        }
        this.count(op, who.key.environment?.functionName ?? who.key.role.name);
        return this.carryOut(response, who.key, op, body, request.body);
    }

    denial(key, op, body) {
        const right = {
            action: `dynamodb:${op}`,
            resource: arn('dynamodb', `table/${body.TableName ?? '*'}`),
            context: {},
        };
        const hash = this.hashes.get(body.TableName);
        const leading = keysOf(body).map((one) => Object.values(one[hash] || {})[0]).filter((one) => one !== undefined);
        if (leading.length) right.context['dynamodb:LeadingKeys'] = leading;
        return this.account.may(key, right) ? null : this.account.denial(key, right);
    }

    async carryOut(response, key, op, body, bytes) {
        const fault = this.faults.next(op, key.environment?.functionName);
        if (fault) this.counts.faults++;
        if (fault?.kind === 'hang') return undefined; /* the client's time-out closes it */
        if (fault?.kind === 'error') return this.refuse(response, 500, 'InternalServerError', 'The twin was asked to fail');
        if (fault?.kind === 'throttle') return this.refuse(response, 400, fault.type, 'The twin was asked to throttle');
        if (fault?.kind === 'delay') await sleep(fault.ms);
        const reply = await this.forward(op, bytes);
        if (reply.status === 200 && WRITES.has(op)) await this.written(key, body);
        if (reply.status === 400 && reply.body.includes('#ConditionalCheckFailedException')) {
            this.counts.condition_failed++;
            if (this.showOld && body.ReturnValuesOnConditionCheckFailure === 'ALL_OLD') await this.addOld(reply, body);
        }
        if (fault?.kind === 'drop') return response.destroy();
        const { 'content-length': _, connection: __, 'keep-alive': ___, ...headers } = reply.headers;
        if (this.showOld) delete headers['x-amz-crc32'];
        return send(response, reply.status, reply.body, headers);
    }

    async addOld(reply, body) {
        const { Item } = await this.direct('GetItem', { TableName: body.TableName, Key: body.Key, ConsistentRead: true });
        if (Item) reply.body = Buffer.from(JSON.stringify({ ...JSON.parse(reply.body), Item }));
    }

    // Remembers who wrote an item last, and tells those who wait for a write, before the
    // writer itself learns that it was made.
    async written(key, body) {
        const pk = Object.values((body.Key || body.Item)[this.hashes.get(body.TableName)])[0];
        this.writers.set(pk, key.environment?.id);
        for (const watcher of this.watchers) await watcher(pk, key.environment?.id);
    }

    async items(table) {
        return (await this.direct('Scan', { TableName: table, ConsistentRead: true })).Items;
    }

    // Environments that hold a probe: the last writers of items that are half-open.
    async probing(tables) {
        const items = (await Promise.all(tables.map((table) => this.items(table)))).flat();
        return items.filter((one) => one.st?.S === 'H').map((one) => this.writers.get(one.pk.S)).filter(Boolean);
    }
}

module.exports = { Store };
