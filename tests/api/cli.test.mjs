// The commands around a store: import, export, demo, backup, restore, doctor,
// migrate, serve --demo, as a person or a script runs them.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ENGINE, ROLES, ROOT, cli, cliOk, demoCompany, expectError, expectOk, freshStore, newPhone,
  request, serve, sleep } from './harness.mjs';

const SQLITE = { skip: ENGINE !== 'sqlite' && 'of SQLite' };
const CDNOW = join(ROOT, '../shared/data/cdnow');

async function withStore(work) {
  const store = await freshStore();
  try {
    await work(store);
  } finally {
    store.remove();
  }
}
const withCompany = (work) => withStore((store) => {
  cliOk(store, ['init', '--name', 'Shop', '--slug', 'shop', '--country', 'US', '--currency', 'USD',
    '--zone', 'America/New_York', '--admin-email', 'a@example.com', '--admin-name', 'A']);
  return work(store);
});
const file = (store, name, text) => {
  const path = join(store.folder, name);
  writeFileSync(path, text);
  return path;
};
/** An import that must have these counts: its summary. */
function imports(store, kind, path, counts, { args = [], status = 0, ...options } = {}) {
  const r = cli(store, ['import', kind, path, '--json', ...args], options);
  assert.equal(r.status, status, r.stderr + r.stdout);
  const summary = JSON.parse(r.stdout);
  assert.deepEqual([summary.created, summary.matched, summary.rejected], counts, r.stdout);
  return summary;
}
const sound = (store) => {
  const r = cli(store, ['doctor', '--json']);
  assert.equal(r.status, 0, r.stdout);
  assert.equal(JSON.parse(r.stdout).drift, 0);
};
const number = (store, sql) => Number(store.sql(sql)[0][0]);

/** Eighteen months of a real shop where its data is; else a shop made up here. */
function sales() {
  if (existsSync(join(CDNOW, 'orders.csv'))) {
    return { customers: join(CDNOW, 'customers.csv'), orders: join(CDNOW, 'orders.csv'),
      counts: [23570, 69659], items: 167881, cents: 250031563, most: 217, free: 80,
      first: '1997-01-01T05:00:00Z', last: '1998-06-30T04:00:00Z' };
  }
  const people = ['externalId,name,createdAt'];
  const orders = ['externalId,customerExternalId,date,quantity,totalAmount'];
  let items = 0;
  let cents = 0;
  let free = 0;
  for (let i = 0; i < 500; i++) people.push(`${String(i).padStart(5, '0')},Customer ${i},1997-01-01`);
  for (let i = 0; i < 2000; i++) {
    const quantity = 1 + (i % 5);
    const price = i % 97 === 0 ? 0 : 1177 + i * 3;
    items += quantity;
    cents += price;
    free += price === 0;
    orders.push([`S-${i}`, String(i < 200 ? 7 : i % 500).padStart(5, '0'), `1997-0${1 + (i % 9)}-0${1 + (i % 7)}`,
      quantity, (price / 100).toFixed(2)].join());
  }
  const day = (o) => o.split(',')[2];
  const days = orders.slice(1).map(day).sort();
  const utc = (d) => new Date(`${d}T0${d < '1997-04-06' ? 5 : 4}:00:00Z`).toISOString().replace('.000', '');
  return { text: [people.join('\n'), orders.join('\r\n')], counts: [500, 2000], items, cents, free,
    most: orders.filter((o) => o.includes(',00007,')).length, first: utc(days[0]), last: utc(days.at(-1)) };
}

