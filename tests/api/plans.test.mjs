// Query plans: no statement of the program reads a table from end to end that
// grows with the business. On a database with enough in it that the planner has
// a choice; of all statements, in the form in which they are prepared.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { catalogue } from '../lib/catalogue.mjs';
import { ENGINE, cliOk, freshStore } from './harness.mjs';

const PG = ENGINE === 'postgres';
const COMPANIES = 12;
const ROWS = 1500; // of a company, in each table that is filled here

/** Tables that grow with customers, orders and requests; others are small (stores, keys, transports …). */
const GROW = ['access_log', 'attempts', 'audit_log', 'customer_former_phones', 'customer_merges', 'customer_names', 'customer_tags',
  'customers', 'idempotency', 'messages', 'name_variants', 'one_time_codes', 'order_lines', 'order_payments', 'orders', 'outbox',
  'second_factors', 'sessions', 'user_tokens', 'users'];
/** Indexes of nothing but what waits: little, and read as a whole by the jobs that look for work. */
const WAITS = ['audit_log_unsealed', 'outbox_unnumbered', 'messages_waiting'];
/** Statements that may read one of them from end to end: none so far. */
const MAY = {};
/** What anybody may have run, signed in or not: each finds its rows by company and key. */
const PUBLIC = ['sign_in_by_email', 'sign_in_claimant_email', 'sign_in_owners_phone', 'sign_in_claimant_phone', 'sign_in_near_email',
  'sign_in_near_phone', 'sign_in_by_id', 'user_signed_in', 'session_lock', 'session_rotate', 'session_end', 'link_read', 'link_use',
  'links_void', 'sessions_end_of', 'attempts_read', 'attempts_lock', 'attempts_clear', 'claims_trim_email', 'claims_trim_phone',
  'email_owner', 'email_claimants', 'email_user_lock', 'email_own', 'identity_user_lock', 'identity_user_proved', 'identity_logins',
  'identity_last_seen', 'customer_logins_proved', 'customer_by_phone', 'customer_by_id', 'customer_lock', 'code_guess', 'code_use',
  'cap_read', 'idempotency_find', 'auth_user', 'own_customer', 'user_read', 'factor_lock'];

let store;
let statements;
const uuid = PG ? 'gen_random_uuid()' : 'randomblob(16)';
const blob = PG ? "decode(md5(random()::text), 'hex')" : 'randomblob(16)';
const at = PG ? "now() - s.i * interval '1 minute'" : '1790000000000000 - s.i * 60000000';
const later = PG ? "now() + interval '1 day'" : '1890000000000000';
const own = (text) => `'${text}' || s.i || '-' || ${PG ? 'substr(CAST(c.id AS text), 25)' : 'hex(c.id)'}`;

/** So many rows of each company; values may name s.i and c.id. */
function fill(table, columns, values, rows = ROWS) {
  const series = PG ? `SELECT i FROM generate_series(1, ${rows}) AS g(i)`
    : `WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < ${rows}) SELECT i FROM g`;
  store.sql(`INSERT INTO ${table} (company_id, ${columns}) SELECT c.id, ${values} FROM (${series}) AS s, companies c`);
}
/** One row of each of another table's rows. */
const fillOf = (from, table, columns, values, more = '') =>
  store.sql(`INSERT INTO ${table} (company_id, ${columns}) SELECT t.company_id, ${values} FROM ${from} t ${more}`);

before(async () => {
  store = await freshStore();
  cliOk(store, ['demo', '--json', '--companies', COMPANIES, '--customers', COMPANIES * ROWS, '--orders', COMPANIES * ROWS, '--seed', 1]);
  const login = 'id, name, password_hash, role, grants, denials, is_active, version, created_at, updated_at';
  const values = `${uuid}, 'A', 'x', 'CUSTOMER', 0, 0, TRUE, 1`;
  fill('users', `${login}, claimed_email, claimed_phone, is_phone_verified, is_email_verified`, `${values}, ${at}, ${at}, ${own('c')}, ${own('+91')}, FALSE, FALSE`);
  fillOf('customers', 'users', `${login}, email, phone, customer_id, link_evidence, is_phone_verified, is_email_verified`,
    `${values}, t.created_at, t.created_at, ${PG ? 'CAST(t.id AS text)' : 'hex(t.id)'}, t.phone, t.id, 'verified', TRUE, TRUE`);
  fillOf('users', 'sessions', 'id, user_id, generation, token_hash, created_at, used_at, expires_at', `${uuid}, t.id, 1, ${blob}, t.created_at, t.created_at, ${later}`);
  fillOf('users', 'user_tokens', 'token_hash, user_id, purpose, created_at, expires_at', `${blob}, t.id, 'reset', t.created_at, ${later}`);
  fillOf('users', 'second_factors', 'user_id, secret_sealed, last_step, created_at', `t.id, ${blob}, 0, t.created_at`, 'WHERE t.email IS NOT NULL');
  fillOf('customers', 'customer_former_phones', 'phone, customer_id, until', `'+93' || ${PG ? 'CAST(t.id AS text)' : 'hex(t.id)'}, t.id, t.created_at`);
  fillOf('customers', 'customer_merges', 'merged_id, survivor_id, merged_at', `${uuid}, t.id, t.created_at`);
  fill('attempts', 'kind, key_hash, count, window_until', `'login', ${blob}, 1, ${later}`);
  fill('one_time_codes', 'purpose, destination_hash, code_hash, tries, created_at, expires_at', `'sign-in', ${blob}, ${blob}, 0, ${at}, ${later}`);
  fill('audit_log', 'id, at, actor_kind, action, subject_id, request_id, status, seq', `${uuid}, ${at}, 'user', 'x', ${uuid}, ${uuid}, 200, 1000000 + s.i`);
  fill('outbox', 'id, type, subject_id, at, seq', `${uuid}, 'customer.created', ${uuid}, ${at}, 1000000 + s.i`);
  fill('access_log', 'id, at, reads', `${uuid}, ${at}, '[]'`);
  fill('idempotency', 'principal_id, scope, fingerprint, request_id, status, body, created_at', `${uuid}, ${blob}, ${blob}, ${uuid}, 200, '{}', ${at}`);
  fill('messages', 'id, channel, target_id, purpose, state, tries, next_at, created_at, ended_at', `${uuid}, 'SMS', ${uuid}, 'code', 'SENT', 1, ${at}, ${at}, ${at}`);
  if (PG) store.sql('VACUUM ANALYZE');
  statements = catalogue();
});
after(() => store?.remove());

