// Users, their permissions, API keys: who may make whom, and what ends when.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectError, expectOk, sleep, start } from './harness.mjs';

let s;
let admin;
let cashier;
before(async () => {
  s = await start();
  admin = s.as('ADMIN');
  cashier = s.as('CASHIER');
});
after(() => s?.stop());

let count = 0;
const email = () => `u${++count}-${process.pid}@example.com`;
const idOf = async (role, company = s.a) => expectOk(await s.as(role, company).get('/api/auth/me')).user.id;

/** A user with a password and a token of their own. */
async function signedIn(role, by = admin) {
  const made = expectOk(await by.post('/api/users', { name: `New ${role}`, email: email(), role }), 201);
  const password = 'a good password';
  expectOk(await s.api('POST', '/api/auth/activate', { body: { token: made.activation.token, password } }));
  const session = expectOk(await s.login({ email: made.user.email, password }, s.a));
  const call = (method) => (path, body) => s.api(method, path, { token: session.accessToken, body });
  return { ...made.user, password, session, get: call('GET'), post: call('POST'), put: call('PUT'), patch: call('PATCH') };
}

/** What the house promises of permissions taken and users deactivated. */
async function within5s(what, status) {
  const until = Date.now() + 5000;
  let res = await what();
  while (res.status !== status && Date.now() < until) {
    await sleep(200);
    res = await what();
  }
  for (let i = 0; i < 4; i++) assert.equal((await what()).status, status);
}

test('making, reading, changing a user', async () => {
  const store = expectOk(await admin.post('/api/stores', { name: 'For users' }), 201);
  const { user, activation } = expectOk(await admin.post('/api/users',
    { name: 'Asha', email: 'Asha@Example.com', role: 'CASHIER', phone: '098765 43210', storeId: store.id }), 201);
  assert.equal(user.email, 'asha@example.com');
  assert.equal(user.phone, '+919876543210');
  assert.equal(user.storeId, store.id);
  assert.equal(user.isActivated, false);
  assert.deepEqual(user.permissions, ['CREATE_CUSTOMER', 'READ_CUSTOMER', 'CREATE_ORDER', 'READ_ORDER', 'TAKE_PAYMENT']);
  assert.match(activation.url, new RegExp(`#token=${activation.token}$`));
  assert.ok(Date.parse(activation.expiresAt) > Date.now());

  const res = await admin.get(`/api/users/${user.id}`);
  assert.equal(res.headers.etag, '"1"');
  assert.deepEqual(expectOk(res), user);
  const changed = expectOk(await admin.patch(`/api/users/${user.id}`, { name: 'Asha R', phone: null }, { 'If-Match': '"1"' }));
  assert.equal(changed.name, 'Asha R');
  assert.equal(changed.phone, null);
  assert.equal(changed.storeId, store.id, 'what is missing stays');
  assert.equal(changed.version, 2);
  expectError(await admin.put(`/api/users/${user.id}`, { name: 'Late' }, { 'If-Match': '"1"' }), 412, 'stale');
  assert.equal(expectOk(await admin.patch(`/api/users/${user.id}`, { role: 'MANAGER', storeId: null })).role, 'MANAGER');
});

test('an e-mail is unique in its company, not beyond', async () => {
  const one = email();
  const other = expectOk(await admin.post('/api/users', { name: 'A', email: email(), role: 'STAFF' }), 201).user;
  const body = { name: 'A', email: one, role: 'STAFF' };
  expectOk(await admin.post('/api/users', body), 201);
  expectError(await admin.post('/api/users', { ...body, email: one.toUpperCase() }), 400, 'email_taken', 'email');
  expectError(await admin.patch(`/api/users/${other.id}`, { email: one }), 400, 'email_taken', 'email');
  expectOk(await s.as('ADMIN', s.b).post('/api/users', body), 201);
  const all = await Promise.all(Array.from({ length: 10 }, () => admin.post('/api/users', { ...body, email: 'race@example.com' })));
  assert.equal(all.filter((r) => r.status === 201).length, 1);
  assert.equal(all.filter((r) => r.json.code === 'email_taken').length, 9);
});

