// The audit log: a row in the transaction of every change, sealed into a chain
// that shows tampering; the access log of reads; the feed of events.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test, { after, before } from 'node:test';
import { ENGINE, expectError, expectOk, newKey, newPhone, sleep, start } from './harness.mjs';

let s;
before(async () => {
  s = await start();
});
after(() => s.stop());

const admin = () => s.as('ADMIN');
const audit = async (subject) => expectOk(await admin().get(`/api/audit?limit=100${subject ? `&subject=${subject}` : ''}`));
async function until(check, ms = 6000) {
  const end = Date.now() + ms;
  for (;;) {
    const got = await check();
    if (got) return got;
    assert.ok(Date.now() < end, 'did not come about in time');
    await sleep(50);
  }
}

test('every change has its row: who, what, about whom, which fields, never values', async () => {
  const phone = newPhone();
  const made = await s.as('CASHIER').post('/api/customers', { name: 'Audited Person', phone, email: 'audited@example.com' });
  const { id } = expectOk(made, 201);
  expectOk(await admin().patch(`/api/customers/${id}`, { notes: 'a secret remark' }));
  const rows = await audit(id);
  assert.deepEqual(rows.map((r) => r.action).sort(), ['customer.create', 'customer.update']);
  const create = rows.find((r) => r.action === 'customer.create');
  assert.equal(create.subjectId, id);
  assert.equal(create.actorKind, 'user');
  assert.equal(create.status, 201);
  assert.deepEqual(create.fields.split(',').sort(), ['email', 'name', 'phone']);
  assert.equal(create.requestId, made.headers['x-request-id']);
  const stored = s.store.sql('SELECT action, fields FROM audit_log').map((r) => r.join(' ')).join('\n');
  for (const secret of [phone, 'Audited', 'audited@', 'secret remark']) assert.ok(!stored.includes(secret), secret);
});

test('a refused change leaves no trace of success', async () => {
  const [{ n }] = s.store.sql("SELECT count(*) FROM audit_log WHERE action = 'customer.create'").map(([c]) => ({ n: c }));
  expectError(await s.as('CASHIER').post('/api/customers', { name: 'A', phone: '123' }), 400);
  const [{ n: later }] = s.store.sql("SELECT count(*) FROM audit_log WHERE action = 'customer.create'").map(([c]) => ({ n: c }));
  assert.equal(later, n);
});

test('a change of another company is in that company\'s log and feed, not in the own', async () => {
  const theirs = () => s.as('ADMIN', s.b).get('/api/audit?limit=100').then((r) => expectOk(r).filter((a) => a.action === 'company.update'));
  const own = async () => (await audit(s.b.id)).length;
  const [before, ownBefore] = [await theirs(), await own()];
  for (const path of [`/api/companies/${s.b.id}`, `/api/companies/${s.b.id}?companyId=${s.a.id}`]) {
    expectOk(await s.as('SUPER_ADMIN').put(path, { recycleMonths: 13 }));
  }
  const rows = await theirs();
  assert.equal(rows.length, before.length + 2);
  assert.equal(rows[0].subjectId, s.b.id);
  assert.equal(rows[0].fields, 'recycleMonths');
  assert.equal(await own(), ownBefore);
  const events = await until(async () => {
    const all = expectOk(await s.as('ADMIN', s.b).get('/api/events?limit=100'));
    return all.some((e) => e.type === 'company.updated' && e.subjectId === s.b.id) && all;
  });
  assert.ok(events);
  expectError(await s.as('ADMIN').put(`/api/companies/${s.b.id}`, { recycleMonths: 14 }), 404, 'company_not_found');
  expectError(await s.as('SUPER_ADMIN').put('/api/companies/x', { recycleMonths: 14 }), 400, 'invalid', 'id');
  expectError(await s.as('SUPER_ADMIN').put(`/api/companies/${crypto.randomUUID()}`, { recycleMonths: 14 }), 404, 'company_not_found');
});

test('a replayed answer is not a second change', async () => {
  const headers = { 'Idempotency-Key': newKey() };
  const body = { name: 'Replayed', phone: newPhone() };
  const { id } = expectOk(await s.as('CASHIER').post('/api/customers', body, headers), 201);
  await s.as('CASHIER').post('/api/customers', body, headers);
  assert.equal((await audit(id)).length, 1);
});

