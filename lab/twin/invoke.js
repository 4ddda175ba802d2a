// Lambda's Invoke API: POST /2015-03-31/functions/NAME/invocations
//
// 200 with X-Amz-Function-Error when the function failed; 404, 403, 413, 429 as Lambda
// words them. A caller that gives up does not stop the function.
// Source: docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
'use strict';

const { Server, readBody, send } = require('./http');
const { arn } = require('./template');

const REQUEST_BYTES = 6 * 1024 * 1024;

function refuse(response, status, type, message, more = {}) {
    send(response, status, { Type: 'User', message, ...more }, { 'x-amzn-errortype': type });
}

// The function's name, from a name or an ARN; a version or an alias other than $LATEST is
// none of ours.
function functionName(text, query) {
    const [, name, version] = /^(?:arn:aws:lambda:[^:]*:[^:]*:function:)?([^:]+)(?::([^:]+))?$/.exec(text) || [];
    const qualifier = new URLSearchParams(query).get('Qualifier') ?? version ?? '$LATEST';
    return qualifier === '$LATEST' ? name : undefined;
}

class Invoke extends Server {
    // pools: Map of the function's name to its pool
    constructor(account, pools, onBug) {
        super(onBug);
        Object.assign(this, { account, pools });
        this.resetCounts();
    }

    resetCounts() {
        this.counts = { calls: {}, denied: 0, unsigned: 0, bad_signature: 0 };
    }

    async handle(request, response) {
        const tooLong = (request.body = await readBody(request, REQUEST_BYTES)) === null;
        if (tooLong) {
            return refuse(response, 413, 'RequestTooLargeException',
                `Request must be smaller than ${REQUEST_BYTES} bytes for the InvokeFunction operation`);
        }
        const who = this.account.authenticate(request, 'lambda');
        if (!who.ok) {
            this.counts[request.headers.authorization ? 'bad_signature' : 'unsigned']++;
            return send(response, 403, { message: who.refusal.message }, { 'x-amzn-errortype': who.refusal.type });
        }
        const [, text, query] = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?(.*))?$/.exec(request.url) || [];
        if (text === undefined || request.method !== 'POST') return refuse(response, 404, 'UnknownOperationException', request.url);
        const name = functionName(decodeURIComponent(text), query);
        const right = { action: 'lambda:InvokeFunction', resource: arn('lambda', `function:${name}`) };
        if (!this.account.may(who.key, right)) {
            this.counts.denied++;
            return send(response, 403, { Message: this.account.denial(who.key, right) }, { 'x-amzn-errortype': 'AccessDeniedException' });
        }
        const pool = this.pools.get(name);
        if (!pool) return refuse(response, 404, 'ResourceNotFoundException', `Function not found: ${right.resource}`);
        return this.run(request, response, pool);
    }

    async run(request, response, pool) {
        const payload = request.body.length ? request.body : Buffer.from('{}');
        try {
            JSON.parse(payload);
        } catch (error) {
            return refuse(response, 400, 'InvalidRequestContentException', `Could not parse request body into json: ${error.message}`);
        }
        const { name } = pool.fn;
        this.counts.calls[name] = (this.counts.calls[name] || 0) + 1;
        const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
        if (type === 'DryRun') return send(response, 204, '');
        if (type === 'Event') {
            pool.invoke(payload).catch(this.onBug);
            return send(response, 202, '');
        }
        const result = await pool.invoke(payload);
        if (result.throttled) {
            return refuse(response, 429, 'TooManyRequestsException', result.throttled.message, result.throttled);
        }
        const failed = result.functionError ? { 'x-amz-function-error': result.functionError } : {};
        return send(response, 200, result.payload, { 'x-amzn-requestid': result.id, 'x-amz-executed-version': '$LATEST', ...failed });
    }
}

module.exports = { Invoke, functionName };
