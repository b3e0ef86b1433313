// Bundles the pages: a folder of src/ with a main.tsx is a page, whose script
// and style become NAME.js and NAME.css; a sw.ts beside it becomes NAME-sw.js.
// usage: node build.mjs OUTDIR
import { build } from 'esbuild';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, 'src');
const out = process.argv[2];
if (!out) {
  console.error('usage: node build.mjs OUTDIR');
  process.exit(2);
}

const entries = {};
for (const name of readdirSync(source)) {
  for (const [file, as] of [['main.tsx', name], ['sw.ts', `${name}-sw`]]) {
    if (existsSync(join(source, name, file))) entries[as] = join(source, name, file);
  }
}
await build({
  entryPoints: entries,
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome116', 'firefox124', 'safari17.4'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});
