/* What the server answers: envelopes, headers, refusals, limits, streams. */
#include "http/server_test.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_place),      cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_large_headers), cmocka_unit_test(test_body_limits),
        cmocka_unit_test(test_pipelining),    cmocka_unit_test(test_stream),
        cmocka_unit_test(test_page),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
