// The second factor: set up, confirmed, asked for at sign-in, each code good
// once, recovery codes, what an admin and the company decide.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cliOk, expectError, expectOk, mailbox, newPhone, sleep, start } from './harness.mjs';
import { base32, code, stepNow } from '../lib/totp.mjs';

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
const login = (user, code, more = {}) => s.api('POST', '/api/auth/login',
  { body: { email: user.email, password: PASSWORD, company: s.a.slug, ...(code === undefined ? {} : { code }), ...more } });
const me = (token) => s.api('GET', '/api/auth/me', { token });
const post = (path, token, body) => s.api('POST', path, { token, body });

const wrongCode = (secret) => {
  const near = [-2, -1, 0, 1, 2].map((o) => code(secret, o));
  return ['123456', '234567', '345678', '456789', '567890', '678901'].find((c) => !near.includes(c));
};

async function makeUser(role = 'CASHIER', by = s.as('ADMIN')) {
  const email = `${role.toLowerCase()}-${Math.random().toString(36).slice(2)}@example.com`;
  const made = expectOk(await by.post('/api/users', { name: 'New one', email, role }), 201);
  expectOk(await s.api('POST', '/api/auth/activate', { body: { token: made.activation.token, password: PASSWORD } }));
  return { ...made.user, email };
}
/** As if the codes taken so far were of long ago: a test does not wait for the next half minute. */
const forgetStep = (user) => s.store.sql(`UPDATE second_factors SET last_step = 1 WHERE user_id = ${s.store.id(user.id)}`);

/** A user with an active second factor, and a session from before. */
async function withFactor(role) {
  const user = await makeUser(role);
  const token = expectOk(await login(user)).accessToken;
  const { secret, otpauthUri } = expectOk(await post('/api/auth/totp/setup', token, { password: PASSWORD }));
  const done = expectOk(await post('/api/auth/totp/confirm', token, { code: code(secret) }));
  for (const c of done.recoveryCodes) s.secrets.add(c);
  forgetStep(user);
  return { user, token, secret, otpauthUri, recovery: done.recoveryCodes };
}

