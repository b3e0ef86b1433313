/* The server: libmicrohttpd's options and its callbacks. A request arrives in
 * steps: the URI, the headers, the body in pieces, the end; then it runs, and
 * when the connection had to sleep meanwhile the last step comes again. */
#include "http/server.h"
#include "base/clock.h"
#include "base/log.h"
#include "exec/exec.h"
#include "http/connections.h"
#include "http/exchange.h"
#include "http/listen.h"
#include "http/tls.h"
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    POOL_BYTES = 8 << 10, /* a connection; larger headers get 431 */
    SPARE_FILES = 256,    /* beside connections: store, logs, jobs */
    STOP_US = 8000000,
};

static void *on_uri(void *arg, const char *uri, struct MHD_Connection *c)
{
    (void)arg, (void)c;
    size_t n = strlen(uri);
    struct arrival *v = malloc(sizeof *v + n + 1);
    if (!v)
        abort();
    v->x = NULL;
    v->n = n;
    memcpy(v->uri, uri, n + 1);
    return v;
}

/* We decode ourselves, once, and by field. */
static size_t no_unescape(void *arg, struct MHD_Connection *c, char *s)
{
    (void)arg, (void)c;
    return strlen(s);
}

static void on_end(void *arg, struct MHD_Connection *c, void **state,
                   enum MHD_RequestTerminationCode why)
{
    (void)arg, (void)why;
    struct arrival *v = *state;
    if (!v)
        return;
    connection_ends(c);
    if (v->x)
        exchange_end(v->x);
    free(v);
    *state = NULL;
}

static bool bodiless(struct str method)
{
    return str_eq(method, STR("GET")) || str_eq(method, STR("HEAD"));
}

/* Headers are in. Some refusals are worth saying before the body is sent. */
static enum MHD_Result on_headers(struct server *s, struct MHD_Connection *c, struct arrival *v,
                                  const char *method)
{
    struct exchange *x = exchange_take(s);
    v->x = x;
    x->connection = c;
    connection_begins(c);
    exchange_begin(x, v, method);
    if (x->refusal == 0)
        return MHD_YES;
    const char *length = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Length");
    const char *expect = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Expect");
    long long n = 0;
    bool endless = length && (!str_to_i64(str_c(length), &n) || n > DRAIN_MAX);
    return expect || endless || x->ambiguous ? exchange_refuse(x, x->refusal) : MHD_YES;
}

/* A piece of the body: kept up to the limit, thrown away past it, and past
 * patience the connection is closed. */
static enum MHD_Result on_body(struct exchange *x, const char *p, size_t *n)
{
    x->received += *n;
    if (x->received > BODY_MAX && x->refusal == 0)
        x->refusal = ERR_TOO_LARGE;
    if (x->refusal == 0 && !bodiless(x->r.method))
        buf_add(&x->body, p, *n);
    *n = 0;
    bool late = clock_mono() - x->began > x->server->deadline;
    return late || x->received > DRAIN_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_complete(struct exchange *x)
{
    if (x->refusal)
        return exchange_refuse(x, x->refusal);
    if (atomic_load(&x->server->stopping)) {
        /* Once everything is answered, nothing may sleep any more. */
        x->r.retry_after = 1;
        return exchange_refuse(x, ERR_BUSY);
    }
    x->r.body = buf_view(&x->body);
    x->submitted = true;
    return exchange_run(x, exec_submit) ? exchange_respond(x) : MHD_YES;
}

static enum MHD_Result on_step(void *arg, struct MHD_Connection *c, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **state)
{
    (void)url, (void)version;
    struct arrival *v = *state;
    struct exchange *x = v->x;
    if (!x)
        return on_headers(arg, c, v, method);
    if (*upload_size > 0)
        return on_body(x, upload, upload_size);
    if (!x->submitted)
        return on_complete(x);
    exchange_woken(x);
    return x->abandoned ? exchange_respond_abandoned(c) : exchange_respond(x);
}

/* Room for max connections; fewer when the system does not give it. */
static unsigned raise_files(int64_t max)
{
    struct rlimit limit;
    rlim_t want = (rlim_t)max + SPARE_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want)
        return (unsigned)max;
    struct rlimit more = {want, limit.rlim_max > want ? limit.rlim_max : want};
    if (setrlimit(RLIMIT_NOFILE, &more) == 0)
        return (unsigned)max;
    more = (struct rlimit){limit.rlim_max, limit.rlim_max};
    rlim_t got = setrlimit(RLIMIT_NOFILE, &more) == 0 ? limit.rlim_max : limit.rlim_cur;
    unsigned room = got > 2 * SPARE_FILES ? (unsigned)(got - SPARE_FILES) : (unsigned)(got / 2);
    log_warn("max-connections lowered to what open files allow", LOG_I("asked", max),
             LOG_I("connections", room), LOG_I("files", got));
    return room;
}

