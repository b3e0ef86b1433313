/* The SQLite driver: one file in WAL mode, synchronous=FULL, so that COMMIT
 * means durable. Every connection belongs to one thread. Statements are
 * prepared once a connection and always reset: an open one would keep the log
 * from being moved into the file. */
#include "base/log.h"
#include "store/sqlite_priv.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

int sqlite_error(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
        return ERR_STORE_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_STORE_CORRUPT;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return ERR_STORE_DOWN;
    case SQLITE_CONSTRAINT:
        return ERR_CONSTRAINT;
    default:
        return ERR_INTERNAL;
    }
}

/* "UNIQUE constraint failed: T.company_id, T.phone" → "T_phone_key", the name
 * that the same constraint has on PostgreSQL. */
static void constraint_name(struct tx *tx, int code, const char *message)
{
    char *to = tx->constraint, *end = to + sizeof tx->constraint;
    const char *p = strstr(message, "failed: ");
    bool key = code == SQLITE_CONSTRAINT_UNIQUE, null = code == SQLITE_CONSTRAINT_NOTNULL;
    if (!p) { /* "FOREIGN KEY constraint failed" says no more than that */
        snprintf(to, sizeof tx->constraint, "%s",
                 code == SQLITE_CONSTRAINT_FOREIGNKEY ? "fkey" : "check");
        return;
    }
    p += strlen("failed: ");
    to += snprintf(to, (size_t)(end - to), "%.*s", (int)strcspn(p, "."), p);
    while ((key || null) && *p && to < end) {
        const char *column = p + strcspn(p, ".");
        column += *column == '.';
        size_t n = strcspn(column, ",");
        if (null || !str_eq((struct str){column, n}, STR("company_id")))
            to += snprintf(to, (size_t)(end - to), "_%.*s", (int)n, column);
        p = column + n;
        p += strspn(p, ", ");
    }
    if (to < end)
        snprintf(to, (size_t)(end - to), "%s",
                 key                                    ? "_key"
                 : null                                 ? "_not_null"
                 : code == SQLITE_CONSTRAINT_PRIMARYKEY ? "_pkey"
                                                        : "_check");
}

/* What a failed statement means, and whether the transaction is still there. */
static int failed(struct sqlite_conn *c, const char *what, int code)
{
    int rc = sqlite_error(code);
    if (rc == ERR_CONSTRAINT)
        constraint_name(&c->conn.tx, sqlite3_extended_errcode(c->db), sqlite3_errmsg(c->db));
    else if (rc != ERR_BUSY)
        log_error("store failed", LOG_C("statement", what),
                  LOG_I("sqlite", sqlite3_extended_errcode(c->db)));
    if (c->conn.in_tx && sqlite3_get_autocommit(c->db))
        c->lost = true;
    return rc;
}

static int open_conn(struct store *s, enum conn_role role, struct conn **out)
{
    struct sqlite_conn *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->conn.store = s;
    c->conn.role = role;
    int rc = sqlite_open_db(s, role, &c->db, NULL, NULL);
    static const char *const sql[] = {"BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"};
    sqlite3_stmt **const st[] = {&c->begin_read, &c->begin_write, &c->commit, &c->rollback};
    for (size_t i = 0; rc == 0 && i < 4; i++)
        rc = sqlite3_prepare_v3(c->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, st[i], NULL)
                 ? ERR_INTERNAL
                 : 0;
    if (rc < 0) {
        for (size_t i = 0; i < 4; i++)
            sqlite3_finalize(*st[i]);
        sqlite3_close(c->db);
        free(c);
        log_error("store cannot be opened", LOG_C("code", err_row(rc)->code));
        return rc;
    }
    *out = &c->conn;
    return 0;
}

static void close_conn(struct conn *conn)
{
    struct sqlite_conn *c = sqlite_self(conn);
    for (size_t i = 0; i < c->prepared.cap; i++)
        sqlite3_finalize(c->prepared.slots[i].value);
    stmt_map_free(&c->prepared);
    sqlite3_finalize(c->begin_read);
    sqlite3_finalize(c->begin_write);
    sqlite3_finalize(c->commit);
    sqlite3_finalize(c->rollback);
    /* The last one to close moves the log into the file. */
    int code = sqlite3_close(c->db);
    assert(code == SQLITE_OK);
    (void)code;
    free(c);
}

static int run_plain(struct sqlite_conn *c, sqlite3_stmt *st, const char *what)
{
    int code = sqlite3_step(st);
    int rc = code == SQLITE_DONE ? 0 : failed(c, what, code);
    sqlite3_reset(st);
    return rc;
}

static int begin(struct conn *conn, enum tx_mode mode)
{
    struct sqlite_conn *c = sqlite_self(conn);
    c->lost = false;
    return mode == TX_WRITE ? run_plain(c, c->begin_write, "BEGIN IMMEDIATE")
                            : run_plain(c, c->begin_read, "BEGIN");
}

static void rollback(struct conn *conn)
{
    struct sqlite_conn *c = sqlite_self(conn);
    if (!sqlite3_get_autocommit(c->db))
        (void)run_plain(c, c->rollback, "ROLLBACK");
    sqlite_forget_load(c);
}

static int commit(struct conn *conn)
{
    struct sqlite_conn *c = sqlite_self(conn);
    if (c->lost)
        return ERR_STORE_FULL; /* what ran after the loss committed by itself or not at all */
    int rc = sqlite_end_load(c);
    if (rc == 0)
        rc = run_plain(c, c->commit, "COMMIT");
    if (rc < 0)
        rollback(conn);
    return rc;
}

