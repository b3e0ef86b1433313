// Orders: the three flows of the POS, and every rule of an order's money,
// state, number and statistics.
import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';
import { expectError, expectOk, newPhone, start } from './harness.mjs';

let s, till, manager, admin;
before(async () => {
  s = await start();
  till = s.as('CASHIER');
  manager = s.as('MANAGER');
  admin = s.as('ADMIN');
});
after(() => s.stop());
// Whatever a scenario did, everything derived still follows from its facts.
afterEach(() => {
  const r = s.cli(['doctor', '--json']);
  assert.equal(r.status, 0, r.stdout + r.stderr);
});

const person = async (name = 'Asha Rao') =>
  expectOk(await till.post('/api/customers', { name, phone: newPhone(), address: '12 MG Road' }), 201);
const open = async (body = {}, as = till) => expectOk(await as.post('/api/orders', body), 201);
const paid = (amount, more = {}) => open({ totalAmount: amount, payments: [{ method: 'CASH' }], ...more });
const stats = async (id) => {
  const c = expectOk(await admin.get(`/api/customers/${id}`));
  return [c._count.orders, c.totalOrders, c.visitCount, c.totalSpent];
};
const store = async (name) => expectOk(await admin.post('/api/stores', { name: `${name} ${uuid7()}` }), 201);
const line = (name, unitPrice, more = {}) => ({ name, unitPrice, quantity: 1, ...more });
const uuid7 = () => {
  const h = Date.now().toString(16).padStart(12, '0');
  const r = () => Math.floor(Math.random() * 65536).toString(16).padStart(4, '0');
  return `${h.slice(0, 8)}-${h.slice(8)}-7${r().slice(1)}-8${r().slice(1)}-${r()}${r()}${r()}`;
};

test('flow A: walk-in, opened empty, named, filled, paid in cash', async () => {
  let o = await open();
  assert.equal(o.customerId, null);
  assert.equal(o.customerName, 'Walk-in');
  assert.equal(o.customerPhone, null);
  assert.equal(o.customerType, 'RETAIL');
  assert.equal(o.source, 'POS');
  assert.equal(o.status, 'OPEN');
  assert.match(o.orderNumber, /^ORD-\d{8}-\d{3,}$/);
  o = expectOk(await till.patch(`/api/orders/${o.id}`, { customerName: 'John', customerPhone: 'the red door' }));
  assert.equal(o.customerPhone, 'the red door');
  o = expectOk(await till.post(`/api/orders/${o.id}/lines`, line('Rice', '19.99', { quantity: 0.35 })), 201);
  assert.equal(o.totalAmount, '7.00');
  o = expectOk(await till.post(`/api/orders/${o.id}/lines`, line('Tea', '100', { sku: 'T', quantity: '2' })), 201);
  assert.deepEqual(o.lines.map((l) => [l.line, l.quantity, l.amount]), [[1, 0.35, '7.00'], [2, 2, '200.00']]);
  o = expectOk(await till.post(`/api/orders/${o.id}/payments`, { method: 'CASH', tendered: '250.00' }), 201);
  assert.equal(o.status, 'PAID');
  assert.equal(o.dueAmount, '0.00');
  assert.equal(o.payments[0].amount, '207.00');
  assert.equal(o.payments[0].change, '43.00');
  assert.ok(o.paidAt);
  assert.deepEqual(expectOk(await till.get(`/api/orders/${o.id}`)), o);
});

