-- Orders, their lines, payments and refunds, and the day's numbers.
-- Locks are taken in one order everywhere: customer, order, number.

-- row order_brief (id: uuid, order_number: text?, total_amount: int, status: text, is_unproven: bool, created_at: time)

-- row order_row (id: uuid, order_number: text?, external_id: text?, store_id: uuid?, customer_id: uuid?, customer_type: text, customer_name: text, customer_phone: text?, customer_address: text?, source: text, status: text, fulfilment: text, payment_method: text?, is_unproven: bool, subtotal: int, discount: int, total_amount: int, paid_amount: int, refunded_amount: int, last_line: int, currency: text, notes: text?, created_by_user_id: uuid?, version: int, created_at: time, paid_at: time?, updated_at: time)

-- row order_line_row (line_no: int, sku: text?, name: text, quantity: int, unit_price: int, discount: int, amount: int)

-- row order_payment_row (payment_no: int, method: text, amount: int, tendered: int?, change: int?, reference: text?, created_by_user_id: uuid?, created_at: time)

-- row order_refund_row (refund_no: int, method: text, amount: int, reason: text?, created_by_user_id: uuid?, created_at: time)

-- row order_item_row (sku: text?, name: text, unit_price: int, times: int)

-- row order_offer (id: uuid, order_number: text?, total_amount: int, created_at: time)

-- row order_context (customer_id: uuid?, customer_name: text?, customer_phone: text?, customer_address: text?, customer_verified: bool, store_id: uuid?, store_active: bool, same_id: uuid?, taken_id: uuid?, taken_number: text?)

-- row order_customer (id: uuid, name: text, phone: text?, address: text?, is_phone_verified: bool)

-- The last orders of a person, newest first.
-- orders_of_customer (company: uuid, customer: uuid, limit: int) -> many order_brief
SELECT id, order_number, total_amount, status, is_unproven, created_at
FROM orders
WHERE company_id = $1 AND customer_id = $2
ORDER BY created_at DESC, id DESC
LIMIT $3;

-- Articles of the newest orders, by how many lines name them, each with the
-- price of its newest line.
-- order_items_sold (company: uuid, orders: int, limit: int) -> many order_item_row
SELECT sku, name, unit_price, times
FROM (SELECT l.sku, l.name, l.unit_price,
             COUNT(*) OVER (PARTITION BY l.sku, l.name) AS times,
             ROW_NUMBER() OVER (PARTITION BY l.sku, l.name
                                ORDER BY o.created_at DESC, o.id DESC, l.line_no) AS nth
      FROM (SELECT company_id, id, created_at FROM orders
            WHERE company_id = $1 AND status = 'PAID'
            ORDER BY created_at DESC, id DESC LIMIT $2) AS o
      JOIN order_lines l ON l.company_id = o.company_id AND l.order_id = o.id) AS sold
WHERE nth = 1
ORDER BY times DESC, name, sku LIMIT $3;

-- The same of one person; of articles bought equally often the newest first.
-- order_items_bought (company: uuid, customer: uuid, orders: int, limit: int) -> many order_item_row
SELECT sku, name, unit_price, times
FROM (SELECT l.sku, l.name, l.unit_price, o.created_at,
             COUNT(*) OVER (PARTITION BY l.sku, l.name) AS times,
             ROW_NUMBER() OVER (PARTITION BY l.sku, l.name
                                ORDER BY o.created_at DESC, o.id DESC, l.line_no) AS nth
      FROM (SELECT company_id, id, created_at FROM orders
            WHERE company_id = $1 AND customer_id = $2 AND status = 'PAID'
            ORDER BY created_at DESC, id DESC LIMIT $3) AS o
      JOIN order_lines l ON l.company_id = o.company_id AND l.order_id = o.id) AS bought
WHERE nth = 1
ORDER BY times DESC, created_at DESC, name, sku LIMIT $4;

