// The test runner: one line a suite, counts over all, `N passed, N failed` as
// the last line, status 1 when anything failed.
//   tests/run               everything
//   tests/run check         what `make check` looks at
//   tests/run NAME…         some suites: see SUITES
// What a suite printed stays in build/test-logs/NAME.log.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freshDatabase, startPostgres } from './postgres.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const LOGS = join(ROOT, 'build/test-logs');
const BUILDS = {
  build: [],
  'build-asan': ['-Db_sanitize=address,undefined', '-Db_lundef=false', '-Dwerror=false', '-Doptimization=1'],
  'build-tsan': ['-Db_sanitize=thread', '-Db_lundef=false', '-Dwerror=false', '-Doptimization=1'],
};
const SANITIZERS = {
  ASAN_OPTIONS: 'detect_leaks=1:strict_string_checks=1',
  LSAN_OPTIONS: `suppressions=${join(ROOT, 'tests/lib/lsan.txt')}:print_suppressions=0`,
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
  TSAN_OPTIONS: `suppressions=${join(ROOT, 'tests/lib/tsan.txt')}:halt_on_error=0`,
};
let postgres = null;

/** Runs a program to its end: {status, out}; killed after `seconds`. */
function run(command, args, { env = {}, seconds = 600, cwd = ROOT } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...SANITIZERS, ...env },
      stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    const timer = setTimeout(() => {
      out += `\nkilled: not done after ${seconds} s\n`;
      child.kill('SIGKILL');
    }, seconds * 1000);
    child.stdout.on('data', (d) => (out += d));
    child.stderr.on('data', (d) => (out += d));
    child.on('error', (e) => (out += e.message));
    child.on('close', (status) => {
      clearTimeout(timer);
      done({ status: status ?? 1, out });
    });
  });
}

/** A program that simply has to succeed counts as one test. */
async function one(command, args, options) {
  const { status, out } = await run(command, args, options);
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, out };
}

const sum = (results) => results.reduce((a, r) => ({
  passed: a.passed + r.passed, failed: a.failed + r.failed, out: a.out + r.out,
}), { passed: 0, failed: 0, out: '' });

/** Work on two at a time: the machine that counts has two cores. */
async function pool(items, work) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await work(items[i]);
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}

const built = new Map();
/** Builds a folder once a run; targets beyond the program by name. */
async function build(folder, target) {
  const key = `${folder} ${target}`;
  if (!built.has(key)) built.set(key, buildNow(folder, target));
  const { status, out } = await built.get(key);
  if (status !== 0) throw new Error(`${folder} does not build:\n${out}`);
  return join(ROOT, folder, 'src/clientele');
}
async function buildNow(folder, target) {
  if (!existsSync(join(ROOT, folder, 'build.ninja'))) {
    const setup = await run('meson', ['setup', folder, '.', ...BUILDS[folder]]);
    if (setup.status !== 0) return setup;
  }
  return run('ninja', ['-C', folder, '--quiet', target], { seconds: 1200 });
}

/** The unit tests of a build folder, read as TAP from each cmocka program. */
async function unit(folder) {
  await build(folder, 'meson-test-prereq');
  const { stdout } = spawnSync('meson', ['introspect', '--tests', folder], { cwd: ROOT, encoding: 'utf8' });
  const tests = JSON.parse(stdout).filter((t) => t.suite.some((s) => s.endsWith(':unit')));
  const url = (await pg()).url;
  return sum(await pool(tests, async (t) => {
    const env = { ...t.env, CMOCKA_MESSAGE_OUTPUT: 'TAP', CLIENTELE_TEST_PG: freshDatabase(url) };
    const { status, out } = await run(t.cmd[0], t.cmd.slice(1), { env, seconds: 180, cwd: t.workdir ?? ROOT });
    const lines = out.split('\n').filter((l) => !/# SKIP/.test(l));
    const passed = lines.filter((l) => /^ok \d/.test(l)).length;
    const failed = lines.filter((l) => /^not ok \d/.test(l)).length;
    const crashed = status !== 0 && failed === 0 ? 1 : 0;
    return { passed, failed: failed + crashed, out: `== ${t.name}: status ${status}\n${out}\n` };
  }));
}

/** Files of scenarios through node's own runner. */
async function scenarios(files, env, { seconds = 900, parallel = 2 } = {}) {
  const { status, out } = await run('node', ['--test', '--test-reporter=tap',
    ...(parallel > 1 && nodeTakes('--test-concurrency') ? [`--test-concurrency=${parallel}`] : []),
    ...files], { env: { CLIENTELE_TEST_PG: (await pg()).url, ...env }, seconds });
  const count = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(out)?.[1] ?? 0);
  const failed = count('fail') + count('cancelled');
  return { passed: count('pass'), failed: failed || (status === 0 ? 0 : 1), out };
}
const nodeTakes = (flag) => process.allowedNodeEnvironmentFlags.has(flag)
  || spawnSync('node', [flag + '=1', '-e', '0']).status === 0;

