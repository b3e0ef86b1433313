// A receiver of webhooks, and what the scenarios around it need.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { expectOk, newPhone, start } from './harness.mjs';

/**
 * The server with private targets allowed, and a receiver that notes what is
 * posted and answers by path: [status, headers], or a function that says so.
 */
export async function startWithReceiver() {
  const got = [];
  const answers = new Map();
  const server = http.createServer((req, res) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8');
      got.push({ path: req.url, method: req.method, headers: req.headers, body, at: Date.now() });
      const answer = answers.get(req.url) ?? [200];
      const [status, headers = {}] = typeof answer === 'function' ? answer(req) : answer;
      res.writeHead(status, headers);
      res.end('noted');
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const receiver = { url: `http://127.0.0.1:${server.address().port}`, answers, at: (path) => got.filter((g) => g.path === path) };
  const s = await start({ settings: { 'allow-private-targets': true } });
  const admin = s.as('ADMIN');
  let paths = 0;
  return {
    s,
    admin,
    receiver,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await s.stop();
    },
    /** A webhook with a path of its own. */
    hook: async (body = {}) => {
      const path = `/hook-${++paths}`;
      const made = expectOk(await admin.post('/api/webhooks', { url: receiver.url + path, ...body }), 201);
      s.secrets.add(made.secret);
      return { ...made, path };
    },
    /** Switches one off, so that later events do not reach it. */
    quiet: async (w) => expectOk(await admin.patch(`/api/webhooks/${w.id}`, { isActive: false })),
    customer: async () => expectOk(await s.as('CASHIER').post('/api/customers',
      { name: 'Event', phone: newPhone(), createLogin: false }), 201).id,
    ping: async (w) => expectOk(await admin.post(`/api/webhooks/${w.id}/test`)).messageId,
    message: async (id) => expectOk(await admin.get(`/api/messages/${id}`)),
    read: async (w) => expectOk(await admin.get(`/api/webhooks/${w.id}`)),
    /** The whole feed. */
    feed: async () => {
      const all = [];
      for (let at = 0; ;) {
        const page = expectOk(await admin.get(`/api/events?limit=100&after=${at}`));
        if (page.length === 0) return all;
        all.push(...page);
        at = page.at(-1).seq;
      }
    },
    /** A moment as the engine's literal. */
    time: (ms) => (s.store.engine === 'sqlite' ? `${Math.round(ms * 1000)}` : `to_timestamp(${ms / 1000})`),
  };
}

/** As Standard Webhooks tells a receiver to verify. */
export function verifies(secret, { headers, body }) {
  const id = headers['webhook-id'];
  const at = headers['webhook-timestamp'];
  assert.ok(Math.abs(Date.now() / 1000 - Number(at)) < 300, `timestamp ${at}`);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return headers['webhook-signature'].split(' ').some((v) => v === `v1,${expected}`);
}
