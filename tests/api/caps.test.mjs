// Caps on codes and links: per number, client address, company and country,
// and on wrong guesses; the same for known and unknown numbers.
import assert from 'node:assert/strict';
import test, { after, before, beforeEach } from 'node:test';
import { ENGINE, expectError, expectOk, mailbox, newPhone, sleep, start } from './harness.mjs';

let s;
let box;
before(async () => {
  s = await start({ settings: { 'allow-private-targets': true, 'codes-per-number': 3, 'codes-per-address': 8,
    'codes-per-country': 6, 'code-guesses': 7 } });
  box = await mailbox(s);
});
after(async () => {
  box?.close();
  await s?.stop();
});
beforeEach(() => s.store.sql('DELETE FROM attempts'));

const email = () => `${Math.random().toString(36).slice(2)}@example.com`;
const post = (path, body) => s.api('POST', path, { body: { company: s.a.slug, ...body } });
const request = (to) => post('/api/auth/otp/request', to);
const over = (kind) => s.store.sql(`DELETE FROM attempts WHERE kind = '${kind}'`);
async function refused(to, least, most) {
  const res = await request(to);
  expectError(res, 429, 'rate_limited');
  const wait = Number(res.headers['retry-after']);
  assert.ok(wait >= least && wait <= most, `Retry-After ${wait}`);
}

test('one number: half a minute apart, and so many an hour', async () => {
  const phone = newPhone();
  expectOk(await request({ phone }));
  await refused({ phone }, 1, 30);
  for (let i = 0; i < 2; i++) {
    over('code-soon');
    expectOk(await request({ phone }));
  }
  over('code-soon');
  await refused({ phone }, 3000, 3600);
  await refused({ phone }, 1, 30); // what was refused counts all the same
  expectOk(await request({ email: email() }));
  assert.equal(box.all.filter((m) => m.to === phone).length <= 3, true);
});

test('eight at once for one number: one is sent', async () => {
  const phone = newPhone();
  const all = await Promise.all(Array.from({ length: 8 }, () => request({ phone })));
  assert.equal(all.filter((r) => r.status === 200).length, 1);
  assert.equal(all.filter((r) => r.status === 429).length, 7);
});

test('one client: so many an hour, whatever the numbers', async () => {
  for (let i = 0; i < 8; i++) expectOk(await request({ email: email() }));
  await refused({ email: email() }, 3000, 3600);
  await refused({ phone: newPhone() }, 3000, 3600);
  const res = await post('/api/auth/password/forgot', { email: email() });
  expectError(res, 429, 'rate_limited');
  // Sign-up goes on; its link is asked for later.
  const address = email();
  const own = expectOk(await post('/api/auth/signup', { email: address }), 201);
  over('code-address');
  expectOk(await s.api('POST', '/api/auth/email/request', { token: own.accessToken }));
  assert.match((await box.take(address)).text, /verify-email#token/);
  assert.equal(box.all.filter((m) => m.to === address).length, 0);
});

test('one country: so many an hour; others are not served unless the company says so', async () => {
  expectError(await request({ phone: '+14165551234' }), 400, 'country_not_served', 'phone');
  for (let i = 0; i < 6; i++) expectOk(await request({ phone: newPhone() }));
  await refused({ phone: newPhone() }, 3000, 3600);
  expectOk(await request({ email: email() }));
});

test('a day of a company ends at its own midnight', async () => {
  const limit = (n) => s.store.sql(`UPDATE companies SET daily_messages = ${n} WHERE id = ${s.store.id(s.a.id)}`);
  limit(2);
  await sleep(3500); // until threads look again
  for (let i = 0; i < 2; i++) expectOk(await request({ phone: newPhone() }));
  const now = new Date();
  const kolkata = (now.getTime() / 1000 + 5.5 * 3600) % 86400;
  await refused({ phone: newPhone() }, 86400 - kolkata - 30, 86400 - kolkata + 2);
  await refused({ email: email() }, 1, 86400);
  limit(1000);
  await sleep(3500);
});

test('who guesses at a number keeps nobody out of it: its codes get longer', async () => {
  const phone = newPhone();
  const verify = (code) => post('/api/auth/otp/verify', { phone, code });
  const codeTo = async () => {
    over('code-soon');
    over('code-number');
    expectOk(await request({ phone }));
    return (await box.take(phone)).text.match(/^\d+/)[0];
  };
  for (let i = 0; i < 20; i++) expectError(await verify('123456'), 401, 'bad_code'); // there is no code
  for (let i = 0; i < 7; i++) {
    if (i % 4 === 0) assert.equal((await codeTo()).length, 6);
    expectError(await verify('none'), 401, 'bad_code');
  }
  const code = await codeTo();
  assert.equal(code.length, 10);
  for (let i = 0; i < 40; i++) expectError(await verify(String(1000000000 + i)), 401, 'bad_code');
  assert.equal(expectOk(await verify(`${code.slice(0, 5)} ${code.slice(5)}`)).user.phone, phone);
  expectError(await verify(code), 401, 'bad_code');
});

test('the counters tell nobody’s number', async () => {
  const phone = newPhone();
  expectOk(await request({ phone }));
  const key = ENGINE === 'sqlite' ? 'hex(key_hash)' : "encode(key_hash, 'hex')";
  const rows = s.store.sql(`SELECT kind, ${key} FROM attempts`);
  assert.ok(rows.length >= 4);
  assert.ok(!JSON.stringify(rows).includes(Buffer.from(phone).toString('hex')));
});
