// Accounts made or opened by somebody else before their owner comes: what a
// stranger prepared is worth nothing once the owner proves who they are, the
// owner who is no stranger loses nothing, and a session that somebody found does
// not make the account theirs.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { ENGINE, expectError, expectOk, mailbox, newPhone, start } from './harness.mjs';

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

const PASSWORD = 'the one of the sign-up';
const OTHER = 'the one chosen at the link';
const email = () => `${Math.random().toString(36).slice(2)}@example.com`;
const post = (path, body, token) => s.api('POST', path, { token, body });
const at = (path, body, token) => post(path, { company: s.a.slug, ...body }, token);
const signup = async (body) => expectOk(await at('/api/auth/signup', { password: PASSWORD, ...body }), 201);
const login = (body) => at('/api/auth/login', { password: PASSWORD, ...body });
const confirm = (body, token) => post('/api/auth/email/verify', body, token);
const refresh = (own) => post('/api/auth/refresh', { refreshToken: own.refreshToken });
const me = (token) => s.api('GET', '/api/auth/me', { token });
const user = async (token) => expectOk(await me(token)).user;
async function codeTo(to, token) {
  expectOk(await at('/api/auth/otp/request', to, token));
  return box.code(to.phone ?? to.email);
}
const verify = async (to, token) => at('/api/auth/otp/verify', { ...to, code: await codeTo(to, token) }, token);
async function isOut(own) {
  expectError(await me(own.accessToken), 401, 'token_invalid');
  expectError(await refresh(own), 401, 'token_invalid');
}
/** The sessions of a user began so many minutes earlier. */
function age(id, minutes) {
  const ago = ENGINE === 'sqlite' ? `created_at - ${minutes * 60e6}` : `created_at - interval '${minutes} minutes'`;
  s.store.sql(`UPDATE sessions SET created_at = ${ago} WHERE user_id = ${s.store.id(id)}`);
}

test('a stranger signed up with my e-mail: my click alone confirms nothing, and nothing of theirs outlives my password', async () => {
  const mine = { email: email(), phone: newPhone() };
  const trap = await signup({ email: mine.email, phone: mine.phone, name: 'A trap' });
  const token = await box.link(mine.email);
  const e = expectError(await confirm({ token }), 403, 'password_required');
  assert.match(e.message, /newPassword/);
  assert.equal((await user(trap.accessToken)).isEmailVerified, false);
  expectOk(await confirm({ token, newPassword: OTHER }));
  await isOut(trap);
  for (const by of [{ email: mine.email }, { phone: mine.phone }]) expectError(await login(by), 401, 'bad_credentials');
  const own = expectOk(await login({ email: mine.email, password: OTHER }));
  assert.deepEqual([own.user.id, own.user.isEmailVerified, own.user.phone], [trap.user.id, true, null]);
  expectError(await confirm({ token, newPassword: PASSWORD }), 401, 'token_invalid');
});

test('I signed up on my phone and follow the link elsewhere: with my password all stays as it is', async () => {
  const address = email();
  const own = await signup({ email: address, phone: newPhone() });
  const token = await box.link(address);
  expectError(await confirm({ token, password: 'not that one' }), 401, 'bad_credentials');
  assert.equal((await user(own.accessToken)).isEmailVerified, false);
  expectOk(await confirm({ token, password: PASSWORD }));
  const now = await user(own.accessToken);
  assert.deepEqual([now.isEmailVerified, now.phone], [true, own.user.phone]);
  expectOk(await refresh(own));
  expectOk(await login({ email: address }));
});

test('where I am signed in, one click is enough, and my other devices stay signed in', async () => {
  const address = email();
  const own = await signup({ email: address });
  const laptop = expectOk(await login({ email: address }));
  expectOk(await confirm({ token: await box.link(address) }, laptop.accessToken));
  assert.equal((await user(own.accessToken)).isEmailVerified, true);
  expectOk(await login({ email: address }));
});

