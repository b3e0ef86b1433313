-- Second factors of users, and their recovery codes.

-- row factor_row (secret_sealed: blob?, pending_sealed: blob?, last_step: int)

-- factor_read (company: uuid, user: uuid) -> one factor_row
SELECT secret_sealed, pending_sealed, last_step
FROM second_factors WHERE company_id = $1 AND user_id = $2;

-- factor_lock (company: uuid, user: uuid) -> one factor_row
SELECT secret_sealed, pending_sealed, last_step
FROM second_factors WHERE company_id = $1 AND user_id = $2 /*for update*/;

-- Whose it is: what the device shows beside the code, the password, and is it
-- certain that the account is who it says it is?
-- factor_user (company: uuid, user: uuid) -> one (email: text?, phone: text?, name: text, password_hash: text?, is_proved: bool)
SELECT COALESCE(email, claimed_email) AS email, COALESCE(phone, claimed_phone) AS phone, name,
    password_hash,
    role <> 'CUSTOMER' OR is_email_verified OR is_phone_verified AS is_proved
FROM users WHERE company_id = $1 AND id = $2 AND is_active;

-- A new secret; one that is in use stays in use.
-- factor_pending (company: uuid, user: uuid, sealed: blob, now: time) -> count
INSERT INTO second_factors (company_id, user_id, pending_sealed, last_step, created_at)
VALUES ($1, $2, $3, 0, $4)
ON CONFLICT (company_id, user_id) DO UPDATE SET pending_sealed = excluded.pending_sealed;

-- The new secret is in use from now on, its first code taken.
-- factor_activate (company: uuid, user: uuid, step: int, now: time) -> count
UPDATE second_factors SET secret_sealed = pending_sealed, pending_sealed = NULL, last_step = $3,
    confirmed_at = $4
WHERE company_id = $1 AND user_id = $2 AND pending_sealed IS NOT NULL;

-- Each code once, of any number at the same moment.
-- factor_take (company: uuid, user: uuid, step: int) -> count
UPDATE second_factors SET last_step = $3
WHERE company_id = $1 AND user_id = $2 AND secret_sealed IS NOT NULL AND last_step < $3;

-- factor_delete (company: uuid, user: uuid) -> count
DELETE FROM second_factors WHERE company_id = $1 AND user_id = $2;

-- recovery_insert (company: uuid, user: uuid, hash: blob) -> effect
INSERT INTO recovery_codes (company_id, user_id, code_hash) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING;

-- Once, of any number at the same moment.
-- recovery_use (company: uuid, user: uuid, hash: blob, now: time) -> count
UPDATE recovery_codes SET used_at = $4
WHERE company_id = $1 AND user_id = $2 AND code_hash = $3 AND used_at IS NULL;

-- recovery_clear (company: uuid, user: uuid) -> count
DELETE FROM recovery_codes WHERE company_id = $1 AND user_id = $2;

-- Sessions from before the second factor, all but one.
-- factor_sessions_end (company: uuid, user: uuid, but: uuid, now: time) -> count
UPDATE sessions SET revoked_at = $4
WHERE company_id = $1 AND user_id = $2 AND revoked_at IS NULL AND id <> $3;
