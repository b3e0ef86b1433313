// The till by keyboard: who it is, the sale, and what may follow.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectOk, newPhone, start } from '../api/harness.mjs';
import { expectAccessible, keyboardOf, launch, openPage, openTill, signIn, tillReady } from './browser.mjs';

let s, api, browser;
before(async () => {
  s = await start({ companies: 1, demo: { customers: 200, orders: 300 } });
  api = s.as('CASHIER');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await s?.stop();
});

const person = async (name, more = {}) => expectOk(await api.post('/api/customers', { name, phone: newPhone(), ...more }), 201);
const national = (c) => c.phone.replace('+91', '');
const orderShown = (page) => page.locator('dialog h2').textContent();
const findOrder = async (number) => {
  const [row] = expectOk(await api.get(`/api/orders?orderNumber=${number}`));
  return expectOk(await api.get(`/api/orders/${row.id}`));
};
const done = (page) => page.waitForSelector('dialog .receipt');

test('a sale in under ten keys beyond the number', async () => {
  const c = await person('Asha Rao');
  const { page, wrong } = await openTill(browser, s);
  const first = await page.locator('.most bdi').first().textContent();
  await page.keyboard.type(national(c));
  const keys = keyboardOf(page);
  await keys.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'line');
  await keys.press('1', 'Enter', 'Enter');
  await page.waitForSelector('dialog #amount:focus');
  await keys.press('Enter');
  await done(page);
  assert.ok(keys.presses < 10, `${keys.presses} keys`);
  const order = await findOrder(await orderShown(page));
  assert.equal(order.customerId, c.id);
  assert.equal(order.status, 'PAID');
  assert.equal(order.lines[0].name, first);
  assert.equal(order.id[14], '7', 'the id was made here');
  assert.equal(expectOk(await api.get(`/api/customers/${c.id}`)).totalOrders, 1);
  // Enter goes on to the next one, ready to type.
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'who' && !document.querySelector('dialog'));
  assert.deepEqual(wrong, []);
  await page.context().close();
});

