// Proof of an e-mail by its link, and forgotten passwords by link and by code.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { ENGINE, expectError, expectOk, mailbox, newPhone, start } from './harness.mjs';

let s;
let box;
before(async () => {
  s = await start({ settings: { 'allow-private-targets': true, 'public-url': 'https://shop.example' } });
  box = await mailbox(s);
});
after(async () => {
  box?.close();
  await s?.stop();
});

const PASSWORD = 'a good password';
const OTHER = 'another good password';
const email = () => `${Math.random().toString(36).slice(2)}@example.com`;
const post = (path, body, token) => s.api('POST', path, { token, body });
const at = (path, body, token) => post(path, { company: s.a.slug, ...body }, token);
const signup = async (body) => expectOk(await at('/api/auth/signup', { password: PASSWORD, ...body }), 201);
const login = (body) => at('/api/auth/login', { password: PASSWORD, ...body });
const confirm = (token) => post('/api/auth/email/verify', { token, password: PASSWORD });
const reset = (body) => post('/api/auth/password/reset', body);
const forgot = async (body) => expectOk(await at('/api/auth/password/forgot', body));
const me = async (token) => expectOk(await s.api('GET', '/api/auth/me', { token }));
async function prove(to, token) {
  expectOk(await at('/api/auth/otp/request', to, token));
  return expectOk(await at('/api/auth/otp/verify', { ...to, code: await box.code(to.phone ?? to.email) }, token));
}

