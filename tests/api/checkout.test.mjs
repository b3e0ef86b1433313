// Guests at the checkout: an order by a number that somebody typed. It finds
// or makes the person, changes nothing on a record, shows nothing of it, and is
// hidden from the person's logins until the number is proved.
import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';
import { expectError, expectOk, mailbox, newKey, newPhone, request, start } from './harness.mjs';

let s;
let till;
let admin;
let box;
const settings = { 'allow-private-targets': true };
before(async () => {
  s = await start({ settings });
  box = await mailbox(s);
  till = s.as('CASHIER');
  admin = s.as('ADMIN');
});
after(async () => {
  box?.close();
  await s?.stop();
});
afterEach(() => {
  const r = s.cli(['doctor', '--json']);
  assert.equal(r.status, 0, r.stdout + r.stderr);
});

const lines = [{ sku: 'R1', name: 'Rice', quantity: 2, unitPrice: '60.00' }, { name: 'Tea', quantity: 1, unitPrice: '30.00' }];
const send = (body, headers, company = s.a) => s.api('POST', '/api/checkout', { body: { company: company.slug, lines, ...body }, headers });
const buy = async (body, headers) => expectOk(await send(body, headers), 201);
const byPhone = (phone, as = till) => as.get(`/api/customers/phone/${encodeURIComponent(phone)}`);
const national = (phone) => `${phone.slice(3, 8)} ${phone.slice(8)}`;
const rows = (table, where = '1 = 1') => Number(s.store.sql(`SELECT count(*) FROM ${table} WHERE ${where}`)[0][0]);

test('a guest with a new number: a record made of it, an open unpaid order', async () => {
  const phone = newPhone();
  const o = await buy({ phone: national(phone), name: 'Guest One', address: 'Lane 1', email: 'One@example.com', notes: 'ring twice', paymentMethod: 'UPI' });
  assert.match(o.orderNumber, /^ORD-\d{8}-\d{3,}$/);
  assert.deepEqual([o.status, o.totalAmount, o.currency, o.paymentMethod], ['OPEN', '150.00', 'INR', 'UPI']);
  assert.deepEqual([o.customerName, o.customerPhone, o.customerAddress, o.customerEmail, o.notes],
    ['Guest One', phone, 'Lane 1', 'one@example.com', 'ring twice']);
  assert.equal(o.lines.length, 2);
  assert.equal(o.next.request, 'POST /api/auth/otp/request');
  const c = expectOk(await byPhone(phone, admin));
  assert.deepEqual([c.name, c.phone, c.email, c.address, c.isPhoneVerified, c._count.orders, c.totalOrders],
    ['Guest One', phone, 'one@example.com', 'Lane 1', false, 1, 0]);
  const full = expectOk(await till.get(`/api/orders/${o.id}`));
  assert.deepEqual([full.customerId, full.source, full.status, full.paidAmount, full.isUnproven, full.createdByUserId],
    [c.id, 'WEB', 'OPEN', '0.00', true, null]);
  const unnamed = newPhone();
  assert.equal((await buy({ phone: unnamed })).customerName, (expectOk(await byPhone(unnamed))).name, 'the number stands for a name');
  const kinds = s.store.sql(`SELECT type FROM outbox WHERE subject_id IN (${s.store.id(c.id)}, ${s.store.id(o.id)})`).flat().sort();
  assert.deepEqual(kinds, ['customer.created', 'order.created']);
});

