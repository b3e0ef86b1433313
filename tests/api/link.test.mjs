// The backfill: `clientele link` brings together people and logins that exist
// unlinked, and takes it back to the letter.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { BIN, ENGINE, cli, cliOk, dashed, freshStore, serve, sleep } from './harness.mjs';

const hex = (column) => (ENGINE === 'sqlite' ? `lower(hex(${column}))` : `replace(CAST(${column} AS text), '-', '')`);
const number = (store, sql) => Number(store.sql(sql)[0][0]);
const TRUE = ENGINE === 'sqlite' ? '1' : 'TRUE';

async function withCompany(work) {
  const store = await freshStore();
  try {
    cliOk(store, ['init', '--name', 'Shop', '--slug', 'shop', '--country', 'US', '--currency', 'USD',
      '--zone', 'America/New_York', '--admin-email', 'a@example.com', '--admin-name', 'A']);
    await work(store);
  } finally {
    store.remove();
  }
}

function imports(store, kind, rows) {
  const path = join(store.folder, `${kind}.csv`);
  writeFileSync(path, `${rows.join('\n')}\n`);
  cliOk(store, ['import', kind, path]);
}

/** Every column of every row, as text. */
function dump(store, table) {
  if (ENGINE !== 'sqlite') return store.sql(`SELECT CAST(t AS text) FROM ${table} t ORDER BY id`).join('\n');
  const columns = store.sql(`SELECT name FROM pragma_table_info('${table}')`).flat();
  return store.sql(`SELECT ${columns.map((c) => `quote(${c})`).join(" || ',' || ")} FROM ${table} ORDER BY id`).join('\n');
}
const dumps = (store) => `${dump(store, 'users')}\n--\n${dump(store, 'customers')}`;

const person = (store, externalId) => dashed(store.sql(`SELECT ${hex('id')} FROM customers WHERE external_id = '${externalId}'`)[0][0]);
/** A login as the store has it. */
function login(store, email) {
  const [row] = store.sql(`SELECT ${hex('id')}, COALESCE(${hex('customer_id')}, ''), COALESCE(${hex('pending_customer_id')}, ''),
    COALESCE(link_evidence, ''), COALESCE(${hex('link_batch_id')}, '') FROM users WHERE email = '${email}'`);
  const [id, customer, pending, evidence, batch] = row.map((v, i) => (v && i !== 3 ? dashed(v) : v));
  return { id, customer, pending, evidence, batch };
}
const link = (store, ...args) => JSON.parse(cliOk(store, ['link', '--json', ...args]).stdout);
const counts = ({ seen, linked, pending, ambiguous, unmatched }) => [seen, linked, pending, ambiguous, unmatched];
const verify = (store, what, ...emails) => store.sql(`UPDATE users SET is_${what}_verified = ${TRUE}
  WHERE email IN (${emails.map((e) => `'${e}'`).join()})`);

/** Ten people and the logins that an older system had of them. */
function shop(store) {
  const now = new Date().toISOString().slice(0, 10);
  imports(store, 'customers', ['externalId,name,phone,email,createdAt',
    `c0,Ann,+12125550100,ann@example.com,${now}`, `c1,Bob,+12125550101,bob@example.com,${now}`,
    `c2,Cat,+12125550102,cat@example.com,${now}`, `c3,Dan,+12125550103,family@example.com,${now}`,
    `c4,Eve,+12125550104,family@example.com,${now}`, `c5,Fay,+12125550105,fay@example.com,${now}`,
    `c6,Gus,+12125550106,gus@example.com,2015-01-01`, `c7,Hal,+12125550107,hal@example.com,${now}`]);
  imports(store, 'users', ['email,name,phone,createdAt',
    `proved-phone@example.com,Ann,+12125550100,${now}`, `bob@example.com,Bob,,${now}`,
    `typed-phone@example.com,Cat,+12125550102,${now}`, `family@example.com,Dan or Eve,,${now}`,
    `fay@example.com,Fay or Cat,+12125550102,${now}`, `recycled@example.com,Gus,+12125550106,${now}`,
    `customer-${person(store, 'c7')}@old.example,Hal,,${now}`, `customer-c5@old.example,Fay,,${now}`,
    `nobody@example.com,Ida,+12125550199,${now}`, `second@example.com,Ann again,+12125550100,${now}`]);
  verify(store, 'phone', 'proved-phone@example.com', 'recycled@example.com', 'second@example.com');
  // Who has an address with an id in it has proved that address, not the id.
  verify(store, 'email', 'bob@example.com', 'customer-c5@old.example');
  return { halsLogin: `customer-${person(store, 'c7')}@old.example` };
}

