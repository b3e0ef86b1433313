-- The peer's own plain tables, filled from Clientele's in the same database:
-- the same people and orders, and only the indexes that its five routes need.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
DROP SCHEMA IF EXISTS peer CASCADE;
CREATE SCHEMA peer;

CREATE TABLE peer.companies AS SELECT id, name FROM companies;
ALTER TABLE peer.companies ADD PRIMARY KEY (id);

-- People.
CREATE TABLE peer.customers AS
    SELECT id, company_id, name, phone, email, address, is_active, total_orders, visit_count,
           total_spent, first_order_at, last_order_at, created_at, updated_at
    FROM customers;
ALTER TABLE peer.customers ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX ON peer.customers (company_id, phone);
CREATE INDEX ON peer.customers USING gin (name gin_trgm_ops);

-- Sales.
CREATE TABLE peer.orders AS
    SELECT id, company_id, coalesce(order_number, external_id, CAST(id AS text)) AS order_number,
           customer_id, customer_name, customer_phone, status, total_amount, created_at
    FROM orders;
ALTER TABLE peer.orders ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX ON peer.orders (company_id, order_number);
CREATE INDEX ON peer.orders (customer_id, created_at);

CREATE TABLE peer.order_lines AS
    SELECT order_id, line_no, sku, name, quantity, unit_price, amount FROM order_lines;
ALTER TABLE peer.order_lines ADD PRIMARY KEY (order_id, line_no);

CREATE TABLE peer.order_payments AS
    SELECT order_id, payment_no, method, amount, created_at FROM order_payments;
ALTER TABLE peer.order_payments ADD PRIMARY KEY (order_id, payment_no);

-- The last number of a company's day.
CREATE TABLE peer.order_numbers AS SELECT company_id, day, last FROM order_numbers;
ALTER TABLE peer.order_numbers ADD PRIMARY KEY (company_id, day);

VACUUM ANALYZE;
