// Sign-in, sessions, one-time links, own password; tokens that are not ours.
import assert from 'node:assert/strict';
import { createHash, createHmac, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { cliOk, expectError, expectOk, sleep, start } from './harness.mjs';

let s;
before(async () => {
  s = await start();
});
after(() => s?.stop());

const b64 = (v) => Buffer.from(typeof v === 'string' ? v : JSON.stringify(v)).toString('base64url');
const part = (jwt, i) => JSON.parse(Buffer.from(jwt.split('.')[i], 'base64url'));
const me = (token) => s.api('GET', '/api/auth/me', { token });
const login = (user, extra = {}) => s.api('POST', '/api/auth/login',
  { body: { email: user.email, password: user.password, company: s.a.slug, ...extra } });
const refresh = (refreshToken) => s.api('POST', '/api/auth/refresh', { body: { refreshToken } });

/** The promise of 5 seconds: until then other threads may remember. */
async function endsWithin5s(token) {
  const until = Date.now() + 5000;
  let res = await me(token);
  while (res.status === 200 && Date.now() < until) {
    await sleep(200);
    res = await me(token);
  }
  for (let i = 0; i < 4; i++) expectError(await me(token), 401, 'token_invalid');
}

/** A new user of company a; with a password when one is given. */
async function makeUser(role, password) {
  const email = `${role.toLowerCase()}-${Math.random().toString(36).slice(2)}@example.com`;
  const made = expectOk(await s.as('ADMIN').post('/api/users', { name: 'New one', email, role }), 201);
  if (password) {
    expectOk(await s.api('POST', '/api/auth/activate', { body: { token: made.activation.token, password } }));
  }
  return { ...made.user, email, password, link: made.activation };
}

test('sign-in answers both tokens and the user', async () => {
  const admin = s.a.users.ADMIN;
  const res = await login({ ...admin, email: admin.email.toUpperCase() });
  const data = expectOk(res);
  assert.equal(data.expiresIn, 900);
  assert.equal(data.user.email, admin.email);
  assert.equal(data.user.role, 'ADMIN');
  assert.equal(data.user.companyId, s.a.id);
  for (const k of ['id', 'name', 'phone', 'customerId', 'isPhoneVerified', 'isEmailVerified']) {
    assert.ok(k in data.user, k);
  }
  const claims = part(data.accessToken, 1);
  assert.equal(claims.sub, data.user.id);
  assert.equal(claims.email, admin.email);
  assert.equal(claims.role, 'ADMIN');
  assert.equal(claims.company_id, s.a.id);
  assert.equal(claims.exp - claims.iat, 900);
  const self = expectOk(await me(data.accessToken));
  assert.equal(self.user.id, data.user.id);
  assert.equal(self.customer, null);
});

test('all that cannot sign in get the same answer', async () => {
  const pending = await makeUser('CASHIER');
  const gone = await makeUser('CASHIER', 'a good password');
  expectOk(await s.as('ADMIN').post(`/api/users/${gone.id}/deactivate`));
  const answers = [];
  for (const u of [{ email: 'nobody@example.com', password: 'x' },
    { email: s.a.users.STAFF.email, password: 'wrong one' },
    { email: pending.email, password: 'whatever it is' }, gone,
    { ...s.b.users.ADMIN }]) {
    const e = expectError(await login(u), 401, 'bad_credentials');
    delete e.requestId;
    answers.push(JSON.stringify(e));
  }
  assert.equal(new Set(answers).size, 1);
});

test('unknown users take as long as wrong passwords', async () => {
  // The quickest of eight each: what a busy machine adds is not the server's
  // doing. A difference that is, shows in every round.
  const rounds = [];
  for (const role of ['DELIVERY', 'STAFF', 'MANAGER']) {
    const emails = { known: s.a.users[role].email, unknown: `not-there-${role}@example.com` };
    const took = { known: [], unknown: [] };
    for (let i = 0; i < 8; i++) {
      for (const [who, email] of Object.entries(emails)) {
        const t = process.hrtime.bigint();
        await login({ email, password: 'wrong one' });
        took[who].push(Number(process.hrtime.bigint() - t) / 1e6);
      }
    }
    const [known, unknown] = [Math.min(...took.known), Math.min(...took.unknown)];
    rounds.push(`${known} ms, ${unknown} ms`);
    if (unknown > known / 2 && unknown < known * 2) return;
  }
  assert.fail(rounds.join('; '));
});

test('wrong passwords are counted, also when they come at once', async () => {
  const user = await makeUser('CASHIER', 'a good password');
  const bad = { email: user.email, password: 'a bad password' };
  const all = await Promise.all(Array.from({ length: 25 }, () => login(bad)));
  assert.equal(all.filter((r) => r.status === 401).length, 10, 'setting login-attempts');
  assert.equal(all.filter((r) => r.status === 429).length, 15);
  const res = await login(user);
  expectError(res, 429, 'rate_limited');
  assert.ok(Number(res.headers['retry-after']) > 800);
  const [[count]] = s.store.sql(`SELECT MAX(count) FROM attempts WHERE company_id = ${s.store.id(s.a.id)}`);
  assert.equal(Number(count), 10);
  const reset = expectOk(await s.as('ADMIN').post(`/api/users/${user.id}/reset`));
  expectOk(await s.api('POST', '/api/auth/password/reset',
    { body: { token: reset.token, password: 'another password' } }));
  expectOk(await login({ ...user, password: 'another password' }));
});

test('a sign-in clears the count', async () => {
  const user = await makeUser('CASHIER', 'a good password');
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 9; i++) expectError(await login({ ...user, password: 'bad' }), 401, 'bad_credentials');
    expectOk(await login(user));
  }
});

