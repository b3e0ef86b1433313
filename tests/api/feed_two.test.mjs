// Two processes on one PostgreSQL number one feed and seal one chain a company:
// without doubles or gaps, rising for whoever reads along, from the first event
// of a company on, when no row is there yet that one could lock.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test, { after, before } from 'node:test';
import { BIN, ENGINE, expectOk, newPhone, request, serve, sleep, start, until } from './harness.mjs';

const POSTGRES = { skip: ENGINE !== 'postgres' && 'of PostgreSQL: a file of SQLite has one server' };
const COMPANIES = 24;
let s;
let second;
let token;
let companies;
before(async () => {
  if (POSTGRES.skip) return;
  s = await start({ companies: 1 });
  second = await serve(s.store);
  token = await s.token('SUPER_ADMIN');
  companies = [];
  for (let i = 0; i < COMPANIES; i++) {
    const body = { name: `C ${i}`, slug: `c-${i}`, country: 'IN', currency: 'INR', zone: 'Asia/Kolkata' };
    companies.push(expectOk(await s.api('POST', '/api/companies', { token, body }), 201).id);
  }
});
after(async () => {
  if (second) assert.deepEqual(await second.end(), { code: 0, signal: null }, second.log.slice(-2000));
  await s?.stop();
});

const urls = () => [s.url, second.url];
const make = (url, company) => request(url, 'POST', `/api/customers?companyId=${company}`, { token, agent: s.agent,
  body: { name: 'Asha', phone: newPhone(), createLogin: false } });
const feed = (url, company, from) => request(url, 'GET', `/api/events?companyId=${company}&limit=100&after=${from}`, { token, agent: s.agent });
const rows = (text) => s.store.sql(text).map((r) => r.map(Number));

/** Reads along at one process until `done` says that all is written and it has that many. */
async function follow(url, company, done) {
  const seen = [];
  while (!done(seen.length)) {
    const page = expectOk(await feed(url, company, seen.at(-1)?.seq ?? 0));
    for (const e of page) {
      assert.ok(e.seq > (seen.at(-1)?.seq ?? 0), 'numbers rise');
      seen.push(e);
    }
    if (page.length === 0) await new Promise((r) => { setTimeout(r, 20); });
  }
  return seen;
}

test('under writes at both, each reader sees every event once, in order', POSTGRES, async () => {
  const [company] = companies;
  const written = [];
  let ended = false;
  const writers = urls().flatMap((url) => [1, 2, 3, 4].map(async () => {
    const end = Date.now() + 6000;
    while (Date.now() < end) written.push(expectOk(await make(url, company), 201).id);
  }));
  const writing = Promise.all(writers).finally(() => { ended = true; });
  const late = Date.now() + 30000;
  const done = (n) => {
    assert.ok(Date.now() < late, `after 30 s a reader has ${n} of ${written.length}`);
    return ended && n >= written.length;
  };
  const [, ...readers] = await Promise.all([writing, ...urls().map((url) => follow(url, company, done))]);
  assert.ok(written.length > 200, `only ${written.length} written`);
  for (const seen of readers) {
    assert.deepEqual(seen.map((e) => e.seq), seen.map((_, i) => i + 1), 'neither doubles nor gaps');
    assert.deepEqual(seen.map((e) => e.subjectId).sort(), [...written].sort());
  }
});

/** Runs beside the event loop, so that the writers go on. */
const doctor = () => new Promise((done) => {
  const child = spawn(BIN, ['doctor', '--store', s.store.url], { env: { ...process.env, CLIENTELE_KEY_FILE: s.store.keys } });
  let out = '';
  child.stdout.on('data', (d) => (out += d));
  child.on('close', (code) => done({ code, out }));
});

test('the doctor finds nothing while both write', POSTGRES, async () => {
  const [, company] = companies;
  let ended = false;
  const writers = urls().flatMap((url) => [1, 2].map(async () => {
    while (!ended) {
      expectOk(await make(url, company), 201);
      await sleep(2);
    }
  }));
  const found = [];
  for (let i = 0; i < 8; i++) found.push(await doctor());
  ended = true;
  await Promise.all(writers);
  assert.deepEqual(found.filter((f) => f.code !== 0).map((f) => f.out), []);
});

test('the first events of many companies at once', POSTGRES, async () => {
  await Promise.all(companies.flatMap((c) => urls().flatMap((url) => Array.from({ length: 6 }, () => make(url, c).then((r) => expectOk(r, 201))))));
  await until(() => rows('SELECT count(*) FROM outbox WHERE seq IS NULL')[0][0] === 0 && rows('SELECT count(*) FROM audit_log WHERE seq IS NULL')[0][0] === 0);
  for (const table of ['outbox', 'audit_log']) {
    const wrong = rows(`SELECT count(*), count(DISTINCT seq), min(seq), max(seq) FROM ${table} GROUP BY company_id`)
      .filter(([n, different, least, most]) => n !== different || least !== 1 || most !== n);
    assert.deepEqual(wrong, [], `${table}: rows, numbers, first and last of a company`);
  }
  const { code, out } = await doctor();
  assert.equal(code, 0, out);
});
