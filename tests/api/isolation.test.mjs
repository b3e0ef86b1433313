// The isolation matrix: every route of the OpenAPI × every role × another
// company's ids. What each must answer follows from the permission that the
// route declares (x-permission) and from the table of roles below, which is
// SPEC 3 and not the program's. In the end nothing of the other company has
// changed, and nothing of it was ever in an answer.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { ROLES, dashed, expectOk, newPhone, request, start, until } from './harness.mjs';

const TILL = ['CREATE_CUSTOMER', 'READ_CUSTOMER', 'CREATE_ORDER', 'READ_ORDER', 'TAKE_PAYMENT'];
const MANAGER = [...TILL, 'UPDATE_CUSTOMER', 'DELETE_CUSTOMER', 'REFUND_ORDER', 'MERGE_CUSTOMER', 'EXPORT',
  'MANAGE_LOYALTY', 'MANAGE_PROMOTIONS', 'DELIVER', 'BILL'];
const ADMIN = [...MANAGER, 'ERASE', 'MANAGE_USERS', 'MANAGE_COMPANY', 'READ_AUDIT'];
const MAY = { SUPER_ADMIN: ADMIN, ADMIN, MANAGER, CASHIER: TILL, STAFF: TILL, DELIVERY: ['DELIVER'], CUSTOMER: [] };

/** May this role call the route at all? A CUSTOMER may where it is for what is their own. */
const mayCall = (role, route) => (role === 'CUSTOMER' && route.own) || may(role, route.permission);

function may(role, permission) {
  if (permission === 'PUBLIC') return true;
  if (role === 'nobody') return false;
  if (permission === 'ANY') return true;
  if (permission === 'STAFF') return role !== 'DELIVERY' && role !== 'CUSTOMER';
  if (permission === 'SUPER') return role === 'SUPER_ADMIN';
  assert.ok(ADMIN.includes(permission), `unknown permission ${permission}`);
  return MAY[role].includes(permission);
}

let s;
let routes;
let theirs; // ids of company b, by kind
let before_;
/** Rows of company b that nobody of company a may change or add to. */
const TABLES = ['companies', 'stores', 'users', 'api_keys', 'customers', 'customer_names', 'customer_tags',
  'customer_former_phones', 'orders', 'order_lines', 'order_payments', 'order_refunds', 'order_numbers', 'outbox',
  'import_batches', 'import_rejects', 'transports', 'messages', 'webhooks'];
/** Columns that the service's own jobs write, left out. */
const COLUMNS = { outbox: 'id, type, at', webhooks: 'id, url, events, secret_sealed, is_active, version' };
const snapshot = () => TABLES.map((t) => {
  const column = t === 'companies' ? 'id' : 'company_id';
  const rows = s.store.sql(`SELECT ${COLUMNS[t] ?? '*'} FROM ${t} WHERE ${column} = ${s.store.id(s.b.id)} ORDER BY 1, 2, 3`);
  return [t, rows.length, JSON.stringify(rows)];
});

