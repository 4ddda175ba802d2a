// Task 6: the door. What users see: 200, 502, 503 with Retry-After, and nothing that API
// Gateway had to make up.
'use strict';

const { request, sleep } = require('./http');
const { ask, fresh, configOf, untilOpen, settle, LOOK_MS } = require('./breaker');

const RATE_MAX = 100;
const BURST_MAX = 200;
const shows = (answer) => `status ${answer.status}, ${answer.headers['content-type'] ?? 'no type'}, ${answer.text.slice(0, 120)}`;

function facts({ claim }, { api, client }) {
    const keys = api.routes.map((one) => one.key).join(', ');
    if (!claim(keys === 'GET /call', 'the door has one route, GET /call', `found: ${keys || 'none'}`)) return;
    const [route] = api.routes;
    claim(route.version === '2.0', 'events come in format 2.0', `found: ${route.version}. The handler would read 1.0 as nonsense`);
    claim(route.timeoutMs > client.timeoutMs, 'the door waits longer than the function may run', `it waits ${route.timeoutMs} ms, the function may run ${client.timeoutMs}: the user hears nothing of what became of it`);
    claim(api.rate <= RATE_MAX && api.burst <= BURST_MAX, 'and lets in so many a second and no more', `found: rate ${api.rate ?? 'none'}, burst ${api.burst ?? 'none'}. A stranger who finds the URL spends your money`);
    const may = api.permissions.filter((one) => one.principal === 'apigateway.amazonaws.com');
    claim(may.length > 0, 'API Gateway may call the function', 'no permission for apigateway.amazonaws.com: each request would be a 500');
    claim(may.every((one) => /\/GET\/call$/.test(one.source ?? '')), 'for this route of this API only', `found: ${may.map((one) => one.source ?? 'from anywhere').join(', ')}`);
}

async function healthy({ claim }, url) {
    const good = await ask(url);
    claim(good.status === 200 && good.json && good.it.answer === 'fresh', 'a good answer is 200 and JSON', shows(good));
    const post = await request(url, { method: 'POST', body: '{}' });
    claim(post.status === 404, 'POST /call is 404: there is no such route', shows(post));
    const other = await request(url.replace(/\/call$/, '/else'));
    claim(other.status === 404, 'GET /else is 404', shows(other));
    const bad = await ask(url, 's'.repeat(100));
    claim(bad.status === 400 && typeof bad.json?.error === 'string', 'a shard that is too long is 400, and says why', shows(bad));
    return good.status === 200;
}

async function broken({ claim }, url) {
    const answers = await untilOpen(url);
    const failed = answers.find((one) => one.it.answer === 'failed') ?? answers[0];
    claim(failed.status === 502 && typeof failed.json?.error === 'string', 'a failed backend is 502, and says so', shows(failed));
    const refused = await ask(url, fresh());
    claim(refused.it.answer === 'refused' && refused.status === 503 && typeof refused.json?.error === 'string', 'a refusal is 503, and says so',
        `${shows(refused)}. With 200 a cache keeps it, and no one tries again`);
    const after = refused.headers['retry-after'] ?? '';
    claim(/^[1-9][0-9]*$/.test(after), 'with Retry-After in whole seconds', `found: "${after}"`);
    const stale = await ask(url);
    const good = stale.it.answer === 'refused' || (stale.status === 200 && stale.json?.stale === true && /^[0-9]+$/.test(stale.headers.age ?? ''));
    claim(good, 'a kept answer says that it is stale, and how old', shows(stale));
}

async function run(all) {
    const { world, claim } = all;
    const stack = await world.stack();
    facts(all, stack);
    const config = configOf(stack);
    const url = await world.url();
    if (!claim(url, 'the stack says its URL', 'it has no output named Url')) return;
    try {
        await settle(world, url, config);
        if (!await healthy(all, url)) return;
        await world.mode('error');
        await sleep(LOOK_MS);
        await broken(all, url);
        await settle(world, url, config);
    } finally {
        await world.mode('ok');
    }
}

module.exports = { title: 'the door', run };
