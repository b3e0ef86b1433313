-- Logins of people, the numbers they have and had, and records that became part
-- of others.

-- A login as linking sees it.
-- row customer_login (id: uuid, name: text, email: text?, phone: text?, role: text,
-- customer_id: uuid?, pending_customer_id: uuid?, link_evidence: text?, is_phone_verified: bool)

-- Kept from others: a login is locked before the records that it may belong to.
-- customer_login_lock (company: uuid, user: uuid) -> one customer_login
SELECT id, name, email, phone, role, customer_id, pending_customer_id, link_evidence,
    is_phone_verified
FROM users WHERE company_id = $1 AND id = $2 /*for update*/;

-- Whose it is now, and why that is believed; nothing is pending any more.
-- customer_login_link (company: uuid, user: uuid, customer: uuid, evidence: text, now: time) -> count
UPDATE users SET customer_id = $3, link_evidence = $4, linked_at = $5, link_batch_id = NULL,
    pending_customer_id = NULL, version = version + 1, updated_at = $5
WHERE company_id = $1 AND id = $2;

-- One login, or all of a person when user is null, is nobody's again.
-- customer_login_unlink (company: uuid, customer: uuid, user: uuid?, now: time) -> count
UPDATE users SET customer_id = NULL, link_evidence = NULL, linked_at = NULL, link_batch_id = NULL,
    version = version + 1, updated_at = $4
WHERE company_id = $1 AND customer_id = $2 AND ($3 IS NULL OR id = $3);

-- Staff have said who a login's own record is: it is no longer a guess.
-- customer_logins_confirm (company: uuid, customer: uuid, now: time) -> count
UPDATE users SET link_evidence = 'staff', linked_at = $3, version = version + 1, updated_at = $3
WHERE company_id = $1 AND customer_id = $2 AND link_evidence = 'pending';

-- Nobody waits for this person any more.
-- customer_pending_clear (company: uuid, customer: uuid, now: time) -> count
UPDATE users SET pending_customer_id = NULL, version = version + 1, updated_at = $3
WHERE company_id = $1 AND pending_customer_id = $2;

-- The logins that a record brings with it when it becomes part of another.
-- customer_logins_move (company: uuid, merged: uuid, survivor: uuid, now: time) -> count
UPDATE users SET customer_id = $3,
    pending_customer_id = CASE WHEN pending_customer_id = $3 THEN NULL ELSE pending_customer_id END,
    version = version + 1, updated_at = $4
WHERE company_id = $1 AND customer_id = $2;

-- Logins that waited for the record that is gone wait for the other now.
-- customer_pending_move (company: uuid, merged: uuid, survivor: uuid, now: time) -> count
UPDATE users SET pending_customer_id = CASE WHEN customer_id = $3 THEN NULL ELSE $3 END,
    version = version + 1, updated_at = $4
WHERE company_id = $1 AND pending_customer_id = $2;

-- A person's oldest login but one.
-- customer_login_first (company: uuid, customer: uuid, but: uuid?) -> one (id: uuid)
SELECT id FROM users
WHERE company_id = $1 AND customer_id = $2 AND ($3 IS NULL OR id <> $3)
ORDER BY created_at, id LIMIT 1;

-- How many of a person's logins but one have proved a number.
-- customer_logins_proved (company: uuid, customer: uuid, phone: text, but: uuid?) -> one (n: int)
SELECT COUNT(*) AS n FROM users
WHERE company_id = $1 AND customer_id = $2 AND phone = $3 AND is_phone_verified
    AND ($4 IS NULL OR id <> $4);

-- A person no longer has a number: logins of theirs but one no longer prove it.
-- customer_logins_disprove (company: uuid, customer: uuid, phone: text, but: uuid?, now: time) -> count
UPDATE users SET phone = NULL, claimed_phone = phone, is_phone_verified = FALSE,
    version = version + 1, updated_at = $5
WHERE company_id = $1 AND customer_id = $2 AND phone = $3 AND ($4 IS NULL OR id <> $4);

-- A login that was made with its person and that nobody ever used goes with it.
-- customer_logins_unused_delete (company: uuid, customer: uuid) -> count
DELETE FROM users
WHERE company_id = $1 AND customer_id = $2 AND role = 'CUSTOMER' AND password_hash IS NULL
    AND last_login_at IS NULL AND link_evidence = 'staff' AND NOT is_phone_verified;

-- customer_first_login_set (company: uuid, id: uuid, user: uuid?, is_phone_verified: bool, phone_evidence: text?, now: time) -> count
UPDATE customers SET user_id = $3, is_phone_verified = $4, phone_evidence = $5,
    version = version + 1, updated_at = $6
