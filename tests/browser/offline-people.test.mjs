// A till that knows many people without the network: it finds the right ones at
// once, follows what changes, and several tabs know the same.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { ENGINE, expectOk, newPhone } from '../api/harness.mjs';
import { signIn, tillReady, watch } from './browser.mjs';
import { closeFull, followChanges, openFull, restartOffline, typed } from './people.mjs';
import { national, stored, until } from './selling.mjs';

// What is kept does not depend on the engine; that it can be read from both does.
const PEOPLE = ENGINE === 'sqlite' ? 20_000 : 1500;
let full, all;
before(async () => {
  full = await openFull(PEOPLE);
  const api = full.s.as('CASHIER');
  all = [];
  for (let cursor = ''; cursor !== null;) {
    const page = await api.get(`/api/customers?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    all.push(...expectOk(page));
    cursor = page.json.meta.nextCursor;
  }
  assert.equal(all.length, PEOPLE);
});
after(async () => {
  if (full) await closeFull(full);
});

const words = (s) => s.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').split(/[^\p{L}\p{N}]+/u).filter(Boolean);
const fits = (name, typed_) => words(typed_).every((w) => words(name).some((has) => has.startsWith(w)));
const offline = (page) => page.getByText('Offline').waitFor();

test('the right people, at once, with every key', async () => {
  const { page, figures } = full;
  await restartOffline(full, all[Math.floor(PEOPLE / 2)]);
  await offline(page);
  assert.ok(figures.fillLongestTaskMs < 500 && figures.startLongestTaskMs < 500, `it never stands still: ${JSON.stringify(figures)}`);
  const times = [];
  const ask = async (text) => {
    const seen = await typed(page, text);
    times.push(...seen.times);
    return seen;
  };
  for (const i of [0, 1, 999, 1000, PEOPLE - 1]) {
    const { name, phone } = all[i];
    assert.deepEqual((await ask(national(phone))).names, [name], phone);
  }
  for (const i of [2, 1001]) {
    const end = all[i].phone.slice(-6);
    const { phones } = await ask(end);
    const wanted = all.filter((c) => c.phone?.includes(end)).map((c) => c.phone);
    assert.equal(phones.length, Math.min(8, wanted.length));
    assert.ok(phones.every((p) => wanted.includes(p)), end);
    assert.ok(phones[0].endsWith(end));
  }
  const swapped = all[5].name.split(' ').reverse().join(' ');
  for (const text of [all[3].name, all[4].name.toLowerCase().slice(0, -1), swapped, all[6].name.slice(0, 2), 'zzz nobody']) {
    const { names } = await ask(text);
    const wanted = all.filter((c) => fits(c.name, text));
    assert.equal(names.length, Math.min(8, wanted.length), `${text}: ${names}`);
    assert.ok(names.every((n) => fits(n, text)), `${text}: ${names}`);
  }
  times.sort((a, b) => a - b);
  const late = times[Math.floor(times.length * 0.95)];
  assert.ok(late < 200, `19 of 20 keys within ${late} ms`);
  await page.locator('#who').fill('');
});

test('what changes meanwhile is followed, a block written once', async () => {
  const { page, s } = full;
  const api = s.as('CASHIER');
  const [gone, ...changed] = all.slice(100, 130);
  expectOk(await s.as('MANAGER').delete(`/api/customers/${gone.id}`));
  const added = expectOk(await api.post('/api/customers', { name: 'Quite New Here', phone: newPhone() }), 201);
  const before_ = await stored(page, 'people');
  await followChanges(full, changed);
  await page.context().setOffline(true);
  await offline(page);
  assert.deepEqual((await typed(page, national(added.phone))).names, ['Quite New Here']);
  assert.deepEqual((await typed(page, national(changed[7].phone))).names, ['Changed Elsewhere 7']);
  assert.deepEqual((await typed(page, national(gone.phone))).names, []);
  const after_ = await stored(page, 'people');
  const same = after_.filter((r) => before_.some((b) => b.n === r.n && JSON.stringify(b) === JSON.stringify(r)));
  assert.ok(after_.length - same.length <= 3, `${after_.length - same.length} blocks written for 31 people who lay together`);
  await restartOffline(full, added);
  assert.deepEqual((await typed(page, 'changed elsewhere 7')).names, ['Changed Elsewhere 7'], 'on the disk as well');
});

test('a second tab knows what the first one keeps, goes on when it closes, and forgets with it', async () => {
  const { page: first, s, chrome } = full;
  await first.context().setOffline(false);
  const second = await chrome.context.newPage();
  const wrong = watch(second, s.url);
  await second.goto(`${s.url}/till?company=${s.a.slug}`);
  await tillReady(second);
  // Only this page's questions do not get through, so that the other one goes on.
  const knows = async (person) => {
    await second.route('**/api/customers/search**', (route) => route.abort());
    const { names } = await typed(second, national(person.phone));
    await second.unroute('**/api/customers/search**');
    await second.locator('#who').fill('');
    return names.includes(person.name);
  };
  await until('the second one has read them', () => knows(all[500]));
  const seq = async () => (await stored(second, 'meta')).find((m) => m.companyId).seq;
  /** Somebody is registered elsewhere, and a tab has followed. */
  const heardOf = async (name) => {
    const before_ = await seq();
    const person = expectOk(await s.as('CASHIER').post('/api/customers', { name, phone: newPhone() }), 201);
    await until('a tab has followed', async () => await seq() > before_);
    return person;
  };
  const one = await heardOf('Heard Of');
  await until('the first one tells the second', () => knows(one));
  await first.close();
  assert.ok(await knows(await heardOf('After The First')), 'the second one goes on alone');

  const third = await chrome.context.newPage();
  await third.goto(`${s.url}/till?company=${s.a.slug}`);
  await tillReady(third);
  await third.getByRole('button', { name: 'Sign out' }).click();
  await until('nobody is kept', async () => (await stored(second, 'people')).length === 0);
  await second.locator('input[name=email]').waitFor();
  await third.close();
  // The next one begins from nothing.
  await signIn(second, s.a.users.CASHIER);
  await tillReady(second);
  await until('filled anew', async () => (await stored(second, 'meta')).find((m) => m.companyId)?.full, 120);
  assert.ok(await knows(all[900]));
  assert.deepEqual(wrong.filter((w) => !/net::|Failed to fetch/.test(w)), []);
});
