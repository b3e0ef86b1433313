// Imports over HTTP: a file in parts, a dry run before it, verdicts, rejects,
// roll-back; the command's kinds behind another door.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { cliOk, expectOk, request, start } from './harness.mjs';

let s, admin;
before(async () => {
  s = await start();
  admin = s.as('ADMIN');
});
after(() => s.stop());

const open = async (kind, columns, more = {}, as = admin) =>
  expectOk(await as.post('/api/imports', { kind, fileName: `${kind}.csv`, columns, ...more }), 201);
const part = async (id, no, text, query = '', { role = 'ADMIN', company, type = 'text/csv' } = {}) =>
  request(s.url, 'PUT', `/api/imports/${id}/parts/${no}${query}`, {
    agent: s.agent, token: await s.token(role, company), body: text, headers: { 'Content-Type': type } });
const rejectsOf = async (id) => (await admin.get(`/api/imports/${id}/rejects`)).text;
const count = (table) => Number(s.store.sql(`SELECT count(*) FROM ${table} WHERE company_id = ${s.store.id(s.a.id)}`)[0][0]);
const counts = (b) => [b.created, b.matched, b.rejected];
const failed = (res, status, code) => {
  assert.equal(res.status, status, res.text);
  assert.equal(res.json.code, code, res.text);
};

const PEOPLE = ['CD-1,Ada Lovelace,,', 'CD-2,"Grace ""Amazing"" Hopper",9812300001,"12, Main\nStreet"', 'CD-3,Alan Turing,9812300002,'];
const COLUMNS = ['Customer ID', 'Full name', 'phone', 'address'];
const MAP = 'Customer ID=externalId,Full name=name';

test('a shop comes in by parts: people, then their orders', async () => {
  const people = await open('customers', COLUMNS, { map: MAP });
  assert.deepEqual(people.columns.map((c) => c.field), ['externalId', 'name', 'phone', 'address']);
  assert.deepEqual([people.state, people.nextPart, people.dryRun], ['running', 1, false]);
  const first = expectOk(await part(people.id, 1, `${PEOPLE[0]}\n${PEOPLE[1]}\n`));
  assert.deepEqual(first.rows, [{ row: 2, verdict: 'created' }, { row: 3, verdict: 'created' }]);
  assert.deepEqual([first.nextPart, first.repeated, ...counts(first)], [2, false, 2, 0, 0]);
  const last = expectOk(await part(people.id, 2, `\n${PEOPLE[2]}`, '?last=true'));
  assert.deepEqual(last.rows, [{ row: 5, verdict: 'created' }], 'a blank line counts as a row');
  assert.deepEqual([last.state, ...counts(last)], ['done', 3, 0, 0]);

  const grace = expectOk(await admin.get('/api/customers/phone/9812300001'));
  assert.deepEqual([grace.name, grace.externalId, grace.address], ['Grace "Amazing" Hopper', 'CD-2', '12, Main\nStreet']);

  const orders = await open('orders', ['externalId', 'customerExternalId', 'date', 'totalAmount', '-'], { delimiter: 'SEMICOLON' });
  const rows = expectOk(await part(orders.id, 1,
    'O-1;CD-2;2025-01-02;12.50;x\r\nO-2;CD-2;2025-02-02;7.50;\r\nO-3;CD-9;2025-02-02;7.50;\r\n', '?last=true'));
  assert.deepEqual(counts(rows), [2, 0, 1]);
  assert.deepEqual(rows.rows[2], { row: 4, verdict: 'rejected', field: 'customerExternalId', reason: 'there is no such customer' });
  const after_ = expectOk(await admin.get(`/api/customers/${grace.id}`));
  assert.deepEqual([after_.totalOrders, after_.totalSpent], [2, '20.00']);
  cliOk(s.store, ['doctor']);
});

