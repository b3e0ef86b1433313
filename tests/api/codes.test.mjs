// One-time codes: what they open, for whom, how often; guessing, reuse, age,
// other numbers and other companies.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { ENGINE, expectError, expectOk, mailbox, newPhone, start } from './harness.mjs';

let s;
let box;
before(async () => {
  s = await start({ settings: { 'allow-private-targets': true, 'code-guesses': 1000,
    'public-url': 'https://shop.example:8443/x' } });
  box = await mailbox(s);
});
after(async () => {
  box?.close();
  await s?.stop();
});

const post = (path, body, token) => s.api('POST', path, { token, body: { company: s.a.slug, ...body } });
const request = (to, token) => post('/api/auth/otp/request', to, token);
const verify = (body, token) => post('/api/auth/otp/verify', body, token);
const me = async (token) => expectOk(await s.api('GET', '/api/auth/me', { token }));
/** A code that has just been sent there. */
async function codeTo(to, token) {
  expectOk(await request(to, token));
  return box.code(to.phone ?? to.email);
}
const signIn = async (to, more = {}) => expectOk(await verify({ ...to, code: await codeTo(to), ...more }));
const wrong = (code) => String((Number(code) + 1) % 1000000).padStart(6, '0');
const bare = (res) => res.text.replace(/"requestId":"[^"]*"/, '');
const email = () => `${Math.random().toString(36).slice(2)}@example.com`;