/** Those of the tables that a plan reads from end to end; an index that is read without a bound is no better. */
function wholePostgres(plan) {
  const seen = [];
  plan.forEach((line, i) => {
    const scan = /(Seq Scan|Index Scan|Index Only Scan)(?: Backward)?(?: using (\w+))? on (\w+)|Bitmap Index Scan on (\w+)/.exec(line);
    if (!scan || WAITS.includes(scan[2] ?? scan[4])) return;
    const bounded = scan[1] !== 'Seq Scan' && plan.slice(i + 1, i + 3).some((l) => /Index Cond: .*\bcompany_id = /.test(l));
    if (!bounded) seen.push(scan[3] ?? scan[4]);
  });
  return seen;
}
function wholeSqlite(plan, sql) {
  const made = new Set(plan.map((l) => /(?:CO-ROUTINE|MATERIALIZE) (\S+)/.exec(l)?.[1]).filter(Boolean));
  return plan.filter((l) => !WAITS.includes(/ INDEX (\S+)/.exec(l)?.[1])).map((l) => /SCAN (\S+)/.exec(l)?.[1]).filter((name) => name && !made.has(name))
    .map((name) => (GROW.includes(name) ? name : new RegExp(`\\b(\\w+)\\s+(?:AS\\s+)?${name.replace(/\W/g, '\\$&')}\\b(?=\\s|,|\\)|$)`).exec(sql)?.[1]))
    .flatMap((name) => GROW.filter((t) => t === name));
}

const TYPES = { uuid: 'uuid', text: 'text', int: 'bigint', bool: 'boolean', time: 'timestamptz', date: 'date', json: 'jsonb', blob: 'bytea' };
function explain(all) {
  if (!PG) return all.map((s) => store.sql(`EXPLAIN QUERY PLAN ${s.sqlite}`).map((r) => r.join(' ')));
  // One session for all: the plan that serves any value, as a prepared statement's does.
  const list = (v) => (v.length ? `(${v.join(', ')})` : '');
  const text = all.map((s) => `PREPARE p${list(s.params.map((t) => TYPES[t]))} AS ${s.postgres}; SELECT '== ${s.name}'; `
    + `EXPLAIN (COSTS OFF) EXECUTE p${list(s.params.map(() => 'NULL'))}; DEALLOCATE p`).join('; ');
  const out = store.sql(`SET plan_cache_mode = force_generic_plan; ${text}`).map((r) => r.join(' '));
  return out.join('\n').split(/^== .*\n/m).slice(1).map((plan) => plan.split('\n'));
}
const whole = (plan, s) => (PG ? wholePostgres(plan).filter((t) => GROW.includes(t)) : wholeSqlite(plan, s.sqlite));

test('the tables that grow have rows', () => {
  for (const table of GROW) assert.ok(Number(store.sql(`SELECT count(*) FROM ${table}`)[0][0]) > 5000, table);
});

test('no statement reads a table from end to end that grows', () => {
  const plans = explain(statements);
  assert.equal(plans.length, statements.length);
  assert.ok(statements.length > 300, `only ${statements.length} statements`);
  const found = {};
  statements.forEach((s, i) => {
    const tables = whole(plans[i], s);
    if (tables.length) found[s.name] = [...new Set(tables)].sort();
  });
  assert.deepEqual(found, MAY);
});

test('what anybody may have run finds its rows by company and key', () => {
  const mine = PUBLIC.map((name) => {
    const s = statements.find((x) => x.name === name);
    assert.ok(s, `there is no statement ${name}`);
    return s;
  });
  explain(mine).forEach((plan, i) => {
    const text = plan.join('\n');
    const keys = PG ? plan.filter((l) => /Index Cond:/.test(l)) : plan.filter((l) => /SEARCH/.test(l));
    assert.ok(keys.length > 0, `${mine[i].name}\n${text}`);
    // company_id and at least one column more.
    for (const key of keys) assert.match(key, PG ? /company_id = .* AND / : /\(company_id=\? AND |\(id=\?\)/, `${mine[i].name}\n${text}`);
  });
});

test('the test sees what it is for: a statement without its index', () => {
  const bad = [{ name: 'by_name', params: ['text'], sqlite: 'SELECT u.id FROM users u WHERE u.name = ?1', postgres: 'SELECT u.id FROM users u WHERE u.name = $1' },
    { name: 'joined', params: ['uuid'], sqlite: 'SELECT o.id FROM customers c JOIN orders AS o ON o.notes = c.notes WHERE c.company_id = ?1 AND c.id = ?1',
      postgres: 'SELECT o.id FROM customers c JOIN orders AS o ON o.notes = c.notes WHERE c.company_id = $1 AND c.id = $1' }];
  assert.deepEqual(explain(bad).map((plan, i) => whole(plan, bad[i])), [['users'], ['orders']]);
});