before(async () => {
  s = await start({ settings: { 'messages-log': true } });
  const admin = s.as('ADMIN', s.b);
  const [order] = expectOk(await admin.get('/api/orders?limit=1'));
  const customers = expectOk(await admin.get('/api/customers?limit=100'));
  const key = expectOk(await admin.post('/api/api-keys', { name: 'theirs', scopes: ['READ_CUSTOMER'] }), 201);
  await admin.put('/api/transports/SMS', { kind: 'LOG' });
  const { id: message } = expectOk(await admin.post('/api/transports/SMS/test', { to: '9812345671' }), 201);
  await until(async () => expectOk(await admin.get(`/api/messages/${message}`)).state === 'SENT');
  const hook = expectOk(await admin.post('/api/webhooks', { url: 'https://hooks.invalid/theirs', events: ['company.updated'] }), 201);
  s.secrets.add(hook.secret);
  const hex = s.store.engine === 'sqlite' ? 'lower(hex(id))' : "replace(CAST(id AS text), '-', '')";
  const batch = expectOk(await admin.post('/api/imports', { kind: 'customers', fileName: 'theirs.csv', columns: ['name'] }), 201);
  theirs = {
    imports: batch.id,
    webhooks: hook.id,
    messages: message,
    customers: customers[0].id,
    'admin/customers': customers[0].id,
    orders: order.id,
    users: expectOk(await admin.get('/api/users'))[0].id,
    stores: expectOk(await admin.get('/api/stores'))[0].id,
    'api-keys': key.id,
    'auth/sessions': dashed(s.store.sql(`SELECT ${hex} FROM sessions WHERE company_id = ${s.store.id(s.b.id)} LIMIT 1`)[0][0]),
    companies: s.b.id,
    phone: customers[0].phone,
    words: [s.b.id, order.id, order.orderNumber, ...customers.map((c) => c.id), ...customers.map((c) => c.phone)].filter(Boolean),
  };
  // The numbers of days are the same in all companies and prove nothing.
  theirs.words = theirs.words.filter((w) => !w.startsWith('ORD-'));
  const own = new Set(expectOk(await s.as('ADMIN').get('/api/customers?limit=100')).map((c) => c.phone));
  theirs.words = theirs.words.filter((w) => !own.has(w));
  for (const role of ROLES) await s.token(role);
  const doc = (await s.api('GET', '/api/openapi.json')).json;
  routes = Object.entries(doc.paths).flatMap(([path, methods]) => Object.entries(methods)
    .filter(([m]) => /^(get|post|put|patch|delete)$/.test(m))
    .map(([method, row]) => ({ method: method.toUpperCase(), path: path.replace('{channel}', 'SMS'),
      row, doc, permission: row['x-permission'], own: row['x-own'] === true })));
  for (const alias of doc['x-aliases']) {
    const like = routes.find((r) => r.path === alias.path.replace('/admin/', '/')
      && r.method === alias.method.replace('PATCH', 'PUT'));
    assert.ok(like, `${alias.method} ${alias.path} is an alias of nothing`);
    routes.push({ ...like, method: alias.method, path: alias.path, permission: alias['x-permission'] });
  }
  before_ = snapshot();
});
after(() => s.stop());

const deref = (doc, schema) => (schema?.$ref
  ? deref(doc, schema.$ref.slice(2).split('/').reduce((at, k) => at[k.replace('~1', '/')], doc)) : schema ?? {});

/** A value that the field takes; ids are the other company's. */
function value(doc, raw, name) {
  const schema = deref(doc, raw);
  const type = [schema.type].flat()[0] ?? (schema.properties ? 'object' : undefined);
  if (schema.anyOf || schema.oneOf) return value(doc, (schema.anyOf ?? schema.oneOf)[0], name);
  if (schema.enum) return schema.enum[0];
  if (schema.example !== undefined) return schema.example;
  if (type === 'object') return body(doc, schema);
  if (type === 'array') return [value(doc, schema.items, name)];
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (schema.format === 'uuid') return otherId(name);
  const made = { currency: 'INR', country: 'IN', zone: 'Asia/Kolkata', timeZone: 'Asia/Kolkata', slug: 'made-by-test',
    phone: '9812345670', email: 'someone@example.com', quantity: '1', password: 'a long enough pass phrase',
    companySlug: s.a.slug, company: s.a.slug, host: 'x.example.com', hosts: 'x.example.com' }[name];
  if (made) return made;
  if (schema.format === 'date') return '2026-01-31';
  if (schema.format === 'date-time') return '2026-01-31T10:00:00Z';
  if (/amount|price|discount|total|tendered|balance/i.test(name)) return '1.00';
  return 'x'.repeat(Math.max(schema.minLength ?? 1, 1));
}
function otherId(name) {
  const kind = { customerId: 'customers', orderId: 'orders', storeId: 'stores', userId: 'users', companyId: 'companies' }[name];
  assert.ok(kind, `the matrix does not know whose id ${name} is`);
  return theirs[kind];
}
/** Required fields, and with `ids` every field that names a record. */
function body(doc, schema, ids = false) {
  const out = {};
  for (const [name, sub] of Object.entries(schema.properties ?? {})) {
    const isId = deref(doc, sub).format === 'uuid' && name !== 'id';
    if (schema.required?.includes(name) || (ids && isId)) out[name] = value(doc, sub, name);
  }
  return out;
}

/** The route's path with another company's ids in it; null: it has none. */
function otherPath({ path }) {
  if (!path.includes('{')) return null;
  const kind = /^\/api\/(admin\/customers|auth\/sessions|[a-z-]+)/.exec(path)?.[1];
  return path.replace(/\{(\w+)\}/g, (_, name) => {
    if (name === 'phone') return encodeURIComponent(theirs.phone);
    if (/No$|^(line|payment|refund)/.test(name)) return '1';
    if (name === 'name' || name === 'file') return 'x';
    const id = name === 'id' ? theirs[kind] : otherId(name);
    assert.ok(id, `the matrix does not know whose id ${name} of ${path} is`);
    return id;
  });
}

