// Message files: every language has the keys and the placeholders of English,
// and nothing that is used by name is missing.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const source = join(resolve(dirname(fileURLToPath(import.meta.url)), '../..'), 'web/src');
const folders = ['i18n', ...readdirSync(source).filter((f) => existsSync(join(source, f, 'i18n/en.json'))).map((f) => `${f}/i18n`)];
const read = (folder, lang) => JSON.parse(readFileSync(join(source, folder, `${lang}.json`), 'utf8'));
const holes = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

for (const folder of folders) {
  const en = read(folder, 'en');
  for (const lang of ['de', 'es', 'hi']) {
    test(`${folder} in ${lang}`, () => {
      const other = read(folder, lang);
      assert.deepEqual(Object.keys(other).sort(), Object.keys(en).sort(), 'the same keys');
      for (const [key, text] of Object.entries(en)) {
        assert.ok(other[key].trim(), `${key} is empty`);
        assert.deepEqual(holes(other[key]), holes(text), `placeholders of ${key}`);
      }
    });
  }
  test(`${folder} in en`, () => {
    for (const [key, text] of Object.entries(en)) assert.ok(text.trim(), `${key} is empty`);
  });
}

test('a plural has both forms', () => {
  for (const folder of folders) {
    const en = read(folder, 'en');
    for (const key of Object.keys(en)) {
      if (key.endsWith('_one')) assert.ok(en[key.replace(/_one$/, '_other')], `${folder}: ${key} has no other`);
    }
  }
});
