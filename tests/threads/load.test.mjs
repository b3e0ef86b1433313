// A short concurrent load on the program built with the thread sanitizer:
// readers, writers, sign-ins, lists, jobs and new signing keys at once. What
// the sanitizer finds makes stop() fail.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { cliOk, newKey, newPhone, sleep, start } from '../api/harness.mjs';

let s;
before(async () => {
  s = await start({ companies: 2, demo: { customers: 50, orders: 50 } });
});
after(() => s.stop());

async function repeat(until, work) {
  let n = 0;
  while (Date.now() < until) {
    const res = await work(n++);
    assert.ok(res.status < 500 || res.status === 503, `${res.status} ${res.text}`);
  }
  assert.ok(n > 0);
}

test('readers, writers and sign-ins at once', async () => {
  const until = Date.now() + 6000;
  const list = (await s.as('ADMIN').get('/api/customers?limit=50')).json.data;
  assert.ok(list.length > 0);
  const pick = (n) => list[n % list.length];
  const work = [];
  for (const company of [s.a, s.b]) {
    const cashier = s.as('CASHIER', company);
    const admin = s.as('ADMIN', company);
    work.push((n) => cashier.get(`/api/customers/phone/${encodeURIComponent(pick(n).phone)}`));
    work.push((n) => cashier.get(`/api/customers/${pick(n).id}`));
    work.push(() => cashier.get('/api/customers/search?name=an'));
    work.push(() => cashier.post('/api/customers', { name: 'Thread Person', phone: newPhone() }));
    work.push((n) => cashier.post('/api/orders',
      { customerId: company === s.a ? pick(n).id : undefined, lines: [{ name: 'tea', quantity: 1, unitPrice: '2.50' }],
        payments: [{ method: 'CASH', amount: '2.50' }] }, { 'Idempotency-Key': newKey() }));
    work.push((n) => admin.patch(`/api/customers/${pick(n).id}`, { notes: `note ${n}` }));
  }
  work.push(() => s.login(s.a.users.MANAGER, s.a));
  work.push(() => s.api('GET', '/metrics'));
  work.push(() => s.api('GET', '/api/openapi.json'));
  // Keys are taken up while threads sign and verify.
  const rotate = async () => {
    for (let i = 0; i < 3; i++) {
      await sleep(1500);
      cliOk(s.store, ['keys', 'rotate', '--key-file', s.store.keys]);
    }
  };
  await Promise.all([...work.map((w) => repeat(until, w)), rotate()]);
});
