// One's own record, links made by staff, and the logins that come with people:
// what needs no code.
import assert from 'node:assert/strict';
import http from 'node:http';
import test, { after, before } from 'node:test';
import { expectError, expectOk, newPhone, request, serve, start } from './harness.mjs';

let s;
before(async () => { s = await start({ demo: { customers: 5, orders: 5 } }); });
after(() => s?.stop());

const make = async (more = {}, role = 'ADMIN') =>
  expectOk(await s.as(role).post('/api/customers', { name: 'Asha Rao', phone: newPhone(), ...more }), 201);
const read = async (id) => expectOk(await s.as('ADMIN').get(`/api/customers/${id}`));
const logins = async (id) => expectOk(await s.as('ADMIN').get(`/api/customers/${id}/users`));
const mine = async (role) => expectOk(await s.as(role).get('/api/customers/me'));
const count = (where) => Number(s.store.sql(`SELECT count(*) FROM ${where}`)[0][0]);
const healthy = () => {
  const r = s.cli(['doctor']);
  assert.equal(r.status, 0, r.stdout + r.stderr);
  assert.match(r.stdout, /ok +identity\.logins\nok +identity\.records\nok +identity\.merges/);
};
const paid = { lines: [{ name: 'Tea', quantity: 1, unitPrice: '10.00' }], payments: [{ method: 'CASH' }] };

test('a thousand calls at once make one record', async () => {
  const token = await s.token('MANAGER');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 100 });
  const all = await Promise.all(Array.from({ length: 1000 }, (_, i) =>
    request(s.url, i % 2 ? 'GET' : 'POST', '/api/customers/me', { token, agent })));
  agent.destroy();
  assert.deepEqual([...new Set(all.map((r) => r.status))], [200]);
  assert.equal(new Set(all.map((r) => r.json.data.id)).size, 1);
  const { id, userId } = all[0].json.data;
  assert.equal(count(`customers WHERE user_id = ${s.store.id(userId)}`), 1);
  assert.equal(count(`customer_names WHERE customer_id = ${s.store.id(id)}`), 2);
  assert.equal(count(`outbox WHERE type = 'customer.created' AND subject_id = ${s.store.id(id)}`), 1);
  healthy();
});

test('two programs on one store make one record, too', async () => {
  const second = await serve(s.store);
  const token = await s.token('STAFF');
  const all = await Promise.all(Array.from({ length: 200 }, (_, i) =>
    request(i % 2 ? s.url : second.url, 'POST', '/api/customers/me', { token, agent: s.agent })));
  await second.end();
  assert.deepEqual([...new Set(all.map((r) => r.status))], [200]);
  assert.equal(new Set(all.map((r) => r.json.data.id)).size, 1);
  healthy();
});

test('a record for every role, provisional until a code; reading it again writes nothing', async () => {
  for (const role of ['SUPER_ADMIN', 'ADMIN', 'CASHIER', 'STAFF', 'DELIVERY']) {
    const own = await mine(role);
    assert.equal(own.isProvisional, true);
    assert.equal(own.phone, null);
    assert.equal(expectOk(await s.as(role).post('/api/customers/me')).id, own.id);
  }
  const rows = count('audit_log');
  await mine('ADMIN');
  assert.equal(count('audit_log'), rows);
  const own = await mine('CUSTOMER'); // the demo's has a person
  assert.equal(own.isProvisional, false);
  for (const hidden of ['notes', 'phoneEvidence']) assert.ok(!(hidden in own));
  const found = expectOk(await s.as('CASHIER').get('/api/customers?limit=100'));
  assert.ok(found.some((c) => c.isProvisional) && found.some((c) => !c.isProvisional));
});

