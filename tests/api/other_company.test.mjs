// What a SUPER_ADMIN changes of another company is in that company's audit log
// and feed, and not in those of the SUPER_ADMIN's own: every route that changes
// anything, with a request that does.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { dashed, expectOk, newPhone, start, until } from './harness.mjs';

/** What is about who asks is in the own company, whatever company is named. */
const ABOUT_ONESELF = new Set(['POST /api/auth/password/change', 'POST /api/auth/sessions/{id}/end', 'POST /api/auth/totp/setup',
  'POST /api/auth/totp/confirm', 'POST /api/auth/totp/disable', 'POST /api/auth/totp/recovery', 'POST /api/auth/email/request',
  'POST /api/customers/me', 'PUT /api/customers/me', 'PATCH /api/customers/me', 'POST /api/customers/me/join/request',
  'POST /api/customers/me/join', 'POST /api/customers/me/fresh']);

let s;
let routes;
let root;
before(async () => {
  s = await start({ settings: { 'messages-log': true } });
  const token = await s.token('SUPER_ADMIN');
  /** As SUPER_ADMIN of company a, on company b. */
  root = (method, path, body, headers) => s.api(method, path.startsWith('/api/companies') ? path
    : `${path}${path.includes('?') ? '&' : '?'}companyId=${s.b.id}`, { token, body, headers });
  const doc = (await s.api('GET', '/api/openapi.json')).json;
  routes = Object.entries(doc.paths).flatMap(([path, methods]) => Object.entries(methods)
    .filter(([m, row]) => /^(post|put|patch|delete)$/.test(m) && row['x-permission'] !== 'PUBLIC')
    .map(([m]) => `${m.toUpperCase()} ${path}`));
  for (const a of doc['x-aliases']) if (a.method !== 'GET') routes.push(`${a.method} ${a.path}`);
});
after(() => s.stop());

let n = 0;
const make = async (path, body) => expectOk(await root('POST', path, body), 201);
const store = () => make('/api/stores', { name: `Store ${++n}` });
const user = async (role = 'CASHIER') => (await make('/api/users', { name: 'A', email: `u${++n}@example.com`, role })).user;
const customer = () => make('/api/customers', { name: 'Meera', phone: newPhone(), createLogin: false });
const order = () => make('/api/orders', { lines: [{ name: 'Tea', quantity: 1, unitPrice: '10.00' }] });
const paid = () => make('/api/orders', { lines: [{ name: 'Tea', quantity: 1, unitPrice: '10.00' }], payments: [{ method: 'CASH', amount: '10.00' }] });
const hook = () => make('/api/webhooks', { url: `https://hooks.invalid/${++n}` }).then((h) => { s.secrets.add(h.secret); return h; });
const batch = () => make('/api/imports', { kind: 'customers', fileName: 'c.csv', columns: ['name', 'phone'] });
const csv = { 'Content-Type': 'text/csv' };
const part = (b) => root('PUT', `/api/imports/${b.id}/parts/1?last=true`, `Asha,${newPhone()}\n`, csv);
const linked = async () => {
  const [c, u] = [await customer(), await user('CUSTOMER')];
  expectOk(await root('POST', `/api/customers/${c.id}/users`, { userId: u.id }));
  return [c, u];
};
/** A message that was given up: its service is not to be found. */
async function dead() {
  expectOk(await root('PUT', '/api/transports/SMS', { kind: 'WEBHOOK', url: 'https://sms.invalid/' }));
  const { id } = expectOk(await root('POST', '/api/transports/SMS/test', { to: newPhone() }), 201);
  await until(async () => expectOk(await root('GET', `/api/messages/${id}`)).lastError);
  s.store.sql(`UPDATE messages SET state = 'DEAD' WHERE id = ${s.store.id(id)}`);
  return id;
}

