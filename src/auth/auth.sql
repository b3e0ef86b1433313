-- row auth_user_row (role: text, grants: int, denials: int, store_id: uuid?, customer_id: uuid?, is_active: bool)

-- What a user may do now: none when there is no such user or the session has
-- ended. A login goes with its person and its company.
-- auth_user (company: uuid, user: uuid, session: uuid) -> one auth_user_row
SELECT u.role, u.grants, u.denials, u.store_id, u.customer_id,
    u.is_active AND c.is_active AND COALESCE(p.is_active, TRUE) AS is_active
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