test('bad input names its field', async () => {
  const good = { name: 'A', email: email(), role: 'STAFF' };
  for (const [bad, field] of [[{ name: '' }, 'name'], [{ email: 'x' }, 'email'], [{ role: 'KING' }, 'role'],
    [{ phone: '123' }, 'phone'], [{ storeId: 'x' }, 'storeId'], [{ password: 'x' }, 'password'], [{ isActive: false }, 'isActive']]) {
    const res = await admin.post('/api/users', { ...good, ...bad });
    assert.equal(res.status, 400, res.text);
    assert.ok(res.json.errors.some((e) => e.field === field), res.text);
  }
  expectError(await admin.post('/api/users', { ...good, storeId: s.a.id }), 404, 'store_not_found', 'storeId');
});

test('the list filters, searches and pages', async () => {
  const tag = `zq${process.pid}`;
  for (let i = 0; i < 5; i++) {
    expectOk(await admin.post('/api/users', { name: `${tag} ${i}%`, email: email(), role: i ? 'STAFF' : 'MANAGER' }), 201);
  }
  const list = async (query) => (await admin.get(`/api/users?${query}`)).json;
  const first = await list(`q=${tag.toUpperCase()}&limit=2`);
  assert.equal(first.data.length, 2);
  assert.equal(first.meta.hasMore, true);
  const second = await list(`q=${tag}&limit=2&cursor=${first.meta.nextCursor}`);
  const third = await list(`q=${tag}&limit=2&cursor=${second.meta.nextCursor}`);
  // Ids of one millisecond are in no order.
  assert.deepEqual([...first.data, ...second.data, ...third.data].map((u) => u.name).sort(), [0, 1, 2, 3, 4].map((i) => `${tag} ${i}%`));
  assert.deepEqual(third.meta, { nextCursor: null, hasMore: false });
  assert.equal((await list(`q=${tag}&role=MANAGER`)).data.length, 1);
  assert.equal((await list(`q=${tag}&active=false`)).data.length, 0);
  assert.equal((await list(`q=${encodeURIComponent('%')}`)).data.length, 5, 'a percent sign is one');
  assert.equal((await list(`q=${tag}_`)).data.length, 0, 'and so is an underscore');
  expectError(await admin.get('/api/users?cursor=abc'), 400, 'invalid', 'cursor');
  expectError(await admin.get('/api/users?limit=101'), 400, 'invalid', 'limit');
});

test('only who may looks after users, and only of the own company', async () => {
  const other = await idOf('ADMIN', s.b);
  for (const role of ['MANAGER', 'CASHIER', 'STAFF', 'DELIVERY', 'CUSTOMER']) {
    expectError(await s.as(role).get('/api/users'), 403, 'forbidden');
    expectError(await s.as(role).post('/api/users', { name: 'A', email: email(), role: 'STAFF' }), 403, 'forbidden');
  }
  expectError(await admin.get(`/api/users/${other}`), 404, 'user_not_found');
  expectError(await admin.patch(`/api/users/${other}`, { name: 'x' }), 404, 'user_not_found');
  for (const verb of ['deactivate', 'activate', 'reset']) {
    expectError(await admin.post(`/api/users/${other}/${verb}`), 404, 'user_not_found');
  }
  const ids = (await admin.get('/api/users?limit=100')).json.data.map((u) => u.companyId);
  assert.deepEqual([...new Set(ids)], [s.a.id]);
});

test('nobody reaches above themselves', async () => {
  const root = await idOf('SUPER_ADMIN');
  expectError(await admin.post('/api/users', { name: 'A', email: email(), role: 'SUPER_ADMIN' }), 403, 'forbidden', 'role');
  expectError(await admin.patch(`/api/users/${root}`, { name: 'x' }), 403, 'forbidden');
  expectError(await admin.post(`/api/users/${root}/deactivate`), 403, 'forbidden');
  expectError(await admin.post(`/api/users/${root}/reset`), 403, 'forbidden');
  expectError(await admin.put(`/api/users/${root}/permissions`, { grants: [], denials: ['ERASE'] }), 403, 'forbidden');
  expectOk(await s.as('SUPER_ADMIN').post('/api/users', { name: 'A', email: email(), role: 'SUPER_ADMIN' }), 201);

  // A manager who was given users makes no admin and grants nothing of their own making.
  const manager = await signedIn('MANAGER');
  expectOk(await admin.put(`/api/users/${manager.id}/permissions`, { grants: ['MANAGE_USERS'], denials: [] }));
  await within5s(() => manager.get('/api/users'), 200);
  expectError(await manager.post('/api/users', { name: 'A', email: email(), role: 'ADMIN' }), 403, 'forbidden', 'role');
  const made = expectOk(await manager.post('/api/users', { name: 'A', email: email(), role: 'CASHIER' }), 201).user;
  expectError(await manager.patch(`/api/users/${made.id}`, { role: 'ADMIN' }), 403, 'forbidden');
  expectError(await manager.put(`/api/users/${made.id}/permissions`, { grants: ['ERASE'], denials: [] }), 403, 'forbidden', 'grants');
  expectError(await manager.put(`/api/users/${manager.id}/permissions`, { grants: ['MANAGE_USERS', 'ERASE'], denials: [] }), 403, 'forbidden');
  expectError(await manager.post(`/api/users/${await idOf('ADMIN')}/reset`), 403, 'forbidden');
});

