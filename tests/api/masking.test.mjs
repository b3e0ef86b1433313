// Who sells sees no more of a person's e-mail and address than tells two people
// apart, unless the company says otherwise.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectError, expectOk, newPhone, start } from './harness.mjs';

let s;
let person;
const EMAIL = 'maskable.person@example.com';
const ADDRESS = '12 Hidden Lane, Pune';
const phone = newPhone();
before(async () => {
  s = await start({ companies: 1 });
  person = expectOk(await s.as('MANAGER').post('/api/customers',
    { name: 'Maskable Person', phone, email: EMAIL, address: ADDRESS, area: 'Camp' }), 201);
});
after(() => s.stop());

const settings = (change) => s.as('ADMIN').patch(`/api/companies/${s.a.id}`, change).then((r) => expectOk(r));
/** The person in every answer that a role may ask for, by route. */
async function seen(role) {
  const as = s.as(role);
  const one = async (path) => {
    const data = expectOk(await as.get(path));
    return Array.isArray(data) ? data.find((c) => c.id === person.id) : data;
  };
  return {
    detail: await one(`/api/customers/${person.id}`),
    lookup: await one(`/api/customers/phone/${encodeURIComponent(phone)}`),
    byName: await one('/api/customers/search?name=maskable+person'),
    byPhone: await one(`/api/customers/search?q=${phone.slice(-6)}`),
    byEmail: await one(`/api/customers/search?email=${EMAIL}`),
    byAnything: await one(`/api/customers/search?q=${EMAIL.toUpperCase()}`),
    list: await one('/api/customers?limit=100'),
  };
}
const contacts = (c) => [c.email, c.address];

test('cashiers and staff see masks, everywhere; others do not', async () => {
  for (const role of ['CASHIER', 'STAFF']) {
    for (const [where, c] of Object.entries(await seen(role))) {
      assert.deepEqual(contacts(c), ['m•••@example.com', '•••'], `${role} ${where}`);
      assert.deepEqual([c.name, c.phone, c.area], ['Maskable Person', phone, 'Camp'], 'the rest is there');
    }
  }
  for (const role of ['MANAGER', 'ADMIN', 'SUPER_ADMIN']) {
    for (const [where, c] of Object.entries(await seen(role))) assert.deepEqual(contacts(c), [EMAIL, ADDRESS], `${role} ${where}`);
  }
});

test('what a cashier has just typed is masked in the answer, and kept in full', async () => {
  const made = expectOk(await s.as('CASHIER').post('/api/customers',
    { name: 'Typed By Cashier', phone: newPhone(), email: 'éva@example.com', address: 'Here 1' }), 201);
  assert.deepEqual(contacts(made), ['é•••@example.com', '•••']);
  assert.deepEqual(contacts(expectOk(await s.as('ADMIN').get(`/api/customers/${made.id}`))), ['éva@example.com', 'Here 1']);
  const none = expectOk(await s.as('CASHIER').post('/api/customers', { name: 'Nothing', phone: newPhone() }), 201);
  assert.deepEqual(contacts(none), [null, null], 'nothing is not masked as something');
});

test('a masked address cannot be found out letter by letter', async () => {
  for (const part of ['m', 'maskable.', EMAIL.slice(0, -1)]) {
    const found = expectOk(await s.as('CASHIER').get(`/api/customers/search?email=${part}`));
    assert.equal(found.some((c) => c.id === person.id), false, part);
    assert.ok(expectOk(await s.as('MANAGER').get(`/api/customers/search?email=${part}`)).some((c) => c.id === person.id), part);
  }
});

test('the logins of a person are masked alike', async () => {
  const user = expectOk(await s.as('ADMIN').post('/api/users',
    { name: 'Maskable', email: 'login.of.person@example.com', role: 'CUSTOMER' }), 201);
  expectOk(await s.as('ADMIN').patch(`/api/customers/${person.id}`, { userId: user.id ?? user.user.id }));
  const emails = async (role) => expectOk(await s.as(role).get(`/api/customers/${person.id}/users`)).map((u) => u.email);
  assert.ok((await emails('MANAGER')).includes('login.of.person@example.com'));
  const masked = await emails('CASHIER');
  assert.ok(masked.includes('l•••@example.com'));
  assert.ok(!JSON.stringify(masked).includes('login.of'));
});

test('a mask is never written back: who may change a record sees it', async () => {
  const cashier = expectOk(await s.as('ADMIN').get('/api/users?role=CASHIER'))[0];
  expectError(await s.as('CASHIER').patch(`/api/customers/${person.id}`, { email: 'm•••@example.com' }), 403, 'forbidden');
  expectOk(await s.as('ADMIN').put(`/api/users/${cashier.id}/permissions`, { grants: ['UPDATE_CUSTOMER'], denials: [] }));
  const until = Date.now() + 6000;
  let c;
  do c = expectOk(await s.as('CASHIER').get(`/api/customers/${person.id}`)); while (c.email !== EMAIL && Date.now() < until);
  assert.deepEqual(contacts(c), [EMAIL, ADDRESS]);
  expectOk(await s.as('ADMIN').put(`/api/users/${cashier.id}/permissions`, { grants: [], denials: [] }));
});

test('the company may say otherwise', async () => {
  assert.equal((await settings({ showContacts: true })).showContacts, true);
  for (const [where, c] of Object.entries(await seen('STAFF'))) assert.deepEqual(contacts(c), [EMAIL, ADDRESS], where);
  assert.equal((await settings({ showContacts: false })).showContacts, false);
  assert.deepEqual(contacts((await seen('STAFF')).detail), ['m•••@example.com', '•••']);
});
