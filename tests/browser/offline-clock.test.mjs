// A till whose clock is wrong: it sells, keeps the real time of what it sells
// without the network, and a time that cannot be keeps nothing from being sent.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectOk, newPhone, start } from '../api/harness.mjs';
import { launch, signIn, sleep, tillReady, watch } from './browser.mjs';
import { everybodyKept, national, pageKept, sell, sellTo, stored, until } from './selling.mjs';

const DAY = 86_400_000;
let s, api, browser;
before(async () => {
  s = await start({ companies: 1, demo: { customers: 30, orders: 20 } });
  api = s.as('CASHIER');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await s?.stop();
});

/** A till on a device whose clock is off; moved(ms) sets the clock anew. */
async function openWrong(shift) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-IN' });
  await context.addInitScript((first) => {
    const Real = Date;
    const shift = () => Number(localStorage.getItem('test-shift') ?? first);
    globalThis.Date = class extends Real {
      constructor(...given) {
        super(...(given.length ? given : [Real.now() + shift()]));
      }
      static now() {
        return Real.now() + shift();
      }
    };
  }, shift);
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const wrong = watch(page, s.url);
  const renewals = [];
  page.on('request', (r) => r.url().endsWith('/api/auth/refresh') && renewals.push(r.url()));
  await page.goto(`${s.url}/till?company=${s.a.slug}`);
  assert.ok(Math.abs(await page.evaluate(() => Date.now()) - Date.now() - shift) < 60_000, 'this clock is wrong');
  await signIn(page, s.a.users.CASHIER);
  await tillReady(page);
  return { context, page, wrong, renewals, moved: (ms) => page.evaluate((m) => localStorage.setItem('test-shift', m), ms) };
}

const orderOf = async (reference) => {
  const found = expectOk(await api.get(`/api/orders?orderNumber=${reference}`));
  assert.equal(found.length, 1, `${reference} once`);
  return found[0];
};
const near = (iso, when, what, ms = 5000) => assert.ok(Math.abs(Date.parse(iso) - when) < ms, `${what}: ${iso}, not ${new Date(when).toISOString()}`);
const allSent = (page) => until('all is sent', async () => /All sent/.test(await page.locator('.badge').textContent()));
const shown = (page, iso) => page.evaluate((at) => new Intl.DateTimeFormat('en-IN',
  { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Kolkata' }).format(new Date(at)), iso);

for (const [what, shift] of [['ahead', DAY], ['behind', -DAY]]) {
  test(`a clock a day ${what} sells with and without the network`, async () => {
    const person = expectOk(await api.post('/api/customers', { name: `Clock ${what}`, phone: newPhone() }), 201);
    const { context, page, wrong, renewals } = await openWrong(shift);
    await everybodyKept(page);
    await pageKept(page);
    const number = await sellTo(page, national(person.phone), person.name, 1);
    const online = await orderOf(number);
    near(online.createdAt, Date.now(), 'the online sale is of now');
    // Who was served last, and when.
    await page.locator('#who').fill(national(person.phone));
    await page.locator('.detail dd', { hasText: 'just now' }).waitFor();
    await page.keyboard.press('Escape');

    await context.setOffline(true);
    await page.getByText('Offline').waitFor();
    await page.reload();
    await page.waitForFunction(() => document.activeElement?.id === 'who');
    // The people are there a moment after the page.
    await until('the kept people answer', async () => {
      await page.locator('#who').fill('');
      await page.locator('#who').fill(national(person.phone));
      return page.locator('#who-list [role=option]').count();
    });
    await page.locator('#who').press('Enter');
    const sold = Date.now();
    await page.waitForFunction(() => document.activeElement?.id === 'line');
    await page.keyboard.type('2 pencil 10\n\n');
    await page.waitForSelector('#amount:focus');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog .receipt');
    const reference = await page.locator('dialog h2').textContent();
    const printed = await page.locator('.receipt dd').nth(1).textContent();
    assert.ok([await shown(page, sold), await shown(page, sold + 5000)].includes(printed), `the receipt says ${printed}`);
    await page.keyboard.press('Enter');
    await sleep(6500);
    const sent = Date.now();
    await context.setOffline(false);
    await allSent(page);
    const offline = await orderOf(reference);
    near(offline.createdAt, sold, 'the offline sale is of when it was sold');
    assert.ok(Date.parse(offline.createdAt) < sent - 1000, 'not of when it was sent');
    assert.deepEqual([offline.paidAt, offline.customerId, offline.notes], [offline.createdAt, person.id, reference]);
    assert.ok(renewals.length <= 1, `the session is not renewed for the clock: ${renewals.length}`);
    assert.deepEqual(wrong.filter((w) => !/net::|Failed to fetch/.test(w)), []);
    await context.close();
  });
}

test('a time that cannot be keeps nothing from being sent', async () => {
  const { context, page, moved } = await openWrong(0);
  await pageKept(page);
  await page.locator('#who').press('Enter');
  await sell(page, 1);
  await context.setOffline(true);
  await page.getByText('Offline').waitFor();
  // Somebody sets the clock two days ahead; then it is as of long ago.
  await moved(2 * DAY);
  await page.locator('#who').press('Enter');
  const ahead = await sell(page, 3);
  await moved(-100 * DAY);
  await page.locator('#who').press('Enter');
  const heard = Date.now();
  const past = await sell(page, 4);
  // And a device that has forgotten when it heard of the service last.
  await page.evaluate(() => localStorage.removeItem('clientele-clock'));
  await page.reload();
  await page.waitForFunction(() => document.activeElement?.id === 'who');
  await page.locator('#who').press('Enter');
  const old = await sell(page, 5);
  // A registration that the clock has put behind the sale that needs it.
  const phone = newPhone();
  await moved(3 * DAY);
  await page.locator('#who').fill('Clock Jumps');
  await page.getByText('Nobody has this').waitFor();
  await page.locator('#who').press('Enter');
  await page.getByLabel('Phone').fill(phone);
  await page.keyboard.press('Enter');
  await page.locator('.taken', { hasText: 'Clock Jumps' }).waitFor();
  await moved(0);
  const person = await sell(page, 6);
  assert.equal((await stored(page, 'queue')).length, 5);

  const sent = Date.now();
  await context.setOffline(false);
  await allSent(page);
  const of = await Promise.all([ahead, past, old, person].map(orderOf));
  near(of[0].createdAt, sent, 'ahead: of when it was sent', 15_000);
  assert.match(of[0].notes, new RegExp(`^${ahead}\n.*is more than 5 minutes ahead`));
  near(of[1].createdAt, heard, 'long ago: not before the service was heard of', 60_000);
  near(of[2].createdAt, sent - 60 * DAY + DAY / 24, 'unknown: as old as can be', 60_000);
  assert.match(of[2].notes, /is more than 60 days ago/);
  assert.deepEqual(of.map((o) => o.totalAmount), ['30.00', '40.00', '50.00', '60.00']);
  assert.equal(of[3].customerId, expectOk(await api.get(`/api/customers/phone/${phone}`)).id);
  near(of[3].createdAt, sent, 'of when it was sold', 30_000);
  await context.close();
});
