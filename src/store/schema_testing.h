/* For migrate_test: a schema as lines of text that read the same on both
 * engines when the schemas are the same. Native types are written as the types
 * SQLite keeps them in; keys by the names that errors show. */
#pragma once
#include "store/testing.h"

struct line {
    struct str text;
};

#define LINES_STMT(stmt_name, sqlite_sql, postgres_sql)                                            \
    static const struct stmt stmt_name = {.name = #stmt_name,                                      \
                                          .sqlite = sqlite_sql,                                    \
                                          .postgres = postgres_sql,                                \
                                          .kind = STMT_MANY,                                       \
                                          .cols = line_cols,                                       \
                                          .ncols = 1,                                              \
                                          .row_size = sizeof(struct line)}

static const struct sql_col line_cols[] = {{"text", SQL_TEXT, false, offsetof(struct line, text)}};

#define OUR_TABLES "m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
#define PG_TYPE                                                                                    \
    "CASE format_type(a.atttypid, a.atttypmod) WHEN 'uuid' THEN 'blob' WHEN 'bytea' THEN 'blob' "  \
    "WHEN 'jsonb' THEN 'text' WHEN 'text' THEN 'text' WHEN 'bigint' THEN 'integer' "               \
    "WHEN 'boolean' THEN 'integer' WHEN 'timestamp with time zone' THEN 'integer' "                \
    "WHEN 'date' THEN 'integer' ELSE 'no type of ours' END"
#define PG_TABLES                                                                                  \
    "pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace AND s.nspname = 'public' "

/* In the order of creation, which is an order in which rows can be put in. */
LINES_STMT(tables, "SELECT m.name FROM sqlite_schema m WHERE " OUR_TABLES " ORDER BY m.rowid",
           "SELECT CAST(c.relname AS text) FROM " PG_TABLES "WHERE c.relkind = 'r' ORDER BY c.oid");

LINES_STMT(columns,
           "SELECT m.name || ' ' || p.cid || ' ' || p.name || ' ' || lower(p.type) || "
           "CASE p.\"notnull\" WHEN 1 THEN ' not null' ELSE '' END "
           "FROM sqlite_schema m JOIN pragma_table_info(m.name) p WHERE " OUR_TABLES,
           "SELECT c.relname || ' ' || (a.attnum - 1) || ' ' || a.attname || ' ' || " PG_TYPE
           " || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END "
           "FROM " PG_TABLES "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
           "AND NOT a.attisdropped WHERE c.relkind = 'r'");

/* A key's name as the driver makes it of table and columns on SQLite. */
LINES_STMT(keys,
           "SELECT m.name || CASE i.origin WHEN 'pk' THEN '_pkey' ELSE replace('_' || "
           "(SELECT group_concat(x.name, '_') FROM (SELECT name FROM pragma_index_info(i.name) "
           "ORDER BY seqno) x WHERE x.name <> 'company_id'), '__', '_') || '_key' END || ' (' || "
           "(SELECT group_concat(x.name, ',') FROM (SELECT name FROM pragma_index_info(i.name) "
           "ORDER BY seqno) x) || ')' FROM sqlite_schema m JOIN pragma_index_list(m.name) i "
           "WHERE i.origin IN ('pk', 'u') AND m.name <> 'schema_migrations' AND " OUR_TABLES,
           "SELECT k.conname || ' (' || (SELECT string_agg(a.attname, ',' ORDER BY x.at) "
           "FROM unnest(k.conkey) WITH ORDINALITY x (num, at) "
           "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.num) || ')' "
           "FROM " PG_TABLES "JOIN pg_constraint k ON k.conrelid = c.oid "
           "WHERE k.contype IN ('p', 'u') AND c.relname <> 'schema_migrations'");

