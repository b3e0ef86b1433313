// Webhooks whose receiver fails, in every way that it can: what is tried again
// when, and when it is given up.
import assert from 'node:assert/strict';
import http from 'node:http';
import test, { after, before } from 'node:test';
import { expectOk, sleep, until } from './harness.mjs';
import { startWithReceiver, verifies } from './receiver.mjs';

let s, admin, receiver, stop, hook, quiet, customer, ping, message, read, feed, time;
before(async () => {
  ({ s, admin, receiver, stop, hook, quiet, customer, ping, message, read, feed, time } = await startWithReceiver());
});
after(() => stop());

test('after a failure it is tried again, with the same id, a new time and a new signature', async () => {
  const w = await hook();
  let n = 0;
  receiver.answers.set(w.path, () => [++n === 1 ? 500 : 204]);
  const id = await ping(w);
  const waiting = await until(async () => {
    const m = await message(id);
    return m.tries === 1 && m.lastStatus === 500 && m;
  });
  assert.equal(waiting.state, 'WAITING');
  assert.ok(waiting.lastError);
  assert.ok((await read(w)).failingSince);
  await until(async () => (await message(id)).state === 'SENT');
  const [first, second] = receiver.at(w.path);
  assert.equal(first.headers['webhook-id'], second.headers['webhook-id']);
  assert.ok(second.at - first.at > 3000, 'not at once');
  assert.notEqual(first.headers['webhook-timestamp'], second.headers['webhook-timestamp']);
  assert.ok(verifies(w.secret, first) && verifies(w.secret, second));
  assert.equal(first.body, second.body);
  assert.equal((await read(w)).failingSince, null);
  await quiet(w);
});

test('Retry-After is honoured; other statuses are tried again by the schedule', async () => {
  const w = await hook();
  const tried = async (answer, { least, most }) => {
    receiver.answers.set(w.path, answer);
    const id = await ping(w);
    const m = await until(async () => {
      const got = await message(id);
      return got.lastStatus && got;
    });
    assert.equal(m.state, 'WAITING');
    assert.equal(m.lastStatus, answer[0]);
    const wait = (Date.parse(m.nextAt) - Date.now()) / 1000;
    assert.ok(wait > least && wait <= most, `${answer[0]}: ${wait} s`);
  };
  await tried([429, { 'Retry-After': '120' }], { least: 110, most: 121 });
  await tried([503, { 'Retry-After': '300' }], { least: 290, most: 301 });
  await tried([503, { 'Retry-After': '99999999' }], { least: 3600, most: 6 * 3600 + 1 });
  for (const status of [400, 401, 404, 422, 500, 502, 504]) await tried([status], { least: 0, most: 6.1 });
  await quiet(w);
});

test('410: the webhook is switched off with a reason, and what waits for it is dead', async () => {
  const w = await hook();
  receiver.answers.set(w.path, [500]);
  const waiting = await ping(w);
  await until(async () => (await message(waiting)).lastStatus === 500);
  receiver.answers.set(w.path, [410]);
  const last = await ping(w);
  await until(async () => (await message(last)).state === 'DEAD');
  const off = await read(w);
  assert.equal(off.isActive, false);
  assert.match(off.disabledReason, /410/);
  const dead = await message(waiting);
  assert.equal(dead.state, 'DEAD');
  assert.match(dead.lastError, /410/);
  const n = receiver.at(w.path).length;
  await customer();
  await sleep(1200);
  assert.equal(receiver.at(w.path).length, n);
  const audit = expectOk(await admin.get(`/api/audit?subject=${w.id}`));
  assert.ok(audit.some((a) => a.action === 'webhook.disable' && a.actorKind === 'system'));
  receiver.answers.delete(w.path);
  const on = expectOk(await admin.patch(`/api/webhooks/${w.id}`, { isActive: true }));
  assert.equal(on.disabledReason, null);
  await ping(w);
  await until(() => receiver.at(w.path).length === n + 1);
  await quiet(w);
});

test('a redirect is a failure and is not followed', async () => {
  const w = await hook();
  for (const status of [301, 302, 303, 307, 308]) {
    receiver.answers.set(w.path, [status, { Location: `${receiver.url}/redirected` }]);
    const id = await ping(w);
    const m = await until(async () => {
      const got = await message(id);
      return got.lastStatus && got;
    });
    assert.equal(m.state, 'WAITING');
    assert.equal(m.lastStatus, status);
    assert.match(m.lastError, /redirect/);
  }
  assert.equal(receiver.at('/redirected').length, 0);
  await quiet(w);
});

/** The message's next try is the last one, and now. */
const lastTry = (id) => s.store.sql(`UPDATE messages SET tries = 9, next_at = ${time(Date.now() - 1000)} WHERE id = ${s.store.id(id)}`);

test('after the last try it is dead, in the list, and can be sent again by hand', async () => {
  const w = await hook();
  receiver.answers.set(w.path, [500]);
  const id = await ping(w);
  await until(async () => (await message(id)).lastStatus === 500);
  lastTry(id);
  await until(async () => (await message(id)).state === 'DEAD');
  const dead = expectOk(await admin.get('/api/messages?state=DEAD&channel=WEBHOOK&limit=100')).find((m) => m.id === id);
  assert.deepEqual([dead.tries, dead.lastStatus, dead.canRetry], [10, 500, true]);
  assert.equal((await read(w)).isActive, true);
  receiver.answers.delete(w.path);
  expectOk(await admin.post(`/api/messages/${id}/retry`));
  await until(async () => (await message(id)).state === 'SENT');
  await quiet(w);
});

