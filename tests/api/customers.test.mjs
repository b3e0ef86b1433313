// Customers at the API: plan P's seven routes with its shapes, statuses and
// messages; former numbers; changes; lists; timeline; export.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectError, expectOk, newPhone, start } from './harness.mjs';

let s;
before(async () => { s = await start({ demo: { customers: 5, orders: 5 } }); });
after(() => s?.stop());

const national = (phone) => `${phone.slice(3, 8)} ${phone.slice(8)}`;
const make = async (more = {}, role = 'CASHIER', company = s.a) =>
  expectOk(await s.as(role, company).post('/api/customers', { name: 'Asha Rao', phone: newPhone(), ...more }), 201);

test('create: 201 with the record and its company, the phone normalised', async () => {
  const phone = newPhone();
  const res = await s.as('CASHIER').post('/api/customers', { name: 'John Doe', phone: national(phone),
    email: '', address: '123 Main St', companyId: s.b.id });
  const made = expectOk(res, 201);
  assert.equal(made.phone, phone);
  assert.equal(made.companyId, s.a.id);
  assert.equal(made.company.id, s.a.id);
  assert.equal(typeof made.company.name, 'string');
  assert.equal(made.email, null);
  assert.equal(made.isActive, true);
  assert.equal(made.balance, '0.00');
  assert.deepEqual(made._count, { orders: 0 });
  assert.equal(res.headers.location, `/api/customers/${made.id}`);
  assert.equal(res.headers.etag, '"1"');
});

test('the same phone in another spelling is taken, and says by whom', async () => {
  const made = await make({ name: 'Holder' });
  const res = await s.as('CASHIER').post('/api/customers', { name: 'Second', phone: `0${made.phone.slice(3)}` });
  const error = expectError(res, 400, 'phone_taken', 'phone');
  assert.equal(error.message, 'Customer with this phone number already exists in your company');
  assert.deepEqual(error.existing, { id: made.id, name: 'Holder' });
  await make({ phone: made.phone }, 'CASHIER', s.b); // another company may have it
});

test('concurrent creations of one person make one record', async () => {
  const phone = newPhone();
  const all = await Promise.all(Array.from({ length: 20 }, () =>
    s.as('CASHIER').post('/api/customers', { name: 'Once', phone })));
  assert.equal(all.filter((r) => r.status === 201).length, 1);
  for (const r of all.filter((x) => x.status !== 201)) expectError(r, 400, 'phone_taken');
});

test('a taken number among many new people at once takes nothing from the others', async () => {
  const holder = await make({ name: 'Holder', email: 'holder@example.net' });
  const wants = Array.from({ length: 90 }, (_, i) => (i % 9 === 4 ? { name: `Late ${i}`, phone: holder.phone }
    : { name: `Anna Anna Neu${'abcdefghij'[i % 10]}`, phone: newPhone(), email: i % 9 === 7 ? 'holder@example.net' : `many${i}@example.net` }));
  const all = await Promise.all(wants.map((w) => s.as('CASHIER').post('/api/customers', w)));
  for (const [i, res] of all.entries()) {
    if (wants[i].phone === holder.phone) {
      assert.equal(expectError(res, 400, 'phone_taken', 'phone').existing.id, holder.id);
      continue;
    }
    const made = expectOk(res, 201);
    const found = expectOk(await s.as('ADMIN').get(`/api/customers/phone/${encodeURIComponent(wants[i].phone)}`));
    assert.equal(found.id, made.id);
    const [login] = expectOk(await s.as('ADMIN').get(`/api/customers/${made.id}/users`));
    assert.equal(login.id, made.userId);
    assert.equal(login.email, i % 9 === 7 ? null : wants[i].email, 'an e-mail that a login has stays its own');
  }
  const typo = expectOk(await s.as('CASHIER').get('/api/customers/search?name=anna%20neuq&limit=100'));
  assert.ok(typo.some((c) => c.name.startsWith('Anna Anna Neu')), 'words learnt in such a group are found with a typo');
});

