/* The life of an exchange: taken, filled from the headers, run, given back. */
#include "http/exchange.h"
#include "base/clock.h"
#include "base/random.h"
#include "exec/exec.h"
#include "http/limits.h"
#include <sched.h>
#include <stdlib.h>

static struct exchange *exchange_new(struct server *s)
{
    struct exchange *x = calloc(1, sizeof *x);
    if (!x)
        abort();
    x->server = s;
    x->r.arena = arena_new(ARENA_BLOCK);
    buf_init(&x->r.out, ANSWER_MAX);
    buf_init(&x->body, BODY_MAX);
    return x;
}

void exchange_free(struct exchange *x)
{
    arena_free(&x->r.arena);
    buf_free(&x->r.out);
    buf_free(&x->body);
    free(x);
}

struct exchange *exchange_take(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    struct exchange *x = s->idle;
    if (x) {
        s->idle = x->next;
        s->idle_count--;
        x->next = NULL;
    }
    pthread_mutex_unlock(&s->lock);
    atomic_fetch_add_explicit(&s->open, 1, memory_order_relaxed);
    return x ? x : exchange_new(s);
}

/* Keeps the memory, forgets the request. */
static void wipe(struct exchange *x)
{
    struct req r = {.arena = x->r.arena, .out = x->r.out};
    struct exchange clean = {.server = x->server, .body = x->body};
    if (x->body.n > 0)
        explicit_bzero(x->body.p, x->body.n); /* may have held a password */
    arena_reset(r.arena);
    buf_reset(&r.out);
    buf_reset(&clean.body);
    *x = clean;
    x->r = r;
}

static void give(struct exchange *x)
{
    struct server *s = x->server;
    wipe(x);
    pthread_mutex_lock(&s->lock);
    bool keep = s->idle_count < IDLE_EXCHANGES_MAX;
    if (keep) {
        x->next = s->idle;
        s->idle = x;
        s->idle_count++;
    }
    pthread_mutex_unlock(&s->lock);
    if (!keep)
        exchange_free(x);
}

static struct str header(const struct exchange *x, const char *name)
{
    return str_c(MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name));
}

static struct str address_of(const struct exchange *x)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!info || !info->client_addr)
        return STR("");
    return limits_address(info->client_addr, x->r.arena);
}

/* Without port, in lower case. */
static struct str host_of(const struct exchange *x)
{
    struct str h = header(x, MHD_HTTP_HEADER_HOST);
    if (h.n == 0)
        return STR("");
    const char *end = h.p[0] == '[' ? memchr(h.p, ']', h.n) : memchr(h.p, ':', h.n);
    if (end)
        h.n = (size_t)(end - h.p) + (h.p[0] == '[');
    char *lower = arena_bytes(x->r.arena, h.n);
    for (size_t i = 0; i < h.n; i++)
        lower[i] = h.p[i] >= 'A' && h.p[i] <= 'Z' ? (char)(h.p[i] | 0x20) : h.p[i];
    return (struct str){lower, h.n};
}

/* Path and query of the URI as sent; of the absolute form, what follows the host. */
static void split_uri(struct req *r, struct str uri)
{
    if (str_starts(uri, STR("http://")) || str_starts(uri, STR("https://"))) {
        const char *host = memchr(uri.p, '/', uri.n) + 2;
        size_t rest = (size_t)(uri.p + uri.n - host);
        const char *slash = memchr(host, '/', rest);
        uri = slash ? (struct str){slash, (size_t)(uri.p + uri.n - slash)} : STR("/");
    }
    const char *mark = memchr(uri.p, '?', uri.n);
    r->path = (struct str){uri.p, mark ? (size_t)(mark - uri.p) : uri.n};
    r->query = mark ? (struct str){mark + 1, uri.n - r->path.n - 1} : STR("");
}

static bool printable(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return true;
}

