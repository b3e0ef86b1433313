-- Lists whose filter lets few people through: found by the filter's own index, where walking the
-- order of the list would pass over everybody else.

-- What a list needs to know of a person to put them in order.
-- row customer_few (id: uuid, name_key: blob, created_at: time, last_order_at: time?)

-- How many have a tag, as far as `most`.
-- customers_count_tagged (company: uuid, tag: text, most: int) -> one (n: int)
SELECT COUNT(*) AS n FROM (
    SELECT 1 AS one FROM customer_tags WHERE company_id = $1 AND tag = $2 LIMIT $3) AS found;

-- customers_count_created (company: uuid, low: time, high: time, most: int) -> one (n: int)
SELECT COUNT(*) AS n FROM (
    SELECT 1 AS one FROM customers
    WHERE company_id = $1 AND created_at >= $2 AND created_at < $3 LIMIT $4) AS found;

-- customers_count_served (company: uuid, low: time, high: time, most: int) -> one (n: int)
SELECT COUNT(*) AS n FROM (
    SELECT 1 AS one FROM customers
    WHERE company_id = $1 AND last_order_at >= $2 AND last_order_at < $3 LIMIT $4) AS found;

-- CROSS JOIN: SQLite then begins with the tag.
-- customers_few_tagged struct (company: uuid, any_active: bool, active: bool, any_phone: bool,
-- phone: bool, created_from: time, created_to: time, never: time, last_from: time, last_to: time,
-- tag: text?, limit: int) -> many customer_few
SELECT c.id, c.name_key, c.created_at, c.last_order_at
FROM customer_tags t CROSS JOIN customers c
WHERE t.company_id = $1 AND t.tag = $11 AND c.company_id = $1 AND c.id = t.customer_id
    AND ($2 OR c.is_active = $3) AND ($4 OR (c.phone IS NOT NULL) = $5)
    AND COALESCE(c.created_at, $8) >= $6 AND COALESCE(c.created_at, $8) < $7
    AND COALESCE(c.last_order_at, $8) >= $9 AND COALESCE(c.last_order_at, $8) < $10
LIMIT $12;

-- customers_few_created struct (company: uuid, any_active: bool, active: bool, any_phone: bool,
-- phone: bool, created_from: time, created_to: time, never: time, last_from: time, last_to: time,
-- tag: text?, limit: int) -> many customer_few
SELECT id, name_key, created_at, last_order_at
FROM customers
WHERE company_id = $1 AND created_at >= $6 AND created_at < $7
    AND ($2 OR is_active = $3) AND ($4 OR (phone IS NOT NULL) = $5)
    AND COALESCE(last_order_at, $8) >= $9 AND COALESCE(last_order_at, $8) < $10
    AND ($11 IS NULL OR EXISTS (SELECT 1 FROM customer_tags t
        WHERE t.company_id = $1 AND t.tag = $11 AND t.customer_id = customers.id))
LIMIT $12;

-- customers_few_served struct (company: uuid, any_active: bool, active: bool, any_phone: bool,
-- phone: bool, created_from: time, created_to: time, never: time, last_from: time, last_to: time,
-- tag: text?, limit: int) -> many customer_few
SELECT id, name_key, created_at, last_order_at
FROM customers
WHERE company_id = $1 AND last_order_at >= $9 AND last_order_at < $10
    AND ($2 OR is_active = $3) AND ($4 OR (phone IS NOT NULL) = $5)
    AND COALESCE(created_at, $8) >= $6 AND COALESCE(created_at, $8) < $7
    AND ($11 IS NULL OR EXISTS (SELECT 1 FROM customer_tags t
        WHERE t.company_id = $1 AND t.tag = $11 AND t.customer_id = customers.id))
LIMIT $12;

-- customers_count_inactive (company: uuid, most: int) -> one (n: int)
SELECT COUNT(*) AS n FROM (
    SELECT 1 AS one FROM customers WHERE company_id = $1 AND NOT is_active LIMIT $2) AS found;

-- customers_few_inactive struct (company: uuid, any_active: bool, active: bool, any_phone: bool,
-- phone: bool, created_from: time, created_to: time, never: time, last_from: time, last_to: time,
-- tag: text?, limit: int) -> many customer_few
SELECT id, name_key, created_at, last_order_at
FROM customers
WHERE company_id = $1 AND NOT is_active AND ($2 OR is_active = $3)
    AND ($4 OR (phone IS NOT NULL) = $5)
    AND COALESCE(created_at, $8) >= $6 AND COALESCE(created_at, $8) < $7
    AND COALESCE(last_order_at, $8) >= $9 AND COALESCE(last_order_at, $8) < $10
    AND ($11 IS NULL OR EXISTS (SELECT 1 FROM customer_tags t
        WHERE t.company_id = $1 AND t.tag = $11 AND t.customer_id = customers.id))
LIMIT $12;
