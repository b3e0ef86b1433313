-- Users, their sessions and one-time links, API keys.

-- row user_row (id: uuid, email: text?, name: text, phone: text?, role: text, grants: int, denials: int, store_id: uuid?, customer_id: uuid?, is_active: bool, has_password: bool, is_phone_verified: bool, is_email_verified: bool, last_login_at: time?, version: int, created_at: time, updated_at: time, claimed_email: text?, claimed_phone: text?, has_factor: bool)

-- user_read (company: uuid, id: uuid) -> one user_row
SELECT id, email, name, phone, role, grants, denials, store_id, customer_id, is_active,
    password_hash IS NOT NULL AS has_password, is_phone_verified, is_email_verified,
    last_login_at, version, created_at, updated_at, claimed_email, claimed_phone,
    EXISTS (SELECT 1 FROM second_factors f WHERE f.company_id = users.company_id
        AND f.user_id = users.id AND f.secret_sealed IS NOT NULL) AS has_factor
FROM users WHERE company_id = $1 AND id = $2;

-- user_lock (company: uuid, id: uuid) -> one user_row
SELECT id, email, name, phone, role, grants, denials, store_id, customer_id, is_active,
    password_hash IS NOT NULL AS has_password, is_phone_verified, is_email_verified,
    last_login_at, version, created_at, updated_at, claimed_email, claimed_phone,
    EXISTS (SELECT 1 FROM second_factors f WHERE f.company_id = users.company_id
        AND f.user_id = users.id AND f.secret_sealed IS NOT NULL) AS has_factor
FROM users WHERE company_id = $1 AND id = $2 /*for update*/;

-- user_by_email (company: uuid, email: text) -> one user_row
SELECT id, email, name, phone, role, grants, denials, store_id, customer_id, is_active,
    password_hash IS NOT NULL AS has_password, is_phone_verified, is_email_verified,
    last_login_at, version, created_at, updated_at, claimed_email, claimed_phone,
    EXISTS (SELECT 1 FROM second_factors f WHERE f.company_id = users.company_id
        AND f.user_id = users.id AND f.secret_sealed IS NOT NULL) AS has_factor
FROM users WHERE company_id = $1 AND email = $2;

-- In the order they were made. role, active (1 or 0) and pattern (of LIKE, lower
-- case) are filters; null: all.
-- users_page (company: uuid, after: uuid, role: text?, active: int?, pattern: text?, limit: int) -> many user_row
SELECT id, email, name, phone, role, grants, denials, store_id, customer_id, is_active,
    password_hash IS NOT NULL AS has_password, is_phone_verified, is_email_verified,
    last_login_at, version, created_at, updated_at, claimed_email, claimed_phone,
    EXISTS (SELECT 1 FROM second_factors f WHERE f.company_id = users.company_id
        AND f.user_id = users.id AND f.secret_sealed IS NOT NULL) AS has_factor
FROM users
WHERE company_id = $1 AND id > $2
    AND ($3 IS NULL OR role = $3)
    AND ($4 IS NULL OR is_active = ($4 = 1))
    AND ($5 IS NULL OR LOWER(name) LIKE $5 ESCAPE '!' OR email LIKE $5 ESCAPE '!'
        OR phone LIKE $5 ESCAPE '!' OR claimed_email LIKE $5 ESCAPE '!'
        OR claimed_phone LIKE $5 ESCAPE '!')
ORDER BY id LIMIT $6;

-- None when the e-mail is taken.
-- user_insert struct (company: uuid, id: uuid, email: text?, name: text, phone: text?, password_hash: text?, role: text, grants: int, denials: int, store_id: uuid?, customer_id: uuid?, is_email_verified: bool, batch_id: uuid?, now: time, link_evidence: text?) -> made
INSERT INTO users (company_id, id, email, name, phone, password_hash, role, grants, denials,
    store_id, customer_id, is_active, is_phone_verified, is_email_verified, batch_id, version,
    created_at, updated_at, link_evidence, linked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, TRUE, FALSE, $12, $13, 1, $14, $14, $15,
    CASE WHEN $15 IS NULL THEN NULL ELSE $14 END)
ON CONFLICT DO NOTHING;

-- user_update struct (company: uuid, id: uuid, email: text?, name: text, phone: text?, role: text, grants: int, denials: int, store_id: uuid?, is_active: bool, is_phone_verified: bool, is_email_verified: bool, now: time) -> count
UPDATE users SET email = $3, name = $4, phone = $5, role = $6, grants = $7, denials = $8,
    store_id = $9, is_active = $10, is_phone_verified = $11, is_email_verified = $12,
    version = version + 1, updated_at = $13
