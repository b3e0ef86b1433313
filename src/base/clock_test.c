/* Calendar and RFC 3339, at the edges: leap years, offsets, fractions, the
 * first and the last day of four-digit years. */
#include "base/clock.h"
#include "base/test.h"
#include <time.h>

static void assert_time(const char *in, const char *expected)
{
    int64_t us;
    if (!time_parse(str_c(in), &us))
        fail_msg("%s is refused", in);
    char out[TIME_TEXT];
    size_t n = time_format(us, out);
    assert_true(n <= TIME_TEXT);
    assert_str((struct str){out, n}, expected);
}

static void reads_and_writes_times(void **state)
{
    (void)state;
    assert_time("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z");
    assert_time("2026-11-21T09:30:00.123456Z", "2026-11-21T09:30:00.123456Z");
    assert_time("2026-11-21T09:30:00.1z", "2026-11-21T09:30:00.100Z");
    assert_time("2026-11-21 09:30:00.000001Z", "2026-11-21T09:30:00.000001Z");
    assert_time("2026-11-21t09:30:00.123456789012Z", "2026-11-21T09:30:00.123456Z");
    assert_time("2026-11-21T09:30:00+05:30", "2026-11-21T04:00:00Z");
    assert_time("2026-11-21T02:30:00-08:00", "2026-11-21T10:30:00Z");
    assert_time("2026-11-21T00:00:00-00:00", "2026-11-21T00:00:00Z");
    assert_time("2024-02-29", "2024-02-29T00:00:00Z");
    assert_time("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z");
    assert_time("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"); /* a leap second */
    assert_time("2017-01-01T05:29:60+05:30", "2017-01-01T00:00:00Z");
    assert_time("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z");
    assert_time("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z");
}

static void refuses_what_is_no_time(void **state)
{
    (void)state;
    const char *bad[] = {"",
                         "2026",
                         "2026-11-21T",
                         "2026-11-21T09:30Z",
                         "2026-11-21T09:30:00",
                         "2026-02-29",
                         "2026-02-29T00:00:00Z",
                         "2026-13-01",
                         "2026-00-10",
                         "2026-04-31",
                         "2026-01-00",
                         "2026-1-1",
                         "2026/01/01",
                         "1900-02-29",
                         "2026-11-21T24:00:00Z",
                         "2026-11-21T09:60:00Z",
                         "2026-11-21T09:30:61Z",
                         "2026-11-21T09:30:60Z",
                         "2026-11-21T09:30:00.Z",
                         "2026-11-21T09:30:00+24:00",
                         "2026-11-21T09:30:00+0530",
                         "2026-11-21T09:30:00+05:60",
                         "2026-11-21T09:30:00Zx",
                         "2026-11-21X09:30:00Z",
                         " 2026-11-21",
                         "0000-01-01T00:00:00+00:01",
                         "9999-12-31T23:59:59-00:01",
                         "9999-12-31T23:59:60Z",
                         "-026-11-21",
                         "2026-11-21T-1:00:00Z"};
    int64_t us = 5;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (time_parse(str_c(bad[i]), &us))
            fail_msg("%s is taken", bad[i]);
    assert_true(us == 5);
    assert_false(time_parse(STR_NULL, &us));
}

static void knows_the_calendar(void **state)
{
    (void)state;
    assert_true(date_days(1970, 1, 1) == 0);
    assert_true(date_days(2000, 3, 1) == 11017);
    assert_true(date_days(1969, 12, 31) == -1);
    /* every day of 800 years against the C library */
    for (int64_t d = date_days(1600, 1, 1); d < date_days(2400, 1, 1); d++) {
        int y, m, day;
        date_civil(d, &y, &m, &day);
        time_t t = (time_t)(d * 86400);
        struct tm tm;
        gmtime_r(&t, &tm);
        assert_true(y == tm.tm_year + 1900 && m == tm.tm_mon + 1 && day == tm.tm_mday);
        assert_true(date_days(y, m, day) == d);
        char text[DATE_TEXT];
        int64_t back;
        date_format(d, text);
        assert_true(date_parse((struct str){text, DATE_TEXT}, &back) && back == d);
    }
}

static void never_writes_outside_four_digit_years(void **state)
{
    (void)state;
    char out[TIME_TEXT];
    const int64_t moments[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX, -62167219200000001,
                               253402300800000000};
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        size_t n = time_format(moments[i], out);
        assert_true(n >= 20 && n <= TIME_TEXT && out[n - 1] == 'Z');
        int64_t us;
        assert_true(time_parse((struct str){out, n}, &us));
    }
}

static void clocks_run(void **state)
{
    (void)state;
    assert_true(clock_now() > INT64_C(1700000000) * SECOND_US);
    int64_t a = clock_mono(), b = clock_mono();
    assert_true(b >= a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_times),
        cmocka_unit_test(refuses_what_is_no_time),
        cmocka_unit_test(knows_the_calendar),
        cmocka_unit_test(never_writes_outside_four_digit_years),
        cmocka_unit_test(clocks_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
