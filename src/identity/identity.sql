-- Which login belongs to which person. (What records and logins do when they
-- are linked is in customers.sql.)

-- A login as far as it matters whose it is.
-- row identity_user (id: uuid, name: text, email: text?, claimed_email: text?, phone: text?, customer_id: uuid?, pending_customer_id: uuid?, is_phone_verified: bool, is_email_verified: bool)

-- identity_user_read (company: uuid, id: uuid) -> one identity_user
SELECT id, name, email, claimed_email, phone, customer_id, pending_customer_id, is_phone_verified,
    is_email_verified
FROM users WHERE company_id = $1 AND id = $2;

-- identity_user_lock (company: uuid, id: uuid) -> one identity_user
SELECT id, name, email, claimed_email, phone, customer_id, pending_customer_id, is_phone_verified,
    is_email_verified
FROM users WHERE company_id = $1 AND id = $2 /*for update*/;

-- A code has proved this number; one that was merely typed no longer waits.
-- identity_user_proved (company: uuid, id: uuid, phone: text, now: time) -> count
UPDATE users SET phone = $3, is_phone_verified = TRUE,
    claimed_phone = CASE WHEN claimed_phone = $3 THEN NULL ELSE claimed_phone END,
    version = version + 1, updated_at = $4
WHERE company_id = $1 AND id = $2;

-- The person it may belong to, until more is known.
-- identity_user_waits (company: uuid, id: uuid, customer: uuid, now: time) -> count
UPDATE users SET pending_customer_id = $3, version = version + 1, updated_at = $4
WHERE company_id = $1 AND id = $2;

-- Signs of life of a person: of the logins, of the orders, and of those that
-- are known to be the person's.
-- identity_last_seen (company: uuid, customer: uuid) -> one (login_at: time?, order_at: time?, proven_at: time?)
SELECT
    (SELECT max(u.last_login_at) FROM users u
     WHERE u.company_id = c.company_id AND u.customer_id = c.id),
    (SELECT o.created_at FROM orders o WHERE o.company_id = c.company_id AND o.customer_id = c.id
     ORDER BY o.created_at DESC LIMIT 1),
    (SELECT o.created_at FROM orders o WHERE o.company_id = c.company_id AND o.customer_id = c.id
         AND NOT o.is_unproven
     ORDER BY o.created_at DESC LIMIT 1)
FROM customers c WHERE c.company_id = $1 AND c.id = $2;

-- What guests ordered under a person's number counts for the shop, and is not
-- the person's to see until a code proves it.
-- identity_unproven (company: uuid, customer: uuid) -> one (orders: int, paid: int, spent: int, first_at: time?, last_at: time?)
SELECT CAST(COALESCE(sum(CASE WHEN is_unproven THEN 1 ELSE 0 END), 0) AS bigint),
    CAST(COALESCE(sum(CASE WHEN is_unproven AND status = 'PAID' THEN 1 ELSE 0 END), 0) AS bigint),
    CAST(COALESCE(sum(CASE WHEN is_unproven AND status IN ('PAID', 'REFUNDED')
                           THEN paid_amount - refunded_amount ELSE 0 END), 0) AS bigint),
    min(CASE WHEN status = 'PAID' AND NOT is_unproven THEN created_at END),
    max(CASE WHEN status = 'PAID' AND NOT is_unproven THEN created_at END)
FROM orders WHERE company_id = $1 AND customer_id = $2;

-- The oldest proved e-mail of a person's logins.
-- identity_email_of (company: uuid, customer: uuid) -> one (email: text)
SELECT email FROM users
WHERE company_id = $1 AND customer_id = $2 AND email IS NOT NULL AND is_email_verified
ORDER BY created_at, id LIMIT 1;

-- The logins that a code to this number may open: those that proved it, and
-- those that staff made for the person who has it; newest sign-in first.
-- (Two halves, each with an index of its own.)
-- identity_logins (company: uuid, phone: text, since: time, limit: int) -> many (id: uuid, name: text, email: text?, is_proved: bool, seen_at: time)
SELECT u.id AS id, u.name, u.email, u.is_phone_verified OR u.is_email_verified AS is_proved,
    COALESCE(u.last_login_at, u.created_at) AS seen_at
FROM users u
LEFT JOIN customers p ON p.company_id = u.company_id AND p.id = u.customer_id
WHERE u.company_id = $1 AND u.phone = $2
    AND (u.is_phone_verified OR (u.link_evidence = 'staff' AND p.phone = $2))
    AND u.role = 'CUSTOMER' AND u.is_active AND COALESCE(p.is_active, TRUE)
    AND COALESCE(u.last_login_at, u.created_at) >= $3
UNION ALL
SELECT u.id AS id, u.name, u.email, u.is_phone_verified OR u.is_email_verified AS is_proved,
    COALESCE(u.last_login_at, u.created_at) AS seen_at
FROM customers p
JOIN users u ON u.company_id = p.company_id AND u.customer_id = p.id
WHERE p.company_id = $1 AND p.phone = $2 AND p.is_active
    AND (u.phone IS NULL OR u.phone <> $2) AND u.link_evidence = 'staff'
    AND u.password_hash IS NULL AND u.role = 'CUSTOMER' AND u.is_active
    AND COALESCE(u.last_login_at, u.created_at) >= $3
ORDER BY seen_at DESC, id LIMIT $4;

-- What `doctor` looks at, a page at a time.
-- across companies: doctor looks at all of them
-- identity_check_companies (after: uuid) -> many (id: uuid)
SELECT id FROM companies WHERE id > $1 ORDER BY id LIMIT 200;

-- Logins of a page, with what they point at.
-- identity_check_users (company: uuid, after: uuid, limit: int) -> many (id: uuid, customer_id: uuid?, pending_customer_id: uuid?, link_evidence: text?, found_customer: uuid?, first_login: uuid?, found_pending: uuid?)
SELECT u.id, u.customer_id, u.pending_customer_id, u.link_evidence, c.id, c.user_id, p.id
FROM users u
LEFT JOIN customers c ON c.company_id = u.company_id AND c.id = u.customer_id
LEFT JOIN customers p ON p.company_id = u.company_id AND p.id = u.pending_customer_id
WHERE u.company_id = $1 AND u.id > $2 ORDER BY u.id LIMIT $3;

-- Records of a page that have a login or are provisional, with that login's person.
-- identity_check_records (company: uuid, after: uuid, limit: int) -> many (id: uuid, user_id: uuid?, phone: text?, is_provisional: bool, is_phone_verified: bool, login_customer: uuid?)
SELECT c.id, c.user_id, c.phone, c.is_provisional, c.is_phone_verified, u.customer_id
FROM customers c
LEFT JOIN users u ON u.company_id = c.company_id AND u.id = c.user_id
WHERE c.company_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3;

-- Merged records that are still there, or whose survivor is merged itself.
-- identity_check_merges (company: uuid, limit: int) -> many (merged_id: uuid)
SELECT m.merged_id FROM customer_merges m
WHERE m.company_id = $1
    AND (EXISTS (SELECT 1 FROM customers c WHERE c.company_id = $1 AND c.id = m.merged_id)
        OR NOT EXISTS (SELECT 1 FROM customers s WHERE s.company_id = $1 AND s.id = m.survivor_id))
ORDER BY m.merged_id LIMIT $2;
