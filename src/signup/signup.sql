-- People's own accounts: sign-up, and what proves an e-mail.

-- A login that somebody makes for themselves: nothing of it is proved.
-- login_insert struct (company: uuid, id: uuid, name: text, email: text?, phone: text?, hash: text?, now: time) -> count
INSERT INTO users (company_id, id, name, claimed_email, claimed_phone, password_hash, role, grants,
    denials, is_active, is_phone_verified, is_email_verified, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, 'CUSTOMER', 0, 0, TRUE, FALSE, FALSE, 1, $7, $7);

-- Older claims than the newest few are dropped; the accounts stay.
-- claims_trim_email (company: uuid, email: text, keep: int, now: time) -> count
UPDATE users SET claimed_email = NULL, version = version + 1, updated_at = $4
WHERE company_id = $1 AND claimed_email = $2 AND id NOT IN
    (SELECT id FROM users WHERE company_id = $1 AND claimed_email = $2
     ORDER BY created_at DESC, id DESC LIMIT $3);

-- claims_trim_phone (company: uuid, phone: text, keep: int, now: time) -> count
UPDATE users SET claimed_phone = NULL, version = version + 1, updated_at = $4
WHERE company_id = $1 AND claimed_phone = $2 AND id NOT IN
    (SELECT id FROM users WHERE company_id = $1 AND claimed_phone = $2
     ORDER BY created_at DESC, id DESC LIMIT $3);

-- row email_user (id: uuid, name: text, email: text?, claimed_email: text?, role: text, may: bool, is_email_verified: bool, is_used: bool, is_somebody: bool, is_proved: bool, customer_id: uuid?, has_password: bool)

-- Who has the e-mail, proved or given by staff. is_used: somebody has set a
-- password or signed in. is_somebody: a phone was proved, or whose the login is
-- was said by more than its own sign-up. is_proved: its phone or its e-mail, by
-- who uses it.
-- email_owner (company: uuid, email: text) -> one email_user
SELECT u.id, u.name, u.email, u.claimed_email, u.role,
    u.is_active AND COALESCE(p.is_active, TRUE) AS may, u.is_email_verified,
    u.password_hash IS NOT NULL OR u.last_login_at IS NOT NULL AS is_used,
    u.is_phone_verified
        OR (u.customer_id IS NOT NULL AND COALESCE(u.link_evidence, '') <> 'pending') AS is_somebody,
    u.is_phone_verified OR u.is_email_verified AS is_proved, u.customer_id,
    u.password_hash IS NOT NULL AS has_password
FROM users u
LEFT JOIN customers p ON p.company_id = u.company_id AND p.id = u.customer_id
WHERE u.company_id = $1 AND u.email = $2;

-- Those who say that it is theirs and of whom nothing else is proved, newest
-- first: who proved a phone, or whom staff know, is somebody, whose account no
-- e-mail opens that waits for its proof.
-- email_claimants (company: uuid, email: text, most: int) -> many email_user
SELECT u.id, u.name, u.email, u.claimed_email, u.role,
    u.is_active AND COALESCE(p.is_active, TRUE) AS may, u.is_email_verified,
    u.password_hash IS NOT NULL OR u.last_login_at IS NOT NULL AS is_used,
    u.is_phone_verified
        OR (u.customer_id IS NOT NULL AND COALESCE(u.link_evidence, '') <> 'pending') AS is_somebody,
    u.is_phone_verified OR u.is_email_verified AS is_proved, u.customer_id,
    u.password_hash IS NOT NULL AS has_password
FROM users u
LEFT JOIN customers p ON p.company_id = u.company_id AND p.id = u.customer_id
WHERE u.company_id = $1 AND u.claimed_email = $2 AND u.email IS NULL AND NOT u.is_phone_verified
    AND (u.customer_id IS NULL OR u.link_evidence = 'pending')
    AND u.role = 'CUSTOMER' AND u.is_active AND COALESCE(p.is_active, TRUE)
ORDER BY u.created_at DESC, u.id DESC LIMIT $3;

