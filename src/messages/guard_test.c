/* The guard: every special range at both its ends, and transfers against a
 * server of this machine. */
#include "base/test.h"
#include "messages/guard.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

static bool is_private(const char *text)
{
    struct sockaddr_storage s = {0};
    if (strchr(text, ':')) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&s;
        in6->sin6_family = AF_INET6;
        assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
    } else {
        struct sockaddr_in *in4 = (struct sockaddr_in *)&s;
        in4->sin_family = AF_INET;
        assert_int_equal(inet_pton(AF_INET, text, &in4->sin_addr), 1);
    }
    return guard_is_private((struct sockaddr *)&s);
}

static void all(const char *const *v, bool expected)
{
    for (; *v; v++)
        if (is_private(*v) != expected)
            fail_msg("%s is %sprivate", *v, expected ? "not " : "");
}

static void ranges_of_ipv4(void **state)
{
    (void)state;
    static const char *const private[] = {"0.0.0.0",         "0.255.255.255",   "10.0.0.0",
                                          "10.255.255.255",  "100.64.0.0",      "100.127.255.255",
                                          "127.0.0.0",       "127.0.0.1",       "127.255.0.1",
                                          "169.254.0.0",     "169.254.169.254", "169.254.255.255",
                                          "172.16.0.0",      "172.31.255.255",  "192.0.0.0",
                                          "192.0.0.255",     "192.0.2.0",       "192.0.2.255",
                                          "192.88.99.0",     "192.88.99.255",   "192.168.0.0",
                                          "192.168.255.255", "198.18.0.0",      "198.19.255.255",
                                          "198.51.100.0",    "198.51.100.255",  "203.0.113.0",
                                          "203.0.113.255",   "224.0.0.0",       "239.255.255.255",
                                          "240.0.0.0",       "255.255.255.255", NULL};
    static const char *const public[] = {
        "1.0.0.0",      "9.255.255.255",   "11.0.0.0",     "100.63.255.255",
        "100.128.0.0",  "126.255.255.255", "128.0.0.0",    "169.253.255.255",
        "169.255.0.0",  "172.15.255.255",  "172.32.0.0",   "191.255.255.255",
        "192.0.1.0",    "192.0.1.255",     "192.0.3.0",    "192.88.98.255",
        "192.88.100.0", "192.167.255.255", "192.169.0.0",  "198.17.255.255",
        "198.20.0.0",   "198.51.99.255",   "198.51.101.0", "203.0.112.255",
        "203.0.114.0",  "223.255.255.255", "8.8.8.8",      NULL};
    all(private, true);
    all(public, false);
}

static void ranges_of_ipv6(void **state)
{
    (void)state;
    static const char *const private[] = {
        "::", "::1", "::2", "100::1", "100:0:0:1::", "64:ff9b:1::1", "fc00::1", "fd12:3456::1",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::1", "febf::1", "fec0::1", "ff00::1",
        "ff02::1", "ff0e::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::1", "5f00::1",
        "1fff:ffff::1", "2001:db8::1", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::1",
        "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        /* protocol assignments: Teredo with any address inside, benchmarks, ORCHID */
        "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:0:808:808::1", "2001:2::1",
        "2001:10::1", "2001:20::1", "2001:1ff:ffff::1", NULL};
    static const char *const public[] = {"2000::1",
                                         "2001:200::1",
                                         "2001:db7:ffff::1",
                                         "2001:db9::1",
                                         "2001:4860:4860::8888",
                                         "2606:4700::1111",
                                         "2a00:1450::",
                                         "3ffe::1",
                                         "3fff:1000::1",
                                         NULL};
    all(private, true);
    all(public, false);
}

static void ipv4_in_ipv6(void **state)
{
    (void)state;
    static const char *const private[] = {
        "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "::ffff:0.0.0.0",
        "::ffff:255.255.255.255", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254", "64:ff9b::192.168.1.1", "2002:7f00:1::", "2002:a00:1::1",
        "2002:a9fe:a9fe::", "2002:c0a8:101:1::1",
        /* IPv4-compatible and -translated addresses lead nowhere, whatever is inside */
        "::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8", NULL};
    static const char *const public[] = {"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
                                         NULL};
    all(private, true);
    all(public, false);
}