test('what is wrong is refused by name', async () => {
  const post = (body) => s.as('CASHIER').post('/api/customers', body);
  expectError(await post({ phone: newPhone() }), 400, 'invalid', 'name');
  expectError(await post({ name: 'A' }), 400, 'invalid', 'phone');
  expectError(await post({ name: 'A', phone: '0000000000' }), 400, 'phone_invalid', 'phone');
  expectError(await post({ name: 'A', phone: '12345' }), 400, 'phone_invalid', 'phone');
  expectError(await post({ name: 'A', phone: newPhone(), email: 'no' }), 400, 'invalid', 'email');
  expectError(await post({ name: 'A', phone: newPhone(), birthday: '2025-02-30' }), 400, 'invalid', 'birthday');
  expectError(await post({ name: 'A', phone: newPhone(), birthday: '2999-01-01' }), 400, 'invalid', 'birthday');
  expectError(await post({ name: 'A', phone: newPhone(), nickname: 'x' }), 400, 'invalid', 'nickname');
  expectError(await post({ name: 'A', phone: newPhone(), tags: ['x'.repeat(51)] }), 400, 'invalid', 'tags');
  expectError(await post({ name: 'A', phone: newPhone(), userId: s.a.id }), 403, 'forbidden', 'userId');
});

test('the lookup at the till takes any spelling; 404 and 400 as plan P has them', async () => {
  const made = await make();
  const digits = made.phone.slice(3);
  for (const spelling of [digits, made.phone, `0${digits}`, `+91 ${digits.slice(0, 5)}-${digits.slice(5)}`]) {
    const found = expectOk(await s.as('CASHIER').get(`/api/customers/phone/${encodeURIComponent(spelling)}`));
    assert.equal(found.id, made.id, spelling);
    assert.equal(found.company.id, s.a.id);
    assert.deepEqual(found._count, { orders: 0 });
    assert.equal(found.matchedFormerPhone, false);
  }
  const plain = expectOk(await s.as('CASHIER').get(`/api/customers/phone/${made.phone}`)); // "+" stays "+"
  assert.equal(plain.id, made.id);
  const error = expectError(await s.as('CASHIER').get(`/api/customers/phone/${newPhone()}`), 404, 'customer_not_found');
  assert.equal(error.message, 'Customer not found');
  expectError(await s.as('CASHIER').get('/api/customers/phone/nonsense'), 400, 'phone_invalid', 'phone');
  // The form of E.164, and yet another spelling, or no number at all.
  const zero = made.phone.replace('+91', '+910');
  assert.equal(expectOk(await s.as('CASHIER').get(`/api/customers/phone/${zero}`)).id, made.id);
  expectError(await s.as('CASHIER').get('/api/customers/phone/+911111111111'), 400, 'phone_invalid', 'phone');
  expectError(await s.as('CASHIER').get('/api/customers/phone/+99912345678'), 400, 'phone_invalid', 'phone');
  expectError(await s.as('CASHIER', s.b).get(`/api/customers/phone/${made.phone}`), 404);
});

test('a changed phone still finds the person, marked so', async () => {
  const made = await make();
  const phone = newPhone();
  const changed = expectOk(await s.as('MANAGER').put(`/api/customers/${made.id}`, { phone }));
  assert.equal(changed.phone, phone);
  const former = expectOk(await s.as('CASHIER').get(`/api/customers/phone/${made.phone}`));
  assert.equal(former.id, made.id);
  assert.equal(former.matchedFormerPhone, true);
  assert.equal(former.formerPhone, made.phone);
  const taker = await make({ phone: made.phone }); // a former number is free for others
  assert.equal(expectOk(await s.as('CASHIER').get(`/api/customers/phone/${made.phone}`)).id, taker.id);
});

