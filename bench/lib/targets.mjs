// The programs under load: Clientele on both stores and the peer. Each is
// started once, told apart by `name`, and knows where its samples are.
import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, psql, sleep } from '../../tests/lib/postgres.mjs';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const BIN = process.env.CLIENTELE_BIN || join(ROOT, 'build/clientele');

export function clientele(args) {
  const begin = process.hrtime.bigint();
  const r = spawnSync(BIN, args.map(String), { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (r.status !== 0) throw new Error(`clientele ${args.join(' ')}: ${r.stderr || r.error}`);
  return { stdout: r.stdout, seconds: Number(process.hrtime.bigint() - begin) / 1e9 };
}

/** Rows of a store, as arrays of text. */
export function rowsOf(store, sql) {
  if (store.startsWith('postgresql:')) return psql(store, sql);
  const r = spawnSync('sqlite3', ['-batch', '-noheader', '-separator', '\t', store.slice('sqlite:'.length), sql],
    { encoding: 'utf8', maxBuffer: 1 << 30 });
  if (r.status !== 0) throw new Error(`sqlite3: ${r.stderr}`);
  return r.stdout.split('\n').filter(Boolean).map((l) => l.split('\t'));
}

/** serve: resolves when it answers; startMs is from the call to the first 200. */
export async function serveClientele(name, store, folder) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const begin = process.hrtime.bigint();
  const child = spawn(BIN, ['serve', '--store', store, '--listen', `127.0.0.1:${port}`, '--rate-limit-auth', '0',
    '--access-token', '24h', '--log-level', 'warn', '--key-file', join(folder, `${name}.keys`)], { stdio: ['ignore', 'ignore', 'inherit'] });
  await answers(`${url}/readyz`, child, 60000);
  return { name, kind: 'clientele', url, child, store, startMs: Number(process.hrtime.bigint() - begin) / 1e6 };
}

async function answers(url, child, ms) {
  for (const until = Date.now() + ms; Date.now() < until;) {
    if (child.exitCode !== null) throw new Error(`${url}: ended with ${child.exitCode}`);
    const ok = await fetch(url).then((r) => r.status < 500, () => false);
    if (ok) return;
    await sleep(2);
  }
  throw new Error(`${url}: no answer`);
}

/** The peer on its own tables in Clientele's PostgreSQL database. */
export async function servePeer(store, folder, company) {
  const peer = join(ROOT, 'bench/peer');
  const made = spawnSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', store, '-f', join(peer, 'schema.sql')],
    { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`peer: ${made.stderr}`);
  const { createSigner } = createRequire(join(peer, 'server.mjs'))('fast-jwt');
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  const keyFile = join(folder, 'peer.pem');
  writeFileSync(keyFile, pair.publicKey);
  const token = createSigner({ key: pair.privateKey, algorithm: 'ES256', expiresIn: 86400000 })(
    { sub: 'bench', role: 'ADMIN', company_id: company });
  const port = await freePort();
  const begin = process.hrtime.bigint();
  const child = spawn('node', [join(peer, 'server.mjs'), store, String(port), keyFile],
    { stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/api/customers/x`, child, 20000);
  return { name: 'peer', kind: 'peer', url, child, store, tokens: [token],
    startMs: Number(process.hrtime.bigint() - begin) / 1e6 };
}

/** Signs in as a company's admin. */
export async function signIn(target, company, user) {
  const res = await fetch(`${target.url}/api/auth/login`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: user.email, password: user.password, company: company.slug }) });
  const { data, message } = await res.json();
  if (!data) throw new Error(`sign-in: ${message}`);
  return data.accessToken;
}

/** Resident memory in MB: all of it, and what is not file pages. */
export function memory(pid) {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { resident: kb('VmRSS') / 1024, anonymous: kb('RssAnon') / 1024 };
}
/** With its children: the peer runs a process a core. */
export function memoryOfAll(child) {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' });
  const pids = [child.pid, ...stdout.split(/\s+/).filter(Boolean).map(Number)];
  return pids.map(memory).reduce((a, m) => ({ resident: a.resident + m.resident, anonymous: a.anonymous + m.anonymous }));
}

export async function end(target) {
  const ended = new Promise((done) => target.child.on('close', done));
  target.child.kill('SIGTERM');
  await ended;
}

const random = (n) => Math.floor(Math.random() * n);
/** "Asha Rao" → "asha r"; with a letter of the first name left out: "ash r". */
function partOf(name, typo) {
  const [first, ...rest] = name.split(' ');
  const at = 1 + random(Math.max(first.length - 1, 1));
  const front = typo && first.length > 3 ? first.slice(0, at) + first.slice(at + 1) : first;
  return `${front} ${(rest.at(-1) ?? '').slice(0, 1)}`.trim();
}

/**
 * What wrk reads for a target (see load.lua). people: [token number, id,
 * phone, name] of customers, orders: the same of those who have orders.
 */
export function writeSamples(folder, tokens, people, buyers) {
  mkdirSync(folder, { recursive: true });
  const put = (name, lines) => writeFileSync(join(folder, `${name}.txt`), lines.join('\n') + '\n');
  const search = (typo) => people.slice(0, 20000)
    .map(([t, , , name]) => `${t}\t/api/customers/search?limit=20&name=${encodeURIComponent(partOf(name, typo))}`);
  put('tokens', tokens);
  put('lookup', people.map(([t, , phone]) => `${t}\t/api/customers/phone/${encodeURIComponent(phone)}`));
  put('detail', buyers.map(([t, id]) => `${t}\t/api/customers/${id}`));
  put('search', search(false));
  put('search_typo', search(true));
  put('me', tokens.map((_, i) => `${i + 1}\t/api/auth/me`));
  put('create_customer', people.slice(0, 20000).map(([t, , , name], i) =>
    `${t}\t${name.split(' ')[0]} ${people.at(-1 - i)[3].split(' ').at(-1)}`.replaceAll(/["\\]/g, '')));
  put('create_order', people.map(([t, id]) => `${t}\t${id}`));
}

const wrkArgs = (target, load, folder, seconds, seed) => ['-t2', '-c32', `-d${seconds}s`, '--timeout', '30s', '-s',
  join(ROOT, 'bench/load.lua'), target.url, '--', load, folder, String(seed)];
function wrkFigures(said, target, load) {
  const line = /^RESULT (.*)$/m.exec(said);
  if (!line) throw new Error(`wrk ${load} ${target.name}: ${said}`);
  const out = JSON.parse(line[1]);
  return { rate: out.requests / out.seconds, ...out };
}

/** One round of wrk: rate, latencies in ms, and how many answers were not 2xx. */
export function wrk(target, load, ...rest) {
  const r = spawnSync('wrk', wrkArgs(target, load, ...rest), { encoding: 'utf8' });
  return wrkFigures(`${r.stdout}${r.stderr}`, target, load);
}

/** The same while this process does something else. */
export async function wrkBeside(target, load, ...rest) {
  const child = spawn('wrk', wrkArgs(target, load, ...rest), { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const out of [child.stdout, child.stderr]) out.setEncoding('utf8').on('data', (d) => (said += d));
  await new Promise((done) => child.on('close', done));
  return wrkFigures(said, target, load);
}
