/* The SQLite driver: one file in WAL mode, synchronous=FULL, so that COMMIT
 * means durable. Every connection belongs to one thread. Statements are
 * prepared once a connection and always reset: an open one would keep the log
 * from being moved into the file. */
#include "base/clock.h"
#include "base/log.h"
#include "store/sqlite_priv.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct sqlite_conn *self(const struct conn *c)
{
    return (struct sqlite_conn *)(uintptr_t)c;
}

const char *sqlite_file(const struct store *s)
{
    return s->url + sizeof "sqlite:" - 1;
}

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

static int pragma(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static struct str open_why(const char *path, int code, sqlite3 *db, struct arena *a)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return arena_printf(a, "%s is a directory, not a database file", path);
    switch (code & 0xff) {
    case SQLITE_NOTADB:
        return arena_printf(a, "%s is not a database file", path);
    case SQLITE_CORRUPT:
        return arena_printf(a, "%s is damaged; restore a backup", path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return arena_printf(a, "%s cannot be written", path);
    case SQLITE_CANTOPEN:
        return arena_printf(a, "%s cannot be opened or made", path);
    default:
        return arena_printf(a, "%s: %s", path, db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
    }
}

int sqlite_open_db(const struct store *s, enum conn_role role, sqlite3 **db, struct arena *a,
                   struct str *why)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (s->options.create)
        flags |= SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(sqlite_file(s), db, flags, NULL);
    if (code == SQLITE_OK) {
        sqlite3_busy_timeout(*db, (int)(s->options.busy_us / 1000));
        code = pragma(*db, "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL;"
                           "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                           "PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0;"
                           "PRAGMA trusted_schema = OFF");
    }
    if (code == SQLITE_OK)
        code = pragma(*db, role == CONN_WRITER ? "PRAGMA cache_size = -32768"
                                               : "PRAGMA cache_size = -8192");
    if (code == SQLITE_OK && sqlite3_db_readonly(*db, "main") == 1)
        code = SQLITE_READONLY;
    if (code == SQLITE_OK)
        return 0;
    if (why)
        *why = open_why(sqlite_file(s), code, *db, a);
    sqlite3_close(*db);
    *db = NULL;
    return sqlite_error(code);
}

static int store_open_sqlite(struct store *s, struct arena *a, struct str *why)
{
    s->name = strdup(s->url);
    if (!s->name)
        abort();
    if (!*sqlite_file(s)) {
        *why = STR("sqlite: needs a path, as in sqlite:clientele.db");
        return ERR_USAGE;
    }
    struct stat st;
    if (!s->options.create && stat(sqlite_file(s), &st) != 0) {
        *why = arena_printf(a, "there is no file %s", sqlite_file(s));
        return ERR_STORE_DOWN;
    }
    sqlite3 *db = NULL;
    int rc = sqlite_open_db(s, CONN_READER, &db, a, why);
    sqlite3_close(db);
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
        return rc;
    }
    *out = &c->conn;
    return 0;
}

static void close_conn(struct conn *conn)
{
    struct sqlite_conn *c = self(conn);
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
    struct sqlite_conn *c = self(conn);
    c->lost = false;
    return mode == TX_WRITE ? run_plain(c, c->begin_write, "BEGIN IMMEDIATE")
                            : run_plain(c, c->begin_read, "BEGIN");
}

static void rollback(struct conn *conn)
{
    struct sqlite_conn *c = self(conn);
    if (!sqlite3_get_autocommit(c->db))
        (void)run_plain(c, c->rollback, "ROLLBACK");
}

static int commit(struct conn *conn)
{
    struct sqlite_conn *c = self(conn);
    if (c->lost)
        return ERR_STORE_FULL; /* what ran after the loss committed by itself or not at all */
    int rc = run_plain(c, c->commit, "COMMIT");
    if (rc < 0)
        rollback(conn);
    return rc;
}

static int ping(struct conn *conn)
{
    struct sqlite_conn *c = self(conn);
    int rc = run_plain(c, c->begin_read, "BEGIN");
    rollback(conn);
    return rc;
}

static bool alive(const struct conn *c)
{
    return !self(c)->lost;
}

static int script(struct conn *conn, const char *sql)
{
    struct sqlite_conn *c = self(conn);
    if (c->lost)
        return ERR_STORE_FULL;
    int code = pragma(c->db, sql);
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
    struct sqlite_conn *c = self(conn);
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
    struct sqlite_conn *c = self(conn);
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
    struct sqlite_conn *c = self(conn);
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
    struct sqlite_conn *c = self(conn);
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
    for (sqlite3_stmt *st = NULL; (st = sqlite3_next_stmt(self(c)->db, st)) != NULL;)
        assert(!sqlite3_stmt_busy(st));
}

/* PASSIVE does not wait for anybody, but does nothing on a connection that has
 * not read yet. RESTART makes the next writer begin at the log's start. */
static void checkpoint(struct conn *conn, bool restart)
{
    struct sqlite_conn *c = self(conn);
    if (pragma(c->db, "SELECT 1 FROM sqlite_schema LIMIT 1") != SQLITE_OK)
        return;
    (void)sqlite3_wal_checkpoint_v2(
        c->db, NULL, restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static int64_t wal_bytes(const struct store *s)
{
    char path[4096];
    struct stat st;
    snprintf(path, sizeof path, "%s-wal", sqlite_file(s));
    return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

static struct str version(struct store *s, struct arena *a)
{
    (void)s;
    return arena_printf(a, "SQLite %s", sqlite3_libversion());
}

static void store_close_sqlite(struct store *s)
{
    (void)s; /* connections are closed by those who opened them */
}

const struct driver sqlite_driver = {
    .store_open = store_open_sqlite,
    .store_close = store_close_sqlite,
    .conn_open = open_conn,
    .conn_close = close_conn,
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
    .effect = effect,
    .script = script,
    .prepare = prepare,
    .assert_idle = assert_idle,
    .checkpoint = checkpoint,
    .wal_bytes = wal_bytes,
    .backup = sqlite_backup,
    .version = version,
};
