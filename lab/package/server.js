// server.js FOLDER [EVENT] - the world of a bootstrap in one process, for tests and
// measurement:
//
//   https, with the certificate   an Invoke: a backend that is well; anything else: {}, as
//   in FOLDER (certs.sh)          DynamoDB answers a GetItem that finds nothing
//   http                          the Runtime API: EVENT to whoever asks first, then
//                                 silence
//
// Prints one line of JSON when ready, {"tls": port, "runtime": port}, and one for each
// thing that happens: {"met": true} for a connection to https, {"request": ..}, {"answer":
// ..}, {"error": ..}. On loopback only. Ends when its standard input does, so that it
// never outlives its starter.
'use strict'
const fs = require('node:fs')
const http = require('node:http')
const https = require('node:https')
const path = require('node:path')

const folder = process.argv[2]
const event = process.argv[3] || '{}'
const say = (thing) => console.log(JSON.stringify(thing))

function withBody(handle) {
  return (request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (part) => { body += part })
    request.on('end', () => handle(request, response, body))
  }
}

// --- DynamoDB and Lambda, as far as a handshake and a signed request go -----------------
const store = https.createServer({
  cert: fs.readFileSync(path.join(folder, 'chain.pem')),
  key: fs.readFileSync(path.join(folder, 'key.pem'))
}, withBody((request, response, body) => {
  const { authorization = '', host } = request.headers
  say({
    request: request.headers['x-amz-target'] || `${request.method} ${request.url}`,
    host,
    signed: /^AWS4-HMAC-SHA256 Credential=\S+, ?SignedHeaders=\S+, ?Signature=[0-9a-f]{64}$/.test(authorization),
    protocol: request.socket.getProtocol(),
    body
  })
  response.setHeader('content-type', 'application/x-amz-json-1.0')
  const invoked = request.url.endsWith('/invocations')
  response.end(invoked ? '{"status": 200, "retry_after_ms": 0, "body": "served"}' : '{}')
}))
store.on('connection', () => say({ met: true }))
store.on('tlsClientError', () => {}) // the client's to say; here it may look like any close

// --- the Runtime API --------------------------------------------------------------------
const base = '/2018-06-01/runtime'
let given = false
const runtime = http.createServer(withBody((request, response, body) => {
  if (request.url === `${base}/invocation/next` && given) return say({ idle: true })
  if (request.url === `${base}/invocation/next`) {
    given = true
    response.writeHead(200, {
      'lambda-runtime-aws-request-id': '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
      'lambda-runtime-deadline-ms': Date.now() + 3000,
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:123456789012:function:test',
      'content-type': 'application/json'
    })
    return response.end(event)
  }
  say(request.url.endsWith('/response') ? { answer: body } : { error: body })
  response.writeHead(202, { 'content-type': 'application/json' })
  response.end('{"status":"OK"}')
}))

store.listen(0, '127.0.0.1', () => runtime.listen(0, '127.0.0.1', () =>
  say({ tls: store.address().port, runtime: runtime.address().port })))
process.stdin.on('end', () => process.exit(0)).resume()
