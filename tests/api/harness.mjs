// What every scenario stands on: the real program on a free port with a fresh
// store, two companies with a user of every role, and a client.
//   ENGINE=sqlite|postgres   which store (sqlite)
//   CLIENTELE_BIN            the program (build/clientele)
//   CLIENTELE_TEST_PG        a PostgreSQL server; unset: a private one is started
// One server a test file. stop() asserts a clean end: exit 0, nothing from a
// sanitizer, and no personal data or secret in the log.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dropDatabase, freshDatabase, psql, sleep, startPostgres } from '../lib/postgres.mjs';

/** Waits without keeping a finished test file alive for it. */
const patience = (ms) => new Promise((resolve) => { setTimeout(resolve, ms).unref(); });

export { sleep };
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const BIN = process.env.CLIENTELE_BIN || join(ROOT, 'build/clientele');
export const ENGINE = process.env.ENGINE || 'sqlite';
export const ROLES = ['SUPER_ADMIN', 'ADMIN', 'MANAGER', 'CASHIER', 'STAFF', 'DELIVERY', 'CUSTOMER'];
const SANITIZER = /(Address|Leak|Thread|Memory)Sanitizer|runtime error:/;
/** Limits that tests of something else must not run into. */
const QUIET = { 'rate-limit-auth': 0, 'rate-limit-api': 0, 'codes-per-number': 0, 'codes-per-address': 0, 'codes-per-country': 0 };

let ownServer = null;
async function postgresUrl() {
  if (process.env.CLIENTELE_TEST_PG) return process.env.CLIENTELE_TEST_PG;
  ownServer ??= await startPostgres();
  return ownServer.url;
}

/** Waits until the condition holds; fails when it never does. */
export async function until(condition, { ms = 15000, every = 50 } = {}) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await condition();
    if (value) return value;
    assert.ok(Date.now() < end, `not so within ${ms} ms: ${condition}`);
    await sleep(every);
  }
}

/** A store of its own: url for --store, sql() to look inside, remove(). */
export async function freshStore(engine = ENGINE) {
  const folder = mkdtempSync(join(tmpdir(), 'clientele-test-'));
  const store = { engine, folder, keys: join(folder, 'keys') };
  if (engine === 'sqlite') {
    store.file = join(folder, 'c.db');
    store.url = `sqlite:${store.file}`;
    store.sql = (text) => {
      const r = spawnSync('sqlite3', ['-batch', '-noheader', '-separator', '\t',
        '-cmd', '.timeout 10000', store.file, text],
      { encoding: 'utf8', maxBuffer: 1 << 28 });
      if (r.status !== 0) throw new Error(`sqlite3: ${r.stderr || r.error}`);
      return r.stdout.split('\n').filter((l) => l !== '').map((l) => l.split('\t'));
    };
  } else {
    const server = await postgresUrl();
    store.url = freshDatabase(server);
    store.sql = (text) => psql(store.url, text);
    store.drop = () => dropDatabase(server, store.url);
  }
  /** A uuid as the engine's literal. */
  store.id = (uuid) => (engine === 'sqlite' ? `x'${uuid.replaceAll('-', '')}'` : `'${uuid}'`);
  store.remove = () => {
    store.drop?.();
    rmSync(folder, { recursive: true, force: true });
  };
  return store;
}

/** Environment of the program: nothing of the caller's settings leaks in. */
function programEnv(store, extra = {}) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith('CLIENTELE_')));
  return {
    ...env,
    CLIENTELE_KEY_FILE: store ? store.keys : undefined,
    ASAN_OPTIONS: env.ASAN_OPTIONS ?? 'detect_leaks=1:abort_on_error=0',
    LSAN_OPTIONS: env.LSAN_OPTIONS ?? `suppressions=${join(ROOT, 'tests/lib/lsan.txt')}:print_suppressions=0`,
    UBSAN_OPTIONS: env.UBSAN_OPTIONS ?? 'print_stacktrace=1:halt_on_error=1',
    ...extra,
  };
}