test('a shop comes in with its totals, twice changes nothing, and goes again', () => withCompany(async (store) => {
  const s = sales();
  s.customers ??= file(store, 'customers.csv', s.text[0]);
  s.orders ??= file(store, 'orders.csv', s.text[1]);
  const [people, orders] = s.counts;
  imports(store, 'orders', s.orders, [0, 0, orders],
    { status: 1, args: ['--dry-run', '--rejects', join(store.folder, 'r.csv')] });
  const first = imports(store, 'customers', s.customers, [people, 0, 0]);
  const second = imports(store, 'orders', s.orders, [orders, 0, 0]);
  const check = () => {
    assert.equal(number(store, 'SELECT COUNT(*) FROM customers'), people);
    assert.equal(number(store, 'SELECT COUNT(*) FROM orders'), orders);
    assert.equal(number(store, 'SELECT SUM(quantity) FROM order_lines'), s.items * 1000);
    assert.equal(number(store, 'SELECT SUM(total_spent) FROM customers'), s.cents);
    assert.equal(number(store, 'SELECT MAX(total_orders) FROM customers'), s.most);
    assert.equal(number(store, 'SELECT COUNT(*) FROM orders WHERE total_amount = 0'), s.free);
    sound(store);
  };
  check();
  const exported = cliOk(store, ['export', 'orders', '--format', 'jsonl']).stdout.trim().split('\n').map((l) => JSON.parse(l));
  assert.equal(exported.length, orders);
  const times = exported.map((o) => o.createdAt).sort();
  assert.deepEqual([times[0], times.at(-1)], [s.first, s.last]);
  imports(store, 'customers', s.customers, [0, people, 0]);
  imports(store, 'orders', s.orders, [0, orders, 0]);
  check();
  const stay = cli(store, ['import', 'rollback', first.batch, '--json']);
  assert.equal(stay.status, 0, stay.stderr);
  const kept = JSON.parse(stay.stdout).kept;
  assert.ok(kept > 0 && stay.stderr.includes('stays: has orders'), stay.stderr.slice(0, 200));
  assert.deepEqual(JSON.parse(cliOk(store, ['import', 'rollback', second.batch, '--json']).stdout),
    { batch: second.batch, removed: orders, kept: 0 });
  cliOk(store, ['import', 'rollback', first.batch]);
  assert.equal(number(store, 'SELECT COUNT(*) FROM customers'), 0);
  sound(store);
  const states = JSON.parse(cliOk(store, ['import', 'list', '--json']).stdout).map((b) => [b.kind, b.state, b.created]);
  assert.deepEqual(states.slice(-2), [['orders', 'rolled back', orders], ['customers', 'rolled back', people]]);
}));

test('rejected rows say where and why, and can be mended', () => withCompany(async (store) => {
  const path = file(store, 'people.csv', '\uFEFFExternal ID;Name;Mobile;E-Mail\r\n' +
    'C1;"Asha ""A"" Rao";212-555-0134;asha@example.com\r\nC2;Bob;12;\r\nC3;;212-555-0135;\r\nC4;"cut');
  const summary = imports(store, 'customers', path, [1, 0, 3], { status: 1, args: ['--map', 'Mobile=phone,E-Mail=email'] });
  assert.equal(summary.rejects, `${path}.rejects.csv`);
  const rejects = readFileSync(summary.rejects, 'utf8').trim().split('\n');
  assert.equal(statSync(summary.rejects).mode & 0o777, 0o600);
  assert.deepEqual(rejects.slice(1).map((l) => l.split(',').slice(0, 2)), [['3', 'phone'], ['4', 'name'], ['5', '']]);
  assert.match(rejects[3], /quote is not closed/);
  const mended = file(store, 'mended.csv', [rejects[0], rejects[1].replace(',12,', ',212-555-0136,'),
    rejects[2].replace(',C3,', ',C3,Carol')].join('\n'));
  imports(store, 'customers', mended, [2, 0, 0]);
  sound(store);
}));

test('no file, no company, no such kind, an empty file, standard input', () => withStore(async (store) => {
  assert.equal(cli(store, ['import', 'customers', '/nonexistent.csv']).status, 1, 'no store');
  cliOk(store, ['demo', '--customers', '5', '--orders', '0', '--companies', '2']);
  const input = 'name,phone\nAsha,+919876543210\n';
  assert.equal(cli(store, ['import', 'customers', '-'], { input }).status, 2, 'which company');
  assert.equal(cli(store, ['import', 'customers', '-', '--company', 'none'], { input }).status, 1);
  imports(store, 'customers', '-', [1, 0, 0], { args: ['--company', 'demo-2'], input });
  for (const args of [[], ['cats', 'x.csv'], ['customers'], ['customers', 'a', 'b'], ['rollback', 'nonsense']]) {
    assert.equal(cli(store, ['import', ...args, '--company', 'demo']).status, 2, args.join(' '));
  }
  for (const [text, word] of [['', 'empty'], ['x,y\n1,2\n', 'no column'], ['\uFFFE', '']]) {
    const r = cli(store, ['import', 'customers', file(store, 'bad.csv', text), '--company', 'demo']);
    assert.equal(r.status, 1);
    assert.ok(r.stderr.includes(word), r.stderr);
  }
  const gone = cli(store, ['import', 'rollback', '0190a000-0000-7000-8000-000000000001', '--company', 'demo']);
  assert.equal(gone.status, 1);
}));