async function api(engine) {
  const bin = await build('build-asan', 'src/clientele');
  const files = readdirSync(join(ROOT, 'tests/api')).filter((f) => f.endsWith('.test.mjs'))
    .concat(folder('tests/regress')).map((f) => (f.includes('/') ? f : `tests/api/${f}`));
  return scenarios(files, { ENGINE: engine, CLIENTELE_BIN: bin });
}
const folder = (name) => (existsSync(join(ROOT, name))
  ? readdirSync(join(ROOT, name)).filter((f) => f.endsWith('.test.mjs')).map((f) => `${name}/${f}`) : []);

async function threads() {
  const bin = await build('build-tsan', 'src/clientele');
  return sum(await pool(['sqlite', 'postgres'], (engine) => scenarios(['tests/threads/load.test.mjs'],
    { ENGINE: engine, CLIENTELE_BIN: bin }, { parallel: 1 })));
}

async function crash() {
  const bin = await build('build', 'src/clientele');
  const results = [];
  for (const engine of ['sqlite', 'postgres']) {
    results.push(await one('node', ['tests/crash/run.mjs', '5', engine], { env: { CLIENTELE_BIN: bin }, seconds: 300 }));
  }
  return sum(results);
}

const tracked = (...patterns) => spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard',
  ...patterns], { cwd: ROOT, encoding: 'utf8' }).stdout.split('\n').filter((f) => f && existsSync(join(ROOT, f)));

async function tidy() {
  await build('build', 'src/clientele');
  const files = tracked('src/*.c').filter((f) => !f.endsWith('_test.c'));
  return sum(await pool(files, (f) => one('clang-tidy-14', ['-p', 'build', '--quiet',
    '--extra-arg=-Wno-unknown-warning-option', f])));
}