-- email_user_lock (company: uuid, id: uuid) -> one email_user
SELECT id, name, email, claimed_email, role, is_active AS may, is_email_verified,
    password_hash IS NOT NULL OR last_login_at IS NOT NULL AS is_used,
    is_phone_verified
        OR (customer_id IS NOT NULL AND COALESCE(link_evidence, '') <> 'pending') AS is_somebody,
    is_phone_verified OR is_email_verified AS is_proved, customer_id,
    password_hash IS NOT NULL AS has_password
FROM users WHERE company_id = $1 AND id = $2 /*for update*/;

-- email_give_up (company: uuid, id: uuid, now: time) -> count
UPDATE users SET email = NULL, is_email_verified = FALSE, version = version + 1, updated_at = $3
WHERE company_id = $1 AND id = $2;

-- email_own (company: uuid, id: uuid, email: text, now: time) -> count
UPDATE users SET email = $3, claimed_email = NULL, is_email_verified = TRUE,
    version = version + 1, updated_at = $4
WHERE company_id = $1 AND id = $2;

-- Who made the account may have typed a number of their own.
-- claim_drop_phone (company: uuid, id: uuid, now: time) -> count
UPDATE users SET claimed_phone = NULL, version = version + 1, updated_at = $3
WHERE company_id = $1 AND id = $2 AND claimed_phone IS NOT NULL;

-- A record that only this login made follows it; one that knows no e-mail gets it.
-- provisional_email (company: uuid, id: uuid, email: text, now: time) -> count
UPDATE customers SET email = $3, version = version + 1, updated_at = $4
WHERE company_id = $1 AND id = $2 AND (is_provisional OR email IS NULL);

-- -- Sign-ups that came to nothing, for the job that removes them.

-- across companies: the job visits all of them
-- signup_company_from (id: uuid) -> one (id: uuid)
SELECT id FROM companies WHERE id >= $1 ORDER BY id LIMIT 1;

-- The last login of the next few: so many are looked at in a piece.
-- signup_page_end (company: uuid, after: uuid, below: uuid, skip: int) -> one (id: uuid)
SELECT id FROM users WHERE company_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT 1 OFFSET $4;

-- Logins among them that people made for themselves and of which nothing came:
-- nothing of them is proved, neither staff nor an import has to do with them,
-- and nobody is signed in to them or was lately.
-- signups_forsaken struct (company: uuid, after: uuid, upto: uuid, before: time, now: time, most: int) -> many (id: uuid, customer_id: uuid?)
SELECT u.id, u.customer_id FROM users u
WHERE u.company_id = $1 AND u.id > $2 AND u.id <= $3 AND u.role = 'CUSTOMER' AND u.is_active
    AND u.email IS NULL AND u.phone IS NULL AND NOT u.is_phone_verified AND NOT u.is_email_verified
    AND u.batch_id IS NULL AND u.link_batch_id IS NULL AND u.pending_customer_id IS NULL
    AND (u.customer_id IS NULL OR u.link_evidence = 'pending')
    AND u.created_at < $4 AND COALESCE(u.last_login_at, u.created_at) < $4
    AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.company_id = u.company_id AND s.user_id = u.id
        AND s.revoked_at IS NULL AND s.expires_at > $5)
ORDER BY u.id LIMIT $6 /*skip locked*/;

-- Does anything but its login know the record?
-- signup_record_used (company: uuid, customer: uuid, login: uuid) -> one (id: uuid)
SELECT c.id FROM customers c
WHERE c.company_id = $1 AND c.id = $2 AND (
    EXISTS (SELECT 1 FROM orders o WHERE o.company_id = c.company_id AND o.customer_id = c.id)
    OR EXISTS (SELECT 1 FROM users u
        WHERE u.company_id = c.company_id AND u.customer_id = c.id AND u.id <> $3)
    OR EXISTS (SELECT 1 FROM users u
        WHERE u.company_id = c.company_id AND u.pending_customer_id = c.id)
    OR EXISTS (SELECT 1 FROM customer_merges m
        WHERE m.company_id = c.company_id AND m.survivor_id = c.id));

-- Its sessions and links go with it.
-- login_delete (company: uuid, id: uuid) -> count
DELETE FROM users WHERE company_id = $1 AND id = $2;
