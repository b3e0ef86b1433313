// What a till asks beside people and orders: what is sold most, the feed of
// changed customers, and its page with the worker that keeps it.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectError, expectOk, newPhone, request, sleep, start } from './harness.mjs';

let s, till, admin;
before(async () => {
  s = await start();
  till = s.as('CASHIER');
  admin = s.as('ADMIN');
});
after(() => s.stop());

test('the most sold articles come first, each with its last price', async () => {
  const sell = (lines) => till.post('/api/orders', { lines, payments: [{ method: 'CASH' }] });
  const before = expectOk(await till.get('/api/orders/items?limit=100'));
  const most = Math.max(0, ...before.map((i) => i.times));
  for (let i = 0; i <= most; i++) {
    expectOk(await sell([{ sku: 'CHAI', name: 'Chai', quantity: 1, unitPrice: i === most ? '12.50' : '11.00' }]), 201);
  }
  expectOk(await sell([{ name: 'Bun', quantity: 2, unitPrice: '7.00' }, { name: 'Bun', quantity: 1, unitPrice: '7.00' }]), 201);
  // What is not paid was not sold.
  expectOk(await till.post('/api/orders', { lines: [{ name: 'Only asked for', quantity: 1, unitPrice: '1.00' }] }), 201);
  const items = expectOk(await till.get('/api/orders/items?limit=100'));
  assert.deepEqual(items[0], { sku: 'CHAI', name: 'Chai', unitPrice: '12.50', times: most + 1 });
  const bun = items.find((i) => i.name === 'Bun');
  assert.deepEqual(bun, { sku: null, name: 'Bun', unitPrice: '7.00', times: 2 });
  assert.ok(!items.some((i) => i.name === 'Only asked for'));
  assert.deepEqual(items.map((i) => i.times), items.map((i) => i.times).sort((a, b) => b - a));
  assert.equal(expectOk(await till.get('/api/orders/items?limit=1')).length, 1);
  const others = expectOk(await s.as('CASHIER', s.b).get('/api/orders/items?limit=100'));
  assert.ok(!others.some((i) => i.name === 'Chai'), 'another company sells its own');
  expectError(await till.get('/api/orders/items?limit=101'), 400, 'invalid', 'limit');
  expectError(await s.as('DELIVERY').get('/api/orders/items'), 403, 'forbidden');
});

test('an order is found by what its receipt shows: its number, or the reference of a till', async () => {
  const reference = `T-${newPhone().slice(-8)}-1`;
  const o = expectOk(await till.post('/api/orders', { externalId: reference, totalAmount: '5.00', payments: [{ method: 'CASH' }] }), 201);
  for (const shown of [reference, o.orderNumber]) {
    assert.deepEqual(expectOk(await till.get(`/api/orders?orderNumber=${shown}`)).map((r) => r.id), [o.id]);
  }
  assert.deepEqual(expectOk(await till.get(`/api/orders?orderNumber=${reference}x`)), []);
  assert.deepEqual(expectOk(await till.get(`/api/orders?orderNumber=${reference}&status=OPEN`)), []);
  assert.deepEqual(expectOk(await s.as('CASHIER', s.b).get(`/api/orders?orderNumber=${reference}`)), []);
});

test('a cashier follows customers in the feed, and nothing else', async () => {
  const c = expectOk(await till.post('/api/customers', { name: 'Asha Rao', phone: newPhone() }), 201);
  expectOk(await admin.post('/api/stores', { name: 'New store', code: 'NEW' }), 201);
  let all = [];
  for (let i = 0; i < 50 && !all.some((e) => e.subjectId === c.id); i++) {
    await sleep(100);
    all = expectOk(await admin.get('/api/events?limit=100'));
  }
  assert.ok(all.some((e) => !e.type.startsWith('customer.')), 'there is more in the feed');
  const seen = expectOk(await till.get('/api/events?limit=100'));
  assert.ok(seen.some((e) => e.type === 'customer.created' && e.subjectId === c.id));
  assert.ok(seen.every((e) => e.type.startsWith('customer.')));
  const last = seen[seen.length - 1].seq;
  assert.deepEqual(expectOk(await till.get(`/api/events?after=${last}`)), []);
});

test('pages, their files packed, and the worker of the till', async () => {
  for (const path of ['/till', '/admin', '/me', '/shop']) {
    const page = await request(s.url, 'GET', path);
    assert.equal(page.status, 200);
    assert.match(page.headers['content-security-policy'], /default-src 'none'.*require-trusted-types-for 'script'/);
    assert.doesNotMatch(page.text, /<script(?![^>]* src="\/assets\/)|<style|style="|https?:\/\/(?!www\.w3\.org)/);
    for (const [, file] of page.text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
      const plain = await request(s.url, 'GET', file);
      const packed = await request(s.url, 'GET', file, { headers: { 'Accept-Encoding': 'gzip' } });
      assert.match(plain.headers['cache-control'], /immutable/, file);
      assert.equal(plain.headers['content-encoding'], undefined);
      if (!file.endsWith('.svg')) assert.equal(packed.headers['content-encoding'], 'gzip', file);
      const refused = await request(s.url, 'GET', file, { headers: { 'Accept-Encoding': 'gzip;q=0, br' } });
      assert.equal(refused.headers['content-encoding'], undefined);
    }
  }
  const page = await request(s.url, 'GET', '/till');
  const worker = await request(s.url, 'GET', '/till-sw.js');
  assert.match(worker.headers['content-type'], /javascript/);
  assert.equal(worker.headers['cache-control'], 'no-cache');
  for (const [, file] of page.text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
    assert.ok(worker.text.includes(file), `the worker keeps ${file}`);
  }
});