test('a dry run tells the verdicts, doubles across parts too, and changes nothing', async () => {
  const was = [count('customers'), count('import_batches')];
  const dry = await open('customers', ['externalId', 'name', 'phone'], { dryRun: true });
  const one = expectOk(await part(dry.id, 1, 'D-1,One,9812300011\nCD-1,Ada,\nD-2,,9812300012\n'));
  assert.deepEqual(one.rows.map((r) => r.verdict), ['created', 'matched', 'rejected']);
  assert.equal(one.rows[2].field, 'name');
  const two = expectOk(await part(dry.id, 2, 'D-1,One,9812300011\nD-3,Two,9812300011\n', '?last=true'));
  assert.deepEqual(two.rows.map((r) => r.verdict), ['matched', 'rejected'], 'met in the part before');
  assert.deepEqual([two.state, ...counts(two)], ['done', 1, 2, 2]);
  assert.deepEqual([count('customers'), count('import_batches')], [was[0], was[1] + 1]);
  const list = expectOk(await admin.get('/api/imports'));
  assert.ok(!list.some((b) => b.id === dry.id), 'a dry run is no part of history');
  assert.match(await rejectsOf(dry.id), /^row,field,reason\r\n4,name,.+\r\n6,phone,belongs to a customer with another externalId\r\n$/);

  const real = await open('customers', ['externalId', 'name', 'phone']);
  expectOk(await part(real.id, 1, 'D-1,One,9812300011\nCD-1,Ada,\nD-2,,9812300012\n'));
  const end = expectOk(await part(real.id, 2, 'D-1,One,9812300011\nD-3,Two,9812300011\n', '?last=true'));
  assert.deepEqual(counts(end), counts(two), 'it becomes what was forecast');
});

test('a part sent twice, or ahead of its turn, changes nothing', async () => {
  const b = await open('customers', ['externalId', 'name']);
  expectOk(await part(b.id, 1, 'T-1,Tess\n'));
  const was = count('customers');
  const again = expectOk(await part(b.id, 1, 'T-1,Tess\nT-2,Tom\n'));
  assert.deepEqual([again.repeated, again.nextPart, again.rows, ...counts(again)], [true, 2, [], 1, 0, 0]);
  failed(await part(b.id, 3, 'T-3,Tim\n'), 409, 'part_order');
  assert.equal(count('customers'), was);
  const both = await Promise.all([1, 2, 3, 4].map(() => part(b.id, 2, 'T-4,Tina\n', '?last=true')));
  assert.deepEqual(both.map((r) => r.json.data.repeated).sort(), [false, true, true, true], 'at the same moment');
  assert.equal(count('customers'), was + 1);
  failed(await part(b.id, 3, 'T-5,Tad\n'), 409, 'import_ended');
});

test('rows of one part that name each other’s people, and orders that name them by every key', async () => {
  const known = expectOk(await admin.post('/api/customers', { name: 'Known by phone', phone: '9812300031' }), 201);
  const b = await open('customers', ['externalId', 'name', 'phone', 'id']);
  const rows = ['V-1,Known,9812300031,', 'V-2,Other,9812300031,', ',Phone alone,9812300031,', 'V-3,New,9812300032,',
    'V-3,New twice,9812300033,', ',New by phone,9812300032,', 'V-4,Taken phone,9812300032,', `,By id,,${known.id}`, 'V-5,"Quo""te \\ ü",9812300034,'];
  const first = expectOk(await part(b.id, 1, `${rows.join('\n')}\n`));
  assert.deepEqual(first.rows.map((r) => r.verdict), ['matched', 'rejected', 'matched', 'created', 'matched', 'matched', 'rejected', 'matched',
    'created']);
  assert.equal(expectOk(await admin.get(`/api/customers/${known.id}`)).externalId, 'V-1');
  const again = expectOk(await part(b.id, 2, `${rows.join('\n')}\n`, '?last=true'));
  assert.deepEqual(again.rows.map((r) => r.verdict), first.rows.map((r) => (r.verdict === 'created' ? 'matched' : r.verdict)));
  const dry = await open('customers', ['externalId', 'name', 'phone', 'id'], { dryRun: true });
  assert.deepEqual(expectOk(await part(dry.id, 1, `${rows.join('\n')}\n`)).rows, again.rows.map((r) => ({ ...r, row: r.row - 9 })), 'a dry run says the same');

  const mine = expectOk(await admin.post('/api/orders', { totalAmount: '3.00' }), 201);
  const columns = ['externalId', 'customerId', 'customerExternalId', 'customerPhone', 'date', 'totalAmount'];
  const orders = ['VO-1,,V-1,,2025-01-02,1.00', `VO-2,${known.id},,,2025-01-02,1.00`, 'VO-3,,,9812300031,2025-01-02,1.00', 'VO-1,,V-1,,2025-01-02,1.00',
    'VO-4,,V-nobody,,2025-01-02,1.00', 'VO-5,,,9812399999,2025-01-02,1.00', `${mine.orderNumber},,,,2025-01-02,3.00`, 'VO-6,,,,2025-01-02,1.00'];
  const verdicts = ['created', 'created', 'created', 'matched', 'rejected', 'rejected', 'matched', 'created'];
  const tried = await open('orders', columns, { dryRun: true });
  assert.deepEqual(expectOk(await part(tried.id, 1, `${orders.join('\n')}\n`)).rows.map((r) => r.verdict), verdicts);
  const real = await open('orders', columns);
  assert.deepEqual(expectOk(await part(real.id, 1, `${orders.join('\n')}\n`)).rows.map((r) => r.verdict), verdicts);
  assert.deepEqual(expectOk(await part(real.id, 2, `${orders.join('\n')}\n`)).rows.map((r) => r.verdict), verdicts.map((v) => (v === 'created' ? 'matched' : v)));
  assert.equal(expectOk(await admin.get(`/api/customers/${known.id}`)).totalOrders, 3);
  cliOk(s.store, ['doctor']);
});

