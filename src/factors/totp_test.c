/* One-time passwords against the vectors of RFC 6238 and RFC 4648, and codes as
 * people type them. */
#include "base/clock.h"
#include "base/test.h"
#include "factors/totp.h"

static const uint8_t secret[TOTP_SECRET] = "12345678901234567890";

static int setup(void **state)
{
    *state = arena_new(4096);
    return 0;
}

static int teardown(void **state)
{
    struct arena *a = *state;
    arena_free(&a);
    return 0;
}

/* RFC 6238, appendix B, SHA-1; of its eight digits the last six. */
static const struct {
    int64_t seconds;
    const char *code;
} vectors[] = {
    {59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
    {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        char code[TOTP_DIGITS + 1];
        int64_t now = vectors[i].seconds * SECOND_US, step = vectors[i].seconds / 30;
        assert_int_equal(totp_step(now), step);
        assert_true(totp_code(secret, step, code));
        assert_string_equal(code, vectors[i].code);
        assert_int_equal(totp_find(secret, str_c(code), now, -1), step);
    }
}

static void test_window(void **state)
{
    (void)state;
    const int64_t now = 1234567890 * SECOND_US, step = totp_step(now);
    char code[TOTP_DIGITS + 1];
    for (int64_t off = -4; off <= 4; off++) {
        bool near = off >= -1 && off <= 1;
        assert_true(totp_code(secret, step + off, code));
        assert_int_equal(totp_find(secret, str_c(code), now, -1), near ? step + off : -1);
        /* Taken before, or one after it was: not again. */
        assert_int_equal(totp_find(secret, str_c(code), now, step + off), -1);
        assert_int_equal(totp_find(secret, str_c(code), now, step + off - 1),
                         near ? step + off : -1);
    }
    assert_true(totp_code(secret, step, code));
    code[3] = code[3] == '9' ? '0' : (char)(code[3] + 1);
    assert_int_equal(totp_find(secret, str_c(code), now, -1), -1);
    assert_int_equal(totp_find(secret, STR("28708"), 59 * SECOND_US, -1), -1);
    assert_int_equal(totp_find(secret, STR("2870820"), 59 * SECOND_US, -1), -1);
    assert_int_equal(totp_find(secret, STR_NULL, now, -1), -1);
    /* At the beginning of time there is no step before. */
    assert_int_equal(totp_find(secret, STR("755224"), 0, -1), 0);
    assert_false(totp_code(secret, -1, code));
}

/* RFC 4648, 10, without the padding. */
static void test_base32(void **state)
{
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "MY"},
                                           {"fo", "MZXQ"},
                                           {"foo", "MZXW6"},
                                           {"foob", "MZXW6YQ"},
                                           {"fooba", "MZXW6YTB"},
                                           {"foobar", "MZXW6YTBOI"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_str(totp_base32((const uint8_t *)pairs[i][0], strlen(pairs[i][0]), *state),
                   pairs[i][1]);
    assert_str(totp_base32(secret, sizeof secret, *state), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

static void test_uri(void **state)
{
    assert_str(totp_uri(STR("Sharma & Söhne"), STR("a+b@example.com"), STR("GEZDGNBV"), *state),
               "otpauth://totp/Sharma%20%26%20S%C3%B6hne:a%2Bb%40example.com?secret=GEZDGNBV"
               "&issuer=Sharma%20%26%20S%C3%B6hne&algorithm=SHA1&digits=6&period=30");
}

static void test_typed(void **state)
{
    struct str out;
    assert_true(totp_typed(STR("287082"), *state, &out));
    assert_str(out, "287082");
    assert_true(totp_typed(STR(" 287 082"), *state, &out));
    assert_str(out, "287082");
    assert_true(totp_typed(STR("287-082"), *state, &out));
    const char *const others[] = {"", "28708", "2870821", "28708a", "٢٨٧٠٨٢", "K3QZ7-M9PTX"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(totp_typed(str_c(others[i]), *state, &out));
}

static void test_recovery(void **state)
{
    for (int i = 0; i < 100; i++) {
        struct str code = recovery_make(*state), typed = recovery_typed(code, *state), out;
        assert_int_equal(code.n, RECOVERY_CHARS + 1);
        assert_int_equal(code.p[RECOVERY_CHARS / 2], '-');
        assert_int_equal(typed.n, RECOVERY_CHARS);
        assert_false(str_eq(code, recovery_make(*state)));
        assert_false(totp_typed(code, *state, &out));
    }
    assert_str(recovery_typed(STR("0123456789"), *state), "0123456789");
    assert_str(recovery_typed(STR(" oil3-4zz y-Xk "), *state), "01134ZZYXK");
    const char *const others[] = {
        "", "K3QZ7-M9PT", "K3QZ7-M9PTXX", "K3QZ7-M9PTU", "K3QZ7-M9PT!", "K3QZ7-M9PT\xc3\x84"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_true(str_is_null(recovery_typed(str_c(others[i]), *state)));
    assert_true(str_is_null(recovery_typed((struct str){"K3QZ7-M9PT\0", 11}, *state)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors), cmocka_unit_test(test_window),
        cmocka_unit_test(test_base32),  cmocka_unit_test(test_uri),
        cmocka_unit_test(test_typed),   cmocka_unit_test(test_recovery),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
