/* What the generator (tools/gen_sql.py) makes of a slice's .sql: one constant
 * `struct stmt` a statement, typed by tables of columns. Only the generated
 * functions and src/store/ use this file. */
#pragma once
#include "base/str.h"
#include "base/uuid.h"
#include <stddef.h>
#include <stdint.h>

/* C type in rows and parameters → SQLite → PostgreSQL (all in binary form) */
enum sql_type {
    SQL_UUID, /* struct uuid, nil = NULL        → blob(16)        → uuid */
    SQL_TEXT, /* struct str, p NULL = NULL      → text            → text */
    SQL_INT,  /* int64_t, I64_NULL = NULL       → integer         → bigint */
    SQL_BOOL, /* bool, never NULL               → integer 0/1     → boolean */
    SQL_TIME, /* int64_t us, I64_NULL = NULL    → integer         → timestamptz */
    SQL_DATE, /* int64_t days, I64_NULL = NULL  → integer         → date */
    SQL_JSON, /* struct str, p NULL = NULL      → text            → jsonb */
    SQL_BLOB, /* struct str, p NULL = NULL      → blob            → bytea */
};

union sql_value {
    struct uuid id;
    struct str text; /* TEXT, JSON, BLOB */
    int64_t i;       /* INT, TIME, DATE */
    bool b;
};

struct sql_col {
    const char *name;
    enum sql_type type;
    bool nullable;
    size_t offset; /* in the row struct; unused for parameters */
};

enum stmt_kind {
    STMT_ONE,   /* at most one row */
    STMT_MANY,  /* an array of rows in the transaction's arena */
    STMT_COUNT, /* rows changed */
    STMT_MADE,  /* 1: the row was made, 0: it was there; see tx_presume() */
    STMT_EFFECT /* nothing comes back; PostgreSQL may send it with the next
                   statement, so its failure may show there or at COMMIT */
};

struct stmt {
    const char *name;
    const char *sqlite;   /* ?1, ?2 … */
    const char *postgres; /* $1, $2 … */
    enum stmt_kind kind;
    const struct sql_col *params;
    size_t nparams;
    const struct sql_col *cols;
    size_t ncols;
    size_t row_size;
};

/* All statements of one .sql file, for the tests and `doctor`. */
struct stmt_set {
    const char *name;
    const struct stmt *const *v;
    size_t n;
};

struct tx;
/* 1 a row was written to *row, 0 none, negative an error. */
int tx_one(struct tx *tx, const struct stmt *s, const union sql_value *params, void *row);
/* *rows: an array in the transaction's arena; 0 or negative. */
int tx_many(struct tx *tx, const struct stmt *s, const union sql_value *params, void **rows,
            size_t *n);
/* Rows changed, or negative. */
int tx_count(struct tx *tx, const struct stmt *s, const union sql_value *params);
/* 1 made, 0 was there already, or negative. Presumed to be 1 after tx_presume(). */
int tx_made(struct tx *tx, const struct stmt *s, const union sql_value *params);
/* 0 or negative. */
int tx_effect(struct tx *tx, const struct stmt *s, const union sql_value *params);
