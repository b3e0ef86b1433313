// Companies and stores: settings, who may, and that companies do not meet.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectError, expectOk, request, start } from './harness.mjs';

let s;
let admin;
let root;
before(async () => {
  s = await start();
  admin = s.as('ADMIN');
  root = s.as('SUPER_ADMIN');
});
after(() => s?.stop());

const NEW = { name: 'Third', slug: 'third', country: 'US', currency: 'USD', zone: 'America/New_York' };

test('SUPER_ADMIN makes companies, nobody else', async () => {
  expectError(await admin.post('/api/companies', NEW), 403, 'forbidden');
  const made = expectOk(await root.post('/api/companies', { ...NEW, hosts: ['shop.example.com'], phoneRequired: false }), 201);
  assert.equal(made.slug, 'third');
  assert.deepEqual(made.hosts, ['shop.example.com']);
  assert.equal(made.phoneRequired, false);
  assert.equal(made.autoCreateLogin, true);
  expectError(await root.post('/api/companies', NEW), 400, 'slug_taken', 'slug');
  expectError(await root.post('/api/companies', { ...NEW, slug: 'fourth', hosts: ['shop.example.com'] }), 400, 'slug_taken', 'hosts');
  assert.equal((await root.get('/api/companies')).json.data.some((c) => c.slug === 'fourth'), false, 'nothing of it stays');
  expectError(await s.api('POST', '/api/auth/login', { body: { email: 'a@example.com', password: 'x', company: 'third' } }), 401, 'bad_credentials');
  const byHost = await request(s.url, 'POST', '/api/auth/login',
    { body: { email: 'a@example.com', password: 'x' }, headers: { Host: 'shop.example.com' } });
  expectError(byHost, 401, 'bad_credentials');
});

test('what a company is made of is checked', async () => {
  for (const [bad, field] of [[{ slug: 'A B' }, 'slug'], [{ slug: '-x' }, 'slug'], [{ slug: 'x'.repeat(64) }, 'slug'],
    [{ country: 'in' }, 'country'], [{ country: 'XX' }, 'country'], [{ currency: 'usd' }, 'currency'],
    [{ currency: 'ZZZ' }, 'currency'], [{ zone: 'Mars/Base' }, 'zone'], [{ name: '' }, 'name'],
    [{ hosts: ['Shop.example.com'] }, 'hosts'], [{ hosts: ['a..b'] }, 'hosts'], [{ hosts: 'x' }, 'hosts'], [{ version: 1 }, 'version']]) {
    const res = await root.post('/api/companies', { ...NEW, slug: 'fifth', ...bad });
    expectError(res, 400, 'invalid');
    assert.ok(res.json.errors.some((e) => e.field.startsWith(field)), `${JSON.stringify(bad)}: ${res.text}`);
  }
});

test('an admin sees and changes the own company alone', async () => {
  const list = (await admin.get('/api/companies')).json;
  assert.deepEqual(list.data.map((c) => c.id), [s.a.id]);
  assert.deepEqual(list.meta, { nextCursor: null, hasMore: false });
  const res = await admin.get(`/api/companies/${s.a.id}`);
  const own = expectOk(res);
  const changed = expectOk(await admin.patch(`/api/companies/${s.a.id}`, { name: 'New name', hosts: ['a.example.com'] },
    { 'If-Match': res.headers.etag }));
  assert.equal(changed.name, 'New name');
  assert.equal(changed.zone, own.zone);
  assert.equal(changed.version, own.version + 1);
  assert.deepEqual(changed.hosts, ['a.example.com']);
  assert.deepEqual(expectOk(await admin.patch(`/api/companies/${s.a.id}`, { hosts: [] })).hosts, []);
  expectError(await admin.put(`/api/companies/${s.a.id}`, { name: 'x' }, { 'If-Match': res.headers.etag }), 412, 'stale');
  expectError(await admin.get(`/api/companies/${s.b.id}`), 404, 'company_not_found');
  expectError(await admin.patch(`/api/companies/${s.b.id}`, { name: 'x' }), 404, 'company_not_found');
  expectError(await admin.patch(`/api/companies/${s.a.id}`, { slug: 'other' }), 400, 'invalid', 'slug');
  expectError(await admin.patch(`/api/companies/${s.a.id}`, { isActive: false }), 403, 'forbidden', 'isActive');
  expectOk(await s.as('CASHIER').get(`/api/companies/${s.a.id}`));
  expectError(await s.as('CASHIER').patch(`/api/companies/${s.a.id}`, { name: 'x' }), 403, 'forbidden');
  for (const role of ['DELIVERY', 'CUSTOMER']) expectError(await s.as(role).get('/api/companies'), 403, 'forbidden');
});