/** Runs a command of the program: {status, stdout, stderr}. */
export function cli(store, args, { input, env, timeout = 120000 } = {}) {
  const all = store ? [args[0], '--store', store.url, ...args.slice(1)] : args;
  const r = spawnSync(BIN, all.map(String), { input: input ?? '', encoding: 'utf8', maxBuffer: 1 << 28,
    timeout, env: programEnv(store, env) });
  assert.doesNotMatch(r.stderr ?? '', SANITIZER);
  return { status: r.status, signal: r.signal, stdout: r.stdout, stderr: r.stderr };
}

export function cliOk(store, args, options) {
  const r = cli(store, args, options);
  assert.equal(r.status, 0, `clientele ${args.join(' ')}: ${r.stderr}${r.stdout}`);
  return r;
}

/**
 * `demo --json`: companies as {id, slug, users: {ROLE: {email, password}}}, with
 * so many customers and orders each. The passwords of a role are the same in
 * all, so the users of the second and further ones get e-mails of their own.
 */
export function demoCompanies(store, n, { customers = 20, orders = 30, seed = 1 } = {}) {
  const { stdout } = cliOk(store, ['demo', '--json', '--companies', n, '--customers', customers * n,
    '--orders', orders * n, '--seed', seed]);
  const made = JSON.parse(stdout);
  const hex = store.engine === 'sqlite' ? 'lower(hex(id))' : "replace(CAST(id AS text), '-', '')";
  return store.sql(`SELECT ${hex}, slug FROM companies ORDER BY length(slug), slug`).map(([id, slug], i) => {
    const own = i === 0 ? '' : `${slug}.`;
    if (own) store.sql(`UPDATE users SET email = '${own}' || email WHERE company_id = ${store.id(dashed(id))}`);
    const users = made.users.map((u) => [u.role, { ...u, email: own + u.email }]);
    return { id: dashed(id), slug, users: Object.fromEntries(users) };
  });
}

