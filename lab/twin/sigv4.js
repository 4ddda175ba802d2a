// Verifies AWS Signature Version 4: every request to the twin's DynamoDB and Lambda.
//
//     const who = verify({ method, url, headers, rawHeaders, body }, 'dynamodb', keys, Date.now());
//     who.ok ? who.key : who.refusal     refusal: { type, message }, as AWS words it
//
// `keys` is a Map from access key to { secret, token, ... }. A key that has a token (a
// role's) demands it. Stricter than AWS in one thing: every x-amz-* header and the
// content-type, if sent, must be signed, as the documentation asks.
// Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
'use strict';

const crypto = require('node:crypto');

const SKEW_MS = 5 * 60 * 1000;

const hmac = (key, text) => crypto.createHmac('sha256', key).update(text).digest();
const sha256 = (data) => crypto.createHash('sha256').update(data).digest('hex');

// RFC 3986: encodeURIComponent leaves five characters that AWS wants encoded.
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

// The path as sent is encoded once more (for all services but S3).
function canonicalPath(path) {
    return path.split('/').map(encode).join('/') || '/';
}

function canonicalQuery(query) {
    const byKeyThenValue = (a, b) => (a[0] === b[0] ? (a[1] < b[1] ? -1 : 1) : (a[0] < b[0] ? -1 : 1));
    return query.split('&').filter(Boolean)
        .map((part) => {
            const at = part.indexOf('=');
            const [key, value] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
            return [encode(decodeURIComponent(key)), encode(decodeURIComponent(value))];
        })
        .sort(byKeyThenValue).map(([key, value]) => `${key}=${value}`).join('&');
}

// All values of a header, in order, joined as AWS joins them; spaces trimmed and squeezed.
function headerValue(rawHeaders, name) {
    const values = [];
    for (let i = 0; i < rawHeaders.length; i += 2) {
        if (rawHeaders[i].toLowerCase() === name) values.push(rawHeaders[i + 1].trim().replace(/ +/g, ' '));
    }
    return values.length ? values.join(',') : undefined;
}

function canonicalRequest(request, signed) {
    const [path, query = ''] = request.url.split(/\?(.*)/s);
    const lines = signed.map((name) => `${name}:${headerValue(request.rawHeaders, name) ?? ''}\n`);
    return [request.method, canonicalPath(path), canonicalQuery(query), lines.join(''),
        signed.join(';'), sha256(request.body)].join('\n');
}

function signature(secret, scope, time, canonical) {
    const key = scope.reduce(hmac, `AWS4${secret}`);
    return hmac(key, ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n')).toString('hex');
}

const AUTHORIZATION = /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

function timeOf(text) {
    const m = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text || '');
    return m ? Date.UTC(m[1], m[2] - 1, m[3], m[4], m[5], m[6]) : NaN;
}

const refuse = (type, message) => ({ ok: false, refusal: { type, message } });

// What must be in SignedHeaders and is not.
function unsigned(request, signed) {
    const names = request.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
    return ['host', 'x-amz-date', ...names.filter((n) => n === 'content-type' || n.startsWith('x-amz-'))]
        .find((name) => !signed.includes(name));
}

function verify(request, service, keys, nowMs) {
    const header = request.headers.authorization;
    if (!header) return refuse('MissingAuthenticationTokenException', 'Missing Authentication Token');
    const parts = AUTHORIZATION.exec(header);
    if (!parts) return refuse('IncompleteSignatureException', `Authorization header is not well formed: ${header.slice(0, 60)}`);
    const [, id, day, region, named, headerList, given] = parts;
    const key = keys.get(id);
    const bad = 'The security token included in the request is invalid.';
    if (!key) return refuse('UnrecognizedClientException', bad);
    if (key.token && headerValue(request.rawHeaders, 'x-amz-security-token') !== key.token) {
        return refuse('UnrecognizedClientException', bad);
    }
    const time = headerValue(request.rawHeaders, 'x-amz-date');
    if (named !== service) return refuse('InvalidSignatureException', `Credential should be scoped to correct service: '${service}'.`);
    if (region !== key.region) return refuse('InvalidSignatureException', `Credential should be scoped to a valid region, not '${region}'.`);
    if (!(Math.abs(timeOf(time) - nowMs) <= SKEW_MS) || time.slice(0, 8) !== day) {
        return refuse('InvalidSignatureException', `Signature expired: ${time} is not within 5 minutes of now`);
    }
    const signed = headerList.split(';');
    const missing = unsigned(request, signed);
    if (missing) return refuse('InvalidSignatureException', `'${missing}' must be a 'SignedHeader' in the AWS Authorization.`);
    if (signed.join(';') !== [...signed].sort().join(';')) return refuse('InvalidSignatureException', 'SignedHeaders are not sorted.');
    let canonical;
    try {
        canonical = canonicalRequest(request, signed);
    } catch {
        return refuse('InvalidSignatureException', 'The query string is not well encoded.');
    }
    const wanted = signature(key.secret, [day, region, service, 'aws4_request'], time, canonical);
    if (!crypto.timingSafeEqual(Buffer.from(wanted), Buffer.from(given))) {
        return refuse('InvalidSignatureException', 'The request signature we calculated does not match the signature you '
            + 'provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.');
    }
    return { ok: true, key };
}

module.exports = { verify, canonicalRequest, signature };
