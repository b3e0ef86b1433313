// Whose a proved number is: joined to the person who has it, one's own, or more
// proof needed; fresh starts; numbers that move between people.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { ENGINE, expectError, expectOk, mailbox, newPhone, start } from './harness.mjs';

let s;
let box;
before(async () => {
  s = await start({ demo: { customers: 5, orders: 5 }, settings: { 'allow-private-targets': true } });
  box = await mailbox(s);
});
after(async () => {
  box?.close();
  await s?.stop();
});

const PASSWORD = 'a long enough pass phrase';
const email = () => `${Math.random().toString(36).slice(2)}@example.com`;
const national = (phone) => `0${phone.slice(3, 8)}-${phone.slice(8)}`;
const make = async (more = {}) =>
  expectOk(await s.as('CASHIER').post('/api/customers', { name: 'Asha Rao', phone: newPhone(), createLogin: false, ...more }), 201);
const paid = (customerId) => s.as('CASHIER').post('/api/orders', { customerId,
  lines: [{ name: 'Tea', quantity: 1, unitPrice: '10.00' }], payments: [{ method: 'CASH' }] });
const read = async (id) => expectOk(await s.as('ADMIN').get(`/api/customers/${id}`));
const lookup = async (phone) => expectOk(await s.as('CASHIER').get(`/api/customers/phone/${phone}`));
const anonymous = (path, body) => s.api('POST', path, { body: { company: s.a.slug, ...body } });
/** A new account, as its owner: with a token, and what it may call. */
async function signUp(more = {}) {
  const data = expectOk(await anonymous('/api/auth/signup', { name: 'New Login', email: email(), password: PASSWORD, ...more }), 201);
  const token = data.accessToken;
  const call = (method, path, body) => s.api(method, path, { token, body });
  return { token, id: data.user.id, call, me: async () => expectOk(await call('GET', '/api/customers/me')),
    orders: async () => expectOk(await call('GET', '/api/orders')),
    follow: (path, body) => call('POST', `/api/customers/me/${path}`, body) };
}
async function prove(who, phone, typed = phone) {
  expectOk(await who.call('POST', '/api/auth/otp/request', { phone: typed }));
  return expectOk(await who.call('POST', '/api/auth/otp/verify', { phone: typed, code: await box.code(phone) }));
}
const ago = (column, days) => (ENGINE === 'sqlite' ? `${column} - ${days * 86400}000000` : `${column} - interval '${days} days'`);
/** As if everything that is known of a person had happened so long ago. */
function age(id, days) {
  for (const t of ['created_at', 'updated_at', 'first_order_at', 'last_order_at']) {
    s.store.sql(`UPDATE customers SET ${t} = ${ago(t, days)} WHERE id = ${s.store.id(id)}`);
  }
  s.store.sql(`UPDATE orders SET created_at = ${ago('created_at', days)} WHERE customer_id = ${s.store.id(id)}`);
}
const healthy = () => {
  const r = s.cli(['doctor']);
  assert.equal(r.stdout.match(/BAD[^\n]*(identity|stats|names)/), null, r.stdout);
};

test('a number merely typed opens nothing and occupies nothing', async () => {
  const person = await make();
  expectOk(await paid(person.id), 201);
  const who = await signUp({ phone: national(person.phone) });
  const own = await who.me();
  assert.notEqual(own.id, person.id);
  assert.deepEqual([own.isProvisional, own.phone, own.totalOrders], [true, null, 0]);
  assert.deepEqual(await who.orders(), []);
  expectError(await who.call('GET', `/api/customers/${person.id}`), 403);
  expectError(await who.call('PUT', '/api/customers/me', { phone: person.phone }), 400, 'invalid', 'phone');
  expectError(await who.follow('fresh'), 409, 'nothing_pending');
  expectError(await who.follow('join/request'), 409, 'nothing_pending');
  expectError(await who.follow('join', { code: '123456' }), 409, 'nothing_pending');
  const free = newPhone(); // nor does a claim keep staff from using it
  await signUp({ phone: free });
  await make({ phone: free });
  assert.equal((await read(person.id)).isPhoneVerified, false);
});

