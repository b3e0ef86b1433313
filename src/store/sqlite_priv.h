/* Inside the SQLite driver. */
#pragma once
#include "store/store_priv.h"
#include <sqlite3.h>

enum { SQLITE_LOAD_MOST = 32 }; /* indexes that one first load puts away */

struct sqlite_conn {
    struct conn conn;
    sqlite3 *db;
    struct stmt_map prepared;
    sqlite3_stmt *begin_read, *begin_write, *commit, *rollback;
    bool lost;                     /* the engine ended the transaction by itself */
    char *await[SQLITE_LOAD_MOST]; /* CREATE INDEX of those put away, see sqlite_load.c */
    size_t nawait;
};

static inline struct sqlite_conn *sqlite_self(const struct conn *c)
{
    return (struct sqlite_conn *)(uintptr_t)c;
}

/* sqlite_file.c */
MUST_CHECK int sqlite_store_open(struct store *s, struct arena *a, struct str *why);
void sqlite_store_close(struct store *s);
/* Where the file is. */
const char *sqlite_file(const struct store *s);
/* sqlite_vfs.c: the file layer that joins the log's writes, by name, and the
 * one of the system that it stands on. */
#define SQLITE_JOINED_WRITES "clientele"
#define SQLITE_FILE_LAYER "unix"
void sqlite_join_writes(void);
/* Opens the file with our pragmas. why may be NULL. */
MUST_CHECK int sqlite_open_db(struct store *s, enum conn_role role, sqlite3 **db, struct arena *a,
                              struct str *why);
void sqlite_enlarge(struct conn *c);
void sqlite_checkpoint(struct conn *c, bool restart);
int64_t sqlite_wal_bytes(const struct store *s);
struct str sqlite_version(struct store *s, struct arena *a);

/* sqlite.c */
/* The ERR_… of an engine's result code. */
int sqlite_error(int code);

/* sqlite_load.c */
int sqlite_first_load(struct conn *c, const char *table);
/* Before COMMIT: the indexes again. */
MUST_CHECK int sqlite_end_load(struct sqlite_conn *c);
/* After a rollback they are there anyway. */
void sqlite_forget_load(struct sqlite_conn *c);

/* sqlite_value.c */
/* Binds, 0 or negative. */
MUST_CHECK int sqlite_bind(sqlite3_stmt *st, const struct stmt *s, const union sql_value *v);
/* The row that stands in st, texts copied to the arena. */
void sqlite_read_row(sqlite3_stmt *st, const struct stmt *s, struct arena *a, char *row);

/* sqlite_backup.c */
MUST_CHECK int sqlite_backup(struct store *s, const char *path, struct arena *a, struct str *why);
