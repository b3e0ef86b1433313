// Rules of the till that need no page: what is typed for a line, amounts in
// every way people write them, the sums and the change, ids made on the device.
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
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['en-IN'] }, configurable: true });

async function load(path) {
  const { outputFiles } = await build({ entryPoints: [join(web, 'src', path)], bundle: true, write: false, format: 'esm', logLevel: 'error' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
}
const entry = await load('till/line-entry.ts');
const money = await load('i18n/money.ts');
const totals = await load('till/totals.ts');
const { uuid7 } = await load('api/uuid.ts');
const blocks = await load('till/blocks.ts');

test('a line as it is typed', () => {
  const cases = [
    ['milk', { quantity: 1000, name: 'milk', price: null, discount: null, place: null }],
    ['2 milk 30', { quantity: 2000, name: 'milk', price: 3000, discount: null, place: null }],
    ['2x milk 30,50', { quantity: 2000, name: 'milk', price: 3050, discount: null, place: null }],
    ['0.35 brown rice 120', { quantity: 350, name: 'brown rice', price: 12000, discount: null, place: null }],
    ['7up 40', { quantity: 1000, name: '7up', price: 4000, discount: null, place: null }],
    ['milk 30 -5', { quantity: 1000, name: 'milk', price: 3000, discount: { minor: 500 }, place: null }],
    ['  3   milk  -12.5% ', { quantity: 3000, name: 'milk', price: null, discount: { percent: 12.5 }, place: null }],
    ['4', { quantity: 1000, name: '', price: null, discount: null, place: 4 }],
    ['2*4', { quantity: 2000, name: '', price: null, discount: null, place: 4 }],
    ['8901234567890', { quantity: 1000, name: '8901234567890', price: null, discount: null, place: null }],
  ];
  for (const [typed, wanted] of cases) assert.deepEqual(entry.parseEntry(typed), wanted, typed);
  assert.equal(entry.parseEntry('   '), null);
  assert.equal(entry.parseEntry('0*3'), null);
});

test('articles by code, beginning, word, and anywhere, without accents', () => {
  const of = (name, sku = null) => ({ name, sku, price: 100 });
  const all = [of('Almond milk'), of('Buttermilk'), of('Milk 1 l', 'MIL-1'), of('Café crème', '890')];
  assert.deepEqual(entry.matching(all, 'milk').map((a) => a.name), ['Milk 1 l', 'Almond milk', 'Buttermilk']);
  assert.deepEqual(entry.matching(all, '890').map((a) => a.name), ['Café crème']);
  assert.deepEqual(entry.matching(all, 'creme').map((a) => a.name), ['Café crème']);
});

test('amounts as people write them', () => {
  const cases = [['150', 15000], ['150.5', 15050], ['150,50', 15050], ['1,234.50', 123450], ['1.234,50', 123450],
    ['1,234', 123400], ['1,23,456.00', 12345600], ['1 234,5', 123450], ['१२.५०', 1250], ['.5', null], ['1.2.', null], ['1.2.5', null], ['1,2345', null], ['1,234.5.', null], ['12,', 1200], ['-5', -500], ['abc', null], ['12.345,678', null]];
  for (const [typed, wanted] of cases) assert.equal(money.parseAmount(typed, 'INR'), wanted, typed);
  assert.equal(money.parseAmount('1.234', 'KWD'), 1234);
  assert.equal(money.toMinor('1500', 'JPY'), 1500);
  assert.equal(money.toMinor('1.5', 'JPY'), null);
  assert.equal(money.toMinor('-2.50', 'EUR'), -250);
  for (const [minor, currency, text] of [[15050, 'INR', '150.50'], [5, 'EUR', '0.05'], [-250, 'EUR', '-2.50'], [1500, 'JPY', '1500'], [1, 'KWD', '0.001']]) {
    assert.equal(money.fromMinor(minor, currency), text);
    assert.equal(money.toMinor(text, currency), minor);
  }
});

test('sums are rounded half up, as the service does', () => {
  assert.equal(totals.gross(350, 1999), 700);
  assert.equal(totals.gross(500, 1), 1);
  assert.equal(totals.gross(499, 1), 0);
  assert.equal(totals.gross(9_999_999_000, 999_999), 9_999_989_000_001);
  assert.equal(totals.percentOf(995, 10), 100);
  assert.equal(totals.subtotal([{ quantity: 2000, price: 3000, discount: 600 }, { quantity: 350, price: 12000, discount: 0 }]), 9600);
});

test('what a payment does to what is due', () => {
  assert.deepEqual(totals.take('CASH', 5000, 3950), { payment: { method: 'CASH', amount: 3950, tendered: 5000 }, change: 1050 });
  assert.deepEqual(totals.take('CARD', 2000, 3950), { payment: { method: 'CARD', amount: 2000, tendered: null }, change: 0 });
  assert.equal(totals.take('UPI', 3951, 3950), null);
  assert.equal(totals.take('CASH', 0, 3950), null);
});

test('ids made here are UUIDs of version 7, in order of their time', () => {
  const at = Date.UTC(2026, 0, 2);
  const [a, b] = [uuid7(at), uuid7(at + 1)];
  assert.match(a, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(parseInt(a.replaceAll('-', '').slice(0, 12), 16), at);
  assert.ok(a < b);
  assert.equal(new Set(Array.from({ length: 1000 }, () => uuid7(at))).size, 1000);
});

test('people in blocks are found as one by one', () => {
  const first = ['Asha', 'José', 'Ravi', 'Özge', 'अनिल', 'Anne-Marie', 'O’Neil', '(Al)'];
  const last = ['Rao', 'Núñez', 'Nair', 'Strauß', 'Kumar', 'd’Arc', '', 'Rao-Nair'];
  const people = Array.from({ length: 2500 }, (_, i) => ({
    id: uuid7(i), name: `${first[i % 8]} ${last[(i >> 3) % 8]}`.trim(), points: i,
    phone: i % 11 ? `+91${9_800_000_000 + ((i * 7919) % 10_000_019)}` : null,
  }));
  const kept = [];
  for (let i = 0; i < people.length; i += blocks.BLOCK) kept.push(blocks.blockOf(blocks.columnsOf(people.slice(i, i + blocks.BLOCK))));
  assert.deepEqual(kept.flatMap(blocks.peopleOf), people);
  assert.deepEqual(kept.map(blocks.sizeOf), [1000, 1000, 500]);
  for (const i of [0, 1, 999, 1000, 2499]) {
    assert.deepEqual(kept.map((b) => blocks.has(b, people[i].id)), [0, 1, 2].map((n) => n === Math.floor(i / 1000)));
  }
  assert.ok(!blocks.has(kept[0], uuid7(1e12)));

  const find = (typed) => blocks.search(kept, typed, 3000).map((p) => p.id);
  const where = (test) => people.filter(test).map((p) => p.id);
  const sorted = (ids) => [...ids].sort();
  const plain = (s) => s.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  for (const typed of ['98000', '1234', '+91 98', '0999', '777']) {
    const digits = typed.replace(/\D/g, '').replace(/^0+/, '');
    assert.deepEqual(sorted(find(typed)), sorted(where((p) => p.phone?.includes(digits))), typed);
  }
  for (const typed of ['as', 'jose nun', 'Rao asha', 'nair', 'strauß', 'marie', 'neil', 'al rao', 'अन', 'nobody', 'o neil', 'jo jo']) {
    const words = plain(typed);
    assert.deepEqual(sorted(find(typed)), sorted(where((p) => words.every((w) => plain(p.name).some((has) => has.startsWith(w))))), typed);
  }
  const [ends] = people.filter((p) => p.phone);
  assert.equal(blocks.search(kept, ends.phone.slice(-6), 8)[0].id, ends.id, 'who ends so comes first');
  assert.deepEqual(blocks.search(kept, 'rao', 3).map((p) => p.name), ['(Al) Rao', '(Al) Rao', '(Al) Rao'], 'short names first');
  assert.deepEqual([find(''), find('12'), find('--')], [[], [], []]);
  const odd = blocks.blockOf(blocks.columnsOf([{ id: uuid7(), name: 'Two\nLines', phone: null, points: 0 }, ...people.slice(0, 1)]));
  assert.deepEqual(blocks.peopleOf(odd).map((p) => p.name), ['Two Lines', people[0].name]);
  assert.deepEqual(blocks.peopleOf(blocks.blockOf(blocks.columnsOf([]))), []);
});
