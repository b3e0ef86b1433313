/* Signatures: the published vector, and secrets that are none. */
#include "base/test.h"
#include "webhooks/sign.h"
#include <sodium.h>

static void signs_the_published_vector(void **state)
{
    (void)state;
    struct arena *a = arena_new(4096);
    struct str s = webhook_sign(STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                                STR("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
                                STR("{\"test\": 2432232314}"), a);
    assert_str(s, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    arena_free(&a);
}

/* One bit of anything signed makes another signature. */
static void everything_is_signed(void **state)
{
    (void)state;
    struct arena *a = arena_new(4096);
    struct str secret = webhook_secret_make(a);
    struct str s = webhook_sign(secret, STR("id"), 1000, STR("{}"), a);
    assert_true(str_starts(s, STR("v1,")));
    assert_true(str_eq(s, webhook_sign(secret, STR("id"), 1000, STR("{}"), a)));
    assert_false(str_eq(s, webhook_sign(secret, STR("ie"), 1000, STR("{}"), a)));
    assert_false(str_eq(s, webhook_sign(secret, STR("id"), 1001, STR("{}"), a)));
    assert_false(str_eq(s, webhook_sign(secret, STR("id"), 1000, STR("{} "), a)));
    assert_false(str_eq(s, webhook_sign(webhook_secret_make(a), STR("id"), 1000, STR("{}"), a)));
    arena_free(&a);
}

static void secrets_are_long_enough(void **state)
{
    (void)state;
    struct arena *a = arena_new(4096);
    uint8_t key[WEBHOOK_KEY_MOST], other[WEBHOOK_KEY_MOST];
    struct str one = webhook_secret_make(a), two = webhook_secret_make(a);
    assert_int_equal(webhook_secret_read(one, key), 32);
    assert_int_equal(webhook_secret_read(two, other), 32);
    assert_memory_not_equal(key, other, 32);
    for (size_t n = 0; n <= 70; n++) {
        uint8_t bytes[70] = {7};
        char text[200] = "whsec_";
        sodium_bin2base64(text + 6, sizeof text - 6, bytes, n, sodium_base64_VARIANT_ORIGINAL);
        assert_int_equal(webhook_secret_read(str_c(text), key), n >= 24 && n <= 64 ? n : 0);
    }
    arena_free(&a);
}

static void what_is_no_secret_signs_nothing(void **state)
{
    (void)state;
    static const char *const v[] = {"",
                                    "whsec_",
                                    "whsec",
                                    "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                    "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
                                    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!",
                                    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw garbage"};
    struct arena *a = arena_new(4096);
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        assert_true(str_is_null(webhook_sign(str_c(v[i]), STR("id"), 1, STR("{}"), a)));
    assert_true(str_is_null(webhook_sign(STR_NULL, STR("id"), 1, STR("{}"), a)));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_the_published_vector),
        cmocka_unit_test(everything_is_signed),
        cmocka_unit_test(secrets_are_long_enough),
        cmocka_unit_test(what_is_no_secret_signs_nothing),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
