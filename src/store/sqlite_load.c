/* The first load of a table. An index that is kept row by row costs a search
 * at a random place each; made anew over all rows it is sorted once. So for as
 * long as one transaction lasts, the table's indexes that guard nothing are
 * away, and COMMIT is not let through before they are there again. Others go on
 * reading what was there before; a crash brings all of it back. */
#include "store/sqlite_priv.h"
#include <stdlib.h>

enum { HARDLY_ANY = 1000 }; /* more rows than this are worth their indexes */

static int result(int code)
{
    return code == SQLITE_OK ? 0 : sqlite_error(code);
}

static int script(struct sqlite_conn *c, const char *sql)
{
    return result(sqlite3_exec(c->db, sql, NULL, NULL, NULL));
}

/* 1 or 0. */
static int has_hardly_any(struct sqlite_conn *c, const char *table)
{
    char *sql =
        sqlite3_mprintf("SELECT COUNT(*) FROM (SELECT 1 FROM \"%w\" LIMIT %d)", table, HARDLY_ANY);
    sqlite3_stmt *st = NULL;
    int rc = result(sqlite3_prepare_v2(c->db, sql, -1, &st, NULL));
    if (rc == 0)
        rc = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int(st, 0) < HARDLY_ANY : ERR_INTERNAL;
    sqlite3_finalize(st);
    sqlite3_free(sql);
    return rc;
}

/* Notes the indexes' own words, then drops them; constraints have none, and
 * unique ones decide what may go in. */
static int put_away(struct sqlite_conn *c, const char *table)
{
    static const char list[] = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND "
                               "tbl_name = ?1 AND sql LIKE 'CREATE INDEX %'";
    char *drop[SQLITE_LOAD_MOST];
    size_t n = 0;
    sqlite3_stmt *st = NULL;
    int rc = result(sqlite3_prepare_v2(c->db, list, -1, &st, NULL));
    if (rc == 0)
        rc = result(sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC));
    while (rc == 0 && c->nawait < SQLITE_LOAD_MOST && sqlite3_step(st) == SQLITE_ROW) {
        drop[n++] = sqlite3_mprintf("DROP INDEX \"%w\"", sqlite3_column_text(st, 0));
        c->await[c->nawait++] = sqlite3_mprintf("%s", sqlite3_column_text(st, 1));
    }
    sqlite3_finalize(st);
    for (size_t i = 0; i < n; i++) {
        if (rc == 0)
            rc = script(c, drop[i]);
        sqlite3_free(drop[i]);
    }
    return rc;
}

int sqlite_first_load(struct conn *conn, const char *table)
{
    struct sqlite_conn *c = sqlite_self(conn);
    int rc = has_hardly_any(c, table);
    if (rc == 1)
        rc = put_away(c, table);
    return rc < 0 ? rc : c->nawait > 0;
}

void sqlite_forget_load(struct sqlite_conn *c)
{
    for (size_t i = 0; i < c->nawait; i++)
        sqlite3_free(c->await[i]);
    c->nawait = 0;
}

int sqlite_end_load(struct sqlite_conn *c)
{
    /* Sorting is the one thing that the engine can do on a second core. */
    int rc = c->nawait ? script(c, "PRAGMA threads = 2") : 0;
    for (size_t i = 0; rc == 0 && i < c->nawait; i++)
        rc = script(c, c->await[i]);
    if (rc == 0)
        sqlite_forget_load(c);
    return rc;
}
