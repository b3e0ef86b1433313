// The back office: what a manager and an admin do there, and what others do not.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectOk, newPhone, start } from '../api/harness.mjs';
import { launch } from './browser.mjs';
import { go, openOffice } from './office.mjs';

let s, api, browser, office;
before(async () => {
  s = await start({ companies: 1, demo: { customers: 3000, orders: 3000 } });
  api = s.as('ADMIN');
  browser = await launch();
  office = await openOffice(browser, s);
});
after(async () => {
  assert.deepEqual(office?.wrong, []);
  await browser?.close();
  await s?.stop();
});

const customer = async (more = {}) => expectOk(await api.post('/api/customers', { name: 'Nobody Inparticular', phone: newPhone(), ...more }), 201);
const dialog = (page) => page.locator('dialog');
const save = (page) => dialog(page).getByRole('button', { name: 'Save' }).click();

test('3,000 customers scroll by, and few are in the document', async () => {
  const { page } = office;
  await go(page, 'customers');
  await page.locator('.vbox a').first().waitFor();
  const begin = Date.now();
  const seen = await page.locator('.virtual').evaluate(async (box) => {
    let most = 0;
    for (let still = 0; still < 60;) {
      const before = box.scrollTop;
      box.scrollTop = box.scrollHeight;
      await new Promise((r) => { setTimeout(r, 25); });
      most = Math.max(most, box.querySelectorAll('.vbox [role=row]').length);
      still = box.scrollTop === before ? still + 1 : 0;
    }
    return { most, last: Number([...box.querySelectorAll('a[data-row]')].at(-1)?.dataset.row) + 1 };
  });
  assert.ok(seen.last >= 3000, `reached row ${seen.last}`);
  assert.ok(seen.most > 5 && seen.most < 60, `${seen.most} rows in the document`);
  assert.ok(Date.now() - begin < 20_000, `${Date.now() - begin} ms`);
});