test('a code says whose it is, how long it lives, and not to share it', async () => {
  for (const to of [{ phone: newPhone() }, { email: email() }]) {
    assert.deepEqual(expectOk(await request(to)), { expiresIn: 300, retryAfter: 30 });
    const m = await box.take(to.phone ?? to.email);
    assert.match(m.text, /^\d{6} is your code for .+\. Good for 5 minutes\. Never share it with anybody\.\n\n@shop\.example #\d{6}$/);
    const [company] = s.store.sql(`SELECT name FROM companies WHERE slug = '${s.a.slug}'`);
    assert.ok(m.text.includes(company[0]));
    assert.equal(m.purpose, 'code');
  }
});

test('nobody has the number: an account of its own, opened again by the next code', async () => {
  const phone = newPhone();
  const first = await signIn({ phone }, { name: 'Asha Rao' });
  assert.equal(first.outcome, 'OWNED');
  assert.equal(first.user.name, 'Asha Rao');
  assert.equal(first.user.role, 'CUSTOMER');
  assert.equal(first.user.phone, phone);
  assert.equal(first.user.isPhoneVerified, true);
  const self = await me(first.accessToken);
  assert.equal(self.customer.phone, phone);
  assert.equal(self.customer.id, first.customer.id);
  const again = await signIn({ phone });
  assert.equal(again.user.id, first.user.id);
  assert.equal(again.outcome, 'ALREADY');
  const unnamed = await signIn({ phone: newPhone() });
  assert.match(unnamed.user.name, /^0\d{5} \d{5}$/);
});

test('an e-mail opens an account by code, too', async () => {
  const address = email();
  const first = await signIn({ email: address });
  assert.equal(first.user.email, address);
  assert.equal(first.user.isEmailVerified, true);
  assert.equal(first.outcome, undefined);
  assert.equal((await signIn({ email: address })).user.id, first.user.id);
});

test('200 guesses at once: five are looked at, and the code is dead', async () => {
  const phone = newPhone();
  const code = await codeTo({ phone });
  const guesses = Array.from({ length: 200 }, (_, i) => String((Number(code) + 1 + i) % 1000000).padStart(6, '0'));
  const all = await Promise.all(guesses.map((guess) => verify({ phone, code: guess })));
  assert.deepEqual([...new Set(all.map((r) => r.status))], [401]);
  const tries = s.store.sql(`SELECT MAX(tries) FROM one_time_codes WHERE company_id = ${s.store.id(s.a.id)}`);
  assert.equal(Number(tries[0][0]), 5);
  expectError(await verify({ phone, code }), 401, 'bad_code');
  // Among the guesses or after them: right is right only before the fifth.
  const next = await codeTo({ phone });
  for (let i = 0; i < 4; i++) expectError(await verify({ phone, code: wrong(next) }), 401, 'bad_code');
  expectOk(await verify({ phone, code: `${next.slice(0, 3)} ${next.slice(3)}` }));
});

test('a code is used once, also when it comes twenty times at once', async () => {
  const phone = newPhone();
  const code = await codeTo({ phone });
  const all = await Promise.all(Array.from({ length: 20 }, () => verify({ phone, code })));
  assert.equal(all.filter((r) => r.status === 200).length, 1);
  assert.equal(all.filter((r) => r.status === 401).length, 19);
  const n = s.store.sql(`SELECT count(*) FROM users WHERE phone = '${phone}'`);
  assert.equal(Number(n[0][0]), 1);
});

test('used, old, void, of another number, another company: the same answer', async () => {
  const phone = newPhone();
  const other = newPhone();
  const used = await codeTo({ phone });
  expectOk(await verify({ phone, code: used }));
  const answers = [bare(await verify({ phone, code: used }))];
  const old = await codeTo({ phone });
  const ago = ENGINE === 'sqlite' ? 'expires_at - 300000000' : "expires_at - interval '5 minutes'";
  s.store.sql(`UPDATE one_time_codes SET expires_at = ${ago}`);
  answers.push(bare(await verify({ phone, code: old })));
  const voided = await codeTo({ phone });
  const good = await codeTo({ phone });
  if (voided !== good) answers.push(bare(await verify({ phone, code: voided })));
  answers.push(bare(await verify({ phone: other, code: good })));
  answers.push(bare(await verify({ phone, code: good, company: s.b.slug })));
  answers.push(bare(await verify({ phone: newPhone(), code: '000000' })));
  answers.push(bare(await verify({ phone, code: 'no code' })));
  assert.equal(new Set(answers).size, 1, answers.join('\n'));
  assert.match(answers[0], /"code":"bad_code"/);
  expectOk(await verify({ phone, code: good }));
});

test('neither number nor code stands in the store or in the audit log', async () => {
  const phone = newPhone();
  const code = await codeTo({ phone });
  const rows = ENGINE === 'sqlite' ? "hex(destination_hash) || hex(code_hash)"
    : "encode(destination_hash, 'hex') || encode(code_hash, 'hex')";
  const all = JSON.stringify([s.store.sql(`SELECT purpose, ${rows} FROM one_time_codes`),
    s.store.sql('SELECT action, fields FROM audit_log ORDER BY at DESC LIMIT 20')]);
  assert.ok(!all.includes(phone) && !all.includes(`"${code}"`));
  assert.ok(all.includes('account.code'));
});

test('who is signed in proves a number, and stays who it is', async () => {
  const own = await signIn({ email: email() });
  const phone = newPhone();
  const code = await codeTo({ phone }, own.accessToken);
  const proved = expectOk(await verify({ phone, code }, own.accessToken));
  assert.equal(proved.accessToken, undefined);
  assert.equal(proved.outcome, 'OWNED');
  assert.equal(proved.user.id, own.user.id);
  assert.equal(proved.user.phone, phone);
  assert.equal(proved.customer.phone, phone);
  const address = email();
  const more = expectOk(await verify({ email: address, code: await codeTo({ email: address }) }, own.accessToken));
  assert.equal(more.user.email, address);
  assert.equal(more.user.isEmailVerified, true);
});

test('a token that is no longer good proves nothing and makes no account', async () => {
  const phone = newPhone();
  const code = await codeTo({ phone });
  expectError(await verify({ phone, code }, 'not.a.token'), 401, 'token_invalid');
  expectError(await request({ phone }, 'not.a.token'), 401, 'token_invalid');
  const own = await signIn({ email: email() });
  expectError(await verify({ phone, code, company: s.b.slug }, own.accessToken), 403, 'forbidden', 'company');
  expectOk(await verify({ phone, code }, own.accessToken));
});

test('a number with several accounts: the person picks, with the same code', async () => {
  const phone = newPhone();
  const one = await signIn({ phone }, { name: 'Asha' });
  const address = email();
  const two = await signIn({ email: address });
  const joined = expectOk(await verify({ phone, code: await codeTo({ phone }) }, two.accessToken));
  assert.notEqual(joined.outcome, 'OWNED');
  const code = await codeTo({ phone });
  const list = expectOk(await verify({ phone, code }));
  assert.deepEqual(Object.keys(list), ['accounts']);
  assert.deepEqual(list.accounts.map((a) => a.id).sort(), [one.user.id, two.user.id].sort());
  const masked = list.accounts.find((a) => a.id === two.user.id).email;
  assert.match(masked, /^.•••@example\.com$/);
  const stranger = await signIn({ phone: newPhone() });
  expectError(await verify({ phone, code, userId: stranger.user.id }), 400, 'invalid', 'userId');
  const picked = expectOk(await verify({ phone, code, userId: two.user.id }));
  assert.equal(picked.user.id, two.user.id);
  expectError(await verify({ phone, code, userId: one.user.id }), 401, 'bad_code');
});

test('people who work here are not let in by code', async () => {
  const admin = s.as('ADMIN');
  const phone = newPhone();
  const address = email();
  const made = expectOk(await admin.post('/api/users', { name: 'Till', email: address, phone, role: 'CASHIER' }), 201);
  const data = await signIn({ phone });
  assert.notEqual(data.user.id, made.user.id);
  assert.equal(data.user.role, 'CUSTOMER');
  const code = await codeTo({ email: address });
  expectError(await verify({ email: address, code }), 403, 'forbidden', 'email');
});

test('a login that staff made is activated by its code', async () => {
  const phone = newPhone();
  const made = expectOk(await s.as('CASHIER').post('/api/customers', { name: 'Meera', phone }), 201);
  const data = await signIn({ phone });
  assert.equal(data.user.customerId, made.id);
  assert.equal((await me(data.accessToken)).customer.id, made.id);
  if (made.userId) assert.equal(data.user.id, made.userId);
});

test('who is deactivated is not let in', async () => {
  const own = await signIn({ email: email() });
  const mine = own.user.email;
  expectOk(await s.as('ADMIN').post(`/api/users/${own.user.id}/deactivate`));
  const code = await codeTo({ email: mine });
  expectError(await verify({ email: mine, code }), 403, 'forbidden', 'email');
});

test('one of phone and e-mail, and a code', async () => {
  expectError(await request({}), 400, 'invalid', 'phone');
  expectError(await request({ phone: newPhone(), email: email() }), 400, 'invalid', 'phone');
  expectError(await request({ phone: '12' }), 400, 'phone_invalid', 'phone');
  expectError(await verify({ phone: newPhone() }), 400, 'invalid', 'code');
  expectError(await request({ phone: newPhone(), company: 'no-such-shop' }), 404, 'company_not_found');
});
