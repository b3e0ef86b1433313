// Messages on their way out: what is said to a service, what is retried when,
// what is given up, that nothing is lost and that nothing personal shows.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { httpReceiver, twilio, twilioError } from '../lib/receivers.mjs';
import { expectError, expectOk, serve, sleep, start, until } from './harness.mjs';

const ACCOUNT = 'AC0123456789abcdef0123456789abcdef';
const TOKEN = 'a-token-that-nobody-sees';
let s;
let admin;
let service;
const transport = (more = {}) => ({ kind: 'TWILIO', url: service.url, account: ACCOUNT, sender: '+15550001111', secret: TOKEN, ...more });
before(async () => {
  service = await twilio({ account: ACCOUNT, token: TOKEN });
  s = await start({ settings: { 'messages-log': true, 'allow-private-targets': true } });
  for (const secret of [TOKEN, ACCOUNT]) s.secrets.add(secret);
  admin = s.as('ADMIN');
});
after(async () => {
  service.close();
  await s.stop();
});

let last = 0;
/** A number of its own; neither it nor its national form may show in a log. */
function someone() {
  const national = `98${String(76500000 + ++last)}`;
  s.secrets.add(national);
  return { national, e164: `+91${national}` };
}
const message = async (id, as = admin) => expectOk(await as.get(`/api/messages/${id}`));
const send = async (to, channel = 'SMS', as = admin) => expectOk(await as.post(`/api/transports/${channel}/test`, { to }), 201).id;
const becomes = (id, what, as = admin, options = {}) => until(async () => {
  const m = await message(id, as);
  return Object.entries(what).every(([k, v]) => m[k] === v) && m;
}, options);
const engineTime = (ms) => (s.store.engine === 'sqlite' ? `${BigInt(Math.round(ms)) * 1000n}` : `to_timestamp(${ms / 1000})`);
/** The next try is due now, as if its time had passed. */
const hurry = (id) => s.store.sql(`UPDATE messages SET next_at = ${engineTime(Date.now() - 1000)} WHERE id = ${s.store.id(id)} AND state = 'WAITING'`);
const sealed = (id) => s.store.sql(`SELECT count(*) FROM messages WHERE id = ${s.store.id(id)} AND content_sealed IS NOT NULL`)[0][0] === '1';
/** How long after now a message is tried again, in seconds. */
const waits = (m) => (Date.parse(m.nextAt) - Date.now()) / 1000;

test('without a transport, where that is allowed, messages are written to standard error', async () => {
  const { national } = someone();
  const ids = [await send(national), await send('meera@example.com', 'EMAIL')];
  for (const id of ids) {
    const sent = await becomes(id, { state: 'SENT' });
    assert.equal(sent.purpose, 'test');
    assert.equal(sent.tries, 1);
    assert.equal(sent.nextAt, null);
    assert.equal(sent.canRetry, false);
    assert.ok(!sealed(id), 'content goes once it is sent');
  }
  assert.match(s.process.log, new RegExp(`DEVELOPMENT MESSAGE, SMS to \\*\\*\\*${national.slice(-2)}: .*this is a test message`));
  assert.match(s.process.log, /DEVELOPMENT MESSAGE, EMAIL to \*\*\*@example\.com: Test message \| /);
  assert.ok(!s.process.log.includes('meera'));
  expectError(await admin.post(`/api/messages/${ids[0]}/retry`), 409, 'message_state');
});