test('search finds, filters stand in the address, a view is kept', async () => {
  const { page } = office;
  const c = await customer({ name: 'Zubeida Quartermain', tags: ['rare'] });
  await go(page, 'dashboard');
  await go(page, 'customers');
  await page.getByRole('searchbox').fill('Zubeida Q');
  await page.waitForURL(/#\/customers\?q=Zubeida/);
  await page.waitForFunction(() => document.querySelectorAll('.vbox [role=row]').length === 1);
  await page.getByRole('link', { name: 'Zubeida Quartermain' }).waitFor();
  await page.getByRole('searchbox').fill('');
  await page.locator('summary').click();
  await page.getByLabel('Tag', { exact: true }).fill('rare');
  await page.waitForURL(/#\/customers\?tag=rare$/);
  await page.waitForFunction(() => document.querySelectorAll('.vbox [role=row]').length === 1);
  await page.getByLabel('Name of this view').fill('The rare');
  await page.getByRole('button', { name: 'Save view' }).click();
  await page.getByLabel('Tag', { exact: true }).fill('');
  await page.waitForFunction(() => document.querySelectorAll('.vbox [role=row]').length > 5);
  await page.reload();
  await page.getByRole('link', { name: 'The rare' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.vbox [role=row]').length === 1);
  await page.getByRole('link', { name: 'Zubeida Quartermain' }).click();
  await page.getByRole('heading', { name: 'Zubeida Quartermain' }).waitFor();
  assert.ok(page.url().includes(c.id));
});

test('a profile: figures, plot, orders, timeline, accounts', async () => {
  const { page } = office;
  const [row] = expectOk(await api.get('/api/customers?sort=lastOrderAt&order=desc&limit=1'));
  const { totalOrders } = expectOk(await api.get(`/api/customers/${row.id}`));
  await go(page, `customers/${row.id}`);
  await page.getByRole('heading', { level: 1, name: row.name }).waitFor();
  assert.equal(await page.locator('.figures .card').filter({ hasText: 'Orders' }).locator('dd').innerText(), String(totalOrders));
  await page.waitForFunction(() => [...document.querySelectorAll('.plot rect')].some((r) => Number(r.getAttribute('height')) > 0));
  assert.equal(await page.locator('.plot rect').count(), 12);
  await page.locator('.table tbody tr').first().waitFor();
  await page.getByRole('link', { name: 'Timeline' }).click();
  await page.locator('.timeline li').first().waitFor();
  await page.getByRole('link', { name: 'Accounts' }).click();
  await page.getByText('No login belongs to this person.').waitFor();
  await page.getByLabel('Link a login by its e-mail').waitFor();
});

test('a new person; a number that somebody has leads to them', async () => {
  const { page } = office;
  const known = await customer({ name: 'Already Here' });
  await go(page, 'customers');
  await page.getByRole('button', { name: 'New customer' }).click();
  await dialog(page).getByLabel('Name', { exact: true }).fill('Twice Over');
  await dialog(page).getByLabel('Phone').fill(known.phone);
  await save(page);
  await dialog(page).getByRole('link', { name: 'Already Here' }).waitFor();
  assert.equal(await dialog(page).getByLabel('Phone').getAttribute('aria-invalid'), 'true');
  const phone = newPhone();
  await dialog(page).getByLabel('Phone').fill(phone);
  await save(page);
  await page.getByRole('heading', { level: 1, name: 'Twice Over' }).waitFor();
  assert.equal(expectOk(await api.get(`/api/customers/phone/${encodeURIComponent(phone)}`)).name, 'Twice Over');
});

test('somebody else’s change in between shows, and the second save wins', async () => {
  const { page } = office;
  const c = await customer({ area: 'North', notes: 'as it was' });
  await go(page, `customers/${c.id}`);
  await page.getByRole('button', { name: 'Edit' }).click();
  await dialog(page).getByLabel('Area').fill('Mine');
  expectOk(await api.put(`/api/customers/${c.id}`, { area: 'Theirs', notes: 'theirs too' }));
  await save(page);
  await page.getByText('Now: Theirs').waitFor();
  assert.equal(await dialog(page).getByLabel('Area').inputValue(), 'Mine');
  assert.equal(await dialog(page).getByLabel('Notes').inputValue(), 'theirs too', 'a field that I left alone follows');
  await save(page);
  await dialog(page).waitFor({ state: 'detached' });
  const now = expectOk(await api.get(`/api/customers/${c.id}`));
  assert.deepEqual([now.area, now.notes], ['Mine', 'theirs too']);
});

test('a person with orders is not deleted, and the reason shows', async () => {
  const { page } = office;
  const c = await customer();
  expectOk(await api.post('/api/orders', { customerId: c.id, lines: [{ name: 'Pen', quantity: '1', unitPrice: '5.00' }] }), 201);
  await go(page, `customers/${c.id}`);
  await page.getByRole('button', { name: 'Delete' }).click();
  await dialog(page).getByRole('button', { name: 'Delete' }).click();
  const reason = await dialog(page).getByRole('alert').locator('.note').innerText();
  assert.match(reason, /order/i);
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Deactivate' }).click();
  await page.locator('.tag', { hasText: 'Inactive' }).waitFor();
  const free = await customer();
  await go(page, `customers/${free.id}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await dialog(page).getByRole('button', { name: 'Delete' }).click();
  await page.waitForFunction(() => location.hash === '#/customers');
  assert.equal((await api.get(`/api/customers/${free.id}`)).status, 404);
});

test('a user is made, gets a link, and a permission of its own', async () => {
  const { page } = office;
  await go(page, 'users');
  await page.getByRole('button', { name: 'New user' }).click();
  await dialog(page).getByLabel('Name').fill('Neel Newcomer');
  await dialog(page).getByLabel('E-mail').fill('neel@example.com');
  await dialog(page).getByLabel('Role').selectOption('CASHIER');
  await save(page);
  const link = await dialog(page).locator('.mono').innerText();
  assert.match(link, /\/activate#token=/);
  s.secrets.add(link.split('=')[1]);
  await dialog(page).getByRole('button', { name: 'Close' }).click();
  await page.getByRole('heading', { level: 1, name: 'Neel Newcomer' }).waitFor();
  await page.getByRole('button', { name: 'Link to activate' }).waitFor();
  await go(page, 'users');
  await page.getByLabel('Name, e-mail or phone').fill('neel');
  await page.waitForFunction(() => document.querySelectorAll('.vbox [role=row]').length === 1);
  await page.getByRole('link', { name: 'Neel Newcomer' }).click();
  await page.getByLabel('Export').selectOption('grant');
  await page.getByLabel('Take payments').selectOption('deny');
  await page.locator('form', { has: page.getByRole('heading', { name: 'Permissions' }) }).getByRole('button', { name: 'Save' }).click();
  await page.getByLabel('Export ✓').waitFor();
  const [user] = expectOk(await api.get('/api/users?q=neel'));
  assert.deepEqual([user.grants, user.denials], [['EXPORT'], ['TAKE_PAYMENT']]);
});

test('a store, a setting, a key', async () => {
  const { page } = office;
  await go(page, 'stores');
  await page.getByRole('button', { name: 'New store' }).click();
  await dialog(page).getByLabel('Name').fill('Harbour');
  await save(page);
  await page.getByRole('cell', { name: 'Harbour' }).waitFor();
  await go(page, 'company');
  await page.getByLabel('Most one-time messages a day').fill('x');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.field .wrong').waitFor();
  await page.getByLabel('Most one-time messages a day').fill('4321');
  await Promise.all([page.waitForResponse((r) => r.request().method() === 'PUT' && r.ok()), page.getByRole('button', { name: 'Save' }).click()]);
  assert.equal(expectOk(await api.get(`/api/companies/${s.a.id}`)).dailyMessages, 4321);
  await go(page, 'keys');
  await page.getByRole('button', { name: 'New key' }).click();
  await dialog(page).getByLabel('What it is for').fill('web shop');
  await dialog(page).getByLabel('See customers').check();
  await dialog(page).getByRole('button', { name: 'New key' }).click();
  const key = await dialog(page).locator('.mono').innerText();
  s.secrets.add(key);
  expectOk(await s.api('GET', '/api/customers?limit=1', { token: key }));
  await dialog(page).getByRole('button', { name: 'Close' }).click();
  await page.getByRole('cell', { name: 'web shop' }).waitFor();
  assert.ok(!(await page.content()).includes(key), 'the key shows once');
});

test('money goes back', async () => {
  const { page } = office;
  const order = expectOk(await api.post('/api/orders', { lines: [{ name: 'Lamp', quantity: '2', unitPrice: '50.00' }],
    payments: [{ method: 'CASH', amount: '100.00' }] }), 201);
  await go(page, `orders/${order.id}`);
  await dialog(page).getByLabel('Amount').fill('30');
  await dialog(page).getByLabel('Reason').fill('scratched');
  await dialog(page).getByRole('button', { name: 'Refund' }).click();
  await dialog(page).getByText('Refunded: Cash').waitFor();
  assert.equal(expectOk(await api.get(`/api/orders/${order.id}`)).refundedAmount, '30.00');
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
});

test('the dashboard tells what was sold, the audit log what was done', async () => {
  const { page } = office;
  await go(page, 'dashboard');
  await page.locator('.figures dd').first().waitFor();
  const shown = await page.locator('.figures .card').filter({ hasText: /^Orders/ }).locator('dd').innerText();
  assert.match(shown, /^[1-9]/);
  await page.getByLabel('Time').selectOption('7');
  await page.waitForFunction(() => location.hash.includes('days=7'));
  await go(page, 'audit');
  await page.locator('.vbox code', { hasText: 'order.refund' }).first().waitFor();
});

test('a webhook: made, its secret once, changed, off and on', async () => {
  const { page } = office;
  await go(page, 'webhooks');
  await page.getByText('No webhooks yet.').waitFor();
  await page.getByRole('button', { name: 'New webhook' }).click();
  await dialog(page).getByLabel('Address (URL)').fill('http://10.0.0.1/');
  await save(page);
  await dialog(page).locator('.field .wrong').waitFor();
  await dialog(page).getByLabel('Address (URL)').fill('https://hooks.invalid/x');
  await dialog(page).getByLabel('order.paid').check();
  await save(page);
  const secret = await dialog(page).locator('.mono').innerText();
  assert.match(secret, /^whsec_/);
  s.secrets.add(secret);
  await dialog(page).getByRole('button', { name: 'Close' }).click();
  const card = page.locator('li.card', { hasText: 'hooks.invalid' });
  await card.getByText('order.paid').waitFor();
  await card.getByRole('button', { name: 'Edit' }).click();
  await dialog(page).getByLabel('order.created').check();
  await save(page);
  await card.getByText('order.created').waitFor();
  await card.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('A test is on its way').waitFor();
  await card.getByRole('button', { name: 'New secret' }).click();
  const second = await dialog(page).locator('.mono').innerText();
  s.secrets.add(second);
  assert.notEqual(second, secret);
  await dialog(page).getByRole('button', { name: 'Close' }).click();
  await card.getByText('signs too until').waitFor();
  await card.getByRole('button', { name: 'Switch off' }).click();
  await card.getByRole('button', { name: 'Switch on' }).waitFor();
  const [hook] = expectOk(await api.get('/api/webhooks'));
  assert.deepEqual([hook.isActive, hook.events], [false, ['order.created', 'order.paid']]);
  s.store.sql(`UPDATE webhooks SET disabled_reason = 'Gone: 410' WHERE id = ${s.store.id(hook.id)}`);
  await go(page, 'audit');
  await go(page, 'webhooks');
  await card.getByText('Gone: 410').waitFor();
  await card.getByRole('button', { name: 'Switch on' }).click();
  await card.getByRole('button', { name: 'Switch off' }).waitFor();
});

test('a manager sees neither users nor audit; a cashier has no back office but an account', async () => {
  const manager = await openOffice(browser, s, 'MANAGER');
  await manager.page.getByRole('link', { name: 'Customers' }).waitFor();
  const nav = await manager.page.locator('.bar nav a').allInnerTexts();
  assert.ok(nav.includes('Orders') && !['Users', 'Audit log', 'Settings', 'API keys', 'Webhooks'].some((n) => nav.includes(n)), nav.join());
  await go(manager.page, 'users');
  await manager.page.getByText('This part of the back office is not for your role.').waitFor();
  await manager.context.close();
  const cashier = await openOffice(browser, s, 'CASHIER');
  await cashier.page.getByText('This page is not for your role.').waitFor();
  assert.equal(await cashier.page.locator('.virtual, .figures').count(), 0);
  await cashier.page.getByRole('link', { name: 'My account' }).click();
  await cashier.page.getByRole('heading', { name: 'Devices signed in' }).waitFor();
  await cashier.context.close();
});
