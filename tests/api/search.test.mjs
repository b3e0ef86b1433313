// Search at the till: parts of the phone, names with typos, without accents,
// swapped; e-mail; best first; what was written a moment ago.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { cli, expectError, expectOk, newPhone, start } from './harness.mjs';

let s;
const people = {};
before(async () => {
  s = await start({ demo: { customers: 5, orders: 5 } });
  for (const [name, email] of [['Zacharias Quimby', 'zq@example.org'], ['Zacharias Quimbysson', null],
    ['Józef Śliwiński', 'jozef@example.org'], ['कृष्ण वर्मा', null], ['Quimby Zed', null]])
    people[name] = expectOk(await s.as('CASHIER').post('/api/customers', { name, phone: newPhone(), email }), 201);
});
after(() => s?.stop());

async function finds(query, ...names) {
  const res = await s.as('MANAGER').get(`/api/customers/search?${query}`);
  assert.deepEqual(expectOk(res).map((c) => c.name).slice(0, names.length || 1), names, `${query}: ${res.text.slice(0, 300)}`);
  for (const c of res.json.data) assert.equal(typeof c._count.orders, 'number');
  return res.json.data;
}

test('names: words in any order, the last cut short, accents left out', async () => {
  await finds('name=zacharias%20quimby', 'Zacharias Quimby', 'Zacharias Quimbysson');
  await finds('name=QUIMBY%20zach', 'Zacharias Quimby');
  await finds('name=z%20quimbysson', 'Zacharias Quimbysson');
  await finds('name=jozef%20sliw', 'Józef Śliwiński');
  await finds('name=krishna', 'कृष्ण वर्मा');
  await finds('name=nobodyhere');
});

test('names: typos', async () => {
  await finds('name=zacahrias%20quimby', 'Zacharias Quimby');
  await finds('name=zacharias%20qiumby', 'Zacharias Quimby');
  await finds('name=zachrias%20quimbyson', 'Zacharias Quimbysson');
  await finds('q=slivinski%20jozef', 'Józef Śliwiński');
  await finds('q=slivinsky%20jose');
});

test('phones: the first digits at home or abroad, the last ones, a whole number', async () => {
  const { phone } = people['Zacharias Quimby'];
  const home = phone.slice(3);
  for (const query of [`phone=${home}`, `phone=0${home}`, `phone=${encodeURIComponent(phone)}`, `phone=${home.slice(0, 9)}`,
    `phone=91${home}`, `q=${home.slice(0, 5)}-${home.slice(5)}`, `phone=${home.slice(-5)}`]) {
    const res = expectOk(await s.as('CASHIER').get(`/api/customers/search?limit=100&${query}`));
    assert.ok(res.some((c) => c.phone === phone), query);
  }
  expectError(await s.as('CASHIER').get('/api/customers/search?phone=abc'), 400, 'invalid', 'phone');
});

test('e-mail, and everything at once', async () => {
  await finds('email=JOZEF@', 'Józef Śliwiński');
  await finds('q=zq%40example', 'Zacharias Quimby');
  await finds('name=zacharias&email=zq', 'Zacharias Quimby');
  expectError(await s.as('CASHIER').get('/api/customers/search'), 400, 'invalid');
});

test('what was written a moment ago is found, what was renamed is not', async () => {
  const made = expectOk(await s.as('CASHIER').post('/api/customers', { name: 'Wilhelmina Xu', phone: newPhone() }), 201);
  await finds('name=xu%20wilhelmina', 'Wilhelmina Xu');
  expectOk(await s.as('MANAGER').put(`/api/customers/${made.id}`, { name: 'Mina Yo' }));
  await finds('name=wilhelmina');
  await finds('name=yo%20mina', 'Mina Yo');
});

test('another company finds nothing of it', async () => {
  const res = await s.as('CASHIER', s.b).get('/api/customers/search?name=zacharias');
  assert.deepEqual(expectOk(res), []);
});

test('command phone: E.164 or the reason, tab-separated', () => {
  const r = cli(null, ['phone', '--region', 'IN'], { input: '98765 43210\n0000000000\nabc\n' });
  assert.equal(r.stdout, '98765 43210\t+919876543210\n0000000000\t-\tinvalid\nabc\t-\tnot_a_number\n');
  assert.equal(r.status, 1);
  const one = cli(null, ['phone', '--region', 'US', '--json', '(212) 555-1234']);
  assert.equal(one.status, 0);
  assert.equal(JSON.parse(one.stdout).phone, '+12125551234');
  assert.equal(cli(null, ['phone', '--region', 'Nowhere', '1']).status, 2);
});
