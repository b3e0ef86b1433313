/* Money: text both ways, limits, and how many decimals a currency has. */
#include "base/money.h"
#include "base/test.h"

static void knows_currencies(void **state)
{
    (void)state;
    assert_int_equal(currency_digits(STR("USD")), 2);
    assert_int_equal(currency_digits(STR("INR")), 2);
    assert_int_equal(currency_digits(STR("JPY")), 0);
    assert_int_equal(currency_digits(STR("KWD")), 3);
    const char *bad[] = {"", "US", "USDX", "usd", "ZZQ", "U$D"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(currency_digits(str_c(bad[i])), -1);
    assert_int_equal(currency_digits(STR_NULL), -1);
}

static void reads_amounts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int digits;
        int64_t minor;
    } good[] = {
        {"150", 2, 15000},
        {"150.5", 2, 15050},
        {"150.50", 2, 15050},
        {"-3.00", 2, -300},
        {"0", 2, 0},
        {"-0.00", 2, 0},
        {"007.1", 2, 710},
        {"1500", 0, 1500},
        {"1.234", 3, 1234},
        {"0.01", 2, 1},
        {"999999999999.99", 2, MONEY_MAX},
        {"-999999999999.99", 2, -MONEY_MAX},
        {"99999999999999", 0, MONEY_MAX},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t minor = 77;
        if (!money_parse(str_c(good[i].text), good[i].digits, &minor) || minor != good[i].minor)
            fail_msg("%s with %d digits gives %lld", good[i].text, good[i].digits,
                     (long long)minor);
    }
}

static void refuses_what_is_no_amount(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int digits;
    } bad[] = {
        {"", 2},
        {"-", 2},
        {".5", 2},
        {"5.", 2},
        {"+5", 2},
        {"1.234", 2},
        {"1.0", 0},
        {"1.2.3", 2},
        {"1,00", 2},
        {" 1", 2},
        {"1 ", 2},
        {"1e3", 2},
        {"--1", 2},
        {"1-", 2},
        {"0x10", 2},
        {"NaN", 2},
        {"-.5", 2},
        {".", 2},
        {"1000000000000", 2},
        {"999999999999999999999999999999", 2},
        {"100000000000000", 0},
        {"-1000000000000.00", 2},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t minor = 77;
        if (money_parse(str_c(bad[i].text), bad[i].digits, &minor))
            fail_msg("\"%s\" is taken", bad[i].text);
        assert_true(minor == 77);
    }
    int64_t minor;
    assert_false(money_parse(((struct str){"1\0", 2}), 2, &minor));
}

static void writes_amounts(void **state)
{
    (void)state;
    static const struct {
        int64_t minor;
        int digits;
        const char *text;
    } v[] = {
        {0, 2, "0.00"},
        {5, 2, "0.05"},
        {-5, 2, "-0.05"},
        {15000, 2, "150.00"},
        {-300, 2, "-3.00"},
        {1500, 0, "1500"},
        {0, 0, "0"},
        {1234, 3, "1.234"},
        {-1, 0, "-1"},
        {INT64_MAX, 2, "92233720368547758.07"},
        {INT64_MIN, 3, "-9223372036854775.808"},
        {MONEY_MAX, 2, "999999999999.99"},
    };
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        char out[MONEY_TEXT];
        size_t n = money_format(v[i].minor, v[i].digits, out);
        assert_str((struct str){out, n}, v[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_currencies),
        cmocka_unit_test(reads_amounts),
        cmocka_unit_test(refuses_what_is_no_amount),
        cmocka_unit_test(writes_amounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
