// Sales of a span of days: sums, days and hours in the company's zone, stores,
// who may see them.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectError, expectOk, newPhone, start } from './harness.mjs';

let s;
before(async () => {
  s = await start();
});
after(() => s?.stop());

const today = () => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kolkata' }).format(new Date());
const report = (query = '') => s.as('ADMIN').get(`/api/reports/sales${query}`);
const cents = (text) => Math.round(Number(text) * 100);

test('the report adds up, and a new sale is in it', async () => {
  const before_ = expectOk(await report());
  assert.equal(before_.days.length, 30);
  assert.equal(before_.to, today());
  assert.equal(before_.hours.length, 168);
  const sum = (rows, what) => rows.reduce((n, r) => n + (what === 'sales' ? cents(r.sales) : r.orders), 0);
  assert.equal(sum(before_.days, 'orders'), before_.orders);
  assert.equal(sum(before_.hours, 'orders'), before_.orders);
  assert.equal(sum(before_.days, 'sales'), cents(before_.sales));
  assert.equal(before_.newCustomers + before_.returningCustomers, before_.buyers);

  const customer = expectOk(await s.as('CASHIER').post('/api/customers', { name: 'New Buyer', phone: newPhone() }), 201);
  const order = expectOk(await s.as('CASHIER').post('/api/orders', { customerId: customer.id, source: 'POS',
    lines: [{ name: 'Only in this test', quantity: 1, unitPrice: '999999.50' }], payments: [{ method: 'CASH' }] }), 201);
  expectOk(await s.as('CASHIER').post('/api/orders', { source: 'POS', lines: [{ name: 'Open', quantity: 1, unitPrice: '5.00' }] }), 201);
  const now = expectOk(await report());
  assert.equal(now.orders, before_.orders + 1);
  assert.equal(cents(now.sales), cents(before_.sales) + 99999950);
  assert.equal(now.newCustomers, before_.newCustomers + 1);
  assert.deepEqual(now.items[0], { name: 'Only in this test', quantity: 1, sales: '999999.50' });
  assert.equal(now.days.at(-1).day, today());
  assert.ok(cents(now.days.at(-1).sales) >= 99999950);

  expectOk(await s.as('MANAGER').post(`/api/orders/${order.id}/refunds`, { amount: '9.50', method: 'CASH' }), 201);
  assert.equal(cents(expectOk(await report()).sales), cents(now.sales) - 950);
});

test('one store, and days that are not', async () => {
  const stores = expectOk(await s.as('ADMIN').get('/api/stores'));
  const of = await Promise.all(stores.map(async (x) => expectOk(await report(`?storeId=${x.id}`))));
  const all = expectOk(await report());
  assert.ok(of.every((r) => r.orders <= all.orders));
  assert.equal(expectOk(await report('?from=2001-01-01&to=2001-01-31')).orders, 0);
  expectError(await report('?from=2026-02-01&to=2026-01-01'), 400, 'invalid', 'from');
  expectError(await report('?from=2024-01-01&to=2026-01-01'), 400, 'invalid', 'from');
  expectError(await report('?from=yesterday'), 400, 'invalid', 'from');
});

test('figures of the whole shop are for those who may take them along', async () => {
  for (const role of ['CASHIER', 'STAFF', 'DELIVERY', 'CUSTOMER'])
    expectError(await s.as(role).get('/api/reports/sales'), 403);
  expectOk(await s.as('MANAGER').get('/api/reports/sales'));
  const theirs = expectOk(await s.as('ADMIN', s.b).get('/api/reports/sales'));
  assert.ok(theirs.items.every((i) => i.name !== 'Only in this test'));
});