async function npm() {
  const lock = join(ROOT, 'tests/package-lock.json');
  const stamp = join(ROOT, 'tests/node_modules/.package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  const { status, out } = await run('npm', ['ci', '--ignore-scripts', '--silent'], { cwd: join(ROOT, 'tests') });
  if (status !== 0) throw new Error(`npm ci: ${out}`);
}

async function openapi() {
  const bin = await build('build', 'src/clientele');
  await npm();
  const text = spawnSync(bin, ['openapi'], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (text.status !== 0) return { passed: 0, failed: 1, out: text.stderr };
  const file = join(LOGS, 'openapi.json');
  writeFileSync(file, text.stdout);
  return one(join(ROOT, 'tests/node_modules/.bin/redocly'), ['lint', '--config', 'tests/lib/redocly.yaml', file],
    { env: { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } });
}

/** Copies of what the program prints, kept for readers; `make docs` writes them. */
const PRINTED = { 'docs/openapi.json': ['openapi'], 'docs/clientele.1': ['man'],
  'docs/configuration.md': ['settings'] };
async function printed() {
  const bin = await build('build', 'src/clientele');
  return sum(Object.entries(PRINTED).map(([file, args]) => {
    const now = spawnSync(bin, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
    const kept = existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : null;
    const same = now.status === 0 && now.stdout === kept;
    return { passed: same ? 1 : 0, failed: same ? 0 : 1,
      out: same ? '' : `${file} is stale: make docs\n${now.stderr}` };
  }));
}

/** The pages: types against the OpenAPI that is kept, strict compiler, message files. */
async function web() {
  await build('build', 'src/clientele');
  return sum([await one('npm', ['run', '--silent', 'check'], { cwd: join(ROOT, 'web') }),
    await scenarios(readdirSync(join(ROOT, 'tests/web')).map((f) => `tests/web/${f}`), {}, { seconds: 60 })]);
}

/** The pages in Chromium, on both engines. */
async function browser() {
  const bin = await build('build', 'src/clientele');
  await npm();
  const files = folder('tests/browser');
  const results = [];
  // What a page looks like does not depend on the engine.
  const looks = /(look|office|pages|account)\.test\.mjs$/;
  for (const engine of ['sqlite', 'postgres']) {
    const some = engine === 'sqlite' ? files : files.filter((f) => !looks.test(f));
    results.push(await scenarios(some, { ENGINE: engine, CLIENTELE_BIN: bin }, { seconds: 900 }));
  }
  return sum(results);
}

const SUITES = {
  source: () => one('tools/check_source.py', []),
  format: () => one('clang-format-14', ['--dry-run', '-Werror', ...tracked('src/*.c', 'src/*.h', 'src/*.cc', 'tests/*.c')]),
  unit: () => unit('build'),
  'unit-sanitized': () => unit('build-asan'),
  'api-sqlite': () => api('sqlite'),
  'api-postgres': () => api('postgres'),
  threads,
  crash,
  fuzz: async () => (existsSync(join(ROOT, 'tests/fuzz/run')) ? one('tests/fuzz/run', ['10']) : null),
  openapi,
  printed,
  tidy,
  web,
  browser,
};
const CHECK = ['source', 'format', 'tidy', 'unit-sanitized', 'threads'];

async function pg() {
  postgres ??= startPostgres();
  return postgres;
}

async function main() {
  mkdirSync(LOGS, { recursive: true });
  const asked = process.argv.slice(2);
  const names = asked.length === 0 ? Object.keys(SUITES) : asked[0] === 'check' ? CHECK : asked;
  let passed = 0;
  let failed = 0;
  for (const name of names) {
    if (!SUITES[name]) throw new Error(`no suite ${name}: ${Object.keys(SUITES).join(' ')}`);
    const begin = Date.now();
    const r = await SUITES[name]().catch((e) => ({ passed: 0, failed: 1, out: e.stack }));
    if (r === null) continue;
    passed += r.passed;
    failed += r.failed;
    writeFileSync(join(LOGS, `${name}.log`), r.out);
    const took = ((Date.now() - begin) / 1000).toFixed(1);
    console.log(`${r.failed ? 'FAIL' : 'ok  '} ${name.padEnd(15)} ${r.passed} passed, ${r.failed} failed, ${took} s`);
    if (r.failed) console.log(tell(r.out) + `\n     all of it: build/test-logs/${name}.log`);
  }
  return { passed, failed };
}

/** What failed, with a few lines each, or else the end. */
function tell(out) {
  const lines = out.split('\n');
  const failed = lines.flatMap((l, i) => (/^\s*not ok \d|error:|^ERROR|ERROR: |WARNING: ThreadSan|^killed:/.test(l) ? [i] : []));
  const part = failed.length === 0 ? lines.slice(-30)
    : [...new Set(failed.slice(0, 12).flatMap((i) => [i, i + 1, i + 2, i + 3, i + 4]))].map((i) => lines[i] ?? '');
  return part.map((l) => `     ${l.slice(0, 200)}`).join('\n');
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    console.error(`stopped by ${signal}`);
    if (postgres) (await postgres).remove();
    process.exit(1);
  });
}
let result = { passed: 0, failed: 1 };
try {
  result = await main();
} catch (e) {
  console.error(e.message);
} finally {
  if (postgres) (await postgres).remove();
}
console.log(`${result.passed} passed, ${result.failed} failed`);
process.exit(result.failed ? 1 : 0);
