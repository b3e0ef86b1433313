// Webhooks against a receiver of this machine: what arrives, signed how, what
// happens when it does not, and who may say so.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import test, { after, before } from 'node:test';
import { expectError, expectOk, newPhone, sleep, start, until } from './harness.mjs';

let s;
let admin;
/** A server that notes what is posted and answers as told, by path. */
const receiver = { got: [], answers: new Map() };

before(async () => {
  receiver.server = http.createServer((req, res) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8');
      receiver.got.push({ path: req.url, method: req.method, headers: req.headers, body, at: Date.now() });
      const answer = receiver.answers.get(req.url) ?? [200];
      const [status, headers = {}] = typeof answer === 'function' ? answer(req) : answer;
      res.writeHead(status, headers);
      res.end('noted');
    });
  });
  await new Promise((done) => receiver.server.listen(0, '127.0.0.1', done));
  receiver.url = `http://127.0.0.1:${receiver.server.address().port}`;
  receiver.at = (path) => receiver.got.filter((g) => g.path === path);
  s = await start({ settings: { 'allow-private-targets': true } });
  admin = s.as('ADMIN');
});
after(async () => {
  receiver.server.closeAllConnections();
  receiver.server.close();
  await s.stop();
});

const time = (ms) => (s.store.engine === 'sqlite' ? `${ms * 1000}` : `to_timestamp(${ms / 1000})`);
let paths = 0;
/** A webhook with a path of its own. */
async function hook(body = {}) {
  const path = `/hook-${++paths}`;
  const made = expectOk(await admin.post('/api/webhooks', { url: receiver.url + path, ...body }), 201);
  s.secrets.add(made.secret);
  return { ...made, path };
}
const customer = async () =>
  expectOk(await s.as('CASHIER').post('/api/customers', { name: 'Event', phone: newPhone(), createLogin: false }), 201).id;
const ping = async (w) => expectOk(await admin.post(`/api/webhooks/${w.id}/test`)).messageId;
const message = async (id) => expectOk(await admin.get(`/api/messages/${id}`));
const read = async (w) => expectOk(await admin.get(`/api/webhooks/${w.id}`));
const feed = async (since = 0) => {
  const all = [];
  for (let at = since; ;) {
    const page = expectOk(await admin.get(`/api/events?limit=100&after=${at}`));
    if (page.length === 0) return all;
    all.push(...page);
    at = page.at(-1).seq;
  }
};

/** As Standard Webhooks tells a receiver to verify. */
function verifies(secret, { headers, body }) {
  const id = headers['webhook-id'];
  const at = headers['webhook-timestamp'];
  assert.ok(Math.abs(Date.now() / 1000 - Number(at)) < 300, `timestamp ${at}`);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return headers['webhook-signature'].split(' ').some((v) => v === `v1,${expected}`);
}