/* "application/json", perhaps with the only charset there is. */
static bool is_type(struct str type, struct str wanted)
{
    const char *semicolon = type.n ? memchr(type.p, ';', type.n) : NULL;
    struct str base = {type.p, semicolon ? (size_t)(semicolon - type.p) : type.n};
    if (!str_eq_nocase(str_trim(base), wanted))
        return false;
    if (!semicolon)
        return true;
    struct str rest = str_trim((struct str){semicolon + 1, type.n - base.n - 1});
    return rest.n == 0 || str_eq_nocase(rest, STR("charset=utf-8")) ||
           str_eq_nocase(rest, STR("charset=\"utf-8\""));
}

static bool rows_type(struct str type)
{
    return is_type(type, STR("text/csv")) || is_type(type, STR("application/x-ndjson"));
}

/* What the headers announce of a body: its length (-1: chunked, 0: none). */
static long long body_length(const struct exchange *x)
{
    long long n = 0;
    if (!str_is_null(header(x, MHD_HTTP_HEADER_TRANSFER_ENCODING)))
        return -1;
    struct str length = header(x, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return !str_is_null(length) && !str_to_i64(length, &n) ? DRAIN_MAX + 1LL : n;
}

/* What tells where a request ends. */
struct framing {
    int lengths, codings, hosts;
    bool bad_name;
};

static enum MHD_Result see_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    struct framing *f = arg;
    struct str n = str_c(name);
    (void)kind, (void)value;
    f->lengths += str_eq_nocase(n, STR(MHD_HTTP_HEADER_CONTENT_LENGTH));
    f->codings += str_eq_nocase(n, STR(MHD_HTTP_HEADER_TRANSFER_ENCODING));
    f->hosts += str_eq_nocase(n, STR(MHD_HTTP_HEADER_HOST));
    f->bad_name |= name[strspn(name, token)] != 0;
    return MHD_YES;
}

/* Two lengths, a length beside chunks, "Content-Length :": a proxy in front may
 * see the end elsewhere, and take what follows for somebody else's request
 * (RFC 9112, 5.1, 6.3 and 11.2). */
static bool is_ambiguous(const struct exchange *x)
{
    struct framing f = {0};
    (void)MHD_get_connection_values(x->connection, MHD_HEADER_KIND, see_header, &f);
    return f.lengths + f.codings > 1 || f.hosts > 1 || f.bad_name;
}

static int check_headers(struct exchange *x)
{
    struct req *r = &x->r;
    if (r->idempotency_key.p &&
        (r->idempotency_key.n == 0 || r->idempotency_key.n > IDEMPOTENCY_KEY_MAX ||
         !printable(r->idempotency_key))) {
        field_error(&r->errors, r->arena, STR("Idempotency-Key"), "range",
                    "takes 1 to %d printable characters", IDEMPOTENCY_KEY_MAX);
        return ERR_BAD_REQUEST;
    }
    long long length = body_length(x);
    if (length > BODY_MAX)
        return ERR_TOO_LARGE;
    struct str type = header(x, MHD_HTTP_HEADER_CONTENT_TYPE);
    bool raw = r->route->flags & ROUTE_RAW_BODY;
    if (length != 0 && !(raw ? rows_type(type) : is_type(type, STR("application/json"))))
        return raw ? ERR_ROWS_TYPE : ERR_MEDIA_TYPE;
    return 0;
}

