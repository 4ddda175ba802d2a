// The few lines of HTTP that every server of the twin needs. All listen on 127.0.0.1.
'use strict';

const http = require('node:http');

const HOST = '127.0.0.1';

// The whole body, or null if it is longer than `limit` bytes (the rest is read and dropped,
// so that the client gets to see the answer).
async function readBody(request, limit = Infinity) {
    const chunks = [];
    let bytes = 0;
    for await (const chunk of request) {
        bytes += chunk.length;
        if (bytes <= limit) chunks.push(chunk);
    }
    return bytes <= limit ? Buffer.concat(chunks) : null;
}

function send(response, status, body, headers = {}) {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    response.writeHead(status, { 'content-type': 'application/json', ...headers, 'content-length': bytes.length });
    response.end(bytes);
}

// A server whose handler may throw: that is a bug of the twin, and it is said aloud.
function serve(handler, onBug) {
    const server = http.createServer((request, response) => {
        Promise.resolve(handler(request, response)).catch((error) => {
            if (error.code === 'ECONNRESET' || request.destroyed) return; /* the client went away */
            onBug(error);
            response.destroy();
        });
    });
    server.keepAliveTimeout = 20000;
    return server;
}

function listen(server, port) {
    return new Promise((resolve, reject) => {
        server.once('error', (error) => reject(error.code === 'EADDRINUSE'
            ? new Error(`port ${port} is taken. Is another twin running? For other ports: make lab-local TWIN_FLAGS='--port-base 7100'`) : error));
        server.listen(port, HOST, () => resolve(server.address().port));
    });
}

function close(server) {
    return new Promise((resolve) => {
        if (!server || !server.listening) return resolve();
        server.close(() => resolve());
        return server.closeAllConnections();
    });
}

// What every server of the twin is: a port, and handle(request, response) of its own.
class Server {
    constructor(onBug) {
        this.onBug = onBug;
    }

    async start(port) {
        this.server = serve((request, response) => this.handle(request, response), this.onBug);
        this.port = await listen(this.server, port);
    }

    stop() {
        return close(this.server);
    }
}

// One request to a server of our own; resolves to { status, headers, body }.
function ask({ port, method = 'POST', path = '/', headers = {}, body = '', agent }) {
    return new Promise((resolve, reject) => {
        const request = http.request({ host: HOST, port, method, path, headers, agent }, (response) => {
            readBody(response).then((bytes) => resolve({ status: response.statusCode, headers: response.headers, body: bytes }), reject);
        });
        request.on('error', reject);
        request.end(body);
    });
}

module.exports = { HOST, Server, readBody, send, serve, listen, close, ask };
