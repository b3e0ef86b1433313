/* What is sent and what comes back. The connection is always in libpq's
 * pipeline mode: commands are queued and written together, their results read
 * in the same order up to a sync. After a failed command the server skips what
 * follows until the sync, so the first error is the one that counts.
 *
 * Everything waits with poll() and a deadline: a COMMIT that waits for a
 * synchronous standby ends by no timeout of the server's. */
#include "base/clock.h"
#include "base/log.h"
#include "store/postgres_priv.h"
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

/* Makes room: reads results when many commands are on their way. */
static int room(struct pg_conn *c)
{
    if (c->nops < PG_QUEUE)
        return 0;
    struct drained d;
    int rc = pg_drain(c, c->conn.store->options.statement_deadline_us, &d);
    PQclear(d.result);
    return rc;
}

static int pushed(struct pg_conn *c, int sent, struct op op)
{
    if (sent != 1) {
        log_error("store failed", LOG_C("statement", op.stmt ? op.stmt->name : "control"),
                  LOG_C("sqlstate", "cannot be sent"));
        pg_drop(c);
        c->lost = true;
        return ERR_STORE_DOWN;
    }
    assert(c->nops < sizeof c->ops / sizeof *c->ops);
    c->ops[c->nops++] = op;
    if (++c->unsent >= PG_SEND) {
        /* The server begins while we go on; a loss shows when it is drained. */
        c->unsent = 0;
        (void)!PQflush(c->pg);
    }
    return 0;
}

int pg_queue_control(struct pg_conn *c, enum op_kind kind, const char *sql)
{
    int rc = room(c);
    if (rc < 0)
        return rc;
    return pushed(c, PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1),
                  (struct op){.kind = kind});
}

int pg_queue_sync(struct pg_conn *c)
{
    return pushed(c, PQpipelineSync(c->pg), (struct op){.kind = OP_SYNC});
}

static struct pg_stmt *entry(struct pg_conn *c, const struct stmt *s)
{
    struct pg_stmt *p = stmt_map_get(&c->prepared, s);
    if (p)
        return p;
    p = calloc(1, sizeof *p);
    if (!p)
        abort();
    stmt_map_put(&c->prepared, s, p);
    return p;
}

int pg_queue_prepare(struct pg_conn *c, const struct stmt *s)
{
    int rc = room(c);
    struct pg_stmt *p = entry(c, s);
    if (rc < 0 || p->state != PG_ABSENT)
        return rc;
    Oid types[PG_PARAMS];
    pg_types(s, types);
    /* A new name each time: what became of the last one is not certain. */
    snprintf(p->name, sizeof p->name, "c%u", ++c->names);
    rc = pushed(c, PQsendPrepare(c->pg, p->name, s->postgres, (int)s->nparams, types),
                (struct op){.kind = OP_PREPARE, .stmt = s, .prepared = p});
    if (rc == 0)
        p->state = PG_SENT;
    return rc;
}

int pg_queue_stmt(struct pg_conn *c, const struct stmt *s, const union sql_value *v)
{
    int rc = pg_queue_prepare(c, s);
    if (rc < 0)
        return rc;
    struct pg_params in;
    pg_bind(&in, s, v, c->conn.tx.arena);
    struct pg_stmt *p = entry(c, s);
    return pushed(
        c,
        PQsendQueryPrepared(c->pg, p->name, (int)s->nparams, in.values, in.lengths, in.formats, 1),
        (struct op){.kind = OP_RUN, .stmt = s, .prepared = p});
}

/* Writes and reads until a result can be taken without waiting. */
static bool wait_result(struct pg_conn *c, int64_t deadline)
{
    for (;;) {
        int unsent = PQflush(c->pg);
        if (unsent < 0)
            return false;
        if (!PQisBusy(c->pg))
            return true;
        struct pollfd p = {.fd = PQsocket(c->pg),
                           .events = (short)(POLLIN | (unsent ? POLLOUT : 0))};
        int64_t left = (deadline - clock_mono()) / 1000;
        if (left <= 0)
            return false;
        int n = poll(&p, 1, left > 60000 ? 60000 : (int)left + 1);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0 && p.revents & (POLLIN | POLLERR | POLLHUP) && !PQconsumeInput(c->pg))
            return false;
    }
}

static const char *op_name(const struct op *op)
{
    return op->stmt ? op->stmt->name : op->kind == OP_COMMIT ? "COMMIT" : "control";
}

enum took { TOOK_OK, TOOK_ERROR, TOOK_LOST };

