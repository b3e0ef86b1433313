/* Writing in bulk beside a server. */
#include "imports/write.h"
#include "base/clock.h"
#include "exec/exec.h"
#include "store/store.h"
#include <stdlib.h>
#include <unistd.h>

enum {
    SCRATCH = 1 << 20,
    PAUSE_US = 1000,               /* long enough for one who polls for the lock */
    LOG_MOVE_BYTES = 256 << 20,    /* move the log into the file */
    LOG_RESTART_BYTES = 400 << 20, /* and wait for readers of it to be gone */
    TRIES = 20,                    /* of a transaction that finds the file locked */
    ROWS_ALONE = 50000,
    ROWS_SHARED = 500,
    ROWS_POSTGRES = 5000,
};
static const int64_t look_us = SECOND_US / 4; /* between looks for others */

struct writer {
    struct store *store;
    struct conn *conn;
    struct arena *scratch;
    bool read_only;
    bool shared;       /* others are at the store, when looked last */
    int64_t looked_at; /* monotonic us */
    unsigned runs;     /* transactions so far */
};

/* Pages that a large transaction changes should not have to leave memory and
 * come back before it ends. */
static int large_cache(void *arg, struct tx *tx)
{
    (void)arg;
    return tx_script(tx, "PRAGMA cache_size = -262144");
}

int writer_open(struct writer **out, struct store *s, bool read_only)
{
    struct writer *w = calloc(1, sizeof(*w));

    if (!w)
        abort();
    w->store = s;
    w->read_only = read_only;
    w->scratch = arena_new(SCRATCH);
    int rc = conn_open(s, read_only ? CONN_READER : CONN_WRITER, &w->conn);
    if (rc == 0 && !read_only && store_engine(s) == ENGINE_SQLITE)
        rc = writer_once(w, large_cache, NULL, w->scratch);
    if (rc < 0)
        writer_close(&w);
    *out = w;
    return rc;
}

void writer_close(struct writer **w)
{
    if (!*w)
        return;
    conn_close(&(*w)->conn);
    arena_free(&(*w)->scratch);
    free(*w);
    *w = NULL;
}

int writer_once(struct writer *w, int (*fn)(void *arg, struct tx *tx), void *arg, struct arena *a)
{
    int rc = ERR_BUSY;

    for (int i = 0; i < TRIES && (rc == ERR_BUSY || rc == ERR_RETRY); i++)
        rc = exec_tx(w->store, w->conn, w->read_only ? TX_READ : TX_WRITE, a, fn, arg);
    return rc;
}

/* What writer_run hands to exec_tx. */
struct call {
    int (*fn)(void *arg, struct arena *a, struct tx *tx);
    void *arg;
    struct arena *a;
};

static int call(void *arg, struct tx *tx)
{
    struct call *c = arg;

    return c->fn(c->arg, c->a, tx);
}

size_t writer_rows(struct writer *w)
{
    int64_t now = clock_mono();

    if (store_engine(w->store) != ENGINE_SQLITE)
        return ROWS_POSTGRES;
    if (now - w->looked_at >= look_us || w->looked_at == 0) {
        w->shared = store_shared(w->store);
        w->looked_at = now;
    }
    return w->shared ? ROWS_SHARED : ROWS_ALONE;
}

/* The log of SQLite grows with what is written until it is in the file. */
static void tend_log(struct writer *w)
{
    int64_t bytes = store_wal_bytes(w->store);

    if (bytes >= LOG_MOVE_BYTES)
        conn_checkpoint(w->conn, bytes >= LOG_RESTART_BYTES);
}

static int analyze(void *arg, struct tx *tx)
{
    (void)arg;
    return tx_script(tx, "ANALYZE customers, customer_names, customer_tags, name_variants, users, "
                         "orders, order_lines, order_payments, order_refunds");
}

/* PostgreSQL plans a statement for the tables as they are, and one that is
 * planned for empty tables takes whichever index comes first: the checks of
 * foreign keys then walk through a company. New figures make it plan anew. */
static int tell_planner(struct writer *w)
{
    bool due = (w->runs & (w->runs - 1)) == 0; /* after 1, 2, 4, 8, … transactions */

    return due ? writer_once(w, analyze, NULL, w->scratch) : 0;
}

int writer_run(struct writer *w, int (*fn)(void *arg, struct arena *a, struct tx *tx), void *arg)
{
    struct call c = {fn, arg, w->scratch};
    int rc = writer_once(w, call, &c, w->scratch);

    arena_reset(w->scratch);
    if (rc < 0 || w->read_only)
        return rc;
    w->runs++;
    if (store_engine(w->store) == ENGINE_POSTGRES)
        return tell_planner(w);
    tend_log(w);
    if (w->shared)
        usleep(PAUSE_US);
    return rc;
}