-- What a new order needs to know, in one look: its customer and store, the
-- order that has its id already, and the one that has its externalId.
-- across companies: the company's own row, by its id
-- order_context_of (company: uuid, customer: uuid?, store: uuid?, id: uuid?, external_id: text?) -> one order_context
SELECT c.id, c.name, c.phone, c.address, COALESCE(c.is_phone_verified, FALSE), s.id,
       COALESCE(s.is_active, FALSE), o.id, x.id, x.order_number
FROM companies t
LEFT JOIN customers c ON c.company_id = t.id AND c.id = $2
LEFT JOIN stores s ON s.company_id = t.id AND s.id = $3
LEFT JOIN orders o ON o.company_id = t.id AND o.id = $4
LEFT JOIN orders x ON x.company_id = t.id AND x.external_id = $5
WHERE t.id = $1;

-- The next n numbers of a day: the last of them.
-- order_number_take (company: uuid, day: int, n: int) -> one (last: int)
INSERT INTO order_numbers (company_id, day, last) VALUES ($1, $2, $3)
ON CONFLICT (company_id, day) DO UPDATE SET last = order_numbers.last + $3
RETURNING last;

-- A new order. Its id and externalId were looked up before; when somebody takes
-- one in between, the executor runs the request again.
-- order_put struct (company: uuid, id: uuid, order_number: text?, external_id: text?, store: uuid?, customer: uuid?, customer_type: text, customer_name: text, customer_phone: text?, customer_address: text?, source: text, status: text, subtotal: int, discount: int, total_amount: int, paid_amount: int, refunded_amount: int, last_line: int, currency: text, notes: text?, created_by: uuid?, batch: uuid?, created_at: time, updated_at: time, paid_at: time?, payment_method: text?, is_unproven: bool) -> effect
INSERT INTO orders (company_id, id, order_number, external_id, store_id, customer_id, customer_type,
    customer_name, customer_phone, customer_address, source, status, fulfilment, subtotal, discount,
    total_amount, paid_amount, refunded_amount, last_line, currency, notes, created_by_user_id,
    batch_id, version, created_at, paid_at, updated_at, payment_method, is_unproven)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'NONE', $13, $14, $15, $16, $17, $18,
    $19, $20, $21, $22, 1, $23, $25, $24, $26, $27);

-- Lines, payments and refunds go with it.
-- order_delete (company: uuid, id: uuid) -> count
DELETE FROM orders WHERE company_id = $1 AND id = $2;

-- order_line_insert (company: uuid, order: uuid, line_no: int, sku: text?, name: text, quantity: int, unit_price: int, discount: int, amount: int) -> effect
INSERT INTO order_lines (company_id, order_id, line_no, sku, name, quantity, unit_price, discount,
    amount)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- order_line_update (company: uuid, order: uuid, line_no: int, sku: text?, name: text, quantity: int, unit_price: int, discount: int, amount: int) -> effect
UPDATE order_lines SET sku = $4, name = $5, quantity = $6, unit_price = $7, discount = $8,
    amount = $9
WHERE company_id = $1 AND order_id = $2 AND line_no = $3;

-- order_line_delete (company: uuid, order: uuid, line_no: int) -> effect
DELETE FROM order_lines WHERE company_id = $1 AND order_id = $2 AND line_no = $3;

