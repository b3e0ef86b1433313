// Imports in the back office: a file dropped or chosen, tried, brought in,
// stopped, cut off from the network, left in the middle, taken back.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { expectOk, start, until } from '../api/harness.mjs';
import { expectAccessible, expectNoSideways, launch, openPage, signIn } from './browser.mjs';

let s, admin, browser, folder;
before(async () => {
  s = await start({ companies: 1, demo: { customers: 20, orders: 30 } });
  admin = s.as('ADMIN');
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), 'clientele-files-'));
});
after(async () => {
  await browser?.close();
  await s?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const file = (name, text) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
async function openImports(options = {}) {
  const opened = await openPage(browser, s, `/admin?company=${s.a.slug}#/imports`, options);
  await signIn(opened.page, s.a.users.ADMIN);
  await opened.page.getByRole('heading', { name: 'Imports', exact: true }).waitFor();
  await opened.page.locator('#import-file').waitFor();
  return opened;
}
const choose = (page, path) => page.locator('#import-file').setInputFiles(path);
const button = (page, name) => page.getByRole('button', { name, exact: true });
const phase = (page, name) => page.locator(`dl[data-phase=${name}]`).waitFor();
const figures = async (page) => (await page.locator('dl[data-phase] dd').allInnerTexts()).map((v) => Number(v.replaceAll(',', '')));
const people = (from, to) => Array.from({ length: to - from }, (_, i) => `W-${from + i},Walter ${from + i}\n`).join('');
const here = async (id) => (await admin.get(`/api/customers?limit=100`)).json.data.some((c) => c.externalId === id);
const MARKUP = '<img src=x onerror="globalThis.hit=1">';

test('a file dropped, its columns set, tried, brought in and taken back', async () => {
  const { page, wrong, context } = await openImports();
  await expectAccessible(page, 'empty');
  const text = `Kunde;Vollname;Telefon;Notiz\nA-1;"Ada; ${MARKUP.replaceAll('"', '""')}";98123 00031;"two\nlines"\nA-2;;9812300032;\nA-3;Alan;12;x\nA-4;Abe;;\n`;
  const data = await page.evaluateHandle((content) => {
    const d = new DataTransfer();
    d.items.add(new File([content], 'leute.csv', { type: 'text/csv' }));
    return d;
  }, text);
  await page.locator('.drop').dispatchEvent('dragover', { dataTransfer: data });
  await page.locator('.drop').dispatchEvent('drop', { dataTransfer: data });
  await page.getByText('Still needed: name').waitFor();
  assert.ok(await button(page, 'Dry run').isDisabled());
  for (const [column, field] of [['Kunde', 'externalId'], ['Vollname', 'name'], ['Telefon', 'phone'], ['Notiz', 'notes']])
    await page.getByLabel(`Field of column ${column}`).selectOption(field);
  await expectAccessible(page, 'columns');
  await button(page, 'Dry run').focus();
  await page.keyboard.press('Enter');
  await phase(page, 'done');
  assert.deepEqual(await figures(page), [2, 0, 2]);
  assert.equal(await here('A-1'), false, 'a dry run makes nothing');
  const rows = page.getByRole('region', { name: 'Rejected rows' }).locator('tbody tr');
  assert.match(await rows.nth(0).innerText(), /^3\s+name\s/);
  assert.match(await rows.nth(1).innerText(), /^4\s+phone\s/);
  await expectAccessible(page, 'tried');

  const saving = page.waitForEvent('download');
  await button(page, 'Download rejected rows').click();
  const saved = readFileSync(await (await saving).path(), 'utf8').split('\r\n');
  assert.equal(saved[0], '"row";"field";"reason";"Kunde";"Vollname";"Telefon";"Notiz"');
  assert.match(saved[1], /^"3";"name";".+";A-2;;9812300032;$/);

  await button(page, 'Import now').click();
  await page.getByRole('region', { name: 'Import', exact: true }).waitFor();
  await phase(page, 'done');
  assert.deepEqual(await figures(page), [2, 0, 2]);
  const ada = expectOk(await admin.get('/api/customers/phone/9812300031'));
  assert.deepEqual([ada.name, ada.notes], [`Ada; ${MARKUP}`, 'two\nlines']);

  const row = page.getByRole('region', { name: 'Imports so far' }).locator('tbody tr', { hasText: 'leute.csv' });
  await row.getByText('done').waitFor();
  expectOk(await admin.post('/api/orders', { customerId: ada.id, totalAmount: '5.00' }), 201);
  await row.getByRole('button', { name: 'Take back' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Take back the 2 records that leute.csv made?').waitFor();
  await expectAccessible(page, 'take back');
  await dialog.getByRole('button', { name: 'Take back' }).click();
  await dialog.getByText('Removed: 1. Kept: 1.').waitFor();
  await dialog.getByText('has orders').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await row.getByText('taken back').waitFor();
  assert.equal(await here('A-4'), false);
  assert.equal(await page.evaluate(() => globalThis.hit), undefined);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('the kind is guessed from the header; what fits no field is passed over', async () => {
  const { page, wrong, context } = await openImports();
  for (const [header, kind] of [['externalId,date,total amount,customer_phone', 'orders'], ['E-mail,Name,Role', 'users'], ['Name,Phone,Colour', 'customers']]) {
    await choose(page, file('some.csv', `\ufeff${header}\n1,2,3,4\n`));
    assert.equal(await page.getByLabel('Kind').inputValue(), kind);
    if (kind === 'customers') assert.equal(await page.getByLabel('Field of column Colour').inputValue(), '');
    await button(page, 'Another file').click();
  }
  await choose(page, file('p.jsonl', '{"name":"Jo","externalId":"J-1"}\n{"name":"Jo","extra":1}\n'));
  await button(page, 'Dry run').click();
  await phase(page, 'done');
  assert.deepEqual(await figures(page), [1, 0, 1]);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('parts go on after a lost network, each row once; stopped and gone on with', async () => {
  const { page, wrong, context } = await openImports();
  const seen = [];
  let cut = 0;
  await page.route('**/parts/*', async (route) => {
    const no = Number(/parts\/(\d+)/.exec(route.request().url())[1]);
    seen.push(no);
    // The second part arrives, but its answer is lost; then nothing arrives at all for a while.
    if (no === 2 && cut === 0) {
      cut = 1;
      await route.fetch();
      return route.abort('connectionreset');
    }
    if (no === 2 && cut++ < 3) return route.abort('internetdisconnected');
    return route.continue();
  });
  await choose(page, file('many.csv', `externalId,name\n${people(0, 3500)}`));
  await button(page, 'Dry run').click();
  await page.getByText('goes on by itself').waitFor();
  await phase(page, 'done');
  assert.deepEqual(await figures(page), [3500, 0, 0]);
  assert.deepEqual(seen, [1, 2, 2, 2, 2, 3, 4, 5, 6, 7], 'sent until it was answered, in order');

  await page.unroute('**/parts/*');
  let held;
  await page.route('**/parts/3', (route) => {
    held = route;
  });
  await button(page, 'Import now').click();
  await until(() => held);
  await button(page, 'Stop').click();
  await phase(page, 'stopped');
  assert.deepEqual(await figures(page), [1000, 0, 0]);
  await page.unroute('**/parts/3');
  await button(page, 'Go on').click();
  await phase(page, 'done');
  assert.deepEqual(await figures(page), [3500, 0, 0]);
  assert.deepEqual(s.store.sql("SELECT count(*) FROM customers WHERE external_id LIKE 'W-%'"), [['3500']]);
  assert.deepEqual(wrong, []);
  await context.close();
});

const wCount = (like) => Number(s.store.sql(`SELECT count(*) FROM customers WHERE external_id LIKE '${like}'`)[0][0]);
const unfinished = (page) => page.getByRole('region', { name: 'Not finished' });
const row = (page, name) => unfinished(page).getByRole('article', { name });
/** Chooses a file, tries it, and loses the network before part `no` of its import is sent. */
async function lostAt(page, path, no) {
  await choose(page, path);
  await button(page, 'Dry run').click();
  await phase(page, 'done');
  await page.route(`**/parts/${no}*`, (route) => route.abort('internetdisconnected'));
  await button(page, 'Import now').click();
  await phase(page, 'waiting');
}

test('the page is closed in the middle; opened again, the import goes on with the same file, and no other', async () => {
  const text = `externalId,name\n${people(10_000, 13_200).replace('W-10100,Walter 10100', 'W-10100,"two\nlines"\n')}`;
  const path = file('closed.csv', text);
  const first = await openImports();
  await lostAt(first.page, path, 4);
  await first.page.close({ runBeforeUnload: false });
  const page = await first.context.newPage();
  page.setDefaultTimeout(8000);
  await page.goto(`${s.url}/admin?company=${s.a.slug}#/imports`);
  await row(page, 'closed.csv').getByText('1,502 rows read').waitFor(); // the header, and a blank line
  await row(page, 'closed.csv').getByText('Created: 1,500').waitFor();
  await expectAccessible(page, 'unfinished');
  assert.equal(wCount('W-1____'), 1500);

  const input = row(page, 'closed.csv').locator('input[type=file]');
  await input.setInputFiles(file('another.csv', text.replace('W-12000', 'W-12x00')));
  await page.getByText('This is not the file').first().waitFor();
  await input.setInputFiles(path);
  await phase(page, 'done');
  assert.deepEqual(await figures(page), [3200, 0, 0]);
  assert.equal(wCount('W-1____'), 3200);
  await button(page, 'Close').click();
  await unfinished(page).waitFor({ state: 'detached' });
  const [batch] = expectOk(await admin.get('/api/imports?limit=1'));
  assert.deepEqual([batch.fileName, batch.state, batch.created], ['closed.csv', 'done', 3200], 'one import from first to last');
  assert.deepEqual(first.wrong, []);
  await first.context.close();
});

test('in another browser the file is known by the rows that came in', async () => {
  const path = file('elsewhere.csv', `externalId,name\n${people(20_000, 22_600)}`);
  const first = await openImports();
  await lostAt(first.page, path, 4);
  await first.context.close();
  const { page, wrong, context } = await openImports();
  const there = row(page, 'elsewhere.csv');
  for (const [name, other] of [['shifted.csv', people(19_990, 22_600)], ['short.csv', people(20_000, 20_400)], ['columns.csv', people(20_000, 22_600).replaceAll('\n', ',x\n')]]) {
    await there.locator('input[type=file]').setInputFiles(file(name, `${name === 'columns.csv' ? 'externalId,name,area' : 'externalId,name'}\n${other}`));
    await page.locator('.toasts .bad').first().waitFor();
    await page.locator('.toasts .bad').first().waitFor({ state: 'detached', timeout: 12_000 });
  }
  // Dropped where any file is: it is known by its name.
  await choose(page, path);
  await button(page, 'Go on with that import').click();
  await phase(page, 'done');
  assert.deepEqual(await figures(page), [2600, 0, 0]);
  assert.equal(wCount('W-2____'), 2600);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('two pages at one import: each row once', async () => {
  const path = file('both.csv', `externalId,name\n${people(30_000, 36_000)}`);
  const first = await openImports();
  await lostAt(first.page, path, 3);
  const second = await openImports();
  await row(second.page, 'both.csv').locator('input[type=file]').setInputFiles(path);
  await second.page.locator('dl[data-phase]').waitFor();
  await first.page.unroute('**/parts/3*');
  await Promise.all([phase(first.page, 'done'), phase(second.page, 'done')]);
  assert.equal(wCount('W-3____'), 6000);
  const [batch] = expectOk(await admin.get('/api/imports?limit=1'));
  assert.deepEqual([batch.created, batch.matched, batch.rejected, batch.lastRow], [6000, 0, 0, 6001]);
  await first.context.close();
  await second.context.close();
});

test('it goes on while somebody looks at other places, and waits for who has to sign in again', async () => {
  const { page, wrong, context } = await openImports();
  let refused = 0;
  await page.route('**/parts/*', async (route) => {
    await new Promise((done) => { setTimeout(done, 150); });
    const no = Number(/parts\/(\d+)/.exec(route.request().url())[1]);
    if (no === 3 && refused++ < 2) return route.fulfill({ status: 401, json: { success: false, code: 'unauthenticated', message: 'Sign in first.' } });
    return route.continue();
  });
  await choose(page, file('beside.csv', `externalId,name\n${people(60_000, 63_000)}`));
  await button(page, 'Dry run').click();
  await phase(page, 'done');
  await page.unroute('**/parts/*');
  await page.route('**/parts/*', async (route) => {
    await new Promise((done) => { setTimeout(done, 150); });
    return route.continue();
  });
  await button(page, 'Import now').click();
  await page.getByRole('link', { name: 'Customers' }).click();
  await page.getByRole('link', { name: /^Imports \d+ %$/ }).waitFor();
  await page.locator('.virtual').waitFor();
  await until(() => wCount('W-6____') === 3000);
  await page.getByRole('link', { name: 'Imports', exact: true }).click();
  await phase(page, 'done');
  assert.deepEqual(await figures(page), [3000, 0, 0]);
  assert.ok(refused > 0);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('what will not go on is closed as it is, or taken back', async () => {
  const first = await openImports();
  await lostAt(first.page, file('closeme.csv', `externalId,name\n${people(40_000, 41_200)}`), 2);
  await first.page.reload();
  await first.page.unroute('**/parts/2*');
  await row(first.page, 'closeme.csv').getByRole('button', { name: 'Close as it is' }).click();
  const dialog = first.page.getByRole('dialog');
  await dialog.getByText('closeme.csv was read up to row 501.').waitFor();
  await expectAccessible(first.page, 'close as it is');
  await dialog.getByRole('button', { name: 'Close as it is' }).click();
  await unfinished(first.page).waitFor({ state: 'detached' });
  assert.equal(wCount('W-4____'), 500);
  await lostAt(first.page, file('takeback.csv', `externalId,name\n${people(50_000, 51_200)}`), 2);
  await first.page.reload();
  await first.page.unroute('**/parts/2*');
  await row(first.page, 'takeback.csv').getByRole('button', { name: 'Take back' }).click();
  await dialog.getByRole('button', { name: 'Take back' }).click();
  await dialog.getByText('Removed: 500. Kept: 0.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await unfinished(first.page).waitFor({ state: 'detached' });
  assert.equal(wCount('W-5____'), 0);
  assert.deepEqual(first.wrong, []);
  await first.context.close();
});

test('a quote that nothing closes costs its line and no more', async () => {
  const { page, context } = await openImports();
  await choose(page, file('stray.csv', `externalId,name\nS-1,Sam\nS-2,"Stray\n${people(5000, 9000)}`));
  await button(page, 'Dry run').click();
  await phase(page, 'done');
  assert.deepEqual(await figures(page), [4001, 0, 1]);
  await page.getByText('a quote is not closed').waitFor();
  await context.close();
});

test('on a telephone, in the dark', async () => {
  const { page, wrong, context } = await openImports({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await choose(page, file('telefon.csv', 'externalId,name,phone\nP-1,Pia,9812300041\nP-2,,\n'));
  await button(page, 'Dry run').click();
  await phase(page, 'done');
  await expectAccessible(page, 'dark');
  await expectNoSideways(page, 'tried');
  assert.deepEqual(wrong, []);
  await context.close();
});