test('the fields of an import are told', () => withStore(async (store) => {
  const { stdout } = cliOk(store, ['import', 'fields']);
  for (const word of ['customers\n', 'orders\n', 'users\n', '  externalId ', '  passwordHash ', 'needed; or date; ']) {
    assert.ok(stdout.includes(word), word);
  }
}));

test('what is exported comes in elsewhere and is the same', () => withStore(async (store) => {
  demoCompany(store, { customers: 60, orders: 300 });
  const init = (s) => cliOk(s, ['init', '--name', 'Copy', '--slug', 'copy', '--country', 'IN', '--currency', 'INR',
    '--zone', 'Asia/Kolkata', '--admin-email', 'a@example.com', '--admin-name', 'A']);
  for (const format of ['csv', 'jsonl']) {
    const customers = join(store.folder, `c.${format}`);
    const orders = join(store.folder, `o.${format}`);
    cliOk(store, ['export', 'customers', '--format', format, '--out', customers]);
    cliOk(store, ['export', 'orders', '--format', format, '--out', orders]);
    assert.equal(statSync(customers).mode & 0o777, 0o600);
    await withStore(async (other) => {
      init(other);
      const uuid = (i) => other.id(`0190a000-0000-7000-8000-00000000000${i}`);
      const [[company]] = other.sql(other.engine === 'sqlite' ? 'SELECT hex(id) FROM companies' : 'SELECT id FROM companies');
      const at = other.engine === 'sqlite' ? '0' : "'epoch'";
      const yes = other.engine === 'sqlite' ? '1' : 'true';
      for (const [i, code] of [[1, 'MGR'], [2, 'IND']]) {
        other.sql(`INSERT INTO stores VALUES (${other.id(company)}, ${uuid(i)}, 'S', '${code}', NULL, ${yes}, 1, ${at}, ${at})`);
      }
      imports(other, 'customers', customers, [60, 0, 0]);
      imports(other, 'orders', orders, [300, 0, 0]);
      assert.equal(cliOk(other, ['export', 'customers', '--format', format]).stdout, readFileSync(customers, 'utf8'));
      // Numbers of ours become their externalId; everything else is the same.
      const plain = (text) => text.replace(/"(externalId|orderNumber)":"ORD[^"]*",?/g, '').replace(/ORD-\d{8}-\d+/g, '').replace(/^([^,]*),,+/gm, '$1,');
      assert.equal(plain(cliOk(other, ['export', 'orders', '--format', format]).stdout), plain(readFileSync(orders, 'utf8')));
      sound(other);
    });
  }
}));

test('the demo company: once, every role signs in, new passwords', () => withStore(async (store) => {
  const { stdout } = cliOk(store, ['demo', '--json', '--customers', '40', '--orders', '100']);
  const made = JSON.parse(stdout);
  assert.deepEqual(Object.keys(made), ['company', 'users']);
  assert.deepEqual(Object.keys(made.company), ['id', 'slug']);
  assert.deepEqual(made.users.map((u) => u.role).sort(), [...ROLES].sort());
  const again = cli(store, ['demo']);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /reset-passwords/);
  sound(store);
  const server = await serve(store);
  const login = (u) => request(server.url, 'POST', '/api/auth/login', { body: { email: u.email, password: u.password, company: 'demo' } });
  for (const u of made.users) expectOk(await login(u));
  const renewed = JSON.parse(cliOk(store, ['demo', '--reset-passwords', '--json']).stdout);
  expectError(await login(made.users[0]), 401, 'bad_credentials');
  expectOk(await login(renewed.users[0]));
  assert.deepEqual(await server.end(), { code: 0, signal: null });
}));

test('serve --demo makes a company once and says how to sign in', () => withStore(async (store) => {
  const server = await serve(store, { demo: true });
  const [, password] = /ADMIN +admin@example\.com +(\S+)/.exec(server.log) ?? [];
  assert.ok(password, server.log);
  const res = await request(server.url, 'POST', '/api/auth/login', { body: { email: 'admin@example.com', password } });
  expectOk(res);
  await server.end();
  const second = await serve(store, { demo: true });
  assert.match(second.log, /reset-passwords/);
  await second.end();
  assert.equal(number(store, 'SELECT COUNT(*) FROM companies'), 1);
}));