test('flow B: registered, snapshot from the record, statistics with the payment', async () => {
  const c = await person();
  const found = expectOk(await till.get(`/api/customers/phone/${c.phone}`));
  let o = await open({ customerId: found.id, customerType: 'RETAIL' });
  assert.deepEqual([o.customerName, o.customerPhone, o.customerAddress], [c.name, c.phone, '12 MG Road']);
  assert.deepEqual(await stats(c.id), [1, 0, 0, '0.00']);
  o = expectOk(await till.post(`/api/orders/${o.id}/lines`, line('Shirt', '150.00')), 201);
  o = expectOk(await till.post(`/api/orders/${o.id}/payments`, { method: 'UPI', reference: 'u-1' }), 201);
  assert.equal(o.status, 'PAID');
  assert.deepEqual(await stats(c.id), [1, 1, 1, '150.00']);
  const detail = expectOk(await admin.get(`/api/customers/${c.id}`));
  assert.equal(detail.firstOrderAt, o.createdAt);
  assert.equal(detail.lastOrderAt, o.createdAt);
  assert.deepEqual(detail.orders, [{ id: o.id, orderNumber: o.orderNumber, totalAmount: '150.00', status: 'PAID', isUnproven: false,
    createdAt: o.createdAt }]);
});

test('flow C: registered while billing', async () => {
  const phone = newPhone();
  expectError(await till.get(`/api/customers/phone/${phone}`), 404);
  const c = expectOk(await till.post('/api/customers', { name: 'New Person', phone, email: '', address: '' }), 201);
  const o = await paid('20', { customerId: c.id });
  assert.equal(o.customerName, 'New Person');
  assert.deepEqual(await stats(c.id), [1, 1, 1, '20.00']);
});

test('whole in one call: items, discounts, several payments', async () => {
  const c = await person();
  const o = await open({ customerId: c.id, customerName: 'For Asha', notes: 'gift', externalId: `web-${uuid7()}`,
    items: [line('Shirt', '250.00', { quantity: 2, sku: 'A' }), line('Sock', '50.00', { discount: '5.00' })],
    discount: '45.00', totalAmount: '500.00', totalAmountCents: 50000, statusId: 'PAID',
    payments: [{ method: 'WALLET', amount: '200.00' }, { method: 'CARD' }] });
  assert.equal(o.status, 'PAID');
  assert.equal(o.customerName, 'For Asha');
  assert.equal(o.subtotal, '545.00');
  assert.equal(o.totalAmount, '500.00');
  assert.deepEqual(o.payments.map((p) => p.amount), ['200.00', '300.00']);
  assert.deepEqual(await stats(c.id), [1, 1, 1, '500.00']);
});

test('the home store is taken, another can be named, a foreign or closed one not', async () => {
  const [home, other] = [await store('Home'), await store('Other')];
  const user = { email: `till-${uuid7()}@example.test`, name: 'Till', role: 'CASHIER', storeId: home.id };
  const made = expectOk(await admin.post('/api/users', user), 201);
  const password = 'long-enough-77';
  expectOk(await s.api('POST', '/api/auth/activate', { body: { token: made.activation.token, password } }));
  const { accessToken: token } = expectOk(await s.login({ ...user, password }, s.a));
  const make = (body) => s.api('POST', '/api/orders', { token, body });
  assert.equal(expectOk(await make({}), 201).storeId, home.id);
  assert.equal(expectOk(await make({ storeId: other.id }), 201).storeId, other.id);
  assert.equal(expectOk(await make({ storeId: null }), 201).storeId, null);
  const foreign = expectOk(await s.as('ADMIN', s.b).get('/api/stores'))[0];
  expectError(await make({ storeId: foreign.id }), 400, 'invalid', 'storeId');
  expectOk(await admin.post(`/api/stores/${other.id}/deactivate`));
  expectError(await make({ storeId: other.id }), 400, 'invalid', 'storeId');
  expectOk(await admin.post(`/api/stores/${home.id}/deactivate`));
  assert.equal(expectOk(await make({}), 201).storeId, null); // never blocks the sale
});