test('a transport is checked, and its secret goes in and never comes out', async () => {
  const put = (body, channel = 'SMS') => admin.put(`/api/transports/${channel}`, body);
  for (const [body, field, channel] of [
    [{}, 'kind'], [{ kind: 'PIGEON' }, 'kind'], [{ kind: 'SMTP' }, 'kind'], [transport({ kind: 'TWILIO' }), 'kind', 'EMAIL'],
    [transport({ account: undefined }), 'account'], [transport({ account: '../x' }), 'account'],
    [transport({ sender: undefined }), 'sender'], [transport({ sender: 'a\r\nb' }), 'sender'],
    [transport({ secret: undefined }), 'secret'], [transport({ secret: 'a\nb: c' }), 'secret'],
    [transport({ url: 'ftp://x.example' }), 'url'], [transport({ url: 'file:///etc/passwd' }), 'url'],
    [transport({ url: 'https://user:pw@x.example' }), 'url'], [{ kind: 'WEBHOOK' }, 'url'],
    [{ kind: 'SMTP', sender: 'a@b.example' }, 'url', 'EMAIL'], [{ kind: 'SMTP', url: 'smtp://mail.example', sender: 'nobody' }, 'sender', 'EMAIL'],
    [{ kind: 'SMTP', url: 'http://mail.example', sender: 'a@b.example' }, 'url', 'EMAIL'],
    [{ kind: 'SMTP', url: 'smtp://mail.example', sender: 'a@b.example', account: 'x' }, 'secret', 'EMAIL'],
    [{ kind: 'LOG', nonsense: 1 }, 'nonsense'],
  ]) expectError(await put(body, channel), 400, 'invalid', field);
  assert.deepEqual(expectOk(await admin.get('/api/transports')), [], 'nothing was changed');
  expectError(await put(transport(), 'PIGEON'), 400, 'invalid', 'channel');

  const made = expectOk(await put(transport()));
  assert.deepEqual([made.kind, made.hasSecret, made.version, made.secret], ['TWILIO', true, 1, undefined]);
  const kept = expectOk(await put({ kind: 'TWILIO', sender: '+15550002222' }));
  assert.deepEqual([kept.sender, kept.hasSecret, kept.url], ['+15550002222', true, service.url]);
  expectError(await put({ kind: 'TWILIO', url: 'https://elsewhere.example' }), 400, 'invalid', 'secret');
  expectError(await admin.put('/api/transports/SMS', transport(), { 'If-Match': '"1"' }), 412, 'stale');
  expectOk(await admin.put('/api/transports/SMS', transport(), { 'If-Match': '"2"' }));
  const all = expectOk(await admin.get('/api/transports'));
  assert.equal(all.length, 1);
  assert.ok(!JSON.stringify(all).includes(TOKEN));
  const hex = (text) => Buffer.from(text).toString('hex');
  const stored = JSON.stringify(s.store.sql(s.store.engine === 'sqlite' ? 'SELECT lower(hex(secret_sealed)) FROM transports' : 'SELECT encode(secret_sealed, \'hex\') FROM transports'));
  assert.ok(stored.length > 100 && !stored.includes(hex(TOKEN)), 'the secret is sealed');
  const audit = expectOk(await admin.get('/api/audit?limit=50')).filter((a) => a.action === 'transport.update');
  assert.ok(audit.some((a) => a.fields.includes('secret')) && !JSON.stringify(audit).includes(TOKEN));
});

test('Twilio gets what it documents', async () => {
  const { national, e164 } = someone();
  const sent = await becomes(await send(national), { state: 'SENT' });
  assert.equal(sent.lastStatus, 201);
  const form = service.forms().at(-1);
  assert.deepEqual([form.get('To'), form.get('From')], [e164, '+15550001111']);
  assert.match(form.get('Body'), /this is a test message\.$/);
  expectOk(await admin.put('/api/transports/SMS', { kind: 'TWILIO', sender: 'MG0123' }));
  await becomes(await send(national), { state: 'SENT' });
  assert.deepEqual([service.forms().at(-1).get('MessagingServiceSid'), service.forms().at(-1).get('From')], ['MG0123', null]);
  expectOk(await admin.put('/api/transports/SMS', transport()));
});

test('what Twilio refuses is given up at once, said why, and can be tried anew', async () => {
  const { national } = someone();
  for (const [status, code, says] of [[400, 21211, /not a valid phone number/], [401, 20003, /account id or the token/],
    [403, 21610, /asked for no more/], [400, 29999, /code 29999/], [301, 0, /redirects/]]) {
    service.answers = () => twilioError(status, code, national, { Location: service.url });
    const before_ = service.requests.length;
    const dead = await becomes(await send(national), { state: 'DEAD' });
    assert.deepEqual([dead.tries, dead.lastStatus, dead.canRetry], [1, status, true]);
    assert.match(dead.lastError, says);
    assert.ok(!JSON.stringify(dead).includes(national), 'Twilio’s own words name the number');
    assert.equal(service.requests.length, before_ + 1, 'asked once, redirects not followed');
  }
  const list = expectOk(await admin.get('/api/messages?state=DEAD&channel=SMS&limit=2'));
  assert.deepEqual(list.map((m) => m.state), ['DEAD', 'DEAD']);
  service.answers = () => null;
  expectOk(await admin.post(`/api/messages/${list[0].id}/retry`));
  assert.equal((await becomes(list[0].id, { state: 'SENT' })).tries, 1);
  expectError(await admin.post(`/api/messages/${list[0].id}/retry`), 409, 'message_state');
  expectError(await admin.post('/api/messages/01a1fda9-4c90-74ce-8ece-f1af6ddb0000/retry'), 404, 'not_found');
  assert.equal(expectOk(await admin.get('/api/messages?state=SENT&channel=EMAIL')).length, 1);
});

