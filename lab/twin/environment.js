// One execution environment of a Lambda function: a `bootstrap` process and the Runtime API
// it talks to.
//
//     starting --/next--> idle <--/next-- answered        (idle is frozen: SIGSTOP)
//         |                |                  ^
//         +--/next--> busy <--invocation      |
//                       +-----/response, /error
//
// Any of them ends as dead: a time-out of the function, a crash, a kill. Then the caller
// gets what Lambda answers, and the pool starts another.
// Source: docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html and lambda-runtime-environment.html
'use strict';

const { spawn } = require('node:child_process');
const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { HOST, readBody, send, serve, listen, close } = require('./http');
const { REGION, arn } = require('./template');

const INIT_MS = 10000;
/* As Lambda words them; others are shown by their names. */
const SIGNALS = { SIGKILL: 'killed', SIGSEGV: 'segmentation fault', SIGABRT: 'aborted' };
const ANSWER_BYTES = 6 * 1024 * 1024 + 100;
/* A loop calls /next at once after it answered. The caller gets the answer when it does, so
 * that a caller's next call finds this environment idle; but after so many ms in any case. */
const GRACE_MS = 20;

const errorBody = (errorType, errorMessage) => Buffer.from(JSON.stringify({ errorType, errorMessage }));

class Environment extends EventEmitter {
    // fn: see deployment.js. host: { account, watchdog, logs, endpoints, onBug }
    constructor(fn, host, id, clockOffsetMs) {
        super();
        Object.assign(this, { fn, host, id, clockOffsetMs, functionName: fn.name });
        this.state = 'starting';
        this.startedMs = Date.now();
        this.calls = 0;
    }

    async start() {
        this.server = serve((request, response) => this.handle(request, response), this.host.onBug);
        const port = await listen(this.server, 0);
        if (this.state === 'dead') return close(this.server);
        this.key = this.host.account.assume(this.fn.role, this);
        const file = path.join(this.fn.folder, 'bootstrap');
        /* A process group of its own: Ctrl-C in the terminal reaches the twin only, and a
         * kill reaches whatever the bootstrap started. */
        this.child = spawn(file, [], {
            cwd: this.fn.folder, env: this.variables(port), stdio: ['ignore', 'pipe', 'pipe'], detached: true,
        });
        if (this.child.pid) this.host.watchdog.add(this.child.pid);
        this.keepLines(this.child.stdout, 'stdout');
        this.keepLines(this.child.stderr, 'stderr');
        this.child.on('error', (error) => this.ended(`Runtime.InvalidEntrypoint`, `${file}: ${error.message}`));
        this.child.on('exit', (code, signal) => this.exited(code, signal));
        this.initTimer = setTimeout(() => this.tooLate(INIT_MS), INIT_MS);
        return undefined;
    }

