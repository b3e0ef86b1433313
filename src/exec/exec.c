/* Start, stop, and the ways between the executor's threads. */
#include "base/clock.h"
#include "base/log.h"
#include "exec/exec_priv.h"
#include "http/metrics.h"
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum { LIMIT_ROOM = 100000 };

void exec_fresh(struct ticket *t)
{
    struct req *r = t->r;
    arena_rewind(r->arena, t->mark);
    buf_reset(&r->out);
    r->status = 0;
    r->error = 0;
    r->keep = r->replayed = false;
    r->errors.n = 0;
    r->etag = r->location = r->changed = STR_NULL;
    r->retry_after = 0;
    r->subject = UUID_NIL;
    r->ids = 0;
}

void exec_refuse(struct req *r, int err)
{
    const struct err_row *row = err_row(err);
    if (row->status >= 500 && row->status != 503)
        log_error("request failed", LOG_U("request", r->id), LOG_C("route", r->route->path),
                  LOG_C("code", row->code));
    if (row->status == 503 && !r->retry_after)
        r->retry_after = 1;
    if (r->error != err)
        (void)req_fail(r, err);
}

void exec_done(struct exec *e, struct ticket *t)
{
    if (t->in_flight)
        flights_leave(e->flights, t->scope);
    t->in_flight = false;
    if (t->r) {
        t->done(t->r);
        return;
    }
    pthread_mutex_lock(&e->stop_lock);
    t->finished = true;
    pthread_cond_broadcast(&e->stop_cond);
    pthread_mutex_unlock(&e->stop_lock);
}

void exec_pass(struct exec *e, struct queue *q, struct ticket *t)
{
    if (queue_put(q, t))
        return;
    exec_refuse(t->r, ERR_BUSY);
    exec_done(e, t);
}

/* A company's writes go to one writer: they share transactions instead of
 * waiting for each other's locks. */
static struct queue *writer_of(struct exec *e, const struct company *c)
{
    return &e->writes[c && e->nwriters > 1 ? c->id.b[15] % e->nwriters : 0];
}

void exec_pass_write(struct exec *e, struct ticket *t)
{
    exec_pass(e, writer_of(e, t->r->company), t);
}

int exec_write(struct exec *e, struct arena *a, int (*fn)(void *arg, struct tx *tx), void *arg)
{
    struct ticket t = {
        .work = fn, .arg = arg, .arena = a, .since = clock_mono(), .mark = arena_mark(a)};
    if (!queue_put(writer_of(e, NULL), &t))
        return ERR_BUSY;
    pthread_mutex_lock(&e->stop_lock);
    while (!t.finished)
        pthread_cond_wait(&e->stop_cond, &e->stop_lock);
    pthread_mutex_unlock(&e->stop_lock);
    return t.result;
}

void exec_submit(struct exec *e, struct req *r, void (*done)(struct req *r))
{
    struct ticket *t = ARENA_NEW(r->arena, struct ticket);
    t->r = r;
    t->done = done;
    t->since = clock_mono();
    t->mark = arena_mark(r->arena);
    r->exec = t;
    if (r->route->rule == COMPANY_NONE && r->route->flags & ROUTE_PLAIN) {
        /* Health, docs: no store, no company, never waits. */
        int rc = r->route->handler(r, NULL);
        if (rc < 0)
            exec_refuse(r, rc);
        exec_done(e, t);
        return;
    }
    if (!e->sqlite && !e->app->schema_waiting) {
        exec_pass(e, &e->fast, t);
        return;
    }
    struct worker *w = e->app->schema_waiting ? NULL : worker_here(e);
    if (!w) {
        exec_refuse(r, ERR_STORE_DOWN);
        exec_done(e, t);
        return;
    }
    read_admit_and_go(w, t);
}

void exec_next_page(struct exec *e, struct req *r, void (*done)(struct req *r))
{
    struct ticket *t = r->exec;
    t->done = done;
    t->since = clock_mono();
    if (t->last_page) {
        buf_reset(&r->out);
        r->status = 0;
        exec_done(e, t);
        return;
    }
    exec_pass(e, &e->slow, t);
}

