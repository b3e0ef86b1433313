// Kill -9 at random moments under a load of orders and new customers, then look
// whether everything that was acknowledged is there, once.
//   node tests/crash/run.mjs KILLS sqlite|postgres [SEED]
// On PostgreSQL half of the runs take the database server along (fsync on).
import assert from 'node:assert/strict';
import http from 'node:http';
import { startPostgres, sleep } from '../lib/postgres.mjs';

const [kills = '5', engine = 'sqlite', seed = String(Date.now() % 1e9)] = process.argv.slice(2);
process.env.ENGINE = engine;
const CLIENTS = 8;

let state = Number(seed);
/** mulberry32: the same seed kills at the same moments. */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const pg = engine === 'postgres' ? await startPostgres({ fsync: true }) : null;
if (pg) process.env.CLIENTELE_TEST_PG = pg.url;
const { cli, dashed, demoCompany, expectOk, freshStore, request, serve } = await import('../api/harness.mjs');

/** What every client has tried: key → {body, answer}; answer null: unknown. */
const tried = new Map();
const totals = { acknowledged: 0, refusals: 0, retried: 0, registered: 0 };
/** New people: phone → id when acknowledged, null while unknown. */
const people = new Map();
let nextPhone = 0;

function orderBody(key, customers) {
  const lines = [];
  let total = 0;
  for (let i = 0; i < 1 + Math.floor(random() * 3); i++) {
    const cents = 100 + Math.floor(random() * 9900);
    total += 2 * cents;
    lines.push({ name: `thing ${i}`, quantity: 2, unitPrice: (cents / 100).toFixed(2) });
  }
  const customerId = random() < 0.7 ? customers[Math.floor(random() * customers.length)] : undefined;
  return { customerId, notes: `crash ${key}`, lines, payments: [{ method: 'CASH', amount: (total / 100).toFixed(2) }] };
}

async function place(url, agent, token, key, body) {
  const res = await request(url, 'POST', '/api/orders',
    { token, body, agent, headers: { 'Idempotency-Key': key }, timeout: 20000 });
  if (res.status === 201) {
    const { id, orderNumber } = res.json.data;
    const before = tried.get(key)?.answer;
    if (before) assert.deepEqual({ id, orderNumber }, before, 'a replay answered another order');
    tried.set(key, { body, answer: { id, orderNumber } });
    totals.acknowledged++;
  } else {
    assert.ok(res.status === 503 || res.status === 409, `order: ${res.status} ${res.text}`);
    totals.refusals++;
    await sleep(20);
  }
}

/** A new person; now and then with a number that somebody has already. */
async function register(url, agent, token) {
  const known = [...people.keys()];
  const taken = known.length > 20 && random() < 0.15 ? known[Math.floor(random() * known.length)] : null;
  const phone = taken ?? `+9190${String(nextPhone++).padStart(8, '0')}`;
  if (!taken) people.set(phone, null);
  const body = { name: `Crash ${'abcdefghij'[nextPhone % 10]}${nextPhone % 97} Person`, phone, email: `c${phone.slice(5)}@example.net` };
  const res = await request(url, 'POST', '/api/customers', { token, body, agent, timeout: 20000 });
  if (res.status === 201) {
    assert.ok(!people.get(phone), `${phone} was registered twice`);
    people.set(phone, res.json.data.id);
    totals.registered++;
  } else if (res.status === 400) {
    const { code, existing } = res.json;
    assert.ok(taken && code === 'phone_taken', `customer: ${res.text}`);
    if (people.get(phone)) assert.equal(existing.id, people.get(phone));
  } else {
    assert.ok(res.status === 503 || res.status === 409, `customer: ${res.status} ${res.text}`);
    totals.refusals++;
  }
}

/** Orders and people until the server is gone; first what the last crash left unknown. */
async function client(round, n, run) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const unknown = [...tried].filter(([k, v]) => !v.answer && v.again && k.startsWith(`${n}-`));
  for (let i = 0; !run.dead; i++) {
    const retry = unknown.pop();
    const key = retry ? retry[0] : `${n}-${round}-${i}`;
    const body = retry ? retry[1].body : orderBody(key, run.customers);
    if (retry) totals.retried++;
    // Half of those that stay unknown are sent again after the restart.
    else tried.set(key, { body, answer: null, again: random() < 0.5 });
    try {
      if (random() < 0.3) await register(run.url, agent, run.token);
      await place(run.url, agent, run.token, key, body);
    } catch (e) {
      if (e.code === 'ERR_ASSERTION') throw e;
      if (!run.dead) await sleep(5);
    }
  }
  agent.destroy();
}

/** A double would show as two orders with one note. */
function checkOrders(store) {
  const rows = store.sql(`SELECT notes, count(*), min(order_number) FROM orders WHERE notes LIKE 'crash %' GROUP BY notes`);
  const there = new Map(rows.map(([notes, n, number]) => [notes.slice('crash '.length), { n: Number(n), number }]));
  for (const [key, { answer }] of tried) {
    const found = there.get(key);
    if (found) assert.equal(found.n, 1, `order ${key} is there ${found.n} times`);
    if (!answer) continue;
    assert.ok(found, `acknowledged order ${key} ${answer.orderNumber} is lost`);
    assert.equal(found.number, answer.orderNumber, `number of ${key}`);
  }
  return there.size;
}