test('the same number again, in any spelling, is the same person; the record stays as it is', async () => {
  const phone = newPhone();
  const made = expectOk(await till.post('/api/customers', { name: 'Asha Rao', phone, address: '12 MG Road', email: 'asha@example.com' }), 201);
  const was = expectOk(await admin.get(`/api/customers/${made.id}`));
  const o = await buy({ phone: `0${national(phone)}`, name: 'Somebody Else', address: 'elsewhere', email: 'x@example.com' });
  assert.equal(expectOk(await till.get(`/api/orders/${o.id}`)).customerId, made.id);
  const is = expectOk(await admin.get(`/api/customers/${made.id}`));
  for (const member of ['name', 'email', 'address', 'phone', 'isPhoneVerified', 'userId', 'version', 'updatedAt', 'totalOrders', 'totalSpent']) {
    assert.deepEqual(is[member], was[member], member);
  }
  assert.equal(is._count.orders, was._count.orders + 1);
  assert.equal(is.orders[0].isUnproven, true);
  const history = expectOk(await admin.get(`/api/customers/${made.id}/orders`));
  assert.deepEqual(history.map((x) => x.isUnproven), [true]);
  const [event] = expectOk(await admin.get(`/api/customers/${made.id}/timeline`)).filter((e) => e.order);
  assert.equal(event.order.isUnproven, true);
});

/** What differs from one order to the next, whoever made it, made the same. */
const masked = (res) => JSON.stringify({
  status: res.status,
  headers: Object.entries(res.headers).filter(([k]) => !['date', 'x-request-id', 'content-length'].includes(k))
    .map(([k, v]) => [k, /ratelimit/.test(k) ? '' : v]),
  text: res.text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').replace(/ORD-\d{8}-\d+/g, 'NUMBER')
    .replace(/\+91\d{10}/g, 'PHONE').replace(/"createdAt":"[^"]+"/, 'TIME'),
});

test('whether the number was known does not show', async () => {
  const [known, merely, unknown] = [newPhone(), newPhone(), newPhone()];
  expectOk(await till.post('/api/customers', { name: 'Known Person', phone: known, address: 'Secret Road 1', email: 'secret@example.com' }), 201);
  await buy({ phone: merely, name: 'Guest Before' });
  for (const body of [{}, { name: 'Anybody' }, { name: 'Any Body', address: 'x', email: 'a@example.com', paymentMethod: 'CASH' }]) {
    const fresh = newPhone();
    const [a, b, c] = [await send({ ...body, phone: known }), await send({ ...body, phone: merely }), await send({ ...body, phone: fresh })];
    const same = (x, phone) => masked(x).replaceAll(JSON.parse(x.text).data.customerName, body.name ?? phone);
    assert.equal(same(a, 'NAME'), same(c, 'NAME'));
    assert.equal(same(b, 'NAME'), same(c, 'NAME'));
    assert.ok(!/Known|Secret|secret|customerId|Guest Before/.test(a.text + b.text), a.text);
    // The end of an id counts those drawn before it for the request.
    for (const x of [a, b]) assert.equal(x.json.data.id.slice(-4), c.json.data.id.slice(-4));
  }
  for (const bad of [{ lines: [] }, { paymentMethod: 'COD' }, { code: '123456' }, { code: '1', paymentMethod: 'COD' }]) {
    const [a, c] = [await send({ ...bad, phone: known }), await send({ ...bad, phone: unknown })];
    assert.equal(masked(a), masked(c));
    assert.ok(a.status >= 400);
  }
  assert.equal((await byPhone(unknown)).status, 404, 'a refused order makes nobody');
});

