/* Writing in bulk beside a server. */
#include "exec/bulk.h"
#include "base/clock.h"
#include "exec/exec.h"
#include "exec/presume.h"
#include "store/store.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    SCRATCH = 1 << 20,
    PAUSE_US = 1000,               /* long enough for one who polls for the lock */
    LOG_MOVE_BYTES = 32 << 20,     /* move the log into the file, beside the writing */
    LOG_RESTART_BYTES = 400 << 20, /* begin it anew, and wait for readers of it to be gone */
    LOG_POLL_US = 50000,
    TRIES = 20, /* of a transaction that finds the file locked */
    ROWS_ALONE = 50000,
    ROWS_SHARED = 500,
    ROWS_POSTGRES = 5000,
    ROWS_FIRST = 500, /* PostgreSQL: before it knows that the tables have rows */
    LOAD_ROWS = 50000,
};
static const int64_t look_us = SECOND_US / 4; /* between looks for others */
/* A transaction while nobody else is there; who comes ends it with the call
 * that runs. Pages of an index that change many times in it are written once. */
static const int64_t alone_us = 20 * SECOND_US;

struct writer {
    struct store *store;
    struct conn *conn;
    struct arena *scratch; /* of one call */
    struct arena *kept;    /* of the open transaction */
    struct tx *tx;         /* open and shared by several calls, or NULL */
    int64_t begun;         /* monotonic us, of tx */
    bool read_only;
    struct presume presume;
    bool shared;               /* others are at the store, when looked last */
    int64_t looked_at;         /* monotonic us */
    const char *const *tables; /* for which a first load pays, or NULL */
    bool loading;              /* tx is one */
    unsigned runs;             /* transactions so far */
    pthread_t mover;           /* moves the log; SQLite only */
    bool moving;               /* that thread was started */
    atomic_bool stop;          /* it shall end */
};

/* The log of SQLite grows with what is written until it is in the file, which
 * a thread of its own sees to, while the writer goes on. */
static void *move_log(void *arg)
{
    struct writer *w = arg;
    struct conn *c = NULL;

    if (conn_open(w->store, CONN_READER, &c) < 0)
        return NULL; /* then the log is moved when it begins anew */
    while (!atomic_load(&w->stop)) {
        if (store_wal_bytes(w->store) >= LOG_MOVE_BYTES)
            conn_checkpoint(c, false);
        usleep(LOG_POLL_US);
    }
    conn_close(&c);
    return NULL;
}

/* What is written meanwhile is behind the mover: only the writer can end that. */
static void restart_log(struct writer *w)
{
    if (store_wal_bytes(w->store) >= LOG_RESTART_BYTES)
        conn_checkpoint(w->conn, true);
}

int writer_open(struct writer **out, struct store *s, bool read_only)
{
    struct writer *w = calloc(1, sizeof(*w));

    if (!w)
        abort();
    w->store = s;
    w->read_only = read_only;
    w->scratch = arena_new(SCRATCH);
    w->kept = arena_new(4096);
    int rc = conn_open(s, read_only ? CONN_READER : CONN_WRITER, &w->conn);
    if (rc == 0 && !read_only)
        conn_enlarge(w->conn);
    if (rc == 0 && !read_only && store_engine(s) == ENGINE_SQLITE)
        w->moving = pthread_create(&w->mover, NULL, move_log, w) == 0;
    if (rc < 0)
        writer_close(&w);
    *out = w;
    return rc;
}

void writer_close(struct writer **w)
{
    if (!*w)
        return;
    atomic_store(&(*w)->stop, true);
    if ((*w)->moving)
        pthread_join((*w)->mover, NULL);
    if ((*w)->tx)
        tx_rollback(&(*w)->tx);
    conn_close(&(*w)->conn);
    arena_free(&(*w)->kept);
    arena_free(&(*w)->scratch);
    free(*w);
    *w = NULL;
}

