// Builds the data, runs every load on every target in interleaved rounds, and
// writes bench/results.json and bench/results.md. See bench/README.md.
import { spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, freshDatabase } from '../../tests/lib/postgres.mjs';
import { signInPart } from './signin.mjs';
import { machine, median, summary, write } from './report.mjs';
import { ROOT, clientele, end, memoryOfAll, rowsOf, serveClientele, servePeer, signIn, writeSamples, wrk } from './targets.mjs';

const options = { rounds: 3, seconds: 8, customers: 1000000, orders: 500000, only: '', part: 'loads,tenants,start,signin,import' };
for (let i = 2; i < process.argv.length; i += 2) {
  const name = process.argv[i].replace(/^--/, '');
  if (!(name in options) || process.argv[i + 1] === undefined) throw new Error(`unknown option ${process.argv[i]}`);
  options[name] = typeof options[name] === 'number' ? Number(process.argv[i + 1]) : process.argv[i + 1];
}
const LOADS = ['lookup', 'detail', 'search', 'search_typo', 'create_customer', 'create_order']
  .filter((l) => !options.only || options.only.split(',').includes(l));
const parts = new Set(options.part.split(','));
const folder = mkdtempSync(join(process.env.BENCH_DIR || tmpdir(), 'clientele-bench-'));
const say = (text) => process.stderr.write(`bench: ${text}\n`);
const results = { at: new Date().toISOString(), machine: machine(), data: { ...options } };
const running = new Set();
let pg = null;

function prepare() {
  const run = (command, args, cwd = ROOT) => {
    const r = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2] });
    if (r.status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
  };
  if (!process.env.CLIENTELE_BIN) run('make', ['--no-print-directory', 'build']);
  const peer = join(ROOT, 'bench/peer');
  if (parts.has('loads') && !existsSync(join(peer, 'node_modules'))) run('npm', ['ci', '--ignore-scripts', '--silent'], peer);
}

/** demo data in a store; companies as `--json` tells them. */
function fill(store, companies) {
  say(`filling ${store.split(':')[0]} with ${options.customers} customers in ${companies} companies`);
  const { stdout, seconds } = clientele(['demo', '--store', store, '--json', '--customers', options.customers,
    '--orders', options.orders, '--companies', companies, '--seed', 7]);
  const made = JSON.parse(stdout);
  return { made, seconds };
}

const dashed = (h) => h.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** 100,000 people and 50,000 buyers of one company, or of all. */
function sample(store, tokenOf) {
  const sqlite = store.startsWith('sqlite:');
  const id = (c) => (sqlite ? `lower(hex(${c}))` : `replace(CAST(${c} AS text), '-', '')`);
  const sql = (where, most) => `SELECT ${id('company_id')}, ${id('id')}, phone, name FROM customers
    WHERE phone IS NOT NULL AND ${where} ORDER BY random() LIMIT ${most}`;
  const rows = (where, most) => rowsOf(store, sql(where, most))
    .map(([c, i, phone, name]) => [tokenOf(dashed(c)), dashed(i), phone, name]).filter(([t]) => t > 0);
  return [rows('is_active', 100000), rows('order_count > 0', 50000)];
}

async function started(promise) {
  const target = await promise;
  running.add(target);
  return target;
}

/** Every load, every target in turn, every round: [load][target] → figures. */
function measure(targets, loads, seedBase) {
  const out = {};
  let seed = seedBase;
  for (const load of loads) {
    const rounds = Object.fromEntries(targets.map((t) => [t.name, []]));
    for (let round = 0; round < options.rounds; round++) {
      for (const t of targets) {
        if (load === 'search_typo' && t.kind === 'peer') continue; // it knows no typos
        rounds[t.name].push(wrk(t, load, join(folder, t.name), options.seconds, ++seed));
        const last = rounds[t.name].at(-1);
        say(`${load} ${t.name}: ${Math.round(last.rate)}/s, p99 ${last.p99.toFixed(1)} ms`
          + (last.refused + last.broken ? `, ${last.refused} refused, ${last.broken} broken` : ''));
      }
    }
    out[load] = Object.fromEntries(targets.filter((t) => rounds[t.name].length).map((t) => [t.name, summary(rounds[t.name])]));
  }
  return out;
}

async function oneCompany() {
  const stores = { sqlite: `sqlite:${join(folder, 'one.db')}`, postgres: freshDatabase(pg.url, 'bench') };
  results.fill = {};
  const targets = [];
  for (const [name, store] of Object.entries(stores)) {
    const { made, seconds } = fill(store, 1);
    results.fill[name] = seconds;
    const t = await started(serveClientele(name, store, folder));
    t.tokens = [await signIn(t, made.company, made.users.find((u) => u.role === 'ADMIN'))];
    const [people, buyers] = sample(store, () => 1);
    writeSamples(join(folder, name), t.tokens, people, buyers);
    targets.push(t);
    if (name === 'postgres') {
      say('the same for the peer');
      const peer = await started(servePeer(store, folder, made.company.id));
      writeSamples(join(folder, 'peer'), peer.tokens, people, buyers);
      targets.push(peer);
    }
  }
  results.loads = measure(targets, LOADS, 0);
  results.memory = Object.fromEntries(targets.map((t) => [t.name, memoryOfAll(t.child)]));
  for (const t of targets) await stop(t);
  if (parts.has('start')) await startTime(stores.sqlite);
}

