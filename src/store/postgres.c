/* The PostgreSQL driver. In a write transaction BEGIN, effects and savepoints
 * are queued and travel with the next statement that needs an answer, or with
 * COMMIT. A statement of a read transaction travels alone, without BEGIN: one
 * round trip, each seeing what was committed when it began. */
#include "base/clock.h"
#include "base/log.h"
#include "store/postgres_priv.h"
#include <stdlib.h>

static const int64_t rollback_us = 10 * SECOND_US; /* for a roll-back, then the connection goes */

static struct pg_conn *self(const struct conn *c)
{
    return (struct pg_conn *)(uintptr_t)c;
}

static int open_conn(struct store *s, enum conn_role role, struct conn **out)
{
    struct pg_conn *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->conn.store = s;
    c->conn.role = role;
    *out = &c->conn;
    return 0;
}

static void close_conn(struct conn *conn)
{
    pg_drop(self(conn));
    free(self(conn));
}

static int begin(struct conn *conn, enum tx_mode mode)
{
    (void)mode; /* BEGIN goes with the first statement */
    struct pg_conn *c = self(conn);
    int rc = pg_connected(c);
    if (rc < 0)
        return rc;
    c->begun = c->lost = false;
    c->failed = 0;
    return 0;
}

/* What went wrong before in this transaction, or 0 with BEGIN on its way. */
static int ready(struct pg_conn *c)
{
    if (c->lost)
        return ERR_STORE_DOWN;
    if (c->failed)
        return c->failed;
    if (c->begun || c->conn.tx.mode == TX_READ)
        return 0;
    c->begun = true;
    return pg_queue_control(c, OP_CONTROL, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
}

/* A failed statement ends the transaction for all that follows. */
static int note(struct pg_conn *c, int rc)
{
    if (rc < 0 && c->begun && !c->failed)
        c->failed = rc;
    return rc;
}

static int check_columns(struct pg_conn *c, const struct stmt *s, const PGresult *r)
{
    struct pg_stmt *p = stmt_map_get(&c->prepared, s);
    if (!p || p->checked)
        return 0;
    int bad = s->ncols ? pg_wrong_column(r, s) : -1;
    p->checked = bad == -1;
    if (bad == -1)
        return 0;
    log_error("statement has other columns than declared", LOG_C("statement", s->name),
              LOG_C("column", bad >= 0 ? s->cols[bad].name : "(their number)"));
    return ERR_INTERNAL;
}

/* 0 with the result in *out, which the caller clears. */
static int run(struct conn *conn, const struct stmt *s, const union sql_value *v, PGresult **out)
{
    struct pg_conn *c = self(conn);
    struct drained d = {0};
    int rc = ready(c);
    if (rc == 0)
        rc = pg_queue_stmt(c, s, v);
    if (rc == 0)
        rc = pg_drain(c, conn->store->options.statement_deadline_us, &d);
    if (rc == 0)
        rc = check_columns(c, s, d.result);
    if (rc < 0) {
        PQclear(d.result);
        return note(c, rc);
    }
    *out = d.result;
    return 0;
}

static int one(struct conn *conn, const struct stmt *s, const union sql_value *v, void *row)
{
    PGresult *r = NULL;
    int rc = run(conn, s, v, &r);
    if (rc < 0)
        return rc;
    rc = PQntuples(r) > 0;
    if (rc)
        pg_read_row(r, 0, s, conn->tx.arena, row);
    PQclear(r);
    return rc;
}

static int many(struct conn *conn, const struct stmt *s, const union sql_value *v, void **rows,
                size_t *n)
{
    PGresult *r = NULL;
    int rc = run(conn, s, v, &r);
    if (rc < 0)
        return rc;
    size_t count = (size_t)PQntuples(r);
    char *to = count ? arena_alloc(conn->tx.arena, count * s->row_size) : NULL;
    for (size_t i = 0; i < count; i++)
        pg_read_row(r, (int)i, s, conn->tx.arena, to + i * s->row_size);
    PQclear(r);
    *rows = to;
    *n = count;
    return 0;
}

static int count(struct conn *conn, const struct stmt *s, const union sql_value *v)
{
    PGresult *r = NULL;
    int rc = run(conn, s, v, &r);
    if (rc < 0)
        return rc;
    rc = (int)strtol(PQcmdTuples(r), NULL, 10);
    PQclear(r);
    return rc;
}

static int made(struct conn *conn, const struct stmt *s, const union sql_value *v)
{
    struct pg_conn *c = self(conn);
    if (!conn->tx.presume)
        return count(conn, s, v);
    int rc = ready(c);
    if (rc == 0)
        rc = pg_queue_stmt(c, s, v);
    if (rc < 0)
        return note(c, rc);
    c->ops[c->nops - 1].presumed = true;
    c->presumed++;
    return 1;
}

static int effect(struct conn *conn, const struct stmt *s, const union sql_value *v)
{
    struct pg_conn *c = self(conn);
    int rc = ready(c);
    if (rc == 0)
        rc = pg_queue_stmt(c, s, v);
    return note(c, rc);
}

static void rollback(struct conn *conn)
{
    struct pg_conn *c = self(conn);
    struct drained d = {0};
    if (c->pg && (c->begun || c->nops)) {
        /* Errors of what is still on the way do not matter any more. */
        if (pg_queue_sync(c) == 0 && pg_queue_control(c, OP_CONTROL, "ROLLBACK") == 0)
            (void)!pg_drain(c, rollback_us, &d);
        PQclear(d.result);
        if (c->pg && PQtransactionStatus(c->pg) != PQTRANS_IDLE)
            pg_drop(c);
    }
    c->begun = false;
}

static int commit(struct conn *conn)
{
    struct pg_conn *c = self(conn);
    struct drained d = {0};
    if (c->lost && c->conn.tx.mode == TX_WRITE)
        return ERR_STORE_DOWN;
    if (!c->begun)
        return 0;
    int rc = c->failed;
    /* What was presumed has to be known before it counts. */
    if (rc == 0 && c->presumed > 0)
        rc = pg_drain(c, conn->store->options.statement_deadline_us, &d);
    PQclear(d.result);
    if (rc == 0)
        rc = pg_queue_control(c, OP_COMMIT, "COMMIT");
    if (rc == 0)
        rc = pg_drain(c, conn->store->options.commit_deadline_us, &d);
    PQclear(d.result);
    d.result = NULL;
    if (d.unknown && conn->tx.changed)
        return ERR_OUTCOME_UNKNOWN;
    if (rc == 0 && !d.committed)
        rc = ERR_INTERNAL; /* the server answered ROLLBACK */
    if (rc < 0)
        rollback(conn);
    c->begun = false;
    return rc;
}

static int control(struct conn *conn, const char *sql)
{
    struct pg_conn *c = self(conn);
    int rc = ready(c);
    if (rc == 0)
        rc = pg_queue_control(c, OP_CONTROL, sql);
    return note(c, rc);
}

static int savepoint(struct conn *c)
{
    return control(c, "SAVEPOINT member");
}

static int savepoint_keep(struct conn *c)
{
    return control(c, "RELEASE SAVEPOINT member");
}

static int savepoint_undo(struct conn *conn)
{
    struct pg_conn *c = self(conn);
    struct drained d = {0};
    if (c->lost)
        return ERR_STORE_DOWN;
    /* The member's effects may still be on their way, and may fail. */
    (void)!pg_drain(c, conn->store->options.statement_deadline_us, &d);
    PQclear(d.result);
    if (c->lost)
        return ERR_STORE_DOWN;
    c->failed = 0;
    int rc = pg_queue_control(c, OP_CONTROL, "ROLLBACK TO SAVEPOINT member");
    if (rc == 0)
        rc = pg_queue_control(c, OP_CONTROL, "RELEASE SAVEPOINT member");
    if (rc == 0)
        rc = pg_drain(c, conn->store->options.statement_deadline_us, &d);
    return note(c, rc);
}

static bool alive(const struct conn *c)
{
    return !self(c)->lost;
}

static int script(struct conn *conn, const char *sql)
{
    struct pg_conn *c = self(conn);
    int rc = ready(c);
    if (rc == 0)
        rc = pg_script(c, sql);
    return note(c, rc);
}

static void enlarge(struct conn *c)
{
    (void)c; /* the server has its own settings for that */
}

static int ping(struct conn *conn)
{
    struct pg_conn *c = self(conn);
    struct drained d = {0};
    int rc = pg_connected(c);
    if (rc == 0)
        rc = pg_queue_control(c, OP_CONTROL, "SELECT 1");
    if (rc == 0)
        rc = pg_drain(c, conn->store->options.commit_deadline_us, &d);
    PQclear(d.result);
    return rc;
}

static int first_load(struct conn *c, const char *table)
{
    (void)c;
    (void)table;
    return 0;
}

static void assert_idle(const struct conn *c)
{
    (void)c; /* a result is read to its end before a call returns */
}

static void checkpoint(struct conn *c, bool restart)
{
    (void)c;
    (void)restart; /* the server does that by itself */
}

static int64_t wal_bytes(const struct store *s)
{
    (void)s;
    return 0;
}

static int backup(struct store *s, const char *path, struct arena *a, struct str *why)
{
    (void)s;
    (void)path;
    (void)a;
    *why = STR("a PostgreSQL store is backed up by PostgreSQL's own tools, "
               "for example pg_dump --format=custom");
    return ERR_USAGE;
}

static struct str version(struct store *s, struct arena *a)
{
    struct str text = STR("PostgreSQL (cannot be reached)");
    struct conn *conn = NULL;
    if (open_conn(s, CONN_READER, &conn) < 0)
        return text;
    struct pg_conn *c = self(conn);
    if (pg_connected(c) == 0) {
        struct str v = str_c(PQparameterStatus(c->pg, "server_version"));
        size_t n = 0;
        while (n < v.n && v.p[n] != ' ')
            n++;
        text = arena_printf(a, "PostgreSQL %.*s", (int)n, v.p);
    }
    close_conn(conn);
    return text;
}

static void close_store(struct store *s)
{
    (void)s; /* connections are closed by those who opened them */
}

const struct driver postgres_driver = {
    .store_open = pg_store_open,
    .store_close = close_store,
    .conn_open = open_conn,
    .conn_close = close_conn,
    .enlarge = enlarge,
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
    .made = made,
    .effect = effect,
    .script = script,
    .prepare = pg_prepare,
    .first_load = first_load,
    .assert_idle = assert_idle,
    .checkpoint = checkpoint,
    .wal_bytes = wal_bytes,
    .backup = backup,
    .version = version,
};
