/* Inside the SQLite driver. */
#pragma once
#include "store/store_priv.h"
#include <sqlite3.h>

struct sqlite_conn {
    struct conn conn;
    sqlite3 *db;
    struct stmt_map prepared;
    sqlite3_stmt *begin_read, *begin_write, *commit, *rollback;
    bool lost; /* the engine ended the transaction by itself */
};

/* Opens the file with our pragmas. why may be NULL. */
MUST_CHECK int sqlite_open_db(const struct store *s, enum conn_role role, sqlite3 **db,
                              struct arena *a, struct str *why);
/* The ERR_… of an engine's result code. */
int sqlite_error(int code);
const char *sqlite_file(const struct store *s);
/* Binds, 0 or negative. */
MUST_CHECK int sqlite_bind(sqlite3_stmt *st, const struct stmt *s, const union sql_value *v);
/* The row that stands in st, texts copied to the arena. */
void sqlite_read_row(sqlite3_stmt *st, const struct stmt *s, struct arena *a, char *row);
/* sqlite_backup.c */
int sqlite_backup(struct store *s, const char *path, struct arena *a, struct str *why);
