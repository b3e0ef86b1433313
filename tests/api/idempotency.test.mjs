// Idempotency-Key: the same request answered once, to the letter, for the one
// who asked; anything else under that key is refused.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectError, expectOk, newKey, newPhone, start } from './harness.mjs';

let s;
before(async () => {
  s = await start();
});
after(() => s.stop());

const count = (table, where) => Number(s.store.sql(`SELECT count(*) FROM ${table} WHERE ${where}`)[0][0]);
const order = (note) => ({ notes: note, lines: [{ name: 'tea', quantity: 2, unitPrice: '2.50' }],
  payments: [{ method: 'CASH', amount: '5.00' }] });
const send = (role, path, body, key, company) => s.as(role, company).post(path, body, { 'Idempotency-Key': key });

test('the same key and body answer the same, and make one', async () => {
  const key = newKey();
  const body = { name: 'Once', phone: newPhone() };
  const first = await send('CASHIER', '/api/customers', body, key);
  const second = await send('CASHIER', '/api/customers', body, key);
  expectOk(first, 201);
  assert.equal(second.status, 201);
  assert.equal(second.text, first.text);
  assert.equal(second.headers.etag, first.headers.etag);
  assert.equal(count('customers', "name = 'Once'"), 1);
});

test('without a key the same order is made twice', async () => {
  for (let i = 0; i < 2; i++) expectOk(await s.as('CASHIER').post('/api/orders', order('twice')), 201);
  assert.equal(count('orders', "notes = 'twice'"), 2);
});

test('another body under the key is 422 and does nothing', async () => {
  const key = newKey();
  expectOk(await send('CASHIER', '/api/orders', order('body one'), key), 201);
  expectError(await send('CASHIER', '/api/orders', order('body two'), key), 422, 'idempotency_key_reused');
  assert.equal(count('orders', "notes = 'body two'"), 0);
});

test('another query under the key is 422', async () => {
  const key = newKey();
  expectOk(await send('SUPER_ADMIN', '/api/orders', order('query'), key), 201);
  const res = await send('SUPER_ADMIN', `/api/orders?companyId=${s.a.id}`, order('query'), key);
  expectError(res, 422, 'idempotency_key_reused');
});

test('a key belongs to its principal, company, method and path', async () => {
  const key = newKey();
  const phones = [newPhone(), newPhone(), newPhone()];
  const ids = new Set();
  ids.add(expectOk(await send('CASHIER', '/api/customers', { name: 'Scope', phone: phones[0] }, key), 201).id);
  ids.add(expectOk(await send('MANAGER', '/api/customers', { name: 'Scope', phone: phones[1] }, key), 201).id);
  ids.add(expectOk(await send('CASHIER', '/api/customers', { name: 'Scope', phone: phones[0] }, key, s.b), 201).id);
  ids.add(expectOk(await send('CASHIER', '/api/orders', order('scope'), key), 201).id);
  assert.equal(ids.size, 4);
});

test('of twenty at once one is made; the others get it or 409', async () => {
  const key = newKey();
  const body = order('twenty');
  const answers = await Promise.all(Array.from({ length: 20 }, () => send('CASHIER', '/api/orders', body, key)));
  const made = answers.filter((r) => r.status === 201);
  assert.ok(made.length >= 1);
  assert.equal(new Set(made.map((r) => r.text)).size, 1, 'one answer for all');
  for (const r of answers.filter((a) => a.status !== 201)) expectError(r, 409, 'in_progress');
  assert.equal(count('orders', "notes = 'twenty'"), 1);
});

test('twenty at once with another body each: one is made', async () => {
  const key = newKey();
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => send('CASHIER', '/api/orders', order(`mix ${i}`), key)));
  assert.equal(answers.filter((r) => r.status === 201).length, 1);
  for (const r of answers) assert.ok([201, 409, 422].includes(r.status), r.text);
  assert.equal(count('orders', "notes LIKE 'mix %'"), 1);
});

test('a refused request may be corrected under its key', async () => {
  const key = newKey();
  const phone = newPhone();
  expectError(await send('CASHIER', '/api/customers', { name: '', phone }, key), 400);
  expectOk(await send('CASHIER', '/api/customers', { name: 'Corrected', phone }, key), 201);
});

test('it survives a restart', async () => {
  const key = newKey();
  const body = order('restart');
  const first = await send('CASHIER', '/api/orders', body, key);
  expectOk(first, 201);
  await s.restart();
  const again = await send('CASHIER', '/api/orders', body, key);
  assert.equal(again.text, first.text);
  assert.equal(count('orders', "notes = 'restart'"), 1);
});

test('it holds for PATCH and DELETE', async () => {
  const { id } = expectOk(await s.as('ADMIN').post('/api/customers', { name: 'Patch', phone: newPhone() }), 201);
  const key = { 'Idempotency-Key': newKey() };
  const one = await s.as('ADMIN').patch(`/api/customers/${id}`, { notes: 'a' }, key);
  const two = await s.as('ADMIN').patch(`/api/customers/${id}`, { notes: 'a' }, key);
  assert.equal(expectOk(one).version, expectOk(two).version);
  const gone = { 'Idempotency-Key': newKey() };
  const first = await s.as('ADMIN').delete(`/api/customers/${id}`, undefined, gone);
  const again = await s.as('ADMIN').delete(`/api/customers/${id}`, undefined, gone);
  assert.equal(first.status, 200, first.text);
  assert.equal(again.text, first.text);
  expectError(await s.as('ADMIN').delete(`/api/customers/${id}`), 404, 'customer_not_found');
});

test('keys of 255 are taken, of none and 256 refused', async () => {
  expectOk(await send('CASHIER', '/api/orders', order('long'), 'k'.repeat(255)), 201);
  expectError(await send('CASHIER', '/api/orders', order('long'), 'k'.repeat(256)), 400);
  expectError(await send('CASHIER', '/api/orders', order('long'), ''), 400);
});

test('not on sign-in: each is its own, and no secret is kept', async () => {
  const key = { 'Idempotency-Key': newKey() };
  const u = s.a.users.MANAGER;
  const body = { email: u.email, password: u.password, company: s.a.slug };
  const one = expectOk(await s.api('POST', '/api/auth/login', { body, headers: key }));
  const two = expectOk(await s.api('POST', '/api/auth/login', { body, headers: key }));
  assert.notEqual(one.refreshToken, two.refreshToken);
  assert.equal(count('idempotency', "body LIKE '%Token%' OR body LIKE '%password%'"), 0);
});

test('an API key with its secret is not kept either', async () => {
  const key = { 'Idempotency-Key': newKey() };
  const body = { name: 'till', scopes: ['READ_CUSTOMER'] };
  const one = await s.as('ADMIN').post('/api/api-keys', body, key);
  const secret = JSON.stringify(expectOk(one, 201));
  const kept = s.store.sql('SELECT body FROM idempotency').map((r) => r.join('\t')).join('\n');
  const text = Object.values(JSON.parse(secret)).find((v) => typeof v === 'string' && v.length > 40);
  assert.ok(text, 'the answer shows the key once');
  assert.ok(!kept.includes(text));
});
