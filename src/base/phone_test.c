/* Phone numbers: the fast paths against the library, spellings, refusals. */
#include "base/phone.h"
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>

static uint64_t dice_state = 88172645463325252u;

/* xorshift64 (G. Marsaglia): the same numbers on every run. */
static uint64_t dice(uint64_t below)
{
    dice_state ^= dice_state << 13;
    dice_state ^= dice_state >> 7;
    dice_state ^= dice_state << 17;
    return dice_state % below;
}

static void same_as_library(const char *raw, const char *region)
{
    char fast[PHONE_MAX], slow[PHONE_MAX];
    size_t nf = 0, ns = 0;
    enum phone_reason rf = phone_normalise(str_c(raw), str_c(region), fast, &nf);
    enum phone_reason rs = phone_normalise_slowly(str_c(raw), str_c(region), slow, &ns);

    if (rf != rs || nf != ns || memcmp(fast, slow, nf) != 0)
        fail_msg("%s in %s: fast %s %.*s, library %s %.*s", raw, region, phone_reason_code(rf),
                 (int)nf, fast, phone_reason_code(rs), (int)ns, slow);
    if (rf != PHONE_OK)
        return;
    struct arena *a = arena_new(4096);
    struct str e164 = {fast, nf};
    const char *homes[] = {"IN", "US", "GB"};
    for (size_t i = 0; i < 3; i++) {
        struct str n1 = phone_national(a, e164, str_c(homes[i]));
        struct str n2 = phone_national_slowly(a, e164, str_c(homes[i]));
        if (!str_eq(n1, n2))
            fail_msg("%.*s seen from %s: %.*s, library %.*s", STR_ARG(e164), homes[i], STR_ARG(n1),
                     STR_ARG(n2));
    }
    arena_free(&a);
}

static void test_fast_path_agrees_with_the_library(void **state)
{
    (void)state;
    for (int i = 0; i < 6000; i++) {
        char raw[40];
        unsigned head = (unsigned)dice(90000), tail = (unsigned)dice(100000);
        snprintf(raw, sizeof raw, "+91%05u%05u", 10000 + head, tail);
        same_as_library(raw, "US");
        same_as_library(raw + 3, "IN");
        snprintf(raw, sizeof raw, "+1%05u%05u", 10000 + head, tail);
        same_as_library(raw, "IN");
        same_as_library(raw + 2, i % 2 ? "US" : "CA");
    }
}

/* The written form is made without the library's parser. */
static void test_other_countries_agree_with_the_library(void **state)
{
    (void)state;
    const char *heads[] = {"44",   "447",  "49",  "4915", "48",   "46",  "39",   "3906", "3933",
                           "33",   "34",   "7",   "7495", "86",   "81",  "55",   "5511", "54",
                           "5491", "52",   "61",  "64",   "27",   "20",  "234",  "254",  "351",
                           "353",  "358",  "375", "380",  "420",  "852", "880",  "886",  "966",
                           "971",  "9715", "972", "977",  "9989", "290", "3787", "870",  "800"};
    for (size_t h = 0; h < sizeof heads / sizeof *heads; h++)
        for (int i = 0; i < 60; i++) {
            char raw[32], tail[16];
            snprintf(tail, sizeof tail, "%011llu", (unsigned long long)dice(99999999999));
            snprintf(raw, sizeof raw, "+%s%.*s", heads[h], 6 + i % 6, tail);
            same_as_library(raw, "IN");
        }
}

static void test_form_of_e164(void **state)
{
    (void)state;
    assert_true(phone_looks_e164(STR("+919876543210")));
    assert_true(phone_looks_e164(STR("+4912345678901")));
    assert_false(phone_looks_e164(STR("+0919876543210")));
    assert_false(phone_looks_e164(STR("919876543210")));
    assert_false(phone_looks_e164(STR("+91 9876543210")));
    assert_false(phone_looks_e164(STR("+12345")));
    assert_false(phone_looks_e164(STR("+1234567890123456")));
}

