-- Imports: their batches, what they look up, and how one is taken back.

-- row import_batch (id: uuid, kind: text, file_name: text, state: text, created: int, matched: int, rejected: int, created_at: time, ended_at: time?)

-- import_batch_insert (company: uuid, id: uuid, kind: text, file_name: text, now: time) -> effect
INSERT INTO import_batches (company_id, id, kind, file_name, state, created, matched, rejected,
    created_at)
VALUES ($1, $2, $3, $4, 'running', 0, 0, 0, $5);

-- Counts go up with the rows that they count, in the same transaction.
-- import_batch_add (company: uuid, id: uuid, created: int, matched: int, rejected: int) -> count
UPDATE import_batches SET created = created + $3, matched = matched + $4, rejected = rejected + $5
WHERE company_id = $1 AND id = $2;

-- import_batch_state (company: uuid, id: uuid, state: text, ended: time) -> count
UPDATE import_batches SET state = $3, ended_at = $4 WHERE company_id = $1 AND id = $2;

-- import_batch_read (company: uuid, id: uuid) -> one import_batch
SELECT id, kind, file_name, state, created, matched, rejected, created_at, ended_at
FROM import_batches WHERE company_id = $1 AND id = $2;

-- The latest first.
-- import_batches_latest (company: uuid, limit: int) -> many import_batch
SELECT id, kind, file_name, state, created, matched, rejected, created_at, ended_at
FROM import_batches WHERE company_id = $1 AND is_dry_run = FALSE ORDER BY id DESC LIMIT $2;

-- row import_upload (id: uuid, kind: text, file_name: text, state: text, format: text?, header: text?, column_map: text?, is_dry_run: bool, next_part: int, last_row: int, created: int, matched: int, rejected: int, rollback_after: uuid?, removed: int, kept: int, created_at: time, ended_at: time?)

-- An import that will come in parts.
-- import_upload_insert struct (company: uuid, id: uuid, kind: text, file_name: text, format: text, header: text?, column_map: text?, is_dry_run: bool, last_row: int, now: time) -> effect
INSERT INTO import_batches (company_id, id, kind, file_name, state, created, matched, rejected,
    format, header, column_map, is_dry_run, next_part, last_row, created_at)
VALUES ($1, $2, $3, $4, 'running', 0, 0, 0, $5, $6, $7, $8, 1, $9, $10);

-- import_upload_read (company: uuid, id: uuid) -> one import_upload
SELECT id, kind, file_name, state, format, header, column_map, is_dry_run, next_part, last_row,
    created, matched, rejected, rollback_after, removed, kept, created_at, ended_at
FROM import_batches WHERE company_id = $1 AND id = $2;

-- import_upload_lock (company: uuid, id: uuid) -> one import_upload
SELECT id, kind, file_name, state, format, header, column_map, is_dry_run, next_part, last_row,
    created, matched, rejected, rollback_after, removed, kept, created_at, ended_at
FROM import_batches WHERE company_id = $1 AND id = $2 /*for update*/;

-- The latest first; dry runs are no part of history.
-- import_uploads_page (company: uuid, before: uuid, state: text?, limit: int) -> many import_upload
SELECT id, kind, file_name, state, format, header, column_map, is_dry_run, next_part, last_row,
    created, matched, rejected, rollback_after, removed, kept, created_at, ended_at
FROM import_batches
WHERE company_id = $1 AND is_dry_run = FALSE AND id < $2 AND ($3 IS NULL OR state = $3)
ORDER BY id DESC LIMIT $4;

-- A part was taken.
-- import_upload_taken struct (company: uuid, id: uuid, next_part: int, last_row: int, created: int, matched: int, rejected: int, state: text, ended: time?) -> count
UPDATE import_batches SET next_part = $3, last_row = $4, created = $5, matched = $6, rejected = $7,
    state = $8, ended_at = $9
WHERE company_id = $1 AND id = $2;

-- import_upload_rolled struct (company: uuid, id: uuid, after: uuid?, removed: int, kept: int, state: text, ended: time?) -> count
UPDATE import_batches SET rollback_after = $3, removed = $4, kept = $5, state = $6, ended_at = $7
WHERE company_id = $1 AND id = $2;

-- import_reject_insert (company: uuid, batch: uuid, row_no: int, field: text?, reason: text) -> effect
INSERT INTO import_rejects (company_id, batch_id, row_no, field, reason)
VALUES ($1, $2, $3, $4, $5);

-- import_rejects_page (company: uuid, batch: uuid, after: int, limit: int) -> many (row_no: int, field: text?, reason: text)
SELECT row_no, field, reason FROM import_rejects
WHERE company_id = $1 AND batch_id = $2 AND row_no > $3 ORDER BY row_no LIMIT $4;