test('a session of another account counts for nothing', async () => {
  const address = email();
  const trap = await signup({ email: address });
  const mine = await signup({ phone: newPhone() });
  const token = await box.link(address);
  expectError(await confirm({ token }, mine.accessToken), 403, 'password_required');
  expectError(await confirm({ token }, await s.token('ADMIN', s.b)), 403, 'password_required');
  assert.equal((await user(trap.accessToken)).isEmailVerified, false);
});

test('without a password there is none to ask for: the click confirms, and who was signed in is no longer', async () => {
  const address = email();
  const trap = expectOk(await at('/api/auth/signup', { email: address }), 201);
  expectOk(await confirm({ token: await box.link(address) }));
  await isOut(trap);
  const own = expectOk(await verify({ email: address }));
  assert.deepEqual([own.user.id, own.user.isEmailVerified], [trap.user.id, true]);
});

test('an account whose phone somebody proved is not opened by an address that it claims', async () => {
  const trap = await signup({ email: email(), phone: newPhone() });
  const address = trap.user.email;
  expectOk(await verify({ phone: trap.user.phone }, trap.accessToken));
  const token = await box.link(address);
  expectError(await confirm({ token }), 403, 'sign_in_again');
  expectError(await confirm({ token, newPassword: OTHER }), 403, 'sign_in_again');
  assert.equal((await user(trap.accessToken)).isEmailVerified, false);
  // Who has the mailbox has an account of their own by a code; its maker confirms with the password.
  assert.notEqual(expectOk(await verify({ email: address })).user.id, trap.user.id);
  const honest = await signup({ email: email(), phone: newPhone() });
  expectOk(await verify({ phone: honest.user.phone }, honest.accessToken));
  expectOk(await confirm({ token: await box.link(honest.user.email), password: PASSWORD }));
  assert.equal((await user(honest.accessToken)).isEmailVerified, true);
});

test('a link is no way to guess a password, nor to set a weak one', async () => {
  const address = email();
  await signup({ email: address });
  const token = await box.link(address);
  expectError(await confirm({ token, newPassword: 'short' }), 400, 'invalid', 'newPassword');
  expectError(await confirm({ token, newPassword: OTHER, password: PASSWORD }), 400, 'invalid', 'newPassword');
  for (let i = 0; i < 10; i++) expectError(await confirm({ token, password: `guess ${i}` }), 401, 'bad_credentials');
  expectError(await confirm({ token, password: PASSWORD }), 429, 'rate_limited');
  expectOk(await confirm({ token, newPassword: OTHER }));
});

test('a number told at the till: its first code ends what was set before, and later ones end nothing', async () => {
  const phone = newPhone();
  const made = expectOk(await s.as('CASHIER').post('/api/customers', { name: 'Meera', phone }), 201);
  const link = expectOk(await s.as('ADMIN').post(`/api/users/${made.userId}/reset`));
  expectOk(await post('/api/auth/activate', { token: link.token, password: PASSWORD }));
  const before_ = s.store.sql(`SELECT password_hash IS NULL FROM users WHERE id = ${s.store.id(made.userId)}`);
  assert.ok(['0', 'f'].includes(before_[0][0]));
  const own = expectOk(await verify({ phone }));
  assert.equal(own.user.id, made.userId);
  expectError(await login({ phone }), 401, 'bad_credentials');
  expectOk(await at('/api/auth/password/reset', { phone, password: OTHER, code: await codeTo({ phone }) }));
  const again = expectOk(await login({ phone, password: OTHER }));
  expectOk(await verify({ phone }));
  expectOk(await me(again.accessToken));
  expectOk(await login({ phone, password: OTHER }));
});

/** An account with a proved e-mail and a password, whose session is old. */
async function oldSession(more = {}) {
  const own = await signup({ email: email(), ...more });
  expectOk(await confirm({ token: await box.link(own.user.email) }, own.accessToken));
  age(own.user.id, 11);
  return own;
}

