-- People who buy, how they are found, and what is said of them in lists.

-- A person's record.
-- row customer_row (id: uuid, user_id: uuid?, external_id: text?, name: text,
-- preferred_name: text?, phone: text?, email: text?, address: text?, area: text?,
-- birthday: date?, anniversary: date?, notes: text?, tags: json, preferences: json,
-- is_active: bool, is_phone_verified: bool, balance: int, order_count: int, total_orders: int,
-- visit_count: int, total_spent: int, loyalty_points: int, first_order_at: time?,
-- last_order_at: time?, created_by_user_id: uuid?, version: int, created_at: time,
-- updated_at: time, is_provisional: bool, phone_evidence: text?)

-- The same, with the key under which the name search found it.
-- row customer_found (id: uuid, user_id: uuid?, external_id: text?, name: text,
-- preferred_name: text?, phone: text?, email: text?, address: text?, area: text?,
-- birthday: date?, anniversary: date?, notes: text?, tags: json, preferences: json,
-- is_active: bool, is_phone_verified: bool, balance: int, order_count: int, total_orders: int,
-- visit_count: int, total_spent: int, loyalty_points: int, first_order_at: time?,
-- last_order_at: time?, created_by_user_id: uuid?, version: int, created_at: time,
-- updated_at: time, is_provisional: bool, phone_evidence: text?, pair: text)

-- customer_by_id (company: uuid, id: uuid) -> one customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers WHERE company_id = $1 AND id = $2;

-- The same, kept from others until the transaction ends.
-- customer_lock (company: uuid, id: uuid) -> one customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers WHERE company_id = $1 AND id = $2 /*for update*/;

-- customer_by_phone (company: uuid, phone: text) -> one customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers WHERE company_id = $1 AND phone = $2;

-- customer_by_external_id (company: uuid, external_id: text) -> one customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers WHERE company_id = $1 AND external_id = $2;

-- Who had this number before; of several the one who gave it up last.
-- customer_by_former_phone (company: uuid, phone: text) -> one customer_row
SELECT c.id, c.user_id, c.external_id, c.name, c.preferred_name, c.phone, c.email, c.address, c.area,
    c.birthday, c.anniversary, c.notes, c.tags, c.preferences, c.is_active, c.is_phone_verified,
    c.balance, c.order_count, c.total_orders, c.visit_count, c.total_spent, c.loyalty_points,
    c.first_order_at, c.last_order_at, c.created_by_user_id, c.version, c.created_at, c.updated_at,
    c.is_provisional, c.phone_evidence
FROM customer_former_phones f
JOIN customers c ON c.company_id = f.company_id AND c.id = f.customer_id
WHERE f.company_id = $1 AND f.phone = $2
ORDER BY f.until DESC, f.customer_id LIMIT 1;

-- 0: the phone or the externalId is taken.
-- customer_insert struct (company: uuid, id: uuid, user_id: uuid?, external_id: text?,
-- name: text, preferred_name: text?, name_key: blob, phone: text?, phone_reversed: text?,
-- email: text?, address: text?, area: text?, birthday: date?, anniversary: date?, notes: text?,
-- tags: json, preferences: json, created_by: uuid?, batch_id: uuid?, created_at: time,
-- is_phone_verified: bool, is_provisional: bool, phone_evidence: text?) -> made
INSERT INTO customers (company_id, id, user_id, external_id, name, preferred_name, name_key, phone,
    phone_reversed, email, address, area, birthday, anniversary, notes, tags, preferences,
    is_active, is_phone_verified, balance, order_count, total_orders, visit_count, total_spent,
    loyalty_points, created_by_user_id, batch_id, version, created_at, updated_at,
    is_provisional, phone_evidence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
    TRUE, $21, 0, 0, 0, 0, 0, 0, $18, $19, 1, $20, $20, $22, $23)
ON CONFLICT DO NOTHING;