test('set up, confirm, sign in', async () => {
  const user = await makeUser();
  const first = expectOk(await login(user));
  const other = expectOk(await login(user));
  assert.equal(first.user.secondFactor, 'OFF');
  expectError(await post('/api/auth/totp/setup', first.accessToken, {}), 400, 'invalid', 'password');
  expectError(await post('/api/auth/totp/setup', first.accessToken, { password: 'not it' }), 401, 'bad_credentials');
  expectError(await post('/api/auth/totp/confirm', first.accessToken, { code: '123456' }), 400, 'invalid', 'code');
  const made = expectOk(await post('/api/auth/totp/setup', first.accessToken, { password: PASSWORD }));
  assert.match(made.secret, /^[A-Z2-7]{32}$/);
  const uri = new URL(made.otpauthUri);
  assert.equal(uri.protocol, 'otpauth:');
  assert.equal(uri.searchParams.get('secret'), made.secret);
  const company = expectOk(await s.as('ADMIN').get(`/api/companies/${s.a.id}`));
  assert.equal(uri.searchParams.get('issuer'), company.name);
  assert.ok(decodeURIComponent(uri.pathname).endsWith(`${company.name}:${user.email}`), made.otpauthUri);

  // Not asked for before it is confirmed.
  expectOk(await login(user));
  expectError(await post('/api/auth/totp/confirm', first.accessToken, { code: wrongCode(made.secret) }), 401, 'bad_code');
  expectError(await post('/api/auth/totp/confirm', first.accessToken, { code: 'K3QZ7-M9PTX' }), 401, 'bad_code');
  const confirmed = expectOk(await post('/api/auth/totp/confirm', first.accessToken, { code: code(made.secret) }));
  assert.equal(confirmed.secondFactor, 'ON');
  assert.equal(new Set(confirmed.recoveryCodes).size, 10);
  for (const c of confirmed.recoveryCodes) assert.match(c, /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  expectError(await post('/api/auth/totp/confirm', first.accessToken, { code: code(made.secret, 1) }), 400, 'invalid', 'code');

  assert.equal(expectOk(await me(first.accessToken)).user.secondFactor, 'ON');
  expectError(await s.api('POST', '/api/auth/refresh', { body: { refreshToken: other.refreshToken } }), 401, 'token_invalid');
  expectError(await login(user), 401, 'second_factor_required');
  expectError(await login(user, wrongCode(made.secret)), 401, 'bad_code');
  const typed = code(made.secret, 1);
  const data = expectOk(await login(user, `${typed.slice(0, 3)} ${typed.slice(3)}`));
  assert.equal(data.user.secondFactor, 'ON');
  expectOk(await me(data.accessToken));
});

test('who does not know the password is told nothing', async () => {
  const { user, secret } = await withFactor();
  for (const c of [undefined, code(secret), 'K3QZ7-M9PTX']) {
    const e = expectError(await login(user, c, { password: 'not it at all' }), 401, 'bad_credentials');
    const unknown = expectError(await login({ email: 'nobody@example.com' }, c), 401, 'bad_credentials');
    assert.deepEqual({ ...e, requestId: '' }, { ...unknown, requestId: '' });
  }
  // None of these was taken for a use of the code, nor counted against it.
  expectOk(await login(user, code(secret)));
});

test('each code is good once, also when it comes many times at once', async () => {
  const { user, secret } = await withFactor();
  const c = code(secret);
  expectOk(await login(user, c));
  expectError(await login(user, c), 401, 'bad_code');
  expectError(await login(user, code(secret, -1)), 401, 'bad_code');
  forgetStep(user);
  const next = code(secret);
  const all = await Promise.all(Array.from({ length: 8 }, () => login(user, next)));
  assert.equal(all.filter((r) => r.status === 200).length, 1, all.map((r) => r.status).join());
  assert.equal(all.filter((r) => r.status === 401).length, 7);
});

test('codes from too far away are wrong, those of a neighbouring step right', async () => {
  const { user, secret } = await withFactor();
  for (const off of [-3, 3]) expectError(await login(user, code(secret, off)), 401, 'bad_code');
  const step = stepNow();
  for (const off of [-1, 0, 1]) {
    const res = await login(user, code(secret, off, step));
    if (stepNow() !== step) return; // the half minute was over on the way
    expectOk(res);
  }
});

test('200 guesses at once: no more than the limit are looked at', async () => {
  const { user, secret, recovery, token } = await withFactor();
  const guesses = Array.from({ length: 200 }, (_, i) => String(900000 + i)).filter((c) => c !== code(secret));
  // A session spends no password checks, so that all of them are guesses.
  const all = await Promise.all(guesses.map((c) => post('/api/auth/totp/recovery', token, { code: c })));
  assert.equal(all.filter((r) => r.status === 401).length, 10, 'setting login-attempts');
  assert.equal(all.filter((r) => r.status === 429).length, guesses.length - 10);
  const late = await post('/api/auth/totp/recovery', token, { code: code(secret) });
  expectError(late, 429, 'rate_limited');
  assert.ok(Number(late.headers['retry-after']) > 80000, late.headers['retry-after']);
  // At sign-in it is the same count: the right code does not help any more.
  expectError(await login(user, code(secret)), 429, 'rate_limited');
  expectError(await login(user), 401, 'second_factor_required');
  // One on paper cannot be guessed and still lets its owner in.
  expectError(await login(user, 'K3QZ7-M9PTX'), 429, 'rate_limited');
  expectOk(await login(user, recovery[0]));
  expectOk(await login(user, code(secret)));
});

test('wrong codes at sign-in are counted, though the password was right', async () => {
  const { user, secret } = await withFactor();
  const all = [];
  for (let round = 0; round < 13; round++) all.push((await login(user, wrongCode(secret))).status);
  assert.deepEqual(all, [...Array(10).fill(401), ...Array(3).fill(429)]);
  expectError(await login(user, code(secret)), 429, 'rate_limited');
});

test('a recovery code is good once, in any spelling', async () => {
  const { user, recovery } = await withFactor();
  const other = await withFactor();
  expectError(await login(user, other.recovery[0]), 401, 'bad_code');
  expectOk(await login(user, recovery[0].toLowerCase().replace('-', ' ')));
  expectError(await login(user, recovery[0]), 401, 'bad_code');
  const all = await Promise.all(Array.from({ length: 6 }, () => login(user, recovery[1])));
  assert.equal(all.filter((r) => r.status === 200).length, 1);
  const session = expectOk(await login(user, recovery[2])).accessToken;
  const fresh = expectOk(await post('/api/auth/totp/recovery', session, { code: recovery[3] })).recoveryCodes;
  for (const c of fresh) s.secrets.add(c);
  assert.equal(fresh.filter((c) => recovery.includes(c)).length, 0);
  expectError(await login(user, recovery[4]), 401, 'bad_code');
  expectOk(await login(user, fresh[0]));
});

test('to another device: the old one works until the new one has shown a code', async () => {
  const { user, token, secret } = await withFactor();
  expectError(await post('/api/auth/totp/setup', token, { password: PASSWORD }), 400, 'invalid', 'code');
  expectError(await post('/api/auth/totp/setup', token, { code: wrongCode(secret) }), 401, 'bad_code');
  const next = expectOk(await post('/api/auth/totp/setup', token, { code: code(secret) }));
  assert.notEqual(next.secret, secret);
  expectError(await post('/api/auth/totp/confirm', token, { code: wrongCode(next.secret) }), 401, 'bad_code');
  forgetStep(user);
  expectOk(await login(user, code(secret)));
  expectOk(await post('/api/auth/totp/confirm', token, { code: code(next.secret) }));
  forgetStep(user);
  expectError(await login(user, code(secret)), 401, 'bad_code');
  expectOk(await login(user, code(next.secret)));
});

test('switching it off takes password and code', async () => {
  const { user, token, secret, recovery } = await withFactor();
  const off = (body) => post('/api/auth/totp/disable', token, body);
  expectError(await off({ password: PASSWORD }), 400, 'invalid', 'code');
  expectError(await off({ code: code(secret) }), 400, 'invalid', 'password');
  expectError(await off({ code: code(secret), password: 'not it' }), 401, 'bad_credentials');
  expectError(await off({ code: wrongCode(secret), password: PASSWORD }), 401, 'bad_code');
  expectOk(await off({ code: recovery[0], password: PASSWORD }));
  assert.equal(expectOk(await login(user)).user.secondFactor, 'OFF');
  expectError(await off({ code: code(secret), password: PASSWORD }), 400, 'invalid', 'code');
  expectError(await post('/api/auth/totp/recovery', token, { code: recovery[1] }), 400, 'invalid', 'code');
  const [[left]] = s.store.sql(`SELECT COUNT(*) FROM recovery_codes WHERE user_id = ${s.store.id(user.id)}`);
  assert.equal(Number(left), 0);
  // A code for a user who has none is not looked at.
  expectOk(await login(user, '123456'));
});

test('an admin resets the factor of who lost the device', async () => {
  const { user, token, secret } = await withFactor();
  expectError(await s.as('MANAGER').post(`/api/users/${user.id}/totp/reset`), 403, 'forbidden');
  expectError(await s.as('ADMIN', s.b).post(`/api/users/${user.id}/totp/reset`), 404, 'user_not_found');
  assert.equal(expectOk(await s.as('ADMIN').get(`/api/users/${user.id}`)).secondFactor, 'ON');
  assert.equal(expectOk(await s.as('ADMIN').post(`/api/users/${user.id}/totp/reset`)).secondFactor, 'OFF');
  assert.equal((await me(token)).status, 401, 'the device may be in other hands');
  expectOk(await login(user));
  expectError(await login(user, code(secret), { password: 'no' }), 401, 'bad_credentials');
  const audit = expectOk(await s.as('ADMIN').get(`/api/audit?subject=${user.id}`));
  assert.ok(audit.some((a) => a.action === 'user.totp_reset'), JSON.stringify(audit));

  const self = expectOk(await me(await s.token('ADMIN'))).user;
  expectError(await s.as('ADMIN').post(`/api/users/${self.id}/totp/reset`), 400, 'invalid', 'id');
  const above = expectOk(await me(await s.token('SUPER_ADMIN'))).user;
  expectError(await s.as('ADMIN').post(`/api/users/${above.id}/totp/reset`), 403, 'forbidden');
});

test('where the company requires it, an admin may nothing until it is set up', async () => {
  const user = await makeUser('ADMIN');
  const cashier = expectOk(await login(await makeUser('CASHIER'))).accessToken;
  const before_ = expectOk(await login(user)).accessToken;
  expectOk(await s.api('GET', '/api/users', { token: before_ }));
  const require = (on) => s.as('SUPER_ADMIN', s.a).patch(`/api/companies/${s.a.id}`, { requireSecondFactor: on });
  // Whoever switches it on is held to it as well: so through the store, as another process would.
  const sql = (on) => s.store.sql(`UPDATE companies SET require_second_factor = ${s.store.engine === 'sqlite' ? Number(on) : on} WHERE id = ${s.store.id(s.a.id)}`);
  sql(true);
  try {
    await sleep(4000); // another process's change is effective within 5 s, on every thread
    const refused = expectError(await s.api('GET', '/api/users', { token: before_ }), 403, 'second_factor_required');
    assert.match(refused.hint, /\/api\/auth\/totp\/setup/);
    expectOk(await s.api('GET', '/api/customers?limit=1', { token: cashier }));

    const session = expectOk(await login(user));
    assert.equal(session.user.secondFactor, 'REQUIRED');
    const token = session.accessToken;
    for (const [method, path] of [['GET', '/api/customers?limit=1'], ['GET', '/api/customers/recent'], ['GET', '/api/companies'],
      ['POST', '/api/api-keys'], ['GET', '/api/audit'], ['POST', '/api/orders']]) {
      expectError(await s.api(method, path, { token, body: method === 'POST' ? {} : undefined }), 403, 'second_factor_required');
    }
    expectError(await require(false), 403, 'second_factor_required');
    const self = expectOk(await me(token)).user;
    assert.equal(self.secondFactor, 'REQUIRED');
    const { secret } = expectOk(await post('/api/auth/totp/setup', token, { password: PASSWORD }));
    const { recoveryCodes } = expectOk(await post('/api/auth/totp/confirm', token, { code: code(secret) }));
    for (const c of recoveryCodes) s.secrets.add(c);
    // At once, on every thread.
    for (let i = 0; i < 8; i++) expectOk(await s.api('GET', '/api/users', { token }));
    forgetStep(user);
    expectError(await post('/api/auth/totp/disable', token, { code: code(secret), password: PASSWORD }), 403, 'second_factor_required');
    expectError(await login(user), 401, 'second_factor_required');

    // The operator helps an only admin who lost the device; then it is set up anew.
    cliOk(s.store, ['user', 'totp-reset', user.email, '--company', s.a.slug]);
    assert.equal(expectOk(await login(user)).user.secondFactor, 'REQUIRED');
    const again = expectOk(await login(user)).accessToken;
    const second = expectOk(await post('/api/auth/totp/setup', again, { password: PASSWORD }));
    expectOk(await post('/api/auth/totp/confirm', again, { code: code(second.secret) }));
    expectOk(await s.api('GET', '/api/users', { token: again }));
  } finally {
    sql(false);
    await sleep(3500);
  }
  expectOk(await s.as('ADMIN').get('/api/users'));
});

test('the operator takes a second factor away', async () => {
  const { user } = await withFactor();
  const told = cliOk(s.store, ['user', 'totp-reset', user.email, '--company', s.a.slug]).stdout;
  assert.match(told, new RegExp(user.email));
  expectOk(await login(user));
  const again = s.cli(['user', 'totp-reset', user.email, '--company', s.a.slug]);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /no second factor/);
  const audit = expectOk(await s.as('ADMIN').get(`/api/audit?subject=${user.id}`));
  assert.ok(audit.some((a) => a.action === 'user.totp_reset' && a.actorKind === 'system'), JSON.stringify(audit));
});