static void test_spellings_agree_with_the_library(void **state)
{
    (void)state;
    const char *forms[] = {"%s %s",     "0%s %s", "+91 %s-%s",  "+91-%s %s", "(%s) %s", "0%s%s",
                           "00 91%s%s", "91%s%s", " +91%s.%s ", "%s--%s",    "+%s%s",   "1%s%s",
                           "1 %s-%s",   "%s%s0",  "0091 %s %s", "+1 %s %s",  "-%s%s",   "%s %s-"};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++)
        for (int i = 0; i < 150; i++) {
            char raw[64], a[8], b[8];
            snprintf(a, sizeof a, "%05u", (unsigned)(10000 + dice(90000)));
            snprintf(b, sizeof b, "%05u", (unsigned)dice(100000));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(raw, sizeof raw, forms[f], a, b);
#pragma GCC diagnostic pop
            same_as_library(raw, i % 2 ? "IN" : "US");
        }
}

static void expect(const char *raw, const char *region, enum phone_reason why, const char *e164)
{
    char out[PHONE_MAX];
    size_t n = 99;
    enum phone_reason r = phone_normalise(str_c(raw), str_c(region), out, &n);

    if (r != why)
        fail_msg("\"%s\" in %s: %s, expected %s", raw, region, phone_reason_code(r),
                 phone_reason_code(why));
    if (r == PHONE_OK)
        assert_true(str_eq((struct str){out, n}, str_c(e164)));
    else
        assert_int_equal(n, 0);
}

static void test_one_person_many_spellings(void **state)
{
    (void)state;
    const char *spellings[] = {"98765 43210",      "+91 98765-43210",
                               "098765 43210",     "+919876543210",
                               "9876543210",       "00919876543210",
                               "(+91) 9876543210", "९८७६५ ४३२१०",
                               "٩٨٧٦٥٤٣٢١٠",       "＋９１９８７６５４３２１０"};
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        expect(spellings[i], "IN", PHONE_OK, "+919876543210");
    expect("020 7946 0958", "GB", PHONE_OK, "+442079460958");
    expect("06 698 12345", "IT", PHONE_OK, "+390669812345");
    expect("(212) 555-1234", "US", PHONE_OK, "+12125551234");
}

static void test_what_is_no_number_is_refused(void **state)
{
    (void)state;
    expect("", "IN", PHONE_EMPTY, NULL);
    expect("   ", "IN", PHONE_EMPTY, NULL);
    expect("0000000000", "IN", PHONE_INVALID, NULL);
    expect("9999999999", "IN", PHONE_INVALID, NULL);
    expect("+91 77777 77777", "US", PHONE_INVALID, NULL);
    expect("+1 222 222 2222", "US", PHONE_INVALID, NULL);
    expect("12345", "IN", PHONE_TOO_SHORT, NULL);
    expect("98765432101234", "IN", PHONE_TOO_LONG, NULL);
    expect("1234567890", "US", PHONE_INVALID, NULL);
    expect("+999 12345678", "IN", PHONE_INVALID_COUNTRY, NULL);
    expect("9876543210", "ZZ", PHONE_INVALID_COUNTRY, NULL);
    expect("98765abcde", "IN", PHONE_NOT_A_NUMBER, NULL);
    expect("1-800-FLOWERS", "US", PHONE_NOT_A_NUMBER, NULL);
    expect("9876543210 x12", "IN", PHONE_NOT_A_NUMBER, NULL);
    expect("call me", "IN", PHONE_NOT_A_NUMBER, NULL);
    expect("+", "IN", PHONE_NOT_A_NUMBER, NULL);
    expect("\xff\xfe"
           "9876543210",
           "IN", PHONE_NOT_A_NUMBER, NULL);
    expect("9999999999999999999999999999999999999999999999999999999999999999999", "IN",
           PHONE_TOO_LONG, NULL);
}