test('points, accounts, payments, discounts, other people and prices below nothing are refused', async () => {
  const phone = newPhone();
  const cases = [
    [{ paymentMethod: 'POINTS' }, 'paymentMethod'], [{ paymentMethod: 'ACCOUNT' }, 'paymentMethod'],
    [{ payments: [{ method: 'CASH' }] }, 'payments'], [{ status: 'PAID' }, 'status'], [{ discount: '1.00' }, 'discount'],
    [{ customerId: s.a.id }, 'customerId'], [{ totalAmount: '1.00' }, 'totalAmount'], [{ source: 'POS' }, 'source'],
    [{ isUnproven: false }, 'isUnproven'], [{ externalId: 'x' }, 'externalId'], [{ id: s.a.id }, 'id'],
    [{ lines: [{ ...lines[0], discount: '60.00' }] }, 'lines[0].discount'], [{ lines: [{ ...lines[0], unitPrice: '-1.00' }] }, 'lines[0].unitPrice'],
    [{ lines: [{ ...lines[0], quantity: 0 }] }, 'lines[0].quantity'], [{ lines: [{ ...lines[0], name: '' }] }, 'lines[0].name'],
    [{ lines: undefined }, 'lines'], [{ lines: [] }, 'lines'], [{ lines: Array.from({ length: 101 }, () => lines[0]) }, 'lines'],
    [{ lines: [{ ...lines[0], quantity: 1000000, unitPrice: '99999999999.00' }] }, 'lines[0].quantity'],
    [{ name: 'x'.repeat(201) }, 'name'], [{ notes: 'x'.repeat(2001) }, 'notes'], [{ email: 'no' }, 'email']];
  for (const [more, field] of cases) expectError(await send({ phone, ...more }), 400, null, field);
  for (const bad of ['0000000000', '12', 'abc', '']) {
    const res = await send({ phone: bad });
    assert.equal(expectError(res, 400).errors[0].field, 'phone', res.text);
  }
  expectError(await send({ phone, company: 'no-such-shop' }), 404, 'company_not_found', 'company');
  assert.equal((await byPhone(phone)).status, 404, 'nobody was made');
});

test('cash on delivery needs the code first, whoever has the number', async () => {
  const res = expectError(await send({ phone: newPhone(), paymentMethod: 'COD' }), 400, 'phone_not_verified', 'paymentMethod');
  assert.deepEqual(res.next, { action: 'verify_phone', request: 'POST /api/auth/otp/request', verify: 'POST /api/auth/otp/verify' });
  const company = `/api/companies/${s.a.id}`;
  expectOk(await admin.patch(company, { codRequiresVerifiedPhone: false }));
  assert.equal((await buy({ phone: newPhone(), paymentMethod: 'COD' })).paymentMethod, 'COD');
  expectOk(await admin.patch(company, { codRequiresVerifiedPhone: true }));
});

const post = (path, body, token) => s.api('POST', path, { token, body: { company: s.a.slug, ...body } });
async function codeFor(phone) {
  expectOk(await post('/api/auth/otp/request', { phone }));
  return box.code(phone);
}
const wrong = (code) => String((Number(code) + 1) % 1000000).padStart(6, '0');

test('with the code the number is proved, and cash on delivery is taken', async () => {
  const [fresh, known] = [newPhone(), newPhone()];
  const made = expectOk(await till.post('/api/customers', { name: 'Of The Shop', phone: known, createLogin: false }), 201);
  const before = await buy({ phone: known, name: 'Before' });
  for (const phone of [fresh, known]) {
    const code = await codeFor(phone);
    expectError(await send({ phone, code: wrong(code), paymentMethod: 'COD' }), 401, 'bad_code');
    const o = await buy({ phone: national(phone), code: `${code.slice(0, 3)} ${code.slice(3)}`, paymentMethod: 'COD', name: 'With Code' });
    const full = expectOk(await till.get(`/api/orders/${o.id}`));
    assert.deepEqual([full.isUnproven, full.paymentMethod, full.status], [false, 'COD', 'OPEN']);
    assert.equal(expectOk(await byPhone(phone)).isPhoneVerified, true);
    expectError(await send({ phone, code, paymentMethod: 'COD' }), 401, 'bad_code');
  }
  assert.equal(expectOk(await till.get(`/api/orders/${before.id}`)).isUnproven, false, 'what came before under the number is proved as well');
  assert.equal(expectOk(await byPhone(known)).id, made.id);
  assert.equal(expectOk(await byPhone(known)).name, 'Of The Shop');
});

test('a code is for its number, its company and one order', async () => {
  const [mine, other] = [newPhone(), newPhone()];
  const code = await codeFor(mine);
  expectError(await send({ phone: other, code }), 401, 'bad_code');
  expectError(await send({ phone: mine, code }, {}, s.b), 401, 'bad_code');
  expectError(await send({ phone: mine, code, lines: [] }), 400, 'invalid', 'lines');
  const answers = await Promise.all(Array.from({ length: 10 }, () => send({ phone: mine, code })));
  assert.equal(answers.filter((r) => r.status === 201).length, 1);
  for (const r of answers.filter((a) => a.status !== 201)) expectError(r, 401, 'bad_code');
  assert.equal(expectOk(await byPhone(mine))._count.orders, 1);
  assert.equal((await byPhone(other)).status, 404);
});