test('matches come within 50 ms of the key, the person beside them', async () => {
  const c = await person('Zubin Quartermaine', { notes: 'Likes the window seat' });
  const { page } = await openTill(browser, s);
  await page.evaluate(() => {
    globalThis.times = [];
    let at = 0;
    addEventListener('keydown', () => { at = performance.now(); }, true);
    new MutationObserver(() => {
      if (at && document.querySelector('#who-list [role=option]')) {
        globalThis.times.push(performance.now() - at);
        at = 0;
      }
    }).observe(document.querySelector('.who'), { childList: true, subtree: true, characterData: true });
  });
  for (const key of 'Zubin Quart') {
    await page.keyboard.press(key);
    await page.waitForTimeout(120);
  }
  const times = (await page.evaluate(() => globalThis.times)).sort((a, b) => a - b);
  assert.ok(times.length >= 5, `${times.length} answers`);
  assert.ok(times[Math.floor(times.length / 2)] < 50, `median of ${times.map((t) => t.toFixed(1))}`);
  await page.locator('.detail', { hasText: 'Zubin Quartermaine' }).waitFor();
  assert.match(await page.locator('.detail').textContent(), /Likes the window seat/);
  // By its last digits too, and the arrow keys choose.
  await page.locator('#who').fill('');
  await page.keyboard.type(national(c).slice(-6));
  await page.locator('#who-list [role=option][aria-selected=true]', { hasText: 'Zubin' }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.taken', { hasText: 'Zubin Quartermaine' }).waitFor();
  await page.context().close();
});

test('arrow keys choose among the recents and the matches', async () => {
  const a = await person('Mirabel Twin');
  const b = await person('Mirabel Twinn');
  for (const c of [a, b]) {
    expectOk(await api.post('/api/orders', { customerId: c.id, totalAmount: '10.00', payments: [{ method: 'CASH' }] }), 201);
  }
  const { page } = await openTill(browser, s);
  await page.locator('#who-list', { hasText: 'Mirabel Twinn' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.taken', { hasText: 'Mirabel Twinn' }).waitFor();
  await page.keyboard.press('F2');
  await page.waitForFunction(() => document.activeElement?.id === 'who');
  await page.keyboard.type('Mirabel');
  await page.waitForFunction(() => document.querySelectorAll('#who-list [role=option]').length === 2);
  const second = await page.locator('#who-list [role=option]').nth(1).locator('.name').textContent();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('.taken h2').textContent(), second);
  await page.context().close();
});

test('not found: registered in place; a number that is taken offers its person', async () => {
  const there = await person('Already Here');
  const { page, wrong } = await openTill(browser, s);
  const phone = newPhone();
  await page.keyboard.type(phone.replace('+91', '0'));
  await page.getByText('Nobody has this').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForSelector('form input:focus');
  assert.equal(await page.getByLabel('Phone').inputValue(), phone.replace('+91', '0'));
  await page.keyboard.type('New Person');
  await page.keyboard.press('Enter');
  await page.locator('.taken', { hasText: 'New Person' }).waitFor();
  assert.equal(expectOk(await api.get(`/api/customers/phone/${phone}`)).name, 'New Person');

  await page.keyboard.press('F2');
  await page.waitForFunction(() => document.activeElement?.id === 'who');
  await page.keyboard.type('Nobody At All');
  await page.getByText('Nobody has this').waitFor();
  await page.keyboard.press('Enter');
  assert.equal(await page.getByLabel('Name').inputValue(), 'Nobody At All');
  await page.getByLabel('Phone').fill('0000000000');
  await page.keyboard.press('Enter');
  await page.locator('.field .wrong').waitFor();
  assert.equal(await page.getByLabel('Phone').getAttribute('aria-invalid'), 'true');
  await page.getByLabel('Phone').fill(there.phone);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sell to Already Here' }).click();
  await page.locator('.taken', { hasText: 'Already Here' }).waitFor();
  assert.deepEqual(wrong, []);
  await page.context().close();
});

test('a walk-in by name, paid in three parts with change, becomes a customer afterwards', async () => {
  const { page, wrong } = await openTill(browser, s);
  const phone = newPhone();
  await page.keyboard.type('Red Door Person');
  await page.getByText('Nobody has this').waitFor();
  await page.keyboard.press('Enter');
  await page.getByLabel('Phone').fill(phone);
  await page.getByRole('button', { name: 'As a walk-in' }).click();
  await page.waitForFunction(() => document.activeElement?.id === 'line');
  // 2 at 30 less 10 %, and by weight: 0.35 at 120.
  await page.keyboard.type('2 rubber duck 30 -10%\n');
  await page.keyboard.type('0.35 rice 120\n');
  await page.locator('#discount').fill('6');
  await page.locator('#discount').press('Enter');
  assert.match(await page.locator('#total').textContent(), /90\.00/);
  await page.keyboard.press('F9');
  await page.waitForSelector('#amount:focus');
  await page.keyboard.type('d20\n');
  await page.getByText('Still due').waitFor();
  await page.keyboard.type('u30.50\n');
  await page.getByText('₹39.50').first().waitFor();
  await page.keyboard.type('u100\n');
  await page.getByText('only cash gives change').waitFor();
  await page.locator('#amount').fill('');
  await page.keyboard.type('c50\n');
  await done(page);
  assert.match(await page.locator('dialog .change').textContent(), /10\.50/);
  const order = await findOrder(await orderShown(page));
  assert.deepEqual(order.payments.map((p) => [p.method, p.amount, p.tendered, p.change]),
    [['CARD', '20.00', null, null], ['UPI', '30.50', null, null], ['CASH', '39.50', '50.00', '10.50']]);
  assert.deepEqual(order.lines.map((l) => [l.name, l.quantity, l.amount]), [['rubber duck', 2, '54.00'], ['rice', 0.35, '42.00']]);
  assert.deepEqual([order.customerId, order.customerName, order.customerPhone, order.discount],
    [null, 'Red Door Person', phone, '6.00']);

  await page.getByRole('button', { name: 'Make it a customer' }).click();
  await page.keyboard.press('Enter');
  await page.getByText('Red Door Person’s now').waitFor();
  const c = expectOk(await api.get(`/api/customers/phone/${phone}`));
  assert.deepEqual([c.name, c.totalOrders, c.totalSpent], ['Red Door Person', 1, '90.00']);
  assert.deepEqual(wrong, []);
  await page.context().close();
});

test('a refund from an order found by number, for managers alone', async () => {
  const order = expectOk(await api.post('/api/orders', { totalAmount: '80.00', payments: [{ method: 'CASH' }] }), 201);
  for (const role of ['CASHIER', 'MANAGER']) {
    const { page, wrong } = await openTill(browser, s, role);
    await page.keyboard.press('F8');
    await page.keyboard.type(`${order.orderNumber.toLowerCase()}\n`);
    await done(page);
    const button = page.getByRole('button', { name: 'Refund' });
    if (role === 'CASHIER') assert.equal(await button.count(), 0);
    else {
      await button.click();
      await page.getByLabel(/Amount, at most/).fill('100');
      await page.getByRole('button', { name: /Give .*100\.00 back/ }).click();
      await page.locator('.field .wrong').waitFor();
      await page.getByLabel(/Amount, at most/).fill('30');
      await page.getByLabel(/Reason/).fill('dented');
      await page.keyboard.press('Enter');
      await page.locator('.receipt', { hasText: '−₹30.00' }).waitFor();
      const after = expectOk(await api.get(`/api/orders/${order.id}`));
      assert.deepEqual([after.refundedAmount, after.refunds[0].reason], ['30.00', 'dented']);
    }
    assert.deepEqual(wrong, []);
    await page.context().close();
  }
});

test('the session ends in the middle of a sale: sign in again, the cart is still there', async () => {
  const admin = s.as('ADMIN');
  const { page } = await openTill(browser, s, 'STAFF');
  await page.keyboard.press('Enter');
  await page.keyboard.type('3 umbrella 250\n');
  await page.keyboard.press('F9');
  await page.waitForSelector('#amount:focus');
  const [user] = expectOk(await admin.get('/api/users?role=STAFF'));
  expectOk(await admin.post(`/api/users/${user.id}/deactivate`));
  expectOk(await admin.post(`/api/users/${user.id}/activate`));
  // The sale hears of it, unless what runs in the background did before.
  await page.locator('#amount').press('Enter');
  await page.getByText('Your session has ended').waitFor();
  await page.locator('dialog').last().getByLabel('Password').fill(s.a.users.STAFF.password);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('dialog').length === 1);
  await page.locator('#amount').press('Enter');
  await done(page);
  const order = await findOrder(await orderShown(page));
  assert.deepEqual(order.lines.map((l) => [l.name, l.amount]), [['umbrella', '750.00']]);
  // A reload in the middle keeps the next one as well.
  await page.keyboard.press('Enter');
  await page.locator('#line').fill('kite 99');
  await page.locator('#line').press('Enter');
  await page.getByText('1 line').waitFor();
  await page.waitForTimeout(200);
  await page.reload();
  await page.getByText('1 line').waitFor();
  assert.match(await page.locator('#total').textContent(), /99\.00/);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(page, s.a.users.CASHIER);
  await page.getByText('Nothing yet').waitFor();
  await page.context().close();
});

test('two tabs renew one session at once, and neither ends it', async () => {
  const { page, context } = await openTill(browser, s);
  const other = await context.newPage();
  await other.goto(`${s.url}/till`);
  await tillReady(other);
  // Both hear at the same moment that their token is no longer good.
  let renewals = 0;
  const stale = new Map();
  for (const p of [page, other]) {
    p.on('request', (r) => { renewals += r.url().endsWith('/api/auth/refresh') ? 1 : 0; });
    await p.route('**/api/customers/search**', (route) => {
      const token = route.request().headers().authorization;
      if (!stale.has(p)) stale.set(p, token);
      return stale.get(p) === token
        ? route.fulfill({ status: 401, json: { success: false, message: 'x', code: 'token_expired' } }) : route.continue();
    });
  }
  await Promise.all([page, other].map(async (p) => {
    await p.locator('#who').fill('asha');
    await p.locator('#who-list [role=option]').first().waitFor();
  }));
  assert.equal(renewals, 1);
  // And reloads do not renew at all.
  for (let i = 0; i < 3; i++) await Promise.all([page.reload(), other.reload()]);
  for (const p of [page, other]) {
    await p.waitForSelector('.most button');
    assert.equal(await p.getByText('Your session has ended').count(), 0);
  }
  assert.equal(renewals, 1);
  await context.close();
});

test('a person’s favourites come first: by number, by click, and not for the next one', async () => {
  const c = await person('Hema Favourite');
  const buy = async (name, unitPrice, times) => {
    for (let i = 0; i < times; i++) {
      expectOk(await api.post('/api/orders', { customerId: c.id, lines: [{ sku: `FAV-${name}`, name, quantity: 1, unitPrice }],
        payments: [{ method: 'CASH' }] }), 201);
    }
  };
  await buy('Filter coffee', '30.00', 3);
  await buy('Idli', '40.00', 2);
  const { page, wrong } = await openTill(browser, s);
  const most = page.locator('.most button');
  const usual = await most.first().textContent();
  assert.ok(!usual.includes('Filter coffee'));
  await page.locator('#who').fill('Hema Fav');
  await page.locator('#who-list [role=option]', { hasText: 'Hema Favourite' }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.taken .favourites button', { hasText: 'Filter coffee' }).waitFor();
  assert.deepEqual(await page.locator('.favourites bdi').allTextContents(), ['Filter coffee', 'Idli']);
  assert.match(await most.nth(0).textContent(), /1Filter coffee★bought often/);
  assert.match(await most.nth(1).textContent(), /2Idli★/);
  assert.ok((await most.nth(2).textContent()).includes(usual.replace(/^\d/, '')), 'then what the shop sells most');
  assert.equal(await most.count(), 9);
  await expectAccessible(page, 'favourites');

  await page.waitForFunction(() => document.activeElement?.id === 'line');
  await page.keyboard.type('2*1\n');
  await page.locator('.favourites button', { hasText: 'Idli' }).click();
  await page.waitForFunction(() => document.activeElement?.id === 'line');
  await page.getByText('2 lines').waitFor();
  assert.equal(await page.locator('#total').textContent(), '₹100.00');
  await page.keyboard.press('F2');
  await page.waitForFunction((first) => document.querySelector('.most button').textContent === first, usual);
  assert.deepEqual(wrong, []);

  const office = await openPage(browser, s, `/admin?company=${s.a.slug}#customers/${c.id}`);
  await signIn(office.page, s.a.users.MANAGER);
  const often = office.page.getByRole('region', { name: 'Buys often' }).locator('li');
  await often.first().waitFor();
  assert.deepEqual((await often.allTextContents()).map((x) => x.replace(/\u00a0/g, ' ')), ['Filter coffee 3× · ₹30.00', 'Idli 2× · ₹40.00']);
});

test('favourites that come late do not change what a number means', async () => {
  const c = await person('Slow Favourite');
  expectOk(await api.post('/api/orders', { customerId: c.id, lines: [{ name: 'Only theirs', quantity: 1, unitPrice: '1.00' }],
    payments: [{ method: 'CASH' }] }), 201);
  const { page } = await openTill(browser, s);
  const usual = await page.locator('.most button bdi').first().textContent();
  let answer;
  await page.route('**/api/customers/*/items**', (route) => { answer = () => route.continue(); });
  await page.locator('#who').fill('Slow Fav');
  await page.locator('#who-list [role=option]', { hasText: 'Slow Favourite' }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'line');
  await page.keyboard.type('1');
  await answer();
  await page.locator('.favourites button', { hasText: 'Only theirs' }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.lines td bdi', { hasText: usual }).waitFor();
  await page.locator('.most button', { hasText: 'Only theirs' }).waitFor();
});