test('another company’s customer is no customer here', async () => {
  const theirs = expectOk(await s.as('ADMIN', s.b).get('/api/customers?limit=1'))[0];
  expectError(await till.post('/api/orders', { customerId: theirs.id }), 400, 'invalid', 'customerId');
  const o = await open();
  expectError(await till.post(`/api/orders/${o.id}/customer`, { customerId: theirs.id }), 400, 'invalid', 'customerId');
  const b = s.as('ADMIN', s.b);
  expectError(await b.get(`/api/orders/${o.id}`), 404, 'order_not_found');
  expectError(await b.post(`/api/orders/${o.id}/payments`, { method: 'CASH' }), 404, 'order_not_found');
});

test('totals say both numbers', async () => {
  const res = expectError(await till.post('/api/orders', { lines: [line('x', '5')], totalAmount: '6.00' }), 400,
    'totals_mismatch', 'totalAmount');
  assert.match(res.errors[0].message, /6\.00.*5\.00/);
  expectError(await till.post('/api/orders', { totalAmount: '5', totalAmountCents: 501 }), 400, 'totals_mismatch');
  expectError(await till.post('/api/orders', { totalAmount: '5', status: 'PAID' }), 400, 'invalid', 'status');
  expectError(await till.post('/api/orders', { status: 'REFUNDED' }), 400, 'invalid', 'status');
  expectError(await till.post('/api/orders', { totalAmount: '5', payments: [{ method: 'CASH', amount: '5.01' }] }), 400,
    'overpaid', 'payments[0].amount');
  expectError(await till.post('/api/orders', { totalAmount: '5', payments: [{ method: 'CASH', tendered: '4' }] }), 400,
    'invalid', 'payments[0].tendered');
  expectError(await till.post('/api/orders', { totalAmount: '5', payments: [{ method: 'POINTS' }] }), 400, 'invalid',
    'payments[0].method');
});

test('the same id again is the same order; an externalId belongs to one', async () => {
  const body = { id: uuid7(), totalAmount: '9', externalId: `x-${uuid7()}` };
  const first = await open(body);
  const again = expectOk(await till.post('/api/orders', body), 200);
  assert.deepEqual(again, first);
  const events = s.store.sql(`SELECT type FROM outbox WHERE subject_id = ${s.store.id(first.id)}`);
  assert.deepEqual(events, [['order.created']]);
  const taken = expectError(await till.post('/api/orders', { externalId: body.externalId }), 400, 'external_id_taken');
  assert.equal(taken.existing.id, first.id);
  expectError(await till.post('/api/orders', { id: crypto.randomUUID() }), 400, 'invalid', 'id');
});

test('the same id at the same moment makes one order', async () => {
  const body = { id: uuid7(), totalAmount: '9' };
  const answers = await Promise.all(Array.from({ length: 12 }, () => till.post('/api/orders', body)));
  assert.equal(answers.filter((a) => a.status === 201).length, 1);
  assert.equal(answers.filter((a) => a.status === 200).length, 11);
  assert.equal(new Set(answers.map((a) => a.json.data.orderNumber)).size, 1);
});

test('numbers of many tills have no gaps and no doubles', async () => {
  const made = await Promise.all(Array.from({ length: 60 }, (_, i) => (i % 5 === 4
    ? till.post('/api/orders', { totalAmount: '1', totalAmountCents: 2 })
    : till.post('/api/orders', { totalAmount: '1', payments: [{ method: 'CASH' }] }))));
  const numbers = made.filter((r) => r.status === 201).map((r) => Number(r.json.data.orderNumber.slice(13)));
  assert.equal(numbers.length, 48);
  numbers.sort((a, b) => a - b);
  numbers.forEach((n, i) => assert.equal(n, numbers[0] + i));
});