test('what guards logins, codes and cash on delivery is set by the admin', async () => {
  const path = `/api/companies/${s.a.id}`;
  // By an API key: an admin who requires a second factor is held to it at once.
  const made = expectOk(await admin.post('/api/api-keys', { name: 'settings', scopes: ['MANAGE_COMPANY'] }), 201);
  const token = Object.values(made).find((v) => typeof v === 'string' && v.startsWith('ck_'));
  s.secrets.add(token);
  const key = { get: (p) => s.api('GET', p, { token }), patch: (p, body) => s.api('PATCH', p, { token, body }) };
  const was = expectOk(await key.get(path));
  const settings = ({ codRequiresVerifiedPhone, requireSecondFactor, recycleMonths, dailyMessages, codeCountries, showContacts }) =>
    ({ codRequiresVerifiedPhone, requireSecondFactor, recycleMonths, dailyMessages, codeCountries, showContacts });
  const usual = { codRequiresVerifiedPhone: true, requireSecondFactor: false, recycleMonths: 12, dailyMessages: 1000, codeCountries: null,
    showContacts: false };
  assert.deepEqual(settings(was), usual);
  const other = { codRequiresVerifiedPhone: false, requireSecondFactor: true, recycleMonths: 120, dailyMessages: 1000000,
    codeCountries: ['IN', 'US'], showContacts: true };
  assert.deepEqual(settings(expectOk(await key.patch(path, other))), other);
  assert.deepEqual(settings(expectOk(await key.get(path))), other);
  expectError(await admin.get(path), 403, 'second_factor_required');
  assert.deepEqual(settings(expectOk(await key.patch(path, { name: was.name }))), other, 'what is absent stays');
  for (const [bad, field] of [[{ recycleMonths: 0 }, 'recycleMonths'], [{ recycleMonths: 121 }, 'recycleMonths'],
    [{ recycleMonths: null }, 'recycleMonths'], [{ dailyMessages: 0 }, 'dailyMessages'], [{ dailyMessages: 1000001 }, 'dailyMessages'],
    [{ codeCountries: [] }, 'codeCountries'], [{ codeCountries: ['IN', 'in'] }, 'codeCountries[1]'], [{ codeCountries: 'IN' }, 'codeCountries'],
    [{ codeCountries: ['XX'] }, 'codeCountries[0]'], [{ requireSecondFactor: 'yes' }, 'requireSecondFactor']]) {
    expectError(await key.patch(path, bad), 400, 'invalid', field);
  }
  assert.deepEqual(settings(expectOk(await key.get(path))), other, 'nothing of the refused ones stays');
  assert.deepEqual(expectOk(await key.patch(path, { codeCountries: ['US', 'IN', 'US'] })).codeCountries, ['US', 'IN']);
  assert.deepEqual(settings(expectOk(await key.patch(path, usual))), usual);
});

test('the currency is fixed once there are orders', async () => {
  const fresh = expectOk(await root.post('/api/companies', { ...NEW, slug: 'sixth' }), 201);
  assert.equal(expectOk(await root.patch(`/api/companies/${fresh.id}`, { currency: 'EUR' })).currency, 'EUR');
  expectOk(await root.post('/api/orders', { companyId: fresh.id, totalAmount: '5.00' }), 201);
  expectError(await root.patch(`/api/companies/${fresh.id}`, { currency: 'USD' }), 400, 'invalid', 'currency');
  expectOk(await root.patch(`/api/companies/${fresh.id}`, { currency: 'EUR', zone: 'Europe/Berlin' }));
});

