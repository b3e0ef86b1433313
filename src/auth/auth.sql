-- row auth_user_row (role: text, grants: int, denials: int, store_id: uuid?, customer_id: uuid?, is_active: bool, factor_missing: bool)

-- What a user may do now: none when there is no such user or the session has
-- ended. A login goes with its person and its company. An admin may nothing
-- until the second factor is there that the company requires.
-- auth_user (company: uuid, user: uuid, session: uuid) -> one auth_user_row
SELECT u.role, u.grants, u.denials, u.store_id, u.customer_id,
    u.is_active AND c.is_active AND COALESCE(p.is_active, TRUE) AS is_active,
    c.require_second_factor AND u.role IN ('ADMIN', 'SUPER_ADMIN') AND NOT EXISTS (
        SELECT 1 FROM second_factors f
        WHERE f.company_id = u.company_id AND f.user_id = u.id AND f.secret_sealed IS NOT NULL)
        AS factor_missing
FROM users u
JOIN companies c ON c.id = u.company_id
JOIN sessions s ON s.company_id = u.company_id AND s.user_id = u.id
LEFT JOIN customers p ON p.company_id = u.company_id AND p.id = u.customer_id
WHERE u.company_id = $1 AND u.id = $2 AND s.id = $3 AND s.revoked_at IS NULL;

-- row auth_key_row (secret_hash: blob, scopes: int, expires_at: time?, is_active: bool)

-- What an API key may do now.
-- auth_key (company: uuid, key: uuid) -> one auth_key_row
SELECT k.secret_hash, k.scopes, k.expires_at,
    c.is_active AND k.revoked_at IS NULL AS is_active
FROM api_keys k
JOIN companies c ON c.id = k.company_id
WHERE k.company_id = $1 AND k.id = $2;

-- row attempts_row (count: int, window_until: time)

-- attempts_read (company: uuid, kind: text, key: blob) -> one attempts_row
SELECT count, window_until FROM attempts WHERE company_id = $1 AND kind = $2 AND key_hash = $3;

-- attempts_lock (company: uuid, kind: text, key: blob) -> one attempts_row
SELECT count, window_until FROM attempts
WHERE company_id = $1 AND kind = $2 AND key_hash = $3 /*for update*/;

-- Counts one more, in a new window when the old one is over.
-- attempts_add struct (company: uuid, kind: text, key: blob, now: time, until: time) -> count
INSERT INTO attempts (company_id, kind, key_hash, count, window_until)
VALUES ($1, $2, $3, 1, $5)
ON CONFLICT (company_id, kind, key_hash) DO UPDATE SET
    count = CASE WHEN attempts.window_until > $4 THEN attempts.count + 1 ELSE 1 END,
    window_until = CASE WHEN attempts.window_until > $4 THEN attempts.window_until ELSE $5 END;

-- attempts_clear (company: uuid, kind: text, key: blob) -> count
DELETE FROM attempts WHERE company_id = $1 AND kind = $2 AND key_hash = $3;
