// What the tests of the back office share: signing in there, its places, and
// records whose texts try to be more than text.
import { expectOk, newPhone } from '../api/harness.mjs';
import { openPage, signIn } from './browser.mjs';

export const MARKUP = '<img src=x onerror="globalThis.hit=1"><script>globalThis.hit=1</script>';
export const RTL = 'שלמה כהן ‮evil';

/** /admin as somebody of this role, at a place. */
export async function openOffice(browser, s, role = 'ADMIN', place = '', options = {}) {
  const opened = await openPage(browser, s, `/admin?company=${s.a.slug}${place}`, options);
  await signIn(opened.page, typeof role === 'string' ? s.a.users[role] : role);
  await opened.page.getByRole('button', { name: 'Sign out' }).first().waitFor();
  return opened;
}

export async function go(page, place) {
  await page.evaluate((to) => { location.hash = to; }, `#/${place}`);
}

/** Nothing loads any more. */
export async function settled(page) {
  await page.waitForTimeout(60);
  await page.locator('.loading').first().waitFor({ state: 'detached' });
}

/** A person, an order, a store, a user, a key and a webhook, all with markup in every text. */
export async function plant(s) {
  const admin = s.as('ADMIN');
  const name = `Eve ${MARKUP}`;
  const person = expectOk(await admin.post('/api/customers', {
    name, preferredName: MARKUP.slice(0, 100), phone: newPhone(), notes: MARKUP, area: MARKUP, address: MARKUP, tags: ['<b>tag</b>'],
    externalId: '<i>x</i>',
  }), 201);
  const order = expectOk(await admin.post('/api/orders', {
    customerId: person.id, notes: MARKUP, lines: [{ name: MARKUP, quantity: '1', unitPrice: '5.00' }],
    payments: [{ method: 'CASH', amount: '5.00' }],
  }), 201);
  const store = expectOk(await admin.post('/api/stores', { name: `Zed ${MARKUP}`, code: '<i>', address: MARKUP }), 201);
  const { user } = expectOk(await admin.post('/api/users', { name, email: `eve-${Date.now()}@example.com`, role: 'CASHIER' }), 201);
  expectOk(await admin.post('/api/api-keys', { name: MARKUP.slice(0, 100), scopes: ['READ_CUSTOMER'] }), 201);
  const long = expectOk(await admin.post('/api/customers', { name: 'x'.repeat(200), phone: newPhone() }), 201);
  const rtl = expectOk(await admin.post('/api/customers', { name: RTL, phone: newPhone() }), 201);
  return { person, order, store, user, long, rtl };
}

/** The places of the back office, with records opened. */
export const placesOf = (p) => ['dashboard', 'customers', `customers/${p.person.id}`, `customers/${p.person.id}?tab=timeline`,
  `customers/${p.person.id}?tab=accounts`, `customers/${p.long.id}`, `customers/${p.rtl.id}`, 'orders', `orders/${p.order.id}`, 'users', `users/${p.user.id}`,
  'stores', 'company', 'keys', 'imports', 'messages', 'webhooks', 'audit', 'account'];
