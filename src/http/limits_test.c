/* Token buckets, counters. */
#include "base/test.h"

#include "base/clock.h"
#include "http/limits.h"
#include "http/metrics.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static void test_bucket(void **state)
{
    (void)state;
    struct limits *l = limits_new(60, 60 * SECOND_US, 100);
    int64_t now = 1000 * SECOND_US, left, reset;
    for (int i = 0; i < 60; i++) {
        assert_true(limits_take(l, STR("a"), now, &left, &reset));
        assert_int_equal(left, 59 - i);
        assert_int_equal(reset, i + 1);
    }
    assert_false(limits_take(l, STR("a"), now, &left, &reset));
    assert_int_equal(left, 0);
    assert_int_equal(reset, 1);
    assert_true(limits_take(l, STR("b"), now, &left, &reset));
    assert_false(limits_take(l, STR("a"), now + SECOND_US / 2, &left, &reset));
    assert_true(limits_take(l, STR("a"), now + SECOND_US, &left, &reset));
    assert_false(limits_take(l, STR("a"), now + SECOND_US, &left, &reset));
    /* a clock set back neither locks out nor gives anything away */
    assert_false(limits_take(l, STR("a"), now - 100 * SECOND_US, &left, &reset));
    assert_true(limits_take(l, STR("a"), now - 99 * SECOND_US, &left, &reset));
    assert_true(limits_take(l, STR("a"), now + 3600 * SECOND_US, &left, &reset));
    assert_int_equal(left, 59);
    limits_free(&l);
    assert_null(l);
}

static void test_room(void **state)
{
    (void)state;
    struct limits *l = limits_new(1, SECOND_US, 1600);
    int64_t left, reset;
    char key[16];
    for (int i = 0; i < 20000; i++) {
        int n = snprintf(key, sizeof key, "%d", i);
        assert_true(limits_take(l, (struct str){key, (size_t)n}, 1, &left, &reset));
    }
    assert_false(limits_take(l, STR("19999"), 1, &left, &reset)); /* remembered */
    assert_true(limits_take(l, STR("0"), 1, &left, &reset));      /* made room long ago */
    limits_free(&l);
}

struct crowd {
    struct limits *l;
    _Atomic int taken;
};

static void *take_many(void *arg)
{
    struct crowd *c = arg;
    int64_t left, reset;
    for (int i = 0; i < 1000; i++)
        if (limits_take(c->l, STR("same"), 5, &left, &reset))
            atomic_fetch_add(&c->taken, 1);
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct crowd c = {.l = limits_new(500, SECOND_US, 10)};
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, take_many, &c);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(c.taken, 500);
    limits_free(&c.l);
}

static void counts_as(int family, const char *address, const char *as)
{
    struct arena *a = arena_new(1024);
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct sockaddr_in four = {.sin_family = AF_INET};
    bool is_six = family == AF_INET6;
    void *ip = is_six ? (void *)&six.sin6_addr : (void *)&four.sin_addr;
    assert_int_equal(inet_pton(family, address, ip), 1);
    const void *sa = is_six ? (const void *)&six : (const void *)&four;
    assert_str(limits_address(sa, a), as);
    arena_free(&a);
}

/* Who has a network of IPv6 has 2^64 addresses, and one allowance. */
static void test_addresses(void **state)
{
    (void)state;
    counts_as(AF_INET, "192.0.2.1", "192.0.2.1");
    counts_as(AF_INET6, "::ffff:192.0.2.1", "::ffff:192.0.2.1");
    counts_as(AF_INET6, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
    counts_as(AF_INET6, "2001:db8:1:2:ffff::1", "2001:db8:1:2::");
    counts_as(AF_INET6, "2001:db8:1:3::1", "2001:db8:1:3::");
}

static int64_t forty_two(void *arg)
{
    (void)arg;
    return 42;
}

static void test_metrics(void **state)
{
    (void)state;
    static const struct route routes[] = {{.method = "GET", .path = "/a"},
                                          {.method = "POST", .path = "/b"}};
    static const struct route_set set = {"test", routes, 2};
    static const struct route_set *const sets[] = {&set};
    struct metrics *m = metrics_new(sets, 1);
    struct arena *a = arena_new(4096);
    metrics_request(m, &routes[1], 201, 700);
    metrics_request(m, &routes[1], 201, 60000000);
    metrics_request(m, &routes[1], 503, 100);
    metrics_request(m, NULL, 404, 100);
    metrics_read(m, "waiting", "What waits.", forty_two, NULL);
    metrics_read(m, "things_total", "What was.", forty_two, NULL);
    const char *text = arena_cstr(a, metrics_print(m, a));
    static const char *const lines[] = {
        "clientele_requests_total{method=\"POST\",route=\"/b\",status=\"2xx\"} 2\n",
        "clientele_requests_total{method=\"POST\",route=\"/b\",status=\"5xx\"} 1\n",
        "clientele_requests_total{method=\"-\",route=\"-\",status=\"4xx\"} 1\n",
        "clientele_request_seconds_bucket{method=\"POST\",route=\"/b\",le=\"0.0005\"} 1\n",
        "clientele_request_seconds_bucket{method=\"POST\",route=\"/b\",le=\"0.001\"} 2\n",
        "clientele_request_seconds_bucket{method=\"POST\",route=\"/b\",le=\"30\"} 2\n",
        "clientele_request_seconds_bucket{method=\"POST\",route=\"/b\",le=\"+Inf\"} 3\n",
        "clientele_request_seconds_count{method=\"POST\",route=\"/b\"} 3\n",
        "# TYPE clientele_waiting gauge\nclientele_waiting 42\n",
        "# TYPE clientele_things_total counter\nclientele_things_total 42\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (!strstr(text, lines[i]))
            fail_msg("no %s in\n%s", lines[i], text);
    assert_null(strstr(text, "\"/a\""));
    arena_free(&a);
    metrics_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bucket),  cmocka_unit_test(test_room),
        cmocka_unit_test(test_threads), cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_metrics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
