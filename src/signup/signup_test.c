/* Rules of sign-up that need no store. */
#include "base/test.h"
#include "signup/signup_priv.h"

static void test_names(void **state)
{
    (void)state;
    struct company c = {.country = STR("IN")};
    struct req r = {.arena = arena_new(4096), .company = &c};
    struct str phone = STR("+919876543210"), email = STR("asha.rao@example.com");
    assert_str(signup_name(&r, STR("Asha"), email, phone), "Asha");
    assert_str(signup_name(&r, STR_NULL, email, phone), "098765 43210");
    assert_str(signup_name(&r, STR_NULL, STR_NULL, phone), "098765 43210");
    assert_str(signup_name(&r, STR_NULL, email, STR_NULL), "asha.rao");
    arena_free(&r.arena);
}

static int check(struct req *r, const char *email, const char *phone)
{
    r->errors.n = 0;
    return signup_check(r, str_c(email), str_c(phone));
}

static void test_who_may_ask(void **state)
{
    (void)state;
    struct company c = {.id = {{1}}, .is_active = true};
    struct req r = {.arena = arena_new(4096), .company = &c};
    buf_init(&r.out, 4096);
    assert_int_equal(check(&r, "a@example.com", NULL), 0);
    assert_int_equal(check(&r, NULL, "+919876543210"), 0);
    assert_int_equal(check(&r, NULL, NULL), ERR_INVALID);
    assert_int_equal(check(&r, "a@example.com", "+919876543210"), ERR_INVALID);
    /* A token that is no longer good must not make another account. */
    r.authorization = STR("Bearer x");
    assert_int_equal(check(&r, "a@example.com", NULL), ERR_TOKEN_INVALID);
    r.who = (struct principal){.kind = WHO_USER, .company = {{2}}};
    assert_false(signup_signed_in(&r));
    assert_int_equal(check(&r, "a@example.com", NULL), ERR_FORBIDDEN);
    r.who.company = c.id;
    assert_true(signup_signed_in(&r));
    assert_int_equal(check(&r, "a@example.com", NULL), 0);
    r.who.kind = WHO_KEY;
    assert_false(signup_signed_in(&r));
    assert_int_equal(check(&r, "a@example.com", NULL), 0);
    c.is_active = false;
    assert_int_equal(check(&r, "a@example.com", NULL), ERR_COMPANY_NOT_FOUND);
    buf_free(&r.out);
    arena_free(&r.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names),
                                       cmocka_unit_test(test_who_may_ask)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
