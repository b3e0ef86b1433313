// What a CUSTOMER may do with orders: their own, open and unpaid, until staff
// confirm price and payment; and nothing of anybody else.
import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';
import { expectError, expectOk, newKey, newPhone, start } from './harness.mjs';

let s;
let till;
let admin;
let asha;
let ravi;
before(async () => {
  s = await start();
  till = s.as('CASHIER');
  admin = s.as('ADMIN');
  asha = await buyer('Asha Rao');
  ravi = await buyer('Ravi Nair');
});
after(() => s.stop());
afterEach(() => {
  const r = s.cli(['doctor', '--json']);
  assert.equal(r.status, 0, r.stdout + r.stderr);
});

/** A login of role CUSTOMER, with a record of their own unless said otherwise. */
let count = 0;
async function buyer(name, { record = true } = {}) {
  const made = expectOk(await admin.post('/api/users', { name, email: `b${++count}-${process.pid}@example.com`, role: 'CUSTOMER' }), 201);
  const password = 'a good password';
  expectOk(await s.api('POST', '/api/auth/activate', { body: { token: made.activation.token, password } }));
  let customer = null;
  if (record) {
    customer = expectOk(await till.post('/api/customers', { name, phone: newPhone(), address: `${name}'s road` }), 201);
    expectOk(await admin.post(`/api/customers/${customer.id}/users`, { userId: made.user.id }));
  }
  const session = expectOk(await s.login({ email: made.user.email, password }, s.a));
  const as = (method) => (path, body, headers) => s.api(method, path, { token: session.accessToken, body, headers });
  return { user: made.user, customer, get: as('GET'), post: as('POST'), patch: as('PATCH'), delete: as('DELETE') };
}
const line = (name, unitPrice, more = {}) => ({ name, unitPrice, quantity: 1, ...more });
const basket = { lines: [line('Rice', '60.00', { sku: 'R1', quantity: 2 }), line('Tea', '30.00')] };
const order = async (who, body = basket) => expectOk(await who.post('/api/orders', body), 201);

test('an order of a CUSTOMER is their own, WEB, open and unpaid', async () => {
  const o = await order(asha, { ...basket, notes: 'ring twice', paymentMethod: 'UPI', totalAmountCents: 15000, status: 'OPEN' });
  assert.equal(o.customerId, asha.customer.id);
  assert.deepEqual([o.source, o.status, o.totalAmount, o.dueAmount, o.paidAmount, o.paymentMethod],
    ['WEB', 'OPEN', '150.00', '150.00', '0.00', 'UPI']);
  assert.deepEqual([o.customerName, o.customerPhone, o.customerAddress], ['Asha Rao', asha.customer.phone, "Asha Rao's road"]);
  for (const hidden of ['notes', 'createdByUserId', 'isUnproven']) assert.equal(hidden in o, false, hidden);
  const staff = expectOk(await till.get(`/api/orders/${o.id}`));
  assert.deepEqual([staff.notes, staff.createdByUserId, staff.isUnproven], ['ring twice', asha.user.id, false]);
  const named = await order(asha, { ...basket, customerId: asha.customer.id, customerAddress: 'the office' });
  assert.deepEqual([named.customerId, named.customerAddress], [asha.customer.id, 'the office']);
  const c = expectOk(await admin.get(`/api/customers/${asha.customer.id}`));
  assert.deepEqual([c._count.orders, c.totalOrders, c.totalSpent], [2, 0, '0.00'], 'counts once it is paid');
});