test('429, 5xx and lost connections are tried again: by Retry-After, or in growing steps', async () => {
  const { national } = someone();
  for (const [answer, status, low, high] of [
    [twilioError(429, 20429, national, { 'Retry-After': '120' }), 429, 110, 121],
    [twilioError(503, 20503, national, {}), 503, 2, 7], ['cut', null, 2, 7]]) {
    service.answers = () => answer;
    const id = await send(national);
    const later = await until(async () => ((m) => m.lastError && m)(await message(id)));
    assert.deepEqual([later.state, later.tries, later.lastStatus], ['WAITING', 1, status]);
    assert.ok(waits(later) > low && waits(later) < high, `waits ${waits(later)} s after ${status}`);
    assert.ok(!later.lastError.includes(national));
    service.answers = () => null;
    hurry(id);
    assert.equal((await becomes(id, { state: 'SENT' })).tries, 2);
  }
  service.answers = () => twilioError(429, 20429, national, { 'Retry-After': '999999' });
  assert.equal((await becomes(await send(national), { state: 'DEAD' })).canRetry, false, 'it would come too late');
  // By itself, without help.
  let tries = 0;
  service.answers = () => (++tries === 1 ? twilioError(500, 20500) : null);
  const from = Date.now();
  await becomes(await send(national), { state: 'SENT', tries: 2 });
  assert.ok(Date.now() - from > 3500 && Date.now() - from < 9000, `took ${Date.now() - from} ms`);
});

test('after seven tries a message is dead, keeps its content, and begins anew on retry', async () => {
  const { national } = someone();
  service.answers = () => twilioError(500, 20500);
  const id = await send(national);
  s.store.sql(`UPDATE messages SET expires_at = NULL WHERE id = ${s.store.id(id)}`);
  const steps = [];
  for (let n = 1; n < 7; n++) {
    const m = await until(async () => ((x) => x.tries === n && x.lastError && waits(x) > 1 && !(waits(x) > 44 && waits(x) < 46) && x)(await message(id)));
    steps.push(waits(m));
    hurry(id);
  }
  [5, 30, 120, 600, 3600, 21600].forEach((at, i) => assert.ok(steps[i] > at * 0.8 - 3 && steps[i] < at * 1.2 + 1, `${steps}`));
  const dead = await becomes(id, { state: 'DEAD' });
  assert.deepEqual([dead.tries, dead.canRetry, dead.lastStatus, dead.nextAt], [7, true, 500, null]);
  assert.ok(sealed(id));
  service.answers = () => null;
  expectOk(await admin.post(`/api/messages/${id}/retry`));
  await becomes(id, { state: 'SENT', tries: 1 });
});

test('what has expired is given up, wiped, and cannot be sent any more', async () => {
  const { national } = someone();
  service.answers = () => twilioError(500, 20500);
  const id = await send(national);
  await until(async () => (await message(id)).lastError);
  s.store.sql(`UPDATE messages SET expires_at = ${engineTime(Date.now() - 500)} WHERE id = ${s.store.id(id)}`);
  hurry(id);
  const before_ = service.requests.length;
  const dead = await becomes(id, { state: 'DEAD' });
  assert.deepEqual([dead.lastError, dead.canRetry, dead.tries], ['expired', false, 1]);
  assert.equal(service.requests.length, before_);
  assert.ok(!sealed(id));
  expectError(await admin.post(`/api/messages/${id}/retry`), 409, 'message_gone');
  // The next try would come too late: no use in waiting for it.
  const short = await send(national);
  s.store.sql(`UPDATE messages SET expires_at = ${engineTime(Date.now() + 2000)} WHERE id = ${s.store.id(short)}`);
  hurry(short);
  await becomes(short, { state: 'DEAD', canRetry: false });
  service.answers = () => null;
});