test('nothing of it lies open in the store', async () => {
  const { user, secret, recovery } = await withFactor();
  const hex = s.store.engine === 'sqlite' ? (c) => `hex(${c})` : (c) => `encode(${c}, 'hex')`;
  const rows = s.store.sql(`SELECT ${hex('secret_sealed')} FROM second_factors WHERE user_id = ${s.store.id(user.id)}`)
    .concat(s.store.sql(`SELECT ${hex('code_hash')} FROM recovery_codes WHERE user_id = ${s.store.id(user.id)}`)).flat();
  assert.equal(rows.length, 11);
  const open = [base32(secret), Buffer.from(secret), ...recovery.flatMap((c) => [Buffer.from(c), Buffer.from(c.replace('-', ''))])];
  for (const b of open) for (const row of rows) assert.ok(!row.toLowerCase().includes(b.toString('hex')));

  // One user's sealed secret is of no use in another's row.
  const other = await withFactor();
  s.store.sql(`UPDATE second_factors SET secret_sealed = (SELECT secret_sealed FROM second_factors
    WHERE user_id = ${s.store.id(user.id)}) WHERE user_id = ${s.store.id(other.user.id)}`);
  assert.equal((await login(other.user, code(secret))).status, 500);
});

test('customers may have one too; API keys and nobody may not', async () => {
  const customer = s.a.users.CUSTOMER;
  const token = await s.token('CUSTOMER');
  const made = expectOk(await post('/api/auth/totp/setup', token, { password: customer.password }));
  expectOk(await post('/api/auth/totp/confirm', token, { code: code(made.secret) }));
  expectError(await s.login(customer, s.a), 401, 'second_factor_required');
  for (const path of ['setup', 'confirm', 'disable', 'recovery']) {
    expectError(await post(`/api/auth/totp/${path}`, undefined, { code: '123456', password: 'x' }), 401, 'unauthenticated');
  }
  const key = expectOk(await s.as('ADMIN').post('/api/api-keys', { name: 'k', scopes: ['READ_CUSTOMER'] }), 201);
  const keyText = Object.values(key).find((v) => typeof v === 'string' && v.startsWith('ck_'));
  s.secrets.add(keyText);
  for (const path of ['setup', 'confirm', 'disable', 'recovery']) {
    const body = { code: '123456', ...(path === 'disable' || path === 'setup' ? { password: 'x' } : {}) };
    expectError(await post(`/api/auth/totp/${path}`, keyText, body), 403, 'forbidden');
  }
});