test('refresh tokens rotate; a replayed one ends the session for both', async () => {
  const first = expectOk(await login(s.a.users.MANAGER));
  const second = expectOk(await refresh(first.refreshToken));
  assert.notEqual(second.refreshToken, first.refreshToken);
  expectOk(await me(second.accessToken));
  const third = expectOk(await refresh(second.refreshToken));
  expectError(await refresh(first.refreshToken), 401, 'refresh_reused');
  expectError(await refresh(third.refreshToken), 401, 'token_invalid');
  await endsWithin5s(third.accessToken);
});

test('of many refreshes with one token at once, one wins', async () => {
  const { refreshToken } = expectOk(await login(s.a.users.MANAGER));
  const all = await Promise.all(Array.from({ length: 8 }, () => refresh(refreshToken)));
  assert.equal(all.filter((r) => r.status === 200).length, 1);
});

test('refresh tokens that are none are refused', async () => {
  const { refreshToken } = expectOk(await login(s.a.users.MANAGER));
  const bytes = Buffer.from(refreshToken, 'base64url');
  const bent = (at) => {
    const copy = Buffer.from(bytes);
    copy[at] ^= 1;
    return copy.toString('base64url');
  };
  for (const t of ['x', refreshToken.slice(1), `${refreshToken}A`, bent(0), bent(20), bent(39), bent(bytes.length - 1)]) {
    expectError(await refresh(t), 401, 'token_invalid');
  }
  expectError(await s.api('POST', '/api/auth/refresh', { body: {} }), 400, 'invalid', 'refreshToken');
  expectOk(await refresh(refreshToken));
});

test('signing out ends the session, by either token', async () => {
  const one = expectOk(await login(s.a.users.STAFF));
  expectOk(await s.api('POST', '/api/auth/logout', { body: { refreshToken: one.refreshToken } }));
  expectError(await refresh(one.refreshToken), 401, 'token_invalid');
  const two = expectOk(await login(s.a.users.STAFF));
  expectOk(await s.api('POST', '/api/auth/logout', { token: two.accessToken, body: {} }));
  expectError(await refresh(two.refreshToken), 401, 'token_invalid');
  await endsWithin5s(one.accessToken);
  await endsWithin5s(two.accessToken);
  expectError(await s.api('POST', '/api/auth/logout', { body: {} }), 401, 'unauthenticated');
});

