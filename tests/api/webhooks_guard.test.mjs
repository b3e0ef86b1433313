// Webhooks that point at this machine or the network behind it (SSRF), with
// the setting as it is by default: nothing is ever called.
import assert from 'node:assert/strict';
import net from 'node:net';
import test, { after, before } from 'node:test';
import { expectError, expectOk, start, until } from './harness.mjs';

let s;
let admin;
const listener = { connections: 0 };
before(async () => {
  listener.server = net.createServer((socket) => {
    listener.connections++;
    socket.destroy();
  });
  await new Promise((done) => listener.server.listen(0, '::', done)); // IPv4 too
  listener.port = listener.server.address().port;
  s = await start();
  admin = s.as('ADMIN');
});
after(async () => {
  listener.server.close();
  await s.stop();
});

const SPELLINGS = ['127.0.0.1', '127.0.0.1.', '[::1]', '[::]', '0.0.0.0', '169.254.169.254', '10.0.0.1', '172.16.0.1',
  '192.168.1.1', '100.64.0.1', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[fe80::1]', '[fd00::1]',
  '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001::1]', '0x7f000001', '2130706433', '017700000001', '0177.0.0.1',
  '127.1', '0x7f.1', '%31%32%37.0.0.1', '127.0.0.1%00.example.com', '①②⑦.0.0.1', '[fe80::1%25lo]'];

test('addresses in any spelling, and anything but https, are refused when they are set', async () => {
  const made = expectOk(await admin.post('/api/webhooks', { url: 'https://hooks.invalid/x' }), 201);
  s.secrets.add(made.secret);
  for (const host of SPELLINGS) {
    for (const scheme of ['https', 'http']) {
      const url = `${scheme}://${host}:${listener.port}/x`;
      expectError(await admin.post('/api/webhooks', { url }), 400, 'invalid', 'url');
      expectError(await admin.patch(`/api/webhooks/${made.id}`, { url }), 400, 'invalid', 'url');
    }
  }
  for (const url of ['http://example.com/', 'ftp://example.com/', 'gopher://example.com/_x', 'file:///etc/passwd',
    'https://user:pass@example.com/', 'https://example.com:22/', 'dict://example.com:11211/stats']) {
    expectError(await admin.post('/api/webhooks', { url }), 400, 'invalid', 'url');
  }
  expectOk(await admin.delete(`/api/webhooks/${made.id}`));
});

/** A test delivery to wherever; what became of it. */
async function tried(id) {
  const { messageId } = expectOk(await admin.post(`/api/webhooks/${id}/test`));
  return until(async () => {
    const m = expectOk(await admin.get(`/api/messages/${messageId}`));
    return (m.state === 'DEAD' || m.lastError) && m;
  });
}

test('a name that resolves to this machine is not called', async () => {
  const made = expectOk(await admin.post('/api/webhooks', { url: `https://localhost:${listener.port}/x` }), 201);
  s.secrets.add(made.secret);
  const m = await tried(made.id);
  assert.equal(m.state, 'DEAD');
  assert.match(m.lastError, /private network/);
  assert.equal(listener.connections, 0);
});

test('what was stored when it was allowed, or got into the store otherwise, is not called either', async () => {
  const made = expectOk(await admin.post('/api/webhooks', { url: 'https://hooks.invalid/x' }), 201);
  s.secrets.add(made.secret);
  for (const host of [...SPELLINGS.filter((h) => !h.includes('①')), 'localhost', 'user@localhost', 'ip6-localhost']) {
    for (const scheme of ['http', 'https']) {
      s.store.sql(`UPDATE webhooks SET url = '${scheme}://${host}:${listener.port}/x' WHERE id = ${s.store.id(made.id)}`);
      const m = await tried(made.id);
      assert.ok(m.state === 'DEAD' || /resolved/.test(m.lastError), `${scheme}://${host}: ${JSON.stringify(m)}`);
    }
  }
  assert.equal(listener.connections, 0);
});