test('one’s own record: changed by oneself, but for what needs a proof', async () => {
  const me = (body, headers) => s.as('CUSTOMER').patch('/api/customers/me', body, headers);
  const was = await mine('CUSTOMER');
  const now = expectOk(await me({ name: 'Zubin Mehta', area: 'Fort', birthday: '1990-05-01', preferences: { tea: 'black' },
    phone: was.phone, email: was.email }, { 'If-Match': `"${was.version}"` }));
  assert.deepEqual([now.name, now.area, now.birthday, now.preferences, now.phone],
    ['Zubin Mehta', 'Fort', '1990-05-01', { tea: 'black' }, was.phone]);
  const [hit] = expectOk(await s.as('CASHIER').get('/api/customers/search?name=mehta%20zub'));
  assert.equal(hit.id, was.id);
  expectError(await me({ area: 'X' }, { 'If-Match': `"${was.version}"` }), 412, 'stale');
  for (const [field, value] of [['phone', newPhone()], ['email', 'new@example.com'], ['phone', null]]) {
    const error = expectError(await me({ [field]: value, area: 'Y' }), 400, 'invalid', field);
    assert.match(error.errors[0].message, /\/api\/auth\/otp\/request/);
  }
  for (const body of [{ notes: 'x' }, { tags: ['vip'] }, { userId: was.userId }, { externalId: 'x' }]) {
    expectError(await me(body), 400, 'invalid', Object.keys(body)[0]);
  }
  expectError(await me({ birthday: '2999-01-01' }), 400, 'invalid', 'birthday');
  assert.equal((await mine('CUSTOMER')).area, 'Fort');
});

test('no login, no record: API keys, and a SUPER_ADMIN in another company', async () => {
  const { key } = expectOk(await s.as('ADMIN').post('/api/api-keys', { name: 'web', scopes: ['READ_CUSTOMER'] }), 201);
  expectError(await s.api('GET', '/api/customers/me', { token: key }), 403, 'forbidden');
  expectError(await s.api('POST', '/api/customers/me', { token: key }), 403, 'forbidden');
  expectError(await s.api('GET', '/api/customers/me'), 401);
  expectError(await s.as('SUPER_ADMIN').post(`/api/customers/me?companyId=${s.b.id}`), 404, 'user_not_found');
  expectError(await s.as('SUPER_ADMIN').post('/api/customers/me/fresh'), 409, 'nothing_pending');
  expectError(await s.as('CASHIER').post('/api/customers/me/join/request'), 409, 'nothing_pending');
});

test('staff link a login: its provisional record becomes part of the person’s', async () => {
  const person = await make();
  const own = await mine('STAFF');
  expectOk(await s.as('CASHIER').post('/api/orders', { customerId: own.id, ...paid }), 201);
  expectOk(await s.as('CASHIER').post('/api/orders', { customerId: person.id, ...paid }), 201);
  const linked = expectOk(await s.as('ADMIN').post(`/api/customers/${person.id}/users`, { userId: own.userId }));
  assert.equal(linked.id, person.id);
  assert.equal(linked.totalOrders, 2);
  assert.equal(linked.totalSpent, '20.00');
  assert.equal(linked._count.orders, 2);
  assert.equal((await mine('STAFF')).id, person.id);
  const row = (await logins(person.id)).find((u) => u.id === own.userId);
  assert.equal(row.linkEvidence, 'staff');
  assert.match(row.linkedAt, /Z$/);
  // Whoever still knows the person by the id that is gone:
  assert.equal((await read(own.id)).id, person.id);
  assert.equal(expectOk(await s.as('ADMIN').get(`/api/admin/customers/${own.id}`)).id, person.id);
  assert.equal(expectOk(await s.as('ADMIN').get(`/api/customers/${own.id}/orders`)).length, 2);
  assert.equal((await logins(own.id)).length, 2);
  assert.ok(expectOk(await s.as('ADMIN').get(`/api/customers/${own.id}/timeline`)).length > 2);
  assert.equal(expectOk(await s.as('CASHIER').get(`/api/orders?customerId=${own.id}`)).length, 2);
  const order = expectOk(await s.as('CASHIER').post('/api/orders', { customerId: own.id, ...paid }), 201);
  assert.equal(order.customerId, person.id);
  const walkIn = expectOk(await s.as('CASHIER').post('/api/orders', paid), 201);
  const attached = expectOk(await s.as('CASHIER').post(`/api/orders/${walkIn.id}/customer`, { customerId: own.id }));
  assert.equal(attached.customerId, person.id);
  assert.equal(expectOk(await s.as('MANAGER').patch(`/api/customers/${own.id}`, { area: 'Hill' })).id, person.id);
  assert.equal(expectError(await s.as('MANAGER').delete(`/api/customers/${own.id}`), 404, 'customer_not_found').survivorId,
    person.id);
  assert.equal((await read(person.id)).totalOrders, 4);
  const events = s.store.sql(`SELECT type FROM outbox WHERE subject_id IN (${s.store.id(own.id)}, ${s.store.id(person.id)})`).flat();
  for (const type of ['customer.linked', 'customer.merged']) assert.ok(events.includes(type), `${type} in ${events}`);
  const audit = s.store.sql(`SELECT fields FROM audit_log WHERE action = 'user.link' AND subject_id = ${s.store.id(person.id)}`);
  assert.deepEqual(audit, [['userId']]);
  healthy();
});