test('SUPER_ADMIN sees all, and shuts a company', async () => {
  const ids = (await root.get('/api/companies?limit=100')).json.data.map((c) => c.id);
  assert.ok(ids.includes(s.a.id) && ids.includes(s.b.id));
  const first = (await root.get('/api/companies?limit=1')).json;
  const second = (await root.get(`/api/companies?limit=1&cursor=${first.meta.nextCursor}`)).json;
  assert.deepEqual([first.data[0].id, second.data[0].id], ids.slice(0, 2));
  expectError(await root.patch(`/api/companies/${s.a.id}`, { isActive: false }), 400, 'invalid', 'isActive');
  const token = await s.token('ADMIN', s.b);
  expectOk(await root.patch(`/api/companies/${s.b.id}`, { isActive: false }));
  expectError(await s.login(s.b.users.CASHIER, s.b), 401, 'bad_credentials');
  const until = Date.now() + 5000;
  while ((await s.api('GET', '/api/auth/me', { token })).status !== 401) assert.ok(Date.now() < until);
  expectOk(await root.patch(`/api/companies/${s.b.id}`, { isActive: true }));
  expectOk(await s.login(s.b.users.CASHIER, s.b));
});

test('stores: made, changed, closed, opened again', async () => {
  const made = expectOk(await admin.post('/api/stores', { name: 'North', code: 'N1', address: '' }), 201);
  assert.equal(made.address, null);
  assert.equal(made.isActive, true);
  expectError(await admin.post('/api/stores', { name: 'Other', code: 'N1' }), 400, 'invalid', 'code');
  const other = expectOk(await admin.post('/api/stores', { name: 'South', code: 'S1' }), 201);
  expectError(await admin.patch(`/api/stores/${other.id}`, { code: 'N1' }), 400, 'invalid', 'code');
  expectOk(await s.as('ADMIN', s.b).post('/api/stores', { name: 'North', code: 'N1' }), 201);
  const changed = expectOk(await admin.patch(`/api/stores/${made.id}`, { address: 'Ring Road', code: null }, { 'If-Match': '"1"' }));
  assert.deepEqual([changed.name, changed.code, changed.address, changed.version], ['North', null, 'Ring Road', 2]);
  expectError(await admin.put(`/api/stores/${made.id}`, { name: 'x' }, { 'If-Match': '"1"' }), 412, 'stale');
  assert.equal(expectOk(await admin.post(`/api/stores/${made.id}/deactivate`)).isActive, false);
  assert.equal(expectOk(await admin.post(`/api/stores/${made.id}/deactivate`)).version, 3, 'closed is closed');
  const closed = (await s.as('CASHIER').get('/api/stores?active=false')).json.data;
  assert.deepEqual(closed.map((x) => x.id), [made.id]);
  assert.equal(expectOk(await admin.post(`/api/stores/${made.id}/activate`)).isActive, true);
  assert.equal(expectOk(await s.as('CASHIER').get(`/api/stores/${made.id}`)).name, 'North');
});

test('stores of another company are not there', async () => {
  const [theirs] = (await s.as('ADMIN', s.b).get('/api/stores')).json.data;
  expectError(await admin.get(`/api/stores/${theirs.id}`), 404, 'store_not_found');
  expectError(await admin.patch(`/api/stores/${theirs.id}`, { name: 'x' }), 404, 'store_not_found');
  expectError(await admin.post(`/api/stores/${theirs.id}/deactivate`), 404, 'store_not_found');
  assert.equal((await admin.get('/api/stores?limit=100')).json.data.some((x) => x.id === theirs.id), false);
  for (const role of ['MANAGER', 'CASHIER', 'STAFF']) {
    expectError(await s.as(role).post('/api/stores', { name: 'x' }), 403, 'forbidden');
    expectOk(await s.as(role).get('/api/stores'));
  }
  expectOk(await root.get(`/api/stores/${theirs.id}?companyId=${s.b.id}`));
});