    variables(port) {
        const { fn, key } = this;
        return {
            PATH: '/usr/local/bin:/usr/bin/:/bin:/opt/bin', LANG: 'en_US.UTF-8', TZ: ':UTC',
            LD_LIBRARY_PATH: '/lib64:/usr/lib64:/var/runtime:/var/task:/opt/lib',
            ...fn.variables,
            _HANDLER: fn.handler, LAMBDA_TASK_ROOT: fn.folder, LAMBDA_RUNTIME_DIR: '/var/runtime',
            AWS_LAMBDA_RUNTIME_API: `${HOST}:${port}`,
            AWS_LAMBDA_FUNCTION_NAME: fn.name, AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb), AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
            AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`, AWS_LAMBDA_LOG_STREAM_NAME: `twin/[$LATEST]${this.id}`,
            AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION,
            AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret, AWS_SESSION_TOKEN: key.token,
            AWS_ENDPOINT_URL_DYNAMODB: this.host.endpoints.dynamodb, AWS_ENDPOINT_URL_LAMBDA: this.host.endpoints.lambda,
            LAB_CLOCK_OFFSET_MS: String(this.clockOffsetMs),
        };
    }

    keepLines(stream, name) {
        let rest = '';
        stream.setEncoding('utf8');
        stream.on('data', (text) => {
            const lines = (rest + text).split('\n');
            rest = lines.pop();
            lines.forEach((line) => this.log(name, line));
        });
        stream.on('end', () => rest && this.log(name, rest));
    }

    log(stream, line) {
        this.host.logs.add(this.fn, { environment: this.id, request: this.current?.id ?? null, stream, line });
    }

    signal(name) {
        try {
            if (this.child?.pid && this.child.exitCode === null && this.child.signalCode === null) process.kill(-this.child.pid, name);
        } catch (error) {
            if (error.code !== 'ESRCH') throw error;
        }
    }

    // --- one invocation -----------------------------------------------------------------

    // Resolves to { payload, functionError }. Only for an environment that is starting or idle.
    invoke(id, payload) {
        return new Promise((resolve) => {
            this.current = { id, payload, resolve, settled: false };
            this.calls++;
            if (this.state === 'idle') this.deliver();
            else if (this.state === 'dead') this.settle(...this.death);
        });
    }

    deliver() {
        const { id, payload } = this.current;
        const limit = this.fn.timeoutMs;
        this.state = 'busy';
        this.current.startedMs = performance.now();
        this.signal('SIGCONT');
        this.timer = setTimeout(() => this.tooLate(limit), limit);
        const waiting = this.waiting;
        this.waiting = undefined;
        if (!waiting) return; /* its process has just died: its exit gives the answer */
        /* The host's clock stamps the deadline, and so with the offset the environment has. */
        send(waiting, 200, payload, {
            'lambda-runtime-aws-request-id': id,
            'lambda-runtime-deadline-ms': String(Date.now() + limit + this.clockOffsetMs),
            'lambda-runtime-invoked-function-arn': arn('lambda', `function:${this.fn.name}`),
            'lambda-runtime-trace-id': `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${id.replace(/-/g, '').slice(0, 24)};Sampled=0`,
        });
    }

    settle(payload, functionError) {
        const { current } = this;
        if (!current || current.settled) return;
        current.settled = true;
        current.resolve({ payload, functionError });
    }

    // --- the Runtime API -----------------------------------------------------------------

    async handle(request, response) {
        const body = await readBody(request, ANSWER_BYTES);
        const [, what, id, verb] = /^\/2018-06-01\/runtime\/(init\/error|invocation\/next|invocation\/([^/]+)\/(response|error))$/
            .exec(request.url) || [];
        const method = what === 'invocation/next' ? 'GET' : 'POST';
        if (!what || request.method !== method) return send(response, 404, { errorType: 'NotFound', errorMessage: request.url });
        if (what === 'invocation/next') return this.onNext(response);
        if (what === 'init/error') return this.onInitError(response, body);
        return this.onAnswer(response, id, verb, body);
    }

    refuse(response, status, errorType, errorMessage) {
        this.log('platform', `Runtime API refused: ${errorType}`);
        send(response, status, { errorType, errorMessage });
    }

    onNext(response) {
        if (this.state === 'busy' && this.current.tooLarge) { /* no other answer came after the 413 */
            this.state = 'answered';
            this.current.answer = this.current.tooLarge;
        }
        if (!['starting', 'answered'].includes(this.state)) {
            return this.refuse(response, 403, 'InvalidStateTransition', `Transition from ${this.state} to Ready is not allowed`);
        }
        this.waiting = response;
        response.on('close', () => { if (this.waiting === response) this.waiting = undefined; });
        if (this.state === 'starting') this.initDone();
        else this.callDone();
        if (this.current) return this.deliver();
        this.state = 'idle';
        this.signal('SIGSTOP');
        return this.emit('free');
    }

    initDone() {
        clearTimeout(this.initTimer);
        this.initMs = Date.now() - this.startedMs;
        this.log('platform', `INIT_REPORT Init Duration: ${this.initMs} ms`);
    }

    callDone() {
        clearTimeout(this.timer);
        const ms = performance.now() - this.current.startedMs;
        this.log('platform', `REPORT RequestId: ${this.current.id} Duration: ${ms.toFixed(2)} ms`);
        this.settle(...this.current.answer);
        this.current = undefined;
    }

    onInitError(response, body) {
        if (this.state !== 'starting') return this.refuse(response, 403, 'InvalidStateTransition', 'Init is over');
        send(response, 202, { status: 'OK' });
        this.death = [body, 'Unhandled'];
        this.settle(...this.death);
        return this.kill();
    }

    onAnswer(response, id, verb, body) {
        const { current } = this;
        if (!current || current.id !== id) return this.refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
        if (this.state !== 'busy') return this.refuse(response, 403, 'InvalidStateTransition', 'The invocation has its answer');
        if (body === null) {
            const message = `payload size exceeded maximum allowed payload size (${ANSWER_BYTES} bytes).`;
            current.tooLarge = [errorBody('Function.ResponseSizeTooLarge', `Response ${message}`), 'Unhandled'];
            return this.refuse(response, 413, 'RequestEntityTooLarge', `Exceeded maximum allowed ${message}`);
        }
        this.state = 'answered';
        current.answer = current.tooLarge || [body, verb === 'error' ? 'Unhandled' : undefined];
        send(response, 202, { status: 'OK' });
        return setTimeout(() => current === this.current && this.settle(...current.answer), GRACE_MS);
    }

    // --- the end -----------------------------------------------------------------------

    tooLate(ms) {
        const id = this.current?.id ?? 'init';
        this.log('platform', `${id} Task timed out after ${(ms / 1000).toFixed(2)} seconds`);
        this.ended('Sandbox.Timedout', `RequestId: ${id} Error: Task timed out after ${(ms / 1000).toFixed(2)} seconds`);
    }

    exited(code, signal) {
        this.host.watchdog.remove(this.child.pid);
        const how = signal ? `signal: ${SIGNALS[signal] ?? signal}` : `exit status ${code}`;
        const reason = code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${how}`;
        this.ended('Runtime.ExitError', `RequestId: ${this.current?.id ?? 'init'} Error: ${reason}`);
        this.gone = true;
        this.emit('gone');
    }

