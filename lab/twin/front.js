// API Gateway, an HTTP API with payload format 2.0: a request becomes an event for the
// function, the function's document becomes the response.
//
// The route, the integration's time-out and the throttling are the template's. The bodies
// of its own answers are API Gateway's: 404 Not Found, 429 Too Many Requests, 500 when the
// function failed or answered nonsense, 503 when it took too long or could not be started.
// Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
'use strict';

const crypto = require('node:crypto');
const { Server, readBody, send } = require('./http');
const { ACCOUNT, REGION } = require('./template');

const REQUEST_BYTES = 6 * 1024 * 1024; /* Lambda's limit; API Gateway's own is 10 MB */
const TEXT = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded)\b|[^;]*\+(json|xml)\b)/i;

// --- request -> event ---------------------------------------------------------------

// Names in lower case, several values joined by a comma; cookies apart.
function headersOf(rawHeaders) {
    const headers = {};
    const cookies = [];
    for (let i = 0; i < rawHeaders.length; i += 2) {
        const name = rawHeaders[i].toLowerCase();
        const value = rawHeaders[i + 1];
        if (name === 'cookie') cookies.push(...value.split(/;\s*/).filter(Boolean));
        else if (name !== 'connection') headers[name] = name in headers ? `${headers[name]},${value}` : value;
    }
    return { headers, cookies };
}

function parametersOf(query) {
    const parameters = {};
    for (const [key, value] of new URLSearchParams(query)) {
        parameters[key] = key in parameters ? `${parameters[key]},${value}` : value;
    }
    return parameters;
}

function bodyOf(bytes, contentType) {
    if (!bytes.length) return { isBase64Encoded: false };
    if (TEXT.test(contentType ?? '')) return { body: bytes.toString('utf8'), isBase64Encoded: false };
    return { body: bytes.toString('base64'), isBase64Encoded: true };
}

// request: { method, url, rawHeaders, body, sourceIp }; the event, without what it lacks.
function eventOf(request, api, routeKey, nowMs) {
    const [rawPath, rawQueryString = ''] = request.url.split(/\?(.*)/s);
    const { headers, cookies } = headersOf(request.rawHeaders);
    const parameters = parametersOf(rawQueryString);
    const domainName = `${api.id}.execute-api.${REGION}.amazonaws.com`;
    headers['x-forwarded-for'] = [headers['x-forwarded-for'], request.sourceIp].filter(Boolean).join(', ');
    headers['x-forwarded-proto'] = 'https';
    headers['x-forwarded-port'] = '443';
    headers['x-amzn-trace-id'] ??= `Root=1-${Math.floor(nowMs / 1000).toString(16)}-${crypto.randomBytes(12).toString('hex')}`;
    return {
        version: '2.0', routeKey, rawPath, rawQueryString,
        ...(cookies.length && { cookies }), headers,
        ...(Object.keys(parameters).length && { queryStringParameters: parameters }),
        requestContext: {
            accountId: ACCOUNT, apiId: api.id, domainName, domainPrefix: api.id,
            http: { method: request.method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: request.sourceIp, userAgent: headers['user-agent'] ?? '' },
            requestId: crypto.randomBytes(12).toString('base64'), routeKey, stage: '$default',
            time: clfTime(nowMs), timeEpoch: nowMs,
        },
        ...bodyOf(request.body, headers['content-type']),
    };
}

// 24/Nov/2026:17:09:00 +0000
function clfTime(ms) {
    const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(ms).toUTCString());
    return `${day}/${month}/${year}:${time} +0000`;
}

// --- the function's document -> response ------------------------------------------------

const plain = (value) => ['string', 'number', 'boolean'].includes(typeof value);

