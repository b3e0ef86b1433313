// How /me and /shop stand: accessible in both colour schemes, whole at 360 px;
// and what the back office makes of markup, long names, and a session that ends.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectOk, newPhone, start } from '../api/harness.mjs';
import { expectAccessible, expectNoSideways, launch, openPage } from './browser.mjs';
import { go, MARKUP, openOffice, placesOf, plant, settled } from './office.mjs';

const SCHEMES = [['light', 'desktop', { width: 1280, height: 800 }], ['dark', 'phone', { width: 360, height: 740 }]];
const CSP = { bypassCSP: true };
let s, browser, planted;
before(async () => {
  s = await start({ companies: 1, demo: { customers: 200, orders: 400 }, settings: { 'messages-log': true } });
  planted = await plant(s);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await s?.stop();
});

async function look(page, what) {
  await settled(page);
  await expectAccessible(page, what);
  await expectNoSideways(page, what);
}

for (const [colorScheme, size, viewport] of SCHEMES) {
  test(`/me and /shop are accessible, ${colorScheme}, ${size}`, async () => {
    const { page, wrong, context } = await openPage(browser, s, `/shop?company=${s.a.slug}`, { ...CSP, colorScheme, viewport });
    await page.getByRole('heading', { name: 'Checkout' }).waitFor();
    await page.getByRole('button', { name: 'One more: Rice, 1 kg' }).click();
    await look(page, 'shop');
    await page.getByLabel('How to pay').selectOption('');
    await page.getByLabel('Phone').fill(newPhone());
    await page.getByRole('button', { name: 'Order', exact: true }).click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();
    await look(page, 'ordered');
    await page.goto(`${s.url}/me?company=${s.a.slug}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const way of ['Sign in with a password', 'Forgotten password', 'New account']) {
      await look(page, `before ${way}`);
      await page.getByRole('button', { name: way }).click();
    }
    await page.getByLabel('Name').fill('Lin');
    await page.getByLabel('E-mail').fill(`lin-${size}@example.com`);
    await page.getByRole('button', { name: 'Make an account' }).click();
    for (const place of ['home', 'orders', 'security']) {
      await go(page, place);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await look(page, `me ${place}`);
    }
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test('what people typed shows as text in the back office', async () => {
  const { page, wrong, context } = await openOffice(browser, s);
  let seen = 0;
  for (const place of placesOf(planted)) {
    await go(page, place);
    await settled(page);
    await page.waitForTimeout(150);
    if ((await page.locator('body').innerText()).includes('<script>globalThis')) seen++;
    assert.equal(await page.locator('img[src=x]').count(), 0, place);
    if (place.startsWith('orders/')) await page.keyboard.press('Escape');
  }
  assert.ok(seen >= 7, `markup was to be read on ${seen} places only`);
  assert.equal(await page.evaluate(() => globalThis.hit), undefined);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('what people typed shows as text at /me and /shop', async () => {
  const me = s.as('CUSTOMER');
  const mine = expectOk(await me.put('/api/customers/me', { name: `Mia ${MARKUP}`, preferredName: MARKUP.slice(0, 100), address: MARKUP, area: MARKUP }));
  const order = expectOk(await s.as('ADMIN').post('/api/orders', { customerId: mine.id, notes: MARKUP, lines: [{ name: MARKUP, quantity: '1', unitPrice: '5.00' }],
    payments: [{ method: 'CASH', amount: '5.00' }] }), 201);
  const { page, wrong, context } = await openPage(browser, s, `/me?company=${s.a.slug}`);
  const seen = [];
  const plain = async (where) => {
    await settled(page);
    await page.waitForTimeout(150);
    const text = await page.evaluate(() => [document.body.innerText, ...[...document.querySelectorAll('input, textarea')].map((e) => e.value)].join());
    if (text.includes('<script>globalThis')) seen.push(where);
    assert.equal(await page.locator('img[src=x]').count(), 0, where);
  };
  await page.getByRole('button', { name: 'Sign in with a password' }).click();
  await page.locator('input[name=email], input[name=login], input[autocomplete=username]').first().fill(s.a.users.CUSTOMER.email);
  await page.locator('input[type=password]').first().fill(s.a.users.CUSTOMER.password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).first().waitFor();
  for (const place of ['home', 'orders', `orders/${order.id}`, 'security']) {
    await go(page, place);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await plain(place);
  }
  await page.goto(`${s.url}/shop?company=${s.a.slug}`);
  await page.getByRole('heading', { name: 'Checkout' }).waitFor();
  await plain('shop');
  await page.getByRole('button', { name: 'One more: Rice, 1 kg' }).click();
  for (const field of await page.locator('main input[type=text]:visible, main textarea:visible').all()) {
    if (await field.isEditable()) await field.fill(MARKUP);
  }
  await plain('filled in');
  await page.getByLabel('How to pay').selectOption('');
  await page.getByRole('button', { name: 'Order', exact: true }).click();
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  await plain('ordered');
  assert.deepEqual(seen, ['home', `orders/${order.id}`, 'filled in'], 'where it is to be read');
  assert.equal(await page.evaluate(() => globalThis.hit), undefined);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('a name of 10,000 characters is refused at its field', async () => {
  const { page, context } = await openOffice(browser, s);
  await go(page, 'customers');
  await page.getByRole('button', { name: 'New customer' }).click();
  const name = page.locator('dialog').getByLabel('Name', { exact: true });
  await name.evaluate((el) => {
    el.removeAttribute('maxlength');
    el.value = 'x'.repeat(10000);
    el.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await page.locator('dialog').getByRole('button', { name: 'Save' }).click();
  await page.locator('dialog .field .wrong').waitFor();
  assert.equal(await name.getAttribute('aria-invalid'), 'true');
  await context.close();
});

test('a session that ends while somebody types: sign in again, the words are still there', async () => {
  const { page, context } = await openOffice(browser, s, 'MANAGER');
  await go(page, `customers/${planted.rtl.id}`);
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.locator('dialog').getByLabel('Area').fill('typed before');
  s.store.sql(`UPDATE sessions SET revoked_at = created_at`);
  // What this process remembers of a token ends by itself.
  await page.waitForTimeout(3500);
  await page.locator('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('Your session has ended').waitFor();
  const over = page.locator('dialog', { hasText: 'Your session has ended' });
  await over.getByLabel('Password').fill(s.a.users.MANAGER.password);
  await page.keyboard.press('Enter');
  await page.getByText('Your session has ended').waitFor({ state: 'detached' });
  assert.equal(await page.locator('dialog').getByLabel('Area').inputValue(), 'typed before');
  await page.locator('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('typed before').waitFor();
  await context.close();
});
