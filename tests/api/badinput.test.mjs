// Input that is wrong, in every way a client can get it wrong: a clear error
// each time, and nothing changed.
import assert from 'node:assert/strict';
import { createHmac, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test, { after, before } from 'node:test';
import { expectError, expectOk, newPhone, rawExchange, start } from './harness.mjs';

let s;
let counts;
const rows = () => s.store.sql('SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM orders), '
  + '(SELECT count(*) FROM order_lines), (SELECT count(*) FROM order_payments)').join();
before(async () => {
  s = await start();
  counts = rows();
});
after(async () => {
  assert.equal(rows(), counts, 'refused input changed something');
  await s.stop();
});

const post = (path, body, headers) => s.as('ADMIN').post(path, body, headers);
const customer = (extra) => ({ name: 'Bad Input', phone: newPhone(), ...extra });
const order = (extra) => ({ lines: [{ name: 'tea', quantity: 1, unitPrice: '2.50' }], ...extra });

test('malformed JSON', async () => {
  for (const body of ['{', '{"name":}', '{"name":"a",}', '[1,2', '"text', '{"a":1}{"b":2}', '{"name":"a"} x',
    "{'name':'a'}", '{"name":"a" "phone":"b"}', 'nul', '{"name":"\\u12"}', '{"name":"\\ud800"}', '{"name":"a\nb"}']) {
    expectError(await post('/api/customers', body), 400);
  }
});

test('no body, an empty one, and JSON that is no object', async () => {
  for (const body of [undefined, '', '   ', '[]', '[{"name":"a"}]', '"text"', '7', 'null', 'true']) {
    expectError(await post('/api/customers', body), 400);
  }
});

test('the same name twice in an object', async () => {
  expectError(await post('/api/customers', `{"name":"A","name":"B","phone":"${newPhone()}"}`), 400);
});

test('wrong types, each named by its field', async () => {
  const wrong = { name: [7, true, {}, ['a']], phone: [9812345678, {}, ['+919812345678']], email: [5, {}],
    tags: ['vip', [1], { a: 1 }], preferences: ['x', [1], 5], birthday: [20000101, '2000-13-01', '2001-02-29', 'yesterday'],
    externalId: [5, {}] };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const { errors } = expectError(await post('/api/customers', customer({ [field]: value })), 400);
      assert.ok(errors?.some((e) => e.field.startsWith(field)), `${field}: ${JSON.stringify(errors)}`);
    }
  }
});

test('required and missing', async () => {
  expectError(await post('/api/customers', { phone: newPhone() }), 400, undefined, 'name');
  expectError(await post('/api/customers', { name: 'A' }), 400, undefined, 'phone');
  expectError(await post('/api/customers', { name: '', phone: newPhone() }), 400, undefined, 'name');
  expectError(await post('/api/customers', { name: '   ', phone: newPhone() }), 400, undefined, 'name');
  expectError(await post('/api/customers', { name: null, phone: newPhone() }), 400, undefined, 'name');
});

test('unknown fields are refused by name', async () => {
  expectError(await post('/api/customers', customer({ telephone: '1' })), 400, undefined, 'telephone');
  expectError(await post('/api/customers', customer({ isAdmin: true })), 400, undefined, 'isAdmin');
  expectError(await post('/api/orders', order({ lines: [{ name: 'x', quantity: 1, unitPrice: '1.00', colour: 'red' }] })),
    400, undefined, 'lines[0].colour');
  expectError(await s.as('ADMIN').get('/api/customers?limt=5'), 400, undefined, 'limt');
});

test('a body of 1 MiB is read, one byte more is 413', async () => {
  const filled = (size) => {
    const body = JSON.stringify({ name: 'A', unknownField: '' });
    return body.replace('""', `"${'x'.repeat(size - body.length)}"`);
  };
  assert.equal(filled(1 << 20).length, 1 << 20);
  expectError(await post('/api/customers', filled(1 << 20)), 400);
  expectError(await post('/api/customers', filled((1 << 20) + 1)), 413, 'too_large');
  // Without a length: chunked, so that the server learns it on the way.
  const chunk = 'x'.repeat(65536);
  const text = `POST /api/customers HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${await s.token()}\r\n`
    + 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
    + `10000\r\n${chunk}\r\n`.repeat(17) + '0\r\n\r\n';
  assert.match(await rawExchange(s.url, text), /^HTTP\/1\.1 413/);
});

