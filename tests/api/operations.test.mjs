// Running it: health, metrics, logs, request ids, limits, TLS, stopping under
// load, and how fast a deactivated user is out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { cli, expectError, expectOk, newKey, newPhone, request, sleep, start } from './harness.mjs';

let s;
before(async () => {
  s = await start({ companies: 1 });
});
after(() => s.stop());

test('healthz and readyz', async () => {
  for (const path of ['/healthz', '/readyz']) {
    const res = await s.api('GET', path);
    assert.equal(res.status, 200, res.text);
  }
  const head = await s.api('HEAD', '/healthz');
  assert.equal(head.status, 200);
  assert.equal(head.text, '');
});

test('metrics: Prometheus text, counted by route, without personal data', async () => {
  const [person] = expectOk(await s.as('CASHIER').get('/api/customers?limit=1'));
  const value = async () => {
    const { text } = await s.api('GET', '/metrics');
    const lines = text.split('\n').filter((l) => /^clientele_\w+/.test(l) && l.includes('/api/customers/phone/:phone'));
    return { text, n: lines.filter((l) => /_count|_total/.test(l)).reduce((a, l) => a + Number(l.split(' ').at(-1)), 0) };
  };
  const first = await value();
  for (let i = 0; i < 3; i++) await s.as('CASHIER').get(`/api/customers/phone/${encodeURIComponent(person.phone)}`);
  const second = await value();
  assert.ok(second.n >= first.n + 3, `${first.n} then ${second.n}`);
  for (const line of second.text.split('\n').filter(Boolean)) {
    assert.match(line, /^(# (HELP|TYPE) \w+ .*|\w+(\{[^}]*\})? [-+0-9.eInfNa]+)$/, line);
  }
  assert.ok(!second.text.includes(person.phone));
  await s.restart({ metrics: 'false' });
  assert.equal((await s.api('GET', '/metrics')).status, 404);
  await s.restart({});
});

test('every answer has its request id, a failure names the same', async () => {
  const ok = await s.as('CASHIER').get('/api/customers?limit=1');
  const bad = await s.as('CASHIER').get('/api/customers/0190a000-0000-7000-8000-000000000001');
  const ids = [ok, bad].map((r) => r.headers['x-request-id']);
  for (const id of ids) assert.match(id ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  assert.notEqual(ids[0], ids[1]);
  assert.equal(expectError(bad, 404).requestId, ids[1]);
});

test('answers are not to be cached or sniffed', async () => {
  const { headers } = await s.as('CASHIER').get('/api/customers?limit=1');
  assert.match(headers['cache-control'] ?? '', /no-store/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['strict-transport-security'], undefined, 'without HTTPS');
  assert.match(headers['content-type'], /^application\/json/);
});

test('ETag and If-Match', async () => {
  const made = await s.as('ADMIN').post('/api/customers', { name: 'Version', phone: newPhone() });
  const { id } = expectOk(made, 201);
  const etag = (await s.as('ADMIN').get(`/api/customers/${id}`)).headers.etag;
  assert.ok(etag);
  expectOk(await s.as('ADMIN').patch(`/api/customers/${id}`, { notes: 'one' }, { 'If-Match': etag }));
  expectError(await s.as('ADMIN').patch(`/api/customers/${id}`, { notes: 'two' }, { 'If-Match': etag }), 412, 'stale');
  expectOk(await s.as('ADMIN').patch(`/api/customers/${id}`, { notes: 'three' }, { 'If-Match': '*' }));
});

test('rate limits tell what is left, then 429 with Retry-After', async () => {
  await s.restart({ 'rate-limit-api': 5, 'rate-limit-auth': 3 });
  const token = (await s.login(s.a.users.CASHIER, s.a)).json.data.accessToken;
  const answers = [];
  for (let i = 0; i < 12; i++) answers.push(await s.api('GET', '/api/customers?limit=1', { token }));
  const limited = answers.filter((r) => r.status === 429);
  assert.ok(answers[0].status === 200 && limited.length > 0, answers.map((r) => r.status).join());
  expectError(limited[0], 429, 'rate_limited');
  assert.ok(Number(limited[0].headers['retry-after']) >= 1);
  assert.ok(Object.keys(answers[0].headers).some((h) => h.startsWith('ratelimit')), 'RateLimit headers');
  const logins = [];
  for (let i = 0; i < 6; i++) logins.push((await s.login(s.a.users.CASHIER, s.a)).status);
  assert.ok(logins.includes(429), logins.join());
  assert.equal((await s.api('GET', '/healthz')).status, 200, 'health is never limited');
  await s.restart({});
});

test('a deactivated user and a taken permission are out within 5 s', async () => {
  const admin = s.as('ADMIN');
  const users = expectOk(await admin.get('/api/users?limit=100'));
  const of = (role) => users.find((u) => u.email === s.a.users[role].email);
  const get = (role) => s.as(role).get('/api/customers?limit=1');
  expectOk(await get('CASHIER'));
  expectOk(await get('STAFF'));
  expectOk(await admin.post(`/api/users/${of('CASHIER').id}/deactivate`, {}));
  expectOk(await admin.put(`/api/users/${of('STAFF').id}/permissions`, { grants: [], denials: ['READ_CUSTOMER'] }));
  await sleep(4500);
  assert.equal((await get('CASHIER')).status, 401);
  expectError(await get('STAFF'), 403, 'forbidden');
  expectError(await s.login(s.a.users.CASHIER, s.a), 401);
});

/** Orders as fast as a few clients can; ends when the server is gone. */
async function orders(url, token, seen) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let i = 0; ; i++) {
    const note = newKey();
    try {
      const res = await request(url, 'POST', '/api/orders', { token, agent,
        body: { notes: note, lines: [{ name: 'x', quantity: 1, unitPrice: '1.00' }] } });
      if (res.status === 201) seen.push(note);
      else assert.equal(res.status, 503, res.text);
    } catch (e) {
      if (e.code === 'ERR_ASSERTION') throw e;
      return agent.destroy();
    }
  }
}

test('SIGTERM under load: stops within 10 s, nothing acknowledged is lost', async () => {
  const token = (await s.login(s.a.users.MANAGER, s.a)).json.data.accessToken;
  for (let round = 0; round < 3; round++) {
    const seen = [];
    const clients = Promise.all(Array.from({ length: 8 }, () => orders(s.url, token, seen)));
    await sleep(400 + 200 * round);
    const begin = Date.now();
    assert.deepEqual(await s.process.end(), { code: 0, signal: null });
    assert.ok(Date.now() - begin < 10000, `took ${Date.now() - begin} ms`);
    await clients;
    assert.ok(seen.length > 0);
    const there = new Set(s.store.sql('SELECT notes FROM orders WHERE notes IS NOT NULL').map(([n]) => n));
    for (const note of seen) assert.ok(there.has(note), `acknowledged order ${note} is lost`);
    await s.restart({});
  }
  assert.equal(s.cli(['doctor']).status, 0);
});

test('SIGTERM with idle and half-open clients stops as well', async () => {
  const agent = new http.Agent({ keepAlive: true });
  await request(s.url, 'GET', '/healthz', { agent });
  const pending = http.request(`${s.url}/api/auth/login`, { method: 'POST', headers: { 'Content-Length': 100, 'Content-Type': 'application/json' } });
  pending.on('error', () => {});
  pending.write('{');
  await sleep(100);
  const begin = Date.now();
  assert.deepEqual(await s.process.end(), { code: 0, signal: null });
  assert.ok(Date.now() - begin < 10500, `took ${Date.now() - begin} ms`);
  agent.destroy();
  pending.destroy();
  await s.restart({});
});

test('TLS', async () => {
  const cert = join(s.store.folder, 'cert.pem');
  const key = join(s.store.folder, 'key.pem');
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', cert]);
  assert.equal(made.status, 0, String(made.stderr));
  await s.restart({ 'tls-cert': cert, 'tls-key': key });
  assert.match(s.url, /^https:/);
  s.agent = undefined;
  const u = s.a.users.MANAGER;
  const { accessToken } = expectOk(await request(s.url, 'POST', '/api/auth/login',
    { body: { email: u.email, password: u.password, company: s.a.slug } }));
  const { headers } = await request(s.url, 'GET', '/api/customers?limit=1', { token: accessToken });
  assert.equal(headers['strict-transport-security'], 'max-age=31536000');
  const plain = await request(s.url.replace('https', 'http'), 'GET', '/healthz').catch((e) => e);
  assert.ok(plain instanceof Error || plain.status >= 400, 'no plain HTTP on a TLS port');
  s.agent = new http.Agent({ keepAlive: true });
  await s.restart({});
});

test('logs: one line an event, as logfmt and as JSON', async () => {
  await s.restart({ 'log-format': 'json', 'log-requests': 'true', 'log-level': 'debug' });
  await s.as('MANAGER').get('/api/customers?limit=1');
  await s.as('MANAGER').get('/api/customers/search?name=secretname');
  await sleep(200);
  const lines = s.process.log.split('\n').filter((l) => l.startsWith('{'));
  assert.ok(lines.length > 0);
  for (const line of lines) JSON.parse(line);
  assert.ok(lines.some((l) => l.includes('/api/customers')), 'requests are logged');
  assert.ok(!s.process.log.includes('secretname'), 'no query in the log');
  await s.restart({});
});

test('the key file is the owner’s alone, and one that is not is refused', async () => {
  assert.equal(statSync(s.store.keys).mode & 0o777, 0o600);
  await s.process.end();
  spawnSync('chmod', ['644', s.store.keys]);
  const r = cli(s.store, ['serve', '--listen', '127.0.0.1:0'], { timeout: 20000 });
  spawnSync('chmod', ['600', s.store.keys]);
  assert.notEqual(r.status, 0);
  assert.match(r.stderr, /600|others/);
  await s.restart({});
});