-- All that a person may change; statistics are not among it.
-- customer_update struct (company: uuid, id: uuid, user_id: uuid?, external_id: text?,
-- name: text, preferred_name: text?, name_key: blob, phone: text?, phone_reversed: text?,
-- is_phone_verified: bool, email: text?, address: text?, area: text?, birthday: date?,
-- anniversary: date?, notes: text?, tags: json, preferences: json, is_provisional: bool,
-- phone_evidence: text?, now: time) -> count
UPDATE customers SET user_id = $3, external_id = $4, name = $5, preferred_name = $6, name_key = $7,
    phone = $8, phone_reversed = $9, is_phone_verified = $10, email = $11, address = $12,
    area = $13, birthday = $14, anniversary = $15, notes = $16, tags = $17, preferences = $18,
    is_provisional = $19, phone_evidence = $20, version = version + 1, updated_at = $21
WHERE company_id = $1 AND id = $2;

-- customer_set_active (company: uuid, id: uuid, is_active: bool, now: time) -> count
UPDATE customers SET is_active = $3, version = version + 1, updated_at = $4
WHERE company_id = $1 AND id = $2;

-- Tags and former numbers go with it; names are taken away before.
-- customer_delete (company: uuid, id: uuid) -> count
DELETE FROM customers WHERE company_id = $1 AND id = $2;

-- Statistics: what an order changed, added; a time moves first and last apart.
-- customer_stats_add struct (company: uuid, id: uuid, order_count: int, total_orders: int,
-- visit_count: int, total_spent: int, order_at: time?) -> effect
UPDATE customers SET order_count = order_count + $3, total_orders = total_orders + $4,
    visit_count = visit_count + $5, total_spent = total_spent + $6,
    first_order_at = CASE WHEN $7 IS NULL OR first_order_at <= $7 THEN first_order_at ELSE $7 END,
    last_order_at = CASE WHEN $7 IS NULL OR last_order_at >= $7 THEN last_order_at ELSE $7 END
WHERE company_id = $1 AND id = $2;

-- The same, of a record that was seen a moment ago.
-- customer_stats_add_known struct (company: uuid, id: uuid, order_count: int, total_orders: int,
-- visit_count: int, total_spent: int, order_at: time?) -> effect
UPDATE customers SET order_count = order_count + $3, total_orders = total_orders + $4,
    visit_count = visit_count + $5, total_spent = total_spent + $6,
    first_order_at = CASE WHEN $7 IS NULL OR first_order_at <= $7 THEN first_order_at ELSE $7 END,
    last_order_at = CASE WHEN $7 IS NULL OR last_order_at >= $7 THEN last_order_at ELSE $7 END
WHERE company_id = $1 AND id = $2;

-- customer_order_times_set (company: uuid, id: uuid, first_at: time?, last_at: time?) -> count
UPDATE customers SET first_order_at = $3, last_order_at = $4
WHERE company_id = $1 AND id = $2;

-- customer_former_add (company: uuid, phone: text, customer: uuid, until: time) -> effect
INSERT INTO customer_former_phones (company_id, phone, customer_id, until)
VALUES ($1, $2, $3, $4)
ON CONFLICT (company_id, phone, customer_id) DO UPDATE SET until = excluded.until;

-- The person has the number again.
-- customer_former_drop (company: uuid, phone: text, customer: uuid) -> effect
DELETE FROM customer_former_phones
WHERE company_id = $1 AND phone = $2 AND customer_id = $3;

-- customer_tag_insert (company: uuid, tag: text, customer: uuid) -> effect
INSERT INTO customer_tags (company_id, tag, customer_id) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING;

-- customer_tags_delete (company: uuid, customer: uuid) -> effect
DELETE FROM customer_tags WHERE company_id = $1 AND customer_id = $2;

-- customer_name_insert (company: uuid, pair: text, customer: uuid) -> effect
INSERT INTO customer_names (company_id, pair, customer_id) VALUES ($1, $2, $3);

-- Two at once: most names have two words, and a statement costs a server more
-- than a row.
-- customer_names_insert_two (company: uuid, pair: text, customer: uuid, other_pair: text, other_customer: uuid) -> effect
INSERT INTO customer_names (company_id, pair, customer_id) VALUES ($1, $2, $3), ($1, $4, $5);

-- customer_name_delete (company: uuid, pair: text, customer: uuid) -> effect
DELETE FROM customer_names WHERE company_id = $1 AND pair = $2 AND customer_id = $3;

-- Which of up to six words are there already, with their variants.
-- name_words_known (company: uuid, w1: text, w2: text?, w3: text?, w4: text?, w5: text?, w6: text?) -> many (word: text)
SELECT word FROM name_variants
WHERE company_id = $1 AND variant IN ($2, $3, $4, $5, $6, $7) AND word = variant;

