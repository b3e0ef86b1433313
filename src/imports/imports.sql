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
FROM import_batches WHERE company_id = $1 ORDER BY id DESC LIMIT $2;

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
-- import_batch_customers (company: uuid, batch: uuid, after: uuid, limit: int) -> many (id: uuid, order_count: int, version: int, balance: int, loyalty_points: int, has_login: bool)
SELECT id, order_count, version, balance, loyalty_points, user_id IS NOT NULL OR EXISTS (
        SELECT 1 FROM users u WHERE u.company_id = $1 AND u.customer_id = customers.id) AS has_login
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
