// What somebody else does meanwhile to what is on the screen: deleted, merged,
// deactivated, changed; and two who edit one record.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectOk, newPhone, start } from '../api/harness.mjs';
import { launch } from './browser.mjs';
import { go, openOffice } from './office.mjs';

let s, api, browser, office, page;
before(async () => {
  s = await start({ companies: 1, demo: { customers: 30, orders: 30 } });
  api = s.as('MANAGER');
  browser = await launch();
  office = await openOffice(browser, s);
  page = office.page;
});
after(async () => {
  assert.deepEqual(office?.wrong, []);
  await browser?.close();
  await s?.stop();
});

const customer = async (more = {}) => expectOk(await api.post('/api/customers', { name: 'Nobody Inparticular', phone: newPhone(), createLogin: false, ...more }), 201);
const dialog = () => page.locator('dialog');
const button = (name) => page.getByRole('button', { name, exact: true });
async function profile(c) {
  await go(page, `customers/${c.id}`);
  await page.getByRole('heading', { level: 1, name: c.name }).waitFor();
}

test('deleted by somebody else: saving says so, deleting is done already, and the place says what happened', async () => {
  const c = await customer();
  await profile(c);
  await button('Edit').click();
  await dialog().getByLabel('Area').fill('typed');
  expectOk(await api.delete(`/api/customers/${c.id}`));
  await button('Save').click();
  await dialog().getByText('Customer not found').waitFor();
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('This customer is not here any more').waitFor();
  await page.getByRole('link', { name: '← Customers' }).click();
  await page.getByRole('heading', { level: 1, name: 'Customers' }).waitFor();

  const d = await customer();
  await profile(d);
  await button('Delete').click();
  expectOk(await api.delete(`/api/customers/${d.id}`));
  await dialog().getByRole('button', { name: 'Delete' }).click();
  await page.waitForFunction(() => location.hash.startsWith('#/customers') && !location.hash.includes('/customers/'));

  const e = await customer();
  await profile(e);
  expectOk(await api.delete(`/api/customers/${e.id}`));
  await button('Deactivate').click();
  await page.getByText('This customer is not here any more').waitFor();
});

test('merged by somebody else: the record that remains shows, and is what is edited', async () => {
  const [gone, stays] = [await customer({ name: 'Gone Twin', area: 'North' }), await customer({ name: 'Staying Twin' })];
  expectOk(await api.put(`/api/customers/${stays.id}`, { notes: 'of the other' }));
  await profile(gone);
  await button('Edit').click();
  await dialog().getByLabel('Area').fill('Mine');
  // What joining two records leaves behind.
  s.store.sql(`DELETE FROM customer_names WHERE customer_id = ${s.store.id(gone.id)}`);
  s.store.sql(`DELETE FROM customers WHERE id = ${s.store.id(gone.id)}`);
  const at = s.store.engine === 'sqlite' ? String(Date.now() * 1000) : 'now()';
  s.store.sql(`INSERT INTO customer_merges (company_id, merged_id, survivor_id, merged_at)
    VALUES (${s.store.id(s.a.id)}, ${s.store.id(gone.id)}, ${s.store.id(stays.id)}, ${at})`);
  assert.equal(expectOk(await api.get(`/api/customers/${gone.id}`)).id, stays.id);
  await button('Save').click();
  await page.getByText('Somebody changed this record').waitFor();
  assert.equal(await dialog().getByLabel('Name', { exact: true }).inputValue(), 'Staying Twin');
  assert.equal(await dialog().getByLabel('Area').inputValue(), 'Mine');
  await button('Save').click();
  await dialog().waitFor({ state: 'detached' });
  await page.getByRole('heading', { level: 1, name: 'Staying Twin' }).waitFor();
  assert.equal(expectOk(await api.get(`/api/customers/${stays.id}`)).area, 'Mine');
});

