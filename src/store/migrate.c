/* Migrations: each in one transaction together with its row in
 * schema_migrations, so that a store is never between two of them. */
#include "store/migrate.h"
#include "base/clock.h"
#include "migrate.sql.h"
#include <sodium.h>

struct walk {
    struct store *store;
    struct arena *a;
    struct str *why;
    const struct migration *m;
    bool up, done;
    int target;
    struct migration_state *v;
    size_t n;
};

static struct str checksum(const struct migration *m, enum engine e, struct arena *a)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const uint8_t *)m->up[e], strlen(m->up[e]));
    char *text = arena_bytes(a, 65);
    sodium_bin2hex(text, 65, hash, sizeof hash);
    return (struct str){text, 64};
}

/* Two processes take their steps one after the other; SQLite has one writer
 * anyway. The table of what was applied is made by the first step up. */
static int prepare_step(struct tx *tx, bool up)
{
    if (tx_engine(tx) == ENGINE_SQLITE)
        return up ? tx_script(tx, "CREATE TABLE IF NOT EXISTS schema_migrations ("
                                  "number integer NOT NULL PRIMARY KEY, name text NOT NULL, "
                                  "checksum text NOT NULL, applied_at integer NOT NULL) STRICT")
                  : 0;
    int rc = tx_script(tx, "SELECT pg_advisory_xact_lock(7216435820641)");
    if (rc >= 0 && up)
        rc = tx_script(tx, "CREATE TABLE IF NOT EXISTS schema_migrations ("
                           "number bigint NOT NULL PRIMARY KEY, name text NOT NULL, "
                           "checksum text NOT NULL, applied_at timestamptz NOT NULL)");
    return rc;
}

static int read_state(void *arg, struct tx *tx)
{
    struct walk *w = arg;
    struct migrations_known_row known;
    struct migration_row *rows = NULL;
    size_t n = 0;
    int rc = migrations_known(tx, &known);
    if (rc >= 0 && known.n)
        rc = migrations_applied(tx, &rows, &n);
    if (rc < 0)
        return rc;
    w->v = ARENA_ARRAY(w->a, struct migration_state, migration_count);
    w->n = migration_count;
    for (size_t i = 0; i < migration_count; i++)
        w->v[i] = (struct migration_state){.number = migrations[i].number,
                                           .name = str_c(migrations[i].name),
                                           .applied_at = I64_NULL};
    for (size_t i = 0; i < n; i++) {
        if (rows[i].number < 1 || rows[i].number > (int64_t)migration_count) {
            *w->why = arena_printf(w->a,
                                   "the store has migration %.*s, which this program lacks; "
                                   "it was made by a newer version",
                                   STR_ARG(rows[i].name));
            return ERR_STORE_NEWER;
        }
        struct migration_state *s = &w->v[rows[i].number - 1];
        s->applied_at = rows[i].applied_at;
        s->changed = !str_eq(rows[i].checksum,
                             checksum(&migrations[rows[i].number - 1], tx_engine(tx), w->a));
    }
    return 0;
}

/* One step towards the target, state read and step done in one transaction:
 * two processes at once each find what the other has left. */
static int step(void *arg, struct tx *tx)
{
    struct walk *w = arg;
    int rc = prepare_step(tx, w->up);
    if (rc >= 0)
        rc = read_state(w, tx);
    if (rc < 0)
        return rc;
    int at = 0; /* the last one applied */
    for (size_t i = 0; i < w->n; i++)
        if (w->v[i].applied_at != I64_NULL)
            at = w->v[i].number;
    w->done = w->up ? at >= w->target : at <= w->target;
    if (w->done)
        return 0;
    enum engine e = tx_engine(tx);
    w->m = &migrations[w->up ? at : at - 1];
    rc = tx_script(tx, w->up ? w->m->up[e] : w->m->down[e]);
    if (rc >= 0)
        rc = w->up ? migration_note(tx, w->m->number, str_c(w->m->name), checksum(w->m, e, w->a),
                                    clock_now())
                   : migration_forget(tx, w->m->number);
    if (rc >= 0 && !w->up && at == 1)
        rc = tx_script(tx, "DROP TABLE schema_migrations");
    w->done = w->up ? at + 1 >= w->target : at - 1 <= w->target;
    return rc < 0 ? rc : 0;
}

enum { TRIES = 5 };

static int try_tx(struct walk *w, struct conn *c, enum tx_mode mode,
                  int (*fn)(void *arg, struct tx *tx))
{
    struct tx *tx = NULL;
    int rc = tx_begin(c, mode, w->a, &tx);
    if (rc < 0)
        return rc;
    rc = fn(w, tx);
    if (rc >= 0)
        return tx_commit(&tx);
    tx_rollback(&tx);
    return rc;
}

static int in_tx(struct walk *w, enum tx_mode mode, int (*fn)(void *arg, struct tx *tx))
{
    struct conn *c = NULL;
    int rc = conn_open(w->store, mode == TX_READ ? CONN_READER : CONN_WRITER, &c);
    if (rc >= 0) {
        rc = ERR_RETRY;
        for (int i = 0; rc == ERR_RETRY && i < TRIES; i++)
            rc = try_tx(w, c, mode, fn);
    }
    if (rc < 0 && str_is_null(*w->why)) {
        struct str trouble = c ? conn_trouble(c) : STR_NULL;
        *w->why = arena_printf(w->a, "%s%s%s%s%.*s", w->m ? w->m->name : "", w->m ? ": " : "",
                               err_row(rc)->message, trouble.n ? ": " : "", STR_ARG(trouble));
    }
    conn_close(&c);
    return rc;
}

int migrate_status(struct store *s, struct arena *a, struct migration_state **out, size_t *n,
                   struct str *why)
{
    struct walk w = {.store = s, .a = a, .why = why};
    *why = STR_NULL;
    int rc = in_tx(&w, TX_READ, read_state);
    *out = w.v;
    *n = w.n;
    return rc;
}

static int walk(struct walk *w)
{
    *w->why = STR_NULL;
    int rc = 0;
    while (rc == 0 && !w->done)
        rc = in_tx(w, TX_WRITE, step);
    return rc;
}

int migrate_up(struct store *s, int target, struct arena *a, struct str *why)
{
    struct walk w = {.store = s, .a = a, .why = why, .up = true};
    w.target = target > 0 && target < (int)migration_count ? target : (int)migration_count;
    return walk(&w);
}

int migrate_down(struct store *s, int target, struct arena *a, struct str *why)
{
    struct walk w = {.store = s, .a = a, .why = why, .target = target};
    return walk(&w);
}

int migrate_check(struct store *s, struct arena *a, struct str *why)
{
    struct migration_state *v;
    size_t n;
    int rc = migrate_status(s, a, &v, &n, why);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < n; i++) {
        if (v[i].applied_at == I64_NULL) {
            *why = arena_printf(a, "migration %.*s is not applied; run clientele migrate up",
                                STR_ARG(v[i].name));
            return ERR_USAGE;
        }
        if (v[i].changed) {
            *why = arena_printf(a,
                                "migration %.*s was applied with another text than this "
                                "program's; the store was made by another version",
                                STR_ARG(v[i].name));
            return ERR_STORE_NEWER;
        }
    }
    return 0;
}
