-- Figures over orders of a time, for whoever runs the shop. Nothing is kept for
-- them: they are read from the orders when somebody asks.

-- row report_bucket (bucket: int, orders: int, sales: int)

-- Paid orders by quarters of an hour, which every zone's hours are made of.
-- report_buckets (company: uuid, from: time, to: time, store: uuid?) -> many report_bucket sqlite
SELECT created_at / 900000000 AS bucket, COUNT(*) AS orders,
    SUM(total_amount - refunded_amount) AS sales
FROM orders
WHERE company_id = $1 AND created_at >= $2 AND created_at < $3 AND paid_at IS NOT NULL
    AND ($4 IS NULL OR store_id = $4)
GROUP BY 1 ORDER BY 1;
-- report_buckets (company: uuid, from: time, to: time, store: uuid?) -> many report_bucket postgres
SELECT CAST(FLOOR(EXTRACT(EPOCH FROM created_at) / 900) AS bigint) AS bucket, COUNT(*) AS orders,
    CAST(SUM(total_amount - refunded_amount) AS bigint) AS sales
FROM orders
WHERE company_id = $1 AND created_at >= $2 AND created_at < $3 AND paid_at IS NOT NULL
    AND ($4 IS NULL OR store_id = $4)
GROUP BY 1 ORDER BY 1;

-- row report_item (name: text, quantity: int, sales: int)

-- What was sold most, by money.
-- report_items (company: uuid, from: time, to: time, store: uuid?, most: int) -> many report_item
SELECT l.name, CAST(SUM(l.quantity) AS bigint) AS quantity, CAST(SUM(l.amount) AS bigint) AS sales
FROM orders o
JOIN order_lines l ON l.company_id = o.company_id AND l.order_id = o.id
WHERE o.company_id = $1 AND o.created_at >= $2 AND o.created_at < $3 AND o.paid_at IS NOT NULL
    AND ($4 IS NULL OR o.store_id = $4)
GROUP BY l.name ORDER BY 3 DESC, 1 LIMIT $5;

-- People who bought, and those of them who did so for the first time.
-- report_people (company: uuid, from: time, to: time, store: uuid?) -> one (buyers: int, fresh: int)
SELECT COUNT(*) AS buyers,
    COALESCE(CAST(SUM(CASE WHEN c.first_order_at >= $2 THEN 1 ELSE 0 END) AS bigint), 0) AS fresh
FROM (SELECT DISTINCT company_id, customer_id FROM orders
    WHERE company_id = $1 AND created_at >= $2 AND created_at < $3 AND paid_at IS NOT NULL
        AND customer_id IS NOT NULL AND ($4 IS NULL OR store_id = $4)) AS b
JOIN customers c ON c.company_id = b.company_id AND c.id = b.customer_id
WHERE c.company_id = $1;