test('permissions granted and denied hold within 5 seconds', async () => {
  const user = await signedIn('CASHIER');
  const set = (grants, denials) => admin.put(`/api/users/${user.id}/permissions`, { grants, denials });
  expectError(await user.get('/api/users'), 403, 'forbidden');
  const now = expectOk(await set(['MANAGE_USERS'], ['TAKE_PAYMENT']));
  assert.deepEqual(now.grants, ['MANAGE_USERS']);
  assert.deepEqual(now.denials, ['TAKE_PAYMENT']);
  assert.ok(now.permissions.includes('MANAGE_USERS') && !now.permissions.includes('TAKE_PAYMENT'));
  await within5s(() => user.get('/api/users'), 200);
  expectOk(await set([], []));
  await within5s(() => user.get('/api/users'), 403);
  expectError(await set(['EXPORT'], ['EXPORT']), 400, 'invalid', 'denials');
  expectError(await set(['FLY'], []), 400, 'invalid');
  expectError(await admin.put(`/api/users/${user.id}/permissions`, { grants: [] }), 400, 'invalid', 'denials');
});

test('a deactivated user is out within 5 seconds, and can come back', async () => {
  const user = await signedIn('CASHIER');
  expectOk(await user.get('/api/auth/me'));
  assert.equal(expectOk(await admin.post(`/api/users/${user.id}/deactivate`)).isActive, false);
  await within5s(() => user.get('/api/auth/me'), 401);
  expectError(await s.login(user, s.a), 401, 'bad_credentials');
  expectError(await s.api('POST', '/api/auth/refresh', { body: { refreshToken: user.session.refreshToken } }), 401, 'token_invalid');
  expectError(await admin.post(`/api/users/${user.id}/reset`), 400, 'invalid');
  assert.equal(expectOk(await admin.post(`/api/users/${user.id}/activate`)).isActive, true);
  expectOk(await s.login(user, s.a));
  expectError(await user.get('/api/auth/me'), 401, 'token_invalid');
});

test('somebody always looks after users', async () => {
  const self = await idOf('ADMIN');
  expectError(await admin.post(`/api/users/${self}/deactivate`), 400, 'invalid');
  const root = s.as('SUPER_ADMIN', s.b);
  const admins = (await root.get('/api/users?limit=100')).json.data.filter((u) => /ADMIN/.test(u.role) && u.isActive);
  const me = await idOf('SUPER_ADMIN', s.b);
  for (const u of admins) if (u.id !== me) expectOk(await root.post(`/api/users/${u.id}/deactivate`));
  expectError(await root.patch(`/api/users/${me}`, { role: 'CASHIER' }), 400, 'invalid', 'role');
  expectError(await root.put(`/api/users/${me}/permissions`, { grants: [], denials: ['MANAGE_USERS'] }), 400, 'invalid');
  assert.equal(expectOk(await root.get('/api/auth/me')).user.role, 'SUPER_ADMIN');
});

