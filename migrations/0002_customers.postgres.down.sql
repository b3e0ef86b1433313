DROP TABLE customer_tags;
DROP TABLE name_variants;
DROP TABLE customer_names;
DROP TABLE customer_former_phones;
DROP TABLE customers;