test('a refused order leaves the code good', async () => {
  const phone = newPhone();
  const code = await codeFor(phone);
  const dear = { name: 'Gold', quantity: 1, unitPrice: '99999999999.99' };
  expectError(await send({ phone, code, lines: Array.from({ length: 100 }, () => dear) }), 400, 'invalid', 'lines');
  await buy({ phone, code });
});

test('guessing at the checkout is counted like guessing anywhere', async () => {
  const phone = newPhone();
  const code = await codeFor(phone);
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => send({ phone, code: String((Number(code) + 1 + i) % 1000000).padStart(6, '0') })));
  for (const r of answers) assert.ok([401, 429].includes(r.status), r.text);
  assert.ok([401, 429].includes((await send({ phone, code })).status), 'the right one comes too late');
  assert.equal((await byPhone(phone)).status, 404);
});

test('who ordered with the code sees it at once when signing in by the next one', async () => {
  const phone = newPhone();
  const o = await buy({ phone, code: await codeFor(phone), name: 'Comes Back' });
  const hidden = await buy({ phone, name: 'Perhaps another' });
  const session = expectOk(await post('/api/auth/otp/verify', { phone, code: await codeFor(phone) }));
  const mine = expectOk(await s.api('GET', '/api/orders', { token: session.accessToken }));
  assert.deepEqual(mine.map((x) => x.id), [hidden.id, o.id], 'the second code proves what came in between');
  const later = await buy({ phone, name: 'Once more' });
  expectError(await s.api('GET', `/api/orders/${later.id}`, { token: session.accessToken }), 404, 'order_not_found');
  const me = expectOk(await s.api('GET', '/api/customers/me', { token: session.accessToken }));
  assert.equal(me._count.orders, 2, 'nor is it counted for them');
  for (const path of [`/api/orders?customerPhone=${encodeURIComponent(phone)}`, `/api/orders?orderNumber=${later.orderNumber}`]) {
    assert.ok(!expectOk(await s.api('GET', path, { token: session.accessToken })).some((x) => x.id === later.id), path);
  }
});

test('staff take the payment of a guest’s order, and it counts', async () => {
  const phone = newPhone();
  const o = await buy({ phone, name: 'Pays Later' });
  expectOk(await till.patch(`/api/orders/${o.id}/lines/1`, { unitPrice: '50.00' }));
  expectOk(await till.post(`/api/orders/${o.id}/payments`, { method: 'CASH' }), 201);
  const c = expectOk(await byPhone(phone));
  assert.deepEqual([c.totalOrders, c.totalSpent, c.visitCount], [1, '130.00', 0]);
});

test('staff make a customer of the number that a guest typed', async () => {
  const phone = newPhone();
  const o = await buy({ phone, name: 'typed by a guest' });
  const made = expectOk(await till.post('/api/customers', { name: 'Meena Iyer', phone }), 201);
  assert.equal(expectOk(await till.get(`/api/orders/${o.id}`)).customerId, made.id);
  assert.equal(made.name, 'Meena Iyer');
});

test('one key and body make one order; another guest with the key is another guest', async () => {
  const key = { 'Idempotency-Key': newKey() };
  const [mine, theirs] = [newPhone(), newPhone()];
  const first = await send({ phone: mine, name: 'Mine Alone' }, key);
  const again = await send({ phone: mine, name: 'Mine Alone' }, key);
  expectOk(first, 201);
  assert.equal(again.text, first.text);
  assert.equal(expectOk(await byPhone(mine))._count.orders, 1);
  const other = await send({ phone: theirs, name: 'Not Mine' }, key);
  assert.equal(expectOk(other, 201).customerName, 'Not Mine');
  assert.ok(!other.text.includes(first.json.data.orderNumber));
  const probe = await send({ phone: mine, name: 'mine alone' }, key);
  assert.notEqual(expectOk(probe, 201).id, first.json.data.id, 'not the letter: not the answer');
  const staff = await s.as('ADMIN').post('/api/checkout', { company: s.a.slug, lines, phone: mine, name: 'Mine Alone' }, key);
  assert.notEqual(expectOk(staff, 201).id, first.json.data.id, 'nor for whoever is signed in');
  const elsewhere = await send({ phone: mine, name: 'Mine Alone' }, key, s.b);
  assert.notEqual(expectOk(elsewhere, 201).id, first.json.data.id, 'nor in another company');
});