test('a code by SMS does not go past it, and a new password does not switch it off', async () => {
  const phone = newPhone();
  const sent = async () => {
    expectOk(await post('/api/auth/otp/request', undefined, { phone, company: s.a.slug }));
    return box.code(phone);
  };
  const verify = (c, more = {}) => post('/api/auth/otp/verify', undefined, { phone, code: c, company: s.a.slug, ...more });
  const first = expectOk(await verify(await sent()));
  const reset = async () => expectOk(await post('/api/auth/password/reset', undefined,
    { phone, code: await sent(), password: PASSWORD, company: s.a.slug }));
  expectError(await post('/api/auth/totp/setup', first.accessToken, { password: PASSWORD }), 400, 'invalid', 'password');
  await reset();
  const token = expectOk(await verify(await sent())).accessToken;
  const { secret, otpauthUri } = expectOk(await post('/api/auth/totp/setup', token, { password: PASSWORD }));
  assert.ok(decodeURIComponent(otpauthUri).includes(phone));
  const { recoveryCodes } = expectOk(await post('/api/auth/totp/confirm', token, { code: code(secret) }));
  for (const c of recoveryCodes) s.secrets.add(c);
  forgetStep(first.user);

  const c = await sent();
  expectError(await verify(c), 401, 'second_factor_required');
  expectError(await verify(c, { secondFactorCode: wrongCode(secret) }), 401, 'bad_code');
  expectOk(await verify(c, { secondFactorCode: code(secret) }));
  expectError(await verify(c, { secondFactorCode: recoveryCodes[0] }), 401, 'bad_code');
  expectOk(await verify(await sent(), { secondFactorCode: recoveryCodes[0] }));
  await reset();
  const login_ = (more) => post('/api/auth/login', undefined, { phone, password: PASSWORD, company: s.a.slug, ...more });
  expectError(await login_(), 401, 'second_factor_required');
  forgetStep(first.user);
  expectOk(await login_({ code: code(secret) }));
});