test('a one-time link is good once, for its purpose, and not for ever', async () => {
  const user = await makeUser('CASHIER');
  const use = (path, token, password = 'a good password') => s.api('POST', path, { body: { token, password } });
  expectError(await use('/api/auth/password/reset', user.link.token), 401, 'token_invalid');
  expectError(await use('/api/auth/activate', user.link.token, 'short'), 400, 'invalid', 'password');
  expectError(await use('/api/auth/activate', user.link.token, 'password123'), 400, 'invalid', 'password');
  const all = await Promise.all([1, 2, 3].map((i) => use('/api/auth/activate', user.link.token, `password nr ${i}`)));
  assert.deepEqual(all.map((r) => r.status).sort(), [200, 401, 401]);
  expectError(await use('/api/auth/activate', user.link.token), 401, 'token_invalid');
  expectError(await use('/api/auth/activate', 'nonsense'), 401, 'token_invalid');

  const old = expectOk(await s.as('ADMIN').post(`/api/users/${user.id}/reset`));
  const fresh = expectOk(await s.as('ADMIN').post(`/api/users/${user.id}/reset`));
  expectError(await use('/api/auth/password/reset', old.token), 401, 'token_invalid');
  s.store.sql(s.store.engine === 'sqlite'
    ? `UPDATE user_tokens SET expires_at = 1 WHERE user_id = ${s.store.id(user.id)}`
    : `UPDATE user_tokens SET expires_at = 'epoch' WHERE user_id = ${s.store.id(user.id)}`);
  expectError(await use('/api/auth/password/reset', fresh.token), 401, 'token_invalid');
});

test('the link leads to a page with the script that uses it', async () => {
  const { link } = await makeUser('CASHIER');
  for (const path of [new URL(link.url).pathname, '/reset']) {
    const page = await s.api('GET', path);
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'], /^text\/html/);
    const [, script] = /<script src="(\/assets\/password\.[0-9a-f]+\.js)"/.exec(page.text);
    assert.match((await s.api('GET', script)).text, /\/api\/auth\/activate/);
  }
});

test('a new password signs everybody else out', async () => {
  const user = await makeUser('CASHIER', 'a good password');
  const here = expectOk(await login(user));
  const there = expectOk(await login(user));
  const change = (oldPassword, newPassword) => s.api('POST', '/api/auth/password/change',
    { token: here.accessToken, body: { oldPassword, newPassword } });
  expectError(await change('not it', 'another password'), 401, 'bad_credentials');
  expectError(await change('a good password', 'short'), 400, 'invalid', 'newPassword');
  expectOk(await change('a good password', 'another password'));
  expectError(await refresh(there.refreshToken), 401, 'token_invalid');
  expectOk(await refresh(here.refreshToken));
  expectError(await login(user), 401, 'bad_credentials');
  expectOk(await login({ ...user, password: 'another password' }));
});