test('lines are added, changed, removed; their numbers are not used again', async () => {
  let o = await open({ lines: [line('a', '10'), line('b', '20')] });
  o = expectOk(await till.delete(`/api/orders/${o.id}/lines/2`));
  o = expectOk(await till.post(`/api/orders/${o.id}/lines`, line('c', '5')), 201);
  assert.deepEqual(o.lines.map((l) => l.line), [1, 3]);
  o = expectOk(await till.patch(`/api/orders/${o.id}/lines/3`, { quantity: '1.5', discount: '0.50' }));
  assert.equal(o.lines[1].amount, '7.00');
  assert.equal(o.totalAmount, '17.00');
  o = expectOk(await till.patch(`/api/orders/${o.id}`, { discount: '7.00', notes: 'regular' }));
  assert.equal(o.totalAmount, '10.00');
  expectError(await till.delete(`/api/orders/${o.id}/lines/1`).then(() => till.patch(`/api/orders/${o.id}/lines/3`,
    { quantity: 1 })), 400, 'totals_mismatch');
  expectError(await till.patch(`/api/orders/${o.id}/lines/9`, { quantity: 1 }), 404, 'not_found');
  expectOk(await till.patch(`/api/orders/${o.id}`, { discount: '0' }));
  expectOk(await till.post(`/api/orders/${o.id}/payments`, { method: 'CASH', amount: '6' }), 201);
  expectError(await till.delete(`/api/orders/${o.id}/lines/3`), 400, 'overpaid');
});

test('a paid order stays as it was sold, but for notes', async () => {
  const o = await paid('10');
  const sentence = expectError(await till.post(`/api/orders/${o.id}/lines`, line('x', '1')), 409, 'order_state');
  assert.match(sentence.errors[0].message, /paid/);
  expectError(await till.patch(`/api/orders/${o.id}`, { customerName: 'X' }), 409, 'order_state');
  expectError(await till.patch(`/api/orders/${o.id}`, { discount: '1' }), 409, 'order_state');
  expectError(await till.post(`/api/orders/${o.id}/payments`, { method: 'CASH', amount: '1' }), 409, 'order_state');
  expectError(await till.post(`/api/orders/${o.id}/cancel`), 409, 'order_state');
  assert.equal(expectOk(await till.patch(`/api/orders/${o.id}`, { notes: 'collected' })).notes, 'collected');
});

test('partly paid orders do not count, and are refunded before they are cancelled', async () => {
  const c = await person();
  const o = await open({ customerId: c.id, totalAmount: '100' });
  expectOk(await till.post(`/api/orders/${o.id}/payments`, { method: 'CARD', amount: '40' }), 201);
  assert.deepEqual(await stats(c.id), [1, 0, 0, '0.00']);
  expectError(await till.post(`/api/orders/${o.id}/cancel`), 409, 'order_state');
  expectError(await till.post(`/api/orders/${o.id}/refunds`, {}), 403, 'forbidden');
  expectOk(await manager.post(`/api/orders/${o.id}/refunds`, {}), 201);
  assert.equal(expectOk(await till.post(`/api/orders/${o.id}/cancel`)).status, 'CANCELLED');
  assert.deepEqual(await stats(c.id), [1, 0, 0, '0.00']);
});

test('refunds take their share back, the last one all of it', async () => {
  const c = await person();
  const early = await paid('30', { customerId: c.id });
  const o = await paid('100', { customerId: c.id });
  expectOk(await manager.post(`/api/orders/${o.id}/refunds`, { amount: '25.50', method: 'CASH', reason: 'torn' }), 201);
  assert.deepEqual(await stats(c.id), [2, 2, 2, '104.50']);
  expectError(await manager.post(`/api/orders/${o.id}/refunds`, { amount: '74.51' }), 400, 'overrefunded', 'amount');
  const back = expectOk(await manager.post(`/api/orders/${o.id}/refunds`, { amount: '74.50' }), 201);
  assert.equal(back.status, 'REFUNDED');
  assert.equal(back.refunds.length, 2);
  assert.deepEqual(await stats(c.id), [2, 1, 1, '30.00']);
  assert.equal(expectOk(await admin.get(`/api/customers/${c.id}`)).lastOrderAt, early.createdAt);
  expectError(await manager.post(`/api/orders/${o.id}/refunds`, {}), 400, 'overrefunded');
});