const typeOf = (route) => Object.keys(route.row.requestBody?.content ?? { 'application/json': 0 })[0];
const bodyOf = (route, ids) => {
  if (typeOf(route) === 'text/csv') return 'x\n';
  const schema = deref(route.doc, route.row.requestBody?.content?.['application/json']?.schema);
  return route.row.requestBody ? body(route.doc, schema, ids) : undefined;
};
const call = async (route, path, role, options = {}) => {
  const token = role === 'nobody' ? undefined : await s.token(role);
  const res = await request(s.url, route.method, path, {
    agent: s.agent, token, body: bodyOf(route, options.ids), headers: { 'Content-Type': typeOf(route) } });
  const where = `${role} ${route.method} ${path} (${route.permission}): ${res.status} ${res.text.slice(0, 300)}`;
  assert.ok(res.status < 500, where);
  return { res, where };
};
function showsNothing(res, where) {
  for (const word of theirs.words) {
    // What was asked for may come back in a refusal's words, but no record.
    if (res.status < 400) assert.ok(!res.text.includes(word), `${where}\nshows ${word}`);
  }
}
const signsIn = (path) => path.startsWith('/api/auth/');

test('every route says its permission', () => {
  assert.ok(routes.length > 30, `only ${routes.length} routes`);
  for (const r of routes) assert.ok(r.permission, `${r.method} ${r.path} has no x-permission`);
});

test('without a token: 401, but on public routes', async () => {
  for (const route of routes.filter((r) => r.permission !== 'PUBLIC')) {
    const { res, where } = await call(route, otherPath(route) ?? route.path, 'nobody');
    assert.equal(res.status, 401, where);
  }
});

test('a role without the permission: 403, whatever the id', async () => {
  let refused = 0;
  for (const route of routes) {
    for (const role of ROLES.filter((r) => !mayCall(r, route))) {
      const { res, where } = await call(route, otherPath(route) ?? route.path, role);
      assert.equal(res.status, 403, where);
      refused++;
    }
  }
  assert.ok(refused > 50, `only ${refused}`);
});

test('with the permission: another company’s record is 404', async () => {
  let absent = 0;
  for (const route of routes.filter((r) => r.permission !== 'PUBLIC' && otherPath(r))) {
    for (const role of ROLES.filter((r) => mayCall(r, route))) {
      // SUPER_ADMIN is of all companies where companies themselves are named.
      if (role === 'SUPER_ADMIN' && route.path.startsWith('/api/companies/')) continue;
      const { res, where } = await call(route, otherPath(route), role, { ids: route.path.endsWith('/customer') });
      assert.equal(res.status, 404, where);
      showsNothing(res, where);
      absent++;
    }
  }
  assert.ok(absent > 50, `only ${absent}`);
});

test('another company’s ids in the body: refused, or overridden by one’s own', async () => {
  for (const route of routes.filter((r) => r.permission !== 'PUBLIC' && !otherPath(r) && r.row.requestBody && !signsIn(r.path))) {
    const ids = Object.keys(bodyOf(route, true)).filter((k) => /Id$/.test(k) && k !== 'companyId' && k !== 'externalId');
    if (ids.length === 0) continue;
    for (const role of ROLES.filter((r) => r !== 'SUPER_ADMIN' && mayCall(r, route))) {
      const { res, where } = await call(route, route.path, role, { ids: true });
      assert.ok(res.status === 400 || res.status === 403 || res.status === 404, where);
    }
  }
});

test('?companyId= of another company changes nothing for anybody but SUPER_ADMIN', async () => {
  for (const route of routes.filter((r) => r.method === 'GET' && r.permission !== 'PUBLIC' && !otherPath(r))) {
    for (const role of ROLES.filter((r) => r !== 'SUPER_ADMIN' && mayCall(r, route))) {
      const { res, where } = await call(route, `${route.path}?companyId=${s.b.id}`, role);
      showsNothing(res, where);
    }
  }
  const own = await s.as('SUPER_ADMIN').get(`/api/customers?companyId=${s.b.id}&limit=100`);
  assert.ok(expectOk(own).some((c) => c.id === theirs.customers), 'SUPER_ADMIN names a company');
});