test('a session that somebody found changes neither e-mail nor phone', async () => {
  const own = await oldSession();
  const fresh = expectOk(await refresh(own));
  for (const to of [{ email: email() }, { phone: newPhone() }]) {
    const code = await codeTo(to, fresh.accessToken);
    expectError(await at('/api/auth/otp/verify', { ...to, code }, fresh.accessToken), 403, 'sign_in_again');
    const now = await user(fresh.accessToken);
    assert.deepEqual([now.email, now.phone], [own.user.email, null]);
    expectError(await login({ ...to, password: PASSWORD }), 401, 'bad_credentials');
  }
});

test('after signing in again the same code is still good, and the old address is told', async () => {
  const own = await oldSession();
  const to = { email: email() };
  const code = await codeTo(to, own.accessToken);
  expectError(await at('/api/auth/otp/verify', { ...to, code }, own.accessToken), 403, 'sign_in_again');
  const again = expectOk(await login({ email: own.user.email }));
  const done = expectOk(await at('/api/auth/otp/verify', { ...to, code }, again.accessToken));
  assert.deepEqual([done.user.id, done.user.email, done.user.isEmailVerified], [own.user.id, to.email, true]);
  const told = await box.take(own.user.email, 'notice');
  assert.equal(told.purpose, 'notice');
  assert.match(told.subject, /^Your account at .+ was changed$/);
  assert.match(told.text, /Another e-mail address now belongs to your account/);
  assert.ok(!told.text.includes(to.email), 'who had the account before is not told where it went');
  expectError(await login({ email: own.user.email }), 401, 'bad_credentials');
});

test('a first phone is told to the e-mail; another phone to both, by a code to the present one', async () => {
  const own = await oldSession();
  const first = newPhone();
  const again = expectOk(await login({ email: own.user.email }));
  expectOk(await verify({ phone: first }, again.accessToken));
  assert.match((await box.take(own.user.email, 'notice')).text, /Another phone number now belongs/);
  age(own.user.id, 11);
  const second = newPhone();
  expectError(await verify({ phone: second }, again.accessToken), 403, 'sign_in_again');
  const byCode = expectOk(await verify({ phone: first }));
  assert.equal(byCode.user.id, own.user.id);
  expectOk(await verify({ phone: second }, byCode.accessToken));
  const sms = await box.take(first, 'notice');
  assert.deepEqual([sms.purpose, sms.channel ?? 'SMS'], ['notice', 'SMS']);
  assert.match(sms.text, /Another phone number now belongs to your account at .+ tell the shop/);
  assert.match((await box.take(own.user.email, 'notice')).text, /Another phone number/);
});

test('what was typed at sign-up may be proved at any time, and nobody is told', async () => {
  const phone = newPhone();
  const own = await oldSession({ phone });
  expectOk(await verify({ phone }, own.accessToken));
  assert.equal(box.all.filter((m) => m.to === own.user.email && m.purpose === 'notice').length, 0);
  // One's own once more is no change either.
  age(own.user.id, 11);
  expectOk(await verify({ phone }, own.accessToken));
});

test('an account that is nothing but its session, the number mistyped, is not in its own way', async () => {
  const own = expectOk(await at('/api/auth/signup', { phone: newPhone() }), 201);
  age(own.user.id, 100);
  const phone = newPhone();
  assert.equal(expectOk(await verify({ phone }, own.accessToken)).user.phone, phone);
});

test('who works here signs in again, too', async () => {
  const own = expectOk(await s.login(s.a.users.CASHIER, s.a));
  age(own.user.id, 11);
  const to = { email: email() };
  expectError(await verify(to, own.accessToken), 403, 'sign_in_again');
  const again = expectOk(await s.login(s.a.users.CASHIER, s.a));
  const code = await codeTo(to, again.accessToken);
  assert.equal(expectOk(await at('/api/auth/otp/verify', { ...to, code }, again.accessToken)).user.email, to.email);
});

test('afterwards the doctor finds nothing', () => {
  const doctor = s.cli(['doctor', '--json']);
  assert.equal(doctor.status, 0, doctor.stdout + doctor.stderr);
});