WHERE company_id = $1 AND id = $2;

-- A number that the person has got, or given up (null).
-- customer_phone_set struct (company: uuid, id: uuid, phone: text?, phone_reversed: text?, phone_evidence: text?, is_phone_verified: bool, is_provisional: bool, now: time) -> count
UPDATE customers SET phone = $3, phone_reversed = $4, phone_evidence = $5, is_phone_verified = $6,
    is_provisional = $7, version = version + 1, updated_at = $8
WHERE company_id = $1 AND id = $2;

-- What a record gets of one that became part of it: its figures, and what it
-- did not know itself.
-- customer_absorb struct (company: uuid, id: uuid, order_count: int, total_orders: int,
-- visit_count: int, total_spent: int, balance: int, loyalty_points: int, first_at: time?,
-- last_at: time?, user_id: uuid?, external_id: text?, preferred_name: text?, email: text?,
-- address: text?, area: text?, birthday: date?, anniversary: date?, notes: text?, tags: json,
-- preferences: json, now: time) -> count
UPDATE customers SET order_count = order_count + $3, total_orders = total_orders + $4,
    visit_count = visit_count + $5, total_spent = total_spent + $6, balance = balance + $7,
    loyalty_points = loyalty_points + $8,
    first_order_at = CASE WHEN $9 IS NULL OR first_order_at <= $9 THEN first_order_at ELSE $9 END,
    last_order_at = CASE WHEN $10 IS NULL OR last_order_at >= $10 THEN last_order_at ELSE $10 END,
    user_id = COALESCE(user_id, $11), external_id = COALESCE(external_id, $12),
    preferred_name = COALESCE(preferred_name, $13), email = COALESCE(email, $14),
    address = COALESCE(address, $15), area = COALESCE(area, $16),
    birthday = COALESCE(birthday, $17), anniversary = COALESCE(anniversary, $18),
    notes = COALESCE(notes, $19), tags = $20, preferences = $21,
    version = version + 1, updated_at = $22
WHERE company_id = $1 AND id = $2;

-- Former numbers of a record that becomes part of another. (Asked for in two
-- steps, each answered by an index: SQLite would read all of the company's.)
-- customer_formers_move (company: uuid, merged: uuid, survivor: uuid) -> count
INSERT INTO customer_former_phones (company_id, phone, customer_id, until)
SELECT company_id, phone, $3, until FROM customer_former_phones
WHERE company_id = $1 AND customer_id = $2 AND phone IN
    (SELECT phone FROM customer_former_phones WHERE company_id = $1 AND customer_id = $2)
ON CONFLICT DO NOTHING;

-- The record that a merged one became part of.
-- customer_survivor (company: uuid, merged: uuid) -> one (id: uuid)
SELECT survivor_id FROM customer_merges WHERE company_id = $1 AND merged_id = $2;

-- customer_merge_insert (company: uuid, merged: uuid, survivor: uuid, user: uuid?, now: time) -> count
INSERT INTO customer_merges (company_id, merged_id, survivor_id, user_id, merged_at)
VALUES ($1, $2, $3, $4, $5);

-- What had become part of a record that is now part of another itself.
-- customer_merges_move (company: uuid, merged: uuid, survivor: uuid) -> count
UPDATE customer_merges SET survivor_id = $3 WHERE company_id = $1 AND survivor_id = $2;

-- The logins of a person, and those that may turn out to be.
-- customer_users (company: uuid, customer: uuid, limit: int) -> many (id: uuid, email: text?,
-- name: text, phone: text?, role: text, is_active: bool, is_phone_verified: bool,
-- is_email_verified: bool, is_activated: bool, is_pending: bool, link_evidence: text?,
-- linked_at: time?, last_login_at: time?, created_at: time)
SELECT id, email, name, phone, role, is_active, is_phone_verified, is_email_verified,
    password_hash IS NOT NULL AS is_activated, FALSE AS is_pending, link_evidence, linked_at,
    last_login_at, created_at
FROM users WHERE company_id = $1 AND customer_id = $2
UNION ALL
SELECT id, email, name, phone, role, is_active, is_phone_verified, is_email_verified,
    password_hash IS NOT NULL AS is_activated, TRUE AS is_pending, link_evidence, linked_at,
    last_login_at, created_at
FROM users
WHERE company_id = $1 AND pending_customer_id = $2 AND (customer_id IS NULL OR customer_id <> $2)
ORDER BY created_at, id LIMIT $3;