void exchange_begin(struct exchange *x, const struct arrival *v, const char *method)
{
    struct req *r = &x->r;
    struct str allow;
    x->began = clock_mono();
    r->app = x->server->app;
    r->http = x;
    r->now = clock_now();
    r->id = uuid_new(r->now);
    random_bytes(r->seed, sizeof r->seed);
    r->method = str_c(method);
    split_uri(r, (struct str){v->uri, v->n});
    r->address = address_of(x);
    r->host = host_of(x);
    r->authorization = header(x, MHD_HTTP_HEADER_AUTHORIZATION);
    r->if_match = header(x, MHD_HTTP_HEADER_IF_MATCH);
    r->idempotency_key = header(x, "Idempotency-Key");
    r->accept_encoding = header(x, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    x->none_match = header(x, MHD_HTTP_HEADER_IF_NONE_MATCH);
    x->refusal =
        router_find(r->app->router, r->method, r->path, r->arena, &r->route, r->params, &allow);
    x->allow = allow;
    x->ambiguous = is_ambiguous(x);
    if (x->ambiguous)
        x->refusal = ERR_BAD_REQUEST;
    else if (!x->refusal)
        x->refusal = check_headers(x);
}

/* An abandoned exchange is freed by the last of its holders. */
static void let_go(struct exchange *x)
{
    if (atomic_fetch_sub(&x->holders, 1) == 1)
        exchange_free(x);
}

/* Waking a connection takes a moment, in which the exchange is still needed. */
static int settled(struct exchange *x)
{
    int stage;
    while ((stage = atomic_load(&x->stage)) == STAGE_RESUMING)
        sched_yield();
    return stage;
}

/* The client went while the executor has the request: true when it keeps it. */
static bool leave_to_executor(struct exchange *x)
{
    int stage;
    if (!x->submitted)
        return false;
    exchange_woken(x); /* nobody will wake it any more */
    while ((stage = settled(x)) == STAGE_SUSPENDED) {
        atomic_store(&x->holders, 1);
        if (atomic_compare_exchange_strong(&x->stage, &stage, STAGE_ABANDONED))
            return true;
    }
    return false;
}

void exchange_end(struct exchange *x)
{
    struct server *s = x->server;
    if (x->abandoned) {
        exchange_woken(x);
        pthread_mutex_lock(&s->lock); /* exchange_abandon_all() is done with it */
        pthread_mutex_unlock(&s->lock);
        let_go(x);
    } else if (!leave_to_executor(x)) {
        give(x);
    }
    atomic_fetch_sub_explicit(&s->open, 1, memory_order_relaxed);
}

/* Called by whichever thread finished the work. Once `stage` is DONE the HTTP
 * thread goes on, so the exchange is not looked at afterwards. */
static void done(struct req *r)
{
    struct exchange *x = r->http;
    for (;;) {
        int stage = STAGE_RUNNING;
        if (atomic_compare_exchange_strong(&x->stage, &stage, STAGE_DONE))
            return;
        if (stage == STAGE_ABANDONED) {
            let_go(x);
            return;
        }
        stage = STAGE_SUSPENDED;
        if (atomic_compare_exchange_strong(&x->stage, &stage, STAGE_RESUMING)) {
            MHD_resume_connection(x->connection);
            atomic_store(&x->stage, STAGE_DONE);
            return;
        }
    }
}

static void sleep_on(struct exchange *x)
{
    struct server *s = x->server;
    pthread_mutex_lock(&s->lock);
    x->before = NULL;
    x->next = s->sleepers;
    if (s->sleepers)
        s->sleepers->before = x;
    s->sleepers = x;
    x->asleep = true;
    pthread_mutex_unlock(&s->lock);
}

void exchange_woken(struct exchange *x)
{
    struct server *s = x->server;
    if (!x->asleep)
        return;
    (void)settled(x);
    pthread_mutex_lock(&s->lock);
    if (x->before)
        x->before->next = x->next;
    else
        s->sleepers = x->next;
    if (x->next)
        x->next->before = x->before;
    x->next = x->before = NULL;
    x->asleep = false;
    pthread_mutex_unlock(&s->lock);
}

bool exchange_run(struct exchange *x,
                  void (*fn)(struct exec *e, struct req *r, void (*done)(struct req *r)))
{
    atomic_store(&x->stage, STAGE_RUNNING);
    fn(x->r.app->exec, &x->r, done);
    if (atomic_load(&x->stage) == STAGE_DONE)
        return true;
    sleep_on(x);
    MHD_suspend_connection(x->connection);
    int running = STAGE_RUNNING;
    if (!atomic_compare_exchange_strong(&x->stage, &running, STAGE_SUSPENDED))
        MHD_resume_connection(x->connection);
    return false;
}

void exchange_abandon_all(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    for (struct exchange *x = s->sleepers; x; x = x->next) {
        int suspended = STAGE_SUSPENDED;
        x->abandoned = true;
        atomic_store(&x->holders, 2);
        if (atomic_compare_exchange_strong(&x->stage, &suspended, STAGE_ABANDONED))
            MHD_resume_connection(x->connection);
        else
            x->abandoned = false; /* its answer came just now */
    }
    pthread_mutex_unlock(&s->lock);
}
