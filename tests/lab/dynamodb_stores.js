'use strict';
// Are the conditions that lab/dynamodb_write.c sends the same as item_holds, and is what
// they make the same as item_apply? Plays the cases that dynamodb_cases prints against a
// store that evaluates DynamoDB's expressions, and compares.
//
//   dynamodb_cases | node tests/lab/dynamodb_stores.js
//
// The store is a dynalite of its own on 127.0.0.1 (found through NODE_PATH), or with
// LAB_STORE=moto a moto_server, which shows the loser its item. To moto true is 1, and a
// text beside a number the end; so it is asked nothing of items with attributes of other
// types than ours.

const http = require('node:http');
const readline = require('node:readline');
const { isDeepStrictEqual } = require('node:util');
const { startMoto } = require('./moto');

const moto = process.env.LAB_STORE === 'moto';
const TABLE = 'cases';
const IN_FLIGHT = 16;
const agent = new http.Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
const auth = 'AWS4-HMAC-SHA256 Credential=x/20200101/us-east-1/dynamodb/aws4_request, ' +
  'SignedHeaders=host;x-amz-date;x-amz-target, Signature=0';

// One request; the status and the answer's JSON. No signature: dynalite looks only at
// whether there is one.
function ask(endpoint, action, body) {
  return new Promise((done, broken) => {
    const text = JSON.stringify(body);
    const request = http.request(endpoint, {
      method: 'POST', agent,
      headers: {
        'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(text),
        'x-amz-target': `DynamoDB_20120810.${action}`, 'x-amz-date': '20200101T000000Z',
        authorization: auth,
      },
    }, (answer) => {
      let got = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => { got += part; });
      answer.on('end', () => done({ status: answer.statusCode, body: JSON.parse(got) }));
    });
    request.on('error', broken);
    request.end(text);
  });
}

async function must(endpoint, action, body) {
  const answer = await ask(endpoint, action, body);
  if (answer.status !== 200)
    throw new Error(`${action}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function serve() {
  if (moto) {
    const server = await startMoto();
    return [server.endpoint, server.stop];
  }
  const server = require('dynalite')({ createTableMs: 0, deleteTableMs: 0 });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () =>
      done([`http://127.0.0.1:${server.address().port}/`, () => server.close()]));
  });
}

async function makeTable(endpoint) {
  await must(endpoint, 'CreateTable', {
    TableName: TABLE, BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  });
  for (;;) {
    const { Table } = await must(endpoint, 'DescribeTable', { TableName: TABLE });
    if (Table.TableStatus === 'ACTIVE')
      return;
    await new Promise((later) => { setTimeout(later, 20); });
  }
}

function without(item, names) {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !names.includes(name)));
}

// What is wrong with what the store did; null if nothing is.
async function play(endpoint, one) {
  const pk = one.write.Key.pk;
  if (one.stored !== null)
    await must(endpoint, 'PutItem', { TableName: TABLE, Item: { ...one.stored, pk } });
  const { status, body } = await ask(endpoint, 'UpdateItem', one.write);
  const lost = status === 400 && /#?ConditionalCheckFailedException$/.test(body.__type);
  if (status !== 200 && !lost)
    return `the store does not take it: ${status} ${JSON.stringify(body)}`;
  if ((status === 200) !== one.holds)
    return `item_holds says ${one.holds}`;
  if (lost && body.Item !== undefined && !isDeepStrictEqual(without(body.Item, ['pk']), one.stored))
    return `the loser was shown ${JSON.stringify(body.Item)}`;
  if (one.holds && !isDeepStrictEqual(without(body.Attributes, ['pk']), one.after))
    return `the item became ${JSON.stringify(body.Attributes)}`;
  if (lost) {
    const { Item } = await must(endpoint, 'GetItem', { TableName: TABLE, Key: { pk }, ConsistentRead: true });
    if (!isDeepStrictEqual(Item ? without(Item, ['pk']) : null, one.stored))
      return `a lost write left ${JSON.stringify(Item)}`;
  }
  return null;
}

function isForeign(item) {
  return Object.entries(item ?? {}).some(([name, value]) => value[name === 'st' ? 'S' : 'N'] === undefined);
}

async function main() {
  const [endpoint, close] = await serve();
  await makeTable(endpoint);
  const seen = { all: 0, held: 0, wrong: 0, unasked: 0 };
  const running = new Set();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const one = JSON.parse(line);
    if (moto && isForeign(one.stored)) {
      seen.unasked += 1;
      continue;
    }
    seen.all += 1;
    seen.held += one.holds ? 1 : 0;
    const run = play(endpoint, one).then((wrong) => {
      running.delete(run);
      if (wrong !== null && (seen.wrong += 1) <= 5)
        console.error(`${wrong}\n  ${line}`);
    });
    running.add(run);
    if (running.size >= IN_FLIGHT)
      await Promise.race(running);
  }
  await Promise.all(running);
  await must(endpoint, 'DeleteTable', { TableName: TABLE });
  agent.destroy();
  close();
  console.log(`dynamodb: ${seen.all} writes, ${seen.held} of them made, ${seen.wrong} not as item.h says`
    + (seen.unasked ? `; ${seen.unasked} with other types not asked of moto` : ''));
  process.exitCode = seen.wrong === 0 && seen.held > 0 && seen.held < seen.all ? 0 : 1;
}

main();
