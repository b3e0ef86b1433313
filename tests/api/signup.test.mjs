// Sign-up: an account of one's own, and what a stranger gets who types
// somebody else's phone or e-mail: nothing.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectError, expectOk, mailbox, newPhone, start } from './harness.mjs';

let s;
let box;
before(async () => {
  s = await start({ settings: { 'allow-private-targets': true } });
  box = await mailbox(s);
});
after(async () => {
  box?.close();
  await s?.stop();
});

const PASSWORD = 'a good password';
const email = () => `${Math.random().toString(36).slice(2)}@example.com`;
const post = (path, body, token) => s.api('POST', path, { token, body: { company: s.a.slug, ...body } });
const signup = async (body) => expectOk(await post('/api/auth/signup', { password: PASSWORD, ...body }), 201);
const login = (body) => post('/api/auth/login', { password: PASSWORD, ...body });
const get = (path, token) => s.api('GET', path, { token });
const me = async (token) => expectOk(await get('/api/auth/me', token));
async function verify(to, token, more = {}) {
  expectOk(await post('/api/auth/otp/request', to, token));
  const code = await box.code(to.phone ?? to.email);
  return post('/api/auth/otp/verify', { ...to, code, ...more }, token);
}

/** A person of the shop with an order, and a login that proved phone and e-mail. */
async function person(name = 'Meera Iyer') {
  const phone = newPhone();
  const address = email();
  const cashier = s.as('CASHIER');
  const customer = expectOk(await cashier.post('/api/customers', { name, phone }), 201);
  const order = expectOk(await cashier.post('/api/orders', { customerId: customer.id, totalAmount: '150.00' }), 201);
  const own = await signup({ name, phone, email: address });
  const proved = expectOk(await verify({ phone }, own.accessToken));
  assert.equal(proved.customer.id, customer.id, 'joined to the person who has the number');
  const link = await box.link(address);
  expectOk(await s.api('POST', '/api/auth/email/verify', { token: own.accessToken, body: { token: link } }));
  return { phone, email: address, customer, order, token: own.accessToken, user: own.user };
}

test('sign-up answers like sign-in; what was typed is shown and not proved', async () => {
  const phone = newPhone();
  const address = email();
  const data = await signup({ name: 'Asha Rao', phone: `0${phone.slice(3)}`, email: address.toUpperCase() });
  assert.deepEqual(Object.keys(data), ['accessToken', 'refreshToken', 'expiresIn', 'user']);
  for (const [k, v] of Object.entries({ name: 'Asha Rao', phone, email: address, role: 'CUSTOMER',
    companyId: s.a.id, isPhoneVerified: false, isEmailVerified: false })) assert.equal(data.user[k], v, k);
  assert.ok(data.user.customerId);
  const claims = JSON.parse(Buffer.from(data.accessToken.split('.')[1], 'base64url'));
  assert.ok(!claims.email, 'others must not take a claim for a proof');
  assert.equal(claims.customer_id, data.user.customerId);
  const self = await me(data.accessToken);
  assert.equal(self.user.phone, phone);
  assert.deepEqual([self.customer.id, self.customer.phone, self.customer.email, self.customer.address],
    [data.user.customerId, null, null, null]);
  for (const by of [{ email: address }, { phone }]) {
    assert.equal(expectOk(await login(by)).user.id, data.user.id);
    expectError(await login({ ...by, password: 'not that one' }), 401, 'bad_credentials');
  }
  const seen = expectOk(await s.as('ADMIN').get(`/api/users/${data.user.id}`));
  assert.deepEqual([seen.email, seen.phone, seen.claimedEmail, seen.claimedPhone], [null, null, address, phone]);
});

test('a name may be missing, an e-mail or a phone may not; weak passwords are refused', async () => {
  const phone = newPhone();
  assert.equal((await signup({ phone })).user.name, `0${phone.slice(3, 8)} ${phone.slice(8)}`);
  assert.equal((await signup({ email: 'asha.k@example.com' })).user.name, 'asha.k');
  const bad = async (body, code, field) => expectError(await post('/api/auth/signup', body), 400, code, field);
  await bad({ name: 'Nobody' }, 'invalid', 'email');
  await bad({ phone, password: 'short' }, 'invalid', 'password');
  await bad({ phone, password: 'password' }, 'invalid', 'password');
  await bad({ phone: '0000000000' }, 'phone_invalid', 'phone');
  await bad({ email: 'no address' }, 'invalid', 'email');
  await bad({ email: email(), role: 'ADMIN' }, 'invalid', 'role');
  expectError(await post('/api/auth/signup', { phone, company: 'none' }), 404, 'company_not_found');
});

