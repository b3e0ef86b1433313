// The store is missing, full, read-only, damaged or from the future; the port
// is taken. A clear error, a proper exit status, and recovery without a person.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { psql, startPostgres } from '../lib/postgres.mjs';
import { BIN, ENGINE, cli, demoCompany, expectError, expectOk, freshStore, newKey, newPhone, request, serve, sleep } from './harness.mjs';

const SQLITE = { skip: ENGINE !== 'sqlite' && 'of SQLite' };
const POSTGRES = { skip: ENGINE !== 'postgres' && 'of PostgreSQL' };

/** `serve` that must refuse: its status and what it said, no secret path of code. */
function refuses(store, args = [], env = {}) {
  const r = cli(store, ['serve', '--listen', '127.0.0.1:0', ...args], { timeout: 20000, env });
  assert.equal(r.signal, null, `still serving: ${r.stderr}`);
  return r;
}
async function signIn(url, company, role = 'ADMIN') {
  const u = company.users[role];
  const res = await request(url, 'POST', '/api/auth/login', { body: { email: u.email, password: u.password, company: company.slug } });
  return expectOk(res).accessToken;
}
async function withStore(work) {
  const store = await freshStore();
  try {
    await work(store);
  } finally {
    store.remove();
  }
}

test('a taken port', () => withStore(async (store) => {
  const holder = net.createServer().listen(0, '127.0.0.1');
  await new Promise((done) => holder.once('listening', done));
  const { port } = holder.address();
  const r = cli(store, ['serve', '--listen', `127.0.0.1:${port}`], { timeout: 20000 });
  holder.close();
  assert.equal(r.status, 1, r.stderr);
  assert.match(r.stderr, new RegExp(`${port}`));
}));

test('bad settings name the setting and end with 2', () => withStore(async (store) => {
  for (const [args, word] of [[['--listen', 'nowhere'], 'listen'], [['--listen', '127.0.0.1:70000'], 'listen'],
    [['--threads', '-1'], 'threads'], [['--group', 'many'], 'group'], [['--deadline', '5 parsecs'], 'deadline'],
    [['--log-format', 'xml'], 'log-format'], [['--no-such-setting'], 'no-such-setting'],
    [['--tls-cert', '/nonexistent.pem', '--tls-key', '/nonexistent.pem'], 'nonexistent']]) {
    const r = cli(store, ['serve', ...args], { timeout: 20000 });
    assert.ok(r.status === 2 || (word === 'nonexistent' && r.status === 1), `${args}: ${r.status} ${r.stderr}`);
    assert.ok(r.stderr.includes(word), `${args}: ${r.stderr}`);
  }
  const r = cli(store, ['serve'], { env: { CLIENTELE_READERS: '0' }, timeout: 20000 });
  assert.equal(r.status, 2);
  assert.match(r.stderr, /readers/i);
  assert.equal(cli(null, ['serve', '--store', 'mysql://x'], { timeout: 20000 }).status, 2);
}));

test('a folder that does not exist', SQLITE, () => withStore(async (store) => {
  const r = cli({ ...store, url: `sqlite:${store.folder}/no/such/c.db` }, ['serve', '--listen', '127.0.0.1:0'], { timeout: 20000 });
  assert.equal(r.status, 1);
  assert.match(r.stderr, /no\/such\/c\.db|cannot/i);
}));

test('a corrupt database file', SQLITE, () => withStore(async (store) => {
  demoCompany(store);
  const whole = readFileSync(store.file);
  for (const damage of ['header', 'middle', 'short', 'text']) {
    const bytes = Buffer.from(whole);
    if (damage === 'header') bytes.fill(0x5a, 0, 100);
    if (damage === 'middle') for (let at = 4096; at < bytes.length; at += 4096) bytes.fill(0x5a, at, at + 2048);
    const now = damage === 'short' ? bytes.subarray(0, 5000) : damage === 'text' ? Buffer.from('This is a letter.\n'.repeat(50)) : bytes;
    writeFileSync(store.file, now);
    const r = refuses(store);
    assert.notEqual(r.status, 0, `${damage}: ${r.stderr}`);
    assert.match(r.stderr, /damaged|not a database|corrupt|malformed/i, damage);
    assert.deepEqual(readFileSync(store.file), now, `${damage}: the damaged file was changed`);
  }
}));

