// Where one is signed in: shown to oneself alone, ended from another device.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectError, expectOk, start } from './harness.mjs';

let s;
before(async () => { s = await start(); });
after(() => s.stop());

const signIn = async (role, company = s.a) => expectOk(await s.login(company.users[role], company));
const sessions = async (token) => expectOk(await s.api('GET', '/api/auth/sessions', { token }));
const end = (token, id) => s.api('POST', `/api/auth/sessions/${id}/end`, { token });

test('a device is signed out from another one, and its tokens are no longer good', async () => {
  const lost = await signIn('CASHIER');
  const here = await signIn('CASHIER');
  const rows = await sessions(here.accessToken);
  assert.equal(rows.length, 2);
  assert.deepEqual(rows.map((r) => r.current), [true, false], 'what was used last comes first');
  assert.ok(rows.every((r) => r.usedAt >= r.createdAt && r.expiresAt > r.usedAt));
  assert.deepEqual(Object.keys(rows[0]).sort(), ['createdAt', 'current', 'expiresAt', 'id', 'usedAt']);

  const [, other] = rows;
  expectOk(await end(here.accessToken, other.id));
  expectError(await s.api('GET', '/api/auth/me', { token: lost.accessToken }), 401);
  expectError(await s.api('POST', '/api/auth/refresh', { body: { refreshToken: lost.refreshToken } }), 401, 'token_invalid');
  assert.deepEqual((await sessions(here.accessToken)).map((r) => r.id), [rows[0].id]);
  expectError(await end(here.accessToken, other.id), 404, 'not_found');
});

test('the one in use can be ended too', async () => {
  const { accessToken } = await signIn('STAFF');
  const [own] = (await sessions(accessToken)).filter((r) => r.current);
  expectOk(await end(accessToken, own.id));
  expectError(await s.api('GET', '/api/auth/sessions', { token: accessToken }), 401);
});

test('nobody ends or sees somebody else’s, of this company or another', async () => {
  const victim = await signIn('MANAGER');
  const [theirs] = await sessions(victim.accessToken);
  for (const thief of [await signIn('ADMIN'), await signIn('ADMIN', s.b)]) {
    assert.ok((await sessions(thief.accessToken)).every((r) => r.id !== theirs.id));
    expectError(await end(thief.accessToken, theirs.id), 404, 'not_found');
  }
  expectOk(await s.api('GET', '/api/auth/me', { token: victim.accessToken }));
  expectError(await end(victim.accessToken, 'x'), 400, undefined, 'id');
});

test('a key has no sessions', async () => {
  const { key } = expectOk(await s.as('ADMIN').post('/api/api-keys', { name: 'till', scopes: ['READ_CUSTOMER'] }), 201);
  expectError(await s.api('GET', '/api/auth/sessions', { token: key }), 403, 'forbidden');
});

test('the audit log says that a session was ended', async () => {
  const { accessToken, user } = await signIn('DELIVERY');
  const [own] = await sessions(accessToken);
  expectOk(await end(accessToken, own.id));
  const rows = expectOk(await s.as('ADMIN').get(`/api/audit?subject=${user.id}`));
  assert.ok(rows.some((r) => r.action === 'auth.session_end' && r.actorId === user.id));
});