test('two admins who deactivate each other at once: one stays', async () => {
  const root = s.as('SUPER_ADMIN', s.b);
  const make = async () => {
    const { user, activation } = expectOk(await root.post('/api/users', { name: 'A', email: email(), role: 'ADMIN' }), 201);
    expectOk(await s.api('POST', '/api/auth/activate', { body: { token: activation.token, password: 'a good password' } }));
    return { ...user, token: expectOk(await s.login({ email: user.email, password: 'a good password' }, s.b)).accessToken };
  };
  const [x, y] = [await make(), await make()];
  const answers = await Promise.all([s.api('POST', `/api/users/${y.id}/deactivate`, { token: x.token }),
    s.api('POST', `/api/users/${x.id}/deactivate`, { token: y.token })]);
  assert.ok(answers.some((r) => r.status === 200));
  const active = (await root.get('/api/users?limit=100&active=true')).json.data.filter((u) => /ADMIN/.test(u.role));
  assert.ok(active.length >= 1);
});

test('API keys: shown once, limited to what their maker may, revocable', async () => {
  const scopes = ['READ_CUSTOMER', 'MANAGE_USERS'];
  const made = expectOk(await admin.post('/api/api-keys', { name: 'till 1', scopes }), 201);
  assert.match(made.key, /^ck_[\w-]{86}$/);
  assert.deepEqual(made.scopes, scopes);
  assert.equal(made.createdByUserId, await idOf('ADMIN'));
  const key = (path, method = 'GET', body) => s.api(method, path, { token: made.key, body });
  expectOk(await key('/api/users'));
  assert.deepEqual(expectOk(await key('/api/auth/me')), { user: null, customer: null });
  expectError(await key('/api/companies', 'POST', {}), 403, 'forbidden');
  expectError(await key('/api/api-keys', 'POST', { name: 'more', scopes: ['ERASE'] }), 403, 'forbidden', 'scopes');
  const child = expectOk(await key('/api/api-keys', 'POST', { name: 'child', scopes: ['READ_CUSTOMER'] }), 201);
  assert.equal(child.createdByUserId, null);
  expectError(await key('/api/auth/password/change', 'POST', { oldPassword: 'x', newPassword: 'a good password' }), 403, 'forbidden');

  const listed = (await admin.get('/api/api-keys?active=true')).json.data.find((k) => k.id === made.id);
  assert.equal('key' in listed, false);
  for (const bad of [`${made.key}A`, made.key.slice(0, -1), made.key.slice(0, -1) + (made.key.endsWith('A') ? 'B' : 'A'),
    `ck_${Buffer.alloc(64).toString('base64url')}`, 'ck_']) {
    expectError(await s.api('GET', '/api/users', { token: bad }), 401, 'token_invalid');
  }
  expectError(await s.as('SUPER_ADMIN', s.b).post(`/api/api-keys/${made.id}/revoke`), 404, 'not_found');
  assert.equal(expectOk(await admin.post(`/api/api-keys/${made.id}/revoke`)).isActive, false);
  await within5s(() => key('/api/users'), 401);
  expectOk(await admin.post(`/api/api-keys/${made.id}/revoke`));
});

test('an API key ends at its time', async () => {
  expectError(await admin.post('/api/api-keys', { name: 'x', scopes: [], expiresAt: '2020-01-01T00:00:00Z' }), 400, 'invalid', 'expiresAt');
  const { key } = expectOk(await admin.post('/api/api-keys',
    { name: 'x', scopes: ['MANAGE_USERS'], expiresAt: new Date(Date.now() + 1500).toISOString() }), 201);
  expectOk(await s.api('GET', '/api/users', { token: key }));
  await sleep(1600);
  expectError(await s.api('GET', '/api/users', { token: key }), 401, 'token_expired');
});

test('changes of users are audited with names of fields, never values', async () => {
  const rows = s.store.sql(`SELECT action, fields FROM audit_log WHERE company_id = ${s.store.id(s.a.id)} AND action LIKE 'user.%'`);
  assert.ok(rows.some(([action, fields]) => action === 'user.create' && fields.includes('email')));
  assert.ok(rows.some(([action, fields]) => action === 'user.permissions' && fields === 'grants,denials'));
  assert.ok(rows.every((r) => !r.join().includes('@')));
  const types = s.store.sql(`SELECT DISTINCT type FROM outbox WHERE company_id = ${s.store.id(s.a.id)}`).map((r) => r[0]);
  for (const t of ['user.created', 'user.updated', 'api_key.created', 'api_key.revoked']) assert.ok(types.includes(t), t);
  expectError(await cashier.get('/api/api-keys'), 403, 'forbidden');
});
