// A made-up twin for tests/lab/verbs.sh: the control API and /call on one port, as far as
// lab/lab needs them. Prints its URL; every control request goes to stdout, too.
'use strict';

const http = require('node:http');

let up = false;
let mode = 'ok';
let calls = 0;

// What the client logs of a request (lab/report.h), in the future, so that it belongs to any run.
const callLine = () => JSON.stringify({ _aws: { Timestamp: Date.now() + 1000 }, Environment: 'e', Attempts: 1, StoreWrites: 0 });

const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => { body += part; }).on('end', () => {
        const base = `http://127.0.0.1:${server.address().port}`;
        const answers = {
            'POST /up': () => { up = true; return {}; },
            'POST /down': () => { up = false; return {}; },
            'GET /outputs': () => (up ? { Url: `${base}/call` } : {}),
            'GET /status': () => ({ up, stack: 'open-circuit', store: { requests: { GetItem: 3 } }, functions: { 'open-circuit-client': { environments: [{ state: 'idle' }, { state: 'idle' }] } } }),
            'GET /items': () => ({ items: [{ pk: { S: 'cb#backend' }, st: { S: 'O' }, gen: { N: '3' }, v: { N: '9' }, calls: { N: '4' }, failed: { N: '2' }, until_ms: { N: '5' } }, { pk: { S: 'hello#1' }, note: { S: 'first' } }] }),
            'POST /mode': () => ({ mode: (mode = JSON.parse(body).mode) }),
            'GET /resources': () => ({ tables: up ? ['open-circuit-breakers'] : [], total: up ? 1 : 0 }),
            'GET /logs?function=open-circuit-client&limit=100000': () => ({ lines: [{ line: 'one \\n line' }, ...Array(calls).fill({ line: callLine() })] }),
        };
        if (request.url === '/call') {
            calls++;
            if (mode === 'flaky') response.setHeader('Date', 'Thu, 01 Jan 1970 00:00:00 GMT'); /* a clock that stands */
            response.setHeader('x-breaker-state', 'closed').setHeader('x-breaker-answer', mode === 'ok' ? 'fresh' : 'failed').writeHead(mode === 'ok' ? 200 : 502).end('{}');
            return;
        }
        console.log(`${request.method} ${request.url} ${body}`);
        if (request.headers['x-lab-folder'] !== process.cwd()) {
            response.writeHead(409).end('{"error": "you are not where I am"}');
            return;
        }
        const answer = answers[`${request.method} ${request.url}`];
        response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ? answer() : { error: 'there is no such thing' }));
    });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