-- order_payment_insert (company: uuid, order: uuid, payment_no: int, method: text, amount: int, tendered: int?, reference: text?, created_by: uuid?, created_at: time) -> effect
INSERT INTO order_payments (company_id, order_id, payment_no, method, amount, tendered, reference,
    created_by_user_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- order_refund_insert (company: uuid, order: uuid, refund_no: int, method: text, amount: int, reason: text?, created_by: uuid?, created_at: time) -> effect
INSERT INTO order_refunds (company_id, order_id, refund_no, method, amount, reason,
    created_by_user_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- order_by_id (company: uuid, id: uuid) -> one order_row
SELECT id, order_number, external_id, store_id, customer_id, customer_type, customer_name,
       customer_phone, customer_address, source, status, fulfilment, payment_method, is_unproven,
       subtotal, discount, total_amount, paid_amount, refunded_amount, last_line, currency, notes,
       created_by_user_id, version, created_at, paid_at, updated_at
FROM orders WHERE company_id = $1 AND id = $2;

-- order_lock (company: uuid, id: uuid) -> one order_row
SELECT id, order_number, external_id, store_id, customer_id, customer_type, customer_name,
       customer_phone, customer_address, source, status, fulfilment, payment_method, is_unproven,
       subtotal, discount, total_amount, paid_amount, refunded_amount, last_line, currency, notes,
       created_by_user_id, version, created_at, paid_at, updated_at
FROM orders WHERE company_id = $1 AND id = $2 /*for update*/;

-- The customer of an order, held until the change of the order is done.
-- order_customer_lock (company: uuid, id: uuid) -> one order_customer
SELECT id, name, phone, address, is_phone_verified
FROM customers WHERE company_id = $1 AND id = $2 /*for update*/;

-- order_lines_of (company: uuid, order: uuid) -> many order_line_row
SELECT line_no, sku, name, quantity, unit_price, discount, amount
FROM order_lines WHERE company_id = $1 AND order_id = $2 ORDER BY line_no;

-- order_payments_of (company: uuid, order: uuid) -> many order_payment_row
SELECT payment_no, method, amount, tendered, tendered - amount, reference, created_by_user_id,
       created_at
FROM order_payments WHERE company_id = $1 AND order_id = $2 ORDER BY payment_no;

-- order_refunds_of (company: uuid, order: uuid) -> many order_refund_row
SELECT refund_no, method, amount, reason, created_by_user_id, created_at
FROM order_refunds WHERE company_id = $1 AND order_id = $2 ORDER BY refund_no;

-- All that can change of an order whose row is locked.
-- order_save struct (company: uuid, id: uuid, customer: uuid?, customer_type: text, customer_name: text, customer_phone: text?, customer_address: text?, status: text, subtotal: int, discount: int, total_amount: int, paid_amount: int, refunded_amount: int, last_line: int, notes: text?, version: int, paid_at: time?, updated_at: time, payment_method: text?, is_unproven: bool) -> effect
UPDATE orders SET customer_id = $3, customer_type = $4, customer_name = $5, customer_phone = $6,
    customer_address = $7, status = $8, subtotal = $9, discount = $10, total_amount = $11,
    paid_amount = $12, refunded_amount = $13, last_line = $14, notes = $15, version = $16,
    paid_at = $17, updated_at = $18, payment_method = $19, is_unproven = $20
WHERE company_id = $1 AND id = $2;

-- All orders of a record that becomes part of another.
-- orders_customer_move (company: uuid, from: uuid, to: uuid, now: time) -> count
UPDATE orders SET customer_id = $3, version = version + 1, updated_at = $4
WHERE company_id = $1 AND customer_id = $2;

-- What was ordered under a number that was merely typed then and is proved now.
-- orders_phone_proved (company: uuid, customer: uuid, phone: text, since: time, now: time) -> count
UPDATE orders SET is_unproven = FALSE, version = version + 1, updated_at = $5
WHERE company_id = $1 AND customer_id = $2 AND customer_phone = $3 AND created_at >= $4
    AND is_unproven;

-- First and last order that counts for a person.
-- order_paid_span (company: uuid, customer: uuid) -> one (first_at: time?, last_at: time?)
SELECT min(created_at), max(created_at)
FROM orders WHERE company_id = $1 AND customer_id = $2 AND status = 'PAID';

-- Earlier walk-in orders under the same number, newest first.
-- order_offers (company: uuid, phone: text, except: uuid) -> many order_offer
SELECT id, order_number, total_amount, created_at
FROM orders
WHERE company_id = $1 AND customer_phone = $2 AND customer_id IS NULL AND id <> $3
    AND status <> 'CANCELLED'
ORDER BY created_at DESC, id DESC LIMIT 20;

-- Lists, newest first, below a place (at, before). One statement an index:
-- by time, customer, store, phone, number, and the few that are not paid.
-- orders_by_time (company: uuid, at: time, before: uuid, from: time, customer: uuid?, store: uuid?, status: text?, source: text?, phone: text?, number: text?, limit: int) -> many order_row
SELECT id, order_number, external_id, store_id, customer_id, customer_type, customer_name,
       customer_phone, customer_address, source, status, fulfilment, payment_method, is_unproven,
       subtotal, discount, total_amount, paid_amount, refunded_amount, last_line, currency, notes,
       created_by_user_id, version, created_at, paid_at, updated_at
FROM orders
WHERE company_id = $1 AND (created_at, id) < ($2, $3) AND created_at >= $4
    AND ($5 IS NULL OR customer_id = $5) AND ($6 IS NULL OR store_id = $6)
    AND ($7 IS NULL OR status = $7) AND ($8 IS NULL OR source = $8)
    AND ($9 IS NULL OR customer_phone = $9) AND ($10 IS NULL OR order_number = $10)
ORDER BY created_at DESC, id DESC LIMIT $11;

-- orders_by_customer (company: uuid, at: time, before: uuid, from: time, customer: uuid, store: uuid?, status: text?, source: text?, phone: text?, number: text?, limit: int) -> many order_row
SELECT id, order_number, external_id, store_id, customer_id, customer_type, customer_name,
       customer_phone, customer_address, source, status, fulfilment, payment_method, is_unproven,
       subtotal, discount, total_amount, paid_amount, refunded_amount, last_line, currency, notes,
       created_by_user_id, version, created_at, paid_at, updated_at
FROM orders
WHERE company_id = $1 AND customer_id = $5 AND (created_at, id) < ($2, $3) AND created_at >= $4
    AND ($6 IS NULL OR store_id = $6) AND ($7 IS NULL OR status = $7)
    AND ($8 IS NULL OR source = $8) AND ($9 IS NULL OR customer_phone = $9)
    AND ($10 IS NULL OR order_number = $10)
ORDER BY created_at DESC, id DESC LIMIT $11;

-- A person's own, as their logins see them: without those that somebody made
-- under their number and nobody has proved.
-- orders_own (company: uuid, at: time, before: uuid, from: time, customer: uuid, store: uuid?, status: text?, source: text?, phone: text?, number: text?, limit: int) -> many order_row
SELECT id, order_number, external_id, store_id, customer_id, customer_type, customer_name,
       customer_phone, customer_address, source, status, fulfilment, payment_method, is_unproven,
       subtotal, discount, total_amount, paid_amount, refunded_amount, last_line, currency, notes,
       created_by_user_id, version, created_at, paid_at, updated_at
FROM orders
WHERE company_id = $1 AND customer_id = $5 AND (created_at, id) < ($2, $3) AND created_at >= $4
    AND NOT is_unproven AND ($6 IS NULL OR store_id = $6)
    AND ($7 IS NULL OR status = $7) AND ($8 IS NULL OR source = $8)
    AND ($9 IS NULL OR customer_phone = $9)
    AND ($10 IS NULL OR order_number = $10 OR external_id = $10)
ORDER BY created_at DESC, id DESC LIMIT $11;

-- orders_by_store (company: uuid, at: time, before: uuid, from: time, customer: uuid?, store: uuid, status: text?, source: text?, phone: text?, number: text?, limit: int) -> many order_row
SELECT id, order_number, external_id, store_id, customer_id, customer_type, customer_name,
       customer_phone, customer_address, source, status, fulfilment, payment_method, is_unproven,
       subtotal, discount, total_amount, paid_amount, refunded_amount, last_line, currency, notes,
       created_by_user_id, version, created_at, paid_at, updated_at
FROM orders
WHERE company_id = $1 AND store_id = $6 AND (created_at, id) < ($2, $3) AND created_at >= $4
    AND ($5 IS NULL OR customer_id = $5) AND ($7 IS NULL OR status = $7)
    AND ($8 IS NULL OR source = $8) AND ($9 IS NULL OR customer_phone = $9)
    AND ($10 IS NULL OR order_number = $10)
ORDER BY created_at DESC, id DESC LIMIT $11;

-- orders_by_phone (company: uuid, at: time, before: uuid, from: time, customer: uuid?, store: uuid?, status: text?, source: text?, phone: text, number: text?, limit: int) -> many order_row
SELECT id, order_number, external_id, store_id, customer_id, customer_type, customer_name,
       customer_phone, customer_address, source, status, fulfilment, payment_method, is_unproven,
       subtotal, discount, total_amount, paid_amount, refunded_amount, last_line, currency, notes,
       created_by_user_id, version, created_at, paid_at, updated_at
FROM orders
WHERE company_id = $1 AND customer_phone = $9 AND (created_at, id) < ($2, $3) AND created_at >= $4
    AND ($5 IS NULL OR customer_id = $5) AND ($6 IS NULL OR store_id = $6)
    AND ($7 IS NULL OR status = $7) AND ($8 IS NULL OR source = $8)
    AND ($10 IS NULL OR order_number = $10)
ORDER BY created_at DESC, id DESC LIMIT $11;

-- orders_by_number (company: uuid, at: time, before: uuid, from: time, customer: uuid?, store: uuid?, status: text?, source: text?, phone: text?, number: text, limit: int) -> many order_row
SELECT id, order_number, external_id, store_id, customer_id, customer_type, customer_name,
       customer_phone, customer_address, source, status, fulfilment, payment_method, is_unproven,
       subtotal, discount, total_amount, paid_amount, refunded_amount, last_line, currency, notes,
       created_by_user_id, version, created_at, paid_at, updated_at
FROM orders
WHERE company_id = $1 AND (order_number = $10 OR external_id = $10) AND (created_at, id) < ($2, $3) AND created_at >= $4
    AND ($5 IS NULL OR customer_id = $5) AND ($6 IS NULL OR store_id = $6)
    AND ($7 IS NULL OR status = $7) AND ($8 IS NULL OR source = $8)
    AND ($9 IS NULL OR customer_phone = $9)
ORDER BY created_at DESC, id DESC LIMIT $11;

-- orders_by_status (company: uuid, at: time, before: uuid, from: time, customer: uuid?, store: uuid?, status: text, source: text?, phone: text?, number: text?, limit: int) -> many order_row
SELECT id, order_number, external_id, store_id, customer_id, customer_type, customer_name,
       customer_phone, customer_address, source, status, fulfilment, payment_method, is_unproven,
       subtotal, discount, total_amount, paid_amount, refunded_amount, last_line, currency, notes,
       created_by_user_id, version, created_at, paid_at, updated_at
FROM orders
WHERE company_id = $1 AND status <> 'PAID' AND status = $7 AND (created_at, id) < ($2, $3)
    AND created_at >= $4
    AND ($5 IS NULL OR customer_id = $5) AND ($6 IS NULL OR store_id = $6)
    AND ($8 IS NULL OR source = $8) AND ($9 IS NULL OR customer_phone = $9)
    AND ($10 IS NULL OR order_number = $10)
ORDER BY created_at DESC, id DESC LIMIT $11;

-- Which of these externalIds (a JSON array) are there already.
-- orders_known (company: uuid, external_ids: json) -> many (external_id: text)   sqlite
SELECT external_id FROM orders
WHERE company_id = $1 AND external_id IN (SELECT value FROM json_each($2));
-- orders_known (company: uuid, external_ids: json) -> many (external_id: text)   postgres
SELECT external_id FROM orders
WHERE company_id = $1 AND external_id IN (SELECT jsonb_array_elements_text($2));

-- What `doctor` recomputes, a page at a time.
-- across companies: doctor looks at all of them
-- order_check_companies (after: uuid) -> many (id: uuid)
SELECT id FROM companies WHERE id > $1 ORDER BY id LIMIT 200;

-- An order beside what its lines, payments and refunds add up to.
-- order_check_totals (company: uuid, after: uuid) -> many (id: uuid, status: text, subtotal: int, discount: int, total_amount: int, paid_amount: int, refunded_amount: int, paid_at: time?, last_line: int, lines_amount: int, payments_amount: int, refunds_amount: int)
SELECT o.id, o.status, o.subtotal, o.discount, o.total_amount, o.paid_amount, o.refunded_amount,
       o.paid_at, o.last_line,
       (SELECT CAST(COALESCE(sum(l.amount), 0) AS bigint) FROM order_lines l
        WHERE l.company_id = $1 AND l.order_id = o.id),
       (SELECT CAST(COALESCE(sum(p.amount), 0) AS bigint) FROM order_payments p
        WHERE p.company_id = $1 AND p.order_id = o.id),
       (SELECT CAST(COALESCE(sum(r.amount), 0) AS bigint) FROM order_refunds r
        WHERE r.company_id = $1 AND r.order_id = o.id)
FROM orders o
WHERE o.company_id = $1 AND o.id > $2 ORDER BY o.id LIMIT 500;

-- Lines of those orders, to work out each amount again.
-- order_check_lines (company: uuid, after: uuid, last: uuid) -> many (order_id: uuid, line_no: int, quantity: int, unit_price: int, discount: int, amount: int)
SELECT order_id, line_no, quantity, unit_price, discount, amount
FROM order_lines WHERE company_id = $1 AND order_id > $2 AND order_id <= $3;

-- A person's statistics beside what their orders add up to.
-- order_check_stats (company: uuid, after: uuid) -> many (id: uuid, order_count: int, total_orders: int, visit_count: int, total_spent: int, first_order_at: time?, last_order_at: time?, found_count: int, found_orders: int, found_visits: int, found_spent: int, found_first: time?, found_last: time?)
SELECT c.id, c.order_count, c.total_orders, c.visit_count, c.total_spent, c.first_order_at,
       c.last_order_at, count(o.id),
       CAST(COALESCE(sum(CASE WHEN o.status = 'PAID' THEN 1 ELSE 0 END), 0) AS bigint),
       CAST(COALESCE(sum(CASE WHEN o.status = 'PAID' AND o.source = 'POS' THEN 1 ELSE 0 END), 0)
            AS bigint),
       CAST(COALESCE(sum(CASE WHEN o.status IN ('PAID', 'REFUNDED')
                              THEN o.paid_amount - o.refunded_amount ELSE 0 END), 0) AS bigint),
       min(CASE WHEN o.status = 'PAID' THEN o.created_at END),
       max(CASE WHEN o.status = 'PAID' THEN o.created_at END)
FROM (SELECT id, order_count, total_orders, visit_count, total_spent, first_order_at, last_order_at
      FROM customers WHERE company_id = $1 AND id > $2 ORDER BY id LIMIT 500) c
LEFT JOIN orders o ON o.company_id = $1 AND o.customer_id = c.id
GROUP BY c.id, c.order_count, c.total_orders, c.visit_count, c.total_spent, c.first_order_at,
         c.last_order_at
ORDER BY c.id;

-- The days on which a company gave out numbers.
-- order_check_days (company: uuid, after: int) -> many (day: int, last: int)
SELECT day, last FROM order_numbers WHERE company_id = $1 AND day > $2 ORDER BY day LIMIT 500;

-- The numbers between two texts: how many, how many different, the highest.
-- order_check_numbers (company: uuid, low: text, high: text) -> one (n: int, different: int, highest: int)
SELECT count(*), count(DISTINCT order_number),
       COALESCE(max(CAST(substr(order_number, 14) AS bigint)), 0)
FROM orders WHERE company_id = $1 AND order_number >= $2 AND order_number < $3;

-- All numbered orders of a company, to find those of days that gave none out.
-- order_check_numbered (company: uuid) -> one (orders: int)
SELECT count(*) FROM orders WHERE company_id = $1 AND order_number IS NOT NULL;