test('an order of 0.00 is paid when it is closed', async () => {
  const c = await person();
  let o = await open({ customerId: c.id, lines: [line('Sample', '0')] });
  assert.equal(o.status, 'OPEN');
  o = expectOk(await till.post(`/api/orders/${o.id}/close`));
  assert.equal(o.status, 'PAID');
  assert.deepEqual(await stats(c.id), [1, 1, 1, '0.00']);
  const owing = await open({ totalAmount: '1' });
  expectError(await till.post(`/api/orders/${owing.id}/close`), 409, 'order_state');
});

test('attaching, registering, moving and detaching: statistics follow', async () => {
  const phone = newPhone();
  const earlier = await paid('10', { customerName: 'Meera', customerPhone: phone });
  const o = await paid('75', { customerName: 'Meera', customerPhone: phone.slice(3) });
  const made = expectOk(await till.post(`/api/orders/${o.id}/customer`, { register: true }));
  assert.equal(made.customerPhone, phone);
  assert.deepEqual(made.offers, [{ id: earlier.id, orderNumber: earlier.orderNumber, totalAmount: '10.00',
    createdAt: earlier.createdAt }]);
  assert.deepEqual(await stats(made.customerId), [1, 1, 1, '75.00']);
  const taken = expectError(await till.post(`/api/orders/${earlier.id}/customer`, { register: true }), 400, 'phone_taken');
  assert.equal(taken.existing.id, made.customerId);
  const both = expectOk(await till.post(`/api/orders/${earlier.id}/customer`, { customerId: made.customerId }));
  assert.deepEqual(both.offers, []);
  assert.deepEqual(await stats(made.customerId), [2, 2, 2, '85.00']);
  const other = await person('Ravi');
  const moved = expectOk(await till.post(`/api/orders/${o.id}/customer`, { customerId: other.id }));
  assert.equal(moved.customerName, 'Ravi');
  assert.deepEqual(await stats(made.customerId), [1, 1, 1, '10.00']);
  assert.deepEqual(await stats(other.id), [1, 1, 1, '75.00']);
  expectError(await till.post(`/api/orders/${o.id}/customer`, { customerId: null }), 403, 'forbidden');
  const nobody = expectOk(await manager.post(`/api/orders/${o.id}/customer`, { customerId: null }));
  assert.equal(nobody.customerName, 'Walk-in');
  assert.equal(nobody.customerPhone, null);
  assert.deepEqual(await stats(other.id), [0, 0, 0, '0.00']);
  const odd = await open({ customerName: 'Odd', customerPhone: 'next door' });
  expectError(await till.post(`/api/orders/${odd.id}/customer`, { register: true }), 400, 'phone_invalid', 'phone');
  expectError(await till.post(`/api/orders/${odd.id}/customer`, {}), 400, 'invalid', 'customerId');
});

test('If-Match and ETag', async () => {
  const res = await till.post('/api/orders', {});
  const o = expectOk(res, 201);
  assert.equal(res.headers.etag, `"${o.version}"`);
  const match = (v) => ({ 'If-Match': `"${v}"` });
  const next = expectOk(await till.patch(`/api/orders/${o.id}`, { notes: 'a' }, match(o.version)));
  assert.equal(next.version, o.version + 1);
  expectError(await till.patch(`/api/orders/${o.id}`, { notes: 'b' }, match(o.version)), 412, 'stale');
  expectError(await till.post(`/api/orders/${o.id}/lines`, line('x', '1'), match(o.version)), 412, 'stale');
});

test('payments at the same moment never exceed what is due', async () => {
  const c = await person();
  const o = await open({ customerId: c.id, totalAmount: '100' });
  const answers = await Promise.all(Array.from({ length: 10 }, () =>
    till.post(`/api/orders/${o.id}/payments`, { method: 'CASH', amount: '30' })));
  assert.equal(answers.filter((a) => a.status === 201).length, 3);
  const last = expectOk(await till.post(`/api/orders/${o.id}/payments`, { method: 'CASH' }), 201);
  assert.deepEqual([last.status, last.paidAmount], ['PAID', '100.00']);
  assert.deepEqual(await stats(c.id), [1, 1, 1, '100.00']);
});