size_t exec_waiting(const struct exec *e)
{
    struct exec *m = (struct exec *)e; /* the locks are not part of its value */
    size_t n = queue_length(&m->fast) + queue_length(&m->slow);
    for (size_t i = 0; i < e->nwriters; i++)
        n += queue_length(&m->writes[i]);
    return n;
}

int exec_ready(const struct exec *e)
{
    return atomic_load(&e->ready) ? 0 : ERR_STORE_DOWN;
}

static int start_worker(struct exec *e, struct worker *w, struct queue *q, enum conn_role role,
                        void *(*loop)(void *))
{
    int rc = worker_open(w, e, role);
    if (rc < 0)
        return rc;
    w->queue = q;
    if (pthread_create(&w->thread, NULL, loop, w) != 0)
        return ERR_INTERNAL;
    w->started = true;
    return 0;
}

static int start_workers(struct exec *e)
{
    size_t at = 0;
    int rc = 0;
    for (size_t i = 0; i < e->nfast && rc == 0; i++)
        rc = start_worker(e, &e->workers[at++], &e->fast, CONN_READER, read_loop);
    for (size_t i = 0; i < e->nslow && rc == 0; i++)
        rc = start_worker(e, &e->workers[at++], &e->slow, CONN_READER, read_loop);
    for (size_t i = 0; i < e->nwriters && rc == 0; i++)
        rc = start_worker(e, &e->workers[at++], &e->writes[i], CONN_WRITER, write_loop);
    return rc;
}

static struct limits *limit_of(const struct settings *s, enum setting id, int64_t per_us)
{
    int64_t rate = setting_int(s, id);
    return rate > 0 ? limits_new(rate, per_us, LIMIT_ROOM) : NULL;
}

static void exec_init(struct exec *e, struct app *app)
{
    static atomic_uint serials;
    const struct settings *s = app->settings;
    e->app = app;
    e->serial = atomic_fetch_add(&serials, 1) + 1;
    e->sqlite = store_engine(app->store) == ENGINE_SQLITE;
    e->group = (size_t)setting_int(s, SETTING_GROUP);
    e->deadline = setting_int(s, SETTING_DEADLINE);
    e->nslow = (size_t)setting_int(s, SETTING_READERS);
    e->nfast = e->sqlite ? 0 : (size_t)setting_int(s, SETTING_PG_READERS);
    e->nwriters = e->sqlite ? 1 : (size_t)setting_int(s, SETTING_PG_WRITERS);
    size_t room = (size_t)setting_int(s, SETTING_QUEUE);
    queue_init(&e->fast, room);
    queue_init(&e->slow, room);
    e->writes = calloc(e->nwriters, sizeof *e->writes);
    e->workers = calloc(e->nfast + e->nslow + e->nwriters, sizeof *e->workers);
    if (!e->writes || !e->workers)
        abort();
    for (size_t i = 0; i < e->nwriters; i++)
        queue_init(&e->writes[i], room);
    e->flights = flights_new();
    e->access = access_new();
    e->api_limit = limit_of(s, SETTING_RATE_LIMIT_API, SECOND_US);
    e->auth_limit = limit_of(s, SETTING_RATE_LIMIT_AUTH, 60 * SECOND_US);
    pthread_mutex_init(&e->http_lock, NULL);
    pthread_mutex_init(&e->stop_lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&e->stop_cond, &attr);
    pthread_condattr_destroy(&attr);
}

static int64_t read_waiting(void *arg)
{
    return (int64_t)exec_waiting(arg);
}

static int64_t read_ready(void *arg)
{
    return exec_ready(arg) == 0;
}

static int64_t read_access(void *arg)
{
    return (int64_t)access_waiting(((struct exec *)arg)->access);
}

static int64_t read_wal(void *arg)
{
    return store_wal_bytes(((struct exec *)arg)->app->store);
}