/** Each with the login that came with it, one audit row and one event. */
function checkPeople(store) {
  const id = engine === 'sqlite' ? 'lower(hex(c.id))' : "replace(CAST(c.id AS text), '-', '')";
  const rows = store.sql(`SELECT c.phone, ${id},
      (SELECT count(*) FROM users u WHERE u.company_id = c.company_id AND u.customer_id = c.id AND u.id = c.user_id),
      (SELECT count(*) FROM audit_log a WHERE a.company_id = c.company_id AND a.subject_id = c.id AND a.status = 201),
      (SELECT count(*) FROM outbox o WHERE o.company_id = c.company_id AND o.subject_id = c.id AND o.type = 'customer.created')
    FROM customers c WHERE c.name LIKE 'Crash %'`);
  const there = new Map(rows.map(([phone, found, ...beside]) => [phone, dashed(found) + beside.join()]));
  for (const [phone, acknowledged] of people) {
    const found = there.get(phone);
    if (found) assert.equal(found.slice(36), '1,1,1', `${phone}: login, audit row, event`);
    if (acknowledged) assert.equal(found?.slice(0, 36), acknowledged, `acknowledged customer ${phone} is lost`);
  }
}

/** Every day's numbers run from 1 without a gap or a double. */
function checkNumbers(store) {
  const days = new Map();
  for (const [number] of store.sql("SELECT order_number FROM orders WHERE notes LIKE 'crash %'")) {
    const [, day, n] = /^ORD-(\d{8})-(\d{3,})$/.exec(number);
    if (!days.has(day)) days.set(day, []);
    days.get(day).push(Number(n));
  }
  for (const [day, numbers] of days) {
    // The demo company's own orders of the day have numbers as well.
    for (const [other] of store.sql(`SELECT order_number FROM orders WHERE order_number LIKE 'ORD-${day}-%'
        AND (notes IS NULL OR notes NOT LIKE 'crash %')`)) numbers.push(Number(other.split('-')[2]));
    numbers.sort((a, b) => a - b);
    numbers.forEach((n, i) => assert.equal(n, i + 1, `day ${day}: number ${n} stands at place ${i + 1}`));
  }
}

/** The audit row is in the order's own transaction. */
function checkAudit(store) {
  const [[orders]] = store.sql(`SELECT count(*) FROM orders o WHERE notes LIKE 'crash %' AND 1 <> (SELECT count(*)
    FROM audit_log a WHERE a.company_id = o.company_id AND a.subject_id = o.id AND a.status = 201)`);
  assert.equal(Number(orders), 0, `${orders} orders without exactly one audit row`);
}

function checkDoctor(store) {
  const r = cli(store, ['doctor']);
  assert.equal(r.status, 0, `doctor: ${r.stdout}${r.stderr}`);
}

async function round(n, store, run) {
  const server = await serve(store, { 'rate-limit-auth': 0 });
  run.url = server.url;
  run.dead = false;
  const clients = Array.from({ length: CLIENTS }, (_, i) => client(n, i, run));
  // A client's failed assertion must end the round, not wait for the others.
  const failed = Promise.all(clients);
  await Promise.race([sleep(50 + random() * 950), failed]);
  const takesDatabase = pg && random() < 0.5;
  if (takesDatabase && random() < 0.5) {
    pg.kill();
    await sleep(random() * 300);
  } else if (takesDatabase) setTimeout(() => pg.kill(), random() * 20);
  run.dead = true;
  await server.kill();
  await failed;
  if (takesDatabase) {
    await sleep(50);
    await pg.restart();
  }
  return takesDatabase;
}

async function main(store) {
  const company = demoCompany(store, { customers: 12, orders: 10 });
  const customers = store.sql(`SELECT ${engine === 'sqlite' ? 'lower(hex(id))' : "replace(CAST(id AS text), '-', '')"}
    FROM customers`).map(([h]) => dashed(h));
  const first = await serve(store);
  const admin = company.users.CASHIER;
  const login = await request(first.url, 'POST', '/api/auth/login',
    { body: { email: admin.email, password: admin.password, company: company.slug } });
  const run = { token: expectOk(login).accessToken, customers, dead: false };
  assert.deepEqual(await first.end(), { code: 0, signal: null });

  let databases = 0;
  for (let i = 0; i < Number(kills); i++) {
    if (await round(i, store, run)) databases++;
    checkDoctor(store);
    checkOrders(store);
    checkPeople(store);
  }
  // Once more in peace: what stayed unknown and is sent again, must come out right.
  const last = await serve(store);
  run.url = last.url;
  for (const [key, v] of tried) if (!v.answer && v.again) await place(last.url, undefined, run.token, key, v.body);
  assert.deepEqual(await last.end(), { code: 0, signal: null });
  const orders = checkOrders(store);
  checkNumbers(store);
  checkPeople(store);
  checkAudit(store);
  checkDoctor(store);
  assert.ok(totals.acknowledged > Number(kills), 'hardly any order was acknowledged');
  console.log(`crash ${engine}: ${kills} kills (${databases} with the database server), seed ${seed}: `
    + `${totals.acknowledged} orders and ${totals.registered} customers acknowledged, ${orders} orders there, ${totals.retried} sent again, ${totals.refusals} refused; `
    + 'none lost, none double, numbers without gaps, doctor clean');
}

const store = await freshStore(engine);
try {
  await main(store);
} catch (e) {
  console.error(`crash ${engine}: seed ${seed}: ${e.stack}`);
  process.exitCode = 1;
} finally {
  try {
    store.remove();
  } finally {
    pg?.remove();
  }
}