test('days of nothing but failures switch it off', async () => {
  const w = await hook();
  receiver.answers.set(w.path, [500]);
  const id = await ping(w);
  await until(async () => (await read(w)).failingSince);
  s.store.sql(`UPDATE webhooks SET failing_since = ${time(Date.now() - 4.9 * 86400e3)} WHERE id = ${s.store.id(w.id)}`);
  lastTry(id);
  await until(async () => (await message(id)).state === 'DEAD');
  assert.equal((await read(w)).isActive, true, 'not yet');
  s.store.sql(`UPDATE webhooks SET failing_since = ${time(Date.now() - 5.1 * 86400e3)} WHERE id = ${s.store.id(w.id)}`);
  const again = await ping(w);
  await until(async () => (await message(again)).lastStatus === 500);
  assert.equal((await read(w)).isActive, true, 'not before a whole course of tries is over');
  lastTry(again);
  const off = await until(async () => !(await read(w)).isActive && read(w));
  assert.match(off.disabledReason, /five days/);
});

test('a receiver that is back gets at once what had been put off', async () => {
  const w = await hook();
  receiver.answers.set(w.path, [500]);
  const id = await ping(w);
  await until(async () => (await message(id)).lastStatus === 500);
  s.store.sql(`UPDATE messages SET tries = 5, next_at = ${time(Date.now() + 5 * 3600e3)} WHERE id = ${s.store.id(id)}`);
  receiver.answers.delete(w.path);
  await ping(w);
  await until(async () => (await message(id)).state === 'SENT');
  await quiet(w);
});

test('deleted or switched off: what waits is dead, and says why', async () => {
  for (const [end, reason] of [[(w) => admin.delete(`/api/webhooks/${w.id}`), /deleted/], [quiet, /switched off/]]) {
    const w = await hook();
    receiver.answers.set(w.path, [500]);
    const id = await ping(w);
    await until(async () => (await message(id)).lastStatus === 500);
    await end(w);
    const m = await message(id);
    assert.equal(m.state, 'DEAD');
    assert.match(m.lastError, reason);
  }
});

test('a receiver that never answers or says too much holds up nobody', async () => {
  const slow = await hook();
  const long = await hook();
  const quick = await hook();
  const stuck = http.createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((done) => stuck.once('listening', done));
  const endless = http.createServer((req, res) => {
    res.writeHead(200);
    const more = () => { while (!res.destroyed && res.write('x'.repeat(65536))); };
    res.on('drain', more);
    res.on('error', () => {});
    more();
  }).listen(0, '127.0.0.1');
  await new Promise((done) => endless.once('listening', done));
  expectOk(await admin.patch(`/api/webhooks/${slow.id}`, { url: `http://127.0.0.1:${stuck.address().port}/` }));
  expectOk(await admin.patch(`/api/webhooks/${long.id}`, { url: `http://127.0.0.1:${endless.address().port}/` }));
  for (let i = 0; i < 6; i++) await ping(slow);
  const big = await ping(long);
  const began = Date.now();
  await ping(quick);
  await until(() => receiver.at(quick.path).length === 1);
  assert.ok(Date.now() - began < 5000, 'the others do not wait');
  // It answered 200 before its endless body was cut off.
  await until(async () => (await message(big)).state === 'SENT');
  for (const w of [slow, long, quick]) await quiet(w);
  for (const server of [stuck, endless]) {
    server.closeAllConnections();
    server.close();
  }
});

test('killed at any moment: every event still arrives', async () => {
  const w = await hook({ events: ['customer.created'] });
  const ids = [];
  for (let i = 0; i < 40; i++) ids.push(await customer());
  await s.process.kill();
  await s.restart();
  await until(() => ids.every((id) => receiver.at(w.path).some((g) => JSON.parse(g.body).data.id === id)), { ms: 70000 });
  const seqs = new Set(receiver.at(w.path).map((g) => JSON.parse(g.body).seq));
  assert.ok(seqs.size >= ids.length);
  await quiet(w);
});

test('a receiver that is away has a bounded number waiting; the feed keeps the rest', async () => {
  const w = await hook({ events: ['customer.created'] });
  const row = `${s.store.id(s.a.id)}, 'WEBHOOK', ${s.store.id(w.id)}, 'x', 'WAITING', 1, ${time(Date.now() + 3600e3)}, ${time(Date.now())}`;
  const columns = 'INSERT INTO messages (id, company_id, channel, target_id, purpose, state, tries, next_at, created_at)';
  s.store.sql(s.store.engine === 'sqlite'
    ? `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) ${columns} SELECT randomblob(16), ${row} FROM n`
    : `${columns} SELECT gen_random_uuid(), ${row} FROM generate_series(1, 10000)`);
  const id = await customer();
  await until(async () => (await feed()).some((e) => e.subjectId === id));
  await sleep(1500); // three rounds of the job
  assert.equal((await read(w)).seq, w.seq, 'its place in the feed stays');
  assert.equal(receiver.at(w.path).length, 0);
  s.store.sql("DELETE FROM messages WHERE purpose = 'x'");
  await until(() => receiver.at(w.path).some((g) => JSON.parse(g.body).data.id === id));
  await quiet(w);
});
