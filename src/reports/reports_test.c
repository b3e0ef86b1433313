/* Quarters of an hour become local days and hours of the week. */
#include "base/clock.h"
#include "reports/reports.h"
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

static int64_t bucket(int64_t day, int64_t minutes)
{
    return day * 96 + minutes / 15;
}

static void test_half_hour_zones(void **state)
{
    (void)state;
    /* Monday 2026-11-16, 18:30 UTC is midnight in Kolkata: Tuesday begins. */
    int64_t monday = date_days(2026, 11, 16);
    const struct report_bucket v[] = {
        {bucket(monday, 18 * 60 + 15), 1, 100},
        {bucket(monday, 18 * 60 + 30), 2, 250},
    };
    struct report_day days[3];
    struct report_hour hours[REPORT_HOURS];
    report_sort(STR("Asia/Kolkata"), v, 2, monday, days, 3, hours);
    assert_int_equal(days[0].orders, 1);
    assert_int_equal(days[0].sales, 100);
    assert_int_equal(days[1].orders, 2);
    assert_int_equal(days[1].sales, 250);
    assert_int_equal(days[2].orders, 0);
    assert_int_equal(hours[23].orders, 1); /* Monday, 23 h */
    assert_int_equal(hours[23].weekday, 1);
    assert_int_equal(hours[24].orders, 2); /* Tuesday, 0 h */
    assert_int_equal(hours[24].hour, 0);
}

static void test_what_is_outside_of_the_days_is_left_out_of_them(void **state)
{
    (void)state;
    int64_t day = date_days(2026, 3, 29); /* Berlin's clocks go forward */
    const struct report_bucket v[] = {{bucket(day, 60), 1, 5}, {bucket(day + 1, 0), 1, 7}};
    struct report_day days[1];
    struct report_hour hours[REPORT_HOURS];
    report_sort(STR("Europe/Berlin"), v, 2, day, days, 1, hours);
    assert_int_equal(days[0].orders, 1);
    assert_int_equal(hours[6 * 24 + 3].orders, 1); /* 01:00 UTC is 03:00 that Sunday */
    assert_int_equal(hours[2].orders, 1);          /* 00:00 UTC is 02:00 on Monday */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_hour_zones),
        cmocka_unit_test(test_what_is_outside_of_the_days_is_left_out_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
