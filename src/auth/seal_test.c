/* Sealing: what was sealed opens for the same purpose, company and instance,
 * and for nothing else. */
#include "auth/keyring_priv.h"
#include "auth/seal.h"
#include "base/test.h"
#include <sodium.h>
#include <stdlib.h>

#define NOW INT64_C(1795000000000000)

struct fixture {
    struct arena *a;
    struct tokens *t;
    struct uuid company;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_true(sodium_init() >= 0);
    f->a = arena_new(4096);
    f->t = calloc(1, sizeof *f->t);
    assert_non_null(f->t);
    randombytes_buf(f->t->instance, sizeof f->t->instance);
    f->company = uuid_new(NOW);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tokens_free(&f->t);
    arena_free(&f->a);
    free(f);
    return 0;
}

static void test_opens(void **state)
{
    struct fixture *f = *state;
    struct str sealed = seal(f->t, "transport", f->company, STR("hush, hush"), f->a);
    assert_int_equal(sealed.n, 24 + 10 + 16);
    assert_null(memmem(sealed.p, sealed.n, "hush", 4));
    assert_str(unseal(f->t, "transport", f->company, sealed, f->a), "hush, hush");
    /* The same text twice does not look the same. */
    struct str again = seal(f->t, "transport", f->company, STR("hush, hush"), f->a);
    assert_false(str_eq(sealed, again));
    /* No bytes are a text too, and not null. */
    struct str empty =
        unseal(f->t, "x", f->company, seal(f->t, "x", f->company, STR(""), f->a), f->a);
    assert_non_null(empty.p);
    assert_int_equal(empty.n, 0);
}

static void test_opens_nowhere_else(void **state)
{
    struct fixture *f = *state;
    struct str sealed = seal(f->t, "transport", f->company, STR("hush"), f->a);
    assert_true(str_is_null(unseal(f->t, "webhook", f->company, sealed, f->a)));
    assert_true(str_is_null(unseal(f->t, "transport", uuid_new(NOW), sealed, f->a)));
    f->t->instance[0] ^= 1;
    assert_true(str_is_null(unseal(f->t, "transport", f->company, sealed, f->a)));
}

static void test_altered(void **state)
{
    struct fixture *f = *state;
    struct str sealed = seal(f->t, "transport", f->company, STR("hush"), f->a);
    for (size_t i = 0; i < sealed.n; i++) {
        struct str bad = arena_str(f->a, sealed);
        ((char *)(uintptr_t)bad.p)[i] ^= 1;
        assert_true(str_is_null(unseal(f->t, "transport", f->company, bad, f->a)));
    }
    for (size_t n = 0; n < sealed.n; n++)
        assert_true(
            str_is_null(unseal(f->t, "transport", f->company, (struct str){sealed.p, n}, f->a)));
    assert_true(str_is_null(unseal(f->t, "transport", f->company, STR_NULL, f->a)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_opens, setup, teardown),
        cmocka_unit_test_setup_teardown(test_opens_nowhere_else, setup, teardown),
        cmocka_unit_test_setup_teardown(test_altered, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