test('a login of one person is not given to another; unlinked, it gets a record of its own', async () => {
  const [one, two] = [await make(), await make()];
  const own = await mine('DELIVERY');
  const link = (person, userId, role = 'ADMIN') => s.as(role).post(`/api/customers/${person}/users`, { userId });
  const unlink = (person, userId, role = 'ADMIN') => s.as(role).delete(`/api/customers/${person}/users/${userId}`);
  expectOk(await link(one.id, own.userId));
  expectError(await link(two.id, own.userId), 409, 'linked_elsewhere', 'userId');
  expectError(await s.as('ADMIN').put(`/api/customers/${two.id}`, { userId: own.userId }), 400, 'invalid', 'userId');
  expectError(await link(one.id, two.id), 404, 'user_not_found', 'userId');
  expectError(await link(own.userId, own.userId), 404, 'customer_not_found');
  expectError(await link(two.id, own.userId, 'MANAGER'), 403);
  expectError(await unlink(one.id, own.userId, 'MANAGER'), 403);
  expectError(await unlink(two.id, own.userId), 404, 'user_not_found', 'userId');
  const session = await s.token('DELIVERY');
  const left = expectOk(await unlink(one.id, own.userId));
  assert.equal(left.userId, one.userId); // the login that came with the person
  expectError(await unlink(one.id, own.userId), 404, 'user_not_found');
  const fresh = expectOk(await s.api('GET', '/api/customers/me', { token: session }));
  assert.notEqual(fresh.id, one.id);
  assert.equal(fresh.isProvisional, true);
  expectOk(await link(two.id, own.userId));
  const events = s.store.sql(`SELECT type FROM outbox WHERE subject_id = ${s.store.id(one.id)}`).flat();
  assert.ok(events.includes('customer.unlinked'), String(events));
  healthy();
});

test('userId on creation and change links by the same rules, null unlinks', async () => {
  const user = async () => expectOk(await s.as('ADMIN').post('/api/users',
    { name: 'Login', email: `${newPhone().slice(1)}@example.com`, role: 'CUSTOMER' }), 201).user.id;
  const [a, b] = [await user(), await user()];
  const made = await make({ userId: a });
  assert.equal(made.userId, a);
  assert.deepEqual((await logins(made.id)).map((u) => [u.id, u.linkEvidence]), [[a, 'staff']]);
  const put = (body) => s.as('ADMIN').put(`/api/customers/${made.id}`, body);
  assert.equal(expectOk(await put({ userId: b })).userId, b);
  assert.equal((await logins(made.id)).length, 2); // a stays one of the person's
  assert.equal(expectOk(await put({ userId: null, area: 'Lake' })).userId, a);
  assert.deepEqual((await logins(made.id)).map((u) => u.id), [a]);
  expectError(await s.as('ADMIN').put(`/api/customers/${made.id}`, { userId: b }, { 'If-Match': '"1"' }), 412, 'stale');
  expectError(await s.as('MANAGER').put(`/api/customers/${made.id}`, { userId: b }), 403, 'forbidden', 'userId');
  expectError(await put({ userId: made.id }), 400, 'invalid', 'userId');
  healthy();
});