test('made with a secret that is shown once; read, listed, changed, deleted', async () => {
  const w = await hook({ events: ['customer.created', 'order.paid', 'customer.created'], isActive: false });
  assert.match(w.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.deepEqual(w.events, ['customer.created', 'order.paid']);
  assert.equal(w.isActive, false);
  const res = await admin.get(`/api/webhooks/${w.id}`);
  assert.equal(expectOk(res).url, w.url);
  assert.ok(!res.text.includes('whsec_') && !('secret' in res.json.data));
  const list = await admin.get('/api/webhooks?limit=100');
  assert.ok(expectOk(list).some((x) => x.id === w.id));
  assert.ok(!list.text.includes('whsec_'));
  assert.ok(!JSON.stringify(s.store.sql('SELECT * FROM webhooks')).includes(w.secret.slice(6, 20)), 'sealed');

  const changed = expectOk(await admin.patch(`/api/webhooks/${w.id}`, { events: [] }, { 'If-Match': `"${w.version}"` }));
  assert.deepEqual([changed.events, changed.url, changed.version], [[], w.url, w.version + 1]);
  expectError(await admin.put(`/api/webhooks/${w.id}`, { events: [] }, { 'If-Match': `"${w.version}"` }), 412, 'stale');
  expectError(await admin.post(`/api/webhooks/${w.id}/test`), 400, 'invalid', 'isActive');
  expectOk({ ...(await admin.delete(`/api/webhooks/${w.id}`)) });
  expectError(await admin.get(`/api/webhooks/${w.id}`), 404, 'not_found');
  expectError(await admin.delete(`/api/webhooks/${w.id}`), 404, 'not_found');
  expectError(await admin.post(`/api/webhooks/${w.id}/rotate`), 404, 'not_found');
});

test('bad input names the field and makes nothing', async () => {
  const n = expectOk(await admin.get('/api/webhooks?limit=100')).length;
  const bad = async (body, field) => expectError(await admin.post('/api/webhooks', body), 400, 'invalid', field);
  await bad({}, 'url');
  for (const url of ['', 'x', 'example.com', 'ftp://example.com/', 'file:///etc/passwd', 'https://u:p@example.com/',
    'https://', 'https:///x', 'https://ex ample.com/', 'https://example.com:22/', 'https://example.com:99999/',
    'http://0x7f000001/', 'http://2130706433/', 'http://0177.0.0.1/', 'http://127.1/', 'https://ｅxample.com/', `https://example.com/${'x'.repeat(2000)}`]) {
    await bad({ url }, 'url');
  }
  expectError(await admin.post('/api/webhooks', { url: 'https://exa\u0000mple.com/' }), 400, 'bad_json', 'url');
  await bad({ url: 'https://example.com/', events: ['customer.exploded'] }, 'events[0]');
  await bad({ url: 'https://example.com/', events: 'customer.created' }, 'events');
  await bad({ url: 'https://example.com/', secret: 'whsec_mine' }, 'secret');
  await bad({ url: 'https://example.com/', isActive: 'yes' }, 'isActive');
  assert.equal(expectOk(await admin.get('/api/webhooks?limit=100')).length, n);
});

test('only who manages the company; every company its own', async () => {
  const w = await hook({ isActive: false });
  for (const role of ['MANAGER', 'CASHIER', 'STAFF', 'DELIVERY', 'CUSTOMER']) {
    expectError(await s.as(role).get('/api/webhooks'), 403, 'forbidden');
    expectError(await s.as(role).post('/api/webhooks', { url: w.url }), 403, 'forbidden');
    expectError(await s.as(role).post(`/api/webhooks/${w.id}/rotate`), 403, 'forbidden');
  }
  const other = s.as('ADMIN', s.b);
  for (const call of [other.get(`/api/webhooks/${w.id}`), other.patch(`/api/webhooks/${w.id}`, { isActive: true }),
    other.delete(`/api/webhooks/${w.id}`), other.post(`/api/webhooks/${w.id}/rotate`), other.post(`/api/webhooks/${w.id}/test`)]) {
    expectError(await call, 404, 'not_found');
  }
  assert.equal((await read(w)).version, w.version);
});

test('a test delivery: signed, thin, of its own type', async () => {
  const w = await hook();
  const id = await ping(w);
  const sent = await until(async () => (await message(id)).state === 'SENT' && message(id));
  const [got] = receiver.at(w.path);
  assert.equal(got.method, 'POST');
  assert.equal(got.headers['content-type'], 'application/json');
  assert.equal(got.headers['webhook-id'], id);
  assert.ok(verifies(w.secret, got));
  assert.ok(!verifies(w.secret, { ...got, body: got.body.replace('webhook.test', 'webhook.tess') }), 'the body is signed');
  const body = JSON.parse(got.body);
  assert.deepEqual(Object.keys(body), ['type', 'timestamp', 'data']);
  assert.equal(body.type, 'webhook.test');
  assert.deepEqual(body.data, { id: w.id, companyId: s.a.id });
  assert.deepEqual([sent.channel, sent.purpose, sent.lastStatus, sent.tries], ['WEBHOOK', 'webhook.test', 200, 1]);
});

test('what happens is told: from the head of the feed on, each event, with its number in the feed', async () => {
  const earlier = await customer();
  await until(async () => (await feed()).some((e) => e.subjectId === earlier));
  const w = await hook();
  const other = await (async () => {
    const made = expectOk(await s.as('ADMIN', s.b).post('/api/webhooks', { url: `${receiver.url}/other` }), 201);
    s.secrets.add(made.secret);
    return made;
  })();
  const ids = [];
  for (let i = 0; i < 12; i++) ids.push(await customer());
  expectOk(await s.as('MANAGER').patch(`/api/customers/${ids[0]}`, { name: 'Changed' }));
  expectOk(await s.as('MANAGER').delete(`/api/customers/${ids[1]}`));
  const order = expectOk(await s.as('CASHIER').post('/api/orders', { customerId: ids[2],
    lines: [{ name: 'Tea', quantity: 1, unitPrice: '10.00' }], payments: [{ method: 'CASH', amount: '10.00' }] }), 201);
  const wanted = (await until(async () => {
    const all = await feed();
    return all.some((e) => e.subjectId === order.id && e.type === 'order.paid') && all;
  })).filter((e) => e.seq > w.seq);
  await until(() => receiver.at(w.path).length >= wanted.length);
  const told = receiver.at(w.path).map((g) => {
    assert.ok(verifies(w.secret, g));
    return { id: g.headers['webhook-id'], ...JSON.parse(g.body) };
  }).sort((a, b) => a.seq - b.seq);
  assert.deepEqual(told.map((t) => [t.id, t.seq, t.type, t.data.id, t.timestamp]),
    wanted.map((e) => [e.id, e.seq, e.type, e.subjectId, e.at]));
  assert.ok(told.every((t) => t.data.companyId === s.a.id));
  assert.ok(!told.some((t) => t.data.id === earlier), 'nothing from before');
  for (const type of ['customer.created', 'customer.updated', 'customer.deleted', 'order.created', 'order.paid']) {
    assert.ok(told.some((t) => t.type === type), type);
  }
  assert.ok(!receiver.at(w.path).some((g) => /Event|Changed|\+91/.test(g.body)), 'ids only');
  assert.equal(receiver.at('/other').length, 0, 'nothing of another company');
  assert.equal((await read(w)).seq, wanted.at(-1).seq);
  expectOk(await s.as('ADMIN', s.b).delete(`/api/webhooks/${other.id}`));
  await quiet(w);
});

/** Switches a webhook off, so that later events do not reach it. */
const quiet = async (w) => expectOk(await admin.patch(`/api/webhooks/${w.id}`, { isActive: false }));

test('only the types it asked for; switched off nothing, on again from now', async () => {
  const w = await hook({ events: ['customer.updated'] });
  const id = await customer();
  expectOk(await s.as('MANAGER').patch(`/api/customers/${id}`, { name: 'Asked for' }));
  await until(() => receiver.at(w.path).length === 1);
  assert.equal(JSON.parse(receiver.at(w.path)[0].body).type, 'customer.updated');
  await quiet(w);
  expectOk(await s.as('MANAGER').patch(`/api/customers/${id}`, { name: 'Not told' }));
  const last = (await until(async () => {
    const all = await feed();
    return all.filter((e) => e.subjectId === id && e.type === 'customer.updated').length === 2 && all;
  })).at(-1);
  await sleep(1200); // two rounds of the job
  expectOk(await admin.patch(`/api/webhooks/${w.id}`, { isActive: true }));
  assert.ok((await read(w)).seq >= last.seq);
  expectOk(await s.as('MANAGER').patch(`/api/customers/${id}`, { name: 'Told again' }));
  await until(() => receiver.at(w.path).length === 2);
  assert.ok(JSON.parse(receiver.at(w.path)[1].body).seq > last.seq);
  await quiet(w);
});

test('after a failure it is tried again, with the same id, a new time and a new signature', async () => {
  const w = await hook();
  let n = 0;
  receiver.answers.set(w.path, () => [++n === 1 ? 500 : 204]);
  const id = await ping(w);
  const waiting = await until(async () => {
    const m = await message(id);
    return m.tries === 1 && m.lastStatus === 500 && m;
  });
  assert.equal(waiting.state, 'WAITING');
  assert.ok(waiting.lastError);
  assert.ok((await read(w)).failingSince);
  await until(async () => (await message(id)).state === 'SENT');
  const [first, second] = receiver.at(w.path);
  assert.equal(first.headers['webhook-id'], second.headers['webhook-id']);
  assert.ok(second.at - first.at > 3000, 'not at once');
  assert.notEqual(first.headers['webhook-timestamp'], second.headers['webhook-timestamp']);
  assert.ok(verifies(w.secret, first) && verifies(w.secret, second));
  assert.equal(first.body, second.body);
  assert.equal((await read(w)).failingSince, null);
  await quiet(w);
});

test('Retry-After is honoured; other statuses are tried again by the schedule', async () => {
  const w = await hook();
  const tried = async (answer, { least, most }) => {
    receiver.answers.set(w.path, answer);
    const id = await ping(w);
    const m = await until(async () => {
      const got = await message(id);
      return got.lastStatus && got;
    });
    assert.equal(m.state, 'WAITING');
    assert.equal(m.lastStatus, answer[0]);
    const wait = (Date.parse(m.nextAt) - Date.now()) / 1000;
    assert.ok(wait > least && wait <= most, `${answer[0]}: ${wait} s`);
  };
  await tried([429, { 'Retry-After': '120' }], { least: 110, most: 121 });
  await tried([503, { 'Retry-After': '300' }], { least: 290, most: 301 });
  await tried([503, { 'Retry-After': '99999999' }], { least: 3600, most: 6 * 3600 + 1 });
  for (const status of [400, 401, 404, 422, 500, 502, 504]) await tried([status], { least: 0, most: 6.1 });
  await quiet(w);
});

test('410: the webhook is switched off with a reason, and what waits for it is dead', async () => {
  const w = await hook();
  receiver.answers.set(w.path, [500]);
  const waiting = await ping(w);
  await until(async () => (await message(waiting)).lastStatus === 500);
  receiver.answers.set(w.path, [410]);
  const last = await ping(w);
  await until(async () => (await message(last)).state === 'DEAD');
  const off = await read(w);
  assert.equal(off.isActive, false);
  assert.match(off.disabledReason, /410/);
  const dead = await message(waiting);
  assert.equal(dead.state, 'DEAD');
  assert.match(dead.lastError, /410/);
  const n = receiver.at(w.path).length;
  await customer();
  await sleep(1200);
  assert.equal(receiver.at(w.path).length, n);
  const audit = expectOk(await admin.get(`/api/audit?subject=${w.id}`));
  assert.ok(audit.some((a) => a.action === 'webhook.disable' && a.actorKind === 'system'));
  receiver.answers.delete(w.path);
  const on = expectOk(await admin.patch(`/api/webhooks/${w.id}`, { isActive: true }));
  assert.equal(on.disabledReason, null);
  await ping(w);
  await until(() => receiver.at(w.path).length === n + 1);
  await quiet(w);
});

test('a redirect is a failure and is not followed', async () => {
  const w = await hook();
  for (const status of [301, 302, 303, 307, 308]) {
    receiver.answers.set(w.path, [status, { Location: `${receiver.url}/redirected` }]);
    const id = await ping(w);
    const m = await until(async () => {
      const got = await message(id);
      return got.lastStatus && got;
    });
    assert.equal(m.state, 'WAITING');
    assert.equal(m.lastStatus, status);
    assert.match(m.lastError, /redirect/);
  }
  assert.equal(receiver.at('/redirected').length, 0);
  await quiet(w);
});

test('rotation: both secrets sign for a day, then the new one alone', async () => {
  const w = await hook();
  const made = expectOk(await admin.post(`/api/webhooks/${w.id}/rotate`));
  s.secrets.add(made.secret);
  assert.notEqual(made.secret, w.secret);
  assert.ok(Math.abs(Date.parse(made.oldSecretUntil) - Date.now() - 86400e3) < 60e3);
  await ping(w);
  const both = await until(() => receiver.at(w.path)[0]);
  assert.equal(both.headers['webhook-signature'].split(' ').length, 2);
  assert.ok(verifies(w.secret, both) && verifies(made.secret, both));
  s.store.sql(`UPDATE webhooks SET old_secret_until = ${time(Date.now() - 1000)} WHERE id = ${s.store.id(w.id)}`);
  assert.equal((await read(w)).oldSecretUntil, null);
  await ping(w);
  const alone = await until(() => receiver.at(w.path)[1]);
  assert.ok(!verifies(w.secret, alone) && verifies(made.secret, alone));
  assert.equal(alone.headers['webhook-signature'].split(' ').length, 1);
  await quiet(w);
});

/** The message's next try is the last one, and now. */
const lastTry = (id) => s.store.sql(`UPDATE messages SET tries = 9, next_at = ${time(Date.now() - 1000)} WHERE id = ${s.store.id(id)}`);

test('after the last try it is dead, in the list, and can be sent again by hand', async () => {
  const w = await hook();
  receiver.answers.set(w.path, [500]);
  const id = await ping(w);
  await until(async () => (await message(id)).lastStatus === 500);
  lastTry(id);
  await until(async () => (await message(id)).state === 'DEAD');
  const dead = expectOk(await admin.get('/api/messages?state=DEAD&channel=WEBHOOK&limit=100')).find((m) => m.id === id);
  assert.deepEqual([dead.tries, dead.lastStatus, dead.canRetry], [10, 500, true]);
  assert.equal((await read(w)).isActive, true);
  receiver.answers.delete(w.path);
  expectOk(await admin.post(`/api/messages/${id}/retry`));
  await until(async () => (await message(id)).state === 'SENT');
  await quiet(w);
});

test('days of nothing but failures switch it off', async () => {
  const w = await hook();
  receiver.answers.set(w.path, [500]);
  const id = await ping(w);
  await until(async () => (await read(w)).failingSince);
  s.store.sql(`UPDATE webhooks SET failing_since = ${time(Date.now() - 4.9 * 86400e3)} WHERE id = ${s.store.id(w.id)}`);
  lastTry(id);
  await until(async () => (await message(id)).state === 'DEAD');
  assert.equal((await read(w)).isActive, true, 'not yet');
  s.store.sql(`UPDATE webhooks SET failing_since = ${time(Date.now() - 5.1 * 86400e3)} WHERE id = ${s.store.id(w.id)}`);
  const again = await ping(w);
  await until(async () => (await message(again)).lastStatus === 500);
  assert.equal((await read(w)).isActive, true, 'not before a whole course of tries is over');
  lastTry(again);
  const off = await until(async () => !(await read(w)).isActive && read(w));
  assert.match(off.disabledReason, /five days/);
});

test('a receiver that is back gets at once what had been put off', async () => {
  const w = await hook();
  receiver.answers.set(w.path, [500]);
  const id = await ping(w);
  await until(async () => (await message(id)).lastStatus === 500);
  s.store.sql(`UPDATE messages SET tries = 5, next_at = ${time(Date.now() + 5 * 3600e3)} WHERE id = ${s.store.id(id)}`);
  receiver.answers.delete(w.path);
  await ping(w);
  await until(async () => (await message(id)).state === 'SENT');
  await quiet(w);
});

test('deleted or switched off: what waits is dead, and says why', async () => {
  for (const [end, reason] of [[(w) => admin.delete(`/api/webhooks/${w.id}`), /deleted/], [quiet, /switched off/]]) {
    const w = await hook();
    receiver.answers.set(w.path, [500]);
    const id = await ping(w);
    await until(async () => (await message(id)).lastStatus === 500);
    await end(w);
    const m = await message(id);
    assert.equal(m.state, 'DEAD');
    assert.match(m.lastError, reason);
  }
});

test('a receiver that never answers or says too much holds up nobody', async () => {
  const slow = await hook();
  const long = await hook();
  const quick = await hook();
  receiver.server.removeAllListeners('checkContinue');
  receiver.answers.set(long.path, [200, { 'x-long': 'y' }]);
  const stuck = http.createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((done) => stuck.once('listening', done));
  const endless = http.createServer((req, res) => {
    res.writeHead(200);
    const more = () => { while (!res.destroyed && res.write('x'.repeat(65536))); };
    res.on('drain', more);
    res.on('error', () => {});
    more();
  }).listen(0, '127.0.0.1');
  await new Promise((done) => endless.once('listening', done));
  expectOk(await admin.patch(`/api/webhooks/${slow.id}`, { url: `http://127.0.0.1:${stuck.address().port}/` }));
  expectOk(await admin.patch(`/api/webhooks/${long.id}`, { url: `http://127.0.0.1:${endless.address().port}/` }));
  for (let i = 0; i < 6; i++) await ping(slow);
  const big = await ping(long);
  const began = Date.now();
  await ping(quick);
  await until(() => receiver.at(quick.path).length === 1);
  assert.ok(Date.now() - began < 5000, 'the others do not wait');
  // It answered 200 before its endless body was cut off.
  await until(async () => (await message(big)).state === 'SENT');
  for (const w of [slow, long, quick]) await quiet(w);
  for (const server of [stuck, endless]) {
    server.closeAllConnections();
    server.close();
  }
});

test('killed at any moment: every event still arrives', async () => {
  const w = await hook({ events: ['customer.created'] });
  const ids = [];
  for (let i = 0; i < 40; i++) ids.push(await customer());
  await s.process.kill();
  await s.restart();
  await until(() => ids.every((id) => receiver.at(w.path).some((g) => JSON.parse(g.body).data.id === id)), { ms: 70000 });
  const seqs = new Set(receiver.at(w.path).map((g) => JSON.parse(g.body).seq));
  assert.ok(seqs.size >= ids.length);
  await quiet(w);
});

test('a company has at most 50', async () => {
  const made = [];
  let res;
  for (let i = 0; i < 51; i++) {
    res = await admin.post('/api/webhooks', { url: `${receiver.url}/many`, isActive: false });
    if (res.status !== 201) break;
    made.push(res.json.data.id);
    s.secrets.add(res.json.data.secret);
  }
  expectError(res, 400, 'invalid', 'url');
  const page = await admin.get('/api/webhooks?limit=20');
  assert.equal(expectOk(page).length, 20);
  const next = await admin.get(`/api/webhooks?limit=100&cursor=${page.json.meta.nextCursor}`);
  assert.equal(expectOk(next).length, 30);
  for (const id of made) expectOk(await admin.delete(`/api/webhooks/${id}`));
});