test('the code joins the person, with every order of both', async () => {
  const person = await make();
  expectOk(await paid(person.id), 201);
  const who = await signUp({ phone: person.phone });
  const own = await who.me();
  const mine = expectOk(await who.call('POST', '/api/orders', { lines: [{ name: 'Jam', quantity: 2, unitPrice: '5.00' }] }), 201);
  const proved = await prove(who, person.phone, national(person.phone));
  assert.equal(proved.outcome, 'JOINED');
  assert.equal(proved.user.customerId, person.id);
  const now = await who.me();
  assert.deepEqual([now.id, now.totalOrders, now._count.orders, now.isPhoneVerified], [person.id, 1, 2, true]);
  assert.ok((await who.orders()).some((o) => o.id === mine.id));
  assert.equal((await who.orders()).length, 2);
  assert.equal((await read(own.id)).id, person.id);
  expectOk(await who.call('POST', '/api/orders', { lines: [{ name: 'Jam', quantity: 1, unitPrice: '5.00' }] }), 201);
  assert.equal((await prove(who, person.phone)).outcome, 'ALREADY');
  healthy();
});

test('verified by another account: a code to the earlier record’s e-mail as well', async () => {
  const address = email();
  const person = await make({ email: address });
  const first = await signUp();
  assert.equal((await prove(first, person.phone)).outcome, 'JOINED');
  const second = await signUp();
  const own = await second.me();
  const proved = await prove(second, person.phone);
  assert.equal(proved.outcome, 'PROOF_NEEDED');
  assert.match(proved.emailHint, /^.•••@example\.com$/);
  assert.equal(proved.user.isPhoneVerified, true);
  assert.equal((await second.me()).id, own.id);
  const list = expectOk(await s.as('ADMIN').get(`/api/customers/${person.id}/users`));
  assert.deepEqual(list.map((u) => [u.id, u.isPending, u.linkEvidence]),
    [[first.id, false, 'verified'], [second.id, true, 'pending']]);
  assert.deepEqual(expectOk(await second.follow('join/request')), { emailHint: proved.emailHint });
  const code = await box.code(address);
  expectError(await second.follow('join', { code: code === '000000' ? '000001' : '000000' }), 401, 'bad_code');
  expectError(await first.follow('join', { code }), 409, 'nothing_pending');
  expectError(await second.follow('join', {}), 400, 'invalid', 'code');
  assert.equal(expectOk(await second.follow('join', { code })).id, person.id);
  assert.equal((await second.me()).id, person.id);
  expectError(await second.follow('join', { code }), 409, 'nothing_pending');
  const both = expectOk(await s.as('ADMIN').get(`/api/customers/${person.id}/users`));
  assert.deepEqual(both.map((u) => [u.isPending, u.linkEvidence]), [[false, 'verified'], [false, 'verified']]);
  healthy();
});

test('a person without an e-mail: staff link the login, who has proved the number', async () => {
  const first = await signUp();
  const phone = newPhone();
  await prove(first, phone);
  const person = await first.me();
  expectOk(await paid(person.id), 201);
  const second = await signUp();
  const proved = await prove(second, phone);
  assert.deepEqual([proved.outcome, proved.emailHint], ['PROOF_NEEDED', undefined]);
  expectError(await second.follow('join/request'), 409, 'no_email');
  expectOk(await s.as('ADMIN').post(`/api/customers/${person.id}/users`, { userId: second.id }));
  assert.equal((await second.me()).totalOrders, 1);
  assert.equal((await second.orders()).length, 1);
  healthy();
});

