/* The server against an executor of our own: routes answer in place, from
 * another thread, or page by page. Speaks HTTP by hand over sockets, since
 * half of what is tested no client library would send. */
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

static void elsewhere(void *(*fn)(void *), struct req *r, void (*done)(struct req *r))
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

static int start(struct house *h, const char *listen)
{
    char *argv[] = {(char *)"test", (char *)"--listen",       (char *)listen, (char *)"--threads",
                    (char *)"2",    (char *)"--idle-timeout", (char *)"1s",   NULL};
    int argc = 7;
    struct str why = STR("");
    *h = (struct house){.arena = arena_new(65536)};
    h->app.settings = settings_load(h->arena, &argc, argv, &why);
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

static void stop(struct house *h)
{
    server_stop(&h->server);
    metrics_free(&h->app.metrics);
    arena_free(&h->arena);
}

static int setup(void **state)
{
    struct house *h = malloc(sizeof *h);
    *state = h;
    return start(h, "127.0.0.1:0");
}

static int teardown(void **state)
{
    stop(*state);
    free(*state);
    return 0;
}

static int dial(const struct house *h)
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

static void say(int fd, const char *text)
{
    size_t n = strlen(text);
    assert_int_equal(send(fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
}

/* Everything up to the end, or to `until` when it is not NULL. */
static size_t hear(int fd, char *to, size_t room, const char *until)
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
static char *ask(const struct house *h, const char *request, char *to, size_t room)
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

static void test_in_place(void **state)
{
    char text[4096];
    ask(*state, "GET /ok HTTP/1.1\r\n" CLOSE "X-Request-Id: forged\r\n\r\n", text, sizeof text);
    assert_has(text, "HTTP/1.1 200 ");
    assert_has(text, "Content-Type: application/json\r\n");
    assert_has(text, "Cache-Control: no-store\r\n");
    assert_has(text, "X-Content-Type-Options: nosniff\r\n");
    assert_has(text, "X-Request-Id: ");
    assert_null(strstr(text, "forged"));
    assert_has(text, "\r\n\r\n{\"success\":true,\"message\":\"ok\"}");
    ask(*state, "HEAD /ok HTTP/1.1\r\n" CLOSE "\r\n", text, sizeof text);
    assert_has(text, "Content-Length: 31\r\n");
    assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\n");
    ask(*state, "GET http://shop.example/ok?a=b HTTP/1.1\r\n" CLOSE "\r\n", text, sizeof text);
    assert_has(text, "HTTP/1.1 200 ");
}

static void test_refusals(void **state)
{
    static const struct {
        const char *request, *answer;
    } cases[] = {
        {"GET /none HTTP/1.1\r\n" CLOSE "\r\n", "\"code\":\"not_found\""},
        {"GET /ok/ HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 404 "},
        {"GET //ok HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 404 "},
        {"POST /ok HTTP/1.1\r\n" CLOSE "\r\n", "Allow: GET, HEAD, OPTIONS\r\n"},
        {"POST /ok HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 405 "},
        {"OPTIONS /echo HTTP/1.1\r\n" CLOSE "\r\n", "Allow: POST, OPTIONS\r\n"},
        {"OPTIONS /echo HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 204 "},
        {"POST /echo HTTP/1.1\r\n" CLOSE "Content-Length: 2\r\n\r\n{}", "HTTP/1.1 415 "},
        {"POST /echo HTTP/1.1\r\n" CLOSE
         "Content-Type: application/json; charset=latin1\r\nContent-Length: 2\r\n\r\n{}",
         "\"code\":\"media_type\""},
        {"POST /echo HTTP/1.1\r\n" CLOSE
         "Content-Type: Application/JSON; charset=UTF-8\r\nContent-Length: 2\r\n\r\n{}",
         "{\"bytes\":2}"},
        {"POST /echo HTTP/1.1\r\n" CLOSE "\r\n", "{\"bytes\":0}"},
        {"POST /echo HTTP/1.1\r\n" CLOSE "Content-Length: 9000000\r\n\r\n", "HTTP/1.1 413 "},
        {"POST /echo HTTP/1.1\r\n" CLOSE
         "Content-Type: application/json\r\nExpect: 100-continue\r\n"
         "Content-Length: 1048577\r\n\r\n",
         "HTTP/1.1 413 "},
        {"POST /echo HTTP/1.1\r\n" CLOSE "Idempotency-Key: \r\n\r\n", "Idempotency-Key takes 1 to"},
    };
    char text[8192];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ask(*state, cases[i].request, text, sizeof text);
        assert_has(text, cases[i].answer);
    }
}

static void test_large_headers(void **state)
{
    static char request[20000], text[4096];
    int n = snprintf(request, sizeof request, "GET /ok HTTP/1.1\r\n" CLOSE "X: ");
    memset(request + n, 'x', 12000);
    memcpy(request + n + 12000, "\r\n\r\n", 5);
    ask(*state, request, text, sizeof text);
    assert_has(text, "HTTP/1.1 431 ");
    n = snprintf(request, sizeof request, "POST /echo HTTP/1.1\r\n" CLOSE "Idempotency-Key: ");
    memset(request + n, 'x', 256);
    memcpy(request + n + 256, "\r\n\r\n", 5);
    ask(*state, request, text, sizeof text);
    assert_has(text, "HTTP/1.1 400 ");
}

/* The whole body is read, so that the client gets to hear of it. */
static void test_body_limits(void **state)
{
    enum { MIB = 1 << 20 };
    struct house *h = *state;
    static char body[MIB + 1];
    char text[4096], head[256];
    memset(body, ' ', sizeof body);
    for (int more = 0; more < 2; more++) {
        for (int chunked = 0; chunked < 2; chunked++) {
            int fd = dial(h);
            snprintf(head, sizeof head,
                     chunked ? "POST /echo HTTP/1.1\r\n" CLOSE "Content-Type: application/json\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n%x\r\n"
                             : "POST /echo HTTP/1.1\r\n" CLOSE
                               "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n",
                     MIB + more);
            say(fd, head);
            for (size_t sent = 0; sent < (size_t)(MIB + more);)
                sent += (size_t)send(fd, body + sent, (size_t)(MIB + more) - sent, MSG_NOSIGNAL);
            if (chunked)
                say(fd, "\r\n0\r\n\r\n");
            hear(fd, text, sizeof text, NULL);
            close(fd);
            assert_has(text, more ? "HTTP/1.1 413 " : "{\"bytes\":1048576}");
        }
    }
}

static void test_pipelining(void **state)
{
    char text[65536];
    int fd = dial(*state);
    for (int i = 0; i < 40; i++)
        say(fd, i % 2 ? "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n"
                      : "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                        "Content-Length: 2\r\n\r\n{}");
    say(fd, "GET /ok HTTP/1.1\r\n" CLOSE "\r\n");
    hear(fd, text, sizeof text, NULL);
    close(fd);
    int answers = 0;
    for (char *p = text; (p = strstr(p, "HTTP/1.1 200 ")); p++)
        answers++;
    assert_int_equal(answers, 41);
}

static void *hammer(void *arg)
{
    const struct house *h = arg;
    char text[4096];
    int fd = dial(h);
    intptr_t fine = 0;
    for (int i = 0; i < 200; i++) {
        say(fd, i % 3 ? "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                        "Content-Length: 7\r\n\r\n{\"a\":1}"
                      : "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n");
        hear(fd, text, sizeof text, "}");
        fine += strstr(text, i % 3 ? "{\"bytes\":7}" : "\"ok\"}") != NULL;
    }
    close(fd);
    return (void *)fine;
}

static void test_concurrent(void **state)
{
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, hammer, *state);
    for (int i = 0; i < 8; i++) {
        void *fine;
        pthread_join(threads[i], &fine);
        assert_int_equal((intptr_t)fine, 200);
    }
}

static void test_stream(void **state)
{
    char text[65536];
    ask(*state, "GET /stream HTTP/1.1\r\n" CLOSE "\r\n", text, sizeof text);
    assert_has(text, "HTTP/1.1 200 ");
    assert_has(text, "page 1\n");
    assert_has(text, "page 50\n");
    assert_has(text, "\r\n0\r\n\r\n");
}

static void test_page(void **state)
{
    char text[4096];
    ask(*state, "GET /page HTTP/1.1\r\n" CLOSE "\r\n", text, sizeof text);
    assert_has(text, "Content-Security-Policy: default-src 'none'");
    assert_has(text, "ETag: \"0123456789abcdef\"\r\n");
    assert_has(text, "Cache-Control: no-cache\r\n");
    ask(*state, "GET /page HTTP/1.1\r\n" CLOSE "If-None-Match: \"0123456789abcdef\"\r\n\r\n", text,
        sizeof text);
    assert_has(text, "HTTP/1.1 304 ");
}

/* Clients that leave while their request runs, and clients that never finish one. */
static void test_bad_clients(void **state)
{
    struct house *h = *state;
    char text[4096];
    for (int i = 0; i < 20; i++) {
        int fd = dial(h);
        say(fd, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        usleep(2000);
        close(fd);
    }
    int half = dial(h), body = dial(h);
    say(half, "GET /ok HTTP/1.1\r\nHost: a\r\nX-Half");
    say(body, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
              "Content-Length: 100\r\n\r\n{");
    int64_t from = clock_mono();
    assert_int_equal(hear(half, text, sizeof text, NULL), 0);
    assert_int_equal(hear(body, text, sizeof text, NULL), 0);
    assert_true(clock_mono() - from < 4 * SECOND_US);
    close(half);
    close(body);
    assert_string_equal(ask(h, "NONSENSE\r\n\r\n", text, sizeof text), "");
    ask(h, "GET /ok HTTP/1.1\r\n" CLOSE "\r\n", text, sizeof text);
    assert_has(text, "HTTP/1.1 200 ");
}

static void test_stop_answers(void **state)
{
    (void)state;
    struct house h;
    char text[4096];
    assert_int_equal(start(&h, "127.0.0.1:0"), 0);
    int fd = dial(&h);
    say(fd, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    usleep(30000);
    stop(&h);
    hear(fd, text, sizeof text, NULL);
    close(fd);
    assert_has(text, "HTTP/1.1 200 ");
    assert_has(text, "Connection: close");
}

static void test_addresses(void **state)
{
    struct house *h = *state, other;
    char listen[64];
    snprintf(listen, sizeof listen, "127.0.0.1:%d", h->port);
    assert_int_equal(start(&other, listen), ERR_IO);
    char says[128];
    snprintf(says, sizeof says, "port %d on 127.0.0.1 is already in use", h->port);
    assert_str(other.app.url, says);
    stop(&other);
    static const char *const wrong[] = {"8080", "127.0.0.1:", "127.0.0.1:70000", "::1:80",
                                        "127.0.0.1:http"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(start(&other, wrong[i]), ERR_USAGE);
        stop(&other);
    }
    assert_int_equal(start(&other, "192.0.2.1:80"), ERR_IO);
    assert_str(other.app.url, "192.0.2.1 is not an address of this machine");
    stop(&other);
    if (start(&other, "[::1]:0") == 0)
        assert_true(str_starts(other.app.url, STR("http://[::1]:")));
    stop(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_place),      cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_large_headers), cmocka_unit_test(test_body_limits),
        cmocka_unit_test(test_pipelining),    cmocka_unit_test(test_concurrent),
        cmocka_unit_test(test_stream),        cmocka_unit_test(test_page),
        cmocka_unit_test(test_bad_clients),   cmocka_unit_test(test_stop_answers),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
