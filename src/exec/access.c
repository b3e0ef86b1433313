/* The access log: staff's reads of people, noted in memory and written at most
 * a second later, one row a company. Rows of their own for each read would
 * cost more than the reads. */
#include "base/clock.h"
#include "base/log.h"
#include "exec.sql.h"
#include "exec/exec_priv.h"
#include <sodium.h>
#include <stdlib.h>

enum { ACCESS_MAX = 100000 }; /* about 6 MB; reached only while the store is down */

struct note {
    struct uuid company, by, of;
    const struct route *route;
};

struct access {
    pthread_mutex_t lock;
    struct note *v;
    size_t n, cap;
    uint64_t lost; /* noted when there was no room */
};

struct access *access_new(void)
{
    struct access *a = calloc(1, sizeof *a);
    if (!a)
        abort();
    pthread_mutex_init(&a->lock, NULL);
    return a;
}

void access_free(struct access **a)
{
    if (!*a)
        return;
    pthread_mutex_destroy(&(*a)->lock);
    free((*a)->v);
    free(*a);
    *a = NULL;
}

void access_note(struct access *a, const struct req *r)
{
    pthread_mutex_lock(&a->lock);
    if (a->n == a->cap && a->cap < ACCESS_MAX) {
        size_t cap = a->cap ? a->cap * 2 : 1024;
        struct note *v = realloc(a->v, cap * sizeof *v);
        if (!v)
            abort();
        a->v = v;
        a->cap = cap;
    }
    if (a->n < a->cap)
        a->v[a->n++] = (struct note){r->company->id, r->who.id, r->subject, r->route};
    else
        a->lost++;
    pthread_mutex_unlock(&a->lock);
}

size_t access_waiting(struct access *a)
{
    pthread_mutex_lock(&a->lock);
    size_t n = a->n;
    pthread_mutex_unlock(&a->lock);
    return n;
}

static int by_company(const void *x, const void *y)
{
    const struct note *a = x, *b = y;
    int c = uuid_cmp(a->company, b->company);
    if (c == 0)
        c = uuid_cmp(a->by, b->by);
    if (c == 0)
        c = (a->route > b->route) - (a->route < b->route);
    return c ? c : uuid_cmp(a->of, b->of);
}

struct flush {
    struct note *v;
    size_t n;
    int64_t now;
};

/* A short text of an id: 22 characters of base64url. */
static void add_id(struct buf *b, struct uuid id)
{
    char text[24];
    sodium_bin2base64(text, sizeof text, id.b, 16, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    buf_char(b, '"');
    buf_str(b, str_c(text));
    buf_char(b, '"');
}

/* The notes of one company as JSON: a group for each reader and route, ids of
 * those read in base64url, each once. A search that shows many has no id. */
static void pack(const struct note *v, size_t n, struct buf *b)
{
    buf_char(b, '[');
    for (size_t i = 0; i < n; i++) {
        bool group = i == 0 || !uuid_eq(v[i].by, v[i - 1].by) || v[i].route != v[i - 1].route;
        if (group) {
            buf_str(b, i ? STR("]},{\"by\":") : STR("{\"by\":"));
            add_id(b, v[i].by);
            buf_lit(b, ",\"route\":\"");
            buf_str(b, str_c(v[i].route->path));
            buf_lit(b, "\",\"of\":[");
        }
        if (uuid_is_nil(v[i].of) || (!group && uuid_eq(v[i].of, v[i - 1].of)))
            continue;
        if (b->p[b->n - 1] != '[')
            buf_char(b, ',');
        add_id(b, v[i].of);
    }
    buf_lit(b, "]}]");
}

static int flush_rows(void *arg, struct tx *tx)
{
    struct flush *f = arg;
    struct buf b;
    buf_init(&b, 16 * 1024 * 1024);
    int rc = 0;
    for (size_t i = 0; i < f->n && rc >= 0;) {
        size_t end = i + 1;
        while (end < f->n && uuid_eq(f->v[end].company, f->v[i].company))
            end++;
        buf_reset(&b);
        pack(f->v + i, end - i, &b);
        rc = access_insert(tx, f->v[i].company, uuid_new(f->now), f->now, buf_view(&b));
        i = end;
    }
    buf_free(&b);
    return rc;
}

/* Puts notes back that could not be written, as far as there is room. */
static void take_back(struct access *a, struct flush *f)
{
    pthread_mutex_lock(&a->lock);
    size_t keep = f->n;
    struct note *v = NULL;
    if (keep + a->n > ACCESS_MAX) {
        a->lost += keep + a->n - ACCESS_MAX;
        keep = ACCESS_MAX - a->n;
    }
    v = malloc((keep + a->n + 1) * sizeof *v);
    if (!v)
        abort();
    memcpy(v, f->v, keep * sizeof *v);
    if (a->n)
        memcpy(v + keep, a->v, a->n * sizeof *v);
    free(a->v);
    a->v = v;
    a->n += keep;
    a->cap = a->n + 1;
    pthread_mutex_unlock(&a->lock);
}

int access_flush(struct exec *e)
{
    struct access *a = e->access;
    pthread_mutex_lock(&a->lock);
    struct flush f = {.v = a->v, .n = a->n, .now = clock_now()};
    uint64_t lost = a->lost;
    a->v = NULL;
    a->n = a->cap = 0;
    a->lost = 0;
    pthread_mutex_unlock(&a->lock);
    if (lost)
        log_error("access log full", LOG_I("lost", lost));
    int rc = 0;
    if (f.n) {
        qsort(f.v, f.n, sizeof *f.v, by_company);
        struct arena *arena = arena_new(1024);
        rc = exec_write(e, arena, flush_rows, &f);
        arena_free(&arena);
        if (rc < 0)
            take_back(a, &f);
    }
    free(f.v);
    return rc;
}