test('a guest buys, signs up, proves the number, and sees it; a second account joins', async () => {
  const phone = newPhone();
  const bought = expectOk(await anonymous('/api/checkout', { name: 'somebody', phone, email: 'stranger@example.com',
    address: '1 Lake Road', lines: [{ name: 'Tea', quantity: 1, unitPrice: '10.00' }] }), 201);
  const guests = (await lookup(phone)).id;
  assert.equal((await read(guests)).phoneEvidence, 'guest');
  const address = email();
  const who = await signUp({ name: 'Meera Nair', email: address, phone: national(phone) });
  assert.deepEqual(await who.orders(), []);
  const own = await who.me();
  const proved = await prove(who, phone, national(phone));
  assert.deepEqual([proved.outcome, proved.customer.id], ['JOINED', guests]);
  assert.deepEqual((await who.orders()).map((o) => o.id), [bought.id]);
  const now = await who.me();
  assert.deepEqual([now.name, now.email, now.address, now.phone], ['Meera Nair', null, '1 Lake Road', phone]);
  assert.equal((await read(own.id)).id, guests);
  // The e-mail is proved by the link that was sent to it; then it can prove more.
  expectOk(await who.call('POST', '/api/auth/email/verify', { token: await box.link(address) }));
  expectError(await who.call('PATCH', '/api/customers/me', { email: email() }), 400, 'invalid', 'email');
  assert.equal(expectOk(await who.call('PATCH', '/api/customers/me', { email: address })).email, address);
  const second = await signUp();
  const asked = await prove(second, phone);
  assert.deepEqual([asked.outcome, asked.emailHint], ['PROOF_NEEDED', `${address[0]}•••@example.com`]);
  expectOk(await second.follow('join/request'));
  assert.equal(expectOk(await second.follow('join', { code: await box.code(address) })).id, guests);
  assert.deepEqual((await second.orders()).map((o) => o.id), [bought.id]);
  const both = expectOk(await s.as('ADMIN').get(`/api/admin/customers/${guests}/users`));
  assert.deepEqual(both.map((u) => u.id), [who.id, second.id]);
  // Another stranger's order under the number: neither seen nor counted.
  expectOk(await anonymous('/api/checkout', { name: 'stranger', phone, lines: [{ name: 'Jam', quantity: 1, unitPrice: '5.00' }] }), 201);
  assert.equal((await who.orders()).length, 1);
  assert.equal((await who.me())._count.orders, 1);
  assert.equal((await read(guests))._count.orders, 2);
  healthy();
});

test('a silent record is not opened by its number: the new owner starts fresh', async () => {
  const person = await make();
  expectOk(await paid(person.id), 201);
  age(person.id, 400);
  const who = await signUp();
  assert.equal((await prove(who, person.phone)).outcome, 'PROOF_NEEDED');
  assert.equal((await who.me()).totalOrders, 0);
  const fresh = expectOk(await who.follow('fresh'));
  assert.deepEqual([fresh.phone, fresh.isPhoneVerified, fresh.isProvisional, fresh.totalOrders], [person.phone, true, false, 0]);
  assert.deepEqual(await who.orders(), []);
  const old = await read(person.id);
  assert.deepEqual([old.phone, old.isPhoneVerified, old.totalOrders], [null, false, 1]);
  assert.equal((await lookup(person.phone)).id, fresh.id);
  expectError(await who.follow('fresh'), 409, 'nothing_pending');
  // The setting decides how long silence is.
  const other = await make();
  age(other.id, 100);
  expectOk(await s.as('ADMIN').put(`/api/companies/${s.a.id}`, { recycleMonths: 3 }));
  assert.equal((await prove(await signUp(), other.phone)).outcome, 'PROOF_NEEDED');
  expectOk(await s.as('ADMIN').put(`/api/companies/${s.a.id}`, { recycleMonths: 12 }));
  assert.equal((await prove(await signUp(), other.phone)).outcome, 'JOINED');
});

test('a number moves between two people who are both signed in: each keeps their own history', async () => {
  const phone = newPhone();
  const [one, two] = [await signUp({ name: 'One' }), await signUp({ name: 'Two' })];
  await prove(one, phone);
  const first = await one.me();
  expectOk(await paid(first.id), 201);
  const second = await two.me();
  expectOk(await paid(second.id), 201);
  expectOk(await paid(second.id), 201);
  assert.equal((await prove(two, phone)).outcome, 'PROOF_NEEDED');
  assert.equal((await one.me()).phone, phone);
  expectOk(await two.follow('fresh'));
  const check = async (who, id, number, orders) => {
    const own = await who.me();
    assert.deepEqual([own.id, own.phone, own.isPhoneVerified, own.totalOrders], [id, number, number !== null, orders]);
    assert.equal((await who.orders()).length, orders);
  };
  await check(one, first.id, null, 1);
  await check(two, second.id, phone, 2);
  const [user] = s.store.sql(`SELECT is_phone_verified, phone FROM users WHERE id = ${s.store.id(one.id)}`);
  assert.match(String(user[0]), /^(0|f)/);
  // A code to the number no longer opens the first one's account.
  expectOk(await anonymous('/api/auth/otp/request', { phone }));
  const opened = expectOk(await anonymous('/api/auth/otp/verify', { phone, code: await box.code(phone) }));
  assert.equal(opened.user.id, two.id);
  // And back again.
  assert.equal((await prove(one, phone)).outcome, 'PROOF_NEEDED');
  expectOk(await one.follow('fresh'));
  await check(one, first.id, phone, 1);
  await check(two, second.id, null, 2);
  healthy();
});

