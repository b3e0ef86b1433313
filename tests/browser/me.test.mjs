// A customer's own page: an account, a proof of the number, orders and receipts.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectOk, mailbox, newPhone, start } from '../api/harness.mjs';
import { launch, openPage } from './browser.mjs';
import { go } from './office.mjs';

const PASSWORD = 'a good long password';
let s, box, api, browser;
before(async () => {
  s = await start({ companies: 1, settings: { 'allow-private-targets': true } });
  box = await mailbox(s);
  api = s.as('ADMIN');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  box?.close();
  await s?.stop();
});

const open = (options) => openPage(browser, s, `/me?company=${s.a.slug}`, options);
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
const hello = (page, name) => page.getByRole('heading', { name: `Hello, ${name}` }).waitFor();

async function signUp(page, name, phone, email) {
  await press(page, 'New account');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Phone').fill(phone);
  if (email) await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'Make an account');
  await hello(page, name);
}

/** As if a code had been sent a while ago: a test does not wait for the half minute between two. */
const passTime = () => s.store.sql('DELETE FROM one_time_codes');

async function proveNumber(page, phone) {
  await go(page, 'home');
  await press(page, 'Verify my phone');
  await page.getByLabel('Code').fill(await box.code(phone));
  await press(page, 'Continue');
}

test('who signs up with a number sees nothing of its past until a code proves it', async () => {
  const phone = newPhone();
  const person = expectOk(await api.post('/api/customers', { name: 'Asha Rao', phone }), 201);
  const order = expectOk(await api.post('/api/orders', { customerId: person.id, lines: [{ name: 'Kettle', quantity: '1', unitPrice: '45.00' }],
    payments: [{ method: 'CASH', amount: '45.00' }] }), 201);
  const { page, wrong, context } = await open();
  await signUp(page, 'Asha', phone);
  await go(page, 'orders');
  await page.getByText('No orders yet.').waitFor();
  await proveNumber(page, phone);
  await page.locator('.tag.good', { hasText: 'verified' }).waitFor();
  await page.getByRole('link', { name: 'Orders' }).click();
  await page.getByRole('link', { name: order.orderNumber }).click();
  const receipt = page.locator('dialog .receipt');
  await receipt.getByText('Kettle').waitFor();
  assert.match(await receipt.innerText(), /45[.,]00/);
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Home' }).click();
  await page.getByLabel('Area').fill('Old town');
  await press(page, 'Save');
  await page.getByText('Saved').first().waitFor();
  assert.equal(expectOk(await api.get(`/api/customers/${person.id}`)).area, 'Old town');
  assert.deepEqual(wrong, []);
  await context.close();
});

test('a wrong code says so at its field', async () => {
  const phone = newPhone();
  const { page, context } = await open();
  await signUp(page, 'Ben', phone);
  await press(page, 'Verify my phone');
  const code = await box.code(phone);
  await page.getByLabel('Code').fill(code === '123456' ? '654321' : '123456');
  await press(page, 'Continue');
  await page.locator('.field .wrong, .note.bad').first().waitFor();
  await page.getByLabel('Code').fill(code);
  await press(page, 'Continue');
  await page.locator('.tag.good').first().waitFor();
  await context.close();
});

test('of several accounts with a number one is picked', async () => {
  const phone = newPhone();
  const one = await open();
  await signUp(one.page, 'Mira', phone);
  await proveNumber(one.page, phone);
  await one.page.locator('.tag.good', { hasText: 'verified' }).waitFor();
  await one.context.close();
  passTime();
  const two = await open();
  await signUp(two.page, 'Mira at work', phone);
  await proveNumber(two.page, phone);
  await two.page.getByText('Somebody used this number here before.').waitFor();
  await two.context.close();
  // She asks in the shop, and staff see who she is.
  const person = expectOk(await api.get(`/api/customers/phone/${encodeURIComponent(phone)}`));
  const second = expectOk(await api.get('/api/users?q=Mira')).find((u) => u.name === 'Mira at work');
  expectOk(await api.post(`/api/customers/${person.id}/users`, { userId: second.id }));
  passTime();
  const { page, context } = await open();
  await page.getByLabel('Phone or e-mail').fill(phone);
  await press(page, 'Send a code');
  await page.getByLabel('Code').fill(await box.code(phone));
  await press(page, 'Continue');
  await page.getByText('Which one is it?').waitFor();
  await page.getByRole('button', { name: 'Mira at work' }).click();
  await page.getByRole('heading', { name: /Hello, / }).waitFor();
  await go(page, 'security');
  await page.getByText('This device').waitFor();
  await context.close();
});

test('a forgotten password is set anew by a code', async () => {
  const phone = newPhone();
  const { page, context } = await open();
  await signUp(page, 'Forgetful', phone);
  await proveNumber(page, phone);
  await page.locator('.tag.good', { hasText: 'verified' }).waitFor();
  await press(page, 'Sign out');
  passTime();
  await press(page, 'Forgotten password');
  await page.getByLabel('Phone or e-mail').fill(phone);
  await press(page, 'Send help');
  await page.getByLabel('Code').fill(await box.code(phone));
  await page.getByLabel('New password').fill('another good password');
  await press(page, 'Save');
  await page.getByText('The password is set.').waitFor();
  await press(page, 'Sign in with a password');
  await page.getByLabel('Phone or e-mail').fill(phone);
  await page.getByLabel('Password').fill('another good password');
  await press(page, 'Sign in');
  await hello(page, 'Forgetful');
  await context.close();
});

test('a device is signed out from another, and the password changed', async () => {
  const phone = newPhone();
  const email = 'devices@example.com';
  const there = await open();
  await signUp(there.page, 'Dev', phone, email);
  const { page, wrong, context } = await open();
  await press(page, 'Sign in with a password');
  await page.getByLabel('Phone or e-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'Sign in');
  await hello(page, 'Dev');
  await page.getByRole('link', { name: 'Password and devices' }).click();
  const other = page.locator('.devices li').filter({ hasNotText: 'This device' });
  await other.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('The device is signed out').waitFor();
  await other.waitFor({ state: 'detached' });
  await there.page.reload();
  await there.page.getByText('Your session has ended').waitFor();
  await page.getByLabel('Password so far').fill('not this one');
  await page.getByLabel('New password').fill('yet another password');
  await press(page, 'Save');
  await page.locator('.note.bad, .field .wrong').first().waitFor();
  await page.getByLabel('Password so far').fill(PASSWORD);
  await press(page, 'Save');
  await page.getByText('The password is changed').waitFor();
  assert.deepEqual(wrong, []);
  await there.context.close();
  await context.close();
});

test('staff are not customers: their login opens nothing here', async () => {
  const { page, context } = await open();
  await press(page, 'Sign in with a password');
  await page.getByLabel('Phone or e-mail').fill(s.a.users.CASHIER.email);
  await page.getByLabel('Password').fill(s.a.users.CASHIER.password);
  await press(page, 'Sign in');
  await page.getByText('This page is not for your role.').waitFor();
  await context.close();
});