WHERE company_id = $1 AND id = $2;

-- user_set_password (company: uuid, id: uuid, hash: text?, now: time) -> count
UPDATE users SET password_hash = $3, version = version + 1, updated_at = $4
WHERE company_id = $1 AND id = $2;

-- The same password under a hash of ours, unless it was changed meanwhile. Not a
-- change of the record either.
-- user_rehash (company: uuid, id: uuid, hash: text, before: text) -> count
UPDATE users SET password_hash = $3 WHERE company_id = $1 AND id = $2 AND password_hash = $4;

-- Not a change of the record: neither version nor updated_at move.
-- user_signed_in (company: uuid, id: uuid, now: time) -> effect
UPDATE users SET last_login_at = $3 WHERE company_id = $1 AND id = $2;

-- Others who can look after users: active admins who were not denied it.
-- users_other_admins (company: uuid, id: uuid, manage_users: int) -> one (n: int)
SELECT COUNT(*) AS n FROM users
WHERE company_id = $1 AND id <> $2 AND role IN ('ADMIN', 'SUPER_ADMIN') AND is_active
    AND (denials & $3) = 0;

-- row sign_in_row (id: uuid, email: text?, password_hash: text?, version: int, may: bool)

-- What sign-in must know: the hash, and whether the user may sign in at all (a
-- login goes with its person).
-- sign_in_by_email (company: uuid, email: text) -> one sign_in_row
SELECT u.id, u.email, u.password_hash, u.version,
    u.is_active AND COALESCE(p.is_active, TRUE) AS may
FROM users u
LEFT JOIN customers p ON p.company_id = u.company_id AND p.id = u.customer_id
WHERE u.company_id = $1 AND u.email = $2;

-- Of those who say that the e-mail is theirs and have a password, the newest.
-- sign_in_claimant_email (company: uuid, email: text) -> one sign_in_row
SELECT u.id, u.email, u.password_hash, u.version,
    u.is_active AND COALESCE(p.is_active, TRUE) AS may
FROM users u
LEFT JOIN customers p ON p.company_id = u.company_id AND p.id = u.customer_id
WHERE u.company_id = $1 AND u.claimed_email = $2 AND u.password_hash IS NOT NULL
ORDER BY u.created_at DESC, u.id DESC LIMIT 1;

-- Those who proved the phone and have a password: the two who signed in last.
-- sign_in_owners_phone (company: uuid, phone: text) -> many sign_in_row
SELECT u.id, u.email, u.password_hash, u.version,
    u.is_active AND COALESCE(p.is_active, TRUE) AS may
FROM users u
LEFT JOIN customers p ON p.company_id = u.company_id AND p.id = u.customer_id
WHERE u.company_id = $1 AND u.phone = $2 AND u.is_phone_verified AND u.password_hash IS NOT NULL
ORDER BY COALESCE(u.last_login_at, u.created_at) DESC, u.id DESC LIMIT 2;

-- sign_in_claimant_phone (company: uuid, phone: text) -> one sign_in_row
SELECT u.id, u.email, u.password_hash, u.version,
    u.is_active AND COALESCE(p.is_active, TRUE) AS may
FROM users u
LEFT JOIN customers p ON p.company_id = u.company_id AND p.id = u.customer_id
WHERE u.company_id = $1 AND u.claimed_phone = $2 AND u.password_hash IS NOT NULL
ORDER BY u.created_at DESC, u.id DESC LIMIT 1;

-- The hash of whoever comes next: what an account that is not there costs.
-- sign_in_near_email (company: uuid, email: text) -> one (password_hash: text?)
SELECT password_hash FROM users WHERE company_id = $1 AND email > $2 ORDER BY email LIMIT 1;

-- sign_in_near_phone (company: uuid, phone: text) -> one (password_hash: text?)
SELECT password_hash FROM users WHERE company_id = $1 AND phone > $2 ORDER BY phone LIMIT 1;

-- sign_in_by_id (company: uuid, id: uuid) -> one sign_in_row
SELECT u.id, u.email, u.password_hash, u.version,
    u.is_active AND COALESCE(p.is_active, TRUE) AS may
FROM users u
LEFT JOIN customers p ON p.company_id = u.company_id AND p.id = u.customer_id
WHERE u.company_id = $1 AND u.id = $2;

-- row own_customer_row (id: uuid, name: text, phone: text?, email: text?, address: text?, area: text?)

-- The person that a login belongs to, as it sees itself.
-- own_customer (company: uuid, id: uuid) -> one own_customer_row
SELECT id, name, phone, email, address, area FROM customers WHERE company_id = $1 AND id = $2;

