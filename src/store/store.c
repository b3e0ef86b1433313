/* The face of the store: picks the driver by the URL and keeps what both need. */
#include "base/clock.h"
#include "base/log.h"
#include "store/store_priv.h"
#include <assert.h>
#include <stdlib.h>

static const struct store_options presets = {.commit_deadline_us = 10 * SECOND_US,
                                             .statement_deadline_us = 300 * SECOND_US,
                                             .busy_us = 5 * SECOND_US};

int store_open(struct store **out, const char *url, const struct store_options *o, struct arena *a,
               struct str *why)
{
    *out = NULL;
    struct store *s = calloc(1, sizeof *s);
    if (!s || !(s->url = strdup(url)))
        abort();
    s->options = o ? *o : presets;
    if (!s->options.commit_deadline_us)
        s->options.commit_deadline_us = presets.commit_deadline_us;
    if (!s->options.statement_deadline_us)
        s->options.statement_deadline_us = presets.statement_deadline_us;
    if (!s->options.busy_us)
        s->options.busy_us = presets.busy_us;
    struct str u = str_c(url);
    int rc;
    if (str_starts(u, STR("sqlite:"))) {
        s->driver = &sqlite_driver;
        s->engine = ENGINE_SQLITE;
        rc = s->driver->store_open(s, a, why);
    } else if (str_starts(u, STR("postgresql://")) || str_starts(u, STR("postgres://"))) {
        s->driver = &postgres_driver;
        s->engine = ENGINE_POSTGRES;
        rc = s->driver->store_open(s, a, why);
    } else {
        *why = STR("a store is sqlite:PATH or postgresql://…");
        rc = ERR_USAGE;
    }
    if (rc < 0) {
        free(s->name);
        free(s->url);
        free(s);
        return rc;
    }
    *out = s;
    return 0;
}

void store_close(struct store **s)
{
    if (!*s)
        return;
    (*s)->driver->store_close(*s);
    free((*s)->name);
    free((*s)->url);
    free(*s);
    *s = NULL;
}

enum engine store_engine(const struct store *s)
{
    return s->engine;
}

struct str store_name(const struct store *s)
{
    return str_c(s->name);
}

int conn_open(struct store *s, enum conn_role role, struct conn **out)
{
    return s->driver->conn_open(s, role, out);
}

void conn_close(struct conn **c)
{
    if (!*c)
        return;
    assert(!(*c)->in_tx);
    memo_free(&(*c)->memo);
    (*c)->store->driver->conn_close(*c);
    *c = NULL;
}

struct str conn_trouble(const struct conn *c)
{
    return str_c(c->trouble);
}

void conn_enlarge(struct conn *c)
{
    c->store->driver->enlarge(c);
}

int conn_ping(struct conn *c)
{
    return c->store->driver->ping(c);
}

int tx_begin(struct conn *c, enum tx_mode mode, struct arena *a, struct tx **out)
{
    assert(!c->in_tx);
    *out = NULL;
    int rc = c->store->driver->begin(c, mode);
    if (rc < 0)
        return rc;
    c->tx = (struct tx){.conn = c, .arena = a, .mode = mode};
    c->in_tx = true;
    *out = &c->tx;
    return 0;
}

int tx_commit(struct tx **tx)
{
    struct conn *c = (*tx)->conn;
    int rc = c->store->driver->commit(c);
    if (rc < 0)
        memo_clear(&c->memo);
    c->in_tx = false;
    *tx = NULL;
    return rc;
}

void tx_rollback(struct tx **tx)
{
    if (!*tx)
        return;
    struct conn *c = (*tx)->conn;
    c->store->driver->rollback(c);
    memo_clear(&c->memo);
    c->in_tx = false;
    *tx = NULL;
}

void tx_arena(struct tx *tx, struct arena *a)
{
    tx->arena = a;
}

bool tx_wrote(const struct tx *tx)
{
    return tx->wrote;
}

void tx_clear_wrote(struct tx *tx)
{
    tx->wrote = false;
}

void tx_presume(struct tx *tx, bool on)
{
    tx->presume = on;
}

bool tx_knows(const struct tx *tx, struct uuid company, struct str what)
{
    return memo_has(&tx->conn->memo, company, what);
}

void tx_learn(struct tx *tx, struct uuid company, struct str what)
{
    memo_put(&tx->conn->memo, company, what);
}

int tx_savepoint(struct tx *tx)
{
    return tx->conn->store->driver->savepoint(tx->conn);
}

int tx_savepoint_keep(struct tx *tx)
{
    return tx->conn->store->driver->savepoint_keep(tx->conn);
}

