// E-mail by SMTP: what a mail server is told, when it is trusted with a
// secret, what its answers mean, and where messages may not go at all.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { httpReceiver, mailServer } from '../lib/receivers.mjs';
import { expectError, expectOk, freshStore, demoCompany, request, serve, start, until } from './harness.mjs';

const LOGIN = { user: 'shop', password: 'mail-password-nobody-sees' };
let s;
let admin;
let tls;
let folder;
const servers = [];
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientele-mail-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((f) => join(folder, f));
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']);
  assert.equal(made.status, 0, String(made.stderr));
  tls = { key: readFileSync(key), cert: readFileSync(cert), file: cert };
  s = await start({ settings: { 'allow-private-targets': true, 'ca-file': cert } });
  s.secrets.add(LOGIN.password);
  admin = s.as('ADMIN');
});
after(async () => {
  for (const m of servers) m.close();
  rmSync(folder, { recursive: true, force: true });
  await s.stop();
});

async function mailbox(options) {
  const m = await mailServer(options);
  servers.push(m);
  return m;
}
const use = async (m, more = {}) => expectOk(await admin.put('/api/transports/EMAIL',
  { kind: 'SMTP', url: m.url, sender: 'Corner Shop <no-reply@shop.example>', account: null, secret: null, ...more }));
let last = 0;
function someone() {
  const address = `person${++last}@example.com`;
  s.secrets.add(address);
  return address;
}
const send = async (to = someone(), as = admin) => expectOk(await as.post('/api/transports/EMAIL/test', { to }), 201).id;
const message = async (id) => expectOk(await admin.get(`/api/messages/${id}`));
const tried = (id, ms) => until(async () => ((m) => (m.lastError || m.state === 'SENT') && m)(await message(id)), { ms });

test('an e-mail as the standards have it', async () => {
  const m = await mailbox();
  await use(m);
  const to = someone();
  const sent = await tried(await send(to));
  assert.deepEqual([sent.state, sent.tries], ['SENT', 1]);
  const [mail] = m.mails;
  assert.deepEqual([mail.from, mail.to, mail.secure, mail.user], ['no-reply@shop.example', [to], false, undefined]);
  const [head, body] = mail.text.split('\r\n\r\n');
  assert.match(head, /^Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000\r\n/);
  assert.match(head, new RegExp(`\r\nMessage-ID: <${sent.id}@shop\\.example>\r\n`));
  assert.match(head, /\r\nFrom: "Corner Shop" <no-reply@shop\.example>\r\n/);
  assert.match(head, new RegExp(`\r\nTo: <${to}>\r\n`));
  assert.match(head, /\r\nSubject: Test message\r\n/);
  assert.match(head, /\r\nContent-Type: text\/plain; charset=utf-8\r\n/);
  assert.match(body, /this is a test message\.$/);
  assert.equal(m.verbs.at(-1), 'QUIT', 'and says good-bye');
});

test('with user name and password; wrong ones are given up with a clear reason', async () => {
  const m = await mailbox({ login: LOGIN });
  await use(m, { account: LOGIN.user, secret: LOGIN.password });
  assert.equal((await tried(await send())).state, 'SENT');
  assert.equal(m.mails[0].user, LOGIN.user);
  await use(m, { account: LOGIN.user, secret: 'another-password' });
  const dead = await tried(await send());
  assert.deepEqual([dead.state, dead.lastStatus, dead.tries], ['DEAD', 535, 1]);
  assert.match(dead.lastError, /user name or password/);
});

test('STARTTLS is used where it is offered, before anything is told', async () => {
  const m = await mailbox({ tls, login: LOGIN });
  await use(m, { account: LOGIN.user, secret: LOGIN.password });
  assert.equal((await tried(await send())).state, 'SENT');
  assert.equal(m.mails[0].secure, true);
  assert.ok(m.verbs.indexOf('STARTTLS') < m.verbs.indexOf('AUTH'));
});

test('a mail server’s answers: 4xx later, 5xx never', async () => {
  const m = await mailbox();
  await use(m);
  for (const [says, state, status] of [
    [{ RCPT: '450 4.2.1 greylisted' }, 'WAITING', 450], [{ MAIL: '421 4.3.2 closing' }, 'WAITING', 421],
    [{ '.': '451 4.3.0 later' }, 'WAITING', 451], [{ DATA: '452 4.3.1 full' }, 'WAITING', 452],
    [{ RCPT: '550 5.1.1 no such person' }, 'DEAD', 550], [{ '.': '554 5.7.1 this is spam' }, 'DEAD', 554],
    [{ RCPT: 'cut' }, 'WAITING', null], [{ EHLO: 'cut' }, 'WAITING', null]]) {
    m.says = says;
    const to = someone();
    const got = await tried(await send(to));
    assert.deepEqual([got.state, got.tries], [state, 1], JSON.stringify([says, got]));
    if (status) assert.equal(got.lastStatus, status, JSON.stringify([says, got]));
    assert.ok(!JSON.stringify(got).includes(to));
  }
});

