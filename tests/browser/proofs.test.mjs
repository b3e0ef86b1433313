// The link that proves an e-mail, followed where one is signed in and where one
// is not, and another number for an account whose sign-in is a while ago.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { ENGINE, expectError, expectOk, mailbox, newPhone, start } from '../api/harness.mjs';
import { expectAccessible, expectNoSideways, launch, openPage } from './browser.mjs';

const PASSWORD = 'a good long password';
const OTHER = 'another good password';
const PHONE = { viewport: { width: 360, height: 740 }, bypassCSP: true };
let s, box, browser;
before(async () => {
  s = await start({ companies: 1, settings: { 'allow-private-targets': true } });
  box = await mailbox(s);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  box?.close();
  await s?.stop();
});

const email = () => `${Math.random().toString(36).slice(2)}@example.com`;
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
const post = (path, body, token) => s.api('POST', path, { token, body: { company: s.a.slug, ...body } });
const signup = async (body) => expectOk(await post('/api/auth/signup', { name: 'Asha', password: PASSWORD, ...body }), 201);
const me = async (token) => expectOk(await s.api('GET', '/api/auth/me', { token })).user;
const follow = (token, options) => openPage(browser, s, `/verify-email#token=${token}`, options);
const confirmed = (page) => page.getByText('Your e-mail address is confirmed.').waitFor();

async function openMe(address) {
  const opened = await openPage(browser, s, `/me?company=${s.a.slug}`);
  await press(opened.page, 'Sign in with a password');
  await opened.page.getByLabel('Phone or e-mail').fill(address);
  await opened.page.getByLabel('Password').fill(PASSWORD);
  await press(opened.page, 'Sign in');
  await opened.page.getByRole('heading', { name: /Hello/ }).waitFor();
  return opened;
}

test('signed up on the phone, followed on the computer: the password, and all stays as it is', async () => {
  const own = await signup({ email: email() });
  const { page, wrong, context } = await follow(await box.link(own.user.email), PHONE);
  assert.equal(await page.evaluate(() => location.hash), '', 'the token is not in the history');
  await expectAccessible(page, 'before the click');
  await press(page, 'Confirm');
  await page.getByLabel('Password').fill('not this one');
  await expectAccessible(page, 'the password');
  await expectNoSideways(page, 'the password');
  await press(page, 'Confirm');
  await page.locator('.note.bad').waitFor();
  assert.equal((await me(own.accessToken)).isEmailVerified, false);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await confirmed(page);
  assert.equal((await me(own.accessToken)).isEmailVerified, true);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('a stranger signed up with it: another password, and they are out', async () => {
  const trap = await signup({ email: email() });
  const { page, wrong, context } = await follow(await box.link(trap.user.email), PHONE);
  await press(page, 'Confirm');
  await press(page, 'I chose none, or do not know it');
  await page.getByLabel('New password').fill('short');
  await press(page, 'Confirm');
  await page.locator('.field .wrong').waitFor();
  await page.getByLabel('New password').fill(OTHER);
  await press(page, 'Confirm');
  await confirmed(page);
  expectError(await s.api('GET', '/api/auth/me', { token: trap.accessToken }), 401, 'token_invalid');
  expectOk(await post('/api/auth/login', { email: trap.user.email, password: OTHER }));
  assert.deepEqual(wrong, []);
  await context.close();
});

test('where one is signed in, one click; then the link is gone', async () => {
  const own = await signup({ email: email() });
  const token = await box.link(own.user.email);
  const { page, wrong, context } = await openMe(own.user.email);
  await page.goto(`${s.url}/verify-email#token=${token}`);
  await press(page, 'Confirm');
  await confirmed(page);
  await page.getByRole('link', { name: 'My account' }).click();
  await page.locator('.tag.good', { hasText: 'verified' }).waitFor();
  await page.goto(`${s.url}/verify-email#token=${token}`);
  await press(page, 'Confirm');
  await page.getByText('This link is no longer good.').waitFor();
  await page.goto(`${s.url}/verify-email`);
  await page.getByText('This link is not whole.').waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});

test('of an account that its phone has proved the page asks to be signed in', async () => {
  const own = await signup({ email: email(), phone: newPhone() });
  expectOk(await post('/api/auth/otp/request', { phone: own.user.phone }));
  expectOk(await post('/api/auth/otp/verify', { phone: own.user.phone, code: await box.code(own.user.phone) }, own.accessToken));
  const { page, context } = await follow(await box.link(own.user.email), PHONE);
  await press(page, 'Confirm');
  await page.getByText('This account is known by its phone already.').waitFor();
  await expectAccessible(page, 'sign in first');
  assert.equal(await page.getByRole('button', { name: /do not know it/ }).count(), 0);
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'Confirm');
  await confirmed(page);
  await context.close();
});

/** In /me, asking for another number, the session being old. */
async function changeNumber(own, phone) {
  const opened = await openMe(own.user.email);
  const ago = ENGINE === 'sqlite' ? 'created_at - 660000000' : "created_at - interval '11 minutes'";
  s.store.sql(`UPDATE sessions SET created_at = ${ago} WHERE user_id = ${s.store.id(own.user.id)}`);
  const { page } = opened;
  await press(page, 'Verify my phone');
  await page.getByLabel('Phone').fill(phone);
  await press(page, 'Send a code');
  await page.getByLabel('Code').fill(await box.code(phone));
  await press(page, 'Continue');
  await page.getByText('It is a while since you signed in.').waitFor();
  return opened;
}
async function proved() {
  const own = await signup({ email: email() });
  expectOk(await s.api('POST', '/api/auth/email/verify', { token: own.accessToken, body: { token: await box.link(own.user.email) } }));
  return own;
}
const verified = (page) => page.getByText('Your phone is verified').waitFor();

test('another number a while after signing in: the password first, and the code is not asked for twice', async () => {
  const own = await proved();
  const phone = newPhone();
  const { page, wrong, context } = await changeNumber(own, phone);
  await page.getByLabel('Password').fill('not this one');
  await press(page, 'Continue');
  await page.locator('.note.bad').waitFor();
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'Continue');
  await verified(page);
  assert.equal((await me(own.accessToken)).phone, phone);
  assert.equal(s.store.sql(`SELECT id FROM sessions WHERE user_id = ${s.store.id(own.user.id)} AND revoked_at IS NULL`).length, 2,
    'the session that was replaced has ended');
  assert.deepEqual(wrong, []);
  await context.close();
});

test('or a code to where one can be reached now', async () => {
  const own = await proved();
  const phone = newPhone();
  const { page, wrong, context } = await changeNumber(own, phone);
  await press(page, `Send a code to ${own.user.email} instead`);
  await page.getByLabel('Code').fill(await box.code(own.user.email));
  await press(page, 'Continue');
  await verified(page);
  assert.equal((await me(own.accessToken)).phone, phone);
  assert.deepEqual(wrong, []);
  await context.close();
});
