// One's own login in the back office: a second factor from its QR code to its
// end, where the company requires it, and the devices that are signed in.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectOk, start } from '../api/harness.mjs';
import { code } from '../lib/totp.mjs';
import { expectAccessible, expectNoSideways, launch, openPage, signIn } from './browser.mjs';
import { go, openOffice } from './office.mjs';

let s, browser;
before(async () => {
  s = await start({ companies: 1 });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await s?.stop();
});

const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
/** As if the code taken last were of long ago: a test does not wait for the next one. */
const forgetStep = () => s.store.sql('UPDATE second_factors SET last_step = 1');

async function setUp(page, password) {
  await press(page, 'Set up');
  await page.locator('input[name=password]').fill(password);
  await press(page, 'Continue');
  await page.getByRole('img', { name: 'QR code with the secret' }).waitFor();
  const [secret, uri] = await page.locator('.facts dd.mono').allInnerTexts();
  assert.ok(uri.startsWith('otpauth://totp/') && uri.includes(secret), 'the secret as text');
  s.secrets.add(secret);
  return secret;
}
async function confirm(page, secret) {
  await page.getByLabel('The six digits that the app shows').fill(code(secret));
  await press(page, 'Confirm');
  await page.locator('.recovery li').first().waitFor();
  const codes = await page.locator('.recovery li').allInnerTexts();
  for (const c of codes) s.secrets.add(c);
  forgetStep();
  return codes;
}

test('a second factor: set up, asked for at sign-in, recovered, switched off', async () => {
  const user = s.a.users.MANAGER;
  const { page, wrong, context } = await openOffice(browser, s, 'MANAGER', '', { bypassCSP: true, viewport: { width: 360, height: 740 } });
  await page.getByRole('link', { name: 'My account' }).click();
  const secret = await setUp(page, user.password);
  await expectAccessible(page, 'QR code');
  await expectNoSideways(page, 'QR code');
  await page.getByLabel('The six digits that the app shows').fill('000000');
  await press(page, 'Confirm');
  await page.locator('.field .wrong, .note.bad').first().waitFor();
  const codes = await confirm(page, secret);
  assert.equal(codes.length, 10);
  await expectAccessible(page, 'recovery codes');
  await expectNoSideways(page, 'recovery codes');
  await press(page, 'I have kept them');
  await page.locator('.tag.good', { hasText: 'on' }).waitFor();
  assert.ok(!(await page.content()).includes(codes[0]), 'shown once');

  await page.locator('.bar').getByRole('button', { name: 'Sign out' }).click();
  await signIn(page, user);
  await page.locator('input[name=code]').fill(code(secret));
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).first().waitFor();
  forgetStep();
  await go(page, 'account');
  await press(page, 'New recovery codes');
  await page.locator('input[name=code]').fill(codes[0]);
  await press(page, 'New recovery codes');
  await page.locator('.recovery li').first().waitFor();
  const fresh = await page.locator('.recovery li').allInnerTexts();
  for (const c of fresh) s.secrets.add(c);
  assert.ok(!fresh.includes(codes[1]));
  await press(page, 'I have kept them');
  await press(page, 'Switch off');
  await page.locator('input[name=password]').fill(user.password);
  await page.locator('input[name=code]').fill(fresh[0]);
  await press(page, 'Switch off');
  await page.locator('.tag.warn', { hasText: 'off' }).waitFor();
  expectOk(await s.login(user, s.a));
  assert.deepEqual(wrong, []);
  await context.close();
});

test('a device that is not in one’s hands is signed out', async () => {
  const there = await openOffice(browser, s, 'CASHIER', '#/account');
  const { page, context } = await openOffice(browser, s, 'CASHIER', '#/account');
  const other = page.locator('.devices li').filter({ hasNotText: 'This device' });
  await other.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('The device is signed out').waitFor();
  await there.page.reload();
  await there.page.getByText('Your session has ended').waitFor();
  await there.context.close();
  await context.close();
});

test('required of admins: the page leads there, and opens when it is set up', async () => {
  const user = s.a.users.ADMIN;
  const { page, wrong, context } = await openOffice(browser, s, 'ADMIN', '#/company');
  await page.getByLabel('Admins need a second factor').check();
  await press(page, 'Save');
  await page.getByText('Your company requires a second factor').waitFor();
  assert.deepEqual(await page.locator('.bar nav a').allInnerTexts(), ['My account'], 'nothing else to go to');
  await go(page, 'customers');
  await page.waitForFunction(() => location.hash === '#/account');
  const secret = await setUp(page, user.password);
  await confirm(page, secret);
  await page.getByRole('link', { name: 'Customers' }).click();
  await page.locator('.vbox a').first().waitFor();
  await context.close();
  assert.deepEqual(wrong, []);

  const again = await openPage(browser, s, `/admin?company=${s.a.slug}#/customers`);
  await signIn(again.page, user);
  await again.page.locator('input[name=code]').fill(code(secret));
  await again.page.keyboard.press('Enter');
  await again.page.locator('.vbox a').first().waitFor();
  await again.context.close();
});
