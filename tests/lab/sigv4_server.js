// Checks AWS signatures, version 4, as AWS does: from the request as it came over the
// wire, with Node's own crypto, nothing of libcurl's. Answers 200 where the signature is
// right and every tampering with the request would have been noticed; else 403 or 500,
// with what it computed, so that a difference can be seen.
//
//     node sigv4_server.js ACCESS_KEY SECRET [TOKEN]     prints its port
//
// Source: "Create a signed AWS API request", AWS IAM User Guide.
'use strict';
const { createHash, createHmac } = require('node:crypto');
const http = require('node:http');

const [accessKey, secret, token] = process.argv.slice(2);
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g,
  (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

// Every service but S3 has each part of the path, as it is on the wire, encoded again.
const canonicalPath = (path) => path.split('/').map(encode).join('/');

const canonicalQuery = (query) => [...new URLSearchParams(query)]
  .map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&');

function canonicalRequest(request, signed) {
  const [path, query = ''] = request.url.split('?');
  const lines = signed.map((name) =>
    `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`);
  return [request.method, canonicalPath(path), canonicalQuery(query), lines.join(''),
    signed.join(';'), sha256(request.body)].join('\n');
}

// '' if all is right, else what is not.
function fault(request) {
  const pattern = new RegExp('^AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/([^/]+)' +
    '/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$');
  const parts = pattern.exec(request.headers.authorization ?? '');
  if (!parts) return 'no signature of version 4';
  const [, key, day, region, service, names, signature] = parts;
  const signed = names.split(';');
  const time = request.headers['x-amz-date'] ?? '';
  // What steers a request must be signed, else it could be exchanged on the way.
  const must = ['host', ...Object.keys(request.headers).filter((name) =>
    name.startsWith('x-amz-') || name === 'content-type')];
  const unsigned = must.filter((name) => !signed.includes(name));
  if (unsigned.length > 0) return `not signed: ${unsigned}`;
  if (key !== accessKey) return `unknown key ${key}`;
  if (!time.startsWith(day)) return 'two days';
  if (request.headers['x-amz-security-token'] !== token) return 'another session token';
  const canonical = canonicalRequest(request, signed);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const signingKey = [day, region, service, 'aws4_request'].reduce(hmac, `AWS4${secret}`);
  const right = createHmac('sha256', signingKey).update(toSign).digest('hex');
  return right === signature ? '' : `wrong signature; canonical request:\n${canonical}`;
}

// The same request with one thing changed, for each thing that can be.
function* tampered(request) {
  yield { ...request, method: 'PUT' };
  yield { ...request, url: `${request.url}x` };
  yield { ...request, url: `${request.url}${request.url.includes('?') ? '&' : '?'}a=b` };
  yield { ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) };
  for (const name of Object.keys(request.headers))
    if (name === 'host' || name === 'content-type' || name.startsWith('x-amz-'))
      yield { ...request, headers: { ...request.headers, [name]: `${request.headers[name]}0` } };
}

function judge(request) {
  const wrong = fault(request);
  if (wrong) return [403, wrong];
  let tried = 0;
  for (const other of tampered(request)) {
    tried++;
    if (!fault(other)) return [500, `unnoticed: ${JSON.stringify(other)}`];
  }
  return [200, String(tried)];
}

const server = http.createServer((incoming, answer) => {
  const pieces = [];
  incoming.on('data', (piece) => pieces.push(piece));
  incoming.on('end', () => {
    const { method, url, headers } = incoming;
    const [status, text] = judge({ method, url, headers, body: Buffer.concat(pieces) });
    answer.writeHead(status).end(text);
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
// The test holds the other end of this pipe: when it is gone, so is this.
process.stdin.on('end', () => process.exit(0)).resume();
