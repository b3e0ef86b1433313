// Lists without an end, without a page: what is read, kept and let go, and what
// becomes of rows that come and go meanwhile.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const web = join(resolve(dirname(fileURLToPath(import.meta.url)), '../..'), 'web');
const { build } = createRequire(join(web, 'package.json'))('esbuild');
// The little of a browser that these modules look at when they are loaded.
globalThis.localStorage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
globalThis.document = { documentElement: {} };
async function load(path) {
  const { outputFiles } = await build({ entryPoints: [join(web, 'src', path)], bundle: true, write: false, format: 'esm', logLevel: 'error', jsx: 'automatic', jsxImportSource: 'preact' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
}
const { Pages } = await load('admin/pages.ts');
const { baseFor, SPAN } = await load('admin/virtual.tsx');

/** Rows 0, 1, 2 …, 100 a page; a cursor is the last row of the page before, as the API's are. */
function source(n) {
  const s = { rows: Array.from({ length: n }, (_, i) => i), asked: 0, fail: false };
  s.read = async (cursor) => {
    s.asked++;
    if (s.fail) throw new Error('no network');
    const at = cursor === undefined ? 0 : s.rows.findIndex((r) => r > Number(cursor));
    const rows = at < 0 ? [] : s.rows.slice(at, at + 100);
    return { rows, next: at + 100 < s.rows.length && rows.length ? String(rows.at(-1)) : null };
  };
  return s;
}
const rest = () => new Promise((done) => { setTimeout(done, 5); });
async function seen(p, first, n = 20) {
  p.see(first, Math.min(p.count, first + n));
  await rest();
  return Array.from({ length: Math.min(n, p.count - first) }, (_, i) => p.at(first + i));
}
async function toEnd(p) {
  for (let before = -1; p.count > before;) {
    before = p.count;
    await seen(p, p.count - 20);
  }
}

test('20,000 rows come one page after another, and few pages are kept', async () => {
  const s = source(20_000);
  const p = new Pages(s.read, () => undefined);
  await seen(p, 0);
  assert.equal(p.at(0), 0);
  await toEnd(p);
  assert.equal(p.count, 20_000);
  assert.ok(p.size <= 30, `${p.size} pages`);
  assert.equal(p.at(0), undefined, 'let go');
  const asked = s.asked;
  assert.deepEqual(await seen(p, 10_090), Array.from({ length: 20 }, (_, i) => 10_090 + i), 'over the border of two pages');
  assert.equal(s.asked, asked + 2);
});

test('a row that went or came meanwhile: the pages behind follow', async () => {
  const s = source(5000);
  const p = new Pages(s.read, () => undefined);
  await seen(p, 0);
  await toEnd(p);
  s.rows.splice(50, 10);
  assert.deepEqual(await seen(p, 90), [...Array.from({ length: 20 }, (_, i) => 100 + i)], 'no row twice');
  s.rows.splice(0, 0, -3, -2, -1);
  p.resume(s.read, () => undefined);
  assert.deepEqual(await seen(p, 0, 4), [-3, -2, -1, 0]);
  assert.deepEqual(await seen(p, 95), s.rows.slice(95, 115));
  await toEnd(p);
  assert.deepEqual(await seen(p, p.count - 5, 5), [4995, 4996, 4997, 4998, 4999]);
});

test('a failure waits to be tried again, and nothing is lost by it', async () => {
  const s = source(1000);
  const p = new Pages(s.read, () => undefined);
  await seen(p, 0);
  s.fail = true;
  await seen(p, p.count - 20);
  assert.ok(p.error);
  const asked = s.asked;
  await seen(p, p.count - 20);
  assert.equal(s.asked, asked, 'it does not ask by itself');
  s.fail = false;
  p.retry();
  await rest();
  await toEnd(p);
  assert.deepEqual([p.error, p.count], [null, 1000]);
});

test('nobody there', async () => {
  const p = new Pages(source(0).read, () => undefined);
  assert.equal(p.busy, true);
  await seen(p, 0);
  assert.deepEqual([p.count, p.busy, p.begun], [0, false, true]);
});

test('the box turns to where one is before it ends', () => {
  assert.equal(baseFor(0, 290_000, SPAN), 0);
  assert.equal(baseFor(0, 100_000, 1_000_000), 0);
  assert.equal(baseFor(0, 280_000, 1_000_000), 130_000);
  assert.equal(baseFor(130_000, 280_000, 1_000_000), 130_000, 'and rests there');
  assert.equal(baseFor(130_000, 140_000, 1_000_000), 0);
  assert.equal(baseFor(0, 999_999, 1_000_000), 849_999);
  for (let base = 0, row = 0; row < 1_000_000; row += 1000) {
    base = baseFor(base, row, 1_000_000);
    assert.ok(row >= base && row < base + SPAN, `row ${row} from ${base}`);
  }
});