/** A request of each route that changes company b: prepared, then sent. */
const CHANGES = {
  'POST /api/companies': async () => [undefined, { name: 'C', slug: `c${Date.now()}`, country: 'IN', currency: 'INR', zone: 'Asia/Kolkata' }],
  'PUT /api/companies/{id}': async () => [s.b.id, { recycleMonths: 13 }],
  'PATCH /api/companies/{id}': async () => [s.b.id, { recycleMonths: 14 }],
  'POST /api/stores': async () => [undefined, { name: `Store ${++n}` }],
  'PUT /api/stores/{id}': async () => [(await store()).id, { name: 'B' }],
  'PATCH /api/stores/{id}': async () => [(await store()).id, { name: 'B' }],
  'POST /api/stores/{id}/deactivate': async () => [(await store()).id],
  'POST /api/stores/{id}/activate': async () => [(await store()).id],
  'POST /api/users': async () => [undefined, { name: 'A', email: `u${++n}@example.com`, role: 'CASHIER' }],
  'PUT /api/users/{id}': async () => [(await user()).id, { name: 'B' }],
  'PATCH /api/users/{id}': async () => [(await user()).id, { name: 'B' }],
  'PUT /api/users/{id}/permissions': async () => [(await user()).id, { grants: ['EXPORT'], denials: [] }],
  'POST /api/users/{id}/deactivate': async () => [(await user()).id],
  'POST /api/users/{id}/activate': async () => [(await user()).id],
  'POST /api/users/{id}/reset': async () => [(await user()).id],
  'POST /api/users/{id}/totp/reset': async () => [(await user()).id],
  'POST /api/api-keys': async () => [undefined, { name: 'k', scopes: ['READ_ORDER'] }],
  'POST /api/api-keys/{id}/revoke': async () => [(await make('/api/api-keys', { name: 'k', scopes: ['READ_ORDER'] })).id],
  'POST /api/customers': async () => [undefined, { name: 'Asha', phone: newPhone() }],
  'PUT /api/customers/{id}': async () => [(await customer()).id, { notes: 'x' }],
  'PATCH /api/customers/{id}': async () => [(await customer()).id, { notes: 'x' }],
  'PUT /api/admin/customers/{id}': async () => [(await customer()).id, { notes: 'x' }],
  'DELETE /api/customers/{id}': async () => [(await customer()).id],
  'POST /api/customers/{id}/deactivate': async () => [(await customer()).id],
  'POST /api/customers/{id}/activate': async () => [(await customer()).id],
  'POST /api/customers/{id}/users': async () => [(await customer()).id, { userId: (await user('CUSTOMER')).id }],
  'DELETE /api/customers/{id}/users/{userId}': async () => (await linked()).map((x) => x.id).join(' '),
  'POST /api/orders': async () => [undefined, { totalAmount: '5.00' }],
  'PATCH /api/orders/{id}': async () => [(await order()).id, { notes: 'x' }],
  'POST /api/orders/{id}/lines': async () => [(await order()).id, { name: 'Rice', quantity: 1, unitPrice: '3.00' }],
  'PATCH /api/orders/{id}/lines/{line}': async () => [`${(await order()).id} 1`, { quantity: 2 }],
  'DELETE /api/orders/{id}/lines/{line}': async () => [`${(await order()).id} 1`],
  'POST /api/orders/{id}/payments': async () => [(await order()).id, { method: 'CASH', amount: '10.00' }],
  'POST /api/orders/{id}/refunds': async () => [(await paid()).id, { method: 'CASH', amount: '1.00' }],
  'POST /api/orders/{id}/close': async () => [(await make('/api/orders', {})).id],
  'POST /api/orders/{id}/cancel': async () => [(await order()).id, {}],
  'POST /api/orders/{id}/customer': async () => [(await order()).id, { customerId: (await customer()).id }],
  'PUT /api/transports/{channel}': async () => ['SMS', { kind: 'LOG' }],
  'DELETE /api/transports/{channel}': async () => ((await root('PUT', '/api/transports/EMAIL', { kind: 'LOG' })), ['EMAIL']),
  'POST /api/transports/{channel}/test': async () => ((await root('PUT', '/api/transports/SMS', { kind: 'LOG' })), ['SMS', { to: newPhone() }]),
  'POST /api/messages/{id}/retry': async () => [await dead()],
  'POST /api/webhooks': async () => [undefined, { url: 'https://hooks.invalid/x' }],
  'PUT /api/webhooks/{id}': async () => [(await hook()).id, { isActive: false }],
  'PATCH /api/webhooks/{id}': async () => [(await hook()).id, { isActive: false }],
  'DELETE /api/webhooks/{id}': async () => [(await hook()).id],
  'POST /api/webhooks/{id}/rotate': async () => [(await hook()).id],
  'POST /api/webhooks/{id}/test': async () => [(await hook()).id],
  'POST /api/imports': async () => [undefined, { kind: 'customers', fileName: 'c.csv', columns: ['name'] }],
  'PUT /api/imports/{id}/parts/{partNo}': async () => [`${(await batch()).id} 1?last=true`, `Asha,${newPhone()}\n`, csv],
  'POST /api/imports/{id}/rollback': async () => {
    const b = await batch();
    expectOk(await part(b));
    return [b.id];
  },
};

