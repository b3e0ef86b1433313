/* Answers: headers, body, streams, the log line and the counters. */
#include "base/clock.h"
#include "base/log.h"
#include "exec/exec.h"
#include "http/exchange.h"
#include "http/metrics.h"
#include <stdio.h>

enum { STREAM_BLOCK = 16 << 10, HEADER_TEXT = 300 };

/* Pages bring everything themselves, from this origin; nobody frames them. */
#define PAGE_POLICY                                                                                \
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "                    \
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "             \
    "base-uri 'none'; frame-ancestors 'none'; "                                                    \
    "require-trusted-types-for 'script'; trusted-types clientele"

static void add(struct MHD_Response *m, const char *name, const char *value)
{
    /* Fails only for a value with a line break, which then stays out. */
    (void)MHD_add_response_header(m, name, value);
}

static void add_str(struct exchange *x, struct MHD_Response *m, const char *name, struct str value)
{
    if (!str_is_null(value))
        add(m, name, arena_cstr(x->r.arena, value));
}

static bool is_page(const struct req *r)
{
    return r->content_type && strncmp(r->content_type, "text/html", 9) == 0;
}

static void add_tag(struct exchange *x, struct MHD_Response *m)
{
    char text[HEADER_TEXT];
    /* The tag is of the plain bytes; a packed file keeps by its name alone. */
    if (str_is_null(x->r.etag) || x->r.content_encoding)
        return;
    snprintf(text, sizeof text, "\"%.*s\"", STR_ARG(x->r.etag));
    add(m, MHD_HTTP_HEADER_ETAG, text);
}

/* draft-ietf-httpapi-ratelimit-headers: quota and window, what is left of it. */
static void add_limits(struct exchange *x, struct MHD_Response *m)
{
    const struct req *r = &x->r;
    char text[HEADER_TEXT];
    if (r->retry_after > 0) {
        snprintf(text, sizeof text, "%lld", (long long)r->retry_after);
        add(m, MHD_HTTP_HEADER_RETRY_AFTER, text);
    }
    if (r->limit_max <= 0 || !r->route)
        return;
    bool auth = r->route->limit == LIMIT_AUTH;
    snprintf(text, sizeof text, "\"%s\";q=%lld;w=%d", auth ? "auth" : "api",
             (long long)r->limit_max, auth ? 60 : 1);
    add(m, "RateLimit-Policy", text);
    snprintf(text, sizeof text, "\"%s\";r=%lld;t=%lld", auth ? "auth" : "api",
             (long long)r->limit_left, (long long)r->limit_reset);
    add(m, "RateLimit", text);
}

/* A page with a tag is asked for again each time; a file whose name holds its
 * tag never changes; everything else is somebody's data. */
static const char *cache_rule(const struct req *r)
{
    if (!r->content_type || r->etag.n == 0)
        return "no-store";
    if (memmem(r->path.p, r->path.n, r->etag.p, r->etag.n))
        return "public, max-age=31536000, immutable";
    return "no-cache";
}