test('rows and changes are in one transaction: as many of one as of the other', async () => {
  await Promise.all(Array.from({ length: 30 }, (_, i) => s.as(i % 2 ? 'CASHIER' : 'MANAGER').post('/api/orders',
    { lines: [{ name: 'x', quantity: 1, unitPrice: '1.00' }], notes: 'in one' })));
  const [[lonely]] = s.store.sql(`SELECT count(*) FROM orders o WHERE notes = 'in one' AND 1 <>
    (SELECT count(*) FROM audit_log a WHERE a.company_id = o.company_id AND a.subject_id = o.id)`);
  assert.equal(Number(lonely), 0);
});

test('the job seals: numbers from 1 without gaps, and doctor verifies the chain', async () => {
  await until(() => Number(s.store.sql('SELECT count(*) FROM audit_log WHERE seq IS NULL')[0][0]) === 0);
  const hex = ENGINE === 'sqlite' ? 'lower(hex(hash))' : "encode(hash, 'hex')";
  const id = ENGINE === 'sqlite' ? 'lower(hex(company_id))' : 'company_id';
  const seen = new Map();
  for (const [company, seq, hash] of s.store.sql(`SELECT ${id}, seq, ${hex} FROM audit_log ORDER BY company_id, seq`)) {
    assert.equal(Number(seq), (seen.get(company) ?? 0) + 1);
    assert.equal(hash.length, createHash('sha256').digest('hex').length);
    seen.set(company, Number(seq));
  }
  assert.ok(seen.size >= 2);
  assert.equal(s.cli(['doctor']).status, 0);
});

test('tampering is found: a changed row, a removed one', async () => {
  await s.process.end();
  const change = (sql, back) => {
    s.store.sql(sql);
    const r = s.cli(['doctor']);
    s.store.sql(back);
    assert.notEqual(r.status, 0, `doctor saw nothing after ${sql}`);
    assert.match(r.stdout + r.stderr, /audit/);
  };
  change("UPDATE audit_log SET action = 'customer.creatf' WHERE action = 'customer.create'",
    "UPDATE audit_log SET action = 'customer.create' WHERE action = 'customer.creatf'");
  change('UPDATE audit_heads SET seq = seq + 1', 'UPDATE audit_heads SET seq = seq - 1');
  s.store.sql('CREATE TABLE kept AS SELECT * FROM audit_log WHERE seq = 2');
  change('DELETE FROM audit_log WHERE seq = 2', 'INSERT INTO audit_log SELECT * FROM kept');
  s.store.sql('DROP TABLE kept');
  assert.equal(s.cli(['doctor']).status, 0, 'put back as it was');
  await s.restart();
});

test('reads of people by staff are in the access log within a second', async () => {
  const [person] = expectOk(await s.as('CASHIER').get('/api/customers?limit=1'));
  const short = Buffer.from(person.id.replaceAll('-', ''), 'hex').toString('base64url');
  expectOk(await s.as('CASHIER').get(`/api/customers/${person.id}`));
  expectOk(await s.as('CASHIER').get(`/api/customers/phone/${encodeURIComponent(person.phone)}`));
  await sleep(1500);
  const rows = expectOk(await admin().get('/api/access-log?limit=100'));
  const of = JSON.stringify(rows);
  assert.ok(of.includes(short), 'the person read is in the access log');
  assert.ok(!of.includes(person.phone) && !of.includes(person.name), 'ids only');
});

test('who may not read audit does not', async () => {
  for (const role of ['MANAGER', 'CASHIER', 'STAFF', 'DELIVERY', 'CUSTOMER']) {
    expectError(await s.as(role).get('/api/audit'), 403, 'forbidden');
    expectError(await s.as(role).get('/api/access-log'), 403, 'forbidden');
  }
});

test('the feed: every change an event with a number, in order, of this company only', async () => {
  const { id } = expectOk(await s.as('CASHIER').post('/api/customers', { name: 'Event', phone: newPhone() }), 201);
  const events = await until(async () => {
    const all = [];
    for (let after = 0; ;) {
      const page = expectOk(await admin().get(`/api/events?limit=100&after=${after}`));
      if (page.length === 0) break;
      all.push(...page);
      after = page.at(-1).seq;
    }
    return all.some((e) => e.subjectId === id) && all;
  });
  events.forEach((e, i) => assert.equal(e.seq, i + 1));
  assert.equal(events.find((e) => e.subjectId === id).type, 'customer.created');
  const others = JSON.stringify(expectOk(await s.as('ADMIN', s.b).get('/api/events?limit=100')));
  assert.ok(!others.includes(id));
});