test('lists, searches and lookups show one’s own company only', async () => {
  for (const route of routes.filter((r) => r.method === 'GET' && r.permission !== 'PUBLIC' && !otherPath(r))) {
    for (const role of ROLES.filter((r) => mayCall(r, route))) {
      if (role === 'SUPER_ADMIN' && route.path === '/api/companies') continue;
      const { res, where } = await call(route, route.path, role);
      assert.ok(res.status < 403 || res.status === 404, where);
      showsNothing(res, where);
    }
  }
  const find = await s.as('ADMIN').get(`/api/customers/search?phone=${encodeURIComponent(theirs.phone)}`);
  showsNothing(find, 'search by phone');
});

test('query filters that name another company’s records find nothing', async () => {
  for (const path of [`/api/orders?customerId=${theirs.customers}`, `/api/orders?storeId=${theirs.stores}`,
    `/api/customers/recent?storeId=${theirs.stores}`, `/api/audit?subject=${theirs.customers}`]) {
    const res = await s.as('ADMIN').get(path);
    assert.ok(res.status === 404 || (res.status === 200 && res.json.data.length === 0), `${path}: ${res.text}`);
  }
});

test('a CUSTOMER sees nothing of another customer of the same company', async () => {
  const admin = s.as('ADMIN');
  const till = s.as('CASHIER');
  const own = expectOk(await s.as('CUSTOMER').get('/api/auth/me')).user.customerId;
  const other = expectOk(await till.post('/api/customers', { name: 'Somebody Else', phone: newPhone() }), 201);
  const order = expectOk(await till.post('/api/orders', { customerId: other.id, totalAmount: '7.00', notes: 'theirs alone' }), 201);
  const others = { customers: other.id, 'admin/customers': other.id, orders: order.id, phone: other.phone };
  const words = [other.id, order.id, other.phone, other.phone.slice(3), 'Somebody Else', 'theirs alone'];
  let walked = 0;
  for (const route of routes.filter((r) => r.own)) {
    const kind = /^\/api\/(admin\/customers|[a-z-]+)/.exec(route.path)?.[1];
    const path = route.path.replace('{id}', others[kind]).replace('{phone}', encodeURIComponent(others.phone));
    const filters = route.method === 'GET' && !otherPath(route)
      ? ['', `?customerId=${other.id}`, `?customerPhone=${encodeURIComponent(other.phone)}`, `?orderNumber=${order.orderNumber}`] : [''];
    for (const filter of filters) {
      const { res, where } = await call(route, path + filter, 'CUSTOMER');
      for (const word of words) assert.ok(res.status >= 400 || !res.text.includes(word), `${where}\nshows ${word}`);
      if (otherPath(route)) assert.ok(res.status === 404 || res.status === 403, where);
      walked++;
    }
  }
  assert.ok(walked >= 6, `only ${walked}`);
  assert.ok(own, 'the CUSTOMER of the matrix has a record');
  assert.equal(expectOk(await admin.get(`/api/orders/${order.id}`)).version, 1);
});

test('an API key has its scopes and no more, in its company only', async () => {
  const made = expectOk(await s.as('ADMIN').post('/api/api-keys', { name: 'matrix', scopes: ['READ_CUSTOMER'] }), 201);
  const token = Object.values(made).find((v) => typeof v === 'string' && v.length > 40);
  s.secrets.add(token);
  const as = (method, path, b) => request(s.url, method, path, { token, body: b });
  assert.equal((await as('GET', '/api/customers?limit=1')).status, 200);
  assert.equal((await as('GET', `/api/customers/${theirs.customers}`)).status, 404);
  assert.equal((await as('GET', '/api/orders')).status, 403);
  assert.equal((await as('POST', '/api/customers', { name: 'x', phone: '9812345670' })).status, 403);
  assert.equal((await as('GET', '/api/users')).status, 403);
  assert.equal((await request(s.url, 'GET', '/api/customers', { token: token.slice(0, -3) + 'AAA' })).status, 401);
});

test('afterwards nothing of the other company has changed', () => {
  const now = snapshot();
  for (const [i, [table, n, text]] of before_.entries()) {
    assert.equal(now[i][1], n, `rows of ${table}`);
    assert.equal(now[i][2], text, table);
  }
});