test('deep nesting', async () => {
  for (const depth of [100, 5000, 100000]) {
    expectError(await post('/api/customers', `{"name":"A","preferences":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`), 400);
    expectError(await post('/api/customers', '['.repeat(depth)), 400);
  }
});

test('invalid UTF-8 and NUL', async () => {
  const around = (bytes) => Buffer.concat([Buffer.from('{"name":"A'), Buffer.from(bytes),
    Buffer.from(`","phone":"${newPhone()}"}`)]);
  for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80], [0x00]]) {
    expectError(await post('/api/customers', around(bytes)), 400);
  }
  expectError(await post('/api/customers', `{"name":"A\\u0000B","phone":"${newPhone()}"}`), 400);
  expectError(await s.as('ADMIN').get('/api/customers/search?name=%00'), 400);
  expectError(await s.as('ADMIN').get('/api/customers/search?name=%ff%fe'), 400);
  expectError(await s.as('ADMIN').get('/api/customers/search?name=%zz'), 400);
});

test('huge and odd numbers', async () => {
  for (const cents of ['1e400', '99999999999999999999999', '9223372036854775808', '-9223372036854775809', '1.5', '1e2', '-1']) {
    expectError(await post('/api/orders', `{"totalAmountCents":${cents}}`), 400, undefined, 'totalAmountCents');
  }
  for (const limit of ['0', '-1', '101', '1.5', '1e1', '99999999999999999999', 'ten']) {
    expectError(await s.as('ADMIN').get(`/api/customers?limit=${limit}`), 400, undefined, 'limit');
  }
});

test('negative, fractional and malformed money', async () => {
  for (const unitPrice of ['-1.00', '1.005', '1,50', '1.', '.5', '1e3', 'ten', '', ' 1.00x', 150.5, '92233720368547758.08']) {
    const { errors } = expectError(await post('/api/orders', order({ lines: [{ name: 'x', quantity: 1, unitPrice }] })), 400);
    assert.ok(errors.some((e) => e.field === 'lines[0].unitPrice'), JSON.stringify(errors));
  }
  for (const quantity of [-1, 0, '1.0005', 'two', 1e18]) {
    const { errors } = expectError(await post('/api/orders', order({ lines: [{ name: 'x', quantity, unitPrice: '1.00' }] })), 400);
    assert.ok(errors.some((e) => e.field === 'lines[0].quantity'), JSON.stringify(errors));
  }
  // A price and a quantity that are each possible, but not together.
  expectError(await post('/api/orders', order({ lines: [{ name: 'x', quantity: 999999, unitPrice: '9999999999999.99' }] })), 400);
});

test('totals that do not add up', async () => {
  expectError(await post('/api/orders', order({ totalAmount: '2.51' })), 400, 'totals_mismatch');
  expectError(await post('/api/orders', order({ payments: [{ method: 'CARD', amount: '2.51' }] })), 400, 'overpaid');
  expectError(await post('/api/orders', order({ discount: '2.51' })), 400);
});

test('phones that are none', async () => {
  for (const phone of ['abc', '123', '+', '+91', '0000000000', '+919', '98765432101234567890', '+999123456789', '12 34']) {
    expectError(await post('/api/customers', { name: 'A', phone }), 400, undefined, 'phone');
    const lookup = await s.as('CASHIER').get(`/api/customers/phone/${encodeURIComponent(phone)}`);
    assert.equal(lookup.status, 400, `${phone}: ${lookup.text}`);
  }
});

