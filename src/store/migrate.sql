-- What was applied to a store. The table belongs to no company.

-- row migration_row (number: int, name: text, checksum: text, applied_at: time)

-- Is there a table of them at all: asked without making one.
-- migrations_known () -> one (n: int) sqlite
-- across companies: the schema is everybody's
SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations';
-- migrations_known () -> one (n: int) postgres
SELECT count(*) AS n FROM pg_catalog.pg_tables
WHERE schemaname = current_schema() AND tablename = 'schema_migrations';

-- Everything applied, in order.
-- migrations_applied () -> many migration_row
-- across companies: the schema is everybody's
SELECT number, name, checksum, applied_at FROM schema_migrations ORDER BY number;

-- migration_note (number: int, name: text, checksum: text, applied_at: time) -> count
-- across companies: the schema is everybody's
INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4);

-- migration_forget (number: int) -> count
-- across companies: the schema is everybody's
DELETE FROM schema_migrations WHERE number = $1;