static int ping(struct conn *conn)
{
    struct sqlite_conn *c = sqlite_self(conn);
    int code = sqlite3_exec(c->db, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : failed(c, "ping", code);
}

static bool alive(const struct conn *c)
{
    return !sqlite_self(c)->lost;
}

static int script(struct conn *conn, const char *sql)
{
    struct sqlite_conn *c = sqlite_self(conn);
    if (c->lost)
        return ERR_STORE_FULL;
    int code = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : failed(c, "script", code);
}

static int savepoint(struct conn *c)
{
    return script(c, "SAVEPOINT member");
}

static int savepoint_keep(struct conn *c)
{
    return script(c, "RELEASE member");
}

static int savepoint_undo(struct conn *c)
{
    return script(c, "ROLLBACK TO member; RELEASE member");
}

/* The prepared statement, bound; NULL and *rc on an error. */
static sqlite3_stmt *ready(struct sqlite_conn *c, const struct stmt *s, const union sql_value *v,
                           int *rc)
{
    *rc = ERR_STORE_FULL;
    if (c->lost)
        return NULL;
    sqlite3_stmt *st = stmt_map_get(&c->prepared, s);
    if (!st) {
        int code = sqlite3_prepare_v3(c->db, s->sqlite, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL);
        if (code != SQLITE_OK) {
            *rc = failed(c, s->name, code);
            return NULL;
        }
        stmt_map_put(&c->prepared, s, st);
    }
    *rc = sqlite_bind(st, s, v);
    return *rc < 0 ? NULL : st;
}

/* Reset, not clear_bindings: the next use binds every parameter anew. */
static int one(struct conn *conn, const struct stmt *s, const union sql_value *v, void *row)
{
    struct sqlite_conn *c = sqlite_self(conn);
    int rc;
    sqlite3_stmt *st = ready(c, s, v, &rc);
    if (!st)
        return rc;
    int code = sqlite3_step(st);
    if (code == SQLITE_ROW) {
        sqlite_read_row(st, s, conn->tx.arena, row);
        rc = 1;
        if (!sqlite3_stmt_readonly(st)) { /* RETURNING: the change is done by the last step */
            code = sqlite3_step(st);
            if (code != SQLITE_DONE)
                rc = code == SQLITE_ROW ? ERR_INTERNAL : failed(c, s->name, code);
        }
    } else {
        rc = code == SQLITE_DONE ? 0 : failed(c, s->name, code);
    }
    sqlite3_reset(st);
    return rc;
}

static int many(struct conn *conn, const struct stmt *s, const union sql_value *v, void **out,
                size_t *n)
{
    struct sqlite_conn *c = sqlite_self(conn);
    int rc;
    sqlite3_stmt *st = ready(c, s, v, &rc);
    if (!st)
        return rc;
    struct rows rows = {.arena = conn->tx.arena, .size = s->row_size};
    int code;
    while ((code = sqlite3_step(st)) == SQLITE_ROW)
        sqlite_read_row(st, s, conn->tx.arena, rows_next(&rows));
    rc = code == SQLITE_DONE ? 0 : failed(c, s->name, code);
    sqlite3_reset(st);
    *out = rows.v;
    *n = rc < 0 ? 0 : rows.n;
    return rc;
}

static int count(struct conn *conn, const struct stmt *s, const union sql_value *v)
{
    struct sqlite_conn *c = sqlite_self(conn);
    int rc;
    sqlite3_stmt *st = ready(c, s, v, &rc);
    if (!st)
        return rc;
    int code = sqlite3_step(st);
    rc = code == SQLITE_DONE ? sqlite3_changes(c->db) : failed(c, s->name, code);
    sqlite3_reset(st);
    return rc;
}

static int effect(struct conn *conn, const struct stmt *s, const union sql_value *v)
{
    int rc = count(conn, s, v);
    return rc < 0 ? rc : 0;
}

static int prepare(struct conn *conn, const struct stmt *s, struct arena *a, struct str *why)
{
    struct sqlite_conn *c = sqlite_self(conn);
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(c->db, s->sqlite, -1, &st, NULL);
    int rc = 0;
    if (code != SQLITE_OK) {
        *why = arena_printf(a, "%s", sqlite3_errmsg(c->db));
        rc = ERR_INTERNAL;
    } else if ((size_t)sqlite3_bind_parameter_count(st) != s->nparams ||
               (size_t)sqlite3_column_count(st) != s->ncols) {
        *why = arena_printf(a, "has %d parameters and %d columns", sqlite3_bind_parameter_count(st),
                            sqlite3_column_count(st));
        rc = ERR_INTERNAL;
    }
    sqlite3_finalize(st);
    return rc;
}

static void assert_idle(const struct conn *c)
{
    for (sqlite3_stmt *st = NULL; (st = sqlite3_next_stmt(sqlite_self(c)->db, st)) != NULL;)
        assert(!sqlite3_stmt_busy(st));
}

const struct driver sqlite_driver = {
    .store_open = sqlite_store_open,
    .store_close = sqlite_store_close,
    .conn_open = open_conn,
    .conn_close = close_conn,
    .enlarge = sqlite_enlarge,
    .ping = ping,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .savepoint = savepoint,
    .savepoint_keep = savepoint_keep,
    .savepoint_undo = savepoint_undo,
    .alive = alive,
    .one = one,
    .many = many,
    .count = count,
    .made = count,
    .effect = effect,
    .script = script,
    .prepare = prepare,
    .first_load = sqlite_first_load,
    .assert_idle = assert_idle,
    .checkpoint = sqlite_checkpoint,
    .wal_bytes = sqlite_wal_bytes,
    .backup = sqlite_backup,
    .version = sqlite_version,
};