static enum took judge(struct pg_conn *c, const struct op *op, PGresult *r, struct drained *out,
                       int *err)
{
    ExecStatusType status = PQresultStatus(r);
    bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (op->kind == OP_PREPARE)
        op->prepared->state = ok ? PG_READY : PG_ABSENT;
    if (op->kind == OP_COMMIT && ok)
        out->committed = strcmp(PQcmdStatus(r), "COMMIT") == 0;
    if (op->presumed && ok && strcmp(PQcmdTuples(r), "1") != 0) {
        PQclear(r);
        if (*err == 0)
            *err = ERR_RETRY;
        return TOOK_ERROR;
    }
    if (op->kind == OP_RUN && ok) {
        PQclear(out->result);
        out->result = r;
        return TOOK_OK;
    }
    enum took took = TOOK_OK;
    if (!ok && status != PGRES_PIPELINE_ABORTED) {
        bool from_server = PQresultErrorField(r, PG_DIAG_SQLSTATE) != NULL;
        int rc = from_server ? pg_error(c, r, op_name(op)) : 0;
        if (*err == 0)
            *err = rc;
        took = from_server ? TOOK_ERROR : TOOK_LOST;
        c->doomed = from_server && pg_fatal(r);
    }
    PQclear(r);
    return took;
}

/* The result of one command, with the NULL that ends it. */
static enum took take(struct pg_conn *c, const struct op *op, int64_t deadline, struct drained *out,
                      int *err)
{
    if (!wait_result(c, deadline))
        return TOOK_LOST;
    PGresult *r = PQgetResult(c->pg);
    if (op->kind == OP_SYNC) {
        bool synced = PQresultStatus(r) == PGRES_PIPELINE_SYNC;
        PQclear(r);
        return synced ? TOOK_OK : TOOK_LOST;
    }
    if (!r)
        return TOOK_LOST;
    enum took took = judge(c, op, r, out, err);
    if (took == TOOK_LOST || c->doomed)
        return took;
    if (!wait_result(c, deadline))
        return TOOK_LOST;
    while ((r = PQgetResult(c->pg)) != NULL)
        PQclear(r);
    return took;
}

/* The connection is gone while the result of ops[from] was awaited. If a COMMIT
 * was on its way nobody knows what became of it, unless the server had refused
 * something before it, and so will have skipped it. */
static int lost(struct pg_conn *c, size_t from, int err, struct drained *out)
{
    PQclear(out->result);
    out->result = NULL;
    for (size_t i = from; i < c->nops; i++)
        if (c->ops[i].kind == OP_COMMIT)
            out->unknown = err == 0 || i == from;
    log_warn("store connection lost", LOG_C("store", c->conn.store->name));
    pg_drop(c);
    c->lost = true;
    return err < 0 ? err : ERR_STORE_DOWN;
}

int pg_drain(struct pg_conn *c, int64_t within_us, struct drained *out)
{
    *out = (struct drained){0};
    if (!c->pg)
        return ERR_STORE_DOWN;
    int err = 0;
    if (c->nops && c->ops[c->nops - 1].kind != OP_SYNC && (err = pg_queue_sync(c)) < 0)
        return err;
    int64_t deadline = clock_mono() + within_us;
    c->doomed = false;
    for (size_t i = 0; i < c->nops; i++) {
        enum took took = take(c, &c->ops[i], deadline, out, &err);
        if (took == TOOK_LOST || c->doomed)
            return lost(c, i, err, out);
    }
    c->nops = c->presumed = c->unsent = 0;
    c->used_at = clock_mono();
    if (err < 0) {
        PQclear(out->result);
        out->result = NULL;
    }
    return err;
}

int pg_script(struct pg_conn *c, const char *sql)
{
    struct drained d;
    int rc = pg_drain(c, c->conn.store->options.statement_deadline_us, &d);
    PQclear(d.result);
    if (rc < 0)
        return rc;
    if (PQexitPipelineMode(c->pg) != 1)
        return lost(c, 0, 0, &d);
    if (PQsendQuery(c->pg, sql) != 1)
        return lost(c, 0, 0, &d);
    for (;;) {
        if (!wait_result(c, INT64_MAX))
            return lost(c, 0, 0, &d);
        PGresult *r = PQgetResult(c->pg);
        if (!r)
            break;
        if (PQresultStatus(r) == PGRES_FATAL_ERROR && rc == 0)
            rc =
                PQresultErrorField(r, PG_DIAG_SQLSTATE) ? pg_error(c, r, "script") : ERR_STORE_DOWN;
        PQclear(r);
    }
    c->used_at = clock_mono();
    if (PQstatus(c->pg) != CONNECTION_OK || PQenterPipelineMode(c->pg) != 1)
        return lost(c, 0, rc, &d);
    return rc;
}
