// PostgreSQL goes away between sending a message and noting it: the result is
// kept until the store is back, and nothing is sent a second time.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startPostgres } from '../lib/postgres.mjs';
import { httpReceiver } from '../lib/receivers.mjs';
import { ENGINE, expectOk, sleep, start, until } from './harness.mjs';

test('what was sent is noted when the store is back', { skip: ENGINE !== 'postgres' && 'PostgreSQL only' }, async () => {
  const shared = process.env.CLIENTELE_TEST_PG;
  const pg = await startPostgres();
  process.env.CLIENTELE_TEST_PG = pg.url; // a server of its own, which may be stopped
  let s;
  let answer;
  const hook = await httpReceiver(() => new Promise((done) => { answer = done; }));
  try {
    s = await start({ settings: { 'allow-private-targets': true } });
    const admin = s.as('ADMIN');
    expectOk(await admin.put('/api/transports/SMS', { kind: 'WEBHOOK', url: hook.url }));
    const { id } = expectOk(await admin.post('/api/transports/SMS/test', { to: '9876543210' }), 201);
    await until(() => answer);
    pg.stop();
    answer({ status: 200 });
    await sleep(2500);
    await pg.restart();
    const sent = await until(async () => {
      const res = await admin.get(`/api/messages/${id}`);
      return res.status === 200 && res.json.data.state === 'SENT' && res.json.data;
    }, { ms: 30000 });
    assert.equal(sent.tries, 1);
    assert.equal(hook.requests.length, 1);
    const told = (what) => s.process.log.split('\n').filter((l) => l.includes(what)).length;
    const waits = told('messages wait for the store');
    assert.ok(waits >= 1 && waits <= 3 && told('messages go on') === waits, `told ${waits} times, not every second`);
  } finally {
    hook.close();
    await s?.stop();
    pg.remove();
    process.env.CLIENTELE_TEST_PG = shared ?? '';
  }
});
