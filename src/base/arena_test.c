/* Arena: alignment, growth, rewinding, what is kept and what is forgotten. */
#include "base/arena.h"
#include "base/test.h"

static void gives_zeroed_aligned_pieces(void **state)
{
    (void)state;
    struct arena *a = arena_new(64);
    memset(arena_bytes(a, 13), 0xff, 13);
    for (size_t n = 1; n < 3000; n = n * 3 + 1) {
        unsigned char *p = arena_alloc(a, n);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, n);
        assert_non_null(arena_bytes(a, 1));
    }
    arena_free(&a);
    assert_null(a);
    arena_free(&a);
}

static void zeroes_again_what_was_used_before_a_rewind(void **state)
{
    (void)state;
    struct arena *a = arena_new(4096);
    struct arena_mark m = arena_mark(a);
    memset(arena_alloc(a, 100), 0xff, 100);
    arena_rewind(a, m);
    unsigned char *p = arena_alloc(a, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(p[i], 0);
    arena_free(&a);
}

static void rewinds_over_many_blocks(void **state)
{
    (void)state;
    struct arena *a = arena_new(256);
    struct str kept = arena_str(a, STR("stays"));
    size_t held = arena_size(a);
    struct arena_mark m = arena_mark(a);
    void *first = NULL;
    for (int run = 0; run < 3; run++) {
        void *p = arena_alloc(a, 8);
        if (run == 0)
            first = p;
        assert_ptr_equal(p, first); /* the same place every time */
        for (int i = 0; i < 200; i++)
            arena_alloc(a, 500);
        assert_true(arena_size(a) > 100000);
        arena_rewind(a, m);
        assert_int_equal(arena_size(a), held);
        assert_str(kept, "stays");
    }
    /* a mark in a later block: that block stays */
    arena_alloc(a, 5000);
    m = arena_mark(a);
    held = arena_size(a);
    arena_alloc(a, 2000000);
    arena_rewind(a, m);
    assert_int_equal(arena_size(a), held);
    arena_free(&a);
}

static void reset_keeps_the_first_block_only(void **state)
{
    (void)state;
    struct arena *a = arena_new(1024);
    void *first = arena_alloc(a, 16);
    for (int i = 0; i < 100; i++)
        arena_alloc(a, 1000);
    arena_reset(a);
    assert_int_equal(arena_size(a), 1024);
    assert_ptr_equal(arena_alloc(a, 16), first);
    arena_free(&a);
}

static void blocks_double_up_to_a_mebibyte(void **state)
{
    (void)state;
    struct arena *a = arena_new(1024);
    size_t before = arena_size(a), largest = 0;
    for (int i = 0; i < 40000; i++) {
        arena_alloc(a, 200);
        size_t grown = arena_size(a) - before;
        largest = grown > largest ? grown : largest;
        before = arena_size(a);
    }
    assert_int_equal(largest, 1 << 20);
    arena_free(&a);
}

static void copies_and_prints(void **state)
{
    (void)state;
    struct arena *a = arena_new(256);
    char text[] = "abc";
    struct str s = arena_str(a, (struct str){text, 2});
    text[0] = 'x';
    assert_str(s, "ab");
    assert_int_equal(s.p[2], 0);
    assert_true(str_is_null(arena_str(a, STR_NULL)));
    assert_null(arena_cstr(a, STR_NULL));
    assert_string_equal(arena_cstr(a, STR("")), "");
    assert_str(arena_printf(a, "%d-%s", 42, "x"), "42-x");
    struct str wide = arena_printf(a, "%1000d", 7); /* longer than any buffer inside */
    assert_int_equal(wide.n, 1000);
    assert_int_equal(wide.p[999], '7');
    assert_int_equal(wide.p[1000], 0);
    arena_free(&a);
}

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
static void what_is_not_handed_out_is_poisoned(void **state)
{
    (void)state;
    struct arena *a = arena_new(4096);
    struct arena_mark m = arena_mark(a);
    char *p = arena_bytes(a, 10), *behind = arena_alloc(a, 32);
    assert_false(__asan_address_is_poisoned(p + 9));
    assert_true(__asan_address_is_poisoned(p + 10));
    assert_true(__asan_address_is_poisoned(behind - 1));
    assert_true(__asan_address_is_poisoned(behind + 32));
    arena_rewind(a, m);
    assert_true(__asan_address_is_poisoned(p));
    assert_true(__asan_address_is_poisoned(behind + 31));
    arena_free(&a);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_aligned_pieces),
        cmocka_unit_test(zeroes_again_what_was_used_before_a_rewind),
        cmocka_unit_test(rewinds_over_many_blocks),
        cmocka_unit_test(reset_keeps_the_first_block_only),
        cmocka_unit_test(blocks_double_up_to_a_mebibyte),
        cmocka_unit_test(copies_and_prints),
#ifdef __SANITIZE_ADDRESS__
        cmocka_unit_test(what_is_not_handed_out_is_poisoned),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