int tx_savepoint_undo(struct tx *tx)
{
    memo_clear(&tx->conn->memo);
    return tx->conn->store->driver->savepoint_undo(tx->conn);
}

bool tx_alive(const struct tx *tx)
{
    return tx->conn->store->driver->alive(tx->conn);
}

struct str tx_constraint(const struct tx *tx)
{
    return str_c(tx->constraint);
}

enum engine tx_engine(const struct tx *tx)
{
    return tx->conn->store->engine;
}

void tx_assert_idle(const struct tx *tx)
{
    tx->conn->store->driver->assert_idle(tx->conn);
}

bool stmt_writes(const struct stmt *s)
{
    if (s->kind == STMT_COUNT || s->kind == STMT_MADE || s->kind == STMT_EFFECT)
        return true;
    const char *sql = s->sqlite;
    if (strncasecmp(sql, "SELECT", 6) == 0)
        return false;
    return strncasecmp(sql, "WITH", 4) != 0 || strcasestr(sql, "INSERT INTO") ||
           strcasestr(sql, "UPDATE ") || strcasestr(sql, "DELETE FROM");
}

/* Before every statement: what it means for the transaction. */
static int note_use(struct tx *tx, const struct stmt *s)
{
    if (!stmt_writes(s))
        return 0;
    if (tx->mode == TX_READ) {
        log_error("a change in a read transaction", LOG_C("statement", s->name));
        return ERR_INTERNAL;
    }
    tx->wrote = tx->changed = true;
    return 0;
}

int tx_script(struct tx *tx, const char *sql)
{
    tx->wrote = tx->changed = true;
    return tx->conn->store->driver->script(tx->conn, sql);
}

int tx_first_load(struct tx *tx, const char *table)
{
    tx->wrote = tx->changed = true;
    return tx->conn->store->driver->first_load(tx->conn, table);
}

int tx_one(struct tx *tx, const struct stmt *s, const union sql_value *params, void *row)
{
    memset(row, 0, s->row_size);
    int rc = note_use(tx, s);
    return rc < 0 ? rc : tx->conn->store->driver->one(tx->conn, s, params, row);
}

int tx_many(struct tx *tx, const struct stmt *s, const union sql_value *params, void **rows,
            size_t *n)
{
    *rows = NULL;
    *n = 0;
    int rc = note_use(tx, s);
    return rc < 0 ? rc : tx->conn->store->driver->many(tx->conn, s, params, rows, n);
}

static int counted(struct tx *tx, const struct stmt *s, const union sql_value *params,
                   int (*run)(struct conn *c, const struct stmt *s, const union sql_value *v))
{
    bool wrote = tx->wrote;
    int rc = note_use(tx, s);
    if (rc < 0)
        return rc;
    rc = run(tx->conn, s, params);
    if (rc == 0)
        tx->wrote = wrote; /* ON CONFLICT DO NOTHING did nothing */
    return rc;
}

int tx_count(struct tx *tx, const struct stmt *s, const union sql_value *params)
{
    return counted(tx, s, params, tx->conn->store->driver->count);
}

int tx_made(struct tx *tx, const struct stmt *s, const union sql_value *params)
{
    return counted(tx, s, params, tx->conn->store->driver->made);
}

int tx_effect(struct tx *tx, const struct stmt *s, const union sql_value *params)
{
    int rc = note_use(tx, s);
    return rc < 0 ? rc : tx->conn->store->driver->effect(tx->conn, s, params);
}

void conn_checkpoint(struct conn *c, bool restart)
{
    c->store->driver->checkpoint(c, restart);
}

int64_t store_wal_bytes(const struct store *s)
{
    return s->driver->wal_bytes(s);
}

int store_backup(struct store *s, const char *path, struct arena *a, struct str *why)
{
    return s->driver->backup(s, path, a, why);
}

struct str store_version(struct store *s, struct arena *a)
{
    return s->driver->version(s, a);
}

int conn_prepare_all(struct conn *c, const struct stmt_set *const *sets, size_t n, struct arena *a,
                     struct str *bad)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < sets[i]->n; j++) {
            struct str why = STR_NULL;
            int rc = c->store->driver->prepare(c, sets[i]->v[j], a, &why);
            if (rc < 0) {
                *bad = arena_printf(a, "%s: %.*s", sets[i]->v[j]->name, STR_ARG(why));
                return rc;
            }
        }
    return 0;
}

void *rows_next(struct rows *r)
{
    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 8;
        char *v = arena_alloc(r->arena, cap * r->size);
        if (r->n)
            memcpy(v, r->v, r->n * r->size);
        r->v = v;
        r->cap = cap;
    }
    return r->v + r->n++ * r->size;
}