-- import_seen_insert (company: uuid, batch: uuid, hash: int) -> count
INSERT INTO import_seen (company_id, batch_id, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- Several at once; those that were not there come back.
-- import_seen_add (company: uuid, batch: uuid, list: json) -> many (hash: int)   sqlite
INSERT INTO import_seen (company_id, batch_id, hash) SELECT $1, $2, value FROM json_each($3) WHERE TRUE
ON CONFLICT DO NOTHING RETURNING hash;
-- import_seen_add (company: uuid, batch: uuid, list: json) -> many (hash: int)   postgres
INSERT INTO import_seen (company_id, batch_id, hash)
SELECT $1, $2, CAST(value AS bigint) FROM jsonb_array_elements_text($3) AS list (value)
ON CONFLICT DO NOTHING RETURNING hash;

-- Companies after one; the nil id comes before the first.
-- import_companies (after: uuid) -> many (id: uuid)
-- across companies: the job visits every company
SELECT id FROM companies WHERE id > $1 ORDER BY id LIMIT 20;

-- What dry runs have seen, of those whose ids are lower.
-- import_seen_prune (company: uuid, below: uuid, most: int) -> count
DELETE FROM import_seen WHERE company_id = $1 AND (batch_id, hash) IN
    (SELECT batch_id, hash FROM import_seen WHERE company_id = $1 AND batch_id < $2
        ORDER BY batch_id, hash LIMIT $3);

-- import_rejects_prune (company: uuid, below: uuid, most: int) -> count
DELETE FROM import_rejects WHERE company_id = $1 AND (batch_id, row_no) IN
    (SELECT batch_id, row_no FROM import_rejects WHERE company_id = $1 AND batch_id < $2
        ORDER BY batch_id, row_no LIMIT $3);

-- import_dry_runs_prune (company: uuid, below: uuid) -> count
DELETE FROM import_batches WHERE company_id = $1 AND id < $2 AND is_dry_run;

-- One of a list that the store has: by what it was asked for, and whether it has an externalId.
-- row import_known (text: text, id: uuid, has_external_id: bool)

-- People of a list.
-- import_known_by_external_id (company: uuid, list: json) -> many import_known   sqlite
SELECT external_id AS text, id, TRUE AS has_external_id FROM customers
WHERE company_id = $1 AND external_id IN (SELECT value FROM json_each($2));
-- import_known_by_external_id (company: uuid, list: json) -> many import_known   postgres
SELECT external_id AS text, id, TRUE AS has_external_id FROM customers
WHERE company_id = $1 AND external_id = ANY (ARRAY(SELECT jsonb_array_elements_text($2)));

-- People of a list.
-- import_known_by_phone (company: uuid, list: json) -> many import_known   sqlite
SELECT phone AS text, id, external_id IS NOT NULL AS has_external_id FROM customers
WHERE company_id = $1 AND phone IN (SELECT value FROM json_each($2));
-- import_known_by_phone (company: uuid, list: json) -> many import_known   postgres
SELECT phone AS text, id, external_id IS NOT NULL AS has_external_id FROM customers
WHERE company_id = $1 AND phone = ANY (ARRAY(SELECT jsonb_array_elements_text($2)));

-- People of a list: the bytes of their ids, one after another.
-- import_known_by_id (company: uuid, list: blob) -> many import_known   sqlite
WITH RECURSIVE places (i) AS (VALUES (1) UNION ALL SELECT i + 16 FROM places WHERE i + 16 < length($2))
SELECT '' AS text, id, external_id IS NOT NULL AS has_external_id FROM customers
WHERE company_id = $1 AND id IN (SELECT substr($2, i, 16) FROM places);
-- import_known_by_id (company: uuid, list: blob) -> many import_known   postgres
SELECT '' AS text, id, external_id IS NOT NULL AS has_external_id FROM customers
WHERE company_id = $1 AND id = ANY (ARRAY(
    SELECT CAST(encode(substring($2 FROM i FOR 16), 'hex') AS uuid)
    FROM generate_series(1, length($2), 16) AS places (i)));

-- Orders of a list.
-- import_known_orders (company: uuid, list: json) -> many import_known   sqlite
SELECT external_id AS text, id, TRUE AS has_external_id FROM orders
WHERE company_id = $1 AND external_id IN (SELECT value FROM json_each($2));
-- import_known_orders (company: uuid, list: json) -> many import_known   postgres
SELECT external_id AS text, id, TRUE AS has_external_id FROM orders
WHERE company_id = $1 AND external_id = ANY (ARRAY(SELECT jsonb_array_elements_text($2)));

-- Orders of a list of our own numbers.
-- import_known_numbers (company: uuid, list: json) -> many import_known   sqlite
SELECT order_number AS text, id, external_id IS NOT NULL AS has_external_id FROM orders
WHERE company_id = $1 AND order_number IN (SELECT value FROM json_each($2));
-- import_known_numbers (company: uuid, list: json) -> many import_known   postgres
SELECT order_number AS text, id, external_id IS NOT NULL AS has_external_id FROM orders
WHERE company_id = $1 AND order_number = ANY (ARRAY(SELECT jsonb_array_elements_text($2)));

-- import_customer_with_external_id (company: uuid, external_id: text) -> one (id: uuid)
SELECT id FROM customers WHERE company_id = $1 AND external_id = $2;

-- import_customer_with_phone (company: uuid, phone: text) -> one (id: uuid)
SELECT id FROM customers WHERE company_id = $1 AND phone = $2;

-- import_customer_exists (company: uuid, id: uuid) -> one (id: uuid)
SELECT id FROM customers WHERE company_id = $1 AND id = $2;

-- import_order_with_external_id (company: uuid, external_id: text) -> one (id: uuid)
SELECT id FROM orders WHERE company_id = $1 AND external_id = $2;

-- import_order_with_number (company: uuid, number: text) -> one (id: uuid)
SELECT id FROM orders WHERE company_id = $1 AND order_number = $2;

-- A person known by phone gets the id of another system that it lacked.
-- import_adopt_external_id (company: uuid, id: uuid, external_id: text, now: time) -> count
UPDATE customers SET external_id = $3, version = version + 1, updated_at = $4
WHERE company_id = $1 AND id = $2 AND external_id IS NULL;

-- A person who came deactivated; no change of the record since it was made.
-- import_customer_deactivate (company: uuid, id: uuid) -> count
UPDATE customers SET is_active = FALSE WHERE company_id = $1 AND id = $2;

-- People that a batch made, in order, with what speaks against deleting them.
-- import_batch_customers (company: uuid, batch: uuid, after: uuid, limit: int) -> many (id: uuid, name: text, order_count: int, version: int, balance: int, loyalty_points: int, has_login: bool)
SELECT id, name, order_count, version, balance, loyalty_points, user_id IS NOT NULL OR EXISTS (
        SELECT 1 FROM users u WHERE u.company_id = $1 AND u.customer_id = customers.id)
    OR EXISTS (
        SELECT 1 FROM users u WHERE u.company_id = $1 AND u.pending_customer_id = customers.id)
    AS has_login
FROM customers WHERE company_id = $1 AND batch_id = $2 AND id > $3 ORDER BY id LIMIT $4;

-- Orders that a batch made, in order.
-- import_batch_orders (company: uuid, batch: uuid, after: uuid, limit: int) -> many (id: uuid)
SELECT id
FROM orders WHERE company_id = $1 AND batch_id = $2 AND id > $3 ORDER BY id LIMIT $4;

-- Logins that a batch made, in order.
-- import_batch_users (company: uuid, batch: uuid, after: uuid, limit: int) -> many (id: uuid, version: int, has_signed_in: bool)
SELECT id, version, last_login_at IS NOT NULL AS has_signed_in
FROM users WHERE company_id = $1 AND batch_id = $2 AND id > $3 ORDER BY id LIMIT $4;

-- import_user_delete (company: uuid, id: uuid) -> count
DELETE FROM users WHERE company_id = $1 AND id = $2;

-- row export_customer (id: uuid, external_id: text?, name: text, preferred_name: text?, phone: text?, email: text?, address: text?, area: text?, birthday: date?, anniversary: date?, notes: text?, tags: json, preferences: json, is_active: bool, created_at: time)

-- People in the order of their ids, as an export has them.
-- export_customers (company: uuid, after: uuid, limit: int) -> many export_customer
SELECT id, external_id, name, preferred_name, phone, email, address, area, birthday, anniversary,
    notes, tags, preferences, is_active, created_at
FROM customers WHERE company_id = $1 AND id > $2 ORDER BY id LIMIT $3;

-- row export_order (id: uuid, external_id: text?, order_number: text?, customer_id: uuid?, customer_external_id: text?, customer_name: text, customer_phone: text?, store_code: text?, source: text, status: text, discount: int, total_amount: int, refunded_amount: int, notes: text?, created_at: time)

-- Orders in the order of their ids, with what others call their customer and store.
-- export_orders (company: uuid, after: uuid, limit: int) -> many export_order
SELECT o.id, o.external_id, o.order_number, o.customer_id, c.external_id AS customer_external_id,
    o.customer_name, o.customer_phone, s.code AS store_code, o.source, o.status, o.discount,
    o.total_amount, o.refunded_amount, o.notes, o.created_at
FROM orders o
LEFT JOIN customers c ON c.company_id = o.company_id AND c.id = o.customer_id
LEFT JOIN stores s ON s.company_id = o.company_id AND s.id = o.store_id
WHERE o.company_id = $1 AND o.id > $2 ORDER BY o.id LIMIT $3;

-- Lines of the orders of a page, which lie between two ids.
-- export_order_lines (company: uuid, first: uuid, last: uuid) -> many (order_id: uuid, sku: text?, name: text, quantity: int, unit_price: int, discount: int)
SELECT order_id, sku, name, quantity, unit_price, discount
FROM order_lines WHERE company_id = $1 AND order_id >= $2 AND order_id <= $3
ORDER BY order_id, line_no;

-- How the orders of a page were paid first.
-- export_order_payments (company: uuid, first: uuid, last: uuid) -> many (order_id: uuid, method: text)
SELECT order_id, method
FROM order_payments WHERE company_id = $1 AND order_id >= $2 AND order_id <= $3 AND payment_no = 1
ORDER BY order_id;