LINES_STMT(foreign_keys,
           "SELECT m.name || ' (' || group_concat(f.\"from\", ',') || ') -> ' || f.\"table\" || "
           "' (' || group_concat(f.\"to\", ',') || ') ' || lower(f.on_delete) "
           "FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE " OUR_TABLES
           " GROUP BY m.name, f.id",
           "SELECT c.relname || ' (' || (SELECT string_agg(a.attname, ',' ORDER BY x.at) "
           "FROM unnest(k.conkey) WITH ORDINALITY x (num, at) "
           "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.num) || ') -> ' || "
           "t.relname || ' (' || (SELECT string_agg(a.attname, ',' ORDER BY x.at) "
           "FROM unnest(k.confkey) WITH ORDINALITY x (num, at) "
           "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.num) || ') ' || "
           "CASE k.confdeltype WHEN 'c' THEN 'cascade' WHEN 'a' THEN 'no action' "
           "ELSE 'something else' END "
           "FROM " PG_TABLES "JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' "
           "JOIN pg_class t ON t.oid = k.confrelid");

LINES_STMT(indexes,
           "SELECT i.name || ' on ' || m.name || ' (' || "
           "(SELECT group_concat(x.name, ',') FROM (SELECT name FROM pragma_index_info(i.name) "
           "ORDER BY seqno) x) || ')' || CASE i.\"unique\" WHEN 1 THEN ' unique' ELSE '' END || "
           "CASE i.partial WHEN 1 THEN ' partial' ELSE '' END "
           "FROM sqlite_schema m JOIN pragma_index_list(m.name) i "
           "WHERE i.origin = 'c' AND " OUR_TABLES,
           "SELECT n.relname || ' on ' || c.relname || ' (' || "
           "(SELECT string_agg(a.attname, ',' ORDER BY x.at) "
           "FROM unnest(i.indkey) WITH ORDINALITY x (num, at) "
           "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.num) || ')' || "
           "CASE WHEN i.indisunique THEN ' unique' ELSE '' END || "
           "CASE WHEN i.indpred IS NOT NULL THEN ' partial' ELSE '' END "
           "FROM " PG_TABLES "JOIN pg_index i ON i.indrelid = c.oid "
           "JOIN pg_class n ON n.oid = i.indexrelid WHERE NOT EXISTS "
           "(SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid "
           "AND k.contype IN ('p', 'u'))");

/* A value for each column of a row that points at itself everywhere: every id
 * is the same, so all foreign keys hold. */
LINES_STMT(rows_of_all,
           "SELECT 'INSERT INTO ' || m.name || ' VALUES (' || (SELECT group_concat("
           "CASE lower(x.type) WHEN 'blob' THEN 'x''00000000000000000000000000000001''' "
           "WHEN 'text' THEN '''{}''' ELSE '1' END, ', ') FROM "
           "(SELECT type FROM pragma_table_info(m.name) ORDER BY cid) x) || ')' "
           "FROM sqlite_schema m WHERE m.name <> 'schema_migrations' AND " OUR_TABLES
           " ORDER BY m.rowid",
           "SELECT 'INSERT INTO ' || c.relname || ' VALUES (' || (SELECT string_agg("
           "CASE format_type(a.atttypid, a.atttypmod) "
           "WHEN 'uuid' THEN '''00000000-0000-0000-0000-000000000001''' "
           "WHEN 'bytea' THEN '''\\x01''' WHEN 'boolean' THEN 'true' WHEN 'bigint' THEN '1' "
           "WHEN 'text' THEN '''{}''' WHEN 'jsonb' THEN '''{}''' ELSE '''2026-11-21''' END, ', ' "
           "ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) "
           "|| ')' FROM " PG_TABLES "WHERE c.relkind = 'r' AND c.relname <> 'schema_migrations' "
           "ORDER BY c.oid");

struct lines {
    struct line *v;
    size_t n;
};

static inline struct lines read_lines(struct fixture *f, const struct stmt *s)
{
    struct tx *tx = NULL;
    void *rows = NULL;
    struct lines out = {0};
    assert_int_equal(tx_begin(f->other, TX_READ, f->arena, &tx), 0);
    assert_int_equal(tx_many(tx, s, NULL, &rows, &out.n), 0);
    assert_int_equal(tx_commit(&tx), 0);
    out.v = rows;
    return out;
}

static inline int line_order(const void *a, const void *b)
{
    return str_cmp(((const struct line *)a)->text, ((const struct line *)b)->text);
}

static inline struct lines sorted_lines(struct fixture *f, const struct stmt *s)
{
    struct lines out = read_lines(f, s);
    if (out.n)
        qsort(out.v, out.n, sizeof *out.v, line_order);
    return out;
}