test('a database made by a newer version', () => withStore(async (store) => {
  demoCompany(store);
  const [[columns]] = ENGINE === 'sqlite'
    ? store.sql("SELECT group_concat(name) FROM pragma_table_info('schema_migrations')")
    : store.sql("SELECT string_agg(column_name, ',') FROM information_schema.columns WHERE table_name = 'schema_migrations'");
  const copy = columns.split(',').map((c) => (c === 'number' ? '9999' : c));
  store.sql(`INSERT INTO schema_migrations (${columns}) SELECT ${copy} FROM schema_migrations WHERE number = 1`);
  const r = refuses(store);
  assert.equal(r.status, 1, r.stderr);
  assert.match(r.stderr, /newer/);
}));

test('a read-only database file', SQLITE, () => withStore(async (store) => {
  const company = demoCompany(store);
  if (process.getuid() === 0) {
    // Root may write everything: a file that is really read-only is on a read-only mount.
    const at = join(store.folder, 'ro');
    mkdirSync(at);
    copyFileSync(store.file, join(at, 'c.db'));
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', at]).status !== 0) return;
    try {
      copyFileSync(store.file, join(at, 'c.db'));
      spawnSync('mount', ['-o', 'remount,ro', at]);
      const r = refuses({ ...store, url: `sqlite:${at}/c.db` });
      assert.equal(r.status, 1, r.stderr);
      assert.match(r.stderr, /read-only|cannot be written|readonly/i);
    } finally {
      spawnSync('umount', [at]);
    }
  } else {
    chmodSync(store.file, 0o444);
    chmodSync(store.folder, 0o555);
    const r = refuses(store);
    chmodSync(store.folder, 0o755);
    assert.equal(r.status, 1, `${company.slug}: ${r.stderr}`);
  }
}));

/** Runs out of room and gets it back: 503 store_full, then on as before. */
async function fullDisk(store, fill, free) {
  const company = demoCompany(store);
  const server = await serve(store);
  const token = await signIn(server.url, company);
  const create = () => request(server.url, 'POST', '/api/customers', { token,
    body: { name: 'Full Disk', phone: newPhone(), notes: 'n'.repeat(1500) }, headers: { 'Idempotency-Key': newKey() } });
  fill();
  const made = [];
  let refused = null;
  for (let i = 0; i < 5000 && !refused; i++) {
    const res = await create();
    if (res.status === 201) made.push(res.json.data.id);
    else refused = res;
  }
  assert.ok(refused, 'the disk never became full');
  expectError(refused, 503, 'store_full');
  assert.ok(refused.headers['retry-after']);
  const read = await request(server.url, 'GET', '/api/customers?limit=1', { token });
  assert.equal(read.status, 200, `reads go on: ${read.text}`);
  free();
  let res;
  for (let i = 0; i < 50; i++) {
    res = await create();
    if (res.status === 201) break;
    await sleep(100);
  }
  made.push(expectOk(res, 201).id);
  for (const id of made) expectOk(await request(server.url, 'GET', `/api/customers/${id}`, { token }));
  const [[there]] = store.sql("SELECT count(*) FROM customers WHERE name = 'Full Disk'");
  assert.equal(Number(there), made.length, 'refused ones are not there');
  assert.deepEqual(await server.end(), { code: 0, signal: null });
  assert.equal(cli(store, ['doctor']).status, 0);
}

test('a full disk', SQLITE, async (t) => {
  const store = await freshStore();
  const at = join(store.folder, 'small');
  mkdirSync(at);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', at]).status !== 0) {
    store.remove();
    return t.skip('cannot mount a small file system here');
  }
  const ballast = join(at, 'ballast');
  Object.assign(store, { file: join(at, 'c.db'), url: `sqlite:${at}/c.db` });
  const sql = store.sql;
  store.sql = (text) => {
    assert.ok(sql);
    const r = spawnSync('sqlite3', ['-batch', join(at, 'c.db'), text], { encoding: 'utf8' });
    assert.equal(r.status, 0, r.stderr);
    return r.stdout.split('\n').filter(Boolean).map((l) => l.split('|'));
  };
  try {
    await fullDisk(store, () => {
      const fd = openSync(ballast, 'w');
      try {
        for (;;) writeSync(fd, Buffer.alloc(65536));
      } catch (e) {
        assert.equal(e.code, 'ENOSPC');
      } finally {
        closeSync(fd);
      }
      assert.ok(statSync(ballast).size > 0);
    }, () => writeFileSync(ballast, ''));
  } finally {
    spawnSync('umount', [at]);
    store.remove();
  }
});