test('deactivated by somebody else: shown at the next touch, and nothing is undone by it', async () => {
  const c = await customer();
  await profile(c);
  expectOk(await api.post(`/api/customers/${c.id}/deactivate`));
  await button('Deactivate').click();
  await page.locator('.tag', { hasText: 'Inactive' }).waitFor();
  assert.equal(expectOk(await api.get(`/api/customers/${c.id}`)).isActive, false);
});

test('both changed the tags: the other ones show, and the second save wins', async () => {
  const c = await customer({ tags: ['old'] });
  await profile(c);
  await button('Edit').click();
  await dialog().getByLabel('Tags').fill('mine, old');
  expectOk(await api.put(`/api/customers/${c.id}`, { tags: ['theirs'], area: 'East' }));
  await button('Save').click();
  await dialog().getByText('Now: theirs').waitFor();
  assert.equal(await dialog().getByLabel('Area').inputValue(), 'East');
  await button('Save').click();
  await dialog().waitFor({ state: 'detached' });
  assert.deepEqual(expectOk(await api.get(`/api/customers/${c.id}`)).tags, ['mine', 'old']);
});

test('a store, a user and the settings are saved on top of what somebody else changed', async () => {
  const admin = s.as('ADMIN');
  const store = expectOk(await admin.post('/api/stores', { name: 'Quay', address: 'old' }), 201);
  await go(page, 'stores');
  await page.getByRole('row', { name: /Quay/ }).getByRole('button', { name: 'Edit' }).click();
  await dialog().getByLabel('Address').fill('mine');
  expectOk(await admin.put(`/api/stores/${store.id}`, { address: 'theirs', code: 'QY' }));
  await button('Save').click();
  await dialog().getByText('Now: theirs').waitFor();
  assert.equal(await dialog().getByLabel('Short name').or(dialog().getByLabel('Code')).first().inputValue(), 'QY');
  await button('Save').click();
  await dialog().waitFor({ state: 'detached' });
  const { address, code } = expectOk(await admin.get(`/api/stores/${store.id}`));
  assert.deepEqual([address, code], ['mine', 'QY']);

  const { user } = expectOk(await admin.post('/api/users', { name: 'Una User', email: 'una@example.com', role: 'CASHIER' }), 201);
  await go(page, `users/${user.id}`);
  const record = page.locator('form', { has: page.getByRole('heading', { name: 'Record' }) });
  await record.getByLabel('Name').fill('Una Mine');
  expectOk(await admin.put(`/api/users/${user.id}`, { name: 'Una Theirs', role: 'STAFF' }));
  await record.getByRole('button', { name: 'Save' }).click();
  await record.getByText('Now: Una Theirs').waitFor();
  await record.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'Una Mine' }).waitFor();
  const now = expectOk(await admin.get(`/api/users/${user.id}`));
  assert.deepEqual([now.name, now.role], ['Una Mine', 'STAFF']);

  await go(page, 'company');
  await page.getByLabel('Most one-time messages a day').fill('1111');
  expectOk(await admin.put(`/api/companies/${s.a.id}`, { dailyMessages: 2222, recycleMonths: 7 }));
  await button('Save').click();
  await page.getByText('Now: 2222').waitFor();
  await Promise.all([page.waitForResponse((r) => r.request().method() === 'PUT' && r.ok()), button('Save').click()]);
  const c = expectOk(await admin.get(`/api/companies/${s.a.id}`));
  assert.deepEqual([c.dailyMessages, c.recycleMonths], [1111, 7]);
});

test('on a telephone the bar shows where one is, and the title says it', async () => {
  const phone = await openOffice(browser, s, 'ADMIN', '', { viewport: { width: 360, height: 740 } });
  for (const [place, name] of [['webhooks', 'Webhooks'], ['dashboard', 'Dashboard'], ['audit', 'Audit log']]) {
    await go(phone.page, place);
    await phone.page.waitForFunction((n) => document.title.startsWith(`${n} · `), name);
    await phone.page.waitForFunction(() => {
      const r = document.querySelector('.bar nav [aria-current]')?.getBoundingClientRect();
      return r && r.left >= 0 && r.right <= innerWidth;
    });
  }
  assert.deepEqual(phone.wrong, []);
  await phone.context.close();
});