async function signIns() {
  const store = `sqlite:${join(folder, 'signin.db')}`;
  const { made } = fill(store, 1);
  const t = await started(serveClientele('sqlite', store, folder));
  results.signin = await signInPart(t, made, sample(store, () => 1)[0], join(folder, 'sqlite'),
    { rounds: options.rounds, seconds: options.seconds, rate: 200, say });
  await stop(t);
}

async function stop(t) {
  running.delete(t);
  await end(t);
}

async function startTime(store) {
  const times = [];
  for (let i = 0; i < 5; i++) {
    const t = await started(serveClientele('sqlite', store, folder));
    times.push(t.startMs / 1000);
    await stop(t);
  }
  results.start = { seconds: median(times), all: times };
  say(`start: ${(results.start.seconds * 1000).toFixed(0)} ms`);
}

async function thousandCompanies() {
  const store = `sqlite:${join(folder, 'many.db')}`;
  const { made } = fill(store, 1000);
  const t = await started(serveClientele('sqlite', store, folder));
  const number = new Map();
  t.tokens = [];
  // The users of all demo companies are the same but for their company.
  for (const [hex, slug] of rowsOf(store, 'SELECT lower(hex(id)), slug FROM companies ORDER BY random() LIMIT 100')) {
    t.tokens.push(await signIn(t, { slug }, made.users.find((u) => u.role === 'ADMIN')));
    number.set(dashed(hex), t.tokens.length);
  }
  say(`signed in to ${t.tokens.length} of the companies`);
  writeSamples(join(folder, 'sqlite'), t.tokens, ...sample(store, (c) => number.get(c) ?? 0));
  results.tenants = measure([t], LOADS, 50);
  await stop(t);
}

/** Files like those of another system, written by a generator of our own. */
async function csv(name, header, n, line) {
  const file = join(folder, name);
  const out = createWriteStream(file);
  out.write(`${header}\n`);
  for (let i = 0; i < n; i += 10000) {
    let text = '';
    for (let j = i; j < Math.min(n, i + 10000); j++) text += `${line(j)}\n`;
    if (!out.write(text)) await new Promise((done) => out.once('drain', done));
  }
  await new Promise((done) => out.end(done));
  return file;
}

const FIRST = 'Asha Ravi Meera John Maria Lena Arjun Priya Kiran Peter Anna Sofia Rahul Nisha Vikram Emma'.split(' ');
const LAST = 'Rao Sharma Patel Smith Jones Garcia Müller Rossi Iyer Das Khan Brown Novak Silva Mehta Roy'.split(' ');

async function imports() {
  const n = options.customers;
  const store = `sqlite:${join(folder, 'import.db')}`;
  clientele(['demo', '--store', store, '--json', '--customers', 1, '--orders', 0]);
  const customers = await csv('customers.csv', 'externalId,name,phone,email', n, (i) =>
    `C${i},${FIRST[i % 16]} ${LAST[(i >> 4) % 16]}${i % 997},+91${7000000000 + i},c${i}@example.com`);
  const orders = await csv('orders.csv', 'externalId,customerExternalId,totalAmount,createdAt', n, (i) =>
    `O${i},C${(i * 7919) % n},${((i % 90000) / 100 + 1).toFixed(2)},${new Date(1700000000000 + i * 30000).toISOString()}`);
  say('importing');
  const a = clientele(['import', 'customers', customers, '--store', store, '--json']);
  const b = clientele(['import', 'orders', orders, '--store', store, '--json']);
  results.import = { customers: n, customersSeconds: a.seconds, orders: n, ordersSeconds: b.seconds,
    said: [JSON.parse(a.stdout), JSON.parse(b.stdout)] };
  say(`import: ${a.seconds.toFixed(1)} s and ${b.seconds.toFixed(1)} s`);
}

try {
  prepare();
  if (parts.has('loads')) {
    pg = await startPostgres({ fsync: true, settings: ['shared_buffers=512MB', 'max_wal_size=4GB'] });
    await oneCompany();
  }
  if (parts.has('tenants')) await thousandCompanies();
  if (parts.has('signin')) await signIns();
  if (parts.has('import')) await imports();
  console.log(write(results, join(ROOT, 'bench')));
} finally {
  for (const t of running) t.child.kill('SIGKILL');
  pg?.remove();
  rmSync(folder, { recursive: true, force: true });
}
