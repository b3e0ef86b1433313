// Imports in the back office: a file dropped or chosen, tried, brought in,
// stopped, cut off from the network, taken back.
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