int writer_once(struct writer *w, int (*fn)(void *arg, struct tx *tx), void *arg, struct arena *a)
{
    int rc = writer_settle(w);

    if (rc < 0)
        return rc;
    rc = ERR_BUSY;
    for (int i = 0; i < TRIES && (rc == ERR_BUSY || rc == ERR_RETRY); i++)
        rc = exec_tx(w->store, w->conn, w->read_only ? TX_READ : TX_WRITE, a, fn, arg);
    return rc;
}

/* What writer_run hands to exec_tx. */
struct call {
    int (*fn)(void *arg, struct arena *a, struct tx *tx);
    void *arg;
    struct arena *a;
    int tries;
    bool may; /* presume; only at the first try */
};

/* The first try takes for granted that rows are new, see tx_presume(). */
static int call(void *arg, struct tx *tx)
{
    struct call *c = arg;

    tx_presume(tx, c->may);
    c->may = false;
    c->tries++;
    return c->fn(c->arg, c->a, tx);
}

/* Is anybody else there? Asked a few times a second. */
static void look(struct writer *w)
{
    int64_t now = clock_mono();

    if (w->looked_at && now - w->looked_at < look_us)
        return;
    w->shared = store_shared(w->store);
    w->looked_at = now;
}

size_t writer_rows(struct writer *w)
{
    if (store_engine(w->store) != ENGINE_SQLITE)
        return w->runs ? ROWS_POSTGRES : ROWS_FIRST;
    look(w);
    return w->shared ? ROWS_SHARED : ROWS_ALONE;
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

bool writer_settled(const struct writer *w)
{
    return w->tx == NULL;
}

int writer_settle(struct writer *w)
{
    if (!w->tx)
        return 0;
    int rc = tx_commit(&w->tx);
    w->loading = false;
    arena_reset(w->kept);
    restart_log(w);
    return rc;
}

void writer_first_load(struct writer *w, const char *const *tables, int64_t rows)
{
    /* Few are in before indexes could be made anew. */
    w->tables = rows >= LOAD_ROWS ? tables : NULL;
    w->runs = 0;
}

/* Once: afterwards the tables have rows. */
static int begin_load(struct writer *w)
{
    int rc = 0;

    for (const char *const *t = w->tables; rc >= 0 && t && *t; t++) {
        rc = tx_first_load(w->tx, *t);
        w->loading |= rc == 1;
    }
    w->tables = NULL;
    return rc < 0 ? rc : 0;
}

/* One call of those that share a transaction. Nobody else is there, so that
 * nothing needs to be run again once it is open. */
static int run_alone(struct writer *w, struct call *c)
{
    int rc = 0;

    for (int i = 0; !w->tx && i < TRIES; i++) {
        w->begun = clock_mono();
        rc = tx_begin(w->conn, TX_WRITE, w->kept, &w->tx);
        if (rc < 0 && rc != ERR_BUSY && rc != ERR_RETRY)
            break;
    }
    if (rc < 0)
        return rc;
    tx_arena(w->tx, w->scratch);
    rc = begin_load(w);
    if (rc == 0)
        rc = c->fn(c->arg, w->scratch, w->tx);
    tx_arena(w->tx, w->kept);
    arena_reset(w->scratch);
    if (rc < 0) {
        tx_rollback(&w->tx);
        w->loading = false;
    } else if (w->shared || (!w->loading && clock_mono() - w->begun >= alone_us)) {
        rc = writer_settle(w);
    }
    return rc;
}

int writer_run(struct writer *w, int (*fn)(void *arg, struct arena *a, struct tx *tx), void *arg)
{
    struct call c = {.fn = fn, .arg = arg, .a = w->scratch};

    look(w);
    if (!w->read_only && (w->tx || !w->shared))
        return run_alone(w, &c);
    bool may = c.may = presume_now(&w->presume);
    int rc = writer_once(w, call, &c, w->scratch);
    if (may)
        (c.tries > 1 ? presume_failed : presume_held)(&w->presume);
    arena_reset(w->scratch);
    if (rc < 0 || w->read_only)
        return rc;
    w->runs++;
    if (store_engine(w->store) == ENGINE_POSTGRES)
        return tell_planner(w);
    restart_log(w);
    usleep(PAUSE_US);
    return rc;
}
