// Who may call the twin, and what they may do: the roles of the template, the keys given
// out for them, and one operator who may do everything (for tests and your own calls).
//
// Every environment gets keys of its own, as on AWS. That is also how the store knows which
// environment asked.
'use strict';

const crypto = require('node:crypto');
const { verify } = require('./sigv4');
const { allowed } = require('./policy');
const { REGION } = require('./template');

const random = (bytes) => crypto.randomBytes(bytes).toString('hex');

class Account {
    constructor() {
        this.keys = new Map();
        this.region = REGION;
        this.operator = this.issue('AKIA', { name: 'operator', statements: null });
        this.operator.token = undefined;
    }

    issue(prefix, role, environment) {
        const key = {
            id: prefix + random(8).toUpperCase(), secret: random(20), token: random(60),
            region: this.region, role, environment,
        };
        this.keys.set(key.id, key);
        return key;
    }

    // Keys for an environment that runs under a role: temporary ones, so with a token.
    assume(role, environment) {
        return this.issue('ASIA', role, environment);
    }

    revoke(key) {
        this.keys.delete(key.id);
    }

    authenticate(request, service) {
        return verify(request, service, this.keys, Date.now());
    }

    may(key, request) {
        return key.role.statements === null || allowed(key.role.statements, request);
    }

    denial(key, { action, resource }) {
        return `User: arn:aws:sts::000000000000:assumed-role/${key.role.name}/${key.environment?.functionName ?? 'twin'} is not authorized to `
            + `perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
    }
}

module.exports = { Account };