test('an import that stopped is found again, goes on behind what was taken, or is closed as it is', async () => {
  const b = await open('customers', COLUMNS, { map: MAP, delimiter: 'SEMICOLON' });
  expectOk(await part(b.id, 1, 'U-1;"Una ""U"" Uno";;\n\nU-2;Ulf;;\n'));
  // The part is on its way when the service dies: it was taken, or it was not, but never by half.
  const rows = Array.from({ length: 800 }, (_, i) => `U-1${i};Uma ${i};;\n`).join('');
  const lost = part(b.id, 2, rows).catch(() => null);
  await s.process.kill();
  await lost;
  await s.restart();
  const running = expectOk(await admin.get('/api/imports?state=running&limit=100'));
  assert.ok(running.some((x) => x.id === b.id) && running.every((x) => x.state === 'running'));
  assert.ok(!expectOk(await admin.get('/api/imports?state=done&limit=100')).some((x) => x.id === b.id));
  const now = expectOk(await admin.get(`/api/imports/${b.id}`));
  assert.deepEqual(now.columns, COLUMNS.map((column, i) => ({ column, field: ['externalId', 'name', 'phone', 'address'][i] })));
  assert.equal(now.map, MAP);
  assert.ok([[2, 4], [3, 804]].some(([p, r]) => p === now.nextPart && r === now.lastRow), JSON.stringify(now));
  if (now.nextPart === 2) expectOk(await part(b.id, 2, rows));
  assert.equal(expectOk(await part(b.id, 2, rows)).repeated, true);
  const end = expectOk(await part(b.id, 3, '', '?last=true'));
  assert.deepEqual([end.state, end.lastRow, ...counts(end)], ['done', 804, 802, 0, 0]);
  failed(await part(b.id, 4, 'U-9;Udo;;\n'), 409, 'import_ended');
  assert.equal((await admin.get('/api/imports?state=nothing')).status, 400);
});

test('the header of an import is told as it was given', async () => {
  const odd = ['name', 'A "b" c', ';', '"', 'external id'];
  const b = await open('customers', odd, { delimiter: 'SEMICOLON' });
  assert.deepEqual(expectOk(await admin.get(`/api/imports/${b.id}`)).columns.map((c) => [c.column, c.field]),
    odd.map((c, i) => [c, ['name', null, null, null, 'externalId'][i]]));
  const lines = expectOk(await admin.post('/api/imports', { kind: 'customers', fileName: 'p.jsonl', format: 'jsonl', map: 'Naam=name' }), 201);
  const told = expectOk(await admin.get(`/api/imports/${lines.id}`));
  assert.deepEqual([told.columns, told.map], [[], 'Naam=name']);
});

test('a cut record is refused, and the part can be sent again', async () => {
  const b = await open('customers', ['externalId', 'name', 'notes']);
  failed(await part(b.id, 1, 'C-1,Cora,\nC-2,Ca'), 400, 'part_cut');
  failed(await part(b.id, 1, 'C-1,Cora,"two\nlines\n'), 400, 'part_cut');
  const { nextPart, created } = expectOk(await admin.get(`/api/imports/${b.id}`));
  assert.deepEqual([nextPart, created], [1, 0]);
  const forced = expectOk(await part(b.id, 1, 'C-1,Cora,\nC-2,Cal,"never\n', '?force=true'));
  assert.deepEqual(forced.rows.map((r) => [r.row, r.verdict, r.reason]),
    [[2, 'created', undefined], [3, 'rejected', 'a quote is not closed']]);
  expectOk(await part(b.id, 2, 'C-3,Cleo,', '?last=true'));
  assert.deepEqual(counts(expectOk(await admin.get(`/api/imports/${b.id}`))), [2, 0, 1]);
});