test('nobody else can be named, and nothing said that is for staff', async () => {
  const cases = [
    [{ customerId: ravi.customer.id }, 'customerId'], [{ id: '01890000-0000-7000-8000-000000000001' }, 'id'],
    [{ externalId: 'x' }, 'externalId'], [{ customerName: 'Ravi Nair' }, 'customerName'],
    [{ customerPhone: ravi.customer.phone }, 'customerPhone'], [{ customerType: 'WHOLESALE' }, 'customerType'],
    [{ discount: '1.00' }, 'discount'], [{ payments: [{ method: 'CASH' }] }, 'payments'], [{ status: 'PAID' }, 'status'],
    [{ source: 'POS' }, 'source'], [{ createdAt: new Date().toISOString() }, 'createdAt'], [{ lines: [line('x', '5', { discount: '4.99' })] }, 'lines[0].discount']];
  for (const [more, field] of cases) expectError(await asha.post('/api/orders', { ...basket, ...more }), 403, 'forbidden', field);
  const before = expectOk(await asha.get('/api/orders')).length;
  for (const body of [{}, { totalAmount: '1.00' }, { totalAmountCents: 0 }, { lines: [] }]) {
    expectError(await asha.post('/api/orders', body), 400, 'invalid', 'lines');
  }
  expectError(await asha.post('/api/orders', { ...basket, totalAmount: '1.00' }), 400, 'totals_mismatch');
  expectError(await asha.post('/api/orders', { ...basket, customerId: s.b.id }), 403, 'forbidden', 'customerId');
  assert.equal(expectOk(await asha.get('/api/orders')).length, before);
});

test('another one’s id, externalId or number opens nothing', async () => {
  const id = '01890000-0000-7000-8000-00000000abcd';
  const theirs = expectOk(await till.post('/api/orders', { ...basket, id, customerId: ravi.customer.id, externalId: 'web-1' }), 201);
  for (const body of [{ ...basket, id }, { ...basket, externalId: 'web-1' }]) {
    const res = await asha.post('/api/orders', body);
    expectError(res, 403, 'forbidden');
    assert.ok(!res.text.includes(theirs.orderNumber) && !res.text.includes(ravi.customer.id), res.text);
  }
  expectError(await asha.get(`/api/orders/${id}`), 404, 'order_not_found');
  assert.equal(expectOk(await ravi.get(`/api/orders/${id}`)).id, id);
  for (const query of [`orderNumber=${theirs.orderNumber}`, `customerPhone=${encodeURIComponent(ravi.customer.phone)}`,
    'status=OPEN', 'source=POS', `storeId=${theirs.storeId ?? s.a.id}`, 'from=2020-01-01']) {
    const rows = expectOk(await asha.get(`/api/orders?${query}`));
    assert.ok(rows.every((o) => o.customerId === asha.customer.id), query);
  }
  expectError(await asha.get(`/api/orders?customerId=${ravi.customer.id}`), 403, 'forbidden', 'customerId');
  const walkIn = expectOk(await till.post('/api/orders', { totalAmount: '5.00', customerPhone: asha.customer.phone }), 201);
  expectError(await asha.get(`/api/orders/${walkIn.id}`), 404, 'order_not_found');
});