test('what was proved is linked, the rest noted, and taken back to the letter', () => withCompany(async (store) => {
  const { halsLogin } = shop(store);
  const before = dumps(store);
  const forecast = link(store, '--dry-run');
  assert.equal(dumps(store), before, 'a dry run changed something');
  assert.equal(number(store, 'SELECT COUNT(*) FROM link_batches'), 0);
  assert.deepEqual(counts(forecast), [10, 3, 4, 2, 1]);
  assert.equal(forecast.batch, null);

  const list = join(store.folder, 'ambiguous.csv');
  const done = link(store, '--apply', '--ambiguous', list);
  assert.deepEqual(counts(done), counts(forecast));
  assert.deepEqual([done.shareLinked, done.missingIndexes, done.resumed], [30.0, [], false]);
  const expected = [['proved-phone@example.com', 'c0', 'backfill-phone'], ['second@example.com', 'c0', 'backfill-phone'],
    ['bob@example.com', 'c1', 'backfill-email'], ['typed-phone@example.com', 'c2', 'pending'],
    ['recycled@example.com', 'c6', 'pending'], [halsLogin, 'c7', 'pending'], ['customer-c5@old.example', 'c5', 'pending']];
  for (const [email, whose, evidence] of expected) {
    const u = login(store, email);
    const id = person(store, whose);
    assert.deepEqual([u.customer, u.pending, u.evidence, u.batch],
      evidence === 'pending' ? ['', id, evidence, done.batch] : [id, '', evidence, done.batch], email);
  }
  for (const email of ['family@example.com', 'fay@example.com', 'nobody@example.com']) {
    const u = login(store, email);
    assert.deepEqual([u.customer, u.pending, u.evidence, u.batch], ['', '', '', ''], email);
  }
  // The person names the oldest of the logins it was given.
  const firsts = store.sql(`SELECT external_id, ${hex('user_id')} FROM customers WHERE user_id IS NOT NULL ORDER BY external_id`);
  const oldest = [login(store, 'proved-phone@example.com').id, login(store, 'second@example.com').id].sort()[0];
  assert.deepEqual(firsts.map(([e, u]) => [e, dashed(u)]), [['c0', oldest], ['c1', login(store, 'bob@example.com').id]]);
  const rows = readFileSync(list, 'utf8').trim().split('\n');
  assert.equal(rows.length, 3);
  assert.ok(rows.includes(`${login(store, 'fay@example.com').id},,${person(store, 'c2')},${person(store, 'c5')},false`), rows.join('\n'));
  assert.equal(done.ambiguousLogins.find((a) => a.userId === login(store, 'family@example.com').id).several, true);

  // What is linked or noted is not looked at again.
  assert.deepEqual(counts(link(store, '--apply')), [3, 0, 0, 2, 1]);
  assert.deepEqual(link(store, '--rollback', done.batch), { batch: done.batch, restored: 7, kept: 0 });
  assert.equal(dumps(store), before, 'not as it was');
  const again = cli(store, ['link', '--rollback', done.batch]);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /rolled back already/);
  const audit = store.sql("SELECT action, actor_kind FROM audit_log WHERE action LIKE 'link.%' ORDER BY id").map((r) => r.join(' '));
  assert.deepEqual(audit, ['link.begin system', 'link.end system', 'link.begin system', 'link.end system', 'link.rollback system']);
  cliOk(store, ['doctor']);
}));

test('data of one\'s own is linked on trust, but nobody is guessed', () => withCompany(async (store) => {
  const { halsLogin } = shop(store);
  const before = dumps(store);
  const done = link(store, '--apply', '--trust');
  assert.deepEqual(counts(done), [10, 7, 0, 2, 1]);
  assert.deepEqual([login(store, halsLogin).evidence, login(store, halsLogin).customer], ['backfill-id', person(store, 'c7')]);
  assert.equal(login(store, 'customer-c5@old.example').evidence, 'backfill-id');
  assert.equal(login(store, 'typed-phone@example.com').evidence, 'backfill-phone');
  cliOk(store, ['link', '--rollback', done.batch]);
  assert.equal(dumps(store), before);
}));

test('a number that another login proved is no proof', () => withCompany(async (store) => {
  shop(store);
  store.sql(`UPDATE customers SET is_phone_verified = ${TRUE} WHERE external_id = 'c0'`);
  link(store, '--apply');
  assert.equal(login(store, 'proved-phone@example.com').evidence, 'pending');
}));

