// Messages on their way out: transports, what is retried when, what is given
// up, and that nothing personal shows.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { expectError, expectOk, start, until } from './harness.mjs';

let s;
let admin;
before(async () => {
  s = await start({ settings: { 'messages-log': true } });
  admin = s.as('ADMIN');
});
after(() => s.stop());
const message = async (id) => expectOk(await admin.get(`/api/messages/${id}`));

test('without a transport, where that is allowed, messages are written to standard error', async () => {
  const sms = expectOk(await admin.post('/api/transports/SMS/test', { to: '98765 43210' }), 201);
  assert.equal(sms.purpose, 'test');
  const email = expectOk(await admin.post('/api/transports/EMAIL/test', { to: 'meera@example.com' }), 201);
  for (const { id } of [sms, email]) {
    const sent = await until(async () => (await message(id)).state === 'SENT' && message(id));
    assert.equal(sent.tries, 1);
    assert.equal(sent.nextAt, null);
    assert.equal(sent.canRetry, false);
  }
  assert.match(s.process.log, /DEVELOPMENT MESSAGE, SMS to \*\*\*10: .*this is a test message/);
  assert.match(s.process.log, /DEVELOPMENT MESSAGE, EMAIL to \*\*\*@example\.com: Test message \| /);
  for (const word of ['9876543210', 'meera']) assert.ok(!s.process.log.includes(word), word);
  const rows = s.store.sql('SELECT content_sealed FROM messages WHERE content_sealed IS NOT NULL');
  assert.equal(rows.length, 0, 'content goes once it is sent');
  expectError(await admin.post(`/api/messages/${sms.id}/retry`), 409, 'message_state');
});
