// One person, one record: a guest buys, signs up, proves the number and finds
// every order; a second account joins. The walk of the README, step by step.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectError, expectOk, mailbox, newPhone, start } from './harness.mjs';

let s;
let box;
let admin;
before(async () => {
  s = await start({ settings: { 'allow-private-targets': true } });
  box = await mailbox(s);
  admin = s.as('ADMIN');
});
after(async () => {
  box?.close();
  await s?.stop();
});

const phone = newPhone();
const spelt = [`0${phone.slice(3, 8)} ${phone.slice(8)}`, `+91 ${phone.slice(3, 8)}-${phone.slice(8)}`, phone.slice(3)];
const PASSWORD = 'a good long password';
const post = (path, body, token) => s.api('POST', path, { token, body: { company: s.a.slug, ...body } });
const plain = (path, body, token) => s.api('POST', path, { token, body });
const get = async (path, token) => expectOk(await s.api('GET', path, { token }));
const line = (name, unitPrice) => ({ name, quantity: 1, unitPrice });
const orders = async (token) => (await get('/api/orders', token)).map((o) => o.orderNumber).sort();
/** A new account that says this phone is its own. */
async function signUp(name, email, spelling) {
  const made = expectOk(await post('/api/auth/signup', { name, email, phone: spelling, password: PASSWORD }), 201);
  return { email, id: made.user.id, token: made.accessToken, link: await box.link(email) };
}
async function codeFor(spelling, token) {
  expectOk(await post('/api/auth/otp/request', { phone: spelling }, token));
  return box.code(phone);
}

const guest = [];
let first;
let second;
let person;

test('a guest buys on the web by phone', async () => {
  for (const [i, spelling] of spelt.slice(0, 2).entries()) {
    const o = expectOk(await post('/api/checkout', { phone: spelling, name: 'Asha Rao', address: '12 MG Road',
      lines: [line('Tea', `${i + 1}0.00`)] }), 201);
    guest.push(o);
  }
  person = expectOk(await admin.get(`/api/customers/phone/${encodeURIComponent(phone)}`));
  assert.equal(person._count.orders, 2);
  assert.equal(person.isPhoneVerified, false);
});

test('the same person signs up with that phone in another spelling, and sees nothing of the past', async () => {
  first = await signUp('Asha', 'asha-walk@example.com', spelt[2]);
  assert.deepEqual(await orders(first.token), []);
  for (const o of guest) expectError(await s.api('GET', `/api/orders/${o.id}`, { token: first.token }), 404, 'order_not_found');
  const { user, customer } = await get('/api/auth/me', first.token);
  assert.equal(user.isPhoneVerified, false);
  assert.ok(customer.id && customer.id !== person.id, 'a provisional record of their own');
  assert.equal(customer.phone, null);
  const own = expectOk(await plain('/api/orders', { lines: [line('Own', '5.00')], paymentMethod: 'CASH' }, first.token), 201);
  assert.deepEqual(await orders(first.token), [own.orderNumber]);
  const cod = expectError(await plain('/api/orders', { lines: [line('Own', '5.00')], paymentMethod: 'COD' }, first.token), 400, 'phone_not_verified');
  assert.equal(cod.next.request, 'POST /api/auth/otp/request');
  first.own = own.orderNumber;
});

test('a code proves the number: every order is theirs, and cash on delivery too', async () => {
  const code = await codeFor(spelt[1], first.token);
  const proved = expectOk(await post('/api/auth/otp/verify', { phone: spelt[2], code }, first.token));
  assert.equal(proved.outcome, 'JOINED');
  assert.equal(proved.customer.id, person.id);
  assert.deepEqual(await orders(first.token), [...guest.map((o) => o.orderNumber), first.own].sort());
  const seen = await get(`/api/orders/${guest[0].id}`, first.token);
  assert.equal(seen.totalAmount, '10.00');
  assert.equal('isUnproven' in seen, false);
  const { user, customer } = await get('/api/auth/me', first.token);
  assert.deepEqual([user.customerId, user.isPhoneVerified, customer.id, customer.address, 'area' in customer], [person.id, true, person.id, '12 MG Road', true]);
  const cod = expectOk(await plain('/api/orders', { lines: [line('More', '7.00')], paymentMethod: 'COD' }, first.token), 201);
  assert.equal(cod.customerId, person.id);
  guest.push(cod);
  expectOk(await plain('/api/auth/email/verify', { token: first.link }, first.token));
});

test('what guests order now with the number stays hidden until it is proved again', async () => {
  const o = expectOk(await post('/api/checkout', { phone, lines: [line('By whom?', '9.00')] }), 201);
  expectError(await s.api('GET', `/api/orders/${o.id}`, { token: first.token }), 404, 'order_not_found');
  assert.equal(expectOk(await admin.get(`/api/orders/${o.id}`)).isUnproven, true);
  const code = await codeFor(phone);
  const sure = expectOk(await post('/api/checkout', { phone, code, paymentMethod: 'COD', lines: [line('By me', '9.00')] }), 201);
  expectError(await post('/api/checkout', { phone, code, lines: [line('Again', '9.00')] }), 401, 'bad_code');
  // Whoever has the number now need not be the person whose account proved it
  // before: neither sees the other's orders until that account proves it again.
  assert.deepEqual(((o) => [o.customerId, o.isUnproven])(expectOk(await admin.get(`/api/orders/${sure.id}`))), [person.id, true]);
  const again = expectOk(await post('/api/auth/otp/verify', { phone, code: await codeFor(phone, first.token) }, first.token));
  assert.equal(again.outcome, 'ALREADY');
  for (const { id } of [o, sure]) assert.equal((await get(`/api/orders/${id}`, first.token)).id, id);
});

test('a second account with another e-mail and the same phone: the code alone does not open it', async () => {
  second = await signUp('Asha at work', 'asha-work@example.com', spelt[0]);
  const code = await codeFor(phone, second.token);
  const proved = expectOk(await post('/api/auth/otp/verify', { phone, code }, second.token));
  assert.equal(proved.outcome, 'PROOF_NEEDED');
  assert.equal(proved.emailHint, 'a•••@example.com');
  assert.deepEqual(await orders(second.token), []);
  for (const o of guest) expectError(await s.api('GET', `/api/orders/${o.id}`, { token: second.token }), 404);
});

test('a code to the e-mail of the earlier record joins it', async () => {
  expectError(await plain('/api/customers/me/join', { code: '000000' }, second.token), 401, 'bad_code');
  expectOk(await plain('/api/customers/me/join/request', undefined, second.token));
  const code = await box.code(first.email);
  const joined = expectOk(await plain('/api/customers/me/join', { code }, second.token));
  assert.equal(joined.id, person.id);
  assert.deepEqual(await orders(second.token), await orders(first.token));
  assert.ok((await orders(second.token)).length >= 4);
});

test('the admin sees both accounts on one customer; me says the same to both', async () => {
  const users = expectOk(await admin.get(`/api/customers/${person.id}/users`));
  assert.deepEqual(users.map((u) => u.id).sort(), [first.id, second.id].sort());
  for (const { token, id } of [first, second]) {
    const { user, customer } = await get('/api/auth/me', token);
    assert.deepEqual([user.id, user.customerId, customer.id, customer.phone, customer.address], [id, person.id, person.id, phone, '12 MG Road']);
  }
  assert.equal(expectOk(await admin.get(`/api/customers/phone/${encodeURIComponent(phone)}`)).id, person.id);
  const doctor = s.cli(['doctor', '--json']);
  assert.equal(doctor.status, 0, doctor.stdout + doctor.stderr);
});
