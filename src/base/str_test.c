/* Texts: order, case, trimming, numbers; nearest names; the error table. */
#include "base/error.h"
#include "base/nearest.h"
#include "base/test.h"
#include <limits.h>

static void compares_by_bytes(void **state)
{
    (void)state;
    assert_true(str_cmp(STR("a"), STR("b")) < 0);
    assert_true(str_cmp(STR("ab"), STR("a")) > 0);
    assert_true(str_cmp(STR(""), STR("a")) < 0);
    assert_int_equal(str_cmp(STR("same"), STR("same")), 0);
    assert_true(str_cmp(STR("z"), STR("\xc3\xa4")) < 0); /* unsigned */
    assert_int_equal(str_cmp(STR_NULL, STR("")), 0);
    assert_true(str_eq_nocase(STR("Content-Type"), STR("content-TYPE")));
    assert_false(str_eq_nocase(STR("a"), STR("ab")));
    assert_false(str_eq_nocase(STR("["), STR("{"))); /* differ by the case bit only */
}

static void trims_blanks_at_both_ends(void **state)
{
    (void)state;
    assert_str(str_trim(STR(" \t\r\n a b \v\f")), "a b");
    assert_str(str_trim(STR("   ")), "");
    assert_str(str_trim(STR("")), "");
    assert_true(str_is_null(str_trim(STR_NULL)));
}

static void reads_whole_numbers_only(void **state)
{
    (void)state;
    long long v = 99;
    assert_int_equal(str_to_i64(STR("0"), &v), 1);
    assert_int_equal(v, 0);
    assert_int_equal(str_to_i64(STR("-17"), &v), 1);
    assert_int_equal(v, -17);
    assert_int_equal(str_to_i64(STR("9223372036854775807"), &v), 1);
    assert_true(v == LLONG_MAX);
    assert_int_equal(str_to_i64(STR("-9223372036854775808"), &v), 1);
    assert_true(v == LLONG_MIN);
    const char *bad[] = {"",
                         "-",
                         "+1",
                         " 1",
                         "1 ",
                         "1.0",
                         "1e3",
                         "0x1",
                         "9223372036854775808",
                         "-9223372036854775809",
                         "99999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(str_to_i64(str_c(bad[i]), &v), 0);
    assert_true(v == LLONG_MIN); /* untouched */
}

static void suggests_near_names_only(void **state)
{
    (void)state;
    struct arena *a = arena_new(1024);
    struct nearest n = nearest_to(STR("lissen"));
    nearest_offer(&n, "store");
    nearest_offer(&n, "listen");
    nearest_offer(&n, "list");
    assert_string_equal(nearest_hint(&n, "--", a), "; did you mean \"--listen\"?");
    n = nearest_to(STR("xyzzy"));
    nearest_offer(&n, "serve");
    assert_string_equal(nearest_hint(&n, "", a), "");
    n = nearest_to(STR("a-name-that-is-longer-than-any-of-ours"));
    nearest_offer(&n, "serve");
    assert_string_equal(nearest_hint(&n, "", a), "");
    arena_free(&a);
}

static void every_error_has_its_row(void **state)
{
    (void)state;
    for (int e = ERR_FIRST_ + 1; e < ERR_LAST_; e++) {
        const struct err_row *row = err_row(e);
        assert_true(row->status >= 400 && row->status <= 599);
        assert_true(row->code[0] && row->message[0]);
    }
    assert_string_equal(err_row(ERR_PHONE_TAKEN)->code, "phone_taken");
    assert_string_equal(err_row(ERR_PHONE_TAKEN)->name, "ERR_PHONE_TAKEN");
    assert_int_equal(err_row(ERR_IO)->status, 500);
    const int unknown[] = {0, 1, -1, ERR_FIRST_, ERR_LAST_, INT_MIN, INT_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_string_equal(err_row(unknown[i])->code, "internal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_by_bytes),        cmocka_unit_test(trims_blanks_at_both_ends),
        cmocka_unit_test(reads_whole_numbers_only), cmocka_unit_test(suggests_near_names_only),
        cmocka_unit_test(every_error_has_its_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
