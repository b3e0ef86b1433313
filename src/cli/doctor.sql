-- What `doctor` and `restore` ask the engine itself.

-- Lines that name damage; the one line "ok" when there is none.
-- across companies: the whole file
-- health_integrity_lines () -> many (line: text) sqlite
SELECT integrity_check AS line FROM pragma_integrity_check(20);
-- across companies: PostgreSQL checks its pages itself (checksums, amcheck)
-- health_integrity_lines () -> many (line: text) postgres
SELECT CAST('ok' AS text) AS line;

-- Rows whose foreign key points nowhere.
-- across companies: the whole file
-- health_orphans () -> many (line: text) sqlite
SELECT "table" || ' row without its ' || parent AS line FROM pragma_foreign_key_check LIMIT 20;
-- across companies: PostgreSQL refuses such rows
-- health_orphans () -> many (line: text) postgres
SELECT CAST('' AS text) AS line WHERE false;

-- The names of all indexes, those of keys included.
-- across companies: the schema has no company
-- health_indexes () -> many (name: text) sqlite
SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name;
-- across companies: the schema has no company
-- health_indexes () -> many (name: text) postgres
SELECT CAST(indexname AS text) AS name FROM pg_indexes
WHERE schemaname = current_schema() ORDER BY 1;