test('an import beside a server does not hold it up', () => withStore(async (store) => {
  const company = demoCompany(store, { customers: 10, orders: 0 });
  const server = await serve(store);
  const login = await request(server.url, 'POST', '/api/auth/login',
    { body: { ...company.users.CASHIER, role: undefined, company: company.slug } });
  const token = expectOk(login).accessToken;
  const lines = ['externalId,name,phone'];
  for (let i = 0; i < 20000; i++) lines.push(`E${i},Person ${i % 300} Imported,+9197${String(i).padStart(8, '0')}`);
  const path = file(store, 'many.csv', lines.join('\n'));
  const { spawn } = await import('node:child_process');
  const { BIN } = await import('./harness.mjs');
  const child = spawn(BIN, ['import', 'customers', path, '--store', store.url, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (d) => (out += d));
  const done = new Promise((r) => child.on('close', r));
  let running = true;
  done.then(() => (running = false));
  const waits = [];
  while (running) {
    const from = performance.now();
    const res = await request(server.url, 'POST', '/api/customers', { token, body: { name: 'At the till', phone: newPhone() } });
    expectOk(res, 201);
    waits.push(performance.now() - from);
  }
  assert.equal(await done, 0);
  assert.equal(JSON.parse(out).created, 20000);
  assert.ok(waits.length > 5, `${waits.length} sales while it ran`);
  waits.sort((a, b) => a - b);
  // The engine's own wait for a lock is up to 100 ms long; machines under test are busy.
  assert.ok(waits[Math.floor(waits.length / 2)] < 500, `median ${waits[Math.floor(waits.length / 2)]} ms`);
  await server.end();
  sound(store);
}));

/** A file large enough for a first load: see src/imports/run.c. */
function manyPeople(store, n) {
  const notes = 'likes tea in the morning and says so every time, '.repeat(8);
  const lines = ['externalId,name,phone,notes'];
  for (let i = 0; i < n; i++) lines.push(`E${i},Person ${i % 300} Imported,+9197${String(i).padStart(8, '0')},"${notes}"`);
  return file(store, 'first.csv', lines.join('\n'));
}
const indexes = (store) => store.sql("SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'customers' ORDER BY name").length;

test('a first load that is killed leaves nothing, and comes in again whole', SQLITE, () => withCompany(async (store) => {
  const path = manyPeople(store, 12000);
  const before = indexes(store);
  const { spawn } = await import('node:child_process');
  const { BIN } = await import('./harness.mjs');
  const child = spawn(BIN, ['import', 'customers', path, '--store', store.url, '--json'], { stdio: 'ignore' });
  const ended = new Promise((done) => child.on('close', (status, signal) => done(signal)));
  await sleep(500);
  child.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL');
  sound(store);
  assert.equal(indexes(store), before);
  const there = number(store, 'SELECT COUNT(*) FROM customers');
  imports(store, 'customers', path, [12000 - there, there, 0]);
  assert.equal(indexes(store), before);
  sound(store);
}));

test('who comes during a first load is served', SQLITE, () => withStore(async (store) => {
  const company = demoCompany(store, { customers: 10, orders: 0 });
  const path = manyPeople(store, 12000);
  const { spawn } = await import('node:child_process');
  const { BIN } = await import('./harness.mjs');
  const child = spawn(BIN, ['import', 'customers', path, '--store', store.url, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const done = new Promise((r) => child.on('close', r));
  let out = '';
  child.stdout.on('data', (d) => (out += d));
  await sleep(500);
  const server = await serve(store);
  const signIn = () => request(server.url, 'POST', '/api/auth/login', { body: { ...company.users.CASHIER, role: undefined, company: company.slug } });
  let login = await signIn();
  for (let i = 0; login.status === 503 && i < 30; i++) {
    await sleep(500);
    login = await signIn();
  }
  const made = await request(server.url, 'POST', '/api/customers', { token: expectOk(login).accessToken, body: { name: 'At the till', phone: newPhone() } });
  expectOk(made, 201);
  assert.equal(await done, 0);
  assert.equal(JSON.parse(out).created, 12000);
  await server.end();
  sound(store);
}));

test('backup and restore, encrypted and plain', SQLITE, () => withStore(async (store) => {
  demoCompany(store, { customers: 30, orders: 50 });
  const server = await serve(store);
  const path = (name) => join(store.folder, name);
  const made = JSON.parse(cliOk(store, ['backup', path('b.enc'), '--json']).stdout);
  assert.equal(made.keyFile, `${store.file}.backup-key`);
  assert.equal(statSync(made.keyFile).mode & 0o777, 0o600);
  assert.equal(statSync(path('b.enc')).mode & 0o777, 0o600);
  assert.ok(!readFileSync(path('b.enc')).includes('Corner Shop'));
  cliOk(store, ['backup', path('b.db'), '--plain']);
  assert.ok(readFileSync(path('b.db')).includes('Corner Shop'));
  assert.equal(cli(store, ['backup', path('b.db'), '--plain']).status, 1, 'a file is never replaced');
  assert.equal(cli(store, ['restore', path('b.enc')]).status, 1, 'a store is never overwritten');
  await server.end();

  const to = (name) => ({ ...store, file: path(name), url: `sqlite:${path(name)}` });
  const restore = (name, from, ...args) => cli(to(name), ['restore', path(from), ...args]);
  assert.equal(restore('r1.db', 'b.enc').status, 1, 'no key beside it');
  assert.equal(restore('r1.db', 'b.enc', '--key-file', made.keyFile).status, 0);
  assert.equal(restore('r2.db', 'b.db').status, 0);
  for (const name of ['r1.db', 'r2.db']) {
    sound(to(name));
    assert.equal(statSync(path(name)).mode & 0o777, 0o600);
    assert.equal(cliOk(to(name), ['export', 'customers']).stdout, cliOk(store, ['export', 'customers']).stdout);
  }
  const bytes = readFileSync(path('b.enc'));
  const damage = [['cut', bytes.subarray(0, bytes.length - 100)], ['short', bytes.subarray(0, 20)],
    ['changed', Buffer.from(bytes.map((b, i) => (i === 5000 ? b ^ 1 : b)))],
    ['longer', Buffer.concat([bytes, Buffer.from('x')])], ['text', Buffer.from('not a database')],
    ['torn', readFileSync(path('b.db')).subarray(0, 40960)]];
  for (const [name, content] of damage) {
    writeFileSync(path(name), content);
    const r = restore('r3.db', name, '--key-file', made.keyFile);
    assert.equal(r.status, 1, `${name}: ${r.stdout}`);
    assert.ok(!existsSync(path('r3.db')), name);
  }
}));

test('backup and restore of PostgreSQL are its own business', { skip: ENGINE !== 'postgres' && 'of PostgreSQL' }, () =>
  withStore(async (store) => {
    demoCompany(store, { customers: 1, orders: 0 });
    for (const command of ['backup', 'restore']) {
      const r = cli(store, [command, join(store.folder, 'x')]);
      assert.equal(r.status, 2);
      assert.match(r.stderr, /pg_(dump|restore)/);
    }
  }));

test('doctor names what is wrong and exits with 1', () => withStore(async (store) => {
  demoCompany(store, { customers: 20, orders: 40 });
  sound(store);
  store.sql('UPDATE customers SET total_spent = total_spent + 1 WHERE total_orders > 0');
  store.sql('DROP INDEX customers_email');
  const r = cli(store, ['doctor', '--json']);
  assert.equal(r.status, 1);
  const wrong = JSON.parse(r.stdout).checks.filter((c) => c.drift > 0);
  assert.deepEqual(wrong.map((c) => c.check).sort(), ['customers.stats', 'store.indexes']);
  assert.ok(wrong.some((c) => c.lines.some((l) => l.includes('customers_email'))));
  assert.match(cli(store, ['doctor']).stdout, /^BAD {2}store\.indexes: 1$/m);
}));

test('migrate: status, up, down', () => withStore(async (store) => {
  const up = cliOk(store, ['migrate', 'up', '--to', '1']);
  assert.match(up.stdout, /0001_frame +\d{4}-/);
  assert.equal(cli(store, ['migrate', 'status']).status, 1, 'something is left to apply');
  const refused = cli(store, ['serve', '--no-migrate', '--listen', '127.0.0.1:0'], { timeout: 20000 });
  assert.ok(refused.status > 0 && refused.stderr.includes('migrate up'), refused.stderr);
  cliOk(store, ['migrate', 'up']);
  const all = JSON.parse(cliOk(store, ['migrate', 'status', '--json']).stdout);
  assert.ok(all.length >= 3 && all.every((m) => m.appliedAt && !m.changed));
  assert.equal(cli(store, ['migrate', 'down']).status, 2, 'how far');
  cliOk(store, ['migrate', 'down', '--to', '0']);
  assert.ok(JSON.parse(cli(store, ['migrate', 'status', '--json']).stdout).every((m) => !m.appliedAt));
  assert.equal(cli(store, ['migrate', 'sideways']).status, 2);
}));

test('SIGINT ends it, SIGHUP does not', () => withStore(async (store) => {
  const server = await serve(store);
  server.child.kill('SIGHUP');
  await sleep(200);
  assert.equal((await request(server.url, 'GET', '/healthz')).status, 200);
  server.child.kill('SIGINT');
  assert.deepEqual(await server.ended, { code: 0, signal: null });
}));