test('the list is their own, newest first, page by page', async () => {
  const mine = await buyer('Meena');
  const made = [];
  for (let i = 0; i < 5; i++) made.unshift((await order(mine)).id);
  await order(ravi);
  const seen = [];
  for (let cursor = ''; cursor !== null;) {
    const res = await mine.get(`/api/orders?limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...expectOk(res).map((o) => o.id));
    cursor = res.json.meta.nextCursor;
  }
  assert.deepEqual(seen, made);
  assert.equal(expectOk(await mine.get(`/api/orders?customerId=${mine.customer.id}&source=WEB`)).length, 5);
});

test('changing, paying, refunding, cancelling and attaching are for staff', async () => {
  const o = await order(asha);
  const theirs = await order(ravi);
  for (const { id } of [o, theirs]) {
    const calls = [['patch', '', { discount: '100.00' }], ['patch', '', { paymentMethod: 'COD' }], ['post', '/lines', line('x', '0')],
      ['patch', '/lines/1', { unitPrice: '0.01' }], ['delete', '/lines/1'], ['post', '/payments', { method: 'CASH' }],
      ['post', '/refunds', {}], ['post', '/close'], ['post', '/cancel'], ['post', '/customer', { customerId: asha.customer.id }]];
    for (const [method, path, body] of calls) {
      expectError(await asha[method](`/api/orders/${id}${path}`, body), 403, 'forbidden');
    }
    assert.deepEqual([expectOk(await till.get(`/api/orders/${id}`)).version], [1]);
  }
  const price = expectOk(await till.patch(`/api/orders/${o.id}/lines/1`, { unitPrice: '70.00' }));
  assert.equal(price.totalAmount, '170.00');
  expectOk(await till.post(`/api/orders/${o.id}/payments`, { method: 'CARD', reference: 'tx 1' }), 201);
  const seen = expectOk(await asha.get(`/api/orders/${o.id}`));
  assert.deepEqual([seen.status, seen.totalAmount, seen.payments[0].amount, 'createdByUserId' in seen.payments[0]], ['PAID', '170.00', '170.00', false]);
});

test('an order made under a number that nobody proved is not shown to the person’s logins', async () => {
  const o = await order(asha);
  const mark = (v) => s.store.sql(`UPDATE orders SET is_unproven = ${s.store.engine === 'sqlite' ? Number(v) : v} WHERE id = ${s.store.id(o.id)}`);
  mark(true);
  expectError(await asha.get(`/api/orders/${o.id}`), 404, 'order_not_found');
  assert.ok(!expectOk(await asha.get('/api/orders')).some((x) => x.id === o.id));
  assert.ok(!expectOk(await asha.get(`/api/orders?orderNumber=${o.orderNumber}`)).length);
  assert.equal(expectOk(await till.get(`/api/orders/${o.id}`)).isUnproven, true);
  assert.equal(expectOk(await till.get(`/api/orders?orderNumber=${o.orderNumber}`))[0].isUnproven, true);
  const said = expectOk(await till.post(`/api/orders/${o.id}/customer`, { customerId: asha.customer.id }));
  assert.equal(said.isUnproven, false, 'staff have the person before them');
  expectOk(await asha.get(`/api/orders/${o.id}`));
  mark(true);
  expectOk(await till.post(`/api/orders/${o.id}/customer`, { customerId: ravi.customer.id }));
  expectOk(await ravi.get(`/api/orders/${o.id}`));
  expectError(await asha.get(`/api/orders/${o.id}`), 404, 'order_not_found');
});

test('a refund’s reason is staff’s', async () => {
  const o = await order(asha);
  expectOk(await till.post(`/api/orders/${o.id}/payments`, { method: 'COD' }), 201);
  expectOk(await s.as('MANAGER').post(`/api/orders/${o.id}/refunds`, { amount: '10.00', reason: 'a word among us' }), 201);
  const seen = expectOk(await asha.get(`/api/orders/${o.id}`));
  assert.equal(seen.refunds[0].amount, '10.00');
  assert.ok(!JSON.stringify(seen).includes('a word among us'));
});

test('cash on delivery needs the own phone verified', async () => {
  const cod = { ...basket, paymentMethod: 'COD' };
  const refused = expectError(await asha.post('/api/orders', cod), 400, 'phone_not_verified', 'paymentMethod');
  assert.equal(refused.next.action, 'verify_phone');
  s.store.sql(`UPDATE customers SET is_phone_verified = ${s.store.engine === 'sqlite' ? 1 : 'TRUE'} WHERE id = ${s.store.id(asha.customer.id)}`);
  assert.equal((await order(asha, cod)).paymentMethod, 'COD');
});

test('a login without a record is told how to get one', async () => {
  const nobody = await buyer('Nobody Yet', { record: false });
  for (const res of [await nobody.post('/api/orders', basket), await nobody.get('/api/orders')]) {
    assert.deepEqual(expectError(res, 404, 'customer_not_found').next, { action: 'create_record', request: 'POST /api/customers/me' });
  }
});

test('the same key makes one order, and one’s key is not another’s', async () => {
  const key = { 'Idempotency-Key': newKey() };
  const [first, again] = [await asha.post('/api/orders', basket, key), await asha.post('/api/orders', basket, key)];
  assert.equal(again.text, first.text);
  const other = expectOk(await ravi.post('/api/orders', basket, key), 201);
  assert.equal(other.customerId, ravi.customer.id);
});
