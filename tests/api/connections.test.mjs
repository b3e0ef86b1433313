// Clients that are slow, half open or merely many: nobody else notices.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import net from 'node:net';
import test, { after, before } from 'node:test';
import { rawExchange, sleep, start } from './harness.mjs';

let s;
before(async () => {
  s = await start({ companies: 1, settings: { 'idle-timeout': '2s', deadline: '5s' } });
});
after(() => s.stop());

const healthy = async () => {
  const begin = Date.now();
  assert.equal((await s.as('CASHIER').get('/api/customers?limit=1')).status, 200);
  return Date.now() - begin;
};
const address = () => {
  const { hostname, port } = new URL(s.url);
  return [Number(port), hostname];
};
/** Resolves to the ms until the server closes, or null after `most`. */
function closes(socket, most) {
  const begin = Date.now();
  return new Promise((done) => {
    socket.on('close', () => done(Date.now() - begin));
    socket.on('error', () => {});
    socket.resume();
    setTimeout(() => done(null), most).unref();
  });
}

test('a client that never finishes its headers is dropped', async () => {
  const socket = net.connect(...address());
  socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ');
  const took = await closes(socket, 8000);
  assert.ok(took !== null && took < 8000, 'still open after 8 s');
});

test('a client that never finishes its body is dropped', async () => {
  const socket = net.connect(...address());
  socket.write('POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"e');
  const took = await closes(socket, 8000);
  assert.ok(took !== null && took < 8000, 'still open after 8 s');
});

test('a byte at a time does not hold anybody up', async () => {
  const text = 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  const socket = net.connect(...address());
  socket.setNoDelay(true);
  let answer = '';
  socket.on('data', (d) => (answer += d));
  for (const c of text) {
    socket.write(c);
    await sleep(10);
  }
  await closes(socket, 3000);
  assert.match(answer, /^HTTP\/1\.1 200/);
});

test('a client that leaves in the middle of its request', async () => {
  const token = await s.token('CASHIER');
  for (let i = 0; i < 50; i++) {
    await rawExchange(s.url, `GET /api/customers?limit=100 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`, { wait: 1 });
    await rawExchange(s.url, 'POST /api/customers HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{', { wait: 1 });
  }
  await healthy();
});

test('a client that does not read its answers', async () => {
  const token = await s.token('CASHIER');
  const one = `GET /api/customers?limit=100 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  const socket = net.connect(...address());
  socket.on('error', () => {});
  socket.pause();
  socket.write(one.repeat(2000));
  await sleep(500);
  assert.ok((await healthy()) < 2000);
  socket.destroy();
});

test('half-closed: the answer still comes', async () => {
  const answer = await rawExchange(s.url, 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', { end: true });
  assert.match(answer, /^HTTP\/1\.1 200/);
});

test('several requests in one write are answered in order', async () => {
  const get = (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
  const answer = await rawExchange(s.url, get('/healthz') + get('/api/nothing') + get('/healthz'), { wait: 1000 });
  assert.deepEqual([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map((m) => m[1]), ['200', '404', '200']);
});

test('10,000 idle connections', async (t) => {
  const limit = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }));
  const want = Math.min(10000, limit - 500);
  if (want < 10000) t.diagnostic(`only ${want} connections: ulimit -n is ${limit}`);
  await s.restart({ 'idle-timeout': '120s' });
  const sockets = [];
  for (let made = 0; made < want; made += 250) {
    await Promise.all(Array.from({ length: Math.min(250, want - made) }, () => new Promise((done, fail) => {
      const socket = net.connect(...address());
      socket.once('connect', () => done(sockets.push(socket)));
      socket.once('error', fail);
    })));
  }
  let dropped = 0;
  for (const socket of sockets) socket.on('close', () => dropped++).resume();
  await sleep(1000);
  assert.equal(dropped, 0, `${dropped} of ${want} were dropped`);
  for (let i = 0; i < 20; i++) assert.ok((await healthy()) < 1000, 'slow under idle connections');
  // They are alive: some of them ask.
  for (let i = 0; i < want; i += Math.ceil(want / 20)) {
    const socket = sockets[i];
    const answer = new Promise((done) => socket.once('data', (d) => done(d.toString())));
    socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.match(await answer, /^HTTP\/1\.1 200/);
  }
  for (const socket of sockets) socket.destroy();
});