static void add_headers(struct exchange *x, struct MHD_Response *m)
{
    const struct req *r = &x->r;
    char id[UUID_TEXT + 1];
    uuid_format(r->id, id);
    id[UUID_TEXT] = 0;
    add(m, "X-Request-Id", id);
    add(m, "X-Content-Type-Options", "nosniff");
    if (r->status != MHD_HTTP_NO_CONTENT)
        add(m, MHD_HTTP_HEADER_CONTENT_TYPE,
            r->content_type ? r->content_type : "application/json");
    add(m, MHD_HTTP_HEADER_CACHE_CONTROL, cache_rule(r));
    if (r->content_encoding) {
        add(m, MHD_HTTP_HEADER_CONTENT_ENCODING, r->content_encoding);
        add(m, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    }
    if (is_page(r)) {
        add(m, "Content-Security-Policy", PAGE_POLICY);
        add(m, "Referrer-Policy", "no-referrer");
    }
    if (r->status == MHD_HTTP_UNAUTHORIZED)
        add(m, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
    if (x->server->https)
        add(m, MHD_HTTP_HEADER_STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    if (x->ambiguous || atomic_load_explicit(&x->server->stopping, memory_order_relaxed))
        add(m, MHD_HTTP_HEADER_CONNECTION, "close");
    add_tag(x, m);
    add_limits(x, m);
    add_str(x, m, MHD_HTTP_HEADER_LOCATION, r->location);
    add_str(x, m, MHD_HTTP_HEADER_CONTENT_DISPOSITION, r->disposition);
    add_str(x, m, MHD_HTTP_HEADER_ALLOW, x->allow);
}

/* Counted and logged once, by the pattern of the route: paths hold phones. */
static void note(struct exchange *x)
{
    const struct req *r = &x->r;
    int64_t took = clock_mono() - x->began;
    metrics_request(r->app->metrics, r->route, r->status, took);
    if (x->server->log_requests)
        log_info("request", LOG_S("method", r->route || x->allow.p ? r->method : STR("?")),
                 LOG_C("route", r->route ? r->route->path : "-"), LOG_I("status", r->status),
                 LOG_I("us", took), LOG_U("request", r->id));
}

static bool streams(const struct req *r)
{
    return r->route && r->route->flags & ROUTE_STREAM && !r->error && r->status == 200;
}

/* libmicrohttpd asks for the next bytes of a stream. */
static ssize_t next_bytes(void *arg, uint64_t at, char *to, size_t room)
{
    (void)at;
    struct exchange *x = arg;
    exchange_woken(x);
    if (x->abandoned)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    for (;;) {
        if (x->r.error || x->r.out.full)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        x->last = x->last || x->r.status == 0;
        if (x->sent < x->r.out.n) {
            size_t n = x->r.out.n - x->sent < room ? x->r.out.n - x->sent : room;
            memcpy(to, x->r.out.p + x->sent, n);
            x->sent += n;
            return (ssize_t)n;
        }
        if (x->last)
            return MHD_CONTENT_READER_END_OF_STREAM;
        buf_reset(&x->r.out);
        x->sent = 0;
        if (!exchange_run(x, exec_next_page))
            return 0;
    }
}

/* A file or page that the client has already. */
static bool unchanged(const struct exchange *x)
{
    const struct req *r = &x->r;
    size_t n = r->etag.n;
    return r->status == 200 && r->content_type && n > 0 && x->none_match.n == n + 2 &&
           memcmp(x->none_match.p + 1, r->etag.p, n) == 0;
}

enum MHD_Result exchange_respond(struct exchange *x)
{
    struct req *r = &x->r;
    struct MHD_Response *m;
    if (unchanged(x)) {
        r->status = MHD_HTTP_NOT_MODIFIED;
        buf_reset(&r->out);
    }
    if (streams(r))
        m = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, next_bytes, x, NULL);
    else /* the buffer is the exchange's and outlives the answer */
        m = MHD_create_response_from_buffer(r->out.n, r->out.p, MHD_RESPMEM_PERSISTENT);
    if (!m)
        return MHD_NO;
    add_headers(x, m);
    note(x);
    enum MHD_Result queued = MHD_queue_response(x->connection, (unsigned)r->status, m);
    MHD_destroy_response(m);
    return queued;
}

enum MHD_Result exchange_refuse(struct exchange *x, int err)
{
    struct req *r = &x->r;
    if (err == ERR_METHOD && str_eq(r->method, STR("OPTIONS")))
        req_answer_none(r);
    else
        req_fail(r, err);
    return exchange_respond(x);
}

enum MHD_Result exchange_respond_abandoned(struct MHD_Connection *c)
{
    static const char body[] =
        "{\"success\":false,\"message\":\"The service is stopping; try again in a moment\","
        "\"code\":\"busy\",\"errors\":[]}";
    struct MHD_Response *m =
        MHD_create_response_from_buffer(sizeof body - 1, (void *)body, MHD_RESPMEM_PERSISTENT);
    if (!m)
        return MHD_NO;
    add(m, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    add(m, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    add(m, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result queued = MHD_queue_response(c, MHD_HTTP_SERVICE_UNAVAILABLE, m);
    MHD_destroy_response(m);
    return queued;
}
