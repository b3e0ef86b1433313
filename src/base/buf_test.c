/* Buffer: growth, the maximum, what a reset keeps, numbers. */
#include "base/buf.h"
#include "base/test.h"
#include <inttypes.h>
#include <stdio.h>

static void grows_and_keeps_what_is_in_it(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    assert_str(buf_view(&b), "");
    for (int i = 0; i < 50000; i++)
        buf_char(&b, (char)('a' + i % 26));
    assert_int_equal(b.n, 50000);
    for (int i = 0; i < 50000; i++)
        assert_int_equal(b.p[i], 'a' + i % 26);
    assert_false(b.full);
    buf_free(&b);
    assert_null(b.p);
}

static void takes_exactly_its_maximum(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_lit(&b, "12345");
    buf_lit(&b, "67890");
    assert_false(b.full);
    assert_str(buf_view(&b), "1234567890");
    buf_char(&b, 'x');
    assert_true(b.full);
    assert_str(buf_view(&b), "1234567890");
    buf_free(&b);
}

static void takes_nothing_more_once_full(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    buf_lit(&b, "start");
    buf_printf(&b, "%2000d", 1);
    assert_true(b.full);
    buf_char(&b, 'x'); /* there would be room for it */
    buf_str(&b, STR("more"));
    buf_i64(&b, 1);
    assert_str(buf_view(&b), "start");
    buf_reset(&b);
    assert_false(b.full);
    buf_lit(&b, "again");
    assert_str(buf_view(&b), "again");
    buf_free(&b);
}

static void reset_keeps_at_most_64_KiB(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_printf(&b, "%1000d", 1);
    char *p = b.p;
    buf_reset(&b);
    assert_ptr_equal(b.p, p);
    buf_printf(&b, "%100000d", 1);
    assert_int_equal(b.n, 100000);
    buf_reset(&b);
    assert_null(b.p);
    assert_int_equal(b.cap, 0);
    buf_free(&b);
}

static void writes_numbers_as_printf_does(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    const int64_t v[] = {0,  1,   9,    10,   99,       100,       101,       -1,
                         -9, -10, -100, 4711, 99999999, INT64_MAX, INT64_MIN, -12345};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "%" PRId64, v[i]);
        buf_reset(&b);
        buf_i64(&b, v[i]);
        assert_str(buf_view(&b), expected);
    }
    buf_reset(&b);
    buf_str(&b, STR_NULL);
    buf_printf(&b, "%s", "");
    assert_str(buf_view(&b), "");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_keeps_what_is_in_it),
        cmocka_unit_test(takes_exactly_its_maximum),
        cmocka_unit_test(takes_nothing_more_once_full),
        cmocka_unit_test(reset_keeps_at_most_64_KiB),
        cmocka_unit_test(writes_numbers_as_printf_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
