/* Counters by route and status class, a latency histogram by route, and
 * figures that others read out. Written with relaxed atomics: a scrape may see
 * a request half counted, never a wrong total for long. */
#include "http/metrics.h"
#include "base/buf.h"
#include <stdatomic.h>
#include <stdlib.h>

enum { CLASSES = 5, BUCKETS = 12, READERS_MAX = 48, PRINT_MAX = 4 << 20 };
static const int64_t bounds_us[BUCKETS] = {500,   1000,   2500,   5000,    10000,   25000,
                                           50000, 100000, 250000, 1000000, 5000000, 30000000};

struct line {
    const struct route *route;      /* NULL: no route was found */
    _Atomic int64_t count[CLASSES]; /* 1xx … 5xx */
    _Atomic int64_t within[BUCKETS];
    _Atomic int64_t sum_us;
};

struct reader {
    const char *name, *help;
    int64_t (*read)(void *arg);
    void *arg;
};

struct metrics {
    const struct route_set *const *sets;
    size_t nsets;
    struct line *lines; /* sets one after another, then the unmatched */
    size_t nlines;
    struct reader readers[READERS_MAX];
    size_t nreaders;
};

struct metrics *metrics_new(const struct route_set *const *sets, size_t n)
{
    struct metrics *m = calloc(1, sizeof *m);
    if (!m)
        abort();
    m->sets = sets;
    m->nsets = n;
    m->nlines = 1;
    for (size_t i = 0; i < n; i++)
        m->nlines += sets[i]->n;
    m->lines = calloc(m->nlines, sizeof *m->lines);
    if (!m->lines)
        abort();
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sets[i]->n; k++)
            m->lines[at++].route = &sets[i]->v[k];
    return m;
}

void metrics_free(struct metrics **m)
{
    if (!*m)
        return;
    free((*m)->lines);
    free(*m);
    *m = NULL;
}

static struct line *line_of(struct metrics *m, const struct route *r)
{
    size_t at = 0;
    for (size_t i = 0; r && i < m->nsets; i++) {
        if (r >= m->sets[i]->v && r < m->sets[i]->v + m->sets[i]->n)
            return &m->lines[at + (size_t)(r - m->sets[i]->v)];
        at += m->sets[i]->n;
    }
    return &m->lines[m->nlines - 1];
}

static void count(_Atomic int64_t *n, int64_t by)
{
    atomic_fetch_add_explicit(n, by, memory_order_relaxed);
}

void metrics_request(struct metrics *m, const struct route *r, int status, int64_t took_us)
{
    struct line *l = line_of(m, r);
    int class = status / 100 - 1;
    count(&l->count[class < 0 || class >= CLASSES ? CLASSES - 1 : class], 1);
    count(&l->sum_us, took_us);
    for (int i = 0; i < BUCKETS; i++) {
        if (took_us <= bounds_us[i]) {
            count(&l->within[i], 1);
            break;
        }
    }
}

void metrics_read(struct metrics *m, const char *name, const char *help, int64_t (*read)(void *arg),
                  void *arg)
{
    assert(m->nreaders < READERS_MAX);
    m->readers[m->nreaders++] = (struct reader){name, help, read, arg};
}

static void put_labels(struct buf *b, const struct line *l)
{
    buf_printf(b, "{method=\"%s\",route=\"%s\"", l->route ? l->route->method : "-",
               l->route ? l->route->path : "-");
}

static int64_t requests(const struct line *l)
{
    int64_t n = 0;
    for (int i = 0; i < CLASSES; i++)
        n += atomic_load_explicit(&l->count[i], memory_order_relaxed);
    return n;
}

static void put_counts(struct buf *b, const struct metrics *m)
{
    buf_lit(b, "# HELP clientele_requests_total Requests answered, by route and status class.\n"
               "# TYPE clientele_requests_total counter\n");
    for (size_t i = 0; i < m->nlines; i++) {
        for (int c = 0; c < CLASSES; c++) {
            int64_t n = atomic_load_explicit(&m->lines[i].count[c], memory_order_relaxed);
            if (n == 0)
                continue;
            buf_lit(b, "clientele_requests_total");
            put_labels(b, &m->lines[i]);
            buf_printf(b, ",status=\"%dxx\"} %lld\n", c + 1, (long long)n);
        }
    }
}

static void put_histogram(struct buf *b, const struct line *l)
{
    int64_t within = 0, all = requests(l);
    if (all == 0)
        return;
    for (int i = 0; i < BUCKETS; i++) {
        within += atomic_load_explicit(&l->within[i], memory_order_relaxed);
        buf_lit(b, "clientele_request_seconds_bucket");
        put_labels(b, l);
        buf_printf(b, ",le=\"%g\"} %lld\n", (double)bounds_us[i] / 1e6, (long long)within);
    }
    buf_lit(b, "clientele_request_seconds_bucket");
    put_labels(b, l);
    buf_printf(b, ",le=\"+Inf\"} %lld\nclientele_request_seconds_sum", (long long)all);
    put_labels(b, l);
    buf_printf(b, "} %g\nclientele_request_seconds_count",
               (double)atomic_load_explicit(&l->sum_us, memory_order_relaxed) / 1e6);
    put_labels(b, l);
    buf_printf(b, "} %lld\n", (long long)all);
}

struct str metrics_print(const struct metrics *m, struct arena *a)
{
    struct buf b;
    buf_init(&b, PRINT_MAX);
    put_counts(&b, m);
    buf_lit(&b, "# HELP clientele_request_seconds Time from headers to answer.\n"
                "# TYPE clientele_request_seconds histogram\n");
    for (size_t i = 0; i < m->nlines; i++)
        put_histogram(&b, &m->lines[i]);
    for (size_t i = 0; i < m->nreaders; i++) {
        const struct reader *r = &m->readers[i];
        size_t n = strlen(r->name);
        bool counter = n > 6 && strcmp(r->name + n - 6, "_total") == 0;
        buf_printf(&b, "# HELP clientele_%s %s\n# TYPE clientele_%s %s\nclientele_%s %lld\n",
                   r->name, r->help, r->name, counter ? "counter" : "gauge", r->name,
                   (long long)r->read(r->arg));
    }
    struct str text = arena_str(a, buf_view(&b));
    buf_free(&b);
    return text;
}
