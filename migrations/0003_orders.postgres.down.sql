DROP TABLE order_numbers;
DROP TABLE order_refunds;
DROP TABLE order_payments;
DROP TABLE order_lines;
DROP TABLE orders;
