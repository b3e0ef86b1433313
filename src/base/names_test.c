/* Names: folding of many scripts, words, sort keys, distances. */
#include "base/names.h"
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <pthread.h>

static int arena_up(void **state)
{
    *state = arena_new(1 << 16);
    return 0;
}

static int arena_down(void **state)
{
    arena_free((struct arena **)state);
    return 0;
}

static void folds(struct arena *a, const char *name, const char *folded)
{
    struct str got = name_fold(a, str_c(name));
    if (!str_eq(got, str_c(folded)))
        fail_msg("%s folds to \"%.*s\", expected \"%s\"", name, STR_ARG(got), folded);
}

static void test_ascii(void **state)
{
    folds(*state, "John Smith", "john smith");
    folds(*state, "  JOHN\t  smith ", "john smith");
    folds(*state, "O'Brien", "obrien");
    folds(*state, "Smith-Jones, J.R.", "smith jones j r");
    folds(*state, "Agent 007", "agent 007");
    folds(*state, "", "");
    folds(*state, "--", "");
}

static void test_accents_and_letters(void **state)
{
    folds(*state, "Müller-Lüdenscheidt", "muller ludenscheidt");
    folds(*state, "Mu\xcc\x88ller", "muller"); /* u and a combining diaeresis */
    folds(*state, "José Ñúñez", "jose nunez");
    folds(*state, "Łukasz Øre", "lukasz ore");
    folds(*state, "Weiß", "weiss");
    folds(*state, "D’Angelo", "dangelo");
    folds(*state, "Nguyễn Văn Đức", "nguyen van duc");
}

static void test_scripts(void **state)
{
    folds(*state, "राम", "ram");
    folds(*state, "कृष्ण शर्मा", "krishna sharma");
    folds(*state, "अमित", "amit");
    folds(*state, "सीता", "sita");
    folds(*state, "Иван", "ivan");
    folds(*state, "Γιώργος", "giorgos");
    folds(*state, "😀", "");
}

static void test_bad_utf8_is_survived(void **state)
{
    struct str got = name_fold(*state, str_c("\xff\xc3 Jos\xc3\xa9 \xe0"));
    assert_true(str_eq(got, STR("jose")));
}

static void test_very_long_name(void **state)
{
    char text[4000];
    for (size_t i = 0; i < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    struct str got = name_fold(*state, (struct str){text, sizeof text});
    assert_true(got.n > 50 && got.n <= sizeof text);
    assert_true(name_sort_key(*state, (struct str){text, sizeof text}).n <= 128);
}

static void test_words(void **state)
{
    (void)state;
    struct str w[NAME_WORDS];
    assert_int_equal(name_words(STR("anna maria anna"), w), 2);
    assert_true(str_eq(w[1], STR("maria")));
    assert_int_equal(name_words(STR("a b c d e f g h"), w), NAME_WORDS);
    assert_int_equal(name_words(STR(""), w), 0);
    assert_int_equal(name_words(STR("abcdefghijklmnopqrstuvwxyz"), w), 1);
    assert_int_equal(w[0].n, NAME_WORD_MAX);
}

static void before(struct arena *a, const char *x, const char *y)
{
    if (str_cmp(name_sort_key(a, str_c(x)), name_sort_key(a, str_c(y))) >= 0)
        fail_msg("%s does not sort before %s", x, y);
}

static void test_sort_keys(void **state)
{
    before(*state, "adam", "Bert");
    before(*state, "Ärger", "Azure");
    before(*state, "Zoe", "Иван");
    before(*state, "cote", "coté");
    before(*state, "Anna B", "Annabel");
    before(*state, "", "a");
}

static void test_distances(void **state)
{
    (void)state;
    assert_int_equal(name_distance(STR("john"), STR("john"), 2), 0);
    assert_int_equal(name_distance(STR("john"), STR("jonh"), 2), 1);
    assert_int_equal(name_distance(STR("john"), STR("jon"), 2), 1);
    assert_int_equal(name_distance(STR("smith"), STR("smyth"), 2), 1);
    assert_int_equal(name_distance(STR("smith"), STR("smythe"), 2), 2);
    assert_int_equal(name_distance(STR("smith"), STR("jones"), 2), 3);
    assert_int_equal(name_distance(STR("ca"), STR("abc"), 5), 3); /* the restricted form */
    assert_int_equal(name_distance(STR(""), STR("ab"), 2), 2);
    assert_int_equal(name_distance(STR("abcdef"), STR("a"), 2), 3);
    assert_int_equal(
        name_distance(STR("abcdefghijklmnopqrstuvwxyz"), STR("abcdefghijklmnopqrstuvwxyz"), 1), 0);
}

static void *fold_many(void *arg)
{
    for (int i = 0; i < 200; i++) {
        struct arena *a = arena_new(4096);
        if (!str_eq(name_fold(a, STR("José")), STR("jose")) || name_sort_key(a, STR("José")).n == 0)
            *(int *)arg += 1;
        arena_free(&a);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    pthread_t t[3];
    int wrong[3] = {0};
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&t[i], NULL, fold_many, &wrong[i]), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pthread_join(t[i], NULL), 0);
        assert_int_equal(wrong[i], 0);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_up, arena_down)
    const struct CMUnitTest tests[] = {
        TEST(test_ascii),          TEST(test_accents_and_letters),
        TEST(test_scripts),        TEST(test_bad_utf8_is_survived),
        TEST(test_very_long_name), TEST(test_words),
        TEST(test_sort_keys),      TEST(test_distances),
        TEST(test_threads),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
