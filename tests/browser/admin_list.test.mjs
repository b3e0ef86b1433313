// The list of customers when they are many: 100,000 on SQLite; fewer on
// PostgreSQL, where the demo takes its time to make them.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { ENGINE, expectOk, newPhone, start } from '../api/harness.mjs';
import { launch, sleep } from './browser.mjs';
import { go, openOffice } from './office.mjs';

const MANY = ENGINE === 'sqlite' ? 100_000 : 8_000;
const ROWS_MOST = 60; // in the document, in a window of 800 px
let s, api, browser, office, page;
before(async () => {
  s = await start({ companies: 1, demo: { customers: MANY, orders: MANY / 4 } });
  api = s.as('ADMIN');
  browser = await launch();
  office = await openOffice(browser, s);
  page = office.page;
});
after(async () => {
  assert.deepEqual(office?.wrong, []);
  await browser?.close();
  await s?.stop();
});

/** So many rows of the API, in its order. */
async function listed(query, n) {
  const rows = [];
  for (let cursor = ''; rows.length < n && cursor !== null;) {
    const res = await api.get(`/api/customers?limit=100&${query}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    rows.push(...expectOk(res));
    cursor = res.json.meta.nextCursor;
  }
  return rows.slice(0, n);
}
/** What the table shows, from the row at its upper edge on: {row, name, id}. */
const shown = () => page.locator('.virtual').evaluate((box) => {
  const edge = box.getBoundingClientRect().top + 44;
  return [...box.querySelectorAll('.vbox [role=row]')].filter((r) => r.getBoundingClientRect().bottom > edge
    && r.getBoundingClientRect().top < box.getBoundingClientRect().bottom).map((r) => {
    const a = r.querySelector('a');
    return { row: Number(r.getAttribute('aria-rowindex')) - 2, name: r.querySelector('[role=cell]').textContent, id: a?.getAttribute('href').split('/').pop() };
  });
});
/** Until nothing that is seen waits for its data. */
async function whole() {
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll('.vbox [role=row]')];
    return rows.length > 0 && rows.every((r) => r.getAttribute('aria-busy') !== 'true');
  });
}
const scrollTo = (row) => page.locator('.virtual').evaluate((box, top) => box.scrollTo({ top }), row * 44);
async function heap() {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  await cdp.detach();
  return usedSize / 1024 / 1024;
}
/** The first rows of the table are these of the API. */
async function beginsAs(query, n = 6) {
  const rows = await listed(query, n);
  await page.waitForFunction((id) => document.querySelector('a[data-row="0"]')?.getAttribute('href').endsWith(id), rows[0].id);
  await whole();
  assert.deepEqual((await shown()).slice(0, n).map((r) => r.id), rows.map((r) => r.id), query);
}

test(`${MANY} customers: to the end and back, with few rows in the document and little in memory`, async () => {
  const begin = Date.now();
  await go(page, 'customers');
  await page.locator('a[data-row="0"]').waitFor();
  assert.ok(Date.now() - begin < 3000, `first rows after ${Date.now() - begin} ms`);
  const before_ = await heap();
  const walked = await page.locator('.virtual').evaluate(async (box) => {
    let most = 0;
    for (let still = 0; still < 100;) {
      const at = box.scrollTop;
      box.scrollTop = box.scrollHeight;
      await new Promise((r) => { setTimeout(r, 5); });
      most = Math.max(most, box.querySelectorAll('.vbox [role=row]').length);
      still = box.scrollTop === at ? still + 1 : 0;
    }
    return { most, last: Number([...box.querySelectorAll('a[data-row]')].at(-1)?.dataset.row) + 1 };
  });
  // The shop's own customers beside the demo's are few.
  assert.ok(walked.last >= MANY, `reached row ${walked.last}`);
  assert.ok(walked.most > 5 && walked.most < ROWS_MOST, `${walked.most} rows in the document`);
  await whole();
  const end = await listed('sort=createdAt&order=asc', 8);
  assert.deepEqual((await shown()).slice(-8).map((r) => r.id), end.map((r) => r.id).reverse(), 'the last rows');
  const more = await heap() - before_;
  assert.ok(more < 20, `${more.toFixed(1)} MB more than with one page`);

  for (const row of [3000, 0, 5000]) {
    await scrollTo(row);
    await sleep(30);
    await whole();
    const rows = await listed('', row + 10);
    const [first] = await shown();
    assert.ok(Math.abs(first.row - row) <= 1, `${first.row} at ${row}`);
    assert.deepEqual((await shown()).slice(1, 6).map((r) => r.id), rows.slice(first.row + 1, first.row + 6).map((r) => r.id), `from row ${row} on`);
  }
});

test('Home, End and the arrows walk it', async () => {
  const focused = () => page.evaluate(() => Number(document.activeElement?.dataset.row ?? -1));
  const at = async (row) => page.waitForFunction((n) => document.activeElement?.dataset.row === String(n), row);
  await page.locator('.virtual').focus();
  await page.keyboard.press('Home');
  await at(0);
  await page.keyboard.press('ArrowDown');
  await at(1);
  await page.keyboard.press('End');
  await page.waitForFunction(() => Number(document.activeElement?.dataset.row) > 100);
  const last = await focused();
  await page.keyboard.press('ArrowUp');
  await at(last - 1);
  await page.keyboard.press('Home');
  await at(0);
  await whole();
});

test('sorted and filtered it shows what the API does, at once and from the top', async () => {
  const { page: p } = office;
  const tagged = expectOk(await api.post('/api/customers', { name: 'Zzyzx Only', phone: newPhone(), tags: ['quite-rare'] }), 201);
  await p.locator('summary').click();
  await scrollTo(2500);
  await p.getByLabel('Order by').selectOption('name');
  await p.getByLabel('Last first').uncheck();
  await beginsAs('sort=name&order=asc');
  await scrollTo(4000);
  await sleep(50);
  await whole();
  await p.getByLabel('Last first').check();
  await beginsAs('sort=name&order=desc');
  await p.getByLabel('Order by').selectOption('lastOrderAt');
  await beginsAs('sort=lastOrderAt&order=desc');
  await p.getByLabel('Tag', { exact: true }).fill('vip');
  await beginsAs('sort=lastOrderAt&order=desc&tag=vip');
  await p.getByLabel('Order by').selectOption('name');
  await p.getByLabel('Last first').uncheck();
  await beginsAs('sort=name&order=asc&tag=vip');
  assert.ok(Number(s.store.sql("SELECT count(*) FROM customer_tags WHERE tag = 'vip'")[0][0]) > (ENGINE === 'sqlite' ? 5000 : 100), 'more than are sorted by hand');
  await p.getByLabel('Tag', { exact: true }).fill('quite-rare');
  const begin = Date.now();
  await p.waitForFunction((id) => [...document.querySelectorAll('.vbox a')].map((a) => a.getAttribute('href').split('/').pop()).join() === id, tagged.id);
  assert.ok(Date.now() - begin < 1500, `${Date.now() - begin} ms for the one who has a tag`);
  await p.getByLabel('Tag', { exact: true }).fill('nobody-has-it');
  await p.getByText('Nobody found').waitFor();
  await p.getByLabel('Tag', { exact: true }).fill('');
  await beginsAs('sort=name&order=asc');
  await p.getByRole('searchbox').fill('zzyzx');
  await p.waitForFunction(() => document.querySelectorAll('.vbox [role=row]').length === 1);
  await p.getByRole('searchbox').fill('');
  await beginsAs('sort=name&order=asc');
});

test('who comes back from a profile is where they were, and sees what changed', async () => {
  await go(page, 'customers?sort=name&order=asc');
  await beginsAs('sort=name&order=asc');
  for (let row = 0; row <= 3000; row += 90) {
    await scrollTo(row);
    await whole();
  }
  const before_ = await shown();
  const c = before_[3];
  await page.locator(`a[href$="${c.id}"]`).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  const { name } = expectOk(await api.get(`/api/customers/${c.id}`));
  expectOk(await api.put(`/api/customers/${c.id}`, { name: `${name} `.padEnd(name.length + 1, 'z') }));
  await page.goBack();
  await page.locator('.virtual').waitFor();
  await whole();
  const now = await shown();
  assert.ok(Math.abs(now[0].row - before_[0].row) <= 1, `row ${now[0].row}, was ${before_[0].row}`);
  assert.ok(now.some((r) => r.id === before_[5].id), 'the same people');
});