test('a duplicate phone in another spelling', async () => {
  const [person] = expectOk(await s.as('ADMIN').get('/api/customers?limit=1'));
  const national = person.phone.replace('+91', '');
  for (const phone of [person.phone, national, `0${national}`, `${national.slice(0, 5)} ${national.slice(5)}`,
    `+91-${national.slice(0, 5)}-${national.slice(5)}`, `(0) ${national}`]) {
    const failure = expectError(await post('/api/customers', { name: 'Another', phone }), 400, 'phone_taken');
    assert.equal(failure.message, 'Customer with this phone number already exists in your company');
    assert.deepEqual(failure.existing, { id: person.id, name: person.name });
  }
});

test('a customer with orders is not deleted', async () => {
  const { data } = (await s.as('ADMIN').get('/api/orders?limit=50')).json;
  const { customerId } = data.find((o) => o.customerId);
  const failure = expectError(await s.as('ADMIN').delete(`/api/customers/${customerId}`), 400, 'customer_has_orders');
  assert.equal(failure.message, 'Cannot delete customer with existing orders. Consider deactivating instead.');
  expectOk(await s.as('ADMIN').get(`/api/customers/${customerId}`));
});

test('ids that are none, paths that lead nowhere, methods that are not there', async () => {
  for (const id of ['x', '1', '0190a000', 'g190a000-0000-7000-8000-000000000001', "1'%20OR%20'1'='1", '%00', '..%2f..']) {
    const res = await s.as('ADMIN').get(`/api/customers/${id}`);
    assert.ok(res.status === 400 || res.status === 404, `${id}: ${res.status} ${res.text}`);
  }
  expectError(await s.as('ADMIN').get('/api/customers/0190a000-0000-7000-8000-000000000001'), 404, 'customer_not_found');
  expectError(await s.as('ADMIN').get('/api/nothing'), 404, 'not_found');
  const res = await s.as('ADMIN').delete('/api/orders');
  expectError(res, 405, 'method_not_allowed');
  assert.match(res.headers.allow ?? '', /POST/);
});

test('another media type', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1']) {
    expectError(await post('/api/customers', JSON.stringify(customer()), { 'Content-Type': type }), 415, 'media_type');
  }
});