static void tell_metrics(struct exec *e)
{
    struct metrics *m = e->app->metrics;
    if (!m)
        return;
    metrics_read(m, "store_ready", "1 while the data store answers.", read_ready, e);
    metrics_read(m, "store_waiting", "Requests that wait for the data store.", read_waiting, e);
    metrics_read(m, "access_log_waiting", "Reads of people not yet written down.", read_access, e);
    if (e->sqlite)
        metrics_read(m, "store_wal_bytes", "Size of SQLite's write-ahead log.", read_wal, e);
}

int exec_start(struct app *app, struct exec **out)
{
    struct exec *e = calloc(1, sizeof *e);
    if (!e)
        abort();
    exec_init(e, app);
    atomic_store(&e->ready, !app->schema_waiting); /* the schema was looked at just now */
    *out = e;
    app->exec = e;
    int rc = start_workers(e);
    if (rc == 0 && pthread_create(&e->jobs, NULL, jobs_loop, e) == 0)
        e->jobs_started = true;
    if (rc == 0 && pthread_create(&e->watch, NULL, watch_loop, e) == 0)
        e->watch_started = true;
    if (rc == 0 && (!e->jobs_started || !e->watch_started))
        rc = ERR_INTERNAL;
    if (rc < 0)
        exec_stop(out);
    else
        tell_metrics(e);
    return rc;
}

static void exec_free(struct exec *e)
{
    while (e->http) {
        struct worker *w = e->http;
        e->http = w->next;
        worker_close(w);
        free(w);
    }
    for (size_t i = 0; i < e->nfast + e->nslow + e->nwriters; i++)
        worker_close(&e->workers[i]);
    queue_free(&e->fast);
    queue_free(&e->slow);
    for (size_t i = 0; i < e->nwriters; i++)
        queue_free(&e->writes[i]);
    flights_free(&e->flights);
    access_free(&e->access);
    limits_free(&e->api_limit);
    limits_free(&e->auth_limit);
    pthread_mutex_destroy(&e->http_lock);
    pthread_mutex_destroy(&e->stop_lock);
    pthread_cond_destroy(&e->stop_cond);
    free(e->writes);
    free(e->workers);
    free(e);
}

static void join(struct worker *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].started)
            pthread_join(v[i].thread, NULL);
}

void exec_stop(struct exec **out)
{
    struct exec *e = *out;
    if (!e)
        return;
    pthread_mutex_lock(&e->stop_lock);
    e->stopping = true;
    pthread_cond_broadcast(&e->stop_cond);
    pthread_mutex_unlock(&e->stop_lock);
    if (e->jobs_started)
        pthread_join(e->jobs, NULL);
    if (e->watch_started)
        pthread_join(e->watch, NULL);
    /* Readers may still hand writes on: they leave first. */
    queue_close(&e->fast);
    queue_close(&e->slow);
    join(e->workers, e->nfast + e->nslow);
    while (atomic_load(&e->preparing) > 0)
        (void)usleep(1000);
    if (e->workers[e->nfast + e->nslow].started && access_flush(e) < 0)
        log_error("access log not written", LOG_I("reads", access_waiting(e->access)));
    for (size_t i = 0; i < e->nwriters; i++)
        queue_close(&e->writes[i]);
    join(e->workers + e->nfast + e->nslow, e->nwriters);
    e->app->exec = NULL;
    exec_free(e);
    *out = NULL;
}

int exec_tx(struct store *s, struct conn *c, enum tx_mode mode, struct arena *a,
            int (*fn)(void *arg, struct tx *tx), void *arg)
{
    (void)s;
    struct arena_mark mark = arena_mark(a);
    int rc = ERR_RETRY;
    for (int tries = 0; rc == ERR_RETRY && tries < 5; tries++) {
        arena_rewind(a, mark);
        struct tx *tx = NULL;
        rc = tx_begin(c, mode, a, &tx);
        if (rc < 0)
            continue;
        rc = fn(arg, tx);
        if (rc < 0) {
            tx_rollback(&tx);
            continue;
        }
        int ended = tx_commit(&tx);
        if (ended < 0)
            rc = ended;
    }
    return rc;
}