static void other_families(void **state)
{
    (void)state;
    struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
    assert_true(guard_is_private((struct sockaddr *)&un));
    assert_true(guard_is_own((struct sockaddr *)&un));
}

static void own_addresses(void **state)
{
    (void)state;
    struct ifaddrs *v;
    size_t n = 0;
    assert_int_equal(getifaddrs(&v), 0);
    for (struct ifaddrs *i = v; i; i = i->ifa_next)
        if (i->ifa_addr &&
            (i->ifa_addr->sa_family == AF_INET || i->ifa_addr->sa_family == AF_INET6)) {
            assert_true(guard_is_own(i->ifa_addr));
            n++;
        }
    freeifaddrs(v);
    assert_true(n > 0);
    struct sockaddr_in other = {.sin_family = AF_INET};
    inet_pton(AF_INET, "8.8.8.8", &other.sin_addr);
    assert_false(guard_is_own((struct sockaddr *)&other));
}

/* A server of this machine: answers each connection with the same bytes. */
struct server {
    int fd, port;
    const char *head; /* NULL: listens and never answers */
    size_t more;      /* bytes behind it */
    int connections;  /* taken so far */
    pthread_t thread;
};

static void *answer_all(void *arg)
{
    struct server *s = arg;
    char buf[4096], filler[1024];
    memset(filler, 'x', sizeof filler);
    for (int fd; (fd = accept(s->fd, NULL, NULL)) >= 0; close(fd)) {
        s->connections++;
        if (recv(fd, buf, sizeof buf, 0) <= 0 || !s->head)
            continue;
        ssize_t rc = send(fd, s->head, strlen(s->head), MSG_NOSIGNAL);
        for (size_t sent = 0; rc > 0 && sent < s->more; sent += sizeof filler)
            rc = send(fd, filler, sizeof filler, MSG_NOSIGNAL);
    }
    return NULL;
}

static void server_start(struct server *s, int family)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr *a = family == AF_INET ? (struct sockaddr *)&in4 : (struct sockaddr *)&in6;
    socklen_t n = family == AF_INET ? sizeof in4 : sizeof in6;
    s->fd = socket(family, SOCK_STREAM, 0);
    assert_true(s->fd >= 0 && bind(s->fd, a, n) == 0 && listen(s->fd, 16) == 0);
    assert_int_equal(getsockname(s->fd, a, &n), 0);
    s->port = ntohs(family == AF_INET ? in4.sin_port : in6.sin6_port);
    assert_int_equal(pthread_create(&s->thread, NULL, answer_all, s), 0);
}

static void server_stop(struct server *s)
{
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->fd);
}

static CURLcode get(const char *host, int port, bool allow, struct buf *answer, long *status,
                    bool *was_refused)
{
    char url[200];
    CURL *c = curl_easy_init();
    snprintf(url, sizeof url, "http://%s:%d/x", host, port);
    guard_curl(c, "https,http", allow);
    if (answer)
        guard_answer(c, answer);
    curl_easy_setopt(c, CURLOPT_URL, url);
    CURLcode code = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, status);
    *was_refused = guard_refused(c, code);
    curl_easy_cleanup(c);
    return code;
}

static void private_hosts_are_not_called(void **state)
{
    (void)state;
    static const char *const hosts[] = {"127.0.0.1",  "localhost",  "[::ffff:127.0.0.1]",
                                        "0x7f000001", "2130706433", "0177.0.0.1",
                                        "127.1",      "0.0.0.0"};
    struct server s = {.head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"};
    long status;
    bool refused;
    server_start(&s, AF_INET);
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        assert_int_equal(get(hosts[i], s.port, false, NULL, &status, &refused),
                         CURLE_COULDNT_CONNECT);
        assert_true(refused);
    }
    assert_int_equal(s.connections, 0);
    struct buf answer;
    assert_int_equal(get("127.0.0.1", s.port, true, &answer, &status, &refused), CURLE_OK);
    assert_int_equal(status, 200);
    assert_str(buf_view(&answer), "hi");
    buf_free(&answer);
    assert_int_equal(get("127.0.0.1", s.port, true, NULL, &status, &refused), CURLE_OK);
    server_stop(&s);
    assert_int_equal(s.connections, 2);
    /* nobody listens any more: that is no refusal of ours */
    assert_int_equal(get("127.0.0.1", s.port, true, NULL, &status, &refused),
                     CURLE_COULDNT_CONNECT);
    assert_false(refused);
}