export const demoCompany = (store, options) => demoCompanies(store, 1, options)[0];
export const dashed = (hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** Programs that still run. A scenario that failed must not leave them behind:
 * the file would wait for them for ever. */
const children = new Set();
if (process.env.NODE_TEST_CONTEXT) after(() => {
  // Those that the file stops itself have their time; nobody waits for this timer.
  setTimeout(() => {
    for (const child of children) child.kill('SIGKILL');
  }, 20000).unref();
});

/** A `serve` process: waits for its address; ends by stop(), end() or kill(). */
export async function serve(store, settings = {}, { env, cwd } = {}) {
  const options = Object.entries({ listen: '127.0.0.1:0', ...QUIET, ...settings }).map(([k, v]) => (v === true ? `--${k}` : `--${k}=${v}`));
  const child = spawn(BIN, ['serve', '--store', store.url, ...options],
    { env: programEnv(store, env), stdio: ['ignore', 'pipe', 'pipe'], cwd });
  const p = { child, log: '', exit: null, url: null };
  children.add(child);
  const ended = new Promise((done) => {
    child.on('close', (code, signal) => {
      children.delete(child);
      done((p.exit = { code, signal }));
    });
  });
  const listening = new Promise((done) => {
    const see = (chunk) => {
      p.log += chunk;
      const m = p.url ? null : /(https?:\/\/[\d.]+:\d+)/.exec(p.log);
      if (m) done((p.url = m[1]));
    };
    child.stdout.setEncoding('utf8').on('data', see);
    child.stderr.setEncoding('utf8').on('data', see);
  });
  await Promise.race([listening, ended, patience(30000)]);
  if (!p.url) {
    child.kill('SIGKILL');
    throw new Error(`serve did not start (${JSON.stringify(p.exit)}): ${p.log}`);
  }
  p.ended = ended;
  p.kill = async () => {
    child.kill('SIGKILL');
    return ended;
  };
  /** SIGTERM, and the code and signal it ended with. */
  p.end = async () => {
    child.kill('SIGTERM');
    const late = patience(15000).then(() => null);
    const exit = await Promise.race([ended, late]);
    if (!exit) {
      await p.kill();
      assert.fail(`serve did not stop within 15 s of SIGTERM: ${p.log.slice(-2000)}`);
    }
    assert.doesNotMatch(p.log, SANITIZER);
    return exit;
  };
  return p;
}

const PERSONAL = /^(phone|phoneNational|customerPhone|claimedPhone|email|password|accessToken|refreshToken|secret|address|customerAddress)$/;
/** Notes what must never show in a log. */
function noteSecrets(into, value, key = '') {
  if (into.size > 5000 || value === null) return;
  if (typeof value === 'string') {
    if (PERSONAL.test(key) && value.length >= 6) into.add(value);
  } else if (typeof value === 'object') {
    for (const [k, v] of Object.entries(value)) noteSecrets(into, v, Array.isArray(value) ? key : k);
  }
}

/** One HTTP exchange: {status, headers, text, json}. body: object, text or Buffer. */
export function request(url, method, path, { token, body, headers = {}, agent, timeout = 60000 } = {}) {
  const raw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = raw ? body : JSON.stringify(body);
  const h = { ...headers };
  if (token) h.Authorization = `Bearer ${token}`;
  if (bytes !== undefined) {
    h['Content-Type'] ??= 'application/json';
    h['Content-Length'] ??= Buffer.byteLength(bytes);
  }
  const lib = url.startsWith('https') ? https : http;
  return new Promise((done, fail) => {
    const req = lib.request(url + path, { method, headers: h, agent, rejectUnauthorized: false }, (res) => {
      const parts = [];
      res.on('data', (d) => parts.push(d));
      res.on('error', fail);
      res.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        let json = null;
        if (/json/.test(res.headers['content-type'] ?? '') && text) {
          try {
            json = JSON.parse(text);
          } catch {
            return fail(new Error(`${method} ${path}: answer is not JSON: ${text.slice(0, 200)}`));
          }
        }
        done({ status: res.statusCode, headers: res.headers, text, json });
      });
    });
    req.setTimeout(timeout, () => req.destroy(new Error(`${method} ${path}: no answer in ${timeout} ms`)));
    req.on('error', fail);
    req.end(bytes);
  });
}

