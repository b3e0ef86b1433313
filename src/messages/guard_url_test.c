/* URLs that mean something else than they seem to. */
#include "base/test.h"
#include "messages/guard.h"

static void refuse(const char *url, const char *word)
{
    const char *why = guard_url_refused(url, "https,http");
    if (!why || !strstr(why, word))
        fail_msg("%s: \"%s\" does not say \"%s\"", url, why ? why : "taken", word);
}

static void take(const char *url)
{
    const char *why = guard_url_refused(url, "https,http");
    if (why)
        fail_msg("%s: %s", url, why);
}

static void urls_taken(void **state)
{
    (void)state;
    take("https://example.com");
    take("https://example.com/");
    take("HTTPS://Example.COM/Path?a=b%20c&d=@#e");
    take("http://example.com:80/x");
    take("https://example.com:443/x");
    take("https://example.com:8443/x");
    take("https://example.com:65535/x");
    take("https://xn--bcher-kva.example/hooks");
    take("https://8.8.8.8/x");
    take("https://[2606:4700::1111]:8443/x");
    take("https://1-2-3.example/x");
    take("https://example.com./x");
    take("http://127.0.0.1:9999/x"); /* an address in its usual form: for the socket to refuse */
    assert_null(guard_url_refused("smtp://mail.example:25", "smtps,smtp"));
    assert_null(guard_url_refused("smtps://mail.example:465", "smtps,smtp"));
}

static void urls_refused(void **state)
{
    (void)state;
    refuse("", "scheme and a host");
    refuse("example.com", "scheme and a host");
    refuse("//example.com/", "scheme and a host");
    refuse("https:example.com", "scheme and a host");
    refuse("https:///etc", "scheme and a host");
    refuse("https://", "scheme and a host");
    refuse("https://?x", "scheme and a host");
    refuse("https://#x", "scheme and a host");
    refuse("file:///etc/passwd", "scheme and a host");
    refuse("file://host/etc/passwd", "understood");
    refuse("ftp://example.com/", "scheme is not allowed");
    refuse("gopher://example.com:70/", "scheme is not allowed");
    refuse("smtp://example.com/", "scheme is not allowed");
    refuse("javascript://example.com/", "scheme is not allowed");
    refuse("httpx://example.com/", "scheme is not allowed");
    refuse("htt://example.com/", "scheme is not allowed");
    refuse("https://user:secret@example.com/", "user name or password");
    refuse("https://user@example.com/", "user name or password");
    refuse("https://@example.com/", "user name or password");
    refuse("https://:@example.com/", "user name or password");
    refuse("https://example.com\\@10.0.0.1/", "ASCII");
    refuse("https://ex ample.com/", "ASCII");
    refuse("https://example.com/\r\nX: y", "ASCII");
    refuse("https://example.com/\x7f", "ASCII");
    refuse("https://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1/", "ASCII");
    refuse("https://[::1/", "understood");
    refuse("https://[fe80::1%25eth0]/", "host must be");
    refuse("https://example.com:99999/", "understood");
    refuse("https://example.com:-1/", "understood");
    refuse("https://example.com:0/", "port");
    refuse("https://example.com:22/", "port");
    refuse("https://example.com:25/", "port");
    refuse("https://example.com:1023/", "port");
    assert_non_null(guard_url_refused("http://example.com/", "https"));
    assert_non_null(guard_url_refused("http://example.com/", ""));
    assert_non_null(guard_url_refused("smtp://mail.example:22", "smtps,smtp"));
}

static void numbers_in_disguise(void **state)
{
    (void)state;
    static const char *const v[] = {"http://0x7f000001/",
                                    "http://2130706433/",
                                    "http://0177.0.0.1/",
                                    "http://0x7f.0.0.1/",
                                    "http://127.1/",
                                    "http://127.0.1/",
                                    "http://017700000001/",
                                    "http://%31%32%37.0.0.1/",
                                    "http://127%2e0.0.1/",
                                    "http://0300.0250.0.1/",
                                    "http://0xA9FEA9FE/latest",
                                    "http://256.1.1.1/",
                                    "http://1.2.3.4.5/",
                                    "http://example.123/",
                                    "http://127.0.0.01/",
                                    "http://0/",
                                    "http://2130706433./",
                                    "http://4294967296/"};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        refuse(v[i], "host must be");
}

static void targets(void **state)
{
    (void)state;
    static const char *const v[] = {"http://127.0.0.1/",
                                    "http://127.0.0.1./",
                                    "http://169.254.169.254/",
                                    "http://10.1.2.3:8080/x",
                                    "http://[::1]/",
                                    "http://[::ffff:127.0.0.1]/",
                                    "http://[::ffff:7f00:1]:80/",
                                    "http://[fd00::1]/",
                                    "http://0.0.0.0/",
                                    "http://[::]/"};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        assert_non_null(guard_target_refused(v[i], "https,http", false));
        assert_null(guard_target_refused(v[i], "https,http", true));
    }
    assert_null(guard_target_refused("https://8.8.8.8/", "https", false));
    assert_null(guard_target_refused("https://localhost/", "https", false));
    assert_non_null(guard_target_refused("http://0x7f.1/", "https,http", true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_taken),
        cmocka_unit_test(urls_refused),
        cmocka_unit_test(numbers_in_disguise),
        cmocka_unit_test(targets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