test('a receiver that hangs blocks nobody', async () => {
  const other = s.as('ADMIN', s.b);
  expectOk(await other.put('/api/transports/SMS', { kind: 'LOG' }));
  const begin = service.requests.length;
  service.answers = (form, n) => (n <= begin + 8 ? 'hang' : null);
  const stuck = [];
  for (let i = 0; i < 11; i++) stuck.push(await send(someone().national));
  await until(() => service.requests.length === begin + 8);
  const from = Date.now();
  await becomes(await send(someone().national, 'SMS', other), { state: 'SENT' }, other, { ms: 2000 });
  await becomes(await send('ravi@example.com', 'EMAIL'), { state: 'SENT' }, admin, { ms: 2000 });
  assert.ok(Date.now() - from < 2500);
  assert.equal(service.requests.length, begin + 8, 'and has no more than its share');
  const m = await until(async () => ((x) => x.lastError && x)(await message(stuck[0])), { ms: 20000 });
  assert.deepEqual([m.lastError, m.lastStatus, m.state], ['no answer in time', null, 'WAITING']);
  for (const id of stuck) await becomes(id, { state: 'SENT' });
});

test('killed between sending and noting it: sent again, lost never', async () => {
  const { e164, national } = someone();
  let answer;
  service.answers = () => new Promise((done) => { answer = done; });
  const id = await send(national);
  await until(() => answer);
  await s.process.kill();
  answer(null);
  service.answers = () => null;
  await s.restart({ 'messages-log': true, 'allow-private-targets': true });
  const left = await message(id);
  assert.deepEqual([left.state, left.tries], ['WAITING', 1]);
  assert.ok(waits(left) > 30 && waits(left) < 46, `the lease: ${waits(left)} s`);
  hurry(id);
  assert.equal((await becomes(id, { state: 'SENT' })).tries, 2);
  assert.equal(service.forms().filter((f) => f.get('To') === e164).length, 2);
});

test('two processes on one store send each message once', async () => {
  const second = await serve(s.store, { 'allow-private-targets': true });
  try {
    service.answers = async () => void await sleep(20);
    const to = Array.from({ length: 60 }, someone);
    const ids = await Promise.all(to.map((t) => send(t.national)));
    for (const id of ids) await becomes(id, { state: 'SENT', tries: 1 }, admin, { ms: 30000 });
    const seen = service.forms().map((f) => f.get('To'));
    for (const t of to) assert.equal(seen.filter((n) => n === t.e164).length, 1);
  } finally {
    service.answers = () => null;
    assert.deepEqual(await second.end(), { code: 0, signal: null });
    s.logs += second.log;
  }
});

test('stopping waits a little for what is under way, and it is not lost', async () => {
  service.answers = () => 'hang';
  const id = await send(someone().national);
  await becomes(id, { tries: 1 });
  const from = Date.now();
  await s.restart({ 'messages-log': true, 'allow-private-targets': true });
  assert.ok(Date.now() - from < 9000, `stopped and started in ${Date.now() - from} ms`);
  service.answers = () => null;
  hurry(id);
  assert.equal((await becomes(id, { state: 'SENT' })).tries, 2);
});

test('any HTTP service as a transport', async () => {
  const hook = await httpReceiver(() => ({ status: 202 }));
  try {
    const { national, e164 } = someone();
    expectOk(await admin.put('/api/transports/SMS', { kind: 'WEBHOOK', url: `${hook.url}/sms?x=1`, secret: TOKEN, sender: 'Shop' }));
    const id = await send(national);
    assert.equal((await becomes(id, { state: 'SENT' })).lastStatus, 202);
    const [req] = hook.requests;
    assert.deepEqual([req.method, req.path, req.headers.authorization, req.headers['content-type'], req.headers['idempotency-key']],
      ['POST', '/sms?x=1', `Bearer ${TOKEN}`, 'application/json', id]);
    const body = JSON.parse(req.body);
    assert.deepEqual([body.id, body.channel, body.purpose, body.from, body.to], [id, 'SMS', 'test', 'Shop', e164]);
    assert.match(body.text, /test message/);
    assert.ok(Date.parse(body.expiresAt) > Date.now());
    hook.reply = () => ({ status: 410 });
    assert.match((await becomes(await send(national), { state: 'DEAD' })).lastError, /refused/);
    hook.reply = () => ({ status: 200, body: 'x'.repeat(1 << 20) });
    await becomes(await send(national), { state: 'SENT' });
  } finally {
    hook.close();
  }
  expectOk(await admin.delete('/api/transports/SMS'));
  expectError(await admin.delete('/api/transports/SMS'), 404, 'not_found');
});