/** The parts of a token made anew with other contents. */
const part = (o) => Buffer.from(typeof o === 'string' ? o : JSON.stringify(o)).toString('base64url');
const payloadOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const headerOf = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
function signed(header, payload, key) {
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

test('forged, foreign and expired tokens', async () => {
  const good = await s.token('ADMIN');
  const header = headerOf(good);
  const payload = payloadOf(good);
  const [h, p, sig] = good.split('.');
  const jwks = (await s.api('GET', '/.well-known/jwks.json')).json;
  const jwk = jwks.keys.find((k) => k.kid === header.kid);
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const d = readFileSync(s.store.keys, 'utf8').split('\n').find((l) => l.startsWith('es256 ')).trim().split(/\s+/)[2];
  const own = createPrivateKey({ format: 'jwk', key: { ...jwk, d } });
  const hmac = (secret) => {
    const text = `${part({ ...header, alg: 'HS256' })}.${p}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const get = (token) => s.api('GET', '/api/customers?limit=1', { token });
  // The own key signs as the program does: so the refusals below are not for form.
  expectOk(await get(signed(header, payload, own)));
  expectError(await get(signed(header, { ...payload, iat: payload.iat - 4000, exp: payload.iat - 100 }, own)), 401, 'token_expired');
  const forged = {
    'alg none': `${part({ alg: 'none', typ: 'JWT' })}.${p}.`,
    'alg none with kid': `${part({ ...header, alg: 'none' })}.${p}.`,
    'alg None with signature': `${part({ ...header, alg: 'None' })}.${p}.${sig}`,
    'HS256 with the public key': hmac(JSON.stringify(jwk)),
    'HS256 with x': hmac(Buffer.from(jwk.x, 'base64url')),
    'a foreign key': signed(header, payload, foreign),
    'a foreign key without kid': signed({ alg: 'ES256', typ: 'JWT' }, payload, foreign),
    'a foreign key in the header': signed({ ...header, jwk: foreign.export({ format: 'jwk' }) }, payload, foreign),
    'another payload': `${h}.${part({ ...payload, role: 'SUPER_ADMIN' })}.${sig}`,
    'a changed signature': `${h}.${p}.${sig.slice(0, -2)}${sig.endsWith('AA') ? 'BB' : 'AA'}`,
    'no signature': `${h}.${p}.`,
    'signature of zeros': `${h}.${p}.${Buffer.alloc(64).toString('base64url')}`,
    'without exp': signed(header, { ...payload, exp: undefined }, own),
    'exp as text': signed(header, { ...payload, exp: String(payload.exp) }, own),
    'issued tomorrow': signed(header, { ...payload, iat: payload.iat + 90000, exp: payload.exp + 90000 }, own),
    'another issuer': signed(header, { ...payload, iss: 'somebody' }, own),
    'an unknown user': signed(header, { ...payload, sub: '0190a000-0000-7000-8000-000000000001' }, own),
    'two parts': `${h}.${p}`,
    'four parts': `${good}.x`,
    empty: ' ',
    garbage: 'x'.repeat(3000),
  };
  for (const [what, token] of Object.entries(forged)) {
    const res = await get(token);
    assert.equal(res.status, 401, `${what}: ${res.text}`);
  }
  for (const authorization of ['Basic YTpi', 'Bearer', 'bearer', good, `Token ${good}`]) {
    expectError(await s.api('GET', '/api/customers', { headers: { Authorization: authorization } }), 401);
  }
  expectError(await s.api('GET', '/api/customers'), 401, 'unauthenticated');
});

test('a token of one company with the id of another in it', async () => {
  const good = await s.token('ADMIN');
  const jwk = (await s.api('GET', '/.well-known/jwks.json')).json.keys[0];
  const d = readFileSync(s.store.keys, 'utf8').split('\n').find((l) => l.startsWith('es256 ')).trim().split(/\s+/)[2];
  const key = createPrivateKey({ format: 'jwk', key: { ...jwk, d } });
  const token = signed(headerOf(good), { ...payloadOf(good), company_id: s.b.id }, key);
  assert.equal((await s.api('GET', '/api/customers', { token })).status, 401);
});

test('a request whose end is in doubt is refused, and what follows it is not read', async () => {
  const head = 'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
  const next = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n';
  for (const [what, bytes] of Object.entries({
    'a length beside chunks': `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${next}`,
    'chunks beside a length': `${head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${next}`,
    'two lengths': `${head}Content-Length: 2\r\nContent-Length: 7\r\n\r\n{}${next}`,
    'two codings': `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${next}`,
    'a blank before the colon': `${head}Transfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\n{}${next}`,
    'two hosts': `GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n${next}` })) {
    const answer = await rawExchange(s.url, bytes, { wait: 1500 });
    assert.match(answer, /^HTTP\/1\.1 400 /, what);
    assert.match(answer, /\r\nConnection: close\r\n/i, what);
    assert.equal(answer.split('HTTP/1.1 ').length, 2, `${what}: one answer, to one request`);
  }
  assert.equal((await s.api('GET', '/healthz')).status, 200);
});

test('bytes that are no HTTP', async () => {
  for (const bytes of ['\r\n\r\n', 'GARBAGE\r\n\r\n', 'GET\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00', Buffer.alloc(5000, 0),
    `GET /${'a'.repeat(40000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET /healthz HTTP/1.1\r\nHost: a\r\n${'X-A: b\r\n'.repeat(5000)}\r\n`,
    'POST /api/customers HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n',
    'POST /api/customers HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n',
    'POST /api/customers HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n']) {
    const answer = await rawExchange(s.url, bytes, { wait: 700, end: true });
    assert.doesNotMatch(answer, /^HTTP\/1\.1 2/);
  }
  assert.equal((await s.api('GET', '/healthz')).status, 200);
});