static void test_a_nul_inside_is_refused(void **state)
{
    (void)state;
    char out[PHONE_MAX];
    size_t n;
    assert_int_equal(phone_normalise((struct str){"98765\0"
                                                  "43210",
                                                  11},
                                     STR("IN"), out, &n),
                     PHONE_NOT_A_NUMBER);
}

static void test_any_bytes_are_survived(void **state)
{
    (void)state;
    for (int i = 0; i < 3000; i++) {
        char raw[PHONE_RAW_MAX + 4], out[PHONE_MAX];
        size_t n, len = dice(sizeof raw);
        for (size_t k = 0; k < len; k++)
            raw[k] = i % 2 ? (char)dice(256) : "+0123456789 -()/.#*"[dice(19)];
        if (phone_normalise((struct str){raw, len}, STR("IN"), out, &n) == PHONE_OK)
            assert_true(n >= 4 && n <= PHONE_MAX && out[0] == '+');
        else
            assert_int_equal(n, 0);
    }
}

static void test_national_form(void **state)
{
    (void)state;
    struct arena *a = arena_new(4096);
    assert_true(str_eq(phone_national(a, STR("+919876543210"), STR("IN")), STR("098765 43210")));
    assert_true(str_eq(phone_national(a, STR("+919876543210"), STR("US")), STR("+91 98765 43210")));
    assert_true(str_eq(phone_national(a, STR("+12125551234"), STR("US")), STR("(212) 555-1234")));
    assert_true(str_eq(phone_national(a, STR("+12125551234"), STR("IN")), STR("+1 212-555-1234")));
    assert_true(str_eq(phone_national(a, STR("+442079460958"), STR("GB")), STR("020 7946 0958")));
    assert_true(str_eq(phone_national(a, STR("extension 5"), STR("GB")), STR("extension 5")));
    arena_free(&a);
}

static void test_regions(void **state)
{
    (void)state;
    assert_int_equal(phone_country_code(STR("IN")), 91);
    assert_int_equal(phone_country_code(STR("US")), 1);
    assert_int_equal(phone_country_code(STR("XX")), 0);
    assert_true(region_exists(STR("DE")));
    assert_false(region_exists(STR("Germany")));
    assert_false(region_exists(STR("")));
    assert_false(region_exists(STR("de")));
}

static bool is_of(const char *e164, const char *region)
{
    char two[2];
    return phone_region(str_c(e164), two) && memcmp(two, region, 2) == 0;
}

static void test_the_region_of_a_number(void **state)
{
    char two[2];
    (void)state;
    assert_true(is_of("+919876543210", "IN"));
    assert_true(is_of("+12125551234", "US"));
    assert_true(is_of("+14165551234", "CA")); /* the same calling code */
    assert_true(is_of("+18765551234", "JM"));
    assert_true(is_of("+442079460958", "GB"));
    assert_false(phone_region(STR("+870773111632"), two)); /* a satellite's */
    assert_false(phone_region(STR("nothing"), two));
    assert_false(phone_region(STR_NULL, two));
}

static void test_every_reason_has_words(void **state)
{
    (void)state;
    for (int r = PHONE_OK; r <= PHONE_INVALID; r++) {
        assert_true(strlen(phone_reason_text((enum phone_reason)r)) > 10);
        assert_true(strlen(phone_reason_code((enum phone_reason)r)) > 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fast_path_agrees_with_the_library),
        cmocka_unit_test(test_other_countries_agree_with_the_library),
        cmocka_unit_test(test_form_of_e164),
        cmocka_unit_test(test_spellings_agree_with_the_library),
        cmocka_unit_test(test_one_person_many_spellings),
        cmocka_unit_test(test_what_is_no_number_is_refused),
        cmocka_unit_test(test_a_nul_inside_is_refused),
        cmocka_unit_test(test_any_bytes_are_survived),
        cmocka_unit_test(test_national_form),
        cmocka_unit_test(test_regions),
        cmocka_unit_test(test_the_region_of_a_number),
        cmocka_unit_test(test_every_reason_has_words),
    };
    return cmocka_run_group_tests_name("phone", tests, NULL, NULL);
}
