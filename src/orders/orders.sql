-- Orders as others see them: a person's last ones, in short.

-- row order_brief (id: uuid, order_number: text?, total_amount: int, status: text, created_at: time)

-- The last orders of a person, newest first.
-- orders_of_customer (company: uuid, customer: uuid, limit: int) -> many order_brief
SELECT id, order_number, total_amount, status, created_at
FROM orders
WHERE company_id = $1 AND customer_id = $2
ORDER BY created_at DESC, id DESC
LIMIT $3;