// { status, headers, cookies, body }, or null if API Gateway could make nothing of it. A
// document without a statusCode is taken as the body of a 200.
function responseOf(payload) {
    let document;
    try {
        document = JSON.parse(payload);
    } catch {
        return null;
    }
    if (document === null || typeof document !== 'object' || Array.isArray(document) || !('statusCode' in document)) {
        const body = typeof document === 'string' ? document : payload.toString();
        return { status: 200, headers: { 'content-type': 'application/json' }, cookies: [], body: Buffer.from(body) };
    }
    const { statusCode, headers = {}, body = '', isBase64Encoded = false, cookies = [] } = document;
    const status = Number(statusCode);
    const good = Number.isInteger(status) && status >= 100 && status <= 599 && typeof body === 'string'
        && headers !== null && typeof headers === 'object' && Object.values(headers).every(plain)
        && Array.isArray(cookies) && cookies.every((one) => typeof one === 'string');
    if (!good) return null;
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
    return {
        status, headers: { 'content-type': 'text/plain;charset=utf-8', ...lower }, cookies,
        body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
    };
}

// --- throttling -------------------------------------------------------------------------

// A bucket of `burst` tokens that fills with `rate` a second. Time comes in.
class Bucket {
    constructor(burst, rate, nowMs) {
        Object.assign(this, { burst, rate, tokens: burst, atMs: nowMs });
    }

    take(nowMs) {
        this.tokens = Math.min(this.burst, this.tokens + (Math.max(0, nowMs - this.atMs) * this.rate) / 1000);
        this.atMs = Math.max(this.atMs, nowMs);
        if (this.tokens < 1) return false;
        this.tokens--;
        return true;
    }
}

class Front extends Server {
    constructor(pools, onBug) {
        super(onBug);
        Object.assign(this, { pools, api: null });
        this.resetCounts();
    }

    resetCounts() {
        this.counts = { requests: 0, throttled: 0, timed_out: 0, statuses: {} };
    }

    // null: there is no API, and nothing is found.
    deploy(api) {
        this.api = api;
        if (api) this.bucket = new Bucket(api.burst, api.rate, performance.now());
    }

    say(response, status, message) {
        this.counted(status);
        send(response, status, { message }, { 'apigw-requestid': crypto.randomBytes(12).toString('base64') });
    }

    counted(status) {
        this.counts.statuses[status] = (this.counts.statuses[status] || 0) + 1;
    }

    route(method, url) {
        const path = url.split('?')[0];
        const keys = [`${method} ${path}`, `ANY ${path}`, '$default'];
        return keys.map((key) => this.api?.routes.find((one) => one.key === key)).find(Boolean);
    }

    async handle(request, response) {
        this.counts.requests++;
        const body = await readBody(request, REQUEST_BYTES);
        const route = this.route(request.method, request.url);
        if (!route) return this.say(response, 404, 'Not Found');
        if (!this.bucket.take(performance.now())) {
            this.counts.throttled++;
            return this.say(response, 429, 'Too Many Requests');
        }
        if (body === null) return this.say(response, 413, 'Request Entity Too Large');
        if (!route.permitted) return this.say(response, 500, 'Internal Server Error');
        const event = eventOf({
            method: request.method, url: request.url, rawHeaders: request.rawHeaders, body, sourceIp: request.socket.remoteAddress,
        }, this.api, route.key, Date.now());
        return this.answer(response, route, await this.within(route.timeoutMs, this.pools.get(route.function), event));
    }

    // The function's result, or undefined if it took too long; it runs on all the same.
    async within(ms, pool, event) {
        let timer;
        const late = new Promise((resolve) => { timer = setTimeout(resolve, ms); });
        try {
            return await Promise.race([pool.invoke(Buffer.from(JSON.stringify(event))), late]);
        } finally {
            clearTimeout(timer);
        }
    }

    answer(response, route, result) {
        if (!result) this.counts.timed_out++;
        if (!result || result.throttled) return this.say(response, 503, 'Service Unavailable');
        const reply = result.functionError ? null : responseOf(result.payload);
        if (!reply) return this.say(response, 500, 'Internal Server Error');
        this.counted(reply.status);
        const { 'content-length': _, 'transfer-encoding': __, ...headers } = reply.headers;
        if (reply.cookies.length) headers['set-cookie'] = reply.cookies;
        try {
            return send(response, reply.status, reply.body, { ...headers, 'apigw-requestid': result.id });
        } catch (error) {
            if (!/^ERR_(INVALID|HTTP)/.test(error.code)) throw error;
            return this.say(response, 500, 'Internal Server Error'); /* a header that HTTP forbids */
        }
    }
}

module.exports = { Front, Bucket, eventOf, responseOf };