test('of twenty at once under one key one is made', async () => {
  const phone = newPhone();
  const key = { 'Idempotency-Key': newKey() };
  const answers = await Promise.all(Array.from({ length: 20 }, () => send({ phone }, key)));
  const made = answers.filter((r) => r.status === 201);
  assert.equal(new Set(made.map((r) => r.text)).size, 1);
  for (const r of answers.filter((a) => a.status !== 201)) expectError(r, 409, 'in_progress');
  assert.equal(expectOk(await byPhone(phone))._count.orders, 1);
});

test('a hundred guests at once with one new number: one person', async () => {
  const phone = newPhone();
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => send({ phone, name: `Guest ${i}` })));
  for (const a of answers) expectOk(a, 201);
  assert.equal(rows('customers', `phone = '${phone}'`), 1);
  assert.equal(expectOk(await byPhone(phone))._count.orders, 100);
  assert.equal(new Set(answers.map((a) => a.json.data.orderNumber)).size, 100);
});

test('the audit log names the fields and nobody', async () => {
  const o = await buy({ phone: newPhone(), name: 'Audited Guest', notes: 'x' });
  const [kind, actor, action, fields] = s.store.sql(
    `SELECT actor_kind, actor_id, action, fields FROM audit_log WHERE subject_id = ${s.store.id(o.id)}`)[0];
  assert.deepEqual([kind, actor || null, action], ['nobody', null, 'checkout.order']);
  assert.deepEqual(fields.split(',').sort(), ['company', 'lines', 'name', 'notes', 'phone']);
});

test('a guest’s order opens nothing: reading, changing and paying need a login of the shop', async () => {
  const o = await buy({ phone: newPhone() });
  const call = (method, path, body) => request(s.url, method, path, { body });
  for (const [method, path, body] of [['GET', ''], ['PATCH', '', { notes: 'x' }], ['POST', '/payments', { method: 'CASH' }],
    ['POST', '/cancel'], ['POST', '/lines', lines[0]], ['POST', '/customer', { customerId: null }]]) {
    expectError(await call(method, `/api/orders/${o.id}${path}`, body), 401, 'unauthenticated');
  }
  expectError(await call('GET', '/api/orders'), 401, 'unauthenticated');
  expectError(await call('GET', `/api/checkout/${o.id}`), 404);
});

test('a session that has ended, or of another shop, is told so', async () => {
  const body = { company: s.a.slug, lines, phone: newPhone() };
  expectError(await s.api('POST', '/api/checkout', { body, token: 'ey.no.token' }), 401, 'token_invalid');
  expectError(await s.as('CASHIER', s.b).post('/api/checkout', body), 403, 'forbidden', 'company');
  const root = s.as('SUPER_ADMIN');
  expectOk(await root.patch(`/api/companies/${s.b.id}`, { isActive: false }));
  expectError(await send({ phone: newPhone() }, {}, s.b), 404, 'company_not_found');
  expectOk(await root.patch(`/api/companies/${s.b.id}`, { isActive: true }));
});

test('a flood from one address is slowed down', async () => {
  await s.restart({ ...settings, 'rate-limit-auth': 5 });
  const answers = [];
  for (let i = 0; i < 7; i++) answers.push(await send({ phone: newPhone() }));
  assert.deepEqual(answers.map((a) => a.status), [201, 201, 201, 201, 201, 429, 429]);
  assert.ok(Number(answers[6].headers['retry-after']) > 0);
  await s.restart(settings);
});