test('a new person brings a login, not activated; it goes with the person', async () => {
  const email = `${newPhone().slice(1)}@example.com`;
  const made = await make({ email }, 'CASHIER');
  const [login] = await logins(made.id);
  assert.deepEqual([login.id, login.email, login.phone, login.role, login.isActivated, login.linkEvidence],
    [made.userId, email, made.phone, 'CUSTOMER', false, 'staff']);
  const same = await make({ email }, 'CASHIER'); // an e-mail is one user's
  assert.equal((await logins(same.id))[0].email, null);
  assert.equal((await make({ createLogin: false })).userId, null);
  const walkIn = expectOk(await s.as('CASHIER').post('/api/orders', { ...paid, customerName: 'Bela', customerPhone: newPhone() }), 201);
  const registered = expectOk(await s.as('CASHIER').post(`/api/orders/${walkIn.id}/customer`, { register: true }));
  assert.ok((await read(registered.customerId)).userId);
  expectOk(await s.as('ADMIN').put(`/api/companies/${s.a.id}`, { autoCreateLogin: false, phoneRequired: false }));
  assert.equal((await make({}, 'CASHIER')).userId, null);
  assert.ok((await make({ createLogin: true }, 'CASHIER')).userId);
  const bare = await make({ phone: undefined, externalId: newPhone(), createLogin: true });
  assert.equal(bare.userId, null); // nothing to sign in with
  const taken = await make({ phone: undefined, email, createLogin: true });
  assert.equal(taken.userId, null);
  expectOk(await s.as('ADMIN').put(`/api/companies/${s.a.id}`, { autoCreateLogin: true, phoneRequired: true }));
  expectOk(await s.as('ADMIN').delete(`/api/customers/${made.id}`));
  expectError(await s.as('ADMIN').get(`/api/users/${made.userId}`), 404, 'user_not_found');
  // One that was used is somebody's: it stays, without a person.
  s.store.sql(`UPDATE users SET password_hash = 'x' WHERE id = ${s.store.id(same.userId)}`);
  expectOk(await s.as('ADMIN').delete(`/api/customers/${same.id}`));
  assert.equal(expectOk(await s.as('ADMIN').get(`/api/users/${same.userId}`)).customerId, null);
  healthy();
});

test('staff take over what a guest’s order made; a person’s number stays theirs', async () => {
  const guest = await make({ createLogin: false, name: 'x', tags: ['old'] });
  s.store.sql(`UPDATE customers SET phone_evidence = 'guest' WHERE id = ${s.store.id(guest.id)}`);
  assert.equal((await read(guest.id)).phoneEvidence, 'guest');
  const made = await make({ phone: guest.phone, name: 'Meera Nair', tags: ['new'], area: 'Hill' }, 'CASHIER');
  assert.equal(made.id, guest.id);
  assert.deepEqual([made.name, made.area, made.tags, made.phoneEvidence], ['Meera Nair', 'Hill', ['new'], 'staff']);
  assert.equal((await logins(made.id))[0].id, made.userId);
  const [hit] = expectOk(await s.as('CASHIER').get('/api/customers/search?name=nair%20meera'));
  assert.equal(hit.id, made.id);
  expectError(await s.as('CASHIER').post('/api/customers', { name: 'Other', phone: guest.phone }), 400, 'phone_taken');
  // Nor does such a number keep staff from giving it to somebody who is known.
  const other = await make({ createLogin: false, name: 'x' });
  expectOk(await s.as('CASHIER').post('/api/orders', { customerId: other.id, ...paid }), 201);
  s.store.sql(`UPDATE customers SET phone_evidence = 'guest' WHERE id = ${s.store.id(other.id)}`);
  const moved = expectOk(await s.as('MANAGER').put(`/api/customers/${made.id}`, { phone: other.phone, area: 'Lake' }));
  assert.deepEqual([moved.id, moved.phone, moved.area, moved.totalOrders], [made.id, other.phone, 'Lake', 1]);
  assert.equal((await read(other.id)).id, made.id);
  expectError(await s.as('MANAGER').put(`/api/customers/${(await make()).id}`, { phone: other.phone }), 400, 'phone_taken');
  healthy();
});

test('staff say who somebody is: a provisional record gets a number, and is none any more', async () => {
  const own = await mine('SUPER_ADMIN');
  const known = expectOk(await s.as('MANAGER').put(`/api/customers/${own.id}`, { phone: newPhone() }));
  assert.deepEqual([known.isProvisional, known.phoneEvidence, known.isPhoneVerified], [false, 'staff', false]);
  assert.equal((await logins(own.id))[0].linkEvidence, 'staff');
  healthy();
});
