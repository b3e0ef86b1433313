// The till without its service: the program is stopped for real, the browser is
// killed in between, and everything that was paid arrives once.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectOk, newPhone, start } from '../api/harness.mjs';
import { launch, launchWithProfile, openTill, signIn, tillReady, watch } from './browser.mjs';
import { everybodyKept, national, pageKept, sell, sellTo, stored, until } from './selling.mjs';

let s, api, chrome;
before(async () => {
  s = await start({ companies: 1, demo: { customers: 250, orders: 100 } });
  api = s.as('CASHIER');
});
after(async () => {
  await chrome?.kill();
  chrome?.remove();
  await s?.stop();
});

async function openPage() {
  const page = await chrome.context.newPage();
  page.setDefaultTimeout(8000);
  await page.goto(`${s.url}/till?company=${s.a.slug}`);
  return page;
}

async function registerThere(page, name, phone) {
  await page.locator('#who').fill(name);
  await page.getByText('Nobody has this').waitFor();
  await page.locator('#who').press('Enter');
  await page.getByLabel('Phone').fill(phone);
  await page.keyboard.press('Enter');
  await page.locator('.taken', { hasText: name }).waitFor();
}

test('a whole sequence offline, the browser killed in between, each sale once', async () => {
  chrome = await launchWithProfile();
  let page = await openPage();
  await signIn(page, s.a.users.CASHIER);
  await tillReady(page);
  await everybodyKept(page);
  await pageKept(page);

  const kept = JSON.stringify(await stored(page, 'people'));
  const [known, gone] = expectOk(await api.get('/api/customers?limit=2'));
  assert.ok(kept.includes('bytes '));
  assert.ok(!kept.includes(known.name) && !kept.includes(known.phone.slice(3)), 'people lie sealed on the disk');

  // Somebody registers elsewhere, and this till does not hear of it any more.
  const takenPhone = newPhone();
  const elsewhere = expectOk(await api.post('/api/customers', { name: 'Elsewhere First', phone: takenPhone }), 201);
  const port = new URL(s.url).port;
  s.logs += s.process.log;
  await s.process.end();

  const references = {};
  references.known = await sellTo(page, national(known.phone), known.name, 1);
  assert.match(references.known, /^T-[2-9A-Z]{6}-\d+$/);
  await page.getByText('Offline').waitFor();
  references.gone = await sellTo(page, national(gone.phone), gone.name, 2);
  const newPerson = newPhone();
  await registerThere(page, 'Offline Person', newPerson);
  references.created = await sell(page, 3);
  // The same person again, before anything was sent.
  references.again = await sellTo(page, 'offline per', 'Offline Person', 4);
  await registerThere(page, 'Elsewhere Second', takenPhone);
  references.matched = await sell(page, 5);
  await registerThere(page, 'Not A Number', '0000000000');
  references.wrong = await sell(page, 6);
  await page.locator('#who').press('Enter');
  references.walkIn = await sell(page, 7);
  // And one that is not paid yet.
  await page.locator('#who').press('Enter');
  await page.locator('#line').fill('9 pencil 10');
  await page.locator('#line').press('Enter');
  await page.getByText('1 line').waitFor();
  await page.waitForTimeout(300);

  await chrome.kill();
  chrome = await launchWithProfile(chrome.profile);
  page = await openPage();
  const wrong = watch(page, s.url);
  await page.getByText('10 wait').waitFor();
  await page.getByText('1 line').waitFor();
  const queue = await stored(page, 'queue');
  assert.equal(queue.length, 10);
  assert.ok(!JSON.stringify(queue).includes('Offline Person'), 'what waits lies sealed on the disk');
  await page.locator('#line').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('#amount:focus');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog .receipt');
  references.after = await page.locator('dialog h2').textContent();
  await page.keyboard.press('Enter');
  await page.getByText('11 wait').waitFor();

  // In the meantime somebody's record was deleted, by another way in.
  await s.restart();
  const manager = s.as('MANAGER');
  for (const o of expectOk(await manager.get(`/api/customers/${gone.id}/orders?limit=100`))) {
    expectOk(await manager.post(`/api/orders/${o.id}/customer`, { customerId: null }));
  }
  expectOk(await manager.delete(`/api/customers/${gone.id}`));
  await s.restart({ listen: `127.0.0.1:${port}` });

  // The number that was none is for somebody to look at; its sale stands.
  await until('all is sent', async () => page.evaluate(() => /^\s*1 to look at/.test(document.querySelector('.badge').textContent)));
  await page.getByText('1 to look at').click();
  await page.waitForFunction(() => !document.querySelector('.queue').textContent.includes('Waits for the network'));
  const became = await page.locator('.queue').textContent();
  assert.match(became, /on the record of Elsewhere First/);
  assert.match(became, /as a walk-in/);

  const orders = expectOk(await api.get('/api/orders?limit=100'));
  const byReference = (ref) => orders.filter((o) => o.externalId === ref);
  for (const [what, ref] of Object.entries(references)) assert.equal(byReference(ref).length, 1, `${what} once`);
  const of = (what) => byReference(references[what])[0];
  const person = expectOk(await api.get(`/api/customers/phone/${newPerson}`));
  assert.deepEqual(
    ['known', 'gone', 'created', 'again', 'matched', 'wrong', 'walkIn', 'after'].map((k) => [of(k).totalAmount, of(k).customerId]),
    [['10.00', known.id], ['20.00', null], ['30.00', person.id], ['40.00', person.id], ['50.00', elsewhere.id],
      ['60.00', null], ['70.00', null], ['90.00', null]]);
  assert.deepEqual([of('gone').customerName, of('wrong').customerPhone], [gone.name, '0000000000']);
  assert.equal(person.totalOrders, 2);
  assert.deepEqual(wrong.filter((w) => !/ERR_CONNECTION_REFUSED|net::/.test(w)), []);

  // Sent again, long after: still the same orders.
  await page.getByRole('button', { name: 'Send now' }).click();
  assert.equal(expectOk(await api.get('/api/orders?limit=100')).length, orders.length);
  await page.getByRole('button', { name: 'Seen, clear' }).click();
  await until('only the refused registration is left', async () => (await stored(page, 'queue')).length === 1);
  await page.getByRole('button', { name: 'Leave it' }).click();
  await page.getByText('Nothing waits').waitFor();
  await page.keyboard.press('Escape');

  // Signing out leaves nothing of the people behind.
  await page.getByRole('button', { name: 'Sign out' }).click();
  await until('nobody is kept', async () => (await stored(page, 'people')).length === 0);
});

test('a line that is there and answers nothing is as good as none', async () => {
  const browser = await launch();
  try {
    const { page, wrong } = await openTill(browser, s);
    await everybodyKept(page);
    const [known] = expectOk(await api.get('/api/customers?limit=1'));
    const held = [];
    const hold = (route) => { held.push(route); };
    await page.route('**/api/**', hold);
    await page.route('**/readyz', hold);
    const reference = await sellTo(page, national(known.phone), known.name, 8);
    assert.match(reference, /^T-/);
    await page.getByText('1 waits').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('1 is not sent yet').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => !document.querySelector('dialog'));
    await page.unroute('**/api/**', hold);
    await page.unroute('**/readyz', hold);
    await page.getByText('All sent').waitFor({ timeout: 20000 });
    const sent = expectOk(await api.get(`/api/orders?customerId=${known.id}`)).filter((o) => o.externalId === reference);
    assert.deepEqual(sent.map((o) => o.totalAmount), ['80.00']);
    assert.deepEqual(wrong, []);
  } finally {
    await browser.close();
  }
});