-- Eight variants of a word at once; the same one may come twice.
-- name_variants_insert (company: uuid, word: text, v1: text, v2: text, v3: text, v4: text, v5: text, v6: text, v7: text, v8: text) -> effect
INSERT INTO name_variants (company_id, variant, word)
VALUES ($1, $3, $2), ($1, $4, $2), ($1, $5, $2), ($1, $6, $2), ($1, $7, $2), ($1, $8, $2),
    ($1, $9, $2), ($1, $10, $2)
ON CONFLICT DO NOTHING;

-- Name search: one range of pairs.
-- customers_by_name (company: uuid, low: text, high: text, limit: int) -> many customer_found
SELECT c.id, c.user_id, c.external_id, c.name, c.preferred_name, c.phone, c.email, c.address, c.area,
    c.birthday, c.anniversary, c.notes, c.tags, c.preferences, c.is_active, c.is_phone_verified,
    c.balance, c.order_count, c.total_orders, c.visit_count, c.total_spent, c.loyalty_points,
    c.first_order_at, c.last_order_at, c.created_by_user_id, c.version, c.created_at, c.updated_at,
    c.is_provisional, c.phone_evidence, n.pair
FROM customer_names n
JOIN customers c ON c.company_id = n.company_id AND c.id = n.customer_id
WHERE n.company_id = $1 AND n.pair >= $2 AND n.pair < $3
ORDER BY n.pair, n.customer_id LIMIT $4;

-- Words that are written nearly so: under any of eight variants.
-- name_words_near (company: uuid, a: text, b: text, c: text, d: text, e: text, f: text, g: text,
-- h: text, limit: int) -> many (word: text)
SELECT word FROM name_variants
WHERE company_id = $1 AND variant IN ($2, $3, $4, $5, $6, $7, $8, $9)
LIMIT $10;

-- customers_by_phone_prefix (company: uuid, low: text, high: text, limit: int)
-- -> many customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers WHERE company_id = $1 AND phone >= $2 AND phone < $3
ORDER BY phone LIMIT $4;

-- By the last digits, given from the last to the first.
-- customers_by_last_digits (company: uuid, low: text, high: text, limit: int)
-- -> many customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers WHERE company_id = $1 AND phone_reversed >= $2 AND phone_reversed < $3
ORDER BY phone_reversed LIMIT $4;

-- customers_by_email_prefix (company: uuid, low: text, high: text, limit: int)
-- -> many customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers WHERE company_id = $1 AND email >= $2 AND email < $3
ORDER BY email LIMIT $4;

-- For whom the last orders of a store were; null: a walk-in.
-- customers_served_at (company: uuid, store: uuid, limit: int) -> many (customer_id: uuid?)
SELECT customer_id FROM orders
WHERE company_id = $1 AND store_id = $2
ORDER BY created_at DESC, id DESC LIMIT $3;

-- The same in all stores.
-- customers_served (company: uuid, limit: int) -> many customers_served_at_row
SELECT customer_id FROM orders
WHERE company_id = $1
ORDER BY created_at DESC, id DESC LIMIT $2;

-- Lists: rows beyond (after, after_id) in one order of one index; the filters leave some out. They
-- stand in one CASE, of which a planner thinks that it lets half of the rows through: told of each by
-- itself it expects next to none, reads the whole table and sorts it. never: before any time, stands
-- for "no order"; in the orders by it, where it is known, nothing compares with less.
-- customers_created_up struct (company: uuid, after: time, after_id: uuid, any_active: bool,
-- active: bool, any_phone: bool, phone: bool, created_from: time, created_to: time, never: time,
-- last_from: time, last_to: time, tag: text?, limit: int) -> many customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers
WHERE company_id = $1 AND (created_at, id) > ($2, $3)
    AND created_at >= $8 AND created_at < $9
    AND CASE WHEN NOT $4 AND is_active <> $5 THEN FALSE
        WHEN NOT $6 AND (phone IS NOT NULL) <> $7 THEN FALSE
        WHEN COALESCE(last_order_at, $10) < $11 OR COALESCE(last_order_at, $10) >= $12 THEN FALSE
        WHEN $13 IS NULL THEN TRUE
        ELSE COALESCE((SELECT TRUE FROM customer_tags t
            WHERE t.company_id = $1 AND t.tag = $13 AND t.customer_id = customers.id), FALSE) END