-- session_insert struct (company: uuid, id: uuid, user: uuid, hash: blob, now: time, expires_at: time) -> count
INSERT INTO sessions (company_id, id, user_id, generation, token_hash, created_at, used_at,
    expires_at)
VALUES ($1, $2, $3, 1, $4, $5, $5, $6);

-- session_lock (company: uuid, id: uuid) -> one (user_id: uuid, generation: int, token_hash: blob, expires_at: time, revoked_at: time?)
SELECT user_id, generation, token_hash, expires_at, revoked_at
FROM sessions WHERE company_id = $1 AND id = $2 /*for update*/;

-- session_opened (company: uuid, id: uuid) -> one (created_at: time)
SELECT created_at FROM sessions WHERE company_id = $1 AND id = $2;

-- session_rotate struct (company: uuid, id: uuid, generation: int, hash: blob, now: time, expires_at: time) -> count
UPDATE sessions SET generation = $3, token_hash = $4, used_at = $5, expires_at = $6
WHERE company_id = $1 AND id = $2;

-- session_end (company: uuid, id: uuid, now: time) -> count
UPDATE sessions SET revoked_at = $3 WHERE company_id = $1 AND id = $2 AND revoked_at IS NULL;

-- All of a user but one; nil: all.
-- sessions_end_of (company: uuid, user: uuid, but: uuid?, now: time) -> count
UPDATE sessions SET revoked_at = $4
WHERE company_id = $1 AND user_id = $2 AND revoked_at IS NULL AND ($3 IS NULL OR id <> $3);

-- row own_session_row (id: uuid, created_at: time, used_at: time, expires_at: time)

-- Where a user is signed in, what was used last first.
-- sessions_of (company: uuid, user: uuid, now: time, limit: int) -> many own_session_row
SELECT id, created_at, used_at, expires_at FROM sessions
WHERE company_id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > $3
ORDER BY used_at DESC, id DESC LIMIT $4;

-- One of one's own.
-- session_end_own (company: uuid, user: uuid, id: uuid, now: time) -> count
UPDATE sessions SET revoked_at = $4
WHERE company_id = $1 AND id = $3 AND user_id = $2 AND revoked_at IS NULL AND expires_at > $4;

-- link_insert struct (company: uuid, hash: blob, user: uuid, purpose: text, now: time, expires_at: time) -> count
INSERT INTO user_tokens (company_id, token_hash, user_id, purpose, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- A link that is still good, and what it is good for.
-- link_read (company: uuid, hash: blob, now: time) -> one (user_id: uuid, purpose: text)
SELECT user_id, purpose FROM user_tokens
WHERE company_id = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $3;

-- One, of any number at the same moment.
-- link_use (company: uuid, hash: blob, now: time) -> count
UPDATE user_tokens SET used_at = $3
WHERE company_id = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $3;

-- A new link, a set password or a deactivation makes the old ones void.
-- links_void (company: uuid, user: uuid, now: time) -> count
UPDATE user_tokens SET used_at = $3 WHERE company_id = $1 AND user_id = $2 AND used_at IS NULL;

-- row api_key_row (id: uuid, name: text, scopes: int, created_by_user_id: uuid?, expires_at: time?, revoked_at: time?, version: int, created_at: time, updated_at: time)

-- api_key_read (company: uuid, id: uuid) -> one api_key_row
SELECT id, name, scopes, created_by_user_id, expires_at, revoked_at, version, created_at, updated_at
FROM api_keys WHERE company_id = $1 AND id = $2;

-- In the order they were made. active: 1 or 0 (revoked or expired); null: all.
-- api_keys_page (company: uuid, after: uuid, active: int?, now: time, limit: int) -> many api_key_row
SELECT id, name, scopes, created_by_user_id, expires_at, revoked_at, version, created_at, updated_at
FROM api_keys
WHERE company_id = $1 AND id > $2
    AND ($3 IS NULL
        OR (revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $4)) = ($3 = 1))
ORDER BY id LIMIT $5;

-- api_key_insert struct (company: uuid, id: uuid, name: text, hash: blob, scopes: int, created_by: uuid?, expires_at: time?, now: time) -> count
INSERT INTO api_keys (company_id, id, name, secret_hash, scopes, created_by_user_id, expires_at,
    version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8);

-- api_key_revoke (company: uuid, id: uuid, now: time) -> count
UPDATE api_keys SET revoked_at = $3, version = version + 1, updated_at = $3
WHERE company_id = $1 AND id = $2 AND revoked_at IS NULL;