/** Bytes to the server as they are; everything it says until it closes or is silent. */
export function rawExchange(url, bytes, { wait = 3000, end = false } = {}) {
  const { hostname, port } = new URL(url);
  return new Promise((done) => {
    let text = '';
    const socket = net.connect(Number(port), hostname, () => {
      socket.write(bytes);
      if (end) socket.end();
    });
    const finish = () => {
      socket.destroy();
      done(text);
    };
    socket.setTimeout(wait, finish);
    socket.on('data', (d) => (text += d.toString('latin1')));
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

/** A failure in the house's form, with this status, code and perhaps field. */
export function expectError(res, status, code, field) {
  assert.equal(res.status, status, `status of ${res.text}`);
  assert.equal(res.json?.success, false, res.text);
  assert.ok(res.json.message?.length > 0, `message in ${res.text}`);
  if (code) assert.equal(res.json.code, code, res.text);
  assert.match(res.json.requestId ?? '', /^[0-9a-f-]{36}$/, `requestId in ${res.text}`);
  if (field) assert.ok(res.json.errors?.some((e) => e.field === field), `field ${field} in ${res.text}`);
  return res.json;
}

export function expectOk(res, status = 200) {
  assert.equal(res.status, status, res.text);
  assert.equal(res.json?.success, true, res.text);
  return res.json.data;
}

/**
 * Store, two demo companies (a, b), the server and a client, in one.
 * token(role, company) signs in once; api() is request() with what it sees
 * noted for the check of the log.
 */
export async function start({ settings = {}, companies = 2, demo = {}, env } = {}) {
  const store = await freshStore();
  const s = { store, companies: demoCompanies(store, companies, demo), secrets: new Set(), agent: new http.Agent({ keepAlive: true }), logs: '' };
  [s.a, s.b] = s.companies;
  for (const c of s.companies) noteSecrets(s.secrets, Object.values(c.users));
  s.process = await serve(store, settings, { env });
  s.url = s.process.url;
  const tokens = new Map();
  s.api = async (method, path, options = {}) => {
    noteSecrets(s.secrets, options.body);
    const res = await request(s.url, method, path, { agent: s.agent, ...options });
    noteSecrets(s.secrets, res.json);
    return res;
  };
  s.login = (user, company) => s.api('POST', '/api/auth/login',
    { body: { email: user.email, password: user.password, company: company.slug } });
  s.token = async (role = 'ADMIN', company = s.a) => {
    const key = `${company.id} ${role}`;
    if (!tokens.has(key)) {
      assert.ok(company.users[role], `demo made no ${role}`);
      tokens.set(key, s.login(company.users[role], company).then((r) => expectOk(r).accessToken));
    }
    return tokens.get(key);
  };
  /** As role of company a: as('CASHIER').get('/api/…'). */
  s.as = (role, company = s.a) => {
    const call = (method) => async (path, body, headers) =>
      s.api(method, path, { token: await s.token(role, company), body, headers });
    return { get: (path, headers) => call('GET')(path, undefined, headers), post: call('POST'),
      put: call('PUT'), patch: call('PATCH'), delete: call('DELETE') };
  };
  s.cli = (args, options) => cli(store, args, options);
  /** A new process on the same store, e.g. after kill(). */
  s.restart = async (more = settings) => {
    s.logs += s.process.log;
    if (!s.process.exit) await s.process.end();
    s.process = await serve(store, more, { env });
    s.url = s.process.url;
  };
  s.stop = async () => {
    s.agent.destroy();
    try {
      const exit = s.process.exit ?? (await s.process.end());
      assert.deepEqual(exit, { code: 0, signal: null }, s.process.log.slice(-3000));
      const log = s.logs + s.process.log;
      for (const secret of s.secrets) assert.ok(!log.includes(secret), 'personal data or a secret in the log');
    } finally {
      store.remove();
      ownServer?.remove();
      ownServer = null;
    }
  };
  return s;
}

/**
 * A service that takes the SMS and e-mails of companies, as an operator's own
 * would (transport WEBHOOK; the server needs allow-private-targets). take()
 * waits for a message to somebody and takes it out; code() and link() are what
 * it carries.
 */
export async function mailbox(s, companies = s.companies) {
  const box = { all: [] };
  const server = http.createServer((req, res) => {
    let text = '';
    req.setEncoding('utf8').on('data', (d) => (text += d)).on('end', () => {
      box.all.push(JSON.parse(text));
      res.end('{}');
    });
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  const url = `http://127.0.0.1:${server.address().port}/`;
  for (const company of companies) {
    for (const channel of ['SMS', 'EMAIL']) {
      expectOk(await s.as('ADMIN', company).put(`/api/transports/${channel}`, { kind: 'WEBHOOK', url }));
    }
  }
  box.take = async (to, purpose) => {
    const of = (m) => m.to === to && (!purpose || m.purpose === purpose);
    await until(() => box.all.some(of));
    return box.all.splice(box.all.findIndex(of), 1)[0];
  };
  box.code = async (to) => /\b\d{6}\b/.exec((await box.take(to, 'code')).text)[0];
  box.link = async (to) => /#token=([\w-]+)/.exec((await box.take(to, 'link')).text)[1];
  box.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return box;
}

let counter = 0;
/** A valid Indian mobile number that no other call in this process gives. */
export const newPhone = () => `+9198${String(10000000 + (process.pid % 8000) * 10000 + ++counter).slice(-8)}`;
export const newKey = () => `${process.pid}-${Date.now()}-${++counter}`;
