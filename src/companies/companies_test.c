/* What a company may be made of. */
#include "base/test.h"
#include "companies/companies.h"

static void test_slugs(void **state)
{
    (void)state;
    char large[64];
    memset(large, 'a', sizeof large);
    const char *const good[] = {"a", "9", "sharma-sons", "a--b"};
    const char *const bad[] = {"", "-a", "a-", "A", "a b", "a.b", "a_b", "ä"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(companies_slug_ok(str_c(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(companies_slug_ok(str_c(bad[i])));
    assert_true(companies_slug_ok((struct str){large, 63}));
    assert_false(companies_slug_ok((struct str){large, 64}));
}

static void test_slugs_of_names(void **state)
{
    (void)state;
    struct arena *a = arena_new(4096);
    char large[300];
    memset(large, 'x', sizeof large);
    assert_str(companies_slug_of(STR("Sharma & Sons"), a), "sharma-sons");
    assert_str(companies_slug_of(STR("  Café Müller (Köln) "), a), "cafe-muller-koln");
    assert_str(companies_slug_of(STR("7-Eleven"), a), "7-eleven");
    assert_true(str_is_null(companies_slug_of(STR(" -- "), a)));
    assert_int_equal(companies_slug_of((struct str){large, sizeof large}, a).n, 63);
    const char *const names[] = {"राम स्टोर", "A–Z", "O'Neil", "a/b/c"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_true(companies_slug_ok(companies_slug_of(str_c(names[i]), a)));
    arena_free(&a);
}

static void test_hosts(void **state)
{
    (void)state;
    char large[254];
    memset(large, 'a', sizeof large);
    for (size_t i = 50; i < sizeof large; i += 50)
        large[i] = '.';
    const char *const good[] = {"localhost", "shop.example.com", "xn--bcher-kva.example",
                                "10.0.0.1"};
    const char *const bad[] = {"",      ".",        "a.",      ".a",    "a..b",
                               "A.com", "a.com:80", "a b.com", "-a.com"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(companies_host_ok(str_c(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(companies_host_ok(str_c(bad[i])));
    assert_true(companies_host_ok((struct str){large, 253}));
    assert_false(companies_host_ok((struct str){large, 254}));
}

static void test_country_currency_zone(void **state)
{
    (void)state;
    assert_true(companies_country_ok(STR("IN")));
    assert_false(companies_country_ok(STR("in")));
    assert_false(companies_country_ok(STR("XX")));
    assert_false(companies_country_ok(STR("IND")));
    assert_true(companies_currency_ok(STR("INR")));
    assert_true(companies_currency_ok(STR("JPY")));
    assert_false(companies_currency_ok(STR("inr")));
    assert_false(companies_currency_ok(STR("ZZZ")));
    assert_false(companies_currency_ok(STR("RUPEE")));
    assert_true(companies_zone_ok(STR("Asia/Kolkata")));
    assert_false(companies_zone_ok(STR("Mars/Base")));
    assert_false(companies_zone_ok(STR("")));
}

static void test_countries(void **state)
{
    (void)state;
    struct arena *a = arena_new(1024);
    struct str list[] = {STR("IN"), STR("US"), STR("IN"), STR("DE")};
    assert_str(companies_countries_join((struct strs){list, 4}, a), "IN,US,DE");
    assert_true(str_is_null(companies_countries_join((struct strs){NULL, 0}, a)));
    struct strs back = companies_countries_split(STR("IN,US,DE"), a);
    assert_int_equal(back.n, 3);
    assert_str(back.v[0], "IN");
    assert_str(back.v[2], "DE");
    assert_int_equal(companies_countries_split(STR("IN"), a).n, 1);
    assert_null(companies_countries_split(STR_NULL, a).v);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slugs),     cmocka_unit_test(test_slugs_of_names),
        cmocka_unit_test(test_hosts),     cmocka_unit_test(test_country_currency_zone),
        cmocka_unit_test(test_countries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
