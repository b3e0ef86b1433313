/* Writes in groups: everything that waits shares one transaction and so one
 * flush to the disk. A group runs without savepoints; when a member has to be
 * undone after its first write, or what was presumed of it was not so, the group
 * is rolled back and run again with a savepoint each; when the engine has ended the transaction by
 * itself (disk full) or COMMIT fails, each member is run again alone. Nobody is answered before
 * COMMIT has returned. */
#include "base/clock.h"
#include "base/log.h"
#include "exec/exec_priv.h"

enum { TRIES = 4 };
/* Below what the store moves by itself within a commit (sqlite_file.c). */
static const int64_t wal_limit = 384LL * 1024 * 1024;

enum member {
    MEMBER_OK,    /* its changes (perhaps none) may be committed */
    MEMBER_UNDO,  /* refused or failed after it had written */
    MEMBER_STORE, /* the store failed under it */
};

static int run_work(struct ticket *t, struct tx *tx)
{
    tx_arena(tx, t->arena);
    arena_rewind(t->arena, t->mark);
    t->result = t->work(t->arg, tx);
    return t->result;
}

/* ask: look for a kept answer first. Without it a repeated key is found out
 * when its answer is kept a second time, and the group is run again, asking. */
static int run_request(struct ticket *t, struct tx *tx, bool ask)
{
    struct req *r = t->r;
    tx_arena(tx, r->arena);
    exec_fresh(t);
    int rc = 0;
    if (ask || (t->has_key && flights_seen(r->app->exec->flights, t->scope)))
        rc = record_replay(t, tx);
    if (rc != 0)
        return rc;
    rc = r->route->handler(r, tx);
    if (rc < 0 && !(r->keep && r->error == rc))
        return rc;
    return record_change(t, tx);
}

/* Errors of the store rather than of a rule: whether another try helps is
 * decided for the whole group. */
static bool store_failed(int rc)
{
    switch (rc) {
    case ERR_RETRY:
    case ERR_STORE_DOWN:
    case ERR_STORE_FULL:
    case ERR_STORE_CORRUPT:
    case ERR_CONSTRAINT:
    case ERR_BUSY:
    case ERR_OUTCOME_UNKNOWN:
        return true;
    default:
        return false;
    }
}

static enum member run_member(struct ticket *t, struct tx *tx, bool ask)
{
    tx_clear_wrote(tx);
    int rc = t->r ? run_request(t, tx, ask) : run_work(t, tx);
    tx_assert_idle(tx);
    if (rc >= 0)
        return MEMBER_OK;
    if (!t->r) {
        t->result = rc;
        return store_failed(rc) ? MEMBER_STORE : tx_wrote(tx) ? MEMBER_UNDO : MEMBER_OK;
    }
    if (store_failed(rc)) {
        t->r->error = rc;
        return MEMBER_STORE;
    }
    exec_refuse(t->r, rc);
    return tx_wrote(tx) ? MEMBER_UNDO : MEMBER_OK;
}

/* What a first run may take for granted, so that on PostgreSQL nobody waits for
 * the answers of single statements. */
static void presume(struct tx *tx, const struct ticket *t, bool may)
{
    tx_presume(tx, may && t->r && t->r->route->flags & ROUTE_PRESUMES);
}

/* One member with a transaction of its own, as often as the store asks. */
static void run_alone(struct worker *w, struct ticket *t)
{
    int rc = 0;
    bool may = presume_now(&w->presume);
    for (int tries = 0; tries < TRIES; tries++, may = false) {
        struct tx *tx = NULL;
        rc = tx_begin(w->conn, TX_WRITE, w->scratch, &tx);
        if (rc < 0) {
            if (rc == ERR_STORE_DOWN || rc == ERR_RETRY)
                continue;
            break;
        }
        presume(tx, t, may);
        enum member m = run_member(t, tx, true);
        if (m == MEMBER_OK) {
            rc = tx_commit(&tx);
            if (rc == 0) {
                if (may)
                    presume_held(&w->presume);
                return;
            }
        } else {
            rc = t->r ? t->r->error : t->result;
            tx_rollback(&tx);
            if (m == MEMBER_UNDO)
                return;
            if (rc == ERR_STORE_DOWN)
                continue;
        }
        if (rc != ERR_RETRY && rc != ERR_CONSTRAINT)
            break;
        if (may)
            presume_failed(&w->presume);
    }
    if (rc == ERR_CONSTRAINT || rc == ERR_RETRY)
        rc = ERR_CONFLICT;
    t->result = rc;
    if (t->r) {
        exec_fresh(t);
        exec_refuse(t->r, rc);
    }
}

