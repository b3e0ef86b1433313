// A private PostgreSQL for tests and measurements: its own data folder under
// the temporary one, a free port, trust for everybody on this machine. Whoever
// starts it stops it; stopping removes the folder.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The newest server programs that Debian has installed. */
function programs() {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base) : [];
  const found = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((v) => join(base, v, 'bin'))
    .find((d) => existsSync(join(d, 'initdb')));
  if (!found) throw new Error('PostgreSQL is not installed: run tools/setup.sh test');
  return found;
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const s = createServer();
    s.once('error', reject);
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => resolve(port));
    });
  });
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** PostgreSQL refuses to run as root, so there it runs as its own user. */
function run(command, args) {
  const root = process.getuid() === 0;
  const r = root
    ? spawnSync('runuser', ['-u', 'postgres', '--', command, ...args], { cwd: '/', encoding: 'utf8' })
    : spawnSync(command, args, { encoding: 'utf8' });
  if (r.status !== 0) throw new Error(`${command}: ${r.stderr || r.stdout || r.error}`);
  return r.stdout;
}

/**
 * settings: further `name=value` of the server. fsync off is for tests that do
 * not kill; a crash test and a measurement keep it on.
 */
export async function startPostgres({ fsync = false, settings = [] } = {}) {
  const bin = programs();
  const folder = mkdtempSync(join(tmpdir(), 'clientele-pg-'));
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  if (process.getuid() === 0) spawnSync('chown', ['postgres', folder]);
  const port = await freePort();
  const options = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${folder}`,
    'max_connections=200', `fsync=${fsync ? 'on' : 'off'}`, 'log_min_messages=warning', ...settings];
  run(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8',
    '--locale=C.UTF-8', '--no-sync']);
  const log = join(folder, 'log');
  const pg = {
    port,
    log,
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    start() {
      const flags = options.map((o) => `-c ${o}`).join(' ');
      run(join(bin, 'pg_ctl'), ['-D', data, '-l', log, '-w', '-t', '60', '-o', flags, 'start']);
    },
    /** SIGQUIT-like end of the whole server, as a stopped machine would. */
    stop() {
      run(join(bin, 'pg_ctl'), ['-D', data, '-m', 'immediate', '-w', 'stop']);
    },
    pid() {
      return Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    },
    /** kill -9 of the postmaster; its children notice and end by themselves. */
    kill() {
      process.kill(this.pid(), 'SIGKILL');
    },
    /** After kill(): retried until the children have left the shared memory. */
    async restart() {
      for (let tries = 0; ; tries++) {
        try {
          return this.start();
        } catch (e) {
          if (tries === 50) throw e;
          await sleep(200);
        }
      }
    },
    remove() {
      try {
        this.stop();
      } catch {
        // it was stopped or killed before
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
  pg.start();
  return pg;
}

/** Runs SQL through psql; rows as arrays of text. */
export function psql(url, sql) {
  const r = spawnSync('psql', ['-X', '-q', '-A', '-t', '-F', '\t', '-v', 'ON_ERROR_STOP=1', '-d', url,
    '-c', sql], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (r.status !== 0) throw new Error(`psql: ${r.stderr || r.error}`);
  return r.stdout.split('\n').filter((l) => l !== '').map((l) => l.split('\t'));
}

let serial = 0;
/** A new, empty database beside the one of the URL; returns its URL. */
export function freshDatabase(url, name = `t_${process.pid}_${++serial}`) {
  psql(url, `CREATE DATABASE ${name} TEMPLATE template0`);
  const u = new URL(url);
  u.pathname = `/${name}`;
  return u.href;
}

export function dropDatabase(serverUrl, url) {
  psql(serverUrl, `DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
}