test('records of other logins, staff and other companies are left out', () => withCompany(async (store) => {
  shop(store);
  store.sql(`UPDATE customers SET is_provisional = ${TRUE} WHERE external_id = 'c1'`);
  store.sql("UPDATE users SET role = 'CASHIER' WHERE email = 'proved-phone@example.com'");
  assert.deepEqual(counts(link(store, '--apply')), [9, 1, 4, 2, 2]);
  assert.deepEqual([login(store, 'bob@example.com').customer, login(store, 'proved-phone@example.com').customer], ['', '']);
  cliOk(store, ['init', '--name', 'Other', '--slug', 'other', '--country', 'US', '--currency', 'USD',
    '--zone', 'America/New_York', '--admin-email', 'a@other.example', '--admin-name', 'A']);
  assert.equal(cli(store, ['link', '--dry-run']).status, 2);
  assert.deepEqual(counts(link(store, '--apply', '--trust', '--company', 'other')), [0, 0, 0, 0, 0]);
}));

test('who was linked otherwise since is left alone and named', () => withCompany(async (store) => {
  shop(store);
  const done = link(store, '--apply');
  const [bob, cat] = [login(store, 'bob@example.com').id, login(store, 'typed-phone@example.com').id];
  // Staff say that Bob's login is Eve's; a code proves that of Cat.
  store.sql(`UPDATE users SET customer_id = ${store.id(person(store, 'c4'))}, link_evidence = 'staff' WHERE id = ${store.id(bob)}`);
  store.sql(`UPDATE users SET customer_id = pending_customer_id, pending_customer_id = NULL, link_evidence = 'verified'
    WHERE id = ${store.id(cat)}`);
  store.sql(`DELETE FROM users WHERE email = 'recycled@example.com'`);
  const r = cliOk(store, ['link', '--rollback', done.batch, '--json']);
  assert.deepEqual(JSON.parse(r.stdout), { batch: done.batch, restored: 4, kept: 3 });
  assert.deepEqual(r.stderr.match(/login \S+ stays/g).length, 3);
  assert.ok(r.stderr.includes(bob) && r.stderr.includes(cat));
  assert.deepEqual([login(store, 'bob@example.com').customer, login(store, 'bob@example.com').evidence], [person(store, 'c4'), 'staff']);
  assert.deepEqual([login(store, 'typed-phone@example.com').customer, login(store, 'typed-phone@example.com').evidence],
    [person(store, 'c2'), 'verified']);
  // The person of the login that stays is not touched either.
  assert.equal(number(store, "SELECT COUNT(*) FROM customers WHERE external_id = 'c1' AND user_id IS NOT NULL"), 1);
  assert.equal(number(store, "SELECT COUNT(*) FROM customers WHERE external_id = 'c0' AND user_id IS NOT NULL"), 0);
}));

test('a run that is killed goes on, and comes out as one that was not', () => withCompany(async (store) => {
  const n = 30000;
  const day = new Date().toISOString().slice(0, 10);
  const phone = (i) => `+1212${String(2000000 + i)}`;
  const order = Array.from({ length: n }, (_, i) => (i * 7919) % n);
  imports(store, 'customers', ['externalId,name,phone,createdAt', ...order.map((i) => `c${i},P ${i},${phone(i)},${day}`)]);
  imports(store, 'users', ['email,name,phone,createdAt', ...order.map((_, i) => `u${i}@example.com,U ${i},${phone(i)},${day}`)]);
  const before = dumps(store);
  const state = () => store.sql('SELECT state, seen FROM link_batches')[0] ?? ['', '0'];
  const running = () => ['', 'users', 'customers'].includes(state()[0]);
  // A server at the store makes the transactions short.
  const server = await serve(store);
  let kills = 0;
  for (let reached = 0; kills < 4 && running();) {
    const child = spawn(BIN, ['link', '--store', store.url, '--apply', '--trust'],
      { stdio: 'ignore', env: { ...process.env, CLIENTELE_KEY_FILE: store.keys } });
    const ended = new Promise((done) => { child.on('close', (code, signal) => done(signal)); });
    while (Number(state()[1]) <= reached && running()) await sleep(1);
    child.kill('SIGKILL');
    kills += (await ended) === 'SIGKILL' && running();
    assert.ok(Number(state()[1]) >= reached, 'what was reached is lost');
    reached = Number(state()[1]) === n ? reached + 1 : Number(state()[1]);
  }
  assert.deepEqual(await server.end(), { code: 0, signal: null });
  assert.ok(kills > 0, 'no run was killed in its middle');
  if (state()[0] !== 'done') {
    const other = cli(store, ['link', '--apply']);
    assert.equal(other.status, 2);
    assert.match(other.stderr, /--trust/);
    const done = link(store, '--apply', '--trust');
    assert.deepEqual([...counts(done), done.resumed], [n, n, 0, 0, 0, true]);
  }
  const batches = store.sql(`SELECT ${hex('id')}, linked FROM link_batches`);
  assert.deepEqual(batches.map((b) => b[1]), [String(n)]);
  // Every login is that of the person with its phone, and named by it.
  assert.equal(number(store, `SELECT COUNT(*) FROM users u JOIN customers c ON c.company_id = u.company_id
    AND c.id = u.customer_id AND c.phone = u.phone AND c.user_id = u.id`), n);
  assert.equal(number(store, 'SELECT COUNT(*) FROM link_changes'), n);
  assert.equal(link(store, '--rollback', dashed(batches[0][0])).restored, n);
  assert.equal(dumps(store), before);
}));