static unsigned thread_count(const struct settings *settings)
{
    int64_t n = setting_int(settings, SETTING_THREADS);
    if (n == 0)
        n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 64 ? 64 : n < 1 ? 1 : (unsigned)n;
}

static struct MHD_Daemon *start_daemon(struct server *s, const struct tls *tls)
{
    const struct settings *settings = s->app->settings;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    unsigned threads = thread_count(settings);
    unsigned connections = raise_files(setting_int(settings, SETTING_MAX_CONNECTIONS));
    unsigned idle_s =
        (unsigned)((setting_int(settings, SETTING_IDLE_TIMEOUT) + SECOND_US - 1) / SECOND_US);
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, s->listen_fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)(connections < threads ? threads : connections),
         NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, POOL_BYTES, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)idle_s, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_uri, s},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)no_unescape, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_end, s},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)connections_notify, s->connections},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    if (!tls->cert)
        return MHD_start_daemon(flags, 0, NULL, NULL, on_step, s, MHD_OPTION_ARRAY, options,
                                MHD_OPTION_END);
    return MHD_start_daemon(flags | MHD_USE_TLS, 0, NULL, NULL, on_step, s,
                            MHD_OPTION_HTTPS_MEM_CERT, tls->cert, MHD_OPTION_HTTPS_MEM_KEY,
                            tls->key, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static void server_free(struct server *s)
{
    while (s->idle) {
        struct exchange *x = s->idle;
        s->idle = x->next;
        exchange_free(x);
    }
    connections_free(&s->connections);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

int server_start(struct app *app, struct server **out, struct arena *a, struct str *why)
{
    struct tls tls;
    struct str address = setting_text(app->settings, SETTING_LISTEN);
    int err = tls_load(setting_text(app->settings, SETTING_TLS_CERT),
                       setting_text(app->settings, SETTING_TLS_KEY), a, &tls, why);
    if (err)
        return err;
    struct server *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->app = app;
    s->https =
        tls.cert || str_starts(setting_text(app->settings, SETTING_PUBLIC_URL), STR("https://"));
    s->log_requests = setting_bool(app->settings, SETTING_LOG_REQUESTS);
    s->deadline = setting_int(app->settings, SETTING_DEADLINE);
    pthread_mutex_init(&s->lock, NULL);
    err = listen_on(address, tls.cert ? "https" : "http", &s->listen_fd, &app->url, a, why);
    if (err)
        goto out;
    s->connections =
        connections_new(s->deadline + setting_int(app->settings, SETTING_IDLE_TIMEOUT));
    s->daemon = start_daemon(s, &tls);
    if (!s->daemon) {
        close(s->listen_fd);
        *why = tls.cert ? STR("the HTTPS server does not start with this certificate and key")
                        : STR("the HTTP server does not start");
        err = ERR_IO;
    }
out:
    if (err)
        server_free(s);
    else
        *out = s;
    return err;
}

static bool drained(struct server *s, int64_t until)
{
    const struct timespec nap = {.tv_nsec = 2000000};
    while (atomic_load(&s->open) > 0) {
        if (clock_mono() > until)
            return false;
        nanosleep(&nap, NULL);
    }
    return true;
}

void server_stop(struct server **sp)
{
    struct server *s = *sp;
    if (!s)
        return;
    *sp = NULL;
    int64_t until = clock_mono() + STOP_US;
    atomic_store(&s->stopping, true);
    int fd = MHD_quiesce_daemon(s->daemon);
    if (fd >= 0)
        close(fd);
    if (!drained(s, until)) {
        log_warn("stopping with requests unanswered", LOG_I("requests", atomic_load(&s->open)));
        exchange_abandon_all(s);
        (void)drained(s, clock_mono() + SECOND_US / 2);
    }
    /* A connection that sleeps must not be there when libmicrohttpd stops. */
    MHD_stop_daemon(s->daemon);
    server_free(s);
}
