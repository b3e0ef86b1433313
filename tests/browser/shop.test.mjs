// The sample checkout: a guest, cash on delivery with a code, a customer. Codes
// are taken from the service's log, where development sends them.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectOk, newPhone, start, until } from '../api/harness.mjs';
import { launch, openPage } from './browser.mjs';

let s, api, browser;
before(async () => {
  s = await start({ companies: 1, settings: { 'messages-log': true } });
  api = s.as('ADMIN');
  for (const channel of ['SMS', 'EMAIL']) expectOk(await api.put(`/api/transports/${channel}`, { kind: 'LOG' }));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await s?.stop();
});

const open = () => openPage(browser, s, `/shop?company=${s.a.slug}`);
const order = (page) => page.getByRole('button', { name: 'Order', exact: true }).click();
const numberOf = async (page) => /number ([\w-]+)\./.exec(await page.getByText('Your order has the number').innerText())[1];

async function fill(page, phone) {
  await page.getByRole('button', { name: 'One more: Tea, 500 g' }).click();
  await page.getByRole('button', { name: 'One more: Tea, 500 g' }).click();
  await page.getByRole('button', { name: 'One more: Soap' }).click();
  if (phone) await page.getByLabel('Phone').fill(phone);
}
/** The newest code that the log shows from here on. */
async function codeAfter(at) {
  const m = await until(() => /DEVELOPMENT MESSAGE[^\n]*?\b(\d{6})\b/.exec(s.process.log.slice(at)));
  return m[1];
}

test('a guest orders, and the shop finds the order with the person', async () => {
  const { page, wrong, context } = await open();
  const phone = newPhone();
  await fill(page, phone);
  await page.getByLabel('Name').fill('Guest Guestsson');
  await page.getByLabel('How to pay').selectOption('UPI');
  await order(page);
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  const number = await numberOf(page);
  const [row] = expectOk(await api.get(`/api/orders?orderNumber=${number}`));
  assert.deepEqual([row.customerName, row.totalAmount, row.source, row.status], ['Guest Guestsson', '300.00', 'WEB', 'OPEN']);
  assert.equal(expectOk(await api.get(`/api/customers/phone/${encodeURIComponent(phone)}`)).id, row.customerId);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('what is wrong shows at its field, and nothing is ordered', async () => {
  const { page, context } = await open();
  const before_ = expectOk(await api.get('/api/orders?limit=100')).length;
  await fill(page, '12');
  await page.getByLabel('How to pay').selectOption('UPI');
  await order(page);
  await page.locator('.field .wrong').waitFor();
  assert.equal(await page.getByLabel('Phone').getAttribute('aria-invalid'), 'true');
  assert.equal(expectOk(await api.get('/api/orders?limit=100')).length, before_);
  await context.close();
});

test('cash on delivery takes a code, and pressing twice makes one order', async () => {
  expectOk(await api.patch(`/api/companies/${s.a.id}`, { codRequiresVerifiedPhone: true }));
  const { page, wrong, context } = await open();
  const phone = newPhone();
  const at = s.process.log.length;
  await fill(page, phone);
  await order(page);
  await page.getByText('Cash on delivery needs a verified phone').waitFor();
  await page.getByLabel('Code').fill(await codeAfter(at));
  await page.getByRole('button', { name: 'Order', exact: true }).dblclick();
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  const rows = expectOk(await api.get(`/api/orders?customerPhone=${encodeURIComponent(phone)}`));
  assert.deepEqual(rows.map((o) => o.orderNumber), [await numberOf(page)]);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('a customer orders without giving a phone, and finds it under My orders', async () => {
  const { page, wrong, context } = await openPage(browser, s, `/me?company=${s.a.slug}`);
  const phone = newPhone();
  const at = s.process.log.length;
  await page.getByLabel('Phone or e-mail').fill(phone);
  await page.getByRole('button', { name: 'Send a code' }).click();
  await page.getByLabel('Code').fill(await codeAfter(at));
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: /Hello/ }).waitFor();
  await page.goto(`${s.url}/shop`);
  await fill(page);
  assert.equal(await page.getByLabel('Phone').count(), 0);
  await page.getByLabel('Delivery address').fill('12 MG Road');
  await order(page);
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  const number = await numberOf(page);
  await page.getByRole('link', { name: 'My orders' }).click();
  await page.getByRole('link', { name: number }).waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});
