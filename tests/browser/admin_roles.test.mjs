// Every role sees only its own: which places and actions /admin and /till offer
// it, and what a link to a hidden one says.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectOk, newPhone, start } from '../api/harness.mjs';
import { launch, openPage, signIn, tillReady } from './browser.mjs';
import { go, openOffice, settled } from './office.mjs';

const ALL = ['Dashboard', 'Customers', 'Orders', 'Users', 'Stores', 'Settings', 'API keys', 'Imports', 'Messages', 'Webhooks', 'Audit log'];
const PLACES = ['dashboard', 'customers', 'orders', 'users', 'stores', 'company', 'keys', 'imports', 'messages', 'webhooks', 'audit'];
/** What of the bar a role has; none: the page is not for it. */
const OFFICE = { SUPER_ADMIN: ALL, ADMIN: ALL, MANAGER: ALL.slice(0, 3), CASHIER: [], STAFF: [], DELIVERY: [], CUSTOMER: [] };
const ACTIONS = {
  SUPER_ADMIN: ['Edit', 'Deactivate', 'Delete'], ADMIN: ['Edit', 'Deactivate', 'Delete'], MANAGER: ['Edit', 'Deactivate', 'Delete'],
};
let s, admin, browser, person, order;
before(async () => {
  s = await start({ companies: 1, demo: { customers: 40, orders: 60 } });
  admin = s.as('ADMIN');
  browser = await launch();
  person = expectOk(await admin.post('/api/customers', { name: 'Nadia Known', phone: newPhone(), notes: 'secret note', createLogin: false }), 201);
  order = expectOk(await admin.post('/api/orders', { customerId: person.id, lines: [{ name: 'Pen', quantity: '1', unitPrice: '5.00' }],
    payments: [{ method: 'CASH', amount: '5.00' }] }), 201);
});
after(async () => {
  await browser?.close();
  await s?.stop();
});
/** Requests that the API refused: a page that asks for what its user may not have. */
function refusals(page) {
  const refused = [];
  page.on('response', (r) => {
    if (r.status() === 403) refused.push(`${r.request().method()} ${new URL(r.url()).pathname}`);
  });
  return refused;
}

for (const [role, offered] of Object.entries(OFFICE)) {
  test(`/admin as ${role}`, async () => {
    const { page, wrong, context } = await openOffice(browser, s, role);
    const refused = refusals(page);
    const nav = page.locator('.bar nav a');
    if (role === 'CUSTOMER') await page.getByText('This page is not for your role.').waitFor();
    else await page.getByRole('link', { name: 'My account' }).waitFor();
    assert.deepEqual((await nav.allInnerTexts()).filter((n) => n !== 'My account'), offered);
    for (const [i, place] of PLACES.entries()) {
      await go(page, place);
      await settled(page);
      if (offered.length === 0) await page.getByText('not for your role').waitFor();
      else if (offered.includes(ALL[i])) await page.getByRole('heading', { level: 1, name: ALL[i] }).waitFor();
      else await page.getByText('This part of the back office is not for your role.').waitFor();
    }
    // A link that somebody else sent.
    await go(page, `customers/${person.id}`);
    if (offered.includes('Customers')) {
      await page.getByRole('heading', { level: 1, name: 'Nadia Known' }).waitFor();
      for (const name of ['Edit', 'Deactivate', 'Delete'])
        assert.equal(await page.getByRole('button', { name }).count(), ACTIONS[role].includes(name) ? 1 : 0, name);
      assert.equal(await page.locator('main').getByRole('link', { name: 'Audit log' }).count(), offered.includes('Audit log') ? 1 : 0);
      await page.getByRole('link', { name: 'Accounts' }).click();
      await page.getByText('No login belongs to this person.').waitFor();
      assert.equal(await page.getByLabel('Link a login by its e-mail').count(), offered.includes('Users') ? 1 : 0);
      await go(page, `orders/${order.id}`);
      await page.getByRole('button', { name: 'Refund' }).waitFor();
      await page.keyboard.press('Escape');
      await go(page, 'customers');
      await page.getByRole('button', { name: 'Export CSV' }).waitFor();
    } else {
      await page.getByText('not for your role').waitFor();
      assert.ok(!(await page.content()).includes('secret note'));
    }
    assert.deepEqual(refused, [], 'asks for nothing that it may not have');
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

for (const role of ['SUPER_ADMIN', 'ADMIN', 'MANAGER', 'CASHIER', 'STAFF']) {
  test(`/till as ${role}`, async () => {
    const { page, wrong, context } = await openPage(browser, s, `/till?company=${s.a.slug}`);
    const refused = refusals(page);
    await signIn(page, s.a.users[role]);
    await tillReady(page);
    await page.keyboard.type('9999');
    await page.getByText('Nobody has this').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('F8');
    await page.keyboard.press('Enter');
    await page.locator('dialog .matches button').first().waitFor();
    await page.locator('dialog .matches button', { hasText: order.orderNumber }).click();
    await page.locator('dialog').getByText('Pen').first().waitFor();
    const mayRefund = !['CASHIER', 'STAFF'].includes(role);
    assert.equal(await page.locator('dialog').getByRole('button', { name: 'Refund' }).count(), mayRefund ? 1 : 0);
    assert.deepEqual(refused, [], 'asks for nothing that it may not have');
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

for (const role of ['DELIVERY', 'CUSTOMER']) {
  test(`/till is not for ${role}`, async () => {
    const { page, wrong, context } = await openPage(browser, s, `/till?company=${s.a.slug}`);
    const refused = refusals(page);
    await signIn(page, s.a.users[role]);
    await page.getByText('This page is not for your role.').waitFor();
    assert.equal(await page.locator('#who, .most').count(), 0);
    assert.deepEqual(refused, []);
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test('a permission taken from somebody while they look closes the place, and says so', async () => {
  const { user, activation } = expectOk(await admin.post('/api/users', { name: 'Mona Manager', email: 'mona@example.com', role: 'MANAGER' }), 201);
  expectOk(await s.api('POST', '/api/auth/activate', { body: { token: activation.token, password: 'long enough 1' } }));
  const { page, context } = await openOffice(browser, s, { email: 'mona@example.com', password: 'long enough 1' });
  await go(page, 'orders');
  await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
  expectOk(await admin.put(`/api/users/${user.id}/permissions`, { grants: [], denials: ['READ_ORDER'] }));
  await page.reload();
  await page.getByText('This part of the back office is not for your role.').waitFor();
  assert.ok(!(await page.locator('.bar nav a').allInnerTexts()).includes('Orders'));
  await context.close();
});