ORDER BY created_at, id LIMIT $14;

-- customers_created_down struct (company: uuid, after: time, after_id: uuid, any_active: bool,
-- active: bool, any_phone: bool, phone: bool, created_from: time, created_to: time, never: time,
-- last_from: time, last_to: time, tag: text?, limit: int) -> many customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers
WHERE company_id = $1 AND (created_at, id) < ($2, $3)
    AND created_at >= $8 AND created_at < $9
    AND CASE WHEN NOT $4 AND is_active <> $5 THEN FALSE
        WHEN NOT $6 AND (phone IS NOT NULL) <> $7 THEN FALSE
        WHEN COALESCE(last_order_at, $10) < $11 OR COALESCE(last_order_at, $10) >= $12 THEN FALSE
        WHEN $13 IS NULL THEN TRUE
        ELSE COALESCE((SELECT TRUE FROM customer_tags t
            WHERE t.company_id = $1 AND t.tag = $13 AND t.customer_id = customers.id), FALSE) END
ORDER BY created_at DESC, id DESC LIMIT $14;

-- customers_name_up struct (company: uuid, after: blob, after_id: uuid, any_active: bool,
-- active: bool, any_phone: bool, phone: bool, created_from: time, created_to: time, never: time,
-- last_from: time, last_to: time, tag: text?, limit: int) -> many customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers
WHERE company_id = $1 AND (name_key, id) > ($2, $3)
    AND CASE WHEN NOT $4 AND is_active <> $5 THEN FALSE
        WHEN NOT $6 AND (phone IS NOT NULL) <> $7 THEN FALSE
        WHEN created_at < $8 OR created_at >= $9 THEN FALSE
        WHEN COALESCE(last_order_at, $10) < $11 OR COALESCE(last_order_at, $10) >= $12 THEN FALSE
        WHEN $13 IS NULL THEN TRUE
        ELSE COALESCE((SELECT TRUE FROM customer_tags t
            WHERE t.company_id = $1 AND t.tag = $13 AND t.customer_id = customers.id), FALSE) END
ORDER BY name_key, id LIMIT $14;

-- customers_name_down struct (company: uuid, after: blob, after_id: uuid, any_active: bool,
-- active: bool, any_phone: bool, phone: bool, created_from: time, created_to: time, never: time,
-- last_from: time, last_to: time, tag: text?, limit: int) -> many customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers
WHERE company_id = $1 AND (name_key, id) < ($2, $3)
    AND CASE WHEN NOT $4 AND is_active <> $5 THEN FALSE
        WHEN NOT $6 AND (phone IS NOT NULL) <> $7 THEN FALSE
        WHEN created_at < $8 OR created_at >= $9 THEN FALSE
        WHEN COALESCE(last_order_at, $10) < $11 OR COALESCE(last_order_at, $10) >= $12 THEN FALSE
        WHEN $13 IS NULL THEN TRUE
        ELSE COALESCE((SELECT TRUE FROM customer_tags t
            WHERE t.company_id = $1 AND t.tag = $13 AND t.customer_id = customers.id), FALSE) END
ORDER BY name_key DESC, id DESC LIMIT $14;

-- customers_last_order_up struct (company: uuid, after: time, after_id: uuid, any_active: bool,
-- active: bool, any_phone: bool, phone: bool, created_from: time, created_to: time, never: time,
-- last_from: time, last_to: time, tag: text?, limit: int) -> many customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers
WHERE company_id = $1 AND last_order_at IS NOT NULL AND (last_order_at, id) > ($2, $3)
    AND last_order_at >= $11 AND last_order_at < $12
    AND CASE WHEN NOT $4 AND is_active <> $5 THEN FALSE
        WHEN NOT $6 AND (phone IS NOT NULL) <> $7 THEN FALSE
        WHEN created_at < $8 OR created_at >= $9 OR created_at < $10 THEN FALSE
        WHEN $13 IS NULL THEN TRUE
        ELSE COALESCE((SELECT TRUE FROM customer_tags t
            WHERE t.company_id = $1 AND t.tag = $13 AND t.customer_id = customers.id), FALSE) END