const count = (table, company) => Number(s.store.sql(`SELECT count(*) FROM ${table} WHERE company_id = ${s.store.id(company)}`)[0][0]);
const logs = (company) => ({ audit: count('audit_log', company), events: count('outbox', company) });
const pathOf = (route, ids) => {
  const values = (ids ?? '').split(' ');
  return route.slice(route.indexOf(' ') + 1).replace(/\{\w+\}/g, () => values.shift()) + (values[0] ?? '');
};

test('every route that changes something is walked here, or is about oneself', () => {
  assert.deepEqual(routes.filter((r) => !CHANGES[r] && !ABOUT_ONESELF.has(r)), []);
  assert.deepEqual([...Object.keys(CHANGES), ...ABOUT_ONESELF].filter((r) => !routes.includes(r)), []);
});

test('the row and the events are in the company that was changed', async () => {
  for (const [route, prepare] of Object.entries(CHANGES)) {
    const given = await prepare();
    const [ids, body, headers] = Array.isArray(given) ? given : [given];
    const [a, b] = [logs(s.a.id), logs(s.b.id)];
    const res = await root(route.slice(0, route.indexOf(' ')), pathOf(route, ids), body, headers);
    assert.ok(res.status < 300, `${route}: ${res.text}`);
    if (res.json?.data?.secret) s.secrets.add(res.json.data.secret);
    assert.deepEqual(logs(s.a.id), a, `${route}: something is in the own company`);
    const where = route === 'POST /api/companies' ? { audit: 0 } : b;
    const company = route === 'POST /api/companies' ? res.json.data.id : s.b.id;
    assert.equal(logs(company).audit, where.audit + 1, `${route}: one row in the company that was changed`);
  }
});

test('who made a company is the first row of its log', async () => {
  const made = expectOk(await root('POST', '/api/companies', { name: 'D', slug: 'd-of-walk', country: 'IN', currency: 'INR', zone: 'Asia/Kolkata' }), 201);
  const rows = expectOk(await s.api('GET', `/api/audit?companyId=${made.id}`, { token: await s.token('SUPER_ADMIN') }));
  assert.deepEqual(rows.map((r) => [r.action, r.subjectId, r.actorKind]), [['company.create', made.id, 'user']]);
  const hex = s.store.engine === 'sqlite' ? 'lower(hex(actor_id))' : "replace(CAST(actor_id AS text), '-', '')";
  const [[actor]] = s.store.sql(`SELECT ${hex} FROM audit_log WHERE company_id = ${s.store.id(made.id)}`);
  const me = expectOk(await s.as('SUPER_ADMIN').get('/api/auth/me')).user;
  assert.equal(dashed(actor), me.id);
});

test('what is about oneself is in the own company, or refused; another one named changes nothing there', async () => {
  const own = expectOk(await s.login(s.a.users.SUPER_ADMIN, s.a));
  const call = (method, path, body) => s.api(method, `${path}?companyId=${s.b.id}`, { token: own.accessToken, body });
  const b = logs(s.b.id);
  for (const route of ABOUT_ONESELF) {
    const [method, path] = route.split(' ');
    const body = /setup/.test(path) ? { password: 'not that one' } : /disable/.test(path) ? { password: 'x', code: '000000' }
      : /totp|join$/.test(path) ? { code: '000000' } : /password/.test(path) ? { oldPassword: 'x', newPassword: 'a good password' }
        : /^P(UT|ATCH)/.test(method) ? { name: 'Me' } : undefined;
    const res = await call(method, path.replace('{id}', crypto.randomUUID()), body);
    assert.ok(res.status < 500, `${route}: ${res.text}`);
    assert.deepEqual(logs(s.b.id), b, `${route}: something is in company b`);
  }
  const { user: me } = expectOk(await call('GET', '/api/auth/me'));
  assert.deepEqual([me.id, me.companyId], [own.user.id, s.a.id]);
  s.store.sql(`UPDATE users SET is_email_verified = FALSE WHERE id = ${s.store.id(me.id)}`);
  expectOk(await call('POST', '/api/auth/email/request'));
  const { password } = s.a.users.SUPER_ADMIN;
  expectOk(await call('POST', '/api/auth/password/change', { oldPassword: password, newPassword: `${password} too` }));
});
