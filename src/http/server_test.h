/* For the server's tests: a server with an executor of our own, whose routes
 * answer in place, from another thread, or page by page; and HTTP by hand over
 * sockets, since half of what is tested no client library would send. */
#pragma once
#include "base/test.h"

#include "base/clock.h"
#include "exec/exec.h"
#include "http/metrics.h"
#include "http/route.h"
#include "http/server.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int answer_ok(struct req *r, struct tx *tx)
{
    (void)tx;
    return req_answer_message(r, 200, "ok");
}

static int answer_echo(struct req *r, struct tx *tx)
{
    (void)tx;
    return req_answer_json(r, 200, arena_printf(r->arena, "{\"bytes\":%zu}", r->body.n));
}

static int answer_page(struct req *r, struct tx *tx)
{
    (void)tx;
    int err = req_answer_plain(r, 200, "text/html; charset=utf-8", STR("<p>hello"));
    r->etag = STR("0123456789abcdef");
    return err;
}

#define IDLE_ROUTE(method, path, mode, handler, ...)                                               \
    ROUTE(method, path, PERM_PUBLIC, COMPANY_NONE, mode, NULL, NULL, handler, "For the test",      \
          .action = "test.run", __VA_ARGS__)
static const struct route routes[] = {
    IDLE_ROUTE("GET", "/ok", RUN_FAST, answer_ok, ),
    IDLE_ROUTE("GET", "/slow", RUN_SLOW, answer_ok, ),
    IDLE_ROUTE("POST", "/echo", RUN_WRITE, answer_echo, ),
    IDLE_ROUTE("GET", "/page", RUN_FAST, answer_page, .flags = ROUTE_PLAIN),
    IDLE_ROUTE("GET", "/stream", RUN_SLOW, answer_ok, .flags = ROUTE_STREAM),
};
static const struct route_set set = {"test", routes, sizeof routes / sizeof routes[0]};
static const struct route_set *const sets[] = {&set};

/* An executor: RUN_FAST in place, the rest on a thread of its own after a moment. */
struct exec {
    _Atomic int submitted;
};

struct errand {
    struct req *r;
    void (*done)(struct req *r);
};

static void *run_errand(void *arg)
{
    struct errand e = *(struct errand *)arg;
    free(arg);
    bool slow = strcmp(e.r->route->path, "/slow") == 0;
    usleep(slow ? 150000 : (unsigned)(e.r->now % 300));
    e.r->route->handler(e.r, NULL);
    e.done(e.r);
    return NULL;
}

static inline void elsewhere(void *(*fn)(void *), struct req *r, void (*done)(struct req *r))
{
    struct errand *e = malloc(sizeof *e);
    *e = (struct errand){r, done};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, fn, e), 0);
    pthread_detach(thread);
}

void exec_submit(struct exec *e, struct req *r, void (*done)(struct req *r))
{
    atomic_fetch_add(&e->submitted, 1);
    if (r->route->mode == RUN_FAST) {
        r->route->handler(r, NULL);
        done(r);
    } else {
        elsewhere(run_errand, r, done);
    }
}

enum { PAGES = 50 };
static void *next_page(void *arg)
{
    struct errand e = *(struct errand *)arg;
    free(arg);
    intptr_t page = (intptr_t)e.r->stream + 1;
    e.r->stream = (void *)page;
    buf_printf(&e.r->out, "page %d\n", (int)page);
    if (page == PAGES)
        e.r->status = 0;
    e.done(e.r);
    return NULL;
}

void exec_next_page(struct exec *e, struct req *r, void (*done)(struct req *r))
{
    (void)e;
    elsewhere(next_page, r, done);
}

struct house {
    struct app app;
    struct exec exec;
    struct arena *arena;
    struct server *server;
    int port;
};

static inline int start(struct house *h, const char *listen)
{
    const char *argv[] = {"test",           "--listen", listen,       "--threads", "2",
                          "--idle-timeout", "1s",       "--deadline", "1s",        NULL};
    int argc = 9;
    struct str why = STR("");
    *h = (struct house){.arena = arena_new(65536)};
    h->app.settings = settings_load(h->arena, &argc, (char **)argv, &why);
    assert_non_null(h->app.settings);
    h->app.exec = &h->exec;
    h->app.metrics = metrics_new(sets, 1);
    h->app.router = router_new(h->arena, sets, 1);
    int err = server_start(&h->app, &h->server, h->arena, &why);
    if (err) {
        h->app.url = why;
        return err;
    }
    long long port = 0;
    assert_true(str_to_i64(str_c(strrchr(arena_cstr(h->arena, h->app.url), ':') + 1), &port));
    h->port = (int)port;
    return 0;
}

static inline void stop(struct house *h)
{
    server_stop(&h->server);
    metrics_free(&h->app.metrics);
    arena_free(&h->arena);
}

static inline int setup(void **state)
{
    struct house *h = malloc(sizeof *h);
    *state = h;
    return start(h, "127.0.0.1:0");
}

static inline int teardown(void **state)
{
    stop(*state);
    free(*state);
    return 0;
}

static inline int dial(const struct house *h)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)h->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = 5};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

static inline void say(int fd, const char *text)
{
    size_t n = strlen(text);
    assert_int_equal(send(fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
}

/* Everything up to the end, or to `until` when it is not NULL. */
static inline size_t hear(int fd, char *to, size_t room, const char *until)
{
    size_t n = 0;
    to[0] = 0;
    while (n + 1 < room) {
        ssize_t got = recv(fd, to + n, room - 1 - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
        to[n] = 0;
        if (until && strstr(to, until))
            break;
    }
    return n;
}

/* One request on a connection of its own. */
static inline char *ask(const struct house *h, const char *request, char *to, size_t room)
{
    int fd = dial(h);
    say(fd, request);
    hear(fd, to, room, NULL);
    close(fd);
    return to;
}

#define CLOSE "Host: shop.example\r\nConnection: close\r\n"
#define assert_has(text, part)                                                                     \
    do {                                                                                           \
        if (!strstr(text, part))                                                                   \
            fail_msg("no \"%s\" in:\n%s", part, text);                                             \
    } while (0)