test('a mail server that keeps its verdict to itself holds up nobody', async () => {
  const slow = await mailbox();
  slow.says = { '.': 'hang', QUIT: 'hang' };
  await use(slow);
  const hook = await httpReceiver(() => ({ status: 200 }));
  servers.push(hook);
  expectOk(await admin.put('/api/transports/SMS', { kind: 'WEBHOOK', url: hook.url }));
  const stuck = await send();
  await until(() => slow.verbs.includes('.'));
  const from = Date.now();
  const sms = expectOk(await admin.post('/api/transports/SMS/test', { to: '9876543210' }), 201).id;
  await until(async () => (await message(sms)).state === 'SENT', { ms: 2000 });
  assert.ok(Date.now() - from < 2000);
  const got = await tried(stuck, 25000);
  assert.deepEqual([got.state, got.lastError], ['WAITING', 'no answer in time']);
});

test('addresses that would add to the message are refused', async () => {
  for (const to of ['a@b.example\r\nBcc: c@d.example', 'a@b.example,c@d.example', 'a b@c.example', 'nobody', '<a@b.example>', 'ä@b.example']) {
    expectError(await admin.post('/api/transports/EMAIL/test', { to }), 400, 'invalid', 'to');
  }
  for (const to of ['12', '0000000000', 'a@b.example']) {
    expectError(await admin.post('/api/transports/SMS/test', { to }), 400, 'invalid', 'to');
  }
});

test('where private targets are not allowed, nothing here is reached, nor LOG used', async () => {
  const store = await freshStore();
  const company = demoCompany(store);
  const http = await httpReceiver(() => ({ status: 200 }));
  const mail = await mailbox({ login: LOGIN });
  servers.push(http);
  const p = await serve(store, { 'ca-file': tls.file });
  try {
    const login = { email: company.users.ADMIN.email, password: company.users.ADMIN.password, company: company.slug };
    const token = expectOk(await request(p.url, 'POST', '/api/auth/login', { body: login })).accessToken;
    const call = (method, path, body) => request(p.url, method, path, { token, body });
    expectError(await call('PUT', '/api/transports/SMS', { kind: 'LOG' }), 400, 'invalid', 'kind');
    expectError(await call('POST', '/api/transports/SMS/test', { to: '9876543210' }), 503, 'no_transport');
    for (const [channel, body] of [['SMS', { kind: 'WEBHOOK', url: http.url }], ['SMS', { kind: 'WEBHOOK', url: 'http://hooks.example' }],
      ['SMS', { kind: 'WEBHOOK', url: 'https://169.254.169.254/x' }], ['EMAIL', { kind: 'SMTP', url: mail.url, sender: 'a@b.example' }]]) {
      expectError(await call('PUT', `/api/transports/${channel}`, body), 400, 'invalid', 'url');
    }
    // A name that turns out to be this machine.
    expectOk(await call('PUT', '/api/transports/SMS', { kind: 'WEBHOOK', url: `https://localhost:${http.port}/` }));
    expectOk(await call('PUT', '/api/transports/EMAIL', { kind: 'SMTP', url: `smtp://localhost:${mail.port}`, sender: 'a@b.example' }));
    for (const [channel, to] of [['SMS', '9876543210'], ['EMAIL', 'a@b.example']]) {
      const { id } = expectOk(await call('POST', `/api/transports/${channel}/test`, { to }), 201);
      const got = await until(async () => ((m) => m.lastError && m)(expectOk(await call('GET', `/api/messages/${id}`))));
      assert.equal(got.state, 'DEAD');
      assert.match(got.lastError, /private network, which is not called/);
    }
    assert.equal(http.requests.length, 0);
    assert.equal(mail.verbs.length, 0);
  } finally {
    assert.deepEqual(await p.end(), { code: 0, signal: null });
    store.remove();
  }
});

test('serve --demo shows messages of a company without a transport', async () => {
  const store = await freshStore();
  const company = demoCompany(store);
  const p = await serve(store, { demo: true });
  try {
    const { email, password } = company.users.ADMIN;
    const token = expectOk(await request(p.url, 'POST', '/api/auth/login', { body: { email, password, company: company.slug } })).accessToken;
    expectOk(await request(p.url, 'POST', '/api/transports/SMS/test', { token, body: { to: '9876543210' } }), 201);
    await until(() => /DEVELOPMENT MESSAGE, SMS to \*\*\*10: /.test(p.log));
    assert.ok(!p.log.includes('9876543210'));
  } finally {
    assert.deepEqual(await p.end(), { code: 0, signal: null });
    store.remove();
  }
});