static void ipv6_loopback_is_not_called(void **state)
{
    (void)state;
    struct server s = {.head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
    long status;
    bool refused;
    server_start(&s, AF_INET6);
    assert_int_equal(get("[::1]", s.port, false, NULL, &status, &refused), CURLE_COULDNT_CONNECT);
    assert_true(refused);
    assert_int_equal(s.connections, 0);
    assert_int_equal(get("[::1]", s.port, true, NULL, &status, &refused), CURLE_OK);
    server_stop(&s);
}

static void proxies_of_the_environment_are_not_used(void **state)
{
    (void)state;
    char proxy[64];
    struct server s = {.head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
    long status;
    bool refused;
    server_start(&s, AF_INET);
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", s.port);
    setenv("http_proxy", proxy, 1);
    setenv("ALL_PROXY", proxy, 1);
    /* a port of ours that nobody listens on */
    assert_int_equal(get("127.0.0.1", 1, true, NULL, &status, &refused), CURLE_COULDNT_CONNECT);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    server_stop(&s);
    assert_int_equal(s.connections, 0);
}

static void redirects_are_not_followed(void **state)
{
    (void)state;
    char head[200];
    struct server target = {.head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
    struct server s = {.head = head};
    long status;
    bool refused;
    server_start(&target, AF_INET);
    snprintf(head, sizeof head,
             "HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n",
             target.port);
    server_start(&s, AF_INET);
    assert_int_equal(get("127.0.0.1", s.port, true, NULL, &status, &refused), CURLE_OK);
    assert_int_equal(status, 307);
    server_stop(&s);
    server_stop(&target);
    assert_int_equal(s.connections, 1);
    assert_int_equal(target.connections, 0);
}

static void long_answers_end_the_transfer(void **state)
{
    (void)state;
    static const char body[] = "HTTP/1.1 200 OK\r\n\r\n", head[] = "HTTP/1.1 200 OK\r\n";
    struct server s = {.head = body, .more = 64 * 1024};
    struct buf answer;
    long status;
    bool refused;
    server_start(&s, AF_INET);
    assert_int_equal(get("127.0.0.1", s.port, true, &answer, &status, &refused), CURLE_OK);
    assert_int_equal(answer.n, 64 * 1024);
    buf_free(&answer);
    s.more = 10 << 20;
    assert_int_equal(get("127.0.0.1", s.port, true, &answer, &status, &refused), CURLE_WRITE_ERROR);
    assert_int_equal(status, 200);
    assert_true(answer.n <= 64 * 1024);
    buf_free(&answer);
    s.head = head;
    s.more = 10 << 20; /* a header that never ends */
    assert_int_not_equal(get("127.0.0.1", s.port, true, NULL, &status, &refused), CURLE_OK);
    server_stop(&s);
}

static void other_schemes_are_not_used(void **state)
{
    (void)state;
    static const char *const urls[] = {"file:///etc/passwd", "ftp://127.0.0.1/",
                                       "gopher://127.0.0.1/", "dict://127.0.0.1/"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        CURL *c = curl_easy_init();
        guard_curl(c, "https,http", true);
        curl_easy_setopt(c, CURLOPT_URL, urls[i]);
        assert_int_equal(curl_easy_perform(c), CURLE_UNSUPPORTED_PROTOCOL);
        curl_easy_cleanup(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_of_ipv4),
        cmocka_unit_test(ranges_of_ipv6),
        cmocka_unit_test(ipv4_in_ipv6),
        cmocka_unit_test(other_families),
        cmocka_unit_test(own_addresses),
        cmocka_unit_test(private_hosts_are_not_called),
        cmocka_unit_test(ipv6_loopback_is_not_called),
        cmocka_unit_test(proxies_of_the_environment_are_not_used),
        cmocka_unit_test(redirects_are_not_followed),
        cmocka_unit_test(long_answers_end_the_transfer),
        cmocka_unit_test(other_schemes_are_not_used),
    };
    curl_global_init(CURL_GLOBAL_ALL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