test('lists: filters, newest first, every row once over pages', async () => {
  const c = await person('Lister');
  const made = [];
  for (let i = 0; i < 7; i++) made.push((await open({ customerId: c.id, totalAmount: `${i + 1}`, source: i % 2 ? 'WEB' : 'POS' })).id);
  made.reverse();
  const seen = [];
  let path = `/api/orders?customerId=${c.id}&limit=3`;
  for (let cursor = ''; cursor !== null;) {
    const res = await till.get(path + (cursor && `&cursor=${cursor}`));
    seen.push(...expectOk(res).map((o) => o.id));
    cursor = res.json.meta.nextCursor;
    assert.equal(res.json.meta.hasMore, cursor !== null);
  }
  assert.deepEqual(seen, made);
  const ids = async (query) => expectOk(await till.get(`/api/orders?${query}`)).map((o) => o.id);
  assert.deepEqual(await ids(`customerId=${c.id}&source=WEB`), made.filter((_, i) => i % 2));
  assert.equal((await ids(`customerPhone=${encodeURIComponent(c.phone)}`)).length, 7);
  assert.equal((await ids(`customerPhone=${c.phone.slice(3)}&limit=2`)).length, 2);
  await manager.post(`/api/orders/${made[0]}/cancel`);
  assert.deepEqual(await ids(`status=CANCELLED&customerId=${c.id}`), [made[0]]);
  assert.ok((await ids('status=CANCELLED')).includes(made[0]));
  const o = expectOk(await till.get(`/api/orders/${made[1]}`));
  assert.deepEqual(await ids(`orderNumber=${o.orderNumber}`), [made[1]]);
  assert.deepEqual(await ids(`customerId=${c.id}&from=${o.createdAt}&to=${o.createdAt}`), []);
  assert.equal((await ids(`customerId=${c.id}&to=${o.createdAt}`)).length, 5);
  assert.equal((await ids(`customerId=${c.id}&from=${o.createdAt}`)).length, 2);
  expectError(await till.get('/api/orders?status=LOST'), 400, 'invalid', 'status');
  expectError(await till.get('/api/orders?cursor=AAAA'), 400, 'invalid', 'cursor');
});

test('how the buyer means to pay is noted, and COD is a way to pay', async () => {
  const c = await person();
  let o = await open({ customerId: c.id, lines: [line('x', '10')], paymentMethod: 'CARD' });
  assert.equal(o.paymentMethod, 'CARD');
  assert.equal(o.isUnproven, false);
  const change = (body) => till.patch(`/api/orders/${o.id}`, body);
  assert.equal(expectOk(await change({ paymentMethod: 'COD' })).paymentMethod, 'COD', 'in a shop it needs nothing');
  assert.equal(expectOk(await change({ notes: 'x' })).paymentMethod, 'COD');
  assert.equal(expectOk(await change({ paymentMethod: null })).paymentMethod, null);
  expectError(await change({ paymentMethod: 'POINTS' }), 400, 'invalid', 'paymentMethod');
  o = expectOk(await till.post(`/api/orders/${o.id}/payments`, { method: 'COD' }), 201);
  assert.deepEqual([o.status, o.payments[0].method], ['PAID', 'COD']);
  expectError(await change({ paymentMethod: 'CARD' }), 409, 'order_state');
  assert.equal(expectOk(await till.get(`/api/orders?orderNumber=${o.orderNumber}`))[0].paymentMethod, null);
});

