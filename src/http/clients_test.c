/* Many clients at once, bad ones, stopping, and where to listen. */
#include "http/server_test.h"

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

/* A byte now and then is no silence, but no request either. */
static void test_drip(void **state)
{
    struct house *h = *state;
    int fd = dial(h), sent = 0;
    say(fd, "GET /ok HTTP/1.1\r\nX-Drip: ");
    int64_t from = clock_mono();
    while (send(fd, "x", 1, MSG_NOSIGNAL) == 1 && clock_mono() - from < 8 * SECOND_US) {
        sent++;
        usleep(200000);
    }
    close(fd);
    assert_true(clock_mono() - from < 6 * SECOND_US);
    assert_true(sent > 5);
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
        cmocka_unit_test(test_concurrent), cmocka_unit_test(test_bad_clients),
        cmocka_unit_test(test_drip),       cmocka_unit_test(test_stop_answers),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