test('PostgreSQL absent at the start, then there', POSTGRES, async () => {
  const pg = await startPostgres();
  try {
    await withStore(async (base) => {
      const store = { ...base, url: pg.url, sql: (text) => psql(pg.url, text) };
      const company = demoCompany(store);
      pg.stop();
      const server = await serve(store);
      assert.equal((await request(server.url, 'GET', '/healthz')).status, 200);
      assert.equal((await request(server.url, 'GET', '/readyz')).status, 503);
      const u = company.users.ADMIN;
      const body = { email: u.email, password: u.password, company: company.slug };
      const refused = await request(server.url, 'POST', '/api/auth/login', { body });
      expectError(refused, 503, 'store_down');
      assert.ok(refused.headers['retry-after']);
      pg.start();
      await eventually(async () => (await request(server.url, 'GET', '/readyz')).status === 200);
      expectOk(await request(server.url, 'POST', '/api/auth/login', { body }));
      assert.deepEqual(await server.end(), { code: 0, signal: null });
    });
  } finally {
    pg.remove();
  }
});

async function eventually(check, ms = 40000) {
  const until = Date.now() + ms;
  while (!(await check())) {
    assert.ok(Date.now() < until, 'did not come about in time');
    await sleep(100);
  }
}

test('PostgreSQL going away in the middle', POSTGRES, async () => {
  const pg = await startPostgres({ fsync: true });
  try {
    await withStore(async (base) => {
      const store = { ...base, url: pg.url, sql: (text) => psql(pg.url, text) };
      const company = demoCompany(store);
      const server = await serve(store, { 'commit-deadline': '3s', deadline: '8s' });
      const token = await signIn(server.url, company);
      const tried = new Map();
      let on = true;
      const client = async () => {
        while (on) {
          const phone = newPhone();
          const key = newKey();
          tried.set(phone, { key, status: 0 });
          const res = await request(server.url, 'POST', '/api/customers', { token, body: { name: 'Away', phone },
            headers: { 'Idempotency-Key': key } });
          assert.ok(res.status === 201 || res.status === 503, `${res.status} ${res.text}`);
          tried.get(phone).status = res.status;
        }
      };
      const clients = Promise.all([client(), client(), client(), client()]);
      await sleep(500);
      pg.kill();
      await sleep(1500);
      await pg.restart();
      await eventually(async () => (await request(server.url, 'GET', '/readyz')).status === 200);
      await sleep(500);
      on = false;
      await clients;
      const statuses = [...tried.values()].map((v) => v.status);
      assert.ok(statuses.includes(201) && statuses.includes(503), 'the load saw both');
      assert.equal(statuses.at(-1), 201, 'it works again');
      // Whoever was told 503 asks again with the same key, and there is one.
      for (const [phone, v] of tried) {
        if (v.status !== 503) continue;
        expectOk(await request(server.url, 'POST', '/api/customers', { token, body: { name: 'Away', phone },
          headers: { 'Idempotency-Key': v.key } }), 201);
      }
      const there = Number(pgCount(pg, "SELECT count(*) FROM customers WHERE name = 'Away'"));
      assert.equal(there, tried.size);
      assert.deepEqual(await server.end(), { code: 0, signal: null });
      assert.equal(cli(store, ['doctor']).status, 0);
    });
  } finally {
    pg.remove();
  }
});

function pgCount(pg, sql) {
  const r = spawnSync('psql', ['-X', '-A', '-t', '-d', pg.url, '-c', sql], { encoding: 'utf8' });
  assert.equal(r.status, 0, r.stderr);
  return r.stdout.trim();
}

test('the program says what it is', () => {
  const r = spawnSync(BIN, ['version'], { encoding: 'utf8' });
  assert.equal(r.status, 0);
  assert.match(r.stdout, /\d+\.\d+\.\d+/);
});
