/* A thread that talks to the store. HTTP threads belong to the HTTP server and
 * come to the executor as they are, so their workers are made at their first
 * request and found again through a thread-local pointer. */
#include "exec/exec_priv.h"
#include <stdlib.h>

int worker_open(struct worker *w, struct exec *e, enum conn_role role)
{
    *w = (struct worker){.e = e};
    int rc = conn_open(e->app->store, role, &w->conn);
    if (rc < 0)
        return rc;
    w->auth = auth_cache_new();
    w->companies = company_cache_new();
    w->scratch = arena_new(16 * 1024);
    w->generation = atomic_load(&e->generation);
    return 0;
}

void worker_close(struct worker *w)
{
    conn_close(&w->conn);
    auth_cache_free(&w->auth);
    company_cache_free(&w->companies);
    arena_free(&w->scratch);
}

void worker_refresh(struct worker *w)
{
    unsigned now = atomic_load_explicit(&w->e->generation, memory_order_acquire);
    if (now == w->generation)
        return;
    w->generation = now;
    auth_cache_outdate(w->auth);
    company_cache_outdate(w->companies);
}

struct worker *worker_here(struct exec *e)
{
    /* serial tells an executor of this address from an earlier one's. */
    static _Thread_local struct {
        unsigned serial;
        struct worker *worker;
    } here;
    if (here.worker && here.serial == e->serial)
        return here.worker;
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    if (worker_open(w, e, CONN_READER) < 0) {
        free(w);
        return NULL;
    }
    pthread_mutex_lock(&e->http_lock);
    w->next = e->http;
    e->http = w;
    pthread_mutex_unlock(&e->http_lock);
    here.serial = e->serial;
    here.worker = w;
    return w;
}