    // The answer of an invocation stands even if its environment dies after it.
    ended(errorType, errorMessage) {
        if (this.state === 'dead') return;
        const answered = this.state === 'answered' && this.current;
        this.state = 'dead';
        this.death ||= [errorBody(errorType, errorMessage), 'Unhandled'];
        this.settle(...(answered ? this.current.answer : this.death));
        this.log('platform', errorMessage);
        clearTimeout(this.timer);
        clearTimeout(this.initTimer);
        this.signal('SIGKILL');
        if (this.key) this.host.account.revoke(this.key);
        close(this.server).catch(this.host.onBug);
        if (!this.child?.pid) this.gone = true;
        this.emit('dead');
    }

    kill() {
        this.ended('Runtime.ExitError', `RequestId: ${this.current?.id ?? 'init'} Error: Runtime exited with error: signal: killed`);
    }

    // Resolves when no process is left.
    async wait() {
        if (!this.gone) await new Promise((resolve) => { this.once('gone', resolve); });
    }

    status() {
        return {
            id: this.id, function: this.fn.name, state: this.state, pid: this.child?.pid ?? null, calls: this.calls,
            init_ms: this.initMs ?? null, clock_offset_ms: this.clockOffsetMs,
        };
    }
}

// What a program is built for, by the header of its file; undefined if it is a script.
const MACHINES = { 0x3e: 'x64', 0xb7: 'arm64' };
const MACHINE_AT = 18;
const HEADER_BYTES = 20;

function machineOf(file) {
    const header = Buffer.alloc(HEADER_BYTES);
    const handle = fs.openSync(file);
    fs.readSync(handle, header);
    fs.closeSync(handle);
    return header.toString('latin1', 1, 4) === 'ELF' ? MACHINES[header.readUInt16LE(MACHINE_AT)] : undefined;
}

// Is there a bootstrap that can be run? A sentence, or null.
function bootstrapError(folder) {
    const file = path.join(folder, 'bootstrap');
    try {
        fs.accessSync(file, fs.constants.X_OK);
        const machine = machineOf(file) ?? process.arch;
        return machine === process.arch ? null : `${file} is for ${machine}, and this machine is ${process.arch}: \`make lambda\` without ARCH`;
    } catch (error) {
        return error.code === 'EACCES' ? `${file} is not executable` : `there is no ${file}`;
    }
}

module.exports = { Environment, bootstrapError };
