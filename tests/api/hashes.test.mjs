// Passwords that another system has hashed: they let people in as before, and
// are hashed anew by the first right sign-in.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { expectError, expectOk, start } from './harness.mjs';

// Of the authors of crypt_blowfish and of Argon2, whose passwords are known.
const PEOPLE = [
  { email: 'bcrypt-a@example.com', password: 'U*U*', hash: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK' },
  { email: 'argon2id@example.com', password: 'password', hash: '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc' },
  { email: 'argon2i@example.com', password: 'password', hash: '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA' },
];
const OURS = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;
let s;
before(async () => { s = await start({ companies: 1 }); });
after(() => s.stop());

const file = (rows) => {
  const path = join(s.store.folder, 'users.csv');
  writeFileSync(path, ['email,name,passwordHash', ...rows.map((r) => `${r.email},N,"${r.hash}"`)].join('\n'));
  return path;
};
const row = (email) => s.store.sql(`SELECT password_hash, version, CAST(updated_at AS text) FROM users WHERE email = '${email}'`)[0];
const login = (email, password) => s.api('POST', '/api/auth/login', { body: { email, password, company: s.a.slug } });

test('a foreign hash lets in, and gives way to one of ours', async () => {
  const r = s.cli(['import', 'users', file(PEOPLE)]);
  assert.equal(r.status, 0, r.stderr + r.stdout);
  for (const { email, password, hash } of PEOPLE) {
    assert.equal(row(email)[0], hash);
    const [, version, updated] = row(email);
    expectError(await login(email, `${password}x`), 401, 'bad_credentials');
    assert.equal(row(email)[0], hash, 'a wrong password changed the hash');
    const first = expectOk(await login(email, password));
    assert.equal(first.user.email, email);
    const [made, ...rest] = row(email);
    assert.match(made, OURS);
    assert.deepEqual(rest, [version, updated], 'not a change of the record');
    expectError(await login(email, `${password}x`), 401, 'bad_credentials');
    expectOk(await login(email, password));
    assert.equal(row(email)[0], made, 'hashed anew without a reason');
    // The session of the first sign-in lives on.
    expectOk(await s.api('POST', '/api/auth/refresh', { body: { refreshToken: first.refreshToken } }));
  }
});

test('right sign-ins at the same moment all come in', async () => {
  const email = 'twice@example.com';
  assert.equal(s.cli(['import', 'users', file([{ ...PEOPLE[0], email }])]).status, 0);
  const both = await Promise.all([1, 2, 3, 4].map(() => login(email, PEOPLE[0].password)));
  // One of them makes the hash anew; those that were checked against the old one are right as well.
  for (const b of both) expectOk(b);
  expectOk(await login(email, PEOPLE[0].password));
  assert.match(row(email)[0], OURS);
});

test('hashes that nobody could check, or only at great cost, are refused', () => {
  const salted = 'CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK';
  const bad = [`$2b$15$${salted}`, `$2x$05$${salted}`, '$2b$05$short', '5f4dcc3b5aa765d61d8327deb882cf99',
    '$argon2id$v=19$m=4000000,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2d$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'];
  const path = file(bad.map((hash, i) => ({ email: `bad${i}@example.com`, hash })));
  const r = s.cli(['import', 'users', path, '--json', '--rejects', join(s.store.folder, 'rejects.csv')]);
  assert.equal(r.status, 1);
  const { created, rejected } = JSON.parse(r.stdout);
  assert.deepEqual([created, rejected], [0, bad.length]);
});

test('an unknown account is answered like a known one whose hash is foreign', async () => {
  assert.equal(s.cli(['import', 'users', file([{ ...PEOPLE[0], email: 'zz-known@example.com' }])]).status, 0);
  const known = await login('zz-known@example.com', 'wrong password');
  const unknown = await login('zz-unknown@example.com', 'wrong password');
  const strip = (r) => ({ ...expectError(r, 401, 'bad_credentials'), requestId: null });
  assert.deepEqual(strip(known), strip(unknown));
  // What is checked in the place of an account never opens one.
  expectError(await login('zz-a@example.com', PEOPLE[0].password), 401, 'bad_credentials');
});
