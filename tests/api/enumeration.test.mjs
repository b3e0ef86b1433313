// Whether somebody has an account here is nobody's business: known and unknown
// e-mails and phones get the same answers, byte for byte, after the same time.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectOk, mailbox, newPhone, start } from './harness.mjs';

let s;
let box;
let known;
before(async () => {
  s = await start({ settings: { 'allow-private-targets': true, 'login-attempts': 1000 } });
  box = await mailbox(s);
  known = { phone: newPhone(), email: email() };
  const own = expectOk(await post('/api/auth/signup', { ...known, name: 'Asha', password: PASSWORD }), 201);
  expectOk(await post('/api/auth/otp/request', { phone: known.phone }));
  expectOk(await s.api('POST', '/api/auth/otp/verify', { token: own.accessToken,
    body: { phone: known.phone, code: await box.code(known.phone) } }));
  expectOk(await s.api('POST', '/api/auth/email/verify', { token: own.accessToken, body: { token: await box.link(known.email) } }));
});
after(async () => {
  box?.close();
  await s?.stop();
});

const PASSWORD = 'a good password';
const email = () => `${Math.random().toString(36).slice(2)}@example.com`;
const post = (path, body) => s.api('POST', path, { body: { company: s.a.slug, ...body } });
/** Status, headers that say something, and the body; without what differs by chance. */
function shape(res) {
  const { date, 'content-length': length, ...headers } = res.headers;
  delete headers['x-request-id'];
  return JSON.stringify([res.status, headers, res.text.replace(/"requestId":"[^"]*"/, '')]);
}
async function same(path, of, status) {
  const answers = [];
  for (const body of of) {
    const res = await post(path, body);
    assert.equal(res.status, status, res.text);
    answers.push(shape(res));
  }
  assert.equal(new Set(answers).size, 1, answers.join('\n'));
}
/** Somebody who signed up and proved nothing. */
async function claimed() {
  const c = { phone: newPhone(), email: email() };
  expectOk(await post('/api/auth/signup', { ...c, password: PASSWORD }), 201);
  await box.take(c.email); // the link
  return c;
}

test('a failing sign-in', async () => {
  const all = [known, await claimed(), { phone: newPhone(), email: email() }];
  await same('/api/auth/login', all.map(({ email: e }) => ({ email: e, password: 'not that one' })), 401);
  await same('/api/auth/login', all.map(({ phone }) => ({ phone, password: 'not that one' })), 401);
});

test('asking for a code, and a wrong one', async () => {
  const all = [known, await claimed(), { phone: newPhone(), email: email() }];
  for (const k of ['phone', 'email']) {
    await same('/api/auth/otp/request', all.map((a) => ({ [k]: a[k] })), 200);
    for (const a of all) assert.match((await box.take(a[k])).text, /is your code/, 'one is sent to everybody');
    await same('/api/auth/otp/verify', all.map((a) => ({ [k]: a[k], code: 'none' })), 401);
  }
});

test('a forgotten password', async () => {
  const all = [known, await claimed(), { phone: newPhone(), email: email() }];
  await same('/api/auth/password/forgot', all.map((a) => ({ email: a.email })), 200);
  await same('/api/auth/password/forgot', all.map((a) => ({ phone: a.phone })), 200);
  await same('/api/auth/password/reset', all.map((a) => ({ phone: a.phone, code: 'none', password: PASSWORD })), 401);
});

/** The same but for ids, times and tokens. */
const unlike = (res) => res.text.replace(/"(accessToken|refreshToken|id|customerId)":"[^"]+"/g, '"$1":""');

test('sign-up', async () => {
  const fresh = { phone: newPhone(), email: email() };
  const made = [];
  for (const k of [{ email: known.email }, { phone: known.phone }, known]) {
    const other = Object.fromEntries(Object.keys(k).map((n) => [n, fresh[n]]));
    const [a, b] = [await post('/api/auth/signup', { name: 'A', password: PASSWORD, ...k }),
      await post('/api/auth/signup', { name: 'A', password: PASSWORD, ...other })];
    assert.deepEqual([a.status, b.status], [201, 201]);
    let expected = unlike(b);
    for (const n of Object.keys(k)) expected = expected.replaceAll(other[n], k[n]);
    assert.equal(unlike(a), expected);
    made.push(...[a, b].map((r) => r.json.data.accessToken));
  }
  const records = await Promise.all(made.map(async (token) => {
    const { customer } = expectOk(await s.api('GET', '/api/auth/me', { token }));
    return JSON.stringify({ ...customer, id: '' });
  }));
  assert.equal(new Set(records).size, 1, records.join('\n'));
});

const median = (v) => v.sort((a, b) => a - b)[v.length >> 1];

/** Medians of calls that take turns: their ratio stays within what a busy machine adds. */
async function takesAsLong(calls) {
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    const took = calls.map(() => []);
    for (let i = 0; i < 15; i++) {
      for (const [n, call] of calls.entries()) {
        const begin = process.hrtime.bigint();
        await call();
        took[n].push(Number(process.hrtime.bigint() - begin) / 1e6);
      }
    }
    const m = took.map(median);
    rounds.push(m.map((t) => t.toFixed(2)).join(' and '));
    if (Math.max(...m) < 1.6 * Math.min(...m)) return;
  }
  assert.fail(`ms: ${rounds.join('; ')}`);
}

test('times of known and unknown: sign-in, sign-up, codes, forgotten passwords', async () => {
  const to = (path, body) => () => post(path, body());
  const signin = '/api/auth/login';
  const wrong = { password: 'not that one' };
  await takesAsLong([to(signin, () => ({ email: known.email, ...wrong })), to(signin, () => ({ email: email(), ...wrong }))]);
  await takesAsLong([to(signin, () => ({ phone: known.phone, ...wrong })), to(signin, () => ({ phone: newPhone(), ...wrong }))]);
  const up = '/api/auth/signup';
  await takesAsLong([to(up, () => ({ ...known, password: PASSWORD })),
    to(up, () => ({ phone: newPhone(), email: email(), password: PASSWORD }))]);
  const code = '/api/auth/otp/request';
  await takesAsLong([to(code, () => ({ phone: known.phone })), to(code, () => ({ phone: newPhone() }))]);
  const forgot = '/api/auth/password/forgot';
  await takesAsLong([to(forgot, () => ({ email: known.email })), to(forgot, () => ({ email: email() }))]);
});