test('orders are a sign of life, but not those of guests; other logins take the place of one that goes', () => withCompany(async (store) => {
  shop(store);
  const day = new Date().toISOString().slice(0, 10);
  imports(store, 'orders', ['externalId,customerExternalId,date,totalAmount', `o1,c6,${day},5.00`]);
  store.sql(`UPDATE orders SET is_unproven = ${TRUE}`);
  assert.deepEqual(counts(link(store, '--dry-run')), [10, 3, 4, 2, 1]);
  store.sql(`UPDATE orders SET is_unproven = ${ENGINE === 'sqlite' ? '0' : 'FALSE'}`);
  const done = link(store, '--apply');
  assert.deepEqual(counts(done), [10, 4, 3, 2, 1]);
  cliOk(store, ['doctor']);
  // Somebody comes to Gus by a code, before the run is taken back.
  const gus = store.id(person(store, 'c6'));
  store.sql(`UPDATE users SET customer_id = ${gus}, link_evidence = 'verified' WHERE email = 'nobody@example.com'`);
  assert.equal(link(store, '--rollback', done.batch).restored, 7);
  assert.equal(dashed(store.sql(`SELECT ${hex('user_id')} FROM customers WHERE id = ${gus}`)[0][0]), login(store, 'nobody@example.com').id);
  cliOk(store, ['doctor']);
}));

test('a run in its middle can be taken back, and a roll-back goes on', () => withCompany(async (store) => {
  shop(store);
  const before = dumps(store);
  const done = link(store, '--apply');
  // As if the second pass had not come.
  store.sql("UPDATE customers SET user_id = NULL");
  store.sql("UPDATE link_batches SET state = 'customers', last_customer_id = NULL");
  store.sql("UPDATE link_batches SET state = 'rolling back'");
  const refused = cli(store, ['link', '--apply']);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /being rolled back/);
  assert.equal(link(store, '--rollback', done.batch).restored, 7);
  assert.equal(dumps(store), before);
}));

test('wrong use says what is right', () => withCompany(async (store) => {
  const usage = [[], ['--dry-run', '--apply'], ['--apply', '--rollback', '0190a7e4-0000-7000-8000-000000000001'],
    ['--rollback', 'x'], ['--rollback', '0190a7e4-0000-7000-8000-000000000001', '--trust'], ['--apply', 'more'],
    ['--nothing']];
  for (const args of usage) assert.equal(cli(store, ['link', ...args]).status, 2, args.join(' '));
  assert.equal(cli(store, ['link', '--rollback', '0190a7e4-0000-7000-8000-000000000001']).status, 1);
  assert.equal(cli(store, ['link', '--dry-run', '--company', 'nobody']).status, 1);
  assert.equal(cli(store, ['link', '--apply', '--ambiguous', '/nowhere/x.csv']).status, 1);
  assert.equal(number(store, 'SELECT COUNT(*) FROM link_batches'), 0);
  store.sql('DROP INDEX customers_email');
  const r = cli(store, ['link', '--apply']);
  assert.deepEqual([r.status, /customers_email is missing/.test(r.stderr)], [1, true]);
  assert.deepEqual(link(store, '--dry-run').missingIndexes, ['customers_email']);
}));

test('the summary for people', () => withCompany(async (store) => {
  shop(store);
  const text = cliOk(store, ['link', '--apply']).stdout;
  assert.match(text, /10 logins without a person seen/);
  assert.match(text, /linked +3 \(30\.0 %\)/);
  assert.match(text, /pending +4/);
  assert.match(text, /ambiguous: login [0-9a-f-]{36}, by id , by phone [0-9a-f-]{36}, by e-mail [0-9a-f-]{36}\n/);
  assert.match(text, /clientele link --rollback [0-9a-f-]{36}/);
  assert.doesNotMatch(text, /example\.com|\+1212/);
}));
