/* Reads: in place on an HTTP thread (SQLite, fast rows) or on a thread of the
 * pool. Admission happens in the same snapshot as a fast read. */
#include "base/clock.h"
#include "base/log.h"
#include "exec/exec_priv.h"

/* The handler in an open read transaction. */
static int handle(struct worker *w, struct ticket *t, struct tx *tx)
{
    struct req *r = t->r;
    exec_fresh(t);
    int rc = r->route->handler(r, tx);
    if (r->route->flags & ROUTE_STREAM && rc == 0)
        t->last_page = true;
    if (rc >= 0 && r->route->flags & ROUTE_READS_PERSON && req_staff(r) && r->company)
        access_note(w->e->access, r);
    return rc < 0 ? rc : 0;
}

/* Runs fn again when the store asks for it; a read changes nothing. */
static int in_read_tx(struct worker *w, struct ticket *t,
                      int (*fn)(struct worker *w, struct ticket *t, struct tx *tx))
{
    int rc = 0;
    struct uuid page = t->r->page_after; /* a page run again begins where it began */
    for (int tries = 0; tries < 3; tries++) {
        struct tx *tx = NULL;
        t->r->page_after = page;
        rc = tx_begin(w->conn, TX_READ, t->r->arena, &tx);
        if (rc < 0)
            continue; /* a lost connection is made anew once */
        rc = fn(w, t, tx);
        tx_assert_idle(tx);
        if (rc < 0 && !t->r->error)
            tx_rollback(&tx);
        else {
            int ended = tx_commit(&tx);
            if (rc == 0 && ended < 0)
                rc = ended;
        }
        if (rc != ERR_RETRY && rc != ERR_STORE_DOWN)
            break;
    }
    return rc;
}

void read_run(struct worker *w, struct ticket *t)
{
    int rc = ERR_TIMEOUT;
    if (clock_mono() - t->since < w->e->deadline)
        rc = in_read_tx(w, t, handle);
    if (rc < 0)
        exec_refuse(t->r, rc);
    exec_done(w->e, t);
}

static int admit_and_read(struct worker *w, struct ticket *t, struct tx *tx)
{
    if (!t->admitted) {
        int rc = admit(w, t->r, tx);
        if (rc < 0)
            return rc;
        t->admitted = true;
        t->mark = arena_mark(t->r->arena);
    }
    return t->r->route->mode == RUN_FAST ? handle(w, t, tx) : 0;
}

static void prepare_on_worker(void *arg)
{
    struct ticket *t = arg;
    struct exec *e = t->r->app->exec;
    int rc = t->r->route->prepare(t->r);
    if (rc < 0) {
        exec_refuse(t->r, rc);
        exec_done(e, t);
    } else {
        t->mark = arena_mark(t->r->arena);
        exec_pass_write(e, t);
    }
    atomic_fetch_sub(&e->preparing, 1);
}

static void go_on(struct exec *e, struct ticket *t)
{
    const struct route *route = t->r->route;
    if (route->mode == RUN_SLOW) {
        exec_pass(e, &e->slow, t);
        return;
    }
    record_key(t);
    if (t->has_key) {
        t->in_flight = flights_enter(e->flights, t->scope);
        if (!t->in_flight) {
            exec_refuse(t->r, ERR_IN_PROGRESS);
            exec_done(e, t);
            return;
        }
    }
    if (!route->prepare) {
        exec_pass_write(e, t);
        return;
    }
    atomic_fetch_add(&e->preparing, 1);
    int rc = passwords_submit(e->app->passwords, prepare_on_worker, t);
    if (rc < 0) {
        atomic_fetch_sub(&e->preparing, 1);
        t->r->retry_after = 1;
        exec_refuse(t->r, rc);
        exec_done(e, t);
    }
}

void read_admit_and_go(struct worker *w, struct ticket *t)
{
    int rc = ERR_TIMEOUT;
    if (clock_mono() - t->since < w->e->deadline)
        rc = in_read_tx(w, t, admit_and_read);
    if (rc < 0) {
        exec_refuse(t->r, rc);
        exec_done(w->e, t);
    } else if (t->r->route->mode == RUN_FAST || t->r->status) {
        exec_done(w->e, t); /* answered, perhaps by the look-up alone */
    } else {
        go_on(w->e, t);
    }
}

void *read_loop(void *worker)
{
    struct worker *w = worker;
    struct ticket *t;
    while ((t = queue_take(w->queue, 1)) != NULL) {
        if (t->admitted)
            read_run(w, t);
        else
            read_admit_and_go(w, t);
    }
    return NULL;
}