test('detail has the last ten orders and counts all', async () => {
  const made = await make();
  for (let i = 0; i < 12; i++)
    expectOk(await s.as('CASHIER').post('/api/orders', { customerId: made.id,
      lines: [{ name: 'Tea', quantity: 1, unitPrice: '12.50' }], payments: [{ method: 'CASH', amount: '12.50' }] }), 201);
  const detail = expectOk(await s.as('CASHIER').get(`/api/customers/${made.id}`));
  assert.equal(detail.orders.length, 10);
  assert.deepEqual(Object.keys(detail.orders[0]).sort(), ['createdAt', 'id', 'isUnproven', 'orderNumber', 'status', 'totalAmount']);
  assert.equal(detail.orders[0].totalAmount, '12.50');
  assert.deepEqual(detail._count, { orders: 12 });
  assert.equal(detail.totalSpent, '150.00');
  const seen = [];
  for (let cursor = ''; cursor !== null;) {
    const page = await s.as('CASHIER').get(`/api/customers/${made.id}/orders?limit=5${cursor && `&cursor=${cursor}`}`);
    seen.push(...expectOk(page).map((o) => o.orderNumber));
    cursor = page.json.meta.nextCursor;
  }
  assert.equal(new Set(seen).size, 12);
  assert.deepEqual(seen.slice(0, 10), detail.orders.map((o) => o.orderNumber));
  const full = expectOk(await s.as('ADMIN').get(`/api/admin/customers/${made.id}?limit=7`));
  assert.equal(full.orders.length, 7);
  const rest = expectOk(await s.as('ADMIN').get(`/api/admin/customers/${made.id}?limit=7&cursor=${full.ordersCursor}`));
  assert.equal(rest.orders.length, 5);
  assert.equal(rest.ordersCursor, null);
  const recent = expectOk(await s.as('CASHIER').get('/api/customers/recent'));
  assert.equal(recent[0].id, made.id);
  assert.equal(new Set(recent.map((c) => c.id)).size, recent.length);
});

test('update: If-Match, null clears, a missing field stays', async () => {
  const made = await make({ email: 'A@Example.com', notes: 'a note', tags: ['vip'] });
  assert.equal(made.email, 'a•••@example.com', 'as a cashier sees it');
  const put = (body, match) => s.as('MANAGER').put(`/api/customers/${made.id}`, body, match && { 'If-Match': match });
  const res = await put({ name: 'Asha Devi', email: null }, '"1"');
  assert.equal(res.headers.etag, '"2"');
  assert.equal(res.json.data.email, null);
  assert.equal(res.json.data.notes, 'a note');
  assert.deepEqual(res.json.data.tags, ['vip']);
  expectError(await put({ name: 'Late' }, '"1"'), 412, 'stale');
  expectError(await put({ name: null }), 400, 'invalid', 'name');
  expectError(await s.as('CASHIER').put(`/api/customers/${made.id}`, { name: 'No' }), 403, 'forbidden');
  expectError(await s.as('MANAGER', s.b).put(`/api/customers/${made.id}`, { name: 'No' }), 404, 'customer_not_found');
  const patched = expectOk(await s.as('ADMIN').patch(`/api/customers/${made.id}`, { area: 'Bandra' }));
  assert.equal(patched.name, 'Asha Devi');
  assert.equal(patched.area, 'Bandra');
});

test('delete: only without orders; deactivated people are still found', async () => {
  const made = await make();
  expectError(await s.as('CASHIER').delete(`/api/customers/${made.id}`), 403);
  const res = await s.as('MANAGER').delete(`/api/customers/${made.id}`);
  assert.deepEqual(res.json, { success: true, message: 'Customer deleted successfully' });
  expectError(await s.as('MANAGER').get(`/api/customers/${made.id}`), 404, 'customer_not_found');
  const kept = await make();
  expectOk(await s.as('CASHIER').post('/api/orders', { customerId: kept.id }), 201);
  const error = expectError(await s.as('MANAGER').delete(`/api/customers/${kept.id}`), 400, 'customer_has_orders');
  assert.equal(error.message, 'Cannot delete customer with existing orders. Consider deactivating instead.');
  assert.equal(expectOk(await s.as('MANAGER').post(`/api/customers/${kept.id}/deactivate`)).isActive, false);
  assert.equal(expectOk(await s.as('CASHIER').get(`/api/customers/phone/${kept.phone}`)).isActive, false);
  assert.equal(expectOk(await s.as('MANAGER').post(`/api/customers/${kept.id}/activate`)).isActive, true);
});