test('JSON Lines, with names of another system', async () => {
  const b = expectOk(await admin.post('/api/imports',
    { kind: 'customers', fileName: 'p.jsonl', format: 'jsonl', map: 'Naam=name' }), 201);
  const rows = [{ externalId: 'J-1', Naam: 'Jo', tags: ['a', 'b'] }, { externalId: 'J-2' }].map((o) => JSON.stringify(o));
  const end = expectOk(await part(b.id, 1, `${rows.join('\n')}\nnot json\n`, '?last=true', { type: 'application/x-ndjson' }));
  assert.deepEqual(end.rows.map((r) => [r.row, r.verdict, r.field]),
    [[1, 'created', undefined], [2, 'rejected', 'name'], [3, 'rejected', undefined]]);
});

test('what cannot be imported is refused with the field at fault', async () => {
  const post = (body) => admin.post('/api/imports', { kind: 'customers', fileName: 'x.csv', ...body });
  const at = async (body, field) => {
    const res = await post(body);
    assert.equal(res.status, 400, res.text);
    assert.ok(res.json.errors.some((e) => e.field.startsWith(field)), res.text);
  };
  await at({ columns: ['x', 'y'] }, 'columns');
  await at({ columns: ['name', 'NAME'] }, 'columns');
  await at({}, 'columns');
  await at({ columns: ['name'], format: 'jsonl' }, 'columns');
  await at({ columns: ['name'], map: 'x=nothing' }, 'map');
  await at({ columns: ['name'], kind: 'invoices' }, 'kind');
  await at({ columns: Array(129).fill('name') }, 'columns');

  const b = await open('customers', ['externalId', 'name']);
  failed(await part(b.id, 1, '{}', '', { type: 'application/json' }), 415, 'rows_media_type');
  failed(await part(b.id, 1, 'x'.repeat(1048577)), 413, 'too_large');
  const many = await part(b.id, 1, Array.from({ length: 2001 }, (_, i) => `M-${i},Many\n`).join(''));
  assert.deepEqual([many.status, many.json.errors[0].field], [400, 'body']);
  assert.equal((await part(b.id, 0, 'M-1,Many\n')).status, 400);
  const odd = expectOk(await part(b.id, 1, Buffer.from('M-1,\xff\xfe\nM-2,a\0b\nM-3,ok,more\n=cmd,=1+1\n', 'latin1')));
  assert.deepEqual(odd.rows.map((r) => r.verdict), ['rejected', 'rejected', 'rejected', 'created']);
  expectOk(await part(b.id, 2, '', '?last=true'));
  // A command's batch takes no parts.
  cliOk(s.store, ['import', 'customers', '-', '--company', s.a.slug], { input: 'externalId,name\nK-1,Kim\n' });
  const [latest] = expectOk(await admin.get('/api/imports?limit=1'));
  assert.deepEqual([latest.format, latest.created], [null, 1]);
  failed(await part(latest.id, 1, 'K-2,Kay\n'), 409, 'import_ended');
});

test('2,000 rows a part; the rejects are all there', async () => {
  const b = await open('customers', ['externalId', 'name']);
  const rows = Array.from({ length: 2000 }, (_, i) => (i % 2 ? `B-${i},Bea ${i}\n` : `B-${i},\n`)).join('');
  assert.deepEqual(counts(expectOk(await part(b.id, 1, rows, '?last=true'))), [1000, 0, 1000]);
  const lines = (await rejectsOf(b.id)).trimEnd().split('\r\n');
  assert.equal(lines.length, 1001);
  assert.deepEqual([lines[1].split(',')[0], lines[1000].split(',')[0]], ['2', '2000']);

  let step;
  const seen = [];
  do {
    step = expectOk(await admin.post(`/api/imports/${b.id}/rollback`));
    seen.push(step.removed);
  } while (step.state !== 'rolled back' && seen.length < 20);
  assert.deepEqual(seen.slice(0, 5), [200, 400, 600, 800, 1000]);
  assert.equal(step.state, 'rolled back');
});