test('cash on delivery on the web needs a verified phone', async () => {
  const c = await person();
  const cod = { lines: [line('x', '10')], source: 'WEB', paymentMethod: 'COD' };
  const refused = expectError(await till.post('/api/orders', { ...cod, customerId: c.id }), 400, 'phone_not_verified', 'paymentMethod');
  assert.deepEqual(refused.next, { action: 'verify_phone', request: 'POST /api/auth/otp/request', verify: 'POST /api/auth/otp/verify' });
  expectError(await till.post('/api/orders', cod), 400, 'phone_not_verified');
  assert.equal((await stats(c.id))[0], 0, 'nothing of it stays');
  const web = await open({ ...cod, customerId: c.id, paymentMethod: 'UPI' });
  expectError(await till.patch(`/api/orders/${web.id}`, { paymentMethod: 'COD' }), 400, 'phone_not_verified');
  s.store.sql(`UPDATE customers SET is_phone_verified = ${s.store.engine === 'sqlite' ? 1 : 'TRUE'} WHERE id = ${s.store.id(c.id)}`);
  assert.equal((await open({ ...cod, customerId: c.id })).paymentMethod, 'COD');
  assert.equal(expectOk(await till.patch(`/api/orders/${web.id}`, { paymentMethod: 'COD' })).paymentMethod, 'COD');
  const company = `/api/companies/${s.a.id}`;
  expectOk(await admin.patch(company, { codRequiresVerifiedPhone: false }));
  await open(cod);
  expectOk(await admin.patch(company, { codRequiresVerifiedPhone: true }));
  expectError(await till.post('/api/orders', cod), 400, 'phone_not_verified');
});

test('roles: who may what', async () => {
  const o = await open({ totalAmount: '5' });
  expectError(await s.as('DELIVERY').post('/api/orders', {}), 403, 'forbidden');
  expectError(await s.as('DELIVERY').get(`/api/orders/${o.id}`), 403, 'forbidden');
  const key = expectOk(await admin.post('/api/api-keys', { name: 'shop', scopes: ['CREATE_ORDER'] }), 201);
  const token = Object.values(key).find((v) => typeof v === 'string' && v.length > 40);
  const as = (body) => s.api('POST', '/api/orders', { token, body });
  assert.equal(expectOk(await as({ totalAmount: '5', source: 'WEB' }), 201).createdByUserId, key.id);
  expectError(await as({ totalAmount: '5', payments: [{ method: 'CARD' }] }), 403, 'forbidden');
});

test('doctor sees what does not add up', async () => {
  const c = await person();
  const o = await paid('10', { customerId: c.id, lines: [line('x', '10')] });
  const spoil = (change, back, check) => {
    s.store.sql(change);
    const r = s.cli(['doctor', '--json']);
    s.store.sql(back);
    assert.notEqual(r.status, 0, change);
    assert.match(r.stdout, new RegExp(`"check":"${check}","drift":[1-9]`), change);
  };
  const [customer, id] = [s.store.id(c.id), s.store.id(o.id)];
  for (const column of ['order_count', 'total_orders', 'visit_count', 'total_spent']) {
    const set = (by) => `UPDATE customers SET ${column} = ${column} + ${by} WHERE id = ${customer}`;
    spoil(set('1'), set('-1'), 'customers\\.stats');
  }
  spoil(`UPDATE order_lines SET amount = amount + 1, unit_price = unit_price + 1 WHERE order_id = ${id}`,
    `UPDATE order_lines SET amount = amount - 1, unit_price = unit_price - 1 WHERE order_id = ${id}`, 'orders\\.totals');
  spoil(`UPDATE order_payments SET amount = amount + 1 WHERE order_id = ${id}`,
    `UPDATE order_payments SET amount = amount - 1 WHERE order_id = ${id}`, 'orders\\.totals');
  spoil(`UPDATE order_numbers SET last = last + 1 WHERE company_id = ${s.store.id(s.a.id)}`,
    `UPDATE order_numbers SET last = last - 1 WHERE company_id = ${s.store.id(s.a.id)}`, 'orders\\.numbers');
});