test('without a password an account is opened by codes alone', async () => {
  const phone = newPhone();
  const data = expectOk(await post('/api/auth/signup', { phone }), 201);
  expectError(await login({ phone, password: '' }), 400, 'invalid', 'password');
  expectError(await login({ phone, password: 'whatever it is' }), 401, 'bad_credentials');
  expectOk(await verify({ phone }, data.accessToken));
  assert.equal(expectOk(await verify({ phone })).user.id, data.user.id);
});

test('who types a stranger’s phone and e-mail sees, orders and changes nothing of theirs', async () => {
  const victim = await person();
  const national = `0${victim.phone.slice(3, 8)}-${victim.phone.slice(8)}`;
  const record = () => s.as('ADMIN').get(`/api/customers/${victim.customer.id}`);
  const before_ = (await record()).text;
  const data = await signup({ name: 'Somebody else', phone: national, email: victim.email });
  const t = data.accessToken;
  assert.notEqual(data.user.customerId, victim.customer.id);
  const self = await me(t);
  assert.ok(!JSON.stringify(self.customer).includes('Meera'));
  for (const path of [`/api/customers/${victim.customer.id}`, `/api/orders/${victim.order.id}`,
    `/api/customers/phone/${encodeURIComponent(victim.phone)}`, '/api/customers/search?q=Meera']) {
    const res = await get(path, t);
    assert.ok([403, 404].includes(res.status), `${path}: ${res.text}`);
    assert.ok(!res.text.includes('Meera'));
  }
  assert.deepEqual(expectOk(await get('/api/orders', t)), []);
  const order = { lines: [{ name: 'Milk', quantity: 1, unitPrice: '30.00' }] };
  const ordered = expectOk(await s.api('POST', '/api/orders', { token: t, body: order }), 201);
  assert.equal(ordered.customerId, data.user.customerId);
  const theirs = await s.api('POST', '/api/orders', { token: t, body: { ...order, customerId: victim.customer.id } });
  assert.ok(theirs.status >= 400 || theirs.json.data.customerId === data.user.customerId, theirs.text);
  const change = await s.api('PATCH', `/api/customers/${victim.customer.id}`, { token: t, body: { name: 'Mine' } });
  assert.ok([403, 404].includes(change.status), change.text);
  const erase = await s.api('DELETE', `/api/customers/${victim.customer.id}`, { token: t });
  assert.ok([403, 404].includes(erase.status), erase.text);
  assert.equal((await record()).text, before_, 'nothing of the victim has changed');
  // The victim goes on signing in with either, and so does the other one: the password decides.
  for (const by of [{ email: victim.email }, { phone: victim.phone }]) {
    assert.equal(expectOk(await login({ ...by })).user.id, victim.user.id);
  }
});

test('a stranger’s account under one’s own e-mail: the password decides whose it is', async () => {
  const victim = await person();
  const other = await signup({ email: victim.email, phone: victim.phone, password: 'another good one' });
  for (const by of [{ email: victim.email }, { phone: victim.phone }]) {
    assert.equal(expectOk(await login(by)).user.id, victim.user.id);
    assert.equal(expectOk(await login({ ...by, password: 'another good one' })).user.id, other.user.id);
  }
  expectError(await post('/api/auth/otp/verify', { email: victim.email, code: '000000' }, other.accessToken), 401, 'bad_code');
  const link = await box.link(victim.email);
  expectError(await s.api('POST', '/api/auth/email/verify', { token: other.accessToken, body: { token: link } }), 400, 'email_taken');
  assert.equal(expectOk(await login({ email: victim.email })).user.isEmailVerified, true);
});

test('guessing at the owner’s password is not made endless by an account under the same e-mail', async () => {
  const victim = await person();
  await signup({ email: victim.email, password: 'another good one' });
  for (let i = 0; i < 9; i++) expectError(await login({ email: victim.email, password: `guess ${i}` }), 401);
  expectOk(await login({ email: victim.email, password: 'another good one' }));
  expectError(await login({ email: victim.email, password: 'guess 10' }), 401);
  expectError(await login({ email: victim.email, password: 'guess 11' }), 429, 'rate_limited');
});