test('the newest proof of a number counts: an earlier one takes it from nobody', async () => {
  const phone = newPhone();
  const [owner, once] = [await signUp({ name: 'Owner' }), await signUp({ name: 'Once' })];
  await prove(owner, phone);
  assert.equal((await prove(once, phone)).outcome, 'PROOF_NEEDED');
  assert.equal((await prove(owner, phone)).outcome, 'ALREADY');
  expectError(await once.follow('fresh'), 409, 'nothing_pending');
  assert.equal((await owner.me()).phone, phone);
  assert.equal((await prove(once, phone)).outcome, 'PROOF_NEEDED');
  assert.equal(expectOk(await once.follow('fresh')).phone, phone);
  assert.equal((await owner.me()).phone, null);
  healthy();
});

test('another number: the old one is kept, still finds the person, and opens nothing', async () => {
  const [before_, now] = [newPhone(), newPhone()];
  const who = await signUp();
  await prove(who, before_);
  const own = await who.me();
  assert.equal((await prove(who, now)).outcome, 'OWNED');
  assert.equal((await who.me()).phone, now);
  const hit = await lookup(before_);
  assert.deepEqual([hit.id, hit.matchedFormerPhone, hit.formerPhone], [own.id, true, before_]);
  expectOk(await anonymous('/api/auth/otp/request', { phone: before_ }));
  const other = expectOk(await anonymous('/api/auth/otp/verify', { phone: before_, code: await box.code(before_) }));
  assert.notEqual(other.user.id, who.id);
  assert.equal(other.outcome, 'OWNED');
});

test('two full records stay two; a deactivated person keeps the number', async () => {
  const who = await signUp();
  const mine = newPhone();
  await prove(who, mine);
  const own = await who.me();
  const person = await make({ email: email() });
  expectOk(await paid(person.id), 201);
  assert.equal((await prove(who, person.phone)).outcome, 'PROOF_NEEDED');
  assert.equal((await who.me()).phone, mine);
  expectError(await who.follow('join/request'), 409, 'two_records');
  expectOk(await who.follow('fresh'));
  const now = await who.me();
  assert.deepEqual([now.id, now.phone, now.totalOrders], [own.id, person.phone, 0]);
  assert.equal((await lookup(mine)).id, own.id);
  const gone = await make();
  expectOk(await s.as('MANAGER').post(`/api/customers/${gone.id}/deactivate`));
  const other = await signUp();
  assert.equal((await prove(other, gone.phone)).outcome, 'PROOF_NEEDED');
  expectError(await other.follow('fresh'), 400, 'customer_inactive');
  assert.equal((await lookup(gone.phone)).id, gone.id);
  healthy();
});

test('a number proved and given by staff at the same moment is one person’s', async () => {
  for (let round = 0; round < 8; round++) {
    const phone = newPhone();
    const who = await signUp();
    expectOk(await who.call('POST', '/api/auth/otp/request', { phone }));
    const code = await box.code(phone);
    const [proved, ...made] = await Promise.all([
      who.call('POST', '/api/auth/otp/verify', { phone, code }),
      ...Array.from({ length: 4 }, () => s.as('CASHIER').post('/api/customers', { name: 'Till', phone })),
    ]);
    const { outcome, customer } = expectOk(proved);
    const won = made.filter((r) => r.status === 201);
    assert.equal(won.length, outcome === 'OWNED' ? 0 : 1, `${outcome}: ${made.map((r) => r.text)}`);
    for (const r of made.filter((x) => x.status !== 201)) expectError(r, 400, 'phone_taken');
    if (won.length) assert.deepEqual([outcome, customer.id], ['JOINED', won[0].json.data.id]);
    assert.equal(Number(s.store.sql(`SELECT count(*) FROM customers WHERE phone = '${phone}'`)[0][0]), 1);
    assert.equal((await lookup(phone)).id, customer.id);
  }
  healthy();
});