test('roll-back restores, and names what stays', async () => {
  const was = count('customers');
  const b = await open('customers', ['externalId', 'name', 'phone']);
  expectOk(await part(b.id, 1, 'R-1,Rita,9812300021\nR-2,Rob,9812300022\nR-3,Ron,9812300023\n'));
  const rita = expectOk(await admin.get('/api/customers/phone/9812300021'));
  expectOk(await admin.post('/api/orders', { customerId: rita.id, totalAmount: '5.00' }), 201);
  const back = expectOk(await admin.post(`/api/imports/${b.id}/rollback`));
  assert.deepEqual([back.state, back.removed, back.kept, back.stays], ['rolled back', 2, 1, [{ id: rita.id, reason: 'has orders' }]]);
  assert.equal(count('customers'), was + 1);
  failed(await part(b.id, 2, 'R-4,Rex,\n'), 409, 'import_ended');
  const twice = expectOk(await admin.post(`/api/imports/${b.id}/rollback`));
  assert.deepEqual([twice.removed, twice.kept], [2, 1], 'looked at again, the same');
  cliOk(s.store, ['doctor']);
});

test('logins: only with the right to make them, and no more rights than one has', async () => {
  const key = async (scopes) => {
    const made = expectOk(await admin.post('/api/api-keys', { name: scopes.join(), scopes }), 201);
    const token = Object.values(made).find((v) => typeof v === 'string' && v.length > 40);
    s.secrets.add(token);
    return (method, path, body, headers) => request(s.url, method, path, { token, body, headers });
  };
  const settings = await key(['MANAGE_COMPANY']);
  const logins = await key(['MANAGE_COMPANY', 'MANAGE_USERS']);
  assert.equal((await settings('POST', '/api/imports', { kind: 'users', fileName: 'u.csv', columns: ['email', 'name'] })).status, 403);
  assert.equal((await settings('POST', '/api/imports', { kind: 'customers', fileName: 'u.csv', columns: ['name'] })).status, 201);
  const b = await open('users', ['email', 'name', 'role']);
  const { rows } = expectOk(await part(b.id, 1, 'new@example.com,New,CASHIER\nroot@example.com,Root,SUPER_ADMIN\n'));
  assert.deepEqual(rows.map((r) => r.verdict), ['created', 'rejected']);
  // A part goes by the rights of who sends it, not of who opened the import.
  const csv = { 'Content-Type': 'text/csv' };
  assert.equal((await settings('PUT', `/api/imports/${b.id}/parts/2`, 'boss@example.com,Boss,ADMIN\n', csv)).status, 403);
  const more = expectOk(await logins('PUT', `/api/imports/${b.id}/parts/2`, 'boss@example.com,Boss,ADMIN\n', csv));
  assert.deepEqual(more.rows.map((r) => [r.verdict, r.field]), [['rejected', 'role']]);
  assert.equal((await settings('POST', `/api/imports/${b.id}/rollback`)).status, 403);
  assert.equal(expectOk(await logins('POST', `/api/imports/${b.id}/rollback`)).removed, 1);
});

test('rights, and another company’s import', async () => {
  const b = await open('customers', ['externalId', 'name']);
  expectOk(await part(b.id, 1, 'X-1,Xena\n'));
  for (const role of ['MANAGER', 'CASHIER', 'CUSTOMER']) {
    assert.equal((await part(b.id, 2, 'X-2,Xe\n', '', { role })).status, 403);
    assert.equal((await s.as(role).get('/api/imports')).status, 403);
  }
  const other = s.as('ADMIN', s.b);
  assert.equal((await part(b.id, 2, 'X-2,Xe\n', '', { company: s.b })).status, 404);
  for (const path of ['', '/rejects']) assert.equal((await other.get(`/api/imports/${b.id}${path}`)).status, 404);
  assert.equal((await other.post(`/api/imports/${b.id}/rollback`)).status, 404);
  assert.ok(!expectOk(await other.get('/api/imports')).some((x) => x.id === b.id));
  assert.equal(expectOk(await admin.get(`/api/imports/${b.id}`)).nextPart, 2);
  const actions = expectOk(await admin.get(`/api/audit?subject=${b.id}`)).map((a) => a.action).sort();
  assert.deepEqual(actions, ['import.open', 'import.part']);
});