test('who only claims an e-mail cannot put a second factor in its owner’s way', async () => {
  const email = `claimed-${Math.random().toString(36).slice(2)}@example.com`;
  const stranger = expectOk(await post('/api/auth/signup', undefined,
    { name: 'A Stranger', email, password: PASSWORD, company: s.a.slug }), 201);
  await box.take(email); // the link that proves it
  const refused = expectError(await post('/api/auth/totp/setup', stranger.accessToken, { password: PASSWORD }), 400, 'invalid', 'password');
  assert.equal(refused.errors[0].code, 'not_verified');
  expectOk(await post('/api/auth/otp/request', undefined, { email, company: s.a.slug }));
  const owner = expectOk(await post('/api/auth/otp/verify', undefined, { email, code: await box.code(email), company: s.a.slug }));
  assert.equal(owner.user.secondFactor, 'OFF');
});

test('fields that are none are refused by name', async () => {
  const token = await s.token('STAFF');
  const bad = [['setup', { password: 5 }, 'password'], ['setup', { secret: 'x' }, 'secret'], ['confirm', {}, 'code'],
    ['confirm', { code: 123456 }, 'code'], ['confirm', { code: 'x'.repeat(41) }, 'code'], ['disable', { code: '123456' }, 'password'],
    ['recovery', {}, 'code']];
  for (const [path, body, field] of bad) {
    expectError(await post(`/api/auth/totp/${path}`, token, body), 400, 'invalid', field);
  }
});