test('an account that waits under one’s e-mail is emptied of its keys by the code', async () => {
  const address = email();
  const trap = await signup({ email: address, password: 'the password of a trap' });
  await box.take(address);
  const mine = expectOk(await verify({ email: address }));
  assert.equal(mine.user.id, trap.user.id);
  expectError(await login({ email: address, password: 'the password of a trap' }), 401, 'bad_credentials');
  expectError(await s.api('POST', '/api/auth/refresh', { body: { refreshToken: trap.refreshToken } }), 401, 'token_invalid');
  expectOk(await verify({ email: address }));
});

test('two sign-ups at one instant with one e-mail: neither owns it until it is proved', async () => {
  const address = email();
  const phone = newPhone();
  const both = await Promise.all([1, 2].map((n) => signup({ email: address, phone, password: `good password ${n}` })));
  assert.notEqual(both[0].user.id, both[1].user.id);
  const links = [await box.link(address), await box.link(address)];
  const proved = await Promise.all(links.map((token) => s.api('POST', '/api/auth/email/verify', { body: { token, newPassword: PASSWORD } })));
  assert.deepEqual(proved.map((r) => r.status).sort(), [200, 400]);
  assert.equal(proved.find((r) => r.status === 400).json.code, 'email_taken');
  const n = s.store.sql(`SELECT email IS NOT NULL, claimed_email IS NOT NULL FROM users WHERE email = '${address}' OR claimed_email = '${address}'`);
  assert.equal(n.length, 2);
  assert.equal(expectOk(await login({ email: address })).user.isEmailVerified, true);
});

test('several who say that the e-mail is theirs: whoever has the mailbox picks, and the others stay claims', async () => {
  const address = email();
  const both = [await signup({ name: 'One', email: address, password: 'good password 1' }),
    await signup({ name: 'Two', email: address, password: 'good password 2' })];
  await box.take(address);
  await box.take(address);
  expectOk(await post('/api/auth/otp/request', { email: address }));
  const code = await box.code(address);
  const { accounts } = expectOk(await post('/api/auth/otp/verify', { email: address, code }));
  assert.deepEqual(accounts.map((a) => a.name).sort(), ['One', 'Two']);
  const mine = expectOk(await post('/api/auth/otp/verify', { email: address, code, userId: both[0].user.id }));
  assert.equal(mine.user.id, both[0].user.id);
  assert.equal(mine.user.isEmailVerified, true);
  expectError(await login({ email: address, password: 'good password 1' }), 401, 'bad_credentials');
  const other = expectOk(await login({ email: address, password: 'good password 2' }));
  assert.equal(other.user.isEmailVerified, false);
  assert.equal(expectOk(await verify({ email: address })).user.id, both[0].user.id);
});

test('of many who say the same, the newest five stand; the accounts stay', async () => {
  const address = email();
  const all = [];
  for (let i = 0; i < 7; i++) all.push(await signup({ email: address, password: `good password ${i}` }));
  const n = s.store.sql(`SELECT count(*) FROM users WHERE claimed_email = '${address}'`);
  assert.equal(Number(n[0][0]), 5);
  assert.equal((await me(all[0].accessToken)).user.email, null);
  assert.equal((await me(all[6].accessToken)).user.email, address);
});

test('a sign-up’s refresh token is good once', async () => {
  const own = await signup({ phone: newPhone() });
  const refresh = (refreshToken) => s.api('POST', '/api/auth/refresh', { body: { refreshToken } });
  const next = expectOk(await refresh(own.refreshToken));
  expectError(await refresh(own.refreshToken), 401, 'refresh_reused');
  expectError(await refresh(next.refreshToken), 401, 'token_invalid');
});

test('who is deactivated signs in no more, nor does a login of a deactivated person', async () => {
  const gone = await person();
  expectOk(await s.as('ADMIN').post(`/api/users/${gone.user.id}/deactivate`));
  expectError(await login({ phone: gone.phone }), 401, 'bad_credentials');
  const other = await person();
  expectOk(await s.as('ADMIN').post(`/api/customers/${other.customer.id}/deactivate`));
  expectError(await login({ email: other.email }), 401, 'bad_credentials');
  expectError(await login({ phone: other.phone }), 401, 'bad_credentials');
});
