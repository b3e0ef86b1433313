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

test('what a person bought most often, in their last 200 paid orders', async () => {
  const c = expectOk(await till.post('/api/customers', { name: 'Same As Always', phone: newPhone() }), 201);
  const sell = async (lines, more = {}) => expectOk(await till.post('/api/orders',
    { customerId: c.id, lines: lines.map((l) => ({ quantity: 1, ...l })), payments: [{ method: 'CASH' }], ...more }), 201);
  const items = async (query = '') => expectOk(await till.get(`/api/customers/${c.id}/items${query}`));
  assert.deepEqual(await items(), []);
  await sell([{ sku: 'OLD', name: 'Long ago', unitPrice: '1.00' }]);
  await sell([{ sku: 'TEA', name: 'Tea', unitPrice: '10.00' }, { name: 'Bun', unitPrice: '4.00' }]);
  await sell([{ sku: 'TEA', name: 'Tea', unitPrice: '12.00', quantity: 0.5 }]);
  assert.deepEqual(await items(), [{ sku: 'TEA', name: 'Tea', unitPrice: '12.00', times: 2 },
    { sku: null, name: 'Bun', unitPrice: '4.00', times: 1 }, { sku: 'OLD', name: 'Long ago', unitPrice: '1.00', times: 1 }]);
  assert.deepEqual((await items('?limit=1')).map((i) => i.name), ['Tea']);
  // Asked for and not paid, given back, or bought by somebody else: not theirs.
  const cake = [{ name: 'Cake', unitPrice: '9.00' }];
  await sell(cake, { payments: [] });
  const back = await sell(cake);
  expectOk(await s.as('MANAGER').post(`/api/orders/${back.id}/refunds`, {}), 201);
  await sell(cake, { customerId: null });
  assert.ok(!(await items()).some((i) => i.name === 'Cake'));
  for (let i = 0; i < 198; i++) await sell([{ name: 'Salt', unitPrice: '2.00' }]);
  assert.deepEqual((await items()).map((i) => [i.name, i.times]), [['Salt', 198], ['Tea', 2], ['Bun', 1]]);

  expectError(await till.get(`/api/customers/${c.id}/items?limit=101`), 400, 'invalid', 'limit');
  expectError(await s.as('CASHIER', s.b).get(`/api/customers/${c.id}/items`), 404, 'customer_not_found');
  for (const role of ['CUSTOMER', 'DELIVERY']) {
    expectError(await s.as(role).get(`/api/customers/${c.id}/items`), 403, 'forbidden');
  }
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

test('a sale that is sent later keeps its own time, and the number of the day it comes in', async () => {
  const day = 86_400_000;
  // With a fraction, which whole seconds are answered without.
  const at = (ms) => new Date(Math.floor((Date.now() + ms) / 1000) * 1000 + 123).toISOString();
  const c = expectOk(await till.post('/api/customers', { name: 'Was Offline', phone: newPhone() }), 201);
  const sell = (createdAt, more = {}) =>
    till.post('/api/orders', { customerId: c.id, createdAt, totalAmount: '7.00', payments: [{ method: 'CASH' }], ...more });
  const now = expectOk(await sell(undefined), 201);
  const sold = at(-3 * day);
  const late = expectOk(await sell(sold), 201);
  assert.deepEqual([late.createdAt, late.paidAt, late.payments[0].createdAt], [sold, sold, sold]);
  assert.ok(Math.abs(Date.parse(late.updatedAt) - Date.now()) < 60_000, 'changed now');
  const [prefix, number] = [now.orderNumber.slice(0, -3), Number(now.orderNumber.slice(-3))];
  assert.equal(late.orderNumber, `${prefix}${String(number + 1).padStart(3, '0')}`);

  const before = expectOk(await till.get(`/api/customers/${c.id}`));
  assert.deepEqual([before.firstOrderAt, before.lastOrderAt], [sold, now.createdAt]);
  assert.deepEqual(before.orders.map((o) => o.id), [now.id, late.id], 'the last ones by when they were sold');
  const earlier = at(-10 * day);
  let open = expectOk(await till.post('/api/orders', { customerId: c.id, createdAt: earlier, totalAmount: '5.00' }), 201);
  open = expectOk(await till.post(`/api/orders/${open.id}/payments`, { method: 'CARD' }), 201);
  assert.equal(open.createdAt, earlier);
  assert.ok(Date.parse(open.paidAt) > Date.now() - 60_000, 'paid when it was paid');
  assert.equal(expectOk(await till.get(`/api/customers/${c.id}`)).firstOrderAt, earlier);

  const list = (query) => till.get(`/api/orders?customerId=${c.id}&${query}`);
  assert.deepEqual(expectOk(await list(`from=${at(-4 * day)}&to=${at(-2 * day)}`)).map((o) => o.id), [late.id]);
  const first = await list('limit=2');
  assert.deepEqual(expectOk(first).map((o) => o.id), [now.id, late.id]);
  const rest = await list(`limit=2&cursor=${encodeURIComponent(first.json.meta.nextCursor)}`);
  assert.deepEqual(expectOk(rest).map((o) => o.id), [open.id]);

  const reports = async (ms) => expectOk(await admin.get(`/api/reports/sales?from=${local(ms)}&to=${local(ms)}`)).sales;
  const local = (ms) => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kolkata' }).format(new Date(Date.now() + ms));
  const [then, today] = [await reports(-20 * day), await reports(0)];
  expectOk(await sell(at(-20 * day)), 201);
  assert.equal(Number(await reports(-20 * day)) - Number(then), 7);
  assert.equal(await reports(0), today);

  // Sent again much later, it is the order that is there, whatever its time says now.
  const id = '01890000-0000-7000-8000-00000000cafe';
  const made = expectOk(await sell(at(-day), { id }), 201);
  assert.equal(expectOk(await sell(at(-100 * day), { id })).createdAt, made.createdAt);

  const count = () => till.get(`/api/customers/${c.id}`).then((r) => expectOk(r)._count.orders);
  const had = await count();
  for (const wrong of [at(6 * 60_000), at(-61 * day), 'yesterday', 5]) {
    expectError(await sell(wrong), 400, 'invalid', 'createdAt');
  }
  assert.equal(await count(), had);
  // A guest does not say when it was.
  expectError(await s.api('POST', '/api/checkout', { body: { company: s.a.slug, name: 'Guest', phone: newPhone(), createdAt: at(0),
    lines: [{ name: 'Tea', quantity: 1, unitPrice: '5.00' }] } }), 400, 'invalid', 'createdAt');
  expectOk(await sell(at(4 * 60_000)), 201);
  expectOk(await sell(at(-59 * day)), 201);
  const doctor = s.cli(['doctor', '--json']);
  assert.equal(doctor.status, 0, doctor.stdout + doctor.stderr);
});

test('an id from a clock that is wrong is taken', async () => {
  const id = (ms) => `${ms.toString(16).padStart(12, '0').replace(/^(.{8})/, '$1-')}-7000-8000-${newPhone().slice(-12)}`;
  for (const days of [-20_000, -1, 1, 20_000]) {
    const mine = id(Date.now() + days * 86_400_000);
    const o = expectOk(await till.post('/api/orders', { id: mine, totalAmount: '5.00', payments: [{ method: 'CASH' }] }), 201);
    assert.equal(o.id, mine);
    assert.equal(expectOk(await till.get(`/api/orders/${mine}`)).id, mine);
    assert.equal(expectOk(await till.get(`/api/orders?limit=1&to=${new Date(Date.now() + 1000).toISOString()}`))[0].id, mine, 'the newest by when it was sold');
  }
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