test('the link that sign-up sends proves the e-mail; the record follows', async () => {
  const address = email();
  const own = await signup({ email: address });
  const m = await box.take(address);
  assert.match(m.subject, /^Confirm your e-mail address for /);
  assert.match(m.text, /https:\/\/shop\.example\/verify-email#token=[\w-]+\n/);
  const token = /#token=([\w-]+)/.exec(m.text)[1];
  assert.equal((await me(own.accessToken)).customer.email, null);
  expectOk(await confirm(token));
  const self = await me(own.accessToken);
  assert.equal(self.user.isEmailVerified, true);
  assert.equal(self.customer.email, address);
  expectError(await confirm(token), 401, 'token_invalid');
  expectError(await confirm('nonsense'), 401, 'token_invalid');
});

test('the page of the link runs nothing but its own script', async () => {
  const page = await s.api('GET', '/verify-email');
  assert.equal(page.status, 200);
  assert.equal(page.headers['strict-transport-security'], 'max-age=31536000', 'the public address is HTTPS');
  assert.match(page.text, /verify-email\.[0-9a-f]*\.?js/);
  assert.match(page.headers['content-security-policy'], /script-src 'self'|default-src 'self'|default-src 'none'/);
  assert.doesNotMatch(page.text, /<script>|onclick|style=/);
});

test('the link is sent again when asked for', async () => {
  const address = email();
  const own = await signup({ email: address });
  await box.take(address);
  expectError(await s.api('POST', '/api/auth/email/request'), 401, 'unauthenticated');
  expectOk(await s.api('POST', '/api/auth/email/request', { token: own.accessToken }));
  expectOk(await confirm(await box.link(address)));
  expectError(await s.api('POST', '/api/auth/email/request', { token: own.accessToken }), 400, 'invalid', 'email');
});

test('a link proves the address it went to, and nothing the account says later', async () => {
  const address = email();
  const own = await signup({ email: address });
  const token = await box.link(address);
  s.store.sql(`UPDATE users SET claimed_email = 'else.${address}' WHERE id = ${s.store.id(own.user.id)}`);
  expectError(await confirm(token), 401, 'token_invalid');
  s.store.sql(`UPDATE users SET claimed_email = '${address}' WHERE id = ${s.store.id(own.user.id)}`);
  expectOk(await confirm(token));
});

test('an old link is none', async () => {
  const address = email();
  await signup({ email: address });
  const token = await box.link(address);
  const ago = ENGINE === 'sqlite' ? 'expires_at - 259200000000' : "expires_at - interval '3 days'";
  s.store.sql(`UPDATE user_tokens SET expires_at = ${ago}`);
  expectError(await confirm(token), 401, 'token_invalid');
});

test('a login that staff made and nobody used gives the e-mail to who proves it', async () => {
  const address = email();
  const made = expectOk(await s.as('ADMIN').post('/api/users', { name: 'Never here', email: address, role: 'CUSTOMER' }), 201);
  const own = await signup({ email: address });
  expectOk(await confirm(await box.link(address)));
  assert.equal((await me(own.accessToken)).user.email, address);
  assert.equal(expectOk(await s.as('ADMIN').get(`/api/users/${made.user.id}`)).email, null);
});

test('who works here keeps the e-mail, even before the first sign-in', async () => {
  const address = email();
  expectOk(await s.as('ADMIN').post('/api/users', { name: 'New here', email: address, role: 'CASHIER' }), 201);
  await signup({ email: address });
  expectError(await confirm(await box.link(address)), 400, 'email_taken', 'email');
});

test('a forgotten password by e-mail: the link sets another one and proves the address', async () => {
  const address = email();
  const own = await signup({ email: address });
  await box.take(address);
  await forgot({ email: address });
  const m = await box.take(address);
  assert.match(m.text, /https:\/\/shop\.example\/reset#token=/);
  const token = /#token=([\w-]+)/.exec(m.text)[1];
  expectError(await reset({ token, password: 'short' }), 400, 'invalid', 'password');
  expectError(await confirm(token), 401, 'token_invalid');
  expectOk(await reset({ token, password: OTHER }));
  expectError(await reset({ token, password: OTHER }), 401, 'token_invalid');
  expectError(await login({ email: address }), 401, 'bad_credentials');
  const data = expectOk(await login({ email: address, password: OTHER }));
  assert.equal(data.user.id, own.user.id);
  assert.equal(data.user.isEmailVerified, true);
  expectError(await post('/api/auth/refresh', { refreshToken: own.refreshToken }), 401, 'token_invalid');
});

test('the link of a confirmation sets no password', async () => {
  const address = email();
  await signup({ email: address });
  const token = await box.link(address);
  expectError(await reset({ token, password: OTHER }), 401, 'token_invalid');
  expectError(await post('/api/auth/activate', { token, password: OTHER }), 401, 'token_invalid');
  expectOk(await confirm(token));
});

test('a claimed e-mail opens no account whose phone was proved', async () => {
  const victim = { phone: newPhone(), email: email() };
  const own = await signup(victim);
  await box.take(victim.email);
  await forgot({ email: victim.email });
  const early = await box.link(victim.email);
  await prove({ phone: victim.phone }, own.accessToken);
  expectError(await reset({ token: early, password: OTHER }), 401, 'token_invalid');
  await forgot({ email: victim.email });
  // Who has the mailbox gets an account of their own.
  const other = await prove({ email: victim.email });
  assert.notEqual(other.user.id, own.user.id);
  expectOk(await login({ phone: victim.phone }));
});

test('a claimed e-mail, perhaps mistyped, opens no account that staff gave a history', async () => {
  const address = email();
  const own = await signup({ email: address });
  await box.take(address);
  await forgot({ email: address });
  const early = await box.link(address);
  const customer = expectOk(await s.as('CASHIER').post('/api/customers', { name: 'Asha Rao', phone: newPhone(), createLogin: false }), 201);
  expectOk(await s.as('ADMIN').post(`/api/customers/${customer.id}/users`, { userId: own.user.id }));
  expectError(await reset({ token: early, password: OTHER }), 401, 'token_invalid');
  const other = await prove({ email: address });
  assert.notEqual(other.user.id, own.user.id);
  assert.equal(other.user.isEmailVerified, true);
  assert.equal((await me(own.accessToken)).customer.id, customer.id);
});

test('a forgotten password by code', async () => {
  const phone = newPhone();
  const own = await signup({ phone });
  await prove({ phone }, own.accessToken);
  await forgot({ phone });
  const code = await box.code(phone);
  const body = { company: s.a.slug, phone, password: OTHER };
  expectError(await reset({ ...body, code: 'wrong' }), 401, 'bad_code');
  expectError(await reset({ ...body, company: s.b.slug, code }), 401, 'bad_code');
  expectError(await reset(body), 400, 'invalid', 'token');
  expectOk(await reset({ ...body, code }));
  expectError(await reset({ ...body, code }), 401, 'bad_code');
  assert.equal(expectOk(await login({ phone, password: OTHER })).user.id, own.user.id);
  expectError(await login({ phone }), 401, 'bad_credentials');
});

test('a blank token is none: the company is that of the phone and the code', async () => {
  const phone = newPhone();
  const own = await signup({ phone });
  await prove({ phone }, own.accessToken);
  for (const token of ['', ' ', '\t\n', '\u00a0']) {
    const r = await at('/api/auth/password/reset', { token, phone, code: 'none', password: OTHER });
    assert.ok(['bad_code', 'token_invalid'].includes(r.json.code), r.text);
    const alone = await at('/api/auth/password/reset', { token, password: OTHER });
    assert.ok(['invalid', 'token_invalid'].includes(alone.json.code), alone.text);
  }
  await forgot({ phone });
  expectOk(await at('/api/auth/password/reset', { token: '', phone, code: await box.code(phone), password: OTHER }));
});

test('a code for a number that only somebody claims sets no password', async () => {
  const phone = newPhone();
  await signup({ phone });
  await forgot({ phone });
  expectError(await reset({ company: s.a.slug, phone, password: OTHER, code: await box.code(phone) }), 404, 'user_not_found');
  expectOk(await login({ phone }));
});

test('of several accounts with a number the person says which', async () => {
  const phone = newPhone();
  const one = await prove({ phone });
  const two = await prove({ email: email() });
  await prove({ phone }, two.accessToken);
  await forgot({ phone });
  const body = { company: s.a.slug, phone, password: OTHER, code: await box.code(phone) };
  const e = expectError(await reset(body), 409, 'several_accounts');
  assert.deepEqual(e.accounts.map((a) => a.id).sort(), [one.user.id, two.user.id].sort());
  expectOk(await reset({ ...body, userId: two.user.id }));
  assert.equal(expectOk(await login({ phone, password: OTHER })).user.id, two.user.id);
});

test('staff’s links work as before', async () => {
  const address = email();
  const made = expectOk(await s.as('ADMIN').post('/api/users', { name: 'A', email: address, role: 'CASHIER' }), 201);
  expectError(await reset({ token: made.activation.token, password: PASSWORD }), 401, 'token_invalid');
  expectOk(await post('/api/auth/activate', { token: made.activation.token, password: PASSWORD }));
  const again = expectOk(await s.as('ADMIN').post(`/api/users/${made.user.id}/reset`));
  expectOk(await reset({ token: again.token, password: OTHER }));
  const data = expectOk(await login({ email: address, password: OTHER }));
  assert.equal(data.user.isEmailVerified, false, 'a link handed over by staff proves no address');
  await forgot({ email: address });
  expectOk(await reset({ token: await box.link(address), password: PASSWORD }));
  assert.equal(expectOk(await login({ email: address })).user.isEmailVerified, true);
});
