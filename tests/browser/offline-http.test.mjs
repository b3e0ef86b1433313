// The till over plain HTTP from another machine, where browsers give neither a
// service worker nor WebCrypto: it says so, sells, and keeps nobody unsealed.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectOk, newPhone, start } from '../api/harness.mjs';
import { expectAccessible, expectNoSideways, launch, signIn, sleep, tillReady, watch } from './browser.mjs';
import { national, sell, sellTo, stored, until } from './selling.mjs';

let s, api, browser, url;
before(async () => {
  s = await start({ companies: 1, demo: { customers: 30, orders: 20 } });
  api = s.as('CASHIER');
  browser = await launch(['--host-resolver-rules=MAP till.example 127.0.0.1']);
  url = `http://till.example:${new URL(s.url).port}`;
});
after(async () => {
  await browser?.close();
  await s?.stop();
});

/** Everything that the browser keeps of this page. */
const kept = async (page) => JSON.stringify([await stored(page, 'queue'), await stored(page, 'people'), await stored(page, 'meta'),
  await page.evaluate(() => Object.entries(localStorage))]);

test('plain HTTP: said in a line, sold online, and nobody kept unsealed', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-IN' });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const wrong = watch(page, url);
  await page.goto(`${url}/till?company=${s.a.slug}`);
  assert.deepEqual(await page.evaluate(() => [isSecureContext, 'serviceWorker' in navigator, 'subtle' in crypto]), [false, false, false]);
  await signIn(page, s.a.users.CASHIER);
  await tillReady(page);
  const line = page.getByText('Offline selling needs HTTPS');
  await line.waitFor();
  await expectAccessible(page, 'the line');
  await expectNoSideways(page, 'the line');
  for (const [lang, text] of [['de', 'braucht HTTPS'], ['es', 'requiere HTTPS'], ['hi', 'HTTPS चाहिए'], ['en', 'needs HTTPS']]) {
    await page.locator('select.lang').last().selectOption(lang);
    await page.getByText(text).waitFor();
  }
  await page.getByRole('button', { name: 'Close' }).click();
  await line.waitFor({ state: 'detached' });

  const person = expectOk(await api.post('/api/customers', { name: 'Unsealed Never', phone: newPhone() }), 201);
  const number = await sellTo(page, national(person.phone), person.name, 1);
  assert.equal(expectOk(await api.get(`/api/orders?orderNumber=${number}`))[0].customerId, person.id);
  // Longer than it takes a till that may keep people to begin with them.
  await sleep(2500);
  assert.deepEqual(await stored(page, 'people'), []);

  // The line breaks in the middle of a sale: it is kept, without its person's name and number.
  await page.locator('#who').fill(national(person.phone));
  await page.locator('#who-list [role=option]', { hasText: person.name }).waitFor();
  await page.locator('#who').press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'line');
  await context.setOffline(true);
  await page.getByText('Offline').first().waitFor();
  const known = await sell(page, 2);
  const newcomer = newPhone();
  await page.locator('#who').fill('Newly Met');
  await page.getByText('Nobody has this').waitFor();
  await page.locator('#who').press('Enter');
  await page.getByLabel('Phone').fill(newcomer);
  await page.keyboard.press('Enter');
  const met = await sell(page, 3);
  const disk = await kept(page);
  for (const secret of [person.name, person.phone, person.phone.slice(3), 'Newly Met', newcomer, newcomer.slice(3)]) {
    assert.ok(!disk.includes(secret), `${secret} lies open on the disk`);
  }
  assert.ok(disk.includes(known) && disk.includes(met), 'what was paid is kept');
  await context.setOffline(false);
  await until('all is sent', async () => /All sent/.test(await page.locator('.badge').textContent()));
  const of = async (reference) => expectOk(await api.get(`/api/orders?orderNumber=${reference}`))[0];
  assert.deepEqual([(await of(known)).customerId, (await of(known)).customerName], [person.id, person.name]);
  assert.equal((await of(met)).customerId, expectOk(await api.get(`/api/customers/phone/${newcomer}`)).id);

  // Closed before it was sent: the sale is there, and of the person only the id.
  await context.setOffline(true);
  await page.getByText('Offline').first().waitFor();
  await page.locator('#who').press('Enter');
  const left = await sell(page, 4);
  await page.route('**/api/orders', (route) => route.abort());
  await context.setOffline(false);
  await page.reload();
  await signIn(page, s.a.users.CASHIER);
  await page.getByText('1 waits').waitFor();
  await page.unroute('**/api/orders');
  await until('the sale of the page before is sent', async () => (await api.get(`/api/orders?orderNumber=${left}`)).json.data.length === 1);
  assert.deepEqual(wrong.filter((w) => !/net::|Failed to fetch/.test(w)), []);
  await context.close();
});

test('this machine and HTTPS say nothing of it', async () => {
  const page = await browser.newPage();
  await page.goto(`${s.url}/till?company=${s.a.slug}`);
  await signIn(page, s.a.users.CASHIER);
  await tillReady(page);
  assert.equal(await page.getByText('needs HTTPS').count(), 0);
  await page.close();
});