ORDER BY last_order_at, id LIMIT $14;

-- customers_last_order_down struct (company: uuid, after: time, after_id: uuid, any_active: bool,
-- active: bool, any_phone: bool, phone: bool, created_from: time, created_to: time, never: time,
-- last_from: time, last_to: time, tag: text?, limit: int) -> many customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers
WHERE company_id = $1 AND last_order_at IS NOT NULL AND (last_order_at, id) < ($2, $3)
    AND last_order_at >= $11 AND last_order_at < $12
    AND CASE WHEN NOT $4 AND is_active <> $5 THEN FALSE
        WHEN NOT $6 AND (phone IS NOT NULL) <> $7 THEN FALSE
        WHEN created_at < $8 OR created_at >= $9 OR created_at < $10 THEN FALSE
        WHEN $13 IS NULL THEN TRUE
        ELSE COALESCE((SELECT TRUE FROM customer_tags t
            WHERE t.company_id = $1 AND t.tag = $13 AND t.customer_id = customers.id), FALSE) END
ORDER BY last_order_at DESC, id DESC LIMIT $14;

-- Everybody, in the order of ids.
-- customers_export_page (company: uuid, after: uuid, limit: int) -> many customer_row
SELECT id, user_id, external_id, name, preferred_name, phone, email, address, area, birthday,
    anniversary, notes, tags, preferences, is_active, is_phone_verified, balance, order_count,
    total_orders, visit_count, total_spent, loyalty_points, first_order_at, last_order_at,
    created_by_user_id, version, created_at, updated_at, is_provisional, phone_evidence
FROM customers WHERE company_id = $1 AND id > $2
ORDER BY id LIMIT $3;

-- A person's orders before a moment and id, newest first.
-- customer_orders_before (company: uuid, customer: uuid, before: time, before_id: uuid,
-- limit: int) -> many (id: uuid, order_number: text?, external_id: text?, store_id: uuid?,
-- source: text, status: text, fulfilment: text, total_amount: int, paid_amount: int,
-- refunded_amount: int, is_unproven: bool, created_at: time, paid_at: time?)
SELECT id, order_number, external_id, store_id, source, status, fulfilment, total_amount,
    paid_amount, refunded_amount, is_unproven, created_at, paid_at
FROM orders
WHERE company_id = $1 AND customer_id = $2 AND (created_at, id) < ($3, $4)
ORDER BY created_at DESC, id DESC LIMIT $5;

-- What the audit log says of a person but the creation, newest first.
-- customer_audit_before (company: uuid, customer: uuid, before_id: uuid, limit: int)
-- -> many (id: uuid, at: time, actor_kind: text, actor_id: uuid?, action: text, fields: text?)
SELECT id, at, actor_kind, actor_id, action, fields
FROM audit_log
WHERE company_id = $1 AND subject_id = $2 AND id < $3 AND status < 300
    AND action <> 'customer.create'
ORDER BY id DESC LIMIT $4;

-- customer_name_exists (company: uuid, pair: text, customer: uuid) -> one (customer_id: uuid)
SELECT customer_id FROM customer_names
WHERE company_id = $1 AND pair = $2 AND customer_id = $3;

-- For doctor.
-- customer_names_page (company: uuid, after_pair: text, after: uuid, limit: int)
-- -> many (pair: text, customer_id: uuid, name: text?)
SELECT n.pair, n.customer_id, c.name
FROM customer_names n
LEFT JOIN customers c ON c.company_id = n.company_id AND c.id = n.customer_id
WHERE n.company_id = $1 AND (n.pair, n.customer_id) > ($2, $3)
ORDER BY n.pair, n.customer_id LIMIT $4;

-- For doctor.
-- customers_check_page (company: uuid, after: uuid, limit: int) -> many (id: uuid, name: text, name_key: blob)
SELECT id, name, name_key FROM customers
WHERE company_id = $1 AND id > $2
ORDER BY id LIMIT $3;

-- For doctor: one company after another.
-- across companies: every company is checked
-- customers_check_companies (after: uuid) -> many (id: uuid)
SELECT id FROM companies WHERE id > $1 ORDER BY id LIMIT 1000;
