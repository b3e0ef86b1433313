/* Ids: layout, order by time, text both ways. */
#include "base/clock.h"
#include "base/random.h"
#include "base/test.h"
#include "base/uuid.h"

static void has_the_layout_of_version_7(void **state)
{
    (void)state;
    /* the example of RFC 9562, A.6 */
    const uint8_t random[10] = {0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f};
    struct uuid id = uuid_v7(INT64_C(0x017F22E279B0) * 1000 + 999, random);
    char text[UUID_TEXT];
    uuid_format(id, text);
    assert_str((struct str){text, UUID_TEXT}, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    assert_true(uuid_time_us(id) == INT64_C(0x017F22E279B0) * 1000);
}

static void sorts_by_time(void **state)
{
    (void)state;
    struct uuid last = UUID_NIL;
    int64_t now = clock_now();
    for (int i = 0; i < 2000; i++) {
        struct uuid id = uuid_new(now + i * 1000);
        assert_true(uuid_cmp(last, id) < 0);
        assert_int_equal(id.b[6] >> 4, 7);
        assert_int_equal(id.b[8] >> 6, 2);
        last = id;
    }
    assert_false(uuid_eq(uuid_new(now), uuid_new(now)));
    assert_true(uuid_time_us(uuid_new(-5)) == 0); /* before 1970 is the beginning */
}

static void random_bytes_differ_across_refills(void **state)
{
    (void)state;
    uint8_t seen[64][16];
    for (int i = 0; i < 64; i++) {
        random_bytes(seen[i], 16);
        for (int k = 0; k < i; k++)
            assert_memory_not_equal(seen[i], seen[k], 16);
    }
}

static void reads_what_it_writes(void **state)
{
    (void)state;
    for (int i = 0; i < 256; i++) {
        struct uuid id, back;
        memset(id.b, i, 16);
        id.b[3] = (uint8_t)(255 - i);
        char text[UUID_TEXT];
        uuid_format(id, text);
        assert_true(uuid_parse((struct str){text, UUID_TEXT}, &back));
        assert_true(uuid_eq(id, back));
    }
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    struct uuid id = UUID_NIL;
    assert_true(uuid_parse(STR("ABCDEFab-cdef-0123-4567-89ABCDEF0123"), &id));
    assert_int_equal(id.b[0], 0xab);
    const char *bad[] = {"",
                         "abcdefab-cdef-0123-4567-89abcdef012",
                         "abcdefab-cdef-0123-4567-89abcdef01234",
                         "abcdefabcdef0123456789abcdef01230000",
                         "abcdefab-cdef-0123-4567-89abcdef012g",
                         "abcdefab_cdef-0123-4567-89abcdef0123",
                         "{bcdefab-cdef-0123-4567-89abcdef0123",
                         "abcdefab-cdef-0123-4567-89abcdef01 3",
                         "abcde-abf-cdef-0123-4567-89abcdef012"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(uuid_parse(str_c(bad[i]), &id));
    assert_int_equal(id.b[0], 0xab); /* untouched */
    assert_false(uuid_parse(STR_NULL, &id));
    assert_true(uuid_is_nil(UUID_NIL));
    assert_false(uuid_is_nil(id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_layout_of_version_7),
        cmocka_unit_test(sorts_by_time),
        cmocka_unit_test(random_bytes_differ_across_refills),
        cmocka_unit_test(reads_what_it_writes),
        cmocka_unit_test(refuses_what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
