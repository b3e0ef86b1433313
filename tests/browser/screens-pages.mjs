// The steps through /admin, /me and /shop for the pictures: see screens.mjs.
import { expectOk, newPhone } from '../api/harness.mjs';
import { signIn } from './browser.mjs';
import { go, settled } from './office.mjs';

let stocked = false;
/** What a demo has none of. */
async function stock(s) {
  if (stocked) return;
  stocked = true;
  const admin = s.as('ADMIN');
  expectOk(await admin.post('/api/webhooks', { url: 'https://erp.example.com/hooks/clientele', events: ['order.paid', 'customer.created'] }), 201);
  expectOk(await admin.post('/api/api-keys', { name: 'Web shop', scopes: ['READ_CUSTOMER', 'CREATE_ORDER'] }), 201);
}

export const PAGES = {
  async admin(page, s, shot) {
    await stock(s);
    const admin = s.as('ADMIN');
    const [person] = expectOk(await admin.get('/api/customers?sort=lastOrderAt&order=desc&limit=1'));
    const order = expectOk(await admin.get('/api/orders?status=PAID&limit=1'))[0];
    const user = expectOk(await admin.get('/api/users')).find((u) => u.role === 'CASHIER');
    await page.goto(`${s.url}/admin?company=${s.a.slug}`);
    await page.locator('input[name=email]').waitFor();
    await shot('sign-in');
    await signIn(page, s.a.users.ADMIN);
    await page.locator('.bar nav a').first().waitFor();
    for (const [name, place] of Object.entries({ dashboard: 'dashboard', customers: 'customers', customer: `customers/${person.id}`,
      timeline: `customers/${person.id}?tab=timeline`, orders: 'orders', users: 'users', user: `users/${user.id}`, stores: 'stores',
      company: 'company', keys: 'keys', messages: 'messages', webhooks: 'webhooks', audit: 'audit', account: 'account' })) {
      await go(page, place);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await settled(page);
      await shot(name);
    }
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.locator('input[name=password]').fill(s.a.users.ADMIN.password);
    await page.keyboard.press('Enter');
    await page.locator('.qr').scrollIntoViewIfNeeded();
    s.secrets.add(await page.locator('.facts dd.mono').first().innerText());
    await shot('second-factor');
    await go(page, `orders/${order.id}`);
    await page.locator('dialog table').waitFor();
    await shot('order');
    await page.keyboard.press('Escape');
    await go(page, `customers/${person.id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.locator('dialog').waitFor();
    await shot('edit');
  },
  async shop(page, s, shot) {
    await page.goto(`${s.url}/shop?company=${s.a.slug}`);
    for (const name of ['Tea, 500 g', 'Rice, 1 kg', 'Rice, 1 kg']) await page.getByRole('button', { name: `One more: ${name}` }).click();
    await page.getByLabel('Phone').fill(newPhone());
    await page.getByLabel('How to pay').selectOption('UPI');
    await shot('checkout');
    await page.getByRole('button', { name: 'Order', exact: true }).click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();
    await shot('done');
  },
  async me(page, s, shot) {
    await page.goto(`${s.url}/me?company=${s.a.slug}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await shot('welcome');
    await page.getByRole('button', { name: 'New account' }).click();
    await page.getByLabel('Name').fill('Asha Rao');
    await page.getByLabel('Phone').fill(newPhone());
    await shot('sign-up');
    await page.getByRole('button', { name: 'Make an account' }).click();
    await page.getByRole('heading', { name: /Hello/ }).waitFor();
    await shot('home');
    await page.goto(`${s.url}/shop`);
    await page.getByRole('button', { name: 'One more: Tea, 500 g' }).click();
    await page.getByLabel('How to pay').selectOption('UPI');
    await page.getByRole('button', { name: 'Order', exact: true }).click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();
    await page.goto(`${s.url}/me#/orders`);
    await page.locator('a.order').first().waitFor();
    await shot('orders');
    await page.locator('a.order').first().click();
    await page.locator('dialog .receipt').waitFor();
    await shot('receipt');
    await page.keyboard.press('Escape');
    await go(page, 'security');
    await page.locator('.devices li').first().waitFor();
    await shot('security');
  },
  async landing(page, s, shot) {
    await page.goto(`${s.url}/`);
    await shot('home');
    await page.goto(`${s.url}/activate#token=x`);
    await shot('activate');
  },
};