test('tokens that are not ours are refused', async () => {
  const { accessToken } = expectOk(await login(s.a.users.ADMIN));
  const [h, p, sig] = accessToken.split('.');
  const header = part(accessToken, 0);
  const es256 = (head, claims, key) => {
    const text = `${b64(head)}.${b64(claims)}`;
    return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const { keys } = (await s.api('GET', '/.well-known/jwks.json')).json;
  assert.equal(keys[0].kid, header.kid);
  const thumb = createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x: keys[0].x, y: keys[0].y })).digest('base64url');
  assert.equal(keys[0].kid, thumb, 'RFC 7638');
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const claims = part(accessToken, 1);
  const hs = (secret) => {
    const text = `${b64({ ...header, alg: 'HS256' })}.${p}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const forged = {
    none: `${b64({ alg: 'none', typ: 'JWT' })}.${p}.`,
    'none with a kid': `${b64({ ...header, alg: 'none' })}.${p}.${sig}`,
    'HS256 by the public key': hs(JSON.stringify(keys[0])),
    'HS256 by x': hs(Buffer.from(keys[0].x, 'base64url')),
    'a foreign key': es256(header, claims, foreign),
    'a foreign key in the header': es256({ ...header, jwk: keys[0] }, claims, foreign),
    'other claims': `${h}.${b64({ ...claims, role: 'SUPER_ADMIN' })}.${sig}`,
    'an unknown kid': es256({ ...header, kid: 'x' }, claims, foreign),
    truncated: accessToken.slice(0, -2),
    'no signature': `${h}.${p}.`,
    'two parts': `${h}.${p}`,
    'four parts': `${accessToken}.x`,
    'a zero signature': `${h}.${p}.${Buffer.alloc(64).toString('base64url')}`,
    oversized: `${h}.${p}${'A'.repeat(3000)}.${sig}`,
    nonsense: 'x',
  };
  for (const [what, token] of Object.entries(forged)) {
    assert.equal((await me(token)).status, 401, what);
    expectError(await me(token), 401, 'token_invalid');
  }
  expectError(await s.api('GET', '/api/auth/me', { headers: { Authorization: 'Basic YTpi' } }), 401, 'token_invalid');
  expectError(await s.api('GET', '/api/auth/me'), 401, 'unauthenticated');

  // Ours, by the key in the file: what it says must hold too.
  const line = readFileSync(s.store.keys, 'utf8').split('\n').find((l) => l.startsWith('es256'));
  const own = createPrivateKey({ format: 'jwk', key: { ...keys[0], d: line.split(' ')[2] } });
  const now = Math.floor(Date.now() / 1000);
  expectOk(await me(es256(header, { ...claims, jti: 'x' }, own)));
  expectError(await me(es256(header, { ...claims, iat: now - 2000, exp: now - 1 }, own)), 401, 'token_expired');
  for (const bad of [{ exp: undefined }, { iat: now + 1000, exp: now + 2000 }, { nbf: now + 1000 },
    { iss: 'other' }, { sub: 'x' }, { role: 'KING' }, { company_id: s.b.id }, { sid: claims.sub }, { exp: '9' }]) {
    expectError(await me(es256(header, { ...claims, ...bad }, own)), 401, 'token_invalid');
  }
  for (const bad of [{ crit: ['x'] }, { typ: 'x' }, { alg: 'ES384' }]) {
    expectError(await me(es256({ ...header, ...bad }, claims, own)), 401, 'token_invalid');
  }
});

test('the key file is the owner\'s alone; rotation needs no restart and keeps old tokens good', async () => {
  assert.equal(statSync(s.store.keys).mode & 0o777, 0o600);
  const { accessToken } = expectOk(await login(s.a.users.ADMIN));
  cliOk(s.store, ['keys', 'rotate', '--key-file', s.store.keys]);
  let next = expectOk(await login(s.a.users.ADMIN));
  for (const until = Date.now() + 5000; Date.now() < until && part(next.accessToken, 0).kid === part(accessToken, 0).kid;) {
    await sleep(100);
    next = expectOk(await login(s.a.users.ADMIN));
  }
  expectOk(await me(accessToken));
  expectOk(await me(next.accessToken));
  assert.notEqual(part(next.accessToken, 0).kid, part(accessToken, 0).kid);
  const { keys } = (await s.api('GET', '/.well-known/jwks.json')).json;
  assert.deepEqual(keys.map((k) => k.kid), [part(next.accessToken, 0).kid, part(accessToken, 0).kid]);
  assert.ok(keys.every((k) => !('d' in k)));
  // A restart changes nothing about it.
  await s.restart();
  expectOk(await me(accessToken));
  expectOk(await me(next.accessToken));
});

test('the company is found by its slug, and asked for when there are several', async () => {
  expectError(await login(s.a.users.ADMIN, { company: undefined }), 404, 'company_not_found', 'company');
  expectError(await login(s.a.users.ADMIN, { company: 'nowhere' }), 404, 'company_not_found');
  expectError(await login(s.a.users.ADMIN, { company: s.b.slug }), 401, 'bad_credentials');
});

test('sign-ins are in the audit log, without what was typed', async () => {
  const rows = s.store.sql(`SELECT status, fields FROM audit_log WHERE action = 'session.open' AND company_id = ${s.store.id(s.a.id)}`);
  const statuses = new Set(rows.map((r) => r[0]));
  assert.ok(statuses.has('200') && statuses.has('401'));
  assert.ok(rows.every((r) => /^[a-z,]+$/i.test(r[1])));
});
