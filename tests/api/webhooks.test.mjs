// Webhooks against a receiver of this machine: what arrives and signed how, and
// who may say so.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectError, expectOk, sleep, until } from './harness.mjs';
import { startWithReceiver, verifies } from './receiver.mjs';

let s, admin, receiver, stop, hook, quiet, customer, ping, message, read, feed, time;
before(async () => {
  ({ s, admin, receiver, stop, hook, quiet, customer, ping, message, read, feed, time } = await startWithReceiver());
});
after(() => stop());

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