static void run_each_alone(struct worker *w, struct ticket *list)
{
    for (struct ticket *t = list; t; t = t->next)
        run_alone(w, t);
}

/* One run of a group: 0 committed; 1 run them each alone; 2 run them again,
 * exactly; negative: the outcome is unknown. */
static int run_group(struct worker *w, struct ticket *list, bool may, bool savepoints)
{
    struct tx *tx = NULL;
    if (tx_begin(w->conn, TX_WRITE, w->scratch, &tx) < 0)
        return 1;
    for (struct ticket *t = list; t; t = t->next) {
        if (savepoints && tx_savepoint(tx) < 0)
            goto alone;
        presume(tx, t, may);
        enum member m = run_member(t, tx, savepoints);
        if (m == MEMBER_OK) {
            if (savepoints && tx_savepoint_keep(tx) < 0)
                goto alone;
            continue;
        }
        if (!savepoints) {
            tx_rollback(&tx);
            return 2;
        }
        if (m == MEMBER_STORE || !tx_alive(tx) || tx_savepoint_undo(tx) < 0)
            goto alone;
    }
    int rc = tx_commit(&tx);
    if (rc == ERR_RETRY && !savepoints)
        return 2;
    return rc == ERR_OUTCOME_UNKNOWN ? rc : rc < 0 ? 1 : 0;
alone:
    tx_rollback(&tx);
    return 1;
}

/* First as if all went well, then with every answer awaited and a savepoint a
 * member. */
static int run_together(struct worker *w, struct ticket *list)
{
    bool may = presume_now(&w->presume);
    int rc = run_group(w, list, may, false);
    if (rc == 0 && may)
        presume_held(&w->presume);
    if (rc != 2)
        return rc;
    if (may)
        presume_failed(&w->presume);
    return run_group(w, list, false, true);
}

static struct ticket *drop_late(struct worker *w, struct ticket *list)
{
    struct ticket *keep = NULL, **tail = &keep;
    int64_t now = clock_mono();
    while (list) {
        struct ticket *t = list;
        list = t->next;
        t->next = NULL;
        if (t->r && now - t->since >= w->e->deadline) {
            exec_refuse(t->r, ERR_TIMEOUT);
            exec_done(w->e, t);
            continue;
        }
        *tail = t;
        tail = &t->next;
    }
    return keep;
}

/* What other threads remember of users, keys and companies is old news now. */
static bool changes_cached(const struct ticket *t)
{
    if (!t->r || t->r->error)
        return false;
    const char *action = t->r->route->action;
    static const char *const kinds[] = {
        "user.", "company.", "api_key.", "auth.", "customer.deactivate", "customer.activate"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(action, kinds[i], strlen(kinds[i])) == 0)
            return true;
    return false;
}

static void answer(struct worker *w, struct ticket *list)
{
    bool cached = false;
    for (struct ticket *t = list; t; t = t->next)
        cached = cached || changes_cached(t);
    if (cached)
        atomic_fetch_add_explicit(&w->e->generation, 1, memory_order_release);
    while (list) {
        struct ticket *t = list;
        list = t->next;
        exec_done(w->e, t);
    }
}

static void write_list(struct worker *w, struct ticket *list)
{
    int rc = 1;
    if (list->next)
        rc = run_together(w, list);
    if (rc == 1)
        run_each_alone(w, list);
    for (struct ticket *t = list; rc < 0 && t; t = t->next) {
        t->result = rc;
        if (t->r) {
            exec_fresh(t);
            exec_refuse(t->r, rc);
        }
    }
    answer(w, list);
}

void *write_loop(void *worker)
{
    struct worker *w = worker;
    struct ticket *list;
    while ((list = queue_take(w->queue, w->e->group)) != NULL) {
        arena_reset(w->scratch);
        list = drop_late(w, list);
        if (list)
            write_list(w, list);
        if (w->e->sqlite && (atomic_exchange(&w->e->log_moved, false) ||
                             store_wal_bytes(w->e->app->store) > wal_limit))
            conn_checkpoint(w->conn, true);
    }
    return NULL;
}