test('the timeline tells what happened, newest first', async () => {
  const made = await make();
  expectOk(await s.as('CASHIER').post('/api/orders', { customerId: made.id }), 201);
  expectOk(await s.as('MANAGER').put(`/api/customers/${made.id}`, { phone: newPhone(), notes: 'x' }));
  const events = expectOk(await s.as('MANAGER').get(`/api/customers/${made.id}/timeline`));
  assert.deepEqual(events.map((e) => e.type), ['customer.update', 'order', 'customer.create']);
  assert.deepEqual(events[0].fields, ['phone', 'notes']);
  const first = await s.as('MANAGER').get(`/api/customers/${made.id}/timeline?limit=1`);
  const next = await s.as('MANAGER').get(`/api/customers/${made.id}/timeline?limit=5&cursor=${first.json.meta.nextCursor}`);
  assert.deepEqual(expectOk(next).map((e) => e.type), ['order', 'customer.create']);
});

test('lists page through everybody once in every order', async () => {
  for (const query of ['sort=name', 'sort=name&order=desc', 'sort=createdAt', 'order=asc', 'sort=lastOrderAt', 'sort=lastOrderAt&order=asc&active=true']) {
    const all = expectOk(await s.as('CASHIER').get(`/api/customers?limit=100&${query}`)).map((c) => c.id);
    const seen = [];
    for (let cursor = ''; cursor !== null;) {
      const page = await s.as('CASHIER').get(`/api/customers?limit=3&${query}${cursor && `&cursor=${cursor}`}`);
      seen.push(...expectOk(page).map((c) => c.id));
      cursor = page.json.meta.nextCursor;
    }
    assert.deepEqual(seen, all, query);
  }
  const byName = await s.as('CASHIER').get('/api/customers?sort=name&limit=1');
  expectError(await s.as('CASHIER').get(`/api/customers?sort=createdAt&cursor=${byName.json.meta.nextCursor}`), 400, 'invalid', 'cursor');
  expectError(await s.as('CASHIER').get('/api/customers?limit=101'), 400, 'invalid', 'limit');
  expectError(await s.as('CASHIER').get('/api/customers?sort=shoe'), 400, 'invalid', 'sort');
});

test('export: RFC 4180, formulas made harmless, everybody of this company', async () => {
  const made = await make({ name: '=HYPERLINK("x")', address: 'a, "b"\nc' });
  expectError(await s.as('CASHIER').get('/api/customers/export'), 403);
  const csv = await s.as('MANAGER').get('/api/customers/export');
  assert.match(csv.headers['content-type'], /^text\/csv/);
  assert.match(csv.headers['content-disposition'], /customers\.csv/);
  assert.ok(csv.text.includes(`"'=HYPERLINK(""x"")",,${made.phone},,"a, ""b""\nc",`), csv.text.slice(-400));
  const jsonl = await fetch(`${s.url}/api/customers/export?format=jsonl`,
    { headers: { Authorization: `Bearer ${await s.token('MANAGER')}` } });
  const lines = (await jsonl.text()).trim().split('\n').map((l) => JSON.parse(l));
  const count = Number(s.store.sql(`SELECT count(*) FROM customers WHERE company_id = ${s.store.id(s.a.id)}`)[0][0]);
  assert.equal(lines.length, count);
  assert.ok(lines.every((c) => c.companyId === s.a.id));
});

test('notes are for staff, logins for those who manage users', async () => {
  const made = await make({ notes: 'likes tea' }, 'ADMIN');
  assert.equal(expectOk(await s.as('CASHIER').get(`/api/customers/${made.id}`)).notes, 'likes tea');
  expectError(await s.as('CUSTOMER').get(`/api/customers/${made.id}`), 403);
  const [login] = expectOk(await s.as('ADMIN').get(`/api/customers/${made.id}/users`));
  assert.equal(login.id, made.userId);
  assert.equal(login.isActivated, false);
  assert.equal(login.linkEvidence, 'staff');
});

test('doctor finds the name index in step', () => {
  const r = s.cli(['doctor']);
  assert.match(r.stdout, /ok +customers\.names/, r.stdout + r.stderr);
});
